/* SPDX-License-Identifier: Apache-2.0
 *
 * Zips made by hand for the tests of packages.
 */
#ifndef PACKAGE_ZIP_H
#define PACKAGE_ZIP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <tug/package.h>

/* One entry to write; ends with name NULL. */
struct entry {
	const char *name;
	const char *text;
	size_t len;       /* 0 = strlen(text) */
	const char *password; /* NULL = not encrypted */
};

/* The octets of a zip of these entries; the caller frees them. */
struct tug_slice zip_of(const struct entry *e);
/* A zip entry of `len` zeros, deflated. */
struct tug_slice zip_of_zeros(const char *name, size_t len);

#endif
