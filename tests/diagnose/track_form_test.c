/* SPDX-License-Identifier: Apache-2.0
 *
 * The tracker: one frame in two forms, frames in pieces, frames cut off, and very many of them.
 */
#include "track_world.h"

/* ---- forms -------------------------------------------------------------------------------------------------- */

/* A frame of image list as a client prints it in words: header, and the body rebuilt. */
static void in_words(struct world *w, uint8_t op, uint8_t seq, uint16_t len, struct body *b)
{
	struct tug_dg_line l = line(w, "words", 1);
	struct tug_dg_frame f = { .src = l.src, .sent = op % 2 == 0, .seq_known = true, .version_known = false };

	tug_enc_map_end(&b->e);
	f.hdr = (struct tug_smp_hdr){ .op = op, .len = len, .group = TUG_GRP_IMG, .seq = seq };
	f.body = tug_buf_slice(&b->buf);
	tug_dg_here(&l, &f.at);
	tug_dg_frame(w->d, &f);
}

static void test_two_forms_are_one(void **state)
{
	struct world *w = *state;
	struct body b;
	uint16_t len;

	for (uint8_t i = 0; i < 2; i++) { /* the second time is a real repeat */
		map(&b);
		w->ms += 1000;
		in_words(w, TUG_SMP_READ, 4, 2, &b);
		empty(w, 1, TUG_SMP_READ, 1, 4, 0);
		list_body(&b, hash_a, "ac", hash_b, "p");
		len = (uint16_t)(b.buf.len + 1);
		pass(w, 1, TUG_SMP_READ_RSP, 1, 4, 0, &b);
		list_body(&b, hash_a, "ac", hash_b, "p");
		in_words(w, TUG_SMP_READ_RSP, 4, len, &b);
	}
	assert_int_equal(w->x->frames, 4);
	assert_int_equal(tug_dg_cmd_of(w->x, 1, 0, TUG_SMP_READ)->requests, 2);
	assert_int_equal(tug_dg_cmd_of(w->x, 1, 0, TUG_SMP_READ)->ok, 2);
	assert_int_equal(w->x->undecodable, 0);
	assert_true(w->x->client.smp_v2);
	assert_false(w->x->client.smp_v1);
}

/* Two loggers print each line: one exchange. */
static void test_printed_twice(void **state)
{
	struct world *w = *state;

	for (uint8_t i = 0; i < 2; i++) {
		chunk(w, 2, 1, 0, 400, 4000);
	}
	told(w, 500, 1, 400);
	told(w, 2, 1, 400);
	assert_int_equal(w->x->frames, 2);
	assert_int_equal(w->x->upload.chunks, 1);
	assert_int_equal(w->x->upload.repeated, 0);
	assert_int_equal(w->x->upload.timeouts, 0);
	assert_int_equal(w->x->stray, 0);
	chunk(w, 2, 1, 400, 400, 0); /* a client that never changes its number */
	told(w, 5, 1, 800);
	chunk(w, 2, 1, 800, 400, 0);
	told(w, 5, 1, 1200);
	assert_int_equal(w->x->upload.chunks, 3);
	assert_int_equal(w->x->upload.acked, 3);
}

/* A command line stands for the first of its frames, which then says more. */
static void test_command_as_a_frame(void **state)
{
	struct world *w = *state;
	struct tug_dg_line l = line(w, "mcumgr image upload x.bin", 1);
	struct tug_dg_frame f = { .src = l.src, .sent = true, .hdr = { .op = TUG_SMP_WRITE, .group = 1, .id = 1 } };

	tug_dg_here(&l, &f.at);
	tug_dg_frame(w->d, &f);
	chunk(w, 1, 7, 0, 400, 800);
	told(w, 10, 7, 400);
	chunk(w, 1, 8, 400, 400, 0);
	told(w, 10, 8, 800);
	assert_int_equal(tug_dg_cmd_of(w->x, 1, 1, TUG_SMP_WRITE)->requests, 2);
	assert_int_equal(w->x->upload.uploads, 1);
	assert_int_equal(w->x->upload.chunks, 2);
	assert_int_equal(w->x->upload.first_chunk, 400);
	assert_true(w->x->upload.completed);
	assert_int_equal(w->x->stray, 0);
}

static void test_second_form_completes_the_first(void **state)
{
	struct world *w = *state;
	struct body b;
	struct tug_dg_line l;
	uint8_t out[4200];
	size_t n;

	empty(w, 1, TUG_SMP_READ, 1, 4, 0);
	list_body(&b, hash_a, "ac", hash_b, "p");
	tug_enc_map_end(&b.e);
	n = frame(out, TUG_SMP_READ_RSP, 1, 4, 0, &b.e);
	feed(w, 1, false, out, n - 60); /* shortened within slot 1 */
	l = line(w, "session", 1);
	(void)l;
	tug_dg_track_end(w->d); /* nothing more comes: what is there is read */
	assert_int_equal(w->x->list.n, 1);
	assert_true(w->x->list.cut);
	assert_int_equal(w->x->undecodable, 1);

	empty(w, 1, TUG_SMP_READ, 1, 5, 0);
	{
		struct tug_dg_frame f = { .src = TUG_SRC_NRF_CONNECT, .seq_known = true, .version_known = true,
					  .from_octets = true, .cut = true };

		f.hdr = (struct tug_smp_hdr){ .op = TUG_SMP_READ_RSP, .version = 1, .len = (uint16_t)(n - 8), .group = 1,
					      .seq = 5 };
		f.body = tug_slice_of(out + 8, n - 68);
		l = line(w, "cut hex", 1);
		tug_dg_here(&l, &f.at);
		tug_dg_frame(w->d, &f);
	}
	assert_true(w->x->list.cut);
	assert_int_equal(w->x->undecodable, 2);
	list_body(&b, hash_a, "ac", hash_b, "p");
	in_words(w, TUG_SMP_READ_RSP, 5, (uint16_t)(n - 8), &b);
	assert_false(w->x->list.cut);
	assert_int_equal(w->x->list.n, 2);
	assert_true(w->x->list.s[1].pending);
	assert_int_equal(w->x->undecodable, 1);
	assert_int_equal(w->x->frames, 4);
	assert_int_equal(tug_dg_cmd_of(w->x, 1, 0, TUG_SMP_READ)->ok, 2);
}

/* Three frames of one direction, split in two at every place, and in pieces of every size. */
static void test_join_everywhere(void **state)
{
	uint8_t all[1024], one[600];
	size_t n = 0;
	struct body b;

	(void)state;
	for (uint8_t i = 0; i < 3; i++) {
		size_t len;

		list_body(&b, hash_a, "ac", i % 2 == 0 ? hash_b : NULL, "p");
		tug_enc_map_end(&b.e);
		len = frame(one, TUG_SMP_READ_RSP, 1, i, 0, &b.e);
		memcpy(all + n, one, len);
		n += len;
	}
	for (size_t cut = 0; cut <= n; cut++) {
		struct world own, *w = open_world(&own);

		feed(w, 1, false, all, cut);
		feed(w, 1, false, all + cut, n - cut);
		assert_int_equal(w->x->frames, 3);
		assert_int_equal(w->x->undecodable, 0);
		assert_int_equal(tug_dg_cmd_of(w->x, 1, 0, TUG_SMP_READ)->ok, 3);
		tug_diag_free(w->d);
	}
	for (size_t piece = 1; piece <= n; piece++) {
		struct world own, *w = open_world(&own);

		for (size_t at = 0; at < n; at += piece) {
			feed(w, 1, false, all + at, n - at < piece ? n - at : piece);
		}
		assert_int_equal(w->x->frames, 3);
		assert_int_equal(w->x->undecodable, 0);
		tug_diag_free(w->d);
	}
}

static void test_garbage_between_frames(void **state)
{
	struct world *w = *state;
	static const uint8_t garbage[] = { 0xff, 0xfe, 1, 2, 3, 4, 5, 6, 7, 8 }, future[] = { 0x10, 0, 0, 1, 0, 0, 0, 0, 0xa0 };
	uint8_t out[4200];
	struct body b;
	size_t n;

	feed(w, 1, false, garbage, sizeof(garbage));
	feed(w, 1, false, future, sizeof(future));
	assert_int_equal(w->x->undecodable, 2);
	list_body(&b, hash_a, "ac", hash_b, "p");
	tug_enc_map_end(&b.e);
	n = frame(out, TUG_SMP_READ_RSP, 1, 1, 0, &b.e);
	feed(w, 1, false, out, 40); /* the next piece is not shown */
	out[6] = 2;
	feed(w, 1, false, out, n);
	assert_int_equal(w->x->frames, 2);
	assert_int_equal(w->x->undecodable, 3);
	assert_int_equal(w->x->list.n, 2);
	assert_false(w->x->list.cut);
}

/* An answer cut off at every place: never more than what is there, and no crash. */
static void test_cut_everywhere(void **state)
{
	struct body b;
	size_t first; /* octets up to the last flag of slot 0 */

	(void)state;
	list_body(&b, hash_a, "ac", NULL, "");
	tug_enc_map_end(&b.e);
	first = b.buf.len - 3;
	list_body(&b, hash_a, "ac", hash_b, "p");
	tug_enc_map_end(&b.e);
	for (size_t n = 0; n < b.buf.len; n++) {
		struct world own, *w = open_world(&own);
		struct tug_dg_frame f = { .src = TUG_SRC_HEX, .seq_known = true, .version_known = true, .from_octets = true,
					  .cut = true };

		f.hdr = (struct tug_smp_hdr){ .op = TUG_SMP_READ_RSP, .len = (uint16_t)b.buf.len, .group = 1 };
		f.body = tug_slice_of(b.room, n);
		f.at.line = 1;
		tug_dg_frame(w->d, &f);
		assert_true(w->x->list.n <= 2);
		if (w->x->list.known && n + 2 < b.buf.len) {
			assert_true(w->x->list.cut);
			assert_true(w->x->list.s[0].active);
			assert_memory_equal(w->x->list.s[0].hash, hash_a, 32);
		}
		assert_int_equal(w->x->list.known, n >= first);
		tug_diag_free(w->d);
	}
}

static void test_definite_body_cut_off(void **state)
{
	/* {"off": 0, "len": 1000, "data": 400 octets...}, of which 3 are there */
	static const uint8_t octets[] = { 0x02, 0, 0x01, 0xb0, 0, 1, 1, 1, 0xa3, 0x63, 'o', 'f', 'f', 0, 0x63, 'l', 'e', 'n',
					  0x19, 0x03, 0xe8, 0x64, 'd', 'a', 't', 'a', 0x59, 0x01, 0x90, 0x3d, 0xb8, 0xf3,
					  0x96 };
	struct world *w = *state;

	feed(w, 1, true, octets, sizeof(octets));
	tug_dg_track_end(w->d);
	assert_int_equal(w->x->upload.uploads, 1);
	assert_int_equal(w->x->upload.len, 1000);
	assert_int_equal(w->x->upload.first_chunk, 400);
	assert_true(w->x->upload.head_known);
	assert_int_equal(w->x->upload.head[0], 0x3d);
	assert_int_equal(w->x->undecodable, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_two_forms_are_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_printed_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(test_command_as_a_frame, setup, teardown),
		cmocka_unit_test_setup_teardown(test_second_form_completes_the_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_join_everywhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_garbage_between_frames, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut_everywhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_definite_body_cut_off, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
