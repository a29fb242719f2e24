/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides when a link speaks to its owner: up and down always from the loop, never after down, never
 * after close. Refuses to know what carries the octets. Called by the links of this folder.
 */
#include "link_priv.h"

#include <string.h>

int tug_link_send(struct tug_link *l, struct tug_slice frame)
{
	return l->ops->send(l, frame);
}

void tug_link_close(struct tug_link *l)
{
	if (l)
		l->ops->close(l);
}

const char *tug_link_hint(const struct tug_link *l)
{
	return l && l->hint ? l->hint : "";
}

void tug_hold_get(struct tug_hold *h)
{
	h->n++;
}

void tug_hold_put(struct tug_hold *h)
{
	if (--h->n == 0)
		h->release(h->self);
}

static void on_closed(uv_handle_t *handle)
{
	struct tug_hold *h = (struct tug_hold *)handle->data;

	tug_hold_put(h);
}

void tug_hold_close(uv_handle_t *handle)
{
	uv_close(handle, on_closed);
}

static void on_kick(uv_async_t *a)
{
	struct tug_linkbase *b = TUG_CONTAINER(a, struct tug_linkbase, kick);

	if (b->state == TUG_LINK_OPENING) {
		b->state = TUG_LINK_UP;
		if (b->start)
			b->start(b);
		/* start may have failed the link: then down follows and up is never told */
		if (b->state == TUG_LINK_UP && b->link.ev.up)
			b->link.ev.up(b->link.ev.user);
	} else if (b->state == TUG_LINK_FAILED) {
		b->state = TUG_LINK_DOWN;
		if (b->link.ev.down)
			b->link.ev.down(b->link.ev.user, b->err, b->why);
	}
}

void tug_linkbase_init(struct tug_linkbase *b, uv_loop_t *loop, const struct tug_link_events *ev,
		       const struct tug_link_ops *ops, void (*release)(void *self))
{
	b->link.ops = ops;
	b->link.ev = *ev;
	b->hold.release = release;
	b->hold.self = b;
	b->state = TUG_LINK_OPENING;
	(void)uv_async_init(loop, &b->kick, on_kick);
	b->kick.data = &b->hold;
	tug_hold_get(&b->hold);
}

void tug_linkbase_up(struct tug_linkbase *b)
{
	(void)uv_async_send(&b->kick);
}

void tug_linkbase_fail(struct tug_linkbase *b, int err, const char *fmt, ...)
{
	va_list ap;

	if (b->state == TUG_LINK_FAILED || b->state == TUG_LINK_DOWN)
		return;
	va_start(ap, fmt);
	b->err = tug_why_v(b->why, sizeof(b->why), err, fmt, ap);
	va_end(ap);
	b->state = TUG_LINK_FAILED;
	(void)uv_async_send(&b->kick);
}

bool tug_linkbase_alive(const struct tug_linkbase *b)
{
	return b->state == TUG_LINK_UP;
}

void tug_linkbase_frame(struct tug_linkbase *b, struct tug_slice frame)
{
	b->link.hint = NULL;
	b->link.ev.frame(b->link.ev.user, frame);
}

void tug_linkbase_text(struct tug_linkbase *b, struct tug_slice text)
{
	if (b->link.ev.text)
		b->link.ev.text(b->link.ev.user, text);
}

void tug_linkbase_hint(struct tug_linkbase *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)tug_why_v(b->hint, sizeof(b->hint), 0, fmt, ap);
	va_end(ap);
	b->link.hint = b->hint;
}

void tug_linkbase_close(struct tug_linkbase *b)
{
	b->state = TUG_LINK_DOWN;
	memset(&b->link.ev, 0, sizeof(b->link.ev));
	tug_hold_close((uv_handle_t *)&b->kick);
}
