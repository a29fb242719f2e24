/* SPDX-License-Identifier: Apache-2.0
 *
 * The image trailer at the end of a slot, the swap-type table over two trailers, and what an
 * application writes there: set pending, confirm. Boot, server and application share it.
 */
#ifndef TUG_TRAILER_H
#define TUG_TRAILER_H

#include <tug/image.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Geometry of a trailer. Fixed per build of the bootloader; both slots share it but `size`. */
struct tug_trailer_geo {
	uint32_t size;        /**< octets of the area (E) */
	uint16_t max_sectors; /**< BOOT_MAX_IMG_SECTORS */
	uint8_t max_align;    /**< BOOT_MAX_ALIGN: 8, 16 or 32 (A) */
	uint8_t write_size;   /**< spacing of status records (BOOT_WRITE_SZ) */
	uint8_t states;       /**< status records per sector: 3; 2 = swap-offset; 0 = none (S) */
	bool tlv_sizes;       /**< swap-offset: the extra field is there */
	uint8_t key_size;     /**< octets of one stored image key cell, 0 = no encryption (K before alignment) */
};

/** Octets of the aligned magic (M). */
uint32_t tug_trailer_magic_size(const struct tug_trailer_geo *g);
/** Octets of the info part (everything but the status area). */
uint32_t tug_trailer_info_size(const struct tug_trailer_geo *g);
/** Octets of the whole trailer. */
uint32_t tug_trailer_size(const struct tug_trailer_geo *g);
/** Offsets from the start of the area: magic cell (the 16 octets themselves end the area). */
uint32_t tug_trailer_magic_off(const struct tug_trailer_geo *g);
/** Offset of image_ok. */
uint32_t tug_trailer_image_ok_off(const struct tug_trailer_geo *g);
/** Offset of copy_done. */
uint32_t tug_trailer_copy_done_off(const struct tug_trailer_geo *g);
/** Offset of swap_info. */
uint32_t tug_trailer_swap_info_off(const struct tug_trailer_geo *g);
/** Offset of swap_size. */
uint32_t tug_trailer_swap_size_off(const struct tug_trailer_geo *g);
/** Offset of a stored image key, `which` 0 = the primary image's, 1 = the secondary image's; needs key_size. */
uint32_t tug_trailer_key_off(const struct tug_trailer_geo *g, unsigned which);
/** Offset of the status area = start of the trailer. */
uint32_t tug_trailer_status_off(const struct tug_trailer_geo *g);
/** Offset of the TLV-sizes field (swap-offset only). */
uint32_t tug_trailer_tlv_sizes_off(const struct tug_trailer_geo *g);

/** The 16 octets of the magic for `max_align`. */
const uint8_t *tug_trailer_magic(uint8_t max_align);

/** Decoded state of magic or of a flag. Numbers as MCUboot prints them. */
enum tug_tri {
	TUG_GOOD = 1,  /**< magic equal, flag 0x01 ("set") */
	TUG_BAD = 2,   /**< anything else */
	TUG_UNSET = 3, /**< erased */
};

/** Swap types, numbers as MCUboot prints and stores them. */
enum tug_swap_type {
	TUG_SWAP_NONE = 1,   /**< nothing to do */
	TUG_SWAP_TEST = 2,   /**< swap, revert unless confirmed */
	TUG_SWAP_PERM = 3,   /**< swap and stay */
	TUG_SWAP_REVERT = 4, /**< swap back */
	TUG_SWAP_FAIL = 5,   /**< image to be swapped in is invalid */
	TUG_SWAP_PANIC = 0xff, /**< trailer cannot be read or written */
};

/** A trailer as read. */
struct tug_trailer {
	enum tug_tri magic;      /**< magic */
	enum tug_tri image_ok;   /**< image_ok flag */
	enum tug_tri copy_done;  /**< copy_done flag */
	uint8_t swap_type;       /**< from swap_info: enum tug_swap_type; NONE when unset or invalid */
	uint8_t image_num;       /**< from swap_info */
	uint32_t swap_size;      /**< octets to swap; all erased octets when unset */
};

/** Read a trailer. Errors: those of the io. */
int tug_trailer_read(const struct tug_io *io, const struct tug_trailer_geo *g, struct tug_trailer *t);

/**
 * As tug_trailer_read, of the slot that runs: an image_ok that reads as unset is TUG_BAD when its write unit is
 * torn beside it, as it can be neither trusted nor written. The boot core judges alike.
 */
int tug_trailer_read_running(const struct tug_io *io, const struct tug_trailer_geo *g, struct tug_trailer *t);

/** Swap-type table, first match wins. Pure. `offset_mode` adds row 0. Source: docs/image.md, swap types. */
enum tug_swap_type tug_swap_type_of(const struct tug_trailer *pri, const struct tug_trailer *sec, bool offset_mode);

/** Write the magic (one aligned write). Power: cut leaves it unset or bad. */
int tug_trailer_write_magic(const struct tug_io *io, const struct tug_trailer_geo *g);
/** Write one flag (0x01) at the offset given by one of the tug_trailer_*_off functions. */
int tug_trailer_write_flag(const struct tug_io *io, const struct tug_trailer_geo *g, uint32_t off);
/** Write swap_info. */
int tug_trailer_write_swap_info(const struct tug_io *io, const struct tug_trailer_geo *g, uint8_t type, uint8_t image);
/** Write swap_size. */
int tug_trailer_write_swap_size(const struct tug_io *io, const struct tug_trailer_geo *g, uint32_t size);

/** Write a whole image key cell [key_size], all 0xff = that image is not encrypted. One write. */
int tug_trailer_write_key(const struct tug_io *io, const struct tug_trailer_geo *g, unsigned which, const uint8_t *key);
/** Read an image key cell into key[key_size]. Errors: io errors. */
int tug_trailer_read_key(const struct tug_io *io, const struct tug_trailer_geo *g, unsigned which, uint8_t *key);

/**
 * Mark the secondary slot for the next boot, as MCUboot's boot_set_pending.
 * State: magic unset -> magic, [image_ok], swap_info. Magic good -> nothing, TUG_OK: a pending test
 * is not turned into a permanent one. Errors: TUG_ETRAILER (magic bad), io errors.
 */
int tug_set_pending(const struct tug_io *sec, const struct tug_trailer_geo *g, bool permanent, uint8_t image);

/**
 * Confirm the running image, as MCUboot's boot_set_confirmed.
 * State: magic good and image_ok unset -> image_ok. Magic unset -> nothing, TUG_OK.
 * Errors: TUG_ETRAILER, io errors. Power: a single write.
 */
int tug_set_confirmed(const struct tug_io *pri, const struct tug_trailer_geo *g);

/** Update modes of a bootloader, numbers of MCUboot's bootloader info. */
enum tug_boot_mode {
	TUG_MODE_UNKNOWN = -1,         /**< device did not tell */
	TUG_MODE_SINGLE = 0,           /**< single slot */
	TUG_MODE_SWAP_SCRATCH = 1,     /**< swap using scratch */
	TUG_MODE_OVERWRITE = 2,        /**< overwrite only */
	TUG_MODE_SWAP_MOVE = 3,        /**< swap using move */
	TUG_MODE_DIRECT_XIP = 4,       /**< direct-XIP */
	TUG_MODE_DIRECT_XIP_REVERT = 5, /**< direct-XIP with revert */
	TUG_MODE_RAM_LOAD = 6,         /**< RAM load */
	TUG_MODE_FIRMWARE_LOADER = 7,  /**< firmware loader */
	TUG_MODE_SINGLE_RAM_LOAD = 8,  /**< single slot RAM load */
	TUG_MODE_SWAP_OFFSET = 9,      /**< swap using offset */
};

/**
 * Largest total image size (header, payload, TLVs) a mode accepts, octets; 0 = mode not known here.
 * `pri_size`, `sec_size` = slots; `sector` = uniform sector size (swap-move). Source: docs/image.md, limits.
 */
uint32_t tug_max_image_size(enum tug_boot_mode mode, const struct tug_trailer_geo *g, uint32_t pri_size,
			    uint32_t sec_size, uint32_t sector);

#ifdef __cplusplus
}
#endif
#endif
