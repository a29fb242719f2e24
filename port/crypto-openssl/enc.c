/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how the primitives of encrypted images map to OpenSSL's EVP calls. Refuses to know images and TLVs.
 * Thread safe: every call has its own context; blocks for the time of the computation.
 */
#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <tug/port/crypto_openssl.h>

#define DER_MAX 8192u
#define RSA_LEN 256u

/* ---- symmetric ------------------------------------------------------------------------------------- */

static int aes_ctr(struct tug_slice key, const uint8_t counter[16], uint8_t *data, size_t len)
{
	EVP_CIPHER_CTX *ctx;
	int n = 0;
	bool ok;

	if ((key.len != 16 && key.len != 32) || len > INT_MAX) {
		return TUG_ECRYPTO;
	}
	ctx = EVP_CIPHER_CTX_new();
	ok = ctx != NULL &&
	     EVP_EncryptInit_ex(ctx, key.len == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr(), NULL, key.p, counter) == 1 &&
	     EVP_EncryptUpdate(ctx, data, &n, data, (int)len) == 1 && n == (int)len;
	EVP_CIPHER_CTX_free(ctx);
	ERR_clear_error();
	return ok ? TUG_OK : TUG_ECRYPTO;
}

static int hmac(enum tug_hash_alg alg, struct tug_slice key, struct tug_slice msg, uint8_t *out)
{
	const EVP_MD *md = alg == TUG_SHA256 ? EVP_sha256() : alg == TUG_SHA384 ? EVP_sha384() : EVP_sha512();
	unsigned n = 0;

	if (key.len > INT_MAX || HMAC(md, key.p, (int)key.len, msg.p, msg.len, out, &n) == NULL) {
		ERR_clear_error();
		return TUG_ECRYPTO;
	}
	return TUG_OK;
}

static int aes_kw_unwrap(struct tug_slice kek, struct tug_slice in, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx;
	int n = 0;
	int rc = TUG_ECRYPTO;

	if ((kek.len != 16 && kek.len != 32) || in.len < 24 || in.len > 40 || in.len % 8u != 0) {
		return TUG_ECRYPTO;
	}
	ctx = EVP_CIPHER_CTX_new();
	if (ctx != NULL) {
		EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	}
	if (ctx != NULL && EVP_DecryptInit_ex(ctx, kek.len == 16 ? EVP_aes_128_wrap() : EVP_aes_256_wrap(), NULL, kek.p,
					      NULL) == 1) {
		uint8_t plain[48]; /* the library's own scratch may reach past the result */

		rc = EVP_DecryptUpdate(ctx, plain, &n, in.p, (int)in.len) == 1 && n == (int)in.len - 8 ? TUG_OK : TUG_ENOKEY;
		if (rc == TUG_OK) {
			memcpy(out, plain, in.len - 8u);
		}
		OPENSSL_cleanse(plain, sizeof(plain));
	}
	EVP_CIPHER_CTX_free(ctx);
	ERR_clear_error();
	return rc;
}

/* ---- private keys ---------------------------------------------------------------------------------- */

/* NULL when the DER is not exactly one private key of that type. */
static EVP_PKEY *load_private(int type, struct tug_slice der)
{
	const unsigned char *p = der.p;
	EVP_PKEY *key = NULL;

	if (der.len == 0 || der.len > DER_MAX) {
		return NULL;
	}
	key = d2i_AutoPrivateKey(NULL, &p, (long)der.len);
	if (key != NULL && (EVP_PKEY_get_base_id(key) != type || p != der.p + der.len)) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

static bool is_p256(const EVP_PKEY *key)
{
	char group[32];

	return EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 && strcmp(group, "prime256v1") == 0;
}

/* Consumes `peer`, which may be NULL: its octets were no public key. */
static int derive(EVP_PKEY *key, EVP_PKEY *peer, uint8_t out[32])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t n = 32;
	int rc = TUG_ECRYPTO;

	if (ctx != NULL && EVP_PKEY_derive_init(ctx) == 1) {
		rc = TUG_ENOKEY;
		if (peer != NULL && EVP_PKEY_derive_set_peer(ctx, peer) == 1 && EVP_PKEY_derive(ctx, out, &n) == 1 && n == 32) {
			rc = TUG_OK;
		}
	}
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	return rc;
}

static int ecdh_p256(struct tug_slice key_der, const uint8_t peer[TUG_P256_POINT], uint8_t out[32])
{
	EVP_PKEY *key = load_private(EVP_PKEY_EC, key_der);
	EVP_PKEY *other = EVP_PKEY_new();
	int rc = TUG_ECRYPTO;

	if (key != NULL && is_p256(key) && other != NULL && EVP_PKEY_copy_parameters(other, key) == 1) {
		if (EVP_PKEY_set1_encoded_public_key(other, peer, TUG_P256_POINT) != 1) {
			EVP_PKEY_free(other);
			other = NULL;
		}
		rc = derive(key, other, out);
		other = NULL;
	}
	EVP_PKEY_free(other);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return rc;
}

static int x25519(struct tug_slice key_der, const uint8_t peer[32], uint8_t out[32])
{
	EVP_PKEY *key = load_private(EVP_PKEY_X25519, key_der);
	int rc = TUG_ECRYPTO;

	if (key != NULL) {
		rc = derive(key, EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, peer, 32), out);
	}
	EVP_PKEY_free(key);
	ERR_clear_error();
	return rc;
}

static bool setup_oaep(EVP_PKEY_CTX *ctx)
{
	return EVP_PKEY_decrypt_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) == 1 && EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1;
}

static int rsa_oaep(struct tug_slice key_der, struct tug_slice in, struct tug_buf *out)
{
	EVP_PKEY *key = load_private(EVP_PKEY_RSA, key_der);
	EVP_PKEY_CTX *ctx = key != NULL ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	uint8_t plain[RSA_LEN];
	size_t n = sizeof(plain);
	int rc = TUG_ECRYPTO;

	out->len = 0;
	if (ctx != NULL && EVP_PKEY_get_bits(key) == (int)RSA_LEN * 8 && setup_oaep(ctx)) {
		rc = TUG_ENOKEY;
		if (EVP_PKEY_decrypt(ctx, plain, &n, in.p, in.len) == 1 && n <= out->cap) {
			memcpy(out->p, plain, n);
			out->len = n;
			rc = TUG_OK;
		}
	}
	OPENSSL_cleanse(plain, sizeof(plain));
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return rc;
}

const struct tug_crypto_enc tug_crypto_enc_openssl = { aes_ctr, hmac, ecdh_p256, x25519, rsa_oaep, aes_kw_unwrap };
