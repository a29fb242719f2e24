/* SPDX-License-Identifier: Apache-2.0
 *
 * Refusals and image lists as several rule files look at them: which rule explains a refusal, what happened after
 * it, what state a list shows. For src/diagnose only.
 */
#ifndef TUG_DIAGNOSE_REFUSAL_PRIV_H
#define TUG_DIAGNOSE_REFUSAL_PRIV_H

#include "rule_priv.h"

/** Octets of a text that tug_dg_slot_text fills. */
#define TUG_DG_SLOT_TEXT 96u

/**
 * The id of the rule that explains a refusal, never NULL. One rule does, so that no code is reported twice;
 * "unexplained-code" when no other one can.
 */
const char *tug_dg_refusal_rule(const struct tug_dg_facts *f, const struct tug_dg_refusal *r);
/**
 * The next refusal at or after index `*i` that rule `id` explains, which moves behind it; NULL at the end.
 * One that was overcome later (the command went through, the update ended well) is left out.
 */
const struct tug_dg_refusal *tug_dg_refusal_by(const struct tug_dg_facts *f, const char *id, uint32_t *i);
/** Quote the refusals that the hit's own rule explains. Result: the first, or NULL when there is none. */
const struct tug_dg_refusal *tug_hit_refusals(const struct tug_dg_facts *f, struct tug_hit *h);
/** Quote the row's patterns that were seen and not followed by a good end. Result: there was one. */
bool tug_hit_said(const struct tug_dg_facts *f, struct tug_hit *h);
/** Predicate: some refusal is explained by the row's id, or a client's text of it (the row's patterns) was seen. */
bool tug_dg_when_refused(const struct tug_dg_facts *f, struct tug_hit *h);
/** Quote request and answer of a refusal. */
void tug_hit_refusal(struct tug_hit *h, const struct tug_dg_refusal *r);
/** It is the generic code `rc`. */
bool tug_dg_generic(const struct tug_dg_refusal *r, int rc);

/** `a` comes after `b`: later in one input, or in a later input. Places that are not known never do. */
bool tug_dg_later(const struct tug_evidence *a, const struct tug_evidence *b);
/** The update ended well, and that later than `at` (NULL: at any time). */
bool tug_dg_well_after(const struct tug_dg_facts *f, const struct tug_evidence *at);
/** The image list that was known when a request was refused, else the latest; NULL when no list is known. */
const struct tug_dg_list *tug_dg_list_at(const struct tug_dg_facts *f, const struct tug_dg_refusal *r);
/** The write of image state that a refusal answers, or NULL. */
const struct tug_dg_write *tug_dg_write_of(const struct tug_dg_facts *f, const struct tug_dg_refusal *r);

/** The running slot of an image, or NULL. */
const struct tug_report_slot *tug_dg_active(const struct tug_dg_list *l, unsigned image);
/** A slot marked for the next boot that is not running, or NULL. */
const struct tug_report_slot *tug_dg_pending(const struct tug_dg_list *l);
/** The running slot of an image on trial: not confirmed, while the image's other slot is. NULL: no trial. */
const struct tug_report_slot *tug_dg_trial(const struct tug_dg_list *l);
/** The other slot of the same image, or NULL. */
const struct tug_report_slot *tug_dg_other_slot(const struct tug_dg_list *l, const struct tug_report_slot *s);
/** The list knows slots of image number `image`. */
bool tug_dg_has_image(const struct tug_dg_list *l, unsigned image);
/** Equal hashes, both known. */
bool tug_dg_same_hash(const struct tug_report_slot *a, const struct tug_report_slot *b);
/** A slot that holds an image without any flag. */
bool tug_dg_flagless(const struct tug_report_slot *s);
/** The device answers from serial recovery, as the console or a list without a running image shows. */
bool tug_dg_recovery(const struct tug_dg_facts *f);
/** MCUboot runs images where they lie (modes 4 and 5). */
bool tug_dg_direct_xip(const struct tug_dg_facts *f);
/** Compare versions "1.2.3" "1.2.3.4" "1.2.3+4": below 0, 0, above 0. False: one of them is none. */
bool tug_dg_version_order(const char *a, const char *b, int *order);
/** A confirm that was accepted and changed nothing, since its image was marked for test before; NULL: none. */
const struct tug_dg_write *tug_dg_noop_confirm(const struct tug_dg_facts *f);
/** The slot that was marked before the last reset and still waits after it, as the later list has it; NULL: none. */
const struct tug_report_slot *tug_dg_never_swapped(const struct tug_dg_facts *f);
/** A refusal, failure or silence stands in the inputs that is not just a missing optional command. */
bool tug_dg_complaint(const struct tug_dg_facts *f);
/** "slot 1 (1.2.3, bc1d3df3)" in `out` [TUG_DG_SLOT_TEXT]; with the image number when it is not 0. */
const char *tug_dg_slot_text(const struct tug_report_slot *s, char *out);

#endif
