/* SPDX-License-Identifier: Apache-2.0
 *
 * OS and storage groups: echo, delayed reset with force and boot mode, parameters, info, bootloader info,
 * storage erase; each in both protocol versions and all profiles that differ.
 */
#include <string.h>

#include "server_fix.h"

static void open_profile(struct fix *f, const char *profile)
{
	struct fix_opt o = { .profile = profile };

	fix_open(f, &o);
}

static int ask_reset(struct fix *f, const char *hex_map)
{
	char text[128] = "0a00000000000705";
	size_t n = strlen(hex_map) / 2;

	text[6] = "0123456789abcdef"[n / 16];
	text[7] = "0123456789abcdef"[n % 16];
	memcpy(text + 16, hex_map, 2 * n + 1);
	return fix_hex(f, text)[0] != '\0';
}

static void test_echo(void **state)
{
	struct fix f;
	struct req r;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	assert_string_equal(fix_hex(&f, "0a00000100000900a0"), "0b00000500000900bf617260ff"); /* no "d": empty text */
	assert_string_equal(fix_hex(&f, "0a00000200000900bfff"), "0b00000500000900bf617260ff");
	req_begin(&r, 1, TUG_SMP_WRITE, 0, 0);
	req_bytes(&r, "d", tug_slice_of("x", 1)); /* bytes are no text */
	fix_send(&f, req_end(&r));
	fix_expect_rc(&f, TUG_RC_INVAL);
	fix_close(&f);
}

static void test_reset_is_delayed(void **state)
{
	struct fix f;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	assert_true(tug_server_deadline(&f.srv) == UINT64_MAX);
	tug_server_tick(&f.srv, 999999);
	assert_int_equal(f.resets, 0);
	assert_true(ask_reset(&f, "a0"));
	fix_expect_ok(&f);
	assert_int_equal(tug_server_deadline(&f.srv), 1250);
	tug_server_tick(&f.srv, 1249);
	assert_int_equal(f.resets, 0);
	/* a retransmission answers again and does not put the reset off */
	f.clock.now_ms = 1200;
	assert_true(ask_reset(&f, "a0"));
	assert_int_equal(tug_server_deadline(&f.srv), 1250);
	tug_server_tick(&f.srv, 1250);
	assert_int_equal(f.resets, 1);
	assert_int_equal(f.reset_mode, 0);
	assert_true(tug_server_deadline(&f.srv) == UINT64_MAX);
	tug_server_tick(&f.srv, 5000);
	assert_int_equal(f.resets, 1);
	fix_close(&f);
}

/* A value that does not decode is ignored; a boot mode above 255 is refused where boot modes are known. */
static void test_reset_keys(void **state)
{
	static const struct {
		const char *map;
		int mode; /* -1 = refused with rc 3 */
	} rows[] = {
		{ "a0", 0 },
		{ "", 0 },
		{ "a169626f6f745f6d6f646501", 1 },
		{ "a169626f6f745f6d6f646518ff", 255 },
		{ "a169626f6f745f6d6f6465190100", -1 },
		{ "a169626f6f745f6d6f64656178", 0 },
		{ "a165666f72636501", 0 },
		{ "a265666f7263650169626f6f745f6d6f646501", 1 },
		{ "a1", 0 },
	};
	static const char *const profiles[] = { "zephyr-3.3", "zephyr-3.5", "zephyr-4.2" };

	(void)state;
	for (size_t p = 0; p < 3; p++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct fix f;
			int mode = p == 2 ? rows[i].mode : 0;

			open_profile(&f, profiles[p]);
			assert_true(ask_reset(&f, rows[i].map));
			tug_server_tick(&f.srv, 2000);
			if (mode < 0) {
				fix_expect_rc(&f, TUG_RC_INVAL);
				assert_int_equal(f.resets, 0);
			} else {
				fix_expect_ok(&f);
				assert_int_equal(f.resets, 1);
				assert_int_equal(f.reset_mode, mode);
			}
			fix_close(&f);
		}
	}
}

static void test_reset_busy_and_force(void **state)
{
	static const char *const profiles[] = { "zephyr-3.3", "zephyr-3.5", "zephyr-4.2", "mcuboot-recovery" };

	(void)state;
	for (size_t p = 0; p < 4; p++) {
		bool knows = p == 1 || p == 2;
		struct fix f;

		open_profile(&f, profiles[p]);
		f.busy = true;
		assert_true(ask_reset(&f, "a0"));
		fix_expect_rc(&f, TUG_RC_BUSY);
		assert_true(ask_reset(&f, "a165666f726365f4")); /* force: false */
		fix_expect_rc(&f, TUG_RC_BUSY);
		assert_true(tug_server_deadline(&f.srv) == UINT64_MAX);
		assert_true(ask_reset(&f, "a165666f726365f5")); /* force: true */
		if (knows) {
			fix_expect_ok(&f);
		} else {
			fix_expect_rc(&f, TUG_RC_BUSY);
		}
		tug_server_tick(&f.srv, 2000);
		assert_int_equal(f.resets, knows ? 1 : 0);
		fix_close(&f);
	}
}

static void test_params(void **state)
{
	struct fix f;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	assert_string_equal(fix_hex(&f, "0800000100000106a0"),
			    "0900001900000106bf686275665f73697a651909ab696275665f636f756e7404ff");
	f.cfg.params = false;
	assert_string_equal(fix_hex(&f, "0800000100000106a0"), "0900000600000106bf62726308ff");
	fix_close(&f);
}

/* Text of an info answer; NULL = not a success. */
static const char *info(struct fix *f, const char *format, uint8_t version)
{
	static char text[300];
	struct tug_smp_hdr h;
	struct tug_value v;
	struct tug_slice body;
	struct tug_smp_status st;
	struct req r;

	req_begin(&r, version, TUG_SMP_READ, 0, 7);
	if (format != NULL) {
		req_text(&r, "format", format);
	}
	assert_int_equal(fix_send(f, req_end(&r)), 1);
	body = fix_body(f, &h);
	assert_int_equal(tug_smp_status_read(body, h.group, &st), TUG_OK);
	if (st.failed) {
		return NULL;
	}
	assert_int_equal(tug_map_decode(body, &tug_os_info_rsp, &v), TUG_OK);
	assert_true(v.present && v.v.s.len < sizeof(text));
	memcpy(text, v.v.s.p, v.v.s.len);
	text[v.v.s.len] = '\0';
	return text;
}

static void test_info(void **state)
{
	static const char all[] = "Zephyr node abcdef 4.4.99 Mon Jan  1 00:00:00 2024 arm cortex-m4 board/soc Zephyr";
	static char longest[250];
	struct fix f;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	assert_string_equal(info(&f, NULL, 1), "Zephyr");
	assert_string_equal(info(&f, "", 1), "Zephyr");
	assert_string_equal(info(&f, "vn", 1), "node 4.4.99"); /* the order of output is fixed */
	assert_string_equal(info(&f, "nnn", 0), "node");
	assert_string_equal(info(&f, "a", 1), all);
	assert_string_equal(info(&f, "oipmbvrns", 1), all);
	assert_string_equal(info(&f, "as", 1), all);
	for (int c = 1; c < 256; c++) {
		char format[3] = { 's', (char)c, 0 };
		bool known = strchr("snrvbmpioa", c) != NULL;

		for (uint8_t v = 0; v < 2; v++) {
			assert_int_equal(info(&f, format, v) != NULL, known);
			if (!known) {
				fix_expect_err(&f, v, 0, 2, 3, 3);
			}
		}
	}
	f.cfg.os_name[1] = NULL;
	assert_string_equal(info(&f, "n", 1), "unknown");
	memset(longest, 'x', sizeof(longest) - 1);
	f.cfg.os_name[1] = longest;
	assert_int_equal(strlen(info(&f, "ns", 1)), 256); /* 249 + 1 + 6 */
	f.cfg.os_name[0] = "Zephyrs";
	assert_null(info(&f, "ns", 1));
	fix_expect_rc(&f, TUG_RC_MSGSIZE);
	fix_close(&f);

	open_profile(&f, "zephyr-3.3");
	assert_null(info(&f, NULL, 0));
	fix_expect_rc(&f, TUG_RC_NOTSUP);
	fix_close(&f);
}

static void test_bootloader(void **state)
{
	static const int8_t modes[] = { -1, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	struct fix f;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	for (size_t i = 0; i < sizeof(modes); i++) {
		char want[48] = "0900000800000508bf646d6f646500ff";

		f.cfg.boot_mode = modes[i];
		want[28] = modes[i] < 0 ? '2' : '0';
		want[29] = (char)('0' + (modes[i] < 0 ? 0 : modes[i]));
		assert_string_equal(fix_hex(&f, "0800000c00000508a1657175657279646d6f6465"), want);
	}
	assert_string_equal(fix_hex(&f, "0800000b00000508a165717565727963786d6f"),
			    "0900001300000508bf63657272bf6567726f75700062726303ffff");
	assert_string_equal(fix_hex(&f, "0000000b00000508a165717565727963786d6f"), "0100000600000508bf62726305ff");
	fix_close(&f);

	open_profile(&f, "zephyr-3.5"); /* the number slips out as a plain rc */
	assert_string_equal(fix_hex(&f, "0800000b00000508a165717565727963786d6f"), "0900000600000508bf62726303ff");
	fix_close(&f);

	open_profile(&f, "zephyr-3.3");
	assert_string_equal(fix_hex(&f, "0800000100000508a0"), "0100000600000508bf62726308ff");
	fix_close(&f);
}

static void test_storage_erase(void **state)
{
	struct fix f;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	assert_string_equal(fix_hex(&f, "0a000001003f2b00a0"), "0b000002003f2b00bfff");
	assert_int_equal(f.erases, 1);
	/* a failure is a failure in both versions, though Zephyr's v1 translation would say 0 */
	f.erase_result = TUG_EIO;
	assert_string_equal(fix_hex(&f, "0a000001003f2b00a0"), "0b000014003f2b00bf63657272bf6567726f7570183f62726304ffff");
	assert_string_equal(fix_hex(&f, "02000001003f2b00a0"), "03000006003f2b00bf62726301ff");
	f.cfg.hooks.erase_storage = NULL;
	assert_string_equal(fix_hex(&f, "0a000001003f2b00a0"), "0b000006003f2b00bf62726308ff");
	fix_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_reset_is_delayed),
		cmocka_unit_test(test_reset_keys),
		cmocka_unit_test(test_reset_busy_and_force),
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_info),
		cmocka_unit_test(test_bootloader),
		cmocka_unit_test(test_storage_erase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
