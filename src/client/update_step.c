/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes plans and runs their steps but the reset: send, read the list, compare with what was asked, learn
 * from what was refused. An answer without error proves nothing here. Called by update.c.
 */
#include <string.h>

#include <tug/smp_cmds.h>

#include "update_priv.h"

/* Plans are made anew when a device refuses or ignores; a device that never settles ends here. */
#define PLANS_MAX 12u
#define STEPS_MAX 60u
#define LOSSES_MAX 3u
#define REUPLOADS_MAX 2u
/* Erase storage is optional: four tries of this are enough. */
#define SETTINGS_MS 10000u

static bool runs(const struct tug_update *u)
{
	return !u->state.recovery && !u->beh.in_place &&
	       tug_slot_holds(tug_dev_running(&u->state, u->cfg.image.image), &u->cfg.image);
}

/* ---- the end of a plan ---- */

static const char *running_text(const struct tug_update *u)
{
	const struct tug_slot_state *run = tug_dev_running(&u->state, u->cfg.image.image);

	if (run->confirmed) {
		return "The image runs and is confirmed; the device's own list proves it.";
	}
	if (tug_dev_boot_decides(&u->state, &u->beh)) {
		return "The image runs; this bootloader knows no confirm.";
	}
	return "The image runs on trial, as asked; confirm it, or the next reset takes it back.";
}

static void finish(struct tug_update *u)
{
	const struct tug_upd *p = tug_upd_of(u);

	if (!runs(u)) {
		tug_upd_end(u, TUG_OUT_UPLOADED, TUG_OK,
			    u->cfg.policy.mode == TUG_UPDATE_UPLOAD_ONLY
				    ? "The image is on the device, proven by its hash; it does not run yet."
				    : "The image is on the device and will be started by the next reset, which was not "
				      "asked for.");
	} else if (p->changed) {
		tug_upd_end(u, TUG_OUT_SWAPPED, TUG_OK, running_text(u));
	} else {
		tug_upd_end(u, TUG_OUT_ALREADY_RUNNING, TUG_OK,
			    u->plan.kind == TUG_PLAN_DONE ? u->plan.reason : running_text(u));
	}
}

static void append(struct tug_buf *b, const char *s)
{
	size_t n = strlen(s);

	if (n > b->cap - b->len) {
		n = b->cap - b->len;
	}
	memcpy(b->p + b->len, s, n);
	b->len += n;
}

static void end_refused(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);
	struct tug_buf b = tug_buf_of(p->text, sizeof(p->text) - 1u);
	int why = u->plan.why;

	append(&b, u->plan.reason);
	append(&b, " ");
	append(&b, u->plan.remedy);
	p->text[b.len] = '\0';
	tug_upd_end(u,
		    why == TUG_EIGNORED    ? TUG_OUT_IGNORED
		    : why == TUG_EREJECTED ? TUG_OUT_REJECTED
					   : TUG_OUT_FAILED,
		    why, p->text);
}

static void end_unsettled(struct tug_update *u)
{
	tug_upd_end(u, TUG_OUT_FAILED, TUG_ENOEFFECT,
		    "The device's state does not settle: what was done is undone or ignored again and again; is "
		    "another client at work?");
}

/* ---- plans ---- */

/* The steps that are left are what would be planned now; one look at the list more does no harm. */
static bool follows(const struct tug_plan *old, uint8_t at, const struct tug_plan *next)
{
	if (at >= old->n || next->kind == TUG_PLAN_REFUSED) {
		return false;
	}
	if (next->kind == TUG_PLAN_DONE) {
		return old->n - at == 1 && old->step[at] == TUG_STEP_VERIFY;
	}
	if (old->step[at] == TUG_STEP_VERIFY && next->step[0] != TUG_STEP_VERIFY) {
		at++;
	}
	return old->n - at == next->n &&
	       memcmp(&old->step[at], next->step, (size_t)next->n * sizeof(next->step[0])) == 0;
}

static void adopt(struct tug_update *u, const struct tug_plan *next)
{
	struct tug_upd *p = tug_upd_of(u);
	struct tug_update_event ev = { .kind = TUG_EV_PLAN, .plan = &u->plan };

	u->plan = *next;
	p->at = 0;
	p->plans++;
	if (next->kind == TUG_PLAN_STEPS) {
		/* Judged against what was there first; an image that a mark starts meanwhile changes nothing of that. */
		u->cfg.policy.allow_downgrade = true;
	}
	tug_upd_event(u, &ev);
}

static void end_plan_only(struct tug_update *u)
{
	if (u->plan.kind == TUG_PLAN_REFUSED) {
		end_refused(u);
	} else {
		tug_upd_end(u, u->plan.kind == TUG_PLAN_DONE ? TUG_OUT_ALREADY_RUNNING : TUG_OUT_NONE, TUG_OK,
			    u->plan.reason);
	}
}

void tug_upd_plan(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);
	struct tug_plan next;

	if (p->swapped && !runs(u)) {
		tug_upd_end(u, TUG_OUT_REVERTED, TUG_EREVERTED,
			    "The image ran, then the device went back to the old one: it crashed or was reset before "
			    "it was confirmed; read its console.");
		return;
	}
	tug_plan_make(&u->state, &u->beh, &u->cfg.image, &u->cfg.policy, &next);
	if (p->plans > 0 && follows(&u->plan, p->at, &next)) {
		tug_upd_run_step(u);
		return;
	}
	if (p->plans > 0 && next.kind == TUG_PLAN_DONE && p->at < TUG_PLAN_STEPS_MAX) {
		/* Sooner than planned, as the bootloader keeps the image by itself: one more look, then the end. */
		u->plan.step[p->at] = TUG_STEP_VERIFY;
		u->plan.n = (uint8_t)(p->at + 1u);
		tug_upd_run_step(u);
		return;
	}
	if (p->plans >= PLANS_MAX) {
		end_unsettled(u);
		return;
	}
	adopt(u, &next);
	if (u->cfg.plan_only) {
		end_plan_only(u);
	} else if (next.kind == TUG_PLAN_REFUSED) {
		end_refused(u);
	} else if (next.kind == TUG_PLAN_DONE) {
		finish(u);
	} else {
		tug_upd_run_step(u);
	}
}

void tug_upd_continue(struct tug_update *u)
{
	tug_upd_step_event(u, TUG_EV_STEP_OK);
	tug_upd_of(u)->at++;
	tug_upd_plan(u);
}

/* ---- sending a step ---- */

static void send_state(struct tug_update *u, struct tug_slice hash, bool confirm)
{
	uint8_t room[TUG_HASH_MAX + 32];
	struct tug_buf b = tug_buf_of(room, sizeof(room));
	struct tug_value v[TUG_IMG_STATE_REQ_N];
	struct tug_enc e;

	memset(v, 0, sizeof(v));
	v[TUG_IMG_STATE_REQ_HASH].present = hash.len > 0;
	v[TUG_IMG_STATE_REQ_HASH].v.s = hash;
	v[TUG_IMG_STATE_REQ_CONFIRM].present = true;
	v[TUG_IMG_STATE_REQ_CONFIRM].v.b = confirm;
	tug_enc_init(&e, &b);
	tug_map_encode(&e, &tug_img_state_req, v);
	(void)tug_enc_finish(&e);
	tug_upd_send(u, TUG_GRP_IMG, 0, TUG_SMP_WRITE, tug_buf_slice(&b), NULL);
}

/* Image 0 is confirmed without a hash, as every server knows it; the others need theirs. */
static void send_confirm_active(struct tug_update *u)
{
	const struct tug_slot_state *run = tug_dev_running(&u->state, u->cfg.image.image);

	if (u->cfg.image.image == 0 || run == NULL) {
		send_state(u, tug_slice_of(NULL, 0), true);
	} else {
		send_state(u, tug_slice_of(run->hash, run->hash_len), true);
	}
}

static void send_erase(struct tug_update *u)
{
	const struct tug_slot_state *other = tug_dev_target(&u->state, u->cfg.image.image);
	uint8_t room[16];
	struct tug_buf b = tug_buf_of(room, sizeof(room));
	struct tug_value v[TUG_IMG_ERASE_REQ_N];
	struct tug_enc e;

	/* Without "slot" the free slot of image 0 is meant, and old servers know nothing else. */
	memset(v, 0, sizeof(v));
	if (u->cfg.image.image > 0) {
		v[TUG_IMG_ERASE_REQ_SLOT].present = true;
		v[TUG_IMG_ERASE_REQ_SLOT].v.u = u->cfg.image.image * 2u + (other == NULL ? 1u : other->slot);
	}
	tug_enc_init(&e, &b);
	tug_map_encode(&e, &tug_img_erase_req, v);
	(void)tug_enc_finish(&e);
	tug_upd_send(u, TUG_GRP_IMG, 5, TUG_SMP_WRITE, tug_buf_slice(&b), NULL);
}

static void send_settings(struct tug_update *u)
{
	static const uint8_t empty[] = { 0xbf, 0xff };
	struct tug_client_opt opt = { .timeout_ms = SETTINGS_MS };

	tug_upd_send(u, TUG_GRP_ZBASIC, 0, TUG_SMP_WRITE, tug_slice_of(empty, sizeof(empty)), &opt);
}

void tug_upd_run_step(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);
	struct tug_slice hash = tug_slice_of(u->cfg.image.hash, u->cfg.image.hash_len);

	if (++p->ran > STEPS_MAX) {
		end_unsettled(u);
		return;
	}
	tug_upd_step_event(u, TUG_EV_STEP);
	p->phase = PH_WRITE;
	p->write_failed = false;
	switch (u->plan.step[p->at]) {
	case TUG_STEP_ERASE_SETTINGS:
		send_settings(u);
		break;
	case TUG_STEP_ERASE_SLOT:
		send_erase(u);
		break;
	case TUG_STEP_UPLOAD:
		if (p->stale) {
			p->only_params = true;
			tug_upd_probe(u, PH_PARAMS);
		} else {
			tug_upd_upload_begin(u);
		}
		break;
	case TUG_STEP_TEST:
		send_state(u, hash, false);
		break;
	case TUG_STEP_CONFIRM_OTHER:
		send_state(u, hash, true);
		break;
	case TUG_STEP_CONFIRM_ACTIVE:
		send_confirm_active(u);
		break;
	case TUG_STEP_RESET:
		p->reset_tries = 0;
		tug_upd_reset(u);
		break;
	case TUG_STEP_VERIFY:
		p->phase = PH_CHECK;
		tug_upd_read_list(u, NULL);
		break;
	}
}

/* ---- silence ---- */

/* A trial image may be crashing just now: then the device tells more after its restart than silence does. */
void tug_upd_silence(struct tug_update *u, int err, const char *text)
{
	struct tug_upd *p = tug_upd_of(u);

	if (err == TUG_ETIMEOUT && p->swapped && p->losses < LOSSES_MAX) {
		p->losses++;
		tug_upd_note(u, err, NULL, "The new image ran, then stopped answering; waiting for the device.");
		tug_upd_wait(u, EXPECT_HOLD);
		return;
	}
	tug_upd_end(u, TUG_OUT_FAILED, err, text);
}

/* ---- upload ---- */

void tug_upd_upload_begin(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);
	struct tug_upload_cfg cfg = { 0 };

	p->stale = false;
	tug_upd_choose_frame(u);
	cfg.file = u->cfg.file;
	cfg.len = u->cfg.image.len;
	cfg.image = u->cfg.image.image;
	/* Serial recovery knows no resume, and stores whole write units only. */
	cfg.sha = u->state.recovery ? NULL : u->cfg.sha;
	cfg.align = u->state.recovery ? 8 : 1;
	cfg.hash = tug_slice_of(u->cfg.image.hash, u->cfg.image.hash_len);
	cfg.limit = p->limit;
	cfg.window = (uint8_t)p->window;
	cfg.safe_window = (uint8_t)(u->state.buf_count > TUG_CLIENT_WINDOW ? TUG_CLIENT_WINDOW
				    : u->state.buf_count > 2		     ? u->state.buf_count - 1u
									     : 1u);
	cfg.scratch = u->cfg.storage + (size_t)p->limit * p->window;
	p->phase = PH_UPLOAD;
	p->told = 0;
	p->changed = true;
	tug_upload_start(&p->up, &u->client, &cfg, p->now_ms);
	tug_upd_upload_look(u);
}

static void tell_progress(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);
	struct tug_update_event ev = { .kind = TUG_EV_PROGRESS };

	if (p->up.high == p->told) {
		return;
	}
	p->told = p->up.high;
	ev.step = TUG_STEP_UPLOAD;
	ev.off = p->up.high;
	ev.len = u->cfg.image.len;
	tug_upd_event(u, &ev);
}

/* After every frame and tick: what has become of the upload? */
void tug_upd_upload_look(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);

	tug_upload_pump(&p->up, p->now_ms);
	tell_progress(u);
	if (p->up.note != NULL) {
		tug_upd_note(u, TUG_ETIMEOUT, NULL, p->up.note);
		p->up.note = NULL;
	}
	switch ((enum tug_upload_state)p->up.state) {
	case TUG_UP_DONE:
	case TUG_UP_UNSURE:
		p->phase = PH_CHECK;
		tug_upd_read_list(u, NULL);
		break;
	case TUG_UP_REFUSED:
		p->phase = PH_CHECK;
		p->write_failed = true;
		p->wrote = p->up.status;
		tug_upd_read_list(u, NULL);
		break;
	case TUG_UP_FAILED:
		u->status = p->up.status;
		tug_upd_end(u, TUG_OUT_FAILED, p->up.err, p->up.why);
		break;
	case TUG_UP_IDLE:
	case TUG_UP_FIRST:
	case TUG_UP_RUN:
	case TUG_UP_PAUSE:
		break;
	}
}

/* ---- judging a step ---- */

static void settings_answer(struct tug_update *u, int err, const struct tug_client_rsp *rsp)
{
	struct tug_upd *p = tug_upd_of(u);

	u->cfg.policy.erase_settings = false;
	if (err == TUG_OK && !rsp->status.failed) {
		tug_upd_continue(u);
		return;
	}
	if (err != TUG_OK) {
		tug_upd_note(u, err, NULL,
			     "The erase of the settings was not answered; it is optional, the update goes on.");
	} else if (rsp->status.legacy && rsp->status.rc == TUG_RC_NOTSUP) {
		tug_upd_note(u, TUG_ENOTSUP, &rsp->status,
			     "Erase storage is not supported by this firmware; it is optional, nothing is lost.");
	} else {
		tug_upd_note(u, TUG_EREMOTE, &rsp->status,
			     "The settings could not be erased; that is optional, the update goes on.");
	}
	p->at++;
	tug_upd_plan(u);
}

void tug_upd_step_answer(struct tug_update *u, int err, const struct tug_client_rsp *rsp)
{
	struct tug_upd *p = tug_upd_of(u);

	if (u->plan.step[p->at] == TUG_STEP_ERASE_SETTINGS) {
		settings_answer(u, err, rsp);
		return;
	}
	if (err == TUG_ETIMEOUT) {
		tug_upd_silence(u, err, "The device stopped answering; run the command again, it goes on from the "
					"state the device is in.");
		return;
	}
	/* Whatever it said, the list decides. */
	p->write_failed = err == TUG_OK && rsp->status.failed;
	if (p->write_failed) {
		p->wrote = rsp->status;
		p->wrote.rsn = tug_slice_of(NULL, 0);
	}
	p->phase = PH_CHECK;
	tug_upd_read_list(u, NULL);
}

/* What the list must show when the step at hand has worked. */
static bool effect(struct tug_update *u, enum tug_step step)
{
	const struct tug_slot_state *run = tug_dev_running(&u->state, u->cfg.image.image);
	const struct tug_slot_state *other = tug_dev_target(&u->state, u->cfg.image.image);
	bool other_is = tug_slot_holds(other, &u->cfg.image);
	bool staging = u->cfg.policy.mode == TUG_UPDATE_UPLOAD_ONLY || u->cfg.policy.no_reset;

	switch (step) {
	case TUG_STEP_ERASE_SLOT:
		return other == NULL;
	case TUG_STEP_UPLOAD:
		return u->state.recovery || u->state.mode == TUG_MODE_FIRMWARE_LOADER || u->beh.in_place
			       ? tug_slot_holds(tug_dev_slot(&u->state, u->cfg.image.image, 0), &u->cfg.image)
			       : other_is;
	case TUG_STEP_TEST:
		return other_is && other->pending;
	case TUG_STEP_CONFIRM_OTHER:
		return other_is && other->pending && (other->permanent || u->state.mode == TUG_MODE_OVERWRITE);
	case TUG_STEP_CONFIRM_ACTIVE:
		return run != NULL && run->confirmed;
	case TUG_STEP_VERIFY:
		if (tug_upd_of(u)->at + 1 < u->plan.n) {
			return runs(u);
		}
		return (staging && tug_goal_staged(&u->state, &u->beh, &u->cfg.image, &u->cfg.policy)) ||
		       tug_goal_runs(&u->state, &u->beh, &u->cfg.image, &u->cfg.policy);
	case TUG_STEP_ERASE_SETTINGS:
	case TUG_STEP_RESET:
		break;
	}
	return true;
}

static void learn_missing(struct tug_update *u, enum tug_step step)
{
	if (step == TUG_STEP_ERASE_SLOT) {
		u->beh.erase_refused = true;
		tug_upd_note(u, TUG_ENOTSUP, &tug_upd_of(u)->wrote, "This firmware cannot erase a slot.");
	} else {
		u->beh.state_write_missing = true;
		tug_upd_note(u, TUG_ENOTSUP, &tug_upd_of(u)->wrote,
			     "This firmware has no command to mark or confirm images: its bootloader decides alone.");
	}
}

static void learn(struct tug_update *u, enum tug_step step)
{
	struct tug_upd *p = tug_upd_of(u);
	const struct tug_smp_status *st = p->write_failed ? &p->wrote : NULL;
	int err = p->write_failed ? TUG_EREMOTE : TUG_ENOEFFECT;

	if (p->write_failed && p->wrote.legacy && p->wrote.rc == TUG_RC_NOTSUP && step != TUG_STEP_UPLOAD) {
		learn_missing(u, step);
		return;
	}
	switch (step) {
	case TUG_STEP_ERASE_SLOT:
		u->beh.erase_refused = true;
		tug_upd_note(u, err, st, "The device does not erase the slot in this state.");
		break;
	case TUG_STEP_UPLOAD:
		u->beh.upload_refused = true;
		tug_upd_note(u, err, st, "The device does not take an upload in this state: its slot is in use.");
		break;
	case TUG_STEP_TEST:
		u->beh.test_ignored = true;
		tug_upd_note(u, err, st, p->write_failed ? "The device refuses to mark the image for test."
							 : "The device said yes to the test mark, but the list shows "
							   "none.");
		break;
	case TUG_STEP_CONFIRM_OTHER:
	case TUG_STEP_CONFIRM_ACTIVE:
		u->beh.confirm_ignored = true;
		tug_upd_note(u, err, st, p->write_failed ? "The device refuses this confirm."
							 : "The device said yes to the confirm, but the list is "
							   "unchanged; older servers do that while an image is "
							   "pending.");
		break;
	case TUG_STEP_ERASE_SETTINGS:
	case TUG_STEP_RESET:
	case TUG_STEP_VERIFY:
		break;
	}
}

/* An upload that arrived, but not where it was expected, or not at all. */
static void judge_upload(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);

	if (p->up.state == TUG_UP_UNSURE) {
		p->phase = PH_UPLOAD;
		tug_upload_restart(&p->up, p->now_ms);
		tug_upd_upload_look(u);
	} else if (tug_slot_holds(tug_dev_running(&u->state, u->cfg.image.image), &u->cfg.image)) {
		u->beh.in_place = true;
		u->beh.uploaded = true;
		tug_upd_note(u, TUG_OK, NULL,
			     "The upload went into the slot that runs: a bootloader answers here, a reset is needed.");
		tug_upd_plan(u);
	} else if (++p->reuploads >= REUPLOADS_MAX) {
		tug_upd_end(u, TUG_OUT_FAILED, TUG_ENOEFFECT,
			    "The device took every octet, but its list does not show the image: its slot cannot be "
			    "read back, or the file's digest is another kind than the bootloader's.");
	} else {
		tug_upd_note(u, TUG_ENOEFFECT, NULL,
			     "The device took every octet, but its list does not show the image; once more.");
		tug_upd_plan(u);
	}
}

static void judge(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);
	enum tug_step step = u->plan.step[p->at];

	if (effect(u, step) && !(step == TUG_STEP_UPLOAD && p->write_failed)) {
		p->changed |= step != TUG_STEP_VERIFY;
		u->beh.uploaded |= step == TUG_STEP_UPLOAD;
		u->beh.remade |= step == TUG_STEP_ERASE_SLOT;
		if (step == TUG_STEP_VERIFY && p->at + 1 == u->plan.n) {
			tug_upd_step_event(u, TUG_EV_STEP_OK);
			finish(u);
		} else {
			tug_upd_continue(u);
		}
		return;
	}
	if (step == TUG_STEP_UPLOAD && !p->write_failed) {
		judge_upload(u);
		return;
	}
	learn(u, step);
	tug_upd_plan(u);
}

void tug_upd_check_answer(struct tug_update *u, int err, const struct tug_client_rsp *rsp)
{
	struct tug_dev_state fresh = u->state;

	if (err == TUG_OK && !rsp->status.failed) {
		err = tug_dev_state_decode(rsp->body, &fresh);
	} else if (err == TUG_OK) {
		tug_upd_fail_remote(u, &rsp->status, "The device does not list its images any more; see the group and "
						     "rc it gave.");
		return;
	}
	if (err != TUG_OK) {
		tug_upd_silence(u, err,
				err == TUG_ETIMEOUT ? "The device stopped answering; run the command again, it goes on "
						      "from the state the device is in."
						    : "The device's image list cannot be read; send the log of this "
						      "run to its makers.");
		return;
	}
	if (!tug_dev_same_list(&fresh, &u->state)) {
		/* What was refused was refused in another state. */
		u->beh.upload_refused = false;
		u->beh.erase_refused = false;
		u->beh.confirm_ignored = false;
		u->beh.test_ignored = false;
		u->state = fresh;
		tug_upd_state_event(u);
	}
	judge(u);
}
