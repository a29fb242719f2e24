/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides when octets of the queue go out and when a device counts as gone. Refuses to know frames
 * beyond cutting after a line when asked to pace. Called by serial.c and endpoint_pty.c.
 */
#include "tty_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads per wake-up: a chatty port must not starve the rest of the loop. */
#define READS_PER_TURN 8

static void on_poll(uv_poll_t *p, int status, int events);

void tug_tty_watch(struct tug_tty *t)
{
	int events = UV_READABLE | UV_DISCONNECT;

	if (t->q_len && !t->pausing)
		events |= UV_WRITABLE;
	if (events == t->events)
		return;
	t->events = events;
	(void)uv_poll_start(&t->poll, events, on_poll);
}

/* Octets to write in one go: everything, or the rest of a line when paced. */
static size_t burst(const struct tug_tty *t)
{
	const uint8_t *nl = t->pace_ms ? memchr(t->q + t->q_head, '\n', t->q_len) : NULL;

	return nl ? (size_t)(nl - (t->q + t->q_head)) + 1u : t->q_len;
}

static void on_pace(uv_timer_t *timer);

/* Write what the device takes. Result: 0, or the errno that says it is gone. */
static int flush(struct tug_tty *t)
{
	while (t->q_len && !t->pausing) {
		size_t n = burst(t);
		ssize_t w = write(t->fd, t->q + t->q_head, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : errno;
		if (w == 0)
			return 0;
		t->q_head += (size_t)w;
		t->q_len -= (size_t)w;
		if (t->pace_ms && (size_t)w == n) {
			t->pausing = true;
			(void)uv_timer_start(&t->pace, on_pace, t->pace_ms, 0);
		}
	}
	if (!t->q_len)
		t->q_head = 0;
	return 0;
}

static void on_pace(uv_timer_t *timer)
{
	struct tug_tty *t = TUG_CONTAINER(timer, struct tug_tty, pace);
	int gone = t->failed;

	t->pausing = false;
	if (!gone)
		gone = flush(t);
	if (gone)
		t->gone(t, gone);
	else
		tug_tty_watch(t);
}

/* Read a few times. Result: 0, or -1 when the tty was stopped or is gone (already told). */
static int drain(struct tug_tty *t)
{
	uint8_t in[8192];

	for (int i = 0; i < READS_PER_TURN; i++) {
		ssize_t n = read(t->fd, in, sizeof(in));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		if (n <= 0) {
			t->gone(t, n < 0 ? errno : 0);
			return -1;
		}
		t->data(t, tug_slice_of(in, (size_t)n));
		if (t->fd < 0)
			return -1;
	}
	return 0;
}

static void on_poll(uv_poll_t *p, int status, int events)
{
	struct tug_tty *t = TUG_CONTAINER(p, struct tug_tty, poll);
	int gone;

	/* libuv stops polling on POLLERR and says so with a negative status; what is left can still be read */
	if (status < 0 || (events & (UV_READABLE | UV_DISCONNECT))) {
		if (drain(t) < 0)
			return;
	}
	if (status < 0) {
		t->gone(t, EIO);
		return;
	}
	gone = flush(t);
	if (gone)
		t->gone(t, gone);
	else
		tug_tty_watch(t);
}

int tug_tty_start(struct tug_tty *t, uv_loop_t *loop, struct tug_hold *hold, int fd)
{
	if (uv_poll_init(loop, &t->poll, fd) != 0) {
		(void)close(fd);
		t->fd = -1;
		return TUG_ELINK;
	}
	t->fd = fd;
	t->poll.data = hold;
	tug_hold_get(hold);
	(void)uv_timer_init(loop, &t->pace);
	t->pace.data = hold;
	tug_hold_get(hold);
	return TUG_OK;
}

void tug_tty_stop(struct tug_tty *t)
{
	if (t->fd < 0)
		return;
	tug_hold_close((uv_handle_t *)&t->poll);
	tug_hold_close((uv_handle_t *)&t->pace);
	(void)close(t->fd);
	t->fd = -1;
}

void tug_tty_free(struct tug_tty *t)
{
	free(t->q);
	t->q = NULL;
}

uint8_t *tug_tty_room(struct tug_tty *t, size_t n)
{
	if (n > TUG_TTY_QUEUE_MAX - t->q_len)
		return NULL;
	if (t->q_head + t->q_len + n > t->q_cap && t->q_head) {
		memmove(t->q, t->q + t->q_head, t->q_len);
		t->q_head = 0;
	}
	if (t->q_len + n > t->q_cap) {
		size_t cap = t->q_len + n + 4096u;
		uint8_t *q = realloc(t->q, cap);

		if (!q)
			return NULL;
		t->q = q;
		t->q_cap = cap;
	}
	return t->q + t->q_head + t->q_len;
}

int tug_tty_push(struct tug_tty *t, size_t n)
{
	if (t->fd < 0 || t->failed)
		return TUG_ECLOSED;
	t->q_len += n;
	t->failed = flush(t);
	if (t->failed) {
		/* told from the loop, not from within a send */
		t->q_len = 0;
		(void)uv_timer_start(&t->pace, on_pace, 0, 0);
		return TUG_ECLOSED;
	}
	tug_tty_watch(t);
	return TUG_OK;
}

int tug_tty_send_frame(struct tug_tty *t, struct tug_slice frame, bool raw, bool as_server)
{
	/* room for one line more than computed: Zephyr's cut may need it */
	size_t n = raw ? frame.len : tug_console_encoded_len(frame.len) + TUG_CONSOLE_LINE_MAX;
	struct tug_buf out;
	uint8_t *room;
	int err = TUG_OK;

	if (t->fd < 0)
		return TUG_ECLOSED;
	room = tug_tty_room(t, n);
	if (!room)
		return TUG_EBUSY;
	out = tug_buf_of(room, n);
	if (raw) {
		memcpy(room, frame.p, frame.len);
		out.len = frame.len;
	} else {
		err = as_server ? tug_console_encode_zephyr(frame, &out) : tug_console_encode(frame, &out);
	}
	return err ? err : tug_tty_push(t, out.len);
}

int tug_framing_init(struct tug_framing *f, bool raw, uint8_t flags, size_t cap)
{
	f->raw = raw;
	f->store = malloc(cap);
	if (!f->store)
		return TUG_EINTERNAL;
	if (raw)
		tug_raw_rx_init(&f->plain, tug_buf_of(f->store, cap));
	else
		tug_console_rx_init(&f->console, tug_buf_of(f->store, cap), flags);
	return TUG_OK;
}

void tug_framing_free(struct tug_framing *f)
{
	free(f->store);
	f->store = NULL;
}

void tug_framing_feed(struct tug_framing *f, struct tug_slice in, uint64_t now_ms,
		      bool (*sink)(void *user, const struct tug_rx_event *ev), void *user)
{
	struct tug_rx_event ev;

	do {
		if (f->raw)
			tug_raw_rx_feed(&f->plain, &in, now_ms, &ev);
		else
			tug_console_rx_feed(&f->console, &in, now_ms, &ev);
	} while (ev.kind != TUG_RX_NONE && sink(user, &ev));
}
