/* SPDX-License-Identifier: Apache-2.0
 *
 * The tracker: requests, answers, uploads, image state, and what is told without frames.
 */
#include "track_world.h"

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

static void test_upload_goes_back(void **state)
{
	struct world *w = *state;

	chunk(w, 0, 1, 0, 400, 4000);
	told(w, 10, 1, 400);
	chunk(w, 10, 2, 400, 402, 0);
	told(w, 10, 2, 800); /* two octets short */
	chunk(w, 10, 3, 800, 400, 0);
	chunk(w, 10, 4, 1200, 400, 0);
	told(w, 10, 4, 800); /* chunk 3 was lost */
	chunk(w, 10, 5, 800, 400, 0);
	told(w, 10, 5, 1200);
	assert_int_equal(w->x->upload.went_back, 2);
	assert_int_equal(w->x->upload.back_1_3, 1);
	assert_int_equal(w->x->upload.back.line, 4);
	assert_int_equal(w->x->upload.repeated, 1);
	assert_int_equal(w->x->upload.timeouts, 1);
	assert_int_equal(w->x->upload.acked_after_timeout, 1);
	assert_int_equal(w->x->upload.in_flight, 1); /* that answers are left out of a paste is no window */
	assert_false(w->x->upload.completed);
}

static void test_upload_window(void **state)
{
	struct world *w = *state;
	uint32_t sent = 0, got = 0;

	for (unsigned i = 0; i < 40; i++) {
		chunk(w, 1, (uint8_t)i, sent, 100, 10000);
		sent += 100;
		if (i >= 3) {
			got += 100;
			told(w, 1, (uint8_t)(i - 3), got);
		}
	}
	assert_int_equal(w->x->upload.in_flight, 4);
	assert_int_equal(w->x->upload.acked, 37);
	assert_int_equal(w->x->upload.went_back, 0);
	assert_int_equal(w->x->upload.timeouts, 0);
	assert_int_equal(w->x->upload.off, 3700);
}

static void test_upload_window_stuck(void **state)
{
	struct world *w = *state;
	struct tug_dg_line l;

	chunk(w, 1, 1, 0, 100, 10000);
	told(w, 100, 1, 100);
	for (uint8_t i = 2; i < 10; i++) {
		chunk(w, 1, i, (i - 1u) * 100, 100, 0);
	}
	l = line(w, "time-out", 1000);
	tug_dg_silent(w->d, &l, NULL);
	assert_int_equal(w->x->upload.in_flight, 8);
	assert_int_equal(w->x->upload.timeouts, 1);
}

static void test_upload_match_false(void **state)
{
	struct world *w = *state;
	struct body b;
	struct tug_enc *e;

	chunk(w, 0, 1, 0, 400, 400);
	e = map(&b);
	tug_enc_key(e, "off");
	tug_enc_uint(e, 400);
	tug_enc_key(e, "match");
	tug_enc_bool(e, false);
	pass(w, 10, TUG_SMP_WRITE_RSP, 1, 1, 1, &b);
	assert_true(w->x->upload.completed);
	assert_int_equal(w->x->upload.match, 0);
	chunk(w, 10, 2, 0, 200, 800); /* another one */
	assert_int_equal(w->x->upload.uploads, 2);
	assert_int_equal(w->x->upload.match, -1);
	assert_false(w->x->upload.completed);
	assert_int_equal(w->x->upload.first_chunk, 200);
	told(w, 10, 2, 600);
	assert_true(w->x->upload.resumed);
}

static void test_upload_first_unanswered(void **state)
{
	struct world *w = *state;
	struct tug_dg_line l;

	read_list(w, 1, hash_a, "ac", NULL, "");
	chunk(w, 10, 2, 0, 400, 4000);
	l = line(w, "time-out", 40000);
	tug_dg_silent(w->d, &l, NULL);
	assert_true(w->x->upload.small_ok_before);
	assert_true(w->x->upload.first_unanswered);
	assert_int_equal(w->x->upload.timeouts, 1);
	chunk(w, 10, 3, 0, 400, 4000); /* the same upload, once more */
	assert_int_equal(w->x->upload.uploads, 1);
	assert_int_equal(w->x->upload.repeated, 1);
	assert_int_equal(w->x->upload.timeouts, 1);
	assert_int_equal(w->x->upload.before.n, 1);
	assert_int_equal(tug_dg_cmd_of(w->x, 1, 1, TUG_SMP_WRITE)->silent, 1);
	assert_int_equal(tug_dg_cmd_of(w->x, 1, 1, TUG_SMP_WRITE)->first_silent.line, 3);
	told(w, 10, 3, 400);
	assert_false(w->x->upload.first_unanswered);
}

static void test_upload_refused_again_and_again(void **state)
{
	struct world *w = *state;

	for (uint8_t i = 0; i < 3; i++) {
		chunk(w, 10, i, 0, 400, 4000);
		rc(w, 10, TUG_SMP_WRITE_RSP, 1, i, 1, 6);
	}
	assert_int_equal(w->x->upload.uploads, 1);
	assert_int_equal(w->x->upload.repeated, 2);
	assert_int_equal(w->x->upload.repeated_refused, 2);
	assert_int_equal(w->x->upload.timeouts, 0);
	assert_int_equal(w->x->n_refusals, 1);
	assert_int_equal(w->x->refusal[0].count, 3);
	assert_int_equal(w->x->refusal[0].off, 0);
	assert_int_equal(w->x->refusal[0].first.line, 2);
	assert_int_equal(w->x->refusal[0].last.line, 6);
	assert_int_equal(w->x->refusal[0].later_requests, 0);
}

/* ---- codes, time-outs, lists without frames ----------------------------------------------------------------- */

static void test_bare_codes(void **state)
{
	static const struct tug_smp_hdr erase = { .op = TUG_SMP_WRITE, .group = 1, .id = 5 };
	struct world *w = *state;
	struct tug_dg_line l = line(w, "Error: 6", 1);

	tug_dg_code(w->d, &l, 6, -1);
	assert_int_equal(w->x->refusal[0].group, 0xffff);
	l = line(w, "$ mcumgr image erase", 1);
	tug_dg_command(w->d, &l, &erase);
	l = line(w, "Error: 6", 1);
	tug_dg_code(w->d, &l, 6, -1);
	assert_int_equal(w->x->n_refusals, 2);
	assert_int_equal(w->x->refusal[1].group, 1);
	assert_int_equal(w->x->refusal[1].id, 5);
	assert_int_equal(w->x->refusal[1].request.line, 2);
	/* said again after the frame that had it: one refusal */
	empty(w, 1, TUG_SMP_WRITE, 63, 9, 0);
	rc(w, 1, TUG_SMP_WRITE_RSP, 63, 9, 0, 8);
	l = line(w, "Error: NOT_SUPPORTED (8)", 1);
	tug_dg_code(w->d, &l, 8, -1);
	assert_int_equal(w->x->n_refusals, 3);
	assert_int_equal(w->x->refusal[2].count, 1);
	assert_int_equal(w->x->refusal[1].later_requests, 1);
}

static void test_silent_when(void **state)
{
	struct world *w = *state;
	struct tug_dg_line l;

	empty(w, 0, TUG_SMP_READ, 0, 1, 6);
	empty(w, 10, TUG_SMP_READ, 1, 2, 0);
	rc(w, 1000, TUG_SMP_READ_RSP, 1, 2, 0, 8);
	assert_int_equal(tug_dg_cmd_of(w->x, 0, 6, 0)->silent, 0); /* it may still come */
	empty(w, 30000, TUG_SMP_READ, 1, 3, 0);
	rc(w, 10, TUG_SMP_READ_RSP, 1, 3, 0, 8);
	assert_int_equal(tug_dg_cmd_of(w->x, 0, 6, 0)->silent, 1);
	empty(w, 10, TUG_SMP_READ, 1, 4, 0);
	l = line(w, "down", 10);
	tug_dg_link_down(w->d, &l, 8);
	assert_int_equal(tug_dg_cmd_of(w->x, 1, 0, 0)->silent, 1);
	empty(w, 10, TUG_SMP_READ, 1, 5, 0);
	tug_dg_track_end(w->d); /* a log ends somewhere */
	assert_int_equal(tug_dg_cmd_of(w->x, 1, 0, 0)->silent, 1);
}

/* A log that shows requests only says nothing about their answers. */
static void test_hidden_answers(void **state)
{
	struct world *w = *state;
	struct tug_dg_line l;

	empty(w, 0, TUG_SMP_READ, 0, 1, 6);
	empty(w, 10, TUG_SMP_READ, 1, 2, 0);
	empty(w, 10, TUG_SMP_WRITE, 0, 3, 5);
	l = line(w, "down", 10);
	tug_dg_link_down(w->d, &l, 8);
	for (uint32_t i = 0; i < w->x->n_cmds; i++) {
		assert_int_equal(w->x->cmd[i].silent, 0);
	}
}

static void test_list_in_words(void **state)
{
	static const struct tug_smp_hdr read = { .op = TUG_SMP_READ, .group = 1 };
	struct world *w = *state;
	struct tug_dg_list list = { .known = true, .n = 1, .s = { { .active = true, .confirmed = true } } };
	struct tug_dg_line l = line(w, "mcumgr image list", 1);

	tug_dg_command(w->d, &l, &read);
	l = line(w, "Images:", 1);
	tug_dg_image_list(w->d, &l, TUG_SRC_MCUMGR_CLI, &list);
	assert_int_equal(tug_dg_cmd_of(w->x, 1, 0, 0)->ok, 1);
	assert_true(w->x->list.known);
	/* the frame first, then the same in words: one */
	read_list(w, 3, hash_a, "ac", NULL, "");
	list = w->x->list;
	tug_dg_image_list(w->d, &l, TUG_SRC_MCUMGR_CLI, &list);
	assert_int_equal(tug_dg_cmd_of(w->x, 1, 0, 0)->ok, 2);
	assert_int_equal(tug_dg_cmd_of(w->x, 1, 0, 0)->requests, 2);
}

static void test_command_then_its_frame(void **state)
{
	static const struct tug_smp_hdr read = { .op = TUG_SMP_READ, .group = 1 };
	struct world *w = *state;
	struct tug_dg_line l = line(w, "mcumgr image list", 1);

	tug_dg_command(w->d, &l, &read);
	read_list(w, 3, hash_a, "ac", NULL, "");
	assert_int_equal(tug_dg_cmd_of(w->x, 1, 0, 0)->requests, 1);
	assert_int_equal(tug_dg_cmd_of(w->x, 1, 0, 0)->ok, 1);
	assert_int_equal(w->x->stray, 0);
}

/* ---- image state, resets ------------------------------------------------------------------------------------ */

static void test_reset_before_and_after(void **state)
{
	struct world *w = *state;
	struct tug_dg_line l;

	read_list(w, 1, hash_a, "ac", hash_b, "");
	write_state(w, 2, hash_b, false);
	rc(w, 10, TUG_SMP_WRITE_RSP, 1, 2, 0, 0);
	read_list(w, 3, hash_a, "ac", hash_b, "p");
	empty(w, 10, TUG_SMP_WRITE, 0, 4, 5);
	empty(w, 10, TUG_SMP_WRITE_RSP, 0, 4, 5);
	l = line(w, "down", 500);
	tug_dg_link_down(w->d, &l, 19);
	l = line(w, "*** Booting MCUboot", 500);
	tug_dg_restarted(w->d, &l);
	read_list(w, 5, hash_b, "a", hash_a, "c");
	assert_int_equal(w->x->reset.requests, 1);
	assert_int_equal(w->x->reset.ok, 1);
	assert_true(w->x->reset.booted_after);
	assert_true(w->x->reset.before.s[1].pending);
	assert_memory_equal(w->x->reset.after.s[0].hash, hash_b, 32);
	assert_true(w->x->write[0].reset_after);
	assert_false(w->x->write[0].link_ended_after);
	assert_true(w->x->write[0].after.s[1].pending);
	assert_true(w->x->testrun_seen);
	assert_memory_equal(w->x->testrun_hash, hash_b, 32);
	assert_int_equal(w->x->link.end[0].when, TUG_WHEN_AFTER_RESET);
	assert_int_equal(w->x->link.end[0].after_ms, 510);
	assert_memory_equal(w->x->first_list.s[0].hash, hash_a, 32);
}

static void test_refused_reset_is_none(void **state)
{
	struct world *w = *state;
	struct tug_dg_line l;

	write_state(w, 2, hash_b, false);
	rc(w, 10, TUG_SMP_WRITE_RSP, 1, 2, 0, 0);
	empty(w, 10, TUG_SMP_WRITE, 0, 4, 5);
	assert_true(w->x->write[0].reset_after);
	rc(w, 10, TUG_SMP_WRITE_RSP, 0, 4, 5, 8);
	assert_false(w->x->write[0].reset_after);
	assert_int_equal(w->x->reset.ok, 0);
	l = line(w, "down", 10);
	tug_dg_link_down(w->d, &l, 0);
	assert_true(w->x->write[0].link_ended_after);
	/* a later session puts it right */
	l = line(w, "nRF Connect, 2025-01-01", 10);
	tug_dg_session(w->d, &l);
	empty(w, 10, TUG_SMP_WRITE, 0, 0, 5);
	empty(w, 10, TUG_SMP_WRITE_RSP, 0, 0, 5);
	assert_true(w->x->write[0].reset_after);
}

static void test_restart_shown_by_lists(void **state)
{
	struct world *w = *state;

	read_list(w, 1, hash_a, "ac", hash_b, "");
	write_state(w, 2, hash_b, true);
	rc(w, 10, TUG_SMP_WRITE_RSP, 1, 2, 0, 0);
	assert_false(w->x->write[0].reset_after);
	read_list(w, 3, hash_b, "ac", hash_a, "");
	assert_true(w->x->write[0].reset_after);
}

static void test_many_writes(void **state)
{
	struct world *w = *state;

	for (uint8_t i = 0; i < 20; i++) {
		write_state(w, i, hash_b, i % 2 != 0);
		rc(w, 10, TUG_SMP_WRITE_RSP, 1, i, 0, i == 19 ? 6 : 0);
	}
	assert_int_equal(w->x->n_writes, TUG_DG_WRITES);
	assert_true(w->x->write[TUG_DG_WRITES - 1].refused);
	assert_false(w->x->write[TUG_DG_WRITES - 2].refused);
	assert_true(w->x->write[TUG_DG_WRITES - 2].answered);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_match, setup, teardown),
		cmocka_unit_test_setup_teardown(test_confirm_noop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_upload, setup, teardown),
		cmocka_unit_test_setup_teardown(test_upload_goes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_upload_window, setup, teardown),
		cmocka_unit_test_setup_teardown(test_upload_window_stuck, setup, teardown),
		cmocka_unit_test_setup_teardown(test_upload_match_false, setup, teardown),
		cmocka_unit_test_setup_teardown(test_upload_first_unanswered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_upload_refused_again_and_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bare_codes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_silent_when, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hidden_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_list_in_words, setup, teardown),
		cmocka_unit_test_setup_teardown(test_command_then_its_frame, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reset_before_and_after, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused_reset_is_none, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restart_shown_by_lists, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_writes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
