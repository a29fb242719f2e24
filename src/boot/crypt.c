/* SPDX-License-Identifier: Apache-2.0
 *
 * Encrypted images: finds the keys of both images, keeps them over a cut in the trailer, and turns octets from the
 * secondary slot into plaintext and those from the primary slot into ciphertext. Refuses to know update modes.
 * Called by the core and the modes through struct tug_boot_enc_ops.
 */
#include <string.h>

#include "boot_priv.h"

#define KEY_UNSET 0xffu

static uint8_t key_size(const struct boot *b)
{
	return b->cfg->enc->aes256 ? 32u : 16u;
}

/* The image's key; one of the other size has no room in the trailer. */
static int key_of(const struct boot *b, const struct tug_image *img, struct tug_image_key *key)
{
	uint8_t len = tug_image_key_len(&img->hdr);

	memset(key, 0, sizeof(*key));
	if (len != 0 && len != key_size(b)) {
		return TUG_EFLAGS;
	}
	return tug_image_key_open(img, &b->cfg->enc->enc, key);
}

static int crypt_open(struct boot *b)
{
	struct tug_enc_view *v = &b->crypt.view;
	struct tug_image_key key;
	int rc = key_of(b, &b->img, &key);

	tug_wipe(&key, sizeof(key));
	if (rc == TUG_OK) {
		rc = tug_enc_view_open(v, &b->img, &b->cfg->enc->enc);
	}
	return rc == TUG_OK ? tug_image_open(&b->img, &v->io, 0, boot_can_take(b, &b->sec)) : rc;
}

/* An image that does not open has no key. Flash errors, and no key for one that does. */
static int load(struct boot *b, const struct tug_io *io, unsigned which)
{
	struct boot_crypt *c = &b->crypt;
	int rc = tug_image_open_hdr(&b->img, io, 0, boot_can(b));

	memset(&c->key[which], 0, sizeof(c->key[which]));
	memset(&c->hdr[which], 0, sizeof(c->hdr[which]));
	if (rc == TUG_OK) {
		c->hdr[which] = b->img.hdr;
		rc = tug_image_open(&b->img, io, 0, boot_can(b));
	}
	if (rc != TUG_OK) {
		return rc <= TUG_EIO && rc != TUG_EBOUNDS ? rc : TUG_OK;
	}
	return key_of(b, &b->img, &c->key[which]);
}

static int crypt_begin(struct boot *b)
{
	int rc = load(b, &b->sec, 1);

	/* overwriting leaves nothing of the old image: it needs no key */
	if (rc == TUG_OK && b->cfg->mode->swaps) {
		rc = load(b, &b->pri, 0);
		if (rc != TUG_OK) {
			boot_log(b, TUG_LOG_ERR, "Image 0: the primary image's key cannot be opened: it could not be encrypted again");
		}
	}
	return rc;
}

static bool is_unset(const uint8_t *key, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (key[i] != KEY_UNSET) {
			return false;
		}
	}
	return true;
}

static int resume_one(struct boot *b, unsigned which, struct boot_place at)
{
	struct tug_image_key *key = &b->crypt.key[which];
	struct tug_image_hdr *hdr = &b->crypt.hdr[which];
	uint8_t raw[TUG_IMAGE_HDR_LEN];
	int rc = tug_trailer_read_key(&b->pri, &b->pri_geo, which, key->octets);

	if (rc == TUG_OK) {
		rc = tug_flash_read(at.area, at.off, raw, sizeof(raw));
	}
	if (rc != TUG_OK) {
		return rc;
	}
	key->len = is_unset(key->octets, key_size(b)) ? 0u : key_size(b);
	tug_image_hdr_decode(raw, hdr);
	if (hdr->magic == TUG_IMAGE_MAGIC) {
		return TUG_OK;
	}
	memset(hdr, 0, sizeof(*hdr)); /* there was no image there */
	return key->len == 0 ? TUG_OK : TUG_EHDR;
}

static int crypt_resume(struct boot *b, struct boot_place pri, struct boot_place sec)
{
	int rc = resume_one(b, 0, pri);

	return rc == TUG_OK ? resume_one(b, 1, sec) : rc;
}

static int crypt_store(struct boot *b, const struct tug_io *io, const struct tug_trailer_geo *g)
{
	uint8_t cell[TUG_IMAGE_KEY_MAX];
	int rc = TUG_OK;

	for (unsigned i = 0; rc == TUG_OK && i < 2; i++) {
		const struct tug_image_key *key = &b->crypt.key[i];

		memset(cell, KEY_UNSET, sizeof(cell));
		memcpy(cell, key->octets, key->len);
		rc = tug_trailer_write_key(io, g, i, cell);
	}
	tug_wipe(cell, sizeof(cell));
	return rc;
}

/* The primary image says that it was encrypted and has lost its key: its payload must not get out. */
static void blank(const struct boot *b, const struct tug_image_hdr *h, uint32_t off, struct tug_buf data)
{
	for (size_t i = 0; i < data.cap; i++) {
		uint64_t at = (uint64_t)off + i;

		if (at >= h->hdr_size && at - h->hdr_size < h->img_size) {
			data.p[i] = b->sec.erased;
		}
	}
}

static int crypt_pass(struct boot *b, bool from_pri, bool to_pri, uint32_t off, struct tug_buf data)
{
	unsigned which = to_pri ? 1 : 0;
	const struct tug_image_key *key = &b->crypt.key[which];
	const struct tug_image_hdr *hdr = &b->crypt.hdr[which];

	if (from_pri == to_pri) {
		return TUG_OK; /* within a slot, or between places that hold ciphertext */
	}
	if (key->len != 0) {
		return tug_image_crypt_at(b->cfg->enc->enc.crypto, key, hdr, off, data.p, data.cap);
	}
	if (from_pri && tug_image_key_len(hdr) != 0) {
		blank(b, hdr, off, data);
	}
	return TUG_OK;
}

static void crypt_wipe(struct boot *b)
{
	tug_wipe(&b->crypt, sizeof(b->crypt));
	tug_wipe(b->buf, sizeof(b->buf));
}

const struct tug_boot_enc_ops tug_boot_encrypted = {
	.open = crypt_open,
	.begin = crypt_begin,
	.resume = crypt_resume,
	.store = crypt_store,
	.pass = crypt_pass,
	.wipe = crypt_wipe,
};
