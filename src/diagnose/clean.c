/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes a line clean: what terminals, forums and editors did to it is undone. Escape sequences, NULs (UTF-16), HTML
 * entities, quoting marks at its start, ticks around it; invalid UTF-8 becomes U+FFFD. Most lines are clean already and not copied.
 */
#include <ctype.h>
#include <string.h>

#include "engine_priv.h"

static const struct {
	const char *name;
	const char *text;
} entities[] = {
	{ "gt;", ">" },	  { "lt;", "<" },   { "amp;", "&" },  { "quot;", "\"" }, { "apos;", "'" }, { "nbsp;", " " },
	{ "#39;", "'" },  { "#34;", "\"" }, { "#x27;", "'" }, { "#62;", ">" },	  { "#60;", "<" },  { "#160;", " " },
	{ "#91;", "[" },  { "#93;", "]" },  { "#x2F;", "/" },
};

/* Length of an SGR sequence "[0;31m" at `p`, whether or not its ESC was lost; 0 when it is none. */
static size_t colour_len(const uint8_t *p, size_t len)
{
	size_t i = 1;

	if (len < 2 || p[0] != '[') {
		return 0;
	}
	while (i < len && i < 12 && (isdigit(p[i]) || p[i] == ';')) {
		i++;
	}
	return i < len && p[i] == 'm' && (i > 1) ? i + 1 : 0;
}

/* Length of the escape sequence at `p` (ESC first). */
static size_t escape_len(const uint8_t *p, size_t len)
{
	size_t i = 2;

	if (len < 2) {
		return len;
	}
	if (p[1] != '[') {
		return 2;
	}
	while (i < len && !(p[i] >= 0x40 && p[i] <= 0x7e)) {
		i++;
	}
	return i < len ? i + 1 : len;
}

/* Octets of the UTF-8 character at `p`, 0 when it is none. */
static size_t utf8_len(const uint8_t *p, size_t len)
{
	size_t n = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;

	if (n == 0 || n > len) {
		return 0;
	}
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
	    (p[0] == 0xf4 && p[1] > 0x8f)) {
		return 0;
	}
	return n;
}

/* Octets that a clean line may have, '[' aside. */
static bool plain(uint8_t c)
{
	return (c >= 0x20 && c < 0x7f && c != '&') || c == '\t';
}

/* Eight octets at once: all in 0x20 to 0x7e, none '&' or '['. A tab or such a mark is looked at by itself. */
static bool plain8(const uint8_t *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t v, amp, mark;

	memcpy(&v, p, sizeof(v));
	amp = v ^ (ones * '&');
	mark = v ^ (ones * '[');
	/* High bit set: v itself, v < 0x20 (borrow), v + 1 of 0x7f, a difference of zero (borrow). */
	return ((v | (v - ones * 0x20) | (v + ones) | (amp - ones) | (mark - ones)) & high) == 0;
}

static bool is_clean(struct tug_slice raw)
{
	for (size_t i = 0; i < raw.len; i++) {
		while (i + 8 <= raw.len && plain8(raw.p + i)) {
			i += 8;
		}
		if (i >= raw.len) {
			break;
		}
		if (!plain(raw.p[i]) || (raw.p[i] == '[' && colour_len(raw.p + i, raw.len - i) > 0)) {
			return false;
		}
	}
	return raw.len == 0 || raw.p[0] != '>';
}

static size_t entity(const uint8_t *p, size_t len, uint8_t *out, size_t *n)
{
	for (size_t i = 0; len > 2 && i < sizeof(entities) / sizeof(entities[0]); i++) {
		size_t name;

		if (p[1] != (uint8_t)entities[i].name[0] || p[2] != (uint8_t)entities[i].name[1]) {
			continue;
		}
		name = strlen(entities[i].name);
		if (len > name && memcmp(p + 1, entities[i].name, name) == 0) {
			*n = strlen(entities[i].text);
			memcpy(out, entities[i].text, *n);
			return name + 1;
		}
	}
	return 0;
}

/* One character of `raw` at `i` to `out`. Result: octets of `raw` used. */
static size_t clean_one(struct tug_slice raw, size_t i, uint8_t *out, size_t *n)
{
	const uint8_t *p = raw.p + i;
	size_t len = raw.len - i, used;

	*n = 0;
	if (p[0] == 0x1b) {
		return escape_len(p, len);
	}
	if (p[0] == '[' && (used = colour_len(p, len)) > 0) {
		return used;
	}
	if (p[0] == '&' && (used = entity(p, len, out, n)) > 0) {
		return used;
	}
	if (p[0] >= 0x80) {
		used = utf8_len(p, len);
		if (used == 2 && p[0] == 0xc2 && p[1] == 0xa0) {
			out[0] = ' '; /* no-break space */
			*n = 1;
			return 2;
		}
		if (used == 3 && p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf) {
			return 3; /* byte-order mark */
		}
		if (used == 3 && p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0x98 && p[2] <= 0x9f) {
			out[0] = p[2] < 0x9c ? '\'' : '"'; /* an editor's quotation marks */
			*n = 1;
			return 3;
		}
		*n = used > 0 ? used : 3;
		memcpy(out, used > 0 ? p : (const uint8_t *)"\xef\xbf\xbd", *n);
		return used > 0 ? used : 1;
	}
	if ((p[0] < 0x20 && p[0] != '\t') || p[0] == 0x7f) {
		return 1;
	}
	out[0] = p[0];
	*n = 1;
	return 1;
}

/* Without the marks of code in a forum's text: `line`. */
static struct tug_slice unticked(struct tug_slice s)
{
	while (s.len > 0 && s.p[0] == '`') {
		s = tug_slice_of(s.p + 1, s.len - 1);
	}
	while (s.len > 0 && s.p[s.len - 1] == '`') {
		s.len--;
	}
	return s;
}

struct tug_slice tug_dg_clean(struct tug_slice raw, uint8_t *out)
{
	size_t o = 0, i = 0;

	if (is_clean(raw)) {
		return unticked(raw);
	}
	/* Marks of a quotation: "> > text". */
	while (i < raw.len && i < 16 && raw.p[i] == '>') {
		i += i + 1 < raw.len && raw.p[i + 1] == ' ' ? 2u : 1u;
	}
	while (i < raw.len) {
		size_t n;

		i += clean_one(raw, i, out + o, &n);
		o += n;
	}
	return unticked(tug_slice_of(out, o));
}
