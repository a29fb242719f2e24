/* SPDX-License-Identifier: Apache-2.0
 *
 * Front of the update procedure: its public calls, its events, its end, and the loss of the link. The
 * phases are in update_probe.c, update_step.c and update_reset.c. Called by whoever owns link and clock.
 */
#include <string.h>

#include <tug/smp_cmds.h>

#include "update_priv.h"

_Static_assert(sizeof(struct tug_upd) <= sizeof(((struct tug_update *)0)->opaque), "private part outgrew struct "
										   "tug_update");
_Static_assert(sizeof(struct tug_update) <= 6144, "size published in docs/client.md");

#define WAIT_DEFAULT_MS 180000u
/* Wait for a link that went down by itself. */
#define RELINK_MS 30000u
#define RELINKS_MAX 8u
/* After Ctrl-C: wait this long for the answer to a write, so that the state is known. */
#define CANCEL_MS 3000u
/* Frame for the probes: each is far smaller. */
#define PROBE_FRAME 128u

const char *tug_outcome_name(enum tug_outcome o)
{
	static const char *const names[] = {
		[TUG_OUT_NONE] = "none",
		[TUG_OUT_SWAPPED] = "swapped",
		[TUG_OUT_ALREADY_RUNNING] = "already-running",
		[TUG_OUT_UPLOADED] = "uploaded",
		[TUG_OUT_REVERTED] = "reverted",
		[TUG_OUT_IGNORED] = "ignored",
		[TUG_OUT_REJECTED] = "rejected",
		[TUG_OUT_NOT_BACK] = "not-back",
		[TUG_OUT_FAILED] = "failed",
	};

	return (size_t)o < sizeof(names) / sizeof(names[0]) ? names[o] : "unknown";
}

/* ---- events ---- */

void tug_upd_event(struct tug_update *u, struct tug_update_event *ev)
{
	if (ev->text == NULL) {
		ev->text = "";
	}
	if (u->cfg.event != NULL) {
		u->cfg.event(u->cfg.user, ev);
	}
}

void tug_upd_state_event(struct tug_update *u)
{
	struct tug_update_event ev = { .kind = TUG_EV_STATE, .state = &u->state };

	tug_upd_event(u, &ev);
}

void tug_upd_step_event(struct tug_update *u, enum tug_update_event_kind kind)
{
	struct tug_update_event ev = { .kind = kind };

	ev.step = u->plan.step[tug_upd_of(u)->at];
	tug_upd_event(u, &ev);
}

void tug_upd_note(struct tug_update *u, int err, const struct tug_smp_status *st, const char *text)
{
	const struct tug_upd *p = tug_upd_of(u);
	struct tug_update_event ev = { .kind = TUG_EV_NOTE, .err = err, .text = text };

	if (p->at < u->plan.n) {
		ev.step = u->plan.step[p->at];
	}
	if (st != NULL) {
		ev.status = *st;
	}
	tug_upd_event(u, &ev);
}

void tug_upd_drop_requests(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);

	if (tug_upload_busy(&p->up)) {
		tug_upload_stop(&p->up);
	}
	tug_client_reframe(&u->client, u->client.cfg.max_frame, u->client.cfg.window);
	p->busy = false;
}

void tug_upd_end(struct tug_update *u, enum tug_outcome outcome, int err, const char *text)
{
	struct tug_upd *p = tug_upd_of(u);
	struct tug_update_event ev = { .kind = TUG_EV_RESULT };

	if (p->phase == PH_END) {
		return;
	}
	tug_upd_drop_requests(u);
	p->phase = PH_END;
	p->relink = false;
	u->outcome = outcome;
	u->err = err;
	ev.outcome = outcome;
	ev.err = err;
	ev.status = u->status;
	ev.text = text;
	ev.state = &u->state;
	tug_upd_event(u, &ev);
}

void tug_upd_fail_remote(struct tug_update *u, const struct tug_smp_status *st, const char *text)
{
	u->status = *st;
	u->status.rsn = tug_slice_of(NULL, 0);
	tug_upd_end(u, TUG_OUT_FAILED, st->legacy && st->rc == TUG_RC_NOTSUP ? TUG_ENOTSUP : TUG_EREMOTE, text);
}

/* ---- requests ---- */

static void on_answer(void *user, int err, const struct tug_client_rsp *rsp)
{
	struct tug_update *u = user;
	struct tug_upd *p = tug_upd_of(u);

	p->busy = false;
	if (p->cancel_end != 0) {
		tug_upd_end(u, TUG_OUT_FAILED, TUG_EINTR,
			    "Interrupted between two steps; run the command again, it goes on from the state the "
			    "device is in.");
		return;
	}
	switch ((enum tug_upd_phase)p->phase) {
	case PH_PARAMS:
	case PH_MODE:
	case PH_SLOTS:
	case PH_LIST:
		tug_upd_probe_answer(u, err, rsp);
		break;
	case PH_WRITE:
		tug_upd_step_answer(u, err, rsp);
		break;
	case PH_CHECK:
		tug_upd_check_answer(u, err, rsp);
		break;
	case PH_RESET:
		tug_upd_reset_answer(u, err, rsp);
		break;
	case PH_WAIT:
		tug_upd_wait_answer(u, err, rsp);
		break;
	case PH_UPLOAD:
	case PH_END:
		break;
	}
}

void tug_upd_send(struct tug_update *u, uint16_t group, uint8_t id, uint8_t op, struct tug_slice body,
		  const struct tug_client_opt *opt)
{
	const struct tug_smp_cmd *cmd = tug_smp_cmd_find(group, id, op);
	int err = cmd == NULL ? TUG_EINTERNAL : tug_client_request(&u->client, cmd, body, opt, on_answer, u);

	if (err == TUG_ETOOBIG) {
		tug_upd_end(u, TUG_OUT_FAILED, TUG_ETOOBIG,
			    "The largest frame of this link and device is too small for the request: raise the "
			    "device's buffer size or the link's MTU.");
	} else if (err < 0) {
		tug_upd_end(u, TUG_OUT_FAILED, TUG_EINTERNAL,
			    "No room for a request; this is a bug, please report it.");
	} else {
		tug_upd_of(u)->busy = true;
	}
}

void tug_upd_read_list(struct tug_update *u, const struct tug_client_opt *opt)
{
	static const uint8_t empty[] = { 0xbf, 0xff };

	tug_upd_send(u, TUG_GRP_IMG, 0, TUG_SMP_READ, tug_slice_of(empty, sizeof(empty)), opt);
}

/* ---- public calls ---- */

int tug_update_start(struct tug_update *u, const struct tug_update_cfg *cfg, uint64_t now_ms)
{
	struct tug_upd *p = tug_upd_of(u);
	struct tug_client_cfg cc = { 0 };
	int err;

	if (cfg->file == NULL || cfg->file->read_at == NULL || cfg->image.len == 0 ||
	    cfg->image.len > cfg->file->size || cfg->image.hash_len == 0 || cfg->image.hash_len > TUG_HASH_MAX ||
	    cfg->window > TUG_CLIENT_WINDOW) {
		return TUG_EINVAL;
	}
	if (cfg->storage == NULL || cfg->storage_len < TUG_UPDATE_STORAGE(PROBE_FRAME, 1)) {
		return TUG_ENOSPACE;
	}
	memset(u, 0, sizeof(*u));
	u->cfg = *cfg;
	u->cfg.wait_ms = cfg->wait_ms == 0 ? WAIT_DEFAULT_MS : cfg->wait_ms;
	u->state.mode = TUG_MODE_UNKNOWN;
	cc.smp = cfg->smp;
	cc.timeout_ms = cfg->timeout_ms;
	cc.retries = cfg->retries;
	cc.quiet_ms = cfg->link.quiet_ms;
	cc.max_frame = PROBE_FRAME;
	cc.window = 1;
	cc.storage = cfg->storage;
	err = tug_client_init(&u->client, &cc);
	if (err != TUG_OK) {
		return err;
	}
	p->now_ms = now_ms;
	tug_upd_probe(u, PH_PARAMS);
	return TUG_OK;
}

enum tug_update_need tug_update_need(const struct tug_update *u)
{
	const struct tug_upd *p = tug_upd_const(u);

	return p->phase == PH_END ? TUG_NEED_NOTHING : p->relink ? TUG_NEED_RELINK : TUG_NEED_IO;
}

int tug_update_tx(struct tug_update *u, uint64_t now_ms, struct tug_slice *frame)
{
	return tug_update_need(u) == TUG_NEED_IO ? tug_client_tx(&u->client, now_ms, frame) : 0;
}

static void enter(struct tug_update *u, uint64_t now_ms)
{
	struct tug_upd *p = tug_upd_of(u);

	p->now_ms = now_ms;
	p->up.now_ms = now_ms;
}

void tug_update_rx(struct tug_update *u, struct tug_slice frame, uint64_t now_ms)
{
	if (tug_update_need(u) != TUG_NEED_IO) {
		return;
	}
	enter(u, now_ms);
	tug_client_rx(&u->client, frame, now_ms);
	if (tug_upd_of(u)->phase == PH_UPLOAD) {
		tug_upd_upload_look(u);
	}
}

static void relink_tick(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);

	if (p->phase == PH_WAIT) {
		tug_upd_wait_tick(u);
	} else if (p->now_ms >= p->relink_end) {
		tug_upd_end(u, p->swapped ? TUG_OUT_NOT_BACK : TUG_OUT_FAILED, p->swapped ? TUG_ENOTBACK : TUG_ELINK,
			    p->swapped ? "The new image ran, then the link went down and did not come back; read the "
					 "device's console."
				       : "The link went down and did not come back; run the command again, an upload "
					 "resumes where it was.");
	}
}

void tug_update_tick(struct tug_update *u, uint64_t now_ms)
{
	struct tug_upd *p = tug_upd_of(u);

	if (p->phase == PH_END) {
		return;
	}
	enter(u, now_ms);
	if (p->cancel_end != 0 && now_ms >= p->cancel_end) {
		tug_upd_end(u, TUG_OUT_FAILED, TUG_EINTR,
			    "Interrupted; the device did not answer the last request, so look at `tug image list` "
			    "before going on.");
		return;
	}
	if (p->relink) {
		relink_tick(u);
		return;
	}
	tug_client_tick(&u->client, now_ms);
	if (p->phase == PH_UPLOAD) {
		tug_upd_upload_look(u);
	}
	if (p->phase == PH_WAIT) {
		tug_upd_wait_tick(u);
	} else if (p->phase == PH_RESET && !p->busy && now_ms >= p->poll_at) {
		tug_upd_reset(u);
	}
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t tug_update_deadline(const struct tug_update *u)
{
	const struct tug_upd *p = tug_upd_const(u);
	uint64_t t = UINT64_MAX;

	if (p->phase == PH_END) {
		return UINT64_MAX;
	}
	if (p->phase == PH_WAIT) {
		t = p->wait_end;
	}
	if (p->cancel_end != 0) {
		t = earlier(t, p->cancel_end);
	}
	if (p->relink) {
		return p->phase == PH_WAIT ? t : earlier(t, p->relink_end);
	}
	if ((p->phase == PH_WAIT || p->phase == PH_RESET) && !p->busy) {
		t = earlier(t, p->poll_at);
	}
	if (p->phase == PH_UPLOAD) {
		t = earlier(t, tug_upload_deadline(&p->up));
	}
	return earlier(t, tug_client_deadline(&u->client));
}

/* ---- the link ---- */

void tug_upd_relink(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);

	tug_upd_drop_requests(u);
	p->relink = true;
	p->relink_end = p->now_ms + (u->cfg.wait_ms < RELINK_MS ? u->cfg.wait_ms : RELINK_MS);
}

void tug_update_link_down(struct tug_update *u, int err, uint64_t now_ms)
{
	struct tug_upd *p = tug_upd_of(u);

	if (p->phase == PH_END || p->relink) {
		return;
	}
	enter(u, now_ms);
	if (p->cancel_end != 0) {
		tug_upd_end(u, TUG_OUT_FAILED, TUG_EINTR, "Interrupted, and the link is down; run the command again.");
		return;
	}
	if (p->phase == PH_RESET && p->busy) {
		/* A device that resets takes its link with it; or the request was lost with the link. */
		tug_upd_drop_requests(u);
		p->unanswered = true;
		tug_upd_wait(u, (enum tug_upd_expect)p->expect);
	}
	if (p->phase == PH_WAIT) {
		p->dropped = true;
		tug_upd_relink(u);
		return;
	}
	if (p->phase == PH_UPLOAD && p->up.high > p->relink_high) {
		p->relinks = 0;
		p->relink_high = p->up.high;
	}
	if (p->relinks >= RELINKS_MAX) {
		tug_upd_end(u, TUG_OUT_FAILED, err,
			    "The link went down again and again without progress; check cable, power and distance, "
			    "then run the command again.");
		return;
	}
	p->relinks++;
	tug_upd_relink(u);
}

void tug_update_link_up(struct tug_update *u, const struct tug_link_info *link, uint64_t now_ms)
{
	struct tug_upd *p = tug_upd_of(u);

	if (p->phase == PH_END || !p->relink) {
		return;
	}
	enter(u, now_ms);
	p->relink = false;
	if (link != NULL) {
		u->cfg.link = *link;
		tug_client_quiet(&u->client, link->quiet_ms);
	}
	tug_client_unsettle(&u->client);
	if (p->phase == PH_WAIT) {
		p->poll_at = p->poll_at > now_ms ? p->poll_at : now_ms;
		return;
	}
	p->stale = true;
	p->only_params = false;
	tug_upd_probe(u, p->seen ? PH_LIST : PH_PARAMS);
}

void tug_update_cancel(struct tug_update *u, uint64_t now_ms)
{
	struct tug_upd *p = tug_upd_of(u);

	if (p->phase == PH_END || p->cancel_end != 0) {
		return;
	}
	enter(u, now_ms);
	if ((p->phase == PH_WRITE || p->phase == PH_RESET) && p->busy && !p->relink) {
		p->cancel_end = now_ms + CANCEL_MS;
		return;
	}
	tug_upd_end(u, TUG_OUT_FAILED, TUG_EINTR,
		    p->phase == PH_UPLOAD ? "Interrupted during the upload; the running image is untouched, and the "
					    "same command resumes where it was."
		    : p->phase == PH_WAIT ? "Interrupted while the device restarts; run the same command again to see "
					    "what runs and to finish."
					  : "Interrupted; run the same command again, it goes on from the state the "
					    "device is in.");
}
