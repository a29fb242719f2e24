/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how trailer fields are read and in which order an application writes them. Refuses to
 * know what a bootloader does with them. Blocks as long as the medium does; not reentrant per slot.
 */
#include <string.h>

#include "image_priv.h"

#define FLAG_SET 0x01u
/* Largest cell: the magic with BOOT_MAX_ALIGN 32. */
#define CELL_MAX 32u

static bool geo_ok(const struct tug_io *io, const struct tug_trailer_geo *g)
{
	return (g->max_align == 8 || g->max_align == 16 || g->max_align == 32) && g->size <= io->size &&
	       g->size >= tug_trailer_size(g);
}

static bool all_are(const uint8_t *p, size_t len, uint8_t value)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] != value) {
			return false;
		}
	}
	return true;
}

static enum tug_tri decode_magic(const uint8_t raw[TUG_TRAILER_MAGIC_LEN], uint8_t max_align, uint8_t erased)
{
	if (memcmp(raw, tug_trailer_magic(max_align), TUG_TRAILER_MAGIC_LEN) == 0) {
		return TUG_GOOD;
	}
	return all_are(raw, TUG_TRAILER_MAGIC_LEN, erased) ? TUG_UNSET : TUG_BAD;
}

static enum tug_tri decode_flag(uint8_t raw, uint8_t erased)
{
	return raw == FLAG_SET ? TUG_GOOD : raw == erased ? TUG_UNSET : TUG_BAD;
}

static void decode_swap_info(uint8_t raw, uint8_t erased, struct tug_trailer *t)
{
	uint8_t type = raw & 0x0fu;

	t->swap_type = TUG_SWAP_NONE;
	t->image_num = 0;
	if (raw != erased && type >= TUG_SWAP_NONE && type <= TUG_SWAP_REVERT) {
		t->swap_type = type;
		t->image_num = (uint8_t)(raw >> 4);
	}
}

int tug_trailer_read(const struct tug_io *io, const struct tug_trailer_geo *g, struct tug_trailer *t)
{
	uint8_t magic[TUG_TRAILER_MAGIC_LEN];
	uint8_t size[4];
	uint8_t ok = 0, done = 0, info = 0;
	int rc;

	if (!geo_ok(io, g)) {
		return TUG_EINVAL;
	}
	rc = io->read_at(io->ctx, g->size - TUG_TRAILER_MAGIC_LEN, magic, sizeof(magic));
	if (rc == TUG_OK) {
		rc = io->read_at(io->ctx, tug_trailer_image_ok_off(g), &ok, 1);
	}
	if (rc == TUG_OK) {
		rc = io->read_at(io->ctx, tug_trailer_copy_done_off(g), &done, 1);
	}
	if (rc == TUG_OK) {
		rc = io->read_at(io->ctx, tug_trailer_swap_info_off(g), &info, 1);
	}
	if (rc == TUG_OK) {
		rc = io->read_at(io->ctx, tug_trailer_swap_size_off(g), size, sizeof(size));
	}
	if (rc != TUG_OK) {
		return rc;
	}
	t->magic = decode_magic(magic, g->max_align, io->erased);
	t->image_ok = decode_flag(ok, io->erased);
	t->copy_done = decode_flag(done, io->erased);
	decode_swap_info(info, io->erased, t);
	t->swap_size = tug_le32(size);
	return TUG_OK;
}

int tug_trailer_read_running(const struct tug_io *io, const struct tug_trailer_geo *g, struct tug_trailer *t)
{
	uint8_t unit[CELL_MAX];
	int rc = tug_trailer_read(io, g, t);
	size_t n = io->write_size == 0 ? 1u : io->write_size;

	/* a write unit larger than the flag's cell is no geometry a flag could be written in */
	if (rc != TUG_OK || t->image_ok != TUG_UNSET || n > sizeof(unit) || n > g->max_align) {
		return rc;
	}
	rc = io->read_at(io->ctx, tug_trailer_image_ok_off(g), unit, n);
	if (rc == TUG_OK && !all_are(unit, n, io->erased)) {
		t->image_ok = TUG_BAD;
	}
	return rc;
}

/* Write `len` octets at `off` in one call, filled up to whole write units with the erased value. */
static int write_cell(const struct tug_io *io, const struct tug_trailer_geo *g, uint32_t off, const uint8_t *p,
		      size_t len)
{
	uint8_t cell[CELL_MAX];
	uint32_t unit = io->write_size == 0 ? 1u : io->write_size;
	uint32_t n = tug_align_up((uint32_t)len, unit);

	if (!geo_ok(io, g) || io->write_at == NULL) {
		return TUG_EINVAL;
	}
	/* a write larger than its cell would program the neighbour field */
	if (unit > g->max_align || n > sizeof(cell) || n > tug_align_up((uint32_t)len, g->max_align)) {
		return TUG_EALIGN;
	}
	memset(cell, io->erased, sizeof(cell));
	memcpy(cell, p, len);
	return io->write_at(io->ctx, off, cell, n);
}

int tug_trailer_write_magic(const struct tug_io *io, const struct tug_trailer_geo *g)
{
	uint8_t cell[CELL_MAX];
	uint32_t size = tug_trailer_magic_size(g);

	if (size > sizeof(cell)) {
		return TUG_EINVAL;
	}
	memset(cell, io->erased, sizeof(cell));
	memcpy(cell + size - TUG_TRAILER_MAGIC_LEN, tug_trailer_magic(g->max_align), TUG_TRAILER_MAGIC_LEN);
	return write_cell(io, g, tug_trailer_magic_off(g), cell, size);
}

int tug_trailer_write_flag(const struct tug_io *io, const struct tug_trailer_geo *g, uint32_t off)
{
	const uint8_t set = FLAG_SET;

	return write_cell(io, g, off, &set, 1);
}

int tug_trailer_write_swap_info(const struct tug_io *io, const struct tug_trailer_geo *g, uint8_t type, uint8_t image)
{
	const uint8_t info = (uint8_t)((type & 0x0fu) | ((unsigned)image << 4));

	if (type > 0x0fu || image > 0x0fu) {
		return TUG_EINVAL;
	}
	return write_cell(io, g, tug_trailer_swap_info_off(g), &info, 1);
}

int tug_trailer_write_swap_size(const struct tug_io *io, const struct tug_trailer_geo *g, uint32_t size)
{
	uint8_t raw[4];

	tug_put_le32(raw, size);
	return write_cell(io, g, tug_trailer_swap_size_off(g), raw, sizeof(raw));
}

/* The whole cell is written; behind a shorter key it is 0xff, whatever the erased value is, as MCUboot fills it. */
int tug_trailer_write_key(const struct tug_io *io, const struct tug_trailer_geo *g, unsigned which, const uint8_t *key)
{
	uint8_t cell[CELL_MAX];
	uint32_t n = tug_align_up(g->key_size, g->max_align);

	if (n == 0 || n > sizeof(cell)) {
		return TUG_EINVAL;
	}
	memset(cell, 0xff, sizeof(cell));
	memcpy(cell, key, g->key_size);
	return write_cell(io, g, tug_trailer_key_off(g, which), cell, n);
}

int tug_trailer_read_key(const struct tug_io *io, const struct tug_trailer_geo *g, unsigned which, uint8_t *key)
{
	if (g->key_size == 0 || g->key_size > CELL_MAX || !geo_ok(io, g)) {
		return TUG_EINVAL;
	}
	return io->read_at(io->ctx, tug_trailer_key_off(g, which), key, g->key_size);
}

int tug_set_pending(const struct tug_io *sec, const struct tug_trailer_geo *g, bool permanent, uint8_t image)
{
	struct tug_trailer t;
	int rc = tug_trailer_read(sec, g, &t);

	if (rc != TUG_OK) {
		return rc;
	}
	if (t.magic != TUG_UNSET) {
		return t.magic == TUG_GOOD ? TUG_OK : TUG_ETRAILER;
	}
	rc = tug_trailer_write_magic(sec, g);
	if (rc == TUG_OK && permanent) {
		rc = tug_trailer_write_flag(sec, g, tug_trailer_image_ok_off(g));
	}
	if (rc == TUG_OK) {
		rc = tug_trailer_write_swap_info(sec, g, permanent ? TUG_SWAP_PERM : TUG_SWAP_TEST, image);
	}
	return rc;
}

int tug_set_confirmed(const struct tug_io *pri, const struct tug_trailer_geo *g)
{
	struct tug_trailer t;
	int rc = tug_trailer_read_running(pri, g, &t);

	if (rc != TUG_OK) {
		return rc;
	}
	if (t.magic == TUG_BAD) {
		return TUG_ETRAILER;
	}
	if (t.magic == TUG_UNSET || t.image_ok != TUG_UNSET) {
		return TUG_OK;
	}
	return tug_trailer_write_flag(pri, g, tug_trailer_image_ok_off(g));
}
