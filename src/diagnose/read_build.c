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

struct state {
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

/* Index behind `want` (which has no blanks) at `i`, blanks of the text not counted; 0 = it is not there. */
static size_t behind(const struct window *w, size_t i, const char *want)
{
	while (*want != '\0') {
		if (i >= w->len) {
			return 0;
		}
		if (blank(w->p[i])) {
			i++;
			continue;
		}
		if (tolower((unsigned char)w->p[i]) != tolower((unsigned char)*want)) {
			return 0;
		}
		i++;
		want++;
	}
	return i;
}

/* First place of `want` from `from`, beginning before `to`; index behind it, 0 = none. */
static size_t find(const struct window *w, size_t from, size_t to, const char *want, size_t *at)
{
	for (size_t i = from; i < to && i < w->len; i++) {
		size_t end = blank(w->p[i]) ? 0 : behind(w, i, want);

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

static void see_kconfig(struct tug_dg_build *b, const struct window *w, const struct kept *k)
{
	char symbol[64];
	size_t at = 0, end, i;

	for (i = w->from; (end = find(w, i, w->to, "totheundefinedsymbol", &at)) != 0; i = at + 1) {
		take_cut_symbol(w, end, symbol, sizeof(symbol));
		note_undefined(b, symbol, &k->at);
	}
	for (i = w->from; (end = find(w, i, w->to, "wasassignedthevalue'", &at)) != 0; i = at + 1) {
		/* A symbol that was to be n and is y lacks nothing. */
		if (find(w, end, end + 80, "'butgotthevalue", NULL) != 0 && behind(w, end, "n'") == 0) {
			symbol_before(w, at, symbol, sizeof(symbol));
			unmet_of(b, symbol, &k->at);
		}
	}
	for (i = w->from; (end = find(w, i, w->to, "hasdirectdependencies", &at)) != 0; i = at + 1) {
		see_selected(b, w, k, at, end);
	}
	for (i = w->from; (end = find(w, i, w->to, "unsatisfieddependencies:", &at)) != 0; i = at + 1) {
		see_unmet(b, w, k, at, end);
	}
}

/* ---- other messages over several lines ----------------------------------------------------------------------- */

static void see_end(struct tug_dg_build *b, const struct window *w, const struct kept *k)
{
	static const char *const ends[] = { "abortingduetokconfigwarnings", "fatalerror:commandexited",
					    "ninja:buildstopped",           "configuringincomplete,errorsoccurred",
					    "partitionmanagerfailed:",      "collect2:error:ldreturned",
					    "undefinedreferenceto" };
	size_t at = 0;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (find(w, w->from, w->to, ends[i], NULL) != 0 && !b->aborted) {
			b->aborted = true;
			b->aborted_at = k->at;
		}
	}
	/* "main.c:20:5: error: ..." */
	for (size_t i = w->from; !b->aborted && find(w, i, w->to, ":error:", &at) != 0; i = at + 1) {
		if (at > 0 && isdigit((unsigned char)w->p[at - 1])) {
			b->aborted = true;
			b->aborted_at = k->at;
		}
	}
	if (find(w, w->from, w->to, "overflowedby", NULL) != 0 && find(w, w->from, w->to, "region", NULL) != 0 &&
	    find(w, w->from, w->to, "flash", NULL) != 0 && b->overflow.line == 0) {
		b->overflow = k->at;
		b->overflow_mcuboot = k->boot || find(w, 0, w->len, "mcuboot/zephyr", NULL) != 0 ||
				      find(w, 0, w->len, "mcuboot\\zephyr", NULL) != 0;
	}
	if ((find(w, w->from, w->to, "usingdefaultmcubootkey", NULL) != 0 ||
	     find(w, w->from, w->to, "usingdefaultmcubootsigningkey", NULL) != 0) &&
	    b->default_key.line == 0) {
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

/* `want` stands in the piece, or may begin at its end. */
static bool may_begin(const struct kept *k, size_t i, const char *want)
{
	for (; *want != '\0' && i < k->len; i++) {
		if (blank(k->p[i])) {
			continue;
		}
		if (tolower((unsigned char)k->p[i]) != *want) {
			return false;
		}
		want++;
	}
	return true;
}

/* Is any of the messages in the piece? Cheap, as every line of every log comes here. */
static bool worth_a_look(const struct kept *k)
{
	static const char *const starts[] = {
		"totheundefined", "wasassignedthe", "unsatisfieddep", "abortingdueto", "hasdirectdepe",
		":error:",        "undefinedrefe",  "fatalerror:",    "ninja:build",   "configuringinc",
		"partitionmana",  "collect2:",      "overflowedby",   "usingdefaultm"
	};

	for (size_t i = 0; i < k->len; i++) {
		int c = k->p[i] >= 'A' && k->p[i] <= 'Z' ? k->p[i] + ('a' - 'A') : k->p[i];

		for (size_t s = 0; s < sizeof(starts) / sizeof(starts[0]); s++) {
			if (c == starts[s][0] && may_begin(k, i, starts[s])) {
				return true;
			}
		}
	}
	return false;
}

static void look(struct tug_diag *d, const struct state *st, uint64_t index)
{
	const struct kept *k = &st->kept[index % KEPT];
	struct window w;

	if (k->len == 0 || !worth_a_look(k)) {
		return;
	}
	make_window(st, index, &w);
	see_kconfig(&tug_dg_facts(d)->build, &w, k);
	see_end(&tug_dg_facts(d)->build, &w, k);
}

static void keep(struct tug_diag *d, struct state *st, const struct tug_dg_line *l)
{
	size_t i = 0;

	do {
		struct kept *k = &st->kept[st->pushed % KEPT];

		tug_dg_here(l, &k->at);
		k->boot = st->boot;
		k->len = 0;
		for (; i < l->text.len && k->len < PIECE; i++) {
			char c = (char)l->text.p[i];

			/* Markdown writes "MCUMGR\_SMP\_UART". */
			if (c != '\\' || i + 1 >= l->text.len || l->text.p[i + 1] != '_') {
				k->p[k->len++] = c;
			}
		}
		k->more = i < l->text.len;
		st->pushed++;
		while (st->done + AFTER < st->pushed) {
			look(d, st, st->done++);
		}
	} while (i < l->text.len);
}

/* ---- lines -------------------------------------------------------------------------------------------------- */

static bool kconfig_line(struct tug_slice s)
{
	return tug_dg_find(s, "warning: ") != NULL &&
	       (tug_dg_find(s, "(defined at") != NULL || tug_dg_find(s, "attempt to assign") != NULL ||
		tug_dg_find(s, " was assigned the value '") != NULL);
}

/* "file.c:20:5: error: ...", "undefined reference to ..." */
static bool compiler_line(struct tug_slice s)
{
	static const char *const marks[] = { ": error: ", ": fatal error: ", ": warning: " };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const uint8_t *at = tug_dg_find(s, marks[i]);

		if (at != NULL && at > s.p && isdigit(at[-1])) {
			return true;
		}
	}
	return tug_dg_find(s, ": undefined reference to ") != NULL;
}

static bool build_line(struct tug_slice s)
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
	return kconfig_line(s) || tug_dg_find(s, "will not fit in region") != NULL ||
	       tug_dg_find(s, "' overflowed by") != NULL || tug_dg_find(s, "unsatisfied dependencies") != NULL ||
	       compiler_line(s);
}

/* Prose names the processor: believed when it names no other one. */
static void see_chip(struct state *st, const struct tug_dg_line *l)
{
	char chip[16];

	if (l->src == 0 && tug_conf_chip_in(l->text, chip)) {
		st->chips = st->chips || (st->chip[0] != '\0' && strcmp(st->chip, chip) != 0);
		memcpy(st->chip, chip, sizeof(chip));
	}
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	struct state *st = state;
	struct tug_slice s = tug_dg_trim(l->text);
	bool known = build_line(s), word = tug_build_line(d, l, &st->boot);

	see_chip(st, l);
	keep(d, st, l);
	if (kconfig_line(s)) {
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
