/* SPDX-License-Identifier: Apache-2.0
 *
 * The check of well-formedness and the walk over whatever passes it: every item inside is well-formed too, and the
 * items fill the list or map.
 */
#include <stdlib.h>

#include <tug/smp_body.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void walk(struct tug_slice item, unsigned depth)
{
	struct tug_list it;
	struct tug_slice inner;
	bool map = (item.p[0] >> 5) == 5;
	int r = map ? tug_list_begin_map(item, &it) : tug_list_begin(item, &it);
	if (r == TUG_ETYPE) {
		return;
	}
	if (r != TUG_OK || depth >= TUG_CBOR_DEPTH) {
		abort();
	}
	const uint8_t *at = it.rest.p;
	unsigned n = 0;
	while ((r = tug_list_next(&it, &inner)) == 1) {
		if (inner.p != at || inner.len == 0) {
			abort();
		}
		at += inner.len;
		n++;
		walk(inner, depth + 1);
	}
	if (r != 0 || (map && n % 2 != 0) || (size_t)(item.p + item.len - at) > 1) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	size_t used = 0;
	int r = tug_cbor_check(tug_slice_of(data, len), &used);
	if (r == TUG_OK) {
		if (used == 0 || used > len) {
			abort();
		}
		walk(tug_slice_of(data, used), 0);
	} else if (r != TUG_ETRUNC && r != TUG_ECBOR && r != TUG_EDEPTH) {
		abort();
	}
	return 0;
}
