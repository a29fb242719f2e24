/* SPDX-License-Identifier: Apache-2.0
 *
 * The upload engine against scripted answers: chunks are as large as the frame allows and not one octet larger;
 * what the device answers is believed, whatever it is, and every file arrives whole or the failure says why.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <tug/smp_cmds.h>

#include "client_fake.h"
#include "src/client/upload_priv.h"

#define LEN 3000u

static uint8_t file[70000];
static struct tug_slice file_slice;
static struct tug_io io;
static uint8_t sha[32] = { 1, 2, 3 };
static uint8_t hash[32];
static uint8_t storage[(4096 + 1) * 17];
static struct tug_client cl;
static struct tug_upload up;
static uint64_t now;

/* A chunk as it went out. */
struct sent {
	struct tug_smp_hdr h;
	uint32_t off;
	uint32_t n;
	bool has_len, has_sha, has_image;
	size_t frame;
};

static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(file); i++) {
		file[i] = (uint8_t)(i * 7u ^ i >> 8);
	}
	file_slice = tug_slice_of(file, sizeof(file));
	io = tug_io_of_slice(&file_slice);
	now = 1000;
	return 0;
}

static void begin(uint32_t len, uint32_t limit, uint8_t window, uint8_t image, bool with_sha)
{
	struct tug_client_cfg cc = { .max_frame = limit, .window = window, .storage = storage, .retries = 255 };
	struct tug_upload_cfg cfg = { .file = &io, .len = len, .image = image, .limit = limit, .window = window, .align = 1 };

	assert_true((size_t)limit * (window + 1u) <= sizeof(storage));
	memcpy(hash, file + len - 32, 32);
	cfg.sha = with_sha ? sha : NULL;
	cfg.hash = tug_slice_of(hash, 32);
	cfg.safe_window = window;
	cfg.scratch = storage + (size_t)limit * window;
	assert_int_equal(tug_client_init(&cl, &cc), TUG_OK);
	tug_upload_start(&up, &cl, &cfg, now);
	tug_upload_pump(&up, now);
}

static bool get(struct sent *s)
{
	struct tug_slice f;
	struct tug_slice body;
	struct tug_value v[TUG_IMG_UPLOAD_REQ_N];

	if (tug_client_tx(&cl, now, &f) == 0) {
		return false;
	}
	memset(s, 0, sizeof(*s));
	s->frame = f.len;
	assert_int_equal(tug_smp_frame_split(f, &s->h, &body), TUG_OK);
	assert_int_equal(s->h.group, 1);
	assert_int_equal(s->h.id, 1);
	assert_int_equal(tug_map_decode(body, &tug_img_upload_req, v), TUG_OK);
	s->off = (uint32_t)v[TUG_IMG_UPLOAD_REQ_OFF].v.u;
	s->n = (uint32_t)v[TUG_IMG_UPLOAD_REQ_DATA].v.s.len;
	s->has_len = v[TUG_IMG_UPLOAD_REQ_LEN].present;
	s->has_sha = v[TUG_IMG_UPLOAD_REQ_SHA].present;
	s->has_image = v[TUG_IMG_UPLOAD_REQ_IMAGE].present;
	assert_false(v[TUG_IMG_UPLOAD_REQ_UPGRADE].present);
	assert_memory_equal(v[TUG_IMG_UPLOAD_REQ_DATA].v.s.p, file + s->off, s->n);
	return true;
}

static void must(struct sent *s)
{
	assert_true(get(s));
}

static void none(void)
{
	struct tug_slice f;

	assert_int_equal(tug_client_tx(&cl, now, &f), 0);
}

static void reply(const struct sent *s, void (*fill)(struct tug_enc *, uint64_t), uint64_t arg)
{
	uint8_t f[64];
	struct tug_buf b = tug_buf_of(f + TUG_SMP_HDR_LEN, sizeof(f) - TUG_SMP_HDR_LEN);
	struct tug_smp_hdr h = s->h;
	struct tug_enc e;

	tug_enc_init(&e, &b);
	tug_enc_map_begin(&e);
	fill(&e, arg);
	tug_enc_map_end(&e);
	assert_int_equal(tug_enc_finish(&e), TUG_OK);
	h.op++;
	h.len = (uint16_t)b.len;
	tug_smp_hdr_encode(&h, f);
	now++;
	up.now_ms = now;
	tug_client_rx(&cl, tug_slice_of(f, TUG_SMP_HDR_LEN + b.len), now);
	tug_upload_pump(&up, now);
}

static void fill_off(struct tug_enc *e, uint64_t off)
{
	tug_enc_key(e, "off");
	tug_enc_uint(e, off);
}

static void fill_match(struct tug_enc *e, uint64_t match)
{
	fill_off(e, LEN);
	tug_enc_key(e, "match");
	tug_enc_bool(e, match != 0);
}

static void fill_err(struct tug_enc *e, uint64_t rc)
{
	tug_enc_key(e, "err");
	tug_enc_map_begin(e);
	tug_enc_key(e, "group");
	tug_enc_uint(e, 1);
	tug_enc_key(e, "rc");
	tug_enc_uint(e, rc);
	tug_enc_map_end(e);
}

static void fill_rc(struct tug_enc *e, uint64_t rc)
{
	tug_enc_key(e, "rc");
	tug_enc_uint(e, rc);
}

static void ok(const struct sent *s, uint64_t off)
{
	reply(s, fill_off, off);
}

static void tick_to(uint64_t t)
{
	now = t;
	up.now_ms = now;
	tug_client_tick(&cl, now);
	tug_upload_pump(&up, now);
}

/* Frame that a chunk of `n` octets would make, by the real encoder. */
static size_t frame_of(uint32_t off, uint32_t n)
{
	static uint8_t room[70000];
	struct tug_buf b = tug_buf_of(room, sizeof(room));

	assert_int_equal(tug_upload_body(&up, off, tug_slice_of(file, n), &b), TUG_OK);
	return TUG_SMP_HDR_LEN + b.len;
}

static void largest_chunk(void **state)
{
	static const uint32_t offs[] = { 0, 1, 23, 24, 255, 256, 65535, 65536, 0xffffff };
	unsigned checked = 0;

	(void)state;
	for (unsigned kind = 0; kind < 8; kind++) {
		memset(&up, 0, sizeof(up));
		up.cfg.len = kind & 4 ? 70000 : 200;
		up.cfg.image = kind & 2 ? 3 : 0;
		up.cfg.sha = sha;
		up.with_sha = kind & 1;
		for (unsigned o = 0; o < sizeof(offs) / sizeof(offs[0]); o++) {
			for (uint32_t limit = 9; limit < 3000; limit += limit < 700 ? 1 : 13) {
				uint32_t n = tug_upload_fit(&up, limit, offs[o]);

				if (n > 0 && frame_of(offs[o], n) > limit) {
					fail_msg("kind %u off %u limit %u: %u octets make %zu", kind, offs[o], limit, n, frame_of(offs[o], n));
				}
				assert_true(frame_of(offs[o], n + 1) > limit);
				checked++;
			}
		}
		assert_true(frame_of(70000, tug_upload_fit(&up, 70000, 70000)) == TUG_SMP_HDR_LEN + UINT16_MAX);
	}
	/* 384 octets, 64 KiB < len: one octet fewer than a definite map would carry. */
	up.cfg.len = 70000;
	up.cfg.image = 0;
	up.with_sha = true;
	assert_int_equal(tug_upload_fit(&up, 384, 0), 314);
	assert_int_equal(tug_upload_fit(&up, 384, 65536), 357);
	print_message("%u chunk sizes\n", checked);
}

static void whole_file(void **state)
{
	(void)state;
	for (uint8_t window = 1; window <= 4; window++) {
		for (uint32_t limit = 100; limit < 700; limit += 37) {
			struct sent q[16];
			struct sent s;
			uint32_t got = 0;
			unsigned n = 0;

			begin(LEN, limit, window, 0, true);
			must(&s);
			assert_true(s.off == 0 && s.has_len && s.has_sha && !s.has_image && s.n >= 32);
			none(); /* alone */
			ok(&s, s.n);
			got = s.n;
			while (up.state == TUG_UP_RUN) {
				while (get(&q[n])) {
					assert_false(q[n].has_len || q[n].has_sha);
					assert_true(q[n].frame <= limit);
					n++;
				}
				assert_true(n >= 1 && n <= window);
				assert_int_equal(q[0].off, got);
				/* The last one comes alone and holds the digest. */
				if (q[n - 1].off + q[n - 1].n == LEN) {
					assert_int_equal(n, 1);
					assert_true(up.last_has_hash);
				}
				got += q[0].n;
				ok(&q[0], got);
				memmove(q, q + 1, (--n) * sizeof(q[0]));
			}
			assert_int_equal(up.state, TUG_UP_DONE);
			assert_int_equal(got, LEN);
			assert_int_equal(n, 0);
		}
	}
}

static void image_number(void **state)
{
	struct sent s;

	(void)state;
	begin(LEN, 384, 1, 2, true);
	must(&s);
	assert_true(s.has_image);
}

static void small_frames(void **state)
{
	struct sent s;

	(void)state;
	begin(LEN, 100, 1, 0, true);
	must(&s);
	assert_true(s.has_sha && s.n >= 32);
	begin(LEN, 98, 1, 0, true);
	must(&s);
	assert_true(!s.has_sha && s.n >= 32);
	begin(LEN, 60, 1, 0, true);
	none();
	assert_int_equal(up.state, TUG_UP_FAILED);
	assert_int_equal(up.err, TUG_ETOOBIG);
	assert_non_null(strstr(up.why, "too small"));
}

static void already_there(void **state)
{
	struct sent s;

	(void)state;
	begin(LEN, 384, 3, 0, true);
	must(&s);
	reply(&s, fill_match, 1);
	assert_int_equal(up.state, TUG_UP_DONE);
	begin(LEN, 384, 3, 0, true);
	must(&s);
	ok(&s, LEN);
	assert_int_equal(up.state, TUG_UP_DONE);
}

static void match_false(void **state)
{
	struct sent s;

	(void)state;
	begin(LEN, 384, 3, 0, true);
	must(&s);
	reply(&s, fill_match, 0);
	assert_int_equal(up.state, TUG_UP_FAILED);
	assert_int_equal(up.err, TUG_EHASH);
	/* Without a sha the device compares with zeros: that says nothing. */
	begin(LEN, 384, 3, 0, false);
	must(&s);
	reply(&s, fill_match, 0);
	assert_int_equal(up.state, TUG_UP_DONE);
}

static void resumes(void **state)
{
	struct sent s;

	(void)state;
	begin(LEN, 384, 1, 0, true);
	must(&s);
	ok(&s, 2000);
	must(&s);
	assert_int_equal(s.off, 2000);
}

static void resync_back_and_forth(void **state)
{
	struct sent a, b, c;

	(void)state;
	begin(LEN, 384, 3, 0, true);
	must(&a);
	ok(&a, a.n);
	must(&a);
	must(&b);
	must(&c);
	/* b was lost: c is answered with b's offset, b goes out again at once. */
	ok(&a, b.off);
	must(&a);
	assert_int_equal(a.off, c.off + c.n);
	ok(&c, b.off);
	{
		struct sent again;

		must(&again);
		assert_int_equal(again.off, b.off);
		assert_int_equal(again.h.seq, b.h.seq);
		none();
		ok(&a, b.off);
		none(); /* nothing new until all is answered */
		ok(&again, c.off);
	}
	must(&a);
	assert_int_equal(a.off, c.off);
	/* The device is further than thought. */
	must(&b);
	must(&c);
	ok(&a, 2900);
	ok(&b, 2900);
	ok(&c, 2900);
	must(&a);
	assert_int_equal(a.off, 2900);
	ok(&a, LEN);
	assert_int_equal(up.state, TUG_UP_DONE);
}

static void starts_over(void **state)
{
	struct sent s;

	(void)state;
	begin(LEN, 384, 1, 0, true);
	must(&s);
	ok(&s, s.n);
	must(&s);
	ok(&s, 0);
	tick_to(up.until_ms);
	must(&s);
	assert_true(s.off == 0 && s.has_len && s.has_sha);
	/* Not for ever. */
	for (unsigned i = 0; i < 20 && tug_upload_busy(&up); i++) {
		ok(&s, s.n);
		must(&s);
		ok(&s, 0);
		if (up.state == TUG_UP_PAUSE) {
			tick_to(up.until_ms);
		}
		if (tug_upload_busy(&up)) {
			must(&s);
			assert_int_equal(s.off, 0);
		}
	}
	assert_int_equal(up.state, TUG_UP_FAILED);
	assert_true(up.err != TUG_OK && up.why[0] != '\0');
}

static void last_answer_lost(void **state)
{
	struct sent s;

	(void)state;
	begin(400, 384, 1, 0, true);
	must(&s);
	ok(&s, s.n);
	must(&s);
	assert_int_equal(s.off + s.n, 400);
	ok(&s, 0);
	assert_int_equal(up.state, TUG_UP_UNSURE);
	tug_upload_restart(&up, now);
	tug_upload_pump(&up, now);
	must(&s);
	assert_int_equal(s.off, 0);
}

static void busy_device(void **state)
{
	struct sent s;
	uint64_t t = now;
	unsigned offers = 0;

	(void)state;
	begin(LEN, 384, 1, 0, true);
	must(&s);
	ok(&s, s.n);
	must(&s);
	while (tug_upload_busy(&up)) {
		ok(&s, s.off);
		none();
		if (up.state == TUG_UP_PAUSE) {
			tick_to(tug_upload_deadline(&up));
			must(&s);
			offers++;
		}
	}
	assert_int_equal(up.state, TUG_UP_FAILED);
	assert_true(now - t >= 40000 && now - t < 43000);
	assert_true(offers < 60);
	/* A moment later it takes it. */
	begin(LEN, 384, 1, 0, true);
	must(&s);
	ok(&s, s.n);
	must(&s);
	for (unsigned i = 0; i < 10; i++) {
		ok(&s, s.off);
		tick_to(tug_upload_deadline(&up));
		must(&s);
	}
	ok(&s, s.off + s.n);
	assert_int_equal(up.state, TUG_UP_RUN);
}

static void errors(void **state)
{
	static const struct {
		bool first, legacy;
		uint8_t rc;
		enum tug_upload_state want;
	} rows[] = {
		{ true, false, 9, TUG_UP_REFUSED },   { true, true, 2, TUG_UP_REFUSED },  { true, true, 5, TUG_UP_REFUSED },
		{ true, true, 6, TUG_UP_REFUSED },    { true, false, 23, TUG_UP_FAILED }, { true, false, 30, TUG_UP_FAILED },
		{ true, false, 22, TUG_UP_FAILED },   { true, false, 25, TUG_UP_FAILED }, { true, false, 27, TUG_UP_FAILED },
		{ true, true, 1, TUG_UP_FAILED },     { true, true, 3, TUG_UP_FAILED },   { true, true, 8, TUG_UP_FAILED },
		{ true, true, 11, TUG_UP_FAILED },    { true, false, 13, TUG_UP_PAUSE },  { true, true, 10, TUG_UP_PAUSE },
		{ false, false, 12, TUG_UP_PAUSE },   { false, false, 31, TUG_UP_PAUSE }, { false, true, 1, TUG_UP_PAUSE },
		{ false, true, 6, TUG_UP_PAUSE },     { false, true, 8, TUG_UP_FAILED },  { true, true, 9, TUG_UP_PAUSE },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sent s;

		begin(LEN, 384, 1, 0, true);
		must(&s);
		if (!rows[i].first) {
			ok(&s, s.n);
			must(&s);
		}
		reply(&s, rows[i].legacy ? fill_rc : fill_err, rows[i].rc);
		if (!rows[i].first && rows[i].want == TUG_UP_PAUSE) {
			/* one error costs one chunk; a second one before anything was stored costs the upload */
			assert_int_equal(up.state, TUG_UP_PAUSE);
			tick_to(up.until_ms);
			must(&s);
			assert_int_equal(s.off, up.expect);
			assert_true(s.off > 0);
			reply(&s, rows[i].legacy ? fill_rc : fill_err, rows[i].rc);
		}
		if (up.state != rows[i].want) {
			fail_msg("row %u: state %d", i, up.state);
		}
		if (up.state == TUG_UP_FAILED) {
			assert_true(up.why[0] != '\0' && up.err != TUG_OK && up.status.rc == rows[i].rc);
		}
		if (up.state == TUG_UP_PAUSE) {
			tick_to(up.until_ms);
			must(&s);
			assert_int_equal(s.off, 0);
			/* A frame that did not arrive whole is halved. */
			assert_true(rows[i].rc != 9 || s.frame <= 192);
		}
	}
}

/* A frame damaged on its way (rc 3: the body cannot be read) is sent again; nothing that was stored is sent twice. */
static void damaged_frames(void **state)
{
	struct sent s;
	uint32_t firsts = 0;

	(void)state;
	begin(LEN, 384, 1, 0, false);
	for (unsigned i = 0; tug_upload_busy(&up); i++) {
		if (up.state == TUG_UP_PAUSE) {
			tick_to(up.until_ms);
		}
		must(&s);
		assert_int_equal(s.off, up.high);
		firsts += s.off == 0;
		if (i % 2 == 1) {
			reply(&s, fill_rc, 3);
		} else {
			ok(&s, s.off + s.n);
		}
	}
	assert_int_equal(up.state, TUG_UP_DONE);
	assert_int_equal(firsts, 1);
	assert_int_equal(up.restarts, 0);
}

static void nonsense(void **state)
{
	struct sent s;

	(void)state;
	begin(LEN, 384, 1, 0, true);
	must(&s);
	ok(&s, LEN + 1);
	assert_int_equal(up.state, TUG_UP_FAILED);
	begin(LEN, 384, 1, 0, true);
	must(&s);
	ok(&s, UINT64_MAX);
	assert_int_equal(up.state, TUG_UP_FAILED);
	begin(LEN, 384, 1, 0, true);
	must(&s);
	reply(&s, fill_rc, 0);
	assert_int_equal(up.state, TUG_UP_FAILED);
	assert_int_equal(up.err, TUG_EMISSING);
}

static int broken_read(void *ctx, uint32_t off, void *dst, size_t len)
{
	(void)ctx;
	memset(dst, 0, len);
	return off > 500 ? TUG_EFILE : TUG_OK;
}

static void file_goes_away(void **state)
{
	struct tug_io keep = io;
	struct tug_io broken = { .read_at = broken_read, .size = LEN };
	struct sent s;

	(void)state;
	io = broken;
	begin(LEN, 384, 3, 0, true);
	while (up.state == TUG_UP_FIRST || up.state == TUG_UP_RUN) {
		struct tug_slice f;

		assert_int_equal(tug_client_tx(&cl, now, &f), 1);
		assert_int_equal(tug_smp_hdr_decode(f, &s.h), TUG_OK);
		ok(&s, up.next);
	}
	io = keep;
	assert_int_equal(up.state, TUG_UP_FAILED);
	assert_int_equal(up.err, TUG_EFILE);
}

static void silent_device(void **state)
{
	struct sent s;
	unsigned frames = 0;
	uint64_t t = now;

	(void)state;
	begin(LEN, 384, 1, 0, false);
	while (tug_upload_busy(&up)) {
		while (get(&s)) {
			frames++;
		}
		tick_to(tug_client_deadline(&cl));
	}
	assert_int_equal(up.err, TUG_ETIMEOUT);
	/* Without a sha a repetition costs another erase: only after the full time-out. */
	assert_int_equal(frames, 4);
	assert_int_equal(now - t, 4 * 40000);
	assert_true(s.frame <= 128);
}

/* A device that tells more than its link carries: dropped without a word, so smaller frames are tried. */
static void swallowed_frames(void **state)
{
	struct sent s;
	uint64_t t = now;

	(void)state;
	begin(LEN, 1000, 1, 0, true);
	while (tug_upload_busy(&up)) {
		while (get(&s)) {
			if (s.frame <= 252) {
				ok(&s, s.off + s.n);
			}
		}
		if (tug_upload_busy(&up)) {
			tick_to(tug_client_deadline(&cl));
		}
	}
	assert_int_equal(up.state, TUG_UP_DONE);
	assert_true(now - t < 41000);
	assert_non_null(up.note);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(largest_chunk, setup),
		cmocka_unit_test_setup(whole_file, setup),
		cmocka_unit_test_setup(image_number, setup),
		cmocka_unit_test_setup(small_frames, setup),
		cmocka_unit_test_setup(already_there, setup),
		cmocka_unit_test_setup(match_false, setup),
		cmocka_unit_test_setup(resumes, setup),
		cmocka_unit_test_setup(resync_back_and_forth, setup),
		cmocka_unit_test_setup(starts_over, setup),
		cmocka_unit_test_setup(last_answer_lost, setup),
		cmocka_unit_test_setup(busy_device, setup),
		cmocka_unit_test_setup(errors, setup),
		cmocka_unit_test_setup(damaged_frames, setup),
		cmocka_unit_test_setup(nonsense, setup),
		cmocka_unit_test_setup(file_goes_away, setup),
		cmocka_unit_test_setup(silent_device, setup),
		cmocka_unit_test_setup(swallowed_frames, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
