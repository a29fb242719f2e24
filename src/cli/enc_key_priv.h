/* SPDX-License-Identifier: Apache-2.0
 *
 * The key that encrypts or decrypts images, from one file of either form. For src/cli only.
 */
#ifndef TUG_CLI_ENC_KEY_PRIV_H
#define TUG_CLI_ENC_KEY_PRIV_H

#include <tug/imgtool.h>

#include "cli_priv.h"

/** What holds it. Zero-initialise. */
struct tug_cli_enc {
	struct tug_key *key;      /**< owned; NULL = a key encryption key, or none */
	uint8_t kek[TUG_KEK_MAX]; /**< secret */
	size_t kek_len;           /**< octets, 0 = none */
};

/** Load `path`: PEM (opened as tug_cli_key does) or a key encryption key. Result: 0, or the exit status of the failure, printed. */
int tug_cli_enc_load(struct tug_cli *cli, const char *path, struct tug_cli_enc *e);
/** As the library takes it; borrows. */
struct tug_enc_key tug_cli_enc_of(const struct tug_cli_enc *e);
/** Release and wipe it. */
void tug_cli_enc_free(struct tug_cli_enc *e);

#endif
