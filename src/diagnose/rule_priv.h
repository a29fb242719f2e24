/* SPDX-License-Identifier: Apache-2.0
 *
 * The shape of a rule: one row of data, and a small predicate where text alone does not decide. A rule lives
 * in one rules_*.c file; its row order there is the order of its findings within a severity, after `rank`.
 * For src/diagnose and its tests only.
 */
#ifndef TUG_DIAGNOSE_RULE_PRIV_H
#define TUG_DIAGNOSE_RULE_PRIV_H

#include "facts_priv.h"

/** Most patterns of one rule. */
#define TUG_RULE_SEEN 12u

struct tug_hit;

/** Does the rule fire? Adds evidence and, where they differ from the row, severity, certainty and texts. */
typedef bool (*tug_rule_fn)(const struct tug_dg_facts *f, struct tug_hit *h);

/** The rule looks at configuration only: it runs in both scopes. */
#define TUG_RULE_CONFIG 0x01u
/** A finding of this rule says that all is well with something: never in the verdict's blame. */
#define TUG_RULE_OK 0x02u

/**
 * One rule. Texts may hold `{...}` variants, resolved from the versions found (era.c):
 * `{mcuboot.conf}` becomes the file that configures MCUboot, `{z<3.3:old;new}` and `{ncs<2.7:old;new}` choose by
 * version and show both when none is known; every `CONFIG_X` of the table of renames is shown with its name of the
 * version found, or with both.
 */
struct tug_rule {
	const char *id;            /**< name of the finding; several rows may share one */
	uint16_t rank;             /**< order within a severity, low first */
	uint8_t severity;          /**< enum tug_severity */
	uint8_t flags;             /**< TUG_RULE_* */
	/**
	 * Patterns, NULL after the last. A pattern is literal text in which a blank stands for any run of blanks (line
	 * ends of wrapped text included), `%d` for a decimal number, `%x` for a hex number with or without 0x, `%s` for
	 * a run of anything but blanks, `%*` for anything up to the text after it. At least 4 literal characters in a row.
	 */
	const char *seen[TUG_RULE_SEEN];
	tug_rule_fn when;          /**< NULL: fires when any pattern was seen, with its first and last place as evidence */
	const char *title;         /**< one sentence: what is so */
	const char *cause;         /**< why */
	const char *fix;           /**< what to do */
	const char *next;          /**< the very next step, an imperative clause for the verdict; NULL = fix */
	const char *settle;        /**< what settles it when only possible; NULL = nothing known */
	const char *commands;      /**< lines to type or to configure, separated by '\n'; NULL = none */
	const char *source;        /**< short keys of docs/diagnosis.md */
};

/** A finding being made. Functions below fill it. */
struct tug_hit {
	const struct tug_rule *rule;          /**< the row */
	const struct tug_dg_seen *const *seen; /**< [TUG_RULE_SEEN] occurrences of the row's patterns, never NULL */
	enum tug_severity severity;           /**< starts as the row's */
	enum tug_certainty certainty;         /**< starts PROVEN; POSSIBLE lowers BLOCKING to DEGRADED */
	char *title;                          /**< heap, replaces the row's; NULL = the row's */
	char *cause;                          /**< heap, replaces the row's; NULL = the row's */
	char *fix;                            /**< heap, replaces the row's; NULL = the row's */
	char *commands;                       /**< heap, replaces the row's; NULL = the row's */
	struct tug_evidence evidence[TUG_EVIDENCE_MAX]; /**< [n_evidence] */
	size_t n_evidence;                    /**< places */
};

/** Quote a place, unless it is empty (line 0 and no text) or there already. */
void tug_hit_quote(struct tug_hit *h, const struct tug_evidence *at);
/** Quote first and last place of pattern `i`. Result: it was seen. */
bool tug_hit_seen(struct tug_hit *h, unsigned i);
/** Quote every pattern that was seen. Result: any was. */
bool tug_hit_any(struct tug_hit *h);
/** Replace title, cause or fix (printf). */
void tug_hit_title(struct tug_hit *h, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tug_hit_cause(struct tug_hit *h, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tug_hit_fix(struct tug_hit *h, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tug_hit_commands(struct tug_hit *h, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Only possible: certainty POSSIBLE with that severity. */
void tug_hit_possible(struct tug_hit *h, enum tug_severity severity);

/** One file of rules. */
struct tug_rule_set {
	const struct tug_rule *rule; /**< [n] */
	size_t n;                    /**< rows */
};

/** All files of rules (rules.c), in the order of docs/diagnosis.md; `*n` = files. */
const struct tug_rule_set *const *tug_rule_sets(size_t *n);

#define TUG_RULE_SET(name) extern const struct tug_rule_set name
TUG_RULE_SET(tug_rules_link);     /* 2.1 connection and GATT */
TUG_RULE_SET(tug_rules_frames);   /* 2.2 SMP transport and buffers */
TUG_RULE_SET(tug_rules_missing);  /* 2.3 unsupported commands */
TUG_RULE_SET(tug_rules_upload);   /* 2.4 upload */
TUG_RULE_SET(tug_rules_state);    /* 2.5 image state */
TUG_RULE_SET(tug_rules_swap);     /* 2.5 swap */
TUG_RULE_SET(tug_rules_slots);    /* 1 what an image list by itself says */
TUG_RULE_SET(tug_rules_boot);     /* 2.6 bootloader */
TUG_RULE_SET(tug_rules_cut);      /* 2.6 swaps cut off, starts that lead nowhere */
TUG_RULE_SET(tug_rules_keys);     /* 2.7 signature and keys */
TUG_RULE_SET(tug_rules_layout);   /* 2.8 partitions */
TUG_RULE_SET(tug_rules_kconfig);  /* 2.9 options of Kconfig */
TUG_RULE_SET(tug_rules_project);  /* 2.9 project configuration */
TUG_RULE_SET(tug_rules_lint);     /* single settings and their arithmetic */
TUG_RULE_SET(tug_rules_lint_more); /* groups, serial lines, UDP */
TUG_RULE_SET(tug_rules_lint_boot); /* MCUboot and sysbuild */
TUG_RULE_SET(tug_rules_cores);    /* 2.10 several cores */
TUG_RULE_SET(tug_rules_recovery); /* 2.11 serial recovery */
TUG_RULE_SET(tug_rules_speed);    /* 2.12 performance */
TUG_RULE_SET(tug_rules_security); /* 2.13 security and pairing */
TUG_RULE_SET(tug_rules_host);     /* 2.14 host side */
TUG_RULE_SET(tug_rules_live);     /* what a device does when it is asked */
TUG_RULE_SET(tug_rules_codes);    /* return codes that no other rule explains */

#endif
