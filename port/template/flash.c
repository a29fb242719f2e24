/* SPDX-License-Identifier: Apache-2.0
 *
 * The flash driver of a board. Knows the chip's controller; refuses to know slots, images and trailers.
 * Called by boot and server through struct tug_flash, never from an interrupt.
 */
#include "template.h"

/* FILL IN: octets of the device and its write unit (1, 2, 4, 8, 16 or 32; with ECC the whole ECC word). */
#define FLASH_SIZE 0x80000u
#define WRITE_SIZE 4u

/* FILL IN: copy `len` octets from device offset `off`. Any alignment. */
static int flash_read(void *ctx, uint32_t off, void *dst, size_t len)
{
	(void)ctx;
	(void)off;
	(void)dst;
	(void)len;
	return TUG_ENOTIMPL;
}

/* FILL IN: program; refuse what is not on the write unit (TUG_EALIGN) or outside (TUG_EBOUNDS); return when it is done. */
static int flash_write(void *ctx, uint32_t off, const void *src, size_t len)
{
	(void)ctx;
	(void)off;
	(void)src;
	(void)len;
	return TUG_ENOTIMPL;
}

/* FILL IN: erase whole sectors; refuse anything else; return when it is done. */
static int flash_erase(void *ctx, uint32_t off, uint32_t len)
{
	(void)ctx;
	(void)off;
	(void)len;
	return TUG_ENOTIMPL;
}

/* FILL IN: the sector that holds `off`; with one sector size: off rounded down, and that size. */
static int flash_sector_at(void *ctx, uint32_t off, struct tug_flash_sector *out)
{
	(void)ctx;
	(void)off;
	(void)out;
	return TUG_ENOTIMPL;
}

static const struct tug_flash_ops flash_ops = { flash_read, flash_write, flash_erase, flash_sector_at };

const struct tug_flash tug_template_flash = {
	.ops = &flash_ops,
	.ctx = NULL, /* FILL IN: the driver's own state, if it has any */
	.size = FLASH_SIZE,
	.write_size = WRITE_SIZE,
	.erased = 0xff,
};
