/* SPDX-License-Identifier: Apache-2.0
 *
 * Build output, line by line: what needs no neighbours. For src/diagnose only.
 */
#ifndef TUG_DIAGNOSE_BUILD_PRIV_H
#define TUG_DIAGNOSE_BUILD_PRIV_H

#include "reader_priv.h"

/**
 * Versions, boards, sizes of images, files that a build took, in one line. `*boot` = the build of MCUboot is under
 * way. Result: the line is of a build.
 */
bool tug_build_line(struct tug_diag *d, const struct tug_dg_line *l, bool *boot);

/** Other name of a symbol that was renamed, whichever of both `name` is; NULL: it was not. */
const char *tug_build_renamed(const char *name, char *buf, size_t cap);

#endif
