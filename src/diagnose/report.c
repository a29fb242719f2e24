/* SPDX-License-Identifier: Apache-2.0
 *
 * What the forms of a report share: growing text, names of places.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_priv.h"

void tug_dg_out_put(struct tug_dg_out *o, const char *p, size_t len)
{
	if (o->failed) {
		return;
	}
	if (o->len + len + 1 > o->cap) {
		size_t cap = (o->len + len + 1) * 2;
		char *more = realloc(o->p, cap);

		if (more == NULL) {
			o->failed = true;
			return;
		}
		o->p = more;
		o->cap = cap;
	}
	memcpy(o->p + o->len, p, len);
	o->len += len;
	o->p[o->len] = '\0';
}

void tug_dg_out_f(struct tug_dg_out *o, const char *fmt, ...)
{
	char small[512], *big;
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(small)) {
		tug_dg_out_put(o, small, (size_t)n);
	} else if (n >= 0) {
		big = malloc((size_t)n + 1);
		if (big == NULL) {
			o->failed = true;
		} else {
			vsnprintf(big, (size_t)n + 1, fmt, again);
			tug_dg_out_put(o, big, (size_t)n);
			free(big);
		}
	}
	va_end(again);
}

char *tug_dg_out_take(struct tug_dg_out *o)
{
	tug_dg_out_put(o, "", 0);
	if (o->failed) {
		free(o->p);
		return NULL;
	}
	return o->p;
}

/* The last component of an input's name where no other input has the same, else the whole name. */
static const char *short_name(const struct tug_report *r, size_t i)
{
	const char *slash = strrchr(r->inputs[i].name, '/'), *name = slash != NULL ? slash + 1 : r->inputs[i].name;

	if (strncmp(r->inputs[i].name, "serial:", 7) == 0 || name[0] == '\0') {
		return r->inputs[i].name; /* a device, not a file */
	}
	for (size_t k = 0; k < r->n_inputs; k++) {
		const char *other = strrchr(r->inputs[k].name, '/');

		if (k != i && strcmp(other != NULL ? other + 1 : r->inputs[k].name, name) == 0) {
			return r->inputs[i].name;
		}
	}
	return name;
}

void tug_dg_place(const struct tug_report *r, const struct tug_evidence *at, char *dst, size_t cap)
{
	const char *name = at->input < r->n_inputs ? short_name(r, at->input) : "?";

	if (at->line == 0) {
		snprintf(dst, cap, "%s", name);
	} else {
		snprintf(dst, cap, "%s:%u", name, (unsigned)at->line);
	}
}

size_t tug_dg_columns(const char *p, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		n += ((uint8_t)p[i] & 0xc0) != 0x80;
	}
	return n;
}
