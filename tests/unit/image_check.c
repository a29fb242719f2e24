/* SPDX-License-Identifier: Apache-2.0
 *
 * States what is said about each kind of file that is not one whole image, and that whole images pass.
 * The sentence must name the file, the cause and what to give instead. Run by CTest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <zip.h>

#include <tug/imgtool.h>

#include "image_vec.h"

static int check(const void *p, size_t len, char *why)
{
	uint8_t *exact = malloc(len > 0 ? len : 1);
	struct tug_file f = { .data = { exact, len } };

	assert_non_null(exact);
	memcpy(exact, p, len);
	why[0] = '\0';
	int rc = tug_file_check_image(&f, "given.bin", why);
	free(exact);
	if (rc != TUG_OK && strstr(why, "given.bin") == NULL) {
		fail_msg("%d: the sentence does not name the file: %s", rc, why);
	}
	return rc;
}

static void expect(const void *p, size_t len, int rc, const char *says)
{
	char why[TUG_WHY_CAP];
	int is = check(p, len, why);

	for (size_t i = 0; why[i] != '\0'; i++) {
		assert_true(why[i] >= ' ' && why[i] <= '~');
	}
	if (is != rc || strstr(why, says) == NULL) {
		fail_msg("%d '%s', want %d '%s'", is, why, rc, says);
	}
}

static void whole_images(void **state)
{
	static const char *const encrypted[] = { "encrsa", "encp256", "encx", "encx512", NULL };
	const char *const *lists[] = { image_vec_names, encrypted };

	(void)state;
	for (size_t l = 0; l < 2; l++) {
		for (size_t i = 0; lists[l][i] != NULL; i++) {
			struct image_vec v;

			image_vec_load(&v, lists[l][i]);
			expect(v.data, v.len, TUG_OK, "");
			image_vec_free(&v);
		}
	}
}

static void other_kinds(void **state)
{
	uint8_t unsigned_bin[0x300] = { 0 };
	uint8_t plain[256] = { 0 };
	uint8_t erased[600];

	(void)state;
	tug_put_le32(unsigned_bin + 0x200, 0x20008000);
	tug_put_le32(unsigned_bin + 0x204, 0x00000451);
	tug_put_le32(plain, 0x20002000);
	tug_put_le32(plain + 4, 0x08000199);
	memset(erased, 0xff, sizeof(erased));
	expect("", 0, TUG_ETRUNC, "empty");
	expect(unsigned_bin, sizeof(unsigned_bin), TUG_EMAGIC, "is not signed");
	expect(unsigned_bin, 0x208, TUG_EMAGIC, "tug file sign");
	expect(plain, sizeof(plain), TUG_EMAGIC, "zephyr.signed.bin");
	expect(erased, sizeof(erased), TUG_EERASED, "erased");
	expect(erased, 7, TUG_EERASED, "erased");
	expect("\x7f" "ELF\x01\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x28\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0", 34, TUG_EMAGIC, "ELF file");
	expect("UF2\n\x57\x51\x5d\x9e", 8, TUG_EMAGIC, "UF2");
	expect("<!DOCTYPE html><html><head><title>404 Not Found</title></head></html>", 69, TUG_EMAGIC, "text file");
	expect("\x3c\xb8\xf3\x96\0\0\0\0\x20\0\0\0\x40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32, TUG_EMAGIC, "before 1.0");
	expect("\x12\x34\x56\x78\x9a\0\xff\x81", 8, TUG_EMAGIC, "begins with 12 34 56 78");
	expect("\x80", 1, TUG_EMAGIC, "begins with 80 00");
	expect(plain + 8, 100, TUG_EMAGIC, "not an MCUboot image"); /* zeros */
	struct image_vec big;
	image_vec_load(&big, "big");
	expect(big.data, big.len, TUG_EMAGIC, "big-endian");
	image_vec_free(&big);
}

/* A whole-flash file: bootloader first, image behind it. */
static void merged(void **state)
{
	struct image_vec v;
	uint8_t flash[0x2000];

	(void)state;
	image_vec_load(&v, "p256");
	memset(flash, 0xff, sizeof(flash));
	tug_put_le32(flash, 0x20002000);
	tug_put_le32(flash + 4, 0x199);
	tug_put_le32(flash + 0x200, TUG_IMAGE_MAGIC); /* a constant of the bootloader's code, no image */
	memcpy(flash + 0x1000, v.data, v.len);
	expect(flash, sizeof(flash), TUG_EMAGIC, "image begins at offset 0x1000");
	image_vec_free(&v);
}

static struct tug_octets make_zip(const char *const *names)
{
	char path[] = "/tmp/tug-zip-XXXXXX";
	struct tug_file f;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
	assert_non_null(z);
	for (size_t i = 0; names[i] != NULL; i++) {
		assert_true(zip_file_add(z, names[i], zip_source_buffer(z, "content", 7, 0), ZIP_FL_ENC_UTF_8) >= 0);
	}
	assert_int_equal(zip_close(z), 0);
	assert_int_equal(tug_file_read(path, &f, NULL), TUG_OK);
	unlink(path);
	return f.data;
}

static void packages(void **state)
{
	static const char *const one[] = { "manifest.json", "app_update.bin", NULL };
	static const char *const two[] = { "app_update.bin", "net_core_app_update.bin", "manifest.json", NULL };
	static const char *const none[] = { "readme.txt", NULL };
	static const char *const odd[] = { "aX[31m.bin", NULL };
	struct tug_octets z;

	(void)state;
	z = make_zip(one);
	expect(z.p, z.len, TUG_EPACKAGE, "is a package, which tug update takes, and here one image is wanted; it holds app_update.bin: unpack and give that");
	for (size_t n = 4; n < z.len; n++) {
		expect(z.p, n, TUG_EPACKAGE, "package"); /* cut off at any place */
	}
	tug_octets_free(&z);
	z = make_zip(two);
	expect(z.p, z.len, TUG_EPACKAGE, "app_update.bin, net_core_app_update.bin: unpack and give the one for this device");
	tug_octets_free(&z);
	z = make_zip(none);
	expect(z.p, z.len, TUG_EPACKAGE, "no image (*.bin) is inside");
	tug_octets_free(&z);
	z = make_zip(odd);
	for (size_t i = 0; i < z.len; i++) {
		z.p[i] = z.p[i] == 'X' ? 0x1b : z.p[i];
	}
	expect(z.p, z.len, TUG_EPACKAGE, "?[31m.bin"); /* nothing that a terminal would obey */
	tug_octets_free(&z);
}

/* Every cut of a signed image says that it is cut off, with both sizes; every damage is named as such. */
static void damaged_images(void **state)
{
	struct image_vec v;
	char why[TUG_WHY_CAP];

	(void)state;
	image_vec_load(&v, "p256");
	for (size_t n = 32; n < v.len; n++) {
		char sizes[64];

		snprintf(sizes, sizeof(sizes), "the file has %zu;", n);
		expect(v.data, n, TUG_ETRUNC, sizes);
	}
	expect(v.data, v.len - 1, TUG_ETRUNC, "at least 247 octets, the file has 246");
	expect(v.data, 20, TUG_ETRUNC, "at least 32 octets");
	for (size_t i = 0; i < v.len; i++) {
		v.data[i] ^= 0x20;
		int rc = check(v.data, v.len, why);
		v.data[i] ^= 0x20;
		assert_true(i < 136 ? rc != TUG_OK : true); /* past the digest the signature is the bootloader's business */
	}
	v.data[40] ^= 1;
	expect(v.data, v.len, TUG_EHASH, "damaged: its digest does not match");
	v.data[40] ^= 1;
	v.data[8] = 0;
	expect(v.data, v.len, TUG_EHDR, "contradicts itself");
	v.data[8] = 32;
	v.data[97] = 0x70;
	expect(v.data, v.len, TUG_ETLV, "signature area");
	v.data[97] = 0x69;
	v.data[100] = 0x13;
	expect(v.data, v.len, TUG_ENOHASH, "no digest");
	image_vec_free(&v);
}

/* What cannot be verified here, an encrypted payload, still has its signature area looked at. */
static void damaged_encrypted(void **state)
{
	struct image_vec v;

	(void)state;
	image_vec_load(&v, "encx");
	v.data[102]++; /* length of the digest: the entries behind it are out of step */
	expect(v.data, v.len, TUG_ETLV, "signature area");
	v.data[102]--;
	v.data[100] = 0xa0;
	expect(v.data, v.len, TUG_ENOHASH, "no digest");
	expect(v.data, v.len - 1, TUG_ETRUNC, "cut off");
	image_vec_free(&v);
}

static void by_path(void **state)
{
	char path[] = "/tmp/tug-load-XXXXXX", why[TUG_WHY_CAP];
	int fd = mkstemp(path);
	struct image_vec v;
	struct tug_file f;

	(void)state;
	assert_true(fd >= 0);
	image_vec_load(&v, "ed");
	assert_int_equal(write(fd, v.data, v.len), v.len);
	close(fd);
	assert_int_equal(tug_file_load_image(path, &f, why), TUG_OK);
	assert_int_equal(f.data.len, v.len);
	tug_file_free(&f);
	assert_int_equal(truncate(path, 100), 0);
	assert_int_equal(tug_file_load_image(path, &f, why), TUG_ETRUNC);
	assert_null(f.data.p);
	assert_non_null(strstr(why, path + 5)); /* its name without the folder */
	assert_int_equal(tug_file_load_image("/no/such/file", &f, why), TUG_EFILE);
	unlink(path);
	image_vec_free(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_images), cmocka_unit_test(other_kinds),    cmocka_unit_test(merged),
		cmocka_unit_test(packages),     cmocka_unit_test(damaged_images), cmocka_unit_test(by_path),
		cmocka_unit_test(damaged_encrypted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
