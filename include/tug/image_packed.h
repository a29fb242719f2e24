/* SPDX-License-Identifier: Apache-2.0
 *
 * Compressed images: a medium that shows one as the image it was made of, so that whatever reads, verifies or copies an
 * image does the same with a compressed one.
 */
#ifndef TUG_IMAGE_PACKED_H
#define TUG_IMAGE_PACKED_H

#include <tug/image.h>
#include <tug/port/decompress.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Octets read from the medium at once. */
#define TUG_PACKED_PIECE 128u

/** The image behind a compressed one. Fields but `io`, `hdr`, `total` and `signed_plain` are private. */
struct tug_packed_view {
	struct tug_io io;               /**< the plain image, read only: header at 0, then payload and TLVs */
	struct tug_image_hdr hdr;       /**< its header */
	uint32_t total;                 /**< its octets, all TLVs included */
	bool signed_plain;              /**< DECOMP_SIGNATURE is there */
	struct tug_image img;           /**< the compressed image */
	const struct tug_decompress *d; /**< borrows */
	struct tug_tlv sha;             /**< DECOMP_SHA */
	struct tug_tlv sig;             /**< DECOMP_SIGNATURE */
	uint32_t packed;                /**< octets of the compressed payload */
	uint32_t prot_off;              /**< end of the plain payload */
	uint32_t unprot_off;            /**< end of the plain protected area */
	uint32_t at;                    /**< plain octets the stream has given */
	uint32_t fed;                   /**< compressed octets read from the medium */
	bool running;                   /**< a stream is under way */
	struct tug_slice in;            /**< compressed octets not yet taken */
	struct tug_tlv_it it;           /**< cursor over the TLVs: behind `cur` */
	struct tug_tlv cur;             /**< entry at the cursor; its value lies in the compressed image */
	uint32_t cur_off;               /**< its offset in the plain image, 0 = none yet */
	uint8_t piece[TUG_PACKED_PIECE]; /**< what `in` points into */
};

/** True when the image is compressed. */
bool tug_image_is_packed(const struct tug_image_hdr *h);

/**
 * Open the view of a compressed image that is open; its medium shows the payload decrypted. `v` keeps `d`, and the medium of `img`, until
 * dropped; it must not move. Reading its payload backwards begins the stream again. The stream is checked when its last
 * octet is read: it must end there, and nothing may be left over.
 * Errors: TUG_EFLAGS (not LZMA2), TUG_ETLV (DECOMP_SIZE or DECOMP_SHA missing or wrong), TUG_EHDR (sizes), io
 * errors; of reading: also TUG_EPACKED (payload damaged, longer or shorter than DECOMP_SIZE).
 */
int tug_packed_view_open(struct tug_packed_view *v, const struct tug_image *img, const struct tug_decompress *d);

#ifdef __cplusplus
}
#endif
#endif
