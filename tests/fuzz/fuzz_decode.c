/* SPDX-License-Identifier: Apache-2.0
 *
 * Whatever is pasted into decode, as a file and as words: frames are found or not, and each one found has a
 * line and a JSON object.
 */
#include <stdlib.h>
#include <string.h>

#include "dump_priv.h"
#include "frames_in_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void piece(void *user, enum tug_piece kind, struct tug_slice data, int err)
{
	(void)user;
	if (kind == TUG_PIECE_FRAME) {
		char *line = tug_dump_line(data);
		cJSON *j = tug_dump_json(data);

		if (line == NULL || j == NULL) {
			abort();
		}
		free(line);
		cJSON_Delete(j);
	} else if (kind == TUG_PIECE_BAD && err >= 0) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tug_frames_in in;
	char *words = malloc(len + 1);

	if (words == NULL || len > 65536 || !tug_frames_in_begin(&in, piece, NULL)) {
		free(words);
		return 0;
	}
	tug_frames_in_octets(&in, tug_slice_of(data, len));
	memcpy(words, data, len);
	words[len] = '\0';
	for (char *w = strtok(words, "\n"); w != NULL; w = strtok(NULL, "\n")) {
		tug_frames_in_word(&in, w);
	}
	tug_frames_in_end(&in);
	free(words);
	return 0;
}
