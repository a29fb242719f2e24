/* SPDX-License-Identifier: Apache-2.0
 *
 * The cheap cipher of the sweeps, images made for it, and the search for plaintext. Called by sweep.c; allocates and
 * aborts when memory is out.
 */
#include "cipher.h"

#include <stdlib.h>
#include <string.h>

#include <tug/image_enc.h>

#define KEY 16u
#define SEAL 8u /* octets behind the wrapped key that tell a wrong one */
#define RUN 24u /* octets in a row that no ciphertext has by chance */

static const uint8_t kek[KEY] = { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 6 };

static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdu;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53u;
	return x ^ x >> 33;
}

static int cheap_ctr(struct tug_slice key, const uint8_t counter[16], uint8_t *data, size_t len)
{
	uint64_t k = 1;
	uint64_t block = 0;

	for (size_t i = 0; i < key.len; i++) {
		k = mix(k + key.p[i]);
	}
	for (size_t i = 0; i < 16; i++) {
		block = block << 8 ^ counter[i];
	}
	for (size_t i = 0; i < len; i += 8) {
		uint64_t stream = mix(k ^ mix((block + i / 16u) * 2u + i % 16u / 8u));

		for (size_t n = 0; n < 8 && i + n < len; n++) {
			data[i + n] ^= (uint8_t)(stream >> n * 8u);
		}
	}
	return TUG_OK;
}

/* Wrapped: key ^ kek, then eight octets that depend on the key. */
static void seal_of(const uint8_t *key, uint8_t out[SEAL])
{
	static const uint8_t counter[16] = { 1 };

	memset(out, 0, SEAL);
	(void)cheap_ctr(tug_slice_of(key, KEY), counter, out, SEAL);
}

static int cheap_unwrap(struct tug_slice wrapping, struct tug_slice in, uint8_t *out)
{
	uint8_t seal[SEAL];

	for (size_t i = 0; i < KEY; i++) {
		out[i] = in.p[i] ^ wrapping.p[i];
	}
	seal_of(out, seal);
	return memcmp(seal, in.p + KEY, SEAL) == 0 ? TUG_OK : TUG_ENOKEY;
}

static const struct tug_crypto_enc cheap = { .aes_ctr = cheap_ctr, .aes_kw_unwrap = cheap_unwrap };
static const struct tug_boot_enc cheap_enc = {
	&tug_boot_encrypted, { &cheap, TUG_TLV_ENC_KW, { kek, KEY } }, false,
};

static void *need(void *p)
{
	if (p == NULL) {
		abort();
	}
	return p;
}

/* A copy with its payload turned over; octets that are no encrypted image are copied as they are. */
static struct test_image sealed(const struct test_image *plain)
{
	struct test_image out = { need(malloc(plain->len)), plain->len };
	struct tug_slice octets = tug_slice_of(out.bytes, out.len);
	struct tug_io io = tug_io_of_slice(&octets);
	struct tug_image img;
	struct tug_image_key key;

	memcpy(out.bytes, plain->bytes, plain->len);
	if (tug_image_open(&img, &io, 0, TUG_IMG_CAN_ENCRYPTED) == TUG_OK &&
	    tug_image_key_open(&img, &cheap_enc.enc, &key) == TUG_OK && key.len != 0) {
		(void)tug_image_crypt_at(&cheap, &key, &img.hdr, 0, out.bytes, out.len);
	}
	return out;
}

void cipher_setup(struct world *w)
{
	w->cfg.enc = &cheap_enc;
	w->sealed = sealed;
}

void cipher_mark(struct test_image *img, uint8_t seed)
{
	struct tug_slice octets;
	struct tug_io io;
	struct tug_image open;
	uint64_t scratch[64];
	uint8_t *p;

	img->bytes = need(realloc(img->bytes, img->len + CIPHER_TLV));
	p = img->bytes + img->len;
	img->len += CIPHER_TLV;
	tug_put_le32(img->bytes + 16, TUG_IMG_F_ENC_AES128);
	tug_put_le16(p, TUG_TLV_ENC_KW);
	tug_put_le16(p + 2, KEY + SEAL);
	for (uint8_t i = 0; i < KEY; i++) {
		p[4 + i] = (uint8_t)(seed * 16u + i);
	}
	seal_of(p + 4, p + 4 + KEY);
	for (size_t i = 0; i < KEY; i++) {
		p[4 + i] ^= kek[i];
	}
	/* the unprotected area: 4 octets of info, then the digest's TLV */
	p = img->bytes + img->len - CIPHER_TLV - 40u;
	tug_put_le16(p + 2, 40u + CIPHER_TLV);
	octets = tug_slice_of(img->bytes, img->len);
	io = tug_io_of_slice(&octets);
	if (tug_image_open(&open, &io, 0, TUG_IMG_CAN_ENCRYPTED) != TUG_OK ||
	    tug_image_hash(&open, &tug_crypto_hashonly, TUG_SHA256, tug_buf_of(scratch, sizeof(scratch)), p + 8) != TUG_OK) {
		abort();
	}
}

bool cipher_leaks(const struct world *w, const struct tug_flash_area *a, uint32_t from, uint32_t to)
{
	const uint8_t *p = &tug_sim_flash_bytes(w->flash)[a->off];
	uint32_t old = 0;
	uint32_t new_one = 0;

	for (uint32_t i = from + 1u; i < to; i++) {
		uint8_t step = (uint8_t)(p[i] - p[i - 1u]);

		old = step == 31u ? old + 1u : 0u;
		new_one = step == 17u ? new_one + 1u : 0u;
		if (old >= RUN || new_one >= RUN) {
			return true;
		}
	}
	return false;
}
