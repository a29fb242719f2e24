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
	struct boot_decision d = { kind, type, false };

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

static struct boot_decision goes_on_with_primary(const struct boot_view *v)
{
	switch (v->records) {
	case BOOT_RECORDS_SOME:
		return make(BOOT_RESUME, (enum tug_swap_type)v->pri.swap_type);
	case BOOT_RECORDS_NONE:
		return make(BOOT_START, (enum tug_swap_type)v->pri.swap_type);
	case BOOT_RECORDS_WRONG:
	default:
		return make(BOOT_NOTHING, TUG_SWAP_NONE);
	}
}

static struct boot_decision goes_on_with_scratch(const struct boot_view *v, enum boot_kind kind)
{
	struct boot_decision d = make(kind, (enum tug_swap_type)v->scr.swap_type);

	d.from_scratch = true;
	return d;
}

/*
 * Three trailers. The mark in the secondary slot is erased after the first record: before that it says what is due,
 * and only a revert, which has none, must be found in scratch. While scratch tells of a swap, records in the primary
 * trailer may be what a torn erase has left of an old one: they count only behind a complete takeover.
 */
struct boot_decision boot_decide_scratch(const struct boot_view *v)
{
	enum tug_swap_type type = swap_type(v);
	bool began = boot_began(&v->pri);

	if (v->scr_sound && v->scr_holds && began && v->handed_over) {
		return goes_on_with_primary(v);
	}
	if (v->scr_sound && v->scr_holds && v->scr_records > 0) {
		return goes_on_with_scratch(v, BOOT_RESUME);
	}
	if (marked(&v->sec) && (v->scr_sound || !began || v->records != BOOT_RECORDS_SOME)) {
		return make(BOOT_FRESH, type);
	}
	if (v->scr_sound && !v->scr_holds) {
		return v->scr.swap_type == TUG_SWAP_REVERT ? goes_on_with_scratch(v, BOOT_START)
							   : make(BOOT_NOTHING, TUG_SWAP_NONE);
	}
	if (began) {
		return goes_on_with_primary(v);
	}
	return is_update((uint8_t)type) ? make(BOOT_FRESH, type) : make(BOOT_NOTHING, TUG_SWAP_NONE);
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
		return goes_on_with_primary(v);
	}
	return is_update((uint8_t)type) ? make(BOOT_FRESH, type) : make(BOOT_NOTHING, TUG_SWAP_NONE);
}
