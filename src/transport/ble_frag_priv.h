/* SPDX-License-Identifier: Apache-2.0
 *
 * SMP frames as pieces of a GATT characteristic; nothing of BlueZ. For this folder, its tests and its fuzz target.
 */
#ifndef TUG_TRANSPORT_BLE_FRAG_PRIV_H
#define TUG_TRANSPORT_BLE_FRAG_PRIV_H

#include <tug/base.h>

/** ATT_MTU every link has before it is negotiated. */
#define TUG_BLE_MTU_MIN 23u
/** Octets that ATT takes of each write and notification. */
#define TUG_BLE_ATT_HEAD 3u
/** Largest write that every BlueZ server takes: 5.66 to 5.68 drop more than 510 without a word. */
#define TUG_BLE_CHUNK_MAX 509u

/** Frames to fragments and back. */
struct tug_ble_rx {
	uint8_t buf[8 + 65535]; /**< a frame in part */
	size_t len;             /**< of it */
};

/** Take in one notification. Result: 1 with `*frame` (borrowed until the next call), 0 = more to come. */
int tug_ble_rx_feed(struct tug_ble_rx *rx, struct tug_slice part, struct tug_slice *frame);
/** Octets of a write for ATT_MTU `mtu`. */
size_t tug_ble_chunk(unsigned mtu);

#endif
