/* SPDX-License-Identifier: Apache-2.0
 *
 * The description of an image file as imgtool's dumpinfo prints it for programs. For src/cli only.
 */
#ifndef TUG_CLI_DUMPINFO_PRIV_H
#define TUG_CLI_DUMPINFO_PRIV_H

#include <tug/imgtool.h>

#include "cli_priv.h"

/** imgtool's document: same keys, same numbers; octets are hex text. `name` is the file's path. NULL: out of memory. */
cJSON *tug_dumpinfo_json(const struct tug_image_info *info, const struct tug_file *file, const char *name);

/**
 * The same as YAML, octets as !!binary. Grows `text` [*len], from malloc; NULL when out of memory. Releases `j`.
 */
char *tug_dumpinfo_yaml(cJSON *j, size_t *len);

#endif
