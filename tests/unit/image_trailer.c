/* SPDX-License-Identifier: Apache-2.0
 *
 * States where trailer fields lie, what is read from every state of them, what set-pending and confirm write,
 * the whole swap-type table and the limits. A strict RAM medium refuses double programming. Run by CTest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <tug/trailer.h>

#include "image_vec.h"

/* ---- a medium with the rules of flash ------------------------------------------------------------ */

#define AREA 16384u

struct medium {
	uint8_t data[AREA];
	bool programmed[AREA];
	uint8_t write_size;
	unsigned writes;
	unsigned cut_at; /* this write fails before doing anything; 0 = none */
	unsigned reads;
	unsigned blind_at; /* this read fails; 0 = none */
};

static int medium_read(void *ctx, uint32_t off, void *dst, size_t len)
{
	struct medium *m = ctx;

	assert_true(off <= AREA && len <= AREA - off);
	if (++m->reads == m->blind_at) {
		return TUG_EIO;
	}
	memcpy(dst, m->data + off, len);
	return TUG_OK;
}

static int medium_write(void *ctx, uint32_t off, const void *src, size_t len)
{
	struct medium *m = ctx;

	assert_true(off <= AREA && len <= AREA - off);
	assert_int_equal(off % m->write_size, 0);
	assert_int_equal(len % m->write_size, 0);
	if (++m->writes == m->cut_at) {
		return TUG_EPOWER;
	}
	for (size_t i = 0; i < len; i++) {
		assert_false(m->programmed[off + i]);
		m->programmed[off + i] = true;
	}
	memcpy(m->data + off, src, len);
	return TUG_OK;
}

static struct tug_io medium_io(struct medium *m, uint8_t write_size, uint8_t erased)
{
	struct tug_io io = { medium_read, medium_write, m, AREA, write_size, erased };

	memset(m, 0, sizeof(*m));
	memset(m->data, erased, AREA);
	m->write_size = write_size;
	return io;
}

static struct tug_trailer_geo geo(uint8_t align, uint8_t w, uint8_t states)
{
	struct tug_trailer_geo g = { .size = AREA, .max_sectors = 128, .max_align = align, .write_size = w, .states = states };

	g.tlv_sizes = states == 2;
	return g;
}

/* ---- geometry -------------------------------------------------------------------------------------- */

struct size_row {
	uint8_t w, align;
	uint32_t three, offset, info;
};

static void sizes(void **state)
{
	static const struct size_row rows[] = {
		{ 1, 8, 432, 312, 48 },      { 2, 8, 816, 568, 48 },      { 4, 8, 1584, 1080, 48 },
		{ 8, 8, 3120, 2104, 48 },    { 16, 16, 6224, 4192, 80 },  { 32, 32, 12448, 8384, 160 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_trailer_geo g = geo(rows[i].align, rows[i].w, 3);

		assert_int_equal(tug_trailer_size(&g), rows[i].three);
		assert_int_equal(tug_trailer_info_size(&g), rows[i].info);
		g.key_size = 16;
		assert_int_equal(tug_trailer_size(&g), rows[i].three + (rows[i].align == 32 ? 64u : 32u));
		g = geo(rows[i].align, rows[i].w, 2);
		assert_int_equal(tug_trailer_size(&g), rows[i].offset);
		g = geo(rows[i].align, rows[i].w, 0);
		assert_int_equal(tug_trailer_size(&g), rows[i].info);
	}
}

struct off_row {
	uint8_t align;
	bool offset_mode;
	uint8_t key;
	/* distances from the end of the area */
	uint32_t magic, ok, done, info, tlvs, size;
};

static void offsets(void **state)
{
	static const struct off_row rows[] = {
		{ 8, false, 0, 16, 24, 32, 40, 48, 48 },     { 16, false, 0, 16, 32, 48, 64, 80, 80 },
		{ 32, false, 0, 32, 64, 96, 128, 160, 160 }, { 8, true, 0, 16, 24, 32, 40, 48, 56 },
		{ 16, true, 0, 16, 32, 48, 64, 80, 96 },     { 8, false, 16, 16, 24, 32, 40, 48, 48 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_trailer_geo g = geo(rows[i].align, 4, rows[i].offset_mode ? 2 : 3);

		g.key_size = rows[i].key;
		assert_int_equal(tug_trailer_magic_off(&g), AREA - rows[i].magic);
		assert_int_equal(tug_trailer_image_ok_off(&g), AREA - rows[i].ok);
		assert_int_equal(tug_trailer_copy_done_off(&g), AREA - rows[i].done);
		assert_int_equal(tug_trailer_swap_info_off(&g), AREA - rows[i].info);
		assert_int_equal(tug_trailer_swap_size_off(&g), AREA - rows[i].size);
		if (rows[i].offset_mode) {
			assert_int_equal(tug_trailer_tlv_sizes_off(&g), AREA - rows[i].tlvs);
		}
		assert_int_equal(tug_trailer_status_off(&g), AREA - tug_trailer_size(&g));
		assert_int_equal(tug_trailer_magic_size(&g), rows[i].align == 32 ? 32 : 16);
	}
}

/* Trailers as the signing tool pads them. */
static void golden_trailers(void **state)
{
	static const char *const names[] = { "pad", "pad-confirm", "pad-confirm16", "pad-confirm32", "pad-confirm-r0" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct image_vec v;
		struct tug_trailer t;

		image_vec_load(&v, names[i]);
		struct tug_slice s = tug_slice_of(v.data, v.len);
		struct tug_io io = tug_io_of_slice(&s);
		io.erased = v.erased;
		struct tug_trailer_geo g = { .size = 4096, .max_sectors = 4, .max_align = v.align, .write_size = 4, .states = 3 };
		assert_int_equal(tug_trailer_read(&io, &g, &t), TUG_OK);
		assert_int_equal(t.magic, TUG_GOOD);
		assert_int_equal(t.image_ok, i == 0 ? TUG_UNSET : TUG_GOOD);
		assert_int_equal(t.copy_done, TUG_UNSET);
		assert_int_equal(t.swap_type, TUG_SWAP_NONE);
		assert_int_equal(t.image_num, 0);
		assert_int_equal(t.swap_size, v.erased == 0xff ? 0xffffffffu : 0);
		/* read with another alignment the magic is foreign */
		g.max_align = v.align == 8 ? 16 : 8;
		assert_int_equal(tug_trailer_read(&io, &g, &t), TUG_OK);
		assert_int_equal(t.magic, TUG_BAD);
		image_vec_free(&v);
	}
}

static void bad_geometry(void **state)
{
	struct medium *m = malloc(sizeof(*m));
	struct tug_trailer t;

	(void)state;
	assert_non_null(m);
	struct tug_io io = medium_io(m, 4, 0xff);
	struct tug_trailer_geo g = geo(8, 4, 3);
	assert_int_equal(tug_trailer_read(&io, &g, &t), TUG_OK);
	g.size = AREA + 1;
	assert_int_equal(tug_trailer_read(&io, &g, &t), TUG_EINVAL);
	g.size = tug_trailer_size(&g) - 1;
	assert_int_equal(tug_trailer_read(&io, &g, &t), TUG_EINVAL);
	assert_int_equal(tug_trailer_write_magic(&io, &g), TUG_EINVAL);
	for (unsigned a = 0; a < 256; a++) {
		g = geo((uint8_t)a, 4, 3);
		bool good = a == 8 || a == 16 || a == 32;
		assert_int_equal(tug_trailer_read(&io, &g, &t), good ? TUG_OK : TUG_EINVAL);
	}
	g = geo(8, 4, 3);
	io.write_size = 16; /* a write unit larger than the cells */
	assert_int_equal(tug_trailer_write_flag(&io, &g, tug_trailer_image_ok_off(&g)), TUG_EALIGN);
	io.write_size = 4;
	io.write_at = NULL;
	assert_int_equal(tug_trailer_write_flag(&io, &g, tug_trailer_image_ok_off(&g)), TUG_EINVAL);
	assert_int_equal(m->writes, 0);
	free(m);
}

/* ---- reading ---------------------------------------------------------------------------------------- */

/* Each value of each one-octet field, both erased values. */
static void field_decoding(void **state)
{
	static const uint8_t erased[] = { 0xff, 0x00 };
	struct medium *m = malloc(sizeof(*m));

	(void)state;
	assert_non_null(m);
	for (size_t e = 0; e < 2; e++) {
		struct tug_io io = medium_io(m, 4, erased[e]);
		struct tug_trailer_geo g = geo(8, 4, 3);

		for (unsigned b = 0; b < 256; b++) {
			struct tug_trailer t;
			enum tug_tri flag = b == 1 ? TUG_GOOD : b == erased[e] ? TUG_UNSET : TUG_BAD;
			bool known = b != erased[e] && (b & 15) >= 1 && (b & 15) <= 4;

			m->data[AREA - 24] = (uint8_t)b;
			m->data[AREA - 32] = (uint8_t)b;
			m->data[AREA - 40] = (uint8_t)b;
			assert_int_equal(tug_trailer_read(&io, &g, &t), TUG_OK);
			assert_int_equal(t.image_ok, flag);
			assert_int_equal(t.copy_done, flag);
			assert_int_equal(t.swap_type, known ? (b & 15) : TUG_SWAP_NONE);
			assert_int_equal(t.image_num, known ? b >> 4 : 0);
			assert_int_equal(t.magic, TUG_UNSET);
		}
	}
	free(m);
}

/* The magic is good only when whole; every partial or damaged one is bad. */
static void magic_decoding(void **state)
{
	static const uint8_t aligns[] = { 8, 16, 32 };
	struct medium *m = malloc(sizeof(*m));

	(void)state;
	assert_non_null(m);
	for (size_t a = 0; a < 3; a++) {
		struct tug_io io = medium_io(m, 4, 0xff);
		struct tug_trailer_geo g = geo(aligns[a], 4, 3);
		const uint8_t *magic = tug_trailer_magic(aligns[a]);
		struct tug_trailer t;

		for (size_t n = 0; n <= 16; n++) {
			memset(m->data + AREA - 16, 0xff, 16);
			memcpy(m->data + AREA - 16, magic, n);
			assert_int_equal(tug_trailer_read(&io, &g, &t), TUG_OK);
			assert_int_equal(t.magic, n == 0 ? TUG_UNSET : n == 16 ? TUG_GOOD : TUG_BAD);
		}
		for (size_t bit = 0; bit < 128; bit++) {
			m->data[AREA - 16 + bit / 8] ^= (uint8_t)(1u << (bit % 8));
			assert_int_equal(tug_trailer_read(&io, &g, &t), TUG_OK);
			assert_int_equal(t.magic, TUG_BAD);
			m->data[AREA - 16 + bit / 8] ^= (uint8_t)(1u << (bit % 8));
		}
	}
	free(m);
}

/* Written fields read back, each in its own cell, at each alignment, write unit and erased value. */
static void write_read(void **state)
{
	static const uint8_t aligns[] = { 8, 16, 32 }, units[] = { 1, 2, 4, 8, 16, 32 }, erased[] = { 0xff, 0 };
	struct medium *m = malloc(sizeof(*m));
	unsigned combos = 0;

	(void)state;
	assert_non_null(m);
	for (size_t c = 0; c < 3 * 6 * 2 * 2; c++) {
		uint8_t align = aligns[c % 3], unit = units[c / 3 % 6], er = erased[c / 18 % 2];
		struct tug_trailer_geo g = geo(align, unit, c / 36 == 0 ? 3 : 2);
		struct tug_io io = medium_io(m, unit, er);
		struct tug_trailer t;

		if (unit > align) {
			continue;
		}
		assert_int_equal(tug_trailer_write_swap_info(&io, &g, TUG_SWAP_PERM, 15), TUG_OK);
		assert_int_equal(tug_trailer_write_swap_size(&io, &g, 0x01020304), TUG_OK);
		assert_int_equal(tug_trailer_write_flag(&io, &g, tug_trailer_copy_done_off(&g)), TUG_OK);
		assert_int_equal(tug_trailer_write_flag(&io, &g, tug_trailer_image_ok_off(&g)), TUG_OK);
		assert_int_equal(tug_trailer_write_magic(&io, &g), TUG_OK);
		assert_int_equal(m->writes, 5);
		assert_int_equal(tug_trailer_read(&io, &g, &t), TUG_OK);
		assert_int_equal(t.magic, TUG_GOOD);
		assert_int_equal(t.image_ok, TUG_GOOD);
		assert_int_equal(t.copy_done, TUG_GOOD);
		assert_int_equal(t.swap_type, TUG_SWAP_PERM);
		assert_int_equal(t.image_num, 15);
		assert_int_equal(t.swap_size, 0x01020304);
		/* nothing below the info part was touched */
		for (uint32_t i = 0; i < AREA - tug_trailer_info_size(&g); i++) {
			assert_false(m->programmed[i]);
		}
		combos++;
	}
	assert_int_equal(tug_trailer_write_swap_info(NULL, NULL, 16, 0), TUG_EINVAL);
	assert_int_equal(tug_trailer_write_swap_info(NULL, NULL, 2, 16), TUG_EINVAL);
	printf("  %u combinations of alignment, unit, erased value and mode\n", combos);
	free(m);
}

/* ---- set pending, confirm ---------------------------------------------------------------------------- */

enum field_state { F_UNSET, F_SET, F_BAD, N_STATES };

static void put_flag(struct medium *m, uint32_t off, int st)
{
	if (st != F_UNSET) {
		m->data[off] = st == F_SET ? 0x01 : 0x55;
		m->programmed[off] = true;
	}
}

static void put_magic(struct medium *m, int st)
{
	if (st != F_UNSET) {
		memcpy(m->data + AREA - 16, tug_trailer_magic(8), 16);
		m->data[AREA - 1] ^= st == F_BAD ? 1 : 0;
		memset(m->programmed + AREA - 16, true, 16);
	}
}

/* Starts from every state of magic, image_ok and copy_done; the expected end is written out by rule. */
static void pending_and_confirm(void **state)
{
	struct medium *m = malloc(sizeof(*m));
	struct medium *before = malloc(sizeof(*before));
	unsigned n = 0;

	(void)state;
	assert_non_null(m);
	assert_non_null(before);
	for (int c = 0; c < 27 * 3; c++) {
		int magic = c % 3, ok = c / 3 % 3, done = c / 9 % 3, call = c / 27; /* 0 test, 1 permanent, 2 confirm */
		struct tug_io io = medium_io(m, 4, 0xff);
		struct tug_trailer_geo g = geo(8, 4, 3);
		struct tug_trailer t;

		if (magic == F_UNSET && call < 2 && ok != F_UNSET) {
			continue; /* image_ok would be programmed twice: only an erased trailer can be marked */
		}
		put_magic(m, magic);
		put_flag(m, AREA - 24, ok);
		put_flag(m, AREA - 32, done);
		*before = *m;
		int rc = call == 2 ? tug_set_confirmed(&io, &g) : tug_set_pending(&io, &g, call == 1, 3);
		n++;
		assert_int_equal(rc, magic == F_BAD ? TUG_ETRAILER : TUG_OK);
		bool marks = call < 2 && magic == F_UNSET;
		bool confirms = call == 2 && magic == F_SET && ok == F_UNSET;
		assert_int_equal(m->writes, marks ? (call == 1 ? 3u : 2u) : confirms ? 1u : 0u);
		if (!marks && !confirms) {
			assert_memory_equal(m->data, before->data, AREA);
			continue;
		}
		assert_int_equal(tug_trailer_read(&io, &g, &t), TUG_OK);
		assert_int_equal(t.magic, TUG_GOOD);
		assert_int_equal(t.image_ok, call == 0 ? TUG_UNSET : TUG_GOOD);
		assert_int_equal(t.copy_done, done == F_UNSET ? TUG_UNSET : done == F_SET ? TUG_GOOD : TUG_BAD);
		if (marks) {
			assert_int_equal(t.swap_type, call == 1 ? TUG_SWAP_PERM : TUG_SWAP_TEST);
			assert_int_equal(t.image_num, 3);
		}
	}
	printf("  %u starting states\n", n);
	free(before);
	free(m);
}

/* A failing or cut write is reported, and leaves what was written before: magic, image_ok, swap_info in this order. */
static void pending_cut(void **state)
{
	struct medium *m = malloc(sizeof(*m));

	(void)state;
	assert_non_null(m);
	for (unsigned cut = 1; cut <= 4; cut++) {
		struct tug_io io = medium_io(m, 8, 0xff);
		struct tug_trailer_geo g = geo(8, 8, 3);
		struct tug_trailer t;

		m->cut_at = cut;
		assert_int_equal(tug_set_pending(&io, &g, true, 0), cut <= 3 ? TUG_EPOWER : TUG_OK);
		assert_int_equal(tug_trailer_read(&io, &g, &t), TUG_OK);
		assert_int_equal(t.magic, cut > 1 ? TUG_GOOD : TUG_UNSET);
		assert_int_equal(t.image_ok, cut > 2 ? TUG_GOOD : TUG_UNSET);
		assert_int_equal(t.swap_type, cut > 3 ? TUG_SWAP_PERM : TUG_SWAP_NONE);
	}
	free(m);
}

/* A trailer that cannot be read is an error, never a state; nothing is written on the strength of it. */
static void failing_reads(void **state)
{
	struct medium *m = malloc(sizeof(*m));

	(void)state;
	assert_non_null(m);
	for (unsigned at = 1; at <= 5; at++) {
		struct tug_io io = medium_io(m, 4, 0xff);
		struct tug_trailer_geo g = geo(8, 4, 3);
		struct tug_trailer t;

		m->blind_at = at;
		assert_int_equal(tug_trailer_read(&io, &g, &t), TUG_EIO);
		m->reads = 0;
		assert_int_equal(tug_set_pending(&io, &g, false, 0), TUG_EIO);
		m->reads = 0;
		assert_int_equal(tug_set_confirmed(&io, &g), TUG_EIO);
		assert_int_equal(m->writes, 0);
	}
	free(m);
}

/* ---- swap types ---------------------------------------------------------------------------------------- */

/* The table of the format's specification, row by row, in words: g good/set, u unset, * any;
 * columns pri magic, sec magic, pri image_ok, sec image_ok, pri copy_done, sec copy_done. */
static enum tug_swap_type reference(const int f[6], bool offset_mode)
{
	static const struct {
		const char *want;
		enum tug_swap_type type;
	} rows[] = {
		{ "*g*u*g", TUG_SWAP_REVERT }, /* offset mode only */
		{ "*g*u**", TUG_SWAP_TEST },
		{ "*g*g**", TUG_SWAP_PERM },
		{ "g*u*g*", TUG_SWAP_REVERT },
	};

	for (size_t r = offset_mode ? 0 : 1; r < 4; r++) {
		bool match = true;

		for (size_t k = 0; k < 6; k++) {
			char want = rows[r].want[k];

			match = match && (want == '*' || (want == 'g' && f[k] == TUG_GOOD) || (want == 'u' && f[k] == TUG_UNSET));
		}
		if (match) {
			return rows[r].type;
		}
	}
	return TUG_SWAP_NONE;
}

static void swap_types(void **state)
{
	unsigned seen[6] = { 0 };

	(void)state;
	for (int c = 0; c < 729 * 2; c++) {
		int f[6], rest = c / 2;

		for (size_t k = 0; k < 6; k++, rest /= 3) {
			f[k] = 1 + rest % 3;
		}
		struct tug_trailer pri = { .magic = (enum tug_tri)f[0], .image_ok = (enum tug_tri)f[2], .copy_done = (enum tug_tri)f[4] };
		struct tug_trailer sec = { .magic = (enum tug_tri)f[1], .image_ok = (enum tug_tri)f[3], .copy_done = (enum tug_tri)f[5] };
		enum tug_swap_type is = tug_swap_type_of(&pri, &sec, c % 2 == 1);
		assert_int_equal(is, reference(f, c % 2 == 1));
		seen[is]++;
	}
	printf("  1458 combinations: %u none, %u test, %u perm, %u revert\n", seen[1], seen[2], seen[3], seen[4]);
	for (size_t i = 1; i <= 4; i++) {
		assert_true(seen[i] > 0);
	}
}

/* ---- limits ---------------------------------------------------------------------------------------------- */

struct limit_row {
	enum tug_boot_mode mode;
	uint32_t pri, sec, sector;
	uint8_t w, align;
	uint16_t sectors;
	uint32_t want;
};

static void limits(void **state)
{
	static const struct limit_row rows[] = {
		/* 128 KiB slots, 4 KiB sectors, write unit 4, 128 sectors */
		{ TUG_MODE_SWAP_SCRATCH, 131072, 131072, 4096, 4, 8, 128, 129488 },
		{ TUG_MODE_SWAP_MOVE, 131072, 131072, 4096, 4, 8, 128, 122880 },
		{ TUG_MODE_SWAP_OFFSET, 131072, 131072, 4096, 4, 8, 128, 122880 },
		{ TUG_MODE_OVERWRITE, 131072, 131072, 4096, 4, 8, 128, 131032 },
		{ TUG_MODE_DIRECT_XIP, 131072, 131072, 4096, 4, 8, 128, 131032 },
		{ TUG_MODE_DIRECT_XIP_REVERT, 131072, 131072, 0, 4, 8, 128, 131032 },
		{ TUG_MODE_RAM_LOAD, 131072, 131072, 0, 4, 8, 128, 131032 },
		{ TUG_MODE_SINGLE, 131072, 0, 0, 4, 8, 128, 131024 },
		{ TUG_MODE_FIRMWARE_LOADER, 131072, 0, 0, 4, 8, 128, 131024 },
		{ TUG_MODE_UNKNOWN, 131072, 131072, 4096, 4, 8, 128, 0 },
		/* move: a primary one sector larger is best, the secondary one sector larger wins nothing */
		{ TUG_MODE_SWAP_MOVE, 131072 + 4096, 131072, 4096, 4, 8, 128, 126976 },
		{ TUG_MODE_SWAP_MOVE, 131072, 131072 + 4096, 4096, 4, 8, 128, 122880 },
		/* offset: the other way round */
		{ TUG_MODE_SWAP_OFFSET, 131072, 131072 + 4096, 4096, 4, 8, 128, 126976 },
		{ TUG_MODE_SWAP_OFFSET, 131072 + 4096, 131072, 4096, 4, 8, 128, 122880 },
		/* a trailer of more than one sector */
		{ TUG_MODE_SWAP_MOVE, 131072, 131072, 4096, 16, 16, 128, 131072 - 8192 - 4096 },
		/* 512-octet sectors: trailer 240 in one sector; 8 KiB slots of 16 sectors */
		{ TUG_MODE_SWAP_SCRATCH, 8192, 8192, 512, 4, 8, 16, 8192 - 240 },
		/* scratch trailer 72, but only 64 octets of the trailer in its first sector: 8 more stay free */
		{ TUG_MODE_SWAP_SCRATCH, 8192, 8192, 512, 8, 8, 22, 8192 - 576 - 8 },
		/* slots too small for their trailer */
		{ TUG_MODE_SWAP_SCRATCH, 1000, 1000, 512, 4, 8, 128, 0 },
		{ TUG_MODE_SWAP_MOVE, 4096, 4096, 4096, 4, 8, 128, 0 },
		{ TUG_MODE_OVERWRITE, 40, 40, 0, 4, 8, 128, 0 },
		{ TUG_MODE_SWAP_MOVE, 131072, 131072, 0, 4, 8, 128, 0 },
		{ TUG_MODE_SWAP_MOVE, 131072, 131072, 4096, 4, 0, 128, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_trailer_geo g = { .size = rows[i].pri, .max_sectors = rows[i].sectors, .max_align = rows[i].align,
					     .write_size = rows[i].w, .states = rows[i].mode == TUG_MODE_SWAP_OFFSET ? 2 : 3,
					     .tlv_sizes = rows[i].mode == TUG_MODE_SWAP_OFFSET };
		if (rows[i].mode == TUG_MODE_SINGLE || rows[i].mode == TUG_MODE_FIRMWARE_LOADER) {
			g.states = 0;
		}
		uint32_t is = tug_max_image_size(rows[i].mode, &g, rows[i].pri, rows[i].sec, rows[i].sector);
		if (is != rows[i].want) {
			fail_msg("row %zu: %u, want %u", i, is, rows[i].want);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),          cmocka_unit_test(offsets),    cmocka_unit_test(golden_trailers),
		cmocka_unit_test(bad_geometry),   cmocka_unit_test(field_decoding), cmocka_unit_test(magic_decoding),
		cmocka_unit_test(write_read),     cmocka_unit_test(pending_and_confirm), cmocka_unit_test(pending_cut),
		cmocka_unit_test(failing_reads),
		cmocka_unit_test(swap_types),     cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
