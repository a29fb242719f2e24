/* SPDX-License-Identifier: Apache-2.0
 *
 * The zip as numbered entries with bounds: how many, how large, checksums right. Knows no manifest; writes no
 * files, so a name cannot lead anywhere. Called by read.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "package_priv.h"

int tug_pkg_why(char *why, int rc, const char *fmt, ...)
{
	va_list ap;

	if (why != NULL) {
		va_start(ap, fmt);
		vsnprintf(why, TUG_PACKAGE_WHY, fmt, ap);
		va_end(ap);
	}
	return rc;
}

bool tug_pkg_print(char *out, const char *text)
{
	size_t len = strlen(text);

	if (len >= TUG_PACKAGE_NAME) {
		return false;
	}
	for (size_t i = 0; i <= len; i++) {
		bool plain = text[i] == '\0' || (text[i] >= ' ' && text[i] <= '~');

		out[i] = '?';
		if (plain) {
			out[i] = text[i];
		}
	}
	return true;
}

bool tug_package_is(struct tug_slice data)
{
	return data.len >= 4 && (memcmp(data.p, "PK\x03\x04", 4) == 0 || memcmp(data.p, "PK\x05\x06", 4) == 0);
}

int tug_pkg_open(struct tug_pkg_zip *z, struct tug_slice data)
{
	zip_error_t err;
	zip_source_t *src;
	zip_int64_t n;
	int code;

	zip_error_init(&err);
	src = zip_source_buffer_create(data.p, data.len, 0, &err);
	z->z = src != NULL ? zip_open_from_source(src, ZIP_RDONLY, &err) : NULL;
	code = zip_error_code_zip(&err);
	zip_error_fini(&err);
	if (z->z == NULL) {
		zip_source_free(src);
		return code == ZIP_ER_MEMORY
			       ? tug_pkg_why(z->why, TUG_ENOSPACE, "out of memory reading %.200s", z->name)
			       : tug_pkg_why(z->why, TUG_EPACKAGE,
					     "%.200s is a damaged zip package, perhaps cut off: copy or build it again", z->name);
	}
	n = zip_get_num_entries(z->z, 0);
	if (n > (zip_int64_t)TUG_PACKAGE_ENTRIES) {
		tug_pkg_close(z);
		return tug_pkg_why(z->why, TUG_EPACKAGE, "%.200s holds %lld files; that is no update package (at most %u are read)",
				   z->name, (long long)n, TUG_PACKAGE_ENTRIES);
	}
	z->n = (zip_uint64_t)n;
	z->left = TUG_PACKAGE_MAX;
	return TUG_OK;
}

void tug_pkg_close(struct tug_pkg_zip *z)
{
	if (z->z != NULL) {
		zip_discard(z->z);
		z->z = NULL;
	}
}

const char *tug_pkg_entry(const struct tug_pkg_zip *z, zip_uint64_t i)
{
	const char *name = zip_get_name(z->z, i, ZIP_FL_ENC_RAW);

	return name != NULL ? name : "";
}

int tug_pkg_find(const struct tug_pkg_zip *z, const char *name, zip_uint64_t *i)
{
	char shown[TUG_PACKAGE_NAME] = "a name that is too long";
	unsigned n = 0;

	for (zip_uint64_t k = 0; k < z->n; k++) {
		if (strcmp(tug_pkg_entry(z, k), name) == 0) {
			*i = k;
			n++;
		}
	}
	tug_pkg_print(shown, name);
	if (n == 0) {
		return tug_pkg_why(z->why, TUG_EPACKAGE, "the manifest of %.150s names %s, which is not in the package: build the package again",
				   z->name, shown);
	}
	return n == 1 ? TUG_OK
		      : tug_pkg_why(z->why, TUG_EPACKAGE, "%.150s holds %s twice, so it is not clear which is meant: build the package again",
				    z->name, shown);
}

/* Reads to the end, where the library compares the checksum. */
static int read_to_end(zip_file_t *f, uint8_t *p, size_t size, size_t *len)
{
	uint8_t more;
	zip_int64_t n = 1;

	for (*len = 0; *len < size && n > 0; *len += n > 0 ? (size_t)n : 0) {
		n = zip_fread(f, p + *len, size - *len);
	}
	if (n >= 0) {
		n = zip_fread(f, &more, 1);
	}
	return n == 0 && *len == size ? TUG_OK : TUG_EPACKAGE;
}

static int fail_entry(struct tug_pkg_zip *z, const char *entry, int err)
{
	switch (err) {
	case ZIP_ER_NOPASSWD:
	case ZIP_ER_ENCRNOTSUPP:
	case ZIP_ER_WRONGPASSWD:
		return tug_pkg_why(z->why, TUG_EPACKAGE, "%s in %.150s is encrypted: give a package without a password", entry, z->name);
	case ZIP_ER_COMPNOTSUPP:
		return tug_pkg_why(z->why, TUG_EPACKAGE,
				   "%s in %.150s is compressed in a way that is not read: make the zip with deflate or without "
				   "compression",
				   entry, z->name);
	case ZIP_ER_MEMORY:
		return tug_pkg_why(z->why, TUG_ENOSPACE, "out of memory reading %.150s", z->name);
	default:
		return tug_pkg_why(z->why, TUG_EPACKAGE, "%s in %.150s is damaged (its checksum or length is wrong): copy or build the "
						     "package again",
				   entry, z->name);
	}
}

/* `st` is what the directory claims; the reader believes none of it. */
static int inflate(struct tug_pkg_zip *z, const zip_stat_t *st, const char *entry, uint8_t **out, size_t *len)
{
	size_t size = (size_t)st->size;
	zip_file_t *f = zip_fopen_index(z->z, st->index, 0);
	uint8_t *p;
	int rc;

	if (f == NULL) {
		return fail_entry(z, entry, zip_error_code_zip(zip_get_error(z->z)));
	}
	p = malloc(size + 1);
	if (p == NULL) {
		zip_fclose(f);
		return fail_entry(z, entry, ZIP_ER_MEMORY);
	}
	rc = read_to_end(f, p, size, len);
	if (rc != TUG_OK) {
		rc = fail_entry(z, entry, zip_error_code_zip(zip_file_get_error(f)));
		free(p);
	} else {
		p[size] = '\0';
		*out = p;
		z->left -= size;
	}
	zip_fclose(f);
	return rc;
}

int tug_pkg_inflate(struct tug_pkg_zip *z, zip_uint64_t i, size_t max, uint8_t **out, size_t *len)
{
	const zip_uint64_t want = ZIP_STAT_SIZE | ZIP_STAT_INDEX;
	char entry[TUG_PACKAGE_NAME] = "a file";
	zip_stat_t st;

	tug_pkg_print(entry, tug_pkg_entry(z, i));
	zip_stat_init(&st);
	if (zip_stat_index(z->z, i, 0, &st) != 0 || (st.valid & want) != want) {
		return fail_entry(z, entry, ZIP_ER_INCONS);
	}
	if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && st.encryption_method != ZIP_EM_NONE) {
		return fail_entry(z, entry, ZIP_ER_NOPASSWD);
	}
	if (st.size > max || st.size > z->left) {
		return tug_pkg_why(z->why, TUG_ETOOBIG, "%s in %.150s would inflate to %llu octets: that is no firmware image", entry, z->name,
				   (unsigned long long)st.size);
	}
	return inflate(z, &st, entry, out, len);
}
