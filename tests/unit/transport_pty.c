/* SPDX-License-Identifier: Apache-2.0
 *
 * The pty endpoint's own promises: it outlives its clients, keeps its symlink in order, answers several
 * clients one after the other, and neither leaks nor loses files over a thousand rounds.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "transport_util.h"

static char dir[64];

static int make_dir(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/tug-pty-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

static void open_ep(uv_loop_t *loop, struct echo *e, const char *link, char *name, size_t cap)
{
	const struct tug_endpoint_events ev = echo_events(e);

	memset(e, 0, sizeof(*e));
	assert_int_equal(tug_endpoint_pty(loop, PTY(link, false, 1024), &ev, &e->ep, name, cap), TUG_OK);
}

static void clients_come_and_go(void **state)
{
	static struct owner o;
	static struct echo e;
	uv_loop_t loop;
	char name[100], link[100], target[100];
	uint8_t f[300];
	ssize_t n;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	(void)snprintf(link, sizeof(link), "%s/tty", dir);
	open_ep(&loop, &e, link, name, sizeof(name));
	n = readlink(link, target, sizeof(target) - 1);
	assert_true(n > 0);
	target[n] = 0;
	assert_string_equal(target, name);
	for (unsigned i = 0; i < 20; i++) {
		/* through the link, whose target is another name than the one that is opened */
		assert_int_equal(owner_open(&o, &loop, &tug_scheme_serial, link), TUG_OK);
		RUN_UNTIL(&loop, o.ups == 1);
		assert_int_equal(tug_link_send(o.link, smp_frame(f, 300, (uint8_t)i)), TUG_OK);
		/* some clients leave without waiting for the answer; the next one must not see it */
		if (i % 3) {
			RUN_UNTIL(&loop, o.frames == 1);
			assert_int_equal(o.last[6], i);
		} else {
			RUN_UNTIL(&loop, e.packets == i + 1);
		}
		owner_close(&o);
		assert_int_equal(o.wrong, 0);
	}
	assert_int_equal(e.packets, 20);
	tug_endpoint_close(e.ep);
	loop_end(&loop);
	assert_int_equal(access(link, F_OK), -1);
	assert_int_equal(access(name, F_OK), -1);
}

/* A foreign client that sets nothing up: no echo, no translation; its exclusive mark does not outlive it. */
static void foreign_client(void **state)
{
	static struct echo e;
	static struct owner o;
	uv_loop_t loop;
	char name[100], back[100];
	struct termios t;
	int fd, excl = 0;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	open_ep(&loop, &e, NULL, name, sizeof(name));
	fd = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(tcgetattr(fd, &t), 0);
	assert_int_equal(t.c_lflag & (tcflag_t)(ECHO | ICANON | ISIG), 0);
	assert_int_equal(t.c_oflag & (tcflag_t)OPOST, 0);
	assert_int_equal(ioctl(fd, TIOCEXCL), 0);
	/* echo "hello", one line */
	assert_int_equal(write(fd, "\x06\x09" "ABIKAAAJAAABAKFhZGVoZWxsbw==\n", 31), 31);
	assert_int_equal(write(fd, "\n", 1), 1);
	for (int i = 0; i < 100; i++)
		(void)uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(ioctl(fd, TIOCGEXCL, &excl), 0);
	assert_int_equal(excl, 0);
	/* the CRC is missing, so the device stays silent, and nothing came back by echo */
	assert_int_equal(e.packets, 0);
	assert_int_equal(read(fd, back, sizeof(back)), -1);
	tug_endpoint_text(e.ep, tug_slice_of("boot", 4));
	tug_endpoint_text(e.ep, tug_slice_of("ok\n", 3));
	assert_int_equal(read(fd, back, sizeof(back)), 8);
	assert_memory_equal(back, "boot\nok\n", 8);
	(void)close(fd);
	assert_int_equal(owner_open(&o, &loop, &tug_scheme_serial, name), TUG_OK);
	owner_close(&o);
	tug_endpoint_close(e.ep);
	loop_end(&loop);
}

static void symlinks(void **state)
{
	static struct echo a, b;
	const struct tug_endpoint_events ev = echo_events(&b);
	struct tug_endpoint *none = NULL;
	uv_loop_t loop;
	char first[100], second[100], link[100], file[100], name[300];
	FILE *fp;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	(void)snprintf(link, sizeof(link), "%s/tty", dir);
	(void)snprintf(file, sizeof(file), "%s/file", dir);
	open_ep(&loop, &a, link, first, sizeof(first));
	/* a second one takes the name over; closing the first must not remove it */
	open_ep(&loop, &b, link, second, sizeof(second));
	tug_endpoint_close(a.ep);
	assert_int_equal(readlink(link, name, sizeof(name)), strlen(second));
	tug_endpoint_close(b.ep);
	assert_int_equal(access(link, F_OK), -1);
	/* what is not ours is left alone */
	fp = fopen(file, "w");
	assert_non_null(fp);
	assert_int_equal(fputs("precious", fp) >= 0, 1);
	assert_int_equal(fclose(fp), 0);
	assert_int_equal(tug_endpoint_pty(&loop, PTY(file, false, 256), &ev, &none, name, sizeof(name)), TUG_EBUSY);
	assert_non_null(strstr(name, "exists and is not a link to a pty"));
	assert_int_equal(symlink(file, link), 0);
	assert_int_equal(tug_endpoint_pty(&loop, PTY(link, false, 256), &ev, &none, name, sizeof(name)), TUG_EBUSY);
	assert_int_equal(access(link, F_OK), 0);
	(void)snprintf(link, sizeof(link), "%s/no/such/dir", dir);
	assert_int_equal(tug_endpoint_pty(&loop, PTY(link, false, 256), &ev, &none, name, sizeof(name)), TUG_EFILE);
	assert_non_null(strstr(name, "cannot make the link"));
	assert_null(none);
	(void)snprintf(link, sizeof(link), "%s/tty", dir);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(unlink(file), 0);
	loop_end(&loop);
}

/* Closing the endpoint from inside its own packet callback, with a second packet right behind. */
static void closing_packet(void *user, struct tug_slice p, const void *peer)
{
	struct echo *e = user;

	(void)p;
	(void)peer;
	e->packets++;
	tug_endpoint_close(e->ep);
}

static void close_inside(void **state)
{
	static struct echo e;
	static struct owner o;
	const struct tug_endpoint_events ev = { closing_packet, &e };
	uv_loop_t loop;
	char name[100];
	uint8_t f[20];

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(tug_endpoint_pty(&loop, PTY(NULL, false, 1024), &ev, &e.ep, name, sizeof(name)), TUG_OK);
	assert_int_equal(owner_open(&o, &loop, &tug_scheme_serial, name), TUG_OK);
	RUN_UNTIL(&loop, o.ups == 1);
	assert_int_equal(tug_link_send(o.link, smp_frame(f, 20, 1)), TUG_OK);
	assert_int_equal(tug_link_send(o.link, smp_frame(f, 20, 2)), TUG_OK);
	RUN_UNTIL(&loop, o.downs == 1);
	assert_int_equal(e.packets, 1);
	owner_close(&o);

	e.packets = 0;
	assert_int_equal(tug_endpoint_udp(&loop, UDP("127.0.0.1", 0), &ev, &e.ep, name, sizeof(name)), TUG_OK);
	assert_int_equal(owner_open(&o, &loop, &tug_scheme_udp, name), TUG_OK);
	RUN_UNTIL(&loop, o.ups == 1);
	assert_int_equal(tug_link_send(o.link, smp_frame(f, 20, 1)), TUG_OK);
	assert_int_equal(tug_link_send(o.link, smp_frame(f, 20, 2)), TUG_OK);
	RUN_UNTIL(&loop, e.packets);
	for (int i = 0; i < 5; i++)
		(void)uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(e.packets, 1);
	owner_close(&o);
	loop_end(&loop);
}

/* Nobody reads: the endpoint drops what does not fit any more and stays alive. */
static void nobody_reads(void **state)
{
	static struct echo e;
	static struct owner o;
	static uint8_t f[1000];
	uv_loop_t loop;
	char name[100];
	int err = TUG_OK;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	open_ep(&loop, &e, NULL, name, sizeof(name));
	for (int i = 0; i < 3000 && err == TUG_OK; i++)
		err = tug_endpoint_send(e.ep, smp_frame(f, sizeof(f), 1));
	assert_int_equal(err, TUG_EBUSY);
	tug_endpoint_text(e.ep, tug_slice_of(f, sizeof(f)));
	assert_int_equal(owner_open(&o, &loop, &tug_scheme_serial, name), TUG_OK);
	RUN_UNTIL(&loop, o.frames > 500);
	e.mute = true;
	assert_int_equal(tug_link_send(o.link, smp_frame(f, 20, 2)), TUG_OK);
	RUN_UNTIL(&loop, e.packets == 1);
	owner_close(&o);
	tug_endpoint_close(e.ep);
	loop_end(&loop);
	assert_int_equal(o.wrong, 0);
}

static void cycles(void **state)
{
	static struct owner o;
	static struct echo e;
	uv_loop_t loop;
	unsigned files;
	char name[100], link[100];
	uint8_t f[20];

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	(void)snprintf(link, sizeof(link), "%s/tty", dir);
	files = open_files();
	for (unsigned i = 0; i < 1000; i++) {
		open_ep(&loop, &e, link, name, sizeof(name));
		assert_int_equal(owner_open(&o, &loop, &tug_scheme_serial, name), TUG_OK);
		if (i % 3) {
			RUN_UNTIL(&loop, o.ups == 1);
		}
		if (i % 3 == 2) {
			assert_int_equal(tug_link_send(o.link, smp_frame(f, 20, 1)), TUG_OK);
			RUN_UNTIL(&loop, o.frames == 1);
		}
		/* either side may be the first to go */
		if (i % 2)
			tug_endpoint_close(e.ep);
		owner_close(&o);
		if (i % 2 == 0)
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
		cmocka_unit_test(clients_come_and_go), cmocka_unit_test(foreign_client), cmocka_unit_test(symlinks),
		cmocka_unit_test(close_inside),	       cmocka_unit_test(nobody_reads),	 cmocka_unit_test(cycles),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
