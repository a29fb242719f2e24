/* SPDX-License-Identifier: Apache-2.0
 *
 * The images one command brings to a device: of a single file, or of a package. For src/cli only.
 */
#ifndef TUG_CLI_IMAGE_SET_PRIV_H
#define TUG_CLI_IMAGE_SET_PRIV_H

#include <tug/package.h>

#include "image_file_priv.h"

/** Characters of the name of an image in sentences. */
#define TUG_SET_NAME 320u

/** An image with its name and place. */
struct tug_set_image {
	struct tug_image_file file; /**< checked */
	char name[TUG_SET_NAME];    /**< path, with the name inside a package behind it in brackets */
	char claim[TUG_PACKAGE_NAME]; /**< version the manifest claims, "" = none */
	int8_t slot;                /**< slot of a direct-XIP variant, -1 = any */
};

/** Images of one number: one, or its variants. */
struct tug_set_group {
	uint8_t image; /**< image number */
	uint8_t first; /**< index of the first */
	uint8_t n;     /**< images */
};

/** Does not move once loaded. */
struct tug_image_set {
	bool package;               /**< came from a package */
	bool manifest;              /**< that has a manifest */
	size_t n;                   /**< images */
	size_t n_groups;            /**< image numbers */
	struct tug_set_image *f;    /**< [n], grouped */
	/**
	 * [n_groups], highest number first: a bootloader that activates the application first leaves the network core
	 * out. Source: docs/image.md, packages.
	 */
	struct tug_set_group g[TUG_PACKAGE_FILES];
};

/** Which images of a package are wanted. */
struct tug_set_choice {
	const char *key_path; /**< NULL = no signature is checked */
	bool one;             /**< only `image` */
	uint8_t image;        /**< image number; of a single file too */
};

/**
 * Load and check a file or a package: every image chosen is checked as tug_image_file_load does. `why` [TUG_WHY_CAP] gets
 * one sentence. On failure `set` is empty. Errors: those of tug_image_file_load and tug_package_read.
 */
int tug_image_set_load(struct tug_image_set *set, const char *path, const struct tug_set_choice *choice, char *why);
/** Release what it holds. */
void tug_image_set_free(struct tug_image_set *set);

#endif
