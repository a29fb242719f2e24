/* SPDX-License-Identifier: Apache-2.0
 *
 * See phone_log.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "phone_log.h"

struct tug_diag *open_log(void)
{
	struct tug_diag *d;

	assert_int_equal(tug_diag_create(TUG_DIAG_ALL, &d), TUG_OK);
	assert_int_equal(tug_diag_input(d, "log.txt"), TUG_OK);
	return d;
}

struct tug_diag *read_text(const char *text)
{
	struct tug_diag *d = open_log();

	assert_int_equal(tug_diag_feed(d, tug_slice_of(text, strlen(text))), TUG_OK);
	tug_dg_input_end(d);
	return d;
}

uint64_t claimed(const struct tug_diag *d, const struct tug_reader *r)
{
	size_t n;
	const struct tug_reader *const *all = tug_readers(&n);

	for (size_t i = 0; i < n; i++) {
		if (all[i] == r) {
			return d->input[0].by[i];
		}
	}
	return 0;
}

static int add(char *to, int at, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(to + at, (size_t)(DIGEST_MAX - at), fmt, ap);
	va_end(ap);
	assert_true(n >= 0 && at + n < DIGEST_MAX);
	return at + n;
}

static int digest_list(char *to, int at, const struct tug_dg_list *l)
{
	for (uint8_t i = 0; i < l->n; i++) {
		const struct tug_report_slot *s = &l->s[i];

		at = add(to, at, " [%u.%u %s%s%s%s%s %s %u:%02x%02x]", s->image, s->slot, s->active ? "a" : "",
			 s->confirmed ? "c" : "", s->pending ? "p" : "", s->permanent ? "P" : "", s->bootable ? "b" : "",
			 s->version, s->hash_len, s->hash[0], s->hash[31]);
	}
	return at;
}

void digest(const struct tug_diag *d, char to[DIGEST_MAX])
{
	const struct tug_dg_smp *x = &d->facts->smp;
	int at = add(to, 0, "frames %u bad %u stray %u\n", (unsigned)x->frames, (unsigned)x->undecodable, (unsigned)x->stray);

	for (uint32_t i = 0; i < x->n_cmds; i++) {
		const struct tug_dg_cmd *c = &x->cmd[i];

		at = add(to, at, "cmd %u/%u.%u %u %u %u %u\n", c->group, c->id, c->op, c->requests, c->answers, c->ok, c->silent);
	}
	for (uint32_t i = 0; i < x->n_refusals; i++) {
		const struct tug_dg_refusal *r = &x->refusal[i];

		at = add(to, at, "refusal %u/%u %d %u %d x%u\n", r->group, r->id, r->legacy, r->err_group, (int)r->rc, r->count);
	}
	at = add(to, at, "list");
	at = digest_list(to, at, &x->list);
	at = add(to, at, "\nfirst");
	at = digest_list(to, at, &x->first_list);
	for (uint32_t i = 0; i < x->n_writes; i++) {
		const struct tug_dg_write *w = &x->write[i];

		at = add(to, at, "\nwrite %d %u:%02x %d %d %d", w->confirm, w->hash_len, w->hash[0], w->answered, w->refused,
			 w->reset_after);
		at = digest_list(to, at, &w->after);
	}
	at = add(to, at, "\nupload %u %u %u %u %d %d %u %u %u\n", x->upload.uploads, x->upload.chunks, x->upload.acked,
		 x->upload.timeouts, x->upload.first_unanswered, x->upload.completed, (unsigned)x->upload.len,
		 (unsigned)x->upload.off, x->upload.first_chunk);
	at = add(to, at, "client %d %x %d %d %s %s %d %d\n", x->client.step, x->client.seen, x->client.said_success,
		 x->client.said_failure, x->client.mode, x->client.version, x->client.smp_v1, x->client.smp_v2);
	at = add(to, at, "device %d %u %u\n", x->device.params_known, x->device.buf_size, x->device.buf_count);
	at = add(to, at, "link %d %u %u %u %u %d %d\n", x->link.up, x->link.ups, x->link.mtu, x->link.itvl_us,
		 x->link.timeout_ms, x->link.service_found, x->link.bonding_before_smp);
	for (uint32_t i = 0; i < x->link.n_ends; i++) {
		const struct tug_dg_link_end *e = &x->link.end[i];

		at = add(to, at, "end %d %d %d x%u\n", (int)e->status, e->by_client, e->when, e->count);
	}
	add(to, at, "reset %u %u\n", x->reset.requests, x->reset.ok);
}

void same_facts(const char *whole, const char *broken, const char *how, size_t where)
{
	static char a[DIGEST_MAX], b[DIGEST_MAX];
	struct tug_diag *d = read_text(whole), *e = read_text(broken);

	digest(d, a);
	digest(e, b);
	if (strcmp(a, b) != 0) {
		fprintf(stderr, "%s at %zu:\n%s\n--- whole:\n%s--- broken:\n%s", how, where, broken, a, b);
	}
	assert_string_equal(a, b);
	tug_diag_free(d);
	tug_diag_free(e);
}
