/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the boot core share: the state of one boot, the contract of an update mode,
 * slot I/O and log lines. Seen by src/boot and its unit tests only.
 */
#ifndef TUG_BOOT_PRIV_H
#define TUG_BOOT_PRIV_H

#include <tug/boot.h>
#include <tug/flash_io.h>

/** Largest write unit of a flash device, octets. */
#define TUG_UNIT_MAX 32u
/** Longest console line. */
#define BOOT_LINE 160u

/* ---- decision (decide.c, pure) ------------------------------------------------------------------- */

/** What this boot has to do. */
enum boot_kind {
	BOOT_NOTHING, /**< run the primary slot as it is */
	BOOT_FRESH,   /**< an update is due: verify the secondary slot, then begin */
	BOOT_START,   /**< the primary trailer was initialised and nothing has moved yet: verify, then begin */
	BOOT_RESUME,  /**< an update is under way: finish it */
};

/** Status records of the primary slot. */
enum boot_records {
	BOOT_RECORDS_NONE,  /**< none written */
	BOOT_RECORDS_SOME,  /**< as far as an update of that size can come */
	BOOT_RECORDS_WRONG, /**< no such update wrote them */
};

/** What a decision is made from. */
struct boot_view {
	struct tug_trailer pri; /**< primary slot's trailer */
	struct tug_trailer sec; /**< secondary slot's trailer; all unset when it cannot be read */
	bool swaps;             /**< the mode swaps: it has status records and a way back */
	enum boot_records records; /**< status records of the primary slot */
	bool same_amount;       /**< the primary trailer's swap size is that of the images in the slots */
	struct tug_trailer scr; /**< scratch's trailer; it and what follows count in swap-scratch only */
	bool scr_sound;         /**< scratch's trailer is whole and tells of a swap that can be */
	bool scr_holds;         /**< that swap keeps the records of its first group in scratch */
	uint8_t scr_records;    /**< how many of the two are there */
	bool handed_over;       /**< the primary trailer took over: it tells of the same swap, first group done */
};

/** A decision. */
struct boot_decision {
	enum boot_kind kind;     /**< what to do */
	enum tug_swap_type type; /**< of the update; NONE with BOOT_NOTHING */
	bool from_scratch;       /**< RESUME or START as scratch's trailer says, not the primary one's */
};

/** True when the primary trailer tells of an update that began and did not end: its records are worth reading. */
bool boot_began(const struct tug_trailer *pri);
/** Decide. Pure: no flash, no state. Source: docs/boot.md, decision table. */
struct boot_decision boot_decide(const struct boot_view *v);
/** The same for swap-scratch. */
struct boot_decision boot_decide_scratch(const struct boot_view *v);

/* ---- encryption (crypt.c) ------------------------------------------------------------------------ */

/** Image keys of one boot: [0] of the image that was in the primary slot before the update, [1] of the other. */
struct boot_crypt {
	struct tug_image_key key[2]; /**< len 0 = not encrypted */
	struct tug_image_hdr hdr[2]; /**< say what is payload; all zero = no image */
	struct tug_enc_view view;    /**< the secondary slot's image as plaintext */
};

struct boot;

/** Where the header of an image lies just now. */
struct boot_place {
	const struct tug_flash_area *area; /**< slot or scratch */
	uint32_t off;                      /**< in it */
};

/** Calls of the core into crypt.c, behind cfg->enc so that nothing is linked where it is not used. */
struct tug_boot_enc_ops {
	/** b->img is the secondary image: open it again as plaintext. Errors: those of tug_image_key_open. */
	int (*open)(struct boot *b);
	/** Before an update begins: keys of both images from their own TLVs. */
	int (*begin)(struct boot *b);
	/** An update goes on: keys from the primary trailer, headers from where they lie now. */
	int (*resume)(struct boot *b, struct boot_place pri, struct boot_place sec);
	/** Write both keys to a trailer. */
	int (*store)(struct boot *b, const struct tug_io *io, const struct tug_trailer_geo *g);
	/** Octets on their way: `off` = their offset in the image. */
	int (*pass)(struct boot *b, bool from_pri, bool to_pri, uint32_t off, struct tug_buf data);
	/** The boot ends: forget keys, and the plaintext in the copy buffer. */
	void (*wipe)(struct boot *b);
};

/** Calls begin, resume and store of cfg->enc; TUG_OK without. */
int boot_crypt_begin(struct boot *b);
/** See boot_crypt_begin. */
int boot_crypt_resume(struct boot *b, struct boot_place pri, struct boot_place sec);
/** See boot_crypt_begin. A trailer gets its keys before its magic. */
int boot_crypt_store(struct boot *b, const struct tug_io *io, const struct tug_trailer_geo *g);

/* ---- one boot ------------------------------------------------------------------------------------ */

/** State of one boot; lives in struct tug_boot. */
struct boot {
	const struct tug_boot_cfg *cfg;   /**< as given */
	struct tug_io pri;                /**< primary slot */
	struct tug_io sec;                /**< secondary slot */
	struct tug_io scr;                /**< scratch area (swap-scratch) */
	struct tug_trailer_geo pri_geo;   /**< its trailer */
	struct tug_trailer_geo sec_geo;   /**< its trailer; write_size = the larger of both devices */
	struct tug_trailer_geo scr_geo;   /**< scratch's trailer: records of one group */
	struct tug_trailer pri_tr;        /**< as read at the start */
	struct tug_trailer sec_tr;        /**< as read at the start */
	struct tug_trailer scr_tr;        /**< as read at the start (swap-scratch) */
	struct boot_decision todo;        /**< what was decided */
	struct tug_image img;             /**< latest image opened */
	uint32_t limit;                   /**< largest total image size, octets */
	uint32_t sector;                  /**< uniform sector size; first sector of the primary slot */
	uint32_t n_pri;                   /**< sectors of the primary slot (swap modes) */
	uint32_t n_sec;                   /**< sectors of the secondary slot */
	uint32_t amount;                  /**< octets to swap or copy */
	uint32_t done;                    /**< records found: steps that need not be done again */
	uint32_t pri_found;               /**< records found in the primary trailer, whatever was decided (swap-scratch) */
	bool moved;                       /**< octets have moved: the old image cannot run any more */
	int update_err;                   /**< why an update failed that may not have cost the old image */
	const struct tug_flash_area *runs; /**< slot whose image is the answer */
	bool sec_dead;                    /**< secondary slot cannot be read */
	bool check_pri;                   /**< an update ran: verify the primary slot whatever cfg says */
	bool packed;                      /**< the update is a compressed image */
	bool cleanup;                     /**< the mode's finish step is due */
	struct boot_crypt crypt;          /**< image keys; wiped when the boot ends */
	uint16_t status_fails;            /**< records that could not be written */
	size_t line_len;                  /**< octets in line */
	char line[BOOT_LINE];             /**< console line being made */
	uint64_t buf[TUG_BOOT_CHUNK / 8]; /**< copy and hash buffer */
};

/** An update mode. */
struct tug_boot_mode_ops {
	enum tug_boot_mode number; /**< MCUboot's number */
	/** The whole boot, for modes that move nothing: fills `runs` and `img`. NULL = trailers, decision, update. */
	int (*go)(struct boot *b);
	bool swaps;                /**< has status records and a way back */
	/** Can these slots be updated at all? TUG_OK, TUG_ESTATE (logged why not), flash errors. Fills sector counts. */
	int (*layout)(struct boot *b);
	/** Does an update of `amount` octets fit? TUG_OK, TUG_EIMGSIZE (logged). */
	int (*fits)(struct boot *b);
	/** Largest total image size, octets, 0 = none. NULL = by tug_max_image_size and the first sector. */
	uint32_t (*limit)(const struct tug_boot_cfg *cfg);
	/** Fill what the decision needs beyond both trailers, and `done`. Flash errors. NULL = by `progress`. */
	int (*look)(struct boot *b, struct boot_view *v);
	/** Decide. NULL = boot_decide. */
	struct boot_decision (*decide)(const struct boot_view *v);
	/** An update was refused: the next boot must not find it half begun. Flash errors. NULL = nothing to do. */
	int (*forget)(struct boot *b);
	/** Read how far an update came: fills `done`; TUG_ESTATE = records make no sense. NULL = no records. */
	int (*progress)(struct boot *b);
	/** Run or finish the update `todo`. Flash errors. Power: may be cut anywhere. */
	int (*run)(struct boot *b);
	/** After the primary slot verified: clean up. NULL = nothing to do. */
	int (*finish)(struct boot *b);
	/** `run` failed before anything was lost: leave a state in which the old image may run. NULL = nothing to do. */
	int (*give_up)(struct boot *b);
};

/* ---- slot I/O (slot.c) --------------------------------------------------------------------------- */

/** Erase the sectors of `a` that hold [off, off+len), one call each, feeding the watchdog. */
int boot_erase(struct boot *b, const struct tug_flash_area *a, uint32_t off, uint32_t len, bool backwards);
/**
 * Copy between areas in chunks of TUG_BOOT_CHUNK; the target is erased. What comes into the primary slot is
 * decrypted, what leaves it encrypted; `to_off` is then the offset in the image.
 */
int boot_copy(struct boot *b, const struct tug_flash_area *from, uint32_t from_off, const struct tug_flash_area *to,
	      uint32_t to_off, uint32_t len);
/** Erase the sectors that hold the trailer of `a`, last one first. */
int boot_scrub_trailer(struct boot *b, const struct tug_flash_area *a);
/** Erase a whole slot, forwards. */
int boot_scrub_slot(struct boot *b, const struct tug_flash_area *a);
/** Write status record `r` of the primary slot. A failure is counted and tolerated where the image is verified later. */
int boot_record(struct boot *b, uint32_t r, uint8_t value);
/** Highest status record written + 1, 0 = none. */
int boot_records_found(struct boot *b, uint32_t *found);
/** Feed the watchdog. */
void boot_feed(const struct boot *b);

/* ---- swapping (swap.c) --------------------------------------------------------------------------- */

/** Begin the trailer of the update `todo` of `amount` octets in an erased place; `confirmed` = with image_ok. */
int boot_swap_write_trailer(struct boot *b, const struct tug_io *io, const struct tug_trailer_geo *g, bool confirmed);
/** Set copy_done of the primary trailer and, with `confirm`, image_ok before it, unless they are there. */
int boot_swap_close(struct boot *b, bool confirm);
/** All octets have moved, or `rc` says why not: tell of records that could not be written, and close the trailer. */
int boot_swap_end(struct boot *b, int rc);
/**
 * The update failed and nothing has moved: close the primary trailer if it was begun, so that the old image keeps running.
 * TUG_ESTATE = it is a revert, which stays due.
 */
int boot_swap_give_up(struct boot *b);

/* ---- checks (check.c) ---------------------------------------------------------------------------- */

/** What was found in a slot. */
enum boot_slot {
	BOOT_SLOT_GOOD,    /**< verified; b->img is open */
	BOOT_SLOT_EMPTY,   /**< no image, or one marked as not bootable */
	BOOT_SLOT_BAD,     /**< an image that does not verify */
	BOOT_SLOT_UNKNOWN, /**< could not be read or computed: says nothing about the image */
};

/** TUG_IMG_CAN_* of this configuration. */
uint32_t boot_can(const struct boot *b);
/** TUG_IMG_CAN_* for the image in a slot: compressed ones may lie in the secondary slot only. */
uint32_t boot_can_take(const struct boot *b, const struct tug_io *io);
/** b->img is the secondary image, and compressed. */
bool boot_is_packed(const struct boot *b);

/** Calls of the core into unpack.c, behind cfg->unpack so that nothing is linked where it is not used; b->img is compressed. */
struct tug_boot_unpack_ops {
	/** Total size of what b->img decompresses to. Errors: those of tug_packed_view_open. */
	int (*size)(struct boot *b, uint32_t *size);
	/** Verify what b->img decompresses to; `*why` = first reason. */
	enum tug_verdict (*verify)(struct boot *b, const struct tug_verify_policy *policy, int *why);
	/** Decompress the secondary image into the erased primary slot, `len` octets with filling. Errors: view, flash. */
	int (*copy)(struct boot *b, uint32_t len);
};

/** Verify a slot's image; `*why` = first reason. */
enum boot_slot boot_check(struct boot *b, const struct tug_io *io, int *why);
/** Total size of the image in a slot, 0 = there is none. Opens b->img. Flash errors. */
int boot_image_size(struct boot *b, const struct tug_io *io, uint32_t *size);
/** Is the secondary image older than the primary one? Flash errors. */
int boot_is_downgrade(struct boot *b, bool *older);

/* ---- console (log.c) ----------------------------------------------------------------------------- */

/** Begin a line with `text`. */
void boot_say(struct boot *b, const char *text);
/** Append text. */
void boot_say_str(struct boot *b, const char *text);
/** Append a decimal number. */
void boot_say_dec(struct boot *b, uint32_t v);
/** Append 0x and a hexadecimal number. */
void boot_say_hex(struct boot *b, uint32_t v);
/** Send the line. */
void boot_say_end(struct boot *b, enum tug_log_level level);
/** A whole line. */
void boot_log(struct boot *b, enum tug_log_level level, const char *text);
/** A trailer, as "Primary image: magic=good, swap_type=0x2, copy_done=0x1, image_ok=0x3". */
void boot_log_trailer(struct boot *b, const char *who, const struct tug_trailer *t);
/** Text of a swap type. */
const char *boot_swap_text(enum tug_swap_type type);

#endif
