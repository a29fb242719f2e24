/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: mcumgr-toolkit output.
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

const struct tug_reader tug_reader_mcumgrctl = {
	.kind = "mcumgr-toolkit output",
	.expect = "output of mcumgrctl",
	.src = TUG_SRC_MCUMGRCTL,
	.line = line,
};
