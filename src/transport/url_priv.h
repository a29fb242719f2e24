/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands after "udp:", "serial:", "usb:" and "ble:" in a device address, read into structs.
 * Opens nothing and looks nothing up. For this folder, its tests and its fuzz target.
 */
#ifndef TUG_TRANSPORT_URL_PRIV_H
#define TUG_TRANSPORT_URL_PRIV_H

#include <stdarg.h>

#include <tug/base.h>

/** UDP port of an SMP server when the address gives none. */
#define TUG_UDP_PORT 1337u

/** "HOST[:PORT]". */
struct tug_url_udp {
	char host[256]; /**< name or literal, without brackets */
	uint16_t port;  /**< 1..65535 */
};

/** "PATH[?baud=N&framing=console|raw&pace=MS]". */
struct tug_url_serial {
	char path[512];   /**< as written; empty when it came from a usb: address */
	uint32_t baud;    /**< bits per second */
	uint16_t pace_ms; /**< pause after each line sent */
	bool raw;         /**< raw UART framing instead of console lines */
};

/** "VID:PID[:IFACE][?serial=S&...]" or nothing at all. */
struct tug_url_usb {
	bool any;                   /**< nothing was given: only good for a list */
	uint16_t vid;               /**< USB vendor id */
	uint16_t pid;               /**< USB product id */
	int iface;                  /**< USB interface number, -1 = not given */
	char serial[64];            /**< USB serial number, "" = not given */
	struct tug_url_serial port; /**< settings of the port, path empty */
};

/** "NAME" or "AA:BB:CC:DD:EE:FF", "?adapter=hciN&passkey=N&wait=MS"; %XX stands for any character of a name. */
struct tug_url_ble {
	char name[250];    /**< name or address, never empty */
	bool is_address;   /**< name has the shape of an address */
	char adapter[16];  /**< "hci1", "" = any */
	bool has_passkey;  /**< passkey was given */
	uint32_t passkey;  /**< 0..999999 */
	uint32_t wait_ms;  /**< how long finding and connecting may take */
};

/**
 * Read an address; `out` is filled only on success.
 * Result: TUG_OK. Errors: TUG_EADDR with one printable sentence in `why` [why_cap].
 */
int tug_url_udp_parse(const char *rest, struct tug_url_udp *out, char *why, size_t why_cap);
/** As tug_url_udp_parse, for serial:. */
int tug_url_serial_parse(const char *rest, struct tug_url_serial *out, char *why, size_t why_cap);
/** As tug_url_udp_parse, for usb:. */
int tug_url_usb_parse(const char *rest, struct tug_url_usb *out, char *why, size_t why_cap);
/** As tug_url_udp_parse, for ble:. */
int tug_url_ble_parse(const char *rest, struct tug_url_ble *out, char *why, size_t why_cap);

/**
 * Print one sentence into `why` (NULL is fine), control characters shown as '?', cut at `why_cap`.
 * Result: `err`, so that a caller can return it in the same line.
 */
int tug_link_why(char *why, size_t why_cap, int err, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/** As tug_link_why, with the arguments of somebody else's "...". */
int tug_why_v(char *why, size_t why_cap, int err, const char *fmt, va_list ap) __attribute__((format(printf, 4, 0)));

#endif
