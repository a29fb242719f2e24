/* SPDX-License-Identifier: Apache-2.0
 *
 * A device for the client's tests, written from docs/smp.md and not from src/server: slots, swap, quirks of
 * servers, applications that crash; a link with loss, duplicates, reorder and delay; a virtual clock.
 */
#ifndef CLIENT_FAKE_H
#define CLIENT_FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <tug/update.h>

#define FAKE_SLOT 65536u

/* How an image behaves; the octet behind its header. */
enum fake_app { FAKE_OK = 0, FAKE_CRASH, FAKE_HANG, FAKE_NO_SMP, FAKE_BAD_KEY };

/* Quirks; zero = Zephyr of 2025, swap using move. */
struct fake_quirks {
	int8_t mode;            /* enum tug_boot_mode; 0 is taken as swap-move */
	bool old_logic;         /* up to 3.3: confirms that change nothing are answered with success */
	bool v1_only;           /* answers version 0 and {"rc":n}, whatever was asked */
	bool refuse_v2;         /* {"rc":13} to version 1 headers */
	bool ignore_v2;         /* silence to version 1 headers */
	bool pending_in_use;    /* a pending slot is neither erased nor uploaded over */
	bool no_params;
	bool no_bootinfo;
	bool no_slotinfo;
	bool no_erase;
	bool no_state_write;
	bool no_reset;
	bool no_settings;
	bool no_img;
	bool no_sha;            /* sha is ignored */
	bool no_hash;           /* the list tells none */
	bool match;             /* last answer bears "match" */
	bool recovery;          /* MCUboot serial recovery until the next reset */
	bool stay_recovery;     /* and after it, when the image is bad */
	bool speaks;            /* prints a line every 300 ms while it boots, and is stuck for good when asked meanwhile */
	uint8_t align;          /* recovery: stores multiples only; 0 = 1 */
	uint8_t reset_busy;     /* resets refused with rc 10 before one is taken */
	uint8_t skip_resets;    /* resets answered but not done */
	bool bad_trailer;       /* no mark is taken (err 23) until the slot is erased by the erase command */
	bool bad_for_good;      /* nor after that */
	uint8_t test_ignored;   /* tests answered with success that change nothing */
	uint32_t busy_every;    /* every n-th chunk is answered by its own offset, not stored */
	uint32_t lose_state_at; /* the upload is forgotten once at this offset */
	uint32_t flash_error_at; /* err 12 once at this offset */
	uint32_t swap_max;      /* images above are not swapped, 0 = no limit */
	uint32_t reset_ms;      /* from answer to reset; 0 = 250 */
	uint32_t boot_ms;       /* from reset to the first answer; 0 = 500 */
	uint32_t erase_ms;      /* first chunk, erase */
	uint32_t buf_size;      /* 0 = 384 */
	uint32_t buf_count;     /* 0 = 4 */
};

struct fake_slot {
	uint8_t flash[FAKE_SLOT];
	bool valid;             /* parsed */
	uint32_t len;
	struct tug_version version;
	uint8_t hash[32];
	enum fake_app app;
};

enum fake_swap { SW_NONE, SW_TEST, SW_PERM, SW_REVERT };

#define FAKE_PACKETS 64
#define FAKE_PACKET 4096

struct fake_packet {
	uint64_t at;
	uint32_t len;
	bool to_dev;
	bool used;
	uint8_t data[FAKE_PACKET];
};

struct fake_link {
	double loss;
	double duplicate;
	double reorder;
	uint32_t delay_ms;
	uint32_t cut_every;     /* every n-th packet takes the link down */
	bool drops_on_reset;    /* the link goes down with the device, as BLE and USB do */
	uint32_t max_frame;
	uint32_t assume;
	uint8_t overhead;
};

struct fake {
	struct fake_quirks q;
	struct fake_link link;
	uint64_t seed;
	uint64_t now;
	struct fake_slot slot[2];
	enum fake_swap type;      /* next boot */
	bool confirmed;           /* image in slot 0 */
	bool up;                  /* answers */
	bool dead;                /* the image serves no SMP */
	uint64_t up_at;           /* boot ends */
	uint64_t reset_at;        /* UINT64_MAX = none due */
	uint64_t speak_at;        /* next line while booting */
	uint64_t free_at;         /* busy with flash until */
	uint64_t last_tx;         /* answers leave in order */
	struct {
		bool on;
		uint32_t off, len;
		uint8_t sha[32];
		bool has_sha;
	} upl;
	uint32_t boots, chunks, frames, seen_uploads, seen_resets, settings_erased, sent_packets;
	bool link_up;
	bool cut_now;             /* the link goes down before the next step */
	bool lost_confirmed;      /* invariant broken: the only confirmed image was overwritten */
	struct fake_packet pkt[FAKE_PACKETS];
};

/* ---- images ---- */

/* Build an image of `len` octets (at least 200) into `out`. */
void fake_image(uint8_t *out, uint32_t len, struct tug_version v, enum fake_app app, uint8_t salt);
/* Put an image into a slot. */
void fake_put(struct fake *f, int slot, const uint8_t *image, uint32_t len);
/* Facts of an image for the planner. */
struct tug_plan_image fake_facts(const uint8_t *image, uint32_t len);

/* ---- device ---- */

void fake_init(struct fake *f, uint64_t seed);
/* Put the device into a row of the slot-state table; `run` in slot 0, `other` (may be NULL) in slot 1. */
void fake_state(struct fake *f, enum tug_dev_pattern p, const uint8_t *run, uint32_t run_len, const uint8_t *other,
		uint32_t other_len);
/* True when slot 0 runs exactly these octets. */
bool fake_runs(const struct fake *f, const uint8_t *image, uint32_t len);
/* Reset: through the bootloader into whatever runs then. */
void fake_boot(struct fake *f);
/* 0 <= result < 1. */
double fake_chance(struct fake *f);

/* Handle one request; result: octets of the answer in `rsp`, 0 = none. */
uint32_t fake_handle(struct fake *f, const uint8_t *req, uint32_t len, uint8_t *rsp);

/* ---- a whole update ---- */

struct fake_run {
	enum tug_outcome outcome;
	int err;
	bool ended;
	struct tug_smp_status status;
	char text[512];
	unsigned states, plans, steps, oks, notes, progress, results, resets_planned;
	char trace[2048];         /* names of the steps begun */
	char first_plan[256];     /* steps of the first plan */
	enum tug_plan_kind first_kind;
	int first_why;
	uint64_t took_ms;
	uint32_t late_off;        /* last PROGRESS */
	uint64_t cancel_at;       /* 0 = never */
};

/* Configuration with sensible defaults for `image`; `storage` static inside. */
void fake_cfg(struct tug_update_cfg *cfg, const struct tug_io *io, const uint8_t *image, uint32_t len);
/* Run to the end on the virtual clock. Fails the test when it does not end within `limit_ms`. */
void fake_update(struct fake *f, struct tug_update_cfg *cfg, struct fake_run *r, uint64_t limit_ms);

/* Seed from TUG_SEED or `fallback`; printed when a test fails. */
uint64_t fake_seed(uint64_t fallback);

#endif
