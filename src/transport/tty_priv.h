/* SPDX-License-Identifier: Apache-2.0
 *
 * Octets in and out of a terminal device on the loop, without ever blocking, and the framing on top.
 * Used by both ends: the serial link and the pty endpoint. Knows no link events. This folder only.
 */
#ifndef TUG_TRANSPORT_TTY_PRIV_H
#define TUG_TRANSPORT_TTY_PRIV_H

#include <tug/smp_frame.h>

#include "link_priv.h"
#include "termios2_priv.h"

/** Most octets that wait for a device that does not take them. */
#define TUG_TTY_QUEUE_MAX ((size_t)1024 * 1024)

/** A terminal device on the loop. */
struct tug_tty {
	uv_poll_t poll;      /**< of fd */
	uv_timer_t pace;     /**< pause between lines */
	int fd;              /**< -1 = stopped */
	uint8_t *q;          /**< octets to write: q[head..head+len] */
	size_t q_cap;        /**< octets allocated */
	size_t q_head;       /**< first octet */
	size_t q_len;        /**< octets present */
	uint16_t pace_ms;    /**< pause after each line, 0 = none */
	bool pausing;        /**< the pause runs */
	int events;          /**< what poll waits for */
	int failed;          /**< errno of a write that failed, still to be told */
	/** Octets arrived, borrowed. May stop the tty. */
	void (*data)(struct tug_tty *t, struct tug_slice in);
	/** The device is gone; `errnum` says how, 0 = end of file. Not called from tug_tty_send. */
	void (*gone)(struct tug_tty *t, int errnum);
};

/**
 * Take over `fd` (closed by tug_tty_stop, or here on failure). data, gone and pace_ms are set by the caller.
 * Result: TUG_OK, TUG_ELINK.
 */
int tug_tty_start(struct tug_tty *t, uv_loop_t *loop, struct tug_hold *hold, int fd);
/** Wait for input from now on, and for room when octets are queued. */
void tug_tty_watch(struct tug_tty *t);
/** Close the device; nothing is called any more. The caller releases the memory with tug_tty_free. */
void tug_tty_stop(struct tug_tty *t);
/** Free the queue, once libuv holds nothing any more. */
void tug_tty_free(struct tug_tty *t);
/** Room for `n` more octets at the end of the queue, or NULL (full); tug_tty_push then says how many came. */
uint8_t *tug_tty_room(struct tug_tty *t, size_t n);
/** `n` octets were put into the room: write what can be written. Result: TUG_OK, TUG_ECLOSED. */
int tug_tty_push(struct tug_tty *t, size_t n);
/** Queue one frame in the framing asked for. TUG_OK, TUG_ETOOBIG, TUG_EBUSY, TUG_ECLOSED. */
int tug_tty_send_frame(struct tug_tty *t, struct tug_slice frame, bool raw, bool as_server);

/** A receiver of either framing. */
struct tug_framing {
	bool raw;                         /**< which one */
	uint8_t *store;                   /**< its buffer, owned */
	struct tug_console_rx console;    /**< console lines */
	struct tug_raw_rx plain;          /**< raw UART */
};

/** Prepare; `flags` as tug_console_rx_init. Result: TUG_OK, TUG_EINTERNAL (no memory). */
int tug_framing_init(struct tug_framing *f, bool raw, uint8_t flags, size_t cap);
/** Free the buffer. */
void tug_framing_free(struct tug_framing *f);
/** Feed octets; each event goes to `sink`, which says whether to go on. */
void tug_framing_feed(struct tug_framing *f, struct tug_slice in, uint64_t now_ms,
		      bool (*sink)(void *user, const struct tug_rx_event *ev), void *user);

#endif
