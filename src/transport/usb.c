/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides which serial port a "usb:" address means, anew at each open: after a reset the board's port
 * may have another name. Refuses to guess between equal boards. Reached through tug_scheme_usb.
 */
#include <stdio.h>
#include <string.h>

#include "link_priv.h"
#include "scan_priv.h"

#define PORTS_MAX 128

static bool matches(const struct tug_port_info *p, const struct tug_url_usb *url)
{
	if (p->vid < 0)
		return false;
	if (url->any)
		return !url->serial[0] || strcmp(url->serial, p->serial) == 0;
	return p->vid == url->vid && p->pid == url->pid && (url->iface < 0 || url->iface == p->iface) &&
	       (!url->serial[0] || strcmp(url->serial, p->serial) == 0);
}

/* One port as the address that names it, and what it is; "" when it did not fit. */
static void describe(const struct tug_port_info *p, char *out, size_t cap)
{
	char iface[16] = "";

	if (p->iface >= 0)
		(void)snprintf(iface, sizeof(iface), ":%d", p->iface);
	(void)snprintf(out, cap, "usb:%04x:%04x%s%s%s (%s%s%s)", (unsigned)p->vid, (unsigned)p->pid, iface,
		       p->serial[0] ? "?serial=" : "", p->serial, p->path, p->text[0] ? ", " : "", p->text);
}

/* The ports that `url` matches (NULL: all on USB), joined by "; ". */
static size_t list(const struct tug_port_info *ports, size_t n, const struct tug_url_usb *url, char *out, size_t cap)
{
	size_t found = 0, len = 0;

	out[0] = 0;
	for (size_t i = 0; i < n; i++) {
		char one[400];
		int w;

		if (url ? !matches(&ports[i], url) : ports[i].vid < 0)
			continue;
		describe(&ports[i], one, sizeof(one));
		w = snprintf(out + len, cap - len, "%s%s", found ? "; " : "", one);
		len = w < 0 || (size_t)w >= cap - len ? cap - 1 : len + (size_t)w;
		found++;
	}
	return found;
}

/* How the boards that match can be told apart. */
static const char *remedy(const struct tug_port_info *ports, size_t n, const struct tug_url_usb *url)
{
	const struct tug_port_info *first = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!matches(&ports[i], url))
			continue;
		if (first && strcmp(first->serial, ports[i].serial) != 0)
			return "add ?serial=S to name the board";
		first = &ports[i];
	}
	return "add :IFACE to name the interface, or use serial:PATH";
}

int tug_usb_pick(const struct tug_port_info *ports, size_t n, const struct tug_url_usb *url, char *why,
		 size_t why_cap)
{
	char there[2048];
	size_t found;

	if (url->any || list(ports, n, url, there, sizeof(there)) == 0) {
		bool some = list(ports, n, NULL, there, sizeof(there)) > 0;

		if (!some)
			return tug_link_why(why, why_cap, TUG_ENODEV,
				       "no USB serial port is connected; plug in the board, or name a port: serial:PATH");
		if (url->any)
			return tug_link_why(why, why_cap, TUG_EADDR, "say which USB device; there are: %s", there);
		return tug_link_why(why, why_cap, TUG_ENODEV, "no such USB device is connected; there are: %s", there);
	}
	found = list(ports, n, url, there, sizeof(there));
	if (found > 1)
		return tug_link_why(why, why_cap, TUG_EADDR, "%zu USB ports match, %s; there are: %s", found,
			       remedy(ports, n, url), there);
	for (size_t i = 0; i < n; i++) {
		if (matches(&ports[i], url))
			return (int)i;
	}
	return TUG_EINTERNAL;
}

static int scheme_open(struct uv_loop_s *loop, const char *rest, const struct tug_link_events *ev,
		       struct tug_link **out, char *why, size_t why_cap)
{
	struct tug_port_info ports[PORTS_MAX];
	struct tug_url_usb url;
	int n, at;
	int err = tug_url_usb_parse(rest, &url, why, why_cap);

	if (err)
		return err;
	n = tug_serial_scan(ports, PORTS_MAX);
	if (n < 0)
		return tug_link_why(why, why_cap, n, "cannot list the serial ports; name one: serial:PATH");
	at = tug_usb_pick(ports, (size_t)(n < PORTS_MAX ? n : PORTS_MAX), &url, why, why_cap);
	if (at < 0)
		return at;
	(void)memcpy(url.port.path, ports[at].path, sizeof(ports[at].path));
	return tug_serial_open(loop, &url.port, ev, out, why, why_cap);
}

const struct tug_scheme tug_scheme_usb = { .name = "usb", .open = scheme_open };
