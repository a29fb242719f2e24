/* SPDX-License-Identifier: Apache-2.0
 *
 * Octets that clients print, the frames in them, and where and when they stand. Knows no client. Called by the
 * readers of command-line clients.
 */
#include <ctype.h>
#include <string.h>

#include <tug/smp_body.h>

#include "dump_priv.h"

#define DAY_MS INT64_C(86400000)

void tug_dg_dump_keep(struct tug_dg_dump_at *at, const struct tug_dg_line *l)
{
	struct tug_slice text = tug_dg_lean(l);

	at->input = l->input;
	at->src = l->src;
	at->no = l->no;
	at->ms = l->ms;
	at->len = (uint16_t)(text.len < sizeof(at->text) ? text.len : sizeof(at->text));
	if (at->len > 0) {
		memcpy(at->text, text.p, at->len);
	}
}

struct tug_dg_line tug_dg_dump_line(const struct tug_dg_dump_at *at)
{
	struct tug_slice text = tug_slice_of(at->text, at->len);
	struct tug_dg_line l = { .input = at->input, .no = at->no, .ms = at->ms, .src = at->src };

	l.raw = text;
	l.text = text;
	l.body = text;
	return l;
}

/* Days since some day long ago, of a date of the Gregorian calendar. */
static int64_t day_of(int64_t y, int64_t m, int64_t d)
{
	y -= m <= 2;
	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d;
}

bool tug_dg_dump_time(struct tug_dg_dump_days *days, struct tug_slice *s, int64_t *ms)
{
	struct tug_slice t = *s;
	int64_t v[3] = { 0 }, clock, day;
	static const uint8_t digits[3] = { 4, 2, 2 };

	for (unsigned part = 0; part < 3; part++) {
		if (t.len < digits[part] + 1u) {
			return false;
		}
		for (unsigned i = 0; i < digits[part]; i++) {
			if (!isdigit(t.p[i])) {
				return false;
			}
			v[part] = v[part] * 10 + (t.p[i] - '0');
		}
		if (strchr(part < 2 ? "-/" : "T ", t.p[digits[part]]) == NULL) {
			return false;
		}
		t = tug_slice_of(t.p + digits[part] + 1, t.len - digits[part] - 1u);
	}
	if (v[1] < 1 || v[1] > 12 || !tug_dg_clock(&t, &clock)) {
		return false;
	}
	day = day_of(v[0], v[1], v[2]);
	if (!days->known) {
		days->known = true;
		days->first = day;
	}
	*ms = clock + (day > days->first ? (day - days->first) * DAY_MS : 0);
	*s = t;
	return true;
}

struct tug_slice tug_dg_dump_unlog(struct tug_slice s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tug_slice t = tug_dg_trim(s), word;
	int64_t ms;
	uint64_t day;
	bool month = false;

	if (t.len < 4 || (t.p[3] != ' ' && t.p[3] != '\t')) {
		return s; /* its first word is no month */
	}
	word = tug_dg_word(&t);
	for (unsigned i = 0; i < sizeof(months) - 1 && word.len == 3; i += 3) {
		month = month || memcmp(word.p, months + i, 3) == 0;
	}
	if (!month || !tug_dg_number(&t, &day) || day > 31 || !tug_dg_clock(&t, &ms)) {
		return s;
	}
	tug_dg_word(&t); /* host */
	word = tug_dg_word(&t);
	return word.len > 1 && word.p[word.len - 1] == ':' ? tug_dg_trim(t) : s;
}

unsigned tug_dg_dump_frames(struct tug_diag *d, const struct tug_dg_line *l, bool sent, struct tug_slice octets)
{
	struct tug_dg_frame f = { .src = l->src, .sent = sent, .seq_known = true, .version_known = true, .from_octets = true };
	struct tug_slice frame;
	unsigned n = 0;
	int got;

	tug_dg_here(l, &f.at);
	while ((got = tug_dgram_next(&octets, &frame)) != 0 && tug_smp_hdr_decode(frame, &f.hdr) == TUG_OK) {
		f.body = tug_slice_of(frame.p + TUG_SMP_HDR_LEN, frame.len - TUG_SMP_HDR_LEN);
		f.cut = got < 0;
		tug_dg_frame(d, &f);
		n++;
		if (got < 0) {
			break;
		}
	}
	return n;
}

void tug_dg_dump_made(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h, bool header_known,
		   struct tug_slice body)
{
	struct tug_dg_frame f = { .src = l->src, .hdr = *h, .seq_known = header_known, .version_known = header_known };

	tug_dg_here(l, &f.at);
	f.sent = h->op == TUG_SMP_READ || h->op == TUG_SMP_WRITE;
	f.hdr.len = (uint16_t)body.len;
	f.body = body;
	tug_dg_frame(d, &f);
}

bool tug_dg_dump_plausible(struct tug_slice octets)
{
	struct tug_smp_hdr h;
	struct tug_slice body;
	size_t len;

	if (tug_smp_frame_split(octets, &h, &body) != TUG_OK || h.op > TUG_SMP_WRITE_RSP || h.version > TUG_SMP_V2 ||
	    h.reserved != 0 || h.flags != 0 || body.len == 0 || (body.p[0] & 0xe0) != 0xa0) {
		return false;
	}
	return tug_cbor_check(body, &len) == TUG_OK && len == body.len;
}

bool tug_dg_dump_once(struct tug_dg_dump_once *o, unsigned form, struct tug_slice frame)
{
	uint32_t sum = (uint32_t)(frame.len & 0xffff) << 16 | tug_crc16(0, frame);
	uint16_t bit = (uint16_t)(1u << (form & 15u));
	size_t n = sizeof(o->frame) / sizeof(o->frame[0]);

	for (size_t i = 0; i < n; i++) {
		size_t k = (o->next + 2 * n - 1 - i) % n; /* newest first */

		if (o->frame[k].by != 0 && o->frame[k].sum == sum) {
			if ((o->frame[k].by & bit) == 0) {
				o->frame[k].by |= bit;
				return false;
			}
			break;
		}
	}
	o->frame[o->next].sum = sum;
	o->frame[o->next].by = bit;
	o->next = (uint8_t)((o->next + 1u) % n);
	return true;
}

static int hex_digit(uint8_t c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

/* Cut the blanks off `*s`; how many. */
static size_t blanks(struct tug_slice *s)
{
	size_t n = 0;

	while (n < s->len && (s->p[n] == ' ' || s->p[n] == '\t')) {
		n++;
	}
	*s = tug_slice_of(s->p + n, s->len - n);
	return n;
}

/* Hex digits at the start of `*s` up to the next blank or end, cut off; 0 when something else is among them. */
static size_t hex_word(struct tug_slice *s, struct tug_slice *word)
{
	struct tug_slice t = *s;
	size_t n = 0;

	while (n < t.len && hex_digit(t.p[n]) >= 0) {
		n++;
	}
	if (n < t.len && t.p[n] != ' ' && t.p[n] != '\t') {
		return 0;
	}
	*word = tug_slice_of(t.p, n);
	*s = tug_slice_of(t.p + n, t.len - n);
	return n;
}

int tug_dg_dump_row(struct tug_slice text, uint64_t *off, uint8_t *out)
{
	struct tug_slice s = tug_dg_trim(text), word;
	size_t digits = 0;
	int n = 0;

	*off = 0;
	while (digits < s.len && hex_digit(s.p[digits]) >= 0) {
		*off = *off << 4 | (uint64_t)hex_digit(s.p[digits]);
		digits++;
	}
	if (digits < 4 || digits > 8) {
		return -1;
	}
	s = tug_slice_of(s.p + digits, s.len - digits);
	if (s.len > 0 && s.p[0] == ':') {
		s = tug_slice_of(s.p + 1, s.len - 1);
	}
	if (blanks(&s) == 0) {
		return -1;
	}
	while (n < 16 && s.len > 0) {
		struct tug_buf b = tug_buf_of(out, 16);
		size_t got = hex_word(&s, &word);

		if ((got != 2 && got != 4) || (size_t)n + got / 2 > 16) {
			break;
		}
		b.len = (size_t)n;
		if (tug_hex_decode(word, &b) != TUG_OK) {
			break;
		}
		n = (int)b.len;
		if (blanks(&s) > 1 && n != 8) {
			break; /* the characters follow */
		}
	}
	return n > 0 ? n : -1;
}
