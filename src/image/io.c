/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how octets in memory answer a read-at callback and that no read leaves the medium.
 * Knows nothing of images. Called by every reader of this folder; any context.
 */
#include <string.h>

#include "image_priv.h"

static int slice_read_at(void *ctx, uint32_t off, void *dst, size_t len)
{
	const struct tug_slice *s = (const struct tug_slice *)ctx;

	if (off > s->len || len > s->len - off) {
		return TUG_ETRUNC;
	}
	if (len > 0) {
		memcpy(dst, s->p + off, len);
	}
	return TUG_OK;
}

struct tug_io tug_io_of_slice(const struct tug_slice *data)
{
	struct tug_io io;

	io.read_at = slice_read_at;
	io.write_at = NULL;
	io.ctx = (void *)(uintptr_t)data; /* slice_read_at only reads it */
	io.size = data->len > UINT32_MAX ? UINT32_MAX : (uint32_t)data->len;
	io.write_size = 1;
	io.erased = 0xff;
	return io;
}

int tug_image_read(const struct tug_io *io, uint32_t base, uint32_t off, void *dst, size_t len)
{
	if (base > io->size || off > io->size - base || len > io->size - base - off) {
		return TUG_ETRUNC;
	}
	return io->read_at(io->ctx, base + off, dst, len);
}
