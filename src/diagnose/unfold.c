/* SPDX-License-Identifier: Apache-2.0
 *
 * A log that a forum or a mail joined to one line is taken apart again, where the next line's level and time begin.
 * The parts count as lines. (Consoles of bootloaders, whose lines have no times: read_boot.c.)
 */
#include <ctype.h>
#include <string.h>

#include "engine_priv.h"

#define SHORTEST 60u /* a shorter line holds no two */
#define HEAD 24u     /* longer than a list's number, a quotation's mark, a prompt */

/* `s` has the form `f` at `i`: 0 a digit, other characters themselves. */
static bool form(struct tug_slice s, size_t i, const char *f)
{
	for (size_t k = 0; f[k] != '\0'; k++) {
		if (i + k >= s.len || (f[k] == '0' ? !isdigit(s.p[i + k]) : s.p[i + k] != (uint8_t)f[k])) {
			return false;
		}
	}
	return true;
}

static bool blank_at(struct tug_slice s, size_t i)
{
	return i < s.len && (s.p[i] == ' ' || s.p[i] == '\t');
}

static bool level_at(struct tug_slice s, size_t i)
{
	return i < s.len && s.p[i] != '\0' && strchr("DVIAWE", s.p[i]) != NULL;
}

/* "I\t08:47:42.123\t", "[00:00:01.234,567] <", "2024-06-02 15:18:19.034 ". */
static bool timed(struct tug_slice s, size_t i)
{
	if (level_at(s, i) && blank_at(s, i + 1)) {
		return form(s, i + 2, "00:00:00.000") && blank_at(s, i + 14);
	}
	return form(s, i, "[00:00:00.000,000] <") || (form(s, i, "0000-00-00 00:00:00.000") && blank_at(s, i + 23));
}

/* "D/McuMgrBleTransport: ". */
static bool tagged(struct tug_slice s, size_t i)
{
	size_t n = i + 2;

	if (!level_at(s, i) || !form(s, i + 1, "/")) {
		return false;
	}
	while (n < s.len && (isalnum(s.p[n]) || s.p[n] == '_' || s.p[n] == '.')) {
		n++;
	}
	return n > i + 4 && form(s, n, ": ");
}

static bool may_begin(struct tug_slice s, size_t i)
{
	return (i == 0 || blank_at(s, i - 1)) && !blank_at(s, i);
}

/* As begins, of lines that have a time: so far behind their begin stands the first colon. */
static size_t begins_timed(struct tug_slice s, size_t i)
{
	static const size_t front[] = { 13, 4, 3 };
	const uint8_t *colon;

	for (size_t at = i; at < s.len && (colon = memchr(s.p + at, ':', s.len - at)) != NULL; at++) {
		at = (size_t)(colon - s.p);
		for (size_t k = 0; at >= 2 && form(s, at - 2, "00:00:") && k < sizeof(front) / sizeof(front[0]); k++) {
			if (at >= i + front[k] && may_begin(s, at - front[k]) && timed(s, at - front[k])) {
				return at - front[k];
			}
		}
	}
	return s.len;
}

/* Where the next line begins, from `i` on; `s.len` = nowhere. */
static size_t begins(struct tug_slice s, size_t i)
{
	if (!tagged(s, 0)) {
		return begins_timed(s, i);
	}
	for (; i + 2 < s.len; i++) {
		if (i > 0 && s.p[i - 1] > ' ') {
			continue;
		}
		if (may_begin(s, i) && (timed(s, i) || tagged(s, i))) {
			return i;
		}
	}
	return s.len;
}

size_t tug_dg_unfold(struct tug_slice s)
{
	size_t first, second;

	if (s.len < SHORTEST) {
		return s.len;
	}
	first = begins(s, 0);
	second = first < s.len ? begins(s, first + 1) : s.len;
	/* What stands before the first is a line of its own, a log's head, or only a mark of the forum. */
	return second < s.len && first >= HEAD ? first : second;
}
