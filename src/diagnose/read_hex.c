/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: bare frames, in the forms in which people paste octets: hex of all kinds, dumps with offsets, C arrays,
 * console lines, base64. Nothing is taken for a frame that is not one from its header to the end of its map.
 */
#include <ctype.h>
#include <string.h>

#include <tug/smp_text.h>

#include "dump_priv.h"
#include "readers_priv.h"

#define OCTETS_MAX 8192u
/* A frame may begin this deep in a line's octets: a time or an address may stand in front. */
#define DEEP 16u
/* And this deep in a dump: headers of the carriers stand in front. */
#define DUMP_DEEP 160u
/* Octets of a frame cut off that are worth telling. */
#define CUT_MIN 16u

/* Octets that come line by line. */
struct piled {
	struct tug_dg_dump_at at; /* first line */
	size_t len;
	uint8_t p[OCTETS_MAX];
};

struct state {
	struct piled lines;  /* lines of nothing but hex */
	struct piled dump;   /* rows of a dump */
	struct piled base64; /* lines of nothing but base64, decoded */
	struct tug_console_rx rx;
	bool rx_open;
	uint8_t storage[OCTETS_MAX];
	uint8_t octets[OCTETS_MAX];
};

static bool known_group(uint16_t group)
{
	return group >= 64 || tug_smp_group_name(group) != NULL;
}

/* The frame at the start of `octets`, or 0. Result: its octets. */
static size_t frame_at(struct tug_slice octets)
{
	struct tug_smp_hdr h;
	size_t len;

	if (octets.len <= TUG_SMP_HDR_LEN || octets.p[0] > 0x0b || octets.p[1] != 0 ||
	    tug_smp_hdr_decode(octets, &h) != TUG_OK || !known_group(h.group)) {
		return 0;
	}
	len = TUG_SMP_HDR_LEN + (size_t)h.len;
	return len <= octets.len && tug_dg_dump_plausible(tug_slice_of(octets.p, len)) ? len : 0;
}

static void give(struct tug_diag *d, const struct tug_dg_line *l, struct tug_slice frame)
{
	tug_dg_dump_frames(d, l, frame.p[0] % 2 == 0, frame);
}

/* Frames in `octets`, the first at most `deep` octets in. Result: there were some. */
static bool give_frames(struct tug_diag *d, const struct tug_dg_line *l, struct tug_slice octets, size_t deep)
{
	size_t from = 0;
	bool any = false;

	while (from < octets.len && from <= deep) {
		size_t len = frame_at(tug_slice_of(octets.p + from, octets.len - from));

		if (len > 0) {
			give(d, l, tug_slice_of(octets.p + from, len));
			any = true;
			deep += len;
			from += len;
		} else {
			from++;
		}
	}
	return any;
}

/* ---- piles ------------------------------------------------------------------------------------------------------- */

static void pile(struct piled *p, const struct tug_dg_line *l, struct tug_slice octets)
{
	if (p->len == 0) {
		tug_dg_dump_keep(&p->at, l);
	}
	if (octets.len <= sizeof(p->p) - p->len) {
		memcpy(p->p + p->len, octets.p, octets.len);
		p->len += octets.len;
	}
}

/* The pile ends. What is the begin of a known request or answer is told as cut off. */
static void end_pile(struct tug_diag *d, struct piled *p)
{
	struct tug_dg_line l = tug_dg_dump_line(&p->at);
	struct tug_slice octets = tug_slice_of(p->p, p->len);
	struct tug_smp_hdr h;

	if (p->len >= CUT_MIN && octets.p[0] <= 0x0b && octets.p[1] == 0 && tug_smp_hdr_decode(octets, &h) == TUG_OK &&
	    h.op <= TUG_SMP_WRITE_RSP && TUG_SMP_HDR_LEN + (size_t)h.len > p->len && (octets.p[8] & 0xe0) == 0xa0 &&
	    tug_smp_cmd_find(h.group, h.id, h.op & 2u) != NULL) {
		give(d, &l, octets);
	}
	p->len = 0;
}

/* Is what was piled up a frame now? */
static bool settle(struct tug_diag *d, struct piled *p, size_t deep)
{
	for (size_t from = 0; from <= deep && from + TUG_SMP_HDR_LEN < p->len; from++) {
		struct tug_slice rest = tug_slice_of(p->p + from, p->len - from);

		if (frame_at(rest) == rest.len) {
			struct tug_dg_line l = tug_dg_dump_line(&p->at);

			give(d, &l, rest);
			p->len = 0;
			return true;
		}
	}
	return false;
}

/* ---- hex --------------------------------------------------------------------------------------------------------- */

static int hex_digit(uint8_t c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

/* Characters that may stand between octets, and before the first: "0x", "\x", "(0x) ", ", ". */
static size_t separators(struct tug_slice s)
{
	size_t n = 0;

	while (n < s.len && n < 6) {
		if (strchr(" ,;:-\t{}[]()\\|", s.p[n]) != NULL && s.p[n] != '\0') {
			n++;
		} else if (s.p[n] == '0' && n + 1 < s.len && (s.p[n + 1] | 0x20) == 'x') {
			n += 2;
		} else if (s.p[n] == 'x' && n > 0 && s.p[n - 1] == '\\') {
			n++;
		} else {
			break;
		}
	}
	return n;
}

/* Octets written as hex at the start of `*s`, cut off. Result: how many; `*clean` = nothing else was among them. */
static size_t take_hex(struct tug_slice *s, uint8_t *out, size_t cap)
{
	struct tug_slice t = *s;
	size_t n = 0;

	for (;;) {
		size_t skip = separators(t), digits = 0;
		struct tug_slice u = tug_slice_of(t.p + skip, t.len - skip);

		while (digits < u.len && hex_digit(u.p[digits]) >= 0) {
			digits++;
		}
		if (digits == 0 || digits % 2 != 0 || digits / 2 > cap - n ||
		    (digits < u.len && (isalnum(u.p[digits]) || u.p[digits] == '_' || u.p[digits] == '.'))) {
			break;
		}
		for (size_t i = 0; i < digits; i += 2) {
			out[n++] = (uint8_t)(hex_digit(u.p[i]) * 16 + hex_digit(u.p[i + 1]));
		}
		t = tug_slice_of(u.p + digits, u.len - digits);
	}
	*s = t;
	return n;
}

static bool is_console(struct tug_slice octets)
{
	return octets.len > 8 && ((octets.p[0] == 6 && octets.p[1] == 9) || (octets.p[0] == 4 && octets.p[1] == 20));
}

/* Octets of a console line; `l` is where they stand. Result: a frame came out. */
static bool feed_console(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice octets)
{
	struct tug_rx_event ev;
	bool any = false;

	if (!st->rx_open) {
		tug_console_rx_init(&st->rx, tug_buf_of(st->storage, sizeof(st->storage)), TUG_CONSOLE_CLIENT);
		st->rx_open = true;
	}
	do {
		tug_console_rx_feed(&st->rx, &octets, 0, &ev);
		if (ev.kind == TUG_RX_FRAME && ev.data.len >= TUG_SMP_HDR_LEN) {
			give(d, l, ev.data);
			any = true;
		}
	} while (ev.kind != TUG_RX_NONE);
	return any;
}

static bool take_line_of_hex(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice octets)
{
	static const uint8_t newline = '\n';

	if (is_console(octets)) {
		feed_console(d, st, l, octets);
		if (octets.p[octets.len - 1] != '\n') {
			feed_console(d, st, l, tug_slice_of(&newline, 1));
		}
		return true;
	}
	if (give_frames(d, l, octets, DEEP)) {
		st->lines.len = 0;
		return true;
	}
	pile(&st->lines, l, octets);
	return settle(d, &st->lines, 0);
}

/* All runs of octets in a line. Result: frames were among them. `*pure`: the line is nothing but octets. */
static bool take_runs(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice text, bool *pure)
{
	struct tug_slice s = text;
	bool any = false, boundary = true;

	*pure = false;
	while (s.len > 1) {
		const uint8_t *begin = s.p;
		size_t n = 0;

		if (boundary && (hex_digit(s.p[0]) >= 0 || strchr("{[(\\0", s.p[0]) != NULL)) {
			n = take_hex(&s, st->octets, sizeof(st->octets));
		}
		if (n == 0) {
			boundary = !isalnum(s.p[0]) && s.p[0] != '_';
			s = tug_slice_of(s.p + 1, s.len - 1);
			continue;
		}
		if (begin == text.p && separators(s) >= s.len) {
			*pure = true;
			return take_line_of_hex(d, st, l, tug_slice_of(st->octets, n));
		}
		any = (n > TUG_SMP_HDR_LEN && give_frames(d, l, tug_slice_of(st->octets, n), DEEP)) || any;
		boundary = false;
	}
	return any;
}

/* ---- dumps ------------------------------------------------------------------------------------------------------- */

static bool take_row(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice text, bool *any)
{
	uint8_t row[16];
	uint64_t off;
	int n = tug_dg_dump_row(text, &off, row);

	if (n <= 0 || (off != 0 && off != st->dump.len)) {
		return false;
	}
	if (off == 0) {
		end_pile(d, &st->dump);
	}
	pile(&st->dump, l, tug_slice_of(row, (size_t)n));
	*any = settle(d, &st->dump, DUMP_DEEP);
	return true;
}

/* ---- console lines and base64 -------------------------------------------------------------------------------------- */

static bool is_base64(uint8_t c)
{
	return isalnum(c) || c == '+' || c == '/' || c == '=';
}

static size_t base64_run(struct tug_slice s)
{
	size_t n = 0;

	while (n < s.len && is_base64(s.p[n])) {
		n++;
	}
	return n;
}

static bool feed_line(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, const uint8_t marker[2],
		      struct tug_slice base64)
{
	static const uint8_t newline = '\n';
	bool any;

	any = feed_console(d, st, l, tug_slice_of(marker, 2));
	any = feed_console(d, st, l, base64) || any;
	return feed_console(d, st, l, tug_slice_of(&newline, 1)) || any;
}

/* Could a marker of a console line be in here? */
static bool has_marker(struct tug_slice raw)
{
	static const char first[] = "\x06\x04^\\<";

	for (size_t i = 0; i < sizeof(first) - 1 && raw.len > 0; i++) {
		if (memchr(raw.p, first[i], raw.len) != NULL) {
			return true;
		}
	}
	return false;
}

/* "06 09 base64" with the markers as octets or as people and languages write them. */
static bool take_console(struct tug_diag *d, struct state *st, const struct tug_dg_line *l)
{
	static const struct {
		const char *text;
		uint8_t marker[2];
	} forms[] = {
		{ "\x06\x09", { 6, 9 } },   { "\x04\x14", { 4, 20 } },	{ "^F^I", { 6, 9 } },	  { "^D^T", { 4, 20 } },
		{ "\\x06\\x09", { 6, 9 } }, { "\\x06\\t", { 6, 9 } },	{ "\\x04\\x14", { 4, 20 } }, { "<06><09>", { 6, 9 } },
		{ "<04><14>", { 4, 20 } },  { "\\006\\t", { 6, 9 } },	{ "\\004\\024", { 4, 20 } },
	};
	bool any = false;

	if (!has_marker(l->raw)) {
		return false;
	}
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tug_slice s = l->raw, rest;

		while ((rest = tug_dg_after(s, forms[i].text)).p != NULL) {
			size_t n = base64_run(rest);

			if (n >= 8) {
				feed_line(d, st, l, forms[i].marker, tug_slice_of(rest.p, n));
				any = true;
			}
			s = tug_slice_of(rest.p + n, rest.len - n);
		}
	}
	return any;
}

/* Length, frame and checksum, complete? */
static bool unwrap(struct tug_diag *d, struct piled *p)
{
	struct tug_slice frame;

	if (p->len < 4u + TUG_SMP_HDR_LEN || tug_be16(p->p) != p->len - 2u ||
	    tug_crc16(0, tug_slice_of(p->p + 2, p->len - 2)) != 0) {
		return false;
	}
	frame = tug_slice_of(p->p + 2, p->len - 4);
	if (frame.p[0] <= 0x0b) {
		struct tug_dg_line l = tug_dg_dump_line(&p->at);

		give(d, &l, frame);
	}
	p->len = 0;
	return true;
}

/* Base64 alone on a line, or as its last word: the markers were lost on the way. */
static bool take_base64(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_buf out = tug_buf_of(st->octets, sizeof(st->octets));
	struct tug_slice word;
	size_t n = text.len;

	while (n > 0 && text.p[n - 1] > ' ') {
		n--;
	}
	word = tug_slice_of(text.p + n, text.len - n);
	if (word.len < 12 || word.len % 4 != 0 || base64_run(word) != word.len || tug_base64_decode(word, &out) != TUG_OK) {
		st->base64.len = 0;
		return false;
	}
	if (n > 0 || st->base64.len == 0 || st->base64.len + out.len > 2u + tug_be16(st->base64.p)) {
		st->base64.len = 0;
	}
	pile(&st->base64, l, tug_buf_slice(&out));
	if (unwrap(d, &st->base64)) {
		return true;
	}
	return frame_at(tug_buf_slice(&out)) == out.len && give_frames(d, l, tug_buf_slice(&out), 0);
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	struct state *st = state;
	struct tug_slice text = tug_dg_lean(l);
	bool pure = false, any = false, row;

	l->src |= TUG_SRC_HEX;
	row = take_row(d, st, l, text, &any);
	if (!row && text.len > 0) {
		end_pile(d, &st->dump);
	}
	any = any || take_console(d, st, l);
	if (!any && !row) {
		any = take_runs(d, st, l, text, &pure);
	}
	if (!pure && text.len > 0) {
		end_pile(d, &st->lines);
	}
	any = any || (!row && take_base64(d, st, l, text));
	if (!any) {
		l->src &= (uint16_t)~TUG_SRC_HEX;
	}
	return any ? TUG_MINE : TUG_NOT_MINE;
}

static void end(struct tug_diag *d, void *state)
{
	struct state *st = state;

	end_pile(d, &st->dump);
	end_pile(d, &st->lines);
}

const struct tug_reader tug_reader_hex = {
	.kind = "SMP frames in hex",
	.expect = "SMP frames in hex or base64",
	.src = TUG_SRC_HEX,
	.state_size = sizeof(struct state),
	.line = line,
	.end = end,
};
