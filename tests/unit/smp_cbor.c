/* SPDX-License-Identifier: Apache-2.0
 *
 * Well-formedness of CBOR, depth, and the walk over lists and maps.
 */
#include "smp_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct octets from_hex(const char *hex)
{
	uint8_t raw[256];
	struct tug_buf b = tug_buf_of(raw, sizeof(raw));
	assert_int_equal(tug_hex_decode(tug_slice_of(hex, strlen(hex)), &b), TUG_OK);
	return octets_of(raw, b.len);
}

static int check(const char *hex, size_t *len)
{
	struct octets o = from_hex(hex);
	int r = tug_cbor_check(octets_slice(&o), len);
	octets_free(&o);
	return r;
}

/* Items of RFC 8949, appendix A and others: accepted whole; every prefix is cut off; octets behind are left alone. */
static void test_well_formed(void **state)
{
	static const char *const good[] = {
		"00", "17", "1818", "190100", "1a00010000", "1b0000000100000000", "1bffffffffffffffff", "20", "3863",
		"3bffffffffffffffff", "1800", "190000", "1b0000000000000000", "40", "4401020304", "60", "6161",
		"62c3bc", "5f42010243030405ff", "5fff", "7f657374726561646d696e67ff", "7fff", "5f5803010203ff", "7f60ff",
		"80", "83010203", "8301820203820405", "9fff", "9f018202039f0405ffff", "a0", "a201020304", "bfff",
		"bf61610161629f0203ffff", "b80161616161", "c11a514b67b0", "c249010000000000000000",
		"d9d9f700", "c0c0c0c000", "d818456449455446", "f4", "f5", "f6", "f7", "f0", "e0", "f8ff", "f820",
		"f90000", "fa47c35000", "fb3ff199999999999a", "f97e00", "c0bfff", "c080", "c09fc101ff",
		"9f9f9f9f9f9f9f9fffffffffffffffff", "8181818181818180", "a100a100a100a100a100a100a100a0",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct octets o = from_hex(good[i]);
		size_t len = 0;
		int r = tug_cbor_check(octets_slice(&o), &len);
		if (r != TUG_OK || len != o.len) {
			print_error("%s: %s, %zu octets\n", good[i], tug_err_name(r), len);
		}
		assert_int_equal(r, TUG_OK);
		assert_int_equal(len, o.len);
		for (size_t n = 0; n < o.len; n++) {
			struct octets part = octets_of(o.p, n);
			assert_int_equal(tug_cbor_check(octets_slice(&part), &len), TUG_ETRUNC);
			octets_free(&part);
		}
		struct octets more = { malloc(o.len + 1), o.len + 1 };
		memcpy(more.p, o.p, o.len);
		more.p[o.len] = 0xff;
		assert_int_equal(tug_cbor_check(octets_slice(&more), &len), TUG_OK);
		assert_int_equal(len, o.len);
		octets_free(&more);
		octets_free(&o);
	}
}

static void test_malformed(void **state)
{
	static const struct {
		const char *hex;
		int result;
	} rows[] = {
		/* reserved additional information, in every major type */
		{ "1c", TUG_ECBOR }, { "1d", TUG_ECBOR }, { "1e", TUG_ECBOR }, { "3c", TUG_ECBOR }, { "5d", TUG_ECBOR },
		{ "7e", TUG_ECBOR }, { "9c", TUG_ECBOR }, { "bd", TUG_ECBOR }, { "de", TUG_ECBOR }, { "fc", TUG_ECBOR },
		/* indefinite where it cannot be */
		{ "1f", TUG_ECBOR }, { "3f", TUG_ECBOR }, { "df00", TUG_ECBOR },
		/* a break where none can be */
		{ "ff", TUG_ECBOR }, { "81ff", TUG_ECBOR }, { "8200ff", TUG_ECBOR }, { "a1ff00", TUG_ECBOR },
		{ "a100ff", TUG_ECBOR }, { "bf00ff", TUG_ECBOR }, { "bf6161ff", TUG_ECBOR }, { "9f81ff", TUG_ECBOR },
		{ "c0ff", TUG_ECBOR }, { "9fc0ff", TUG_ECBOR }, { "9801ff00", TUG_ECBOR }, { "bf0000 c0 ff", TUG_ECBOR },
		/* chunks of another type, nested, or cut off */
		{ "5f00ff", TUG_ECBOR }, { "5f6100ff", TUG_ECBOR }, { "7f4100ff", TUG_ECBOR }, { "5f5f4100ffff", TUG_ECBOR },
		{ "7f7fffff", TUG_ECBOR }, { "5f4100", TUG_ETRUNC }, { "5f41", TUG_ETRUNC }, { "5f1cff", TUG_ECBOR },
		{ "5f80ff", TUG_ECBOR }, { "5fc04100ff", TUG_ECBOR },
		/* simple values below 32 in two octets */
		{ "f800", TUG_ECBOR }, { "f814", TUG_ECBOR }, { "f81f", TUG_ECBOR },
		/* huge claims */
		{ "5bffffffffffffffff", TUG_ETRUNC }, { "7b7fffffffffffffff00", TUG_ETRUNC }, { "9bffffffffffffffff00", TUG_ETRUNC },
		{ "bb8000000000000000", TUG_ETRUNC }, { "bbffffffffffffffff0000", TUG_ETRUNC }, { "5affffffff00", TUG_ETRUNC },
		{ "9a7fffffff00", TUG_ETRUNC }, { "b97fff0000", TUG_ETRUNC }, { "5f5bffffffffffffffffff", TUG_ETRUNC },
		/* nested 9 deep, in all shapes */
		{ "818181818181818180", TUG_EDEPTH }, { "9f9f9f9f9f9f9f9f9fffffffffffffffffff", TUG_EDEPTH },
		{ "a100a100a100a100a100a100a100a100a0", TUG_EDEPTH }, { "8181818181818181c080", TUG_EDEPTH },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = 0;
		int r = check(rows[i].hex, &len);
		if (r != rows[i].result) {
			print_error("%s: %s\n", rows[i].hex, tug_err_name(r));
		}
		assert_int_equal(r, rows[i].result);
	}
}

/* Megabytes of the same octet, whatever it opens: refused or taken in linear time, without deep stacks. */
static void test_bombs(void **state)
{
	static const struct {
		uint8_t octet;
		int result;
	} rows[] = {
		{ 0x81, TUG_EDEPTH }, { 0x9f, TUG_EDEPTH }, { 0xa1, TUG_EDEPTH }, { 0xbf, TUG_EDEPTH }, { 0xc0, TUG_ETRUNC },
		{ 0x5f, TUG_ECBOR }, { 0x7f, TUG_ECBOR }, { 0xdb, TUG_ETRUNC }, { 0x9b, TUG_ETRUNC }, { 0xff, TUG_ECBOR },
	};
	size_t size = 4u << 20;
	uint8_t *bomb = malloc(size);
	(void)state;
	assert_non_null(bomb);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = 0;
		struct tug_value vals[TUG_MAP_FIELDS];
		static const struct tug_map none = { NULL, 0 };
		memset(bomb, rows[i].octet, size);
		assert_int_equal(tug_cbor_check(tug_slice_of(bomb, size), &len), rows[i].result);
		assert_true(tug_map_decode(tug_slice_of(bomb, size), &none, vals) < 0);
		/* as the value of an unknown key */
		bomb[0] = 0xbf;
		bomb[1] = 0x61;
		bomb[2] = 'x';
		assert_true(tug_map_decode(tug_slice_of(bomb, size), &none, vals) < 0);
	}
	/* A row of tags in front of an item is well-formed, however long. */
	memset(bomb, 0xc0, size);
	bomb[size - 1] = 0x00;
	size_t len = 0;
	assert_int_equal(tug_cbor_check(tug_slice_of(bomb, size), &len), TUG_OK);
	assert_int_equal(len, size);
	free(bomb);
}

/* The exact border of the depth, for maps within maps and lists within lists. */
static void test_depth_border(void **state)
{
	(void)state;
	for (unsigned depth = 1; depth <= 12; depth++) {
		uint8_t raw[64];
		size_t n = 0;
		size_t len = 0;
		for (unsigned i = 1; i < depth; i++) {
			raw[n++] = i % 2 != 0 ? 0xa1 : 0x81;
			if (i % 2 != 0) {
				raw[n++] = 0x60;
			}
		}
		raw[n++] = 0xa0;
		struct octets o = octets_of(raw, n);
		assert_int_equal(tug_cbor_check(octets_slice(&o), &len), depth <= TUG_CBOR_DEPTH ? TUG_OK : TUG_EDEPTH);
		octets_free(&o);
	}
}

static void test_walk(void **state)
{
	static const struct {
		const char *hex;
		bool map;
		int result;
		unsigned items;
	} rows[] = {
		{ "80", false, TUG_OK, 0 },       { "9fff", false, TUG_OK, 0 },     { "83010203", false, TUG_OK, 3 },
		{ "9f018001ff", false, TUG_OK, 3 }, { "a0", true, TUG_OK, 0 },        { "bfff", true, TUG_OK, 0 },
		{ "a26161016162 9fff", true, TUG_OK, 4 }, { "bf616101ff", true, TUG_OK, 2 }, { "a0", false, TUG_ETYPE, 0 },
		{ "80", true, TUG_ETYPE, 0 },      { "c080", false, TUG_ETYPE, 0 },   { "00", false, TUG_ETYPE, 0 },
		{ "", false, TUG_ETRUNC, 0 },      { "8000", false, TUG_ECBOR, 0 },   { "81", false, TUG_ETRUNC, 0 },
		{ "9f5fff", false, TUG_ETRUNC, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct octets o = from_hex(rows[i].hex);
		struct tug_list it;
		int r = rows[i].map ? tug_list_begin_map(octets_slice(&o), &it) : tug_list_begin(octets_slice(&o), &it);
		assert_int_equal(r, rows[i].result);
		unsigned items = 0;
		struct tug_slice item;
		while (r == TUG_OK && tug_list_next(&it, &item) == 1) {
			assert_true(item.len > 0 && item.p >= o.p && item.p + item.len <= o.p + o.len);
			items++;
		}
		assert_int_equal(items, rows[i].items);
		if (r == TUG_OK) {
			assert_int_equal(tug_list_next(&it, &item), 0);
			assert_int_equal(tug_list_next(&it, &item), 0);
		}
		octets_free(&o);
	}
}

static void test_items(void **state)
{
	static const struct {
		const char *hex;
		enum tug_type type;
		int result;
	} rows[] = {
		{ "00", TUG_T_UINT, TUG_OK },     { "1b0000000000000001", TUG_T_UINT, TUG_OK }, { "20", TUG_T_UINT, TUG_ETYPE },
		{ "20", TUG_T_INT, TUG_OK },      { "05", TUG_T_INT, TUG_OK },        { "1b8000000000000000", TUG_T_INT, TUG_ETYPE },
		{ "3b7fffffffffffffff", TUG_T_INT, TUG_OK }, { "3b8000000000000000", TUG_T_INT, TUG_ETYPE },
		{ "1bffffffffffffffff", TUG_T_UINT, TUG_OK }, { "f4", TUG_T_BOOL, TUG_OK }, { "f5", TUG_T_BOOL, TUG_OK },
		{ "f6", TUG_T_BOOL, TUG_ETYPE },  { "f7", TUG_T_BOOL, TUG_ETYPE },    { "01", TUG_T_BOOL, TUG_ETYPE },
		{ "f8ff", TUG_T_BOOL, TUG_ETYPE }, { "f90001", TUG_T_BOOL, TUG_ETYPE }, { "f90001", TUG_T_UINT, TUG_ETYPE },
		{ "60", TUG_T_TSTR, TUG_OK },     { "6161", TUG_T_TSTR, TUG_OK },     { "4161", TUG_T_TSTR, TUG_ETYPE },
		{ "4161", TUG_T_BSTR, TUG_OK },   { "7f6161ff", TUG_T_TSTR, TUG_ETYPE }, { "5f4161ff", TUG_T_BSTR, TUG_ETYPE },
		{ "c000", TUG_T_UINT, TUG_ETYPE }, { "c0f5", TUG_T_BOOL, TUG_ETYPE }, { "c06161", TUG_T_TSTR, TUG_ETYPE },
		{ "80", TUG_T_LIST, TUG_OK },     { "a0", TUG_T_LIST, TUG_ETYPE },    { "a0", TUG_T_MAP, TUG_OK },
		{ "80", TUG_T_MAP, TUG_ETYPE },   { "f6", TUG_T_ANY, TUG_OK },        { "fb0000000000000000", TUG_T_ANY, TUG_OK },
		{ "c080", TUG_T_ANY, TUG_OK },    { "0000", TUG_T_UINT, TUG_ECBOR },  { "", TUG_T_UINT, TUG_ETRUNC },
		{ "19", TUG_T_UINT, TUG_ETRUNC }, { "1c", TUG_T_UINT, TUG_ECBOR },    { "ff", TUG_T_ANY, TUG_ECBOR },
		{ "00", (enum tug_type)77, TUG_ETYPE },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct octets o = from_hex(rows[i].hex);
		struct tug_value val = { .present = false };
		int r = tug_item_decode(octets_slice(&o), rows[i].type, &val);
		if (r != rows[i].result) {
			print_error("%s as %d: %s\n", rows[i].hex, (int)rows[i].type, tug_err_name(r));
		}
		assert_int_equal(r, rows[i].result);
		assert_int_equal(val.present, r == TUG_OK);
		octets_free(&o);
	}
}

/* Random octets, biased to heads that open things: never a crash, and what is accepted stays inside the input. */
static void test_random(void **state)
{
	static const uint8_t heads[] = { 0x9f, 0xbf, 0x5f, 0x7f, 0xff, 0x81, 0xa1, 0xc0, 0x00, 0x60, 0x41, 0xf6, 0x18, 0x5b };
	uint64_t rng = rng_seed();
	unsigned accepted = 0;
	(void)state;
	for (int round = 0; round < 300000; round++) {
		uint8_t raw[24];
		size_t len = 0;
		size_t n = 1 + rng_below(&rng, sizeof(raw));
		for (size_t i = 0; i < n; i++) {
			bool any = rng_below(&rng, 8) == 0;
			raw[i] = any ? (uint8_t)rng_next(&rng) : heads[rng_below(&rng, sizeof(heads))];
		}
		struct octets o = octets_of(raw, n);
		if (tug_cbor_check(octets_slice(&o), &len) == TUG_OK) {
			assert_true(len > 0 && len <= n);
			accepted++;
		}
		octets_free(&o);
	}
	assert_true(accepted > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_well_formed),  cmocka_unit_test(test_malformed), cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_depth_border), cmocka_unit_test(test_walk),      cmocka_unit_test(test_items),
		cmocka_unit_test(test_random),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
