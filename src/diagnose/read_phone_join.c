/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines that a forum, a terminal or a logger broke: does a line go on with the one before it? Hex, printed maps and
 * blocks go on by their grammar; anything else when both together are understood and the first alone was not.
 */
#include <ctype.h>
#include <string.h>

#include "phone_priv.h"

struct tug_slice tug_phone_text(const struct tug_phone *s)
{
	return tug_slice_of(s->buf, s->len);
}

struct tug_slice tug_phone_body(const struct tug_phone *s)
{
	size_t at = s->prefix.body < s->len ? s->prefix.body : s->len;

	return tug_slice_of(s->buf + at, s->len - at);
}

static bool is_hex_text(struct tug_slice t, struct tug_slice *tail)
{
	size_t i = 0;

	while (i < t.len && (isdigit(t.p[i]) || (t.p[i] >= 'A' && t.p[i] <= 'F') || t.p[i] == '-' || t.p[i] == ' ')) {
		i++;
	}
	*tail = tug_slice_of(t.p + i, t.len - i);
	return i > 0;
}

static bool is_lower_hex(struct tug_slice t)
{
	for (size_t i = 0; i < t.len; i++) {
		if (!isdigit(t.p[i]) && !(t.p[i] >= 'a' && t.p[i] <= 'f') && t.p[i] != '-') {
			return false;
		}
	}
	return t.len > 0;
}

static bool has_upper(struct tug_slice t)
{
	for (size_t i = 0; i < t.len; i++) {
		if (t.p[i] >= 'A' && t.p[i] <= 'F') {
			return true;
		}
	}
	return false;
}

/* Hex digits go on: the line held ends within them, this one is made of them. */
static bool more_hex(const struct tug_phone *s, struct tug_slice more)
{
	struct tug_phone_got got;
	struct tug_slice body = tug_phone_body(s), tail, rest;
	size_t digits = 0;

	if ((s->prefix.word->flags & TUG_PHONE_HEX) == 0 ||
	    tug_phone_fit(s->prefix.word->pattern, body, &got) != TUG_PHONE_FULL) {
		return false;
	}
	rest = tug_dg_trim(got.rest);
	if (rest.len > 0 && (!is_hex_text(rest, &tail) || tail.len > 0) && !is_lower_hex(rest)) {
		return false;
	}
	if (tug_phone_whole(s, rest, s->prefix.word->arg)) {
		return more.p[0] == ')' || more.p[0] == ',' || more.p[0] == '('; /* only what closes it */
	}
	if (is_lower_hex(rest) && !has_upper(more) && is_lower_hex(more)) {
		return true;
	}
	for (size_t i = 0; i < rest.len; i++) {
		digits += isxdigit(rest.p[i]) ? 1u : 0u;
	}
	if (more.len == 1 && digits % 2 == 0) {
		return false; /* it may be the level of the next line */
	}
	if (!is_hex_text(more, &tail)) {
		return more.p[0] == ')' || tug_dg_starts(more, ", WRITE", NULL);
	}
	return tail.len == 0 || tail.p[0] == ')' || tail.p[0] == ',' || tail.p[0] == '(' || tail.p[0] == '.';
}

static bool in_json(struct tug_slice more)
{
	bool blank = memchr(more.p, ' ', more.len) != NULL;

	return !blank || tug_dg_find(more, "\":") != NULL || tug_dg_find(more, "\" :") != NULL ||
	       tug_dg_find(more, "\"}") != NULL || tug_dg_find(more, "},") != NULL || tug_dg_find(more, "}]") != NULL ||
	       tug_dg_find(more, ", \"") != NULL || tug_dg_find(more, "}}") != NULL || tug_dg_find(more, "\",") != NULL;
}

/* What was begun behind a word and `more` make the begin of a map: "H" and "eader: {". */
static bool map_begins(struct tug_slice rest, struct tug_slice more)
{
	uint8_t text[24];
	size_t n;

	rest = tug_dg_trim(rest);
	if (rest.len > 10) {
		return false;
	}
	n = more.len < sizeof(text) - rest.len ? more.len : sizeof(text) - rest.len;
	if (rest.len > 0) {
		memcpy(text, rest.p, rest.len);
	}
	memcpy(text + rest.len, more.p, n);
	n += rest.len;
	return text[0] == '{' || text[0] == '[' || tug_dg_starts(tug_slice_of(text, n), "Header:", NULL);
}

/* `a` and the begin of `b` fit the pattern as far as they go. */
static bool fits_together(const char *pattern, struct tug_slice a, struct tug_slice b)
{
	uint8_t text[48];
	struct tug_phone_got got;
	size_t n;

	if (a.len > 24) {
		return false;
	}
	n = b.len < sizeof(text) - a.len ? b.len : sizeof(text) - a.len;
	if (a.len > 0) {
		memcpy(text, a.p, a.len);
	}
	memcpy(text + a.len, b.p, n);
	return tug_phone_fit(pattern, tug_slice_of(text, a.len + n), &got) != TUG_PHONE_NO;
}

/* The map of the word held is whole, but something belongs behind it. */
static bool more_behind(const struct tug_phone *s, struct tug_slice body, struct tug_slice more)
{
	size_t end = body.len;

	if ((s->prefix.word->flags & TUG_PHONE_QUOTED) != 0) {
		return more.p[0] == '"' && more.len < 16; /* the end mark: `" sent` */
	}
	while (end > 0 && body.p[end - 1] != '}') {
		end--;
	}
	return tug_dg_find(body, "Header:") != NULL && tug_dg_find(body, "Payload: {") == NULL &&
	       fits_together(", Payload: {", tug_slice_of(body.p + end, body.len - end), more);
}

/* A printed map goes on: its brackets are open. */
static bool more_map(const struct tug_phone *s, struct tug_slice more)
{
	struct tug_slice body = tug_phone_body(s);
	const uint8_t *at = memchr(body.p, '{', body.len), *square = tug_dg_find(body, ": [");
	struct tug_phone_got got;
	bool in_string;

	if ((s->prefix.word->flags & (TUG_PHONE_MAP | TUG_PHONE_QUOTED)) == 0 ||
	    tug_phone_fit(s->prefix.word->pattern, body, &got) != TUG_PHONE_FULL) {
		return false;
	}
	if (square != NULL && (at == NULL || square < at)) {
		at = square;
	}
	if (at == NULL) {
		if (s->prefix.word->act == tug_phone_act_header) {
			return tug_phone_header_goes_on(got.rest, more);
		}
		return map_begins(got.rest, more) ||
		       (memchr(body.p, ')', body.len) == NULL && tug_dg_find(more, "):") != NULL);
	}
	if (tug_phone_open(tug_slice_of(at, body.len - (size_t)(at - body.p)), &in_string) == 0 && !in_string) {
		return more_behind(s, body, more);
	}
	return in_json(more);
}

/* "version : \"1\"", "- bootable : true", "Payload:", "images:". */
static bool is_block_line(struct tug_slice t)
{
	size_t n = 0;

	tug_dg_starts(t, "- ", &t);
	while (n < t.len && (isalnum(t.p[n]) || t.p[n] == '_')) {
		n++;
	}
	if (n == 0 || n > 20 || n >= t.len) {
		return false;
	}
	if (t.p[n] == ':' && n + 1 == t.len) {
		return tug_dg_starts(t, "Header", NULL) || tug_dg_starts(t, "Payload", NULL) ||
		       tug_dg_starts(t, "images", NULL) || tug_dg_starts(t, "err", NULL) || tug_dg_starts(t, "ret", NULL);
	}
	return islower(t.p[0]) && n + 2 < t.len && t.p[n] == ' ' && t.p[n + 1] == ':' && t.p[n + 2] == ' ';
}

/* Lines of the old form: "Flags: 0", ..., "Message: {}" sent. */
static bool is_old_line(struct tug_slice t)
{
	static const char *const keys[] = { "Flags:", "Length:", "Group Id:", "Sequence Num:", "Command Id:", "Message:",
					    "Operation:", "Version:" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (tug_dg_starts(t, keys[i], NULL)) {
			return true;
		}
	}
	return false;
}

/* How much of a text is understood: to know whether a piece more makes it better. */
static unsigned understood(const struct tug_phone_prefix *p)
{
	return (p->word != NULL ? p->got.literals * 4 + 2u * p->got.n_num + 2u * p->got.n_word : 0) +
	       (p->fit == TUG_PHONE_FULL ? 2000u : p->fit == TUG_PHONE_PARTIAL ? 4u : 0u) +
	       (p->word != NULL && (p->word->flags & TUG_PHONE_HEX) != 0 && p->fit == TUG_PHONE_FULL ? 400u : 0u);
}

static size_t room_for(const struct tug_phone *s)
{
	return sizeof(s->buf) - s->len;
}

static void append(struct tug_phone *s, const struct tug_dg_line *l, struct tug_slice more, const char *between)
{
	size_t gap = strlen(between), room = sizeof(s->buf) - s->len;

	if (room <= gap || room - gap < more.len) {
		s->cut = true;
		more.len = room > gap ? room - gap : 0;
	}
	if (room > gap) {
		memcpy(s->buf + s->len, between, gap);
		memcpy(s->buf + s->len + gap, more.p, more.len);
		s->len += gap + more.len;
	}
	s->cut = s->cut || l->cut;
	s->end_no = l->no;
}

/* Try the line held with `more` at its end; keep it when more is understood. */
static bool better_with(struct tug_phone *s, const struct tug_dg_line *l, struct tug_slice more, const char *between)
{
	struct tug_phone_prefix p;
	size_t len = s->len;
	uint32_t end_no = s->end_no;
	bool cut = s->cut;
	unsigned before = understood(&s->prefix);

	append(s, l, more, between);
	tug_phone_prefix(tug_phone_text(s), &s->words, &p);
	if (understood(&p) > before && (p.clock >= 0) >= (s->prefix.clock >= 0)) {
		if (p.clock != s->prefix.clock && p.clock >= 0) {
			s->held.ms = tug_phone_time(s, p.clock);
		}
		s->prefix = p;
		return true;
	}
	s->len = len;
	s->end_no = end_no;
	s->cut = cut;
	return false;
}

/* A word ends in a number or a name at the very end of the line held: digits that follow alone belong to it. */
static bool ends_in_number(struct tug_phone *s, const struct tug_dg_line *l, struct tug_slice more)
{
	struct tug_phone_prefix p;
	size_t len = s->len;
	struct tug_slice rest = s->prefix.got.rest;

	if (s->prefix.fit != TUG_PHONE_FULL || rest.len != 0 || more.len > 6 || !isdigit(more.p[0]) ||
	    s->prefix.got.n_num == 0) {
		return false;
	}
	append(s, l, more, "");
	tug_phone_prefix(tug_phone_text(s), &s->words, &p);
	if (p.word == s->prefix.word && p.got.rest.len == 0) {
		s->prefix = p;
		return true;
	}
	s->len = len;
	return false;
}

/* Is `t`, up to the first other character, a UUID or the begin of one? */
static bool is_uuid(struct tug_slice t)
{
	for (size_t i = 0; i < t.len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (i == 36) {
			return t.p[i] == ',' || t.p[i] == ')' || t.p[i] == ' ';
		}
		if (dash ? t.p[i] != '-' : !isxdigit(t.p[i])) {
			return false;
		}
	}
	return true;
}

/* A UUID was broken. */
static bool ends_in_uuid(struct tug_phone *s, const struct tug_dg_line *l, struct tug_slice more)
{
	struct tug_slice text = tug_phone_text(s), word;
	size_t n = 0;

	if (s->prefix.fit == TUG_PHONE_NO || s->prefix.got.n_word == 0) {
		return false;
	}
	while (n < text.len && n < 36 && (isxdigit(text.p[text.len - 1 - n]) || text.p[text.len - 1 - n] == '-')) {
		n++;
	}
	word = tug_slice_of(text.p + text.len - n, n);
	if (n == 0 || n == 36 || !is_uuid(word) || room_for(s) < more.len) {
		return false;
	}
	memcpy(s->buf + s->len, more.p, more.len); /* to look at; it is kept only when it fits */
	if (!is_uuid(tug_slice_of(s->buf + s->len - n, n + more.len))) {
		return false;
	}
	append(s, l, more, "");
	tug_phone_prefix(tug_phone_text(s), &s->words, &s->prefix);
	return true;
}

/* A state or a mode was broken within its name. */
static bool ends_in_name(struct tug_phone *s, const struct tug_dg_line *l, struct tug_slice more)
{
	if (s->prefix.fit != TUG_PHONE_FULL || s->prefix.got.rest.len != 0 || s->prefix.got.n_word == 0 || more.len > 16 ||
	    !((s->prefix.word->act == tug_phone_act_step && s->prefix.word->arg == 0) ||
	      s->prefix.word->act == tug_phone_act_mode) ||
	    tug_phone_is_name(s->prefix.got.word[s->prefix.got.n_word - 1])) {
		return false;
	}
	for (size_t i = 0; i < more.len; i++) {
		if (!isupper(more.p[i]) && more.p[i] != '_') {
			return false;
		}
	}
	append(s, l, more, "");
	tug_phone_prefix(tug_phone_text(s), &s->words, &s->prefix);
	return true;
}

bool tug_phone_goes_on(struct tug_phone *s, const struct tug_dg_line *l, struct tug_slice more)
{
	more = tug_dg_trim(more);
	if (more.len == 0 || !s->open) {
		return false;
	}
	if (s->prefix.fit == TUG_PHONE_FULL) {
		bool old = (s->prefix.word->flags & TUG_PHONE_QUOTED) != 0 && is_old_line(more);
		bool block = (s->prefix.word->flags & TUG_PHONE_MAP) != 0 && s->domains == TUG_PHONE_IOS &&
			     is_block_line(more);

		if (old || block) {
			append(s, l, more, "\n");
			return true;
		}
		if (more_hex(s, more) || more_map(s, more)) {
			append(s, l, more, "");
			return true;
		}
	}
	if (is_block_line(more) && tug_dg_is(tug_dg_trim(tug_phone_body(s)), "Header:")) {
		append(s, l, more, "\n");
		tug_phone_prefix(tug_phone_text(s), &s->words, &s->prefix);
		return true;
	}
	if (s->len > 400) {
		return false;
	}
	return ends_in_uuid(s, l, more) || better_with(s, l, more, "") || better_with(s, l, more, " ") || ends_in_number(s, l, more) ||
	       ends_in_name(s, l, more);
}
