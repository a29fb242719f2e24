/* SPDX-License-Identifier: Apache-2.0
 *
 * One device's link: found by the scheme of its URL, opened and closed as often as its owner wants,
 * every frame logged and shown to the watch. Knows no requests; called by session.c and updater.c.
 */
#include <stdlib.h>
#include <string.h>

#include "host_priv.h"

uint64_t tug_host_now(struct tug_host *h)
{
	uv_update_time(&h->loop);
	return uv_now(&h->loop);
}

void tug_line_arm(struct tug_line *line, uint64_t deadline_ms, uv_timer_cb cb)
{
	uint64_t now = tug_host_now(line->host);

	if (deadline_ms == UINT64_MAX) {
		uv_timer_stop(&line->timer);
	} else {
		uv_timer_start(&line->timer, cb, deadline_ms > now ? deadline_ms - now : 0, 0);
	}
}

static const struct tug_scheme *find_scheme(const struct tug_host_cfg *cfg, const char *url, size_t len)
{
	for (size_t i = 0; i < cfg->n_schemes; i++) {
		const char *name = cfg->schemes[i]->name;

		if (strlen(name) == len && memcmp(name, url, len) == 0) {
			return cfg->schemes[i];
		}
	}
	return NULL;
}

/* Whatever has a path's or an address's shape was meant as the link that takes one. */
static const char *meant_scheme(const struct tug_host_cfg *cfg, const char *url)
{
	size_t digits = strspn(url, "0123456789.");

	if (url[0] == '/' && strncmp(url, "/dev/", 5) == 0) {
		return "serial:";
	}
	if (url[0] == '[' || (digits >= 7 && (url[digits] == '\0' || url[digits] == ':')) ||
	    strcmp(url, "localhost") == 0 || strncmp(url, "localhost:", 10) == 0) {
		return "udp:";
	}
	return find_scheme(cfg, url, strlen(url)) != NULL ? "" : NULL;
}

static int reject_url(struct tug_line *line, const char *url)
{
	const char *meant = meant_scheme(&line->host->cfg, url);
	size_t at;

	at = (size_t)snprintf(line->why, sizeof(line->why), "'%.80s' is no device address; ", url);
	if (meant != NULL && at < sizeof(line->why)) {
		snprintf(line->why + at, sizeof(line->why) - at, "did you mean %s%.80s%s?", meant, url,
			 meant[0] == '\0' ? ":" : "");
		return TUG_EADDR;
	}
	at += (size_t)snprintf(line->why + at, sizeof(line->why) - at, "it starts with");

	for (size_t i = 0; i < line->host->cfg.n_schemes && at < sizeof(line->why); i++) {
		at += (size_t)snprintf(line->why + at, sizeof(line->why) - at, "%s %s:", i > 0 ? "," : "",
				       line->host->cfg.schemes[i]->name);
	}
	return TUG_EADDR;
}

/* What stands after the colon, with the options that the host adds: they are no part of the URL that is shown. */
static char *rest_of(const struct tug_line *line, const char *rest)
{
	const char *more = strcmp(line->scheme->name, "ble") == 0 ? line->host->cfg.ble_options : "";
	size_t cap = strlen(rest) + strlen(more) + 2;
	char *s = malloc(cap);

	if (s != NULL) {
		snprintf(s, cap, "%s%s%s", rest, more[0] == '\0' ? "" : strchr(rest, '?') != NULL ? "&" : "?", more);
	}
	return s;
}

int tug_line_init(struct tug_line *line, struct tug_host *h, const char *url, const struct tug_line_ops *ops)
{
	const char *colon = strchr(url, ':');

	line->host = h;
	line->ops = ops;
	line->scheme = colon != NULL ? find_scheme(&h->cfg, url, (size_t)(colon - url)) : NULL;
	if (line->scheme == NULL) {
		return reject_url(line, url);
	}
	line->url = malloc(strlen(url) + 1);
	line->rest = rest_of(line, colon + 1);
	if (line->url == NULL || line->rest == NULL) {
		free(line->url);
		free(line->rest);
		return TUG_EINTERNAL;
	}
	memcpy(line->url, url, strlen(url) + 1);
	h->lingers = h->lingers || strcmp(line->scheme->name, "ble") == 0;
	uv_timer_init(&h->loop, &line->timer);
	line->timer.data = line;
	line->next = h->lines;
	if (h->lines != NULL) {
		h->lines->prev = line;
	}
	h->lines = line;
	return TUG_OK;
}

static void link_up(void *user)
{
	struct tug_line *line = user;

	line->up = true;
	tug_log_write(&line->host->log, '+', line->url, tug_slice_of(NULL, 0));
	line->ops->up(line);
}

static void link_frame(void *user, struct tug_slice frame)
{
	struct tug_line *line = user;

	tug_log_write(&line->host->log, '<', line->url, frame);
	tug_host_show_frame(line->host, line->url, false, frame);
	line->ops->frame(line, frame);
}

static void link_text(void *user, struct tug_slice text)
{
	struct tug_line *line = user;

	while (text.len > 0 && (text.p[text.len - 1] == '\n' || text.p[text.len - 1] == '\r')) {
		text.len--;
	}
	tug_log_write(&line->host->log, '"', line->url, text);
	tug_host_show_text(line->host, line->url, text);
	if (line->ops->text != NULL) {
		line->ops->text(line);
	}
}

static void link_down(void *user, int err, const char *why)
{
	struct tug_line *line = user;

	line->up = false;
	snprintf(line->why, sizeof(line->why), "%s", why != NULL ? why : tug_strerror(err));
	tug_log_write(&line->host->log, '-', line->url, tug_slice_of(line->why, strlen(line->why)));
	line->ops->down(line, err);
}

int tug_line_open(struct tug_line *line)
{
	struct tug_link_events ev = { link_up, link_frame, link_text, link_down, line };
	int err;

	line->why[0] = '\0';
	line->up = false;
	err = line->scheme->open(&line->host->loop, line->rest, &ev, &line->link, line->why, sizeof(line->why));
	if (err != TUG_OK) {
		line->link = NULL;
		if (line->why[0] == '\0') {
			snprintf(line->why, sizeof(line->why), "%s", tug_strerror(err));
		}
		tug_log_write(&line->host->log, '-', line->url, tug_slice_of(line->why, strlen(line->why)));
	}
	return err;
}

void tug_line_close(struct tug_line *line)
{
	if (line->link == NULL) {
		return;
	}
	if (line->up) {
		static const char text[] = "closed";

		tug_log_write(&line->host->log, '-', line->url, tug_slice_of(text, sizeof(text) - 1));
	}
	tug_link_close(line->link);
	line->link = NULL;
	line->up = false;
}

int tug_line_send(struct tug_line *line, struct tug_slice frame)
{
	if (line->link == NULL || !line->up) {
		return TUG_ECLOSED;
	}
	tug_log_write(&line->host->log, '>', line->url, frame);
	tug_host_show_frame(line->host, line->url, true, frame);
	return tug_link_send(line->link, frame);
}

struct tug_link_info tug_line_info(const struct tug_line *line)
{
	struct tug_link_info info = { 0 };

	if (line->link != NULL) {
		info.max_frame = line->link->max_frame;
		info.overhead = line->link->overhead;
		info.assume_frame = line->link->assume_frame;
		info.quiet_ms = line->link->quiet_ms;
	}
	return info;
}

static void timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void tug_line_free(struct tug_line *line)
{
	tug_line_close(line);
	free(line->url);
	free(line->rest);
	line->url = NULL;
	line->rest = NULL;
	if (line->prev != NULL) {
		line->prev->next = line->next;
	} else {
		line->host->lines = line->next;
	}
	if (line->next != NULL) {
		line->next->prev = line->prev;
	}
	uv_close((uv_handle_t *)&line->timer, timer_closed);
}
