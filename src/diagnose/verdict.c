/* SPDX-License-Identifier: Apache-2.0
 *
 * The paragraph on top of a report: what happened, what blocks, what to do next. Made from the facts and from what
 * the first findings say; nothing is concluded here that no rule concluded.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"
#include "report_priv.h"

/* A sentence with its full stop. */
static void sentence(struct tug_dg_out *o, const char *text)
{
	size_t n = strlen(text);

	if (n == 0) {
		return;
	}
	tug_dg_out_f(o, "%s%s%s", o->len > 0 ? " " : "", text, strchr(".!?", text[n - 1]) != NULL ? "" : ".");
}

/* What an update got to, in one clause; "" when the inputs hold no exchange. */
static void story(const struct tug_dg_facts *f, struct tug_dg_out *o)
{
	const struct tug_dg_smp *x = &f->smp;
	char text[256];

	if (x->client.said_success) {
		sentence(o, "The client says that the update succeeded");
	} else if (x->upload.completed) {
		sentence(o, "The image was uploaded completely");
	} else if (x->upload.chunks > 0 && x->upload.off > 0) {
		if (x->upload.len > 0) {
			snprintf(text, sizeof(text), "The upload got to %llu of %llu octets", (unsigned long long)x->upload.off,
				 (unsigned long long)x->upload.len);
		} else {
			snprintf(text, sizeof(text), "The upload got to %llu octets", (unsigned long long)x->upload.off);
		}
		sentence(o, text);
	} else if (x->upload.chunks > 0) {
		sentence(o, "The upload did not get past its first chunk");
	} else if (x->frames > 0 && x->n_writes > 0) {
		sentence(o, "Nothing was uploaded in this log: the client only changed the state of an image that was there");
	}
}

static void next_step(const struct tug_dg_facts *facts, const struct tug_rule *rule, const struct tug_finding *f,
		      struct tug_dg_out *o)
{
	char *text = rule->next != NULL ? tug_dg_era(facts, rule->next) : NULL;

	if (text != NULL && text[0] != '\0') {
		text[0] = (char)toupper((unsigned char)text[0]);
		sentence(o, text);
	} else {
		sentence(o, f->fix);
	}
	free(text);
}

static void nothing_known(struct tug_dg_out *o)
{
	size_t n;
	const struct tug_reader *const *r = tug_readers(&n);

	tug_dg_out_f(o, "Nothing in these inputs was recognised. What would have been: ");
	for (size_t i = 0; i < n; i++) {
		tug_dg_out_f(o, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " or ", r[i]->expect);
	}
	tug_dg_out_f(o, ". Give the log as text, from the connection on, with all levels.");
}

static const struct tug_finding *first_of(const struct tug_finding *f, size_t n, enum tug_severity s, size_t *at)
{
	for (size_t i = 0; i < n; i++) {
		if (f[i].severity == s) {
			*at = i;
			return &f[i];
		}
	}
	return NULL;
}

/* The visible alarm that is none: named, since it is what people ask about. */
static void alarm(const struct tug_finding *f, size_t n, struct tug_dg_out *o)
{
	size_t at;
	const struct tug_finding *h = first_of(f, n, TUG_SEV_HARMLESS, &at);

	if (h != NULL) {
		tug_dg_out_f(o, " Not the cause: %s (%s).", h->title, h->id);
	}
}

char *tug_dg_verdict(const struct tug_diag *d, const struct tug_finding *f, size_t n, const struct tug_rule *const *rule)
{
	struct tug_dg_out o = { 0 };
	const struct tug_finding *first;
	size_t at = 0;

	if (!d->report.recognised && n == 0) {
		nothing_known(&o);
		return tug_dg_out_take(&o);
	}
	story(d->facts, &o);
	if ((first = first_of(f, n, TUG_SEV_BLOCKING, &at)) != NULL) {
		sentence(&o, first->title);
		next_step(d->facts, rule[at], first, &o);
		alarm(f, n, &o);
	} else if ((first = first_of(f, n, TUG_SEV_DEGRADED, &at)) != NULL) {
		sentence(&o, "Nothing here provably stops an update");
		sentence(&o, first->title);
		if (first->certainty == TUG_POSSIBLE) {
			sentence(&o, first->settle);
		} else {
			next_step(d->facts, rule[at], first, &o);
		}
		alarm(f, n, &o);
	} else if (n > 0) {
		sentence(&o, "Nothing here stops an update");
		sentence(&o, f[0].title);
	} else {
		sentence(&o, "Nothing wrong was found in these inputs");
	}
	return tug_dg_out_take(&o);
}
