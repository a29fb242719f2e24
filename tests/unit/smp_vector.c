/* SPDX-License-Identifier: Apache-2.0
 *
 * tests/vectors/smp-frames.txt in both roles: what a server makes of each request and a client of each answer, by
 * the table of commands; then with every truncation and every other value of every single octet.
 */
#include "smp_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tug/smp_text.h>

static unsigned n_frames, n_mutants, n_accepted;

/* "key=value" of one decoded field, as the vector files write it. */
static void print_value(const struct tug_field *f, const struct tug_value *val, char *out, size_t cap)
{
	struct tug_list it;
	struct tug_slice item;
	uint8_t hex[256];
	struct tug_buf b = tug_buf_of(hex, sizeof(hex));
	unsigned items = 0;

	switch ((enum tug_type)val->type) {
	case TUG_T_UINT:
		snprintf(out, cap, "%s=%llu", f->key, (unsigned long long)val->v.u);
		return;
	case TUG_T_INT:
		snprintf(out, cap, "%s=%lld", f->key, (long long)val->v.i);
		return;
	case TUG_T_BOOL:
		snprintf(out, cap, "%s=%s", f->key, val->v.b ? "true" : "false");
		return;
	case TUG_T_TSTR:
		assert_int_equal(tug_hex_encode(val->v.s, &b), TUG_OK);
		snprintf(out, cap, "%s=text:%.*s", f->key, (int)b.len, (const char *)hex);
		return;
	case TUG_T_BSTR:
		snprintf(out, cap, "%s=bytes:%zu", f->key, val->v.s.len);
		return;
	case TUG_T_LIST:
	case TUG_T_MAP: {
		bool map = val->type == TUG_T_MAP;
		assert_int_equal(map ? tug_list_begin_map(val->v.s, &it) : tug_list_begin(val->v.s, &it), TUG_OK);
		while (tug_list_next(&it, &item) == 1) {
			items++;
		}
		snprintf(out, cap, "%s=%s:%u", f->key, map ? "map" : "list", map ? items / 2 : items);
		return;
	}
	case TUG_T_ANY: {
		struct tug_value inner;
		assert_int_equal(tug_item_decode(val->v.s, TUG_T_UINT, &inner), TUG_OK);
		snprintf(out, cap, "%s=%llu", f->key, (unsigned long long)inner.v.u);
		return;
	}
	}
}

/* Each decoded field is in the expected line, and the line holds no more. */
static void check_fields(const struct tug_map *m, const struct tug_value *vals, const char *line)
{
	size_t expected = 0;
	size_t present = 0;

	assert_non_null(line);
	for (const char *p = line; line[0] != '(' && p != NULL; p = strchr(p + 1, ' ')) {
		expected++;
	}
	for (uint8_t i = 0; i < m->n; i++) {
		char want[600];
		char padded[4096];
		char spaced[700];
		if (!vals[i].present) {
			continue;
		}
		present++;
		print_value(&m->f[i], &vals[i], want, sizeof(want));
		snprintf(padded, sizeof(padded), " %s ", line);
		snprintf(spaced, sizeof(spaced), " %s ", want);
		if (strstr(padded, spaced) == NULL) {
			print_error("decoded %s, not in: %s\n", want, line);
		}
		assert_non_null(strstr(padded, spaced));
	}
	assert_int_equal(present, expected);
}

/* Maps inside: each decodes by its own fields and encodes to an equal one. `exact`: to the same octets. */
static void check_inside(const struct tug_map *m, const struct tug_value *vals, bool exact)
{
	for (uint8_t i = 0; i < m->n; i++) {
		const struct tug_field *f = &m->f[i];
		struct tug_list it;
		struct tug_slice item;
		bool keyed = (f->flags & TUG_F_KEYED) != 0;
		if (!vals[i].present || f->sub == NULL) {
			continue;
		}
		assert_int_equal(keyed ? tug_list_begin_map(vals[i].v.s, &it) : tug_list_begin(vals[i].v.s, &it), TUG_OK);
		while (tug_list_next(&it, &item) == 1) {
			struct tug_value sub[TUG_MAP_FIELDS];
			if (keyed) {
				assert_int_equal(tug_list_next(&it, &item), 1);
			}
			assert_int_equal(tug_map_decode(item, f->sub, sub), TUG_OK);
			assert_int_equal(tug_map_require(f->sub, sub), TUG_OK);
			struct octets again = must_reencode(f->sub, sub);
			if (exact) {
				assert_true(tug_slice_eq(octets_slice(&again), item));
			}
			octets_free(&again);
			check_inside(f->sub, sub, exact);
		}
	}
}

static void check_status(const struct vec *v, struct tug_slice body, uint16_t group)
{
	struct tug_smp_status st;
	const char *line = vec_get(v, "status", 0);
	char got[64];

	assert_non_null(line);
	assert_int_equal(tug_smp_status_read(body, group, &st), TUG_OK);
	assert_int_equal(st.failed, st.rc != 0);
	if (st.legacy) {
		snprintf(got, sizeof(got), "rc %d", (int)st.rc);
		assert_int_equal(st.group, group);
	} else if (st.failed) {
		snprintf(got, sizeof(got), "%.3s %u %d", line, st.group, (int)st.rc);
		assert_non_null(tug_smp_rc_text(st.group, (uint16_t)st.rc));
	} else {
		snprintf(got, sizeof(got), "ok");
	}
	assert_string_equal(got, line);
}

/* The server's view of a request. */
static void check_request(const struct vec *v)
{
	struct octets q = vec_hex(v, "Q");
	const char *want = vec_get(v, "req", 0);
	struct tug_value vals[TUG_MAP_FIELDS];
	struct tug_smp_hdr hdr;
	struct tug_slice body = { NULL, 0 };
	uint8_t again[8];

	int r = tug_smp_frame_split(octets_slice(&q), &hdr, &body);
	assert_int_equal(r, strcmp(want, "(cut off)") == 0 ? TUG_ELEN : TUG_OK);
	tug_smp_hdr_encode(&hdr, again);
	assert_memory_equal(again, q.p, 8);
	const struct tug_smp_cmd *c = tug_smp_cmd_find(hdr.group, hdr.id, hdr.op);
	bool known = strstr(vec_get(v, "vector", 0), "that is not there") == NULL && hdr.op != TUG_SMP_READ_RSP;
	assert_int_equal(c != NULL, known);
	if (c != NULL && r == TUG_OK) {
		r = tug_map_decode(body, c->req, vals);
		assert_int_equal(r, strcmp(want, "(no payload)") == 0 ? TUG_ETRUNC : TUG_OK);
	}
	if (c != NULL && r == TUG_OK) {
		check_fields(c->req, vals, want);
		struct octets o = must_reencode(c->req, vals);
		octets_free(&o);
	}
	octets_free(&q);
}

/* The client's view of an answer. */
static void check_answer(const struct vec *v)
{
	struct octets q = vec_hex(v, "Q");
	struct octets a = vec_hex(v, "A");
	struct tug_value vals[TUG_MAP_FIELDS];
	struct tug_smp_hdr req;
	struct tug_smp_hdr rsp;
	struct tug_slice body;

	assert_int_equal(tug_smp_hdr_decode(octets_slice(&q), &req), TUG_OK);
	assert_int_equal(tug_smp_frame_split(octets_slice(&a), &rsp, &body), TUG_OK);
	assert_int_equal(rsp.group, req.group);
	assert_int_equal(rsp.id, req.id);
	assert_int_equal(rsp.seq, req.seq);
	assert_int_equal(rsp.op, req.op == TUG_SMP_READ ? TUG_SMP_READ_RSP : req.op == 1 ? 3 : req.op + 1);
	check_status(v, body, rsp.group);
	const struct tug_smp_cmd *c = tug_smp_cmd_find(rsp.group, rsp.id, rsp.op & 2u);
	if (c != NULL) {
		const char *status = vec_get(v, "status", 0);
		assert_int_equal(tug_map_decode(body, c->rsp, vals), TUG_OK);
		check_fields(c->rsp, vals, vec_get(v, "rsp", 0));
		struct octets o = must_reencode(c->rsp, vals);
		/* A Zephyr answer without rc and err comes out of our encoder octet by octet as it went in. */
		bool exact = strcmp(status, "ok") == 0 && body.p[0] == 0xbf;
		if (exact) {
			assert_true(tug_slice_eq(octets_slice(&o), body));
		}
		octets_free(&o);
		check_inside(c->rsp, vals, exact && strstr(vec_get(v, "seen", 0), "MCUboot") == NULL);
		if (strcmp(status, "ok") == 0 || strcmp(status, "rc 0") == 0) {
			assert_int_equal(tug_map_require(c->rsp, vals), TUG_OK);
		}
	}
	octets_free(&a);
	octets_free(&q);
}

static void test_both_roles(void **state)
{
	struct vec v = { .n = 0 };
	void *f = vec_open("smp-frames.txt");
	unsigned n = 0;
	(void)state;
	while (vec_next(f, &v)) {
		check_request(&v);
		check_answer(&v);
		n++;
	}
	assert_int_equal(n, 63);
}

/* Whatever this is: no crash, no over-read, and what is accepted encodes to an equal value. */
static void swallow(struct tug_slice frame, const struct tug_map *m)
{
	struct tug_smp_hdr hdr;
	struct tug_slice body;
	struct tug_value vals[TUG_MAP_FIELDS];
	struct tug_smp_status st;

	n_mutants++;
	if (tug_smp_frame_split(frame, &hdr, &body) != TUG_OK) {
		return;
	}
	int r = tug_smp_status_read(body, hdr.group, &st);
	assert_true(r <= 0);
	if (r == TUG_OK && st.rsn.len > 0) {
		assert_true(st.rsn.p >= body.p && st.rsn.p + st.rsn.len <= body.p + body.len);
	}
	if (tug_map_decode(body, m, vals) != TUG_OK) {
		return;
	}
	n_accepted++;
	struct octets o = must_reencode(m, vals);
	octets_free(&o);
}

static void torture(const struct octets *frame, const struct tug_map *m)
{
	struct tug_value vals[TUG_MAP_FIELDS];
	struct tug_smp_status st;
	struct tug_smp_hdr hdr;
	struct tug_slice body;

	n_frames++;
	for (size_t n = 0; n < frame->len; n++) {
		struct octets part = octets_of(frame->p, n);
		int r = tug_smp_frame_split(octets_slice(&part), &hdr, &body);
		assert_int_equal(r, n < TUG_SMP_HDR_LEN ? TUG_ETRUNC : TUG_ELEN);
		if (r == TUG_ELEN) {
			/* A body that was cut is never taken for a whole one. */
			assert_int_equal(tug_map_decode(body, m, vals), TUG_ETRUNC);
			assert_int_equal(tug_smp_status_read(body, 0, &st), TUG_ETRUNC);
		}
		octets_free(&part);
	}
	struct octets o = octets_of(frame->p, frame->len);
	for (size_t i = 0; i < o.len; i++) {
		for (unsigned x = 1; x < 256; x++) {
			o.p[i] = (uint8_t)(frame->p[i] ^ x);
			swallow(octets_slice(&o), m);
		}
		o.p[i] = frame->p[i];
	}
	octets_free(&o);
}

static void test_truncation_and_corruption(void **state)
{
	struct vec v = { .n = 0 };
	void *f = vec_open("smp-frames.txt");
	static const struct tug_map none = { NULL, 0 };
	(void)state;
	while (vec_next(f, &v)) {
		struct octets q = vec_hex(&v, "Q");
		struct octets a = vec_hex(&v, "A");
		const struct tug_smp_cmd *c = tug_smp_cmd_find(tug_be16(q.p + 4), q.p[7], q.p[0] & 2u);
		if (strcmp(vec_get(&v, "req", 0), "(cut off)") != 0) {
			torture(&q, c != NULL ? c->req : &none);
		}
		torture(&a, c != NULL ? c->rsp : &none);
		octets_free(&a);
		octets_free(&q);
	}
	print_message("%u frames, %u corrupted, %u of them decode and encode to an equal value\n", n_frames, n_mutants,
		      n_accepted);
	assert_int_equal(n_frames, 125);
	assert_true(n_accepted > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_roles),
		cmocka_unit_test(test_truncation_and_corruption),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
