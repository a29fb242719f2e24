/* SPDX-License-Identifier: Apache-2.0
 *
 * States what an encrypted image is: imgtool's images open with their private key and no other, the plaintext is what
 * was hashed, the cipher does not depend on where a read begins, and header and TLV octets are never touched.
 */
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <tug/image_enc.h>
#include <tug/port/crypto_openssl.h>

#include "image_vec.h"

static const struct row {
	const char *name, *key;
	enum tug_tlv_type scheme;
} rows[] = {
	{ "encrsa", "key-encrsa", TUG_TLV_ENC_RSA2048 },   { "encp256", "key-encp256", TUG_TLV_ENC_EC256 },
	{ "encp256k256", "key-encp256", TUG_TLV_ENC_EC256 }, { "encx", "key-encx", TUG_TLV_ENC_X25519 },
	{ "encx256", "key-encx", TUG_TLV_ENC_X25519 },     { "encx512", "key-encx", TUG_TLV_ENC_X25519_512 },
	{ "enc61", "key-encx", TUG_TLV_ENC_X25519 },       { "encclear", "key-encx", TUG_TLV_ENC_X25519 },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

struct one {
	struct image_vec img, key;
	struct tug_slice octets;
	struct tug_io io;
	struct tug_image open;
	struct tug_image_enc enc;
};

static void load(struct one *o, const struct row *r)
{
	image_vec_load(&o->img, r->name);
	image_vec_load(&o->key, r->key);
	o->octets = tug_slice_of(o->img.data, o->img.len);
	o->io = tug_io_of_slice(&o->octets);
	assert_int_equal(tug_image_open(&o->open, &o->io, 0, TUG_IMG_CAN_ENCRYPTED), TUG_OK);
	o->enc.crypto = &tug_crypto_enc_openssl;
	o->enc.scheme = r->scheme;
	o->enc.key = tug_slice_of(o->key.data, o->key.len);
}

static void unload(struct one *o)
{
	image_vec_free(&o->img);
	image_vec_free(&o->key);
}

static void keys_open(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		struct tug_image_key key;
		struct one o;

		load(&o, &rows[i]);
		assert_int_equal(tug_image_key_open(&o.open, &o.enc, &key), TUG_OK);
		assert_int_equal(key.len, o.img.image_key_len);
		assert_memory_equal(key.octets, o.img.image_key, key.len);
		unload(&o);
	}
}

static void plaintext_is_what_was_hashed(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		bool clear = strcmp(rows[i].name, "encclear") == 0;
		struct tug_verify_policy policy = { .sig = TUG_SIG_NONE, .hash = TUG_SHA256 };
		uint8_t scratch[512], payload[64];
		struct tug_enc_view view;
		struct tug_image plain;
		struct one o;
		int why = TUG_OK;

		load(&o, &rows[i]);
		assert_int_equal(tug_enc_view_open(&view, &o.open, &o.enc), TUG_OK);
		assert_int_equal(tug_image_open(&plain, &view.io, 0, TUG_IMG_CAN_ENCRYPTED), TUG_OK);
		if (tug_image_verify(clear ? &o.open : &plain, &tug_crypto_openssl, &policy, tug_buf_of(scratch, sizeof(scratch)),
				     &why) != TUG_VERDICT_GOOD) {
			fail_msg("%s: %s", rows[i].name, tug_err_name(why));
		}
		assert_int_equal(view.io.read_at(view.io.ctx, 32, payload, 64), TUG_OK);
		for (uint8_t k = 0; !clear && k < 61; k++) {
			assert_int_equal(payload[k], k);
		}
		unload(&o);
	}
}

/* Every start and length of a read, header and TLVs included, shows the same octets. */
static void any_offset(void **state)
{
	struct tug_enc_view view;
	uint8_t whole[512], part[512];
	struct one o;

	(void)state;
	load(&o, &rows[3]);
	assert_int_equal(tug_enc_view_open(&view, &o.open, &o.enc), TUG_OK);
	memcpy(whole, o.img.data, o.img.len);
	assert_int_equal(tug_image_crypt_at(view.crypto, &view.key, &view.hdr, 0, whole, o.img.len), TUG_OK);
	assert_memory_equal(whole, o.img.data, 32);
	assert_memory_equal(whole + 96, o.img.data + 96, o.img.len - 96u);
	for (uint32_t off = 0; off < o.img.len; off++) {
		for (uint32_t n = 1; n <= o.img.len - off; n++) {
			assert_int_equal(view.io.read_at(view.io.ctx, off, part, n), TUG_OK);
			assert_memory_equal(part, whole + off, n);
		}
	}
	assert_int_equal(view.io.read_at(view.io.ctx, (uint32_t)o.img.len, part, 1), TUG_ETRUNC);
	unload(&o);
}

/* One changed octet of the TLV's value never opens to another key; RSA and ECIES detect all of them. */
static void spoilt_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		struct tug_tlv tlv;
		struct tug_tlv_it it;
		struct tug_image_key key;
		struct one o;

		load(&o, &rows[i]);
		tug_tlv_begin(&it, &o.open, (uint16_t)rows[i].scheme, false);
		assert_int_equal(tug_tlv_next(&it, &tlv), 1);
		for (uint32_t k = 0; k < tlv.len; k += rows[i].scheme == TUG_TLV_ENC_RSA2048 ? 16 : 1) {
			o.img.data[tlv.off + k] ^= 0x04;
			assert_int_equal(tug_image_key_open(&o.open, &o.enc, &key), TUG_ENOKEY);
			assert_int_equal(key.len, 0);
			o.img.data[tlv.off + k] ^= 0x04;
		}
		assert_int_equal(tug_image_key_unwrap(&o.enc, tug_slice_of(o.img.data + tlv.off, tlv.len - 1u), 16, &key), TUG_ETLV);
		unload(&o);
	}
}

static void wrong_configurations(void **state)
{
	struct tug_crypto_enc none = { .aes_ctr = tug_crypto_enc_openssl.aes_ctr };
	struct tug_image_key key;
	struct one o;

	(void)state;
	load(&o, &rows[3]);
	o.enc.scheme = TUG_TLV_ENC_EC256; /* no such TLV in the image */
	assert_int_equal(tug_image_key_open(&o.open, &o.enc, &key), TUG_ENOKEY);
	o.enc.scheme = TUG_TLV_SHA256; /* no scheme at all */
	assert_int_equal(tug_image_key_open(&o.open, &o.enc, &key), TUG_EINVAL);
	o.enc.scheme = TUG_TLV_ENC_X25519;
	o.enc.crypto = &none;
	assert_int_equal(tug_image_key_open(&o.open, &o.enc, &key), TUG_EFLAGS);
	o.enc.crypto = &tug_crypto_enc_openssl;
	o.enc.key.len--; /* not a private key: nothing is said about the image */
	assert_int_equal(tug_image_key_open(&o.open, &o.enc, &key), TUG_ECRYPTO);
	unload(&o);
	load(&o, &rows[0]);
	o.enc.crypto = &none;
	assert_int_equal(tug_image_key_open(&o.open, &o.enc, &key), TUG_EFLAGS);
	o.open.hdr.flags = 0; /* not encrypted: no key, and no error */
	assert_int_equal(tug_image_key_open(&o.open, &o.enc, &key), TUG_OK);
	assert_int_equal(key.len, 0);
	assert_int_equal(tug_image_crypt(&none, &key, 0, o.img.data, 4), TUG_EINVAL);
	unload(&o);
}

/* RFC 3394, sections 4.1 and 4.6. */
static void key_wrap(void **state)
{
	static const uint8_t kek[32] = { 0,  1,	 2,  3,	 4,  5,	 6,  7,	 8,  9,	 10, 11, 12, 13, 14, 15,
					 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };
	static const char *const wrapped[] = {
		"1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5",
		"28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21",
	};
	struct tug_image_enc enc = { &tug_crypto_enc_openssl, TUG_TLV_ENC_KW, { kek, 16 } };
	struct tug_image_key key;

	(void)state;
	for (uint8_t i = 0; i < 2; i++) {
		uint8_t value[40];
		struct tug_buf b = tug_buf_of(value, sizeof(value));
		uint8_t len = i == 0 ? 16 : 32;

		assert_int_equal(tug_hex_decode(tug_slice_of(wrapped[i], strlen(wrapped[i])), &b), TUG_OK);
		enc.key.len = len;
		assert_int_equal(tug_image_key_unwrap(&enc, tug_buf_slice(&b), len, &key), TUG_OK);
		for (uint8_t k = 0; k < len; k++) {
			assert_int_equal(key.octets[k], k < 16 ? 0x11 * k : k - 16);
		}
		value[3] ^= 1;
		assert_int_equal(tug_image_key_unwrap(&enc, tug_buf_slice(&b), len, &key), TUG_ENOKEY);
		enc.key.len = len - 1u;
		assert_int_equal(tug_image_key_unwrap(&enc, tug_buf_slice(&b), len, &key), TUG_ENOKEY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_open),     cmocka_unit_test(plaintext_is_what_was_hashed),
		cmocka_unit_test(any_offset),    cmocka_unit_test(spoilt_values),
		cmocka_unit_test(key_wrap),      cmocka_unit_test(wrong_configurations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
