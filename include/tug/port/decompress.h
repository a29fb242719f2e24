/* SPDX-License-Identifier: Apache-2.0
 *
 * Port contract: decompression of images, octets in, octets out. The port owns the dictionary's memory; nothing is
 * allocated in the boot core.
 */
#ifndef TUG_PORT_DECOMPRESS_H
#define TUG_PORT_DECOMPRESS_H

#include <tug/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a decompressor provides. One stream at a time. */
struct tug_decompress {
	/**
	 * Begin a raw LZMA2 stream, dropping one that was under way. `dict` = dictionary as an LZMA2 filter's property octet
	 * codes it; `arm_thumb` = behind an ARM-Thumb branch filter. Errors: TUG_EFLAGS (dictionary larger than the memory, or
	 * filter not built), TUG_EPACKED (no such property), TUG_ENOSPACE.
	 */
	int (*start)(void *ctx, uint8_t dict, bool arm_thumb);
	/**
	 * Take octets off the front of `in` and append to `out`, as long as one of the two lasts. Result: TUG_OK = the stream
	 * has ended, TUG_MORE = more input or more room is needed, TUG_EPACKED = the stream is damaged.
	 */
	int (*run)(void *ctx, struct tug_slice *in, struct tug_buf *out);
	void *ctx; /**< passed to both; keeps until the user is done */
};

#ifdef __cplusplus
}
#endif
#endif
