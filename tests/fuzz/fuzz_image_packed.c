/* SPDX-License-Identifier: Apache-2.0
 *
 * Any octets as a compressed image: what opens is read once through, then here and there. What was read twice must be
 * the same; nothing outside the image may be touched.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/image_packed.h>
#include <tug/port/lzma.h>

#define LIMIT 1048576u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void read_through(struct tug_packed_view *v)
{
	uint8_t first[64], again[64], piece[1000];
	uint32_t head = v->total < sizeof(first) ? v->total : (uint32_t)sizeof(first);
	uint32_t at = v->total - head;
	int rc = v->io.read_at(v->io.ctx, at, first, head), other;

	for (uint32_t off = 0; off < v->total; off += sizeof(piece)) {
		uint32_t n = v->total - off < sizeof(piece) ? v->total - off : (uint32_t)sizeof(piece);

		if (v->io.read_at(v->io.ctx, off, piece, n) != TUG_OK) {
			break;
		}
	}
	other = v->io.read_at(v->io.ctx, at, again, head);
	if (rc != other || (rc == TUG_OK && memcmp(first, again, head) != 0)) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tug_slice s = tug_slice_of(data, len);
	struct tug_io io = tug_io_of_slice(&s);
	struct tug_packed_view v;
	struct tug_image img;
	struct tug_lzma lzma;
	void *mem;

	if (len > LIMIT || tug_image_open(&img, &io, 0, TUG_IMG_CAN_COMPRESSED) != TUG_OK) {
		return 0;
	}
	mem = malloc(TUG_LZMA_MEMORY);
	if (mem != NULL) {
		tug_lzma_init(&lzma, mem, TUG_LZMA_MEMORY);
		if (tug_packed_view_open(&v, &img, &lzma.port) == TUG_OK && v.total <= LIMIT) {
			read_through(&v);
		}
	}
	free(mem);
	return 0;
}
