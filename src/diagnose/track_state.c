/* SPDX-License-Identifier: Apache-2.0
 *
 * Follows image lists, writes of image state, and the resets that bring them into force.
 */
#include <string.h>

#include "track_priv.h"

/* The kept write with that number, or NULL. */
static struct tug_dg_write *write_of(struct tug_diag *d, uint32_t number)
{
	struct tug_dg_smp *x = &d->facts->smp;
	uint32_t back = d->track->writes - number;

	return number != 0 && back < x->n_writes ? &x->write[x->n_writes - 1 - back] : NULL;
}

static struct tug_dg_write *latest_write(struct tug_dg_smp *x)
{
	return x->n_writes > 0 ? &x->write[x->n_writes - 1] : NULL;
}

static struct tug_dg_write *new_write(struct tug_diag *d)
{
	struct tug_dg_smp *x = &d->facts->smp;
	struct tug_dg_write *w;

	if (x->n_writes == TUG_DG_WRITES) {
		memmove(&x->write[0], &x->write[1], (TUG_DG_WRITES - 1) * sizeof(x->write[0]));
		x->n_writes--;
		d->track->reset_marks = (uint8_t)(d->track->reset_marks >> 1);
	}
	w = &x->write[x->n_writes++];
	memset(w, 0, sizeof(*w));
	w->before = x->list;
	d->track->writes++;
	d->track->write_wants_list = false;
	return w;
}

void tug_track_write_request(struct tug_diag *d, struct tug_open *o, struct tug_slice map, bool again)
{
	struct tug_value v[TUG_IMG_STATE_REQ_N];
	struct tug_dg_write *w = again ? write_of(d, o->write) : new_write(d);

	if (w == NULL) {
		return;
	}
	w->request = o->at;
	o->write = again ? o->write : d->track->writes;
	if (!tug_track_decode(map, &tug_img_state_req, v)) {
		return;
	}
	if (v[TUG_IMG_STATE_REQ_HASH].present) {
		struct tug_slice h = v[TUG_IMG_STATE_REQ_HASH].v.s;

		w->hash_len = (uint8_t)(h.len < sizeof(w->hash) ? h.len : sizeof(w->hash));
		memcpy(w->hash, h.p, w->hash_len);
	}
	w->confirm = v[TUG_IMG_STATE_REQ_CONFIRM].present && v[TUG_IMG_STATE_REQ_CONFIRM].v.b;
}

void tug_track_write_answer(struct tug_diag *d, const struct tug_answer *a)
{
	struct tug_dg_write *w = a->open != NULL ? write_of(d, a->open->write) : NULL;

	if (w == NULL && a->open == NULL) {
		w = new_write(d); /* its request is not shown */
	}
	if (w == NULL) {
		return;
	}
	w->answered = true;
	w->refused = a->st.failed;
	w->answer = *a->at;
	if (a->list != NULL) {
		w->after = *a->list;
	}
	d->track->write_wants_list = !a->st.failed && !w->after.known && w == latest_write(&d->facts->smp);
}

/* A device that runs what was only marked before has restarted, whoever did it. */
static void note_restart(struct tug_dg_smp *x, const struct tug_dg_list *list)
{
	for (uint32_t i = 0; i < x->n_writes; i++) {
		struct tug_dg_write *w = &x->write[i];
		const struct tug_report_slot *was = tug_dg_slot_of(&w->before, w->hash, w->hash_len);
		const struct tug_report_slot *is = tug_dg_slot_of(list, w->hash, w->hash_len);

		if (was != NULL && is != NULL && !was->active && is->active) {
			w->reset_after = true;
		}
	}
}

static void note_trial(struct tug_dg_smp *x, const struct tug_dg_list *list)
{
	for (uint8_t i = 0; i < list->n; i++) {
		const struct tug_report_slot *s = &list->s[i];
		const struct tug_report_slot *other = tug_dg_slot(list, s->image, 1);

		if (s->slot == 0 && s->active && !s->confirmed && other != NULL && other->confirmed) {
			x->testrun_seen = true;
			x->testrun_at = list->at;
			x->testrun_hash_len = s->hash_len;
			memcpy(x->testrun_hash, s->hash, sizeof(x->testrun_hash));
			return;
		}
	}
}

void tug_track_take_list(struct tug_diag *d, const struct tug_dg_list *list, bool again)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_smp *x = &d->facts->smp;
	struct tug_dg_write *w = latest_write(x);
	bool was_first = again && x->first_list.known && x->first_list.at.ms == x->list.at.ms &&
			 x->first_list.at.line == x->list.at.line;

	if (!x->first_list.known || was_first) {
		x->first_list = *list;
	}
	if (t->reset_wants_list || (again && x->reset.after.known && x->reset.after.at.line == x->list.at.line)) {
		x->reset.after = *list;
		t->reset_wants_list = false;
	}
	x->list = *list;
	if (w != NULL && t->write_wants_list && !w->reset_after) {
		w->after = *list;
		t->write_wants_list = false;
	}
	note_restart(x, list);
	note_trial(x, list);
}

void tug_track_reset_mark(struct tug_diag *d)
{
	struct tug_dg_smp *x = &d->facts->smp;

	for (uint32_t i = 0; i < x->n_writes; i++) {
		if (!x->write[i].reset_after) {
			x->write[i].reset_after = true;
			d->track->reset_marks |= (uint8_t)(1u << i);
		}
	}
}

void tug_track_reset_request(struct tug_diag *d, const struct tug_open *o)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_reset *r = &d->facts->smp.reset;

	r->requests++;
	r->last = o->at;
	r->before = d->facts->smp.list;
	memset(&r->after, 0, sizeof(r->after));
	r->booted_after = false;
	t->reset_marks = 0;
	tug_track_reset_mark(d);
	t->reset_wants_list = true;
	t->reset_sent = true;
	t->reset_ms = o->at.ms;
	t->reset_order = o->order;
}

void tug_track_reset_answer(struct tug_diag *d, const struct tug_answer *a)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_smp *x = &d->facts->smp;

	if (a->st.failed) {
		for (uint32_t i = 0; i < x->n_writes; i++) {
			if (((unsigned)t->reset_marks >> i & 1u) != 0) {
				x->write[i].reset_after = false;
			}
		}
		t->reset_marks = 0;
		t->reset_sent = false;
		t->reset_wants_list = false;
		return;
	}
	if (a->open == NULL && x->reset.requests == 0) {
		x->reset.before = x->list; /* only the answer is shown */
		tug_track_reset_mark(d);
		t->reset_wants_list = true;
		t->reset_sent = true;
		t->reset_ms = a->at->ms;
		t->reset_order = t->requests;
	}
	x->reset.ok++;
	x->reset.last = *a->at;
}

void tug_track_link_ended(struct tug_diag *d, const struct tug_evidence *at)
{
	struct tug_dg_smp *x = &d->facts->smp;

	for (uint32_t i = 0; i < x->n_writes; i++) {
		struct tug_dg_write *w = &x->write[i];

		if (!w->reset_after && !w->link_ended_after) {
			w->link_ended_after = true;
			w->ended = *at;
		}
	}
}
