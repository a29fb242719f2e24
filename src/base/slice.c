/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparison of slices: same octets or not. Knows no meaning of them.
 * Anyone may call.
 */
#include <tug/base.h>

#include <string.h>

bool tug_slice_eq(struct tug_slice a, struct tug_slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool tug_slice_is(struct tug_slice a, const char *z)
{
	return tug_slice_eq(a, tug_slice_of(z, strlen(z)));
}
