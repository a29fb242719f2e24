/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: SMP frames.
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

const struct tug_reader tug_reader_hex = {
	.kind = "SMP frames",
	.expect = "bare SMP frames in hex or base64",
	.src = TUG_SRC_HEX,
	.line = line,
};
