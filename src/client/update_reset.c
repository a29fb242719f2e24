/* SPDX-License-Identifier: Apache-2.0
 *
 * The reset, the wait for the device itself, and what the list after it means: swapped, reverted,
 * ignored, rejected, not back. Never sends a reset twice without a sign that the first was lost.
 */
#include <string.h>

#include <tug/smp_cmds.h>

#include "update_priv.h"

/* Devices reset 250 ms after the answer: an answer before this is still the old start's. */
#define SETTLE_MS 400u
/*
 * On a link that shares the console: a request that meets the bootloader is lost at best; at worst it is taken for the wish to
 * stay in recovery (it listens for 500 ms), or fills a receiver that nobody empties. So the first poll comes later, and none
 * while the device prints, but for a device that never stops printing.
 */
#define SETTLE_CONSOLE_MS 1000u
#define QUIET_MS 700u
#define SPEAKS_MS 8000u
/* Wait for the answer to a reset where round trips are short; after that the list tells. */
#define RESET_ANSWER_MS 2000u
/* One poll waits this long at least; the pause after an unchanged list. */
#define POLL_MS 1000u
#define POLL_PAUSE_MS 500u
/* Two polls missed and this much time: the device was away, so an unchanged list is the news. */
#define GAP_POLLS 2u
#define GAP_MS 2000u
/* A device that answers all the time and shows the same list for this long was not changed by the reset. */
#define UNCHANGED_MS 10000u
/* Resets of one update, and repetitions of one that a busy application refuses. */
#define RESETS_MAX 10u
#define BUSY_TRIES 5u
#define BUSY_MS 1000u
/* Resets without an answer that are sent again when nothing has changed: the link took them; or it fell with them. */
#define LOST_RESETS 6u
#define FALLEN_RESETS 2u

static enum tug_upd_expect expectation(const struct tug_update *u)
{
	const struct tug_slot_state *other = tug_dev_target(&u->state, u->cfg.image.image);

	if (u->state.recovery || u->beh.in_place || u->state.mode == TUG_MODE_FIRMWARE_LOADER) {
		return EXPECT_LOADER;
	}
	if (tug_slot_holds(tug_dev_running(&u->state, u->cfg.image.image), &u->cfg.image) ||
	    !tug_slot_holds(other, &u->cfg.image)) {
		return EXPECT_CHANGE;
	}
	return EXPECT_SWAP;
}

void tug_upd_reset(struct tug_update *u)
{
	static const uint8_t empty[] = { 0xbf, 0xff };
	/* A second copy that arrives after the restart would end the trial: never retransmit. */
	struct tug_client_opt opt = { .no_retry = 1 };
	struct tug_upd *p = tug_upd_of(u);

	if (p->resets >= RESETS_MAX) {
		tug_upd_end(u, TUG_OUT_FAILED, TUG_ENOEFFECT,
			    "The device was reset often enough without getting further; read its console.");
		return;
	}
	if (u->client.rtt_ms[0] != 0 && RESET_ANSWER_MS > u->client.rtt_ms[0] * 4u) {
		opt.timeout_ms = RESET_ANSWER_MS;
	}
	p->expect = (uint8_t)expectation(u);
	u->prior = u->state;
	p->phase = PH_RESET;
	tug_upd_send(u, TUG_GRP_OS, 5, TUG_SMP_WRITE, tug_slice_of(empty, sizeof(empty)), &opt);
}

static void reset_refused(struct tug_update *u, const struct tug_smp_status *st)
{
	struct tug_upd *p = tug_upd_of(u);

	if (st->legacy && st->rc == TUG_RC_NOTSUP) {
		u->beh.reset_missing = true;
		tug_upd_note(u, TUG_ENOTSUP, st, "This firmware has no reset command (CONFIG_REBOOT provides it).");
		tug_upd_plan(u);
	} else if (st->legacy && st->rc == TUG_RC_BUSY && ++p->reset_tries < BUSY_TRIES) {
		tug_upd_note(u, TUG_EBUSY, st,
			     "The application asks to wait with the reset; trying again in a second.");
		p->poll_at = p->now_ms + BUSY_MS;
	} else {
		tug_upd_fail_remote(u, st,
				    "The application on the device refuses the reset (its reset hook said no); what is "
				    "marked stays marked: power-cycle it, or reset it with `tug os reset --force`, "
				    "then run the same command again.");
	}
}

void tug_upd_reset_answer(struct tug_update *u, int err, const struct tug_client_rsp *rsp)
{
	if (err == TUG_OK && rsp->status.failed) {
		reset_refused(u, &rsp->status);
		return;
	}
	tug_upd_of(u)->unanswered = err != TUG_OK;
	tug_upd_wait(u, (enum tug_upd_expect)tug_upd_of(u)->expect);
}

void tug_upd_wait(struct tug_update *u, enum tug_upd_expect expect)
{
	struct tug_upd *p = tug_upd_of(u);

	p->phase = PH_WAIT;
	p->expect = (uint8_t)expect;
	p->resets = (uint8_t)(p->resets + (expect != EXPECT_HOLD));
	p->changed |= expect != EXPECT_HOLD;
	p->missed = 0;
	p->dropped = false;
	p->unanswered &= expect != EXPECT_HOLD;
	p->stale = true;
	p->wait_from = p->now_ms;
	p->wait_end = p->now_ms + u->cfg.wait_ms;
	p->poll_at = p->now_ms + (u->cfg.link.overhead != 0 ? SETTLE_CONSOLE_MS : SETTLE_MS);
	tug_client_unsettle(&u->client);
}

void tug_update_text(struct tug_update *u, uint64_t now_ms)
{
	struct tug_upd *p = tug_upd_of(u);

	if (p->phase == PH_WAIT && now_ms < p->wait_from + SPEAKS_MS && p->poll_at < now_ms + QUIET_MS) {
		p->poll_at = now_ms + QUIET_MS;
	}
}

static void not_back(struct tug_update *u)
{
	const struct tug_upd *p = tug_upd_of(u);

	if (u->state.mode == TUG_MODE_OVERWRITE && p->expect != EXPECT_LOADER) {
		tug_upd_end(u, TUG_OUT_NOT_BACK, TUG_ENOTBACK,
			    "The device did not come back after the reset: the new image hangs or serves no SMP on this "
			    "link; read its console. An overwriting bootloader keeps no old image: program the device by "
			    "its debug port or serial recovery.");
		return;
	}
	tug_upd_end(u, TUG_OUT_NOT_BACK, TUG_ENOTBACK,
		    p->expect == EXPECT_HOLD ? "The new image ran, then the device stopped answering for good; read "
					       "its console; a power cycle takes an unconfirmed image back."
		    : p->expect == EXPECT_LOADER
			    ? "The device was reset out of its bootloader and does not answer any more: the image may "
			      "not serve SMP on this link; read its console."
			    : "The device did not come back after the reset: the new image hangs or serves no SMP on "
			      "this link; read its console; a power cycle takes an unconfirmed image back.");
}

void tug_upd_wait_tick(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);
	struct tug_client_opt opt = { .no_retry = 1 };

	if (p->now_ms >= p->wait_end) {
		not_back(u);
		return;
	}
	if (p->relink || p->busy || p->now_ms < p->poll_at) {
		return;
	}
	opt.timeout_ms = u->client.rtt_ms[0] * 2u > POLL_MS ? u->client.rtt_ms[0] * 2u : POLL_MS;
	tug_upd_read_list(u, &opt);
}

/* ---- what the list after the reset means ---- */

static void image_runs(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);
	bool confirmed_before = p->expect == EXPECT_HOLD;

	memset(&u->beh, 0, sizeof(u->beh));
	p->swapped = true;
	if (confirmed_before) {
		tug_upd_plan(u);
	} else {
		tug_upd_continue(u);
	}
}

static void swap_failed(struct tug_update *u)
{
	const struct tug_slot_state *other = tug_dev_target(&u->state, u->cfg.image.image);
	const struct tug_slot_state *was = tug_dev_target(&u->prior, u->cfg.image.image);

	if (u->state.recovery || tug_dev_running(&u->state, u->cfg.image.image) == NULL) {
		tug_upd_end(u, TUG_OUT_REJECTED, TUG_EREJECTED,
			    "After the reset a bootloader answers instead of an application: no image it accepts is "
			    "left; upload a valid one now, and check the signing key.");
	} else if (!tug_slot_holds(other, &u->cfg.image)) {
		tug_upd_end(u, TUG_OUT_REJECTED, TUG_EREJECTED,
			    "The bootloader refused the image and erased its slot: wrong signing key, wrong image type, "
			    "too large for a swap, or a damaged file; verify the file against the bootloader's key and "
			    "read its console. The old image runs.");
	} else if (other->pending) {
		tug_upd_end(u, TUG_OUT_IGNORED, TUG_EIGNORED,
			    "The bootloader did not swap: the image still waits in its slot, and the old one runs; "
			    "most often it is too large for the swap or the sectors do not match; read the "
			    "bootloader's console.");
	} else if (was != NULL && was->pending) {
		tug_upd_end(u, TUG_OUT_REVERTED, TUG_EREVERTED,
			    "The image ran, crashed or hung before it could be confirmed, and was taken back; the old "
			    "one runs; read the console of the new image's start.");
	} else {
		tug_upd_end(u, TUG_OUT_IGNORED, TUG_EIGNORED,
			    "The bootloader started the old image again: it picks by version or by validity; raise the "
			    "version, check the signing key, read the bootloader's console.");
	}
}

/* An image that was marked in the other slot took the place of the one sent: known now, so plan with that. */
static void displaced(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);

	memset(&u->beh, 0, sizeof(u->beh));
	tug_upd_note(u, TUG_OK, NULL,
		     "Another image was marked in the other slot, which recovery does not tell, and the bootloader "
		     "started it; going on from there.");
	tug_upd_step_event(u, TUG_EV_STEP_OK);
	p->at = u->plan.n;
	p->only_params = false;
	tug_upd_probe(u, PH_PARAMS);
}

/* The device is back; `unchanged` = with the same list as before the reset. */
static void back(struct tug_update *u, bool unchanged)
{
	struct tug_upd *p = tug_upd_of(u);
	bool runs = !u->state.recovery &&
		    tug_slot_holds(tug_dev_running(&u->state, u->cfg.image.image), &u->cfg.image);

	u->beh.in_place &= unchanged;
	if (!unchanged) {
		tug_upd_state_event(u);
	}
	if (p->expect == EXPECT_HOLD && !runs) {
		tug_upd_plan(u);
	} else if (runs && p->expect != EXPECT_CHANGE && !u->beh.in_place) {
		image_runs(u);
	} else if (p->expect == EXPECT_SWAP) {
		swap_failed(u);
	} else if (p->expect == EXPECT_LOADER && u->prior.recovery && !u->state.recovery) {
		displaced(u);
	} else if (p->expect == EXPECT_LOADER && !unchanged) {
		tug_upd_end(u, TUG_OUT_REJECTED, TUG_EREJECTED,
			    u->state.recovery ? "The bootloader answers again instead of the image, and dropped it: "
						"wrong signing key or a damaged file; verify the file against the "
						"bootloader's key."
					      : "The bootloader started another image than the one uploaded; check the "
						"signing key and read its console.");
	} else if (unchanged) {
		u->beh.resets_tried++;
		tug_upd_note(u, TUG_EIGNORED, NULL, "The reset changed nothing in the image list.");
		tug_upd_plan(u);
	} else {
		memset(&u->beh, 0, sizeof(u->beh));
		tug_upd_continue(u);
	}
}

/* The reset was not answered and nothing has changed: was it lost, or did it change nothing? */
static void same_list_unanswered(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);

	if (p->now_ms - p->wait_from < GAP_MS) {
		p->poll_at = p->now_ms + POLL_PAUSE_MS;
	} else if (p->dropped && p->lost_resets >= FALLEN_RESETS) {
		back(u, true);
	} else if (p->lost_resets >= LOST_RESETS) {
		tug_upd_end(u, TUG_OUT_FAILED, TUG_ETIMEOUT,
			    "The device lists its images but never answers a reset, and none happened: the link loses too "
			    "much; run the command again, it goes on from here.");
	} else {
		p->lost_resets++;
		tug_upd_note(u, TUG_ETIMEOUT, NULL,
			     "The reset was not answered, and the list is the same; sending it again.");
		tug_upd_reset(u);
	}
}

/* The same list again: not restarted yet, or restarted without effect? */
static void same_list(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);
	uint64_t waited = p->now_ms - p->wait_from;

	if (p->unanswered) {
		same_list_unanswered(u);
	} else if (p->expect == EXPECT_HOLD || waited >= UNCHANGED_MS ||
		   (waited >= GAP_MS && (p->dropped || p->missed >= GAP_POLLS))) {
		back(u, true);
	} else {
		p->poll_at = p->now_ms + POLL_PAUSE_MS;
	}
}

void tug_upd_wait_answer(struct tug_update *u, int err, const struct tug_client_rsp *rsp)
{
	struct tug_upd *p = tug_upd_of(u);
	struct tug_dev_state fresh = u->state;

	if (err == TUG_OK && rsp->status.failed && rsp->status.legacy && rsp->status.rc == TUG_RC_NOTSUP) {
		tug_upd_fail_remote(u, &rsp->status,
				    "The device came back with firmware that cannot list its images, so nothing can be "
				    "proven: build it with CONFIG_MCUMGR_GRP_IMG.");
		return;
	}
	if (err == TUG_OK && !rsp->status.failed) {
		err = tug_dev_state_decode(rsp->body, &fresh);
	} else if (err == TUG_OK) {
		err = TUG_EREMOTE;
	}
	if (err != TUG_OK) {
		p->missed = (uint8_t)(p->missed + (err == TUG_ETIMEOUT && p->missed < UINT8_MAX));
		p->poll_at = p->now_ms + (err == TUG_ETIMEOUT ? 0 : POLL_PAUSE_MS);
		return;
	}
	if (tug_dev_same_list(&fresh, &u->prior) ||
	    (p->expect == EXPECT_HOLD && tug_dev_same_list(&fresh, &u->state))) {
		u->state = fresh;
		same_list(u);
		return;
	}
	u->state = fresh;
	back(u, false);
}
