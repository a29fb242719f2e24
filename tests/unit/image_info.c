/* SPDX-License-Identifier: Apache-2.0
 *
 * States what is known of the golden images, that the byte map covers every octet of a file exactly once,
 * and how the description reads. Run by CTest.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <tug/imgtool.h>

#include "image_vec.h"

static void values(void **state)
{
	static const struct {
		const char *name;
		unsigned n_tlvs;
		uint16_t sig;
		size_t digest, keyhash;
		uint8_t align;
		bool digest_ok, pure, encrypted;
	} rows[] = {
		{ "hash", 1, 0, 32, 0, 0, true, false, false },
		{ "sha512", 1, 0, 64, 0, 0, true, false, false },
		{ "ed", 3, 0x24, 32, 32, 0, true, false, false },
		{ "edpure", 4, 0x24, 64, 64, 0, true, true, false },
		{ "rsa3072", 3, 0x23, 32, 32, 0, true, false, false },
		{ "p256full", 3, 0x22, 32, 0, 0, true, false, false },
		{ "p384", 3, 0x22, 48, 48, 0, true, false, false },
		{ "prot", 8, 0, 32, 0, 0, true, false, false },
		{ "encx", 2, 0, 32, 0, 0, false, false, true },
		{ "encclear", 2, 0, 32, 0, 0, true, false, true },
		{ "pad", 1, 0, 32, 0, 8, true, false, false },
		{ "pad-confirm16", 1, 0, 32, 0, 16, true, false, false },
		{ "pad-confirm32", 1, 0, 32, 0, 32, true, false, false },
		{ "pad-confirm-r0", 1, 0, 32, 0, 8, true, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct image_vec v;
		struct tug_image_info info;

		image_vec_load(&v, rows[i].name);
		struct tug_file f = { .data = { v.data, v.len } };
		assert_int_equal(tug_image_info_read(&f, &info, NULL), TUG_OK);
		assert_int_equal(info.n_tlvs, rows[i].n_tlvs);
		assert_int_equal(info.sig_type, rows[i].sig);
		assert_int_equal(info.digest_len, rows[i].digest);
		assert_int_equal(info.keyhash_len, rows[i].keyhash);
		assert_int_equal(info.digest_ok, rows[i].digest_ok);
		assert_int_equal(info.pure, rows[i].pure);
		assert_int_equal(info.encrypted, rows[i].encrypted);
		assert_int_equal(info.trailer_align, rows[i].align);
		if (rows[i].align != 0) {
			assert_int_equal(info.trailer.image_ok, strcmp(rows[i].name, "pad") == 0 ? TUG_UNSET : TUG_GOOD);
			assert_int_equal(info.trailer.copy_done, TUG_UNSET);
		}
		image_vec_free(&v);
	}
}

/* Rows of the map follow each other without gap or overlap, from the first octet to the last. */
static void map_covers(void **state)
{
	static const uint32_t addrs[] = { 0, 0x0800c000 };

	(void)state;
	for (size_t k = 0; image_vec_names[k] != NULL; k++) {
		for (size_t a = 0; a < 2; a++) {
			struct image_vec v;
			struct tug_image_info info;
			struct tug_octets map;

			image_vec_load(&v, image_vec_names[k]);
			struct tug_file f = { .data = { v.data, v.len }, .has_addr = a == 1, .addr = addrs[a] };
			assert_int_equal(tug_image_info_read(&f, &info, NULL), TUG_OK);
			assert_int_equal(tug_image_info_map(&info, &map), TUG_OK);
			size_t at = addrs[a];
			unsigned rows = 0;
			for (char *line = strchr((char *)map.p, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1) {
				size_t off = 0, len = 0;

				if (sscanf(line, "0x%zx", &off) != 1) {
					fail_msg("row without offset: %s", line);
				}
				assert_int_equal(off, at);
				if (strncmp(line + 10, "  end\n", 6) == 0) {
					assert_string_equal(strchr(line, '\n') + 1, "");
					break;
				}
				assert_int_equal(sscanf(line + 40, "%zu", &len), 1);
				at += len;
				rows++;
			}
			assert_int_equal(at, addrs[a] + v.len);
			assert_true(rows >= 4);
			tug_octets_free(&map);
			image_vec_free(&v);
		}
	}
}

static const char p256_text[] =
	"file        app.bin, 247 octets\n"
	"version     1.2.3+4\n"
	"header      32 octets, flags none\n"
	"payload     64 octets at 0x20\n"
	"image       247 octets in all\n"
	"digest      fe96bbe6d74ed7c809aa78e2a605d5c4cca33969885bfcc9ac10d7c52df5e00d (matches)\n"
	"signature   ECDSASIG, key e77c1ff4100640009e73b48da0374fd820e291dd9b79739d4feb3cad9e02514b\n"
	"tlv         0x000068 unprotected 0x0010 SHA256              32  fe96bbe6d74ed7c809aa78e2a605d5c4cca33969885bfcc9ac10d7c52df5e00d\n"
	"tlv         0x00008c unprotected 0x0001 KEYHASH             32  e77c1ff4100640009e73b48da0374fd820e291dd9b79739d4feb3cad9e02514b\n"
	"tlv         0x0000b0 unprotected 0x0022 ECDSASIG            71  "
	"3045022100fb7f317464ef7b484ef93a4432c9ae28609dc2630430a4f5e29877...\n"
	"trailer     none (not padded)\n";

static void text_reads(void **state)
{
	struct image_vec v;
	struct tug_image_info info;
	struct tug_octets text;

	(void)state;
	image_vec_load(&v, "p256");
	struct tug_file f = { .data = { v.data, v.len } };
	assert_int_equal(tug_image_info_read(&f, &info, NULL), TUG_OK);
	assert_int_equal(tug_image_info_text(&info, &f, "app.bin", &text), TUG_OK);
	assert_string_equal((const char *)text.p, p256_text);
	tug_octets_free(&text);
	v.data[40] ^= 1;
	assert_int_equal(tug_image_info_read(&f, &info, NULL), TUG_OK);
	assert_int_equal(tug_image_info_text(&info, &f, "app.bin", &text), TUG_OK);
	assert_non_null(strstr((const char *)text.p, "(DOES NOT MATCH the content)"));
	tug_octets_free(&text);
	image_vec_free(&v);
	image_vec_load(&v, "pad-confirm");
	struct tug_file g = { .data = { v.data, v.len }, .has_addr = true, .addr = 0xc000 };
	assert_int_equal(tug_image_info_read(&g, &info, NULL), TUG_OK);
	assert_int_equal(tug_image_info_text(&info, &g, "x", &text), TUG_OK);
	assert_non_null(strstr((const char *)text.p, "file        x, 4096 octets at 0x0000c000\n"));
	assert_non_null(strstr((const char *)text.p, "alignment 8: magic good, image_ok set, copy_done unset, swap type none, image 0\n"));
	tug_octets_free(&text);
	image_vec_free(&v);
}

static void names(void **state)
{
	char out[300];

	(void)state;
	assert_string_equal(tug_tlv_type_name(0x10), "SHA256");
	assert_string_equal(tug_tlv_type_name(0xa0), "vendor");
	assert_string_equal(tug_tlv_type_name(0x99), "unknown");
	assert_string_equal(tug_tlv_type_name(0xffff), "unknown");
	tug_image_flags_text(0, out, sizeof(out));
	assert_string_equal(out, "none");
	tug_image_flags_text(0x30, out, sizeof(out));
	assert_string_equal(out, "NON_BOOTABLE|RAM_LOAD");
	tug_image_flags_text(0x80000004u, out, sizeof(out));
	assert_string_equal(out, "ENCRYPTED_AES128|0x80000000");
	for (size_t cap = 0; cap < 40; cap++) { /* cut, never beyond */
		memset(out, 'z', sizeof(out));
		tug_image_flags_text(0xffffffffu, out, cap);
		assert_int_equal(out[cap], 'z');
		assert_true(cap == 0 || strlen(out) == cap - 1);
	}
}

/* More TLVs than are described: counted, and said. */
static void many_tlvs(void **state)
{
	enum { N = TUG_INFO_TLVS + 12 };
	uint8_t data[36 + 4 + N * 4];
	struct tug_image_hdr h = { .magic = TUG_IMAGE_MAGIC, .hdr_size = 32, .img_size = 4 };
	struct tug_image_info info;
	struct tug_octets text;

	(void)state;
	memset(data, 0, sizeof(data));
	tug_image_hdr_encode(&h, data);
	tug_put_le16(data + 36, TUG_TLV_MAGIC);
	tug_put_le16(data + 38, 4 + N * 4);
	for (size_t i = 0; i < N; i++) {
		tug_put_le16(data + 40 + 4 * i, 0xa0);
	}
	struct tug_file f = { .data = { data, sizeof(data) } };
	assert_int_equal(tug_image_info_read(&f, &info, NULL), TUG_OK);
	assert_int_equal(info.n_tlvs, N);
	assert_int_equal(info.digest_len, 0);
	assert_int_equal(tug_image_info_text(&info, &f, "x", &text), TUG_OK);
	assert_non_null(strstr((const char *)text.p, "and 12 more"));
	tug_octets_free(&text);
	data[38 + 1] = 0xff;
	char why[TUG_WHY_CAP];
	assert_int_equal(tug_image_info_read(&f, &info, why), TUG_ETRUNC);
	assert_true(strlen(why) > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values), cmocka_unit_test(map_covers), cmocka_unit_test(text_reads),
		cmocka_unit_test(names),  cmocka_unit_test(many_tlvs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
