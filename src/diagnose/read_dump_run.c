/* SPDX-License-Identifier: Apache-2.0
 *
 * A command of a command-line client and what becomes of it, when no frames are printed: request and answer are
 * made of the command line and of what the client says. The request is told together with its result, because a
 * paste often holds commands whose output was left out.
 */
#include <string.h>

#include <tug/smp_body.h>

#include "dump_priv.h"

static void set_transport(struct tug_diag *d, const char *name)
{
	char *to = tug_dg_facts(d)->smp.client.transport;

	if (name[0] != '\0') {
		tug_dg_copy(to, sizeof(tug_dg_facts(d)->smp.client.transport), tug_slice_of(name, strlen(name)));
	}
}

static void put_map(struct tug_buf *out, const struct tug_dg_dump_run *r, bool first)
{
	const struct tug_dg_dump_cli *c = &r->cli;
	struct tug_enc e;

	tug_enc_init(&e, out);
	tug_enc_map_begin(&e);
	if (c->hdr.group == TUG_GRP_IMG && c->hdr.id == 0 && c->hdr.op == TUG_SMP_WRITE) {
		if (c->hash_len > 0) {
			tug_enc_key(&e, "hash");
			tug_enc_bytes(&e, tug_slice_of(c->hash, c->hash_len));
		}
		tug_enc_key(&e, "confirm");
		tug_enc_bool(&e, c->confirm);
	} else if (c->hdr.group == TUG_GRP_IMG && c->hdr.id == 1) {
		tug_enc_key(&e, "off");
		tug_enc_uint(&e, first ? 0 : r->off);
		if (first && c->image > 0) {
			tug_enc_key(&e, "image");
			tug_enc_uint(&e, c->image);
		}
		if (first && r->exact && r->len > 0) {
			tug_enc_key(&e, "len");
			tug_enc_uint(&e, r->len);
		}
		if (first && c->upgrade) {
			tug_enc_key(&e, "upgrade");
			tug_enc_bool(&e, true);
		}
	}
	tug_enc_map_end(&e);
	if (tug_enc_finish(&e) != TUG_OK) {
		out->len = 0;
	}
}

static bool is_upload(const struct tug_dg_dump_run *r)
{
	return r->cli.hdr.group == TUG_GRP_IMG && r->cli.hdr.id == 1;
}

/* An answer without a code; with the offset reached when it is an upload. */
static void answer(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_dg_dump_run *r)
{
	struct tug_smp_hdr h = r->cli.hdr;
	uint8_t room[64];
	struct tug_buf body = tug_buf_of(room, sizeof(room));
	struct tug_enc e;

	h.op = (uint8_t)(h.op + 1u);
	tug_enc_init(&e, &body);
	tug_enc_map_begin(&e);
	tug_enc_key(&e, "rc");
	tug_enc_uint(&e, 0);
	if (is_upload(r)) {
		tug_enc_key(&e, "off");
		tug_enc_uint(&e, r->off);
	}
	tug_enc_map_end(&e);
	if (tug_enc_finish(&e) == TUG_OK) {
		tug_dg_dump_made(d, l, &h, false, tug_buf_slice(&body));
	}
}

/* The request, unless its octets were seen. */
static void request(struct tug_diag *d, const struct tug_dg_dump_run *r, const struct tug_dg_dump_at *at, bool first)
{
	struct tug_dg_line l = tug_dg_dump_line(at);
	uint8_t room[160];
	struct tug_buf body = tug_buf_of(room, sizeof(room));

	put_map(&body, r, first);
	tug_dg_dump_made(d, &l, &r->cli.hdr, false, tug_buf_slice(&body));
}

/* All that went before the result: the request, of an upload also how far it got. */
static void before_result(struct tug_diag *d, struct tug_dg_dump_run *r, bool answered)
{
	if (!r->open || r->real) {
		return;
	}
	request(d, r, &r->at, true);
	if (is_upload(r) && r->moved) {
		struct tug_dg_line l = tug_dg_dump_line(&r->moved_at);

		answer(d, &l, r);
		if (!answered) {
			request(d, r, &r->moved_at, false);
		}
	}
}

static void forget(struct tug_dg_dump_run *r)
{
	memset(r, 0, sizeof(*r));
}

void tug_dg_dump_run_begin(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_run *r,
			const struct tug_dg_dump_cli *cli)
{
	set_transport(d, cli->transport);
	tug_dg_dump_run_end(d, r);
	if (cli->command) {
		r->open = true;
		r->cli = *cli;
		tug_dg_dump_keep(&r->at, l);
	}
}

void tug_dg_dump_run_named(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_run *r, uint8_t op,
			uint16_t group, uint8_t id)
{
	struct tug_dg_dump_cli cli = { .src = l->src, .command = true };

	if (r->open && r->cli.hdr.op == op && r->cli.hdr.group == group && r->cli.hdr.id == id) {
		return;
	}
	cli.hdr.op = op;
	cli.hdr.group = group;
	cli.hdr.id = id;
	if (r->open && r->cli.update) {
		cli.confirm = r->cli.confirm;
		cli.update = true;
	}
	tug_dg_dump_run_begin(d, l, r, &cli);
}

void tug_dg_dump_run_progress(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_run *r, uint64_t off,
			   uint64_t len, bool exact)
{
	bool real = r->open && r->real;

	tug_dg_dump_run_named(d, l, r, TUG_SMP_WRITE, TUG_GRP_IMG, 1);
	r->real = real || r->real;
	r->exact = exact;
	r->len = len;
	if (off >= r->off) {
		r->moved = r->moved || off > 0;
		r->off = off;
		tug_dg_dump_keep(&r->moved_at, l);
	}
}

void tug_dg_dump_run_code(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_run *r, int32_t rc, int err_group)
{
	before_result(d, r, false);
	tug_dg_code(d, l, rc, err_group);
	forget(r);
}

void tug_dg_dump_run_silent(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_run *r)
{
	before_result(d, r, false);
	tug_dg_silent(d, l, NULL);
	forget(r);
}

void tug_dg_dump_run_done(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_run *r)
{
	struct tug_dg_upload *u = &tug_dg_facts(d)->smp.upload;

	if (r->open && !r->real) {
		if (is_upload(r) && r->len > r->off) {
			r->off = r->len;
		}
		before_result(d, r, true);
		if (!is_upload(r) || !r->moved) {
			answer(d, l, r);
		}
	}
	if (r->open && is_upload(r)) {
		u->completed = true;
		if (u->done.line == 0) {
			tug_dg_here(l, &u->done);
		}
	}
	forget(r);
}

void tug_dg_dump_run_failed(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_dump_run *r)
{
	(void)l;
	if (r->open && r->moved) {
		before_result(d, r, true);
	}
	forget(r);
}

void tug_dg_dump_run_list(struct tug_diag *d, struct tug_dg_dump_run *r, struct tug_dg_dump_list *p, uint16_t src)
{
	struct tug_dg_line l = tug_dg_dump_line(&p->at);
	bool state = r->open && r->cli.hdr.group == TUG_GRP_IMG && r->cli.hdr.id == 0;

	if (!p->open) {
		return;
	}
	l.src = src;
	p->list.known = true;
	tug_dg_here(&l, &p->list.at);
	if (state) {
		before_result(d, r, true);
	} else {
		tug_dg_dump_run_end(d, r); /* the list of a command that was not pasted */
	}
	tug_dg_image_list(d, &l, src, &p->list);
	if (state) {
		forget(r);
	}
	memset(p, 0, sizeof(*p));
}

void tug_dg_dump_run_answered(struct tug_diag *d, struct tug_dg_dump_run *r, const struct tug_smp_hdr *answer)
{
	struct tug_dg_line l = tug_dg_dump_line(&r->at);
	uint8_t room[160];
	struct tug_buf body = tug_buf_of(room, sizeof(room));
	struct tug_smp_hdr h = r->cli.hdr;

	if (!r->open || r->real) {
		return;
	}
	h.seq = answer->seq;
	h.version = answer->version;
	put_map(&body, r, true);
	tug_dg_dump_made(d, &l, &h, true, tug_buf_slice(&body));
	r->real = true;
}

void tug_dg_dump_run_end(struct tug_diag *d, struct tug_dg_dump_run *r)
{
	bool reset = r->cli.hdr.group == TUG_GRP_OS && r->cli.hdr.id == 5;

	if (r->open && r->moved && r->len > 0 && r->off >= r->len) {
		struct tug_dg_line l = tug_dg_dump_line(&r->moved_at);

		tug_dg_dump_run_done(d, &l, r);
		return;
	}
	/* A bar that stands at nothing is all there is to see of a first chunk without an answer. */
	if (r->open && is_upload(r) && !r->real && !r->moved && r->len > 0) {
		struct tug_dg_line l = tug_dg_dump_line(&r->moved_at);

		tug_dg_dump_run_silent(d, &l, r);
		return;
	}
	/* A reset says nothing when it works; an upload that was broken off has moved. */
	if (r->open && !r->real && (reset || r->moved)) {
		before_result(d, r, true);
	}
	forget(r);
}
