/* SPDX-License-Identifier: Apache-2.0
 *
 * Encrypted images: the image key out of its TLV, and the payload's cipher at any offset. A bootloader and a host
 * tool share it; what it needs of a library is struct tug_crypto_enc.
 */
#ifndef TUG_IMAGE_ENC_H
#define TUG_IMAGE_ENC_H

#include <tug/image.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Largest image key, octets. */
#define TUG_IMAGE_KEY_MAX 32u

/** What opens an image: one scheme and its private half. Keeps what it points to. */
struct tug_image_enc {
	const struct tug_crypto_enc *crypto; /**< primitives; those of other schemes may be missing (NULL) */
	enum tug_tlv_type scheme;            /**< TUG_TLV_ENC_*: the TLV that carries the image key */
	struct tug_slice key;                /**< private key as the port takes it; TUG_TLV_ENC_KW: the 16 or 32 octets themselves */
};

/** The key of an image's payload. */
struct tug_image_key {
	uint8_t octets[TUG_IMAGE_KEY_MAX]; /**< [len] */
	uint8_t len;                       /**< 16, 32; 0 = none: nothing is encrypted */
};

/** Octets of the image key that the header asks for: 16, 32; 0 = the image is not encrypted. */
uint8_t tug_image_key_len(const struct tug_image_hdr *h);

/**
 * Find the first TLV of the scheme in an opened image and open the image key in it. An image that is not encrypted
 * has none: TUG_OK, len 0. Errors: TUG_ENOKEY (no such TLV, or the private key does not open it), TUG_ETLV (its
 * length is wrong), TUG_EFLAGS (the port lacks the scheme), TUG_ECRYPTO (private key unusable, port failed), io
 * errors; `out` is then len 0. Source: docs/image.md, encryption.
 */
int tug_image_key_open(const struct tug_image *img, const struct tug_image_enc *enc, struct tug_image_key *out);

/** As tug_image_key_open, of the value of a TLV; `key_len` = 16 or 32. */
int tug_image_key_unwrap(const struct tug_image_enc *enc, struct tug_slice tlv, uint8_t key_len, struct tug_image_key *out);

/**
 * Encrypt or decrypt (the same) `len` octets that lie `off` octets into the payload. Errors: TUG_ERANGE (the
 * payload ends there), TUG_EINVAL (key without octets), port errors; `data` is then undefined.
 */
int tug_image_crypt(const struct tug_crypto_enc *c, const struct tug_image_key *key, uint32_t off, uint8_t *data,
		    size_t len);

/**
 * As tug_image_crypt for octets [off, off+len) of a whole image: only what lies in the payload
 * [hdr_size, hdr_size + img_size) changes; header and TLV octets stay.
 */
int tug_image_crypt_at(const struct tug_crypto_enc *c, const struct tug_image_key *key, const struct tug_image_hdr *h,
		       uint32_t off, uint8_t *data, size_t len);

/** A medium seen through its image's key. Keeps what it points to; lives as long as `io` is used. */
struct tug_enc_view {
	const struct tug_io *below;         /**< medium with ciphertext */
	uint32_t base;                      /**< offset of the header on it */
	struct tug_image_hdr hdr;           /**< governs what is payload */
	struct tug_image_key key;           /**< len 0 = everything is passed on */
	const struct tug_crypto_enc *crypto; /**< primitives */
	struct tug_io io;                   /**< the plaintext, read only */
};

/**
 * Make `v->io` show the payload of `img` as plaintext, which is what digest and signature cover; everything else is
 * passed on. The image must be opened again over v->io. Errors: those of tug_image_key_open.
 */
int tug_enc_view_open(struct tug_enc_view *v, const struct tug_image *img, const struct tug_image_enc *enc);

/** Overwrite key material so that no compiler leaves it out. */
void tug_wipe(void *p, size_t len);

#ifdef __cplusplus
}
#endif
#endif
