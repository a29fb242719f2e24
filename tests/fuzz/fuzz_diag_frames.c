/* SPDX-License-Identifier: Apache-2.0
 *
 * The tracker: the input is a list of calls as readers make them (octets, frames, codes, events, JSON). Counts stay
 * within their bounds and agree with each other, JSON becomes well-formed CBOR, rows add up.
 */
#include <stdlib.h>
#include <string.h>

#include "../../src/diagnose/track_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct run {
	struct tug_diag *d;
	struct tug_slice in;
	uint32_t line;
	int64_t ms;
};

static void must(bool ok)
{
	if (!ok) {
		abort();
	}
}

static uint8_t octet(struct run *r)
{
	uint8_t v = 0;

	if (r->in.len > 0) {
		v = r->in.p[0];
		r->in.p++;
		r->in.len--;
	}
	return v;
}

/* The next `n` octets, fewer at the end. */
static struct tug_slice some(struct run *r, size_t n)
{
	struct tug_slice s = tug_slice_of(r->in.p, n < r->in.len ? n : r->in.len);

	r->in.p += s.len;
	r->in.len -= s.len;
	return s;
}

static struct tug_dg_line line(struct run *r)
{
	static const char text[] = "line";
	struct tug_dg_line l = { .no = ++r->line, .src = TUG_SRC_HEX, .ms = r->ms };

	l.text = tug_slice_of(text, sizeof(text) - 1);
	l.raw = l.body = l.text;
	return l;
}

static struct tug_smp_hdr header(struct run *r)
{
	struct tug_slice s = some(r, TUG_SMP_HDR_LEN);
	struct tug_smp_hdr h = { 0 };

	tug_smp_hdr_decode(s, &h);
	return h;
}

static void frame(struct run *r, const struct tug_smp_hdr *h, struct tug_slice body, uint8_t flags)
{
	struct tug_dg_line l = line(r);
	struct tug_dg_frame f = { .src = TUG_SRC_HEX, .sent = h->op % 2 == 0, .hdr = *h, .seq_known = (flags & 1u) != 0,
				  .version_known = (flags & 2u) != 0, .from_octets = (flags & 4u) != 0,
				  .cut = body.len < h->len, .body = body };

	tug_dg_here(&l, &f.at);
	tug_dg_frame(r->d, &f);
}

static void json(struct run *r)
{
	uint8_t room[4096];
	struct tug_buf out = tug_buf_of(room, sizeof(room));
	struct tug_smp_hdr h = header(r);
	struct tug_slice text = some(r, octet(r) * (size_t)4);
	size_t len = 0;

	if (tug_dg_cbor_of_json(&h, text, &out)) {
		must(tug_cbor_check(tug_buf_slice(&out), &len) == TUG_OK && len == out.len);
		frame(r, &h, tug_buf_slice(&out), octet(r));
	} else {
		must(out.len == 0);
	}
}

static void list(struct run *r)
{
	struct tug_dg_list l = { .known = true };
	struct tug_dg_line at = line(r);

	l.n = octet(r) % (TUG_REPORT_SLOTS + 1);
	for (uint8_t i = 0; i < l.n; i++) {
		uint8_t v = octet(r);

		l.s[i].slot = v & 1;
		l.s[i].image = v >> 1 & 1;
		l.s[i].active = (v & 4u) != 0;
		l.s[i].confirmed = (v & 8u) != 0;
		l.s[i].pending = (v & 16u) != 0;
		l.s[i].hash_len = v >> 5;
		l.s[i].hash[0] = v & 3;
	}
	tug_dg_image_list(r->d, &at, TUG_SRC_MCUMGR_CLI, &l);
}

static void event(struct run *r, uint8_t which)
{
	struct tug_dg_line l = line(r);
	uint8_t v = octet(r);

	switch (which % 10) {
	case 0:
		tug_dg_link_up(r->d, &l);
		break;
	case 1:
		tug_dg_link_down(r->d, &l, (int8_t)v);
		break;
	case 2:
		tug_dg_link_closing(r->d, &l);
		break;
	case 3:
		tug_dg_link_params(r->d, &l, v * 1250u, octet(r) * 10u);
		break;
	case 4:
		tug_dg_step(r->d, &l, (enum tug_dg_step)(v % (TUG_STEP_FAILED + 1)));
		break;
	case 5:
		tug_dg_session(r->d, &l);
		break;
	case 6:
		tug_dg_restarted(r->d, &l);
		break;
	case 7:
		tug_dg_discovery(r->d, &l, v % 2 != 0);
		break;
	case 8:
		tug_dg_bonding(r->d, &l);
		break;
	default:
		tug_dg_link_mtu(r->d, &l, v);
		break;
	}
}

static void one(struct run *r)
{
	uint8_t what = octet(r), arg = what >> 4;
	struct tug_dg_line l = line(r);
	struct tug_smp_hdr h;

	switch (what & 15u) {
	case 0:
	case 1:
		tug_dg_octets(r->d, &l, what % 2 == 0, some(r, octet(r)));
		break;
	case 2:
		h = header(r);
		frame(r, &h, some(r, octet(r)), arg);
		break;
	case 3:
		tug_dg_code(r->d, &l, (int8_t)octet(r), arg % 2 != 0 ? octet(r) : -1);
		break;
	case 4:
		h = header(r);
		tug_dg_silent(r->d, &l, arg % 2 != 0 ? &h : NULL);
		break;
	case 5:
		h = header(r);
		tug_dg_command(r->d, &l, &h);
		break;
	case 6:
		list(r);
		break;
	case 7:
		json(r);
		break;
	case 8:
		r->ms = arg == 0 ? -1 : (r->ms < 0 ? 0 : r->ms) + octet(r) * 200;
		break;
	case 9:
		tug_dg_track_end(r->d);
		break;
	default:
		event(r, arg);
		break;
	}
}

static void check(struct tug_diag *d)
{
	const struct tug_dg_smp *x = &d->facts->smp;
	struct tug_dg_track *t = d->track;
	uint32_t waiting = 0;

	must(x->n_cmds <= TUG_DG_CMDS && x->n_refusals <= TUG_DG_REFUSALS && x->n_writes <= TUG_DG_WRITES &&
	     x->link.n_ends <= TUG_DG_LINK_ENDS && x->list.n <= TUG_REPORT_SLOTS);
	for (uint32_t i = 0; i < x->n_cmds; i++) {
		must(x->cmd[i].ok <= x->cmd[i].answers);
	}
	for (size_t i = 0; i < TUG_TRACK_OPEN; i++) {
		waiting += tug_track_waits(t, &t->open[i]);
	}
	must(waiting == t->waiting);
	must(x->upload.back_1_3 <= x->upload.went_back && x->upload.repeated <= x->upload.chunks);
}

/* What the tracker needs of a diagnosis: no readers, patterns or rules. */
static void begin(struct tug_diag *d)
{
	d->facts = calloc(1, sizeof(*d->facts));
	d->track = tug_dg_track_new();
	d->rows = tug_dg_rows_new();
	must(d->facts != NULL && d->track != NULL && d->rows != NULL);
	d->facts->smp.device.mode = -1;
}

static void end(struct tug_diag *d)
{
	free((void *)(uintptr_t)d->report.rows);
	tug_dg_rows_free(d->rows);
	tug_dg_track_free(d->track);
	free(d->facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tug_diag d = { 0 };
	struct run r = { .d = &d, .in = { data, len }, .ms = 0 };
	uint64_t shown = 0;

	begin(&d);
	while (r.in.len > 0) {
		one(&r);
		check(&d);
	}
	tug_dg_track_end(&d);
	must(tug_dg_rows_take(&d) == TUG_OK && d.report.n_rows <= TUG_REPORT_FRAMES && !d.out_of_memory);
	for (size_t i = 0; i < d.report.n_rows; i++) {
		const struct tug_report_row *row = &d.report.rows[i];

		shown += row->gap + 1;
		must(row->label[0] != '\0' && memchr(row->label, '\0', sizeof(row->label)) != NULL);
		must(row->n_slots <= TUG_REPORT_SLOTS);
	}
	must(shown == d.report.rows_left_out + d.report.n_rows);
	end(&d);
	return 0;
}
