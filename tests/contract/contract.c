/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the suites for ports: good ports pass, the unfilled template and ports broken on purpose do not, and each
 * of those is found by the rule it breaks.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tug/port/crypto_openssl.h>
#include <tug/port/sim.h>

#include "port/template/template.h"
#include "tests/contract/contract.h"

/* ---- findings -------------------------------------------------------------------------------------- */

struct findings {
	char text[65536];
};

static void note(void *ctx, const char *rule, uint32_t where)
{
	struct findings *f = ctx;
	size_t n = strlen(f->text);

	snprintf(f->text + n, sizeof(f->text) - n, "%s (0x%x)\n", rule, (unsigned)where);
}

static struct findings *findings(void)
{
	static struct findings f;

	f.text[0] = '\0';
	return &f;
}

/* ---- flash ----------------------------------------------------------------------------------------- */

static struct tug_sim_flash *make(const struct tug_sim_run *runs, size_t n, uint8_t unit, uint8_t erased,
				  const char *path)
{
	struct tug_sim_flash_cfg cfg = { runs, n, unit, erased, path, 0, 0 };
	struct tug_sim_flash *f = NULL;

	assert_int_equal(tug_sim_flash_create(&cfg, &f), TUG_OK);
	return f;
}

static void expect_conforms(const struct tug_flash *dev, uint32_t off, uint32_t size)
{
	struct findings *f = findings();
	struct flash_contract c = { dev, off, size, note, f };

	if (flash_contract_run(&c) != 0) {
		fail_msg("%s", f->text);
	}
}

static void sim_conforms(void **state)
{
	static const struct tug_sim_run even[] = { { 1024, 8 } };
	static const struct tug_sim_run mixed[] = { { 512, 3 }, { 4096, 2 }, { 256, 4 } };
	static const uint8_t units[] = { 1, 2, 4, 8, 16, 32 };

	(void)state;
	for (size_t i = 0; i < sizeof(units); i++) {
		for (int zero = 0; zero < 2; zero++) {
			struct tug_sim_flash *f = make(even, 1, units[i], zero == 1 ? 0x00 : 0xff, NULL);
			struct tug_sim_flash *g = make(mixed, 3, units[i], zero == 1 ? 0x00 : 0xff, NULL);

			expect_conforms(tug_sim_flash_dev(f), 0, 8192);
			expect_conforms(tug_sim_flash_dev(f), 2048, 4096);
			expect_conforms(tug_sim_flash_dev(g), 0, tug_sim_flash_dev(g)->size);
			assert_int_equal(tug_sim_flash_broken(f)->twice, 0); /* the suite itself keeps the rules */
			tug_sim_flash_destroy(f);
			tug_sim_flash_destroy(g);
		}
	}
}

static void sim_in_a_file_conforms(void **state)
{
	static const struct tug_sim_run even[] = { { 1024, 8 } };
	struct tug_sim_flash *f;
	char path[512];

	(void)state;
	snprintf(path, sizeof(path), "%s/contract-flash.%ld", TUG_BINARY_DIR, (long)getpid());
	f = make(even, 1, 8, 0xff, path);
	expect_conforms(tug_sim_flash_dev(f), 0, 8192);
	tug_sim_flash_destroy(f);
	unlink(path);
}

static void template_is_unfilled(void **state)
{
	struct flash_contract c = { &tug_template_flash, 0, 0x10000, note, findings() };
	uint8_t octet = 0;

	(void)state;
	assert_int_not_equal(flash_contract_run(&c), 0);
	assert_int_equal(tug_template_flash.ops->read(NULL, 0, &octet, 1), TUG_ENOTIMPL);
	assert_int_not_equal(crypto_contract_run(&tug_crypto_template, NULL, NULL), 0);
	assert_int_not_equal(enc_contract_run(&tug_crypto_enc_template, NULL, NULL), 0);
	assert_int_equal(tug_template_link.send(NULL, tug_slice_of(NULL, 0)), TUG_ENOTIMPL);
	assert_int_equal(tug_template_clock.now_ms(NULL), 0);
	tug_template_watchdog.feed(NULL);
	tug_template_reset.request(NULL, 0);
	tug_template_log.line(NULL, TUG_LOG_INF, tug_slice_of("x", 1));
	tug_crypto_template.hash_abort(NULL);
}

/* ---- flash drivers with a mistake each --------------------------------------------------------------- */

enum mistake {
	WRITE_SPILLS,	   /* one octet behind the unit is programmed, too */
	WRITE_LOSES_TAIL,  /* the last unit of a longer write is left out */
	WRITE_ANY_ALIGN,   /* rounds down instead of refusing */
	WRITE_OVER_END,    /* takes what lies behind the device */
	ERASE_NEXT,	   /* erases one sector too many */
	ERASE_HALF,	   /* erases half of a sector */
	ERASE_ROUNDS,	   /* rounds to sectors instead of refusing */
	READ_SHIFTED,	   /* rounds the offset down to a word */
	READ_LONG,	   /* fills whole words */
	SECTOR_WRONG,	   /* sector_at answers the offset itself */
	SECTOR_BEHIND,	   /* sector_at answers behind the device */
	ERASED_WRONG,	   /* says 0x00 and is 0xff */
	UNIT_ODD,	   /* write unit of 12 */
	MISTAKES
};

struct liar {
	struct tug_flash dev;
	struct tug_sim_flash *sim;
	enum mistake mistake;
};

static uint8_t *octets(struct liar *l)
{
	return tug_sim_flash_bytes(l->sim);
}

static int liar_read(void *ctx, uint32_t off, void *dst, size_t len)
{
	struct liar *l = ctx;

	if (off > l->dev.size || len > l->dev.size - off) {
		return TUG_EBOUNDS;
	}
	if (l->mistake == READ_SHIFTED) {
		off &= ~3u;
	}
	if (l->mistake == READ_LONG && len + 3u < l->dev.size - off && len < 40) {
		len = (len + 3u) & ~(size_t)3u;
	}
	memcpy(dst, octets(l) + off, len);
	return TUG_OK;
}

static int liar_write(void *ctx, uint32_t off, const void *src, size_t len)
{
	struct liar *l = ctx;

	if (l->mistake == WRITE_ANY_ALIGN) {
		len += off & 3u;
		off &= ~3u;
		len &= ~(size_t)3u;
	}
	if (l->mistake == WRITE_OVER_END && off < l->dev.size && len > l->dev.size - off) {
		len = l->dev.size - off;
	}
	if (off % 4u != 0 || len % 4u != 0) {
		return TUG_EALIGN;
	}
	if (off > l->dev.size || len > l->dev.size - off) {
		return TUG_EBOUNDS;
	}
	if (l->mistake == WRITE_LOSES_TAIL && len > 4) {
		len -= 4;
	}
	memcpy(octets(l) + off, src, len);
	if (l->mistake == WRITE_SPILLS && len < 8 && off + len < l->dev.size) {
		octets(l)[off + len] = 0x12;
	}
	return TUG_OK;
}

static int liar_erase(void *ctx, uint32_t off, uint32_t len)
{
	struct liar *l = ctx;

	if (l->mistake == ERASE_ROUNDS) {
		len = tug_align_up(len, 1024);
		off = tug_align_down(off, 1024);
	}
	if (off % 1024u != 0 || len % 1024u != 0 || off > l->dev.size || len > l->dev.size - off) {
		return TUG_EALIGN;
	}
	if (l->mistake == ERASE_NEXT && off + len + 1024u <= l->dev.size) {
		len += 1024u;
	}
	memset(octets(l) + off, 0xff, l->mistake == ERASE_HALF ? len / 2u : len);
	return TUG_OK;
}

static int liar_sector_at(void *ctx, uint32_t off, struct tug_flash_sector *out)
{
	struct liar *l = ctx;

	if (off >= l->dev.size && l->mistake != SECTOR_BEHIND) {
		return TUG_EBOUNDS;
	}
	out->off = l->mistake == SECTOR_WRONG ? off : tug_align_down(off, 1024);
	out->size = 1024;
	return TUG_OK;
}

static const struct tug_flash_ops liar_ops = { liar_read, liar_write, liar_erase, liar_sector_at };

static void broken_drivers_are_found(void **state)
{
	static const struct tug_sim_run even[] = { { 1024, 8 } };
	static const char *const by[MISTAKES] = {
		"programming one unit leaves others erased",
		"programmed octets read back",
		"a write off the write unit is refused",
		"a write over the end is refused",
		"erasing leaves the sectors behind as they are",
		"erasing erases the whole sector",
		"an erase off the sector grid is refused",
		"reads of any alignment and length fill exactly what was asked",
		"reads of any alignment and length fill exactly what was asked",
		"sector_at answers the same for every octet of a sector",
		"sector_at refuses offsets behind the device",
		"erased octets read as the erased value",
		"write_size is 1, 2, 4, 8, 16 or 32",
	};

	(void)state;
	for (unsigned m = 0; m < MISTAKES; m++) {
		struct liar l = { { &liar_ops, &l, 8192, 4, 0xff }, make(even, 1, 4, 0xff, NULL), (enum mistake)m };
		struct findings *f = findings();
		struct flash_contract c = { &l.dev, 0, 8192, note, f };

		if (m == ERASED_WRONG) {
			l.dev.erased = 0x00;
		}
		if (m == UNIT_ODD) {
			l.dev.write_size = 12;
		}
		assert_int_not_equal(flash_contract_run(&c), 0);
		if (strstr(f->text, by[m]) == NULL) {
			fail_msg("mistake %u was not found by \"%s\":\n%s", m, by[m], f->text);
		}
		tug_sim_flash_destroy(l.sim);
	}
}

/* ---- crypto ---------------------------------------------------------------------------------------- */

static void crypto_ports_conform(void **state)
{
	struct findings *f = findings();

	(void)state;
	if (crypto_contract_run(&tug_crypto_openssl, note, f) != 0 || crypto_contract_run(&tug_crypto_hashonly, note, f) != 0) {
		fail_msg("%s", f->text);
	}
}

static int always_yes(enum tug_sig_alg alg, struct tug_slice key, struct tug_slice msg, struct tug_slice sig)
{
	(void)alg;
	(void)key;
	(void)msg;
	(void)sig;
	return TUG_OK;
}

static int forgets(struct tug_hash_ctx *c, const void *p, size_t len)
{
	return tug_crypto_hashonly.hash_update(c, p, len > 0 ? len - 1u : 0u);
}

static void broken_crypto_is_found(void **state)
{
	struct tug_crypto liar = tug_crypto_openssl;
	struct findings *f = findings();

	(void)state;
	liar.verify = always_yes;
	assert_int_not_equal(crypto_contract_run(&liar, note, f), 0);
	assert_non_null(strstr(f->text, "a spoilt signature does not verify"));
	assert_non_null(strstr(f->text, "the scheme \"none\" verifies nothing"));
	f = findings();
	liar = tug_crypto_hashonly;
	liar.hash_update = forgets;
	assert_int_not_equal(crypto_contract_run(&liar, note, f), 0);
	assert_non_null(strstr(f->text, "the digest of \"abc\" is right"));
}

static int never_spoilt(struct tug_slice kek, struct tug_slice in, uint8_t *out)
{
	(void)tug_crypto_enc_openssl.aes_kw_unwrap(kek, in, out);
	return TUG_OK;
}

/* The counter starts anew with every block. */
static int stuck_counter(struct tug_slice key, const uint8_t counter[16], uint8_t *data, size_t len)
{
	for (size_t at = 0; at < len; at += 16) {
		(void)tug_crypto_enc_openssl.aes_ctr(key, counter, data + at, len - at < 16 ? len - at : 16);
	}
	return TUG_OK;
}

static void enc_ports(void **state)
{
	static const char *const by[] = { "a spoilt wrapped key is refused", "AES-CTR gives the known stream at any length" };
	struct tug_crypto_enc liar = tug_crypto_enc_openssl;
	struct findings *f = findings();

	(void)state;
	if (enc_contract_run(&tug_crypto_enc_openssl, note, f) != 0) {
		fail_msg("%s", f->text);
	}
	liar.aes_kw_unwrap = never_spoilt;
	assert_int_not_equal(enc_contract_run(&liar, note, f), 0);
	assert_non_null(strstr(f->text, by[0]));
	f = findings();
	liar = tug_crypto_enc_openssl;
	liar.aes_ctr = stuck_counter;
	assert_int_not_equal(enc_contract_run(&liar, note, f), 0);
	assert_non_null(strstr(f->text, by[1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sim_conforms),
		cmocka_unit_test(sim_in_a_file_conforms),
		cmocka_unit_test(template_is_unfilled),
		cmocka_unit_test(broken_drivers_are_found),
		cmocka_unit_test(crypto_ports_conform),
		cmocka_unit_test(broken_crypto_is_found),
		cmocka_unit_test(enc_ports),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
