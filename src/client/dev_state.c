/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads an image list and says which row of the slot-state table it is. Decides nothing about what to
 * do. Called by planner and update procedure, and by whoever prints a list.
 */
#include <string.h>

#include <tug/smp_cmds.h>

#include "plan_priv.h"

static bool flag(const struct tug_value *v)
{
	return v->present && v->v.b;
}

static int decode_entry(struct tug_slice item, struct tug_slot_state *s, bool *flags)
{
	struct tug_value v[TUG_IMG_STATE_IMAGE_N];
	int err = tug_map_decode(item, &tug_img_state_image, v);

	if (err == TUG_OK) {
		err = tug_map_require(&tug_img_state_image, v);
	}
	if (err != TUG_OK) {
		return err;
	}
	memset(s, 0, sizeof(*s));
	if (v[TUG_IMG_STATE_IMAGE_IMAGE].present) {
		if (v[TUG_IMG_STATE_IMAGE_IMAGE].v.u > UINT8_MAX) {
			return TUG_ETYPE;
		}
		s->image = (uint8_t)v[TUG_IMG_STATE_IMAGE_IMAGE].v.u;
	}
	if (v[TUG_IMG_STATE_IMAGE_SLOT].v.u > UINT8_MAX) {
		return TUG_ETYPE;
	}
	s->slot = (uint8_t)v[TUG_IMG_STATE_IMAGE_SLOT].v.u;
	if (v[TUG_IMG_STATE_IMAGE_VERSION].present) {
		s->version_ok = tug_version_parse(v[TUG_IMG_STATE_IMAGE_VERSION].v.s, &s->version) == TUG_OK;
	}
	if (!s->version_ok) {
		memset(&s->version, 0, sizeof(s->version));
	}
	if (v[TUG_IMG_STATE_IMAGE_HASH].present) {
		if (v[TUG_IMG_STATE_IMAGE_HASH].v.s.len > sizeof(s->hash)) {
			return TUG_ETYPE;
		}
		s->hash_len = (uint8_t)v[TUG_IMG_STATE_IMAGE_HASH].v.s.len;
		if (s->hash_len > 0) {
			memcpy(s->hash, v[TUG_IMG_STATE_IMAGE_HASH].v.s.p, s->hash_len);
		}
	}
	for (size_t i = TUG_IMG_STATE_IMAGE_BOOTABLE; i <= TUG_IMG_STATE_IMAGE_PERMANENT; i++) {
		*flags |= v[i].present;
	}
	/* Frugal lists send true flags only. */
	s->bootable = flag(&v[TUG_IMG_STATE_IMAGE_BOOTABLE]);
	s->pending = flag(&v[TUG_IMG_STATE_IMAGE_PENDING]);
	s->confirmed = flag(&v[TUG_IMG_STATE_IMAGE_CONFIRMED]);
	s->active = flag(&v[TUG_IMG_STATE_IMAGE_ACTIVE]);
	s->permanent = flag(&v[TUG_IMG_STATE_IMAGE_PERMANENT]);
	return TUG_OK;
}

int tug_dev_state_decode(struct tug_slice body, struct tug_dev_state *st)
{
	struct tug_value v[TUG_IMG_STATE_RSP_N];
	struct tug_slot_state slot[TUG_DEV_SLOTS];
	struct tug_list it;
	struct tug_slice item;
	uint8_t n = 0;
	bool flags = false;
	int err = tug_map_decode(body, &tug_img_state_rsp, v);

	if (err == TUG_OK) {
		err = tug_map_require(&tug_img_state_rsp, v);
	}
	if (err == TUG_OK) {
		err = tug_list_begin(v[TUG_IMG_STATE_RSP_IMAGES].v.s, &it);
	}
	if (err != TUG_OK) {
		return err;
	}
	while ((err = tug_list_next(&it, &item)) == 1) {
		struct tug_slot_state s;

		err = decode_entry(item, &s, &flags);
		if (err != TUG_OK) {
			return err;
		}
		if (n < TUG_DEV_SLOTS) {
			slot[n++] = s;
		}
	}
	if (err < 0) {
		return err;
	}
	memcpy(st->slot, slot, n * sizeof(slot[0]));
	st->n = n;
	st->recovery = !flags;
	return TUG_OK;
}

const struct tug_slot_state *tug_dev_active(const struct tug_dev_state *st, uint8_t image)
{
	for (uint8_t i = 0; i < st->n; i++) {
		if (st->slot[i].image == image && st->slot[i].active) {
			return &st->slot[i];
		}
	}
	return NULL;
}

const struct tug_slot_state *tug_dev_slot(const struct tug_dev_state *st, uint8_t image, uint8_t slot)
{
	for (uint8_t i = 0; i < st->n; i++) {
		if (st->slot[i].image == image && st->slot[i].slot == slot) {
			return &st->slot[i];
		}
	}
	return NULL;
}

/* Up to about Zephyr 3.4 only image 0 has an active slot; the others run what is in their slot 0. */
const struct tug_slot_state *tug_dev_running(const struct tug_dev_state *st, uint8_t image)
{
	const struct tug_slot_state *s = tug_dev_active(st, image);

	if (s == NULL && image > 0 && tug_dev_active(st, 0) != NULL) {
		s = tug_dev_slot(st, image, 0);
	}
	return s;
}

static const struct tug_slot_state *beside(const struct tug_dev_state *st, const struct tug_slot_state *run,
					   uint8_t image)
{
	for (uint8_t i = 0; i < st->n; i++) {
		if (st->slot[i].image == image && !st->slot[i].active && &st->slot[i] != run) {
			return &st->slot[i];
		}
	}
	return NULL;
}

const struct tug_slot_state *tug_dev_other(const struct tug_dev_state *st, uint8_t image)
{
	return beside(st, NULL, image);
}

const struct tug_slot_state *tug_dev_target(const struct tug_dev_state *st, uint8_t image)
{
	return beside(st, tug_dev_running(st, image), image);
}

static bool same_hash(const struct tug_slot_state *a, const struct tug_slot_state *b)
{
	return a->hash_len > 0 && a->hash_len == b->hash_len && memcmp(a->hash, b->hash, a->hash_len) == 0;
}

enum tug_dev_pattern tug_dev_classify(const struct tug_dev_state *st, uint8_t image)
{
	const struct tug_slot_state *run = tug_dev_running(st, image);
	const struct tug_slot_state *other = tug_dev_target(st, image);
	/* A further image without an active flag bears none of the others either. */
	bool confirmed = run != NULL && (run->confirmed || !run->active);

	if (run == NULL || st->recovery) {
		return TUG_DEV_NO_ACTIVE;
	}
	if (other != NULL && other->pending) {
		return other->permanent ? TUG_DEV_PENDING_PERM : TUG_DEV_PENDING_TEST;
	}
	if (!confirmed) {
		return other != NULL && other->confirmed ? TUG_DEV_TEST_RUN : TUG_DEV_UNCONFIRMED;
	}
	if (other == NULL) {
		return TUG_DEV_FRESH;
	}
	return same_hash(run, other) ? TUG_DEV_DUPLICATE : TUG_DEV_LEFTOVER;
}

const char *tug_dev_pattern_name(enum tug_dev_pattern p)
{
	static const char *const names[] = {
		[TUG_DEV_FRESH] = "fresh",
		[TUG_DEV_LEFTOVER] = "leftover",
		[TUG_DEV_PENDING_TEST] = "pending-test",
		[TUG_DEV_PENDING_PERM] = "pending-confirm",
		[TUG_DEV_TEST_RUN] = "test-run",
		[TUG_DEV_UNCONFIRMED] = "unconfirmed",
		[TUG_DEV_DUPLICATE] = "duplicate",
		[TUG_DEV_NO_ACTIVE] = "no-active",
	};

	return (size_t)p < sizeof(names) / sizeof(names[0]) ? names[p] : "unknown";
}

bool tug_slot_holds(const struct tug_slot_state *s, const struct tug_plan_image *img)
{
	if (s == NULL) {
		return false;
	}
	if (s->hash_len == 0) {
		return s->version_ok && tug_version_cmp(&s->version, &img->version, true) == 0;
	}
	if (s->hash_len == img->run_hash_len && memcmp(s->hash, img->run_hash, s->hash_len) == 0) {
		return true;
	}
	return s->hash_len == img->hash_len && memcmp(s->hash, img->hash, s->hash_len) == 0;
}

static bool same_slot(const struct tug_slot_state *a, const struct tug_slot_state *b)
{
	return a->image == b->image && a->slot == b->slot && a->version_ok == b->version_ok &&
	       tug_version_cmp(&a->version, &b->version, true) == 0 && a->hash_len == b->hash_len &&
	       memcmp(a->hash, b->hash, a->hash_len) == 0 && a->pending == b->pending &&
	       a->confirmed == b->confirmed && a->active == b->active && a->permanent == b->permanent;
}

bool tug_dev_same_list(const struct tug_dev_state *a, const struct tug_dev_state *b)
{
	if (a->n != b->n || a->recovery != b->recovery) {
		return false;
	}
	for (uint8_t i = 0; i < a->n; i++) {
		if (!same_slot(&a->slot[i], &b->slot[i])) {
			return false;
		}
	}
	return true;
}
