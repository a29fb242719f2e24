/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides which serial ports there are and what is known of each. Opens none of them.
 * Called by whoever lists ports and by usb.c.
 */
#include <libserialport.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tug/transport.h>

#include "url_priv.h"

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

/* libserialport does not tell the interface number; the kernel does, next to the tty. */
static int interface_of(const char *path)
{
	const char *name = strrchr(path, '/');
	char file[300];
	unsigned v;
	FILE *f;
	int got;

	(void)snprintf(file, sizeof(file), "/sys/class/tty/%.100s/device/bInterfaceNumber", name ? name + 1 : path);
	f = fopen(file, "re");
	if (!f) {
		/* USB-serial converters have one level more */
		(void)snprintf(file, sizeof(file), "/sys/class/tty/%.100s/device/../bInterfaceNumber",
			       name ? name + 1 : path);
		f = fopen(file, "re");
	}
	if (!f)
		return -1;
	got = fscanf(f, "%2x", &v);
	(void)fclose(f);
	return got == 1 ? (int)v : -1;
}

static void fill(const struct sp_port *port, struct tug_port_info *out)
{
	const char *maker = or_empty(sp_get_port_usb_manufacturer(port));
	const char *product = or_empty(sp_get_port_usb_product(port));

	memset(out, 0, sizeof(*out));
	out->vid = -1;
	out->pid = -1;
	out->iface = -1;
	(void)tug_link_why(out->path, sizeof(out->path), 0, "%s", or_empty(sp_get_port_name(port)));
	if (sp_get_port_transport(port) != SP_TRANSPORT_USB) {
		(void)tug_link_why(out->text, sizeof(out->text), 0, "%s", or_empty(sp_get_port_description(port)));
		return;
	}
	if (sp_get_port_usb_vid_pid(port, &out->vid, &out->pid) != SP_OK) {
		out->vid = -1;
		out->pid = -1;
	}
	out->iface = interface_of(out->path);
	(void)tug_link_why(out->serial, sizeof(out->serial), 0, "%s", or_empty(sp_get_port_usb_serial(port)));
	(void)tug_link_why(out->text, sizeof(out->text), 0, "%s%s%s", maker, *maker && *product ? ", " : "", product);
}

int tug_serial_scan(struct tug_port_info *out, size_t cap)
{
	struct sp_port **ports = NULL;
	size_t n = 0;

	if (sp_list_ports(&ports) != SP_OK)
		return TUG_EIO;
	while (ports[n]) {
		if (n < cap)
			fill(ports[n], &out[n]);
		n++;
	}
	sp_free_port_list(ports);
	return (int)n;
}
