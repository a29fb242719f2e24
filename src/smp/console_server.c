/* SPDX-License-Identifier: Apache-2.0
 *
 * SMP frames out of console lines on a device, octet by octet: lines that begin with a marker, up to the length of a
 * Zephyr line buffer; all else is dropped. Reads no frame content. For devices; console_rx.c grows its frames here too.
 *
 * A line is   marker, base64, LF   and a frame is   total(2) | frame | CRC-16(2)   over one line or more.
 */
#include "console_priv.h"

#include <string.h>

enum {
	TIMEOUT_MS = 3000,
	LINE_MAX = 128, /* a Zephyr line buffer, LF included */
};

enum state {
	ST_START, /* at the start of a line */
	ST_FIRST, /* first octet of a first line's marker seen */
	ST_NEXT,  /* first octet of a further line's marker seen */
	ST_DATA,  /* base64 of the frame under way */
	ST_SKIP,  /* rest of a line that is of no use */
};

void tug_console_server_rx_init(struct tug_console_server_rx *rx, struct tug_buf storage, uint8_t flags)
{
	memset(rx, 0, sizeof(*rx));
	rx->frame = storage;
	rx->frame.len = 0;
	rx->flags = flags;
}

void tug_console_frame_begin(struct tug_console_server_rx *rx, bool open)
{
	rx->open = open;
	rx->frame.len = 0;
}

bool tug_console_frame_late(const struct tug_console_server_rx *rx, uint64_t now_ms)
{
	return rx->open && now_ms >= rx->since_ms + TIMEOUT_MS;
}

int tug_console_char(struct tug_console_server_rx *rx, uint8_t c, struct tug_buf *to)
{
	rx->quad[rx->quad_n++] = c;
	if (rx->quad_n < sizeof(rx->quad)) {
		return TUG_OK;
	}
	rx->quad_n = 0;
	if (rx->padded) {
		return TUG_EBASE64;
	}
	rx->padded = c == '=';
	return tug_base64_decode(tug_slice_of(rx->quad, sizeof(rx->quad)), to);
}

/* Octets that the frame under way will have by its total; 0 = not known yet. */
static size_t announced(const struct tug_console_server_rx *rx)
{
	return rx->frame.len < TUG_CONSOLE_TOTAL_LEN ? 0 : (size_t)tug_be16(rx->frame.p) + TUG_CONSOLE_TOTAL_LEN;
}

int tug_console_frame_check(const struct tug_console_server_rx *rx)
{
	size_t all = announced(rx);

	if (all == 0) {
		return TUG_OK;
	}
	if (all < TUG_CONSOLE_FRAME_MIN + TUG_CONSOLE_TOTAL_LEN || rx->frame.len > all) {
		return TUG_ELEN;
	}
	return all > rx->frame.cap ? TUG_ETOOBIG : TUG_OK;
}

int tug_console_frame_end(struct tug_console_server_rx *rx, struct tug_slice *frame)
{
	size_t all = announced(rx);

	if (rx->quad_n != 0) {
		return TUG_EBASE64;
	}
	if (!rx->open || all == 0 || rx->frame.len != all) {
		return TUG_MORE;
	}
	struct tug_slice got = tug_slice_of(rx->frame.p + TUG_CONSOLE_TOTAL_LEN,
					    all - TUG_CONSOLE_TOTAL_LEN - TUG_CONSOLE_CRC_LEN);
	if (tug_crc16(0, got) != tug_be16(got.p + got.len)) {
		return TUG_ECRC;
	}
	rx->open = false;
	*frame = got;
	return TUG_OK;
}

/* The marker is complete: begin its line. Result: TUG_MORE, or TUG_ETRUNC for the frame this line puts an end to. */
static int start_line(struct tug_console_server_rx *rx, bool first, uint64_t now_ms)
{
	bool cut = first && rx->open && rx->frame.len > 0;

	if (first) {
		tug_console_frame_begin(rx, true);
	}
	rx->state = rx->open ? ST_DATA : ST_SKIP;
	rx->since_ms = now_ms;
	rx->octets = 2;
	rx->quad_n = 0;
	rx->padded = false;
	return cut ? TUG_ETRUNC : TUG_MORE;
}

/* Give up the frame under way and what is left of its line. */
static int drop(struct tug_console_server_rx *rx, int err)
{
	tug_console_frame_begin(rx, false);
	rx->state = ST_SKIP;
	return err;
}

static int data_octet(struct tug_console_server_rx *rx, uint8_t c, uint64_t now_ms)
{
	int r = TUG_OK;

	rx->since_ms = now_ms;
	if (c != '\r' || (rx->flags & TUG_CONSOLE_LF_ONLY) != 0) {
		r = tug_console_char(rx, c, &rx->frame);
		if (r == TUG_OK) {
			r = tug_console_frame_check(rx);
		}
	}
	if (r == TUG_ENOSPACE || (++rx->octets == LINE_MAX && r == TUG_OK)) {
		r = TUG_ETOOBIG;
	}
	return r < 0 ? drop(rx, r) : TUG_MORE;
}

static int line_end(struct tug_console_server_rx *rx, uint64_t now_ms, struct tug_slice *frame)
{
	int r = TUG_MORE;

	if (rx->state == ST_DATA) {
		rx->since_ms = now_ms;
		r = tug_console_frame_end(rx, frame);
		if (r < 0) {
			(void)drop(rx, r);
		}
	}
	rx->state = ST_START;
	return r;
}

/* Result: TUG_MORE, TUG_OK = a frame is whole, or why one was dropped. */
static int octet(struct tug_console_server_rx *rx, uint8_t c, uint64_t now_ms, struct tug_slice *frame)
{
	uint8_t state = rx->state;

	if (c == '\n') {
		return line_end(rx, now_ms, frame);
	}
	if (state == ST_DATA) {
		return data_octet(rx, c, now_ms);
	}
	rx->state = ST_SKIP;
	if (state == ST_START && c == TUG_CONSOLE_FIRST_0) {
		rx->state = ST_FIRST;
	} else if (state == ST_START && c == TUG_CONSOLE_NEXT_0) {
		rx->state = ST_NEXT;
	} else if ((state == ST_FIRST && c == TUG_CONSOLE_FIRST_1) || (state == ST_NEXT && c == TUG_CONSOLE_NEXT_1)) {
		return start_line(rx, state == ST_FIRST, now_ms);
	}
	return TUG_MORE;
}

void tug_console_server_rx_feed(struct tug_console_server_rx *rx, struct tug_slice *in, uint64_t now_ms,
				struct tug_rx_event *ev)
{
	int r = TUG_MORE;

	ev->kind = TUG_RX_NONE;
	ev->data = tug_slice_of(NULL, 0);
	if (tug_console_frame_late(rx, now_ms)) {
		uint8_t state = rx->state;

		r = drop(rx, TUG_ETIMEOUT);
		rx->state = state == ST_DATA ? (uint8_t)ST_SKIP : state;
	}
	while (r == TUG_MORE && in->len > 0) {
		r = octet(rx, in->p[0], now_ms, &ev->data);
		*in = tug_slice_of(in->p + 1, in->len - 1);
	}
	ev->err = r < 0 ? r : TUG_OK;
	if (r != TUG_MORE) {
		ev->kind = r == TUG_OK ? TUG_RX_FRAME : TUG_RX_DROP;
	}
}
