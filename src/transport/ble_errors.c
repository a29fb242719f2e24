/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides what an error of BlueZ or of the bus means and what helps: a table, first row that fits. Rows with a
 * text stand before the row of the same name without. Called by the ble: link and the scan.
 */
#include "ble_priv.h"

#include <string.h>

#define ANY 0xffu
#define ON(op) (1u << (op))
#define GATT (ON(TUG_BLE_OP_NOTIFY) | ON(TUG_BLE_OP_WRITE))
#define BLUEZ "org.bluez.Error."
#define DBUS "org.freedesktop.DBus.Error."

/* One row. */
struct row {
	const char *name; /* the error's name; NULL = any */
	const char *text; /* part of its message; NULL = any */
	unsigned ops;     /* ON(...) */
	struct tug_ble_verdict verdict;
};

#define NO_DAEMON                                                                                                  \
	{ TUG_BLE_FAIL, TUG_ENODEV, "bluetoothd is not running",                                                   \
	  "start it (sudo systemctl start bluetooth); if it is not there, install the package bluez" }
#define NO_RIGHT                                                                                                   \
	{ TUG_BLE_FAIL, TUG_EACCESS, "this user may not talk to bluetoothd over the system bus",                   \
	  "add the user to the group bluetooth (sudo usermod -aG bluetooth $USER) and log in again" }
#define OFF                                                                                                        \
	{ TUG_BLE_FAIL, TUG_ENODEV, "the Bluetooth adapter is switched off",                                       \
	  "switch it on (bluetoothctl power on); `rfkill list` shows whether it is blocked" }
#define NO_ANSWER                                                                                                  \
	{ TUG_BLE_FAIL, TUG_ETIMEOUT, "the device did not take the connection",                                    \
	  "check that it is on, near, advertises connectably and is not connected to something else" }
#define LOST                                                                                                       \
	{ TUG_BLE_FAIL, TUG_ECLOSED, "the device ended the connection",                                            \
	  "try again; if it happens each time, read the device's log and check distance and supply" }
#define STALE                                                                                                      \
	{ TUG_BLE_FAIL, TUG_EACCESS, "the keys of an earlier pairing do not fit any more (stale bond)",            \
	  "remove it here (bluetoothctl remove ADDRESS), on the device too if it still has it, and pair again" }
#define WANTS_PAIRING                                                                                              \
	{ TUG_BLE_PAIR, TUG_EACCESS, "the SMP characteristic demands pairing (insufficient authentication or "     \
				     "encryption)",                                                                    \
	  "pair with the device, with --passkey N if it shows one; CONFIG_MCUMGR_TRANSPORT_BT_PERM_RW=y opens it" }

static const struct row rows[] = {
	{ DBUS "ServiceUnknown", NULL, ANY, NO_DAEMON },
	{ DBUS "NameHasNoOwner", NULL, ANY, NO_DAEMON },
	{ DBUS "Spawn", NULL, ANY, NO_DAEMON },
	{ DBUS "AccessDenied", NULL, ANY, NO_RIGHT },
	{ DBUS "AuthFailed", NULL, ANY, NO_RIGHT },
	{ DBUS "InteractiveAuthorizationRequired", NULL, ANY, NO_RIGHT },
	{ DBUS "NoReply", "disconnected", ANY,
	  { TUG_BLE_FAIL, TUG_ECLOSED, "bluetoothd ended while it was asked",
	    "start it again (sudo systemctl restart bluetooth) and read its log (journalctl -u bluetooth)" } },
	{ DBUS "NoReply", NULL, ON(TUG_BLE_OP_CONNECT), NO_ANSWER },
	{ DBUS "NoReply", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_ETIMEOUT, "bluetoothd did not answer in time",
	    "try again; if it stays, restart it (sudo systemctl restart bluetooth)" } },
	{ DBUS "TimedOut", NULL, ANY, NO_ANSWER },
	{ DBUS "Timeout", NULL, ANY, NO_ANSWER },
	{ DBUS "Disconnected", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_ECLOSED, "the system bus (D-Bus) ended the connection", "try again" } },
	{ DBUS "LimitsExceeded", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_EBUSY, "the system bus (D-Bus) has too many connections or requests of this user",
	    "end other programs that use it, or update fewer devices at once" } },
	{ DBUS "UnknownObject", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_ENODEV, "BlueZ does not know the device any more (removed, or its services changed)",
	    "try again: the device is looked for anew" } },
	{ DBUS "UnknownMethod", "doesn't exist", ANY,
	  { TUG_BLE_FAIL, TUG_ENODEV, "BlueZ does not know the device any more (removed, or its services changed)",
	    "try again: the device is looked for anew" } },
	{ DBUS "UnknownMethod", NULL, GATT,
	  { TUG_BLE_OTHER, TUG_ENOTSUP, "this BlueZ does not offer the call", "BlueZ 5.48 or newer is needed" } },
	{ DBUS "UnknownMethod", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_ENOTSUP, "this BlueZ does not offer the call", "BlueZ 5.48 or newer is needed" } },
	{ DBUS "UnknownInterface", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_ENOTSUP, "this BlueZ does not offer the interface", "BlueZ 5.48 or newer is needed" } },
	{ DBUS "NoMemory", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_EBUSY, "bluetoothd or the bus is out of memory", "end other programs and try again" } },

	{ BLUEZ "NotReady", NULL, ANY, OFF },
	{ BLUEZ "Blocked", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_ENODEV, "the Bluetooth adapter is blocked", "unblock it: rfkill unblock bluetooth" } },
	{ BLUEZ "NoSuchAdapter", NULL, ANY, OFF },
	{ BLUEZ "InProgress", NULL, ON(TUG_BLE_OP_CONNECT) | ON(TUG_BLE_OP_DISCOVER) | ON(TUG_BLE_OP_PAIR),
	  { TUG_BLE_BUSY, TUG_EBUSY, "another request of that kind is under way", "wait for it and try again" } },
	{ BLUEZ "InProgress", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_EBUSY, "another program uses the SMP characteristic at the moment", "close it and try again" } },
	{ BLUEZ "AlreadyConnected", NULL, ANY,
	  { TUG_BLE_BUSY, TUG_EBUSY, "the device is connected already", "try again" } },
	{ BLUEZ "AlreadyExists", NULL, ON(TUG_BLE_OP_PAIR),
	  { TUG_BLE_FAIL, TUG_EACCESS,
	    "the device is paired, but with less security than the SMP characteristic demands, or the device lost its "
	    "keys (stale bond)",
	    "remove the pairing (bluetoothctl remove ADDRESS) and pair again, with --passkey N if the device shows one" } },
	{ BLUEZ "AlreadyExists", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_EBUSY, "BlueZ has that already", "try again; restart bluetoothd if it stays" } },
	{ BLUEZ "NotAuthorized", NULL, GATT, WANTS_PAIRING },
	{ BLUEZ "NotAuthorized", NULL, ANY, NO_RIGHT },
	{ BLUEZ "NotPermitted", "acquired", ANY,
	  { TUG_BLE_FAIL, TUG_EBUSY, "another program uses the SMP characteristic at the moment", "close it and try again" } },
	{ BLUEZ "NotPermitted", "ncrypt", GATT, WANTS_PAIRING },
	{ BLUEZ "NotPermitted", "uthenticat", GATT, WANTS_PAIRING },
	{ BLUEZ "NotPermitted", NULL, GATT,
	  { TUG_BLE_FAIL, TUG_EACCESS, "the device does not permit writes or notifications on the SMP characteristic",
	    "its firmware must give it write without response and notify; clear a stale cache: bluetoothctl remove ADDRESS" } },
	{ BLUEZ "NotPermitted", NULL, ANY, NO_RIGHT },
	{ BLUEZ "AuthenticationFailed", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_EACCESS, "pairing failed: the passkey is wrong, or the keys do not fit (stale bond)",
	    "give the number the device shows with --passkey N; remove an old pairing: bluetoothctl remove ADDRESS" } },
	{ BLUEZ "AuthenticationRejected", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_EACCESS, "the device refused to pair",
	    "let it pair (bondable mode, a button), or delete its bonds when its list is full" } },
	{ BLUEZ "AuthenticationCanceled", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_EACCESS, "pairing was cancelled: no passkey was given, or the device gave up",
	    "give the number the device shows with --passkey N" } },
	{ BLUEZ "AuthenticationTimeout", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_EACCESS, "pairing took too long", "try again and confirm on the device in time" } },
	{ BLUEZ "ConnectionAttemptFailed", NULL, ANY, NO_ANSWER },
	{ BLUEZ "NotConnected", NULL, ANY, LOST },
	{ BLUEZ "AgentNotAvailable", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_EACCESS, "BlueZ has no agent to pair with", "try again; restart bluetoothd if it stays" } },
	{ BLUEZ "DoesNotExist", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_ENODEV, "BlueZ does not know the device any more", "try again: it is looked for anew" } },
	{ BLUEZ "NotAvailable", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_ENODEV, "the device offers no connection of that kind", "check that it advertises connectably over LE" } },
	{ BLUEZ "NotSupported", NULL, GATT,
	  { TUG_BLE_OTHER, TUG_ENOTSUP, "the SMP characteristic does not support it",
	    "its firmware must give it write without response and notify" } },
	{ BLUEZ "NotSupported", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_ENOTSUP, "the adapter or the device does not support it", "use an adapter with Bluetooth LE" } },
	{ BLUEZ "InvalidArguments", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_EINTERNAL, "BlueZ refused the request's arguments", "report it with the version of bluetoothd" } },
	{ BLUEZ "InvalidValueLength", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_ETOOBIG, "the write is longer than the device takes", "the MTU changed; connect again" } },
	{ BLUEZ "InvalidOffset", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_ENOTSUP, "the device refused the write", "check the firmware's SMP service" } },
	{ BLUEZ "ImproperlyConfigured", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_ENOTSUP, "the device says its notifications are improperly configured",
	    "check the firmware's SMP service (client configuration descriptor 0x2902)" } },
	{ BLUEZ "Rejected", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_EACCESS, "the request was rejected", "confirm it on the device or in the desktop's dialog" } },
	{ BLUEZ "Canceled", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_ECLOSED, "the request was cancelled by another program", "try again" } },

	{ BLUEZ "Failed", "key-missing", ANY, STALE },
	{ BLUEZ "Failed", "le-connection-abort-by-local", ANY, NO_ANSWER },
	{ BLUEZ "Failed", "connection-timeout", ANY, NO_ANSWER },
	{ BLUEZ "Failed", "page-timeout", ANY, NO_ANSWER },
	{ BLUEZ "Failed", "Timeout", ANY, NO_ANSWER },
	{ BLUEZ "Failed", "le-connection-not-supported", ANY, OFF },
	{ BLUEZ "Failed", "adapter-not-powered", ANY, OFF },
	{ BLUEZ "Failed", "busy", ANY,
	  { TUG_BLE_FAIL, TUG_EBUSY, "the adapter is busy with another connection", "wait for it and try again" } },
	{ BLUEZ "Failed", "concurrent-connection-limit", ANY,
	  { TUG_BLE_FAIL, TUG_EBUSY, "the adapter has as many connections as it can", "disconnect another device" } },
	{ BLUEZ "Failed", "refused", ANY,
	  { TUG_BLE_FAIL, TUG_ENODEV, "the device refused the connection", "end its other connection, or raise CONFIG_BT_MAX_CONN" } },
	{ BLUEZ "Failed", "abort-by-remote", ANY, LOST },
	{ BLUEZ "Failed", "terminated-by-remote", ANY, LOST },
	{ BLUEZ "Failed", "link-layer-protocol-error", ANY, LOST },
	{ BLUEZ "Failed", "gatt-browsing", ANY,
	  { TUG_BLE_FAIL, TUG_ELINK, "the services of the device could not be read",
	    "try again; a stale cache goes with bluetoothctl remove ADDRESS" } },
	{ BLUEZ "Failed", "create-socket", ANY,
	  { TUG_BLE_FAIL, TUG_ELINK, "the kernel gave no Bluetooth socket", "check dmesg and the adapter's driver" } },
	{ BLUEZ "Failed", "ncrypt", GATT, WANTS_PAIRING },
	{ BLUEZ "Failed", "uthenticat", GATT, WANTS_PAIRING },
	{ BLUEZ "Failed", "ATT error: 0x05", GATT, WANTS_PAIRING },
	{ BLUEZ "Failed", "ATT error: 0x0f", GATT, WANTS_PAIRING },
	{ BLUEZ "Failed", "ATT error: 0x0c", GATT, WANTS_PAIRING },
	{ BLUEZ "Failed", "ATT error: 0x08", GATT, WANTS_PAIRING },
	{ BLUEZ "Failed", "Not connected", ANY, LOST },
	{ BLUEZ "Failed", "Software caused connection abort", ANY, LOST },
	{ BLUEZ "Failed", "Connection reset", ANY, LOST },
	{ BLUEZ "Failed", "Connection refused", ANY, NO_ANSWER },
	{ BLUEZ "Failed", "Host is down", ANY, NO_ANSWER },
	{ BLUEZ "Failed", "Input/output error", ANY, LOST },
	{ BLUEZ "Failed", "Operation already in progress", ANY,
	  { TUG_BLE_BUSY, TUG_EBUSY, "another request of that kind is under way", "wait for it and try again" } },
	{ BLUEZ "Failed", NULL, ON(TUG_BLE_OP_CONNECT), NO_ANSWER },
	{ BLUEZ "Failed", NULL, ON(TUG_BLE_OP_DISCOVER),
	  { TUG_BLE_FAIL, TUG_ELINK, "the adapter cannot look for devices",
	    "switch it off and on (bluetoothctl power off, power on); `rfkill list` shows whether it is blocked" } },
	{ BLUEZ "Failed", NULL, ANY,
	  { TUG_BLE_FAIL, TUG_ELINK, "BlueZ could not do it and gives no reason", "read its log: journalctl -u bluetooth" } },
	{ NULL, NULL, ANY,
	  { TUG_BLE_FAIL, TUG_ELINK, "BlueZ answered with an error that this version does not know",
	    "read its log: journalctl -u bluetooth" } },
};

/* Names of one kind differ in their ends only ("Spawn.ExecFailed"). */
static bool fits(const struct row *r, const char *name, const char *text, enum tug_ble_op op)
{
	size_t len = r->name ? strlen(r->name) : 0;

	if (!(r->ops & ON(op)))
		return false;
	if (r->name && (strncmp(name, r->name, len) != 0 || (name[len] && name[len] != '.')))
		return false;
	return !r->text || (text && strstr(text, r->text));
}

struct tug_ble_verdict tug_ble_error(const char *name, const char *text, enum tug_ble_op op)
{
	const struct row *r = rows;

	while (r->name && !fits(r, name ? name : "", text, op))
		r++;
	return r->verdict;
}
