/* SPDX-License-Identifier: Apache-2.0
 *
 * Read any octets as a package: what begins with '{' is wrapped as the manifest of a zip of two images, so that the
 * fuzzer reaches the manifest without having to guess checksums. What is refused has a sentence; what is accepted
 * keeps the promises of the header.
 */
#include <stdlib.h>
#include <string.h>

#include <zip.h>

#include <tug/package.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void try_package(struct tug_slice s)
{
	struct tug_package p;
	char why[TUG_PACKAGE_WHY] = "";
	size_t total = 0;

	if (tug_package_read(s, "p.zip", &p, why) != TUG_OK) {
		if (why[0] == '\0' || p.n != 0) {
			abort();
		}
		return;
	}
	if (p.n == 0 || p.n > TUG_PACKAGE_FILES || p.format > 1) {
		abort();
	}
	for (size_t i = 0; i < p.n; i++) {
		if (p.f[i].data == NULL || p.f[i].file[0] == '\0' || p.f[i].slot < -1 || p.f[i].slot > 1) {
			abort();
		}
		total += p.f[i].len;
	}
	if (total > TUG_PACKAGE_MAX) {
		abort();
	}
	tug_package_free(&p);
}

static void add(zip_t *z, const char *name, const void *p, size_t len)
{
	zip_source_t *src = zip_source_buffer(z, p, len, 0);
	zip_int64_t i = zip_file_add(z, name, src, 0);

	if (i < 0) {
		abort();
	}
	zip_set_file_compression(z, (zip_uint64_t)i, ZIP_CM_STORE, 0);
}

static void try_manifest(const uint8_t *data, size_t len)
{
	zip_source_t *src = zip_source_buffer_create(NULL, 0, 0, NULL);
	zip_t *z = zip_open_from_source(src, ZIP_CREATE | ZIP_TRUNCATE, NULL);
	zip_stat_t st;
	uint8_t *p;

	add(z, "a", "first", 5);
	add(z, "b", "second", 6);
	add(z, "manifest.json", data, len);
	zip_source_keep(src);
	if (zip_close(z) != 0 || zip_source_stat(src, &st) != 0 || zip_source_open(src) != 0) {
		abort();
	}
	p = malloc(st.size);
	if (p == NULL || zip_source_read(src, p, st.size) != (zip_int64_t)st.size) {
		abort();
	}
	zip_source_close(src);
	zip_source_free(src);
	try_package(tug_slice_of(p, (size_t)st.size));
	free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len > 0 && data[0] == '{') {
		try_manifest(data, len);
	} else {
		try_package(tug_slice_of(data, len));
	}
	return 0;
}
