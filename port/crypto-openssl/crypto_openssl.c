/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how the crypto contract maps to OpenSSL's EVP calls. Refuses to know images, key files
 * and policy. Thread safe: every call has its own context; blocks for the time of the computation.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <tug/port/crypto_openssl.h>

struct state {
	EVP_MD_CTX *md;
};

_Static_assert(sizeof(struct state) <= sizeof(struct tug_hash_ctx), "the port's state must fit");

/* What a key of the scheme must be. */
struct scheme {
	int type;          /* EVP_PKEY_* */
	int bits;          /* size of the key, 0 = not checked */
	const char *group; /* curve, NULL = none */
};

static const struct scheme schemes[] = {
	[TUG_SIG_RSA2048] = { EVP_PKEY_RSA, 2048, NULL },
	[TUG_SIG_RSA3072] = { EVP_PKEY_RSA, 3072, NULL },
	[TUG_SIG_P256] = { EVP_PKEY_EC, 0, "prime256v1" },
	[TUG_SIG_P384] = { EVP_PKEY_EC, 0, "secp384r1" },
	[TUG_SIG_ED25519] = { EVP_PKEY_ED25519, 0, NULL },
};

static struct state load(const struct tug_hash_ctx *c)
{
	struct state s;

	memcpy(&s, c->opaque, sizeof(s));
	return s;
}

static int hash_init(struct tug_hash_ctx *c, enum tug_hash_alg alg)
{
	const EVP_MD *md = alg == TUG_SHA256 ? EVP_sha256() : alg == TUG_SHA384 ? EVP_sha384() : EVP_sha512();
	struct state s = { EVP_MD_CTX_new() };

	if (s.md == NULL || EVP_DigestInit_ex(s.md, md, NULL) != 1) {
		EVP_MD_CTX_free(s.md);
		ERR_clear_error();
		return TUG_ECRYPTO;
	}
	memcpy(c->opaque, &s, sizeof(s));
	return TUG_OK;
}

static int hash_update(struct tug_hash_ctx *c, const void *p, size_t len)
{
	return EVP_DigestUpdate(load(c).md, p, len) == 1 ? TUG_OK : TUG_ECRYPTO;
}

static int hash_final(struct tug_hash_ctx *c, uint8_t *out)
{
	struct state s = load(c);
	int ok = EVP_DigestFinal_ex(s.md, out, NULL);

	EVP_MD_CTX_free(s.md);
	return ok == 1 ? TUG_OK : TUG_ECRYPTO;
}

static void hash_abort(struct tug_hash_ctx *c)
{
	EVP_MD_CTX_free(load(c).md);
}

static bool is_of_scheme(const EVP_PKEY *key, const struct scheme *s)
{
	char group[32];

	if (EVP_PKEY_get_base_id(key) != s->type || (s->bits != 0 && EVP_PKEY_get_bits(key) != s->bits)) {
		return false;
	}
	return s->group == NULL ||
	       (EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 && strcmp(group, s->group) == 0);
}

/* The decoder forgives some malformed DER; what encodes back to the same octets was not. */
static bool encodes_back(const EVP_PKEY *key, bool rsa, struct tug_slice der)
{
	unsigned char *out = NULL;
	int n = rsa ? i2d_PublicKey(key, &out) : i2d_PUBKEY(key, &out);
	bool same = n > 0 && (size_t)n == der.len && memcmp(out, der.p, der.len) == 0;

	OPENSSL_free(out);
	return same;
}

/* NULL when the DER is not exactly one key of the scheme. */
static EVP_PKEY *load_key(const struct scheme *s, struct tug_slice der)
{
	const unsigned char *p = der.p;
	bool rsa = s->type == EVP_PKEY_RSA;
	EVP_PKEY *key = NULL;

	if (der.len == 0 || der.len > 4096) {
		return NULL;
	}
	key = rsa ? d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, (long)der.len) : d2i_PUBKEY(NULL, &p, (long)der.len);
	if (key != NULL && (!is_of_scheme(key, s) || !encodes_back(key, rsa, der))) {
		EVP_PKEY_free(key);
		return NULL;
	}
	return key;
}

static bool setup_pss(EVP_PKEY_CTX *ctx)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1 && EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, 32) == 1;
}

/* RSA and ECDSA: the message is the digest. */
static int verify_digest(EVP_PKEY *key, const struct scheme *s, struct tug_slice msg, struct tug_slice sig)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	int rc = TUG_ECRYPTO;

	if (ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 && (s->type != EVP_PKEY_RSA || setup_pss(ctx))) {
		rc = EVP_PKEY_verify(ctx, sig.p, sig.len, msg.p, msg.len) == 1 ? TUG_OK : TUG_ESIG;
	}
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

static int verify_message(EVP_PKEY *key, struct tug_slice msg, struct tug_slice sig)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int rc = TUG_ECRYPTO;

	if (ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1) {
		rc = EVP_DigestVerify(ctx, sig.p, sig.len, msg.p, msg.len) == 1 ? TUG_OK : TUG_ESIG;
	}
	EVP_MD_CTX_free(ctx);
	return rc;
}

static int verify(enum tug_sig_alg alg, struct tug_slice key_der, struct tug_slice msg, struct tug_slice sig)
{
	if (alg < TUG_SIG_RSA2048 || alg > TUG_SIG_ED25519) {
		return TUG_EFLAGS;
	}
	const struct scheme *s = &schemes[alg];
	EVP_PKEY *key = load_key(s, key_der);
	int rc = TUG_ECRYPTO;

	if (key != NULL) {
		rc = alg == TUG_SIG_ED25519 ? verify_message(key, msg, sig) : verify_digest(key, s, msg, sig);
	}
	EVP_PKEY_free(key);
	ERR_clear_error();
	return rc;
}

const struct tug_crypto tug_crypto_openssl = { hash_init, hash_update, hash_final, hash_abort, verify };
