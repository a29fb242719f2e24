/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides whether an image header is acceptable and where the parts of the image lie. Refuses to
 * know slots, modes and keys. Called by every reader of an image; any context, never blocks itself.
 */
#include "image_priv.h"

#define ENC_BOTH (TUG_IMG_F_ENC_AES128 | TUG_IMG_F_ENC_AES256)
#define LZMA_BOTH (TUG_IMG_F_LZMA1 | TUG_IMG_F_LZMA2)

void tug_image_hdr_decode(const uint8_t in[TUG_IMAGE_HDR_LEN], struct tug_image_hdr *h)
{
	h->magic = tug_le32(in);
	h->load_addr = tug_le32(in + 4);
	h->hdr_size = tug_le16(in + 8);
	h->protect_tlv_size = tug_le16(in + 10);
	h->img_size = tug_le32(in + 12);
	h->flags = tug_le32(in + 16);
	h->version.major = in[20];
	h->version.minor = in[21];
	h->version.revision = tug_le16(in + 22);
	h->version.build = tug_le32(in + 24);
}

void tug_image_hdr_encode(const struct tug_image_hdr *h, uint8_t out[TUG_IMAGE_HDR_LEN])
{
	tug_put_le32(out, h->magic);
	tug_put_le32(out + 4, h->load_addr);
	tug_put_le16(out + 8, h->hdr_size);
	tug_put_le16(out + 10, h->protect_tlv_size);
	tug_put_le32(out + 12, h->img_size);
	tug_put_le32(out + 16, h->flags);
	out[20] = h->version.major;
	out[21] = h->version.minor;
	tug_put_le16(out + 22, h->version.revision);
	tug_put_le32(out + 24, h->version.build);
	tug_put_le32(out + 28, 0);
}

static int check_magic(const uint8_t *raw, uint8_t erased)
{
	if (tug_le32(raw) == TUG_IMAGE_MAGIC) {
		return TUG_OK;
	}
	for (size_t i = 0; i < 4; i++) {
		if (raw[i] != erased) {
			return TUG_EMAGIC;
		}
	}
	return TUG_EERASED;
}

static int check_flags(uint32_t flags, uint32_t can)
{
	if ((flags & ENC_BOTH) == ENC_BOTH || (flags & LZMA_BOTH) == LZMA_BOTH) {
		return TUG_EHDR;
	}
	if ((flags & ENC_BOTH) != 0 && (can & TUG_IMG_CAN_ENCRYPTED) == 0) {
		return TUG_EFLAGS;
	}
	if ((flags & (LZMA_BOTH | TUG_IMG_F_ARM_THUMB)) != 0 && (can & TUG_IMG_CAN_COMPRESSED) == 0) {
		return TUG_EFLAGS;
	}
	return TUG_OK;
}

/* The hashed range must end before the medium does: at least a TLV info follows it. */
static int check_sizes(const struct tug_image_hdr *h, uint32_t room, uint32_t *sum)
{
	if (h->hdr_size < TUG_IMAGE_HDR_LEN || h->img_size > UINT32_MAX - h->hdr_size) {
		return TUG_EHDR;
	}
	*sum = h->hdr_size + h->img_size;
	if (h->protect_tlv_size > UINT32_MAX - *sum ||
	    (h->protect_tlv_size != 0 && h->protect_tlv_size < TUG_TLV_INFO_LEN)) {
		return TUG_EHDR;
	}
	*sum += h->protect_tlv_size;
	return *sum < room ? TUG_OK : TUG_ETRUNC;
}

int tug_image_open_hdr(struct tug_image *img, const struct tug_io *io, uint32_t base, uint32_t can)
{
	uint8_t raw[TUG_IMAGE_HDR_LEN];
	uint32_t sum = 0;
	int rc = tug_image_read(io, base, 0, raw, sizeof(raw));

	if (rc != TUG_OK) {
		return rc;
	}
	rc = check_magic(raw, io->erased);
	if (rc != TUG_OK) {
		return rc;
	}
	img->io = io;
	img->base = base;
	tug_image_hdr_decode(raw, &img->hdr);
	rc = check_flags(img->hdr.flags, can);
	if (rc != TUG_OK) {
		return rc;
	}
	rc = check_sizes(&img->hdr, io->size - base, &sum);
	if (rc != TUG_OK) {
		return rc;
	}
	img->prot_off = sum - img->hdr.protect_tlv_size;
	img->unprot_off = sum;
	img->total = sum;
	return TUG_OK;
}

/* A TLV info: magic and total. */
static int read_info(const struct tug_image *img, uint32_t off, uint16_t magic, uint16_t *total)
{
	uint8_t raw[TUG_TLV_INFO_LEN];
	int rc = tug_image_read(img->io, img->base, off, raw, sizeof(raw));

	if (rc != TUG_OK) {
		return rc;
	}
	*total = tug_le16(raw + 2);
	return tug_le16(raw) == magic && *total >= TUG_TLV_INFO_LEN ? TUG_OK : TUG_ETLV;
}

int tug_image_open(struct tug_image *img, const struct tug_io *io, uint32_t base, uint32_t can)
{
	uint16_t total = 0;
	int rc = tug_image_open_hdr(img, io, base, can);

	if (rc != TUG_OK) {
		return rc;
	}
	if (img->hdr.protect_tlv_size != 0) {
		rc = read_info(img, img->prot_off, TUG_TLV_PROT_MAGIC, &total);
		if (rc != TUG_OK) {
			return rc;
		}
		if (total != img->hdr.protect_tlv_size) {
			return TUG_ETLV;
		}
	}
	rc = read_info(img, img->unprot_off, TUG_TLV_MAGIC, &total);
	if (rc != TUG_OK) {
		return rc;
	}
	if (total > io->size - base - img->unprot_off) {
		return TUG_ETRUNC;
	}
	img->total = img->unprot_off + total;
	return TUG_OK;
}
