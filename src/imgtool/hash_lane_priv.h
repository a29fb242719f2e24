/* SPDX-License-Identifier: Apache-2.0
 *
 * A digest that is computed beside the reading and writing of what is hashed. Only src/imgtool and its unit tests may
 * include it.
 */
#ifndef TUG_HASH_LANE_PRIV_H
#define TUG_HASH_LANE_PRIV_H

#include <tug/port/crypto.h>

#include "imgtool_priv.h"

/** Octets of a piece. */
#define TUG_LANE_PIECE 262144u

/** A digest under way, with its own thread when there is one to be had. */
struct tug_hash_lane;

/** Begin. NULL: out of memory, or the crypto library failed. */
struct tug_hash_lane *tug_lane_begin(enum tug_hash_alg alg);
/** Room for a piece [TUG_LANE_PIECE]; waits until the one before the last is hashed. */
uint8_t *tug_lane_room(struct tug_hash_lane *l);
/**
 * Hash `len` octets of the room just given. It may be read, not changed, until tug_lane_room gives it again; with `wait` it is
 * hashed when this returns, and may be changed.
 */
void tug_lane_hash(struct tug_hash_lane *l, size_t len, bool wait);
/** End: the digest in `out`, or NULL to give up. Releases `l`. Errors: TUG_ECRYPTO. */
int tug_lane_end(struct tug_hash_lane *l, uint8_t *out);

#endif
