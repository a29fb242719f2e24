/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: the Android library's log wherever it is printed: Device Manager, nRF Logger, logcat in its forms, Java
 * loggers, Flutter and React Native on Android, or bare lines of it.
 */
#include "phone_priv.h"
#include "readers_priv.h"

/* A word that other software prints as well counts beside surer ones only. */
static bool counts(const struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_prefix *p)
{
	uint32_t back = s->context ? l->no - s->context_no : UINT32_MAX;

	if (p->fit != TUG_PHONE_FULL || (p->word->domain & TUG_PHONE_ANDROID) == 0) {
		return p->fit == TUG_PHONE_PARTIAL && p->got.literals >= 6 && (p->library || (s->context && p->atoms > 0));
	}
	if (p->word->act == tug_phone_act_list &&
	    (tug_dg_trim(p->got.rest).len == 0 || tug_dg_find(p->got.rest, "\" :") != NULL ||
	     tug_dg_find(p->got.rest, "Header:") != NULL)) {
		return false; /* the iOS library has the same word */
	}
	if ((p->word->flags & TUG_PHONE_SURE) != 0 ||
	    (p->got.n_word > 0 && tug_dg_starts(p->got.word[0], "da2e7828", NULL))) {
		/* "Upgrade completed after ..." in somebody's prose is no log line. */
		return p->atoms > 0 || p->word->act != tug_phone_act_step || p->word->arg != TUG_STEP_SUCCESS ||
		       p->got.rest.len < 3;
	}
	if (p->atoms == 0) {
		return back <= 3;
	}
	return p->library || (s->context && ((p->word->flags & TUG_PHONE_NEAR) != 0 || back <= 60));
}

static enum tug_claim judge(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_prefix *p)
{
	if (p == NULL) {
		return s->device_manager ? TUG_MINE : TUG_NOT_MINE;
	}
	if (s->device_manager ? p->level_time || (p->time_only && p->fit == TUG_PHONE_FULL) : counts(s, l, p)) {
		s->context = true;
		s->context_no = l->no;
		return TUG_MINE;
	}
	if ((p->adb && p->library) ||
	    (s->context && l->no - s->context_no <= 3 && tug_dg_starts(tug_dg_lean(l), "at ", NULL))) {
		s->context_no = l->no;
		return TUG_MINE;
	}
	return p->adb && s->context ? TUG_SHARED : TUG_NOT_MINE;
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	struct tug_phone *s = state;

	s->domains = TUG_PHONE_ANDROID;
	tug_phone_words_make(&s->words, s->domains);
	s->src = TUG_SRC_ANDROID;
	return tug_phone_take(s, d, l, judge);
}

static void end(struct tug_diag *d, void *state)
{
	tug_phone_flush(state, d);
}

const struct tug_reader tug_reader_logcat = {
	.kind = "Android library log",
	.expect = "a log of Device Manager for Android, logcat or Flutter",
	.src = TUG_SRC_ANDROID,
	.state_size = sizeof(struct tug_phone),
	.line = line,
	.end = end,
};
