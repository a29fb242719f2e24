/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON to CBOR: what is accepted is well-formed, and its JSON, sent again, comes back the same. The input is tried
 * as CBOR too.
 */
#include <stdlib.h>
#include <string.h>

#include "json_cbor_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The JSON of the CBOR of `text`, or NULL when `text` is refused. */
static char *there_and_back(const char *text)
{
	static uint8_t storage[65536];
	struct tug_buf cbor = tug_buf_of(storage, sizeof(storage));
	char why[128] = "", *back;
	cJSON *j;

	if (tug_cbor_of_json(text, false, &cbor, why, sizeof(why)) != TUG_OK) {
		if (why[0] == '\0') {
			abort();
		}
		return NULL;
	}
	j = tug_json_of_cbor(tug_buf_slice(&cbor));
	back = j != NULL ? cJSON_PrintUnformatted(j) : NULL;
	cJSON_Delete(j);
	if (back == NULL) {
		abort();
	}
	return back;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text, *once, *twice;
	cJSON *j;

	if (len > 4096) {
		return 0;
	}
	j = tug_json_of_cbor(tug_slice_of(data, len));
	text = j != NULL ? cJSON_PrintUnformatted(j) : NULL;
	cJSON_free(text);
	cJSON_Delete(j);

	text = malloc(len + 1);
	if (text == NULL) {
		return 0;
	}
	memcpy(text, data, len);
	text[len] = '\0';
	once = there_and_back(text);
	if (once != NULL) {
		twice = there_and_back(once);
		if (twice == NULL || strcmp(once, twice) != 0) {
			abort();
		}
		cJSON_free(twice);
	}
	cJSON_free(once);
	free(text);
	return 0;
}
