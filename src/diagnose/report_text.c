/* SPDX-License-Identifier: Apache-2.0
 *
 * A report for people at a terminal: the verdict first, then each finding with its evidence and what to do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_priv.h"

#define WIDTH_MIN 40u
#define WIDTH_MAX 120u
#define LABEL 8u /* columns of "why", "seen", "do" */

struct page {
	struct tug_dg_out out;
	unsigned width;
	bool colour;
};

static const char *const paint[] = { "\x1b[1;31m", "\x1b[1;33m", "\x1b[32m", "\x1b[36m" };

static void spaces(struct page *p, size_t n)
{
	while (n-- > 0) {
		tug_dg_out_put(&p->out, " ", 1);
	}
}

/* A paragraph, wrapped, its first line already at column `at`, later lines indented by `indent`. */
static void wrap(struct page *p, const char *text, size_t at, size_t indent)
{
	bool first = true;

	while (*text != '\0') {
		size_t len = strcspn(text, " \n"), cols = tug_dg_columns(text, len);

		if (len > 0) {
			if (!first && at + 1 + cols > p->width) {
				tug_dg_out_put(&p->out, "\n", 1);
				spaces(p, indent);
				at = indent;
			} else if (!first) {
				tug_dg_out_put(&p->out, " ", 1);
				at++;
			}
			tug_dg_out_put(&p->out, text, len);
			at += cols;
			first = false;
		}
		text += len;
		text += strspn(text, " \n");
	}
	tug_dg_out_put(&p->out, "\n", 1);
}

/* The start of a quoted line that fits, over one line end. */
static void quote(struct page *p, const char *text, size_t at)
{
	char cut[TUG_EVIDENCE_TEXT];
	size_t two = (size_t)2 * p->width, used = at + LABEL + 8u, room = two > used ? two - used : 20u, n = 0, cols = 0;

	while (text[n] != '\0' && n + 4 < sizeof(cut)) {
		cols += ((unsigned char)text[n] & 0xc0) != 0x80;
		if (cols > room) {
			break;
		}
		cut[n] = text[n];
		n++;
	}
	snprintf(cut + n, sizeof(cut) - n, "%s", text[n] != '\0' ? "..." : "");
	wrap(p, cut, at, LABEL + 4);
}

static void labelled(struct page *p, const char *label, const char *text)
{
	if (text[0] == '\0') {
		return;
	}
	tug_dg_out_f(&p->out, "  %-*s", (int)LABEL - 2, label);
	wrap(p, text, LABEL, LABEL);
}

static void evidence(struct page *p, const struct tug_report *r, const struct tug_finding *f)
{
	char place[256];

	for (size_t i = 0; i < f->n_evidence; i++) {
		const struct tug_evidence *e = &f->evidence[i];
		size_t at;

		tug_dg_place(r, e, place, sizeof(place));
		at = LABEL + tug_dg_columns(place, strlen(place)) + 2;
		tug_dg_out_f(&p->out, "  %-*s%s", (int)LABEL - 2, i == 0 ? "seen" : "", place);
		if (e->line == 0 && strcmp(e->text, place) == 0) {
			tug_dg_out_put(&p->out, "\n", 1);
			continue;
		}
		tug_dg_out_f(&p->out, "%s  ", e->text[0] != '\0' ? ":" : "");
		quote(p, e->text, at + 1);
	}
}

static void finding(struct page *p, const struct tug_report *r, const struct tug_finding *f)
{
	static const char *const words[] = { "BLOCKING", "DEGRADED", "HARMLESS", "ADVICE" };
	const char *word = words[f->severity];

	tug_dg_out_f(&p->out, "\n%s%s%s  %s%s\n", p->colour ? paint[f->severity] : "", word, p->colour ? "\x1b[0m" : "", f->id,
		     f->certainty == TUG_POSSIBLE ? "  (possible)" : "");
	spaces(p, 2);
	wrap(p, f->title, 2, 2);
	labelled(p, "why", f->cause);
	evidence(p, r, f);
	labelled(p, "ask", f->settle);
	labelled(p, "do", f->fix);
	for (size_t i = 0; i < f->n_commands; i++) {
		spaces(p, LABEL + 2);
		tug_dg_out_f(&p->out, "%s\n", f->commands[i]);
	}
	labelled(p, "from", f->source);
}

static void inputs(struct page *p, const struct tug_report *r)
{
	for (size_t i = 0; i < r->n_inputs; i++) {
		const struct tug_report_input *in = &r->inputs[i];

		tug_dg_out_f(&p->out, "%s: %s\n", in->name, in->kind[0] != '\0' ? in->kind : "not recognised");
	}
}

static void brief(struct page *p, const struct tug_report *r)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct tug_finding *f = &r->findings[i];

		if (f->severity != TUG_SEV_BLOCKING && i > 0) {
			break;
		}
		spaces(p, 2);
		tug_dg_out_f(&p->out, "%s: ", f->id);
		wrap(p, f->title, strlen(f->id) + 4, 4);
		spaces(p, 4);
		wrap(p, f->fix, 4, 4);
	}
}

char *tug_report_text(const struct tug_report *r, const struct tug_report_style *style)
{
	struct page p = { .width = style->width != 0 ? style->width : 80, .colour = style->colour };

	p.width = p.width < WIDTH_MIN ? WIDTH_MIN : p.width > WIDTH_MAX ? WIDTH_MAX : p.width;
	if (style->brief) {
		brief(&p, r);
		return tug_dg_out_take(&p.out);
	}
	inputs(&p, r);
	tug_dg_out_put(&p.out, "\n", 1);
	wrap(&p, r->verdict, 0, 0);
	for (size_t i = 0; i < r->n_findings; i++) {
		finding(&p, r, &r->findings[i]);
	}
	return tug_dg_out_take(&p.out);
}
