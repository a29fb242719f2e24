/* SPDX-License-Identifier: Apache-2.0
 *
 * The request machine: which frame goes out when, which answer belongs to which request, and when to
 * give up. Does not know what the requests mean. Called by upload and update, and by any host directly.
 */
#include <string.h>

#include "client_priv.h"

_Static_assert(sizeof(struct tug_client) <= 2048, "size published in docs/client.md");

enum slot_state {
	SLOT_FREE = 0, /* nothing here */
	SLOT_RESERVED, /* its body is being written */
	SLOT_TO_SEND,  /* transmit at the next tug_client_tx */
	SLOT_WAITING,  /* transmitted, not answered */
};

enum slot_flag {
	SLOT_NO_RETRY = 0x01, /* a second copy could do harm */
	SLOT_PATIENT = 0x02,  /* retransmit after a full time-out only */
	SLOT_HARMLESS = 0x04, /* reading only */
	SLOT_FLIPPED = 0x08,  /* was sent again with the other version */
	SLOT_NEW_TRY = 0x10,  /* the next transmission starts a new time-out */
};

#define RETRIES_DEFAULT 3u
/* Early retransmission: never sooner than this, and this much beyond what the round trips suggest. */
#define RTO_MIN_MS 250u
#define RTO_SLACK_MS 100u
/* The pause doubles up to this; for slow commands it goes on doubling. */
#define RTO_HOLD_MS 1000u
/* Early retransmission of reads before any round trip was seen. */
#define RTO_FIRST_MS 1000u
/* Answers to repeated requests in a row after which the upper bound is believed. */
#define UNSAMPLED_MAX 8u
/* Silent time-outs before the other version is tried. */
#define QUIET_TRIES 2u

/* Slow commands: time-out, and how soon a copy may follow. A second erase may take as long as the first. */
struct slow_cmd {
	uint16_t group;
	uint8_t id;
	uint8_t op;
	uint32_t timeout_ms;
	uint32_t early_ms;
};

static const struct slow_cmd slow_cmds[] = {
	{ TUG_GRP_IMG, 0, TUG_SMP_WRITE, TUG_CLIENT_WRITE_MS, 2000u },
	{ TUG_GRP_IMG, 1, TUG_SMP_WRITE, TUG_CLIENT_ERASE_MS, 2000u },
	{ TUG_GRP_IMG, 5, TUG_SMP_WRITE, TUG_CLIENT_ERASE_MS, 10000u },
	{ TUG_GRP_ZBASIC, 0, TUG_SMP_WRITE, TUG_CLIENT_ERASE_MS, 10000u },
};

static const struct slow_cmd *slow_cmd(uint16_t group, uint8_t id, uint8_t op)
{
	for (size_t i = 0; i < sizeof(slow_cmds) / sizeof(slow_cmds[0]); i++) {
		if (slow_cmds[i].group == group && slow_cmds[i].id == id && slow_cmds[i].op == op) {
			return &slow_cmds[i];
		}
	}
	return NULL;
}

int tug_client_init(struct tug_client *c, const struct tug_client_cfg *cfg)
{
	if (cfg->storage == NULL || cfg->window == 0 || cfg->window > TUG_CLIENT_WINDOW ||
	    cfg->max_frame <= TUG_SMP_HDR_LEN || cfg->smp > TUG_CLIENT_V2) {
		return TUG_EINVAL;
	}
	memset(c, 0, sizeof(*c));
	c->cfg = *cfg;
	c->seq = cfg->seq;
	c->version = cfg->smp == TUG_CLIENT_V1 ? TUG_SMP_V1 : TUG_SMP_V2;
	c->settled = cfg->smp != TUG_CLIENT_AUTO;
	return TUG_OK;
}

uint32_t tug_client_timeout(const struct tug_client *c)
{
	return c->cfg.timeout_ms == 0 ? TUG_CLIENT_TIMEOUT_MS : c->cfg.timeout_ms;
}

static uint32_t cmd_timeout(const struct tug_client *c, const struct tug_smp_cmd *cmd)
{
	const struct slow_cmd *slow = slow_cmd(cmd->group, cmd->id, cmd->op);
	uint32_t base = tug_client_timeout(c);

	return slow != NULL && slow->timeout_ms > base ? slow->timeout_ms : base;
}

/* Round trips of uploads are another thing than those of short requests: size, flash, queue. */
static uint32_t *rtt_of(struct tug_client *c, const struct tug_smp_hdr *h)
{
	return &c->rtt_ms[h->group == TUG_GRP_IMG && h->id == 1 && h->op == TUG_SMP_WRITE];
}

static struct tug_smp_hdr slot_hdr(const struct tug_client_slot *s)
{
	struct tug_smp_hdr h = { 0 };

	(void)tug_smp_hdr_decode(tug_buf_slice(&s->frame), &h);
	return h;
}

/* A sequence number that no request in flight uses, so that no answer is taken twice. */
static uint8_t new_seq(struct tug_client *c)
{
	for (;;) {
		uint8_t seq = c->seq++;
		bool used = false;

		for (uint8_t i = 0; i < c->cfg.window; i++) {
			const struct tug_client_slot *s = &c->slot[i];

			used |= s->state >= SLOT_TO_SEND && s->frame.p[6] == seq;
		}
		if (!used) {
			return seq;
		}
	}
}

int tug_client_reserve(struct tug_client *c, struct tug_buf *body)
{
	for (uint8_t i = 0; i < c->cfg.window; i++) {
		struct tug_client_slot *s = &c->slot[i];

		if (s->state == SLOT_FREE) {
			memset(s, 0, sizeof(*s));
			s->state = SLOT_RESERVED;
			s->frame = tug_buf_of(c->cfg.storage + (size_t)i * c->cfg.max_frame, c->cfg.max_frame);
			*body = tug_buf_of(s->frame.p + TUG_SMP_HDR_LEN, s->frame.cap - TUG_SMP_HDR_LEN);
			if (body->cap > UINT16_MAX) {
				body->cap = UINT16_MAX;
			}
			return i;
		}
	}
	return TUG_EBUSY;
}

void tug_client_bind(struct tug_client *c, int handle, tug_client_fn done, void *user)
{
	c->slot[handle].done = done;
	c->slot[handle].user = user;
}

int tug_client_commit(struct tug_client *c, int handle, const struct tug_smp_cmd *cmd, size_t len,
		      const struct tug_client_opt *opt)
{
	struct tug_client_slot *s = &c->slot[handle];
	struct tug_smp_hdr h = {
		.op = cmd->op,
		.version = c->version,
		.len = (uint16_t)len,
		.group = cmd->group,
		.id = cmd->id,
	};

	h.seq = new_seq(c);
	tug_smp_hdr_encode(&h, s->frame.p);
	s->frame.len = TUG_SMP_HDR_LEN + len;
	s->timeout_ms = opt != NULL && opt->timeout_ms != 0 ? opt->timeout_ms : cmd_timeout(c, cmd);
	s->tries_left = c->cfg.retries == UINT8_MAX ? RETRIES_DEFAULT : c->cfg.retries;
	s->flags = (cmd->flags & TUG_CMD_HARMLESS) != 0 ? SLOT_HARMLESS | SLOT_NEW_TRY : SLOT_NEW_TRY;
	if (opt != NULL && (opt->no_retry || opt->once)) {
		s->tries_left = 0;
	}
	if (opt != NULL && opt->no_retry) {
		s->flags |= SLOT_NO_RETRY;
	}
	if (opt != NULL && opt->patient) {
		s->flags |= SLOT_PATIENT;
	}
	s->order = c->order++;
	s->state = SLOT_TO_SEND;
	return handle;
}

int tug_client_request(struct tug_client *c, const struct tug_smp_cmd *cmd, struct tug_slice body,
		       const struct tug_client_opt *opt, tug_client_fn done, void *user)
{
	struct tug_buf b;
	int handle = tug_client_reserve(c, &b);

	if (handle < 0) {
		return handle;
	}
	if (body.len > b.cap) {
		tug_client_drop(c, handle);
		return TUG_ETOOBIG;
	}
	if (body.len > 0) {
		memcpy(b.p, body.p, body.len);
	}
	tug_client_bind(c, handle, done, user);
	return tug_client_commit(c, handle, cmd, body.len, opt);
}

uint8_t tug_client_room(const struct tug_client *c)
{
	uint8_t n = 0;

	for (uint8_t i = 0; i < c->cfg.window; i++) {
		n = (uint8_t)(n + (c->slot[i].state == SLOT_FREE));
	}
	return n;
}

/* Until the device has answered, silence makes the versions take turns. */
static uint8_t version_now(const struct tug_client *c)
{
	if (c->settled || (c->quiet / QUIET_TRIES) % 2u == 0) {
		return c->version;
	}
	return c->version == TUG_SMP_V2 ? TUG_SMP_V1 : TUG_SMP_V2;
}

/*
 * When to send again before the time-out is over; 0 = not at all. Answers come one after the other, so a
 * request waits for those before it: the estimate grows with what is in flight beyond what it was made with.
 */
static uint32_t early_rto(struct tug_client *c, const struct tug_client_slot *s, const struct tug_smp_hdr *h)
{
	uint32_t *est = rtt_of(c, h);
	uint32_t rtt = *est;
	uint32_t load = c->load[est - c->rtt_ms];
	const struct slow_cmd *slow = slow_cmd(h->group, h->id, h->op);
	uint32_t base = tug_client_timeout(c);
	uint64_t rto = base;

	if ((s->flags & (SLOT_NO_RETRY | SLOT_PATIENT)) != 0 || c->cfg.retries == 0) {
		return 0;
	}
	if (rtt != 0) {
		rto = (uint64_t)rtt * (1u + (s->load + load - 1u) / load) + RTO_SLACK_MS;
		rto = rto < RTO_MIN_MS ? RTO_MIN_MS : rto;
	} else if ((s->flags & SLOT_HARMLESS) != 0) {
		rto = RTO_FIRST_MS;
	} else if (slow != NULL) {
		rto = slow->early_ms;
	}
	if (slow != NULL && s->timeout_ms > base && rto < slow->early_ms) {
		rto = slow->early_ms;
	}
	rto = rto < c->cfg.quiet_ms ? c->cfg.quiet_ms : rto;
	return rto < s->timeout_ms ? (uint32_t)rto : 0;
}

static void transmit(struct tug_client *c, struct tug_client_slot *s, uint64_t now_ms)
{
	struct tug_smp_hdr h = slot_hdr(s);

	h.version = version_now(c);
	tug_smp_hdr_encode(&h, s->frame.p);
	s->sent_ms = now_ms;
	if ((s->flags & SLOT_NEW_TRY) != 0) {
		s->flags &= (uint8_t)~SLOT_NEW_TRY;
		s->try_end_ms = now_ms + s->timeout_ms;
		s->load = 1;
		for (uint8_t i = 0; i < c->cfg.window; i++) {
			s->load = (uint8_t)(s->load + (c->slot[i].state == SLOT_WAITING));
		}
		s->rto_ms = early_rto(c, s, &h);
	} else if (s->rto_ms < RTO_HOLD_MS || s->timeout_ms > tug_client_timeout(c)) {
		s->rto_ms = s->rto_ms < UINT32_MAX / 2u ? s->rto_ms * 2u : s->rto_ms;
	}
	s->due_ms = s->try_end_ms;
	if (s->rto_ms != 0 && now_ms + s->rto_ms < s->due_ms) {
		s->due_ms = now_ms + s->rto_ms;
	}
	if (s->tries_left > 0 && s->due_ms < now_ms + c->cfg.quiet_ms) {
		s->due_ms = now_ms + c->cfg.quiet_ms;
	}
	c->resent += s->sends > 0;
	s->sends = (uint8_t)(s->sends + (s->sends < UINT8_MAX));
	s->state = SLOT_WAITING;
}

int tug_client_tx(struct tug_client *c, uint64_t now_ms, struct tug_slice *frame)
{
	struct tug_client_slot *first = NULL;

	for (uint8_t i = 0; i < c->cfg.window; i++) {
		struct tug_client_slot *s = &c->slot[i];

		if (s->state == SLOT_TO_SEND && (first == NULL || (int32_t)(s->order - first->order) < 0)) {
			first = s;
		}
	}
	if (first == NULL) {
		return 0;
	}
	transmit(c, first, now_ms);
	*frame = tug_buf_slice(&first->frame);
	return 1;
}

/* Free the slot first: the callback may submit the next request into it. */
static void finish(struct tug_client_slot *s, int err, const struct tug_client_rsp *rsp)
{
	tug_client_fn done = s->done;
	void *user = s->user;

	s->state = SLOT_FREE;
	done(user, err, rsp);
}

static struct tug_client_slot *match(struct tug_client *c, const struct tug_smp_hdr *h)
{
	for (uint8_t i = 0; i < c->cfg.window; i++) {
		struct tug_client_slot *s = &c->slot[i];
		struct tug_smp_hdr q;

		if (s->state < SLOT_TO_SEND || s->sends == 0) {
			continue;
		}
		q = slot_hdr(s);
		if (q.group == h->group && q.id == h->id && q.seq == h->seq && q.op + 1u == h->op) {
			return s;
		}
	}
	return NULL;
}

/* Result: true when the version was the matter and the request goes out again with the other one. */
static bool refused_version(struct tug_client *c, struct tug_client_slot *s, const struct tug_smp_status *st)
{
	uint8_t want = st->rc == TUG_RC_TOO_NEW ? TUG_SMP_V1 : TUG_SMP_V2;
	struct tug_smp_hdr sent = slot_hdr(s);

	if (!st->failed || !st->legacy || (st->rc != TUG_RC_TOO_OLD && st->rc != TUG_RC_TOO_NEW)) {
		return false;
	}
	if (c->cfg.smp != TUG_CLIENT_AUTO || (s->flags & SLOT_FLIPPED) != 0 || sent.version == want) {
		return false;
	}
	c->version = want;
	c->settled = 1;
	s->flags |= SLOT_FLIPPED | SLOT_NEW_TRY;
	s->state = SLOT_TO_SEND;
	return true;
}

static void settle(struct tug_client *c, const struct tug_client_slot *s, const struct tug_smp_hdr *h)
{
	if (!c->settled) {
		/* Version 0 says nothing about v2: old servers ignore the bits. What was sent works. */
		c->version = h->version != TUG_SMP_V1 ? TUG_SMP_V2 : slot_hdr(s).version;
		c->settled = 1;
	}
	c->quiet = 0;
}

/* An answer to one of several copies tells an upper bound only; that is taken when nothing better comes. */
static void sample_rtt(struct tug_client *c, const struct tug_client_slot *s, uint64_t now_ms)
{
	struct tug_smp_hdr h = slot_hdr(s);
	uint32_t *est = rtt_of(c, &h);
	uint8_t *unsampled = &c->unsampled[est - c->rtt_ms];
	uint64_t begun = s->try_end_ms - s->timeout_ms;
	uint64_t rtt = now_ms > begun ? now_ms - begun : 1u;

	/* What erases first says nothing about the link. */
	if (s->timeout_ms > tug_client_timeout(c)) {
		return;
	}
	if (s->sends > 1 && *est != 0 && ++*unsampled < UNSAMPLED_MAX) {
		return;
	}
	*unsampled = 0;
	*est -= *est / 8u;
	if (rtt > *est) {
		*est = rtt > s->timeout_ms ? s->timeout_ms : (uint32_t)rtt;
		c->load[est - c->rtt_ms] = s->load;
	}
}

void tug_client_rx(struct tug_client *c, struct tug_slice frame, uint64_t now_ms)
{
	struct tug_client_rsp rsp;
	struct tug_client_slot *s = NULL;
	int err = tug_smp_frame_split(frame, &rsp.hdr, &rsp.body);

	if (err == TUG_OK) {
		s = match(c, &rsp.hdr);
	}
	if (s == NULL) {
		c->late++;
		return;
	}
	err = tug_smp_status_read(rsp.body, rsp.hdr.group, &rsp.status);
	if (err != TUG_OK) {
		s->bad = (int16_t)err;
		c->late++;
		return;
	}
	rsp.rtt_ms = now_ms > s->sent_ms ? (uint32_t)(now_ms - s->sent_ms) : 0;
	if (refused_version(c, s, &rsp.status)) {
		return;
	}
	settle(c, s, &rsp.hdr);
	sample_rtt(c, s, now_ms);
	finish(s, TUG_OK, &rsp);
}

static void time_out(struct tug_client *c, struct tug_client_slot *s)
{
	if (!c->settled) {
		c->quiet++;
	}
	if (s->tries_left == 0) {
		finish(s, s->bad != TUG_OK ? s->bad : TUG_ETIMEOUT, NULL);
		return;
	}
	s->tries_left--;
	s->flags |= SLOT_NEW_TRY;
	s->state = SLOT_TO_SEND;
}

void tug_client_tick(struct tug_client *c, uint64_t now_ms)
{
	for (uint8_t i = 0; i < c->cfg.window; i++) {
		struct tug_client_slot *s = &c->slot[i];

		if (s->state != SLOT_WAITING || now_ms < s->due_ms) {
			continue;
		}
		if (now_ms >= s->try_end_ms) {
			time_out(c, s);
		} else {
			s->state = SLOT_TO_SEND;
		}
	}
}

uint64_t tug_client_deadline(const struct tug_client *c)
{
	uint64_t t = UINT64_MAX;

	for (uint8_t i = 0; i < c->cfg.window; i++) {
		const struct tug_client_slot *s = &c->slot[i];

		if (s->state == SLOT_WAITING && s->due_ms < t) {
			t = s->due_ms;
		}
	}
	return t;
}

void tug_client_abort(struct tug_client *c, int err)
{
	uint32_t end = c->order;

	for (uint8_t i = 0; i < c->cfg.window; i++) {
		struct tug_client_slot *s = &c->slot[i];

		/* A callback may have submitted anew: that is not what is ended here. */
		if (s->state >= SLOT_TO_SEND && (int32_t)(s->order - end) < 0) {
			finish(s, err, NULL);
		}
	}
}

void tug_client_drop(struct tug_client *c, int handle)
{
	c->slot[handle].state = SLOT_FREE;
}

void tug_client_hurry(struct tug_client *c, int handle)
{
	if (c->slot[handle].state == SLOT_WAITING) {
		c->slot[handle].state = SLOT_TO_SEND;
	}
}

void tug_client_reframe(struct tug_client *c, uint32_t max_frame, uint8_t window)
{
	c->cfg.max_frame = max_frame;
	c->cfg.window = window;
	memset(c->slot, 0, sizeof(c->slot));
}

void tug_client_quiet(struct tug_client *c, uint32_t quiet_ms)
{
	c->cfg.quiet_ms = quiet_ms;
}

void tug_client_unsettle(struct tug_client *c)
{
	c->settled = c->cfg.smp != TUG_CLIENT_AUTO;
	c->quiet = 0;
	c->rtt_ms[0] = 0;
	c->rtt_ms[1] = 0;
}
