/* SPDX-License-Identifier: Apache-2.0
 *
 * Says what a slot holds: an image that verifies, none, one that does not, or "could not be read". Refuses to act
 * on it. Called by boot.c and the update modes.
 */
#include <tug/image_packed.h>

#include "boot_priv.h"

/* A wrong image may be erased; a slot that could not be read must not be. */
static enum boot_slot slot_of_error(int err)
{
	if (err == TUG_EERASED) {
		return BOOT_SLOT_EMPTY;
	}
	/* malformed, refused, or lengths that lead out of the slot: facts about the image */
	if ((err <= TUG_ETRUNC && err > TUG_EIO) || err == TUG_EBOUNDS) {
		return BOOT_SLOT_BAD;
	}
	return BOOT_SLOT_UNKNOWN;
}

uint32_t boot_can(const struct boot *b)
{
	return b->cfg->enc != NULL ? TUG_IMG_CAN_ENCRYPTED : 0u;
}

/* What was swapped out could not be compressed again: only modes that keep nothing take compressed images. */
uint32_t boot_can_take(const struct boot *b, const struct tug_io *io)
{
	bool packed = io == &b->sec && b->cfg->unpack != NULL && b->cfg->mode->number == TUG_MODE_OVERWRITE;

	return boot_can(b) | (packed ? TUG_IMG_CAN_COMPRESSED : 0u);
}

bool boot_is_packed(const struct boot *b)
{
	return b->img.io != &b->pri && tug_image_is_packed(&b->img.hdr);
}

/* The secondary image needs what this bootloader was not built with. */
static void say_packed(struct boot *b)
{
	struct tug_image img;

	if (tug_image_open_hdr(&img, &b->sec, 0, TUG_IMG_CAN_ENCRYPTED | TUG_IMG_CAN_COMPRESSED) == TUG_OK &&
	    tug_image_is_packed(&img.hdr)) {
		boot_log(b, TUG_LOG_ERR, "Image 0: compressed images are not taken in this mode, or without a decompressor");
	}
}

enum boot_slot boot_check(struct boot *b, const struct tug_io *io, int *why)
{
	struct tug_verify_policy policy = b->cfg->verify;
	enum tug_verdict verdict;

	*why = tug_image_open_hdr(&b->img, io, 0, boot_can_take(b, io));
	if (*why == TUG_OK && (b->img.hdr.flags & TUG_IMG_F_NON_BOOTABLE) != 0) {
		*why = TUG_EERASED;
	}
	if (*why == TUG_OK) {
		*why = tug_image_open(&b->img, io, 0, boot_can_take(b, io));
	}
	if (*why == TUG_OK && io == &b->sec && b->cfg->enc != NULL) {
		*why = b->cfg->enc->ops->open(b); /* digest and signature are over plaintext */
	}
	if (*why == TUG_EFLAGS && io == &b->sec) {
		say_packed(b);
	}
	if (*why != TUG_OK) {
		return slot_of_error(*why);
	}
	policy.max_size = b->limit;
	verdict = tug_image_verify(&b->img, b->cfg->crypto, &policy, tug_buf_of(b->buf, sizeof(b->buf)), why);
	if (verdict == TUG_VERDICT_GOOD && *why == TUG_OK && boot_is_packed(b)) {
		verdict = b->cfg->unpack->ops->verify(b, &policy, why);
		if (*why != TUG_OK) {
			boot_log(b, TUG_LOG_ERR, "Image 0: what the compressed image decompresses to is not valid");
		}
	}
	if (verdict == TUG_VERDICT_GOOD && *why == TUG_OK) {
		return BOOT_SLOT_GOOD;
	}
	if (*why == TUG_OK) {
		*why = TUG_EINTERNAL; /* a verdict that is neither: never boot, never erase */
	}
	return slot_of_error(*why);
}

/* No image, or a broken one, has no size and no version; one that could not be read is an error. */
static int only_io(int err)
{
	return err == TUG_OK || slot_of_error(err) != BOOT_SLOT_UNKNOWN ? TUG_OK : err;
}

int boot_image_size(struct boot *b, const struct tug_io *io, uint32_t *size)
{
	int err = tug_image_open(&b->img, io, 0, boot_can_take(b, io));

	*size = err == TUG_OK ? b->img.total : 0u;
	b->packed = err == TUG_OK && boot_is_packed(b);
	if (b->packed) {
		err = b->cfg->unpack->ops->size(b, size);
	}
	return only_io(err);
}

int boot_is_downgrade(struct boot *b, bool *older)
{
	struct tug_version sec;
	int err = tug_image_open_hdr(&b->img, &b->sec, 0, boot_can_take(b, &b->sec));

	*older = false;
	if (err != TUG_OK) {
		return err; /* it verified a moment ago */
	}
	sec = b->img.hdr.version;
	err = tug_image_open_hdr(&b->img, &b->pri, 0, boot_can(b));
	if (err == TUG_OK) {
		*older = tug_version_cmp(&sec, &b->img.hdr.version, false) < 0;
	}
	return only_io(err);
}
