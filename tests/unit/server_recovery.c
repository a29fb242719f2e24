/* SPDX-License-Identifier: Apache-2.0
 *
 * The server as MCUboot's serial recovery: header rules, silence, rc 0 in successes, list without flags,
 * upload to the primary slot that takes whole write units only.
 */
#include <string.h>

#include "server_fix.h"

static uint8_t file_store[6000];
static struct tug_slice file;

static void open_recovery(struct fix *f, uint8_t write_size)
{
	struct fix_opt o = { .profile = "mcuboot-recovery", .write_size = write_size, .buf_size = 1024 };

	fix_open(f, &o);
}

static void make_file(uint32_t body)
{
	struct tug_buf b = tug_buf_of(file_store, sizeof(file_store));

	file = fix_image(&b, (struct tug_version){ 2, 0, 0, 0 }, body, 5, NULL);
}

/* off, len and n of -1 leave the key out. */
static void chunk(struct fix *f, int64_t off, int64_t len, int64_t n, int64_t image)
{
	struct req r;

	req_begin(&r, 1, TUG_SMP_WRITE, 1, 1);
	if (image >= 0) {
		req_uint(&r, "image", (uint64_t)image);
	}
	if (len >= 0) {
		req_uint(&r, "len", (uint64_t)len);
	}
	if (off >= 0) {
		req_uint(&r, "off", (uint64_t)off);
	}
	if (n >= 0) {
		req_bytes(&r, "data", tug_slice_of(file.p + (off > 0 ? off : 0), (size_t)n));
	}
	assert_int_equal(fix_send(f, req_end(&r)), 1);
}

/* {"rc":0,"off":n}, rc first. */
static void expect_off(struct fix *f, uint64_t off)
{
	fix_expect_ok(f);
	assert_memory_equal(f->rsp.p + TUG_SMP_HDR_LEN, "\xbf\x62rc\x00\x63off", 9);
	assert_int_equal(fix_uint(f, "off"), off);
}

static void test_header_rules(void **state)
{
	static const uint8_t known_ops[] = { 0, 2 };
	uint8_t q[9] = { 0, 0xff, 0, 1, 0, 0, 0x33, 6, 0xa0 };
	struct fix f;

	(void)state;
	open_recovery(&f, 4);
	for (unsigned first = 0; first < 256; first++) {
		bool known = memchr(known_ops, (int)(first & 7), 2) != NULL;

		q[0] = (uint8_t)first;
		assert_int_equal(fix_send(&f, tug_slice_of(q, sizeof(q))), known ? 1 : 0);
		if (known) {
			assert_int_equal(f.rsp.p[0], first + 1); /* version and reserved bits come back */
			assert_int_equal(f.rsp.p[1], 0);
			assert_int_equal(fix_uint(&f, "buf_count"), 4);
		}
	}
	fix_close(&f);
}

static void test_length_rules(void **state)
{
	uint8_t q[24] = { 0x0a, 0, 0, 1, 0, 0, 0x33, 6, 0xa0 };
	struct fix f;

	(void)state;
	open_recovery(&f, 4);
	/* more octets than announced, also two requests in one packet: silence */
	assert_int_equal(fix_send(&f, tug_slice_of(q, 10)), 0);
	memcpy(q + 9, q, 9);
	assert_int_equal(fix_send(&f, tug_slice_of(q, 18)), 0);
	assert_int_equal(f.rest.len, 0);
	/* fewer: read as far as present */
	q[3] = 20;
	assert_int_equal(fix_send(&f, tug_slice_of(q, 9)), 1);
	fix_expect_ok(&f);
	assert_int_equal(fix_send(&f, tug_slice_of(q, 8)), 1);
	fix_expect_ok(&f);
	fix_close(&f);
}

static void test_command_set(void **state)
{
	static const struct {
		const char *q, *a;
	} rows[] = {
		{ "0a00000100000100a0", "0b00000600000100bf62726308ff" }, /* echo */
		{ "0a00000100000101a0", "0b00000600000101bf62726300ff" }, /* console echo */
		{ "0a00000100000105a0", "0b00000600000105bf62726300ff" }, /* reset */
		{ "0800000100000107a0", "0900000600000107bf62726308ff" }, /* info */
		{ "0800000100000108a0", "0900000600000108bf62726308ff" }, /* bootloader info */
		{ "0a00000100010100a0", "0b00000600010100bf62726308ff" }, /* state write */
		{ "0a00000100010105a0", "0b00000600010105bf62726308ff" }, /* erase */
		{ "0800000100010106a0", "0900000600010106bf62726308ff" }, /* slot info */
		{ "0800000100020101a0", "0900000600020101bf62726308ff" }, /* statistics */
		{ "0a000001003f0100a0", "0b000006003f0100bf62726300ff" }, /* storage erase, hook present */
	};
	struct fix f;

	(void)state;
	open_recovery(&f, 4);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(fix_hex(&f, rows[i].q), rows[i].a);
	}
	tug_server_tick(&f.srv, 2000);
	assert_int_equal(f.resets, 1);
	f.erase_result = TUG_EIO;
	assert_string_equal(fix_hex(&f, "0a000001003f0100a0"), "0b000006003f0100bf62726301ff");
	f.cfg.hooks.erase_storage = NULL;
	assert_string_equal(fix_hex(&f, "0a000001003f0100a0"), "0b000006003f0100bf62726308ff");
	f.cfg.params = false;
	assert_string_equal(fix_hex(&f, "0800000100000106a0"), "0900000600000106bf62726308ff");
	fix_close(&f);
}

/* Only images whose octets hash to their digest are listed. */
static void test_list(void **state)
{
	struct entry e[4];
	struct fix f;

	(void)state;
	open_recovery(&f, 4);
	make_file(300);
	fix_put(&f, 0, 0, file);
	fix_put(&f, 0, 1, file);
	fix_state(&f, 0, TUG_SWAP_TEST);
	fix_hex(&f, "0800000100010000a0");
	assert_int_equal(fix_list(&f, e, 4), 2);
	assert_int_equal(e[0].active, -1);
	assert_int_equal(e[1].pending, -1);
	assert_string_equal(e[0].version, "2.0.0");
	fix_slot(&f, 0, 1)[100] ^= 1;
	fix_hex(&f, "0800000100010000a0");
	assert_int_equal(fix_list(&f, e, 4), 1);
	memcpy(fix_slot(&f, 0, 1), file.p, file.len);
	fix_slot(&f, 0, 1)[32 + 300 + 4] = 0x60; /* the digest TLV is another one: nothing to check against */
	fix_hex(&f, "0800000100010000a0");
	assert_int_equal(fix_list(&f, e, 4), 1);
	f.cfg.crypto = NULL; /* cannot check: lists what has a header and TLVs */
	fix_hex(&f, "0800000100010000a0");
	assert_int_equal(fix_list(&f, e, 4), 2);
	fix_close(&f);
}

static void test_upload(void **state)
{
	static const uint8_t units[] = { 1, 4, 8, 32 };

	(void)state;
	for (size_t u = 0; u < sizeof(units); u++) {
		struct entry e[4];
		uint32_t off = 0;
		struct fix f;

		open_recovery(&f, units[u]);
		make_file(1503);
		memset(fix_slot(&f, 0, 0), 0xa5, f.area[0][0].size);
		tug_sim_flash_settle(f.flash);
		while (off < file.len) {
			uint32_t n = file.len - off < 101 ? (uint32_t)file.len - off : 101;
			uint32_t taken = off + n == file.len ? n : n - n % units[u];

			chunk(&f, off, off == 0 ? (int64_t)file.len : -1, n, off == 0 ? 0 : -1);
			off += taken;
			expect_off(&f, off);
		}
		assert_memory_equal(fix_slot(&f, 0, 0), file.p, file.len);
		assert_int_equal(fix_slot(&f, 0, 0)[f.area[0][0].size - 1], 0xff); /* the rest is erased */
		assert_int_equal(tug_sim_flash_broken(f.flash)->twice, 0);
		fix_hex(&f, "0800000100010000a0");
		assert_int_equal(fix_list(&f, e, 4), 1);
		/* a repeated last chunk is told where we are */
		chunk(&f, off - 10, -1, 10, -1);
		expect_off(&f, off);
		fix_close(&f);
	}
}

static void test_upload_refusals(void **state)
{
	struct fix f;

	(void)state;
	open_recovery(&f, 4);
	make_file(1500);
	for (int bad = 0; bad < 6; bad++) {
		chunk(&f, 0, (int64_t)file.len, 100, -1);
		expect_off(&f, 100);
		switch (bad) {
		case 0:
			chunk(&f, 0, -1, 100, -1); /* no len */
			break;
		case 1:
			chunk(&f, -1, 100, 100, -1); /* no off */
			break;
		case 2:
			chunk(&f, 100, -1, -1, -1); /* no data */
			break;
		case 3:
			chunk(&f, 0, f.area[0][0].size + 1, 100, -1);
			break;
		case 4:
			chunk(&f, 0, 100, 100, 1); /* no such image */
			break;
		default:
			tug_sim_flash_fail(f.flash, &(struct tug_sim_fail){ .calls = TUG_SIM_WRITE, .err = TUG_EIO });
			chunk(&f, 100, -1, 100, -1);
			tug_sim_flash_fail(f.flash, NULL);
			break;
		}
		fix_expect_rc(&f, TUG_RC_INVAL);
		chunk(&f, 100, -1, 100, -1); /* expected offset is back to 0 */
		expect_off(&f, 0);
	}
	/* more than announced: refused, the offset stays */
	chunk(&f, 0, 120, 100, -1);
	chunk(&f, 100, -1, 24, -1);
	fix_expect_rc(&f, TUG_RC_INVAL);
	chunk(&f, 100, -1, 20, -1);
	expect_off(&f, 120);
	/* wrong offset: success, data ignored */
	chunk(&f, 0, (int64_t)file.len, 100, -1);
	chunk(&f, 60, -1, 50, -1);
	expect_off(&f, 100);
	/* no header check: anything may be written */
	file_store[0] ^= 0xff;
	chunk(&f, 0, (int64_t)file.len, 100, -1);
	expect_off(&f, 100);
	fix_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header_rules), cmocka_unit_test(test_length_rules),
		cmocka_unit_test(test_command_set),  cmocka_unit_test(test_list),
		cmocka_unit_test(test_upload),       cmocka_unit_test(test_upload_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
