/* SPDX-License-Identifier: Apache-2.0
 *
 * Consoles: what stands in front of a line (boots_line.c), and the boot that is under way (boots.c). For the
 * readers of consoles and their tests only.
 */
#ifndef TUG_DIAGNOSE_BOOTS_PRIV_H
#define TUG_DIAGNOSE_BOOTS_PRIV_H

#include "reader_priv.h"
#include "rule_priv.h"

/** A piece of a console line without what terminals and log back ends put in front of it. */
struct tug_dg_says {
	struct tug_slice text;   /**< what was said, blanks at both ends cut off */
	struct tug_slice module; /**< module of the log ("mcuboot"), len 0 = not said */
	char level;              /**< 'E' 'W' 'I' 'D', 0 = not said */
	bool minimal;            /**< the level was written "I: " */
	bool bracket;            /**< the level was written "[INF] " */
	bool zephyr;             /**< the level was written "<inf> " */
	bool front;              /**< a time, a shell prompt or the channel of an RTT viewer stood in front */
	bool prompt;             /**< a shell prompt stood in front */
	int64_t ms;              /**< time of day that the terminal put in front, -1 = none */
};

/** Take a line apart. */
void tug_dg_says(struct tug_slice line, struct tug_dg_says *s);
/**
 * Where the next piece of a console begins in a line that holds several, as forums make them: an offset behind
 * `from`, or line.len when there is none.
 */
size_t tug_dg_says_next(struct tug_slice line, size_t from);

/** What a line of the bootloader tells. */
enum tug_dg_word {
	TUG_WORD_OTHER,     /**< something only the bootloader prints */
	TUG_WORD_START,     /**< it starts */
	TUG_WORD_FIRST,     /**< the stage before it (NSIB) is at work */
	TUG_WORD_PRIMARY,   /**< trailer of the primary slot */
	TUG_WORD_SECONDARY, /**< trailer of the secondary slot */
	TUG_WORD_SCRATCH,   /**< trailer of the scratch area */
	TUG_WORD_SOURCE,    /**< where the state of a swap is kept */
	TUG_WORD_SWAP,      /**< swap type; applications print it as well */
	TUG_WORD_ALGORITHM, /**< a swap begins */
	TUG_WORD_OVERWRITE, /**< an overwrite begins */
	TUG_WORD_XIP,       /**< it starts and is built for direct-xip */
	TUG_WORD_JUMP,      /**< it hands over to the image */
	TUG_WORD_BACK,      /**< the jump just announced does not come about */
	TUG_WORD_RECOVERY,  /**< it stays in serial recovery */
};

/** A banner between stars: `text` is what stands between them. */
void tug_dg_console_banner(struct tug_diag *d, const struct tug_dg_line *l, struct tug_slice text);
/** A line of the bootloader. False: it is the application's (a swap type outside a boot). */
bool tug_dg_console_boot(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_dg_says *s, enum tug_dg_word w);
/** Text that is not the bootloader's; `sure`: it is a console's for certain, else it may be prose. */
void tug_dg_console_app(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_dg_says *s, bool sure);
/** A trailer written by the application ("writing swap_info; ..."). */
void tug_dg_console_swap_info(struct tug_diag *d, const struct tug_dg_line *l, struct tug_slice text);
/** The bootloader is at work: started, not yet jumped. */
bool tug_dg_console_in_boot(const struct tug_diag *d, const struct tug_dg_line *l);
/** One of the last few lines of this input was a console's. */
bool tug_dg_console_near(const struct tug_diag *d, const struct tug_dg_line *l);
/** The input ends. */
void tug_dg_console_end(struct tug_diag *d);

/* ---- what rules ask (boots_ask.c) --------------------------------------------------------------------------- */

/** The boot that a place of a console belongs to, or NULL. */
const struct tug_dg_boot *tug_dg_boot_of(const struct tug_dg_facts *f, const struct tug_evidence *at);
/** The next boot of the same input, or NULL. */
const struct tug_dg_boot *tug_dg_boot_next(const struct tug_dg_facts *f, const struct tug_dg_boot *b);
/**
 * What was complained of at `at` is over: a later boot in the same input reached its image without a complaint
 * (`swap`: and swapped), or a client in the same input says later that all went well.
 */
bool tug_dg_boot_over(const struct tug_dg_facts *f, const struct tug_evidence *at, bool swap);
/** Quote pattern `i` of the hit's row when it was seen and is not over. Result: so it is. */
bool tug_hit_stands(const struct tug_dg_facts *f, struct tug_hit *h, unsigned i, bool swap);
/** The same without quoting. */
bool tug_dg_stands(const struct tug_dg_facts *f, const struct tug_hit *h, unsigned i, bool swap);
/** A swap was under way when this boot ended: no jump, no complaint, and another boot follows. */
bool tug_dg_boot_cut(const struct tug_dg_facts *f, const struct tug_dg_boot *b);
/** This boot found a swap half done and went on with it. */
bool tug_dg_boot_resumed(const struct tug_dg_boot *b);
/** The last boot found a swap half done and nothing to start; NULL: not so. */
const struct tug_dg_boot *tug_dg_boot_lost(const struct tug_dg_facts *f);
/** Slot that was waiting for the last reset and is gone after it, while the old image still runs; NULL: none. */
const struct tug_report_slot *tug_dg_vanished(const struct tug_dg_facts *f);

#endif
