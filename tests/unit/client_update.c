/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole updates against the device of client_fake.h: every row of the slot-state table, every quirk, what
 * bootloaders and bad images do, lossy links. Success is believed only when the device really runs the image.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client_fake.h"

#define MINUTE 60000u
#define NEW_LEN 9000u

static uint8_t old_img[5000];
static uint8_t new_img[NEW_LEN];
static uint8_t third_img[4000];
static struct fake dev;

static struct tug_io io_of(struct tug_slice *s, const uint8_t *p, size_t n)
{
	*s = tug_slice_of(p, n);
	return tug_io_of_slice(s);
}

static int setup(void **state)
{
	struct tug_version v1 = { 1, 0, 0, 0 };
	struct tug_version v2 = { 2, 0, 0, 0 };
	struct tug_version v3 = { 1, 5, 0, 0 };

	(void)state;
	fake_image(old_img, sizeof(old_img), v1, FAKE_OK, 1);
	fake_image(new_img, sizeof(new_img), v2, FAKE_OK, 2);
	fake_image(third_img, sizeof(third_img), v3, FAKE_OK, 3);
	fake_init(&dev, 1);
	return 0;
}

static void update_with(struct fake_run *r, const struct tug_plan_policy *pol, const uint8_t *img, uint32_t len)
{
	struct tug_update_cfg cfg;
	struct tug_slice s;
	struct tug_io io = io_of(&s, img, len);

	fake_cfg(&cfg, &io, img, len);
	if (pol != NULL) {
		cfg.policy = *pol;
	}
	fake_update(&dev, &cfg, r, 30 * MINUTE);
}

static void update(struct fake_run *r)
{
	memset(r, 0, sizeof(*r));
	update_with(r, NULL, new_img, sizeof(new_img));
}

static void expect_done(const struct fake_run *r)
{
	if (r->outcome != TUG_OUT_SWAPPED) {
		fail_msg("outcome %s err %d: %s [%s]", tug_outcome_name(r->outcome), r->err, r->text, r->trace);
	}
	assert_int_equal(r->err, TUG_OK);
	assert_true(fake_runs(&dev, new_img, sizeof(new_img)));
	assert_true(dev.confirmed);
}

static void fresh(void **state)
{
	struct fake_run r;

	(void)state;
	fake_state(&dev, TUG_DEV_FRESH, old_img, sizeof(old_img), NULL, 0);
	update(&r);
	expect_done(&r);
	assert_string_equal(r.trace, "upload test reset verify confirm-active verify");
	assert_string_equal(r.first_plan, r.trace);
	assert_int_equal(r.plans, 1);
	assert_int_equal(r.late_off, sizeof(new_img));
	assert_int_equal(dev.boots, 1);
	assert_true(r.took_ms < 10000);
}

/* The field case: marked for test by an earlier try, erase storage missing, confirms of pending ignored. */
static void field_case(void **state)
{
	struct tug_plan_policy pol = { .erase_settings = true };
	struct fake_run r;

	(void)state;
	dev.q.v1_only = true;
	dev.q.old_logic = true;
	dev.q.no_settings = true;
	dev.q.no_bootinfo = true;
	dev.q.no_slotinfo = true;
	fake_state(&dev, TUG_DEV_PENDING_TEST, old_img, sizeof(old_img), new_img, sizeof(new_img));
	memset(&r, 0, sizeof(r));
	update_with(&r, &pol, new_img, sizeof(new_img));
	expect_done(&r);
	assert_string_equal(r.trace, "erase-settings reset verify confirm-active verify");
	assert_int_equal(r.plans, 1);
	assert_int_equal(r.notes, 1);
	assert_int_equal(dev.seen_uploads, 0);
	assert_int_equal(dev.boots, 1);
}

/* A console link: nothing is sent while the bootloader prints, which would leave some devices stuck in it. */
static void silent_while_it_boots(void **state)
{
	static const uint32_t boots[] = { 100, 900, 2500, 6000 };
	struct fake_run r;

	(void)state;
	for (size_t i = 0; i < sizeof(boots) / sizeof(boots[0]); i++) {
		fake_init(&dev, 1);
		dev.link.overhead = 4;
		dev.q.speaks = true;
		dev.q.boot_ms = boots[i];
		fake_state(&dev, TUG_DEV_FRESH, old_img, sizeof(old_img), NULL, 0);
		update(&r);
		expect_done(&r);
		assert_int_equal(dev.boots, 1);
	}
}

static void already_running(void **state)
{
	struct fake_run r;

	(void)state;
	fake_state(&dev, TUG_DEV_FRESH, new_img, sizeof(new_img), NULL, 0);
	update(&r);
	assert_int_equal(r.outcome, TUG_OUT_ALREADY_RUNNING);
	assert_int_equal(r.first_kind, TUG_PLAN_DONE);
	assert_int_equal(r.steps, 0);
	assert_int_equal(dev.boots, 0);
}

/* Every row, image new / in the other slot / running, every era, every mode: done, and the device proves it. */
static void every_row(void **state)
{
	static const enum tug_dev_pattern rows[] = { TUG_DEV_FRESH,        TUG_DEV_LEFTOVER, TUG_DEV_PENDING_TEST,
						     TUG_DEV_PENDING_PERM, TUG_DEV_TEST_RUN, TUG_DEV_UNCONFIRMED,
						     TUG_DEV_DUPLICATE,    TUG_DEV_NO_ACTIVE };
	static const int8_t modes[] = { TUG_MODE_SWAP_MOVE, TUG_MODE_OVERWRITE };
	unsigned cells = 0;
	unsigned refused = 0;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]) * 2u * 2u * 3u * 4u; i++) {
		enum tug_dev_pattern row = rows[i % 8u];
		bool same = (i / 8u) % 2u != 0;
		unsigned era = (i / 32u) % 3u;
		struct tug_plan_policy pol = { .mode = (enum tug_update_mode)((i / 96u) % 4u) };
		const uint8_t *run = row == TUG_DEV_TEST_RUN || row == TUG_DEV_UNCONFIRMED ? (same ? new_img : third_img) : old_img;
		uint32_t run_len = run == new_img ? sizeof(new_img) : run == third_img ? sizeof(third_img) : sizeof(old_img);
		const uint8_t *other = row == TUG_DEV_TEST_RUN ? old_img : same ? new_img : third_img;
		uint32_t other_len = other == new_img ? sizeof(new_img) : other == third_img ? sizeof(third_img) : sizeof(old_img);
		struct fake_run r;

		fake_init(&dev, i + 1u);
		dev.q.mode = modes[(i / 16u) % 2u];
		dev.q.old_logic = era == 0;
		dev.q.v1_only = era == 0;
		dev.q.pending_in_use = era < 2;
		dev.q.no_bootinfo = era == 0;
		dev.q.match = era == 2;
		if (row == TUG_DEV_FRESH || row == TUG_DEV_NO_ACTIVE || row == TUG_DEV_UNCONFIRMED) {
			other = NULL;
			other_len = 0;
		}
		if (dev.q.mode == TUG_MODE_OVERWRITE && (row == TUG_DEV_TEST_RUN || row == TUG_DEV_UNCONFIRMED)) {
			continue; /* no such state: overwriting confirms */
		}
		fake_state(&dev, row, run, run_len, other, other_len);
		memset(&r, 0, sizeof(r));
		update_with(&r, &pol, new_img, sizeof(new_img));
		cells++;
		if (r.outcome == TUG_OUT_FAILED) {
			refused++;
			/* Only what must be refused: an upload-only into a slot in use; a mark that cannot be withdrawn. */
			if (!(pol.mode == TUG_UPDATE_UPLOAD_ONLY || (pol.mode == TUG_UPDATE_TEST && row == TUG_DEV_PENDING_PERM))) {
				fail_msg("cell %u row %s same %d era %u mode %d boot %d: %s [%s]", i, tug_dev_pattern_name(row), same,
					 era, (int)pol.mode, dev.q.mode, r.text, r.trace);
			}
			continue;
		}
		if (pol.mode == TUG_UPDATE_UPLOAD_ONLY) {
			assert_true(r.outcome == TUG_OUT_UPLOADED || r.outcome == TUG_OUT_ALREADY_RUNNING);
			assert_int_equal(dev.boots, 0);
			continue;
		}
		if (!(r.outcome == TUG_OUT_SWAPPED || r.outcome == TUG_OUT_ALREADY_RUNNING) ||
		    !fake_runs(&dev, new_img, sizeof(new_img)) ||
		    (pol.mode != TUG_UPDATE_TEST && (!dev.confirmed || dev.type != SW_NONE))) {
			fail_msg("cell %u row %s same %d era %u mode %d boot %d: %s: %s [%s]", i, tug_dev_pattern_name(row), same, era,
				 (int)pol.mode, dev.q.mode, tug_outcome_name(r.outcome), r.text, r.trace);
		}
	}
	print_message("cells run %u, refused %u\n", cells, refused);
}

static void downgrade(void **state)
{
	struct tug_plan_policy pol = { 0 };
	struct fake_run r;

	(void)state;
	fake_state(&dev, TUG_DEV_FRESH, new_img, sizeof(new_img), NULL, 0);
	memset(&r, 0, sizeof(r));
	update_with(&r, &pol, old_img, sizeof(old_img));
	assert_int_equal(r.outcome, TUG_OUT_FAILED);
	assert_int_equal(r.err, TUG_EDOWNGRADE);
	assert_int_equal(dev.chunks, 0);
	pol.allow_downgrade = true;
	update_with(&r, &pol, old_img, sizeof(old_img));
	assert_int_equal(r.outcome, TUG_OUT_SWAPPED);
	assert_true(fake_runs(&dev, old_img, sizeof(old_img)));
}

static void bad_app(enum fake_app app, enum tug_outcome want, int err, uint32_t swap_max)
{
	static uint8_t bad[NEW_LEN];
	struct tug_version v = { 3, 0, 0, 0 };
	struct fake_run r;

	fake_init(&dev, 5);
	fake_image(bad, sizeof(bad), v, app, 9);
	dev.q.swap_max = swap_max;
	fake_state(&dev, TUG_DEV_FRESH, old_img, sizeof(old_img), NULL, 0);
	memset(&r, 0, sizeof(r));
	update_with(&r, NULL, bad, sizeof(bad));
	if (r.outcome != want) {
		fail_msg("app %d: %s: %s", (int)app, tug_outcome_name(r.outcome), r.text);
	}
	assert_int_equal(r.err, err);
	if (want != TUG_OUT_NOT_BACK) {
		assert_true(fake_runs(&dev, old_img, sizeof(old_img)));
		assert_true(dev.confirmed);
	}
	assert_true(r.took_ms < 200000);
}

static void outcomes(void **state)
{
	(void)state;
	bad_app(FAKE_BAD_KEY, TUG_OUT_REJECTED, TUG_EREJECTED, 0);
	bad_app(FAKE_CRASH, TUG_OUT_REVERTED, TUG_EREVERTED, 0);
	bad_app(FAKE_HANG, TUG_OUT_REVERTED, TUG_EREVERTED, 0);
	bad_app(FAKE_NO_SMP, TUG_OUT_NOT_BACK, TUG_ENOTBACK, 0);
	bad_app(FAKE_OK, TUG_OUT_IGNORED, TUG_EIGNORED, 8000);
}

/* A second run over an image that was ignored resets once, no more, and says the same. */
static void ignored_twice(void **state)
{
	struct fake_run r;

	(void)state;
	dev.q.swap_max = 6000;
	fake_state(&dev, TUG_DEV_PENDING_TEST, old_img, sizeof(old_img), new_img, sizeof(new_img));
	update(&r);
	assert_int_equal(r.outcome, TUG_OUT_IGNORED);
	assert_int_equal(dev.boots, 1);
	assert_int_equal(dev.seen_uploads, 0);
}

static void quirks(void **state)
{
	struct fake_run r;

	(void)state;
	for (unsigned i = 0; i < 14; i++) {
		fake_init(&dev, i);
		dev.q.no_params = i == 0 || i == 9;
		dev.q.no_bootinfo = i == 1 || i == 9;
		dev.q.no_slotinfo = i == 2 || i == 9;
		dev.q.no_erase = i == 3;
		dev.q.refuse_v2 = i == 4;
		dev.q.ignore_v2 = i == 5;
		dev.q.no_sha = i == 6 || i == 9;
		dev.q.reset_busy = i == 7 ? 2 : 0;
		dev.q.busy_every = i == 8 ? 3 : 0;
		dev.q.lose_state_at = i == 10 ? 4000 : 0;
		dev.q.flash_error_at = i == 11 ? 4000 : 0;
		dev.q.test_ignored = i == 12 ? 1 : 0;
		dev.q.no_hash = i == 13;
		fake_state(&dev, TUG_DEV_LEFTOVER, old_img, sizeof(old_img), third_img, sizeof(third_img));
		update(&r);
		if (r.outcome != TUG_OUT_SWAPPED) {
			fail_msg("quirk %u: %s: %s [%s]", i, tug_outcome_name(r.outcome), r.text, r.trace);
		}
		expect_done(&r);
	}
}

/* A trailer that takes no mark, as after a power cut during one: erased and sent again, once. */
static void no_mark_sticks(void **state)
{
	struct fake_run r;

	(void)state;
	dev.q.bad_trailer = true;
	fake_state(&dev, TUG_DEV_FRESH, old_img, sizeof(old_img), NULL, 0);
	update(&r);
	expect_done(&r);
	assert_non_null(strstr(r.trace, "erase-slot upload test reset"));
	fake_init(&dev, 1);
	dev.q.bad_for_good = true;
	fake_state(&dev, TUG_DEV_FRESH, old_img, sizeof(old_img), NULL, 0);
	update(&r);
	assert_int_equal(r.outcome, TUG_OUT_FAILED);
	assert_int_equal(r.err, TUG_ENOEFFECT);
	assert_int_equal(dev.seen_uploads, 2);
	assert_int_equal(dev.seen_resets, 0);
}

static void missing_commands(void **state)
{
	struct fake_run r;

	(void)state;
	dev.q.no_reset = true;
	fake_state(&dev, TUG_DEV_FRESH, old_img, sizeof(old_img), NULL, 0);
	update(&r);
	assert_int_equal(r.outcome, TUG_OUT_FAILED);
	assert_int_equal(r.err, TUG_ENOTSUP);
	assert_int_equal(dev.type, SW_TEST); /* a power cycle is all that is missing */

	fake_init(&dev, 1);
	dev.q.no_img = true;
	update(&r);
	assert_int_equal(r.outcome, TUG_OUT_FAILED);
	assert_int_equal(r.err, TUG_ENOTSUP);
	assert_true(r.status.failed && r.status.rc == 8);
}

static void direct_xip(void **state)
{
	struct fake_run r;

	(void)state;
	for (int told = 0; told < 2; told++) {
		fake_init(&dev, 1);
		dev.q.mode = TUG_MODE_DIRECT_XIP;
		dev.q.no_bootinfo = told == 0;
		fake_state(&dev, TUG_DEV_FRESH, old_img, sizeof(old_img), NULL, 0);
		update(&r);
		expect_done(&r);
	}
	/* Not newer: known beforehand where the mode is known. */
	fake_init(&dev, 1);
	dev.q.mode = TUG_MODE_DIRECT_XIP;
	fake_state(&dev, TUG_DEV_FRESH, new_img, sizeof(new_img), NULL, 0);
	memset(&r, 0, sizeof(r));
	update_with(&r, &(struct tug_plan_policy){ .allow_downgrade = true }, old_img, sizeof(old_img));
	assert_int_equal(r.outcome, TUG_OUT_FAILED);
	assert_int_equal(r.err, TUG_EDOWNGRADE);
	assert_int_equal(dev.chunks, 0);
}

static void recovery(void **state)
{
	static uint8_t bad[NEW_LEN];
	struct tug_version v = { 3, 0, 0, 0 };
	struct fake_run r;

	(void)state;
	for (uint8_t align = 1; align <= 16; align = (uint8_t)(align * 2u)) {
		fake_init(&dev, align);
		dev.q.align = align;
		dev.q.no_params = true;
		dev.q.no_bootinfo = true;
		fake_state(&dev, TUG_DEV_NO_ACTIVE, NULL, 0, NULL, 0);
		update(&r);
		expect_done(&r);
		assert_string_equal(r.trace, "upload reset verify");
	}
	fake_image(bad, sizeof(bad), v, FAKE_BAD_KEY, 9);
	fake_init(&dev, 3);
	dev.q.stay_recovery = true;
	dev.q.no_bootinfo = true;
	fake_state(&dev, TUG_DEV_NO_ACTIVE, NULL, 0, NULL, 0);
	memset(&r, 0, sizeof(r));
	update_with(&r, NULL, bad, sizeof(bad));
	assert_int_equal(r.outcome, TUG_OUT_REJECTED);
}

static void plan_only(void **state)
{
	struct tug_update_cfg cfg;
	struct tug_slice s;
	struct tug_io io = io_of(&s, new_img, sizeof(new_img));
	struct fake_run r;

	(void)state;
	fake_state(&dev, TUG_DEV_FRESH, old_img, sizeof(old_img), NULL, 0);
	fake_cfg(&cfg, &io, new_img, sizeof(new_img));
	cfg.plan_only = true;
	memset(&r, 0, sizeof(r));
	fake_update(&dev, &cfg, &r, MINUTE);
	assert_int_equal(r.outcome, TUG_OUT_NONE);
	assert_int_equal(r.err, TUG_OK);
	assert_string_equal(r.first_plan, "upload test reset verify confirm-active verify");
	assert_int_equal(dev.chunks + dev.seen_resets, 0);
}

static void no_reset(void **state)
{
	struct tug_plan_policy pol = { .no_reset = true };
	struct fake_run r;

	(void)state;
	fake_state(&dev, TUG_DEV_FRESH, old_img, sizeof(old_img), NULL, 0);
	memset(&r, 0, sizeof(r));
	update_with(&r, &pol, new_img, sizeof(new_img));
	assert_int_equal(r.outcome, TUG_OUT_UPLOADED);
	assert_int_equal(dev.type, SW_TEST);
	assert_int_equal(dev.boots, 0);
	update_with(&r, &pol, new_img, sizeof(new_img));
	assert_int_equal(r.outcome, TUG_OUT_UPLOADED);
	assert_string_equal(r.trace, "verify");
	update_with(&r, NULL, new_img, sizeof(new_img));
	expect_done(&r);
}

/* Devices that reset late, links that fall with them, slow boots: all the same end. */
static void resets(void **state)
{
	static const uint32_t reset_ms[] = { 1, 250, 900, 3000, 8000 };
	static const uint32_t boot_ms[] = { 1, 200, 3000, 90000 };
	struct fake_run r;

	(void)state;
	for (unsigned i = 0; i < 5u * 4u * 2u; i++) {
		fake_init(&dev, i + 1u);
		dev.q.reset_ms = reset_ms[i % 5u];
		dev.q.boot_ms = boot_ms[(i / 5u) % 4u];
		dev.link.drops_on_reset = i / 20u != 0;
		fake_state(&dev, TUG_DEV_FRESH, old_img, sizeof(old_img), NULL, 0);
		update(&r);
		expect_done(&r);
		assert_int_equal(dev.boots, 1);
	}
	/* A reset that is lost in the device is noticed, not believed. */
	fake_init(&dev, 1);
	dev.q.skip_resets = 1;
	fake_state(&dev, TUG_DEV_FRESH, old_img, sizeof(old_img), NULL, 0);
	update(&r);
	assert_int_equal(r.outcome, TUG_OUT_IGNORED);
	assert_int_equal(dev.boots, 0);
	update(&r);
	expect_done(&r);
}

static void lossy(void **state)
{
	uint64_t seed = fake_seed(20240601);
	unsigned done = 0;

	(void)state;
	for (unsigned i = 0; i < 120; i++) {
		struct fake_run r;

		fake_init(&dev, seed + i);
		dev.link.loss = i % 4u == 0 ? 0.05 : 0.2;
		dev.link.duplicate = i % 3u == 0 ? 0.2 : 0;
		dev.link.reorder = i % 5u == 0 ? 0.2 : 0;
		dev.link.delay_ms = i % 2u == 0 ? 300 : 5;
		dev.q.match = i % 7u == 0;
		dev.q.no_sha = i % 11u == 0;
		dev.q.buf_count = i % 6u == 0 ? 8 : 4;
		/* Boots longer than any packet is under way: a copy of the reset must not end the trial. */
		dev.q.boot_ms = 2000;
		fake_state(&dev, TUG_DEV_FRESH, old_img, sizeof(old_img), NULL, 0);
		memset(&r, 0, sizeof(r));
		for (int again = 0; again < 6 && r.outcome != TUG_OUT_SWAPPED && r.outcome != TUG_OUT_ALREADY_RUNNING; again++) {
			update(&r);
			if (r.outcome == TUG_OUT_FAILED && r.err != TUG_ETIMEOUT) {
				fail_msg("seed %" PRIu64 ": err %d: %s [%s]", seed + i, r.err, r.text, r.trace);
			}
			done += again == 0 && r.outcome == TUG_OUT_SWAPPED;
		}
		if (!fake_runs(&dev, new_img, sizeof(new_img)) || !dev.confirmed) {
			fail_msg("TUG_SEED=%" PRIu64 " run %u: %s: %s [%s]", seed, i, tug_outcome_name(r.outcome), r.text, r.trace);
		}
	}
	print_message("%u of 120 lossy updates done in one go (seed %" PRIu64 ")\n", done, seed);
	assert_true(done >= 100);
}

/* A link cut at every n-th packet: the update gets through or stops with a link error, and a later run ends it. */
static void cuts(void **state)
{
	(void)state;
	for (uint32_t n = 1; n < 90; n++) {
		struct fake_run r;

		fake_init(&dev, n);
		dev.link.cut_every = n;
		fake_state(&dev, TUG_DEV_FRESH, old_img, sizeof(old_img), NULL, 0);
		update(&r);
		if (r.outcome == TUG_OUT_SWAPPED) {
			assert_true(fake_runs(&dev, new_img, sizeof(new_img)));
			continue;
		}
		if (r.outcome != TUG_OUT_FAILED || r.err != TUG_ELINK) {
			fail_msg("cut %u: %s err %d: %s [%s]", n, tug_outcome_name(r.outcome), r.err, r.text, r.trace);
		}
		dev.link.cut_every = 0;
		update(&r);
		assert_true(r.outcome == TUG_OUT_SWAPPED || r.outcome == TUG_OUT_ALREADY_RUNNING);
		assert_true(fake_runs(&dev, new_img, sizeof(new_img)) && dev.confirmed);
	}
}

/* Ctrl-C at any moment: ends at once or after the answer under way, and the next run finishes the work. */
static void cancels(void **state)
{
	(void)state;
	for (unsigned i = 1; i < 120; i++) {
		struct fake_run r;

		fake_init(&dev, i);
		dev.link.delay_ms = 10;
		fake_state(&dev, TUG_DEV_FRESH, old_img, sizeof(old_img), NULL, 0);
		memset(&r, 0, sizeof(r));
		r.cancel_at = i * 25u;
		update_with(&r, NULL, new_img, sizeof(new_img));
		if (r.outcome == TUG_OUT_SWAPPED) {
			continue;
		}
		assert_int_equal(r.outcome, TUG_OUT_FAILED);
		assert_int_equal(r.err, TUG_EINTR);
		assert_true(r.took_ms <= i * 25u + 3000u);
		dev.now += 5000;
		update(&r);
		assert_true(r.outcome == TUG_OUT_SWAPPED || r.outcome == TUG_OUT_ALREADY_RUNNING);
		assert_true(fake_runs(&dev, new_img, sizeof(new_img)) && dev.confirmed);
	}
}

static void silence(void **state)
{
	struct fake_run r;

	(void)state;
	dev.dead = true;
	update(&r);
	assert_int_equal(r.outcome, TUG_OUT_FAILED);
	assert_int_equal(r.err, TUG_ETIMEOUT);
	assert_true(r.took_ms < 50000);
}

static void frame_too_small(void **state)
{
	struct fake_run r;

	(void)state;
	dev.link.max_frame = 50;
	fake_state(&dev, TUG_DEV_FRESH, old_img, sizeof(old_img), NULL, 0);
	update(&r);
	assert_int_equal(r.outcome, TUG_OUT_FAILED);
	assert_int_equal(r.err, TUG_ETOOBIG);
	/* Room for the header of the image but not for the sha besides: goes, without resume. */
	fake_init(&dev, 1);
	dev.link.max_frame = 80;
	fake_state(&dev, TUG_DEV_FRESH, old_img, sizeof(old_img), NULL, 0);
	update(&r);
	expect_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(fresh, setup),
		cmocka_unit_test_setup(field_case, setup),
		cmocka_unit_test_setup(silent_while_it_boots, setup),
		cmocka_unit_test_setup(already_running, setup),
		cmocka_unit_test_setup(every_row, setup),
		cmocka_unit_test_setup(downgrade, setup),
		cmocka_unit_test_setup(outcomes, setup),
		cmocka_unit_test_setup(ignored_twice, setup),
		cmocka_unit_test_setup(quirks, setup),
		cmocka_unit_test_setup(no_mark_sticks, setup),
		cmocka_unit_test_setup(missing_commands, setup),
		cmocka_unit_test_setup(direct_xip, setup),
		cmocka_unit_test_setup(recovery, setup),
		cmocka_unit_test_setup(plan_only, setup),
		cmocka_unit_test_setup(no_reset, setup),
		cmocka_unit_test_setup(resets, setup),
		cmocka_unit_test_setup(lossy, setup),
		cmocka_unit_test_setup(cuts, setup),
		cmocka_unit_test_setup(cancels, setup),
		cmocka_unit_test_setup(silence, setup),
		cmocka_unit_test_setup(frame_too_small, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
