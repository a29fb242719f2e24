/* SPDX-License-Identifier: Apache-2.0
 *
 * Image upload of an application server: order of checks, the state it keeps, resume, target selection,
 * erase and tail buffering on every write unit, match, faults and power cuts.
 */
#include <string.h>

#include "server_fix.h"

static const char *const profiles[] = { "zephyr-3.3", "zephyr-3.5", "zephyr-4.2" };
#define N_PROFILES 3u
#define FILE_MAX 20000u

static uint8_t file_store[FILE_MAX];
static struct tug_slice file; /* the image under upload: 2.0.0 */
static uint8_t file_sha[32];

static void make_file(uint32_t body)
{
	struct tug_buf b = tug_buf_of(file_store, sizeof(file_store));

	file = fix_image(&b, (struct tug_version){ 2, 0, 0, 0 }, body, 5, NULL);
	fix_sha(file, file_sha);
}

static void open_opt(struct fix *f, const struct fix_opt *o)
{
	uint8_t store[300];
	struct tug_buf b = tug_buf_of(store, sizeof(store));

	fix_open(f, o);
	fix_put(f, 0, 0, fix_image(&b, (struct tug_version){ 1, 2, 3, 4 }, 200, 1, NULL));
}

static void open_profile(struct fix *f, const char *profile)
{
	struct fix_opt o = { .profile = profile };

	open_opt(f, &o);
}

/** One chunk; zero fields are left out of the request. */
struct chunk {
	uint8_t version;
	bool no_off, no_len, no_data, upgrade, has_image;
	uint64_t off, len, image;
	struct tug_slice data, sha;
};

static void send_chunk(struct fix *f, const struct chunk *c)
{
	struct req r;

	req_begin(&r, c->version, TUG_SMP_WRITE, 1, 1);
	if (!c->no_data) {
		req_bytes(&r, "data", c->data);
	}
	if (c->has_image) {
		req_uint(&r, "image", c->image);
	}
	if (!c->no_len && c->off == 0) {
		req_uint(&r, "len", c->len);
	}
	if (c->sha.len > 0) {
		req_bytes(&r, "sha", c->sha);
	}
	if (c->upgrade) {
		req_bool(&r, "upgrade", true);
	}
	if (!c->no_off) {
		req_uint(&r, "off", c->off);
	}
	assert_int_equal(fix_send(f, req_end(&r)), 1);
}

static struct tug_slice part(uint32_t off, uint32_t n)
{
	if (off >= file.len) {
		return tug_slice_of(NULL, 0);
	}
	return tug_slice_of(file.p + off, off + n > file.len ? file.len - off : n);
}

static struct chunk first(uint8_t version, uint32_t n)
{
	struct chunk c = { .version = version, .len = file.len, .data = part(0, n) };

	return c;
}

static struct chunk next(uint8_t version, uint32_t off, uint32_t n)
{
	struct chunk c = { .version = version, .off = off, .data = part(off, n) };

	return c;
}

static void send_first(struct fix *f, uint32_t n, bool sha)
{
	struct chunk c = first(1, n);

	if (sha) {
		c.sha = tug_slice_of(file_sha, 32);
	}
	send_chunk(f, &c);
}

static void send_next(struct fix *f, uint32_t off, uint32_t n)
{
	struct chunk c = next(1, off, n);

	send_chunk(f, &c);
}

static void expect_off(struct fix *f, uint64_t off)
{
	fix_expect_ok(f);
	assert_int_equal(fix_uint(f, "off"), off);
}

/* Upload the file in chunks of n. Result: expected offset of the last answer. */
static void upload(struct fix *f, uint32_t n, bool sha)
{
	uint32_t off = 0;

	while (off < file.len) {
		uint32_t step = off == 0 && n < 32 ? 32 : n;

		if (off == 0) {
			send_first(f, step, sha);
		} else {
			send_next(f, off, step);
		}
		off += (uint32_t)part(off, step).len;
		expect_off(f, off);
	}
}

static void test_first_chunk_checks(void **state)
{
	uint8_t wrong[40], sha[33];

	(void)state;
	make_file(300);
	memcpy(wrong, file.p, sizeof(wrong));
	wrong[0] ^= 1;
	memset(sha, 1, sizeof(sha));
	for (size_t p = 0; p < N_PROFILES; p++) {
		for (uint8_t v = 0; v < 2; v++) {
			struct fix f;
			struct chunk c;

			open_profile(&f, profiles[p]);
			/* each row breaks every later rule too: the first one decides */
			c = (struct chunk){ .version = v, .no_off = true, .no_len = true, .no_data = true };
			send_chunk(&f, &c);
			fix_expect_err(&f, v, 1, 20, 3, 3);
			c.no_off = false;
			send_chunk(&f, &c);
			fix_expect_err(&f, v, 1, 22, 3, 3);
			c.no_data = false;
			c.data = tug_slice_of(wrong, 31);
			send_chunk(&f, &c);
			fix_expect_err(&f, v, 1, 22, 3, 3);
			c.data = tug_slice_of(wrong, 32);
			send_chunk(&f, &c);
			fix_expect_err(&f, v, 1, 21, 3, 3);
			c.no_len = false;
			c.len = UINT32_MAX;
			c.sha = tug_slice_of(sha, 33);
			send_chunk(&f, &c);
			fix_expect_err(&f, v, 1, 23, 1, 3);
			c.data = part(0, 32);
			send_chunk(&f, &c);
			fix_expect_err(&f, v, 1, 24, 3, 3);
			c.sha = tug_slice_of(sha, 32);
			c.upgrade = true;
			fix_state(&f, 0, TUG_SWAP_REVERT);
			send_chunk(&f, &c);
			fix_expect_err(&f, v, 1, 9, 6, 5);
			fix_state(&f, 0, TUG_SWAP_NONE);
			send_chunk(&f, &c);
			fix_expect_err(&f, v, 1, 30, 1, 1);
			c.len = f.area[0][1].size + 1;
			send_chunk(&f, &c);
			fix_expect_err(&f, v, 1, 30, 1, 1);
			c.len--;
			memset(fix_slot(&f, 0, 0), 0, 4);
			send_chunk(&f, &c);
			fix_expect_err(&f, v, 1, 26, 1, 1);
			c.upgrade = false;
			send_chunk(&f, &c);
			expect_off(&f, 32);
			fix_close(&f);
		}
	}
}

static void test_wide_integers(void **state)
{
	struct chunk c;
	struct fix f;

	(void)state;
	make_file(300);
	open_profile(&f, "zephyr-4.2");
	send_first(&f, 64, true);
	c = next(1, 64, 10);
	c.off += 0x100000000u;
	send_chunk(&f, &c);
	fix_expect_rc(&f, TUG_RC_INVAL);
	c = first(1, 64);
	c.len += 0x100000000u;
	send_chunk(&f, &c);
	fix_expect_rc(&f, TUG_RC_INVAL);
	send_next(&f, 64, 10); /* the state is as it was */
	expect_off(&f, 74);
	fix_close(&f);
}

static void test_upgrade_only(void **state)
{
	/* running 1.2.3.4; the build number does not count */
	static const struct {
		struct tug_version v;
		bool newer;
	} rows[] = {
		{ { 1, 2, 3, 4 }, false }, { { 1, 2, 3, 99 }, false }, { { 1, 2, 2, 0 }, false }, { { 0, 9, 9, 9 }, false },
		{ { 1, 2, 4, 0 }, true },  { { 1, 3, 0, 0 }, true },   { { 2, 0, 0, 0 }, true },
	};

	(void)state;
	for (size_t p = 0; p < N_PROFILES; p++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			for (uint8_t v = 0; v < 2; v++) {
				struct tug_buf b = tug_buf_of(file_store, sizeof(file_store));
				struct chunk c;
				struct fix f;

				open_profile(&f, profiles[p]);
				file = fix_image(&b, rows[i].v, 300, 5, NULL);
				c = first(v, 64);
				c.upgrade = true;
				send_chunk(&f, &c);
				if (rows[i].newer) {
					expect_off(&f, 64);
				} else {
					fix_expect_err(&f, v, 1, 27, 6, 6);
				}
				fix_close(&f);
			}
		}
	}
}

static void test_announced_limit(void **state)
{
	struct fix_opt o = { .max_image = 20000 };
	struct chunk c;
	struct fix f;

	(void)state;
	make_file(300);
	open_opt(&f, &o);
	c = first(1, 64);
	c.len = 20001;
	send_chunk(&f, &c);
	fix_expect_err(&f, 1, 1, 30, 1, 1);
	c.len = 20000;
	send_chunk(&f, &c);
	expect_off(&f, 64);
	fix_close(&f);
}

static void test_wrong_offset_is_told(void **state)
{
	struct fix f;

	(void)state;
	make_file(500);
	open_profile(&f, "zephyr-4.2");
	send_next(&f, 60, 10); /* nothing under way */
	expect_off(&f, 0);
	send_first(&f, 100, true);
	expect_off(&f, 100);
	send_next(&f, 99, 10);
	expect_off(&f, 100);
	send_next(&f, 101, 10);
	expect_off(&f, 100);
	send_next(&f, UINT32_MAX, 10);
	expect_off(&f, 100);
	send_next(&f, 100, 0); /* nothing in it: a no-op */
	expect_off(&f, 100);
	{
		struct chunk c = next(1, 100, 0);

		c.no_data = true;
		send_chunk(&f, &c);
		expect_off(&f, 100);
	}
	send_next(&f, 100, 50);
	expect_off(&f, 150);
	fix_close(&f);
}

/* Every error forgets the upload; what does not decode does not. */
static void test_errors_clear_the_state(void **state)
{
	(void)state;
	make_file(500);
	for (int error = 0; error < 7; error++) {
		struct chunk c = first(1, 100);
		struct fix f;

		open_profile(&f, "zephyr-4.2");
		send_first(&f, 100, true);
		switch (error) {
		case 0:
			c.no_off = true;
			break;
		case 1:
			c.data.len = 10;
			break;
		case 2:
			c.len = 1u << 30;
			break;
		case 3:
			c = next(1, 100, 400);
			c.data = tug_slice_of(file.p, file.len - 99);
			break;
		case 4:
			c = next(1, 100, 100);
			tug_sim_flash_fail(f.flash, &(struct tug_sim_fail){ .calls = TUG_SIM_WRITE, .err = TUG_EIO });
			break;
		case 5:
			tug_sim_flash_fail(f.flash, &(struct tug_sim_fail){ .calls = TUG_SIM_ERASE, .err = TUG_EIO });
			break;
		default:
			c.no_len = true;
			break;
		}
		send_chunk(&f, &c);
		fix_expect_err(&f, 1, 1, (unsigned[]){ 20, 22, 30, 31, 12, 13, 21 }[error], 0, 0);
		tug_sim_flash_fail(f.flash, NULL);
		send_next(&f, 100, 10);
		expect_off(&f, 0);
		fix_close(&f);
	}
}

static void test_undecodable_keeps_the_state(void **state)
{
	struct fix f;

	(void)state;
	make_file(500);
	open_profile(&f, "zephyr-4.2");
	send_first(&f, 100, true);
	assert_string_equal(fix_hex(&f, "0a00000000010101"), "0b00000600010101bf62726303ff");
	assert_string_equal(fix_hex(&f, "0a00000600010101a1636f66664100"), "0b00000600010101bf62726303ff");
	send_next(&f, 100, 10);
	expect_off(&f, 110);
	fix_close(&f);
}

/* The first chunk is not checked for overrun; everything after it is. */
static void test_overrun(void **state)
{
	struct chunk c;
	struct fix f;

	(void)state;
	make_file(500);
	for (uint8_t v = 0; v < 2; v++) {
		open_profile(&f, "zephyr-4.2");
		c = first(v, 40);
		c.len = 10;
		send_chunk(&f, &c);
		expect_off(&f, 40);
		c = next(v, 40, 1);
		send_chunk(&f, &c);
		fix_expect_err(&f, v, 1, 31, 1, 1);
		fix_close(&f);
	}
	/* a first chunk beyond the slot is a failed write, not an overrun of the slot */
	{
		struct fix_opt o = { .slot_size = 2048, .sector = 1024 };

		open_opt(&f, &o);
		make_file(3000);
		c = first(1, 2100);
		c.len = 10;
		send_chunk(&f, &c);
		fix_expect_err(&f, 1, 1, 12, 1, 1);
		assert_int_equal(tug_sim_flash_broken(f.flash)->bounds, 0);
		fix_close(&f);
	}
}

static void test_resume(void **state)
{
	struct chunk c;
	uint64_t ops;
	struct fix f;

	(void)state;
	make_file(900);
	open_profile(&f, "zephyr-4.2");
	send_first(&f, 100, true);
	send_next(&f, 100, 101);
	ops = tug_sim_flash_ops(f.flash);
	/* same identity: goes on where it was, whatever image, len and data say */
	c = first(1, 64);
	c.sha = tug_slice_of(file_sha, 32);
	c.len = 5;
	c.has_image = true;
	c.image = 3;
	send_chunk(&f, &c);
	expect_off(&f, 201);
	assert_int_equal(tug_sim_flash_ops(f.flash), ops);
	/* v1 and v2 mix */
	c = next(0, 201, 300);
	send_chunk(&f, &c);
	expect_off(&f, 501);
	/* a shorter sha, another one, none: over again */
	c = first(1, 64);
	c.sha = tug_slice_of(file_sha, 31);
	send_chunk(&f, &c);
	expect_off(&f, 64);
	send_first(&f, 70, true);
	expect_off(&f, 70);
	send_first(&f, 80, false);
	expect_off(&f, 80);
	send_first(&f, 90, false);
	expect_off(&f, 90);
	/* an erase command forgets it */
	assert_string_equal(fix_hex(&f, "0a00000100012805a0"), "0b00000200012805bfff");
	send_next(&f, 90, 10);
	expect_off(&f, 0);
	fix_close(&f);
}

/* A refused erase leaves the upload alone. */
static void test_refused_erase_keeps_upload(void **state)
{
	struct fix f;

	(void)state;
	make_file(500);
	open_profile(&f, "zephyr-4.2");
	send_first(&f, 100, true);
	fix_hex(&f, "0a00000700012c05a164736c6f7400");
	fix_expect_err(&f, 1, 1, 9, 6, 6);
	send_next(&f, 100, 10);
	expect_off(&f, 110);
	fix_close(&f);
}

/* Target by slot state and profile; a pending mark goes when its slot is written over. */
static void test_target_by_state(void **state)
{
	static const enum tug_swap_type types[] = { TUG_SWAP_NONE, TUG_SWAP_TEST, TUG_SWAP_PERM, TUG_SWAP_REVERT };

	(void)state;
	make_file(500);
	for (size_t p = 0; p < N_PROFILES; p++) {
		for (size_t t = 0; t < 4; t++) {
			for (uint8_t v = 0; v < 2; v++) {
				struct chunk c = first(v, 100);
				struct fix f;
				bool free_slot;

				open_profile(&f, profiles[p]);
				fix_state(&f, 0, types[t]);
				free_slot = t == 0 || (t < 3 && !f.cfg.profile->pending_in_use);
				send_chunk(&f, &c);
				if (free_slot) {
					expect_off(&f, 100);
					assert_int_equal(fix_trailer(&f, 0, 1).magic, TUG_UNSET);
				} else {
					fix_expect_err(&f, v, 1, 9, 6, 5);
					assert_int_equal(fix_trailer(&f, 0, 1).magic, t == 3 ? TUG_UNSET : TUG_GOOD);
				}
				fix_close(&f);
			}
		}
	}
}

static void test_target_by_image(void **state)
{
	struct fix_opt two = { .n_images = 2 }, single = { .single_slot = true };
	struct chunk c;
	struct fix f;

	(void)state;
	make_file(500);
	/* one image: the number is not looked at */
	open_profile(&f, "zephyr-4.2");
	c = first(1, 100);
	c.has_image = true;
	for (unsigned i = 0; i < 3; i++) {
		c.image = (uint64_t[]){ 1, 2, 255 }[i];
		send_chunk(&f, &c);
		expect_off(&f, 100);
	}
	fix_close(&f);
	open_opt(&f, &two);
	c.image = 1;
	send_chunk(&f, &c);
	expect_off(&f, 100);
	assert_memory_equal(fix_slot(&f, 1, 1), file.p, 100);
	assert_int_equal(fix_slot(&f, 0, 1)[0], 0xff);
	c.image = 2;
	send_chunk(&f, &c);
	fix_expect_err(&f, 1, 1, 9, 6, 5);
	c.image = 256;
	send_chunk(&f, &c);
	fix_expect_err(&f, 1, 1, 9, 6, 5);
	fix_close(&f);
	open_opt(&f, &single);
	send_first(&f, 100, false);
	fix_expect_err(&f, 1, 1, 9, 6, 5);
	fix_close(&f);
	/* direct-XIP: the other one is written, whichever runs */
	open_profile(&f, "zephyr-4.2");
	f.images[0].active = 1;
	send_first(&f, 100, false);
	expect_off(&f, 100);
	assert_memory_equal(fix_slot(&f, 0, 0), file.p, 100);
	fix_close(&f);
}

/* Any chunk size on any write unit stores the file exactly, and touches nothing outside the slot. */
static void test_every_write_unit(void **state)
{
	static const uint8_t units[] = { 1, 2, 4, 8, 16, 32 };
	static const uint32_t sizes[] = { 1, 3, 7, 32, 33, 100, 333, 2000 };

	(void)state;
	for (size_t u = 0; u < sizeof(units); u++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			for (int zero = 0; zero < 2; zero++) {
				struct fix_opt o = { .write_size = units[u], .zero_erased = zero, .sector = 1024 };
				uint32_t end;
				struct fix f;

				make_file(1237);
				open_opt(&f, &o);
				memset(fix_slot(&f, 0, 1), 0xa5, f.area[0][1].size); /* leftovers everywhere */
				tug_sim_flash_settle(f.flash);
				upload(&f, sizes[i], true);
				assert_memory_equal(fix_slot(&f, 0, 1), file.p, file.len);
				end = tug_align_up((uint32_t)file.len, units[u]);
				for (uint32_t k = (uint32_t)file.len; k < end; k++) {
					assert_int_equal(fix_slot(&f, 0, 1)[k], zero ? 0x00 : 0xff);
				}
				assert_int_equal(fix_trailer(&f, 0, 1).magic, TUG_UNSET);
				assert_int_equal(tug_sim_flash_broken(f.flash)->twice, 0);
				assert_int_equal(tug_sim_flash_broken(f.flash)->align, 0);
				/* complete: forgotten */
				send_next(&f, (uint32_t)file.len, 1);
				expect_off(&f, 0);
				fix_close(&f);
			}
		}
	}
}

/* The whole slot can be filled, trailer included. */
static void test_file_as_large_as_the_slot(void **state)
{
	struct fix_opt o = { .slot_size = 16384, .sector = 2048 };
	struct fix f;

	(void)state;
	open_opt(&f, &o);
	make_file(16384 - 72);
	assert_int_equal(file.len, 16384);
	upload(&f, 1000, true);
	assert_memory_equal(fix_slot(&f, 0, 1), file.p, file.len);
	assert_int_equal(fix_slot(&f, 1, 0)[0], 0xff); /* next slot untouched */
	fix_close(&f);
}

/* Large blank stretches in a file, over a slot that was programmed with the same: erased before each write. */
static void test_blank_stretches(void **state)
{
	struct fix_opt o = { .sector = 1024 };
	struct fix f;

	(void)state;
	open_opt(&f, &o);
	make_file(9000);
	memset(file_store + 1000, 0xff, 6000);
	for (int again = 0; again < 3; again++) {
		upload(&f, 700, false);
		assert_memory_equal(fix_slot(&f, 0, 1), file.p, file.len);
	}
	assert_int_equal(tug_sim_flash_broken(f.flash)->twice, 0);
	fix_close(&f);
}

static void test_match(void **state)
{
	(void)state;
	for (size_t p = 0; p < N_PROFILES; p++) {
		struct fix f;
		uint64_t ops;
		bool check;

		make_file(900);
		open_profile(&f, profiles[p]);
		check = f.cfg.profile->match != NULL;
		upload(&f, 100, true);
		assert_int_equal(fix_bool(&f, "match"), check ? 1 : -1);
		/* the same file again: there already */
		fix_state(&f, 0, f.cfg.profile->pending_in_use ? TUG_SWAP_NONE : TUG_SWAP_TEST);
		ops = tug_sim_flash_ops(f.flash);
		send_first(&f, 100, true);
		expect_off(&f, check ? file.len : 100);
		assert_int_equal(fix_bool(&f, "match"), check ? 1 : -1);
		assert_int_equal(tug_sim_flash_ops(f.flash) == ops, check);
		send_next(&f, 100, 10);
		expect_off(&f, check ? 0 : 110);
		/* other octets than announced, or no digest: false, and still a success */
		file_sha[0] ^= 1;
		upload(&f, 100, true);
		assert_int_equal(fix_bool(&f, "match"), check ? 0 : -1);
		upload(&f, 100, false);
		assert_int_equal(fix_bool(&f, "match"), check ? 0 : -1);
		/* without a crypto port there is no check */
		f.cfg.crypto = NULL;
		upload(&f, 100, true);
		assert_int_equal(fix_bool(&f, "match"), -1);
		fix_close(&f);
	}
}

/* A slot that cannot be read does not match, and that is no error of the upload. */
static void test_match_unreadable(void **state)
{
	struct fix f;

	(void)state;
	make_file(900);
	open_profile(&f, "zephyr-3.5");
	send_first(&f, 500, true);
	tug_sim_flash_fail(f.flash, &(struct tug_sim_fail){ .calls = TUG_SIM_READ, .off = f.area[0][1].off,
							    .len = f.area[0][1].size, .err = TUG_EIO });
	send_next(&f, 500, 1000);
	expect_off(&f, file.len);
	assert_int_equal(fix_bool(&f, "match"), 0);
	fix_close(&f);
}

static void test_offset_mode(void **state)
{
	struct fix_opt o = { .boot_mode = TUG_MODE_SWAP_OFFSET, .profile = "zephyr-3.5" };
	struct chunk c;
	struct fix f;

	(void)state;
	make_file(900);
	open_opt(&f, &o);
	upload(&f, 100, true);
	assert_int_equal(fix_bool(&f, "match"), 1);
	assert_memory_equal(fix_slot(&f, 0, 1) + 4096, file.p, file.len);
	c = first(1, 100);
	c.len = f.area[0][1].size - 4096 + 1;
	send_chunk(&f, &c);
	fix_expect_err(&f, 1, 1, 30, 1, 1);
	fix_close(&f);
}

/* Fail any single write or erase: an error is answered, the next complete upload succeeds. */
static void test_every_flash_failure(void **state)
{
	unsigned n = 0;

	(void)state;
	make_file(3000);
	for (int kind = 0; kind < 2; kind++) {
		for (uint32_t skip = 0;; skip++) {
			struct tug_sim_fail fail = { .calls = kind == 0 ? TUG_SIM_WRITE : TUG_SIM_ERASE, .skip = skip,
						     .times = 1, .err = TUG_EIO };
			struct fix_opt o = { .sector = 1024 };
			struct tug_smp_hdr h;
			struct tug_smp_status st;
			struct fix f;
			uint32_t off = 0;
			bool failed = false;

			open_opt(&f, &o);
			tug_sim_flash_fail(f.flash, &fail);
			while (off < file.len && !failed) {
				if (off == 0) {
					send_first(&f, 499, true);
				} else {
					send_next(&f, off, 499);
				}
				assert_int_equal(tug_smp_status_read(fix_body(&f, &h), 1, &st), TUG_OK);
				failed = st.failed;
				off += 499;
			}
			if (!failed) {
				assert_int_equal(tug_sim_flash_failed(f.flash), 0);
				fix_close(&f);
				break;
			}
			n++;
			assert_int_equal(st.rc, kind == 0 ? 12 : 13);
			upload(&f, 499, true);
			assert_memory_equal(fix_slot(&f, 0, 1), file.p, file.len);
			assert_int_equal(tug_sim_flash_broken(f.flash)->twice, 0);
			fix_close(&f);
		}
	}
	print_message("%u failures\n", n);
	assert_true(n > 8);
}

/* Power cut at every operation, over a pending slot: afterwards no mark stands on anything but the old image. */
static void test_every_power_cut(void **state)
{
	uint8_t store[3000], digest[32];
	struct tug_buf b = tug_buf_of(store, sizeof(store));
	unsigned cuts = 0;

	(void)state;
	make_file(3000);
	fix_image(&b, (struct tug_version){ 1, 9, 0, 0 }, 2500, 9, digest);
	for (unsigned kind = 0; kind < TUG_SIM_CUT_KINDS; kind++) {
		for (uint64_t nth = 1;; nth++) {
			struct fix_opt o = { .sector = 1024 };
			struct fix f;
			uint8_t active[300];
			bool off;

			open_opt(&f, &o);
			fix_put(&f, 0, 1, tug_buf_slice(&b));
			fix_state(&f, 0, TUG_SWAP_TEST);
			memcpy(active, fix_slot(&f, 0, 0), sizeof(active));
			tug_sim_flash_cut(f.flash, nth, (enum tug_sim_cut)kind, nth * 7 + kind);
			for (uint32_t at = 0; at < file.len; at += 499) {
				struct chunk c = at == 0 ? first(1, 499) : next(1, at, 499);

				send_chunk(&f, &c);
			}
			off = tug_sim_flash_is_off(f.flash);
			tug_sim_flash_cut(f.flash, 0, TUG_SIM_CUT_BEFORE, 0);
			tug_sim_flash_power_up(f.flash);
			tug_server_init(&f.srv, &f.cfg); /* the device boots again */
			assert_memory_equal(active, fix_slot(&f, 0, 0), sizeof(active));
			if (fix_trailer(&f, 0, 1).magic == TUG_GOOD) {
				assert_memory_equal(fix_slot(&f, 0, 1), store, b.len);
			}
			send_next(&f, 499, 10);
			expect_off(&f, 0);
			upload(&f, 700, true);
			assert_memory_equal(fix_slot(&f, 0, 1), file.p, file.len);
			assert_int_equal(tug_sim_flash_broken(f.flash)->twice, 0);
			fix_close(&f);
			if (!off) {
				break;
			}
			cuts++;
		}
	}
	print_message("%u cuts\n", cuts);
	assert_true(cuts > 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_chunk_checks),
		cmocka_unit_test(test_wide_integers),
		cmocka_unit_test(test_upgrade_only),
		cmocka_unit_test(test_announced_limit),
		cmocka_unit_test(test_wrong_offset_is_told),
		cmocka_unit_test(test_errors_clear_the_state),
		cmocka_unit_test(test_undecodable_keeps_the_state),
		cmocka_unit_test(test_overrun),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_refused_erase_keeps_upload),
		cmocka_unit_test(test_target_by_state),
		cmocka_unit_test(test_target_by_image),
		cmocka_unit_test(test_every_write_unit),
		cmocka_unit_test(test_file_as_large_as_the_slot),
		cmocka_unit_test(test_blank_stretches),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_match_unreadable),
		cmocka_unit_test(test_offset_mode),
		cmocka_unit_test(test_every_flash_failure),
		cmocka_unit_test(test_every_power_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
