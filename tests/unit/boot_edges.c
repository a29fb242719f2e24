/* SPDX-License-Identifier: Apache-2.0
 *
 * Corner cases of the boot core: the console's wording, impossible configurations and layouts, images that must be
 * refused, and the places where we are stricter than the format demands.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/boot_small.h"

/* ---- console --------------------------------------------------------------------------------------- */

static void console_of_a_test_and_revert(void **state)
{
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_move);
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
	assert_string_equal(w.console, "I: Starting bootloader\n"
				       "I: Primary image: magic=unset, swap_type=0x1, copy_done=0x3, image_ok=0x3\n"
				       "I: Secondary image: magic=unset, swap_type=0x1, copy_done=0x3, image_ok=0x3\n"
				       "I: Boot source: none\n"
				       "I: Image index: 0, Swap type: none\n"
				       "I: Bootloader chainload address offset: 0x400\n"
				       "I: Image version: v1.0.0\n");
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
	expect_said(&w, "I: Secondary image: magic=good, swap_type=0x2, copy_done=0x3, image_ok=0x3");
	expect_said(&w, "I: Image index: 0, Swap type: test");
	expect_said(&w, "I: Starting swap using move algorithm.");
	expect_said(&w, "I: Image version: v2.3.4");
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_REVERT);
	expect_said(&w, "I: Primary image: magic=good, swap_type=0x2, copy_done=0x1, image_ok=0x3");
	expect_said(&w, "I: Image index: 0, Swap type: revert");
	world_free(&w);
}

static void console_of_a_resumed_swap(void **state)
{
	struct tug_boot_rsp rsp;
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_move);
	assert_int_equal(world_set_pending(&w, true), TUG_OK);
	tug_sim_flash_cut(w.flash, 20, TUG_SIM_CUT_BEFORE, 0);
	assert_int_equal(world_boot(&w, &rsp), TUG_EPOWER);
	assert_int_equal(rsp.swapped, TUG_SWAP_NONE);
	tug_sim_flash_power_up(w.flash);
	assert_int_equal(boots(&w, &w.new), TUG_SWAP_PERM);
	expect_said(&w, "I: Boot source: primary slot");
	expect_said(&w, "I: Image index: 0, Swap type: perm");
	world_free(&w);
}

static void console_of_an_overwrite(void **state)
{
	struct world w;

	(void)state;
	make(&w, &tug_boot_overwrite);
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
	assert_string_equal(w.console, "I: Starting bootloader\n"
				       "I: Image index: 0, Swap type: test\n"
				       "I: Image 0 upgrade secondary slot -> primary slot\n"
				       "I: Erasing the primary slot\n"
				       "I: Image 0 copying the secondary slot to the primary slot: 0x2000 bytes\n"
				       "I: Bootloader chainload address offset: 0x400\n"
				       "I: Image version: v2.3.4\n");
	world_free(&w);
}

/* Fed once per erase and once per chunk of 1024. */
static void watchdog_is_fed(void **state)
{
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_move);
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	w.feeds = 0;
	assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
	/* 3 sectors of one chunk: 2 trailers; 3 moves; 6 exchanges; an erase and a chunk each */
	assert_int_equal(w.feeds, 2 + 2 * (3 + 6));
	world_free(&w);
}

/* ---- configuration and layout ---------------------------------------------------------------------- */

static void impossible_configurations(void **state)
{
	struct tug_boot_rsp rsp;
	struct tug_boot_cfg good;
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_move);
	good = w.cfg;
	w.cfg.mode = NULL;
	assert_int_equal(world_boot(&w, &rsp), TUG_EINVAL);
	w.cfg = good;
	w.cfg.crypto = NULL;
	assert_int_equal(world_boot(&w, &rsp), TUG_EINVAL);
	w.cfg = good;
	w.cfg.max_align = 4;
	assert_int_equal(world_boot(&w, &rsp), TUG_EINVAL);
	w.cfg.max_align = 64;
	assert_int_equal(world_boot(&w, &rsp), TUG_EINVAL);
	w.cfg = good;
	w.cfg.max_sectors = 0;
	assert_int_equal(world_boot(&w, &rsp), TUG_EINVAL);
	w.cfg.max_sectors = 2000; /* the trailer alone is larger than the slot */
	assert_int_equal(world_boot(&w, &rsp), TUG_EINVAL);
	w.cfg = good;
	w.cfg.pri.size = 1u << 30; /* beyond the device */
	assert_int_not_equal(world_boot(&w, &rsp), TUG_OK);
	assert_int_equal(ops(&w), 0);
	w.cfg = good;
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
	world_free(&w);
}

/* A layout that cannot swap: said once per boot, nothing changed, the old image runs. */
static void expect_no_swap(const struct geometry *g, const char *line)
{
	struct tug_boot_rsp rsp;
	struct world w;
	uint64_t before;

	world_make(&w, g, &tug_boot_swap_move, image_make(payload_old, 300, 32, 0, v1),
		   image_make(payload_new, 300, 32, 0, v2));
	assert_int_equal(world_set_pending(&w, true), TUG_OK);
	before = ops(&w);
	assert_int_equal(world_boot(&w, &rsp), TUG_OK);
	assert_int_equal(rsp.swapped, TUG_SWAP_NONE);
	assert_true(world_holds(&w, &w.cfg.pri, &w.old));
	expect_said(&w, line);
	assert_int_equal(ops(&w), before);
	world_free(&w);
}

static void layouts_that_cannot_swap(void **state)
{
	static const struct geometry mixed = {
		"mixed", { { 1024, 12 }, { 512, 12 } }, 2, 4, 0xff, 1024, 8192, 9216, 8192, 32, 8, 0, 0,
	};
	static const struct geometry many = {
		"many", { { 256, 80 } }, 1, 4, 0xff, 1024, 8192, 10240, 8192, 16, 8, 0, 0,
	};
	static const struct geometry unequal = {
		"unequal", { { 1024, 20 } }, 1, 4, 0xff, 1024, 8192, 10240, 6144, 32, 8, 0, 0,
	};

	(void)state;
	expect_no_swap(&mixed, "W: Cannot upgrade: not same sector layout");
	expect_no_swap(&many, "W: Cannot upgrade: more sectors than allowed");
	expect_no_swap(&unequal, "W: Cannot upgrade: not a compatible amount of sectors");
}

/* The old image leaves no room to move: the update stays due, the old image runs, flash is not touched. */
static void no_room_to_move(void **state)
{
	struct world w;
	uint64_t before;

	(void)state;
	world_make(&w, &geo_small, &tug_boot_swap_move, image_make(payload_old, 7 * 1024 - 100, 32, 0, v1),
		   image_make(payload_new, 3000, 32, 0, v2));
	w.cfg.validate_primary = false; /* it is over the limit itself */
	assert_int_equal(world_set_pending(&w, true), TUG_OK);
	before = ops(&w);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
		expect_said(&w, "W: Not enough free space to run swap upgrade");
		expect_said(&w, "W: required 8192 bytes but only 7168 are available");
	}
	assert_int_equal(ops(&w), before);
	assert_int_equal(world_trailer(&w, &w.cfg.sec).magic, TUG_GOOD);
	world_free(&w);
}

/* ---- limits ---------------------------------------------------------------------------------------- */

/* The mark of an image that was padded when it was signed: the magic alone. */
static void mark_as_padded(struct world *w)
{
	struct tug_io io = tug_io_of_area(&w->cfg.sec);
	struct tug_trailer_geo g = tug_boot_geo(&w->cfg, w->cfg.sec.size);

	assert_int_equal(tug_trailer_write_magic(&io, &g), TUG_OK);
}

static void largest_image(void **state)
{
	static const struct tug_boot_mode_ops *const modes[] = { &tug_boot_swap_move, &tug_boot_overwrite,
								 &tug_boot_overwrite_fast };
	static const uint32_t limits[] = { 122880, 131032, 131032 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		for (uint32_t over = 0; over < 2; over++) {
			uint32_t payload = limits[i] - image_overhead(32, 0) + over;
			struct world w;

			world_make(&w, &geo_128k, modes[i], image_make(payload_old, 100, 32, 0, v1),
				   image_make(payload_new, payload, 32, 0, v2));
			assert_int_equal(tug_boot_max_image(&w.cfg), limits[i]);
			mark_as_padded(&w);
			if (over == 0) {
				assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
			} else {
				assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
				expect_said(&w, "E: Image in the secondary slot is not valid!");
				assert_int_equal(world_trailer(&w, &w.cfg.sec).magic, TUG_UNSET);
			}
			world_free(&w);
		}
	}
	assert_int_equal(tug_boot_mode_number(&tug_boot_swap_move), 3);
	assert_int_equal(tug_boot_mode_number(&tug_boot_overwrite), 2);
	assert_int_equal(tug_boot_mode_number(&tug_boot_overwrite_fast), 2);
}

/* The mode that copies images only writes a unit more than the image: also where that unit is in the next sector. */
static void fast_overwrite_at_a_sector_edge(void **state)
{
	struct world w;

	(void)state;
	world_make(&w, &geo_small, &tug_boot_overwrite_fast, image_make(payload_old, 7000, 32, 0, v1),
		   image_make(payload_new, 2048 - image_overhead(32, 0), 32, 0, v2));
	assert_int_equal(w.new.len, 2048);
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
	assert_int_equal(tug_sim_flash_broken(w.flash)->twice, 0);
	world_free(&w);
}

/* ---- images that must not run ---------------------------------------------------------------------- */

static void expect_secondary_erased(struct world *w)
{
	const uint8_t *p = &tug_sim_flash_bytes(w->flash)[w->cfg.sec.off];

	for (uint32_t i = 0; i < w->cfg.sec.size; i++) {
		assert_int_equal(p[i], w->geo->erased);
	}
}

/* Any octet of header, payload or TLVs wrong: refused, erased, the old one runs, and that is final. */
static void bad_secondary(void **state)
{
	static const uint32_t at[] = { 0, 8, 12, 40, 2500, 3034, 3045, 3071 };

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		uint64_t before;
		struct world w;

		make(&w, &tug_boot_swap_move);
		tug_sim_flash_bytes(w.flash)[w.cfg.sec.off + at[i]] ^= 0x04;
		assert_int_equal(world_set_pending(&w, true), TUG_OK);
		assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
		expect_said(&w, "E: Image in the secondary slot is not valid!");
		expect_secondary_erased(&w);
		before = ops(&w);
		assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
		assert_int_equal(ops(&w), before);
		world_free(&w);
	}
}

/* Octets without image magic but with the flag "not bootable": not an image that was put there on purpose. */
static void garbage_that_looks_not_bootable(void **state)
{
	struct world w;
	uint8_t *sec;

	(void)state;
	make(&w, &tug_boot_swap_move);
	sec = &tug_sim_flash_bytes(w.flash)[w.cfg.sec.off];
	memset(sec, 0x11, 3000);
	sec[16] = TUG_IMG_F_NON_BOOTABLE;
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
	expect_secondary_erased(&w);
	world_free(&w);
}

static void not_bootable(void **state)
{
	struct tug_boot_rsp rsp;
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_move);
	tug_sim_flash_bytes(w.flash)[w.cfg.sec.off + 16] |= TUG_IMG_F_NON_BOOTABLE;
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
	/* its octets stay, the mark goes */
	assert_int_equal(world_trailer(&w, &w.cfg.sec).magic, TUG_UNSET);
	assert_int_equal(tug_sim_flash_bytes(w.flash)[w.cfg.sec.off], 0x3d);
	tug_sim_flash_bytes(w.flash)[w.cfg.pri.off + 16] |= TUG_IMG_F_NON_BOOTABLE;
	assert_int_equal(world_boot(&w, &rsp), TUG_EERASED);
	w.cfg.validate_primary = false;
	assert_int_equal(world_boot(&w, &rsp), TUG_EERASED);
	world_free(&w);
}

static void bad_primary(void **state)
{
	struct test_image none = { NULL, 0 };
	struct tug_boot_rsp rsp;
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_move);
	tug_sim_flash_bytes(w.flash)[w.cfg.pri.off + 1000] ^= 1;
	assert_int_equal(world_boot(&w, &rsp), TUG_EHASH);
	expect_said(&w, "E: Image in the primary slot is not valid!");
	expect_said(&w, "E: Unable to find bootable image");
	assert_int_equal(ops(&w), 0); /* nothing is erased: it may be all there is */
	w.cfg.validate_primary = false;
	assert_int_equal(world_boot(&w, &rsp), TUG_OK);
	tug_sim_flash_bytes(w.flash)[w.cfg.pri.off] ^= 1;
	assert_int_equal(world_boot(&w, &rsp), TUG_EMAGIC);
	world_free(&w);
	world_make(&w, &geo_small, &tug_boot_overwrite, none, none);
	assert_int_equal(world_boot(&w, &rsp), TUG_EERASED);
	world_free(&w);
}

/* A primary image that went bad can still be replaced. */
static void bad_primary_is_replaced(void **state)
{
	static const struct tug_boot_mode_ops *const modes[] = { &tug_boot_swap_move, &tug_boot_overwrite };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct world w;

		make(&w, modes[i]);
		memset(&tug_sim_flash_bytes(w.flash)[w.cfg.pri.off], 0x5a, 100);
		assert_int_equal(world_set_pending(&w, true), TUG_OK);
		assert_int_equal(boots(&w, &w.new), TUG_SWAP_PERM);
		world_free(&w);
	}
}

static void downgrade(void **state)
{
	static const struct tug_boot_mode_ops *const modes[] = { &tug_boot_swap_move, &tug_boot_overwrite };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct world w;

		world_make(&w, &geo_small, modes[i], image_make(payload_old, 2000, 32, 0, v2),
			   image_make(payload_new, 3000, 32, 0, v1));
		assert_int_equal(world_set_pending(&w, true), TUG_OK);
		w.cfg.downgrade_prevention = true;
		assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
		expect_said(&w, i == 0 ? "I: Image 0 in slot 1 erased due to downgrade prevention"
				       : "E: Insufficient version in secondary slot");
		expect_secondary_erased(&w);
		world_place(&w, &w.cfg.sec, &w.new);
		assert_int_equal(world_set_pending(&w, true), TUG_OK);
		w.cfg.downgrade_prevention = false;
		assert_int_equal(boots(&w, &w.new), TUG_SWAP_PERM);
		world_free(&w);
	}
}

/* ---- stricter than the format ---------------------------------------------------------------------- */

/* A mark without an image, as a cut between the two last erases leaves it, must not wait for the next upload. */
static void stale_mark_of_an_overwrite(void **state)
{
	struct tug_boot_rsp rsp;
	struct world w;

	(void)state;
	make(&w, &tug_boot_overwrite);
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	tug_sim_flash_cut(w.flash, 8 + 8 + 2, TUG_SIM_CUT_BEFORE, 0); /* erases, chunks, first sector done */
	assert_int_equal(world_boot(&w, &rsp), TUG_EPOWER);
	tug_sim_flash_power_up(w.flash);
	assert_int_equal(world_trailer(&w, &w.cfg.sec).magic, TUG_GOOD);
	assert_int_equal(boots(&w, &w.new), TUG_SWAP_NONE);
	assert_int_equal(world_trailer(&w, &w.cfg.sec).magic, TUG_UNSET);
	world_free(&w);
}

/* Overwriting never goes back: without a mark in the secondary slot a cut would leave nothing that runs. */
static void overwrite_does_not_revert(void **state)
{
	struct tug_io io;
	struct tug_trailer_geo g;
	struct world w;
	uint64_t before;

	(void)state;
	make(&w, &tug_boot_overwrite);
	io = tug_io_of_area(&w.cfg.pri);
	g = tug_boot_geo(&w.cfg, w.cfg.pri.size);
	assert_int_equal(tug_trailer_write_flag(&io, &g, tug_trailer_copy_done_off(&g)), TUG_OK);
	assert_int_equal(tug_trailer_write_magic(&io, &g), TUG_OK);
	before = ops(&w);
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
	assert_int_equal(ops(&w), before);
	world_free(&w);
}

static void overwrite_between_unequal_slots(void **state)
{
	static const uint32_t sec_size[] = { 3072, 5120, 7168, 9216 };

	(void)state;
	for (size_t i = 0; i < sizeof(sec_size) / sizeof(sec_size[0]); i++) {
		struct geometry g = geo_small;
		struct world w;

		g.runs[0].count = 24;
		g.sec_size = sec_size[i];
		world_make(&w, &g, &tug_boot_overwrite, image_make(payload_old, 7000, 32, 0, v1),
			   image_make(payload_new, 2500, 32, 0, v2));
		assert_int_equal(tug_boot_max_image(&w.cfg), (sec_size[i] < 8192 ? sec_size[i] : 8192) - 40);
		assert_int_equal(world_set_pending(&w, true), TUG_OK);
		assert_int_equal(boots(&w, &w.new), TUG_SWAP_PERM);
		assert_int_equal(boots(&w, &w.new), TUG_SWAP_NONE);
		assert_int_equal(world_trailer(&w, &w.cfg.pri).magic, TUG_GOOD);
		assert_int_equal(world_trailer(&w, &w.cfg.sec).magic, TUG_UNSET);
		world_free(&w);
	}
}

struct spoiler {
	struct world *w;
	uint32_t writes;
	bool sec_touched;
};

/* Flash that takes a write and keeps something else. */
static void spoil(void *ctx, char op, uint32_t off, uint32_t len)
{
	struct spoiler *s = ctx;

	(void)len;
	s->sec_touched = s->sec_touched || off >= s->w->cfg.sec.off;
	s->writes += op == 'W';
	if (op == 'W' && s->writes == 4) {
		tug_sim_flash_bytes(s->w->flash)[s->w->cfg.pri.off + 100] ^= 1;
	}
}

static void overwrite_keeps_the_source_until_the_copy_verifies(void **state)
{
	(void)state;
	for (int validate = 0; validate < 2; validate++) {
		struct tug_boot_rsp rsp;
		struct world w;
		struct spoiler s = { &w, 0, false };

		make(&w, &tug_boot_overwrite);
		w.cfg.validate_primary = validate == 1;
		assert_int_equal(world_set_pending(&w, true), TUG_OK);
		tug_sim_flash_trace(w.flash, spoil, &s);
		assert_int_equal(world_boot(&w, &rsp), TUG_EHASH);
		tug_sim_flash_trace(w.flash, NULL, NULL);
		assert_false(s.sec_touched);
		assert_int_equal(boots(&w, &w.new), TUG_SWAP_PERM); /* and the next boot tries again */
		world_free(&w);
	}
}

/* The old image is gone: the trial cannot end, so it is kept, once and for all. */
static void nothing_to_revert_to(void **state)
{
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_move);
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
	memset(&tug_sim_flash_bytes(w.flash)[w.cfg.sec.off], 0xff, w.cfg.sec.size);
	tug_sim_flash_settle(w.flash);
	assert_int_equal(boots(&w, &w.new), TUG_SWAP_NONE);
	expect_said(&w, "W: Image 0: no image to revert to, keeping the primary image");
	assert_int_equal(world_trailer(&w, &w.cfg.pri).image_ok, TUG_GOOD);
	world_free(&w);
}

/* A revert that was cut is a revert when it goes on: its trailer says so, and downgrades do not apply to it. */
static void cut_revert_stays_a_revert(void **state)
{
	(void)state;
	for (uint32_t at = 1; at <= 12; at++) {
		struct tug_boot_rsp rsp;
		struct world w;

		make(&w, &tug_boot_swap_move);
		w.cfg.downgrade_prevention = true;
		assert_int_equal(world_set_pending(&w, false), TUG_OK);
		assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
		tug_sim_flash_cut(w.flash, at, TUG_SIM_CUT_BEFORE, 0);
		assert_int_equal(world_boot(&w, &rsp), TUG_EPOWER);
		tug_sim_flash_power_up(w.flash);
		assert_int_equal(boots(&w, &w.old), TUG_SWAP_REVERT);
		assert_int_equal(world_trailer(&w, &w.cfg.pri).swap_type, TUG_SWAP_REVERT);
		world_free(&w);
	}
}

/* A swap was begun and its image is gone or another one: it ends there, and a later upload is not taken unasked. */
static void begun_swap_without_its_image(void **state)
{
	(void)state;
	for (int other = 0; other < 2; other++) {
		struct test_image later = image_make(payload_new, 4000, 32, 0, v2);
		struct tug_boot_rsp rsp;
		struct world w;
		struct tug_trailer t;

		make(&w, &tug_boot_swap_move);
		assert_int_equal(world_set_pending(&w, false), TUG_OK);
		tug_sim_flash_cut(w.flash, 6, TUG_SIM_CUT_BEFORE, 0); /* trailer initialised, mark erased */
		assert_int_equal(world_boot(&w, &rsp), TUG_EPOWER);
		tug_sim_flash_power_up(w.flash);
		assert_int_equal(world_trailer(&w, &w.cfg.sec).magic, TUG_UNSET);
		if (other == 1) {
			world_place(&w, &w.cfg.sec, &later);
		} else {
			tug_sim_flash_bytes(w.flash)[w.cfg.sec.off + 50] ^= 1;
		}
		assert_int_equal(boots(&w, &w.old), TUG_SWAP_FAIL);
		t = world_trailer(&w, &w.cfg.pri);
		assert_int_equal(t.image_ok, TUG_GOOD);
		assert_int_equal(t.copy_done, TUG_GOOD);
		world_place(&w, &w.cfg.sec, &later);
		assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
		image_free(&later);
		world_free(&w);
	}
}

/* ---- trailers -------------------------------------------------------------------------------------- */

/* A trailer over several sectors is erased from its end: the magic goes first. */
static void long_trailer_is_erased_backwards(void **state)
{
	static const struct geometry g = {
		"long", { { 512, 44 } }, 1, 4, 0xff, 512, 8192, 9216, 8192, 128, 8, 0, 0,
	};
	struct tug_boot_rsp rsp;
	struct world w;

	(void)state;
	world_make(&w, &g, &tug_boot_swap_move, image_make(payload_old, 2000, 32, 0, v1),
		   image_make(payload_new, 2000, 32, 0, v2));
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	/* 1584 octets in 4 sectors: after one erase the status area is still there */
	memset(&tug_sim_flash_bytes(w.flash)[w.cfg.pri.off + 8192 - 2048], 0x42, 2048);
	tug_sim_flash_settle(w.flash);
	tug_sim_flash_cut(w.flash, 1, TUG_SIM_CUT_AFTER, 0);
	assert_int_equal(world_boot(&w, &rsp), TUG_EPOWER);
	tug_sim_flash_power_up(w.flash);
	assert_int_equal(tug_sim_flash_bytes(w.flash)[w.cfg.pri.off + 8192 - 1], 0xff);
	assert_int_equal(tug_sim_flash_bytes(w.flash)[w.cfg.pri.off + 8192 - 513], 0x42);
	assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
	world_free(&w);
}

/* A factory image whose last octets lie where status records would be: no update was ever begun. */
static void factory_image_over_the_status_area(void **state)
{
	struct tug_io io;
	struct tug_trailer_geo g;
	struct world w;
	uint64_t before;

	(void)state;
	make(&w, &tug_boot_swap_move);
	io = tug_io_of_area(&w.cfg.pri);
	g = tug_boot_geo(&w.cfg, w.cfg.pri.size);
	memset(&tug_sim_flash_bytes(w.flash)[w.cfg.pri.off + tug_trailer_status_off(&g)], 0x33, 64);
	tug_sim_flash_settle(w.flash);
	assert_int_equal(tug_trailer_write_flag(&io, &g, tug_trailer_image_ok_off(&g)), TUG_OK);
	assert_int_equal(tug_trailer_write_magic(&io, &g), TUG_OK);
	before = ops(&w);
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
	assert_int_equal(ops(&w), before);
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_REVERT);
	world_free(&w);
}

/* Octets of the cell of copy_done in the primary trailer. */
static uint8_t *copy_done_cell(struct world *w)
{
	struct tug_trailer_geo g = tug_boot_geo(&w->cfg, w->cfg.pri.size);

	return &tug_sim_flash_bytes(w->flash)[w->cfg.pri.off + tug_trailer_copy_done_off(&g)];
}

/* copy_done torn, also where its own octet still reads erased: it cannot be written, and the trial must end. */
static void torn_copy_done_reverts(void **state)
{
	(void)state;
	for (unsigned octet = 0; octet < 4; octet++) {
		struct world w;

		make(&w, &tug_boot_swap_move);
		assert_int_equal(world_set_pending(&w, false), TUG_OK);
		assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
		copy_done_cell(&w)[0] = 0xff;
		copy_done_cell(&w)[octet] = 0x41;
		assert_int_equal(boots(&w, &w.old), TUG_SWAP_REVERT);
		assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
		assert_int_equal(tug_sim_flash_broken(w.flash)->twice, 0);
		world_free(&w);
	}
}

/* A trailer that began, and records or a size that no swap can have: nothing is moved on their word. */
static void senseless_records(void **state)
{
	static const struct {
		uint32_t size;
		uint32_t record;
	} rows[] = {
		{ 3072, 10 },	    /* moved more sectors than there are */
		{ 3072, 32 + 7 },   /* exchanged more than there are */
		{ 0, 0 },	    /* nothing to swap */
		{ 8 * 1024, 0 },    /* more than there is room for */
		{ UINT32_MAX, 0 },  /* size never written */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_trailer_geo g;
		struct tug_io io;
		struct world w;
		uint64_t before;

		make(&w, &tug_boot_swap_move);
		io = tug_io_of_area(&w.cfg.pri);
		g = tug_boot_geo(&w.cfg, w.cfg.pri.size);
		assert_int_equal(tug_trailer_write_swap_info(&io, &g, TUG_SWAP_TEST, 0), TUG_OK);
		assert_int_equal(tug_trailer_write_swap_size(&io, &g, rows[i].size), TUG_OK);
		assert_int_equal(tug_trailer_write_magic(&io, &g), TUG_OK);
		tug_sim_flash_bytes(w.flash)[w.cfg.pri.off + tug_trailer_status_off(&g) + rows[i].record * 4u] = 1;
		tug_sim_flash_settle(w.flash);
		before = ops(&w);
		assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
		expect_said(&w, "E: Detected inconsistent status!");
		assert_int_equal(ops(&w), before);
		/* and the next update is not hindered */
		assert_int_equal(world_set_pending(&w, false), TUG_OK);
		assert_int_equal(boots(&w, &w.new), TUG_SWAP_TEST);
		world_free(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(console_of_a_test_and_revert),
		cmocka_unit_test(console_of_a_resumed_swap),
		cmocka_unit_test(console_of_an_overwrite),
		cmocka_unit_test(watchdog_is_fed),
		cmocka_unit_test(impossible_configurations),
		cmocka_unit_test(layouts_that_cannot_swap),
		cmocka_unit_test(no_room_to_move),
		cmocka_unit_test(largest_image),
		cmocka_unit_test(fast_overwrite_at_a_sector_edge),
		cmocka_unit_test(bad_secondary),
		cmocka_unit_test(garbage_that_looks_not_bootable),
		cmocka_unit_test(not_bootable),
		cmocka_unit_test(bad_primary),
		cmocka_unit_test(bad_primary_is_replaced),
		cmocka_unit_test(downgrade),
		cmocka_unit_test(stale_mark_of_an_overwrite),
		cmocka_unit_test(overwrite_does_not_revert),
		cmocka_unit_test(overwrite_between_unequal_slots),
		cmocka_unit_test(overwrite_keeps_the_source_until_the_copy_verifies),
		cmocka_unit_test(nothing_to_revert_to),
		cmocka_unit_test(cut_revert_stays_a_revert),
		cmocka_unit_test(begun_swap_without_its_image),
		cmocka_unit_test(long_trailer_is_erased_backwards),
		cmocka_unit_test(factory_image_over_the_status_area),
		cmocka_unit_test(torn_copy_done_reverts),
		cmocka_unit_test(senseless_records),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
