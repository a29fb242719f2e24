/* SPDX-License-Identifier: Apache-2.0
 *
 * Any stream of notifications: each frame has the length its header says, octets are never made up.
 * The first octet of each piece is its length.
 */
#include <stdlib.h>
#include <string.h>

#include "src/transport/ble_frag_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tug_ble_rx *rx = calloc(1, sizeof(*rx));
	size_t in = 0, out = 0;

	while (rx && len > 0) {
		size_t n = data[0] < len - 1 ? data[0] : len - 1;
		struct tug_slice frame;

		in += n;
		if (tug_ble_rx_feed(rx, tug_slice_of(data + 1, n), &frame)) {
			out += frame.len;
			if (frame.len != 8u + tug_be16(frame.p + 2))
				abort();
		}
		if (out > in || rx->len > sizeof(rx->buf))
			abort();
		data += 1 + n;
		len -= 1 + n;
	}
	free(rx);
	return 0;
}
