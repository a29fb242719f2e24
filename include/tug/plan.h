/* SPDX-License-Identifier: Apache-2.0
 *
 * What a device is (image list, bootloader, buffers) and the pure function from that, the image
 * and the user's policy to the steps of an update. No clock, no link, no memory of its own.
 */
#ifndef TUG_PLAN_H
#define TUG_PLAN_H

#include <tug/image.h>
#include <tug/smp.h>
#include <tug/trailer.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Most entries of an image list that are kept. */
#define TUG_DEV_SLOTS 8u

/** One entry of the image list; optional keys filled with their defaults. */
struct tug_slot_state {
	uint8_t image;               /**< image number */
	uint8_t slot;                /**< 0 or 1 */
	struct tug_version version;  /**< version, zero when unreadable */
	bool version_ok;             /**< the version text could be read */
	uint8_t hash[TUG_HASH_MAX];  /**< image hash (TLV) */
	uint8_t hash_len;            /**< 0 = not reported */
	bool bootable;               /**< flag */
	bool pending;                /**< flag */
	bool confirmed;              /**< flag */
	bool active;                 /**< flag */
	bool permanent;              /**< flag */
};

/** What is known of a device. */
struct tug_dev_state {
	struct tug_slot_state slot[TUG_DEV_SLOTS]; /**< [n] in the order of the list */
	uint8_t n;                   /**< entries */
	int8_t mode;                 /**< enum tug_boot_mode, TUG_MODE_UNKNOWN = not told */
	bool recovery;               /**< no entry has flags: a recovery server answers */
	bool params;                 /**< buf_size and buf_count are the device's */
	uint32_t buf_size;           /**< octets of a frame, or an assumption */
	uint32_t buf_count;          /**< buffers, or 1 */
	uint32_t slot_size[2];       /**< size of slot 0 and 1 of the image, 0 = not told */
	uint32_t max_image_size;     /**< 0 = not told */
};

/** Decode an image list answer into `st` (slot, n and recovery only). Errors: CBOR errors, TUG_EMISSING. */
int tug_dev_state_decode(struct tug_slice body, struct tug_dev_state *st);

/** The active slot of `image`, or NULL. */
const struct tug_slot_state *tug_dev_active(const struct tug_dev_state *st, uint8_t image);
/** The slot of `image` that is not active, or NULL. */
const struct tug_slot_state *tug_dev_other(const struct tug_dev_state *st, uint8_t image);

/** Rows of the slot-state table. Source: docs/client.md, rows. */
enum tug_dev_pattern {
	TUG_DEV_FRESH,        /**< active confirmed | absent */
	TUG_DEV_LEFTOVER,     /**< active confirmed | no flags */
	TUG_DEV_PENDING_TEST, /**< active confirmed | pending */
	TUG_DEV_PENDING_PERM, /**< active confirmed | pending permanent */
	TUG_DEV_TEST_RUN,     /**< active | confirmed */
	TUG_DEV_UNCONFIRMED,  /**< active not confirmed | absent or no flags */
	TUG_DEV_DUPLICATE,    /**< active confirmed | same hash */
	TUG_DEV_NO_ACTIVE,    /**< no active slot: recovery, or another slot's list */
};

/** Classify the list for `image`. Pure. */
enum tug_dev_pattern tug_dev_classify(const struct tug_dev_state *st, uint8_t image);

/** Name of a pattern as the command line prints it ("pending-test"). */
const char *tug_dev_pattern_name(enum tug_dev_pattern p);

/** The image to bring onto the device. */
struct tug_plan_image {
	uint8_t image;              /**< image number on the device */
	struct tug_version version; /**< version in its header */
	uint8_t hash[TUG_HASH_MAX]; /**< its digest TLV */
	uint8_t hash_len;           /**< octets of hash */
	uint8_t run_hash[TUG_HASH_MAX]; /**< compressed images: digest of what it becomes when it runs (DECOMP_SHA) */
	uint8_t run_hash_len;       /**< octets of run_hash, 0 = it runs as it is */
	uint32_t len;               /**< octets of the file */
};

/** What "updated" means to the user. */
enum tug_update_mode {
	TUG_UPDATE_CONFIRM_AFTER_TEST, /**< test, reboot, verify, confirm (default) */
	TUG_UPDATE_CONFIRM,            /**< permanent at once, reboot, verify */
	TUG_UPDATE_TEST,               /**< test, reboot, verify; left unconfirmed */
	TUG_UPDATE_UPLOAD_ONLY,        /**< upload and verify the list, nothing else */
};

/** The user's policy. */
struct tug_plan_policy {
	enum tug_update_mode mode; /**< see there */
	bool allow_downgrade;      /**< an older version is taken */
	bool no_reset;             /**< stop before the reset */
	bool erase_settings;       /**< send erase storage (optional on the device) */
};

/**
 * What this device was seen to refuse or ignore; learned while running, empty at first. The refusals hold for
 * the list they were met with: whoever runs a plan forgets them when the list has changed.
 */
struct tug_dev_behaviour {
	bool state_write_missing;   /**< state write answered rc 8: the bootloader decides alone */
	bool upload_refused;        /**< upload refused while the slot is pending or on trial */
	bool erase_refused;         /**< erase refused for the slot */
	bool confirm_ignored;       /**< confirm answered success and changed nothing */
	bool reset_missing;         /**< reset answered rc 8 */
	uint8_t resets_tried;       /**< resets that did not change the list */
	bool uploaded;              /**< the image was uploaded and seen in the list in this run */
	bool test_ignored;          /**< test was refused, or answered success and changed nothing */
	bool in_place;              /**< uploads go into the slot that runs: a bootloader answers, with flags */
	bool remade;                /**< the slot was erased in this run, so a mark that does not stick is not its fault */
};

/** One step. */
enum tug_step {
	TUG_STEP_ERASE_SETTINGS, /**< group 63 command 0; optional */
	TUG_STEP_ERASE_SLOT,     /**< drop what is in the other slot */
	TUG_STEP_UPLOAD,         /**< send the image */
	TUG_STEP_TEST,           /**< mark for test */
	TUG_STEP_CONFIRM_OTHER,  /**< mark permanent */
	TUG_STEP_RESET,          /**< reset, wait for the device, list, classify */
	TUG_STEP_CONFIRM_ACTIVE, /**< confirm the running image */
	TUG_STEP_VERIFY,         /**< read the list: the image runs, in the state asked for */
};

/** Why a plan is as it is. */
enum tug_plan_kind {
	TUG_PLAN_STEPS,   /**< steps to do */
	TUG_PLAN_DONE,    /**< nothing to do: runs already, in the state asked for */
	TUG_PLAN_REFUSED, /**< must not or cannot; `why` and `reason` say why */
};

/** Most steps of a plan. */
#define TUG_PLAN_STEPS_MAX 12u

/** The steps of an update. */
struct tug_plan {
	enum tug_plan_kind kind;                 /**< see there */
	uint8_t n;                               /**< steps */
	enum tug_step step[TUG_PLAN_STEPS_MAX];  /**< in order */
	enum tug_dev_pattern pattern;            /**< what was found */
	int why;                                 /**< REFUSED: TUG_EDOWNGRADE, TUG_EIMGSIZE, TUG_EBUSY, TUG_ENOTSUP ... */
	const char *reason;                      /**< one sentence: what was found and why these steps; static */
	const char *remedy;                      /**< REFUSED: what to do; static; "" otherwise */
};

/**
 * From state to steps. Pure and total: every input gives a plan. Never plans an upload over the only
 * way back, never a step the device was seen to refuse. Source: docs/client.md, plans.
 */
void tug_plan_make(const struct tug_dev_state *st, const struct tug_dev_behaviour *beh,
		   const struct tug_plan_image *img, const struct tug_plan_policy *pol, struct tug_plan *out);

/** Name of a step ("upload"). */
const char *tug_step_name(enum tug_step s);

#ifdef __cplusplus
}
#endif
#endif
