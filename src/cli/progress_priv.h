/* SPDX-License-Identifier: Apache-2.0
 *
 * How far an upload is: a bar on a terminal, a line each five percent elsewhere. For src/cli only.
 */
#ifndef TUG_CLI_PROGRESS_PRIV_H
#define TUG_CLI_PROGRESS_PRIV_H

#include "out_priv.h"

/** One upload being watched; zero it before use. */
struct tug_progress {
	uint64_t start_ms;  /**< time of the first report */
	uint32_t start_off; /**< octets the device had then (resume) */
	uint32_t off;       /**< octets the device has */
	uint32_t len;       /**< octets of the image, 0 = no report yet */
	uint32_t percent;   /**< last percentage that was shown, +1; 0 = none */
};

/** Milliseconds of a clock that never goes back. */
uint64_t tug_progress_clock(void);
/** Take a report. Result: true when it is worth showing (each percent on a terminal and in JSON, else each five). */
bool tug_progress_take(struct tug_progress *p, uint32_t off, uint32_t len, uint64_t now_ms, uint32_t each_percent);
/** Octets per second since the start, 0 = not known yet. */
double tug_progress_rate(const struct tug_progress *p, uint64_t now_ms);
/** The line or the bar. `prefix` = which device, or "". */
void tug_progress_show(const struct tug_progress *p, struct tug_out *out, const char *prefix, bool bar, uint64_t now_ms);

#endif
