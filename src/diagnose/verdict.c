/* SPDX-License-Identifier: Apache-2.0
 *
 * The paragraph on top of a report: what happened, what blocks, what to do next.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"

char *tug_dg_verdict(const struct tug_diag *d, const struct tug_finding *f, size_t n, const struct tug_rule *const *rule)
{
	(void)d;
	(void)rule;
	return strdup(n > 0 ? f[0].title : "Nothing wrong was found in these inputs.");
}
