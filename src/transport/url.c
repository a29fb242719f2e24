/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides what a device address says and which sentence a wrong one deserves. Refuses to know
 * whether such a device exists. Called by the openers of this folder and by the fuzz target.
 */
#include "url_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAUD_DEFAULT 115200u
#define BAUD_MIN 50u
#define BAUD_MAX 50000000u
#define PACE_MAX 1000u

int tug_why_v(char *why, size_t why_cap, int err, const char *fmt, va_list ap)
{
	if (!why || !why_cap)
		return err;
	(void)vsnprintf(why, why_cap, fmt, ap);
	for (char *c = why; *c; c++) {
		if ((unsigned char)*c < 0x20u || *c == 0x7f)
			*c = '?';
	}
	return err;
}

int tug_link_why(char *why, size_t why_cap, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)tug_why_v(why, why_cap, err, fmt, ap);
	va_end(ap);
	return err;
}

/* Digits of `base` and nothing else; the value must lie in min..max. */
static bool number(const char *s, int base, unsigned long min, unsigned long max, unsigned long *out)
{
	const char *digits = base == 16 ? "0123456789abcdefABCDEF" : "0123456789";
	size_t len = strlen(s);

	if (!len || len > 10 || strspn(s, digits) != len)
		return false;
	*out = strtoul(s, NULL, base);
	return *out >= min && *out <= max;
}

/* Copy `len` characters of `s`; false when they do not fit. */
static bool copy(char *dst, size_t cap, const char *s, size_t len)
{
	if (len >= cap)
		return false;
	memcpy(dst, s, len);
	dst[len] = 0;
	return true;
}

static int port_number(const char *s, uint16_t *port, char *why, size_t why_cap)
{
	unsigned long v;

	if (!number(s, 10, 1, 65535, &v))
		return tug_link_why(why, why_cap, TUG_EADDR, "'%.40s' is not a UDP port; use 1 to 65535, as in udp:HOST:1337", s);
	*port = (uint16_t)v;
	return TUG_OK;
}

static int udp_bracketed(const char *rest, struct tug_url_udp *u, char *why, size_t why_cap)
{
	const char *end = strchr(rest, ']');

	if (!end)
		return tug_link_why(why, why_cap, TUG_EADDR, "the bracket of the IPv6 address is not closed; write udp:[::1]:1337");
	if (end == rest + 1 || !copy(u->host, sizeof(u->host), rest + 1, (size_t)(end - rest - 1)) ||
	    strspn(rest + 1, "0123456789abcdefABCDEF:.") == 0)
		return tug_link_why(why, why_cap, TUG_EADDR, "there is no IPv6 address in the brackets; write udp:[::1]:1337");
	if (!end[1])
		return TUG_OK;
	if (end[1] != ':')
		return tug_link_why(why, why_cap, TUG_EADDR, "'%.40s' follows the IPv6 address; write udp:[::1]:1337", end + 1);
	return port_number(end + 2, &u->port, why, why_cap);
}

static int udp_plain(const char *rest, struct tug_url_udp *u, char *why, size_t why_cap)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	const char *colon = strchr(rest, ':');
	size_t len = colon ? (size_t)(colon - rest) : strlen(rest);

	if (colon && strchr(colon + 1, ':'))
		return tug_link_why(why, why_cap, TUG_EADDR, "an IPv6 address stands in brackets: udp:[::1]:1337");
	if (!len)
		return tug_link_why(why, why_cap, TUG_EADDR, "no host is given; write udp:HOST or udp:HOST:PORT");
	if (strspn(rest, ok) < len || !copy(u->host, sizeof(u->host), rest, len))
		return tug_link_why(why, why_cap, TUG_EADDR,
			       "'%.*s' is not a host name or address; write udp:HOST or udp:HOST:PORT",
			       (int)(len < 60 ? len : 60), rest);
	return colon ? port_number(colon + 1, &u->port, why, why_cap) : TUG_OK;
}

int tug_url_udp_parse(const char *rest, struct tug_url_udp *out, char *why, size_t why_cap)
{
	struct tug_url_udp u = { .port = TUG_UDP_PORT };
	int err;

	if (strchr(rest, '?'))
		return tug_link_why(why, why_cap, TUG_EADDR, "udp: takes no options after '?'; write udp:HOST or udp:HOST:PORT");
	err = rest[0] == '[' ? udp_bracketed(rest, &u, why, why_cap) : udp_plain(rest, &u, why, why_cap);
	if (!err)
		*out = u;
	return err;
}

/* One option of a serial port, already split into key and value. */
static int serial_option(const char *key, const char *val, struct tug_url_serial *s, char *why, size_t why_cap)
{
	unsigned long v;

	if (strcmp(key, "baud") == 0) {
		if (!number(val, 10, BAUD_MIN, BAUD_MAX, &v))
			return tug_link_why(why, why_cap, TUG_EADDR, "baud=%.40s: use %u to %u bits per second", val, BAUD_MIN,
				       BAUD_MAX);
		s->baud = (uint32_t)v;
		return TUG_OK;
	}
	if (strcmp(key, "pace") == 0) {
		if (!number(val, 10, 0, PACE_MAX, &v))
			return tug_link_why(why, why_cap, TUG_EADDR, "pace=%.40s: use 0 to %u ms between lines", val, PACE_MAX);
		s->pace_ms = (uint16_t)v;
		return TUG_OK;
	}
	if (strcmp(key, "framing") == 0) {
		if (strcmp(val, "raw") != 0 && strcmp(val, "console") != 0)
			return tug_link_why(why, why_cap, TUG_EADDR, "framing=%.40s: use console or raw", val);
		s->raw = val[0] == 'r';
		return TUG_OK;
	}
	return tug_link_why(why, why_cap, TUG_EADDR, "option '%.40s' is not known; there are baud, framing and pace", key);
}

/* Options "k=v&k=v"; `usb` is NULL for serial:, else takes serial=. */
static int options(const char *q, struct tug_url_serial *s, struct tug_url_usb *usb, char *why, size_t why_cap)
{
	while (*q) {
		size_t len = strcspn(q, "&");
		char item[128];
		char *eq;
		int err = TUG_OK;

		if (!copy(item, sizeof(item), q, len))
			return tug_link_why(why, why_cap, TUG_EADDR, "option '%.40s...' is too long", q);
		eq = strchr(item, '=');
		if (!eq)
			return tug_link_why(why, why_cap, TUG_EADDR, "option '%.40s' has no value; write name=value", item);
		*eq = 0;
		if (!usb || strcmp(item, "serial") != 0)
			err = serial_option(item, eq + 1, s, why, why_cap);
		else if (!eq[1] || !copy(usb->serial, sizeof(usb->serial), eq + 1, strlen(eq + 1)))
			err = tug_link_why(why, why_cap, TUG_EADDR, "serial=%.40s: give the board's USB serial number", eq + 1);
		if (err)
			return err;
		q += len;
		q += *q == '&';
	}
	return TUG_OK;
}

int tug_url_serial_parse(const char *rest, struct tug_url_serial *out, char *why, size_t why_cap)
{
	struct tug_url_serial s = { .baud = BAUD_DEFAULT };
	size_t len = strcspn(rest, "?");
	int err = TUG_OK;

	if (!len)
		return tug_link_why(why, why_cap, TUG_EADDR,
			       "no port is given; write serial:/dev/ttyACM0 (`tug scan` lists the ports)");
	if (!copy(s.path, sizeof(s.path), rest, len))
		return tug_link_why(why, why_cap, TUG_EADDR, "the path of the serial port is too long");
	if (rest[len])
		err = options(rest + len + 1, &s, NULL, why, why_cap);
	if (!err)
		*out = s;
	return err;
}

/* "VID:PID[:IFACE]" in `id`, which is cut up. */
static int usb_ids(char *id, struct tug_url_usb *u, char *why, size_t why_cap)
{
	char *pid = strchr(id, ':');
	char *iface = pid ? strchr(pid + 1, ':') : NULL;
	unsigned long v = 0, p = 0, i = 0;

	if (pid)
		*pid++ = 0;
	if (iface)
		*iface++ = 0;
	if (!number(id, 16, 0, 0xffff, &v))
		return tug_link_why(why, why_cap, TUG_EADDR, "'%.40s' is not a USB vendor id; write usb:2fe3:0004 (hex)", id);
	if (!pid || !number(pid, 16, 0, 0xffff, &p))
		return tug_link_why(why, why_cap, TUG_EADDR, "'%.40s' is not a USB product id; write usb:2fe3:0004 (hex)",
			       pid ? pid : "");
	if (iface && !number(iface, 10, 0, 255, &i))
		return tug_link_why(why, why_cap, TUG_EADDR, "'%.40s' is not a USB interface number; use 0 to 255", iface);
	u->vid = (uint16_t)v;
	u->pid = (uint16_t)p;
	u->iface = iface ? (int)i : -1;
	return TUG_OK;
}

int tug_url_usb_parse(const char *rest, struct tug_url_usb *out, char *why, size_t why_cap)
{
	struct tug_url_usb u = { .iface = -1, .port = { .baud = BAUD_DEFAULT } };
	size_t len = strcspn(rest, "?");
	char id[64];
	int err = TUG_OK;

	u.any = len == 0;
	if (!copy(id, sizeof(id), rest, len))
		return tug_link_why(why, why_cap, TUG_EADDR, "'%.40s...' is too long for USB ids; write usb:2fe3:0004 (hex)", rest);
	if (!u.any)
		err = usb_ids(id, &u, why, why_cap);
	if (!err && rest[len])
		err = options(rest + len + 1, &u.port, &u, why, why_cap);
	if (!err)
		*out = u;
	return err;
}
