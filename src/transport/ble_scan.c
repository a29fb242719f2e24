/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how devices are looked for, and lists those with the SMP service: a short-lived loop of its own. Connects
 * to none. Called by whoever lists devices and by ble.c.
 */
#include "ble_priv.h"

#include <errno.h>
#include <string.h>

/* A scan that is under way. */
struct scan {
	struct tug_hold hold;
	struct tug_ble_bus bus;
	struct tug_ble_model model;
	uv_timer_t end;
	const struct tug_ble_scan_cfg *cfg;
	const struct tug_ble_obj *adapter;
	char path[160]; /* of the adapter */
	bool over;
	int err;
	char why[256];
};

static int append_filter(sd_bus_message *msg, bool smp_only)
{
	int r = sd_bus_message_open_container(msg, 'a', "{sv}");

	if (r >= 0)
		r = sd_bus_message_append(msg, "{sv}", "Transport", "s", "le");
	if (r >= 0 && smp_only)
		r = sd_bus_message_append(msg, "{sv}", "UUIDs", "as", 1, TUG_BLE_SERVICE);
	return r < 0 ? r : sd_bus_message_close_container(msg);
}

int tug_ble_discover(sd_bus *bus, const char *adapter, bool smp_only, sd_bus_message_handler_t done, void *user)
{
	sd_bus_message *msg = NULL;
	int r = sd_bus_message_new_method_call(bus, &msg, "org.bluez", adapter, "org.bluez.Adapter1", "SetDiscoveryFilter");

	if (r >= 0)
		r = append_filter(msg, smp_only);
	/* BlueZ answers in order: an adapter that takes no filter looks for everything */
	if (r >= 0)
		r = sd_bus_call_async(bus, NULL, msg, NULL, NULL, 0);
	(void)sd_bus_message_unref(msg);
	if (r >= 0)
		r = sd_bus_call_method_async(bus, NULL, "org.bluez", adapter, "org.bluez.Adapter1", "StartDiscovery", done,
					     user, "");
	return r < 0 ? r : 0;
}

static void stop(struct scan *s)
{
	if (s->over)
		return;
	s->over = true;
	tug_hold_close((uv_handle_t *)&s->end);
	tug_ble_bus_close(&s->bus);
}

static void fail(struct scan *s, int err, const char *cause, const char *remedy)
{
	s->err = tug_link_why(s->why, sizeof(s->why), err, "%s%s%s", cause, remedy[0] ? "; " : "", remedy);
	stop(s);
}

static void refused(struct scan *s, const sd_bus_error *e, enum tug_ble_op op)
{
	struct tug_ble_verdict v = tug_ble_error(e->name, e->message, op);

	if (op != TUG_BLE_OP_DISCOVER || v.next != TUG_BLE_BUSY)
		fail(s, v.err, v.cause, v.remedy);
}

static void lost(void *user, int errnum)
{
	struct scan *s = user;
	char why[200];
	int err = tug_ble_bus_error(errnum, why, sizeof(why));

	fail(s, err, why, "");
}

static int on_discovering(sd_bus_message *msg, void *user, sd_bus_error *unused)
{
	const sd_bus_error *e = sd_bus_message_get_error(msg);

	(void)unused;
	if (e)
		refused(user, e, TUG_BLE_OP_DISCOVER);
	return 0;
}

static int on_objects(sd_bus_message *msg, void *user, sd_bus_error *unused)
{
	struct scan *s = user;
	const sd_bus_error *e = sd_bus_message_get_error(msg);
	int r;

	(void)unused;
	if (e) {
		refused(s, e, TUG_BLE_OP_LIST);
		return 0;
	}
	r = tug_ble_model_objects(&s->model, msg);
	if (r < 0) {
		lost(s, -r);
		return 0;
	}
	s->err = tug_ble_adapter(&s->model, s->cfg->adapter, &s->adapter, s->why, sizeof(s->why));
	if (s->err) {
		stop(s);
		return 0;
	}
	(void)tug_link_why(s->path, sizeof(s->path), 0, "%s", s->adapter->path);
	r = tug_ble_discover(s->bus.bus, s->path, true, on_discovering, s);
	if (r < 0)
		lost(s, -r);
	return 0;
}

static int on_signal(sd_bus_message *msg, void *user, sd_bus_error *unused)
{
	struct scan *s = user;
	int r = tug_ble_model_signal(&s->model, msg);

	(void)unused;
	if (r < 0)
		lost(s, -r);
	return 0;
}

static void on_end(uv_timer_t *t)
{
	stop(TUG_CONTAINER(t, struct scan, end));
}

/* Everything is part of the caller's frame. */
static void on_released(void *self)
{
	(void)self;
}

static int begin(struct scan *s, uv_loop_t *loop)
{
	int r = tug_ble_bus_open(&s->bus, loop, &s->hold);

	if (r >= 0)
		r = sd_bus_add_match_async(s->bus.bus, NULL, "type='signal',sender='org.bluez'", on_signal, NULL, s);
	if (r >= 0)
		r = sd_bus_call_method_async(s->bus.bus, NULL, "org.bluez", "/", "org.freedesktop.DBus.ObjectManager",
					     "GetManagedObjects", on_objects, s, "");
	return r;
}

static size_t collect(const struct scan *s, struct tug_ble_info *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < s->model.n; i++) {
		const struct tug_ble_obj *o = &s->model.v[i];

		if (!(o->ifaces & TUG_BLE_DEVICE) || !o->smp || strcmp(o->parent, s->path) != 0)
			continue;
		if (n < cap) {
			(void)memcpy(out[n].address, o->address, sizeof(out[n].address));
			(void)memcpy(out[n].name, o->name, sizeof(out[n].name));
			out[n].rssi = o->rssi;
			out[n].paired = o->paired;
		}
		n++;
	}
	return n;
}

int tug_ble_scan(const struct tug_ble_scan_cfg *cfg, struct tug_ble_info *out, size_t cap, char *why, size_t why_cap)
{
	struct scan s;
	uv_loop_t loop;
	int r;

	memset(&s, 0, sizeof(s));
	if (uv_loop_init(&loop) != 0)
		return tug_link_why(why, why_cap, TUG_EINTERNAL, "no event loop");
	s.cfg = cfg;
	s.hold.release = on_released;
	s.bus.lost = lost;
	s.bus.user = &s;
	(void)uv_timer_init(&loop, &s.end);
	s.end.data = &s.hold;
	tug_hold_get(&s.hold);
	(void)uv_timer_start(&s.end, on_end, cfg->listen_ms, 0);
	r = begin(&s, &loop);
	if (r < 0)
		lost(&s, -r);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&loop);
	r = s.err ? tug_link_why(why, why_cap, s.err, "%s", s.why) : (int)collect(&s, out, cap);
	tug_ble_model_free(&s.model);
	return r;
}
