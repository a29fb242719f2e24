/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two console receivers share: markers, and the frame that grows out of base64. Decides nothing about lines.
 * For console_rx.c and console_server.c only.
 */
#ifndef TUG_CONSOLE_PRIV_H
#define TUG_CONSOLE_PRIV_H

#include <tug/smp_frame.h>

enum {
	TUG_CONSOLE_FIRST_0 = 0x06,     /**< marker of a frame's first line */
	TUG_CONSOLE_FIRST_1 = 0x09,     /**< its second octet */
	TUG_CONSOLE_NEXT_0 = 0x04,      /**< marker of a further line */
	TUG_CONSOLE_NEXT_1 = 0x14,      /**< its second octet */
	TUG_CONSOLE_CRC_LEN = 2,        /**< octets of the CRC */
	TUG_CONSOLE_TOTAL_LEN = 2,      /**< octets of total */
	TUG_CONSOLE_FRAME_MIN = TUG_SMP_HDR_LEN + TUG_CONSOLE_CRC_LEN, /**< least value of total */
};

/** Forget the frame under way; `open`: another begins. */
void tug_console_frame_begin(struct tug_console_server_rx *rx, bool open);

/** True when the frame under way got nothing for too long. */
bool tug_console_frame_late(const struct tug_console_server_rx *rx, uint64_t now_ms);

/** One base64 character of the line; each fourth appends octets to `to`. TUG_OK, TUG_EBASE64, TUG_ENOSPACE. */
int tug_console_char(struct tug_console_server_rx *rx, uint8_t c, struct tug_buf *to);

/** Does the frame under way agree with its total so far, and will it fit? TUG_OK, TUG_ELEN, TUG_ETOOBIG. */
int tug_console_frame_check(const struct tug_console_server_rx *rx);

/**
 * The line is over: is the frame whole? Result: TUG_OK = `frame` is it, TUG_MORE = not yet (or none is open),
 * TUG_EBASE64 (the line ends within a group), TUG_ECRC.
 */
int tug_console_frame_end(struct tug_console_server_rx *rx, struct tug_slice *frame);

#endif
