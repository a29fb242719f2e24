/* SPDX-License-Identifier: Apache-2.0
 *
 * The view of a compressed image: octet for octet the image that is made without compression, read in any order, and every
 * damaged octet is noticed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tug/image_packed.h>
#include <tug/imgtool.h>
#include <tug/port/lzma.h>

#define PAYLOAD 20000u

static char why[TUG_WHY_CAP];

struct world {
	uint8_t payload[PAYLOAD];
	uint8_t memory[TUG_LZMA_MEMORY];
	struct tug_lzma lzma;
	struct tug_key *key;
	struct tug_file plain;
	struct tug_file packed;
	struct tug_slice data;
	struct tug_io io;
	struct tug_image img;
	struct tug_packed_view view;
};

static struct tug_file sign(const struct world *w, enum tug_compression c, bool prot)
{
	struct tug_sign_options o = tug_sign_defaults();
	struct tug_file in = { .data = { (uint8_t *)(uintptr_t)w->payload, PAYLOAD } }, out;
	const struct tug_custom_tlv custom = { 0x00b1, { (const uint8_t *)"some text", 9 } };

	o.pad_header = true;
	o.header_size = 0x200;
	o.version = (struct tug_version){ 1, 2, 3, 4 };
	o.key = w->key;
	o.compression = c;
	o.has_sec_cnt = prot;
	o.sec_cnt = 9;
	o.custom = &custom;
	o.n_custom = prot ? 1 : 0;
	assert_int_equal(tug_sign(&in, &o, &out, why), TUG_OK);
	return out;
}

static int open_view(struct world *w)
{
	w->data = tug_slice_of(w->packed.data.p, w->packed.data.len);
	w->io = tug_io_of_slice(&w->data);
	tug_lzma_init(&w->lzma, w->memory, sizeof(w->memory));
	int rc = tug_image_open(&w->img, &w->io, 0, TUG_IMG_CAN_COMPRESSED);

	return rc == TUG_OK ? tug_packed_view_open(&w->view, &w->img, &w->lzma.port) : rc;
}

static struct world *make(enum tug_compression c, bool prot)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	for (unsigned i = 0; i < PAYLOAD; i++) { /* calls, for the filter */
		w->payload[i] = (uint8_t)(i % 8 == 1 ? 0xf0 : i % 8 == 3 ? 0xf8 : (i * i >> 9) % 61 + (i >> 10));
	}
	assert_int_equal(tug_key_generate(TUG_SIG_ED25519, &w->key, why), TUG_OK);
	w->plain = sign(w, TUG_COMPRESS_NONE, prot);
	w->packed = sign(w, c, prot);
	return w;
}

static void drop(struct world *w)
{
	tug_key_free(w->key);
	tug_file_free(&w->plain);
	tug_file_free(&w->packed);
	free(w);
}

static int read_all(struct world *w, size_t piece, uint8_t *out)
{
	int rc = TUG_OK;

	for (uint32_t off = 0; rc == TUG_OK && off < w->view.total; off += (uint32_t)piece) {
		uint32_t n = w->view.total - off < piece ? w->view.total - off : (uint32_t)piece;

		rc = w->view.io.read_at(w->view.io.ctx, off, out + off, n);
	}
	return rc;
}

static void test_equal(void **state)
{
	static const size_t pieces[] = { 1, 3, 64, 1000, 1024, 30000 };

	(void)state;
	for (unsigned k = 0; k < 4; k++) {
		struct world *w = make(k % 2 == 0 ? TUG_COMPRESS_LZMA2 : TUG_COMPRESS_LZMA2_ARM, k >= 2);
		uint8_t *out = malloc(w->plain.data.len);

		assert_non_null(out);
		assert_true(tug_image_is_packed(&(struct tug_image_hdr){ .flags = tug_le32(w->packed.data.p + 16) }));
		assert_int_equal(open_view(w), TUG_OK);
		assert_int_equal(w->view.total, w->plain.data.len);
		for (unsigned i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
			memset(out, 0, w->plain.data.len);
			assert_int_equal(read_all(w, pieces[i], out), TUG_OK);
			assert_memory_equal(out, w->plain.data.p, w->plain.data.len);
		}
		/* backwards, and over every border */
		for (uint32_t off = w->view.total; off > 0;) {
			off -= off < 777 ? off : 777;
			assert_int_equal(w->view.io.read_at(w->view.io.ctx, off, out, off + 50 < w->view.total ? 50 : 1), TUG_OK);
			assert_memory_equal(out, w->plain.data.p + off, off + 50 < w->view.total ? 50 : 1);
		}
		assert_int_equal(w->view.io.read_at(w->view.io.ctx, w->view.total - 1, out, 2), TUG_ETRUNC);
		free(out);
		drop(w);
	}
}

/* Any octet of the payload changed, or DECOMP_SIZE one off: an error, never other octets that pass. */
static void test_damaged(void **state)
{
	struct world *w = make(TUG_COMPRESS_LZMA2, false);
	uint8_t *out = malloc(w->plain.data.len + 1);
	uint32_t len = tug_le32(w->packed.data.p + 12);
	unsigned noticed = 0;

	(void)state;
	assert_non_null(out);
	for (uint32_t i = 0; i < len; i++) {
		w->packed.data.p[0x200 + i] ^= 0x20;
		if (open_view(w) != TUG_OK || read_all(w, 1024, out) != TUG_OK || memcmp(out, w->plain.data.p, w->plain.data.len) != 0) {
			noticed++;
		}
		w->packed.data.p[0x200 + i] ^= 0x20;
	}
	assert_true(noticed >= len - 2); /* a larger dictionary gives the same octets */
	for (int d = -1; d <= 1; d++) {
		tug_put_le32(w->packed.data.p + 0x200 + len + 8, (uint32_t)((int)PAYLOAD + d));
		assert_int_equal(open_view(w), TUG_OK);
		assert_int_equal(read_all(w, 1024, out), d == 0 ? TUG_OK : TUG_EPACKED);
	}
	free(out);
	drop(w);
}

/* Little goes in, no end comes out: what was announced is the limit. */
static void test_bomb(void **state)
{
	struct world *w = make(TUG_COMPRESS_LZMA2, false);
	uint32_t len = tug_le32(w->packed.data.p + 12);
	uint8_t out[512];

	(void)state;
	tug_put_le32(w->packed.data.p + 0x200 + len + 8, 100);
	assert_int_equal(open_view(w), TUG_OK);
	assert_int_equal(w->view.io.read_at(w->view.io.ctx, 0x200, out, 100), TUG_EPACKED);
	tug_put_le32(w->packed.data.p + 0x200 + len + 8, UINT32_MAX);
	assert_int_equal(open_view(w), TUG_EHDR);
	drop(w);
}

static void test_no_memory(void **state)
{
	struct world *w = make(TUG_COMPRESS_LZMA2, false);
	uint8_t out[4];

	(void)state;
	assert_int_equal(open_view(w), TUG_OK);
	tug_lzma_init(&w->lzma, w->memory, 131072);
	assert_int_equal(w->view.io.read_at(w->view.io.ctx, 0x200, out, 4), TUG_EFLAGS);
	drop(w);
}

/* `tug file verify`: fine, and then damaged where only decompression sees it. */
static void test_verify(void **state)
{
	struct world *w = make(TUG_COMPRESS_LZMA2_ARM, true);

	(void)state;
	assert_int_equal(tug_file_verify(&w->packed, w->key, "x.bin", why), TUG_OK);
	assert_int_equal(tug_file_verify(&w->packed, NULL, "x.bin", why), TUG_OK);
	drop(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),    cmocka_unit_test(test_damaged), cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_no_memory), cmocka_unit_test(test_verify),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
