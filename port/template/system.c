/* SPDX-License-Identifier: Apache-2.0
 *
 * What a board offers besides flash and crypto: reset, console, watchdog, clock, and the way out for responses.
 * Refuses to know who asks and why. Called by boot and server.
 */
#include "template.h"

/* FILL IN: reset the chip; does not return. `boot_mode` 1 = stay in the bootloader: leave a note that survives. */
static void reset_request(void *ctx, uint8_t boot_mode)
{
	(void)ctx;
	(void)boot_mode;
}

/* FILL IN: print one line with its level ("E: ", "W: ", "I: ", "D: ") and a line end. */
static void log_line(void *ctx, enum tug_log_level level, struct tug_slice text)
{
	(void)ctx;
	(void)level;
	(void)text;
}

/* FILL IN: restart the watchdog's countdown. */
static void watchdog_feed(void *ctx)
{
	(void)ctx;
}

/* FILL IN: milliseconds since any fixed point; never goes back, also when a counter of 32 bits wraps. */
static uint64_t clock_now_ms(void *ctx)
{
	(void)ctx;
	return 0;
}

/* FILL IN: hand one response frame to the UART, socket or radio; it is borrowed for the call. */
static int link_send(void *ctx, struct tug_slice frame)
{
	(void)ctx;
	(void)frame;
	return TUG_ENOTIMPL;
}

const struct tug_reset tug_template_reset = { reset_request, NULL };
const struct tug_log tug_template_log = { log_line, NULL };
const struct tug_watchdog tug_template_watchdog = { watchdog_feed, NULL };
const struct tug_clock tug_template_clock = { clock_now_ms, NULL };
const struct tug_dev_link tug_template_link = { link_send, NULL };
