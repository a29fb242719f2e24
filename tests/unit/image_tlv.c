/* SPDX-License-Identifier: Apache-2.0
 *
 * States that a walk over TLVs yields exactly the entries of its areas and never leaves them. Crafted
 * areas are described as rows of octets. Run by CTest.
 */
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include "image_vec.h"

#define H 32u

/* An image of 32 + 4 octets with the given TLV octets behind it, on the heap at exact size. */
struct crafted {
	uint8_t *data;
	struct tug_slice s;
	struct tug_io io;
	struct tug_image img;
};

static void craft(struct crafted *c, uint16_t prot_size, const uint8_t *tlvs, size_t len)
{
	struct tug_image_hdr h = { .magic = TUG_IMAGE_MAGIC, .hdr_size = H, .protect_tlv_size = prot_size, .img_size = 4 };

	c->data = calloc(1, H + 4 + len);
	assert_non_null(c->data);
	tug_image_hdr_encode(&h, c->data);
	memcpy(c->data + H + 4, tlvs, len);
	c->s = tug_slice_of(c->data, H + 4 + len);
	c->io = tug_io_of_slice(&c->s);
}

struct walk_row {
	const char *name;
	uint16_t prot;         /* ih_protect_tlv_size */
	uint8_t tlvs[40];      /* both areas */
	size_t len;
	uint16_t type;         /* wanted */
	bool prot_only;
	int n;                 /* entries found */
	int end;               /* how the walk ends */
};

static void walks(void **state)
{
	static const struct walk_row rows[] = {
		{ "empty", 0, { 0x07, 0x69, 4, 0 }, 4, 0xffff, false, 0, 0 },
		{ "empty protected only", 0, { 0x07, 0x69, 4, 0 }, 4, 0xffff, true, 0, 0 },
		{ "one empty entry", 0, { 0x07, 0x69, 8, 0, 0xa0, 0, 0, 0 }, 8, 0xffff, false, 1, 0 },
		{ "two", 0, { 0x07, 0x69, 17, 0, 1, 0, 1, 0, 9, 2, 0, 0, 0, 3, 0, 0, 0 }, 17, 0xffff, false, 3, 0 },
		{ "one of two", 0, { 0x07, 0x69, 13, 0, 1, 0, 1, 0, 9, 2, 0, 0, 0 }, 13, 2, false, 1, 0 },
		{ "type is 16 bits", 0, { 0x07, 0x69, 8, 0, 2, 1, 0, 0 }, 8, 2, false, 0, 0 },
		{ "entry header cut", 0, { 0x07, 0x69, 7, 0, 1, 0, 0 }, 7, 0xffff, false, 0, TUG_ETLV },
		{ "value too long by one", 0, { 0x07, 0x69, 9, 0, 1, 0, 2, 0, 0 }, 9, 0xffff, false, 0, TUG_ETLV },
		{ "value far too long", 0, { 0x07, 0x69, 9, 0, 1, 0, 0xff, 0xff, 0 }, 9, 0xffff, false, 0, TUG_ETLV },
		{ "type 0", 0, { 0x07, 0x69, 8, 0, 0, 0, 0, 0 }, 8, 0xffff, false, 0, TUG_ETLV },
		{ "type 0xffff", 0, { 0x07, 0x69, 8, 0, 0xff, 0xff, 0, 0 }, 8, 0xffff, false, 0, TUG_ETLV },
		{ "bad after good", 0, { 0x07, 0x69, 13, 0, 1, 0, 0, 0, 2, 0, 2, 0, 0 }, 13, 0xffff, false, 1, TUG_ETLV },
		{ "both areas", 9, { 8, 0x69, 9, 0, 1, 0, 1, 0, 5, 7, 0x69, 8, 0, 2, 0, 0, 0 }, 17, 0xffff, false, 2, 0 },
		{ "protected only", 9, { 8, 0x69, 9, 0, 1, 0, 1, 0, 5, 7, 0x69, 8, 0, 2, 0, 0, 0 }, 17, 0xffff, true, 1, 0 },
		{ "empty protected", 4, { 8, 0x69, 4, 0, 7, 0x69, 8, 0, 2, 0, 0, 0 }, 12, 0xffff, false, 1, 0 },
		{ "empty protected alone", 4, { 8, 0x69, 4, 0, 7, 0x69, 8, 0, 2, 0, 0, 0 }, 12, 0xffff, true, 0, 0 },
		/* the value would be readable, but belongs to the other area */
		{ "leaves protected area", 9, { 8, 0x69, 9, 0, 1, 0, 2, 0, 5, 7, 0x69, 8, 0, 2, 0, 0, 0 }, 17, 0xffff, false, 0,
		  TUG_ETLV },
		{ "leaves it to the end", 9, { 8, 0x69, 9, 0, 1, 0, 9, 0, 5, 7, 0x69, 8, 0, 2, 0, 0, 0 }, 17, 2, false, 0, TUG_ETLV },
		/* unprotected garbage does not disturb who asks for protected entries */
		{ "garbage behind", 9, { 8, 0x69, 9, 0, 1, 0, 1, 0, 5, 7, 0x69, 8, 0, 2, 0, 9, 0 }, 17, 0xffff, true, 1, 0 },
		{ "garbage behind, all", 9, { 8, 0x69, 9, 0, 1, 0, 1, 0, 5, 7, 0x69, 8, 0, 2, 0, 9, 0 }, 17, 0xffff, false, 1, TUG_ETLV },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct crafted c;
		struct tug_tlv_it it;
		struct tug_tlv tlv;
		int n = 0, rc;

		craft(&c, rows[i].prot, rows[i].tlvs, rows[i].len);
		assert_int_equal(tug_image_open(&c.img, &c.io, 0, 0), TUG_OK);
		tug_tlv_begin(&it, &c.img, rows[i].type, rows[i].prot_only);
		while ((rc = tug_tlv_next(&it, &tlv)) == 1) {
			assert_true(tlv.off + tlv.len <= c.img.total);
			assert_int_equal(tlv.prot, tlv.off < c.img.unprot_off);
			n++;
		}
		if (n != rows[i].n || rc != rows[i].end) {
			fail_msg("%s: %d entries, end %d", rows[i].name, n, rc);
		}
		assert_int_equal(tug_tlv_next(&it, &tlv), rc); /* the end stays the end */
		free(c.data);
	}
}

/* Without the TLVs read there is nothing behind the protected area to walk. */
static void header_only_walk(void **state)
{
	static const uint8_t tlvs[] = { 8, 0x69, 9, 0, 1, 0, 1, 0, 5, 7, 0x69, 8, 0, 2, 0, 0, 0 };
	struct crafted c;
	struct tug_tlv_it it;
	struct tug_tlv tlv;

	(void)state;
	craft(&c, 9, tlvs, sizeof(tlvs));
	assert_int_equal(tug_image_open_hdr(&c.img, &c.io, 0, 0), TUG_OK);
	tug_tlv_begin(&it, &c.img, 0xffff, false);
	assert_int_equal(tug_tlv_next(&it, &tlv), 1);
	assert_int_equal(tug_tlv_next(&it, &tlv), 0);
	free(c.data);
}

static void values(void **state)
{
	static const uint8_t tlvs[] = { 0x07, 0x69, 11, 0, 0xa0, 0, 3, 0, 'a', 'b', 'c' };
	struct crafted c;
	struct tug_tlv_it it;
	struct tug_tlv tlv;
	uint8_t dst[4] = { 0, 0, 0, 0x55 };

	(void)state;
	craft(&c, 0, tlvs, sizeof(tlvs));
	assert_int_equal(tug_image_open(&c.img, &c.io, 0, 0), TUG_OK);
	tug_tlv_begin(&it, &c.img, 0xa0, false);
	assert_int_equal(tug_tlv_next(&it, &tlv), 1);
	assert_int_equal(tug_tlv_read(&c.img, &tlv, dst, 2), TUG_ENOSPACE);
	assert_int_equal(tug_tlv_read(&c.img, &tlv, dst, 3), TUG_OK);
	assert_memory_equal(dst, "abc\x55", 4);
	free(c.data);
}

struct digest_row {
	uint8_t type, len, area_len;
	int rc;
};

static void digest_lengths(void **state)
{
	static const struct digest_row rows[] = {
		{ TUG_TLV_SHA256, 32, 32, TUG_OK },   { TUG_TLV_SHA384, 48, 48, TUG_OK },
		{ TUG_TLV_SHA512, 64, 64, TUG_OK },   { TUG_TLV_SHA256, 31, 31, TUG_ETLV },
		{ TUG_TLV_SHA256, 33, 33, TUG_ETLV }, { TUG_TLV_SHA256, 0, 0, TUG_ETLV },
		{ TUG_TLV_SHA512, 32, 32, TUG_ETLV }, { TUG_TLV_SHA512, 64, 63, TUG_ETLV },
		{ 0x13, 32, 32, TUG_ENOHASH },        { 0x0f, 32, 32, TUG_ENOHASH },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t tlvs[8 + 64] = { 0x07, 0x69, (uint8_t)(8 + rows[i].area_len), 0, rows[i].type, 0, rows[i].len, 0 };
		uint8_t out[TUG_HASH_MAX];
		size_t len = 0;
		struct crafted c;

		memset(tlvs + 8, (int)(i + 1), 64);
		craft(&c, 0, tlvs, 8u + rows[i].area_len);
		assert_int_equal(tug_image_open(&c.img, &c.io, 0, 0), TUG_OK);
		assert_int_equal(tug_image_digest(&c.img, out, &len), rows[i].rc);
		if (rows[i].rc == TUG_OK) {
			assert_int_equal(len, rows[i].len);
			assert_memory_equal(out, tlvs + 8, len);
		}
		free(c.data);
	}
}

/* The golden images hold the TLVs their text names, in that order. */
static void golden_walk(void **state)
{
	static const uint16_t want[] = { 0x50, 0x60, 0x40, 0x74, 0x75, 0xa0, 0x1fe, 0x10 };
	struct image_vec v;
	struct tug_image img;
	struct tug_tlv_it it;
	struct tug_tlv tlv;
	uint8_t digest[TUG_HASH_MAX];
	size_t n = 0, len = 0;

	(void)state;
	image_vec_load(&v, "prot");
	struct tug_slice s = tug_slice_of(v.data, v.len);
	struct tug_io io = tug_io_of_slice(&s);
	assert_int_equal(tug_image_open(&img, &io, 0, 0), TUG_OK);
	tug_tlv_begin(&it, &img, 0xffff, false);
	while (tug_tlv_next(&it, &tlv) == 1) {
		assert_true(n < sizeof(want) / sizeof(want[0]));
		assert_int_equal(tlv.type, want[n]);
		assert_int_equal(tlv.prot, n < 7);
		n++;
	}
	assert_int_equal(n, sizeof(want) / sizeof(want[0]));
	assert_int_equal(tug_image_digest(&img, digest, &len), TUG_OK);
	assert_int_equal(len, 32);
	assert_memory_equal(digest, v.data + v.len - 32, 32);
	image_vec_free(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks),          cmocka_unit_test(header_only_walk), cmocka_unit_test(values),
		cmocka_unit_test(digest_lengths), cmocka_unit_test(golden_walk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
