/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of the tracker share: a diagnosis that is fed with frames built here, line by line, without a
 * reader. For tests/diagnose/track*_test.c only.
 */
#ifndef TUG_TESTS_TRACK_WORLD_H
#define TUG_TESTS_TRACK_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tug/smp_cmds.h>

#include "src/diagnose/engine_priv.h"

struct world {
	struct tug_diag *d;
	struct tug_dg_smp *x;
	uint32_t line;
	int64_t ms;
};

static inline struct world *open_world(struct world *w)
{
	*w = (struct world){ 0 };
	assert_int_equal(tug_diag_create(TUG_DIAG_ALL, &w->d), TUG_OK);
	assert_int_equal(tug_diag_input(w->d, "log.txt"), TUG_OK);
	w->x = &w->d->facts->smp;
	return w;
}

static inline int setup(void **state)
{
	struct world *w = malloc(sizeof(*w));

	assert_non_null(w);
	*state = open_world(w);
	return 0;
}

static inline int teardown(void **state)
{
	struct world *w = *state;

	tug_diag_free(w->d);
	free(w);
	return 0;
}

/* The next line, at `ms` after the one before (-1: without time). */
static inline struct tug_dg_line line(struct world *w, const char *text, int64_t ms)
{
	struct tug_dg_line l = { .no = ++w->line, .src = TUG_SRC_NRF_CONNECT, .ms = -1 };

	if (ms >= 0) {
		w->ms += ms;
		l.ms = w->ms;
	}
	l.text = tug_slice_of(text, strlen(text));
	l.raw = l.body = l.text;
	return l;
}

/* A frame: header and body, octets in `out`. Result: their number. */
static inline size_t frame(uint8_t *out, uint8_t op, uint16_t group, uint8_t seq, uint8_t id, const struct tug_enc *e)
{
	struct tug_smp_hdr h = { .op = op, .version = 1, .len = (uint16_t)e->out->len, .group = group, .seq = seq, .id = id };

	tug_smp_hdr_encode(&h, out);
	memcpy(out + 8, e->out->p, e->out->len);
	return 8 + e->out->len;
}

struct body {
	uint8_t room[4096];
	struct tug_buf buf;
	struct tug_enc e;
};

static inline struct tug_enc *map(struct body *b)
{
	b->buf = tug_buf_of(b->room, sizeof(b->room));
	tug_enc_init(&b->e, &b->buf);
	tug_enc_map_begin(&b->e);
	return &b->e;
}

static inline void feed(struct world *w, int64_t ms, bool sent, const uint8_t *p, size_t n)
{
	struct tug_dg_line l = line(w, sent ? "sent" : "received", ms);

	tug_dg_octets(w->d, &l, sent, tug_slice_of(p, n));
}

/* Close the body and feed the frame. */
static inline void pass(struct world *w, int64_t ms, uint8_t op, uint16_t group, uint8_t seq, uint8_t id, struct body *b)
{
	uint8_t out[4200];
	size_t n;

	tug_enc_map_end(&b->e);
	assert_int_equal(tug_enc_finish(&b->e), TUG_OK);
	n = frame(out, op, group, seq, id, &b->e);
	feed(w, ms, op % 2 == 0, out, n);
}

static inline void empty(struct world *w, int64_t ms, uint8_t op, uint16_t group, uint8_t seq, uint8_t id)
{
	struct body b;

	map(&b);
	pass(w, ms, op, group, seq, id, &b);
}

static inline void rc(struct world *w, int64_t ms, uint8_t op, uint16_t group, uint8_t seq, uint8_t id, int code)
{
	struct body b;
	struct tug_enc *e = map(&b);

	tug_enc_key(e, "rc");
	tug_enc_int(e, code);
	pass(w, ms, op, group, seq, id, &b);
}

static const uint8_t hash_a[32] = { 0xb8, 0xb3, 0x9b, 0x09, 1 }, hash_b[32] = { 0xbc, 0x1d, 0x3d, 0xf3, 2 };

static inline void slot(struct tug_enc *e, unsigned n, const uint8_t *hash, const char *flags)
{
	tug_enc_map_begin(e);
	tug_enc_key(e, "slot");
	tug_enc_uint(e, n);
	tug_enc_key(e, "version");
	tug_enc_text(e, tug_slice_of("1.2.3", 5));
	tug_enc_key(e, "hash");
	tug_enc_bytes(e, tug_slice_of(hash, 32));
	tug_enc_key(e, "bootable");
	tug_enc_bool(e, true);
	tug_enc_key(e, "pending");
	tug_enc_bool(e, strchr(flags, 'p') != NULL);
	tug_enc_key(e, "confirmed");
	tug_enc_bool(e, strchr(flags, 'c') != NULL);
	tug_enc_key(e, "active");
	tug_enc_bool(e, strchr(flags, 'a') != NULL);
	tug_enc_key(e, "permanent");
	tug_enc_bool(e, strchr(flags, 'P') != NULL);
	tug_enc_map_end(e);
}

static inline void list_body(struct body *b, const uint8_t *h0, const char *f0, const uint8_t *h1, const char *f1)
{
	struct tug_enc *e = map(b);

	tug_enc_key(e, "images");
	tug_enc_list_begin(e);
	slot(e, 0, h0, f0);
	if (h1 != NULL) {
		slot(e, 1, h1, f1);
	}
	tug_enc_list_end(e);
}

static inline void read_list(struct world *w, uint8_t seq, const uint8_t *h0, const char *f0, const uint8_t *h1, const char *f1)
{
	struct body b;

	empty(w, 10, TUG_SMP_READ, 1, seq, 0);
	list_body(&b, h0, f0, h1, f1);
	pass(w, 10, TUG_SMP_READ_RSP, 1, seq, 0, &b);
}

static inline void write_state(struct world *w, uint8_t seq, const uint8_t *hash, bool confirm)
{
	struct body b;
	struct tug_enc *e = map(&b);

	tug_enc_key(e, "confirm");
	tug_enc_bool(e, confirm);
	tug_enc_key(e, "hash");
	tug_enc_bytes(e, tug_slice_of(hash, 32));
	pass(w, 10, TUG_SMP_WRITE, 1, seq, 0, &b);
}

static inline void chunk(struct world *w, int64_t ms, uint8_t seq, uint32_t off, uint32_t n, uint32_t len)
{
	static const uint8_t data[2048] = { 0x3d, 0xb8, 0xf3, 0x96 };
	struct body b;
	struct tug_enc *e = map(&b);

	tug_enc_key(e, "data");
	tug_enc_bytes(e, tug_slice_of(data, n));
	tug_enc_key(e, "off");
	tug_enc_uint(e, off);
	if (off == 0) {
		tug_enc_key(e, "len");
		tug_enc_uint(e, len);
	}
	pass(w, ms, TUG_SMP_WRITE, 1, seq, 1, &b);
}

static inline void told(struct world *w, int64_t ms, uint8_t seq, uint32_t off)
{
	struct body b;
	struct tug_enc *e = map(&b);

	tug_enc_key(e, "off");
	tug_enc_uint(e, off);
	pass(w, ms, TUG_SMP_WRITE_RSP, 1, seq, 1, &b);
}

#endif
