/* SPDX-License-Identifier: Apache-2.0
 *
 * Read any octets as two trailers with any geometry, decide, and mark one: nothing may leave the area, and
 * what was marked must read back as marked.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/trailer.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define AREA 1024u

struct medium {
	uint8_t data[AREA];
};

static int read_at(void *ctx, uint32_t off, void *dst, size_t len)
{
	struct medium *m = ctx;

	if (off > AREA || len > AREA - off) {
		abort();
	}
	memcpy(dst, m->data + off, len);
	return TUG_OK;
}

static int write_at(void *ctx, uint32_t off, const void *src, size_t len)
{
	struct medium *m = ctx;

	if (off > AREA || len > AREA - off) {
		abort();
	}
	memcpy(m->data + off, src, len);
	return TUG_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct medium pri, sec;
	struct tug_trailer a, b;

	if (len < 8) {
		return 0;
	}
	struct tug_trailer_geo g = { .size = AREA, .max_sectors = data[0], .max_align = data[1], .write_size = data[2],
				     .states = data[3] & 3, .tlv_sizes = (data[3] & 4) != 0, .key_size = data[4] };
	uint8_t erased = (data[5] & 1) != 0 ? 0 : 0xff;
	struct tug_io pio = { read_at, write_at, &pri, AREA, data[6], erased };
	struct tug_io sio = { read_at, write_at, &sec, AREA, data[6], erased };
	memset(pri.data, erased, AREA);
	memset(sec.data, erased, AREA);
	/* the rest of the input ends both areas */
	size_t n = (len - 8) / 2 < 200 ? (len - 8) / 2 : 200;
	memcpy(pri.data + AREA - n, data + 8, n);
	memcpy(sec.data + AREA - n, data + 8 + n, n);
	if (tug_trailer_read(&pio, &g, &a) != TUG_OK || tug_trailer_read(&sio, &g, &b) != TUG_OK) {
		return 0;
	}
	enum tug_swap_type t = tug_swap_type_of(&a, &b, (data[5] & 2) != 0);
	if (t < TUG_SWAP_NONE || t > TUG_SWAP_REVERT) {
		abort();
	}
	int rc = tug_set_pending(&sio, &g, (data[5] & 4) != 0, data[7] & 15);
	if (rc == TUG_OK && (tug_trailer_read(&sio, &g, &b) != TUG_OK || b.magic != TUG_GOOD)) {
		abort();
	}
	/* a torn image_ok is no unset one: the boot core takes it as it is, and so does the confirm */
	if (tug_trailer_read_running(&pio, &g, &a) != TUG_OK) {
		return 0;
	}
	rc = tug_set_confirmed(&pio, &g);
	if (rc == TUG_OK && a.magic == TUG_GOOD && a.image_ok == TUG_UNSET &&
	    (tug_trailer_read(&pio, &g, &a) != TUG_OK || a.image_ok != TUG_GOOD)) {
		abort();
	}
	for (int mode = -1; mode <= 9; mode++) {
		if (tug_max_image_size((enum tug_boot_mode)mode, &g, AREA, AREA, data[7]) > AREA) {
			abort();
		}
	}
	return 0;
}
