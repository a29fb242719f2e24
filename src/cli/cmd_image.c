/* SPDX-License-Identifier: Apache-2.0
 *
 * Single steps of the image group: list, test, confirm, erase, slots. Every write is followed by a look at the
 * list: what the device answered is not the proof. Called by main.c.
 */
#include <string.h>

#include <tug/smp_cmds.h>

#include "handlers_priv.h"
#include "results_priv.h"

static const uint8_t empty_map = 0xa0;

static bool read_list(struct tug_turn *t, struct tug_dev_state *st)
{
	const struct tug_smp_cmd *cmd = tug_row(TUG_GRP_IMG, 0, TUG_SMP_READ);
	struct tug_answer a;
	int err;

	memset(st, 0, sizeof(*st));
	if (!tug_turn_call(t, cmd, tug_slice_of(&empty_map, 1), &a)) {
		return false;
	}
	err = tug_dev_state_decode(a.body, st);
	if (err != TUG_OK) {
		tug_turn_fail(t, err, cmd, NULL);
	}
	return err == TUG_OK;
}

static void turn_list(struct tug_turn *t)
{
	struct tug_dev_state st;

	if (read_list(t, &st)) {
		tug_turn_show(t, &tug_view_images, &st);
	}
}

int tug_cmd_image_list(struct tug_cli *cli)
{
	return tug_each_device(cli, turn_list, NULL);
}

/* The first characters of a hash, as octets and one half octet. */
struct prefix {
	uint8_t octet[TUG_HASH_MAX]; /* whole octets, then the half one in the high bits */
	size_t digits;               /* hex digits */
};

#define DIGITS_MIN 4u

static bool read_prefix(const char *text, struct prefix *p)
{
	size_t n = strlen(text);

	memset(p, 0, sizeof(*p));
	if (n < DIGITS_MIN || n > (size_t)2 * TUG_HASH_MAX || strspn(text, "0123456789abcdefABCDEF") != n) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		char c = text[i];
		int v = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;

		p->octet[i / 2] = (uint8_t)(p->octet[i / 2] | v << (i % 2 == 0 ? 4 : 0));
	}
	p->digits = n;
	return true;
}

static bool prefix_fits(const struct prefix *p, const struct tug_slot_state *s)
{
	size_t whole = p->digits / 2;

	if (p->digits > (size_t)2 * s->hash_len || memcmp(p->octet, s->hash, whole) != 0) {
		return false;
	}
	return p->digits % 2 == 0 || (p->octet[whole] ^ s->hash[whole]) < 16;
}

static bool same_hash(const struct tug_slot_state *a, const struct tug_slot_state *b)
{
	return a->hash_len == b->hash_len && memcmp(a->hash, b->hash, a->hash_len) == 0;
}

/* The slot that HASH of the command line means; equal images in both slots are no ambiguity. */
static const struct tug_slot_state *find_slot(struct tug_turn *t, const struct tug_dev_state *st)
{
	const struct tug_slot_state *found = NULL;
	struct prefix p;

	read_prefix(t->cli->args->pos[0], &p);
	for (uint8_t i = 0; i < st->n; i++) {
		if (!prefix_fits(&p, &st->slot[i])) {
			continue;
		}
		if (found != NULL && !same_hash(found, &st->slot[i])) {
			tug_turn_unmet(t, "several images have a hash that begins like this", "give more characters of it");
			return NULL;
		}
		found = found != NULL ? found : &st->slot[i];
	}
	if (found == NULL) {
		tug_turn_unmet(t, "no image on the device has this hash",
			       "'tug image list' shows the hashes; 'tug file info' shows the one of a file");
	}
	return found;
}

static bool write_state(struct tug_turn *t, const struct tug_slot_state *slot, bool confirm)
{
	const struct tug_smp_cmd *cmd = tug_row(TUG_GRP_IMG, 0, TUG_SMP_WRITE);
	struct tug_value req[TUG_IMG_STATE_REQ_N];
	uint8_t storage[128];
	struct tug_buf body = tug_buf_of(storage, sizeof(storage));
	struct tug_answer a;

	memset(req, 0, sizeof(req));
	if (slot != NULL) {
		req[TUG_IMG_STATE_REQ_HASH].present = true;
		req[TUG_IMG_STATE_REQ_HASH].type = TUG_T_BSTR;
		req[TUG_IMG_STATE_REQ_HASH].v.s = tug_slice_of(slot->hash, slot->hash_len);
	}
	req[TUG_IMG_STATE_REQ_CONFIRM].present = true;
	req[TUG_IMG_STATE_REQ_CONFIRM].type = TUG_T_BOOL;
	req[TUG_IMG_STATE_REQ_CONFIRM].v.b = confirm;
	return tug_turn_call(t, cmd, tug_body_of(&body, cmd->req, req), &a);
}

/* Is there a slot with the hash of `want` for which `fits`? */
static bool any_slot(const struct tug_dev_state *st, const struct tug_slot_state *want,
		     bool (*fits)(const struct tug_slot_state *s))
{
	for (uint8_t i = 0; i < st->n; i++) {
		if ((want == NULL || same_hash(&st->slot[i], want)) && fits(&st->slot[i])) {
			return true;
		}
	}
	return false;
}

static bool fits_test(const struct tug_slot_state *s)
{
	return s->pending;
}

static bool fits_permanent(const struct tug_slot_state *s)
{
	return s->confirmed || (s->pending && s->permanent);
}

static bool fits_confirmed(const struct tug_slot_state *s)
{
	return s->active && s->confirmed;
}

/* Read the list again, show it, and say when what was asked is not there. */
static void prove(struct tug_turn *t, const struct tug_slot_state *want, bool (*fits)(const struct tug_slot_state *s),
		  const char *unmet)
{
	struct tug_dev_state after;

	if (!read_list(t, &after)) {
		return;
	}
	tug_turn_show(t, &tug_view_images, &after);
	if (!any_slot(&after, want, fits)) {
		tug_turn_unmet(t, unmet, "reset the device and look at the list again; 'tug update FILE' does it all");
	}
}

static void turn_test(struct tug_turn *t)
{
	const struct tug_slot_state *slot;
	struct tug_dev_state st;

	if (!read_list(t, &st)) {
		return;
	}
	slot = find_slot(t, &st);
	if (slot != NULL && write_state(t, slot, false)) {
		prove(t, slot, fits_test, "the device said yes, but the image is not marked for test");
	}
}

static int bad_hash(struct tug_cli *cli)
{
	return tug_usage_error(cli, "HASH is hex, %u to %u digits, not '%.80s'", DIGITS_MIN, 2 * TUG_HASH_MAX,
			       cli->args->pos[0]);
}

int tug_cmd_image_test(struct tug_cli *cli)
{
	struct prefix p;

	return read_prefix(cli->args->pos[0], &p) ? tug_each_device(cli, turn_test, NULL) : bad_hash(cli);
}

static void turn_confirm(struct tug_turn *t)
{
	const struct tug_slot_state *slot = NULL;
	struct tug_dev_state st;

	if (t->cli->args->n_pos > 0) {
		if (!read_list(t, &st)) {
			return;
		}
		slot = find_slot(t, &st);
		if (slot == NULL) {
			return;
		}
	}
	if (write_state(t, slot, true)) {
		prove(t, slot, slot == NULL || slot->active ? fits_confirmed : fits_permanent,
		      "the device said yes, but the image is not confirmed");
	}
}

int tug_cmd_image_confirm(struct tug_cli *cli)
{
	struct prefix p;

	if (cli->args->n_pos > 0 && !read_prefix(cli->args->pos[0], &p)) {
		return bad_hash(cli);
	}
	return tug_each_device(cli, turn_confirm, NULL);
}

static bool still_there(const struct tug_dev_state *st, const struct tug_args *args)
{
	uint32_t slot = tug_args_num(args, "slot", UINT32_MAX);

	for (uint8_t i = 0; i < st->n; i++) {
		if (slot == UINT32_MAX ? st->slot[i].image == 0 && !st->slot[i].active : st->slot[i].slot == slot) {
			return true;
		}
	}
	return false;
}

static void turn_erase(struct tug_turn *t)
{
	const struct tug_smp_cmd *cmd = tug_row(TUG_GRP_IMG, 5, TUG_SMP_WRITE);
	struct tug_value req[TUG_IMG_ERASE_REQ_N];
	uint8_t storage[32];
	struct tug_buf body = tug_buf_of(storage, sizeof(storage));
	struct tug_dev_state after;
	struct tug_answer a;

	memset(req, 0, sizeof(req));
	req[TUG_IMG_ERASE_REQ_SLOT].present = tug_args_has(t->cli->args, "slot");
	req[TUG_IMG_ERASE_REQ_SLOT].type = TUG_T_UINT;
	req[TUG_IMG_ERASE_REQ_SLOT].v.u = tug_args_num(t->cli->args, "slot", 0);
	if (!tug_turn_call(t, cmd, tug_body_of(&body, cmd->req, req), &a) || !read_list(t, &after)) {
		return;
	}
	tug_turn_show(t, &tug_view_images, &after);
	if (still_there(&after, t->cli->args)) {
		tug_turn_unmet(t, "the device said yes, but the slot still holds an image", "look at the frames with -v");
	}
}

int tug_cmd_image_erase(struct tug_cli *cli)
{
	return tug_each_device(cli, turn_erase, NULL);
}

static void fill_slot(struct tug_res_slot *s, const struct tug_value *image, const struct tug_value *v)
{
	s->image = image[TUG_IMG_SLOTINFO_IMAGE_IMAGE].v.u;
	s->max_ok = image[TUG_IMG_SLOTINFO_IMAGE_MAX_IMAGE_SIZE].present;
	s->max_image = s->max_ok ? image[TUG_IMG_SLOTINFO_IMAGE_MAX_IMAGE_SIZE].v.u : 0;
	s->slot = v[TUG_IMG_SLOT_SLOT].present ? v[TUG_IMG_SLOT_SLOT].v.u : 0;
	s->size_ok = v[TUG_IMG_SLOT_SIZE].present;
	s->size = s->size_ok ? v[TUG_IMG_SLOT_SIZE].v.u : 0;
	s->upload_ok = v[TUG_IMG_SLOT_UPLOAD_IMAGE_ID].present;
	s->upload_image = s->upload_ok ? v[TUG_IMG_SLOT_UPLOAD_IMAGE_ID].v.u : 0;
	s->rc = v[TUG_IMG_SLOT_RC].present ? v[TUG_IMG_SLOT_RC].v.i : 0;
}

static int fill_slots(struct tug_slice images, struct tug_res_slots *r)
{
	struct tug_value image[TUG_IMG_SLOTINFO_IMAGE_N], v[TUG_IMG_SLOT_N];
	struct tug_list it, in;
	struct tug_slice one, slot;
	int err = tug_list_begin(images, &it);

	while (err == TUG_OK && tug_list_next(&it, &one) == 1) {
		err = tug_map_decode(one, &tug_img_slotinfo_image, image);
		if (err == TUG_OK) {
			err = tug_map_require(&tug_img_slotinfo_image, image);
		}
		if (err == TUG_OK) {
			err = tug_list_begin(image[TUG_IMG_SLOTINFO_IMAGE_SLOTS].v.s, &in);
		}
		while (err == TUG_OK && tug_list_next(&in, &slot) == 1) {
			err = tug_map_decode(slot, &tug_img_slot, v);
			if (err == TUG_OK && r->n < sizeof(r->slot) / sizeof(r->slot[0])) {
				fill_slot(&r->slot[r->n++], image, v);
			}
		}
	}
	return err;
}

static void turn_slots(struct tug_turn *t)
{
	const struct tug_smp_cmd *cmd = tug_row(TUG_GRP_IMG, 6, TUG_SMP_READ);
	struct tug_value rsp[TUG_IMG_SLOTINFO_RSP_N];
	struct tug_res_slots r;
	struct tug_answer a;
	int err;

	memset(&r, 0, sizeof(r));
	if (!tug_turn_get(t, cmd, tug_slice_of(&empty_map, 1), &a, rsp)) {
		return;
	}
	err = fill_slots(rsp[TUG_IMG_SLOTINFO_RSP_IMAGES].v.s, &r);
	if (err != TUG_OK) {
		tug_turn_fail(t, err, cmd, NULL);
		return;
	}
	tug_turn_show(t, &tug_view_slots, &r);
}

int tug_cmd_image_slots(struct tug_cli *cli)
{
	return tug_each_device(cli, turn_slots, NULL);
}
