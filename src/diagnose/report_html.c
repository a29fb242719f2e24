/* SPDX-License-Identifier: Apache-2.0
 *
 * A report as one HTML file: verdict, findings, and the exchange as a sequence of client, device and bootloader with
 * time, slot states and the findings pinned to what proves them. No scripts, nothing from outside; rows of a table,
 * so that it breaks well over pages of paper.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report_html_priv.h"
#include "report_priv.h"

static void text(struct tug_dg_out *o, const char *s)
{
	for (; *s != '\0'; s++) {
		switch (*s) {
		case '<':
			tug_dg_out_f(o, "&lt;");
			break;
		case '>':
			tug_dg_out_f(o, "&gt;");
			break;
		case '&':
			tug_dg_out_f(o, "&amp;");
			break;
		case '"':
			tug_dg_out_f(o, "&quot;");
			break;
		default:
			tug_dg_out_put(o, s, 1);
		}
	}
}

static void element(struct tug_dg_out *o, const char *name, const char *class_name, const char *s)
{
	if (s[0] == '\0') {
		return;
	}
	tug_dg_out_f(o, "<%s class=\"%s\">", name, class_name);
	text(o, s);
	tug_dg_out_f(o, "</%s>", name);
}

static bool same_place(const struct tug_evidence *a, const struct tug_evidence *b)
{
	return a->line != 0 && a->input == b->input && a->line == b->line;
}

/* Number of the row that shows a place, from 1; 0 = none. */
static size_t row_of(const struct tug_report *r, const struct tug_evidence *at)
{
	for (size_t i = 0; i < r->n_rows; i++) {
		if (same_place(&r->rows[i].at, at)) {
			return i + 1;
		}
	}
	return 0;
}

static void evidence(struct tug_dg_out *o, const struct tug_report *r, const struct tug_evidence *e)
{
	char place[256];
	size_t row = row_of(r, e);

	tug_dg_place(r, e, place, sizeof(place));
	tug_dg_out_f(o, "<tr><td class=\"place\">");
	if (row > 0) {
		tug_dg_out_f(o, "<a href=\"#r%zu\">", row);
	}
	text(o, place);
	tug_dg_out_f(o, "%s</td><td><code>", row > 0 ? "</a>" : "");
	text(o, e->text);
	tug_dg_out_f(o, "</code></td></tr>\n");
}

static void finding(struct tug_dg_out *o, const struct tug_report *r, size_t i)
{
	const struct tug_finding *f = &r->findings[i];

	tug_dg_out_f(o, "<section class=\"finding %s\" id=\"f%zu\"><h3><span class=\"pin\">%zu</span> <span class=\"sev\">%s%s</span> ",
		     tug_severity_name(f->severity), i + 1, i + 1, tug_severity_name(f->severity),
		     f->certainty == TUG_POSSIBLE ? ", possible" : "");
	text(o, f->title);
	tug_dg_out_f(o, " <span class=\"id\">%s</span></h3>\n", f->id);
	element(o, "p", "cause", f->cause);
	if (f->n_evidence > 0) {
		tug_dg_out_f(o, "<table class=\"evidence\">\n");
		for (size_t k = 0; k < f->n_evidence; k++) {
			evidence(o, r, &f->evidence[k]);
		}
		tug_dg_out_f(o, "</table>\n");
	}
	element(o, "p", "settle", f->settle);
	element(o, "p", "fix", f->fix);
	if (f->n_commands > 0) {
		tug_dg_out_f(o, "<pre>");
		for (size_t k = 0; k < f->n_commands; k++) {
			text(o, f->commands[k]);
			tug_dg_out_put(o, "\n", 1);
		}
		tug_dg_out_f(o, "</pre>");
	}
	element(o, "p", "source", f->source);
	tug_dg_out_f(o, "</section>\n");
}

static void clock_cell(struct tug_dg_out *o, int64_t ms, int64_t before)
{
	tug_dg_out_f(o, "<td class=\"time\">");
	if (ms >= 0) {
		int64_t day = ms % 86400000;

		tug_dg_out_f(o, "%02" PRId64 ":%02" PRId64 ":%02" PRId64 ".%03" PRId64, day / 3600000, day / 60000 % 60,
			     day / 1000 % 60, day % 1000);
		if (before >= 0 && ms - before >= 1) {
			tug_dg_out_f(o, "<br><span class=\"%s\">+%" PRId64 " ms</span>", ms - before >= 1000 ? "long" : "gap",
				     ms - before);
		}
	}
	tug_dg_out_f(o, "</td>");
}

static const struct tug_report_slot *slot_in(const struct tug_report_row *row, const struct tug_report_slot *like)
{
	for (uint8_t i = 0; row != NULL && i < row->n_slots; i++) {
		if (row->slots[i].image == like->image && row->slots[i].slot == like->slot) {
			return &row->slots[i];
		}
	}
	return NULL;
}

static bool slot_same(const struct tug_report_slot *a, const struct tug_report_slot *b)
{
	return a->pending == b->pending && a->confirmed == b->confirmed && a->active == b->active &&
	       a->permanent == b->permanent && a->hash_len == b->hash_len && memcmp(a->hash, b->hash, a->hash_len) == 0;
}

static void slot(struct tug_dg_out *o, const struct tug_report_slot *s, const struct tug_report_slot *old, bool compare)
{
	static const char *const names[] = { "active", "confirmed", "pending", "permanent" };
	const bool set[] = { s->active, s->confirmed, s->pending, s->permanent };

	tug_dg_out_f(o, "<div class=\"slot%s\"><b>%u.%u</b> ", compare && (old == NULL || !slot_same(s, old)) ? " changed" : "",
		     s->image, s->slot);
	text(o, s->version);
	tug_dg_out_f(o, " <code>");
	for (uint8_t i = 0; i < s->hash_len && i < 4; i++) {
		tug_dg_out_f(o, "%02x", s->hash[i]);
	}
	tug_dg_out_f(o, "</code>");
	for (size_t i = 0; i < 4; i++) {
		if (set[i]) {
			tug_dg_out_f(o, " <span class=\"flag %s\">%s</span>", names[i], names[i]);
		}
	}
	tug_dg_out_f(o, "</div>");
}

static void pins(struct tug_dg_out *o, const struct tug_report *r, const struct tug_evidence *at)
{
	tug_dg_out_f(o, "<td class=\"pins\">");
	for (size_t i = 0; i < r->n_findings; i++) {
		for (size_t k = 0; k < r->findings[i].n_evidence; k++) {
			if (same_place(&r->findings[i].evidence[k], at)) {
				tug_dg_out_f(o, "<a class=\"pin %s\" href=\"#f%zu\">%zu</a>",
					     tug_severity_name(r->findings[i].severity), i + 1, i + 1);
				break;
			}
		}
	}
	tug_dg_out_f(o, "</td>");
}

static void row(struct tug_dg_out *o, const struct tug_report *r, size_t i, const struct tug_report_row *before,
		const struct tug_report_row *slots)
{
	static const char *const kinds[] = { "request", "response", "link", "client", "boot", "app" };
	const struct tug_report_row *row = &r->rows[i];
	bool same = slots != NULL && slots->n_slots == row->n_slots;

	if (row->gap > 0) {
		tug_dg_out_f(o, "<tr class=\"left-out\"><td></td><td>%" PRIu64 " rows left out</td><td></td><td></td></tr>\n",
			     row->gap);
	}
	tug_dg_out_f(o, "<tr id=\"r%zu\" class=\"%s%s\">", i + 1, kinds[row->kind], row->failed ? " failed" : "");
	clock_cell(o, row->at.ms, before != NULL && before->at.input == row->at.input ? before->at.ms : -1);
	tug_dg_out_f(o, "<td class=\"lanes\"><div class=\"event\"><span>");
	text(o, row->label);
	tug_dg_out_f(o, "</span></div></td><td class=\"slots\">");
	for (uint8_t k = 0; k < row->n_slots; k++) {
		const struct tug_report_slot *old = slot_in(slots, &row->slots[k]);

		slot(o, &row->slots[k], old, slots != NULL);
		same = same && old != NULL && slot_same(&row->slots[k], old);
	}
	if (row->n_slots > 0 && same) {
		tug_dg_out_f(o, "<div class=\"same\">unchanged</div>");
	}
	tug_dg_out_f(o, "</td>");
	pins(o, r, &row->at);
	tug_dg_out_f(o, "</tr>\n");
}

static void exchange(struct tug_dg_out *o, const struct tug_report *r)
{
	const struct tug_report_row *slots = NULL;

	if (r->n_rows == 0) {
		return;
	}
	tug_dg_out_f(o, "<h2>The exchange</h2>\n");
	if (r->rows_left_out > 0) {
		tug_dg_out_f(o,
			     "<p class=\"note\">%zu rows around the findings are drawn, %" PRIu64 " are left out.</p>\n",
			     r->n_rows, r->rows_left_out);
	}
	tug_dg_out_f(o,
		     "<table class=\"exchange\"><thead><tr><th>time</th><th><div class=\"heads\"><span>client</span>"
		     "<span>device</span><span>bootloader</span></div></th><th>slots after it</th><th></th></tr></thead><tbody>\n");
	for (size_t i = 0; i < r->n_rows; i++) {
		row(o, r, i, i > 0 ? &r->rows[i - 1] : NULL, slots);
		if (r->rows[i].n_slots > 0) {
			slots = &r->rows[i];
		}
	}
	tug_dg_out_f(o, "</tbody></table>\n");
}

static void inputs(struct tug_dg_out *o, const struct tug_report *r)
{
	tug_dg_out_f(o, "<h2>Inputs</h2>\n<table class=\"inputs\">");
	for (size_t i = 0; i < r->n_inputs; i++) {
		tug_dg_out_f(o, "<tr><td><code>");
		text(o, r->inputs[i].name);
		tug_dg_out_f(o, "</code></td><td>");
		text(o, r->inputs[i].kind[0] != '\0' ? r->inputs[i].kind : "not recognised");
		tug_dg_out_f(o, "</td><td>%" PRIu64 " lines, %" PRIu64 " understood</td></tr>\n", r->inputs[i].lines,
			     r->inputs[i].known);
	}
	tug_dg_out_f(o, "</table>\n");
}

char *tug_report_html(const struct tug_report *r)
{
	struct tug_dg_out o = { 0 };
	bool blocks = r->n_findings > 0 && r->findings[0].severity == TUG_SEV_BLOCKING;

	tug_dg_out_f(&o, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
			 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
			 "<title>Update report</title><style>\n");
	tug_dg_out_put(&o, tug_report_style, strlen(tug_report_style));
	tug_dg_out_f(&o, "</style></head><body>\n<h1>Why the update %s</h1>\n<p class=\"verdict%s\">",
		     blocks ? "does not succeed" : "went as it did", blocks ? " blocked" : "");
	text(&o, r->verdict);
	tug_dg_out_f(&o, "</p>\n");
	if (r->n_findings > 0) {
		tug_dg_out_f(&o, "<h2>Findings</h2>\n");
	}
	for (size_t i = 0; i < r->n_findings; i++) {
		finding(&o, r, i);
	}
	exchange(&o, r);
	inputs(&o, r);
	tug_dg_out_f(&o, "</body></html>\n");
	return tug_dg_out_take(&o);
}
