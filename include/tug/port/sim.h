/* SPDX-License-Identifier: Apache-2.0
 *
 * The simulated port: a flash device with strict rules, faults and power cuts, a virtual clock, seeded
 * dice, a lossy packet link and a crypto table that only hashes. Host only; allocates.
 */
#ifndef TUG_PORT_SIM_H
#define TUG_PORT_SIM_H

#include <tug/port/clock.h>
#include <tug/port/crypto.h>
#include <tug/port/flash.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- dice ------------------------------------------------------------------------------------- */

/** Seeded random numbers; the same seed gives the same sequence everywhere. Not for secrets. */
struct tug_dice {
	uint64_t state; /**< private */
};

/** Start a sequence. */
void tug_dice_seed(struct tug_dice *d, uint64_t seed);
/** Next 64 random bits. */
uint64_t tug_dice_next(struct tug_dice *d);
/** Number in 0..n-1; 0 when n is 0. */
uint32_t tug_dice_below(struct tug_dice *d, uint32_t n);
/** True with probability `p` (0 = never, 1 = always). */
bool tug_dice_chance(struct tug_dice *d, double p);

/* ---- clock ------------------------------------------------------------------------------------ */

/** A clock that goes only when told. */
struct tug_sim_clock {
	uint64_t now_ms; /**< set it forward at will, never back */
};

/** The port of a virtual clock. Borrows `c` while it is used. */
struct tug_clock tug_sim_clock_port(struct tug_sim_clock *c);

/* ---- flash ------------------------------------------------------------------------------------ */

/** `count` neighbouring sectors of `size` octets: one run of a sector map. */
struct tug_sim_run {
	uint32_t size;  /**< octets of one sector */
	uint32_t count; /**< sectors */
};

/** Where power is cut relative to one operation. */
enum tug_sim_cut {
	TUG_SIM_CUT_BEFORE = 0,      /**< operation N leaves no mark */
	TUG_SIM_CUT_TORN_RANDOM = 1, /**< parts of operation N are done, others not, others are noise */
	TUG_SIM_CUT_TORN_ZEROS = 2,  /**< a part of operation N is done, the rest of its octets reads 0x00 */
	TUG_SIM_CUT_TORN_ONES = 3,   /**< a part of operation N is done, the rest of its octets reads 0xff */
	TUG_SIM_CUT_AFTER = 4,       /**< operation N is complete, nothing follows */
	TUG_SIM_CUT_KINDS = 5,       /**< number of kinds */
};

/** Kinds of driver calls, as a bit set. */
enum tug_sim_call {
	TUG_SIM_READ = 1,  /**< reads */
	TUG_SIM_WRITE = 2, /**< writes */
	TUG_SIM_ERASE = 4, /**< erases */
};

/** Calls that fail. */
struct tug_sim_fail {
	uint8_t calls;  /**< enum tug_sim_call, or-ed */
	uint32_t off;   /**< device offset: only calls that touch [off, off+len) */
	uint32_t len;   /**< octets; 0 = the whole device, whatever off says */
	uint32_t skip;  /**< so many matching calls still succeed */
	uint32_t times; /**< so many fail then; 0 = all */
	int err;        /**< result of a failing call, negative; nothing is changed on flash */
};

/** Calls that broke the rules. Each one was refused and changed nothing. */
struct tug_sim_broken {
	uint32_t align;  /**< not on the write unit or the sector grid */
	uint32_t bounds; /**< outside the device */
	uint32_t twice;  /**< programmed twice without an erase */
	char last_op;    /**< 'R', 'W', 'E' of the latest; 0 = none */
	uint32_t last_off; /**< its device offset */
	uint32_t last_len; /**< its length */
};

/** Told of each write ('W') and erase ('E') that starts; device offset and length. */
typedef void (*tug_sim_trace_fn)(void *ctx, char op, uint32_t off, uint32_t len);

/** What a simulated device is made of. */
struct tug_sim_flash_cfg {
	const struct tug_sim_run *runs; /**< [n_runs] sector map, borrowed for the call */
	size_t n_runs;                  /**< runs */
	uint8_t write_size;             /**< 1, 2, 4, 8, 16 or 32 */
	uint8_t erased;                 /**< 0xff or 0x00 */
	const char *path;               /**< file that holds the octets; NULL = RAM. Survives kill -9 at any moment */
	uint32_t erase_us;              /**< busy time of one sector erase */
	uint32_t write_us;              /**< busy time of one write unit */
};

/** A simulated flash device. */
struct tug_sim_flash;

/**
 * Make a device. With a path: the file is opened and locked, or made (erased) when it is not there.
 * Errors: TUG_EINVAL (map or unit), TUG_ENOSPACE (no memory), TUG_EFILE (cannot be opened, or another size),
 * TUG_EACCESS, TUG_EDISKFULL, TUG_EBUSY (another process or device uses the file).
 */
int tug_sim_flash_create(const struct tug_sim_flash_cfg *cfg, struct tug_sim_flash **out);
/** Free; a file keeps its octets. NULL is fine. */
void tug_sim_flash_destroy(struct tug_sim_flash *f);
/** The device for areas. Valid until destroyed. */
const struct tug_flash *tug_sim_flash_dev(const struct tug_sim_flash *f);
/** The octets as they are, size of the device, past all rules (tests, presets). */
uint8_t *tug_sim_flash_bytes(struct tug_sim_flash *f);
/** After octets were changed through tug_sim_flash_bytes: what is not erased counts as programmed. */
void tug_sim_flash_settle(struct tug_sim_flash *f);

/** Writes and erases so far, those cut or failing included. */
uint64_t tug_sim_flash_ops(const struct tug_sim_flash *f);
/** Accumulated busy time, microseconds. */
uint64_t tug_sim_flash_busy_us(const struct tug_sim_flash *f);
/** Change the busy times. */
void tug_sim_flash_timing(struct tug_sim_flash *f, uint32_t erase_us, uint32_t write_us);
/** Rule violations so far. */
const struct tug_sim_broken *tug_sim_flash_broken(const struct tug_sim_flash *f);
/** Report operations to `fn` (NULL = nobody). */
void tug_sim_flash_trace(struct tug_sim_flash *f, tug_sim_trace_fn fn, void *ctx);

/**
 * Cut power at the `nth` write or erase from now (1 = the next one); 0 = no cut is planned any more.
 * The cut call and every later call of any kind returns TUG_EPOWER until tug_sim_flash_power_up.
 * `seed` = of the torn part.
 */
void tug_sim_flash_cut(struct tug_sim_flash *f, uint64_t nth, enum tug_sim_cut kind, uint64_t seed);
/** True after a cut fired and before power comes back. */
bool tug_sim_flash_is_off(const struct tug_sim_flash *f);
/** Power comes back; a planned cut that has not fired stays planned. */
void tug_sim_flash_power_up(struct tug_sim_flash *f);
/** Let calls fail; NULL = none any more. The record is copied. */
void tug_sim_flash_fail(struct tug_sim_flash *f, const struct tug_sim_fail *fail);
/** Calls that failed because of tug_sim_flash_fail. */
uint32_t tug_sim_flash_failed(const struct tug_sim_flash *f);

/** Octets of storage that tug_sim_flash_save fills. */
size_t tug_sim_flash_state_size(const struct tug_sim_flash *f);
/** Save octets and programmed marks; counters and faults are not saved. */
void tug_sim_flash_save(const struct tug_sim_flash *f, void *state);
/** Load what tug_sim_flash_save saved of a device of the same configuration. */
void tug_sim_flash_load(struct tug_sim_flash *f, const void *state);

/* ---- lossy link ------------------------------------------------------------------------------- */

/** Faults of one direction of a packet link. All zero = ideal. */
struct tug_lossy_cfg {
	double loss;       /**< probability that a packet is lost */
	double duplicate;  /**< probability that it arrives twice */
	double reorder;    /**< probability that it is held back past the next one */
	uint32_t delay_ms; /**< added to each packet */
	uint32_t rate_bps; /**< bits per second, 0 = unlimited; packets queue behind each other */
	uint64_t seed;     /**< of the dice */
};

/** One direction of a lossy packet link, on the caller's clock. */
struct tug_lossy;

/** Make one. NULL = no memory. */
struct tug_lossy *tug_lossy_create(const struct tug_lossy_cfg *cfg);
/** Free. NULL is fine. */
void tug_lossy_destroy(struct tug_lossy *l);
/** A packet goes in (copied). Errors: TUG_ENOSPACE (no memory). */
int tug_lossy_send(struct tug_lossy *l, struct tug_slice packet, uint64_t now_ms);
/** A packet that has arrived: 1 = appended to the emptied `out`, 0 = none yet, TUG_ENOSPACE = larger than `out` (dropped). */
int tug_lossy_recv(struct tug_lossy *l, uint64_t now_ms, struct tug_buf *out);
/** Time of the next arrival, UINT64_MAX = none is under way. */
uint64_t tug_lossy_deadline(const struct tug_lossy *l);
/** Packets under way. */
size_t tug_lossy_pending(const struct tug_lossy *l);
/** Drop everything under way. */
void tug_lossy_clear(struct tug_lossy *l);

/* ---- crypto ----------------------------------------------------------------------------------- */

/** Digests only (OpenSSL); every signature check answers TUG_EFLAGS. For power-cut sweeps. */
extern const struct tug_crypto tug_crypto_hashonly;

#ifdef __cplusplus
}
#endif
#endif
