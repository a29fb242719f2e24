/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides what MCUboot's serial recovery answers where it differs from an application: commands, list without flags,
 * upload to the primary slot, rc 0 in successes. Refuses to know how one gets there. Linked with its profile only.
 */
#include <string.h>

#include <tug/smp_keys.h>

#include "server_priv.h"

#define PROBE 64u /* octets hashed in one read */

static void put_rc0(struct tug_srv_call *call)
{
	tug_enc_key(call->rsp, "rc");
	tug_enc_uint(call->rsp, 0);
}

/* Accepted, and does nothing. */
static uint16_t boot_console_echo(struct tug_srv_call *call)
{
	put_rc0(call);
	return TUG_RC_OK;
}

static uint16_t boot_reset(struct tug_srv_call *call)
{
	uint16_t rc = tug_srv_os_reset(call);

	if (rc == TUG_RC_OK) {
		put_rc0(call);
	}
	return rc;
}

static uint16_t boot_storage_erase(struct tug_srv_call *call)
{
	uint16_t rc = tug_srv_storage_erase(call);

	if (rc == TUG_RC_OK && call->err_rc == 0) {
		put_rc0(call);
	}
	return rc;
}

/* True when the octets of the image hash to its digest TLV; true too when there is nothing to hash with. */
static bool intact(const struct tug_server *s, const struct tug_image *img)
{
	uint8_t want[TUG_HASH_MAX], have[TUG_HASH_MAX], work[PROBE];
	enum tug_hash_alg alg;
	size_t len;

	if (s->cfg->crypto == NULL) {
		return true;
	}
	if (tug_image_digest(img, want, &len) != TUG_OK) {
		return false;
	}
	alg = len == tug_hash_len(TUG_SHA256) ? TUG_SHA256 : len == tug_hash_len(TUG_SHA384) ? TUG_SHA384 : TUG_SHA512;
	return tug_image_hash(img, s->cfg->crypto, alg, tug_buf_of(work, sizeof(work)), have) == TUG_OK &&
	       memcmp(want, have, len) == 0;
}

static void put_entry(struct tug_srv_call *call, struct tug_srv_slot t)
{
	struct tug_image img;
	struct tug_io io;

	if (tug_slot_open(call->srv, t, &io, &img) != TUG_OK || !intact(call->srv, &img)) {
		return;
	}
	tug_enc_map_begin(call->rsp);
	tug_srv_put_slot_id(call, t);
	tug_srv_put_digest(call, t, &img);
	tug_srv_put_version(call, &img);
	tug_enc_map_end(call->rsp);
}

static uint16_t boot_list(struct tug_srv_call *call)
{
	tug_srv_key(call, TUG_KEY_IMG_STATE_RSP_IMAGES);
	tug_enc_list_begin(call->rsp);
	for (uint8_t i = 0; i < call->srv->cfg->n_images; i++) {
		for (uint8_t slot = 0; slot < 2; slot++) {
			struct tug_srv_slot t = { i, slot };

			put_entry(call, t);
		}
	}
	tug_enc_list_end(call->rsp);
	return TUG_RC_OK;
}

static uint16_t refused(struct tug_srv_call *call)
{
	(void)call;
	return TUG_RC_NOTSUP;
}

/* First chunk in recovery: the whole slot is erased. Result: 0 or TUG_RC_INVAL. */
static uint16_t recovery_begin(struct tug_server *s, const struct tug_up_chunk *c)
{
	const struct tug_srv_image *img = c->image < s->cfg->n_images ? &s->cfg->images[c->image] : NULL;

	if (img == NULL || !c->has_len || c->len > img->slot[0]->size || tug_slot_erase_all(img, 0, false) != TUG_OK) {
		return TUG_RC_INVAL;
	}
	tug_up_begin(s, c, (uint8_t)c->image, 0);
	s->up.erased_to = img->slot[0]->size;
	return TUG_RC_OK;
}

/* Store what fills write units, all of it at the end of the file. Result: 0 or TUG_RC_INVAL. */
static uint16_t recovery_store(struct tug_server *s, const struct tug_up_chunk *c)
{
	bool last = c->data.len >= s->up.len - s->up.off;
	size_t n = last ? c->data.len : c->data.len - c->data.len % s->cfg->images[s->up.image].slot[0]->dev->write_size;

	if (tug_up_store(s, tug_slice_of(c->data.p, n)) != 0 || (last && tug_up_flush(s) != 0)) {
		return TUG_RC_INVAL;
	}
	return TUG_RC_OK;
}

static uint16_t boot_upload(struct tug_srv_call *call)
{
	struct tug_server *s = call->srv;
	struct tug_up_chunk c;
	uint16_t rc = tug_up_read(call, &c);

	if (rc != TUG_RC_OK) {
		return rc;
	}
	if (!c.has_off || !c.has_data) {
		rc = TUG_RC_INVAL;
	} else if (c.off == 0) {
		rc = recovery_begin(s, &c);
		rc = rc == TUG_RC_OK ? recovery_store(s, &c) : rc;
	} else if (s->up.busy && c.off == s->up.off) {
		if (s->up.off > s->up.len || c.data.len > s->up.len - s->up.off) {
			return TUG_RC_INVAL;
		}
		rc = recovery_store(s, &c);
	}
	if (rc != TUG_RC_OK) {
		tug_srv_upload_reset(s);
		return rc;
	}
	put_rc0(call);
	tug_up_answer(call, s->up.off);
	return TUG_RC_OK;
}

/* The op is mostly not looked at. */
static const struct tug_srv_cmd os_commands[] = {
	[1] = { boot_console_echo, boot_console_echo },
	[5] = { boot_reset, boot_reset },
	[6] = { tug_srv_os_params, tug_srv_os_params },
};
static const struct tug_srv_cmd img_commands[] = {
	[0] = { boot_list, refused },
	[1] = { boot_upload, boot_upload },
};
static const struct tug_srv_cmd zbasic_commands[] = {
	[0] = { boot_storage_erase, boot_storage_erase },
};

const struct tug_srv_group tug_srv_boot_os = { TUG_GRP_OS, sizeof(os_commands) / sizeof(os_commands[0]), os_commands };
const struct tug_srv_group tug_srv_boot_img = { TUG_GRP_IMG, sizeof(img_commands) / sizeof(img_commands[0]),
						img_commands };
const struct tug_srv_group tug_srv_boot_zbasic = { TUG_GRP_ZBASIC, sizeof(zbasic_commands) / sizeof(zbasic_commands[0]),
						   zbasic_commands };
