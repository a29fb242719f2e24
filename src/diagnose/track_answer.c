/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers, whatever their form: a frame, a code alone, a list printed as text, or the client's word that none came.
 */
#include <string.h>

#include "track_priv.h"

#define UNKNOWN_GROUP 0xffffu
/* A code printed this long after a request is not its answer; clients give up after 40 s at the latest. */
#define CODE_LATE_MS 45000

/* ---- refusals ----------------------------------------------------------------------------------------------- */

static struct tug_dg_refusal *refusal_of(struct tug_dg_smp *x, const struct tug_answer *a)
{
	for (uint32_t i = 0; i < x->n_refusals; i++) {
		struct tug_dg_refusal *r = &x->refusal[i];

		if (r->group == a->group && r->id == a->id && r->op == a->op && r->legacy == a->st.legacy &&
		    r->rc == a->st.rc && (r->legacy || r->err_group == a->st.group)) {
			return r;
		}
	}
	return NULL;
}

static void refused(struct tug_diag *d, const struct tug_answer *a)
{
	struct tug_dg_smp *x = &d->facts->smp;
	struct tug_dg_refusal *r = refusal_of(x, a);

	if (r == NULL && x->n_refusals < TUG_DG_REFUSALS) {
		r = &x->refusal[x->n_refusals++];
		*r = (struct tug_dg_refusal){ .group = a->group, .id = a->id, .op = a->op, .legacy = a->st.legacy,
					      .err_group = a->st.legacy ? a->group : a->st.group, .rc = a->st.rc,
					      .off = a->open != NULL ? a->open->off : TUG_DG_NO_OFF, .src = a->src };
		if (a->open != NULL) {
			r->request = a->open->at;
		}
		r->first = *a->at;
		r->list = x->list;
		tug_dg_copy(r->rsn, sizeof(r->rsn), a->st.rsn);
	}
	if (r != NULL) {
		r->count++;
		r->last = *a->at;
	}
}

/* ---- answers ------------------------------------------------------------------------------------------------ */

static bool is_cmd(const struct tug_answer *a, uint16_t group, uint8_t id, uint8_t op)
{
	return a->group == group && a->id == id && a->op == op;
}

/* To the subjects; for refusals as well. */
static void subjects(struct tug_diag *d, const struct tug_answer *a)
{
	if (is_cmd(a, TUG_GRP_IMG, 1, TUG_SMP_WRITE)) {
		tug_track_upload_answer(d, a);
	} else if (is_cmd(a, TUG_GRP_OS, 5, TUG_SMP_WRITE)) {
		tug_track_reset_answer(d, a);
	} else if (is_cmd(a, TUG_GRP_IMG, 0, TUG_SMP_WRITE)) {
		tug_track_write_answer(d, a);
	}
	if (!a->st.failed) {
		tug_track_device(d, a);
	}
	if (a->list != NULL) {
		tug_track_take_list(d, a->list, false);
	}
}

void tug_track_answered(struct tug_diag *d, struct tug_answer *a)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_cmd *c = tug_track_cmd(&d->facts->smp, a->group, a->id, a->op);
	bool repeat = a->open != NULL && a->open->answered;

	t->answers++;
	t->answer_at = t->requests;
	t->answer_refused = a->status_known && a->st.failed;
	t->answer_rc = a->st.rc;
	t->answer_listed = a->list != NULL;
	if (repeat) {
		return; /* one answer shown or sent twice */
	}
	if (c != NULL) {
		c->answers++;
		if (a->status_known && !a->st.failed) {
			c->ok++;
			c->last_ok = *a->at;
		}
	}
	if (a->status_known && a->st.failed) {
		refused(d, a);
	}
	if (a->status_known) {
		subjects(d, a);
	}
	if (a->open != NULL) {
		t->waiting -= tug_track_waits(t, a->open);
		a->open->answered = true;
		a->open->named = false;
		tug_track_overdue(d, a->open->order, a->at->ms);
	}
}

void tug_track_completed(struct tug_diag *d, struct tug_answer *a, bool counted)
{
	struct tug_dg_cmd *c = tug_track_cmd(&d->facts->smp, a->group, a->id, a->op);

	if (!a->status_known) {
		return;
	}
	d->track->answer_refused = a->st.failed;
	d->track->answer_rc = a->st.rc;
	d->track->answer_listed = a->list != NULL;
	if (a->st.failed && !counted) {
		refused(d, a);
		if (c != NULL && c->ok > 0 && c->last_ok.line == a->at->line) {
			c->ok--;
		}
	}
	if (is_cmd(a, TUG_GRP_IMG, 0, TUG_SMP_WRITE)) {
		tug_track_write_answer(d, a);
	}
	if (!a->st.failed) {
		tug_track_device(d, a);
	}
	if (a->list != NULL) {
		tug_track_take_list(d, a->list, true);
	}
}

/* ---- answers without a frame -------------------------------------------------------------------------------- */

/* An answer to `o` (NULL: to nobody knows what) of which there is no frame. */
static void spoken(struct tug_answer *a, const struct tug_dg_line *l, struct tug_open *o, struct tug_evidence *at)
{
	tug_dg_here(l, at);
	*a = (struct tug_answer){ .group = UNKNOWN_GROUP, .src = l->src, .status_known = true, .at = at, .open = o };
	if (o != NULL) {
		a->group = o->group;
		a->id = o->id;
		a->op = o->op;
	}
	a->st.group = a->group;
}

void tug_dg_code(struct tug_diag *d, const struct tug_dg_line *l, int32_t rc, int err_group)
{
	struct tug_dg_track *t = d->track;
	struct tug_open *o = tug_track_latest(t);
	struct tug_evidence at;
	struct tug_answer a;

	if (t->answer_at != 0 && t->answer_at == t->requests && t->answer_refused && t->answer_rc == rc) {
		return; /* the client repeats what the answer before said */
	}
	if (o != NULL && l->ms >= 0 && o->at.ms >= 0 && l->ms - o->at.ms > CODE_LATE_MS) {
		o = NULL; /* of a later request that the log does not show */
	}
	spoken(&a, l, o, &at);
	a.st.failed = rc != 0;
	a.st.rc = rc;
	a.st.legacy = err_group < 0;
	if (err_group >= 0) {
		a.st.group = (uint16_t)err_group;
	}
	if (o == NULL && rc != 0) {
		refused(d, &a);
		t->answer_at = t->requests;
		t->answer_refused = true;
		t->answer_rc = rc;
	} else if (o != NULL) {
		tug_track_answered(d, &a);
	}
	if (rc != 0) {
		struct tug_row_frame row = { .group = a.group, .id = a.id, .op = a.op | 1u, .failed = true,
					     .legacy = a.st.legacy, .err_group = a.st.group, .rc = rc,
					     .off = TUG_DG_NO_OFF };

		tug_rows_frame(d->rows, &at, &row, NULL);
	}
}

void tug_dg_silent(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h)
{
	struct tug_dg_track *t = d->track;
	struct tug_open *o = h != NULL ? tug_track_match(t, h, true) : tug_track_latest(t);
	const struct tug_smp_cmd_text *name = NULL;
	struct tug_evidence at;

	t->timeout_said = true;
	tug_dg_here(l, &at);
	if (o != NULL && tug_track_waits(t, o)) {
		tug_track_silent(d, o);
		name = tug_smp_cmd_text(o->group, o->id, o->op);
	} else if (o == NULL && h != NULL) {
		struct tug_dg_cmd *c = tug_track_cmd(&d->facts->smp, h->group, h->id, h->op & TUG_SMP_WRITE);

		if (c != NULL) {
			c->silent++;
			if (c->first_silent.line == 0) {
				c->first_silent = at;
			}
		}
		d->facts->smp.upload.timeouts += h->group == TUG_GRP_IMG && h->id == 1;
		name = tug_smp_cmd_text(h->group, h->id, h->op & TUG_SMP_WRITE);
	}
	tug_dg_row_say(d, TUG_ROW_CLIENT, &at, true, "no answer%s%s", name != NULL ? ": " : "",
		   name != NULL ? name->name : "");
}

void tug_dg_image_list(struct tug_diag *d, const struct tug_dg_line *l, uint16_t src, const struct tug_dg_list *list)
{
	static const struct tug_smp_hdr read = { .op = TUG_SMP_READ, .group = TUG_GRP_IMG };
	static const struct tug_smp_hdr write = { .op = TUG_SMP_WRITE, .group = TUG_GRP_IMG };
	struct tug_dg_track *t = d->track;
	struct tug_dg_smp *x = &d->facts->smp;
	struct tug_open *o = tug_track_match(t, &read, false), *w = tug_track_match(t, &write, false);
	struct tug_row_frame row = { .group = TUG_GRP_IMG, .op = TUG_SMP_READ_RSP, .off = TUG_DG_NO_OFF };
	struct tug_evidence at;
	struct tug_answer a;

	if (t->answer_at != 0 && t->answer_at == t->requests && t->answer_listed && tug_dg_list_same(&x->list, list)) {
		return; /* the list of the frame before, in words */
	}
	o = o != NULL && tug_track_waits(t, o) ? o : NULL;
	w = w != NULL && tug_track_waits(t, w) ? w : NULL;
	if (w != NULL && (o == NULL || w->order > o->order)) {
		o = w;
	}
	spoken(&a, l, o, &at);
	a.group = TUG_GRP_IMG;
	a.src = src;
	a.list = list;
	tug_track_answered(d, &a);
	row.op = (uint8_t)(a.op + 1u);
	tug_rows_frame(d->rows, list->at.line != 0 ? &list->at : &at, &row, list);
}

void tug_dg_command(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h)
{
	struct tug_dg_smp *x = &d->facts->smp;
	struct tug_row_frame row = { .group = h->group, .id = h->id, .op = h->op & TUG_SMP_WRITE, .off = TUG_DG_NO_OFF };
	struct tug_evidence at;
	struct tug_open *o;
	struct tug_dg_cmd *c = tug_track_cmd(x, h->group, h->id, h->op & TUG_SMP_WRITE);

	tug_dg_here(l, &at);
	o = tug_track_begin(d->track, h, false, &at);
	o->named = true;
	if (c != NULL) {
		c->requests++;
		c->last_request = at;
		if (c->first_request.line == 0) {
			c->first_request = at;
		}
	}
	for (uint32_t i = 0; i < x->n_refusals; i++) {
		struct tug_dg_refusal *r = &x->refusal[i];

		r->later_requests += r->group != h->group || r->id != h->id || r->op != (h->op & TUG_SMP_WRITE);
	}
	if (h->group == TUG_GRP_IMG && h->id == 0 && row.op == TUG_SMP_WRITE) {
		tug_track_write_request(d, o, tug_slice_of(NULL, 0), false);
	} else if (h->group == TUG_GRP_OS && h->id == 5) {
		tug_track_reset_request(d, o);
	}
	tug_rows_frame(d->rows, &at, &row, NULL);
}
