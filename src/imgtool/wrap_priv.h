/* SPDX-License-Identifier: Apache-2.0
 *
 * How the key of one image is wrapped for the bootloader: OpenSSL's part of image encryption. Only src/imgtool and its unit
 * tests may include it.
 */
#ifndef TUG_WRAP_PRIV_H
#define TUG_WRAP_PRIV_H

#include "imgtool_priv.h"

/** Octets of the longest image key. */
#define TUG_WRAP_KEY_MAX 32u
/** Octets of the longest wrapped key (RSA-2048). */
#define TUG_WRAPPED_MAX 256u

/** A scheme, one row each. */
struct tug_wrap {
	uint16_t tlv;           /**< type of its TLV */
	uint16_t point_len;     /**< octets of the ephemeral public key, 0 = none */
	uint8_t mac_len;        /**< octets of the MAC */
	const char *name;       /**< for sentences */
};

/** The scheme that goes with `key`; `hmac` 512 or less. NULL = the key encrypts nothing. */
const struct tug_wrap *tug_wrap_of(const struct tug_enc_key *key, unsigned hmac);
/** The scheme of a TLV type; NULL = none. */
const struct tug_wrap *tug_wrap_of_tlv(uint16_t tlv);
/** Octets a wrapped image key of `key_len` octets has. */
size_t tug_wrap_len(const struct tug_wrap *w, size_t key_len);
/** imgtool's name of the kind of key; "aes-kw" for a key encryption key. */
const char *tug_enc_key_name(const struct tug_enc_key *key);

/** Wrap an image key into out[tug_wrap_len()]. Errors: TUG_ECRYPTO. */
int tug_wrap_key(const struct tug_wrap *w, const struct tug_enc_key *key, struct tug_slice image_key, uint8_t out[TUG_WRAPPED_MAX]);

#endif
