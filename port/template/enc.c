/* SPDX-License-Identifier: Apache-2.0
 *
 * What encrypted images need of a board's library. Leave the file out when there are none. Refuses to know images.
 */
#include "template.h"

/* FILL IN: XOR with the AES-CTR stream; the counter is the whole block, big-endian. */
static int aes_ctr(struct tug_slice key, const uint8_t counter[16], uint8_t *data, size_t len)
{
	(void)key;
	(void)counter;
	(void)data;
	(void)len;
	return TUG_ENOTIMPL;
}

/* FILL IN for the ECIES schemes: HMAC-SHA-256, and HMAC-SHA-512 for TUG_TLV_ENC_X25519_512. */
static int hmac(enum tug_hash_alg alg, struct tug_slice key, struct tug_slice msg, uint8_t *out)
{
	(void)alg;
	(void)key;
	(void)msg;
	(void)out;
	return TUG_ENOTIMPL;
}

/* FILL IN the one scheme you use, and put NULL for the others. */
static int ecdh_p256(struct tug_slice key, const uint8_t peer[TUG_P256_POINT], uint8_t out[32])
{
	(void)key;
	(void)peer;
	(void)out;
	return TUG_ENOTIMPL;
}

static int x25519(struct tug_slice key, const uint8_t peer[32], uint8_t out[32])
{
	(void)key;
	(void)peer;
	(void)out;
	return TUG_ENOTIMPL;
}

static int rsa_oaep(struct tug_slice key, struct tug_slice in, struct tug_buf *out)
{
	(void)key;
	(void)in;
	out->len = 0;
	return TUG_ENOTIMPL;
}

static int aes_kw_unwrap(struct tug_slice kek, struct tug_slice in, uint8_t *out)
{
	(void)kek;
	(void)in;
	(void)out;
	return TUG_ENOTIMPL;
}

const struct tug_crypto_enc tug_crypto_enc_template = { aes_ctr, hmac, ecdh_p256, x25519, rsa_oaep, aes_kw_unwrap };
