/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes a package: the manifest's fields and order as the nRF Connect SDK writes them, files stored as they are.
 * Everything that could differ between two runs (time, time zone, compressor) is given or left out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include <tug/image.h>

#include "package_priv.h"

void tug_package_drop(struct tug_package_octets *o)
{
	free(o->p);
	o->p = NULL;
	o->len = 0;
}

/* ---- checks ---------------------------------------------------------------------------------------- */

static int check_item(const struct tug_package_item *it, char *why)
{
	const char *f = it->file;

	if (f[0] == '\0' || strchr(f, '/') != NULL || strlen(f) >= TUG_PACKAGE_NAME || strcmp(f, "manifest.json") == 0) {
		return tug_pkg_why(why, TUG_EINVAL, "'%.100s' cannot be the name of an image in a package: choose another", f);
	}
	if (it->slot < -1 || it->slot > 1) {
		return tug_pkg_why(why, TUG_EINVAL, "%s: a slot is 0 or 1", f);
	}
	if (it->data.len < TUG_IMAGE_HDR_LEN || tug_le32(it->data.p) != TUG_IMAGE_MAGIC) {
		return tug_pkg_why(why, TUG_EINVAL, "%s is not a signed image", f);
	}
	return TUG_OK;
}

static int check_pair(const struct tug_package_item *a, const struct tug_package_item *b, char *why)
{
	if (strcmp(a->file, b->file) == 0) {
		return tug_pkg_why(why, TUG_EINVAL, "two images are called %.100s, and a package tells them apart by name: copy one under another name",
				   a->file);
	}
	if (a->image == b->image && (a->slot < 0 || b->slot < 0 || a->slot == b->slot)) {
		return tug_pkg_why(why, TUG_EINVAL,
				   "%.100s and %.100s are both image %u: give each its own number, as IMAGE:INDEX, or as direct-XIP variants "
				   "their slots, as IMAGE:INDEX:SLOT",
				   a->file, b->file, a->image);
	}
	return TUG_OK;
}

static int check_items(const struct tug_package_item *items, size_t n, char *why)
{
	size_t total = 0;
	int rc = TUG_OK;

	if (n == 0 || n > TUG_PACKAGE_FILES) {
		return tug_pkg_why(why, TUG_EINVAL, "a package holds 1 to %u images, not %zu", TUG_PACKAGE_FILES, n);
	}
	for (size_t i = 0; i < n && rc == TUG_OK; i++) {
		rc = check_item(&items[i], why);
		for (size_t k = 0; k < i && rc == TUG_OK; k++) {
			rc = check_pair(&items[k], &items[i], why);
		}
		if (rc == TUG_OK && items[i].data.len > TUG_PACKAGE_MAX - total) {
			return tug_pkg_why(why, TUG_ETOOBIG, "the images are larger than %u MiB together: that is no firmware", TUG_PACKAGE_MAX >> 20);
		}
		total += items[i].data.len;
	}
	return rc;
}

/* ---- manifest -------------------------------------------------------------------------------------- */

static void add_index(cJSON *j, const char *key, unsigned v)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", v);
	cJSON_AddStringToObject(j, key, text);
}

static void add_version(cJSON *j, const struct tug_package_item *it)
{
	char text[TUG_VERSION_TEXT];
	struct tug_image_hdr h;
	size_t n;

	tug_image_hdr_decode(it->data.p, &h);
	n = tug_version_format(&h.version, '+', text);
	if (h.version.build == 0) {
		snprintf(text + n, sizeof(text) - n, "+0"); /* the build system always writes it */
	}
	cJSON_AddStringToObject(j, it->slot >= 0 ? "version_MCUBOOT+XIP" : "version_MCUBOOT", text);
}

static cJSON *file_json(const struct tug_package_meta *m, const struct tug_package_item *it)
{
	cJSON *j = cJSON_CreateObject();

	cJSON_AddStringToObject(j, "type", m->type != NULL ? m->type : "application");
	cJSON_AddStringToObject(j, "board", m->board != NULL ? m->board : "");
	cJSON_AddStringToObject(j, "soc", m->soc != NULL ? m->soc : "");
	cJSON_AddNumberToObject(j, "load_address", it->load_address);
	add_index(j, "image_index", it->image);
	if (it->slot >= 0) {
		add_index(j, "slot", (unsigned)it->slot);
	} else {
		add_index(j, "slot_index_primary", 2u * it->image + 1u);
		add_index(j, "slot_index_secondary", 2u * it->image + 2u);
	}
	add_version(j, it);
	cJSON_AddNumberToObject(j, "size", (double)it->data.len);
	cJSON_AddStringToObject(j, "file", it->file);
	cJSON_AddNumberToObject(j, "modtime", m->time);
	return j;
}

/* Result: the text, freed by cJSON_free; NULL without memory. */
static char *manifest_text(const struct tug_package_meta *m, const struct tug_package_item *items, size_t n)
{
	cJSON *doc = cJSON_CreateObject(), *files;
	char *text;

	cJSON_AddNumberToObject(doc, "format-version", 1);
	cJSON_AddNumberToObject(doc, "time", m->time);
	files = cJSON_AddArrayToObject(doc, "files");
	for (size_t i = 0; i < n; i++) {
		cJSON_AddItemToArray(files, file_json(m, &items[i]));
	}
	if (m->name != NULL) {
		cJSON_AddStringToObject(doc, "name", m->name);
	}
	text = cJSON_Print(doc);
	cJSON_Delete(doc);
	return text;
}

/* ---- zip ------------------------------------------------------------------------------------------- */

/* UTC in the form of DOS, which begins in 1980 and ends in 2107. */
static void dos_time(uint32_t seconds, zip_uint16_t *t, zip_uint16_t *d)
{
	time_t when = (time_t)seconds;
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL || tm.tm_year < 80) {
		*t = 0;
		*d = 1u << 5 | 1u;
		return;
	}
	*t = (zip_uint16_t)(tm.tm_hour << 11 | tm.tm_min << 5 | tm.tm_sec / 2);
	*d = (zip_uint16_t)((tm.tm_year - 80) << 9 | (tm.tm_mon + 1) << 5 | tm.tm_mday);
}

static bool add_entry(zip_t *z, const char *name, struct tug_slice data, uint32_t when)
{
	zip_source_t *src = zip_source_buffer(z, data.p, data.len, 0);
	zip_int64_t i = src != NULL ? zip_file_add(z, name, src, ZIP_FL_ENC_UTF_8) : -1;
	zip_uint16_t t, d;

	if (i < 0) {
		zip_source_free(src);
		return false;
	}
	dos_time(when, &t, &d);
	return zip_set_file_compression(z, (zip_uint64_t)i, ZIP_CM_STORE, 0) == 0 &&
	       zip_file_set_dostime(z, (zip_uint64_t)i, t, d, 0) == 0 &&
	       zip_file_set_external_attributes(z, (zip_uint64_t)i, 0, ZIP_OPSYS_UNIX, 0100644u << 16) == 0;
}

static int copy_out(zip_source_t *src, struct tug_package_octets *out)
{
	zip_stat_t st;
	bool good;

	zip_stat_init(&st);
	if (zip_source_stat(src, &st) != 0 || (st.valid & ZIP_STAT_SIZE) == 0 || zip_source_open(src) != 0) {
		return TUG_EINTERNAL;
	}
	out->len = (size_t)st.size;
	out->p = malloc(out->len);
	good = out->p != NULL && zip_source_read(src, out->p, out->len) == (zip_int64_t)out->len;
	zip_source_close(src);
	if (!good) {
		tug_package_drop(out);
		return TUG_EINTERNAL;
	}
	return TUG_OK;
}

/* Images first, then the manifest, as the build system does. */
static int write_zip(zip_source_t *src, const struct tug_package_item *items, size_t n, struct tug_slice text, uint32_t when,
		     struct tug_package_octets *out)
{
	zip_t *z = zip_open_from_source(src, ZIP_CREATE | ZIP_TRUNCATE, NULL);
	bool good = z != NULL;

	for (size_t i = 0; i < n && good; i++) {
		good = add_entry(z, items[i].file, items[i].data, when);
	}
	good = good && add_entry(z, "manifest.json", text, when);
	if (z != NULL) {
		zip_source_keep(src); /* closing takes one reference, the caller has the other */
		if (!good || zip_close(z) != 0) {
			zip_discard(z);
			good = false;
		}
	}
	return good ? copy_out(src, out) : TUG_EINTERNAL;
}

int tug_package_make(const struct tug_package_meta *meta, const struct tug_package_item *items, size_t n,
		     struct tug_package_octets *out, char *why)
{
	zip_source_t *src;
	char *text;
	int rc = check_items(items, n, why);

	memset(out, 0, sizeof(*out));
	if (rc != TUG_OK) {
		return rc;
	}
	text = manifest_text(meta, items, n);
	src = zip_source_buffer_create(NULL, 0, 0, NULL);
	if (text == NULL || src == NULL) {
		rc = tug_pkg_why(why, TUG_ENOSPACE, "out of memory making the package");
	} else {
		rc = write_zip(src, items, n, tug_slice_of(text, strlen(text)), meta->time, out);
		if (rc != TUG_OK) {
			tug_pkg_why(why, rc, "the zip library could not make the package");
		}
	}
	zip_source_free(src);
	cJSON_free(text);
	return rc;
}
