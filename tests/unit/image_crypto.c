/* SPDX-License-Identifier: Apache-2.0
 *
 * States what a crypto table must answer: known digests, signatures that verify, and no other answer than
 * TUG_ESIG or TUG_ECRYPTO for anything changed, cut or of another scheme. Run by CTest.
 */
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <tug/port/crypto_openssl.h>

#include "image_vec.h"

static const struct tug_crypto *const crypto = &tug_crypto_openssl;

static void to_bytes(const char *hex, uint8_t *out, size_t len)
{
	struct tug_buf b = tug_buf_of(out, len);

	assert_int_equal(tug_hex_decode(tug_slice_of(hex, strlen(hex)), &b), TUG_OK);
	assert_int_equal(b.len, len);
}

/* FIPS 180-4 example messages "abc" and the empty one. */
static void digests(void **state)
{
	static const struct {
		enum tug_hash_alg alg;
		const char *msg;
		const char *hex;
	} rows[] = {
		{ TUG_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ TUG_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ TUG_SHA384, "abc", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7" },
		{ TUG_SHA512, "abc",
		  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e"
		  "2a9ac94fa54ca49f" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_hash_ctx a, b;
		uint8_t want[TUG_HASH_MAX], one[TUG_HASH_MAX], two[TUG_HASH_MAX];
		size_t n = strlen(rows[i].msg);

		to_bytes(rows[i].hex, want, tug_hash_len(rows[i].alg));
		/* two digests at once, one of them fed octet by octet; a third one is given up */
		assert_int_equal(crypto->hash_init(&a, rows[i].alg), TUG_OK);
		assert_int_equal(crypto->hash_init(&b, rows[i].alg), TUG_OK);
		for (size_t k = 0; k < n; k++) {
			assert_int_equal(crypto->hash_update(&b, rows[i].msg + k, 1), TUG_OK);
		}
		assert_int_equal(crypto->hash_update(&a, rows[i].msg, n), TUG_OK);
		assert_int_equal(crypto->hash_final(&b, two), TUG_OK);
		assert_int_equal(crypto->hash_final(&a, one), TUG_OK);
		assert_memory_equal(one, want, tug_hash_len(rows[i].alg));
		assert_memory_equal(two, want, tug_hash_len(rows[i].alg));
		assert_int_equal(crypto->hash_init(&a, rows[i].alg), TUG_OK);
		crypto->hash_abort(&a);
	}
}

/* Signatures of the golden images: offset and length of the signature, which digest was signed. */
struct sig_row {
	const char *image, *key;
	enum tug_sig_alg alg;
	size_t sig_from_end; /* octets from the signature's start to the end of the image */
	size_t sig_len, digest_len;
};

static const struct sig_row sig_rows[] = {
	{ "rsa2048", "key-rsa2048", TUG_SIG_RSA2048, 256, 256, 32 },
	{ "rsa3072", "key-rsa3072", TUG_SIG_RSA3072, 384, 384, 32 },
	{ "p256", "key-p256", TUG_SIG_P256, 71, 71, 32 },
	{ "p384", "key-p384", TUG_SIG_P384, 103, 103, 48 },
	{ "ed", "key-ed", TUG_SIG_ED25519, 64, 64, 32 },
	{ "ed512", "key-ed", TUG_SIG_ED25519, 64, 64, 64 },
};
#define N_SIG_ROWS (sizeof(sig_rows) / sizeof(sig_rows[0]))

static void refuse_changes(const struct sig_row *r, struct tug_slice key, struct tug_slice msg, struct tug_slice sig)
{
	uint8_t *m = malloc(msg.len), *s = malloc(sig.len);

	assert_non_null(m);
	assert_non_null(s);
	memcpy(m, msg.p, msg.len);
	memcpy(s, sig.p, sig.len);
	for (size_t i = 0; i < sig.len; i++) {
		s[i] ^= 0x01;
		assert_int_equal(crypto->verify(r->alg, key, msg, tug_slice_of(s, sig.len)), TUG_ESIG);
		s[i] ^= 0x01;
		assert_int_equal(crypto->verify(r->alg, key, msg, tug_slice_of(s, i)), TUG_ESIG);
	}
	for (size_t i = 0; i < msg.len; i++) {
		m[i] ^= 0x80;
		assert_int_equal(crypto->verify(r->alg, key, tug_slice_of(m, msg.len), sig), TUG_ESIG);
		m[i] ^= 0x80;
	}
	free(m);
	free(s);
}

/* A damaged key is never accepted as this key: it fails to load, or the signature fails. */
static void refuse_key_changes(const struct sig_row *r, struct tug_slice key, struct tug_slice msg, struct tug_slice sig)
{
	uint8_t *k = malloc(key.len + 1);

	assert_non_null(k);
	memcpy(k, key.p, key.len);
	k[key.len] = 0;
	for (size_t i = 0; i < key.len; i++) {
		k[i] ^= 0x01;
		int rc = crypto->verify(r->alg, tug_slice_of(k, key.len), msg, sig);
		assert_true(rc == TUG_ESIG || rc == TUG_ECRYPTO);
		k[i] ^= 0x01;
		assert_int_equal(crypto->verify(r->alg, tug_slice_of(k, i), msg, sig), TUG_ECRYPTO);
	}
	assert_int_equal(crypto->verify(r->alg, tug_slice_of(k, key.len + 1), msg, sig), TUG_ECRYPTO);
	free(k);
}

static void signatures(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SIG_ROWS; i++) {
		const struct sig_row *r = &sig_rows[i];
		struct image_vec v, k;

		image_vec_load(&v, r->image);
		image_vec_load(&k, r->key);
		struct tug_slice key = tug_slice_of(k.data, k.len);
		struct tug_slice msg = tug_slice_of(v.data + 104, r->digest_len);
		struct tug_slice sig = tug_slice_of(v.data + v.len - r->sig_from_end, r->sig_len);
		assert_int_equal(crypto->verify(r->alg, key, msg, sig), TUG_OK);
		refuse_changes(r, key, msg, sig);
		refuse_key_changes(r, key, msg, sig);
		for (int alg = TUG_SIG_RSA2048; alg <= TUG_SIG_ED25519; alg++) {
			if (alg != (int)r->alg) {
				assert_int_equal(crypto->verify((enum tug_sig_alg)alg, key, msg, sig), TUG_ECRYPTO);
			}
		}
		assert_int_equal(crypto->verify(TUG_SIG_NONE, key, msg, sig), TUG_EFLAGS);
		image_vec_free(&v);
		image_vec_free(&k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(digests), cmocka_unit_test(signatures) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
