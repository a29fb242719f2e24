/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how a parsed image is shown to people: names, the list, the byte map. Refuses to parse. Called
 * by the command line; allocates the text.
 */
#include <stdio.h>
#include <string.h>

#include "imgtool_priv.h"
#include "wrap_priv.h"

#define BAR 40u
#define VALUE_SHOWN 32u

const char *tug_tlv_type_name(uint16_t type)
{
	static const struct {
		uint16_t type;
		const char *name;
	} names[] = {
		{ TUG_TLV_KEYHASH, "KEYHASH" },         { TUG_TLV_PUBKEY, "PUBKEY" },
		{ TUG_TLV_SHA256, "SHA256" },           { TUG_TLV_SHA384, "SHA384" },
		{ TUG_TLV_SHA512, "SHA512" },           { TUG_TLV_RSA2048_PSS, "RSA2048" },
		{ TUG_TLV_ECDSA_SIG, "ECDSASIG" },      { TUG_TLV_RSA3072_PSS, "RSA3072" },
		{ TUG_TLV_ED25519, "ED25519" },         { TUG_TLV_SIG_PURE, "SIG_PURE" },
		{ TUG_TLV_ENC_RSA2048, "ENCRSA2048" },  { TUG_TLV_ENC_KW, "ENCKW" },
		{ TUG_TLV_ENC_EC256, "ENCEC256" },      { TUG_TLV_ENC_X25519, "ENCX25519" },
		{ TUG_TLV_ENC_X25519_512, "ENCX25519_SHA512" }, { TUG_TLV_DEPENDENCY, "DEPENDENCY" },
		{ TUG_TLV_SEC_CNT, "SEC_CNT" },         { TUG_TLV_BOOT_RECORD, "BOOT_RECORD" },
		{ TUG_TLV_DECOMP_SIZE, "DECOMP_SIZE" }, { TUG_TLV_DECOMP_SHA, "DECOMP_SHA" },
		{ TUG_TLV_DECOMP_SIG, "DECOMP_SIGNATURE" }, { TUG_TLV_COMP_DEC_SIZE, "COMP_DEC_SIZE" },
		{ TUG_TLV_UUID_VID, "UUID_VID" },       { TUG_TLV_UUID_CID, "UUID_CID" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].type == type) {
			return names[i].name;
		}
	}
	return type >= 0xa0 && type <= 0xfffe ? "vendor" : "unknown";
}

void tug_image_flags_text(uint32_t flags, char *out, size_t cap)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} names[] = {
		{ TUG_IMG_F_PIC, "PIC" },
		{ TUG_IMG_F_ENC_AES128, "ENCRYPTED_AES128" },
		{ TUG_IMG_F_ENC_AES256, "ENCRYPTED_AES256" },
		{ TUG_IMG_F_NON_BOOTABLE, "NON_BOOTABLE" },
		{ TUG_IMG_F_RAM_LOAD, "RAM_LOAD" },
		{ TUG_IMG_F_ROM_FIXED, "ROM_FIXED" },
		{ TUG_IMG_F_LZMA1, "COMPRESSED_LZMA1" },
		{ TUG_IMG_F_LZMA2, "COMPRESSED_LZMA2" },
		{ TUG_IMG_F_ARM_THUMB, "COMPRESSED_ARM_THUMB" },
	};
	uint32_t left = flags;
	size_t n = 0;

	if (cap == 0) {
		return;
	}
	snprintf(out, cap, "%s", flags == 0 ? "none" : "");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((flags & names[i].flag) == 0) {
			continue;
		}
		n = strlen(out);
		snprintf(out + n, cap - n, "%s%s", n > 0 ? "|" : "", names[i].name);
		left &= ~names[i].flag;
	}
	if (left != 0) {
		n = strlen(out);
		snprintf(out + n, cap - n, "%s0x%x", n > 0 ? "|" : "", (unsigned)left);
	}
}

static void put_hex(struct tug_text *t, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		tug_text_addf(t, "%02x", p[i]);
	}
}

static const char *tri(enum tug_tri v)
{
	return v == TUG_GOOD ? "set" : v == TUG_UNSET ? "unset" : "bad";
}

static const char *swap_name(uint8_t type)
{
	static const char *const names[] = { "?", "none", "test", "permanent", "revert" };

	return type < sizeof(names) / sizeof(names[0]) ? names[type] : "?";
}

/* How the image's key is wrapped. */
static void put_encryption(struct tug_text *t, const struct tug_image_info *info)
{
	const struct tug_wrap *w = tug_wrap_of_tlv(info->enc_tlv);

	if (info->encrypted) {
		tug_text_addf(t, "encryption  AES-%u, key wrapped with %s%s\n", (info->hdr.flags & TUG_IMG_F_ENC_AES256) != 0 ? 256u : 128u,
			      w != NULL ? w->name : "nothing: no bootloader can open it", info->digest_ok ? " (for swapping out; now in the clear)" : "");
	}
}

static void put_header(struct tug_text *t, const struct tug_image_info *info)
{
	char version[TUG_VERSION_TEXT];
	char flags[256];

	tug_version_format(&info->hdr.version, '+', version);
	tug_image_flags_text(info->hdr.flags, flags, sizeof(flags));
	tug_text_addf(t, "version     %s\n", version);
	tug_text_addf(t, "header      %u octets, flags %s%s\n", info->hdr.hdr_size, flags, info->big_endian ? ", big-endian" : "");
	if (info->hdr.load_addr != 0) {
		tug_text_addf(t, "address     0x%08x\n", info->hdr.load_addr);
	}
	tug_text_addf(t, "payload     %u octets at 0x%x%s\n", info->hdr.img_size, info->hdr.hdr_size,
		      !info->encrypted ? "" : info->digest_ok ? ", in the clear" : ", encrypted");
	put_encryption(t, info);
	tug_text_addf(t, "image       %u octets in all\n", info->total);
}

static void put_identity(struct tug_text *t, const struct tug_image_info *info)
{
	if (info->digest_len == 0) {
		tug_text_addf(t, "digest      none\n");
	} else {
		tug_text_addf(t, "digest      ");
		put_hex(t, info->digest, info->digest_len);
		tug_text_addf(t, "%s\n", info->digest_ok ? " (matches)" :
				   info->encrypted ? " (of the plain payload: not checked)" : " (DOES NOT MATCH the content)");
	}
	if (info->sig_type == 0) {
		tug_text_addf(t, "signature   none\n");
		return;
	}
	tug_text_addf(t, "signature   %s%s", tug_tlv_type_name(info->sig_type), info->pure ? " over the image (pure)" : "");
	if (info->keyhash_len > 0) {
		tug_text_addf(t, ", key ");
		put_hex(t, info->keyhash, info->keyhash_len);
	}
	tug_text_addf(t, "\n");
}

static uint32_t value32(const struct tug_image_info *info, const uint8_t *p)
{
	return info->big_endian ? (uint32_t)tug_be16(p) << 16 | tug_be16(p + 2) : tug_le32(p);
}

static void put_dependency(struct tug_text *t, const struct tug_image_info *info, const uint8_t *p)
{
	unsigned revision = info->big_endian ? tug_be16(p + 6) : tug_le16(p + 6);

	tug_text_addf(t, " (image %u, at least %u.%u.%u+%u)", p[0], p[4], p[5], revision, value32(info, p + 8));
}

static void put_uuid(struct tug_text *t, const uint8_t *p)
{
	tug_text_addf(t, " (");
	for (size_t i = 0; i < 16; i++) {
		tug_text_addf(t, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", p[i]);
	}
	tug_text_addf(t, ")");
}

/* What a protected value says, where its octets do not. */
static void put_meaning(struct tug_text *t, const struct tug_image_info *info, const struct tug_tlv *tlv, const uint8_t *p)
{
	if (!tlv->prot) {
		return;
	}
	if ((tlv->type == TUG_TLV_SEC_CNT || tlv->type == TUG_TLV_DECOMP_SIZE || tlv->type == TUG_TLV_COMP_DEC_SIZE) && tlv->len == 4) {
		tug_text_addf(t, " (%u)", value32(info, p));
	} else if (tlv->type == TUG_TLV_DEPENDENCY && tlv->len == 12) {
		put_dependency(t, info, p);
	} else if ((tlv->type == TUG_TLV_UUID_VID || tlv->type == TUG_TLV_UUID_CID) && tlv->len == 16) {
		put_uuid(t, p);
	}
}

static void put_tlvs(struct tug_text *t, const struct tug_image_info *info, const struct tug_file *f)
{
	unsigned n = info->n_tlvs < TUG_INFO_TLVS ? info->n_tlvs : TUG_INFO_TLVS;

	for (unsigned i = 0; i < n; i++) {
		const struct tug_tlv *tlv = &info->tlvs[i];
		size_t shown = tlv->len < VALUE_SHOWN ? tlv->len : VALUE_SHOWN;

		tug_text_addf(t, "tlv         0x%06x %-11s 0x%04x %-16s %5u  ", tlv->off, tlv->prot ? "protected" : "unprotected", tlv->type,
			      tug_tlv_type_name(tlv->type), tlv->len);
		if (tlv->off <= f->data.len && shown <= f->data.len - tlv->off) {
			put_hex(t, f->data.p + tlv->off, shown);
			put_meaning(t, info, tlv, f->data.p + tlv->off);
		}
		tug_text_addf(t, "%s\n", shown < tlv->len ? "..." : "");
	}
	if (info->n_tlvs > n) {
		tug_text_addf(t, "            and %u more\n", info->n_tlvs - n);
	}
}

static void put_trailer(struct tug_text *t, const struct tug_image_info *info)
{
	if (info->file_len == info->total) {
		tug_text_addf(t, "trailer     none (not padded)\n");
	} else if (info->trailer_align == 0) {
		tug_text_addf(t, "trailer     none; %zu octets follow the image\n", info->file_len - info->total);
	} else {
		tug_text_addf(t, "trailer     alignment %u: magic good, image_ok %s, copy_done %s, swap type %s, image %u\n",
			      info->trailer_align, tri(info->trailer.image_ok), tri(info->trailer.copy_done),
			      swap_name(info->trailer.swap_type), info->trailer.image_num);
	}
}

int tug_image_info_text(const struct tug_image_info *info, const struct tug_file *f, const char *name, struct tug_octets *out)
{
	struct tug_text t = { 0 };

	tug_text_addf(&t, "file        %s, %zu octets", name, info->file_len);
	if (info->has_addr) {
		tug_text_addf(&t, " at 0x%08x", info->addr);
	}
	tug_text_addf(&t, "\n");
	put_header(&t, info);
	put_identity(&t, info);
	put_tlvs(&t, info, f);
	put_trailer(&t, info);
	return tug_text_take(&t, out);
}

/* ---- map ------------------------------------------------------------------------------------------------- */

static void map_row(struct tug_text *t, const struct tug_image_info *info, size_t off, size_t len, const char *what)
{
	size_t bar = (size_t)(((uint64_t)len * BAR + info->file_len - 1) / info->file_len);

	if (len == 0) {
		return;
	}
	tug_text_addf(t, "0x%08zx  %-28s %9zu  ", (info->has_addr ? info->addr : 0) + off, what, len);
	tug_text_fill(t, '#', bar);
	tug_text_addf(t, "\n");
}

static void map_tlvs(struct tug_text *t, const struct tug_image_info *info)
{
	unsigned n = info->n_tlvs < TUG_INFO_TLVS ? info->n_tlvs : TUG_INFO_TLVS;
	bool in_prot = false;

	for (unsigned i = 0; i < n; i++) {
		const struct tug_tlv *tlv = &info->tlvs[i];
		char what[64];

		if (i == 0 || in_prot != tlv->prot) {
			in_prot = tlv->prot;
			map_row(t, info, in_prot ? info->prot_off : info->unprot_off, 4,
				in_prot ? "protected TLVs, hashed too" : "TLVs");
		}
		snprintf(what, sizeof(what), "  %s", tug_tlv_type_name(tlv->type));
		map_row(t, info, tlv->off - 4u, 4u + tlv->len, what);
	}
}

static void map_trailer(struct tug_text *t, const struct tug_image_info *info)
{
	uint8_t a = info->trailer_align;
	struct tug_trailer_geo g = { .size = (uint32_t)info->file_len, .max_align = a == 0 ? 8 : a, .write_size = 1 };

	if (a == 0) {
		map_row(t, info, info->total, info->file_len - info->total, "not part of the image");
		return;
	}
	map_row(t, info, info->total, tug_trailer_swap_size_off(&g) - info->total, "fill, swap status");
	map_row(t, info, tug_trailer_swap_size_off(&g), a, "swap_size");
	map_row(t, info, tug_trailer_swap_info_off(&g), a, "swap_info");
	map_row(t, info, tug_trailer_copy_done_off(&g), a, "copy_done");
	map_row(t, info, tug_trailer_image_ok_off(&g), a, "image_ok");
	map_row(t, info, tug_trailer_magic_off(&g), info->file_len - tug_trailer_magic_off(&g), "trailer magic");
}

int tug_image_info_map(const struct tug_image_info *info, struct tug_octets *out)
{
	struct tug_text t = { 0 };

	if (info->file_len > 0) {
		tug_text_addf(&t, "%-10s  %-28s %9s\n", info->has_addr ? "address" : "offset", "part", "octets");
		map_row(&t, info, 0, TUG_IMAGE_HDR_LEN, "header");
		map_row(&t, info, TUG_IMAGE_HDR_LEN, info->hdr.hdr_size - TUG_IMAGE_HDR_LEN, "header padding");
		map_row(&t, info, info->hdr.hdr_size, info->hdr.img_size, info->encrypted ? "payload, encrypted" : "payload");
		map_tlvs(&t, info);
		map_trailer(&t, info);
		tug_text_addf(&t, "0x%08zx  end\n", (info->has_addr ? info->addr : 0) + info->file_len);
	}
	return tug_text_take(&t, out);
}
