/* SPDX-License-Identifier: Apache-2.0
 *
 * Pieces that are read and hashed beside the writing of those before them. Only src/imgtool and its unit tests may
 * include it.
 */
#ifndef TUG_HASH_LANE_PRIV_H
#define TUG_HASH_LANE_PRIV_H

#include <tug/image.h>
#include <tug/port/crypto.h>

#include "imgtool_priv.h"

/** Octets of a piece at most. */
#define TUG_LANE_PIECE 262144u
/** Pieces that may be posted and not yet taken. */
#define TUG_LANE_AHEAD 2u

/** One piece: octets of a medium, of the caller, or zeros. */
struct tug_lane_job {
	const struct tug_io *io; /**< read from there, in the lane's thread; NULL = from `from` */
	const uint8_t *from;     /**< [read], copied when posted; may be NULL when `read` is 0 */
	uint32_t off;            /**< offset on the medium */
	uint32_t read;           /**< octets to read or copy */
	uint32_t len;            /**< octets of the piece, zeros behind those read; 1..TUG_LANE_PIECE */
};

/** A digest under way, with its own thread when there is one to be had. */
struct tug_lane;

/** Begin. NULL: out of memory, or the crypto library failed. */
struct tug_lane *tug_lane_begin(enum tug_hash_alg alg);
/** Post a piece; at most TUG_LANE_AHEAD may be posted and not taken. */
void tug_lane_post(struct tug_lane *l, const struct tug_lane_job *job);
/**
 * The oldest piece, read and hashed; it may be changed, and is there until the next is taken. Waits. Errors: those of
 * reading it, TUG_ECRYPTO.
 */
int tug_lane_take(struct tug_lane *l, uint8_t **piece, size_t *len);
/** End: the digest of all pieces in `out`, or NULL to give up, with pieces posted or not. Releases `l`. Errors: TUG_ECRYPTO. */
int tug_lane_end(struct tug_lane *l, uint8_t *out);

#endif
