/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: output of west, CMake, Kconfig and the linker. Kconfig wraps its messages, terminals and forums wrap them
 * again, at any column: they are looked for in the text of several lines with all blanks left out.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "build_priv.h"
#include "conf_priv.h"
#include "readers_priv.h"

/* Lines kept: those before and those after the line looked at. */
#define BEFORE 4u
#define AFTER 4u
#define KEPT (BEFORE + AFTER + 1u)
#define PIECE 400u

/* A line, or a piece of a long one. */
struct kept {
	struct tug_evidence at;
	bool more; /* the next piece is of the same line */
	bool boot; /* within the build of MCUboot */
	size_t len;
	char p[PIECE];
};

/* Messages over several lines, blanks left out. A set of them has a bit for each. */
enum message {
	UNDEFINED, ASSIGNED, SELECTED, UNSATISFIED, ERROR_AT, OVERFLOWED, KEY, SIGNING_KEY, /* see_kconfig, see_end */
	FIRST_END, MESSAGES = FIRST_END + 7,                                             /* they end the build */
};

static const char *const messages[] = {
	"totheundefinedsymbol", "wasassignedthevalue'", "hasdirectdependencies", "unsatisfieddependencies:",
	":error:", "overflowedby", "usingdefaultmcubootkey", "usingdefaultmcubootsigningkey",
	"abortingduetokconfigwarnings", "fatalerror:commandexited", "ninja:buildstopped",
	"configuringincomplete,errorsoccurred", "partitionmanagerfailed:", "collect2:error:ldreturned",
	"undefinedreferenceto",
};

/* Characters of a message that are looked for first. */
#define LOOKED 4u

_Static_assert(sizeof(messages) / sizeof(messages[0]) == MESSAGES, "one name each");
_Static_assert(MESSAGES * LOOKED <= 64, "a bit for each character");

struct state {
	bool started;
	uint64_t begins;        /* first characters of the messages */
	uint64_t has[256];      /* [character] where in the messages it stands */
	struct kept kept[KEPT]; /* ring */
	uint64_t pushed, done;
	unsigned open; /* lines that may still belong to a message */
	bool boot;     /* the build of MCUboot is under way */
	char chip[16]; /* the one processor that the text mentions */
	bool chips;    /* it mentions several */
};

/* Text of several pieces, with '\n' between lines. */
struct window {
	char p[KEPT * (PIECE + 1) + 1];
	size_t len;
	size_t from, to; /* the piece looked at */
};

/* ---- text without blanks ------------------------------------------------------------------------------------ */

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static char low(char c)
{
	if (c >= 'A' && c <= 'Z') {
		c = (char)(unsigned char)(c | 0x20);
	}
	return c;
}

/* Index behind `want` (which has no blanks) at `i`, blanks of the text not counted; 0 = it is not there. */
static size_t behind(const struct window *w, size_t i, const char *want)
{
	for (; *want != '\0'; i++) {
		if (i >= w->len) {
			return 0;
		}
		if (low(w->p[i]) == low(*want)) {
			want++;
		} else if (!blank(w->p[i])) {
			return 0;
		}
	}
	return i;
}

static bool in(unsigned set, enum message m)
{
	return (set >> m & 1u) != 0;
}

/* First place from `from`, before `to`, of `c` (lower case or no letter) or its upper case; `to` = none. */
static size_t next_place(const struct window *w, size_t from, size_t to, char c)
{
	const char *at = from < to ? memchr(w->p + from, c, to - from) : NULL;

	to = at != NULL ? (size_t)(at - w->p) : to;
	if (from < to && islower((unsigned char)c)) {
		at = memchr(w->p + from, toupper((unsigned char)c), to - from);
		to = at != NULL ? (size_t)(at - w->p) : to;
	}
	return to;
}

/* First place of `want` from `from`, beginning before `to`; index behind it, 0 = none. */
static size_t find(const struct window *w, size_t from, size_t to, const char *want, size_t *at)
{
	to = to < w->len ? to : w->len;
	for (size_t i = next_place(w, from, to, want[0]); i < to; i = next_place(w, i + 1, to, want[0])) {
		size_t end = behind(w, i, want);

		if (end != 0) {
			if (at != NULL) {
				*at = i;
			}
			return end;
		}
	}
	return 0;
}

static bool of_symbol(char c)
{
	return isupper((unsigned char)c) || isdigit((unsigned char)c) || c == '_';
}

/* The symbol at `*i`. A line end within it is skipped when `known` says that only the whole is a symbol. */
static void take_symbol(const struct window *w, size_t *i, char *out, size_t cap)
{
	size_t n = 0;

	while (*i < w->len && blank(w->p[*i])) {
		(*i)++;
	}
	while (*i < w->len && of_symbol(w->p[*i]) && n + 1 < cap) {
		out[n++] = w->p[(*i)++];
	}
	out[n] = '\0';
	if (n > 7 && strncmp(out, "CONFIG_", 7) == 0) {
		memmove(out, out + 7, n - 6);
	}
}

static bool renamed(const char *name)
{
	char buf[96];

	return tug_build_renamed(name, buf, sizeof(buf)) != NULL;
}

/* A symbol that a terminal may have cut in two: joined when only the whole is a name of the table. */
static void take_cut_symbol(const struct window *w, size_t i, char *out, size_t cap)
{
	char rest[64], whole[128];

	take_symbol(w, &i, out, cap);
	if (renamed(out) || i >= w->len || w->p[i] != '\n') {
		return;
	}
	i++;
	take_symbol(w, &i, rest, sizeof(rest));
	snprintf(whole, sizeof(whole), "%s%s", out, rest);
	if (rest[0] != '\0' && strlen(whole) < cap && renamed(whole)) {
		snprintf(out, cap, "%s", whole);
	}
}

/* ---- messages of Kconfig ------------------------------------------------------------------------------------ */

static void note_undefined(struct tug_dg_build *b, const char *symbol, const struct tug_evidence *at)
{
	if (symbol[0] == '\0' || b->n_undef >= sizeof(b->undef) / sizeof(b->undef[0])) {
		return;
	}
	for (uint32_t i = 0; i < b->n_undef; i++) {
		if (strcmp(b->undef[i].symbol, symbol) == 0) {
			return;
		}
	}
	tug_dg_copy(b->undef[b->n_undef].symbol, sizeof(b->undef[0].symbol), tug_slice_of(symbol, strlen(symbol)));
	b->undef[b->n_undef++].at = *at;
}

static struct tug_dg_unmet *unmet_of(struct tug_dg_build *b, const char *symbol, const struct tug_evidence *at)
{
	struct tug_dg_unmet *u;

	for (uint32_t i = 0; i < b->n_unmet; i++) {
		if (strcmp(b->unmet[i].symbol, symbol) == 0 && (symbol[0] != '\0' || b->unmet[i].deps[0] == '\0')) {
			return &b->unmet[i];
		}
	}
	if (b->n_unmet >= sizeof(b->unmet) / sizeof(b->unmet[0])) {
		return NULL;
	}
	u = &b->unmet[b->n_unmet++];
	memset(u, 0, sizeof(*u));
	strncpy(u->symbol, symbol, sizeof(u->symbol) - 1);
	u->at = *at;
	return u;
}

/* Last place of `want` that begins in [from, to), SIZE_MAX = none. */
static size_t find_last(const struct window *w, size_t from, size_t to, const char *want)
{
	size_t at = 0, last = SIZE_MAX;

	for (; find(w, from, to, want, &at) != 0; from = at + 1) {
		last = at;
	}
	return last;
}

/* The symbol a message is about: the name in front of "(defined at", or of `end` itself. */
static void symbol_before(const struct window *w, size_t end, char *out, size_t cap)
{
	size_t from = end > 700 ? end - 700 : 0, n = find_last(w, from, end, "(definedat"), at;

	n = n != SIZE_MAX ? n : end;
	while (n > 0 && blank(w->p[n - 1])) {
		n--;
	}
	at = n;
	while (at > 0 && of_symbol(w->p[at - 1])) {
		at--;
	}
	if (n - at < 2 || n - at >= cap) {
		out[0] = '\0';
		return;
	}
	take_symbol(w, &at, out, cap);
}

/* "NET_BUF (=n), (A || B) (=n)." from `i`: the names. */
static void take_deps(const struct window *w, size_t i, char *out, size_t cap)
{
	size_t n = 0, in_name = 0;

	out[0] = '\0';
	for (; i < w->len && n + 2 < cap; i++) {
		char c = w->p[i];

		if (of_symbol(c) && !(i + 1 < w->len && islower((unsigned char)w->p[i + 1]))) {
			if (in_name == 0 && n > 0) {
				out[n++] = ' ';
			}
			out[n++] = c;
			in_name++;
		} else if (c == '\n' && in_name > 0 && i + 1 < w->len && of_symbol(w->p[i + 1])) {
			continue; /* cut within a name */
		} else if (strchr(" \t\n(),&|!=ny'\"<>", c) != NULL) {
			in_name = 0;
		} else {
			break; /* ". See ..." */
		}
	}
	out[n] = '\0';
}

static void see_unmet(struct tug_dg_build *b, const struct window *w, const struct kept *k, size_t at, size_t end)
{
	char symbol[64], deps[sizeof(b->unmet[0].deps)];
	size_t head = find_last(w, 0, at, "wasassignedthevalue'");
	struct tug_dg_unmet *u;

	symbol_before(w, head != SIZE_MAX ? head : at, symbol, sizeof(symbol));
	take_deps(w, end, deps, sizeof(deps));
	u = unmet_of(b, symbol, &k->at);
	if (u != NULL && u->deps[0] == '\0') {
		memcpy(u->deps, deps, sizeof(u->deps));
	}
}

/* "X (defined at ...) has direct dependencies Y with value n, but is currently being y-selected by": the build stops.
 */
static void see_selected(struct tug_dg_build *b, const struct window *w, const struct kept *k, size_t at, size_t end)
{
	char symbol[64];
	struct tug_dg_unmet *u;
	size_t to = 0;

	if (find(w, end, end + 300, "withvaluen", &to) == 0 || find(w, to, to + 80, "-selectedby", NULL) == 0) {
		return;
	}
	symbol_before(w, at, symbol, sizeof(symbol));
	u = unmet_of(b, symbol, &k->at);
	if (u != NULL) {
		u->selected = true;
		if (u->deps[0] == '\0') {
			take_deps(w, end, u->deps, sizeof(u->deps));
		}
	}
}

static void see_kconfig(struct tug_dg_build *b, const struct window *w, const struct kept *k, unsigned set)
{
	char symbol[64];
	size_t at = 0, end, i;

	for (i = w->from; in(set, UNDEFINED) && (end = find(w, i, w->to, messages[UNDEFINED], &at)) != 0; i = at + 1) {
		take_cut_symbol(w, end, symbol, sizeof(symbol));
		note_undefined(b, symbol, &k->at);
	}
	for (i = w->from; in(set, ASSIGNED) && (end = find(w, i, w->to, messages[ASSIGNED], &at)) != 0; i = at + 1) {
		/* A symbol that was to be n and is y lacks nothing. */
		if (find(w, end, end + 80, "'butgotthevalue", NULL) != 0 && behind(w, end, "n'") == 0) {
			symbol_before(w, at, symbol, sizeof(symbol));
			unmet_of(b, symbol, &k->at);
		}
	}
	for (i = w->from; in(set, SELECTED) && (end = find(w, i, w->to, messages[SELECTED], &at)) != 0; i = at + 1) {
		see_selected(b, w, k, at, end);
	}
	for (i = w->from; in(set, UNSATISFIED) && (end = find(w, i, w->to, messages[UNSATISFIED], &at)) != 0; i = at + 1) {
		see_unmet(b, w, k, at, end);
	}
}

/* ---- other messages over several lines ----------------------------------------------------------------------- */

static void see_end(struct tug_dg_build *b, const struct window *w, const struct kept *k, unsigned set)
{
	size_t at = 0;

	for (unsigned m = FIRST_END; m < MESSAGES && !b->aborted; m++) {
		if (in(set, (enum message)m) && find(w, w->from, w->to, messages[m], NULL) != 0) {
			b->aborted = true;
			b->aborted_at = k->at;
		}
	}
	/* "main.c:20:5: error: ..." */
	for (size_t i = w->from; in(set, ERROR_AT) && !b->aborted && find(w, i, w->to, messages[ERROR_AT], &at) != 0; i = at + 1) {
		if (at > 0 && isdigit((unsigned char)w->p[at - 1])) {
			b->aborted = true;
			b->aborted_at = k->at;
		}
	}
	if (in(set, OVERFLOWED) && find(w, w->from, w->to, messages[OVERFLOWED], NULL) != 0 &&
	    find(w, w->from, w->to, "region", NULL) != 0 &&
	    find(w, w->from, w->to, "flash", NULL) != 0 && b->overflow.line == 0) {
		b->overflow = k->at;
		b->overflow_mcuboot = k->boot || find(w, 0, w->len, "mcuboot/zephyr", NULL) != 0 ||
				      find(w, 0, w->len, "mcuboot\\zephyr", NULL) != 0;
	}
	if (b->default_key.line == 0 &&
	    ((in(set, KEY) && find(w, w->from, w->to, messages[KEY], NULL) != 0) ||
	     (in(set, SIGNING_KEY) && find(w, w->from, w->to, messages[SIGNING_KEY], NULL) != 0))) {
		b->default_key = k->at;
	}
}

static void make_window(const struct state *st, uint64_t index, struct window *w)
{
	uint64_t from = index >= BEFORE ? index - BEFORE : 0;
	uint64_t to = index + AFTER < st->pushed ? index + AFTER : st->pushed - 1;

	w->len = w->from = w->to = 0;
	for (uint64_t i = from; i <= to; i++) {
		const struct kept *k = &st->kept[i % KEPT];

		if (i == index) {
			w->from = w->len;
		}
		memcpy(w->p + w->len, k->p, k->len);
		w->len += k->len;
		if (i == index) {
			w->to = w->len;
		}
		if (!k->more) {
			w->p[w->len++] = '\n';
		}
	}
}

/* Which of the messages begin in the piece, by their first characters (as far as those go into the lines behind it).
 * All messages at once, one step a character: every line of every log comes here. */
static unsigned begun(const struct state *st, uint64_t index)
{
	const struct kept *k = &st->kept[index % KEPT];
	uint64_t now = 0, seen = 0;
	unsigned set = 0;

	for (size_t i = 0; i < k->len; i++) {
		uint8_t c = (uint8_t)k->p[i];

		now = blank((char)c) ? now : (now << 1 | st->begins) & st->has[c];
		seen |= now;
	}
	for (uint64_t n = index + 1; now != 0 && n < st->pushed && n <= index + AFTER; n++) {
		k = &st->kept[n % KEPT];
		for (size_t i = 0; i < k->len && now != 0; i++) {
			uint8_t c = (uint8_t)k->p[i];

			now = blank((char)c) ? now : now << 1 & ~st->begins & st->has[c];
			seen |= now;
		}
	}
	for (unsigned m = 0; m < MESSAGES; m++) {
		set |= (unsigned)(seen >> (m * LOOKED + LOOKED - 1) & 1u) << m;
	}
	return set;
}

/* Bit n of has[c]: c is character n % LOOKED of message n / LOOKED. */
static void start(struct state *st)
{
	st->started = true;
	for (unsigned m = 0; m < MESSAGES; m++) {
		st->begins |= UINT64_C(1) << (m * LOOKED);
		for (unsigned i = 0; i < LOOKED; i++) {
			uint64_t bit = UINT64_C(1) << (m * LOOKED + i);

			st->has[(uint8_t)messages[m][i]] |= bit;
			st->has[(uint8_t)toupper((unsigned char)messages[m][i])] |= bit;
		}
	}
}

static void look(struct tug_diag *d, const struct state *st, uint64_t index)
{
	const struct kept *k = &st->kept[index % KEPT];
	unsigned set = begun(st, index);
	struct window w;

	if (set != 0) {
		make_window(st, index, &w);
		see_kconfig(&tug_dg_facts(d)->build, &w, k, set);
		see_end(&tug_dg_facts(d)->build, &w, k, set);
	}
}

static void keep(struct tug_diag *d, struct state *st, const struct tug_dg_line *l)
{
	size_t i = 0;

	do {
		struct kept *k = &st->kept[st->pushed % KEPT];

		tug_dg_here(l, &k->at);
		k->boot = st->boot;
		k->len = 0;
		while (i < l->text.len && k->len < PIECE) {
			size_t n = l->text.len - i < PIECE - k->len ? l->text.len - i : PIECE - k->len;
			const uint8_t *p = l->text.p + i, *mark = memchr(p, '\\', n);

			n = mark != NULL ? (size_t)(mark - p) : n;
			memcpy(k->p + k->len, p, n);
			k->len += n;
			i += n;
			if (mark == NULL) {
				continue;
			}
			/* Markdown writes "MCUMGR\_SMP\_UART". */
			if (i + 1 >= l->text.len || l->text.p[i + 1] != '_') {
				k->p[k->len++] = '\\';
			}
			i++;
		}
		k->more = i < l->text.len;
		st->pushed++;
		while (st->done + AFTER < st->pushed) {
			look(d, st, st->done++);
		}
	} while (i < l->text.len);
}

/* ---- lines -------------------------------------------------------------------------------------------------- */

static bool kconfig_line(const struct tug_dg_line *l, struct tug_slice s)
{
	return tug_dg_may(l, "warning: ") && tug_dg_find(s, "warning: ") != NULL &&
	       (tug_dg_find(s, "(defined at") != NULL || tug_dg_find(s, "attempt to assign") != NULL ||
		tug_dg_find(s, " was assigned the value '") != NULL);
}

/* "file.c:20:5: error: ...", "undefined reference to ..." */
static bool compiler_line(const struct tug_dg_line *l, struct tug_slice s)
{
	static const char *const marks[] = { ": error: ", ": fatal error: ", ": warning: " };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const uint8_t *at = tug_dg_may(l, marks[i]) ? tug_dg_find(s, marks[i]) : NULL;

		if (at != NULL && at > s.p && isdigit(at[-1])) {
			return true;
		}
	}
	return tug_dg_line_find(l, ": undefined reference to ") != NULL;
}

static bool build_line(const struct tug_dg_line *l, struct tug_slice s)
{
	static const char *const heads[] = { "-- ",
					     "CMake Error",
					     "CMake Warning",
					     "ninja: ",
					     "FATAL ERROR: ",
					     "error: Aborting",
					     "Parsing ",
					     "Loaded configuration",
					     "Merged configuration",
					     "Configuration saved to",
					     "Kconfig header saved",
					     "Memory region",
					     "collect2: ",
					     "Generating files from",
					     "*** Running CMake",
					     "=== child image",
					     "Including boilerplate",
					     "Loading Zephyr" };

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (s.len > 0 && s.p[0] == (uint8_t)heads[i][0] && tug_dg_starts(s, heads[i], NULL)) {
			return true;
		}
	}
	/* "[123/456] Building C object" */
	if (s.len > 6 && s.p[0] == '[' && isdigit(s.p[1]) && tug_dg_find(s, "/") != NULL) {
		struct tug_slice t = tug_slice_of(s.p + 1, s.len - 1);
		uint64_t v;

		return tug_dg_number(&t, &v) && tug_dg_starts(t, "/", &t) && tug_dg_number(&t, &v) &&
		       tug_dg_starts(t, "]", NULL);
	}
	return kconfig_line(l, s) || tug_dg_line_find(l, "will not fit in region") != NULL ||
	       tug_dg_line_find(l, "' overflowed by") != NULL ||
	       tug_dg_line_find(l, "unsatisfied dependencies") != NULL || compiler_line(l, s);
}

/* Prose names the processor: believed when it names no other one. */
static void see_chip(struct state *st, const struct tug_dg_line *l)
{
	char chip[16];

	if (l->src == 0 && (tug_dg_may(l, "rf") || tug_dg_may(l, "RF") || tug_dg_may(l, "rF") || tug_dg_may(l, "Rf")) &&
	    tug_conf_chip_in(l->text, chip)) {
		st->chips = st->chips || (st->chip[0] != '\0' && strcmp(st->chip, chip) != 0);
		memcpy(st->chip, chip, sizeof(chip));
	}
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	struct state *st = state;
	struct tug_slice s = tug_dg_lean(l);
	bool known = build_line(l, s), word = tug_build_line(d, l, &st->boot);

	if (!st->started) {
		start(st);
	}
	see_chip(st, l);
	keep(d, st, l);
	if (kconfig_line(l, s)) {
		st->open = 5;
	} else if (st->open > 0) {
		st->open--;
		known = known || (s.len > 0 && l->src == 0);
	}
	if (!known && !word) {
		return TUG_NOT_MINE;
	}
	tug_dg_facts(d)->build.seen = true;
	/* Settings on a command line are for the reader of settings. */
	return tug_dg_find(s, "CONFIG_") != NULL ? TUG_SHARED : TUG_MINE;
}

static void end(struct tug_diag *d, void *state)
{
	struct state *st = state;

	while (st->done < st->pushed) {
		look(d, st, st->done++);
	}
	if (!st->chips && st->chip[0] != '\0') {
		tug_conf_chip(tug_dg_facts(d), tug_slice_of(st->chip, strlen(st->chip)));
	}
}

const struct tug_reader tug_reader_build = {
	.kind = "build output",
	.expect = "output of west, CMake or Kconfig",
	.src = TUG_SRC_BUILD,
	.state_size = sizeof(struct state),
	.line = line,
	.end = end,
};
