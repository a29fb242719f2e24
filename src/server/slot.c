/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides what a slot is (active, pending, in use), what it holds and how it is made blank. Refuses
 * to know SMP. Called by the image group; blocks for as long as the flash takes.
 */
#include <string.h>

#include <tug/flash_io.h>
#include <tug/smp_keys.h>

#include "server_priv.h"

#define PROBE 64u /* octets looked at in one read; bounds the stack of a check */

static bool offset_mode(const struct tug_server *s)
{
	return s->cfg->boot_mode == TUG_MODE_SWAP_OFFSET;
}

enum tug_swap_type tug_slot_swap_type(const struct tug_server *s, const struct tug_srv_image *img)
{
	struct tug_trailer t[2];

	if (img->slot[1] == NULL) {
		return TUG_SWAP_NONE;
	}
	for (uint8_t i = 0; i < 2; i++) {
		struct tug_io io = tug_io_of_area(img->slot[i]);

		int rc = i == img->active ? tug_trailer_read_running(&io, &img->geo[i], &t[i])
					  : tug_trailer_read(&io, &img->geo[i], &t[i]);

		/* as the bootloader does: what cannot be read counts as empty */
		if (rc != TUG_OK) {
			memset(&t[i], 0, sizeof(t[i]));
			t[i].magic = t[i].image_ok = t[i].copy_done = TUG_UNSET;
		}
	}
	return tug_swap_type_of(&t[0], &t[1], offset_mode(s));
}

uint8_t tug_slot_flags(enum tug_swap_type type, bool active)
{
	if (active) {
		return type == TUG_SWAP_REVERT ? TUG_SLOT_ACTIVE : TUG_SLOT_ACTIVE | TUG_SLOT_CONFIRMED;
	}
	switch (type) {
	case TUG_SWAP_TEST:
		return TUG_SLOT_PENDING;
	case TUG_SWAP_PERM:
		return TUG_SLOT_PENDING | TUG_SLOT_PERMANENT;
	case TUG_SWAP_REVERT:
		return TUG_SLOT_CONFIRMED;
	default:
		return 0;
	}
}

bool tug_slot_in_use(const struct tug_server *s, const struct tug_srv_image *img, uint8_t slot)
{
	uint8_t flags = tug_slot_flags(tug_slot_swap_type(s, img), slot == img->active);

	return (flags & (TUG_SLOT_ACTIVE | TUG_SLOT_CONFIRMED)) != 0 ||
	       ((flags & TUG_SLOT_PENDING) != 0 && s->cfg->profile->pending_in_use);
}

uint32_t tug_slot_base(const struct tug_server *s, const struct tug_srv_image *img, uint8_t slot)
{
	struct tug_flash_sector first;

	if (slot == 0 || !offset_mode(s) || tug_flash_sector_at(img->slot[slot], 0, &first) != TUG_OK) {
		return 0;
	}
	return first.size;
}

int tug_slot_open(const struct tug_server *s, struct tug_srv_slot t, struct tug_io *io, struct tug_image *out)
{
	const struct tug_srv_image *img = &s->cfg->images[t.image];

	if (img->slot[t.slot] == NULL) {
		return TUG_EERASED;
	}
	*io = tug_io_of_area(img->slot[t.slot]);
	return tug_image_open(out, io, tug_slot_base(s, img, t.slot), TUG_IMG_CAN_ENCRYPTED | TUG_IMG_CAN_COMPRESSED);
}

int tug_slot_digest(const struct tug_server *s, struct tug_srv_slot t, const struct tug_image *img,
		    uint8_t out[TUG_HASH_MAX], size_t *len)
{
	const struct tug_srv_hooks *h = &s->cfg->hooks;

	*len = 0;
	if (h->report_hash != NULL && h->report_hash(h->ctx, t.image, t.slot, out, len)) {
		return TUG_OK;
	}
	return tug_image_digest(img, out, len);
}

void tug_srv_put_slot_id(struct tug_srv_call *call, struct tug_srv_slot t)
{
	if (call->srv->cfg->n_images > 1) {
		tug_srv_put(call, TUG_KEY_IMG_STATE_IMAGE_IMAGE, t.image);
	}
	tug_srv_put(call, TUG_KEY_IMG_STATE_IMAGE_SLOT, t.slot);
}

void tug_srv_put_version(struct tug_srv_call *call, const struct tug_image *img)
{
	char version[TUG_VERSION_TEXT];
	size_t len = tug_version_format(&img->hdr.version, '.', version);

	tug_srv_key(call, TUG_KEY_IMG_STATE_IMAGE_VERSION);
	tug_enc_text(call->rsp, tug_slice_of(version, len));
}

void tug_srv_put_digest(struct tug_srv_call *call, struct tug_srv_slot t, const struct tug_image *img)
{
	uint8_t hash[TUG_HASH_MAX];
	size_t len;

	if (tug_slot_digest(call->srv, t, img, hash, &len) == TUG_OK) {
		tug_srv_key(call, TUG_KEY_IMG_STATE_IMAGE_HASH);
		tug_enc_bytes(call->rsp, tug_slice_of(hash, len));
	}
}

int tug_slot_blank(const struct tug_flash_area *a, uint32_t off, uint32_t len, bool *blank)
{
	uint8_t buf[PROBE];

	*blank = false;
	while (len > 0) {
		uint32_t n = len < PROBE ? len : PROBE;
		int rc = tug_flash_read(a, off, buf, n);

		if (rc != TUG_OK) {
			return rc;
		}
		for (uint32_t i = 0; i < n; i++) {
			if (buf[i] != a->dev->erased) {
				return TUG_OK;
			}
		}
		off += n;
		len -= n;
	}
	*blank = true;
	return TUG_OK;
}

int tug_slot_erase(const struct tug_flash_area *a, uint32_t off, uint32_t len, bool skip_blank, uint32_t *to)
{
	uint32_t end = off + len;

	while (off < end) {
		struct tug_flash_sector sec;
		bool blank = false;
		int rc = tug_flash_sector_at(a, off, &sec);

		if (rc == TUG_OK && skip_blank) {
			rc = tug_slot_blank(a, sec.off, sec.size, &blank);
		}
		if (rc == TUG_OK && !blank) {
			rc = tug_flash_erase(a, sec.off, sec.size);
		}
		if (rc != TUG_OK) {
			return rc;
		}
		off = sec.off + sec.size;
		if (to != NULL) {
			*to = off;
		}
	}
	return TUG_OK;
}

/* First sector of the trailer; 0 when the trailer is as large as the slot. */
static uint32_t trailer_start(const struct tug_srv_image *img, uint8_t slot)
{
	struct tug_flash_sector sec;

	if (tug_flash_sector_at(img->slot[slot], tug_trailer_status_off(&img->geo[slot]), &sec) != TUG_OK) {
		return 0;
	}
	return sec.off;
}

int tug_slot_erase_trailer(const struct tug_srv_image *img, uint8_t slot, bool skip_blank)
{
	uint32_t from = trailer_start(img, slot);

	return tug_slot_erase(img->slot[slot], from, img->slot[slot]->size - from, skip_blank, NULL);
}

int tug_slot_erase_all(const struct tug_srv_image *img, uint8_t slot, bool skip_blank)
{
	int rc = tug_slot_erase_trailer(img, slot, skip_blank);

	return rc == TUG_OK ? tug_slot_erase(img->slot[slot], 0, trailer_start(img, slot), skip_blank, NULL) : rc;
}

const struct tug_flash_area *tug_up_area(const struct tug_server *s)
{
	return s->cfg->images[s->up.image].slot[s->up.slot];
}

uint32_t tug_up_base(const struct tug_server *s)
{
	return tug_slot_base(s, &s->cfg->images[s->up.image], s->up.slot);
}
