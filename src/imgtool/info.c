/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides what is worth knowing about an image and gathers it into plain values. Refuses to format.
 * Called by the command line and by info_text.c's callers; allocates nothing.
 */
#include <string.h>

#include <tug/port/crypto_openssl.h>

#include "order_priv.h"

static void note_tlv(const struct tug_image *img, const struct tug_tlv *tlv, struct tug_image_info *info)
{
	switch (tlv->type) {
	case TUG_TLV_KEYHASH:
		if (info->keyhash_len == 0 && tug_tlv_read(img, tlv, info->keyhash, sizeof(info->keyhash)) == TUG_OK) {
			info->keyhash_len = tlv->len;
		}
		break;
	case TUG_TLV_RSA2048_PSS:
	case TUG_TLV_RSA3072_PSS:
	case TUG_TLV_ECDSA_SIG:
	case TUG_TLV_ED25519:
		info->sig_type = info->sig_type == 0 ? tlv->type : info->sig_type;
		break;
	case TUG_TLV_SIG_PURE:
		info->pure = true;
		break;
	case TUG_TLV_ENC_RSA2048:
	case TUG_TLV_ENC_KW:
	case TUG_TLV_ENC_EC256:
	case TUG_TLV_ENC_X25519:
	case TUG_TLV_ENC_X25519_512:
		info->enc_tlv = info->enc_tlv == 0 ? tlv->type : info->enc_tlv;
		break;
	default:
		break;
	}
}

static int walk(const struct tug_image *img, struct tug_image_info *info)
{
	struct tug_tlv_it it;
	struct tug_tlv tlv;
	int rc;

	tug_tlv_begin(&it, img, 0xffff, false);
	while ((rc = tug_tlv_next(&it, &tlv)) == 1) {
		if (info->n_tlvs < TUG_INFO_TLVS) {
			info->tlvs[info->n_tlvs] = tlv;
		}
		info->n_tlvs++;
		if (!tlv.prot) {
			note_tlv(img, &tlv, info);
		}
	}
	return rc;
}

static void find_digest(const struct tug_image *img, struct tug_image_info *info)
{
	if (tug_image_digest(img, info->digest, &info->digest_len) != TUG_OK) {
		info->digest_len = 0;
	}
}

static void check_digest(const struct tug_image *img, struct tug_image_info *info)
{
	uint8_t scratch[4096];
	uint8_t is[TUG_HASH_MAX];

	if (info->digest_len == 0) {
		return;
	}
	enum tug_hash_alg alg = info->digest_len == 32 ? TUG_SHA256 : info->digest_len == 48 ? TUG_SHA384 : TUG_SHA512;
	info->digest_ok = tug_image_hash(img, &tug_crypto_openssl, alg, tug_buf_of(scratch, sizeof(scratch)), is) == TUG_OK &&
			  memcmp(is, info->digest, info->digest_len) == 0;
}

/* A trailer ends the file when one of the three magics does; what lies before it is read with its alignment. */
static void find_trailer(const struct tug_io *io, struct tug_image_info *info)
{
	static const uint8_t aligns[] = { 8, 16, 32 };

	for (size_t i = 0; i < sizeof(aligns); i++) {
		struct tug_trailer_geo g = { .size = io->size, .max_align = aligns[i], .write_size = 1 };

		if (io->size - info->total >= tug_trailer_info_size(&g) && tug_trailer_read(io, &g, &info->trailer) == TUG_OK &&
		    info->trailer.magic == TUG_GOOD) {
			info->trailer_align = aligns[i];
			return;
		}
	}
}

int tug_image_info_read(const struct tug_file *f, struct tug_image_info *info, char *why)
{
	struct tug_slice data = tug_slice_of(f->data.p, f->data.len);
	struct tug_io io = tug_io_of_slice(&data);
	struct tug_order order;
	struct tug_image img;
	int rc = tug_image_open(&img, tug_order_of(&order, &io), 0, TUG_IMG_CAN_ENCRYPTED | TUG_IMG_CAN_COMPRESSED);

	memset(info, 0, sizeof(*info));
	if (rc == TUG_OK) {
		info->hdr = img.hdr;
		info->prot_off = img.prot_off;
		info->unprot_off = img.unprot_off;
		info->total = img.total;
		rc = walk(&img, info);
	}
	if (rc != TUG_OK) {
		return tug_why(why, rc, "%s; %s", tug_strerror(rc), tug_err_advice(rc));
	}
	info->file_len = f->data.len;
	info->has_addr = f->has_addr;
	info->addr = f->addr;
	info->encrypted = (img.hdr.flags & (TUG_IMG_F_ENC_AES128 | TUG_IMG_F_ENC_AES256)) != 0;
	info->big_endian = order.big;
	find_digest(&img, info);
	img.io = &io; /* digests are over the octets as they lie there */
	check_digest(&img, info);
	if (io.size > info->total) {
		/* the fill behind the TLVs tells what an erased octet is */
		io.erased = data.p[info->total] == 0 ? 0 : 0xff;
		find_trailer(&io, info);
	}
	return TUG_OK;
}
