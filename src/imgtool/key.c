/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides which keys are usable (type, size, form) and signs with them. Refuses to know images and
 * files' names beyond the sentence it writes. Called by sign.c and the command line.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "key_priv.h"

static const struct {
	enum tug_sig_alg type;
	const char *name;
} type_names[] = {
	{ TUG_SIG_NONE, "none" },           { TUG_SIG_RSA2048, "rsa-2048" },  { TUG_SIG_RSA3072, "rsa-3072" },
	{ TUG_SIG_P256, "ecdsa-p256" }, { TUG_SIG_P384, "ecdsa-p384" }, { TUG_SIG_ED25519, "ed25519" },
};
#define N_TYPES (sizeof(type_names) / sizeof(type_names[0]))

enum tug_sig_alg tug_key_type_of(const char *name)
{
	for (size_t i = 0; i < N_TYPES; i++) {
		if (strcmp(type_names[i].name, name) == 0) {
			return type_names[i].type;
		}
	}
	return TUG_SIG_NONE;
}

const char *tug_key_type_name(enum tug_sig_alg type)
{
	for (size_t i = 0; i < N_TYPES; i++) {
		if (type_names[i].type == type) {
			return type_names[i].name;
		}
	}
	return "none";
}

static enum tug_sig_alg type_of(const EVP_PKEY *pkey)
{
	char group[32];
	int bits = EVP_PKEY_get_bits(pkey);

	switch (EVP_PKEY_get_base_id(pkey)) {
	case EVP_PKEY_RSA:
		return bits == 2048 ? TUG_SIG_RSA2048 : bits == 3072 ? TUG_SIG_RSA3072 : TUG_SIG_NONE;
	case EVP_PKEY_EC:
		if (EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) != 1) {
			return TUG_SIG_NONE;
		}
		return strcmp(group, "prime256v1") == 0 ? TUG_SIG_P256 : strcmp(group, "secp384r1") == 0 ? TUG_SIG_P384 :
													    TUG_SIG_NONE;
	case EVP_PKEY_ED25519:
		return TUG_SIG_ED25519;
	default:
		return TUG_SIG_NONE;
	}
}

static int say_type(const EVP_PKEY *pkey, const char *name, char *why)
{
	int id = EVP_PKEY_get_base_id(pkey);

	if (id == EVP_PKEY_X25519) {
		return tug_why(why, TUG_ECRYPTO, "%s is an X25519 key, for encryption only; give a signing key", name);
	}
	if (id == EVP_PKEY_RSA) {
		return tug_why(why, TUG_ECRYPTO, "%s is an RSA key of %d bits; MCUboot takes 2048 and 3072", name,
			       EVP_PKEY_get_bits(pkey));
	}
	return tug_why(why, TUG_ECRYPTO,
		       "%s is of a type MCUboot does not take; use ecdsa-p256, ecdsa-p384, rsa-2048, rsa-3072 or ed25519", name);
}

static bool halves_match(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	bool ok = ctx != NULL && EVP_PKEY_pairwise_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

/* Take over `pkey` (released on failure). */
static int wrap(EVP_PKEY *pkey, bool is_private, const char *name, struct tug_key **out, char *why)
{
	struct tug_key *k = calloc(1, sizeof(*k));
	bool rsa = EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA;
	int n;

	if (k == NULL) {
		EVP_PKEY_free(pkey);
		return tug_why(why, TUG_ENOSPACE, "out of memory");
	}
	k->pkey = pkey;
	k->is_private = is_private;
	k->type = type_of(pkey);
	if (k->type == TUG_SIG_NONE) {
		int rc = say_type(pkey, name, why);

		tug_key_free(k);
		return rc;
	}
	if (is_private && !rsa && !halves_match(pkey)) { /* for RSA this takes long; signing verifies what it made */
		tug_key_free(k);
		return tug_why(why, TUG_ECRYPTO, "the two halves of %s do not belong together; the file is damaged", name);
	}
	if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_EC) { /* the point is always embedded uncompressed */
		EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed");
	}
	n = rsa ? i2d_PublicKey(pkey, &k->der) : i2d_PUBKEY(pkey, &k->der);
	if (n <= 0) {
		tug_key_free(k);
		return tug_why(why, TUG_ECRYPTO, "the public half of %s cannot be encoded", name);
	}
	k->der_len = (size_t)n;
	*out = k;
	return TUG_OK;
}

int tug_key_generate(enum tug_sig_alg type, struct tug_key **out, char *why)
{
	EVP_PKEY *pkey = NULL;

	*out = NULL;
	switch (type) {
	case TUG_SIG_RSA2048:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
		break;
	case TUG_SIG_RSA3072:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)3072);
		break;
	case TUG_SIG_P256:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
		break;
	case TUG_SIG_P384:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
		break;
	case TUG_SIG_ED25519:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		break;
	case TUG_SIG_NONE:
		return tug_why(why, TUG_EINVAL, "unknown key type; use ecdsa-p256, ecdsa-p384, rsa-2048, rsa-3072 or ed25519");
	}
	if (pkey == NULL) {
		ERR_clear_error();
		return tug_why(why, TUG_ECRYPTO, "the crypto library could not make a key");
	}
	return wrap(pkey, true, "the new key", out, why);
}

/* ---- loading ----------------------------------------------------------------------------------------- */

struct asking {
	tug_passphrase_fn ask;
	void *ctx;
	const char *name;
	bool asked, gave;
};

static int passphrase_cb(char *buf, int size, int rwflag, void *u)
{
	struct asking *a = u;
	int n = -1;

	(void)rwflag;
	a->asked = true;
	if (a->ask != NULL && size > 0) {
		n = a->ask(a->ctx, a->name, buf, (size_t)size);
	}
	a->gave = n >= 0 && n <= size;
	return a->gave ? n : -1;
}

static bool contains(struct tug_slice s, const char *what)
{
	size_t n = strlen(what);

	for (size_t i = 0; n <= s.len && i <= s.len - n; i++) {
		if (memcmp(s.p + i, what, n) == 0) {
			return true;
		}
	}
	return false;
}

static int say_unreadable(struct tug_slice pem, const struct asking *a, char *why)
{
	if (a->asked && !a->gave) {
		return tug_why(why, TUG_EACCESS, "%s is protected by a passphrase and none was given; 'openssl pkey -in %s -out PLAIN.pem' makes "
			       "a copy without", a->name, a->name);
	}
	if (a->asked) {
		return tug_why(why, TUG_ECRYPTO, "%s does not open with this passphrase", a->name);
	}
	if (contains(pem, "-----BEGIN CERTIFICATE")) {
		return tug_why(why, TUG_ECRYPTO, "%s is a certificate; give the key (PEM)", a->name);
	}
	if (!contains(pem, "-----BEGIN ")) {
		return tug_why(why, TUG_ECRYPTO, "%s is not a PEM key file; make one with `tug file keygen`", a->name);
	}
	return tug_why(why, TUG_ECRYPTO, "%s is damaged or of a type the crypto library does not know; copy or make it again",
		       a->name);
}

int tug_key_parse(struct tug_slice pem, const char *name, tug_passphrase_fn ask, void *ctx, struct tug_key **out, char *why)
{
	struct asking a = { ask, ctx, name, false, false };
	BIO *bio = pem.len > 0 && pem.len <= 1u << 20 ? BIO_new_mem_buf(pem.p, (int)pem.len) : NULL;
	bool is_private = true;
	EVP_PKEY *pkey;

	*out = NULL;
	if (bio == NULL) {
		return tug_why(why, TUG_ECRYPTO, "%s is not a PEM key file; make one with `tug file keygen`", name);
	}
	pkey = PEM_read_bio_PrivateKey(bio, NULL, passphrase_cb, &a);
	if (pkey == NULL && !a.asked) {
		(void)BIO_reset(bio);
		pkey = PEM_read_bio_PUBKEY(bio, NULL, passphrase_cb, &a);
		is_private = false;
	}
	BIO_free(bio);
	ERR_clear_error();
	return pkey != NULL ? wrap(pkey, is_private, name, out, why) : say_unreadable(pem, &a, why);
}

int tug_key_load(const char *path, tug_passphrase_fn ask, void *ctx, struct tug_key **out, char *why)
{
	struct tug_file f;
	int rc;

	*out = NULL;
	rc = tug_file_read(path, &f, why);
	if (rc != TUG_OK) {
		return rc;
	}
	rc = tug_key_parse(tug_slice_of(f.data.p, f.data.len), path, ask, ctx, out, why);
	tug_file_free(&f);
	return rc;
}

void tug_key_free(struct tug_key *key)
{
	if (key != NULL) {
		EVP_PKEY_free(key->pkey);
		OPENSSL_free(key->der);
		free(key);
	}
}

enum tug_sig_alg tug_key_type(const struct tug_key *key)
{
	return key->type;
}

bool tug_key_is_private(const struct tug_key *key)
{
	return key->is_private;
}

struct tug_slice tug_key_public_der(const struct tug_key *key)
{
	return tug_slice_of(key->der, key->der_len);
}

static const EVP_MD *md_of(enum tug_hash_alg alg)
{
	return alg == TUG_SHA256 ? EVP_sha256() : alg == TUG_SHA384 ? EVP_sha384() : EVP_sha512();
}

int tug_key_hash(const struct tug_key *key, enum tug_hash_alg alg, uint8_t out[TUG_HASH_MAX])
{
	unsigned n = 0;

	return EVP_Digest(key->der, key->der_len, out, &n, md_of(alg), NULL) == 1 ? TUG_OK : TUG_ECRYPTO;
}

/* ---- signing ----------------------------------------------------------------------------------------- */

static bool setup(EVP_PKEY_CTX *ctx, const struct tug_key *key, enum tug_hash_alg alg)
{
	if (EVP_PKEY_sign_init(ctx) != 1 || EVP_PKEY_CTX_set_signature_md(ctx, md_of(alg)) != 1) {
		return false;
	}
	if (key->type != TUG_SIG_RSA2048 && key->type != TUG_SIG_RSA3072) {
		return true;
	}
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md_of(alg)) == 1 && EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, 32) == 1;
}

static bool sign_digest(const struct tug_key *key, enum tug_hash_alg alg, struct tug_slice msg, uint8_t *sig, size_t *len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	bool ok = ctx != NULL && setup(ctx, key, alg) && EVP_PKEY_sign(ctx, sig, len, msg.p, msg.len) == 1;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

static bool sign_message(const struct tug_key *key, struct tug_slice msg, uint8_t *sig, size_t *len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx != NULL && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) == 1 &&
		  EVP_DigestSign(ctx, sig, len, msg.p, msg.len) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

int tug_key_sign(const struct tug_key *key, enum tug_hash_alg alg, struct tug_slice msg, uint8_t sig[TUG_SIG_MAX],
		 size_t *len)
{
	bool ok;

	*len = TUG_SIG_MAX;
	if (!key->is_private) {
		return TUG_ECRYPTO;
	}
	ok = key->type == TUG_SIG_ED25519 ? sign_message(key, msg, sig, len) : sign_digest(key, alg, msg, sig, len);
	ERR_clear_error();
	return ok ? TUG_OK : TUG_ECRYPTO;
}
