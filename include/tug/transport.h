/* SPDX-License-Identifier: Apache-2.0
 *
 * Links on the libuv loop: frames out, frames and log text in. One shape for serial, UDP, BLE and
 * the in-process virtual device. Host only; may allocate; callbacks run on the loop's thread.
 */
#ifndef TUG_TRANSPORT_H
#define TUG_TRANSPORT_H

#include <tug/base.h>

struct uv_loop_s;

#ifdef __cplusplus
extern "C" {
#endif

struct tug_link;

/** What a link tells its owner. After `down` nothing more is called. */
struct tug_link_events {
	/** The link is up; frames may be sent. */
	void (*up)(void *user);
	/** One whole frame arrived, borrowed. */
	void (*frame)(void *user, struct tug_slice frame);
	/** Text that is no SMP arrived (console lines), borrowed. May be NULL. */
	void (*text)(void *user, struct tug_slice text);
	/** The link failed or was closed by the other side: `err` and one sentence. The owner calls tug_link_close. */
	void (*down)(void *user, int err, const char *why);
	void *user; /**< passed to all */
};

/** What a kind of link provides; filled in by each transport. */
struct tug_link_ops {
	/** Send one frame, copied. TUG_OK, TUG_ETOOBIG, TUG_ECLOSED; TUG_EBUSY when the port takes nothing any more. */
	int (*send)(struct tug_link *l, struct tug_slice frame);
	/** Close and free; no callback after this returns. */
	void (*close)(struct tug_link *l);
};

/** Head of every link; a transport embeds it first. */
struct tug_link {
	const struct tug_link_ops *ops; /**< its functions */
	struct tug_link_events ev;      /**< its owner */
	uint32_t max_frame;             /**< largest request frame, 0 = no limit of its own */
	uint32_t assume_frame;          /**< frame size when the device does not tell */
	uint8_t overhead;               /**< octets of buf_size the carrier takes */
	uint32_t quiet_ms;              /**< silence after which the device drops a frame it holds in part; 0 = needs none */
	const char *hint;               /**< what the link noticed that may explain silence, NULL = nothing */
};

/** Send a frame. See struct tug_link_ops. */
int tug_link_send(struct tug_link *l, struct tug_slice frame);
/**
 * Close a link; NULL is fine. Allowed from inside any callback of the link. The memory goes when the
 * loop has run once more, so run the loop until nothing is left before uv_loop_close.
 */
void tug_link_close(struct tug_link *l);
/**
 * What the link noticed that may explain why nothing answers, as one sentence ("the host says that
 * nothing listens there"); "" when nothing. Forgotten when a frame arrives. Borrowed until the next callback.
 */
const char *tug_link_hint(const struct tug_link *l);

/** A kind of link by its URL scheme. */
struct tug_scheme {
	const char *name; /**< "udp" */
	/**
	 * Start to open. `rest` = the URL after "name:". `why` [why_cap] gets one sentence on failure.
	 * Result: TUG_OK with `*out`; then `up` or `down` follows from the loop, never from this call.
	 */
	int (*open)(struct uv_loop_s *loop, const char *rest, const struct tug_link_events *ev,
		    struct tug_link **out, char *why, size_t why_cap);
};

/** SMP over console or raw UART on a serial port: "serial:/dev/ttyACM0?baud=1000000&framing=raw". */
extern const struct tug_scheme tug_scheme_serial;
/** The serial port of a USB device: "usb:2fe3:0004[:IFACE][?serial=S]". */
extern const struct tug_scheme tug_scheme_usb;
/** SMP over UDP: "udp:HOST[:PORT]". */
extern const struct tug_scheme tug_scheme_udp;

/** Bluetooth LE through BlueZ: "ble:NAME", "ble:AA:BB:CC:DD:EE:FF", "?adapter=hci1&passkey=N&wait=MS". */
extern const struct tug_scheme tug_scheme_ble;

/** One serial port found by a scan. */
struct tug_port_info {
	char path[128];      /**< "/dev/ttyACM0" */
	char text[160];      /**< manufacturer, product; "" when unknown */
	char serial[64];     /**< USB serial number, "" when unknown */
	int vid;             /**< USB vendor id, -1 = no USB */
	int pid;             /**< USB product id, -1 = no USB */
	int iface;           /**< USB interface number, -1 = no USB or unknown */
};

/** List serial ports. Fills at most `cap` entries. Result: how many there are, or a negative error. */
int tug_serial_scan(struct tug_port_info *out, size_t cap);

/** What a Bluetooth scan looks for. */
struct tug_ble_scan_cfg {
	const char *adapter; /**< "hci1"; "" = the first that is switched on */
	uint32_t listen_ms;  /**< how long to listen */
};

/** One Bluetooth device with the SMP service. */
struct tug_ble_info {
	char address[24]; /**< "CE:71:DC:F2:77:E6" */
	char name[250];   /**< as advertised, "" when it tells none; any octets but NUL */
	int rssi;         /**< dBm, 0 = unknown */
	bool paired;      /**< BlueZ has a pairing with it */
};

/**
 * Listen for Bluetooth devices that advertise the SMP service, or had it when BlueZ last saw them connected.
 * Blocks for cfg->listen_ms. Fills at most `cap` entries. Result: how many there are, or a negative error with one
 * sentence in `why` [why_cap]: TUG_ENODEV (no daemon, no adapter), TUG_EACCESS, TUG_ELINK, TUG_ENOTIMPL (built without).
 */
int tug_ble_scan(const struct tug_ble_scan_cfg *cfg, struct tug_ble_info *out, size_t cap, char *why, size_t why_cap);

/** Device-side endpoints (virtual device): a UDP socket or a pty that carries frames to a server. */
struct tug_endpoint;

/** What an endpoint tells its owner. */
struct tug_endpoint_events {
	/**
	 * A packet arrived (UDP: whole datagram; pty: one decoded frame). `peer` identifies the sender
	 * until the next call.
	 */
	void (*packet)(void *user, struct tug_slice packet, const void *peer);
	void *user; /**< passed */
};

/** Where a UDP endpoint listens. */
struct tug_endpoint_udp_cfg {
	const char *host; /**< address or name of this machine */
	uint16_t port;    /**< 0 = any */
};

/** What a pty endpoint is like. */
struct tug_endpoint_pty_cfg {
	const char *link_path; /**< symlink to make, NULL = none; replaces one to another pty, anything else is TUG_EBUSY */
	bool raw;              /**< raw UART framing instead of console lines */
	uint32_t buf_size;     /**< octets of the receiver's buffer, of which console lines take 4 as on a real device */
};

/**
 * Open a UDP endpoint. `name` [name_cap] gets "127.0.0.1:PORT", on failure one sentence instead.
 * Errors: TUG_ELINK, TUG_EBUSY, TUG_EACCESS, TUG_EADDR.
 */
int tug_endpoint_udp(struct uv_loop_s *loop, const struct tug_endpoint_udp_cfg *cfg,
		     const struct tug_endpoint_events *ev, struct tug_endpoint **out, char *name, size_t name_cap);
/**
 * Open a pty that speaks console lines (or raw). `name` [name_cap] gets its path, on failure one sentence instead.
 * Errors: TUG_ELINK, TUG_EBUSY, TUG_EACCESS, TUG_EFILE.
 */
int tug_endpoint_pty(struct uv_loop_s *loop, const struct tug_endpoint_pty_cfg *cfg,
		     const struct tug_endpoint_events *ev, struct tug_endpoint **out, char *name, size_t name_cap);
/** Send one response frame to the peer of the last packet (or the last peer known). */
int tug_endpoint_send(struct tug_endpoint *e, struct tug_slice frame);
/** Write console text (pty: the line, LF ended; UDP: ignored). */
void tug_endpoint_text(struct tug_endpoint *e, struct tug_slice line);
/** Close and free; removes the symlink. NULL is fine. */
void tug_endpoint_close(struct tug_endpoint *e);

#ifdef __cplusplus
}
#endif
#endif
