/* SPDX-License-Identifier: Apache-2.0
 *
 * Parse any text as a version: what is accepted prints and parses to the same version again.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/image.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tug_version v, again;
	char text[TUG_VERSION_TEXT];

	if (tug_version_parse(tug_slice_of(data, len), &v) != TUG_OK) {
		return 0;
	}
	for (int i = 0; i < 2; i++) {
		size_t n = tug_version_format(&v, i == 0 ? '+' : '.', text);

		if (n >= sizeof(text) || strlen(text) != n || tug_version_parse(tug_slice_of(text, n), &again) != TUG_OK ||
		    tug_version_cmp(&v, &again, true) != 0) {
			abort();
		}
	}
	return 0;
}
