/* SPDX-License-Identifier: Apache-2.0
 *
 * Files into a diagnosis, and its report out: shared by explain, lint and doctor. For src/cli only.
 */
#ifndef TUG_CLI_DIAG_FILES_PRIV_H
#define TUG_CLI_DIAG_FILES_PRIV_H

#include <tug/diagnose.h>

#include "cli_priv.h"

/**
 * Feed a file ("-" = standard input), or the project files below a folder, into `d`.
 * Result: 0, or an exit status; the reason was printed.
 */
int tug_diag_take(struct tug_cli *cli, struct tug_diag *d, const char *path);

/** Weigh and print in the form of --format / --json. Result: 0 or an exit status; `*r` lives as long as `d`. */
int tug_diag_show(struct tug_cli *cli, struct tug_diag *d, const struct tug_report **r);

#endif
