/* SPDX-License-Identifier: Apache-2.0
 *
 * Port contract: reset. The server asks for it after its answer has left; the boot core asks
 * for it where MCUboot would panic.
 */
#ifndef TUG_PORT_RESET_H
#define TUG_PORT_RESET_H

#include <tug/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Ask for a reset. On a real device it does not return; a simulator records it and returns. */
struct tug_reset {
	/** `boot_mode` 0 = normal, 1 = bootloader (recovery). */
	void (*request)(void *ctx, uint8_t boot_mode);
	void *ctx; /**< passed to the function */
};

#ifdef __cplusplus
}
#endif
#endif
