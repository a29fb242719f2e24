/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides whether and how an image is encrypted while it is signed: which keys go together, a new key for the image, its
 * TLV, the stream over the payload. Refuses to know how keys are wrapped and files written. Called by sign.c.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "sign_priv.h"
#include "wrap_priv.h"

#define BLOCK 16u

/** Encryption of one build. */
struct tug_encryption {
	EVP_CIPHER_CTX *ctr;
	struct tug_text tlv; /* encoded entry */
};

/* ---- options ------------------------------------------------------------------------------------------ */

bool tug_encrypt_wanted(const struct tug_sign_options *o)
{
	return o->enc.key != NULL || o->enc.kek.len > 0;
}

static size_t key_len(const struct tug_sign_options *o)
{
	return o->enc_keylen != 0 ? o->enc_keylen / 8u : o->enc.kek.len > 0 ? o->enc.kek.len : 16u;
}

uint32_t tug_encrypt_cell(const struct tug_sign_options *o, bool by_imgtool)
{
	const struct tug_wrap *w = tug_wrap_of(&o->enc, o->enc_hmac);

	if (!tug_encrypt_wanted(o) || w == NULL) {
		return 0;
	}
	/* imgtool reserves the octets of AES-128 keys for both */
	return (uint32_t)(o->save_enctlv ? tug_wrap_len(w, key_len(o)) : by_imgtool ? 16u : key_len(o));
}

static int check_kind(const struct tug_sign_options *o, char *why)
{
	const struct tug_key *k = o->enc.key;

	if (k == NULL) {
		if (o->enc.kek.len != 16 && o->enc.kek.len != 32) {
			return tug_why(why, TUG_EINVAL, "a key encryption key has 16 or 32 octets, not %zu", o->enc.kek.len);
		}
		if (o->enc.kek.len != key_len(o)) {
			return tug_why(why, TUG_EINVAL, "a key encryption key of %zu bits goes with image keys of %zu bits; leave --encrypt-keylen out",
				       8 * o->enc.kek.len, 8 * o->enc.kek.len);
		}
		return TUG_OK;
	}
	if (tug_wrap_of(&o->enc, o->enc_hmac) != NULL) {
		return TUG_OK;
	}
	return tug_why(why, TUG_EINVAL, "an %s key encrypts no image: a bootloader decrypts with x25519, ecdsa-p256, rsa-2048 or AES key wrap%s",
		       tug_key_name(k), tug_key_type(k) == TUG_SIG_ED25519 ? "; with ed25519 signatures use x25519" : "");
}

/* imgtool's rule, for the private key that signs. */
static int check_family(const struct tug_sign_options *o, char *why)
{
	enum tug_sig_alg sig = o->key != NULL ? tug_key_type(o->key) : TUG_SIG_NONE;
	enum tug_sig_alg enc = o->enc.key != NULL ? tug_key_type(o->enc.key) : TUG_SIG_NONE;
	bool rsa = sig == TUG_SIG_RSA2048 || sig == TUG_SIG_RSA3072;

	if (o->enc.key == NULL) {
		return TUG_OK;
	}
	if (sig == TUG_SIG_P384) {
		return tug_why(why, TUG_EINVAL, "no bootloader that checks ecdsa-p384 signatures decrypts; sign with ecdsa-p256, rsa or ed25519");
	}
	if ((rsa && enc != TUG_SIG_RSA2048) || (sig == TUG_SIG_P256 && enc != TUG_SIG_P256)) {
		return tug_why(why, TUG_EINVAL, "signing and encryption need keys of one kind: a bootloader with %s signatures decrypts with %s, not %s",
			       tug_key_type_name(sig), rsa ? "rsa-2048" : "ecdsa-p256", tug_key_name(o->enc.key));
	}
	return TUG_OK;
}

int tug_encrypt_check(const struct tug_sign_options *o, char *why)
{
	int rc;

	if (!tug_encrypt_wanted(o)) {
		return TUG_OK;
	}
	if (o->enc_keylen != 0 && o->enc_keylen != 128 && o->enc_keylen != 256) {
		return tug_why(why, TUG_EINVAL, "image keys have 128 or 256 bits, not %u", o->enc_keylen);
	}
	rc = check_kind(o, why);
	if (rc == TUG_OK) {
		rc = check_family(o, why);
	}
	/* RSA has no HMAC: imgtool takes the word and ignores it */
	if (rc == TUG_OK && o->enc_hmac == 512 && o->enc.key != NULL && tug_key_type(o->enc.key) == TUG_SIG_P256) {
		rc = tug_why(why, TUG_EINVAL, "HMAC-SHA512 exists for x25519 keys only, not for %s", tug_enc_key_name(&o->enc));
	}
	return rc;
}

/* ---- one build ---------------------------------------------------------------------------------------- */

static int crypt_piece(void *ctx, uint8_t *p, size_t len)
{
	struct tug_encryption *e = ctx;
	int n = 0;

	return len <= INT32_MAX && EVP_EncryptUpdate(e->ctr, p, &n, p, (int)len) == 1 && (size_t)n == len ? TUG_OK : TUG_ECRYPTO;
}

/* A new key, wrapped, and the stream under it. */
static int make_key(struct tug_encryption *e, const struct tug_sign_options *o)
{
	static const uint8_t zero[BLOCK] = { 0 };
	const struct tug_wrap *w = tug_wrap_of(&o->enc, o->enc_hmac);
	uint8_t key[TUG_WRAP_KEY_MAX], wrapped[TUG_WRAPPED_MAX];
	size_t len = key_len(o);
	int rc = RAND_priv_bytes(key, (int)len) == 1 ? TUG_OK : TUG_ECRYPTO;

	if (rc == TUG_OK) {
		rc = tug_wrap_key(w, &o->enc, tug_slice_of(key, len), wrapped);
	}
	if (rc == TUG_OK) {
		tug_put_tlv(&e->tlv, o, w->tlv, wrapped, tug_wrap_len(w, len));
		rc = !e->tlv.failed && EVP_EncryptInit_ex(e->ctr, len == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr(), NULL, key, zero) == 1
			     ? TUG_OK
			     : TUG_ECRYPTO;
	}
	OPENSSL_cleanse(key, sizeof(key));
	ERR_clear_error();
	return rc;
}

int tug_encrypt_begin(const struct tug_sign_options *o, struct tug_sign_extra *x, struct tug_encryption **out, char *why)
{
	struct tug_encryption *e;

	*out = NULL;
	if (!tug_encrypt_wanted(o)) {
		return TUG_OK;
	}
	e = calloc(1, sizeof(*e));
	if (e != NULL) {
		e->ctr = EVP_CIPHER_CTX_new();
	}
	if (e == NULL || e->ctr == NULL || make_key(e, o) != TUG_OK) {
		tug_encrypt_end(e);
		return tug_why(why, TUG_ECRYPTO, "the crypto library could not make or wrap a key for the image");
	}
	x->flags |= key_len(o) == 32 ? TUG_IMG_F_ENC_AES256 : TUG_IMG_F_ENC_AES128;
	x->pad_to = BLOCK;
	x->unprot = tug_slice_of(e->tlv.o.p, e->tlv.o.len);
	x->key_cell = tug_encrypt_cell(o, true);
	if (!o->enc_clear) {
		x->crypt = crypt_piece;
		x->ctx = e;
	}
	*out = e;
	return TUG_OK;
}

void tug_encrypt_end(struct tug_encryption *e)
{
	if (e != NULL) {
		EVP_CIPHER_CTX_free(e->ctr);
		tug_octets_free(&e->tlv.o);
		free(e);
	}
}

/* ---- key encryption keys in files ---------------------------------------------------------------------- */

/* The octets as they are, or base64 of them. Result: octets of the key, 0 = it is none. */
static size_t kek_of(struct tug_slice file, uint8_t kek[TUG_KEK_MAX])
{
	uint8_t plain[TUG_KEK_MAX + 3];
	struct tug_buf out = tug_buf_of(plain, sizeof(plain));
	size_t n = 0;

	if (file.len == 16 || file.len == 32) {
		memcpy(kek, file.p, file.len);
		return file.len;
	}
	while (file.len > 0 && (file.p[file.len - 1] == '\n' || file.p[file.len - 1] == '\r' || file.p[file.len - 1] == ' ')) {
		file.len--;
	}
	if (file.len <= 48 && tug_base64_decode(file, &out) == TUG_OK && (out.len == 16 || out.len == 32)) {
		n = out.len;
		memcpy(kek, plain, n);
	}
	OPENSSL_cleanse(plain, sizeof(plain));
	return n;
}

int tug_kek_load(const char *path, uint8_t kek[TUG_KEK_MAX], size_t *len, char *why)
{
	struct tug_octets o = { NULL, 0 };
	struct stat st;
	int rc;

	*len = 0;
	if (strncmp(path, "pkcs11:", 7) == 0 || (stat(path, &st) == 0 && !S_ISREG(st.st_mode))) {
		return TUG_MORE; /* a pipe can be read once only */
	}
	rc = tug_file_read_raw(path, &o, why);
	if (rc != TUG_OK) {
		return rc;
	}
	*len = kek_of(tug_slice_of(o.p, o.len), kek);
	if (*len == 0) {
		rc = o.p != NULL && strstr((const char *)o.p, "-----BEGIN") != NULL
			     ? (int)TUG_MORE
			     : tug_why(why, TUG_ECRYPTO, "%.200s is neither a key (PEM) nor a key encryption key (16 or 32 octets, raw or base64)", path);
	}
	if (o.p != NULL) {
		OPENSSL_cleanse(o.p, o.len);
	}
	tug_octets_free(&o);
	return rc;
}
