/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the files of the ble: link: the bus on the loop, a model of BlueZ's objects, its errors as sentences,
 * pairing, the octets of the characteristic. Names and meanings are those of BlueZ's D-Bus API (org.bluez.*).
 * For this folder and its unit tests only.
 */
#ifndef TUG_TRANSPORT_BLE_PRIV_H
#define TUG_TRANSPORT_BLE_PRIV_H

#include <systemd/sd-bus.h>

#include "ble_frag_priv.h"
#include "link_priv.h"

/** The SMP service and its one characteristic, as BlueZ writes UUIDs. */
#define TUG_BLE_SERVICE "8d53dc1d-1db7-4cd3-868b-8a527460aa84"
#define TUG_BLE_CHAR "da2e7828-fbce-4e01-ae9e-261174997c48"

/** A connection to the system bus, served by the loop. */
struct tug_ble_bus {
	sd_bus *bus;                         /**< NULL = closed */
	uv_poll_t poll;                      /**< its socket */
	uv_timer_t wake;                     /**< its time-outs and queued messages */
	uv_prepare_t prepare;                /**< looks at what it waits for, before each wait */
	int events;                          /**< what poll waits for */
	void (*lost)(void *user, int errnum); /**< the bus ended the connection */
	void *user;                          /**< passed to lost */
};

/** Connect to the system bus ($DBUS_SYSTEM_BUS_ADDRESS). `hold` keeps the memory. Result: 0 or -errno. */
int tug_ble_bus_open(struct tug_ble_bus *b, uv_loop_t *loop, struct tug_hold *hold);
/** End it: no callback of any pending call comes any more. Allowed inside them. */
void tug_ble_bus_close(struct tug_ble_bus *b);
/**
 * Start to look for LE devices on `adapter` (a path): filter and discovery. `smp_only` = those with the SMP service.
 * `done` gets the answer, or the error of the filter. Result: 0 or -errno.
 */
int tug_ble_discover(sd_bus *bus, const char *adapter, bool smp_only, sd_bus_message_handler_t done, void *user);
/** A sentence for an errno of the bus itself. Result: TUG_ENODEV, TUG_EACCESS or TUG_ELINK. */
int tug_ble_bus_error(int errnum, char *why, size_t why_cap);

/** Interfaces an object of BlueZ may have. */
enum tug_ble_iface {
	TUG_BLE_ADAPTER = 1, /**< org.bluez.Adapter1 */
	TUG_BLE_DEVICE = 2,  /**< org.bluez.Device1 */
	TUG_BLE_SERV = 4,    /**< org.bluez.GattService1 */
	TUG_BLE_CHRC = 8,    /**< org.bluez.GattCharacteristic1 */
};

/** Characteristic flags that matter here. */
enum tug_ble_flag {
	TUG_BLE_F_COMMAND = 1, /**< write-without-response */
	TUG_BLE_F_NOTIFY = 2,  /**< notify */
};

/** One object of BlueZ; what does not belong to its interface is zero. */
struct tug_ble_obj {
	char path[160];     /**< object path */
	unsigned ifaces;    /**< enum tug_ble_iface */
	char address[24];   /**< adapter, device */
	char name[250];     /**< device: its name, "" when unknown */
	char parent[160];   /**< device: adapter; service: device; characteristic: service */
	char uuid[40];      /**< service, characteristic */
	bool powered;       /**< adapter */
	bool connected;     /**< device */
	bool resolved;      /**< device: its services are known */
	bool paired;        /**< device */
	bool smp;           /**< device: advertises the SMP service, or had it */
	int16_t rssi;       /**< device: dBm, 0 = not seen at the moment or unknown */
	uint16_t mtu;       /**< characteristic: ATT_MTU, 0 = not told */
	unsigned flags;     /**< characteristic: enum tug_ble_flag */
};

/** What BlueZ has told of its objects. */
struct tug_ble_model {
	struct tug_ble_obj *v; /**< [n] */
	size_t n;              /**< objects */
	size_t cap;            /**< room */
	/** A notification by PropertiesChanged; may be NULL. */
	void (*value)(void *user, const struct tug_ble_obj *chrc, struct tug_slice data);
	void *user;            /**< passed to value */
};

/** Take in the answer of GetManagedObjects. Result: 0 or -errno (a malformed message). */
int tug_ble_model_objects(struct tug_ble_model *m, sd_bus_message *msg);
/** Take in a signal of BlueZ: InterfacesAdded, InterfacesRemoved, PropertiesChanged; others are ignored. */
int tug_ble_model_signal(struct tug_ble_model *m, sd_bus_message *msg);
/** The object at `path`, NULL when there is none. Borrowed until the next message. */
const struct tug_ble_obj *tug_ble_model_at(const struct tug_ble_model *m, const char *path);
/** The object with interface `iface`, of `parent`, with UUID `uuid`; NULL when there is none. */
const struct tug_ble_obj *tug_ble_model_child(const struct tug_ble_model *m, enum tug_ble_iface iface,
					      const char *parent, const char *uuid);
/** Free. */
void tug_ble_model_free(struct tug_ble_model *m);
/**
 * The adapter called `name` ("hci1"; "" = the first that is switched on).
 * Result: 0 with `*out`. Errors: TUG_ENODEV with a sentence: none, not that one, or switched off.
 */
int tug_ble_adapter(const struct tug_ble_model *m, const char *name, const struct tug_ble_obj **out, char *why,
		    size_t why_cap);
/**
 * The device that `url` names on adapter `adapter` (a path).
 * Result: 1 with `*out`, 0 = not there yet. Errors: TUG_EADDR with a sentence: several that are near have that name.
 */
int tug_ble_device(const struct tug_ble_model *m, const char *adapter, const struct tug_url_ble *url,
		   const struct tug_ble_obj **out, char *why, size_t why_cap);

/** What was asked of BlueZ when it answered with an error. */
enum tug_ble_op {
	TUG_BLE_OP_LIST,     /**< GetManagedObjects */
	TUG_BLE_OP_DISCOVER, /**< StartDiscovery and its filter */
	TUG_BLE_OP_CONNECT,  /**< Device1.Connect */
	TUG_BLE_OP_PAIR,     /**< Device1.Pair */
	TUG_BLE_OP_NOTIFY,   /**< AcquireNotify, StartNotify */
	TUG_BLE_OP_WRITE,    /**< AcquireWrite, WriteValue */
};

/** What the caller should do about an error. */
enum tug_ble_next {
	TUG_BLE_FAIL,   /**< tell the sentence */
	TUG_BLE_PAIR,   /**< the device demands pairing */
	TUG_BLE_OTHER,  /**< this way is not offered: use the other one */
	TUG_BLE_BUSY,   /**< it is under way already: wait for its result */
};

/** An error of BlueZ or of the bus, understood. */
struct tug_ble_verdict {
	enum tug_ble_next next; /**< what to do */
	int err;                /**< TUG_E... */
	const char *cause;      /**< what happened, after "BLE_NAME: " */
	const char *remedy;     /**< what to do about it */
};

/** Look an error up; every name has a verdict. `text` is its message, may be NULL. */
struct tug_ble_verdict tug_ble_error(const char *name, const char *text, enum tug_ble_op op);

/** Answers BlueZ's questions while it pairs, for one device. */
struct tug_ble_agent {
	sd_bus_slot *slot;   /**< its object, NULL = none */
	bool has_passkey;    /**< passkey is set */
	uint32_t passkey;    /**< 0..999999 */
	bool asked;          /**< the device wanted a passkey and there was none */
	const char *device;  /**< path of the only device it answers for, borrowed */
};

/** Offer the agent on `bus` and register it with BlueZ; `done` gets the answer. Result: 0 or -errno. */
int tug_ble_agent_register(struct tug_ble_agent *a, sd_bus *bus, sd_bus_message_handler_t done, void *user);
/** Take it back. */
void tug_ble_agent_drop(struct tug_ble_agent *a);

#endif
