/* SPDX-License-Identifier: Apache-2.0
 *
 * The tracker: links, the client's words, and what a device says of itself.
 */
#include "track_world.h"

/* ---- links -------------------------------------------------------------------------------------------------- */

static void down(struct world *w, int64_t ms, int32_t status)
{
	struct tug_dg_line l = line(w, "down", ms);

	tug_dg_link_down(w->d, &l, status);
}

static void up(struct world *w, int64_t ms)
{
	struct tug_dg_line l = line(w, "up", ms);

	tug_dg_link_up(w->d, &l);
}

static void test_link_ends(void **state)
{
	struct world *w = *state;
	const struct tug_dg_link *k = &w->x->link;
	struct tug_dg_line l;

	down(w, 0, 133);
	down(w, 10, -1); /* "Disconnected": the same */
	assert_int_equal(k->n_ends, 1);
	assert_int_equal(k->end[0].when, TUG_WHEN_CONNECTING);
	assert_int_equal(k->end[0].count, 1);
	down(w, 10000, 133); /* the next try */
	assert_int_equal(k->end[0].count, 2);
	up(w, 100);
	up(w, 5);
	assert_int_equal(k->ups, 1);
	down(w, 100, 8);
	assert_int_equal(k->end[1].when, TUG_WHEN_BEFORE_SMP);
	up(w, 1000);
	read_list(w, 1, hash_a, "ac", NULL, "");
	down(w, 100, 8);
	assert_int_equal(k->end[2].when, TUG_WHEN_IDLE);
	up(w, 1000);
	empty(w, 10, TUG_SMP_READ, 1, 2, 0);
	down(w, 100, 8);
	assert_int_equal(k->end[3].when, TUG_WHEN_WAITING);
	up(w, 1000);
	chunk(w, 10, 3, 0, 400, 4000);
	down(w, 1500, 8);
	assert_int_equal(k->end[4].when, TUG_WHEN_UPLOAD_START);
	assert_int_equal(k->end[4].after_ms, 1500);
	up(w, 1000);
	chunk(w, 10, 4, 0, 400, 4000);
	told(w, 10, 4, 400);
	chunk(w, 4000, 5, 400, 400, 0);
	down(w, 1500, 8);
	assert_int_equal(k->end[5].when, TUG_WHEN_UPLOAD);
	up(w, 1000);
	l = line(w, "Uploading firmware...", 10);
	tug_dg_step(w->d, &l, TUG_STEP_UPLOAD);
	down(w, 700, 8);
	assert_int_equal(k->end[4].count, 2);
	assert_int_equal(k->n_ends, 6);
	assert_false(k->up);
}

static void test_link_facts(void **state)
{
	struct world *w = *state;
	struct tug_dg_link *k = &w->x->link;
	struct tug_dg_line l;

	up(w, 0);
	l = line(w, "pairing", 10);
	tug_dg_bonding(w->d, &l);
	assert_true(k->bonding_before_smp);
	l = line(w, "discover", 10);
	tug_dg_discovery(w->d, &l, false);
	l = line(w, "discovered", 900);
	tug_dg_discovery(w->d, &l, true);
	assert_int_equal(k->discovery_ms, 900);
	l = line(w, "mtu", 10);
	tug_dg_link_mtu(w->d, &l, 498);
	assert_int_equal(k->mtu, 498);
	l = line(w, "params", 10);
	tug_dg_link_params(w->d, &l, 11250, 420);
	assert_int_equal(k->smp_timeout_ms, 0);
	read_list(w, 1, hash_a, "ac", NULL, "");
	assert_int_equal(k->smp_timeout_ms, 420);
	l = line(w, "params", 5000);
	tug_dg_link_params(w->d, &l, 40000, 4000); /* nothing passes with these */
	assert_int_equal(k->smp_timeout_ms, 420);
	assert_int_equal(k->smp_itvl_us, 11250);
	assert_int_equal(k->timeout_ms, 4000);
	assert_true(k->service_found);
}

static void test_over_midnight(void **state)
{
	struct world *w = *state;

	w->ms = 86399000; /* the reader's time goes on growing */
	up(w, 0);
	chunk(w, 500, 1, 0, 400, 4000);
	told(w, 1500, 1, 400);
	down(w, 900, 8);
	assert_int_equal(w->x->upload.first_answer_ms, 1500);
	assert_int_equal(w->x->link.end[0].after_ms, 2400);
	assert_int_equal(w->x->link.end[0].when, TUG_WHEN_UPLOAD_START);
}

static void test_no_times_at_all(void **state)
{
	struct world *w = *state;

	up(w, -1);
	chunk(w, -1, 1, 0, 400, 4000);
	down(w, -1, 8);
	assert_int_equal(w->x->link.end[0].when, TUG_WHEN_UPLOAD_START);
	assert_int_equal(w->x->link.end[0].after_ms, -1);
	assert_int_equal(w->x->upload.timeouts, 1);
	assert_int_equal(w->x->upload.first_answer_ms, -1);
	up(w, -1);
	chunk(w, -1, 2, 0, 400, 4000);
	told(w, -1, 2, 400);
	chunk(w, -1, 3, 400, 400, 0);
	down(w, -1, 8);
	assert_int_equal(w->x->link.end[1].when, TUG_WHEN_UPLOAD);
	assert_int_equal(w->x->upload.uploads, 2);
}

/* ---- client, device ----------------------------------------------------------------------------------------- */

static void test_client(void **state)
{
	struct world *w = *state;
	struct tug_dg_line l;
	uint8_t probe[] = { 0x00, 0, 0, 1, 0, 0, 255, 6, 0xa0 };

	feed(w, 1, true, probe, sizeof(probe));
	assert_false(w->x->client.smp_v1); /* the probe does not count */
	probe[6] = 1;
	feed(w, 1, true, probe, sizeof(probe));
	assert_true(w->x->client.smp_v1);
	l = line(w, "failed", 1);
	tug_dg_step(w->d, &l, TUG_STEP_FAILED);
	assert_true(w->x->client.said_failure);
	l = line(w, "done", 1);
	tug_dg_step(w->d, &l, TUG_STEP_SUCCESS);
	assert_true(w->x->client.said_success);
	assert_false(w->x->client.said_failure);
	assert_int_equal(w->x->client.end.line, l.no);
	assert_int_equal(w->x->client.seen, 1u << TUG_STEP_FAILED | 1u << TUG_STEP_SUCCESS);
}

static void test_client_goes_on_behind_the_upload(void **state)
{
	struct world *w = *state;
	struct tug_dg_line l;

	chunk(w, 0, 1, 0, 400, 4000);
	told(w, 10, 1, 400); /* most chunks are left out of the paste */
	l = line(w, "New state: TEST", 10);
	tug_dg_step(w->d, &l, TUG_STEP_TEST);
	assert_true(w->x->upload.completed);
	assert_int_equal(w->x->upload.done.line, l.no);
}

static void text_answer(struct world *w, uint8_t op, uint8_t seq, uint8_t id, const char *key, const char *text)
{
	struct body b;
	struct tug_enc *e = map(&b);

	tug_enc_key(e, key);
	tug_enc_text(e, tug_slice_of(text, strlen(text)));
	pass(w, 10, op, 0, seq, id, &b);
}

static void test_device(void **state)
{
	struct world *w = *state;
	const struct tug_dg_device *v = &w->x->device;
	struct tug_dg_line l;
	struct body b;
	struct tug_enc *e = map(&b);

	tug_enc_key(e, "buf_size");
	tug_enc_uint(e, 2475);
	tug_enc_key(e, "buf_count");
	tug_enc_uint(e, 4);
	pass(w, 0, TUG_SMP_READ_RSP, 0, 255, 6, &b);
	assert_true(v->params_known);
	assert_int_equal(v->buf_size, 2475);
	assert_int_equal(v->buf_count, 4);
	assert_int_equal(w->x->stray, 0); /* no request at all is shown */
	e = map(&b);
	tug_enc_key(e, "mode");
	tug_enc_int(e, 3);
	tug_enc_key(e, "no-downgrade");
	tug_enc_bool(e, true);
	pass(w, 0, TUG_SMP_READ_RSP, 0, 1, 8, &b);
	assert_int_equal(v->mode, 3);
	assert_true(v->no_downgrade);
	text_answer(w, TUG_SMP_READ_RSP, 2, 7, "output", "Zephyr unknown nrf52840dk/nRF52833 nRF54LM20A");
	assert_string_equal(v->chip, "nrf54lm20");
	text_answer(w, TUG_SMP_READ_RSP, 3, 7, "output", "Zephyr unknown nrf52840dk/nRF52833");
	assert_string_equal(v->chip, "nrf52833");
	assert_string_equal(v->board, "nrf52840dk/nRF52833");
	text_answer(w, TUG_SMP_WRITE, 4, 0, "d", "hello");
	text_answer(w, TUG_SMP_WRITE_RSP, 4, 0, "r", "hello");
	text_answer(w, TUG_SMP_WRITE, 5, 0, "d", "hello hello hello");
	l = line(w, "timed out", 10);
	tug_dg_silent(w->d, &l, NULL);
	assert_int_equal(v->echo_ok, 5);
	assert_int_equal(v->echo_lost, 17);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_link_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_link_facts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_over_midnight, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_times_at_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_client, setup, teardown),
		cmocka_unit_test_setup_teardown(test_client_goes_on_behind_the_upload, setup, teardown),
		cmocka_unit_test_setup_teardown(test_device, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
