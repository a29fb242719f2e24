/* SPDX-License-Identifier: Apache-2.0
 *
 * Takes a console line apart: channel of an RTT viewer, time of a terminal, shell prompt, time, level and module of
 * the log. Knows the forms of Zephyr, MCUboot, Mynewt, Mbed and Espressif; knows no text.
 */
#include <ctype.h>
#include <string.h>

#include "boots_priv.h"

static void cut(struct tug_slice *s, size_t n)
{
	s->p += n;
	s->len -= n;
}

static void skip_blanks(struct tug_slice *s)
{
	while (s->len > 0 && (s->p[0] == ' ' || s->p[0] == '\t')) {
		cut(s, 1);
	}
}

/* What else stands in a time. */
static bool time_char(uint8_t c)
{
	switch (c) {
	case ':':
	case '.':
	case ',':
	case '-':
	case '+':
	case '/':
	case 'T':
	case 'Z':
	case ' ':
		return true;
	default:
		return false;
	}
}

/* Length of "[...]" at the start of `s` when it holds a time or ticks, 0 when not; `*uptime` = of a log, not a clock. */
static size_t bracket_len(struct tug_slice s, bool *uptime)
{
	size_t i = 1, digits = 0, colons = 0, commas = 0;

	if (s.len < 4 || s.p[0] != '[') {
		return 0;
	}
	for (; i < s.len && i < 40 && s.p[i] != ']'; i++) {
		uint8_t c = s.p[i];

		if (isdigit(c)) {
			digits++;
			continue;
		}
		if (!time_char(c)) {
			return 0;
		}
		colons += c == ':';
		commas += c == ',';
	}
	if (i >= s.len || s.p[i] != ']' || digits < 3 || (colons == 0 && digits < 5)) {
		return 0;
	}
	*uptime = commas > 0 || colons == 0;
	return i + 1;
}

/* "2024-05-16 ", "2024-05-16T", "16/05/2024 " at the start of `s`: its length, 0 when there is none. */
static size_t date_len(struct tug_slice s)
{
	size_t digits = 0;

	if (s.len < 12) {
		return 0;
	}
	for (size_t i = 0; i < 10; i++) {
		if (isdigit(s.p[i])) {
			digits++;
		} else if (s.p[i] != '-' && s.p[i] != '/' && s.p[i] != '.') {
			return 0;
		}
	}
	return digits == 8 && (s.p[10] == 'T' || s.p[10] == ' ') ? 11 : 0;
}

/* Time of day, with or without a date, at the start of `s`, cut off. */
static bool day_time(struct tug_slice *s, int64_t *ms)
{
	struct tug_slice t = *s;

	cut(&t, date_len(t));
	if (t.len < 7 || !isdigit(t.p[0]) || !tug_dg_clock(&t, ms)) {
		return false;
	}
	if (t.len > 0 && t.p[0] == 'Z') {
		cut(&t, 1);
	}
	*s = t;
	return true;
}

/* What terminals put between their time and the line. */
static bool separator(struct tug_slice *s)
{
	static const char *const marks[] = { " -> ", " > ", " | ", " - ", ": ", "> ", "\t", " " };
	struct tug_slice rest;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (tug_dg_starts(*s, marks[i], &rest)) {
			*s = rest;
			skip_blanks(s);
			return true;
		}
	}
	return false;
}

/* "00> " of an RTT viewer. */
static bool cut_channel(struct tug_slice *s)
{
	size_t n = 0;

	while (n < 3 && n < s->len && isdigit(s->p[n])) {
		n++;
	}
	if (n == 0 || n + 1 >= s->len || s->p[n] != '>' || s->p[n + 1] != ' ') {
		return false;
	}
	cut(s, n + 2);
	return true;
}

/* "uart:~$ " and its kin. */
static bool cut_prompt(struct tug_slice *s)
{
	size_t n = 0;

	while (n < s->len && n < 24 && (isalnum(s->p[n]) || s->p[n] == '_' || s->p[n] == '-')) {
		n++;
	}
	if (n == 0 || s->len - n < 3 || memcmp(s->p + n, ":~$", 3) != 0) {
		return false;
	}
	cut(s, n + 3);
	skip_blanks(s);
	return true;
}

/* "[esp32c3] ". */
static bool cut_chip(struct tug_slice *s)
{
	const uint8_t *end;

	if (!tug_dg_starts(*s, "[esp32", NULL) || (end = memchr(s->p, ']', s->len < 14 ? s->len : 14)) == NULL) {
		return false;
	}
	cut(s, (size_t)(end - s->p) + 1);
	skip_blanks(s);
	return true;
}

/* A time of day that a terminal put in front. */
static bool cut_clock(struct tug_slice *s, int64_t *ms)
{
	static const char opens[] = { '[', '(', '-', '/', '.' };
	struct tug_slice t = *s;
	bool uptime = false, round = t.len > 0 && t.p[0] == '(';
	size_t n;
	int64_t at = -1;

	if (t.len == 0 || (!isdigit(t.p[0]) && memchr(opens, t.p[0], sizeof(opens)) == NULL)) {
		return false;
	}
	n = bracket_len(t, &uptime);

	if (n > 0) {
		struct tug_slice in = tug_slice_of(t.p + 1, n - 2);

		cut(&t, n);
		separator(&t);
		if (uptime || (t.len > 0 && t.p[0] == '<') || !day_time(&in, &at)) {
			return false;
		}
	} else {
		cut(&t, round ? 1 : 0);
		if (!day_time(&t, &at) || (round && (t.len == 0 || t.p[0] != ')'))) {
			return false;
		}
		cut(&t, round ? 1 : 0);
		if (!separator(&t)) {
			return false;
		}
	}
	*ms = at;
	*s = t;
	return true;
}

static bool level_char(uint8_t c)
{
	return c == 'E' || c == 'W' || c == 'I' || c == 'D';
}

static char level_of(struct tug_slice name)
{
	static const struct {
		const char *name;
		char level;
	} names[] = {
		{ "inf", 'I' }, { "wrn", 'W' },	 { "err", 'E' },     { "dbg", 'D' },  { "INF", 'I' },	{ "WRN", 'W' },
		{ "ERR", 'E' }, { "DBG", 'D' },	 { "INFO", 'I' },    { "WARN", 'W' }, { "WARNING", 'W' }, { "ERROR", 'E' },
		{ "DEBUG", 'D' },
	};

	name = tug_dg_trim(name);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (tug_dg_is(name, names[i].name)) {
			return names[i].level;
		}
	}
	return 0;
}

/* Name and closing mark of a level between `open` and `close`: its length, 0 when there is none. */
static size_t marked_level(struct tug_slice s, char open, char close, char *level)
{
	const uint8_t *end;

	if (s.len < 5 || s.p[0] != (uint8_t)open || (end = memchr(s.p, close, s.len < 10 ? s.len : 10)) == NULL) {
		return 0;
	}
	*level = level_of(tug_slice_of(s.p + 1, (size_t)(end - s.p) - 1));
	return *level != 0 ? (size_t)(end - s.p) + 1 : 0;
}

static bool module_char(uint8_t c)
{
	return isalnum(c) || c == '_' || c == '.' || c == '-' || c == '/';
}

/* "mcuboot: " behind "<inf> ", the thread in brackets before it skipped. */
static void cut_module(struct tug_slice *s, struct tug_slice *module)
{
	size_t n = 0;
	const uint8_t *end;

	if (s->len > 4 && s->p[0] == '[' && s->p[1] == '0' && (end = memchr(s->p, ']', s->len < 24 ? s->len : 24)) != NULL) {
		cut(s, (size_t)(end - s->p) + 1);
		skip_blanks(s);
	}
	while (n < s->len && n < 48 && module_char(s->p[n])) {
		n++;
	}
	if (n == 0 || n >= s->len || s->p[n] != ':') {
		return;
	}
	*module = tug_slice_of(s->p, n);
	for (size_t i = 0; i < n; i++) {
		if (s->p[i] == '.') {
			module->len = i; /* <dbg> names the function behind a dot */
			break;
		}
	}
	cut(s, n + 1);
}

/* "[MCUb]: " or "[boot] " behind "[INF]". */
static void cut_bracket_module(struct tug_slice *s, struct tug_slice *module)
{
	const uint8_t *end;

	skip_blanks(s);
	if (s->len > 2 && s->p[0] == '[' && isalpha(s->p[1]) && (end = memchr(s->p, ']', s->len < 32 ? s->len : 32)) != NULL) {
		*module = tug_slice_of(s->p + 1, (size_t)(end - s->p) - 1);
		cut(s, (size_t)(end - s->p) + 1);
	}
	if (s->len > 0 && s->p[0] == ':') {
		cut(s, 1);
	}
}

/* Time of the log and level in whatever form. */
static void cut_level(struct tug_slice *t, struct tug_dg_says *s)
{
	bool uptime;
	size_t n = bracket_len(*t, &uptime);
	struct tug_slice rest = *t;

	cut(&rest, n);
	skip_blanks(&rest);
	if (n > 0 && (uptime || (rest.len > 0 && rest.p[0] == '<'))) {
		s->front = true;
		*t = rest;
	}
	if ((n = marked_level(*t, '<', '>', &s->level)) > 0) {
		s->zephyr = true;
		cut(t, n);
		skip_blanks(t);
		cut_module(t, &s->module);
	} else if ((n = marked_level(*t, '[', ']', &s->level)) > 0) {
		s->bracket = true;
		cut(t, n);
		cut_bracket_module(t, &s->module);
	} else if (t->len > 2 && level_char(t->p[0]) && t->p[1] == ':' && t->p[2] == ' ') {
		s->minimal = true;
		s->level = (char)t->p[0];
		cut(t, 3);
	}
}

void tug_dg_says(struct tug_slice line, struct tug_dg_says *s)
{
	struct tug_slice t = tug_dg_trim(line);

	memset(s, 0, sizeof(*s));
	s->ms = -1;
	for (int i = 0; i < 8 && t.len > 0; i++) {
		if (cut_prompt(&t)) {
			s->prompt = true;
		} else if (!cut_channel(&t) && !cut_chip(&t) && !cut_clock(&t, &s->ms)) {
			break;
		}
		s->front = true;
		skip_blanks(&t);
	}
	cut_level(&t, s);
	s->text = tug_dg_trim(t);
}

/* Does a piece begin here? `p` .. `end` is the rest of the line. */
static bool piece_here(const uint8_t *p, const uint8_t *end, bool after_blank)
{
	struct tug_slice t = tug_slice_of(p, (size_t)(end - p));
	struct tug_dg_says s;
	bool uptime;
	size_t n;

	if (p[0] == '*') {
		return tug_dg_starts(t, "*** Booting ", NULL) || tug_dg_starts(t, "*** Using ", NULL);
	}
	if (!after_blank) {
		return false;
	}
	if (p[0] == '[') {
		n = bracket_len(t, &uptime);
		if (n == 0 || n + 3 >= t.len) {
			return false;
		}
		tug_dg_says(t, &s);
		return s.level != 0 || tug_dg_starts(s.text, "***", NULL);
	}
	return t.len > 4 && level_char(p[0]) && p[1] == ':' && p[2] == ' ' && (isupper(p[3]) || p[3] == 'b');
}

size_t tug_dg_says_next(struct tug_slice line, size_t from)
{
	const uint8_t *end = line.p + line.len;

	for (size_t i = from + 1; i + 4 < line.len; i++) {
		uint8_t c = line.p[i];

		if ((c == '*' && line.p[i - 1] != '*') || c == '[' || (line.p[i + 1] == ':' && line.p[i + 2] == ' ')) {
			if (piece_here(line.p + i, end, line.p[i - 1] == ' ')) {
				return i;
			}
		}
	}
	return line.len;
}
