/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs the blocks of rules/\*.txt (README.md) and then asks of every rule whether some block made it fire and some
 * other one kept it silent.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tug/diagnose.h>

#define IDS_MAX 512

struct coverage {
	char id[64];
	unsigned fires, silent;
};

static struct coverage seen[IDS_MAX];
static size_t n_seen;
static unsigned n_blocks, n_failed;

static struct coverage *coverage_of(const char *id)
{
	for (size_t i = 0; i < n_seen; i++) {
		if (strcmp(seen[i].id, id) == 0) {
			return &seen[i];
		}
	}
	if (n_seen == IDS_MAX) {
		abort();
	}
	snprintf(seen[n_seen].id, sizeof(seen[0].id), "%s", id);
	return &seen[n_seen++];
}

/* What a block expects. */
struct block {
	const char *file;
	unsigned line;
	char sign; /* + - ! */
	char id[64];
	char severity[16];
	char certainty[16];
	bool open;
	struct tug_diag *d;
};

static void fail(const struct block *b, const struct tug_report *r, const char *what)
{
	n_failed++;
	fprintf(stderr, "%s:%u: %c%s: %s\n", b->file, b->line, b->sign, b->id, what);
	for (size_t i = 0; r != NULL && i < r->n_findings; i++) {
		fprintf(stderr, "    found %s (%s, %s)\n", r->findings[i].id, tug_severity_name(r->findings[i].severity),
			tug_certainty_name(r->findings[i].certainty));
	}
}

static const struct tug_finding *finding_of(const struct tug_report *r, const char *id)
{
	for (size_t i = 0; i < r->n_findings; i++) {
		if (strcmp(r->findings[i].id, id) == 0) {
			return &r->findings[i];
		}
	}
	return NULL;
}

static void check_found(const struct block *b, const struct tug_report *r, const struct tug_finding *f)
{
	if (f == NULL) {
		fail(b, r, "not found");
		return;
	}
	if (b->severity[0] != '\0' && strcmp(b->severity, tug_severity_name(f->severity)) != 0) {
		fail(b, r, "wrong severity");
	}
	if (b->certainty[0] != '\0' && strcmp(b->certainty, tug_certainty_name(f->certainty)) != 0) {
		fail(b, r, "wrong certainty");
	}
	if (f->title[0] == '\0' || f->cause[0] == '\0' || f->fix[0] == '\0' || f->source[0] == '\0') {
		fail(b, r, "title, cause, fix or source is empty");
	}
	if (f->certainty == TUG_POSSIBLE && (f->severity == TUG_SEV_BLOCKING || f->settle[0] == '\0')) {
		fail(b, r, "possible, but blocking or nothing to settle it");
	}
	if (f->certainty == TUG_PROVEN && f->n_evidence == 0) {
		fail(b, r, "proven without evidence");
	}
	for (size_t i = 0; b->sign == '!' && i < r->n_findings; i++) {
		if (r->findings[i].severity == TUG_SEV_BLOCKING && strcmp(r->findings[i].id, b->id) != 0) {
			fail(b, r, "something else blocks");
		}
	}
}

static void end_block(struct block *b)
{
	const struct tug_report *r;
	const struct tug_finding *f;

	if (b->d == NULL) {
		return;
	}
	n_blocks++;
	if (tug_diag_report(b->d, &r) != TUG_OK) {
		fail(b, NULL, "no report");
	} else {
		f = finding_of(r, b->id);
		if (b->sign == '-') {
			if (f != NULL) {
				fail(b, r, "found, though it should not be");
			} else {
				coverage_of(b->id)->silent++;
			}
		} else {
			check_found(b, r, f);
			coverage_of(b->id)->fires += f != NULL;
		}
	}
	tug_diag_free(b->d);
	b->d = NULL;
	b->open = false;
}

static void begin_block(struct block *b, const char *text, unsigned line)
{
	char w[3][64] = { "", "", "" };

	b->line = line;
	b->sign = text[0];
	if (strchr("+-!", b->sign) == NULL || sscanf(text + 1, " %63s %63s %63s", w[0], w[1], w[2]) < 1) {
		fprintf(stderr, "%s:%u: not a block\n", b->file, line);
		exit(2);
	}
	snprintf(b->id, sizeof(b->id), "%s", w[0]);
	b->severity[0] = b->certainty[0] = '\0';
	for (int i = 1; i < 3; i++) {
		if (strcmp(w[i], "possible") == 0 || strcmp(w[i], "proven") == 0) {
			snprintf(b->certainty, sizeof(b->certainty), "%.15s", w[i]);
		} else {
			snprintf(b->severity, sizeof(b->severity), "%.15s", w[i]);
		}
	}
	if (tug_diag_create(TUG_DIAG_ALL, &b->d) != TUG_OK) {
		abort();
	}
}

/* Undo \xNN, \t and \\ in place. Result: octets. */
static size_t unescape(char *s)
{
	char *o = s, *p = s;
	unsigned v;

	while (*p != '\0') {
		if (p[0] == '\\' && p[1] == 'x' && sscanf(p + 2, "%2x", &v) == 1) {
			*o++ = (char)v;
			p += 4;
		} else if (p[0] == '\\' && (p[1] == 't' || p[1] == '\\' || p[1] == '-' || p[1] == '=')) {
			*o++ = p[1] == 't' ? '\t' : p[1];
			p += 2;
		} else {
			*o++ = *p++;
		}
	}
	return (size_t)(o - s);
}

static void take_line(struct block *b, char *line, unsigned no)
{
	if (strncmp(line, "== ", 3) == 0) {
		end_block(b);
		begin_block(b, line + 3, no);
	} else if (strncmp(line, "-- ", 3) == 0 && b->d != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (tug_diag_input(b->d, line + 3) != TUG_OK) {
			abort();
		}
		b->open = true;
	} else if (b->open) {
		size_t len = unescape(line);

		tug_diag_feed(b->d, tug_slice_of(line, len));
	}
}

static void run_file(const char *path)
{
	FILE *f = fopen(path, "r");
	struct block b = { .file = path };
	char *line = NULL;
	size_t cap = 0;
	unsigned no = 0;

	if (f == NULL) {
		perror(path);
		exit(2);
	}
	while (getline(&line, &cap, f) >= 0) {
		take_line(&b, line, ++no);
	}
	end_block(&b);
	free(line);
	fclose(f);
}

static void check_coverage(void)
{
	struct tug_diag *d;
	size_t n;
	const struct tug_rule_info *rules;

	if (tug_diag_create(TUG_DIAG_ALL, &d) != TUG_OK) {
		abort();
	}
	rules = tug_rules(d, &n);
	for (size_t i = 0; i < n; i++) {
		struct coverage *c = coverage_of(rules[i].id);

		if (c->fires == 0) {
			n_failed++;
			fprintf(stderr, "rule %s never fires in a block\n", rules[i].id);
		}
		if (c->silent == 0) {
			n_failed++;
			fprintf(stderr, "rule %s is never silent in a block of its own\n", rules[i].id);
		}
		c->fires = c->silent = 1; /* told once */
	}
	printf("%zu rules, %u blocks, %u failed\n", n, n_blocks, n_failed);
	tug_diag_free(d);
}

int main(int argc, char **argv)
{
	/* With files: only these, without coverage. */
	if (argc > 2) {
		for (int i = 2; i < argc; i++) {
			run_file(argv[i]);
		}
		printf("%u blocks, %u failed\n", n_blocks, n_failed);
	} else if (argc == 2) {
		struct dirent **list;
		int n = scandir(argv[1], &list, NULL, alphasort);

		for (int i = 0; i < n; i++) {
			char path[4096];
			size_t len = strlen(list[i]->d_name);

			snprintf(path, sizeof(path), "%s/%s", argv[1], list[i]->d_name);
			if (len > 4 && strcmp(list[i]->d_name + len - 4, ".txt") == 0) {
				run_file(path);
			}
			free(list[i]);
		}
		if (n < 0) {
			perror(argv[1]);
			return 2;
		}
		free(list);
		check_coverage();
	}
	return n_failed > 0;
}
