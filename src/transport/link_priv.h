/* SPDX-License-Identifier: Apache-2.0
 *
 * What every link of this folder is made of: the order of its callbacks (up, frames, one down,
 * silence), and memory that lives until libuv has let go of the last handle. This folder only.
 */
#ifndef TUG_TRANSPORT_LINK_PRIV_H
#define TUG_TRANSPORT_LINK_PRIV_H

#include <uv.h>

#include <tug/transport.h>

#include "url_priv.h"

/** The struct of type `type` whose member `member` is at `ptr`. */
#define TUG_CONTAINER(ptr, type, member) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))

/** Counts the handles and requests that libuv still holds inside one block of memory. */
struct tug_hold {
	unsigned n;                  /**< held */
	void (*release)(void *self); /**< called when the last one is gone */
	void *self;                  /**< passed to it */
};

/** One more handle or request is in libuv's hands; its `data` must be the hold. */
void tug_hold_get(struct tug_hold *h);
/** One less; may release the memory. */
void tug_hold_put(struct tug_hold *h);
/** uv_close whose callback is tug_hold_put; the handle's data is the hold. */
void tug_hold_close(uv_handle_t *handle);

/** Where a link stands. */
enum tug_link_state {
	TUG_LINK_OPENING, /**< up not told yet */
	TUG_LINK_UP,      /**< up told */
	TUG_LINK_FAILED,  /**< down is to be told from the loop */
	TUG_LINK_DOWN,    /**< down told, or closed: silence */
};

/** Common part of a link; first member of each. */
struct tug_linkbase {
	struct tug_link link;                       /**< head, first */
	struct tug_hold hold;                       /**< what libuv holds */
	uv_async_t kick;                            /**< tells up and down from the loop; unlike a timer it ends UV_RUN_ONCE */
	enum tug_link_state state;                  /**< see there */
	void (*start)(struct tug_linkbase *b);      /**< start to receive, before up is told */
	int err;                                    /**< of down */
	char why[256];                              /**< of down */
	char hint[200];                             /**< storage of link.hint */
};

/** Prepare the common part; `release` frees the whole link (called with the base). */
void tug_linkbase_init(struct tug_linkbase *b, uv_loop_t *loop, const struct tug_link_events *ev,
		       const struct tug_link_ops *ops, void (*release)(void *self));
/** Tell `up` from the loop. */
void tug_linkbase_up(struct tug_linkbase *b);
/** The link is broken: tell `down` from the loop, once. */
void tug_linkbase_fail(struct tug_linkbase *b, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/** True while frames may be passed on and sent. */
bool tug_linkbase_alive(const struct tug_linkbase *b);
/** Pass on a frame; the caller looks at tug_linkbase_alive before it touches its buffers again. */
void tug_linkbase_frame(struct tug_linkbase *b, struct tug_slice frame);
/** Pass on text. */
void tug_linkbase_text(struct tug_linkbase *b, struct tug_slice text);
/** Note what may explain silence. */
void tug_linkbase_hint(struct tug_linkbase *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Silence the link and let go of the kick; the memory goes when everything else is closed too. */
void tug_linkbase_close(struct tug_linkbase *b);

/** Open the serial port that `url` names. Results as tug_scheme.open. */
int tug_serial_open(uv_loop_t *loop, const struct tug_url_serial *url, const struct tug_link_events *ev,
		    struct tug_link **out, char *why, size_t why_cap);

#endif
