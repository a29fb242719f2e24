/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of include/tug/port/flash.h, tried on a device. Freestanding; refuses to know the chip. Called by a
 * porter's test firmware and by contract.c.
 */
#include "contract.h"

#include <string.h>

#include "findings.h"

#define BUF 256u
#define UNIT_MAX 32u

struct run {
	const struct flash_contract *c;
	struct findings found;
	uint8_t buf[BUF];
};

static const struct tug_flash *dev(const struct run *r)
{
	return r->c->dev;
}

static int read_at(struct run *r, uint32_t off, void *p, size_t n)
{
	return dev(r)->ops->read(dev(r)->ctx, off, p, n);
}

static int write_at(struct run *r, uint32_t off, const void *p, size_t n)
{
	return dev(r)->ops->write(dev(r)->ctx, off, p, n);
}

static bool sector(struct run *r, uint32_t off, struct tug_flash_sector *s)
{
	return dev(r)->ops->sector_at(dev(r)->ctx, off, s) == TUG_OK && s->size != 0;
}

static uint32_t end(const struct run *r)
{
	return r->c->off + r->c->size;
}

/* Value that octet `off` gets in round `round`: neighbours and rounds differ, and it is never the erased value. */
static uint8_t mark(const struct run *r, uint32_t off, uint32_t round)
{
	uint8_t v = (uint8_t)((off * 7u + (off >> 8) * 13u + round * 29u) & 0xffu);

	return v == dev(r)->erased ? 0x5a : v;
}

static bool erase_all(struct run *r)
{
	struct tug_flash_sector s;

	for (uint32_t off = r->c->off; off < end(r); off = s.off + s.size) {
		if (!sector(r, off, &s) || dev(r)->ops->erase(dev(r)->ctx, s.off, s.size) != TUG_OK) {
			return false;
		}
	}
	return true;
}

/* Every octet of [from, to): erased, or the mark of `round`. Gives the first that is not. */
static bool holds(struct run *r, uint32_t from, uint32_t to, bool erased, uint32_t round, uint32_t *bad)
{
	for (uint32_t off = from; off < to; off += BUF) {
		uint32_t n = to - off < BUF ? to - off : BUF;

		*bad = off;
		if (read_at(r, off, r->buf, n) != TUG_OK) {
			return false;
		}
		for (uint32_t i = 0; i < n; i++) {
			*bad = off + i;
			if (r->buf[i] != (erased ? dev(r)->erased : mark(r, off + i, round))) {
				return false;
			}
		}
	}
	return true;
}

static bool fill(struct run *r, uint32_t from, uint32_t to, uint32_t round, uint32_t chunk)
{
	for (uint32_t off = from; off < to; off += chunk) {
		uint32_t n = to - off < chunk ? to - off : chunk;

		for (uint32_t i = 0; i < n; i++) {
			r->buf[i] = mark(r, off + i, round);
		}
		if (write_at(r, off, r->buf, n) != TUG_OK) {
			return false;
		}
	}
	return true;
}

/* ---- rules ----------------------------------------------------------------------------------------- */

/* Only these two say whether the device can be touched at all. */
static bool description(struct run *r)
{
	uint32_t w = dev(r)->write_size;
	bool unit = w == 1 || w == 2 || w == 4 || w == 8 || w == 16 || w == 32;

	expect(&r->found, unit, "write_size is 1, 2, 4, 8, 16 or 32", w);
	expect(&r->found, dev(r)->erased == 0xff || dev(r)->erased == 0x00, "erased is 0xff or 0x00", dev(r)->erased);
	expect(&r->found, r->c->size > 0 && r->c->off <= dev(r)->size && r->c->size <= dev(r)->size - r->c->off,
	       "the range lies on the device", r->c->off);
	return r->found.broken == 0;
}

static bool sector_map(struct run *r)
{
	struct tug_flash_sector s = { 0, 0 };
	struct tug_flash_sector t = { 0, 0 };
	uint32_t n = 0;

	for (uint32_t off = r->c->off; off < end(r); off = s.off + s.size) {
		if (!sector(r, off, &s)) {
			broke(&r->found, "sector_at answers on the device", off);
			return false;
		}
		if (s.off != off || s.size > end(r) - off) {
			broke(&r->found, "sectors follow each other without gap, and the range ends with one", off);
			return false;
		}
		expect(&r->found, s.size % dev(r)->write_size == 0, "a sector is whole write units", off);
		expect(&r->found, sector(r, off + s.size - 1u, &t) && t.off == s.off && t.size == s.size,
		       "sector_at answers the same for every octet of a sector", off);
		n++;
	}
	expect(&r->found, n >= 3, "the range has three sectors for this test", r->c->off);
	expect(&r->found, dev(r)->ops->sector_at(dev(r)->ctx, dev(r)->size, &t) < 0,
	       "sector_at refuses offsets behind the device", dev(r)->size);
	return n >= 3;
}

static void erase_erases(struct run *r)
{
	uint32_t bad = r->c->off;

	if (!erase_all(r)) {
		broke(&r->found, "whole sectors can be erased", r->c->off);
		return;
	}
	expect(&r->found, holds(r, r->c->off, end(r), true, 0, &bad), "erased octets read as the erased value", bad);
}

static void writes_stay(struct run *r)
{
	uint32_t w = dev(r)->write_size;
	const uint32_t chunks[] = { BUF, w, BUF / 2u + w };

	for (uint32_t round = 0; round < 3; round++) {
		uint32_t bad = r->c->off;

		if (!erase_all(r) || !fill(r, r->c->off, end(r), round, tug_align_down(chunks[round], w))) {
			broke(&r->found, "erased octets can be programmed in any number of write units", r->c->off);
			continue;
		}
		expect(&r->found, holds(r, r->c->off, end(r), false, round, &bad), "programmed octets read back", bad);
	}
}

/* A unit in every sector, at its ends and in the middle: nothing but the unit changes. */
static void units_are_single(struct run *r)
{
	struct tug_flash_sector s;
	uint32_t w = dev(r)->write_size;

	for (uint32_t off = r->c->off; off < end(r); off = s.off + s.size) {
		uint32_t bad = off;

		if (!sector(r, off, &s) || dev(r)->ops->erase(dev(r)->ctx, s.off, s.size) != TUG_OK) {
			broke(&r->found, "whole sectors can be erased", off);
			return;
		}
		const uint32_t at[] = { s.off, s.off + tug_align_down(s.size / 2u, w), s.off + s.size - w };
		uint32_t from = s.off;

		for (unsigned i = 0; i < 3; i++) {
			expect(&r->found, fill(r, at[i], at[i] + w, 9, w), "a single unit can be programmed", at[i]);
		}
		for (unsigned i = 0; i < 3; i++) {
			expect(&r->found, holds(r, from, at[i], true, 0, &bad),
			       "programming one unit leaves others erased", bad);
			expect(&r->found, holds(r, at[i], at[i] + w, false, 9, &bad), "a single unit reads back", bad);
			from = at[i] + w;
		}
	}
}

static void sectors_are_single(struct run *r)
{
	struct tug_flash_sector s;
	uint32_t bad = r->c->off;

	if (!erase_all(r) || !fill(r, r->c->off, end(r), 4, BUF) || !sector(r, r->c->off, &s) ||
	    !sector(r, s.off + s.size, &s) || dev(r)->ops->erase(dev(r)->ctx, s.off, s.size) != TUG_OK) {
		broke(&r->found, "one sector between others can be erased", r->c->off);
		return;
	}
	expect(&r->found, holds(r, r->c->off, s.off, false, 4, &bad), "erasing leaves the sector before as it is", bad);
	expect(&r->found, holds(r, s.off, s.off + s.size, true, 0, &bad), "erasing erases the whole sector", bad);
	expect(&r->found, holds(r, s.off + s.size, end(r), false, 4, &bad),
	       "erasing leaves the sectors behind as they are", bad);
}

static void reads_any_alignment(struct run *r)
{
	uint8_t out[48];

	for (uint32_t shift = 0; shift < 9; shift++) {
		for (uint32_t n = 1; n <= 37; n += 4) {
			uint32_t off = r->c->off + shift;
			bool ok;

			memset(out, 0xa7, sizeof(out));
			ok = read_at(r, off, &out[1], n) == TUG_OK && out[0] == 0xa7 && out[n + 1u] == 0xa7;
			for (uint32_t i = 0; ok && i < n; i++) {
				ok = out[1u + i] == mark(r, off + i, 4);
			}
			expect(&r->found, ok, "reads of any alignment and length fill exactly what was asked", off);
		}
	}
}

/* Must be refused, and must not change a thing. The range is as sectors_are_single left it. */
static void refuses(struct run *r)
{
	uint8_t data[2 * UNIT_MAX];
	uint32_t w = dev(r)->write_size;
	struct tug_flash_sector s;
	uint32_t bad = r->c->off;

	if (!sector(r, r->c->off, &s) || !sector(r, s.off + s.size, &s)) {
		return;
	}
	memset(data, 0x33, sizeof(data));
	if (w > 1) {
		expect(&r->found, write_at(r, s.off + 1u, data, w) < 0,
		       "a write off the write unit is refused", s.off + 1u);
		expect(&r->found, write_at(r, s.off, data, w + 1u) < 0, "a write of broken units is refused", s.off);
	}
	expect(&r->found, write_at(r, dev(r)->size, data, w) < 0, "a write behind the device is refused", dev(r)->size);
	expect(&r->found, write_at(r, dev(r)->size - w, data, 2u * (size_t)w) < 0,
	       "a write over the end is refused", dev(r)->size);
	expect(&r->found, read_at(r, dev(r)->size - 1u, data, 2) < 0, "a read over the end is refused", dev(r)->size);
	expect(&r->found, dev(r)->ops->erase(dev(r)->ctx, s.off + w, s.size - w) < 0,
	       "an erase off the sector grid is refused", s.off + w);
	expect(&r->found, dev(r)->ops->erase(dev(r)->ctx, s.off, s.size - w) < 0,
	       "an erase of a broken sector is refused", s.off);
	expect(&r->found, holds(r, r->c->off, s.off, false, 4, &bad), "a refused call changes nothing", bad);
	expect(&r->found, holds(r, s.off, s.off + s.size, true, 0, &bad), "a refused call changes nothing", bad);
}

unsigned flash_contract_run(const struct flash_contract *c)
{
	struct run r = { c, { c->report, c->ctx, 0 }, { 0 } };

	if (!description(&r) || !sector_map(&r)) {
		return r.found.broken;
	}
	erase_erases(&r);
	writes_stay(&r);
	units_are_single(&r);
	sectors_are_single(&r);
	reads_any_alignment(&r);
	refuses(&r);
	return r.found.broken;
}
