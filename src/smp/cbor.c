/* SPDX-License-Identifier: Apache-2.0
 *
 * Well-formedness and depth of CBOR (RFC 8949), and the walk over lists and maps that rests on it. Iterative: stack
 * use does not depend on the input. Knows no field. Runs before anything of the CBOR library sees the octets.
 */
#include "smp_priv.h"

/* An open list or map. */
struct level {
	size_t left; /* items it waits for; of an indefinite one: SIZE_MAX less those that came */
	uint8_t per; /* a break may come after a multiple of so many items: 1 list, 2 map; 0 = counted, no break */
};

/* A check under way. */
struct check {
	struct tug_slice rest; /* octets not yet looked at */
	unsigned depth;        /* open levels */
	bool tagged;           /* a tag waits for its item */
	struct level level[TUG_CBOR_DEPTH];
};

static void skip(struct tug_slice *in, size_t n)
{
	in->p += n;
	in->len -= n;
}

int tug_cbor_head_take(struct tug_slice *in, struct tug_cbor_head *h)
{
	if (in->len == 0) {
		return TUG_ETRUNC;
	}
	h->major = tug_cbor_major_of(*in);
	h->ai = in->p[0] & 31u;
	h->arg = h->ai;
	skip(in, 1);
	if (h->ai < TUG_CBOR_1_OCTET || h->ai == TUG_CBOR_INDEFINITE) {
		return TUG_OK;
	}
	if (h->ai > TUG_CBOR_8_OCTETS) {
		return TUG_ECBOR;
	}
	size_t n = (size_t)1 << (h->ai - TUG_CBOR_1_OCTET);
	if (in->len < n) {
		return TUG_ETRUNC;
	}
	h->arg = 0;
	for (size_t i = 0; i < n; i++) {
		h->arg = h->arg << 8 | in->p[i];
	}
	skip(in, n);
	return TUG_OK;
}

/* Step over the octets of a string whose head was `h`; an indefinite one is a row of definite ones and the break. */
static int skip_string(struct check *c, struct tug_cbor_head *h)
{
	uint8_t major = h->major;
	bool chunked = h->ai == TUG_CBOR_INDEFINITE;

	do {
		if (chunked) {
			int r = tug_cbor_head_take(&c->rest, h);
			if (r < 0) {
				return r;
			}
			if (h->ai == TUG_CBOR_INDEFINITE) {
				return h->major == TUG_CBOR_SIMPLE ? TUG_OK : TUG_ECBOR;
			}
			if (h->major != major) {
				return TUG_ECBOR;
			}
		}
		if (h->arg > c->rest.len) {
			return TUG_ETRUNC;
		}
		skip(&c->rest, (size_t)h->arg);
	} while (chunked);
	return TUG_OK;
}

/* Open a list or map. Result: TUG_MORE = its items follow, TUG_OK = it is empty. */
static int open_level(struct check *c, const struct tug_cbor_head *h)
{
	uint8_t per = h->major == TUG_CBOR_MAP ? 2 : 1;

	if (c->depth == TUG_CBOR_DEPTH) {
		return TUG_EDEPTH;
	}
	struct level *lv = &c->level[c->depth];
	lv->left = SIZE_MAX;
	lv->per = per;
	if (h->ai != TUG_CBOR_INDEFINITE) {
		/* Each item has an octet at least, so a claim beyond the rest cannot come true. */
		if (h->arg > c->rest.len / per) {
			return TUG_ETRUNC;
		}
		if (h->arg == 0) {
			return TUG_OK;
		}
		lv->left = (size_t)h->arg * per;
		lv->per = 0;
	}
	c->depth++;
	return TUG_MORE;
}

/* The break octet: ends the innermost indefinite list or map, between its items. */
static int close_level(struct check *c)
{
	if (c->depth == 0) {
		return TUG_ECBOR;
	}
	const struct level *lv = &c->level[c->depth - 1];
	if (lv->per == 0 || ((SIZE_MAX - lv->left) & (lv->per - 1u)) != 0) {
		return TUG_ECBOR;
	}
	c->depth--;
	return TUG_OK;
}

/* Step over one item's own octets. Result: TUG_OK = the item is complete, TUG_MORE = its inside follows. */
static int step(struct check *c)
{
	struct tug_cbor_head h;
	bool tagged = c->tagged;
	int r = tug_cbor_head_take(&c->rest, &h);

	c->tagged = false;
	if (r < 0) {
		return r;
	}
	if (h.major == TUG_CBOR_BSTR || h.major == TUG_CBOR_TSTR) {
		return skip_string(c, &h);
	}
	if (h.major == TUG_CBOR_LIST || h.major == TUG_CBOR_MAP) {
		return open_level(c, &h);
	}
	if (h.ai == TUG_CBOR_INDEFINITE) {
		return h.major == TUG_CBOR_SIMPLE && !tagged ? close_level(c) : TUG_ECBOR;
	}
	if (h.major == TUG_CBOR_SIMPLE && h.ai == TUG_CBOR_1_OCTET && h.arg < 32u) {
		return TUG_ECBOR;
	}
	c->tagged = h.major == TUG_CBOR_TAG;
	return c->tagged ? TUG_MORE : TUG_OK;
}

/* An item is complete: count it where it stands. Result: true = the outermost one is complete. */
static bool item_done(struct check *c)
{
	while (c->depth > 0) {
		if (--c->level[c->depth - 1].left > 0) {
			return false;
		}
		c->depth--;
	}
	return true;
}

int tug_cbor_check(struct tug_slice item, size_t *len)
{
	struct check c;

	c.rest = item;
	c.depth = 0;
	c.tagged = false;
	for (;;) {
		int r = step(&c);
		if (r < 0) {
			return r;
		}
		if (r == TUG_OK && item_done(&c)) {
			*len = item.len - c.rest.len;
			return TUG_OK;
		}
	}
}

int tug_walk_begin(struct tug_slice item, struct tug_list *it, enum tug_cbor_major major)
{
	size_t len = 0;
	int r = tug_cbor_check(item, &len);
	if (r < 0) {
		return r;
	}
	if (len != item.len) {
		return TUG_ECBOR;
	}
	struct tug_cbor_head h;
	it->rest = item;
	r = tug_cbor_head_take(&it->rest, &h);
	if (r < 0) {
		return r;
	}
	if (h.major != major) {
		return TUG_ETYPE;
	}
	it->left = major == TUG_CBOR_MAP ? (size_t)h.arg * 2u : (size_t)h.arg;
	if (h.ai == TUG_CBOR_INDEFINITE) {
		it->left = SIZE_MAX;
	}
	return TUG_OK;
}

int tug_list_begin(struct tug_slice item, struct tug_list *it)
{
	return tug_walk_begin(item, it, TUG_CBOR_LIST);
}

int tug_list_begin_map(struct tug_slice item, struct tug_list *it)
{
	return tug_walk_begin(item, it, TUG_CBOR_MAP);
}

int tug_list_next(struct tug_list *it, struct tug_slice *item)
{
	if (it->left == 0) {
		return 0;
	}
	if (it->left == SIZE_MAX && it->rest.len > 0 && it->rest.p[0] == 0xffu) {
		it->left = 0;
		return 0;
	}
	size_t len = 0;
	int r = tug_cbor_check(it->rest, &len);
	if (r < 0) {
		return r;
	}
	*item = tug_slice_of(it->rest.p, len);
	skip(&it->rest, len);
	if (it->left != SIZE_MAX) {
		it->left--;
	}
	return 1;
}
