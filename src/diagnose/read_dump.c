/* SPDX-License-Identifier: Apache-2.0
 *
 * Octets that clients print, and the frames in them. Knows no client. Called by the readers.
 */
#include <tug/smp_frame.h>

#include "dump_priv.h"

unsigned tug_dump_frames(struct tug_diag *d, const struct tug_dg_line *l, bool sent, struct tug_slice octets)
{
	struct tug_dg_frame f = { .src = l->src, .sent = sent, .seq_known = true, .version_known = true, .from_octets = true };
	struct tug_slice frame;
	unsigned n = 0;
	int got;

	tug_dg_here(l, &f.at);
	while ((got = tug_dgram_next(&octets, &frame)) != 0 && tug_smp_hdr_decode(frame, &f.hdr) == TUG_OK) {
		f.body = tug_slice_of(frame.p + TUG_SMP_HDR_LEN, frame.len - TUG_SMP_HDR_LEN);
		f.cut = got < 0;
		tug_dg_frame(d, &f);
		n++;
		if (got < 0) {
			break;
		}
	}
	return n;
}
