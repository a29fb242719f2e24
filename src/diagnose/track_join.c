/* SPDX-License-Identifier: Apache-2.0
 *
 * Octets of ATT writes, notifications and datagrams to frames: joined by the length in the header, one stream for
 * each source and direction.
 */
#include <stdlib.h>
#include <string.h>

#include "track_priv.h"

static struct tug_stream *stream_of(struct tug_dg_track *t, uint16_t src, bool sent)
{
	struct tug_stream *oldest = &t->stream[0];

	for (size_t i = 0; i < TUG_TRACK_STREAMS; i++) {
		struct tug_stream *s = &t->stream[i];

		if (s->src == src && s->sent == sent && s->p != NULL) {
			s->used = ++t->stream_clock;
			return s;
		}
		if (s->used < oldest->used) {
			oldest = s;
		}
	}
	if (oldest->p == NULL) {
		oldest->p = malloc(TUG_TRACK_FRAME_MAX);
	}
	oldest->src = src;
	oldest->sent = sent;
	oldest->len = 0;
	oldest->used = ++t->stream_clock;
	return oldest;
}

static bool header_fits(const struct tug_smp_hdr *h)
{
	return h->op <= TUG_SMP_WRITE_RSP && h->version <= TUG_SMP_V2 && h->reserved == 0 &&
	       (size_t)h->len + TUG_SMP_HDR_LEN <= TUG_TRACK_FRAME_MAX;
}

/* So much like the begin of a frame that octets in the middle of one hardly ever look like it. */
static bool begins_frame(struct tug_slice s, bool sent)
{
	struct tug_smp_hdr h;

	return s.len > TUG_SMP_HDR_LEN && tug_smp_hdr_decode(s, &h) == TUG_OK && header_fits(&h) && h.flags == 0 &&
	       (h.op & 1u) == !sent && h.len > 0 && s.p[TUG_SMP_HDR_LEN] >> 5 == 5 &&
	       s.len <= (size_t)h.len + TUG_SMP_HDR_LEN &&
	       (tug_smp_cmd_find(h.group, h.id, h.op & TUG_SMP_WRITE) != NULL || h.group >= 64);
}

static void give(struct tug_diag *d, const struct tug_stream *s, const struct tug_smp_hdr *h, struct tug_slice body)
{
	struct tug_dg_frame f = { .src = s->src, .sent = s->sent, .hdr = *h, .seq_known = true, .version_known = true,
				  .from_octets = true, .body = body };

	f.at = s->at;
	f.cut = body.len < h->len;
	tug_dg_frame(d, &f);
}

/* What waits will not go on. */
static void give_up(struct tug_diag *d, struct tug_stream *s)
{
	struct tug_smp_hdr h;

	if (s->len >= TUG_SMP_HDR_LEN && tug_smp_hdr_decode(tug_slice_of(s->p, s->len), &h) == TUG_OK) {
		give(d, s, &h, tug_slice_of(s->p + TUG_SMP_HDR_LEN, s->len - TUG_SMP_HDR_LEN));
	} else if (s->len > 0) {
		d->facts->smp.undecodable++;
	}
	s->len = 0;
}

/* Frames at the start of `octets`, which nothing waits before. The rest waits. */
static void whole_frames(struct tug_diag *d, struct tug_stream *s, const struct tug_dg_line *l, struct tug_slice octets)
{
	struct tug_smp_hdr h;

	if (octets.len > 0) {
		tug_dg_here(l, &s->at);
	}
	while (octets.len > 0) {
		size_t len;

		if (tug_smp_hdr_decode(octets, &h) != TUG_OK) {
			break;
		}
		if (!header_fits(&h)) {
			d->facts->smp.undecodable++;
			return;
		}
		len = (size_t)h.len + TUG_SMP_HDR_LEN;
		if (octets.len < len) {
			break;
		}
		give(d, s, &h, tug_slice_of(octets.p + TUG_SMP_HDR_LEN, h.len));
		octets.p += len;
		octets.len -= len;
	}
	if (octets.len > 0) {
		size_t take = octets.len < TUG_TRACK_FRAME_MAX ? octets.len : TUG_TRACK_FRAME_MAX;

		memcpy(s->p, octets.p, take);
		s->len = take;
	}
}

/* Take from `octets` what belongs to the frame that waits. True: it is whole (or given up), nothing waits any more. */
static bool fill(struct tug_diag *d, struct tug_stream *s, struct tug_slice *octets)
{
	while (s->len > 0) {
		struct tug_smp_hdr h;
		size_t want = TUG_SMP_HDR_LEN, take;

		if (s->len >= TUG_SMP_HDR_LEN) {
			tug_smp_hdr_decode(tug_slice_of(s->p, s->len), &h);
			if (!header_fits(&h)) {
				d->facts->smp.undecodable++;
				s->len = 0;
				return true;
			}
			want = (size_t)h.len + TUG_SMP_HDR_LEN;
			if (s->len >= want) {
				give(d, s, &h, tug_slice_of(s->p + TUG_SMP_HDR_LEN, h.len));
				s->len = 0;
				return true;
			}
		}
		if (octets->len == 0) {
			return false;
		}
		take = want - s->len < octets->len ? want - s->len : octets->len;
		memcpy(s->p + s->len, octets->p, take);
		s->len += take;
		octets->p += take;
		octets->len -= take;
	}
	return true;
}

void tug_dg_octets(struct tug_diag *d, const struct tug_dg_line *l, bool sent, struct tug_slice octets)
{
	struct tug_stream *s = stream_of(d->track, l->src, sent);

	if (s->p == NULL) {
		d->out_of_memory = true;
		return;
	}
	if (s->len >= TUG_SMP_HDR_LEN && begins_frame(octets, sent)) {
		give_up(d, s); /* pieces of the frame before are not shown */
	}
	if (fill(d, s, &octets)) {
		whole_frames(d, s, l, octets);
	}
}

void tug_track_flush(struct tug_diag *d)
{
	for (size_t i = 0; i < TUG_TRACK_STREAMS; i++) {
		give_up(d, &d->track->stream[i]);
	}
}
