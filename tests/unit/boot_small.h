/* SPDX-License-Identifier: Apache-2.0
 *
 * A small device with an old and a new image, for tests of the boot core. Included once per test program.
 */
#ifndef TUG_TEST_BOOT_SMALL_H
#define TUG_TEST_BOOT_SMALL_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/powerloss/world.h"

static const struct geometry geo_small = {
	"small", { { 1024, 22 } }, 1, 4, 0xff, 1024, 8192, 10240, 8192, 32, 8, 20480, 1024,
};

static const struct tug_version v1 = { 1, 0, 0, 0 };
static const struct tug_version v2 = { 2, 3, 4, 7 };

static inline void make(struct world *w, const struct tug_boot_mode_ops *mode)
{
	world_make(w, &geo_small, mode, image_make(payload_old, 2000, 32, 0, v1), image_make(payload_new, 3000, 32, 0, v2));
}

static inline enum tug_swap_type boots(struct world *w, const struct test_image *img)
{
	struct tug_boot_rsp rsp;
	int rc = world_boot(w, &rsp);

	if (rc != TUG_OK) {
		fail_msg("%s\n%s", tug_err_name(rc), w->console);
	}
	assert_true(world_holds(w, &w->cfg.pri, img));
	return rsp.swapped;
}

static inline void expect_said(const struct world *w, const char *line)
{
	if (!world_said(w, line)) {
		fail_msg("missing: %s\n%s", line, w->console);
	}
}

static inline uint64_t ops(struct world *w)
{
	return tug_sim_flash_ops(w->flash);
}

#endif
