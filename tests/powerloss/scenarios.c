/* SPDX-License-Identifier: Apache-2.0
 *
 * The stories in which power fails, the devices they happen on, and what may come of each. Data only; the judge
 * is in sweep.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sweep.h"

/* ---- devices --------------------------------------------------------------------------------------- */

/* Some octets before, between and behind the slots belong to nobody: an access there is found. */
const struct geometry geometries[] = {
	{ "4k-w4", { { 4096, 22 } }, 1, 4, 0xff, 4096, 32768, 40960, 32768, 128, 8, 81920, 4096 },
	{ "1k-w1", { { 1024, 22 } }, 1, 1, 0xff, 1024, 8192, 10240, 8192, 32, 8, 20480, 1024 },
	{ "1k-w8", { { 1024, 23 } }, 1, 8, 0xff, 1024, 8192, 10240, 8192, 32, 8, 20480, 2048 },
	{ "2k-w16", { { 2048, 22 } }, 1, 16, 0xff, 2048, 16384, 20480, 16384, 32, 16, 40960, 2048 },
	{ "4k-w32", { { 4096, 23 } }, 1, 32, 0xff, 4096, 32768, 40960, 32768, 32, 32, 81920, 8192 },
	{ "1k-w4-a32", { { 1024, 22 } }, 1, 4, 0xff, 1024, 8192, 10240, 8192, 16, 32, 20480, 1024 },
	{ "512-w4-long-trailer", { { 512, 46 } }, 1, 4, 0xff, 512, 8192, 9216, 8192, 128, 8, 22528, 512 },
	{ "256-w8-long-trailer", { { 256, 85 } }, 1, 8, 0xff, 256, 8192, 8704, 8192, 64, 8, 20480, 1024 },
	{ "1k-w4-erased-0", { { 1024, 22 } }, 1, 4, 0x00, 1024, 8192, 10240, 8192, 32, 8, 20480, 1024 },
	{ "2k-w16-erased-0", { { 2048, 23 } }, 1, 16, 0x00, 2048, 16384, 20480, 16384, 32, 16, 40960, 4096 },
	{ "1k-w4-one-more", { { 1024, 20 } }, 1, 4, 0xff, 1024, 9216, 10240, 8192, 32, 8, 0, 0 },
	{ "mixed-sectors", { { 512, 2 }, { 1024, 3 }, { 4096, 1 }, { 512, 16 }, { 1024, 1 } }, 5, 4, 0xff, 1024, 7168, 8192, 8192,
	  32, 8, 0, 0 },
	{ "smaller-secondary", { { 1024, 20 } }, 1, 8, 0xff, 1024, 8192, 10240, 5120, 32, 8, 0, 0 },
	{ "growing-sectors", { { 1024, 3 }, { 2048, 3 }, { 1024, 3 }, { 2048, 3 }, { 1024, 1 }, { 2048, 1 }, { 1024, 1 } }, 7, 4,
	  0xff, 1024, 8192, 10240, 8192, 32, 8, 19456, 2048 },
	{ "fine-secondary", { { 1024, 1 }, { 2048, 4 }, { 512, 19 }, { 2048, 1 }, { 512, 1 } }, 5, 8, 0xff, 1024, 8192, 10240, 8192,
	  32, 8, 18944, 2048 },
	{ "coarse-secondary", { { 512, 18 }, { 2048, 4 }, { 512, 7 } }, 3, 4, 0xff, 512, 8192, 9216, 8192, 64, 8, 17920, 2560 },
	/* the last one is large: for the long sweep */
	{ "4k-w4-128k-slots", { { 4096, 68 } }, 1, 4, 0xff, 4096, 131072, 135168, 131072, 128, 8, 270336, 4096 },
};
const size_t n_geometries = sizeof(geometries) / sizeof(geometries[0]);
const size_t n_quick_geometries = sizeof(geometries) / sizeof(geometries[0]) - 1u;

const struct sizes sizes[] = {
	{ "equal", 40, 40 },
	{ "grows", 15, 60 },
	{ "shrinks", 60, 15 },
	{ "limit", 100, 100 },
};
const size_t n_sizes = sizeof(sizes) / sizeof(sizes[0]);

const struct mode_row modes[] = {
	{ "move", &tug_boot_swap_move, true, false },
	{ "scratch", &tug_boot_swap_scratch, true, false },
	{ "overwrite", &tug_boot_overwrite, false, false },
	{ "overwrite-fast", &tug_boot_overwrite_fast, false, false },
	/* the same with both images encrypted */
	{ "move-enc", &tug_boot_swap_move, true, true },
	{ "copy-enc", &tug_boot_overwrite, false, true },
	{ "copy-fast-enc", &tug_boot_overwrite_fast, false, true },
};
const size_t n_modes = sizeof(modes) / sizeof(modes[0]);

/* ---- steps ----------------------------------------------------------------------------------------- */

static void must(int rc, const char *what)
{
	if (rc != TUG_OK) {
		fprintf(stderr, "preparing a scenario: %s: %s\n", what, tug_strerror(rc));
		abort();
	}
}

static void prep_mark_test(struct world *w)
{
	must(world_set_pending(w, false), "mark");
}

static void prep_mark_perm(struct world *w)
{
	must(world_set_pending(w, true), "mark");
}

static void prep_nothing(struct world *w)
{
	(void)w;
}

static void prep_trial(struct world *w)
{
	struct tug_boot_rsp rsp;

	must(world_set_pending(w, false), "mark");
	must(world_boot(w, &rsp), "trial boot");
}

/* The device has been updated before: its primary trailer is full of an earlier, confirmed swap. */
static void prep_mark_test_again(struct world *w)
{
	struct tug_boot_rsp rsp;

	must(world_set_pending(w, true), "mark");
	must(world_boot(w, &rsp), "first update");
	world_place(w, &w->cfg.sec, &w->new);
	{
		/* roles: the image that runs is the old one of this story */
		uint8_t *flash = tug_sim_flash_bytes(w->flash);

		if (w->cfg.enc != NULL) {
			memset(&flash[w->cfg.pri.off], w->geo->erased, w->new.len); /* as no swap leaves it behind an image */
		}
		memcpy(&flash[w->cfg.pri.off], w->old.bytes, w->old.len);
		tug_sim_flash_settle(w->flash);
	}
	must(world_set_pending(w, false), "mark again");
}

static void prep_half_way(struct world *w)
{
	struct tug_boot_rsp rsp;
	size_t size = tug_sim_flash_state_size(w->flash);
	void *state = malloc(size);
	uint64_t ops;

	if (state == NULL) {
		abort();
	}
	must(world_set_pending(w, false), "mark");
	tug_sim_flash_save(w->flash, state);
	ops = tug_sim_flash_ops(w->flash);
	must(world_boot(w, &rsp), "whole update");
	ops = tug_sim_flash_ops(w->flash) - ops;
	tug_sim_flash_load(w->flash, state);
	free(state);
	tug_sim_flash_cut(w->flash, ops / 2u, TUG_SIM_CUT_BEFORE, 0);
	if (world_boot(w, &rsp) != TUG_EPOWER) {
		fprintf(stderr, "preparing a scenario: the first cut did not fire\n");
		abort();
	}
	tug_sim_flash_power_up(w->flash);
}

static void spoil_secondary(struct world *w)
{
	tug_sim_flash_bytes(w->flash)[w->cfg.sec.off + w->new.len / 2u] ^= 0x10;
}

static void prep_bad_image(struct world *w)
{
	spoil_secondary(w);
	must(world_set_pending(w, false), "mark");
}

static void erase_secondary(struct world *w)
{
	memset(&tug_sim_flash_bytes(w->flash)[w->cfg.sec.off], w->geo->erased, w->cfg.sec.size);
	tug_sim_flash_settle(w->flash);
}

static void prep_mark_without_image(struct world *w)
{
	erase_secondary(w);
	must(world_set_pending(w, true), "mark");
}

static void prep_trial_old_lost(struct world *w)
{
	prep_trial(w);
	erase_secondary(w);
}

static void prep_trial_old_spoilt(struct world *w)
{
	prep_trial(w);
	tug_sim_flash_bytes(w->flash)[w->cfg.sec.off + w->old.len / 2u] ^= 0x10;
}

/* Both images change places, so that the secondary one is older. */
static void prep_downgrade(struct world *w)
{
	struct test_image swap = w->old;

	w->old = w->new;
	w->new = swap;
	world_place(w, &w->cfg.pri, &w->old);
	world_place(w, &w->cfg.sec, &w->new);
	w->cfg.downgrade_prevention = true;
	must(world_set_pending(w, true), "mark");
}

static void prep_trial_no_downgrade(struct world *w)
{
	w->cfg.downgrade_prevention = true;
	prep_trial(w);
}

int act_boot(struct world *w)
{
	struct tug_boot_rsp rsp;

	return world_boot(w, &rsp);
}

static int act_mark_test(struct world *w)
{
	return world_set_pending(w, false);
}

static int act_mark_perm(struct world *w)
{
	return world_set_pending(w, true);
}

static int act_confirm(struct world *w)
{
	return world_confirm(w);
}

/* ---- stories --------------------------------------------------------------------------------------- */

/*
 * A test update whose very last write, copy_done, is torn or complete when power goes counts as tried: the next
 * boot goes back. Torn writes of the application leave either state.
 */
const struct scenario scenarios[] = {
	{ "test", true, true, prep_mark_test, act_boot, false, NEW_OLD, NEW_NEW, 0, OLD_OLD },
	{ "test-confirm", true, false, prep_mark_test, act_boot, true, NEW_NEW, 0, 0, OLD_OLD },
	{ "test-again", true, false, prep_mark_test_again, act_boot, false, NEW_OLD, 0, 0, OLD_OLD },
	{ "resume", true, true, prep_half_way, act_boot, false, NEW_OLD, NEW_NEW, 0, OLD_OLD },
	{ "permanent", true, true, prep_mark_perm, act_boot, false, NEW_NEW, NEW_NEW, 0, 0 },
	{ "revert", true, false, prep_trial, act_boot, false, OLD_OLD, 0, 0, 0 },
	{ "revert-no-downgrade", true, false, prep_trial_no_downgrade, act_boot, false, OLD_OLD, 0, 0, 0 },
	{ "confirm", true, false, prep_trial, act_confirm, false, OLD_OLD, 0, NEW_NEW, NEW_NEW },
	{ "mark-test", true, true, prep_nothing, act_mark_test, false, OLD_OLD | NEW_OLD, OLD_OLD | NEW_NEW, 0, 0 },
	{ "mark-permanent", true, true, prep_nothing, act_mark_perm, false, OLD_OLD | NEW_OLD | NEW_NEW, OLD_OLD | NEW_NEW, 0, 0 },
	{ "bad-image", true, true, prep_bad_image, act_boot, false, OLD_OLD, OLD_OLD, 0, 0 },
	{ "mark-without-image", true, true, prep_mark_without_image, act_boot, false, OLD_OLD, OLD_OLD, 0, 0 },
	{ "old-lost", true, false, prep_trial_old_lost, act_boot, false, NEW_NEW, 0, 0, 0 },
	{ "old-spoilt", true, false, prep_trial_old_spoilt, act_boot, false, NEW_NEW, 0, 0, 0 },
	{ "downgrade", true, true, prep_downgrade, act_boot, false, OLD_OLD, OLD_OLD, 0, 0 },
};
const size_t n_scenarios = sizeof(scenarios) / sizeof(scenarios[0]);
