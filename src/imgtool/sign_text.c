/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides what the words of a signing command line mean: dependencies, UUIDs, custom TLVs, counters. Strict: what is not
 * wholly understood is refused with its place. Called by the command line; pure, but for the octets it hands out.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "imgtool_priv.h"

#define CUSTOM_MIN 0xa0u
#define CUSTOM_MAX 0xfffeu

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static int nibble(char c)
{
	if (digit(c)) {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static const char *skip_spaces(const char *p)
{
	while (*p == ' ' || *p == '\t') {
		p++;
	}
	return p;
}

/* Number with the prefixes 0x, 0o, 0b. False: none, or above `max`. */
static bool number(const char *text, uint64_t max, uint64_t *out)
{
	static const struct {
		char letter;
		int base;
	} bases[] = { { 'x', 16 }, { 'o', 8 }, { 'b', 2 } };
	int base = 10;
	uint64_t v = 0;

	for (size_t i = 0; text[0] == '0' && i < sizeof(bases) / sizeof(bases[0]); i++) {
		if ((text[1] | 0x20) == bases[i].letter) {
			base = bases[i].base;
		}
	}
	text += base != 10 ? 2 : 0;
	if (*text == '\0' || (base == 10 && text[0] == '0' && text[1] != '\0')) {
		return false;
	}
	for (; *text != '\0'; text++) {
		int d = nibble(*text);

		if (d < 0 || d >= base) {
			return false;
		}
		v = v * (unsigned)base + (unsigned)d;
		if (v > max) {
			return false;
		}
	}
	*out = v;
	return true;
}

/* ---- dependencies ------------------------------------------------------------------------------------- */

/* "(1, 1.2.3+4)" at `p`. Result: behind it, NULL when it is none. */
static const char *dependency(const char *p, struct tug_dependency *d)
{
	uint32_t image = 0;
	size_t n;

	if (*p != '(') {
		return NULL;
	}
	p = skip_spaces(p + 1);
	if (!digit(*p)) {
		return NULL;
	}
	while (digit(*p) && image <= UINT8_MAX) {
		image = image * 10 + (uint32_t)(*p++ - '0');
	}
	p = skip_spaces(p);
	if (image > UINT8_MAX || *p != ',') {
		return NULL;
	}
	p = skip_spaces(p + 1);
	n = strspn(p, "0123456789.+");
	if (tug_version_parse(tug_slice_of(p, n), &d->version) != TUG_OK) {
		return NULL;
	}
	d->image = (uint8_t)image;
	p = skip_spaces(p + n);
	return *p == ')' ? p + 1 : NULL;
}

int tug_sign_parse_deps(const char *text, struct tug_dependency *out, size_t cap, size_t *n, char *why)
{
	const char *p = skip_spaces(text);

	for (*n = 0; *p != '\0'; (*n)++) {
		struct tug_dependency d;
		const char *next = dependency(p, &d);

		if (next == NULL) {
			return tug_why(why, TUG_EINVAL, "'%.60s' is no dependency; write (IMAGE,VERSION), IMAGE from 0 to 255, as in \"(1,1.2.3+4), (2,0.9)\"", p);
		}
		if (*n == cap) {
			return tug_why(why, TUG_ENOSPACE, "there are more than %zu dependencies", cap);
		}
		out[*n] = d;
		p = skip_spaces(next);
		p = *p == ',' ? skip_spaces(p + 1) : p;
	}
	return *n > 0 ? TUG_OK : tug_why(why, TUG_EINVAL, "there is no dependency in '%.60s'; write (IMAGE,VERSION)", text);
}

/* ---- UUIDs -------------------------------------------------------------------------------------------- */

const uint8_t *tug_uuid_dns(void)
{
	static const uint8_t dns[16] = { 0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };

	return dns;
}

/* 32 hex digits; with dashes after 8, 12, 16, 20 of them or with none. */
static bool raw_uuid(const char *s, uint8_t out[16])
{
	bool dashes = strlen(s) == 36;
	size_t n = 0;

	if (!dashes && strlen(s) != 32) {
		return false;
	}
	for (; *s != '\0'; s++) {
		if (dashes && (n == 8 || n == 12 || n == 16 || n == 20) && *s == '-' && s[1] != '-') {
			s++;
		}
		int d = nibble(*s);
		if (d < 0 || n == 32) {
			return false;
		}
		out[n / 2] = (uint8_t)(n % 2 == 0 ? d << 4 : out[n / 2] | d);
		n++;
	}
	return n == 32;
}

/* The form of a raw UUID without being one: a slip of the keyboard, not a name. */
static bool almost_uuid(const char *s)
{
	return strlen(s) == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-';
}

static bool printable(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((uint8_t)*s < ' ' || *s == 0x7f) {
			return false;
		}
	}
	return true;
}

int tug_sign_parse_uuid(const char *text, const uint8_t *space, uint8_t out[16], char *why)
{
	uint8_t sha1[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx;
	bool ok;

	if (raw_uuid(text, out)) {
		return TUG_OK;
	}
	if (text[0] == '\0' || almost_uuid(text) || !printable(text)) {
		return tug_why(why, TUG_EINVAL, "'%.60s' is neither a UUID (12345678-1234-5678-1234-567812345678) nor a name", text);
	}
	if (space == NULL) {
		return tug_why(why, TUG_EINVAL, "the class name '%.60s' becomes a UUID within the vendor's only; give the vendor too (--vid)", text);
	}
	ctx = EVP_MD_CTX_new();
	ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) == 1 && EVP_DigestUpdate(ctx, space, 16) == 1 &&
	     EVP_DigestUpdate(ctx, text, strlen(text)) == 1 && EVP_DigestFinal_ex(ctx, sha1, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok) {
		return tug_why(why, TUG_ECRYPTO, "the crypto library could not hash the name");
	}
	memcpy(out, sha1, 16);
	out[6] = (uint8_t)((out[6] & 0x0f) | 0x50);
	out[8] = (uint8_t)((out[8] & 0x3f) | 0x80);
	return TUG_OK;
}

/* ---- custom TLVs -------------------------------------------------------------------------------------- */

int tug_sign_parse_custom_type(const char *type, uint16_t *out, char *why)
{
	uint64_t v;

	if (!number(type, UINT32_MAX, &v)) {
		return tug_why(why, TUG_EINVAL, "'%.60s' is no type of a TLV; give a number from 0x00a0 to 0xfffe", type);
	}
	if (v < CUSTOM_MIN || v > CUSTOM_MAX) {
		return tug_why(why, TUG_EINVAL, "type 0x%04llx is not free for custom TLVs%s%s; give one from 0x00a0 to 0xfffe",
			       (unsigned long long)v, v < CUSTOM_MIN ? ": it is " : "",
			       v < CUSTOM_MIN ? tug_tlv_type_name((uint16_t)v) : "");
	}
	*out = (uint16_t)v;
	return TUG_OK;
}

static int hex_value(const char *text, struct tug_octets *value, char *why)
{
	struct tug_text t = { 0 };

	if (strlen(text) % 2 != 0) {
		return tug_why(why, TUG_EINVAL, "0x%.60s has an odd number of hex digits; an octet is two", text);
	}
	for (; *text != '\0'; text += 2) {
		int hi = nibble(text[0]), lo = nibble(text[1]);
		uint8_t octet = (uint8_t)((unsigned)hi << 4 | (unsigned)lo);

		if (hi < 0 || lo < 0) {
			tug_octets_free(&t.o);
			return tug_why(why, TUG_EINVAL, "'%.2s' in the value of a custom TLV is no pair of hex digits; leave 0x out for text", text);
		}
		tug_text_add(&t, &octet, 1);
	}
	return tug_text_take(&t, value) == TUG_OK ? TUG_OK : tug_why(why, TUG_ENOSPACE, "out of memory");
}

int tug_sign_parse_custom(const char *type, const char *text, uint16_t *out, struct tug_octets *value, char *why)
{
	struct tug_text t = { 0 };
	int rc = tug_sign_parse_custom_type(type, out, why);

	if (rc != TUG_OK) {
		return rc;
	}
	if (strncmp(text, "0x", 2) == 0) {
		return hex_value(text + 2, value, why);
	}
	tug_text_add(&t, text, strlen(text));
	return tug_text_take(&t, value) == TUG_OK ? TUG_OK : tug_why(why, TUG_ENOSPACE, "out of memory");
}

/* ---- security counter --------------------------------------------------------------------------------- */

int tug_sign_parse_counter(const char *text, const struct tug_version *v, uint32_t *out, char *why)
{
	uint64_t n = 0;

	if ((text[0] | 0x20) == 'a' && strlen(text) == 4 && (text[1] | 0x20) == 'u' && (text[2] | 0x20) == 't' && (text[3] | 0x20) == 'o') {
		*out = (uint32_t)v->major << 24 | (uint32_t)v->minor << 16 | v->revision;
		return TUG_OK;
	}
	if (!number(text, UINT32_MAX, &n)) {
		return tug_why(why, TUG_EINVAL, "'%.60s' is no security counter; give auto, or a number up to 4294967295", text);
	}
	*out = (uint32_t)n;
	return TUG_OK;
}
