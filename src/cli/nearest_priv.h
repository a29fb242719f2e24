/* SPDX-License-Identifier: Apache-2.0
 *
 * The nearest of several words to a mistyped one, for "did you mean". Knows no table. For src/cli only.
 */
#ifndef TUG_CLI_NEAREST_PRIV_H
#define TUG_CLI_NEAREST_PRIV_H

#include <stddef.h>

/** Search under way. */
struct tug_nearest {
	const char *word; /**< what was typed */
	const char *best; /**< nearest so far, NULL = nothing near enough */
	size_t distance;  /**< edits between the two */
};

/** Begin: nothing found. Keeps `word`. */
void tug_nearest_begin(struct tug_nearest *n, const char *word);
/** Look at one more word. Keeps it when it is the nearest. */
void tug_nearest_try(struct tug_nearest *n, const char *candidate);

#endif
