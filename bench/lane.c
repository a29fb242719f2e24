/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides when octets come out of an emulated link: after the octets before them, at the serial rate or
 * at connection events, and after the delay. Called by bench/relay.c and its test.
 */
#include "lane.h"

#include <stdlib.h>
#include <string.h>

#define STREAM_PIECE 16u /* a UART's FIFO */

/* Connection events: each carries so much; what arrives during one goes with the next. */
static uint64_t due_by_events(struct lane *l, uint64_t now_ns, size_t len)
{
	uint64_t event = now_ns / l->cfg.interval_ns + 1;

	if (event > l->event) {
		l->event = event;
		l->used = 0;
	}
	while (len) {
		uint64_t room = l->cfg.per_interval - l->used;
		uint64_t take = len < room ? len : room;

		l->used += take;
		len -= (size_t)take;
		if (len) {
			l->event++;
			l->used = 0;
		}
	}
	return l->event * l->cfg.interval_ns;
}

static uint64_t due_by_rate(struct lane *l, uint64_t now_ns, size_t len)
{
	uint64_t start = l->free_ns > now_ns ? l->free_ns : now_ns;

	l->free_ns = start;
	if (l->cfg.octets_per_s)
		l->free_ns += (uint64_t)len * 1000000000u / l->cfg.octets_per_s;
	return l->free_ns;
}

bool lane_push(struct lane *l, uint64_t now_ns, const uint8_t *data, size_t len)
{
	struct lane_item *it = malloc(sizeof(*it) + len);

	if (!it)
		return false;
	memcpy(it->data, data, len);
	it->len = len;
	it->next = NULL;
	it->due_ns = l->cfg.delay_ns +
		     (l->cfg.interval_ns ? due_by_events(l, now_ns, len) : due_by_rate(l, now_ns, len));
	if (l->last)
		l->last->next = it;
	else
		l->first = it;
	l->last = it;
	l->queued += len;
	return true;
}

bool lane_push_stream(struct lane *l, uint64_t now_ns, const uint8_t *data, size_t len)
{
	/* without a rate a stream keeps the shape in which it was written */
	size_t piece = l->cfg.octets_per_s || l->cfg.interval_ns ? STREAM_PIECE : len;

	while (len) {
		size_t n = len < piece ? len : piece;

		if (!lane_push(l, now_ns, data, n))
			return false;
		data += n;
		len -= n;
	}
	return true;
}

uint64_t lane_next(const struct lane *l)
{
	return l->first ? l->first->due_ns : UINT64_MAX;
}

const struct lane_item *lane_due(const struct lane *l, uint64_t now_ns)
{
	return lane_next(l) <= now_ns ? l->first : NULL;
}

void lane_pop(struct lane *l)
{
	struct lane_item *it = l->first;

	if (!it)
		return;
	l->first = it->next;
	if (!l->first)
		l->last = NULL;
	l->queued -= it->len;
	free(it);
}

void lane_trim(struct lane *l, size_t len)
{
	struct lane_item *it = l->first;

	if (!it || len >= it->len)
		return;
	memmove(it->data, it->data + len, it->len - len);
	it->len -= len;
	l->queued -= len;
}

void lane_retry(struct lane *l, uint64_t when_ns)
{
	if (l->first)
		l->first->due_ns = when_ns;
}
