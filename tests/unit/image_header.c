/* SPDX-License-Identifier: Apache-2.0
 *
 * States what a header and a version are: every field, every refusal of tug_image_open, every text
 * of a version. Needs the golden images. Run by CTest.
 */
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include "image_vec.h"

static struct tug_slice text(const char *s)
{
	return tug_slice_of(s, strlen(s));
}

static void version_texts(void **state)
{
	static const struct {
		const char *in;
		struct tug_version v;
		const char *out;
	} good[] = {
		{ "0", { 0, 0, 0, 0 }, "0.0.0" },
		{ "7", { 7, 0, 0, 0 }, "7.0.0" },
		{ "1.2", { 1, 2, 0, 0 }, "1.2.0" },
		{ "1.2.3", { 1, 2, 3, 0 }, "1.2.3" },
		{ "1.2.3+4", { 1, 2, 3, 4 }, "1.2.3+4" },
		{ "1.2.3.4", { 1, 2, 3, 4 }, "1.2.3+4" },
		{ "1.2.3+0", { 1, 2, 3, 0 }, "1.2.3" },
		{ "255.255.65535+4294967295", { 255, 255, 65535, 4294967295u }, "255.255.65535+4294967295" },
	};
	static const char *const bad[] = {
		"", ".", "1.", ".1", "1..2", "01", "1.02", "1.2.03", "1.2.3+04", "256", "1.256", "1.2.65536",
		"1.2.3+4294967296", "99999999999999999999", "1.2.3+", "1.2.3-4", "1+4", "1.2+4", "1.2.3+4+5", "1.2.3.4.5",
		"v1.2.3", " 1", "1 ", "-1", "+1", "1.2.3+4 ", "1.2.3+0x4",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct tug_version v;
		char out[TUG_VERSION_TEXT];

		assert_int_equal(tug_version_parse(text(good[i].in), &v), TUG_OK);
		assert_int_equal(tug_version_cmp(&v, &good[i].v, true), 0);
		assert_int_equal(tug_version_format(&v, '+', out), strlen(good[i].out));
		assert_string_equal(out, good[i].out);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct tug_version v;

		if (tug_version_parse(text(bad[i]), &v) != TUG_EVERSTR) {
			fail_msg("'%s' was taken as a version", bad[i]);
		}
	}
	struct tug_version v;
	assert_int_equal(tug_version_parse(tug_slice_of("1\0", 2), &v), TUG_EVERSTR);
}

/* Sorted list: order of indices is order of versions. */
static void version_order(void **state)
{
	static const struct tug_version sorted[] = {
		{ 0, 0, 0, 0 }, { 0, 0, 1, 0 }, { 0, 0, 256, 0 }, { 0, 1, 0, 0 }, { 0, 255, 65535, 9 },
		{ 1, 0, 0, 0 }, { 1, 0, 0, 1 }, { 1, 0, 0, 0x80000000u }, { 255, 0, 0, 0 },
	};
	size_t n = sizeof(sorted) / sizeof(sorted[0]);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n; j++) {
			int want = i < j ? -1 : (i > j ? 1 : 0);
			int is = tug_version_cmp(&sorted[i], &sorted[j], true);
			bool twins = sorted[i].major == sorted[j].major && sorted[i].minor == sorted[j].minor &&
				     sorted[i].revision == sorted[j].revision;

			assert_true(want < 0 ? is < 0 : want > 0 ? is > 0 : is == 0);
			is = tug_version_cmp(&sorted[i], &sorted[j], false);
			assert_true(twins ? is == 0 : want < 0 ? is < 0 : is > 0);
		}
	}
}

static void header_fields(void **state)
{
	uint8_t raw[TUG_IMAGE_HDR_LEN], back[TUG_IMAGE_HDR_LEN];
	struct tug_image_hdr h;

	(void)state;
	for (size_t i = 0; i < sizeof(raw); i++) {
		raw[i] = (uint8_t)(i < 28 ? i + 1 : 0);
	}
	tug_image_hdr_decode(raw, &h);
	assert_int_equal(h.magic, 0x04030201u);
	assert_int_equal(h.load_addr, 0x08070605u);
	assert_int_equal(h.hdr_size, 0x0a09);
	assert_int_equal(h.protect_tlv_size, 0x0c0b);
	assert_int_equal(h.img_size, 0x100f0e0du);
	assert_int_equal(h.flags, 0x14131211u);
	assert_int_equal(h.version.major, 0x15);
	assert_int_equal(h.version.minor, 0x16);
	assert_int_equal(h.version.revision, 0x1817);
	assert_int_equal(h.version.build, 0x1c1b1a19u);
	tug_image_hdr_encode(&h, back);
	assert_memory_equal(raw, back, sizeof(raw));
}

/* Every golden image opens, its parts add up, and its header re-encodes to the same octets. */
static void golden_headers(void **state)
{
	(void)state;
	for (size_t i = 0; image_vec_names[i] != NULL; i++) {
		struct image_vec v;
		struct tug_image img;
		uint8_t back[TUG_IMAGE_HDR_LEN];

		image_vec_load(&v, image_vec_names[i]);
		struct tug_slice s = tug_slice_of(v.data, v.len);
		struct tug_io io = tug_io_of_slice(&s);
		int rc = tug_image_open(&img, &io, 0, v.encrypted ? TUG_IMG_CAN_ENCRYPTED : 0);
		assert_int_equal(rc, TUG_OK);
		assert_int_equal(img.hdr.hdr_size, 32);
		assert_int_equal(img.hdr.img_size, 64);
		assert_int_equal(img.prot_off, 96);
		assert_int_equal(img.unprot_off, 96 + img.hdr.protect_tlv_size);
		assert_int_equal(img.hdr.version.major, 1);
		assert_int_equal(img.hdr.version.build, 4);
		assert_true(v.align != 0 ? img.total < v.len : img.total == v.len);
		tug_image_hdr_encode(&img.hdr, back);
		assert_memory_equal(back, v.data, sizeof(back));
		if (v.encrypted) {
			assert_int_equal(tug_image_open(&img, &io, 0, 0), TUG_EFLAGS);
		}
		image_vec_free(&v);
	}
}

static void encrypted_headers(void **state)
{
	static const char *const names[] = { "encrsa", "encp256", "encp256k256", "encx", "encx256", "encx512", "enc61" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct image_vec v;
		struct tug_image img;

		image_vec_load(&v, names[i]);
		struct tug_slice s = tug_slice_of(v.data, v.len);
		struct tug_io io = tug_io_of_slice(&s);
		assert_int_equal(tug_image_open(&img, &io, 0, 0), TUG_EFLAGS);
		assert_int_equal(tug_image_open(&img, &io, 0, TUG_IMG_CAN_COMPRESSED), TUG_EFLAGS);
		assert_int_equal(tug_image_open(&img, &io, 0, TUG_IMG_CAN_ENCRYPTED), TUG_OK);
		assert_int_equal(img.total, v.len);
		image_vec_free(&v);
	}
}

/* One octet or two of [hash] changed, and what open must say. */
struct refusal {
	uint32_t off, value;
	int width;
	int rc;
};

static void open_refusals(void **state)
{
	static const struct refusal rows[] = {
		{ 0, 0x96f3b83c, 4, TUG_EMAGIC },          /* format before 1.0 */
		{ 0, 0xffffffff, 4, TUG_EERASED },
		{ 0, 0x00ffffff, 4, TUG_EMAGIC },
		{ 0, 0, 4, TUG_EMAGIC },
		{ 8, 31, 2, TUG_EHDR },                    /* payload inside the header */
		{ 8, 0, 2, TUG_EHDR },
		{ 8, 0xffff, 2, TUG_ETRUNC },
		{ 10, 1, 2, TUG_EHDR },                    /* protected area smaller than its info */
		{ 10, 3, 2, TUG_EHDR },
		{ 10, 4, 2, TUG_ETLV },                    /* promised, but not there */
		{ 10, 0xffff, 2, TUG_ETRUNC },
		{ 12, 0xffffffff, 4, TUG_EHDR },           /* sum wraps */
		{ 12, 0xffffffe0, 4, TUG_EHDR },
		{ 12, 0xffffffdf, 4, TUG_ETRUNC },
		{ 12, 104, 4, TUG_ETRUNC },                /* hashed range ends where the file ends */
		{ 12, 103, 4, TUG_ETRUNC },                /* one octet left: no room for a TLV info */
		{ 12, 63, 4, TUG_ETLV },
		{ 16, 0x4, 4, TUG_EFLAGS },
		{ 16, 0x8, 4, TUG_EFLAGS },
		{ 16, 0xc, 4, TUG_EHDR },
		{ 16, 0x200, 4, TUG_EFLAGS },
		{ 16, 0x400, 4, TUG_EFLAGS },
		{ 16, 0x800, 4, TUG_EFLAGS },
		{ 16, 0x600, 4, TUG_EHDR },
		{ 16, 0x131, 4, TUG_OK },                  /* PIC, NON_BOOTABLE, RAM_LOAD, ROM_FIXED are the mode's business */
		{ 16, 0x80000000, 4, TUG_OK },
		{ 96, 0x6908, 2, TUG_ETLV },               /* protected area where none is promised */
		{ 98, 3, 2, TUG_ETLV },
		{ 98, 0, 2, TUG_ETLV },
		{ 98, 41, 2, TUG_ETRUNC },
		{ 98, 0xffff, 2, TUG_ETRUNC },
	};
	struct image_vec v;

	(void)state;
	image_vec_load(&v, "hash");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_slice s = tug_slice_of(v.data, v.len);
		struct tug_io io = tug_io_of_slice(&s);
		struct tug_image img;
		uint8_t keep[4];

		memcpy(keep, v.data + rows[i].off, 4);
		for (int b = 0; b < rows[i].width; b++) {
			v.data[rows[i].off + (uint32_t)b] = (uint8_t)(rows[i].value >> (8 * b));
		}
		int rc = tug_image_open(&img, &io, 0, 0);
		if (rc != rows[i].rc) {
			fail_msg("offset %u value %x: %d, want %d", rows[i].off, rows[i].value, rc, rows[i].rc);
		}
		memcpy(v.data + rows[i].off, keep, 4);
	}
	image_vec_free(&v);
}

/* The pair of the protected area: its info's total must be the header's. */
static void protected_total(void **state)
{
	struct image_vec v;
	struct tug_image img;

	(void)state;
	image_vec_load(&v, "secauto");
	struct tug_slice s = tug_slice_of(v.data, v.len);
	struct tug_io io = tug_io_of_slice(&s);
	assert_int_equal(tug_image_open(&img, &io, 0, 0), TUG_OK);
	assert_int_equal(img.unprot_off - img.prot_off, 12);
	v.data[98] = 11;
	assert_int_equal(tug_image_open(&img, &io, 0, 0), TUG_ETLV);
	v.data[98] = 12;
	v.data[96] = 0x07; /* unprotected magic in front */
	assert_int_equal(tug_image_open(&img, &io, 0, 0), TUG_ETLV);
	v.data[96] = 0x08;
	v.data[108] = 0x08; /* protected magic twice */
	assert_int_equal(tug_image_open(&img, &io, 0, 0), TUG_ETLV);
	image_vec_free(&v);
}

/* An image that starts inside the medium, as in a swap-offset slot; and outside it. */
static void other_bases(void **state)
{
	struct image_vec v;
	struct tug_image img;

	(void)state;
	image_vec_load(&v, "ed");
	size_t cap = 4096 + v.len;
	uint8_t *slot = malloc(cap);
	assert_non_null(slot);
	memset(slot, 0xff, cap);
	memcpy(slot + 4096, v.data, v.len);
	struct tug_slice s = tug_slice_of(slot, cap);
	struct tug_io io = tug_io_of_slice(&s);
	assert_int_equal(tug_image_open(&img, &io, 0, 0), TUG_EERASED);
	assert_int_equal(tug_image_open(&img, &io, 4096, 0), TUG_OK);
	assert_int_equal(img.total, v.len);
	assert_int_equal(tug_image_open_hdr(&img, &io, 4096, 0), TUG_OK);
	assert_int_equal(img.total, 96);
	assert_int_equal(tug_image_open(&img, &io, (uint32_t)cap, 0), TUG_ETRUNC);
	assert_int_equal(tug_image_open(&img, &io, (uint32_t)cap - 31, 0), TUG_ETRUNC);
	assert_int_equal(tug_image_open(&img, &io, 0xffffffffu, 0), TUG_ETRUNC);
	free(slot);
	image_vec_free(&v);
}

/* Big-endian images carry the magic the other way round: refused as foreign, not misread. */
static void big_endian(void **state)
{
	struct image_vec v;
	struct tug_image img;

	(void)state;
	image_vec_load(&v, "big");
	struct tug_slice s = tug_slice_of(v.data, v.len);
	struct tug_io io = tug_io_of_slice(&s);
	assert_int_equal(tug_image_open(&img, &io, 0, 0), TUG_EMAGIC);
	image_vec_free(&v);
}

static void erased_value_is_the_mediums(void **state)
{
	static const uint8_t zeros[64];
	struct tug_slice s = tug_slice_of(zeros, sizeof(zeros));
	struct tug_io io = tug_io_of_slice(&s);
	struct tug_image img;

	(void)state;
	assert_int_equal(tug_image_open(&img, &io, 0, 0), TUG_EMAGIC);
	io.erased = 0;
	assert_int_equal(tug_image_open(&img, &io, 0, 0), TUG_EERASED);
	s = tug_slice_of(NULL, 0);
	io = tug_io_of_slice(&s);
	assert_int_equal(tug_image_open(&img, &io, 0, 0), TUG_ETRUNC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_texts),   cmocka_unit_test(version_order),
		cmocka_unit_test(header_fields),   cmocka_unit_test(golden_headers),
		cmocka_unit_test(encrypted_headers), cmocka_unit_test(open_refusals),
		cmocka_unit_test(protected_total), cmocka_unit_test(other_bases),
		cmocka_unit_test(big_endian),      cmocka_unit_test(erased_value_is_the_mediums),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
