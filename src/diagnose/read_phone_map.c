/* SPDX-License-Identifier: Apache-2.0
 *
 * Printed maps to JSON: the Android library prints JSON, the iOS library Swift's way of it in four fashions. Reads
 * whatever is bracketed, quoted, separated by colons, equal signs, commas or line ends; closes what was cut off.
 */
#include <ctype.h>
#include <string.h>

#include "phone_priv.h"

#define DEPTH_MAX 12u

/* JSON being written. */
struct writer {
	struct tug_buf *out;
	char closer[DEPTH_MAX]; /* of the brackets that are open */
	bool some[DEPTH_MAX];   /* something is in them */
	unsigned depth;
	bool key;  /* a key waits for its value */
	bool full; /* no room, or too deep */
};

static void put(struct writer *w, const void *p, size_t n)
{
	if (w->full || w->out->cap - w->out->len < n + DEPTH_MAX + 8) {
		w->full = true;
		return;
	}
	memcpy(w->out->p + w->out->len, p, n);
	w->out->len += n;
}

static void put_z(struct writer *w, const char *z)
{
	put(w, z, strlen(z));
}

/* A comma when one is due. */
static void comma(struct writer *w)
{
	if (w->depth > 0 && !w->key) {
		if (w->some[w->depth - 1]) {
			put_z(w, ",");
		}
		w->some[w->depth - 1] = true;
	}
}

static void open_bracket(struct writer *w, char closer)
{
	if (w->depth == DEPTH_MAX) {
		w->full = true;
		return;
	}
	if (w->depth > 0 && w->closer[w->depth - 1] == '}' && !w->key) {
		put_z(w, w->some[w->depth - 1] ? ",\"\":" : "\"\":"); /* a value without a key */
		w->some[w->depth - 1] = true;
		w->key = true;
	}
	comma(w);
	put_z(w, closer == '}' ? "{" : "[");
	w->closer[w->depth] = closer;
	w->some[w->depth++] = false;
	w->key = false;
}

static void close_bracket(struct writer *w)
{
	if (w->depth == 0) {
		return;
	}
	if (w->key) {
		put_z(w, "null");
		w->key = false;
	}
	w->depth--;
	if (w->out->len < w->out->cap) { /* room was kept for it */
		w->out->p[w->out->len++] = (uint8_t)w->closer[w->depth];
	}
}

static void put_string(struct writer *w, struct tug_slice s)
{
	put_z(w, "\"");
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] >= 0x20 && (s.p[i] != '"' || (i > 0 && s.p[i - 1] == '\\'))) {
			put(w, s.p + i, 1);
		}
	}
	if (s.len > 0 && s.p[s.len - 1] == '\\' && (s.len < 2 || s.p[s.len - 2] != '\\')) {
		put_z(w, "\\");
	}
	put_z(w, "\"");
}

static bool is_base64(uint8_t c)
{
	return isalnum(c) || c == '+' || c == '/' || c == '=';
}

/* A long value of which a part was replaced by "..." loses what follows. */
static struct tug_slice before_dots(struct tug_slice s, size_t unit, bool *cut)
{
	const uint8_t *dots = tug_dg_find(s, "...");

	if (dots == NULL) {
		dots = tug_dg_find(s, "\xe2\x80\xa6");
	}
	if (dots == NULL || s.len < 16) {
		return s;
	}
	for (size_t i = 0; s.p + i < dots; i++) {
		if (!is_base64(s.p[i])) {
			return s;
		}
	}
	*cut = true;
	return tug_slice_of(s.p, (size_t)(dots - s.p) / unit * unit);
}

static void value_string(struct writer *w, struct tug_slice s, bool *cut)
{
	bool is_key = w->depth > 0 && w->closer[w->depth - 1] == '}' && !w->key;

	comma(w);
	put_string(w, is_key ? s : before_dots(s, 4, cut));
	if (is_key) {
		put_z(w, ":");
	}
	w->key = is_key;
}

/* "0xAB12...": quoted, whole octets. */
static void value_hex(struct writer *w, struct tug_slice s, bool *cut)
{
	size_t n = 2;

	while (n < s.len && isxdigit(s.p[n])) {
		n++;
	}
	*cut = *cut || n < s.len || (n & 1) != 0;
	put_string(w, tug_slice_of(s.p, n & ~(size_t)1));
}

/* The number in the last brackets of "OK (0)", "Bad state (RC: 6)". */
static bool in_brackets(struct tug_slice s, struct tug_slice *number)
{
	size_t end = s.len, n = 0;

	if (s.len < 4 || s.p[s.len - 1] != ')') {
		return false;
	}
	end--;
	while (n < end && isdigit(s.p[end - 1 - n])) {
		n++;
	}
	*number = tug_slice_of(s.p + end - n, n);
	return n > 0;
}

static bool is_number(struct tug_slice s)
{
	size_t i = s.len > 1 && s.p[0] == '-' ? 1 : 0;

	for (size_t k = i; k < s.len; k++) {
		if (!isdigit(s.p[k])) {
			return false;
		}
	}
	return s.len > i && s.len - i < 20 && (s.len - i == 1 || s.p[i] != '0');
}

/* A token without quotes. */
static void value_token(struct writer *w, struct tug_slice s, bool *cut)
{
	struct tug_slice number;

	s = tug_dg_trim(s);
	if (s.len == 0) {
		return;
	}
	if (w->depth > 0 && w->closer[w->depth - 1] == '}' && !w->key) {
		value_string(w, s, cut);
		return;
	}
	comma(w);
	w->key = false;
	if (tug_dg_is(s, "true") || tug_dg_is(s, "false") || tug_dg_is(s, "null") || is_number(s)) {
		put(w, s.p, s.len);
	} else if (tug_dg_is(s, "nil") || tug_dg_is(s, "undefined")) {
		put_z(w, "null");
	} else if (tug_dg_starts(s, "0x", NULL)) {
		value_hex(w, s, cut);
	} else if (in_brackets(s, &number)) {
		put(w, number.p, number.len);
	} else {
		put_string(w, before_dots(s, 4, cut));
	}
}

/* ---- brackets and quotes -------------------------------------------------------------------------------------- */

static size_t blanks(struct tug_slice s, size_t at)
{
	while (at < s.len && (s.p[at] == ' ' || s.p[at] == '\t' || s.p[at] == '\n')) {
		at++;
	}
	return at;
}

/* Octets of the string whose quote is at `at`, without quotes; `*closed`: its end is there. */
static struct tug_slice quoted(struct tug_slice s, size_t at, bool *closed)
{
	size_t i = at + 1;

	while (i < s.len && s.p[i] != '"') {
		i += s.p[i] == '\\' && i + 1 < s.len ? 2u : 1u;
	}
	*closed = i < s.len;
	return tug_slice_of(s.p + at + 1, i - at - 1);
}

/* What a bracket at `at` opens: Swift prints dictionaries as ["k": v], lists within maps as {{..}, {..}}. */
static char kind_of(struct tug_slice s, size_t at)
{
	size_t next = blanks(s, at + 1), after;
	bool closed;

	if (next >= s.len) {
		return s.p[at] == '{' ? '}' : ']';
	}
	if (s.p[at] == '{') {
		return s.p[next] == '{' ? ']' : '}';
	}
	if (s.p[next] == ':') {
		return '}';
	}
	if (s.p[next] != '"') {
		return ']';
	}
	after = blanks(s, next + quoted(s, next, &closed).len + 2);
	return closed && after < s.len && s.p[after] == ':' ? '}' : ']';
}

/* End of a token without quotes at `at`: its brackets may hold anything. */
static size_t token_end(struct tug_slice s, size_t at, bool is_key)
{
	unsigned round = 0;
	size_t start = at;

	while (at < s.len) {
		uint8_t c = s.p[at];

		if (c == '(') {
			round++;
		} else if (c == ')') {
			if (round == 0) {
				break;
			}
			round--;
		} else if (c == ',' && round == 0 && !is_key && isupper(s.p[start]) && blanks(s, at + 1) < s.len &&
			   islower(s.p[blanks(s, at + 1)])) {
			at++; /* "Busy, try again later (RC: 10)" */
			continue;
		} else if (round == 0 && (c == ',' || c == '}' || c == ']' || c == '\n' || c == '{' || c == '[' ||
					  (is_key && (c == ':' || c == '=')))) {
			break;
		}
		at++;
	}
	return at;
}

static bool wants_key(const struct writer *w)
{
	return w->depth > 0 && w->closer[w->depth - 1] == '}' && !w->key;
}

/* Write the brackets of `s` from its start; false when it begins with none. */
static void brackets(struct writer *w, struct tug_slice s, bool *cut)
{
	size_t i = 0;

	while (i < s.len && !w->full) {
		uint8_t c = s.p[i];

		if (c == '{' || c == '[') {
			open_bracket(w, kind_of(s, i));
			i++;
		} else if (c == '}' || c == ']') {
			close_bracket(w);
			i++;
		} else if (c == '"') {
			bool closed;
			struct tug_slice in = quoted(s, i, &closed);

			*cut = *cut || !closed;
			value_string(w, closed ? in : tug_slice_of(in.p, in.len & ~(size_t)3), cut);
			i += in.len + 2;
		} else if (c == ',' || c == ':' || c == '=' || c == ' ' || c == '\t' || c == '\n') {
			i++;
		} else {
			size_t end = token_end(s, i, wants_key(w));

			end = end == i ? i + 1 : end;
			value_token(w, tug_slice_of(s.p + i, end - i), cut);
			i = end;
		}
		if (w->depth == 0) {
			break;
		}
	}
}

/* ---- a block of lines ----------------------------------------------------------------------------------------- */

static bool is_slot_key(struct tug_slice k)
{
	static const char *const keys[] = { "slot", "image", "version", "hash", "bootable", "pending", "confirmed", "active",
					    "permanent", "compressed" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (tug_dg_is(k, keys[i])) {
			return true;
		}
	}
	return false;
}

static void close_to(struct writer *w, unsigned depth)
{
	while (w->depth > depth) {
		close_bracket(w);
	}
}

/* "- key : value", "key : value", "key:". */
static void block_line(struct writer *w, struct tug_slice line, bool *cut)
{
	bool item = tug_dg_starts(line, "- ", &line);
	const uint8_t *colon = memchr(line.p, ':', line.len);
	struct tug_slice key, value;

	if (colon == NULL) {
		return;
	}
	key = tug_dg_trim(tug_slice_of(line.p, (size_t)(colon - line.p)));
	value = tug_dg_trim(tug_slice_of(colon + 1, line.len - (size_t)(colon - line.p) - 1));
	if (item) {
		close_to(w, w->depth > 2 ? 2 : w->depth);
		open_bracket(w, '}');
	} else if (w->depth > 1 && (w->closer[1] == '}' ? !tug_dg_is(key, "rc") && !tug_dg_is(key, "group")
							 : w->depth < 3 || !is_slot_key(key))) {
		close_to(w, 1);
	}
	if (key.len > 1 && key.p[0] == '"') {
		key = tug_slice_of(key.p + 1, key.len - 2);
	}
	value_string(w, key, cut);
	if (value.len > 1 && value.p[0] == '"') {
		bool closed;

		value_string(w, quoted(value, 0, &closed), cut);
		w->key = false;
	} else if (value.len > 0) {
		value_token(w, value, cut);
	} else {
		open_bracket(w, tug_dg_is(key, "images") ? ']' : '}');
	}
}

static void block(struct writer *w, struct tug_slice s, bool *cut)
{
	open_bracket(w, '}');
	while (s.len > 0 && !w->full) {
		const uint8_t *end = memchr(s.p, '\n', s.len);
		size_t n = end != NULL ? (size_t)(end - s.p) : s.len;

		block_line(w, tug_dg_trim(tug_slice_of(s.p, n)), cut);
		n += end != NULL;
		s = tug_slice_of(s.p + n, s.len - n);
	}
	close_to(w, 0);
}

bool tug_phone_json(struct tug_slice text, struct tug_buf *out, bool *cut)
{
	struct writer w = { .out = out };

	*cut = false;
	text = tug_slice_of(text.p + blanks(text, 0), text.len - blanks(text, 0));
	if (out->cap - out->len < DEPTH_MAX + 16) {
		return false;
	}
	if (text.len == 0 || tug_dg_starts(text, "nil", NULL)) {
		put_z(&w, "{}");
		return true;
	}
	if (text.p[0] == '{' || text.p[0] == '[') {
		brackets(&w, text, cut);
	} else if (memchr(text.p, ':', text.len) != NULL) {
		block(&w, text, cut);
	} else {
		return false;
	}
	*cut = *cut || w.depth > 0;
	close_to(&w, 0);
	return !w.full;
}

unsigned tug_phone_open(struct tug_slice text, bool *in_string)
{
	unsigned depth = 0;

	*in_string = false;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.p[i];

		if (*in_string && c == '\\') {
			i++;
		} else if (c == '"') {
			*in_string = !*in_string;
		} else if (!*in_string && (c == '{' || c == '[')) {
			depth++;
		} else if (!*in_string && (c == '}' || c == ']') && depth > 0) {
			depth--;
		}
	}
	return depth;
}

bool tug_phone_key(struct tug_slice text, const char *key, int64_t *v)
{
	size_t n = strlen(key);

	for (size_t i = 0; i + n < text.len; i++) {
		const uint8_t *at = memchr(text.p + i, key[0], text.len - n - i);
		struct tug_slice rest;
		uint64_t u;

		if (at == NULL) {
			break;
		}
		i = (size_t)(at - text.p);
		if (memcmp(text.p + i, key, n) != 0 || (i > 0 && (isalnum(text.p[i - 1]) || text.p[i - 1] == '_'))) {
			continue;
		}
		rest = tug_slice_of(text.p + i + n, text.len - i - n);
		while (rest.len > 0 && (rest.p[0] == '"' || rest.p[0] == ' ' || rest.p[0] == ':' || rest.p[0] == '=')) {
			rest = tug_slice_of(rest.p + 1, rest.len - 1);
		}
		if (rest.len > 0 && isdigit(rest.p[0]) && tug_dg_number(&rest, &u) && u <= UINT32_MAX) {
			*v = (int64_t)u;
			return true;
		}
	}
	return false;
}
