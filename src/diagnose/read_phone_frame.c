/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames in phone logs: octets of writes and notifications, headers with printed maps, lists of the update manager.
 * Octets go on as they are; of a map only what was printed is known.
 */
#include <ctype.h>
#include <string.h>

#include "phone_priv.h"

/** Lines within which a frame printed as text again is the same frame. */
#define AGAIN_LINES 40u

static uint32_t hash_of(struct tug_slice s)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < s.len; i++) {
		h = (h ^ s.p[i]) * 16777619u;
	}
	return h;
}

static int hex_digit(uint8_t c)
{
	unsigned digit = c - (unsigned)'0', letter = (c | 0x20u) - (unsigned)'a';

	return digit < 10 ? (int)digit : letter < 6 ? (int)letter + 10 : -1;
}

/* Octets of `text` up to the first character that is neither a digit nor a separator; `*rest`: what follows. */
static size_t octets_of(struct tug_slice text, uint8_t *out, size_t cap, bool *odd, struct tug_slice *rest)
{
	size_t n = 0, i = 0;
	int high = -1;

	/* "BF-62-72": two digits at once, as long as that goes. */
	while (i + 2 < text.len && n < cap) {
		int first = hex_digit(text.p[i]), second = hex_digit(text.p[i + 1]);

		if ((first | second) < 0) {
			break;
		}
		out[n++] = (uint8_t)(first << 4 | second);
		i += 2;
		i += n < cap && (text.p[i] == '-' || text.p[i] == ' ');
	}
	for (; i < text.len && n < cap; i++) {
		int v = hex_digit(text.p[i]);

		if (v < 0 && text.p[i] != ' ' && text.p[i] != '-' && text.p[i] != '\t' && text.p[i] != '\n') {
			break;
		}
		if (v < 0) {
			continue;
		}
		if (high < 0) {
			high = v;
		} else {
			out[n++] = (uint8_t)(high << 4 | v);
			high = -1;
		}
	}
	*odd = high >= 0;
	*rest = tug_slice_of(text.p + i, text.len - i);
	return n;
}

/* Do the octets begin with a header that could be one of that direction? */
static bool begins_frame(struct tug_slice o, bool sent, struct tug_smp_hdr *h)
{
	if (tug_smp_hdr_decode(o, h) != TUG_OK) {
		return false;
	}
	return h->op <= TUG_SMP_WRITE_RSP && (h->op & 1) == !sent && h->version <= 1 && h->reserved == 0 && h->flags == 0 &&
	       h->len <= 16384 && (h->group <= 16 || h->group >= 63);
}

static void remember(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_smp_hdr *h, bool sent)
{
	struct tug_phone_last *last = sent ? &s->tx_hdr : &s->rx_hdr;

	last->known = true;
	last->hdr = *h;
	last->no = l->no;
}

/* Is the characteristic of that line the SMP one, as far as can be told? */
static bool of_smp(const struct tug_phone *s, const struct tug_phone_got *g)
{
	struct tug_slice uuid = g->word[0];

	if (g->n_word == 0) {
		return !s->other_uuid;
	}
	if (tug_dg_starts(uuid, "da2e7828", NULL) || tug_dg_starts(uuid, "DA2E7828", NULL)) {
		return true;
	}
	/* Projects may choose other UUIDs; the library itself also speaks to Memfault's. */
	return s->prefix.library && !tug_dg_starts(uuid, "5422", NULL) && !tug_dg_starts(uuid, "0000", NULL);
}

bool tug_phone_whole(const struct tug_phone *s, struct tug_slice hex, int form)
{
	bool sent = form != TUG_PHONE_HEX_NOTIFIED && form != TUG_PHONE_HEX_IOS_RX, odd;
	uint8_t head[TUG_SMP_HDR_LEN];
	struct tug_slice rest;
	struct tug_smp_hdr h;
	size_t n = 0, total = s->need[sent];

	for (size_t i = 0; i < hex.len; i++) {
		n += hex_digit(hex.p[i]) >= 0 ? 1u : 0u;
	}
	if (octets_of(hex, head, sizeof(head), &odd, &rest) == sizeof(head) &&
	    begins_frame(tug_slice_of(head, sizeof(head)), sent, &h)) {
		total = TUG_SMP_HDR_LEN + (size_t)h.len;
	}
	return n % 2 == 0 && total > 0 && n / 2 >= total;
}

/* The same octets again: printed in another form, or told to the other client of nRF Connect. */
static bool repeated(struct tug_phone *s, const struct tug_dg_line *l, bool sent, uint8_t form, struct tug_slice o)
{
	struct tug_phone_seen *seen = sent ? &s->tx : &s->rx;
	struct tug_phone_seen now = { .hash = hash_of(o), .len = (uint32_t)o.len, .form = form,
				      .tagged = s->prefix.tag[0] != '\0', .ms = l->ms, .no = l->no };
	bool other = sent ? seen->form != form : seen->tagged != now.tagged;
	bool again = seen->len == now.len && seen->hash == now.hash && other &&
		     (sent ? tug_phone_near(seen->no, l->no) : tug_phone_just(l, seen->ms, seen->no));

	*seen = now;
	return again;
}

/* A part of a frame whose end was cut off: only its header is worth something. */
static void cut_frame(struct tug_phone *s, const struct tug_dg_line *l, bool sent, struct tug_slice o)
{
	struct tug_dg_frame f = { .src = l->src, .sent = sent, .seq_known = true, .version_known = true,
				  .from_octets = true, .cut = true };

	s->lost[sent] = true;
	if (s->need[sent] == 0 && begins_frame(o, sent, &f.hdr)) {
		tug_dg_here(l, &f.at);
		f.body = tug_slice_of(o.p + TUG_SMP_HDR_LEN, o.len - TUG_SMP_HDR_LEN);
		remember(s, l, &f.hdr, sent);
		tug_dg_frame(s->d, &f);
	}
	s->need[sent] = 0;
}

static void feed(struct tug_phone *s, const struct tug_dg_line *l, bool sent, struct tug_slice o)
{
	struct tug_smp_hdr h;
	bool begins = begins_frame(o, sent, &h);
	bool whole = begins && TUG_SMP_HDR_LEN + (size_t)h.len == o.len;

	if (begins && (s->need[sent] == 0 || (whole && o.len != s->need[sent]))) {
		uint32_t total = TUG_SMP_HDR_LEN + (uint32_t)h.len;

		s->lost[sent] = false;
		s->need[sent] = total > o.len ? total - (uint32_t)o.len : 0;
		remember(s, l, &h, sent);
	} else if (s->need[sent] == 0 || s->lost[sent]) {
		return; /* no frame, or the end of one whose begin is not there */
	} else {
		s->need[sent] = s->need[sent] > o.len ? s->need[sent] - (uint32_t)o.len : 0;
	}
	tug_dg_octets(s->d, l, sent, o);
}

void tug_phone_act_hex(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	bool sent = arg != TUG_PHONE_HEX_NOTIFIED && arg != TUG_PHONE_HEX_IOS_RX, odd, truncated;
	bool ios = arg == TUG_PHONE_HEX_IOS_TX || arg == TUG_PHONE_HEX_IOS_RX;
	struct tug_slice rest, o;
	int64_t octets;
	size_t n;

	if (!ios && !of_smp(s, g)) {
		return;
	}
	n = octets_of(g->rest, s->octets, sizeof(s->octets), &odd, &rest);
	if (n == 0) {
		return;
	}
	o = tug_slice_of(s->octets, n);
	truncated = odd || s->cut || tug_dg_starts(rest, "...", NULL) || tug_dg_starts(rest, "\xe2\x80\xa6", NULL);
	if (arg == TUG_PHONE_HEX_SET || arg == TUG_PHONE_HEX_WRITE) {
		truncated = truncated || rest.len == 0; /* its closing bracket is missing */
	}
	if (ios && rest.len > 1 && rest.p[0] == '(' && tug_phone_key(rest, "(", &octets)) {
		truncated = truncated || (size_t)octets > n;
	}
	if (repeated(s, l, sent, (uint8_t)arg, o)) {
		return;
	}
	if (truncated) {
		cut_frame(s, l, sent, o);
	} else {
		feed(s, l, sent, o);
	}
}

/* ---- headers with printed maps -------------------------------------------------------------------------------- */

void tug_phone_give(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_known *k, struct tug_slice map)
{
	struct tug_dg_frame f = { .src = l->src, .sent = k->sent, .hdr = k->hdr, .seq_known = k->seq,
				  .version_known = k->version };
	struct tug_buf json = tug_buf_of(s->json, sizeof(s->json)), cbor = tug_buf_of(s->octets, sizeof(s->octets));

	if (!tug_phone_json(map, &json, &f.cut) || !tug_dg_cbor_of_json(&f.hdr, tug_buf_slice(&json), &cbor)) {
		return;
	}
	f.cut = f.cut || s->cut;
	f.body = tug_buf_slice(&cbor);
	tug_dg_here(l, &f.at);
	remember(s, l, &f.hdr, k->sent);
	tug_dg_frame(s->d, &f);
}

static bool number8(struct tug_slice text, const char *key, uint8_t *out)
{
	int64_t v;

	if (!tug_phone_key(text, key, &v) || v > 255) {
		return false;
	}
	*out = (uint8_t)v;
	return true;
}

static bool number16(struct tug_slice text, const char *key, uint16_t *out)
{
	int64_t v;

	if (!tug_phone_key(text, key, &v) || v > 65535) {
		return false;
	}
	*out = (uint16_t)v;
	return true;
}

/* Which library it is shows in whether the header's version is printed. */
static void note_library(struct tug_phone *s, bool versions)
{
	struct tug_dg_client *c = &tug_dg_facts(s->d)->smp.client;

	if (c->version[0] == '\0') {
		const char *text = versions ? "library >= 1.7.2" : "library <= 1.7.0";

		tug_dg_copy(c->version, sizeof(c->version), tug_slice_of(text, strlen(text)));
	}
}

void tug_phone_act_header(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	const uint8_t *close = memchr(g->rest.p, ')', g->rest.len);
	struct tug_slice fields = g->rest, map;
	struct tug_phone_known k = { .sent = arg == TUG_PHONE_SENT };

	if (close != NULL) {
		fields.len = (size_t)(close - g->rest.p);
	}
	if (!number8(fields, "Op", &k.hdr.op) || !number16(fields, "Group", &k.hdr.group) ||
	    !number8(fields, "Command", &k.hdr.id) || k.hdr.op > TUG_SMP_WRITE_RSP) {
		return;
	}
	number8(fields, "Flags", &k.hdr.flags);
	k.len = number16(fields, "Len", &k.hdr.len);
	k.seq = number8(fields, "Seq", &k.hdr.seq);
	k.version = number8(fields, "Version", &k.hdr.version);
	note_library(s, k.version);
	map = tug_dg_after(g->rest, "CBOR");
	if (map.p == NULL) {
		return;
	}
	tug_phone_give(s, l, &k, tug_dg_trim(map));
}

bool tug_phone_header_goes_on(struct tug_slice rest, struct tug_slice more)
{
	static const char *const forms[] = {
		"Version: %d, Op: %d, Flags: %d, Len: %d, Group: %d, Seq: %d, Command: %d) CBOR {",
		"Op: %d, Flags: %d, Len: %d, Group: %d, Seq: %d, Command: %d) CBOR {",
	};
	uint8_t text[320];
	struct tug_phone_got got;

	if (rest.len > 150) {
		return false;
	}
	more.len = more.len < 160 ? more.len : 160;
	if (rest.len > 0) {
		memcpy(text, rest.p, rest.len);
	}
	memcpy(text + rest.len, more.p, more.len);
	for (size_t i = 0; i < 2; i++) {
		if (tug_phone_fit(forms[i], tug_slice_of(text, rest.len + more.len), &got) != TUG_PHONE_NO) {
			return true;
		}
	}
	return false;
}

/* A header printed by the iOS library: {"version": "1", "op": "3", ..., "commandId": 0}, or a block. */
static bool ios_header(struct tug_slice text, struct tug_phone_known *k)
{
	bool op = number8(text, "op", &k->hdr.op), version = number8(text, "version", &k->hdr.version);

	if (!op || !number8(text, "commandId", &k->hdr.id) || k->hdr.op > TUG_SMP_WRITE_RSP) {
		return false;
	}
	k->version = version;
	k->seq = number8(text, "seqNum", &k->hdr.seq);
	k->len = number16(text, "length", &k->hdr.len);
	if (version) { /* without it: a library that prints op where group belongs */
		number16(text, "group", &k->hdr.group);
	}
	return true;
}

bool tug_phone_split(struct tug_slice text, struct tug_phone_known *k, struct tug_slice *map)
{
	const uint8_t *at = tug_dg_find(text, "Header:"), *payload = tug_dg_find(text, "Payload:");

	if (at == NULL || payload == NULL || payload < at) {
		*map = text;
		return false;
	}
	*map = tug_dg_after(text, "Payload:");
	return ios_header(tug_slice_of(at, (size_t)(payload - at)), k);
}

bool tug_phone_again(const struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_known *k)
{
	const struct tug_phone_last *last = k->sent ? &s->tx_hdr : &s->rx_hdr;

	return last->known && last->hdr.group == k->hdr.group && last->hdr.id == k->hdr.id &&
	       (!k->seq || last->hdr.seq == k->hdr.seq) && l->no - last->no <= AGAIN_LINES;
}

/* The header of an answer that was printed without it. False: not known which. */
static bool infer(const struct tug_phone *s, struct tug_slice map, struct tug_phone_known *k)
{
	if (s->tx_hdr.known) {
		k->hdr = s->tx_hdr.hdr;
		k->hdr.op |= 1;
		k->hdr.len = 0;
		return true;
	}
	k->hdr.group = TUG_GRP_IMG;
	if (tug_dg_find(map, "images") != NULL) {
		k->hdr.op = TUG_SMP_READ_RSP;
		return true;
	}
	k->hdr.op = TUG_SMP_WRITE_RSP;
	k->hdr.id = 1;
	return tug_dg_find(map, "\"off\"") != NULL;
}

void tug_phone_act_old(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	struct tug_slice text = l->body, map;
	struct tug_phone_known k = { 0 };

	(void)g;
	(void)arg;
	k.sent = tug_dg_find(text, "\" sent") != NULL;
	if (!k.sent && tug_dg_find(text, "\" received") == NULL) {
		return;
	}
	note_library(s, false);
	if (tug_dg_starts(text, "\"{", NULL)) {
		map = tug_slice_of(text.p + 1, text.len - 1);
		if (s->rx.len > 0 && !k.sent && tug_phone_near(s->rx.no, l->no)) {
			return; /* its octets were there */
		}
		if (!k.sent && infer(s, map, &k)) {
			tug_phone_give(s, l, &k, map);
		}
		return;
	}
	map = tug_dg_after(text, "Message:");
	if (map.p == NULL || !number16(text, "Group Id", &k.hdr.group) || !number8(text, "Command Id", &k.hdr.id)) {
		return;
	}
	k.seq = number8(text, "Sequence Num", &k.hdr.seq);
	k.len = number16(text, "Length", &k.hdr.len);
	k.hdr.op = (uint8_t)((tug_dg_find(text, "WRITE") != NULL ? TUG_SMP_WRITE : TUG_SMP_READ) | !k.sent);
	if (!tug_phone_again(s, l, &k)) {
		tug_phone_give(s, l, &k, tug_dg_trim(map));
	}
}

void tug_phone_act_list(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	struct tug_phone_known k = { .hdr = { .group = TUG_GRP_IMG } };
	struct tug_slice text = tug_dg_trim(g->rest), map;
	bool header;

	if (arg < 0) {
		tug_dg_step(s->d, l, TUG_STEP_FAILED);
	}
	if (tug_dg_starts(l->body, "{", NULL) || tug_dg_starts(l->body, "Header:", NULL)) {
		text = l->body;
	}
	header = tug_phone_split(text, &k, &map);
	if (!header) {
		k.hdr.op = arg == TUG_PHONE_LIST ? TUG_SMP_READ_RSP : TUG_SMP_WRITE_RSP;
	}
	if (map.len > 0 && tug_dg_find(map, "images") == NULL && !header) {
		return; /* an error without a header: its code is said elsewhere */
	}
	if (map.len > 0 && !tug_phone_again(s, l, &k)) {
		tug_phone_give(s, l, &k, map);
	}
}
