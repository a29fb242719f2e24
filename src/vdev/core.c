/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides what a virtual device does when: boots, serves, crashes, loses power, on the caller's clock. Refuses to know
 * links and files. Called through tug/vdev.h by tests, run.c and scheme.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tug/flash_io.h>

#include "vdev_priv.h"

/* Power that was cut comes back after this. */
#define POWER_OFF_MS 200u
/* A crashing application gets so far. */
#define CRASH_MS 250u
/* The watchdog of a hanging one. */
#define WATCHDOG_MS 4000u
/* Resets and boots at most while a process that ends lets a due reset happen. */
#define SETTLE_STEPS 16u
#define BOOT_BANNER "*** Booting MCUboot v2.1.0-tugboot ***"

static uint64_t ms_of(uint64_t us)
{
	return us == UINT64_MAX ? us : (us + 999u) / 1000u;
}

/* ---- console ----------------------------------------------------------------------------------- */

static void say_line(void *ctx, enum tug_log_level level, struct tug_slice text)
{
	struct tug_vdev *v = ctx;

	if (v->cfg.console.line != NULL) {
		v->cfg.console.line(v->cfg.console.ctx, level, text);
	}
	if (v->tap.line != NULL) {
		v->tap.line(v->tap.ctx, level, text);
	}
}

void vdev_say(struct tug_vdev *v, enum tug_log_level level, const char *fmt, ...)
{
	char line[160];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (n > 0) {
		say_line(v, level, tug_slice_of(line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1u));
	}
}

/* ---- queues ------------------------------------------------------------------------------------ */

static void push(struct vdev_queue *q, uint32_t tag, uint64_t due_us, struct tug_slice octets)
{
	struct vdev_packet *p = malloc(sizeof(*p) + octets.len);
	struct vdev_packet **at = &q->head;

	if (p == NULL) {
		return; /* a packet that finds no memory is lost, as on a device */
	}
	p->next = NULL;
	p->due_us = due_us;
	p->tag = tag;
	p->len = octets.len;
	memcpy(p->data, octets.p, octets.len);
	while (*at != NULL) {
		at = &(*at)->next;
	}
	*at = p;
	q->n++;
}

static struct vdev_packet *pop(struct vdev_queue *q)
{
	struct vdev_packet *p = q->head;

	if (p != NULL) {
		q->head = p->next;
		q->n--;
	}
	return p;
}

void vdev_queue_clear(struct vdev_queue *q)
{
	struct vdev_packet *p;

	while ((p = pop(q)) != NULL) {
		free(p);
	}
}

/* ---- boot -------------------------------------------------------------------------------------- */

void vdev_boot_core(struct tug_vdev *v)
{
	v->boot_cfg.log.line = say_line;
	v->boot_cfg.log.ctx = v;
	memset(&v->rsp, 0, sizeof(v->rsp));
	vdev_say(v, TUG_LOG_RAW, BOOT_BANNER);
	v->boot_rc = tug_boot_go(&v->boot, &v->boot_cfg, &v->rsp);
}

static void power_lost(struct tug_vdev *v, uint64_t after_us)
{
	vdev_queue_clear(&v->in);
	vdev_queue_clear(&v->out);
	v->phase = VDEV_OFF;
	v->phase_at = v->now_ms + after_us / 1000u + POWER_OFF_MS;
}

void vdev_boot(struct tug_vdev *v, bool core)
{
	uint64_t us = tug_sim_flash_busy_us(v->flash);

	vdev_queue_clear(&v->in);
	vdev_queue_clear(&v->out);
	v->reset_wanted = false;
	v->busy_until_us = 0;
	v->boots++;
	v->serving = &v->app;
	if (v->pin) {
		/* entered before the bootloader looks at the slots */
		vdev_say(v, TUG_LOG_RAW, BOOT_BANNER);
		v->serving = &v->loader;
	} else if (core) {
		vdev_boot_core(v);
	}
	if (v->boot_rc != TUG_OK && v->loader.profile != NULL) {
		v->serving = &v->loader;
	}
	if (v->serving == &v->loader) {
		vdev_say(v, TUG_LOG_INF, "Enter the serial recovery mode");
	}
	us = tug_sim_flash_busy_us(v->flash) - us;
	if (tug_sim_flash_is_off(v->flash)) {
		power_lost(v, us);
		return;
	}
	v->phase = VDEV_BOOTING;
	v->phase_at = v->now_ms + (v->cfg.boot_ms > 0 ? v->cfg.boot_ms : 1u) + us / 1000u;
}

static void serve_smp(struct tug_vdev *v)
{
	v->server_cfg.profile = v->serving->profile;
	v->server_cfg.buf_size = v->serving->buf_size;
	v->server_cfg.buf_count = v->serving->buf_count;
	v->image.max_image_size = v->serving->profile->slot_info ? tug_boot_max_image(&v->boot_cfg) : 0;
	tug_server_init(&v->server, &v->server_cfg);
	v->phase = VDEV_RUN;
}

/* Images that were there at the start behave; others as they were told. */
static enum tug_vdev_app behaviour(struct tug_vdev *v)
{
	struct vdev_digest d;
	size_t i;

	vdev_slot_digest(v, 0, &d);
	for (i = 0; i < sizeof(v->known) / sizeof(v->known[0]); i++) {
		if (d.len > 0 && d.len == v->known[i].len && memcmp(d.octets, v->known[i].octets, d.len) == 0) {
			return TUG_APP_OK;
		}
	}
	return v->cfg.app;
}

static void say_app(struct tug_vdev *v)
{
	char version[TUG_VERSION_TEXT];
	struct tug_io io = tug_io_of_area(&v->boot_cfg.pri);
	struct tug_image img;

	if (tug_image_open_hdr(&img, &io, 0, TUG_IMG_CAN_ENCRYPTED | TUG_IMG_CAN_COMPRESSED) == TUG_OK) {
		tug_version_format(&img.hdr.version, '+', version);
		vdev_say(v, TUG_LOG_RAW, "*** Booting virtual application v%s ***", version);
	}
}

static void doom(struct tug_vdev *v, uint64_t in_ms)
{
	v->phase = VDEV_DOOMED;
	v->phase_at = v->now_ms + in_ms;
}

static void start_app(struct tug_vdev *v)
{
	if (v->serving == &v->loader) {
		serve_smp(v);
		return;
	}
	if (v->boot_rc != TUG_OK) {
		v->phase = VDEV_DEAD;
		return;
	}
	vdev_say(v, TUG_LOG_INF, "Jumping to the first image slot");
	say_app(v);
	switch (behaviour(v)) {
	case TUG_APP_CRASH:
		doom(v, CRASH_MS);
		break;
	case TUG_APP_HANG:
		doom(v, WATCHDOG_MS);
		break;
	case TUG_APP_NO_SMP:
		v->phase = VDEV_SILENT;
		break;
	case TUG_APP_OK:
	default:
		serve_smp(v);
		break;
	}
}

static void doomed(struct tug_vdev *v)
{
	if (v->cfg.app == TUG_APP_CRASH) {
		vdev_say(v, TUG_LOG_ERR, "***** HARD FAULT *****");
		vdev_say(v, TUG_LOG_ERR, "Halting system; reset");
	} else {
		vdev_say(v, TUG_LOG_ERR, "Watchdog expired; reset");
	}
	vdev_boot(v, true);
}

void vdev_go_on(struct tug_vdev *v)
{
	v->boot_rc = TUG_OK;
	v->pin = false;
	v->serving = &v->app;
	serve_smp(v);
}

/* ---- server ------------------------------------------------------------------------------------ */

/*
 * Zephyr keeps requests and responses in one pool; the recovery of MCUboot has one buffer for requests and another
 * one for the response.
 */
static bool one_pool(const struct tug_vdev *v)
{
	return !v->serving->profile->recovery && v->serving->buf_count > 1;
}

static uint32_t buffers_in_use(const struct tug_vdev *v)
{
	uint32_t working = v->busy_until_us > v->now_ms * 1000u ? 1u : 0u;

	return v->in.n + working + (one_pool(v) ? v->out.n : 0u);
}

/* No buffer for the response: the error goes out in the request's own one. */
static void answer_no_memory(struct tug_vdev *v, const struct vdev_packet *p, uint64_t due_us)
{
	static const uint8_t body[] = { 0xbf, 0x62, 'r', 'c', TUG_RC_NOMEM, 0xff };
	uint8_t frame[TUG_SMP_HDR_LEN + sizeof(body)];
	struct tug_smp_hdr h;

	if (tug_smp_hdr_decode(tug_slice_of(p->data, p->len), &h) != TUG_OK) {
		return;
	}
	h.op = h.op == TUG_SMP_READ ? TUG_SMP_READ_RSP : TUG_SMP_WRITE_RSP;
	h.version = v->serving->profile->err_style != TUG_SRV_ERR_NONE && h.version > 0 ? TUG_SMP_V2 : TUG_SMP_V1;
	h.reserved = 0;
	h.flags = 0;
	h.len = sizeof(body);
	tug_smp_hdr_encode(&h, frame);
	memcpy(&frame[TUG_SMP_HDR_LEN], body, sizeof(body));
	push(&v->out, p->tag, due_us, tug_slice_of(frame, sizeof(frame)));
}

static void handle(struct tug_vdev *v, struct vdev_packet *p)
{
	struct tug_slice rest = tug_slice_of(p->data, p->len);
	uint64_t start_us = v->now_ms * 1000u;
	uint64_t flash_us = tug_sim_flash_busy_us(v->flash);

	if (start_us < v->busy_until_us) {
		start_us = v->busy_until_us; /* within the same millisecond */
	}
	if (one_pool(v) && buffers_in_use(v) + 2u > v->serving->buf_count) {
		answer_no_memory(v, p, start_us);
		return;
	}
	while (rest.len > 0) {
		struct tug_buf rsp = tug_buf_of(v->frame, v->serving->buf_size);
		bool flawed = v->serving == &v->app && vdev_flawed(v, rest, &rsp);
		int got = flawed ? rsp.len > 0 : tug_server_step(&v->server, &rest, &rsp);
		uint64_t us = tug_sim_flash_busy_us(v->flash) - flash_us;

		if (tug_sim_flash_is_off(v->flash)) {
			power_lost(v, us);
			return;
		}
		v->busy_until_us = start_us + us;
		if (got == 1) {
			push(&v->out, p->tag, v->busy_until_us, tug_buf_slice(&rsp));
		}
		if (flawed) {
			return;
		}
	}
}

static bool request_due(const struct tug_vdev *v)
{
	return v->in.head != NULL && ms_of(v->busy_until_us) <= v->now_ms;
}

/* ---- time -------------------------------------------------------------------------------------- */

static bool tick_run(struct tug_vdev *v)
{
	if (tug_server_deadline(&v->server) <= v->now_ms) {
		tug_server_tick(&v->server, v->now_ms);
		if (v->reset_wanted) {
			vdev_boot(v, true);
			return true;
		}
	}
	if (request_due(v)) {
		struct vdev_packet *p = pop(&v->in);

		handle(v, p);
		free(p);
		return true;
	}
	return false;
}

/* Does one thing that is due. Each leaves the next one at least a millisecond away, so this ends. */
static bool tick_once(struct tug_vdev *v)
{
	switch (v->phase) {
	case VDEV_OFF:
		if (v->now_ms >= v->phase_at) {
			tug_sim_flash_power_up(v->flash);
			vdev_boot(v, true);
			return true;
		}
		return false;
	case VDEV_BOOTING:
		if (v->now_ms >= v->phase_at) {
			start_app(v);
			return true;
		}
		return false;
	case VDEV_DOOMED:
		if (v->now_ms >= v->phase_at) {
			doomed(v);
			return true;
		}
		return false;
	case VDEV_RUN:
		return tick_run(v);
	case VDEV_SILENT:
	case VDEV_DEAD:
	default:
		return false;
	}
}

void tug_vdev_tick(struct tug_vdev *v, uint64_t now_ms)
{
	if (now_ms > v->now_ms) {
		v->now_ms = now_ms;
	}
	while (tick_once(v)) {
	}
}

uint64_t tug_vdev_deadline(const struct tug_vdev *v)
{
	uint64_t at = UINT64_MAX;

	if (v->phase == VDEV_OFF || v->phase == VDEV_BOOTING || v->phase == VDEV_DOOMED) {
		return v->phase_at;
	}
	if (v->phase != VDEV_RUN) {
		return at;
	}
	at = tug_server_deadline(&v->server);
	if (v->in.head != NULL && ms_of(v->busy_until_us) < at) {
		at = ms_of(v->busy_until_us);
	}
	if (v->out.head != NULL && ms_of(v->out.head->due_us) < at) {
		at = ms_of(v->out.head->due_us);
	}
	return at;
}

/* ---- packets ----------------------------------------------------------------------------------- */

void vdev_rx_tagged(struct tug_vdev *v, uint32_t tag, struct tug_slice packet, uint64_t now_ms)
{
	tug_vdev_tick(v, now_ms);
	if (v->phase != VDEV_RUN || packet.len == 0 || packet.len > v->serving->buf_size ||
	    buffers_in_use(v) >= v->serving->buf_count) {
		return;
	}
	push(&v->in, tag, 0, packet);
	tug_vdev_tick(v, now_ms);
}

int vdev_tx_tagged(struct tug_vdev *v, uint64_t now_ms, uint32_t *tag, struct tug_buf *out)
{
	struct vdev_packet *p;
	int got = 0;

	tug_vdev_tick(v, now_ms);
	out->len = 0;
	while (got == 0 && v->out.head != NULL && ms_of(v->out.head->due_us) <= v->now_ms) {
		p = pop(&v->out);
		if (p->len <= out->cap) {
			memcpy(out->p, p->data, p->len);
			out->len = p->len;
			*tag = p->tag;
			got = 1;
		}
		free(p);
	}
	return got;
}

void tug_vdev_rx(struct tug_vdev *v, struct tug_slice packet, uint64_t now_ms)
{
	vdev_rx_tagged(v, 0, packet, now_ms);
}

int tug_vdev_tx(struct tug_vdev *v, uint64_t now_ms, struct tug_buf *out)
{
	uint32_t tag;

	return vdev_tx_tagged(v, now_ms, &tag, out);
}

/* ---- the rest ---------------------------------------------------------------------------------- */

bool tug_vdev_up(const struct tug_vdev *v)
{
	return v->phase == VDEV_RUN;
}

uint32_t tug_vdev_boots(const struct tug_vdev *v)
{
	return v->boots;
}

void tug_vdev_power_cycle(struct tug_vdev *v, uint64_t now_ms)
{
	if (now_ms > v->now_ms) {
		v->now_ms = now_ms;
	}
	tug_sim_flash_power_up(v->flash);
	v->pin = false;
	vdev_boot(v, true);
}

void vdev_settle(struct tug_vdev *v, uint64_t now_ms)
{
	unsigned i;

	tug_vdev_tick(v, now_ms);
	for (i = 0; i < SETTLE_STEPS; i++) {
		bool steady = v->phase == VDEV_RUN && tug_server_deadline(&v->server) == UINT64_MAX;

		if (steady || tug_vdev_deadline(v) == UINT64_MAX) {
			return;
		}
		vdev_queue_clear(&v->out); /* nobody is there to take them */
		tug_vdev_tick(v, tug_vdev_deadline(v));
	}
}
