/* SPDX-License-Identifier: Apache-2.0
 *
 * States what each word of a signing command line means, and that what is not wholly understood is refused with a
 * sentence. Run by CTest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <tug/imgtool.h>

static char why[TUG_WHY_CAP];

static void dependencies(void **state)
{
	struct tug_dependency d[3];
	size_t n = 0;

	(void)state;
	assert_int_equal(tug_sign_parse_deps("(1, 1.2.3+4), (255,0.9)", d, 3, &n, why), TUG_OK);
	assert_int_equal(n, 2);
	assert_int_equal(d[0].image, 1);
	assert_int_equal(d[0].version.revision, 3);
	assert_int_equal(d[0].version.build, 4);
	assert_int_equal(d[1].image, 255);
	assert_int_equal(d[1].version.minor, 9);
	assert_int_equal(tug_sign_parse_deps("(0,1)(1,2) ( 2 , 3.0 )", d, 3, &n, why), TUG_OK);
	assert_int_equal(n, 3);
	assert_int_equal(tug_sign_parse_deps("(0,1)(1,2)(2,3)(3,4)", d, 3, &n, why), TUG_ENOSPACE);

	static const char *const bad[] = { "", " ", "1,2", "(256,1.0.0)", "(99999999999,1)", "(1)", "(1,)", "(1,1.02)", "(1,1.0.0", "(a,1)",
					   "(1,1.0) junk", "(1,1.0.0.0.0)", "(-1,1.0)", "(1,256.0)", "(,1)", "()" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (tug_sign_parse_deps(bad[i], d, 3, &n, why) != TUG_EINVAL || strstr(why, "(IMAGE,VERSION)") == NULL) {
			fail_msg("'%s': %s", bad[i], why);
		}
	}
}

static void uuids(void **state)
{
	/* UUIDv5 of "example.com" in the DNS name space; and of "app" in that */
	static const uint8_t example[16] = { 0xcf, 0xbf, 0xf0, 0xd1, 0x93, 0x75, 0x56, 0x85, 0x96, 0x8c, 0x48, 0xce, 0x8b, 0x15, 0xae, 0x17 };
	uint8_t u[16], v[16];

	(void)state;
	assert_int_equal(tug_sign_parse_uuid("example.com", tug_uuid_dns(), u, why), TUG_OK);
	assert_memory_equal(u, example, 16);
	assert_int_equal(tug_sign_parse_uuid("app", u, v, why), TUG_OK);
	assert_int_equal(v[6] >> 4, 5);
	assert_int_equal(v[8] >> 6, 2);
	assert_int_equal(tug_sign_parse_uuid("CFBFF0D1-9375-5685-968c-48ce8b15ae17", NULL, u, why), TUG_OK);
	assert_memory_equal(u, example, 16);
	assert_int_equal(tug_sign_parse_uuid("cfbff0d193755685968c48ce8b15ae17", NULL, u, why), TUG_OK);
	assert_memory_equal(u, example, 16);
	/* one digit wrong is a slip, not a name; a name without a vendor has no name space */
	assert_int_equal(tug_sign_parse_uuid("cfbff0d1-9375-5685-968c-48ce8b15ae1g", tug_uuid_dns(), u, why), TUG_EINVAL);
	assert_int_equal(tug_sign_parse_uuid("app", NULL, u, why), TUG_EINVAL);
	assert_non_null(strstr(why, "--vid"));
	assert_int_equal(tug_sign_parse_uuid("", tug_uuid_dns(), u, why), TUG_EINVAL);
	assert_int_equal(tug_sign_parse_uuid("a\nb", tug_uuid_dns(), u, why), TUG_EINVAL);
	assert_int_equal(tug_sign_parse_uuid("cfbff0d1--375-5685-968c-48ce8b15ae17", tug_uuid_dns(), u, why), TUG_EINVAL);
}

static void custom(void **state)
{
	struct tug_octets v = { NULL, 0 };
	uint16_t type = 0;

	(void)state;
	assert_int_equal(tug_sign_parse_custom("0x00a0", "0x01fF", &type, &v, why), TUG_OK);
	assert_int_equal(type, 0xa0);
	assert_int_equal(v.len, 2);
	assert_int_equal(v.p[1], 0xff);
	tug_octets_free(&v);
	assert_int_equal(tug_sign_parse_custom("65534", "text", &type, &v, why), TUG_OK);
	assert_int_equal(type, 0xfffe);
	assert_memory_equal(v.p, "text", 4);
	tug_octets_free(&v);
	assert_int_equal(tug_sign_parse_custom("0b10100000", "0x", &type, &v, why), TUG_OK);
	assert_int_equal(v.len, 0);
	tug_octets_free(&v);

	static const char *const bad[][3] = {
		{ "0x9f", "0x01", "not free" }, { "0x50", "0x01", "SEC_CNT" }, { "0xffff", "0x01", "not free" }, { "0x100000000", "", "no type" },
		{ "x", "0x01", "no type" },     { "", "", "no type" },          { "010", "", "no type" },         { "0xa0", "0x1", "odd number" },
		{ "0xa0", "0x1g", "hex digits" }, { "0xa0", "0x é", "hex digits" }, { "-1", "", "no type" },
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int rc = tug_sign_parse_custom(bad[i][0], bad[i][1], &type, &v, why);

		if (rc != TUG_EINVAL || strstr(why, bad[i][2]) == NULL || v.p != NULL) {
			fail_msg("%s %s: %d %s", bad[i][0], bad[i][1], rc, why);
		}
	}
}

static void counters(void **state)
{
	static const struct tug_version version = { 1, 2, 3, 4 };
	static const struct {
		const char *text;
		uint32_t value;
	} good[] = { { "0", 0 }, { "4294967295", UINT32_MAX }, { "0x7F", 127 }, { "0b101", 5 }, { "0O17", 15 }, { "auto", 0x01020003 }, { "AUTO", 0x01020003 } };
	static const char *const bad[] = { "", "-1", "4294967296", "0x", "1 ", "automatic", "aut", "1.0", "0b2", "012" };
	uint32_t v;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(tug_sign_parse_counter(good[i].text, &version, &v, why), TUG_OK);
		assert_int_equal(v, good[i].value);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(tug_sign_parse_counter(bad[i], &version, &v, why), TUG_EINVAL);
		assert_non_null(strstr(why, "auto"));
	}
}

/* What passes the other tool's check of the slot and would never run is told; with the mode given it is refused. */
static void limits(void **state)
{
	struct tug_sign_options o = tug_sign_defaults();
	struct tug_file in = { .data = { calloc(1, 0x20000), 0x1e000 } }, out;

	(void)state;
	o.pad_header = true;
	o.slot_size = 0x20000;
	o.align = 4;
	assert_int_equal(tug_sign(&in, &o, &out, why), TUG_OK);
	tug_sign_note(&o, (uint32_t)out.data.len, why);
	assert_non_null(strstr(why, "122880"));
	tug_file_free(&out);
	o.mode = TUG_MODE_SWAP_MOVE;
	assert_int_equal(tug_sign(&in, &o, &out, why), TUG_EIMGSIZE);
	assert_non_null(strstr(why, "72 octets too large: swap-move takes 122880"));
	tug_sign_note(&o, 0x1e048, why);
	assert_string_equal(why, "");
	in.data.len = 0x1e000 - 72;
	assert_int_equal(tug_sign(&in, &o, &out, why), TUG_OK);
	tug_file_free(&out);
	o.sector_size = 0x2000;
	assert_int_equal(tug_sign(&in, &o, &out, why), TUG_EIMGSIZE);
	assert_non_null(strstr(why, "sectors of 8192"));
	o.mode = TUG_MODE_DIRECT_XIP;
	in.data.len = 0x1e000;
	assert_int_equal(tug_sign(&in, &o, &out, why), TUG_OK);
	tug_file_free(&out);
	tug_octets_free(&in.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dependencies), cmocka_unit_test(uuids),  cmocka_unit_test(custom),
		cmocka_unit_test(counters),     cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
