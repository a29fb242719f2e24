/* SPDX-License-Identifier: Apache-2.0
 *
 * The planner: from what a device is, what it was seen to refuse, the image and the user's wish to the
 * steps. Pure and total; knows no clock, no link, no answer codes. Called before and after every step.
 */
#include <string.h>

#include "plan_priv.h"

/* What the rows of the table ask about, worked out once. */
struct ctx {
	const struct tug_dev_state *st;
	const struct tug_dev_behaviour *beh;
	const struct tug_plan_image *img;
	const struct tug_plan_policy *pol;
	struct tug_plan *out;
	const struct tug_slot_state *run;   /* what runs, or NULL */
	const struct tug_slot_state *other; /* the other slot, or NULL */
	bool run_is;                        /* the image runs */
	bool other_is;                      /* the image is in the other slot */
	bool decides;                       /* the bootloader chooses, marks do not exist */
	bool no_trial;                      /* what is started stays: overwrite */
	bool reverts;                       /* known to take an unconfirmed image back */
};

static void add(struct ctx *c, enum tug_step step)
{
	if (c->out->n < TUG_PLAN_STEPS_MAX) {
		c->out->step[c->out->n++] = step;
	}
}

static void refuse(struct ctx *c, int why, const char *reason, const char *remedy)
{
	c->out->kind = TUG_PLAN_REFUSED;
	c->out->n = 0;
	c->out->why = why;
	c->out->reason = reason;
	c->out->remedy = remedy;
}

static void done(struct ctx *c, const char *reason)
{
	c->out->kind = TUG_PLAN_DONE;
	c->out->n = 0;
	c->out->reason = reason;
}

static void because(struct ctx *c, const char *reason)
{
	c->out->reason = reason;
}

bool tug_dev_boot_decides(const struct tug_dev_state *st, const struct tug_dev_behaviour *beh)
{
	return beh->state_write_missing || st->mode == TUG_MODE_SINGLE || st->mode == TUG_MODE_DIRECT_XIP ||
	       st->mode == TUG_MODE_RAM_LOAD || st->mode == TUG_MODE_FIRMWARE_LOADER ||
	       st->mode == TUG_MODE_SINGLE_RAM_LOAD;
}

/* A bootloader or loader answers: an upload goes into the slot that will run. */
static bool loader_answers(const struct tug_dev_state *st, const struct tug_dev_behaviour *beh)
{
	return st->recovery || beh->in_place || st->mode == TUG_MODE_FIRMWARE_LOADER || st->mode == TUG_MODE_SINGLE;
}

static bool highest_wins(const struct tug_dev_state *st)
{
	return st->mode == TUG_MODE_DIRECT_XIP || st->mode == TUG_MODE_DIRECT_XIP_REVERT ||
	       st->mode == TUG_MODE_RAM_LOAD;
}

static bool known_to_revert(const struct tug_dev_state *st)
{
	return st->mode == TUG_MODE_SWAP_SCRATCH || st->mode == TUG_MODE_SWAP_MOVE || st->mode == TUG_MODE_SWAP_OFFSET ||
	       st->mode == TUG_MODE_DIRECT_XIP_REVERT;
}

bool tug_goal_runs(const struct tug_dev_state *st, const struct tug_dev_behaviour *beh,
		   const struct tug_plan_image *img, const struct tug_plan_policy *pol)
{
	const struct tug_slot_state *run = tug_dev_running(st, img->image);

	if (run == NULL || st->recovery || beh->in_place || !tug_slot_holds(run, img)) {
		return false;
	}
	if (pol->mode == TUG_UPDATE_TEST || pol->mode == TUG_UPDATE_UPLOAD_ONLY || run->confirmed || !run->active) {
		return true;
	}
	return tug_dev_boot_decides(st, beh) && tug_dev_classify(st, img->image) != TUG_DEV_TEST_RUN;
}

bool tug_goal_staged(const struct tug_dev_state *st, const struct tug_dev_behaviour *beh,
		     const struct tug_plan_image *img, const struct tug_plan_policy *pol)
{
	const struct tug_slot_state *other = tug_dev_target(st, img->image);

	if (loader_answers(st, beh)) {
		return tug_slot_holds(tug_dev_slot(st, img->image, 0), img);
	}
	if (tug_slot_holds(tug_dev_running(st, img->image), img)) {
		return true;
	}
	if (!tug_slot_holds(other, img)) {
		return false;
	}
	return pol->mode == TUG_UPDATE_UPLOAD_ONLY || tug_dev_boot_decides(st, beh) || other->pending ||
	       other->confirmed;
}

/* Smallest of the sizes that are known, 0 = none is. */
static uint32_t size_limit(const struct ctx *c)
{
	uint32_t limit = c->st->max_image_size;
	uint8_t n = loader_answers(c->st, c->beh) ? 1 : 2;

	for (uint8_t i = 0; i < n; i++) {
		if (c->st->slot_size[i] != 0 && (limit == 0 || c->st->slot_size[i] < limit)) {
			limit = c->st->slot_size[i];
		}
	}
	return limit;
}

/* What would run otherwise: during a trial that is the image a reset goes back to. */
static const struct tug_slot_state *incumbent(const struct ctx *c)
{
	if (loader_answers(c->st, c->beh)) {
		return tug_dev_slot(c->st, c->img->image, 0);
	}
	return c->out->pattern == TUG_DEV_TEST_RUN ? c->other : c->run;
}

/* Result: true when the image may not be brought onto the device at all; the plan says why. */
static bool barred(struct ctx *c)
{
	const struct tug_slot_state *now = incumbent(c);
	uint32_t limit = size_limit(c);
	int cmp = now != NULL && now->version_ok ? tug_version_cmp(&c->img->version, &now->version, false) : 1;

	if (limit != 0 && c->img->len > limit) {
		refuse(c, TUG_EIMGSIZE, "The image is larger than the device can take: the slot or the swap has no "
					"room for it.",
		       "Make the image smaller or the slots larger; `tug image slots` shows their sizes.");
		return true;
	}
	if (cmp < 0 && !c->pol->allow_downgrade) {
		refuse(c, TUG_EDOWNGRADE, "The image is older than what the device runs, so nothing was sent.",
		       "Build a newer version, or allow the downgrade with --allow-downgrade.");
		return true;
	}
	if (highest_wins(c->st) && c->run != NULL && (cmp < 0 || (cmp == 0 && c->run->slot == 0))) {
		refuse(c, TUG_EDOWNGRADE,
		       "This bootloader starts the slot with the highest version, and the image is not newer than what "
		       "runs.",
		       "Raise the version of the image and sign it again.");
		return true;
	}
	return false;
}

/* Where no trial exists or its end cannot be seen in the list, a test would prove nothing. */
static bool ask_permanent(const struct ctx *c)
{
	bool unseen = c->no_trial || (c->run != NULL && !c->run->active);

	return c->pol->mode == TUG_UPDATE_CONFIRM || (unseen && c->pol->mode == TUG_UPDATE_CONFIRM_AFTER_TEST);
}

/* Start the image; `trial` = it comes up on probation and must be confirmed where that is wanted. */
static void add_run(struct ctx *c, bool trial)
{
	add(c, TUG_STEP_RESET);
	add(c, TUG_STEP_VERIFY);
	if (trial && !c->decides && !c->no_trial && c->pol->mode != TUG_UPDATE_TEST) {
		add(c, TUG_STEP_CONFIRM_ACTIVE);
		add(c, TUG_STEP_VERIFY);
	}
}

/* Mark what is in the other slot, start it. Refuses when no mark sticks. */
static void add_mark_and_run(struct ctx *c)
{
	if (c->decides) {
		add_run(c, false);
	} else if (ask_permanent(c) && !c->beh->confirm_ignored) {
		add(c, TUG_STEP_CONFIRM_OTHER);
		add_run(c, false);
	} else if (!c->beh->test_ignored) {
		add(c, TUG_STEP_TEST);
		add_run(c, true);
	} else if (!c->beh->confirm_ignored && c->pol->mode != TUG_UPDATE_TEST) {
		add(c, TUG_STEP_CONFIRM_OTHER);
		add_run(c, false);
	} else if (c->out->n == 0 && !c->beh->remade && !c->beh->erase_refused) {
		/* Power that failed during a mark leaves a trailer that takes none until it is erased. */
		add(c, TUG_STEP_ERASE_SLOT);
		add(c, TUG_STEP_UPLOAD);
		add(c, ask_permanent(c) ? TUG_STEP_CONFIRM_OTHER : TUG_STEP_TEST);
		add_run(c, !ask_permanent(c));
		because(c, "No mark sticks to the slot, as after a power cut during one; it is erased and sent again.");
	} else {
		refuse(c, TUG_ENOEFFECT, "The image is on the device, but the firmware does not let it be marked for "
					 "the next start.",
		       "Read the device's console for the reason; erasing the slot with a programmer is the last "
		       "resort.");
	}
}

/* Send the image, emptying the slot first where the device wants that. Result: false when it refuses both. */
static bool add_upload(struct ctx *c)
{
	if (!c->beh->upload_refused) {
		add(c, TUG_STEP_UPLOAD);
		return true;
	}
	if (!c->beh->erase_refused) {
		add(c, TUG_STEP_ERASE_SLOT);
		add(c, TUG_STEP_UPLOAD);
		return true;
	}
	return false;
}

static void refuse_stuck(struct ctx *c)
{
	refuse(c, TUG_EBUSY, "The device refuses both to take the image and to erase the slot for it.",
	       "Confirm or reset the device once and try again; else erase the slot with a programmer.");
}

static void refuse_ignored(struct ctx *c)
{
	refuse(c, TUG_EIGNORED, "The device was reset, but its bootloader changed nothing.",
	       "Read the bootloader's console for one start: it names the reason (size, sectors, key).");
}

/* ---- the image runs already ---- */

static void plan_other_pending(struct ctx *c)
{
	if (!c->beh->erase_refused) {
		add(c, TUG_STEP_ERASE_SLOT);
		add(c, TUG_STEP_VERIFY);
		because(c, "The image runs already, but the other slot is marked and would be started at the next "
			   "reset; it is erased.");
	} else if (c->other_is) {
		done(c,
		     "The image runs already; the other slot holds the same image, marked, which a reset may start.");
	} else if (c->out->pattern == TUG_DEV_PENDING_TEST && c->beh->resets_tried == 0 && !c->decides &&
		   c->reverts && !c->pol->no_reset) {
		add(c, TUG_STEP_RESET);
		add(c, TUG_STEP_RESET);
		add(c, TUG_STEP_VERIFY);
		because(c, "The image runs already, but another one is marked for a test and cannot be erased; two "
			   "resets run its trial and take it back.");
	} else {
		refuse(c, TUG_EBUSY,
		       "The image runs already, but another one is marked and will be started at the next reset; the "
		       "device refuses to erase it.",
		       "Reset the device, let the other image start, then update again.");
	}
}

static void plan_running(struct ctx *c)
{
	if (c->other != NULL && c->other->pending && c->pol->mode != TUG_UPDATE_UPLOAD_ONLY) {
		plan_other_pending(c);
	} else if (tug_goal_runs(c->st, c->beh, c->img, c->pol)) {
		done(c, c->pol->mode == TUG_UPDATE_UPLOAD_ONLY ? "The image runs already; there is nothing to upload."
			: c->run->confirmed                     ? "The image runs already and is confirmed."
								: "The image runs already.");
	} else if (c->decides) {
		refuse(c, TUG_ENOTSUP, "The image runs on trial, and the firmware has no command to confirm it.",
		       "The application must confirm itself (boot_write_img_confirmed); else the next reset takes it "
		       "back.");
	} else if (c->beh->confirm_ignored) {
		refuse(c, TUG_ENOEFFECT, "The image runs, but confirming it changes nothing on this firmware.",
		       "Read the device's console; the application can confirm itself (boot_write_img_confirmed).");
	} else {
		add(c, TUG_STEP_CONFIRM_ACTIVE);
		add(c, TUG_STEP_VERIFY);
		because(c, "The image runs already, not confirmed yet; confirming it keeps it.");
	}
}

/* ---- a bootloader or loader answers ---- */

static void plan_loader(struct ctx *c)
{
	bool holds = tug_slot_holds(tug_dev_slot(c->st, c->img->image, 0), c->img);

	if (barred(c)) {
		return;
	}
	if (holds && c->beh->uploaded) {
		if (c->pol->mode != TUG_UPDATE_UPLOAD_ONLY && c->beh->resets_tried > 0) {
			refuse(c, TUG_EREJECTED, "The image is in its slot, but the bootloader does not start it.",
			       "Check the signing key and that the image is built for this device; read the "
			       "bootloader's console.");
			return;
		}
		because(c, "A bootloader answers, and the image is in its slot; a reset starts it.");
	} else if (c->beh->upload_refused) {
		refuse_stuck(c);
		return;
	} else {
		add(c, TUG_STEP_UPLOAD);
		because(c, "A bootloader answers (serial recovery or firmware loader): the image goes straight into "
			   "its slot.");
	}
	if (c->pol->mode == TUG_UPDATE_UPLOAD_ONLY) {
		add(c, TUG_STEP_VERIFY);
	} else {
		add_run(c, false);
	}
}

/* ---- upload only ---- */

static void plan_upload_only(struct ctx *c)
{
	if (c->other_is && (c->beh->uploaded || c->other->pending || c->other->confirmed)) {
		add(c, TUG_STEP_VERIFY);
		because(c, "The image is in the other slot already.");
		return;
	}
	if (barred(c)) {
		return;
	}
	if (c->beh->upload_refused && c->other == NULL && c->run != NULL && !c->run->confirmed) {
		refuse(c, TUG_EBUSY, "The device takes no upload while the image it runs is not confirmed; its other slot is "
				     "empty already.",
		       "Confirm the running image first (`tug image confirm`); plain `tug update` does that by itself.");
		return;
	}
	if (c->out->pattern == TUG_DEV_TEST_RUN || !add_upload(c)) {
		refuse(c, TUG_EBUSY, "The other slot is in use: it holds the image to go back to, or one that waits "
				     "for a reset.",
		       "Confirm the running image or reset the device first; plain `tug update` does that by itself.");
		return;
	}
	add(c, TUG_STEP_VERIFY);
	because(c, "The other slot is free to be written; the image is uploaded and nothing else.");
}

/* ---- rows of the table, image not running ---- */

static void plan_free(struct ctx *c)
{
	if (c->other_is && c->beh->uploaded) {
		if (c->decides && c->beh->resets_tried > 0) {
			refuse_ignored(c);
			return;
		}
		because(c, "The image is in the other slot, proven by its hash; it is marked and started.");
		add_mark_and_run(c);
		return;
	}
	because(c, c->other_is ? "The other slot holds the image without a mark: reverted, or never marked, perhaps "
				 "incomplete; it is sent again."
			       : "The other slot is free; the image is uploaded, marked and started.");
	if (!add_upload(c)) {
		refuse_stuck(c);
		return;
	}
	add_mark_and_run(c);
}

static void plan_unconfirmed(struct ctx *c)
{
	bool can_confirm = !c->beh->confirm_ignored && !c->decides;

	if (c->beh->upload_refused && can_confirm && !(c->other_is && c->beh->uploaded)) {
		/* Nothing is lost by that: there is no other image to go back to. */
		add(c, TUG_STEP_CONFIRM_ACTIVE);
		add(c, TUG_STEP_UPLOAD);
		because(c, "The running image was never confirmed, and the device keeps the slot for it; it is the "
			   "only one, so it is confirmed first.");
		add_mark_and_run(c);
		return;
	}
	plan_free(c);
	if (c->out->kind == TUG_PLAN_STEPS && !c->other_is) {
		because(c, "The running image was never confirmed and the other slot is free; the image is uploaded "
			   "and started.");
	}
}

static void plan_pending_same(struct ctx *c)
{
	bool perm = c->out->pattern == TUG_DEV_PENDING_PERM;

	if (c->beh->resets_tried > 0) {
		refuse_ignored(c);
	} else if (perm && c->pol->mode == TUG_UPDATE_TEST && !c->no_trial && !c->decides) {
		if (c->beh->erase_refused) {
			refuse(c, TUG_ESTATE, "The image is marked to stay, and the device does not let the mark be "
					      "withdrawn.",
			       "Take it as it is with --mode confirm.");
			return;
		}
		add(c, TUG_STEP_ERASE_SLOT);
		add(c, TUG_STEP_UPLOAD);
		because(c, "The image is marked to stay, but a test was asked for; the mark is withdrawn by erasing "
			   "the slot.");
		add_mark_and_run(c);
	} else {
		because(c, perm          ? "The image is on the device, marked to stay, and was never reset into; only "
					   "the reset is missing."
			   : c->no_trial ? "The image is on the device, marked, and was never reset into; this "
					   "bootloader has no trial, the reset decides."
					 : "The image is on the device, marked for test, and was never reset into; no "
					   "upload, and no confirm before the reset: that would be ignored or refused.");
		add_run(c, !perm);
	}
}

static void plan_pending_other(struct ctx *c)
{
	bool perm = c->out->pattern == TUG_DEV_PENDING_PERM;

	if (add_upload(c)) {
		because(c, c->beh->upload_refused
				   ? "Another image is marked and the device does not let it be overwritten; its slot "
				     "is erased first."
				   : "Another image is marked but was never reset into; uploading over it drops its "
				     "mark.");
		add_mark_and_run(c);
		return;
	}
	if (c->beh->resets_tried > 0) {
		refuse_ignored(c);
		return;
	}
	add(c, TUG_STEP_RESET);
	if (!perm && !c->no_trial && !c->decides) {
		add(c, TUG_STEP_RESET);
		because(c, "Another image is marked for test and the device refuses to drop it; two resets run its "
			   "trial and take it back, then the slot is free.");
	} else {
		because(c, "Another image is marked and the device refuses to drop it; a reset starts it, then the "
			   "slot is free.");
	}
	add(c, TUG_STEP_UPLOAD);
	add_mark_and_run(c);
}

static void plan_trial(struct ctx *c)
{
	if (c->beh->resets_tried > 0) {
		refuse_ignored(c);
		return;
	}
	add(c, TUG_STEP_RESET);
	if (c->other_is) {
		add(c, TUG_STEP_VERIFY);
		because(c, "Another image is on trial and this image is the one a reset goes back to.");
		return;
	}
	add(c, TUG_STEP_UPLOAD);
	because(c, "Another image is on trial, so both slots are in use; a reset takes it back to the confirmed one, "
		   "then the slot is free.");
	add_mark_and_run(c);
}

static void plan_rows(struct ctx *c)
{
	if (c->out->pattern == TUG_DEV_NO_ACTIVE) {
		refuse(c, TUG_EINVAL, "The device lists no running image of this number.",
		       "Look at `tug image list` and give the right --image.");
		return;
	}
	/* Going back to the confirmed image during a trial is neither an upload nor a downgrade. */
	if (!(c->out->pattern == TUG_DEV_TEST_RUN && c->other_is) && barred(c)) {
		return;
	}
	switch (c->out->pattern) {
	case TUG_DEV_FRESH:
	case TUG_DEV_LEFTOVER:
	case TUG_DEV_DUPLICATE:
		plan_free(c);
		break;
	case TUG_DEV_UNCONFIRMED:
		plan_unconfirmed(c);
		break;
	case TUG_DEV_PENDING_TEST:
	case TUG_DEV_PENDING_PERM:
		if (c->other_is) {
			plan_pending_same(c);
		} else {
			plan_pending_other(c);
		}
		break;
	case TUG_DEV_TEST_RUN:
		plan_trial(c);
		break;
	case TUG_DEV_NO_ACTIVE:
		break; /* refused above */
	}
}

/* ---- wishes that hold for every row ---- */

static int find_step(const struct tug_plan *p, enum tug_step step, bool last)
{
	int at = -1;

	for (uint8_t i = 0; i < p->n; i++) {
		if (p->step[i] == step && (last || at < 0)) {
			at = i;
		}
	}
	return at;
}

/* Settings go right before the reset that starts the image, else first. */
static void wish_settings(struct ctx *c)
{
	struct tug_plan *p = c->out;
	int at = find_step(p, TUG_STEP_RESET, true);

	if (!c->pol->erase_settings || p->kind == TUG_PLAN_REFUSED || p->n >= TUG_PLAN_STEPS_MAX) {
		return;
	}
	if (p->kind == TUG_PLAN_DONE) {
		p->kind = TUG_PLAN_STEPS;
		add(c, TUG_STEP_VERIFY);
	}
	at = at < 0 ? 0 : at;
	memmove(&p->step[at + 1], &p->step[at], (size_t)(p->n - at) * sizeof(p->step[0]));
	p->step[at] = TUG_STEP_ERASE_SETTINGS;
	p->n++;
}

static void wish_no_reset(struct ctx *c)
{
	struct tug_plan *p = c->out;
	int at = find_step(p, TUG_STEP_RESET, false);

	if (at < 0 || (!c->pol->no_reset && !c->beh->reset_missing)) {
		return;
	}
	if (!c->pol->no_reset) {
		refuse(c, TUG_ENOTSUP, "A reset is needed, and this firmware has no reset command.",
		       "Power-cycle the device (what is marked stays marked), then run the same command again.");
		return;
	}
	if (find_step(p, TUG_STEP_UPLOAD, true) > at) {
		refuse(c, TUG_EBUSY, "The slot becomes free by a reset only, and none was allowed.",
			"Run without --no-reset.");
		return;
	}
	p->n = (uint8_t)at;
	add(c, TUG_STEP_VERIFY);
}

void tug_plan_make(const struct tug_dev_state *st, const struct tug_dev_behaviour *beh,
		   const struct tug_plan_image *img, const struct tug_plan_policy *pol, struct tug_plan *out)
{
	struct ctx c = {
		.st = st,
		.beh = beh,
		.img = img,
		.pol = pol,
		.out = out,
		.run = tug_dev_running(st, img->image),
		.other = tug_dev_target(st, img->image),
		.decides = tug_dev_boot_decides(st, beh),
		.no_trial = st->mode == TUG_MODE_OVERWRITE,
		.reverts = known_to_revert(st),
	};

	memset(out, 0, sizeof(*out));
	out->reason = "";
	out->remedy = "";
	out->pattern = tug_dev_classify(st, img->image);
	c.run_is = tug_slot_holds(c.run, img);
	c.other_is = tug_slot_holds(c.other, img);
	if (loader_answers(st, beh)) {
		plan_loader(&c);
	} else if (c.run_is) {
		plan_running(&c);
	} else if (pol->mode == TUG_UPDATE_UPLOAD_ONLY && out->pattern != TUG_DEV_NO_ACTIVE) {
		plan_upload_only(&c);
	} else {
		plan_rows(&c);
	}
	wish_settings(&c);
	wish_no_reset(&c);
}

const char *tug_step_name(enum tug_step s)
{
	static const char *const names[] = {
		[TUG_STEP_ERASE_SETTINGS] = "erase-settings",
		[TUG_STEP_ERASE_SLOT] = "erase-slot",
		[TUG_STEP_UPLOAD] = "upload",
		[TUG_STEP_TEST] = "test",
		[TUG_STEP_CONFIRM_OTHER] = "confirm-other",
		[TUG_STEP_RESET] = "reset",
		[TUG_STEP_CONFIRM_ACTIVE] = "confirm-active",
		[TUG_STEP_VERIFY] = "verify",
	};

	return (size_t)s < sizeof(names) / sizeof(names[0]) ? names[s] : "unknown";
}
