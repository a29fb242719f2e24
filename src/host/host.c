/* SPDX-License-Identifier: Apache-2.0
 *
 * The host itself: its loop, its signals, its end. Knows neither requests nor updates; they are lines
 * on its list. Called from one thread.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "host_priv.h"

/* Close callbacks run at the end of an iteration; a link may need a few for its own farewell. */
#define CLOSE_ROUNDS 1000
/* Longer than the link itself waits for BlueZ. */
#define LINGER_MS 6000u

int tug_host_create(const struct tug_host_cfg *cfg, struct tug_host **out, char *why, size_t why_cap)
{
	struct tug_host *h = calloc(1, sizeof(*h));
	int err;

	*out = NULL;
	if (h == NULL) {
		snprintf(why, why_cap, "out of memory");
		return TUG_EINTERNAL;
	}
	h->cfg = *cfg;
	h->cfg.log_path = NULL;
	err = tug_log_open(&h->log, cfg->log_path, why, why_cap);
	if (err != TUG_OK) {
		free(h);
		return err;
	}
	err = uv_loop_init(&h->loop);
	if (err != 0) {
		snprintf(why, why_cap, "cannot start the event loop: %s", uv_strerror(err));
		tug_log_close(&h->log);
		free(h);
		return TUG_EINTERNAL;
	}
	*out = h;
	return TUG_OK;
}

struct uv_loop_s *tug_host_loop(struct tug_host *h)
{
	return &h->loop;
}

unsigned tug_host_interrupted(const struct tug_host *h)
{
	return h->interrupted;
}

void tug_host_wake(struct tug_host *h)
{
	uv_stop(&h->loop);
}

void tug_host_interrupt(struct tug_host *h)
{
	struct tug_line *line = h->lines;

	h->interrupted++;
	while (line != NULL) {
		struct tug_line *next = line->next;

		line->ops->interrupt(line);
		line = next;
	}
	tug_host_wake(h);
}

static void on_signal(uv_signal_t *handle, int signum)
{
	(void)signum;
	tug_host_interrupt(handle->data);
}

int tug_host_catch_signals(struct tug_host *h)
{
	static const int which[2] = { SIGINT, SIGTERM };

	if (h->signals) {
		return TUG_OK;
	}
	for (size_t i = 0; i < 2; i++) {
		if (uv_signal_init(&h->loop, &h->sig[i]) != 0) {
			return TUG_EINTERNAL;
		}
		h->sig[i].data = h;
		uv_signal_start(&h->sig[i], on_signal, which[i]);
		uv_unref((uv_handle_t *)&h->sig[i]);
	}
	h->signals = true;
	return TUG_OK;
}

static bool updates_pending(const struct tug_host *h)
{
	for (const struct tug_line *line = h->lines; line != NULL; line = line->next) {
		if (line->pending) {
			return true;
		}
	}
	return false;
}

int tug_host_run(struct tug_host *h)
{
	while (updates_pending(h)) {
		if (h->interrupted > 1) {
			return TUG_EINTR;
		}
		uv_run(&h->loop, UV_RUN_ONCE);
	}
	return TUG_OK;
}

void tug_host_serve(struct tug_host *h)
{
	while (h->interrupted == 0) {
		uv_run(&h->loop, UV_RUN_ONCE);
	}
}

static void on_patience_end(uv_timer_t *t)
{
	uv_stop(t->loop);
}

/* A Bluetooth device that stays connected cannot be found by the next program: its link waits for the goodbye. */
static void linger(struct tug_host *h)
{
	uv_timer_t patience;

	uv_timer_init(&h->loop, &patience);
	uv_timer_start(&patience, on_patience_end, LINGER_MS, 0);
	uv_unref((uv_handle_t *)&patience);
	uv_run(&h->loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&patience, NULL);
	uv_run(&h->loop, UV_RUN_NOWAIT);
}

int tug_host_destroy(struct tug_host *h)
{
	int err;

	if (h == NULL) {
		return TUG_OK;
	}
	while (h->lines != NULL) {
		h->lines->ops->drop(h->lines);
	}
	if (h->signals) {
		uv_close((uv_handle_t *)&h->sig[0], NULL);
		uv_close((uv_handle_t *)&h->sig[1], NULL);
	}
	for (int i = 0; i < CLOSE_ROUNDS && uv_run(&h->loop, UV_RUN_NOWAIT) != 0; i++) {
	}
	if (h->lingers && uv_loop_alive(&h->loop)) {
		linger(h);
	}
	err = tug_log_close(&h->log);
	if (uv_loop_close(&h->loop) == 0) {
		free(h);
	}
	return err;
}

int tug_host_observe(struct tug_host *h, const struct tug_host_watch *watch)
{
	if (h->n_more == sizeof(h->more) / sizeof(h->more[0])) {
		return TUG_ENOSPACE;
	}
	h->more[h->n_more++] = *watch;
	return TUG_OK;
}

void tug_host_unobserve(struct tug_host *h, const void *user)
{
	size_t kept = 0;

	for (size_t i = 0; i < h->n_more; i++) {
		if (h->more[i].user != user) {
			h->more[kept++] = h->more[i];
		}
	}
	h->n_more = kept;
}

void tug_host_show_frame(struct tug_host *h, const char *url, bool sent, struct tug_slice frame)
{
	if (h->cfg.watch.frame != NULL) {
		h->cfg.watch.frame(h->cfg.watch.user, url, sent, frame);
	}
	for (size_t i = 0; i < h->n_more; i++) {
		if (h->more[i].frame != NULL) {
			h->more[i].frame(h->more[i].user, url, sent, frame);
		}
	}
}

void tug_host_show_text(struct tug_host *h, const char *url, struct tug_slice text)
{
	if (h->cfg.watch.text != NULL) {
		h->cfg.watch.text(h->cfg.watch.user, url, text);
	}
	for (size_t i = 0; i < h->n_more; i++) {
		if (h->more[i].text != NULL) {
			h->more[i].text(h->more[i].user, url, text);
		}
	}
}
