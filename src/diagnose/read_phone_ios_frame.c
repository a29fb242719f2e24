/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames as the iOS library prints them in one line: "Sending write command (Version: SMPv2, Group: image, seq: 120,
 * ID: upload): [..]", "Response (SMPv2, group: image, ...): Header: {..}, Payload: {..}", "Request (..) failed: why".
 */
#include <ctype.h>
#include <string.h>

#include "phone_priv.h"

static uint8_t answer_op(const struct tug_phone *s, uint16_t group, uint8_t id)
{
	bool write = (group == TUG_GRP_IMG && (id == 1 || id == 5)) || (group == TUG_GRP_OS && id == 5) ||
		     group == TUG_GRP_ZBASIC;

	if (s->tx_hdr.known && s->tx_hdr.hdr.group == group && s->tx_hdr.hdr.id == id) {
		return (uint8_t)(s->tx_hdr.hdr.op | 1);
	}
	return write ? TUG_SMP_WRITE_RSP : TUG_SMP_READ_RSP;
}

struct named {
	const char *name;
	uint16_t number;
};

static const struct named groups[] = {
	{ "os", 0 },	     { "default", 0 }, { "image", 1 },	{ "statistics", 2 }, { "stats", 2 },   { "settings", 3 },
	{ "config", 3 },     { "logs", 4 },    { "log", 4 },	{ "crash", 5 },	     { "split", 6 },   { "run", 7 },
	{ "filesystem", 8 }, { "fs", 8 },      { "shell", 9 },	{ "basic", 63 },     { "suit", 66 },
};
static const struct named os_ids[] = {
	{ "echo", 0 },		 { "consoleechocontrol", 1 }, { "taskstatistics", 2 },	 { "memorypoolstatistics", 3 },
	{ "datetimestring", 4 }, { "reset", 5 },	      { "mcumgrparameters", 6 }, { "applicationinfo", 7 },
	{ "bootloaderinformation", 8 }, { "bootloaderinfo", 8 },
};
static const struct named img_ids[] = {
	{ "state", 0 }, { "upload", 1 }, { "file", 2 }, { "corelist", 3 }, { "coreload", 4 }, { "erase", 5 }, { "slotinfo", 6 },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The word behind `key` and a colon. */
static struct tug_slice word_after(struct tug_slice text, const char *key)
{
	struct tug_slice t = tug_dg_after(text, key);
	size_t n = 0;

	if (t.p == NULL) {
		return t;
	}
	t = tug_dg_trim(t);
	while (n < t.len && (isalnum(t.p[n]) || t.p[n] == '_')) {
		n++;
	}
	return tug_slice_of(t.p, n);
}

static bool number_of(struct tug_slice word, const struct named *list, size_t n, uint16_t *out)
{
	uint64_t v;
	struct tug_slice t = word;

	if (word.len == 0) {
		return false;
	}
	if (isdigit(word.p[0])) {
		if (!tug_dg_number(&t, &v) || v > 65535) {
			return false;
		}
		*out = (uint16_t)v;
		return true;
	}
	for (size_t i = 0; i < n; i++) {
		if (tug_dg_is_nocase(word, list[i].name)) {
			*out = list[i].number;
			return true;
		}
	}
	return false;
}

/* Group, command, sequence number, version of "(SMPv2, group: image, seq: 120, command: upload)". */
static bool ios_named(struct tug_slice text, struct tug_phone_known *k)
{
	struct tug_slice group = word_after(text, "roup:"), id = word_after(text, "ID:");
	uint16_t number = 0;
	int64_t seq;

	if (id.p == NULL) {
		id = word_after(text, "command:");
	}
	if (!number_of(group, groups, COUNT(groups), &k->hdr.group)) {
		return false;
	}
	if (k->hdr.group == TUG_GRP_OS ? !number_of(id, os_ids, COUNT(os_ids), &number)
				       : !number_of(id, img_ids, COUNT(img_ids), &number)) {
		if (k->hdr.group <= TUG_GRP_IMG) {
			return false;
		}
		number = 0;
	}
	k->hdr.id = (uint8_t)number;
	k->seq = tug_phone_key(text, "seq", &seq) && seq <= 255;
	k->hdr.seq = k->seq ? (uint8_t)seq : 0;
	k->version = tug_dg_find(text, "SMPv2") != NULL || tug_dg_find(text, "SMPv1") != NULL;
	k->hdr.version = tug_dg_find(text, "SMPv2") != NULL ? TUG_SMP_V2 : TUG_SMP_V1;
	return number <= 255;
}

/* The bracket that names the frame, and what follows "): ". */
static bool ios_parts(const struct tug_dg_line *l, struct tug_slice *names, struct tug_slice *rest)
{
	const uint8_t *open = memchr(l->body.p, '(', l->body.len), *close;

	*rest = tug_slice_of(NULL, 0);
	if (open == NULL) {
		return false;
	}
	*names = tug_slice_of(open, l->body.len - (size_t)(open - l->body.p));
	close = memchr(open, ')', names->len);
	if (close == NULL) {
		return false;
	}
	*rest = tug_slice_of(close + 1, names->len - (size_t)(close - open) - 1);
	names->len = (size_t)(close - open);
	return true;
}

static struct tug_slice behind_colon(struct tug_slice s)
{
	while (s.len > 0 && (s.p[0] == ':' || s.p[0] == ' ' || s.p[0] == '\n')) {
		s = tug_slice_of(s.p + 1, s.len - 1);
	}
	return s;
}

void tug_phone_act_ios_send(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	struct tug_phone_known k = { .sent = true, .hdr = { .op = (uint8_t)arg } };
	struct tug_slice names, rest;

	(void)g;
	if (ios_parts(l, &names, &rest) && ios_named(names, &k)) {
		k.hdr.op = (uint8_t)arg;
		tug_phone_give(s, l, &k, behind_colon(rest));
	}
}

void tug_phone_act_ios_answer(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	struct tug_phone_known k = { 0 }, inner = { 0 };
	struct tug_slice names, rest, map;

	(void)g;
	(void)arg;
	if (!ios_parts(l, &names, &rest) || !ios_named(names, &k)) {
		return;
	}
	k.hdr.op = answer_op(s, k.hdr.group, k.hdr.id);
	if (tug_phone_split(rest, &inner, &map)) {
		k.hdr.op = inner.hdr.op;
		k.hdr.id = inner.hdr.id;
		k.hdr.len = inner.hdr.len;
		k.len = inner.len;
	}
	map = behind_colon(map);
	if (map.len > 0 && !(k.seq && tug_phone_again(s, l, &k))) {
		tug_phone_give(s, l, &k, map);
	}
}

void tug_phone_act_ios_failed(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg)
{
	struct tug_phone_known k = { .sent = true };
	struct tug_slice names, rest, why;
	const struct tug_phone_word *w;
	enum tug_phone_fit fit;
	struct tug_phone_got got;

	(void)arg;
	if (tug_dg_starts(l->body, "Request failed:", &why)) { /* of the old library, which does not say which */
		if (tug_dg_find(why, "timed out") != NULL) {
			tug_phone_act_silent(s, l, g, -1);
		}
		names = rest = tug_slice_of(NULL, 0);
	} else if (!ios_parts(l, &names, &rest)) {
		return;
	} else {
		why = tug_dg_after(rest, "failed");
	}
	why = behind_colon(why);
	if (names.len > 0 && tug_dg_find(why, "timed out") != NULL && ios_named(names, &k)) {
		if (s->tx_hdr.known && s->tx_hdr.hdr.group == k.hdr.group && s->tx_hdr.hdr.id == k.hdr.id) {
			k.hdr.op = s->tx_hdr.hdr.op;
		} else {
			k.hdr.op = (uint8_t)(answer_op(s, k.hdr.group, k.hdr.id) & ~1);
		}
		s->silent_no = l->no;
		s->silent_id = -1;
		tug_dg_silent(s->d, l, &k.hdr);
		return;
	}
	w = tug_phone_word(why, TUG_PHONE_IOS, &got, &fit);
	if (w != NULL && fit == TUG_PHONE_FULL && w->act == tug_phone_act_named_code) {
		w->act(s, l, &got, w->arg);
	}
}
