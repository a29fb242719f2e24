/* SPDX-License-Identifier: Apache-2.0
 *
 * The link and the virtual clock of client_fake.h: carries packets, loses them, and drives one update to its end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client_fake.h"

/* ---- link ---- */

static struct fake_packet *free_packet(struct fake *f)
{
	for (int i = 0; i < FAKE_PACKETS; i++) {
		if (!f->pkt[i].used) {
			return &f->pkt[i];
		}
	}
	return NULL;
}

static void put_packet(struct fake *f, bool to_dev, const uint8_t *p, uint32_t len, uint64_t at)
{
	struct fake_packet *k = free_packet(f);

	if (k == NULL) {
		return;
	}
	k->used = true;
	k->to_dev = to_dev;
	k->len = len;
	k->at = at;
	memcpy(k->data, p, len);
}

static void carry(struct fake *f, bool to_dev, const uint8_t *p, uint32_t len, uint64_t from)
{
	uint64_t at = from + 1u + f->link.delay_ms;

	f->sent_packets++;
	if (f->link.cut_every != 0 && f->sent_packets % f->link.cut_every == 0) {
		f->cut_now = true;
		return;
	}
	if (fake_chance(f) < f->link.loss) {
		return;
	}
	if (fake_chance(f) < f->link.reorder) {
		at += 1u + (uint64_t)(fake_chance(f) * (20 + f->link.delay_ms));
	}
	put_packet(f, to_dev, p, len, at);
	if (fake_chance(f) < f->link.duplicate) {
		put_packet(f, to_dev, p, len, at + 1u + (uint64_t)(fake_chance(f) * (10 + f->link.delay_ms)));
	}
}

static struct fake_packet *due(struct fake *f, uint64_t now)
{
	struct fake_packet *best = NULL;

	for (int i = 0; i < FAKE_PACKETS; i++) {
		struct fake_packet *k = &f->pkt[i];

		if (k->used && k->at <= now && (best == NULL || k->at < best->at)) {
			best = k;
		}
	}
	return best;
}

static void link_fall(struct fake *f)
{
	f->link_up = false;
	for (int i = 0; i < FAKE_PACKETS; i++) {
		f->pkt[i].used = false;
	}
}

/* ---- a whole update ---- */

static void add_name(char *to, size_t cap, const char *name)
{
	if (strlen(to) + strlen(name) + 2u < cap) {
		strcat(to, to[0] == '\0' ? "" : " ");
		strcat(to, name);
	}
}

static void on_event(void *user, const struct tug_update_event *ev)
{
	struct fake_run *r = user;

	assert_non_null(ev->text);
	assert_false(r->ended);
	switch (ev->kind) {
	case TUG_EV_STATE:
		assert_non_null(ev->state);
		r->states++;
		break;
	case TUG_EV_PLAN:
		if (r->plans++ == 0) {
			r->first_kind = ev->plan->kind;
			r->first_why = ev->plan->why;
			for (uint8_t i = 0; i < ev->plan->n; i++) {
				add_name(r->first_plan, sizeof(r->first_plan), tug_step_name(ev->plan->step[i]));
			}
		}
		assert_true(ev->plan->reason[0] != '\0');
		assert_true(ev->plan->kind != TUG_PLAN_REFUSED || (ev->plan->remedy[0] != '\0' && ev->plan->why < 0));
		break;
	case TUG_EV_STEP:
		r->steps++;
		add_name(r->trace, sizeof(r->trace), tug_step_name(ev->step));
		break;
	case TUG_EV_STEP_OK:
		r->oks++;
		break;
	case TUG_EV_PROGRESS:
		r->progress++;
		r->late_off = ev->off;
		assert_true(ev->off <= ev->len);
		break;
	case TUG_EV_NOTE:
		r->notes++;
		assert_true(ev->text[0] != '\0');
		break;
	case TUG_EV_RESULT:
		r->results++;
		r->ended = true;
		r->outcome = ev->outcome;
		r->err = ev->err;
		r->status = ev->status;
		assert_true(ev->text[0] != '\0');
		snprintf(r->text, sizeof(r->text), "%s", ev->text);
		break;
	}
}

void fake_cfg(struct tug_update_cfg *cfg, const struct tug_io *io, const uint8_t *image, uint32_t len)
{
	static uint8_t storage[TUG_UPDATE_STORAGE(2048, 16)];

	memset(cfg, 0, sizeof(*cfg));
	cfg->file = io;
	cfg->image = fake_facts(image, len);
	for (int i = 0; i < 32; i++) {
		cfg->sha[i] = (uint8_t)(image[len - 1u - (unsigned)i] ^ 0x5a);
	}
	cfg->retries = 255;
	cfg->storage = storage;
	cfg->storage_len = sizeof(storage);
	cfg->event = on_event;
}

static uint64_t min64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Time of the next thing to happen in the device or on the link. */
static uint64_t world_next(const struct fake *f)
{
	uint64_t t = f->up ? UINT64_MAX : min64(f->up_at, f->q.speaks ? f->speak_at : UINT64_MAX);

	for (int i = 0; i < FAKE_PACKETS; i++) {
		if (f->pkt[i].used) {
			t = min64(t, f->pkt[i].at);
		}
	}
	return min64(t, f->reset_at);
}

static void world_step(struct fake *f, struct tug_update *u)
{
	struct fake_packet *k;
	static uint8_t rsp[FAKE_PACKET];

	if (f->now >= f->reset_at) {
		fake_boot(f);
		if (f->link.drops_on_reset && f->link_up) {
			link_fall(f);
			tug_update_link_down(u, TUG_ECLOSED, f->now);
		}
	}
	if (f->q.speaks && !f->up && f->now >= f->speak_at) {
		f->speak_at = f->now + 300;
		tug_update_text(u, f->now);
	}
	if (!f->up && f->now >= f->up_at) {
		f->up = true;
	}
	while ((k = due(f, f->now)) != NULL) {
		k->used = false;
		if (k->to_dev && !f->up && f->q.speaks) {
			f->dead = true;
		}
		if (k->to_dev && f->up && !f->dead) {
			uint32_t n = fake_handle(f, k->data, k->len, rsp);
			uint64_t from = f->free_at > f->now ? f->free_at : f->now;

			from = from > f->last_tx ? from : f->last_tx;
			f->last_tx = from;
			if (n > 0) {
				carry(f, false, rsp, n, from);
			}
		} else if (!k->to_dev) {
			tug_update_rx(u, tug_slice_of(k->data, k->len), f->now);
		}
	}
	if (f->cut_now) {
		f->cut_now = false;
		link_fall(f);
		tug_update_link_down(u, TUG_ELINK, f->now);
	}
}

static struct tug_link_info info_of(const struct fake *f)
{
	struct tug_link_info i = { .max_frame = f->link.max_frame, .overhead = f->link.overhead, .assume_frame = f->link.assume };

	return i;
}

void fake_update(struct fake *f, struct tug_update_cfg *cfg, struct fake_run *r, uint64_t limit_ms)
{
	static struct tug_update u;
	uint64_t start = f->now;
	uint64_t cancel_at = r->cancel_at;
	struct tug_slice frame;
	unsigned spins = 0;

	memset(r, 0, sizeof(*r));
	cfg->user = r;
	cfg->link = info_of(f);
	link_fall(f);
	f->link_up = true;
	f->cut_now = false;
	assert_int_equal(tug_update_start(&u, cfg, f->now), TUG_OK);
	while (tug_update_need(&u) != TUG_NEED_NOTHING) {
		uint64_t t;

		if (cancel_at != 0 && f->now - start >= cancel_at) {
			tug_update_cancel(&u, f->now);
			cancel_at = 0;
			continue;
		}
		if (tug_update_need(&u) == TUG_NEED_RELINK) {
			bool can = !f->link.drops_on_reset || (f->up && !f->dead);

			if (can) {
				struct tug_link_info info = info_of(f);

				link_fall(f);
				f->link_up = true;
				f->now += 50;
				tug_update_link_up(&u, &info, f->now);
			}
		}
		while (f->link_up && tug_update_tx(&u, f->now, &frame) == 1) {
			assert_true(frame.len <= FAKE_PACKET);
			carry(f, true, frame.p, (uint32_t)frame.len, f->now);
		}
		t = min64(world_next(f), tug_update_deadline(&u));
		if (f->cut_now) {
			t = f->now;
		}
		if (cancel_at != 0) {
			t = min64(t, start + cancel_at);
		}
		assert_true(t != UINT64_MAX || tug_update_need(&u) == TUG_NEED_NOTHING);
		spins = t > f->now ? 0 : spins + 1u;
		assert_true(spins < 10000);
		f->now = t > f->now ? t : f->now;
		world_step(f, &u);
		tug_update_tick(&u, f->now);
		if (f->now - start > limit_ms) {
			fail_msg("no end after %" PRIu64 " ms: %s", f->now - start, r->trace);
		}
	}
	assert_int_equal(r->results, 1);
	assert_int_equal(u.outcome, r->outcome);
	assert_false(f->lost_confirmed);
	assert_int_equal(tug_update_deadline(&u), UINT64_MAX);
	r->took_ms = f->now - start;
}
