/* SPDX-License-Identifier: Apache-2.0
 *
 * An org.bluez that does what the test says, on the system bus of the environment. One adapter, one device.
 */
#ifndef TUG_TEST_FAKE_BLUEZ_H
#define TUG_TEST_FAKE_BLUEZ_H

#include "src/transport/ble_priv.h"

#define FAKE_ADAPTER "/org/bluez/hci0"
#define FAKE_DEVICE "/org/bluez/hci0/dev_CE_71_DC_F2_77_E6"
#define FAKE_ADDRESS "CE:71:DC:F2:77:E6"
#define FAKE_SERVICE FAKE_DEVICE "/service000a"
#define FAKE_CHRC FAKE_SERVICE "/char000b"

/* An error to answer a method with. */
struct fake_error {
	const char *method; /* "Connect", NULL = none */
	const char *name;   /* of the error */
	const char *text;   /* its message */
};

/* What this BlueZ is like; zero = the usual one, whose device is found by discovery. */
struct fake_cfg {
	const char *name;        /* of the device, NULL = "Board" */
	bool off;                /* adapter is switched off */
	bool no_adapter;         /* there is none */
	bool known;              /* the device is there before any discovery */
	bool hidden;             /* it is never found */
	bool no_service;         /* it has no SMP */
	bool no_sockets;         /* AcquireNotify and AcquireWrite are not supported */
	bool lazy;               /* Connect never answers */
	bool paired;             /* it is paired, whatever that is worth */
	bool hangs_up;           /* it ends each connection before its services are known */
	bool demands;            /* the characteristic demands pairing */
	bool passkey;            /* ... with the passkey 123456 */
	uint16_t mtu;            /* 0 = 247 */
	const char *flag;        /* the only flag of the characteristic; NULL = both it should have */
	struct fake_error error; /* one method that fails */
};

/* Properties, where sd-bus reads them: int for b, pointers for s, o and as. */
struct fake_props {
	int powered, connected, resolved, paired;
	const char *adapter_address, *address, *name, *adapter, *device, *service, *service_uuid, *chrc_uuid;
	const char *uuid_list[2], *flag_list[3];
	const char *const *uuids, *const *flags;
	uint16_t mtu;
};

struct fake {
	struct fake_props props;
	uv_loop_t *loop;
	struct fake_cfg cfg;
	struct tug_hold hold;
	struct tug_ble_bus bus;
	bool owns; /* has the name org.bluez */
	bool found;
	uv_poll_t poll; /* far end of AcquireWrite */
	bool polled;
	int rx, tx; /* far ends of the sockets, -1 = none */
	bool notifying;
	sd_bus_message *pairing; /* Pair that waits for the agent */
	char agent[128], agent_of[64];
	/* what happened */
	unsigned connects, disconnects, discoveries, writes, commands, pairs;
	size_t longest;
	/* a piece arrived; the test answers with fake_notify */
	void (*write)(struct fake *f, struct tug_slice part);
	void *user;
};

/* Connect to the bus and take the name; RUN_UNTIL(f.owns). Result: 0 or -errno. */
int fake_start(struct fake *f, uv_loop_t *loop, const struct fake_cfg *cfg);
/* Leave the bus. */
void fake_stop(struct fake *f);
/* One notification. */
void fake_notify(struct fake *f, struct tug_slice part);
/* A frame as notifications of MTU - 3. */
void fake_notify_frame(struct fake *f, struct tug_slice frame);
/* The device hangs up. */
void fake_drop(struct fake *f);
/* The adapter loses its power. */
void fake_power_off(struct fake *f);

#endif
