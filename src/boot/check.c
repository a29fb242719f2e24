/* SPDX-License-Identifier: Apache-2.0
 *
 * Says what a slot holds: an image that verifies, none, one that does not, or "could not be read". Refuses to act
 * on it. Called by boot.c and the update modes.
 */
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

enum boot_slot boot_check(struct boot *b, const struct tug_io *io, int *why)
{
	struct tug_verify_policy policy = b->cfg->verify;
	enum tug_verdict verdict;

	*why = tug_image_open_hdr(&b->img, io, 0, 0);
	if (*why == TUG_OK && (b->img.hdr.flags & TUG_IMG_F_NON_BOOTABLE) != 0) {
		*why = TUG_EERASED;
	}
	if (*why == TUG_OK) {
		*why = tug_image_open(&b->img, io, 0, 0);
	}
	if (*why != TUG_OK) {
		return slot_of_error(*why);
	}
	policy.max_size = b->limit;
	verdict = tug_image_verify(&b->img, b->cfg->crypto, &policy, tug_buf_of(b->buf, sizeof(b->buf)), why);
	if (verdict == TUG_VERDICT_GOOD && *why == TUG_OK) {
		return BOOT_SLOT_GOOD;
	}
	if (*why == TUG_OK) {
		*why = TUG_EINTERNAL; /* a verdict that is neither: never boot, never erase */
	}
	return slot_of_error(*why);
}

uint32_t boot_image_size(struct boot *b, const struct tug_io *io)
{
	return tug_image_open(&b->img, io, 0, 0) == TUG_OK ? b->img.total : 0u;
}

bool boot_is_downgrade(struct boot *b)
{
	struct tug_version pri;

	if (tug_image_open_hdr(&b->img, &b->pri, 0, 0) != TUG_OK) {
		return false; /* nothing there to be newer */
	}
	pri = b->img.hdr.version;
	if (tug_image_open_hdr(&b->img, &b->sec, 0, 0) != TUG_OK) {
		return true; /* was verified a moment ago: something is wrong, so do not go on */
	}
	return tug_version_cmp(&b->img.hdr.version, &pri, false) < 0;
}
