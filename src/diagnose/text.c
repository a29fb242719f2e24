/* SPDX-License-Identifier: Apache-2.0
 *
 * Small text helpers over slices for the readers. Nothing here knows a grammar.
 */
#include <ctype.h>
#include <string.h>

#include "reader_priv.h"

struct tug_slice tug_dg_trim_blanks(struct tug_slice s)
{
	while (s.len > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t')) {
		s.len--;
	}
	return s;
}

bool tug_dg_starts_n(struct tug_slice s, const char *z, size_t n, struct tug_slice *rest)
{
	if (s.len < n || memcmp(s.p, z, n) != 0) {
		return false;
	}
	if (rest != NULL) {
		*rest = tug_slice_of(s.p + n, s.len - n);
	}
	return true;
}

void tug_dg_pairs_count(struct tug_dg_pairs *p, struct tug_slice s)
{
	uint8_t now = (uint8_t)(p->now + 1u), a;

	if (now == 0) {
		memset(p, 0, sizeof(*p));
		now = 1;
	}
	p->now = now;
	p->of = s;
	if (s.len == 0) {
		return;
	}
	a = s.p[0];
	p->one[a] = now;
	for (size_t i = 1; i < s.len; i++) {
		uint8_t b = s.p[i];

		p->one[b] = now;
		p->two[tug_dg_pair(a, b)] = now;
		a = b;
	}
}

const uint8_t *tug_dg_find_n(struct tug_slice s, const char *z, size_t n)
{
	while (s.len >= n) {
		const uint8_t *at = memchr(s.p, z[0], s.len - n + 1);

		if (at == NULL) {
			return NULL;
		}
		if (memcmp(at, z, n) == 0) {
			return at;
		}
		s.len -= (size_t)(at - s.p) + 1;
		s.p = at + 1;
	}
	return NULL;
}

struct tug_slice tug_dg_word(struct tug_slice *s)
{
	struct tug_slice word;

	*s = tug_dg_trim(*s);
	word = tug_slice_of(s->p, 0);
	while (s->len > 0 && s->p[0] != ' ' && s->p[0] != '\t') {
		s->p++;
		s->len--;
		word.len++;
	}
	return word;
}

static int hex_value(uint8_t c)
{
	if (isdigit(c)) {
		return c - '0';
	}
	c = (uint8_t)tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool tug_dg_number(struct tug_slice *s, uint64_t *v)
{
	struct tug_slice t = tug_dg_trim(*s);
	int base = 10;
	size_t digits = 0;

	*v = 0;
	if (t.len > 2 && t.p[0] == '0' && (t.p[1] == 'x' || t.p[1] == 'X') && hex_value(t.p[2]) >= 0) {
		base = 16;
		t.p += 2;
		t.len -= 2;
	}
	while (t.len > 0) {
		int d = hex_value(t.p[0]);

		if (d < 0 || d >= base) {
			break;
		}
		if (*v > (UINT64_MAX - (uint64_t)d) / (uint64_t)base) {
			return false;
		}
		*v = *v * (uint64_t)base + (uint64_t)d;
		t.p++;
		t.len--;
		digits++;
	}
	if (digits > 0) {
		*s = t;
	}
	return digits > 0;
}

bool tug_dg_clock(struct tug_slice *s, int64_t *ms)
{
	struct tug_slice t = tug_dg_trim(*s);
	uint64_t part[3] = { 0 };
	int64_t frac = 0, scale = 100;

	for (int i = 0; i < 3; i++) {
		if (t.len == 0 || !isdigit(t.p[0]) || !tug_dg_number(&t, &part[i])) {
			return false;
		}
		if (i < 2) {
			if (t.len == 0 || t.p[0] != ':') {
				return false;
			}
			t.p++;
			t.len--;
		}
	}
	if (part[0] > 23 || part[1] > 59 || part[2] > 60) {
		return false;
	}
	if (t.len > 1 && (t.p[0] == '.' || t.p[0] == ',') && isdigit(t.p[1])) {
		for (t.p++, t.len--; t.len > 0 && isdigit(t.p[0]); t.p++, t.len--) {
			frac += (t.p[0] - '0') * scale;
			scale /= 10;
		}
	}
	*ms = (int64_t)((part[0] * 60 + part[1]) * 60 + part[2]) * 1000 + frac;
	*s = t;
	return true;
}

bool tug_dg_is_nocase(struct tug_slice s, const char *z)
{
	size_t i = 0;

	for (; i < s.len && z[i] != '\0'; i++) {
		if (s.p[i] != (uint8_t)z[i] && tolower(s.p[i]) != tolower((uint8_t)z[i])) {
			return false;
		}
	}
	return i == s.len && z[i] == '\0';
}

/* Eight octets at once: none of them is below 0x20 or 0x7f; high ones are looked at one by one. */
static bool printable8(const char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return ((v | (v - ones * 0x20) | (v + ones)) & high) == 0;
}

void tug_dg_copy(char *dst, size_t cap, struct tug_slice s)
{
	size_t n = s.len < cap ? s.len : cap - 1;

	if (n > 0) {
		memcpy(dst, s.p, n);
	}
	for (size_t i = 0; i < n; i++) {
		while (i + 8 <= n && printable8(dst + i)) {
			i += 8;
		}
		if (i < n && ((uint8_t)dst[i] < 0x20 || dst[i] == 0x7f)) {
			dst[i] = ' ';
		}
	}
	if (s.len >= cap && cap > 8) {
		n = cap - 4;
		while (n > 0 && ((uint8_t)dst[n] & 0xc0) == 0x80) {
			n--; /* not into the middle of a character */
		}
		memcpy(dst + n, "...", 3);
		n += 3;
	}
	dst[n] = '\0';
}
