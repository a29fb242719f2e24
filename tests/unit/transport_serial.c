/* SPDX-License-Identifier: Apache-2.0
 *
 * The serial link against the pty endpoint, and against bare pseudo terminals held by the test.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "transport_util.h"

#include <tug/smp_frame.h>

#include "src/transport/termios2_priv.h"

static uint32_t rng_state;

static uint32_t rng(void)
{
	rng_state = rng_state * 1664525u + 1013904223u;
	return rng_state >> 8;
}

static void rng_start(void)
{
	const char *s = getenv("TUG_SEED");

	rng_state = s ? (uint32_t)strtoul(s, NULL, 0) : (uint32_t)time(NULL);
	print_message("TUG_SEED=%u\n", rng_state);
}

/* A pseudo terminal of the test's own: the master, and the address of the slave. */
static int bare_pty(char *rest, size_t cap)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	char path[100];

	assert_true(fd >= 0);
	assert_int_equal(grantpt(fd), 0);
	assert_int_equal(unlockpt(fd), 0);
	assert_int_equal(ptsname_r(fd, path, sizeof(path)), 0);
	(void)snprintf(rest, cap, "%s", path);
	return fd;
}

static void open_pair(uv_loop_t *loop, struct echo *e, struct owner *o, bool raw, char *rest, size_t cap)
{
	const struct tug_endpoint_events ev = echo_events(e);
	char name[64];

	memset(e, 0, sizeof(*e));
	assert_int_equal(uv_loop_init(loop), 0);
	assert_int_equal(tug_endpoint_pty(loop, PTY(NULL, raw, 4096), &ev, &e->ep, name, sizeof(name)), TUG_OK);
	(void)snprintf(rest, cap, "%s%s", name, raw ? "?framing=raw" : "");
	assert_int_equal(owner_open(o, loop, &tug_scheme_serial, rest), TUG_OK);
	assert_int_equal(o->ups, 0);
}

static void end(uv_loop_t *loop, struct echo *e, struct owner *o)
{
	owner_close(o);
	tug_endpoint_close(e->ep);
	loop_end(loop);
	assert_int_equal(o->wrong, 0);
}

/* Random frames with log text and garbage between: each frame comes back whole, in order. */
static void console_with_noise(void **state)
{
	static struct owner o;
	static struct echo e;
	static const char *const noise[] = { "[00:01:02] <inf> app: hello\n", "uart:~$ ", "\x1b[1;32mgreen\x1b[0m\r\n",
					     "\n", "\x80\xff\x01 garbage \x03\n" };
	uv_loop_t loop;
	char rest[100];
	uint8_t f[4096];

	(void)state;
	rng_start();
	open_pair(&loop, &e, &o, false, rest, sizeof(rest));
	RUN_UNTIL(&loop, o.ups == 1);
	assert_int_equal(o.link->max_frame, 0);
	assert_int_equal(o.link->assume_frame, 252);
	assert_int_equal(o.link->overhead, 4);
	assert_int_equal(o.link->quiet_ms, 0);
	for (unsigned i = 0; i < 300; i++) {
		size_t len = i == 0 ? 8 : i == 1 ? 4092 : 8 + rng() % 4085;
		const char *line = noise[rng() % 5];

		tug_endpoint_text(e.ep, tug_slice_of(line, strlen(line)));
		assert_int_equal(tug_link_send(o.link, smp_frame(f, len, (uint8_t)i)), TUG_OK);
		RUN_UNTIL(&loop, o.frames == i + 1);
		assert_int_equal(e.packets, i + 1);
		assert_int_equal(o.last_len, len);
		assert_memory_equal(o.last, f, len);
	}
	assert_non_null(strstr(o.text, "<inf> app: hello"));
	assert_string_equal(tug_link_hint(o.link), "");
	/* one octet more than the device's buffer holds: it falls silent, as real ones do */
	assert_int_equal(tug_link_send(o.link, smp_frame(f, 4093, 1)), TUG_OK);
	assert_int_equal(tug_link_send(o.link, smp_frame(f, 30, 7)), TUG_OK);
	RUN_UNTIL(&loop, o.frames == 301);
	assert_int_equal(o.last[6], 7);
	end(&loop, &e, &o);
}

static void raw_framing(void **state)
{
	static struct owner o;
	static struct echo e;
	uv_loop_t loop;
	char rest[100];
	uint8_t f[4096];

	(void)state;
	open_pair(&loop, &e, &o, true, rest, sizeof(rest));
	RUN_UNTIL(&loop, o.ups == 1);
	assert_int_equal(o.link->assume_frame, 256);
	assert_int_equal(o.link->overhead, 0);
	assert_true(o.link->quiet_ms > 3000); /* devices drop half a frame after 3000 ms */
	for (unsigned len = 8; len <= 4096; len += len < 20 ? 1 : 511) {
		unsigned before = o.frames;

		assert_int_equal(tug_link_send(o.link, smp_frame(f, len, (uint8_t)len)), TUG_OK);
		RUN_UNTIL(&loop, o.frames > before);
		assert_int_equal(o.last_len, len);
		assert_memory_equal(o.last, f, len);
	}
	end(&loop, &e, &o);
}

/* Read what the link wrote; -1 = nothing for 100 ms of loop turns. */
static size_t master_read(uv_loop_t *loop, int master, uint8_t *buf, size_t want)
{
	size_t got = 0;

	for (int idle = 0; got < want && idle < 1000;) {
		struct pollfd p = { .fd = master, .events = POLLIN };
		ssize_t n;

		(void)uv_run(loop, UV_RUN_NOWAIT);
		if (poll(&p, 1, 1) <= 0) {
			idle++;
			continue;
		}
		n = read(master, buf + got, want - got);
		assert_true(n > 0);
		got += (size_t)n;
		idle = 0;
	}
	return got;
}

/* The line discipline changes nothing on the way, in either direction; the first octet sent is LF. */
static void octets_on_the_wire(void **state)
{
	static struct owner o;
	uv_loop_t loop;
	char rest[100];
	uint8_t f[200], expect[512], got[512];
	struct tug_buf out = tug_buf_of(expect, sizeof(expect));
	int master = bare_pty(rest, sizeof(rest));
	int before = open(rest, O_RDWR | O_NOCTTY | O_CLOEXEC);
	uint32_t rate = 0;
	int late;

	(void)state;
	/* left over from before (raw already, or the terminal would echo it): must not be taken for an answer */
	assert_int_equal(tug_termios_raw(before, &rate), TUG_OK);
	assert_int_equal(write(master, "old\n", 4), 4);
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(owner_open(&o, &loop, &tug_scheme_serial, rest), TUG_OK);
	RUN_UNTIL(&loop, o.ups == 1);
	assert_int_equal(master_read(&loop, master, got, 1), 1);
	assert_int_equal(got[0], '\n');
	(void)smp_frame(f, 200, 0x0d);
	assert_int_equal(tug_console_encode(tug_slice_of(f, 200), &out), TUG_OK);
	assert_int_equal(tug_link_send(o.link, tug_slice_of(f, 200)), TUG_OK);
	assert_int_equal(master_read(&loop, master, got, out.len), out.len);
	assert_memory_equal(got, expect, out.len);
	/* octets that a cooked terminal would eat or change */
	assert_int_equal(write(master, "\x03\x04\x11\x13\x1a\x7f\r\xff\x00 end\n", 14), 14);
	RUN_UNTIL(&loop, o.text_len >= 12);
	assert_null(strstr(o.text, "old"));
	assert_non_null(memchr(o.text, 0x03, o.text_len));
	assert_non_null(memchr(o.text, 0x13, o.text_len));
	/* nothing is echoed back to the device */
	late = (int)read(master, got, sizeof(got));
	assert_int_equal(late, -1);
	assert_int_equal(errno, EAGAIN);
	owner_close(&o);
	loop_end(&loop);
	(void)close(before);
	(void)close(master);
	assert_int_equal(o.wrong, 0);
}

static void any_baud_rate(void **state)
{
	static const uint32_t rates[] = { 50, 9600, 12345, 115200, 250000, 1000000, 3333333, 0 };
	char rest[100];
	int master = bare_pty(rest, sizeof(rest));
	int slave = open(rest, O_RDWR | O_NOCTTY | O_CLOEXEC);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	uint32_t rate = 9600;

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		rate = rates[i];
		assert_int_equal(tug_termios_raw(slave, &rate), TUG_OK);
		assert_int_equal(rate, rates[i]);
	}
	assert_int_equal(tug_termios_raw(null, &rate), TUG_ELINK);
	(void)close(null);
	(void)close(slave);
	(void)close(master);
}

static void busy(void **state)
{
	static struct owner o, second;
	static struct echo e;
	uv_loop_t loop;
	char rest[100], want[300];

	(void)state;
	open_pair(&loop, &e, &o, false, rest, sizeof(rest));
	assert_int_equal(owner_open(&second, &loop, &tug_scheme_serial, rest), TUG_EBUSY);
	(void)snprintf(want, sizeof(want), "%s is in use by another program; close it (`fuser %s` names it)", rest, rest);
	assert_string_equal(second.why, want);
	assert_null(second.link);
	RUN_UNTIL(&loop, o.ups == 1);
	owner_close(&o);
	/* free again at once, without a turn of the loop */
	assert_int_equal(owner_open(&second, &loop, &tug_scheme_serial, rest), TUG_OK);
	owner_close(&second);
	end(&loop, &e, &o);
}

static void cannot_open(void **state)
{
	static struct owner o;
	uv_loop_t loop;
	char rest[100];
	int master;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(owner_open(&o, &loop, &tug_scheme_serial, "/dev/ttyACM77"), TUG_ENODEV);
	assert_string_equal(o.why, "there is no serial port /dev/ttyACM77; `tug scan` lists those that are there");
	assert_int_equal(owner_open(&o, &loop, &tug_scheme_serial, "/dev/null"), TUG_ENODEV);
	assert_string_equal(o.why, "/dev/null is not a serial port; `tug scan` lists those that are there");
	assert_int_equal(owner_open(&o, &loop, &tug_scheme_serial, "/tmp"), TUG_ELINK);
	assert_string_equal(o.why, "cannot open /tmp: Is a directory");
	if (geteuid() == 0) {
		master = bare_pty(rest, sizeof(rest));
		assert_int_equal(chmod(rest, 0600), 0);
		assert_int_equal(seteuid(65534), 0);
		assert_int_equal(owner_open(&o, &loop, &tug_scheme_serial, rest), TUG_EACCESS);
		assert_int_equal(seteuid(0), 0);
		assert_non_null(strstr(o.why, rest));
		assert_non_null(strstr(o.why, "group dialout"));
		(void)close(master);
	} else {
		print_message("not root: the permission sentence was not tried\n");
	}
	loop_end(&loop);
}

/* The far end goes away: down, once, with TUG_ECLOSED; a send meanwhile fails and does not crash. */
static void vanish(void **state)
{
	static struct owner o;
	uv_loop_t loop;
	char rest[100], want[300];
	uint8_t f[20];

	(void)state;
	for (int with_send = 0; with_send < 2; with_send++) {
		int master = bare_pty(rest, sizeof(rest));

		assert_int_equal(uv_loop_init(&loop), 0);
		assert_int_equal(owner_open(&o, &loop, &tug_scheme_serial, rest), TUG_OK);
		RUN_UNTIL(&loop, o.ups == 1);
		(void)close(master);
		if (with_send) {
			assert_int_equal(tug_link_send(o.link, smp_frame(f, 20, 1)), TUG_ECLOSED);
			assert_int_equal(o.downs, 0);
		}
		RUN_UNTIL(&loop, o.downs == 1);
		assert_int_equal(o.err, TUG_ECLOSED);
		(void)snprintf(want, sizeof(want),
			       "%s went away: the device was unplugged or reset, or the far end closed it", rest);
		assert_string_equal(o.why, want);
		assert_int_equal(tug_link_send(o.link, smp_frame(f, 20, 1)), TUG_ECLOSED);
		for (int i = 0; i < 5; i++)
			(void)uv_run(&loop, UV_RUN_NOWAIT);
		assert_int_equal(o.downs, 1);
		owner_close(&o);
		loop_end(&loop);
		assert_int_equal(o.wrong, 0);
	}
}

/* Close inside each callback, with more events waiting behind the one that closes. */
static void close_inside(void **state)
{
	static struct owner o;
	uv_loop_t loop;
	char rest[100];
	uint8_t f[20], lines[512];

	(void)state;
	for (int when = CLOSE_UP; when <= CLOSE_DOWN; when++) {
		int master = bare_pty(rest, sizeof(rest));
		struct tug_buf out = tug_buf_of(lines, sizeof(lines));

		assert_int_equal(uv_loop_init(&loop), 0);
		assert_int_equal(owner_open(&o, &loop, &tug_scheme_serial, rest), TUG_OK);
		o.when = (enum close_in)when;
		RUN_UNTIL(&loop, o.ups == 1);
		memcpy(out.p, "one\ntwo\n", 8);
		out.len = 8;
		assert_int_equal(tug_console_encode(smp_frame(f, 20, 1), &out), TUG_OK);
		assert_int_equal(tug_console_encode(smp_frame(f, 20, 2), &out), TUG_OK);
		if (when != CLOSE_UP)
			assert_int_equal(write(master, out.p, out.len), out.len);
		if (when == CLOSE_DOWN) {
			RUN_UNTIL(&loop, o.frames == 2);
			(void)close(master);
		}
		RUN_UNTIL(&loop, o.closed);
		loop_end(&loop);
		assert_int_equal(o.wrong, 0);
		assert_int_equal(o.texts, when == CLOSE_UP ? 0 : when == CLOSE_TEXT ? 1 : 2);
		assert_int_equal(o.frames, when == CLOSE_FRAME ? 1 : when == CLOSE_DOWN ? 2 : 0);
		if (when != CLOSE_DOWN)
			(void)close(master);
	}
}

/* A device that takes nothing: sends neither block nor lose what they accepted. */
static void never_blocks(void **state)
{
	static struct owner o;
	static uint8_t f[4000], got[1u << 21];
	uv_loop_t loop;
	char rest[100];
	int master = bare_pty(rest, sizeof(rest));
	size_t accepted = 1; /* the first LF */
	int err;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(owner_open(&o, &loop, &tug_scheme_serial, rest), TUG_OK);
	RUN_UNTIL(&loop, o.ups == 1);
	(void)smp_frame(f, sizeof(f), 9);
	while ((err = tug_link_send(o.link, tug_slice_of(f, sizeof(f)))) == TUG_OK)
		accepted += tug_console_encoded_len(sizeof(f));
	assert_int_equal(err, TUG_EBUSY);
	assert_true(accepted > (size_t)512 * 1024 && accepted < sizeof(got));
	assert_int_equal(master_read(&loop, master, got, accepted), accepted);
	/* and it goes on afterwards */
	assert_int_equal(tug_link_send(o.link, tug_slice_of(f, sizeof(f))), TUG_OK);
	assert_int_equal(master_read(&loop, master, got, tug_console_encoded_len(sizeof(f))),
			 tug_console_encoded_len(sizeof(f)));
	owner_close(&o);
	loop_end(&loop);
	(void)close(master);
	assert_int_equal(o.wrong, 0);
}

/* ?pace=MS: lines leave one at a time; a lower bound on time is all that is asserted. */
static void paced(void **state)
{
	static struct owner o;
	uv_loop_t loop;
	char rest[100];
	uint8_t f[500], got[1000];
	int master = bare_pty(rest, sizeof(rest) - 10);
	size_t end_of = strlen(rest);
	uint64_t start;
	size_t len = tug_console_encoded_len(sizeof(f));

	(void)state;
	(void)snprintf(rest + end_of, sizeof(rest) - end_of, "?pace=10");
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(owner_open(&o, &loop, &tug_scheme_serial, rest), TUG_OK);
	RUN_UNTIL(&loop, o.ups == 1);
	start = uv_hrtime();
	assert_int_equal(tug_link_send(o.link, smp_frame(f, sizeof(f), 1)), TUG_OK);
	assert_int_equal(master_read(&loop, master, got, 1 + len), 1 + len);
	/* LF and 6 lines of 93 octets: at least 6 pauses before the last line; libuv may round each down by 1 ms */
	assert_true(uv_hrtime() - start >= (uint64_t)6 * 9 * 1000000);
	owner_close(&o);
	loop_end(&loop);
	(void)close(master);
}

static void damage_is_a_hint(void **state)
{
	static struct owner o;
	uv_loop_t loop;
	char rest[100];
	uint8_t f[20], line[200];
	struct tug_buf out = tug_buf_of(line, sizeof(line));
	int master = bare_pty(rest, sizeof(rest));

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(owner_open(&o, &loop, &tug_scheme_serial, rest), TUG_OK);
	RUN_UNTIL(&loop, o.ups == 1);
	assert_int_equal(write(master, "hello\n", 6), 6);
	RUN_UNTIL(&loop, o.texts == 1);
	assert_non_null(strstr(tug_link_hint(o.link), "octets arrive from"));
	assert_int_equal(tug_console_encode(smp_frame(f, 20, 0x55), &out), TUG_OK);
	line[20] ^= 1;
	assert_int_equal(write(master, line, out.len), out.len);
	RUN_UNTIL(&loop, strstr(tug_link_hint(o.link), "arrive damaged"));
	assert_int_equal(o.frames, 0);
	line[20] ^= 1;
	assert_int_equal(write(master, line, out.len), out.len);
	RUN_UNTIL(&loop, o.frames == 1);
	assert_string_equal(tug_link_hint(o.link), "");
	owner_close(&o);
	loop_end(&loop);
	(void)close(master);
	assert_int_equal(o.wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(console_with_noise), cmocka_unit_test(raw_framing),
		cmocka_unit_test(octets_on_the_wire), cmocka_unit_test(any_baud_rate),
		cmocka_unit_test(busy),		      cmocka_unit_test(cannot_open),
		cmocka_unit_test(vanish),	      cmocka_unit_test(close_inside),
		cmocka_unit_test(never_blocks),	      cmocka_unit_test(paced),
		cmocka_unit_test(damage_is_a_hint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
