/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides when octets go out and come in, by BlueZ's sockets or by D-Bus calls: never more than the socket takes,
 * one call at a time. Knows nothing of how the link came up. Called by ble.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ble_link_priv.h"

/* More than any window of requests needs; beyond it the device takes nothing any more. */
#define QUEUE_MAX ((size_t)512 * 1024)

static void pump(struct tug_ble_link *l);

static void drop_head(struct tug_ble_link *l)
{
	struct tug_ble_frame *f = l->head;

	l->head = f->next;
	if (!l->head)
		l->tail = NULL;
	l->queued -= f->len;
	free(f);
}

static void on_writable(uv_poll_t *p, int status, int events)
{
	struct tug_ble_link *l = TUG_CONTAINER(p, struct tug_ble_link, out.poll);

	if (status < 0 || (events & UV_DISCONNECT)) {
		tug_ble_gone(l);
		return;
	}
	if (events & UV_WRITABLE)
		pump(l);
}

static void watch_out(struct tug_ble_link *l, bool full)
{
	if (l->out.watched)
		(void)uv_poll_start(&l->out.poll, UV_DISCONNECT | (full ? UV_WRITABLE : 0), on_writable);
}

static int on_written(sd_bus_message *msg, void *user, sd_bus_error *e)
{
	struct tug_ble_link *l = user;
	const sd_bus_error *err = sd_bus_message_get_error(msg);

	(void)e;
	l->writing = false;
	if (l->closing)
		return 0;
	if (err)
		tug_ble_refused(l, err, TUG_BLE_OP_WRITE);
	else
		pump(l);
	return 0;
}

/* WriteValue(data, {type: command}). Result: 0 or -errno. */
static int write_call(struct tug_ble_link *l, const uint8_t *data, size_t len)
{
	sd_bus_message *msg = NULL;
	int r = sd_bus_message_new_method_call(l->bus.bus, &msg, "org.bluez", l->chrc, "org.bluez.GattCharacteristic1",
					       "WriteValue");

	if (r >= 0)
		r = sd_bus_message_append_array(msg, 'y', data, len);
	if (r >= 0)
		r = sd_bus_message_append(msg, "a{sv}", 1, "type", "s", "command");
	if (r >= 0)
		r = sd_bus_call_async(l->bus.bus, NULL, msg, on_written, l, 0);
	(void)sd_bus_message_unref(msg);
	l->writing = r >= 0;
	return r;
}

/* One write of the first frame. Result: 1 sent, 0 not now, -1 the link is broken. */
static int write_one(struct tug_ble_link *l)
{
	struct tug_ble_frame *f = l->head;
	size_t n = f->len - f->off < l->chunk ? f->len - f->off : l->chunk;
	ssize_t sent;

	if (l->out.fd < 0) {
		if (l->writing)
			return 0;
		if (write_call(l, f->data + f->off, n) < 0)
			return -1;
		f->off += n;
		return 1;
	}
	do {
		sent = send(l->out.fd, f->data + f->off, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return errno == EAGAIN || errno == ENOBUFS ? 0 : -1;
	f->off += n;
	return 1;
}

static void pump(struct tug_ble_link *l)
{
	int r = 1;

	while (l->head && r > 0) {
		r = write_one(l);
		if (r > 0 && l->head->off == l->head->len)
			drop_head(l);
	}
	if (r < 0)
		tug_ble_gone(l);
	else
		watch_out(l, l->head != NULL);
}

int tug_ble_io_send(struct tug_ble_link *l, struct tug_slice frame)
{
	struct tug_ble_frame *f;

	if (frame.len > sizeof(l->rx.buf))
		return TUG_ETOOBIG;
	if (l->queued + frame.len > QUEUE_MAX)
		return TUG_EBUSY;
	f = malloc(sizeof(*f) + frame.len);
	if (!f)
		return TUG_EBUSY;
	f->next = NULL;
	f->len = frame.len;
	f->off = 0;
	memcpy(f->data, frame.p, frame.len);
	if (l->tail)
		l->tail->next = f;
	else
		l->head = f;
	l->tail = f;
	l->queued += f->len;
	if (l->head == f)
		pump(l);
	return tug_linkbase_alive(&l->base) ? TUG_OK : TUG_ECLOSED;
}

void tug_ble_io_value(struct tug_ble_link *l, struct tug_slice part)
{
	struct tug_slice frame;

	if (tug_linkbase_alive(&l->base) && tug_ble_rx_feed(&l->rx, part, &frame))
		tug_linkbase_frame(&l->base, frame);
}

static void on_readable(uv_poll_t *p, int status, int events)
{
	struct tug_ble_link *l = TUG_CONTAINER(p, struct tug_ble_link, in.poll);
	uint8_t part[1024];
	ssize_t n = 1;

	(void)events;
	while (n > 0 && status == 0 && tug_linkbase_alive(&l->base)) {
		n = recv(l->in.fd, part, sizeof(part), MSG_DONTWAIT);
		if (n > 0)
			tug_ble_io_value(l, tug_slice_of(part, (size_t)n));
	}
	if (tug_linkbase_alive(&l->base) && (n == 0 || status < 0 || (errno != EAGAIN && errno != EINTR)))
		tug_ble_gone(l);
}

static void watch(struct tug_ble_link *l, struct tug_ble_sock *s, int events, uv_poll_cb cb)
{
	if (s->fd < 0)
		return;
	if (uv_poll_init(l->base.kick.loop, &s->poll, s->fd) != 0) {
		tug_linkbase_fail(&l->base, TUG_ELINK, "cannot wait for the sockets of BlueZ");
		return;
	}
	s->poll.data = &l->base.hold;
	tug_hold_get(&l->base.hold);
	s->watched = true;
	(void)uv_poll_start(&s->poll, events, cb);
}

void tug_ble_io_start(struct tug_ble_link *l)
{
	watch(l, &l->in, UV_READABLE | UV_DISCONNECT, on_readable);
	watch(l, &l->out, UV_DISCONNECT, on_writable);
}

static void end(struct tug_ble_sock *s)
{
	if (s->watched)
		tug_hold_close((uv_handle_t *)&s->poll);
	s->watched = false;
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
}

void tug_ble_io_stop(struct tug_ble_link *l)
{
	end(&l->in);
	end(&l->out);
}

void tug_ble_io_free(struct tug_ble_link *l)
{
	while (l->head)
		drop_head(l);
}
