/* SPDX-License-Identifier: Apache-2.0
 *
 * Console receivers: octet 0 picks the flavour, the size of the storage and of the pieces; each octet 0xfe of the
 * rest lets time pass. Always gets on, and whatever comes out as a frame goes in again as the same frame.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/smp_frame.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_frame(struct tug_slice frame)
{
	struct tug_console_rx rx;
	struct tug_rx_event ev;
	uint8_t store[600];
	uint8_t lines[1200];
	struct tug_buf b = tug_buf_of(lines, sizeof(lines));
	if (tug_console_encode_zephyr(frame, &b) != TUG_OK) {
		abort();
	}
	struct tug_slice in = tug_buf_slice(&b);
	tug_console_rx_init(&rx, tug_buf_of(store, sizeof(store)), TUG_CONSOLE_SERVER);
	tug_console_rx_feed(&rx, &in, 0, &ev);
	if (ev.kind != TUG_RX_FRAME || !tug_slice_eq(ev.data, frame)) {
		abort();
	}
}

static void feed(struct tug_console_rx *rx, struct tug_slice in, uint64_t now_ms)
{
	struct tug_rx_event ev;
	size_t most = 2 * in.len + 4;
	do {
		tug_console_rx_feed(rx, &in, now_ms, &ev);
		if (most-- == 0) {
			abort();
		}
		if (ev.kind == TUG_RX_FRAME) {
			check_frame(ev.data);
		}
		if (ev.kind == TUG_RX_TEXT && (ev.data.len == 0 || ev.data.len > sizeof(rx->line))) {
			abort();
		}
		if (ev.kind == TUG_RX_DROP && ev.err >= 0) {
			abort();
		}
	} while (ev.kind != TUG_RX_NONE);
	if (in.len != 0) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t flavours[] = { TUG_CONSOLE_CLIENT, TUG_CONSOLE_SERVER,
					    TUG_CONSOLE_SERVER | TUG_CONSOLE_LF_ONLY, 0 };
	struct tug_console_rx rx;
	struct tug_rx_event ev;
	uint64_t now_ms = 1;
	if (len == 0) {
		return 0;
	}
	size_t cap = (data[0] & 4) != 0 ? 512 : (data[0] >> 3);
	size_t piece = (size_t)(data[0] >> 4) + 1;
	uint8_t *store = malloc(cap > 0 ? cap : 1);
	if (store == NULL) {
		return 0;
	}
	tug_console_rx_init(&rx, tug_buf_of(store, cap), flavours[data[0] & 3]);
	for (size_t at = 1; at < len; at += piece) {
		size_t n = piece < len - at ? piece : len - at;
		uint8_t *exact = malloc(n);
		if (exact == NULL) {
			break;
		}
		memcpy(exact, data + at, n);
		now_ms += memchr(exact, 0xfe, n) != NULL ? 3000 : 1;
		feed(&rx, tug_slice_of(exact, n), now_ms);
		free(exact);
	}
	feed(&rx, tug_slice_of(NULL, 0), now_ms + 5000);
	tug_console_rx_flush(&rx, &ev);
	free(store);
	return 0;
}
