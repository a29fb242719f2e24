/* SPDX-License-Identifier: Apache-2.0
 *
 * Real failing updates: each folder of cases/ is one diagnosis; cases.tsv says what must be found. The primary finding
 * has to be the first of its severity, every other one present, and nothing else may block. Prints the table.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tug/diagnose.h>

static unsigned n_cases, n_failed;

static void feed_file(struct tug_diag *d, const char *path, const char *name)
{
	uint8_t piece[4096];
	FILE *f = fopen(path, "rb");
	size_t got;

	if (f == NULL || tug_diag_input(d, name) != TUG_OK) {
		perror(path);
		exit(2);
	}
	while ((got = fread(piece, 1, sizeof(piece), f)) > 0) {
		tug_diag_feed(d, tug_slice_of(piece, got));
	}
	fclose(f);
}

static void feed_folder(struct tug_diag *d, const char *folder)
{
	struct dirent **list;
	int n = scandir(folder, &list, NULL, alphasort);

	if (n < 0) {
		perror(folder);
		exit(2);
	}
	for (int i = 0; i < n; i++) {
		char path[8192];

		if (list[i]->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/%s", folder, list[i]->d_name);
			feed_file(d, path, list[i]->d_name);
		}
		free(list[i]);
	}
	free(list);
}

static const struct tug_finding *find(const struct tug_report *r, const char *id)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		if (strcmp(r->findings[i].id, id) == 0) {
			return &r->findings[i];
		}
	}
	return NULL;
}

static const char *first_of(const struct tug_report *r, enum tug_severity s)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		if (r->findings[i].severity == s) {
			return r->findings[i].id;
		}
	}
	return "-";
}

/* Checks one expectation "id:severity". Result: what is wrong, NULL = nothing. */
static const char *check_one(const struct tug_report *r, const char *id, const char *severity, bool primary)
{
	const struct tug_finding *f = find(r, id);

	if (f == NULL) {
		return "missing";
	}
	if (strcmp(tug_severity_name(f->severity), severity) != 0) {
		return "wrong severity";
	}
	return primary && strcmp(first_of(r, f->severity), id) != 0 ? "not first" : NULL;
}

static bool listed(const char *list, const char *id)
{
	size_t n = strlen(id);

	for (const char *p = list; (p = strstr(p, id)) != NULL; p += n) {
		if ((p == list || p[-1] == ' ') && p[n] == ':') {
			return true;
		}
	}
	return false;
}

static void check_case(const char *name, const char *primary, const char *list, const struct tug_report *r)
{
	char copy[1024], *word, *save = NULL;
	bool good = true;

	snprintf(copy, sizeof(copy), "%s", list);
	for (word = strtok_r(copy, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
		char *severity = strchr(word, ':');
		const char *wrong;

		*severity++ = '\0';
		wrong = check_one(r, word, severity, strcmp(word, primary) == 0);
		if (wrong != NULL) {
			printf("    %s: %s (%s)\n", word, wrong, severity);
			good = false;
		}
	}
	for (size_t i = 0; i < r->n_findings; i++) {
		if (r->findings[i].severity == TUG_SEV_BLOCKING && !listed(list, r->findings[i].id)) {
			printf("    %s blocks, which the truth does not have\n", r->findings[i].id);
			good = false;
		}
	}
	printf("%-6s %-48s expected %-28s found", good ? "ok" : "FAILED", name, primary);
	for (size_t i = 0; i < r->n_findings && i < 6; i++) {
		printf(" %s:%s", r->findings[i].id, tug_severity_name(r->findings[i].severity));
	}
	printf("\n");
	n_cases++;
	n_failed += !good;
}

int main(int argc, char **argv)
{
	char line[2048], path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/cases.tsv", argc > 1 ? argv[1] : ".");
	f = fopen(path, "r");
	if (f == NULL) {
		perror(path);
		return 2;
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		char *save = NULL, *name = strtok_r(line, "\t", &save), *decidable = strtok_r(NULL, "\t", &save);
		char *primary = strtok_r(NULL, "\t", &save), *list = strtok_r(NULL, "\t\n", &save);
		const struct tug_report *r;
		struct tug_diag *d;

		if (name == NULL || name[0] == '#' || list == NULL || strcmp(decidable, "yes") != 0) {
			continue;
		}
		if (tug_diag_create(TUG_DIAG_ALL, &d) != TUG_OK) {
			return 2;
		}
		snprintf(path, sizeof(path), "%s/%s", argv[1], name);
		feed_folder(d, path);
		if (tug_diag_report(d, &r) != TUG_OK) {
			return 2;
		}
		check_case(name, primary, list, r);
		tug_diag_free(d);
	}
	fclose(f);
	printf("%u cases, %u failed\n", n_cases, n_failed);
	return n_failed > 0 || n_cases == 0;
}
