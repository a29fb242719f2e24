/* SPDX-License-Identifier: Apache-2.0
 *
 * One reader alone (TUG_READER) on any lines: claims are valid, nothing is read past a line, and what it gave to the
 * trackers weighs without a crash.
 */
#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"
#include "readers_priv.h"

#define NAME2(x) tug_reader_##x
#define NAME(x) NAME2(x)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void one_line(struct tug_diag *d, void *state, struct tug_slice raw, uint32_t no)
{
	struct tug_dg_line l = { .no = no, .raw = raw, .ms = -1 };
	uint8_t *exact; /* a copy of its own, so that a read past its end is seen */
	enum tug_claim claim;

	if (raw.len > TUG_DG_LINE_MAX) {
		l.raw.len = TUG_DG_LINE_MAX;
		l.cut = true;
	}
	l.text = tug_dg_clean(l.raw, d->clean);
	exact = malloc(l.text.len + (l.text.len == 0));
	if (exact == NULL) {
		abort();
	}
	if (l.text.len > 0) {
		memcpy(exact, l.text.p, l.text.len);
	}
	l.text.p = exact;
	l.body = l.text;
	claim = NAME(TUG_READER).line(d, state, &l);
	if (claim != TUG_NOT_MINE && claim != TUG_SHARED && claim != TUG_MINE) {
		abort();
	}
	free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct tug_report *r;
	struct tug_diag *d;
	void *state;
	uint32_t no = 0;

	if (tug_diag_create(TUG_DIAG_ALL, &d) != TUG_OK || tug_diag_input(d, "input") != TUG_OK) {
		abort();
	}
	state = calloc(1, NAME(TUG_READER).state_size + 1);
	while (len > 0 && state != NULL) {
		const uint8_t *end = memchr(data, '\n', len);
		size_t n = end != NULL ? (size_t)(end - data) : len;

		one_line(d, state, tug_slice_of(data, n), ++no);
		n += end != NULL;
		data += n;
		len -= n;
	}
	if (state != NULL && NAME(TUG_READER).end != NULL) {
		NAME(TUG_READER).end(d, state);
	}
	free(state);
	if (tug_diag_report(d, &r) != TUG_OK) {
		abort();
	}
	tug_diag_free(d);
	return 0;
}
