/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the ble: link that need no bus: errors, addresses, fragments.
 */
#include "tests/unit/transport_util.h"

#include "src/transport/ble_priv.h"

/* Every name that BlueZ's src/error.c, its plugins and a bus can answer with. */
static const char *const names[] = {
	"org.bluez.Error.AgentNotAvailable", "org.bluez.Error.AlreadyConnected", "org.bluez.Error.AlreadyExists",
	"org.bluez.Error.AuthenticationCanceled", "org.bluez.Error.AuthenticationFailed",
	"org.bluez.Error.AuthenticationRejected", "org.bluez.Error.AuthenticationTimeout", "org.bluez.Error.Blocked",
	"org.bluez.Error.Canceled", "org.bluez.Error.ConnectionAttemptFailed", "org.bluez.Error.DoesNotExist",
	"org.bluez.Error.Failed", "org.bluez.Error.ImproperlyConfigured", "org.bluez.Error.InProgress",
	"org.bluez.Error.InvalidArguments", "org.bluez.Error.InvalidOffset", "org.bluez.Error.InvalidValueLength",
	"org.bluez.Error.NoSuchAdapter", "org.bluez.Error.NotAuthorized", "org.bluez.Error.NotAvailable",
	"org.bluez.Error.NotConnected", "org.bluez.Error.NotPermitted", "org.bluez.Error.NotReady",
	"org.bluez.Error.NotSupported", "org.bluez.Error.Rejected", "org.freedesktop.DBus.Error.AccessDenied",
	"org.freedesktop.DBus.Error.AuthFailed", "org.freedesktop.DBus.Error.Disconnected",
	"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", "org.freedesktop.DBus.Error.LimitsExceeded",
	"org.freedesktop.DBus.Error.NameHasNoOwner", "org.freedesktop.DBus.Error.NoMemory",
	"org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.ServiceUnknown",
	"org.freedesktop.DBus.Error.Spawn.ServiceNotFound", "org.freedesktop.DBus.Error.TimedOut",
	"org.freedesktop.DBus.Error.Timeout", "org.freedesktop.DBus.Error.UnknownInterface",
	"org.freedesktop.DBus.Error.UnknownMethod", "org.freedesktop.DBus.Error.UnknownObject",
};

static void every_error(void **state)
{
	struct tug_ble_verdict unknown = tug_ble_error("com.example.Error", NULL, TUG_BLE_OP_LIST);

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (int op = TUG_BLE_OP_LIST; op <= TUG_BLE_OP_WRITE; op++) {
			struct tug_ble_verdict v = tug_ble_error(names[i], NULL, (enum tug_ble_op)op);

			assert_true(v.err < 0);
			/* a sentence of its own, and what the owner of a link is told holds all of it */
			assert_ptr_not_equal(v.cause, unknown.cause);
			assert_in_range(strlen(v.cause), 10, 250);
			assert_in_range(strlen(v.cause) + 2 + strlen(v.remedy), 20, 255);
		}
	}
}

static void errors_by_text(void **state)
{
	static const struct {
		const char *name, *text;
		enum tug_ble_op op;
		enum tug_ble_next next;
		int err;
	} rows[] = {
		{ "org.bluez.Error.Failed", "Operation failed with ATT error: 0x05", TUG_BLE_OP_NOTIFY, TUG_BLE_PAIR, TUG_EACCESS },
		{ "org.bluez.Error.Failed", "Operation failed with ATT error: 0x0f", TUG_BLE_OP_NOTIFY, TUG_BLE_PAIR, TUG_EACCESS },
		{ "org.bluez.Error.NotPermitted", "Insufficient Encryption", TUG_BLE_OP_WRITE, TUG_BLE_PAIR, TUG_EACCESS },
		{ "org.bluez.Error.NotAuthorized", NULL, TUG_BLE_OP_NOTIFY, TUG_BLE_PAIR, TUG_EACCESS },
		{ "org.bluez.Error.NotSupported", NULL, TUG_BLE_OP_NOTIFY, TUG_BLE_OTHER, TUG_ENOTSUP },
		{ "org.freedesktop.DBus.Error.UnknownMethod", "No such method", TUG_BLE_OP_WRITE, TUG_BLE_OTHER, TUG_ENOTSUP },
		{ "org.bluez.Error.InProgress", NULL, TUG_BLE_OP_CONNECT, TUG_BLE_BUSY, TUG_EBUSY },
		{ "org.bluez.Error.InProgress", NULL, TUG_BLE_OP_NOTIFY, TUG_BLE_FAIL, TUG_EBUSY },
		{ "org.bluez.Error.Failed", "le-connection-abort-by-local", TUG_BLE_OP_CONNECT, TUG_BLE_FAIL, TUG_ETIMEOUT },
		{ "org.bluez.Error.Failed", "le-connection-terminated-by-remote", TUG_BLE_OP_CONNECT, TUG_BLE_FAIL, TUG_ECLOSED },
		{ "org.bluez.Error.Failed", "br-connection-adapter-not-powered", TUG_BLE_OP_CONNECT, TUG_BLE_FAIL, TUG_ENODEV },
		{ "org.bluez.Error.Failed", "le-connection-key-missing", TUG_BLE_OP_CONNECT, TUG_BLE_FAIL, TUG_EACCESS },
		{ "org.freedesktop.DBus.Error.NoReply", "Remote peer disconnected", TUG_BLE_OP_LIST, TUG_BLE_FAIL, TUG_ECLOSED },
		/* a name that only begins like one of the table is another one */
		{ "org.bluez.Error.FailedTwice", NULL, TUG_BLE_OP_CONNECT, TUG_BLE_FAIL, TUG_ELINK },
		{ NULL, NULL, TUG_BLE_OP_LIST, TUG_BLE_FAIL, TUG_ELINK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_ble_verdict v = tug_ble_error(rows[i].name, rows[i].text, rows[i].op);

		if (v.next != rows[i].next || v.err != rows[i].err)
			fail_msg("row %zu (%s, %s): next %d, err %d", i, rows[i].name, rows[i].text, (int)v.next, v.err);
	}
}

static void addresses(void **state)
{
	static const char *const bad[] = {
		"",	       "?adapter=hci0",	   "Board?adapter=",	"Board?adapter=hci", "Board?adapter=usb0",
		"Board?x=1",   "Board?passkey=",   "Board?passkey=1000000", "Board?passkey=-1", "Board?wait=0",
		"Board?wait=", "Board?adapter",	   "Bo%2",		"Bo%zz",	     "Bo%00ard",
		"Board?wait=700000", "Bo\nard", "Board?&wait=1",
	};
	struct tug_url_ble u;
	char why[160];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (tug_url_ble_parse(bad[i], &u, why, sizeof(why)) != TUG_EADDR)
			fail_msg("'%s' was taken", bad[i]);
		assert_true(strlen(why) > 10);
	}
	assert_int_equal(tug_url_ble_parse("CE:71:DC:F2:77:E6?adapter=hci1&passkey=000042&wait=500", &u, why, sizeof(why)),
			 TUG_OK);
	assert_true(u.is_address && u.has_passkey);
	assert_string_equal(u.adapter, "hci1");
	assert_int_equal(u.passkey, 42);
	assert_int_equal(u.wait_ms, 500);
	assert_int_equal(tug_url_ble_parse("My%20board:2?", &u, why, sizeof(why)), TUG_OK);
	assert_string_equal(u.name, "My board:2");
	assert_true(!u.is_address && !u.has_passkey && !u.adapter[0]);
	assert_int_equal(tug_url_ble_parse("CE:71:DC:F2:77:EG", &u, why, sizeof(why)), TUG_OK);
	assert_false(u.is_address);
}

/* A list of images at MTU 23: twelve pieces of 20 octets and one of 14; then pieces of any size. */
static void fragments(void **state)
{
	static struct tug_ble_rx rx;
	static uint8_t f[65543];
	struct tug_slice out;
	unsigned parts = 0;

	(void)state;
	for (size_t piece = 1; piece < 600; piece += piece < 30 ? 1 : 97) {
		for (size_t len = 8; len < 2000; len = len * 2 + 3) {
			(void)smp_frame(f, len, (uint8_t)len);
			for (size_t off = 0; off < len; off += piece) {
				size_t n = len - off < piece ? len - off : piece;

				assert_int_equal(tug_ble_rx_feed(&rx, tug_slice_of(f + off, n), &out), off + n == len);
			}
			assert_int_equal(out.len, len);
			assert_memory_equal(out.p, f, len);
		}
	}
	(void)smp_frame(f, 254, 1);
	for (size_t off = 0; off < 254; off += 20, parts++)
		(void)tug_ble_rx_feed(&rx, tug_slice_of(f + off, off == 240 ? 14 : 20), &out);
	assert_int_equal(parts, 13);
	assert_int_equal(out.len, 254);
	/* the longest there is */
	(void)smp_frame(f, sizeof(f), 9);
	for (size_t off = 0; off < sizeof(f); off += 509)
		(void)tug_ble_rx_feed(&rx, tug_slice_of(f + off, sizeof(f) - off < 509 ? sizeof(f) - off : 509), &out);
	assert_int_equal(out.len, sizeof(f));
	assert_int_equal(tug_ble_chunk(0), 20);
	assert_int_equal(tug_ble_chunk(23), 20);
	assert_int_equal(tug_ble_chunk(247), 244);
	assert_int_equal(tug_ble_chunk(517), 509);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error),
		cmocka_unit_test(errors_by_text),
		cmocka_unit_test(addresses),
		cmocka_unit_test(fragments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
