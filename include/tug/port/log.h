/* SPDX-License-Identifier: Apache-2.0
 *
 * Port contract: log. Whole lines of text without newline; the core never formats with stdio.
 */
#ifndef TUG_PORT_LOG_H
#define TUG_PORT_LOG_H

#include <tug/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Log levels, as MCUboot prints them. */
enum tug_log_level {
	TUG_LOG_RAW = 0, /**< printed as it is: banners */
	TUG_LOG_ERR = 1, /**< "E: " */
	TUG_LOG_WRN = 2, /**< "W: " */
	TUG_LOG_INF = 3, /**< "I: " */
	TUG_LOG_DBG = 4, /**< "D: " */
};

/** Where lines go. `line` may be NULL: nothing is logged. */
struct tug_log {
	/** One line, `text` without newline, borrowed for the call. */
	void (*line)(void *ctx, enum tug_log_level level, struct tug_slice text);
	void *ctx; /**< passed to the function */
};

#ifdef __cplusplus
}
#endif
#endif
