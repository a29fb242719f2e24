/* SPDX-License-Identifier: Apache-2.0
 *
 * What a firmware takes from its port. Rename `template` to the name of your board.
 */
#ifndef TUG_PORT_TEMPLATE_H
#define TUG_PORT_TEMPLATE_H

#include <tug/port/clock.h>
#include <tug/port/crypto.h>
#include <tug/port/decompress.h>
#include <tug/port/flash.h>
#include <tug/port/link.h>
#include <tug/port/log.h>
#include <tug/port/reset.h>
#include <tug/port/watchdog.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The device that holds the slots. */
extern const struct tug_flash tug_template_flash;
/** Digests and signature checks. */
extern const struct tug_crypto tug_crypto_template;
/** Encrypted images; leave it out when there are none. */
extern const struct tug_crypto_enc tug_crypto_enc_template;
/** Compressed images; leave it out when there are none. */
extern const struct tug_decompress tug_template_decompress;
/** Ask for a reset. */
extern const struct tug_reset tug_template_reset;
/** Console lines. */
extern const struct tug_log tug_template_log;
/** Watchdog; leave `feed` NULL when there is none. */
extern const struct tug_watchdog tug_template_watchdog;
/** Monotonic milliseconds. */
extern const struct tug_clock tug_template_clock;
/** Way out for response frames. */
extern const struct tug_dev_link tug_template_link;

#ifdef __cplusplus
}
#endif
#endif
