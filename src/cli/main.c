/* SPDX-License-Identifier: Apache-2.0
 *
 * The program: parses the command line, finds the handler by the command table, turns a failure of standard
 * output into an exit status. Knows no command by name.
 */
#include <string.h>

#include "handlers_priv.h"

#define TABLE(ident, ...) tug_cmd_##ident,
static const tug_cmd_fn handlers[] = { TUG_CLI_COMMANDS(TABLE) };
#undef TABLE

static int run(struct tug_cli *cli, const struct tug_args *args)
{
	size_t n;

	if (args->help) {
		tug_help(&cli->out, args->cmd);
		return TUG_EXIT_DONE;
	}
	if (args->version) {
		tug_out_data(&cli->out, "tug %s\n", TUG_VERSION_STRING);
		return TUG_EXIT_DONE;
	}
	return handlers[args->cmd - tug_cmds(&n)](cli);
}

int main(int argc, char **argv)
{
	struct tug_args args;
	struct tug_cli cli;
	bool good = tug_args_parse(&args, argc, argv);
	int status;

	memset(&cli, 0, sizeof(cli));
	cli.args = &args;
	tug_out_init(&cli.out, good && tug_args_has(&args, "json"), good && tug_args_has(&args, "quiet"));
	status = good ? run(&cli, &args) : tug_usage_error(&cli, "%s", args.why);
	tug_out_flush(&cli.out);
	if (cli.out.err != 0) {
		tug_out_error(&cli.out, "tug: cannot write to standard output: %s", strerror(cli.out.err));
		status = tug_exit_worse(status, TUG_EXIT_LOCAL);
	}
	tug_args_free(&args);
	return status;
}
