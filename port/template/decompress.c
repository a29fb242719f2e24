/* SPDX-License-Identifier: Apache-2.0
 *
 * Decompression of images: raw LZMA2, for overwrite modes. Called by the boot core.
 */
#include "template.h"

/* FILL IN: begin a stream; the dictionary's memory is yours, 128 KiB for what the signing tool makes. */
static int lzma_start(void *ctx, uint8_t dict, bool arm_thumb)
{
	(void)ctx;
	(void)dict;
	(void)arm_thumb;
	return TUG_ENOTIMPL;
}

/* FILL IN: octets off the front of `in` to the end of `out`, until one of the two is used up or the stream ends. */
static int lzma_run(void *ctx, struct tug_slice *in, struct tug_buf *out)
{
	(void)ctx;
	(void)in;
	(void)out;
	return TUG_ENOTIMPL;
}

const struct tug_decompress tug_template_decompress = { lzma_start, lzma_run, NULL };
