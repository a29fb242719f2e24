/* SPDX-License-Identifier: Apache-2.0
 *
 * The device on the desk alone: time, single requests, and the proof that a file runs, read from its flash. Knows no
 * update procedure. Called by tests.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/flash_io.h>

#include "desk.h"

/* ---- the device alone -------------------------------------------------------------------------- */

void desk_pass(struct desk *d, uint64_t ms)
{
	uint64_t end = d->now_ms + ms;
	uint8_t scrap[2048];
	struct tug_buf b = tug_buf_of(scrap, sizeof(scrap));

	tug_vdev_tick(d->v, d->now_ms);
	while (tug_vdev_deadline(d->v) <= end) {
		uint64_t at = tug_vdev_deadline(d->v);

		d->now_ms = at > d->now_ms ? at : d->now_ms;
		while (tug_vdev_tx(d->v, d->now_ms, &b) == 1) {
		}
	}
	d->now_ms = end;
	tug_vdev_tick(d->v, d->now_ms);
}

bool desk_request(struct desk *d, struct tug_slice request, struct tug_buf *rsp)
{
	uint64_t end = d->now_ms + 60000u;

	tug_vdev_rx(d->v, request, d->now_ms);
	for (;;) {
		uint64_t at;

		if (tug_vdev_tx(d->v, d->now_ms, rsp) == 1) {
			return true;
		}
		at = tug_vdev_deadline(d->v);
		if (at > end) {
			return false;
		}
		d->now_ms = at > d->now_ms ? at : d->now_ms;
	}
}

bool desk_list(struct desk *d, struct tug_dev_state *st)
{
	static const uint8_t request[] = { 0x00, 0, 0, 1, 0, 1, 7, 0, 0xa0 };
	uint8_t space[2048];
	struct tug_buf b = tug_buf_of(space, sizeof(space));
	struct tug_smp_hdr h;
	struct tug_slice body;

	memset(st, 0, sizeof(*st));
	return desk_request(d, tug_slice_of(request, sizeof(request)), &b) &&
	       tug_smp_frame_split(tug_buf_slice(&b), &h, &body) == TUG_OK && tug_dev_state_decode(body, st) == TUG_OK;
}

/* ---- proof ------------------------------------------------------------------------------------- */

static bool slot_holds(struct tug_vdev *v, struct tug_slice file)
{
	const struct tug_flash_area *pri = &tug_vdev_boot_cfg(v)->pri;
	uint8_t *got = malloc(file.len);
	bool same = got != NULL && tug_vdev_flash_read(v, pri->off, got, file.len) == TUG_OK &&
		    memcmp(got, file.p, file.len) == 0;

	free(got);
	return same;
}

/* The running image stays: nothing is due at the next boot. */
static bool settled(struct tug_vdev *v)
{
	const struct tug_boot_cfg *b = tug_vdev_boot_cfg(v);
	struct tug_io pri = tug_io_of_area(&b->pri);
	struct tug_io sec = tug_io_of_area(&b->sec);
	struct tug_trailer_geo pri_geo = tug_boot_geo(b, b->pri.size);
	struct tug_trailer_geo sec_geo = tug_boot_geo(b, b->sec.size);
	struct tug_trailer p;
	struct tug_trailer s;

	return tug_trailer_read_running(&pri, &pri_geo, &p) == TUG_OK && tug_trailer_read(&sec, &sec_geo, &s) == TUG_OK &&
	       tug_swap_type_of(&p, &s, false) == TUG_SWAP_NONE;
}

/* What the boot core itself says of these octets, when the recovery's pin is released. */
static bool boots(struct tug_vdev *v)
{
	struct tug_boot *b = calloc(1, sizeof(*b));
	struct tug_boot_cfg cfg = *tug_vdev_boot_cfg(v);
	struct tug_boot_rsp rsp;
	bool ok;

	memset(&cfg.log, 0, sizeof(cfg.log));
	ok = b != NULL && tug_boot_go(b, &cfg, &rsp) == TUG_OK && rsp.swapped == TUG_SWAP_NONE &&
	     rsp.image_off == cfg.pri.off;
	free(b);
	return ok;
}

const char *desk_prove(struct desk *d, struct tug_slice file)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (!slot_holds(d->v, file)) {
			return i == 0 ? "slot 0 does not hold the file" : "the file is gone after a power cycle";
		}
		if (!settled(d->v)) {
			return i == 0 ? "the image is not confirmed, or another one is pending"
				      : "not confirmed after a power cycle";
		}
		if (!boots(d->v)) {
			return "the boot core does not boot it";
		}
		tug_vdev_power_cycle(d->v, d->now_ms);
		desk_pass(d, 60000);
		if (!tug_vdev_up(d->v)) {
			return "the device does not answer after a power cycle";
		}
	}
	return NULL;
}
