/* SPDX-License-Identifier: Apache-2.0
 *
 * Digests through OpenSSL, no signatures: power-cut sweeps boot thousands of times and check digests only.
 * Refuses to know keys. Called by tests and simulators.
 */
#include <openssl/evp.h>

#include <tug/port/sim.h>

/* The running digest is OpenSSL's own object; the context holds the pointer. */
static EVP_MD_CTX *md_of(struct tug_hash_ctx *c)
{
	return (EVP_MD_CTX *)(uintptr_t)c->opaque[0];
}

static void hash_abort(struct tug_hash_ctx *c)
{
	EVP_MD_CTX_free(md_of(c));
	c->opaque[0] = 0;
}

static int hash_init(struct tug_hash_ctx *c, enum tug_hash_alg alg)
{
	const EVP_MD *md = alg == TUG_SHA256 ? EVP_sha256() : alg == TUG_SHA384 ? EVP_sha384() : EVP_sha512();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	c->opaque[0] = (uintptr_t)ctx;
	if (ctx == NULL || EVP_DigestInit_ex(ctx, md, NULL) != 1) {
		hash_abort(c);
		return TUG_ECRYPTO;
	}
	return TUG_OK;
}

static int hash_update(struct tug_hash_ctx *c, const void *p, size_t len)
{
	return EVP_DigestUpdate(md_of(c), p, len) == 1 ? TUG_OK : TUG_ECRYPTO;
}

static int hash_final(struct tug_hash_ctx *c, uint8_t *out)
{
	int ok = EVP_DigestFinal_ex(md_of(c), out, NULL);

	hash_abort(c);
	return ok == 1 ? TUG_OK : TUG_ECRYPTO;
}

static int verify(enum tug_sig_alg alg, struct tug_slice key, struct tug_slice msg, struct tug_slice sig)
{
	(void)alg;
	(void)key;
	(void)msg;
	(void)sig;
	return TUG_EFLAGS;
}

const struct tug_crypto tug_crypto_hashonly = { hash_init, hash_update, hash_final, hash_abort, verify };
