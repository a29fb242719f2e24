/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: the bootloader swaps the image in, or does not, or swaps it back.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "refusal_priv.h"

/* Patterns of MCUboot that say why it does not swap. Rows that ask for them list them all, in this order. */
#define WHY_NO_SWAP                                                                                                  \
	"Not enough free space to run swap upgrade", "Cannot upgrade: ", "BOOT_MAX_IMG_SECTORS=%d - too small",      \
		"is unreachable. Treat it as empty", "Failed reading image headers", "Failed to open flash areas",   \
		"slots are not compatible", "erased due to downgrade prevention",                                    \
		"Image in the secondary slot is not valid"
#define N_WHY_NO_SWAP 9u

static bool why_seen(const struct tug_hit *h, unsigned from)
{
	for (unsigned i = from; i < from + N_WHY_NO_SWAP; i++) {
		if (h->seen[i]->count > 0) {
			return true;
		}
	}
	return false;
}

/* ---- no swap ----------------------------------------------------------------------------------------------------- */

const struct tug_report_slot *tug_dg_never_swapped(const struct tug_dg_facts *f)
{
	const struct tug_dg_reset *r = &f->smp.reset;
	const struct tug_report_slot *before = tug_dg_pending(&r->before), *after;

	if (before == NULL || !r->after.known) {
		return NULL;
	}
	after = tug_dg_slot_of(&r->after, before->hash, before->hash_len);
	return after != NULL && after->pending && !after->active ? after : NULL;
}

/* The bootloader's console shows a trailer that the application never wrote there: two layouts, another rule. */
static bool trailer_elsewhere(const struct tug_dg_facts *f)
{
	for (uint32_t i = 0; i < f->boots.n; i++) {
		const struct tug_dg_trailer *t = &f->boots.boot[i].secondary;

		if (t->known && strcmp(t->magic, "unset") == 0) {
			return true;
		}
	}
	return false;
}

/* An image was pending before this log began, and something failed for it. */
static const struct tug_report_slot *old_mark(const struct tug_dg_facts *f)
{
	const struct tug_dg_smp *x = &f->smp;
	const struct tug_report_slot *s = tug_dg_pending(&x->first_list), *now;
	static const char *const hurt[] = { "confirm-refused-pending", "upload-slot-busy-pending", "erase-refused" };
	bool any = tug_dg_noop_confirm(f) != NULL;

	if (s == NULL || x->reset.requests > 0 ||
	    (x->n_writes > 0 && !tug_dg_later(&x->write[0].request, &x->first_list.at)) ||
	    (x->upload.chunks > 0 && !tug_dg_later(&x->upload.first, &x->first_list.at))) {
		return NULL;
	}
	now = tug_dg_slot_of(&x->list, s->hash, s->hash_len);
	for (size_t i = 0; i < sizeof(hurt) / sizeof(hurt[0]); i++) {
		uint32_t at = 0;

		any = any || tug_dg_refusal_by(f, hurt[i], &at) != NULL;
	}
	return any && (now == NULL || (now->pending && !now->active)) ? s : NULL;
}

/* It waited before the reset, and after it the device still says that one waits. */
static const struct tug_dg_refusal *still_refused(const struct tug_dg_facts *f)
{
	const struct tug_dg_reset *reset = &f->smp.reset;
	const struct tug_dg_refusal *r;
	uint32_t i = 0;

	if (tug_dg_pending(&reset->before) == NULL || reset->after.known) {
		return NULL;
	}
	while ((r = tug_dg_refusal_by(f, "confirm-refused-pending", &i)) != NULL) {
		if (tug_dg_later(&r->first, &reset->last)) {
			return r;
		}
	}
	return NULL;
}

static bool never_swaps(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_report_slot *s = tug_dg_never_swapped(f);
	char slot[TUG_DG_SLOT_TEXT];

	if (why_seen(h, 0) || trailer_elsewhere(f) || tug_dg_well_after(f, NULL)) {
		return false;
	}
	if (s != NULL) {
		tug_hit_quote(h, &f->smp.reset.before.at);
		tug_hit_quote(h, &f->smp.reset.last);
		tug_hit_quote(h, &f->smp.reset.after.at);
		tug_hit_title(h, "The image in %s still waits for the next boot after a reset: the bootloader does not "
				 "swap it",
			      tug_dg_slot_text(s, slot));
		return true;
	}
	if (still_refused(f) != NULL) {
		tug_hit_quote(h, &f->smp.reset.before.at);
		tug_hit_quote(h, &f->smp.reset.last);
		tug_hit_refusal(h, still_refused(f));
		tug_hit_title(h, "The image in %s waited before the reset, and after it the device still says that one "
				 "waits",
			      tug_dg_slot_text(tug_dg_pending(&f->smp.reset.before), slot));
		tug_hit_possible(h, TUG_SEV_DEGRADED);
		return true;
	}
	s = old_mark(f);
	if (s == NULL) {
		return false;
	}
	tug_hit_quote(h, &f->smp.first_list.at);
	tug_hit_title(h, "The image in %s was already waiting for a boot when this log began: if the device restarted "
			 "since, the bootloader refuses the swap",
		      tug_dg_slot_text(s, slot));
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

static bool swap_space(const struct tug_dg_facts *f, struct tug_hit *h)
{
	uint64_t size = f->smp.upload.len > 0 ? f->smp.upload.len : f->image_size;
	uint32_t slot = f->smp.device.slot_size[0];
	const struct tug_dg_boots *b = &f->boots;

	if (h->seen[0]->count > 0) {
		for (uint32_t i = 0; i < b->n; i++) {
			if (b->boot[i].algorithm[0] != '\0' && tug_dg_later(&b->boot[i].at, &h->seen[0]->last)) {
				return false; /* a later boot did swap */
			}
		}
		tug_hit_any(h);
		if (h->seen[1]->count > 0) {
			tug_hit_title(h, "MCUboot cannot swap: the images need %" PRId64 " octets, there are %" PRId64,
				      h->seen[1]->num[0], h->seen[1]->num[1]);
		}
		return !tug_dg_well_after(f, &h->seen[0]->last);
	}
	/* Without a console: still pending after a reset, and too long for a swap that moves by one sector. */
	if (tug_dg_never_swapped(f) == NULL || slot < 16384 || size + 8192 <= slot || size > slot) {
		return false;
	}
	tug_hit_quote(h, &f->smp.device.slots);
	tug_hit_quote(h, &f->smp.reset.after.at);
	tug_hit_title(h, "The image (%" PRIu64 " octets) may leave too little of its slot (%" PRIu32 ") for the swap",
		      size, slot);
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

/* ---- reverts ----------------------------------------------------------------------------------------------------- */

static const struct tug_dg_boot *double_reboot(const struct tug_dg_facts *f)
{
	const struct tug_dg_boots *b = &f->boots;

	for (uint32_t i = 0; i + 1 < b->n; i++) {
		const struct tug_dg_boot *one = &b->boot[i], *two = &b->boot[i + 1];

		if (strcmp(one->swap, "test") == 0 && strcmp(two->swap, "revert") == 0 && !one->app &&
		    one->at.input == two->at.input) {
			return two;
		}
	}
	return NULL;
}

static bool reverts_twice(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_boot *b = double_reboot(f);

	if (b == NULL || tug_dg_well_after(f, &b->at)) {
		return false;
	}
	tug_hit_quote(h, &b[-1].swap_at);
	tug_hit_quote(h, &b[-1].jump_at);
	tug_hit_quote(h, &b->swap_at);
	return true;
}

/* In `after` the image of `hash` lies in a slot without flags, and another one runs, confirmed. */
static bool fell_back(const struct tug_dg_list *after, const uint8_t *hash, size_t len)
{
	const struct tug_report_slot *s = after->known ? tug_dg_slot_of(after, hash, len) : NULL, *run;

	if (len == 0 || s == NULL || !tug_dg_flagless(s)) {
		return false;
	}
	run = tug_dg_active(after, s->image);
	return run != NULL && run->confirmed && !tug_dg_same_hash(run, s);
}

static bool reverted(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_smp *x = &f->smp;
	const struct tug_report_slot *was = tug_dg_pending(&x->reset.before);

	if (double_reboot(f) != NULL || tug_dg_well_after(f, NULL)) {
		return false;
	}
	if (x->testrun_seen && tug_dg_later(&x->list.at, &x->testrun_at) &&
	    fell_back(&x->list, x->testrun_hash, x->testrun_hash_len)) {
		char slot[TUG_DG_SLOT_TEXT];

		tug_hit_quote(h, &x->testrun_at);
		tug_hit_quote(h, &x->list.at);
		tug_dg_slot_text(tug_dg_slot_of(&x->list, x->testrun_hash, x->testrun_hash_len), slot);
		tug_hit_title(h, "The new image ran on trial and was reverted: %s is back without flags, the old one "
				 "runs", slot);
		return true;
	}
	if (was != NULL && fell_back(&x->reset.after, was->hash, was->hash_len)) {
		tug_hit_quote(h, &x->reset.before.at);
		tug_hit_quote(h, &x->reset.last);
		tug_hit_quote(h, &x->reset.after.at);
		return true;
	}
	for (uint32_t i = f->boots.n; i-- > 0;) {
		const struct tug_dg_boot *b = &f->boots.boot[i];

		if (strcmp(b->swap, "test") == 0 || strcmp(b->swap, "perm") == 0) {
			break; /* a later update than the revert */
		}
		if (strcmp(b->swap, "revert") == 0) {
			tug_hit_quote(h, &b->swap_at);
			return true;
		}
	}
	if (tug_hit_seen(h, 0)) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
		return true;
	}
	return false;
}

/* ---- never marked, wrong slot, erase ----------------------------------------------------------------------------- */

static bool not_marked(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_smp *x = &f->smp;

	if (!x->upload.completed || x->n_writes > 0 || x->client.said_success || tug_dg_direct_xip(f) ||
	    tug_dg_recovery(f) ||
	    x->device.mode == 6 || x->device.mode == 0 || x->device.mode == 7) {
		return false;
	}
	tug_hit_quote(h, x->upload.done.line != 0 ? &x->upload.done : &x->upload.last);
	if (x->reset.after.known && tug_dg_later(&x->reset.after.at, &x->upload.last)) {
		const struct tug_report_slot *s = tug_dg_slot(&x->reset.after, x->upload.image, 1);
		const struct tug_report_slot *run = tug_dg_active(&x->reset.after, x->upload.image);

		tug_hit_quote(h, &x->reset.last);
		tug_hit_quote(h, &x->reset.after.at);
		return tug_dg_flagless(s) && run != NULL && !tug_dg_same_hash(run, s);
	}
	/* The upload is the last that happened: say what comes next, where a person drives the steps. */
	if ((f->smp.src & (TUG_SRC_MCUMGR_CLI | TUG_SRC_SMPMGR | TUG_SRC_MCUMGRCTL)) == 0 || tug_dg_complaint(f) ||
	    (x->list.known && tug_dg_later(&x->list.at, &x->upload.last) && tug_dg_pending(&x->list) != NULL)) {
		return false;
	}
	tug_hit_title(h, "The image is uploaded, but nothing in this log marks it for the next boot");
	tug_hit_possible(h, TUG_SEV_ADVICE);
	return true;
}

static bool wrong_variant(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r = tug_hit_refusals(f, h);

	if (r != NULL && r->legacy && r->rsn[0] == '\0') {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
		return true;
	}
	if (r == NULL && (h->seen[0]->count == 0 || tug_dg_well_after(f, &h->seen[0]->last))) {
		return false;
	}
	tug_hit_any(h);
	return true;
}

static bool not_newer(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_smp *x = &f->smp;
	const struct tug_report_slot *run = tug_dg_active(&x->reset.after, x->upload.image), *other, *before;
	int order;

	if (x->device.mode != 4 || !x->upload.completed || run == NULL) {
		return false;
	}
	other = tug_dg_other_slot(&x->reset.after, run);
	before = tug_dg_active(&x->reset.before, x->upload.image);
	if (other == NULL || (before != NULL && !tug_dg_same_hash(before, run)) ||
	    !tug_dg_version_order(other->version, run->version, &order) || order > 0) {
		return false;
	}
	tug_hit_quote(h, &x->device.mode_at);
	tug_hit_quote(h, &x->reset.after.at);
	tug_hit_title(h, "The device keeps running %s since the uploaded %s is not "
			 "newer", run->version, other->version);
	return true;
}

static bool erase_refused(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r = tug_hit_refusals(f, h);
	const struct tug_dg_list *l = r != NULL ? tug_dg_list_at(f, r) : NULL;
	const struct tug_report_slot *s = l != NULL ? tug_dg_pending(l) : NULL;
	char slot[TUG_DG_SLOT_TEXT];

	if (r == NULL) {
		return false;
	}
	if (l != NULL) {
		tug_hit_quote(h, &l->at);
	}
	if (tug_dg_generic(r, TUG_RC_UNKNOWN)) {
		tug_hit_title(h, "The erase of a slot that is empty was answered with an error");
		tug_hit_cause(h, "Zephyr 3.3 does this; there is nothing to erase.");
		tug_hit_fix(h, "Nothing is needed: go on with the upload.");
		tug_hit_commands(h, "%s", "");
		h->severity = TUG_SEV_HARMLESS;
	} else if (s != NULL && (why_seen(h, 0) || tug_dg_never_swapped(f) != NULL)) {
		h->severity = TUG_SEV_BLOCKING;
		tug_hit_title(h, "The device is stuck: the bootloader does not swap %s, and the application refuses to "
				 "erase it",
			      tug_dg_slot_text(s, slot));
		tug_hit_fix(h, "Erase the second slot with a debugger, or flash an application with "
			       "CONFIG_MCUMGR_GRP_IMG_ALLOW_ERASE_PENDING=y (default since spring 2025), which may be "
			       "erased and uploaded over; a reset does not help as long as the cause above stands.");
	} else if (s != NULL) {
		tug_hit_title(h, "The erase is refused because %s waits for the next boot", tug_dg_slot_text(s, slot));
	} else if (l != NULL && tug_dg_trial(l) != NULL) {
		tug_hit_title(h, "The erase is refused because the running image is on trial: the other slot is the "
				 "way back");
	}
	return true;
}

/* ---- the rows ----------------------------------------------------------------------------------------------- */

static const struct tug_rule rules[] = {
	{
		.id = "swap-not-enough-space",
		.rank = 20,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Not enough free space to run swap upgrade", "required %d bytes but only %d are available" },
		.when = swap_space,
		.title = "MCUboot cannot swap: with these images the slots leave too little free space",
		.cause = "A swap that moves sectors needs one free sector and the trailer in the slot beside the "
			 "larger of BOTH images, the running one counts too. MCUboot then boots the old image every "
			 "time, the new one stays pending, and the application refuses uploads into that slot from now "
			 "on.",
		.fix = "Make the image smaller, the slots larger, or the primary slot one sector larger than the "
		       "secondary; or build MCUboot for overwrite only (CONFIG_BOOT_UPGRADE_ONLY=y in {mcuboot.conf}), "
		       "which cannot go back. A build with sysbuild reserves the trailer (CONFIG_ROM_END_OFFSET), so "
		       "the linker tells in time. A device in the field gets out of it over SMP only when its "
		       "application has CONFIG_MCUMGR_GRP_IMG_ALLOW_ERASE_PENDING=y, else with a debugger.",
		.next = "build an image that leaves two to three sectors of its slot free, then erase the second slot",
		.settle = "Read MCUboot's console for one boot: \"Not enough free space to run swap upgrade\" says it.",
		.commands = "CONFIG_MCUMGR_GRP_IMG_ALLOW_ERASE_PENDING=y\nmcumgr image erase",
		.source = "KI:NCSDK-20567, src:mb:swap_move.c, MM157, DZ78984, MB2283",
	},
	{
		.id = "directxip-wrong-variant",
		.rank = 60,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "has been built for offset %x, skipping",
			  "mage load address does not match the address of the flash area" },
		.when = wrong_variant,
		.title = "The image was linked for the other slot",
		.cause = "With DirectXIP an image runs where it lies, so each slot needs a build of its own.",
		.fix = "Upload the variant for the slot that is not running; a ZIP with both lets the client choose. "
		       "SB_CONFIG_MCUBOOT_BUILD_DIRECT_XIP_VARIANT=y builds the second one.",
		.next = "upload the variant that is linked for the slot that is not running",
		.settle = "Compare the address in the image's header (imgtool dumpinfo: load_addr) with the slot's "
			  "address.",
		.commands = "SB_CONFIG_MCUBOOT_BUILD_DIRECT_XIP_VARIANT=y",
		.source = "src:z:zephyr_img_mgmt.c; src:mb:loader.c; KI:NCSDK-30263",
	},
	{
		.id = "pending-never-swaps",
		.rank = 115,
		.severity = TUG_SEV_BLOCKING,
		.seen = { WHY_NO_SWAP },
		.when = never_swaps,
		.title = "An image still waits for the next boot after a reset: the bootloader does not swap it",
		.cause = "In order of likelihood: the device did not really restart; the image is too large for the "
			 "swap; the two slots' sectors do not fit each other or are more than MCUboot was built for; "
			 "MCUboot cannot reach the second slot (external flash); MCUboot and application disagree "
			 "about where slot 1 or its trailer is (partitions changed, MCUboot not reflashed); the "
			 "application is not started by MCUboot at all. A bad signature is NOT among them: MCUboot "
			 "erases an image it rejects, so it would no longer be listed.",
		.fix = "Read MCUboot's console for one boot, it names the reason. Compare partitions.yml of the "
		       "flashed bootloader with that of the application, and the image's size with what the swap "
		       "leaves of its slot: of n sectors n - 2 at most (a usual nRF52833 slot of 58: 229376 octets).",
		.next = "read MCUboot's console for one boot",
		.settle = "Reset the device and list the images: if it is still pending then, MCUboot refuses the swap "
			  "and its console says why; give the size of the signed file, too.",
		.commands = "mcumgr reset\nmcumgr image list",
		.source = "DZ86332, DZ128375, DZ115185, MM157, src:mb:loader.c",
	},
	{
		.id = "reverted-after-test",
		.rank = 110,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "found to be not Tested after Reset" },
		.when = reverted,
		.title = "The new image was swapped in for a test and reverted at the next boot, as nobody had "
			 "confirmed it",
		.cause = "A test boot lasts until the next restart. Nobody confirmed in time: the client did not get "
			 "back to the device, the application does not call boot_write_img_confirmed(), or it crashed "
			 "or was restarted by a watchdog.",
		.fix = "Let the application confirm itself once its self-test passed, or use the client's confirm; if "
		       "it restarts by itself, look for the crash on its console first.",
		.next = "look on the device's console whether the new application crashes, then confirm it in time",
		.settle = "Watch the console over the reset: \"Swap type: test\" and later \"Swap type: revert\" show "
			  "it; without a swap the image was rejected.",
		.commands = "mcumgr image test <hash>\nmcumgr reset\nmcumgr image confirm",
		.source = "FLU124, AND329, src:mb:bootutil_public.c",
	},
	{
		.id = "double-reboot-revert",
		.rank = 109,
		.severity = TUG_SEV_BLOCKING,
		.when = reverts_twice,
		.title = "MCUboot swapped the new image in and reverted it at the very next boot, before the "
			 "application said a word",
		.cause = "The new application faults at once (linked for another layout, moved settings partition), a "
			 "watchdog that the old application started is still running, or something resets the chip a "
			 "second time.",
		.fix = "Build the new image for the partitions of the old one, set CONFIG_BOOT_WATCHDOG_FEED=y in "
		       "{mcuboot.conf}, and try the new image alone, flashed by cable.",
		.next = "flash the new image directly with a debugger and see whether it starts",
		.commands = "CONFIG_BOOT_WATCHDOG_FEED=y",
		.source = "DZ103785, DZ63073, MB480",
	},
	{
		.id = "uploaded-not-marked",
		.rank = 120,
		.severity = TUG_SEV_BLOCKING,
		.when = not_marked,
		.title = "The image was uploaded but never marked for test or confirmed, so the restart did not swap "
			 "it",
		.cause = "The client's mode was \"None\" or \"Upload only\", meant for DirectXIP, or only \"image "
			 "upload\" was done. A swap bootloader looks only at images with a mark.",
		.fix = "Mark the image with the hash that the list shows and reset; or use the mode \"Test and "
		       "confirm\".",
		.next = "mark the image for test with the hash from the list, then reset",
		.settle = "List the images: a new hash in slot 1 without \"pending\" has to be marked.",
		.commands = "mcumgr image list\nmcumgr image test <hash of slot 1>\nmcumgr reset",
		.source = "src:and README; DZ90561",
	},
	{
		.id = "directxip-not-newer",
		.rank = 125,
		.severity = TUG_SEV_BLOCKING,
		.when = not_newer,
		.title = "The uploaded image is not newer than the running one, and DirectXIP boots the higher version",
		.cause = "Without revert this mode knows no marks: the version alone decides which slot starts.",
		.fix = "Give the new image a higher version.",
		.next = "raise the image's version and upload again",
		.commands = "CONFIG_MCUBOOT_IMGTOOL_SIGN_VERSION=\"1.2.4+0\"",
		.source = "src:z:img_mgmt_state.c",
	},
	{
		.id = "erase-refused",
		.rank = 140,
		.severity = TUG_SEV_DEGRADED,
		.seen = { WHY_NO_SWAP },
		.when = erase_refused,
		.title = "The device refuses to erase the second slot",
		.cause = "A slot that is marked for the next boot, or that is the way back of an image on trial, is "
			 "not erased.",
		.fix = "Reset first; confirm or let the trial end; then erase. "
		       "CONFIG_MCUMGR_GRP_IMG_ALLOW_ERASE_PENDING=y allows it at once.",
		.next = "reset the device and list the images",
		.commands = "mcumgr reset\nmcumgr image list\nCONFIG_MCUMGR_GRP_IMG_ALLOW_ERASE_PENDING=y",
		.source = "AND219, MM157, Z57319, Z64070, src:z:img_mgmt.c",
	},
};

const struct tug_rule_set tug_rules_swap = { rules, sizeof(rules) / sizeof(rules[0]) };
