/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides which packets of a simulated link are lost, doubled, held back or late. Refuses to know what is in
 * them and what time it is. Called by client tests and the virtual device, on their clock.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/port/sim.h>

struct packet {
	struct packet *next;
	uint64_t due_us;
	size_t len;
	uint8_t data[];
};

struct tug_lossy {
	struct tug_lossy_cfg cfg;
	struct tug_dice dice;
	struct packet *head;   /* in order of arrival */
	struct packet *held;   /* waits to be overtaken by the next one */
	uint64_t line_free_us; /* the line is busy until then */
};

struct tug_lossy *tug_lossy_create(const struct tug_lossy_cfg *cfg)
{
	struct tug_lossy *l = calloc(1, sizeof(*l));

	if (l != NULL) {
		l->cfg = *cfg;
		tug_dice_seed(&l->dice, cfg->seed);
	}
	return l;
}

void tug_lossy_clear(struct tug_lossy *l)
{
	while (l->head != NULL) {
		struct packet *p = l->head;

		l->head = p->next;
		free(p);
	}
	free(l->held);
	l->held = NULL;
	l->line_free_us = 0;
}

void tug_lossy_destroy(struct tug_lossy *l)
{
	if (l != NULL) {
		tug_lossy_clear(l);
		free(l);
	}
}

static void enqueue(struct tug_lossy *l, struct packet *p)
{
	struct packet **at = &l->head;

	while (*at != NULL && (*at)->due_us <= p->due_us) {
		at = &(*at)->next;
	}
	p->next = *at;
	*at = p;
}

/* Time of arrival of a packet that starts now or as soon as the line is free. */
static uint64_t arrival(struct tug_lossy *l, size_t len, uint64_t now_us)
{
	uint64_t start = now_us > l->line_free_us ? now_us : l->line_free_us;
	uint64_t air = l->cfg.rate_bps == 0 ? 0 : (uint64_t)len * 8u * 1000000u / l->cfg.rate_bps;

	l->line_free_us = start + air;
	return l->line_free_us + (uint64_t)l->cfg.delay_ms * 1000u;
}

static struct packet *packet_of(struct tug_slice s, uint64_t due_us)
{
	struct packet *p = malloc(sizeof(*p) + s.len);

	if (p != NULL) {
		p->next = NULL;
		p->due_us = due_us;
		p->len = s.len;
		if (s.len > 0) {
			memcpy(p->data, s.p, s.len);
		}
	}
	return p;
}

int tug_lossy_send(struct tug_lossy *l, struct tug_slice packet, uint64_t now_ms)
{
	/* the dice roll the same number of times for each packet: one fault more does not shift all others */
	bool lost = tug_dice_chance(&l->dice, l->cfg.loss);
	bool twice = tug_dice_chance(&l->dice, l->cfg.duplicate);
	bool hold = tug_dice_chance(&l->dice, l->cfg.reorder);
	uint64_t due = arrival(l, packet.len, now_ms * 1000u); /* a lost packet takes its time on the air, too */
	struct packet *earlier = l->held;
	int rc = TUG_OK;

	l->held = NULL;
	for (unsigned copies = lost ? 0u : twice ? 2u : 1u; copies > 0; copies--) {
		struct packet *p = packet_of(packet, due);

		if (p == NULL) {
			rc = TUG_ENOSPACE;
			break;
		}
		if (hold && earlier == NULL && l->held == NULL) {
			l->held = p;
		} else {
			enqueue(l, p);
		}
	}
	if (earlier != NULL) {
		earlier->due_us = due; /* behind the packet that overtook it: enqueue keeps the order of equals */
		enqueue(l, earlier);
	}
	return rc;
}

/* Nothing came to overtake it: it arrives late by another delay (20 ms at least). */
static uint64_t held_due(const struct tug_lossy *l)
{
	uint64_t extra = l->cfg.delay_ms > 20u ? l->cfg.delay_ms : 20u;

	return l->held->due_us + extra * 1000u;
}

static struct packet *take(struct tug_lossy *l, uint64_t now_us)
{
	struct packet *p = l->head;

	if (p != NULL && p->due_us <= now_us) {
		l->head = p->next;
		return p;
	}
	if (l->held != NULL && held_due(l) <= now_us) {
		p = l->held;
		l->held = NULL;
		return p;
	}
	return NULL;
}

int tug_lossy_recv(struct tug_lossy *l, uint64_t now_ms, struct tug_buf *out)
{
	struct packet *p = take(l, now_ms * 1000u);
	int rc = TUG_ENOSPACE;

	out->len = 0;
	if (p == NULL) {
		return 0;
	}
	if (p->len <= out->cap) {
		if (p->len > 0) {
			memcpy(out->p, p->data, p->len);
		}
		out->len = p->len;
		rc = 1;
	}
	free(p);
	return rc;
}

uint64_t tug_lossy_deadline(const struct tug_lossy *l)
{
	uint64_t us = UINT64_MAX;

	if (l->head != NULL) {
		us = l->head->due_us;
	}
	if (l->held != NULL && held_due(l) < us) {
		us = held_due(l);
	}
	return us == UINT64_MAX ? us : (us + 999u) / 1000u;
}

size_t tug_lossy_pending(const struct tug_lossy *l)
{
	size_t n = l->held != NULL ? 1u : 0u;

	for (const struct packet *p = l->head; p != NULL; p = p->next) {
		n++;
	}
	return n;
}
