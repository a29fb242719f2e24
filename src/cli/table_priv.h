/* SPDX-License-Identifier: Apache-2.0
 *
 * The shape of the command table: a row per command, a row per option. Parser, help, man page and
 * completion read it; the rows are in commands.c. For src/cli and the generators in tools/ only.
 */
#ifndef TUG_CLI_TABLE_PRIV_H
#define TUG_CLI_TABLE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Kinds of option values; checked while parsing. */
enum tug_opt_type {
	TUG_OPT_FLAG,   /**< no value */
	TUG_OPT_TEXT,   /**< any text */
	TUG_OPT_FILE,   /**< a path (completion) */
	TUG_OPT_MAYBE,  /**< a path that may be left out */
	TUG_OPT_NUM,    /**< whole number min..max, decimal, or with 0x, 0o, 0b */
	TUG_OPT_AUTO,   /**< "auto" (0) or a number min..max */
	TUG_OPT_MS,     /**< duration: 500ms, 10s, 2m; min..max milliseconds */
	TUG_OPT_PROB,   /**< probability 0..1 or 0%..100% */
	TUG_OPT_CHOICE, /**< one of the words of `arg`, separated by | */
	TUG_OPT_PAIR,   /**< two words */
};

/** One option. */
struct tug_opt {
	const char *name;  /**< long name without "--" */
	char letter;       /**< short name, 0 = none */
	uint8_t type;      /**< enum tug_opt_type */
	bool many;         /**< may be given several times */
	const char *arg;   /**< what the value is called, or the choices; NULL for flags */
	uint32_t min;      /**< smallest value */
	uint32_t max;      /**< largest value */
	const char *help;  /**< one line */
};

/** The command talks to devices: takes -d, --timeout and the like. */
#define TUG_CMD_F_DEVICE 0x01u
/** Positional arguments are files (completion). */
#define TUG_CMD_F_FILES 0x02u
/** An option given again replaces the first, as build systems expect that append the user's options to their own. */
#define TUG_CMD_F_LAST 0x04u

/** One command. */
struct tug_cmd {
	const char *name;            /**< "image list": one or two words */
	const char *args;            /**< positional arguments as the usage line shows them */
	uint8_t min_args;            /**< fewest */
	uint8_t max_args;            /**< most; 255 = any number */
	uint8_t flags;               /**< TUG_CMD_F_* */
	const struct tug_opt *opts;  /**< own options; ends with a NULL name */
	const char *summary;         /**< one line, no full stop */
	const char *text;            /**< the paragraph of the manual */
};

/** Another name of a command, as other programs have it. */
struct tug_cmd_alias {
	const char *name; /**< as typed */
	const char *cmd;  /**< name of the command */
};
/** The aliases; ends with a NULL name. */
const struct tug_cmd_alias *tug_cmd_aliases(void);

/** All commands, in the order of the manual; `*n` = rows. */
const struct tug_cmd *tug_cmds(size_t *n);
/** Options every command takes; ends with a NULL name. */
const struct tug_opt *tug_common_opts(void);

/** Exit statuses; a contract. */
struct tug_exit_text {
	int status;       /**< exit status */
	const char *text; /**< what it means */
};
/** The rows of the exit statuses; `*n` = rows. */
const struct tug_exit_text *tug_exit_texts(size_t *n);

#endif
