/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides what an uploaded chunk does: resume, restart, store, or only tell where we are. Refuses to
 * judge what is uploaded: signatures are the bootloader's. Blocks for as long as erase and write take.
 */
#include <string.h>

#include <tug/smp_cmds.h>
#include <tug/smp_keys.h>

#include "server_priv.h"

#define SHA_MAX 32u /* longest upload identity */

/** What a chunk will do. */
struct plan {
	enum { TELL, START, STORE } act; /**< answer the offset only; begin over; store at the offset */
	uint8_t image, slot;             /**< START: target */
	bool done;                       /**< out: the whole file is there */
	bool match;                      /**< out, when done: it is the announced one */
};

void tug_srv_upload_reset(struct tug_server *s)
{
	memset(&s->up, 0, sizeof(s->up));
}

uint16_t tug_up_read(const struct tug_srv_call *call, struct tug_up_chunk *c)
{
	struct tug_value req[TUG_IMG_UPLOAD_REQ_N];
	uint16_t rc = tug_srv_decode(call, &tug_img_upload_req, req);

	memset(c, 0, sizeof(*c));
	if (rc != TUG_RC_OK) {
		return rc;
	}
	for (unsigned i = TUG_IMG_UPLOAD_REQ_IMAGE; i <= TUG_IMG_UPLOAD_REQ_OFF; i++) {
		if (req[i].v.u > UINT32_MAX) { /* an absent one is zero */
			return TUG_RC_INVAL;
		}
	}
	c->has_off = req[TUG_IMG_UPLOAD_REQ_OFF].present;
	c->has_len = req[TUG_IMG_UPLOAD_REQ_LEN].present;
	c->has_data = req[TUG_IMG_UPLOAD_REQ_DATA].present;
	c->off = (uint32_t)req[TUG_IMG_UPLOAD_REQ_OFF].v.u;
	c->len = (uint32_t)req[TUG_IMG_UPLOAD_REQ_LEN].v.u;
	c->image = (uint32_t)req[TUG_IMG_UPLOAD_REQ_IMAGE].v.u;
	c->upgrade = req[TUG_IMG_UPLOAD_REQ_UPGRADE].present && req[TUG_IMG_UPLOAD_REQ_UPGRADE].v.b;
	if (c->has_data) {
		c->data = req[TUG_IMG_UPLOAD_REQ_DATA].v.s;
	}
	if (req[TUG_IMG_UPLOAD_REQ_SHA].present && call->srv->cfg->profile->upload_sha) {
		c->sha = req[TUG_IMG_UPLOAD_REQ_SHA].v.s;
	}
	return TUG_RC_OK;
}

/* Target of a new upload: the unused slot of the image. Result: 0 or an image-group rc. */
static uint16_t find_slot(const struct tug_server *s, uint32_t image, struct plan *p)
{
	if (s->cfg->n_images == 1) {
		image = 0; /* one image: the number is not looked at */
	}
	if (image >= s->cfg->n_images) {
		return TUG_IMG_RC_NO_FREE_SLOT;
	}
	for (uint8_t slot = 0; slot < 2; slot++) {
		const struct tug_srv_image *img = &s->cfg->images[image];

		if (img->slot[slot] != NULL && !tug_slot_in_use(s, img, slot)) {
			p->image = (uint8_t)image;
			p->slot = slot;
			return 0;
		}
	}
	return TUG_IMG_RC_NO_FREE_SLOT;
}

/* "upgrade": the running version must be older, build number apart. Result: 0 or an image-group rc. */
static uint16_t check_newer(const struct tug_server *s, uint8_t image, const struct tug_image_hdr *new_hdr)
{
	struct tug_image running;
	struct tug_io io;

	struct tug_srv_slot t = { image, s->cfg->images[image].active };

	if (tug_slot_open(s, t, &io, &running) != TUG_OK) {
		return TUG_IMG_RC_NO_VERSION;
	}
	return tug_version_cmp(&new_hdr->version, &running.hdr.version, false) > 0 ? 0 : TUG_IMG_RC_NOT_NEWER;
}

static bool same_upload(const struct tug_server *s, const struct tug_up_chunk *c)
{
	return s->up.busy && c->sha.len > 0 && tug_slice_eq(c->sha, tug_slice_of(s->up.sha, s->up.sha_len));
}

/* Checks 7 to 13 of the first chunk: is there room for it. Result: 0 or an image-group rc. */
static uint16_t inspect_target(const struct tug_server *s, const struct tug_up_chunk *c, const struct tug_image_hdr *hdr,
			       struct plan *p)
{
	const struct tug_srv_image *img;
	uint16_t rc = find_slot(s, c->image, p);

	if (rc != 0) {
		return rc;
	}
	img = &s->cfg->images[p->image];
	if (c->len > img->slot[p->slot]->size - tug_slot_base(s, img, p->slot) ||
	    (img->max_image_size != 0 && c->len > img->max_image_size)) {
		return TUG_IMG_RC_TOO_LARGE;
	}
	return c->upgrade ? check_newer(s, p->image, hdr) : 0;
}

/* The first chunk: checks 2 to 13. Result: 0 with `p`, or an image-group rc. */
static uint16_t inspect_first(const struct tug_server *s, const struct tug_up_chunk *c, struct plan *p)
{
	struct tug_image_hdr hdr;

	if (c->data.len < TUG_IMAGE_HDR_LEN) {
		return TUG_IMG_RC_BAD_HEADER;
	}
	if (!c->has_len) {
		return TUG_IMG_RC_BAD_LENGTH;
	}
	tug_image_hdr_decode(c->data.p, &hdr);
	if (hdr.magic != TUG_IMAGE_MAGIC) {
		return TUG_IMG_RC_BAD_MAGIC;
	}
	if (c->sha.len > SHA_MAX) {
		return TUG_IMG_RC_BAD_HASH;
	}
	if (same_upload(s, c)) {
		p->act = TELL;
		return 0;
	}
	p->act = START;
	return inspect_target(s, c, &hdr, p);
}

/* Decide. Result: 0 with `p`, or an image-group rc. Changes nothing. */
static uint16_t inspect(const struct tug_server *s, const struct tug_up_chunk *c, struct plan *p)
{
	memset(p, 0, sizeof(*p));
	if (!c->has_off) {
		return TUG_IMG_RC_BAD_OFFSET;
	}
	if (c->off == 0) {
		return inspect_first(s, c, p);
	}
	p->act = TELL;
	if (!s->up.busy || c->off != s->up.off) {
		return 0;
	}
	/* off may have passed len: the first chunk is not checked for overrun */
	if (s->up.off > s->up.len || c->data.len > s->up.len - s->up.off) {
		return TUG_IMG_RC_OVERRUN;
	}
	p->act = c->data.len > 0 ? STORE : TELL;
	return 0;
}

/* Write octets behind those stored; what does not fill a write unit waits in the tail. */
static int put(struct tug_server *s, uint32_t pos, struct tug_slice d)
{
	const struct tug_flash_area *a = tug_up_area(s);
	uint8_t unit = a->dev->write_size;
	size_t whole;
	int rc;

	if (s->up.tail_len > 0) {
		size_t n = (size_t)(unit - s->up.tail_len);

		n = n < d.len ? n : d.len;
		memcpy(s->up.tail + s->up.tail_len, d.p, n);
		s->up.tail_len = (uint8_t)(s->up.tail_len + n);
		d = tug_slice_of(d.p + n, d.len - n);
		if (s->up.tail_len < unit) {
			return TUG_OK;
		}
		rc = tug_flash_write(a, pos, s->up.tail, unit);
		if (rc != TUG_OK) {
			return rc;
		}
		s->up.tail_len = 0;
		pos += unit;
	}
	whole = d.len - d.len % unit;
	rc = whole > 0 ? tug_flash_write(a, pos, d.p, whole) : TUG_OK;
	if (rc == TUG_OK && d.len > whole) {
		memcpy(s->up.tail, d.p + whole, d.len - whole);
		s->up.tail_len = (uint8_t)(d.len - whole);
	}
	return rc;
}

uint16_t tug_up_store(struct tug_server *s, struct tug_slice d)
{
	const struct tug_flash_area *a = tug_up_area(s);
	uint32_t pos = tug_up_base(s) + s->up.off; /* within the slot: so much was stored */
	uint32_t end = pos + (uint32_t)d.len;

	if (a->dev->write_size > sizeof(s->up.tail) || a->dev->write_size == 0 || d.len > a->size - pos) {
		return TUG_IMG_RC_FLASH_WRITE;
	}
	if (end > s->up.erased_to &&
	    tug_slot_erase(a, s->up.erased_to, end - s->up.erased_to, false, &s->up.erased_to) != TUG_OK) {
		return TUG_IMG_RC_FLASH_ERASE;
	}
	if (put(s, pos - s->up.tail_len, d) != TUG_OK) {
		return TUG_IMG_RC_FLASH_WRITE;
	}
	s->up.off += (uint32_t)d.len;
	return 0;
}

uint16_t tug_up_flush(struct tug_server *s)
{
	const struct tug_flash_area *a = tug_up_area(s);
	uint32_t pos = tug_up_base(s) + s->up.off - s->up.tail_len;

	if (s->up.tail_len == 0) {
		return 0;
	}
	memset(s->up.tail + s->up.tail_len, a->dev->erased, (size_t)(a->dev->write_size - s->up.tail_len));
	s->up.tail_len = 0;
	return tug_flash_write(a, pos, s->up.tail, a->dev->write_size) == TUG_OK ? 0 : TUG_IMG_RC_FLASH_WRITE;
}

/* The image check, where this build has it and can do it. */
static bool checks(const struct tug_server *s)
{
	return s->cfg->profile->match != NULL && s->cfg->crypto != NULL;
}

void tug_up_begin(struct tug_server *s, const struct tug_up_chunk *c, uint8_t image, uint8_t slot)
{
	tug_srv_upload_reset(s);
	s->up.busy = true;
	s->up.len = c->len;
	s->up.image = image;
	s->up.slot = slot;
	s->up.erased_to = tug_up_base(s);
	s->up.sha_len = (uint8_t)c->sha.len;
	if (c->sha.len > 0) {
		memcpy(s->up.sha, c->sha.p, c->sha.len);
	}
}

void tug_up_answer(struct tug_srv_call *call, uint32_t off)
{
	tug_srv_put(call, TUG_KEY_IMG_UPLOAD_RSP_OFF, off);
}

/* The whole file is there: forget the upload, answer. */
static uint16_t complete(struct tug_srv_call *call, bool match)
{
	struct tug_server *s = call->srv;

	tug_up_answer(call, s->up.len);
	if (checks(s)) {
		tug_srv_key(call, TUG_KEY_IMG_UPLOAD_RSP_MATCH);
		tug_enc_bool(call->rsp, match);
	}
	tug_srv_upload_reset(s);
	return TUG_RC_OK;
}

/* Carry out the plan and note in it what became of the file. Result: 0 or an image-group rc. */
static uint16_t act(struct tug_server *s, const struct tug_up_chunk *c, struct plan *p)
{
	uint16_t rc;

	if (p->act == TELL) {
		return 0;
	}
	if (p->act == START) {
		tug_up_begin(s, c, p->image, p->slot);
		if (checks(s) && s->cfg->profile->match(s)) {
			p->done = p->match = true; /* this very file is in the slot already */
			return 0;
		}
		/* the pending mark goes before the image it stands for */
		if (tug_slot_erase_trailer(&s->cfg->images[p->image], p->slot, false) != TUG_OK) {
			return TUG_IMG_RC_FLASH_ERASE;
		}
	}
	rc = tug_up_store(s, c->data);
	if (rc == 0 && s->up.off == s->up.len) {
		rc = tug_up_flush(s);
		p->done = true;
		p->match = rc == 0 && checks(s) && s->cfg->profile->match(s);
	}
	return rc;
}

uint16_t tug_srv_img_upload(struct tug_srv_call *call)
{
	struct tug_server *s = call->srv;
	struct tug_up_chunk c;
	struct plan p;
	uint16_t rc = tug_up_read(call, &c);

	if (rc != TUG_RC_OK) {
		return rc;
	}
	rc = inspect(s, &c, &p);
	if (rc == 0) {
		rc = act(s, &c, &p);
	}
	if (rc != 0) {
		tug_srv_upload_reset(s);
		return tug_srv_fail(call, TUG_GRP_IMG, rc);
	}
	if (p.done) {
		return complete(call, p.match);
	}
	tug_up_answer(call, s->up.off);
	return TUG_RC_OK;
}
