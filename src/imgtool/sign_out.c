/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how a signed image is padded and saved. Refuses to sign. Called by sign.c and the command line; allocates,
 * blocks on the disk.
 */
#include <stdlib.h>
#include <string.h>

#include "sign_priv.h"

/* ---- padding ------------------------------------------------------------------------------------------- */

/* The end of a padded slot: offset of the first octet that is not fill, and the octets from there. */
struct tail {
	uint32_t ok_off;      /* image_ok cell, = magic_off when none is written */
	uint32_t magic_off;   /* the 16 octets */
	uint8_t ok[32];       /* cell */
	uint8_t ok_len;       /* 0 = none */
	uint8_t magic[16];
};

bool tug_sign_pads(const struct tug_sign_options *o)
{
	return (o->pad || o->test || o->confirm) && o->vector == TUG_VECTOR_NONE;
}

static int make_tail(size_t len, const struct tug_sign_options *o, struct tail *t, char *why)
{
	uint8_t align = tug_sign_max_align(o);
	struct tug_trailer_geo g = { .size = o->slot_size, .max_align = align };
	uint32_t trailer = tug_sign_trailer_size(o);

	memset(t, 0, sizeof(*t));
	if (o->slot_size < trailer || len > o->slot_size - trailer) {
		return tug_why(why, TUG_EIMGSIZE, "the image (%zu octets) and its trailer (%u) do not fit a slot of %u octets",
			       len, trailer, o->slot_size);
	}
	/* places count from the end of the slot, whatever its size is a multiple of */
	memcpy(t->magic, tug_trailer_magic(align), sizeof(t->magic));
	if (o->big_endian && align > 8) {
		tug_put_be16(t->magic, align);
	}
	t->magic_off = o->slot_size - 16u;
	t->ok_off = o->slot_size - tug_trailer_magic_size(&g) - align;
	if ((o->test || o->confirm) && !o->overwrite_only) {
		t->ok_len = align;
		memset(t->ok, o->erased, sizeof(t->ok));
		t->ok[0] = o->confirm ? 0x01 : o->erased;
	}
	return TUG_OK;
}

int tug_sign_pad(struct tug_file *image, const struct tug_sign_options *o, char *why)
{
	struct tail t;
	uint8_t *p;

	if (!tug_sign_pads(o)) {
		return TUG_OK;
	}
	int rc = make_tail(image->data.len, o, &t, why);
	if (rc != TUG_OK) {
		return rc;
	}
	p = realloc(image->data.p, (size_t)o->slot_size + 1);
	if (p == NULL) {
		return tug_why(why, TUG_ENOSPACE, "out of memory for a slot of %u octets", o->slot_size);
	}
	memset(p + image->data.len, o->erased, o->slot_size - image->data.len);
	if (t.ok_len > 0) {
		memcpy(p + t.ok_off, t.ok, t.ok_len);
	}
	memcpy(p + t.magic_off, t.magic, 16);
	p[o->slot_size] = 0;
	image->data.p = p;
	image->data.len = o->slot_size;
	return TUG_OK;
}

static int put_fill(struct tug_sink sink, uint8_t value, uint32_t len)
{
	uint8_t block[16384];
	int rc = TUG_OK;

	memset(block, value, sizeof(block));
	while (rc == TUG_OK && len > 0) {
		uint32_t n = len < sizeof(block) ? len : (uint32_t)sizeof(block);

		rc = sink.put(sink.ctx, block, n);
		len -= n;
	}
	return rc;
}

int tug_sign_put_tail(const struct tug_sign_options *o, uint32_t len, struct tug_sink sink, char *why)
{
	struct tail t;
	uint32_t first;
	int rc;

	if (!tug_sign_pads(o)) {
		return TUG_OK;
	}
	rc = make_tail(len, o, &t, why);
	if (rc != TUG_OK) {
		return rc;
	}
	first = t.ok_len > 0 ? t.ok_off : t.magic_off;
	rc = put_fill(sink, o->erased, first - len);
	if (rc == TUG_OK && t.ok_len > 0) {
		rc = sink.put(sink.ctx, t.ok, t.ok_len);
		rc = rc == TUG_OK ? put_fill(sink, o->erased, t.magic_off - first - t.ok_len) : rc;
	}
	return rc == TUG_OK ? sink.put(sink.ctx, t.magic, sizeof(t.magic)) : rc;
}

/* ---- saving --------------------------------------------------------------------------------------------- */

static int save_hex(const char *path, const struct tug_file *image, const struct tug_sign_options *o, char *why)
{
	uint32_t addr = o->has_hex_addr ? o->hex_addr : image->addr;
	struct tug_ihex_part parts[3];
	struct tug_octets text = { 0 };
	struct tail t;
	size_t n = 0;
	int rc;

	if (!o->has_hex_addr && !image->has_addr) {
		return tug_why(why, TUG_EINVAL, "%s needs an address, and the binary input has none; give --hex-addr", path);
	}
	if (o->slot_size > UINT32_MAX - addr) {
		return tug_why(why, TUG_ERANGE, "address 0x%x plus the slot of %u octets leaves 32 bits", addr, o->slot_size);
	}
	parts[n++] = (struct tug_ihex_part){ addr, tug_slice_of(image->data.p, image->data.len) };
	if (tug_sign_pads(o)) {
		rc = make_tail(image->data.len, o, &t, why);
		if (rc != TUG_OK) {
			return rc;
		}
		if (t.ok_len > 0) {
			parts[n++] = (struct tug_ihex_part){ addr + t.ok_off, tug_slice_of(t.ok, t.ok_len) };
		}
		parts[n++] = (struct tug_ihex_part){ addr + t.magic_off, tug_slice_of(t.magic, 16) };
	}
	rc = tug_ihex_format(parts, n, &text, why);
	if (rc == TUG_OK) {
		rc = tug_file_write(path, tug_slice_of(text.p, text.len), TUG_FILE_PUBLIC, why);
	}
	tug_octets_free(&text);
	return rc;
}

static int save_bin(const char *path, const struct tug_file *image, const struct tug_sign_options *o, char *why)
{
	struct tug_file copy = *image;
	struct tug_text t = { 0 };
	int rc;

	tug_text_add(&t, image->data.p, image->data.len);
	if (tug_text_take(&t, &copy.data) != TUG_OK) {
		return tug_why(why, TUG_ENOSPACE, "out of memory");
	}
	rc = tug_sign_pad(&copy, o, why);
	if (rc == TUG_OK) {
		rc = tug_file_write(path, tug_slice_of(copy.data.p, copy.data.len), TUG_FILE_PUBLIC, why);
	}
	tug_file_free(&copy);
	return rc;
}

int tug_sign_save(const char *path, const struct tug_file *image, const struct tug_sign_options *o, char *why)
{
	return tug_path_is_hex(path) ? save_hex(path, image, o, why) : save_bin(path, image, o, why);
}
