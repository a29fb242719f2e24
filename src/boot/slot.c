/* SPDX-License-Identifier: Apache-2.0
 *
 * Touches flash for the update modes: erase, copy, status records. Decides nothing about updates. Blocks as long
 * as the flash does. Called by src/boot.
 */
#include <string.h>

#include "boot_priv.h"

void boot_feed(const struct boot *b)
{
	if (b->cfg->watchdog.feed != NULL) {
		b->cfg->watchdog.feed(b->cfg->watchdog.ctx);
	}
}

static int erase_forwards(struct boot *b, const struct tug_flash_area *a, uint32_t first, uint32_t end)
{
	struct tug_flash_sector s;

	for (uint32_t off = first; off < end; off = s.off + s.size) {
		int rc = tug_flash_sector_at(a, off, &s);

		if (rc == TUG_OK) {
			rc = tug_flash_erase(a, s.off, s.size);
		}
		if (rc != TUG_OK) {
			return rc;
		}
		boot_feed(b);
	}
	return TUG_OK;
}

static int erase_backwards(struct boot *b, const struct tug_flash_area *a, uint32_t first, uint32_t end)
{
	struct tug_flash_sector s;

	for (uint32_t off = end; off > first; off = s.off) {
		int rc = tug_flash_sector_at(a, off - 1u, &s);

		if (rc == TUG_OK) {
			rc = tug_flash_erase(a, s.off, s.size);
		}
		if (rc != TUG_OK) {
			return rc;
		}
		boot_feed(b);
	}
	return TUG_OK;
}

int boot_erase(struct boot *b, const struct tug_flash_area *a, uint32_t off, uint32_t len, bool backwards)
{
	struct tug_flash_sector s;
	uint32_t first;
	int rc;

	if (len == 0) {
		return TUG_OK;
	}
	rc = tug_flash_sector_at(a, off, &s);
	if (rc != TUG_OK) {
		return rc;
	}
	first = s.off;
	rc = tug_flash_sector_at(a, off + len - 1u, &s);
	if (rc != TUG_OK) {
		return rc;
	}
	return backwards ? erase_backwards(b, a, first, s.off + s.size) : erase_forwards(b, a, first, s.off + s.size);
}

int boot_copy(struct boot *b, const struct tug_flash_area *from, uint32_t from_off, const struct tug_flash_area *to,
	      uint32_t to_off, uint32_t len)
{
	uint32_t at = 0;

	while (at < len) {
		uint32_t n = len - at < TUG_BOOT_CHUNK ? len - at : TUG_BOOT_CHUNK;
		int rc = tug_flash_read(from, from_off + at, b->buf, n);

		if (rc == TUG_OK && b->cfg->enc != NULL) {
			rc = b->cfg->enc->ops->pass(b, from == &b->cfg->pri, to == &b->cfg->pri, to_off + at,
						    tug_buf_of(b->buf, n));
		}
		if (rc == TUG_OK) {
			rc = tug_flash_write(to, to_off + at, b->buf, n);
		}
		if (rc != TUG_OK) {
			return rc;
		}
		boot_feed(b);
		at += n;
	}
	return TUG_OK;
}

int boot_crypt_begin(struct boot *b)
{
	return b->cfg->enc != NULL ? b->cfg->enc->ops->begin(b) : TUG_OK;
}

int boot_crypt_resume(struct boot *b, struct boot_place pri, struct boot_place sec)
{
	return b->cfg->enc != NULL ? b->cfg->enc->ops->resume(b, pri, sec) : TUG_OK;
}

int boot_crypt_store(struct boot *b, const struct tug_io *io, const struct tug_trailer_geo *g)
{
	return b->cfg->enc != NULL ? b->cfg->enc->ops->store(b, io, g) : TUG_OK;
}

int boot_scrub_trailer(struct boot *b, const struct tug_flash_area *a)
{
	const struct tug_trailer_geo *g = a == &b->cfg->pri ? &b->pri_geo : &b->sec_geo;
	uint32_t start = tug_trailer_status_off(g);

	return boot_erase(b, a, start, a->size - start, true);
}

int boot_scrub_slot(struct boot *b, const struct tug_flash_area *a)
{
	return boot_erase(b, a, 0, a->size, false);
}

int boot_record(struct boot *b, uint32_t r, uint8_t value)
{
	uint8_t unit[TUG_UNIT_MAX];
	uint32_t w = b->pri_geo.write_size;
	int rc;

	memset(unit, b->pri.erased, sizeof(unit));
	unit[0] = value;
	rc = tug_flash_write(&b->cfg->pri, tug_trailer_status_off(&b->pri_geo) + r * w, unit, w);
	if (rc != TUG_OK && rc != TUG_EPOWER && b->cfg->validate_primary) {
		/* the swap itself still works; a cut from here on may cost the image, which verification finds */
		b->status_fails++;
		rc = TUG_OK;
	}
	return rc;
}

static bool is_erased(const uint8_t *p, size_t len, uint8_t erased)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] != erased) {
			return false;
		}
	}
	return true;
}

int boot_records_found(struct boot *b, uint32_t *found)
{
	uint8_t *buf = (uint8_t *)b->buf;
	uint32_t w = b->pri_geo.write_size;
	uint32_t at_once = TUG_BOOT_CHUNK / w;
	uint32_t left = (uint32_t)b->pri_geo.max_sectors * b->pri_geo.states;

	*found = 0;
	while (left > 0) {
		uint32_t n = left < at_once ? left : at_once;
		uint32_t off = tug_trailer_status_off(&b->pri_geo) + (left - n) * w;
		int rc = tug_flash_read(&b->cfg->pri, off, buf, (size_t)n * w);

		if (rc != TUG_OK) {
			return rc;
		}
		for (uint32_t i = n; i > 0; i--) {
			if (!is_erased(&buf[(size_t)(i - 1u) * w], w, b->pri.erased)) {
				*found = left - n + i;
				return TUG_OK;
			}
		}
		left -= n;
	}
	return TUG_OK;
}
