/* SPDX-License-Identifier: Apache-2.0
 *
 * Verifying what a compressed image decompresses to. Only src/imgtool may include it.
 */
#ifndef TUG_UNPACK_PRIV_H
#define TUG_UNPACK_PRIV_H

#include "imgtool_priv.h"

/** An opened image against its digest and, unless `key` is NULL, its signature. `one_piece`: read in one piece (big-endian). */
int tug_verify_image(const struct tug_image *img, bool one_piece, const struct tug_key *key, struct tug_verify_result *res);

/**
 * The image behind the compressed one that `io` shows with its payload in the clear, and which has verified: DECOMP_SHA and,
 * unless `key` is NULL, DECOMP_SIGNATURE. Nothing to do for other images. Errors: TUG_EPACKED, TUG_EHASH, TUG_ENOSIG, TUG_ESIG,
 * TUG_ENOKEY, TUG_ETLV, TUG_EFLAGS, TUG_ETOOBIG, TUG_ENOSPACE.
 */
int tug_verify_unpacked(const struct tug_io *io, const struct tug_key *key, const char *name, struct tug_verify_result *res, char *why);

#endif
