/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON text as clients print CBOR maps, back to CBOR. Lenient: text that was cut off is closed, keys and values may
 * stand without quotes, "=" may stand for ":". The table of commands tells byte strings (base64 or hex) from text.
 */
#include <ctype.h>
#include <string.h>

#include "reader_priv.h"

#define DEPTH (TUG_CBOR_DEPTH - 1u)
#define TOKEN_MAX TUG_DG_LINE_MAX

/* A map or list under way. */
struct level {
	bool map;
	bool keyed;               /* map: keys are free names, each value is a map of `sub` */
	const struct tug_map *sub; /* map: its fields; list: fields of each map in it */
};

struct json {
	struct tug_slice s; /* text not read yet */
	struct tug_enc enc;
	struct level level[DEPTH];
	unsigned depth;
	struct tug_slice token; /* the scalar read last: in the text, or in `room` */
	size_t len;  /* octets in `room` */
	bool quoted; /* it stood in quotes */
	bool cut;    /* the text ended in it */
	uint8_t *room; /* [TOKEN_MAX] */
};

static void skip(struct json *j, size_t n)
{
	j->s.p += n;
	j->s.len -= n;
}

static void skip_blanks(struct json *j, const char *more)
{
	while (j->s.len > 0 && (isspace(j->s.p[0]) || (j->s.p[0] != '\0' && strchr(more, j->s.p[0]) != NULL))) {
		skip(j, 1);
	}
}

static void put(struct json *j, unsigned c)
{
	if (j->len < TOKEN_MAX) {
		j->room[j->len++] = (uint8_t)c;
	} else {
		j->cut = true;
	}
}

/* A code point as UTF-8; halves of pairs become U+FFFD. */
static void put_utf8(struct json *j, unsigned c)
{
	c = c >= 0xd800 && c < 0xe000 ? 0xfffd : c;
	if (c < 0x80) {
		put(j, c);
	} else if (c < 0x800) {
		put(j, 0xc0 | c >> 6);
		put(j, 0x80 | (c & 0x3f));
	} else {
		put(j, 0xe0 | c >> 12);
		put(j, 0x80 | (c >> 6 & 0x3f));
		put(j, 0x80 | (c & 0x3f));
	}
}

static int hex_value(uint8_t c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

/* What follows a backslash. */
static void escape(struct json *j)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	uint8_t c = j->s.p[0];
	const char *at = c != '\0' ? strchr(from, c) : NULL;

	skip(j, 1);
	if (c == 'u') {
		unsigned v = 0;
		size_t n = 0;

		for (; n < 4 && j->s.len > 0 && hex_value(j->s.p[0]) >= 0; n++) {
			v = v << 4 | (unsigned)hex_value(j->s.p[0]);
			skip(j, 1);
		}
		put_utf8(j, v);
	} else {
		put(j, at != NULL ? (uint8_t)to[at - from] : c);
	}
}

static void read_quoted(struct json *j)
{
	uint8_t end = j->s.p[0];
	const uint8_t *at;
	size_t n;

	skip(j, 1);
	at = j->s.len > 0 ? memchr(j->s.p, end, j->s.len) : NULL;
	n = at != NULL ? (size_t)(at - j->s.p) : 0;
	if (at != NULL && memchr(j->s.p, '\\', n + 1) == NULL) {
		j->token = tug_slice_of(j->s.p, n);
		skip(j, n + 1);
		return;
	}
	while (j->s.len > 0 && j->s.p[0] != end) {
		if (j->s.p[0] == '\\' && j->s.len > 1) {
			skip(j, 1);
			escape(j);
		} else {
			put(j, j->s.p[0]);
			skip(j, 1);
		}
	}
	j->token = tug_slice_of(j->room, j->len);
	if (j->s.len == 0) {
		j->cut = true;
	} else {
		skip(j, 1);
	}
}

/* A word without quotes, up to one of `ends`; "<...>" is one word. */
static void read_bare(struct json *j, const char *ends)
{
	bool angle = j->s.p[0] == '<';

	j->token = tug_slice_of(j->s.p, 0);
	while (j->s.len > 0 && j->s.p[0] != '\0' && (angle || strchr(ends, j->s.p[0]) == NULL)) {
		angle = angle && j->s.p[0] != '>';
		j->token.len++;
		skip(j, 1);
	}
	if (j->s.len > 0 && j->s.p[0] == '\0') {
		skip(j, 1);
	}
	while (j->token.len > 0 && isspace(j->token.p[j->token.len - 1])) {
		j->token.len--;
	}
	j->cut = j->cut || j->s.len == 0;
}

static void read_token(struct json *j, const char *ends)
{
	j->len = 0;
	j->cut = false;
	j->quoted = j->s.p[0] == '"' || j->s.p[0] == '\'';
	if (j->quoted) {
		read_quoted(j);
	} else {
		read_bare(j, ends);
	}
}

/* ---- values ------------------------------------------------------------------------------------------------- */

static bool all_hex(struct tug_slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (hex_value(s.p[i]) < 0) {
			return false;
		}
	}
	return true;
}

/* Base64, of which the end may be missing ("...", an ellipsis, or nothing at all). */
static bool base64(struct tug_slice s, bool cut, struct tug_buf *out)
{
	size_t n = 0;

	if (!cut && tug_base64_decode(s, out) == TUG_OK) {
		return true;
	}
	while (n < s.len && (isalnum(s.p[n]) || s.p[n] == '+' || s.p[n] == '/')) {
		n++;
	}
	if (n < s.len && !cut && s.p[n] != '.' && s.p[n] != 0xe2) {
		return false;
	}
	return n >= 8 && tug_base64_decode(tug_slice_of(s.p, n - n % 4), out) == TUG_OK;
}

/* The octets that the token stands for. False: none that can be told. */
static bool bytes(const struct json *j, struct tug_buf *out)
{
	struct tug_slice s = j->token, hex = s;
	bool digest = (s.len == 64 || s.len == 96 || s.len == 128) && all_hex(s);

	if (s.len > 1 && s.p[0] == '<' && s.p[s.len - 1] == '>') {
		hex = tug_slice_of(s.p + 1, s.len - 2);
		return tug_hex_decode(hex, out) == TUG_OK;
	}
	if (tug_dg_starts(s, "0x", &hex) || digest) {
		size_t n = 0;

		while (n < hex.len && hex_value(hex.p[n]) >= 0) {
			n++;
		}
		return tug_hex_decode(tug_slice_of(hex.p, n - n % 2), out) == TUG_OK;
	}
	return base64(s, j->cut, out);
}

static bool number(const struct json *j, int64_t *v)
{
	struct tug_slice s = j->token;
	bool minus = tug_dg_starts(s, "-", &s);
	uint64_t u;

	if (!tug_dg_number(&s, &u) || s.len != 0 || u > INT64_MAX) {
		return false;
	}
	*v = minus ? -(int64_t)u : (int64_t)u;
	return true;
}

static bool boolean(const struct json *j, bool *v)
{
	struct tug_slice s = j->token;

	*v = tug_dg_is_nocase(s, "true") || tug_dg_is_nocase(s, "yes") || tug_slice_is(s, "1");
	return *v || tug_dg_is_nocase(s, "false") || tug_dg_is_nocase(s, "no") || tug_slice_is(s, "0");
}

static void put_key(struct json *j, struct tug_slice key)
{
	if (j->level[j->depth - 1].map) {
		tug_enc_text(&j->enc, key);
	}
}

/* A scalar of unknown meaning. */
static void put_plain(struct json *j, struct tug_slice key)
{
	int64_t i;
	bool b;

	if (!j->quoted && number(j, &i)) {
		put_key(j, key);
		tug_enc_int(&j->enc, i);
	} else if (!j->quoted && boolean(j, &b)) {
		put_key(j, key);
		tug_enc_bool(&j->enc, b);
	} else if (!j->cut && (j->quoted || !tug_slice_is(j->token, "null"))) {
		put_key(j, key);
		tug_enc_text(&j->enc, j->token);
	}
}

/* The token as the field has it; left out when it cannot be that. */
static void put_scalar(struct json *j, struct tug_slice key, const struct tug_field *f)
{
	uint8_t room[TOKEN_MAX];
	struct tug_buf octets = tug_buf_of(room, sizeof(room));
	int64_t i;
	bool b;

	switch (f != NULL ? f->type : TUG_T_ANY) {
	case TUG_T_BSTR:
		if (bytes(j, &octets)) {
			put_key(j, key);
			tug_enc_bytes(&j->enc, tug_buf_slice(&octets));
		} else if ((f->flags & TUG_F_LAX) != 0 && !j->cut) {
			put_key(j, key);
			tug_enc_text(&j->enc, j->token);
		}
		break;
	case TUG_T_UINT:
	case TUG_T_INT:
		if (number(j, &i) && (f->type == TUG_T_INT || i >= 0)) {
			put_key(j, key);
			tug_enc_int(&j->enc, i);
		}
		break;
	case TUG_T_BOOL:
		if (boolean(j, &b)) {
			put_key(j, key);
			tug_enc_bool(&j->enc, b);
		}
		break;
	case TUG_T_TSTR:
		if (!j->cut && (j->quoted || !tug_slice_is(j->token, "null"))) {
			put_key(j, key);
			tug_enc_text(&j->enc, j->token);
		}
		break;
	default:
		put_plain(j, key);
		break;
	}
}

/* ---- maps and lists ----------------------------------------------------------------------------------------- */

static bool push(struct json *j, bool map, const struct tug_map *sub, bool keyed)
{
	if (j->depth >= DEPTH) {
		return false;
	}
	j->level[j->depth++] = (struct level){ .map = map, .keyed = keyed, .sub = sub };
	if (map) {
		tug_enc_map_begin(&j->enc);
	} else {
		tug_enc_list_begin(&j->enc);
	}
	return true;
}

static void pop(struct json *j)
{
	if (j->level[--j->depth].map) {
		tug_enc_map_end(&j->enc);
	} else {
		tug_enc_list_end(&j->enc);
	}
}

static const struct tug_field *field_of(const struct level *l, struct tug_slice key)
{
	for (uint8_t i = 0; l->map && !l->keyed && l->sub != NULL && i < l->sub->n; i++) {
		if (tug_slice_is(key, l->sub->f[i].key)) {
			return &l->sub->f[i];
		}
	}
	return NULL;
}

/* The value at the reading point. False: nothing to go on with. */
static bool value(struct json *j, struct tug_slice key)
{
	const struct level *l = &j->level[j->depth - 1];
	const struct tug_field *f = field_of(l, key);
	const struct tug_map *sub = f != NULL ? f->sub : !l->map || l->keyed ? l->sub : NULL;
	uint8_t c = j->s.p[0];

	if (c == '{' || c == '[') {
		bool fits = f == NULL || f->type == TUG_T_ANY || (c == '{' ? f->type == TUG_T_MAP : f->type == TUG_T_LIST);

		if (j->depth >= DEPTH || !fits) {
			return false;
		}
		put_key(j, key);
		skip(j, 1);
		return push(j, c == '{', sub, f != NULL && (f->flags & TUG_F_KEYED) != 0);
	}
	read_token(j, ",}]");
	put_scalar(j, key, f);
	return true;
}

/* One member of the innermost map or list. False: the text ends, or makes no sense from here on. */
static bool member(struct json *j)
{
	uint8_t key[64];
	size_t len = 0;

	skip_blanks(j, ",;");
	if (j->s.len == 0) {
		return false;
	}
	if (j->s.p[0] == '}' || j->s.p[0] == ']') {
		skip(j, 1);
		pop(j);
		return true;
	}
	if (j->level[j->depth - 1].map) {
		read_token(j, ":=,}] \t");
		len = j->token.len;
		if (len > sizeof(key)) {
			return false;
		}
		memcpy(key, j->token.p, len);
		skip_blanks(j, "");
		if (j->s.len == 0 || (j->s.p[0] != ':' && j->s.p[0] != '=')) {
			return false;
		}
		skip(j, 1);
		skip_blanks(j, "");
		if (j->s.len == 0) {
			return false;
		}
	}
	return value(j, tug_slice_of(key, len));
}

static const struct tug_map *fields_of(const struct tug_smp_hdr *h)
{
	const struct tug_smp_cmd *c = tug_smp_cmd_find(h->group, h->id, h->op & TUG_SMP_WRITE);

	return c == NULL ? NULL : h->op % 2 != 0 ? c->rsp : c->req;
}

bool tug_dg_cbor_of_json(const struct tug_smp_hdr *h, struct tug_slice json, struct tug_buf *out)
{
	uint8_t room[TOKEN_MAX];
	struct json j = { .s = json, .room = room };
	size_t before = out->len;

	skip_blanks(&j, "");
	if (j.s.len == 0 || j.s.p[0] != '{') {
		return false;
	}
	skip(&j, 1);
	tug_enc_init(&j.enc, out);
	push(&j, true, fields_of(h), false);
	while (j.depth > 0 && member(&j)) {
	}
	while (j.depth > 0) {
		pop(&j);
	}
	if (tug_enc_finish(&j.enc) != TUG_OK) {
		out->len = before;
		return false;
	}
	return true;
}
