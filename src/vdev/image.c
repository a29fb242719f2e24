/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes the images a virtual device has when none are given: header, payload, digest TLV. Refuses to sign (that needs
 * the private half) and to know where images lie. Called by preset.c.
 */
#include <stdlib.h>
#include <string.h>

#include "vdev_priv.h"

#define HDR_SIZE 0x200u
/* info, one entry head, SHA-256 */
#define TLV_SIZE (4u + 4u + 32u)

static int digest_of(const struct tug_crypto *c, const uint8_t *p, size_t len, uint8_t out[32])
{
	struct tug_hash_ctx h;
	int rc = c->hash_init(&h, TUG_SHA256);

	if (rc != TUG_OK) {
		return rc;
	}
	rc = c->hash_update(&h, p, len);
	if (rc != TUG_OK) {
		c->hash_abort(&h);
		return rc;
	}
	return c->hash_final(&h, out);
}

uint8_t *vdev_image_make(const struct tug_crypto *c, uint32_t total, uint32_t seed, const struct tug_version *version)
{
	uint32_t payload = total - HDR_SIZE - TLV_SIZE;
	struct tug_image_hdr hdr = { .magic = TUG_IMAGE_MAGIC, .hdr_size = HDR_SIZE, .img_size = payload,
				     .version = *version };
	uint8_t *p = total > HDR_SIZE + TLV_SIZE ? calloc(1, total) : NULL;
	uint8_t *tlv;
	struct tug_dice dice;
	uint32_t i;

	if (p == NULL) {
		return NULL;
	}
	tug_image_hdr_encode(&hdr, p);
	tug_dice_seed(&dice, seed);
	for (i = 0; i < payload; i++) {
		p[HDR_SIZE + i] = (uint8_t)tug_dice_next(&dice);
	}
	tlv = &p[HDR_SIZE + payload];
	tug_put_le16(&tlv[0], TUG_TLV_MAGIC);
	tug_put_le16(&tlv[2], TLV_SIZE);
	tug_put_le16(&tlv[4], TUG_TLV_SHA256);
	tug_put_le16(&tlv[6], 32);
	if (digest_of(c, p, HDR_SIZE + payload, &tlv[8]) != TUG_OK) {
		free(p);
		return NULL;
	}
	return p;
}
