/* SPDX-License-Identifier: Apache-2.0
 *
 * Where words go: data to standard output, talk to standard error. Remembers the first failure of writing
 * data, so that a full disk is an exit status and not a surprise. For src/cli only.
 */
#ifndef TUG_CLI_OUT_PRIV_H
#define TUG_CLI_OUT_PRIV_H

#include <stdbool.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#include <tug/base.h>

/** Both streams and how much may be said. */
struct tug_out {
	FILE *data;    /**< standard output */
	FILE *talk;    /**< standard error */
	bool json;     /**< --json */
	bool quiet;    /**< -q */
	bool terminal; /**< talk is a terminal: progress may be redrawn */
	bool bar;      /**< a progress bar stands on the last line of talk */
	int err;       /**< errno of the first failure of writing data, 0 = none */
};

/** Standard streams; a broken pipe becomes an error of writing, not a signal. */
void tug_out_init(struct tug_out *out, bool json, bool quiet);
/** Data, as printf. */
void tug_out_data(struct tug_out *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Text that came from a device or a file, as data; what could steer a terminal is escaped. */
void tug_out_foreign(struct tug_out *out, struct tug_slice text);
/** Octets as data, as they are. */
void tug_out_octets(struct tug_out *out, struct tug_slice octets);
/** One JSON document on its own line. Consumes `j`; NULL is an error of memory. */
void tug_out_json(struct tug_out *out, cJSON *j);
/** Talk, one line without the newline; nothing with -q. */
void tug_out_talk(struct tug_out *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Talk even with -q. */
void tug_out_error(struct tug_out *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Draw `text` over the last line of talk (terminal only). */
void tug_out_bar(struct tug_out *out, const char *text);
/** Write what is buffered. */
void tug_out_flush(struct tug_out *out);

/** Copy `text` into `dst` [cap] with control characters escaped as \xNN; NUL-terminated, cut when too long. */
void tug_out_escape(struct tug_slice text, char *dst, size_t cap);

#endif
