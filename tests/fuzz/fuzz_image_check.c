/* SPDX-License-Identifier: Apache-2.0
 *
 * Ask of any octets what file they are, and describe them: a refusal always has a sentence, and what passes
 * can be described.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/imgtool.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tug_file f = { 0 };
	struct tug_image_info info;
	struct tug_octets text;
	char why[TUG_WHY_CAP] = "";

	f.data.p = malloc(len + 1);
	if (f.data.p == NULL) {
		return 0;
	}
	memcpy(f.data.p, data, len);
	f.data.len = len;
	int rc = tug_file_check_image(&f, "file", why);
	if (rc != TUG_OK && strstr(why, "file") == NULL) {
		abort();
	}
	int described = tug_image_info_read(&f, &info, NULL);
	if (rc == TUG_OK && described != TUG_OK) {
		abort();
	}
	if (described == TUG_OK) {
		if (tug_image_info_text(&info, &f, "file", &text) == TUG_OK) {
			tug_octets_free(&text);
		}
		if (tug_image_info_map(&info, &text) == TUG_OK) {
			tug_octets_free(&text);
		}
	}
	tug_file_free(&f);
	return 0;
}
