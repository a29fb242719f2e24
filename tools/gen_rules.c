/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes docs/rules.md: every rule of the diagnosis with its usual severity, title and source. With a file name as
 * argument: compares instead, status 1 when the page is out of date.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tug/diagnose.h>

static void cell(FILE *f, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '|') {
			fputs("\\|", f);
		} else {
			fputc(*text, f);
		}
	}
}

static void write_page(FILE *f)
{
	struct tug_diag *d;
	size_t n;
	const struct tug_rule_info *rules;

	if (tug_diag_create(TUG_DIAG_ALL, &d) != TUG_OK) {
		exit(2);
	}
	rules = tug_rules(d, &n);
	fputs("# Rules of the diagnosis\n\nWritten by the program `tug_gen_rules` from `src/diagnose/rules_*.c`. Do not edit. Several rows of one name "
	      "are one finding, seen in\nseveral ways. `{z<3.3:old;new}` in a title chooses by the version found; docs/diagnosis.md explains the "
	      "rest and the sources.\n\n| finding | severity | says | known from |\n|---|---|---|---|\n",
	      f);
	for (size_t i = 0; i < n; i++) {
		fprintf(f, "| `%s` | %s | ", rules[i].id, tug_severity_name(rules[i].severity));
		cell(f, rules[i].title);
		fputs(" | ", f);
		cell(f, rules[i].source);
		fputs(" |\n", f);
	}
	tug_diag_free(d);
}

static int compare(const char *path)
{
	FILE *made = tmpfile(), *have = fopen(path, "r");
	int a = 0, b = 0;

	if (made == NULL || have == NULL) {
		perror(path);
		return 2;
	}
	write_page(made);
	rewind(made);
	while (a == b && a != EOF) {
		a = fgetc(made);
		b = fgetc(have);
	}
	fclose(made);
	fclose(have);
	if (a != b) {
		fprintf(stderr, "%s is out of date: build/release/src/diagnose/tug_gen_rules > %s\n", path, path);
	}
	return a != b;
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		return compare(argv[1]);
	}
	write_page(stdout);
	return 0;
}
