/* SPDX-License-Identifier: Apache-2.0
 *
 * The request machine: every request's callback runs exactly once; an answer is taken when group, id, seq
 * and op match and never otherwise; time-outs, retransmissions, versions and window as client.h says.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client_fake.h"
#include "src/client/client_priv.h"

#define FRAME 64u

static struct tug_client cl;
static uint8_t storage[FRAME * TUG_CLIENT_WINDOW];

struct seen {
	unsigned calls;
	int err;
	int32_t rc;
	bool failed;
	uint32_t rtt;
	size_t body;
};

static void on_done(void *user, int err, const struct tug_client_rsp *rsp)
{
	struct seen *s = user;

	s->calls++;
	s->err = err;
	if (err == TUG_OK) {
		assert_non_null(rsp);
		s->rc = rsp->status.rc;
		s->failed = rsp->status.failed;
		s->rtt = rsp->rtt_ms;
		s->body = rsp->body.len;
	} else {
		assert_null(rsp);
	}
}

static void start(enum tug_client_smp smp, uint8_t window, uint8_t retries)
{
	struct tug_client_cfg cfg = { .smp = smp, .retries = retries, .max_frame = FRAME, .window = window, .storage = storage };

	assert_int_equal(tug_client_init(&cl, &cfg), TUG_OK);
}

static const struct tug_smp_cmd *cmd(uint16_t group, uint8_t id, uint8_t op)
{
	const struct tug_smp_cmd *c = tug_smp_cmd_find(group, id, op);

	assert_non_null(c);
	return c;
}

static int ask(struct seen *s, uint16_t group, uint8_t id, uint8_t op, const struct tug_client_opt *opt)
{
	static const uint8_t empty[] = { 0xa0 };

	memset(s, 0, sizeof(*s));
	return tug_client_request(&cl, cmd(group, id, op), tug_slice_of(empty, 1), opt, on_done, s);
}

/* Transmit the next frame; its header. */
static struct tug_smp_hdr sent(uint64_t now)
{
	struct tug_smp_hdr h = { 0 };
	struct tug_slice f;

	assert_int_equal(tug_client_tx(&cl, now, &f), 1);
	assert_int_equal(tug_smp_hdr_decode(f, &h), TUG_OK);
	assert_int_equal(h.len + TUG_SMP_HDR_LEN, f.len);
	return h;
}

static bool nothing(uint64_t now)
{
	struct tug_slice f;

	return tug_client_tx(&cl, now, &f) == 0;
}

static void answer_raw(struct tug_smp_hdr h, const char *body, size_t n, uint64_t now)
{
	uint8_t f[64];

	h.op++;
	h.len = (uint16_t)n;
	tug_smp_hdr_encode(&h, f);
	memcpy(f + TUG_SMP_HDR_LEN, body, n);
	tug_client_rx(&cl, tug_slice_of(f, TUG_SMP_HDR_LEN + n), now);
}

static void answer(struct tug_smp_hdr h, uint64_t now)
{
	answer_raw(h, "\xbf\xff", 2, now);
}

static void answer_rc(struct tug_smp_hdr h, uint8_t rc, uint64_t now)
{
	char b[] = { '\xbf', 0x62, 'r', 'c', (char)rc, '\xff' };

	answer_raw(h, b, sizeof(b), now);
}

static void init_errors(void **state)
{
	struct tug_client_cfg ok = { .max_frame = FRAME, .window = 1, .storage = storage };
	struct tug_client_cfg c;

	(void)state;
	c = ok;
	c.window = 0;
	assert_int_equal(tug_client_init(&cl, &c), TUG_EINVAL);
	c.window = TUG_CLIENT_WINDOW + 1;
	assert_int_equal(tug_client_init(&cl, &c), TUG_EINVAL);
	c = ok;
	c.storage = NULL;
	assert_int_equal(tug_client_init(&cl, &c), TUG_EINVAL);
	c = ok;
	c.max_frame = TUG_SMP_HDR_LEN;
	assert_int_equal(tug_client_init(&cl, &c), TUG_EINVAL);
}

static void one_round(void **state)
{
	struct tug_smp_hdr h;
	struct seen s;

	(void)state;
	start(TUG_CLIENT_AUTO, 1, 255);
	assert_true(nothing(0));
	assert_int_equal(tug_client_deadline(&cl), UINT64_MAX);
	assert_true(ask(&s, 0, 6, TUG_SMP_READ, NULL) >= 0);
	assert_int_equal(tug_client_room(&cl), 0);
	h = sent(10);
	assert_int_equal(h.op, TUG_SMP_READ);
	assert_int_equal(h.version, 1);
	assert_true(nothing(10));
	answer(h, 35);
	assert_int_equal(s.calls, 1);
	assert_int_equal(s.err, TUG_OK);
	assert_int_equal(s.rtt, 25);
	assert_int_equal(tug_client_room(&cl), 1);
	answer(h, 36);
	assert_int_equal(s.calls, 1);
	assert_int_equal(cl.late, 1);
}

/* Whatever is wrong in the header of an answer, it is not taken. */
static void mismatches(void **state)
{
	struct tug_smp_hdr h;
	struct seen s;
	uint8_t f[10] = { 0 };

	(void)state;
	start(TUG_CLIENT_AUTO, 1, 255);
	ask(&s, 0, 6, TUG_SMP_READ, NULL);
	h = sent(0);
	for (unsigned bit = 0; bit < 8 * 8; bit++) {
		struct tug_smp_hdr a = h;

		a.op++;
		a.len = 2;
		tug_smp_hdr_encode(&a, f);
		f[8] = 0xbf;
		f[9] = 0xff;
		f[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		/* Version, reserved bits and flags are not looked at. */
		if (bit / 8 == 1 || (bit / 8 == 0 && bit % 8 >= 3)) {
			continue;
		}
		tug_client_rx(&cl, tug_slice_of(f, 10), 1);
		assert_int_equal(s.calls, 0);
	}
	assert_true(cl.late > 40);
	answer(h, 2);
	assert_int_equal(s.calls, 1);
}

static void any_version_is_read(void **state)
{
	(void)state;
	for (uint8_t v = 0; v < 4; v++) {
		struct tug_smp_hdr h;
		struct seen s;

		start(TUG_CLIENT_AUTO, 1, 255);
		ask(&s, 0, 6, TUG_SMP_READ, NULL);
		h = sent(0);
		h.version = v;
		answer(h, 1);
		assert_int_equal(s.calls, 1);
		assert_int_equal(s.err, TUG_OK);
	}
}

static void times_out(void **state)
{
	(void)state;
	for (uint8_t retries = 0; retries < 5; retries++) {
		struct tug_client_opt opt = { .patient = 1 };
		struct seen s;
		uint64_t now = 0;
		unsigned frames = 0;

		start(TUG_CLIENT_V2, 1, retries);
		ask(&s, 0, 6, TUG_SMP_READ, &opt);
		while (s.calls == 0) {
			if (!nothing(now)) {
				frames++;
			}
			assert_true(tug_client_deadline(&cl) == UINT64_MAX || tug_client_deadline(&cl) >= now);
			now = tug_client_deadline(&cl);
			tug_client_tick(&cl, now);
		}
		assert_int_equal(s.err, TUG_ETIMEOUT);
		assert_int_equal(frames, retries + 1u);
		assert_int_equal(now, 5000u * (retries + 1u));
	}
}

/* Once round trips are known, a lost read costs a moment and not the whole time-out; the end is the same. */
static void early_retransmission(void **state)
{
	struct tug_smp_hdr h;
	struct seen s;
	uint64_t now = 100;

	(void)state;
	start(TUG_CLIENT_AUTO, 1, 255);
	ask(&s, 0, 6, TUG_SMP_READ, NULL);
	h = sent(0);
	answer(h, 20);
	ask(&s, 0, 6, TUG_SMP_READ, NULL);
	h = sent(now);
	assert_int_equal(tug_client_deadline(&cl), now + 250);
	tug_client_tick(&cl, now + 250);
	assert_int_equal(sent(now + 250).seq, h.seq);
	assert_int_equal(tug_client_deadline(&cl), now + 250 + 500);
	answer(h, now + 600);
	assert_int_equal(s.calls, 1);
	ask(&s, 0, 6, TUG_SMP_READ, NULL);
	for (now = 1000; s.calls == 0; now = tug_client_deadline(&cl), tug_client_tick(&cl, now)) {
		while (!nothing(now)) {
		}
	}
	assert_int_equal(s.err, TUG_ETIMEOUT);
	assert_int_equal(now, 1000 + 4 * 5000);
}

/* What holds half a frame takes a repetition for its rest: none goes out before the silence it needs. */
static void quiet_before_repetition(void **state)
{
	static const uint32_t base[] = { 0, 500 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct tug_client_cfg cfg = { .max_frame = FRAME, .window = 1, .storage = storage, .timeout_ms = base[i], .retries = 2,
					      .quiet_ms = 3100 };
		struct seen s;
		uint64_t now = 100, last = 0;
		unsigned frames = 0;

		assert_int_equal(tug_client_init(&cl, &cfg), TUG_OK);
		ask(&s, 0, 6, TUG_SMP_READ, NULL);
		answer(sent(0), 20);
		ask(&s, 0, 6, TUG_SMP_READ, NULL);
		while (s.calls == 0) {
			while (!nothing(now)) {
				assert_true(frames == 0 || now - last >= 3100);
				last = now;
				frames++;
			}
			now = tug_client_deadline(&cl);
			tug_client_tick(&cl, now);
		}
		assert_int_equal(s.err, TUG_ETIMEOUT);
		assert_true(frames >= 3);
		/* nothing follows the last one, so that takes the time-out asked for */
		assert_int_equal(now, base[i] != 0 ? 100 + 2 * 3100 + 500 : 100 + 4 * 3100 + 5000);
	}
}

/* A link slower than any guess: learned from the first answer, then nothing is sent twice. */
static void slow_link(void **state)
{
	uint64_t now = 0;

	(void)state;
	start(TUG_CLIENT_AUTO, 1, 255);
	for (unsigned i = 0; i < 10; i++) {
		struct tug_smp_hdr h;
		struct seen s;
		uint64_t at;

		ask(&s, 0, 6, TUG_SMP_READ, NULL);
		h = sent(now);
		at = now + 3000;
		while (tug_client_deadline(&cl) < at) {
			now = tug_client_deadline(&cl);
			tug_client_tick(&cl, now);
			(void)sent(now);
		}
		now = at;
		answer(h, now);
		assert_int_equal(s.calls, 1);
		assert_true(i == 0 || cl.resent <= 2);
	}
}

static void never_twice(void **state)
{
	struct tug_client_opt opt = { .no_retry = 1 };
	struct tug_smp_hdr h;
	struct seen s;

	(void)state;
	start(TUG_CLIENT_AUTO, 1, 255);
	ask(&s, 0, 6, TUG_SMP_READ, NULL);
	h = sent(0);
	answer(h, 1);
	ask(&s, 0, 5, TUG_SMP_WRITE, &opt);
	sent(0);
	for (uint64_t now = 0; s.calls == 0; now += 100) {
		assert_true(nothing(now));
		tug_client_tick(&cl, now);
		assert_true(now <= 5000);
	}
	assert_int_equal(s.err, TUG_ETIMEOUT);
}

static void timeouts_by_table(void **state)
{
	static const struct {
		uint16_t group;
		uint8_t id, op;
		uint32_t ms;
	} rows[] = {
		{ 0, 6, 0, 5000 },  { 1, 0, 0, 5000 },   { 1, 0, 2, 10000 }, { 1, 1, 2, 40000 },
		{ 1, 5, 2, 40000 }, { 63, 0, 2, 40000 }, { 0, 5, 2, 5000 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (uint32_t base = 0; base <= 60000; base += 20000) {
			struct tug_client_opt opt = { .no_retry = 1 };
			struct tug_client_cfg cfg = { .max_frame = FRAME, .window = 1, .storage = storage, .timeout_ms = base };
			uint32_t def = base == 0 ? 5000 : base;
			struct seen s;

			assert_int_equal(tug_client_init(&cl, &cfg), TUG_OK);
			ask(&s, rows[i].group, rows[i].id, rows[i].op, &opt);
			sent(7);
			assert_int_equal(tug_client_deadline(&cl), 7u + (rows[i].ms > 5000 && rows[i].ms > def ? rows[i].ms : def));
			opt.timeout_ms = 123;
			tug_client_abort(&cl, TUG_EINTR);
			assert_int_equal(s.err, TUG_EINTR);
			ask(&s, rows[i].group, rows[i].id, rows[i].op, &opt);
			sent(0);
			assert_int_equal(tug_client_deadline(&cl), 123);
		}
	}
}

static void falls_back_when_refused(void **state)
{
	struct tug_smp_hdr h;
	struct seen s;

	(void)state;
	start(TUG_CLIENT_AUTO, 1, 255);
	ask(&s, 0, 6, TUG_SMP_READ, NULL);
	h = sent(0);
	assert_int_equal(h.version, 1);
	answer_rc(h, 13, 1);
	assert_int_equal(s.calls, 0);
	h = sent(1);
	assert_int_equal(h.version, 0);
	answer(h, 2);
	assert_int_equal(s.calls, 1);
	ask(&s, 0, 6, TUG_SMP_READ, NULL);
	h = sent(3);
	assert_int_equal(h.version, 0);
	/* A device that refuses both: told, not asked for ever. */
	answer_rc(h, 12, 4);
	h = sent(5);
	assert_int_equal(h.version, 1);
	answer_rc(h, 13, 6);
	assert_int_equal(s.calls, 1);
	assert_int_equal(s.rc, 13);
	/* Asked for by name: never another version. */
	start(TUG_CLIENT_V2, 1, 255);
	ask(&s, 0, 6, TUG_SMP_READ, NULL);
	answer_rc(sent(0), 13, 1);
	assert_int_equal(s.calls, 1);
	assert_int_equal(s.rc, 13);
}

static void falls_back_when_silent(void **state)
{
	struct tug_client_opt opt = { .patient = 1 };
	struct tug_smp_hdr h;
	struct seen s;

	(void)state;
	start(TUG_CLIENT_AUTO, 1, 3);
	ask(&s, 0, 6, TUG_SMP_READ, &opt);
	assert_int_equal(sent(0).version, 1);
	tug_client_tick(&cl, 5000);
	assert_int_equal(sent(5000).version, 1);
	tug_client_tick(&cl, 10000);
	h = sent(10000);
	assert_int_equal(h.version, 0);
	answer(h, 10001);
	assert_int_equal(s.calls, 1);
	ask(&s, 0, 6, TUG_SMP_READ, &opt);
	for (uint64_t t = 11000; t < 31000; t += 5000) {
		assert_int_equal(sent(t).version, 0);
		tug_client_tick(&cl, t + 5000);
	}
	assert_int_equal(s.err, TUG_ETIMEOUT);
	/* Silence after an answer is no reason to doubt the version; V1 alone never sends another. */
	start(TUG_CLIENT_V1, 1, 3);
	ask(&s, 0, 6, TUG_SMP_READ, &opt);
	for (uint64_t t = 0; t < 20000; t += 5000) {
		assert_int_equal(sent(t).version, 0);
		tug_client_tick(&cl, t + 5000);
	}
	assert_int_equal(s.calls, 1);
}

static void unreadable_answers(void **state)
{
	struct tug_client_opt opt = { .patient = 1 };
	struct tug_smp_hdr h;
	struct seen s;

	(void)state;
	start(TUG_CLIENT_AUTO, 1, 1);
	ask(&s, 0, 6, TUG_SMP_READ, &opt);
	h = sent(0);
	answer_raw(h, "\xbf\x61", 2, 1);
	answer_raw(h, "", 0, 1);
	assert_int_equal(s.calls, 0);
	tug_client_tick(&cl, 5000);
	h = sent(5000);
	tug_client_tick(&cl, 10000);
	assert_int_equal(s.calls, 1);
	assert_true(s.err != TUG_ETIMEOUT && s.err < 0);
}

static void window(void **state)
{
	struct tug_smp_hdr h[TUG_CLIENT_WINDOW];
	struct seen s[TUG_CLIENT_WINDOW];
	struct seen more;

	(void)state;
	start(TUG_CLIENT_AUTO, TUG_CLIENT_WINDOW, 255);
	for (unsigned i = 0; i < TUG_CLIENT_WINDOW; i++) {
		assert_int_equal(tug_client_room(&cl), TUG_CLIENT_WINDOW - i);
		assert_true(ask(&s[i], 0, 0, TUG_SMP_WRITE, NULL) >= 0);
	}
	assert_int_equal(ask(&more, 0, 0, TUG_SMP_WRITE, NULL), TUG_EBUSY);
	for (unsigned i = 0; i < TUG_CLIENT_WINDOW; i++) {
		h[i] = sent(i);
		for (unsigned k = 0; k < i; k++) {
			assert_int_not_equal(h[k].seq, h[i].seq);
		}
	}
	for (unsigned i = 0; i < TUG_CLIENT_WINDOW; i++) {
		unsigned k = (i * 7u) % TUG_CLIENT_WINDOW;

		answer(h[k], 20);
		assert_int_equal(s[k].calls, 1);
	}
	assert_int_equal(tug_client_room(&cl), TUG_CLIENT_WINDOW);
	/* One body octet too many. */
	{
		uint8_t big[FRAME] = { 0 };

		assert_true(tug_client_request(&cl, cmd(0, 0, 2), tug_slice_of(big, FRAME - 8u), NULL, on_done, &more) >= 0);
		assert_int_equal(tug_client_request(&cl, cmd(0, 0, 2), tug_slice_of(big, FRAME - 7u), NULL, on_done, &more),
				 TUG_ETOOBIG);
		assert_int_equal(tug_client_room(&cl), TUG_CLIENT_WINDOW - 1u);
	}
}

/* A callback may submit the next request at once, also while everything is ended. */
static unsigned chained;

static void on_chain(void *user, int err, const struct tug_client_rsp *rsp)
{
	static const uint8_t empty[] = { 0xa0 };

	(void)err;
	(void)rsp;
	if (++chained < 5) {
		assert_true(tug_client_request(&cl, cmd(0, 6, 0), tug_slice_of(empty, 1), NULL, on_chain, user) >= 0);
	}
}

static void resubmit_from_callback(void **state)
{
	(void)state;
	start(TUG_CLIENT_AUTO, 2, 255);
	chained = 0;
	on_chain(NULL, 0, NULL);
	for (unsigned i = 0; i < 3; i++) {
		answer(sent(i), i);
	}
	assert_int_equal(chained, 4);
	tug_client_abort(&cl, TUG_ECLOSED);
	assert_int_equal(chained, 5);
	assert_int_equal(tug_client_room(&cl), 2);
}

/* Loss, duplicates, disorder and foreign frames: each request ends exactly once, in time. */
static void storm(void **state)
{
	uint64_t seed = fake_seed(7);
	static struct fake dice;
	static struct seen s[2000];
	struct tug_smp_hdr pending[16];
	unsigned n = 0;
	unsigned asked = 0;

	(void)state;
	fake_init(&dice, seed);
	start(TUG_CLIENT_AUTO, 8, 2);
	for (uint64_t now = 0; now < 400000; now += 37) {
		while (asked < 2000 && tug_client_room(&cl) > 0) {
			ask(&s[asked], 0, asked % 2 ? 0 : 6, asked % 2 ? TUG_SMP_WRITE : TUG_SMP_READ, NULL);
			asked++;
		}
		for (struct tug_slice f; tug_client_tx(&cl, now, &f) == 1;) {
			struct tug_smp_hdr h;

			assert_int_equal(tug_smp_hdr_decode(f, &h), TUG_OK);
			if (fake_chance(&dice) > 0.3) {
				pending[n++ % 16] = h;
			}
		}
		for (int k = 0; k < 6 && n > 0; k++) {
			struct tug_smp_hdr h = pending[(unsigned)(fake_chance(&dice) * (n < 16 ? n : 16))];

			h.seq = (uint8_t)(h.seq + (fake_chance(&dice) < 0.1));
			answer(h, now);
		}
		tug_client_tick(&cl, now);
	}
	for (uint64_t now = 400000; tug_client_room(&cl) < 8; now += 1000) {
		for (struct tug_slice f; tug_client_tx(&cl, now, &f) == 1;) {
		}
		tug_client_tick(&cl, now);
		assert_true(now < 500000);
	}
	for (unsigned i = 0; i < asked; i++) {
		if (s[i].calls != 1) {
			fail_msg("TUG_SEED=%" PRIu64 ": request %u ended %u times", seed, i, s[i].calls);
		}
	}
	assert_true(asked > 1500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_errors),
		cmocka_unit_test(one_round),
		cmocka_unit_test(mismatches),
		cmocka_unit_test(any_version_is_read),
		cmocka_unit_test(times_out),
		cmocka_unit_test(early_retransmission),
		cmocka_unit_test(quiet_before_repetition),
		cmocka_unit_test(slow_link),
		cmocka_unit_test(never_twice),
		cmocka_unit_test(timeouts_by_table),
		cmocka_unit_test(falls_back_when_refused),
		cmocka_unit_test(falls_back_when_silent),
		cmocka_unit_test(unreadable_answers),
		cmocka_unit_test(window),
		cmocka_unit_test(resubmit_from_callback),
		cmocka_unit_test(storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
