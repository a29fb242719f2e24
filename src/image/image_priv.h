/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of this folder share: bounded reads relative to an image. Knows no medium but
 * the callback. Only src/image and its unit tests may include it.
 */
#ifndef TUG_IMAGE_PRIV_H
#define TUG_IMAGE_PRIV_H

#include <tug/image.h>
#include <tug/trailer.h>

/** Octets of a TLV info and of a TLV entry header: both are two u16. */
#define TUG_TLV_INFO_LEN 4u
/** Octets of the magic at the end of a trailer. */
#define TUG_TRAILER_MAGIC_LEN 16u

/** Read `len` octets at `off` relative to `base`. Errors: TUG_ETRUNC past the end of the medium, io errors. */
int tug_image_read(const struct tug_io *io, uint32_t base, uint32_t off, void *dst, size_t len);

/** The TLV type that carries a digest of algorithm `alg`. */
uint16_t tug_image_digest_type(enum tug_hash_alg alg);

#endif
