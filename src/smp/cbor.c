/* SPDX-License-Identifier: Apache-2.0
 *
 * Well-formedness and depth of CBOR (RFC 8949), and the walk over lists and maps that rests on it. Iterative: stack
 * use does not depend on the input. Knows no field. Runs before anything of the CBOR library sees the octets.
 */
#include "smp_priv.h"

/* Additional information of a head. */
enum { AI_1_OCTET = 24, AI_8_OCTETS = 27, AI_INDEFINITE = 31 };

/* First octet of an item and its argument. */
struct head {
	uint64_t arg;  /* value, length or count */
	size_t len;    /* octets of the head */
	uint8_t major; /* enum tug_cbor_major */
	uint8_t ai;    /* additional information */
};

/* What an open list or map waits for. */
enum level_kind {
	LEVEL_COUNTED,   /* `left` more items */
	LEVEL_LIST,      /* an item or the break */
	LEVEL_MAP_KEY,   /* a key or the break */
	LEVEL_MAP_VALUE, /* a value */
};

struct level {
	size_t left;
	uint8_t kind;
};

/* A check under way. */
struct check {
	struct tug_slice in;
	size_t pos;
	unsigned depth;
	struct level level[TUG_CBOR_DEPTH];
};

static int head_read(struct tug_slice in, struct head *h)
{
	if (in.len == 0) {
		return TUG_ETRUNC;
	}
	h->major = tug_cbor_major_of(in);
	h->ai = in.p[0] & 31u;
	h->len = 1;
	h->arg = h->ai;
	if (h->ai < AI_1_OCTET || h->ai == AI_INDEFINITE) {
		return TUG_OK;
	}
	if (h->ai > AI_8_OCTETS) {
		return TUG_ECBOR;
	}
	h->len = 1u + ((size_t)1 << (h->ai - AI_1_OCTET));
	if (in.len < h->len) {
		return TUG_ETRUNC;
	}
	h->arg = 0;
	for (size_t i = 1; i < h->len; i++) {
		h->arg = h->arg << 8 | in.p[i];
	}
	return TUG_OK;
}

static struct tug_slice rest_of(const struct check *c)
{
	return tug_slice_of(c->in.p + c->pos, c->in.len - c->pos);
}

/* Step over the octets of a string whose head was `h`; an indefinite one is a row of definite ones and the break. */
static int skip_string(struct check *c, struct head h)
{
	uint8_t major = h.major;
	bool chunked = h.ai == AI_INDEFINITE;

	c->pos += h.len;
	for (;;) {
		if (chunked) {
			int r = head_read(rest_of(c), &h);
			if (r < 0) {
				return r;
			}
			c->pos += h.len;
			if (h.major == TUG_CBOR_SIMPLE && h.ai == AI_INDEFINITE) {
				return TUG_OK;
			}
			if (h.major != major || h.ai == AI_INDEFINITE) {
				return TUG_ECBOR;
			}
		}
		if (h.arg > c->in.len - c->pos) {
			return TUG_ETRUNC;
		}
		c->pos += (size_t)h.arg;
		if (!chunked) {
			return TUG_OK;
		}
	}
}

/* Open a list or map. Result: TUG_MORE = its items follow, TUG_OK = it is empty. */
static int open_level(struct check *c, struct head h)
{
	bool map = h.major == TUG_CBOR_MAP;
	size_t rest = c->in.len - c->pos - h.len;

	if (c->depth == TUG_CBOR_DEPTH) {
		return TUG_EDEPTH;
	}
	c->pos += h.len;
	struct level *lv = &c->level[c->depth];
	if (h.ai == AI_INDEFINITE) {
		lv->kind = map ? LEVEL_MAP_KEY : LEVEL_LIST;
		lv->left = 0;
		c->depth++;
		return TUG_MORE;
	}
	/* Each item has an octet at least, so a claim beyond the rest cannot come true. */
	if (h.arg > (map ? rest / 2 : rest)) {
		return TUG_ETRUNC;
	}
	if (h.arg == 0) {
		return TUG_OK;
	}
	lv->kind = LEVEL_COUNTED;
	lv->left = (size_t)h.arg * (map ? 2u : 1u);
	c->depth++;
	return TUG_MORE;
}

/* The break octet: ends the innermost indefinite list or map, between its items. */
static int close_level(struct check *c)
{
	if (c->depth == 0) {
		return TUG_ECBOR;
	}
	uint8_t kind = c->level[c->depth - 1].kind;
	if (kind != LEVEL_LIST && kind != LEVEL_MAP_KEY) {
		return TUG_ECBOR;
	}
	c->pos++;
	c->depth--;
	return TUG_OK;
}

/* Step over one item's own octets. Result: TUG_OK = the item is complete, TUG_MORE = its inside follows. */
static int step(struct check *c, bool *tagged)
{
	struct head h = { 0, 0, 0, 0 };
	int r = head_read(rest_of(c), &h);
	if (r < 0) {
		return r;
	}
	if (h.major == TUG_CBOR_BSTR || h.major == TUG_CBOR_TSTR) {
		return skip_string(c, h);
	}
	if (h.major == TUG_CBOR_LIST || h.major == TUG_CBOR_MAP) {
		*tagged = false;
		return open_level(c, h);
	}
	if (h.ai == AI_INDEFINITE) {
		return h.major == TUG_CBOR_SIMPLE && !*tagged ? close_level(c) : TUG_ECBOR;
	}
	if (h.major == TUG_CBOR_SIMPLE && h.ai == AI_1_OCTET && h.arg < 32u) {
		return TUG_ECBOR;
	}
	c->pos += h.len;
	*tagged = h.major == TUG_CBOR_TAG;
	return *tagged ? TUG_MORE : TUG_OK;
}

/* An item is complete: count it where it stands. Result: true = the outermost one is complete. */
static bool item_done(struct check *c)
{
	while (c->depth > 0) {
		struct level *lv = &c->level[c->depth - 1];
		if (lv->kind == LEVEL_MAP_KEY) {
			lv->kind = LEVEL_MAP_VALUE;
			return false;
		}
		if (lv->kind == LEVEL_MAP_VALUE) {
			lv->kind = LEVEL_MAP_KEY;
			return false;
		}
		if (lv->kind == LEVEL_LIST || --lv->left > 0) {
			return false;
		}
		c->depth--;
	}
	return true;
}

int tug_cbor_check(struct tug_slice item, size_t *len)
{
	struct check c = { .in = item, .pos = 0, .depth = 0 };
	bool tagged = false; /* a tag waits for its item */

	for (;;) {
		int r = step(&c, &tagged);
		if (r < 0) {
			return r;
		}
		if (r == TUG_OK) {
			tagged = false;
			if (item_done(&c)) {
				*len = c.pos;
				return TUG_OK;
			}
		}
	}
}

static int walk_begin(struct tug_slice item, uint8_t major, struct tug_list *it)
{
	size_t len = 0;
	int r = tug_cbor_check(item, &len);
	if (r < 0) {
		return r;
	}
	if (len != item.len) {
		return TUG_ECBOR;
	}
	struct head h = { 0, 0, 0, 0 };
	r = head_read(item, &h);
	if (r < 0) {
		return r;
	}
	if (h.major != major) {
		return TUG_ETYPE;
	}
	it->rest = tug_slice_of(item.p + h.len, item.len - h.len);
	it->left = major == TUG_CBOR_MAP ? h.arg * 2u : h.arg;
	if (h.ai == AI_INDEFINITE) {
		it->left = UINT64_MAX;
	}
	return TUG_OK;
}

int tug_list_begin(struct tug_slice item, struct tug_list *it)
{
	return walk_begin(item, TUG_CBOR_LIST, it);
}

int tug_list_begin_map(struct tug_slice item, struct tug_list *it)
{
	return walk_begin(item, TUG_CBOR_MAP, it);
}

int tug_list_next(struct tug_list *it, struct tug_slice *item)
{
	if (it->left == 0) {
		return 0;
	}
	if (it->left == UINT64_MAX && it->rest.len > 0 && it->rest.p[0] == 0xffu) {
		it->left = 0;
		return 0;
	}
	size_t len = 0;
	int r = tug_cbor_check(it->rest, &len);
	if (r < 0) {
		return r;
	}
	*item = tug_slice_of(it->rest.p, len);
	it->rest = tug_slice_of(it->rest.p + len, it->rest.len - len);
	if (it->left != UINT64_MAX) {
		it->left--;
	}
	return 1;
}
