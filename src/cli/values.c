/* SPDX-License-Identifier: Apache-2.0
 *
 * Values of options: numbers, durations, probabilities, choices. Strict: what is not wholly understood is
 * refused. Called by the parser of the command line.
 */
#include <stdlib.h>
#include <string.h>

#include "options_priv.h"

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* 0x, 0o and 0b as in C and Python; anything else is decimal. */
static int base_of(const char *text)
{
	if (text[0] != '0') {
		return 10;
	}
	switch (text[1]) {
	case 'x':
	case 'X':
		return 16;
	case 'o':
	case 'O':
		return 8;
	case 'b':
	case 'B':
		return 2;
	default:
		return 10;
	}
}

bool tug_value_num(const char *text, uint32_t min, uint32_t max, uint32_t *out)
{
	int base = base_of(text);
	const char *first = base != 10 ? text + 2 : text;
	char *end;
	unsigned long long v;

	/* strtoull would take a sign or spaces, and 0x twice */
	if (!digit(*first) && !(base == 16 && strchr("abcdefABCDEF", *first) != NULL && *first != '\0')) {
		return false;
	}
	if (strlen(first) > (base == 2 ? 32 : 12) || (base != 10 && strspn(first, "0123456789abcdefABCDEF") != strlen(first))) {
		return false;
	}
	v = strtoull(first, &end, base);
	if (*end != '\0' || v < min || v > max) {
		return false;
	}
	*out = (uint32_t)v;
	return true;
}

/* Digits with at most one decimal point; `end` = the first other character. */
static bool decimal(const char *text, double *out, const char **end)
{
	double v = 0, scale = 1;
	const char *p = text;

	if (!digit(*p)) {
		return false;
	}
	while (digit(*p)) {
		v = v * 10 + (*p++ - '0');
	}
	if (*p == '.') {
		p++;
		if (!digit(*p)) {
			return false;
		}
		while (digit(*p)) {
			scale /= 10;
			v += scale * (*p++ - '0');
		}
	}
	*out = v;
	*end = p;
	return true;
}

bool tug_value_ms(const char *text, uint32_t min, uint32_t max, uint32_t *out)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 } };
	const char *end;
	double v;

	if (!decimal(text, &v, &end)) {
		return false;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) == 0) {
			v = v * units[i].ms + 0.5;
			if (v < (double)min || v >= (double)max + 1) {
				return false;
			}
			*out = (uint32_t)v;
			return *out >= min;
		}
	}
	return false;
}

bool tug_value_prob(const char *text, double *out)
{
	const char *end;
	double v;

	if (!decimal(text, &v, &end)) {
		return false;
	}
	if (strcmp(end, "%") == 0) {
		v /= 100;
	} else if (*end != '\0') {
		return false;
	}
	if (v > 1) {
		return false;
	}
	*out = v;
	return true;
}

bool tug_value_choice(const char *choices, const char *word)
{
	size_t len = strlen(word);

	while (len > 0) {
		size_t n = strcspn(choices, "|");

		if (n == len && memcmp(choices, word, n) == 0) {
			return true;
		}
		if (choices[n] == '\0') {
			return false;
		}
		choices += n + 1;
	}
	return false;
}
