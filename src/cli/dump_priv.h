/* SPDX-License-Identifier: Apache-2.0
 *
 * One SMP frame as text: for people on a line or as a small block, for scripts as JSON. Names come from the
 * one table of commands. For src/cli only.
 */
#ifndef TUG_CLI_DUMP_PRIV_H
#define TUG_CLI_DUMP_PRIV_H

#include <cjson/cJSON.h>

#include <tug/smp.h>

/** A frame on one line, heap; NULL when memory is short. Whatever the octets are, something is said. */
char *tug_dump_line(struct tug_slice frame);

/** A frame as JSON: {"op","version","group","group_name","id","command","seq","flags","len","body","error"}. */
cJSON *tug_dump_json(struct tug_slice frame);

#endif
