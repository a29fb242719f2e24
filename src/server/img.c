/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides the answers of the image group but upload: list, state write, erase, slot info. Refuses to
 * know trailers octet by octet (image/trailer.h does). Linked only when the group is listed.
 */
#include <string.h>

#include <tug/flash_io.h>
#include <tug/smp_cmds.h>
#include <tug/smp_keys.h>

#include "server_priv.h"

/* Digest length every server accepts; longer ones only where a slot reports such a digest. */
#define HASH_LEN 32u

#define E(rc) (TUG_STATE_ERR + (rc))

/* [old logic][swap type - 1][request]; requests: test other, confirm other, test active, confirm active. */
static const uint8_t transitions[2][4][4] = {
	{
		{ TUG_STATE_TEST, TUG_STATE_PERM, E(TUG_IMG_RC_TEST_ACTIVE), TUG_STATE_KEEP },
		{ TUG_STATE_KEEP, E(TUG_IMG_RC_PENDING), E(TUG_IMG_RC_TEST_ACTIVE), E(TUG_IMG_RC_PENDING) },
		{ E(TUG_IMG_RC_PENDING), TUG_STATE_KEEP, E(TUG_IMG_RC_TEST_ACTIVE), E(TUG_IMG_RC_PENDING) },
		{ E(TUG_IMG_RC_PENDING), TUG_STATE_KEEP, E(TUG_IMG_RC_TEST_ACTIVE), TUG_STATE_CONFIRM },
	},
	{
		/* up to 3.3: a confirm while something is pending says yes and does nothing */
		{ TUG_STATE_TEST, TUG_STATE_PERM, E(TUG_IMG_RC_TEST_ACTIVE), TUG_STATE_CONFIRM },
		{ TUG_STATE_KEEP, TUG_STATE_KEEP, E(TUG_IMG_RC_TEST_ACTIVE), TUG_STATE_KEEP },
		{ TUG_STATE_KEEP, TUG_STATE_KEEP, E(TUG_IMG_RC_TEST_ACTIVE), TUG_STATE_KEEP },
		{ E(TUG_IMG_RC_PENDING), E(TUG_IMG_RC_PENDING), E(TUG_IMG_RC_TEST_ACTIVE), TUG_STATE_CONFIRM },
	},
};

uint8_t tug_state_decide(bool old_logic, enum tug_swap_type type, bool active, bool confirm)
{
	uint8_t row = type >= TUG_SWAP_NONE && type <= TUG_SWAP_REVERT ? (uint8_t)(type - TUG_SWAP_NONE) : 0;

	return transitions[old_logic ? 1 : 0][row][(active ? 2 : 0) + (confirm ? 1 : 0)];
}

/* Flags of an entry of the list, in the order they are sent. */
static const struct {
	uint8_t flag; /* enum tug_slot_flag */
	char key[sizeof(TUG_KEY_IMG_STATE_IMAGE_PERMANENT)]; /* as long as the longest: shorter than pointers */
} list_flags[] = {
	{ TUG_SLOT_BOOTABLE, TUG_KEY_IMG_STATE_IMAGE_BOOTABLE },
	{ TUG_SLOT_PENDING, TUG_KEY_IMG_STATE_IMAGE_PENDING },
	{ TUG_SLOT_CONFIRMED, TUG_KEY_IMG_STATE_IMAGE_CONFIRMED },
	{ TUG_SLOT_ACTIVE, TUG_KEY_IMG_STATE_IMAGE_ACTIVE },
	{ TUG_SLOT_PERMANENT, TUG_KEY_IMG_STATE_IMAGE_PERMANENT },
};

/* One entry of the list; a slot without a readable image is left out. */
static void put_slot(struct tug_srv_call *call, struct tug_srv_slot t, uint8_t flags)
{
	struct tug_image img;
	struct tug_io io;

	if (tug_slot_open(call->srv, t, &io, &img) != TUG_OK) {
		return;
	}
	if ((img.hdr.flags & TUG_IMG_F_NON_BOOTABLE) == 0) {
		flags |= TUG_SLOT_BOOTABLE;
	}
	tug_enc_map_begin(call->rsp);
	tug_srv_put_slot_id(call, t);
	tug_srv_put_version(call, &img);
	tug_srv_put_digest(call, t, &img);
	for (size_t i = 0; i < sizeof(list_flags) / sizeof(list_flags[0]); i++) {
		tug_srv_key(call, list_flags[i].key);
		tug_enc_bool(call->rsp, (flags & list_flags[i].flag) != 0);
	}
	tug_enc_map_end(call->rsp);
}

static uint16_t state_read(struct tug_srv_call *call)
{
	const struct tug_server_cfg *cfg = call->srv->cfg;

	tug_srv_key(call, TUG_KEY_IMG_STATE_RSP_IMAGES);
	tug_enc_list_begin(call->rsp);
	for (uint8_t i = 0; i < cfg->n_images; i++) {
		enum tug_swap_type type = tug_slot_swap_type(call->srv, &cfg->images[i]);

		for (uint8_t slot = 0; slot < 2; slot++) {
			struct tug_srv_slot t = { i, slot };

			put_slot(call, t, tug_slot_flags(type, slot == cfg->images[i].active));
		}
	}
	tug_enc_list_end(call->rsp);
	tug_srv_put(call, TUG_KEY_IMG_STATE_RSP_SPLIT_STATUS, 0);
	return TUG_RC_OK;
}

/* True when the slot reports `want`; `*like` is set when its digest has that length. */
static bool slot_reports(const struct tug_server *s, struct tug_srv_slot t, struct tug_slice want, bool *like)
{
	uint8_t hash[TUG_HASH_MAX];
	struct tug_image img;
	struct tug_io io;
	size_t len;

	if (tug_slot_open(s, t, &io, &img) != TUG_OK || tug_slot_digest(s, t, &img, hash, &len) != TUG_OK) {
		return false;
	}
	*like = *like || len == want.len;
	return tug_slice_eq(want, tug_slice_of(hash, len));
}

/* Which slot the request means; the active slot wins over an equal one. Result: 0 or an image-group rc. */
static uint16_t find_target(const struct tug_server *s, struct tug_slice want, struct tug_srv_slot *t)
{
	bool like = want.len == HASH_LEN;

	for (uint8_t i = 0; i < s->cfg->n_images; i++) {
		uint8_t active = s->cfg->images[i].active;

		for (uint8_t k = 0; k < 2; k++) {
			t->image = i;
			t->slot = k == 0 ? active : (uint8_t)(1 - active);
			if (slot_reports(s, *t, want, &like)) {
				return 0;
			}
		}
	}
	return like ? TUG_IMG_RC_HASH_NOT_FOUND : TUG_IMG_RC_BAD_HASH;
}

/* Checks 2 to 4 of the state write. Result: 0 or an image-group rc. */
static uint16_t choose_target(const struct tug_server *s, const struct tug_value *req, bool confirm, struct tug_srv_slot *t)
{
	const struct tug_value *hash = &req[TUG_IMG_STATE_REQ_HASH];

	if (hash->present && hash->v.s.len > 0) {
		return find_target(s, hash->v.s, t);
	}
	t->image = 0;
	t->slot = s->cfg->images[0].active;
	return confirm ? 0 : TUG_IMG_RC_BAD_HASH;
}

static uint16_t image_rc(int err, uint16_t damaged)
{
	return err == TUG_OK        ? 0
	       : err == TUG_ETRAILER ? damaged
	       : err == TUG_EINVAL   ? TUG_IMG_RC_UNKNOWN
				     : TUG_IMG_RC_FLASH_WRITE;
}

/* Carry out a decision. Result: 0 or an image-group rc. */
static uint16_t state_apply(const struct tug_srv_image *img, uint8_t image, uint8_t act)
{
	uint8_t slot = act == TUG_STATE_CONFIRM ? img->active : (uint8_t)(1 - img->active);
	struct tug_io io;

	if (act >= TUG_STATE_ERR) {
		return (uint16_t)(act - TUG_STATE_ERR);
	}
	if (act == TUG_STATE_KEEP) {
		return 0;
	}
	io = tug_io_of_area(img->slot[slot]);
	if (act == TUG_STATE_CONFIRM) {
		return image_rc(tug_set_confirmed(&io, &img->geo[slot]), TUG_IMG_RC_BAD_VECTOR);
	}
	return image_rc(tug_set_pending(&io, &img->geo[slot], act == TUG_STATE_PERM, image), TUG_IMG_RC_BAD_MAGIC);
}

/* Builds whose bootloader decides alone have no state write. */
static bool state_write_built(const struct tug_server_cfg *cfg)
{
	return cfg->profile->state_write && cfg->n_images > 0 && cfg->boot_mode != TUG_MODE_DIRECT_XIP &&
	       cfg->boot_mode != TUG_MODE_RAM_LOAD && cfg->boot_mode != TUG_MODE_FIRMWARE_LOADER;
}

static uint16_t state_write(struct tug_srv_call *call)
{
	const struct tug_server *s = call->srv;
	struct tug_value req[TUG_IMG_STATE_REQ_N];
	const struct tug_srv_image *img;
	bool old = s->cfg->profile->old_state_logic != 0, confirm, active;
	struct tug_srv_slot t = { 0, 0 };
	uint16_t rc;

	if (!state_write_built(s->cfg)) {
		return TUG_RC_NOTSUP;
	}
	rc = tug_srv_decode(call, &tug_img_state_req, req);
	if (rc != TUG_RC_OK) {
		return rc;
	}
	confirm = req[TUG_IMG_STATE_REQ_CONFIRM].present && req[TUG_IMG_STATE_REQ_CONFIRM].v.b;
	rc = choose_target(s, req, confirm, &t);
	if (rc == 0) {
		img = &s->cfg->images[t.image];
		active = t.slot == img->active;
		if (confirm && active && t.image != 0 && !old) {
			rc = TUG_IMG_RC_NO_CONFIRM;
		} else {
			rc = state_apply(img, t.image,
					 tug_state_decide(old, tug_slot_swap_type(s, img), active, confirm));
		}
	}
	return rc != 0 ? tug_srv_fail(call, TUG_GRP_IMG, rc) : state_read(call);
}

/* Number of the slot to erase, counted over all images. Result: 0 or a generic rc. */
static uint16_t erase_read(const struct tug_srv_call *call, uint8_t *slot)
{
	const struct tug_server_cfg *cfg = call->srv->cfg;
	struct tug_value req[TUG_IMG_ERASE_REQ_N] = { 0 };
	uint16_t rc = cfg->profile->erase_slot_key ? tug_srv_decode(call, &tug_img_erase_req, req) : TUG_RC_OK;

	*slot = cfg->images[0].active ^ 1u;
	if (req[TUG_IMG_ERASE_REQ_SLOT].present) {
		*slot = req[TUG_IMG_ERASE_REQ_SLOT].v.u < UINT8_MAX ? (uint8_t)req[TUG_IMG_ERASE_REQ_SLOT].v.u : UINT8_MAX;
	}
	return rc;
}

/* Erase a slot that may be erased. Result: 0 or an image-group rc. */
static uint16_t erase_slot(const struct tug_server *s, const struct tug_srv_image *img, uint8_t slot)
{
	bool blank = false;

	if (tug_slot_in_use(s, img, slot)) {
		return TUG_IMG_RC_NO_FREE_SLOT;
	}
	if (s->cfg->profile->blank_erase_fails &&
	    tug_slot_blank(img->slot[slot], 0, img->slot[slot]->size, &blank) == TUG_OK && blank) {
		return TUG_IMG_RC_UNKNOWN;
	}
	return tug_slot_erase_all(img, slot, true) == TUG_OK ? 0 : TUG_IMG_RC_FLASH_ERASE;
}

static uint16_t img_erase(struct tug_srv_call *call)
{
	const struct tug_server_cfg *cfg = call->srv->cfg;
	uint8_t slot;
	uint16_t rc = erase_read(call, &slot);

	if (rc != TUG_RC_OK) {
		return rc;
	}
	if (slot / 2 >= cfg->n_images || cfg->images[slot / 2].slot[slot % 2] == NULL) {
		return tug_srv_fail(call, TUG_GRP_IMG, TUG_IMG_RC_FLASH_OPEN);
	}
	rc = erase_slot(call->srv, &cfg->images[slot / 2], slot % 2);
	if (rc != TUG_IMG_RC_NO_FREE_SLOT) {
		tug_srv_upload_reset(call->srv);
	}
	return tug_srv_fail(call, TUG_GRP_IMG, rc);
}

static void put_slot_info(struct tug_srv_call *call, struct tug_srv_slot t, const struct tug_srv_image *img)
{
	tug_enc_map_begin(call->rsp);
	tug_srv_put(call, TUG_KEY_IMG_SLOT_SLOT, t.slot);
	tug_srv_put(call, TUG_KEY_IMG_SLOT_SIZE, img->slot[t.slot]->size);
	if (t.slot != img->active) {
		tug_srv_put(call, TUG_KEY_IMG_SLOT_UPLOAD_IMAGE_ID, t.image);
	}
	tug_enc_map_end(call->rsp);
}

static uint16_t slot_info(struct tug_srv_call *call)
{
	const struct tug_server_cfg *cfg = call->srv->cfg;

	if (!cfg->profile->slot_info) {
		return TUG_RC_NOTSUP;
	}
	tug_srv_key(call, TUG_KEY_IMG_SLOTINFO_RSP_IMAGES);
	tug_enc_list_begin(call->rsp);
	for (uint8_t i = 0; i < cfg->n_images; i++) {
		const struct tug_srv_image *img = &cfg->images[i];

		tug_enc_map_begin(call->rsp);
		tug_srv_put(call, TUG_KEY_IMG_SLOTINFO_IMAGE_IMAGE, i);
		tug_srv_key(call, TUG_KEY_IMG_SLOTINFO_IMAGE_SLOTS);
		tug_enc_list_begin(call->rsp);
		for (uint8_t slot = 0; slot < 2; slot++) {
			struct tug_srv_slot t = { i, slot };

			if (img->slot[slot] != NULL) {
				put_slot_info(call, t, img);
			}
		}
		tug_enc_list_end(call->rsp);
		if (img->max_image_size != 0) {
			tug_srv_put(call, TUG_KEY_IMG_SLOTINFO_IMAGE_MAX_IMAGE_SIZE,
				    img->max_image_size);
		}
		tug_enc_map_end(call->rsp);
	}
	tug_enc_list_end(call->rsp);
	return TUG_RC_OK;
}

static const struct tug_srv_cmd commands[] = {
	[0] = { .read = state_read, .write = state_write },
	[1] = { .write = tug_srv_img_upload },
	[5] = { .write = img_erase },
	[6] = { .read = slot_info },
};

const struct tug_srv_group tug_srv_img = { TUG_GRP_IMG, sizeof(commands) / sizeof(commands[0]), commands };
