/* SPDX-License-Identifier: Apache-2.0
 *
 * What image lists say, and what came later than what: questions that several rule files ask.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "refusal_priv.h"

bool tug_dg_later(const struct tug_evidence *a, const struct tug_evidence *b)
{
	if (a->line == 0 || b->line == 0) {
		return false;
	}
	return a->input != b->input ? a->input > b->input : a->line > b->line;
}

/* ---- slots -------------------------------------------------------------------------------------------------- */

const struct tug_report_slot *tug_dg_active(const struct tug_dg_list *l, unsigned image)
{
	for (unsigned i = 0; l->known && i < l->n; i++) {
		if (l->s[i].image == image && l->s[i].active) {
			return &l->s[i];
		}
	}
	return NULL;
}

const struct tug_report_slot *tug_dg_pending(const struct tug_dg_list *l)
{
	for (unsigned i = 0; l->known && i < l->n; i++) {
		if (l->s[i].pending && !l->s[i].active) {
			return &l->s[i];
		}
	}
	return NULL;
}

const struct tug_report_slot *tug_dg_other_slot(const struct tug_dg_list *l, const struct tug_report_slot *s)
{
	for (unsigned i = 0; l->known && i < l->n; i++) {
		if (l->s[i].image == s->image && l->s[i].slot != s->slot) {
			return &l->s[i];
		}
	}
	return NULL;
}

const struct tug_report_slot *tug_dg_trial(const struct tug_dg_list *l)
{
	for (unsigned i = 0; l->known && i < l->n; i++) {
		const struct tug_report_slot *s = &l->s[i], *other = tug_dg_other_slot(l, s);

		if (s->active && !s->confirmed && other != NULL && other->confirmed) {
			return s;
		}
	}
	return NULL;
}

bool tug_dg_has_image(const struct tug_dg_list *l, unsigned image)
{
	for (unsigned i = 0; l->known && i < l->n; i++) {
		if (l->s[i].image == image) {
			return true;
		}
	}
	return false;
}

bool tug_dg_same_hash(const struct tug_report_slot *a, const struct tug_report_slot *b)
{
	return a->hash_len >= 4 && a->hash_len == b->hash_len && memcmp(a->hash, b->hash, a->hash_len) == 0;
}

bool tug_dg_flagless(const struct tug_report_slot *s)
{
	return s != NULL && !s->active && !s->pending && !s->confirmed && !s->permanent;
}

const char *tug_dg_slot_text(const struct tug_report_slot *s, char *out)
{
	size_t n = 0;

	if (s->image > 0) {
		n += (size_t)snprintf(out, TUG_DG_SLOT_TEXT, "image %u ", s->image);
	}
	n += (size_t)snprintf(out + n, TUG_DG_SLOT_TEXT - n, "slot %u", s->slot);
	if (s->version[0] != '\0' || s->hash_len >= 4) {
		n += (size_t)snprintf(out + n, TUG_DG_SLOT_TEXT - n, " (%s%s", s->version,
				      s->version[0] != '\0' && s->hash_len >= 4 ? ", " : "");
		if (s->hash_len >= 4) {
			n += (size_t)snprintf(out + n, TUG_DG_SLOT_TEXT - n, "%02x%02x%02x%02x", s->hash[0], s->hash[1],
					      s->hash[2], s->hash[3]);
		}
		snprintf(out + n, TUG_DG_SLOT_TEXT - n, ")");
	}
	return out;
}

/* ---- versions ----------------------------------------------------------------------------------------------- */

static bool version_numbers(const char *text, unsigned long v[4])
{
	char *end;

	memset(v, 0, 4 * sizeof(v[0]));
	for (unsigned i = 0; i < 4; i++) {
		if (*text < '0' || *text > '9') {
			return false;
		}
		v[i] = strtoul(text, &end, 10);
		if (*end == '\0') {
			return i >= 1;
		}
		if (*end != '.' && *end != '+') {
			return false;
		}
		text = end + 1;
	}
	return false;
}

bool tug_dg_version_order(const char *a, const char *b, int *order)
{
	unsigned long x[4], y[4];

	*order = 0;
	if (!version_numbers(a, x) || !version_numbers(b, y)) {
		return false;
	}
	for (unsigned i = 0; i < 4; i++) {
		if (x[i] != y[i]) {
			*order = x[i] < y[i] ? -1 : 1;
			return true;
		}
	}
	return true;
}

/* ---- the device --------------------------------------------------------------------------------------------- */

bool tug_dg_direct_xip(const struct tug_dg_facts *f)
{
	int32_t mode = f->smp.device.mode;

	return mode == 4 || mode == 5;
}

bool tug_dg_recovery(const struct tug_dg_facts *f)
{
	const struct tug_dg_list *l = &f->smp.list;

	if (f->boots.n > 0 && f->boots.boot[f->boots.n - 1].recovery) {
		return true;
	}
	for (unsigned i = 0; l->known && i < l->n; i++) {
		if (l->s[i].active || l->s[i].confirmed || l->s[i].pending) {
			return false;
		}
	}
	return l->known && l->n > 0 && !tug_dg_direct_xip(f);
}

/* ---- how it ended ------------------------------------------------------------------------------------------- */

/* The image that was marked last, or marked before the last reset, runs and is confirmed in a later list. */
static bool list_shows_success(const struct tug_dg_facts *f, const struct tug_evidence *at)
{
	const struct tug_dg_smp *x = &f->smp;
	const struct tug_report_slot *was = tug_dg_pending(&x->reset.before), *is = NULL;

	if (!x->list.known || (at != NULL && !tug_dg_later(&x->list.at, at))) {
		return false;
	}
	if (was != NULL && x->reset.after.known) {
		is = tug_dg_slot_of(&x->list, was->hash, was->hash_len);
	} else if (x->n_writes > 0 && !x->write[x->n_writes - 1].refused) {
		const struct tug_dg_write *w = &x->write[x->n_writes - 1];

		is = w->hash_len > 0 && tug_dg_later(&x->list.at, &w->request) ?
			     tug_dg_slot_of(&x->list, w->hash, w->hash_len) :
			     NULL;
	}
	return is != NULL && is->active && is->confirmed;
}

bool tug_dg_well_after(const struct tug_dg_facts *f, const struct tug_evidence *at)
{
	const struct tug_dg_client *c = &f->smp.client;

	if (c->said_success && (at == NULL || tug_dg_later(&c->end, at))) {
		return true;
	}
	return list_shows_success(f, at);
}

const struct tug_dg_list *tug_dg_list_at(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	if (r->list.known) {
		return &r->list;
	}
	return f->smp.list.known ? &f->smp.list : NULL;
}

static bool same_place(const struct tug_evidence *a, const struct tug_evidence *b)
{
	return a->line != 0 && a->line == b->line && a->input == b->input;
}

const struct tug_dg_write *tug_dg_write_of(const struct tug_dg_facts *f, const struct tug_dg_refusal *r)
{
	const struct tug_dg_write *w, *any = NULL;

	if (r->group != TUG_GRP_IMG || r->id != 0 || r->op != TUG_SMP_WRITE) {
		return NULL;
	}
	for (uint32_t i = f->smp.n_writes; i-- > 0;) {
		w = &f->smp.write[i];
		if (same_place(&w->answer, &r->first) || same_place(&w->answer, &r->last) ||
		    same_place(&w->request, &r->request)) {
			return w;
		}
		any = any == NULL && w->refused ? w : any;
	}
	return any;
}
