/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how large an image each update mode accepts. Pure arithmetic over slot sizes, sector
 * size and trailer geometry; refuses to know a device. Any context.
 */
#include "image_priv.h"

static uint32_t sub(uint32_t a, uint32_t b)
{
	return a > b ? a - b : 0;
}

static uint32_t min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* The status of the first group lives in scratch; when the trailer's first sector holds less of it
 * than scratch needs, the image must leave the difference free. */
static uint32_t max_scratch(const struct tug_trailer_geo *g, uint32_t slot, uint32_t sector)
{
	uint32_t scratch = (uint32_t)g->states * g->write_size + tug_trailer_info_size(g);
	uint32_t start = sub(slot, tug_trailer_size(g));

	if (start == 0 || sector == 0) {
		return start;
	}
	uint32_t in_first = tug_align_down(start, sector) + sector - start;
	return sub(start, sub(scratch, in_first));
}

/* Trailer rounded up to whole sectors, plus the spare sector the mode moves through. */
static uint32_t max_sectors(const struct tug_trailer_geo *g, uint32_t slot, uint32_t sector, uint32_t spare)
{
	if (sector == 0) {
		return 0;
	}
	uint32_t trailer = tug_align_up(tug_trailer_size(g), sector);
	return sub(sub(tug_align_down(slot, sector), trailer), spare);
}

uint32_t tug_max_image_size(enum tug_boot_mode mode, const struct tug_trailer_geo *g, uint32_t pri_size,
			    uint32_t sec_size, uint32_t sector)
{
	if (g->max_align == 0) {
		return 0;
	}
	/* swap_info and what lies above it stay free in every mode that keeps flags */
	uint32_t flags = 3u * g->max_align + tug_trailer_magic_size(g);

	switch (mode) {
	case TUG_MODE_SWAP_SCRATCH:
		return max_scratch(g, min(pri_size, sec_size), sector);
	case TUG_MODE_SWAP_MOVE:
		return min(max_sectors(g, pri_size, sector, sector), max_sectors(g, sec_size, sector, 0));
	case TUG_MODE_SWAP_OFFSET:
		return min(max_sectors(g, pri_size, sector, 0), max_sectors(g, sec_size, sector, sector));
	case TUG_MODE_OVERWRITE:
	case TUG_MODE_DIRECT_XIP:
	case TUG_MODE_DIRECT_XIP_REVERT:
	case TUG_MODE_RAM_LOAD:
		return sub(min(pri_size, sec_size), flags);
	case TUG_MODE_SINGLE:
	case TUG_MODE_SINGLE_RAM_LOAD:
	case TUG_MODE_FIRMWARE_LOADER:
		return sub(pri_size, tug_trailer_info_size(g));
	case TUG_MODE_UNKNOWN:
		break;
	}
	return 0;
}
