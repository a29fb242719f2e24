/* SPDX-License-Identifier: Apache-2.0
 *
 * Raw receiver: octet 0 picks the size of the storage and of the pieces. Frames are consistent and in order, and
 * every octet is in a frame, in a drop, or waiting.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/smp_frame.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tug_raw_rx rx;
	struct tug_rx_event ev;
	if (len == 0) {
		return 0;
	}
	size_t cap = 8 + (size_t)(data[0] & 15) * 16;
	size_t piece = (size_t)(data[0] >> 4) + 1;
	size_t accounted = 0;
	uint8_t *store = malloc(cap);
	if (store == NULL) {
		return 0;
	}
	tug_raw_rx_init(&rx, tug_buf_of(store, cap));
	for (size_t at = 1; at < len; at += piece) {
		struct tug_slice in = tug_slice_of(data + at, piece < len - at ? piece : len - at);
		do {
			tug_raw_rx_feed(&rx, &in, at, &ev);
			accounted += ev.data.len;
			struct tug_smp_hdr hdr;
			struct tug_slice body;
			if (ev.kind == TUG_RX_FRAME && tug_smp_frame_split(ev.data, &hdr, &body) != TUG_OK) {
				abort();
			}
			if (ev.kind == TUG_RX_TEXT || (ev.kind == TUG_RX_DROP && ev.data.len < TUG_SMP_HDR_LEN)) {
				abort();
			}
		} while (ev.kind != TUG_RX_NONE);
	}
	if (accounted + rx.frame.len != len - 1) {
		abort();
	}
	struct tug_slice none = tug_slice_of(NULL, 0);
	tug_raw_rx_feed(&rx, &none, len + 5000, &ev);
	if (rx.frame.len != 0) {
		abort();
	}
	free(store);
	return 0;
}
