/* SPDX-License-Identifier: Apache-2.0
 *
 * Return codes by the names that clients print.
 */
#include <ctype.h>
#include <string.h>

#include <tug/smp_text.h>

#include "dump_priv.h"

static const struct {
	const char *prefix;
	int group;
} prefixes[] = {
	{ "IMG_MGMT_ERR_", TUG_GRP_IMG },	{ "OS_MGMT_ERR_", TUG_GRP_OS },
	{ "FS_MGMT_ERR_", TUG_GRP_FS },		{ "SETTINGS_MGMT_ERR_", TUG_GRP_SETTINGS },
	{ "SHELL_MGMT_ERR_", TUG_GRP_SHELL },	{ "STAT_MGMT_ERR_", TUG_GRP_STAT },
	{ "ENUM_MGMT_ERR_", TUG_GRP_ENUM },	{ "ZEPHYRBASIC_MGMT_ERR_", TUG_GRP_ZBASIC },
	{ "MGMT_ERR_E", -1 },			{ "MGMT_ERR_UNSUPPORTED_", -1 },
};

/* Names that clients spell in another way than the table. */
static const struct {
	const char *name;
	const char *row;
} aliases[] = {
	{ "ACCESSDENIED", "ACCESS" },
	{ "OK", "OK" },
};

static bool row_of(struct tug_slice name, int group, int32_t *rc)
{
	size_t n;
	const struct tug_smp_rc_text *rows = tug_smp_rc_texts(&n);
	unsigned want = group < 0 ? TUG_RC_GENERIC : (unsigned)group;

	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]) && group < 0; i++) {
		if (tug_dg_is(name, aliases[i].name)) {
			name = tug_slice_of(aliases[i].row, strlen(aliases[i].row));
			break;
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (rows[i].group == want && tug_dg_is(name, rows[i].name)) {
			*rc = rows[i].rc;
			return true;
		}
	}
	return false;
}

/* "group=1,rc=4" */
static bool numbers(struct tug_slice text, int32_t *rc, int *group)
{
	uint64_t g, r;

	if (!tug_dg_starts(text, "group=", &text) || !tug_dg_number(&text, &g) || !tug_dg_starts(text, ",rc=", &text) ||
	    !tug_dg_number(&text, &r) || g > 0xffff || r > INT32_MAX) {
		return false;
	}
	*group = (int)g;
	*rc = (int32_t)r;
	return true;
}

bool tug_dg_dump_code_of(struct tug_slice text, int32_t *rc, int *group)
{
	struct tug_slice rest;
	uint64_t v;
	size_t n = 0;

	if (numbers(text, rc, group)) {
		return true;
	}
	if (tug_dg_starts(text, "MGMT_ERR_UNKNOWN(", &rest) && tug_dg_number(&rest, &v) && v <= INT32_MAX) {
		*group = -1;
		*rc = (int32_t)v;
		return true;
	}
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (!tug_dg_starts(text, prefixes[i].prefix, &rest)) {
			continue;
		}
		while (n < rest.len && (isupper(rest.p[n]) || isdigit(rest.p[n]) || rest.p[n] == '_')) {
			n++;
		}
		*group = prefixes[i].group;
		return row_of(tug_slice_of(rest.p, n), *group, rc);
	}
	return false;
}
