/* SPDX-License-Identifier: Apache-2.0
 *
 * Updates with an image that misbehaves once it runs: what the procedure says, and what the device runs afterwards.
 */
#include "vdev_util.h"

#define LEN 17000u

struct row {
	enum tug_vdev_app app;
	const struct tug_boot_mode_ops *mode;
	enum tug_update_mode wish;
	enum tug_outcome outcome;
	int err;
	bool old_runs; /* after a power cycle */
};

static uint8_t *bad;
static uint8_t *old;

static const char *const apps[] = { "ok", "crash", "hang", "no-smp" };

static void check(const struct row *row, const char *server, bool follows)
{
	struct tug_vdev_cfg c = plain_cfg();
	struct desk_ask ask;
	struct desk_result r;
	struct desk d;
	uint8_t got[LEN];
	char what[96];

	c.app = row->app;
	c.mode = row->mode;
	c.server = tug_server_profile_find(server);
	c.primary = tug_slice_of(old, LEN);
	d = desk_with(&c);
	d.link.follows_device = follows;
	memset(&ask, 0, sizeof(ask));
	ask.file = tug_slice_of(bad, LEN);
	ask.policy.mode = row->wish;
	desk_update(&d, &ask, &r);
	snprintf(what, sizeof(what), "%s, mode %d, wish %d, %s, follows %d", apps[row->app],
		 (int)tug_boot_mode_number(row->mode), (int)row->wish, server, follows);
	if (r.hang || r.outcome != row->outcome || r.err != row->err || r.text[0] == '\0') {
		fail_msg("%s: %s %s %s (%s)", what, tug_outcome_name(r.outcome), tug_err_name(r.err), r.text,
			 r.hang ? r.hang_why : "no hang");
	}
	tug_vdev_power_cycle(d.v, d.now_ms);
	desk_pass(&d, 20000);
	assert_int_equal(tug_vdev_flash_read(d.v, c.profile->pri_off, got, LEN), TUG_OK);
	assert_memory_equal(got, row->old_runs ? old : bad, LEN);
	assert_int_equal(tug_vdev_up(d.v), row->old_runs);
	tug_vdev_destroy(d.v);
}

static void test_bad_images(void **state)
{
	static const struct row rows[] = {
		/* on trial: taken back, by itself or by a power cycle */
		{ TUG_APP_CRASH, &tug_boot_swap_move, TUG_UPDATE_CONFIRM_AFTER_TEST, TUG_OUT_REVERTED, TUG_EREVERTED, true },
		{ TUG_APP_HANG, &tug_boot_swap_move, TUG_UPDATE_CONFIRM_AFTER_TEST, TUG_OUT_REVERTED, TUG_EREVERTED, true },
		{ TUG_APP_NO_SMP, &tug_boot_swap_move, TUG_UPDATE_CONFIRM_AFTER_TEST, TUG_OUT_NOT_BACK, TUG_ENOTBACK, true },
		{ TUG_APP_CRASH, &tug_boot_swap_move, TUG_UPDATE_TEST, TUG_OUT_REVERTED, TUG_EREVERTED, true },
		{ TUG_APP_HANG, &tug_boot_swap_move, TUG_UPDATE_TEST, TUG_OUT_REVERTED, TUG_EREVERTED, true },
		{ TUG_APP_NO_SMP, &tug_boot_swap_move, TUG_UPDATE_TEST, TUG_OUT_NOT_BACK, TUG_ENOTBACK, true },
		/* confirmed unseen, or copied for good: gone */
		{ TUG_APP_CRASH, &tug_boot_swap_move, TUG_UPDATE_CONFIRM, TUG_OUT_NOT_BACK, TUG_ENOTBACK, false },
		{ TUG_APP_HANG, &tug_boot_swap_move, TUG_UPDATE_CONFIRM, TUG_OUT_NOT_BACK, TUG_ENOTBACK, false },
		{ TUG_APP_NO_SMP, &tug_boot_swap_move, TUG_UPDATE_CONFIRM, TUG_OUT_NOT_BACK, TUG_ENOTBACK, false },
		{ TUG_APP_CRASH, &tug_boot_overwrite, TUG_UPDATE_CONFIRM_AFTER_TEST, TUG_OUT_NOT_BACK, TUG_ENOTBACK, false },
		{ TUG_APP_HANG, &tug_boot_overwrite, TUG_UPDATE_CONFIRM_AFTER_TEST, TUG_OUT_NOT_BACK, TUG_ENOTBACK, false },
		{ TUG_APP_NO_SMP, &tug_boot_overwrite, TUG_UPDATE_CONFIRM_AFTER_TEST, TUG_OUT_NOT_BACK, TUG_ENOTBACK, false },
	};
	static const char *const servers[] = { "zephyr-3.3", "zephyr-3.5", "zephyr-4.2" };
	size_t i;
	size_t s;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (s = 0; s < 3; s++) {
			check(&rows[i], servers[s], false);
			check(&rows[i], servers[s], true);
		}
	}
}

/* Left on trial as asked, the next reset takes it back: the device is as it says it is. */
static void test_trial_is_taken_back(void **state)
{
	struct tug_vdev_cfg c = plain_cfg();
	struct desk_ask ask;
	struct desk_result r;
	struct desk d = desk_with(&c);
	char flags[64];

	(void)state;
	memset(&ask, 0, sizeof(ask));
	ask.file = tug_slice_of(bad, LEN);
	ask.policy.mode = TUG_UPDATE_TEST;
	desk_update(&d, &ask, &r);
	assert_int_equal(r.outcome, TUG_OUT_SWAPPED);
	assert_string_equal(flags_of(&d, flags), "0:a 1:c");
	reset(&d);
	assert_string_equal(flags_of(&d, flags), "0:ac 1:");
	tug_vdev_destroy(d.v);
}

/* Power is cut at each flash operation of a whole update; the device comes back by itself and the update ends proven. */
static void test_power_cut_in_update(void **state)
{
	static const char *const ends[] = { "swapped", "reverted" };
	unsigned count[2] = { 0, 0 };
	uint64_t n;

	(void)state;
	for (n = 1; n < 400; n++) {
		struct tug_vdev_cfg c = plain_cfg();
		struct desk_ask ask;
		struct desk_result r;
		const char *proof;
		struct desk d;

		c.power_cut = n;
		c.seed = n;
		d = desk_with(&c);
		memset(&ask, 0, sizeof(ask));
		ask.file = tug_slice_of(bad, LEN);
		desk_update(&d, &ask, &r);
		if (!r.hang && r.outcome == TUG_OUT_REVERTED) {
			/* cut between the swap and the confirm: the boot after it rightly took the trial back */
			count[1]++;
			desk_update(&d, &ask, &r);
		}
		if (r.hang || r.err != TUG_OK) {
			fail_msg("power cut at %u: %s %s: %s", (unsigned)n, tug_outcome_name(r.outcome), tug_err_name(r.err),
				 r.text);
		}
		proof = desk_prove(&d, ask.file);
		if (proof != NULL) {
			fail_msg("power cut at %u: %s", (unsigned)n, proof);
		}
		count[0]++;
		tug_vdev_destroy(d.v);
	}
	print_message("%u %s, of them %u after %s\n", count[0], ends[0], count[1], ends[1]);
	assert_in_range(count[1], 1, 5);
}

static int set_up(void **state)
{
	struct tug_version one = { 1, 0, 0, 0 };
	struct tug_version two = { 2, 0, 0, 0 };

	(void)state;
	old = vdev_image_make(&tug_crypto_hashonly, LEN, 3, &one);
	bad = vdev_image_make(&tug_crypto_hashonly, LEN, 4, &two);
	return old == NULL || bad == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	free(old);
	free(bad);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_images),
		cmocka_unit_test(test_trial_is_taken_back),
		cmocka_unit_test(test_power_cut_in_update),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
