/* SPDX-License-Identifier: Apache-2.0
 *
 * A diagnosis from begin to report: runs the rules over the facts, orders what fired, resolves its texts. Knows no
 * rule and no grammar.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"

#define FINDINGS_MAX 256u

static const struct tug_dg_seen never;

int tug_diag_create(enum tug_diag_scope scope, struct tug_diag **out)
{
	struct tug_diag *d = calloc(1, sizeof(*d));

	*out = d;
	if (d == NULL) {
		return TUG_EINTERNAL;
	}
	d->scope = scope;
	d->facts = calloc(1, sizeof(*d->facts));
	d->track = tug_dg_track_new();
	d->console = tug_dg_console_new();
	d->rows = tug_dg_rows_new();
	d->carry = malloc(TUG_DG_LINE_MAX);
	d->clean = malloc(TUG_DG_CLEAN_CAP);
	if (d->facts != NULL) {
		d->facts->conf = tug_dg_conf_new();
		d->facts->boots.boot = d->facts->boots.room;
		d->facts->smp.device.mode = -1;
		d->facts->smp.upload.match = -1;
		d->facts->smp.upload.first_answer_ms = -1;
		d->facts->smp.upload.duration_ms = -1;
		d->facts->smp.link.discovery_ms = -1;
	}
	if (d->facts == NULL || d->facts->conf == NULL || d->track == NULL || d->console == NULL || d->rows == NULL ||
	    d->carry == NULL || d->clean == NULL || tug_dg_match_init(&d->match) != TUG_OK) {
		tug_diag_free(d);
		*out = NULL;
		return TUG_EINTERNAL;
	}
	return TUG_OK;
}

static void free_inputs(struct tug_diag *d)
{
	size_t n;

	tug_readers(&n);
	for (size_t i = 0; i < d->n_inputs; i++) {
		struct tug_dg_input *in = &d->input[i];

		for (size_t r = 0; in->state != NULL && r < n; r++) {
			free(in->state[r]);
		}
		free(in->state);
		free(in->by);
		free(in->name);
		free(in->kind);
	}
	free(d->input);
}

void tug_diag_free(struct tug_diag *d)
{
	if (d == NULL) {
		return;
	}
	free_inputs(d);
	for (size_t i = 0; i < d->report.n_findings; i++) {
		free((void *)(uintptr_t)d->report.findings[i].commands);
		free((void *)(uintptr_t)d->report.findings[i].evidence);
	}
	free((void *)(uintptr_t)d->report.findings);
	free((void *)(uintptr_t)d->report.inputs);
	free((void *)(uintptr_t)d->report.rows);
	for (size_t i = 0; i < d->n_strings; i++) {
		free(d->strings[i]);
	}
	free(d->strings);
	free(d->info);
	tug_dg_match_free(&d->match);
	tug_dg_track_free(d->track);
	tug_dg_console_free(d->console);
	tug_dg_rows_free(d->rows);
	if (d->facts != NULL) {
		tug_dg_conf_free(d->facts->conf);
	}
	free(d->facts);
	free(d->carry);
	free(d->clean);
	free(d);
}

const char *tug_dg_keep(struct tug_diag *d, char *text)
{
	char **more;

	if (text == NULL) {
		d->out_of_memory = true;
		return "";
	}
	more = realloc(d->strings, (d->n_strings + 1) * sizeof(*more));
	if (more == NULL) {
		free(text);
		d->out_of_memory = true;
		return "";
	}
	d->strings = more;
	d->strings[d->n_strings++] = text;
	return text;
}

/* ---- hits --------------------------------------------------------------------------------------------------- */

void tug_hit_quote(struct tug_hit *h, const struct tug_evidence *at)
{
	if (h->n_evidence >= TUG_EVIDENCE_MAX || (at->line == 0 && at->text[0] == '\0')) {
		return;
	}
	for (size_t i = 0; i < h->n_evidence; i++) {
		if (h->evidence[i].input == at->input && h->evidence[i].line == at->line) {
			return;
		}
	}
	h->evidence[h->n_evidence++] = *at;
}

bool tug_hit_seen(struct tug_hit *h, unsigned i)
{
	if (i >= TUG_RULE_SEEN || h->seen[i]->count == 0) {
		return false;
	}
	tug_hit_quote(h, &h->seen[i]->first);
	tug_hit_quote(h, &h->seen[i]->last);
	return true;
}

bool tug_hit_any(struct tug_hit *h)
{
	bool any = false;

	for (unsigned i = 0; i < TUG_RULE_SEEN; i++) {
		any = tug_hit_seen(h, i) || any;
	}
	return any;
}

static char *format(const char *fmt, va_list ap)
{
	va_list again;
	char *text;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	text = n >= 0 ? malloc((size_t)n + 1) : NULL;
	if (text != NULL) {
		vsnprintf(text, (size_t)n + 1, fmt, ap);
	}
	return text;
}

#define TUG_HIT_TEXT(field)                                                                                          \
	void tug_hit_##field(struct tug_hit *h, const char *fmt, ...)                                                \
	{                                                                                                            \
		va_list ap;                                                                                          \
		va_start(ap, fmt);                                                                                   \
		free(h->field);                                                                                      \
		h->field = format(fmt, ap);                                                                          \
		va_end(ap);                                                                                          \
	}

TUG_HIT_TEXT(title)
TUG_HIT_TEXT(cause)
TUG_HIT_TEXT(fix)
TUG_HIT_TEXT(commands)

void tug_hit_possible(struct tug_hit *h, enum tug_severity severity)
{
	h->certainty = TUG_POSSIBLE;
	h->severity = severity == TUG_SEV_BLOCKING ? TUG_SEV_DEGRADED : severity;
}

/* ---- weighing ----------------------------------------------------------------------------------------------- */

/* What fired, before it is a finding. */
struct fired {
	const struct tug_rule *rule;
	struct tug_hit hit;
	size_t order; /* place of the row among all */
};

static bool run_rule(struct tug_diag *d, const struct tug_rule *r, size_t row, struct tug_hit *h)
{
	const struct tug_dg_seen *seen[TUG_RULE_SEEN];
	bool fires;

	for (size_t i = 0; i < TUG_RULE_SEEN; i++) {
		seen[i] = &never;
	}
	for (size_t i = 0; i < TUG_RULE_SEEN && r->seen[i] != NULL; i++) {
		const struct tug_dg_seen *s = tug_dg_match_seen(&d->match, row, i);

		seen[i] = s != NULL ? s : &never;
	}
	memset(h, 0, sizeof(*h));
	h->rule = r;
	h->seen = seen;
	h->severity = (enum tug_severity)r->severity;
	fires = r->when != NULL ? r->when(d->facts, h) : tug_hit_any(h);
	h->seen = NULL;
	if (fires && h->certainty == TUG_POSSIBLE) {
		tug_hit_possible(h, h->severity);
	}
	return fires;
}

static void drop_hit(struct tug_hit *h)
{
	free(h->title);
	free(h->cause);
	free(h->fix);
	free(h->commands);
	memset(h, 0, sizeof(*h));
}

/* Two rows with one id: the worse one stays and takes the other's places. */
static bool merge(struct fired *list, size_t n, struct fired *one)
{
	for (size_t i = 0; i < n; i++) {
		struct fired *old = &list[i];
		bool better = one->hit.severity < old->hit.severity ||
			      (one->hit.severity == old->hit.severity && one->hit.certainty < old->hit.certainty);

		if (strcmp(old->rule->id, one->rule->id) != 0) {
			continue;
		}
		if (better) {
			struct fired swap = *old;

			*old = *one;
			*one = swap;
		}
		for (size_t k = 0; k < one->hit.n_evidence; k++) {
			tug_hit_quote(&old->hit, &one->hit.evidence[k]);
		}
		drop_hit(&one->hit);
		return true;
	}
	return false;
}

static int by_weight(const void *a, const void *b)
{
	const struct fired *x = a, *y = b;

	if (x->hit.severity != y->hit.severity) {
		return x->hit.severity < y->hit.severity ? -1 : 1;
	}
	if (x->hit.severity == TUG_SEV_DEGRADED && x->hit.certainty != y->hit.certainty) {
		return x->hit.certainty < y->hit.certainty ? -1 : 1;
	}
	if (x->rule->rank != y->rule->rank) {
		return x->rule->rank < y->rule->rank ? -1 : 1;
	}
	return x->order < y->order ? -1 : x->order > y->order;
}

static size_t run_rules(struct tug_diag *d, struct fired *list)
{
	size_t n_sets, n = 0, order = 0;
	const struct tug_rule_set *const *sets = tug_rule_sets(&n_sets);

	for (size_t s = 0; s < n_sets; s++) {
		for (size_t i = 0; i < sets[s]->n; i++, order++) {
			const struct tug_rule *r = &sets[s]->rule[i];
			struct fired one = { .rule = r, .order = order };

			if ((d->scope == TUG_DIAG_CONFIG && (r->flags & TUG_RULE_CONFIG) == 0) || n >= FINDINGS_MAX ||
			    !run_rule(d, r, order, &one.hit)) {
				drop_hit(&one.hit);
				continue;
			}
			if (!merge(list, n, &one)) {
				list[n++] = one;
			}
		}
	}
	qsort(list, n, sizeof(*list), by_weight);
	return n;
}

static const char *text_of(struct tug_diag *d, const char *own, const char *row)
{
	return tug_dg_keep(d, tug_dg_era(d->facts, own != NULL ? own : row != NULL ? row : ""));
}

/* Lines of `text` as an array of strings. */
static void split_commands(struct tug_diag *d, const char *own, const char *row, struct tug_finding *f)
{
	const char *kept = text_of(d, own, row), **list;
	char *text, *line, *save = NULL;
	size_t n = 0;

	if (kept[0] == '\0') {
		return; /* short of memory, or nothing to type */
	}
	text = d->strings[d->n_strings - 1];
	for (const char *p = text; *p != '\0'; p++) {
		n += *p == '\n';
	}
	list = calloc(n + 1, sizeof(*list));
	if (list == NULL) {
		d->out_of_memory = true;
		return;
	}
	n = 0;
	for (line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		list[n++] = line;
	}
	f->commands = list;
	f->n_commands = n;
}

static void make_finding(struct tug_diag *d, const struct fired *x, struct tug_finding *f)
{
	const struct tug_hit *h = &x->hit;
	struct tug_evidence *places = calloc(h->n_evidence + 1, sizeof(*places));

	f->id = x->rule->id;
	f->severity = h->severity;
	f->certainty = h->certainty;
	f->title = text_of(d, h->title, x->rule->title);
	f->cause = text_of(d, h->cause, x->rule->cause);
	f->fix = text_of(d, h->fix, x->rule->fix);
	f->settle = h->certainty == TUG_POSSIBLE ? text_of(d, NULL, x->rule->settle) : "";
	f->source = x->rule->source != NULL ? x->rule->source : "";
	split_commands(d, h->commands, x->rule->commands, f);
	if (places == NULL) {
		d->out_of_memory = true;
		return;
	}
	memcpy(places, h->evidence, h->n_evidence * sizeof(*places));
	f->evidence = places;
	f->n_evidence = h->n_evidence;
}

/* A line in a thousand that happens to look known, and nothing found, is noise that was not understood. */
static bool is_noise(const struct tug_dg_input *in, size_t n_findings)
{
	return n_findings == 0 && !in->binary && !in->live && in->known * 1000u < in->lines;
}

static int make_inputs(struct tug_diag *d, size_t n_findings)
{
	struct tug_report_input *in = calloc(d->n_inputs + 1, sizeof(*in));

	if (in == NULL) {
		return TUG_EINTERNAL;
	}
	for (size_t i = 0; i < d->n_inputs; i++) {
		in[i].name = d->input[i].name;
		in[i].kind = d->input[i].kind != NULL && !is_noise(&d->input[i], n_findings) ? d->input[i].kind : "";
		in[i].lines = d->input[i].lines;
		in[i].known = d->input[i].known;
		d->report.recognised = d->report.recognised || in[i].kind[0] != '\0';
	}
	d->report.inputs = in;
	d->report.n_inputs = d->n_inputs;
	return TUG_OK;
}

static int make_findings(struct tug_diag *d, struct fired *list, size_t n)
{
	struct tug_finding *f = calloc(n + 1, sizeof(*f));
	const struct tug_rule **rule = calloc(n + 1, sizeof(const struct tug_rule *)); /* NOLINT(bugprone-sizeof-expression): pointers are meant */

	d->report.findings = f;
	for (size_t i = 0; f != NULL && rule != NULL && i < n; i++) {
		rule[i] = list[i].rule;
		make_finding(d, &list[i], &f[i]);
		d->report.n_findings++;
	}
	if (f != NULL && rule != NULL) {
		d->report.recognised = d->report.recognised || n > 0;
		d->report.verdict = tug_dg_keep(d, tug_dg_verdict(d, f, n, rule));
	}
	free((void *)(uintptr_t)rule);
	return f != NULL && rule != NULL ? TUG_OK : TUG_EINTERNAL;
}

int tug_diag_report(struct tug_diag *d, const struct tug_report **out)
{
	struct fired *list;
	size_t n;
	int err;

	*out = &d->report;
	if (d->report.verdict != NULL) {
		return TUG_OK;
	}
	tug_dg_input_end(d);
	list = calloc(FINDINGS_MAX, sizeof(*list));
	if (list == NULL) {
		return TUG_EINTERNAL;
	}
	n = run_rules(d, list);
	err = make_inputs(d, n);
	if (err == TUG_OK) {
		err = make_findings(d, list, n);
	}
	if (err == TUG_OK) {
		err = tug_dg_rows_take(d);
	}
	for (size_t i = 0; i < n; i++) {
		drop_hit(&list[i].hit);
	}
	free(list);
	return err == TUG_OK && d->out_of_memory ? TUG_EINTERNAL : err;
}

const struct tug_rule_info *tug_rules(struct tug_diag *d, size_t *n)
{
	size_t n_sets, total = 0;
	const struct tug_rule_set *const *sets = tug_rule_sets(&n_sets);

	for (size_t s = 0; s < n_sets; s++) {
		total += sets[s]->n;
	}
	if (d->info == NULL) {
		d->info = calloc(total + 1, sizeof(*d->info));
	}
	*n = 0;
	for (size_t s = 0; d->info != NULL && s < n_sets; s++) {
		for (size_t i = 0; i < sets[s]->n; i++) {
			const struct tug_rule *r = &sets[s]->rule[i];

			d->info[(*n)++] = (struct tug_rule_info){ r->id, (enum tug_severity)r->severity, r->title,
								  r->source != NULL ? r->source : "" };
		}
	}
	return d->info;
}

const char *tug_severity_name(enum tug_severity s)
{
	static const char *const names[] = { "blocking", "degraded", "harmless", "advice" };

	return (unsigned)s < 4 ? names[s] : "";
}

const char *tug_certainty_name(enum tug_certainty c)
{
	return c == TUG_POSSIBLE ? "possible" : "proven";
}
