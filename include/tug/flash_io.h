/* SPDX-License-Identifier: Apache-2.0
 *
 * Joins a flash area (port/flash.h) to the read-at / write-at callbacks that image.h and
 * trailer.h use. Header only, so that boot and server share it without a layer between them.
 */
#ifndef TUG_FLASH_IO_H
#define TUG_FLASH_IO_H

#include <tug/image.h>
#include <tug/port/flash.h>

#ifdef __cplusplus
extern "C" {
#endif

/** tug_io read callback over a struct tug_flash_area. Errors: those of tug_flash_read. */
static inline int tug_flash_io_read(void *ctx, uint32_t off, void *dst, size_t len)
{
	return tug_flash_read((const struct tug_flash_area *)ctx, off, dst, len);
}

/** tug_io write callback over a struct tug_flash_area. Errors: those of tug_flash_write. */
static inline int tug_flash_io_write(void *ctx, uint32_t off, const void *src, size_t len)
{
	return tug_flash_write((const struct tug_flash_area *)ctx, off, src, len);
}

/** A tug_io over `a`. Borrows `a` while the io is used. */
static inline struct tug_io tug_io_of_area(const struct tug_flash_area *a)
{
	struct tug_io io;

	io.read_at = tug_flash_io_read;
	io.write_at = tug_flash_io_write;
	io.ctx = (void *)(uintptr_t)a; /* the callbacks only read the area's description */
	io.size = a->size;
	io.write_size = a->dev->write_size;
	io.erased = a->dev->erased;
	return io;
}

#ifdef __cplusplus
}
#endif
#endif
