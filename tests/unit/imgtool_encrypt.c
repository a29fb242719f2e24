/* SPDX-License-Identifier: Apache-2.0
 *
 * States that imgtool's golden encrypted images open to their input, that what is encrypted here decrypts to the same octets at every
 * size around a piece and in Intel HEX, and what is refused. Run by CTest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <tug/imgtool.h>

#include "image_vec.h"
#include "imgtool_dir.h"
#include "src/imgtool/key_priv.h"
#include "src/imgtool/sign_priv.h"

static char why[TUG_WHY_CAP];

static int teardown(void **state)
{
	static const char *const names[] = { "in", "out", "enc", "enc.hex", "out.hex", "kek" };

	(void)state;
	return dir_remove(names, sizeof(names) / sizeof(names[0]));
}

static void put(const char *name, const void *data, size_t len)
{
	char p[64];

	assert_int_equal(tug_file_write(path(p, name), tug_slice_of(data, len), TUG_FILE_PUBLIC, why), TUG_OK);
}

static bool there(const char *name)
{
	char p[64];

	return access(path(p, name), F_OK) == 0;
}

/* The key of the golden images, from its DER. */
static struct tug_key *golden_key(const char *name)
{
	struct tug_key *key = NULL;
	struct image_vec v;
	const unsigned char *p;
	BIO *bio = BIO_new(BIO_s_mem());
	EVP_PKEY *pkey;
	char *text;
	long n;

	image_vec_load(&v, name);
	p = v.data;
	pkey = d2i_AutoPrivateKey(NULL, &p, (long)v.len);
	assert_non_null(pkey);
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL), 1);
	n = BIO_get_mem_data(bio, &text);
	assert_int_equal(tug_key_parse_any(tug_slice_of(text, (size_t)n), name, NULL, NULL, &key, why), TUG_OK);
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	image_vec_free(&v);
	return key;
}

static void golden(void **state)
{
	static const struct {
		const char *image, *key;
		uint16_t tlv;
		uint16_t bits;
		uint32_t input; /* octets of it */
		bool clear;
	} rows[] = {
		{ "encrsa", "key-encrsa", TUG_TLV_ENC_RSA2048, 128, 64, false },   { "encp256", "key-encp256", TUG_TLV_ENC_EC256, 128, 64, false },
		{ "encp256k256", "key-encp256", TUG_TLV_ENC_EC256, 256, 64, false }, { "encx", "key-encx", TUG_TLV_ENC_X25519, 128, 64, false },
		{ "encx256", "key-encx", TUG_TLV_ENC_X25519, 256, 64, false },     { "encx512", "key-encx", TUG_TLV_ENC_X25519_512, 128, 64, false },
		{ "enc61", "key-encx", TUG_TLV_ENC_X25519, 128, 61, false },	   { "encclear", "key-encx", TUG_TLV_ENC_X25519, 128, 64, true },
	};
	char in[64], out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_key *key = golden_key(rows[i].key);
		struct tug_enc_key enc = { key, { NULL, 0 } };
		struct tug_decrypt_result res;
		struct tug_verify_result seen;
		struct image_vec v;
		struct tug_octets got;

		image_vec_load(&v, rows[i].image);
		put("in", v.data, v.len);
		assert_int_equal(tug_verify_encrypted(path(in, "in"), NULL, &enc, &seen, why), TUG_OK);
		assert_int_equal(seen.enc_tlv, rows[i].clear ? 0 : rows[i].tlv);
		if (rows[i].clear) {
			assert_int_equal(tug_decrypt_path(in, path(out, "out"), &enc, TUG_DECRYPT_PAYLOAD, NULL, why), TUG_ESTATE);
			assert_non_null(strstr(why, "in the clear already"));
		} else {
			assert_int_equal(tug_verify_encrypted(in, NULL, NULL, NULL, why), TUG_EFLAGS);
			assert_int_equal(tug_decrypt_path(in, path(out, "out"), &enc, TUG_DECRYPT_PAYLOAD, &res, why), TUG_OK);
			assert_int_equal(res.tlv, rows[i].tlv);
			assert_int_equal(res.key_bits, rows[i].bits);
			assert_int_equal(tug_file_read_raw(out, &got, why), TUG_OK);
			assert_int_equal(got.len, 64);
			for (size_t k = 0; k < got.len; k++) {
				assert_int_equal(got.p[k], k < rows[i].input ? k : 0);
			}
			tug_octets_free(&got);
			unlink(out);
		}
		image_vec_free(&v);
		tug_key_free(key);
	}
}

/* Octets of the payload of a decrypted file are those of the input, zeros behind them. */
static void same_payload(const char *name, const uint8_t *want, size_t len)
{
	struct tug_file f;
	char p[64];

	assert_int_equal(tug_file_read(path(p, name), &f, why), TUG_OK);
	assert_true(f.data.len >= len && f.data.len < len + 16);
	assert_memory_equal(f.data.p, want, len);
	for (size_t i = len; i < f.data.len; i++) {
		assert_int_equal(f.data.p[i], 0);
	}
	tug_file_free(&f);
}

static void round_trips(void **state)
{
	static const size_t sizes[] = { 1, 15, 16, 17, 65503, 65504, 65505, 262112, 262144, 262145, 600000 };
	struct tug_sign_options o = tug_sign_defaults();
	struct tug_key *key, *sign;
	char in[64], enc[64], out[64];

	(void)state;
	assert_int_equal(tug_key_make("x25519", &key, why), TUG_OK);
	assert_int_equal(tug_key_make("ed25519", &sign, why), TUG_OK);
	o.pad_header = true;
	o.slot_size = 0x200000;
	o.enc.key = key;
	o.key = sign;
	o.has_sec_cnt = true;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *raw = malloc(sizes[i]);
		struct tug_file image;

		assert_non_null(raw);
		for (size_t k = 0; k < sizes[i]; k++) {
			raw[k] = (uint8_t)(k * 11 + (k >> 9) + 3);
		}
		put("in", raw, sizes[i]);
		o.enc_keylen = i % 2 != 0 ? 256 : 128;
		o.enc_hmac = i % 3 == 0 ? 512 : 256;
		o.confirm = i % 2 == 0;
		o.big_endian = i % 4 == 3;
		o.pure = i % 5 == 4;
		o.hash = o.pure ? -1 : (int)TUG_SHA512;
		assert_int_equal(tug_sign_path(path(in, "in"), path(enc, "enc"), &o, NULL, why), TUG_OK);
		assert_int_equal(tug_verify_encrypted(enc, sign, &o.enc, NULL, why), TUG_OK);
		assert_int_equal(tug_decrypt_path(enc, path(out, "out"), &o.enc, TUG_DECRYPT_PAYLOAD, NULL, why), TUG_OK);
		same_payload("out", raw, sizes[i]);
		/* the image itself: verifies with no key of encryption, and is not decrypted twice */
		assert_int_equal(tug_decrypt_path(enc, out, &o.enc, TUG_DECRYPT_IMAGE, NULL, why), TUG_OK);
		assert_int_equal(tug_verify_path(out, sign, NULL, why), TUG_OK);
		assert_int_equal(tug_decrypt_path(out, enc, &o.enc, TUG_DECRYPT_IMAGE, NULL, why), TUG_ESTATE);
		assert_int_equal(tug_file_read(out, &image, why), TUG_OK);
		assert_int_equal(image.data.len, o.confirm ? o.slot_size : image.data.len);
		tug_file_free(&image);
		free(raw);
	}
	tug_key_free(key);
	tug_key_free(sign);
}

static void intel_hex(void **state)
{
	struct tug_sign_options o = tug_sign_defaults();
	const uint8_t kek[32] = { 1, 2, 3 };
	uint8_t raw[100];
	struct tug_file f;
	char in[64], hex[64], out[64];

	(void)state;
	memset(raw, 0xa5, sizeof(raw));
	put("in", raw, sizeof(raw));
	o.pad_header = true;
	o.has_hex_addr = true;
	o.hex_addr = 0x8000;
	o.enc.kek = tug_slice_of(kek, sizeof(kek));
	assert_int_equal(tug_sign_path(path(in, "in"), path(hex, "enc.hex"), &o, NULL, why), TUG_OK);
	assert_int_equal(tug_verify_encrypted(hex, NULL, &o.enc, NULL, why), TUG_OK);
	assert_int_equal(tug_decrypt_path(hex, path(out, "out.hex"), &o.enc, TUG_DECRYPT_PAYLOAD, NULL, why), TUG_OK);
	assert_int_equal(tug_file_read(out, &f, why), TUG_OK);
	assert_true(f.is_hex);
	assert_int_equal(f.addr, 0x8000 + 32);
	tug_file_free(&f);
	same_payload("out.hex", raw, sizeof(raw));
	assert_int_equal(tug_decrypt_path(hex, path(out, "out"), &o.enc, TUG_DECRYPT_PAYLOAD, NULL, why), TUG_OK);
	same_payload("out", raw, sizeof(raw));
	unlink(path(out, "out.hex"));
	assert_int_equal(tug_sign_path(in, path(hex, "enc"), &o, NULL, why), TUG_OK);
	assert_int_equal(tug_decrypt_path(hex, out, &o.enc, TUG_DECRYPT_IMAGE, NULL, why), TUG_EINVAL);
	assert_non_null(strstr(why, "needs an address"));
	assert_false(there("out.hex"));
}

/* Each row: a key of encryption and what is said. */
static void refused(void **state)
{
	static const struct {
		const char *sign, *enc;
		uint16_t hmac, bits;
		const char *text;
	} rows[] = {
		{ NULL, "ed25519", 0, 0, "with ed25519 signatures use x25519" },
		{ NULL, "rsa-3072", 0, 0, "rsa-2048" },
		{ NULL, "ecdsa-p384", 0, 0, "encrypts no image" },
		{ NULL, "ecdsa-p256", 512, 0, "x25519 keys only" },
		{ NULL, "x25519", 0, 192, "128 or 256" },
		{ "ecdsa-p256", "x25519", 0, 0, "decrypts with ecdsa-p256, not x25519" },
		{ "rsa-2048", "ecdsa-p256", 0, 0, "decrypts with rsa-2048, not ecdsa-p256" },
		{ "ecdsa-p384", "ecdsa-p256", 0, 0, "ecdsa-p384 signatures decrypts" },
	};
	char in[64], out[64];

	(void)state;
	put("in", "some firmware", 13);
	unlink(path(out, "enc"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_sign_options o = tug_sign_defaults();
		struct tug_key *sign = NULL, *enc = NULL;

		assert_int_equal(tug_key_make(rows[i].enc, &enc, why), TUG_OK);
		if (rows[i].sign != NULL) {
			assert_int_equal(tug_key_make(rows[i].sign, &sign, why), TUG_OK);
		}
		o.pad_header = true;
		o.key = sign;
		o.enc.key = enc;
		o.enc_hmac = rows[i].hmac;
		o.enc_keylen = rows[i].bits;
		assert_int_equal(tug_sign_path(path(in, "in"), path(out, "enc"), &o, NULL, why), TUG_EINVAL);
		if (strstr(why, rows[i].text) == NULL) {
			fail_msg("row %zu says: %s", i, why);
		}
		assert_false(there("enc"));
		tug_key_free(sign);
		tug_key_free(enc);
	}
}

/* A private key whose octets stay where they are, as in an HSM. */
static struct tug_key *without_octets(const struct tug_key *key)
{
	struct tug_slice der = tug_key_public_der(key);
	const unsigned char *p = der.p;
	EVP_PKEY *pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, (long)der.len);
	struct tug_key *out = NULL;

	assert_non_null(pkey);
	assert_int_equal(tug_key_wrap(pkey, true, true, "hsm", &out, why), TUG_OK);
	return out;
}

/* What is said of a key that opens nothing: another one, a damaged wrapped key, one that cannot be read out. */
static void wrong_key(void **state)
{
	static const struct {
		const char *type, *text;
	} rows[] = {
		{ "x25519", "for another x25519 key, or its wrapped key is damaged" },
		{ "ecdsa-p256", "for another ecdsa-p256 key, or its wrapped key is damaged" },
		{ "rsa-2048", "for another rsa-2048 key, or its wrapped key is damaged" },
	};
	char in[64], enc[64], out[64];

	(void)state;
	put("in", "some firmware", 13);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_sign_options o = tug_sign_defaults();
		struct tug_key *right, *wrong, *hsm;
		struct tug_octets der, image;

		assert_int_equal(tug_key_make(rows[i].type, &right, why), TUG_OK);
		assert_int_equal(tug_key_make(rows[i].type, &wrong, why), TUG_OK);
		o.pad_header = true;
		o.enc.key = right;
		assert_int_equal(tug_sign_path(path(in, "in"), path(enc, "enc"), &o, NULL, why), TUG_OK);
		unlink(path(out, "out"));
		o.enc.key = wrong;
		assert_int_equal(tug_decrypt_path(enc, out, &o.enc, TUG_DECRYPT_IMAGE, NULL, why), TUG_ENOKEY);
		assert_non_null(strstr(why, rows[i].text));
		if (tug_key_type(right) == TUG_SIG_RSA2048) {
			hsm = without_octets(right);
			o.enc.key = hsm;
			assert_int_equal(tug_key_private_der(hsm, &der, why), TUG_ECRYPTO);
			assert_int_equal(tug_decrypt_path(enc, out, &o.enc, TUG_DECRYPT_IMAGE, NULL, why), TUG_ECRYPTO);
			assert_non_null(strstr(why, "inside an HSM"));
			assert_int_equal(tug_verify_encrypted(enc, NULL, &o.enc, NULL, why), TUG_ECRYPTO);
			assert_non_null(strstr(why, "give the key as a PEM file"));
			tug_key_free(hsm);
		}
		o.enc.key = right;
		assert_int_equal(tug_file_read_raw(enc, &image, why), TUG_OK);
		image.p[image.len - 1] ^= 1; /* the wrapped key is the last TLV */
		put("enc", image.p, image.len);
		assert_int_equal(tug_decrypt_path(enc, out, &o.enc, TUG_DECRYPT_IMAGE, NULL, why), TUG_ENOKEY);
		assert_non_null(strstr(why, rows[i].text));
		assert_false(there("out"));
		tug_octets_free(&image);
		tug_key_free(right);
		tug_key_free(wrong);
	}
}

static void kek_files(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		int rc;
		size_t octets;
	} rows[] = {
		{ "0123456789abcdef", 16, TUG_OK, 16 },
		{ "0123456789abcdef0123456789abcdef", 32, TUG_OK, 32 },
		{ "AAECAwQFBgcICQoLDA0ODw==\n", 25, TUG_OK, 16 },
		{ "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\r\n", 46, TUG_OK, 32 },
		{ "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", 32, TUG_OK, 32 },
		{ "AAECAwQFBgcICQoLDA0O\n", 21, TUG_ECRYPTO, 0 },
		{ "short", 5, TUG_ECRYPTO, 0 },
		{ "-----BEGIN PUBLIC KEY-----\n", 27, TUG_MORE, 0 },
	};
	uint8_t kek[TUG_KEK_MAX];
	char p[64];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put("kek", rows[i].text, rows[i].len);
		assert_int_equal(tug_kek_load(path(p, "kek"), kek, &n, why), rows[i].rc);
		assert_int_equal(n, rows[i].octets);
	}
	assert_int_equal(tug_kek_load(path(p, "none"), kek, &n, why), TUG_EFILE);
	assert_int_equal(tug_kek_load("pkcs11:object=key", kek, &n, why), TUG_MORE);
}

/* The trailer holds the keys: as imgtool counts, and as the bootloader does. */
static void trailer(void **state)
{
	struct tug_sign_options o = tug_sign_defaults();
	struct tug_key *key;
	uint32_t plain = tug_sign_trailer_size(&o);
	char note[TUG_WHY_CAP];

	(void)state;
	assert_int_equal(tug_key_make("rsa-2048", &key, why), TUG_OK);
	o.enc.key = key;
	assert_int_equal(tug_sign_trailer_size(&o), plain + 32);
	o.enc_keylen = 256;
	assert_int_equal(tug_sign_trailer_size(&o), plain + 32);
	o.save_enctlv = true;
	assert_int_equal(tug_sign_trailer_size(&o), plain + 512);
	o.overwrite_only = true;
	assert_int_equal(tug_sign_trailer_size(&o), 32);
	/* a slot of four sectors, three of them trailer and spare */
	o.overwrite_only = false;
	o.slot_size = 0x4000;
	o.sector_size = 0x1000;
	o.max_sectors = 1237;
	tug_sign_note(&o, 0x2000, note);
	assert_string_not_equal(note, "");
	o.save_enctlv = false;
	o.enc.key = NULL;
	tug_sign_note(&o, 0x2000, note);
	assert_string_equal(note, "");
	tug_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),  cmocka_unit_test(round_trips), cmocka_unit_test(intel_hex),
		cmocka_unit_test(refused), cmocka_unit_test(wrong_key),	  cmocka_unit_test(kek_files),
		cmocka_unit_test(trailer),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
