/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides what two trailers ask the bootloader to do: the swap-type table, first match wins.
 * Refuses to look at images, versions or flash. Pure; any context.
 */
#include <tug/trailer.h>

#define ANY 0

struct row {
	bool offset_only;                /* swap-offset bootloaders only */
	uint8_t pri_magic, sec_magic;    /* enum tug_tri, ANY = not looked at */
	uint8_t pri_ok, sec_ok;          /* image_ok */
	uint8_t pri_done, sec_done;      /* copy_done */
	enum tug_swap_type type;
};

/* Source: docs/image.md, swap types */
static const struct row rows[] = {
	{ true, ANY, TUG_GOOD, ANY, TUG_UNSET, ANY, TUG_GOOD, TUG_SWAP_REVERT },
	{ false, ANY, TUG_GOOD, ANY, TUG_UNSET, ANY, ANY, TUG_SWAP_TEST },
	{ false, ANY, TUG_GOOD, ANY, TUG_GOOD, ANY, ANY, TUG_SWAP_PERM },
	{ false, TUG_GOOD, ANY, TUG_UNSET, ANY, TUG_GOOD, ANY, TUG_SWAP_REVERT },
};

static bool matches(uint8_t want, enum tug_tri is)
{
	return want == ANY || want == (uint8_t)is;
}

enum tug_swap_type tug_swap_type_of(const struct tug_trailer *pri, const struct tug_trailer *sec, bool offset_mode)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];

		if (r->offset_only && !offset_mode) {
			continue;
		}
		if (matches(r->pri_magic, pri->magic) && matches(r->sec_magic, sec->magic) &&
		    matches(r->pri_ok, pri->image_ok) && matches(r->sec_ok, sec->image_ok) &&
		    matches(r->pri_done, pri->copy_done) && matches(r->sec_done, sec->copy_done)) {
			return r->type;
		}
	}
	return TUG_SWAP_NONE;
}
