/* SPDX-License-Identifier: Apache-2.0
 *
 * Load any text as a PEM key, encrypted or not, for signing or for encryption: what is accepted has a public half that
 * loads again, and its private half becomes an array or is refused with a sentence.
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

	if (tug_key_parse_any(tug_slice_of(data, len), "key", phrase, NULL, &key, why) != TUG_OK) {
		if (why[0] == '\0') {
			abort();
		}
		return 0;
	}
	if (tug_key_public(key, TUG_PUB_PEM, "", &pem, why) == TUG_OK) {
		if (tug_key_parse_any(tug_slice_of(pem.p, pem.len), "key", NULL, NULL, &again, why) != TUG_OK ||
		    !tug_slice_eq(tug_key_public_der(key), tug_key_public_der(again))) {
			abort();
		}
		tug_key_free(again);
		tug_octets_free(&pem);
	}
	for (int form = TUG_PRIV_DEFAULT; form <= TUG_PRIV_PKCS8; form++) {
		for (int minimal = 0; minimal < 2; minimal++) {
			why[0] = '\0';
			if (tug_key_private_c(key, (enum tug_priv_form)form, minimal != 0, &pem, why) == TUG_OK) {
				tug_octets_free(&pem);
			} else if (why[0] == '\0') {
				abort();
			}
		}
	}
	tug_key_free(key);
	return 0;
}
