/* SPDX-License-Identifier: Apache-2.0
 *
 * Help from the command table: the list, a group, one command. Knows no command by name. Called by main.c.
 */
#include <string.h>

#include "handlers_priv.h"

#define WIDTH 100u

/* Words of `text` from column `indent` on, wrapped; the cursor stands at column `at`. */
static void wrap(struct tug_out *out, const char *text, unsigned indent, unsigned at)
{
	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (at > indent && at + n + 1 > WIDTH) {
			tug_out_data(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			tug_out_data(out, " ");
			at++;
		}
		tug_out_data(out, "%.*s", (int)n, text);
		at += (unsigned)n;
		text += n;
		text += strspn(text, " ");
	}
	tug_out_data(out, "\n");
}

static void option_text(const struct tug_opt *o, char *dst, size_t cap)
{
	char letter[8] = "    ";
	const char *open = o->type == TUG_OPT_MAYBE ? " [" : o->arg != NULL ? " " : "";

	if (o->letter != 0) {
		snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	}
	snprintf(dst, cap, "%s--%s%s%s%s", letter, o->name, open, o->arg != NULL ? o->arg : "",
		 o->type == TUG_OPT_MAYBE ? "]" : "");
}

static void list_options(struct tug_out *out, const struct tug_opt *o)
{
	for (; o->name != NULL; o++) {
		char text[160];

		option_text(o, text, sizeof(text));
		tug_out_data(out, "  %-26s", text);
		if (strlen(text) > 26) {
			tug_out_data(out, "\n%*s", 28, "");
		}
		tug_out_data(out, "  ");
		wrap(out, o->help, 30, 30);
	}
}

static void list_commands(struct tug_out *out, const char *group)
{
	size_t n;
	const struct tug_cmd *cmds = tug_cmds(&n);

	for (size_t i = 0; i < n; i++) {
		size_t len = group != NULL ? strlen(group) : 0;

		if (group == NULL || (strncmp(cmds[i].name, group, len) == 0 && cmds[i].name[len] == ' ')) {
			tug_out_data(out, "  %-18s %s\n", cmds[i].name, cmds[i].summary);
		}
	}
}

void tug_help(struct tug_out *out, const struct tug_cmd *cmd)
{
	size_t n;
	const struct tug_exit_text *exits = tug_exit_texts(&n);

	if (cmd != NULL) {
		tug_out_data(out, "usage: tug %s%s%s [OPTION...]\n\n", cmd->name, cmd->args[0] != '\0' ? " " : "", cmd->args);
		wrap(out, cmd->text, 0, 0);
		if (cmd->opts->name != NULL) {
			tug_out_data(out, "\noptions:\n");
			list_options(out, cmd->opts);
		}
		tug_out_data(out, "\ncommon options:\n");
		list_options(out, tug_common_opts());
		return;
	}
	tug_out_data(out, "usage: tug [OPTION...] COMMAND [ARGUMENT...] [OPTION...]\n\n");
	list_commands(out, NULL);
	tug_out_data(out, "\ncommon options:\n");
	list_options(out, tug_common_opts());
	tug_out_data(out, "\nexit status:\n");
	for (size_t i = 0; i < n; i++) {
		tug_out_data(out, "  %-4d %s\n", exits[i].status, exits[i].text);
	}
}

bool tug_help_group(struct tug_out *out, const char *group)
{
	size_t n, len = strlen(group);
	const struct tug_cmd *cmds = tug_cmds(&n);
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		any |= strncmp(cmds[i].name, group, len) == 0 && cmds[i].name[len] == ' ';
	}
	if (any) {
		tug_out_data(out, "usage: tug %s COMMAND\n\n", group);
		list_commands(out, group);
	}
	return any;
}

int tug_cmd_help(struct tug_cli *cli)
{
	const struct tug_args *args = cli->args;
	size_t n;
	const struct tug_cmd *cmds = tug_cmds(&n);
	char name[128];

	if (args->n_pos == 0) {
		tug_help(&cli->out, NULL);
		return TUG_EXIT_DONE;
	}
	snprintf(name, sizeof(name), "%.60s%s%.60s", args->pos[0], args->n_pos > 1 ? " " : "",
		 args->n_pos > 1 ? args->pos[1] : "");
	for (size_t i = 0; i < n; i++) {
		if (strcmp(cmds[i].name, name) == 0) {
			tug_help(&cli->out, &cmds[i]);
			return TUG_EXIT_DONE;
		}
	}
	if (tug_help_group(&cli->out, name)) {
		return TUG_EXIT_DONE;
	}
	return tug_usage_error(cli, "there is no command '%s'; 'tug help' lists them", name);
}
