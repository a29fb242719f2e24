/* SPDX-License-Identifier: Apache-2.0
 *
 * One direction of an emulated link: says when octets that enter now come out. Knows no sockets and reads
 * no clock; times are nanoseconds given by the caller. For bench/relay.c.
 */
#ifndef TUG_BENCH_LANE_H
#define TUG_BENCH_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What a link can do; zero = no limit of that kind. */
struct lane_cfg {
	uint64_t octets_per_s; /**< serial rate */
	uint64_t delay_ns;     /**< added to everything */
	uint64_t interval_ns;  /**< octets move only at multiples of this (BLE connection events) */
	uint64_t per_interval; /**< at most so many octets at each of them */
};

/** Octets on their way. */
struct lane_item {
	struct lane_item *next; /**< behind it */
	uint64_t due_ns;        /**< when they come out */
	size_t len;             /**< octets */
	uint8_t data[];         /**< the octets */
};

/** One direction. Zero with cfg set = empty. */
struct lane {
	struct lane_cfg cfg;     /**< what it can do */
	struct lane_item *first; /**< next to come out */
	struct lane_item *last;  /**< newest */
	uint64_t free_ns;        /**< the serial line is busy until then */
	uint64_t event;          /**< connection event in use */
	uint64_t used;           /**< octets of it taken */
	size_t queued;           /**< octets on their way */
};

/** Octets enter as one piece. False = no memory. */
bool lane_push(struct lane *l, uint64_t now_ns, const uint8_t *data, size_t len);
/** Octets enter a stream: cut into pieces so that they come out as they would from a wire. */
bool lane_push_stream(struct lane *l, uint64_t now_ns, const uint8_t *data, size_t len);
/** The next item when it is due at `now_ns`, else NULL. It stays in the lane. */
const struct lane_item *lane_due(const struct lane *l, uint64_t now_ns);
/** Time of the next item, UINT64_MAX = empty. */
uint64_t lane_next(const struct lane *l);
/** Drop the first item: it was delivered. */
void lane_pop(struct lane *l);
/** Drop the first `len` octets of the first item, fewer than it has: they were delivered. */
void lane_trim(struct lane *l, size_t len);
/** The first item could not be delivered: again at `when_ns`. */
void lane_retry(struct lane *l, uint64_t when_ns);

#endif
