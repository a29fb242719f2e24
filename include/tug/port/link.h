/* SPDX-License-Identifier: Apache-2.0
 *
 * Port contract: link of the device side. The firmware's receive path hands octets to the
 * framer or server; this is how the server's answer leaves.
 */
#ifndef TUG_PORT_LINK_H
#define TUG_PORT_LINK_H

#include <tug/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The way out for response frames. */
struct tug_dev_link {
	/** Send one whole response frame, borrowed for the call. TUG_OK or TUG_ELINK. */
	int (*send)(void *ctx, struct tug_slice frame);
	void *ctx; /**< passed to the function */
};

#ifdef __cplusplus
}
#endif
#endif
