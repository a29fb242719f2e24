/* SPDX-License-Identifier: Apache-2.0
 *
 * The tracker: frames and events in, facts and rows out. Frames are built here and fed without a reader.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <tug/smp_cmds.h>

#include "src/diagnose/engine_priv.h"

/* ---- building ----------------------------------------------------------------------------------------------- */

struct world {
	struct tug_diag *d;
	struct tug_dg_smp *x;
	uint32_t line;
	int64_t ms;
};

static void *make_world(void)
{
	static struct world w;

	w = (struct world){ 0 };
	assert_int_equal(tug_diag_create(TUG_DIAG_ALL, &w.d), TUG_OK);
	assert_int_equal(tug_diag_input(w.d, "log.txt"), TUG_OK);
	w.x = &w.d->facts->smp;
	return &w;
}

static int setup(void **state)
{
	*state = make_world();
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	tug_diag_free(w->d);
	return 0;
}

/* The next line, at `ms` after the one before (-1: without time). */
static struct tug_dg_line line(struct world *w, const char *text, int64_t ms)
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
static size_t frame(uint8_t *out, uint8_t op, uint16_t group, uint8_t seq, uint8_t id, const struct tug_enc *e)
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

static struct tug_enc *map(struct body *b)
{
	b->buf = tug_buf_of(b->room, sizeof(b->room));
	tug_enc_init(&b->e, &b->buf);
	tug_enc_map_begin(&b->e);
	return &b->e;
}

static void feed(struct world *w, int64_t ms, bool sent, const uint8_t *p, size_t n)
{
	struct tug_dg_line l = line(w, sent ? "sent" : "received", ms);

	tug_dg_octets(w->d, &l, sent, tug_slice_of(p, n));
}

/* Close the body and feed the frame. */
static void pass(struct world *w, int64_t ms, uint8_t op, uint16_t group, uint8_t seq, uint8_t id, struct body *b)
{
	uint8_t out[4200];
	size_t n;

	tug_enc_map_end(&b->e);
	assert_int_equal(tug_enc_finish(&b->e), TUG_OK);
	n = frame(out, op, group, seq, id, &b->e);
	feed(w, ms, op % 2 == 0, out, n);
}

static void empty(struct world *w, int64_t ms, uint8_t op, uint16_t group, uint8_t seq, uint8_t id)
{
	struct body b;

	map(&b);
	pass(w, ms, op, group, seq, id, &b);
}

static void rc(struct world *w, int64_t ms, uint8_t op, uint16_t group, uint8_t seq, uint8_t id, int code)
{
	struct body b;
	struct tug_enc *e = map(&b);

	tug_enc_key(e, "rc");
	tug_enc_int(e, code);
	pass(w, ms, op, group, seq, id, &b);
}

static const uint8_t hash_a[32] = { 0xb8, 0xb3, 0x9b, 0x09, 1 }, hash_b[32] = { 0xbc, 0x1d, 0x3d, 0xf3, 2 };

static void slot(struct tug_enc *e, unsigned n, const uint8_t *hash, const char *flags)
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

static void list_body(struct body *b, const uint8_t *h0, const char *f0, const uint8_t *h1, const char *f1)
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

static void read_list(struct world *w, uint8_t seq, const uint8_t *h0, const char *f0, const uint8_t *h1, const char *f1)
{
	struct body b;

	empty(w, 10, TUG_SMP_READ, 1, seq, 0);
	list_body(&b, h0, f0, h1, f1);
	pass(w, 10, TUG_SMP_READ_RSP, 1, seq, 0, &b);
}

static void write_state(struct world *w, uint8_t seq, const uint8_t *hash, bool confirm)
{
	struct body b;
	struct tug_enc *e = map(&b);

	tug_enc_key(e, "confirm");
	tug_enc_bool(e, confirm);
	tug_enc_key(e, "hash");
	tug_enc_bytes(e, tug_slice_of(hash, 32));
	pass(w, 10, TUG_SMP_WRITE, 1, seq, 0, &b);
}

static void chunk(struct world *w, int64_t ms, uint8_t seq, uint32_t off, uint32_t n, uint32_t len)
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

static void told(struct world *w, int64_t ms, uint8_t seq, uint32_t off)
{
	struct body b;
	struct tug_enc *e = map(&b);

	tug_enc_key(e, "off");
	tug_enc_uint(e, off);
	pass(w, ms, TUG_SMP_WRITE_RSP, 1, seq, 1, &b);
}

/* ---- requests and answers ----------------------------------------------------------------------------------- */

static void test_match(void **state)
{
	struct world *w = *state;
	const struct tug_dg_cmd *c;

	empty(w, 0, TUG_SMP_READ, 0, 7, 6);
	rc(w, 5, TUG_SMP_READ_RSP, 0, 7, 6, 8);
	empty(w, 5, TUG_SMP_READ, 1, 8, 0);
	c = tug_dg_cmd_of(w->x, 0, 6, TUG_SMP_READ);
	assert_non_null(c);
	assert_int_equal(c->requests, 1);
	assert_int_equal(c->answers, 1);
	assert_int_equal(c->ok, 0);
	assert_int_equal(w->x->n_refusals, 1);
	assert_true(w->x->refusal[0].legacy);
	assert_int_equal(w->x->refusal[0].rc, 8);
	assert_int_equal(w->x->refusal[0].request.line, 1);
	assert_int_equal(w->x->refusal[0].first.line, 2);
	assert_int_equal(w->x->refusal[0].later_requests, 1);
	assert_int_equal(w->x->frames, 3);
	assert_int_equal(w->x->stray, 0);
	rc(w, 5, TUG_SMP_READ_RSP, 0, 99, 6, 0);
	assert_int_equal(w->x->stray, 1);
	assert_int_equal(w->x->stray_at.line, 4);
}

static void test_confirm_noop(void **state)
{
	struct world *w = *state;
	struct tug_dg_line l = line(w, "up", 0);
	struct body b;

	tug_dg_link_up(w->d, &l);
	read_list(w, 0, hash_a, "ac", hash_b, "p");
	write_state(w, 2, hash_b, true);
	list_body(&b, hash_a, "ac", hash_b, "p");
	pass(w, 10, TUG_SMP_WRITE_RSP, 1, 2, 0, &b);
	l = line(w, "closing", 5);
	tug_dg_link_closing(w->d, &l);
	l = line(w, "down", 5);
	tug_dg_link_down(w->d, &l, 0);
	assert_int_equal(w->x->n_writes, 1);
	assert_true(w->x->write[0].confirm);
	assert_int_equal(w->x->write[0].hash_len, 32);
	assert_true(w->x->write[0].answered);
	assert_false(w->x->write[0].refused);
	assert_true(tug_dg_list_same(&w->x->write[0].before, &w->x->write[0].after));
	assert_false(w->x->write[0].reset_after);
	assert_true(w->x->write[0].link_ended_after);
	assert_int_equal(w->x->write[0].ended.line, l.no);
	assert_int_equal(w->x->link.n_ends, 1);
	assert_true(w->x->link.end[0].by_client);
	assert_int_equal(w->x->link.end[0].when, TUG_WHEN_IDLE);
}

static void test_upload(void **state)
{
	struct world *w = *state;

	chunk(w, 0, 1, 0, 400, 1000);
	told(w, 2000, 1, 400);
	chunk(w, 10, 2, 400, 400, 0);
	chunk(w, 10, 3, 800, 200, 0);
	told(w, 10, 2, 800);
	told(w, 10, 3, 1000);
	assert_int_equal(w->x->upload.uploads, 1);
	assert_int_equal(w->x->upload.chunks, 3);
	assert_int_equal(w->x->upload.acked, 3);
	assert_int_equal(w->x->upload.first_answer_ms, 2000);
	assert_int_equal(w->x->upload.duration_ms, 2040);
	assert_int_equal(w->x->upload.in_flight, 2);
	assert_int_equal(w->x->upload.first_chunk, 400);
	assert_int_equal(w->x->upload.max_chunk, 400);
	assert_int_equal(w->x->upload.went_back, 0);
	assert_true(w->x->upload.head_known);
	assert_true(w->x->upload.completed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_match, setup, teardown),
		cmocka_unit_test_setup_teardown(test_confirm_noop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_upload, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
