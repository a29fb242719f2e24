/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON as typed on a command line to the CBOR body of a request. Refuses what could not be sent exactly:
 * integers beyond 2^53 without i'..', keys given twice, nesting beyond eight, octets that are no UTF-8. Called by raw.
 */
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tug/smp_body.h>

#include "json_cbor_priv.h"

#define EXACT_MAX 9007199254740992.0

struct writer {
	struct tug_enc enc;
	int err; /* first error of ours */
	char *why;
	size_t why_cap;
};

static void refuse(struct writer *w, int err, const char *text, const char *what)
{
	if (w->err == TUG_OK) {
		w->err = err;
		snprintf(w->why, w->why_cap, "%s%s%.60s%s", text, what[0] != '\0' ? ": '" : "", what,
			 what[0] != '\0' ? "'" : "");
	}
}

static void write_hex(struct writer *w, struct tug_slice hex, const char *text)
{
	struct tug_buf octets = tug_buf_of(malloc(hex.len + 1), hex.len + 1);

	if (octets.p == NULL) {
		refuse(w, TUG_EINTERNAL, "out of memory", "");
	} else if (tug_hex_decode(hex, &octets) != TUG_OK) {
		refuse(w, TUG_EINVAL, "not hex inside h'..'", text);
	} else {
		tug_enc_bytes(&w->enc, tug_buf_slice(&octets));
	}
	free(octets.p);
}

static void write_big(struct writer *w, const char *digits, const char *text)
{
	bool negative = digits[0] == '-';
	uint64_t v = 0;
	size_t n = 0;

	for (digits += negative; *digits >= '0' && *digits <= '9'; digits++, n++) {
		uint64_t d = (uint64_t)(*digits - '0');

		if (v > (UINT64_MAX - d) / 10) {
			refuse(w, TUG_EINVAL, "integer beyond 64 bits", text);
			return;
		}
		v = v * 10 + d;
	}
	if (n == 0 || strcmp(digits, "'") != 0) {
		refuse(w, TUG_EINVAL, "not an integer inside i'..'", text);
	} else if (!negative) {
		tug_enc_uint(&w->enc, v);
	} else if (v > (uint64_t)INT64_MAX + 1) {
		refuse(w, TUG_EINVAL, "integer beyond 64 bits", text);
	} else {
		tug_enc_int(&w->enc, v == (uint64_t)INT64_MAX + 1 ? INT64_MIN : -(int64_t)v);
	}
}

static void write_text(struct writer *w, const char *text)
{
	size_t len = strlen(text);
	bool special = len >= 3 && text[1] == '\'' && text[len - 1] == '\'';

	if (special && text[0] == 'h') {
		write_hex(w, tug_slice_of(text + 2, len - 3), text);
	} else if (special && text[0] == 't') {
		tug_enc_text(&w->enc, tug_slice_of(text + 2, len - 3));
	} else if (special && text[0] == 'i') {
		write_big(w, text + 2, text);
	} else {
		tug_enc_text(&w->enc, tug_slice_of(text, len));
	}
}

static void write_number(struct writer *w, double v)
{
	uint8_t item[9] = { 0xfb };
	uint64_t bits;

	if (v == floor(v) && fabs(v) <= EXACT_MAX) {
		if (v < 0) {
			tug_enc_int(&w->enc, (int64_t)v);
		} else {
			tug_enc_uint(&w->enc, (uint64_t)v);
		}
		return;
	}
	if (v == floor(v)) {
		refuse(w, TUG_EINVAL, "an integer beyond 2^53 is written as \"i'...'\"", "");
		return;
	}
	memcpy(&bits, &v, sizeof(bits));
	for (int i = 0; i < 8; i++) {
		item[1 + i] = (uint8_t)(bits >> (56 - 8 * i));
	}
	tug_enc_raw(&w->enc, tug_slice_of(item, sizeof(item)));
}

static bool key_repeats(const cJSON *map, const cJSON *key)
{
	for (const cJSON *c = map->child; c != key; c = c->next) {
		if (strcmp(c->string, key->string) == 0) {
			return true;
		}
	}
	return false;
}

static void write_item(struct writer *w, const cJSON *j, unsigned depth);

static void write_nested(struct writer *w, const cJSON *j, unsigned depth)
{
	bool map = cJSON_IsObject(j);

	if (depth >= TUG_CBOR_DEPTH) {
		refuse(w, TUG_EDEPTH, "nested more than eight deep", "");
		return;
	}
	if (map) {
		tug_enc_map_begin(&w->enc);
	} else {
		tug_enc_list_begin(&w->enc);
	}
	for (const cJSON *c = j->child; c != NULL; c = c->next) {
		if (map && key_repeats(j, c)) {
			refuse(w, TUG_EINVAL, "a key is given twice", c->string);
		}
		if (map) {
			tug_enc_key(&w->enc, c->string);
		}
		write_item(w, c, depth + 1);
	}
	if (map) {
		tug_enc_map_end(&w->enc);
	} else {
		tug_enc_list_end(&w->enc);
	}
}

static void write_item(struct writer *w, const cJSON *j, unsigned depth)
{
	static const uint8_t null = 0xf6;

	if (cJSON_IsObject(j) || cJSON_IsArray(j)) {
		write_nested(w, j, depth);
	} else if (cJSON_IsString(j)) {
		write_text(w, j->valuestring);
	} else if (cJSON_IsNumber(j)) {
		write_number(w, j->valuedouble);
	} else if (cJSON_IsBool(j)) {
		tug_enc_bool(&w->enc, cJSON_IsTrue(j));
	} else {
		tug_enc_raw(&w->enc, tug_slice_of(&null, 1));
	}
}

/* What the parser would change without a word: digits beyond a double, and a text's end at U+0000. */
static const char *lossy(const char *text)
{
	bool inside = false;

	while (*text != '\0') {
		uint64_t v = 0;

		if (inside && *text == '\\') {
			if (strncmp(text + 1, "u0000", 5) == 0) {
				return "a text cannot hold U+0000; octets are written as \"h'...'\"";
			}
			text += 2;
			continue;
		}
		inside = inside != (*text == '"');
		if (inside || !isdigit((unsigned char)*text)) {
			text++;
			continue;
		}
		for (; isdigit((unsigned char)*text); text++) {
			v = v > (uint64_t)EXACT_MAX ? v : v * 10 + (uint64_t)(*text - '0');
		}
		if (v > (uint64_t)EXACT_MAX && *text != '.' && tolower((unsigned char)*text) != 'e') {
			return "an integer beyond 2^53 is written as \"i'...'\"";
		}
		text += strspn(text, "0123456789.eE+-"); /* the digits of a fraction may be as many as they like */
	}
	return NULL;
}

/* JSON and CBOR texts are UTF-8 by definition; other octets would reach the device as a text it may not read. */
static bool is_utf8(const char *text)
{
	struct tug_slice s = tug_slice_of(text, strlen(text));

	while (s.len > 0) {
		size_t n = tug_utf8_len(s);

		if (n == 0) {
			return false;
		}
		s.p += n;
		s.len -= n;
	}
	return true;
}

int tug_cbor_of_json(const char *text, bool map_only, struct tug_buf *out, char *why, size_t why_cap)
{
	struct writer w = { .err = TUG_OK, .why = why, .why_cap = why_cap };
	const char *end = text, *loss;
	cJSON *j = cJSON_ParseWithOpts(text, &end, 1);
	int err;

	if (j == NULL) {
		snprintf(why, why_cap, *end != '\0' ? "not JSON near '%.20s'" : "not JSON: it ends too early%.0s", end);
		return TUG_EINVAL;
	}
	loss = is_utf8(text) ? lossy(text) : "a text is UTF-8; other octets are written as \"h'...'\"";
	if (loss != NULL) {
		snprintf(why, why_cap, "%s", loss);
		cJSON_Delete(j);
		return TUG_EINVAL;
	}
	if (map_only && !cJSON_IsObject(j)) {
		snprintf(why, why_cap, "the body of a request is an object: {\"key\": value}");
		cJSON_Delete(j);
		return TUG_EINVAL;
	}
	tug_enc_init(&w.enc, out);
	write_item(&w, j, 0);
	cJSON_Delete(j);
	err = tug_enc_finish(&w.enc);
	if (w.err != TUG_OK) {
		return w.err;
	}
	if (err != TUG_OK) {
		snprintf(why, why_cap, "%s", tug_strerror(err));
	}
	return err;
}
