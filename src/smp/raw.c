/* SPDX-License-Identifier: Apache-2.0
 *
 * SMP frames that stand bare: back to back on a UART, or several in a datagram. Boundaries are the length field's.
 * For transports and devices.
 */
#include <tug/smp_frame.h>

#include <string.h>

enum { TIMEOUT_MS = 3000 };

void tug_raw_rx_init(struct tug_raw_rx *rx, struct tug_buf storage)
{
	rx->frame = storage;
	rx->frame.len = 0;
	rx->last_ms = 0;
}

static void drop(struct tug_raw_rx *rx, int err, struct tug_rx_event *ev)
{
	ev->kind = TUG_RX_DROP;
	ev->data = tug_buf_slice(&rx->frame);
	ev->err = err;
	rx->frame.len = 0;
}

/* Octets the frame under way will have; the header when that is not complete. */
static size_t wanted(const struct tug_raw_rx *rx)
{
	struct tug_smp_hdr hdr;
	if (tug_smp_hdr_decode(tug_buf_slice(&rx->frame), &hdr) != TUG_OK) {
		return TUG_SMP_HDR_LEN;
	}
	return TUG_SMP_HDR_LEN + (size_t)hdr.len;
}

/* Move as many octets as the frame under way still wants. */
static void take(struct tug_raw_rx *rx, struct tug_slice *in)
{
	size_t n = wanted(rx) - rx->frame.len;
	n = n < in->len ? n : in->len;
	memcpy(rx->frame.p + rx->frame.len, in->p, n);
	rx->frame.len += n;
	*in = tug_slice_of(in->p + n, in->len - n);
}

void tug_raw_rx_feed(struct tug_raw_rx *rx, struct tug_slice *in, uint64_t now_ms, struct tug_rx_event *ev)
{
	*ev = (struct tug_rx_event){ .kind = TUG_RX_NONE };
	if (rx->frame.len >= TUG_SMP_HDR_LEN && rx->frame.len == wanted(rx)) {
		rx->frame.len = 0; /* handed out by the last call */
	}
	if (rx->frame.len > 0 && now_ms > rx->last_ms && now_ms - rx->last_ms >= TIMEOUT_MS) {
		drop(rx, TUG_ETIMEOUT, ev);
		return;
	}
	while (in->len > 0) {
		rx->last_ms = now_ms;
		if (wanted(rx) > rx->frame.cap) {
			*in = tug_slice_of(in->p + 1, in->len - 1);
			drop(rx, TUG_ETOOBIG, ev); /* storage below a header: nothing can be received */
			return;
		}
		take(rx, in);
		if (rx->frame.len < TUG_SMP_HDR_LEN) {
			return;
		}
		if ((rx->frame.p[0] & 7u) > TUG_SMP_WRITE_RSP) {
			drop(rx, TUG_EOP, ev);
			return;
		}
		if (wanted(rx) > rx->frame.cap) {
			drop(rx, TUG_ETOOBIG, ev);
			return;
		}
		if (rx->frame.len == wanted(rx)) {
			ev->kind = TUG_RX_FRAME;
			ev->data = tug_buf_slice(&rx->frame);
			return;
		}
	}
}

int tug_dgram_next(struct tug_slice *dgram, struct tug_slice *frame)
{
	struct tug_smp_hdr hdr;
	size_t len;

	if (tug_smp_hdr_decode(*dgram, &hdr) != TUG_OK) {
		*dgram = tug_slice_of(NULL, 0);
		return 0;
	}
	len = TUG_SMP_HDR_LEN + (size_t)hdr.len;
	if (len > dgram->len) {
		*frame = *dgram;
		*dgram = tug_slice_of(NULL, 0);
		return TUG_ETRUNC;
	}
	*frame = tug_slice_of(dgram->p, len);
	*dgram = tug_slice_of(dgram->p + len, dgram->len - len);
	return 1;
}
