/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides which adapter and which device an address means, among those BlueZ has told of. Pure.
 * Called by the ble: link and the scan.
 */
#include "ble_priv.h"

#include <string.h>

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int tug_ble_adapter(const struct tug_ble_model *m, const char *name, const struct tug_ble_obj **out, char *why,
		    size_t why_cap)
{
	const struct tug_ble_obj *off = NULL;
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++) {
		const struct tug_ble_obj *o = &m->v[i];

		if (!(o->ifaces & TUG_BLE_ADAPTER))
			continue;
		n++;
		if (name[0] && strcmp(name, base_name(o->path)) != 0)
			continue;
		if (o->powered) {
			*out = o;
			return TUG_OK;
		}
		off = o;
	}
	if (off)
		return tug_link_why(why, why_cap, TUG_ENODEV,
				    "the Bluetooth adapter %s is switched off: bluetoothctl power on; where that fails, "
				    "`rfkill list` shows whether it is blocked",
				    base_name(off->path));
	if (n)
		return tug_link_why(why, why_cap, TUG_ENODEV,
				    "there is no Bluetooth adapter %s; `bluetoothctl list` shows those that are there", name);
	return tug_link_why(why, why_cap, TUG_ENODEV,
			    "this machine has no Bluetooth adapter that BlueZ knows; plug one in, or pass it into the "
			    "virtual machine");
}

static bool named(const struct tug_ble_obj *o, const struct tug_url_ble *url)
{
	return url->is_address ? strcasecmp(o->address, url->name) == 0 : strcmp(o->name, url->name) == 0;
}

/* Connected is better than near, near than known from before. */
static unsigned rank(const struct tug_ble_obj *o)
{
	return o->connected ? 2 : o->rssi != 0;
}

int tug_ble_device(const struct tug_ble_model *m, const char *adapter, const struct tug_url_ble *url,
		   const struct tug_ble_obj **out, char *why, size_t why_cap)
{
	const struct tug_ble_obj *best = NULL, *rival = NULL;

	for (size_t i = 0; i < m->n; i++) {
		const struct tug_ble_obj *o = &m->v[i];

		if (!(o->ifaces & TUG_BLE_DEVICE) || strcmp(o->parent, adapter) != 0 || !named(o, url))
			continue;
		if (!best || rank(o) > rank(best)) {
			best = o;
			rival = NULL;
		} else if (rank(o) == rank(best) && rank(o) > 0) {
			rival = o;
		}
	}
	if (rival)
		return tug_link_why(why, why_cap, TUG_EADDR,
				    "several devices are called '%s': ble:%s and ble:%s; give the address instead of the name",
				    url->name, best->address, rival->address);
	*out = best;
	return best ? 1 : 0;
}
