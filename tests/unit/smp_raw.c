/* SPDX-License-Identifier: Apache-2.0
 *
 * Bare frames: back to back on a UART, cut into BLE pieces, several in a datagram.
 */
#include "smp_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tug/smp_frame.h>

struct sink {
	struct tug_raw_rx rx;
	uint8_t store[512];
	uint8_t all[8192]; /* frames one behind the other */
	size_t all_len;
	unsigned frames;
	unsigned drops;
	size_t dropped; /* octets in them */
	int err;
};

static void sink_init(struct sink *s, size_t cap)
{
	memset(s, 0, sizeof(*s));
	tug_raw_rx_init(&s->rx, tug_buf_of(s->store, cap));
}

static void feed(struct sink *s, const void *p, size_t len, uint64_t now_ms)
{
	struct octets o = octets_of(p, len);
	struct tug_slice in = octets_slice(&o);
	struct tug_rx_event ev;
	size_t rounds = 0;
	do {
		tug_raw_rx_feed(&s->rx, &in, now_ms, &ev);
		assert_true(++rounds <= len + 4);
		if (ev.kind == TUG_RX_FRAME) {
			struct tug_smp_hdr hdr;
			struct tug_slice body;
			assert_int_equal(tug_smp_frame_split(ev.data, &hdr, &body), TUG_OK);
			assert_true(s->all_len + ev.data.len <= sizeof(s->all));
			memcpy(s->all + s->all_len, ev.data.p, ev.data.len);
			s->all_len += ev.data.len;
			s->frames++;
		} else if (ev.kind == TUG_RX_DROP) {
			s->drops++;
			s->dropped += ev.data.len;
			s->err = ev.err;
		}
	} while (ev.kind != TUG_RX_NONE);
	assert_int_equal(in.len, 0);
	octets_free(&o);
}

/* All vector frames, back to back: at every split point, and cut into pieces of every BLE size. */
static void test_vectors(void **state)
{
	static struct sink s;
	static uint8_t stream[16384];
	struct vec v = { .n = 0 };
	void *f = vec_open("smp-frames.txt");
	size_t n = 0;
	unsigned frames = 0;
	(void)state;
	while (vec_next(f, &v)) {
		struct octets o = vec_hex(&v, "A");
		for (size_t k = 0; k <= o.len; k++) {
			sink_init(&s, o.len);
			feed(&s, o.p, k, 0);
			assert_int_equal(s.frames, k == o.len ? 1 : 0);
			feed(&s, o.p + k, o.len - k, 0);
			assert_int_equal(s.frames, 1);
			assert_int_equal(s.all_len, o.len);
			assert_memory_equal(s.all, o.p, o.len);
		}
		memcpy(stream + n, o.p, o.len);
		n += o.len;
		frames++;
		octets_free(&o);
	}
	for (size_t piece = 1; piece <= 512; piece++) {
		sink_init(&s, 512);
		for (size_t at = 0; at < n; at += piece) {
			feed(&s, stream + at, piece < n - at ? piece : n - at, at);
		}
		assert_int_equal(s.frames, frames);
		assert_int_equal(s.drops, 0);
		assert_int_equal(s.all_len, n);
		assert_memory_equal(s.all, stream, n);
	}
}

static void test_ble(void **state)
{
	static struct sink s;
	struct vec v = { .n = 0 };
	void *f = vec_open("smp-ble.txt");
	unsigned n = 0;
	(void)state;
	while (vec_next(f, &v)) {
		struct octets o = vec_hex(&v, "frame");
		const char *p = vec_get(&v, "pieces", 0);
		size_t mtu = strtoul(vec_get(&v, "mtu", 0), NULL, 10);
		size_t at = 0;
		sink_init(&s, 512);
		while (*p != '\0') {
			char *end = NULL;
			size_t piece = strtoul(p, &end, 10);
			assert_int_equal(piece, o.len - at < mtu - 3 ? o.len - at : mtu - 3);
			assert_int_equal(s.frames, 0);
			feed(&s, o.p + at, piece, 0);
			at += piece;
			p = end;
		}
		assert_int_equal(at, o.len);
		assert_int_equal(s.frames, 1);
		assert_memory_equal(s.all, o.p, o.len);
		octets_free(&o);
		n++;
	}
	assert_int_equal(n, 3);
}

/* Any octet with any other value: frames that are consistent in themselves, or drops; never more than fits. */
static void test_corruption(void **state)
{
	static struct sink s;
	struct vec v = { .n = 0 };
	void *f = vec_open("smp-frames.txt");
	(void)state;
	while (vec_next(f, &v)) {
		struct octets o = vec_hex(&v, "Q");
		for (size_t i = 0; i < o.len; i++) {
			uint8_t old = o.p[i];
			for (unsigned x = 1; x < 256; x++) {
				o.p[i] = (uint8_t)(old ^ x);
				sink_init(&s, 64);
				feed(&s, o.p, o.len, 0);
				assert_true(s.all_len + s.dropped + s.rx.frame.len >= o.len - 8 || s.frames + s.drops > 0);
			}
			o.p[i] = old;
		}
		octets_free(&o);
	}
}

static void test_drops(void **state)
{
	static struct sink s;
	const uint8_t echo[] = { 0x0a, 0, 0, 9, 0, 0, 1, 0, 0xa1, 0x61, 0x64, 0x65, 'h', 'e', 'l', 'l', 'o' };
	uint8_t bad[sizeof(echo)];
	(void)state;
	/* op above 3 */
	memcpy(bad, echo, sizeof(bad));
	bad[0] = 0x0c;
	sink_init(&s, 512);
	feed(&s, bad, 8, 0);
	assert_int_equal(s.err, TUG_EOP);
	assert_int_equal(s.dropped, 8);
	feed(&s, echo, sizeof(echo), 0);
	assert_int_equal(s.frames, 1);
	/* length beyond the storage, by one */
	sink_init(&s, sizeof(echo));
	feed(&s, echo, sizeof(echo), 0);
	assert_int_equal(s.frames, 1);
	sink_init(&s, sizeof(echo) - 1);
	feed(&s, echo, 8, 0);
	assert_int_equal(s.err, TUG_ETOOBIG);
	/* one octet of junk: the next frame is unreadable until a pause */
	sink_init(&s, 512);
	feed(&s, "\xff", 1, 0);
	feed(&s, echo, sizeof(echo), 1);
	assert_int_equal(s.frames, 0);
	feed(&s, echo, sizeof(echo), 4000);
	assert_int_equal(s.err, TUG_ETIMEOUT);
	assert_int_equal(s.frames, 1);
	assert_memory_equal(s.all, echo, sizeof(echo));
	/* a pause in mid-frame, noticed without an octet; a slow sender is no pause */
	sink_init(&s, 512);
	for (size_t i = 0; i + 1 < sizeof(echo); i++) {
		feed(&s, echo + i, 1, 2999 * i);
	}
	assert_int_equal(s.drops, 0);
	feed(&s, "", 0, 2999 * 15 + 3000);
	assert_int_equal(s.drops, 1);
	assert_int_equal(s.dropped, sizeof(echo) - 1);
	/* storage below a header */
	sink_init(&s, 7);
	feed(&s, echo, sizeof(echo), 0);
	assert_int_equal(s.frames, 0);
	assert_int_equal(s.err, TUG_ETOOBIG);
}

static void test_datagrams(void **state)
{
	const uint8_t frame[] = { 0x0a, 0, 0, 1, 0, 0, 1, 0, 0xa0 };
	uint8_t raw[4 * sizeof(frame)];
	(void)state;
	/* n whole frames and `extra` octets of another */
	for (size_t n = 0; n < 4; n++) {
		for (size_t extra = 0; extra < sizeof(frame); extra++) {
			for (size_t i = 0; i < sizeof(raw); i++) {
				raw[i] = frame[i % sizeof(frame)];
			}
			struct octets o = octets_of(raw, n * sizeof(frame) + extra);
			struct tug_slice rest = octets_slice(&o);
			struct tug_slice got;
			for (size_t i = 0; i < n; i++) {
				assert_int_equal(tug_dgram_next(&rest, &got), 1);
				assert_int_equal(got.len, sizeof(frame));
				assert_ptr_equal(got.p, o.p + i * sizeof(frame));
			}
			if (extra == 8) {
				assert_int_equal(tug_dgram_next(&rest, &got), TUG_ETRUNC);
				assert_int_equal(got.len, extra);
			}
			assert_int_equal(tug_dgram_next(&rest, &got), 0);
			assert_int_equal(rest.len, 0);
			octets_free(&o);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors), cmocka_unit_test(test_ble),       cmocka_unit_test(test_corruption),
		cmocka_unit_test(test_drops),   cmocka_unit_test(test_datagrams),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
