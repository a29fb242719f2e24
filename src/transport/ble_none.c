/* SPDX-License-Identifier: Apache-2.0
 *
 * The ble: link of a build without libsystemd: says so. Reached through tug_scheme_ble.
 */
#include "url_priv.h"

#include <tug/transport.h>

static const char missing[] = "this tug was built without Bluetooth; install libsystemd-dev and build it again";

static int scheme_open(struct uv_loop_s *loop, const char *rest, const struct tug_link_events *ev,
		       struct tug_link **out, char *why, size_t why_cap)
{
	struct tug_url_ble url;
	int err = tug_url_ble_parse(rest, &url, why, why_cap);

	(void)loop;
	(void)ev;
	(void)out;
	return err ? err : tug_link_why(why, why_cap, TUG_EADDR, "%s", missing);
}

int tug_ble_scan(const struct tug_ble_scan_cfg *cfg, struct tug_ble_info *out, size_t cap, char *why, size_t why_cap)
{
	(void)cfg;
	(void)out;
	(void)cap;
	return tug_link_why(why, why_cap, TUG_ENOTIMPL, "%s", missing);
}

const struct tug_scheme tug_scheme_ble = { .name = "ble", .open = scheme_open };
