/* SPDX-License-Identifier: Apache-2.0
 *
 * The boot core with compressed images: the overwrite modes run what they decompress to, after a cut at any operation
 * too; what is damaged, too large or signed wrongly costs nothing; swap modes refuse them and say so.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/imgtool.h>
#include <tug/port/crypto_openssl.h>
#include <tug/port/lzma.h>

#include "tests/unit/boot_signing.h"

#define PAYLOAD 5000u

struct bench {
	struct world w;
	struct tug_key *key;
	struct tug_pubkey pub;
	struct test_image plain; /* what the new image becomes */
	struct tug_lzma lzma;
	struct tug_boot_unpack unpack;
	uint8_t memory[TUG_LZMA_MEMORY];
};

static struct test_image sign(const struct tug_key *key, payload_fn fn, struct tug_version v, enum tug_compression c)
{
	struct tug_sign_options o = tug_sign_defaults();
	uint8_t payload[PAYLOAD];
	struct tug_file in = { .data = { payload, sizeof(payload) } };

	o.key = key;
	o.version = v;
	o.pad_header = true;
	o.has_sec_cnt = true;
	o.sec_cnt = 5;
	o.compression = c;
	for (uint32_t i = 0; i < PAYLOAD; i++) {
		payload[i] = fn(i / 16);
	}
	return image_sign(&in, &o);
}

static struct bench *bench_make(const struct tug_boot_mode_ops *mode, enum tug_compression c)
{
	struct bench *t = calloc(1, sizeof(*t));
	char why[TUG_WHY_CAP];

	assert_non_null(t);
	assert_int_equal(tug_key_generate(TUG_SIG_ED25519, &t->key, why), TUG_OK);
	t->pub.der = tug_key_public_der(t->key);
	t->plain = sign(t->key, payload_new, v2, TUG_COMPRESS_NONE);
	world_make(&t->w, &geo_small, mode, sign(t->key, payload_old, v1, TUG_COMPRESS_NONE), sign(t->key, payload_new, v2, c));
	assert_true(t->w.new.len < t->plain.len);
	t->w.cfg.crypto = &tug_crypto_openssl;
	t->w.cfg.verify.sig = TUG_SIG_ED25519;
	t->w.cfg.verify.hash = TUG_SHA256;
	t->w.cfg.verify.keys = &t->pub;
	t->w.cfg.verify.n_keys = 1;
	tug_lzma_init(&t->lzma, t->memory, sizeof(t->memory));
	t->unpack = (struct tug_boot_unpack){ &tug_boot_compressed, &t->lzma.port };
	t->w.cfg.unpack = &t->unpack;
	assert_int_equal(world_set_pending(&t->w, true), TUG_OK);
	return t;
}

static void bench_free(struct bench *t)
{
	world_free(&t->w);
	free(t->plain.bytes);
	tug_key_free(t->key);
	free(t);
}

static uint32_t cut_everywhere(struct bench *t)
{
	static const enum tug_sim_cut kinds[] = { TUG_SIM_CUT_BEFORE, TUG_SIM_CUT_TORN_RANDOM, TUG_SIM_CUT_TORN_ZEROS };
	void *start = malloc(tug_sim_flash_state_size(t->w.flash));
	struct tug_boot_rsp rsp;
	bool fired = true;
	uint32_t n = 0;

	assert_non_null(start);
	tug_sim_flash_save(t->w.flash, start);
	for (uint32_t at = 1; fired; at++) {
		for (size_t k = 0; k < 3 && fired; k++) {
			tug_sim_flash_load(t->w.flash, start);
			tug_sim_flash_cut(t->w.flash, at, kinds[k], at);
			fired = world_boot(&t->w, &rsp) == TUG_EPOWER;
			assert_int_equal(fired, tug_sim_flash_is_off(t->w.flash));
			tug_sim_flash_power_up(t->w.flash);
			tug_sim_flash_cut(t->w.flash, 0, TUG_SIM_CUT_BEFORE, 0);
			(void)boots(&t->w, &t->plain);
			assert_int_equal(boots(&t->w, &t->plain), TUG_SWAP_NONE);
			n += fired;
		}
	}
	tug_sim_flash_load(t->w.flash, start);
	free(start);
	return n;
}

static void test_overwrites(void **state)
{
	static const struct tug_boot_mode_ops *const modes[] = { &tug_boot_overwrite, &tug_boot_overwrite_fast };
	static const enum tug_compression forms[] = { TUG_COMPRESS_LZMA2, TUG_COMPRESS_LZMA2_ARM };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct bench *t = bench_make(modes[i / 2], forms[i % 2]);
		uint32_t n = cut_everywhere(t);

		print_message("%u cuts\n", (unsigned)n);
		assert_true(n > 30);
		assert_int_equal(boots(&t->w, &t->plain), TUG_SWAP_PERM);
		assert_int_equal(tug_sim_flash_broken(t->w.flash)->twice + tug_sim_flash_broken(t->w.flash)->align, 0);
		bench_free(t);
	}
}

static void refused(struct bench *t, const char *said)
{
	assert_int_equal(boots(&t->w, &t->w.old), TUG_SWAP_NONE);
	expect_said(&t->w, said);
	assert_int_equal(boots(&t->w, &t->w.old), TUG_SWAP_NONE);
	bench_free(t);
}

static void test_swap_refuses(void **state)
{
	(void)state;
	refused(bench_make(&tug_boot_swap_move, TUG_COMPRESS_LZMA2),
		"E: Image 0: compressed images are not taken in this mode, or without a decompressor");
}

static void test_no_decompressor(void **state)
{
	struct bench *t = bench_make(&tug_boot_overwrite, TUG_COMPRESS_LZMA2);

	(void)state;
	t->w.cfg.unpack = NULL;
	refused(t, "E: Image 0: compressed images are not taken in this mode, or without a decompressor");
}

static void test_memory_too_small(void **state)
{
	struct bench *t = bench_make(&tug_boot_overwrite, TUG_COMPRESS_LZMA2);

	(void)state;
	tug_lzma_init(&t->lzma, t->memory, 65536);
	refused(t, "E: Image 0: what the compressed image decompresses to is not valid");
}

/* An image whose own digest and signature are right, around a plain one that is signed by somebody else. */
static void test_foreign_inside(void **state)
{
	struct bench *t = bench_make(&tug_boot_overwrite, TUG_COMPRESS_LZMA2);
	struct tug_slice data = tug_slice_of(t->w.new.bytes, t->w.new.len);
	struct tug_io io = tug_io_of_slice(&data);
	struct tug_verify_policy digest_only = { .hash = TUG_SHA256 };
	uint8_t scratch[1024];
	struct tug_image img;
	struct tug_tlv_it it;
	struct tug_tlv tlv = { 0 };

	(void)state;
	assert_int_equal(tug_image_open(&img, &io, 0, TUG_IMG_CAN_COMPRESSED), TUG_OK);
	tug_tlv_begin(&it, &img, TUG_TLV_DECOMP_SHA, true);
	assert_int_equal(tug_tlv_next(&it, &tlv), 1);
	t->w.new.bytes[tlv.off] ^= 1;
	/* the outer digest again, and no signature asked for */
	assert_int_equal(tug_image_hash(&img, &tug_crypto_openssl, TUG_SHA256, tug_buf_of(scratch, sizeof(scratch)),
					t->w.new.bytes + img.unprot_off + 8),
			 TUG_OK);
	t->w.cfg.verify = digest_only;
	world_place(&t->w, &t->w.cfg.sec, &t->w.new);
	assert_int_equal(world_set_pending(&t->w, true), TUG_OK);
	refused(t, "E: Image 0: what the compressed image decompresses to is not valid");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overwrites),       cmocka_unit_test(test_swap_refuses),  cmocka_unit_test(test_no_decompressor),
		cmocka_unit_test(test_memory_too_small), cmocka_unit_test(test_foreign_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
