/* SPDX-License-Identifier: Apache-2.0
 *
 * See fake_bluez.h. Shapes and names of BlueZ's D-Bus API; sd-bus keeps the object manager.
 */
#include "fake_bluez.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADAPTER1 "org.bluez.Adapter1"
#define DEVICE1 "org.bluez.Device1"
#define SERVICE1 "org.bluez.GattService1"
#define CHRC1 "org.bluez.GattCharacteristic1"
#define PASSKEY 123456u

static uint16_t mtu_of(const struct fake *f)
{
	return f->cfg.mtu ? f->cfg.mtu : 247;
}

/* True when `msg` is the method that shall fail; the error is set then. */
static bool fails(const struct fake *f, sd_bus_message *msg, sd_bus_error *e)
{
	const char *member = sd_bus_message_get_member(msg);

	if (!f->cfg.error.method || strcmp(member, f->cfg.error.method) != 0)
		return false;
	(void)sd_bus_error_set(e, f->cfg.error.name, f->cfg.error.text);
	return true;
}

static int done(sd_bus_message *msg)
{
	return sd_bus_reply_method_return(msg, NULL);
}

/* ---- properties */

static int get(sd_bus *bus, const char *path, const char *iface, const char *prop, sd_bus_message *reply, void *user,
	       sd_bus_error *e)
{
	struct fake *f = user;

	(void)bus;
	(void)path;
	(void)e;
	if (strcmp(prop, "Powered") == 0)
		return sd_bus_message_append(reply, "b", !f->cfg.off);
	if (strcmp(prop, "Address") == 0)
		return sd_bus_message_append(reply, "s", strcmp(iface, ADAPTER1) == 0 ? "00:AA:01:00:00:00" : FAKE_ADDRESS);
	if (strcmp(prop, "Name") == 0)
		return sd_bus_message_append(reply, "s", f->cfg.name ? f->cfg.name : "Board");
	if (strcmp(prop, "Adapter") == 0)
		return sd_bus_message_append(reply, "o", FAKE_ADAPTER);
	if (strcmp(prop, "Connected") == 0)
		return sd_bus_message_append(reply, "b", f->connected);
	if (strcmp(prop, "ServicesResolved") == 0)
		return sd_bus_message_append(reply, "b", f->resolved);
	if (strcmp(prop, "Paired") == 0)
		return sd_bus_message_append(reply, "b", f->paired);
	if (strcmp(prop, "UUIDs") == 0)
		return sd_bus_message_append(reply, "as", 1, TUG_BLE_SERVICE);
	if (strcmp(prop, "UUID") == 0)
		return sd_bus_message_append(reply, "s", strcmp(iface, SERVICE1) == 0 ? TUG_BLE_SERVICE : TUG_BLE_CHAR);
	if (strcmp(prop, "Device") == 0)
		return sd_bus_message_append(reply, "o", FAKE_DEVICE);
	if (strcmp(prop, "Service") == 0)
		return sd_bus_message_append(reply, "o", FAKE_SERVICE);
	if (strcmp(prop, "MTU") == 0)
		return sd_bus_message_append(reply, "q", mtu_of(f));
	if (strcmp(prop, "Value") == 0)
		return sd_bus_message_append_array(reply, 'y', f->value.p, f->value.len);
	if (f->cfg.flag)
		return sd_bus_message_append(reply, "as", 1, f->cfg.flag);
	return sd_bus_message_append(reply, "as", 2, "write-without-response", "notify");
}

/* ---- the sockets and notifications */

static void drop_sockets(struct fake *f)
{
	if (f->polled)
		tug_hold_close((uv_handle_t *)&f->poll);
	f->polled = false;
	if (f->rx >= 0)
		(void)close(f->rx);
	if (f->tx >= 0)
		(void)close(f->tx);
	f->rx = -1;
	f->tx = -1;
	f->notifying = false;
}

static void take(struct fake *f, struct tug_slice part)
{
	f->writes++;
	if (part.len > f->longest)
		f->longest = part.len;
	if (f->write)
		f->write(f, part);
}

static void on_rx(uv_poll_t *p, int status, int events)
{
	struct fake *f = TUG_CONTAINER(p, struct fake, poll);
	uint8_t part[1024];
	ssize_t n = 0;

	(void)events;
	while (status == 0 && f->rx >= 0 && (n = recv(f->rx, part, sizeof(part), MSG_DONTWAIT)) > 0)
		take(f, tug_slice_of(part, (size_t)n));
	if (f->rx >= 0 && n == 0)
		(void)uv_poll_stop(p);
}

void fake_notify(struct fake *f, struct tug_slice part)
{
	if (f->tx >= 0) {
		(void)send(f->tx, part.p, part.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	} else if (f->notifying) {
		f->value = part;
		(void)sd_bus_emit_properties_changed(f->bus.bus, FAKE_CHRC, CHRC1, "Value", NULL);
		f->value = tug_slice_of("", 0);
	}
}

void fake_notify_frame(struct fake *f, struct tug_slice frame)
{
	size_t most = mtu_of(f) - 3u;

	for (size_t off = 0; off < frame.len; off += most)
		fake_notify(f, tug_slice_of(frame.p + off, frame.len - off < most ? frame.len - off : most));
}

static bool secure(const struct fake *f)
{
	return !f->cfg.demands || (f->paired && !f->cfg.paired);
}

static int acquire(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	struct fake *f = user;
	bool out = strcmp(sd_bus_message_get_member(msg), "AcquireWrite") == 0;
	int sv[2], r;

	if (fails(f, msg, e))
		return -EIO;
	if (f->cfg.no_sockets)
		return sd_bus_error_set(e, "org.bluez.Error.NotSupported", "Operation is not supported");
	if (!secure(f))
		return sd_bus_error_set(e, "org.bluez.Error.NotPermitted", "Insufficient Authentication");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv) != 0)
		return -errno;
	if (out) {
		f->rx = sv[0];
		(void)uv_poll_init(f->loop, &f->poll, f->rx);
		f->poll.data = &f->hold;
		tug_hold_get(&f->hold);
		f->polled = true;
		(void)uv_poll_start(&f->poll, UV_READABLE, on_rx);
	} else {
		f->tx = sv[0];
	}
	r = sd_bus_reply_method_return(msg, "hq", sv[1], mtu_of(f));
	(void)close(sv[1]);
	return r;
}

static int start_notify(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	struct fake *f = user;

	if (fails(f, msg, e))
		return -EIO;
	if (!secure(f))
		return sd_bus_error_set(e, "org.bluez.Error.Failed", "Operation failed with ATT error: 0x05");
	f->notifying = true;
	return done(msg);
}

static int write_value(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	struct fake *f = user;
	const char *key, *type;
	const void *p;
	size_t len;

	if (fails(f, msg, e))
		return -EIO;
	if (sd_bus_message_read_array(msg, 'y', &p, &len) < 0 || len > mtu_of(f) - 3u)
		return sd_bus_error_set(e, "org.bluez.Error.Failed", "Failed to initiate write");
	if (sd_bus_message_enter_container(msg, 'a', "{sv}") > 0 &&
	    sd_bus_message_read(msg, "{sv}", &key, "s", &type) > 0 && strcmp(type, "command") == 0)
		f->commands++;
	take(f, tug_slice_of(p, len));
	return done(msg);
}

/* ---- the device */

static void changed(struct fake *f, const char *prop)
{
	(void)sd_bus_emit_properties_changed(f->bus.bus, FAKE_DEVICE, DEVICE1, prop, NULL);
}

void fake_drop(struct fake *f)
{
	drop_sockets(f);
	f->connected = false;
	f->resolved = false;
	changed(f, "Connected");
	changed(f, "ServicesResolved");
}

static int connect_device(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	struct fake *f = user;

	f->connects++;
	if (fails(f, msg, e))
		return -EIO;
	if (f->cfg.lazy)
		return 1;
	f->connected = true;
	changed(f, "Connected");
	(void)done(msg);
	if (f->cfg.hangs_up) {
		fake_drop(f);
		return 1;
	}
	f->resolved = true;
	changed(f, "ServicesResolved");
	return 1;
}

static int disconnect_device(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	struct fake *f = user;

	(void)e;
	f->disconnects++;
	fake_drop(f);
	return done(msg);
}

static int on_passkey(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	struct fake *f = user;
	uint32_t key = 0;

	(void)e;
	if (sd_bus_message_get_error(msg)) {
		(void)sd_bus_reply_method_errorf(f->pairing, "org.bluez.Error.AuthenticationCanceled", "Authentication Canceled");
	} else if (sd_bus_message_read(msg, "u", &key) < 0 || key != PASSKEY) {
		(void)sd_bus_reply_method_errorf(f->pairing, "org.bluez.Error.AuthenticationFailed", "Authentication Failed");
	} else {
		f->paired = true;
		changed(f, "Paired");
		(void)done(f->pairing);
	}
	f->pairing = sd_bus_message_unref(f->pairing);
	return 1;
}

static int pair_device(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	struct fake *f = user;

	f->pairs++;
	if (fails(f, msg, e))
		return -EIO;
	if (strcmp(f->agent_of, sd_bus_message_get_sender(msg)) != 0)
		return sd_bus_error_set(e, "org.bluez.Error.AuthenticationFailed", "No agent");
	if (f->cfg.passkey) {
		f->pairing = sd_bus_message_ref(msg);
		return sd_bus_call_method_async(f->bus.bus, NULL, f->agent_of, f->agent, "org.bluez.Agent1", "RequestPasskey",
						on_passkey, f, "o", FAKE_DEVICE);
	}
	f->paired = true;
	changed(f, "Paired");
	return done(msg);
}

static int register_agent(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	struct fake *f = user;
	const char *path, *capability;

	if (fails(f, msg, e))
		return -EIO;
	if (sd_bus_message_read(msg, "os", &path, &capability) < 0)
		return sd_bus_error_set(e, "org.bluez.Error.InvalidArguments", "");
	(void)snprintf(f->agent, sizeof(f->agent), "%s", path);
	(void)snprintf(f->agent_of, sizeof(f->agent_of), "%s", sd_bus_message_get_sender(msg));
	return done(msg);
}

/* ---- the adapter */

#define UNPRIV SD_BUS_VTABLE_UNPRIVILEGED
#define CHANGES SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
#define PROP(name, type) SD_BUS_PROPERTY(name, type, get, 0, CHANGES)

static const sd_bus_vtable device_vtable[] = {
	SD_BUS_VTABLE_START(0),
	PROP("Address", "s"),
	PROP("Name", "s"),
	PROP("Adapter", "o"),
	PROP("Connected", "b"),
	PROP("ServicesResolved", "b"),
	PROP("Paired", "b"),
	PROP("UUIDs", "as"),
	SD_BUS_METHOD("Connect", "", "", connect_device, UNPRIV),
	SD_BUS_METHOD("Disconnect", "", "", disconnect_device, UNPRIV),
	SD_BUS_METHOD("Pair", "", "", pair_device, UNPRIV),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable service_vtable[] = {
	SD_BUS_VTABLE_START(0),
	PROP("UUID", "s"),
	PROP("Device", "o"),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable chrc_vtable[] = {
	SD_BUS_VTABLE_START(0),
	PROP("UUID", "s"),
	PROP("Service", "o"),
	PROP("Flags", "as"),
	PROP("MTU", "q"),
	PROP("Value", "ay"),
	SD_BUS_METHOD("AcquireNotify", "a{sv}", "hq", acquire, UNPRIV),
	SD_BUS_METHOD("AcquireWrite", "a{sv}", "hq", acquire, UNPRIV),
	SD_BUS_METHOD("StartNotify", "", "", start_notify, UNPRIV),
	SD_BUS_METHOD("WriteValue", "aya{sv}", "", write_value, UNPRIV),
	SD_BUS_VTABLE_END,
};

static int add(struct fake *f, const char *path, const char *iface, const sd_bus_vtable *v)
{
	int r = sd_bus_add_object_vtable(f->bus.bus, NULL, path, iface, v, f);

	return r < 0 ? r : sd_bus_emit_object_added(f->bus.bus, path);
}

static int appear(struct fake *f)
{
	int r;

	if (f->found)
		return 0;
	f->found = true;
	r = add(f, FAKE_DEVICE, DEVICE1, device_vtable);
	if (r >= 0 && !f->cfg.no_service)
		r = add(f, FAKE_SERVICE, SERVICE1, service_vtable);
	if (r >= 0 && !f->cfg.no_service)
		r = add(f, FAKE_CHRC, CHRC1, chrc_vtable);
	return r;
}

static int filter(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	return fails(user, msg, e) ? -EIO : done(msg);
}

static int discover(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	struct fake *f = user;

	f->discoveries++;
	if (fails(f, msg, e))
		return -EIO;
	(void)done(msg);
	return f->cfg.hidden ? 1 : appear(f);
}

static const sd_bus_vtable adapter_vtable[] = {
	SD_BUS_VTABLE_START(0),
	PROP("Address", "s"),
	PROP("Powered", "b"),
	SD_BUS_METHOD("SetDiscoveryFilter", "a{sv}", "", filter, UNPRIV),
	SD_BUS_METHOD("StartDiscovery", "", "", discover, UNPRIV),
	SD_BUS_METHOD("StopDiscovery", "", "", filter, UNPRIV),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable manager_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("RegisterAgent", "os", "", register_agent, UNPRIV),
	SD_BUS_VTABLE_END,
};

void fake_power_off(struct fake *f)
{
	f->cfg.off = true;
	(void)sd_bus_emit_properties_changed(f->bus.bus, FAKE_ADAPTER, ADAPTER1, "Powered", NULL);
	fake_drop(f);
}

static int on_name(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	struct fake *f = user;

	(void)e;
	f->owns = !sd_bus_message_get_error(msg);
	return 0;
}

static void lost(void *user, int errnum)
{
	struct fake *f = user;

	(void)errnum;
	f->owns = false;
	tug_ble_bus_close(&f->bus);
}

static void released(void *self)
{
	(void)self;
}

int fake_start(struct fake *f, uv_loop_t *loop, const struct fake_cfg *cfg)
{
	int r;

	memset(f, 0, sizeof(*f));
	f->loop = loop;
	f->cfg = *cfg;
	f->rx = -1;
	f->tx = -1;
	f->paired = cfg->paired;
	f->hold.release = released;
	f->bus.lost = lost;
	f->bus.user = f;
	r = tug_ble_bus_open(&f->bus, loop, &f->hold);
	if (r >= 0)
		r = sd_bus_add_object_manager(f->bus.bus, NULL, "/");
	if (r >= 0)
		r = add(f, "/org/bluez", "org.bluez.AgentManager1", manager_vtable);
	if (r >= 0 && !cfg->no_adapter)
		r = add(f, FAKE_ADAPTER, ADAPTER1, adapter_vtable);
	if (r >= 0 && cfg->known)
		r = appear(f);
	return r < 0 ? r : sd_bus_request_name_async(f->bus.bus, NULL, "org.bluez", 0, on_name, f);
}

void fake_stop(struct fake *f)
{
	drop_sockets(f);
	f->pairing = sd_bus_message_unref(f->pairing);
	tug_ble_bus_close(&f->bus);
}
