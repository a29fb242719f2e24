/* SPDX-License-Identifier: Apache-2.0
 *
 * Port contract: monotonic time for the server's delayed reset.
 */
#ifndef TUG_PORT_CLOCK_H
#define TUG_PORT_CLOCK_H

#include <tug/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A monotonic clock. */
struct tug_clock {
	/** Milliseconds since any fixed point; never goes back. */
	uint64_t (*now_ms)(void *ctx);
	void *ctx; /**< passed to the function */
};

#ifdef __cplusplus
}
#endif
#endif
