/* SPDX-License-Identifier: Apache-2.0
 *
 * The virtual device on its clock: boots, busy flash, buffers, resets, applications that misbehave, power cuts.
 */
#include "vdev_util.h"

static bool says(const struct console *c, const char *part)
{
	return strstr(c->text, part) != NULL;
}

static struct tug_vdev_cfg with_console(struct console *c)
{
	struct tug_vdev_cfg cfg = plain_cfg();

	memset(c, 0, sizeof(*c));
	cfg.console.line = console_line;
	cfg.console.ctx = c;
	return cfg;
}

/* A request sent at `at` is answered? Without moving the clock further than that. */
static bool answers_now(struct desk *d)
{
	static const uint8_t params[] = { 0x08, 0, 0, 1, 0, 0, 3, 6, 0xa0 };
	uint8_t space[512];
	struct tug_buf b = tug_buf_of(space, sizeof(space));

	tug_vdev_rx(d->v, tug_slice_of(params, sizeof(params)), d->now_ms);
	return tug_vdev_tx(d->v, d->now_ms, &b) == 1;
}

static void test_boot_takes_time(void **state)
{
	struct tug_vdev_cfg c = plain_cfg();
	struct desk d;
	char why[256];

	(void)state;
	memset(&d, 0, sizeof(d));
	c.boot_ms = 300;
	assert_int_equal(tug_vdev_create(&c, 5000, &d.v, why, sizeof(why)), TUG_OK);
	d.now_ms = 5000;
	assert_false(tug_vdev_up(d.v));
	assert_false(answers_now(&d));
	assert_int_equal(tug_vdev_deadline(d.v), 5300);
	d.now_ms = 5299;
	assert_false(answers_now(&d));
	d.now_ms = 5300;
	assert_true(answers_now(&d));
	assert_true(tug_vdev_up(d.v));
	assert_int_equal(tug_vdev_deadline(d.v), UINT64_MAX);
	assert_int_equal(tug_vdev_boots(d.v), 1);
	tug_vdev_destroy(d.v);
}

static void test_console_wording(void **state)
{
	static struct console con;
	struct tug_vdev_cfg c = with_console(&con);
	struct desk d;

	(void)state;
	c.state = TUG_VDEV_PENDING_TEST;
	d = desk_with(&c);
	assert_true(says(&con, "\n*** Booting virtual application v0.0.0 ***\n"));
	assert_true(says(&con, "*** Booting MCUboot v"));
	assert_true(says(&con, "I: Image index: 0, Swap type: none\n"));
	con.len = 0;
	reset(&d);
	assert_true(says(&con, "I: Image index: 0, Swap type: test\n"));
	con.len = 0;
	reset(&d);
	assert_true(says(&con, "I: Image index: 0, Swap type: revert\n"));
	assert_int_equal(tug_vdev_boots(d.v), 3);
	tug_vdev_destroy(d.v);
}

/* The swap's flash time delays the boot; a busy server answers late. */
static void test_flash_takes_time(void **state)
{
	struct tug_vdev_cfg c = plain_cfg();
	static const uint8_t erase[] = { 0x0a, 0, 0, 1, 0, 1, 4, 5, 0xa0 };
	uint8_t space[512];
	struct tug_buf b = tug_buf_of(space, sizeof(space));
	struct desk d;
	uint64_t before;

	(void)state;
	c.state = TUG_VDEV_PENDING_TEST;
	c.erase_ms = 20;
	c.write_us = 40;
	d = desk_with(&c);
	assert_true(os_request(&d, TUG_SMP_WRITE, 5, &b));
	before = d.now_ms;
	while (tug_vdev_up(d.v)) {
		d.now_ms = tug_vdev_deadline(d.v);
		tug_vdev_tick(d.v, d.now_ms);
	}
	assert_int_equal(d.now_ms - before, 250); /* the answer leaves first */
	/* 12 sectors of the larger image, each erased three times, and as much written */
	assert_in_range(tug_vdev_deadline(d.v) - d.now_ms, 3u * 11u * 20u, 3u * 14u * 20u + 3000u);
	desk_pass(&d, 10000);
	assert_true(tug_vdev_up(d.v));
	reset(&d);
	desk_pass(&d, 10000); /* reverted */
	before = d.now_ms;
	assert_true(desk_request(&d, tug_slice_of(erase, sizeof(erase)), &b));
	assert_in_range(d.now_ms - before, 20, 48u * 20u);
	tug_vdev_destroy(d.v);
}

static void send_erase(struct desk *d, uint8_t seq)
{
	uint8_t erase[] = { 0x0a, 0, 0, 1, 0, 1, 0, 5, 0xa0 };

	erase[6] = seq;
	tug_vdev_rx(d->v, tug_slice_of(erase, sizeof(erase)), d->now_ms);
}

/* While the server works, `buf_count` bounds what waits; the rest is lost without a word. */
static void test_buffers(void **state)
{
	struct tug_vdev_cfg c = plain_cfg();
	uint8_t space[512];
	struct tug_buf b = tug_buf_of(space, sizeof(space));
	struct desk d;
	unsigned answers = 0;
	uint8_t i;

	(void)state;
	c.state = TUG_VDEV_LEFTOVER;
	c.erase_ms = 50;
	c.buf_count = 4;
	d = desk_with(&c);
	for (i = 0; i < 10; i++) {
		send_erase(&d, i);
	}
	for (;;) {
		uint64_t at = tug_vdev_deadline(d.v);

		if (at == UINT64_MAX) {
			break;
		}
		d.now_ms = at > d.now_ms ? at : d.now_ms;
		while (tug_vdev_tx(d.v, d.now_ms, &b) == 1) {
			assert_int_equal(space[6], answers); /* the first ones, in order */
			answers++;
		}
	}
	assert_in_range(answers, 3, 4);
	/* larger than a buffer: never answered */
	memset(space, 0, sizeof(space));
	tug_vdev_rx(d.v, tug_slice_of(space, 385), d.now_ms);
	assert_int_equal(tug_vdev_deadline(d.v), UINT64_MAX);
	tug_vdev_destroy(d.v);
}

/* Four packets at once into four idle buffers: the last one finds none for its response, and says so. */
static void test_no_buffer_for_the_response(void **state)
{
	static const uint8_t no_memory[] = { 0xbf, 0x62, 'r', 'c', 2, 0xff };
	struct tug_vdev_cfg c = plain_cfg();
	uint8_t space[512];
	struct tug_buf b = tug_buf_of(space, sizeof(space));
	struct desk d = desk_with(&c);
	uint8_t params[] = { 0x08, 0, 0, 1, 0, 0, 0, 6, 0xa0 };
	uint8_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		params[6] = i;
		tug_vdev_rx(d.v, tug_slice_of(params, sizeof(params)), d.now_ms);
	}
	for (i = 0; i < 4; i++) {
		assert_int_equal(tug_vdev_tx(d.v, d.now_ms, &b), 1);
		assert_int_equal(space[6], i);
		assert_int_equal(space[0], 0x09);
		if (i == 3) {
			assert_int_equal(b.len, 14);
			assert_memory_equal(&space[8], no_memory, sizeof(no_memory));
		} else {
			assert_true(b.len > 14);
		}
	}
	tug_vdev_destroy(d.v);
}

/* A bad image on trial: crash and hang revert by themselves, no-smp stays silent until somebody resets it. */
static void check_bad_app(enum tug_vdev_app app, bool comes_back)
{
	static struct console con;
	struct tug_vdev_cfg c = with_console(&con);
	struct tug_version v = { 9, 0, 0, 0 };
	uint8_t *img = vdev_image_make(&tug_crypto_hashonly, 8000, 5, &v);
	char flags[64];
	struct desk d;

	c.app = app;
	d = desk_with(&c);
	/* put there behind the device's back: not there at the start */
	tug_vdev_power_cycle(d.v, d.now_ms);
	desk_pass(&d, 1000);
	{
		struct tug_boot_cfg b = *tug_vdev_boot_cfg(d.v);
		struct tug_io io = tug_io_of_area(&b.sec);
		struct tug_trailer_geo g = tug_boot_geo(&b, b.sec.size);

		assert_int_equal(tug_flash_erase(&b.sec, 0, b.sec.size), TUG_OK);
		assert_int_equal(tug_flash_write(&b.sec, 0, img, 8000), TUG_OK);
		assert_int_equal(tug_set_pending(&io, &g, false, 0), TUG_OK);
	}
	assert_string_equal(flags_of(&d, flags), "0:ac 1:p");
	con.len = 0;
	reset(&d);
	desk_pass(&d, 20000);
	assert_true(says(&con, "Swap type: test"));
	assert_true(says(&con, "application v9.0.0"));
	assert_int_equal(tug_vdev_up(d.v), comes_back);
	if (!comes_back) {
		assert_int_equal(tug_vdev_deadline(d.v), UINT64_MAX);
		tug_vdev_power_cycle(d.v, d.now_ms);
		desk_pass(&d, 1000);
	}
	assert_true(says(&con, "Swap type: revert"));
	assert_string_equal(flags_of(&d, flags), "0:ac 1:");
	tug_vdev_destroy(d.v);
	free(img);
}

static void test_bad_apps(void **state)
{
	(void)state;
	check_bad_app(TUG_APP_CRASH, true);
	check_bad_app(TUG_APP_HANG, true);
	check_bad_app(TUG_APP_NO_SMP, false);
}

/* A confirmed image that crashes goes on for ever, but not faster than the clock. */
static void test_crash_loop_is_bounded(void **state)
{
	struct tug_vdev_cfg c = plain_cfg();
	struct tug_version v = { 9, 0, 0, 0 };
	uint8_t *img = vdev_image_make(&tug_crypto_hashonly, 8000, 5, &v);
	struct desk d;

	(void)state;
	c.app = TUG_APP_CRASH;
	c.mode = &tug_boot_overwrite;
	c.boot_ms = 0;
	d = desk_with(&c);
	{
		struct tug_boot_cfg b = *tug_vdev_boot_cfg(d.v);

		assert_int_equal(tug_flash_erase(&b.pri, 0, b.pri.size), TUG_OK);
		assert_int_equal(tug_flash_write(&b.pri, 0, img, 8000), TUG_OK);
	}
	reset(&d);
	desk_pass(&d, 60000);
	assert_false(tug_vdev_up(d.v));
	assert_in_range(tug_vdev_boots(d.v), 100, 1000);
	/* a host that slept for a year does not make up for it */
	d.now_ms += UINT64_C(31536000000);
	tug_vdev_tick(d.v, d.now_ms);
	assert_in_range(tug_vdev_boots(d.v), 100, 1000);
	tug_vdev_destroy(d.v);
	free(img);
}

/* Nothing bootable: the bootloader says so and the device stays silent, without spinning. */
static void test_dead(void **state)
{
	static struct console con;
	struct tug_vdev_cfg c = with_console(&con);
	struct desk d = desk_with(&c);
	struct tug_boot_cfg b = *tug_vdev_boot_cfg(d.v);

	(void)state;
	assert_int_equal(tug_flash_erase(&b.pri, 0, b.pri.size), TUG_OK);
	reset(&d);
	assert_false(tug_vdev_up(d.v));
	assert_int_equal(tug_vdev_deadline(d.v), UINT64_MAX);
	assert_true(says(&con, "E: Unable to find bootable image"));
	tug_vdev_destroy(d.v);
}

/* Starts in recovery (no flags in the list); a reset starts the application; nothing bootable leads back. */
static void test_recovery(void **state)
{
	static struct console con;
	struct tug_vdev_cfg c = with_console(&con);
	char flags[64];
	struct desk d;
	struct tug_dev_state st;
	struct tug_boot_cfg b;

	(void)state;
	c.server = tug_server_profile_find("mcuboot-recovery");
	c.state = TUG_VDEV_PENDING_TEST;
	d = desk_with(&c);
	assert_true(desk_list(&d, &st));
	assert_true(st.recovery);
	assert_string_equal(flags_of(&d, flags), "0: 1:");
	assert_true(says(&con, "I: Enter the serial recovery mode"));
	reset(&d);
	assert_string_equal(flags_of(&d, flags), "0:a 1:c");
	tug_vdev_power_cycle(d.v, d.now_ms);
	desk_pass(&d, 1000);
	assert_string_equal(flags_of(&d, flags), "0:ac 1:");
	b = *tug_vdev_boot_cfg(d.v);
	assert_int_equal(tug_flash_erase(&b.pri, 0, b.pri.size), TUG_OK);
	reset(&d);
	assert_string_equal(flags_of(&d, flags), "1:");
	tug_vdev_destroy(d.v);
}

/*
 * Power is cut at each flash operation of a swap and of a revert; the device comes back by itself, runs an image,
 * and ends where it would have ended.
 */
static void test_power_cuts(void **state)
{
	uint64_t n;
	uint64_t fired = 0;

	(void)state;
	for (n = 1;; n++) {
		struct tug_vdev_cfg c = plain_cfg();
		char flags[64];
		struct desk d;
		uint32_t boots;

		c.state = TUG_VDEV_PENDING_TEST;
		c.power_cut = n;
		c.seed = n;
		d = desk_with(&c);
		reset(&d);
		boots = tug_vdev_boots(d.v);
		assert_true(tug_vdev_up(d.v));
		assert_string_equal(flags_of(&d, flags), "0:a 1:c");
		reset(&d);
		assert_string_equal(flags_of(&d, flags), "0:ac 1:");
		if (tug_vdev_boots(d.v) > 3) {
			fired++;
		}
		tug_vdev_destroy(d.v);
		if (boots == 2 && n > fired + 1) {
			break;
		}
	}
	assert_true(fired > 100);
	print_message("power was cut at %u operations\n", (unsigned)fired);
}

/* Power that fails while a request is served: no answer, then a boot. */
static void test_power_cut_in_request(void **state)
{
	struct tug_vdev_cfg c = plain_cfg();
	uint8_t space[512];
	struct tug_buf b = tug_buf_of(space, sizeof(space));
	static const uint8_t erase[] = { 0x0a, 0, 0, 1, 0, 1, 4, 5, 0xa0 };
	char flags[64];
	struct desk d;

	(void)state;
	c.state = TUG_VDEV_LEFTOVER;
	c.power_cut = 3;
	d = desk_with(&c);
	assert_int_equal(tug_vdev_boots(d.v), 1);
	assert_false(desk_request(&d, tug_slice_of(erase, sizeof(erase)), &b));
	assert_int_equal(tug_vdev_boots(d.v), 2);
	assert_true(tug_vdev_up(d.v));
	assert_string_equal(flags_of(&d, flags), "0:ac");
	tug_vdev_destroy(d.v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot_takes_time),
		cmocka_unit_test(test_console_wording),
		cmocka_unit_test(test_flash_takes_time),
		cmocka_unit_test(test_buffers),
		cmocka_unit_test(test_no_buffer_for_the_response),
		cmocka_unit_test(test_bad_apps),
		cmocka_unit_test(test_crash_loop_is_bounded),
		cmocka_unit_test(test_dead),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_power_cuts),
		cmocka_unit_test(test_power_cut_in_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
