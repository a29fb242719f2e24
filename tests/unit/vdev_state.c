/* SPDX-License-Identifier: Apache-2.0
 *
 * The states a virtual device can start in: what the image list shows, what the next boots make of it, what is refused.
 */
#include "vdev_util.h"

struct row {
	enum tug_vdev_state state;
	const char *now;   /* list after the start */
	const char *boot1; /* after one more reset */
	const char *boot2; /* and one more */
};

static void check_row(const struct tug_vdev_cfg *c, const struct row *row)
{
	struct desk d = desk_with(c);
	char flags[64];

	assert_true(tug_vdev_up(d.v));
	assert_string_equal(flags_of(&d, flags), row->now);
	reset(&d);
	assert_string_equal(flags_of(&d, flags), row->boot1);
	reset(&d);
	assert_string_equal(flags_of(&d, flags), row->boot2);
	tug_vdev_destroy(d.v);
}

static const char *const swap_profiles[] = { "tiny", "nrf52833", "nrf52840", "nrf5340", "nrf54l15", "stm32f4" };

static void test_states_swap(void **state)
{
	static const struct row rows[] = {
		{ TUG_VDEV_KEEP, "0:ac", "0:ac", "0:ac" },
		{ TUG_VDEV_FRESH, "0:ac", "0:ac", "0:ac" },
		{ TUG_VDEV_LEFTOVER, "0:ac 1:", "0:ac 1:", "0:ac 1:" },
		{ TUG_VDEV_TEST_RUN, "0:a 1:c", "0:ac 1:", "0:ac 1:" },
		{ TUG_VDEV_UNCONFIRMED, "0:a", "0:ac", "0:ac" },
		{ TUG_VDEV_DUPLICATE, "0:ac 1:", "0:ac 1:", "0:ac 1:" },
	};
	size_t i;
	size_t k;

	(void)state;
	for (k = 0; k < sizeof(swap_profiles) / sizeof(swap_profiles[0]); k++) {
		struct tug_vdev_cfg c = plain_cfg();

		c.profile = tug_vdev_profile_find(swap_profiles[k]);
		for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			c.state = rows[i].state;
			check_row(&c, &rows[i]);
		}
	}
}

/* A mark is set while the application runs: the next boot acts on it, not the start. */
static void test_pending(void **state)
{
	struct tug_vdev_cfg c = plain_cfg();
	char flags[64];
	struct desk d;

	(void)state;
	c.state = TUG_VDEV_PENDING_TEST;
	d = desk_with(&c);
	assert_string_equal(flags_of(&d, flags), "0:ac 1:p");
	reset(&d);
	assert_string_equal(flags_of(&d, flags), "0:a 1:c");
	reset(&d);
	assert_string_equal(flags_of(&d, flags), "0:ac 1:");
	tug_vdev_destroy(d.v);
	c.state = TUG_VDEV_PENDING_CONFIRM;
	d = desk_with(&c);
	assert_string_equal(flags_of(&d, flags), "0:ac 1:pP");
	reset(&d);
	assert_string_equal(flags_of(&d, flags), "0:ac 1:");
	tug_vdev_destroy(d.v);
}

static void test_states_overwrite(void **state)
{
	static const struct row rows[] = {
		{ TUG_VDEV_FRESH, "0:ac", "0:ac", "0:ac" },
		{ TUG_VDEV_LEFTOVER, "0:ac 1:", "0:ac 1:", "0:ac 1:" },
		{ TUG_VDEV_PENDING_TEST, "0:ac 1:p", "0:ac", "0:ac" },
		{ TUG_VDEV_PENDING_CONFIRM, "0:ac 1:pP", "0:ac", "0:ac" },
		{ TUG_VDEV_DUPLICATE, "0:ac 1:", "0:ac 1:", "0:ac 1:" },
	};
	struct tug_vdev_cfg c = plain_cfg();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		c.state = rows[i].state;
		c.mode = &tug_boot_overwrite;
		check_row(&c, &rows[i]);
		c.mode = &tug_boot_overwrite_fast;
		check_row(&c, &rows[i]);
	}
	c.profile = tug_vdev_profile_find("stm32f4");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		c.state = rows[i].state;
		check_row(&c, &rows[i]);
	}
}

static void refused(const struct tug_vdev_cfg *c, int err, const char *part)
{
	struct tug_vdev *v = NULL;
	char why[256] = "";

	assert_int_equal(tug_vdev_create(c, 0, &v, why, sizeof(why)), err);
	assert_null(v);
	if (strstr(why, part) == NULL) {
		fail_msg("'%s' does not say '%s'", why, part);
	}
}

static void test_refused(void **state)
{
	static const uint8_t der[] = { 0x30, 0x00 };
	struct tug_pubkey key = { tug_slice_of(der, sizeof(der)) };
	static uint8_t big[0x10000];
	struct tug_vdev_cfg c = plain_cfg();

	(void)state;
	c.mode = &tug_boot_overwrite;
	c.state = TUG_VDEV_TEST_RUN;
	refused(&c, TUG_EINVAL, "no trial run");
	c.state = TUG_VDEV_UNCONFIRMED;
	refused(&c, TUG_EINVAL, "no trial run");
	c.mode = &tug_boot_overwrite_fast;
	refused(&c, TUG_EINVAL, "no trial run");
	c = plain_cfg();
	c.keys = &key;
	c.n_keys = 1;
	c.sig = TUG_SIG_P256;
	refused(&c, TUG_EINVAL, "--primary");
	c = plain_cfg();
	c.primary = tug_slice_of(big, 100);
	refused(&c, TUG_EMAGIC, "signed");
	tug_put_le32(big, TUG_IMAGE_MAGIC);
	c.primary = tug_slice_of(big, sizeof(big));
	refused(&c, TUG_EIMGSIZE, "tiny");
	c = plain_cfg();
	c.state = TUG_VDEV_LEFTOVER;
	c.secondary = tug_slice_of(big, sizeof(big));
	refused(&c, TUG_EIMGSIZE, "secondary");
	c = plain_cfg();
	c.buf_size = 5;
	refused(&c, TUG_EINVAL, "buffers of 5");
	c = plain_cfg();
	c.profile = NULL;
	refused(&c, TUG_EINVAL, "profile");
}

/* A primary image given is the one that runs, on trial as well. */
static void test_given_images(void **state)
{
	static const enum tug_vdev_state states[] = { TUG_VDEV_FRESH, TUG_VDEV_TEST_RUN, TUG_VDEV_UNCONFIRMED,
						      TUG_VDEV_PENDING_TEST, TUG_VDEV_LEFTOVER };
	struct tug_version v1 = { 1, 2, 3, 0 };
	struct tug_version v2 = { 4, 5, 6, 7 };
	uint8_t *a = vdev_image_make(&tug_crypto_hashonly, 9001, 77, &v1);
	uint8_t *b = vdev_image_make(&tug_crypto_hashonly, 7003, 78, &v2);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		struct tug_vdev_cfg c = plain_cfg();
		uint8_t got[9001];
		struct desk d;

		c.state = states[i];
		c.primary = tug_slice_of(a, 9001);
		c.secondary = tug_slice_of(b, 7003);
		d = desk_with(&c);
		assert_int_equal(tug_vdev_flash_read(d.v, c.profile->pri_off, got, 9001), TUG_OK);
		assert_memory_equal(got, a, 9001);
		if (states[i] != TUG_VDEV_FRESH && states[i] != TUG_VDEV_UNCONFIRMED) {
			assert_int_equal(tug_vdev_flash_read(d.v, c.profile->sec_off, got, 7003), TUG_OK);
			assert_memory_equal(got, b, 7003);
		}
		tug_vdev_destroy(d.v);
	}
	free(a);
	free(b);
}

/* Every profile: slots inside the flash, on sector edges, apart from each other; a default mode that is there. */
static void test_profiles(void **state)
{
	size_t n;
	const struct tug_vdev_profile *p = tug_vdev_profiles(&n);
	size_t i;

	(void)state;
	assert_true(n >= 6);
	for (i = 0; i < n; i++) {
		assert_ptr_equal(tug_vdev_profile_find(p[i].name), &p[i]);
		assert_int_equal(p[i].flash_size % p[i].sector, 0);
		assert_int_equal((p[i].pri_off | p[i].pri_size | p[i].sec_off | p[i].sec_size) % p[i].sector, 0);
		assert_int_equal((p[i].storage_off | p[i].storage_size) % p[i].sector, 0);
		assert_true(p[i].pri_off >= p[i].sector);
		assert_true(p[i].pri_off + p[i].pri_size <= p[i].sec_off);
		assert_true(p[i].sec_off + p[i].sec_size <= p[i].storage_off);
		assert_true(p[i].storage_off + p[i].storage_size <= p[i].flash_size);
		assert_int_equal(p[i].pri_size, p[i].sec_size);
		assert_non_null(vdev_mode_find(p[i].bootloader));
	}
	assert_null(tug_vdev_profile_find("nrf52"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_profiles),
		cmocka_unit_test(test_states_swap),
		cmocka_unit_test(test_pending),
		cmocka_unit_test(test_states_overwrite),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_given_images),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
