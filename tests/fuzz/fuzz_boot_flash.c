/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole flash: two slots in some state, then any octets anywhere in them, then boots, one of them cut. Aborts when
 * an image runs that does not verify, an octet outside the slots and scratch changes, or a boot does not come to an end.
 * Input: 4 octets of options, then patches: u16 offset, u8 length, octets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/powerloss/world.h"

#define SLOT 4096u
#define SECTOR 512u
#define GUARD 512u
#define SCRATCH 1024u
/* guard, two slots, guard, scratch, guard */
#define SCRATCH_OFF (2u * SLOT + 2u * GUARD)
/* erases and chunks of two slots, twice, and every record and flag */
#define MAX_OPS 600u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct input {
	const uint8_t *p;
	size_t left;
};

static unsigned next(struct input *in)
{
	if (in->left == 0) {
		return 0;
	}
	in->left--;
	return *in->p++;
}

static void must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "violated: %s\n", what);
		abort();
	}
}

/* Any octets into the slots and scratch, past the rules of flash. */
static void patch(struct world *w, struct input *in)
{
	uint8_t *flash = tug_sim_flash_bytes(w->flash);

	while (in->left >= 4) {
		uint32_t off = next(in) << 8;
		uint32_t n;

		off = (off | next(in)) % (2u * SLOT + SCRATCH);
		n = next(in);
		for (uint32_t i = 0; i < n && in->left > 0; i++) {
			uint32_t at = (off + i) % (2u * SLOT + SCRATCH);

			flash[at < 2u * SLOT ? GUARD + at : SCRATCH_OFF + at - 2u * SLOT] = (uint8_t)next(in);
		}
	}
	tug_sim_flash_settle(w->flash);
}

/* The verdict of this test's own reading of the format: header, lengths, the digest TLV of the unprotected area. */
static bool digest_holds(const uint8_t *slot)
{
	struct tug_image_hdr h;
	struct tug_hash_ctx c;
	uint8_t digest[32];
	uint32_t hashed;
	uint32_t at;

	tug_image_hdr_decode(slot, &h);
	hashed = (uint32_t)h.hdr_size + h.img_size + h.protect_tlv_size;
	if (h.magic != TUG_IMAGE_MAGIC || h.img_size > SLOT || hashed + 4u > SLOT) {
		return false;
	}
	must(tug_crypto_hashonly.hash_init(&c, TUG_SHA256) == TUG_OK &&
		     tug_crypto_hashonly.hash_update(&c, slot, hashed) == TUG_OK &&
		     tug_crypto_hashonly.hash_final(&c, digest) == TUG_OK,
	     "SHA-256 works");
	/* both areas may carry it: look for the octets themselves behind the hashed range or in the protected area */
	for (at = (uint32_t)h.hdr_size + h.img_size; at + 32u <= SLOT; at++) {
		if (memcmp(&slot[at], digest, 32) == 0) {
			return true;
		}
	}
	return false;
}

static void check_boot(struct world *w, int rc, const struct tug_boot_rsp *rsp, uint64_t ops)
{
	const uint8_t *flash = tug_sim_flash_bytes(w->flash);
	const struct tug_sim_broken *b = tug_sim_flash_broken(w->flash);

	must(tug_sim_flash_ops(w->flash) - ops <= MAX_OPS, "a boot comes to an end");
	must(b->align == 0 && b->bounds == 0, "accesses lie on the grid and inside the device");
	for (uint32_t i = 0; i < GUARD; i++) {
		must(flash[i] == w->geo->erased && flash[GUARD + 2u * SLOT + i] == w->geo->erased &&
			     flash[SCRATCH_OFF + SCRATCH + i] == w->geo->erased,
		     "guards are untouched");
	}
	if (rc == TUG_OK && w->cfg.validate_primary) {
		const struct tug_flash_area *runs = rsp->image_off == w->cfg.pri.off ? &w->cfg.pri : &w->cfg.sec;

		must(rsp->image_off == runs->off, "what runs is a slot");
		must(runs == &w->cfg.pri || w->cfg.mode == &tug_boot_direct_xip || w->cfg.mode == &tug_boot_direct_xip_revert,
		     "only direct-XIP runs the secondary slot");
		must(world_verifies(w, runs), "what runs verifies");
		must(digest_holds(&flash[runs->off]), "what runs has its own digest");
	}
}

static void begin(struct world *w, unsigned how)
{
	struct tug_boot_rsp rsp;

	if ((how & 7u) == 0) {
		return;
	}
	(void)world_set_pending(w, (how & 1u) != 0);
	if ((how & 2u) != 0) {
		tug_sim_flash_cut(w->flash, 1u + (how >> 3), TUG_SIM_CUT_BEFORE, 0);
		(void)world_boot(w, &rsp);
		tug_sim_flash_cut(w->flash, 0, TUG_SIM_CUT_BEFORE, 0);
		tug_sim_flash_power_up(w->flash);
	} else if ((how & 4u) != 0) {
		(void)world_boot(w, &rsp);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t units[] = { 1, 4, 8, 16 };
	static const struct tug_boot_mode_ops *const modes[] = { &tug_boot_swap_move,  &tug_boot_direct_xip_revert,
								 &tug_boot_overwrite,  &tug_boot_overwrite_fast,
								 &tug_boot_swap_move,  &tug_boot_direct_xip,
								 &tug_boot_swap_move,  &tug_boot_swap_scratch };
	struct input in = { data, len };
	unsigned what = next(&in);
	unsigned how = next(&in);
	unsigned cut_at = next(&in);
	unsigned cut_kind = next(&in);
	struct geometry g = { "fuzz", { { SECTOR, (SCRATCH_OFF + SCRATCH + GUARD) / SECTOR } }, 1, units[what & 3u],
			      (what & 4u) != 0 ? 0x00 : 0xff, GUARD, SLOT, GUARD + SLOT, SLOT, 8, 16, SCRATCH_OFF, SCRATCH };
	struct tug_version v1 = { 1, 0, 0, 0 };
	struct tug_version v2 = { 2, 0, 0, 0 };
	struct world w;

	world_make(&w, &g, modes[((what >> 3) & 3u) | ((what >> 5) & 4u)], image_make(payload_old, 900, 32, 0, v1),
		   image_make(payload_new, 1300, 32, 12, v2));
	w.cfg.downgrade_prevention = (what & 0x20u) != 0;
	w.cfg.validate_primary = (what & 0x40u) == 0;
	begin(&w, how);
	patch(&w, &in);
	if (cut_at != 0) {
		tug_sim_flash_cut(w.flash, cut_at, (enum tug_sim_cut)(cut_kind % TUG_SIM_CUT_KINDS), cut_kind);
	}
	for (int i = 0; i < 4; i++) {
		uint64_t ops = tug_sim_flash_ops(w.flash);
		struct tug_boot_rsp rsp;
		int rc = world_boot(&w, &rsp);

		must(rc != TUG_EPOWER || tug_sim_flash_is_off(w.flash), "no power failure out of nothing");
		tug_sim_flash_power_up(w.flash);
		check_boot(&w, rc, &rsp, ops);
	}
	world_free(&w);
	return 0;
}
