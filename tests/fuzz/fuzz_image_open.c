/* SPDX-License-Identifier: Apache-2.0
 *
 * Open, walk and verify any octets as an image. First octet picks policy and base. The crypto is a toy, so
 * that the fuzzer can satisfy it and reach what lies behind a good digest and signature.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/image.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int toy_init(struct tug_hash_ctx *c, enum tug_hash_alg alg)
{
	c->opaque[0] = alg;
	c->opaque[1] = 0;
	return TUG_OK;
}

static int toy_update(struct tug_hash_ctx *c, const void *p, size_t len)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < len; i++) {
		c->opaque[1] ^= b[i];
	}
	return TUG_OK;
}

static int toy_final(struct tug_hash_ctx *c, uint8_t *out)
{
	memset(out, (int)(c->opaque[1] & 0xff), tug_hash_len((enum tug_hash_alg)c->opaque[0]));
	return TUG_OK;
}

static void toy_abort(struct tug_hash_ctx *c)
{
	(void)c;
}

static int toy_verify(enum tug_sig_alg alg, struct tug_slice key, struct tug_slice msg, struct tug_slice sig)
{
	(void)alg;
	return key.len > 0 && msg.len > 0 && sig.len > 0 && sig.p[sig.len - 1] == key.p[0] ? TUG_OK : TUG_ESIG;
}

static const struct tug_crypto toy = { toy_init, toy_update, toy_final, toy_abort, toy_verify };

static void walk(const struct tug_image *img, uint16_t type, bool prot_only)
{
	struct tug_tlv_it it;
	struct tug_tlv tlv;
	uint8_t value[64];
	uint32_t last = img->prot_off;

	tug_tlv_begin(&it, img, type, prot_only);
	while (tug_tlv_next(&it, &tlv) == 1) {
		if (tlv.off < last || tlv.off + tlv.len > img->total || (prot_only && !tlv.prot)) {
			abort();
		}
		last = tlv.off + tlv.len;
		int rc = tug_tlv_read(img, &tlv, value, sizeof(value));
		if (rc != (tlv.len > sizeof(value) ? TUG_ENOSPACE : TUG_OK)) {
			abort();
		}
	}
}

static void verify(const struct tug_image *img, uint8_t pick)
{
	static const uint8_t der[] = { 0x30, 1, 2, 3 };
	struct tug_pubkey key = { { der, sizeof(der) } };
	struct tug_verify_policy p = { .sig = (enum tug_sig_alg)(pick % 6), .hash = (enum tug_hash_alg)(pick / 6 % 3), .keys = &key,
				       .n_keys = 1, .pure = (pick & 0x80) != 0 };
	uint8_t small[512], large[2048];
	int why_small = 1, why_large = 1;
	enum tug_verdict a = tug_image_verify(img, &toy, &p, tug_buf_of(small, sizeof(small)), &why_small);
	enum tug_verdict b = tug_image_verify(img, &toy, &p, tug_buf_of(large, sizeof(large)), &why_large);

	/* the size of the work space decides about pure images only */
	if ((a == TUG_VERDICT_GOOD) != (why_small == TUG_OK) || (b == TUG_VERDICT_GOOD) != (why_large == TUG_OK) ||
	    (a != b && why_small != TUG_ENOSPACE)) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tug_image img;
	uint8_t digest[TUG_HASH_MAX];
	size_t n = 0;

	if (len < 1) {
		return 0;
	}
	struct tug_slice s = tug_slice_of(data + 1, len - 1);
	struct tug_io io = tug_io_of_slice(&s);
	uint32_t base = (data[0] & 0x40) != 0 ? 32 : 0;
	if (tug_image_open(&img, &io, base, data[0] & 3u) == TUG_OK) {
		walk(&img, 0xffff, false);
		walk(&img, 0xffff, true);
		walk(&img, 0x10, false);
		(void)tug_image_digest(&img, digest, &n);
		verify(&img, data[0]);
	}
	if (tug_image_open_hdr(&img, &io, base, 3) == TUG_OK) {
		walk(&img, 0xffff, false);
	}
	return 0;
}
