/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: Android library log.
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

const struct tug_reader tug_reader_logcat = {
	.kind = "Android library log",
	.expect = "a log of Device Manager for Android, logcat or Flutter",
	.src = TUG_SRC_ANDROID,
	.line = line,
};
