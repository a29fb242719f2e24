/* SPDX-License-Identifier: Apache-2.0
 *
 * Flaws: what is wrong with the firmware of devices in the field, put in front of a server that is right. A flaw
 * swallows a request, answers it itself, or lets it pass changed. Knows no flash.
 */
#include <string.h>

#include <tug/smp_cmds.h>

#include "vdev_priv.h"

/* Payload of one write over a link with the default MTU of Zephyr's larger configurations. */
#define PIECE 244u

static const struct tug_vdev_flaw flaws[] = {
	{ "no-echo", "echo is not built in", TUG_FLAW_MISSING, TUG_GRP_OS, 0, -1 },
	{ "no-reset", "reset is not built in", TUG_FLAW_MISSING, TUG_GRP_OS, 5, TUG_SMP_WRITE },
	{ "no-bootinfo", "bootloader info is not built in", TUG_FLAW_MISSING, TUG_GRP_OS, 8, TUG_SMP_READ },
	{ "no-slotinfo", "slot info is not built in", TUG_FLAW_MISSING, TUG_GRP_IMG, 6, TUG_SMP_READ },
	{ "no-state-write", "test and confirm are not built in", TUG_FLAW_MISSING, TUG_GRP_IMG, 0, TUG_SMP_WRITE },
	{ "no-reassembly", "requests longer than 244 octets are lost", TUG_FLAW_LONG, 0, 0, -1 },
	{ "confirm-ignored", "test and confirm say yes and change nothing", TUG_FLAW_IGNORED, TUG_GRP_IMG, 0, TUG_SMP_WRITE },
	{ "slot-size", "slot info reports half of the secondary slot", TUG_FLAW_SLOT_SIZE, TUG_GRP_IMG, 6, TUG_SMP_READ },
	{ "access", "every command is denied by the application", TUG_FLAW_DENIED, 0, 0, -1 },
	{ "stack", "the server's thread dies of a request longer than 512 octets", TUG_FLAW_STACK, 0, 0, -1 },
};

const struct tug_vdev_flaw *tug_vdev_flaws(size_t *n)
{
	*n = sizeof(flaws) / sizeof(flaws[0]);
	return flaws;
}

static bool concerns(const struct tug_vdev_flaw *f, const struct tug_smp_hdr *h)
{
	bool any = f->kind == TUG_FLAW_LONG || f->kind == TUG_FLAW_DENIED || f->kind == TUG_FLAW_STACK;

	return any || (f->group == h->group && f->id == h->id && (f->op < 0 || (uint8_t)f->op == h->op));
}

/* A response frame with `body` to the request `h`. */
static void answer(const struct tug_smp_hdr *h, struct tug_slice body, struct tug_buf *rsp)
{
	struct tug_smp_hdr a = *h;

	if (body.len + TUG_SMP_HDR_LEN > rsp->cap) {
		return;
	}
	a.op = (uint8_t)(h->op + 1u);
	a.flags = 0;
	a.reserved = 0;
	a.len = (uint16_t)body.len;
	tug_smp_hdr_encode(&a, rsp->p);
	memcpy(rsp->p + TUG_SMP_HDR_LEN, body.p, body.len);
	rsp->len = TUG_SMP_HDR_LEN + body.len;
}

static void answer_rc(const struct tug_smp_hdr *h, uint8_t rc, struct tug_buf *rsp)
{
	const uint8_t body[] = { 0xbf, 0x62, 'r', 'c', rc, 0xff };

	answer(h, tug_slice_of(body, sizeof(body)), rsp);
}

static void answer_slots(struct tug_vdev *v, const struct tug_smp_hdr *h, struct tug_buf *rsp)
{
	uint8_t storage[160];
	struct tug_buf body = tug_buf_of(storage, sizeof(storage));
	const uint32_t size[] = { v->cfg.profile->pri_size, v->cfg.profile->sec_size / 2u };
	struct tug_enc e;

	tug_enc_init(&e, &body);
	tug_enc_map_begin(&e);
	tug_enc_key(&e, "images");
	tug_enc_list_begin(&e);
	tug_enc_map_begin(&e);
	tug_enc_key(&e, "image");
	tug_enc_uint(&e, 0);
	tug_enc_key(&e, "slots");
	tug_enc_list_begin(&e);
	for (unsigned i = 0; i < 2; i++) {
		tug_enc_map_begin(&e);
		tug_enc_key(&e, "slot");
		tug_enc_uint(&e, i);
		tug_enc_key(&e, "size");
		tug_enc_uint(&e, size[i]);
		tug_enc_map_end(&e);
	}
	tug_enc_list_end(&e);
	tug_enc_map_end(&e);
	tug_enc_list_end(&e);
	tug_enc_map_end(&e);
	if (tug_enc_finish(&e) == TUG_OK) {
		answer(h, tug_buf_slice(&body), rsp);
	}
}

/* The list as it is, as the answer to a write. */
static void answer_unchanged(struct tug_vdev *v, const struct tug_smp_hdr *h, struct tug_buf *rsp)
{
	uint8_t frame[TUG_SMP_HDR_LEN + 1] = { 0 };
	struct tug_smp_hdr read = *h, got;
	struct tug_slice packet = tug_slice_of(frame, sizeof(frame));

	read.op = TUG_SMP_READ;
	read.len = 1;
	tug_smp_hdr_encode(&read, frame);
	frame[TUG_SMP_HDR_LEN] = 0xa0;
	if (tug_server_step(&v->server, &packet, rsp) == 1 && tug_smp_hdr_decode(tug_buf_slice(rsp), &got) == TUG_OK) {
		got.op = TUG_SMP_WRITE_RSP;
		tug_smp_hdr_encode(&got, rsp->p);
	}
}

static void apply(struct tug_vdev *v, const struct tug_vdev_flaw *f, const struct tug_smp_hdr *h, struct tug_buf *rsp)
{
	switch (f->kind) {
	case TUG_FLAW_MISSING:
		answer_rc(h, TUG_RC_NOTSUP, rsp);
		break;
	case TUG_FLAW_DENIED:
		answer_rc(h, TUG_RC_ACCESS, rsp);
		break;
	case TUG_FLAW_IGNORED:
		answer_unchanged(v, h, rsp);
		break;
	case TUG_FLAW_SLOT_SIZE:
		answer_slots(v, h, rsp);
		break;
	case TUG_FLAW_STACK:
		vdev_say(v, TUG_LOG_ERR, "os: ***** Stack overflow *****");
		vdev_say(v, TUG_LOG_ERR, "os: Current thread: 0x20001a30 (mcumgr smp)");
		v->phase = VDEV_SILENT;
		break;
	case TUG_FLAW_LONG:
		break;
	}
}

bool vdev_flawed(struct tug_vdev *v, struct tug_slice packet, struct tug_buf *rsp)
{
	struct tug_smp_hdr h;

	rsp->len = 0;
	if (v->cfg.flaws == 0 || tug_smp_hdr_decode(packet, &h) != TUG_OK ||
	    (h.op != TUG_SMP_READ && h.op != TUG_SMP_WRITE)) {
		return false;
	}
	for (size_t i = 0; i < sizeof(flaws) / sizeof(flaws[0]); i++) {
		const struct tug_vdev_flaw *f = &flaws[i];

		if ((v->cfg.flaws & (1u << i)) == 0 || !concerns(f, &h) || (f->kind == TUG_FLAW_LONG && packet.len <= PIECE) ||
		    (f->kind == TUG_FLAW_STACK && packet.len <= 512u)) {
			continue;
		}
		apply(v, f, &h, rsp);
		return true;
	}
	return false;
}
