/* SPDX-License-Identifier: Apache-2.0
 *
 * The recorded flash states of MCUboot's own code: contents, number of operations and their trace must be equal
 * octet for octet, also when power was cut on the way. Source: docs/boot.md, recorded states.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/powerloss/world.h"

/* ---- trace ----------------------------------------------------------------------------------------- */

struct trace {
	const struct world *w;
	struct tug_hash_ctx hash;
	uint32_t ops;
	bool outside; /* an operation touched neither slot nor scratch */
};

static void trace_op(void *ctx, char op, uint32_t off, uint32_t len)
{
	struct trace *t = ctx;
	const struct tug_flash_area *area[3] = { &t->w->cfg.pri, &t->w->cfg.sec, &t->w->cfg.scratch };
	char line[64];

	t->ops++;
	for (unsigned i = 0; i < 3; i++) {
		if (off >= area[i]->off && off < area[i]->off + area[i]->size) {
			int n = snprintf(line, sizeof(line), "%c %u %x %x\n", op, i + 1u, off - area[i]->off, len);

			assert_int_equal(tug_crypto_hashonly.hash_update(&t->hash, line, (size_t)n), TUG_OK);
			return;
		}
	}
	t->outside = true;
}

static void trace_begin(struct trace *t, struct world *w)
{
	t->w = w;
	t->ops = 0;
	t->outside = false;
	assert_int_equal(tug_crypto_hashonly.hash_init(&t->hash, TUG_SHA256), TUG_OK);
	tug_sim_flash_trace(w->flash, trace_op, t);
}

static void trace_end(struct trace *t, struct world *w, char out[33])
{
	uint8_t digest[32];

	tug_sim_flash_trace(w->flash, NULL, NULL);
	assert_int_equal(tug_crypto_hashonly.hash_final(&t->hash, digest), TUG_OK);
	for (int i = 0; i < 16; i++) {
		snprintf(&out[2 * i], 3, "%02x", digest[i]);
	}
	assert_false(t->outside);
}

/* ---- steps ----------------------------------------------------------------------------------------- */

static void make(struct world *w, const struct tug_boot_mode_ops *mode)
{
	struct tug_version v1 = { 1, 0, 0, 0 };
	struct tug_version v2 = { 2, 0, 0, 7 };

	world_make(w, &geo_128k, mode, image_make(payload_old, 20000, 32, 0, v1), image_make(payload_new, 30001, 32, 0, v2));
}

static void expect_flash(struct world *w, const char *what, const char *hash)
{
	char now[33];

	hash16(tug_sim_flash_bytes(w->flash), 512u * 1024u, now);
	if (strcmp(now, hash) != 0) {
		fail_msg("%s: flash is %s, recorded %s\n%s", what, now, hash, w->console);
	}
}

/* A boot with everything recorded about it. */
static void expect_boot(struct world *w, const char *what, enum tug_swap_type type, uint32_t ops, const char *flash,
			const char *trace)
{
	struct tug_boot_rsp rsp;
	struct trace t;
	char hash[33];

	trace_begin(&t, w);
	assert_int_equal(world_boot(w, &rsp), TUG_OK);
	trace_end(&t, w, hash);
	assert_int_equal(rsp.swapped, type);
	assert_int_equal(rsp.image_off, geo_128k.pri_off);
	assert_int_equal(t.ops, ops);
	expect_flash(w, what, flash);
	if (trace != NULL) {
		assert_string_equal(hash, trace);
	}
	assert_int_equal(w->feeds > 0, 1);
}

static void mark(struct world *w, bool permanent)
{
	uint64_t before = tug_sim_flash_ops(w->flash);

	assert_int_equal(world_set_pending(w, permanent), TUG_OK);
	assert_int_equal(tug_sim_flash_ops(w->flash) - before, permanent ? 3 : 2);
	expect_flash(w, "marked",
		     permanent ? "12398535de29f67fed2f0c3e13c0c7ad" : "c7b9d6a3bb93149729d3d38a75d455b9");
}

/* ---- the images themselves ------------------------------------------------------------------------- */

static void images_are_the_recorded_ones(void **state)
{
	struct world w;
	char hash[33];

	(void)state;
	make(&w, &tug_boot_swap_move);
	assert_int_equal(w.old.len, 20072);
	assert_int_equal(w.new.len, 30073);
	hash16(w.old.bytes, w.old.len, hash);
	assert_string_equal(hash, "e681d975cbfb3349d37913b6f5ad1a08");
	hash16(w.new.bytes, w.new.len, hash);
	assert_string_equal(hash, "fc435c6251389009beb610d555105cce");
	world_free(&w);
}

/* ---- move ------------------------------------------------------------------------------------------ */

static void move_test_and_revert(void **state)
{
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_move);
	mark(&w, false);
	expect_boot(&w, "swapped", TUG_SWAP_TEST, 150, "8f566c771e853a01b1fcc746e31cc801",
		    "8c6643622d38e8933ea67ecb49f9d173");
	assert_true(world_holds(&w, &w.cfg.pri, &w.new));
	assert_true(world_holds(&w, &w.cfg.sec, &w.old));
	expect_boot(&w, "reverted", TUG_SWAP_REVERT, 155, "ca495a695efb6e228f9fc29b261cd326",
		    "66f373831c3c570db62fda2b8080df3b");
	assert_true(world_holds(&w, &w.cfg.pri, &w.old));
	assert_true(world_holds(&w, &w.cfg.sec, &w.new));
	expect_boot(&w, "stays", TUG_SWAP_NONE, 0, "ca495a695efb6e228f9fc29b261cd326", NULL);
	world_free(&w);
}

static void move_perm(void **state)
{
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_move);
	mark(&w, true);
	expect_boot(&w, "swapped", TUG_SWAP_PERM, 151, "e5aca67dbbb6c3d1b2ecfa88d1d15d54",
		    "72bf4066f3de9e5a13906ab31a6e8b96");
	expect_boot(&w, "stays", TUG_SWAP_NONE, 0, "e5aca67dbbb6c3d1b2ecfa88d1d15d54", NULL);
	world_free(&w);
}

static void move_cut(void **state)
{
	static const struct {
		uint32_t at;
		uint32_t ops;
		const char *cut;
	} rows[] = {
		{ 1, 150, "c7b9d6a3bb93149729d3d38a75d455b9" },  { 9, 146, "87e59061a9896dc77c6c63c35a60eb44" },
		{ 20, 133, "5e6fae05bd6af4baa55b0b2b0bc1d69b" }, { 50, 103, "c3f22338db083224ef279dad705950eb" },
		{ 80, 73, "ea58f4af476ae546a620a9fe469d273a" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_boot_rsp rsp;
		struct world w;

		make(&w, &tug_boot_swap_move);
		mark(&w, false);
		tug_sim_flash_cut(w.flash, rows[i].at, TUG_SIM_CUT_BEFORE, 0);
		assert_int_equal(world_boot(&w, &rsp), TUG_EPOWER);
		assert_true(tug_sim_flash_is_off(w.flash));
		expect_flash(&w, "cut", rows[i].cut);
		tug_sim_flash_power_up(w.flash);
		expect_boot(&w, "finished", TUG_SWAP_TEST, rows[i].ops, "8f566c771e853a01b1fcc746e31cc801", NULL);
		world_free(&w);
	}
}

static void expect_octets(struct world *w, uint32_t off, const char *hex)
{
	const uint8_t *p = &tug_sim_flash_bytes(w->flash)[off];
	char now[256] = "";

	for (size_t i = 0; i < strlen(hex) / 2; i++) {
		snprintf(&now[2 * i], 3, "%02x", p[i]);
	}
	assert_string_equal(now, hex);
}

/* Trailer and status records in the middle of a swap, and after. */
static void move_trailer_octets(void **state)
{
	struct tug_boot_rsp rsp;
	struct world w;
	uint32_t end = geo_128k.pri_off + geo_128k.pri_size;

	(void)state;
	make(&w, &tug_boot_swap_move);
	mark(&w, false);
	tug_sim_flash_cut(w.flash, 100, TUG_SIM_CUT_BEFORE, 0);
	assert_int_equal(world_boot(&w, &rsp), TUG_EPOWER);
	expect_octets(&w, end - 48,
		      "79750000ffffffff02ffffffffffffffffffffffffffffffffffffffffffffff77c295f360d2ef7f3552500f2cb67980");
	expect_octets(&w, end - 1584,
		      "01ffffff01ffffff01ffffff01ffffff01ffffff01ffffff01ffffff01ffffffffffffff");
	expect_octets(&w, end - 1584 + 512,
		      "01ffffff02ffffff01ffffff02ffffff01ffffff02ffffff01ffffffffffffff");
	tug_sim_flash_power_up(w.flash);
	assert_int_equal(world_boot(&w, &rsp), TUG_OK);
	expect_octets(&w, end - 32, "01ffffffffffffffffffffffffffffff77c2");
	assert_int_equal(world_boot(&w, &rsp), TUG_OK);
	expect_octets(&w, end - 40, "04ffffffffffffff01ffffffffffffff01ffffffffffffff77c2");
	world_free(&w);
}

/* ---- scratch --------------------------------------------------------------------------------------- */

static void scratch_test_and_revert(void **state)
{
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_scratch);
	assert_int_equal(tug_boot_max_image(&w.cfg), 129488);
	mark(&w, false);
	expect_boot(&w, "swapped", TUG_SWAP_TEST, 154, "3d062fb8f099c1a32b8f1af55b87af18",
		    "1714608fc6c1afbfb6c870dc5e2b1bac");
	assert_true(world_holds(&w, &w.cfg.pri, &w.new));
	assert_true(world_holds(&w, &w.cfg.sec, &w.old));
	expect_boot(&w, "reverted", TUG_SWAP_REVERT, 155, "8f701acff8af6a4f4560841c3c19d319",
		    "d26217683f9b2ed3e04b84cdf5996fe3");
	assert_true(world_holds(&w, &w.cfg.pri, &w.old));
	assert_true(world_holds(&w, &w.cfg.sec, &w.new));
	expect_boot(&w, "stays", TUG_SWAP_NONE, 0, "8f701acff8af6a4f4560841c3c19d319", NULL);
	world_free(&w);
}

static void scratch_perm(void **state)
{
	struct world w;

	(void)state;
	make(&w, &tug_boot_swap_scratch);
	mark(&w, true);
	expect_boot(&w, "swapped", TUG_SWAP_PERM, 156, "40e6bb026d0b01777d038d12bff155bd",
		    "640c0e565fefccbc31aa06426e761f76");
	expect_boot(&w, "stays", TUG_SWAP_NONE, 0, "40e6bb026d0b01777d038d12bff155bd", NULL);
	world_free(&w);
}

static void scratch_cut(void **state)
{
	static const struct {
		uint32_t at;
		uint32_t ops;
		const char *cut;
	} rows[] = {
		{ 1, 154, "c7b9d6a3bb93149729d3d38a75d455b9" },  { 9, 154, "540396b4929b6349b487c251dbaba600" },
		{ 20, 140, "301d813729a6d2c4473cb92158ab7e9f" }, { 50, 109, "84d7308f7fd9a303bd239057bd0231e5" },
		{ 80, 79, "141fd93056719c6f16b48b4cb76978c4" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_boot_rsp rsp;
		struct world w;

		make(&w, &tug_boot_swap_scratch);
		mark(&w, false);
		tug_sim_flash_cut(w.flash, rows[i].at, TUG_SIM_CUT_BEFORE, 0);
		assert_int_equal(world_boot(&w, &rsp), TUG_EPOWER);
		expect_flash(&w, "cut", rows[i].cut);
		tug_sim_flash_power_up(w.flash);
		expect_boot(&w, "finished", TUG_SWAP_TEST, rows[i].ops, "3d062fb8f099c1a32b8f1af55b87af18", NULL);
		world_free(&w);
	}
}

/* ---- overwrite ------------------------------------------------------------------------------------- */

static void overwrite(void **state)
{
	struct world w;

	(void)state;
	make(&w, &tug_boot_overwrite);
	mark(&w, false);
	expect_boot(&w, "swapped", TUG_SWAP_TEST, 162, "a26efb2ebd8aa44b0a469d99d3891684",
		    "a711bb9776df84a75853284af6b24bf8");
	expect_boot(&w, "stays", TUG_SWAP_NONE, 0, "a26efb2ebd8aa44b0a469d99d3891684", NULL);
	world_free(&w);

	make(&w, &tug_boot_overwrite);
	mark(&w, true);
	expect_boot(&w, "swapped", TUG_SWAP_PERM, 162, "9fb441cf81b83d24c5929241199c0514",
		    "a711bb9776df84a75853284af6b24bf8");
	world_free(&w);
}

static void overwrite_fast(void **state)
{
	struct world w;

	(void)state;
	for (int permanent = 0; permanent < 2; permanent++) {
		make(&w, &tug_boot_overwrite_fast);
		mark(&w, permanent == 1);
		expect_boot(&w, "swapped", permanent == 1 ? TUG_SWAP_PERM : TUG_SWAP_TEST, 42,
			    "973111105c77f7c4b95fefc96dabab67", "14e8b25c2cda64236729e8b1e4006fb0");
		world_free(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(images_are_the_recorded_ones),
		cmocka_unit_test(move_test_and_revert),
		cmocka_unit_test(move_perm),
		cmocka_unit_test(move_cut),
		cmocka_unit_test(move_trailer_octets),
		cmocka_unit_test(scratch_test_and_revert),
		cmocka_unit_test(scratch_perm),
		cmocka_unit_test(scratch_cut),
		cmocka_unit_test(overwrite),
		cmocka_unit_test(overwrite_fast),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
