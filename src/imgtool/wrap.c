/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how the key of one image is wrapped: RSA-OAEP, AES key wrap, ECIES. Refuses to know images, and to open what it
 * wrapped (src/image does). Called by encrypt.c; draws from the system's random numbers.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rsa.h>

#include "key_priv.h"
#include "wrap_priv.h"

#define MAC_MAX 64u
#define SECRET_MAX 64u

static const struct tug_wrap schemes[] = {
	{ TUG_TLV_ENC_RSA2048, 0, 0, "RSA-OAEP" },
	{ TUG_TLV_ENC_KW, 0, 0, "AES key wrap" },
	{ TUG_TLV_ENC_EC256, 65, 32, "ECIES-P256" },
	{ TUG_TLV_ENC_X25519, 32, 32, "ECIES-X25519" },
	{ TUG_TLV_ENC_X25519_512, 32, 64, "ECIES-X25519 with SHA-512" },
};

const struct tug_wrap *tug_wrap_of_tlv(uint16_t tlv)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (schemes[i].tlv == tlv) {
			return &schemes[i];
		}
	}
	return NULL;
}

const struct tug_wrap *tug_wrap_of(const struct tug_enc_key *key, unsigned hmac)
{
	if (key->kek.len > 0) {
		return tug_wrap_of_tlv(TUG_TLV_ENC_KW);
	}
	if (key->key == NULL) {
		return NULL;
	}
	if (tug_key_is_x25519(key->key)) {
		return tug_wrap_of_tlv(hmac == 512 ? TUG_TLV_ENC_X25519_512 : TUG_TLV_ENC_X25519);
	}
	switch (tug_key_type(key->key)) {
	case TUG_SIG_RSA2048:
		return tug_wrap_of_tlv(TUG_TLV_ENC_RSA2048);
	case TUG_SIG_P256:
		return tug_wrap_of_tlv(TUG_TLV_ENC_EC256);
	default:
		return NULL;
	}
}

size_t tug_wrap_len(const struct tug_wrap *w, size_t key_len)
{
	return w->tlv == TUG_TLV_ENC_RSA2048 ? 256u : w->tlv == TUG_TLV_ENC_KW ? key_len + 8 : (size_t)w->point_len + w->mac_len + key_len;
}

const char *tug_enc_key_name(const struct tug_enc_key *key)
{
	return key->key != NULL ? tug_key_name(key->key) : "aes-kw";
}

/* ---- RSA-OAEP ------------------------------------------------------------------------------------------- */

static bool oaep(EVP_PKEY_CTX *ctx)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 && EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1;
}

static bool rsa_wrap(const struct tug_key *key, struct tug_slice image_key, uint8_t *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	size_t len = TUG_WRAPPED_MAX;
	bool ok = ctx != NULL && EVP_PKEY_encrypt_init(ctx) == 1 && oaep(ctx) &&
		  EVP_PKEY_encrypt(ctx, out, &len, image_key.p, image_key.len) == 1 && len == TUG_WRAPPED_MAX;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

/* ---- AES key wrap (RFC 3394) ---------------------------------------------------------------------------- */

static bool key_wrap(struct tug_slice kek, struct tug_slice in, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	const EVP_CIPHER *cipher = kek.len == 32 ? EVP_aes_256_wrap() : EVP_aes_128_wrap();
	uint8_t buf[TUG_WRAP_KEY_MAX + 16]; /* the library's own scratch may reach past the result */
	int n = 0, rest = 0;
	bool ok = false;

	if (ctx != NULL) {
		EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
		ok = in.len <= TUG_WRAP_KEY_MAX && EVP_EncryptInit_ex(ctx, cipher, NULL, kek.p, NULL) == 1 &&
		     EVP_EncryptUpdate(ctx, buf, &n, in.p, (int)in.len) == 1 && EVP_EncryptFinal_ex(ctx, buf + n, &rest) == 1 &&
		     (size_t)n + (size_t)rest == in.len + 8;
	}
	if (ok) {
		memcpy(out, buf, in.len + 8);
	}
	OPENSSL_cleanse(buf, sizeof(buf));
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

/* ---- ECIES ---------------------------------------------------------------------------------------------- */

static bool agree(EVP_PKEY *own, EVP_PKEY *peer, uint8_t *secret, size_t *len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(own, NULL);
	bool ok = ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
		  EVP_PKEY_derive(ctx, secret, len) == 1;

	EVP_PKEY_CTX_free(ctx);
	return ok;
}

/* Key and MAC key of the shared secret: HKDF without salt. */
static bool expand(const struct tug_wrap *w, struct tug_slice secret, uint8_t *out, size_t len)
{
	char md[] = "SHA256", md512[] = "SHA512", info[] = "MCUBoot_ECIES_v1";
	uint8_t ikm[SECRET_MAX];
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
	OSSL_PARAM params[4];
	bool ok;

	memcpy(ikm, secret.p, secret.len);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, w->mac_len == 64 ? md512 : md, 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, ikm, secret.len);
	params[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof(info) - 1);
	params[3] = OSSL_PARAM_construct_end();
	ok = ctx != NULL && EVP_KDF_derive(ctx, out, len, params) == 1;
	OPENSSL_cleanse(ikm, sizeof(ikm));
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ok;
}

static bool ctr_once(struct tug_slice key, struct tug_slice in, uint8_t *out)
{
	static const uint8_t zero[16] = { 0 };
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0;
	bool ok = ctx != NULL && EVP_EncryptInit_ex(ctx, key.len == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr(), NULL, key.p, zero) == 1 &&
		  EVP_EncryptUpdate(ctx, out, &n, in.p, (int)in.len) == 1 && (size_t)n == in.len;

	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

static bool mac_of(const struct tug_wrap *w, const uint8_t *key, struct tug_slice msg, uint8_t out[MAC_MAX])
{
	size_t n = 0;

	return EVP_Q_mac(NULL, "HMAC", NULL, w->mac_len == 64 ? "SHA512" : "SHA256", NULL, key, w->mac_len, msg.p, msg.len, out, MAC_MAX, &n) !=
		       NULL && n == w->mac_len;
}

/* ephemeral public key | MAC | encrypted key */
static bool ecies_wrap(const struct tug_wrap *w, const struct tug_key *key, struct tug_slice image_key, uint8_t *out)
{
	EVP_PKEY *own = w->tlv == TUG_TLV_ENC_EC256 ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256") : EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	uint8_t secret[SECRET_MAX], okm[TUG_WRAP_KEY_MAX + MAC_MAX], mac[MAC_MAX], *point = NULL;
	uint8_t *wrapped = out + w->point_len + w->mac_len;
	size_t len = sizeof(secret);
	bool ok = own != NULL && EVP_PKEY_get1_encoded_public_key(own, &point) == w->point_len && agree(own, key->pkey, secret, &len) &&
		  expand(w, tug_slice_of(secret, len), okm, image_key.len + w->mac_len) &&
		  ctr_once(tug_slice_of(okm, image_key.len), image_key, wrapped) &&
		  mac_of(w, okm + image_key.len, tug_slice_of(wrapped, image_key.len), mac);

	if (ok) {
		memcpy(out, point, w->point_len);
		memcpy(out + w->point_len, mac, w->mac_len);
	}
	OPENSSL_cleanse(secret, sizeof(secret));
	OPENSSL_cleanse(okm, sizeof(okm));
	OPENSSL_free(point);
	EVP_PKEY_free(own);
	return ok;
}

/* ---- by scheme ------------------------------------------------------------------------------------------ */

int tug_wrap_key(const struct tug_wrap *w, const struct tug_enc_key *key, struct tug_slice image_key, uint8_t out[TUG_WRAPPED_MAX])
{
	bool ok = w->tlv == TUG_TLV_ENC_RSA2048 ? rsa_wrap(key->key, image_key, out)
		  : w->tlv == TUG_TLV_ENC_KW	? key_wrap(key->kek, image_key, out)
						: ecies_wrap(w, key->key, image_key, out);

	ERR_clear_error();
	return ok ? TUG_OK : TUG_ECRYPTO;
}
