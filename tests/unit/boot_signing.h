/* SPDX-License-Identifier: Apache-2.0
 *
 * Images for tests of the boot core that check signatures. Included once per test program, with boot_small.h.
 */
#ifndef TUG_TEST_BOOT_SIGNING_H
#define TUG_TEST_BOOT_SIGNING_H

#include <stdlib.h>
#include <string.h>

#include <tug/imgtool.h>

#include "tests/unit/boot_small.h"

/* What tug_sign() makes of `in`, in memory as world_make() takes it. */
static inline struct test_image image_sign(struct tug_file *in, const struct tug_sign_options *o)
{
	struct tug_file out = { 0 };
	struct test_image img;
	char why[TUG_WHY_CAP];

	if (tug_sign(in, o, &out, why) != TUG_OK) {
		fail_msg("%s", why);
	}
	img.len = (uint32_t)out.data.len;
	img.bytes = malloc(img.len);
	assert_non_null(img.bytes);
	memcpy(img.bytes, out.data.p, img.len);
	tug_file_free(&out);
	return img;
}

#endif
