/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows kept for a drawing: the first ones, the last ones, what matters or failed and its neighbours. Bounded. Frames
 * are kept as they are and put in words only when they are shown.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "track_priv.h"

#define HEAD 40u
#define TAIL 60u
#define MID 300u
#define NEAR 5u

/* What a row is worth when not all can stay. */
enum worth {
	WORTH_NONE,
	WORTH_NEAR,   /* beside one that failed */
	WORTH_EVENT,  /* a step in the story */
	WORTH_FAILED, /* failed */
	WORTH_QUOTED, /* a finding quotes it */
	WORTH_PLACE,  /* among the first or the last */
};

struct row {
	enum tug_row_kind kind;
	enum worth worth;
	bool failed;
	bool words;       /* `label` is filled, else `frame` */
	uint64_t order;   /* number among all rows, from 0 */
	struct tug_evidence at;
	struct tug_row_frame frame;
	char label[96];
	struct tug_dg_list *slots; /* heap, NULL = unchanged */
};

struct tug_dg_rows {
	uint64_t total;
	struct row head[HEAD];
	struct row tail[TAIL]; /* ring by order */
	struct row mid[MID];   /* [n_mid] by order */
	uint32_t n_mid;
	uint32_t n_near;       /* of these only neighbours */
	uint32_t near_left;    /* rows to come that are neighbours */
};

struct tug_dg_rows *tug_dg_rows_new(void)
{
	return calloc(1, sizeof(struct tug_dg_rows));
}

static void drop(struct row *r)
{
	free(r->slots);
	r->slots = NULL;
}

void tug_dg_rows_free(struct tug_dg_rows *r)
{
	if (r == NULL) {
		return;
	}
	for (uint32_t i = 0; i < HEAD; i++) {
		drop(&r->head[i]);
	}
	for (uint32_t i = 0; i < TAIL; i++) {
		drop(&r->tail[i]);
	}
	for (uint32_t i = 0; i < r->n_mid; i++) {
		drop(&r->mid[i]);
	}
	free(r);
}

/* ---- keeping ------------------------------------------------------------------------------------------------ */

/* Make room in the middle by leaving out a mere neighbour. */
static bool make_room(struct tug_dg_rows *r)
{
	uint32_t i = 0;

	if (r->n_near == 0) {
		return false;
	}
	while (i < r->n_mid && r->mid[i].worth != WORTH_NEAR) {
		i++;
	}
	if (i == r->n_mid) {
		return false;
	}
	drop(&r->mid[i]);
	memmove(&r->mid[i], &r->mid[i + 1], (r->n_mid - i - 1) * sizeof(r->mid[0]));
	r->n_mid--;
	r->n_near--;
	return true;
}

/* A row falls out of the last ones. */
static void retire(struct tug_dg_rows *r, struct row *old)
{
	if (old->worth == WORTH_NONE || (r->n_mid == MID && (old->worth == WORTH_NEAR || !make_room(r)))) {
		drop(old);
		return;
	}
	r->n_near += old->worth == WORTH_NEAR;
	r->mid[r->n_mid++] = *old;
	old->slots = NULL;
}

static struct row *row_at(struct tug_dg_rows *r, uint64_t order)
{
	return order < HEAD ? &r->head[order] : &r->tail[(order - HEAD) % TAIL];
}

/* Room for the next row. */
static struct row *next_row(struct tug_dg_rows *r, enum tug_row_kind kind, const struct tug_evidence *at, bool failed,
			    bool event)
{
	struct row *row = row_at(r, r->total);

	if (r->total >= HEAD + TAIL) {
		retire(r, row);
	}
	row->kind = kind;
	row->failed = failed;
	row->order = r->total++;
	row->at = *at;
	row->slots = NULL;
	row->worth = failed ? WORTH_FAILED : event ? WORTH_EVENT : r->near_left > 0 ? WORTH_NEAR : WORTH_NONE;
	if (failed) {
		for (uint64_t back = 1; back <= NEAR && back <= row->order; back++) {
			struct row *before = row_at(r, row->order - back);

			before->worth = before->worth == WORTH_NONE ? WORTH_NEAR : before->worth;
		}
	}
	r->near_left = failed ? NEAR : r->near_left > 0 ? r->near_left - 1 : 0;
	return row;
}

static void keep_slots(struct row *row, const struct tug_dg_list *slots)
{
	if (slots != NULL && slots->known && slots->n > 0) {
		row->slots = malloc(sizeof(*row->slots));
		if (row->slots != NULL) {
			*row->slots = *slots;
		}
	}
}

void tug_rows_frame(struct tug_dg_rows *r, const struct tug_evidence *at, const struct tug_row_frame *f,
		    const struct tug_dg_list *slots)
{
	bool upload = f->group == TUG_GRP_IMG && f->id == 1;
	bool event = (f->group == TUG_GRP_IMG && !upload) || (f->group == TUG_GRP_OS && f->id == 5) ||
		     (upload && f->off == 0);
	struct row *row = next_row(r, f->op % 2 != 0 ? TUG_ROW_RESPONSE : TUG_ROW_REQUEST, at, f->failed, event);

	row->words = false;
	row->frame = *f;
	keep_slots(row, slots);
}

/* A row in words of a link, a client or a console. */
static struct row *words_row(struct tug_diag *d, enum tug_row_kind kind, const struct tug_evidence *at, bool failed)
{
	struct row *row = next_row(d->rows, kind, at, failed, kind == TUG_ROW_LINK || kind == TUG_ROW_CLIENT);

	row->words = true;
	return row;
}

void tug_dg_row(struct tug_diag *d, enum tug_row_kind kind, const struct tug_evidence *at, bool failed,
		struct tug_slice text)
{
	struct row *row = words_row(d, kind, at, failed);

	tug_dg_copy(row->label, sizeof(row->label), text);
}

void tug_dg_row_say(struct tug_diag *d, enum tug_row_kind kind, const struct tug_evidence *at, bool failed,
		    const char *fmt, ...)
{
	struct row *row = words_row(d, kind, at, failed);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(row->label, sizeof(row->label), fmt, ap);
	va_end(ap);
}

/* ---- words -------------------------------------------------------------------------------------------------- */

static void command_name(const struct tug_row_frame *f, char *out, size_t cap)
{
	const struct tug_smp_cmd_text *t = tug_smp_cmd_text(f->group, f->id, f->op & TUG_SMP_WRITE);
	const char *group = tug_smp_group_name(f->group);

	if (f->group == 0xffff && f->failed) {
		out[0] = '\0';
	} else if (f->group == TUG_GRP_IMG && f->id == 0) {
		snprintf(out, cap, "image list (%s)", (f->op & TUG_SMP_WRITE) != 0 ? "write" : "read");
	} else if (t != NULL) {
		snprintf(out, cap, "%s", t->name);
	} else if (group != NULL) {
		snprintf(out, cap, "%s command %u (%s)", group, f->id, (f->op & TUG_SMP_WRITE) != 0 ? "write" : "read");
	} else {
		snprintf(out, cap, "group %u command %u (%s)", f->group, f->id,
			 (f->op & TUG_SMP_WRITE) != 0 ? "write" : "read");
	}
}

static void request_words(const struct tug_row_frame *f, const char *name, char *out, size_t cap)
{
	if (f->group == TUG_GRP_IMG && f->id == 0 && (f->confirm || f->hash_len > 0)) {
		char hash[10] = "";

		for (uint8_t i = 0; i < f->hash_len; i++) {
			snprintf(hash + 2 * (size_t)i, sizeof(hash) - 2 * (size_t)i, "%02x", f->hash[i]);
		}
		snprintf(out, cap, "%s%s%s", f->confirm ? "confirm" : "test", f->hash_len > 0 ? " " : "", hash);
	} else if (f->off != TUG_DG_NO_OFF && f->len != 0) {
		snprintf(out, cap, "%s off %llu len %u", name, (unsigned long long)f->off, (unsigned)f->len);
	} else if (f->off != TUG_DG_NO_OFF) {
		snprintf(out, cap, "%s off %llu", name, (unsigned long long)f->off);
	} else {
		snprintf(out, cap, "%s", name);
	}
}

static void answer_words(const struct tug_row_frame *f, const char *name, const struct tug_dg_list *slots, char *out,
			 size_t cap)
{
	const char *sep = name[0] != '\0' ? ": " : "";

	if (f->failed) {
		uint16_t group = f->legacy ? TUG_RC_GENERIC : f->err_group;
		const struct tug_smp_rc_text *t =
			f->rc >= 0 && f->rc <= UINT16_MAX ? tug_smp_rc_text(group, (uint16_t)f->rc) : NULL;
		char code[24] = "rc";

		if (!f->legacy) {
			snprintf(code, sizeof(code), "group %u rc", f->err_group);
		}
		snprintf(out, cap, "%s%s%s %d%s%s", name, sep, code, (int)f->rc, t != NULL ? " " : "",
			 t != NULL ? t->name : "");
	} else if (f->off != TUG_DG_NO_OFF) {
		snprintf(out, cap, "%s%soff %llu", name, sep, (unsigned long long)f->off);
	} else if (slots != NULL) {
		snprintf(out, cap, "%s%s%u slot%s", name, sep, slots->n, slots->n == 1 ? "" : "s");
	} else {
		snprintf(out, cap, "%s%sok", name, sep);
	}
}

static void show(const struct row *r, struct tug_report_row *out)
{
	char name[64];

	out->kind = r->kind;
	out->at = r->at;
	out->failed = r->failed;
	if (r->words) {
		memcpy(out->label, r->label, sizeof(out->label));
	} else {
		command_name(&r->frame, name, sizeof(name));
		if (r->frame.op % 2 == 0) {
			request_words(&r->frame, name, out->label, sizeof(out->label));
		} else {
			answer_words(&r->frame, name, r->slots, out->label, sizeof(out->label));
		}
		if (r->frame.cut) {
			strncat(out->label, " (cut off)", sizeof(out->label) - strlen(out->label) - 1);
		}
	}
	if (r->slots != NULL) {
		out->n_slots = r->slots->n;
		memcpy(out->slots, r->slots->s, sizeof(out->slots));
	}
}

/* ---- choosing ----------------------------------------------------------------------------------------------- */

static bool quoted(const struct tug_report *rep, const struct tug_evidence *at)
{
	for (size_t i = 0; at->line != 0 && i < rep->n_findings; i++) {
		for (size_t k = 0; k < rep->findings[i].n_evidence; k++) {
			const struct tug_evidence *e = &rep->findings[i].evidence[k];

			if (e->input == at->input && e->line == at->line) {
				return true;
			}
		}
	}
	return false;
}

/* All rows kept, in order. Result: how many. */
static size_t all_rows(struct tug_dg_rows *r, struct row **list)
{
	size_t n = 0;
	uint64_t first = r->total > HEAD + TAIL ? r->total - TAIL : HEAD;

	for (uint64_t i = 0; i < HEAD && i < r->total; i++) {
		list[n++] = &r->head[i];
	}
	for (uint32_t i = 0; i < r->n_mid; i++) {
		list[n++] = &r->mid[i];
	}
	for (uint64_t i = first; i < r->total; i++) {
		list[n++] = row_at(r, i);
	}
	return n;
}

int tug_dg_rows_take(struct tug_diag *d)
{
	struct row *list[HEAD + TAIL + MID];
	bool taken[HEAD + TAIL + MID] = { false };
	size_t n = all_rows(d->rows, list), left = TUG_REPORT_FRAMES, n_out = 0;
	struct tug_report_row *out = calloc(TUG_REPORT_FRAMES, sizeof(*out));
	uint64_t next = 0;

	if (out == NULL) {
		return TUG_EINTERNAL;
	}
	for (size_t i = 0; i < n; i++) {
		bool mid = list[i] >= d->rows->mid && list[i] < d->rows->mid + MID;

		list[i]->worth = !mid ? WORTH_PLACE : quoted(&d->report, &list[i]->at) ? WORTH_QUOTED : list[i]->worth;
	}
	for (int worth = WORTH_PLACE; worth >= WORTH_NEAR; worth--) {
		for (size_t i = 0; i < n && left > 0; i++) {
			if ((int)list[i]->worth == worth) {
				taken[i] = true;
				left--;
			}
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (taken[i]) {
			out[n_out].gap = list[i]->order - next;
			next = list[i]->order + 1;
			show(list[i], &out[n_out++]);
		}
	}
	d->report.rows = out;
	d->report.n_rows = n_out;
	d->report.rows_left_out = d->rows->total - n_out;
	return TUG_OK;
}
