/* SPDX-License-Identifier: Apache-2.0
 *
 * The UDP link against the UDP endpoint on the loopback address.
 */
#include "transport_util.h"

static void open_pair(uv_loop_t *loop, struct echo *e, struct owner *o, const char *host, char *rest, size_t cap)
{
	const struct tug_endpoint_events ev = echo_events(e);
	char name[100];

	memset(e, 0, sizeof(*e));
	assert_int_equal(uv_loop_init(loop), 0);
	assert_int_equal(tug_endpoint_udp(loop, UDP(host, 0), &ev, &e->ep, name, sizeof(name)), TUG_OK);
	(void)snprintf(rest, cap, "%s", name);
	assert_int_equal(owner_open(o, loop, &tug_scheme_udp, rest), TUG_OK);
	assert_int_equal(o->ups, 0);
}

static void end(uv_loop_t *loop, struct echo *e, struct owner *o)
{
	owner_close(o);
	tug_endpoint_close(e->ep);
	loop_end(loop);
	assert_int_equal(o->wrong, 0);
}

static void echo_on(const char *host, uint32_t max_frame)
{
	static struct owner o;
	static struct echo e;
	uv_loop_t loop;
	char rest[100];
	uint8_t f[1472];

	open_pair(&loop, &e, &o, host, rest, sizeof(rest));
	/* not up yet: nothing can be sent */
	assert_int_equal(tug_link_send(o.link, smp_frame(f, 8, 1)), TUG_ECLOSED);
	RUN_UNTIL(&loop, o.ups == 1);
	assert_int_equal(o.link->max_frame, max_frame);
	assert_int_equal(o.link->assume_frame, 1024);
	assert_int_equal(o.link->overhead, 0);
	for (unsigned len = 8; len <= max_frame; len += len == 8 ? 1 : 97) {
		unsigned before = o.frames;

		assert_int_equal(tug_link_send(o.link, smp_frame(f, len, (uint8_t)len)), TUG_OK);
		RUN_UNTIL(&loop, o.frames > before);
		assert_int_equal(o.last_len, len);
		assert_memory_equal(o.last, f, len);
	}
	assert_string_equal(tug_link_hint(o.link), "");
	end(&loop, &e, &o);
}

static void echo_v4(void **state)
{
	(void)state;
	echo_on("127.0.0.1", 1472);
}

static void echo_v6(void **state)
{
	(void)state;
	echo_on("::1", 1452);
}

static void echo_name(void **state)
{
	static struct owner o;
	static struct echo e;
	uv_loop_t loop;
	char rest[100], by_name[100];
	uint8_t f[20];

	(void)state;
	open_pair(&loop, &e, &o, "127.0.0.1", rest, sizeof(rest));
	owner_close(&o);
	(void)snprintf(by_name, sizeof(by_name), "localhost%s", strchr(rest, ':'));
	assert_int_equal(owner_open(&o, &loop, &tug_scheme_udp, by_name), TUG_OK);
	RUN_UNTIL(&loop, o.ups == 1);
	assert_int_equal(tug_link_send(o.link, smp_frame(f, 20, 3)), TUG_OK);
	RUN_UNTIL(&loop, o.frames == 1);
	end(&loop, &e, &o);
}

static void unknown_name(void **state)
{
	static struct owner o;
	uv_loop_t loop;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(owner_open(&o, &loop, &tug_scheme_udp, "no-such-board.invalid"), TUG_OK);
	assert_int_equal(o.downs, 0);
	RUN_UNTIL(&loop, o.downs == 1);
	assert_int_equal(o.err, TUG_ENODEV);
	assert_int_equal(strncmp(o.why, "the name no-such-board.invalid has no address: ", 47), 0);
	assert_int_equal(o.ups, 0);
	owner_close(&o);
	/* and given up while the name is still being looked up */
	assert_int_equal(owner_open(&o, &loop, &tug_scheme_udp, "no-such-board.invalid"), TUG_OK);
	owner_close(&o);
	loop_end(&loop);
	assert_int_equal(o.wrong + o.ups + o.downs, 0);
}

/* A refused datagram is a hint; the device that comes up later is heard, and the hint is gone. */
static void refused_is_a_hint(void **state)
{
	static struct owner o;
	static struct echo e;
	const struct tug_endpoint_events ev = echo_events(&e);
	uv_loop_t loop;
	char rest[100], name[100], want[200];
	uint8_t f[20];

	(void)state;
	open_pair(&loop, &e, &o, "127.0.0.1", rest, sizeof(rest));
	tug_endpoint_close(e.ep);
	RUN_UNTIL(&loop, o.ups == 1);
	assert_int_equal(tug_link_send(o.link, smp_frame(f, 20, 3)), TUG_OK);
	RUN_UNTIL(&loop, tug_link_hint(o.link)[0]);
	(void)snprintf(want, sizeof(want), "the host 127.0.0.1 says that nothing listens on UDP port %s",
		       strchr(rest, ':') + 1);
	assert_string_equal(tug_link_hint(o.link), want);
	/* many refusals in a row, with no turn of the loop between, are still no failure */
	for (int i = 0; i < 50; i++)
		assert_int_equal(tug_link_send(o.link, smp_frame(f, 20, 3)), TUG_OK);
	assert_int_equal(o.downs, 0);
	assert_int_equal(tug_endpoint_udp(&loop, UDP("127.0.0.1", (uint16_t)atoi(strchr(rest, ':') + 1)), &ev, &e.ep, name,
					  sizeof(name)),
			 TUG_OK);
	/* the first datagram after a refusal must really leave, not be eaten by the error that waits */
	assert_int_equal(tug_link_send(o.link, smp_frame(f, 20, 4)), TUG_OK);
	RUN_UNTIL(&loop, o.frames == 1);
	assert_int_equal(o.last[6], 4);
	assert_string_equal(tug_link_hint(o.link), "");
	end(&loop, &e, &o);
}

/* Several frames in one datagram are several frames; a cut one at the end is dropped. */
static void datagram_of_three(void **state)
{
	static struct owner o;
	static struct echo e;
	uv_loop_t loop;
	char rest[100];
	uint8_t f[100];

	(void)state;
	open_pair(&loop, &e, &o, "127.0.0.1", rest, sizeof(rest));
	RUN_UNTIL(&loop, o.ups == 1);
	(void)smp_frame(f, 20, 1);
	(void)smp_frame(f + 20, 8, 2);
	(void)smp_frame(f + 28, 40, 3);
	assert_int_equal(tug_link_send(o.link, tug_slice_of(f, 60)), TUG_OK);
	RUN_UNTIL(&loop, o.frames >= 2);
	(void)uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(o.frames, 2);
	assert_int_equal(o.last_len, 8);
	assert_int_equal(o.last[6], 2);
	assert_int_equal(tug_link_send(o.link, tug_slice_of(f, 0)), TUG_OK);
	assert_int_equal(tug_link_send(o.link, tug_slice_of(f, 7)), TUG_OK);
	assert_int_equal(tug_link_send(o.link, tug_slice_of(f, 20)), TUG_OK);
	RUN_UNTIL(&loop, o.frames == 3);
	end(&loop, &e, &o);
}

static void close_inside(void **state)
{
	static struct owner o;
	static struct echo e;
	uv_loop_t loop;
	char rest[100];
	uint8_t f[40];

	(void)state;
	open_pair(&loop, &e, &o, "127.0.0.1", rest, sizeof(rest));
	o.when = CLOSE_UP;
	RUN_UNTIL(&loop, o.closed);
	end(&loop, &e, &o);
	assert_int_equal(o.ups, 1);

	open_pair(&loop, &e, &o, "127.0.0.1", rest, sizeof(rest));
	o.when = CLOSE_FRAME;
	RUN_UNTIL(&loop, o.ups == 1);
	(void)smp_frame(f, 20, 1);
	(void)smp_frame(f + 20, 20, 2);
	assert_int_equal(tug_link_send(o.link, tug_slice_of(f, 40)), TUG_OK);
	RUN_UNTIL(&loop, o.closed);
	end(&loop, &e, &o);
	/* the second frame of the datagram is not told any more */
	assert_int_equal(o.frames, 1);

	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(owner_open(&o, &loop, &tug_scheme_udp, "no-such-board.invalid"), TUG_OK);
	o.when = CLOSE_DOWN;
	RUN_UNTIL(&loop, o.closed);
	loop_end(&loop);
	assert_int_equal(o.downs, 1);
	assert_int_equal(o.wrong, 0);
}

static void too_big(void **state)
{
	static struct owner o;
	static struct echo e;
	static uint8_t f[70000];
	uv_loop_t loop;
	char rest[100];

	(void)state;
	open_pair(&loop, &e, &o, "127.0.0.1", rest, sizeof(rest));
	RUN_UNTIL(&loop, o.ups == 1);
	assert_int_equal(tug_link_send(o.link, tug_slice_of(f, 65508)), TUG_ETOOBIG);
	assert_int_equal(tug_link_send(o.link, tug_slice_of(f, 70000)), TUG_ETOOBIG);
	assert_int_equal(tug_link_send(o.link, smp_frame(f, 20, 1)), TUG_OK);
	RUN_UNTIL(&loop, o.frames == 1);
	end(&loop, &e, &o);
}

static void endpoint_errors(void **state)
{
	struct echo e = { 0 };
	const struct tug_endpoint_events ev = echo_events(&e);
	struct tug_endpoint *other = NULL;
	uv_loop_t loop;
	char name[200], want[200];
	unsigned port;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(tug_endpoint_udp(&loop, UDP("127.0.0.1", 0), &ev, &e.ep, name, sizeof(name)), TUG_OK);
	assert_int_equal(sscanf(name, "127.0.0.1:%u", &port), 1);
	assert_int_equal(tug_endpoint_udp(&loop, UDP("127.0.0.1", (uint16_t)port), &ev, &other, name, sizeof(name)),
			 TUG_EBUSY);
	(void)snprintf(want, sizeof(want), "UDP port %u of 127.0.0.1 is taken by another program; choose another", port);
	assert_string_equal(name, want);
	assert_int_equal(tug_endpoint_udp(&loop, UDP("192.0.2.77", 0), &ev, &other, name, sizeof(name)), TUG_EADDR);
	assert_string_equal(name, "192.0.2.77 is not an address of this machine; listen on 127.0.0.1, ::1, 0.0.0.0 or one that 'ip address' shows");
	assert_null(other);
	/* nobody to answer yet */
	assert_int_equal(tug_endpoint_send(e.ep, tug_slice_of("x", 1)), TUG_ECLOSED);
	tug_endpoint_text(e.ep, tug_slice_of("x", 1));
	tug_endpoint_close(e.ep);
	tug_endpoint_close(NULL);
	tug_link_close(NULL);
	assert_string_equal(tug_link_hint(NULL), "");
	loop_end(&loop);
}

static void cycles(void **state)
{
	static struct owner o;
	static struct echo e;
	uv_loop_t loop;
	unsigned files;
	uint8_t f[20];

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	files = open_files();
	for (unsigned i = 0; i < 1000; i++) {
		const struct tug_endpoint_events ev = echo_events(&e);
		char name[100];

		assert_int_equal(tug_endpoint_udp(&loop, UDP("127.0.0.1", 0), &ev, &e.ep, name, sizeof(name)), TUG_OK);
		assert_int_equal(owner_open(&o, &loop, &tug_scheme_udp, name), TUG_OK);
		/* closed before up, after up, after a frame */
		if (i % 3) {
			RUN_UNTIL(&loop, o.ups == 1);
		}
		if (i % 3 == 2) {
			assert_int_equal(tug_link_send(o.link, smp_frame(f, 20, 1)), TUG_OK);
			RUN_UNTIL(&loop, o.frames == 1);
		}
		owner_close(&o);
		tug_endpoint_close(e.ep);
		(void)uv_run(&loop, UV_RUN_DEFAULT);
		assert_int_equal(o.wrong, 0);
	}
	assert_int_equal(open_files(), files);
	loop_end(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(echo_v4),	     cmocka_unit_test(echo_v6),		  cmocka_unit_test(echo_name),
		cmocka_unit_test(unknown_name),	     cmocka_unit_test(refused_is_a_hint), cmocka_unit_test(datagram_of_three),
		cmocka_unit_test(close_inside),	     cmocka_unit_test(too_big),		  cmocka_unit_test(endpoint_errors),
		cmocka_unit_test(cycles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
