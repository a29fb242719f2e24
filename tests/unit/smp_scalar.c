/* SPDX-License-Identifier: Apache-2.0
 *
 * Scalars are read from their checked head, without the CBOR library: whatever the check lets pass, the library and
 * this reader take for the same value, or both refuse.
 */
#include "smp_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <zcbor_decode.h>

#include <tug/smp_body.h>

/* What the library makes of `item`. Result: it took it as `type`. */
static bool by_library(struct tug_slice item, enum tug_type type, struct tug_value *val)
{
	struct zcbor_string s = { NULL, 0 };
	zcbor_state_t zs;
	bool ok = false;

	zcbor_new_state(&zs, 1, item.p, item.len, 1, NULL, 0);
	switch (type) {
	case TUG_T_UINT:
		return zcbor_uint64_decode(&zs, &val->v.u);
	case TUG_T_INT:
		return zcbor_int64_decode(&zs, &val->v.i);
	case TUG_T_BOOL:
		return zcbor_bool_decode(&zs, &val->v.b);
	case TUG_T_TSTR:
		ok = zcbor_tstr_decode(&zs, &s);
		break;
	case TUG_T_BSTR:
		ok = zcbor_bstr_decode(&zs, &s);
		break;
	default:
		fail();
	}
	val->v.s = tug_slice_of(s.value, s.len);
	return ok;
}

/* Result: both take it. */
static bool check_same(struct tug_slice item, enum tug_type type)
{
	struct tug_value mine = { .present = false }, theirs = { .present = false };
	int r = tug_item_decode(item, type, &mine);
	bool taken = by_library(item, type, &theirs);

	assert_int_equal(r, taken ? TUG_OK : TUG_ETYPE);
	assert_int_equal(mine.present, taken);
	if (!taken) {
		return false;
	}
	assert_int_equal(mine.type, type);
	if (type == TUG_T_BOOL) {
		assert_int_equal(mine.v.b, theirs.v.b);
	} else if (type == TUG_T_UINT || type == TUG_T_INT) {
		assert_true(mine.v.u == theirs.v.u);
	} else {
		assert_int_equal(mine.v.s.len, theirs.v.s.len);
		assert_ptr_equal(mine.v.s.p, theirs.v.s.p);
	}
	return true;
}

/* Every first octet, with arguments of every length and of values at the borders, and short strings behind. */
static void test_same_as_library(void **state)
{
	unsigned taken[TUG_T_BSTR + 1] = { 0 };
	uint64_t rng = rng_seed();

	(void)state;
	for (unsigned round = 0; round < 256u * 400u; round++) {
		uint8_t raw[48];
		size_t len = 0;

		for (size_t i = 1; i < sizeof(raw); i++) {
			raw[i] = round % 3 == 0 ? 0 : round % 3 == 1 ? 0xff : (uint8_t)rng_next(&rng);
		}
		raw[0] = (uint8_t)round;
		raw[1 + rng_below(&rng, 9)] = (uint8_t)rng_below(&rng, 48);
		if (tug_cbor_check(tug_slice_of(raw, sizeof(raw)), &len) != TUG_OK) {
			continue;
		}
		struct octets o = octets_of(raw, len);
		for (int type = TUG_T_UINT; type <= TUG_T_BSTR; type++) {
			taken[type] += check_same(octets_slice(&o), (enum tug_type)type);
		}
		octets_free(&o);
	}
	for (size_t i = 0; i <= TUG_T_BSTR; i++) {
		assert_true(taken[i] > 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_as_library),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
