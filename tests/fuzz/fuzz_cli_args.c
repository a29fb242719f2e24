/* SPDX-License-Identifier: Apache-2.0
 *
 * Any command line, words separated by newlines: it is parsed into a command whose counts hold, or refused with
 * a sentence.
 */
#include <stdlib.h>
#include <string.h>

#include "options_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char text[1024], *argv[80];
	struct tug_args args;
	int argc = 0;

	if (len >= sizeof(text)) {
		return 0;
	}
	memcpy(text, data, len);
	text[len] = '\0';
	argv[argc++] = (char *)"tug";
	for (char *w = strtok(text, "\n"); w != NULL && argc < 80; w = strtok(NULL, "\n")) {
		argv[argc++] = w;
	}
	if (!tug_args_parse(&args, argc, argv)) {
		if (args.why[0] == '\0') {
			abort();
		}
	} else if (!args.help && !args.version) {
		if (args.cmd == NULL || args.n_pos < args.cmd->min_args ||
		    (args.cmd->max_args != 255 && args.n_pos > args.cmd->max_args)) {
			abort();
		}
		tug_args_num(&args, "timeout", 0);
		tug_args_prob(&args, "loss", 0);
	}
	tug_args_free(&args);
	return 0;
}
