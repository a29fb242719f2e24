/* SPDX-License-Identifier: Apache-2.0
 *
 * The whole server over simulated flash. Input: one octet of options, then packets, each behind a big-endian u16
 * length. Aborts when an answer is no frame, or an octet outside the writable slot has changed.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/flash_io.h>
#include <tug/port/sim.h>
#include <tug/server.h>

#define SECTOR 512u
#define SLOT 8192u
#define GUARD 1024u
#define FLASH 18432u /* guard, slot, slot, guard */
#define BUF 512u

/** Everything one run works on. */
struct rig {
	struct tug_sim_flash *flash;
	struct tug_flash_area area[2];
	struct tug_srv_image image;
	struct tug_server_cfg cfg;
	struct tug_server srv;
	struct tug_sim_clock clock;
	uint8_t before[FLASH];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_reset(void *ctx, uint8_t mode)
{
	(void)ctx;
	(void)mode;
}

static int on_erase(void *ctx)
{
	(void)ctx;
	return TUG_OK;
}

static void put_image(struct rig *r, uint8_t slot, uint8_t seed)
{
	uint8_t *p = tug_sim_flash_bytes(r->flash) + r->area[slot].off;
	struct tug_image_hdr h = { .magic = TUG_IMAGE_MAGIC, .hdr_size = 32, .img_size = 100 };
	struct tug_hash_ctx c;

	h.version.major = seed;
	tug_image_hdr_encode(&h, p);
	memset(p + 32, seed, 100);
	tug_put_le16(p + 132, TUG_TLV_MAGIC);
	tug_put_le16(p + 134, 40);
	tug_put_le16(p + 136, TUG_TLV_SHA256);
	tug_put_le16(p + 138, 32);
	if (tug_crypto_hashonly.hash_init(&c, TUG_SHA256) != TUG_OK ||
	    tug_crypto_hashonly.hash_update(&c, p, 132) != TUG_OK ||
	    tug_crypto_hashonly.hash_final(&c, p + 140) != TUG_OK) {
		abort();
	}
	tug_sim_flash_settle(r->flash);
}

static void set_state(struct rig *r, unsigned type)
{
	struct tug_io pri = tug_io_of_area(&r->area[0]), sec = tug_io_of_area(&r->area[1]);
	const struct tug_trailer_geo *g = r->image.geo;

	if (type == 3) {
		if (tug_trailer_write_magic(&pri, &g[0]) != TUG_OK ||
		    tug_trailer_write_flag(&pri, &g[0], tug_trailer_copy_done_off(&g[0])) != TUG_OK) {
			abort();
		}
	} else if (type != 0 && tug_set_pending(&sec, &g[1], type == 2, 0) != TUG_OK) {
		abort();
	}
}

/* A device for each write unit, made once, with an image in each slot; loaded again for each run. */
static void set_up_flash(struct rig *r, uint8_t unit)
{
	static struct {
		struct tug_sim_flash *flash;
		void *state;
	} made[4];
	struct tug_sim_run runs = { SECTOR, FLASH / SECTOR };
	struct tug_sim_flash_cfg c = { .runs = &runs, .n_runs = 1, .erased = 0xff, .write_size = (uint8_t)(1u << unit) };
	bool fresh = made[unit].flash == NULL;

	if (fresh && tug_sim_flash_create(&c, &made[unit].flash) != TUG_OK) {
		abort();
	}
	r->flash = made[unit].flash;
	for (uint8_t s = 0; s < 2; s++) {
		r->area[s].dev = tug_sim_flash_dev(r->flash);
		r->area[s].off = GUARD + s * SLOT;
		r->area[s].size = SLOT;
		r->image.slot[s] = &r->area[s];
		r->image.geo[s] = (struct tug_trailer_geo){ SLOT, 16, 8, c.write_size, 3, false, 0 };
		if (fresh) {
			put_image(r, s, (uint8_t)(1 + s));
		}
	}
	if (fresh) {
		made[unit].state = malloc(tug_sim_flash_state_size(r->flash));
		if (made[unit].state == NULL) {
			abort();
		}
		tug_sim_flash_save(r->flash, made[unit].state);
	}
	tug_sim_flash_load(r->flash, made[unit].state);
}

static void set_up(struct rig *r, uint8_t options)
{
	static const struct tug_srv_group *const groups[] = { &tug_srv_os, &tug_srv_img, &tug_srv_zbasic };
	size_t n;

	memset(r, 0, sizeof(*r));
	set_up_flash(r, options >> 4 & 3);
	set_state(r, options >> 2 & 3);
	r->cfg.profile = &tug_server_profiles(&n)[options & 3];
	r->cfg.groups = groups;
	r->cfg.n_groups = 3;
	r->cfg.n_images = 1;
	r->cfg.images = &r->image;
	r->cfg.crypto = &tug_crypto_hashonly;
	r->cfg.clock = tug_sim_clock_port(&r->clock);
	r->cfg.reset.request = on_reset;
	r->cfg.hooks.erase_storage = on_erase;
	r->cfg.buf_size = BUF;
	r->cfg.buf_count = 4;
	r->cfg.params = true;
	r->cfg.boot_mode = (options & 0x40) != 0 ? TUG_MODE_SWAP_OFFSET : TUG_MODE_SWAP_MOVE;
	tug_server_init(&r->srv, &r->cfg);
	memcpy(r->before, tug_sim_flash_bytes(r->flash), FLASH);
}

/* The running image but its trailer, and all that is no slot, must be as they were. Recovery may write slot 0. */
static void check_flash(const struct rig *r)
{
	const uint8_t *now = tug_sim_flash_bytes(r->flash);
	size_t fixed = GUARD + (r->cfg.profile->recovery ? 0 : SLOT - tug_trailer_size(&r->image.geo[0]));
	size_t second = r->area[1].off, end = FLASH - GUARD;

	if (memcmp(now, r->before, fixed) != 0 || memcmp(now + end, r->before + end, GUARD) != 0 ||
	    (r->cfg.profile->recovery && memcmp(now + second, r->before + second, r->area[1].size) != 0)) {
		abort();
	}
	if (tug_sim_flash_broken(r->flash)->twice + tug_sim_flash_broken(r->flash)->align +
		    tug_sim_flash_broken(r->flash)->bounds != 0) {
		abort();
	}
}

static void check_answer(const struct tug_buf *rsp)
{
	struct tug_smp_hdr h;
	struct tug_smp_status st;
	struct tug_slice body;
	size_t len;

	if (rsp->len > BUF || tug_smp_frame_split(tug_buf_slice(rsp), &h, &body) != TUG_OK ||
	    tug_cbor_check(body, &len) != TUG_OK || len != body.len ||
	    tug_smp_status_read(body, h.group, &st) != TUG_OK || (h.op & 1) == 0) {
		abort();
	}
}

static void one_packet(struct rig *r, struct tug_slice packet)
{
	uint8_t store[BUF];
	struct tug_buf rsp = tug_buf_of(store, sizeof(store));
	size_t left;

	do {
		left = packet.len;
		if (tug_server_step(&r->srv, &packet, &rsp) == 1) {
			check_answer(&rsp);
		}
		if (packet.len >= left && left > 0) {
			abort(); /* no progress */
		}
	} while (packet.len > 0);
	r->clock.now_ms += 100;
	tug_server_tick(&r->srv, r->clock.now_ms);
	check_flash(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rig r;

	if (size == 0) {
		return 0;
	}
	set_up(&r, data[0]);
	data++;
	size--;
	while (size >= 2) {
		size_t len = tug_be16(data);

		data += 2;
		size -= 2;
		len = len < size ? len : size;
		one_packet(&r, tug_slice_of(data, len));
		data += len;
		size -= len;
	}
	return 0;
}
