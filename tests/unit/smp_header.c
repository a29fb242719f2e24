/* SPDX-License-Identifier: Apache-2.0
 *
 * The SMP header and the status of a response.
 */
#include "smp_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Every header that can be written can be read back, and the other way round. */
static void test_header_both_ways(void **state)
{
	uint64_t rng = rng_seed();
	(void)state;
	for (unsigned first = 0; first < 256; first++) {
		uint8_t raw[8] = { (uint8_t)first };
		uint8_t again[8];
		struct tug_smp_hdr hdr;
		for (size_t i = 1; i < sizeof(raw); i++) {
			raw[i] = (uint8_t)rng_next(&rng);
		}
		assert_int_equal(tug_smp_hdr_decode(tug_slice_of(raw, 8), &hdr), TUG_OK);
		assert_true(hdr.op < 8 && hdr.version < 4 && hdr.reserved < 8);
		tug_smp_hdr_encode(&hdr, again);
		assert_memory_equal(raw, again, 8);
	}
}

static void test_header_known(void **state)
{
	const uint8_t raw[8] = { 0x0b, 0, 0x01, 0x02, 0x00, 0x3f, 0x2b, 0x07 };
	struct tug_smp_hdr hdr;
	(void)state;
	assert_int_equal(tug_smp_hdr_decode(tug_slice_of(raw, 8), &hdr), TUG_OK);
	assert_int_equal(hdr.op, TUG_SMP_WRITE_RSP);
	assert_int_equal(hdr.version, TUG_SMP_V2);
	assert_int_equal(hdr.len, 0x102);
	assert_int_equal(hdr.group, TUG_GRP_ZBASIC);
	assert_int_equal(hdr.seq, 0x2b);
	assert_int_equal(hdr.id, 7);
	struct tug_smp_hdr wide = { .op = 0xff, .version = 0xff, .reserved = 0xff };
	uint8_t out[8];
	tug_smp_hdr_encode(&wide, out);
	assert_int_equal(out[0], 0xff);
	for (size_t n = 0; n < 8; n++) {
		struct octets o = octets_of(raw, n);
		struct tug_slice body;
		assert_int_equal(tug_smp_hdr_decode(octets_slice(&o), &hdr), TUG_MORE);
		assert_int_equal(tug_smp_frame_split(octets_slice(&o), &hdr, &body), TUG_ETRUNC);
		octets_free(&o);
	}
}

static void test_split(void **state)
{
	uint8_t raw[12] = { 0x0a, 0, 0, 2, 0, 0, 0, 0, 0xbf, 0xff };
	struct tug_smp_hdr hdr;
	struct tug_slice body;
	(void)state;
	assert_int_equal(tug_smp_frame_split(tug_slice_of(raw, 10), &hdr, &body), TUG_OK);
	assert_int_equal(body.len, 2);
	assert_ptr_equal(body.p, raw + 8);
	assert_int_equal(tug_smp_frame_split(tug_slice_of(raw, 9), &hdr, &body), TUG_ELEN);
	assert_int_equal(tug_smp_frame_split(tug_slice_of(raw, 11), &hdr, &body), TUG_ELEN);
}

struct status_row {
	const char *hex;
	int result;
	bool failed;
	bool legacy;
	uint16_t group;
	int32_t rc;
	const char *rsn;
};

static void check_status(const struct status_row *row)
{
	uint8_t raw[128];
	struct tug_buf b = tug_buf_of(raw, sizeof(raw));
	struct tug_smp_status st;

	assert_int_equal(tug_hex_decode(tug_slice_of(row->hex, strlen(row->hex)), &b), TUG_OK);
	struct octets o = octets_of(raw, b.len);
	int r = tug_smp_status_read(octets_slice(&o), 9, &st);
	if (r != row->result) {
		print_error("status of %s: %s\n", row->hex, tug_err_name(r));
	}
	assert_int_equal(r, row->result);
	if (r == TUG_OK) {
		assert_int_equal(st.failed, row->failed);
		assert_int_equal(st.legacy, row->legacy);
		assert_int_equal(st.group, row->group);
		assert_int_equal(st.rc, row->rc);
		assert_true(tug_slice_is(st.rsn, row->rsn));
	}
	octets_free(&o);
}

/* docs/smp.md, envelopes. */
static void test_status(void **state)
{
	static const struct status_row rows[] = {
		{ "a0", TUG_OK, false, false, 9, 0, "" },
		{ "bfff", TUG_OK, false, false, 9, 0, "" },
		{ "bf62726300ff", TUG_OK, false, true, 9, 0, "" },
		{ "bf62726308ff", TUG_OK, true, true, 9, 8, "" },
		/* rc -1 and rc 0 in nine octets */
		{ "a162726320", TUG_OK, true, true, 9, -1, "" },
		{ "a16272631b0000000000000000", TUG_OK, false, true, 9, 0, "" },
		{ "a16272631b00000001000000ff", TUG_OK, true, true, 9, INT32_MAX, "" },
		{ "a16272633b00000001000000ff", TUG_OK, true, true, 9, INT32_MIN, "" },
		{ "a16272631bffffffffffffffff", TUG_ETYPE, false, false, 0, 0, "" },
		/* rsn */
		{ "bf627263066372736e676e6f20736c6f74ff", TUG_OK, true, true, 9, 6, "no slot" },
		{ "bf627263066372736e05ff", TUG_OK, true, true, 9, 6, "" },
		/* err map, with its keys in any order, definite, beside other keys */
		{ "bf63657272bf6567726f757001627263181cffff", TUG_OK, true, false, 1, 28, "" },
		{ "a163657272a2627263181c6567726f757001", TUG_OK, true, false, 1, 28, "" },
		{ "bf63657272bf6567726f7570086272630bff636c656e05ff", TUG_OK, true, false, 8, 11, "" },
		{ "bf63657272bf6567726f75700162726300ffff", TUG_OK, false, false, 1, 0, "" },
		/* err 0 beside rc 5: still a failure */
		{ "bf63657272bf6567726f75700162726300ff62726305ff", TUG_OK, true, true, 9, 5, "" },
		/* err 5 beside rc 0: a failure */
		{ "bf6272630063657272bf6567726f75700162726305ffff", TUG_OK, true, false, 1, 5, "" },
		/* without group; without rc; group out of range */
		{ "a163657272a162726305", TUG_OK, true, false, 9, 5, "" },
		{ "a163657272a16567726f757001", TUG_EMISSING, false, false, 0, 0, "" },
		{ "a163657272a26567726f75701a0001000062726305", TUG_ERANGE, false, false, 0, 0, "" },
		/* 3.4.0: "ret" map; the shell's integer */
		{ "bf63726574bf6567726f7570006272630fffff", TUG_OK, true, false, 0, 15, "" },
		{ "bf616f6063726574 27ff", TUG_OK, false, false, 9, 0, "" },
		/* an application's "err" that is no map */
		{ "a16365727205", TUG_OK, false, false, 9, 0, "" },
		{ "a162726361 78", TUG_ETYPE, false, false, 0, 0, "" },
		{ "a262726300 62726305", TUG_EDUP, false, false, 0, 0, "" },
		{ "80", TUG_ETYPE, false, false, 0, 0, "" },
		{ "", TUG_ETRUNC, false, false, 0, 0, "" },
		{ "bf", TUG_ETRUNC, false, false, 0, 0, "" },
		{ "a000", TUG_ECBOR, false, false, 0, 0, "" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_status(&rows[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header_both_ways),
		cmocka_unit_test(test_header_known),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_status),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
