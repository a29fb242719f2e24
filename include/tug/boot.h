/* SPDX-License-Identifier: Apache-2.0
 *
 * The boot core: decides what to run, finishes or starts an update, and says what to jump to.
 * MCUboot-compatible on flash. No allocation; one context per device; called once per boot.
 */
#ifndef TUG_BOOT_H
#define TUG_BOOT_H

#include <tug/image_enc.h>
#include <tug/port/decompress.h>
#include <tug/port/flash.h>
#include <tug/port/log.h>
#include <tug/port/reset.h>
#include <tug/port/watchdog.h>
#include <tug/trailer.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Octets copied per flash write; as MCUboot, so that operation traces are equal. */
#define TUG_BOOT_CHUNK 1024u

struct tug_boot_mode_ops;
struct tug_boot_enc_ops;
struct tug_boot_unpack_ops;

/** Overwrite-only: the secondary image replaces the primary one, no way back. */
extern const struct tug_boot_mode_ops tug_boot_overwrite;
/** As tug_boot_overwrite, but only the sectors of the image and of the trailer are erased and copied. */
extern const struct tug_boot_mode_ops tug_boot_overwrite_fast;
/** Swap using move, with revert. */
extern const struct tug_boot_mode_ops tug_boot_swap_move;
/** Direct-XIP: the newest image that verifies runs where it lies. Encrypted images are not possible. */
extern const struct tug_boot_mode_ops tug_boot_direct_xip;
/** As tug_boot_direct_xip, but an image that is not confirmed in its first run is given up. */
extern const struct tug_boot_mode_ops tug_boot_direct_xip_revert;
/** Swap using a scratch area, with revert: slots whose sectors differ, and 128 KiB sectors. Needs `scratch`; not with `enc`. */
extern const struct tug_boot_mode_ops tug_boot_swap_scratch;

/** Code for encrypted images; a firmware that does not name it does not carry it. */
extern const struct tug_boot_enc_ops tug_boot_encrypted;

/** Encrypted images: ciphertext in the secondary slot, plaintext in the primary one. Keeps what it points to. */
struct tug_boot_enc {
	const struct tug_boot_enc_ops *ops; /**< &tug_boot_encrypted */
	struct tug_image_enc enc;           /**< scheme, private key, primitives */
	bool aes256;                        /**< images have 32-octet keys; else 16. Fixes the size of the trailer */
};

/** Code for compressed images; a firmware that does not name it does not carry it. */
extern const struct tug_boot_unpack_ops tug_boot_compressed;

/** Compressed images, which the overwrite modes take. Keeps what it points to. */
struct tug_boot_unpack {
	const struct tug_boot_unpack_ops *ops; /**< &tug_boot_compressed */
	const struct tug_decompress *port;     /**< the decompressor */
};

/** What a boot core is built with. Keeps everything it points to. */
struct tug_boot_cfg {
	const struct tug_boot_mode_ops *mode;   /**< update mode */
	struct tug_flash_area pri;              /**< primary slot */
	struct tug_flash_area sec;              /**< secondary slot */
	struct tug_flash_area scratch;          /**< scratch area of swap-scratch; dev NULL = none */
	const struct tug_crypto *crypto;        /**< digests and signatures */
	const struct tug_boot_enc *enc;         /**< encrypted images; NULL = they are refused */
	const struct tug_boot_unpack *unpack;   /**< compressed images, in the overwrite modes; NULL = they are refused */
	struct tug_verify_policy verify;        /**< keys and scheme; max_size is set by the mode */
	struct tug_log log;                     /**< console, MCUboot's wording */
	struct tug_watchdog watchdog;           /**< fed per erase and chunk */
	uint16_t max_sectors;                   /**< BOOT_MAX_IMG_SECTORS, usually 128 */
	uint8_t max_align;                      /**< BOOT_MAX_ALIGN, usually 8 */
	bool validate_primary;                  /**< verify the primary slot on every boot */
	bool downgrade_prevention;              /**< refuse an older secondary image */
};

/** What to jump to. */
struct tug_boot_rsp {
	struct tug_image_hdr hdr;   /**< header of the image to run */
	uint32_t image_off;         /**< its offset on the flash device */
	enum tug_swap_type swapped; /**< what this boot did: NONE, TEST, PERM, REVERT or FAIL */
};

/** Work space of one boot. Fields private; size asserted in src/boot. */
struct tug_boot {
	uint64_t opaque[256]; /**< private: copy buffer and decoded state */
};

/**
 * Decide, update if due, verify, answer. Blocks for as long as the flash takes. Logs everything from
 * "Starting bootloader" to "Image version: v1.2.3"; the banner before and "Jumping to the first image slot"
 * after it are the caller's.
 * Result: TUG_OK with `rsp`; TUG_EERASED / TUG_EHASH / ... = no bootable image (stay in recovery);
 * TUG_EINVAL = configuration impossible; flash errors as they came (an update that could not begin does not cost
 * the old image: it is answered with `swapped` = FAIL).
 * Power: may be cut anywhere; the next call resumes.
 */
int tug_boot_go(struct tug_boot *b, const struct tug_boot_cfg *cfg, struct tug_boot_rsp *rsp);

/** Trailer geometry of `cfg` for an area of `size` octets. */
struct tug_trailer_geo tug_boot_geo(const struct tug_boot_cfg *cfg, uint32_t size);

/** Largest total image size this configuration accepts, octets. */
uint32_t tug_boot_max_image(const struct tug_boot_cfg *cfg);

/** The mode's number in MCUboot's bootloader info. */
enum tug_boot_mode tug_boot_mode_number(const struct tug_boot_mode_ops *mode);

#ifdef __cplusplus
}
#endif
#endif
