/* SPDX-License-Identifier: Apache-2.0
 *
 * The order of checks of the dispatcher, in both protocol versions and all profiles; several requests in
 * one packet; buffer limits. Invariant: at most one answer per request, each one well-formed frame.
 */
#include <string.h>

#include "server_fix.h"

static const char *const app_profiles[] = { "zephyr-3.3", "zephyr-3.5", "zephyr-4.2" };
#define N_APP (sizeof(app_profiles) / sizeof(app_profiles[0]))

static void open_profile(struct fix *f, const char *profile)
{
	struct fix_opt o = { .profile = profile };

	fix_open(f, &o);
}

static bool v2_known(const struct fix *f)
{
	return f->cfg.profile->err_style != TUG_SRV_ERR_NONE;
}

static struct tug_slice simple(struct req *r, uint8_t version, uint8_t op, uint16_t group, uint8_t id)
{
	req_begin(r, version, op, group, id);
	return req_end(r);
}

/* Check the answer's header against the request's. */
static void expect_hdr(const struct fix *f, const struct req *r, uint8_t version, uint8_t op)
{
	struct tug_smp_hdr h;

	fix_body(f, &h);
	assert_int_equal(h.version, v2_known(f) ? version : TUG_SMP_V1);
	assert_int_equal(h.op, op);
	assert_int_equal(h.group, r->hdr.group);
	assert_int_equal(h.id, r->hdr.id);
	assert_int_equal(h.seq, r->hdr.seq);
	assert_int_equal(h.reserved, 0);
}

static void test_short_packets_get_silence(void **state)
{
	struct req r;

	(void)state;
	for (size_t p = 0; p < N_APP + 1; p++) {
		struct fix f;

		open_profile(&f, p < N_APP ? app_profiles[p] : "mcuboot-recovery");
		for (size_t len = 0; len < TUG_SMP_HDR_LEN; len++) {
			simple(&r, 1, TUG_SMP_WRITE, 0, 0);
			assert_int_equal(fix_send(&f, tug_slice_of(r.b, len)), 0);
			assert_int_equal(f.rest.len, 0);
		}
		fix_close(&f);
	}
}

static void test_version_bits(void **state)
{
	struct req r;

	(void)state;
	for (size_t p = 0; p < N_APP; p++) {
		struct fix f;

		open_profile(&f, app_profiles[p]);
		for (uint8_t v = 0; v < 4; v++) {
			assert_int_equal(fix_send(&f, simple(&r, v, TUG_SMP_READ, 0, 6)), 1);
			expect_hdr(&f, &r, v == 0 ? 0 : 1, TUG_SMP_READ_RSP);
			if (v > 1 && v2_known(&f)) {
				fix_expect_rc(&f, TUG_RC_TOO_NEW);
			} else {
				assert_int_equal(fix_uint(&f, "buf_size"), FIX_BUF);
			}
		}
		fix_close(&f);
	}
}

/* Flags and the top three bits of a request mean nothing and do not come back. */
static void test_bits_without_meaning(void **state)
{
	struct req r;

	(void)state;
	for (size_t p = 0; p < N_APP; p++) {
		struct fix f;

		open_profile(&f, app_profiles[p]);
		simple(&r, 1, TUG_SMP_READ, 0, 6);
		r.b[0] |= 0xe0;
		r.b[1] = 0xff;
		assert_int_equal(fix_send(&f, tug_buf_slice(&r.buf)), 1);
		expect_hdr(&f, &r, 1, TUG_SMP_READ_RSP);
		fix_expect_ok(&f);
		fix_close(&f);
	}
}

static void test_length_beyond_packet(void **state)
{
	struct req r;

	(void)state;
	for (size_t p = 0; p < N_APP; p++) {
		struct fix f;

		open_profile(&f, app_profiles[p]);
		for (uint8_t v = 0; v < 2; v++) {
			for (uint8_t op = 0; op < 8; op++) {
				simple(&r, v, op, 0, 0);
				r.b[3] = (uint8_t)(r.buf.len - TUG_SMP_HDR_LEN + 1u + op * 7u);
				assert_int_equal(fix_send(&f, tug_buf_slice(&r.buf)), 1);
				fix_expect_rc(&f, TUG_RC_CORRUPT);
				expect_hdr(&f, &r, v, op == 0 ? TUG_SMP_READ_RSP : TUG_SMP_WRITE_RSP);
				assert_int_equal(f.rest.len, 0);
			}
		}
		fix_close(&f);
	}
}

static void test_ops_that_are_no_request(void **state)
{
	static const uint8_t ops[] = { 1, 3, 4, 5, 6, 7 };
	struct req r;

	(void)state;
	for (size_t p = 0; p < N_APP; p++) {
		struct fix f;

		open_profile(&f, app_profiles[p]);
		for (uint8_t v = 0; v < 2; v++) {
			for (size_t i = 0; i < sizeof(ops); i++) {
				assert_int_equal(fix_send(&f, simple(&r, v, ops[i], 0, 6)), 1);
				fix_expect_rc(&f, TUG_RC_NOTSUP);
				expect_hdr(&f, &r, v, TUG_SMP_WRITE_RSP);
			}
		}
		fix_close(&f);
	}
}

static void test_unknown_group_command_op(void **state)
{
	/* group, id, op: never an err map, also in v2 */
	static const uint16_t rows[][3] = {
		{ 300, 0, 0 }, { 2, 1, 0 }, { 64, 0, 2 }, { 0, 99, 0 }, { 0, 255, 2 }, { 0, 3, 0 }, { 0, 1, 2 },
		{ 1, 2, 0 },   { 1, 3, 0 }, { 1, 7, 0 },  { 0, 6, 2 },  { 0, 7, 2 },   { 0, 5, 0 }, { 1, 1, 0 },
		{ 1, 5, 0 },   { 63, 0, 0 }, { 63, 1, 2 },
	};
	struct req r;

	(void)state;
	for (size_t p = 0; p < N_APP; p++) {
		struct fix f;

		open_profile(&f, app_profiles[p]);
		for (uint8_t v = 0; v < 2; v++) {
			for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
				uint8_t op = (uint8_t)rows[i][2];

				assert_int_equal(fix_send(&f, simple(&r, v, op, rows[i][0], (uint8_t)rows[i][1])), 1);
				fix_expect_rc(&f, TUG_RC_NOTSUP);
				expect_hdr(&f, &r, v, op == 0 ? TUG_SMP_READ_RSP : TUG_SMP_WRITE_RSP);
			}
		}
		fix_close(&f);
	}
}

static void test_left_out_group(void **state)
{
	struct fix_opt o = { .no_zbasic = true };
	struct fix f;
	struct req r;

	(void)state;
	fix_open(&f, &o);
	assert_int_equal(fix_send(&f, simple(&r, 1, TUG_SMP_WRITE, 63, 0)), 1);
	fix_expect_rc(&f, TUG_RC_NOTSUP);
	f.cfg.n_groups = 0;
	assert_int_equal(fix_send(&f, simple(&r, 1, TUG_SMP_WRITE, 0, 0)), 1);
	fix_expect_rc(&f, TUG_RC_NOTSUP);
	fix_close(&f);
}

static uint16_t extra_read(struct tug_srv_call *call)
{
	tug_enc_key(call->rsp, "extra");
	tug_enc_uint(call->rsp, 7);
	return 0;
}

static uint16_t other_error(struct tug_srv_call *call)
{
	tug_enc_key(call->rsp, "half");
	call->err_group = 0x1234;
	call->err_rc = 600;
	return 0;
}

static uint16_t too_long(struct tug_srv_call *call)
{
	static const uint8_t zero[200];

	for (int i = 0; i < 400; i++) {
		tug_enc_key(call->rsp, "x");
		tug_enc_bytes(call->rsp, tug_slice_of(zero, sizeof(zero)));
	}
	return 0;
}

static uint16_t own_rc(struct tug_srv_call *call)
{
	tug_enc_key(call->rsp, "half");
	return 300;
}

/* Several tables may serve one group id; the first one with a handler decides. */
static void test_group_in_two_tables(void **state)
{
	static const struct tug_srv_cmd cmds[] = {
		[0] = { 0 }, [2] = { .read = extra_read }, [3] = { .read = other_error }, [4] = { .read = too_long },
		[6] = { .write = extra_read }, [9] = { .read = own_rc },
	};
	static const struct tug_srv_group extra = { TUG_GRP_OS, 10, cmds };
	const struct tug_srv_group *groups[] = { &extra, &tug_srv_os };
	struct fix f;
	struct req r;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	f.cfg.groups = groups;
	f.cfg.n_groups = 2;
	assert_int_equal(fix_send(&f, simple(&r, 1, TUG_SMP_READ, 0, 2)), 1);
	assert_int_equal(fix_uint(&f, "extra"), 7);
	assert_int_equal(fix_send(&f, simple(&r, 1, TUG_SMP_WRITE, 0, 0)), 1);
	fix_expect_ok(&f); /* echo of the second table */
	assert_int_equal(fix_send(&f, simple(&r, 1, TUG_SMP_READ, 0, 6)), 1);
	fix_expect_rc(&f, TUG_RC_NOTSUP); /* the first table has the command, without this op */
	assert_int_equal(fix_send(&f, simple(&r, 1, TUG_SMP_READ, 0, 3)), 1);
	fix_expect_err(&f, 1, 0x1234, 600, 1, 1); /* what was half written is gone */
	assert_int_equal(fix_send(&f, simple(&r, 0, TUG_SMP_READ, 0, 3)), 1);
	fix_expect_rc(&f, TUG_RC_UNKNOWN);
	assert_int_equal(fix_send(&f, simple(&r, 1, TUG_SMP_READ, 0, 4)), 1);
	fix_expect_rc(&f, TUG_RC_MSGSIZE);
	assert_int_equal(fix_send(&f, simple(&r, 1, TUG_SMP_READ, 0, 9)), 1);
	fix_expect_rc(&f, 300);
	fix_close(&f);
}

/* 3.4.0 named the err map "ret". */
static void test_ret_style(void **state)
{
	struct tug_server_profile p;
	struct fix f;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	p = *f.cfg.profile;
	p.err_style = TUG_SRV_ERR_RET;
	f.cfg.profile = &p;
	assert_string_equal(fix_hex(&f, "0800000b00001e07a166666f726d617462735a"),
			    "0900001300001e07bf63726574bf6567726f75700062726302ffff");
	assert_string_equal(fix_hex(&f, "0000000b00001f07a166666f726d617462735a"), "0100000600001f07bf62726303ff");
	fix_close(&f);
}

/* Bodies that do not decode: rc 3 wherever the handler looks at its payload. */
static void test_undecodable_bodies(void **state)
{
	static const char *const bodies[] = {
		"",               /* zero length */
		"a1",             /* truncated */
		"a161",           /* truncated key */
		"bf",             /* no end */
		"80",             /* not a map */
		"05",             /* not a map */
		"a10102",         /* key is no text */
		"ff",             /* stray break */
		"1c",             /* reserved */
		"bf818181818181818181818181818181ff", /* deep */
	};
	static const uint16_t cmds[][3] = { { 0, 0, 2 }, { 0, 7, 0 }, { 0, 8, 0 }, { 1, 0, 2 }, { 1, 1, 2 }, { 1, 5, 2 } };
	uint8_t frame[64];

	(void)state;
	for (size_t p = 0; p < N_APP; p++) {
		struct fix f;

		open_profile(&f, app_profiles[p]);
		for (size_t c = 0; c < sizeof(cmds) / sizeof(cmds[0]); c++) {
			if (!f.cfg.profile->os_info && cmds[c][0] == 0 && cmds[c][1] >= 7) {
				continue;
			}
			for (size_t b = 0; b < 2 * sizeof(bodies) / sizeof(bodies[0]); b++) {
				struct tug_smp_hdr h = { .op = (uint8_t)cmds[c][2], .version = b & 1, .group = cmds[c][0],
							 .id = (uint8_t)cmds[c][1] };
				struct tug_buf out = tug_buf_of(frame, sizeof(frame));
				const char *hex = bodies[b / 2];

				out.len = TUG_SMP_HDR_LEN;
				assert_int_equal(tug_hex_decode(tug_slice_of(hex, strlen(hex)), &out), TUG_OK);
				h.len = (uint16_t)(out.len - TUG_SMP_HDR_LEN);
				tug_smp_hdr_encode(&h, frame);
				assert_int_equal(fix_send(&f, tug_buf_slice(&out)), 1);
				fix_expect_rc(&f, TUG_RC_INVAL);
			}
		}
		fix_close(&f);
	}
}

/* Wrong type of a known key, a known key twice: rc 3. Unknown keys of any kind: skipped. */
static void test_keys(void **state)
{
	struct fix f;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	assert_string_equal(fix_hex(&f, "0a00000400000600a1616405"), "0b00000600000600bf62726303ff");
	assert_string_equal(fix_hex(&f, "0a00000900000600a26164617861646179"), "0b00000600000600bf62726303ff");
	assert_string_equal(fix_hex(&f, "0a00001100000600a3617a820102616461786179bf6162f6ff"),
			    "0b00000600000600bf61726178ff");
	fix_close(&f);
}

/* Handlers that never look at the payload take none, and take rubbish. */
static void test_handlers_without_payload(void **state)
{
	static const uint16_t cmds[][3] = { { 0, 6, 0 }, { 0, 5, 2 }, { 1, 0, 0 }, { 1, 6, 0 }, { 63, 0, 2 } };
	uint8_t frame[16];

	(void)state;
	for (size_t p = 0; p < N_APP; p++) {
		struct fix f;

		open_profile(&f, app_profiles[p]);
		for (size_t c = 0; c < sizeof(cmds) / sizeof(cmds[0]); c++) {
			for (uint8_t b = 0; b < 4; b++) {
				struct tug_smp_hdr h = { .op = (uint8_t)cmds[c][2], .version = b & 1, .group = cmds[c][0],
							 .id = (uint8_t)cmds[c][1], .len = b & 2 };

				if (cmds[c][0] == 1 && cmds[c][1] == 6 && !f.cfg.profile->slot_info) {
					continue;
				}
				tug_smp_hdr_encode(&h, frame);
				frame[8] = 0x1c;
				frame[9] = 0xff;
				assert_int_equal(fix_send(&f, tug_slice_of(frame, 8u + h.len)), 1);
				fix_expect_ok(&f);
			}
		}
		fix_close(&f);
	}
}

static size_t append(uint8_t *to, size_t at, struct tug_slice s)
{
	memcpy(to + at, s.p, s.len);
	return at + s.len;
}

/* Several requests in one packet; the error path aborts the rest, an err map does not. */
static void test_several_requests(void **state)
{
	uint8_t packet[400];
	struct fix f;
	struct req r;
	size_t n = 0;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	n = append(packet, n, simple(&r, 1, TUG_SMP_READ, 0, 6));
	n = append(packet, n, simple(&r, 0, TUG_SMP_WRITE, 0, 0));
	n = append(packet, n, simple(&r, 1, TUG_SMP_READ, 0, 8));
	for (size_t tail = 0; tail < 8; tail++) {
		memset(packet + n, 0, tail);
		assert_int_equal(fix_send_all(&f, tug_slice_of(packet, n + tail)), 3);
	}

	n = append(packet, 0, simple(&r, 1, TUG_SMP_READ, 0, 6));
	n = append(packet, n, simple(&r, 1, TUG_SMP_READ, 0, 99));
	n = append(packet, n, simple(&r, 1, TUG_SMP_READ, 0, 6));
	assert_int_equal(fix_send_all(&f, tug_slice_of(packet, n)), 2);
	fix_expect_rc(&f, TUG_RC_NOTSUP);

	/* upload without anything: err map in v2 */
	for (uint8_t v = 0; v < 2; v++) {
		n = append(packet, 0, simple(&r, v, TUG_SMP_WRITE, 1, 1));
		n = append(packet, n, simple(&r, v, TUG_SMP_READ, 0, 6));
		assert_int_equal(fix_send_all(&f, tug_slice_of(packet, n)), v == 1 ? 2 : 1);
	}
	fix_close(&f);
}

/* The whole response fits buf_size or is {"rc":7}; a larger request is dropped. */
static void test_buffer_limits(void **state)
{
	struct fix_opt o = { .buf_size = 384 };
	char text[400];
	struct fix f;
	struct req r;

	(void)state;
	fix_open(&f, &o);
	memset(text, 'y', sizeof(text));
	for (size_t n = 360; n < 380; n++) {
		struct tug_slice q;
		bool fits;

		req_begin(&r, 1, TUG_SMP_WRITE, 0, 0);
		tug_enc_key(&r.e, "d");
		tug_enc_text(&r.e, tug_slice_of(text, n));
		q = req_end(&r);
		fits = q.len <= 384; /* the answer has the same length */
		assert_int_equal(fix_send(&f, q), fits ? 1 : 0);
		if (fits) {
			fix_expect_ok(&f);
			assert_int_equal(f.rsp.len, q.len);
		}
	}
	/* a definite request map is one octet shorter than the answer */
	{
		static uint8_t q[384] = { 0x0a, 0, 0x01, 0x78, 0, 0, 5, 0, 0xa1, 0x61, 'd', 0x79, 0x01, 0x72 };

		memset(q + 14, 'y', 370);
		assert_int_equal(fix_send(&f, tug_slice_of(q, 384)), 1);
		fix_expect_rc(&f, TUG_RC_MSGSIZE);
	}
	/* so small that not even an error fits: silence, not an overrun */
	f.rsp.cap = 13;
	assert_int_equal(tug_server_step(&f.srv, &(struct tug_slice){ (const uint8_t *)"\x08\0\0\1\0\0\0\6\xa0", 9 },
					 &f.rsp), 0);
	f.rsp.cap = 7;
	assert_int_equal(tug_server_step(&f.srv, &(struct tug_slice){ (const uint8_t *)"\x08\0\0\1\0\0\0\6\xa0", 9 },
					 &f.rsp), 0);
	fix_close(&f);
}

/* A list that does not fit is rc 7 at every size below, and whole at every size above. */
static void test_list_at_every_buffer_size(void **state)
{
	uint8_t store[300];
	struct tug_buf b = tug_buf_of(store, sizeof(store));
	size_t whole;
	struct fix f;
	struct req r;

	(void)state;
	open_profile(&f, "zephyr-4.2");
	fix_put(&f, 0, 0, fix_image(&b, (struct tug_version){ 1, 2, 3, 4 }, 100, 1, NULL));
	fix_put(&f, 0, 1, fix_image(&b, (struct tug_version){ 2, 0, 0, 0 }, 100, 2, NULL));
	assert_int_equal(fix_send(&f, simple(&r, 1, TUG_SMP_READ, 1, 0)), 1);
	whole = f.rsp.len;
	for (uint32_t cap = 14; cap < whole + 10; cap++) {
		f.cfg.buf_size = cap;
		assert_int_equal(fix_send(&f, simple(&r, 1, TUG_SMP_READ, 1, 0)), 1);
		if (cap < whole) {
			fix_expect_rc(&f, TUG_RC_MSGSIZE);
		} else {
			assert_int_equal(f.rsp.len, whole);
		}
	}
	fix_close(&f);
}

static void test_profiles(void **state)
{
	size_t n;
	const struct tug_server_profile *p = tug_server_profiles(&n);

	(void)state;
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(tug_server_profile_find(p[i].name), &p[i]);
	}
	assert_null(tug_server_profile_find("zephyr-9.9"));
	assert_null(tug_server_profile_find(""));
}

/* Two servers in one process do not see each other. */
static void test_two_servers(void **state)
{
	uint8_t store[300];
	struct tug_buf b = tug_buf_of(store, sizeof(store));
	struct entry list[4];
	struct fix one, two;
	struct tug_slice img;
	struct req r;

	(void)state;
	open_profile(&one, "zephyr-3.3");
	open_profile(&two, "zephyr-4.2");
	img = fix_image(&b, (struct tug_version){ 1, 0, 0, 0 }, 60, 1, NULL);
	for (uint32_t off = 0; off < img.len; off += 44) {
		uint32_t n = (uint32_t)img.len - off < 44 ? (uint32_t)img.len - off : 44;

		for (int k = 0; k < 2; k++) {
			/* interleaved: the second server is always one chunk behind in its own upload */
			struct fix *f = k == 0 ? &one : &two;

			req_begin(&r, 1, TUG_SMP_WRITE, 1, 1);
			req_uint(&r, "off", off);
			req_uint(&r, "len", img.len);
			req_bytes(&r, "data", tug_slice_of(img.p + off, n));
			assert_int_equal(fix_send(f, req_end(&r)), 1);
			assert_int_equal(fix_uint(f, "off"), off + n);
		}
	}
	assert_int_equal(fix_send(&one, simple(&r, 1, TUG_SMP_WRITE, 0, 5)), 1);
	assert_int_equal(tug_server_deadline(&one.srv), 1250);
	assert_true(tug_server_deadline(&two.srv) == UINT64_MAX);
	assert_int_equal(fix_send(&two, simple(&r, 1, TUG_SMP_WRITE, 1, 5)), 1);
	assert_int_equal(fix_send(&two, simple(&r, 1, TUG_SMP_READ, 1, 0)), 1);
	assert_int_equal(fix_list(&two, list, 4), 0);
	assert_int_equal(fix_send(&one, simple(&r, 1, TUG_SMP_READ, 1, 0)), 1);
	assert_int_equal(fix_list(&one, list, 4), 1);
	fix_close(&one);
	fix_close(&two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short_packets_get_silence),
		cmocka_unit_test(test_version_bits),
		cmocka_unit_test(test_bits_without_meaning),
		cmocka_unit_test(test_length_beyond_packet),
		cmocka_unit_test(test_ops_that_are_no_request),
		cmocka_unit_test(test_unknown_group_command_op),
		cmocka_unit_test(test_left_out_group),
		cmocka_unit_test(test_group_in_two_tables),
		cmocka_unit_test(test_ret_style),
		cmocka_unit_test(test_undecodable_bodies),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_handlers_without_payload),
		cmocka_unit_test(test_several_requests),
		cmocka_unit_test(test_buffer_limits),
		cmocka_unit_test(test_list_at_every_buffer_size),
		cmocka_unit_test(test_profiles),
		cmocka_unit_test(test_two_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
