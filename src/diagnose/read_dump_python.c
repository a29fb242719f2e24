/* SPDX-License-Identifier: Apache-2.0
 *
 * Python objects as repr() prints them and terminals wrap them: bytes literals, headers, enumeration members.
 */
#include <ctype.h>
#include <string.h>

#include <tug/smp_body.h>

#include "dump_priv.h"

/* Folds that are tried as a lost blank. */
#define FOLDS_MAX 160u

void tug_dg_dump_wrap_begin(struct tug_dg_dump_wrap *w, const struct tug_dg_line *l)
{
	w->open = true;
	w->widest = 0;
	w->len = 0;
	tug_dg_dump_keep(&w->at, l);
}

void tug_dg_dump_wrap_add(struct tug_dg_dump_wrap *w, struct tug_slice text)
{
	while (text.len > 0 && (text.p[text.len - 1] == ' ' || text.p[text.len - 1] == '\t')) {
		text.len--;
	}
	if (text.len + 1 > sizeof(w->text) - w->len) {
		return;
	}
	if (text.len > 0) {
		memcpy(w->text + w->len, text.p, text.len);
	}
	w->len += text.len;
	w->text[w->len++] = '\n';
	w->widest = text.len > w->widest ? (uint16_t)text.len : w->widest;
}

struct tug_slice tug_dg_dump_wrap_end(struct tug_dg_dump_wrap *w)
{
	size_t from = 0;

	for (size_t i = 0; i < w->len; i++) {
		if (w->text[i] == '\n') {
			w->text[i] = i - from >= w->widest ? TUG_DUMP_FOLD : ' ';
			from = i + 1;
		}
	}
	w->open = false;
	return tug_slice_of(w->text, w->len);
}

static int hex_digit(uint8_t c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

/* The characters of a text without its folds; a blank for fold number `blank_at`, from 0. */
struct chars {
	struct tug_slice rest;
	size_t folds;
	size_t blank_at;
};

static int next_char(struct chars *c)
{
	while (c->rest.len > 0) {
		uint8_t ch = c->rest.p[0];

		c->rest = tug_slice_of(c->rest.p + 1, c->rest.len - 1);
		if (ch != TUG_DUMP_FOLD) {
			return ch;
		}
		if (c->folds++ == c->blank_at) {
			return ' ';
		}
	}
	return -1;
}

/* One octet behind a backslash; -1 when the text ends within it. */
static int escaped(struct chars *c)
{
	int ch = next_char(c), hi, lo;

	if (ch == 'x') {
		hi = next_char(c);
		lo = next_char(c);
		if (hi < 0 || lo < 0 || hex_digit((uint8_t)hi) < 0 || hex_digit((uint8_t)lo) < 0) {
			return -1;
		}
		return hex_digit((uint8_t)hi) * 16 + hex_digit((uint8_t)lo);
	}
	return ch == 'n' ? '\n' : ch == 't' ? '\t' : ch == 'r' ? '\r' : ch;
}

/* The literal whose opening quote `c` stands behind. Result: its end was there. */
static bool literal(struct chars *c, int quote, struct tug_buf *out)
{
	int ch;

	out->len = 0;
	while ((ch = next_char(c)) >= 0 && ch != quote) {
		ch = ch == '\\' ? escaped(c) : ch;
		if (ch < 0 || out->len == out->cap) {
			return false;
		}
		out->p[out->len++] = (uint8_t)ch;
	}
	return ch == quote;
}

/*
 * Octets that are missing at the end of the frame `skip` octets into `b`; -1 when it is none or too long. With `skip`
 * the length of frame and checksum stands in front.
 */
static long missing(const struct tug_buf *b, size_t skip)
{
	struct tug_smp_hdr h;
	size_t want;

	if (b->len < skip || tug_smp_hdr_decode(tug_slice_of(b->p + skip, b->len - skip), &h) != TUG_OK) {
		return -1;
	}
	want = skip == 2 ? 2u + tug_be16(b->p) : skip + TUG_SMP_HDR_LEN + h.len;
	return want >= b->len ? (long)(want - b->len) : -1;
}

static bool well_formed(const struct tug_buf *b, size_t skip)
{
	struct tug_slice body = tug_slice_of(b->p + skip + TUG_SMP_HDR_LEN, b->len - skip - TUG_SMP_HDR_LEN);
	size_t len;

	return tug_cbor_check(body, &len) == TUG_OK;
}

/* Which fold was a blank? Result: found, and `out` is the literal with it. */
static bool find_blank(const struct chars *begin, int quote, size_t folds, size_t skip, struct tug_buf *out)
{
	for (size_t i = 0; i < folds && i < FOLDS_MAX; i++) {
		struct chars again = *begin;

		again.blank_at = i;
		if (literal(&again, quote, out) && missing(out, skip) == 0 && well_formed(out, skip)) {
			return true;
		}
	}
	return false;
}

bool tug_dg_dump_python_frame(struct tug_slice text, const char *key, size_t skip, struct tug_buf *out)
{
	struct tug_slice s = tug_dg_after(text, key);
	struct chars begin = { .rest = s, .blank_at = SIZE_MAX }, c;
	struct tug_smp_hdr h;
	int quote;
	bool whole;

	if (s.p == NULL || next_char(&begin) != 'b' || ((quote = next_char(&begin)) != '\'' && quote != '"')) {
		return false;
	}
	begin.folds = 0;
	c = begin;
	whole = literal(&c, quote, out);
	if (whole && missing(out, skip) == 1 && !find_blank(&begin, quote, c.folds, skip, out)) {
		c = begin;
		literal(&c, quote, out);
	}
	if (missing(out, skip) < 0) {
		return false;
	}
	tug_smp_hdr_decode(tug_slice_of(out->p + skip, out->len - skip), &h);
	memmove(out->p, out->p + skip, out->len - skip);
	out->len -= skip;
	out->len = out->len < TUG_SMP_HDR_LEN + (size_t)h.len ? out->len : TUG_SMP_HDR_LEN + (size_t)h.len;
	return true;
}

bool tug_dg_dump_python_number(struct tug_slice text, const char *key, int64_t *v)
{
	struct tug_slice s = tug_dg_after(text, key);
	uint64_t u;
	bool minus;

	while (s.len > 0 && (s.p[0] == TUG_DUMP_FOLD || s.p[0] == ' ')) {
		s = tug_slice_of(s.p + 1, s.len - 1);
	}
	if (s.len > 0 && s.p[0] == '<') {
		s = tug_dg_after(s, ":");
		while (s.len > 0 && (s.p[0] == TUG_DUMP_FOLD || s.p[0] == ' ')) {
			s = tug_slice_of(s.p + 1, s.len - 1);
		}
	}
	minus = s.len > 0 && s.p[0] == '-';
	if (minus) {
		s = tug_slice_of(s.p + 1, s.len - 1);
	}
	if (s.len == 0 || !isdigit(s.p[0]) || !tug_dg_number(&s, &u) || u > INT32_MAX) {
		return false;
	}
	*v = minus ? -(int64_t)u : (int64_t)u;
	return true;
}

bool tug_dg_dump_python_header(struct tug_slice text, struct tug_smp_hdr *h)
{
	int64_t op, version, len, group, seq, id;
	struct tug_slice s = tug_dg_after(text, "Header(");

	if (s.p == NULL || !tug_dg_dump_python_number(s, "op=", &op) || !tug_dg_dump_python_number(s, "version=", &version) ||
	    !tug_dg_dump_python_number(s, "length=", &len) || !tug_dg_dump_python_number(s, "group_id=", &group) ||
	    !tug_dg_dump_python_number(s, "sequence=", &seq) || !tug_dg_dump_python_number(s, "command_id=", &id)) {
		return false;
	}
	if (op > 3 || version > 1 || op < 0 || version < 0 || len < 0 || len > 0xffff || group < 0 || group > 0xffff || seq < 0 ||
	    seq > 255 || id < 0 || id > 255) {
		return false;
	}
	*h = (struct tug_smp_hdr){ .op = (uint8_t)op, .version = (uint8_t)version, .len = (uint16_t)len,
				   .group = (uint16_t)group, .seq = (uint8_t)seq, .id = (uint8_t)id };
	return true;
}
