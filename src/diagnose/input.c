/* SPDX-License-Identifier: Apache-2.0
 *
 * Inputs: octets to lines, lines to readers, and what no reader used up to the patterns. Keeps one line of an
 * input at a time. An image file is not read as text: only its size is a fact.
 */
#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"

static const uint8_t image_magic[4] = { 0x3d, 0xb8, 0xf3, 0x96 };

void tug_dg_here(const struct tug_dg_line *l, struct tug_evidence *at)
{
	at->input = l->input;
	at->line = l->no;
	at->ms = l->ms;
	tug_dg_copy(at->text, sizeof(at->text), tug_dg_lean(l));
}

struct tug_dg_facts *tug_dg_facts(struct tug_diag *d)
{
	return d->facts;
}

static struct tug_dg_input *current(const struct tug_diag *d)
{
	return &d->input[d->n_inputs - 1];
}

const char *tug_dg_input_name(const struct tug_diag *d)
{
	return d->n_inputs > 0 ? current(d)->name : "";
}

static bool make_states(struct tug_dg_input *in)
{
	size_t n;
	const struct tug_reader *const *r = tug_readers(&n);

	in->by = calloc(n + 1, sizeof(*in->by));
	in->state = calloc(n + 1, sizeof(*in->state));
	if (in->by == NULL || in->state == NULL) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		in->state[i] = calloc(1, r[i]->state_size + 1);
		if (in->state[i] == NULL) {
			return false;
		}
	}
	return true;
}

static void free_states(struct tug_dg_input *in)
{
	size_t n;

	tug_readers(&n);
	for (size_t i = 0; in->state != NULL && i < n; i++) {
		free(in->state[i]);
	}
	free(in->state);
	in->state = NULL;
}

/* One line through the readers. Result: the patterns may look at it. */
static bool ask_readers(struct tug_diag *d, struct tug_dg_input *in, struct tug_dg_line *l)
{
	size_t n;
	const struct tug_reader *const *r = tug_readers(&n);
	bool known = false;

	for (size_t i = 0; i < n; i++) {
		enum tug_claim claim = r[i]->line(d, in->state[i], l);

		if (claim == TUG_NOT_MINE) {
			continue;
		}
		known = true;
		in->by[i]++;
		l->src |= r[i]->src;
		if (claim == TUG_MINE) {
			break;
		}
	}
	in->known += known;
	d->facts->src |= l->src;
	d->facts->logs = d->facts->logs || (known && l->src != TUG_SRC_CONFIG);
	return l->src != TUG_SRC_CONFIG;
}

/* Where a text is kept if it is strange; NULL: such are not. */
static struct tug_dg_strange *strange_of(struct tug_diag *d, struct tug_slice s)
{
	uint64_t first, last;

	if (s.len < sizeof(first) || s.len > sizeof(d->strange[0].text)) {
		return NULL;
	}
	memcpy(&first, s.p, sizeof(first));
	memcpy(&last, s.p + s.len - sizeof(last), sizeof(last));
	return &d->strange[((first ^ last * 3u ^ s.len) * UINT64_C(0x9e3779b97f4a7c15)) >> 56];
}

static bool is_kept(const struct tug_dg_strange *k, struct tug_slice s)
{
	return k != NULL && k->len == s.len && memcmp(k->text, s.p, s.len) == 0;
}

static void keep_strange(struct tug_dg_strange *k, struct tug_slice s)
{
	if (k != NULL) {
		k->len = (uint8_t)s.len;
		memcpy(k->text, s.p, s.len);
	}
}

static void take_one(struct tug_diag *d, struct tug_slice raw, bool cut, int64_t ms)
{
	struct tug_dg_input *in = current(d);
	struct tug_dg_line l = { .input = (uint16_t)(d->n_inputs - 1), .raw = raw, .ms = ms, .cut = cut };
	struct tug_dg_strange *strange;
	struct tug_slice text;
	bool known, matched;

	if (in->lines < UINT32_MAX) {
		in->lines++;
	}
	l.no = (uint32_t)in->lines;
	l.text = tug_dg_clean(raw, d->clean);
	l.body = l.text;
	tug_dg_pairs_count(&d->pairs, l.text);
	l.pairs = &d->pairs;
	l.lean = tug_dg_trim(l.text);
	text = l.text;
	strange = strange_of(d, text);
	known = is_kept(strange, text);
	l.strange = known ? TUG_DG_NO_PHONE : 0;
	matched = ask_readers(d, in, &l);
	if (!known && l.strange == TUG_DG_NO_PHONE) {
		keep_strange(strange, text);
	}
	if (matched) {
		tug_dg_match_line(&d->match, &l);
	}
	if (l.ms >= 0) {
		in->ms_last = l.ms;
	}
}

void tug_dg_take_line(struct tug_diag *d, struct tug_slice raw, bool cut, int64_t ms)
{
	size_t n;

	while ((n = tug_dg_unfold(raw)) < raw.len) {
		take_one(d, tug_slice_of(raw.p, n), false, ms);
		raw = tug_slice_of(raw.p + n, raw.len - n);
	}
	take_one(d, raw, cut, ms);
}

/* Kinds of an input, the one with most lines first: those with at least a tenth of the most. */
static char *kinds_of(const struct tug_dg_input *in)
{
	size_t n;
	const struct tug_reader *const *r = tug_readers(&n);
	uint64_t most = 0, last = UINT64_MAX;
	char text[256] = "";

	for (size_t i = 0; i < n; i++) {
		most = in->by[i] > most ? in->by[i] : most;
	}
	for (unsigned k = 0; k < 3 && most > 0; k++) {
		size_t best = n;

		for (size_t i = 0; i < n; i++) {
			if (in->by[i] * 10 >= most && in->by[i] < last && (best == n || in->by[i] > in->by[best])) {
				best = i;
			}
		}
		if (best == n) {
			break;
		}
		last = in->by[best];
		if (text[0] != '\0') {
			strncat(text, ", ", sizeof(text) - strlen(text) - 1);
		}
		strncat(text, r[best]->kind, sizeof(text) - strlen(text) - 1);
	}
	return strdup(in->binary ? "MCUboot image" : in->live ? "live device" : text);
}

static void flush_line(struct tug_diag *d)
{
	if (d->carry_open) {
		size_t len = d->carry_len;

		if (len > 0 && d->carry[len - 1] == '\r') {
			len--;
		}
		tug_dg_take_line(d, tug_slice_of(d->carry, len), d->carry_cut, -1);
	}
	d->carry_len = 0;
	d->carry_cut = false;
	d->carry_open = false;
}

void tug_dg_input_end(struct tug_diag *d)
{
	struct tug_dg_input *in;
	size_t n;
	const struct tug_reader *const *r = tug_readers(&n);

	if (d->n_inputs == 0 || current(d)->ended) {
		return;
	}
	in = current(d);
	flush_line(d);
	for (size_t i = 0; i < n; i++) {
		if (r[i]->end != NULL) {
			r[i]->end(d, in->state[i]);
		}
	}
	tug_dg_match_flush(&d->match);
	tug_dg_track_end(d);
	in->kind = kinds_of(in);
	in->ended = true;
	if (in->binary) {
		d->facts->image_size = in->octets;
		memset(&d->facts->image_size_at, 0, sizeof(d->facts->image_size_at));
		d->facts->image_size_at.input = (uint16_t)(d->n_inputs - 1);
		d->facts->image_size_at.ms = -1;
		tug_dg_copy(d->facts->image_size_at.text, sizeof(d->facts->image_size_at.text),
			    tug_slice_of(in->name, strlen(in->name)));
	}
	free_states(in);
}

int tug_diag_input(struct tug_diag *d, const char *name)
{
	struct tug_dg_input *more, *in;
	struct tug_evidence at = { .ms = -1 };

	tug_dg_input_end(d);
	if (d->n_inputs >= TUG_DG_INPUTS) {
		return TUG_ERANGE;
	}
	more = realloc(d->input, (d->n_inputs + 1) * sizeof(*more));
	if (more == NULL) {
		return TUG_EINTERNAL;
	}
	d->input = more;
	in = &more[d->n_inputs];
	memset(in, 0, sizeof(*in));
	in->ms_last = -1;
	in->name = strdup(name);
	d->n_inputs++;
	if (in->name == NULL || !make_states(in)) {
		return TUG_EINTERNAL;
	}
	at.input = (uint16_t)(d->n_inputs - 1);
	tug_dg_conf_note_file(d->facts->conf, name, &at);
	return TUG_OK;
}

static void carry(struct tug_diag *d, const uint8_t *p, size_t len)
{
	size_t room = TUG_DG_LINE_MAX - d->carry_len, take = len < room ? len : room;

	if (take > 0) {
		memcpy(d->carry + d->carry_len, p, take);
	}
	d->carry_len += take;
	d->carry_cut = d->carry_cut || take < len;
	d->carry_open = true;
}

/* True while the octets are (or may still be) those of an image. */
static bool image_octets(struct tug_dg_input *in, struct tug_slice octets)
{
	for (size_t i = 0; i < octets.len && in->octets + i < sizeof(in->head); i++) {
		in->head[in->octets + i] = octets.p[i];
	}
	in->octets += octets.len;
	in->binary = in->octets >= sizeof(in->head) && memcmp(in->head, image_magic, sizeof(image_magic)) == 0;
	return in->binary;
}

int tug_diag_feed(struct tug_diag *d, struct tug_slice octets)
{
	if (d->n_inputs == 0 || current(d)->ended) {
		return TUG_ESTATE;
	}
	if (image_octets(current(d), octets)) {
		return TUG_OK;
	}
	while (octets.len > 0) {
		const uint8_t *end = memchr(octets.p, '\n', octets.len);
		size_t n = end != NULL ? (size_t)(end - octets.p) : octets.len;

		if (end != NULL && !d->carry_open && n < TUG_DG_LINE_MAX) {
			size_t len = n > 0 && octets.p[n - 1] == '\r' ? n - 1 : n;

			tug_dg_take_line(d, tug_slice_of(octets.p, len), false, -1);
		} else {
			carry(d, octets.p, n);
			if (end != NULL) {
				flush_line(d);
			}
		}
		n += end != NULL;
		octets.p += n;
		octets.len -= n;
	}
	return TUG_OK;
}

int tug_diag_live(struct tug_diag *d, const char *url)
{
	int err = tug_diag_input(d, url);

	if (err == TUG_OK) {
		current(d)->live = true;
		d->facts->live = true;
		d->facts->logs = true;
	}
	return err;
}

/* Nothing is taken after the report, whatever still arrives. */
static bool is_live(const struct tug_diag *d)
{
	return d->n_inputs > 0 && current(d)->live && !current(d)->ended;
}

static void live_line(struct tug_diag *d, int64_t ms, struct tug_dg_line *l, const char *what)
{
	struct tug_dg_input *in = current(d);

	in->lines++;
	in->known++;
	memset(l, 0, sizeof(*l));
	l->input = (uint16_t)(d->n_inputs - 1);
	l->no = (uint32_t)in->lines;
	l->ms = ms;
	l->src = TUG_SRC_TUG;
	l->text = tug_slice_of(what, strlen(what));
	l->body = l->text;
}

void tug_diag_frame(struct tug_diag *d, int64_t ms, bool sent, struct tug_slice frame)
{
	struct tug_dg_line l;

	if (!is_live(d)) {
		return;
	}
	live_line(d, ms, &l, sent ? "request" : "answer");
	tug_dg_octets(d, &l, sent, frame);
}

void tug_diag_silence(struct tug_diag *d, int64_t ms, struct tug_slice frame)
{
	struct tug_dg_line l;
	struct tug_smp_hdr h;

	if (!is_live(d)) {
		return;
	}
	live_line(d, ms, &l, "no answer");
	tug_dg_silent(d, &l, tug_smp_hdr_decode(frame, &h) == TUG_OK ? &h : NULL);
}

void tug_diag_text(struct tug_diag *d, int64_t ms, struct tug_slice line)
{
	if (is_live(d)) {
		tug_dg_take_line(d, line, false, ms);
	}
}
