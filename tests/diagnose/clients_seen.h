/* SPDX-License-Identifier: Apache-2.0
 *
 * What a reader of a client's log gives to the tracker, written down as one line an event:
 *
 *     LINE > OP GROUP/ID #SEQ vVERSION BODY     a frame to the device (< from it), body in hex, " cut" when cut off
 *     LINE code RC [of GROUP]                   a code alone
 *     LINE silent [GROUP/ID]                    a request without an answer
 *     LINE command OP GROUP/ID                  a command named
 *     LINE list IMAGE/SLOT VERSION FLAGS HASH.. an image list as text, one line a slot
 *
 * For programs linked with --wrap of these functions (clients.cmake). Included once a program.
 */
#ifndef TUG_TESTS_CLIENTS_SEEN_H
#define TUG_TESTS_CLIENTS_SEEN_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/diagnose/engine_priv.h"
#include "src/diagnose/readers_priv.h"

static char events[32768];

static void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *fmt, ...)
{
	size_t n = strlen(events);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(events + n, sizeof(events) - n, fmt, ap);
	va_end(ap);
}

static void note_hex(struct tug_slice s)
{
	for (size_t i = 0; i < s.len && i < 40; i++) {
		note("%02x", s.p[i]);
	}
	if (s.len > 40) {
		note("+%zu", s.len - 40);
	}
}

void __wrap_tug_dg_frame(struct tug_diag *d, const struct tug_dg_frame *f);
void __real_tug_dg_frame(struct tug_diag *d, const struct tug_dg_frame *f);
void __wrap_tug_dg_frame(struct tug_diag *d, const struct tug_dg_frame *f)
{
	note("%u %c %u %u/%u ", f->at.line, f->sent ? '>' : '<', f->hdr.op, f->hdr.group, f->hdr.id);
	note(f->seq_known ? "#%u " : "#- ", f->hdr.seq);
	note(f->version_known ? "v%u " : "v- ", f->hdr.version);
	note_hex(f->body);
	note("%s\n", f->cut ? " cut" : "");
	__real_tug_dg_frame(d, f);
}

void __wrap_tug_dg_octets(struct tug_diag *d, const struct tug_dg_line *l, bool sent, struct tug_slice octets);
void __real_tug_dg_octets(struct tug_diag *d, const struct tug_dg_line *l, bool sent, struct tug_slice octets);
void __wrap_tug_dg_octets(struct tug_diag *d, const struct tug_dg_line *l, bool sent, struct tug_slice octets)
{
	note("%u %c octets ", l->no, sent ? '>' : '<');
	note_hex(octets);
	note("\n");
	__real_tug_dg_octets(d, l, sent, octets);
}

void __wrap_tug_dg_code(struct tug_diag *d, const struct tug_dg_line *l, int32_t rc, int err_group);
void __real_tug_dg_code(struct tug_diag *d, const struct tug_dg_line *l, int32_t rc, int err_group);
void __wrap_tug_dg_code(struct tug_diag *d, const struct tug_dg_line *l, int32_t rc, int err_group)
{
	note("%u code %d", l->no, rc);
	note(err_group >= 0 ? " of %d\n" : "\n", err_group);
	__real_tug_dg_code(d, l, rc, err_group);
}

void __wrap_tug_dg_silent(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h);
void __real_tug_dg_silent(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h);
void __wrap_tug_dg_silent(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h)
{
	note("%u silent", l->no);
	note(h != NULL ? " %u/%u\n" : "\n", h != NULL ? h->group : 0, h != NULL ? h->id : 0);
	__real_tug_dg_silent(d, l, h);
}

void __wrap_tug_dg_command(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h);
void __real_tug_dg_command(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h);
void __wrap_tug_dg_command(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h)
{
	note("%u command %u %u/%u\n", l->no, h->op, h->group, h->id);
	__real_tug_dg_command(d, l, h);
}

void __wrap_tug_dg_image_list(struct tug_diag *d, const struct tug_dg_line *l, uint16_t src,
			      const struct tug_dg_list *list);
void __real_tug_dg_image_list(struct tug_diag *d, const struct tug_dg_line *l, uint16_t src,
			      const struct tug_dg_list *list);
void __wrap_tug_dg_image_list(struct tug_diag *d, const struct tug_dg_line *l, uint16_t src,
			      const struct tug_dg_list *list)
{
	if (list->n == 0) {
		note("%u list empty\n", l->no);
	}
	for (unsigned i = 0; i < list->n; i++) {
		const struct tug_report_slot *s = &list->s[i];

		note("%u list %u/%u %s %s%s%s%s%s ", l->no, s->image, s->slot, s->version, s->bootable ? "b" : "",
		     s->active ? "a" : "", s->confirmed ? "c" : "", s->pending ? "p" : "", s->permanent ? "P" : "");
		note_hex(tug_slice_of(s->hash, s->hash_len < 4 ? s->hash_len : 4));
		note("/%u\n", s->hash_len);
	}
	__real_tug_dg_image_list(d, l, src, list);
}

void __wrap_tug_dg_link_up(struct tug_diag *d, const struct tug_dg_line *l);
void __real_tug_dg_link_up(struct tug_diag *d, const struct tug_dg_line *l);
void __wrap_tug_dg_link_up(struct tug_diag *d, const struct tug_dg_line *l)
{
	note("%u up\n", l->no);
	__real_tug_dg_link_up(d, l);
}

void __wrap_tug_dg_link_down(struct tug_diag *d, const struct tug_dg_line *l, int32_t status);
void __real_tug_dg_link_down(struct tug_diag *d, const struct tug_dg_line *l, int32_t status);
void __wrap_tug_dg_link_down(struct tug_diag *d, const struct tug_dg_line *l, int32_t status)
{
	note("%u down %d\n", l->no, status);
	__real_tug_dg_link_down(d, l, status);
}

void __wrap_tug_dg_link_mtu(struct tug_diag *d, const struct tug_dg_line *l, uint32_t mtu);
void __real_tug_dg_link_mtu(struct tug_diag *d, const struct tug_dg_line *l, uint32_t mtu);
void __wrap_tug_dg_link_mtu(struct tug_diag *d, const struct tug_dg_line *l, uint32_t mtu)
{
	note("%u mtu %u\n", l->no, mtu);
	__real_tug_dg_link_mtu(d, l, mtu);
}

void __wrap_tug_dg_step(struct tug_diag *d, const struct tug_dg_line *l, enum tug_dg_step step);
void __real_tug_dg_step(struct tug_diag *d, const struct tug_dg_line *l, enum tug_dg_step step);
void __wrap_tug_dg_step(struct tug_diag *d, const struct tug_dg_line *l, enum tug_dg_step step)
{
	note("%u step %d\n", l->no, (int)step);
	__real_tug_dg_step(d, l, step);
}

void __wrap_tug_dg_session(struct tug_diag *d, const struct tug_dg_line *l);
void __real_tug_dg_session(struct tug_diag *d, const struct tug_dg_line *l);
void __wrap_tug_dg_session(struct tug_diag *d, const struct tug_dg_line *l)
{
	note("%u session\n", l->no);
	__real_tug_dg_session(d, l);
}

static struct tug_diag *d;
static const struct tug_report *report;

/* One input through the readers. */
static void read_text(const char *text)
{
	events[0] = '\0';
	tug_diag_free(d);
	assert_int_equal(tug_diag_create(TUG_DIAG_ALL, &d), TUG_OK);
	assert_int_equal(tug_diag_input(d, "log.txt"), TUG_OK);
	assert_int_equal(tug_diag_feed(d, tug_slice_of(text, strlen(text))), TUG_OK);
	tug_dg_input_end(d);
	assert_int_equal(tug_diag_report(d, &report), TUG_OK);
}

/* `text` gives these events and every line of it is understood as `kind`. */
static void expect(const char *text, const char *kind, const char *want)
{
	read_text(text);
	assert_string_equal(events, want);
	assert_string_equal(report->inputs[0].kind, kind);
	assert_int_equal(report->inputs[0].known, report->inputs[0].lines);
}

static int finish(void **state)
{
	(void)state;
	tug_diag_free(d);
	d = NULL;
	return 0;
}

#endif
