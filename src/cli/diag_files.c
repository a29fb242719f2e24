/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads what a diagnosis is made from, piece by piece, and prints its report. A folder stands for the
 * configuration in it: project files by their names, whatever else is there is left alone.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diag_files_priv.h"

#define PIECE 262144u
#define DEPTH_MAX 6u
#define FOLDER_FILES_MAX 128u

/* Names of project files; '*' in front stands for any head. */
static const char *const project_files[] = {
	"prj.conf",    "*.overlay",	"sysbuild.conf", "pm_static.yml", "partitions.yml", ".config",	  "mcuboot.conf",
	"*.conf",      "pm_static_*.yml", "zephyr.dts",	 "VERSION",
};

static int cannot(struct tug_cli *cli, const char *path, int err)
{
	return tug_local_error(cli, err == EACCES ? TUG_EACCESS : TUG_EFILE, "cannot read %s: %s", path, strerror(err));
}

static int take_stream(struct tug_cli *cli, struct tug_diag *d, FILE *f, const char *name)
{
	uint8_t *piece = malloc(PIECE);
	int err = piece != NULL ? tug_diag_input(d, name) : TUG_EINTERNAL;
	int status = TUG_EXIT_DONE;
	size_t got;

	errno = 0;
	while (err == TUG_OK && (got = fread(piece, 1, PIECE, f)) > 0) {
		err = tug_diag_feed(d, tug_slice_of(piece, got));
	}
	if (ferror(f)) {
		status = cannot(cli, name, errno);
	} else if (err == TUG_ERANGE) {
		status = tug_local_error(cli, TUG_ERANGE, "%s: too many files for one diagnosis", name);
	} else if (err != TUG_OK) {
		status = tug_local_error(cli, TUG_EINTERNAL, "%s: %s", name, tug_strerror(err));
	}
	free(piece);
	return status;
}

static int take_file(struct tug_cli *cli, struct tug_diag *d, const char *path)
{
	FILE *f = fopen(path, "rb");
	int status;

	if (f == NULL) {
		return cannot(cli, path, errno);
	}
	status = take_stream(cli, d, f, path);
	fclose(f);
	return status;
}

static bool is_project_file(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(project_files) / sizeof(project_files[0]); i++) {
		const char *want = project_files[i], *star = strchr(want, '*');
		size_t head = star != NULL ? (size_t)(star - want) : 0, tail = star != NULL ? strlen(star + 1) : 0;

		if (star == NULL ? strcmp(name, want) == 0
				 : n >= head + tail && strncmp(name, want, head) == 0 && strcmp(name + n - tail, star + 1) == 0) {
			return true;
		}
	}
	return false;
}

/* Folders still to look at, and files found. */
struct walk {
	char *path[FOLDER_FILES_MAX];
	unsigned depth[FOLDER_FILES_MAX];
	size_t n;
};

static bool push(struct walk *w, const char *folder, const char *name, unsigned depth)
{
	size_t n = strlen(folder) + strlen(name) + 2;
	char *path = w->n < FOLDER_FILES_MAX ? malloc(n) : NULL;

	if (path == NULL) {
		return false;
	}
	snprintf(path, n, "%s%s%s", folder, name[0] != '\0' ? "/" : "", name);
	w->path[w->n] = path;
	w->depth[w->n++] = depth;
	return true;
}

static int visit(struct tug_cli *cli, struct tug_diag *d, struct walk *folders, const char *folder, unsigned depth)
{
	struct dirent **list;
	int n = scandir(folder, &list, NULL, alphasort), status = TUG_EXIT_DONE;

	if (n < 0) {
		return cannot(cli, folder, errno);
	}
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		size_t cap = strlen(folder) + strlen(name) + 2;
		char *path = malloc(cap);
		struct stat st;

		if (path != NULL) {
			snprintf(path, cap, "%s/%s", folder, name);
		}
		if (path != NULL && status == TUG_EXIT_DONE && lstat(path, &st) == 0) {
			if (S_ISREG(st.st_mode) && is_project_file(name)) {
				status = take_file(cli, d, path);
			} else if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX && name[0] != '.') {
				push(folders, folder, name, depth + 1);
			}
		}
		free(path);
		free(list[i]);
	}
	free(list);
	return status;
}

static int take_folder(struct tug_cli *cli, struct tug_diag *d, const char *path)
{
	struct walk folders = { .n = 0 };
	int status = TUG_EXIT_DONE;

	push(&folders, path, "", 0);
	for (size_t i = 0; i < folders.n; i++) {
		if (status == TUG_EXIT_DONE) {
			status = visit(cli, d, &folders, folders.path[i], folders.depth[i]);
		}
	}
	for (size_t i = 0; i < folders.n; i++) {
		free(folders.path[i]);
	}
	return status;
}

int tug_diag_take(struct tug_cli *cli, struct tug_diag *d, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0) {
		return take_stream(cli, d, stdin, "-");
	}
	if (stat(path, &st) != 0) {
		return cannot(cli, path, errno);
	}
	return S_ISDIR(st.st_mode) ? take_folder(cli, d, path) : take_file(cli, d, path);
}

static unsigned width_of(FILE *f)
{
	struct winsize ws;

	return ioctl(fileno(f), TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0 ? ws.ws_col : 80;
}

int tug_diag_show(struct tug_cli *cli, struct tug_diag *d, const struct tug_report **r)
{
	const char *form = cli->out.json ? "json" : tug_args_text(cli->args, "format", "text");
	struct tug_report_style style = { .width = width_of(cli->out.data), .colour = isatty(fileno(cli->out.data)) == 1 };
	char *text = NULL;

	if (tug_diag_report(d, r) == TUG_OK) {
		text = strcmp(form, "json") == 0 ? tug_report_json(*r) :
		       strcmp(form, "html") == 0 ? tug_report_html(*r) : tug_report_text(*r, &style);
	}
	if (text == NULL) {
		return tug_local_error(cli, TUG_EINTERNAL, "out of memory");
	}
	tug_out_data(&cli->out, "%s%s", text, strcmp(form, "json") == 0 ? "\n" : "");
	free(text);
	return TUG_EXIT_DONE;
}
