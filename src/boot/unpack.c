/* SPDX-License-Identifier: Apache-2.0
 *
 * Compressed images in the overwrite modes: verifies what one decompresses to before anything is erased, and decompresses
 * it into the primary slot. Refuses to know how: the decompressor is a port. Called by
 * check.c and mode_overwrite.c through struct tug_boot_unpack_ops.
 */
#include <string.h>

#include <tug/image_packed.h>

#include "boot_priv.h"

static int unpack_size(struct boot *b, uint32_t *size)
{
	struct tug_packed_view v;
	int rc = tug_packed_view_open(&v, &b->img, b->cfg->unpack->port);

	*size = rc == TUG_OK ? v.total : 0u;
	return rc;
}

static enum tug_verdict unpack_verify(struct boot *b, const struct tug_verify_policy *policy, int *why)
{
	struct tug_packed_view v;
	struct tug_image plain;

	*why = tug_packed_view_open(&v, &b->img, b->cfg->unpack->port);
	if (*why == TUG_OK && v.total > policy->max_size) {
		*why = TUG_EIMGSIZE;
	}
	if (*why == TUG_OK) {
		*why = tug_image_open(&plain, &v.io, 0, boot_can(b));
	}
	return *why == TUG_OK ? tug_image_verify(&plain, b->cfg->crypto, policy, tug_buf_of(b->buf, sizeof(b->buf)), why)
			      : TUG_VERDICT_BAD;
}

static int unpack_copy(struct boot *b, uint32_t len)
{
	struct tug_packed_view v;
	int rc = tug_image_open(&b->img, &b->sec, 0, boot_can_take(b, &b->sec));

	if (rc == TUG_OK && b->cfg->enc != NULL) {
		rc = b->cfg->enc->ops->open(b); /* what was compressed was encrypted then */
	}
	if (rc == TUG_OK) {
		rc = tug_packed_view_open(&v, &b->img, b->cfg->unpack->port);
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

const struct tug_boot_unpack_ops tug_boot_compressed = {
	.size = unpack_size,
	.verify = unpack_verify,
	.copy = unpack_copy,
};
