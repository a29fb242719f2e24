/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides which octets of an image are hashed and feeds them to the crypto port piece by piece.
 * Refuses to know algorithms and keys. Blocks as long as the medium and the port do.
 */
#include "image_priv.h"

#define SCRATCH_MIN 64u

static int feed(const struct tug_image *img, const struct tug_crypto *c, struct tug_hash_ctx *h, struct tug_buf scratch)
{
	uint32_t piece = scratch.cap > UINT32_MAX ? UINT32_MAX : (uint32_t)scratch.cap;

	for (uint32_t off = 0; off < img->unprot_off;) {
		uint32_t n = img->unprot_off - off < piece ? img->unprot_off - off : piece;
		int rc = tug_image_read(img->io, img->base, off, scratch.p, n);

		if (rc == TUG_OK) {
			rc = c->hash_update(h, scratch.p, n);
		}
		if (rc != TUG_OK) {
			return rc;
		}
		off += n;
	}
	return TUG_OK;
}

int tug_image_hash(const struct tug_image *img, const struct tug_crypto *c, enum tug_hash_alg alg,
		   struct tug_buf scratch, uint8_t *out)
{
	struct tug_hash_ctx h;
	int rc;

	if (scratch.cap < SCRATCH_MIN) {
		return TUG_ENOSPACE;
	}
	rc = c->hash_init(&h, alg);
	if (rc != TUG_OK) {
		return rc;
	}
	rc = feed(img, c, &h, scratch);
	if (rc != TUG_OK) {
		c->hash_abort(&h);
		return rc;
	}
	return c->hash_final(&h, out);
}
