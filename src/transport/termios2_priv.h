/* SPDX-License-Identifier: Apache-2.0
 *
 * The one call of termios2.c. A header of its own, without libuv: libuv brings <termios.h>, which clashes
 * with the kernel's terminal header. This folder only.
 */
#ifndef TUG_TRANSPORT_TERMIOS2_PRIV_H
#define TUG_TRANSPORT_TERMIOS2_PRIV_H

#include <tug/base.h>

/**
 * Raw mode at any baud rate (0 = leave the rate), input so far thrown away.
 * Result: TUG_OK; TUG_ERANGE with the rate the port offers instead in `*baud`; TUG_ELINK (errno set).
 */
int tug_termios_raw(int fd, uint32_t *baud);

#endif
