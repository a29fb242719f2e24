/* SPDX-License-Identifier: Apache-2.0
 *
 * Turns a path into the images that go to a device: one file, or a package of which all or one image is wanted. Says
 * what is inside when that cannot be decided. Called by update and image upload.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "image_set_priv.h"

void tug_image_set_free(struct tug_image_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		tug_image_file_free(&set->f[i].file);
	}
	free(set->f);
	memset(set, 0, sizeof(*set));
}

/* Pipes are left to the loader of files, which says what to do. */
static bool is_package(const char *path)
{
	uint8_t head[4] = { 0 };
	struct stat st;
	FILE *f = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "rb") : NULL;
	size_t n = 0;

	if (f != NULL) {
		n = fread(head, 1, sizeof(head), f);
		fclose(f);
	}
	return tug_package_is(tug_slice_of(head, n));
}

static int load_single(struct tug_image_set *set, const char *path, const struct tug_set_choice *choice, char *why)
{
	set->f = calloc(1, sizeof(*set->f));
	if (set->f == NULL) {
		snprintf(why, TUG_WHY_CAP, "out of memory");
		return TUG_ENOSPACE;
	}
	set->n = 1;
	set->n_groups = 1;
	set->g[0] = (struct tug_set_group){ choice->image, 0, 1 };
	set->f[0].slot = -1;
	snprintf(set->f[0].name, sizeof(set->f[0].name), "%.300s", path);
	return tug_image_file_load(&set->f[0].file, path, choice->key_path, choice->image, why);
}

/* ---- packages -------------------------------------------------------------------------------------- */

static int say_none_chosen(const struct tug_package *p, const char *path, uint8_t image, char *why)
{
	int len = snprintf(why, TUG_WHY_CAP, "%.150s has no image %u; it holds", path, image);

	for (size_t i = 0; i < p->n && len < (int)TUG_WHY_CAP; i++) {
		len += snprintf(why + len, TUG_WHY_CAP - (size_t)len, "%s %u (%.40s)", i > 0 ? "," : "", p->f[i].image, p->f[i].file);
	}
	if (len < (int)TUG_WHY_CAP) {
		snprintf(why + len, TUG_WHY_CAP - (size_t)len, ": give another --image, or none for all");
	}
	return TUG_EPACKAGE;
}

/* The octets change hands: both libraries allocate with malloc. */
static int take_image(struct tug_image_set *set, struct tug_package_file *pf, uint8_t image, const char *path,
		      const struct tug_set_choice *choice, char *why)
{
	struct tug_set_image *f = &set->f[set->n];
	struct tug_set_group *g = set->n_groups > 0 ? &set->g[set->n_groups - 1] : NULL;
	struct tug_file raw = { .data = { pf->data, pf->len } };

	pf->data = NULL;
	snprintf(f->name, sizeof(f->name), "%.180s (%s)", path, pf->file);
	memcpy(f->claim, pf->version, sizeof(f->claim));
	f->slot = pf->slot;
	if (g != NULL && g->image == image) {
		g->n++;
	} else {
		set->g[set->n_groups++] = (struct tug_set_group){ image, (uint8_t)set->n, 1 };
	}
	set->n++;
	return tug_image_file_take(&f->file, &raw, f->name, choice->key_path, image, why);
}

/* Two variants of anything but the application: which one the device needs is not in its image list. */
static int check_variants(const struct tug_image_set *set, const struct tug_package *p, const char *path, char *why)
{
	for (size_t i = 0; i < set->n_groups; i++) {
		for (size_t k = 0; set->g[i].n > 1 && k < p->n; k++) {
			const struct tug_package_file *f = &p->f[k];

			if (f->image == set->g[i].image && f->type[0] != '\0' && strcmp(f->type, "application") != 0) {
				snprintf(why, TUG_WHY_CAP,
					 "%.150s holds variants of type %.40s, and the device's image list does not tell which it needs: unpack "
					 "it and give one of them",
					 path, f->type);
				return TUG_EPACKAGE;
			}
		}
	}
	return TUG_OK;
}

static int take_images(struct tug_image_set *set, struct tug_package *p, const char *path, const struct tug_set_choice *choice, char *why)
{
	int rc = TUG_OK;

	set->package = true;
	set->manifest = p->manifest;
	set->f = calloc(p->n, sizeof(*set->f));
	if (set->f == NULL) {
		snprintf(why, TUG_WHY_CAP, "out of memory");
		return TUG_ENOSPACE;
	}
	if (!p->manifest) { /* nothing tells its number, so the option does */
		p->f[0].image = choice->image;
	}
	for (int number = 255; number >= 0 && rc == TUG_OK; number--) {
		for (size_t i = 0; i < p->n && rc == TUG_OK; i++) {
			if (p->f[i].image == number && (!choice->one || choice->image == number)) {
				rc = take_image(set, &p->f[i], (uint8_t)number, path, choice, why);
			}
		}
	}
	if (rc == TUG_OK && set->n == 0) {
		return say_none_chosen(p, path, choice->image, why);
	}
	return rc == TUG_OK ? check_variants(set, p, path, why) : rc;
}

static int load_package(struct tug_image_set *set, const char *path, const struct tug_set_choice *choice, char *why)
{
	struct tug_package *p = calloc(1, sizeof(*p));
	struct tug_file zip;
	int rc;

	if (p == NULL) {
		snprintf(why, TUG_WHY_CAP, "out of memory");
		return TUG_ENOSPACE;
	}
	rc = tug_file_read(path, &zip, why);
	if (rc == TUG_OK) {
		rc = tug_package_read(tug_slice_of(zip.data.p, zip.data.len), path, p, why);
		tug_file_free(&zip);
	}
	if (rc == TUG_OK) {
		rc = take_images(set, p, path, choice, why);
	}
	tug_package_free(p);
	free(p);
	return rc;
}

int tug_image_set_load(struct tug_image_set *set, const char *path, const struct tug_set_choice *choice, char *why)
{
	int rc;

	memset(set, 0, sizeof(*set));
	rc = is_package(path) ? load_package(set, path, choice, why) : load_single(set, path, choice, why);
	if (rc != TUG_OK) {
		tug_image_set_free(set);
	}
	return rc;
}
