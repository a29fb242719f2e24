/* SPDX-License-Identifier: Apache-2.0
 *
 * Follows the exchange: takes frames in whatever form, knows the same one in two forms, and gives requests and
 * answers to their subjects (track_*.c). The end of an input closes what is open.
 */
#include <stdlib.h>
#include <string.h>

#include "track_priv.h"

struct tug_dg_track *tug_dg_track_new(void)
{
	struct tug_dg_track *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		return NULL;
	}
	t->mend = malloc(TUG_TRACK_MEND_MAX);
	if (t->mend == NULL) {
		free(t);
		return NULL;
	}
	t->up_ms = t->discovery_ms = t->upload_ms = t->reset_ms = t->down_ms = -1;
	t->up.first_ms = -1;
	return t;
}

void tug_dg_track_free(struct tug_dg_track *t)
{
	if (t == NULL) {
		return;
	}
	for (size_t i = 0; i < TUG_TRACK_STREAMS; i++) {
		free(t->stream[i].p);
	}
	free(t->mend);
	free(t);
}

/* ---- the same frame in two forms ---------------------------------------------------------------------------- */

/* Octets at both ends of a body that tell two apart. */
#define ENDS 48u
/* The same print twice (two loggers): closer than any client repeats a request. */
#define TWICE_MS 50

/* FNV-1a over both ends of a body. */
static uint32_t mark_of(struct tug_slice body)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < body.len; i++) {
		if (i == ENDS && body.len > 2 * (size_t)ENDS) {
			i = body.len - ENDS;
		}
		h = (h ^ body.p[i]) * 16777619u;
	}
	return h;
}

static bool header_same(const struct tug_recent *r, const struct tug_dg_frame *f)
{
	const struct tug_smp_hdr *a = &r->hdr, *b = &f->hdr;

	return a->op == b->op && a->group == b->group && a->id == b->id &&
	       (!r->seq_known || !f->seq_known || a->seq == b->seq) &&
	       (!r->version_known || !f->version_known || a->version == b->version) &&
	       (a->len == b->len || a->len == 0 || b->len == 0);
}

/* Printed once more by another logger. */
static bool is_twice(const struct tug_recent *r, const struct tug_dg_frame *f, uint32_t mark)
{
	return r->from_octets == f->from_octets && r->seq_known && f->seq_known && r->hdr.len == f->hdr.len &&
	       r->ms >= 0 && f->at.ms >= r->ms && f->at.ms - r->ms <= TWICE_MS && r->line != f->at.line &&
	       (r->cut || r->mark == mark);
}

/* The oldest frame that is the same in the other form and not paired yet (forms come in one order), or a copy. */
static struct tug_recent *same_as(struct tug_dg_track *t, const struct tug_dg_frame *f, uint32_t mark)
{
	for (uint32_t i = 0; i < TUG_TRACK_RECENT; i++) {
		struct tug_recent *r = &t->recent[(t->n_recent + i) % TUG_TRACK_RECENT];

		if (r->used && header_same(r, f) &&
		    ((!r->paired && r->from_octets != f->from_octets) || is_twice(r, f, mark))) {
			return r;
		}
	}
	return NULL;
}

static struct tug_recent *remember(struct tug_dg_track *t, const struct tug_dg_frame *f, uint32_t mark)
{
	struct tug_recent *r = &t->recent[t->n_recent++ % TUG_TRACK_RECENT];

	*r = (struct tug_recent){ .used = true, .from_octets = f->from_octets, .cut = f->cut, .hdr = f->hdr,
				  .seq_known = f->seq_known, .version_known = f->version_known, .mark = mark,
				  .ms = f->at.ms, .line = f->at.line };
	return r;
}

/* ---- requests ----------------------------------------------------------------------------------------------- */

static bool is_cmd(const struct tug_smp_hdr *h, uint16_t group, uint8_t id, uint8_t op)
{
	return h->group == group && h->id == id && h->op == op;
}

static void note_version(struct tug_dg_smp *x, const struct tug_dg_frame *f)
{
	const struct tug_smp_hdr *h = &f->hdr;
	bool probe = is_cmd(h, TUG_GRP_OS, 6, TUG_SMP_READ) && h->seq == 255;

	if (f->version_known && !probe) {
		x->client.smp_v1 = x->client.smp_v1 || h->version == TUG_SMP_V1;
		x->client.smp_v2 = x->client.smp_v2 || h->version == TUG_SMP_V2;
	}
}

/* Counts of a request that was not seen before in any form. */
static void count_request(struct tug_dg_smp *x, const struct tug_smp_hdr *h, const struct tug_evidence *at)
{
	struct tug_dg_cmd *c = tug_track_cmd(x, h->group, h->id, h->op & TUG_SMP_WRITE);

	if (c != NULL) {
		c->requests++;
		c->last_request = *at;
		if (c->first_request.line == 0) {
			c->first_request = *at;
		}
	}
	for (uint32_t i = 0; i < x->n_refusals; i++) {
		struct tug_dg_refusal *r = &x->refusal[i];

		r->later_requests += r->group != h->group || r->id != h->id || r->op != (h->op & TUG_SMP_WRITE);
	}
}

static void request_row(struct tug_diag *d, const struct tug_dg_frame *f, const struct tug_open *o)
{
	struct tug_row_frame row = { .group = f->hdr.group, .id = f->hdr.id, .op = f->hdr.op, .cut = f->cut,
				     .off = o->off, .len = o->chunk };
	const struct tug_dg_smp *x = &d->facts->smp;

	if (o->write != 0 && x->n_writes > 0) {
		const struct tug_dg_write *w = &x->write[x->n_writes - 1];

		row.confirm = w->confirm;
		row.hash_len = w->hash_len < sizeof(row.hash) ? w->hash_len : (uint8_t)sizeof(row.hash);
		memcpy(row.hash, w->hash, row.hash_len);
	}
	tug_rows_frame(d->rows, &f->at, &row, NULL);
}

/* What a request's body says. `again`: it was seen before, and less of it could be read. */
static void read_request(struct tug_diag *d, const struct tug_dg_frame *f, struct tug_open *o, struct tug_slice map,
			 bool again)
{
	struct tug_value v[TUG_OS_ECHO_REQ_N];

	if (is_cmd(&f->hdr, TUG_GRP_IMG, 1, TUG_SMP_WRITE)) {
		tug_track_upload_request(d, f, o, map, again);
	} else if (is_cmd(&f->hdr, TUG_GRP_IMG, 0, TUG_SMP_WRITE)) {
		tug_track_write_request(d, o, map, again);
	} else if (is_cmd(&f->hdr, TUG_GRP_OS, 5, TUG_SMP_WRITE) && !again) {
		tug_track_reset_request(d, o);
	} else if (f->hdr.group == TUG_GRP_OS && f->hdr.id == 0 && tug_track_decode(map, &tug_os_echo_req, v) &&
		   v[TUG_OS_ECHO_REQ_D].present) {
		o->text_len = (uint32_t)v[TUG_OS_ECHO_REQ_D].v.s.len;
	}
}

static void request(struct tug_diag *d, const struct tug_dg_frame *f, struct tug_recent *r)
{
	struct tug_dg_track *t = d->track;
	struct tug_open *o = tug_track_named(t, &f->hdr);
	bool mended, named = o != NULL;
	struct tug_slice map;

	if (named) {
		o->named = false;
		o->seq = f->hdr.seq;
		o->seq_known = f->seq_known;
		o->at = f->at;
	} else {
		o = tug_track_begin(t, &f->hdr, f->seq_known, &f->at);
		count_request(&d->facts->smp, &f->hdr, &f->at);
	}
	r->open = o->order;
	note_version(&d->facts->smp, f);
	map = tug_track_map(t, f->body, &mended);
	if (mended && f->from_octets) {
		d->facts->smp.undecodable++;
		r->unread = true;
	}
	read_request(d, f, o, map, named && !is_cmd(&f->hdr, TUG_GRP_IMG, 1, TUG_SMP_WRITE));
	request_row(d, f, o);
}

/* ---- answers ------------------------------------------------------------------------------------------------ */

static void answer_row(struct tug_diag *d, const struct tug_dg_frame *f, const struct tug_answer *a)
{
	struct tug_row_frame row = { .group = a->group, .id = a->id, .op = f->hdr.op, .cut = f->cut, .off = TUG_DG_NO_OFF,
				     .failed = a->status_known && a->st.failed, .legacy = a->st.legacy,
				     .err_group = a->st.group, .rc = a->st.rc };

	if (a->group == TUG_GRP_IMG && a->id == 1 && a->status_known && !a->st.failed && d->track->up.told) {
		row.off = d->track->up.told_off;
	}
	tug_rows_frame(d->rows, &f->at, &row, a->list);
}

/* Fill what the body of an answer says. */
static void read_answer(struct tug_diag *d, const struct tug_dg_frame *f, struct tug_answer *a, struct tug_dg_list *list)
{
	bool mended;

	a->group = f->hdr.group;
	a->id = f->hdr.id;
	a->op = f->hdr.op & TUG_SMP_WRITE;
	a->src = f->src;
	a->at = &f->at;
	a->body = tug_track_map(d->track, f->body, &mended);
	a->cut = f->cut || mended;
	a->status_known = a->body.len > 0 && tug_smp_status_read(a->body, a->group, &a->st) == TUG_OK;
	if (a->status_known && a->group == TUG_GRP_IMG && a->id == 0 && !a->st.failed &&
	    tug_track_list(a->body, mended, &f->at, list)) {
		a->list = list;
	}
}

static void answer(struct tug_diag *d, const struct tug_dg_frame *f, struct tug_recent *r)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_smp *x = &d->facts->smp;
	struct tug_answer a = { .open = tug_track_match(t, &f->hdr, f->seq_known) };
	struct tug_dg_list list;

	read_answer(d, f, &a, &list);
	if (!a.status_known || (a.cut && f->from_octets)) {
		x->undecodable++;
		r->unread = true;
	}
	if (a.open == NULL && t->requests > t->session_first) {
		x->stray++;
		if (x->stray_at.line == 0) {
			x->stray_at = f->at;
		}
	}
	r->open = a.open != NULL ? a.open->order : 0;
	r->refused = a.status_known && a.st.failed;
	tug_track_answered(d, &a);
	answer_row(d, f, &a);
}

/* ---- frames ------------------------------------------------------------------------------------------------- */

/* The other form of a frame seen before: says more when the first was cut off. */
static void second_form(struct tug_diag *d, const struct tug_dg_frame *f, struct tug_recent *r)
{
	struct tug_dg_track *t = d->track;
	struct tug_open *o = r->open != 0 ? tug_track_of(t, r->open) : NULL;
	bool vague = !r->from_octets && (!r->seq_known || r->hdr.len == 0), mended;

	r->paired = r->paired || r->from_octets != f->from_octets;
	if (o != NULL && !o->seq_known && f->seq_known) {
		o->seq = f->hdr.seq;
		o->seq_known = true;
	}
	if (f->hdr.op % 2 == 0) {
		note_version(&d->facts->smp, f);
	}
	if ((!r->cut && !r->unread && !vague) || f->cut) {
		return;
	}
	r->cut = false;
	if (r->unread && d->facts->smp.undecodable > 0) {
		d->facts->smp.undecodable--;
	}
	r->unread = false;
	if (f->hdr.op % 2 == 0) {
		if (o != NULL) {
			read_request(d, f, o, tug_track_map(t, f->body, &mended), true);
		}
	} else {
		struct tug_answer a = { .open = o };
		struct tug_dg_list list;

		read_answer(d, f, &a, &list);
		tug_track_completed(d, &a, r->refused);
	}
}

void tug_dg_frame(struct tug_diag *d, const struct tug_dg_frame *f)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_smp *x = &d->facts->smp;
	struct tug_recent *r;
	uint32_t mark;

	x->src |= f->src;
	if (f->hdr.op > TUG_SMP_WRITE_RSP || f->hdr.version > TUG_SMP_V2) {
		x->undecodable++;
		return;
	}
	mark = mark_of(f->body);
	r = same_as(t, f, mark);
	if (r != NULL) {
		second_form(d, f, r);
		return;
	}
	x->frames++;
	x->last = f->at;
	if (x->first.line == 0) {
		x->first = f->at;
	}
	if (t->link_frames < UINT32_MAX) {
		t->link_frames++;
	}
	tug_track_link_carries(t, &x->link);
	r = remember(t, f, mark);
	if (f->hdr.op % 2 == 0) {
		request(d, f, r);
	} else {
		answer(d, f, r);
	}
}

void tug_dg_track_end(struct tug_diag *d)
{
	struct tug_dg_track *t = d->track;

	tug_track_flush(d);
	if (t->timeout_said) {
		tug_track_silent_all(d, true);
	}
	tug_track_forget(t);
	t->timeout_said = t->link_up = t->closing = t->params_said = t->reset_sent = t->upload_begun = false;
	t->link_frames = 0;
	t->down_line = 0;
	t->up_ms = t->discovery_ms = t->upload_ms = t->reset_ms = t->down_ms = -1;
	t->up.active = false;
}
