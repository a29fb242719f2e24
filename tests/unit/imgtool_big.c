/* SPDX-License-Identifier: Apache-2.0
 *
 * States that an image with big-endian header and TLVs says the same as its little-endian twin, verifies with the same key,
 * and that a change anywhere in it is seen. Run by CTest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include <tug/imgtool.h>

static char why[TUG_WHY_CAP];

static void make(struct tug_key *key, size_t payload, bool big, bool pure, struct tug_file *out)
{
	static const struct tug_dependency dep = { 1, { 1, 2, 3, 4 } };
	static uint8_t raw[300000];
	struct tug_custom_tlv custom = { 0x1a0, tug_slice_of("v", 1) };
	struct tug_sign_options o = tug_sign_defaults();
	struct tug_file in = { .data = { raw, payload } };

	o.pad_header = true;
	o.version = (struct tug_version){ 1, 2, 0x0304, 5 };
	o.key = key;
	o.big_endian = big;
	o.pure = pure;
	o.has_sec_cnt = true;
	o.sec_cnt = 0x01020304;
	o.deps = &dep;
	o.n_deps = 1;
	o.custom = &custom;
	o.n_custom = 1;
	assert_int_equal(tug_sign(&in, &o, out, why), TUG_OK);
}

static void twins(void **state)
{
	/* hashed ranges that end on, before and behind a piece of the reader, and in four octets */
	static const size_t sizes[] = { 1, 4, 36, 1000, 262144 - 32 - 64, 262144 - 32 - 60, 262144, 300000 };
	struct tug_key *key;

	(void)state;
	assert_int_equal(tug_key_make("ed25519", &key, why), TUG_OK);
	for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct tug_image_info a, b;
		struct tug_file big, little;

		make(key, sizes[i / 2], true, i % 2 != 0, &big);
		make(key, sizes[i / 2], false, i % 2 != 0, &little);
		assert_int_equal(big.data.len, little.data.len);
		assert_int_equal(tug_file_verify(&big, NULL, "big", why), TUG_OK);
		assert_int_equal(tug_file_verify(&big, key, "big", why), TUG_OK);
		assert_int_equal(tug_image_info_read(&big, &a, why), TUG_OK);
		assert_int_equal(tug_image_info_read(&little, &b, why), TUG_OK);
		assert_true(a.big_endian);
		assert_false(b.big_endian);
		assert_true(a.digest_ok);
		assert_memory_equal(&a.hdr, &b.hdr, sizeof(a.hdr));
		assert_int_equal(a.n_tlvs, b.n_tlvs);
		for (unsigned k = 0; k < a.n_tlvs; k++) {
			assert_int_equal(a.tlvs[k].type, b.tlvs[k].type);
			assert_int_equal(a.tlvs[k].len, b.tlvs[k].len);
		}
		tug_file_free(&big);
		tug_file_free(&little);
	}
	tug_key_free(key);
}

static void text(void **state)
{
	struct tug_octets said;
	struct tug_image_info info;
	struct tug_file f;

	(void)state;
	make(NULL, 10, true, false, &f);
	assert_int_equal(tug_image_info_read(&f, &info, why), TUG_OK);
	assert_int_equal(tug_image_info_text(&info, &f, "f", &said), TUG_OK);
	assert_non_null(strstr((const char *)said.p, "big-endian"));
	assert_non_null(strstr((const char *)said.p, "(image 1, at least 1.2.3+4)"));
	assert_non_null(strstr((const char *)said.p, "(16909060)"));
	tug_octets_free(&said);
	tug_file_free(&f);
}

static void damage(void **state)
{
	struct tug_key *key;
	struct tug_file f;

	(void)state;
	assert_int_equal(tug_key_make("ecdsa-p256", &key, why), TUG_OK);
	make(key, 100, true, false, &f);
	for (size_t i = 0; i < f.data.len; i++) {
		f.data.p[i] ^= 0x41;
		assert_int_not_equal(tug_file_verify(&f, key, "f", why), TUG_OK);
		f.data.p[i] ^= 0x41;
	}
	assert_int_equal(tug_file_verify(&f, key, "f", why), TUG_OK);
	tug_file_free(&f);
	tug_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(twins), cmocka_unit_test(text), cmocka_unit_test(damage) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
