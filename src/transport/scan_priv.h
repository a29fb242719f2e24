/* SPDX-License-Identifier: Apache-2.0
 *
 * Choosing one port among those found, apart from the finding: a pure function, so that tests can ask it
 * about boards nobody owns. This folder and its unit test only.
 */
#ifndef TUG_TRANSPORT_SCAN_PRIV_H
#define TUG_TRANSPORT_SCAN_PRIV_H

#include <tug/transport.h>

#include "url_priv.h"

/**
 * The one port among `ports` [n] that `url` names.
 * Result: its index. Errors: TUG_ENODEV, TUG_EADDR, with one sentence that lists what is there.
 */
int tug_usb_pick(const struct tug_port_info *ports, size_t n, const struct tug_url_usb *url, char *why,
		 size_t why_cap);

#endif
