/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: what an image list says by itself, when nothing else in the inputs went wrong. They tell what the state
 * means and what comes next.
 */
#include "refusal_priv.h"

/* The client gave up over this very list ("Invalid response: ...images..."): the list tells more than the complaint. */
static bool gave_up_over(const struct tug_dg_smp *x)
{
	return x->client.said_failure && x->n_refusals == 0 && x->upload.timeouts == 0 &&
	       x->client.end.line == x->list.at.line && x->client.end.input == x->list.at.input;
}

/* The latest list still holds (no reset or upload came after it), and nothing failed that other rules tell of. */
static const struct tug_dg_list *calm_list(const struct tug_dg_facts *f)
{
	const struct tug_dg_smp *x = &f->smp;

	if (!x->list.known || x->list.n == 0 || x->client.said_success ||
	    (tug_dg_complaint(f) && !gave_up_over(x)) || f->boots.n > 0 ||
	    tug_dg_later(&x->reset.last, &x->list.at) || tug_dg_later(&x->upload.last, &x->list.at)) {
		return NULL;
	}
	if (x->link.n_ends > 0 && x->link.end[x->link.n_ends - 1].status > 0) {
		return NULL;
	}
	return tug_dg_noop_confirm(f) == NULL && tug_dg_never_swapped(f) == NULL ? &x->list : NULL;
}

/* Nothing but lists and questions: nobody changed anything in this log. */
static const struct tug_dg_list *lone_list(const struct tug_dg_facts *f)
{
	const struct tug_dg_smp *x = &f->smp;
	const struct tug_dg_list *l = calm_list(f);

	return l != NULL && x->n_writes == 0 && x->reset.requests == 0 && x->upload.chunks == 0 && !x->testrun_seen ?
		       l :
		       NULL;
}

static bool marked(const struct tug_dg_facts *f, struct tug_hit *h, bool permanent)
{
	const struct tug_dg_list *l = calm_list(f);
	const struct tug_report_slot *s = l != NULL ? tug_dg_pending(l) : NULL;

	if (s == NULL || s->permanent != permanent) {
		return false;
	}
	tug_hit_quote(h, &l->at);
	return true;
}

static bool test_pending(const struct tug_dg_facts *f, struct tug_hit *h)
{
	char slot[TUG_DG_SLOT_TEXT];

	if (!marked(f, h, false)) {
		return false;
	}
	tug_hit_title(h, "The image in %s is marked for a test boot and waits for a restart",
		      tug_dg_slot_text(tug_dg_pending(&f->smp.list), slot));
	return true;
}

static bool confirm_pending(const struct tug_dg_facts *f, struct tug_hit *h)
{
	char slot[TUG_DG_SLOT_TEXT];

	if (!marked(f, h, true)) {
		return false;
	}
	tug_hit_title(h, "The image in %s is marked for good and waits for a restart",
		      tug_dg_slot_text(tug_dg_pending(&f->smp.list), slot));
	return true;
}

static bool test_run(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_list *l = calm_list(f);
	const struct tug_report_slot *s = l != NULL ? tug_dg_trial(l) : NULL;
	char slot[TUG_DG_SLOT_TEXT];

	if (s == NULL) {
		return false;
	}
	tug_hit_quote(h, &l->at);
	tug_hit_title(h, "The running image in %s is on trial: the next restart goes back unless it is confirmed",
		      tug_dg_slot_text(s, slot));
	return true;
}

static bool unconfirmed_first(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_list *l = calm_list(f);

	for (unsigned i = 0; l != NULL && i < l->n; i++) {
		const struct tug_report_slot *s = &l->s[i], *other = tug_dg_other_slot(l, s);

		if (s->active && !s->confirmed && !s->pending && (other == NULL ? !l->cut : tug_dg_flagless(other))) {
			tug_hit_quote(h, &l->at);
			return true;
		}
	}
	return false;
}

static bool duplicate(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_list *l = calm_list(f);

	for (unsigned i = 0; l != NULL && i < l->n; i++) {
		const struct tug_report_slot *other = tug_dg_other_slot(l, &l->s[i]);

		if (l->s[i].active && other != NULL && tug_dg_same_hash(other, &l->s[i])) {
			tug_hit_quote(h, &l->at);
			return true;
		}
	}
	return false;
}

static bool no_active(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_list *l = lone_list(f);

	if (l == NULL || l->cut || tug_dg_active(l, 0) != NULL || !tug_dg_has_image(l, 0)) {
		return false;
	}
	for (unsigned i = 0; i < l->n; i++) {
		if (l->s[i].hash_len == 0) {
			return false; /* a bare list of serial recovery: another rule */
		}
	}
	tug_hit_quote(h, &l->at);
	return true;
}

static bool leftover(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_list *l = lone_list(f);
	char slot[TUG_DG_SLOT_TEXT];

	for (unsigned i = 0; l != NULL && i < l->n; i++) {
		const struct tug_report_slot *s = &l->s[i], *run = tug_dg_active(l, s->image);

		if (tug_dg_flagless(s) && run != NULL && run->confirmed && !tug_dg_same_hash(run, s)) {
			tug_hit_quote(h, &l->at);
			tug_hit_title(h, "The image in %s has no mark: it will not boot by itself",
				      tug_dg_slot_text(s, slot));
			return true;
		}
	}
	return false;
}

static const struct tug_rule rules[] = {
	{
		.id = "test-pending",
		.rank = 605,
		.severity = TUG_SEV_ADVICE,
		.when = test_pending,
		.title = "An image is marked for a test boot and waits for a restart",
		.cause = "It is swapped in at the next restart and runs on trial. Until then the slot takes no other "
			 "image on older servers, and a confirm of it does nothing or is refused.",
		.fix = "Reset the device and list the images again. If it is still pending then, the bootloader "
		       "refuses the swap: read its console.",
		.next = "reset the device and list the images",
		.commands = "mcumgr reset\nmcumgr image list",
		.source = "src:z:img_mgmt_state.c; src:mb:bootutil_public.h",
	},
	{
		.id = "confirm-pending",
		.rank = 606,
		.severity = TUG_SEV_ADVICE,
		.when = confirm_pending,
		.title = "An image is marked for good and waits for a restart",
		.cause = "At the next restart it is swapped in and stays; there is no trial.",
		.fix = "Reset the device and list the images again.",
		.next = "reset the device and list the images",
		.commands = "mcumgr reset\nmcumgr image list",
		.source = "src:z:img_mgmt_state.c; src:mb:bootutil_public.h",
	},
	{
		.id = "test-run",
		.rank = 607,
		.severity = TUG_SEV_ADVICE,
		.when = test_run,
		.title = "The running image is on trial: the next restart goes back unless it is confirmed",
		.cause = "The other slot holds the confirmed image to fall back to, so no upload is possible "
			 "meanwhile.",
		.fix = "Confirm the running image (without a hash) to keep it, or reset to go back.",
		.next = "confirm the running image, or reset to go back",
		.commands = "mcumgr image confirm\nmcumgr image list",
		.source = "src:z:img_mgmt_state.c; src:and:Validate.java",
	},
	{
		.id = "unconfirmed-first-image",
		.rank = 673,
		.severity = TUG_SEV_ADVICE,
		.when = unconfirmed_first,
		.title = "The running image is not confirmed, and there is no other one to go back to",
		.cause = "It was flashed by cable without being confirmed, or the other slot was erased during its "
			 "trial. It keeps running, but some tools take the device for one on trial.",
		.fix = "Confirm it once (mcumgr image confirm, or boot_write_img_confirmed() in the application), or "
		       "flash it signed with --confirm.",
		.next = "confirm the running image",
		.commands = "mcumgr image confirm",
		.source = "src:z:img_mgmt_state.c",
	},
	{
		.id = "duplicate",
		.rank = 674,
		.severity = TUG_SEV_ADVICE,
		.when = duplicate,
		.title = "Both slots hold the same image",
		.cause = "The same file was uploaded again. Clients find its hash running and skip the upload.",
		.fix = "Nothing is needed. To update, upload a file with another hash: check that the build really "
		       "changed.",
		.next = "check that the file is the new build",
		.source = "src:and:Validate.java",
	},
	{
		.id = "no-active-slot",
		.rank = 675,
		.severity = TUG_SEV_ADVICE,
		.when = no_active,
		.title = "No slot of image 0 is shown as running",
		.cause = "MCUboot's serial recovery lists images like this, and so does an application whose own slot "
			 "is not in the list (DirectXIP, firmware loader).",
		.fix = "Find out who answers: in serial recovery upload and reset are enough, nothing has to be "
		       "marked. Ask for the bootloader's mode where the device tells it.",
		.next = "look whether the device waits in serial recovery",
		.source = "src:mb:boot_serial.c; src:z:img_mgmt_state.c",
	},
	{
		.id = "leftover",
		.rank = 676,
		.severity = TUG_SEV_ADVICE,
		.when = leftover,
		.title = "The second slot holds an image without any mark: it will not boot by itself",
		.cause = "After a good update this is the old image. If it is the NEW one, it was uploaded and never "
			 "marked, or it ran on trial and was reverted.",
		.fix = "Nothing is needed: the next upload overwrites it. To run it, mark it for test and reset.",
		.next = "compare the hash with the new file's: if it is that one, mark it for test and reset",
		.commands = "mcumgr image test <hash of slot 1>\nmcumgr reset",
		.source = "src:z:img_mgmt_state.c; src:mb:bootutil_public.h",
	},
};

const struct tug_rule_set tug_rules_slots = { rules, sizeof(rules) / sizeof(rules[0]) };
