/* SPDX-License-Identifier: Apache-2.0
 *
 * Recognises frames by their form: console markers first, then hex, then base64, then hex inside a line of a
 * log. Knows no commands. Called by decode.
 */
#include <stdlib.h>
#include <string.h>

#include "frames_in_priv.h"

/* A frame of 65535 octets of body, its header, length and CRC. */
#define FRAME_CAP (65535u + 16u)

static bool is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_base64(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/' ||
	       c == '=';
}

static void give(struct tug_frames_in *in, enum tug_piece kind, struct tug_slice data, int err)
{
	in->piece(in->user, kind, data, err);
}

/* Frames back to back; the last one may be cut off. */
static void give_frames(struct tug_frames_in *in, struct tug_slice octets)
{
	struct tug_slice frame, all = octets;
	int got;

	while (octets.len >= TUG_SMP_HDR_LEN && (got = tug_dgram_next(&octets, &frame)) != 0) {
		give(in, TUG_PIECE_FRAME, frame, TUG_OK);
		if (got < 0) {
			return;
		}
	}
	if (octets.len > 0 || all.len == 0) {
		give(in, TUG_PIECE_FRAME, octets, TUG_ETRUNC);
	}
}

static void feed_console(struct tug_frames_in *in, struct tug_slice line)
{
	struct tug_rx_event ev;

	do {
		tug_console_rx_feed(&in->rx, &line, 0, &ev);
		if (ev.kind == TUG_RX_FRAME) {
			give(in, TUG_PIECE_FRAME, ev.data, TUG_OK);
		} else if (ev.kind == TUG_RX_DROP) {
			give(in, TUG_PIECE_BAD, ev.data, ev.err);
		} else if (ev.kind == TUG_RX_TEXT) {
			give(in, TUG_PIECE_TEXT, ev.data, TUG_OK);
		}
	} while (ev.kind != TUG_RX_NONE);
}

/* Does `s` begin with a console marker, as octets or as people write them (^F^I)? `*skip` = its characters. */
static bool marker(struct tug_slice s, size_t *skip, uint8_t out[2])
{
	static const struct {
		const char *text;
		uint8_t octets[2];
	} forms[] = {
		{ "\x06\x09", { 6, 9 } },	  { "\x04\x14", { 4, 20 } }, { "^F^I", { 6, 9 } },
		{ "^D^T", { 4, 20 } }, { "\\x06\\x09", { 6, 9 } }, { "\\x04\\x14", { 4, 20 } },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t n = strlen(forms[i].text);

		if (s.len > n && memcmp(s.p, forms[i].text, n) == 0) {
			*skip = n;
			out[0] = forms[i].octets[0];
			out[1] = forms[i].octets[1];
			return true;
		}
	}
	return false;
}

static bool take_console(struct tug_frames_in *in, struct tug_slice line)
{
	static const uint8_t newline = '\n';
	uint8_t octets[2];
	size_t skip;

	if (!marker(line, &skip, octets)) {
		return false;
	}
	feed_console(in, tug_slice_of(octets, 2));
	feed_console(in, tug_slice_of(line.p + skip, line.len - skip));
	feed_console(in, tug_slice_of(&newline, 1));
	return true;
}

static struct tug_slice trim(struct tug_slice s)
{
	while (s.len > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && (s.p[s.len - 1] <= ' ')) {
		s.len--;
	}
	return s;
}

/* Decode `text` as hex into `out` on the heap; NULL when it is none. */
static uint8_t *hex_octets(struct tug_slice text, size_t *len)
{
	struct tug_buf b = tug_buf_of(malloc(text.len / 2 + 1), text.len / 2 + 1);

	if (b.p == NULL || text.len < 2 || tug_hex_decode(text, &b) != TUG_OK || b.len == 0) {
		free(b.p);
		return NULL;
	}
	*len = b.len;
	return b.p;
}

/* Length, frame and CRC of a console frame; false when it is something else. */
static bool unwrap(struct tug_slice octets, struct tug_slice *frame)
{
	if (octets.len < 4u + TUG_SMP_HDR_LEN || tug_be16(octets.p) != octets.len - 2u) {
		return false;
	}
	*frame = tug_slice_of(octets.p + 2, octets.len - 4);
	return tug_crc16(0, tug_slice_of(octets.p + 2, octets.len - 2)) == 0;
}

static bool take_base64(struct tug_frames_in *in, struct tug_slice text)
{
	struct tug_buf b;
	struct tug_slice frame;
	bool good = text.len >= 12;

	for (size_t i = 0; i < text.len && good; i++) {
		good = is_base64(text.p[i]);
	}
	if (!good) {
		return false;
	}
	b = tug_buf_of(malloc(text.len), text.len);
	good = b.p != NULL && tug_base64_decode(text, &b) == TUG_OK && b.len >= TUG_SMP_HDR_LEN;
	if (good && unwrap(tug_buf_slice(&b), &frame)) {
		give(in, TUG_PIECE_FRAME, frame, TUG_OK);
	} else if (good) {
		give_frames(in, tug_buf_slice(&b));
	}
	free(b.p);
	return good;
}

/* Hex inside a line: after "0x", or the last word (tug's own log); at least a header of it. */
static bool take_inner_hex(struct tug_frames_in *in, struct tug_slice line)
{
	size_t at = line.len, end;
	uint8_t *octets;
	size_t len;

	for (size_t i = 0; i + 2 < line.len && at == line.len; i++) {
		if (line.p[i] == '0' && (line.p[i + 1] | 0x20) == 'x') {
			at = i + 2;
		}
	}
	if (at == line.len) {
		while (at > 0 && line.p[at - 1] > ' ') {
			at--;
		}
	}
	while (at < line.len && (line.p[at] == ')' || line.p[at] == ' ')) { /* "(0x) 01-00-..." */
		at++;
	}
	for (end = at; end < line.len && (is_hex(line.p[end]) || line.p[end] == '-' || line.p[end] == ':'); end++) {
	}
	octets = end - at >= (size_t)2 * TUG_SMP_HDR_LEN ? hex_octets(tug_slice_of(line.p + at, end - at), &len) : NULL;
	if (octets == NULL) {
		return false;
	}
	give_frames(in, tug_slice_of(octets, len));
	free(octets);
	return true;
}

static void take_line(struct tug_frames_in *in, struct tug_slice line)
{
	uint8_t *octets;
	size_t len;

	line = trim(line);
	if (line.len == 0 || line.p[0] == '#' || take_console(in, line)) { /* # = remarks of a frame log */
		return;
	}
	octets = hex_octets(line, &len);
	if (octets != NULL && len >= TUG_SMP_HDR_LEN) {
		give_frames(in, tug_slice_of(octets, len));
	} else if (!take_base64(in, line) && !take_inner_hex(in, line)) {
		give(in, TUG_PIECE_TEXT, line, TUG_OK);
	}
	free(octets);
}

bool tug_frames_in_begin(struct tug_frames_in *in, tug_piece_fn piece, void *user)
{
	memset(in, 0, sizeof(*in));
	in->piece = piece;
	in->user = user;
	in->storage = malloc(FRAME_CAP);
	in->run = tug_buf_of(malloc(FRAME_CAP), FRAME_CAP);
	if (in->storage == NULL || in->run.p == NULL) {
		free(in->storage);
		free(in->run.p);
		return false;
	}
	tug_console_rx_init(&in->rx, tug_buf_of(in->storage, FRAME_CAP), TUG_CONSOLE_CLIENT);
	return true;
}

static void give_run(struct tug_frames_in *in)
{
	if (in->run.len > 0) {
		give_frames(in, tug_buf_slice(&in->run));
		in->run.len = 0;
	}
}

/* Words shorter than a header are octets of one frame that the shell has split at its spaces. */
static bool take_hex_word(struct tug_frames_in *in, struct tug_slice text)
{
	size_t len;
	uint8_t *octets = hex_octets(text, &len);

	if (octets == NULL) {
		return false;
	}
	if (len < TUG_SMP_HDR_LEN || in->short_words) {
		in->short_words = true;
		if (len > in->run.cap - in->run.len) {
			give_run(in);
		}
		len = len < in->run.cap ? len : in->run.cap;
		memcpy(in->run.p + in->run.len, octets, len);
		in->run.len += len;
	} else {
		give_frames(in, tug_slice_of(octets, len));
	}
	free(octets);
	return true;
}

bool tug_frames_in_word(struct tug_frames_in *in, const char *word)
{
	struct tug_slice text = trim(tug_slice_of(word, strlen(word)));

	if (text.len > 0 && take_hex_word(in, text)) {
		return true;
	}
	give_run(in);
	in->short_words = false;
	return text.len > 0 && (take_console(in, text) || take_base64(in, text) || take_inner_hex(in, text));
}

static bool is_text(struct tug_slice data)
{
	for (size_t i = 0; i < data.len; i++) {
		uint8_t c = data.p[i];

		if (c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != 6 && c != 4 && c != 20 && c != 27) {
			return false;
		}
	}
	return true;
}

void tug_frames_in_octets(struct tug_frames_in *in, struct tug_slice data)
{
	if (!is_text(data)) {
		give_frames(in, data);
		return;
	}
	while (data.len > 0) {
		const uint8_t *nl = memchr(data.p, '\n', data.len);
		size_t n = nl != NULL ? (size_t)(nl - data.p) : data.len;

		take_line(in, tug_slice_of(data.p, n));
		n += nl != NULL;
		data.p += n;
		data.len -= n;
	}
}

void tug_frames_in_end(struct tug_frames_in *in)
{
	give_run(in);
	free(in->storage);
	free(in->run.p);
	in->storage = NULL;
	in->run.p = NULL;
}
