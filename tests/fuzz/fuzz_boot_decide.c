/* SPDX-License-Identifier: Apache-2.0
 *
 * Any octets as two trailers, read as the boot core reads them, and a decision. Aborts when a trial is forgotten, an
 * update starts without a mark, or octets in motion are left alone.
 */
#include <stdlib.h>
#include <string.h>

#include "src/boot/boot_priv.h"

#define AREA 1024u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(const struct boot_view *v, struct boot_decision d)
{
	const struct tug_trailer *p = &v->pri;
	const struct tug_trailer *s = &v->sec;
	bool goes_on = d.kind == BOOT_RESUME || d.kind == BOOT_START;

	if ((d.kind == BOOT_NOTHING) != (d.type == TUG_SWAP_NONE) || (goes_on && !(v->swaps && boot_began(p)))) {
		abort();
	}
	if (p->magic != TUG_GOOD && s->magic != TUG_GOOD && d.kind != BOOT_NOTHING) {
		abort();
	}
	if (!v->swaps) {
		return;
	}
	if (p->magic == TUG_GOOD && p->copy_done != TUG_UNSET && p->image_ok == TUG_UNSET && s->magic != TUG_GOOD &&
	    d.type != TUG_SWAP_REVERT) {
		abort();
	}
	if (boot_began(p) && v->records == BOOT_RECORDS_SOME && s->magic != TUG_GOOD && d.kind != BOOT_RESUME) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tug_trailer_geo g = { .size = AREA, .max_sectors = 16, .max_align = 8, .write_size = 4, .states = 3 };
	uint8_t area[2][AREA];
	struct boot_view v;
	size_t n;

	if (len < 2) {
		return 0;
	}
	n = (len - 2u) / 2u < 64u ? (len - 2u) / 2u : 64u;
	for (unsigned i = 0; i < 2; i++) {
		struct tug_slice s = tug_slice_of(area[i], AREA);
		struct tug_io io = tug_io_of_slice(&s);

		io.erased = (data[0] & 1u) != 0 ? 0x00 : 0xff;
		memset(area[i], io.erased, AREA);
		memcpy(&area[i][AREA - n], data + 2u + i * n, n);
		if ((data[0] & (2u << i)) != 0) {
			memcpy(&area[i][AREA - 16u], tug_trailer_magic(8), 16);
		}
		if (tug_trailer_read(&io, &g, i == 0 ? &v.pri : &v.sec) != TUG_OK) {
			abort();
		}
	}
	v.swaps = (data[0] & 8u) != 0;
	v.records = (enum boot_records)(data[1] % 3u);
	v.same_amount = (data[1] & 0x80u) != 0;
	check(&v, boot_decide(&v));
	return 0;
}
