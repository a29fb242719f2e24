/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: nRF Connect (Android) log.
 */
#include "reader_priv.h"
#include "readers_priv.h"

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	(void)d;
	(void)state;
	(void)l;
	return TUG_NOT_MINE;
}

const struct tug_reader tug_reader_nrfconnect = {
	.kind = "nRF Connect (Android) log",
	.expect = "a log of nRF Connect for Android",
	.src = TUG_SRC_NRF_CONNECT,
	.line = line,
};
