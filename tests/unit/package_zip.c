/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <zip.h>

#include "package_zip.h"

static struct tug_slice take(zip_t *z, zip_source_t *out)
{
	zip_stat_t st;
	uint8_t *p;

	zip_source_keep(out);
	assert_int_equal(zip_close(z), 0);
	assert_int_equal(zip_source_stat(out, &st), 0);
	p = malloc(st.size);
	assert_non_null(p);
	assert_int_equal(zip_source_open(out), 0);
	assert_int_equal(zip_source_read(out, p, st.size), (zip_int64_t)st.size);
	zip_source_close(out);
	zip_source_free(out);
	return tug_slice_of(p, (size_t)st.size);
}

struct tug_slice zip_of(const struct entry *e)
{
	zip_source_t *out = zip_source_buffer_create(NULL, 0, 0, NULL);
	zip_t *z = zip_open_from_source(out, ZIP_CREATE | ZIP_TRUNCATE, NULL);

	assert_non_null(z);
	for (; e->name != NULL; e++) {
		zip_source_t *src = zip_source_buffer(z, e->text, e->len != 0 ? e->len : strlen(e->text), 0);
		zip_int64_t i = zip_file_add(z, e->name, src, 0);

		assert_true(i >= 0);
		if (e->password != NULL) {
			assert_int_equal(zip_file_set_encryption(z, (zip_uint64_t)i, ZIP_EM_AES_256, e->password), 0);
		}
	}
	return take(z, out);
}

struct tug_slice zip_of_zeros(const char *name, size_t len)
{
	char *zeros = calloc(1, len);
	struct entry e[] = { { name, zeros, len, NULL }, { NULL, NULL, 0, NULL } };
	struct tug_slice z;

	assert_non_null(zeros);
	z = zip_of(e);
	free(zeros);
	return z;
}
