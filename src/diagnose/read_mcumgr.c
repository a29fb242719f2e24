/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: mcumgr CLI output.
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

const struct tug_reader tug_reader_mcumgr = {
	.kind = "mcumgr CLI output",
	.expect = "output of mcumgr or newtmgr",
	.src = TUG_SRC_MCUMGR_CLI,
	.line = line,
};
