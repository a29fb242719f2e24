/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: smpmgr and smpclient: lines of a rich console, wrapped at its width; log files; objects in print;
 * spinners and bars of progress.
 */
#include <ctype.h>
#include <string.h>

#include "dump_priv.h"
#include "readers_priv.h"

/* Blanks in front of a console line that continues another; the column of messages is 20. */
#define CONTINUED 12u

/* The form a frame was printed in. */
enum form {
	SERIALIZING,
	RESPONSE,
	TIMED_OUT,
	OBJECT,
};

struct state {
	struct tug_dg_dump_days days;
	bool rich;               /* a console line was seen */
	bool usage;              /* inside a box of a usage error */
	bool object;             /* `wrap` is an object printed over lines, not a console message */
	bool was_silent;         /* the latest request was told as unanswered */
	bool fresh;              /* the latest request in octets belongs to the spinner that comes next */
	int depth;               /* open parentheses of the object */
	bool image;              /* the object is an ImageState: its lines are fields */
	bool hash_next;          /* the hash stands on a line of its own */
	struct tug_dg_dump_at ok;   /* "Waiting for ... OK": waits for what follows; no 0 = none */
	struct tug_smp_hdr request[8]; /* requests given to the tracker */
	uint8_t n_requests;      /* of these, the latest at n - 1 modulo 8 */
	int64_t ms;              /* time of the message under way */
	struct tug_dg_dump_once once[2];
	struct tug_dg_dump_run run;
	struct tug_dg_dump_list list;
	struct tug_dg_dump_wrap wrap;
	uint8_t octets[TUG_DUMP_SERIAL_MAX];
};

static const struct {
	const char *text;
	uint8_t op;
	uint16_t group;
	uint8_t id;
} phrases[] = {
	{ "Waiting for image states", TUG_SMP_READ, TUG_GRP_IMG, 0 },
	{ "Waiting for image state write", TUG_SMP_WRITE, TUG_GRP_IMG, 0 },
	{ "Waiting for image erase", TUG_SMP_WRITE, TUG_GRP_IMG, 5 },
	{ "Waiting for response to ResetWrite", TUG_SMP_WRITE, TUG_GRP_OS, 5 },
	{ "Waiting for response to EchoWrite", TUG_SMP_WRITE, TUG_GRP_OS, 0 },
	{ "Waiting for response to ImageStatesRead", TUG_SMP_READ, TUG_GRP_IMG, 0 },
	{ "Waiting for response to ImageStatesWrite", TUG_SMP_WRITE, TUG_GRP_IMG, 0 },
	{ "Marking uploaded image for test", TUG_SMP_WRITE, TUG_GRP_IMG, 0 },
	{ "Marking uploaded image for permanent", TUG_SMP_WRITE, TUG_GRP_IMG, 0 },
};

/* ---- frames ---------------------------------------------------------------------------------------------------- */

static bool same_command(const struct tug_smp_hdr *a, const struct tug_smp_hdr *b)
{
	return a->group == b->group && a->id == b->id && (a->op & 2u) == (b->op & 2u);
}

static void note_request(struct state *st, const struct tug_smp_hdr *h)
{
	st->request[st->n_requests % 8u] = *h;
	st->n_requests = st->n_requests == 255 ? 8 : (uint8_t)(st->n_requests + 1u);
	st->fresh = true;
	if (st->run.open && same_command(&st->run.cli.hdr, h)) {
		st->run.real = true;
	}
}

/* Octets of the command under way were printed. */
static void note_real(struct state *st)
{
	const struct tug_smp_hdr *h = &st->request[(st->n_requests - 1u) % 8u];

	st->run.real = st->run.real || (st->fresh && st->run.open && same_command(&st->run.cli.hdr, h));
}

/* An answer has a request, even when the client did not print it. */
static void ensure_request(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, const struct tug_smp_hdr *answer)
{
	struct tug_smp_hdr h = *answer;

	for (unsigned i = 0; i < 8 && i < st->n_requests; i++) {
		if (same_command(&st->request[i], answer) && st->request[i].seq == answer->seq) {
			return;
		}
	}
	h.op = (uint8_t)(h.op & 2u);
	if (st->run.open && !st->run.real && same_command(&st->run.cli.hdr, answer)) {
		tug_dg_dump_run_answered(d, &st->run, answer);
	} else {
		static const uint8_t empty = 0xa0;

		tug_dg_dump_made(d, l, &h, true, tug_slice_of(&empty, 1));
	}
	note_request(st, &h);
}

static bool take_frame(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, enum form form, struct tug_slice octets,
		       struct tug_smp_hdr *h)
{
	bool sent;

	if (tug_smp_hdr_decode(octets, h) != TUG_OK || h->op > TUG_SMP_WRITE_RSP) {
		return false;
	}
	sent = h->op % 2 == 0;
	if (!tug_dg_dump_once(&st->once[sent], form, octets)) {
		return false;
	}
	if (sent) {
		note_request(st, h);
	} else {
		ensure_request(d, st, l, h);
	}
	tug_dg_dump_frames(d, l, sent, octets);
	return true;
}

/* An answer of which only header and code were printed. */
static bool take_printed(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_smp_hdr h;
	uint8_t room[64];
	struct tug_buf body = tug_buf_of(room, sizeof(room));
	struct tug_slice err = tug_dg_after(text, "err=");
	struct tug_enc e;
	int64_t rc, group = 0;

	if (!tug_dg_dump_python_header(text, &h) || h.op % 2 == 0 || !tug_dg_dump_python_number(err.p != NULL ? err : text, "rc=", &rc)) {
		return false;
	}
	if (err.p != NULL && !tug_dg_dump_python_number(err, "group=", &group)) {
		group = h.group;
	}
	tug_enc_init(&e, &body);
	tug_enc_map_begin(&e);
	if (err.p != NULL) {
		tug_enc_key(&e, "err");
		tug_enc_map_begin(&e);
		tug_enc_key(&e, "group");
		tug_enc_uint(&e, (uint64_t)group & 0xffff);
	}
	tug_enc_key(&e, "rc");
	tug_enc_int(&e, rc);
	if (err.p != NULL) {
		tug_enc_map_end(&e);
	}
	tug_enc_map_end(&e);
	ensure_request(d, st, l, &h);
	if (tug_enc_finish(&e) == TUG_OK) {
		tug_dg_dump_made(d, l, &h, true, tug_buf_slice(&body));
	}
	return true;
}

static void take_timeout(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_buf out = tug_buf_of(st->octets, sizeof(st->octets));
	struct tug_smp_hdr h;
	bool known = tug_dg_dump_python_header(text, &h);

	if (st->was_silent && !tug_dg_starts(text, "Timeout", NULL)) {
		return; /* the exception, after the error was logged */
	}
	if (tug_dg_dump_python_frame(text, "smp_data=", 0, &out)) {
		struct tug_slice octets = tug_buf_slice(&out);

		known = tug_smp_hdr_decode(octets, &h) == TUG_OK;
		take_frame(d, st, l, TIMED_OUT, octets, &h);
	} else if (known && !(st->n_requests > 0 && memcmp(&st->request[(st->n_requests - 1u) % 8u], &h, sizeof(h)) == 0)) {
		static const uint8_t empty = 0xa0;

		tug_dg_dump_made(d, l, &h, true, tug_slice_of(&empty, 1));
		note_request(st, &h);
	}
	tug_dg_silent(d, l, known ? &h : NULL);
	st->was_silent = true;
	if (known && st->run.open && same_command(&st->run.cli.hdr, &h)) {
		memset(&st->run, 0, sizeof(st->run));
	}
}

/* ---- messages -------------------------------------------------------------------------------------------------- */

static void take_link(struct tug_diag *d, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_slice rest;
	uint64_t n;

	if (tug_dg_find(text, "SMPBLETransport") != NULL) {
		tug_dg_copy(tug_dg_facts(d)->smp.client.transport, 8, tug_slice_of((const uint8_t *)"ble", 3));
	} else if (tug_dg_find(text, "SMPSerialTransport") != NULL) {
		tug_dg_copy(tug_dg_facts(d)->smp.client.transport, 8, tug_slice_of((const uint8_t *)"serial", 6));
	} else if (tug_dg_find(text, "SMPUDPTransport") != NULL) {
		tug_dg_copy(tug_dg_facts(d)->smp.client.transport, 8, tug_slice_of((const uint8_t *)"udp", 3));
	} else if (tug_dg_starts(text, "Connected to device=", NULL)) {
		tug_dg_link_up(d, l);
	} else if (tug_dg_starts(text, "Disonnecting from", NULL) || tug_dg_starts(text, "Disconnecting from", NULL)) {
		tug_dg_link_closing(d, l);
	} else if (tug_dg_starts(text, "Disconnected from", NULL)) {
		tug_dg_link_down(d, l, -1);
	} else if (tug_dg_starts(text, "Got MTU: ", &rest) && tug_dg_number(&rest, &n) && n < 1024) {
		tug_dg_link_mtu(d, l, (uint32_t)n);
	}
}

/* "Upload offset=87", "Upload complete" of messages without frames. */
static void take_upload(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_slice rest;
	uint64_t off;

	if (tug_dg_starts(text, "Upload offset=", &rest) && tug_dg_number(&rest, &off)) {
		tug_dg_dump_run_progress(d, l, &st->run, off, st->run.len, true);
		note_real(st);
	} else if (tug_dg_starts(text, "Upload complete", NULL) && st->run.open) {
		tug_dg_dump_run_done(d, l, &st->run);
	}
}

static void take_message(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_buf out = tug_buf_of(st->octets, sizeof(st->octets));
	struct tug_smp_hdr h;

	text = tug_dg_trim(text);
	if (tug_dg_find(text, "waiting for request") != NULL && tug_dg_find(text, "Timeout") != NULL) {
		take_timeout(d, st, l, text);
	} else if (tug_dg_dump_python_frame(text, "request=", 0, &out)) {
		take_frame(d, st, l, SERIALIZING, tug_buf_slice(&out), &h);
	} else if (tug_dg_dump_python_frame(text, "length_and_frame=", 2, &out)) {
		take_frame(d, st, l, RESPONSE, tug_buf_slice(&out), &h);
	} else if (tug_dg_dump_python_frame(text, "smp_data=", 0, &out)) {
		take_frame(d, st, l, OBJECT, tug_buf_slice(&out), &h);
	} else if (tug_dg_starts(text, "Received header", NULL)) {
		return; /* the body comes by other words, or not at all */
	} else if (!take_printed(d, st, l, text)) {
		take_link(d, l, text);
		take_upload(d, st, l, text);
	}
}

/* "... OK" of a spinner stands for success unless an error object followed. */
static void settle(struct tug_diag *d, struct state *st)
{
	if (st->ok.no != 0) {
		struct tug_dg_line l = tug_dg_dump_line(&st->ok);

		tug_dg_dump_run_done(d, &l, &st->run);
		st->ok.no = 0;
	}
}

/* The message or object under way is complete. */
static void end_wrap(struct tug_diag *d, struct state *st)
{
	struct tug_dg_line l;
	struct tug_slice text;

	if (!st->wrap.open) {
		return;
	}
	l = tug_dg_dump_line(&st->wrap.at);
	text = tug_dg_dump_wrap_end(&st->wrap);
	if (st->object && tug_dg_find(text, "Header(") != NULL) {
		st->ok.no = 0; /* this is what came, and it tells by itself */
	}
	take_message(d, st, &l, text);
	if (st->object && st->run.open && st->run.real) {
		memset(&st->run, 0, sizeof(st->run));
	}
	st->object = false;
	st->depth = 0;
}

/* ---- console lines --------------------------------------------------------------------------------------------- */

static size_t indent_of(struct tug_slice s)
{
	size_t n = 0;

	while (n < s.len && s.p[n] == ' ') {
		n++;
	}
	return n;
}

/* The column on the right ("__init__.py:503") cut off `*s`. Result: it was there. */
static bool cut_right_column(struct tug_slice *s)
{
	struct tug_slice t = tug_dg_trim(*s);
	size_t n = t.len, digits = 0;

	while (n > 0 && isdigit(t.p[n - 1])) {
		n--;
		digits++;
	}
	if (digits == 0 || n < 5 || memcmp(t.p + n - 4, ".py:", 4) != 0) {
		return false;
	}
	while (n > 0 && t.p[n - 1] != ' ') {
		n--;
	}
	if (n == 0) {
		return false;
	}
	*s = tug_slice_of(t.p, n);
	return true;
}

static char level_of(struct tug_slice word)
{
	static const char *const words[] = { "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (tug_dg_is(word, words[i])) {
			return "DIWEA"[i];
		}
	}
	return '\0';
}

/* "[15:08:10] WARNING  text     module.py:7": the first line of a message. */
static bool take_rich(struct tug_diag *d, struct state *st, struct tug_dg_line *l)
{
	struct tug_slice s = tug_dg_lean(l), rest;
	bool stamped = false, right;
	int64_t ms;
	char level;

	if (tug_dg_starts(s, "[", &rest) && tug_dg_clock(&rest, &ms) && rest.len > 0 && rest.p[0] == ']') {
		stamped = true;
		s = tug_dg_trim(tug_slice_of(rest.p + 1, rest.len - 1));
	} else {
		ms = st->ms;
	}
	level = level_of(tug_dg_word(&s));
	if (level == '\0') {
		return false;
	}
	s = tug_dg_trim(s);
	right = cut_right_column(&s);
	if (!right && !st->rich) {
		return false;
	}
	end_wrap(d, st);
	settle(d, st);
	st->rich = true;
	l->level = level;
	if (stamped) {
		st->ms = ms;
		l->ms = ms;
	}
	tug_dg_dump_wrap_begin(&st->wrap, l);
	tug_dg_dump_wrap_add(&st->wrap, s);
	return true;
}

/* "2026-01-31 02:41:43,105 - LEVEL - path:line - message" */
static bool take_logfile(struct tug_diag *d, struct state *st, struct tug_dg_line *l)
{
	struct tug_slice s = tug_dg_lean(l), t;
	int64_t ms;
	char level;

	if (s.len < 24 || !isdigit(s.p[0]) || !tug_dg_dump_time(&st->days, &s, &ms) || !tug_dg_starts(s, " - ", &s)) {
		return false;
	}
	level = level_of(tug_dg_word(&s));
	t = tug_dg_after(s, ".py:");
	if (level == '\0' || t.p == NULL) {
		return false;
	}
	t = tug_dg_after(t, " - ");
	if (t.p == NULL) {
		return false;
	}
	end_wrap(d, st);
	settle(d, st);
	l->ms = ms;
	l->level = level;
	l->body = t;
	take_message(d, st, l, t);
	return true;
}

/* A line that goes on with the message under way. */
static bool take_continued(struct state *st, const struct tug_dg_line *l)
{
	struct tug_slice s = tug_dg_lean(l);

	if (!st->wrap.open || st->object || s.len == 0 || indent_of(l->text) < CONTINUED) {
		return false;
	}
	tug_dg_dump_wrap_add(&st->wrap, s);
	return true;
}

/* ---- objects --------------------------------------------------------------------------------------------------- */

static int depth_of(struct tug_slice s)
{
	int depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		depth += s.p[i] == '(' || s.p[i] == '[' ? 1 : s.p[i] == ')' || s.p[i] == ']' ? -1 : 0;
	}
	return depth;
}

static bool is_object(struct tug_slice s)
{
	static const char *const names[] = { "ErrorV1(", "ErrorV2(", "Response(", "Request(" };
	size_t n = 0;

	while (n < s.len && (isalnum(s.p[n]) || s.p[n] == '_')) {
		n++;
	}
	if (n == 0 || n >= s.len || s.p[n] != '(' || !isupper(s.p[0])) {
		return false;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t len = strlen(names[i]);

		if (n + 1 >= len && memcmp(s.p + n + 1 - len, names[i], len) == 0) {
			return true;
		}
	}
	return tug_dg_find(s, "header=Header(") != NULL;
}

/* A field of an ImageState, several on a line too. */
static void take_image_fields(struct state *st, struct tug_slice s)
{
	static const char *const keys[] = { "image=", "slot=", "version=", "hash=", "bootable=", "pending=", "confirmed=",
					    "active=", "permanent=" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct tug_slice value = tug_dg_after(s, keys[i]), end;
		const uint8_t *comma;

		if (value.p == NULL) {
			continue;
		}
		comma = tug_dg_find(value, ",");
		end = comma != NULL ? tug_slice_of(value.p, (size_t)(comma - value.p)) : value;
		tug_dg_dump_list_field(&st->list, tug_slice_of(keys[i], strlen(keys[i]) - 1), end);
		st->hash_next = i == 3 && tug_dg_find(end, "(") != NULL && tug_dg_find(end, ")") == NULL;
	}
}

static bool take_image(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice s)
{
	struct tug_slice rest;

	if (tug_dg_starts(s, "ImageState(", &rest)) {
		end_wrap(d, st);
		st->ok.no = 0;
		tug_dg_dump_list_slot(&st->list, l);
		st->image = true;
		st->depth = depth_of(s);
		take_image_fields(st, rest);
	} else if (st->image) {
		st->depth += depth_of(s);
		if (st->hash_next) {
			st->hash_next = false;
			tug_dg_dump_list_field(&st->list, tug_slice_of((const uint8_t *)"hash", 4), s);
		} else {
			take_image_fields(st, s);
		}
	} else {
		return false;
	}
	st->image = st->depth > 0;
	return true;
}

static bool take_object(struct tug_diag *d, struct state *st, struct tug_dg_line *l)
{
	struct tug_slice s = tug_dg_lean(l);

	if (st->wrap.open && st->object) {
		st->depth += depth_of(s);
		tug_dg_dump_wrap_add(&st->wrap, l->text);
	} else if (is_object(s)) {
		end_wrap(d, st);
		tug_dg_dump_wrap_begin(&st->wrap, l);
		st->object = true;
		st->depth = depth_of(s);
		tug_dg_dump_wrap_add(&st->wrap, l->text);
	} else {
		return false;
	}
	if (st->depth <= 0) {
		end_wrap(d, st);
	}
	return true;
}

/* ---- spinners, bars, boxes ------------------------------------------------------------------------------------- */

/* `s` without the character that spins. */
static struct tug_slice unspin(struct tug_slice s)
{
	while (s.len > 0 && s.p[0] >= 0x80) {
		s = tug_slice_of(s.p + 1, s.len - 1);
	}
	return tug_dg_trim(s);
}

static bool ends_with(struct tug_slice s, const char *z)
{
	size_t n = strlen(z);

	return s.len >= n && memcmp(s.p + s.len - n, z, n) == 0;
}

static void take_phrase(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice s)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		struct tug_slice rest;
		bool ok = ends_with(s, "... OK");

		if (!tug_dg_starts(s, phrases[i].text, &rest) || !tug_dg_starts(rest, "...", NULL)) {
			if (!tug_dg_starts(s, "Marking", NULL) || !tug_dg_starts(s, phrases[i].text, NULL)) {
				continue;
			}
		}
		if (ok) {
			tug_dg_dump_run_named(d, l, &st->run, phrases[i].op, phrases[i].group, phrases[i].id);
			st->run.cli.confirm = st->run.cli.confirm || tug_dg_find(s, "permanent") != NULL;
			note_real(st);
			st->fresh = false;
			tug_dg_dump_keep(&st->ok, l);
		} else if (ends_with(s, "timeout") && !st->was_silent) {
			tug_dg_dump_run_named(d, l, &st->run, phrases[i].op, phrases[i].group, phrases[i].id);
			tug_dg_dump_run_silent(d, l, &st->run);
		}
		st->was_silent = false;
		return;
	}
}

static bool take_spinner(struct tug_diag *d, struct state *st, struct tug_dg_line *l)
{
	struct tug_slice s = tug_dg_lean(l), t = unspin(s);
	bool spun = t.p != s.p;

	if (!tug_dg_may(l, "...") || tug_dg_find(t, "...") == NULL ||
	    !(spun || st->rich || ends_with(t, "... OK") || ends_with(t, "timeout") || ends_with(t, "error"))) {
		return false;
	}
	if (tug_dg_starts(t, "Connecting to ", NULL)) {
		bool ble = strcmp(tug_dg_facts(d)->smp.client.transport, "ble") == 0;

		end_wrap(d, st);
		settle(d, st);
		if (ble && ends_with(t, "... OK")) {
			tug_dg_link_up(d, l);
		} else if (ble && ends_with(t, "error")) {
			tug_dg_link_down(d, l, -1);
		}
		return true;
	}
	if (!tug_dg_starts(t, "Waiting ", NULL) && !tug_dg_starts(t, "Marking uploaded image", NULL)) {
		return false;
	}
	end_wrap(d, st);
	settle(d, st);
	take_phrase(d, st, l, t);
	return true;
}

/* "file.bin ━━━━ 100.0% • 3.7/3.7 kB • 347.8 kB/s • 0:00:00" */
static bool take_bar(struct tug_diag *d, struct state *st, const struct tug_dg_line *l)
{
	struct tug_slice s = tug_dg_line_after(l, "% \xe2\x80\xa2 "), head;
	uint64_t off, len, frac;

	if (s.p == NULL) {
		return false;
	}
	end_wrap(d, st);
	head = tug_slice_of(l->text.p, (size_t)(s.p - l->text.p));
	if (tug_dg_number(&s, &off)) {
		if (s.len > 0 && s.p[0] == '.') {
			s = tug_slice_of(s.p + 1, s.len - 1);
			tug_dg_number(&s, &frac);
			off = off * 1000 + frac * 100;
		}
		len = tug_dg_find(head, "100.0%") != NULL && off > 0 ? off : 0;
		tug_dg_dump_run_progress(d, l, &st->run, off, len, false);
		note_real(st);
		if (len > 0) {
			tug_dg_dump_run_done(d, l, &st->run);
		}
	}
	return true;
}

/* A usage error of the command line, in a box. */
static bool take_usage(struct state *st, struct tug_slice s)
{
	if (tug_dg_starts(s, "Usage: smpmgr", NULL) || tug_dg_starts(s, "Try 'smpmgr", NULL)) {
		st->usage = true;
		return true;
	}
	if (!st->usage) {
		return false;
	}
	if (tug_dg_starts(s, "\xe2\x95\xb0", NULL)) { /* the lower left corner */
		st->usage = false;
		return true;
	}
	st->usage = tug_dg_starts(s, "\xe2\x94\x82", NULL) || tug_dg_starts(s, "\xe2\x95\xad", NULL);
	return st->usage;
}

static bool take_other(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice s)
{
	if (tug_dg_starts(s, "splitStatus:", NULL)) {
		return true;
	}
	if (tug_dg_is(s, "No images on device!")) {
		tug_dg_dump_list_begin(&st->list, l);
		st->ok.no = 0;
		return true;
	}
	if (tug_dg_is(s, "Upgrade complete.")) {
		settle(d, st);
		tug_dg_step(d, l, TUG_STEP_SUCCESS);
		return true;
	}
	if (tug_dg_may(l, "header=Header(op=<") && tug_dg_find(s, "header=Header(op=<") != NULL) {
		take_message(d, st, l, s);
		return true;
	}
	if (!tug_dg_may(l, "smp") || tug_dg_find(s, "smp") == NULL) {
		return false; /* all that follows names it */
	}
	return tug_dg_starts(s, "smpclient.", NULL) || tug_dg_starts(s, "smp.exceptions", NULL) ||
	       tug_dg_find(s, "site-packages/smp") != NULL || tug_dg_find(s, "site-packages\\smp") != NULL;
}

static bool take_cli(struct tug_diag *d, struct state *st, struct tug_dg_line *l, struct tug_slice s)
{
	struct tug_dg_dump_cli cli;

	if (!tug_dg_dump_cli_of(l, s, TUG_SRC_SMPMGR, &cli)) {
		return false;
	}
	end_wrap(d, st);
	settle(d, st);
	st->n_requests = 0; /* sequence numbers begin anew */
	tug_dg_dump_run_begin(d, l, &st->run, &cli);
	return true;
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	struct state *st = state;
	struct tug_slice s = tug_dg_lean(l);

	l->src |= TUG_SRC_SMPMGR;
	if (take_rich(d, st, l) || take_logfile(d, st, l) || take_continued(st, l) || take_image(d, st, l, s) ||
	    take_object(d, st, l)) {
		return TUG_MINE;
	}
	if (st->list.open && s.len > 0) {
		tug_dg_dump_run_list(d, &st->run, &st->list, TUG_SRC_SMPMGR);
	}
	if (take_cli(d, st, l, s) || take_spinner(d, st, l) || take_bar(d, st, l) || take_usage(st, s) ||
	    take_other(d, st, l, s)) {
		return TUG_MINE;
	}
	if (s.len > 0) {
		end_wrap(d, st);
	}
	l->src &= (uint16_t)~TUG_SRC_SMPMGR;
	return TUG_NOT_MINE;
}

static void end(struct tug_diag *d, void *state)
{
	struct state *st = state;

	end_wrap(d, st);
	tug_dg_dump_run_list(d, &st->run, &st->list, TUG_SRC_SMPMGR);
	settle(d, st);
	tug_dg_dump_run_end(d, &st->run);
}

const struct tug_reader tug_reader_smpmgr = {
	.kind = "smpmgr output",
	.expect = "output or a log file of smpmgr or smpclient, best with --loglevel DEBUG",
	.src = TUG_SRC_SMPMGR,
	.state_size = sizeof(struct state),
	.line = line,
	.end = end,
};
