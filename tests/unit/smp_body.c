/* SPDX-License-Identifier: Apache-2.0
 *
 * Bodies by table: decoding, encoding, and random maps of every row of the table of commands both ways.
 */
#include "smp_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tug/smp_cmds.h>

static const struct tug_field demo_fields[] = {
	{ "u", TUG_T_UINT, TUG_F_REQUIRED, NULL }, { "i", TUG_T_INT, 0, NULL },           { "b", TUG_T_BOOL, 0, NULL },
	{ "t", TUG_T_TSTR, 0, NULL },              { "d", TUG_T_BSTR, 0, NULL },          { "l", TUG_T_LIST, 0, NULL },
	{ "m", TUG_T_MAP, 0, NULL },               { "a", TUG_T_ANY, 0, NULL },           { "lax", TUG_T_BSTR, TUG_F_LAX, NULL },
	{ "soft", TUG_T_BOOL, TUG_F_SOFT, NULL },
};
static const struct tug_map demo = { demo_fields, sizeof(demo_fields) / sizeof(demo_fields[0]) };
enum { U, I, B, T, D, L, M, A, LAX, SOFT };

static int decode(const char *hex, struct octets *o, struct tug_value *vals)
{
	uint8_t raw[256];
	struct tug_buf b = tug_buf_of(raw, sizeof(raw));
	assert_int_equal(tug_hex_decode(tug_slice_of(hex, strlen(hex)), &b), TUG_OK);
	*o = octets_of(raw, b.len);
	return tug_map_decode(octets_slice(o), &demo, vals);
}

static const struct {
	const char *hex;
	int result;
	uint16_t present; /* bit set */
} decode_rows[] = {
	{ "a0", TUG_OK, 0 },
	{ "bfff", TUG_OK, 0 },
	{ "a1617505", TUG_OK, 1 << U },
	{ "bf617505ff", TUG_OK, 1 << U },
	{ "a1 6175 1b0000000000000005", TUG_OK, 1 << U },
	{ "b801 6175 05", TUG_OK, 1 << U },
	{ "b90001 780175 05", TUG_OK, 1 << U },
	{ "a3 6169 20 6175 05 6162 f5", TUG_OK, 1 << U | 1 << I | 1 << B },
	/* unknown keys with values of every kind, first, last, between */
	{ "a4 6178 f6 6175 05 6179 fb0000000000000000 617a bf 61 61 9f00ff ff", TUG_OK, 1 << U },
	{ "a2 6178 5f4101ff 6175 05", TUG_OK, 1 << U },
	{ "a2 6178 c074 30303030303030303030303030303030303030 30 6175 05", TUG_OK, 1 << U },
	/* unknown keys twice do no harm, known ones do */
	{ "a3 6178 00 6178 00 6175 05", TUG_OK, 1 << U },
	{ "a2 6175 05 6175 05", TUG_EDUP, 0 },
	/* prefixes and extensions of a key are other keys */
	{ "a2 60 00 627575 00", TUG_OK, 0 },
	{ "a1 637500 75 00", TUG_OK, 0 },
	/* types */
	{ "a1 6175 20", TUG_ETYPE, 0 },
	{ "a1 6175 f6", TUG_ETYPE, 0 },
	{ "a1 6162 01", TUG_ETYPE, 0 },
	{ "a1 6174 4161", TUG_ETYPE, 0 },
	{ "a1 6174 7f6161ff", TUG_ETYPE, 0 },
	{ "a1 616c a0", TUG_ETYPE, 0 },
	{ "a1 616d 80", TUG_ETYPE, 0 },
	{ "a1 616d a0", TUG_OK, 1 << M },
	{ "a1 6161 f6", TUG_OK, 1 << A },
	{ "a1 636c6178 4161", TUG_OK, 1 << LAX },
	{ "a1 636c6178 6161", TUG_OK, 1 << LAX },
	{ "a1 636c6178 01", TUG_ETYPE, 0 },
	{ "a1 64736f6674 01", TUG_OK, 0 },
	{ "a1 64736f6674 f4", TUG_OK, 1 << SOFT },
	/* keys that are no text */
	{ "a1 00 00", TUG_ETYPE, 0 },
	{ "a1 4175 00", TUG_ETYPE, 0 },
	{ "a1 7f6175ff 00", TUG_ETYPE, 0 },
	{ "a1 c06175 00", TUG_ETYPE, 0 },
	{ "a1 80 00", TUG_ETYPE, 0 },
	/* no map, or more than one */
	{ "80", TUG_ETYPE, 0 },
	{ "c0a0", TUG_ETYPE, 0 },
	{ "a0a0", TUG_ECBOR, 0 },
	{ "a000", TUG_ECBOR, 0 },
	{ "", TUG_ETRUNC, 0 },
	{ "bf6175ff", TUG_ECBOR, 0 },
	{ "bf617505", TUG_ETRUNC, 0 },
	{ "a1 6178 81818181818180", TUG_OK, 0 },
	{ "a1 6178 8181818181818180", TUG_EDEPTH, 0 },
};

static void test_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(decode_rows) / sizeof(decode_rows[0]); i++) {
		struct tug_value vals[sizeof(demo_fields) / sizeof(demo_fields[0])];
		struct octets o;
		int r = decode(decode_rows[i].hex, &o, vals);
		if (r != decode_rows[i].result) {
			print_error("%s: %s\n", decode_rows[i].hex, tug_err_name(r));
		}
		assert_int_equal(r, decode_rows[i].result);
		for (unsigned k = 0; r == TUG_OK && k < demo.n; k++) {
			assert_int_equal(vals[k].present, (decode_rows[i].present >> k) & 1);
		}
		if (r == TUG_OK) {
			struct octets again = must_reencode(&demo, vals);
			octets_free(&again);
			assert_int_equal(tug_map_require(&demo, vals), vals[U].present ? TUG_OK : TUG_EMISSING);
		}
		octets_free(&o);
	}
}

static void test_values(void **state)
{
	struct tug_value vals[sizeof(demo_fields) / sizeof(demo_fields[0])];
	struct octets o;
	(void)state;
	assert_int_equal(decode("bf 6175 1bffffffffffffffff 6169 3b7fffffffffffffff 6162f5 6174 6568656c6c6f 6164 420001 "
				"616c 820102 616d a16161f6 6161 f6 636c6178 62 6162 64736f6674 f5 ff", &o, vals), TUG_OK);
	assert_true(vals[U].v.u == UINT64_MAX);
	assert_true(vals[I].v.i == INT64_MIN);
	assert_true(vals[B].v.b);
	assert_true(tug_slice_is(vals[T].v.s, "hello"));
	assert_memory_equal(vals[D].v.s.p, "\0\1", 2);
	assert_int_equal(vals[L].v.s.len, 3);
	assert_int_equal(vals[M].v.s.len, 4);
	assert_int_equal(vals[A].v.s.p[0], 0xf6);
	assert_int_equal(vals[LAX].type, TUG_T_TSTR);
	assert_true(vals[SOFT].v.b);
	assert_int_equal(tug_map_index(&demo, "lax"), LAX);
	assert_int_equal(tug_map_index(&demo, "la"), -1);
	octets_free(&o);
}

/* Encoder: what it writes, and that every error sticks. */
static void test_encoder(void **state)
{
	static const uint8_t want[] = { 0xbf, 0x61, 'l', 0x9f, 0x18, 0x18, 0x20, 0xf4, 0x60, 0x40, 0xf6, 0xff, 0xff };
	uint8_t raw[sizeof(want)];
	(void)state;
	for (size_t cap = 0; cap <= sizeof(want); cap++) {
		struct octets store = octets_of(raw, cap);
		struct tug_buf b = tug_buf_of(store.p, cap);
		struct tug_enc e;
		tug_enc_init(&e, &b);
		tug_enc_map_begin(&e);
		tug_enc_key(&e, "l");
		tug_enc_list_begin(&e);
		tug_enc_uint(&e, 24);
		tug_enc_int(&e, -1);
		tug_enc_bool(&e, false);
		tug_enc_text(&e, tug_slice_of(NULL, 0));
		tug_enc_bytes(&e, tug_slice_of(NULL, 0));
		tug_enc_raw(&e, tug_slice_of("\xf6", 1));
		tug_enc_list_end(&e);
		tug_enc_map_end(&e);
		assert_int_equal(tug_enc_finish(&e), cap < sizeof(want) ? TUG_ENOSPACE : TUG_OK);
		assert_true(b.len <= cap);
		assert_memory_equal(b.p, want, b.len);
		octets_free(&store);
	}
}

static void test_encoder_state(void **state)
{
	uint8_t raw[64];
	struct tug_buf b = tug_buf_of(raw, sizeof(raw));
	struct tug_enc e;
	(void)state;
	tug_enc_init(&e, &b);
	assert_int_equal(tug_enc_finish(&e), TUG_OK);
	tug_enc_map_end(&e);
	assert_int_equal(tug_enc_finish(&e), TUG_ESTATE);
	tug_enc_init(&e, &b);
	tug_enc_list_begin(&e);
	assert_int_equal(tug_enc_finish(&e), TUG_ESTATE);
	tug_enc_init(&e, &b);
	for (unsigned i = 0; i < TUG_CBOR_DEPTH; i++) {
		tug_enc_list_begin(&e);
	}
	size_t len = b.len;
	tug_enc_map_begin(&e);
	tug_enc_uint(&e, 1);
	assert_int_equal(b.len, len); /* nothing after the first error */
	assert_int_equal(tug_enc_finish(&e), TUG_EDEPTH);
}

/* A raw value that is not one item of the field's type would break the map around it. */
static void test_encode_refuses_raw(void **state)
{
	static const struct {
		const char *raw;
		size_t len;
		int field;
		int result;
	} rows[] = {
		{ "", 0, L, TUG_ETRUNC },         { "\xa0", 1, L, TUG_ETYPE }, { "\x80", 1, M, TUG_ETYPE },
		{ "\x00\x00", 2, A, TUG_ECBOR }, { "\xff", 1, A, TUG_ECBOR }, { "\x82\x00", 2, A, TUG_ETRUNC },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_value vals[sizeof(demo_fields) / sizeof(demo_fields[0])] = { { .present = false } };
		uint8_t raw[64];
		struct tug_buf b = tug_buf_of(raw, sizeof(raw));
		struct tug_enc e;
		vals[rows[i].field].present = true;
		vals[rows[i].field].v.s = tug_slice_of(rows[i].raw, rows[i].len);
		tug_enc_init(&e, &b);
		tug_map_encode(&e, &demo, vals);
		assert_int_equal(tug_enc_finish(&e), rows[i].result);
	}
}

/* ---- random maps by table ---- */

/* An encoder of its own: any key order, any width, definite or not, with unknown keys in between. */
struct wild {
	uint64_t rng;
	uint8_t out[16384];
	size_t len;
};

static void put(struct wild *w, const void *p, size_t len)
{
	assert_true(w->len + len <= sizeof(w->out));
	if (len > 0) {
		memcpy(w->out + w->len, p, len);
		w->len += len;
	}
}

static void put_head(struct wild *w, uint8_t major, uint64_t arg)
{
	unsigned least = arg < 24 ? 0 : arg < 256 ? 1 : arg < 65536 ? 2 : arg <= UINT32_MAX ? 3 : 4;
	unsigned size = least + (unsigned)rng_below(&w->rng, 5 - least);
	uint8_t head[9] = { (uint8_t)((unsigned)major << 5 | (size == 0 ? (unsigned)arg : 23u + size)) };
	size_t n = size == 0 ? 0 : (size_t)1 << (size - 1);
	for (size_t i = 0; i < n; i++) {
		head[1 + i] = (uint8_t)(arg >> (8 * (n - 1 - i)));
	}
	put(w, head, 1 + n);
}

static void put_text(struct wild *w, const char *z)
{
	put_head(w, 3, strlen(z));
	put(w, z, strlen(z));
}

static void put_any(struct wild *w, unsigned depth);

/* A list or map of random things; `text_keys` for maps whose keys must be text. */
static void put_group(struct wild *w, bool map, unsigned depth)
{
	size_t n = rng_below(&w->rng, 4);
	bool definite = rng_below(&w->rng, 2) == 0;
	uint8_t open = map ? 0xbf : 0x9f;
	if (definite) {
		put_head(w, map ? 5 : 4, n);
	} else {
		put(w, &open, 1);
	}
	for (size_t i = 0; i < n; i++) {
		if (map) {
			char key[8];
			snprintf(key, sizeof(key), "k%u", (unsigned)i);
			put_text(w, key);
		}
		put_any(w, depth + 1);
	}
	if (!definite) {
		put(w, "\xff", 1);
	}
}

static void put_string(struct wild *w, uint8_t major)
{
	size_t len = rng_below(&w->rng, 40);
	put_head(w, major, len);
	for (size_t i = 0; i < len; i++) {
		uint8_t c = (uint8_t)rng_next(&w->rng);
		put(w, &c, 1);
	}
}

static void put_any(struct wild *w, unsigned depth)
{
	switch (rng_below(&w->rng, depth < 5 ? 9 : 7)) {
	case 0:
		put_head(w, 0, rng_next(&w->rng) >> rng_below(&w->rng, 64));
		break;
	case 1:
		put_head(w, 1, rng_next(&w->rng) >> rng_below(&w->rng, 64));
		break;
	case 2:
		put_string(w, 2);
		break;
	case 3:
		put_string(w, 3);
		break;
	case 4:
		put(w, "\xf6", 1);
		break;
	case 5:
		put(w, "\xfb\x3f\xf1\x99\x99\x99\x99\x99\x9a", 9);
		break;
	case 6:
		put(w, "\xc1\x1a\x00\x00\x00\x01", 6);
		break;
	case 7:
		put_group(w, false, depth);
		break;
	default:
		put_group(w, true, depth);
		break;
	}
}

/* A random value of a field's type, written; what it should decode to in `want` (slices relative to out). */
static void put_value(struct wild *w, uint8_t type, struct tug_value *want)
{
	size_t start = w->len;
	want->present = true;
	want->type = type;
	switch ((enum tug_type)type) {
	case TUG_T_UINT:
		want->v.u = rng_next(&w->rng) >> rng_below(&w->rng, 64);
		put_head(w, 0, want->v.u);
		return;
	case TUG_T_INT: {
		uint64_t size = rng_next(&w->rng) >> (1 + rng_below(&w->rng, 63));
		bool negative = rng_below(&w->rng, 2) == 0;
		want->v.i = negative ? -1 - (int64_t)size : (int64_t)size;
		put_head(w, negative ? 1 : 0, size);
		return;
	}
	case TUG_T_BOOL:
		want->v.b = rng_below(&w->rng, 2) == 0;
		put(w, want->v.b ? "\xf5" : "\xf4", 1);
		return;
	case TUG_T_TSTR:
	case TUG_T_BSTR: {
		size_t len = rng_below(&w->rng, 400);
		put_head(w, type == TUG_T_TSTR ? 3 : 2, len);
		start = w->len;
		for (size_t i = 0; i < len; i++) {
			uint8_t c = (uint8_t)rng_next(&w->rng);
			put(w, &c, 1);
		}
		break;
	}
	case TUG_T_LIST:
		put_group(w, false, 1);
		break;
	case TUG_T_MAP:
		put_group(w, true, 1);
		break;
	case TUG_T_ANY:
		put_any(w, 1);
		break;
	}
	want->v.s = tug_slice_of(w->out + start, w->len - start);
}

/* Write a map with a random choice of the fields of `m` (all of them when `all`), in random order. */
static void put_map(struct wild *w, const struct tug_map *m, bool all, struct tug_value *want)
{
	uint8_t order[TUG_MAP_FIELDS];
	size_t n = 0;
	size_t unknown = rng_below(&w->rng, 3);
	bool definite = rng_below(&w->rng, 2) == 0;

	for (uint8_t i = 0; i < m->n; i++) {
		want[i] = (struct tug_value){ .present = false, .type = m->f[i].type };
		if (all || rng_below(&w->rng, 3) > 0) {
			size_t at = rng_below(&w->rng, n + 1);
			memmove(order + at + 1, order + at, n - at);
			order[at] = i;
			n++;
		}
	}
	if (definite) {
		put_head(w, 5, n + unknown);
	} else {
		put(w, "\xbf", 1);
	}
	for (size_t i = 0; i <= n; i++) {
		size_t here = i == n ? unknown : rng_below(&w->rng, unknown + 1);
		unknown -= here;
		while (here-- > 0) {
			put_text(w, "unknown key");
			put_any(w, 1);
		}
		if (i < n) {
			put_text(w, m->f[order[i]].key);
			put_value(w, m->f[order[i]].type, &want[order[i]]);
		}
	}
	if (!definite) {
		put(w, "\xff", 1);
	}
}

/* One random map of `m`: decodes to what was written, encodes and decodes to the same, and no prefix decodes. */
static void check_random(struct wild *w, const struct tug_map *m, bool all)
{
	struct tug_value want[TUG_MAP_FIELDS];
	struct tug_value got[TUG_MAP_FIELDS];

	w->len = 0;
	put_map(w, m, all, want);
	struct octets o = octets_of(w->out, w->len);
	assert_int_equal(tug_map_decode(octets_slice(&o), m, got), TUG_OK);
	assert_true(values_equal(m, want, got));
	assert_int_equal(tug_map_require(m, got) == TUG_OK || !all, true);
	struct octets again = must_reencode(m, got);
	size_t n = rng_below(&w->rng, o.len);
	struct octets part = octets_of(o.p, n);
	assert_true(tug_map_decode(octets_slice(&part), m, got) < 0);
	octets_free(&part);
	octets_free(&again);
	octets_free(&o);
}

/* Sub maps are met once for each field that leads to them; that is often enough. */
static void check_tree(struct wild *w, const struct tug_map *m, int rounds)
{
	for (int i = 0; i < rounds; i++) {
		check_random(w, m, i == 0);
	}
	for (uint8_t i = 0; i < m->n; i++) {
		if (m->f[i].sub != NULL) {
			check_tree(w, m->f[i].sub, rounds);
		}
	}
}

static void test_random_maps(void **state)
{
	static struct wild w;
	size_t n = 0;
	const struct tug_smp_cmd *cmds = tug_smp_cmds(&n);
	(void)state;
	w.rng = rng_seed();
	for (size_t i = 0; i < n; i++) {
		check_tree(&w, cmds[i].req, 100);
		check_tree(&w, cmds[i].rsp, 100);
	}
	check_tree(&w, &demo, 2000);
	print_message("%zu rows\n", n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),        cmocka_unit_test(test_values),
		cmocka_unit_test(test_encoder),       cmocka_unit_test(test_encoder_state),
		cmocka_unit_test(test_encode_refuses_raw), cmocka_unit_test(test_random_maps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
