/* SPDX-License-Identifier: Apache-2.0
 *
 * CBOR to JSON for people and scripts: byte strings as h'..', big integers as text, text made valid UTF-8.
 * Refuses nothing that is well-formed and at most eight deep. Called by raw, decode and the verbose frames.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tug/smp_body.h>

#include "json_cbor_priv.h"

#define EXACT_MAX ((uint64_t)1 << 53)

/* A growing text; `p` NULL after memory ran out. */
struct text {
	char *p;
	size_t len;
	size_t cap;
};

static void text_add(struct text *t, const void *octets, size_t len)
{
	if (t->p == NULL) {
		return;
	}
	if (t->len + len + 1 > t->cap) {
		size_t cap = (t->len + len + 1) * 2;
		char *p = realloc(t->p, cap);

		if (p == NULL) {
			free(t->p);
			t->p = NULL;
			return;
		}
		t->p = p;
		t->cap = cap;
	}
	memcpy(t->p + t->len, octets, len);
	t->len += len;
	t->p[t->len] = '\0';
}

static struct text text_new(void)
{
	struct text t = { malloc(64), 0, 64 };

	if (t.p != NULL) {
		t.p[0] = '\0';
	}
	return t;
}

size_t tug_utf8_len(struct tug_slice s)
{
	uint8_t c = s.p[0];
	size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;

	if (n == 0 || n > s.len) {
		return 0;
	}
	for (size_t i = 1; i < n; i++) {
		if ((s.p[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	if ((c == 0xe0 && s.p[1] < 0xa0) || (c == 0xed && s.p[1] >= 0xa0) || (c == 0xf0 && s.p[1] < 0x90) ||
	    (c == 0xf4 && s.p[1] >= 0x90)) {
		return 0;
	}
	return n;
}

/* cJSON's strings end at NUL, so U+0000 is shown as its picture U+2400. */
static void text_add_utf8(struct text *t, struct tug_slice s)
{
	while (s.len > 0) {
		size_t n = tug_utf8_len(s);

		if (n == 0) {
			text_add(t, "\xef\xbf\xbd", 3);
			n = 1;
		} else if (s.p[0] == 0) {
			text_add(t, "\xe2\x90\x80", 3);
		} else {
			text_add(t, s.p, n);
		}
		s.p += n;
		s.len -= n;
	}
}

static cJSON *text_json(struct text *t)
{
	cJSON *j = t->p != NULL ? cJSON_CreateString(t->p) : NULL;

	free(t->p);
	return j;
}

cJSON *tug_json_utf8(struct tug_slice text)
{
	struct text t = text_new();

	text_add_utf8(&t, text);
	return text_json(&t);
}

static void text_add_hex(struct text *t, struct tug_slice s)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < s.len; i++) {
		char two[2] = { digits[s.p[i] >> 4], digits[s.p[i] & 15] };

		text_add(t, two, 2);
	}
}

cJSON *tug_json_hex(struct tug_slice octets)
{
	struct text t = text_new();

	text_add_hex(&t, octets);
	return text_json(&t);
}

/* Text that looks like one of our notations is wrapped, so that it comes back as it was. */
static bool looks_special(struct tug_slice s)
{
	return s.len >= 3 && (s.p[0] == 'h' || s.p[0] == 't' || s.p[0] == 'i') && s.p[1] == '\'' &&
	       s.p[s.len - 1] == '\'';
}

static cJSON *json_integer(bool negative, uint64_t arg)
{
	char digits[32];

	/* negative: the value is -1 - arg */
	if (!negative) {
		return tug_json_uint(arg);
	}
	if (arg == UINT64_MAX) {
		return cJSON_CreateString("-18446744073709551616");
	}
	snprintf(digits, sizeof(digits), "-%" PRIu64, arg + 1);
	return arg < EXACT_MAX ? cJSON_CreateRaw(digits) : cJSON_CreateString(digits);
}

cJSON *tug_json_uint(uint64_t v)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%" PRIu64, v);
	return v <= EXACT_MAX ? cJSON_CreateRaw(digits) : cJSON_CreateString(digits);
}

/* Head of an item that tug_cbor_check has accepted: major type, argument, octets of the head. */
struct head {
	uint8_t major;
	uint8_t info;
	uint64_t arg;
	size_t len;
};

static struct head head_of(struct tug_slice item)
{
	struct head h = { (uint8_t)(item.p[0] >> 5), (uint8_t)(item.p[0] & 31), 0, 1 };
	size_t more = h.info < 24 || h.info > 27 ? 0 : (size_t)1 << (h.info - 24);

	h.arg = h.info < 24 ? h.info : 0;
	for (size_t i = 0; i < more && h.len < item.len; i++) {
		h.arg = h.arg << 8 | item.p[h.len++];
	}
	return h;
}

static double half_value(uint64_t bits)
{
	int exp = (int)(bits >> 10 & 31);
	double mant = (double)(bits & 1023);
	double v = exp == 0	? ldexp(mant, -24)
		   : exp != 31	? ldexp(mant + 1024, exp - 25)
		   : mant == 0	? (double)INFINITY
				: (double)NAN;

	return (bits & 0x8000) != 0 ? -v : v;
}

static cJSON *json_simple(struct head h)
{
	uint32_t u32 = (uint32_t)h.arg;
	float f;
	double d;

	switch (h.info) {
	case 20:
	case 21:
		return cJSON_CreateBool(h.info == 21);
	case 25:
		return cJSON_CreateNumber(half_value(h.arg));
	case 26:
		memcpy(&f, &u32, sizeof(f));
		return cJSON_CreateNumber((double)f);
	case 27:
		memcpy(&d, &h.arg, sizeof(d));
		return cJSON_CreateNumber(d);
	default: /* null, undefined, unassigned */
		return cJSON_CreateNull();
	}
}

/* Octets of a string, definite or in chunks, appended to `t`. */
static void add_string(struct text *t, struct tug_slice item, struct head h)
{
	struct tug_slice rest = tug_slice_of(item.p + h.len, item.len - h.len);

	if (h.info != 31) {
		text_add(t, rest.p, h.arg <= rest.len ? (size_t)h.arg : rest.len);
		return;
	}
	while (rest.len > 0 && rest.p[0] != 0xff) {
		struct head c = head_of(rest);
		size_t n = c.arg <= rest.len - c.len ? (size_t)c.arg : rest.len - c.len;

		text_add(t, rest.p + c.len, n);
		rest.p += c.len + n;
		rest.len -= c.len + n;
	}
}

static cJSON *json_text(struct tug_slice item, struct head h, bool wrap)
{
	struct text raw = text_new(), t = text_new();
	struct tug_slice s;

	add_string(&raw, item, h);
	s = tug_slice_of(raw.p, raw.p != NULL ? raw.len : 0);
	wrap = wrap && looks_special(s);
	text_add(&t, "t'", wrap ? 2 : 0);
	text_add_utf8(&t, s);
	text_add(&t, "'", wrap ? 1 : 0);
	free(raw.p);
	return text_json(&t);
}

static cJSON *json_bytes(struct tug_slice item, struct head h)
{
	struct text raw = text_new(), t = text_new();

	add_string(&raw, item, h);
	text_add(&t, "h'", 2);
	text_add_hex(&t, tug_slice_of(raw.p, raw.p != NULL ? raw.len : 0));
	text_add(&t, "'", 1);
	free(raw.p);
	return text_json(&t);
}

static cJSON *convert(struct tug_slice item);

static cJSON *json_list(struct tug_slice item)
{
	cJSON *list = cJSON_CreateArray();
	struct tug_list it;
	struct tug_slice one;

	if (tug_list_begin(item, &it) != TUG_OK) {
		return list;
	}
	while (tug_list_next(&it, &one) == 1) {
		cJSON_AddItemToArray(list, convert(one));
	}
	return list;
}

/* Keys that are no text become the text of their JSON; a text is taken as it is, as it is in a request. */
static char *key_text(struct tug_slice key)
{
	struct head h = head_of(key);
	cJSON *j = h.major == 3 ? json_text(key, h, false) : convert(key);
	char *text = NULL;

	if (cJSON_IsString(j)) {
		text = j->valuestring;
		j->valuestring = NULL;
	} else if (j != NULL) {
		text = cJSON_PrintUnformatted(j);
	}
	cJSON_Delete(j);
	return text;
}

static cJSON *json_map(struct tug_slice item)
{
	cJSON *map = cJSON_CreateObject();
	struct tug_list it;
	struct tug_slice key, value;

	if (tug_list_begin_map(item, &it) != TUG_OK) {
		return map;
	}
	while (tug_list_next(&it, &key) == 1 && tug_list_next(&it, &value) == 1) {
		char *name = key_text(key);

		if (name != NULL) {
			cJSON_AddItemToObject(map, name, convert(value));
		}
		cJSON_free(name);
	}
	return map;
}

/* Recursion is bounded: tug_cbor_check has limited the nesting to TUG_CBOR_DEPTH. */
static cJSON *convert(struct tug_slice item)
{
	struct head h = head_of(item);

	while (h.major == 6 && item.len > h.len) { /* a tag says nothing JSON could hold */
		item = tug_slice_of(item.p + h.len, item.len - h.len);
		h = head_of(item);
	}
	switch (h.major) {
	case 0:
	case 1:
		return json_integer(h.major == 1, h.arg);
	case 2:
		return json_bytes(item, h);
	case 3:
		return json_text(item, h, true);
	case 4:
		return json_list(item);
	case 5:
		return json_map(item);
	default:
		return json_simple(h);
	}
}

cJSON *tug_json_of_cbor(struct tug_slice item)
{
	size_t len;

	if (item.len == 0 || tug_cbor_check(item, &len) != TUG_OK || len != item.len) {
		return NULL;
	}
	return convert(item);
}
