/* SPDX-License-Identifier: Apache-2.0
 *
 * The boot core with real signatures: power is cut at every operation of an update and its revert, and images with
 * a wrong, missing or broken signature never run. The full sweep (tests/powerloss) checks digests only.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/imgtool.h>
#include <tug/port/crypto_openssl.h>

#include "tests/unit/boot_signing.h"

static struct test_image sign(const struct tug_key *key, payload_fn fn, uint32_t payload, struct tug_version v)
{
	struct tug_sign_options o = tug_sign_defaults();
	struct tug_file in = { 0 };
	struct test_image img;

	o.key = key;
	o.version = v;
	o.pad_header = true;
	in.data.p = malloc(payload);
	in.data.len = payload;
	assert_non_null(in.data.p);
	for (uint32_t i = 0; i < payload; i++) {
		in.data.p[i] = fn(i);
	}
	img = image_sign(&in, &o);
	tug_file_free(&in);
	return img;
}

struct signer {
	struct tug_key *key;
	struct tug_key *other;
	struct tug_pubkey pub;
};

static void signer_make(struct signer *s, enum tug_sig_alg alg)
{
	char why[TUG_WHY_CAP];

	assert_int_equal(tug_key_generate(alg, &s->key, why), TUG_OK);
	assert_int_equal(tug_key_generate(alg, &s->other, why), TUG_OK);
	s->pub.der = tug_key_public_der(s->key);
}

static void signer_free(struct signer *s)
{
	tug_key_free(s->key);
	tug_key_free(s->other);
}

static void world_signed(struct world *w, struct signer *s, enum tug_sig_alg alg, struct test_image second)
{
	world_make(w, &geo_small, &tug_boot_swap_move, sign(s->key, payload_old, 2000, v1), second);
	w->cfg.crypto = &tug_crypto_openssl;
	w->cfg.verify.sig = alg;
	w->cfg.verify.hash = TUG_SHA256;
	w->cfg.verify.keys = &s->pub;
	w->cfg.verify.n_keys = 1;
}

/* Cut at every operation of the step that `prepared` leads to; the sequence of images is the one expected. */
static uint32_t cut_everywhere(struct world *w, const struct test_image *first, const struct test_image *then)
{
	static const enum tug_sim_cut kinds[] = { TUG_SIM_CUT_BEFORE, TUG_SIM_CUT_TORN_RANDOM, TUG_SIM_CUT_TORN_ZEROS };
	size_t size = tug_sim_flash_state_size(w->flash);
	void *start = malloc(size);
	struct tug_boot_rsp rsp;
	uint32_t n = 0;
	bool fired = true;

	assert_non_null(start);
	tug_sim_flash_save(w->flash, start);
	for (uint32_t at = 1; fired; at++) {
		for (size_t k = 0; k < 3 && fired; k++) {
			tug_sim_flash_load(w->flash, start);
			tug_sim_flash_cut(w->flash, at, kinds[k], at);
			fired = world_boot(w, &rsp) == TUG_EPOWER;
			assert_int_equal(fired, tug_sim_flash_is_off(w->flash));
			tug_sim_flash_power_up(w->flash);
			tug_sim_flash_cut(w->flash, 0, TUG_SIM_CUT_BEFORE, 0);
			if (!fired) {
				break;
			}
			/* the torn copy_done of a trial counts as tried: then the old image is back at once */
			assert_int_equal(world_boot(w, &rsp), TUG_OK);
			if (rsp.swapped != TUG_SWAP_REVERT) {
				assert_true(world_holds(w, &w->cfg.pri, first));
				assert_int_equal(world_boot(w, &rsp), TUG_OK);
			}
			assert_true(world_holds(w, &w->cfg.pri, then));
			assert_int_equal(world_boot(w, &rsp), TUG_OK);
			assert_int_equal(rsp.swapped, TUG_SWAP_NONE);
			n++;
		}
	}
	tug_sim_flash_load(w->flash, start);
	free(start);
	return n;
}

static void updates(enum tug_sig_alg alg)
{
	struct tug_boot_rsp rsp;
	struct signer s;
	struct world w;
	uint32_t n;

	signer_make(&s, alg);
	world_signed(&w, &s, alg, sign(s.key, payload_new, 3000, v2));
	assert_int_equal(world_set_pending(&w, false), TUG_OK);
	n = cut_everywhere(&w, &w.new, &w.old);
	assert_int_equal(world_boot(&w, &rsp), TUG_OK);
	assert_int_equal(rsp.swapped, TUG_SWAP_TEST);
	n += cut_everywhere(&w, &w.old, &w.old);
	print_message("%s: %u cuts\n", tug_key_type_name(alg), (unsigned)n);
	assert_true(n > 100);
	assert_int_equal(tug_sim_flash_broken(w.flash)->twice + tug_sim_flash_broken(w.flash)->align, 0);
	world_free(&w);
	signer_free(&s);
}

static void p256(void **state)
{
	(void)state;
	updates(TUG_SIG_P256);
}

static void ed25519(void **state)
{
	(void)state;
	updates(TUG_SIG_ED25519);
}

static void rsa2048(void **state)
{
	(void)state;
	updates(TUG_SIG_RSA2048);
}

static void expect_refused(struct signer *s, struct test_image bad)
{
	struct world w;

	world_signed(&w, s, TUG_SIG_P256, bad);
	assert_int_equal(world_set_pending(&w, true), TUG_OK);
	assert_int_equal(boots(&w, &w.old), TUG_SWAP_NONE);
	expect_said(&w, "E: Image in the secondary slot is not valid!");
	assert_int_equal(tug_sim_flash_bytes(w.flash)[w.cfg.sec.off], 0xff);
	world_free(&w);
}

static void wrong_signatures(void **state)
{
	struct test_image broken;
	struct test_image spoilt;
	struct signer s;

	(void)state;
	signer_make(&s, TUG_SIG_P256);
	expect_refused(&s, sign(s.other, payload_new, 3000, v2));		     /* another key */
	expect_refused(&s, image_make(payload_new, 3000, 32, 0, v2));		     /* none */
	broken = sign(s.key, payload_new, 3000, v2);
	broken.bytes[broken.len - 20] ^= 1; /* in the signature */
	expect_refused(&s, broken);
	spoilt = sign(s.key, payload_new, 3000, v2);
	spoilt.bytes[100] ^= 1;
	expect_refused(&s, spoilt);
	signer_free(&s);
}

/* The running image is checked by its signature, too, not by its digest alone. */
static void unsigned_primary(void **state)
{
	struct test_image plain = image_make(payload_old, 2000, 32, 0, v1);
	struct tug_boot_rsp rsp;
	struct signer s;
	struct world w;

	(void)state;
	signer_make(&s, TUG_SIG_P256);
	world_signed(&w, &s, TUG_SIG_P256, sign(s.key, payload_new, 3000, v2));
	world_place(&w, &w.cfg.pri, &plain);
	assert_int_equal(world_boot(&w, &rsp), TUG_ENOSIG);
	w.cfg.verify.n_keys = 0;
	world_place(&w, &w.cfg.pri, &w.old);
	assert_int_equal(world_boot(&w, &rsp), TUG_ENOKEY);
	image_free(&plain);
	world_free(&w);
	signer_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p256),
		cmocka_unit_test(ed25519),
		cmocka_unit_test(rsa2048),
		cmocka_unit_test(wrong_signatures),
		cmocka_unit_test(unsigned_primary),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
