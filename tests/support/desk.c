/* SPDX-License-Identifier: Apache-2.0
 *
 * Moves frames between tug_update and a virtual device on a virtual clock, and records how it went. Decides nothing
 * about either. Called by the matrix, the lossy-link tests and the soak.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tug/port/crypto_openssl.h>
#include <tug/port/sim.h>

#include "desk.h"

#define FRAME_MAX (65535u + TUG_SMP_HDR_LEN)
#define WINDOW_MAX TUG_CLIENT_WINDOW
/* Opening a link takes a moment. */
#define OPEN_MS 20u
#define MAX_MS 3600000u
#define MAX_STEPS 2000000u

/* One update under way. */
struct run {
	struct desk *d;
	struct desk_result *r;
	struct tug_update upd;
	struct tug_lossy *up;
	struct tug_lossy *down;
	bool linked;
	uint64_t carried;  /* frames, both directions */
	uint64_t open_at;  /* next attempt to open the link */
	bool was_up;       /* the device, a moment ago */
	uint8_t frame[FRAME_MAX];
};

/* ---- facts of a file --------------------------------------------------------------------------- */

static bool sha256(struct tug_slice s, uint8_t out[32])
{
	struct tug_hash_ctx h;

	return tug_crypto_openssl.hash_init(&h, TUG_SHA256) == TUG_OK &&
	       tug_crypto_openssl.hash_update(&h, s.p, s.len) == TUG_OK &&
	       tug_crypto_openssl.hash_final(&h, out) == TUG_OK;
}

bool desk_facts(struct tug_slice file, struct tug_plan_image *out, uint8_t sha[32])
{
	struct tug_io io = tug_io_of_slice(&file);
	struct tug_image img;
	size_t len = 0;

	memset(out, 0, sizeof(*out));
	if (tug_image_open(&img, &io, 0, TUG_IMG_CAN_ENCRYPTED | TUG_IMG_CAN_COMPRESSED) != TUG_OK ||
	    tug_image_digest(&img, out->hash, &len) != TUG_OK) {
		return false;
	}
	out->hash_len = (uint8_t)len;
	out->version = img.hdr.version;
	out->len = (uint32_t)file.len;
	return sha256(file, sha);
}

/* ---- record ------------------------------------------------------------------------------------ */

static void append(char text[DESK_TEXT], const char *sep, const char *more)
{
	size_t at = strlen(text);

	snprintf(&text[at], DESK_TEXT - at, "%s%s", at > 0 ? sep : "", more);
}

static void record_plan(struct desk_result *r, const struct tug_plan *p)
{
	uint8_t i;

	r->plans++;
	if (r->plans > 1) {
		return;
	}
	snprintf(r->found, sizeof(r->found), "%s", tug_dev_pattern_name(p->pattern));
	if (p->kind == TUG_PLAN_REFUSED) {
		snprintf(r->plan, sizeof(r->plan), "refused:%s", tug_err_name(p->why));
	} else if (p->kind == TUG_PLAN_DONE) {
		snprintf(r->plan, sizeof(r->plan), "done");
	}
	for (i = 0; p->kind == TUG_PLAN_STEPS && i < p->n; i++) {
		append(r->plan, "+", tug_step_name(p->step[i]));
	}
}

static void on_event(void *user, const struct tug_update_event *ev)
{
	struct run *run = user;
	struct desk_result *r = run->r;

	if (run->d->talk) {
		printf("  %8" PRIu64 " ms: event %d step %s off %u: %s\n", run->d->now_ms, (int)ev->kind,
		       tug_step_name(ev->step), (unsigned)ev->off, ev->text != NULL ? ev->text : "(null)");
	}
	switch (ev->kind) {
	case TUG_EV_PLAN:
		record_plan(r, ev->plan);
		break;
	case TUG_EV_STEP:
		append(r->did, "+", tug_step_name(ev->step));
		break;
	case TUG_EV_NOTE:
		append(r->notes, " | ", ev->text);
		break;
	case TUG_EV_PROGRESS:
		if (r->first_off == UINT32_MAX) {
			r->first_off = ev->off;
		}
		break;
	case TUG_EV_RESULT:
		r->results++;
		r->outcome = ev->outcome;
		r->err = ev->err;
		snprintf(r->text, sizeof(r->text), "%s", ev->text != NULL ? ev->text : "");
		if (ev->state != NULL) {
			r->after = *ev->state;
		}
		break;
	case TUG_EV_STATE:
	case TUG_EV_STEP_OK:
	default:
		break;
	}
}

/* ---- link -------------------------------------------------------------------------------------- */

static struct tug_link_info info_of(const struct desk_link *l)
{
	struct tug_link_info info = {
		.max_frame = l->max_frame,
		.overhead = l->overhead,
		.assume_frame = l->assume_frame != 0 ? l->assume_frame : 256u,
	};

	return info;
}

static void drop_link(struct run *run)
{
	run->linked = false;
	tug_lossy_clear(run->up);
	tug_lossy_clear(run->down);
	run->open_at = run->d->now_ms + OPEN_MS;
}

/* Counts a frame; true when the link breaks at it. */
static bool breaks(struct run *run)
{
	run->carried++;
	if (run->carried != run->d->link.cut_at) {
		return false;
	}
	drop_link(run);
	tug_update_link_down(&run->upd, TUG_ECLOSED, run->d->now_ms);
	return true;
}

static void watch_device(struct run *run)
{
	bool up = tug_vdev_up(run->d->v);

	if (run->d->link.follows_device && run->was_up && !up && run->linked) {
		drop_link(run);
		tug_update_link_down(&run->upd, TUG_ECLOSED, run->d->now_ms);
	}
	run->was_up = up;
}

static void to_device(struct run *run)
{
	struct tug_buf b = tug_buf_of(run->frame, sizeof(run->frame));
	uint64_t now = run->d->now_ms;

	while (run->linked && tug_lossy_recv(run->up, now, &b) == 1) {
		tug_vdev_rx(run->d->v, tug_buf_slice(&b), now);
		while (tug_vdev_tx(run->d->v, now, &b) == 1) {
			tug_lossy_send(run->down, tug_buf_slice(&b), now);
		}
	}
	while (tug_vdev_tx(run->d->v, now, &b) == 1) {
		tug_lossy_send(run->down, tug_buf_slice(&b), now);
	}
}

static void to_host(struct run *run)
{
	struct tug_buf b = tug_buf_of(run->frame, sizeof(run->frame));

	while (run->linked && tug_lossy_recv(run->down, run->d->now_ms, &b) == 1) {
		if (breaks(run)) {
			return;
		}
		run->r->frames_down++;
		tug_update_rx(&run->upd, tug_buf_slice(&b), run->d->now_ms);
	}
}

static void from_host(struct run *run)
{
	struct tug_slice f;
	struct tug_smp_hdr h;

	while (run->linked && tug_update_tx(&run->upd, run->d->now_ms, &f) == 1) {
		if (breaks(run)) {
			return;
		}
		run->r->frames_up++;
		if (tug_smp_hdr_decode(f, &h) == TUG_OK && h.group == TUG_GRP_IMG && h.id == 1) {
			run->r->upload_frames++;
			run->r->upload_octets += f.len;
		}
		tug_lossy_send(run->up, f, run->d->now_ms);
	}
}

/* True when the link is up again. */
static bool reopen(struct run *run)
{
	struct desk *d = run->d;
	struct tug_link_info info = info_of(&d->link);

	if (run->linked) {
		drop_link(run);
	}
	if (d->now_ms < run->open_at) {
		return false;
	}
	if ((d->link.cut_stays && d->link.cut_at != 0 && run->carried >= d->link.cut_at) ||
	    (d->link.follows_device && !tug_vdev_up(d->v))) {
		run->open_at = d->now_ms + OPEN_MS;
		return false;
	}
	run->linked = true;
	tug_update_link_up(&run->upd, &info, d->now_ms);
	return true;
}

/* ---- loop -------------------------------------------------------------------------------------- */

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t next_time(struct run *run)
{
	uint64_t at = least(tug_update_deadline(&run->upd), tug_vdev_deadline(run->d->v));

	at = least(at, tug_lossy_deadline(run->up));
	at = least(at, tug_lossy_deadline(run->down));
	if (tug_update_need(&run->upd) == TUG_NEED_RELINK) {
		at = least(at, run->open_at);
	}
	return at;
}

static const char *loop(struct run *run, uint64_t max_ms, uint64_t max_steps)
{
	struct desk *d = run->d;
	uint64_t begin = d->now_ms;

	for (;;) {
		uint64_t next;

		run->r->steps++;
		tug_vdev_tick(d->v, d->now_ms);
		watch_device(run);
		to_device(run);
		to_host(run);
		tug_update_tick(&run->upd, d->now_ms);
		from_host(run);
		to_device(run);
		if (tug_update_need(&run->upd) == TUG_NEED_RELINK && reopen(run)) {
			continue;
		}
		run->r->ms = d->now_ms - begin;
		if (tug_update_need(&run->upd) == TUG_NEED_NOTHING) {
			return NULL;
		}
		next = next_time(run);
		if (next == UINT64_MAX) {
			return "nothing is due and the update has not ended";
		}
		if (run->r->steps > max_steps) {
			return "too many steps";
		}
		d->now_ms = next > d->now_ms ? next : d->now_ms;
		if (d->now_ms - begin > max_ms) {
			return "too much time";
		}
	}
}

static bool start(struct run *run, const struct desk_ask *ask, uint8_t *storage, size_t storage_len)
{
	struct tug_update_cfg cfg;
	struct tug_io io = tug_io_of_slice(&ask->file);

	memset(&cfg, 0, sizeof(cfg));
	if (!desk_facts(ask->file, &cfg.image, cfg.sha)) {
		run->r->hang_why = "the file is no image";
		return false;
	}
	cfg.file = &io;
	cfg.policy = ask->policy;
	cfg.link = info_of(&run->d->link);
	cfg.retries = 255;
	cfg.window = ask->window;
	cfg.wait_ms = ask->wait_ms;
	cfg.plan_only = ask->plan_only;
	cfg.event = on_event;
	cfg.user = run;
	cfg.storage = storage;
	cfg.storage_len = storage_len;
	if (tug_update_start(&run->upd, &cfg, run->d->now_ms) != TUG_OK) {
		run->r->hang_why = "tug_update_start failed";
		return false;
	}
	run->r->hang_why = loop(run, run->d->max_ms != 0 ? run->d->max_ms : MAX_MS,
				run->d->max_steps != 0 ? run->d->max_steps : MAX_STEPS);
	return run->r->hang_why == NULL;
}

static struct tug_lossy *wire(const struct tug_vdev_faults *f, uint64_t which)
{
	struct tug_lossy_cfg c = { f->loss, f->duplicate, f->reorder, f->delay_ms, f->rate_bps, f->seed * 2u + which };

	return tug_lossy_create(&c);
}

void desk_update(struct desk *d, const struct desk_ask *ask, struct desk_result *r)
{
	struct run *run = calloc(1, sizeof(*run));
	size_t storage_len = TUG_UPDATE_STORAGE(FRAME_MAX, WINDOW_MAX);
	uint8_t *storage = malloc(storage_len);

	memset(r, 0, sizeof(*r));
	r->first_off = UINT32_MAX;
	if (run == NULL || storage == NULL) {
		abort();
	}
	run->d = d;
	run->r = r;
	run->up = wire(&d->link.faults, 0);
	run->down = wire(&d->link.faults, 1);
	run->linked = true;
	run->was_up = tug_vdev_up(d->v);
	r->hang = !start(run, ask, storage, storage_len);
	tug_lossy_destroy(run->up);
	tug_lossy_destroy(run->down);
	free(storage);
	free(run);
}
