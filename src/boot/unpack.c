/* SPDX-License-Identifier: Apache-2.0
 *
 * Compressed images in the overwrite modes: verifies what one decompresses to before anything is erased, and decompresses
 * it into the primary slot. Refuses to know how: the decompressor is a port. Called by check.c and mode_overwrite.c.
 */
#include <string.h>

#include <tug/image_packed.h>

#include "boot_priv.h"

/* The plain image must come to lie where it runs, and nothing needs to come back from there. */
static bool overwrites(const struct boot *b)
{
	return b->cfg->mode->number == TUG_MODE_OVERWRITE;
}

uint32_t boot_can_take(const struct boot *b, const struct tug_io *io)
{
	bool packed = io == &b->sec && b->cfg->decompress != NULL && overwrites(b);

	return boot_can(b) | (packed ? TUG_IMG_CAN_COMPRESSED : 0u);
}

bool boot_is_packed(const struct boot *b)
{
	return b->img.io != &b->pri && tug_image_is_packed(&b->img.hdr);
}

void boot_say_packed(struct boot *b)
{
	struct tug_image img;

	if (tug_image_open_hdr(&img, &b->sec, 0, TUG_IMG_CAN_ENCRYPTED | TUG_IMG_CAN_COMPRESSED) != TUG_OK || !tug_image_is_packed(&img.hdr)) {
		return;
	}
	boot_log(b, TUG_LOG_ERR,
		 !overwrites(b)              ? "Image 0: the secondary image is compressed; only an overwrite mode takes those"
		 : b->cfg->decompress == NULL ? "Image 0: the secondary image is compressed; there is no decompressor"
						      : "Image 0: the secondary image is compressed in a way that cannot be taken");
}

int boot_unpacked_size(struct boot *b, uint32_t *size)
{
	struct tug_packed_view v;
	int rc = tug_packed_view_open(&v, &b->img, b->cfg->decompress);

	*size = rc == TUG_OK ? v.total : 0u;
	return rc;
}

enum tug_verdict boot_verify_unpacked(struct boot *b, const struct tug_verify_policy *policy, int *why)
{
	struct tug_packed_view v;
	struct tug_image plain;

	*why = tug_packed_view_open(&v, &b->img, b->cfg->decompress);
	if (*why == TUG_OK && v.total > policy->max_size) {
		*why = TUG_EIMGSIZE;
	}
	if (*why == TUG_OK) {
		*why = tug_image_open(&plain, &v.io, 0, boot_can(b));
	}
	return *why == TUG_OK ? tug_image_verify(&plain, b->cfg->crypto, policy, tug_buf_of(b->buf, sizeof(b->buf)), why)
			      : TUG_VERDICT_BAD;
}

int boot_unpack(struct boot *b, uint32_t len)
{
	struct tug_packed_view v;
	int rc = tug_image_open(&b->img, &b->sec, 0, boot_can_take(b, &b->sec));

	if (rc == TUG_OK && b->cfg->enc != NULL) {
		rc = b->cfg->enc->ops->open(b); /* what was compressed was encrypted then */
	}
	if (rc == TUG_OK) {
		rc = tug_packed_view_open(&v, &b->img, b->cfg->decompress);
	}
	for (uint32_t at = 0; rc == TUG_OK && at < len;) {
		uint32_t n = len - at < TUG_BOOT_CHUNK ? len - at : TUG_BOOT_CHUNK;
		uint32_t left = at < v.total ? v.total - at : 0u, have = n < left ? n : left;

		memset(b->buf, b->pri.erased, n);
		rc = v.io.read_at(v.io.ctx, at, b->buf, have);
		if (rc == TUG_OK) {
			rc = tug_flash_write(&b->cfg->pri, at, b->buf, n);
		}
		boot_feed(b);
		at += n;
	}
	return rc;
}
