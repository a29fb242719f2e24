/* SPDX-License-Identifier: Apache-2.0
 *
 * Bodies to values by table. Decides what counts as the type of a field; knows no command.
 * For server, client and decoders. Octets are checked (cbor.c) before their heads are believed.
 */
#include "smp_priv.h"

#include <string.h>

/* Major type of a value that is taken as it stands; INT, BOOL and ANY have rules of their own. */
static const uint8_t majors[] = {
	[TUG_T_UINT] = TUG_CBOR_UINT, [TUG_T_TSTR] = TUG_CBOR_TSTR, [TUG_T_BSTR] = TUG_CBOR_BSTR,
	[TUG_T_LIST] = TUG_CBOR_LIST, [TUG_T_MAP] = TUG_CBOR_MAP,
};

/*
 * `item` is exactly one well-formed item. Nothing is copied: what was checked is a head and, in a string, octets.
 * Integers need not be minimal; a string in pieces has no octets in one place and is refused.
 */
static int checked_decode(struct tug_slice item, enum tug_type type, struct tug_value *val)
{
	struct tug_cbor_head h;
	struct tug_slice inside = item;

	if (tug_cbor_head_take(&inside, &h) < 0) {
		return TUG_ETYPE;
	}
	if (type == TUG_T_INT) {
		if (h.major > TUG_CBOR_NINT || h.arg > INT64_MAX) {
			return TUG_ETYPE;
		}
		val->v.i = h.major == TUG_CBOR_NINT ? -1 - (int64_t)h.arg : (int64_t)h.arg;
	} else if (type == TUG_T_BOOL) {
		if (h.major != TUG_CBOR_SIMPLE || (h.ai != TUG_CBOR_FALSE && h.ai != TUG_CBOR_TRUE)) {
			return TUG_ETYPE;
		}
		val->v.b = h.ai == TUG_CBOR_TRUE;
	} else if (type == TUG_T_ANY) {
		val->v.s = item;
	} else if ((size_t)type >= sizeof(majors) || h.major != majors[type]) {
		return TUG_ETYPE;
	} else if (type == TUG_T_UINT) {
		val->v.u = h.arg;
	} else if (type == TUG_T_LIST || type == TUG_T_MAP) {
		val->v.s = item;
	} else if (h.ai == TUG_CBOR_INDEFINITE) {
		return TUG_ETYPE;
	} else {
		val->v.s = inside;
	}
	val->present = true;
	val->type = (uint8_t)type;
	return TUG_OK;
}

int tug_item_decode(struct tug_slice item, enum tug_type type, struct tug_value *val)
{
	size_t len = 0;
	int r = tug_cbor_check(item, &len);
	if (r < 0) {
		return r;
	}
	if (len != item.len) {
		return TUG_ECBOR;
	}
	return checked_decode(item, type, val);
}

/* Decode the value of a known key. */
static int field_decode(const struct tug_field *f, struct tug_slice item, struct tug_value *val)
{
	enum tug_type type = (enum tug_type)f->type;
	uint8_t major = tug_cbor_major_of(item);

	if ((f->flags & TUG_F_LAX) != 0 && (major == TUG_CBOR_BSTR || major == TUG_CBOR_TSTR)) {
		type = major == TUG_CBOR_BSTR ? TUG_T_BSTR : TUG_T_TSTR;
	}
	if (val->present) {
		return TUG_EDUP;
	}
	int r = checked_decode(item, type, val);
	return r == TUG_ETYPE && (f->flags & TUG_F_SOFT) != 0 ? TUG_OK : r;
}

static int index_of(const struct tug_map *m, struct tug_slice key)
{
	for (int i = 0; i < m->n; i++) {
		if (tug_slice_is(key, m->f[i].key)) {
			return i;
		}
	}
	return -1;
}

int tug_map_decode(struct tug_slice body, const struct tug_map *m, struct tug_value *vals)
{
	struct tug_list it;

	for (unsigned i = 0; i < m->n; i++) {
		memset(&vals[i], 0, sizeof(vals[i]));
		vals[i].type = m->f[i].type;
	}
	int r = tug_walk_begin(body, &it, TUG_CBOR_MAP);
	if (r < 0) {
		return r;
	}
	for (;;) {
		struct tug_slice key;
		struct tug_slice item;
		struct tug_value name;

		r = tug_list_next(&it, &key);
		if (r != 1) {
			return r;
		}
		r = tug_list_next(&it, &item);
		if (r != 1) {
			return r < 0 ? r : TUG_ECBOR;
		}
		r = checked_decode(key, TUG_T_TSTR, &name);
		if (r < 0) {
			return r;
		}
		int i = index_of(m, name.v.s);
		r = i < 0 ? TUG_OK : field_decode(&m->f[i], item, &vals[i]);
		if (r < 0) {
			return r;
		}
	}
}

int tug_map_require(const struct tug_map *m, const struct tug_value *vals)
{
	for (unsigned i = 0; i < m->n; i++) {
		if ((m->f[i].flags & TUG_F_REQUIRED) != 0 && !vals[i].present) {
			return TUG_EMISSING;
		}
	}
	return TUG_OK;
}

int tug_map_index(const struct tug_map *m, const char *key)
{
	return index_of(m, tug_slice_of(key, strlen(key)));
}
