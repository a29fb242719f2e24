/* SPDX-License-Identifier: Apache-2.0
 *
 * Draws what the flash of a virtual device holds: parts, images, trailers, erased sectors. Reads only. Called
 * by `tug vdev --map`.
 */
#include <stdlib.h>
#include <string.h>

#include "vdev_map_priv.h"

#define ROW 64u

/* A part of the flash as an io, so that the image reader works on it. */
struct part {
	struct tug_vdev *dev;
	const char *name;
	uint32_t off;
	uint32_t size;
	uint32_t image; /* octets of the image at its start, 0 = none */
	bool slot;
};

static int part_read(void *ctx, uint32_t off, void *dst, size_t len)
{
	const struct part *p = ctx;

	if (off > p->size || len > p->size - off) {
		return TUG_ETRUNC;
	}
	return tug_vdev_flash_read(p->dev, p->off + off, dst, len);
}

static const char *flag_name(enum tug_tri v)
{
	return v == TUG_GOOD ? "set" : v == TUG_BAD ? "bad" : "unset";
}

static void describe(struct tug_out *out, struct part *p, const struct tug_vdev_profile *prof)
{
	const struct tug_boot_cfg *boot = tug_vdev_boot_cfg(p->dev);
	struct tug_io io = { part_read, NULL, p, p->size, prof->write_size, prof->erased };
	struct tug_trailer_geo geo = tug_boot_geo(boot, p->size);
	char version[TUG_VERSION_TEXT];
	struct tug_trailer t;
	struct tug_image img;
	int err = tug_image_open(&img, &io, 0, TUG_IMG_CAN_ENCRYPTED | TUG_IMG_CAN_COMPRESSED);

	if (err == TUG_OK) {
		p->image = img.total;
		tug_version_format(&img.hdr.version, '+', version);
		tug_out_data(out, "  image %s, %u octets", version, img.total);
	} else {
		tug_out_data(out, "  %s", tug_strerror(err));
	}
	if (tug_trailer_read(&io, &geo, &t) == TUG_OK) {
		tug_out_data(out, "; trailer: magic %s, copy_done %s, image_ok %s",
			     t.magic == TUG_GOOD ? "good" : flag_name(t.magic), flag_name(t.copy_done),
			     flag_name(t.image_ok));
	}
	tug_out_data(out, "\n");
}

static char sector_mark(const struct part *p, uint32_t off, uint32_t sector, const uint8_t *octets, uint8_t erased)
{
	bool blank = true;

	for (uint32_t i = 0; i < sector && blank; i++) {
		blank = octets[i] == erased;
	}
	if (off < p->image) {
		return '#';
	}
	if (blank) {
		return '.';
	}
	return p->slot && off + sector >= p->size ? 'T' : '+';
}

static void draw(struct tug_out *out, const struct part *p, const struct tug_vdev_profile *prof)
{
	uint8_t *octets = malloc(prof->sector);
	char row[ROW + 1];
	uint32_t n = 0;

	for (uint32_t off = 0; octets != NULL && off + prof->sector <= p->size; off += prof->sector) {
		if (tug_vdev_flash_read(p->dev, p->off + off, octets, prof->sector) != TUG_OK) {
			break;
		}
		row[n++] = sector_mark(p, off, prof->sector, octets, prof->erased);
		if (n == ROW || off + 2 * prof->sector > p->size) {
			row[n] = '\0';
			tug_out_data(out, "  %s\n", row);
			n = 0;
		}
	}
	free(octets);
}

void tug_vdev_map(struct tug_out *out, const struct tug_vdev_profile *p, struct tug_vdev *dev)
{
	struct part parts[] = {
		{ dev, "bootloader", 0, p->pri_off, 0, false },
		{ dev, "primary slot", p->pri_off, p->pri_size, 0, true },
		{ dev, "secondary slot", p->sec_off, p->sec_size, 0, true },
		{ dev, "storage", p->storage_off, p->storage_size, 0, false },
	};

	tug_out_data(out, "%s: %s\n", p->name, p->text);
	tug_out_data(out, "# image  T trailer  + other data  . erased; one character is a sector of %u octets\n", p->sector);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i].size == 0) {
			continue;
		}
		tug_out_data(out, "0x%06x  %s, %u octets\n", parts[i].off, parts[i].name, parts[i].size);
		if (parts[i].slot) {
			describe(out, &parts[i], p);
		}
		draw(out, &parts[i], p);
	}
}
