/* SPDX-License-Identifier: Apache-2.0
 *
 * The ble: link against the scripted BlueZ: whole ways up, every way down, fragments, 1000 connections. Event
 * driven: nothing here waits for a time, except where a time-out is what is tested.
 */
#include "tests/unit/transport_util.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_bluez.h"

/* A test's world. */
struct world {
	uv_loop_t loop;
	struct fake f;
	struct owner o;
	struct tug_ble_rx rx; /* requests in part, at the device */
	unsigned requests;
	unsigned drop_at; /* hang up at this write, 0 = never */
};

static pid_t daemon_pid;

static int start_bus(void **state)
{
	char address[512] = "";
	int fd[2];
	FILE *f;

	(void)state;
	if (pipe(fd) != 0)
		return -1;
	daemon_pid = fork();
	if (daemon_pid == 0) {
		(void)dup2(fd[1], 3);
		(void)execlp("dbus-daemon", "dbus-daemon", "--session", "--nofork", "--nopidfile", "--nosyslog",
			     "--print-address=3", (char *)NULL);
		(void)fputs("dbus-daemon cannot be run; tools/bootstrap check installs it\n", stderr);
		_exit(127);
	}
	(void)close(fd[1]);
	f = fdopen(fd[0], "r");
	if (!f || !fgets(address, sizeof(address), f))
		return -1;
	(void)fclose(f);
	address[strcspn(address, "\n")] = 0;
	return setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1);
}

static int stop_bus(void **state)
{
	(void)state;
	(void)kill(daemon_pid, SIGTERM);
	return waitpid(daemon_pid, NULL, 0) == daemon_pid ? 0 : -1;
}

/* The device answers each whole request with itself. */
static void echo_write(struct fake *f, struct tug_slice part)
{
	struct world *w = f->user;
	struct tug_slice frame;

	if (w->drop_at && f->writes == w->drop_at) {
		fake_drop(f);
		return;
	}
	if (!tug_ble_rx_feed(&w->rx, part, &frame))
		return;
	w->requests++;
	fake_notify_frame(f, frame);
}

static void start(struct world *w, const struct fake_cfg *cfg)
{
	memset(w, 0, sizeof(*w));
	assert_int_equal(uv_loop_init(&w->loop), 0);
	assert_true(fake_start(&w->f, &w->loop, cfg) >= 0);
	w->f.write = echo_write;
	w->f.user = w;
	RUN_UNTIL(&w->loop, w->f.owns);
}

static void finish(struct world *w)
{
	owner_close(&w->o);
	/* the goodbye to BlueZ comes before the end */
	if (w->f.props.connected) {
		RUN_UNTIL(&w->loop, !w->f.props.connected);
	}
	fake_stop(&w->f);
	loop_end(&w->loop);
	assert_int_equal(w->o.wrong, 0);
}

static void open_url(struct world *w, const char *rest)
{
	assert_int_equal(owner_open(&w->o, &w->loop, &tug_scheme_ble, rest), TUG_OK);
}

static void echo_sizes(struct world *w, size_t most)
{
	static uint8_t f[9000];

	for (size_t len = 8; len <= most; len += len < 700 ? 41 : 997) {
		unsigned before = w->o.frames;

		assert_int_equal(tug_link_send(w->o.link, smp_frame(f, len, (uint8_t)len)), TUG_OK);
		RUN_UNTIL(&w->loop, w->o.frames > before);
		assert_int_equal(w->o.last_len, len);
		assert_memory_equal(w->o.last, f, len);
	}
}

static void up_by(const char *rest, const struct fake_cfg *cfg, uint32_t chunk)
{
	static struct world w;

	start(&w, cfg);
	open_url(&w, rest);
	assert_int_equal(w.o.ups, 0);
	RUN_UNTIL(&w.loop, w.o.ups || w.o.downs);
	assert_string_equal(w.o.why, "");
	assert_int_equal(w.o.link->assume_frame, chunk);
	assert_int_equal(w.o.link->max_frame, 0);
	/* as many notifications at once as a socket holds */
	echo_sizes(&w, chunk * 40u < 8192u ? chunk * 40u : 8192u);
	assert_int_equal(w.f.longest, chunk);
	assert_int_equal(w.f.connects, 1);
	assert_int_equal(w.f.discoveries, cfg->known ? 0 : 1);
	assert_int_equal(w.f.commands, cfg->no_sockets ? w.f.writes : 0);
	finish(&w);
	assert_int_equal(w.f.disconnects, 1);
}

static void by_name_and_address(void **state)
{
	(void)state;
	up_by("Board", &(struct fake_cfg){ 0 }, 244);
	up_by(FAKE_ADDRESS, &(struct fake_cfg){ 0 }, 244);
	up_by("ce:71:dc:f2:77:e6?adapter=hci0", &(struct fake_cfg){ .known = true }, 244);
	up_by("Is%20it%3F", &(struct fake_cfg){ .name = "Is it?" }, 244);
}

static void mtus(void **state)
{
	static const uint16_t mtu[] = { 23, 65, 247, 498, 517 };

	(void)state;
	for (size_t i = 0; i < sizeof(mtu) / sizeof(mtu[0]); i++) {
		uint32_t chunk = mtu[i] == 517 ? 509 : mtu[i] - 3u;

		up_by("Board", &(struct fake_cfg){ .mtu = mtu[i] }, chunk);
		up_by("Board", &(struct fake_cfg){ .mtu = mtu[i], .no_sockets = true }, chunk);
	}
}

/* The link goes down with `err` and a sentence that holds `word`. */
static void down_by(const char *rest, const struct fake_cfg *cfg, int err, const char *word)
{
	static struct world w;

	start(&w, cfg);
	open_url(&w, rest);
	RUN_UNTIL(&w.loop, w.o.ups || w.o.downs);
	if (!strstr(w.o.why, word))
		fail_msg("'%s' is not in '%s'", word, w.o.why);
	assert_int_equal(w.o.err, err);
	assert_int_equal(w.o.ups, 0);
	finish(&w);
}

static void what_is_missing(void **state)
{
	(void)state;
	down_by("Board", &(struct fake_cfg){ .no_adapter = true }, TUG_ENODEV, "no Bluetooth adapter");
	down_by("Board", &(struct fake_cfg){ .off = true }, TUG_ENODEV, "rfkill");
	down_by("Board?adapter=hci7", &(struct fake_cfg){ 0 }, TUG_ENODEV, "no Bluetooth adapter hci7");
	down_by("Board?wait=50", &(struct fake_cfg){ .hidden = true }, TUG_ENODEV, "was seen");
	down_by("Other?wait=50", &(struct fake_cfg){ 0 }, TUG_ENODEV, "no device Other was seen");
	down_by("Board?wait=50", &(struct fake_cfg){ .lazy = true }, TUG_ETIMEOUT, "did not take the connection");
	down_by("Board", &(struct fake_cfg){ .no_service = true }, TUG_ENODEV, "no SMP service");
	down_by("Board", &(struct fake_cfg){ .flag = "write-without-response" }, TUG_ENODEV, "lacks notify");
	down_by("Board", &(struct fake_cfg){ .flag = "notify" }, TUG_ENODEV, "lacks write without response");
	down_by("Board", &(struct fake_cfg){ .paired = true, .hangs_up = true }, TUG_ECLOSED, "stale bond");
	down_by("Board", &(struct fake_cfg){ .hangs_up = true }, TUG_ECLOSED, "ended");
}

static void no_daemon(void **state)
{
	static struct owner o;
	uv_loop_t loop;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(owner_open(&o, &loop, &tug_scheme_ble, "Board"), TUG_OK);
	RUN_UNTIL(&loop, o.downs);
	assert_int_equal(o.err, TUG_ENODEV);
	assert_non_null(strstr(o.why, "bluetoothd is not running"));
	owner_close(&o);
	loop_end(&loop);
}

static void errors_of_methods(void **state)
{
	static const struct {
		struct fake_error error;
		int err;
		const char *word;
	} rows[] = {
		{ { "StartDiscovery", "org.bluez.Error.NotReady", "Resource Not Ready" }, TUG_ENODEV, "switched off" },
		{ { "StartDiscovery", "org.freedesktop.DBus.Error.AccessDenied", "" }, TUG_EACCESS, "group bluetooth" },
		{ { "Connect", "org.bluez.Error.Failed", "le-connection-abort-by-local" }, TUG_ETIMEOUT, "did not take" },
		{ { "Connect", "org.freedesktop.DBus.Error.NoReply", "" }, TUG_ETIMEOUT, "did not take" },
		{ { "Connect", "org.freedesktop.DBus.Error.UnknownObject", "" }, TUG_ENODEV, "not know" },
		{ { "Connect", "org.bluez.Error.Failed", "br-connection-key-missing" }, TUG_EACCESS, "stale bond" },
		{ { "AcquireNotify", "org.bluez.Error.NotPermitted", "Notify acquired" }, TUG_EBUSY, "another program" },
		{ { "AcquireWrite", "org.bluez.Error.NotPermitted", "Write acquired" }, TUG_EBUSY, "another program" },
		{ { "AcquireNotify", "org.bluez.Error.NotConnected", "Not Connected" }, TUG_ECLOSED, "ended" },
		{ { "AcquireNotify", "com.example.New", "?" }, TUG_ELINK, "does not know" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		down_by("Board", &(struct fake_cfg){ .error = rows[i].error }, rows[i].err, rows[i].word);
}

static void pairing(void **state)
{
	const struct fake_cfg just_works = { .demands = true }, by_call = { .demands = true, .no_sockets = true };
	const struct fake_cfg passkey = { .demands = true, .passkey = true };
	const struct fake_cfg stale = { .demands = true, .paired = true };
	const struct fake_cfg refuses = { .demands = true,
					  .error = { "Pair", "org.bluez.Error.AuthenticationRejected", "" } };

	(void)state;
	up_by("Board", &just_works, 244);
	up_by("Board", &by_call, 244);
	up_by("Board?passkey=123456", &passkey, 244);
	down_by("Board?passkey=654321", &passkey, TUG_EACCESS, "passkey is wrong");
	down_by("Board", &passkey, TUG_EACCESS, "asks for a passkey");
	down_by("Board", &stale, TUG_EACCESS, "stale bond");
	down_by("Board", &refuses, TUG_EACCESS, "refused to pair");
}

static void come_up(struct world *w, const struct fake_cfg *cfg)
{
	start(w, cfg);
	open_url(w, "Board");
	RUN_UNTIL(&w->loop, w->o.ups || w->o.downs);
	assert_int_equal(w->o.ups, 1);
}

static void lost_in_flight(void **state)
{
	static struct world w;
	static uint8_t f[3000];

	(void)state;
	for (unsigned by_call = 0; by_call < 2; by_call++) {
		for (unsigned at = 1; at < 8; at++) {
			come_up(&w, &(struct fake_cfg){ .no_sockets = by_call != 0 });
			w.drop_at = at;
			(void)tug_link_send(w.o.link, smp_frame(f, sizeof(f), 1));
			RUN_UNTIL(&w.loop, w.o.downs == 1);
			assert_int_equal(w.o.err, TUG_ECLOSED);
			assert_int_equal(tug_link_send(w.o.link, smp_frame(f, 8, 1)), TUG_ECLOSED);
			finish(&w);
		}
	}
}

static void lost_when_idle(void **state)
{
	static struct world w;

	(void)state;
	come_up(&w, &(struct fake_cfg){ 0 });
	fake_drop(&w.f);
	RUN_UNTIL(&w.loop, w.o.downs == 1);
	finish(&w);
	come_up(&w, &(struct fake_cfg){ .no_sockets = true });
	fake_power_off(&w.f);
	RUN_UNTIL(&w.loop, w.o.downs == 1);
	finish(&w);
	come_up(&w, &(struct fake_cfg){ .no_sockets = true });
	fake_stop(&w.f);
	RUN_UNTIL(&w.loop, w.o.downs == 1);
	assert_non_null(strstr(w.o.why, "bluetoothd ended"));
	w.f.props.connected = 0;
	owner_close(&w.o);
	loop_end(&w.loop);
}

/* More than the socket takes at once: everything arrives, in order, and nothing is refused before the bound. */
static void flood(void **state)
{
	static struct world w;
	static uint8_t f[2048];
	unsigned sent = 0;

	(void)state;
	come_up(&w, &(struct fake_cfg){ .mtu = 65 });
	while (tug_link_send(w.o.link, smp_frame(f, sizeof(f), 7)) == TUG_OK)
		sent++;
	assert_true(sent >= 256);
	RUN_UNTIL(&w.loop, w.requests == sent);
	finish(&w);
}

static void closed_at_any_step(void **state)
{
	static struct world w;

	(void)state;
	for (unsigned turns = 0; turns < 60; turns++) {
		start(&w, &(struct fake_cfg){ 0 });
		open_url(&w, "Board");
		for (unsigned i = 0; i < turns; i++)
			(void)uv_run(&w.loop, UV_RUN_NOWAIT);
		owner_close(&w.o);
		while (w.f.props.connected || (w.f.connects && !w.f.disconnects))
			(void)uv_run(&w.loop, UV_RUN_ONCE);
		fake_stop(&w.f);
		loop_end(&w.loop);
		assert_int_equal(w.o.wrong, 0);
	}
}

static void thousand(void **state)
{
	static struct world w;
	uint8_t f[64];
	unsigned files = 0;

	(void)state;
	start(&w, &(struct fake_cfg){ 0 });
	for (unsigned i = 0; i < 1000; i++) {
		open_url(&w, "Board");
		RUN_UNTIL(&w.loop, w.o.ups || w.o.downs);
		assert_string_equal(w.o.why, "");
		assert_int_equal(tug_link_send(w.o.link, smp_frame(f, sizeof(f), (uint8_t)i)), TUG_OK);
		RUN_UNTIL(&w.loop, w.o.frames == 1);
		owner_close(&w.o);
		RUN_UNTIL(&w.loop, !w.f.props.connected);
		if (i == 10)
			files = open_files();
	}
	assert_in_range(open_files(), files - 2, files + 2);
	assert_int_equal(w.f.connects, 1000);
	assert_int_equal(w.f.disconnects, 1000);
	fake_stop(&w.f);
	loop_end(&w.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_daemon),	     cmocka_unit_test(by_name_and_address), cmocka_unit_test(mtus),
		cmocka_unit_test(what_is_missing),   cmocka_unit_test(errors_of_methods),   cmocka_unit_test(pairing),
		cmocka_unit_test(lost_in_flight),    cmocka_unit_test(lost_when_idle),	    cmocka_unit_test(flood),
		cmocka_unit_test(closed_at_any_step), cmocka_unit_test(thousand),
	};

	return cmocka_run_group_tests(tests, start_bus, stop_bus);
}
