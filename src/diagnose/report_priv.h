/* SPDX-License-Identifier: Apache-2.0
 *
 * Text that grows, for the reports. For src/diagnose/report*.c and verdict.c only.
 */
#ifndef TUG_DIAGNOSE_REPORT_PRIV_H
#define TUG_DIAGNOSE_REPORT_PRIV_H

#include <stddef.h>

#include <tug/diagnose.h>

/** Growing text. Zero-initialise. */
struct tug_dg_out {
	char *p;     /**< heap, NUL-terminated; NULL = nothing yet */
	size_t len;  /**< characters */
	size_t cap;  /**< allocated */
	bool failed; /**< out of memory once: stays so */
};

/** Append formatted text. */
void tug_dg_out_f(struct tug_dg_out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Append octets. */
void tug_dg_out_put(struct tug_dg_out *o, const char *p, size_t len);
/** The text for free(), or NULL when memory was short. */
char *tug_dg_out_take(struct tug_dg_out *o);
/** "name:line" of a place, or "name"; into `dst` [cap]. */
void tug_dg_place(const struct tug_report *r, const struct tug_evidence *at, char *dst, size_t cap);
/** Columns of a text of UTF-8. */
size_t tug_dg_columns(const char *p, size_t len);

#endif
