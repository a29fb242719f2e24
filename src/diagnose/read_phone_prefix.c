/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands before the text of a phone log's line: times, levels, tags, processes, boxes, bullets, in the order of
 * whichever app, system and forum. Parts are taken off the front until the text is a word of the libraries or
 * nothing more can be taken off.
 */
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "phone_priv.h"

#define SEARCH_MAX 220u

/* Tags that only the libraries' logs have, and tags of other clients on the same phone. */
static const char *const android_tags[] = { "McuMgr", "McuManager", "FirmwareUp", "SmpProtocol", "mcumgr", "Uploader" };
static const char *const ios_tags[] = { "McuMgr", "Transport", "ImageManager", "DefaultManager", "BasicManager" };
static const char *const foreign_tags[] = { "DfuBaseService", "DfuImpl", "DfuService", "DfuLogListener", "SecureDfuImpl",
					     "LegacyDfuImpl", "BaseDfuImpl" };

static bool begins_any(const char *tag, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (tag[0] == list[i][0] && strncmp(tag, list[i], strlen(list[i])) == 0) {
			return true;
		}
	}
	return false;
}

static struct tug_slice skip(struct tug_slice s, size_t n)
{
	return tug_slice_of(s.p + n, s.len - n);
}

/* Is one of the tags the library's whose words are looked for? */
static void note_library(struct tug_phone_prefix *p)
{
	uint8_t whose = (p->domains & TUG_PHONE_IOS) != 0 ? TUG_PHONE_IOS : TUG_PHONE_ANDROID;

	p->library = (p->libraries & whose) != 0;
}

static void set_tag(struct tug_phone_prefix *p, struct tug_slice tag, bool bracket)
{
	const uint8_t *dot = NULL;

	for (size_t i = 0; i < tag.len; i++) { /* the class of "io.runtime.mcumgr.ble.McuMgrBleTransport" */
		dot = tag.p[i] == '.' && i + 1 < tag.len && isupper(tag.p[i + 1]) ? tag.p + i + 1 : dot;
	}
	if (dot != NULL) {
		tag = tug_slice_of(dot, tag.len - (size_t)(dot - tag.p));
	}
	tug_dg_copy(p->tag, sizeof(p->tag), tag);
	if (begins_any(p->tag, ios_tags, sizeof(ios_tags) / sizeof(ios_tags[0]))) {
		p->libraries |= TUG_PHONE_IOS;
	}
	if (begins_any(p->tag, android_tags, sizeof(android_tags) / sizeof(android_tags[0])) &&
	    strcmp(p->tag, "McuMgrLog") != 0) {
		p->libraries |= TUG_PHONE_ANDROID;
	}
	note_library(p);
	p->foreign = p->foreign ||
		     begins_any(p->tag, foreign_tags, sizeof(foreign_tags) / sizeof(foreign_tags[0])) ||
		     (bracket && p->level_time && strcmp(p->tag, "DFU") == 0) ||
		     (bracket && strncmp(p->tag, "Server", 6) == 0);
}

/* ---- parts ---------------------------------------------------------------------------------------------------- */

/* Blanks, bullets, boxes, emoji, back quotes. */
static size_t noise(struct tug_slice s)
{
	size_t n = 0;

	while (n < s.len) {
		uint8_t c = s.p[n];

		if (c == ' ' || c == '\t' || c == '`' || c == '|') {
			n++;
		} else if ((c == '*' || c == '-' || c == '+') && n + 1 < s.len && s.p[n + 1] == ' ') {
			n += 2;
		} else if (c >= 0xe2) { /* U+2000 and above: boxes, bullets, emoji, their selectors */
			n++;
			while (n < s.len && (s.p[n] & 0xc0) == 0x80) {
				n++;
			}
		} else {
			break;
		}
	}
	return n;
}

static size_t digits(struct tug_slice s, size_t at)
{
	size_t n = 0;

	while (at + n < s.len && isdigit(s.p[at + n])) {
		n++;
	}
	return n;
}

/* "2023-10-10", "10-10", "2023/10/10", "10.10.2023", with "T" or a blank behind it. */
static size_t date(struct tug_slice s)
{
	size_t a = digits(s, 0), b, c, n;
	uint8_t sep = a < s.len ? s.p[a] : 0;

	if ((a != 2 && a != 4) || (sep != '-' && sep != '/' && sep != '.')) {
		return 0;
	}
	b = digits(s, a + 1);
	n = a + 1 + b;
	if (b != 2) {
		return 0;
	}
	if (n < s.len && s.p[n] == sep) {
		c = digits(s, n + 1);
		n += 1 + c;
		if (c != 2 && c != 4) {
			return 0;
		}
	} else if (a == 4 || sep != '-') {
		return 0;
	}
	if (n < s.len && (s.p[n] == 'T' || s.p[n] == ',')) {
		return n + 1;
	}
	return n < s.len && (s.p[n] == ' ' || s.p[n] == '\t') ? n : 0;
}

/* "08:47:42.977", "8:47:42,977+0200"; `*zone`: with a zone or finer than milliseconds. */
static size_t clock_of(struct tug_slice s, int64_t *ms)
{
	struct tug_slice t = s;
	size_t n;

	if (s.len < 7 || !isdigit(s.p[0]) || (s.p[1] != ':' && s.p[2] != ':') || !tug_dg_clock(&t, ms)) {
		return 0;
	}
	n = s.len - t.len;
	if (n < s.len && s.p[n] == 'Z') {
		return n + 1;
	}
	if (n + 4 < s.len && (s.p[n] == '+' || s.p[n] == '-') && digits(s, n + 1) >= 2) {
		n += 1 + digits(s, n + 1);
		n += n + 2 < s.len && s.p[n] == ':' && digits(s, n + 1) == 2 ? 3u : 0u;
	}
	return n;
}

static char level_of_letter(uint8_t c)
{
	char up = (char)(c & 0xdf); /* upper case, of a letter */

	if (up == 'V' || up == 'D' || up == 'I' || up == 'A' || up == 'W' || up == 'E') {
		return up;
	}
	return 0;
}

/* "I ", "I:". At the very begin a single blank is not enough: "I see this". */
static size_t level_letter(struct tug_slice s, bool first, char *level)
{
	if (s.len < 3 || level_of_letter(s.p[0]) == 0) {
		return 0;
	}
	*level = level_of_letter(s.p[0]);
	if (s.p[1] == ' ' || s.p[1] == '\t') {
		return !first || s.p[1] == '\t' || s.p[2] == ' ' || s.p[2] == '\t' || s.p[2] == '[' || isdigit(s.p[2]) ? 1 : 0;
	}
	if (isdigit(s.p[1]) && s.len > 9 && (s.p[3] == ':' || s.p[2] == ':')) {
		return 1; /* the blank between it and a time was lost */
	}
	return s.len > 2 && s.p[1] == ':' && s.p[2] == ' ' ? 2 : 0;
}

static size_t level_word(struct tug_slice s, bool after, char *level)
{
	static const struct {
		const char *text;
		char level;
	} words[] = {
		{ "VERBOSE", 'V' }, { "TRACE", 'V' }, { "DEBUG", 'D' }, { "INFO", 'I' }, { "APPLICATION", 'A' },
		{ "WARNING", 'W' }, { "WARN", 'W' }, { "ERROR", 'E' }, { "FAULT", 'E' }, { "DEFAULT", 'I' },
		{ "NOTICE", 'I' }, { "LOG", 'I' }, { "APP", 'A' },
	};

	if (s.len <= 3 || strchr("VTDIAWEFNL", s.p[0] & 0xdf) == NULL || (!after && !(isupper(s.p[0]) && isupper(s.p[1])))) {
		return 0;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n;

		if ((s.p[0] & 0xdf) != (uint8_t)words[i].text[0] || (s.p[1] & 0xdf) != (uint8_t)words[i].text[1]) {
			continue;
		}
		n = strlen(words[i].text);
		if (s.len > n && tug_dg_is_nocase(tug_slice_of(s.p, n), words[i].text) &&
		    (s.p[n] == ' ' || s.p[n] == '\t' || (s.p[n] == ':' && n + 1 < s.len && s.p[n + 1] == ' ')) &&
		    (after || (isupper(s.p[0]) && isupper(s.p[1])))) {
			*level = words[i].level;
			return n + (s.p[n] == ':');
		}
	}
	return 0;
}

/* A word of letters before a time: a level in some language. */
static size_t word_before_time(struct tug_slice s)
{
	size_t n = 0;
	int64_t ms;
	struct tug_slice t;

	while (n < s.len && n < 24 && (isalpha(s.p[n]) || s.p[n] >= 0x80)) {
		n++;
	}
	if (n == 0 || n >= s.len || (s.p[n] != ' ' && s.p[n] != '\t')) {
		return 0;
	}
	t = tug_dg_trim(skip(s, n));
	return clock_of(t, &ms) >= 9 ? n : 0;
}

/* "[main]", "[McuMgr]", "[Callback]", not "[Seq: 3]". */
static size_t bracket(struct tug_slice s, struct tug_phone_prefix *p)
{
	const uint8_t *end = s.len > 2 && s.p[0] == '[' ? memchr(s.p, ']', s.len < 48 ? s.len : 48) : NULL;
	struct tug_slice in;

	if (end == NULL || end == s.p + 1) {
		return 0;
	}
	in = tug_slice_of(s.p + 1, (size_t)(end - s.p) - 1);
	if (p->clock < 0 && clock_of(in, &p->clock) > 0) {
		return in.len + 2;
	}
	if (tug_dg_starts(in, "Seq", NULL) || memchr(in.p, '"', in.len) != NULL || memchr(in.p, '[', in.len) != NULL) {
		return 0;
	}
	if (in.len == 1 && level_of_letter(in.p[0]) != 0 && isupper(in.p[0])) {
		p->level = level_of_letter(in.p[0]);
	} else if (!tug_dg_is(in, "Callback") && !tug_dg_is(in, "Broadcast") && !isdigit(in.p[0])) {
		set_tag(p, in, true);
	}
	return in.len + 2;
}

/* "D/Tag: ", "D/Tag( 123): ". */
static size_t slash_tag(struct tug_slice s, struct tug_phone_prefix *p)
{
	size_t n = 2;
	char level;

	if (s.len < 5 || s.p[1] != '/' || !isupper(s.p[0]) || (level = level_of_letter(s.p[0])) == 0) {
		return 0;
	}
	if (s.p[2] == '[') { /* "D/[main] text": the tag is a thread */
		p->level = level;
		p->adb = true;
		return 2;
	}
	while (n < s.len && n < 60 && s.p[n] != ':' && s.p[n] != '(') {
		n++;
	}
	if (n >= s.len || n == 2) {
		return 0;
	}
	p->level = level;
	p->adb = true;
	set_tag(p, tug_dg_trim(tug_slice_of(s.p + 2, n - 2)), false);
	if (s.p[n] == '(') {
		while (n < s.len && n < 80 && s.p[n] != ')') {
			n++;
		}
		n += n < s.len;
	}
	return n < s.len && s.p[n] == ':' ? n + 1 : 0;
}

/* "1234", "1234-5678", "1234-5678/com.app" behind a time. */
static size_t pids(struct tug_slice s)
{
	size_t n = digits(s, 0);

	if (n == 0 || n > 7) {
		return 0;
	}
	if (n < s.len && s.p[n] == '-' && digits(s, n + 1) > 0) {
		n += 1 + digits(s, n + 1);
	}
	if (n < s.len && s.p[n] == '/') {
		while (n < s.len && s.p[n] != ' ' && s.p[n] != '\t') {
			n++;
		}
	}
	return n < s.len && (s.p[n] == ' ' || s.p[n] == '\t') ? n : 0;
}

static size_t blank_run(struct tug_slice s, size_t at)
{
	size_t n = 0;

	while (at + n < s.len && (s.p[at + n] == ' ' || s.p[at + n] == '\t')) {
		n++;
	}
	return n;
}

/* Android Studio: "Tag   com.app   D  text", "Tag  D  text": a level letter among the next three columns. */
static size_t studio(struct tug_slice s, struct tug_phone_prefix *p)
{
	size_t at = 0;
	struct tug_slice tag = { 0 };

	for (unsigned col = 0; col < 3; col++) {
		size_t n = 0;

		while (at + n < s.len && s.p[at + n] != ' ' && s.p[at + n] != '\t') {
			n++;
		}
		if (n == 0 || at + n >= s.len) {
			return 0;
		}
		if (col > 0 && n == 1 && level_of_letter(s.p[at]) != 0 && isupper(s.p[at])) {
			p->level = level_of_letter(s.p[at]);
			p->adb = true;
			set_tag(p, tag, false);
			return at + 1;
		}
		if (col == 0) {
			tag = tug_slice_of(s.p, n);
		}
		at += n + blank_run(s, at + n);
	}
	return 0;
}

/* "McuMgrBleTransport - ", "flutter: ", "McuMgrBleTransport: ", "name[12:34] ". */
static size_t name(struct tug_slice s, struct tug_phone_prefix *p)
{
	size_t n = 0;

	while (n < s.len && n < 70 && (isalnum(s.p[n]) || s.p[n] == '_' || s.p[n] == '.' || s.p[n] == '$')) {
		n++;
	}
	if (n < 3 || n + 1 >= s.len || !isalpha(s.p[0])) {
		return 0;
	}
	if (tug_dg_starts(skip(s, n), " message: ", NULL)) {
		set_tag(p, tug_slice_of(s.p, n), false);
		return n + 10;
	}
	if (s.p[n] == ':' && s.p[n + 1] == ' ') {
		set_tag(p, tug_slice_of(s.p, n), false);
		return n + 1;
	}
	if (n + 2 < s.len && s.p[n] == ' ' && s.p[n + 1] == '-' && s.p[n + 2] == ' ') {
		p->adb = true;
		set_tag(p, tug_slice_of(s.p, n), false);
		return n + 2;
	}
	return 0;
}

/* "nRF Connect[3211:1234] " behind a date. */
static size_t process(struct tug_slice s)
{
	const uint8_t *open = memchr(s.p, '[', s.len < 60 ? s.len : 60);
	size_t at = open != NULL ? (size_t)(open - s.p) + 1 : 0, n = digits(s, at);

	if (at < 2 || n == 0) {
		return 0;
	}
	at += n;
	if (at < s.len && s.p[at] == ':') {
		at += 1 + digits(s, at + 1);
	}
	return at + 1 < s.len && s.p[at] == ']' ? at + 1 + (s.p[at + 1] == ':') : 0;
}

/* A line number: "12: ", "12| ", "12\t", only before a time, a date or a level. */
static size_t line_number(struct tug_slice s)
{
	size_t n = digits(s, 0), blanks, after;
	int64_t ms;
	char level;
	struct tug_slice t;

	if (n == 0 || n > 5 || n >= s.len) {
		return 0;
	}
	after = n + (s.p[n] == ':' || s.p[n] == '|' || s.p[n] == '.' || s.p[n] == ')');
	blanks = blank_run(s, after);
	if (blanks == 0) {
		return 0;
	}
	t = skip(s, after + blanks);
	return date(t) > 0 || clock_of(t, &ms) > 0 || level_letter(t, true, &level) > 0 ||
			       (t.len > 3 && t.p[1] == '/' && level_of_letter(t.p[0]) != 0) ||
			       word_before_time(t) > 0
		       ? after + blanks
		       : 0;
}

/* ---- all together --------------------------------------------------------------------------------------------- */

/* A part at the front of `s`; 0 = none. */
static size_t part(struct tug_slice s, struct tug_phone_prefix *p, bool *dated)
{
	bool timed = p->clock >= 0, digit, letter;
	size_t n;
	char level = 0;

	if (s.len == 0) {
		return 0;
	}
	digit = isdigit(s.p[0]) != 0;
	letter = isalpha(s.p[0]) != 0;
	if (digit && !*dated && !timed && (n = date(s)) > 0) {
		*dated = true;
		return n;
	}
	if (digit && !timed && (n = clock_of(s, &p->clock)) > 0) {
		p->fraction = n >= 9 && memchr(s.p, ':', n) != NULL && (s.p[8] == '.' || s.p[8] == ',' || s.p[7] == '.');
		p->level_time = !*dated && p->atoms == 1 && p->level != 0 && p->fraction;
		p->time_only = !*dated && !p->level_time;
		return n;
	}
	if (letter && ((p->level == 0 && (n = level_letter(s, p->atoms == 0, &level)) > 0) ||
		       (n = level_word(s, p->atoms > 0 && p->level == 0, &level)) > 0)) {
		if (p->level == 0) { /* else a Java logger's, behind logcat's */
			p->level = level;
		}
		return n;
	}
	if (p->atoms == 0 && ((digit && (n = line_number(s)) > 0) ||
			      ((letter || s.p[0] >= 0x80) && (n = word_before_time(s)) > 0))) {
		return n;
	}
	if ((letter && (n = slash_tag(s, p)) > 0) || (s.p[0] == '[' && (n = bracket(s, p)) > 0)) {
		return n;
	}
	if (timed && *dated && ((n = pids(s)) > 0 || (n = process(s)) > 0)) {
		return n;
	}
	if (timed && *dated && p->level == 0 && (n = studio(s, p)) > 0) {
		return n;
	}
	return letter && (p->atoms > 0 || p->tag[0] == '\0') ? name(s, p) : 0;
}

static void look(struct tug_phone_prefix *p, struct tug_slice line, const struct tug_phone_words *words)
{
	p->body += noise(skip(line, p->body));
	p->start = p->body;
	if (p->body >= 2 && line.p[p->body - 1] == ' ' && line.p[p->body - 2] == '-') {
		p->start -= 2;
	}
	p->at[p->atoms] = p->body;
	p->word = tug_phone_word_of(words, skip(line, p->body), &p->got, &p->fit);
}

/* A word that is sure stands further behind: "...Exception: Transaction 3 timed out". */
static void search(struct tug_phone_prefix *p, struct tug_slice line, const struct tug_phone_words *words)
{
	size_t end = line.len < p->body + SEARCH_MAX ? line.len : p->body + SEARCH_MAX;

	for (size_t i = p->body; i + 3 < end; i++) {
		uint8_t c = line.p[i];
		bool after = c == '\t' || (line.p[i + 1] == ' ' && (c == ':' || c == ',' || c == ' ' || c == ']' || c == '-'));
		const struct tug_phone_word *w;
		struct tug_phone_got g;
		enum tug_phone_fit f;
		size_t at = i + 1;

		if (!after) {
			continue;
		}
		at += noise(skip(line, at));
		w = tug_phone_word_of(words, skip(line, at), &g, &f);
		if (w != NULL && f == TUG_PHONE_FULL && (w->flags & TUG_PHONE_SURE) != 0) {
			p->body = at;
			p->word = w;
			p->fit = f;
			p->got = g;
			return;
		}
	}
}

/* Before the first colon stands one word: an identifier, "onUpgradeFailed :", "** Log [category=DFU, level=Info]:". */
static bool chain(struct tug_slice line)
{
	size_t n = 0;
	const uint8_t *end;

	while (n < line.len && n < 16 && (line.p[n] == '*' || line.p[n] == ' ')) {
		n++;
	}
	while (n < line.len && (isalnum(line.p[n]) || line.p[n] == '.' || line.p[n] == '_' || line.p[n] == '$')) {
		n++;
	}
	n += blank_run(line, n);
	if (n < line.len && line.p[n] == '[') {
		end = memchr(line.p + n, ']', line.len - n < 80 ? line.len - n : 80);
		n = end != NULL ? (size_t)(end - line.p) + 1 : n;
	}
	return n > 2 && n + 1 < line.len && line.p[n] == ':';
}

void tug_phone_prefix(struct tug_slice line, const struct tug_phone_words *words, struct tug_phone_prefix *p)
{
	bool dated = false;
	size_t n;

	memset(p, 0, offsetof(struct tug_phone_prefix, got));
	p->got.literals = 0;
	p->clock = -1;
	p->domains = words->domains;
	p->of = line;
	if (tug_dg_find(tug_slice_of(line.p, line.len < 64 ? line.len : 64), "> ") != NULL &&
	    (tug_dg_find(line, "<inf> ") != NULL || tug_dg_find(line, "<err> ") != NULL ||
	     tug_dg_find(line, "<wrn> ") != NULL || tug_dg_find(line, "<dbg> ") != NULL)) {
		p->console = true;
		return;
	}
	look(p, line, words);
	while (p->fit != TUG_PHONE_FULL && p->atoms < TUG_PHONE_ATOMS) {
		n = part(skip(line, p->body), p, &dated);
		if (n == 0) {
			break;
		}
		p->atoms++;
		p->body += n;
		look(p, line, words);
	}
	p->adb = p->adb || (dated && p->clock >= 0 && p->level != 0);
	p->walk = p->fit;
	if (p->fit == TUG_PHONE_NO && (p->atoms > 0 || chain(line))) {
		search(p, line, words);
	}
}

void tug_phone_prefix_again(const struct tug_phone_prefix *known, const struct tug_phone_words *words,
			    struct tug_phone_prefix *p)
{
	struct tug_slice line = known->of;

	if (known->console) {
		*p = *known;
		p->domains = words->domains;
		return;
	}
	if (known->walk == TUG_PHONE_FULL) {
		tug_phone_prefix(line, words, p); /* there may be more parts behind it */
		return;
	}
	/* The same parts are taken off, unless a word stands before one of them. */
	*p = *known;
	p->domains = words->domains;
	note_library(p);
	for (unsigned i = 0; i < known->atoms; i++) {
		if (tug_phone_word_of(words, skip(line, p->at[i]), &p->got, &p->fit) != NULL && p->fit == TUG_PHONE_FULL) {
			tug_phone_prefix(line, words, p);
			return;
		}
	}
	p->body = p->at[p->atoms];
	p->word = tug_phone_word_of(words, skip(line, p->body), &p->got, &p->fit);
	p->walk = p->fit;
	if (p->fit == TUG_PHONE_NO && (p->atoms > 0 || chain(line))) {
		search(p, line, words);
	}
}
