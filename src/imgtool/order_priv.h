/* SPDX-License-Identifier: Apache-2.0
 *
 * Images with big-endian header and TLVs, turned around while they are read. Only src/imgtool may include it.
 */
#ifndef TUG_ORDER_PRIV_H
#define TUG_ORDER_PRIV_H

#include "imgtool_priv.h"

/** A medium that shows a big-endian image as a little-endian one. */
struct tug_order {
	const struct tug_io *raw; /**< the medium; borrows */
	struct tug_io io;         /**< what the reader gets */
	bool big;                 /**< the header's magic is big-endian; else nothing is turned */
	bool opened;              /**< set once the image is open: the header is then read as part of the digest */
};

/**
 * Look at the magic and choose. The result lives as long as `o`. A digest computed through it must read its range in one
 * piece of more than four octets; a value of four octets comes turned like a head.
 */
const struct tug_io *tug_order_of(struct tug_order *o, const struct tug_io *raw);

#endif
