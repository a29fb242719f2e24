/* SPDX-License-Identifier: Apache-2.0
 *
 * Any text as a udp:, serial:, usb: or ble: address: read or refused with a printable sentence, and what was
 * read is inside its documented range.
 */
#include <stdlib.h>
#include <string.h>

#include "src/transport/url_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void expect(bool ok)
{
	if (!ok)
		abort();
}

/* A refusal has a sentence without control characters; its length respects the room. */
static void sentence(int err, const char *why, size_t cap)
{
	size_t n = strlen(why);

	expect(err == TUG_OK || err == TUG_EADDR);
	expect(n < cap && (n > 0) == (err != TUG_OK));
	for (size_t i = 0; i < n; i++)
		expect((unsigned char)why[i] >= 0x20 && why[i] != 0x7f);
}

static void port(const struct tug_url_serial *s)
{
	expect(s->baud >= 50 && s->baud <= 50000000 && s->pace_ms <= 1000);
	expect(memchr(s->path, 0, sizeof(s->path)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tug_url_udp u;
	struct tug_url_serial s;
	struct tug_url_usb b;
	struct tug_url_ble e;
	char why[160];
	char *z = malloc(len + 1);

	if (!z)
		return 0;
	memcpy(z, data, len);
	z[len] = 0;
	memset(why, 0, sizeof(why));
	int err = tug_url_udp_parse(z, &u, why, sizeof(why));
	sentence(err, why, sizeof(why));
	if (!err)
		expect(u.port > 0 && u.host[0] && memchr(u.host, 0, sizeof(u.host)));
	memset(why, 0, sizeof(why));
	err = tug_url_serial_parse(z, &s, why, sizeof(why));
	sentence(err, why, sizeof(why));
	if (!err) {
		port(&s);
		expect(s.path[0]);
	}
	memset(why, 0, sizeof(why));
	err = tug_url_usb_parse(z, &b, why, sizeof(why));
	sentence(err, why, sizeof(why));
	if (!err) {
		port(&b.port);
		expect(b.iface >= -1 && b.iface <= 255 && memchr(b.serial, 0, sizeof(b.serial)));
	}
	memset(why, 0, sizeof(why));
	err = tug_url_ble_parse(z, &e, why, sizeof(why));
	sentence(err, why, sizeof(why));
	if (!err) {
		expect(e.name[0] && memchr(e.name, 0, sizeof(e.name)) && memchr(e.adapter, 0, sizeof(e.adapter)));
		expect(e.passkey <= 999999 && e.wait_ms > 0 && e.wait_ms <= 600000);
	}
	free(z);
	return 0;
}
