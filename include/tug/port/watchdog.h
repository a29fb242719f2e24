/* SPDX-License-Identifier: Apache-2.0
 *
 * Port contract: watchdog. Fed once per erase and once per copied chunk.
 */
#ifndef TUG_PORT_WATCHDOG_H
#define TUG_PORT_WATCHDOG_H

#include <tug/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A watchdog to feed. `feed` may be NULL: there is none. */
struct tug_watchdog {
	/** Restart the countdown. */
	void (*feed)(void *ctx);
	void *ctx; /**< passed to the function */
};

#ifdef __cplusplus
}
#endif
#endif
