/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides where one TLV ends and the next begins, and that none leaves its own area. Refuses to
 * know what a type means. Called by verify and by every reader of metadata; any context.
 */
#include "image_priv.h"

#define TLV_ANY 0xffffu

void tug_tlv_begin(struct tug_tlv_it *it, const struct tug_image *img, uint16_t type, bool prot_only)
{
	it->img = img;
	it->type = type;
	it->prot_only = prot_only;
	it->off = img->prot_off + TUG_TLV_INFO_LEN; /* with no protected area this is the unprotected one */
	if (prot_only && img->prot_off == img->unprot_off) {
		it->off = img->total;
	}
}

/* Octets left in the area that holds `off`; steps over the second info between the areas. */
static uint32_t area_left(struct tug_tlv_it *it)
{
	const struct tug_image *img = it->img;

	if (img->prot_off != img->unprot_off && it->off <= img->unprot_off) {
		if (it->off < img->unprot_off || it->prot_only) {
			return img->unprot_off - it->off;
		}
		it->off = img->unprot_off + TUG_TLV_INFO_LEN;
	}
	return it->off < img->total ? img->total - it->off : 0;
}

int tug_tlv_next(struct tug_tlv_it *it, struct tug_tlv *tlv)
{
	for (uint32_t left = area_left(it); left > 0; left = area_left(it)) {
		uint8_t raw[TUG_TLV_INFO_LEN];

		if (left < sizeof(raw)) {
			return TUG_ETLV;
		}
		int rc = tug_image_read(it->img->io, it->img->base, it->off, raw, sizeof(raw));
		if (rc != TUG_OK) {
			return rc;
		}
		tlv->type = tug_le16(raw);
		tlv->len = tug_le16(raw + 2);
		tlv->off = it->off + (uint32_t)sizeof(raw);
		tlv->prot = it->off < it->img->unprot_off;
		/* 0 and 0xffff are never stored: what reads as one is erased or unwritten, not a TLV */
		if (tlv->type == 0 || tlv->type == TLV_ANY || tlv->len > left - sizeof(raw)) {
			return TUG_ETLV;
		}
		it->off = tlv->off + tlv->len;
		if (it->type == TLV_ANY || it->type == tlv->type) {
			return 1;
		}
	}
	return 0;
}

int tug_tlv_read(const struct tug_image *img, const struct tug_tlv *tlv, void *dst, size_t cap)
{
	if (cap < tlv->len) {
		return TUG_ENOSPACE;
	}
	return tug_image_read(img->io, img->base, tlv->off, dst, tlv->len);
}

uint16_t tug_image_digest_type(enum tug_hash_alg alg)
{
	return alg == TUG_SHA256 ? TUG_TLV_SHA256 : alg == TUG_SHA384 ? TUG_TLV_SHA384 : TUG_TLV_SHA512;
}

int tug_image_digest(const struct tug_image *img, uint8_t out[TUG_HASH_MAX], size_t *len)
{
	struct tug_tlv_it it;
	struct tug_tlv tlv = { 0 };
	int rc;

	tug_tlv_begin(&it, img, TLV_ANY, false);
	while ((rc = tug_tlv_next(&it, &tlv)) == 1) {
		if (tlv.prot || tlv.type < TUG_TLV_SHA256 || tlv.type > TUG_TLV_SHA512) {
			continue;
		}
		*len = tug_hash_len((enum tug_hash_alg)(tlv.type - TUG_TLV_SHA256));
		if (tlv.len != *len) {
			return TUG_ETLV;
		}
		return tug_tlv_read(img, &tlv, out, TUG_HASH_MAX);
	}
	return rc < 0 ? rc : TUG_ENOHASH;
}
