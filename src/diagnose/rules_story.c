/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers to the questions of story_priv.h. No rules of its own.
 */
#include "refusal_priv.h"
#include "story_priv.h"

/* ---- places of patterns ------------------------------------------------------------------------------------- */

const struct tug_evidence *tug_hit_latest(const struct tug_hit *h, unsigned from, unsigned to)
{
	const struct tug_evidence *best = NULL;

	for (unsigned i = from; i <= to && i < TUG_RULE_SEEN; i++) {
		if (h->seen[i]->count > 0 && (best == NULL || tug_dg_later(&h->seen[i]->last, best))) {
			best = &h->seen[i]->last;
		}
	}
	return best;
}

uint64_t tug_hit_count(const struct tug_hit *h, unsigned from, unsigned to)
{
	uint64_t n = 0;

	for (unsigned i = from; i <= to && i < TUG_RULE_SEEN; i++) {
		n += h->seen[i]->count;
	}
	return n;
}

bool tug_hit_range(struct tug_hit *h, unsigned from, unsigned to)
{
	bool any = false;

	for (unsigned i = from; i <= to; i++) {
		any = tug_hit_seen(h, i) || any;
	}
	return any;
}

void tug_hit_past(struct tug_hit *h)
{
	if (h->severity == TUG_SEV_BLOCKING || h->severity == TUG_SEV_DEGRADED) {
		h->severity = TUG_SEV_HARMLESS;
	}
}

/* ---- what came after ---------------------------------------------------------------------------------------- */

static bool after_here(const struct tug_evidence *a, const struct tug_evidence *at)
{
	return a->line != 0 && a->input == at->input && a->line > at->line;
}

bool tug_dg_heard_after(const struct tug_dg_facts *f, const struct tug_evidence *at)
{
	for (uint32_t i = 0; i < f->smp.n_cmds; i++) {
		if (after_here(&f->smp.cmd[i].last_ok, at)) {
			return true;
		}
	}
	return false;
}

bool tug_dg_went_on_after(const struct tug_dg_facts *f, const struct tug_evidence *at)
{
	const struct tug_dg_cmd *c = tug_dg_cmd_of(&f->smp, TUG_GRP_IMG, 1, TUG_SMP_WRITE);

	return (c != NULL && after_here(&c->last_ok, at)) || after_here(&f->smp.upload.done, at) ||
	       tug_dg_well_after(f, at);
}

bool tug_dg_any_answer(const struct tug_dg_facts *f)
{
	for (uint32_t i = 0; i < f->smp.n_cmds; i++) {
		if (f->smp.cmd[i].answers > 0) {
			return true;
		}
	}
	return false;
}

bool tug_dg_silence_explained(const struct tug_dg_facts *f, const struct tug_evidence *at)
{
	if (f->smp.foreign_rx > 0) {
		return true;
	}
	for (uint32_t i = 0; i < f->smp.link.n_ends; i++) {
		if (!f->smp.link.end[i].by_client && f->smp.link.end[i].status != 0) {
			return true;
		}
	}
	for (uint32_t i = 0; i < f->smp.n_refusals; i++) {
		if (tug_dg_later(&f->smp.refusal[i].first, at)) {
			return true; /* refused after that: the device does answer */
		}
	}
	return false;
}

/* ---- what it ran over --------------------------------------------------------------------------------------- */

bool tug_dg_over_ble(const struct tug_dg_facts *f)
{
	return f->smp.link.ups > 0 || f->smp.link.mtu > 0 || f->smp.link.n_ends > 0 ||
	       (f->src & (TUG_SRC_NRF_CONNECT | TUG_SRC_ANDROID | TUG_SRC_IOS)) != 0;
}

bool tug_dg_reassembly_set(const struct tug_dg_facts *f)
{
	return tug_dg_conf_is(f->conf, TUG_ROLES_APP, "MCUMGR_TRANSPORT_BT_REASSEMBLY", "y") ||
	       tug_dg_conf_is(f->conf, TUG_ROLES_APP, "MCUMGR_SMP_REASSEMBLY_BT", "y") ||
	       (tug_dg_conf_is(f->conf, TUG_ROLES_APP, "NCS_SAMPLE_MCUMGR_BT_OTA_DFU", "y") &&
		!tug_dg_conf_is(f->conf, TUG_ROLES_APP, "MCUMGR_TRANSPORT_BT_REASSEMBLY", "n"));
}

const struct tug_dg_link_end *tug_dg_end_with(const struct tug_dg_facts *f, unsigned when, const int32_t *status,
					      size_t n)
{
	for (uint32_t i = 0; i < f->smp.link.n_ends; i++) {
		const struct tug_dg_link_end *e = &f->smp.link.end[i];

		if (e->by_client || (TUG_DG_AT(e->when) & when) == 0) {
			continue;
		}
		for (size_t k = 0; k < n; k++) {
			if (e->status == status[k]) {
				return e;
			}
		}
	}
	return NULL;
}

bool tug_dg_first_chunk_lost(const struct tug_dg_facts *f)
{
	const struct tug_dg_upload *u = &f->smp.upload;
	bool lost = u->first_unanswered && u->small_ok_before && u->acked == 0 && !u->completed;

	for (uint32_t i = 0; lost && i < f->smp.link.n_ends; i++) {
		const struct tug_dg_link_end *e = &f->smp.link.end[i];

		if (!e->by_client && e->status != 0 && tug_dg_later(&e->last, &u->first)) {
			lost = false; /* the link went, not the frame */
		}
	}
	return lost;
}

uint32_t tug_dg_rate(const struct tug_dg_facts *f)
{
	const struct tug_dg_upload *u = &f->smp.upload;
	uint64_t rate;

	if (u->duration_ms < 2000 || u->off < 8192 || u->resumed) {
		return 0;
	}
	rate = u->off > UINT64_MAX / 1000 ? 0 : u->off * 1000 / (uint64_t)u->duration_ms;
	return rate > UINT32_MAX ? 0 : (uint32_t)rate;
}
