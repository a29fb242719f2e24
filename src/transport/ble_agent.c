/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides what BlueZ is told while it pairs: the passkey of the address, else a pairing that needs none. Answers
 * for one device only. Called by the ble: link when a characteristic demands pairing.
 */
#include "ble_priv.h"

#include <string.h>

#define AGENT_PATH "/org/tugboot/agent"

static int refuse(sd_bus_error *e)
{
	return sd_bus_error_set(e, "org.bluez.Error.Rejected", "not asked for");
}

/* True when the question is about our device; it is the first argument. */
static bool ours(const struct tug_ble_agent *a, sd_bus_message *msg)
{
	const char *path;

	return sd_bus_message_read_basic(msg, 'o', &path) > 0 && a->device && strcmp(path, a->device) == 0;
}

static int on_done(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	(void)user;
	(void)e;
	return sd_bus_reply_method_return(msg, NULL);
}

static int on_allow(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	return ours(user, msg) ? sd_bus_reply_method_return(msg, NULL) : refuse(e);
}

static int on_passkey(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	struct tug_ble_agent *a = user;

	if (!ours(a, msg))
		return refuse(e);
	a->asked = !a->has_passkey;
	return a->has_passkey ? sd_bus_reply_method_return(msg, "u", a->passkey) : refuse(e);
}

/* Both sides show a number: nobody is here to compare, unless it was given beforehand. */
static int on_confirm(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	struct tug_ble_agent *a = user;
	uint32_t shown;

	if (!ours(a, msg) || sd_bus_message_read_basic(msg, 'u', &shown) <= 0)
		return refuse(e);
	a->asked = !a->has_passkey;
	return a->has_passkey && shown == a->passkey ? sd_bus_reply_method_return(msg, NULL) : refuse(e);
}

static int on_refuse(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	(void)msg;
	(void)user;
	return refuse(e);
}

static const sd_bus_vtable agent_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Release", "", "", on_done, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Cancel", "", "", on_done, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RequestPinCode", "o", "s", on_refuse, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("DisplayPinCode", "os", "", on_refuse, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RequestPasskey", "o", "u", on_passkey, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("DisplayPasskey", "ouq", "", on_done, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RequestConfirmation", "ou", "", on_confirm, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("RequestAuthorization", "o", "", on_allow, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("AuthorizeService", "os", "", on_refuse, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END,
};

int tug_ble_agent_register(struct tug_ble_agent *a, sd_bus *bus, sd_bus_message_handler_t done, void *user)
{
	int r = sd_bus_add_object_vtable(bus, &a->slot, AGENT_PATH, "org.bluez.Agent1", agent_vtable, a);

	if (r < 0)
		return r;
	a->asked = false;
	return sd_bus_call_method_async(bus, NULL, "org.bluez", "/org/bluez", "org.bluez.AgentManager1", "RegisterAgent",
					done, user, "os", AGENT_PATH, a->has_passkey ? "KeyboardOnly" : "NoInputNoOutput");
}

void tug_ble_agent_drop(struct tug_ble_agent *a)
{
	a->slot = sd_bus_slot_unref(a->slot);
}
