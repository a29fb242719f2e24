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
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <tug/port/crypto_openssl.h>

#include "key_priv.h"
#include "sign_priv.h"

static const struct {
	enum tug_sig_alg type;
	const char *name;
} type_names[] = {
	{ TUG_SIG_NONE, "none" },           { TUG_SIG_RSA2048, "rsa-2048" },  { TUG_SIG_RSA3072, "rsa-3072" },
	{ TUG_SIG_P256, "ecdsa-p256" }, { TUG_SIG_P384, "ecdsa-p384" }, { TUG_SIG_ED25519, "ed25519" },
};
#define X25519 "x25519"
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

/* By name, not by number: keys of a provider (an HSM) have no number. */
static enum tug_sig_alg type_of(const EVP_PKEY *pkey)
{
	char group[32];
	int bits = EVP_PKEY_get_bits(pkey);

	if (EVP_PKEY_is_a(pkey, "RSA")) {
		return bits == 2048 ? TUG_SIG_RSA2048 : bits == 3072 ? TUG_SIG_RSA3072 : TUG_SIG_NONE;
	}
	if (EVP_PKEY_is_a(pkey, "EC") && EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) == 1) {
		return strcmp(group, "prime256v1") == 0 ? TUG_SIG_P256 : strcmp(group, "secp384r1") == 0 ? TUG_SIG_P384 :
													    TUG_SIG_NONE;
	}
	return EVP_PKEY_is_a(pkey, "ED25519") ? TUG_SIG_ED25519 : TUG_SIG_NONE;
}

static int say_type(const EVP_PKEY *pkey, const char *name, char *why)
{
	if (EVP_PKEY_is_a(pkey, "X25519")) {
		return tug_why(why, TUG_ECRYPTO, "%s is an X25519 key, for encryption only; give a signing key", name);
	}
	if (EVP_PKEY_is_a(pkey, "RSA")) {
		return tug_why(why, TUG_ECRYPTO, "%s is an RSA key of %d bits; MCUboot takes 2048 and 3072", name,
			       EVP_PKEY_get_bits(pkey));
	}
	return tug_why(why, TUG_ECRYPTO,
		       "%s is of a type MCUboot does not take; use ecdsa-p256, ecdsa-p384, rsa-2048, rsa-3072 or ed25519", name);
}

static bool in_software(const EVP_PKEY *pkey)
{
	const OSSL_PROVIDER *p = EVP_PKEY_get0_provider(pkey);
	const char *name = p != NULL ? OSSL_PROVIDER_get0_name(p) : "default";

	return strcmp(name, "default") == 0 || strcmp(name, "fips") == 0;
}

static bool halves_match(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	bool ok = ctx != NULL && EVP_PKEY_pairwise_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

int tug_key_wrap(EVP_PKEY *pkey, bool is_private, bool any, const char *name, struct tug_key **out, char *why)
{
	struct tug_key *k = calloc(1, sizeof(*k));
	bool rsa = EVP_PKEY_is_a(pkey, "RSA");
	int n;

	if (k == NULL) {
		EVP_PKEY_free(pkey);
		return tug_why(why, TUG_ENOSPACE, "out of memory");
	}
	k->pkey = pkey;
	k->is_private = is_private;
	k->type = type_of(pkey);
	if (k->type == TUG_SIG_NONE && !(any && EVP_PKEY_is_a(pkey, "X25519"))) {
		int rc = say_type(pkey, name, why);

		tug_key_free(k);
		return rc;
	}
	/* for RSA this takes long, and what an HSM holds cannot be compared; signing verifies what it made */
	if (is_private && !rsa && in_software(pkey) && !halves_match(pkey)) {
		tug_key_free(k);
		return tug_why(why, TUG_ECRYPTO, "the two halves of %s do not belong together; the file is damaged", name);
	}
	if (EVP_PKEY_is_a(pkey, "EC")) { /* the point is always embedded uncompressed */
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

static EVP_PKEY *generate(const char *name)
{
	switch (tug_key_type_of(name)) {
	case TUG_SIG_RSA2048:
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	case TUG_SIG_RSA3072:
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)3072);
	case TUG_SIG_P256:
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	case TUG_SIG_P384:
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
	case TUG_SIG_ED25519:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	case TUG_SIG_NONE:
		break;
	}
	return EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
}

int tug_key_make(const char *type_name, struct tug_key **out, char *why)
{
	EVP_PKEY *pkey;

	*out = NULL;
	if (tug_key_type_of(type_name) == TUG_SIG_NONE && strcmp(type_name, X25519) != 0) {
		return tug_why(why, TUG_EINVAL, "unknown key type; use ecdsa-p256, ecdsa-p384, rsa-2048, rsa-3072, ed25519 or x25519");
	}
	pkey = generate(type_name);
	if (pkey == NULL) {
		ERR_clear_error();
		return tug_why(why, TUG_ECRYPTO, "the crypto library could not make a key");
	}
	return tug_key_wrap(pkey, true, true, "the new key", out, why);
}

int tug_key_generate(enum tug_sig_alg type, struct tug_key **out, char *why)
{
	return tug_key_make(tug_key_type_name(type), out, why);
}

/* ---- loading ----------------------------------------------------------------------------------------- */

int tug_key_passphrase_cb(char *buf, int size, int rwflag, void *u)
{
	struct tug_asking *a = u;
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

static int say_unreadable(struct tug_slice pem, const struct tug_asking *a, char *why)
{
	if (a->asked && !a->gave) {
		return tug_why(why, TUG_EACCESS, "%s is protected by a passphrase and none was given; set TUG_PASSPHRASE, give "
			       "--passphrase-file, or run this on a terminal", a->name);
	}
	if (a->asked) {
		return tug_why(why, TUG_ECRYPTO, "%s does not open with this passphrase: it is wrong, or the file is damaged", a->name);
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

static int parse(struct tug_slice pem, bool any, struct tug_asking a, struct tug_key **out, char *why)
{
	BIO *bio = pem.len > 0 && pem.len <= 1u << 20 ? BIO_new_mem_buf(pem.p, (int)pem.len) : NULL;
	bool is_private = true;
	EVP_PKEY *pkey;

	*out = NULL;
	if (bio == NULL) {
		return tug_why(why, TUG_ECRYPTO, "%s is not a PEM key file; make one with `tug file keygen`", a.name);
	}
	pkey = PEM_read_bio_PrivateKey(bio, NULL, tug_key_passphrase_cb, &a);
	if (pkey == NULL && !a.asked) {
		(void)BIO_reset(bio);
		pkey = PEM_read_bio_PUBKEY(bio, NULL, tug_key_passphrase_cb, &a);
		is_private = false;
	}
	BIO_free(bio);
	ERR_clear_error();
	return pkey != NULL ? tug_key_wrap(pkey, is_private, any, a.name, out, why) : say_unreadable(pem, &a, why);
}

int tug_key_parse(struct tug_slice pem, const char *name, tug_passphrase_fn ask, void *ctx, struct tug_key **out, char *why)
{
	return parse(pem, false, (struct tug_asking){ ask, ctx, name, false, false }, out, why);
}

int tug_key_parse_any(struct tug_slice pem, const char *name, tug_passphrase_fn ask, void *ctx, struct tug_key **out, char *why)
{
	return parse(pem, true, (struct tug_asking){ ask, ctx, name, false, false }, out, why);
}

static int load(const char *path, bool any, tug_passphrase_fn ask, void *ctx, struct tug_key **out, char *why)
{
	struct tug_file f;
	bool is_private = false;
	EVP_PKEY *pkey;
	int rc;

	*out = NULL;
	if (strncmp(path, "pkcs11:", 7) == 0) {
		rc = tug_key_from_store(path, ask, ctx, &pkey, &is_private, why);
		return rc == TUG_OK ? tug_key_wrap(pkey, is_private, any, path, out, why) : rc;
	}
	rc = tug_file_read(path, &f, why);
	if (rc != TUG_OK) {
		return rc;
	}
	rc = parse(tug_slice_of(f.data.p, f.data.len), any, (struct tug_asking){ ask, ctx, path, false, false }, out, why);
	tug_file_free(&f);
	return rc;
}

int tug_key_load(const char *path, tug_passphrase_fn ask, void *ctx, struct tug_key **out, char *why)
{
	return load(path, false, ask, ctx, out, why);
}

int tug_key_load_any(const char *path, tug_passphrase_fn ask, void *ctx, struct tug_key **out, char *why)
{
	return load(path, true, ask, ctx, out, why);
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

bool tug_key_is_x25519(const struct tug_key *key)
{
	return key->type == TUG_SIG_NONE;
}

const char *tug_key_name(const struct tug_key *key)
{
	return tug_key_is_x25519(key) ? X25519 : tug_key_type_name(key->type);
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
	if (!key->is_private || tug_key_is_x25519(key)) {
		return TUG_ECRYPTO;
	}
	ok = key->type == TUG_SIG_ED25519 ? sign_message(key, msg, sig, len) : sign_digest(key, alg, msg, sig, len);
	ERR_clear_error();
	return ok ? TUG_OK : TUG_ECRYPTO;
}

int tug_key_check(const struct tug_key *key, enum tug_hash_alg alg, struct tug_slice msg, struct tug_slice sig)
{
	size_t der = sig.len >= 2 && sig.p[0] == 0x30 ? 2u + sig.p[1] : 0; /* zeros may follow an ECDSA signature */

	(void)alg;
	if (key->type == TUG_SIG_NONE) {
		return TUG_EINVAL;
	}
	if ((key->type == TUG_SIG_P256 || key->type == TUG_SIG_P384) && der < sig.len) {
		sig.len = der;
	}
	return tug_crypto_openssl.verify(key->type, tug_key_public_der(key), msg, sig);
}
