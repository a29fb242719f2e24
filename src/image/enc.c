/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides where the key of an encrypted image lies in its TLV and which key stream covers which octet of the
 * payload. Refuses to know slots, ciphers and curves. Called by boot and host tools; blocks as long as the port does.
 */
#include <string.h>

#include <tug/image_enc.h>

#include "image_priv.h"

#define BLOCK 16u
#define EC_POINT_FIRST 0x04u
#define RSA_LEN 256u
/* Longest TLV value of any scheme. */
#define TLV_MAX RSA_LEN
/* Encryption key, then MAC key. */
#define OKM_MAX (TUG_IMAGE_KEY_MAX + TUG_HASH_MAX)

static const uint8_t hkdf_info[16] = { 'M', 'C', 'U', 'B', 'o', 'o', 't', '_', 'E', 'C', 'I', 'E', 'S', '_', 'v', '1' };

void tug_wipe(void *p, size_t len)
{
	volatile uint8_t *q = (volatile uint8_t *)p;

	for (size_t i = 0; i < len; i++) {
		q[i] = 0;
	}
}

static bool same(const uint8_t *a, const uint8_t *b, size_t len)
{
	uint8_t diff = 0;

	for (size_t i = 0; i < len; i++) {
		diff = (uint8_t)(diff | (a[i] ^ b[i]));
	}
	return diff == 0;
}

uint8_t tug_image_key_len(const struct tug_image_hdr *h)
{
	if ((h->flags & TUG_IMG_F_ENC_AES256) != 0) {
		return 32;
	}
	return (h->flags & TUG_IMG_F_ENC_AES128) != 0 ? 16 : 0;
}

/* ---- ECIES ----------------------------------------------------------------------------------------- */

/* HKDF (RFC 5869) without salt, from the port's HMAC. */
static int hkdf(const struct tug_crypto_enc *c, enum tug_hash_alg alg, const uint8_t shared[32], uint8_t *okm, size_t len)
{
	static const uint8_t no_salt[TUG_HASH_MAX] = { 0 };
	size_t h = tug_hash_len(alg);
	uint8_t prk[TUG_HASH_MAX];
	uint8_t msg[TUG_HASH_MAX + sizeof(hkdf_info) + 1u]; /* previous block, info, number */
	uint8_t block[TUG_HASH_MAX] = { 0 };
	size_t before = 0;
	uint8_t number = 1;
	int rc = c->hmac(alg, tug_slice_of(no_salt, h), tug_slice_of(shared, 32), prk);

	for (size_t at = 0; rc == TUG_OK && at < len; at += h, number++) {
		memcpy(msg, block, before);
		memcpy(msg + before, hkdf_info, sizeof(hkdf_info));
		msg[before + sizeof(hkdf_info)] = number;
		rc = c->hmac(alg, tug_slice_of(prk, h), tug_slice_of(msg, before + sizeof(hkdf_info) + 1u), block);
		if (rc == TUG_OK) {
			memcpy(okm + at, block, len - at < h ? len - at : h);
		}
		before = h;
	}
	tug_wipe(prk, sizeof(prk));
	tug_wipe(msg, sizeof(msg));
	tug_wipe(block, sizeof(block));
	return rc;
}

/* From the shared secret: check the MAC, then decrypt. `tail` = MAC and encrypted key. */
static int ecies(const struct tug_crypto_enc *c, enum tug_hash_alg alg, const uint8_t shared[32], const uint8_t *tail,
		 struct tug_image_key *out)
{
	static const uint8_t zero[BLOCK] = { 0 };
	size_t h = tug_hash_len(alg);
	uint8_t okm[OKM_MAX];
	uint8_t mac[TUG_HASH_MAX];
	int rc = hkdf(c, alg, shared, okm, out->len + h);

	if (rc == TUG_OK) {
		rc = c->hmac(alg, tug_slice_of(okm + out->len, h), tug_slice_of(tail + h, out->len), mac);
	}
	if (rc == TUG_OK && !same(mac, tail, h)) {
		rc = TUG_ENOKEY;
	}
	if (rc == TUG_OK) {
		memcpy(out->octets, tail + h, out->len);
		rc = c->aes_ctr(tug_slice_of(okm, out->len), zero, out->octets, out->len);
	}
	tug_wipe(okm, sizeof(okm));
	return rc;
}

static int unwrap_ecies(const struct tug_image_enc *enc, const uint8_t *tlv, struct tug_image_key *out)
{
	enum tug_hash_alg alg = enc->scheme == TUG_TLV_ENC_X25519_512 ? TUG_SHA512 : TUG_SHA256;
	bool ec = enc->scheme == TUG_TLV_ENC_EC256;
	uint8_t shared[32];
	int rc;

	if (enc->crypto->hmac == NULL || (ec ? enc->crypto->ecdh_p256 : enc->crypto->x25519) == NULL) {
		return TUG_EFLAGS;
	}
	if (ec && tlv[0] != EC_POINT_FIRST) {
		return TUG_ENOKEY;
	}
	rc = ec ? enc->crypto->ecdh_p256(enc->key, tlv, shared) : enc->crypto->x25519(enc->key, tlv, shared);
	if (rc == TUG_OK) {
		rc = ecies(enc->crypto, alg, shared, tlv + (ec ? TUG_P256_POINT : 32u), out);
	}
	tug_wipe(shared, sizeof(shared));
	return rc;
}

/* ---- the other schemes ----------------------------------------------------------------------------- */

static int unwrap_rsa(const struct tug_image_enc *enc, const uint8_t *tlv, struct tug_image_key *out)
{
	struct tug_buf to = tug_buf_of(out->octets, out->len);
	int rc;

	if (enc->crypto->rsa_oaep == NULL) {
		return TUG_EFLAGS;
	}
	rc = enc->crypto->rsa_oaep(enc->key, tug_slice_of(tlv, RSA_LEN), &to);
	return rc == TUG_OK && to.len != out->len ? TUG_ENOKEY : rc;
}

static int unwrap_kw(const struct tug_image_enc *enc, const uint8_t *tlv, struct tug_image_key *out)
{
	if (enc->crypto->aes_kw_unwrap == NULL) {
		return TUG_EFLAGS;
	}
	if (enc->key.len != out->len) {
		return TUG_ENOKEY; /* wrapped with a key of another size */
	}
	return enc->crypto->aes_kw_unwrap(enc->key, tug_slice_of(tlv, out->len + 8u), out->octets);
}

/* Octets of the TLV's value, 0 = no such scheme. */
static size_t tlv_len(enum tug_tlv_type scheme, uint8_t key_len)
{
	switch ((unsigned)scheme) {
	case TUG_TLV_ENC_RSA2048:
		return RSA_LEN;
	case TUG_TLV_ENC_KW:
		return key_len + 8u;
	case TUG_TLV_ENC_EC256:
		return TUG_P256_POINT + 32u + key_len;
	case TUG_TLV_ENC_X25519:
		return 32u + 32u + key_len;
	case TUG_TLV_ENC_X25519_512:
		return 32u + 64u + key_len;
	default:
		return 0;
	}
}

int tug_image_key_unwrap(const struct tug_image_enc *enc, struct tug_slice tlv, uint8_t key_len, struct tug_image_key *out)
{
	size_t len = tlv_len(enc->scheme, key_len);
	int rc;

	memset(out, 0, sizeof(*out));
	if (len == 0 || (key_len != 16 && key_len != 32)) {
		return TUG_EINVAL;
	}
	if (tlv.len != len) {
		return TUG_ETLV;
	}
	out->len = key_len;
	if (enc->scheme == TUG_TLV_ENC_RSA2048) {
		rc = unwrap_rsa(enc, tlv.p, out);
	} else if (enc->scheme == TUG_TLV_ENC_KW) {
		rc = unwrap_kw(enc, tlv.p, out);
	} else {
		rc = unwrap_ecies(enc, tlv.p, out);
	}
	if (rc != TUG_OK) {
		tug_wipe(out, sizeof(*out));
	}
	return rc;
}

int tug_image_key_open(const struct tug_image *img, const struct tug_image_enc *enc, struct tug_image_key *out)
{
	uint8_t value[TLV_MAX];
	struct tug_tlv tlv = { 0 };
	struct tug_tlv_it it;
	uint8_t key_len = tug_image_key_len(&img->hdr);
	int rc;

	memset(out, 0, sizeof(*out));
	if (key_len == 0) {
		return TUG_OK;
	}
	tug_tlv_begin(&it, img, (uint16_t)enc->scheme, false);
	rc = tug_tlv_next(&it, &tlv);
	if (rc != 1) {
		return rc < 0 ? rc : TUG_ENOKEY;
	}
	rc = tug_tlv_read(img, &tlv, value, sizeof(value));
	if (rc == TUG_ENOSPACE) {
		return TUG_ETLV;
	}
	return rc == TUG_OK ? tug_image_key_unwrap(enc, tug_slice_of(value, tlv.len), key_len, out) : rc;
}

/* ---- the payload ----------------------------------------------------------------------------------- */

static void counter_of(uint32_t block, uint8_t out[BLOCK])
{
	memset(out, 0, BLOCK);
	out[12] = (uint8_t)(block >> 24);
	out[13] = (uint8_t)(block >> 16);
	out[14] = (uint8_t)(block >> 8);
	out[15] = (uint8_t)block;
}

int tug_image_crypt(const struct tug_crypto_enc *c, const struct tug_image_key *key, uint32_t off, uint8_t *data,
		    size_t len)
{
	struct tug_slice k = tug_slice_of(key->octets, key->len);
	uint8_t counter[BLOCK];
	uint8_t stream[BLOCK] = { 0 };
	uint32_t into = off % BLOCK;
	size_t n = into == 0 ? 0 : BLOCK - into;
	int rc = TUG_OK;

	if (key->len != 16 && key->len != 32) {
		return TUG_EINVAL;
	}
	if (len > UINT32_MAX - off) {
		return TUG_ERANGE;
	}
	n = n < len ? n : len;
	if (n > 0) {
		/* inside a block: its key stream is that of zeros */
		counter_of(off / BLOCK, counter);
		rc = c->aes_ctr(k, counter, stream, sizeof(stream));
		for (size_t i = 0; rc == TUG_OK && i < n; i++) {
			data[i] ^= stream[into + i];
		}
		tug_wipe(stream, sizeof(stream));
	}
	if (rc == TUG_OK && len > n) {
		counter_of((off + (uint32_t)n) / BLOCK, counter);
		rc = c->aes_ctr(k, counter, data + n, len - n);
	}
	return rc;
}

int tug_image_crypt_at(const struct tug_crypto_enc *c, const struct tug_image_key *key, const struct tug_image_hdr *h,
		       uint32_t off, uint8_t *data, size_t len)
{
	uint64_t first = h->hdr_size;
	uint64_t end = first + h->img_size;
	uint64_t from = off > first ? off : first;
	uint64_t to = (uint64_t)off + len < end ? (uint64_t)off + len : end;

	if (from >= to) {
		return TUG_OK;
	}
	return tug_image_crypt(c, key, (uint32_t)(from - first), data + (size_t)(from - off), (size_t)(to - from));
}

static int view_read_at(void *ctx, uint32_t off, void *dst, size_t len)
{
	const struct tug_enc_view *v = (const struct tug_enc_view *)ctx;
	uint8_t *p = (uint8_t *)dst;
	uint32_t skip;
	int rc = v->below->read_at(v->below->ctx, off, dst, len);

	if (rc != TUG_OK || v->key.len == 0) {
		return rc;
	}
	skip = off < v->base ? v->base - off : 0u;
	if (skip >= len) {
		return TUG_OK;
	}
	return tug_image_crypt_at(v->crypto, &v->key, &v->hdr, off + skip - v->base, p + skip, len - skip);
}

int tug_enc_view_open(struct tug_enc_view *v, const struct tug_image *img, const struct tug_image_enc *enc)
{
	int rc = tug_image_key_open(img, enc, &v->key);

	v->below = img->io;
	v->base = img->base;
	v->hdr = img->hdr;
	v->crypto = enc->crypto;
	v->io = *img->io;
	v->io.read_at = view_read_at;
	v->io.write_at = NULL;
	v->io.ctx = v;
	return rc;
}
