/* SPDX-License-Identifier: Apache-2.0
 *
 * The text columns of the table of commands: names, the symbols that provide a command, its first release. Host only.
 * For the command line, the decoder and diagnosis.
 */
#include <tug/smp_text.h>

static const struct tug_smp_cmd_text rows[] = {
#define TUG_CMD(grp, num, oper, req, rsp, flags, title, symbols, symbols_old, release) \
	{ TUG_GRP_##grp, (num), TUG_SMP_##oper, title, symbols, symbols_old, release },
#include "commands.def"
};

static const struct {
	uint16_t group;
	const char *name;
} groups[] = {
	{ TUG_GRP_OS, "OS" },
	{ TUG_GRP_IMG, "IMG" },
	{ TUG_GRP_STAT, "STAT" },
	{ TUG_GRP_SETTINGS, "SETTINGS" },
	{ TUG_GRP_LOG, "LOG" },
	{ TUG_GRP_CRASH, "CRASH" },
	{ TUG_GRP_SPLIT, "SPLIT" },
	{ TUG_GRP_RUN, "RUN" },
	{ TUG_GRP_FS, "FS" },
	{ TUG_GRP_SHELL, "SHELL" },
	{ TUG_GRP_ENUM, "ENUM" },
	{ TUG_GRP_TRANSPORT, "TRANSPORT" },
	{ TUG_GRP_ZBASIC, "ZBASIC" },
	{ TUG_GRP_SUIT, "SUIT" },
};

const struct tug_smp_cmd_text *tug_smp_cmd_text(uint16_t group, uint8_t id, uint8_t op)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].group == group && rows[i].id == id && rows[i].op == op) {
			return &rows[i];
		}
	}
	return NULL;
}

const char *tug_smp_group_name(uint16_t group)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (groups[i].group == group) {
			return groups[i].name;
		}
	}
	return NULL;
}
