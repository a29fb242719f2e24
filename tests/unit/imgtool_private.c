/* SPDX-License-Identifier: Apache-2.0
 *
 * States which private halves become C arrays and in which form, that the short forms still hold the key, and what keys
 * that only encrypt may do. Run by CTest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <tug/imgtool.h>

static char why[TUG_WHY_CAP];

/* The octets of a C array. */
static size_t octets_of(const struct tug_octets *text, uint8_t *out, size_t cap)
{
	size_t n = 0;

	for (const char *p = strstr((const char *)text->p, "0x"); p != NULL && n < cap; p = strstr(p + 2, "0x")) {
		out[n++] = (uint8_t)strtoul(p, NULL, 16);
	}
	return n;
}

/* A short form is DER that ends where it says. */
static size_t der_len(const uint8_t *p)
{
	return p[1] < 0x80 ? 2u + p[1] : p[1] == 0x81 ? 3u + p[2] : 4u + (size_t)(p[2] << 8 | p[3]);
}

static void forms(void **state)
{
	static const struct {
		const char *type;
		enum tug_priv_form form;
		size_t whole, minimal; /* octets, 0 = varies with the key */
		bool ok;
	} rows[] = {
		{ "ecdsa-p256", TUG_PRIV_DEFAULT, 138, 67, true },  { "ecdsa-p256", TUG_PRIV_PKCS8, 138, 67, true },
		{ "ecdsa-p256", TUG_PRIV_OPENSSL, 121, 51, true },  { "ecdsa-p384", TUG_PRIV_DEFAULT, 185, 80, true },
		{ "ecdsa-p384", TUG_PRIV_OPENSSL, 167, 64, true },  { "x25519", TUG_PRIV_DEFAULT, 48, 48, true },
		{ "x25519", TUG_PRIV_OPENSSL, 0, 0, false },        { "rsa-2048", TUG_PRIV_DEFAULT, 0, 0, true },
		{ "rsa-2048", TUG_PRIV_OPENSSL, 0, 0, true },       { "rsa-2048", TUG_PRIV_PKCS8, 0, 0, false },
		{ "ed25519", TUG_PRIV_DEFAULT, 0, 0, false },
	};
	uint8_t der[2048];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_key *key;
		struct tug_octets text;

		assert_int_equal(tug_key_make(rows[i].type, &key, why), TUG_OK);
		assert_string_equal(tug_key_name(key), rows[i].type);
		for (unsigned minimal = 0; minimal < 2; minimal++) {
			size_t want = minimal ? rows[i].minimal : rows[i].whole, n;
			int rc = tug_key_private_c(key, rows[i].form, minimal != 0, &text, why);

			assert_int_equal(rc, rows[i].ok ? TUG_OK : TUG_EINVAL);
			if (rc != TUG_OK) {
				continue;
			}
			n = octets_of(&text, der, sizeof(der));
			if (n != der_len(der) || (want != 0 && n != want)) {
				fail_msg("%s form %d minimal %u: %zu octets, %zu wanted", rows[i].type, (int)rows[i].form, minimal, n, want);
			}
			assert_non_null(strstr((const char *)text.p, "enc_priv_key_len"));
			tug_octets_free(&text);
		}
		tug_key_free(key);
	}
}

static void public_half(void **state)
{
	struct tug_octets pem, text;
	struct tug_key *key, *pub;

	(void)state;
	assert_int_equal(tug_key_make("x25519", &key, why), TUG_OK);
	assert_true(tug_key_is_x25519(key));
	assert_int_equal(tug_key_public(key, TUG_PUB_PEM, "", &pem, why), TUG_OK);
	struct tug_slice s = tug_slice_of(pem.p, pem.len);
	assert_int_equal(tug_key_parse(s, "x.pem", NULL, NULL, &pub, why), TUG_ECRYPTO); /* no signing key */
	assert_int_equal(tug_key_parse_any(s, "x.pem", NULL, NULL, &pub, why), TUG_OK);
	assert_false(tug_key_is_private(pub));
	assert_int_equal(tug_key_private_c(pub, TUG_PRIV_DEFAULT, false, &text, why), TUG_EINVAL);
	assert_non_null(strstr(why, "public"));
	assert_int_equal(tug_key_private_der(pub, &text, why), TUG_EINVAL);
	assert_non_null(strstr(why, "public"));
	assert_int_equal(tug_key_private_der(key, &text, why), TUG_OK);
	assert_int_equal(text.len, 48); /* PKCS#8, as TUG_PRIV_DEFAULT says */
	tug_octets_free(&text);
	assert_int_equal(tug_key_public(pub, TUG_PUB_HASH_RAW, "", &text, why), TUG_OK);
	assert_int_equal(text.len, 32);
	tug_octets_free(&text);
	assert_int_equal(tug_key_public(pub, TUG_PUB_LANG_C, "", &text, why), TUG_OK);
	assert_non_null(strstr((const char *)text.p, "x25519_pub_key[]"));
	tug_octets_free(&text);

	/* it neither signs nor verifies */
	struct tug_sign_options o = tug_sign_defaults();
	uint8_t raw[4] = { 1, 2, 3, 4 };
	struct tug_file in = { .data = { raw, sizeof(raw) } }, out;
	o.pad_header = true;
	o.key = key;
	assert_int_equal(tug_sign(&in, &o, &out, why), TUG_EINVAL);
	assert_non_null(strstr(why, "cannot sign"));
	o.key = NULL;
	assert_int_equal(tug_sign(&in, &o, &out, why), TUG_OK);
	assert_int_equal(tug_file_verify(&out, key, "f", why), TUG_EINVAL);
	tug_file_free(&out);
	tug_octets_free(&pem);
	tug_key_free(pub);
	assert_int_equal(tug_key_make("x448", &pub, why), TUG_EINVAL);
	assert_null(pub);
	tug_key_free(key);
}

static void no_hsm(void **state)
{
	struct tug_key *key;

	(void)state;
	assert_int_equal(tug_key_load("pkcs11:token=none;object=none", NULL, NULL, &key, why), TUG_ECRYPTO);
	assert_non_null(strstr(why, "openssl.cnf"));
	assert_null(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(forms), cmocka_unit_test(public_half), cmocka_unit_test(no_hsm) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
