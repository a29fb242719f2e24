/* SPDX-License-Identifier: Apache-2.0
 *
 * What is asked before anything is done: buffers, bootloader mode, slot sizes, image list. All but the
 * list may be missing. Called by update.c.
 */
#include <string.h>

#include <tug/smp_cmds.h>

#include "update_priv.h"

/* Frame when neither device nor link tells one: works with every serial console server. */
#define FRAME_ASSUMED 252u
/* Frames cannot be longer: the length field has 16 bits. */
#define FRAME_MAX (TUG_SMP_HDR_LEN + UINT16_MAX)

/* Frame size and window from device, link and storage; whatever is smallest. */
void tug_upd_choose_frame(struct tug_update *u)
{
	struct tug_upd *p = tug_upd_of(u);
	const struct tug_link_info *link = &u->cfg.link;
	uint32_t limit = link->assume_frame != 0 ? link->assume_frame : FRAME_ASSUMED;
	uint32_t window = u->cfg.window;

	if (u->state.params) {
		limit = u->state.buf_size > link->overhead ? u->state.buf_size - link->overhead : 0;
	}
	if (link->max_frame != 0 && limit > link->max_frame) {
		limit = link->max_frame;
	}
	limit = limit > FRAME_MAX ? FRAME_MAX : limit;
	/* A frame that holds no body cannot be built; the first request then says that it does not fit. */
	limit = limit < TUG_SMP_HDR_LEN + 1u ? TUG_SMP_HDR_LEN + 1u : limit;
	if (window == 0) {
		window = u->state.buf_count > 1 ? u->state.buf_count - 1u : 1u;
	}
	window = window > TUG_CLIENT_WINDOW ? TUG_CLIENT_WINDOW : window;
	if (limit > u->cfg.storage_len / 2u) {
		limit = (uint32_t)(u->cfg.storage_len / 2u);
	}
	while (window > 1 && TUG_UPDATE_STORAGE(limit, window) > u->cfg.storage_len) {
		window--;
	}
	p->limit = limit;
	p->window = window;
	tug_client_reframe(&u->client, limit, (uint8_t)window);
}

static void ask(struct tug_update *u, uint8_t group, uint8_t id, const char *query)
{
	uint8_t room[32];
	struct tug_buf b = tug_buf_of(room, sizeof(room));
	struct tug_enc e;

	tug_enc_init(&e, &b);
	if (query != NULL) {
		struct tug_value v[TUG_OS_BOOTINFO_REQ_N];

		memset(v, 0, sizeof(v));
		v[TUG_OS_BOOTINFO_REQ_QUERY].present = true;
		v[TUG_OS_BOOTINFO_REQ_QUERY].v.s = tug_slice_of(query, strlen(query));
		tug_map_encode(&e, &tug_os_bootinfo_req, v);
	} else {
		tug_enc_map_begin(&e);
		tug_enc_map_end(&e);
	}
	(void)tug_enc_finish(&e);
	tug_upd_send(u, group, id, TUG_SMP_READ, tug_buf_slice(&b), NULL);
}

void tug_upd_probe(struct tug_update *u, enum tug_upd_phase phase)
{
	tug_upd_of(u)->phase = (uint8_t)phase;
	switch (phase) {
	case PH_PARAMS:
		ask(u, TUG_GRP_OS, 6, NULL);
		break;
	case PH_MODE:
		ask(u, TUG_GRP_OS, 8, "mode");
		break;
	case PH_SLOTS:
		ask(u, TUG_GRP_IMG, 6, NULL);
		break;
	default:
		tug_upd_read_list(u, NULL);
		break;
	}
}

static uint32_t to_u32(uint64_t v)
{
	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static void take_params(struct tug_update *u, const struct tug_client_rsp *rsp)
{
	struct tug_value v[TUG_OS_PARAMS_RSP_N];

	u->state.params = false;
	u->state.buf_count = 1;
	if (rsp != NULL && !rsp->status.failed && tug_map_decode(rsp->body, &tug_os_params_rsp, v) == TUG_OK &&
	    v[TUG_OS_PARAMS_RSP_BUF_SIZE].present) {
		u->state.params = true;
		u->state.buf_size = to_u32(v[TUG_OS_PARAMS_RSP_BUF_SIZE].v.u);
		if (v[TUG_OS_PARAMS_RSP_BUF_COUNT].present) {
			u->state.buf_count = to_u32(v[TUG_OS_PARAMS_RSP_BUF_COUNT].v.u);
		}
	}
	tug_upd_choose_frame(u);
	if (!u->state.params) {
		u->state.buf_size = tug_upd_of(u)->limit;
		if (!tug_upd_of(u)->silent && !tug_upd_of(u)->only_params) {
			tug_upd_note(u, TUG_OK, rsp == NULL ? NULL : &rsp->status,
				     "The device does not tell its buffer size, so small frames are used; "
				     "CONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS would make the upload faster.");
		}
	}
}

static void take_mode(struct tug_update *u, const struct tug_client_rsp *rsp)
{
	struct tug_value v[TUG_OS_BOOTINFO_RSP_N];

	if (rsp == NULL || rsp->status.failed || tug_map_decode(rsp->body, &tug_os_bootinfo_rsp, v) != TUG_OK ||
	    !v[TUG_OS_BOOTINFO_RSP_MODE].present) {
		return;
	}
	if (v[TUG_OS_BOOTINFO_RSP_MODE].v.i >= TUG_MODE_SINGLE &&
	    v[TUG_OS_BOOTINFO_RSP_MODE].v.i <= TUG_MODE_SWAP_OFFSET) {
		u->state.mode = (int8_t)v[TUG_OS_BOOTINFO_RSP_MODE].v.i;
	}
}

static void take_slots_of(struct tug_update *u, const struct tug_value *image)
{
	struct tug_list it;
	struct tug_slice item;

	if (image[TUG_IMG_SLOTINFO_IMAGE_MAX_IMAGE_SIZE].present) {
		u->state.max_image_size = to_u32(image[TUG_IMG_SLOTINFO_IMAGE_MAX_IMAGE_SIZE].v.u);
	}
	if (!image[TUG_IMG_SLOTINFO_IMAGE_SLOTS].present ||
	    tug_list_begin(image[TUG_IMG_SLOTINFO_IMAGE_SLOTS].v.s, &it) != TUG_OK) {
		return;
	}
	while (tug_list_next(&it, &item) == 1) {
		struct tug_value v[TUG_IMG_SLOT_N];

		if (tug_map_decode(item, &tug_img_slot, v) == TUG_OK && v[TUG_IMG_SLOT_SLOT].present &&
		    v[TUG_IMG_SLOT_SLOT].v.u < 2 && v[TUG_IMG_SLOT_SIZE].present) {
			u->state.slot_size[v[TUG_IMG_SLOT_SLOT].v.u] = to_u32(v[TUG_IMG_SLOT_SIZE].v.u);
		}
	}
}

static void take_slots(struct tug_update *u, const struct tug_client_rsp *rsp)
{
	struct tug_value v[TUG_IMG_SLOTINFO_RSP_N];
	struct tug_list it;
	struct tug_slice item;

	if (rsp == NULL || rsp->status.failed || tug_map_decode(rsp->body, &tug_img_slotinfo_rsp, v) != TUG_OK ||
	    !v[TUG_IMG_SLOTINFO_RSP_IMAGES].present ||
	    tug_list_begin(v[TUG_IMG_SLOTINFO_RSP_IMAGES].v.s, &it) != TUG_OK) {
		return;
	}
	while (tug_list_next(&it, &item) == 1) {
		struct tug_value i[TUG_IMG_SLOTINFO_IMAGE_N];

		if (tug_map_decode(item, &tug_img_slotinfo_image, i) != TUG_OK) {
			continue;
		}
		if ((i[TUG_IMG_SLOTINFO_IMAGE_IMAGE].present ? i[TUG_IMG_SLOTINFO_IMAGE_IMAGE].v.u : 0) ==
		    u->cfg.image.image) {
			take_slots_of(u, i);
		}
	}
}

static void list_refused(struct tug_update *u, const struct tug_smp_status *st)
{
	tug_upd_fail_remote(u, st,
			    st->legacy && st->rc == TUG_RC_NOTSUP
				    ? "This firmware has no image management: build it with CONFIG_MCUMGR_GRP_IMG and "
				      "what that needs (FLASH, FLASH_MAP, STREAM_FLASH, IMG_MANAGER)."
			    : st->legacy && st->rc == TUG_RC_MSGSIZE
				    ? "The image list does not fit the device's buffers: raise "
				      "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE."
				    : "The device refuses to list its images; see the group and rc it gave.");
}

static void take_list(struct tug_update *u, int err, const struct tug_client_rsp *rsp)
{
	struct tug_upd *p = tug_upd_of(u);

	if (err != TUG_OK) {
		tug_upd_silence(u, err, "The device does not answer; check that it is on, in reach, and runs an SMP "
					"server on this link.");
		return;
	}
	if (rsp->status.failed) {
		list_refused(u, &rsp->status);
		return;
	}
	err = tug_dev_state_decode(rsp->body, &u->state);
	if (err != TUG_OK) {
		tug_upd_end(u, TUG_OUT_FAILED, err,
			    "The device's image list cannot be read; send the log of this run to its makers.");
		return;
	}
	if (!p->seen) {
		p->seen = true;
		u->before = u->state;
	}
	tug_upd_state_event(u);
	tug_upd_plan(u);
}

void tug_upd_probe_answer(struct tug_update *u, int err, const struct tug_client_rsp *rsp)
{
	struct tug_upd *p = tug_upd_of(u);

	switch ((enum tug_upd_phase)p->phase) {
	case PH_PARAMS:
		p->silent = err == TUG_ETIMEOUT;
		take_params(u, rsp);
		if (p->only_params) {
			p->only_params = false;
			tug_upd_upload_begin(u);
		} else {
			tug_upd_probe(u, p->silent ? PH_LIST : PH_MODE);
		}
		break;
	case PH_MODE:
		take_mode(u, rsp);
		tug_upd_probe(u, PH_SLOTS);
		break;
	case PH_SLOTS:
		take_slots(u, rsp);
		tug_upd_probe(u, PH_LIST);
		break;
	default:
		take_list(u, err, rsp);
		break;
	}
}
