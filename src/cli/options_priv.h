/* SPDX-License-Identifier: Apache-2.0
 *
 * Turns the words of the command line into a command, its options and its arguments, by the command
 * table. Knows no handlers and prints nothing. For src/cli only.
 */
#ifndef TUG_CLI_OPTIONS_PRIV_H
#define TUG_CLI_OPTIONS_PRIV_H

#include "table_priv.h"

/** Most options on one command line. */
#define TUG_ARGS_OPTS 512u

/** One option as given. */
struct tug_given {
	const struct tug_opt *opt; /**< row */
	const char *value;         /**< NULL for flags and for TUG_OPT_MAYBE without a value */
	const char *second;        /**< second word of TUG_OPT_PAIR */
};

/** A parsed command line; strings are borrowed from argv. */
struct tug_args {
	const struct tug_cmd *cmd;             /**< command; NULL with help or version set */
	const char **pos;                      /**< [n_pos] positional arguments, heap */
	size_t n_pos;                          /**< positional arguments */
	struct tug_given given[TUG_ARGS_OPTS]; /**< [n_given] options in order */
	size_t n_given;                        /**< options */
	bool help;                             /**< --help was given */
	bool version;                          /**< --version was given, and is not an own option of the command */
	char why[512];                         /**< the sentence when parsing failed */
};

/** Parse. False: usage error, args->why says what is wrong and what to do. tug_args_free either way. */
bool tug_args_parse(struct tug_args *args, int argc, char **argv);
/** Free what parsing allocated. */
void tug_args_free(struct tug_args *args);

/** True when the option was given. */
bool tug_args_has(const struct tug_args *args, const char *name);
/** Value of an option, or `def`. */
const char *tug_args_text(const struct tug_args *args, const char *name, const char *def);
/** Number of an option (NUM, AUTO: auto is 0, MS in milliseconds), or `def`. Checked while parsing. */
uint32_t tug_args_num(const struct tug_args *args, const char *name, uint32_t def);
/** Probability of an option, or `def`. */
double tug_args_prob(const struct tug_args *args, const char *name, double def);
/** Value number `i` of an option that may be repeated, or NULL. */
const char *tug_args_nth(const struct tug_args *args, const char *name, size_t i);

/** Second word of TUG_OPT_PAIR number `i`, or NULL. */
const char *tug_args_second(const struct tug_args *args, const char *name, size_t i);

/** Whole number, decimal, or with 0x, 0o, 0b. False when it is none, or outside min..max. */
bool tug_value_num(const char *text, uint32_t min, uint32_t max, uint32_t *out);
/** Duration with unit ms, s, m or h, decimals allowed. False when it is none, or outside min..max. */
bool tug_value_ms(const char *text, uint32_t min, uint32_t max, uint32_t *out);
/** Probability 0..1, or 0%..100%. */
bool tug_value_prob(const char *text, double *out);
/** True when `word` is one of the words of `choices`, separated by |. */
bool tug_value_choice(const char *choices, const char *word);

#endif
