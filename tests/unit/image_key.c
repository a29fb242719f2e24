/* SPDX-License-Identifier: Apache-2.0
 *
 * States which keys are taken and what is said about the others: types, passphrases, damage, forms of the
 * public half. Keys are made here, with OpenSSL where the library would not. Run by CTest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <tug/imgtool.h>

#include "image_vec.h"

static const enum tug_sig_alg types[] = { TUG_SIG_P256, TUG_SIG_P384, TUG_SIG_ED25519, TUG_SIG_RSA2048, TUG_SIG_RSA3072 };
static const size_t der_lens[] = { 91, 120, 44, 270, 398 };

struct phrase {
	const char *text; /* NULL = gives up */
	int asked;
};

static int ask(void *ctx, const char *path, char *buf, size_t cap)
{
	struct phrase *p = ctx;

	assert_string_equal(path, "key.pem");
	p->asked++;
	if (p->text == NULL || strlen(p->text) > cap) {
		return -1;
	}
	memcpy(buf, p->text, strlen(p->text));
	return (int)strlen(p->text);
}

static int parse(const struct tug_octets *pem, struct phrase *p, struct tug_key **out, char *why)
{
	return tug_key_parse(tug_slice_of(pem->p, pem->len), "key.pem", p != NULL ? ask : NULL, p, out, why);
}

static void assert_same(const struct tug_key *a, const struct tug_key *b)
{
	struct tug_slice x = tug_key_public_der(a), y = tug_key_public_der(b);

	assert_int_equal(tug_key_type(a), tug_key_type(b));
	assert_true(tug_slice_eq(x, y));
}

static void type_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(tug_key_type_of(tug_key_type_name(types[i])), types[i]);
	}
	assert_int_equal(tug_key_type_of("ecdsa-p224"), TUG_SIG_NONE);
	assert_int_equal(tug_key_type_of(""), TUG_SIG_NONE);
	assert_string_equal(tug_key_type_name((enum tug_sig_alg)77), "none");
}

/* A key survives being written and read: private, encrypted, public only. */
static void round_trips(void **state)
{
	char why[TUG_WHY_CAP];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct tug_key *key, *back;
		struct tug_octets pem;
		struct phrase p = { "pass word", 0 };

		assert_int_equal(tug_key_generate(types[i], &key, why), TUG_OK);
		assert_int_equal(tug_key_type(key), types[i]);
		assert_true(tug_key_is_private(key));
		assert_int_equal(tug_key_public_der(key).len, der_lens[i]);
		assert_int_equal(tug_key_private_pem(key, NULL, &pem, why), TUG_OK);
		assert_non_null(strstr((const char *)pem.p, "-----BEGIN PRIVATE KEY-----"));
		assert_int_equal(parse(&pem, &p, &back, why), TUG_OK);
		assert_int_equal(p.asked, 0);
		assert_true(tug_key_is_private(back));
		assert_same(key, back);
		tug_key_free(back);
		tug_octets_free(&pem);

		assert_int_equal(tug_key_private_pem(key, "pass word", &pem, why), TUG_OK);
		assert_non_null(strstr((const char *)pem.p, "-----BEGIN ENCRYPTED PRIVATE KEY-----"));
		assert_int_equal(parse(&pem, &p, &back, why), TUG_OK);
		assert_int_equal(p.asked, 1);
		assert_same(key, back);
		tug_key_free(back);
		p.text = "wrong";
		assert_int_equal(parse(&pem, &p, &back, why), TUG_ECRYPTO);
		assert_non_null(strstr(why, "passphrase"));
		assert_null(back);
		p.text = NULL;
		assert_int_equal(parse(&pem, &p, &back, why), TUG_EACCESS);
		assert_int_equal(parse(&pem, NULL, &back, why), TUG_EACCESS);
		assert_non_null(strstr(why, "none was given"));
		tug_octets_free(&pem);

		assert_int_equal(tug_key_public(key, TUG_PUB_PEM, "", &pem, why), TUG_OK);
		assert_int_equal(parse(&pem, NULL, &back, why), TUG_OK);
		assert_false(tug_key_is_private(back));
		assert_same(key, back);
		tug_octets_free(&pem);
		assert_int_equal(tug_key_private_pem(back, NULL, &pem, why), TUG_EINVAL);
		tug_key_free(back);
		tug_key_free(key);
	}
}

static void passphrase_limits(void **state)
{
	struct tug_key *key;
	struct tug_octets pem;
	char why[TUG_WHY_CAP];
	char long_one[1100];

	(void)state;
	memset(long_one, 'x', sizeof(long_one));
	long_one[1099] = '\0';
	assert_int_equal(tug_key_generate(TUG_SIG_P256, &key, why), TUG_OK);
	assert_int_equal(tug_key_private_pem(key, "", &pem, why), TUG_EINVAL);
	assert_int_equal(tug_key_private_pem(key, long_one, &pem, why), TUG_EINVAL);
	tug_key_free(key);
	assert_int_equal(tug_key_generate(TUG_SIG_NONE, &key, why), TUG_EINVAL);
	assert_null(key);
}

/* Forms of the golden Ed25519 key. */
static void public_forms(void **state)
{
	static const char c_text[] = "/* Made by tug file getpub, do not edit. */\n"
				     "const unsigned char ed25519_pub_key_new[] = {\n"
				     "    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65,\n"
				     "    0x70, 0x03, 0x21, 0x00, 0x26, 0xa0, 0x90, 0x75,\n"
				     "    0x5f, 0xfb, 0xd7, 0xb0, 0x45, 0xb8, 0x25, 0x2a,\n"
				     "    0x32, 0x54, 0xa5, 0xfd, 0xf5, 0xf7, 0xde, 0xf2,\n"
				     "    0x5c, 0x0b, 0x6e, 0x9d, 0x70, 0xe5, 0xed, 0xc5,\n"
				     "    0x23, 0x85, 0xcf, 0x22,\n"
				     "};\n"
				     "const unsigned int ed25519_pub_key_new_len = 44;\n";
	struct image_vec v;
	struct tug_octets out;
	struct tug_key *key;
	char why[TUG_WHY_CAP];

	(void)state;
	image_vec_load(&v, "key-ed");
	const unsigned char *p = v.data;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, (long)v.len);
	BIO *bio = BIO_new(BIO_s_mem());
	assert_int_equal(PEM_write_bio_PUBKEY(bio, pkey), 1);
	char *pem = NULL;
	long n = BIO_get_mem_data(bio, &pem);
	assert_int_equal(tug_key_parse(tug_slice_of(pem, (size_t)n), "k", NULL, NULL, &key, why), TUG_OK);
	assert_int_equal(tug_key_public(key, TUG_PUB_LANG_C, "_new", &out, why), TUG_OK);
	assert_string_equal((const char *)out.p, c_text);
	tug_octets_free(&out);
	assert_int_equal(tug_key_public(key, TUG_PUB_RAW, "", &out, why), TUG_OK);
	assert_int_equal(out.len, v.len);
	assert_memory_equal(out.p, v.data, v.len);
	tug_octets_free(&out);
	assert_int_equal(tug_key_public(key, TUG_PUB_HEX, "", &out, why), TUG_OK);
	assert_int_equal(out.len, 2 * v.len + 1);
	assert_memory_equal(out.p, "302a3005", 8);
	tug_octets_free(&out);
	assert_int_equal(tug_key_public(key, TUG_PUB_LANG_RUST, "_b", &out, why), TUG_OK);
	assert_non_null(strstr((const char *)out.p, "static ED25519_PUB_KEY_B: &[u8] = &["));
	tug_octets_free(&out);
	assert_int_equal(tug_key_public(key, TUG_PUB_LANG_C, "a b", &out, why), TUG_EINVAL);
	assert_int_equal(tug_key_public(key, (enum tug_pub_form)9, "", &out, why), TUG_EINVAL);
	tug_key_free(key);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	image_vec_free(&v);
}

/* PEM of a key made with OpenSSL, for the kinds the library does not make. */
static struct tug_octets foreign(EVP_PKEY *pkey, bool traditional)
{
	struct tug_octets o = { 0 };
	BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL;

	assert_non_null(pkey);
	assert_int_equal(traditional ? PEM_write_bio_PrivateKey_traditional(bio, pkey, NULL, NULL, 0, NULL, NULL) :
				       PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL),
			 1);
	o.len = (size_t)BIO_get_mem_data(bio, &p);
	o.p = malloc(o.len);
	assert_non_null(o.p);
	memcpy(o.p, p, o.len);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	return o;
}

static void foreign_kinds(void **state)
{
	struct {
		struct tug_octets pem;
		const char *says;
	} rows[] = {
		{ foreign(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), false), "for encryption only" },
		{ foreign(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024), false), "1024 bits; MCUboot takes 2048 and 3072" },
		{ foreign(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)4096), false), "4096 bits" },
		{ foreign(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "secp256k1"), false), "of a type MCUboot does not take" },
		{ foreign(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-521"), false), "of a type MCUboot does not take" },
		{ foreign(EVP_PKEY_Q_keygen(NULL, NULL, "ED448"), false), "of a type MCUboot does not take" },
	};
	char why[TUG_WHY_CAP];
	struct tug_key *key;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(&rows[i].pem, NULL, &key, why), TUG_ECRYPTO);
		assert_null(key);
		if (strstr(why, rows[i].says) == NULL) {
			fail_msg("row %zu: %s", i, why);
		}
		tug_octets_free(&rows[i].pem);
	}
}

/* "EC PRIVATE KEY" of older tools, and a point stored compressed: both embed the uncompressed 91 octets. */
static void other_encodings(void **state)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	char why[TUG_WHY_CAP];
	struct tug_key *key;

	(void)state;
	assert_int_equal(EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed"), 1);
	EVP_PKEY_up_ref(pkey);
	struct tug_octets a = foreign(pkey, true), b = foreign(pkey, false);
	assert_int_equal(parse(&a, NULL, &key, why), TUG_OK);
	assert_int_equal(tug_key_public_der(key).len, 91);
	tug_key_free(key);
	assert_int_equal(parse(&b, NULL, &key, why), TUG_OK);
	assert_int_equal(tug_key_public_der(key).len, 91);
	tug_key_free(key);
	tug_octets_free(&a);
	tug_octets_free(&b);
}

static void no_keys(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} rows[] = {
		{ "", "not a PEM key file" },
		{ "hello", "not a PEM key file" },
		{ "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "is a certificate" },
		{ "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "damaged" },
		{ "-----BEGIN PRIVATE KEY-----\n", "damaged" },
		{ "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "damaged or of a type" },
	};
	char why[TUG_WHY_CAP];
	struct tug_key *key;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_slice s = tug_slice_of(rows[i].text, strlen(rows[i].text));

		assert_int_equal(tug_key_parse(s, "k.pem", NULL, NULL, &key, why), TUG_ECRYPTO);
		if (strstr(why, rows[i].says) == NULL || strstr(why, "k.pem") == NULL) {
			fail_msg("row %zu: %s", i, why);
		}
	}
	assert_int_equal(tug_key_load("/no/such/key.pem", NULL, NULL, &key, why), TUG_EFILE);
	assert_null(key);
}

/* No cut and no changed character of a PEM file gives another key. */
static void damaged(void **state)
{
	struct tug_octets pem;
	struct tug_key *key, *back;
	unsigned refused = 0, same = 0;

	(void)state;
	assert_int_equal(tug_key_generate(TUG_SIG_P256, &key, NULL), TUG_OK);
	assert_int_equal(tug_key_private_pem(key, NULL, &pem, NULL), TUG_OK);
	for (size_t i = 0; i < pem.len; i++) {
		struct tug_octets cut = { pem.p, i };

		int rc = parse(&cut, NULL, &back, NULL);
		assert_true(rc != TUG_OK || i == pem.len - 1);
		tug_key_free(back);
		pem.p[i] ^= 0x02;
		if (parse(&pem, NULL, &back, NULL) == TUG_OK) {
			assert_same(key, back);
			tug_key_free(back);
			same++;
		} else {
			refused++;
		}
		pem.p[i] ^= 0x02;
	}
	printf("  %u changes refused, %u load as the same key\n", refused, same);
	tug_octets_free(&pem);
	tug_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(type_names),    cmocka_unit_test(round_trips),     cmocka_unit_test(passphrase_limits),
		cmocka_unit_test(public_forms),  cmocka_unit_test(foreign_kinds),   cmocka_unit_test(other_encodings),
		cmocka_unit_test(no_keys),       cmocka_unit_test(damaged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
