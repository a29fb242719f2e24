/* SPDX-License-Identifier: Apache-2.0
 *
 * One phone log: lines put together again that a forum or a terminal broke, their time, whose they are. A line is
 * looked at when the next one shows that it is whole; until then it is held.
 */
#include <ctype.h>
#include <string.h>

#include "phone_priv.h"

#define DAY_MS 86400000
#define BACK_MS 10000
#define STUB_MAX 16u

int tug_phone_header(struct tug_slice text)
{
	static const char *const names[] = { "nRF Connect, ", "Device Manager, ", "nRF Connect Device Manager, ",
					     "nRF Logger, ", "nRF Toolbox, ", "MCU Manager, " };

	while (text.len > 0 && (text.p[0] == '`' || text.p[0] == ' ' || text.p[0] == '\t')) {
		text = tug_slice_of(text.p + 1, text.len - 1);
	}
	if (text.len == 0 || (text.p[0] != 'n' && text.p[0] != 'D' && text.p[0] != 'M')) {
		return 0;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct tug_slice rest;

		if (tug_dg_starts(text, names[i], &rest) && rest.len >= 8 && rest.len < 40 && isdigit(rest.p[0]) &&
		    isdigit(rest.p[1])) {
			return i == 0 ? 1 : 2;
		}
	}
	return 0;
}

/* ---- time ----------------------------------------------------------------------------------------------------- */

int64_t tug_phone_time(struct tug_phone *s, int64_t clock)
{
	int64_t ms = clock + s->day_ms;

	if (clock < 0) {
		return -1;
	}
	if (s->timed && ms + BACK_MS < s->last_ms) {
		s->jumped = s->last_ms - ms < DAY_MS / 2;
		while (ms + BACK_MS < s->last_ms) {
			s->day_ms += DAY_MS;
			ms += DAY_MS;
		}
	} else if (s->timed && ms < s->last_ms) {
		ms = s->last_ms; /* lines of two threads, a little out of order */
	}
	s->timed = true;
	s->last_ms = ms;
	return ms;
}

/* ---- the line held -------------------------------------------------------------------------------------------- */

/* "SMP Service (8d53dc1d-...)", "Generic Access (0x1800)": a list of services begins. */
static bool names_service(struct tug_slice body)
{
	const uint8_t *open = tug_dg_find(body, "(");
	struct tug_slice in;

	if (open == NULL || body.len < 8 || body.p[body.len - 1] != ')') {
		return false;
	}
	in = tug_slice_of(open + 1, body.len - (size_t)(open - body.p) - 2);
	return (in.len == 6 && in.p[0] == '0' && in.p[1] == 'x') || (in.len == 36 && in.p[8] == '-' && in.p[13] == '-');
}

static void note_service(struct tug_phone *s, struct tug_slice line)
{
	if (tug_dg_find(line, "8d53dc1d-1db7-4cd3-868b-8a527460aa84") != NULL) {
		tug_dg_facts(s->d)->smp.link.service_found = true;
	}
}

void tug_phone_flush(struct tug_phone *s, struct tug_diag *d)
{
	struct tug_dg_line *l = &s->held;
	const struct tug_phone_word *w = s->prefix.word;

	if (!s->open) {
		return;
	}
	s->open = false;
	s->d = d;
	l->text = tug_phone_text(s);
	l->body = tug_dg_trim(tug_phone_body(s));
	l->raw = l->text;
	s->cut = s->cut || (l->body.len > 3 && memcmp(l->body.p + l->body.len - 3, "...", 3) == 0);
	if (s->prefix.fit != TUG_PHONE_FULL) {
		s->listing = names_service(l->body);
		note_service(s, l->body);
		return;
	}
	s->listing = false;
	if (!s->prefix.foreign && w->act != NULL && !(s->unsent && w->act == tug_phone_act_ios_send)) {
		struct tug_phone_got got;

		if (s->got_len == s->len && l->body.len == s->len - s->prefix.body) { /* nothing was put behind it */
			got = s->prefix.got;
			w->act(s, l, &got, w->arg);
		} else if (tug_phone_fit(w->pattern, l->body, &got) == TUG_PHONE_FULL) {
			w->act(s, l, &got, w->arg);
		}
	}
}

/* What was found in a text at `from` stands in its copy at `to`. */
static void move_got(struct tug_phone_got *g, const uint8_t *from, const uint8_t *to)
{
	for (unsigned i = 0; i < g->n_word; i++) {
		g->word[i].p = to + (g->word[i].p - from);
	}
	if (g->rest.p != NULL) {
		g->rest.p = to + (g->rest.p - from);
	}
}

static void hold(struct tug_phone *s, const struct tug_dg_line *l, struct tug_slice text,
		 const struct tug_phone_prefix *p)
{
	s->held = *l;
	s->held.pairs = NULL;
	s->held.prefix = NULL;
	s->held.src |= s->src;
	s->prefix = *p;
	s->end_no = l->no;
	s->len = text.len < sizeof(s->buf) ? text.len : sizeof(s->buf);
	s->cut = l->cut || s->len < text.len;
	memcpy(s->buf, text.p, s->len);
	s->got_len = 0;
	if (p->word != NULL && s->len == text.len) { /* its slices point into the line, which is gone soon */
		move_got(&s->prefix.got, text.p, s->buf);
		s->got_len = p->fit == TUG_PHONE_FULL ? s->len : 0;
	} else if (p->word != NULL) {
		tug_phone_fit(p->word->pattern, tug_phone_body(s), &s->prefix.got);
	}
	s->open = true;
}

/* ---- a line --------------------------------------------------------------------------------------------------- */

/* The begin of a prefix that a narrow column cut off: "I", "I 08:4", "08:47:44.3". */
static bool is_stub(struct tug_slice t)
{
	size_t digits = 0;

	t = tug_dg_trim(t);
	if (t.len == 0 || t.len > STUB_MAX) {
		return false;
	}
	for (size_t i = 0; i < t.len; i++) {
		bool first = i == 0 && strchr("VDIAWE", t.p[i]) != NULL;

		digits += isdigit(t.p[i]) ? 1u : 0u;
		if (!first && !isdigit(t.p[i]) && strchr(" \t:.,", t.p[i]) == NULL) {
			return false;
		}
	}
	return digits > 0 || t.len == 1;
}

static enum tug_claim claim(struct tug_phone *s, struct tug_diag *d, struct tug_dg_line *l, struct tug_slice text,
			    const struct tug_phone_prefix *p, tug_phone_judge judge)
{
	enum tug_claim c = judge(s, l, p);

	if (c == TUG_NOT_MINE) {
		return c;
	}
	/* The iOS library logs a request before it finds out that it is too long, and then makes another one. */
	s->unsent = (text.p != l->text.p || tug_dg_may(l, "MTU")) &&
		    (tug_dg_find(text, "Insufficient MTU") != NULL || tug_dg_find(text, "larger than MTU Size") != NULL);
	tug_phone_flush(s, d);
	s->unsent = false;
	s->jumped = false;
	l->ms = tug_phone_time(s, p->clock);
	l->level = p->level;
	if (s->jumped && (p->level_time || p->time_only)) {
		tug_dg_session(d, l);
		memset(&s->link, 0, sizeof(s->link));
		s->need[0] = s->need[1] = 0;
	}
	if (text.p == l->text.p) {
		l->body = tug_slice_of(text.p + p->body, text.len - p->body);
	}
	hold(s, l, text, p);
	return c;
}

/* A header line of a log: another session of an app. */
static enum tug_claim new_session(struct tug_phone *s, struct tug_diag *d, struct tug_dg_line *l, int app,
				  tug_phone_judge judge)
{
	enum tug_claim c;

	tug_phone_flush(s, d);
	s->device_manager = app == 2;
	c = judge(s, l, NULL);
	s->header = c == TUG_MINE;
	if (s->header) {
		tug_dg_session(d, l);
	}
	s->context = true;
	s->context_no = l->no;
	memset(&s->link, 0, sizeof(s->link));
	s->need[0] = s->need[1] = 0;
	s->tx_hdr.known = s->rx_hdr.known = false;
	s->stub_len = 0;
	return c;
}

/* A stub and the line behind it, together. */
static enum tug_claim with_stub(struct tug_phone *s, struct tug_diag *d, struct tug_dg_line *l, tug_phone_judge judge)
{
	struct tug_phone_prefix p;
	struct tug_slice more = tug_dg_lean(l);
	size_t n = s->stub_len;
	uint8_t text[24 + 600];
	enum tug_claim c = TUG_NOT_MINE;

	s->stub_len = 0;
	if (n == 0 || l->no - s->stub_no > 3 || more.len > sizeof(text) - sizeof(s->stub) - 1) {
		return c;
	}
	for (unsigned blank = 0; blank < 2 && c == TUG_NOT_MINE; blank++) {
		memcpy(text, s->stub, n);
		memset(text + n, ' ', blank);
		memcpy(text + n + blank, more.p, more.len);
		tug_phone_prefix(tug_slice_of(text, n + blank + more.len), &s->words, &p);
		if (p.level_time) {
			c = claim(s, d, l, tug_slice_of(text, n + blank + more.len), &p, judge);
		}
	}
	return c;
}

/* The prefix of a line; another reader may know it. */
static const struct tug_phone_prefix *prefix_of(struct tug_phone *s, struct tug_dg_line *l)
{
	const struct tug_phone_prefix *p = l->prefix;

	if (p == NULL || p->of.p != l->text.p || p->of.len != l->text.len) {
		tug_phone_prefix(l->text, &s->words, &s->looked);
	} else if (p->domains != s->domains) {
		tug_phone_prefix_again(p, &s->words, &s->looked);
	} else {
		return p;
	}
	l->prefix = &s->looked;
	return &s->looked;
}

/* Nothing is under way that a line could go on with. */
static bool idle(const struct tug_phone *s)
{
	return !s->open && s->stub_len == 0 && !s->header && !s->listing;
}

enum tug_claim tug_phone_take(struct tug_phone *s, struct tug_diag *d, struct tug_dg_line *l, tug_phone_judge judge)
{
	const struct tug_phone_prefix *p;
	enum tug_claim c;
	int app;
	bool begins;

	s->d = d;
	if (l->strange == TUG_DG_NO_PHONE && idle(s) && tug_dg_counted(l)) {
		return TUG_NOT_MINE;
	}
	app = tug_phone_header(l->text);
	if (tug_dg_lean(l).len == 0) {
		return TUG_NOT_MINE;
	}
	if (app != 0) {
		return new_session(s, d, l, app, judge);
	}
	p = prefix_of(s, l);
	begins = p->level_time || p->adb || p->clock >= 0;
	if (!begins && p->fit == TUG_PHONE_NO && tug_dg_counted(l) && !is_stub(l->text) && !tug_dg_starts(tug_dg_lean(l), "at ", NULL)) {
		l->strange |= s->domains;
	}
	if (!begins && p->fit == TUG_PHONE_NO && idle(s) && tug_dg_lean(l).len > STUB_MAX && judge(s, l, p) == TUG_NOT_MINE) {
		return TUG_NOT_MINE; /* most lines of others */
	}
	if (!begins || (p->fit == TUG_PHONE_NO && !p->level_time)) {
		bool wrapped = p->atoms > 0 && (p->level == 0 || p->atoms > 1 || p->tag[0] != '\0');

		if (tug_phone_goes_on(s, l, l->text) ||
		    (wrapped && tug_phone_goes_on(s, l, tug_slice_of(l->text.p + p->start, l->text.len - p->start)))) {
			s->stub_len = 0;
			s->context_no = l->no;
			return TUG_MINE;
		}
	}
	c = p->level_time ? TUG_NOT_MINE : with_stub(s, d, l, judge);
	if (c == TUG_NOT_MINE) {
		c = claim(s, d, l, l->text, p, judge);
	}
	if (c != TUG_NOT_MINE) {
		s->stub_len = 0;
		s->header = false;
		return c;
	}
	if (s->header && l->text.len < 80 && memchr(l->text.p, '(', l->text.len) != NULL) {
		s->header = false;
		return TUG_MINE; /* the device's name and address */
	}
	tug_phone_flush(s, d);
	s->header = false;
	if (s->listing && (names_service(tug_dg_lean(l)) || tug_dg_starts(tug_dg_lean(l), "- ", NULL))) {
		note_service(s, l->text);
		return TUG_MINE;
	}
	s->listing = false;
	if (is_stub(l->text)) {
		struct tug_slice t = tug_dg_lean(l);

		memcpy(s->stub, t.p, t.len);
		s->stub_len = t.len;
		s->stub_no = l->no;
	}
	return TUG_NOT_MINE;
}
