/* SPDX-License-Identifier: Apache-2.0
 *
 * Image list, state write, erase and slot info: every cell of the transition table in every profile and
 * version, the order of checks before it, and what may be erased. Flags are written "ac|pP": active slot | other.
 */
#include <stdio.h>
#include <string.h>

#include "server_fix.h"

static const char *const profiles[] = { "zephyr-3.3", "zephyr-3.5", "zephyr-4.2" };
#define N_PROFILES 3u

static uint8_t hash_a[32], hash_b[32];

/* Image 1.0.0 in the active slot, 2.0.0 in the other. */
static void open_two(struct fix *f, const struct fix_opt *o)
{
	uint8_t store[700];
	struct tug_buf b = tug_buf_of(store, sizeof(store));

	fix_open(f, o);
	fix_put(f, 0, 0, fix_image(&b, (struct tug_version){ 1, 0, 0, 0 }, 500, 1, hash_a));
	if (!o->single_slot) {
		fix_put(f, 0, 1, fix_image(&b, (struct tug_version){ 2, 0, 0, 0 }, 600, 2, hash_b));
	}
}

static void open_profile(struct fix *f, const char *profile)
{
	struct fix_opt o = { .profile = profile };

	open_two(f, &o);
}

static void state_write(struct fix *f, uint8_t version, const uint8_t *hash, size_t hash_len, int confirm)
{
	struct req r;

	req_begin(&r, version, TUG_SMP_WRITE, 1, 0);
	if (hash != NULL) {
		req_bytes(&r, "hash", tug_slice_of(hash, hash_len));
	}
	if (confirm >= 0) {
		req_bool(&r, "confirm", confirm != 0);
	}
	assert_int_equal(fix_send(f, req_end(&r)), 1);
}

static void ask_list(struct fix *f)
{
	struct req r;

	req_begin(&r, 1, TUG_SMP_READ, 1, 0);
	assert_int_equal(fix_send(f, req_end(&r)), 1);
}

/* The latest answer is a list with these flags. */
static void expect_flags(struct fix *f, const char *want)
{
	struct entry e[4];
	char have[32];

	fix_expect_ok(f);
	assert_int_equal(fix_list(f, e, 4), 2);
	assert_int_equal(e[0].slot, 0);
	assert_int_equal(e[1].slot, 1);
	snprintf(have, sizeof(have), "%s|%s", fix_flags(&e[0]), fix_flags(&e[1]));
	assert_string_equal(have, want);
}

static const struct {
	enum tug_swap_type type;
	const char *flags;
} by_type[] = {
	{ TUG_SWAP_NONE, "ac|" },
	{ TUG_SWAP_TEST, "ac|p" },
	{ TUG_SWAP_PERM, "ac|pP" },
	{ TUG_SWAP_REVERT, "a|c" },
};

static void test_flags_by_swap_type(void **state)
{
	(void)state;
	for (size_t p = 0; p < N_PROFILES; p++) {
		for (size_t t = 0; t < 4; t++) {
			struct fix f;
			uint64_t ops;

			open_profile(&f, profiles[p]);
			fix_state(&f, 0, by_type[t].type);
			ops = tug_sim_flash_ops(f.flash);
			ask_list(&f);
			expect_flags(&f, by_type[t].flags);
			assert_int_equal(tug_sim_flash_ops(f.flash), ops); /* reading writes nothing */
			fix_close(&f);
		}
	}
}

/* One cell: flags of the answered list, or "E n v1 v33" with an error. */
struct cell {
	const char *flags; /* NULL = error */
	uint8_t n, v1;
};

#define OK(flags) { flags, 0, 0 }
#define ER(n, v1) { NULL, n, v1 }

/* [old logic][swap type][test B, confirm B, test A, confirm A] */
static const struct cell cells[2][4][4] = {
	{
		{ OK("ac|p"), OK("ac|pP"), ER(33, 1), OK("ac|") },
		{ OK("ac|p"), ER(28, 6), ER(33, 1), ER(28, 6) },
		{ ER(28, 6), OK("ac|pP"), ER(33, 1), ER(28, 6) },
		{ ER(28, 6), OK("a|c"), ER(33, 1), OK("ac|") },
	},
	{
		{ OK("ac|p"), OK("ac|pP"), ER(33, 1), OK("ac|") },
		{ OK("ac|p"), OK("ac|p"), ER(33, 1), OK("ac|p") },
		{ OK("ac|pP"), OK("ac|pP"), ER(33, 1), OK("ac|pP") },
		{ ER(28, 6), ER(28, 6), ER(33, 1), OK("ac|") },
	},
};

static void send_request(struct fix *f, uint8_t version, int request, int form)
{
	const uint8_t *hash = request < 2 ? hash_b : hash_a;

	if (request == 3 && form == 1) {
		state_write(f, version, NULL, 0, 1);
	} else if (request == 3 && form == 2) {
		state_write(f, version, hash, 0, 1);
	} else {
		state_write(f, version, hash, 32, request % 2 == 1 ? 1 : form == 1 ? 0 : -1);
	}
}

static void run_cell(const char *profile, size_t type, int request, int form, uint8_t version)
{
	struct fix f;
	const struct cell *c;
	uint64_t ops;

	open_profile(&f, profile);
	fix_state(&f, 0, by_type[type].type);
	ops = tug_sim_flash_ops(f.flash);
	c = &cells[f.cfg.profile->old_state_logic][type][request];
	send_request(&f, version, request, form);
	if (c->flags != NULL) {
		expect_flags(&f, c->flags);
		ask_list(&f);
		expect_flags(&f, c->flags);
		if (strcmp(c->flags, by_type[type].flags) == 0) {
			assert_int_equal(tug_sim_flash_ops(f.flash), ops); /* ok without change */
		}
	} else {
		fix_expect_err(&f, version, 1, c->n, c->v1, c->v1);
		assert_int_equal(tug_sim_flash_ops(f.flash), ops);
		ask_list(&f);
		expect_flags(&f, by_type[type].flags);
	}
	assert_int_equal(tug_sim_flash_broken(f.flash)->twice, 0);
	fix_close(&f);
}

static void test_transitions(void **state)
{
	unsigned n = 0;

	(void)state;
	for (size_t p = 0; p < N_PROFILES; p++) {
		for (size_t t = 0; t < 4; t++) {
			for (int request = 0; request < 4; request++) {
				for (int form = 0; form < 3; form++) {
					run_cell(profiles[p], t, request, form, 0);
					run_cell(profiles[p], t, request, form, 1);
					n += 2;
				}
			}
		}
	}
	print_message("%u cells\n", n);
}

/* What a state write leaves in the trailers. */
static void test_trailers_written(void **state)
{
	struct tug_trailer t;
	struct fix f;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	state_write(&f, 1, hash_b, 32, 0);
	t = fix_trailer(&f, 0, 1);
	assert_int_equal(t.magic, TUG_GOOD);
	assert_int_equal(t.image_ok, TUG_UNSET);
	assert_int_equal(t.swap_type, TUG_SWAP_TEST);
	fix_close(&f);

	open_profile(&f, "zephyr-4.2");
	state_write(&f, 1, hash_b, 32, 1);
	t = fix_trailer(&f, 0, 1);
	assert_int_equal(t.magic, TUG_GOOD);
	assert_int_equal(t.image_ok, TUG_GOOD);
	assert_int_equal(t.swap_type, TUG_SWAP_PERM);
	assert_int_equal(fix_trailer(&f, 0, 0).magic, TUG_UNSET);
	fix_close(&f);

	open_profile(&f, "zephyr-4.2");
	fix_state(&f, 0, TUG_SWAP_REVERT);
	state_write(&f, 1, NULL, 0, 1);
	assert_int_equal(fix_trailer(&f, 0, 0).image_ok, TUG_GOOD);
	assert_int_equal(fix_trailer(&f, 0, 1).magic, TUG_UNSET);
	fix_close(&f);
}

static void test_order_of_checks(void **state)
{
	uint8_t hash[65];

	(void)state;
	for (size_t p = 0; p < N_PROFILES; p++) {
		for (uint8_t v = 0; v < 2; v++) {
			struct fix f;
			struct req r;

			open_profile(&f, profiles[p]);
			fix_state(&f, 0, TUG_SWAP_TEST);
			memset(hash, 0x5a, sizeof(hash));
			req_begin(&r, v, TUG_SMP_WRITE, 1, 0);
			req_uint(&r, "confirm", 1); /* an integer is no bool */
			fix_send(&f, req_end(&r));
			fix_expect_rc(&f, TUG_RC_INVAL);
			state_write(&f, v, NULL, 0, -1);
			fix_expect_err(&f, v, 1, 24, 3, 3);
			state_write(&f, v, NULL, 0, 0);
			fix_expect_err(&f, v, 1, 24, 3, 3);
			state_write(&f, v, hash, 0, 0);
			fix_expect_err(&f, v, 1, 24, 3, 3);
			for (size_t len = 1; len <= 65; len++) {
				state_write(&f, v, hash, len, 1);
				if (len == 32) {
					fix_expect_err(&f, v, 1, 8, 1, 3);
				} else {
					fix_expect_err(&f, v, 1, 24, 3, 3);
				}
			}
			fix_close(&f);
		}
	}
}

static void test_damaged_trailer(void **state)
{
	(void)state;
	for (size_t p = 0; p < N_PROFILES; p++) {
		for (uint8_t v = 0; v < 2; v++) {
			struct fix f;

			open_profile(&f, profiles[p]);
			fix_slot(&f, 0, 1)[f.area[0][1].size - 1] = 0x12;
			tug_sim_flash_settle(f.flash);
			state_write(&f, v, hash_b, 32, 0);
			fix_expect_err(&f, v, 1, 23, 1, 1);
			ask_list(&f);
			expect_flags(&f, "ac|");
			fix_close(&f);
		}
	}
}

static void test_flash_failures(void **state)
{
	struct tug_sim_fail fail = { .calls = TUG_SIM_WRITE, .err = TUG_EIO };

	(void)state;
	for (size_t p = 0; p < N_PROFILES; p++) {
		for (uint8_t v = 0; v < 2; v++) {
			struct fix f;

			open_profile(&f, profiles[p]);
			tug_sim_flash_fail(f.flash, &fail);
			state_write(&f, v, hash_b, 32, 0);
			fix_expect_err(&f, v, 1, 12, 1, 1);
			fix_state(&f, 0, TUG_SWAP_NONE);
			tug_sim_flash_fail(f.flash, NULL);
			fix_state(&f, 0, TUG_SWAP_REVERT);
			tug_sim_flash_fail(f.flash, &fail);
			state_write(&f, v, NULL, 0, 1);
			fix_expect_err(&f, v, 1, 12, 1, 1);
			tug_sim_flash_fail(f.flash, NULL);
			ask_list(&f);
			expect_flags(&f, "a|c");
			fix_close(&f);
		}
	}
}

/* A slot that cannot be read is left out; its trailer counts as empty. */
static void test_unreadable_slot(void **state)
{
	struct entry e[4];
	struct fix f;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	fix_state(&f, 0, TUG_SWAP_TEST);
	tug_sim_flash_fail(f.flash, &(struct tug_sim_fail){ .calls = TUG_SIM_READ, .off = f.area[0][1].off,
							    .len = f.area[0][1].size, .err = TUG_EIO });
	ask_list(&f);
	assert_int_equal(fix_list(&f, e, 4), 1);
	assert_string_equal(fix_flags(&e[0]), "ac");
	fix_close(&f);
}

static void test_same_image_in_both_slots(void **state)
{
	uint8_t store[700];
	struct tug_buf b = tug_buf_of(store, sizeof(store));
	struct fix f;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	fix_blank(&f, 0, 1);
	fix_put(&f, 0, 1, fix_image(&b, (struct tug_version){ 1, 0, 0, 0 }, 500, 1, NULL));
	state_write(&f, 1, hash_a, 32, 0);
	fix_expect_err(&f, 1, 1, 33, 1, 1);
	state_write(&f, 1, hash_a, 32, 1);
	expect_flags(&f, "ac|");
	f.images[0].active = 1; /* the running one is meant, whichever it is */
	state_write(&f, 1, hash_a, 32, 0);
	fix_expect_err(&f, 1, 1, 33, 1, 1);
	fix_close(&f);
}

/* Bootloaders that decide alone: no state write at all, whatever the payload. */
static void test_builds_without_state_write(void **state)
{
	static const int8_t modes[] = { TUG_MODE_DIRECT_XIP, TUG_MODE_RAM_LOAD, TUG_MODE_FIRMWARE_LOADER };

	(void)state;
	for (size_t i = 0; i < sizeof(modes); i++) {
		struct fix_opt o = { .boot_mode = modes[i] };
		struct fix f;

		open_two(&f, &o);
		state_write(&f, 1, hash_b, 32, 0);
		fix_expect_rc(&f, TUG_RC_NOTSUP);
		state_write(&f, 1, hash_b, 1, 0);
		fix_expect_rc(&f, TUG_RC_NOTSUP);
		fix_close(&f);
	}
}

static void test_two_images(void **state)
{
	uint8_t store[700], h10[32], h11[32];
	struct tug_buf b = tug_buf_of(store, sizeof(store));
	struct fix_opt o = { .n_images = 2 };
	struct entry e[4];
	struct fix f;

	(void)state;
	open_two(&f, &o);
	fix_put(&f, 1, 0, fix_image(&b, (struct tug_version){ 3, 0, 0, 9 }, 300, 3, h10));
	fix_put(&f, 1, 1, fix_image(&b, (struct tug_version){ 4, 0, 0, 0 }, 300, 4, h11));
	state_write(&f, 1, h11, 32, 0);
	fix_expect_ok(&f);
	assert_int_equal(fix_list(&f, e, 4), 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(e[i].image, i / 2);
		assert_int_equal(e[i].slot, i % 2);
	}
	assert_string_equal(e[2].version, "3.0.0.9");
	assert_string_equal(fix_flags(&e[0]), "ac");
	assert_string_equal(fix_flags(&e[1]), "");
	assert_string_equal(fix_flags(&e[2]), "ac");
	assert_string_equal(fix_flags(&e[3]), "p");
	assert_int_equal(fix_trailer(&f, 1, 1).image_num, 1);
	assert_int_equal(fix_trailer(&f, 0, 1).magic, TUG_UNSET);
	/* confirm of another image's running slot is denied; without a hash the running image 0 is meant */
	state_write(&f, 1, h10, 32, 1);
	fix_expect_err(&f, 1, 1, 32, 1, 1);
	state_write(&f, 0, h10, 32, 1);
	fix_expect_rc(&f, 1);
	state_write(&f, 1, NULL, 0, 1);
	fix_expect_ok(&f);
	fix_close(&f);
}

static void test_single_slot(void **state)
{
	struct fix_opt o = { .single_slot = true };
	struct entry e[4];
	struct fix f;

	(void)state;
	open_two(&f, &o);
	ask_list(&f);
	assert_int_equal(fix_list(&f, e, 4), 1);
	assert_string_equal(fix_flags(&e[0]), "ac");
	state_write(&f, 1, NULL, 0, 1);
	fix_expect_ok(&f);
	state_write(&f, 1, hash_a, 32, 0);
	fix_expect_err(&f, 1, 1, 33, 1, 1);
	assert_string_equal(fix_hex(&f, "0a00000100012805a0"), "0b00001300012805bf63657272bf6567726f7570016272630affff");
	assert_string_equal(fix_hex(&f, "0800000000012b06"),
			    "0900002c00012b06bf66696d616765739fbf65696d6167650065736c6f74739fbf64736c6f74006473697a6519"
			    "8000ffffffffff");
	fix_close(&f);
}

/* The hook replaces what is reported, and a state write goes by what was reported. */
static void test_reported_hash(void **state)
{
	struct entry e[4];
	struct fix f;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	memset(f.report[1], 0x77, 64);
	f.report_len[1] = 64;
	ask_list(&f);
	assert_int_equal(fix_list(&f, e, 4), 2);
	assert_memory_equal(e[0].hash, hash_a, 32);
	assert_int_equal(e[1].hash_len, 64);
	assert_memory_equal(e[1].hash, f.report[1], 64);
	state_write(&f, 1, hash_b, 32, 0);
	fix_expect_err(&f, 1, 1, 8, 1, 3);
	state_write(&f, 1, f.report[1], 64, 0);
	expect_flags(&f, "ac|p");
	fix_close(&f);
}

static void test_what_is_listed(void **state)
{
	uint8_t store[700];
	struct tug_buf b = tug_buf_of(store, sizeof(store));
	struct tug_image_hdr h;
	struct entry e[4];
	struct fix f;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	/* not bootable */
	fix_image(&b, (struct tug_version){ 255, 255, 65535, 4294967295u }, 100, 9, NULL);
	tug_image_hdr_decode(store, &h);
	h.flags = TUG_IMG_F_NON_BOOTABLE;
	tug_image_hdr_encode(&h, store);
	fix_blank(&f, 0, 1);
	fix_put(&f, 0, 1, tug_buf_slice(&b));
	ask_list(&f);
	assert_int_equal(fix_list(&f, e, 4), 2);
	assert_int_equal(e[0].bootable, 1);
	assert_int_equal(e[1].bootable, 0);
	assert_string_equal(e[1].version, "255.255.65535.4294967295");
	/* no digest: listed without a hash */
	store[32 + 100 + 4] = 0x60;
	fix_blank(&f, 0, 1);
	fix_put(&f, 0, 1, tug_buf_slice(&b));
	ask_list(&f);
	assert_int_equal(fix_list(&f, e, 4), 2);
	assert_int_equal(e[1].hash_len, 0);
	/* TLV area broken, wrong magic, blank: left out */
	store[32 + 100] ^= 1;
	fix_blank(&f, 0, 1);
	fix_put(&f, 0, 1, tug_buf_slice(&b));
	ask_list(&f);
	assert_int_equal(fix_list(&f, e, 4), 1);
	fix_blank(&f, 0, 0);
	fix_blank(&f, 0, 1);
	ask_list(&f);
	assert_int_equal(fix_list(&f, e, 4), 0);
	/* confirm of the running image needs no image header */
	state_write(&f, 1, NULL, 0, 1);
	fix_expect_ok(&f);
	fix_close(&f);
}

/* Swap using offset: the other slot's image starts one sector in. */
static void test_offset_mode_list(void **state)
{
	uint8_t store[700];
	struct tug_buf b = tug_buf_of(store, sizeof(store));
	struct fix_opt o = { .boot_mode = TUG_MODE_SWAP_OFFSET };
	struct entry e[4];
	struct fix f;
	struct tug_slice img;

	(void)state;
	open_two(&f, &o);
	ask_list(&f);
	assert_int_equal(fix_list(&f, e, 4), 1);
	img = fix_image(&b, (struct tug_version){ 2, 0, 0, 0 }, 600, 2, NULL);
	memcpy(fix_slot(&f, 0, 1) + 4096, img.p, img.len);
	tug_sim_flash_settle(f.flash);
	state_write(&f, 1, hash_b, 32, 0);
	expect_flags(&f, "ac|p");
	fix_close(&f);
}

static void erase(struct fix *f, uint8_t version, int slot)
{
	struct req r;

	req_begin(&r, version, TUG_SMP_WRITE, 1, 5);
	if (slot >= 0) {
		req_uint(&r, "slot", (uint64_t)slot);
	}
	assert_int_equal(fix_send(f, req_end(&r)), 1);
}

static bool slot_blank(struct fix *f, uint8_t slot)
{
	const uint8_t *p = fix_slot(f, 0, slot);

	for (uint32_t i = 0; i < f->area[0][slot].size; i++) {
		if (p[i] != f->area[0][slot].dev->erased) {
			return false;
		}
	}
	return true;
}

/* Erase in every state: the running slot and a revert target never, a pending slot by profile. */
static void test_erase(void **state)
{
	(void)state;
	for (size_t p = 0; p < N_PROFILES; p++) {
		for (size_t t = 0; t < 4; t++) {
			for (int slot = -1; slot < 2; slot++) {
				for (uint8_t v = 0; v < 2; v++) {
					struct fix f;
					bool pending = t == 1 || t == 2, allowed;

					open_profile(&f, profiles[p]);
					fix_state(&f, 0, by_type[t].type);
					allowed = slot != 0 && t != 3 && !(pending && f.cfg.profile->pending_in_use);
					erase(&f, v, slot);
					if (allowed) {
						fix_expect_ok(&f);
						assert_true(slot_blank(&f, 1));
					} else {
						fix_expect_err(&f, v, 1, 9, 6, 6);
						assert_false(slot_blank(&f, 1));
					}
					assert_false(slot_blank(&f, 0));
					fix_close(&f);
				}
			}
		}
	}
}

static void test_erase_details(void **state)
{
	struct tug_sim_fail fail = { .calls = TUG_SIM_ERASE, .err = TUG_EIO };
	uint64_t ops;
	struct fix f;

	(void)state;
	for (size_t p = 0; p < N_PROFILES; p++) {
		for (uint8_t v = 0; v < 2; v++) {
			struct req r;

			open_profile(&f, profiles[p]);
			erase(&f, v, 2);
			fix_expect_err(&f, v, 1, 10, 1, 1);
			erase(&f, v, 9);
			fix_expect_err(&f, v, 1, 10, 1, 1);
			req_begin(&r, v, TUG_SMP_WRITE, 1, 5);
			req_uint(&r, "slot", UINT64_MAX);
			fix_send(&f, req_end(&r));
			fix_expect_err(&f, v, 1, 10, 1, 1);
			req_begin(&r, v, TUG_SMP_WRITE, 1, 5);
			req_text(&r, "slot", "1");
			fix_send(&f, req_end(&r));
			fix_expect_rc(&f, TUG_RC_INVAL);
			tug_sim_flash_fail(f.flash, &fail);
			erase(&f, v, 1);
			fix_expect_err(&f, v, 1, 13, 1, 1);
			tug_sim_flash_fail(f.flash, NULL);
			erase(&f, v, 1);
			fix_expect_ok(&f);
			/* blank already */
			ops = tug_sim_flash_ops(f.flash);
			erase(&f, v, 1);
			if (f.cfg.profile->blank_erase_fails) {
				fix_expect_err(&f, v, 1, 1, 1, 1);
			} else {
				fix_expect_ok(&f);
			}
			assert_int_equal(tug_sim_flash_ops(f.flash), ops);
			fix_close(&f);
		}
	}
}

/* What cannot be read cannot be judged blank: the erase fails, and says so. */
static void test_erase_unreadable(void **state)
{
	(void)state;
	for (size_t p = 0; p < N_PROFILES; p++) {
		struct fix f;

		open_profile(&f, profiles[p]);
		tug_sim_flash_fail(f.flash, &(struct tug_sim_fail){ .calls = TUG_SIM_READ, .off = f.area[0][1].off,
								    .len = f.area[0][1].size, .err = TUG_EIO });
		erase(&f, 1, 1);
		fix_expect_err(&f, 1, 1, 13, 1, 1);
		fix_close(&f);
	}
}

/* Cut at every operation of an erase of a pending slot: never a pending mark on a damaged image. */
static void test_erase_power_cut(void **state)
{
	static uint8_t store[10000];
	struct tug_buf b = tug_buf_of(store, sizeof(store));
	uint8_t hash[32];
	unsigned cuts = 0;

	(void)state;
	fix_image(&b, (struct tug_version){ 2, 0, 0, 0 }, 9000, 2, hash);
	for (unsigned kind = 0; kind < TUG_SIM_CUT_KINDS; kind++) {
		for (uint64_t nth = 1;; nth++) {
			struct entry e[4];
			struct fix f;
			size_t n;

			open_profile(&f, "zephyr-4.2");
			fix_put(&f, 0, 1, tug_buf_slice(&b));
			fix_state(&f, 0, TUG_SWAP_TEST);
			tug_sim_flash_cut(f.flash, nth, (enum tug_sim_cut)kind, nth);
			erase(&f, 1, 1);
			if (!tug_sim_flash_is_off(f.flash)) {
				fix_close(&f);
				break;
			}
			cuts++;
			tug_sim_flash_power_up(f.flash);
			ask_list(&f);
			n = fix_list(&f, e, 4);
			assert_true(n >= 1);
			assert_string_equal(fix_flags(&e[0]), "ac");
			if (n == 2 && e[1].pending == 1) {
				assert_memory_equal(e[1].hash, hash, 32);
				assert_memory_equal(fix_slot(&f, 0, 1), store, b.len); /* whole, mark and all */
			}
			fix_close(&f);
		}
	}
	print_message("%u cuts\n", cuts);
	assert_true(cuts >= 20);
}

static void test_slot_info(void **state)
{
	struct fix_opt o = { .n_images = 2, .max_image = 20000 };
	struct fix f;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	assert_string_equal(fix_hex(&f, "0800000000012b06"),
			    "0900004d00012b06bf66696d616765739fbf65696d6167650065736c6f74739fbf64736c6f74006473697a6519"
			    "8000ffbf64736c6f74016473697a651980006f75706c6f61645f696d6167655f696400ffffffffff");
	fix_close(&f);
	open_two(&f, &o);
	assert_string_equal(fix_hex(&f, "0800000000012b06"),
			    "090000b300012b06bf66696d616765739fbf65696d6167650065736c6f74739fbf64736c6f74006473697a6519"
			    "8000ffbf64736c6f74016473697a651980006f75706c6f61645f696d6167655f696400ffff6e6d61785f696d61"
			    "67655f73697a65194e20ffbf65696d6167650165736c6f74739fbf64736c6f74006473697a65198000ffbf6473"
			    "6c6f74016473697a651980006f75706c6f61645f696d6167655f696401ffff6e6d61785f696d6167655f73697a"
			    "65194e20ffffff");
	fix_close(&f);
	open_profile(&f, "zephyr-3.5");
	assert_string_equal(fix_hex(&f, "0800000000012b06"), "0900000600012b06bf62726308ff");
	fix_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags_by_swap_type),
		cmocka_unit_test(test_transitions),
		cmocka_unit_test(test_trailers_written),
		cmocka_unit_test(test_order_of_checks),
		cmocka_unit_test(test_damaged_trailer),
		cmocka_unit_test(test_flash_failures),
		cmocka_unit_test(test_unreadable_slot),
		cmocka_unit_test(test_same_image_in_both_slots),
		cmocka_unit_test(test_builds_without_state_write),
		cmocka_unit_test(test_two_images),
		cmocka_unit_test(test_single_slot),
		cmocka_unit_test(test_reported_hash),
		cmocka_unit_test(test_what_is_listed),
		cmocka_unit_test(test_offset_mode_list),
		cmocka_unit_test(test_erase),
		cmocka_unit_test(test_erase_details),
		cmocka_unit_test(test_erase_unreadable),
		cmocka_unit_test(test_erase_power_cut),
		cmocka_unit_test(test_slot_info),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
