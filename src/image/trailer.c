/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides where each field of an image trailer lies. Pure arithmetic over the geometry; refuses
 * to read or write. The geometry must have room for its own trailer. Any context.
 */
#include "image_priv.h"

static const uint8_t magic_8[TUG_TRAILER_MAGIC_LEN] = {
	0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f, 0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80,
};

/* Larger alignments carry the alignment itself in front. */
static const uint8_t magic_16[TUG_TRAILER_MAGIC_LEN] = {
	0x10, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f, 0x8a,
};

static const uint8_t magic_32[TUG_TRAILER_MAGIC_LEN] = {
	0x20, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f, 0x8a,
};

const uint8_t *tug_trailer_magic(uint8_t max_align)
{
	return max_align <= 8 ? magic_8 : max_align <= 16 ? magic_16 : magic_32;
}

uint32_t tug_trailer_magic_size(const struct tug_trailer_geo *g)
{
	return tug_align_up(TUG_TRAILER_MAGIC_LEN, g->max_align);
}

/* Octets of both image key cells. */
static uint32_t keys_size(const struct tug_trailer_geo *g)
{
	return g->key_size == 0 ? 0 : 2u * tug_align_up(g->key_size, g->max_align);
}

uint32_t tug_trailer_info_size(const struct tug_trailer_geo *g)
{
	uint32_t cells = g->tlv_sizes ? 5u : 4u;

	return cells * g->max_align + tug_trailer_magic_size(g) + keys_size(g);
}

uint32_t tug_trailer_size(const struct tug_trailer_geo *g)
{
	return (uint32_t)g->max_sectors * g->states * g->write_size + tug_trailer_info_size(g);
}

uint32_t tug_trailer_magic_off(const struct tug_trailer_geo *g)
{
	return tug_align_down(g->size - TUG_TRAILER_MAGIC_LEN, g->max_align);
}

uint32_t tug_trailer_image_ok_off(const struct tug_trailer_geo *g)
{
	return tug_trailer_magic_off(g) - g->max_align;
}

uint32_t tug_trailer_copy_done_off(const struct tug_trailer_geo *g)
{
	return tug_trailer_image_ok_off(g) - g->max_align;
}

uint32_t tug_trailer_swap_info_off(const struct tug_trailer_geo *g)
{
	return tug_trailer_copy_done_off(g) - g->max_align;
}

uint32_t tug_trailer_tlv_sizes_off(const struct tug_trailer_geo *g)
{
	return tug_trailer_swap_info_off(g) - g->max_align;
}

uint32_t tug_trailer_swap_size_off(const struct tug_trailer_geo *g)
{
	return (g->tlv_sizes ? tug_trailer_tlv_sizes_off(g) : tug_trailer_swap_info_off(g)) - g->max_align;
}

uint32_t tug_trailer_key_off(const struct tug_trailer_geo *g, unsigned which)
{
	return tug_trailer_swap_size_off(g) - (which + 1u) * tug_align_up(g->key_size, g->max_align);
}

uint32_t tug_trailer_status_off(const struct tug_trailer_geo *g)
{
	return g->size - tug_trailer_size(g);
}
