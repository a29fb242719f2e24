/* SPDX-License-Identifier: Apache-2.0
 *
 * Edit distance with neighbours swapped, for "did you mean". Knows no table; called by the parser of the
 * command line.
 */
#include <string.h>

#include "nearest_priv.h"

#define LEN_MAX 63u

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
	size_t rows[3][LEN_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];

	for (size_t j = 0; j <= nb; j++) {
		last[j] = j;
	}
	memset(rows[0], 0, sizeof(rows[0]));
	for (size_t i = 1; i <= na; i++) {
		size_t *spare = before;

		now[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
				now[j] = min3(now[j], now[j], before[j - 2] + 1);
			}
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[nb];
}

void tug_nearest_begin(struct tug_nearest *n, const char *word)
{
	n->word = word;
	n->best = NULL;
	n->distance = strlen(word) / 3 + 1; /* more edits than that, and it is another word */
}

void tug_nearest_try(struct tug_nearest *n, const char *candidate)
{
	size_t na = strlen(n->word), nb = strlen(candidate), d;

	if (na > LEN_MAX || nb > LEN_MAX) {
		return;
	}
	d = distance(n->word, na, candidate, nb);
	if (d < n->distance || (d == n->distance && n->best == NULL)) {
		n->best = candidate;
		n->distance = d;
	}
}
