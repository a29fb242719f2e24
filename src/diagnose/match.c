/* SPDX-License-Identifier: Apache-2.0
 *
 * Looks for the patterns of all rules at once. Four rare octets of every pattern are its anchor; a filter over
 * hashes of four octets finds candidates at the speed of reading, and only these are compared. A line is looked at
 * when the two lines after it are known, so that text wrapped by a terminal or a forum still matches.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"

#define ANCHOR 4u

/* "%*" skips fewer octets than that. */
#define LATER 400u

struct tug_dg_pattern {
	const char *text;
	size_t anchor; /* index of the anchor's first character in text */
};

/* One attempt: the window, and what was captured. */
struct attempt {
	const uint8_t *from, *p, *end;
	int64_t num[4];
	unsigned n_num;
	struct tug_slice word;
};

static uint32_t hash4(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return (v * 2654435761u) >> 16;
}

/* The same of three octets; `p` has four. */
static uint32_t hash3(const uint8_t *p)
{
	return ((tug_le32(p) << 8) * 2654435761u) >> 16;
}

/* How rare a character is in logs. */
static unsigned rarity(char c)
{
	static const char common[] = "etaoinsrdclu0123456789";
	const char *at = strchr(common, c);

	return at != NULL ? (unsigned)(at - common) / 4 : isupper((unsigned char)c) ? 12u : isalpha((unsigned char)c) ? 9u : 7u;
}

/* The rarest four literal characters of a pattern; false when it has no four in a row. */
static bool choose_anchor(struct tug_dg_pattern *pat)
{
	unsigned best = 0;
	const char *t = pat->text;

	for (size_t i = 0; t[i] != '\0'; i++) {
		unsigned score = 1;
		size_t n = 0;

		while (n < ANCHOR && t[i + n] != '\0' && t[i + n] != ' ' && t[i + n] != '%') {
			score += rarity(t[i + n++]);
		}
		if (n == ANCHOR && (i == 0 || t[i - 1] != '%') && score > best) {
			best = score;
			pat->anchor = i;
		}
	}
	return best > 0;
}

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static bool take_number(struct attempt *a, bool hex)
{
	struct tug_slice s = tug_slice_of(a->p, (size_t)(a->end - a->p));
	bool negative = false;
	uint64_t v = 0;
	size_t n = 0;

	if (s.len > 0 && s.p[0] == '-' && !hex) {
		negative = true;
		s.p++;
		s.len--;
	}
	if (s.len > 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X')) {
		hex = true;
		s.p += 2;
		s.len -= 2;
	}
	for (; n < s.len && n < 16 && (hex ? isxdigit(s.p[n]) : isdigit(s.p[n])); n++) {
		unsigned d = isdigit(s.p[n]) ? s.p[n] - (unsigned)'0' : (unsigned)tolower(s.p[n]) - 'a' + 10u;

		v = v * (hex ? 16u : 10u) + d;
	}
	if (n == 0) {
		return false;
	}
	if (a->n_num < 4) {
		a->num[a->n_num++] = negative ? -(int64_t)(v & INT64_MAX) : (int64_t)(v & INT64_MAX);
	}
	a->p = s.p + n;
	return true;
}

static bool match_here(struct attempt *a, const char *t);

/* "%*": the rest of the pattern anywhere later, at the nearest place, within LATER octets. */
static bool match_later(struct attempt *a, const char *t)
{
	const uint8_t *from = a->p, *last = (size_t)(a->end - from) < LATER ? a->end : from + LATER - 1;

	for (; from <= last; from++) {
		struct attempt b;

		if (*t != '\0' && *t != ' ' && *t != '%') { /* a character that stands for itself */
			from = memchr(from, *t, (size_t)(last - from) + (last < a->end));
			if (from == NULL) {
				return false;
			}
		}
		b = *a;
		b.p = from;
		if (match_here(&b, t)) {
			*a = b;
			return true;
		}
	}
	return false;
}

static bool match_special(struct attempt *a, const char **t)
{
	char kind = (*t)[1];

	*t += 2;
	if (kind == 'd' || kind == 'x') {
		return take_number(a, kind == 'x');
	}
	if (kind == 's') {
		const uint8_t *from = a->p;

		while (a->p < a->end && !blank(*a->p) && *a->p != (uint8_t)(**t == '\0' || **t == ' ' ? '\n' : **t)) {
			a->p++;
		}
		a->word = tug_slice_of(from, (size_t)(a->p - from));
		return a->word.len > 0;
	}
	return false;
}

/* Characters that stand for themselves, as many as there are in a row. False: the text differs. */
static bool match_literal(struct attempt *a, const char **t)
{
	const uint8_t *p = a->p;
	const char *c = *t;

	for (; *c != '\0' && *c != '%' && *c != ' '; c++, p++) {
		if (p >= a->end || *p != (uint8_t)*c) {
			return false;
		}
	}
	a->p = p;
	*t = c;
	return true;
}

static bool match_here(struct attempt *a, const char *t)
{
	while (match_literal(a, &t)) {
		if (*t == '\0') {
			return true;
		}
		if (t[0] == '%' && t[1] == '*') {
			return match_later(a, t + 2);
		}
		if (t[0] == '%' && t[1] != '%' && t[1] != '\0') {
			if (!match_special(a, &t)) {
				return false;
			}
			continue;
		}
		if (*t == ' ') {
			if (a->p >= a->end || !blank(*a->p)) {
				return false;
			}
			while (a->p < a->end && blank(*a->p)) {
				a->p++;
			}
			t++;
			continue;
		}
		if (t[1] == '%') {
			t++;
		}
		if (a->p >= a->end || *a->p != (uint8_t)*t) { /* a percent sign */
			return false;
		}
		a->p++;
		t++;
	}
	return false;
}

/* Where the kept line is; its text is put there when somebody asks, as few lines are quoted. */
static void where(const struct tug_dg_kept *k, struct tug_evidence *at)
{
	at->input = k->input;
	at->line = k->no;
	at->ms = k->ms;
	tug_dg_copy(at->text, sizeof(at->text), tug_dg_trim(tug_slice_of(k->p, k->len)));
}

static void note(struct tug_dg_seen *seen, const struct attempt *a, const struct tug_evidence *at, uint16_t src)
{
	if (seen->count++ == 0) {
		seen->first = *at;
	}
	seen->last = *at;
	seen->src |= src;
	memcpy(seen->num, a->num, sizeof(seen->num));
	tug_dg_copy(seen->word, sizeof(seen->word), a->word);
}

/* Where a pattern whose front is literal must begin, so that its anchor is at `anchor`; NULL = its front differs. */
static const uint8_t *front_of(const struct tug_dg_pattern *pat, const uint8_t *begin, const uint8_t *anchor)
{
	const uint8_t *p = anchor;

	for (size_t i = pat->anchor; i-- > 0;) {
		bool any = false;

		if (pat->text[i] != ' ') {
			if (p == begin || *--p != (uint8_t)pat->text[i]) {
				return NULL;
			}
			continue;
		}
		while (p > begin && blank(p[-1])) {
			p--;
			any = true;
		}
		if (!any) {
			return NULL;
		}
	}
	return p;
}

static bool match_from(const struct tug_dg_pattern *pat, const uint8_t *from, const uint8_t *end, const uint8_t *anchor,
		       struct attempt *out)
{
	memset(out, 0, sizeof(*out));
	out->from = from;
	out->p = from;
	out->end = end;
	return match_here(out, pat->text) && out->p > anchor;
}

/* Does the pattern match in the window, over `anchor`? */
static bool match_over(const struct tug_dg_pattern *pat, struct tug_slice window, const uint8_t *anchor, struct attempt *out)
{
	const uint8_t *from = window.p, *end = window.p + window.len;

	if (memchr(pat->text, '%', pat->anchor) == NULL) {
		from = front_of(pat, window.p, anchor);
		return from != NULL && match_from(pat, from, end, anchor, out);
	}
	if ((size_t)(anchor - from) > 600) {
		from = anchor - 600;
	}
	for (; from <= anchor; from++) {
		if (pat->text[0] != '%') {
			from = memchr(from, pat->text[0], (size_t)(anchor - from) + 1);
			if (from == NULL) {
				return false;
			}
		}
		if (match_from(pat, from, end, anchor, out)) {
			return true;
		}
	}
	return false;
}

/* The lines around the kept line `i` as one text; `*at` = offset of that line. Heap-free: `buf` is big enough. */
static struct tug_slice window_of(const struct tug_dg_match *m, uint64_t i, uint8_t *buf, size_t cap, size_t *at)
{
	uint64_t from = i >= 2 ? i - 2 : 0, to = i + 2 < m->pushed ? i + 2 : m->pushed - 1;
	size_t n = 0;

	*at = 0;
	for (uint64_t k = from; k <= to; k++) {
		const struct tug_dg_kept *line = &m->kept[k % TUG_DG_KEPT];
		size_t take = line->len, skip = 0;

		if (k < i && take > 700) { /* of a long neighbour only the near end matters */
			skip = take - 700;
			take = 700;
		} else if (k > i) {
			take = take < 700 ? take : 700;
		}
		if (k == i) {
			*at = n;
		}
		if (n + take + 1 > cap) {
			take = cap - n - 1;
		}
		if (take > 0) { /* an empty first line has no memory yet */
			memcpy(buf + n, line->p + skip, take);
		}
		n += take;
		buf[n++] = '\n';
	}
	return tug_slice_of(buf, n);
}

struct look {
	struct tug_dg_match *m;
	const struct tug_dg_kept *line;
	uint64_t index;
	bool made;   /* window is filled */
	bool placed; /* at_line is filled */
	struct tug_evidence at_line;
	struct tug_slice window;
	size_t at;
	uint8_t buf[TUG_DG_LINE_MAX + 4 * 704];
};

/* The match lies in its line, and that line only explains it. */
static bool explained(const struct look *k, const struct attempt *a)
{
	const uint8_t *line = k->window.p + k->at;

	return a->from >= line && a->p <= line + k->line->len &&
	       tug_dg_explained(tug_slice_of(line, k->line->len), (size_t)(a->from - line), (size_t)(a->p - line));
}

static void candidate(struct look *k, size_t offset)
{
	const uint8_t *p = k->line->p + offset;
	uint32_t h = hash4(p);

	for (uint16_t i = k->m->bucket[h % 4096]; i != 0; i = k->m->next[i - 1]) {
		const struct tug_dg_pattern *pat = &k->m->pattern[i - 1];
		struct attempt a;

		if (memcmp(pat->text + pat->anchor, p, ANCHOR) != 0) {
			continue;
		}
		if (!k->made) {
			k->window = window_of(k->m, k->index, k->buf, sizeof(k->buf), &k->at);
			k->made = true;
		}
		if (match_over(pat, k->window, k->window.p + k->at + offset, &a) && !explained(k, &a)) {
			if (!k->placed) {
				where(k->line, &k->at_line);
				k->placed = true;
			}
			note(&k->m->seen[i - 1], &a, &k->at_line, k->line->src);
		}
	}
}

/* Not 0: `h`, a hash of octets, is one of those noted. */
static uint64_t noted(const uint64_t *set, uint32_t h)
{
	return set[h >> 6] >> (h & 63) & 1u;
}

/* An anchor at `offset`, if there is one. */
static void try_at(struct look *k, size_t offset)
{
	if (offset + ANCHOR <= k->line->len && noted(k->m->hot, hash4(k->line->p + offset)) != 0) {
		candidate(k, offset);
	}
}

/* Every second place is looked at: an anchor has three octets of its first four there, or of its last. */
static void look_at(struct tug_dg_match *m, uint64_t index)
{
	const struct tug_dg_kept *line = &m->kept[index % TUG_DG_KEPT];
	const uint8_t *p = line->p;
	struct look k;
	size_t i = 1;

	k.m = m;
	k.index = index;
	k.line = line;
	k.made = k.placed = false;
	for (;; i += 2) {
		while (i + ANCHOR + 2 <= line->len && !(noted(m->warm, hash3(p + i)) | noted(m->warm, hash3(p + i + 2)))) {
			i += 4;
		}
		if (i + ANCHOR > line->len + 1) {
			break;
		}
		try_at(&k, i - 1);
		try_at(&k, i);
	}
}

void tug_dg_match_line(struct tug_dg_match *m, const struct tug_dg_line *l)
{
	struct tug_dg_kept *k = &m->kept[m->pushed % TUG_DG_KEPT];
	size_t len = l->text.len < TUG_DG_LINE_MAX ? l->text.len : TUG_DG_LINE_MAX;

	if (k->cap < len) {
		uint8_t *p = realloc(k->p, len + 256);

		if (p == NULL) {
			return;
		}
		k->p = p;
		k->cap = len + 256;
	}
	if (len > 0) {
		memcpy(k->p, l->text.p, len);
	}
	k->len = len;
	k->src = l->src;
	k->input = l->input;
	k->no = l->no;
	k->ms = l->ms;
	m->pushed++;
	while (m->done + 2 < m->pushed) {
		look_at(m, m->done++);
	}
}

void tug_dg_match_flush(struct tug_dg_match *m)
{
	while (m->done < m->pushed) {
		look_at(m, m->done++);
	}
	m->done = m->pushed = 0;
}

const struct tug_dg_seen *tug_dg_match_seen(const struct tug_dg_match *m, size_t row, size_t i)
{
	uint16_t at = m->of_row[row * TUG_RULE_SEEN + i];

	return at != 0 ? &m->seen[at - 1] : NULL;
}

bool tug_dg_match_try(const char *pattern, struct tug_slice text, struct tug_dg_seen *out)
{
	struct attempt a;
	struct tug_evidence at = { 0 };

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i <= text.len; i++) {
		memset(&a, 0, sizeof(a));
		a.p = text.p + i;
		a.end = text.p + text.len;
		if (match_here(&a, pattern)) {
			note(out, &a, &at, 0);
			return true;
		}
	}
	return false;
}

/* Index of a pattern, added when it is new; 0 = it has no anchor (the test of all rules catches that). */
static uint16_t add(struct tug_dg_match *m, const char *text)
{
	struct tug_dg_pattern *pat = &m->pattern[m->n];
	uint32_t h;

	pat->text = text;
	if (!choose_anchor(pat)) {
		return 0;
	}
	h = hash4((const uint8_t *)text + pat->anchor);
	for (uint16_t i = m->bucket[h % 4096]; i != 0; i = m->next[i - 1]) {
		if (strcmp(m->pattern[i - 1].text, text) == 0) {
			return i;
		}
	}
	m->hot[h >> 6] |= 1ull << (h & 63);
	for (size_t i = 0; i < 2; i++) {
		uint32_t three = hash3((const uint8_t *)text + pat->anchor + i);

		m->warm[three >> 6] |= 1ull << (three & 63);
	}
	m->next[m->n] = m->bucket[h % 4096];
	m->bucket[h % 4096] = (uint16_t)++m->n;
	return (uint16_t)m->n;
}

static void add_set(struct tug_dg_match *m, const struct tug_rule_set *set, size_t first_row)
{
	for (size_t r = 0; r < set->n; r++) {
		for (size_t s = 0; s < TUG_RULE_SEEN && set->rule[r].seen[s] != NULL; s++) {
			m->of_row[(first_row + r) * TUG_RULE_SEEN + s] = add(m, set->rule[r].seen[s]);
		}
	}
}

int tug_dg_match_init(struct tug_dg_match *m)
{
	size_t n_sets, rows = 0;
	const struct tug_rule_set *const *sets = tug_rule_sets(&n_sets);

	for (size_t i = 0; i < n_sets; i++) {
		rows += sets[i]->n;
	}
	m->pattern = calloc(rows * TUG_RULE_SEEN + 1, sizeof(*m->pattern));
	m->next = calloc(rows * TUG_RULE_SEEN + 1, sizeof(*m->next));
	m->of_row = calloc(rows * TUG_RULE_SEEN + 1, sizeof(*m->of_row));
	if (m->pattern == NULL || m->next == NULL || m->of_row == NULL) {
		return TUG_EINTERNAL;
	}
	rows = 0;
	for (size_t i = 0; i < n_sets; i++) {
		add_set(m, sets[i], rows);
		rows += sets[i]->n;
	}
	m->seen = calloc(m->n + 1, sizeof(*m->seen));
	return m->seen != NULL ? TUG_OK : TUG_EINTERNAL;
}

void tug_dg_match_free(struct tug_dg_match *m)
{
	for (size_t i = 0; i < TUG_DG_KEPT; i++) {
		free(m->kept[i].p);
	}
	free(m->pattern);
	free(m->next);
	free(m->of_row);
	free(m->seen);
}
