/* SPDX-License-Identifier: Apache-2.0
 *
 * The handlers of the command table, one per row. Declared here, defined in cmd_*.c, called by main.c.
 */
#ifndef TUG_CLI_HANDLERS_PRIV_H
#define TUG_CLI_HANDLERS_PRIV_H

#include "cli_priv.h"
#include "commands_priv.h"

#define TUG_CLI_HANDLER(ident, ...) int tug_cmd_##ident(struct tug_cli *cli);
TUG_CLI_COMMANDS(TUG_CLI_HANDLER)
#undef TUG_CLI_HANDLER

/** Help for one command, or the list of commands when `cmd` is NULL, on standard output. */
void tug_help(struct tug_out *out, const struct tug_cmd *cmd);
/** Help for the commands whose first word is `group`; false when there are none. */
bool tug_help_group(struct tug_out *out, const char *group);

#endif
