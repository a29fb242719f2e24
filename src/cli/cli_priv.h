/* SPDX-License-Identifier: Apache-2.0
 *
 * What handlers work with: the command line, the streams, and for commands that talk to devices one device
 * at a time. Gather into a struct, then show it through a view. For src/cli only.
 */
#ifndef TUG_CLI_PRIV_H
#define TUG_CLI_PRIV_H

#include <cjson/cJSON.h>

#include <tug/host.h>

#include "options_priv.h"
#include "out_priv.h"

/** Exit statuses; a contract (tug_exit_texts). */
enum tug_exit {
	TUG_EXIT_DONE = 0,
	TUG_EXIT_REFUSED = 1,
	TUG_EXIT_USAGE = 2,
	TUG_EXIT_LINK = 3,
	TUG_EXIT_LOCAL = 4,
	TUG_EXIT_INTERNAL = 5,
	TUG_EXIT_INTERRUPTED = 130,
};

/** What every handler gets. */
struct tug_cli {
	const struct tug_args *args; /**< parsed command line */
	struct tug_out out;          /**< streams */
};

/** A handler. Result: exit status. */
typedef int (*tug_cmd_fn)(struct tug_cli *cli);

/** How a result looks: as text for people, as JSON for scripts. */
struct tug_view {
	void (*text)(struct tug_out *out, const void *data); /**< writes data */
	cJSON *(*json)(const void *data);                    /**< an object */
};

/** One device's turn in a command. */
struct tug_turn {
	struct tug_cli *cli;   /**< program */
	struct tug_session *s; /**< open session */
	const char *url;       /**< device as given */
	cJSON *doc;            /**< result so far, NULL = none */
	int exit;              /**< exit status of this device */
	const void *user;      /**< what the handler gave */
};

/** Ask one device and show the result, or tug_turn_fail. */
typedef void (*tug_turn_fn)(struct tug_turn *t);

/**
 * Open every device of the command line and give each a turn, with `user`; JSON is printed at the end.
 * Result: the worst status.
 */
int tug_each_device(struct tug_cli *cli, tug_turn_fn fn, const void *user);

/** Show a result of this turn. */
void tug_turn_show(struct tug_turn *t, const struct tug_view *view, const void *data);

/**
 * The device or the link failed: says what was tried, why, and what to do; sets the exit status.
 * `cmd` and `a` may be NULL.
 */
void tug_turn_fail(struct tug_turn *t, int err, const struct tug_smp_cmd *cmd, const struct tug_answer *a);

/** This turn failed with `err` for a reason the command itself found: one sentence, and what to do. */
void tug_turn_because(struct tug_turn *t, int err, const char *sentence, const char *advice);
/** The result is not what was asked (exit 1): one sentence, and what to do. */
void tug_turn_unmet(struct tug_turn *t, const char *sentence, const char *advice);

/** Send a request of the table and wait. True: answered without refusal. False: tug_turn_fail was called. */
bool tug_turn_call(struct tug_turn *t, const struct tug_smp_cmd *cmd, struct tug_slice body, struct tug_answer *a);

/**
 * As tug_turn_call, and decode the answer's body into vals[rsp->n], required fields included.
 * The values borrow `a` until the next call.
 */
bool tug_turn_get(struct tug_turn *t, const struct tug_smp_cmd *cmd, struct tug_slice body, struct tug_answer *a,
		  struct tug_value *vals);

/** Encode the present ones of vals[m->n] as one map into the emptied `out`. Result: the map; empty when it does not fit. */
struct tug_slice tug_body_of(struct tug_buf *out, const struct tug_map *m, const struct tug_value *vals);

/** A row of the table of commands; ends the program (status 5) when it is not there. */
const struct tug_smp_cmd *tug_row(uint16_t group, uint8_t id, uint8_t op);

/** Devices of the command line: -d, else TUG_DEVICE. Result: how many; 0 = usage error was printed. */
size_t tug_cli_devices(struct tug_cli *cli, const char **urls, size_t cap);
/** Most devices on one command line. */
#define TUG_CLI_DEVICES TUG_ARGS_OPTS

/** Create a host by the common options (schemes, time-outs, log, -v). Result: 0 or an exit status; the reason was printed. */
int tug_cli_host(struct tug_cli *cli, struct tug_host **out);
/** Destroy it. Result: `status`, or 4 when the log could not be written. */
int tug_cli_host_end(struct tug_cli *cli, struct tug_host *h, int status);

/** Exit status of an error code. */
int tug_exit_of(int err);
/** What stands between the URL of a device and a sentence: ":", or "" where the URL ends in one ("vdev:"). */
const char *tug_url_colon(const char *url);
/** The worse of two exit statuses. */
int tug_exit_worse(int a, int b);
/** One sentence about what a device refused: group, rc, its name and text. Fills `dst` [cap]. */
void tug_status_text(const struct tug_smp_status *st, char *dst, size_t cap);
/** What to do about a refusal or an error of `cmd` (may be NULL). Fills `dst` [cap]; "" when nothing is known. */
void tug_advice_text(int err, const struct tug_smp_cmd *cmd, char *dst, size_t cap);
/** JSON of an error: {"code","text","advice","group","rc","name"}. `st` may be NULL. */
cJSON *tug_error_json(int err, const char *text, const char *advice, const struct tug_smp_status *st);

/** Usage error: the sentence and the usage line of the command. Result: TUG_EXIT_USAGE. */
int tug_usage_error(struct tug_cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** A file or permission of this computer (exit 4; 5 for internal errors): what was tried and why. JSON too. */
int tug_local_error(struct tug_cli *cli, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
