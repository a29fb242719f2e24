/* SPDX-License-Identifier: Apache-2.0
 *
 * Follows Bluetooth links: when in the story one ends, its parameters, discovery and pairing. And the client's own
 * words: its steps, its sessions, and restarts that a banner shows.
 */
#include <string.h>

#include "track_priv.h"

#define START_MS 3000
#define RESET_MS 5000
/* The same end told twice: by callback and in words. */
#define ECHO_MS 2000
#define ECHO_LINES 12u
/* A reset after which nothing else was sent explains an end this much later (supervision time-out). */
#define RESET_LAST_MS 40000

static int64_t since(int64_t start, int64_t now)
{
	return start >= 0 && now >= start ? now - start : -1;
}

static bool after_reset(const struct tug_dg_track *t, int64_t ms)
{
	bool last = t->requests == t->reset_order;
	int64_t gone = since(t->reset_ms, ms);

	return t->reset_sent && (gone < 0 ? last : gone <= (last ? RESET_LAST_MS : RESET_MS));
}

static enum tug_dg_when when_of(struct tug_diag *d, const struct tug_dg_line *l, int32_t status)
{
	struct tug_dg_track *t = d->track;
	int64_t gone = since(t->upload_ms, l->ms);

	if (!t->link_up && t->link_frames == 0) {
		return t->closing || status == 0 ? TUG_WHEN_IDLE : TUG_WHEN_CONNECTING;
	}
	if (after_reset(t, l->ms)) {
		return TUG_WHEN_AFTER_RESET;
	}
	if (t->upload_begun && (gone >= 0 ? gone <= START_MS : !t->up.moved)) {
		return TUG_WHEN_UPLOAD_START;
	}
	if (t->upload_begun && t->up.active && t->up.on_link > 0 && !t->up.last_refused &&
	    !d->facts->smp.upload.completed) {
		return t->up.told ? TUG_WHEN_UPLOAD : TUG_WHEN_UPLOAD_START;
	}
	if (t->link_frames == 0) {
		return TUG_WHEN_BEFORE_SMP;
	}
	return tug_track_latest(t) != NULL ? TUG_WHEN_WAITING : TUG_WHEN_IDLE;
}

/* A new link or none: what belonged to the old one is over. */
static void forget_link(struct tug_dg_track *t)
{
	t->closing = t->params_said = t->reset_sent = t->upload_begun = false;
	t->link_frames = 0;
	t->up_ms = t->discovery_ms = t->upload_ms = -1;
	t->up.active = false;
	t->up.on_link = 0;
}

static void note_end(struct tug_diag *d, const struct tug_dg_line *l, int32_t status, enum tug_dg_when when)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_link *k = &d->facts->smp.link;
	struct tug_dg_link_end *e;
	int64_t start = when == TUG_WHEN_AFTER_RESET ? t->reset_ms : t->upload_begun ? t->upload_ms : -1;
	uint32_t i = 0;

	while (i < k->n_ends && (k->end[i].status != status || k->end[i].when != when || k->end[i].by_client != t->closing)) {
		i++;
	}
	t->down_end = 0;
	if (i == TUG_DG_LINK_ENDS) {
		return;
	}
	e = &k->end[i];
	if (i == k->n_ends) {
		k->n_ends++;
		*e = (struct tug_dg_link_end){ .status = status, .by_client = t->closing, .when = when,
					       .after_ms = since(start, l->ms) };
		tug_dg_here(l, &e->at);
	}
	e->count++;
	tug_dg_here(l, &e->last);
	t->down_end = i + 1;
}

/* The end told before is told again; maybe with its status now. */
static bool told_again(struct tug_diag *d, const struct tug_dg_line *l, int32_t status)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_link *k = &d->facts->smp.link;
	int64_t gone = since(t->down_ms, l->ms);
	struct tug_dg_link_end *e = t->down_end != 0 ? &k->end[t->down_end - 1] : NULL;

	if (t->link_up || t->link_frames > 0 || t->down_line == 0 || e == NULL) {
		return false;
	}
	if (gone >= 0 ? gone > ECHO_MS : l->no - t->down_line > ECHO_LINES) {
		return status == -1;
	}
	if (status == -1 || status == e->status) {
		return true;
	}
	if (e->status == -1 && e->count == 1) {
		e->status = status;
		return true;
	}
	return false;
}

static void link_row(struct tug_diag *d, const struct tug_dg_line *l, int32_t status, bool failed)
{
	struct tug_evidence at;

	tug_dg_here(l, &at);
	if (status < 0) {
		tug_dg_row_say(d, TUG_ROW_LINK, &at, failed, "link down");
	} else {
		tug_dg_row_say(d, TUG_ROW_LINK, &at, failed, "link down, status %d", (int)status);
	}
}

void tug_track_link_carries(const struct tug_dg_track *t, struct tug_dg_link *k)
{
	if (t->params_said) {
		k->smp_timeout_ms = k->timeout_ms != 0 ? k->timeout_ms : k->smp_timeout_ms;
		k->smp_itvl_us = k->itvl_us != 0 ? k->itvl_us : k->smp_itvl_us;
	}
	if (t->link_up) {
		k->service_found = true;
	}
}

void tug_dg_link_up(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_dg_track *t = d->track;
	struct tug_evidence at;

	if (t->link_up && t->link_frames == 0 &&
	    (since(t->up_ms, l->ms) >= 0 ? since(t->up_ms, l->ms) < ECHO_MS : l->no - t->up_line < ECHO_LINES)) {
		return; /* told twice */
	}
	tug_track_flush(d);
	forget_link(t);
	t->link_up = true;
	t->up_ms = l->ms;
	t->up_line = l->no;
	t->down_line = 0;
	d->facts->smp.link.up = true;
	d->facts->smp.link.ups++;
	tug_dg_here(l, &at);
	tug_dg_row_say(d, TUG_ROW_LINK, &at, false, "link up");
}

void tug_dg_link_down(struct tug_diag *d, const struct tug_dg_line *l, int32_t status)
{
	struct tug_dg_track *t = d->track;
	struct tug_evidence at;
	enum tug_dg_when when;

	if (told_again(d, l, status)) {
		t->closing = false;
		return;
	}
	tug_track_flush(d);
	when = when_of(d, l, status);
	note_end(d, l, status, when);
	if (when == TUG_WHEN_AFTER_RESET) {
		tug_track_reset_mark(d); /* said only, its frame is not shown */
	}
	tug_dg_here(l, &at);
	if (t->link_up || t->link_frames > 0) {
		tug_track_silent_all(d, false);
		tug_track_link_ended(d, &at);
	}
	link_row(d, l, status, !t->closing && status != 0 && when != TUG_WHEN_AFTER_RESET);
	tug_track_forget(t);
	forget_link(t);
	t->link_up = false;
	t->down_ms = l->ms;
	t->down_line = l->no;
	d->facts->smp.link.up = false;
}

void tug_dg_link_closing(struct tug_diag *d, const struct tug_dg_line *l)
{
	(void)l;
	d->track->closing = true;
}

void tug_dg_link_mtu(struct tug_diag *d, const struct tug_dg_line *l, uint32_t mtu)
{
	struct tug_dg_link *k = &d->facts->smp.link;
	struct tug_evidence at;

	tug_dg_here(l, &at);
	k->mtu = mtu;
	k->mtu_at = at;
	tug_dg_row_say(d, TUG_ROW_LINK, &at, false, "MTU %u", (unsigned)mtu);
}

void tug_dg_link_params(struct tug_diag *d, const struct tug_dg_line *l, uint32_t itvl_us, uint32_t timeout_ms)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_link *k = &d->facts->smp.link;
	struct tug_evidence at;
	bool same = (itvl_us == 0 || k->itvl_us == itvl_us) && (timeout_ms == 0 || k->timeout_ms == timeout_ms);

	tug_dg_here(l, &at);
	k->itvl_us = itvl_us != 0 ? itvl_us : k->itvl_us;
	k->timeout_ms = timeout_ms != 0 ? timeout_ms : k->timeout_ms;
	if (t->link_up || t->link_frames > 0 || k->params.line == 0) {
		k->params = at;
		t->params_said = true;
	}
	if (t->link_frames > 0 && (t->waiting > 0 || (t->upload_begun && !d->facts->smp.upload.completed))) {
		tug_track_link_carries(t, k); /* an exchange is under way */
	}
	if (!same) {
		tug_dg_row_say(d, TUG_ROW_LINK, &at, false, "interval %u.%02u ms, time-out %u ms", (unsigned)(k->itvl_us / 1000),
			   (unsigned)(k->itvl_us % 1000 / 10), (unsigned)k->timeout_ms);
	}
}

void tug_dg_discovery(struct tug_diag *d, const struct tug_dg_line *l, bool ends)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_link *k = &d->facts->smp.link;

	if (!ends) {
		t->discovery_ms = l->ms;
		return;
	}
	tug_dg_here(l, &k->discovery);
	if (since(t->discovery_ms, l->ms) >= 0) {
		k->discovery_ms = since(t->discovery_ms, l->ms);
		t->discovery_ms = -1;
	}
}

void tug_dg_bonding(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_evidence at;

	if (d->track->link_frames == 0) {
		d->facts->smp.link.bonding_before_smp = true;
	}
	tug_dg_here(l, &at);
	tug_dg_row_say(d, TUG_ROW_LINK, &at, false, "pairing");
}

/* ---- the client's words ------------------------------------------------------------------------------------- */

static const char *step_name(enum tug_dg_step step)
{
	static const char *const names[] = { "begins", "validates", "uploads",  "marks for test",
					     "resets", "confirms",  "succeeded", "failed" };

	return (unsigned)step < sizeof(names) / sizeof(names[0]) ? names[step] : "goes on";
}

static void step_facts(struct tug_diag *d, const struct tug_dg_line *l, enum tug_dg_step step, const struct tug_evidence *at)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_client *c = &d->facts->smp.client;

	switch (step) {
	case TUG_STEP_UPLOAD:
		t->upload_ms = l->ms;
		t->upload_begun = true;
		break;
	case TUG_STEP_TEST:
	case TUG_STEP_CONFIRM:
	case TUG_STEP_RESET:
		tug_track_upload_passed(d, at);
		t->upload_begun = false;
		if (step != TUG_STEP_RESET && t->reset_sent) {
			tug_track_reset_mark(d); /* it went on behind the reset */
		}
		if (step == TUG_STEP_RESET) {
			t->reset_sent = true;
			t->reset_ms = l->ms;
			t->reset_order = t->requests;
		}
		break;
	case TUG_STEP_SUCCESS:
	case TUG_STEP_FAILED:
		c->said_success = step == TUG_STEP_SUCCESS;
		c->said_failure = step == TUG_STEP_FAILED;
		c->end = *at;
		if (step == TUG_STEP_SUCCESS) {
			tug_track_upload_passed(d, at);
			if (t->reset_sent) {
				tug_track_reset_mark(d);
			}
		}
		break;
	default:
		break;
	}
}

void tug_dg_step(struct tug_diag *d, const struct tug_dg_line *l, enum tug_dg_step step)
{
	struct tug_dg_client *c = &d->facts->smp.client;
	bool news = c->step != step || c->at.input != l->input;
	struct tug_evidence at;

	tug_dg_here(l, &at);
	c->step = step;
	c->at = at;
	c->seen |= 1u << ((unsigned)step & 31u);
	step_facts(d, l, step, &at);
	if (news && step != TUG_STEP_NONE) {
		tug_dg_row_say(d, TUG_ROW_CLIENT, &at, step == TUG_STEP_FAILED, "client %s", step_name(step));
	}
}

void tug_dg_session(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_dg_track *t = d->track;

	(void)l;
	tug_track_flush(d);
	tug_track_forget(t);
	forget_link(t);
	t->link_up = false;
	t->timeout_said = false;
	t->down_line = 0;
	t->reset_ms = -1;
}

void tug_dg_restarted(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_dg_track *t = d->track;
	struct tug_dg_smp *x = &d->facts->smp;

	for (uint32_t i = 0; i < x->n_writes; i++) {
		const struct tug_dg_write *w = &x->write[i];
		const struct tug_evidence *at = w->answer.line != 0 ? &w->answer : &w->request;

		x->write[i].reset_after = w->reset_after || at->input == l->input;
	}
	if (x->reset.last.line != 0 && x->reset.last.input == l->input) {
		x->reset.booted_after = true;
	}
	t->reset_marks = 0;
}
