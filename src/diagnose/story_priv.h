/* SPDX-License-Identifier: Apache-2.0
 *
 * Where an update stood at a place of the inputs, as rules on links, frames and hosts ask: what came after it, over
 * which transport, what was lost. For src/diagnose only.
 */
#ifndef TUG_DIAGNOSE_STORY_PRIV_H
#define TUG_DIAGNOSE_STORY_PRIV_H

#include "rule_priv.h"

/** Bit of a moment, for sets of them. */
#define TUG_DG_AT(when) (1u << (unsigned)(when))
/** A request or an upload was under way. */
#define TUG_DG_AT_WORK (TUG_DG_AT(TUG_WHEN_WAITING) | TUG_DG_AT(TUG_WHEN_UPLOAD_START) | TUG_DG_AT(TUG_WHEN_UPLOAD))

/** The latest place of patterns `from`..`to` of the hit's row, or NULL when none was seen. */
const struct tug_evidence *tug_hit_latest(const struct tug_hit *h, unsigned from, unsigned to);
/** Occurrences of patterns `from`..`to` together. */
uint64_t tug_hit_count(const struct tug_hit *h, unsigned from, unsigned to);
/** Quote the first and last places of patterns `from`..`to`. Result: any was seen. */
bool tug_hit_range(struct tug_hit *h, unsigned from, unsigned to);
/** What blocks or degrades is of the past: it becomes harmless. */
void tug_hit_past(struct tug_hit *h);

/** The device answered some request after `at`, in the same input. */
bool tug_dg_heard_after(const struct tug_dg_facts *f, const struct tug_evidence *at);
/** An upload went on, or ended, after `at` in the same input; or the update ended well later. */
bool tug_dg_went_on_after(const struct tug_dg_facts *f, const struct tug_evidence *at);
/** Any SMP request was answered. */
bool tug_dg_any_answer(const struct tug_dg_facts *f);
/** Silence at `at` has a better explanation: the link ended, other octets came, or the device refused something later. */
bool tug_dg_silence_explained(const struct tug_dg_facts *f, const struct tug_evidence *at);
/** The inputs show Bluetooth. */
bool tug_dg_over_ble(const struct tug_dg_facts *f);
/** The first chunk of the latest upload was sent and never answered, other commands were, and the link stayed. */
bool tug_dg_first_chunk_lost(const struct tug_dg_facts *f);
/** The first link end whose status is in `status` [n] at a moment of the set `when`, not asked for by the client. */
const struct tug_dg_link_end *tug_dg_end_with(const struct tug_dg_facts *f, unsigned when, const int32_t *status,
					      size_t n);
/** Octets per second of the latest upload, 0 = not known (too short, or no times). */
uint32_t tug_dg_rate(const struct tug_dg_facts *f);
/** The application has reassembly (or NCS's option for OTA updates that brings it), says its configuration. */
bool tug_dg_reassembly_set(const struct tug_dg_facts *f);

#endif
