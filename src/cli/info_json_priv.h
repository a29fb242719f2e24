/* SPDX-License-Identifier: Apache-2.0
 *
 * The description of an image file as JSON. For src/cli only.
 */
#ifndef TUG_CLI_INFO_JSON_PRIV_H
#define TUG_CLI_INFO_JSON_PRIV_H

#include <cjson/cJSON.h>

#include <tug/imgtool.h>

/** All of `info` as an object; TLV values are read from `file`. */
cJSON *tug_info_json(const struct tug_image_info *info, const struct tug_file *file, const char *name);

#endif
