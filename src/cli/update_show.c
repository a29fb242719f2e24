/* SPDX-License-Identifier: Apache-2.0
 *
 * The events of an update as text for people and as JSON lines for scripts, and the exit status its result
 * stands for. Decides nothing about the update. Called by cmd_update.c from the loop.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json_cbor_priv.h"
#include "results_priv.h"
#include "update_priv.h"

static cJSON *event(const struct tug_one *one, const char *name)
{
	cJSON *j = cJSON_CreateObject();

	cJSON_AddStringToObject(j, "event", name);
	cJSON_AddItemToObject(j, "device", tug_json_utf8(tug_slice_of(one->url, strlen(one->url))));
	if (one->image >= 0) {
		cJSON_AddNumberToObject(j, "image", one->image);
	}
	return j;
}

static void add_text(cJSON *j, const char *key, const char *text)
{
	cJSON_AddItemToObject(j, key, tug_json_utf8(tug_slice_of(text, strlen(text))));
}

static const char *kind_name(enum tug_plan_kind kind)
{
	switch (kind) {
	case TUG_PLAN_STEPS:
		return "steps";
	case TUG_PLAN_DONE:
		return "done";
	case TUG_PLAN_REFUSED:
		return "refused";
	}
	return "unknown";
}

static void show_state(struct tug_one *one, const struct tug_update_event *ev)
{
	struct tug_out *out = &one->cli->out;

	if (out->json) {
		cJSON *j = event(one, "state");

		cJSON_AddItemToObject(j, "images", tug_json_images(ev->state));
		tug_out_json(out, j);
	} else if (!one->state_shown && !out->quiet) {
		tug_out_data(out, "%sfound:\n", one->prefix);
		tug_text_images(out, ev->state);
		tug_out_flush(out);
	}
	one->state_shown = true;
}

static void plan_text(struct tug_one *one, const struct tug_plan *plan)
{
	struct tug_out *out = &one->cli->out;

	tug_out_data(out, "%splan: ", one->prefix);
	for (uint8_t i = 0; i < plan->n; i++) {
		tug_out_data(out, "%s%s", i > 0 ? ", " : "", tug_step_name(plan->step[i]));
	}
	if (plan->n == 0) {
		tug_out_data(out, "%s", plan->kind == TUG_PLAN_REFUSED ? "refused" : "nothing to do");
	}
	tug_out_data(out, "\n      %s: %s\n", tug_dev_pattern_name(plan->pattern), plan->reason);
	tug_out_flush(out);
}

static void show_plan(struct tug_one *one, const struct tug_plan *plan)
{
	struct tug_out *out = &one->cli->out;

	one->refused = plan->kind == TUG_PLAN_REFUSED;
	snprintf(one->remedy, sizeof(one->remedy), "%s", one->refused ? plan->remedy : "");
	if (one->show == TUG_SHOW_FAILURE && !one->refused) {
		return;
	}
	if (out->json) {
		cJSON *j = event(one, "plan"), *steps;

		cJSON_AddStringToObject(j, "kind", kind_name(plan->kind));
		cJSON_AddStringToObject(j, "pattern", tug_dev_pattern_name(plan->pattern));
		steps = cJSON_AddArrayToObject(j, "steps");
		for (uint8_t i = 0; i < plan->n; i++) {
			cJSON_AddItemToArray(steps, cJSON_CreateString(tug_step_name(plan->step[i])));
		}
		add_text(j, "reason", plan->reason);
		add_text(j, "remedy", plan->remedy);
		tug_out_json(out, j);
	} else if (one->plan_only || !out->quiet) {
		plan_text(one, plan);
	}
}

static void show_step(struct tug_one *one, const struct tug_update_event *ev)
{
	struct tug_out *out = &one->cli->out;
	bool done = ev->kind == TUG_EV_STEP_OK;

	one->step = ev->step;
	one->stepping = !done;
	if (done && ev->step != TUG_STEP_VERIFY && ev->step != TUG_STEP_ERASE_SLOT && ev->step != TUG_STEP_ERASE_SETTINGS) {
		one->brought |= one->bit;
	}
	if (out->json) {
		cJSON *j = event(one, "step");

		cJSON_AddStringToObject(j, "step", tug_step_name(ev->step));
		cJSON_AddStringToObject(j, "state", done ? "done" : "begin");
		add_text(j, "text", ev->text);
		tug_out_json(out, j);
	} else {
		tug_out_talk(out, "%s%s%s%s%s", one->prefix, tug_step_name(ev->step), done ? ": done" : "...",
			     ev->text[0] != '\0' ? ", " : "", ev->text);
	}
}

static void show_progress(struct tug_one *one, const struct tug_update_event *ev)
{
	struct tug_out *out = &one->cli->out;
	uint64_t now = tug_progress_clock();
	bool fine = out->json || one->bar;

	if (!tug_progress_take(&one->progress, ev->off, ev->len, now, fine ? 1 : 5)) {
		return;
	}
	if (out->json) {
		cJSON *j = event(one, "progress");

		cJSON_AddNumberToObject(j, "off", ev->off);
		cJSON_AddNumberToObject(j, "len", ev->len);
		cJSON_AddNumberToObject(j, "rate", floor(tug_progress_rate(&one->progress, now)));
		tug_out_json(out, j);
	} else {
		tug_progress_show(&one->progress, out, one->prefix, one->bar, now);
	}
}

static void show_note(struct tug_one *one, const struct tug_update_event *ev)
{
	struct tug_out *out = &one->cli->out;
	char status[320] = "";

	if (ev->status.failed) {
		tug_status_text(&ev->status, status, sizeof(status));
	}
	if (out->json) {
		cJSON *j = event(one, "note");

		add_text(j, "text", ev->text);
		if (ev->err != TUG_OK || ev->status.failed) {
			cJSON_AddItemToObject(j, "error", tug_error_json(ev->err, status, "", &ev->status));
		}
		tug_out_json(out, j);
	} else {
		tug_out_talk(out, "%snote: %s%s%s%s", one->prefix, ev->text, status[0] != '\0' ? " (" : "", status,
			     status[0] != '\0' ? ")" : "");
	}
}

/* What an interruption leaves behind, by the step it hit. Every sentence says that the device still starts. */
static void state_left(const struct tug_one *one, char *dst, size_t cap)
{
	const char *what = "nothing was changed on the device";

	if (one->stepping) {
		switch (one->step) {
		case TUG_STEP_ERASE_SETTINGS:
			what = "the settings storage may be erased already; the images are as they were";
			break;
		case TUG_STEP_ERASE_SLOT:
			what = "the other slot may be erased already; the running image is as it was";
			break;
		case TUG_STEP_UPLOAD:
			snprintf(dst, cap,
				 "the device holds %u of %u octets and the running image is as it was; run the same "
				 "command again to go on from there",
				 one->progress.off, one->progress.len);
			return;
		case TUG_STEP_TEST:
		case TUG_STEP_CONFIRM_OTHER:
			what = "the new image is uploaded and may be marked to start at the next reset; run the same "
			       "command again to go on";
			break;
		case TUG_STEP_RESET:
			what = "the device may be starting the new image right now; run the same command again to see "
			       "and to confirm it";
			break;
		case TUG_STEP_CONFIRM_ACTIVE:
			what = "the new image runs and may not be confirmed yet; run the same command again, or the next "
			       "reset may take it back";
			break;
		case TUG_STEP_VERIFY:
			what = "every step was done, only the last look at the list is missing; run the same command "
			       "again to see it";
			break;
		}
	} else if (one->progress.len > 0) {
		what = "the steps reported so far are done; run the same command again to go on";
	}
	snprintf(dst, cap, "%s", what);
}

static int result_exit(const struct tug_one *one, enum tug_outcome outcome, int err)
{
	int exit;

	switch (outcome) {
	case TUG_OUT_SWAPPED:
	case TUG_OUT_ALREADY_RUNNING:
	case TUG_OUT_UPLOADED:
		return TUG_EXIT_DONE;
	case TUG_OUT_NOT_BACK:
		return TUG_EXIT_LINK;
	case TUG_OUT_NONE:
		return one->refused ? TUG_EXIT_REFUSED : TUG_EXIT_DONE;
	case TUG_OUT_REVERTED:
	case TUG_OUT_IGNORED:
	case TUG_OUT_REJECTED:
		return TUG_EXIT_REFUSED;
	case TUG_OUT_FAILED:
		break;
	}
	exit = tug_exit_of(err);
	if (one->refused && exit == TUG_EXIT_LINK) {
		return TUG_EXIT_REFUSED; /* a slot that is busy is no matter of the link */
	}
	return exit == TUG_EXIT_LINK || exit == TUG_EXIT_INTERNAL || exit == TUG_EXIT_INTERRUPTED ? exit : TUG_EXIT_REFUSED;
}

/* The reason of a failure, as the rules see it: what blocks, else the first that was found. */
static const struct tug_report *reason_of(struct tug_one *one)
{
	const struct tug_report *r = NULL;
	bool failed = one->exit != TUG_EXIT_DONE && one->exit != TUG_EXIT_INTERRUPTED && one->exit != TUG_EXIT_USAGE;

	return failed && one->diag != NULL && tug_diag_report(one->diag, &r) == TUG_OK && r->n_findings > 0 ? r : NULL;
}

static void reason_text(struct tug_one *one)
{
	const struct tug_report *r = reason_of(one);
	struct tug_report_style style = { .width = 100, .brief = true };
	char *text = r != NULL ? tug_report_text(r, &style) : NULL;

	if (text != NULL && text[0] != '\0') {
		text[strlen(text) - 1] = '\0'; /* talk ends the line itself */
		tug_out_error(&one->cli->out, "%s", text);
	}
	free(text);
}

static void reason_json(struct tug_one *one, cJSON *j)
{
	const struct tug_report *r = reason_of(one);
	char *text = r != NULL ? tug_report_json(r) : NULL;
	cJSON *doc = text != NULL ? cJSON_Parse(text) : NULL;

	cJSON_AddItemToObject(j, "findings",
			      doc != NULL ? cJSON_DetachItemFromObject(doc, "findings") : cJSON_CreateArray());
	cJSON_Delete(doc);
	free(text);
}

/* What every result line has; `after` NULL = the list was never read. */
static void result_json(struct tug_one *one, const char *outcome, int err, const char *text, const char *advice,
			const struct tug_smp_status *st)
{
	static const struct tug_dev_state none;
	const struct tug_update *upd = one->u != NULL ? tug_host_update_state(one->u) : NULL;
	cJSON *j = event(one, "result");

	cJSON_AddStringToObject(j, "outcome", outcome);
	cJSON_AddNumberToObject(j, "exit", one->exit);
	add_text(j, "text", text);
	if (err != TUG_OK) {
		cJSON_AddItemToObject(j, "error", tug_error_json(err, text, advice, st));
	}
	cJSON_AddItemToObject(j, "before", tug_json_images(upd != NULL ? &upd->before : &none));
	cJSON_AddItemToObject(j, "after", tug_json_images(upd != NULL ? &upd->state : &none));
	if (err != TUG_OK) {
		reason_json(one, j);
	}
	tug_out_json(&one->cli->out, j);
}

/* The procedure's sentence names the next step itself; advice repeats it for scripts only. */
static void result_text(struct tug_one *one, const char *outcome, const char *text)
{
	const struct tug_update *upd = one->u != NULL ? tug_host_update_state(one->u) : NULL;
	struct tug_out *out = &one->cli->out;

	/* the proof, also of a failure; a refusal left what was shown already */
	if (upd != NULL && upd->state.n > 0 && !one->plan_only && !one->refused && !out->quiet) {
		tug_out_data(out, "%snow:\n", one->prefix);
		tug_text_images(out, &upd->state);
	}
	if (one->exit == TUG_EXIT_DONE) {
		if (!one->plan_only) { /* else the plan was the result */
			tug_out_data(out, "%s%s: %s\n", one->prefix, outcome, text);
		}
		tug_out_flush(out);
		return;
	}
	tug_out_flush(out);
	tug_out_error(out, "tug: %s%s %s: %s", one->url, tug_url_colon(one->url), outcome, text);
	reason_text(one);
}

static void show_result(struct tug_one *one, const struct tug_update_event *ev)
{
	bool brought = one->worked && ev->outcome == TUG_OUT_ALREADY_RUNNING;
	const char *outcome = ev->outcome == TUG_OUT_NONE ? "planned" : tug_outcome_name(brought ? TUG_OUT_SWAPPED : ev->outcome);
	const char *link = one->u != NULL ? tug_host_update_why(one->u) : "";
	char text[768], advice[320] = "", status[320];

	one->have_result = true;
	one->exit = result_exit(one, ev->outcome, ev->err);
	if (one->exit == TUG_EXIT_DONE && one->show != TUG_SHOW_ALL) {
		return;
	}
	if (one->exit == TUG_EXIT_INTERRUPTED) {
		state_left(one, text, sizeof(text));
		if (one->cli->out.json) {
			result_json(one, outcome, ev->err, text, "", NULL);
		} else {
			result_text(one, "interrupted", text);
		}
		return;
	}
	snprintf(text, sizeof(text), "%s", brought ? "The image runs; the device's own list proves it." : ev->text);
	if (ev->status.failed) {
		tug_status_text(&ev->status, status, sizeof(status));
		snprintf(text, sizeof(text), "%s (%s)", ev->text, status);
	} else if (one->exit == TUG_EXIT_LINK && link[0] != '\0') {
		snprintf(text, sizeof(text), "%s (%s)", ev->text, link);
	}
	if (one->exit != TUG_EXIT_DONE) {
		if (one->refused) {
			snprintf(advice, sizeof(advice), "%s", one->remedy);
		} else {
			tug_advice_text(ev->err, NULL, advice, sizeof(advice));
		}
	}
	if (one->cli->out.json) {
		result_json(one, outcome, ev->err, text, advice, &ev->status);
	} else {
		result_text(one, outcome, text);
	}
}

void tug_show_event(struct tug_one *one, const struct tug_update_event *ev)
{
	switch (ev->kind) {
	case TUG_EV_STATE:
		if (one->show != TUG_SHOW_FAILURE) {
			show_state(one, ev);
		}
		break;
	case TUG_EV_PLAN:
		show_plan(one, ev->plan);
		break;
	case TUG_EV_STEP:
	case TUG_EV_STEP_OK:
		show_step(one, ev);
		break;
	case TUG_EV_PROGRESS:
		show_progress(one, ev);
		break;
	case TUG_EV_NOTE:
		if (one->show != TUG_SHOW_FAILURE) {
			show_note(one, ev);
		}
		break;
	case TUG_EV_RESULT:
		show_result(one, ev);
		break;
	}
}

void tug_show_unopened(struct tug_one *one, int err, const char *why)
{
	const char *text = why[0] != '\0' ? why : tug_strerror(err);

	one->have_result = true;
	one->exit = tug_exit_of(err);
	if (one->cli->out.json) {
		result_json(one, tug_outcome_name(TUG_OUT_FAILED), err, text, tug_err_advice(err), NULL);
	} else {
		result_text(one, tug_outcome_name(TUG_OUT_FAILED), text);
	}
}

void tug_show_abandoned(struct tug_one *one)
{
	char text[512];

	one->have_result = true;
	one->exit = TUG_EXIT_INTERRUPTED;
	state_left(one, text, sizeof(text));
	if (one->cli->out.json) {
		result_json(one, tug_outcome_name(TUG_OUT_FAILED), TUG_EINTR, text, "", NULL);
	} else {
		result_text(one, "interrupted", text);
	}
}
