/* SPDX-License-Identifier: Apache-2.0
 *
 * Image lists as clients print them, field by field, in whatever order.
 */
#include <ctype.h>
#include <string.h>

#include "dump_priv.h"

void tug_dg_dump_list_begin(struct tug_dg_dump_list *p, const struct tug_dg_line *l)
{
	memset(p, 0, sizeof(*p));
	p->open = true;
	tug_dg_dump_keep(&p->at, l);
}

void tug_dg_dump_list_slot(struct tug_dg_dump_list *p, const struct tug_dg_line *l)
{
	if (!p->open) {
		tug_dg_dump_list_begin(p, l);
	}
	p->slot_open = p->list.n < TUG_REPORT_SLOTS;
	if (p->slot_open) {
		p->list.n++;
	}
}

/* `s` without the quotes, commas and brackets that languages put around a value. */
static struct tug_slice bare(struct tug_slice s)
{
	s = tug_dg_trim(s);
	while (s.len > 0 && strchr(",;)]}", s.p[s.len - 1]) != NULL) {
		s.len--;
	}
	s = tug_dg_trim(s);
	while (s.len > 0 && strchr("\"'([{", s.p[0]) != NULL) {
		s = tug_slice_of(s.p + 1, s.len - 1);
	}
	while (s.len > 0 && strchr("\"'", s.p[s.len - 1]) != NULL) {
		s.len--;
	}
	return s;
}

static void set_hash(struct tug_report_slot *slot, struct tug_slice value)
{
	struct tug_buf out = tug_buf_of(slot->hash, sizeof(slot->hash));
	struct tug_slice rest;
	size_t n = 0;

	if (tug_dg_starts(value, "HashBytes", &rest) || tug_dg_starts(value, "0x", &rest)) {
		value = bare(rest);
	}
	while (n < value.len && isxdigit(value.p[n])) {
		n++;
	}
	n -= n % 2; /* what a narrow window left of it */
	if (n >= 8 && tug_hex_decode(tug_slice_of(value.p, n < 128 ? n : 128), &out) == TUG_OK) {
		slot->hash_len = (uint8_t)out.len;
	}
}

static bool set_flag(struct tug_report_slot *slot, struct tug_slice key, bool value)
{
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{ "bootable", &slot->bootable }, { "pending", &slot->pending },	    { "confirmed", &slot->confirmed },
		{ "active", &slot->active },	 { "permanent", &slot->permanent },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (tug_dg_is_nocase(key, flags[i].name)) {
			*flags[i].flag = value;
			return true;
		}
	}
	return false;
}

static void set_flags(struct tug_report_slot *slot, struct tug_slice words)
{
	while (words.len > 0) {
		struct tug_slice word = bare(tug_dg_word(&words));

		set_flag(slot, word, true);
	}
}

static void set_number(uint8_t *field, struct tug_slice value)
{
	uint64_t v;

	if (tug_dg_number(&value, &v) && v < 32) {
		*field = (uint8_t)v;
	}
}

bool tug_dg_dump_list_field(struct tug_dg_dump_list *p, struct tug_slice key, struct tug_slice value)
{
	struct tug_report_slot none = { 0 };
	struct tug_report_slot *slot = p->slot_open ? &p->list.s[p->list.n - 1] : &none;

	key = bare(key);
	value = bare(value);
	if (tug_dg_is_nocase(value, "none") || tug_dg_is_nocase(value, "null") || tug_dg_is_nocase(value, "unavailable")) {
		value.len = 0;
	}
	if (tug_dg_is_nocase(key, "image") || tug_dg_is_nocase(key, "image number")) {
		set_number(&slot->image, value);
	} else if (tug_dg_is_nocase(key, "slot")) {
		set_number(&slot->slot, value);
	} else if (tug_dg_is_nocase(key, "version")) {
		tug_dg_copy(slot->version, sizeof(slot->version), value);
	} else if (tug_dg_is_nocase(key, "hash")) {
		set_hash(slot, value);
	} else if (tug_dg_is_nocase(key, "flags")) {
		set_flags(slot, value);
	} else {
		return set_flag(slot, key, tug_dg_is_nocase(value, "true") || tug_dg_is_nocase(value, "1"));
	}
	return true;
}

bool tug_dg_dump_list_line(struct tug_dg_dump_list *p, struct tug_slice text)
{
	size_t n = 0;

	while (n < text.len && n < 16 && text.p[n] != ':' && text.p[n] != '=') {
		n++;
	}
	if (!p->open || n == 0 || n == text.len || (text.p[n] != ':' && text.p[n] != '=')) {
		return false;
	}
	return tug_dg_dump_list_field(p, tug_slice_of(text.p, n), tug_slice_of(text.p + n + 1, text.len - n - 1));
}

/* An octet of a hash, on a line of its own. */
static bool take_octet(struct tug_dg_dump_list *p, struct tug_slice text)
{
	struct tug_report_slot *slot = &p->list.s[p->list.n - 1];
	uint64_t v;

	if (text.len == 0 || !isdigit(text.p[0]) || !tug_dg_number(&text, &v) || v > 255) {
		p->numbers = false;
		return text.len > 0 && text.p[0] == ']';
	}
	if (slot->hash_len < sizeof(slot->hash)) {
		slot->hash[slot->hash_len++] = (uint8_t)v;
	}
	return true;
}

bool tug_dg_dump_list_json(struct tug_dg_dump_list *p, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_slice key, value;

	if (tug_dg_starts(text, "\"images\": [", &value)) {
		tug_dg_dump_list_begin(p, l);
		return true;
	}
	if (!p->open) {
		return false;
	}
	if (p->numbers && p->slot_open) {
		return take_octet(p, text);
	}
	if (tug_dg_is(text, "{")) {
		tug_dg_dump_list_slot(p, l);
		return true;
	}
	if (tug_dg_is(text, "}") || tug_dg_is(text, "},")) {
		p->slot_open = false;
		return true;
	}
	value = tug_dg_after(text, "\": ");
	if (value.p == NULL || text.p[0] != '"' || !p->slot_open) {
		return false;
	}
	key = tug_slice_of(text.p, (size_t)(value.p - text.p) - 2);
	if (tug_dg_is(tug_dg_trim(value), "[") && tug_dg_is(key, "\"hash\"")) {
		p->list.s[p->list.n - 1].hash_len = 0;
		p->numbers = true;
		return true;
	}
	return tug_dg_dump_list_field(p, key, value);
}
