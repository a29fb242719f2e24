/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: the iOS library's log wherever it is printed: Device Manager, nRF Connect, Xcode's console, os_log, Flutter
 * on iOS.
 */
#include "phone_priv.h"
#include "readers_priv.h"

static enum tug_claim judge(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_prefix *p)
{
	uint32_t back = s->context ? l->no - s->context_no : UINT32_MAX;
	bool mine;

	if (p == NULL || p->level_time || p->fit == TUG_PHONE_NO) {
		return TUG_NOT_MINE;
	}
	if (p->fit == TUG_PHONE_PARTIAL) {
		mine = p->got.literals >= ((p->word->flags & TUG_PHONE_SURE) != 0 ? 7u : 10u) &&
		       (s->context || p->library || (p->word->flags & TUG_PHONE_MAP) != 0);
	} else if ((p->word->flags & TUG_PHONE_SURE) != 0) {
		mine = p->atoms > 0 || p->word->act != tug_phone_act_step || p->word->arg != TUG_STEP_SUCCESS ||
		       p->got.rest.len < 3;
	} else if (p->atoms == 0) {
		mine = back <= 3;
	} else {
		mine = p->library || (s->context && ((p->word->flags & TUG_PHONE_NEAR) != 0 || back <= 60));
	}
	if (mine) {
		s->context = true;
		s->context_no = l->no;
	}
	return mine ? TUG_MINE : TUG_NOT_MINE;
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	struct tug_phone *s = state;

	s->domains = TUG_PHONE_IOS;
	tug_phone_words_make(&s->words, s->domains);
	s->src = TUG_SRC_IOS;
	return tug_phone_take(s, d, l, judge);
}

static void end(struct tug_diag *d, void *state)
{
	tug_phone_flush(state, d);
}

const struct tug_reader tug_reader_ios = {
	.kind = "iOS library log",
	.expect = "a log of nRF Connect or Device Manager for iOS",
	.src = TUG_SRC_IOS,
	.state_size = sizeof(struct tug_phone),
	.line = line,
	.end = end,
};
