/* SPDX-License-Identifier: Apache-2.0
 *
 * Puts a virtual device behind a UDP socket and a pty, with faults in both directions. Refuses to know what the device
 * does with a packet. Called by the command `tug vdev` and by tests, on the loop's thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "vdev_priv.h"

#define ENDS 2u
#define PACKET_MAX (65535u + TUG_SMP_HDR_LEN)

/* One way to the device. */
struct end {
	struct tug_vdev_run *run;
	uint32_t tag;
	struct tug_endpoint *ep; /* NULL = not open */
	struct tug_lossy *in;
	struct tug_lossy *out;
};

struct tug_vdev_run {
	uv_timer_t timer;
	struct tug_vdev *v;
	uint64_t ahead_ms; /* the device's clock minus the loop's, modulo 2^64 */
	struct end end[ENDS];
	bool pty_console;
	uint8_t packet[PACKET_MAX];
};

static uint64_t now_of(struct tug_vdev_run *r)
{
	uv_update_time(r->timer.loop);
	return uv_now(r->timer.loop) + r->ahead_ms;
}

/* Requests that have arrived go in, responses that are due go out. True when something moved. */
static bool move_packets(struct tug_vdev_run *r, struct end *e, uint64_t now)
{
	struct tug_buf b = tug_buf_of(r->packet, sizeof(r->packet));
	bool moved = false;
	uint32_t tag;

	if (e->ep == NULL) {
		return false;
	}
	while (tug_lossy_recv(e->in, now, &b) == 1) {
		vdev_rx_tagged(r->v, e->tag, tug_buf_slice(&b), now);
		moved = true;
		while (vdev_tx_tagged(r->v, now, &tag, &b) == 1) {
			if (tag < ENDS && r->end[tag].ep != NULL) {
				tug_lossy_send(r->end[tag].out, tug_buf_slice(&b), now);
			}
		}
	}
	while (tug_lossy_recv(e->out, now, &b) == 1) {
		tug_endpoint_send(e->ep, tug_buf_slice(&b));
		moved = true;
	}
	return moved;
}

static bool take_due(struct tug_vdev_run *r, uint64_t now)
{
	struct tug_buf b = tug_buf_of(r->packet, sizeof(r->packet));
	bool moved = false;
	uint32_t tag;

	tug_vdev_tick(r->v, now);
	while (vdev_tx_tagged(r->v, now, &tag, &b) == 1) {
		if (tag < ENDS && r->end[tag].ep != NULL) {
			tug_lossy_send(r->end[tag].out, tug_buf_slice(&b), now);
		}
		moved = true;
	}
	return moved;
}

static uint64_t earliest(const struct tug_vdev_run *r)
{
	uint64_t at = tug_vdev_deadline(r->v);
	size_t i;

	for (i = 0; i < ENDS; i++) {
		if (r->end[i].ep != NULL) {
			uint64_t in = tug_lossy_deadline(r->end[i].in);
			uint64_t out = tug_lossy_deadline(r->end[i].out);

			at = in < at ? in : at;
			at = out < at ? out : at;
		}
	}
	return at;
}

static void pump(struct tug_vdev_run *r);

static void on_timer(uv_timer_t *t)
{
	pump(t->data);
}

static void pump(struct tug_vdev_run *r)
{
	uint64_t now = now_of(r);
	uint64_t at;
	bool moved;
	size_t i;

	do {
		moved = take_due(r, now);
		for (i = 0; i < ENDS; i++) {
			moved = move_packets(r, &r->end[i], now) || moved;
		}
	} while (moved);
	at = earliest(r);
	if (at == UINT64_MAX) {
		uv_timer_stop(&r->timer);
	} else {
		uv_timer_start(&r->timer, on_timer, at > now ? at - now : 0, 0);
	}
}

static void on_packet(void *user, struct tug_slice packet, const void *peer)
{
	struct end *e = user;

	(void)peer; /* the endpoint answers to the sender of the last packet */
	tug_lossy_send(e->in, packet, now_of(e->run));
	pump(e->run);
}

static void on_console(void *ctx, enum tug_log_level level, struct tug_slice text)
{
	static const char *const prefix[] = { "", "E: ", "W: ", "I: ", "D: " };
	struct tug_vdev_run *r = ctx;
	char line[256];
	int n;

	n = snprintf(line, sizeof(line), "%s%.*s", prefix[level <= TUG_LOG_DBG ? level : 0], (int)text.len,
		     (const char *)text.p);
	if (n > 0 && r->end[1].ep != NULL) {
		tug_endpoint_text(r->end[1].ep, tug_slice_of(line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1u));
	}
}

static int make_wire(struct end *e, const struct tug_vdev_faults *f, double octets_per_octet)
{
	struct tug_lossy_cfg c = { f->loss, f->duplicate, f->reorder, f->delay_ms, 0, f->seed };

	c.rate_bps = (uint32_t)(f->rate_bps / octets_per_octet);
	if (f->rate_bps > 0 && c.rate_bps == 0) {
		c.rate_bps = 1;
	}
	c.seed = f->seed + UINT64_C(2) * e->tag; /* each direction has its own dice */
	e->in = tug_lossy_create(&c);
	c.seed++;
	e->out = tug_lossy_create(&c);
	return e->in == NULL || e->out == NULL ? TUG_ENOSPACE : TUG_OK;
}

/* base64 makes 4 characters of 3 octets, 8N1 makes 10 bits of one */
#define CONSOLE_COST (4.0 / 3.0 * 10.0 / 8.0)
#define RAW_COST (10.0 / 8.0)

static int open_end(struct tug_vdev_run *r, size_t i, const struct tug_vdev_listen *w, char *name, size_t name_cap)
{
	struct end *e = &r->end[i];
	struct tug_endpoint_events ev = { on_packet, e };
	double cost = i == 0 ? 1.0 : w->pty_raw ? RAW_COST : CONSOLE_COST;
	struct tug_endpoint_udp_cfg udp = { w->udp_host != NULL ? w->udp_host : "127.0.0.1", w->udp_port };
	struct tug_endpoint_pty_cfg pty = { w->pty_link, w->pty_raw, 0 };
	int rc;

	e->run = r;
	e->tag = (uint32_t)i;
	rc = make_wire(e, &w->faults, cost);
	if (rc != TUG_OK) {
		snprintf(name, name_cap, "out of memory");
		return rc;
	}
	if (i == 0) {
		return tug_endpoint_udp(r->timer.loop, &udp, &ev, &e->ep, name, name_cap);
	}
	pty.buf_size = r->v->app.buf_size > r->v->loader.buf_size ? r->v->app.buf_size : r->v->loader.buf_size;
	return tug_endpoint_pty(r->timer.loop, &pty, &ev, &e->ep, name, name_cap);
}

static void on_closed(uv_handle_t *h)
{
	free(h->data);
}

void tug_vdev_run_stop(struct tug_vdev_run *r)
{
	size_t i;

	if (r == NULL) {
		return;
	}
	for (i = 0; i < ENDS; i++) {
		tug_endpoint_close(r->end[i].ep);
		tug_lossy_destroy(r->end[i].in);
		tug_lossy_destroy(r->end[i].out);
		r->end[i].ep = NULL;
	}
	tug_vdev_destroy(r->v);
	uv_close((uv_handle_t *)&r->timer, on_closed);
}

int tug_vdev_run_start(struct uv_loop_s *loop, struct tug_vdev *v, const struct tug_vdev_listen *where,
		       struct tug_vdev_run **out, char *said, size_t said_cap)
{
	static const char *const scheme[ENDS] = { "udp:", "serial:" };
	const bool wanted[ENDS] = { where->udp, where->pty };
	struct tug_vdev_run *r = calloc(1, sizeof(*r));
	char name[VDEV_WHY];
	size_t at = 0;
	size_t i;

	*out = NULL;
	said[0] = '\0';
	if (r == NULL) {
		snprintf(said, said_cap, "out of memory");
		tug_vdev_destroy(v);
		return TUG_ENOSPACE;
	}
	uv_timer_init(loop, &r->timer);
	r->timer.data = r;
	r->v = v;
	r->ahead_ms = v->now_ms - uv_now(loop);
	for (i = 0; i < ENDS; i++) {
		int rc = wanted[i] ? open_end(r, i, where, name, sizeof(name)) : TUG_OK;

		if (rc != TUG_OK) {
			snprintf(said, said_cap, "%s", name);
			tug_vdev_run_stop(r);
			return rc;
		}
		if (wanted[i] && at < said_cap) {
			at += (size_t)snprintf(&said[at], said_cap - at, "%s%s%s", at > 0 ? " " : "", scheme[i], name);
		}
	}
	if (where->pty && where->pty_console) {
		v->tap.line = on_console;
		v->tap.ctx = r;
	}
	*out = r;
	pump(r);
	return TUG_OK;
}
