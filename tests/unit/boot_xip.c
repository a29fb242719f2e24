/* SPDX-License-Identifier: Apache-2.0
 *
 * Direct-XIP: the newest image that verifies runs; with revert, an image that was not confirmed in its trial gives way;
 * whatever is cut, torn or fails, something that verifies runs, and the last such image is never erased.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_small.h"

static const char *const kinds[] = { "before", "random", "zeros", "ones", "after" };

static struct tug_io io_of(struct world *w, bool sec)
{
	return tug_io_of_area(sec ? &w->cfg.sec : &w->cfg.pri);
}

/* As imgtool pads: magic, and image_ok with `confirmed`. */
static void pad(struct world *w, bool sec, bool confirmed)
{
	struct tug_io io = io_of(w, sec);
	struct tug_trailer_geo g = tug_boot_geo(&w->cfg, io.size);

	if (confirmed) {
		assert_int_equal(tug_trailer_write_flag(&io, &g, tug_trailer_image_ok_off(&g)), TUG_OK);
	}
	assert_int_equal(tug_trailer_write_magic(&io, &g), TUG_OK);
}

static void confirm(struct world *w, bool sec)
{
	struct tug_io io = io_of(w, sec);
	struct tug_trailer_geo g = tug_boot_geo(&w->cfg, io.size);

	assert_int_equal(tug_set_confirmed(&io, &g), TUG_OK);
}

static void spoil(struct world *w, bool sec)
{
	tug_sim_flash_bytes(w->flash)[(sec ? w->cfg.sec.off : w->cfg.pri.off) + 1000u] ^= 4;
}

static bool empty(struct world *w, bool sec)
{
	const uint8_t *p = &tug_sim_flash_bytes(w->flash)[sec ? w->cfg.sec.off : w->cfg.pri.off];

	for (uint32_t i = 0; i < 8192; i++) {
		if (p[i] != w->geo->erased) {
			return false;
		}
	}
	return true;
}

/* 'p', 's': the slot that runs, verified; '!': none. */
static char runs(struct world *w)
{
	struct tug_boot_rsp rsp;

	if (world_boot(w, &rsp) != TUG_OK) {
		return '!';
	}
	assert_true(rsp.image_off == w->cfg.pri.off || rsp.image_off == w->cfg.sec.off);
	assert_true(world_verifies(w, rsp.image_off == w->cfg.pri.off ? &w->cfg.pri : &w->cfg.sec));
	assert_int_equal(rsp.hdr.magic, TUG_IMAGE_MAGIC);
	return rsp.image_off == w->cfg.pri.off ? 'p' : 's';
}

static void newest_runs(void **state)
{
	struct world w;

	(void)state;
	make(&w, &tug_boot_direct_xip);
	assert_int_equal(runs(&w), 's');
	expect_said(&w, "I: Image 0 loaded from the secondary slot");
	assert_int_equal(runs(&w), 's');
	assert_int_equal(ops(&w), 0);
	/* one that is not valid makes room for the next upload */
	spoil(&w, true);
	assert_int_equal(runs(&w), 'p');
	assert_true(empty(&w, true));
	world_place(&w, &w.cfg.sec, &w.old);
	assert_int_equal(runs(&w), 'p'); /* equal: the primary one */
	world_place(&w, &w.cfg.pri, &w.new);
	assert_int_equal(runs(&w), 'p');
	/* the only image that is there, and it is not valid: it stays for whoever looks */
	world_place(&w, &w.cfg.sec, &w.old);
	spoil(&w, true);
	spoil(&w, false);
	assert_int_equal(runs(&w), '!');
	assert_false(empty(&w, false) || empty(&w, true));
	world_free(&w);
}

static void linked_for_the_other_slot(void **state)
{
	struct world w;
	uint8_t *hdr;

	(void)state;
	make(&w, &tug_boot_direct_xip);
	hdr = &tug_sim_flash_bytes(w.flash)[w.cfg.sec.off];
	tug_put_le32(&hdr[4], w.cfg.pri.off);
	tug_put_le32(&hdr[16], TUG_IMG_F_ROM_FIXED);
	assert_int_equal(runs(&w), 'p');
	expect_said(&w, "W: Image in the secondary slot is linked for 0x400 and cannot run at 0x2800");
	assert_false(empty(&w, true));
	world_free(&w);
}

/* Old one confirmed in the primary slot, new one in the secondary slot for a trial. */
static void trial(struct world *w)
{
	make(w, &tug_boot_direct_xip_revert);
	pad(w, false, true);
	pad(w, true, false);
}

static void one_trial(void **state)
{
	struct world w;
	uint64_t done;

	(void)state;
	trial(&w);
	assert_int_equal(runs(&w), 's');
	assert_int_equal(runs(&w), 'p');
	expect_said(&w, "I: Erasing the secondary slot: its image was not confirmed");
	assert_true(empty(&w, true));
	done = ops(&w);
	assert_int_equal(runs(&w), 'p');
	assert_int_equal(ops(&w), done);
	world_free(&w);
	trial(&w);
	assert_int_equal(runs(&w), 's');
	confirm(&w, true);
	done = ops(&w);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(runs(&w), 's');
	}
	assert_int_equal(ops(&w), done);
	assert_false(empty(&w, false));
	world_free(&w);
}

/* Without a trailer a trial cannot be told from a second one: such an image runs when nothing better is there. */
static void never_the_last_one(void **state)
{
	struct world w;

	(void)state;
	make(&w, &tug_boot_direct_xip_revert);
	assert_int_equal(runs(&w), 's'); /* neither has one: the newer */
	assert_int_equal(ops(&w), 0);
	pad(&w, false, true);
	assert_int_equal(runs(&w), 'p');
	assert_false(empty(&w, true));
	/* the factory image was written without trailer, and the update fails */
	world_free(&w);
	make(&w, &tug_boot_direct_xip_revert);
	pad(&w, true, false);
	assert_int_equal(runs(&w), 's');
	assert_int_equal(runs(&w), 'p');
	assert_true(empty(&w, true));
	assert_int_equal(runs(&w), 'p');
	/* a trial is over, and there is nothing to go back to */
	world_free(&w);
	trial(&w);
	assert_int_equal(runs(&w), 's');
	spoil(&w, false);
	assert_int_equal(runs(&w), 's');
	assert_true(empty(&w, false));
	assert_int_equal(runs(&w), 's');
	world_free(&w);
}

/* Cut at `op` of the boot after `before` whole ones; what runs then, boot by boot. */
static bool cut_at(void (*prepare)(struct world *), int before, uint64_t op, unsigned kind, char seq[5])
{
	struct tug_boot_rsp rsp;
	struct world w;
	bool fired;

	prepare(&w);
	for (int i = 0; i < before; i++) {
		(void)runs(&w);
	}
	tug_sim_flash_cut(w.flash, op, (enum tug_sim_cut)kind, op * 8u + kind);
	fired = world_boot(&w, &rsp) == TUG_EPOWER;
	tug_sim_flash_power_up(w.flash);
	for (int i = 0; fired && i < 4; i++) {
		seq[i] = runs(&w);
	}
	seq[4] = '\0';
	if (fired) {
		assert_true(world_verifies(&w, &w.cfg.pri) || world_verifies(&w, &w.cfg.sec));
	}
	world_free(&w);
	return fired;
}

static void spoilt_trial(struct world *w)
{
	trial(w);
	spoil(w, true);
}

static void factory_unmarked(struct world *w)
{
	make(w, &tug_boot_direct_xip_revert);
	pad(w, true, false);
}

static void cuts(void **state)
{
	static const struct {
		void (*prepare)(struct world *w);
		int before;
		const char *may[2];
	} rows[] = {
		{ trial, 0, { "sppp", "pppp" } }, /* a torn or complete note counts as a trial */
		{ trial, 1, { "pppp", "pppp" } },
		{ spoilt_trial, 0, { "pppp", "pppp" } },
		{ factory_unmarked, 0, { "sppp", "pppp" } },
		{ factory_unmarked, 1, { "pppp", "pppp" } },
	};
	unsigned n = 0;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (unsigned kind = 0; kind < TUG_SIM_CUT_KINDS; kind++) {
			char seq[5];

			for (uint64_t op = 1; cut_at(rows[i].prepare, rows[i].before, op, kind, seq); op++) {
				n++;
				if (strcmp(seq, rows[i].may[0]) != 0 && strcmp(seq, rows[i].may[1]) != 0) {
					fail_msg("row %u, op %u, %s: %s", i, (unsigned)op, kinds[kind], seq);
				}
				if (kind == TUG_SIM_CUT_BEFORE && strcmp(seq, rows[i].may[0]) != 0) {
					fail_msg("row %u: a cut before operation %u changes what runs: %s", i, (unsigned)op, seq);
				}
			}
		}
	}
	printf("%u cuts\n", n);
	assert_true(n > 100);
}

/* One call of the boot fails: something that verifies runs, and nothing that could run is lost. */
static void failing_flash(void **state)
{
	static const uint8_t calls[] = { TUG_SIM_READ, TUG_SIM_WRITE, TUG_SIM_ERASE };
	unsigned n = 0;

	(void)state;
	for (unsigned c = 0; c < sizeof(calls); c++) {
		for (int before = 0; before < 2; before++) {
			bool failed = true;

			for (uint32_t skip = 0; failed; skip++) {
				struct tug_sim_fail f = { calls[c], 0, 0, skip, 1, TUG_EIO };
				struct world w;
				char now;

				trial(&w);
				if (before == 1) {
					assert_int_equal(runs(&w), 's');
				}
				tug_sim_flash_fail(w.flash, &f);
				now = runs(&w);
				tug_sim_flash_fail(w.flash, NULL);
				failed = tug_sim_flash_failed(w.flash) != 0;
				n += failed;
				if (now == '!' && calls[c] != TUG_SIM_READ) {
					fail_msg("call %u of kind %u: nothing runs", skip, calls[c]);
				}
				/* a trial ends, whatever failed in it */
				(void)runs(&w);
				now = runs(&w);
				if (now != 'p') {
					fail_msg("call %u of kind %u, boot %d: %c", skip, calls[c], before, now);
				}
				world_free(&w);
			}
		}
	}
	printf("%u failing calls\n", n);
	assert_true(n > 20);
}

static void no_encryption(void **state)
{
	struct tug_boot_enc enc = { 0 };
	struct tug_boot_rsp rsp;
	struct world w;

	(void)state;
	make(&w, &tug_boot_direct_xip);
	enc.ops = &tug_boot_encrypted;
	w.cfg.enc = &enc;
	assert_int_equal(world_boot(&w, &rsp), TUG_EINVAL);
	world_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(newest_runs),   cmocka_unit_test(linked_for_the_other_slot),
		cmocka_unit_test(one_trial),     cmocka_unit_test(never_the_last_one),
		cmocka_unit_test(cuts),          cmocka_unit_test(failing_flash),
		cmocka_unit_test(no_encryption),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
