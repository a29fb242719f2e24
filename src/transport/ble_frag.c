/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how SMP frames become writes and notifications become frames: pieces without a head of their own, the
 * length in the SMP header tells the end. Pure; called by the ble: link.
 */
#include "ble_frag_priv.h"

#include <string.h>

#include <tug/smp.h>

int tug_ble_rx_feed(struct tug_ble_rx *rx, struct tug_slice part, struct tug_slice *frame)
{
	size_t whole;

	if (part.len > sizeof(rx->buf) - rx->len) {
		rx->len = 0;
		return 0;
	}
	if (part.len)
		memcpy(rx->buf + rx->len, part.p, part.len);
	rx->len += part.len;
	if (rx->len < TUG_SMP_HDR_LEN)
		return 0;
	whole = TUG_SMP_HDR_LEN + (size_t)tug_be16(rx->buf + 2);
	if (rx->len < whole)
		return 0;
	/* a notification never holds two frames: what is too much belongs to nothing */
	*frame = tug_slice_of(rx->buf, whole);
	rx->len = 0;
	return 1;
}

size_t tug_ble_chunk(unsigned mtu)
{
	size_t n = mtu < TUG_BLE_MTU_MIN ? TUG_BLE_MTU_MIN - TUG_BLE_ATT_HEAD : mtu - TUG_BLE_ATT_HEAD;

	return n < TUG_BLE_CHUNK_MAX ? n : TUG_BLE_CHUNK_MAX;
}
