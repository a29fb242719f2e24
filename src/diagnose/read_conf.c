/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: Kconfig configuration.
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

const struct tug_reader tug_reader_conf = {
	.kind = "Kconfig configuration",
	.expect = "prj.conf, overlays, sysbuild.conf or a generated .config",
	.src = TUG_SRC_CONFIG,
	.line = line,
};
