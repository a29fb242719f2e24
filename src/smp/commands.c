/* SPDX-License-Identifier: Apache-2.0
 *
 * The wire columns of the table of commands: the maps, each an object of its own so that a linker drops what a
 * device does not use, and the rows. Knows no text and no behaviour; for servers, clients and decoders.
 */
#include <tug/smp_cmds.h>

/* Short flag names of commands.def. */
enum {
	R = TUG_F_REQUIRED,
	LAX = TUG_F_LAX,
	SOFT = TUG_F_SOFT,
	KEYED = TUG_F_KEYED,
	OPTIONAL = TUG_CMD_OPTIONAL,
	HARMLESS = TUG_CMD_HARMLESS,
};

const struct tug_map tug_empty = { NULL, 0 };

/* Keys have a name each: a pooled string could not be dropped with its map. */
#define TUG_F(index, text, kind, opt, inner) static const char key_##index[] = text;
#define TUG_MAP(name, ...) __VA_ARGS__
#include "commands.def"
#undef TUG_F

#define TUG_F(index, text, kind, opt, inner) \
	[TUG_##index] = { .key = key_##index, .type = TUG_T_##kind, .flags = (opt), .sub = (inner) },
#define TUG_MAP(name, ...) \
	static const struct tug_field fields_##name[] = { __VA_ARGS__ }; \
	_Static_assert(sizeof(fields_##name) / sizeof(fields_##name[0]) <= TUG_MAP_FIELDS, "too many fields: " #name); \
	const struct tug_map tug_##name = { fields_##name, sizeof(fields_##name) / sizeof(fields_##name[0]) };
#include "commands.def"
#undef TUG_F

static const struct tug_smp_cmd rows[] = {
#define TUG_CMD(grp, num, oper, request, response, opt, name, kconfig, kconfig_old, since) \
	{ .group = TUG_GRP_##grp, .id = (num), .op = TUG_SMP_##oper, .flags = (opt), .req = &tug_##request, \
	  .rsp = &tug_##response },
#include "commands.def"
};

const struct tug_smp_cmd *tug_smp_cmds(size_t *n)
{
	*n = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

const struct tug_smp_cmd *tug_smp_cmd_find(uint16_t group, uint8_t id, uint8_t op)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].group == group && rows[i].id == id && rows[i].op == op) {
			return &rows[i];
		}
	}
	return NULL;
}
