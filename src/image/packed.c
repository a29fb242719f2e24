/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides what a compressed image is once it is decompressed: header without the flags and with the sizes of the plain one,
 * payload out of the stream, TLVs without those of compression, digest and signature those of the plain image. Refuses to
 * verify. Called by the boot core and the image tool; allocates nothing.
 */
#include <string.h>

#include <tug/image_packed.h>

#include "image_priv.h"

#define TLV_ANY 0xffffu
#define PROPS 2u
#define PACKED_FLAGS ((uint32_t)TUG_IMG_F_LZMA1 | (uint32_t)TUG_IMG_F_LZMA2 | (uint32_t)TUG_IMG_F_ARM_THUMB)

bool tug_image_is_packed(const struct tug_image_hdr *h)
{
	return (h->flags & PACKED_FLAGS) != 0;
}

/* ---- TLVs --------------------------------------------------------------------------------------------- */

static bool is_of_packing(uint16_t type)
{
	return type == TUG_TLV_DECOMP_SIZE || type == TUG_TLV_DECOMP_SHA || type == TUG_TLV_DECOMP_SIG || type == TUG_TLV_COMP_DEC_SIZE;
}

static bool is_signature(uint16_t type)
{
	return type == TUG_TLV_RSA2048_PSS || type == TUG_TLV_RSA3072_PSS || type == TUG_TLV_ECDSA_SIG || type == TUG_TLV_ED25519;
}

/* Is the entry one of the plain image? Its value then lies where `tlv` says afterwards. */
static bool take(const struct tug_packed_view *v, struct tug_tlv *tlv)
{
	const struct tug_tlv *other = NULL;

	if (tlv->prot) {
		return !is_of_packing(tlv->type);
	}
	if (tlv->type >= TUG_TLV_SHA256 && tlv->type <= TUG_TLV_SHA512) {
		other = &v->sha;
	} else if (is_signature(tlv->type)) {
		other = &v->sig;
	}
	if (other != NULL) {
		tlv->len = other->len;
		tlv->off = other->off;
	}
	return other != &v->sig || v->signed_plain;
}

/* The next entry of the plain image. Result: as tug_tlv_next. */
static int next_entry(struct tug_packed_view *v)
{
	struct tug_tlv tlv = { 0 };
	bool was_prot = v->cur_off != 0 && v->cur.prot;
	uint32_t off = v->cur_off == 0 ? v->prot_off + TUG_TLV_INFO_LEN : v->cur_off + TUG_TLV_INFO_LEN + v->cur.len;
	int rc;

	do {
		rc = tug_tlv_next(&v->it, &tlv);
	} while (rc == 1 && !take(v, &tlv));
	if (rc == 1) {
		if (was_prot && !tlv.prot) {
			off = v->unprot_off + TUG_TLV_INFO_LEN;
		}
		v->cur = tlv;
		v->cur_off = off;
	}
	return rc;
}

static void rewind_entries(struct tug_packed_view *v)
{
	tug_tlv_begin(&v->it, &v->img, TLV_ANY, false);
	v->cur_off = 0;
}

/* ---- opening ------------------------------------------------------------------------------------------ */

static int read_u32(const struct tug_packed_view *v, const struct tug_tlv *tlv, uint32_t *out)
{
	uint8_t raw[4];
	int rc = tlv->len == sizeof(raw) ? tug_tlv_read(&v->img, tlv, raw, sizeof(raw)) : TUG_ETLV;

	if (rc == TUG_OK) {
		*out = tug_le32(raw);
	}
	return rc;
}

/* What the TLVs of compression say; the first of a type counts. */
static int read_packing(struct tug_packed_view *v)
{
	struct tug_tlv_it it;
	struct tug_tlv tlv = { 0 };
	bool have_size = false;
	int rc;

	v->packed = v->img.hdr.img_size;
	tug_tlv_begin(&it, &v->img, TLV_ANY, true);
	while ((rc = tug_tlv_next(&it, &tlv)) == 1) {
		if (tlv.type == TUG_TLV_DECOMP_SIZE && !have_size) {
			have_size = true;
			rc = read_u32(v, &tlv, &v->hdr.img_size);
		} else if (tlv.type == TUG_TLV_COMP_DEC_SIZE) {
			rc = read_u32(v, &tlv, &v->packed);
		} else if (tlv.type == TUG_TLV_DECOMP_SHA && v->sha.off == 0) {
			v->sha = tlv;
		} else if (tlv.type == TUG_TLV_DECOMP_SIG && v->sig.off == 0) {
			v->sig = tlv;
			v->signed_plain = true;
		}
		if (rc < 0) {
			return rc;
		}
	}
	if (rc == TUG_OK && (!have_size || v->sha.off == 0)) {
		rc = TUG_ETLV;
	}
	return rc == TUG_OK && (v->packed < PROPS || v->packed > v->img.hdr.img_size) ? TUG_EHDR : rc;
}

/* Sizes of both areas; a digest TLV must be as long as the digest that takes its place. */
static int measure(struct tug_packed_view *v)
{
	uint32_t prot = 0, unprot = TUG_TLV_INFO_LEN;
	uint64_t end = (uint64_t)v->hdr.hdr_size + v->hdr.img_size;
	int rc;

	rewind_entries(v);
	v->prot_off = v->unprot_off = 1; /* the offsets are not known yet, and not asked for */
	while ((rc = next_entry(v)) == 1) {
		uint32_t len = TUG_TLV_INFO_LEN + v->cur.len;

		prot += v->cur.prot ? len : 0u;
		unprot += v->cur.prot ? 0u : len;
		if (!v->cur.prot && v->cur.type >= TUG_TLV_SHA256 && v->cur.type <= TUG_TLV_SHA512 &&
		    v->cur.len != tug_hash_len((enum tug_hash_alg)(v->cur.type - TUG_TLV_SHA256))) {
			return TUG_ETLV;
		}
	}
	if (rc < 0) {
		return rc;
	}
	prot += prot > 0 ? TUG_TLV_INFO_LEN : 0u;
	if (unprot > UINT16_MAX || end + prot + unprot > UINT32_MAX) {
		return TUG_EHDR;
	}
	v->hdr.protect_tlv_size = (uint16_t)prot;
	v->prot_off = (uint32_t)end;
	v->unprot_off = v->prot_off + prot;
	v->total = v->unprot_off + unprot;
	rewind_entries(v);
	return TUG_OK;
}

/* ---- reading ------------------------------------------------------------------------------------------ */

/* Where a run of octets of the plain image overlaps the wanted ones [off, off + len). */
struct overlap {
	uint32_t from; /* in the run */
	uint32_t to;   /* in the wanted octets */
	uint32_t n;
};

static struct overlap overlap(uint32_t off, size_t len, uint32_t run, uint32_t run_len)
{
	uint64_t begin = off > run ? off : run;
	uint64_t end = (uint64_t)run + run_len < (uint64_t)off + len ? (uint64_t)run + run_len : (uint64_t)off + len;
	struct overlap o = { 0, 0, 0 };

	if (begin < end) {
		o.from = (uint32_t)(begin - run);
		o.to = (uint32_t)(begin - off);
		o.n = (uint32_t)(end - begin);
	}
	return o;
}

/* Two u16: an info, or the head of an entry. */
static void put_head(uint8_t *dst, uint32_t off, size_t len, uint32_t run, uint16_t a, uint16_t b)
{
	struct overlap o = overlap(off, len, run, TUG_TLV_INFO_LEN);
	uint8_t raw[TUG_TLV_INFO_LEN];

	tug_put_le16(raw, a);
	tug_put_le16(raw + 2, b);
	memcpy(dst + o.to, raw + o.from, o.n);
}

static int read_tlvs(struct tug_packed_view *v, uint32_t off, uint8_t *dst, size_t len)
{
	int rc = 1;

	if (v->hdr.protect_tlv_size != 0) {
		put_head(dst, off, len, v->prot_off, TUG_TLV_PROT_MAGIC, v->hdr.protect_tlv_size);
	}
	put_head(dst, off, len, v->unprot_off, TUG_TLV_MAGIC, (uint16_t)(v->total - v->unprot_off));
	if (v->cur_off == 0 || off < v->cur_off) {
		rewind_entries(v);
		rc = next_entry(v);
	}
	while (rc == 1) {
		struct overlap o = overlap(off, len, v->cur_off + TUG_TLV_INFO_LEN, v->cur.len);

		put_head(dst, off, len, v->cur_off, v->cur.type, v->cur.len);
		rc = o.n == 0 ? TUG_OK : tug_image_read(v->img.io, v->img.base, v->cur.off + o.from, dst + o.to, o.n);
		if (rc != TUG_OK || (uint64_t)off + len <= (uint64_t)v->cur_off + TUG_TLV_INFO_LEN + v->cur.len) {
			return rc;
		}
		rc = next_entry(v);
	}
	return rc;
}

static int start(struct tug_packed_view *v)
{
	uint8_t props[PROPS];
	int rc = tug_image_read(v->img.io, v->img.base, v->img.hdr.hdr_size, props, sizeof(props));

	if (rc == TUG_OK) {
		rc = v->d->start(v->d->ctx, props[0], (v->img.hdr.flags & TUG_IMG_F_ARM_THUMB) != 0);
	}
	v->running = rc == TUG_OK;
	v->at = 0;
	v->fed = PROPS;
	v->in = tug_slice_of(NULL, 0);
	return rc;
}

/* Once around the decoder. Result: TUG_OK = the stream has ended, TUG_MORE, errors. */
static int turn(struct tug_packed_view *v, struct tug_buf *out)
{
	uint32_t left = v->packed - v->fed, n = left < TUG_PACKED_PIECE ? left : TUG_PACKED_PIECE;
	size_t had, was = out->len;
	int rc;

	if (v->in.len == 0 && n > 0) {
		rc = tug_image_read(v->img.io, v->img.base, v->img.hdr.hdr_size + v->fed, v->piece, n);
		if (rc != TUG_OK) {
			return rc;
		}
		v->in = tug_slice_of(v->piece, n);
		v->fed += n;
	}
	had = v->in.len;
	rc = v->d->run(v->d->ctx, &v->in, out);
	if (rc == TUG_MORE && v->in.len == had && out->len == was) {
		return TUG_EPACKED; /* it wants more than there is */
	}
	return rc;
}

/* All octets are out: the stream must end with them. */
static int at_end(struct tug_packed_view *v)
{
	uint8_t more;
	struct tug_buf out = tug_buf_of(&more, 1);
	int rc;

	do {
		rc = turn(v, &out);
	} while (rc == TUG_MORE && out.len == 0);
	v->running = false;
	if (rc < 0) {
		return rc;
	}
	return rc == TUG_OK && out.len == 0 && v->in.len == 0 && v->fed == v->packed ? TUG_OK : TUG_EPACKED;
}

static int fill(struct tug_packed_view *v, uint8_t *dst, size_t len)
{
	struct tug_buf out = tug_buf_of(dst, len);
	int rc = TUG_MORE;

	while (rc == TUG_MORE && out.len < len) {
		rc = turn(v, &out);
	}
	v->at += (uint32_t)out.len;
	if (rc < 0) {
		return rc;
	}
	if (rc == TUG_OK) { /* ended already: right only when nothing is missing */
		v->running = false;
		return out.len == len && v->at == v->hdr.img_size && v->in.len == 0 && v->fed == v->packed ? TUG_OK : TUG_EPACKED;
	}
	return v->at == v->hdr.img_size ? at_end(v) : TUG_OK;
}

/* `off` in the payload. */
static int read_payload(struct tug_packed_view *v, uint32_t off, uint8_t *dst, uint32_t len)
{
	int rc = v->running && off >= v->at ? TUG_OK : start(v);

	while (rc == TUG_OK && v->at < off) {
		uint8_t drop[64];

		rc = fill(v, drop, off - v->at < sizeof(drop) ? off - v->at : sizeof(drop));
	}
	if (rc == TUG_OK) {
		rc = fill(v, dst, len);
	}
	v->running = v->running && rc == TUG_OK;
	return rc;
}

static int read_header(struct tug_packed_view *v, uint32_t off, uint8_t *dst, uint32_t len)
{
	struct overlap o = overlap(off, len, 0, TUG_IMAGE_HDR_LEN);
	uint8_t raw[TUG_IMAGE_HDR_LEN];
	int rc = tug_image_read(v->img.io, v->img.base, off, dst, len);

	if (rc == TUG_OK) {
		tug_image_hdr_encode(&v->hdr, raw);
		memcpy(dst + o.to, raw + o.from, o.n);
	}
	return rc;
}

static int read_plain(void *ctx, uint32_t off, void *dst, size_t len)
{
	struct tug_packed_view *v = ctx;
	uint8_t *p = dst;
	int rc = TUG_OK;

	if (off > v->total || len > v->total - off) {
		return TUG_ETRUNC;
	}
	if (off < v->hdr.hdr_size && len > 0) {
		uint32_t n = v->hdr.hdr_size - off < len ? v->hdr.hdr_size - off : (uint32_t)len;

		rc = read_header(v, off, p, n);
		off += n;
		p += n;
		len -= n;
	}
	if (rc == TUG_OK && off < v->prot_off && len > 0) {
		uint32_t n = v->prot_off - off < len ? v->prot_off - off : (uint32_t)len;

		rc = read_payload(v, off - v->hdr.hdr_size, p, n);
		off += n;
		p += n;
		len -= n;
	}
	return rc == TUG_OK && len > 0 ? read_tlvs(v, off, p, len) : rc;
}

int tug_packed_view_open(struct tug_packed_view *v, const struct tug_image *img, const struct tug_decompress *d)
{
	int rc;

	memset(v, 0, sizeof(*v));
	v->img = *img;
	v->d = d;
	v->hdr = img->hdr;
	v->hdr.flags &= ~PACKED_FLAGS;
	if ((img->hdr.flags & TUG_IMG_F_LZMA2) == 0) {
		return TUG_EFLAGS;
	}
	rc = read_packing(v);
	if (rc == TUG_OK) {
		rc = measure(v);
	}
	v->io = (struct tug_io){ .read_at = read_plain, .ctx = v, .size = v->total, .write_size = 1, .erased = img->io->erased };
	return rc;
}
