/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides nothing: imgtool's dumpinfo is the form, so that scripts that read it need no change. Reads what is given.
 * Called by `tug file info` with --format or --outfile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dumpinfo_priv.h"
#include "json_cbor_priv.h"

#define MAGIC_LEN 16u

static cJSON *header_json(const struct tug_image_hdr *h)
{
	cJSON *j = cJSON_CreateObject();
	char version[64];

	snprintf(version, sizeof(version), "%u.%u.%u+%u", h->version.major, h->version.minor, h->version.revision, h->version.build);
	cJSON_AddNumberToObject(j, "magic", h->magic);
	cJSON_AddNumberToObject(j, "load_addr", h->load_addr);
	cJSON_AddNumberToObject(j, "hdr_size", h->hdr_size);
	cJSON_AddNumberToObject(j, "protected_tlv_size", h->protect_tlv_size);
	cJSON_AddNumberToObject(j, "img_size", h->img_size);
	cJSON_AddNumberToObject(j, "flags", h->flags);
	cJSON_AddStringToObject(j, "version", version);
	return j;
}

static cJSON *tlv_json(const struct tug_tlv *t, const struct tug_file *file)
{
	const char *name = tug_tlv_type_name(t->type);
	cJSON *j = cJSON_CreateObject();

	cJSON_AddNumberToObject(j, "type", t->type);
	cJSON_AddStringToObject(j, "type_name", strcmp(name, "vendor") == 0 || strcmp(name, "unknown") == 0 ? "UNKNOWN" : name);
	cJSON_AddNumberToObject(j, "len", t->len);
	if (t->off <= file->data.len && t->len <= file->data.len - t->off) {
		cJSON_AddItemToObject(j, "data", tug_json_hex(tug_slice_of(file->data.p + t->off, t->len)));
	}
	return j;
}

static void add_area(cJSON *j, const char *hdr, const char *list, const struct tug_image_info *info, const struct tug_file *file, bool prot)
{
	uint32_t from = prot ? info->prot_off : info->unprot_off, to = prot ? info->unprot_off : info->total;
	cJSON *head = cJSON_AddObjectToObject(j, hdr), *tlvs = cJSON_AddArrayToObject(j, list);

	if (from == to) {
		return;
	}
	cJSON_AddNumberToObject(head, "magic", prot ? TUG_TLV_PROT_MAGIC : TUG_TLV_MAGIC);
	cJSON_AddNumberToObject(head, "tlv_tot", to - from);
	for (unsigned i = 0; i < info->n_tlvs && i < TUG_INFO_TLVS; i++) {
		if (info->tlvs[i].prot == prot) {
			cJSON_AddItemToArray(tlvs, tlv_json(&info->tlvs[i], file));
		}
	}
}

/* The largest alignment the magic at the end stands for, 0 = it is no magic. */
static uint8_t align_of(const uint8_t *magic)
{
	static const uint8_t aligns[] = { 8, 16, 32 };

	for (size_t i = 0; i < sizeof(aligns); i++) {
		if (memcmp(magic, tug_trailer_magic(aligns[i]), MAGIC_LEN) == 0) {
			return aligns[i];
		}
	}
	return 0;
}

static void add_trailer(cJSON *j, const struct tug_image_info *info, const struct tug_file *file)
{
	size_t size = file->data.len, left = size - info->total;
	const uint8_t *end = file->data.p + size;
	struct tug_trailer_geo g = { 0 };

	if (left < MAGIC_LEN) {
		return;
	}
	cJSON_AddItemToObject(j, "magic", tug_json_hex(tug_slice_of(end - MAGIC_LEN, MAGIC_LEN)));
	g.max_align = align_of(end - MAGIC_LEN);
	if (g.max_align == 0 || left < tug_trailer_magic_size(&g) + 4u * g.max_align) {
		return;
	}
	const uint8_t *cell = end - tug_trailer_magic_size(&g) - g.max_align;
	cJSON_AddNumberToObject(j, "image_ok", cell[0]);
	cell -= g.max_align;
	cJSON_AddNumberToObject(j, "copy_done", cell[0]);
	cell -= g.max_align;
	cJSON_AddNumberToObject(j, "swap_info", cell[0]);
	cell -= g.max_align;
	cJSON_AddNumberToObject(j, "swap_size", tug_le32(cell));
	if (info->encrypted) {
		cJSON_AddNumberToObject(j, "key_field_len", 2u * tug_align_up(16, g.max_align));
	}
}

cJSON *tug_dumpinfo_json(const struct tug_image_info *info, const struct tug_file *file, const char *name)
{
	const char *base = strrchr(name, '/') != NULL ? strrchr(name, '/') + 1 : name;
	cJSON *j = cJSON_CreateObject(), *area;

	cJSON_AddItemToObject(j, "filename", tug_json_utf8(tug_slice_of(base, strlen(base))));
	cJSON_AddItemToObject(j, "header", header_json(&info->hdr));
	area = cJSON_AddObjectToObject(j, "tlv_area");
	add_area(area, "tlv_hdr_prot", "tlvs_prot", info, file, true);
	add_area(area, "tlv_hdr", "tlvs", info, file, false);
	add_trailer(cJSON_AddObjectToObject(j, "trailer"), info, file);
	return j;
}

/* ---- YAML --------------------------------------------------------------------------------------------- */

/* Text that grows; stays NULL once memory was short. */
struct yaml {
	char *p;
	size_t len, cap;
	bool failed;
};

static void put(struct yaml *y, const char *s, size_t n)
{
	if (!y->failed && y->len + n + 1 > y->cap) {
		size_t cap = 2 * (y->len + n + 1);
		char *p = realloc(y->p, cap);

		if (p == NULL) {
			y->failed = true;
			return;
		}
		y->p = p;
		y->cap = cap;
	}
	if (!y->failed) {
		memcpy(y->p + y->len, s, n);
		y->len += n;
		y->p[y->len] = '\0';
	}
}

static void puts_yaml(struct yaml *y, const char *s)
{
	put(y, s, strlen(s));
}

static void put_spaces(struct yaml *y, unsigned n)
{
	while (n-- > 0) {
		put(y, " ", 1);
	}
}

/* Hex text as base64. */
static void put_binary(struct yaml *y, const char *hex)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t three[3];
	size_t n = strlen(hex) / 2;

	puts_yaml(y, "!!binary \"");
	for (size_t i = 0; i < n; i += 3) {
		uint8_t text[4];
		struct tug_buf out = tug_buf_of(text, sizeof(text));
		size_t k = n - i < 3 ? n - i : 3;

		for (size_t m = 0; m < k; m++) {
			three[m] = (uint8_t)((strchr(digits, hex[2 * (i + m)]) - digits) * 16 + (strchr(digits, hex[2 * (i + m) + 1]) - digits));
		}
		if (tug_base64_encode(tug_slice_of(three, k), &out) == TUG_OK) {
			put(y, (const char *)text, out.len);
		}
	}
	puts_yaml(y, "\"\n");
}

static bool is_octets(const cJSON *j)
{
	return j->string != NULL && (strcmp(j->string, "data") == 0 || strcmp(j->string, "magic") == 0) && cJSON_IsString(j);
}

static void put_scalar(struct yaml *y, const cJSON *j)
{
	char *text;

	if (is_octets(j)) {
		put_binary(y, j->valuestring);
		return;
	}
	text = cJSON_PrintUnformatted(j); /* a JSON scalar is a YAML one */
	if (text == NULL) {
		y->failed = true;
		return;
	}
	puts_yaml(y, text);
	puts_yaml(y, "\n");
	cJSON_free(text);
}

static bool is_box(const cJSON *j)
{
	return cJSON_IsObject(j) || cJSON_IsArray(j);
}

/* `first` = the cursor stands behind "- ", where the first key goes. The document is four levels deep. */
static void put_box(struct yaml *y, const cJSON *box, unsigned indent, bool first)
{
	for (const cJSON *j = box->child; j != NULL; j = j->next) {
		if (!first) {
			put_spaces(y, indent);
		}
		first = false;
		if (j->string != NULL) {
			puts_yaml(y, j->string);
			puts_yaml(y, is_box(j) && j->child != NULL ? ":\n" : ": ");
		} else {
			puts_yaml(y, "- ");
		}
		if (!is_box(j)) {
			put_scalar(y, j);
		} else if (j->child == NULL) {
			puts_yaml(y, cJSON_IsArray(j) ? "[]\n" : "{}\n");
		} else {
			put_box(y, j, indent + 2, j->string == NULL);
		}
	}
}

char *tug_dumpinfo_yaml(cJSON *j, size_t *len)
{
	struct yaml y = { 0 };

	if (j != NULL) {
		put_box(&y, j, 0, false);
	}
	cJSON_Delete(j);
	*len = y.len;
	if (y.failed || y.p == NULL) {
		free(y.p);
		return NULL;
	}
	return y.p;
}
