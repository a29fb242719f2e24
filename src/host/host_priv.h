/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the files of src/host: the host, its lines (one link with its URL, logged) and the log.
 * Decides nothing itself. For this folder only.
 */
#ifndef TUG_HOST_PRIV_H
#define TUG_HOST_PRIV_H

#include <stdio.h>
#include <uv.h>

#include <tug/host.h>

/** Frame log: a file and the first error of writing it. */
struct tug_frame_log {
	FILE *f; /**< NULL = no log */
	int err; /**< first error, TUG_OK so far */
};

/** Open `path` for appending and write the head line. Errors: TUG_EFILE, TUG_EACCESS, TUG_EDISKFULL. */
int tug_log_open(struct tug_frame_log *log, const char *path, char *why, size_t why_cap);
/** One record: `mark` is one of > < " + - (docs/log.md); `data` is hex for frames, escaped text otherwise. */
void tug_log_write(struct tug_frame_log *log, char mark, const char *url, struct tug_slice data);
/** Close. Result: the first error. */
int tug_log_close(struct tug_frame_log *log);

struct tug_line;

/** What a line tells the session or update above it. Close a line only outside these calls. */
struct tug_line_ops {
	void (*up)(struct tug_line *line);                            /**< frames may be sent */
	void (*frame)(struct tug_line *line, struct tug_slice frame); /**< one frame arrived */
	void (*text)(struct tug_line *line);                          /**< text that is no frame arrived; may be NULL */
	void (*down)(struct tug_line *line, int err);                 /**< failed; line->why is filled */
	void (*interrupt)(struct tug_line *line);                     /**< the host was interrupted */
	void (*drop)(struct tug_line *line);                          /**< close and free the owner (host ends) */
};

/** One device's link, opened by URL and logged; embedded first by sessions and updates. */
struct tug_line {
	struct tug_host *host;           /**< host */
	const struct tug_line_ops *ops;  /**< owner */
	struct tug_line *prev;           /**< list of the host's lines */
	struct tug_line *next;           /**< list of the host's lines */
	char *url;                       /**< as given */
	const struct tug_scheme *scheme; /**< kind of link */
	char *rest;                      /**< after "scheme:", with the host's options */
	struct tug_link *link;           /**< NULL = closed */
	bool up;                         /**< frames may be sent */
	bool pending;                    /**< an update that has not ended: keeps tug_host_run going */
	char why[TUG_HOST_WHY];          /**< last failure */
	uv_timer_t timer;                /**< the owner's only timer */
};

/** Fill a line and put it on the host's list. Errors: TUG_EADDR (line->why is filled), TUG_EINTERNAL. */
int tug_line_init(struct tug_line *line, struct tug_host *h, const char *url, const struct tug_line_ops *ops);
/** Start to open the link. Errors as struct tug_scheme; line->why is filled. */
int tug_line_open(struct tug_line *line);
/** Close the link if it is open. Not from a call of tug_line_ops. */
void tug_line_close(struct tug_line *line);
/** Send one frame, logged. */
int tug_line_send(struct tug_line *line, struct tug_slice frame);
/** Facts of the open link, zero when it is closed. */
struct tug_link_info tug_line_info(const struct tug_line *line);
/** Close, take off the list and free `owner` (a heap block that starts with the line) when libuv lets go of the timer. */
void tug_line_free(struct tug_line *line);

/** The host of a session. */
struct tug_host *tug_session_host(const struct tug_session *s);

/** Show a frame to every observer of the host. */
void tug_host_show_frame(struct tug_host *h, const char *url, bool sent, struct tug_slice frame);
/** Show a text to every observer of the host. */
void tug_host_show_text(struct tug_host *h, const char *url, struct tug_slice text);

/** The host. */
struct tug_host {
	uv_loop_t loop;                 /**< everything runs here */
	struct tug_host_cfg cfg;        /**< copy */
	struct tug_host_watch more[2];  /**< further observers */
	size_t n_more;                  /**< of them */
	struct tug_frame_log log;       /**< frame log */
	struct tug_line *lines;         /**< sessions and updates */
	uv_signal_t sig[2];             /**< SIGINT, SIGTERM */
	bool signals;                   /**< sig is in use */
	bool lingers;                   /**< a line was there whose link says goodbye after it was closed */
	unsigned interrupted;           /**< times */
};

/**
 * Make a blocking wait look again: uv_run(UV_RUN_ONCE) goes on to poll after its timers have run, although what
 * is waited for may have happened in one of them.
 */
void tug_host_wake(struct tug_host *h);
/** Loop time in milliseconds, refreshed. */
uint64_t tug_host_now(struct tug_host *h);
/** Arm `line`'s timer for `deadline_ms` of tug_host_now; UINT64_MAX stops it. */
void tug_line_arm(struct tug_line *line, uint64_t deadline_ms, uv_timer_cb cb);

#endif
