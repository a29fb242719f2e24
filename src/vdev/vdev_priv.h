/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to src/vdev (and its own tests): the inside of a virtual device and the pieces it is made of.
 */
#ifndef TUG_VDEV_PRIV_H
#define TUG_VDEV_PRIV_H

#include <tug/port/sim.h>
#include <tug/port/lzma.h>
#include <tug/vdev.h>

/** Most groups and keys a device is built with. */
#define VDEV_GROUPS 16u
#define VDEV_KEYS 8u
/** Octets of a sentence about a failure. */
#define VDEV_WHY 256u

/** What the device does now. */
enum vdev_phase {
	VDEV_OFF,     /**< power is out until `phase_at` */
	VDEV_BOOTING, /**< bootloader and start of the application until `phase_at` */
	VDEV_RUN,     /**< the application (or the recovery) serves SMP */
	VDEV_SILENT,  /**< the application runs and serves nothing */
	VDEV_DOOMED,  /**< the application crashes, or its watchdog bites, at `phase_at` */
	VDEV_DEAD,    /**< the bootloader found nothing to boot */
};

/** A packet that waits: a request for the server, or a response for the link. */
struct vdev_packet {
	struct vdev_packet *next;
	uint64_t due_us; /**< response: not before */
	uint32_t tag;    /**< endpoint it belongs to */
	size_t len;
	uint8_t data[];
};

/** First in, first out. */
struct vdev_queue {
	struct vdev_packet *head;
	uint32_t n;
};

/** Digest of an image, as its TLV says. */
struct vdev_digest {
	uint8_t octets[TUG_HASH_MAX];
	size_t len; /**< 0 = no image */
};

/** How the device serves: as its application, or as its bootloader's recovery. */
struct vdev_serving {
	const struct tug_server_profile *profile;
	uint32_t buf_size;
	uint32_t buf_count;
};

struct tug_vdev {
	struct tug_vdev_cfg cfg; /**< copy; pointers into `keys`, `groups` */
	struct tug_boot_enc enc; /**< of cfg.enc; its key is a copy on the heap */
	uint8_t *enc_octets;     /**< that copy */
	struct vdev_serving app;
	struct vdev_serving loader;         /**< profile NULL = this bootloader has no recovery */
	const struct vdev_serving *serving; /**< one of the two */
	bool pin;                           /**< the next boot enters recovery */
	const struct tug_srv_group *groups[VDEV_GROUPS];
	struct tug_pubkey keys[VDEV_KEYS];
	uint8_t *key_octets;

	struct tug_sim_flash *flash;
	struct tug_boot_cfg boot_cfg;
	struct tug_boot boot;
	struct tug_boot_rsp rsp; /**< of the last boot */
	int boot_rc;             /**< of the last boot */
	uint32_t boots;
	struct vdev_digest known[4]; /**< images that were there at the start: before its boot, and after */

	struct tug_srv_image image;
	struct tug_server_cfg server_cfg;
	struct tug_server server;
	bool reset_wanted;

	enum vdev_phase phase;
	uint64_t phase_at;      /**< end of OFF, BOOTING, DOOMED */
	uint64_t now_ms;
	uint64_t busy_until_us; /**< the server works until then */
	struct vdev_queue in;   /**< requests */
	struct vdev_queue out;  /**< responses */
	uint8_t *frame;         /**< [larger buf_size] response under construction */

	struct tug_log tap;     /**< second receiver of console lines (the pty) */
	struct tug_lzma lzma;   /**< decompressor of the bootloader */
	struct tug_boot_unpack unpack; /**< and what the boot core needs of it */
	uint8_t lzma_memory[TUG_LZMA_MEMORY]; /**< its own */
};

/* device.c */

/** How a device starts. */
enum vdev_start {
	VDEV_POWER_ON, /**< through the bootloader */
	VDEV_RESUME,   /**< was running when its process ended: goes on without a boot */
};

/** As tug_vdev_create. */
int vdev_create(const struct tug_vdev_cfg *cfg, enum vdev_start how, uint64_t now_ms, struct tug_vdev **out, char *why,
		size_t why_cap);
/** Digest of the image in a slot; len 0 when there is none. */
void vdev_slot_digest(struct tug_vdev *v, unsigned slot, struct vdev_digest *out);

/* core.c */

/** A console line; level TUG_LOG_RAW for banners. */
void vdev_say(struct tug_vdev *v, enum tug_log_level level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/** Banner of the bootloader, then one run of the boot core. */
void vdev_boot_core(struct tug_vdev *v);
/** Power on or reset; `core` false = the boot core has run already. */
void vdev_boot(struct tug_vdev *v, bool core);
/** Begin to run without a boot. */
void vdev_go_on(struct tug_vdev *v);
/** As tug_vdev_rx, from endpoint `tag`. */
void vdev_rx_tagged(struct tug_vdev *v, uint32_t tag, struct tug_slice packet, uint64_t now_ms);
/** As tug_vdev_tx; `*tag` = endpoint the response is for. */
int vdev_tx_tagged(struct tug_vdev *v, uint64_t now_ms, uint32_t *tag, struct tug_buf *out);
/** A reset was asked for and has not happened yet: let it happen now (its process ends). */
void vdev_settle(struct tug_vdev *v, uint64_t now_ms);
/** Drop every packet. */
void vdev_queue_clear(struct vdev_queue *q);

/* flaw.c */

/** Does a flaw take this request? Then `rsp` [cap = buf_size] holds its answer, or nothing when it is lost. */
bool vdev_flawed(struct tug_vdev *v, struct tug_slice packet, struct tug_buf *rsp);

/* preset.c */

/** Is this a state that a running device got into: does its preset boot by itself, before it is done? */
bool vdev_state_boots(enum tug_vdev_state s);
/** Bring the flash into cfg.state. Errors: see tug_vdev_create. */
int vdev_preset(struct tug_vdev *v, char *why, size_t why_cap);

/* image.c */

/** Make an unsigned image of `total` octets with a digest TLV; `seed` varies its payload. malloc'ed; NULL = no memory. */
uint8_t *vdev_image_make(const struct tug_crypto *c, uint32_t total, uint32_t seed, const struct tug_version *version);

/* store.c */

/** What a folder says about the device in it; "" = nothing. */
struct vdev_note {
	char profile[24];
	char mode[24];
	char server[32];
};

/** Make the folder if it is missing. Errors: TUG_EFILE, TUG_EACCESS, TUG_EDISKFULL. */
int vdev_store_make(const char *dir, char *why, size_t why_cap);
/** Read DIR/device.txt. Result: TUG_OK also when there is none. Errors: TUG_EFILE, TUG_EACCESS. */
int vdev_store_note_read(const char *dir, struct vdev_note *note, char *why, size_t why_cap);
/** Write it, whole or not at all. Errors: TUG_EFILE, TUG_EACCESS, TUG_EDISKFULL. */
int vdev_store_note_write(const char *dir, const struct vdev_note *note, char *why, size_t why_cap);
/** A mark: an empty file in DIR. `on` = make it, else remove it. Errors: TUG_EFILE, TUG_EACCESS, TUG_EDISKFULL. */
int vdev_store_mark(const char *dir, const char *name, bool on, char *why, size_t why_cap);
/** Is the mark there? */
bool vdev_store_marked(const char *dir, const char *name);

/** Mark: a preset is being written. */
#define VDEV_MARK_PRESET "preset"
/** Mark: the device was running when its process ended in good order. */
#define VDEV_MARK_RUNNING "running"

/** Name of a boot mode on the command line ("swap-move"), NULL = none. */
const char *vdev_mode_name(const struct tug_boot_mode_ops *mode);
/** A boot mode by that name, NULL = none. */
const struct tug_boot_mode_ops *vdev_mode_find(const char *name);

#endif
