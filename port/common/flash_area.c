/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides whether an access stays inside its area and on the driver's grid, and erases one sector per call.
 * Refuses to know what is stored and which chip stores it. Called by boot, server and their tests.
 */
#include <tug/port/flash.h>

static bool inside(const struct tug_flash_area *a, uint32_t off, size_t len)
{
	if (a->off > a->dev->size || a->size > a->dev->size - a->off) {
		return false;
	}
	return off <= a->size && len <= a->size - off;
}

int tug_flash_read(const struct tug_flash_area *a, uint32_t off, void *dst, size_t len)
{
	if (!inside(a, off, len)) {
		return TUG_EBOUNDS;
	}
	if (len == 0) {
		return TUG_OK;
	}
	return a->dev->ops->read(a->dev->ctx, a->off + off, dst, len);
}

int tug_flash_write(const struct tug_flash_area *a, uint32_t off, const void *src, size_t len)
{
	uint32_t unit = a->dev->write_size;

	if (!inside(a, off, len)) {
		return TUG_EBOUNDS;
	}
	if (unit == 0 || (a->off + off) % unit != 0 || len % unit != 0) {
		return TUG_EALIGN;
	}
	if (len == 0) {
		return TUG_OK;
	}
	return a->dev->ops->write(a->dev->ctx, a->off + off, src, len);
}

int tug_flash_sector_at(const struct tug_flash_area *a, uint32_t off, struct tug_flash_sector *out)
{
	struct tug_flash_sector s;
	int rc;

	if (!inside(a, off, 1)) {
		return TUG_EBOUNDS;
	}
	rc = a->dev->ops->sector_at(a->dev->ctx, a->off + off, &s);
	if (rc != TUG_OK) {
		return rc;
	}
	/* A sector that sticks out of the area would take a neighbour's octets with it. */
	if (s.size == 0 || s.off < a->off || s.size > a->size || s.off - a->off > a->size - s.size) {
		return TUG_EALIGN;
	}
	out->off = s.off - a->off;
	out->size = s.size;
	return TUG_OK;
}

/* All edges are checked before the first octet is lost. */
static int on_sector_edges(const struct tug_flash_area *a, uint32_t off, uint32_t len)
{
	struct tug_flash_sector s;
	int rc = tug_flash_sector_at(a, off, &s);

	if (rc == TUG_OK && s.off != off) {
		rc = TUG_EALIGN;
	}
	if (rc == TUG_OK) {
		rc = tug_flash_sector_at(a, off + len - 1u, &s);
	}
	if (rc == TUG_OK && s.off + s.size != off + len) {
		rc = TUG_EALIGN;
	}
	return rc;
}

int tug_flash_erase(const struct tug_flash_area *a, uint32_t off, uint32_t len)
{
	struct tug_flash_sector s;
	uint32_t end = off + len;
	int rc;

	if (!inside(a, off, len)) {
		return TUG_EBOUNDS;
	}
	if (len == 0) {
		return TUG_OK;
	}
	rc = on_sector_edges(a, off, len);
	while (rc == TUG_OK && off < end) {
		rc = tug_flash_sector_at(a, off, &s);
		if (rc == TUG_OK) {
			rc = a->dev->ops->erase(a->dev->ctx, a->off + s.off, s.size);
			off = s.off + s.size;
		}
	}
	return rc;
}
