/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of a diagnosis: inputs being read, patterns being looked for, trackers' state, the report being made.
 * For src/diagnose only.
 */
#ifndef TUG_DIAGNOSE_ENGINE_PRIV_H
#define TUG_DIAGNOSE_ENGINE_PRIV_H

#include "reader_priv.h"
#include "rule_priv.h"

/** Most inputs of one diagnosis; later ones are refused. */
#define TUG_DG_INPUTS 256u

/** One input. */
struct tug_dg_input {
	char *name;         /**< as given, heap */
	char *kind;         /**< kinds joined, heap; filled at its end */
	uint64_t lines;     /**< read */
	uint64_t known;     /**< understood */
	uint64_t *by;       /**< [readers] lines each reader took, heap */
	void **state;       /**< [readers] states, heap; NULL after the end */
	uint64_t octets;    /**< read */
	uint8_t head[4];    /**< first octets */
	bool binary;        /**< an image file: not split into lines */
	bool live;          /**< frames come through tug_diag_frame */
	bool ended;         /**< its end was told to the readers */
	int64_t ms_last;    /**< latest time */
};

/* ---- patterns (match.c) ------------------------------------------------------------------------------------- */

/** A line kept for patterns that run over line ends. */
struct tug_dg_kept {
	int64_t ms;             /**< time, -1 = none */
	uint32_t no;            /**< line number */
	uint16_t input;         /**< index of the input */
	uint16_t src;           /**< who wrote it */
	size_t len;             /**< octets */
	size_t cap;             /**< of p */
	uint8_t *p;             /**< heap */
};
/** Lines kept: two before, the one looked at, two after. */
#define TUG_DG_KEPT 5u

struct tug_dg_pattern; /* match.c */

/** All patterns of all rules. */
struct tug_dg_match {
	struct tug_dg_pattern *pattern; /**< [n], heap */
	struct tug_dg_seen *seen;       /**< [n] occurrences, heap */
	size_t n;                       /**< patterns, equal ones once */
	uint64_t hot[1024];             /**< filter over hashes of four octets */
	uint64_t warm[1024];            /**< the same of the first and of the last three of them */
	uint16_t *next;                 /**< [n] chains of patterns with equal hash, heap */
	uint16_t *of_row;               /**< [rules][TUG_RULE_SEEN] pattern of a rule, index + 1, heap */
	uint16_t bucket[4096];          /**< heads of the chains, index + 1 */
	struct tug_dg_kept kept[TUG_DG_KEPT]; /**< ring */
	uint64_t pushed;                /**< lines pushed since the last flush */
	uint64_t done;                  /**< of these looked at */
};

/** Collect the patterns of all rule sets. Errors: TUG_EINTERNAL. */
int tug_dg_match_init(struct tug_dg_match *m);
/** Free. */
void tug_dg_match_free(struct tug_dg_match *m);
/** A line for the patterns. */
void tug_dg_match_line(struct tug_dg_match *m, const struct tug_dg_line *l);
/** The input ends: look at what is kept. */
void tug_dg_match_flush(struct tug_dg_match *m);
/** Occurrences of pattern `i` of rule `row` (counted over all sets); NULL when it has no anchor. */
const struct tug_dg_seen *tug_dg_match_seen(const struct tug_dg_match *m, size_t row, size_t i);
/** Try one pattern on one text from its start anywhere (for tests). */
bool tug_dg_match_try(const char *pattern, struct tug_slice text, struct tug_dg_seen *out);
/** Is the text at [from, to) of the line only explained there (a manual, a table, a source), not printed? */
bool tug_dg_explained(struct tug_slice line, size_t from, size_t to);

/* ---- tracker state ------------------------------------------------------------------------------------------ */

struct tug_dg_track;   /* track.c: open requests, joined octets, positions in the story */
struct tug_dg_rows;    /* rows.c: rows kept for a drawing */
struct tug_dg_console; /* boots.c: the boot under way */

/** Create and free; NULL when memory is short. */
struct tug_dg_track *tug_dg_track_new(void);
void tug_dg_track_free(struct tug_dg_track *t);
/** The input ends, or all inputs do: close what is open, in the facts. */
void tug_dg_track_end(struct tug_diag *d);
struct tug_dg_console *tug_dg_console_new(void);
void tug_dg_console_free(struct tug_dg_console *c);
struct tug_dg_rows *tug_dg_rows_new(void);
void tug_dg_rows_free(struct tug_dg_rows *r);
struct tug_dg_conf *tug_dg_conf_new(void);
void tug_dg_conf_free(struct tug_dg_conf *c);
/** A file is among the inputs, or is named as there (a heading in a paste). */
void tug_dg_conf_note_file(struct tug_dg_conf *c, const char *name, const struct tug_evidence *at);

/** A row for a drawing (rows.c): kept or left out by its place; `failed` rows and their neighbours stay. */
void tug_dg_row(struct tug_diag *d, enum tug_row_kind kind, const struct tug_evidence *at, bool failed,
		struct tug_slice text);
/** The same with a text to be made. */
void tug_dg_row_say(struct tug_diag *d, enum tug_row_kind kind, const struct tug_evidence *at, bool failed,
		    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/** Put the rows into the report, those that findings quote for certain. Errors: TUG_EINTERNAL. */
int tug_dg_rows_take(struct tug_diag *d);

/** A text that no reader of phones' logs knows: most of what repeats without a time in front. */
struct tug_dg_strange {
	uint8_t len;      /**< octets; 0 = none */
	uint8_t text[127]; /**< [len] */
};
/** Such texts kept, by a hash. */
#define TUG_DG_STRANGE 256u

/* ---- the diagnosis ------------------------------------------------------------------------------------------ */

/** One diagnosis. */
struct tug_diag {
	enum tug_diag_scope scope;
	struct tug_dg_facts *facts;       /**< heap */
	struct tug_dg_match match;        /**< patterns */
	struct tug_dg_track *track;       /**< heap */
	struct tug_dg_console *console;   /**< heap */
	struct tug_dg_rows *rows;         /**< heap */
	struct tug_dg_input *input;       /**< [n_inputs], heap */
	size_t n_inputs;                  /**< inputs */
	uint8_t *carry;                   /**< line under way, heap, TUG_DG_LINE_MAX */
	size_t carry_len;                 /**< octets of it kept */
	bool carry_cut;                   /**< more octets came than are kept */
	bool carry_open;                  /**< a line is under way */
	uint8_t *clean;                   /**< room for a clean line, heap */
	struct tug_dg_pairs pairs;        /**< of the line being read */
	struct tug_dg_strange strange[TUG_DG_STRANGE]; /**< texts told apart before */
	bool out_of_memory;               /**< something could not be kept */
	/* the report */
	struct tug_report report;         /**< what is given out */
	struct tug_rule_info *info;       /**< rules as tug_rules shows them, heap */
	size_t n_info;                    /**< rows */
	char **strings;                   /**< [n_strings] texts of the report, heap */
	size_t n_strings;                 /**< texts */
};

/** Clean `raw` into `out` [at least 3 * TUG_DG_LINE_MAX octets]; may return `raw` itself when there is nothing to clean. */
struct tug_slice tug_dg_clean(struct tug_slice raw, uint8_t *out);
/** Room that tug_dg_clean needs. */
#define TUG_DG_CLEAN_CAP ((size_t)3 * TUG_DG_LINE_MAX)

/** Octets of `s` up to where the next line of a log begins that was joined to one line; `s.len` = none (unfold.c). */
size_t tug_dg_unfold(struct tug_slice s);

/** One clean-able line to the readers and the patterns (input.c). */
void tug_dg_take_line(struct tug_diag *d, struct tug_slice raw, bool cut, int64_t ms);
/** Tell readers, patterns and trackers that the current input ends (input.c). */
void tug_dg_input_end(struct tug_diag *d);

/** A text with its variants resolved by the versions found, on the heap; NULL when memory is short (era.c). */
char *tug_dg_era(const struct tug_dg_facts *f, const char *text);
/** Old name (Zephyr <= 3.2) of a symbol without CONFIG_, or NULL; `len` characters (renames.c). */
const char *tug_dg_rename_old(const char *name, size_t len, char *buf, size_t cap);
/** New name (Zephyr >= 3.3) of an old symbol, or NULL. */
const char *tug_dg_rename_new(const char *name, size_t len, char *buf, size_t cap);

/** The paragraph on top, heap (verdict.c): from the facts and the ordered findings. */
char *tug_dg_verdict(const struct tug_diag *d, const struct tug_finding *f, size_t n, const struct tug_rule *const *rule);

/** Keep a heap text for the report's life. Result: it, or "" when `text` is NULL. */
const char *tug_dg_keep(struct tug_diag *d, char *text);

#endif
