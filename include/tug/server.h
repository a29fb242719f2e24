/* SPDX-License-Identifier: Apache-2.0
 *
 * The device side: an SMP server that dispatches as Zephyr does. Packets in, frames out; no heap,
 * no globals, several servers in one process. Groups are linked in by listing them.
 */
#ifndef TUG_SERVER_H
#define TUG_SERVER_H

#include <tug/image.h>
#include <tug/port/clock.h>
#include <tug/port/flash.h>
#include <tug/port/reset.h>
#include <tug/smp.h>
#include <tug/trailer.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How an err map is named in answers to v2 requests. */
enum tug_srv_err_style {
	TUG_SRV_ERR_NONE, /**< v2 unknown: always {"rc":n}, header version 0 (up to Zephyr 3.3) */
	TUG_SRV_ERR_RET,  /**< "ret" (3.4.0) */
	TUG_SRV_ERR_ERR,  /**< "err" (3.5 and later) */
	TUG_SRV_ERR_BOOT, /**< MCUboot recovery: version bits echoed, {"rc":n}, rc 0 in successes */
};

struct tug_srv_group;
struct tug_server;

/** The quirks of a server's era, as data. */
struct tug_server_profile {
	const char *name;          /**< "zephyr-3.5" */
	uint8_t err_style;         /**< enum tug_srv_err_style */
	uint8_t os_info;           /**< 1 = info and bootloader info exist */
	uint8_t slot_info;         /**< 1 = image slot info exists */
	uint8_t state_write;       /**< 1 = image state write exists */
	uint8_t old_state_logic;   /**< 1 = 3.3: confirm of or while pending answers success and changes nothing */
	uint8_t pending_in_use;    /**< 1 = a pending slot is in use: neither uploaded over nor erased */
	uint8_t upload_sha;        /**< 1 = sha resume is known */
	uint8_t erase_slot_key;    /**< 1 = erase knows "slot" */
	uint8_t recovery;          /**< 1 = MCUboot recovery; its commands are the tables of `instead` */
	uint8_t blank_erase_fails; /**< 1 = erase of a blank slot answers error 1 (before 3.6) */
	uint8_t reset_keys;        /**< 0 = reset ignores its payload, 1 = knows "force", 2 = and "boot_mode" */
	uint8_t query_plain_rc;    /**< 1 = unknown bootloader query answers the plain rc 3 (3.5, 3.6) */
	uint8_t n_instead;         /**< tables in `instead`, 0 = none */
	/** [n_instead] tables that stand in for a listed group of the same id. */
	const struct tug_srv_group *const *instead;
	/** Image check: the last upload answer carries "match". tug_srv_match, or NULL = not built. */
	bool (*match)(const struct tug_server *s);
};

/** Profiles by name: "zephyr-3.3", "zephyr-3.5", "zephyr-4.2", "mcuboot-recovery". NULL when unknown. */
const struct tug_server_profile *tug_server_profile_find(const char *name);
/** All profiles; `*n` = rows. */
const struct tug_server_profile *tug_server_profiles(size_t *n);

/** Slots of one image and what the server may know of the bootloader. */
struct tug_srv_image {
	const struct tug_flash_area *slot[2]; /**< primary, secondary; [1] NULL = single slot */
	struct tug_trailer_geo geo[2];        /**< trailer geometry of each */
	uint8_t active;                       /**< slot that runs: 0 or 1 */
	uint32_t max_image_size;              /**< 0 = not announced; else err 30 above it, and slot info tells */
};

struct tug_server;

/** Hooks of the application; each may be NULL. */
struct tug_srv_hooks {
	/** Replace the hash the image list reports for a slot. Fills out[*len]; false = report the real one. */
	bool (*report_hash)(void *ctx, uint8_t image, uint8_t slot, uint8_t *out, size_t *len);
	/** Erase the storage area (group 63, command 0). TUG_OK or an error. */
	int (*erase_storage)(void *ctx);
	/** Refuse a reset: true = busy (rc 10) unless forced. */
	bool (*reset_busy)(void *ctx);
	void *ctx; /**< passed to the hooks */
};

/** One command's handler: decode `body`, act, write the response fields into `rsp`. */
struct tug_srv_call {
	struct tug_server *srv;      /**< server */
	const struct tug_smp_hdr *hdr; /**< request header */
	struct tug_slice body;       /**< request body, may be empty */
	struct tug_enc *rsp;         /**< response map, open; the dispatcher closes it */
	uint16_t err_group;          /**< out: group of a group error */
	uint16_t err_rc;             /**< out: group error, 0 = none */
};

/** Handler. Result: 0 = success or group error in `err_rc`, > 0 = generic rc (enum tug_smp_rc). */
typedef uint16_t (*tug_srv_fn)(struct tug_srv_call *call);

/** Handlers of one command; NULL = this op is not there (rc 8). */
struct tug_srv_cmd {
	tug_srv_fn read;  /**< op 0 */
	tug_srv_fn write; /**< op 2 */
};

/** A group a server is built with. */
struct tug_srv_group {
	uint16_t id;                   /**< group id */
	uint8_t n;                     /**< commands: ids 0..n-1 */
	const struct tug_srv_cmd *cmd; /**< [n] */
};

/** OS group: echo, reset, params, info, bootloader info. */
extern const struct tug_srv_group tug_srv_os;
/** Image group: state, upload, erase, slot info. */
extern const struct tug_srv_group tug_srv_img;
/** Zephyr basic group: erase storage. */
extern const struct tug_srv_group tug_srv_zbasic;

/** What a server is built with. Keeps everything it points to. */
struct tug_server_cfg {
	const struct tug_server_profile *profile;  /**< quirks */
	const struct tug_srv_group *const *groups; /**< [n_groups] */
	uint8_t n_groups;                          /**< groups */
	uint8_t n_images;                          /**< images; at least 1 with the image group */
	struct tug_srv_image *images;              /**< [n_images]; slot[0] is never NULL */
	const struct tug_crypto *crypto;           /**< for "match"; may be NULL */
	struct tug_clock clock;                    /**< for the delayed reset */
	struct tug_reset reset;                    /**< asked 250 ms after the answer */
	struct tug_srv_hooks hooks;                /**< application hooks */
	uint32_t buf_size;                         /**< largest request and response frame; announced by params */
	uint32_t buf_count;                        /**< announced by params */
	bool params;                               /**< false = params answers rc 8 */
	int8_t boot_mode;                          /**< enum tug_boot_mode, for bootloader info */
	const char *os_name[9];                    /**< info strings in the order s n r v b m p i o; NULL = "unknown" */
};

/** Server state. All fields private; size asserted in src/server. */
struct tug_server {
	const struct tug_server_cfg *cfg; /**< keeps */
	uint64_t reset_at_ms;             /**< 0 = none due */
	uint8_t reset_mode;               /**< boot mode of the reset due */
	struct {
		uint32_t off;       /**< octets stored */
		uint32_t len;       /**< total announced */
		uint32_t erased_to; /**< erased up to here */
		uint8_t image;      /**< image number */
		uint8_t slot;       /**< target slot */
		uint8_t sha[64];    /**< identity for resume */
		uint8_t sha_len;    /**< 0 = none */
		bool busy;          /**< an upload is under way */
		uint8_t tail[32];   /**< octets that wait for a whole write unit */
		uint8_t tail_len;   /**< octets in tail */
	} up;                             /**< upload under way */
};

/** Image check for a profile: true when the octets stored of the upload under way hash to its "sha". Needs `crypto`. */
bool tug_srv_match(const struct tug_server *s);

/** Prepare a server. Keeps `cfg`. */
void tug_server_init(struct tug_server *s, const struct tug_server_cfg *cfg);

/**
 * Handle the first request of `*packet` and advance it past that request.
 * Result: 1 = `rsp` holds one response frame to send, 0 = nothing to send. Call until packet->len is 0;
 * the server empties it when the rest must be dropped. `rsp`: cap = buf_size; emptied first.
 * Source: docs/smp.md, order of checks.
 */
int tug_server_step(struct tug_server *s, struct tug_slice *packet, struct tug_buf *rsp);

/** Call when `now_ms` has passed tug_server_deadline: performs a due reset. */
void tug_server_tick(struct tug_server *s, uint64_t now_ms);

/** Time of the next thing to do in milliseconds, UINT64_MAX = nothing. */
uint64_t tug_server_deadline(const struct tug_server *s);

#ifdef __cplusplus
}
#endif
#endif
