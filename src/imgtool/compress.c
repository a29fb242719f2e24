/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how a compressed image comes about: the plain image first, for what it will be after decompression, then the image
 * around the compressed payload. Refuses to know keys and files. Called by sign.c; allocates the compressed payload.
 */
#include <string.h>

#include <lzma.h>

#include "sign_priv.h"

/* What MCUboot's decompressors are built for; fixed, so that equal inputs give equal images. */
#define DICT_SIZE 131072u
#define DICT_PROP 0x0au  /* octet 0 of the payload: the dictionary, as in an LZMA2 filter's properties */
#define LC 3u
#define LP 1u
#define PB 2u
#define PIECE 16384u

static int say_lzma(lzma_ret ret, char *why)
{
	return ret == LZMA_MEM_ERROR ? tug_why(why, TUG_ENOSPACE, "out of memory for the compressor")
				     : tug_why(why, TUG_EINTERNAL, "the compressor (liblzma) failed with %d", (int)ret);
}

/* Run the encoder over what it was given, appending to `t`. */
static lzma_ret drain(lzma_stream *s, lzma_action action, struct tug_text *t)
{
	uint8_t out[PIECE];
	lzma_ret ret;

	do {
		s->next_out = out;
		s->avail_out = sizeof(out);
		ret = lzma_code(s, action);
		tug_text_add(t, out, sizeof(out) - s->avail_out);
	} while (ret == LZMA_OK && (s->avail_in > 0 || s->avail_out == 0 || action == LZMA_FINISH));
	return ret;
}

/* All of the payload, in pieces; the encoder's state does not grow with it. */
static int pump(lzma_stream *s, const struct tug_io *in, uint32_t first, struct tug_text *t, char *why)
{
	uint8_t piece[PIECE];
	lzma_ret ret = LZMA_OK;

	for (uint32_t off = first; ret == LZMA_OK && off < in->size;) {
		uint32_t n = in->size - off < PIECE ? in->size - off : PIECE;
		int rc = in->read_at(in->ctx, off, piece, n);

		if (rc != TUG_OK) {
			return rc;
		}
		s->next_in = piece;
		s->avail_in = n;
		ret = drain(s, LZMA_RUN, t);
		off += n;
	}
	if (ret == LZMA_OK) {
		ret = drain(s, LZMA_FINISH, t);
	}
	return ret == LZMA_STREAM_END ? TUG_OK : say_lzma(ret, why);
}

/* Two octets of properties, then the raw stream. */
static int compress(const struct tug_sign_options *o, const struct tug_io *in, uint32_t first, struct tug_text *t, char *why)
{
	const uint8_t props[2] = { DICT_PROP, (PB * 5u + LP) * 9u + LC };
	bool arm = o->compression == TUG_COMPRESS_LZMA2_ARM;
	lzma_stream s = LZMA_STREAM_INIT;
	lzma_options_lzma opt;
	const lzma_filter chain[] = {
		{ .id = LZMA_FILTER_ARMTHUMB, .options = NULL },
		{ .id = LZMA_FILTER_LZMA2, .options = &opt },
		{ .id = LZMA_VLI_UNKNOWN, .options = NULL },
	};
	lzma_ret ret;
	int rc;

	if (lzma_lzma_preset(&opt, 9)) {
		return say_lzma(LZMA_OPTIONS_ERROR, why);
	}
	opt.dict_size = DICT_SIZE;
	opt.lc = LC;
	opt.lp = LP;
	opt.pb = PB;
	tug_text_add(t, props, sizeof(props));
	ret = lzma_raw_encoder(&s, arm ? chain : chain + 1);
	rc = ret == LZMA_OK ? pump(&s, in, first, t, why) : say_lzma(ret, why);
	lzma_end(&s);
	return rc == TUG_OK && t->failed ? tug_why(why, TUG_ENOSPACE, "out of memory for the compressed payload") : rc;
}

/* What the image will be once it is decompressed; `packed` = octets of its compressed payload. */
static void put_decomp(struct tug_text *t, const struct tug_build *b, const struct tug_sign_result *plain, uint32_t plain_len,
		       uint32_t packed)
{
	uint8_t raw[4];

	tug_put_o32(b->o, raw, plain_len);
	tug_put_tlv(t, b->o, TUG_TLV_DECOMP_SIZE, raw, sizeof(raw));
	tug_put_tlv(t, b->o, TUG_TLV_DECOMP_SHA, plain->digest, plain->digest_len);
	if (plain->sig_len > 0) {
		tug_put_tlv(t, b->o, TUG_TLV_DECOMP_SIG, plain->sig, plain->sig_len);
	}
	if ((b->x->flags & (TUG_IMG_F_ENC_AES128 | TUG_IMG_F_ENC_AES256)) != 0) { /* encryption pads behind it */
		tug_put_o32(b->o, raw, packed);
		tug_put_tlv(t, b->o, TUG_TLV_COMP_DEC_SIZE, raw, sizeof(raw));
	}
	tug_text_add(t, b->x->prot.p, b->x->prot.len);
}

/* The second build: the compressed payload, with what the first one found. */
static int build_packed(const struct tug_build *b, const struct tug_text *packed, struct tug_slice prot, char *why)
{
	struct tug_slice data = tug_slice_of(packed->o.p, packed->o.len);
	struct tug_io in = tug_io_of_slice(&data);
	struct tug_sign_extra x = *b->x;
	struct tug_build second = *b;

	x.flags |= TUG_IMG_F_LZMA2 | (b->o->compression == TUG_COMPRESS_LZMA2_ARM ? TUG_IMG_F_ARM_THUMB : 0u);
	x.prot = prot;
	x.no_room = true;
	second.in = &in;
	second.x = &x;
	return tug_build_image(&second, why);
}

/* The first build: never encrypted, though its header says what the image is; written nowhere. */
static int build_plain(const struct tug_build *b, struct tug_sign_result *res, char *why)
{
	const struct tug_sign_extra x = { .flags = b->x->flags, .no_room = b->x->no_room };
	const struct tug_build first = { b->o, b->in, &x, tug_sink_nowhere(), res };
	char own[TUG_WHY_CAP] = "";
	int rc = tug_build_image(&first, why);

	if (rc == TUG_OK && tug_sign_fit(b->o, b->x, res->len, own) != TUG_OK) {
		rc = tug_why(why, TUG_EIMGSIZE, "before compression, as it will run: %.400s", own);
	}
	return rc;
}

int tug_build_compressed(const struct tug_build *b, char *why)
{
	uint32_t first = b->o->pad_header || b->x->no_room ? 0 : b->o->header_size;
	uint32_t plain_len = b->in->size - first;
	struct tug_text packed = { 0 }, prot = { 0 };
	struct tug_sign_result plain = { .len = 0 };
	bool gain = false;
	int rc = build_plain(b, &plain, why);

	if (rc == TUG_OK) {
		rc = compress(b->o, b->in, first, &packed, why);
	}
	if (rc == TUG_OK) {
		/* imgtool's rule: without the two octets in front and the heads of the TLVs */
		gain = packed.o.len - 2u + 4u + plain.digest_len + plain.sig_len < plain_len;
		put_decomp(&prot, b, &plain, plain_len, (uint32_t)packed.o.len);
		rc = prot.failed ? tug_why(why, TUG_ENOSPACE, "out of memory") : TUG_OK;
	}
	if (rc == TUG_OK) {
		rc = gain ? build_packed(b, &packed, tug_slice_of(prot.o.p, prot.o.len), why) : tug_build_image(b, why);
		b->res->plain_len = plain_len;
		b->res->packed_len = gain ? (uint32_t)packed.o.len : 0;
	}
	tug_octets_free(&packed.o);
	tug_octets_free(&prot.o);
	return rc;
}
