/* SPDX-License-Identifier: Apache-2.0
 *
 * Follows image uploads: figures of the latest, counts of all, and what shows that octets or answers were lost.
 */
#include <string.h>

#include "track_priv.h"

/* Most octets around the data of a chunk: map, keys, numbers, a hash of 64 octets. */
#define OVERHEAD_MAX 192u

static bool is_repeat_of_first(const struct tug_upstate *u)
{
	return u->active && u->have_last && ((!u->moved && u->max_off == 0) || (u->told && u->told_off == 0));
}

/* A new upload: its figures begin anew, counts go on. */
static void begin(struct tug_diag *d, const struct tug_dg_frame *f)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_upload *p = &d->facts->smp.upload;

	t->up = (struct tug_upstate){ .active = true, .first_ms = f->at.ms, .on_link = t->up.on_link, .acks = t->up.acks,
				       .answered = t->up.answered };
	p->uploads++;
	p->first_unanswered = p->completed = p->upgrade = p->resumed = p->head_known = false;
	p->match = -1;
	p->len = p->off = 0;
	p->image = p->first_chunk = p->max_chunk = p->max_frame = p->in_flight = 0;
	p->first_answer_ms = p->duration_ms = -1;
	p->sha_len = 0;
	p->first = f->at;
	memset(&p->done, 0, sizeof(p->done));
	p->before = d->facts->smp.list;
	p->small_ok_before = false;
	for (uint32_t i = 0; i < d->facts->smp.n_cmds; i++) {
		const struct tug_dg_cmd *c = &d->facts->smp.cmd[i];

		p->small_ok_before = p->small_ok_before || (c->ok > 0 && (c->group != TUG_GRP_IMG || c->id != 1));
	}
}

/* The first chunk is where the link is at risk: an erase may follow. */
static void note_start(struct tug_dg_track *t, int64_t ms)
{
	if (t->up.on_link++ == 0) {
		t->upload_ms = ms;
		t->upload_begun = true;
	}
}

/* Octets of data in a chunk; 0 = not to be known. */
static uint32_t chunk_of(const struct tug_dg_frame *f, const struct tug_value *data)
{
	uint64_t cut = f->cut ? tug_track_cut_string(f->body, "data") : 0;

	if (cut != 0) {
		return (uint32_t)cut;
	}
	if (!data->present || f->cut || (f->hdr.len != 0 && data->v.s.len + OVERHEAD_MAX < f->hdr.len)) {
		return 0; /* shortened by whoever printed it */
	}
	return (uint32_t)data->v.s.len;
}

static void take_fields(const struct tug_dg_frame *f, struct tug_dg_upload *p, const struct tug_value *v, bool first)
{
	const struct tug_value *data = &v[TUG_IMG_UPLOAD_REQ_DATA];

	if (v[TUG_IMG_UPLOAD_REQ_LEN].present) {
		p->len = v[TUG_IMG_UPLOAD_REQ_LEN].v.u;
	}
	if (v[TUG_IMG_UPLOAD_REQ_IMAGE].present && v[TUG_IMG_UPLOAD_REQ_IMAGE].v.u <= UINT32_MAX) {
		p->image = (uint32_t)v[TUG_IMG_UPLOAD_REQ_IMAGE].v.u;
	}
	if (v[TUG_IMG_UPLOAD_REQ_SHA].present) {
		p->sha_len = (uint8_t)(v[TUG_IMG_UPLOAD_REQ_SHA].v.s.len < 255 ? v[TUG_IMG_UPLOAD_REQ_SHA].v.s.len : 255);
	}
	p->upgrade = p->upgrade || (v[TUG_IMG_UPLOAD_REQ_UPGRADE].present && v[TUG_IMG_UPLOAD_REQ_UPGRADE].v.b);
	if (first && data->present && data->v.s.len >= sizeof(p->head)) {
		memcpy(p->head, data->v.s.p, sizeof(p->head));
		p->head_known = true;
	}
	if ((uint32_t)f->hdr.len + TUG_SMP_HDR_LEN > p->max_frame && f->hdr.len > 0) {
		p->max_frame = (uint32_t)f->hdr.len + TUG_SMP_HDR_LEN;
	}
}

/* The same offset again: the client did not get the answer to the one before. */
static void repeated(struct tug_diag *d, const struct tug_open *now)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_upload *p = &d->facts->smp.upload;

	p->repeated++;
	p->repeated_refused += t->up.last_refused;
	for (uint64_t order = now->order; --order > t->session_first;) {
		struct tug_open *o = tug_track_of(t, order);

		if (o == NULL) {
			return;
		}
		if (o->group == now->group && o->id == now->id && o->op == now->op && o->off == now->off) {
			tug_track_silent(d, o);
			return;
		}
	}
}

void tug_track_upload_request(struct tug_diag *d, const struct tug_dg_frame *f, struct tug_open *o, struct tug_slice map,
			      bool again)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_upload *p = &d->facts->smp.upload;
	struct tug_value v[TUG_IMG_UPLOAD_REQ_N] = { 0 };
	bool readable = tug_track_decode(map, &tug_img_upload_req, v);
	bool has_off = readable && v[TUG_IMG_UPLOAD_REQ_OFF].present;
	uint64_t off = has_off ? v[TUG_IMG_UPLOAD_REQ_OFF].v.u : TUG_DG_NO_OFF;

	if (off == 0 && o->off != 0 && !is_repeat_of_first(&t->up)) {
		begin(d, f);
	}
	if (!again) {
		p->chunks++;
		p->last = f->at;
		if (p->first.line == 0) {
			p->first = f->at;
		}
		note_start(t, f->at.ms);
	}
	if (!has_off) {
		return;
	}
	o->acks = t->up.acks;
	o->chunk = chunk_of(f, &v[TUG_IMG_UPLOAD_REQ_DATA]);
	if (o->off != off) {
		o->off = off;
		if (t->up.have_last && off <= t->up.max_off) {
			repeated(d, o);
		}
		t->up.active = t->up.have_last = true;
		t->up.max_off = off > t->up.max_off ? off : t->up.max_off;
	}
	take_fields(f, p, v, off == 0);
	p->first_chunk = off == 0 && o->chunk != 0 ? o->chunk : p->first_chunk;
	p->max_chunk = o->chunk > p->max_chunk ? o->chunk : p->max_chunk;
}

/*
 * Requests in flight when `o` was sent, itself included: those answered between it and its answer, for answers come
 * in order. Answers that are not shown do not count.
 */
static uint32_t in_flight(struct tug_upstate *u, const struct tug_open *o)
{
	u->answered = o->order > u->answered ? o->order : u->answered;
	return ++u->acks - o->acks;
}

static void went_back(struct tug_dg_upload *p, const struct tug_answer *a, uint64_t by)
{
	if (p->went_back++ == 0) {
		p->back = *a->at;
	}
	p->back_1_3 += by >= 1 && by <= 3;
}

/* Compare the offset told with what the request would have led to. */
static void weigh_offset(struct tug_dg_track *t, struct tug_dg_upload *p, const struct tug_answer *a, uint64_t off)
{
	const struct tug_open *o = a->open;
	uint64_t expected;

	if (o == NULL && off == 0 && t->up.told && t->up.told_off == 0 && p->chunks == 0) {
		went_back(p, a, 0); /* answers alone: the device wants the beginning again and again */
	}
	if (o == NULL || o->off == TUG_DG_NO_OFF) {
		return;
	}
	expected = o->off + o->chunk;
	if (off < expected || (o->chunk == 0 && off <= o->off && off != p->len)) {
		went_back(p, a, expected - off);
	}
	if (o->off == 0 && o->chunk != 0 && off > expected && !t->up.moved) {
		p->resumed = true;
	}
	if (o->off == 0 && p->first_answer_ms < 0 && o->at.ms >= 0 && a->at->ms >= o->at.ms) {
		p->first_answer_ms = a->at->ms - o->at.ms;
	}
}

void tug_track_upload_answer(struct tug_diag *d, const struct tug_answer *a)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_upload *p = &d->facts->smp.upload;
	struct tug_value v[TUG_IMG_UPLOAD_RSP_N];
	uint64_t off;

	if (a->open != NULL) {
		uint32_t n = in_flight(&t->up, a->open);

		p->in_flight = n > p->in_flight ? n : p->in_flight;
	}
	p->first_unanswered = false;
	t->up.last_refused = a->st.failed;
	if (a->st.failed || !tug_track_decode(a->body, &tug_img_upload_rsp, v)) {
		return;
	}
	if (v[TUG_IMG_UPLOAD_RSP_MATCH].present) {
		p->match = v[TUG_IMG_UPLOAD_RSP_MATCH].v.b ? 1 : 0;
	}
	if (!v[TUG_IMG_UPLOAD_RSP_OFF].present) {
		return;
	}
	off = v[TUG_IMG_UPLOAD_RSP_OFF].v.u;
	weigh_offset(t, p, a, off);
	t->up.told = true;
	t->up.told_off = off;
	if (off > t->up.acked) {
		t->up.acked = off;
		t->up.moved = true;
		p->acked++;
		p->acked_after_timeout += p->timeouts > 0;
		p->off = off;
	}
	if (t->up.first_ms >= 0 && a->at->ms >= t->up.first_ms) {
		p->duration_ms = a->at->ms - t->up.first_ms;
	}
	if (p->len > 0 && off >= p->len && !p->completed) {
		p->completed = true;
		p->done = *a->at;
		t->up.active = false;
	}
}

/* Requests behind the latest answer while `o` is given up. The one that repeats it does not count. */
static uint32_t stuck(struct tug_dg_track *t, const struct tug_open *o)
{
	uint32_t n = o->order > t->up.answered;

	for (uint64_t order = t->requests; order > t->up.answered; order--) {
		struct tug_open *x = tug_track_of(t, order);

		if (x == NULL) {
			break;
		}
		n += x->group == o->group && x->id == o->id && x->op == o->op && x->off != o->off && tug_track_waits(t, x);
	}
	return n;
}

void tug_track_upload_silent(struct tug_diag *d, const struct tug_open *o)
{
	struct tug_dg_upload *p = &d->facts->smp.upload;
	uint32_t n = stuck(d->track, o);

	p->timeouts++;
	p->in_flight = n > p->in_flight ? n : p->in_flight;
	if (o->off == 0 && !d->track->up.told && !d->track->up.last_refused) {
		p->first_unanswered = true;
	}
}

void tug_track_upload_passed(struct tug_diag *d, const struct tug_evidence *at)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_upload *p = &d->facts->smp.upload;

	if (t->up.active && t->up.moved && !t->up.last_refused && !p->completed) {
		p->completed = true;
		p->done = *at;
	}
	t->up.active = false;
}
