/* SPDX-License-Identifier: Apache-2.0
 *
 * Octets of a serial line, as clients dump them: frames out of console lines, and what else came in between.
 */
#include <string.h>

#include "dump_priv.h"
#include "engine_priv.h"
#include "readers_priv.h"

static void take_text(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_serial *s, struct tug_slice text)
{
	bool ends = text.len > 0 && text.p[text.len - 1] == '\n';
	size_t room = sizeof(s->text) - s->text_len, n = text.len < room ? text.len : room;

	if (s->text_len == 0) {
		tug_dg_dump_keep(&s->text_at, l);
	}
	memcpy(s->text + s->text_len, text.p, n);
	s->text_len = (uint16_t)(s->text_len + n);
	if (ends || s->text_len == sizeof(s->text)) {
		struct tug_dg_line at = tug_dg_dump_line(&s->text_at);

		tug_dg_dump_foreign(d, &at, tug_slice_of(s->text, s->text_len));
		s->text_len = 0;
	}
}

static void take_event(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_serial *s, bool sent,
		       const struct tug_rx_event *ev)
{
	if (ev->kind == TUG_RX_DROP && !sent) {
		tug_dg_facts(d)->smp.undecodable++;
	} else if (ev->kind == TUG_RX_TEXT && !sent && ev->data.len > 0) {
		take_text(d, l, s, ev->data);
	}
}

void tug_dg_dump_serial(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_serial *s, bool sent,
			struct tug_slice octets)
{
	struct tug_rx_event ev;

	if (!s->open) {
		tug_console_rx_init(&s->rx, tug_buf_of(s->storage, sizeof(s->storage)), TUG_CONSOLE_CLIENT);
		s->open = true;
	}
	do {
		tug_console_rx_feed(&s->rx, &octets, 0, &ev);
		if (ev.kind != TUG_RX_FRAME) {
			take_event(d, l, s, sent, &ev);
		} else if (tug_dg_dump_once(s->once, s->form, ev.data)) {
			tug_dg_dump_frames(d, l, sent, ev.data);
		}
	} while (ev.kind != TUG_RX_NONE);
}

void tug_dg_dump_serial_flush(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_serial *s, bool sent)
{
	struct tug_rx_event ev;

	if (!s->open) {
		return;
	}
	tug_console_rx_flush(&s->rx, &ev);
	take_event(d, l, s, sent, &ev);
	if (s->text_len > 0) {
		take_text(d, l, s, tug_slice_of((const uint8_t *)"\n", 1));
	}
}

/* A line for one of the readers of consoles, with its state in this input. */
static void ask(struct tug_diag *d, const struct tug_reader *reader, struct tug_dg_line *l)
{
	size_t n;
	const struct tug_reader *const *r = tug_readers(&n);
	struct tug_dg_input *in = &d->input[d->n_inputs - 1];

	for (size_t i = 0; i < n && in->state != NULL; i++) {
		if (r[i] == reader && reader->line(d, in->state[i], l) != TUG_NOT_MINE) {
			l->src |= reader->src;
		}
	}
}

void tug_dg_dump_foreign(struct tug_diag *d, const struct tug_dg_line *l, struct tug_slice octets)
{
	struct tug_dg_smp *x = &tug_dg_facts(d)->smp;
	struct tug_dg_line line = *l;
	uint8_t room[3 * 512];

	octets.len = octets.len < 512 ? octets.len : 512;
	line.raw = octets;
	line.text = tug_dg_trim(tug_dg_clean(octets, room));
	line.body = line.text;
	if (line.text.len == 0) {
		return;
	}
	x->foreign_rx += octets.len;
	if (x->foreign_rx_text[0] == '\0') {
		tug_dg_here(l, &x->foreign_rx_at);
		tug_dg_copy(x->foreign_rx_text, sizeof(x->foreign_rx_text), line.text);
	}
	ask(d, &tug_reader_boot, &line);
	ask(d, &tug_reader_device, &line);
	tug_dg_match_line(&d->match, &line);
}
