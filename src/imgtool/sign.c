/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides the octets of a signed image: header, protected area, digest, key, signature, in imgtool's order.
 * Refuses to know files. Called by sign_out.c, the command line and tests; allocates.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/port/crypto_openssl.h>

#include "imgtool_priv.h"

struct tug_sign_options tug_sign_defaults(void)
{
	struct tug_sign_options o = { .header_size = TUG_IMAGE_HDR_LEN, .align = 1, .max_sectors = 128, .erased = 0xff, .hash = -1 };

	return o;
}

static uint8_t max_align_of(const struct tug_sign_options *o)
{
	return o->max_align != 0 ? o->max_align : o->align > 8 ? o->align : 8;
}

uint32_t tug_sign_trailer_size(const struct tug_sign_options *o)
{
	struct tug_trailer_geo g = {
		.max_sectors = o->max_sectors, .max_align = max_align_of(o), .write_size = o->align, .states = 3,
	};

	return o->overwrite_only ? 2u * g.max_align + tug_trailer_magic_size(&g) : tug_trailer_size(&g);
}

/* ---- options ------------------------------------------------------------------------------------------ */

static bool is_unit(uint8_t v)
{
	return v == 1 || v == 2 || v == 4 || v == 8 || v == 16 || v == 32;
}

/* Digest for the options; negative = the key does not go with it. */
static int hash_of(const struct tug_sign_options *o)
{
	enum tug_sig_alg type = o->key != NULL ? tug_key_type(o->key) : TUG_SIG_NONE;

	if (o->pure) {
		return type == TUG_SIG_ED25519 && o->hash < 0 ? (int)TUG_SHA512 : -1;
	}
	if (o->hash < 0) {
		return type == TUG_SIG_P384 ? TUG_SHA384 : TUG_SHA256;
	}
	switch (type) {
	case TUG_SIG_NONE:
		return o->hash <= TUG_SHA512 ? o->hash : -1;
	case TUG_SIG_P384:
		return o->hash == TUG_SHA384 ? o->hash : -1;
	case TUG_SIG_ED25519:
		return o->hash == TUG_SHA256 || o->hash == TUG_SHA512 ? o->hash : -1;
	default:
		return o->hash == TUG_SHA256 ? o->hash : -1;
	}
}

static int check_layout(const struct tug_sign_options *o, char *why)
{
	uint8_t a = o->max_align;

	if (o->header_size < TUG_IMAGE_HDR_LEN || o->header_size > UINT16_MAX) {
		return tug_why(why, TUG_EINVAL, "a header size of %u is not possible; give 32 to 65535 (CONFIG_ROM_START_OFFSET of the build)",
			       o->header_size);
	}
	if (!is_unit(o->align)) {
		return tug_why(why, TUG_EINVAL, "an alignment of %u is not possible; give 1, 2, 4, 8, 16 or 32, the write unit of the flash",
			       o->align);
	}
	if (a != 0 && a != 8 && a != 16 && a != 32) {
		return tug_why(why, TUG_EINVAL, "a largest alignment of %u is not possible; give 8, 16 or 32", a);
	}
	if (a != 0 && a < o->align) {
		return tug_why(why, TUG_EINVAL, "the largest alignment (%u) is smaller than the alignment (%u)", a, o->align);
	}
	if (o->erased != 0xff && o->erased != 0) {
		return tug_why(why, TUG_EINVAL, "an erased value of 0x%02x is not possible; give 0 or 0xff", o->erased);
	}
	if ((o->pad || o->test || o->confirm) && o->slot_size == 0) {
		return tug_why(why, TUG_EINVAL, "padding needs the size of the slot");
	}
	if (o->load_addr != 0 && o->rom_fixed != 0) {
		return tug_why(why, TUG_EINVAL, "a load address and a fixed flash address exclude each other; give one");
	}
	return TUG_OK;
}

static int check_options(const struct tug_sign_options *o, char *why)
{
	int rc = check_layout(o, why);

	if (rc != TUG_OK) {
		return rc;
	}
	if (o->key != NULL && !tug_key_is_private(o->key)) {
		return tug_why(why, TUG_EINVAL, "the key is a public one; signing needs the private half");
	}
	if (o->pure && (o->key == NULL || tug_key_type(o->key) != TUG_SIG_ED25519)) {
		return tug_why(why, TUG_EINVAL, "pure signatures exist for ed25519 keys only");
	}
	if (hash_of(o) < 0) {
		return tug_why(why, TUG_EINVAL, "this digest does not go with a %s key%s; leave the choice out",
			       tug_key_type_name(o->key != NULL ? tug_key_type(o->key) : TUG_SIG_NONE),
			       o->pure ? " and a pure signature" : "");
	}
	return TUG_OK;
}

/* Without --pad-header the first octets of the input are room for the header: zeros. */
static int check_input(const struct tug_file *in, const struct tug_sign_options *o, char *why)
{
	if (in->data.len > TUG_FILE_MAX) {
		return tug_why(why, TUG_ETOOBIG, "the input is larger than %u MiB", TUG_FILE_MAX >> 20);
	}
	if (o->pad_header) {
		return TUG_OK;
	}
	if (in->data.len >= 4 && tug_le32(in->data.p) == TUG_IMAGE_MAGIC) {
		return tug_why(why, TUG_EINVAL, "the input is already an MCUboot image; sign the unsigned binary (zephyr.bin)");
	}
	if (in->data.len < o->header_size) {
		return tug_why(why, TUG_EINVAL, "the input (%zu octets) is shorter than the header (%u); add the header with --pad-header",
			       in->data.len, o->header_size);
	}
	for (uint32_t i = 0; i < o->header_size; i++) {
		if (in->data.p[i] != 0) {
			return tug_why(why, TUG_EINVAL,
				       "the first %u octets of the input are not zeros, so there is no room for the header; use "
				       "--pad-header, or build with CONFIG_ROM_START_OFFSET=0x%x",
				       o->header_size, o->header_size);
		}
	}
	return TUG_OK;
}

/* ---- building ----------------------------------------------------------------------------------------- */

static void put_tlv(struct tug_text *t, uint16_t type, const void *value, size_t len)
{
	uint8_t raw[4];

	tug_put_le16(raw, type);
	tug_put_le16(raw + 2, (uint16_t)len);
	tug_text_add(t, raw, sizeof(raw));
	tug_text_add(t, value, len);
}

static void put_info(struct tug_text *t, uint16_t magic, size_t entries)
{
	uint8_t raw[4];

	tug_put_le16(raw, magic);
	tug_put_le16(raw + 2, (uint16_t)(entries + 4));
	tug_text_add(t, raw, sizeof(raw));
}

/* Header, payload and protected area: what is hashed. */
static void build_body(struct tug_text *t, const struct tug_file *in, const struct tug_sign_options *o)
{
	struct tug_image_hdr h = { .magic = TUG_IMAGE_MAGIC, .hdr_size = (uint16_t)o->header_size, .version = o->version };
	uint8_t raw[TUG_IMAGE_HDR_LEN];

	if (o->pad_header) {
		tug_text_fill(t, o->erased, o->header_size);
	}
	tug_text_add(t, in->data.p, in->data.len);
	h.img_size = (uint32_t)(t->o.len - o->header_size);
	h.load_addr = o->load_addr != 0 ? o->load_addr : o->rom_fixed;
	h.flags = (o->load_addr != 0 ? TUG_IMG_F_RAM_LOAD : 0u) | (o->rom_fixed != 0 ? TUG_IMG_F_ROM_FIXED : 0u) |
		  (o->non_bootable ? TUG_IMG_F_NON_BOOTABLE : 0u);
	h.protect_tlv_size = o->has_sec_cnt ? 12 : 0;
	tug_image_hdr_encode(&h, raw);
	if (!t->failed) {
		memcpy(t->o.p, raw, sizeof(raw));
	}
	if (o->has_sec_cnt) {
		uint8_t cnt[4];

		tug_put_le32(cnt, o->sec_cnt);
		put_info(t, TUG_TLV_PROT_MAGIC, 8);
		put_tlv(t, TUG_TLV_SEC_CNT, cnt, sizeof(cnt));
	}
}

static uint16_t sig_tlv_of(enum tug_sig_alg type)
{
	switch (type) {
	case TUG_SIG_RSA2048:
		return TUG_TLV_RSA2048_PSS;
	case TUG_SIG_RSA3072:
		return TUG_TLV_RSA3072_PSS;
	case TUG_SIG_ED25519:
		return TUG_TLV_ED25519;
	default:
		return TUG_TLV_ECDSA_SIG;
	}
}

/* Key and signature over the digest, or for pure over `body`. */
static int put_signature(struct tug_text *tlvs, const struct tug_sign_options *o, struct tug_slice body, struct tug_slice digest,
			 char *why)
{
	enum tug_hash_alg alg = (enum tug_hash_alg)hash_of(o);
	enum tug_sig_alg type = tug_key_type(o->key);
	size_t pad_to = !o->pad_sig ? 0 : type == TUG_SIG_P256 ? 72 : type == TUG_SIG_P384 ? 103 : 0;
	struct tug_slice der = tug_key_public_der(o->key);
	uint8_t keyhash[TUG_HASH_MAX];
	uint8_t sig[TUG_SIG_MAX];
	size_t len = 0;

	if (tug_key_hash(o->key, alg, keyhash) != TUG_OK ||
	    tug_key_sign(o->key, alg, o->pure ? body : digest, sig, &len) != TUG_OK) {
		return tug_why(why, TUG_ECRYPTO, "the crypto library could not sign with this key");
	}
	while (len < pad_to) {
		sig[len++] = 0;
	}
	if (o->full_pubkey) {
		put_tlv(tlvs, TUG_TLV_PUBKEY, der.p, der.len);
	} else {
		put_tlv(tlvs, TUG_TLV_KEYHASH, keyhash, tug_hash_len(alg));
	}
	put_tlv(tlvs, sig_tlv_of(type), sig, len);
	return TUG_OK;
}

static int build_tlvs(struct tug_text *body, const struct tug_sign_options *o, char *why)
{
	enum tug_hash_alg alg = (enum tug_hash_alg)hash_of(o);
	struct tug_text tlvs = { 0 };
	struct tug_hash_ctx h;
	uint8_t digest[TUG_HASH_MAX];
	const uint8_t yes = 1;
	int rc = tug_crypto_openssl.hash_init(&h, alg);

	if (rc == TUG_OK) {
		(void)tug_crypto_openssl.hash_update(&h, body->o.p, body->o.len);
		rc = tug_crypto_openssl.hash_final(&h, digest);
	}
	if (rc != TUG_OK) {
		return tug_why(why, rc, "the crypto library failed");
	}
	put_tlv(&tlvs, (uint16_t)(TUG_TLV_SHA256 + alg), digest, tug_hash_len(alg));
	if (o->pure) {
		put_tlv(&tlvs, TUG_TLV_SIG_PURE, &yes, 1);
	}
	if (o->key != NULL) {
		rc = put_signature(&tlvs, o, tug_slice_of(body->o.p, body->o.len), tug_slice_of(digest, tug_hash_len(alg)), why);
	}
	if (rc == TUG_OK) {
		put_info(body, TUG_TLV_MAGIC, tlvs.o.len);
		tug_text_add(body, tlvs.o.p, tlvs.o.len);
		body->failed = body->failed || tlvs.failed;
	}
	tug_octets_free(&tlvs.o);
	return rc;
}

/* What the bootloader keeps at the end in overwrite mode is one cell more than imgtool reserves. */
static int check_fit(size_t len, const struct tug_sign_options *o, char *why)
{
	uint32_t trailer = tug_sign_trailer_size(o) + (o->overwrite_only ? max_align_of(o) : 0u);

	if (o->slot_size == 0 || (len <= o->slot_size && trailer <= o->slot_size - len)) {
		return TUG_OK;
	}
	return tug_why(why, TUG_EIMGSIZE,
		       "the image (%zu octets) and its trailer (%u) are %llu octets too large for a slot of %u; make the image smaller, or check "
		       "slot size, alignment and number of sectors",
		       len, trailer, (unsigned long long)len + trailer - o->slot_size, o->slot_size);
}

/* Where an Intel HEX input was, less the header in front. An input at 0 stays there, as with imgtool. */
static int place(const struct tug_file *in, const struct tug_sign_options *o, struct tug_file *out, char *why)
{
	out->has_addr = in->has_addr;
	out->is_hex = in->is_hex;
	out->addr = in->addr;
	if (o->pad_header && in->has_addr && in->addr != 0) {
		if (in->addr < o->header_size) {
			return tug_why(why, TUG_EINVAL, "the input begins at 0x%x: there is no room for a header of %u octets in front of it",
				       in->addr, o->header_size);
		}
		out->addr -= o->header_size;
	}
	return TUG_OK;
}

int tug_sign(const struct tug_file *in, const struct tug_sign_options *o, struct tug_file *out, char *why)
{
	struct tug_text t = { 0 };
	int rc = check_options(o, why);

	memset(out, 0, sizeof(*out));
	if (rc == TUG_OK) {
		rc = check_input(in, o, why);
	}
	if (rc == TUG_OK) {
		rc = place(in, o, out, why);
	}
	if (rc != TUG_OK) {
		return rc;
	}
	build_body(&t, in, o);
	rc = t.failed ? TUG_OK : build_tlvs(&t, o, why);
	if (rc == TUG_OK) {
		rc = check_fit(t.o.len, o, why);
	}
	if (rc != TUG_OK) {
		tug_octets_free(&t.o);
		return rc;
	}
	if (tug_text_take(&t, &out->data) != TUG_OK) {
		return tug_why(why, TUG_ENOSPACE, "out of memory");
	}
	/* a signature that does not verify must never leave this function */
	rc = tug_file_verify(out, o->key, "the signed image", why);
	if (rc != TUG_OK) {
		tug_file_free(out);
	}
	return rc;
}
