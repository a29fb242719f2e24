/* SPDX-License-Identifier: Apache-2.0
 *
 * Follows the exchange: requests, answers, lists, links, the client's steps.
 */
#include <stdlib.h>

#include "engine_priv.h"

struct tug_dg_track {
	int open;
};

struct tug_dg_track *tug_dg_track_new(void)
{
	return calloc(1, sizeof(struct tug_dg_track));
}

void tug_dg_track_free(struct tug_dg_track *t)
{
	free(t);
}

void tug_dg_track_end(struct tug_diag *d)
{
	(void)d;
}

void tug_dg_octets(struct tug_diag *d, const struct tug_dg_line *l, bool sent, struct tug_slice octets)
{
	(void)d; (void)l; (void)sent; (void)octets;
}

void tug_dg_silent(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h)
{
	(void)d; (void)l; (void)h;
}
