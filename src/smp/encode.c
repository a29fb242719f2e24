/* SPDX-License-Identifier: Apache-2.0
 *
 * Values to CBOR, piece by piece or a whole map by table. Decides the shape (indefinite maps and lists, shortest
 * integers, as Zephyr sends them); knows no command. For server and client.
 */
#include "smp_priv.h"

#include <string.h>

#include <zcbor_encode.h>

void tug_enc_init(struct tug_enc *e, struct tug_buf *out)
{
	e->out = out;
	e->err = TUG_OK;
	e->depth = 0;
}

static void fail(struct tug_enc *e, int err)
{
	if (e->err == TUG_OK) {
		e->err = err;
	}
}

/* Prepare a write behind what is there. Result: false = an earlier error holds, write nothing. */
static bool begin(struct tug_enc *e, zcbor_state_t *zs)
{
	if (e->err != TUG_OK) {
		return false;
	}
	zcbor_new_encode_state(zs, 1, e->out->p + e->out->len, e->out->cap - e->out->len, 1);
	return true;
}

/* Take over what was written, or note that it did not fit: nothing of a failed write counts. */
static void end(struct tug_enc *e, const zcbor_state_t *zs, bool ok)
{
	if (!ok) {
		fail(e, TUG_ENOSPACE);
		return;
	}
	e->out->len = (size_t)(zs->payload - e->out->p);
}

/* The library's writer of the beginning or the end of a map or list. */
typedef bool (*border_fn)(zcbor_state_t *zs, size_t most);

/* Write the border between two depths: `by` is 1 or -1. */
static void border(struct tug_enc *e, border_fn write, int by)
{
	int depth = e->depth + by;
	zcbor_state_t zs;

	if (depth < 0 || depth > (int)TUG_CBOR_DEPTH) {
		fail(e, by > 0 ? TUG_EDEPTH : TUG_ESTATE);
	}
	if (begin(e, &zs)) {
		end(e, &zs, write(&zs, 0));
		e->depth = (uint8_t)depth;
	}
}

void tug_enc_map_begin(struct tug_enc *e)
{
	border(e, zcbor_map_start_encode, 1);
}

void tug_enc_map_end(struct tug_enc *e)
{
	border(e, zcbor_map_end_encode, -1);
}

void tug_enc_list_begin(struct tug_enc *e)
{
	border(e, zcbor_list_start_encode, 1);
}

void tug_enc_list_end(struct tug_enc *e)
{
	border(e, zcbor_list_end_encode, -1);
}

void tug_enc_uint(struct tug_enc *e, uint64_t v)
{
	zcbor_state_t zs;

	if (begin(e, &zs)) {
		end(e, &zs, zcbor_uint64_encode(&zs, &v));
	}
}

void tug_enc_int(struct tug_enc *e, int64_t v)
{
	zcbor_state_t zs;

	if (begin(e, &zs)) {
		end(e, &zs, zcbor_int64_encode(&zs, &v));
	}
}

void tug_enc_bool(struct tug_enc *e, bool v)
{
	zcbor_state_t zs;

	if (begin(e, &zs)) {
		end(e, &zs, zcbor_bool_put(&zs, v));
	}
}

static void put_string(struct tug_enc *e, const uint8_t *p, size_t len, bool text)
{
	static const uint8_t nothing[1] = { 0 }; /* the library copies from a pointer even when there is nothing */
	struct zcbor_string str = { len > 0 ? p : nothing, len };
	zcbor_state_t zs;

	if (begin(e, &zs)) {
		end(e, &zs, text ? zcbor_tstr_encode(&zs, &str) : zcbor_bstr_encode(&zs, &str));
	}
}

void tug_enc_text(struct tug_enc *e, struct tug_slice v)
{
	put_string(e, v.p, v.len, true);
}

void tug_enc_key(struct tug_enc *e, const char *key)
{
	put_string(e, (const uint8_t *)key, strlen(key), true);
}

void tug_enc_bytes(struct tug_enc *e, struct tug_slice v)
{
	put_string(e, v.p, v.len, false);
}

void tug_enc_raw(struct tug_enc *e, struct tug_slice v)
{
	if (e->err != TUG_OK || v.len == 0) {
		return;
	}
	if (v.len > e->out->cap - e->out->len) {
		fail(e, TUG_ENOSPACE);
		return;
	}
	memcpy(e->out->p + e->out->len, v.p, v.len);
	e->out->len += v.len;
}

int tug_enc_finish(struct tug_enc *e)
{
	if (e->depth != 0) {
		fail(e, TUG_ESTATE);
	}
	return e->err;
}

/* A raw value must be one item of the field's type, or the map around it would break. */
static void put_item(struct tug_enc *e, uint8_t type, struct tug_slice item)
{
	struct tug_value val;
	int r = tug_item_decode(item, (enum tug_type)type, &val);
	if (r < 0) {
		fail(e, r);
	}
	tug_enc_raw(e, item);
}

static void put_value(struct tug_enc *e, uint8_t type, const struct tug_value *val)
{
	switch ((enum tug_type)type) {
	case TUG_T_UINT:
		tug_enc_uint(e, val->v.u);
		break;
	case TUG_T_INT:
		tug_enc_int(e, val->v.i);
		break;
	case TUG_T_BOOL:
		tug_enc_bool(e, val->v.b);
		break;
	case TUG_T_TSTR:
		tug_enc_text(e, val->v.s);
		break;
	case TUG_T_BSTR:
		tug_enc_bytes(e, val->v.s);
		break;
	case TUG_T_LIST:
	case TUG_T_MAP:
	case TUG_T_ANY:
		put_item(e, type, val->v.s);
		break;
	}
}

void tug_map_encode(struct tug_enc *e, const struct tug_map *m, const struct tug_value *vals)
{
	tug_enc_map_begin(e);
	for (unsigned i = 0; i < m->n; i++) {
		uint8_t type = m->f[i].type;
		if (!vals[i].present) {
			continue;
		}
		/* A LAX field goes out as the type it came with. */
		if ((m->f[i].flags & TUG_F_LAX) != 0 && (vals[i].type == TUG_T_TSTR || vals[i].type == TUG_T_BSTR)) {
			type = vals[i].type;
		}
		tug_enc_key(e, m->f[i].key);
		put_value(e, type, &vals[i]);
	}
	tug_enc_map_end(e);
}
