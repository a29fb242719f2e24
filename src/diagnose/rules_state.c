/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: an image is marked and confirmed, or not; what versions say.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "refusal_priv.h"

/* ---- confirm ------------------------------------------------------------------------------------------------ */

static bool is_noop(const struct tug_dg_facts *f, const struct tug_dg_write *w)
{
	const struct tug_report_slot *after, *now;

	if (!w->confirm || w->hash_len == 0 || !w->answered || w->refused || w->reset_after || !w->after.known) {
		return false;
	}
	after = tug_dg_slot_of(&w->after, w->hash, w->hash_len);
	now = tug_dg_slot_of(&f->smp.list, w->hash, w->hash_len);
	return after != NULL && after->pending && !after->permanent && !after->confirmed && !after->active &&
	       (now == NULL || !now->active) && !tug_dg_well_after(f, &w->request);
}

const struct tug_dg_write *tug_dg_noop_confirm(const struct tug_dg_facts *f)
{
	for (uint32_t i = f->smp.n_writes; i-- > 0;) {
		if (is_noop(f, &f->smp.write[i])) {
			return &f->smp.write[i];
		}
	}
	return NULL;
}

static bool confirm_noop_said(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_report_slot *s = tug_dg_pending(&f->smp.list);
	unsigned i = h->seen[0]->count > 0 ? 0 : 1;

	/* "Downgrade forbidden" is also said after a test, next to "Pending flag": another matter. */
	if (h->seen[i]->count == 0 && h->seen[2]->count > 0 && h->seen[3]->count == 0) {
		i = 2;
	}
	if (h->seen[i]->count == 0 || tug_dg_well_after(f, &h->seen[i]->last) ||
	    tug_dg_later(&f->smp.reset.last, &h->seen[i]->last)) {
		return false;
	}
	tug_hit_seen(h, i);
	if (s == NULL || s->permanent) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
		return !f->smp.list.known;
	}
	tug_hit_quote(h, &f->smp.list.at);
	return true;
}

static bool confirm_noop(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_write *w = tug_dg_noop_confirm(f);
	char slot[TUG_DG_SLOT_TEXT];

	if (w == NULL) {
		return confirm_noop_said(f, h);
	}
	if (w->before.known) {
		tug_hit_quote(h, &w->before.at);
	}
	tug_hit_quote(h, &w->request);
	tug_hit_quote(h, &w->answer);
	tug_hit_quote(h, &w->after.at);
	tug_hit_quote(h, &w->ended);
	for (unsigned i = 0; i < 3; i++) {
		tug_hit_seen(h, i);
	}
	tug_dg_slot_text(tug_dg_slot_of(&w->after, w->hash, w->hash_len), slot);
	tug_hit_title(h, "The confirm was accepted and changed nothing: %s was already marked for a test boot, and no "
			 "reset followed",
		      slot);
	if (f->smp.src == TUG_SRC_IOS && !w->link_ended_after && !f->smp.client.said_failure) {
		tug_hit_possible(h, TUG_SEV_DEGRADED); /* this client goes on to the reset, the log ends before it */
	}
	return true;
}

static bool confirm_refused(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r = tug_hit_refusals(f, h);
	const struct tug_dg_list *l = r != NULL ? tug_dg_list_at(f, r) : NULL;

	if (r == NULL && !tug_hit_seen(h, 0)) {
		return false;
	}
	if (l != NULL && tug_dg_trial(l) != NULL) {
		tug_hit_quote(h, &l->at);
		tug_hit_title(h, "The device refuses the change since the running image is on trial");
		tug_hit_cause(h, "Until the running image is confirmed or the device restarts, the other slot is the "
				 "way back and keeps its mark.");
		tug_hit_fix(h, "Confirm the running image (without a hash) to keep it, or reset to go back; then mark "
			       "the other.");
	} else if (l != NULL && tug_dg_pending(l) != NULL) {
		tug_hit_quote(h, &l->at);
	} else if (r != NULL && r->legacy && l != NULL) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return !tug_dg_well_after(f, r != NULL ? &r->last : &h->seen[0]->last);
}

/* ---- refused writes ----------------------------------------------------------------------------------------- */

/* A write for a hash that no list has, though it was accepted. */
static const struct tug_dg_write *unlisted_write(const struct tug_dg_facts *f)
{
	for (uint32_t i = f->smp.n_writes; i-- > 0;) {
		const struct tug_dg_write *w = &f->smp.write[i];
		const struct tug_dg_list *l = w->after.known ? &w->after : &w->before;
		bool hashes = l->known && l->n > 0 && !l->cut;

		for (unsigned k = 0; hashes && k < l->n; k++) {
			hashes = l->s[k].hash_len >= 4;
		}
		if (hashes && w->answered && !w->refused && w->hash_len > 0 &&
		    tug_dg_slot_of(l, w->hash, w->hash_len) == NULL &&
		    (!w->before.known || tug_dg_slot_of(&w->before, w->hash, w->hash_len) == NULL) &&
		    !tug_dg_well_after(f, &w->request)) {
			return w;
		}
	}
	return NULL;
}

static bool hash_unknown(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r = tug_hit_refusals(f, h);
	const struct tug_dg_write *w = r != NULL ? tug_dg_write_of(f, r) : unlisted_write(f);

	if (r == NULL && w == NULL) {
		for (unsigned i = 0; i < 3; i++) {
			if (h->seen[i]->count > 0 && tug_dg_well_after(f, &h->seen[i]->last)) {
				return false;
			}
		}
		return tug_hit_any(h);
	}
	if (w != NULL) {
		const struct tug_dg_list *l = w->before.known ? &w->before : &w->after;

		tug_hit_quote(h, &w->request);
		if (l->known) {
			tug_hit_quote(h, &l->at);
		}
		if (w->hash_len >= 4 && r != NULL && l->known && tug_dg_slot_of(l, w->hash, w->hash_len) != NULL) {
			tug_hit_quote(h, &f->smp.reset.last);
			tug_hit_title(h, "The image %02x%02x%02x%02x... was there before the reset, and the device "
					 "does not find it after it",
				      w->hash[0], w->hash[1], w->hash[2], w->hash[3]);
			tug_hit_cause(h, "At the reset the bootloader looked at the marked image. It is gone when the "
					 "bootloader rejected and erased it: signed with another key, damaged, linked "
					 "for other addresses, or older where downgrades are refused.");
		} else if (w->hash_len >= 4) {
			tug_hit_title(h, "The hash %02x%02x%02x%02x... (%u octets) in the %s belongs to no image in "
					 "the device's slots",
				      w->hash[0], w->hash[1], w->hash[2], w->hash[3], w->hash_len,
				      w->confirm ? "confirm" : "test");
		}
	}
	return true;
}

static bool overwrite_only(const struct tug_dg_facts *f)
{
	return f->smp.device.mode == 2 ||
	       tug_dg_conf_is(f->conf, TUG_ROLES_SYSBUILD, "MCUBOOT_MODE_OVERWRITE_ONLY", "y") ||
	       tug_dg_conf_is(f->conf, TUG_ROLES_APP, "MCUBOOT_BOOTLOADER_MODE_OVERWRITE_ONLY", "y") ||
	       tug_dg_conf_is(f->conf, TUG_ROLES_BOOT, "BOOT_UPGRADE_ONLY", "y");
}

/* A test that was accepted and left its slot without a mark. */
static const struct tug_dg_write *unmarked_write(const struct tug_dg_facts *f)
{
	for (uint32_t i = f->smp.n_writes; i-- > 0;) {
		const struct tug_dg_write *w = &f->smp.write[i];

		if (w->answered && !w->refused && w->hash_len > 0 && w->after.known && !w->reset_after &&
		    tug_dg_flagless(tug_dg_slot_of(&w->after, w->hash, w->hash_len)) &&
		    !tug_dg_well_after(f, &w->request)) {
			return w;
		}
	}
	return NULL;
}

static bool bad_trailer(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char not_written[] =
		"The device accepted the mark, but the slot does not show it: its trailer was not written";
	static const char magic_bad[] =
		"The trailer of the second slot holds neither nothing nor a valid mark (magic=bad)";
	const struct tug_dg_refusal *r = tug_hit_refusals(f, h);
	const struct tug_dg_write *w = unmarked_write(f);
	bool device = tug_hit_seen(h, 0);
	bool client = tug_hit_seen(h, 1);

	for (unsigned i = 2; i < 5; i++) {
		client = tug_hit_seen(h, i) || client;
	}
	for (uint32_t i = 0; i < f->boots.n; i++) {
		const struct tug_dg_trailer *t = &f->boots.boot[i].secondary;

		if (t->known && strcmp(t->magic, "bad") == 0) {
			tug_hit_quote(h, &t->at);
			device = device || r != NULL || client;
		}
	}
	if (h->n_evidence == 0 && w == NULL) {
		return false;
	}
	if (r == NULL && !device && (client || w != NULL) && overwrite_only(f)) {
		return false; /* overwrite-only-semantics */
	}
	if (w != NULL) {
		tug_hit_quote(h, &w->request);
		tug_hit_quote(h, &w->after.at);
	}
	if (r == NULL && !device) {
		tug_hit_title(h, "%s", client || w != NULL ? not_written : magic_bad);
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return !tug_dg_well_after(f, NULL);
}

/* ---- modes, versions ---------------------------------------------------------------------------------------- */

static bool overwrite(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const struct {
		unsigned roles;
		const char *name;
	} syms[] = { { TUG_ROLES_SYSBUILD, "MCUBOOT_MODE_OVERWRITE_ONLY" },
		     { TUG_ROLES_APP, "MCUBOOT_BOOTLOADER_MODE_OVERWRITE_ONLY" },
		     { TUG_ROLES_BOOT, "BOOT_UPGRADE_ONLY" } };
	bool tested = h->seen[0]->count > 0;

	if (!overwrite_only(f)) {
		return false;
	}
	if (f->smp.device.mode == 2) {
		tug_hit_quote(h, &f->smp.device.mode_at);
	}
	for (size_t i = 0; i < sizeof(syms) / sizeof(syms[0]); i++) {
		const struct tug_dg_sym *s = tug_dg_conf_get(f->conf, syms[i].roles, syms[i].name);

		if (s != NULL && strcmp(s->value, "y") == 0) {
			tug_hit_quote(h, &s->at);
		}
	}
	for (uint32_t i = 0; i < f->smp.n_writes; i++) {
		const struct tug_dg_write *w = &f->smp.write[i];

		if (!w->confirm && w->hash_len > 0) {
			tug_hit_quote(h, &w->request);
			tested = true;
		}
	}
	tug_hit_any(h);
	h->severity = tested ? TUG_SEV_DEGRADED : TUG_SEV_ADVICE;
	return true;
}

static bool is_zero(const char *v)
{
	return strcmp(v, "0.0.0") == 0 || strcmp(v, "0.0.0.0") == 0 || strcmp(v, "0.0.0+0") == 0;
}

static bool same_version(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_list *l = &f->smp.list;
	bool zero = l->known && l->n > 0, same = l->known && l->n > 1;
	int order;

	for (unsigned i = 0; l->known && i < l->n; i++) {
		const struct tug_report_slot *other = tug_dg_other_slot(l, &l->s[i]);

		/* A slot without hash and flags may be empty: serial recovery lists those, too. */
		zero = zero && is_zero(l->s[i].version) && (l->s[i].hash_len > 0 || l->s[i].bootable);
		same = same && other != NULL && !tug_dg_same_hash(other, &l->s[i]) &&
		       tug_dg_version_order(other->version, l->s[i].version, &order) && order == 0;
	}
	if (!zero && !same) {
		return false;
	}
	tug_hit_quote(h, &l->at);
	if (!zero) {
		tug_hit_title(h, "Different images in the slots report the same version %s: only their hashes tell "
				 "them apart",
			      l->s[0].version);
	}
	return true;
}

static bool downgrade(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_list *l = &f->smp.list;
	const struct tug_report_slot *s = tug_dg_pending(l), *run;
	int order;

	if (!tug_hit_any(h)) {
		return false;
	}
	s = s != NULL ? s : l->known ? tug_dg_slot(l, 0, 1) : NULL;
	run = s != NULL ? tug_dg_active(l, s->image) : NULL;
	if (run == NULL || !tug_dg_version_order(s->version, run->version, &order)) {
		return true;
	}
	tug_hit_quote(h, &l->at);
	if (order < 0) {
		tug_hit_title(h, "The new image (%s) is older than the running one (%s)", s->version, run->version);
		tug_hit_cause(h, "The client guesses a downgrade whenever a flag is not set after its command; here "
				 "the versions agree with the guess. A bootloader with downgrade prevention erases "
				 "such an image at boot.");
		h->severity = tug_dg_well_after(f, NULL) ? TUG_SEV_HARMLESS : TUG_SEV_DEGRADED;
	} else {
		tug_hit_title(h, "\"Downgrade forbidden\" is not what happened: the new image (%s) is not older than "
				 "the running one (%s)",
			      s->version, run->version);
	}
	return true;
}

static bool already_active(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_smp *x = &f->smp;
	const uint32_t seen = x->client.seen;

	if (tug_hit_any(h)) {
		return x->upload.chunks == 0;
	}
	if (x->upload.chunks == 0 && x->n_writes == 0 && x->reset.requests == 0 && x->client.said_success &&
	    x->list.known && (seen & 1u << TUG_STEP_VALIDATE) != 0 && (seen & 1u << TUG_STEP_UPLOAD) == 0) {
		tug_hit_quote(h, &x->list.at);
		tug_hit_quote(h, &x->client.end);
		return true;
	}
	for (uint32_t i = 0; i < x->n_writes; i++) {
		const struct tug_dg_write *w = &x->write[i];
		const struct tug_report_slot *s =
			w->before.known && w->hash_len > 0 ? tug_dg_slot_of(&w->before, w->hash, w->hash_len) : NULL;

		if (s != NULL && s->active && s->confirmed && !w->refused && x->upload.chunks == 0) {
			tug_hit_quote(h, &w->before.at);
			tug_hit_quote(h, &w->request);
			return true;
		}
	}
	return false;
}

/* ---- the rows ----------------------------------------------------------------------------------------------- */

static const struct tug_rule rules[] = {
	{
		.id = "confirm-on-pending-noop",
		.rank = 100,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Image not confirmed.", "Permanent flag of slot %d of image %d not set",
			  "Downgrade forbidden", "Pending flag of slot %d of image %d not set" },
		.when = confirm_noop,
		.title = "The confirm changed nothing, since the image was already marked for a test boot; the device "
			 "was not reset",
		.cause = "An earlier attempt marked the image for test. Marking it again for good writes nothing "
			 "(\"already scheduled\") and is answered without an error. The Android library then misses "
			 "the permanent flag, stops before its reset, and MCUboot never gets to swap: every further "
			 "try in \"Confirm only\" ends the same way.",
		.fix = "Reset the device once, reconnect and list the images. New image active but not confirmed: it "
		       "worked, confirm it now. Still pending: the bootloader refuses the swap, read its console. Gone "
		       "from slot 1: MCUboot rejected and erased it. Back in slot 1 without flags: it ran and was "
		       "reverted. In the app \"Test and confirm\" goes straight to the reset.",
		.next = "reset the device (power cycle, \"Reset\" in Device Manager, mcumgr reset), then list the "
			"images",
		.settle = "List the images: if the new one is in slot 1 with \"pending\" and not \"permanent\", it is "
			  "this; reset the device then.",
		.commands = "mcumgr reset\nmcumgr image list\nmcumgr image confirm",
		.source = "src:mb:bootutil_public.c, src:z:img_mgmt_state.c, src:and:Confirm.java, DZ104511",
	},
	{
		.id = "confirm-refused-pending",
		.rank = 105,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "mage operation already pending" },
		.when = confirm_refused,
		.title = "The device refuses to change the mark of an image: one already waits for the next boot",
		.cause = "From Zephyr 3.5 on a swap that is scheduled cannot be changed before the device restarts.",
		.fix = "Reset the device: the waiting image runs on trial then, and can be confirmed.",
		.next = "reset the device, list the images, confirm the one that runs",
		.settle = "List the images: a slot with \"pending\" explains it.",
		.commands = "mcumgr reset\nmcumgr image list\nmcumgr image confirm",
		.source = "src:z:img_mgmt_state.c",
	},
	{
		.id = "confirm-pending",
		.rank = 106,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "already confirmed. Can't be tested" },
		.when = tug_hit_said,
		.title = "The client stops: the image in slot 1 is already marked for good and cannot be marked for "
			 "test",
		.cause = "An earlier attempt confirmed it before it ever ran; it only waits for a restart.",
		.fix = "Reset the device: MCUboot swaps the image in for good. Or choose \"Confirm only\" or \"Test "
		       "and confirm\".",
		.next = "reset the device, then list the images",
		.commands = "mcumgr reset\nmcumgr image list",
		.source = "src:ios:FirmwareUpgradeManager.swift",
	},
	{
		.id = "hash-unknown",
		.rank = 128,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Tested image not found.", "Confirmed image not found", ") in Test Response." },
		.when = hash_unknown,
		.title = "The image that was to be tested or confirmed is in no slot of the device",
		.cause = "Test and confirm name an image by the hash inside it, which \"image list\" shows; the "
			 "SHA-256 of the file is another number. Or the image is gone: the slot was erased, or MCUboot "
			 "rejected it and erased it at a boot.",
		.fix = "List the images and use the hash found there. When the image is missing, upload it again and "
		       "watch MCUboot's console at the next boot.",
		.next = "list the images and take the hash from there",
		.commands = "mcumgr image list\nmcumgr image test <hash of slot 1>",
		.source = "src:z:img_mgmt_state.c; src:and",
	},
	{
		.id = "confirm-denied-other-core",
		.rank = 130,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "mage confirmation denied" },
		.when = tug_dg_when_refused,
		.title = "The device does not allow confirming an image that is not the running application",
		.cause = "The hash belongs to another core's image or a slot that does not run; confirming those has "
			 "to be allowed in the build.",
		.fix = "Set CONFIG_MCUMGR_GRP_IMG_ALLOW_CONFIRM_NON_ACTIVE_IMAGE_ANY=y, or mark that image for test "
		       "instead.",
		.next = "mark that image for test instead of confirming it",
		.commands = "CONFIG_MCUMGR_GRP_IMG_ALLOW_CONFIRM_NON_ACTIVE_IMAGE_ANY=y",
		.source = "src:z:img_mgmt_state.c",
	},
	{
		.id = "test-active-denied",
		.rank = 132,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Setting active slot to test is not allowed" },
		.when = tug_dg_when_refused,
		.title = "The client asked to test the image that is already running",
		.cause = "The running image cannot be marked for a test; old apps send it for an image that is already "
			 "on trial.",
		.fix = "Send confirm (without a hash) if it is on trial; otherwise the update is already done. Update "
		       "the app.",
		.next = "confirm the running image instead of testing it",
		.commands = "mcumgr image confirm",
		.source = "AND50",
	},
	{
		.id = "bad-trailer",
		.rank = 134,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Faled boot_set_next with code", "Pending flag of slot %d of image %d not set",
			  "Tested image is not in a pending state",
			  "was tested but it did not switch to a pending state",
			  "was confirmed, but did not switch to permanent state" },
		.when = bad_trailer,
		.title = "The image cannot be marked: the trailer of its slot is neither empty nor valid",
		.cause = "The end of the slot holds remains: of an interrupted erase, of a flash driver that writes "
			 "wrongly (page or erase size), or of a partition that overlaps.",
		.fix = "Erase the slot, upload again and mark it. If that does not last, check the external flash's "
		       "driver and erase size and whether the slot ends on a sector.",
		.next = "erase the second slot and upload again",
		.settle = "Read the device's console at the mark (\"boot_set_next\") or MCUboot's at a boot: "
			  "\"magic=bad\" for the secondary image says it.",
		.commands = "mcumgr image erase\nmcumgr image upload zephyr.signed.bin\nmcumgr image test <hash>",
		.source = "DZ106962, MB762, src:mb:bootutil_public.c",
	},
	{
		.id = "overwrite-only-semantics",
		.rank = 680,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.seen = { "was tested but it did not switch to a pending state" },
		.when = overwrite,
		.title = "MCUboot only overwrites here: there is no trial and no way back",
		.cause = "In this mode an image marked for test is installed for good at the next boot, and the old "
			 "one is gone.",
		.fix = "Use \"Confirm only\" in clients and do not count on a rollback; choose a swap mode if one is "
		       "needed.",
		.source = "src:mb:loader.c, ACAD",
	},
	{
		.id = "image-already-active",
		.rank = 145,
		.severity = TUG_SEV_HARMLESS,
		.seen = { "Image: %d (slot: %d) already active" },
		.when = already_active,
		.title = "The device already runs this very image, so there was nothing to upload",
		.cause = "The hash of the file is that of the running image. A hash covers header and content: an "
			 "unchanged build with an unchanged version has the same one.",
		.fix = "Check that the file is the new build; raise its version.",
		.source = "src:and:Validate.java",
	},
	{
		.id = "downgrade-forbidden-misleading",
		.rank = 150,
		.severity = TUG_SEV_HARMLESS,
		.seen = { "Downgrade forbidden", "Possible reason: downgrade prevention enabled" },
		.when = downgrade,
		.title = "\"Downgrade forbidden\" is this client's guess whenever a flag is not set after its command",
		.cause = "The library compares no versions. Usually the image was already marked for test, so that the "
			 "confirm changed nothing.",
		.fix = "Reset the device and list the images. Only if the new version really is lower, raise it or "
		       "build MCUboot without downgrade prevention.",
		.source = "src:and:Confirm.java, Test.java",
	},
	{
		.id = "same-version-everywhere",
		.rank = 620,
		.severity = TUG_SEV_ADVICE,
		.when = same_version,
		.title = "Every image reports version 0.0.0, so versions do not tell images apart",
		.cause = "The version that imgtool writes into the header was never set. Only hashes differ, downgrade "
			 "prevention and DirectXIP cannot work.",
		.fix = "Set {ncs<2.7:CONFIG_MCUBOOT_IMAGE_VERSION;CONFIG_MCUBOOT_IMGTOOL_SIGN_VERSION} (\"1.2.3+4\") "
		       "or keep a VERSION file, and count it up with each build.",
		.commands = "CONFIG_MCUBOOT_IMGTOOL_SIGN_VERSION=\"1.2.3+4\"",
		.source = "NCS15998; DZ104511",
	},
};

const struct tug_rule_set tug_rules_state = { rules, sizeof(rules) / sizeof(rules[0]) };
