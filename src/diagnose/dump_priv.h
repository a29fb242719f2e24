/* SPDX-License-Identifier: Apache-2.0
 *
 * What readers of clients' prints share: octets written as text, and frames out of octets. For the readers of
 * src/diagnose and their tests only.
 */
#ifndef TUG_DIAGNOSE_DUMP_PRIV_H
#define TUG_DIAGNOSE_DUMP_PRIV_H

#include "reader_priv.h"

/**
 * Whole frames back to back in `octets`, each to tug_dg_frame. The last one may be cut off.
 * Result: frames given, 0 when not even a header is there.
 */
unsigned tug_dump_frames(struct tug_diag *d, const struct tug_dg_line *l, bool sent, struct tug_slice octets);

#endif
