/* SPDX-License-Identifier: Apache-2.0
 *
 * The virtual device: boot core + server + simulated flash, with faults and power cuts. The core
 * is sans-I/O (frames and a clock in, frames out), so tests drive it on a virtual clock; the command
 * `tug vdev` and the `vdev:` link put it behind UDP, a pty or the calling process.
 */
#ifndef TUG_VDEV_H
#define TUG_VDEV_H

#include <tug/boot.h>
#include <tug/server.h>
#include <tug/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A device's flash layout and defaults. */
struct tug_vdev_profile {
	const char *name;      /**< "nrf52833" */
	const char *text;      /**< one line for --list-profiles */
	uint32_t flash_size;   /**< octets */
	uint32_t sector;       /**< uniform erase unit, octets */
	uint8_t write_size;    /**< write unit */
	uint8_t erased;        /**< erased value */
	uint32_t pri_off;      /**< primary slot */
	uint32_t pri_size;     /**< octets */
	uint32_t sec_off;      /**< secondary slot */
	uint32_t sec_size;     /**< octets */
	uint32_t storage_off;  /**< settings storage, 0 = none; with swap-scratch its last sector is the scratch area */
	uint32_t storage_size; /**< octets */
	const char *bootloader; /**< default mode name */
};

/** All profiles; `*n` = rows. */
const struct tug_vdev_profile *tug_vdev_profiles(size_t *n);
/** A profile by name, or NULL. */
const struct tug_vdev_profile *tug_vdev_profile_find(const char *name);

/** States a device can be put into before it starts. */
enum tug_vdev_state {
	TUG_VDEV_KEEP,            /**< whatever the flash holds; a flash that holds nothing yet becomes FRESH */
	TUG_VDEV_FRESH,           /**< primary confirmed, secondary erased */
	TUG_VDEV_LEFTOVER,        /**< an image without marks in the secondary slot */
	TUG_VDEV_PENDING_TEST,    /**< secondary marked for test */
	TUG_VDEV_PENDING_CONFIRM, /**< secondary marked permanent */
	TUG_VDEV_TEST_RUN,        /**< new image runs on trial, old one in the secondary slot */
	TUG_VDEV_UNCONFIRMED,     /**< first image unconfirmed, secondary erased */
	TUG_VDEV_DUPLICATE,       /**< same image in both slots */
};

/** How an image behaves once it runs. */
enum tug_vdev_app {
	TUG_APP_OK,     /**< serves SMP */
	TUG_APP_CRASH,  /**< resets soon after boot */
	TUG_APP_HANG,   /**< never answers; the watchdog resets after a while */
	TUG_APP_NO_SMP, /**< runs, but serves no SMP */
};

/** What a flaw does to the requests it concerns. */
enum tug_flaw_kind {
	TUG_FLAW_MISSING,   /**< answered with rc 8 */
	TUG_FLAW_LONG,      /**< lost when longer than 244 octets */
	TUG_FLAW_IGNORED,   /**< answered with the list as it is */
	TUG_FLAW_SLOT_SIZE, /**< answered with half of the secondary slot's size */
	TUG_FLAW_DENIED,    /**< answered with rc 11 */
	TUG_FLAW_STACK,     /**< the server says that its stack overflowed, and is silent until the next reset */
};

/** A way the firmware of a device can be wrong. */
struct tug_vdev_flaw {
	const char *name;        /**< "no-echo" */
	const char *text;        /**< one line of help */
	enum tug_flaw_kind kind; /**< what it does */
	uint16_t group;          /**< requests it concerns; all of them for LONG, DENIED, STACK */
	uint8_t id;              /**< command */
	int8_t op;               /**< enum tug_smp_op, -1 = both */
};

/** All flaws; `*n` = rows. Bit i of tug_vdev_cfg.flaws is row i. */
const struct tug_vdev_flaw *tug_vdev_flaws(size_t *n);

/** What a virtual device is made of. Strings are copied. */
struct tug_vdev_cfg {
	const struct tug_vdev_profile *profile;       /**< flash layout */
	const struct tug_boot_mode_ops *mode;         /**< boot mode */
	const struct tug_server_profile *server;      /**< server quirks */
	const struct tug_srv_group *const *groups;    /**< [n_groups] */
	uint8_t n_groups;                             /**< groups */
	const char *dir;                              /**< folder of flash.bin; NULL = RAM only */
	enum tug_vdev_state state;                    /**< state it is in when it starts to answer */
	struct tug_slice primary;                     /**< image for the primary slot; empty = a built-in one, 0.0.0 */
	struct tug_slice secondary;                   /**< image for the secondary slot; empty = a built-in one, 0.0.0 */
	const struct tug_pubkey *keys;                /**< [n_keys] keys of the bootloader */
	uint8_t n_keys;                               /**< 0 = unsigned images are accepted */
	enum tug_sig_alg sig;                         /**< scheme of the keys */
	enum tug_hash_alg hash;                       /**< digest the bootloader wants; TUG_SHA256 with P-384 keys means SHA-384 */
	const struct tug_image_enc *enc;              /**< what opens encrypted images (key copied); NULL = they are refused */
	bool enc_aes256;                              /**< keys of encrypted images have 32 octets, else 16 */
	uint8_t report_hash[2][TUG_HASH_MAX];         /**< overrides of the reported hash */
	uint8_t report_hash_len[2];                   /**< 0 = none */
	enum tug_vdev_app app;                        /**< behaviour of images that were not there at the start */
	uint32_t buf_size;                            /**< 0 = 384 (1024 in recovery) */
	uint32_t buf_count;                           /**< 0 = 4 (1 in recovery) */
	bool no_params;                               /**< params answers rc 8 */
	uint32_t flaws;                               /**< set of flaws, bit = row of tug_vdev_flaws */
	uint32_t erase_ms;                            /**< time of one sector erase */
	uint32_t write_us;                            /**< time of one write unit */
	uint32_t boot_ms;                             /**< time from reset to the first answer */
	uint64_t power_cut;                           /**< cut power at the N-th flash operation from now, 0 = never; comes back by itself */
	uint64_t seed;                                /**< of anything random */
	struct tug_log console;                       /**< console lines of bootloader and application */
	void (*trace)(void *ctx, char op, uint8_t area, uint32_t off, uint32_t len); /**< flash operations; may be NULL */
	void *trace_ctx;                              /**< passed to trace */
};

/** A virtual device. */
struct tug_vdev;

/**
 * Create, apply the preset and boot. `why` gets one sentence on failure. `primary` and `secondary` are
 * written by a preset only, and are borrowed for the call. States that need a boot really boot. With
 * keys, images cannot be built in and must be given. A server profile of recovery: the device starts
 * in recovery, leaves it by a reset or a power cycle (its application then serves as zephyr-4.2), and comes back
 * to it when nothing boots or a reset asks for boot mode 1.
 * Errors: TUG_EFILE, TUG_EACCESS, TUG_EDISKFULL, TUG_EBUSY (another process uses dir), TUG_EIMGSIZE, TUG_EMAGIC,
 * TUG_EINVAL (also: overwrite-only has no trial run; dir holds another profile; keys without images), TUG_ENOSPACE.
 */
int tug_vdev_create(const struct tug_vdev_cfg *cfg, uint64_t now_ms, struct tug_vdev **out, char *why, size_t why_cap);
/**
 * Look at the folder cfg.dir without changing it: `*out` never boots and never answers; tug_vdev_flash_read and
 * tug_vdev_boot_cfg work. Another process may be running the device meanwhile.
 * Errors: TUG_EFILE (no device there, or one of another profile), TUG_EINVAL, TUG_ENOSPACE.
 */
int tug_vdev_look(const struct tug_vdev_cfg *cfg, struct tug_vdev **out, char *why, size_t why_cap);
/**
 * What the device in folder `dir` was made with: sets profile, mode and server where the folder names them, else leaves
 * them. Errors: TUG_EFILE, TUG_EACCESS.
 */
int tug_vdev_recall(const char *dir, struct tug_vdev_cfg *cfg, char *why, size_t why_cap);
/** Stop and free; the flash file is complete. NULL is fine. */
void tug_vdev_destroy(struct tug_vdev *v);

/** A packet (one or several requests) arrives. Lost while the device boots, is down or out of buffers. */
void tug_vdev_rx(struct tug_vdev *v, struct tug_slice packet, uint64_t now_ms);
/** Next response that is due: 1 = appended to the emptied `out`, 0 = none at `now_ms`. */
int tug_vdev_tx(struct tug_vdev *v, uint64_t now_ms, struct tug_buf *out);
/** Time has passed: resets, boots, answers become due. */
void tug_vdev_tick(struct tug_vdev *v, uint64_t now_ms);
/** Time of the next thing to happen, UINT64_MAX = nothing. */
uint64_t tug_vdev_deadline(const struct tug_vdev *v);
/** True while the application answers SMP. */
bool tug_vdev_up(const struct tug_vdev *v);
/** Boots so far. */
uint32_t tug_vdev_boots(const struct tug_vdev *v);
/** Pull the plug now and power up again (boots). */
void tug_vdev_power_cycle(struct tug_vdev *v, uint64_t now_ms);
/** Read the device's flash (tests, flash map). Errors: TUG_EBOUNDS. */
int tug_vdev_flash_read(struct tug_vdev *v, uint32_t off, void *dst, size_t len);
/** Boot configuration in use (areas, geometry). */
const struct tug_boot_cfg *tug_vdev_boot_cfg(const struct tug_vdev *v);

/** Faults of a virtual link. */
struct tug_vdev_faults {
	double loss;        /**< probability that a packet is lost, 0..1 */
	double duplicate;   /**< probability that a packet arrives twice */
	double reorder;     /**< probability that a packet overtakes the one before */
	uint32_t delay_ms;  /**< added to each direction */
	uint32_t rate_bps;  /**< bits per second, 0 = unlimited */
	uint64_t seed;      /**< of the dice; printed by whoever sets it */
};

/** A running virtual device on a loop: the core behind endpoints, with faults. */
struct tug_vdev_run;

/** Where `tug vdev` listens. */
struct tug_vdev_listen {
	bool udp;              /**< open UDP */
	const char *udp_host;  /**< NULL = 127.0.0.1 */
	uint16_t udp_port;     /**< 0 = any */
	bool pty;              /**< open a pty */
	const char *pty_link;  /**< symlink or NULL */
	bool pty_raw;          /**< raw UART framing on the pty */
	struct tug_vdev_faults faults; /**< on every endpoint */
	bool pty_console;      /**< console lines appear on the pty, between the frames, too */
};

/**
 * Start `v` (owned from now on, also on failure) on `loop`. `said` gets "udp:127.0.0.1:PORT serial:/dev/pts/N",
 * on failure one sentence. Errors: those of tug_endpoint_udp and tug_endpoint_pty, TUG_ENOSPACE.
 */
int tug_vdev_run_start(struct uv_loop_s *loop, struct tug_vdev *v, const struct tug_vdev_listen *where,
		       struct tug_vdev_run **out, char *said, size_t said_cap);
/** Stop and free, with the device. NULL is fine. */
void tug_vdev_run_stop(struct tug_vdev_run *r);

/**
 * The `vdev:` and `vdev:DIR` links: a device inside this process (nrf52840, swap-move, zephyr-4.2; with DIR
 * what DIR was made with). `vdev:` lives as long as the process. `vdev:DIR` goes on where it was when its link
 * was closed in good order, a reset that was due included; after a kill it boots, as after a power cut.
 */
extern const struct tug_scheme tug_scheme_vdev;

#ifdef __cplusplus
}
#endif
#endif
