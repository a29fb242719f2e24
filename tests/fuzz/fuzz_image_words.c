/* SPDX-License-Identifier: Apache-2.0
 *
 * Words of a signing command line, the first octet says which: each is understood or refused with a sentence, and a number
 * that is understood means the same in decimal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tug/imgtool.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int custom(const char *text, char *why)
{
	struct tug_octets value = { NULL, 0 };
	char type[256];
	const char *nl = strchr(text, '\n');
	uint16_t n;
	int rc;

	snprintf(type, sizeof(type), "%.*s", nl != NULL ? (int)(nl - text) : (int)strlen(text), text);
	rc = tug_sign_parse_custom(type, nl != NULL ? nl + 1 : "", &n, &value, why);
	if (rc == TUG_OK && (n < 0xa0 || n > 0xfffe)) {
		abort();
	}
	tug_octets_free(&value);
	return rc;
}

static int counter(const char *text, char *why)
{
	static const struct tug_version v = { 1, 2, 3, 4 };
	uint32_t n, again;
	char decimal[16];
	int rc = tug_sign_parse_counter(text, &v, &n, why);

	if (rc == TUG_OK) {
		snprintf(decimal, sizeof(decimal), "%u", n);
		if (tug_sign_parse_counter(decimal, &v, &again, why) != TUG_OK || again != n) {
			abort();
		}
	}
	return rc;
}

static int one(uint8_t what, const char *text, char *why)
{
	struct tug_dependency deps[4];
	uint8_t uuid[16];
	size_t n;

	switch (what % 5) {
	case 0:
		return tug_sign_parse_deps(text, deps, 4, &n, why);
	case 1:
		return tug_sign_parse_uuid(text, tug_uuid_dns(), uuid, why);
	case 2:
		return tug_sign_parse_uuid(text, NULL, uuid, why);
	case 3:
		return custom(text, why);
	default:
		return counter(text, why);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char why[TUG_WHY_CAP] = "", *text;

	if (len == 0) {
		return 0;
	}
	text = malloc(len);
	if (text == NULL) {
		return 0;
	}
	memcpy(text, data + 1, len - 1);
	text[len - 1] = '\0';
	if (one(data[0], text, why) != TUG_OK && why[0] == '\0') {
		abort();
	}
	free(text);
	return 0;
}
