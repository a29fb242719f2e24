/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: tug's frame log (docs/log.md): frames in hex, console text between them, links.
 */
#include <ctype.h>
#include <string.h>

#include "dump_priv.h"
#include "engine_priv.h"
#include "readers_priv.h"

/* Console text of one record that is looked at; what tug writes is shorter. */
#define TEXT_MAX 1024u

struct state {
	struct tug_dg_dump_days days;
	bool open;                /* `request` has no answer yet */
	struct tug_smp_hdr request; /* latest request */
	uint8_t text[TEXT_MAX];
	uint8_t clean[3 * TEXT_MAX];
};

static int hex_digit(uint8_t c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

/* The text of a record as the device sent it, without its escape sequences. */
static struct tug_slice console_text(struct state *st, struct tug_slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len && n < sizeof(st->text); i++) {
		uint8_t c = s.p[i];

		if (c == '\\' && i + 1 < s.len && s.p[i + 1] == '\\') {
			i++;
		} else if (c == '\\' && i + 3 < s.len && s.p[i + 1] == 'x' && hex_digit(s.p[i + 2]) >= 0 &&
			   hex_digit(s.p[i + 3]) >= 0) {
			c = (uint8_t)(hex_digit(s.p[i + 2]) * 16 + hex_digit(s.p[i + 3]));
			i += 3;
		}
		st->text[n++] = c;
	}
	return tug_dg_clean(tug_slice_of(st->text, n), st->clean);
}

static void take_frame(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, bool sent, struct tug_slice hex)
{
	uint8_t octets[TUG_DG_LINE_MAX / 2];
	struct tug_buf out = tug_buf_of(octets, sizeof(octets));
	struct tug_smp_hdr h;

	hex.len -= hex.len % 2; /* a line cut off may end within an octet */
	if (tug_hex_decode(hex, &out) != TUG_OK || tug_smp_hdr_decode(tug_buf_slice(&out), &h) != TUG_OK) {
		return;
	}
	if (sent) {
		st->open = true;
		st->request = h;
	} else if (st->open && h.seq == st->request.seq && h.group == st->request.group && h.id == st->request.id) {
		st->open = false;
	}
	tug_dg_dump_frames(d, l, sent, tug_buf_slice(&out));
}

static void take_link(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice url,
		      struct tug_slice text, bool up)
{
	bool ble = tug_dg_starts(url, "ble:", NULL);

	if (!up && st->open) {
		tug_dg_silent(d, l, &st->request);
	}
	st->open = false;
	if (ble && up) {
		tug_dg_link_up(d, l);
	} else if (ble) {
		bool closed = tug_dg_is(text, "closed");

		if (closed) {
			tug_dg_link_closing(d, l);
		}
		tug_dg_link_down(d, l, closed ? 0 : -1);
	}
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	struct state *st = state;
	struct tug_slice s = tug_dg_lean(l), mark, url;
	int64_t ms;

	if (tug_dg_starts(s, "# tug log ", NULL)) {
		st->open = false;
		tug_dg_session(d, l);
		return TUG_MINE;
	}
	if (!tug_dg_dump_time(&st->days, &s, &ms) || !tug_dg_starts(s, "Z ", &s)) {
		return TUG_NOT_MINE;
	}
	mark = tug_dg_word(&s);
	url = tug_dg_word(&s);
	if (mark.len != 1 || strchr("<>\"+-", mark.p[0]) == NULL || tug_dg_find(url, ":") == NULL) {
		return TUG_NOT_MINE;
	}
	if (s.len > 0) {
		s = tug_slice_of(s.p + 1, s.len - 1);
	}
	l->ms = ms;
	l->src = TUG_SRC_TUG;
	l->body = s;
	if (mark.p[0] == '<' || mark.p[0] == '>') {
		take_frame(d, st, l, mark.p[0] == '>', tug_dg_trim(s));
		return TUG_MINE;
	}
	if (mark.p[0] == '"') {
		l->body = console_text(st, s);
		if (tug_dg_find(s, "\\x") != NULL) {
			l->text = l->body; /* escape sequences would stand between words */
			l->pairs = NULL;
		}
		return TUG_SHARED;
	}
	take_link(d, st, l, url, tug_dg_trim(s), mark.p[0] == '+');
	return TUG_MINE;
}

const struct tug_reader tug_reader_tuglog = {
	.kind = "tug frame log",
	.expect = "a frame log of tug (--log)",
	.src = TUG_SRC_TUG,
	.state_size = sizeof(struct state),
	.line = line,
};
