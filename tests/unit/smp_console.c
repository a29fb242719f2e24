/* SPDX-License-Identifier: Apache-2.0
 *
 * Console lines: what comes out of a receiver is the frame that went in, or nothing, whatever happens on the way.
 */
#include "smp_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tug/smp_frame.h>

#define MAX_FRAME 4096u

/* A receiver with what it has given so far. */
struct sink {
	struct tug_console_rx rx;
	uint8_t store[MAX_FRAME + 4];
	uint8_t frame[MAX_FRAME]; /* last frame */
	size_t frame_len;
	unsigned frames;
	unsigned drops;
	int err;             /* last drop */
	uint8_t text[16384]; /* all text */
	size_t text_len;
	unsigned texts;
};

static void sink_init(struct sink *s, uint8_t flags)
{
	s->frame_len = 0;
	s->text_len = 0;
	s->frames = s->drops = s->texts = 0;
	s->err = 0;
	tug_console_rx_init(&s->rx, tug_buf_of(s->store, sizeof(s->store)), flags);
}

static void note(struct sink *s, const struct tug_rx_event *ev)
{
	switch (ev->kind) {
	case TUG_RX_FRAME:
		assert_true(ev->data.len <= sizeof(s->frame));
		memcpy(s->frame, ev->data.p, ev->data.len);
		s->frame_len = ev->data.len;
		s->frames++;
		break;
	case TUG_RX_TEXT:
		assert_true(ev->data.len > 0 && s->text_len + ev->data.len <= sizeof(s->text));
		memcpy(s->text + s->text_len, ev->data.p, ev->data.len);
		s->text_len += ev->data.len;
		s->texts++;
		/* at most one line at a time */
		assert_true(memchr(ev->data.p, '\n', ev->data.len - 1) == NULL);
		break;
	case TUG_RX_DROP:
		assert_true(ev->err < 0);
		assert_int_equal(ev->data.len, 0);
		s->drops++;
		s->err = ev->err;
		break;
	case TUG_RX_NONE:
		break;
	}
}

static void feed_slice(struct sink *s, struct tug_slice in, uint64_t now_ms)
{
	struct tug_rx_event ev;
	size_t most = 2 * in.len + 4;
	size_t rounds = 0;
	do {
		tug_console_rx_feed(&s->rx, &in, now_ms, &ev);
		note(s, &ev);
		assert_true(++rounds <= most); /* always gets on */
	} while (ev.kind != TUG_RX_NONE);
	assert_int_equal(in.len, 0);
}

static void feed_at(struct sink *s, const void *p, size_t len, uint64_t now_ms)
{
	struct octets o = octets_of(p, len);
	feed_slice(s, octets_slice(&o), now_ms);
	octets_free(&o);
}

static void feed(struct sink *s, const char *z)
{
	feed_at(s, z, strlen(z), 0);
}

static bool has_frame(const struct sink *s, const struct octets *frame)
{
	return s->frame_len == frame->len && memcmp(s->frame, frame->p, frame->len) == 0;
}

/* The lines of a vector as octets. */
static struct octets lines_of(const struct vec *v)
{
	static uint8_t raw[4096];
	size_t n = 0;
	const char *z;
	for (size_t i = 0; (z = vec_get(v, "L", i)) != NULL; i++) {
		assert_true(strncmp(z, "^F^I", 4) == 0 || strncmp(z, "^D^T", 4) == 0);
		raw[n++] = z[1] == 'F' ? 0x06 : 0x04;
		raw[n++] = z[1] == 'F' ? 0x09 : 0x14;
		memcpy(raw + n, z + 4, strlen(z + 4));
		n += strlen(z + 4);
		raw[n++] = '\n';
	}
	return octets_of(raw, n);
}

static struct octets encoded(const struct octets *frame, bool zephyr)
{
	static uint8_t raw[16384];
	struct tug_buf b = tug_buf_of(raw, sizeof(raw));
	assert_int_equal(zephyr ? tug_console_encode_zephyr(octets_slice(frame), &b) :
				  tug_console_encode(octets_slice(frame), &b), TUG_OK);
	return octets_of(raw, b.len);
}

static const uint8_t flavours[] = { TUG_CONSOLE_CLIENT, TUG_CONSOLE_SERVER, TUG_CONSOLE_SERVER | TUG_CONSOLE_LF_ONLY };

/* ---- vectors ---- */

static void check_vector(const struct vec *v)
{
	struct octets frame = vec_hex(v, "frame");
	struct octets lines = lines_of(v);
	const char *cut = vec_get(v, "cut", 0);
	struct sink *s = malloc(sizeof(*s));

	for (int zephyr = 0; zephyr <= 1; zephyr++) {
		struct octets own = encoded(&frame, zephyr != 0);
		bool same = own.len == lines.len && memcmp(own.p, lines.p, own.len) == 0;
		assert_int_equal(own.len, tug_console_encoded_len(frame.len));
		assert_int_equal(same, strcmp(cut, "any") == 0 || strcmp(cut, zephyr != 0 ? "zephyr" : "plain") == 0);
		octets_free(&own);
	}
	for (size_t fl = 0; fl < sizeof(flavours); fl++) {
		for (size_t k = 0; k <= lines.len; k++) { /* every split point */
			sink_init(s, flavours[fl]);
			feed_at(s, lines.p, k, 1);
			assert_int_equal(s->frames, k == lines.len ? 1 : 0); /* never from a part */
			feed_at(s, lines.p + k, lines.len - k, 2);
			assert_int_equal(s->frames, 1);
			assert_true(has_frame(s, &frame));
			assert_int_equal(s->drops + s->texts, 0);
		}
		sink_init(s, flavours[fl]);
		for (size_t k = 0; k < lines.len; k++) { /* octet by octet */
			feed_at(s, lines.p + k, 1, k);
		}
		assert_int_equal(s->frames, 1);
		assert_true(has_frame(s, &frame));
	}
	free(s);
	octets_free(&lines);
	octets_free(&frame);
}

/* Cut off anywhere: nothing comes out, and the next whole frame does. */
static void check_truncation(const struct octets *lines, const struct octets *frame)
{
	struct sink *s = malloc(sizeof(*s));
	for (size_t fl = 0; fl < sizeof(flavours); fl++) {
		for (size_t k = 0; k < lines->len; k++) {
			sink_init(s, flavours[fl]);
			feed_at(s, lines->p, k, 0);
			assert_int_equal(s->frames, 0);
			feed(s, "\n"); /* as every client begins */
			unsigned early = s->frames;
			assert_true(early == 0 || (k == lines->len - 1 && has_frame(s, frame)));
			feed_at(s, lines->p, lines->len, 0);
			assert_int_equal(s->frames, early + 1);
			assert_true(has_frame(s, frame));
		}
	}
	free(s);
}

/* Any octet with any other value: the original frame or none, and the next whole frame comes through. */
static unsigned check_corruption(const struct octets *lines, const struct octets *frame, unsigned *harmless)
{
	struct sink *s = malloc(sizeof(*s));
	struct octets bad = octets_of(lines->p, lines->len);
	unsigned n = 0;
	for (size_t fl = 0; fl < sizeof(flavours); fl++) {
		for (size_t k = 0; k < bad.len; k++) {
			for (unsigned x = 1; x < 256; x++) {
				bad.p[k] = (uint8_t)(lines->p[k] ^ x);
				sink_init(s, flavours[fl]);
				feed_slice(s, octets_slice(&bad), 0);
				assert_true(s->frames <= 1);
				if (s->frames == 1) {
					assert_true(has_frame(s, frame));
					(*harmless)++;
				}
				unsigned before = s->frames;
				feed_slice(s, tug_slice_of("\n", 1), 0);
				before = s->frames > before ? s->frames : before;
				assert_true(s->frames == 0 || has_frame(s, frame));
				feed_slice(s, octets_slice(lines), 0);
				assert_int_equal(s->frames, before + 1);
				assert_true(has_frame(s, frame));
				n++;
			}
			bad.p[k] = lines->p[k];
		}
	}
	octets_free(&bad);
	free(s);
	return n;
}

static void test_vectors(void **state)
{
	struct vec v = { .n = 0 };
	void *f = vec_open("smp-console.txt");
	unsigned n = 0;
	unsigned mutants = 0;
	unsigned harmless = 0;
	(void)state;
	while (vec_next(f, &v)) {
		struct octets frame = vec_hex(&v, "frame");
		struct octets lines = lines_of(&v);
		check_vector(&v);
		check_truncation(&lines, &frame);
		mutants += check_corruption(&lines, &frame, &harmless);
		octets_free(&lines);
		octets_free(&frame);
		n++;
	}
	assert_int_equal(n, 6);
	print_message("%u line sets, %u corrupted, %u of them still give the frame, none another\n", n, mutants, harmless);
}

/* ---- text around frames ---- */

static const char echo_rsp[] = "\x06\x09" "ABQLAAAKAAABAL9hcmVoZWxsb//0JA==\n";
static const char echo_first[] = "\x06\x09" "AHQLAABqAAABAL9hcnhkeXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5"
				 "eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5\n";
static const char echo_next[] = "\x04\x14" "eXl5eXl5eXl5eXl5eXl5eXl5eXl5ef8wRg==\n";

static void check_text(struct sink *s, unsigned frames, const char *text)
{
	assert_int_equal(s->frames, frames);
	if (s->text_len != strlen(text) || memcmp(s->text, text, s->text_len) != 0) {
		print_error("text is: %.*s\n", (int)s->text_len, (const char *)s->text);
	}
	assert_int_equal(s->text_len, strlen(text));
	assert_memory_equal(s->text, text, s->text_len);
}

static void test_text(void **state)
{
	static struct sink s;
	struct tug_rx_event ev;
	(void)state;

	/* whole lines, ANSI colours, CR LF, empty lines */
	sink_init(&s, TUG_CONSOLE_CLIENT);
	feed(&s, "*** Booting ***\r\n\n\x1b[0;32m[00:00:01] <inf> main: up\x1b[0m\r\n");
	feed(&s, echo_rsp);
	feed(&s, "after\n");
	check_text(&s, 1, "*** Booting ***\r\n\n\x1b[0;32m[00:00:01] <inf> main: up\x1b[0m\r\nafter\n");
	assert_int_equal(s.texts, 4);

	/* the marker in mid-line, behind half a log line or a prompt */
	sink_init(&s, TUG_CONSOLE_CLIENT);
	feed(&s, "[00:00:02] <wrn> half a l");
	feed(&s, echo_rsp);
	feed(&s, "ine\nuart:~$ \x1b[m");
	feed(&s, echo_rsp);
	check_text(&s, 2, "[00:00:02] <wrn> half a line\nuart:~$ \x1b[m");
	assert_int_equal(s.drops, 0);

	/* text between the lines of one frame, and in front of the second one's marker */
	sink_init(&s, TUG_CONSOLE_CLIENT);
	feed(&s, echo_first);
	feed(&s, "log\nmore");
	feed(&s, echo_next);
	check_text(&s, 1, "log\nmore");

	/* octets of a marker that are none */
	sink_init(&s, TUG_CONSOLE_CLIENT);
	feed(&s, "a\x06" "b\x04" "c\x06\x06" "d\x04\x06" "e\tf\x14\n\x06\n\x04\n\x06\x06\x09" "AAAA!\n");
	check_text(&s, 0, "a\x06" "b\x04" "c\x06\x06" "d\x04\x06" "e\tf\x14\n\x06\n\x04\n\x06");

	/* a prompt that never ends its line, shown on demand; half a marker too */
	sink_init(&s, TUG_CONSOLE_CLIENT);
	feed(&s, "login: \x06");
	check_text(&s, 0, "");
	tug_console_rx_flush(&s.rx, &ev);
	note(&s, &ev);
	check_text(&s, 0, "login: \x06");
	tug_console_rx_flush(&s.rx, &ev);
	assert_int_equal(ev.kind, TUG_RX_NONE);
	feed(&s, echo_rsp);
	check_text(&s, 1, "login: \x06");

	/* servers keep no text */
	sink_init(&s, TUG_CONSOLE_SERVER);
	feed(&s, "junk\n\nmore junk\n");
	feed(&s, echo_rsp);
	check_text(&s, 1, "");
	tug_console_rx_flush(&s.rx, &ev);
	assert_int_equal(ev.kind, TUG_RX_NONE);
}

static void test_long_text(void **state)
{
	static struct sink s;
	static char line[2000];
	(void)state;
	for (size_t n = 200; n < 1100; n += 7) {
		memset(line, 'x', n);
		line[n / 2] = 0x06; /* may fall on the end of a piece */
		memcpy(line + n, "\n", 2);
		sink_init(&s, TUG_CONSOLE_CLIENT);
		feed(&s, line);
		feed(&s, echo_rsp);
		check_text(&s, 1, line);
	}
}

/* ---- resynchronisation ---- */

static void test_resync(void **state)
{
	static struct sink s;
	(void)state;
	for (size_t fl = 0; fl < 2; fl++) {
		sink_init(&s, flavours[fl]);
		feed(&s, echo_first); /* never continued */
		feed(&s, echo_rsp);
		assert_int_equal(s.frames, 1);
		assert_int_equal(s.drops, 1);
		assert_int_equal(s.err, TUG_ETRUNC);
		feed(&s, echo_next); /* a continuation of nothing is ignored */
		assert_int_equal(s.frames, 1);
		assert_int_equal(s.drops, 1);
		feed(&s, echo_first);
		feed(&s, echo_next);
		assert_int_equal(s.frames, 2);
		feed(&s, "\x06\x09\n"); /* a first line without data */
		feed(&s, echo_rsp);
		assert_int_equal(s.frames, 3);
		assert_int_equal(s.drops, 1);
	}
	/* client: a lost newline between the lines of a frame, or behind a frame, does not matter */
	sink_init(&s, TUG_CONSOLE_CLIENT);
	feed_at(&s, echo_first, strlen(echo_first) - 1, 0);
	feed(&s, echo_next);
	feed_at(&s, echo_rsp, strlen(echo_rsp) - 1, 0);
	assert_int_equal(s.frames, 1);
	feed(&s, echo_rsp);
	assert_int_equal(s.frames, 3);
	assert_int_equal(s.drops, 0);
	/* client: garbage of a first line in front of the real one */
	feed(&s, "\x06\x09" "AB");
	feed(&s, echo_rsp);
	assert_int_equal(s.frames, 4);
	assert_int_equal(s.err, TUG_EBASE64);
	/* server: junk without a newline in front kills a frame, a newline first saves it */
	sink_init(&s, TUG_CONSOLE_SERVER);
	feed(&s, "junk");
	feed(&s, echo_rsp);
	assert_int_equal(s.frames, 0);
	feed(&s, "junk\n");
	feed(&s, echo_rsp);
	assert_int_equal(s.frames, 1);
}

/* Servers before 3.2 begin every line of a frame with 06 09. */
static void test_repeated_first_marker(void **state)
{
	static struct sink s;
	uint64_t rng = rng_seed();
	(void)state;
	for (size_t len = 8; len < 700; len++) {
		uint8_t raw[700];
		struct tug_smp_hdr hdr = { .op = 1, .len = (uint16_t)(len - 8), .seq = (uint8_t)len };
		tug_smp_hdr_encode(&hdr, raw);
		for (size_t i = 8; i < len; i++) {
			raw[i] = (uint8_t)rng_next(&rng);
		}
		struct octets frame = octets_of(raw, len);
		struct octets lines = encoded(&frame, len % 2 != 0);
		for (size_t i = 0; i + 1 < lines.len; i++) {
			if (lines.p[i] == 0x04) {
				lines.p[i] = 0x06;
				lines.p[i + 1] = 0x09;
			}
		}
		sink_init(&s, TUG_CONSOLE_CLIENT);
		feed_at(&s, lines.p, lines.len, 0);
		assert_int_equal(s.frames, 1);
		assert_true(has_frame(&s, &frame));
		assert_int_equal(s.drops, 0);
		/* cut off, then the whole frame: starts over */
		sink_init(&s, TUG_CONSOLE_CLIENT);
		feed_at(&s, lines.p, rng_below(&rng, lines.len), 0);
		feed(&s, "\n");
		unsigned before = s.frames;
		feed_at(&s, lines.p, lines.len, 0);
		assert_int_equal(s.frames, before + 1);
		assert_true(has_frame(&s, &frame));
		octets_free(&lines);
		octets_free(&frame);
	}
}

/* Octets of a body that look like total and header, but for flags that no server sets, are a continuation. */
static void test_body_like_a_first_line(void **state)
{
	static struct sink s;
	(void)state;
	for (unsigned flags = 0; flags <= 1; flags++) {
		uint8_t raw[120] = { 1, 0, 0, 112, 0, 0, 1, 0 };
		tug_put_be16(raw + 91, 29 - 4 + 2); /* octet 93 of total | frame | CRC: where the second line begins */
		raw[93] = 1;
		raw[94] = (uint8_t)flags;
		tug_put_be16(raw + 95, 29 - 4 - 8);
		struct octets frame = octets_of(raw, sizeof(raw));
		struct octets lines = encoded(&frame, false);
		lines.p[TUG_CONSOLE_LINE_MAX] = 0x06;
		lines.p[TUG_CONSOLE_LINE_MAX + 1] = 0x09;
		sink_init(&s, TUG_CONSOLE_CLIENT);
		feed_at(&s, lines.p, lines.len, 0);
		assert_int_equal(s.frames, flags);
		assert_int_equal(s.drops > 0, flags == 0);
		octets_free(&lines);
		octets_free(&frame);
	}
}

static void test_timeout(void **state)
{
	static struct sink s;
	(void)state;
	for (size_t fl = 0; fl < 2; fl++) {
		sink_init(&s, flavours[fl]);
		feed_at(&s, echo_first, strlen(echo_first), 1000);
		feed_at(&s, echo_next, 5, 3999); /* in time */
		feed_at(&s, "", 0, 6998);
		assert_int_equal(s.drops, 0);
		feed_at(&s, echo_next + 5, strlen(echo_next) - 5, 6998);
		assert_int_equal(s.frames, 1);
		feed_at(&s, echo_first, strlen(echo_first), 10000);
		feed_at(&s, "", 0, 13000); /* late, noticed without an octet */
		assert_int_equal(s.drops, 1);
		assert_int_equal(s.err, TUG_ETIMEOUT);
		feed_at(&s, echo_next, strlen(echo_next), 13001);
		assert_int_equal(s.frames, 1);
		feed_at(&s, echo_first, 20, 20000); /* late in mid-line: the rest of that line is of no use */
		feed_at(&s, echo_first + 20, strlen(echo_first) - 20, 30000);
		feed_at(&s, echo_next, strlen(echo_next), 30000);
		assert_int_equal(s.frames, 1);
		assert_int_equal(s.drops, 2);
		feed_at(&s, echo_rsp, strlen(echo_rsp), 90000); /* a complete frame does not age */
		feed_at(&s, "", 0, 99000);
		assert_int_equal(s.frames, 2);
		assert_int_equal(s.drops, 2);
		assert_int_equal(s.text_len, 0);
	}
	/* a slow line is no pause */
	sink_init(&s, TUG_CONSOLE_CLIENT);
	for (size_t i = 0; i < strlen(echo_rsp); i++) {
		feed_at(&s, echo_rsp + i, 1, 2000 * i);
	}
	assert_int_equal(s.frames, 1);
	/* a clock that goes back ages nothing; half a marker in mid-line is given up with its frame */
	sink_init(&s, TUG_CONSOLE_CLIENT);
	feed_at(&s, echo_first, 30, 5000);
	feed_at(&s, "", 0, 1);
	assert_int_equal(s.drops, 0);
	feed_at(&s, "\x04", 1, 5000);
	feed_at(&s, "x\ntext\n", 7, 9000);
	assert_int_equal(s.err, TUG_ETIMEOUT);
	check_text(&s, 0, "text\n");
}

/* ---- limits ---- */

static void test_storage_border(void **state)
{
	static struct sink s;
	(void)state;
	for (size_t len = 8; len < 400; len++) {
		uint8_t raw[404] = { 1 };
		tug_put_be16(raw + 2, (uint16_t)(len - 8));
		struct octets frame = octets_of(raw, len);
		struct octets lines = encoded(&frame, false);
		for (size_t fl = 0; fl < 2; fl++) {
			for (size_t spare = 0; spare <= 1; spare++) {
				struct octets store = octets_of(raw, len + TUG_CONSOLE_OVERHEAD - spare);
				sink_init(&s, flavours[fl]);
				tug_console_rx_init(&s.rx, tug_buf_of(store.p, store.len), flavours[fl]);
				feed_at(&s, lines.p, lines.len, 0);
				assert_int_equal(s.frames, 1 - spare);
				assert_int_equal(s.drops, spare);
				assert_int_equal(s.err, spare != 0 ? TUG_ETOOBIG : 0);
				octets_free(&store);
			}
		}
		octets_free(&lines);
		octets_free(&frame);
	}
	/* storage that holds nothing at all */
	for (size_t cap = 0; cap < 4; cap++) {
		struct octets store = octets_of("abc", cap < 3 ? cap : 3);
		sink_init(&s, TUG_CONSOLE_SERVER);
		tug_console_rx_init(&s.rx, tug_buf_of(store.p, store.len), TUG_CONSOLE_SERVER);
		feed(&s, echo_rsp);
		assert_int_equal(s.frames, 0);
		assert_int_equal(s.err, TUG_ETOOBIG);
		octets_free(&store);
	}
}

/* Lines of any length: a client takes them, a server as long as they fit Zephyr's line buffer. */
static void test_line_length(void **state)
{
	static struct sink s;
	(void)state;
	for (size_t b64 = 4; b64 <= 1024; b64 += 4) {
		uint8_t raw[1024 / 4 * 3];
		uint8_t out[2048] = { 0x06, 0x09 };
		size_t n = b64 / 4 * 3;
		struct tug_buf b = tug_buf_of(out, sizeof(out));
		if (n < 12) {
			continue;
		}
		memset(raw, 7, sizeof(raw));
		tug_put_be16(raw, (uint16_t)(n - 2));
		tug_put_be16(raw + n - 2, tug_crc16(0, tug_slice_of(raw + 2, n - 4)));
		b.len = 2;
		assert_int_equal(tug_base64_encode(tug_slice_of(raw, n), &b), TUG_OK);
		out[b.len++] = '\n';
		sink_init(&s, TUG_CONSOLE_CLIENT);
		feed_at(&s, out, b.len, 0);
		assert_int_equal(s.frames, 1);
		sink_init(&s, TUG_CONSOLE_SERVER);
		feed_at(&s, out, b.len, 0);
		assert_int_equal(s.frames, b.len <= 128 ? 1 : 0);
		assert_int_equal(s.drops, b.len <= 128 ? 0 : 1);
		feed(&s, echo_rsp);
		assert_int_equal(s.frames, b.len <= 128 ? 2 : 1);
	}
}

static void test_line_ends(void **state)
{
	static struct sink s;
	char crlf[64];
	(void)state;
	snprintf(crlf, sizeof(crlf), "%.*s\r\n", (int)strlen(echo_rsp) - 1, echo_rsp);
	for (size_t fl = 0; fl < sizeof(flavours); fl++) {
		sink_init(&s, flavours[fl]);
		feed(&s, crlf);
		bool lf_only = (flavours[fl] & TUG_CONSOLE_LF_ONLY) != 0;
		assert_int_equal(s.frames, lf_only ? 0 : 1);
		assert_int_equal(s.err, lf_only ? TUG_EBASE64 : 0);
		feed(&s, echo_rsp);
		assert_int_equal(s.frames, lf_only ? 1 : 2);
	}
}

static void test_drops(void **state)
{
	static const struct {
		const char *line;
		int err;
	} rows[] = {
		{ "\x06\x09" "ABQLAAAKAAABAL9hcmVoZWxsb//0JQ==\n", TUG_ECRC },
		{ "\x06\x09" "ABQLAAAKAAABAL9hcmVoZWxsbP/0JA==\n", TUG_ECRC },
		{ "\x06\x09" "ABMLAAAKAAABAL9hcmVoZWxsb//0JA==\n", TUG_ELEN },
		{ "\x06\x09" "AAkLAAAKAAAB\n", TUG_ELEN },
		{ "\x06\x09" "AAAA\n", TUG_ELEN },
		{ "\x06\x09" "//8LAAAKAAABAL9hcmVoZWxsb//0JA==\n", TUG_ETOOBIG },
		{ "\x06\x09" "ABQLAAAKAAABAL9hcmVoZWxsb//0JA=\n", TUG_EBASE64 },
		{ "\x06\x09" "ABQLAAAKAAABAL9hcmVoZWxsb//0JA==AAAA\n", TUG_EBASE64 },
		{ "\x06\x09" "ABQLAAAKAAABAL9hcm*oZWxsb//0JA==\n", TUG_EBASE64 },
		{ "\x06\x09" "hello, this is a log line\n", TUG_ETOOBIG },
		{ "\x06\x09" "log line\n", TUG_EBASE64 },
		{ "\x06\x09" "<inf> log line\n", TUG_EBASE64 },
	};
	static struct sink s;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t fl = 0; fl < sizeof(flavours); fl++) {
			sink_init(&s, flavours[fl]);
			feed(&s, rows[i].line);
			if (s.drops != 1 || s.err != rows[i].err) {
				print_error("%s: %s\n", rows[i].line + 2, tug_err_name(s.err));
			}
			assert_int_equal(s.drops, 1);
			assert_int_equal(s.err, rows[i].err);
			assert_int_equal(s.frames, 0);
			feed(&s, echo_rsp);
			assert_int_equal(s.frames, 1);
		}
	}
}

/* ---- encoders ---- */

static void check_lines(const struct octets *lines, size_t raw_len, bool zephyr)
{
	size_t at = 0;
	size_t total = 0;
	size_t last = 0;
	while (at < lines->len) {
		const uint8_t *nl = memchr(lines->p + at, '\n', lines->len - at);
		uint8_t raw[128];
		struct tug_buf b = tug_buf_of(raw, sizeof(raw));
		assert_non_null(nl);
		size_t n = (size_t)(nl - (lines->p + at)) + 1;
		assert_true(n <= TUG_CONSOLE_LINE_MAX);
		assert_int_equal(lines->p[at], at == 0 ? 0x06 : 0x04);
		assert_int_equal(tug_base64_decode(tug_slice_of(lines->p + at + 2, n - 3), &b), TUG_OK);
		last = b.len;
		total += last;
		at += n;
		assert_true(at == lines->len || last == 93 || (zephyr && last == 90));
	}
	assert_int_equal(total, raw_len);
	assert_true(!zephyr || last >= 3 || raw_len <= 93); /* the CRC stands beside data */
}

static void test_encoders(void **state)
{
	static uint8_t raw[MAX_FRAME];
	(void)state;
	for (size_t len = 8; len < 1000; len++) {
		struct octets frame = octets_of(raw, len);
		for (int zephyr = 0; zephyr <= 1; zephyr++) {
			struct octets lines = encoded(&frame, zephyr != 0);
			struct octets small = octets_of(lines.p, lines.len - 1);
			struct tug_buf b = tug_buf_of(small.p, small.len);
			assert_int_equal(lines.len, tug_console_encoded_len(len));
			check_lines(&lines, len + 4, zephyr != 0);
			assert_int_equal(zephyr != 0 ? tug_console_encode_zephyr(octets_slice(&frame), &b) :
						       tug_console_encode(octets_slice(&frame), &b), TUG_ENOSPACE);
			assert_int_equal(b.len, 0);
			octets_free(&small);
			octets_free(&lines);
		}
		octets_free(&frame);
	}
	static uint8_t big[65536];
	static uint8_t out[131072];
	struct tug_buf b = tug_buf_of(out, sizeof(out));
	assert_int_equal(tug_console_encode(tug_slice_of(big, 65534), &b), TUG_ETOOBIG);
	assert_int_equal(tug_console_encode(tug_slice_of(big, 65533), &b), TUG_OK);
	static struct sink s;
	static uint8_t store[65540];
	struct tug_slice in = tug_buf_slice(&b);
	struct tug_rx_event ev;
	tug_console_rx_init(&s.rx, tug_buf_of(store, sizeof(store)), TUG_CONSOLE_CLIENT);
	tug_console_rx_feed(&s.rx, &in, 0, &ev);
	assert_int_equal(ev.kind, TUG_RX_FRAME);
	assert_int_equal(ev.data.len, 65533);
}

/* ---- everything at once ---- */

static void test_random_streams(void **state)
{
	static struct sink s;
	static uint8_t stream[32768];
	static uint8_t text[16384];
	uint64_t rng = rng_seed();
	(void)state;
	for (int round = 0; round < 300; round++) {
		bool server = round % 2 != 0;
		uint8_t raw[600];
		size_t len = 8 + rng_below(&rng, 592);
		size_t n = 0;
		size_t text_n = 0;
		for (size_t i = 0; i < len; i++) {
			raw[i] = (uint8_t)rng_next(&rng);
		}
		struct octets frame = octets_of(raw, len);
		for (int k = 0; k < 5; k++) {
			struct octets lines = encoded(&frame, rng_below(&rng, 2) != 0);
			for (size_t i = 0; i < lines.len; i++) {
				bool at_start = i == 0 || lines.p[i - 1] == '\n';
				size_t chars = at_start ? rng_below(&rng, 300) : 0;
				for (size_t c = 0; c < chars; c++) {
					text[text_n++] = stream[n++] = (uint8_t)(' ' + rng_below(&rng, 90));
				}
				if (chars > 0 && server) {
					text[text_n++] = stream[n++] = '\n';
				}
				stream[n++] = lines.p[i];
			}
			octets_free(&lines);
		}
		sink_init(&s, server ? TUG_CONSOLE_SERVER : TUG_CONSOLE_CLIENT);
		for (size_t at = 0; at < n;) {
			size_t piece = 1 + rng_below(&rng, 64);
			piece = piece < n - at ? piece : n - at;
			feed_at(&s, stream + at, piece, (uint64_t)at);
			at += piece;
		}
		assert_int_equal(s.frames, 5);
		assert_true(has_frame(&s, &frame));
		assert_int_equal(s.drops, 0);
		assert_int_equal(s.text_len, server ? 0 : text_n);
		assert_memory_equal(s.text, text, s.text_len);
		octets_free(&frame);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),       cmocka_unit_test(test_text),
		cmocka_unit_test(test_long_text),     cmocka_unit_test(test_resync),
		cmocka_unit_test(test_repeated_first_marker), cmocka_unit_test(test_body_like_a_first_line),
		cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_storage_border), cmocka_unit_test(test_line_length),
		cmocka_unit_test(test_line_ends),     cmocka_unit_test(test_drops),
		cmocka_unit_test(test_encoders),      cmocka_unit_test(test_random_streams),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
