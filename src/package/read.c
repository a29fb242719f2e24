/* SPDX-License-Identifier: Apache-2.0
 *
 * Joins zip and manifest to a package: finds the manifest, then every image it names. Without a manifest the only
 * .bin is the image. Called by the command line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "package_priv.h"

#define MANIFEST "manifest.json"

void tug_package_free(struct tug_package *p)
{
	for (size_t i = 0; i < TUG_PACKAGE_FILES; i++) {
		free(p->f[i].data);
	}
	memset(p, 0, sizeof(*p));
}

static bool ends_in(const char *text, const char *end)
{
	size_t n = strlen(text), k = strlen(end);

	return n >= k && strcmp(text + n - k, end) == 0;
}

/*
 * The manifest at the top, or the only one in a folder, as zipping a folder makes it. Result: TUG_OK, TUG_MORE (none),
 * or negative (several).
 */
static int find_manifest(const struct tug_pkg_zip *z, zip_uint64_t *at)
{
	unsigned n = 0;

	for (zip_uint64_t i = 0; i < z->n; i++) {
		const char *name = tug_pkg_entry(z, i);

		if (strcmp(name, MANIFEST) == 0) {
			return tug_pkg_find(z, MANIFEST, at);
		}
		if (ends_in(name, "/" MANIFEST)) {
			*at = i;
			n++;
		}
	}
	if (n > 1) {
		return tug_pkg_why(z->why, TUG_EPACKAGE, "%.200s holds several packages in folders: unpack it and give one of them", z->name);
	}
	return n == 1 ? TUG_OK : TUG_MORE;
}

/* Result: how many names of .bin files are in `out`, joined by ", "; `*at` = the last of them. */
static unsigned list_binaries(const struct tug_pkg_zip *z, char *out, size_t cap, zip_uint64_t *at)
{
	char name[TUG_PACKAGE_NAME];
	unsigned n = 0;
	size_t len = 0;

	out[0] = '\0';
	for (zip_uint64_t i = 0; i < z->n; i++) {
		if (!ends_in(tug_pkg_entry(z, i), ".bin")) {
			continue;
		}
		*at = i;
		n++;
		if (len < cap && tug_pkg_print(name, tug_pkg_entry(z, i))) {
			len += (size_t)snprintf(out + len, cap - len, "%s%.60s", n > 1 ? ", " : "", name);
		}
	}
	return n;
}

static int take_file(struct tug_pkg_zip *z, zip_uint64_t i, struct tug_package_file *f)
{
	return tug_pkg_inflate(z, i, TUG_PACKAGE_MAX, &f->data, &f->len);
}

static int read_bare(struct tug_pkg_zip *z, struct tug_package *p)
{
	char names[200];
	zip_uint64_t at = 0;
	unsigned n = list_binaries(z, names, sizeof(names), &at);

	if (n == 0) {
		return tug_pkg_why(z->why, TUG_EPACKAGE, "%.200s is a zip without " MANIFEST " and without an image (*.bin): it is no update package",
				   z->name);
	}
	if (n > 1) {
		return tug_pkg_why(z->why, TUG_EPACKAGE, "%.150s has no " MANIFEST "; it holds %s: unpack it and give the one for this device", z->name,
				   names);
	}
	if (!tug_pkg_print(p->f[0].file, tug_pkg_entry(z, at))) {
		return tug_pkg_why(z->why, TUG_EPACKAGE, "a name in %.200s is too long: build the package again", z->name);
	}
	p->f[0].slot = -1;
	p->n = 1;
	return take_file(z, at, &p->f[0]);
}

/* A manifest that is wrong still leaves images which could be given alone. */
static int name_binaries(const struct tug_pkg_zip *z, int rc)
{
	size_t len = z->why != NULL ? strlen(z->why) : TUG_PACKAGE_WHY;
	char names[200];
	zip_uint64_t at;

	if (rc != TUG_OK && len < TUG_PACKAGE_WHY && list_binaries(z, names, sizeof(names), &at) > 0) {
		snprintf(z->why + len, TUG_PACKAGE_WHY - len, " (it holds %s)", names);
	}
	return rc;
}

/* `folder` = where the manifest lies, with its slash, or "". */
static int read_named(struct tug_pkg_zip *z, const struct tug_pkg_manifest *m, size_t k, const char *folder)
{
	struct tug_package_file *f = &m->p->f[k];
	char path[2 * TUG_PACKAGE_NAME];
	zip_uint64_t at = 0;
	int rc;

	snprintf(path, sizeof(path), "%s%s", folder, m->file[k]);
	rc = tug_pkg_find(z, path, &at);
	if (rc == TUG_OK) {
		rc = take_file(z, at, f);
	}
	if (rc == TUG_OK && m->size[k] != UINT64_MAX && m->size[k] != f->len) {
		return tug_pkg_why(z->why, TUG_EPACKAGE,
				   "%s in %.150s has %zu octets, and the manifest says %llu: one of them was replaced; build the package "
				   "again",
				   f->file, z->name, f->len, (unsigned long long)m->size[k]);
	}
	return rc;
}

static int read_listed(struct tug_pkg_zip *z, zip_uint64_t at, struct tug_package *p)
{
	struct tug_pkg_manifest m = { .p = p };
	const char *where = tug_pkg_entry(z, at);
	char folder[TUG_PACKAGE_NAME] = "";
	uint8_t *text = NULL;
	size_t len = 0, n = strlen(where) - strlen(MANIFEST);
	int rc;

	if (n >= sizeof(folder)) {
		return tug_pkg_why(z->why, TUG_EPACKAGE, "a name in %.200s is too long: build the package again", z->name);
	}
	memcpy(folder, where, n);
	folder[n] = '\0';
	p->manifest = true;
	rc = tug_pkg_inflate(z, at, TUG_PACKAGE_MANIFEST, &text, &len);
	if (rc == TUG_OK) {
		rc = name_binaries(z, tug_pkg_manifest(tug_slice_of(text, len), z->name, &m, z->why));
		free(text);
	}
	for (size_t k = 0; k < p->n && rc == TUG_OK; k++) {
		rc = read_named(z, &m, k, folder);
	}
	return rc;
}

int tug_package_read(struct tug_slice zip, const char *name, struct tug_package *out, char *why)
{
	struct tug_pkg_zip z = { .name = name, .why = why };
	zip_uint64_t at = 0;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = tug_pkg_open(&z, zip);
	if (rc != TUG_OK) {
		return rc;
	}
	rc = find_manifest(&z, &at);
	if (rc == TUG_MORE) {
		rc = read_bare(&z, out);
	} else if (rc == TUG_OK) {
		rc = read_listed(&z, at, out);
	}
	tug_pkg_close(&z);
	if (rc != TUG_OK) {
		tug_package_free(out);
	}
	return rc;
}
