/* SPDX-License-Identifier: Apache-2.0
 *
 * What rules ask about boots: which boot a line belongs to, whether a later one went well, whether a swap was cut.
 */
#include <string.h>

#include "boots_priv.h"
#include "refusal_priv.h"

const struct tug_dg_boot *tug_dg_boot_of(const struct tug_dg_facts *f, const struct tug_evidence *at)
{
	const struct tug_dg_boot *found = NULL;

	for (uint32_t i = 0; i < f->boots.n; i++) {
		const struct tug_dg_boot *b = &f->boots.boot[i];

		if (b->at.input == at->input && b->at.line <= at->line) {
			found = b;
		}
	}
	return found;
}

const struct tug_dg_boot *tug_dg_boot_next(const struct tug_dg_facts *f, const struct tug_dg_boot *b)
{
	const struct tug_dg_boot *next = b + 1;

	return next < &f->boots.boot[f->boots.n] && next->at.input == b->at.input ? next : NULL;
}

static bool swapped(const struct tug_dg_boot *b)
{
	return b->algorithm[0] != '\0' || strcmp(b->swap, "test") == 0 || strcmp(b->swap, "perm") == 0;
}

bool tug_dg_boot_over(const struct tug_dg_facts *f, const struct tug_evidence *at, bool swap)
{
	const struct tug_dg_client *c = &f->smp.client;

	for (uint32_t i = 0; i < f->boots.n; i++) {
		const struct tug_dg_boot *b = &f->boots.boot[i];

		if (b->at.input == at->input && b->at.line > at->line && b->jumped && !b->complained && (!swap || swapped(b))) {
			return true;
		}
	}
	return c->said_success && c->end.input == at->input && c->end.line > at->line;
}

bool tug_dg_stands(const struct tug_dg_facts *f, const struct tug_hit *h, unsigned i, bool swap)
{
	return i < TUG_RULE_SEEN && h->seen[i]->count > 0 && !tug_dg_boot_over(f, &h->seen[i]->last, swap);
}

bool tug_hit_stands(const struct tug_dg_facts *f, struct tug_hit *h, unsigned i, bool swap)
{
	return tug_dg_stands(f, h, i, swap) && tug_hit_seen(h, i);
}

bool tug_dg_boot_resumed(const struct tug_dg_boot *b)
{
	const struct tug_dg_trailer *p = &b->primary;

	/* A type other than none in a trailer whose copy is not done: written when a swap began. */
	return (strcmp(b->source, "primary") == 0 || strcmp(b->source, "scratch") == 0) && p->known &&
	       strcmp(p->magic, "good") == 0 && p->copy_done == 3 && p->swap_type >= 2 && p->swap_type <= 4;
}

/* MCUboot before 1.4 wrote no type into the trailer. */
static bool went_on(const struct tug_dg_boot *b)
{
	const struct tug_dg_trailer *p = &b->primary;

	return tug_dg_boot_resumed(b) || (strcmp(b->source, "primary") == 0 && p->known && strcmp(p->magic, "good") == 0 &&
					  p->copy_done == 3 && p->swap_type < 0);
}

bool tug_dg_boot_cut(const struct tug_dg_facts *f, const struct tug_dg_boot *b)
{
	const struct tug_dg_boot *next = tug_dg_boot_next(f, b);
	bool failed = b->complained && b->complaint.line > b->swap_at.line;

	if (b->jumped || failed || b->recovery || next == NULL || !(next->banner || next->started)) {
		return false;
	}
	return b->algorithm[0] != '\0' || tug_dg_boot_resumed(b) ||
	       ((swapped(b) || strcmp(b->swap, "revert") == 0) && went_on(next));
}

const struct tug_dg_boot *tug_dg_boot_lost(const struct tug_dg_facts *f)
{
	const struct tug_dg_boot *b = f->boots.n > 0 ? &f->boots.boot[f->boots.n - 1] : NULL;

	return b != NULL && !b->jumped && !b->recovery && b->complained && tug_dg_boot_resumed(b) ? b : NULL;
}

/* Slot 1 was written or erased by the client between the reset and the list after it. */
static bool touched_since(const struct tug_dg_facts *f)
{
	const struct tug_dg_smp *x = &f->smp;
	const struct tug_dg_cmd *erase = tug_dg_cmd_of(x, 1, 5, TUG_SMP_WRITE);

	return (erase != NULL && erase->ok > 0 && tug_dg_later(&erase->last_ok, &x->reset.before.at)) ||
	       (x->upload.chunks > 0 && tug_dg_later(&x->upload.first, &x->reset.last) &&
		tug_dg_later(&x->reset.after.at, &x->upload.first));
}

const struct tug_report_slot *tug_dg_vanished(const struct tug_dg_facts *f)
{
	const struct tug_dg_reset *r = &f->smp.reset;
	const struct tug_report_slot *was = tug_dg_pending(&r->before), *ran, *runs, *now;

	if (was == NULL || was->hash_len == 0 || !r->after.known || r->after.cut || tug_dg_direct_xip(f) || touched_since(f)) {
		return NULL;
	}
	ran = tug_dg_active(&r->before, was->image);
	runs = tug_dg_active(&r->after, was->image);
	now = tug_dg_slot_of(&f->smp.list, was->hash, was->hash_len);
	if (ran == NULL || runs == NULL || !tug_dg_same_hash(ran, runs) || (now != NULL && now->active)) {
		return NULL;
	}
	/* Gone, and nothing else in its place: an other image there would be the client's doing. */
	return tug_dg_slot_of(&r->after, was->hash, was->hash_len) == NULL &&
			       tug_dg_slot(&r->after, was->image, was->slot) == NULL ?
		       was :
		       NULL;
}
