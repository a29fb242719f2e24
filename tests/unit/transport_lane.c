/* SPDX-License-Identifier: Apache-2.0
 *
 * The emulated link of the benches does what its options say; else its tables would mean nothing.
 */
#include "transport_util.h"

#include "bench/lane.h"

static const uint8_t octets[4096];

/* Drain everything; the time when the last item came out, and how many octets. */
static uint64_t drain(struct lane *l, size_t *len)
{
	uint64_t last = 0;

	*len = 0;
	while (l->first) {
		uint64_t next = lane_next(l);

		assert_true(next >= last);
		assert_null(lane_due(l, next - 1));
		assert_non_null(lane_due(l, next));
		last = next;
		*len += l->first->len;
		lane_pop(l);
	}
	assert_int_equal(l->queued, 0);
	return last;
}

static void serial_rate(void **state)
{
	struct lane l = { .cfg = { .octets_per_s = 11520, .delay_ns = 1000 } };
	size_t len;
	uint64_t end;

	(void)state;
	assert_true(lane_push_stream(&l, 5000, octets, 1152));
	assert_true(lane_push_stream(&l, 5001, octets, 1152));
	end = drain(&l, &len);
	assert_int_equal(len, 2304);
	/* 0.2 s, each of 144 pieces rounded down by less than 1 ns */
	assert_true(end <= 200000000u + 6000u && end > 200000000u + 6000u - 144u);
	/* an idle line starts at once */
	assert_true(lane_push(&l, 900000000u, octets, 1152));
	assert_int_equal(drain(&l, &len), 900000000u + 100000000u + 1000u);
}

static void plain_delay(void **state)
{
	struct lane l = { .cfg = { .delay_ns = 25000000 } };
	size_t len;

	(void)state;
	assert_true(lane_push(&l, 1, octets, 4096));
	assert_true(lane_push(&l, 2, octets, 1));
	assert_int_equal(l.first->due_ns, 25000001);
	assert_int_equal(drain(&l, &len), 25000002);
	assert_int_equal(len, 4097);
}

static void connection_events(void **state)
{
	struct lane l = { .cfg = { .interval_ns = 11250000, .per_interval = 976 } };
	size_t len;

	(void)state;
	/* 2475 octets from inside event 0: events 1, 2 and part of 3 */
	assert_true(lane_push(&l, 0, octets, 2475));
	assert_int_equal(lane_next(&l), 3u * 11250000u);
	/* 453 more fill event 3 to the brim, one more octet goes with event 4 */
	assert_true(lane_push(&l, 10, octets, 453));
	assert_true(lane_push(&l, 20, octets, 1));
	lane_pop(&l);
	assert_int_equal(lane_next(&l), 3u * 11250000u);
	lane_pop(&l);
	assert_int_equal(drain(&l, &len), 4u * 11250000u);
	/* what comes during an event goes with the next one */
	assert_true(lane_push(&l, 100u * 11250000u, octets, 1));
	assert_int_equal(drain(&l, &len), 101u * 11250000u);
	/* over a long time the capacity is exactly per_interval each interval */
	for (int i = 0; i < 976; i++)
		assert_true(lane_push(&l, 200u * 11250000u, octets, 100));
	assert_int_equal(drain(&l, &len), (200u + 100u) * 11250000u);
	assert_int_equal(len, 97600);
}

static void full_end(void **state)
{
	struct lane l = { .cfg = { .delay_ns = 10 } };
	size_t len;

	(void)state;
	lane_pop(&l);
	lane_retry(&l, 5);
	assert_int_equal(lane_next(&l), UINT64_MAX);
	assert_true(lane_push(&l, 0, octets, 7));
	lane_retry(&l, 99);
	assert_null(lane_due(&l, 98));
	assert_int_equal(drain(&l, &len), 99);
	/* half taken: the rest stays, in order */
	assert_true(lane_push(&l, 0, (const uint8_t *)"abc", 3));
	lane_trim(&l, 2);
	assert_int_equal(l.first->len, 1);
	assert_int_equal(l.first->data[0], 'c');
	assert_int_equal(drain(&l, &len), 10);
	assert_int_equal(len, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(serial_rate), cmocka_unit_test(plain_delay),
					    cmocka_unit_test(connection_events), cmocka_unit_test(full_end) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
