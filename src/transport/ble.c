/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how a link over Bluetooth LE comes up and goes down: find, connect, read the services, subscribe, pair
 * when told to. BlueZ's objects are the state; each message of BlueZ is a reason to look again. Through tug_scheme_ble.
 */
#include "ble_link_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLUEZ "org.bluez"
#define DEVICE1 "org.bluez.Device1"
#define CHRC1 "org.bluez.GattCharacteristic1"
/* Somebody has to read a number and type it. */
#define PAIR_MS 60000u
#define GOODBYE_USEC 5000000u

static void advance(struct tug_ble_link *l);
static void subscribe(struct tug_ble_link *l);
static void on_deadline(uv_timer_t *t);

static struct tug_ble_link *of(struct tug_link *link)
{
	return TUG_CONTAINER(link, struct tug_ble_link, base.link);
}

static bool over(const struct tug_ble_link *l)
{
	return l->closing || l->base.state == TUG_LINK_FAILED || l->base.state == TUG_LINK_DOWN;
}

void tug_ble_gone(struct tug_ble_link *l)
{
	tug_ble_io_stop(l);
	tug_linkbase_fail(&l->base, TUG_ECLOSED, "the Bluetooth connection to %.60s ended: the device was reset, went out of range or "
			  "hung up", l->url.name);
}

void tug_ble_refused(struct tug_ble_link *l, const sd_bus_error *e, enum tug_ble_op op)
{
	struct tug_ble_verdict v = tug_ble_error(e->name, e->message, op);

	tug_ble_io_stop(l);
	if (op == TUG_BLE_OP_PAIR && l->agent.asked)
		tug_linkbase_fail(&l->base, TUG_EACCESS, "the device asks for a passkey to pair; give the number it shows, or that "
				  "is fixed in its firmware, with --passkey N");
	else
		tug_linkbase_fail(&l->base, v.err, "%s; %s", v.cause, v.remedy);
}

static void bus_failed(struct tug_ble_link *l, int errnum)
{
	char why[200];
	int err = tug_ble_bus_error(errnum, why, sizeof(why));

	tug_linkbase_fail(&l->base, err, "%s", why);
}

/* The result of starting a call. */
static void started(struct tug_ble_link *l, int r)
{
	if (r < 0)
		bus_failed(l, -r);
}

static const struct tug_ble_obj *device(const struct tug_ble_link *l)
{
	return tug_ble_model_at(&l->model, l->device);
}

/* Takes an answer: `e` is its error, NULL when it is none. */
typedef void (*answer_fn)(struct tug_ble_link *l, sd_bus_message *msg, const sd_bus_error *e);

/* An answer goes to `take` unless the link does not care any more. Result: what sd-bus wants of a callback. */
static int answered(struct tug_ble_link *l, sd_bus_message *msg, answer_fn take)
{
	if (!over(l))
		take(l, msg, sd_bus_message_get_error(msg));
	return 0;
}

/* ---- the characteristic */

/* The descriptor and MTU of an answer to AcquireNotify or AcquireWrite. Result: 0 or -errno. */
static int take_socket(sd_bus_message *msg, struct tug_ble_sock *s, uint16_t *mtu)
{
	int fd, r = sd_bus_message_read(msg, "hq", &fd, mtu);

	if (r < 0)
		return r;
	s->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return s->fd < 0 ? -errno : 0;
}

/* Ask for a socket of the characteristic. */
static void acquire(struct tug_ble_link *l, enum tug_ble_step step, const char *call, sd_bus_message_handler_t on)
{
	l->step = step;
	started(l, sd_bus_call_method_async(l->bus.bus, NULL, BLUEZ, l->chrc, CHRC1, call, on, l, "a{sv}", 0));
}

static void ready(struct tug_ble_link *l, unsigned mtu)
{
	l->chunk = tug_ble_chunk(mtu);
	l->base.link.assume_frame = (uint32_t)l->chunk;
	l->step = TUG_BLE_S_READY;
	(void)uv_timer_stop(&l->deadline);
	tug_linkbase_up(&l->base);
}

static void acquired_write(struct tug_ble_link *l, sd_bus_message *msg, const sd_bus_error *e)
{
	const struct tug_ble_obj *c = tug_ble_model_at(&l->model, l->chrc);
	uint16_t mtu = c ? c->mtu : 0;
	int r = 0;

	if (!e)
		r = take_socket(msg, &l->out, &mtu);
	if (e && tug_ble_error(e->name, e->message, TUG_BLE_OP_WRITE).next != TUG_BLE_OTHER)
		tug_ble_refused(l, e, TUG_BLE_OP_WRITE);
	else if (r < 0)
		bus_failed(l, -r);
	else
		ready(l, mtu);
}

static int on_acquired_write(sd_bus_message *msg, void *user, sd_bus_error *unused)
{
	(void)unused;
	return answered(user, msg, acquired_write);
}

static void ask_write(struct tug_ble_link *l)
{
	acquire(l, TUG_BLE_S_WRITE, "AcquireWrite", on_acquired_write);
}

static void pair_done(struct tug_ble_link *l, sd_bus_message *msg, const sd_bus_error *e)
{
	(void)msg;
	if (e) {
		tug_ble_refused(l, e, TUG_BLE_OP_PAIR);
		return;
	}
	l->tried_pairing = true;
	subscribe(l);
}

static int on_paired(sd_bus_message *msg, void *user, sd_bus_error *unused)
{
	struct tug_ble_link *l = user;

	(void)unused;
	tug_ble_agent_drop(&l->agent);
	return answered(l, msg, pair_done);
}

static void agent_registered(struct tug_ble_link *l, sd_bus_message *msg, const sd_bus_error *e)
{
	(void)msg;
	/* an agent of an earlier pairing of this connection is as good */
	if (e && strcmp(e->name, "org.bluez.Error.AlreadyExists") != 0)
		tug_ble_refused(l, e, TUG_BLE_OP_PAIR);
	else
		started(l, sd_bus_call_method_async(l->bus.bus, NULL, BLUEZ, l->device, DEVICE1, "Pair", on_paired, l, ""));
}

static int on_agent(sd_bus_message *msg, void *user, sd_bus_error *unused)
{
	(void)unused;
	return answered(user, msg, agent_registered);
}

static void pair(struct tug_ble_link *l)
{
	l->step = TUG_BLE_S_PAIR;
	l->agent.has_passkey = l->url.has_passkey;
	l->agent.passkey = l->url.passkey;
	l->agent.device = l->device;
	(void)uv_timer_start(&l->deadline, on_deadline, PAIR_MS, 0);
	started(l, tug_ble_agent_register(&l->agent, l->bus.bus, on_agent, l));
}

/* The characteristic wants more security than the connection has. */
static void unsafe(struct tug_ble_link *l, const struct tug_ble_verdict *v)
{
	const struct tug_ble_obj *d = device(l);
	bool paired = d && d->paired;

	if (!l->tried_pairing && !paired) {
		pair(l);
		return;
	}
	if (l->tried_pairing)
		tug_linkbase_fail(&l->base, v->err, "paired, and still not enough for the SMP characteristic: it wants a pairing with "
				  "a passkey; bluetoothctl remove %s, then give the number the device shows with --passkey N",
				  d ? d->address : "ADDRESS");
	else
		tug_linkbase_fail(&l->base, v->err, "paired here, but the device does not accept it: it lost its keys (stale bond), or "
				  "wants a passkey; bluetoothctl remove %s, and try again, with --passkey N if it shows one",
				  d ? d->address : "ADDRESS");
}

static void not_subscribed(struct tug_ble_link *l, const sd_bus_error *e)
{
	struct tug_ble_verdict v = tug_ble_error(e->name, e->message, TUG_BLE_OP_NOTIFY);

	if (v.next == TUG_BLE_PAIR)
		unsafe(l, &v);
	else
		tug_ble_refused(l, e, TUG_BLE_OP_NOTIFY);
}

static void notifying(struct tug_ble_link *l, sd_bus_message *msg, const sd_bus_error *e)
{
	(void)msg;
	if (e)
		not_subscribed(l, e);
	else
		ask_write(l);
}

static int on_notifying(sd_bus_message *msg, void *user, sd_bus_error *unused)
{
	(void)unused;
	return answered(user, msg, notifying);
}

static void acquired_notify(struct tug_ble_link *l, sd_bus_message *msg, const sd_bus_error *e)
{
	uint16_t mtu;
	int r;

	if (e && tug_ble_error(e->name, e->message, TUG_BLE_OP_NOTIFY).next == TUG_BLE_OTHER) {
		started(l, sd_bus_call_method_async(l->bus.bus, NULL, BLUEZ, l->chrc, CHRC1, "StartNotify", on_notifying, l,
						    ""));
		return;
	}
	if (e) {
		not_subscribed(l, e);
		return;
	}
	r = take_socket(msg, &l->in, &mtu);
	if (r < 0)
		bus_failed(l, -r);
	else
		ask_write(l);
}

static int on_acquired_notify(sd_bus_message *msg, void *user, sd_bus_error *unused)
{
	(void)unused;
	return answered(user, msg, acquired_notify);
}

static void subscribe(struct tug_ble_link *l)
{
	acquire(l, TUG_BLE_S_NOTIFY, "AcquireNotify", on_acquired_notify);
}

/* The services are known: the SMP characteristic must be among them, and be what it should be. */
static void open_service(struct tug_ble_link *l)
{
	const struct tug_ble_obj *d = device(l), *s, *c;
	const unsigned need = TUG_BLE_F_COMMAND | TUG_BLE_F_NOTIFY;

	if (!d)
		return;
	s = tug_ble_model_child(&l->model, TUG_BLE_SERV, l->device, TUG_BLE_SERVICE);
	c = s ? tug_ble_model_child(&l->model, TUG_BLE_CHRC, s->path, TUG_BLE_CHAR) : NULL;
	if (!c)
		tug_linkbase_fail(&l->base, TUG_ENODEV, "the device has no SMP %s: build its firmware with "
				  "CONFIG_MCUMGR_TRANSPORT_BT=y; if it has one by now, BlueZ's cache is old: bluetoothctl remove %s",
				  s ? "characteristic" : "service", d->address);
	else if ((c->flags & need) != need)
		tug_linkbase_fail(&l->base, TUG_ENODEV, "the SMP characteristic lacks %s: correct its properties in the "
				  "firmware (0x14); if they are right, BlueZ's cache is old: bluetoothctl remove %s",
				  c->flags & TUG_BLE_F_NOTIFY ? "write without response" : "notify", d->address);
	else
		(void)tug_link_why(l->chrc, sizeof(l->chrc), 0, "%s", c->path);
	if (l->chrc[0])
		subscribe(l);
}

/* ---- finding and connecting */

static void connected(struct tug_ble_link *l, sd_bus_message *msg, const sd_bus_error *e)
{
	(void)msg;
	if (l->step != TUG_BLE_S_CONNECT)
		return;
	if (e && tug_ble_error(e->name, e->message, TUG_BLE_OP_CONNECT).next != TUG_BLE_BUSY)
		tug_ble_refused(l, e, TUG_BLE_OP_CONNECT);
	else
		advance(l);
}

static int on_connected(sd_bus_message *msg, void *user, sd_bus_error *unused)
{
	(void)unused;
	return answered(user, msg, connected);
}

static void connect_to(struct tug_ble_link *l, const struct tug_ble_obj *d)
{
	(void)tug_link_why(l->device, sizeof(l->device), 0, "%s", d->path);
	l->was_paired = d->paired;
	l->step = TUG_BLE_S_CONNECT;
	if (l->discovering)
		started(l, sd_bus_call_method_async(l->bus.bus, NULL, BLUEZ, l->adapter, "org.bluez.Adapter1", "StopDiscovery",
						    NULL, NULL, ""));
	l->discovering = false;
	if (d->connected) {
		advance(l);
		return;
	}
	l->called = true;
	started(l, sd_bus_call_method_async(l->bus.bus, NULL, BLUEZ, l->device, DEVICE1, "Connect", on_connected, l, ""));
}

static void discovering(struct tug_ble_link *l, sd_bus_message *msg, const sd_bus_error *e)
{
	(void)msg;
	/* somebody else's discovery finds the device as well */
	if (e && tug_ble_error(e->name, e->message, TUG_BLE_OP_DISCOVER).next != TUG_BLE_BUSY)
		tug_ble_refused(l, e, TUG_BLE_OP_DISCOVER);
}

static int on_discovering(sd_bus_message *msg, void *user, sd_bus_error *unused)
{
	(void)unused;
	return answered(user, msg, discovering);
}

static void find(struct tug_ble_link *l)
{
	const struct tug_ble_obj *a = NULL, *d = NULL;
	char why[256];
	int r = tug_ble_adapter(&l->model, l->url.adapter, &a, why, sizeof(why));

	if (r == TUG_OK) {
		(void)tug_link_why(l->adapter, sizeof(l->adapter), 0, "%s", a->path);
		r = tug_ble_device(&l->model, a->path, &l->url, &d, why, sizeof(why));
	}
	if (r < 0) {
		tug_linkbase_fail(&l->base, r, "%s", why);
	} else if (d) {
		connect_to(l, d);
	} else if (!l->discovering) {
		l->discovering = true;
		started(l, tug_ble_discover(l->bus.bus, l->adapter, false, on_discovering, l));
	}
}

/* Look at the objects again: may the next step be taken, or is what stood already gone? */
static void advance(struct tug_ble_link *l)
{
	const struct tug_ble_obj *d = l->device[0] ? device(l) : NULL;

	if (over(l) || l->step == TUG_BLE_S_LIST)
		return;
	if (l->step == TUG_BLE_S_FIND) {
		find(l);
		return;
	}
	if (d && d->connected && l->step == TUG_BLE_S_CONNECT)
		l->step = TUG_BLE_S_RESOLVE;
	if (d && (d->connected || l->step == TUG_BLE_S_CONNECT)) {
		if (l->step == TUG_BLE_S_RESOLVE && d->resolved)
			open_service(l);
		return;
	}
	if (l->step == TUG_BLE_S_RESOLVE && d && l->was_paired)
		tug_linkbase_fail(&l->base, TUG_ECLOSED, "the device hung up before its services were read; it is paired here, so "
				  "its keys may be lost (stale bond): bluetoothctl remove %s, and pair again", d->address);
	else
		tug_ble_gone(l);
}

static int on_signal(sd_bus_message *msg, void *user, sd_bus_error *unused)
{
	struct tug_ble_link *l = user;

	(void)unused;
	if (over(l))
		return 0;
	if (tug_ble_model_signal(&l->model, msg) < 0)
		tug_linkbase_fail(&l->base, TUG_ELINK, "BlueZ sent a message that cannot be read");
	advance(l);
	return 0;
}

/* bluetoothd came or went. */
static int on_owner(sd_bus_message *msg, void *user, sd_bus_error *unused)
{
	struct tug_ble_link *l = user;
	const char *name, *before, *now;

	(void)unused;
	if (!over(l) && sd_bus_message_read(msg, "sss", &name, &before, &now) > 0 && before[0] && !now[0]) {
		tug_ble_io_stop(l);
		tug_linkbase_fail(&l->base, TUG_ECLOSED, "bluetoothd ended; start it again (sudo systemctl restart bluetooth) and "
				  "read its log (journalctl -u bluetooth)");
	}
	return 0;
}

static void objects(struct tug_ble_link *l, sd_bus_message *msg, const sd_bus_error *e)
{
	if (e) {
		tug_ble_refused(l, e, TUG_BLE_OP_LIST);
	} else if (tug_ble_model_objects(&l->model, msg) < 0) {
		tug_linkbase_fail(&l->base, TUG_ELINK, "BlueZ sent a message that cannot be read");
	} else {
		l->step = TUG_BLE_S_FIND;
		advance(l);
	}
}

static int on_objects(sd_bus_message *msg, void *user, sd_bus_error *unused)
{
	(void)unused;
	return answered(user, msg, objects);
}

static void on_deadline(uv_timer_t *t)
{
	struct tug_ble_link *l = TUG_CONTAINER(t, struct tug_ble_link, deadline);

	if (l->step == TUG_BLE_S_FIND)
		tug_linkbase_fail(&l->base, TUG_ENODEV, "no device %.60s was seen over Bluetooth; check that it is on, near and "
				  "advertises (a device that is connected to a phone does not); `tug scan` lists what is near",
				  l->url.name);
	else if (l->step == TUG_BLE_S_CONNECT)
		tug_linkbase_fail(&l->base, TUG_ETIMEOUT, "the device did not take the connection; check that it is on, near, "
				  "advertises connectably and is not connected to something else");
	else if (l->step == TUG_BLE_S_RESOLVE)
		tug_linkbase_fail(&l->base, TUG_ETIMEOUT, "the services of the device could not be read in time; come nearer and "
				  "try again");
	else if (l->step != TUG_BLE_S_READY)
		tug_linkbase_fail(&l->base, TUG_ETIMEOUT, "bluetoothd did not answer in time; try again; if it stays, restart it "
				  "(sudo systemctl restart bluetooth)");
}

/* ---- the link as its owner sees it */

static int ble_send(struct tug_link *link, struct tug_slice frame)
{
	struct tug_ble_link *l = of(link);

	return tug_linkbase_alive(&l->base) ? tug_ble_io_send(l, frame) : TUG_ECLOSED;
}

static void ble_start(struct tug_linkbase *b)
{
	tug_ble_io_start(TUG_CONTAINER(b, struct tug_ble_link, base));
}

static int on_goodbye(sd_bus_message *msg, void *user, sd_bus_error *unused)
{
	struct tug_ble_link *l = user;

	(void)msg;
	(void)unused;
	tug_ble_bus_close(&l->bus);
	return 0;
}

/* What was connected for this link is disconnected: a device that stays connected does not advertise. */
static bool say_goodbye(struct tug_ble_link *l)
{
	sd_bus_message *msg = NULL;
	int r;

	if (!l->called || !device(l))
		return false;
	r = sd_bus_message_new_method_call(l->bus.bus, &msg, BLUEZ, l->device, DEVICE1, "Disconnect");
	if (r >= 0)
		r = sd_bus_call_async(l->bus.bus, NULL, msg, on_goodbye, l, GOODBYE_USEC);
	(void)sd_bus_message_unref(msg);
	return r >= 0;
}

static void ble_close(struct tug_link *link)
{
	struct tug_ble_link *l = of(link);

	if (l->closing)
		return;
	l->closing = true;
	tug_ble_io_stop(l);
	tug_ble_agent_drop(&l->agent);
	tug_hold_close((uv_handle_t *)&l->deadline);
	if (!l->bus.bus || !say_goodbye(l))
		tug_ble_bus_close(&l->bus);
	tug_linkbase_close(&l->base);
}

static void ble_release(void *self)
{
	struct tug_ble_link *l = self;

	tug_ble_io_free(l);
	tug_ble_model_free(&l->model);
	free(l);
}

static void on_lost(void *user, int errnum)
{
	struct tug_ble_link *l = user;

	tug_ble_bus_close(&l->bus);
	if (!l->closing)
		bus_failed(l, errnum);
}

static void on_value(void *user, const struct tug_ble_obj *chrc, struct tug_slice data)
{
	struct tug_ble_link *l = user;

	if (l->in.fd < 0 && strcmp(chrc->path, l->chrc) == 0)
		tug_ble_io_value(l, data);
}

static const struct tug_link_ops ble_ops = { .send = ble_send, .close = ble_close };

/* Ask for the objects, after the signals that keep them true. Result: 0 or -errno. */
static int begin(struct tug_ble_link *l, uv_loop_t *loop)
{
	int r = tug_ble_bus_open(&l->bus, loop, &l->base.hold);

	if (r >= 0)
		r = sd_bus_add_match_async(l->bus.bus, NULL, "type='signal',sender='org.bluez'", on_signal, NULL, l);
	if (r >= 0)
		r = sd_bus_add_match_async(l->bus.bus, NULL,
					   "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',"
					   "arg0='org.bluez'",
					   on_owner, NULL, l);
	if (r >= 0)
		r = sd_bus_call_method_async(l->bus.bus, NULL, BLUEZ, "/", "org.freedesktop.DBus.ObjectManager",
					     "GetManagedObjects", on_objects, l, "");
	return r < 0 ? r : 0;
}

static int scheme_open(struct uv_loop_s *loop, const char *rest, const struct tug_link_events *ev,
		       struct tug_link **out, char *why, size_t why_cap)
{
	struct tug_url_ble url;
	struct tug_ble_link *l;
	int r, err = tug_url_ble_parse(rest, &url, why, why_cap);

	if (err)
		return err;
	l = calloc(1, sizeof(*l));
	if (!l)
		return tug_link_why(why, why_cap, TUG_EINTERNAL, "out of memory");
	l->url = url;
	l->in.fd = -1;
	l->out.fd = -1;
	l->bus.lost = on_lost;
	l->bus.user = l;
	l->model.value = on_value;
	l->model.user = l;
	tug_linkbase_init(&l->base, loop, ev, &ble_ops, ble_release);
	l->base.start = ble_start;
	l->base.link.assume_frame = TUG_BLE_MTU_MIN - TUG_BLE_ATT_HEAD;
	(void)uv_timer_init(loop, &l->deadline);
	l->deadline.data = &l->base.hold;
	tug_hold_get(&l->base.hold);
	(void)uv_timer_start(&l->deadline, on_deadline, url.wait_ms, 0);
	r = begin(l, loop);
	if (r < 0) {
		ble_close(&l->base.link);
		return tug_ble_bus_error(-r, why, why_cap);
	}
	*out = &l->base.link;
	return TUG_OK;
}

const struct tug_scheme tug_scheme_ble = { .name = "ble", .open = scheme_open };
