/* SPDX-License-Identifier: Apache-2.0
 *
 * Drives struct tug_update over one line: sends its frames, feeds what arrives, keeps its clock, closes
 * and opens the link as it asks. Decides nothing about the update; called by tug_host_run's loop.
 */
#include <stdlib.h>
#include <string.h>

#include "host_priv.h"

#define WINDOW_MAX TUG_CLIENT_WINDOW
/* Opening the link the first time; later openings last until the procedure's own deadline. */
#define OPEN_MS 15000u
/* Pause between two attempts to open the link while the device is away. */
#define RETRY_MS 250u

enum phase {
	PHASE_FIRST,  /* the link was never up */
	PHASE_RUN,    /* the procedure runs on an open link */
	PHASE_RELINK, /* the procedure wants the link closed and opened */
	PHASE_END,    /* done() was called */
};

struct tug_host_update {
	struct tug_line line; /* first: freed with it */
	struct tug_host_update_cfg cfg;
	struct tug_update upd;
	uint8_t *storage;
	enum phase phase;
	bool started;        /* upd is valid */
	bool opening;        /* an opening is under way */
	int failed;          /* the link went down with this, not handled yet */
	uint64_t open_until; /* PHASE_FIRST: end of the wait */
	uint64_t retry_at;   /* PHASE_RELINK: next attempt */
	char why[TUG_HOST_WHY]; /* last failure of the link; kept while it is opened again */
};

static void step(struct tug_host_update *u);

/* Everything that may close the link runs from the timer, never inside a call of the link. */
static void on_timer(uv_timer_t *t)
{
	step(t->data);
}

static void wake(struct tug_host_update *u)
{
	tug_line_arm(&u->line, 0, on_timer);
}

static void end(struct tug_host_update *u, int err)
{
	if (u->phase == PHASE_END) {
		return;
	}
	u->phase = PHASE_END;
	u->line.pending = false;
	tug_host_wake(u->line.host);
	tug_line_arm(&u->line, UINT64_MAX, on_timer);
	if (u->why[0] == '\0' && u->line.link != NULL) {
		snprintf(u->why, sizeof(u->why), "%s", tug_link_hint(u->line.link));
	}
	tug_line_close(&u->line);
	u->cfg.done(u->cfg.user, err, u->why);
}

static int start(struct tug_host_update *u, uint64_t now)
{
	const struct tug_host_cfg *host = &u->line.host->cfg;
	uint8_t window = u->cfg.window == 0 ? WINDOW_MAX : u->cfg.window;
	struct tug_update_cfg cfg;

	memset(&cfg, 0, sizeof(cfg));
	cfg.link = tug_line_info(&u->line);
	cfg.storage_len = TUG_UPDATE_STORAGE(TUG_HOST_FRAME_MAX, window);
	u->storage = malloc(cfg.storage_len);
	if (u->storage == NULL) {
		snprintf(u->why, sizeof(u->why), "out of memory");
		return TUG_EINTERNAL;
	}
	cfg.file = u->cfg.file;
	cfg.image = u->cfg.image;
	memcpy(cfg.sha, u->cfg.sha, sizeof(cfg.sha));
	cfg.policy = u->cfg.policy;
	cfg.smp = host->smp;
	cfg.timeout_ms = host->timeout_ms;
	cfg.retries = host->retries;
	cfg.window = u->cfg.window;
	cfg.wait_ms = u->cfg.wait_ms;
	cfg.plan_only = u->cfg.plan_only;
	cfg.event = u->cfg.event;
	cfg.user = u->cfg.user;
	cfg.storage = u->storage;
	return tug_update_start(&u->upd, &cfg, now);
}

static void send_all(struct tug_host_update *u, uint64_t now)
{
	struct tug_slice frame;

	while (u->line.up && tug_update_tx(&u->upd, now, &frame) == 1) {
		int err = tug_line_send(&u->line, frame);

		if (err != TUG_OK) {
			u->failed = err;
			snprintf(u->why, sizeof(u->why), "%s", tug_strerror(err));
			return;
		}
	}
}

static void try_open(struct tug_host_update *u, uint64_t now)
{
	int err;

	tug_line_close(&u->line);
	u->failed = TUG_OK;
	err = tug_line_open(&u->line);
	u->opening = err == TUG_OK;
	if (err != TUG_OK) {
		u->failed = err;
		snprintf(u->why, sizeof(u->why), "%s", u->line.why);
		u->retry_at = now + RETRY_MS;
	}
}

/* The link was never up: one attempt, then the reason. */
static void step_first(struct tug_host_update *u, uint64_t now)
{
	int err;

	if (u->line.up) {
		err = start(u, now);
		u->started = err == TUG_OK;
		u->phase = PHASE_RUN;
		if (err != TUG_OK) {
			end(u, err);
		}
	} else if (u->line.host->interrupted > 0) {
		end(u, TUG_EINTR);
	} else if (u->failed != TUG_OK) {
		end(u, u->failed);
	} else if (now >= u->open_until) {
		snprintf(u->why, sizeof(u->why), "the link did not come up in time");
		end(u, TUG_ETIMEOUT);
	} else {
		tug_line_arm(&u->line, u->open_until, on_timer);
	}
}

static void step_relink(struct tug_host_update *u, uint64_t now)
{
	uint64_t deadline = tug_update_deadline(&u->upd);

	if (u->line.up) {
		struct tug_link_info info = tug_line_info(&u->line);

		u->opening = false;
		u->phase = PHASE_RUN;
		tug_update_link_up(&u->upd, &info, now);
		return;
	}
	if (now >= deadline) {
		tug_update_tick(&u->upd, now);
		deadline = tug_update_deadline(&u->upd);
	}
	if (u->opening && u->failed != TUG_OK) {
		u->opening = false;
		u->retry_at = now + RETRY_MS;
	}
	if (!u->opening && now >= u->retry_at) {
		try_open(u, now);
	}
	if (!u->opening && u->retry_at < deadline) {
		deadline = u->retry_at;
	}
	tug_line_arm(&u->line, deadline, on_timer);
}

static void step_run(struct tug_host_update *u, uint64_t now)
{
	if (u->failed != TUG_OK) {
		int err = u->failed;

		u->failed = TUG_OK;
		tug_update_link_down(&u->upd, err, now);
	} else {
		tug_update_tick(&u->upd, now);
		send_all(u, now);
		if (u->failed != TUG_OK) {
			wake(u);
			return;
		}
	}
	if (tug_update_need(&u->upd) == TUG_NEED_RELINK) {
		tug_line_close(&u->line);
		u->phase = PHASE_RELINK;
		u->opening = false;
		u->retry_at = now + RETRY_MS;
		tug_line_arm(&u->line, u->retry_at, on_timer);
	} else {
		tug_line_arm(&u->line, tug_update_deadline(&u->upd), on_timer);
	}
}

static void step(struct tug_host_update *u)
{
	uint64_t now = tug_host_now(u->line.host);

	if (u->phase == PHASE_FIRST) {
		step_first(u, now);
	}
	if (u->phase == PHASE_RELINK) {
		step_relink(u, now);
	}
	if (u->phase == PHASE_RUN) {
		step_run(u, now);
	}
	if (u->started && u->phase != PHASE_END && tug_update_need(&u->upd) == TUG_NEED_NOTHING) {
		end(u, TUG_OK);
	}
}

static void update_up(struct tug_line *line)
{
	wake((struct tug_host_update *)line);
}

static void update_frame(struct tug_line *line, struct tug_slice frame)
{
	struct tug_host_update *u = (struct tug_host_update *)line;
	uint64_t now = tug_host_now(line->host);

	if (u->phase != PHASE_RUN) {
		return;
	}
	tug_update_rx(&u->upd, frame, now);
	send_all(u, now);
	/* The rest (deadline, relink, end) from the timer; it is due now only when something changed. */
	if (u->failed != TUG_OK || tug_update_need(&u->upd) != TUG_NEED_IO) {
		wake(u);
	} else {
		tug_line_arm(line, tug_update_deadline(&u->upd), on_timer);
	}
}

static void update_text(struct tug_line *line)
{
	struct tug_host_update *u = (struct tug_host_update *)line;

	/* Where an end, a relink or a failure is due, the timer is armed for it already. */
	if (u->phase == PHASE_RUN && u->failed == TUG_OK && tug_update_need(&u->upd) == TUG_NEED_IO) {
		tug_update_text(&u->upd, tug_host_now(line->host));
		tug_line_arm(line, tug_update_deadline(&u->upd), on_timer);
	}
}

static void update_down(struct tug_line *line, int err)
{
	struct tug_host_update *u = (struct tug_host_update *)line;

	u->failed = err;
	snprintf(u->why, sizeof(u->why), "%s", line->why);
	wake(u);
}

static void update_interrupt(struct tug_line *line)
{
	struct tug_host_update *u = (struct tug_host_update *)line;

	if (u->phase == PHASE_RUN || u->phase == PHASE_RELINK) {
		tug_update_cancel(&u->upd, tug_host_now(line->host));
	}
	if (u->phase != PHASE_END) {
		wake(u);
	}
}

static void update_drop(struct tug_line *line)
{
	tug_host_update_close((struct tug_host_update *)line);
}

static const struct tug_line_ops update_ops = {
	.up = update_up,
	.frame = update_frame,
	.text = update_text,
	.down = update_down,
	.interrupt = update_interrupt,
	.drop = update_drop,
};

int tug_host_update_open(struct tug_host *h, const char *url, const struct tug_host_update_cfg *cfg,
			 struct tug_host_update **out, char *why, size_t why_cap)
{
	struct tug_host_update *u = calloc(1, sizeof(*u));
	int err;

	*out = NULL;
	if (u == NULL) {
		snprintf(why, why_cap, "out of memory");
		return TUG_EINTERNAL;
	}
	u->cfg = *cfg;
	err = tug_line_init(&u->line, h, url, &update_ops);
	if (err != TUG_OK) {
		snprintf(why, why_cap, "%s", u->line.why);
		free(u);
		return err;
	}
	u->line.pending = true;
	u->phase = PHASE_FIRST;
	u->open_until = tug_host_now(h) + (h->cfg.timeout_ms != 0 ? h->cfg.timeout_ms : OPEN_MS);
	try_open(u, tug_host_now(h));
	wake(u);
	*out = u;
	return TUG_OK;
}

const struct tug_update *tug_host_update_state(const struct tug_host_update *u)
{
	return &u->upd;
}

const char *tug_host_update_why(const struct tug_host_update *u)
{
	return u->why;
}

void tug_host_update_close(struct tug_host_update *u)
{
	if (u == NULL) {
		return;
	}
	u->phase = PHASE_END;
	tug_line_close(&u->line);
	free(u->storage);
	tug_line_free(&u->line);
}
