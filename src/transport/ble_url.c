/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides what stands after "ble:" and which sentence a wrong address deserves. Needs no Bluetooth. Called by
 * the opener of the link and by the fuzz target.
 */
#include "url_priv.h"

#include <stdlib.h>
#include <string.h>

#define HOW "write ble:NAME or ble:AA:BB:CC:DD:EE:FF (`tug scan` lists what is near)"
#define WAIT_DEFAULT_MS 14000u
#define WAIT_MAX_MS 600000u

static int hex(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* "CE:71:DC:F2:77:E6" */
static bool address(const char *s)
{
	if (strlen(s) != 17)
		return false;
	for (int i = 0; i < 17; i++) {
		if (i % 3 == 2 ? s[i] != ':' : hex(s[i]) < 0)
			return false;
	}
	return true;
}

/* Undo %3F and the like: a name may hold any character. False when cut off, too long or a control character. */
static bool unescape(const char *s, size_t len, char *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '%') {
			if (len - i < 3 || hex(s[i + 1]) < 0 || hex(s[i + 2]) < 0)
				return false;
			c = (char)(hex(s[i + 1]) * 16 + hex(s[i + 2]));
			i += 2;
		}
		if ((unsigned char)c < 0x20u || c == 0x7f || n + 1 >= cap)
			return false;
		out[n++] = c;
	}
	out[n] = 0;
	return n > 0;
}

/* Decimal digits only, at most `max`. */
static bool decimal(const char *s, size_t len, uint32_t max, uint32_t *out)
{
	uint32_t v = 0;

	if (!len || len > 7)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10u + (uint32_t)(s[i] - '0');
	}
	*out = v;
	return v <= max;
}

/* "hci" and a number. */
static bool adapter(const char *s, size_t len, struct tug_url_ble *u)
{
	uint32_t n;

	if (len < 4 || len >= sizeof(u->adapter) || memcmp(s, "hci", 3) != 0 || !decimal(s + 3, len - 3, 65535, &n))
		return false;
	memcpy(u->adapter, s, len);
	u->adapter[len] = 0;
	return true;
}

static int option(const char *s, size_t len, struct tug_url_ble *u, char *why, size_t why_cap)
{
	const char *eq = memchr(s, '=', len);
	size_t key = eq ? (size_t)(eq - s) : len;
	const char *val = eq ? eq + 1 : s + len;
	size_t n = len - (size_t)(val - s);
	int show = (int)(n < 40 ? n : 40);

	if (key == 7 && memcmp(s, "adapter", key) == 0)
		return adapter(val, n, u) ? TUG_OK
					  : tug_link_why(why, why_cap, TUG_EADDR, "adapter=%.*s: use hci0, hci1, ...", show, val);
	if (key == 7 && memcmp(s, "passkey", key) == 0) {
		u->has_passkey = decimal(val, n, 999999, &u->passkey);
		return u->has_passkey ? TUG_OK : tug_link_why(why, why_cap, TUG_EADDR, "passkey: use 0 to 999999");
	}
	if (key == 4 && memcmp(s, "wait", key) == 0)
		return decimal(val, n, WAIT_MAX_MS, &u->wait_ms) && u->wait_ms
			       ? TUG_OK
			       : tug_link_why(why, why_cap, TUG_EADDR, "wait=%.*s: use 1 to %u ms", show, val, WAIT_MAX_MS);
	return tug_link_why(why, why_cap, TUG_EADDR, "option '%.*s' is not known; there are adapter, passkey and wait",
			    (int)(key < 40 ? key : 40), s);
}

int tug_url_ble_parse(const char *rest, struct tug_url_ble *out, char *why, size_t why_cap)
{
	struct tug_url_ble u = { .wait_ms = WAIT_DEFAULT_MS };
	size_t len = strcspn(rest, "?");
	const char *q = rest + len;

	if (!len)
		return tug_link_why(why, why_cap, TUG_EADDR, "no device is given; " HOW);
	if (!unescape(rest, len, u.name, sizeof(u.name)))
		return tug_link_why(why, why_cap, TUG_EADDR, "'%.*s' is no device's name or address; " HOW,
				    (int)(len < 40 ? len : 40), rest);
	u.is_address = address(u.name);
	while (*q) {
		size_t n = strcspn(++q, "&");
		int err = n || q[n] ? option(q, n, &u, why, why_cap) : TUG_OK;

		if (err)
			return err;
		q += n;
	}
	*out = u;
	return TUG_OK;
}
