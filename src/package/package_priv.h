/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of this folder share: sentences, and the zip as numbered entries. Only src/package and its unit test
 * may include it.
 */
#ifndef TUG_PACKAGE_PRIV_H
#define TUG_PACKAGE_PRIV_H

#include <zip.h>

#include <tug/package.h>

/** Write a sentence into `why` (may be NULL). Result: `rc`. */
int tug_pkg_why(char *why, int rc, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/** Copy `text` to out[TUG_PACKAGE_NAME], everything unprintable as "?". False: too long, nothing was copied. */
bool tug_pkg_print(char *out, const char *text);

/** An open zip. */
struct tug_pkg_zip {
	zip_t *z;         /**< handle */
	zip_uint64_t n;   /**< entries, at most TUG_PACKAGE_ENTRIES */
	const char *name; /**< of the package, for sentences; borrows */
	size_t left;      /**< octets that may still be inflated */
	char *why;        /**< the sentence of a failure */
};

/** Open. Errors: TUG_EPACKAGE, TUG_ENOSPACE. */
int tug_pkg_open(struct tug_pkg_zip *z, struct tug_slice data);
/** Close; fine after a failure. */
void tug_pkg_close(struct tug_pkg_zip *z);
/** Name of entry `i`, "" when it has none. Borrows. */
const char *tug_pkg_entry(const struct tug_pkg_zip *z, zip_uint64_t i);
/** Number of the entry called `name`. Errors: TUG_EPACKAGE (none, or several). */
int tug_pkg_find(const struct tug_pkg_zip *z, const char *name, zip_uint64_t *i);
/**
 * Inflate entry `i`, at most `max` octets, checksum verified; one NUL follows. `*out` is the caller's.
 * Errors: TUG_EPACKAGE, TUG_ETOOBIG, TUG_ENOSPACE.
 */
int tug_pkg_inflate(struct tug_pkg_zip *z, zip_uint64_t i, size_t max, uint8_t **out, size_t *len);

/** A manifest that was read. */
struct tug_pkg_manifest {
	struct tug_package *p;                          /**< filled, but for the octets of the images */
	uint64_t size[TUG_PACKAGE_FILES];               /**< octets promised, UINT64_MAX = not told */
	char file[TUG_PACKAGE_FILES][TUG_PACKAGE_NAME]; /**< names as they are in the zip */
};

/** Read a manifest into `m` and m->p. `name` is the package's. Errors: TUG_EPACKAGE. */
int tug_pkg_manifest(struct tug_slice text, const char *name, struct tug_pkg_manifest *m, char *why);

#endif
