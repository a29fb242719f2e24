/* SPDX-License-Identifier: Apache-2.0
 *
 * Image description as JSON; keys follow imgtool's dumpinfo where it has them. Reads nothing but what is given.
 * Called by `tug file info`.
 */
#include <string.h>

#include "info_json_priv.h"
#include "json_cbor_priv.h"

static cJSON *header_json(const struct tug_image_hdr *h)
{
	cJSON *j = cJSON_CreateObject();
	char version[TUG_VERSION_TEXT], flags[128];

	tug_version_format(&h->version, '+', version);
	tug_image_flags_text(h->flags, flags, sizeof(flags));
	cJSON_AddNumberToObject(j, "magic", h->magic);
	cJSON_AddNumberToObject(j, "load_addr", h->load_addr);
	cJSON_AddNumberToObject(j, "hdr_size", h->hdr_size);
	cJSON_AddNumberToObject(j, "protected_tlv_size", h->protect_tlv_size);
	cJSON_AddNumberToObject(j, "img_size", h->img_size);
	cJSON_AddNumberToObject(j, "flags", h->flags);
	cJSON_AddStringToObject(j, "flags_text", flags);
	cJSON_AddStringToObject(j, "version", version);
	return j;
}

static cJSON *tlv_json(const struct tug_tlv *t, const struct tug_file *file)
{
	cJSON *j = cJSON_CreateObject();

	cJSON_AddNumberToObject(j, "type", t->type);
	cJSON_AddStringToObject(j, "type_name", tug_tlv_type_name(t->type));
	cJSON_AddNumberToObject(j, "len", t->len);
	cJSON_AddBoolToObject(j, "protected", t->prot);
	if (t->off <= file->data.len && t->len <= file->data.len - t->off) {
		cJSON_AddItemToObject(j, "data", tug_json_hex(tug_slice_of(file->data.p + t->off, t->len)));
	}
	return j;
}

static const char *tri_name(enum tug_tri v)
{
	return v == TUG_GOOD ? "set" : v == TUG_BAD ? "bad" : "unset";
}

static cJSON *trailer_json(const struct tug_trailer *t)
{
	cJSON *j = cJSON_CreateObject();

	cJSON_AddStringToObject(j, "magic", t->magic == TUG_GOOD ? "good" : tri_name(t->magic));
	cJSON_AddStringToObject(j, "image_ok", tri_name(t->image_ok));
	cJSON_AddStringToObject(j, "copy_done", tri_name(t->copy_done));
	cJSON_AddNumberToObject(j, "swap_type", t->swap_type);
	return j;
}

cJSON *tug_info_json(const struct tug_image_info *info, const struct tug_file *file, const char *name)
{
	cJSON *j = cJSON_CreateObject(), *tlvs;

	cJSON_AddItemToObject(j, "filename", tug_json_utf8(tug_slice_of(name, strlen(name))));
	cJSON_AddNumberToObject(j, "size", (double)info->file_len);
	if (info->has_addr) {
		cJSON_AddNumberToObject(j, "address", info->addr);
	}
	cJSON_AddItemToObject(j, "header", header_json(&info->hdr));
	cJSON_AddNumberToObject(j, "image_size", info->total);
	tlvs = cJSON_AddArrayToObject(j, "tlvs");
	for (unsigned i = 0; i < info->n_tlvs && i < TUG_INFO_TLVS; i++) {
		cJSON_AddItemToArray(tlvs, tlv_json(&info->tlvs[i], file));
	}
	cJSON_AddItemToObject(j, "hash", tug_json_hex(tug_slice_of(info->digest, info->digest_len)));
	cJSON_AddBoolToObject(j, "hash_ok", info->digest_ok);
	cJSON_AddStringToObject(j, "signature", info->sig_type != 0 ? tug_tlv_type_name(info->sig_type) : "none");
	cJSON_AddItemToObject(j, "keyhash", tug_json_hex(tug_slice_of(info->keyhash, info->keyhash_len)));
	cJSON_AddBoolToObject(j, "encrypted", info->encrypted);
	if (info->enc_tlv != 0) {
		cJSON_AddStringToObject(j, "key_wrap", tug_tlv_type_name(info->enc_tlv));
	}
	if (info->trailer_align != 0) {
		cJSON_AddItemToObject(j, "trailer", trailer_json(&info->trailer));
	}
	return j;
}
