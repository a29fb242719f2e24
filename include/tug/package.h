/* SPDX-License-Identifier: Apache-2.0
 *
 * Update packages: a zip with images and a manifest.json, as the nRF Connect SDK makes them
 * (dfu_application.zip). Read from memory and made in memory; nothing is ever extracted to disk. Whether what is
 * inside is an image is for the caller to check. Allocates; prints nothing. Host only.
 *
 * Errors: each function returns TUG_OK or a code of err.h and writes one sentence into `why` that names the
 * package, the cause and the remedy. `why` has TUG_PACKAGE_WHY characters and is written only on failure.
 * Source: docs/image.md, packages.
 */
#ifndef TUG_PACKAGE_H
#define TUG_PACKAGE_H

#include <tug/base.h>
#include <tug/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Characters of a `why` buffer, terminator included. */
#define TUG_PACKAGE_WHY 512u
/** Most images of a package. */
#define TUG_PACKAGE_FILES 16u
/** Characters of a name inside a package, terminator included. */
#define TUG_PACKAGE_NAME 128u
/** Most octets all images of a package may have together once they are inflated. */
#define TUG_PACKAGE_MAX 0x4000000u
/** Most entries of the zip that are looked at; more are refused. */
#define TUG_PACKAGE_ENTRIES 256u
/** Most octets of manifest.json. */
#define TUG_PACKAGE_MANIFEST 0x100000u

/** One image of a package; texts are "" where the manifest does not tell. */
struct tug_package_file {
	char file[TUG_PACKAGE_NAME]; /**< its name; printable characters only */
	char type[TUG_PACKAGE_NAME]; /**< "application", "mcuboot" ... */
	char board[TUG_PACKAGE_NAME]; /**< board it was built for */
	char soc[TUG_PACKAGE_NAME];  /**< chip it was built for */
	char version[TUG_PACKAGE_NAME]; /**< version as the manifest claims it; the image's header decides */
	uint32_t load_address;       /**< address it runs at, 0 = not told */
	uint8_t image;               /**< image number on the device; 0 where the manifest does not tell */
	int8_t slot;                 /**< the slot this variant is linked for (direct-XIP), -1 = any */
	uint8_t *data;               /**< [len] the image's octets; the package's */
	size_t len;                  /**< octets */
};

/** What a package held. Released by tug_package_free(). */
struct tug_package {
	bool manifest;               /**< false: there was none, and the only .bin was taken for image 0 */
	uint32_t format;             /**< format-version of the manifest: 0 or 1 */
	uint64_t time;               /**< seconds since 1970, 0 = not told */
	char name[TUG_PACKAGE_NAME]; /**< name for people */
	size_t n;                    /**< images, at least 1 */
	struct tug_package_file f[TUG_PACKAGE_FILES]; /**< [n] in the manifest's order */
};

/** Release what a package holds and empty it. */
void tug_package_free(struct tug_package *p);

/** Does `data` begin as a zip does? A damaged one is one too. */
bool tug_package_is(struct tug_slice data);

/**
 * Read a package from memory. `name` is used in sentences. Sizes, checksums and names are verified; entries of one
 * image number are taken only as variants for different slots. State: on failure `out` is empty.
 * Errors: TUG_EPACKAGE (damaged, encrypted, without manifest and not exactly one .bin, manifest wrong, file missing,
 * of another size, or not told apart from another), TUG_ETOOBIG, TUG_ENOSPACE (memory).
 */
int tug_package_read(struct tug_slice zip, const char *name, struct tug_package *out, char *why);

/** An image to put into a package. */
struct tug_package_item {
	const char *file;      /**< name inside the package, without folders; borrows */
	struct tug_slice data; /**< the image, header first; borrows */
	uint32_t load_address; /**< address it runs at, 0 = not known */
	uint8_t image;         /**< image number */
	int8_t slot;           /**< slot of a direct-XIP variant, -1 = none */
};

/** What the manifest says of a package as a whole; every text may be NULL. Borrows. */
struct tug_package_meta {
	const char *name;  /**< name for people; left out when NULL */
	const char *board; /**< board, of every image */
	const char *soc;   /**< chip, of every image */
	const char *type;  /**< kind of the images, NULL = "application" */
	uint32_t time;     /**< seconds since 1970, of the package and every file in it */
};

/** Octets of a package. Released by tug_package_drop(). */
struct tug_package_octets {
	uint8_t *p; /**< octets */
	size_t len; /**< octets present */
};
/** Release `o` and empty it. */
void tug_package_drop(struct tug_package_octets *o);

/**
 * Make a package of items[n], stored without compression: the same input gives the same octets, whatever the time zone.
 * The version in the manifest is that of each image's header.
 * Errors: TUG_EINVAL (none or too many, names that are empty, have a folder, repeat or are manifest.json; two images of
 * one number and slot; no header), TUG_ETOOBIG, TUG_ENOSPACE (memory), TUG_EINTERNAL (the zip library failed).
 */
int tug_package_make(const struct tug_package_meta *meta, const struct tug_package_item *items, size_t n,
		     struct tug_package_octets *out, char *why);

#ifdef __cplusplus
}
#endif
#endif
