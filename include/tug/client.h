/* SPDX-License-Identifier: Apache-2.0
 *
 * The request machine: frames and a clock in, frames and answers out. Matches answers, times
 * out, retransmits, falls back from v2 to v1. It has no hands: the caller sends what it gives.
 */
#ifndef TUG_CLIENT_H
#define TUG_CLIENT_H

#include <tug/smp.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Most requests in flight. */
#define TUG_CLIENT_WINDOW 16u

/** Which SMP version to send. */
enum tug_client_smp {
	TUG_CLIENT_AUTO = 0, /**< 2, then 1 where the device refuses or ignores 2 */
	TUG_CLIENT_V1 = 1,   /**< version 1 only */
	TUG_CLIENT_V2 = 2,   /**< version 2 only */
};

/** An answer, borrowed for the call of the callback. */
struct tug_client_rsp {
	struct tug_smp_hdr hdr;       /**< header as answered */
	struct tug_slice body;        /**< CBOR map */
	struct tug_smp_status status; /**< error envelope */
	uint32_t rtt_ms;              /**< time from the last transmission to the answer */
};

/**
 * Called exactly once per accepted request. `err` TUG_OK: `rsp` holds what the device answered
 * (look at rsp->status). TUG_ETIMEOUT, TUG_ECLOSED, TUG_EINTR: `rsp` is NULL. A CBOR error instead of
 * TUG_ETIMEOUT: the device did answer, but no answer could be read. New requests may be submitted from it.
 */
typedef void (*tug_client_fn)(void *user, int err, const struct tug_client_rsp *rsp);

/** One request in flight. All fields private. */
struct tug_client_slot {
	struct tug_buf frame;   /**< request as sent */
	tug_client_fn done;     /**< callback */
	void *user;             /**< passed to it */
	uint64_t sent_ms;       /**< last transmission */
	uint64_t due_ms;        /**< next retransmission or time-out */
	uint64_t try_end_ms;    /**< end of the time-out under way */
	uint32_t timeout_ms;    /**< per transmission */
	uint32_t rto_ms;        /**< next early retransmission, 0 = none */
	uint32_t order;         /**< order of submission */
	int16_t bad;            /**< why an answer could not be read, TUG_OK = none came */
	uint8_t tries_left;     /**< retransmissions left */
	uint8_t state;          /**< free, reserved, to send, waiting */
	uint8_t sends;          /**< transmissions so far, at most 255 */
	uint8_t flags;          /**< private */
	uint8_t load;           /**< requests in flight at its first transmission, itself included */
};

/** What a client is built with. */
struct tug_client_cfg {
	enum tug_client_smp smp;  /**< version policy */
	/**
	 * Default time-out per transmission; 0 = 5000. Once round trips were seen, requests that bear it
	 * are retransmitted earlier, too; that does not use up `retries` and never ends a request.
	 */
	uint32_t timeout_ms;
	uint8_t retries;          /**< retransmissions after the first; 255 = default 3 */
	/**
	 * Least pause before a request is sent again; 0 = no more than round trips suggest. For links whose other end
	 * takes a repetition for the rest of a frame it holds in part, until this long nothing came.
	 */
	uint32_t quiet_ms;
	uint8_t seq;              /**< first sequence number */
	uint32_t max_frame;       /**< largest request frame, octets */
	uint8_t window;           /**< frame buffers lent: 1..TUG_CLIENT_WINDOW */
	uint8_t *storage;         /**< [window * max_frame]; kept until the client is dropped */
};

/** Request machine. All fields private. */
struct tug_client {
	struct tug_client_cfg cfg;                      /**< copy */
	struct tug_client_slot slot[TUG_CLIENT_WINDOW]; /**< requests */
	uint32_t order;                                 /**< next order number */
	uint8_t seq;                                    /**< next sequence number */
	uint8_t version;                                /**< version bits to send */
	uint8_t settled;                                /**< the device's version is known */
	uint8_t quiet;                                  /**< time-outs in a row before any answer */
	uint32_t late;                                  /**< answers that matched nothing or could not be read */
	uint32_t resent;                                /**< retransmissions */
	uint32_t rtt_ms[2];                             /**< recent round trip: others, uploads; 0 = not seen */
	uint8_t unsampled[2];                           /**< answers in a row that told no round trip */
	uint8_t load[2];                                /**< requests in flight when the round trip was seen */
};

/** Prepare a client. Keeps cfg->storage. Errors: TUG_EINVAL. */
int tug_client_init(struct tug_client *c, const struct tug_client_cfg *cfg);

/**
 * Options of one request; zero = defaults. Slow commands by table: upload, erase and erase storage 40 s, image
 * state write 10 s, at least the client's default each.
 */
struct tug_client_opt {
	uint32_t timeout_ms; /**< 0 = default of the client (larger for slow commands, by table) */
	uint8_t no_retry;    /**< 1 = never retransmit (shell, fs upload, reset) */
	uint8_t once;        /**< 1 = one time-out only; earlier repetitions may still go out */
	uint8_t patient;     /**< 1 = retransmit after a full time-out only (a repetition costs the device much) */
};

/**
 * Submit a request. `body` = one CBOR map, copied. `done` runs exactly once unless this call fails.
 * Result: a handle >= 0. Errors: TUG_EBUSY (window full), TUG_ETOOBIG (max_frame).
 */
int tug_client_request(struct tug_client *c, const struct tug_smp_cmd *cmd, struct tug_slice body,
		       const struct tug_client_opt *opt, tug_client_fn done, void *user);

/** Requests that may still be submitted now. */
uint8_t tug_client_room(const struct tug_client *c);

/** Next frame to transmit: result 1 = `frame` filled (borrowed until the next call), 0 = none. Starts its time-out. */
int tug_client_tx(struct tug_client *c, uint64_t now_ms, struct tug_slice *frame);

/** A frame has arrived. Unmatched, late and duplicate answers are counted and ignored. */
void tug_client_rx(struct tug_client *c, struct tug_slice frame, uint64_t now_ms);

/** Time-outs up to `now_ms`: retransmission (tug_client_tx gives the frame again) or TUG_ETIMEOUT. */
void tug_client_tick(struct tug_client *c, uint64_t now_ms);

/** Another link carries the frames from here on: its struct tug_client_cfg quiet_ms. */
void tug_client_quiet(struct tug_client *c, uint32_t quiet_ms);

/** Time of the next time-out, UINT64_MAX = none. */
uint64_t tug_client_deadline(const struct tug_client *c);

/** End every request in flight with `err` (TUG_ECLOSED when the link went down, TUG_EINTR). */
void tug_client_abort(struct tug_client *c, int err);

#ifdef __cplusplus
}
#endif
#endif
