/* SPDX-License-Identifier: Apache-2.0
 *
 * Flash that cannot be read, written or erased, and a secondary slot on a device of its own: the old image keeps
 * running where that is safe, nothing unverified runs, and the update is done when flash works again.
 */
#include <string.h>

#include "tests/unit/boot_small.h"

/* ---- flash that fails ------------------------------------------------------------------------------ */

/* Every write and erase fails from the start: the old image runs, and the update is done when flash works again. */
static void dead_flash_keeps_the_old_image(void **state)
{
	struct tug_sim_fail all = { TUG_SIM_WRITE | TUG_SIM_ERASE, 0, 0, 0, 0, TUG_EIO };
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_move);
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	tug_sim_flash_fail(w.flash, &all);
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_FAIL);
	expect_said(&w, "E: Failed to update; Image=0, error=80");
	tug_sim_flash_fail(w.flash, NULL);
	assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
	world_free(&w);
}

/* The first sector to be moved into is worn: the update is given up, the old image stays for good. */
static void worn_sector_gives_up(void **state)
{
	struct tug_sim_fail worn = { TUG_SIM_ERASE, 1024 + 3 * 1024, 1024, 0, 0, TUG_EIO };
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_move);
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	tug_sim_flash_fail(w.flash, &worn);
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_FAIL);
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
	assert_int_equal(world_trailer(&w, &w.cfg.pri).image_ok, TUG_GOOD);
	world_free(&w);
}

/* The same in the middle: there is nothing that could run, and the next boot goes on where it stopped. */
static void worn_sector_in_the_middle(void **state)
{
	struct tug_sim_fail worn = { TUG_SIM_ERASE, 1024 + 1 * 1024, 1024, 0, 0, TUG_EIO };
	struct tug_boot_rsp rsp;
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_move);
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	tug_sim_flash_fail(w.flash, &worn);
	assert_int_equal(world_boot(&w, &rsp), TUG_EIO);
	assert_int_equal(world_boot(&w, &rsp), TUG_EIO);
	tug_sim_flash_fail(w.flash, NULL);
	assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_REVERT);
	world_free(&w);
}

/* A trial that cannot be reverted because flash fails does not run a second time. */
static void failing_revert_does_not_boot_the_trial(void **state)
{
	struct tug_sim_fail all = { TUG_SIM_WRITE | TUG_SIM_ERASE, 0, 0, 0, 0, TUG_EIO };
	struct tug_boot_rsp rsp;
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_move);
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
	tug_sim_flash_fail(w.flash, &all);
	assert_int_equal(world_boot(&w, &rsp), TUG_EIO);
	tug_sim_flash_fail(w.flash, NULL);
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_REVERT);
	world_free(&w);
}

/* Status records fail, data does not: with verification of the result the swap is worth finishing. */
static void status_writes_fail(void **state)
{
	struct tug_boot_rsp rsp;
	struct tug_sim_fail status;
	struct tug_trailer_geo g;
	struct world w;

	(void)state;
	for (int validate = 1; validate >= 0; validate--) {
		make(&w, &tug_boot_swap_move);
		w.cfg.validate_primary = validate == 1;
		g = tug_boot_geo(&w.cfg, w.cfg.pri.size);
		status = (struct tug_sim_fail){ TUG_SIM_WRITE, w.cfg.pri.off + tug_trailer_status_off(&g), 32 * 3 * 4, 0, 0,
						TUG_EIO };
		assert_int_equal(world_set_pending(&w, true), TUG_OK);
		tug_sim_flash_fail(w.flash, &status);
		if (validate == 1) {
			assert_int_equal(boots(&w, &w.new), TUG_SWAP_PERM);
			expect_said(&w, "W: 9 status write fails performing the swap");
			assert_true(world_holds(&w, &w.cfg.sec, &w.old));
		} else {
			assert_int_equal(world_boot(&w, &rsp), TUG_EIO);
			tug_sim_flash_fail(w.flash, NULL);
			assert_int_equal(boots(&w, &w.new), TUG_SWAP_PERM);
		}
		world_free(&w);
	}
}

/* The bad slot cannot be erased: that is no reason not to run the good one. */
static void refusing_fails(void **state)
{
	struct tug_sim_fail sec = { TUG_SIM_ERASE, geo_small.sec_off, geo_small.sec_size, 0, 0, TUG_EIO };
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_move);
	tug_sim_flash_bytes(w.flash)[w.cfg.sec.off + 50] ^= 1;
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	tug_sim_flash_fail(w.flash, &sec);
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
	expect_said(&w, "E: Flash access failed; Image=0, error=80");
	world_free(&w);
}

/* ---- two devices ----------------------------------------------------------------------------------- */

static struct tug_sim_flash *second_device(struct world *w, uint8_t unit, uint8_t erased)
{
	static const struct tug_sim_run runs[] = { { 1024, 8 } };
	struct tug_sim_flash_cfg cfg = { runs, 1, unit, erased, NULL, 0, 0 };
	struct tug_sim_flash *f = NULL;

	assert_int_equal(tug_sim_flash_create(&cfg, &f), TUG_OK);
	w->cfg.sec = (struct tug_flash_area){ tug_sim_flash_dev(f), 0, 8192, 2 };
	memcpy(tug_sim_flash_bytes(f), w->new.bytes, w->new.len);
	tug_sim_flash_settle(f);
	return f;
}

/* Secondary slot on a device of its own, with another write unit and erased value. */
static void secondary_on_another_device(void **state)
{
	static const struct {
		uint8_t unit;
		uint8_t erased;
	} kinds[] = { { 1, 0xff }, { 8, 0xff }, { 1, 0x00 } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct tug_sim_flash *ext;
		struct world w;

		make(&w, &tug_boot_swap_move);
		ext = second_device(&w, kinds[i].unit, kinds[i].erased);
		assert_int_equal(world_set_pending(&w, false), TUG_OK);
		assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
		assert_memory_equal(tug_sim_flash_bytes(ext), w.old.bytes, w.old.len);
		assert_int_equal(boots(&w, &w.old), TUG_SWAP_REVERT);
		assert_int_equal(tug_sim_flash_broken(ext)->align + tug_sim_flash_broken(ext)->twice, 0);
		tug_sim_flash_destroy(ext);

		w.cfg.mode = &tug_boot_overwrite;
		ext = second_device(&w, kinds[i].unit, kinds[i].erased);
		assert_int_equal(world_set_pending(&w, true), TUG_OK);
		assert_int_equal(boots(&w, &w.new), TUG_SWAP_PERM);
		assert_int_equal(world_trailer(&w, &w.cfg.pri).magic, TUG_GOOD);
		tug_sim_flash_destroy(ext);
		world_free(&w);
	}
}

/* The other device does not answer: the primary image runs, nothing is written, the update stays due. */
static void secondary_device_is_dead(void **state)
{
	struct tug_sim_fail dead = { TUG_SIM_READ | TUG_SIM_WRITE | TUG_SIM_ERASE, 0, 0, 0, 0, TUG_EIO };
	struct tug_sim_flash *ext;
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_move);
	ext = second_device(&w, 4, 0xff);
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	tug_sim_flash_fail(ext, &dead);
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
	expect_said(&w, "E: Secondary image of image pair (0.) is unreachable. Treat it as empty");
	assert_int_equal(ops(&w), 0);
	tug_sim_flash_fail(ext, NULL);
	assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
	tug_sim_flash_destroy(ext);
	world_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dead_flash_keeps_the_old_image),
		cmocka_unit_test(worn_sector_gives_up),
		cmocka_unit_test(worn_sector_in_the_middle),
		cmocka_unit_test(failing_revert_does_not_boot_the_trial),
		cmocka_unit_test(status_writes_fail),
		cmocka_unit_test(refusing_fails),
		cmocka_unit_test(secondary_on_another_device),
		cmocka_unit_test(secondary_device_is_dead),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
