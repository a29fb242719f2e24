/* SPDX-License-Identifier: Apache-2.0
 *
 * manifest.json: which file is which image. Numbers come as numbers or as texts, by the age of the tool that wrote
 * them. What is there must be right; what is not there has a default. Called by read.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "package_priv.h"

/* One object of the manifest and where its sentences go. */
struct reader {
	const cJSON *obj;
	const char *name; /* of the package */
	char where[TUG_PACKAGE_NAME + 16]; /* "" or " of FILE" */
	char *why;
};

static int wrong(const struct reader *r, const char *key, const char *what)
{
	return tug_pkg_why(r->why, TUG_EPACKAGE, "the manifest of %.150s is wrong: %s%s %s; build the package again", r->name, key, r->where, what);
}

/* Decimal or 0x; nothing else around it. */
static bool number_of(const char *text, uint64_t *out)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;
	size_t n = strlen(digits);

	if (n == 0 || n > (hex ? 8u : 12u) || strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") != n) {
		return false;
	}
	*out = strtoull(digits, NULL, hex ? 16 : 10);
	return true;
}

/* A number that may be missing; then `out` keeps its value. */
static int get_number(const struct reader *r, const char *key, uint64_t max, uint64_t *out)
{
	const cJSON *j = cJSON_GetObjectItemCaseSensitive(r->obj, key);
	uint64_t v = 0;
	bool good;

	if (j == NULL || cJSON_IsNull(j)) {
		return TUG_OK;
	}
	if (cJSON_IsString(j)) {
		good = number_of(j->valuestring, &v);
	} else {
		good = cJSON_IsNumber(j) && j->valuedouble >= 0 && j->valuedouble <= 9e15;
		if (good) {
			v = (uint64_t)j->valuedouble;
			good = (double)v >= j->valuedouble;
		}
	}
	if (!good || v > max) {
		return wrong(r, key, good ? "is out of range" : "is not a whole number");
	}
	*out = v;
	return TUG_OK;
}

/* A text that may be missing; a number is taken as it would be written. */
static int get_text(const struct reader *r, const char *key, char out[TUG_PACKAGE_NAME])
{
	const cJSON *j = cJSON_GetObjectItemCaseSensitive(r->obj, key);

	if (cJSON_IsNumber(j)) {
		snprintf(out, TUG_PACKAGE_NAME, "%.17g", j->valuedouble);
		return TUG_OK;
	}
	if (j == NULL || cJSON_IsNull(j)) {
		return TUG_OK;
	}
	if (!cJSON_IsString(j)) {
		return wrong(r, key, "is not a text");
	}
	return tug_pkg_print(out, j->valuestring) ? TUG_OK : wrong(r, key, "is too long");
}

static int get_file_name(struct reader *r, struct tug_package_file *f, char *raw)
{
	const cJSON *j = cJSON_GetObjectItemCaseSensitive(r->obj, "file");

	if (!cJSON_IsString(j) || j->valuestring[0] == '\0') {
		return wrong(r, "file", "is missing, so one of its entries names no image");
	}
	if (!tug_pkg_print(f->file, j->valuestring)) {
		return wrong(r, "file", "is too long");
	}
	memcpy(raw, j->valuestring, strlen(j->valuestring) + 1);
	snprintf(r->where, sizeof(r->where), " of %s", f->file);
	return TUG_OK;
}

/* Direct-XIP variants name their slot; the slot numbers of recovery (slot_index_*) follow from the image number. */
static int get_place(const struct reader *r, struct tug_package_file *f)
{
	uint64_t image = 0, slot = UINT64_MAX, address = 0;
	int rc = get_number(r, "image_index", 255, &image);

	if (rc == TUG_OK) {
		rc = get_number(r, "slot", 1, &slot);
	}
	if (rc == TUG_OK) {
		rc = get_number(r, "load_address", UINT32_MAX, &address);
	}
	f->image = (uint8_t)image;
	f->slot = -1;
	if (slot != UINT64_MAX) {
		f->slot = (int8_t)slot;
	}
	f->load_address = (uint32_t)address;
	return rc;
}

static int get_texts(const struct reader *r, struct tug_package_file *f)
{
	static const char *const versions[] = { "version_MCUBOOT", "version_MCUBOOT+XIP", "version" };
	int rc = get_text(r, "type", f->type);

	if (rc == TUG_OK) {
		rc = get_text(r, "board", f->board);
	}
	if (rc == TUG_OK) {
		rc = get_text(r, "soc", f->soc);
	}
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]) && rc == TUG_OK && f->version[0] == '\0'; i++) {
		rc = get_text(r, versions[i], f->version);
	}
	return rc;
}

static int get_file(const struct reader *top, const cJSON *obj, struct tug_pkg_manifest *m)
{
	struct reader r = { obj, top->name, "", top->why };
	struct tug_package_file *f = &m->p->f[m->p->n];
	int rc;

	if (m->p->n == TUG_PACKAGE_FILES) {
		return wrong(top, "files", "has too many entries");
	}
	if (!cJSON_IsObject(obj)) {
		return wrong(top, "files", "has an entry that is no object");
	}
	m->size[m->p->n] = UINT64_MAX;
	rc = get_file_name(&r, f, m->file[m->p->n]);
	if (rc == TUG_OK) {
		rc = get_place(&r, f);
	}
	if (rc == TUG_OK) {
		rc = get_texts(&r, f);
	}
	if (rc == TUG_OK) {
		rc = get_number(&r, "size", UINT32_MAX, &m->size[m->p->n]);
	}
	m->p->n += rc == TUG_OK;
	return rc;
}

/* One image number twice: only as variants for the two slots. */
static int check_twice(const struct reader *r, const struct tug_package *p)
{
	for (size_t i = 0; i < p->n; i++) {
		for (size_t k = 0; k < i; k++) {
			const struct tug_package_file *a = &p->f[k], *b = &p->f[i];

			if (a->image != b->image || (a->slot >= 0 && b->slot >= 0 && a->slot != b->slot)) {
				continue;
			}
			return tug_pkg_why(r->why, TUG_EPACKAGE,
					   "the manifest of %.100s gives image %u twice, %.80s and %.80s, and does not tell them apart by "
					   "slot: build the package again, or unpack it and give one of them",
					   r->name, b->image, a->file, b->file);
		}
	}
	return TUG_OK;
}

static int read_document(struct reader *r, struct tug_pkg_manifest *m)
{
	const cJSON *files = cJSON_GetObjectItemCaseSensitive(r->obj, "files"), *one;
	uint64_t format = 0;
	int rc;

	if (!cJSON_IsObject(r->obj)) {
		return wrong(r, "manifest.json", "is no JSON object");
	}
	rc = get_number(r, "format-version", UINT32_MAX, &format);
	if (rc == TUG_OK && format > 1) {
		return tug_pkg_why(r->why, TUG_EPACKAGE,
				   "%.200s has a manifest of format %llu, and formats 0 and 1 are read: unpack it and give the image inside",
				   r->name, (unsigned long long)format);
	}
	m->p->format = (uint32_t)format;
	if (rc == TUG_OK) {
		rc = get_number(r, "time", UINT64_MAX, &m->p->time);
	}
	if (rc == TUG_OK) {
		rc = get_text(r, "name", m->p->name);
	}
	if (rc == TUG_OK && (!cJSON_IsArray(files) || files->child == NULL)) {
		return wrong(r, "files", "is missing or empty, so no image is named");
	}
	for (one = rc == TUG_OK ? files->child : NULL; one != NULL && rc == TUG_OK; one = one->next) {
		rc = get_file(r, one, m);
	}
	return rc == TUG_OK ? check_twice(r, m->p) : rc;
}

int tug_pkg_manifest(struct tug_slice text, const char *name, struct tug_pkg_manifest *m, char *why)
{
	bool bom = text.len >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0;
	struct reader r = { NULL, name, "", why };
	cJSON *doc = cJSON_ParseWithLength((const char *)text.p + (bom ? 3 : 0), text.len - (bom ? 3 : 0));
	int rc;

	if (doc == NULL) {
		return wrong(&r, "manifest.json", "is not JSON");
	}
	r.obj = doc;
	rc = read_document(&r, m);
	cJSON_Delete(doc);
	return rc;
}
