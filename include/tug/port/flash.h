/* SPDX-License-Identifier: Apache-2.0
 *
 * Port contract: flash. A device gives read, write, erase and its sector map; an area is a
 * window on a device (a slot, scratch). Calls block; never from an interrupt.
 */
#ifndef TUG_PORT_FLASH_H
#define TUG_PORT_FLASH_H

#include <tug/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One erase unit. */
struct tug_flash_sector {
	uint32_t off;  /**< octets from the start of the device (area calls: of the area) */
	uint32_t size; /**< octets */
};

/** What a flash driver provides. Each returns TUG_OK or a negative error of the port band. */
struct tug_flash_ops {
	/** Read `len` octets at device offset `off`; any alignment. */
	int (*read)(void *ctx, uint32_t off, void *dst, size_t len);
	/** Program `len` octets; `off` and `len` are multiples of write_size; the octets are erased. */
	int (*write)(void *ctx, uint32_t off, const void *src, size_t len);
	/** Erase; `off` and `len` cover whole sectors. Power: cut in the middle leaves any content. */
	int (*erase)(void *ctx, uint32_t off, uint32_t len);
	/** The sector that holds `off`. TUG_EBOUNDS outside the device. */
	int (*sector_at)(void *ctx, uint32_t off, struct tug_flash_sector *out);
};

/** A flash device. */
struct tug_flash {
	const struct tug_flash_ops *ops; /**< driver */
	void *ctx;                       /**< passed to the driver */
	uint32_t size;                   /**< octets */
	uint8_t write_size;              /**< write unit in octets: 1, 2, 4, 8, 16 or 32 */
	uint8_t erased;                  /**< value of an erased octet: 0xff or 0x00 */
};

/** A window on a flash device; starts and ends on sector edges. */
struct tug_flash_area {
	const struct tug_flash *dev; /**< device */
	uint32_t off;                /**< start on the device */
	uint32_t size;               /**< octets */
	uint8_t id;                  /**< area id: 1 primary, 2 secondary, 3 scratch (by convention) */
};

/** Read from an area. Errors: TUG_EBOUNDS, those of the driver. */
int tug_flash_read(const struct tug_flash_area *a, uint32_t off, void *dst, size_t len);
/** Write to an area. Errors: TUG_EBOUNDS, TUG_EALIGN, those of the driver. */
int tug_flash_write(const struct tug_flash_area *a, uint32_t off, const void *src, size_t len);
/** Erase sectors of an area, one driver call per sector, forwards. Errors: TUG_EBOUNDS, TUG_EALIGN, driver. */
int tug_flash_erase(const struct tug_flash_area *a, uint32_t off, uint32_t len);
/** The sector of an area that holds `off`, offsets relative to the area. Errors: TUG_EBOUNDS, driver. */
int tug_flash_sector_at(const struct tug_flash_area *a, uint32_t off, struct tug_flash_sector *out);

#ifdef __cplusplus
}
#endif
#endif
