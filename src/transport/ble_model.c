/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides what is known of BlueZ's objects: the answer of GetManagedObjects, kept true by its signals. Knows
 * no link and asks nothing. Called by the ble: link and the scan with each message.
 */
#include "ble_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* More objects than any sane bluetoothd has; a bound on what a broken one can make us keep. */
#define OBJECTS_MAX 4096u

enum kind { K_TEXT, K_BOOL, K_I16, K_U16, K_UUIDS, K_FLAGS };

static const char *const signatures[] = {
	[K_TEXT] = "s", [K_BOOL] = "b", [K_I16] = "n", [K_U16] = "q", [K_UUIDS] = "as", [K_FLAGS] = "as",
};

/* A property that is kept. */
struct field {
	unsigned iface;
	const char *name;
	enum kind kind;
	bool path; /* a text of type o */
	size_t at;
	size_t size;
};

#define FIELD(iface, name, kind, path, member)                                                                     \
	{ iface, name, kind, path, offsetof(struct tug_ble_obj, member), sizeof(((struct tug_ble_obj *)0)->member) }

static const struct field fields[] = {
	FIELD(TUG_BLE_ADAPTER, "Address", K_TEXT, false, address),
	FIELD(TUG_BLE_ADAPTER, "Powered", K_BOOL, false, powered),
	FIELD(TUG_BLE_DEVICE, "Address", K_TEXT, false, address),
	FIELD(TUG_BLE_DEVICE, "Name", K_TEXT, false, name),
	FIELD(TUG_BLE_DEVICE, "Adapter", K_TEXT, true, parent),
	FIELD(TUG_BLE_DEVICE, "Connected", K_BOOL, false, connected),
	FIELD(TUG_BLE_DEVICE, "ServicesResolved", K_BOOL, false, resolved),
	FIELD(TUG_BLE_DEVICE, "Paired", K_BOOL, false, paired),
	FIELD(TUG_BLE_DEVICE, "RSSI", K_I16, false, rssi),
	FIELD(TUG_BLE_DEVICE, "UUIDs", K_UUIDS, false, smp),
	FIELD(TUG_BLE_SERV, "UUID", K_TEXT, false, uuid),
	FIELD(TUG_BLE_SERV, "Device", K_TEXT, true, parent),
	FIELD(TUG_BLE_CHRC, "UUID", K_TEXT, false, uuid),
	FIELD(TUG_BLE_CHRC, "Service", K_TEXT, true, parent),
	FIELD(TUG_BLE_CHRC, "Flags", K_FLAGS, false, flags),
	FIELD(TUG_BLE_CHRC, "MTU", K_U16, false, mtu),
};

static unsigned iface_bit(const char *name)
{
	static const struct {
		const char *name;
		unsigned bit;
	} known[] = {
		{ "org.bluez.Adapter1", TUG_BLE_ADAPTER },
		{ "org.bluez.Device1", TUG_BLE_DEVICE },
		{ "org.bluez.GattService1", TUG_BLE_SERV },
		{ "org.bluez.GattCharacteristic1", TUG_BLE_CHRC },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(name, known[i].name) == 0)
			return known[i].bit;
	}
	return 0;
}

static struct tug_ble_obj *find(const struct tug_ble_model *m, const char *path)
{
	for (size_t i = 0; i < m->n; i++) {
		if (strcmp(m->v[i].path, path) == 0)
			return &m->v[i];
	}
	return NULL;
}

const struct tug_ble_obj *tug_ble_model_at(const struct tug_ble_model *m, const char *path)
{
	return find(m, path);
}

const struct tug_ble_obj *tug_ble_model_child(const struct tug_ble_model *m, enum tug_ble_iface iface,
					      const char *parent, const char *uuid)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct tug_ble_obj *o = &m->v[i];

		if ((o->ifaces & (unsigned)iface) && strcmp(o->parent, parent) == 0 && strcasecmp(o->uuid, uuid) == 0)
			return o;
	}
	return NULL;
}

/* The object at `path`, made when it is not there; NULL when there is no room or the path is none of ours. */
static struct tug_ble_obj *make(struct tug_ble_model *m, const char *path)
{
	struct tug_ble_obj *o = find(m, path);

	if (o || strlen(path) >= sizeof(o->path) || m->n >= OBJECTS_MAX)
		return o;
	if (m->n == m->cap) {
		size_t cap = m->cap ? 2 * m->cap : 32;
		struct tug_ble_obj *v = realloc(m->v, cap * sizeof(*v));

		if (!v)
			return NULL;
		m->v = v;
		m->cap = cap;
	}
	o = &m->v[m->n++];
	memset(o, 0, sizeof(*o));
	memcpy(o->path, path, strlen(path) + 1);
	return o;
}

/* The list of words inside an opened variant. */
static int read_words(sd_bus_message *msg, const struct field *f, void *at)
{
	const char *word;
	bool smp = false;
	unsigned flags = 0;
	int r = sd_bus_message_enter_container(msg, 'a', "s");

	while (r > 0 && (r = sd_bus_message_read(msg, "s", &word)) > 0) {
		smp = smp || strcasecmp(word, TUG_BLE_SERVICE) == 0;
		if (strcmp(word, "write-without-response") == 0)
			flags |= TUG_BLE_F_COMMAND;
		if (strcmp(word, "notify") == 0)
			flags |= TUG_BLE_F_NOTIFY;
	}
	if (r < 0)
		return r;
	if (f->kind == K_UUIDS)
		*(bool *)at = smp;
	else
		*(unsigned *)at = flags;
	return sd_bus_message_exit_container(msg);
}

static int read_plain(sd_bus_message *msg, const struct field *f, void *at)
{
	const char *text;
	int flag, r;

	switch (f->kind) {
	case K_TEXT:
		r = sd_bus_message_read_basic(msg, f->path ? 'o' : 's', &text);
		if (r > 0)
			(void)tug_link_why(at, f->size, 0, "%s", text);
		return r;
	case K_BOOL:
		r = sd_bus_message_read_basic(msg, 'b', &flag);
		if (r > 0)
			*(bool *)at = flag != 0;
		return r;
	case K_I16:
		return sd_bus_message_read_basic(msg, 'n', at);
	case K_U16:
		return sd_bus_message_read_basic(msg, 'q', at);
	case K_UUIDS:
	case K_FLAGS:
		return read_words(msg, f, at);
	}
	return -EINVAL;
}

static const struct field *field_of(unsigned iface, const char *name)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].iface == iface && strcmp(fields[i].name, name) == 0)
			return &fields[i];
	}
	return NULL;
}

/* The variant of one property; what is not kept, or has another type than it should, is skipped. */
static int read_property(sd_bus_message *msg, struct tug_ble_obj *o, unsigned iface, const char *name)
{
	const struct field *f = field_of(iface, name);
	const char *want = f ? (f->path ? "o" : signatures[f->kind]) : "";
	const char *sig;
	char type;
	int r = sd_bus_message_peek_type(msg, &type, &sig);

	if (r < 0)
		return r;
	if (!f || !sig || strcmp(sig, want) != 0)
		return sd_bus_message_skip(msg, "v");
	r = sd_bus_message_enter_container(msg, 'v', want);
	if (r > 0)
		r = read_plain(msg, f, (char *)o + f->at);
	return r < 0 ? r : sd_bus_message_exit_container(msg);
}

/* A notification: the value of a characteristic that changed. */
static int read_value(struct tug_ble_model *m, sd_bus_message *msg, const struct tug_ble_obj *o)
{
	const void *p = NULL;
	size_t len = 0;
	int r = sd_bus_message_enter_container(msg, 'v', "ay");

	if (r < 0)
		return sd_bus_message_skip(msg, "v");
	r = sd_bus_message_read_array(msg, 'y', &p, &len);
	if (r < 0)
		return r;
	r = sd_bus_message_exit_container(msg);
	if (r >= 0 && len)
		m->value(m->user, o, tug_slice_of(p, len));
	return r;
}

/* "a{sv}" of one interface. `live` = a change, not a state: values are notifications. */
static int read_properties(struct tug_ble_model *m, sd_bus_message *msg, struct tug_ble_obj *o, unsigned iface,
			   bool live)
{
	const char *name;
	int r = sd_bus_message_enter_container(msg, 'a', "{sv}");

	while (r >= 0 && (r = sd_bus_message_enter_container(msg, 'e', "sv")) > 0) {
		r = sd_bus_message_read_basic(msg, 's', &name);
		if (r < 0)
			return r;
		if (live && m->value && iface == TUG_BLE_CHRC && strcmp(name, "Value") == 0)
			r = read_value(m, msg, o);
		else
			r = read_property(msg, o, iface, name);
		if (r >= 0)
			r = sd_bus_message_exit_container(msg);
	}
	return r < 0 ? r : sd_bus_message_exit_container(msg);
}

/* "oa{sa{sv}}". */
static int read_object(struct tug_ble_model *m, sd_bus_message *msg)
{
	const char *path, *name;
	struct tug_ble_obj *o;
	int r = sd_bus_message_read_basic(msg, 'o', &path);

	if (r < 0)
		return r;
	o = strncmp(path, "/org/bluez/", 11) == 0 ? make(m, path) : NULL;
	if (!o)
		return sd_bus_message_skip(msg, "a{sa{sv}}");
	r = sd_bus_message_enter_container(msg, 'a', "{sa{sv}}");
	while (r >= 0 && (r = sd_bus_message_enter_container(msg, 'e', "sa{sv}")) > 0) {
		unsigned bit;

		r = sd_bus_message_read_basic(msg, 's', &name);
		if (r < 0)
			return r;
		bit = iface_bit(name);
		o->ifaces |= bit;
		r = bit ? read_properties(m, msg, o, bit, false) : sd_bus_message_skip(msg, "a{sv}");
		if (r >= 0)
			r = sd_bus_message_exit_container(msg);
	}
	return r < 0 ? r : sd_bus_message_exit_container(msg);
}

int tug_ble_model_objects(struct tug_ble_model *m, sd_bus_message *msg)
{
	int r = sd_bus_message_enter_container(msg, 'a', "{oa{sa{sv}}}");

	m->n = 0;
	while (r >= 0 && (r = sd_bus_message_enter_container(msg, 'e', "oa{sa{sv}}")) > 0) {
		r = read_object(m, msg);
		if (r >= 0)
			r = sd_bus_message_exit_container(msg);
	}
	return r < 0 ? r : 0;
}

static int read_removed(struct tug_ble_model *m, sd_bus_message *msg)
{
	const char *path, *name;
	struct tug_ble_obj *o;
	int r = sd_bus_message_read_basic(msg, 'o', &path);

	if (r < 0)
		return r;
	o = find(m, path);
	if (!o)
		return 0;
	r = sd_bus_message_enter_container(msg, 'a', "s");
	while (r >= 0 && (r = sd_bus_message_read_basic(msg, 's', &name)) > 0)
		o->ifaces &= ~iface_bit(name);
	if (!o->ifaces)
		*o = m->v[--m->n];
	return r < 0 ? r : 0;
}

static int read_changed(struct tug_ble_model *m, sd_bus_message *msg)
{
	const char *name;
	struct tug_ble_obj *o = find(m, sd_bus_message_get_path(msg));
	int r = sd_bus_message_read_basic(msg, 's', &name);

	if (r < 0 || !o || !iface_bit(name))
		return r;
	r = read_properties(m, msg, o, iface_bit(name), true);
	return r < 0 ? r : 0;
}

int tug_ble_model_signal(struct tug_ble_model *m, sd_bus_message *msg)
{
	if (sd_bus_message_is_signal(msg, "org.freedesktop.DBus.ObjectManager", "InterfacesAdded"))
		return read_object(m, msg);
	if (sd_bus_message_is_signal(msg, "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved"))
		return read_removed(m, msg);
	if (sd_bus_message_is_signal(msg, "org.freedesktop.DBus.Properties", "PropertiesChanged"))
		return read_changed(m, msg);
	return 0;
}

void tug_ble_model_free(struct tug_ble_model *m)
{
	free(m->v);
	m->v = NULL;
	m->n = 0;
	m->cap = 0;
}
