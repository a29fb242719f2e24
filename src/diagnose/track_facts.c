/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions to the facts of an exchange. Called by rules and reports.
 */
#include <string.h>

#include "facts_priv.h"

/* Octets of a hash that must agree at least. */
#define HASH_MIN 4u

const struct tug_report_slot *tug_dg_slot(const struct tug_dg_list *l, unsigned image, unsigned slot)
{
	for (uint8_t i = 0; l->known && i < l->n; i++) {
		if (l->s[i].image == image && l->s[i].slot == slot) {
			return &l->s[i];
		}
	}
	return NULL;
}

const struct tug_report_slot *tug_dg_slot_of(const struct tug_dg_list *l, const uint8_t *hash, size_t len)
{
	for (uint8_t i = 0; l->known && i < l->n; i++) {
		size_t n = l->s[i].hash_len < len ? l->s[i].hash_len : len;

		if (n >= HASH_MIN && memcmp(l->s[i].hash, hash, n) == 0) {
			return &l->s[i];
		}
	}
	return NULL;
}

static bool slot_same(const struct tug_report_slot *a, const struct tug_report_slot *b)
{
	return a->bootable == b->bootable && a->pending == b->pending && a->confirmed == b->confirmed &&
	       a->active == b->active && a->permanent == b->permanent && a->hash_len == b->hash_len &&
	       memcmp(a->hash, b->hash, a->hash_len) == 0;
}

bool tug_dg_list_same(const struct tug_dg_list *a, const struct tug_dg_list *b)
{
	if (!a->known || !b->known || a->n != b->n) {
		return false;
	}
	for (uint8_t i = 0; i < a->n; i++) {
		const struct tug_report_slot *other = tug_dg_slot(b, a->s[i].image, a->s[i].slot);

		if (other == NULL || !slot_same(&a->s[i], other)) {
			return false;
		}
	}
	return true;
}

const struct tug_dg_cmd *tug_dg_cmd_of(const struct tug_dg_smp *x, uint16_t group, uint8_t id, uint8_t op)
{
	for (uint32_t i = 0; i < x->n_cmds; i++) {
		if (x->cmd[i].group == group && x->cmd[i].id == id && x->cmd[i].op == op) {
			return &x->cmd[i];
		}
	}
	return NULL;
}

const struct tug_dg_refusal *tug_dg_refusal_next(const struct tug_dg_smp *x, uint16_t group, int id, uint32_t *i)
{
	while (*i < x->n_refusals) {
		const struct tug_dg_refusal *r = &x->refusal[(*i)++];

		if (r->group == group && (id < 0 || r->id == id)) {
			return r;
		}
	}
	return NULL;
}

bool tug_dg_refused_with(const struct tug_dg_refusal *r, int v1, int v2)
{
	return r->legacy ? v1 >= 0 && r->rc == v1 : v2 >= 0 && r->err_group == TUG_GRP_IMG && r->rc == v2;
}
