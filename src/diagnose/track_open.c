/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests on their way: a ring of the latest ones. Answers are matched by group, command and sequence number.
 */
#include <string.h>

#include "track_priv.h"

#define OVERDUE_MS 30000

struct tug_dg_cmd *tug_track_cmd(struct tug_dg_smp *x, uint16_t group, uint8_t id, uint8_t op)
{
	struct tug_dg_cmd *c;

	for (uint32_t i = 0; i < x->n_cmds; i++) {
		c = &x->cmd[i];
		if (c->group == group && c->id == id && c->op == op) {
			return c;
		}
	}
	if (x->n_cmds >= TUG_DG_CMDS) {
		return NULL;
	}
	c = &x->cmd[x->n_cmds++];
	c->group = group;
	c->id = id;
	c->op = op;
	return c;
}

struct tug_open *tug_track_of(struct tug_dg_track *t, uint64_t order)
{
	struct tug_open *o = &t->open[order % TUG_TRACK_OPEN];

	return order > t->session_first && o->used && o->order == order ? o : NULL;
}

bool tug_track_waits(const struct tug_dg_track *t, const struct tug_open *o)
{
	return o->used && o->order > t->session_first && !o->answered && !o->silent;
}

/* Walks the ring from the latest request to the oldest of the session. NULL at the end. */
static struct tug_open *older(struct tug_dg_track *t, uint64_t *order)
{
	struct tug_open *o = *order > 0 ? tug_track_of(t, *order) : NULL;

	if (o != NULL) {
		(*order)--;
	}
	return o;
}

struct tug_open *tug_track_begin(struct tug_dg_track *t, const struct tug_smp_hdr *h, bool seq_known,
				 const struct tug_evidence *at)
{
	struct tug_open *o = &t->open[++t->requests % TUG_TRACK_OPEN];

	t->waiting -= tug_track_waits(t, o);
	t->waiting++;
	*o = (struct tug_open){ .used = true, .seq_known = seq_known, .id = h->id, .op = h->op & TUG_SMP_WRITE,
				.seq = h->seq, .group = h->group, .off = TUG_DG_NO_OFF, .order = t->requests };
	o->at = *at;
	return o;
}

static bool is_of(const struct tug_open *o, const struct tug_smp_hdr *h)
{
	return o->group == h->group && o->id == h->id && o->op == (h->op & TUG_SMP_WRITE);
}

struct tug_open *tug_track_named(struct tug_dg_track *t, const struct tug_smp_hdr *h)
{
	struct tug_open *o = tug_track_of(t, t->requests);

	return o != NULL && o->named && tug_track_waits(t, o) && is_of(o, h) ? o : NULL;
}

struct tug_open *tug_track_match(struct tug_dg_track *t, const struct tug_smp_hdr *h, bool seq_known)
{
	struct tug_open *o, *late = NULL, *again = NULL;
	uint64_t order = t->requests;

	while ((o = older(t, &order)) != NULL) {
		if (!is_of(o, h) || (seq_known && o->seq_known && o->seq != h->seq)) {
			continue;
		}
		if (tug_track_waits(t, o)) {
			return o;
		}
		if (o->silent && !o->answered && late == NULL) {
			late = o;
		}
		if (o->answered && again == NULL) {
			again = o;
		}
	}
	return late != NULL ? late : again;
}

struct tug_open *tug_track_latest(struct tug_dg_track *t)
{
	struct tug_open *o;
	uint64_t order = t->requests;

	while ((o = older(t, &order)) != NULL) {
		if (tug_track_waits(t, o)) {
			return o;
		}
	}
	return NULL;
}

void tug_track_silent(struct tug_diag *d, struct tug_open *o)
{
	struct tug_dg_smp *x = &d->facts->smp;
	struct tug_dg_cmd *c = tug_track_cmd(x, o->group, o->id, o->op);

	if (!tug_track_waits(d->track, o)) {
		return;
	}
	o->silent = true;
	d->track->waiting--;
	if (c != NULL) {
		c->silent++;
		if (c->first_silent.line == 0) {
			c->first_silent = o->at;
		}
	}
	if (o->group == TUG_GRP_IMG && o->id == 1 && o->op == TUG_SMP_WRITE) {
		tug_track_upload_silent(d, o);
	}
	if (o->group == TUG_GRP_OS && o->id == 0 && o->text_len > 0 &&
	    (x->device.echo_lost == 0 || o->text_len < x->device.echo_lost)) {
		x->device.echo_lost = o->text_len;
	}
}

/* Only requests are shown (a log of low detail): nothing can be said of their answers. */
static bool answers_hidden(struct tug_dg_track *t)
{
	struct tug_open *o, *last = NULL;
	uint64_t order = t->requests;

	if (t->answers > 0 || t->timeout_said) {
		return false;
	}
	while ((o = older(t, &order)) != NULL) {
		if (last != NULL && (o->group != last->group || o->id != last->id || o->op != last->op)) {
			return true;
		}
		last = o;
	}
	return false;
}

void tug_track_silent_all(struct tug_diag *d, bool but_last)
{
	struct tug_dg_track *t = d->track;
	struct tug_open *o;
	uint64_t order = t->requests;

	if (answers_hidden(t)) {
		return;
	}
	while ((o = older(t, &order)) != NULL) {
		if (!but_last || o->order != t->requests) {
			tug_track_silent(d, o);
		}
	}
}

void tug_track_overdue(struct tug_diag *d, uint64_t order, int64_t ms)
{
	struct tug_open *o;

	while (d->track->waiting > 0 && order-- > 1 && (o = tug_track_of(d->track, order)) != NULL) {
		if (tug_track_waits(d->track, o) && ms >= 0 && o->at.ms >= 0 && ms - o->at.ms >= OVERDUE_MS) {
			tug_track_silent(d, o);
		}
	}
}

void tug_track_forget(struct tug_dg_track *t)
{
	t->session_first = t->requests;
	t->waiting = 0;
	t->answers = 0;
	t->answer_at = 0;
	memset(t->recent, 0, sizeof(t->recent));
}
