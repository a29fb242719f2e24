/* SPDX-License-Identifier: Apache-2.0
 *
 * SMP frames out of console lines on a host, octet by octet: what is a frame line, what is text, what is dropped. Reads
 * no frame content but the length it needs to resynchronise. For transports; the device side is console_server.c.
 */
#include "console_priv.h"

#include <string.h>

enum state {
	ST_TEXT,  /* no marker seen */
	ST_MARK,  /* first octet of a marker seen */
	ST_START, /* marker complete, its line not yet begun */
	ST_DATA,  /* base64 of the frame under way */
	ST_HEAD,  /* base64 of a first line while a frame is under way: new frame or continuation? */
	ST_SKIP,  /* rest of a line that is of no use */
};

void tug_console_rx_init(struct tug_console_rx *rx, struct tug_buf storage, uint8_t flags)
{
	memset(rx, 0, sizeof(*rx));
	tug_console_server_rx_init(&rx->base, storage, flags);
	rx->state = ST_TEXT;
}

static bool is_client(const struct tug_console_rx *rx)
{
	return (rx->base.flags & TUG_CONSOLE_SERVER) == 0;
}

static void drop(struct tug_console_rx *rx, int err, struct tug_rx_event *ev)
{
	ev->kind = TUG_RX_DROP;
	ev->data = tug_slice_of(NULL, 0);
	ev->err = err == TUG_ENOSPACE ? TUG_ETOOBIG : err;
	tug_console_frame_begin(&rx->base, false);
	rx->state = ST_SKIP;
}

/* Does a first line begin a frame? Its total must agree with the header behind it, as servers send it. */
static bool begins_frame(struct tug_slice head)
{
	struct tug_smp_hdr hdr;
	if (head.len < TUG_CONSOLE_TOTAL_LEN + TUG_SMP_HDR_LEN) {
		return false;
	}
	(void)tug_smp_hdr_decode(tug_slice_of(head.p + TUG_CONSOLE_TOTAL_LEN, TUG_SMP_HDR_LEN), &hdr);
	return hdr.op <= TUG_SMP_WRITE_RSP && hdr.reserved == 0 && hdr.flags == 0 &&
	       (size_t)hdr.len + TUG_CONSOLE_FRAME_MIN == tug_be16(head.p);
}

/* Enough of a repeated first line is known: start over with it, or take it as a continuation. */
static void resolve_head(struct tug_console_rx *rx, struct tug_rx_event *ev)
{
	struct tug_slice head = tug_slice_of(rx->head, rx->head_n);
	struct tug_buf *frame = &rx->base.frame;
	int r = TUG_ENOSPACE;

	rx->head_n = 0;
	if (begins_frame(head)) {
		drop(rx, TUG_ETRUNC, ev);
		tug_console_frame_begin(&rx->base, true);
	}
	rx->state = ST_DATA;
	if (head.len <= frame->cap - frame->len) {
		memcpy(frame->p + frame->len, head.p, head.len);
		frame->len += head.len;
		r = tug_console_frame_check(&rx->base);
	}
	if (r < 0) {
		drop(rx, r, ev);
	}
}

/* One base64 character: into the frame, or into the head that is looked at first. */
static void frame_char(struct tug_console_rx *rx, uint8_t c, struct tug_rx_event *ev)
{
	struct tug_buf head = tug_buf_of(rx->head, sizeof(rx->head));
	bool data = rx->state == ST_DATA;
	int r;

	head.len = rx->head_n;
	r = tug_console_char(&rx->base, c, data ? &rx->base.frame : &head);
	if (r == TUG_OK && data) {
		r = tug_console_frame_check(&rx->base);
	}
	if (r < 0) {
		drop(rx, r, ev);
		return;
	}
	rx->head_n = (uint8_t)head.len;
	if (!data && (rx->base.padded || head.len == sizeof(rx->head))) {
		resolve_head(rx, ev);
	}
}

/* The frame line is over, by a newline or by another marker: is the frame whole? */
static void end_frame_line(struct tug_console_rx *rx, struct tug_rx_event *ev)
{
	struct tug_slice frame;
	int r;

	if (rx->state == ST_HEAD && rx->base.quad_n == 0) {
		resolve_head(rx, ev);
	}
	r = tug_console_frame_end(&rx->base, &frame);
	if (r < 0) {
		drop(rx, r, ev);
	}
	rx->state = ST_TEXT;
	if (r == TUG_OK) {
		ev->kind = TUG_RX_FRAME;
		ev->data = frame;
	}
}

/* Begin the line whose marker is complete. */
static void start_line(struct tug_console_rx *rx, uint64_t now_ms)
{
	rx->base.quad_n = 0;
	rx->head_n = 0;
	rx->base.padded = false;
	if (rx->mark == TUG_CONSOLE_NEXT_0) {
		rx->state = rx->base.open ? ST_DATA : ST_SKIP;
	} else if (rx->base.open && rx->base.frame.len > 0) {
		rx->state = ST_HEAD;
	} else {
		tug_console_frame_begin(&rx->base, true);
		rx->state = ST_DATA;
	}
	if (rx->base.open) {
		rx->base.since_ms = now_ms;
	}
}

static void hand_out_text(struct tug_console_rx *rx, struct tug_rx_event *ev)
{
	ev->kind = TUG_RX_TEXT;
	ev->data = tug_slice_of(rx->line, rx->line_len);
	rx->sent = true;
}

static void put_text(struct tug_console_rx *rx, uint8_t c, struct tug_rx_event *ev)
{
	rx->line[rx->line_len++] = c;
	if (c == '\n' || rx->line_len == sizeof(rx->line)) {
		hand_out_text(rx, ev);
	}
}

/* Second octet of what may be a marker. Result: true = used; else the first was none, look at `c` again. */
static bool mark_octet(struct tug_console_rx *rx, uint8_t c, struct tug_rx_event *ev)
{
	if (c == (rx->mark == TUG_CONSOLE_FIRST_0 ? TUG_CONSOLE_FIRST_1 : TUG_CONSOLE_NEXT_1)) {
		uint8_t back = rx->back;
		rx->state = back;
		if (back == ST_DATA || back == ST_HEAD) {
			end_frame_line(rx, ev);
		} else if (back == ST_TEXT && rx->line_len > 0) {
			hand_out_text(rx, ev);
		}
		rx->state = ST_START;
		return true;
	}
	rx->state = rx->back;
	if (rx->back == ST_DATA || rx->back == ST_HEAD) {
		drop(rx, TUG_EBASE64, ev);
	} else if (rx->back == ST_TEXT) {
		put_text(rx, rx->mark, ev);
	}
	return false;
}

static void data_octet(struct tug_console_rx *rx, uint8_t c, uint64_t now_ms, struct tug_rx_event *ev)
{
	rx->base.since_ms = now_ms;
	if (c == '\n') {
		end_frame_line(rx, ev);
	} else if (c != '\r' || (rx->base.flags & TUG_CONSOLE_LF_ONLY) != 0) {
		frame_char(rx, c, ev);
	}
}

/* Result: true = `c` was used. */
static bool octet(struct tug_console_rx *rx, uint8_t c, uint64_t now_ms, struct tug_rx_event *ev)
{
	if (rx->state == ST_MARK) {
		return mark_octet(rx, c, ev);
	}
	if (c == TUG_CONSOLE_FIRST_0 || c == TUG_CONSOLE_NEXT_0) {
		rx->back = rx->state;
		rx->mark = c;
		rx->state = ST_MARK;
	} else if (rx->state == ST_DATA || rx->state == ST_HEAD) {
		data_octet(rx, c, now_ms, ev);
	} else if (rx->state == ST_SKIP) {
		rx->state = c == '\n' ? ST_TEXT : ST_SKIP;
	} else {
		put_text(rx, c, ev);
	}
	return true;
}

/* The frame under way got nothing for too long: give it up, and the line it is in. */
static void give_up(struct tug_console_rx *rx, struct tug_rx_event *ev)
{
	uint8_t state = rx->state;
	bool in_line = state == ST_DATA || state == ST_HEAD;

	drop(rx, TUG_ETIMEOUT, ev);
	rx->base.quad_n = 0;
	rx->state = in_line ? (uint8_t)ST_SKIP : state;
	if (state == ST_MARK && (rx->back == ST_DATA || rx->back == ST_HEAD)) {
		rx->back = ST_SKIP;
	}
}

void tug_console_rx_feed(struct tug_console_rx *rx, struct tug_slice *in, uint64_t now_ms,
			 struct tug_rx_event *ev)
{
	if (!is_client(rx)) {
		tug_console_server_rx_feed(&rx->base, in, now_ms, ev);
		return;
	}
	*ev = (struct tug_rx_event){ .kind = TUG_RX_NONE };
	if (rx->sent) {
		rx->sent = false;
		rx->line_len = 0;
	}
	if (tug_console_frame_late(&rx->base, now_ms)) {
		give_up(rx, ev);
		return;
	}
	while (ev->kind == TUG_RX_NONE) {
		if (rx->state == ST_START) {
			start_line(rx, now_ms);
			continue;
		}
		if (in->len == 0) {
			return;
		}
		if (octet(rx, in->p[0], now_ms, ev)) {
			*in = tug_slice_of(in->p + 1, in->len - 1);
		}
	}
}

void tug_console_rx_flush(struct tug_console_rx *rx, struct tug_rx_event *ev)
{
	*ev = (struct tug_rx_event){ .kind = TUG_RX_NONE };
	if (rx->sent) {
		rx->sent = false;
		rx->line_len = 0;
	}
	if (rx->state == ST_MARK && rx->back == ST_TEXT && is_client(rx)) {
		rx->state = ST_TEXT;
		put_text(rx, rx->mark, ev);
	}
	if (rx->line_len > 0) {
		hand_out_text(rx, ev);
	}
}
