/* SPDX-License-Identifier: Apache-2.0
 *
 * The decision over the whole space of trailers: a table of named rows, and rules that must hold for each of all
 * combinations. Pure; no flash.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "src/boot/boot_priv.h"

#define ERASED UINT32_MAX

static struct tug_trailer trailer(enum tug_tri magic, enum tug_tri done, enum tug_tri ok, uint8_t type, uint32_t size)
{
	struct tug_trailer t = { magic, ok, done, type, 0, size };

	return t;
}

/* ---- named rows ------------------------------------------------------------------------------------ */

#define G TUG_GOOD
#define B TUG_BAD
#define U TUG_UNSET

static const struct row {
	const char *what;
	enum tug_tri pri_magic, pri_done, pri_ok;
	uint8_t pri_type;
	enum tug_tri sec_magic, sec_ok;
	uint8_t sec_type;
	bool sec_size;
	enum boot_records records;
	bool same_amount;
	enum boot_kind kind;
	enum tug_swap_type type;
} rows[] = {
	{ "nothing anywhere", U, U, U, 1, U, U, 1, 0, BOOT_RECORDS_NONE, 0, BOOT_NOTHING, TUG_SWAP_NONE },
	{ "marked for test", U, U, U, 1, G, U, 2, 0, BOOT_RECORDS_NONE, 0, BOOT_FRESH, TUG_SWAP_TEST },
	{ "marked permanent", U, U, U, 1, G, G, 3, 0, BOOT_RECORDS_NONE, 0, BOOT_FRESH, TUG_SWAP_PERM },
	{ "padded image uploaded", G, G, G, 3, G, U, 1, 0, BOOT_RECORDS_NONE, 0, BOOT_FRESH, TUG_SWAP_TEST },
	{ "padded and confirmed image uploaded", G, G, G, 3, G, G, 1, 0, BOOT_RECORDS_NONE, 0, BOOT_FRESH, TUG_SWAP_PERM },
	{ "secondary magic torn", G, G, G, 3, B, U, 1, 0, BOOT_RECORDS_NONE, 0, BOOT_NOTHING, TUG_SWAP_NONE },
	{ "permanent mark torn", G, G, G, 3, G, B, 1, 0, BOOT_RECORDS_NONE, 0, BOOT_NOTHING, TUG_SWAP_NONE },
	{ "trial run", G, G, U, 2, U, U, 1, 0, BOOT_RECORDS_SOME, 0, BOOT_FRESH, TUG_SWAP_REVERT },
	{ "trial run, copy_done torn", G, B, U, 2, U, U, 1, 0, BOOT_RECORDS_SOME, 0, BOOT_FRESH, TUG_SWAP_REVERT },
	{ "trial run confirmed", G, G, G, 2, U, U, 1, 0, BOOT_RECORDS_SOME, 0, BOOT_NOTHING, TUG_SWAP_NONE },
	{ "confirm torn", G, G, B, 2, U, U, 1, 0, BOOT_RECORDS_SOME, 0, BOOT_NOTHING, TUG_SWAP_NONE },
	{ "trial run, another image marked", G, G, U, 2, G, U, 2, 0, BOOT_RECORDS_SOME, 0, BOOT_FRESH, TUG_SWAP_TEST },
	{ "trial run, secondary magic torn", G, G, U, 2, B, B, 1, 1, BOOT_RECORDS_SOME, 0, BOOT_FRESH, TUG_SWAP_REVERT },
	{ "revert marked, primary intact", G, G, U, 2, G, G, 1, 1, BOOT_RECORDS_SOME, 0, BOOT_FRESH, TUG_SWAP_REVERT },
	{ "revert marked, primary trailer gone", U, U, U, 1, G, G, 1, 1, BOOT_RECORDS_NONE, 0, BOOT_FRESH, TUG_SWAP_REVERT },
	{ "swap initialised, mark still there", G, U, U, 2, G, U, 2, 0, BOOT_RECORDS_NONE, 1, BOOT_FRESH, TUG_SWAP_TEST },
	{ "swap initialised, mark gone", G, U, U, 2, U, U, 1, 0, BOOT_RECORDS_NONE, 1, BOOT_START, TUG_SWAP_TEST },
	{ "permanent swap initialised, mark torn to a test", G, U, G, 3, G, U, 3, 0, BOOT_RECORDS_NONE, 1, BOOT_START,
	  TUG_SWAP_PERM },
	{ "revert initialised, mark torn to a test", G, U, G, 4, G, U, 1, 1, BOOT_RECORDS_NONE, 1, BOOT_START,
	  TUG_SWAP_REVERT },
	{ "mark torn, flag is noise", G, U, G, 3, G, B, 3, 0, BOOT_RECORDS_NONE, 1, BOOT_START, TUG_SWAP_PERM },
	{ "old trailer torn beside a new mark", G, U, G, 3, G, U, 2, 0, BOOT_RECORDS_SOME, 0, BOOT_FRESH, TUG_SWAP_TEST },
	{ "old trailer torn, records noise", G, U, G, 3, G, U, 2, 0, BOOT_RECORDS_WRONG, 1, BOOT_FRESH, TUG_SWAP_TEST },
	{ "moving", G, U, U, 2, U, U, 1, 0, BOOT_RECORDS_SOME, 0, BOOT_RESUME, TUG_SWAP_TEST },
	{ "moving, secondary trailer is noise", G, U, G, 4, B, B, 7, 1, BOOT_RECORDS_SOME, 0, BOOT_RESUME, TUG_SWAP_REVERT },
	{ "records of nobody", G, U, U, 2, U, U, 1, 0, BOOT_RECORDS_WRONG, 0, BOOT_NOTHING, TUG_SWAP_NONE },
	{ "factory image, padded", G, U, U, 1, U, U, 1, 0, BOOT_RECORDS_NONE, 0, BOOT_NOTHING, TUG_SWAP_NONE },
	{ "factory image, padded and confirmed", G, U, G, 1, U, U, 1, 0, BOOT_RECORDS_NONE, 0, BOOT_NOTHING, TUG_SWAP_NONE },
};

static void named_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct boot_view v = { 0 };
		struct boot_decision d;

		v.pri = trailer(r->pri_magic, r->pri_done, r->pri_ok, r->pri_type, 4096);
		v.sec = trailer(r->sec_magic, U, r->sec_ok, r->sec_type, r->sec_size ? 4096 : ERASED);
		v.swaps = true;
		v.records = r->records;
		v.same_amount = r->same_amount;
		d = boot_decide(&v);
		if (d.kind != r->kind || d.type != r->type) {
			fail_msg("%s: kind %d type %d, expected kind %d type %d", r->what, (int)d.kind, (int)d.type,
				 (int)r->kind, (int)r->type);
		}
	}
}

/* ---- scratch: three trailers ----------------------------------------------------------------------- */

static const struct scratch_row {
	const char *what;
	enum tug_tri pri_magic, pri_done, pri_ok;
	uint8_t pri_type;
	enum boot_records records;
	enum tug_tri sec_magic, sec_ok;
	uint8_t scr_type; /* 0 = no sound trailer */
	bool holds;
	uint8_t scr_records;
	bool handed_over;
	enum boot_kind kind;
	enum tug_swap_type type;
	bool from_scratch;
} scratch_rows[] = {
	{ "marked", U, U, U, 1, BOOT_RECORDS_NONE, G, U, 0, 0, 0, 0, BOOT_FRESH, TUG_SWAP_TEST, 0 },
	{ "scratch initialised", G, G, G, 3, BOOT_RECORDS_NONE, G, G, 3, 0, 0, 0, BOOT_FRESH, TUG_SWAP_PERM, 0 },
	{ "old trailer torn beside scratch", G, U, G, 3, BOOT_RECORDS_SOME, G, U, 2, 0, 0, 0, BOOT_FRESH, TUG_SWAP_TEST, 0 },
	{ "both initialised", G, U, U, 2, BOOT_RECORDS_NONE, G, U, 2, 0, 0, 0, BOOT_FRESH, TUG_SWAP_TEST, 0 },
	{ "primary initialised", G, U, U, 2, BOOT_RECORDS_NONE, G, U, 0, 0, 0, 0, BOOT_FRESH, TUG_SWAP_TEST, 0 },
	{ "first record, mark still there", G, U, U, 2, BOOT_RECORDS_SOME, G, U, 0, 0, 0, 0, BOOT_RESUME, TUG_SWAP_TEST, 0 },
	{ "under way", G, U, G, 3, BOOT_RECORDS_SOME, U, U, 0, 0, 0, 0, BOOT_RESUME, TUG_SWAP_PERM, 0 },
	{ "records of nobody", G, U, U, 2, BOOT_RECORDS_WRONG, U, U, 0, 0, 0, 0, BOOT_NOTHING, TUG_SWAP_NONE, 0 },
	{ "trial", G, G, U, 2, BOOT_RECORDS_NONE, U, U, 0, 0, 0, 0, BOOT_FRESH, TUG_SWAP_REVERT, 0 },
	{ "revert initialised in scratch", B, U, U, 1, BOOT_RECORDS_NONE, U, U, 4, 0, 0, 0, BOOT_START, TUG_SWAP_REVERT, 1 },
	{ "revert, trial's trailer torn", G, U, U, 2, BOOT_RECORDS_SOME, U, U, 4, 0, 0, 0, BOOT_START, TUG_SWAP_REVERT, 1 },
	{ "revert initialised in primary", G, U, U, 4, BOOT_RECORDS_NONE, U, U, 0, 0, 0, 0, BOOT_START, TUG_SWAP_REVERT, 0 },
	{ "revert, records in scratch, none yet", G, G, U, 2, BOOT_RECORDS_NONE, U, U, 4, 1, 0, 0, BOOT_FRESH, TUG_SWAP_REVERT, 0 },
	{ "stale test in scratch, image gone", G, U, G, 3, BOOT_RECORDS_SOME, U, U, 2, 0, 0, 0, BOOT_NOTHING, TUG_SWAP_NONE, 0 },
	{ "one record in scratch", G, G, G, 3, BOOT_RECORDS_NONE, G, U, 2, 1, 1, 0, BOOT_RESUME, TUG_SWAP_TEST, 1 },
	{ "two records in scratch, primary torn", G, U, G, 3, BOOT_RECORDS_SOME, U, U, 2, 1, 2, 0, BOOT_RESUME, TUG_SWAP_TEST, 1 },
	{ "handed over, scratch whole", G, U, U, 2, BOOT_RECORDS_SOME, U, U, 2, 1, 2, 1, BOOT_RESUME, TUG_SWAP_TEST, 0 },
	{ "handed over, scratch's records torn", G, U, U, 2, BOOT_RECORDS_SOME, U, U, 2, 1, 0, 1, BOOT_RESUME, TUG_SWAP_TEST, 0 },
	{ "confirmed", G, G, G, 2, BOOT_RECORDS_NONE, U, U, 0, 0, 0, 0, BOOT_NOTHING, TUG_SWAP_NONE, 0 },
};

static void scratch_named_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(scratch_rows) / sizeof(scratch_rows[0]); i++) {
		const struct scratch_row *r = &scratch_rows[i];
		struct boot_view v = { 0 };
		struct boot_decision d;

		v.pri = trailer(r->pri_magic, r->pri_done, r->pri_ok, r->pri_type, 4096);
		v.sec = trailer(r->sec_magic, U, r->sec_ok, 1, ERASED);
		v.scr = trailer(r->scr_type != 0 ? G : U, U, U, r->scr_type, 4096);
		v.swaps = true;
		v.records = r->records;
		v.scr_sound = r->scr_type != 0;
		v.scr_holds = r->holds;
		v.scr_records = r->scr_records;
		v.handed_over = r->handed_over;
		d = boot_decide_scratch(&v);
		if (d.kind != r->kind || d.type != r->type || d.from_scratch != r->from_scratch) {
			fail_msg("%s: kind %d type %d scratch %d", r->what, (int)d.kind, (int)d.type, (int)d.from_scratch);
		}
	}
}

/* ---- every combination ----------------------------------------------------------------------------- */

static bool is_update(unsigned type)
{
	return type == TUG_SWAP_TEST || type == TUG_SWAP_PERM || type == TUG_SWAP_REVERT;
}

static void rules_swap(const struct boot_view *v, struct boot_decision d)
{
	const struct tug_trailer *p = &v->pri;
	const struct tug_trailer *s = &v->sec;
	bool began = p->magic == G && p->copy_done == U && is_update(p->swap_type);

	assert_int_equal(d.kind == BOOT_NOTHING, d.type == TUG_SWAP_NONE);
	if (d.kind != BOOT_NOTHING) {
		assert_true(is_update(d.type));
	}
	/* going on needs a trailer that began, and does what that trailer says */
	if (d.kind == BOOT_RESUME || d.kind == BOOT_START) {
		assert_true(began);
		assert_int_equal(d.type, p->swap_type);
		assert_int_equal(d.kind == BOOT_RESUME, v->records == BOOT_RECORDS_SOME);
	}
	/* octets in motion are finished: nothing else may start while the mark is gone */
	if (began && v->records == BOOT_RECORDS_SOME && s->magic != G) {
		assert_int_equal(d.kind, BOOT_RESUME);
	}
	/* a trial goes back unless another image is marked */
	if (p->magic == G && p->copy_done != U && p->image_ok == U && s->magic != G) {
		assert_int_equal(d.type, TUG_SWAP_REVERT);
	}
	/* what is confirmed stays unless another image is marked */
	if (p->image_ok == G && p->copy_done == G && s->magic != G) {
		assert_int_equal(d.kind, BOOT_NOTHING);
	}
	/* no magic, no update */
	if (p->magic != G && s->magic != G) {
		assert_int_equal(d.kind, BOOT_NOTHING);
	}
	/* a test mark never becomes permanent, and the other way round only where the swap that began says so */
	if (s->magic == G && s->image_ok == U && !began) {
		assert_int_equal(d.type, TUG_SWAP_TEST);
	}
	if (s->magic == G && s->image_ok == G && !began) {
		assert_true(d.type == TUG_SWAP_PERM || d.type == TUG_SWAP_REVERT);
	}
}

static void rules_overwrite(const struct boot_view *v, struct boot_decision d)
{
	const struct tug_trailer *s = &v->sec;
	bool marked = s->magic == G && s->image_ok != B;

	assert_int_equal(d.kind, marked ? BOOT_FRESH : BOOT_NOTHING);
	assert_int_equal(d.type, !marked ? TUG_SWAP_NONE : s->image_ok == U ? TUG_SWAP_TEST : TUG_SWAP_PERM);
}

static void every_combination(void **state)
{
	static const enum tug_tri tri[] = { G, B, U };
	static const uint8_t type[] = { 1, 2, 3, 4, 5, 0 };
	static const uint32_t size[] = { ERASED, 0, 4096 };
	uint32_t n = 0;

	(void)state;
	/* digits of a mixed-radix number: 6 flags of 3, 2 types of 6, size of 3, records of 3, same_amount, swaps */
	for (uint32_t i = 0; i < 729u * 36u * 9u * 4u; i++) {
		struct boot_view v = { 0 };
		uint32_t x = i;
		enum tug_tri f[6];
		uint8_t pri_type, sec_type;
		uint32_t sec_size;

		for (unsigned k = 0; k < 6; k++) {
			f[k] = tri[x % 3u];
			x /= 3u;
		}
		pri_type = type[x % 6u];
		sec_type = type[x / 6u % 6u];
		x /= 36u;
		sec_size = size[x % 3u];
		v.records = (enum boot_records)(x / 3u % 3u);
		x /= 9u;
		v.same_amount = x % 2u == 1u;
		v.swaps = x / 2u == 1u;
		v.pri = trailer(f[0], f[1], f[2], pri_type, 4096);
		v.sec = trailer(f[3], f[4], f[5], sec_type, sec_size);
		if (v.swaps) {
			rules_swap(&v, boot_decide(&v));
		} else {
			rules_overwrite(&v, boot_decide(&v));
		}
		n++;
	}
	print_message("%u combinations\n", (unsigned)n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(named_rows),
		cmocka_unit_test(scratch_named_rows),
		cmocka_unit_test(every_combination),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
