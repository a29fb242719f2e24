/* SPDX-License-Identifier: Apache-2.0
 *
 * Versions found in the inputs, and what one says about another: the SDK names the Zephyr it is based on.
 */
#include <string.h>

#include "engine_priv.h"

/* nRF Connect SDK and the Zephyr under it (docs/diagnosis.md, versions). */
static const struct {
	uint32_t ncs, zephyr;
} bases[] = {
	{ 10900, 20700 }, { 20000, 30000 }, { 20100, 30100 }, { 20200, 30299 }, { 20300, 30300 }, { 20400, 30399 },
	{ 20500, 30499 }, { 20600, 30599 }, { 20700, 30699 }, { 20800, 30799 }, { 20900, 30799 }, { 30000, 40099 },
	{ 30100, 40199 }, { 30200, 40299 }, { 30300, 40399 },
};

uint32_t tug_dg_version_parse(struct tug_slice text)
{
	struct tug_slice s = tug_dg_trim(text);
	uint64_t part[3] = { 0 };
	int n = 0;

	if (s.len > 0 && (s.p[0] == 'v' || s.p[0] == 'V')) {
		s.p++;
		s.len--;
	}
	while (n < 3 && tug_dg_number(&s, &part[n])) {
		n++;
		if (s.len < 2 || s.p[0] != '.') {
			break;
		}
		s.p++;
		s.len--;
	}
	if (n < 2 || part[0] == 0 || part[0] > 99 || part[1] > 99 || part[2] > 99) {
		return 0;
	}
	return (uint32_t)(part[0] * 10000 + part[1] * 100 + part[2]);
}

static uint32_t zephyr_of(uint32_t ncs)
{
	uint32_t z = 0;

	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		if (ncs >= bases[i].ncs) {
			z = bases[i].zephyr;
		}
	}
	return z;
}

void tug_dg_version_found(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_version *which, struct tug_slice text)
{
	struct tug_dg_versions *v = &d->facts->version;
	uint32_t number = tug_dg_version_parse(text);
	bool banner = tug_dg_line_find(l, "***") != NULL;

	if (which == &v->zephyr && number == 30299 && tug_dg_find(text, "-ncs") != NULL && tug_dg_find(text, "-ncs1") == NULL) {
		number = 30300; /* the SDK took what became 3.3 before its number changed */
	}
	if (number == 0 || (which->v != 0 && !banner)) {
		return;
	}
	which->v = number;
	tug_dg_copy(which->text, sizeof(which->text), tug_dg_trim(text));
	tug_dg_here(l, &which->at);
	if (which == &v->ncs && v->zephyr.v == 0) {
		v->zephyr.v = zephyr_of(number);
		v->zephyr.at = v->ncs.at;
	}
}
