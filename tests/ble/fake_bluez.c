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

/* What sd-bus reads when a property is asked for. */
static void fill_properties(struct fake *f)
{
	struct fake_props *p = &f->props;

	p->powered = !f->cfg.off;
	p->paired = f->cfg.paired;
	p->adapter_address = "00:AA:01:00:00:00";
	p->address = FAKE_ADDRESS;
	p->name = f->cfg.name ? f->cfg.name : "Board";
	p->adapter = FAKE_ADAPTER;
	p->device = FAKE_DEVICE;
	p->service = FAKE_SERVICE;
	p->service_uuid = TUG_BLE_SERVICE;
	p->chrc_uuid = TUG_BLE_CHAR;
	p->uuid_list[0] = TUG_BLE_SERVICE;
	p->uuids = p->uuid_list;
	p->flag_list[0] = f->cfg.flag ? f->cfg.flag : "write-without-response";
	p->flag_list[1] = f->cfg.flag ? NULL : "notify";
	p->flags = p->flag_list;
	p->mtu = f->cfg.mtu ? f->cfg.mtu : 247;
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

/* PropertiesChanged(interface, {Value: part}, []) */
static void send_value(struct fake *f, struct tug_slice part)
{
	sd_bus_message *msg = NULL;

	(void)sd_bus_message_new_signal(f->bus.bus, &msg, FAKE_CHRC, "org.freedesktop.DBus.Properties", "PropertiesChanged");
	(void)sd_bus_message_append(msg, "s", CHRC1);
	(void)sd_bus_message_open_container(msg, 'a', "{sv}");
	(void)sd_bus_message_open_container(msg, 'e', "sv");
	(void)sd_bus_message_append(msg, "s", "Value");
	(void)sd_bus_message_open_container(msg, 'v', "ay");
	(void)sd_bus_message_append_array(msg, 'y', part.p, part.len);
	(void)sd_bus_message_close_container(msg);
	(void)sd_bus_message_close_container(msg);
	(void)sd_bus_message_close_container(msg);
	(void)sd_bus_message_append(msg, "as", 0);
	(void)sd_bus_send(f->bus.bus, msg, NULL);
	(void)sd_bus_message_unref(msg);
}

void fake_notify(struct fake *f, struct tug_slice part)
{
	if (f->tx >= 0) {
		(void)send(f->tx, part.p, part.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	} else if (f->notifying) {
		send_value(f, part);
	}
}

void fake_notify_frame(struct fake *f, struct tug_slice frame)
{
	size_t most = f->props.mtu - 3u;

	for (size_t off = 0; off < frame.len; off += most)
		fake_notify(f, tug_slice_of(frame.p + off, frame.len - off < most ? frame.len - off : most));
}

static bool secure(const struct fake *f)
{
	return !f->cfg.demands || (f->props.paired && !f->cfg.paired);
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
	r = sd_bus_reply_method_return(msg, "hq", sv[1], f->props.mtu);
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
	if (sd_bus_message_read_array(msg, 'y', &p, &len) < 0 || len > f->props.mtu - 3u)
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
	f->props.connected = false;
	f->props.resolved = false;
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
	f->props.connected = true;
	changed(f, "Connected");
	(void)done(msg);
	if (f->cfg.hangs_up) {
		fake_drop(f);
		return 1;
	}
	f->props.resolved = true;
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

/* Answer a call of Pair: it is done. */
static int paired(struct fake *f, sd_bus_message *call)
{
	f->props.paired = true;
	changed(f, "Paired");
	return done(call);
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
		(void)paired(f, f->pairing);
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
	return paired(f, msg);
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
#define PROP(name, type, member) SD_BUS_PROPERTY(name, type, NULL, offsetof(struct fake, props.member), CHANGES)

static const sd_bus_vtable device_vtable[] = {
	SD_BUS_VTABLE_START(0),
	PROP("Address", "s", address),
	PROP("Name", "s", name),
	PROP("Adapter", "o", adapter),
	PROP("Connected", "b", connected),
	PROP("ServicesResolved", "b", resolved),
	PROP("Paired", "b", paired),
	PROP("UUIDs", "as", uuids),
	SD_BUS_METHOD("Connect", "", "", connect_device, UNPRIV),
	SD_BUS_METHOD("Disconnect", "", "", disconnect_device, UNPRIV),
	SD_BUS_METHOD("Pair", "", "", pair_device, UNPRIV),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable service_vtable[] = {
	SD_BUS_VTABLE_START(0),
	PROP("UUID", "s", service_uuid),
	PROP("Device", "o", device),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable chrc_vtable[] = {
	SD_BUS_VTABLE_START(0),
	PROP("UUID", "s", chrc_uuid),
	PROP("Service", "o", service),
	PROP("Flags", "as", flags),
	PROP("MTU", "q", mtu),
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
	PROP("Address", "s", adapter_address),
	PROP("Powered", "b", powered),
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
	f->props.powered = 0;
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
	fill_properties(f);
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
