/* SPDX-License-Identifier: Apache-2.0
 *
 * States that a build in pieces makes what a build in memory makes, at every size around a piece; where what encryption and
 * compression add goes; and that a file is whole or not there. Run by CTest.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <cmocka.h>

#include <tug/port/crypto_openssl.h>

#include "imgtool_dir.h"
#include "src/imgtool/hash_lane_priv.h"
#include "src/imgtool/sign_priv.h"

static char why[TUG_WHY_CAP];

static int teardown(void **state)
{
	static const char *const names[] = { "in", "out", "link" };

	(void)state;
	return dir_remove(names, sizeof(names) / sizeof(names[0]));
}

static struct tug_octets noise(size_t len)
{
	struct tug_octets o = { malloc(len + 1), len };

	assert_non_null(o.p);
	for (size_t i = 0; i < len; i++) {
		o.p[i] = (uint8_t)(i * 7 + (i >> 8) + 1);
	}
	return o;
}

static void write_input(struct tug_octets o)
{
	char p[64];

	assert_int_equal(tug_file_write(path(p, "in"), tug_slice_of(o.p, o.len), TUG_FILE_PUBLIC, why), TUG_OK);
}

static void pieces(void **state)
{
	static const size_t sizes[] = { 1, 4, 16, 17, TUG_LANE_PIECE - 33, TUG_LANE_PIECE - 32, TUG_LANE_PIECE - 31, TUG_LANE_PIECE,
					TUG_LANE_PIECE + 1, 3 * TUG_LANE_PIECE + 5 };
	struct tug_sign_options o = tug_sign_defaults();
	char in[64], out[64];

	(void)state;
	o.pad_header = true;
	o.has_sec_cnt = true;
	o.slot_size = 0x200000;
	for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct tug_octets raw = noise(sizes[i / 2]);
		struct tug_file f = { .data = raw }, image, back;
		struct tug_sign_result res;
		struct tug_verify_result seen;

		o.confirm = i % 2 != 0;
		write_input(raw);
		assert_int_equal(tug_sign_path(path(in, "in"), path(out, "out"), &o, &res, why), TUG_OK);
		assert_int_equal(tug_sign(&f, &o, &image, why), TUG_OK);
		assert_int_equal(res.len, image.data.len);
		assert_int_equal(tug_sign_pad(&image, &o, why), TUG_OK);
		assert_int_equal(tug_file_read(out, &back, why), TUG_OK);
		assert_int_equal(back.data.len, image.data.len);
		assert_memory_equal(back.data.p, image.data.p, back.data.len);
		assert_int_equal(tug_verify_path(out, NULL, &seen, why), TUG_OK);
		assert_int_equal(seen.digest_len, 32);
		assert_memory_equal(seen.digest, res.digest, 32);
		tug_file_free(&image);
		tug_file_free(&back);
		tug_octets_free(&raw);
	}
}

/* Pieces come back in order, whatever becomes of them afterwards; a medium that fails is told; giving up is possible anywhere. */
static void lane(void **state)
{
	struct tug_octets raw = noise(20000);
	struct tug_slice data = tug_slice_of(raw.p, raw.len);
	struct tug_io io = tug_io_of_slice(&data);

	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		struct tug_lane *l = tug_lane_begin(TUG_SHA256);
		uint8_t is[TUG_HASH_MAX], want[TUG_HASH_MAX], *p;
		struct tug_hash_ctx h;
		unsigned posted = 0;
		size_t len;

		assert_non_null(l);
		assert_int_equal(tug_crypto_openssl.hash_init(&h, TUG_SHA256), TUG_OK);
		for (unsigned i = 0; i < round; i++) {
			for (; posted < round && posted < i + TUG_LANE_AHEAD; posted++) {
				uint32_t off = posted * 300u, n = 1 + posted * 7919u % 1000u;

				tug_lane_post(l, &(struct tug_lane_job){ posted % 2 != 0 ? &io : NULL, raw.p + off, off, n, n + posted % 3 });
			}
			assert_int_equal(tug_lane_take(l, &p, &len), TUG_OK);
			assert_int_equal(len, 1 + i * 7919u % 1000u + i % 3);
			assert_memory_equal(p, raw.p + i * 300u, len - i % 3);
			tug_crypto_openssl.hash_update(&h, p, len);
			memset(p, 0xee, len);
		}
		assert_int_equal(tug_crypto_openssl.hash_final(&h, want), TUG_OK);
		assert_int_equal(tug_lane_end(l, is), TUG_OK);
		assert_memory_equal(is, want, 32);
		l = tug_lane_begin(TUG_SHA384);
		if (round % 2 != 0) {
			tug_lane_post(l, &(struct tug_lane_job){ &io, NULL, 19999, 2, 2 });
		}
		if (round % 4 == 3) {
			assert_int_equal(tug_lane_take(l, &p, &len), TUG_ETRUNC);
		}
		assert_int_equal(tug_lane_end(l, NULL), TUG_OK);
	}
	tug_octets_free(&raw);
}

static int flip(void *ctx, uint8_t *p, size_t len)
{
	*(size_t *)ctx += len;
	for (size_t i = 0; i < len; i++) {
		p[i] ^= 0x5a;
	}
	return TUG_OK;
}

static void extra(void **state)
{
	struct tug_sign_options o = tug_sign_defaults();
	struct tug_octets raw = noise(100);
	struct tug_slice data = tug_slice_of(raw.p, raw.len);
	struct tug_io io = tug_io_of_slice(&data);
	struct tug_text prot = { 0 }, unprot = { 0 }, t = { 0 };
	size_t seen = 0;
	struct tug_sign_extra x = { .flags = TUG_IMG_F_ENC_AES128, .pad_to = 16, .crypt = flip, .ctx = &seen };
	struct tug_sign_result res;
	struct tug_build b = { &o, &io, &x, tug_sink_of_text(&t), &res };
	struct tug_image_info info;
	struct tug_file f = { 0 };
	uint8_t plain[32 + 112 + 12], digest[TUG_HASH_MAX];
	struct tug_hash_ctx h;

	(void)state;
	o.pad_header = true;
	tug_put_tlv(&prot, &o, TUG_TLV_COMP_DEC_SIZE, "\x64\0\0\0", 4);
	tug_put_tlv(&unprot, &o, TUG_TLV_ENC_X25519, "wrapped", 7);
	x.prot = tug_slice_of(prot.o.p, prot.o.len);
	x.unprot = tug_slice_of(unprot.o.p, unprot.o.len);
	assert_int_equal(tug_build_image(&b, why), TUG_OK);
	assert_int_equal(seen, 112); /* the zeros behind the payload too, nothing else */
	assert_int_equal(tug_text_take(&t, &f.data), TUG_OK);
	assert_int_equal(res.len, f.data.len);
	assert_int_equal(tug_image_info_read(&f, &info, why), TUG_OK);
	assert_int_equal(info.hdr.img_size, 112);
	assert_int_equal(info.hdr.protect_tlv_size, 12);
	assert_true(info.encrypted);
	assert_int_equal(info.tlvs[0].type, TUG_TLV_COMP_DEC_SIZE);
	assert_int_equal(info.tlvs[info.n_tlvs - 1].type, TUG_TLV_ENC_X25519);
	/* the digest is of the plain payload */
	memcpy(plain, f.data.p, sizeof(plain));
	for (size_t i = 0; i < 112; i++) {
		plain[32 + i] ^= 0x5a;
		assert_int_equal(plain[32 + i], i < 100 ? raw.p[i] : 0);
	}
	tug_crypto_openssl.hash_init(&h, TUG_SHA256);
	tug_crypto_openssl.hash_update(&h, plain, sizeof(plain));
	tug_crypto_openssl.hash_final(&h, digest);
	assert_memory_equal(digest, info.digest, 32);
	/* and the keys count in the trailer */
	x.key_cell = 16;
	assert_int_equal(tug_sign_trailer(&o, &x), tug_sign_trailer_size(&o) + 32);
	tug_file_free(&f);
	tug_octets_free(&prot.o);
	tug_octets_free(&unprot.o);
	tug_octets_free(&raw);
}

/* No octet of the output is seen before all of them are there; a failure leaves what was there before. */
static void whole_or_not(void **state)
{
	struct tug_sign_options o = tug_sign_defaults();
	struct tug_octets raw = noise(300000);
	struct rlimit old, small = { 200000, RLIM_INFINITY };
	char in[64], out[64], link[64];
	struct tug_file back;

	(void)state;
	o.pad_header = true;
	write_input(raw);
	assert_int_equal(tug_file_write(path(out, "out"), tug_slice_of("before", 6), TUG_FILE_PUBLIC, why), TUG_OK);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0); /* as a full disk: in the middle of the file */
	assert_int_equal(tug_sign_path(path(in, "in"), out, &o, NULL, why), TUG_EDISKFULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_non_null(strstr(why, "cannot write"));
	o.slot_size = 1000; /* found when all of it is written */
	assert_int_equal(tug_sign_path(in, out, &o, NULL, why), TUG_EIMGSIZE);
	assert_int_equal(tug_file_read(out, &back, why), TUG_OK);
	assert_memory_equal(back.data.p, "before", 6);
	tug_file_free(&back);
	/* a link stays one, and what it points to is replaced */
	o.slot_size = 0;
	assert_int_equal(symlink("out", path(link, "link")), 0);
	assert_int_equal(tug_sign_path(in, link, &o, NULL, why), TUG_OK);
	assert_int_equal(tug_verify_path(out, NULL, NULL, why), TUG_OK);
	/* signed onto itself */
	assert_int_equal(tug_sign_path(in, in, &o, NULL, why), TUG_OK);
	assert_int_equal(tug_verify_path(in, NULL, NULL, why), TUG_OK);
	assert_int_equal(tug_sign_path(in, "/dev/full", &o, NULL, why), TUG_EINVAL); /* an image already */
	write_input(raw);
	assert_int_equal(tug_sign_path(in, "/dev/full", &o, NULL, why), TUG_EDISKFULL);
	assert_int_equal(tug_sign_path(in, dir, &o, NULL, why), TUG_EFILE);
	assert_int_equal(tug_sign_path("/no/such", out, &o, NULL, why), TUG_EFILE);
	tug_octets_free(&raw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces), cmocka_unit_test(lane), cmocka_unit_test(extra), cmocka_unit_test(whole_or_not),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
