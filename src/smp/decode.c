/* SPDX-License-Identifier: Apache-2.0
 *
 * Bodies to values by table. Decides what counts as the type of a field; knows no command.
 * For server, client and decoders. Octets are checked (cbor.c) before the CBOR library reads them.
 */
#include "smp_priv.h"

#include <string.h>

#include <zcbor_decode.h>

/* Major type that a field of LIST or MAP must have. */
static int raw_decode(struct tug_slice item, uint8_t major, struct tug_value *val)
{
	if (tug_cbor_major_of(item) != major) {
		return TUG_ETYPE;
	}
	val->v.s = item;
	return TUG_OK;
}

static int string_decode(zcbor_state_t *zs, bool text, struct tug_value *val)
{
	struct zcbor_string str = { NULL, 0 };
	bool ok = text ? zcbor_tstr_decode(zs, &str) : zcbor_bstr_decode(zs, &str);
	if (!ok) {
		return TUG_ETYPE;
	}
	val->v.s = tug_slice_of(str.value, str.len);
	return TUG_OK;
}

/* `item` is exactly one well-formed item. */
static int checked_decode(struct tug_slice item, enum tug_type type, struct tug_value *val)
{
	zcbor_state_t zs;

	zcbor_new_state(&zs, 1, item.p, item.len, 1, NULL, 0);
	val->type = (uint8_t)type;
	switch (type) {
	case TUG_T_UINT:
		return zcbor_uint64_decode(&zs, &val->v.u) ? TUG_OK : TUG_ETYPE;
	case TUG_T_INT:
		return zcbor_int64_decode(&zs, &val->v.i) ? TUG_OK : TUG_ETYPE;
	case TUG_T_BOOL:
		return zcbor_bool_decode(&zs, &val->v.b) ? TUG_OK : TUG_ETYPE;
	case TUG_T_TSTR:
		return string_decode(&zs, true, val);
	case TUG_T_BSTR:
		return string_decode(&zs, false, val);
	case TUG_T_LIST:
		return raw_decode(item, TUG_CBOR_LIST, val);
	case TUG_T_MAP:
		return raw_decode(item, TUG_CBOR_MAP, val);
	case TUG_T_ANY:
		val->v.s = item;
		return TUG_OK;
	}
	return TUG_ETYPE;
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
	struct tug_value got = { .present = true };
	r = checked_decode(item, type, &got);
	if (r == TUG_OK) {
		*val = got;
	}
	return r;
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
	struct tug_value got = { .present = true };
	int r = checked_decode(item, type, &got);
	if (r == TUG_OK) {
		*val = got;
	}
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

	for (uint8_t i = 0; i < m->n; i++) {
		vals[i] = (struct tug_value){ .present = false, .type = m->f[i].type };
	}
	int r = tug_list_begin_map(body, &it);
	if (r < 0) {
		return r;
	}
	for (;;) {
		struct tug_slice key;
		struct tug_slice item;
		struct tug_value name = { .present = false };

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
	for (uint8_t i = 0; i < m->n; i++) {
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
