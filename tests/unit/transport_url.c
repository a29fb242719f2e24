/* SPDX-License-Identifier: Apache-2.0
 *
 * What addresses mean, and the sentence each wrong one gets; choosing among USB boards nobody owns.
 */
#include "transport_util.h"

#include "src/transport/scan_priv.h"
#include "src/transport/url_priv.h"

static void udp_good(void **state)
{
	static const struct {
		const char *rest, *host;
		uint16_t port;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1", 1337 },	  { "192.0.2.1:1", "192.0.2.1", 1 },
		{ "my-board.local:65535", "my-board.local", 65535 }, { "[::1]", "::1", 1337 },
		{ "[::1]:4000", "::1", 4000 },		  { "[fe80::1%eth0]:5", "fe80::1%eth0", 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_url_udp u;
		char why[200] = "";

		assert_int_equal(tug_url_udp_parse(rows[i].rest, &u, why, sizeof(why)), TUG_OK);
		assert_string_equal(u.host, rows[i].host);
		assert_int_equal(u.port, rows[i].port);
		assert_string_equal(why, "");
	}
}

static void serial_good(void **state)
{
	static const struct {
		const char *rest, *path;
		uint32_t baud;
		uint16_t pace;
		bool raw;
	} rows[] = {
		{ "/dev/ttyACM0", "/dev/ttyACM0", 115200, 0, false },
		{ "/dev/ttyACM0?baud=1000000", "/dev/ttyACM0", 1000000, 0, false },
		{ "ttyS0?framing=raw&baud=12345&pace=7", "ttyS0", 12345, 7, true },
		{ "a?framing=console&", "a", 115200, 0, false },
		{ "a?", "a", 115200, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_url_serial s;
		char why[200] = "";

		assert_int_equal(tug_url_serial_parse(rows[i].rest, &s, why, sizeof(why)), TUG_OK);
		assert_string_equal(s.path, rows[i].path);
		assert_int_equal(s.baud, rows[i].baud);
		assert_int_equal(s.pace_ms, rows[i].pace);
		assert_int_equal(s.raw, rows[i].raw);
	}
}

static void usb_good(void **state)
{
	struct tug_url_usb u;
	char why[200] = "";

	(void)state;
	assert_int_equal(tug_url_usb_parse("", &u, why, sizeof(why)), TUG_OK);
	assert_true(u.any);
	assert_int_equal(tug_url_usb_parse("2fe3:0004", &u, why, sizeof(why)), TUG_OK);
	assert_int_equal(u.vid, 0x2fe3);
	assert_int_equal(u.pid, 4);
	assert_int_equal(u.iface, -1);
	assert_false(u.any);
	assert_int_equal(tug_url_usb_parse("2FE3:4:12?serial=A-1&baud=9600", &u, why, sizeof(why)), TUG_OK);
	assert_int_equal(u.iface, 12);
	assert_string_equal(u.serial, "A-1");
	assert_int_equal(u.port.baud, 9600);
	assert_string_equal(u.port.path, "");
}

/* One wrong address and the whole sentence that it must get. */
struct bad {
	char scheme;
	const char *rest, *why;
};

static const struct bad bads[] = {
	{ 'u', "", "no host is given; write udp:HOST or udp:HOST:PORT" },
	{ 'u', ":1337", "no host is given; write udp:HOST or udp:HOST:PORT" },
	{ 'u', "host:", "'' is not a UDP port; use 1 to 65535, as in udp:HOST:1337" },
	{ 'u', "host:0", "'0' is not a UDP port; use 1 to 65535, as in udp:HOST:1337" },
	{ 'u', "host:65536", "'65536' is not a UDP port; use 1 to 65535, as in udp:HOST:1337" },
	{ 'u', "host:-1", "'-1' is not a UDP port; use 1 to 65535, as in udp:HOST:1337" },
	{ 'u', "host: 1", "' 1' is not a UDP port; use 1 to 65535, as in udp:HOST:1337" },
	{ 'u', "host:99999999999999999999", "'99999999999999999999' is not a UDP port; use 1 to 65535, as in udp:HOST:1337" },
	{ 'u', "::1", "an IPv6 address stands in brackets: udp:[::1]:1337" },
	{ 'u', "fe80::1:1337", "an IPv6 address stands in brackets: udp:[::1]:1337" },
	{ 'u', "[::1", "the bracket of the IPv6 address is not closed; write udp:[::1]:1337" },
	{ 'u', "[]:1", "there is no IPv6 address in the brackets; write udp:[::1]:1337" },
	{ 'u', "[]", "there is no IPv6 address in the brackets; write udp:[::1]:1337" },
	{ 'u', "[::1]1337", "'1337' follows the IPv6 address; write udp:[::1]:1337" },
	{ 'u', "a b", "'a b' is not a host name or address; write udp:HOST or udp:HOST:PORT" },
	{ 'u', "//host", "'//host' is not a host name or address; write udp:HOST or udp:HOST:PORT" },
	{ 'u', "h\x1b[31m", "'h?[31m' is not a host name or address; write udp:HOST or udp:HOST:PORT" },
	{ 'u', "host?x=1", "udp: takes no options after '?'; write udp:HOST or udp:HOST:PORT" },
	{ 's', "", "no port is given; write serial:/dev/ttyACM0 (`tug scan` lists the ports)" },
	{ 's', "?baud=1", "no port is given; write serial:/dev/ttyACM0 (`tug scan` lists the ports)" },
	{ 's', "a?baud=", "baud=: use 50 to 50000000 bits per second" },
	{ 's', "a?baud=fast", "baud=fast: use 50 to 50000000 bits per second" },
	{ 's', "a?baud=0x100", "baud=0x100: use 50 to 50000000 bits per second" },
	{ 's', "a?baud=49", "baud=49: use 50 to 50000000 bits per second" },
	{ 's', "a?baud=4294967296", "baud=4294967296: use 50 to 50000000 bits per second" },
	{ 's', "a?pace=1001", "pace=1001: use 0 to 1000 ms between lines" },
	{ 's', "a?framing=cooked", "framing=cooked: use console or raw" },
	{ 's', "a?parity=even", "option 'parity' is not known; there are baud, framing and pace" },
	{ 's', "a?raw", "option 'raw' has no value; write name=value" },
	{ 's', "a?serial=7", "option 'serial' is not known; there are baud, framing and pace" },
	{ 'b', "2fe3", "'' is not a USB product id; write usb:2fe3:0004 (hex)" },
	{ 'b', "2fe3:", "'' is not a USB product id; write usb:2fe3:0004 (hex)" },
	{ 'b', "zephyr:1", "'zephyr' is not a USB vendor id; write usb:2fe3:0004 (hex)" },
	{ 'b', "2fe3:12345", "'12345' is not a USB product id; write usb:2fe3:0004 (hex)" },
	{ 'b', "2fe3:4:", "'' is not a USB interface number; use 0 to 255" },
	{ 'b', "2fe3:4:256", "'256' is not a USB interface number; use 0 to 255" },
	{ 'b', "2fe3:4?serial=", "serial=: give the board's USB serial number" },
	{ 'b', "2fe3:4?frame=raw", "option 'frame' is not known; there are baud, framing and pace" },
};

static void bad_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		const struct tug_scheme *s = bads[i].scheme == 'u' ? &tug_scheme_udp :
					     bads[i].scheme == 's' ? &tug_scheme_serial : &tug_scheme_usb;
		struct owner o;
		uv_loop_t loop;

		assert_int_equal(uv_loop_init(&loop), 0);
		assert_int_equal(owner_open(&o, &loop, s, bads[i].rest), TUG_EADDR);
		assert_string_equal(o.why, bads[i].why);
		assert_null(o.link);
		loop_end(&loop);
	}
}

/* Too long for every field: refused, never cut silently. */
static void long_addresses(void **state)
{
	static char x[5000];
	char why[64];
	struct tug_url_udp u;
	struct tug_url_serial s;
	struct tug_url_usb b;

	(void)state;
	memset(x, 'a', sizeof(x) - 1);
	assert_int_equal(tug_url_udp_parse(x, &u, why, sizeof(why)), TUG_EADDR);
	assert_int_equal(tug_url_serial_parse(x, &s, why, sizeof(why)), TUG_EADDR);
	assert_int_equal(tug_url_usb_parse(x, &b, why, sizeof(why)), TUG_EADDR);
	for (size_t i = 0; i < 7; i++)
		x[i] = "a?baud="[i];
	assert_int_equal(tug_url_serial_parse(x, &s, why, sizeof(why)), TUG_EADDR);
	for (size_t i = 0; i < 11; i++)
		x[i] = "1:2?serial="[i];
	assert_int_equal(tug_url_usb_parse(x, &b, why, sizeof(why)), TUG_EADDR);
	assert_int_equal(tug_url_usb_parse(x, &b, NULL, 0), TUG_EADDR);
}

static const struct tug_port_info boards[] = {
	{ "/dev/ttyS0", "", "", -1, -1, -1 },
	{ "/dev/ttyACM0", "ZEPHYR, CDC", "A1", 0x2fe3, 4, 0 },
	{ "/dev/ttyACM1", "ZEPHYR, CDC", "B2", 0x2fe3, 4, 0 },
	{ "/dev/ttyACM2", "SEGGER, J-Link", "99", 0x1366, 0x1015, 0 },
	{ "/dev/ttyACM3", "SEGGER, J-Link", "99", 0x1366, 0x1015, 2 },
};

static int pick(const char *rest, size_t n, char *why, size_t cap)
{
	struct tug_url_usb u;

	why[0] = 0;
	assert_int_equal(tug_url_usb_parse(rest, &u, why, cap), TUG_OK);
	return tug_usb_pick(boards, n, &u, why, cap);
}

static void usb_choice(void **state)
{
	char why[1000];

	(void)state;
	assert_int_equal(pick("2fe3:4?serial=B2", 5, why, sizeof(why)), 2);
	assert_int_equal(pick("1366:1015:2", 5, why, sizeof(why)), 4);
	assert_int_equal(pick("2fe3:4", 2, why, sizeof(why)), 1);
	assert_int_equal(pick("2fe3:4", 5, why, sizeof(why)), TUG_EADDR);
	assert_string_equal(why, "2 USB ports match, add ?serial=S to name the board; there are: "
				 "usb:2fe3:0004:0?serial=A1 (/dev/ttyACM0, ZEPHYR, CDC); "
				 "usb:2fe3:0004:0?serial=B2 (/dev/ttyACM1, ZEPHYR, CDC)");
	assert_int_equal(pick("1366:1015", 5, why, sizeof(why)), TUG_EADDR);
	assert_non_null(strstr(why, "add :IFACE to name the interface"));
	assert_int_equal(pick("dead:beef", 2, why, sizeof(why)), TUG_ENODEV);
	assert_string_equal(why, "no such USB device is connected; there are: "
				 "usb:2fe3:0004:0?serial=A1 (/dev/ttyACM0, ZEPHYR, CDC)");
	assert_int_equal(pick("2fe3:4", 1, why, sizeof(why)), TUG_ENODEV);
	assert_string_equal(why, "no USB serial port is connected; plug in the board, or name a port: serial:PATH");
	assert_int_equal(pick("", 3, why, sizeof(why)), TUG_EADDR);
	assert_string_equal(why, "say which USB device; there are: "
				 "usb:2fe3:0004:0?serial=A1 (/dev/ttyACM0, ZEPHYR, CDC); "
				 "usb:2fe3:0004:0?serial=B2 (/dev/ttyACM1, ZEPHYR, CDC)");
	/* a list longer than the room for it is cut, not overrun */
	assert_int_equal(pick("", 5, why, 40), TUG_EADDR);
	assert_int_equal(strlen(why), 39);
}

/* Whatever this machine has: the scan agrees with itself and `usb:` alone never opens anything. */
static void scan_here(void **state)
{
	struct tug_port_info p[64];
	struct owner o;
	uv_loop_t loop;
	int n = tug_serial_scan(p, 64);

	(void)state;
	assert_true(n >= 0);
	assert_int_equal(tug_serial_scan(NULL, 0), n);
	for (int i = 0; i < n && i < 64; i++)
		assert_int_equal(p[i].path[0], '/');
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_true(owner_open(&o, &loop, &tug_scheme_usb, "") < 0);
	assert_true(strlen(o.why) > 20);
	loop_end(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(udp_good),	  cmocka_unit_test(serial_good),    cmocka_unit_test(usb_good),
		cmocka_unit_test(bad_addresses),  cmocka_unit_test(long_addresses), cmocka_unit_test(usb_choice),
		cmocka_unit_test(scan_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
