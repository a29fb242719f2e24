/* SPDX-License-Identifier: Apache-2.0
 *
 * SMP frames out of console lines, octet by octet: what is a frame line, what is text, what is dropped. Reads no
 * frame content but the length it needs to resynchronise. For transports (client side) and devices (server side).
 *
 * A line is   marker, base64, LF   and a frame is   total(2) | frame | CRC-16(2)   over one line or more.
 */
#include <tug/smp_frame.h>

#include <string.h>

enum {
	FIRST_0 = 0x06,
	FIRST_1 = 0x09,
	NEXT_0 = 0x04,
	NEXT_1 = 0x14,
	CRC_LEN = 2,
	TOTAL_LEN = 2,
	FRAME_MIN = TUG_SMP_HDR_LEN + CRC_LEN, /* least value of total */
	TIMEOUT_MS = 3000,
	SERVER_LINE_MAX = 128, /* a Zephyr line buffer, LF included */
};

enum state {
	ST_TEXT,  /* no marker seen; on the server side: at the start of a line */
	ST_MARK,  /* first octet of a marker seen */
	ST_START, /* marker complete, its line not yet begun */
	ST_DATA,  /* base64 of the frame under way */
	ST_HEAD,  /* base64 of a first line while a frame is under way: new frame or continuation? */
	ST_SKIP,  /* rest of a line that is of no use */
};

void tug_console_rx_init(struct tug_console_rx *rx, struct tug_buf storage, uint8_t flags)
{
	memset(rx, 0, sizeof(*rx));
	rx->frame = storage;
	rx->frame.len = 0;
	rx->flags = flags;
	rx->state = ST_TEXT;
}

static bool is_client(const struct tug_console_rx *rx)
{
	return (rx->flags & TUG_CONSOLE_SERVER) == 0;
}

static void drop(struct tug_console_rx *rx, int err, struct tug_rx_event *ev)
{
	ev->kind = TUG_RX_DROP;
	ev->data = tug_slice_of(NULL, 0);
	ev->err = err;
	rx->open = false;
	rx->frame.len = 0;
	rx->want = 0;
	rx->state = ST_SKIP;
}

static void open_frame(struct tug_console_rx *rx)
{
	rx->open = true;
	rx->frame.len = 0;
	rx->want = 0;
}

/* Append decoded octets to the frame under way; the first two say how many there will be. */
static void append(struct tug_console_rx *rx, struct tug_slice s, struct tug_rx_event *ev)
{
	if (s.len > rx->frame.cap - rx->frame.len) {
		drop(rx, TUG_ETOOBIG, ev);
		return;
	}
	if (s.len > 0) {
		memcpy(rx->frame.p + rx->frame.len, s.p, s.len);
		rx->frame.len += s.len;
	}
	if (rx->frame.len < TOTAL_LEN) {
		return;
	}
	rx->want = tug_be16(rx->frame.p);
	if (rx->want < FRAME_MIN || rx->frame.len > (size_t)rx->want + TOTAL_LEN) {
		drop(rx, TUG_ELEN, ev);
	} else if ((size_t)rx->want + TOTAL_LEN > rx->frame.cap) {
		drop(rx, TUG_ETOOBIG, ev);
	}
}

/* Does a first line begin a frame? Its total must agree with the header behind it, as servers send it. */
static bool begins_frame(struct tug_slice head)
{
	struct tug_smp_hdr hdr;
	if (head.len < TOTAL_LEN + TUG_SMP_HDR_LEN) {
		return false;
	}
	(void)tug_smp_hdr_decode(tug_slice_of(head.p + TOTAL_LEN, TUG_SMP_HDR_LEN), &hdr);
	return hdr.op <= TUG_SMP_WRITE_RSP && hdr.reserved == 0 && hdr.flags == 0 &&
	       (size_t)hdr.len + FRAME_MIN == tug_be16(head.p);
}

/* Enough of a repeated first line is known: start over with it, or take it as a continuation. */
static void resolve_head(struct tug_console_rx *rx, struct tug_rx_event *ev)
{
	struct tug_slice head = tug_slice_of(rx->head, rx->head_n);

	rx->head_n = 0;
	if (begins_frame(head)) {
		drop(rx, TUG_ETRUNC, ev);
		open_frame(rx);
	}
	rx->state = ST_DATA;
	append(rx, head, ev);
}

static void quad_done(struct tug_console_rx *rx, struct tug_rx_event *ev)
{
	uint8_t raw[3];
	struct tug_buf out = tug_buf_of(raw, sizeof(raw));

	rx->quad_n = 0;
	if (rx->padded || tug_base64_decode(tug_slice_of(rx->quad, sizeof(rx->quad)), &out) != TUG_OK) {
		drop(rx, TUG_EBASE64, ev);
		return;
	}
	rx->padded = out.len < sizeof(raw);
	if (rx->state == ST_DATA) {
		append(rx, tug_buf_slice(&out), ev);
		return;
	}
	memcpy(rx->head + rx->head_n, raw, out.len);
	rx->head_n = (uint8_t)(rx->head_n + out.len);
	if (rx->padded || rx->head_n == sizeof(rx->head)) {
		resolve_head(rx, ev);
	}
}

/* The frame line is over, by a newline or by another marker: is the frame whole? */
static void end_frame_line(struct tug_console_rx *rx, struct tug_rx_event *ev)
{
	if (rx->state == ST_HEAD && rx->quad_n == 0) {
		resolve_head(rx, ev);
	}
	if (rx->quad_n != 0) {
		drop(rx, TUG_EBASE64, ev);
	}
	rx->state = ST_TEXT;
	if (!rx->open || rx->want == 0 || rx->frame.len != (size_t)rx->want + TOTAL_LEN) {
		return;
	}
	struct tug_slice frame = tug_slice_of(rx->frame.p + TOTAL_LEN, (size_t)rx->want - CRC_LEN);
	if (tug_crc16(0, frame) != tug_be16(frame.p + frame.len)) {
		drop(rx, TUG_ECRC, ev);
		rx->state = ST_TEXT;
		return;
	}
	rx->open = false;
	ev->kind = TUG_RX_FRAME;
	ev->data = frame;
}

/* Begin the line whose marker is complete. */
static void start_line(struct tug_console_rx *rx, uint64_t now_ms, struct tug_rx_event *ev)
{
	rx->quad_n = 0;
	rx->head_n = 0;
	rx->padded = false;
	if (rx->mark == NEXT_0) {
		rx->state = rx->open ? ST_DATA : ST_SKIP;
	} else if (rx->open && rx->frame.len > 0 && is_client(rx)) {
		rx->state = ST_HEAD;
	} else {
		if (rx->open && rx->frame.len > 0) {
			drop(rx, TUG_ETRUNC, ev);
		}
		open_frame(rx);
		rx->state = ST_DATA;
	}
	if (rx->open) {
		rx->since_ms = now_ms;
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
	if (c == (rx->mark == FIRST_0 ? FIRST_1 : NEXT_1)) {
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
		if (is_client(rx)) {
			put_text(rx, rx->mark, ev);
		} else {
			rx->state = ST_SKIP;
		}
	}
	return false;
}

static void data_octet(struct tug_console_rx *rx, uint8_t c, uint64_t now_ms, struct tug_rx_event *ev)
{
	rx->since_ms = now_ms;
	if (c == '\n') {
		end_frame_line(rx, ev);
		return;
	}
	if (c == '\r' && (rx->flags & TUG_CONSOLE_LF_ONLY) == 0) {
		return;
	}
	rx->quad[rx->quad_n++] = c;
	if (rx->quad_n == sizeof(rx->quad)) {
		quad_done(rx, ev);
	}
}

/* Does `c` perhaps begin a marker? Servers look at the start of a line only. */
static bool begins_mark(const struct tug_console_rx *rx, uint8_t c)
{
	return (c == FIRST_0 || c == NEXT_0) && (is_client(rx) || (rx->state == ST_TEXT && rx->octets == 0));
}

/* Result: true = `c` was used. */
static bool octet(struct tug_console_rx *rx, uint8_t c, uint64_t now_ms, struct tug_rx_event *ev)
{
	if (rx->state == ST_MARK) {
		return mark_octet(rx, c, ev);
	}
	if (begins_mark(rx, c)) {
		rx->back = rx->state;
		rx->mark = c;
		rx->state = ST_MARK;
		return true;
	}
	if (rx->state == ST_DATA || rx->state == ST_HEAD) {
		data_octet(rx, c, now_ms, ev);
		return true;
	}
	if (rx->state == ST_SKIP) {
		rx->state = c == '\n' ? ST_TEXT : ST_SKIP;
		return true;
	}
	if (is_client(rx)) {
		put_text(rx, c, ev);
	} else if (c != '\n') {
		rx->state = ST_SKIP;
	}
	return true;
}

/* Server side: count the octets of the line, and drop it when it would not fit a line buffer. */
static void count_octet(struct tug_console_rx *rx, uint8_t c, struct tug_rx_event *ev)
{
	if (c == '\n') {
		rx->octets = 0;
		return;
	}
	if (rx->octets < SERVER_LINE_MAX && ++rx->octets == SERVER_LINE_MAX && rx->state == ST_DATA) {
		drop(rx, TUG_ETOOBIG, ev);
	}
}

void tug_console_rx_feed(struct tug_console_rx *rx, struct tug_slice *in, uint64_t now_ms,
			 struct tug_rx_event *ev)
{
	*ev = (struct tug_rx_event){ .kind = TUG_RX_NONE };
	if (rx->sent) {
		rx->sent = false;
		rx->line_len = 0;
	}
	if (rx->open && now_ms > rx->since_ms && now_ms - rx->since_ms >= TIMEOUT_MS) {
		uint8_t state = rx->state;
		bool in_line = state == ST_DATA || state == ST_HEAD;
		drop(rx, TUG_ETIMEOUT, ev);
		rx->quad_n = 0;
		rx->state = in_line ? (uint8_t)ST_SKIP : state;
		if (state == ST_MARK && (rx->back == ST_DATA || rx->back == ST_HEAD)) {
			rx->back = ST_SKIP;
		}
		return;
	}
	while (ev->kind == TUG_RX_NONE) {
		if (rx->state == ST_START) {
			start_line(rx, now_ms, ev);
			continue;
		}
		if (in->len == 0) {
			return;
		}
		uint8_t c = in->p[0];
		if (octet(rx, c, now_ms, ev)) {
			*in = tug_slice_of(in->p + 1, in->len - 1);
			if (!is_client(rx)) {
				count_octet(rx, c, ev);
			}
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
