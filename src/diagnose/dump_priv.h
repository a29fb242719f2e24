/* SPDX-License-Identifier: Apache-2.0
 *
 * What the readers of command-line clients share: octets written as text, console lines, image lists, commands
 * and what became of them. For these readers and their tests only.
 */
#ifndef TUG_DIAGNOSE_DUMP_PRIV_H
#define TUG_DIAGNOSE_DUMP_PRIV_H

#include <tug/smp_frame.h>

#include "reader_priv.h"

/* ---- places and times (read_dump.c) -------------------------------------------------------------------------- */

/** A line that is still needed when its call is over. */
struct tug_dg_dump_at {
	uint16_t input; /**< as in struct tug_dg_line */
	uint16_t src;   /**< as there */
	uint32_t no;    /**< as there; 0 = none kept */
	int64_t ms;     /**< as there */
	uint16_t len;   /**< octets of text */
	char text[TUG_EVIDENCE_TEXT]; /**< the clean line, cut */
};

/** Keep `l`. */
void tug_dg_dump_keep(struct tug_dg_dump_at *at, const struct tug_dg_line *l);
/** A line again; borrows `at`. */
struct tug_dg_line tug_dg_dump_line(const struct tug_dg_dump_at *at);

/** Days of an input's log, so that its time grows over midnight. Zeroed at the begin of an input. */
struct tug_dg_dump_days {
	bool known;    /**< `first` is filled */
	int64_t first; /**< day of the first time seen */
};

/**
 * "2026-01-31T09:15:02.118", also with "/" and " ", ",118" or no fraction, at the start of `*s`, cut off.
 * `*ms` = milliseconds from the start of the first day seen.
 */
bool tug_dg_dump_time(struct tug_dg_dump_days *days, struct tug_slice *s, int64_t *ms);
/** `s` without what syslog or journalctl put in front ("Feb  6 15:35:25 host prog[7]: "). */
struct tug_slice tug_dg_dump_unlog(struct tug_slice s);

/* ---- frames (read_dump.c) -------------------------------------------------------------------------------------- */

/**
 * Whole frames back to back in `octets`, each to tug_dg_frame. The last one may be cut off.
 * Result: frames given, 0 when not even a header is there.
 */
unsigned tug_dg_dump_frames(struct tug_diag *d, const struct tug_dg_line *l, bool sent, struct tug_slice octets);
/** A frame made of printed values: no sequence number, no version, unless `h` is known to hold them. */
void tug_dg_dump_made(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h, bool header_known,
		   struct tug_slice body);
/** Do these octets look like one whole frame: sane header, matching length, a well-formed map behind it? */
bool tug_dg_dump_plausible(struct tug_slice octets);

/** Frames seen lately in one direction, to tell a second print of a frame from a repeated frame. */
struct tug_dg_dump_once {
	struct {
		uint32_t sum; /**< checksum and length */
		uint16_t by;  /**< set of the forms that printed it */
	} frame[8];           /**< ring */
	uint8_t next;         /**< place for the next one */
};

/** Is this frame, printed in the form `form` (0..15), one that no other form has shown yet? */
bool tug_dg_dump_once(struct tug_dg_dump_once *o, unsigned form, struct tug_slice frame);

/**
 * One row of a dump: offset, up to 16 octets in hex (alone or in groups of two), characters. `out` [16].
 * Result: octets, -1 when it is no such row. `*off` = offset.
 */
int tug_dg_dump_row(struct tug_slice text, uint64_t *off, uint8_t *out);

/* ---- console lines (read_dump_serial.c) ------------------------------------------------------------------------ */

/** Largest frame that is put together from console lines. */
#define TUG_DUMP_SERIAL_MAX 8192u

/** Octets of one direction of a serial line. */
struct tug_dg_dump_serial {
	struct tug_console_rx rx;
	bool open;                            /**< rx is prepared */
	struct tug_dg_dump_once *once;        /**< frames of this direction; set by the reader */
	unsigned form;                        /**< form of what comes next; set by the reader */
	struct tug_dg_dump_at text_at;           /**< where the text under way began */
	uint16_t text_len;                    /**< octets of it */
	uint8_t text[512];                    /**< text under way */
	uint8_t storage[TUG_DUMP_SERIAL_MAX]; /**< frame under way */
};

/**
 * Octets as they passed. Frames go to tug_dg_frame unless s->once knows them; text that was received to
 * tug_dg_dump_foreign.
 */
void tug_dg_dump_serial(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_serial *s, bool sent,
			struct tug_slice octets);
/** What came so far is all of a line. */
void tug_dg_dump_serial_flush(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_serial *s, bool sent);
/** Text that was received where frames were expected: a fact, and lines for the readers of consoles and the patterns. */
void tug_dg_dump_foreign(struct tug_diag *d, const struct tug_dg_line *l, struct tug_slice octets);

/* ---- image lists (read_dump_list.c) ---------------------------------------------------------------------------- */

/** An image list that is being printed. */
struct tug_dg_dump_list {
	bool open;               /**< a list is under way */
	bool slot_open;          /**< a slot is under way */
	bool numbers;            /**< JSON: the octets of its hash follow, one a line */
	struct tug_dg_dump_at at;   /**< first line */
	struct tug_dg_list list; /**< so far */
};

/** A list begins here; what was under way is dropped. */
void tug_dg_dump_list_begin(struct tug_dg_dump_list *p, const struct tug_dg_line *l);
/** The next slot begins. */
void tug_dg_dump_list_slot(struct tug_dg_dump_list *p, const struct tug_dg_line *l);
/** A field of the slot under way ("hash", "bootable", "flags", ...). False: no field of a slot. */
bool tug_dg_dump_list_field(struct tug_dg_dump_list *p, struct tug_slice key, struct tug_slice value);
/** "key: value" or "key=value," as one line; as tug_dg_dump_list_field. */
bool tug_dg_dump_list_line(struct tug_dg_dump_list *p, struct tug_slice text);

/**
 * A list printed as indented JSON, line by line: "images": [ or, once `p` is open, {, "key": value, and hashes as
 * numbers. False: no line of it.
 */
bool tug_dg_dump_list_json(struct tug_dg_dump_list *p, const struct tug_dg_line *l, struct tug_slice text);

/* ---- codes by name (read_dump_code.c) --------------------------------------------------------------------------- */

/**
 * "MGMT_ERR_ENOTSUP", "IMG_MGMT_ERR_NO_FREE_SLOT", "group=1,rc=4", "MGMT_ERR_UNKNOWN(300)" at the start of `text`.
 * `*group` = -1 for a generic code. False: none of these.
 */
bool tug_dg_dump_code_of(struct tug_slice text, int32_t *rc, int *group);

/* ---- command lines (read_dump_cli.c) ---------------------------------------------------------------------------- */

/** What a command line of a client asks for. */
struct tug_dg_dump_cli {
	uint16_t src;           /**< whose: enum tug_dg_src */
	bool command;           /**< hdr is filled: it makes a request */
	struct tug_smp_hdr hdr; /**< op, group, id */
	bool update;            /**< more than one request: upload, test, reset */
	bool debug;             /**< octets will be logged */
	char transport[8];      /**< "ble", "serial", "udp", "" = not said */
	uint8_t hash[64];       /**< hash to test or confirm */
	uint8_t hash_len;       /**< octets of it */
	bool confirm;           /**< image confirm */
	bool upgrade;           /**< only a newer version */
	uint32_t image;         /**< image to upload */
};

/** Is this a command line of mcumgr, newtmgr, smpmgr, mcumgrctl, mcumgr-client or nrfutil, as in a terminal? */
bool tug_dg_dump_cli(struct tug_slice text, struct tug_dg_dump_cli *out);
/** Is `text`, a part of `l`, one of the client `src`? What one reader finds out of a text, the next one need not. */
bool tug_dg_dump_cli_of(struct tug_dg_line *l, struct tug_slice text, uint16_t src, struct tug_dg_dump_cli *out);

/* ---- Python objects in print (read_dump_python.c) ---------------------------------------------------------------- */

/** Octets of one wrapped text. */
#define TUG_DUMP_WRAP_MAX 32768u
/** Stands in an unwrapped text where a line was full: there was a blank, or nothing. */
#define TUG_DUMP_FOLD 0x01

/** A text that a terminal wrapped: lines in, one text out. */
struct tug_dg_dump_wrap {
	bool open;             /**< lines are coming */
	uint16_t widest;       /**< octets of the longest line */
	size_t len;            /**< octets of text */
	struct tug_dg_dump_at at; /**< first line */
	uint8_t text[TUG_DUMP_WRAP_MAX];
};

/** A text begins. */
void tug_dg_dump_wrap_begin(struct tug_dg_dump_wrap *w, const struct tug_dg_line *l);
/** A line of it, without what else stands on it. What does not fit is dropped. */
void tug_dg_dump_wrap_add(struct tug_dg_dump_wrap *w, struct tug_slice text);
/** The text; blanks where shorter lines ended, TUG_DUMP_FOLD where full ones did. Borrows `w`. */
struct tug_slice tug_dg_dump_wrap_end(struct tug_dg_dump_wrap *w);

/**
 * The frame in the bytes literal behind `key` ("smp_data=") in `text`, `skip` octets into it. Blanks lost at folds are
 * found by the length in the header. Result: octets in `out`, also of a literal that was cut off; false: none there.
 */
bool tug_dg_dump_python_frame(struct tug_slice text, const char *key, size_t skip, struct tug_buf *out);
/** "header=Header(op=<OP.READ: 0>, ..., command_id=6)" in `text`. */
bool tug_dg_dump_python_header(struct tug_slice text, struct tug_smp_hdr *h);
/** Number behind `key` ("rc="), as n or <NAME: n>; false when it is not there. */
bool tug_dg_dump_python_number(struct tug_slice text, const char *key, int64_t *v);

/* ---- a command and what becomes of it (read_dump_run.c) ---------------------------------------------------------- */

/** The command under way. Its request is told with its result: a command of which nothing is seen proves nothing. */
struct tug_dg_dump_run {
	bool open;                  /**< a command was named, its result was not seen */
	bool real;                  /**< frames of it were seen: nothing is made up */
	bool moved;                 /**< an upload got on */
	bool exact;                 /**< off and len are octets, not rounded */
	uint64_t off;               /**< how far it got */
	uint64_t len;               /**< of how much */
	struct tug_dg_dump_at at;      /**< where it was named */
	struct tug_dg_dump_at moved_at; /**< latest progress */
	struct tug_dg_dump_cli cli;    /**< the command */
};

/** A command line was seen. */
void tug_dg_dump_run_begin(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_run *r,
			const struct tug_dg_dump_cli *cli);
/** A command is known by other words; not begun anew when it is the one under way. */
void tug_dg_dump_run_named(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_run *r, uint8_t op,
			uint16_t group, uint8_t id);
/** "12 KiB of 24 KiB": `exact` when not rounded. */
void tug_dg_dump_run_progress(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_run *r, uint64_t off,
			   uint64_t len, bool exact);
/** It was refused with this code; err_group -1 = generic. */
void tug_dg_dump_run_code(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_run *r, int32_t rc,
		       int err_group);
/** It was not answered. */
void tug_dg_dump_run_silent(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_run *r);
/** It was done. */
void tug_dg_dump_run_done(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_run *r);
/** It failed before or beside any answer. */
void tug_dg_dump_run_failed(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_run *r);
/** An image list was its answer: the list under way in `p` goes to the tracker. Nothing when none is under way. */
void tug_dg_dump_run_list(struct tug_diag *d, struct tug_dg_dump_run *r, struct tug_dg_dump_list *p, uint16_t src);
/** Its answer is about to be shown in octets: tell the request, with the sequence number and version of `answer`. */
void tug_dg_dump_run_answered(struct tug_diag *d, struct tug_dg_dump_run *r, const struct tug_smp_hdr *answer);
/** Nothing more will come. */
void tug_dg_dump_run_end(struct tug_diag *d, struct tug_dg_dump_run *r);

#endif
