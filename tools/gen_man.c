/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes the man page tug(1) from the command table, on standard output. Knows troff and the table's shape, no
 * command by name. Run by the build.
 */
#include <stdio.h>
#include <string.h>

#include "table_priv.h"

/* Text with what troff would take for itself escaped. */
static void put(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '-') {
			fputs("\\-", stdout);
		} else if (*p == '\\') {
			fputs("\\e", stdout);
		} else if ((*p == '.' || *p == '\'') && (p == text || p[-1] == '\n')) {
			printf("\\&%c", *p);
		} else if (*p == '\'') {
			fputs("\\(aq", stdout);
		} else {
			putchar(*p);
		}
	}
}

static void options(const struct tug_opt *o)
{
	for (; o->name != NULL; o++) {
		fputs(".TP\n", stdout);
		if (o->letter != 0) {
			printf("\\fB\\-%c\\fR, ", o->letter);
		}
		fputs("\\fB\\-\\-", stdout);
		put(o->name);
		fputs("\\fR", stdout);
		if (o->arg != NULL) {
			fputs(o->type == TUG_OPT_MAYBE ? " [\\fI" : " \\fI", stdout);
			put(o->arg);
			fputs(o->type == TUG_OPT_MAYBE ? "\\fR]" : "\\fR", stdout);
		}
		putchar('\n');
		put(o->help);
		putchar('\n');
	}
}

static void commands(void)
{
	size_t n;
	const struct tug_cmd *c = tug_cmds(&n);

	puts(".SH COMMANDS");
	for (size_t i = 0; i < n; i++) {
		fputs(".SS \"tug ", stdout);
		put(c[i].name);
		if (c[i].args[0] != '\0') {
			putchar(' ');
			put(c[i].args);
		}
		puts("\"");
		put(c[i].summary);
		puts(".\n.PP");
		put(c[i].text);
		putchar('\n');
		options(c[i].opts);
	}
}

int main(int argc, char **argv)
{
	size_t n;
	const struct tug_exit_text *exits = tug_exit_texts(&n);

	printf(".TH TUG 1 \"\" \"tugboot %s\" \"User Commands\"\n", argc > 1 ? argv[1] : "");
	puts(".SH NAME\ntug \\- update, inspect, sign for and simulate devices that speak SMP\n"
	     ".SH SYNOPSIS\n.B tug\n[\\fIOPTION\\fR...] \\fICOMMAND\\fR [\\fIARGUMENT\\fR...] [\\fIOPTION\\fR...]\n"
	     ".SH DESCRIPTION\n"
	     "Brings the firmware of microcontrollers from any state to running an image, confirmed and proven, over "
	     "MCUmgr\\(aqs SMP protocol and MCUboot\\(aqs image format. Data goes to standard output, talk to standard "
	     "error.\n.SH COMMON OPTIONS\nThey stand before or after the command.");
	options(tug_common_opts());
	commands();
	puts(".SH EXIT STATUS");
	for (size_t i = 0; i < n; i++) {
		printf(".TP\n\\fB%d\\fR\n", exits[i].status);
		put(exits[i].text);
		putchar('\n');
	}
	puts("With several devices the worst of theirs.\n"
	     ".SH ENVIRONMENT\n.TP\n\\fBTUG_DEVICE\\fR\nThe device when no \\fB\\-d\\fR is given.\n"
	     ".TP\n\\fBTUG_SEED\\fR\nSeed of \\fBtug vdev\\fR when no \\fB\\-\\-seed\\fR is given.");
	return ferror(stdout) || fflush(stdout) != 0;
}
