/* SPDX-License-Identifier: Apache-2.0
 *
 * Bodies as pastes have them: whole, or cut off somewhere. What is there of a body that was cut off is closed to a
 * whole CBOR map, so that the table of commands reads it. Called by track*.c.
 */
#include <string.h>

#include "track_priv.h"

#define MAJOR_BSTR 2u
#define MAJOR_TSTR 3u
#define MAJOR_LIST 4u
#define MAJOR_MAP 5u
#define MAJOR_TAG 6u
#define MAJOR_SIMPLE 7u
#define INDEFINITE 31u
#define CBOR_BREAK 0xffu
/* Octets kept free for closing all levels, and for what was begun before. */
#define CLOSING (2 * (size_t)TUG_CBOR_DEPTH)

/* A map or list being copied. */
struct level {
	bool map;
	bool indefinite;
	uint64_t left; /* items to come, not for indefinite ones */
	uint64_t pos;  /* items done; odd in a map: a key waits for its value */
	size_t key;    /* where that key begins in the output */
};

struct mend {
	struct tug_slice in;
	struct tug_buf out;
	struct level level[TUG_CBOR_DEPTH];
	unsigned depth;
	bool whole; /* the first item ended */
};

struct head {
	uint8_t major;
	uint8_t info;
	uint64_t value;
	size_t len;
};

/* The head of the item at the start of `s`; false when it is cut off or malformed. */
static bool read_head(struct tug_slice s, struct head *h)
{
	size_t more;

	if (s.len == 0) {
		return false;
	}
	h->major = s.p[0] >> 5;
	h->info = s.p[0] & 0x1f;
	h->value = h->info;
	h->len = 1;
	if (h->info < 24 || h->info == INDEFINITE) {
		return true;
	}
	if (h->info > 27) {
		return false;
	}
	more = (size_t)1 << (h->info - 24);
	if (s.len < 1 + more) {
		return false;
	}
	h->value = 0;
	for (size_t i = 1; i <= more; i++) {
		h->value = h->value << 8 | s.p[i];
	}
	h->len = 1 + more;
	return true;
}

static void skip(struct tug_slice *s, size_t n)
{
	s->p += n;
	s->len -= n;
}

/* Copy `n` octets; room for closing all levels stays. */
static bool copy(struct mend *m, size_t n)
{
	if (m->in.len < n || m->out.cap - m->out.len < n + CLOSING) {
		return false;
	}
	memcpy(m->out.p + m->out.len, m->in.p, n);
	m->out.len += n;
	skip(&m->in, n);
	return true;
}

static void put(struct mend *m, uint8_t octet)
{
	if (m->out.len < m->out.cap) {
		m->out.p[m->out.len++] = octet;
	}
}

/* An item ended: so may the definite maps and lists around it. */
static void item_done(struct mend *m)
{
	while (m->depth > 0) {
		struct level *l = &m->level[m->depth - 1];

		l->pos++;
		if (l->indefinite || --l->left > 0) {
			return;
		}
		put(m, CBOR_BREAK);
		m->depth--;
	}
	m->whole = true;
}

static bool open_level(struct mend *m, const struct head *h)
{
	struct level *l;

	if (m->depth >= TUG_CBOR_DEPTH || (h->info != INDEFINITE && h->value > UINT32_MAX)) {
		return false;
	}
	if (m->out.cap - m->out.len < 1 + CLOSING) {
		return false;
	}
	l = &m->level[m->depth++];
	*l = (struct level){ .map = h->major == MAJOR_MAP, .indefinite = h->info == INDEFINITE };
	l->left = l->map ? 2 * h->value : h->value;
	put(m, l->map ? 0xbf : 0x9f);
	skip(&m->in, h->len);
	if (!l->indefinite && l->left == 0) {
		put(m, CBOR_BREAK);
		m->depth--;
		item_done(m);
	}
	return true;
}

/* A byte string that the end cuts in two: its beginning is worth something (a hash). */
static void short_string(struct mend *m, const struct head *h)
{
	size_t there = m->in.len - h->len;

	if (h->major != MAJOR_BSTR || there < 4 || there > UINT16_MAX ||
	    m->out.cap - m->out.len < there + 3 + CLOSING) {
		return;
	}
	skip(&m->in, h->len);
	put(m, MAJOR_BSTR << 5 | 25);
	put(m, (uint8_t)(there >> 8));
	put(m, (uint8_t)there);
	if (copy(m, there)) {
		item_done(m);
	}
}

/* A string in pieces. */
static bool copy_pieces(struct mend *m)
{
	size_t before = m->out.len;

	copy(m, 1);
	while (m->in.len > 0) {
		struct head h;

		if (m->in.p[0] == CBOR_BREAK) {
			copy(m, 1);
			item_done(m);
			return true;
		}
		if (!read_head(m->in, &h) || h.info == INDEFINITE || h.value > m->in.len || !copy(m, h.len + h.value)) {
			break;
		}
	}
	m->out.len = before;
	return false;
}

static bool copy_string(struct mend *m, const struct head *h)
{
	if (h->info == INDEFINITE) {
		return copy_pieces(m);
	}
	if (h->value > m->in.len - h->len) {
		short_string(m, h);
		return false;
	}
	if (!copy(m, h->len + (size_t)h->value)) {
		return false;
	}
	item_done(m);
	return true;
}

static bool close_level(struct mend *m)
{
	struct level *l = m->depth > 0 ? &m->level[m->depth - 1] : NULL;

	if (l == NULL || !l->indefinite || (l->map && l->pos % 2 != 0)) {
		return false;
	}
	skip(&m->in, 1);
	put(m, CBOR_BREAK);
	m->depth--;
	item_done(m);
	return true;
}

/* One head and what hangs on it. False: the end, or nothing that goes on. */
static bool step(struct mend *m)
{
	struct level *l = m->depth > 0 ? &m->level[m->depth - 1] : NULL;
	struct head h;

	if (!read_head(m->in, &h)) {
		return false;
	}
	if (h.major == MAJOR_SIMPLE && h.info == INDEFINITE) {
		return close_level(m);
	}
	if (l != NULL && l->map && l->pos % 2 == 0) {
		l->key = m->out.len;
	}
	switch (h.major) {
	case MAJOR_LIST:
	case MAJOR_MAP:
		return open_level(m, &h);
	case MAJOR_BSTR:
	case MAJOR_TSTR:
		return copy_string(m, &h);
	default:
		if (h.info == INDEFINITE || !copy(m, h.len)) {
			return false;
		}
		if (h.major != MAJOR_TAG) {
			item_done(m);
		}
		return true;
	}
}

/* Close what is open. */
static void finish(struct mend *m)
{
	while (m->depth > 0) {
		struct level *l = &m->level[m->depth - 1];

		if (l->map && l->pos % 2 != 0) {
			m->out.len = l->key;
		}
		put(m, CBOR_BREAK);
		m->depth--;
		if (m->depth > 0) {
			m->level[m->depth - 1].pos++;
		}
	}
}

struct tug_slice tug_track_map(struct tug_dg_track *t, struct tug_slice body, bool *mended)
{
	struct mend m = { .in = body, .out = tug_buf_of(t->mend, TUG_TRACK_MEND_MAX) };
	size_t len;

	*mended = false;
	if (tug_cbor_check(body, &len) == TUG_OK) {
		return tug_slice_of(body.p, len);
	}
	*mended = true;
	if (body.len == 0 || body.p[0] >> 5 != MAJOR_MAP) {
		return tug_slice_of(NULL, 0);
	}
	while (!m.whole && step(&m)) {
	}
	finish(&m);
	return tug_buf_slice(&m.out);
}

bool tug_track_decode(struct tug_slice map, const struct tug_map *m, struct tug_value *vals)
{
	return map.len > 0 && tug_map_decode(map, m, vals) == TUG_OK;
}

static bool flag(const struct tug_value *v)
{
	return v->present && v->v.b;
}

static bool take_slot(struct tug_slice item, struct tug_report_slot *s, bool *all)
{
	struct tug_value v[TUG_IMG_STATE_IMAGE_N];

	memset(s, 0, sizeof(*s));
	if (!tug_track_decode(item, &tug_img_state_image, v) || !v[TUG_IMG_STATE_IMAGE_SLOT].present ||
	    v[TUG_IMG_STATE_IMAGE_SLOT].v.u > UINT8_MAX) {
		return false;
	}
	s->slot = (uint8_t)v[TUG_IMG_STATE_IMAGE_SLOT].v.u;
	if (v[TUG_IMG_STATE_IMAGE_IMAGE].present) {
		s->image = (uint8_t)v[TUG_IMG_STATE_IMAGE_IMAGE].v.u;
	}
	if (v[TUG_IMG_STATE_IMAGE_VERSION].present) {
		tug_dg_copy(s->version, sizeof(s->version), v[TUG_IMG_STATE_IMAGE_VERSION].v.s);
	}
	if (v[TUG_IMG_STATE_IMAGE_HASH].present) {
		struct tug_slice h = v[TUG_IMG_STATE_IMAGE_HASH].v.s;

		s->hash_len = (uint8_t)(h.len < sizeof(s->hash) ? h.len : sizeof(s->hash));
		memcpy(s->hash, h.p, s->hash_len);
	}
	s->bootable = flag(&v[TUG_IMG_STATE_IMAGE_BOOTABLE]);
	s->pending = flag(&v[TUG_IMG_STATE_IMAGE_PENDING]);
	s->confirmed = flag(&v[TUG_IMG_STATE_IMAGE_CONFIRMED]);
	s->active = flag(&v[TUG_IMG_STATE_IMAGE_ACTIVE]);
	s->permanent = flag(&v[TUG_IMG_STATE_IMAGE_PERMANENT]);
	*all = v[TUG_IMG_STATE_IMAGE_PERMANENT].present;
	return true;
}

bool tug_track_list(struct tug_slice map, bool cut, const struct tug_evidence *at, struct tug_dg_list *out)
{
	struct tug_value v[TUG_IMG_STATE_RSP_N];
	struct tug_list it;
	struct tug_slice item;
	bool all = true;

	if (!tug_track_decode(map, &tug_img_state_rsp, v) || !v[TUG_IMG_STATE_RSP_IMAGES].present ||
	    tug_list_begin(v[TUG_IMG_STATE_RSP_IMAGES].v.s, &it) != TUG_OK) {
		return false;
	}
	memset(out, 0, sizeof(*out));
	out->known = true;
	out->cut = cut;
	out->at = *at;
	while (out->n < TUG_REPORT_SLOTS && tug_list_next(&it, &item) == 1) {
		out->n = (uint8_t)(out->n + take_slot(item, &out->s[out->n], &all));
	}
	if (cut && out->n > 0 && !all) {
		out->n--; /* its flags are behind the cut */
	}
	return !cut || out->n > 0;
}

uint64_t tug_track_cut_string(struct tug_slice body, const char *key)
{
	size_t n = strlen(key);

	for (size_t i = 0; i + n + 1 < body.len; i++) {
		struct tug_slice rest = tug_slice_of(body.p + i + 1 + n, body.len - i - 1 - n);
		struct head h;

		if (body.p[i] == (MAJOR_TSTR << 5 | n) && memcmp(body.p + i + 1, key, n) == 0 && read_head(rest, &h) &&
		    h.major == MAJOR_BSTR && h.info != INDEFINITE && h.value <= UINT16_MAX) {
			return h.value;
		}
	}
	return 0;
}
