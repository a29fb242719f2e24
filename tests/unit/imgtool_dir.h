/* SPDX-License-Identifier: Apache-2.0
 *
 * A folder of its own for a test of files. Included once per test program, behind cmocka.h.
 */
#ifndef TUG_TEST_IMGTOOL_DIR_H
#define TUG_TEST_IMGTOOL_DIR_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[] = "/tmp/tug-imgtool-XXXXXX";

/* The path of `name` in the folder. Result: out. */
static inline const char *path(char out[64], const char *name)
{
	snprintf(out, 64, "%s/%s", dir, name);
	return out;
}

/* A group's setup of cmocka. */
static inline int setup(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL;
}

/* Remove the folder and the `n` files it may hold. Result: not 0 when a temporary file was left behind. */
static inline int dir_remove(const char *const *names, size_t n)
{
	char p[64];

	for (size_t i = 0; i < n; i++) {
		unlink(path(p, names[i]));
	}
	return rmdir(dir);
}

#endif
