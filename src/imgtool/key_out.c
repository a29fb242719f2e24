/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how keys look as text: PEM, C and Rust arrays, hex. Refuses to write files. Called by the
 * command line.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "key_priv.h"

/* Copy what a BIO collected, and release it. */
static int take_bio(BIO *bio, bool ok, struct tug_octets *out, char *why)
{
	struct tug_text t = { 0 };
	char *p = NULL;
	long n = ok ? BIO_get_mem_data(bio, &p) : 0;

	if (n > 0) {
		tug_text_add(&t, p, (size_t)n);
	}
	BIO_free(bio);
	ERR_clear_error();
	if (n <= 0) {
		return tug_why(why, TUG_ECRYPTO, "the crypto library could not write the key");
	}
	return tug_text_take(&t, out) == TUG_OK ? TUG_OK : tug_why(why, TUG_ENOSPACE, "out of memory");
}

int tug_key_private_pem(const struct tug_key *key, const char *passphrase, struct tug_octets *out, char *why)
{
	BIO *bio;
	bool ok;

	if (!key->is_private) {
		return tug_why(why, TUG_EINVAL, "this is a public key; the private half is needed");
	}
	if (passphrase != NULL && (passphrase[0] == '\0' || strlen(passphrase) > 1024)) {
		return tug_why(why, TUG_EINVAL, "a passphrase has 1 to 1024 characters; leave it out for an unprotected key");
	}
	bio = BIO_new(BIO_s_mem());
	ok = bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, passphrase != NULL ? EVP_aes_256_cbc() : NULL, passphrase,
							  passphrase != NULL ? (int)strlen(passphrase) : 0, NULL, NULL) == 1;
	return take_bio(bio, ok, out, why);
}

static const char *array_name(const struct tug_key *key)
{
	switch (key->type) {
	case TUG_SIG_RSA2048:
	case TUG_SIG_RSA3072:
		return "rsa";
	case TUG_SIG_P256:
		return "ecdsa";
	case TUG_SIG_P384:
		return "ecdsap384";
	case TUG_SIG_ED25519:
		return "ed25519";
	case TUG_SIG_NONE:
		break;
	}
	return "x25519";
}

void tug_key_put_octets(struct tug_text *t, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		tug_text_addf(t, "%s0x%02x,", i % 8 == 0 ? "\n    " : " ", p[i]);
	}
}

static void put_upper(struct tug_text *t, const char *s)
{
	for (; *s != '\0'; s++) {
		uint8_t c = (uint8_t)*s;

		c = c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
		tug_text_add(t, &c, 1);
	}
}

void tug_key_put_c(struct tug_text *t, const char *command, const char *name, struct tug_slice octets)
{
	tug_text_addf(t, "/* Made by tug file %s, do not edit. */\nconst unsigned char %s[] = {", command, name);
	tug_key_put_octets(t, octets.p, octets.len);
	tug_text_addf(t, "\n};\nconst unsigned int %s_len = %zu;\n", name, octets.len);
}

static void put_lang_c(struct tug_text *t, const struct tug_key *key, const char *suffix)
{
	char name[128];

	snprintf(name, sizeof(name), "%s_pub_key%s", array_name(key), suffix);
	tug_key_put_c(t, "getpub", name, tug_key_public_der(key));
}

static int put_hash(struct tug_text *t, const struct tug_key *key, enum tug_pub_form form, const char *suffix)
{
	uint8_t hash[TUG_HASH_MAX];
	char name[128];

	if (tug_key_hash(key, TUG_SHA256, hash) != TUG_OK) {
		return TUG_ECRYPTO;
	}
	if (form == TUG_PUB_HASH_RAW) {
		tug_text_add(t, hash, 32);
		return TUG_OK;
	}
	snprintf(name, sizeof(name), "%s_pub_key_hash%s", array_name(key), suffix);
	tug_key_put_c(t, "getpubhash", name, tug_slice_of(hash, 32));
	return TUG_OK;
}

static void put_lang_rust(struct tug_text *t, const struct tug_key *key, const char *suffix)
{
	tug_text_addf(t, "/* Made by tug file getpub, do not edit. */\nstatic ");
	put_upper(t, array_name(key));
	tug_text_addf(t, "_PUB_KEY");
	put_upper(t, suffix);
	tug_text_addf(t, ": &[u8] = &[");
	tug_key_put_octets(t, key->der, key->der_len);
	tug_text_addf(t, "\n];\n");
}

static bool is_identifier_part(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(s);
}

int tug_key_public(const struct tug_key *key, enum tug_pub_form form, const char *suffix, struct tug_octets *out, char *why)
{
	struct tug_text t = { 0 };

	if (!is_identifier_part(suffix) || strlen(suffix) > 60) {
		return tug_why(why, TUG_EINVAL, "'%.60s' cannot be part of a C name; use at most 60 letters, digits and _", suffix);
	}
	switch (form) {
	case TUG_PUB_LANG_C:
		put_lang_c(&t, key, suffix);
		break;
	case TUG_PUB_LANG_RUST:
		put_lang_rust(&t, key, suffix);
		break;
	case TUG_PUB_RAW:
		tug_text_add(&t, key->der, key->der_len);
		break;
	case TUG_PUB_HEX:
		for (size_t i = 0; i < key->der_len; i++) {
			tug_text_addf(&t, "%02x", key->der[i]);
		}
		tug_text_addf(&t, "\n");
		break;
	case TUG_PUB_HASH_C:
	case TUG_PUB_HASH_RAW:
		if (put_hash(&t, key, form, suffix) != TUG_OK) {
			return tug_why(why, TUG_ECRYPTO, "the crypto library could not hash the key");
		}
		break;
	case TUG_PUB_PEM: {
		BIO *bio = BIO_new(BIO_s_mem());

		return take_bio(bio, bio != NULL && PEM_write_bio_PUBKEY(bio, key->pkey) == 1, out, why);
	}
	default:
		return tug_why(why, TUG_EINVAL, "unknown form of a public key");
	}
	return tug_text_take(&t, out) == TUG_OK ? TUG_OK : tug_why(why, TUG_ENOSPACE, "out of memory");
}
