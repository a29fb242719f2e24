/* SPDX-License-Identifier: Apache-2.0
 *
 * Diagnosis: why an update failed. Logs, consoles, configuration and live answers go in, in any mix; findings
 * with evidence come out. Streams: memory does not grow with the size of a log. Host only; allocates; reads no
 * files and prints nothing. One thread per diagnosis.
 */
#ifndef TUG_DIAGNOSE_H
#define TUG_DIAGNOSE_H

#include <tug/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How bad a finding is; findings are reported in this order. */
enum tug_severity {
	TUG_SEV_BLOCKING, /**< the update cannot succeed like this */
	TUG_SEV_DEGRADED, /**< works badly, or is a trap for a later update */
	TUG_SEV_HARMLESS, /**< looks like a fault and is none */
	TUG_SEV_ADVICE,   /**< better another way */
};

/** How sure a finding is. A possible one is put as a question and is never blocking. */
enum tug_certainty {
	TUG_PROVEN,   /**< the inputs show it */
	TUG_POSSIBLE, /**< the inputs allow it; `settle` says what would show it */
};

/** Octets of a quoted line, terminator included; longer lines end in "...". */
#define TUG_EVIDENCE_TEXT 200u
/** Most lines of evidence a finding quotes. */
#define TUG_EVIDENCE_MAX 8u
/** Most frames a report keeps for a drawing. */
#define TUG_REPORT_FRAMES 200u

/** A place in an input. */
struct tug_evidence {
	uint16_t input;               /**< index into the report's inputs */
	uint32_t line;                /**< line number, from 1; 0 = the whole input */
	int64_t ms;                   /**< time of day or of the log in milliseconds, -1 = unknown */
	char text[TUG_EVIDENCE_TEXT]; /**< the line, made printable; UTF-8 */
};

/** One finding. Strings live as long as the report. */
struct tug_finding {
	const char *id;                /**< name in docs/diagnosis.md */
	enum tug_severity severity;    /**< how bad */
	enum tug_certainty certainty;  /**< how sure */
	const char *title;             /**< one sentence */
	const char *cause;             /**< why it is so */
	const char *fix;               /**< what to do */
	const char *settle;            /**< POSSIBLE: what settles the question; else "" */
	const char *const *commands;   /**< [n_commands] lines to type or to put into a configuration */
	size_t n_commands;             /**< lines */
	const char *source;            /**< where this is known from */
	const struct tug_evidence *evidence; /**< [n_evidence] */
	size_t n_evidence;             /**< places */
};

/** One input as it was recognised. */
struct tug_report_input {
	const char *name;  /**< as given */
	const char *kind;  /**< what it was recognised as, several joined by ", "; "" = not recognised */
	uint64_t lines;    /**< lines read */
	uint64_t known;    /**< lines a reader understood */
};

/** State of one slot in a list. */
struct tug_report_slot {
	uint8_t image;       /**< image number */
	uint8_t slot;        /**< slot number */
	bool bootable;       /**< flag of the list */
	bool pending;        /**< flag of the list */
	bool confirmed;      /**< flag of the list */
	bool active;         /**< flag of the list */
	bool permanent;      /**< flag of the list */
	char version[32];    /**< as reported, "" = not reported */
	uint8_t hash[64];    /**< digest as reported */
	uint8_t hash_len;    /**< octets of it, 0 = not reported */
};

/** Most slots kept of one list. */
#define TUG_REPORT_SLOTS 8u

/** What a drawing shows in one row. */
enum tug_row_kind {
	TUG_ROW_REQUEST,  /**< client to device: one SMP frame */
	TUG_ROW_RESPONSE, /**< device to client: one SMP frame */
	TUG_ROW_LINK,     /**< link up or down, parameters */
	TUG_ROW_CLIENT,   /**< what the client says it does */
	TUG_ROW_BOOT,     /**< a line of the bootloader's console */
	TUG_ROW_APP,      /**< a line of the application's console */
};

/** One row of a drawing. */
struct tug_report_row {
	enum tug_row_kind kind;                        /**< which lane */
	struct tug_evidence at;                        /**< where it stands */
	char label[96];                                /**< short text, "image list: slot 1 pending" */
	bool failed;                                   /**< it says that something went wrong */
	uint64_t gap;                                  /**< rows left out just before this one */
	uint8_t n_slots;                               /**< slots known after this row; 0 = unchanged or unknown */
	struct tug_report_slot slots[TUG_REPORT_SLOTS]; /**< [n_slots] */
};

/** The result. */
struct tug_report {
	const char *verdict;                   /**< one paragraph: what happened, what blocks, what to do next */
	const struct tug_finding *findings;    /**< [n_findings], ordered by severity */
	size_t n_findings;                     /**< findings */
	const struct tug_report_input *inputs; /**< [n_inputs], in the order given */
	size_t n_inputs;                       /**< inputs */
	const struct tug_report_row *rows;     /**< [n_rows], at most TUG_REPORT_FRAMES, in order of the inputs */
	size_t n_rows;                         /**< rows */
	uint64_t rows_left_out;                /**< rows that are not there, in all */
	bool recognised;                       /**< some input was understood */
};

/** What is asked of the inputs. */
enum tug_diag_scope {
	TUG_DIAG_ALL,    /**< everything (`tug explain`) */
	TUG_DIAG_CONFIG, /**< configuration only: rules on logs stay silent (`tug lint`) */
};

/** One diagnosis under way. */
struct tug_diag;

/** Begin. Result: TUG_OK. Errors: TUG_EINTERNAL (out of memory). */
int tug_diag_create(enum tug_diag_scope scope, struct tug_diag **out);
/** Free it and everything it gave out. NULL is fine. */
void tug_diag_free(struct tug_diag *d);

/** Begin an input. `name` is copied; its last path components hint at the role of a configuration file. */
int tug_diag_input(struct tug_diag *d, const char *name);
/** Octets of the input begun last, in pieces of any size. NULs, invalid UTF-8 and lines of any length are fine. */
int tug_diag_feed(struct tug_diag *d, struct tug_slice octets);

/** A live device: begin an input named after `url`. */
int tug_diag_live(struct tug_diag *d, const char *url);
/** One frame that passed on the live link, `ms` on any clock that does not go back. */
void tug_diag_frame(struct tug_diag *d, int64_t ms, bool sent, struct tug_slice frame);
/** A request on the live link stayed without an answer: `frame` as sent. */
void tug_diag_silence(struct tug_diag *d, int64_t ms, struct tug_slice frame);
/** A line of text from the live device that is no frame. */
void tug_diag_text(struct tug_diag *d, int64_t ms, struct tug_slice line);

/**
 * End all inputs and weigh everything. The report lives until tug_diag_free; nothing may be fed after.
 * Errors: TUG_EINTERNAL (out of memory).
 */
int tug_diag_report(struct tug_diag *d, const struct tug_report **out);

/** Word for a severity ("blocking"), never NULL. */
const char *tug_severity_name(enum tug_severity s);
/** Word for a certainty ("proven"), never NULL. */
const char *tug_certainty_name(enum tug_certainty c);

/** How a text report looks. */
struct tug_report_style {
	unsigned width; /**< columns of the terminal, 0 = 80 */
	bool colour;    /**< escape sequences for colours are fine */
	bool brief;     /**< verdict and findings that block, a line each */
};

/** The report as text on the heap, for free(); NULL when memory is short. */
char *tug_report_text(const struct tug_report *r, const struct tug_report_style *style);
/** The report as one JSON document on the heap, for free(); NULL when memory is short. Form: docs/diagnosis.md. */
char *tug_report_json(const struct tug_report *r);
/** The report as one HTML file without scripts or outside references, on the heap, for free(); NULL when memory is short. */
char *tug_report_html(const struct tug_report *r);

/** One rule as documentation and completeness tests see it. */
struct tug_rule_info {
	const char *id;             /**< name of its finding */
	enum tug_severity severity; /**< usual severity */
	const char *title;          /**< usual title */
	const char *source;         /**< where it is known from */
};

/** The rules, in the order of docs/diagnosis.md; `*n` = how many. Several rules may share an id. */
const struct tug_rule_info *tug_rules(struct tug_diag *d, size_t *n);

#ifdef __cplusplus
}
#endif
#endif
