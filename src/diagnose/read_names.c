/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: what is left of a client's error when only its words were pasted: "Mcu Mgr Error: BAD_STATE (6)", "Invalid
 * value (3)", "NO_FREE_SLOT (9)", "Mcu Mgr Error: 9 (group: 1)". It is asked last, for lines of no other grammar.
 */
#include <ctype.h>
#include <string.h>

#include <tug/smp_text.h>

#include "readers_priv.h"

/* Names that clients give to generic codes; '_' and blanks are the same, so is case. */
static const struct {
	const char *name;
	uint8_t rc;
} generic[] = {
	{ "UNKNOWN", 1 },	{ "EUNKNOWN", 1 },	{ "UNKNOWN ERROR", 1 },	 { "NO MEMORY", 2 },
	{ "ENOMEM", 2 },	{ "IN VALUE", 3 },	{ "INVALID VALUE", 3 },	 { "EINVAL", 3 },
	{ "TIMEOUT", 4 },	{ "ETIMEOUT", 4 },	{ "NO ENTRY", 5 },	 { "ENOENT", 5 },
	{ "BAD STATE", 6 },	{ "EBADSTATE", 6 },	{ "TOO LARGE", 7 },	 { "EMSGSIZE", 7 },
	{ "NOT SUPPORTED", 8 }, { "ENOTSUP", 8 },	{ "CORRUPT", 9 },	 { "ECORRUPT", 9 },
	{ "BUSY", 10 },		{ "EBUSY", 10 },	{ "ACCESS DENIED", 11 }, { "EACCESSDENIED", 11 },
};

static char plain(uint8_t c)
{
	return (char)(c == '_' ? ' ' : (unsigned char)toupper(c));
}

/* `before` ends with the words `name`, and they begin there. */
static bool ends_with_name(struct tug_slice before, const char *name)
{
	size_t n = strlen(name), from;

	if (before.len < n) {
		return false;
	}
	from = before.len - n;
	for (size_t i = 0; i < n; i++) {
		if (plain(before.p[from + i]) != plain((uint8_t)name[i])) {
			return false;
		}
	}
	return from == 0 || !isalnum(before.p[from - 1]);
}

/* The code that `before` names, if its number is `rc`: 0 = generic, 1 = image group, -1 = none. */
static int named(struct tug_slice before, uint64_t rc)
{
	size_t n;
	const struct tug_smp_rc_text *t = tug_smp_rc_texts(&n);

	for (size_t i = 0; i < sizeof(generic) / sizeof(generic[0]); i++) {
		if (generic[i].rc == rc && ends_with_name(before, generic[i].name)) {
			return 0;
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (t[i].group == TUG_GRP_IMG && t[i].rc == rc && ends_with_name(before, t[i].name)) {
			return 1;
		}
	}
	return -1;
}

/* "NAME (6)", "NAME (RC: 6)", "IMG_MGMT_ERR.NAME: 6" with the number at `s`; `before` is what stands in front. */
static bool take_named(struct tug_diag *d, struct tug_dg_line *l, struct tug_slice before, struct tug_slice s)
{
	struct tug_slice rest = s;
	uint64_t rc;
	int kind;

	if (tug_dg_starts(rest, "RC: ", NULL)) {
		rest = tug_slice_of(rest.p + 4, rest.len - 4);
	}
	if (rest.len == 0 || !isdigit(rest.p[0]) || !tug_dg_number(&rest, &rc) || rc == 0 || rc > 255) {
		return false;
	}
	if (rest.len == 0 || (rest.p[0] != ')' && rest.p[0] != '>')) {
		return false;
	}
	kind = named(tug_dg_trim(before), rc);
	if (kind < 0) {
		return false;
	}
	tug_dg_code(d, l, (int32_t)rc, kind == 1 ? TUG_GRP_IMG : -1);
	return true;
}

/* "Mcu Mgr Error: 9 (group: 1)" */
static bool take_group(struct tug_diag *d, struct tug_dg_line *l)
{
	struct tug_slice s = tug_dg_after(l->body, "Mcu Mgr Error: "), rest;
	uint64_t rc, group;

	if (s.p == NULL || !tug_dg_number(&s, &rc) || rc == 0 || rc > 255) {
		return false;
	}
	if (tug_dg_starts(tug_dg_trim(s), "(group: ", &rest) && tug_dg_number(&rest, &group) && group < 0xffff) {
		tug_dg_code(d, l, (int32_t)rc, (int)group);
	} else {
		tug_dg_code(d, l, (int32_t)rc, -1);
	}
	return true;
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	const struct tug_slice s = l->body;
	bool any;

	(void)state;
	if (s.p >= l->text.p && s.p <= l->text.p + l->text.len && !tug_dg_may_have(l, '(') && !tug_dg_may(l, ": ")) {
		return TUG_NOT_MINE;
	}
	any = take_group(d, l);
	for (size_t i = 1; i + 1 < s.len; i++) {
		if (s.p[i] == '(' || (s.p[i] == ':' && s.p[i + 1] == ' ')) {
			size_t skip = s.p[i] == '(' ? 1 : 2;

			any = take_named(d, l, tug_slice_of(s.p, i), tug_slice_of(s.p + i + skip, s.len - i - skip)) || any;
		}
	}
	if (!any) {
		return TUG_NOT_MINE;
	}
	l->src = TUG_SRC_OTHER_CLIENT;
	return TUG_SHARED;
}

const struct tug_reader tug_reader_names = {
	.kind = "a client's error text",
	.expect = "a client's error with its name and code",
	.src = TUG_SRC_OTHER_CLIENT,
	.line = line,
};
