/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: swaps that a restart cuts off, starts that lead nowhere, and what both leave behind.
 */
#include <string.h>

#include "boots_priv.h"
#include "refusal_priv.h"

/* ---- swaps that are cut ------------------------------------------------------------------------------------- */

static unsigned cuts(const struct tug_dg_facts *f, struct tug_hit *h, const struct tug_dg_boot **last)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < f->boots.n; i++) {
		const struct tug_dg_boot *b = &f->boots.boot[i];

		if (tug_dg_boot_cut(f, b)) {
			n++;
			*last = b;
			tug_hit_quote(h, b->swap_at.line > 0 ? &b->swap_at : &b->at);
			tug_hit_quote(h, &(b + 1)->at);
		}
	}
	return n;
}

/* In the same console, behind the line with which the swap that was cut began. */
static bool later_in(const struct tug_evidence *at, const struct tug_dg_boot *cut)
{
	uint32_t from = cut->swap_at.line > cut->at.line ? cut->swap_at.line : cut->at.line;

	return at->input == cut->at.input && at->line > from;
}

/* Somebody says that it was a watchdog: in words, or as the reset reason that the next boot prints. */
static bool watchdog_named(struct tug_hit *h, unsigned from, const struct tug_dg_boot *cut)
{
	for (unsigned i = from; i < from + 4; i++) {
		const struct tug_evidence *at = &h->seen[i]->last;

		if ((i < from + 2 || later_in(at, cut)) && h->seen[i]->count > 0) {
			tug_hit_quote(h, at);
			return true;
		}
	}
	return false;
}

static bool watchdog(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_boot *last = NULL;
	unsigned n = cuts(f, h, &last);
	bool named = n > 0 && watchdog_named(h, 0, last), over = n > 0 && tug_dg_boot_over(f, &last->at, false);

	if (n == 0 || (!named && (n < 2 || over))) {
		return false;
	}
	if (named && n < 2) {
		tug_hit_title(h, "A watchdog restarted the device in the middle of a swap");
	}
	if (over) {
		h->severity = TUG_SEV_DEGRADED; /* it came to an end after all */
	}
	if (tug_dg_conf_is(f->conf, TUG_ROLES_BOOT, "BOOT_WATCHDOG_FEED", "n")) {
		tug_hit_quote(h, &tug_dg_conf_get(f->conf, TUG_ROLES_BOOT, "BOOT_WATCHDOG_FEED")->at);
		tug_hit_cause(h, "MCUboot is built with CONFIG_BOOT_WATCHDOG_FEED=n, and a watchdog that the application started keeps "
				 "running over the restart.");
	}
	return true;
}

static bool cut_once(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_boot *last = NULL, *dead = tug_dg_boot_lost(f);
	unsigned n = cuts(f, h, &last);
	bool torn = tug_hit_stands(f, h, 0, false);

	if (dead != NULL) {
		tug_hit_quote(h, &dead->primary.at);
		tug_hit_quote(h, &dead->complaint);
		tug_hit_title(h, "A swap was cut off, and MCUboot cannot go on with it: it finds no image any more");
		tug_hit_fix(h, "Flash the device by cable or in serial recovery. Against it: a newer MCUboot (losses after cuts of swap using "
			       "move were fixed up to 2.1), swap using offset or scratch, a supply that holds over the swap, and serial "
			       "recovery with CONFIG_BOOT_SERIAL_NO_APPLICATION=y.");
		h->severity = TUG_SEV_BLOCKING;
		return true;
	}
	if (n == 0 && !torn) {
		return false;
	}
	if (n > 0 && (watchdog_named(h, 1, last) || (n > 1 && !tug_dg_boot_over(f, &last->at, false)))) {
		return false; /* named, or again and again: another rule */
	}
	if (n > 0 && tug_dg_boot_over(f, &last->at, false)) {
		tug_hit_title(h, "A restart cut off a swap; the next start went on with it and finished");
		h->severity = TUG_SEV_HARMLESS;
	}
	return true;
}

static bool silence(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_boots *b = &f->boots;
	const struct tug_dg_boot *last = b->n > 0 ? &b->boot[b->n - 1] : NULL;
	const struct tug_dg_sym *clean = tug_dg_conf_get(f->conf, TUG_ROLES_BOOT, "MCUBOOT_CLEANUP_ARM_CORE");
	unsigned silent = 0;
	bool talks = false, off = clean != NULL && strcmp(clean->value, "n") == 0;

	if (last == NULL || !last->jumped || last->app || f->smp.frames > 0 || f->smp.link.ups > 0) {
		return false;
	}
	for (uint32_t i = 0; i < b->n; i++) {
		if (b->boot[i].at.input == last->at.input) {
			talks = talks || b->boot[i].app;
			silent = b->boot[i].app || !b->boot[i].jumped ? 0 : silent + 1;
		}
	}
	if (silent >= 2 && strcmp(last->swap, "revert") == 0) {
		return false; /* swapped back at once: the rules on reverts */
	}
	if (!talks && silent < 2 && !off) {
		return false; /* a paste may end at the jump */
	}
	tug_hit_quote(h, &last->jump_at);
	tug_hit_possible(h, talks || off || silent > 2 ? TUG_SEV_DEGRADED : TUG_SEV_ADVICE);
	if (off) {
		tug_hit_quote(h, &clean->at);
	}
	return true;
}

/* ---- left over ---------------------------------------------------------------------------------------------- */

static bool trailer_left(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r;
	const struct tug_dg_list *l;
	uint32_t i = 0;

	while ((r = tug_dg_refusal_next(&f->smp, 1, 1, &i)) != NULL) {
		l = tug_dg_list_at(f, r);
		if (!tug_dg_refused_with(r, -1, 9) || l == NULL || l->cut || tug_dg_slot(l, 0, 1) != NULL || tug_dg_slot(l, 0, 0) == NULL ||
		    f->smp.upload.image != 0 || tug_dg_recovery(f) || tug_dg_well_after(f, &r->last)) {
			continue;
		}
		tug_hit_quote(h, &l->at);
		tug_hit_quote(h, &r->request);
		tug_hit_quote(h, &r->first);
		for (uint32_t k = 0; k < f->boots.n; k++) {
			const struct tug_dg_trailer *t = &f->boots.boot[k].secondary;

			if (t->known && (strcmp(t->magic, "good") == 0 || strcmp(t->magic, "bad") == 0)) {
				tug_hit_quote(h, &t->at);
				return true;
			}
		}
		tug_hit_possible(h, TUG_SEV_DEGRADED);
		return true;
	}
	return false;
}

static bool bootstrap(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_boot *copied = NULL;
	bool on = tug_dg_conf_is(f->conf, TUG_ROLES_BOOT, "BOOT_BOOTSTRAP", "y");

	for (uint32_t i = 0; i < f->boots.n; i++) {
		const struct tug_dg_boot *b = &f->boots.boot[i];

		if (strcmp(b->algorithm, "overwrite") == 0 && (on || b->primary.known) && strcmp(b->swap, "test") != 0 &&
		    strcmp(b->swap, "perm") != 0) {
			copied = b;
		} else if (copied != NULL && strcmp(b->swap, "revert") == 0) {
			tug_hit_quote(h, &copied->at);
			tug_hit_quote(h, &b->swap_at);
			return true;
		}
	}
	return false;
}

static const struct tug_rule rules[] = {
	{
		.id = "boot-watchdog-during-swap",
		.rank = 40,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "atchdog reset", "reset by watchdog", "eset reason: watchdog", "eset cause: watchdog" },
		.when = watchdog,
		.title = "The device restarts again and again in the middle of a swap",
		.cause = "Most often a watchdog: the application started it, on Nordic chips it runs on over a soft reset, and the swap takes "
			 "longer than its window. A supply that breaks down while the flash is erased looks the same.",
		.fix = "Let MCUboot feed it: CONFIG_BOOT_WATCHDOG_FEED=y in {mcuboot.conf} (an external watchdog needs a hook), give the watchdog "
		       "a longer window, or stop it before the reset where the chip can. Read the reset reason to tell a watchdog from a brown-out.",
		.next = "set CONFIG_BOOT_WATCHDOG_FEED=y in {mcuboot.conf} and lengthen the window of the watchdog",
		.commands = "CONFIG_BOOT_WATCHDOG_FEED=y",
		.source = "MB480, src:mb:Kconfig",
	},
	{
		.id = "boot-power-loss-in-swap",
		.rank = 62,
		.severity = TUG_SEV_DEGRADED,
		.seen = { "Detected inconsistent status!", "atchdog reset", "reset by watchdog", "eset reason: watchdog",
			  "eset cause: watchdog" },
		.when = cut_once,
		.title = "A restart cut off a swap",
		.cause = "Power, a reset pin or a watchdog ended a swap. MCUboot goes on with it at the next start; versions before 1.7 could "
			 "lose both images when they swap using move.",
		.fix = "Let swaps finish (keep supply and reset pin steady, CONFIG_BOOT_WATCHDOG_FEED=y), and update MCUboot when it is old.",
		.commands = "CONFIG_BOOT_WATCHDOG_FEED=y",
		.source = "Z28933, MB1588, MB1643",
	},
	{
		.id = "boot-jump-then-silence",
		.rank = 60,
		.severity = TUG_SEV_DEGRADED,
		.when = silence,
		.title = "After MCUboot's jump the application prints nothing",
		.cause = "When it really does not run: MCUboot left the MPU on (CONFIG_MCUBOOT_CLEANUP_ARM_CORE=n), MCUboot built with LTO "
			 "(NCS 2.7 to 3.0.2), a watchdog of the old application, an image linked without the bootloader's offset, or a fault before "
			 "the console is up.",
		.fix = "Set CONFIG_MCUBOOT_CLEANUP_ARM_CORE=y in {mcuboot.conf}, build application and bootloader together, and look with a debugger "
		       "where the program counter stays.",
		.settle = "Make sure that the application has a console on this port at all, and flash it once without MCUboot: when it "
			  "starts then, it is the jump",
		.commands = "CONFIG_MCUBOOT_CLEANUP_ARM_CORE=y",
		.source = "KI:NCSDK-20104, KI:NCSDK-33173, KI:NCSDK-34594, MB1643, MB1091",
	},
	{
		.id = "boot-trailer-left",
		.rank = 126,
		.severity = TUG_SEV_BLOCKING,
		.when = trailer_left,
		.title = "Slot 1 lists no image, and yet the upload finds no free slot: a trailer was left there",
		.cause = "MCUboot was erasing a rejected image when the device restarted: the image is gone, its mark for the next boot is not, "
			 "and the server takes the slot for in use.",
		.fix = "Erase slot 1 (image erase, else with a debugger). Current MCUboot clears such a trailer at the next start.",
		.next = "erase slot 1 and upload again",
		.settle = "Read MCUboot's console of one start: its line on the secondary image says magic=good or magic=bad when a "
			  "trailer is left",
		.commands = "mcumgr -c CONN image erase",
		.source = "MB762, src:mb:loader.c",
	},
	{
		.id = "boot-bootstrap-unconfirmed",
		.rank = 130,
		.severity = TUG_SEV_DEGRADED,
		.when = bootstrap,
		.title = "MCUboot installed the first image itself, nobody confirmed it, and a later start reverts",
		.cause = "With CONFIG_BOOT_BOOTSTRAP=y the image is copied from slot 1 at the first start without being marked as confirmed. A "
			 "later start takes it for an update on trial and swaps back.",
		.fix = "Confirm in the application at its first start (boot_write_img_confirmed()), or flash slot 0 directly and leave out "
		       "CONFIG_BOOT_BOOTSTRAP.",
		.source = "MB2811",
	},
};

const struct tug_rule_set tug_rules_cut = { rules, sizeof(rules) / sizeof(rules[0]) };
