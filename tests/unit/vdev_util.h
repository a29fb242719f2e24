/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by the unit tests of src/vdev: a device in memory with defaults, a console that remembers, SMP requests.
 */
#ifndef VDEV_UTIL_H
#define VDEV_UTIL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tug/flash_io.h>
#include <tug/vdev.h>

#include "desk.h"
#include "src/vdev/vdev_priv.h"

/** Lines of a console, LF ended, with the prefix of their level. */
struct console {
	char text[16384];
	size_t len;
};

static inline void console_line(void *ctx, enum tug_log_level level, struct tug_slice text)
{
	static const char *const prefix[] = { "", "E: ", "W: ", "I: ", "D: " };
	struct console *c = ctx;
	int n = snprintf(&c->text[c->len], sizeof(c->text) - c->len, "%s%.*s\n", prefix[level], (int)text.len,
			 (const char *)text.p);

	c->len += n > 0 && c->len + (size_t)n < sizeof(c->text) ? (size_t)n : 0u;
}

static const struct tug_srv_group *const all_groups[] = { &tug_srv_os, &tug_srv_img, &tug_srv_zbasic };

/** A device: tiny, swap-move, zephyr-4.2, fresh. */
static inline struct tug_vdev_cfg plain_cfg(void)
{
	struct tug_vdev_cfg c;

	memset(&c, 0, sizeof(c));
	c.profile = tug_vdev_profile_find("tiny");
	c.mode = &tug_boot_swap_move;
	c.server = tug_server_profile_find("zephyr-4.2");
	c.groups = all_groups;
	c.n_groups = 3;
	c.state = TUG_VDEV_FRESH;
	c.boot_ms = 10;
	return c;
}

/** A desk with a new device, started up. The caller destroys desk.v. */
static inline struct desk desk_with(const struct tug_vdev_cfg *c)
{
	struct desk d;
	char why[256] = "";
	int rc;

	memset(&d, 0, sizeof(d));
	d.now_ms = 1000;
	rc = tug_vdev_create(c, d.now_ms, &d.v, why, sizeof(why));
	if (rc != TUG_OK) {
		fail_msg("tug_vdev_create: %d %s", rc, why);
	}
	desk_pass(&d, 1000);
	return d;
}

/** A request of the OS group without a body. */
static inline bool os_request(struct desk *d, uint8_t op, uint8_t id, struct tug_buf *rsp)
{
	uint8_t frame[] = { 0, 0, 0, 1, 0, 0, 9, 0, 0xa0 };

	frame[0] = (uint8_t)(8u | op);
	frame[7] = id;
	return desk_request(d, tug_slice_of(frame, sizeof(frame)), rsp);
}

/** Reset by the OS group, then time for the boot. */
static inline void reset(struct desk *d)
{
	uint8_t space[512];
	struct tug_buf b = tug_buf_of(space, sizeof(space));

	assert_true(os_request(d, TUG_SMP_WRITE, 5, &b));
	desk_pass(d, 2000);
}

/** "0:ac 1:p" = slots in the list and their flags: a active, c confirmed, p pending, P permanent. "?" = no answer. */
static inline const char *flags_of(struct desk *d, char out[64])
{
	struct tug_dev_state st;
	size_t at = 0;

	out[0] = '\0';
	if (!desk_list(d, &st)) {
		return "?";
	}
	for (uint8_t i = 0; i < st.n; i++) {
		const struct tug_slot_state *s = &st.slot[i];

		at += (size_t)snprintf(&out[at], 64 - at, "%s%u:%s%s%s%s", i > 0 ? " " : "", s->slot, s->active ? "a" : "",
				       s->confirmed ? "c" : "", s->pending ? "p" : "", s->permanent ? "P" : "");
	}
	return out;
}

#endif
