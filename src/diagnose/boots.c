/* SPDX-License-Identifier: Apache-2.0
 *
 * Follows the console of bootloader and application.
 */
#include <stdlib.h>

#include "engine_priv.h"

struct tug_dg_console {
	int open;
};

struct tug_dg_console *tug_dg_console_new(void)
{
	return calloc(1, sizeof(struct tug_dg_console));
}

void tug_dg_console_free(struct tug_dg_console *c)
{
	free(c);
}
