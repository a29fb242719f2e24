/* SPDX-License-Identifier: Apache-2.0
 *
 * The decompression port over liblzma, for host programs and the virtual device.
 */
#ifndef TUG_PORT_LZMA_H
#define TUG_PORT_LZMA_H

#include <tug/port/decompress.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Memory for images with imgtool's dictionary of 131072 octets. */
#define TUG_LZMA_MEMORY 262144u

/** A decompressor and its memory. Fields private. */
struct tug_lzma {
	struct tug_decompress port; /**< hand out its address */
	uint64_t opaque[32];        /**< private */
};

/** Make a decompressor that works in mem[cap] alone. Keeps `mem` until the last use; nothing to release. */
void tug_lzma_init(struct tug_lzma *l, void *mem, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
