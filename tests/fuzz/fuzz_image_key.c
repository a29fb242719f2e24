/* SPDX-License-Identifier: Apache-2.0
 *
 * Load any text as a PEM key, encrypted or not: what is accepted has a public half that loads again.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/imgtool.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int phrase(void *ctx, const char *path, char *buf, size_t cap)
{
	(void)ctx;
	(void)path;
	if (cap < 4) {
		return -1;
	}
	memcpy(buf, "word", 4);
	return 4;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tug_key *key, *again;
	struct tug_octets pem;
	char why[TUG_WHY_CAP] = "";

	if (tug_key_parse(tug_slice_of(data, len), "key", phrase, NULL, &key, why) != TUG_OK) {
		if (why[0] == '\0') {
			abort();
		}
		return 0;
	}
	if (tug_key_public(key, TUG_PUB_PEM, "", &pem, why) == TUG_OK) {
		if (tug_key_parse(tug_slice_of(pem.p, pem.len), "key", NULL, NULL, &again, why) != TUG_OK ||
		    !tug_slice_eq(tug_key_public_der(key), tug_key_public_der(again))) {
			abort();
		}
		tug_key_free(again);
		tug_octets_free(&pem);
	}
	tug_key_free(key);
	return 0;
}
