/* SPDX-License-Identifier: Apache-2.0
 *
 * Packages as they come: what the build system writes in each of its forms is read whole, everything else is refused
 * with a sentence that names the package and the cause, and no octet of a zip can make the reader fall.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "package_zip.h"

#define END { NULL, NULL, 0, NULL }

static int read_zip(struct tug_slice z, struct tug_package *p, char *why)
{
	why[0] = '\0';
	return tug_package_read(z, "dfu.zip", p, why);
}

static void good(const struct entry *e, struct tug_package *p)
{
	struct tug_slice z = zip_of(e);
	char why[TUG_PACKAGE_WHY];
	int rc = read_zip(z, p, why);

	free((void *)(uintptr_t)z.p);
	if (rc != TUG_OK) {
		fail_msg("%s", why);
	}
}

static void bad(const struct entry *e, int want, const char *word)
{
	struct tug_slice z = zip_of(e);
	struct tug_package p;
	char why[TUG_PACKAGE_WHY];
	int rc = read_zip(z, &p, why);

	free((void *)(uintptr_t)z.p);
	if (rc != want || strstr(why, word) == NULL || strstr(why, "dfu.zip") == NULL || p.n != 0) {
		fail_msg("%d '%s' has no '%s'", rc, why, word);
	}
}

static void bad_manifest(const char *manifest, const char *word)
{
	struct entry e[] = { { "app.bin", "image", 0, NULL }, { "manifest.json", manifest, 0, NULL }, END };

	bad(e, TUG_EPACKAGE, word);
}

/* As the SDK writes it for an nRF5340 with both cores: indices are texts, addresses and sizes numbers. */
static void two_cores(void **state)
{
	static const char manifest[] =
		"{\n    \"format-version\": 0,\n    \"time\": 1658233512,\n    \"files\": [\n        {\n"
		"            \"type\": \"application\",\n            \"board\": \"nrf5340dk_nrf5340_cpuapp\",\n"
		"            \"soc\": \"nRF5340_CPUAPP_QKAA\",\n            \"load_address\": 66048,\n"
		"            \"image_index\": \"0\",\n            \"slot_index_primary\": \"1\",\n"
		"            \"slot_index_secondary\": \"2\",\n            \"version_MCUBOOT\": \"1.2.3+4\",\n"
		"            \"size\": 9,\n            \"file\": \"app_update.bin\",\n            \"modtime\": 1658233510\n"
		"        },\n        {\n            \"type\": \"application\",\n            \"board\": \"nrf5340dk_nrf5340_cpunet\",\n"
		"            \"soc\": \"nRF5340_CPUNET_QKAA\",\n            \"load_address\": 16809984,\n"
		"            \"image_index\": \"1\",\n            \"slot_index_primary\": \"3\",\n"
		"            \"slot_index_secondary\": \"4\",\n            \"version\": \"2\",\n            \"size\": 5,\n"
		"            \"file\": \"net_core_app_update.bin\",\n            \"modtime\": 1658233511\n        }\n    ],\n"
		"    \"name\": \"peripheral_lbs\",\n    \"firmware\": {\"zephyr\": {\"revision\": \"abc\"}}\n}";
	struct entry e[] = { { "app_update.bin", "app image", 0, NULL },
			     { "net_core_app_update.bin", "a net", 0, NULL },
			     { "manifest.json", manifest, 0, NULL },
			     END };
	struct tug_package p;

	(void)state;
	good(e, &p);
	assert_true(p.manifest);
	assert_int_equal(p.format, 0);
	assert_int_equal(p.time, 1658233512);
	assert_string_equal(p.name, "peripheral_lbs");
	assert_int_equal(p.n, 2);
	assert_string_equal(p.f[0].file, "app_update.bin");
	assert_string_equal(p.f[0].type, "application");
	assert_string_equal(p.f[0].board, "nrf5340dk_nrf5340_cpuapp");
	assert_string_equal(p.f[0].soc, "nRF5340_CPUAPP_QKAA");
	assert_string_equal(p.f[0].version, "1.2.3+4");
	assert_int_equal(p.f[0].load_address, 66048);
	assert_int_equal(p.f[0].image, 0);
	assert_int_equal(p.f[0].slot, -1);
	assert_int_equal(p.f[0].len, 9);
	assert_memory_equal(p.f[0].data, "app image", 9);
	assert_int_equal(p.f[1].image, 1);
	assert_string_equal(p.f[1].version, "2");
	assert_int_equal(p.f[1].load_address, 16809984);
	assert_memory_equal(p.f[1].data, "a net", 5);
	tug_package_free(&p);
	tug_package_free(&p); /* empty is fine */
}

/* Two variants of one image, told apart by slot. */
static void direct_xip(void **state)
{
	static const char manifest[] =
		"{\"format-version\":1,\"time\":1,\"files\":["
		"{\"type\":\"application\",\"load_address\":\"0x10000\",\"version_MCUBOOT+XIP\":\"3.0.0+0\",\"image_index\":\"0\","
		"\"slot\":\"0\",\"size\":1,\"file\":\"app.bin\"},"
		"{\"type\":\"application\",\"version_MCUBOOT+XIP\":\"3.0.0+0\",\"image_index\":0,\"slot\":1,\"size\":\"2\","
		"\"file\":\"mcuboot_secondary_app.bin\"}]}";
	struct entry e[] = { { "manifest.json", manifest, 0, NULL },
			     { "app.bin", "0", 0, NULL },
			     { "mcuboot_secondary_app.bin", "11", 0, NULL },
			     END };
	struct tug_package p;

	(void)state;
	good(e, &p);
	assert_int_equal(p.format, 1);
	assert_int_equal(p.n, 2);
	assert_int_equal(p.f[0].slot, 0);
	assert_int_equal(p.f[0].load_address, 0x10000);
	assert_string_equal(p.f[0].version, "3.0.0+0");
	assert_int_equal(p.f[1].slot, 1);
	assert_int_equal(p.f[1].image, 0);
	tug_package_free(&p);
}

/* Early manifests name little more than the file; some tools put a mark of byte order in front. */
static void old_forms(void **state)
{
	struct entry least[] = { { "manifest.json", "{\"files\":[{\"file\":\"app_update.bin\"}]}", 0, NULL },
				 { "app_update.bin", "x", 0, NULL },
				 END };
	struct entry mark[] = { { "manifest.json", "\xef\xbb\xbf{\"files\":[{\"file\":\"a\",\"version\":7,\"slot\":null}]}", 0, NULL },
				{ "a", "x", 0, NULL },
				END };
	struct entry folder[] = { { "build/", "", 0, NULL },
				  { "build/manifest.json", "{\"files\":[{\"file\":\"a.bin\",\"image_index\":2}]}", 0, NULL },
				  { "build/a.bin", "x", 0, NULL },
				  END };
	struct entry bare[] = { { "readme.txt", "hello", 0, NULL }, { "zephyr.signed.bin", "xyz", 0, NULL }, END };
	struct tug_package p;

	(void)state;
	good(least, &p);
	assert_int_equal(p.n, 1);
	assert_int_equal(p.f[0].image, 0);
	assert_int_equal(p.f[0].slot, -1);
	assert_int_equal(p.f[0].load_address, 0);
	tug_package_free(&p);
	good(mark, &p);
	assert_string_equal(p.f[0].version, "7");
	tug_package_free(&p);
	good(folder, &p);
	assert_int_equal(p.f[0].image, 2);
	tug_package_free(&p);
	good(bare, &p);
	assert_false(p.manifest);
	assert_string_equal(p.f[0].file, "zephyr.signed.bin");
	assert_int_equal(p.f[0].len, 3);
	tug_package_free(&p);
}

static void wrong_manifests(void **state)
{
	(void)state;
	bad_manifest("[1, 2", "not JSON");
	bad_manifest("[1, 2]", "no JSON object");
	bad_manifest("", "not JSON");
	bad_manifest("{}", "files is missing");
	bad_manifest("{}", "build the package again (it holds app.bin)");
	bad_manifest("{\"files\":[]}", "files is missing or empty");
	bad_manifest("{\"files\":{\"file\":\"app.bin\"}}", "files is missing or empty");
	bad_manifest("{\"files\":[7]}", "no object");
	bad_manifest("{\"files\":[{\"size\":5}]}", "file is missing");
	bad_manifest("{\"files\":[{\"file\":\"\"}]}", "file is missing");
	bad_manifest("{\"files\":[{\"file\":\"none.bin\"}]}", "names none.bin, which is not in the package");
	bad_manifest("{\"files\":[{\"file\":\"../../etc/passwd\"}]}", "not in the package");
	bad_manifest("{\"files\":[{\"file\":\"app.bin\",\"size\":6}]}", "has 5 octets, and the manifest says 6");
	bad_manifest("{\"files\":[{\"file\":\"app.bin\",\"size\":5.5}]}", "size of app.bin is not a whole number");
	bad_manifest("{\"files\":[{\"file\":\"app.bin\",\"size\":-1}]}", "size of app.bin");
	bad_manifest("{\"files\":[{\"file\":\"app.bin\",\"image_index\":256}]}", "image_index of app.bin is out of range");
	bad_manifest("{\"files\":[{\"file\":\"app.bin\",\"image_index\":\"one\"}]}", "image_index of app.bin is not a whole number");
	bad_manifest("{\"files\":[{\"file\":\"app.bin\",\"image_index\":\"\"}]}", "image_index");
	bad_manifest("{\"files\":[{\"file\":\"app.bin\",\"slot\":2}]}", "slot of app.bin is out of range");
	bad_manifest("{\"files\":[{\"file\":\"app.bin\",\"board\":[]}]}", "board of app.bin is not a text");
	bad_manifest("{\"files\":[{\"file\":\"app.bin\",\"load_address\":4294967296}]}", "load_address of app.bin is out of range");
	bad_manifest("{\"format-version\":2,\"files\":[{\"file\":\"app.bin\"}]}", "format 2, and formats 0 and 1 are read");
	bad_manifest("{\"files\":[{\"file\":\"app.bin\"},{\"file\":\"app.bin\",\"image_index\":1,\"board\":{}}]}", "board");
}

static void twice(void **state)
{
	struct entry name[] = { { "manifest.json", "{\"files\":[{\"file\":\"b.bin\"}]}", 0, NULL },
				{ "a.bin", "x", 0, NULL },
				{ "b.bin", "y", 0, NULL },
				END };
	struct tug_slice z;
	struct tug_package p;
	char why[TUG_PACKAGE_WHY];

	(void)state;
	bad_manifest("{\"files\":[{\"file\":\"app.bin\"},{\"file\":\"other.bin\"}]}", "gives image 0 twice, app.bin and other.bin");
	bad_manifest("{\"files\":[{\"file\":\"app.bin\",\"slot\":1},{\"file\":\"x\",\"slot\":1}]}", "gives image 0 twice");
	bad_manifest("{\"files\":[{\"file\":\"app.bin\",\"slot\":1},{\"file\":\"x\"}]}", "gives image 0 twice");
	/* the library refuses to write a name twice, so it is written in afterwards */
	z = zip_of(name);
	for (size_t i = 0; i + 5 <= z.len; i++) {
		if (memcmp(z.p + i, "a.bin", 5) == 0) {
			((uint8_t *)(uintptr_t)z.p)[i] = 'b';
		}
	}
	assert_int_equal(read_zip(z, &p, why), TUG_EPACKAGE);
	assert_non_null(strstr(why, "b.bin twice"));
	free((void *)(uintptr_t)z.p);
}

static void wrong_zips(void **state)
{
	struct entry none[] = { { "readme.txt", "x", 0, NULL }, END };
	struct entry two[] = { { "app.bin", "x", 0, NULL }, { "net\x1b.bin", "y", 0, NULL }, END };
	struct entry locked[] = { { "manifest.json", "{\"files\":[{\"file\":\"app.bin\"}]}", 0, NULL },
				  { "app.bin", "secret", 0, "pass" },
				  END };
	struct entry folders[] = { { "a/manifest.json", "{}", 0, NULL }, { "b/manifest.json", "{}", 0, NULL }, END };

	(void)state;
	bad(none, TUG_EPACKAGE, "no update package");
	bad(two, TUG_EPACKAGE, "it holds app.bin, net?.bin: unpack it");
	bad(locked, TUG_EPACKAGE, "app.bin in dfu.zip is encrypted");
	bad(folders, TUG_EPACKAGE, "several packages");
}

/* Zeros deflate a thousandfold: what would not fit is refused before it is inflated. */
static void bombs(void **state)
{
	struct tug_slice z = zip_of_zeros("app.bin", (size_t)TUG_PACKAGE_MAX + 1);
	char why[TUG_PACKAGE_WHY];
	struct tug_package p;
	size_t n = TUG_PACKAGE_ENTRIES + 1;
	struct entry *many = calloc(n + 1, sizeof(*many));
	char (*names)[8] = calloc(n, sizeof(*names));

	(void)state;
	assert_true(z.len < 1000000);
	assert_int_equal(read_zip(z, &p, why), TUG_ETOOBIG);
	assert_non_null(strstr(why, "67108865 octets"));
	free((void *)(uintptr_t)z.p);
	z = zip_of_zeros("manifest.json", (size_t)TUG_PACKAGE_MANIFEST + 1);
	assert_int_equal(read_zip(z, &p, why), TUG_ETOOBIG);
	assert_non_null(strstr(why, "manifest.json"));
	free((void *)(uintptr_t)z.p);
	assert_non_null(many);
	assert_non_null(names);
	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "%zu", i);
		many[i] = (struct entry){ names[i], "x", 0, NULL };
	}
	bad(many, TUG_EPACKAGE, "257 files");
	free(names);
	free(many);
}

/* Images that fit one by one and not together. */
static void too_much_together(void **state)
{
	size_t half = TUG_PACKAGE_MAX / 2 + 1;
	char *zeros = calloc(1, half);
	struct entry e[] = { { "manifest.json", "{\"files\":[{\"file\":\"a\"},{\"file\":\"b\",\"image_index\":1}]}", 0, NULL },
			     { "a", zeros, half, NULL },
			     { "b", zeros, half, NULL },
			     END };

	(void)state;
	assert_non_null(zeros);
	bad(e, TUG_ETOOBIG, "b in dfu.zip");
	free(zeros);
}

static struct tug_slice sample(void)
{
	struct entry e[] = { { "app.bin", "an image of some length, an image of some length", 0, NULL },
			     { "manifest.json", "{\"files\":[{\"file\":\"app.bin\",\"size\":48}]}", 0, NULL },
			     END };

	return zip_of(e);
}

static void cut_anywhere(void **state)
{
	struct tug_slice z = sample();
	char why[TUG_PACKAGE_WHY];
	struct tug_package p;

	(void)state;
	for (size_t n = 0; n < z.len; n++) {
		assert_int_equal(read_zip(tug_slice_of(z.p, n), &p, why), TUG_EPACKAGE);
		assert_non_null(strstr(why, "dfu.zip"));
	}
	free((void *)(uintptr_t)z.p);
}

/* Any octet changed: refused with a sentence, or (a time, an attribute) the very same image comes out. */
static void damaged_anywhere(void **state)
{
	struct tug_slice z = sample();
	uint8_t *copy = malloc(z.len);
	char why[TUG_PACKAGE_WHY];
	struct tug_package p;
	unsigned refused = 0;

	(void)state;
	assert_non_null(copy);
	for (size_t i = 0; i < z.len; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			memcpy(copy, z.p, z.len);
			copy[i] ^= (uint8_t)(1u << bit);
			if (read_zip(tug_slice_of(copy, z.len), &p, why) == TUG_OK) {
				assert_int_equal(p.f[0].len, 48);
				assert_memory_equal(p.f[0].data, "an image of some length, an image of some length", 48);
				tug_package_free(&p);
			} else {
				assert_true(why[0] != '\0');
				refused++;
			}
		}
	}
	assert_true(refused > 8 * 48);
	free(copy);
	free((void *)(uintptr_t)z.p);
}

static void recognised(void **state)
{
	(void)state;
	assert_true(tug_package_is(tug_slice_of("PK\x03\x04", 4)));
	assert_true(tug_package_is(tug_slice_of("PK\x05\x06...", 7)));
	assert_false(tug_package_is(tug_slice_of("PK\x03", 3)));
	assert_false(tug_package_is(tug_slice_of("\x3d\xb8\xf3\x96", 4)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_cores),     cmocka_unit_test(direct_xip),        cmocka_unit_test(old_forms),
		cmocka_unit_test(wrong_manifests), cmocka_unit_test(twice),           cmocka_unit_test(wrong_zips),
		cmocka_unit_test(bombs),         cmocka_unit_test(too_much_together), cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(damaged_anywhere), cmocka_unit_test(recognised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
