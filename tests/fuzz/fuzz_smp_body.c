/* SPDX-License-Identifier: Apache-2.0
 *
 * Every body of the table of commands: octet 0 picks the row, bit 0 of octet 1 request or response, the rest is the
 * body. What decodes encodes to equal values, and so do the maps inside it.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/smp.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool same(const struct tug_value *a, const struct tug_value *b)
{
	if (a->present != b->present || a->type != b->type) {
		return false;
	}
	if (!a->present) {
		return true;
	}
	switch ((enum tug_type)a->type) {
	case TUG_T_UINT:
	case TUG_T_INT:
		return a->v.u == b->v.u;
	case TUG_T_BOOL:
		return a->v.b == b->v.b;
	default:
		return tug_slice_eq(a->v.s, b->v.s);
	}
}

static void check_map(struct tug_slice body, const struct tug_map *m);

/* The maps inside a field. */
static void check_inside(const struct tug_field *f, struct tug_slice item)
{
	struct tug_list it;
	struct tug_slice inner;
	bool keyed = (f->flags & TUG_F_KEYED) != 0;
	if ((keyed ? tug_list_begin_map(item, &it) : tug_list_begin(item, &it)) != TUG_OK) {
		abort();
	}
	while (tug_list_next(&it, &inner) == 1) {
		if (keyed && tug_list_next(&it, &inner) != 1) {
			abort();
		}
		check_map(inner, f->sub);
	}
}

static void check_map(struct tug_slice body, const struct tug_map *m)
{
	struct tug_value vals[TUG_MAP_FIELDS];
	struct tug_value again[TUG_MAP_FIELDS];
	struct tug_enc e;

	if (tug_map_decode(body, m, vals) != TUG_OK) {
		return;
	}
	/* Shortest integers and no unknown keys: at most the octet of the other kind of map end is added. */
	struct tug_buf b = tug_buf_of(malloc(body.len + 1), body.len + 1);
	if (b.p == NULL) {
		return;
	}
	tug_enc_init(&e, &b);
	tug_map_encode(&e, m, vals);
	if (tug_enc_finish(&e) != TUG_OK || tug_map_decode(tug_buf_slice(&b), m, again) != TUG_OK) {
		abort();
	}
	for (uint8_t i = 0; i < m->n; i++) {
		if (!same(&vals[i], &again[i])) {
			abort();
		}
		if (vals[i].present && m->f[i].sub != NULL) {
			check_inside(&m->f[i], vals[i].v.s);
		}
	}
	free(b.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	size_t n = 0;
	const struct tug_smp_cmd *cmds = tug_smp_cmds(&n);
	if (len < 2) {
		return 0;
	}
	const struct tug_smp_cmd *c = &cmds[data[0] % n];
	check_map(tug_slice_of(data + 2, len - 2), (data[1] & 1) != 0 ? c->rsp : c->req);
	return 0;
}
