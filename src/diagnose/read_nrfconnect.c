/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: the log that nRF Connect for Mobile (Android) shares: "L<TAB>hh:mm:ss.mmm<TAB>[McuMgr] text".
 */
#include "phone_priv.h"
#include "readers_priv.h"

static enum tug_claim judge(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_prefix *p)
{
	bool near = s->context && l->no - s->context_no <= 12;

	if (s->device_manager) {
		return TUG_NOT_MINE; /* the same form, but not nRF Connect */
	}
	if (p == NULL) {
		return TUG_MINE;
	}
	if (!p->level_time) {
		/* The level was lost, or is a word of some language. */
		bool word = p->fit == TUG_PHONE_FULL && (p->word->flags & (TUG_PHONE_SURE | TUG_PHONE_NEAR)) != 0;

		if (!p->time_only || !p->fraction || !(word || near || p->library)) {
			return TUG_NOT_MINE;
		}
	}
	s->context = true;
	s->context_no = l->no;
	return TUG_MINE;
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	struct tug_phone *s = state;

	s->domains = TUG_PHONE_ANDROID;
	tug_phone_words_make(&s->words, s->domains);
	s->src = TUG_SRC_NRF_CONNECT;
	return tug_phone_take(s, d, l, judge);
}

static void end(struct tug_diag *d, void *state)
{
	tug_phone_flush(state, d);
}

const struct tug_reader tug_reader_nrfconnect = {
	.kind = "nRF Connect (Android) log",
	.expect = "a log of nRF Connect for Android",
	.src = TUG_SRC_NRF_CONNECT,
	.state_size = sizeof(struct tug_phone),
	.line = line,
	.end = end,
};
