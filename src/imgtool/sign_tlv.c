/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides the octets of TLVs and of the protected area, in imgtool's order and in the byte order asked for. Refuses to
 * sign. Called by sign_build.c and by what encrypts and compresses; allocates the text.
 */
#include <string.h>

#include "sign_priv.h"

void tug_put_o32(const struct tug_sign_options *o, uint8_t *p, uint32_t v)
{
	if (o->big_endian) {
		tug_put_be16(p, (uint16_t)(v >> 16));
		tug_put_be16(p + 2, (uint16_t)v);
	} else {
		tug_put_le32(p, v);
	}
}

void tug_put_o16(const struct tug_sign_options *o, uint8_t *p, uint16_t v)
{
	if (o->big_endian) {
		tug_put_be16(p, v);
	} else {
		tug_put_le16(p, v);
	}
}

static bool is_predefined(uint16_t type)
{
	return strcmp(tug_tlv_type_name(type), "vendor") != 0;
}

void tug_put_tlv(struct tug_text *t, const struct tug_sign_options *o, uint16_t type, const void *value, size_t len)
{
	uint8_t raw[4];

	if (is_predefined(type)) { /* one octet and a zero, whatever the byte order */
		raw[0] = (uint8_t)type;
		raw[1] = 0;
	} else {
		tug_put_o16(o, raw, type);
	}
	tug_put_o16(o, raw + 2, (uint16_t)len);
	tug_text_add(t, raw, sizeof(raw));
	tug_text_add(t, value, len);
}

void tug_put_tlv_info(struct tug_text *t, const struct tug_sign_options *o, uint16_t magic, size_t entries)
{
	uint8_t raw[4];

	tug_put_o16(o, raw, magic);
	tug_put_o16(o, raw + 2, (uint16_t)(entries + 4));
	tug_text_add(t, raw, sizeof(raw));
}

/* ---- boot record: CBOR -------------------------------------------------------------------------------- */

/* Head of a CBOR item: at most 65535. */
static void put_cbor_head(struct tug_text *t, uint8_t major, size_t n)
{
	uint8_t raw[3] = { (uint8_t)(major << 5) };
	size_t len = 1;

	if (n < 24) {
		raw[0] = (uint8_t)(raw[0] | n);
	} else if (n < 256) {
		raw[0] |= 24;
		raw[len++] = (uint8_t)n;
	} else {
		raw[0] |= 25;
		raw[len++] = (uint8_t)(n >> 8);
		raw[len++] = (uint8_t)n;
	}
	tug_text_add(t, raw, len);
}

static void put_cbor_text(struct tug_text *t, uint8_t key, const char *s)
{
	put_cbor_head(t, 0, key);
	put_cbor_head(t, 3, strlen(s));
	tug_text_add(t, s, strlen(s));
}

static void put_cbor_bytes(struct tug_text *t, uint8_t key, const uint8_t *p, size_t len)
{
	put_cbor_head(t, 0, key);
	put_cbor_head(t, 2, len);
	tug_text_add(t, p, len);
}

/* The digest stands last: the bootloader puts the real one there. */
static int put_boot_record(struct tug_text *t, const struct tug_sign_options *o)
{
	static const char *const names[] = { "SHA256", "SHA384", "SHA512" };
	enum tug_hash_alg alg = (enum tug_hash_alg)(tug_sign_hash(o) < 0 ? (int)TUG_SHA512 : tug_sign_hash(o));
	const struct tug_key *key = tug_sign_pub(o);
	uint8_t signer[TUG_HASH_MAX] = { 0 }, zeros[TUG_HASH_MAX] = { 0 };
	char version[TUG_VERSION_TEXT];
	struct tug_version v = o->version;
	struct tug_text cbor = { 0 };

	if (key != NULL && tug_key_hash(key, alg, signer) != TUG_OK) {
		return TUG_ECRYPTO;
	}
	v.build = 0;
	tug_version_format(&v, '+', version);
	put_cbor_head(&cbor, 5, 5);
	put_cbor_text(&cbor, 1, o->boot_record);
	put_cbor_text(&cbor, 4, version);
	put_cbor_bytes(&cbor, 5, signer, key != NULL ? tug_hash_len(alg) : 32);
	put_cbor_text(&cbor, 6, names[alg]);
	put_cbor_bytes(&cbor, 2, zeros, tug_hash_len(alg));
	tug_put_tlv(t, o, TUG_TLV_BOOT_RECORD, cbor.o.p, cbor.o.len);
	t->failed = t->failed || cbor.failed;
	tug_octets_free(&cbor.o);
	return TUG_OK;
}

/* ---- the area ----------------------------------------------------------------------------------------- */

static void put_dependency(struct tug_text *t, const struct tug_sign_options *o, const struct tug_dependency *d)
{
	uint8_t raw[12] = { d->image, 0, 0, 0, d->version.major, d->version.minor };

	tug_put_o16(o, raw + 6, d->version.revision);
	tug_put_o32(o, raw + 8, d->version.build);
	tug_put_tlv(t, o, TUG_TLV_DEPENDENCY, raw, sizeof(raw));
}

static int put_entries(struct tug_text *t, const struct tug_sign_options *o, const struct tug_sign_extra *x, char *why)
{
	uint8_t raw[4];

	if (o->has_sec_cnt) {
		tug_put_o32(o, raw, o->sec_cnt);
		tug_put_tlv(t, o, TUG_TLV_SEC_CNT, raw, sizeof(raw));
	}
	if (o->boot_record != NULL && put_boot_record(t, o) != TUG_OK) {
		return tug_why(why, TUG_ECRYPTO, "the crypto library could not hash the key");
	}
	for (size_t i = 0; i < o->n_deps; i++) {
		put_dependency(t, o, &o->deps[i]);
	}
	tug_text_add(t, x->prot.p, x->prot.len);
	if (o->vid != NULL) {
		tug_put_tlv(t, o, TUG_TLV_UUID_VID, o->vid, 16);
	}
	if (o->cid != NULL) {
		tug_put_tlv(t, o, TUG_TLV_UUID_CID, o->cid, 16);
	}
	for (size_t i = 0; i < o->n_custom; i++) {
		if (o->custom[i].value.len > UINT16_MAX) {
			return tug_why(why, TUG_EINVAL, "the value of custom TLV 0x%04x has %zu octets; a TLV holds at most 65535", o->custom[i].type,
				       o->custom[i].value.len);
		}
		tug_put_tlv(t, o, o->custom[i].type, o->custom[i].value.p, o->custom[i].value.len);
	}
	return TUG_OK;
}

int tug_sign_protected(struct tug_text *t, const struct tug_sign_options *o, const struct tug_sign_extra *x, char *why)
{
	struct tug_text entries = { 0 };
	int rc = put_entries(&entries, o, x, why);

	if (rc == TUG_OK && entries.o.len + 4 > UINT16_MAX) {
		rc = tug_why(why, TUG_EINVAL, "the protected TLVs have %zu octets together; there is room for 65531: make the custom ones smaller",
			     entries.o.len);
	}
	if (rc == TUG_OK && entries.o.len > 0) {
		tug_put_tlv_info(t, o, TUG_TLV_PROT_MAGIC, entries.o.len);
		tug_text_add(t, entries.o.p, entries.o.len);
	}
	t->failed = t->failed || entries.failed;
	tug_octets_free(&entries.o);
	return rc;
}
