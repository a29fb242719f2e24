/* SPDX-License-Identifier: Apache-2.0
 *
 * A device open for requests: drives struct tug_client over one line, by callback or blocking.
 * Knows no command; called by gateways and the command line.
 */
#include <stdlib.h>
#include <string.h>

#include "host_priv.h"

#define WINDOW 4u
/* Opening a link may take longer than an answer (Bluetooth); the user's --timeout replaces it. */
#define OPEN_MS 15000u

struct tug_session {
	struct tug_line line; /* first: freed with it */
	struct tug_client client;
	uint8_t *storage;
	uint64_t open_until; /* end of the wait for the link */
	int err;             /* why the link is down, TUG_OK while it is not */
	uint8_t *kept;       /* body of the last blocking call */
	size_t kept_cap;
};

/* State of one blocking call; done() runs at most once while it lives. */
struct call {
	struct tug_session *s;
	struct tug_answer *out;
	int err;
	bool done;
};

static void pump(struct tug_session *s);

static void on_timer(uv_timer_t *t)
{
	struct tug_session *s = t->data;

	tug_client_tick(&s->client, tug_host_now(s->line.host));
	pump(s);
}

static void pump(struct tug_session *s)
{
	uint64_t now = tug_host_now(s->line.host);
	struct tug_slice frame;

	while (s->line.up && tug_client_tx(&s->client, now, &frame) == 1) {
		int err = tug_line_send(&s->line, frame);

		/* ETOOBIG would never pass, however often it is repeated; a lost frame is the client's business. */
		if (err != TUG_OK) {
			s->err = err == TUG_ETOOBIG ? TUG_OK : err;
			tug_client_abort(&s->client, err);
			return;
		}
	}
	tug_line_arm(&s->line, tug_client_deadline(&s->client), on_timer);
}

static void session_up(struct tug_line *line)
{
	struct tug_session *s = (struct tug_session *)line;

	tug_client_quiet(&s->client, tug_line_info(line).quiet_ms);
	tug_host_wake(line->host);
	pump(s);
}

static void session_frame(struct tug_line *line, struct tug_slice frame)
{
	struct tug_session *s = (struct tug_session *)line;

	tug_client_rx(&s->client, frame, tug_host_now(line->host));
	pump(s);
}

static void session_down(struct tug_line *line, int err)
{
	struct tug_session *s = (struct tug_session *)line;

	s->err = err;
	tug_host_wake(line->host);
	tug_client_abort(&s->client, err);
}

static void session_interrupt(struct tug_line *line)
{
	tug_client_abort(&((struct tug_session *)line)->client, TUG_EINTR);
}

static void session_drop(struct tug_line *line)
{
	tug_session_close((struct tug_session *)line);
}

static const struct tug_line_ops session_ops = {
	.up = session_up,
	.frame = session_frame,
	.down = session_down,
	.interrupt = session_interrupt,
	.drop = session_drop,
};

static int init_client(struct tug_session *s, const struct tug_host_cfg *host)
{
	struct tug_client_cfg cfg = {
		.smp = host->smp,
		.timeout_ms = host->timeout_ms,
		.retries = host->retries,
		.max_frame = TUG_HOST_FRAME_MAX,
		.window = WINDOW,
	};

	s->storage = malloc((size_t)WINDOW * TUG_HOST_FRAME_MAX);
	if (s->storage == NULL) {
		return TUG_EINTERNAL;
	}
	cfg.storage = s->storage;
	return tug_client_init(&s->client, &cfg);
}

int tug_session_open(struct tug_host *h, const char *url, struct tug_session **out, char *why, size_t why_cap)
{
	struct tug_session *s = calloc(1, sizeof(*s));
	int err;

	*out = NULL;
	if (s == NULL) {
		snprintf(why, why_cap, "out of memory");
		return TUG_EINTERNAL;
	}
	err = tug_line_init(&s->line, h, url, &session_ops);
	if (err != TUG_OK) {
		snprintf(why, why_cap, "%s", s->line.why);
		free(s);
		return err;
	}
	err = init_client(s, &h->cfg);
	if (err == TUG_OK) {
		err = tug_line_open(&s->line);
	}
	if (err != TUG_OK) {
		snprintf(why, why_cap, "%s", s->line.why);
		tug_session_close(s);
		return err;
	}
	s->open_until = tug_host_now(h) + (h->cfg.timeout_ms != 0 ? h->cfg.timeout_ms : OPEN_MS);
	*out = s;
	return TUG_OK;
}

static void on_open_timer(uv_timer_t *t)
{
	tug_host_wake(((struct tug_session *)t->data)->line.host);
}

int tug_session_wait(struct tug_session *s)
{
	struct tug_host *h = s->line.host;

	while (!s->line.up && s->err == TUG_OK) {
		if (h->interrupted > 0) {
			return TUG_EINTR;
		}
		if (tug_host_now(h) >= s->open_until) {
			snprintf(s->line.why, sizeof(s->line.why), "the link did not come up in time");
			return TUG_ETIMEOUT;
		}
		tug_line_arm(&s->line, s->open_until, on_open_timer);
		uv_run(&h->loop, UV_RUN_ONCE);
	}
	return s->line.up ? TUG_OK : s->err;
}

const char *tug_session_why(const struct tug_session *s)
{
	if (s->line.why[0] != '\0' || s->line.link == NULL) {
		return s->line.why;
	}
	return tug_link_hint(s->line.link);
}

const char *tug_session_url(const struct tug_session *s)
{
	return s->line.url;
}

struct tug_host *tug_session_host(const struct tug_session *s)
{
	return s->line.host;
}

struct tug_link_info tug_session_link(const struct tug_session *s)
{
	return tug_line_info(&s->line);
}

int tug_session_request(struct tug_session *s, const struct tug_smp_cmd *cmd, struct tug_slice body,
			const struct tug_client_opt *opt, tug_client_fn done, void *user)
{
	static const struct tug_client_opt defaults;
	int handle;

	if (s->err != TUG_OK) {
		return TUG_ECLOSED;
	}
	handle = tug_client_request(&s->client, cmd, body, opt != NULL ? opt : &defaults, done, user);
	if (handle >= 0) {
		/* Sent from the timer, so that `done` never runs inside this call. */
		tug_line_arm(&s->line, 0, on_timer);
	}
	return handle;
}

static int keep_body(struct tug_session *s, struct tug_slice body)
{
	if (body.len > s->kept_cap) {
		uint8_t *p = realloc(s->kept, body.len);

		if (p == NULL) {
			return TUG_EINTERNAL;
		}
		s->kept = p;
		s->kept_cap = body.len;
	}
	if (body.len > 0) {
		memcpy(s->kept, body.p, body.len);
	}
	return TUG_OK;
}

static int keep_answer(struct tug_session *s, const struct tug_client_rsp *rsp, struct tug_answer *out)
{
	int err = keep_body(s, rsp->body);

	if (err != TUG_OK) {
		return err;
	}
	out->hdr = rsp->hdr;
	out->body = tug_slice_of(s->kept, rsp->body.len);
	out->status = rsp->status;
	out->rtt_ms = rsp->rtt_ms;
	if (rsp->status.rsn.len > 0) {
		out->status.rsn.p = s->kept + (rsp->status.rsn.p - rsp->body.p);
	}
	if (!rsp->status.failed) {
		return TUG_OK;
	}
	return rsp->status.legacy && rsp->status.rc == TUG_RC_NOTSUP ? TUG_ENOTSUP : TUG_EREMOTE;
}

static void call_done(void *user, int err, const struct tug_client_rsp *rsp)
{
	struct call *c = user;

	c->done = true;
	tug_host_wake(c->s->line.host);
	c->err = err == TUG_OK ? keep_answer(c->s, rsp, c->out) : err;
}

int tug_session_call(struct tug_session *s, const struct tug_smp_cmd *cmd, struct tug_slice body,
		     const struct tug_client_opt *opt, struct tug_answer *out)
{
	struct call c;
	int err;

	memset(out, 0, sizeof(*out));
	c.s = s;
	c.out = out;
	c.err = TUG_OK;
	c.done = false;
	if (s->line.host->interrupted > 0) {
		return TUG_EINTR;
	}
	err = tug_session_request(s, cmd, body, opt, call_done, &c);
	if (err < 0) {
		return err == TUG_ECLOSED && s->err != TUG_OK ? s->err : err;
	}
	while (!c.done) {
		if (uv_run(&s->line.host->loop, UV_RUN_ONCE) == 0 && !c.done) {
			tug_client_abort(&s->client, TUG_EINTERNAL); /* nothing left that could answer */
		}
	}
	return c.err;
}

void tug_session_close(struct tug_session *s)
{
	if (s == NULL) {
		return;
	}
	tug_line_close(&s->line);
	if (s->storage != NULL) {
		tug_client_abort(&s->client, TUG_ECLOSED);
	}
	free(s->storage);
	free(s->kept);
	tug_line_free(&s->line);
}
