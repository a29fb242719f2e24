/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows kept for a drawing, and JSON that clients print.
 */
#include "track_world.h"

/* ---- rows --------------------------------------------------------------------------------------------------- */

static const struct tug_report *report(struct world *w)
{
	const struct tug_report *r;

	assert_int_equal(tug_diag_report(w->d, &r), TUG_OK);
	return r;
}

static void test_rows_say_what_happens(void **state)
{
	static const char *const want[] = { "image list (read)", "image list (read): 2 slots", "confirm bc1d3df3",
					    "image list (write): rc 6 BADSTATE", "image upload off 0 len 400",
					    "image upload: off 400" };
	struct world *w = *state;
	const struct tug_report *r;

	read_list(w, 1, hash_a, "ac", hash_b, "p");
	write_state(w, 2, hash_b, true);
	rc(w, 1, TUG_SMP_WRITE_RSP, 1, 2, 0, 6);
	chunk(w, 1, 3, 0, 400, 4000);
	told(w, 1, 3, 400);
	r = report(w);
	assert_int_equal(r->n_rows, 6);
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(r->rows[i].label, want[i]);
		assert_int_equal(r->rows[i].gap, 0);
		assert_int_equal(r->rows[i].failed, i == 3);
		assert_int_equal(r->rows[i].n_slots, i == 1 ? 2 : 0);
		assert_int_equal(r->rows[i].kind, i % 2 == 0 ? TUG_ROW_REQUEST : TUG_ROW_RESPONSE);
	}
	assert_int_equal(r->rows_left_out, 0);
}

static void test_rows_of_a_long_log(void **state)
{
	struct world *w = *state;
	const struct tug_report *r;
	uint64_t sum = 0;
	bool seen = false;

	for (uint32_t i = 0; i < 5000; i++) {
		struct tug_dg_line l = line(w, "x", 1);
		struct tug_evidence at;

		tug_dg_here(&l, &at);
		tug_dg_row_say(w->d, TUG_ROW_APP, &at, i == 2500, "%u", i);
	}
	r = report(w);
	assert_true(r->n_rows <= TUG_REPORT_FRAMES);
	assert_int_equal(r->n_rows, 40 + 11 + 60);
	for (size_t i = 0; i < r->n_rows; i++) {
		sum += r->rows[i].gap + 1;
		assert_int_equal(r->rows[i].at.line, sum);
		seen = seen || r->rows[i].failed;
	}
	assert_true(seen);
	assert_int_equal(r->rows_left_out, 5000 - r->n_rows);
	assert_string_equal(r->rows[45].label, "2500");
	assert_int_equal(r->rows[40].gap, 2495 - 40);
}

/* Everything fails: still no more rows than there is room for. */
static void test_rows_all_failed(void **state)
{
	struct world *w = *state;
	const struct tug_report *r;

	for (uint32_t i = 0; i < 3000; i++) {
		struct tug_dg_line l = line(w, "x", 1);
		struct tug_evidence at;

		tug_dg_here(&l, &at);
		tug_dg_row(w->d, TUG_ROW_APP, &at, i % 7 == 0 || i > 1000, l.text);
	}
	r = report(w);
	assert_int_equal(r->n_rows, TUG_REPORT_FRAMES);
	for (size_t i = 1; i < r->n_rows; i++) {
		assert_true(r->rows[i].at.line > r->rows[i - 1].at.line);
	}
	assert_int_equal(r->rows[r->n_rows - 1].at.line, 3000);
}

static void test_a_million_frames(void **state)
{
	struct world *w = *state;
	uint32_t off = 0;

	for (uint32_t i = 0; i < 500000; i++) {
		static const uint8_t req[] = { 0x0a, 0, 0, 16, 0, 1, 0, 1, 0xa2, 0x63, 'o', 'f', 'f', 0x1a, 0, 0, 0, 0, 0x64, 'd', 'a',
					       't', 'a', 0x40 };
		static const uint8_t rsp[] = { 0x0b, 0, 0, 10, 0, 1, 0, 1, 0xa1, 0x63, 'o', 'f', 'f', 0x1a, 0, 0, 0, 0 };
		uint8_t octets[sizeof(req)];
		struct tug_dg_line l = { .no = i + 1, .src = TUG_SRC_HEX, .ms = i };

		memcpy(octets, req, sizeof(req));
		octets[6] = (uint8_t)i;
		octets[14] = (uint8_t)(off >> 24);
		octets[15] = (uint8_t)(off >> 16);
		tug_put_be16(octets + 16, (uint16_t)off);
		tug_dg_octets(w->d, &l, true, tug_slice_of(octets, sizeof(req)));
		if (i % 50 == 0) {
			continue; /* lost */
		}
		memcpy(octets, rsp, sizeof(rsp));
		octets[6] = (uint8_t)i;
		off++;
		octets[14] = (uint8_t)(off >> 24);
		octets[15] = (uint8_t)(off >> 16);
		tug_put_be16(octets + 16, (uint16_t)off);
		tug_dg_octets(w->d, &l, false, tug_slice_of(octets, sizeof(rsp)));
	}
	assert_int_equal(w->x->frames, 990000);
	assert_int_equal(w->x->upload.chunks, 500000);
	assert_int_equal(w->x->upload.acked, 490000);
	assert_int_equal(w->x->undecodable, 0);
	assert_true(report(w)->n_rows <= TUG_REPORT_FRAMES);
}

/* ---- JSON --------------------------------------------------------------------------------------------------- */

static void json(uint8_t op, uint16_t group, uint8_t id, const char *text, const char *want)
{
	struct tug_smp_hdr h = { .op = op, .group = group, .id = id };
	uint8_t room[2048], hex[4096];
	struct tug_buf out = tug_buf_of(room, sizeof(room)), as_hex = tug_buf_of(hex, sizeof(hex) - 1);
	bool ok = tug_dg_cbor_of_json(&h, tug_slice_of(text, strlen(text)), &out);

	assert_int_equal(ok, want != NULL);
	if (want == NULL) {
		assert_int_equal(out.len, 0);
		return;
	}
	tug_hex_encode(tug_buf_slice(&out), &as_hex);
	hex[as_hex.len] = '\0';
	assert_string_equal((char *)hex, want);
}

static void test_json(void **state)
{
	(void)state;
	json(3, 1, 0, "no", NULL);
	json(3, 1, 0, "", NULL);
	json(0, 1, 0, "{}", "bfff");
	json(3, 63, 0, "{\"rc\":8}", "bf62726308ff");
	json(3, 1, 1, "{\"err\":{\"group\":1,\"rc\":28}}", "bf63657272bf6567726f757001627263181cffff");
	/* byte strings: base64 (with a slash escaped), hex, angle brackets */
	json(2, 1, 0, "{\"confirm\":true,\"hash\":\"vB0\\/8w==\"}", "bf67636f6e6669726df56468617368" "44bc1d3ff3ff");
	json(2, 1, 0, "{\"hash\":\"0xbc1d3df3\"}", "bf646861736844bc1d3df3ff");
	json(2, 1, 0, "{hash: <bc1d 3df3>}", "bf646861736844bc1d3df3ff");
	json(2, 1, 0, "{\"hash\":\"bc1d3df3bc1d3df3bc1d3df3bc1d3df3bc1d3df3bc1d3df3bc1d3df3bc1d3df3\"}",
	     "bf64686173685820bc1d3df3bc1d3df3bc1d3df3bc1d3df3bc1d3df3bc1d3df3bc1d3df3bc1d3df3ff");
	/* an unknown command keeps text as text */
	json(2, 64, 0, "{\"hash\":\"vB09\",\"n\":-5,\"l\":[1,\"a\",true]}",
	     "bf64686173686476423039616e24616c9f016161f5ffff");
	/* numbers in quotes, words without */
	json(1, 1, 0, "{images: [{slot : \"1\", version: 0.0.1, active : true}]}",
	     "bf66696d616765739fbf64736c6f74016776657273696f6e65302e302e3166616374697665f5ffffff");
	/* what is cut off is closed, halves of values go */
	json(3, 1, 1, "{\"off\":400,\"mat", "bf636f6666190190ff");
	json(3, 1, 1, "{\"off\":400,\"match\":tr", "bf636f6666190190ff");
	json(1, 1, 0, "{\"images\":[{\"slot\":0,\"hash\":\"uLObCZYvizLC6u74eI4N...", "bf66696d616765739fbf64736c6f740064686173684f"
	     "b8b39b09962f8b32c2eaeef8788e0dffffff");
	/* a value that cannot be what the field is goes, the rest stays */
	json(3, 1, 1, "{\"off\":\"many\",\"match\":true}", "bf656d61746368f5ff");
	json(2, 1, 1, "{\"data\":\"(512 bytes)\",\"off\":0}", "bf636f666600ff");
}

static void test_json_is_bounded(void **state)
{
	static char deep[20000];
	struct tug_smp_hdr h = { .op = 1, .group = 64 };
	uint8_t room[64];
	struct tug_buf out = tug_buf_of(room, sizeof(room));

	(void)state;
	memset(deep, '[', sizeof(deep));
	memcpy(deep, "{\"a\":", 5);
	assert_true(tug_dg_cbor_of_json(&h, tug_slice_of(deep, sizeof(deep)), &out));
	for (size_t i = 0; i + 6 < sizeof(deep); i += 6) {
		memcpy(deep + i, "\"a\":1,", 6);
	}
	deep[0] = '{';
	out.len = 0;
	assert_false(tug_dg_cbor_of_json(&h, tug_slice_of(deep, sizeof(deep)), &out)); /* no room */
	assert_int_equal(out.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows_say_what_happens, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rows_of_a_long_log, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rows_all_failed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_million_frames, setup, teardown),
		cmocka_unit_test_setup_teardown(test_json, setup, teardown),
		cmocka_unit_test_setup_teardown(test_json_is_bounded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
