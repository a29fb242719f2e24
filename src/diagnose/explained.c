/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts of bootloaders and clients stand in manuals, too: "If it prints `...`", "| `...` | meaning |", LOG_ERR("...").
 * There nothing printed them.
 */
#include <ctype.h>
#include <string.h>

#include "engine_priv.h"

#define FRONT_MAX 160u

/* Between blanks or at an end of the lower-case text. */
static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = text; (at = strstr(at, word)) != NULL; at++) {
		if ((at == text || !isalpha((unsigned char)at[-1])) && !isalpha((unsigned char)at[n])) {
			return true;
		}
	}
	return false;
}

/* A row of a table: bars around each cell. The dump of octets has two bars, and does not begin with one. */
static bool table_row(struct tug_slice line)
{
	unsigned bars = 0;

	for (size_t i = 0; line.p[0] == '|' && i < line.len; i++) {
		bars += line.p[i] == '|';
	}
	return bars >= 3;
}

/* LOG_ERR("..."); as a source has it. */
static bool source_line(struct tug_slice line, size_t from)
{
	while (from > 0 && line.p[from - 1] != '"') {
		from--;
	}
	return from >= 2 && line.p[from - 2] == '(' && line.p[line.len - 1] == ';';
}

/* The lower-case text before the match, without the marks of lists and headings. */
static void front_of(struct tug_slice line, size_t from, char *buf)
{
	size_t i = 0, n = 0;

	while (i < from && strchr(" \t-*+>#.0123456789)", line.p[i]) != NULL) {
		i++;
	}
	for (; i < from && n + 1 < FRONT_MAX; i++) {
		buf[n++] = (char)tolower(line.p[i]);
	}
	buf[n] = '\0';
}

static bool condition(const char *front)
{
	static const char *const begins[] = { "if ", "in case ", "should ", "whenever ", "when you ", "when the ", "once you " };
	static const char *const within[] = { "if you see", "if it prints", "if it says", "when you see", "when it prints" };
	static const char *const own[] = { "i", "i'm", "i've", "my", "we", "our", "me" };

	bool any = false;

	/* Most lines stop here: each of the texts above has one of these. */
	if (front[0] == '\0' ||
	    (strstr(front, "if ") == NULL && strstr(front, "when") == NULL && strchr("sio", front[0]) == NULL)) {
		return false;
	}
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]) && !any; i++) {
		any = strncmp(front, begins[i], strlen(begins[i])) == 0;
	}
	for (size_t i = 0; i < sizeof(within) / sizeof(within[0]) && !any; i++) {
		any = has_word(front, within[i]);
	}
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]) && any; i++) {
		any = !has_word(front, own[i]); /* else somebody reports what he saw */
	}
	return any;
}

static bool meaning(struct tug_slice rest)
{
	static const char *const verbs[] = { "means", "indicates", "signifies", "is printed when", "is logged when", "appears when" };

	while (rest.len > 0 && strchr(" `\"'!.)*", rest.p[0]) != NULL) {
		rest.p++;
		rest.len--;
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (tug_dg_starts(rest, verbs[i], NULL)) {
			return true;
		}
	}
	return false;
}

bool tug_dg_explained(struct tug_slice line, size_t from, size_t to)
{
	char front[FRONT_MAX];
	struct tug_slice all = line;

	line = tug_dg_trim(line);
	if (from < (size_t)(line.p - all.p)) {
		return false;
	}
	from -= (size_t)(line.p - all.p);
	to -= (size_t)(line.p - all.p);
	if (from >= to || to > line.len) {
		return false;
	}
	front_of(line, from, front);
	return table_row(line) || source_line(line, from) || condition(front) || meaning(tug_slice_of(line.p + to, line.len - to));
}
