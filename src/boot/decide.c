/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides from two trailers and the presence of status records what a boot has to do. Pure: knows no flash, no
 * image and no mode but "swaps or not". Called by boot.c and its unit test.
 */
#include "boot_priv.h"

static bool is_update(uint8_t type)
{
	return type == TUG_SWAP_TEST || type == TUG_SWAP_PERM || type == TUG_SWAP_REVERT;
}

bool boot_began(const struct tug_trailer *pri)
{
	return pri->magic == TUG_GOOD && pri->copy_done == TUG_UNSET && is_update(pri->swap_type);
}

/*
 * The secondary trailer still counts as the mark of an update. A good magic beside a flag that is neither set nor
 * erased is what a torn erase of that trailer leaves: then it does not.
 */
static bool marked(const struct tug_trailer *sec)
{
	return sec->magic == TUG_GOOD && sec->image_ok != TUG_BAD;
}

/*
 * A revert begins by giving the secondary trailer a permanent mark of its own, so that a cut cannot strand the
 * device on the image to be left. That mark alone carries a swap size and no swap type: applications write it the
 * other way round.
 */
static bool is_revert_mark(const struct tug_trailer *sec)
{
	return sec->swap_type == TUG_SWAP_NONE && sec->swap_size != UINT32_MAX && sec->swap_size != 0;
}

static enum tug_swap_type swap_type(const struct boot_view *v)
{
	struct tug_trailer pri = v->pri;
	enum tug_swap_type type;

	/* copy_done is written when all is copied: torn, it says the same, and the revert must not be lost with it */
	if (pri.copy_done == TUG_BAD) {
		pri.copy_done = TUG_GOOD;
	}
	type = tug_swap_type_of(&pri, &v->sec, false);
	if (type == TUG_SWAP_PERM && is_revert_mark(&v->sec)) {
		type = TUG_SWAP_REVERT;
	}
	return type;
}

static struct boot_decision make(enum boot_kind kind, enum tug_swap_type type)
{
	struct boot_decision d = { kind, type };

	return d;
}

/*
 * The update that the primary trailer tells of goes on. While the secondary trailer still holds its mark it does so
 * only where the two disagree: then the erase of that mark was torn, after the primary trailer was complete. An old
 * primary trailer whose own erase was torn has records left, or another amount.
 */
static bool goes_on(const struct boot_view *v, enum tug_swap_type marked_type)
{
	if (!boot_began(&v->pri)) {
		return false;
	}
	if (!marked(&v->sec)) {
		return true;
	}
	return v->records == BOOT_RECORDS_NONE && v->same_amount && v->pri.swap_type != (uint8_t)marked_type;
}

struct boot_decision boot_decide(const struct boot_view *v)
{
	enum tug_swap_type type;

	if (!v->swaps) {
		/* overwriting keeps no old image: there is nothing to go back to, and no mark that would survive a cut */
		type = tug_swap_type_of(&v->pri, &v->sec, false);
		return type == TUG_SWAP_TEST || type == TUG_SWAP_PERM ? make(BOOT_FRESH, type)
								      : make(BOOT_NOTHING, TUG_SWAP_NONE);
	}
	type = swap_type(v);
	if (goes_on(v, type)) {
		if (v->records == BOOT_RECORDS_WRONG) {
			return make(BOOT_NOTHING, TUG_SWAP_NONE);
		}
		return make(v->records == BOOT_RECORDS_SOME ? BOOT_RESUME : BOOT_START,
			    (enum tug_swap_type)v->pri.swap_type);
	}
	return is_update((uint8_t)type) ? make(BOOT_FRESH, type) : make(BOOT_NOTHING, TUG_SWAP_NONE);
}
