/* SPDX-License-Identifier: Apache-2.0
 *
 * src/base: byte order, CRC-16, base64, hex and the error table.
 */
#include "smp_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct tug_slice text(const char *z)
{
	return tug_slice_of(z, strlen(z));
}

static void test_byte_order(void **state)
{
	uint8_t b[4] = { 0x12, 0x34, 0x56, 0x78 };
	(void)state;
	assert_int_equal(tug_be16(b), 0x1234);
	assert_int_equal(tug_le16(b), 0x3412);
	assert_int_equal(tug_le32(b), 0x78563412);
	tug_put_be16(b, 0xabcd);
	assert_int_equal(tug_be16(b), 0xabcd);
	tug_put_le16(b, 0xabcd);
	assert_int_equal(b[0], 0xcd);
	tug_put_le32(b, 0xdeadbeef);
	assert_int_equal(tug_le32(b), 0xdeadbeef);
	assert_int_equal(tug_align_up(9, 8), 16);
	assert_int_equal(tug_align_up(8, 8), 8);
	assert_int_equal(tug_align_down(15, 8), 8);
}

static void test_slices(void **state)
{
	(void)state;
	assert_true(tug_slice_eq(tug_slice_of(NULL, 0), text("")));
	assert_true(tug_slice_eq(text("abc"), text("abc")));
	assert_false(tug_slice_eq(text("abc"), text("abd")));
	assert_false(tug_slice_eq(text("abc"), text("ab")));
	assert_true(tug_slice_is(text("abc"), "abc"));
	assert_false(tug_slice_is(tug_slice_of("abc", 2), "abc"));
	assert_false(tug_slice_is(tug_slice_of("ab\0", 3), "ab"));
}

/* The polynomial division, bit by bit. */
static uint16_t crc_slow(uint16_t crc, struct tug_slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		for (int bit = 7; bit >= 0; bit--) {
			bool top = ((crc >> 15) & 1) != ((s.p[i] >> bit) & 1);
			crc = (uint16_t)(crc << 1);
			crc = (uint16_t)(top ? crc ^ 0x1021 : crc);
		}
	}
	return crc;
}

static void test_crc16(void **state)
{
	uint64_t rng = rng_seed();
	uint8_t data[64];
	(void)state;
	assert_int_equal(tug_crc16(0, text("123456789")), 0x31c3);
	assert_int_equal(tug_crc16(0, text("")), 0);
	for (int round = 0; round < 2000; round++) {
		size_t len = rng_below(&rng, sizeof(data));
		size_t cut = rng_below(&rng, len + 1);
		for (size_t i = 0; i < len; i++) {
			data[i] = (uint8_t)rng_next(&rng);
		}
		uint16_t whole = tug_crc16(0, tug_slice_of(data, len));
		assert_int_equal(whole, crc_slow(0, tug_slice_of(data, len)));
		uint16_t part = tug_crc16(0, tug_slice_of(data, cut));
		assert_int_equal(tug_crc16(part, tug_slice_of(data + cut, len - cut)), whole);
	}
}

static void test_base64_known(void **state)
{
	static const char *const pairs[][2] = {
		{ "", "" },         { "f", "Zg==" },         { "fo", "Zm8=" },         { "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" }, { "\xfb\xff", "+/8=" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		char store[32];
		struct tug_buf b = tug_buf_of(store, sizeof(store));
		assert_int_equal(tug_base64_encode(text(pairs[i][0]), &b), TUG_OK);
		assert_true(tug_slice_is(tug_buf_slice(&b), pairs[i][1]));
		assert_int_equal(tug_base64_len(strlen(pairs[i][0])), b.len);
		b.len = 0;
		assert_int_equal(tug_base64_decode(text(pairs[i][1]), &b), TUG_OK);
		assert_true(tug_slice_is(tug_buf_slice(&b), pairs[i][0]));
	}
}

static void test_base64_refuses(void **state)
{
	static const char *const bad[] = { "A",    "AA",   "AAA",  "A===", "====", "=AAA", "AA=A", "Zm9v=", "Zg==Zg==", "Zh==",
					   "Zm9=", "Zm9v!", "Zm 9v", "Zg=",  "Zg= =", "-_-_", "Zg==\n=", "Zm9v\x80" };
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint8_t store[32] = { 0 };
		struct tug_buf b = tug_buf_of(store, sizeof(store));
		b.len = 3;
		assert_int_equal(tug_base64_decode(text(bad[i]), &b), TUG_EBASE64);
		assert_int_equal(b.len, 3);
	}
	uint8_t store[8];
	struct tug_buf b = tug_buf_of(store, 8);
	assert_int_equal(tug_base64_decode(text("Zm\r\n9v\n"), &b), TUG_OK);
	assert_int_equal(b.len, 3);
	b = tug_buf_of(store, 5);
	assert_int_equal(tug_base64_decode(text("Zm9vYmFy"), &b), TUG_ENOSPACE);
	assert_int_equal(b.len, 0);
	b = tug_buf_of(store, 7);
	assert_int_equal(tug_base64_encode(text("foob"), &b), TUG_ENOSPACE);
	assert_int_equal(b.len, 0);
}

/* Every octet string has exactly one spelling: what decodes, encodes to the same characters. */
static void test_base64_one_spelling(void **state)
{
	static const char chars[] = "ABab09+/=Z\n";
	uint64_t rng = rng_seed();
	unsigned accepted = 0;
	(void)state;
	for (int round = 0; round < 200000; round++) {
		char in[12];
		uint8_t raw[12];
		char again[16];
		size_t len = 4 * (1 + rng_below(&rng, 3));
		for (size_t i = 0; i < len; i++) {
			in[i] = chars[rng_below(&rng, sizeof(chars) - 2)];
		}
		struct tug_buf b = tug_buf_of(raw, sizeof(raw));
		if (tug_base64_decode(tug_slice_of(in, len), &b) != TUG_OK) {
			continue;
		}
		struct tug_buf t = tug_buf_of(again, sizeof(again));
		assert_int_equal(tug_base64_encode(tug_buf_slice(&b), &t), TUG_OK);
		assert_true(tug_slice_eq(tug_slice_of(in, len), tug_buf_slice(&t)));
		accepted++;
	}
	assert_true(accepted > 1000);
}

static void test_hex(void **state)
{
	static const struct {
		const char *in;
		int result;
		const char *want;
	} rows[] = {
		{ "", TUG_OK, "" },
		{ "0a1B", TUG_OK, "0a1b" },
		{ "0x0a1b", TUG_OK, "0a1b" },
		{ "(0x) 0A-1B-2c", TUG_OK, "0a1b2c" },
		{ " 0x 0a:1b", TUG_OK, "0a1b" },
		{ "0x", TUG_OK, "" },
		{ "0a1", TUG_EINVAL, "" },
		{ "0a 1 b", TUG_EINVAL, "" },
		{ "0a0x1b", TUG_EINVAL, "" },
		{ "(0x0a", TUG_EINVAL, "" },
		{ "(", TUG_EINVAL, "" },
		{ "zz", TUG_EINVAL, "" },
		{ "00112233445566778899aabbccddeeff00", TUG_ENOSPACE, "" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t raw[16];
		char again[32];
		struct tug_buf b = tug_buf_of(raw, sizeof(raw));
		struct tug_buf t = tug_buf_of(again, sizeof(again));
		assert_int_equal(tug_hex_decode(text(rows[i].in), &b), rows[i].result);
		assert_int_equal(tug_hex_encode(tug_buf_slice(&b), &t), TUG_OK);
		assert_true(tug_slice_is(tug_buf_slice(&t), rows[i].want));
	}
	char small[3];
	struct tug_buf t = tug_buf_of(small, sizeof(small));
	assert_int_equal(tug_hex_encode(text("ab"), &t), TUG_ENOSPACE);
	assert_int_equal(t.len, 0);
}

static void test_errors(void **state)
{
	static const int numbers[] = {
#define NUMBER(num, name, words, advice) num,
		TUG_ERR_MAP(NUMBER)
#undef NUMBER
	};
	int last = 0;
	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		assert_true(numbers[i] > last); /* append only, sorted by band: no number twice */
		last = numbers[i];
		assert_string_not_equal(tug_strerror(-last), "unknown error");
		assert_true(strlen(tug_strerror(-last)) > 0);
		assert_true(strlen(tug_err_advice(-last)) > 0);
		assert_int_equal(tug_err_name(-last)[0], 'E');
	}
	assert_string_equal(tug_strerror(TUG_ETIMEOUT), "no answer in time");
	assert_string_equal(tug_err_name(TUG_ETIMEOUT), "ETIMEOUT");
	assert_string_equal(tug_strerror(-9999), "unknown error");
	assert_string_equal(tug_err_advice(-9999), "");
	assert_string_equal(tug_err_name(-9999), "unknown");
	assert_string_equal(tug_strerror(TUG_OK), "no error");
	assert_string_equal(tug_err_name(TUG_OK), "OK");
	assert_string_equal(tug_err_name(TUG_MORE), "MORE");
	assert_string_equal(tug_strerror(TUG_MORE), "more input is needed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_byte_order),     cmocka_unit_test(test_slices),
		cmocka_unit_test(test_crc16),          cmocka_unit_test(test_base64_known),
		cmocka_unit_test(test_base64_refuses), cmocka_unit_test(test_base64_one_spelling),
		cmocka_unit_test(test_hex),            cmocka_unit_test(test_errors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
