/* SPDX-License-Identifier: Apache-2.0
 *
 * Swap-scratch beside the sweep: which layouts it refuses and what it says, limits, an old image that is too large,
 * failing flash, and scratch that goes with a refused image.
 */
#include "boot_small.h"

#include <stdio.h>
#include <string.h>

/* ---- layouts --------------------------------------------------------------------------------------- */

static void expect_no_swap(const struct geometry *g, const char *line)
{
	struct world w;
	uint64_t before;

	world_make(&w, g, &tug_boot_swap_scratch, image_make(payload_old, 300, 32, 0, v1), image_make(payload_new, 400, 32, 0, v2));
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	before = ops(&w);
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
	expect_said(&w, line);
	assert_int_equal(ops(&w), before);
	world_free(&w);
}

static void layouts_that_cannot_swap(void **state)
{
	static const struct geometry unequal = {
		"unequal", { { 1024, 22 } }, 1, 4, 0xff, 1024, 8192, 10240, 6144, 32, 8, 20480, 1024,
	};
	static const struct geometry crossing = { /* 3 sectors of 1024 against 2 of 1536 */
		"crossing", { { 1024, 9 }, { 1536, 6 }, { 1024, 3 } }, 3, 4, 0xff, 0, 9216, 9216, 9216, 32, 8, 18432, 2048,
	};
	static const struct geometry small_scratch = {
		"small scratch", { { 2048, 9 }, { 1024, 2 } }, 2, 4, 0xff, 0, 8192, 8192, 8192, 32, 8, 18432, 1024,
	};
	static const struct geometry many = {
		"many", { { 256, 81 } }, 1, 4, 0xff, 1024, 8192, 10240, 8192, 16, 8, 20480, 256,
	};
	static const struct geometry no_room = { /* a scratch trailer of 256 octets in 256 */
		"no room", { { 256, 81 } }, 1, 32, 0xff, 1024, 8192, 10240, 8192, 32, 32, 20480, 256,
	};

	(void)state;
	expect_no_swap(&unequal, "W: Cannot upgrade: slots differ in size");
	expect_no_swap(&crossing, "W: Cannot upgrade: slots have non-compatible sectors");
	expect_no_swap(&small_scratch, "W: Cannot upgrade: not all sectors fit inside scratch");
	expect_no_swap(&many, "W: Cannot upgrade: more sectors than allowed");
	expect_no_swap(&no_room, "W: Cannot upgrade: scratch has no room for a trailer");
}

static void configurations_refused(void **state)
{
	struct tug_boot_rsp rsp;
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_scratch);
	assert_int_equal(tug_boot_mode_number(w.cfg.mode), TUG_MODE_SWAP_SCRATCH);
	w.cfg.scratch.dev = NULL;
	assert_int_equal(world_boot(&w, &rsp), TUG_EINVAL);
	world_free(&w);
}

/* ---- limits ---------------------------------------------------------------------------------------- */

/* The trailer begins 48 octets before a sector's end, scratch needs 60: 12 octets stay free. */
static void limit_of_small_sectors(void **state)
{
	static const struct geometry g = {
		"512", { { 512, 46 } }, 1, 4, 0xff, 512, 8192, 9216, 8192, 128, 8, 22528, 512,
	};
	struct world w;

	(void)state;
	world_make(&w, &g, &tug_boot_swap_scratch, image_make(payload_old, 100, 32, 0, v1), image_make(payload_new, 100, 32, 0, v2));
	assert_int_equal(tug_boot_max_image(&w.cfg), 6596);
	world_free(&w);
}

/* MCUboot swaps out what does not fit and can never swap it back. */
static void old_image_too_large_stays(void **state)
{
	struct tug_boot_rsp rsp;
	struct world w;
	uint64_t before;

	(void)state;
	make(&w, &tug_boot_swap_scratch);
	image_free(&w.old);
	w.old = image_make(payload_old, tug_boot_max_image(&w.cfg) + 8u - image_overhead(32, 0), 32, 0, v1);
	world_place(&w, &w.cfg.pri, &w.old);
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	before = ops(&w);
	w.cfg.validate_primary = false; /* it is over the limit, which verification would say */
	assert_int_equal(world_boot(&w, &rsp), TUG_OK);
	assert_true(world_holds(&w, &w.cfg.pri, &w.old));
	expect_said(&w, "W: Not enough free space to run swap upgrade");
	assert_int_equal(ops(&w), before);
	world_free(&w);
}

/* ---- failures -------------------------------------------------------------------------------------- */

/* A worn scratch area costs the update, never the image that runs. */
static void worn_scratch(void **state)
{
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_scratch);
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	{
		struct tug_sim_fail f = { TUG_SIM_ERASE, w.cfg.scratch.off, w.cfg.scratch.size, 0, 0, TUG_EIO };

		tug_sim_flash_fail(w.flash, &f);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(boots(&w, &w.old), TUG_SWAP_FAIL);
	}
	tug_sim_flash_fail(w.flash, NULL);
	assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
	world_free(&w);
}

/* Power fails when scratch tells of a swap; then the image is spoilt. Scratch must not remember it. */
static void refused_image_is_forgotten(void **state)
{
	struct tug_boot_rsp rsp;
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_scratch);
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	tug_sim_flash_cut(w.flash, 5, TUG_SIM_CUT_AFTER, 0);
	assert_int_equal(world_boot(&w, &rsp), TUG_EPOWER);
	tug_sim_flash_power_up(w.flash);
	tug_sim_flash_bytes(w.flash)[w.cfg.sec.off + 100] ^= 1;
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
	expect_said(&w, "E: Image in the secondary slot is not valid!");
	world_place(&w, &w.cfg.sec, &w.new); /* uploaded, not marked */
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
	expect_said(&w, "I: Scratch: magic=unset, swap_type=0x1, copy_done=0x3, image_ok=0x3");
	world_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layouts_that_cannot_swap),  cmocka_unit_test(configurations_refused),
		cmocka_unit_test(limit_of_small_sectors),    cmocka_unit_test(old_image_too_large_stays),
		cmocka_unit_test(worn_scratch),		     cmocka_unit_test(refused_image_is_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
