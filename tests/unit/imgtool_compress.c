/* SPDX-License-Identifier: Apache-2.0
 *
 * Compressed images: imgtool's octets for one payload, when compression is left out, what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tug/imgtool.h>

#define PAYLOAD 4096u

static char why[TUG_WHY_CAP];

/* The payload of the golden vectors: squares, then zeros. */
static void fill(uint8_t p[PAYLOAD])
{
	memset(p, 0, PAYLOAD);
	for (unsigned i = 0; i < 1024; i++) {
		p[i] = (uint8_t)(i * i >> 8);
	}
}

static struct tug_sign_options options(enum tug_compression c)
{
	struct tug_sign_options o = tug_sign_defaults();

	o.pad_header = true;
	o.slot_size = 0x2000;
	o.version = (struct tug_version){ 1, 2, 3, 4 };
	o.compression = c;
	return o;
}

static struct tug_file sign(const struct tug_sign_options *o, uint8_t *payload, size_t len)
{
	struct tug_file in = { .data = { payload, len } }, out;

	assert_int_equal(tug_sign(&in, o, &out, why), TUG_OK);
	return out;
}

/* made with imgtool 2.4.0, --compression lzma2 and lzma2armthumb */
static void test_golden(void **state)
{
	static const uint8_t begin[2][8] = { { 0x0a, 0x66, 0xe0, 0x0f, 0xff, 0x03, 0x5c, 0x66 },
					     { 0x0a, 0x66, 0xe0, 0x0f, 0xff, 0x03, 0x62, 0x66 } };
	static const uint8_t prot[] = { 0x08, 0x69, 0x30, 0, 0x70, 0, 4, 0, 0, 0x10, 0, 0, 0x71, 0, 0x20, 0 };
	static const uint32_t sizes[2] = { 870, 876 }, flags[2] = { 0x400, 0xc00 };
	uint8_t payload[PAYLOAD];

	(void)state;
	fill(payload);
	for (unsigned i = 0; i < 2; i++) {
		struct tug_sign_options o = options(i == 0 ? TUG_COMPRESS_LZMA2 : TUG_COMPRESS_LZMA2_ARM);
		struct tug_file f = sign(&o, payload, sizeof(payload));

		assert_int_equal(f.data.len, sizes[i] + 120);
		assert_int_equal(tug_le32(f.data.p + 12), sizes[i]);
		assert_int_equal(tug_le32(f.data.p + 16), flags[i]);
		assert_memory_equal(f.data.p + 32, begin[i], 8);
		assert_memory_equal(f.data.p + 32 + sizes[i], prot, sizeof(prot));
		tug_file_free(&f);
	}
}

/* DECOMP_SHA is the digest of the image that is made without compression. */
static void test_digest_of_plain(void **state)
{
	struct tug_sign_options o = options(TUG_COMPRESS_NONE);
	struct tug_file plain, packed;
	uint8_t payload[PAYLOAD];

	(void)state;
	fill(payload);
	o.has_sec_cnt = true;
	o.sec_cnt = 7;
	plain = sign(&o, payload, sizeof(payload));
	o.compression = TUG_COMPRESS_LZMA2_ARM;
	packed = sign(&o, payload, sizeof(payload));
	/* SEC_CNT is 8 octets, DECOMP_SIZE 8, the head of DECOMP_SHA 4; the plain digest stands last */
	assert_memory_equal(packed.data.p + 32 + tug_le32(packed.data.p + 12) + 4 + 8 + 8 + 4, plain.data.p + plain.data.len - 32, 32);
	tug_file_free(&plain);
	tug_file_free(&packed);
}

static void test_no_gain_is_plain(void **state)
{
	struct tug_sign_options o = options(TUG_COMPRESS_LZMA2);
	uint8_t payload[64];
	struct tug_file a, b;

	(void)state;
	for (unsigned i = 0; i < sizeof(payload); i++) {
		payload[i] = (uint8_t)(i * 37u + 1u);
	}
	a = sign(&o, payload, sizeof(payload));
	o.compression = TUG_COMPRESS_NONE;
	b = sign(&o, payload, sizeof(payload));
	assert_int_equal(a.data.len, b.data.len);
	assert_memory_equal(a.data.p, b.data.p, a.data.len);
	tug_file_free(&a);
	tug_file_free(&b);
}

static void test_not_bootable_is_kept(void **state)
{
	struct tug_sign_options o = options(TUG_COMPRESS_LZMA2);
	uint8_t payload[PAYLOAD];
	struct tug_file f;

	(void)state;
	fill(payload);
	o.non_bootable = true;
	f = sign(&o, payload, sizeof(payload));
	assert_int_equal(tug_le32(f.data.p + 16), 0x410);
	tug_file_free(&f);
}

static void test_refused(void **state)
{
	struct tug_sign_options o = options(TUG_COMPRESS_LZMA2);
	uint8_t *big = calloc(1, 0x4000);
	struct tug_file in = { .data = { big, 0x4000 } }, out;

	(void)state;
	assert_non_null(big);
	assert_int_equal(tug_sign(&in, &o, &out, why), TUG_EIMGSIZE);
	assert_non_null(strstr(why, "before compression"));
	o.slot_size = 0;
	o.vector = TUG_VECTOR_DIGEST;
	assert_int_equal(tug_sign(&in, &o, &out, why), TUG_EINVAL);
	assert_non_null(strstr(why, "two signatures"));
	free(big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_digest_of_plain),
		cmocka_unit_test(test_no_gain_is_plain),
		cmocka_unit_test(test_not_bootable_is_kept),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
