/* SPDX-License-Identifier: Apache-2.0
 *
 * Passphrases of private keys: from a file, from the environment, from the terminal. For src/cli only.
 */
#ifndef TUG_CLI_PASSPHRASE_PRIV_H
#define TUG_CLI_PASSPHRASE_PRIV_H

#include <tug/imgtool.h>

#include "cli_priv.h"

/** Longest passphrase, terminator included. */
#define TUG_PHRASE_CAP 1025u

/**
 * Load the key `path`; what opens it comes from --passphrase-file, $TUG_PASSPHRASE, or the terminal (three attempts).
 * `any` = keys that only encrypt too. Result: 0, or the exit status of the failure, which was printed.
 */
int tug_cli_key(struct tug_cli *cli, const char *path, bool any, struct tug_key **key);

/**
 * A new passphrase, from the same sources; the terminal is asked twice. `phrase` [TUG_PHRASE_CAP] gets it.
 * Result: as tug_cli_key.
 */
int tug_cli_new_phrase(struct tug_cli *cli, char *phrase);

#endif
