/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes the bash completion of tug from the command table, on standard output. Knows bash and the table's
 * shape, no command by name. Run by the build.
 */
#include <stdio.h>
#include <string.h>

#include "table_priv.h"

static void option_words(const struct tug_opt *o)
{
	for (; o->name != NULL; o++) {
		printf(" --%s", o->name);
		if (o->letter != 0) {
			printf(" -%c", o->letter);
		}
	}
}

/* Patterns of a case: words after which a value comes, and what the value can be. */
static void option_values(const struct tug_opt *o)
{
	for (; o->name != NULL; o++) {
		if (o->type == TUG_OPT_FLAG) {
			continue;
		}
		printf("\t\t--%s", o->name);
		if (o->letter != 0) {
			printf("|-%c", o->letter);
		}
		fputs(") ", stdout);
		if (o->type == TUG_OPT_CHOICE) {
			fputs("_tug_words \"", stdout);
			for (const char *p = o->arg; *p != '\0'; p++) {
				putchar(*p == '|' ? ' ' : *p);
			}
			puts("\"; return 0 ;;");
		} else if (o->type == TUG_OPT_FILE || o->type == TUG_OPT_MAYBE) {
			puts("compopt -o default 2>/dev/null; return 0 ;;");
		} else {
			puts("return 0 ;;");
		}
	}
}

/* First words of commands, each once; of commands of two words only the second when `group` is given. */
static void command_words(const char *group)
{
	size_t n, len = group != NULL ? strlen(group) : 0;
	const struct tug_cmd *c = tug_cmds(&n);

	for (size_t i = 0; i < n; i++) {
		size_t first = strcspn(c[i].name, " ");

		if (group != NULL) {
			if (first == len && c[i].name[len] == ' ' && memcmp(c[i].name, group, len) == 0) {
				printf(" %s", c[i].name + len + 1);
			}
		} else if (i == 0 || strncmp(c[i].name, c[i - 1].name, first + 1) != 0 || c[i].name[first] == '\0') {
			printf(" %.*s", (int)first, c[i].name);
		}
	}
}

/* The first word of row `i` when it is the first row of a group of two-word commands; else 0 characters. */
static size_t group_at(const struct tug_cmd *c, size_t i)
{
	size_t first = strcspn(c[i].name, " ");

	if (c[i].name[first] == '\0' || (i > 0 && strncmp(c[i].name, c[i - 1].name, first + 1) == 0)) {
		return 0;
	}
	return first;
}

/* "a|b|c" of the groups. */
static void group_pattern(void)
{
	size_t n, len;
	const struct tug_cmd *c = tug_cmds(&n);
	const char *bar = "";

	for (size_t i = 0; i < n; i++) {
		len = group_at(c, i);
		if (len > 0) {
			printf("%s%.*s", bar, (int)len, c[i].name);
			bar = "|";
		}
	}
}

/* "--a|-b|--c" of the options that take a value. */
static void value_pattern(const struct tug_opt *o)
{
	const char *bar = "";

	for (; o->name != NULL; o++) {
		if (o->type != TUG_OPT_FLAG && o->letter != 0) {
			printf("%s-%c", bar, o->letter);
			bar = "|";
		}
		if (o->type != TUG_OPT_FLAG) {
			printf("%s--%s", bar, o->name);
			bar = "|";
		}
	}
}

static void groups(void)
{
	size_t n, len;
	const struct tug_cmd *c = tug_cmds(&n);
	char group[32];

	for (size_t i = 0; i < n; i++) {
		len = group_at(c, i);
		if (len == 0 || len >= sizeof(group)) {
			continue;
		}
		memcpy(group, c[i].name, len);
		group[len] = '\0';
		printf("\t%s) words=\"", group);
		command_words(group);
		puts("\" ;;");
	}
}

/* `tug help` takes the words of commands, the second after a group too. */
static void help_words(void)
{
	size_t n, len;
	const struct tug_cmd *c = tug_cmds(&n);
	char group[32];

	puts("\t\tcase $prev in");
	for (size_t i = 0; i < n; i++) {
		len = group_at(c, i);
		if (len == 0 || len >= sizeof(group)) {
			continue;
		}
		memcpy(group, c[i].name, len);
		group[len] = '\0';
		printf("\t\t%s) _tug_words \"", group);
		command_words(group);
		puts("\"; return 0 ;;");
	}
	puts("\t\tesac");
}

int main(void)
{
	size_t n;
	const struct tug_cmd *c = tug_cmds(&n);

	puts("# bash completion for tug, written from its command table\n"
	     "_tug_words()\n{\n"
	     "\tmapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
	     "}\n"
	     "_tug()\n{\n"
	     "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]} cmd= words= w i\n"
	     "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	     "\t\tw=${COMP_WORDS[i]}\n"
	     "\t\tcase $w in");
	fputs("\t\t", stdout);
	value_pattern(tug_common_opts());
	puts(") ((i++)); continue ;;\n\t\t-*) continue ;;\n\t\tesac\n\t\tcase $cmd in\n\t\t\"\") cmd=$w ;;");
	fputs("\t\t", stdout);
	group_pattern();
	puts(") cmd=\"$cmd $w\" ;;\n\t\tesac\n\tdone\n\tcase $cmd in");
	fputs("\t\"\") words=\"", stdout);
	command_words(NULL);
	puts("\" ;;");
	groups();
	for (size_t i = 0; i < n; i++) {
		printf("\t\"%s\")\n\t\tcase $prev in\n", c[i].name);
		option_values(c[i].opts);
		puts("\t\tesac");
		if ((c[i].flags & TUG_CMD_F_FILES) != 0) {
			puts("\t\tcompopt -o default 2>/dev/null");
		}
		if (strcmp(c[i].name, "help") == 0) {
			help_words();
		}
		fputs("\t\twords=\"", stdout);
		if (strcmp(c[i].name, "help") == 0) {
			command_words(NULL);
		}
		option_words(c[i].opts);
		puts("\" ;;");
	}
	puts("\tesac\n\tcase $prev in");
	option_values(tug_common_opts());
	fputs("\tesac\n\t_tug_words \"$words", stdout);
	option_words(tug_common_opts());
	puts("\"\n}\ncomplete -F _tug tug");
	return ferror(stdout) || fflush(stdout) != 0;
}
