/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeps the folder of a virtual device: which profile lies there and two marks. Refuses to know what the flash holds
 * (port/sim keeps that file, and locks it). Called by device.c, preset.c and scheme.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vdev_priv.h"

#define PATH_CAP 4096
#define NOTE "device.txt"

static int error_of(int e)
{
	if (e == EACCES || e == EPERM || e == EROFS) {
		return TUG_EACCESS;
	}
	return e == ENOSPC || e == EDQUOT ? TUG_EDISKFULL : TUG_EFILE;
}

static int fail(int e, const char *what, const char *path, char *why, size_t why_cap)
{
	snprintf(why, why_cap, "cannot %s %s: %s", what, path, strerror(e));
	return error_of(e);
}

/* DIR/NAME; false = too long. */
static bool path_in(char out[PATH_CAP], const char *dir, const char *name)
{
	int n = snprintf(out, PATH_CAP, "%s/%s", dir, name);

	return n > 0 && n < PATH_CAP;
}

int vdev_store_make(const char *dir, char *why, size_t why_cap)
{
	struct stat st;

	if (mkdir(dir, 0777) == 0) {
		return TUG_OK;
	}
	if (errno != EEXIST) {
		return fail(errno, "make the folder", dir, why, why_cap);
	}
	if (stat(dir, &st) != 0) {
		return fail(errno, "use the folder", dir, why, why_cap);
	}
	if (!S_ISDIR(st.st_mode)) {
		snprintf(why, why_cap, "%s is a file; a virtual device needs a folder", dir);
		return TUG_EFILE;
	}
	return TUG_OK;
}

int vdev_store_note_read(const char *dir, struct vdev_note *note, char *why, size_t why_cap)
{
	char path[PATH_CAP];
	FILE *f;

	memset(note, 0, sizeof(*note));
	if (!path_in(path, dir, NOTE)) {
		return fail(ENAMETOOLONG, "use", dir, why, why_cap);
	}
	f = fopen(path, "r");
	if (f == NULL) {
		return errno == ENOENT ? TUG_OK : fail(errno, "read", path, why, why_cap);
	}
	/* a note of another shape says nothing; the flash file's size is still checked */
	if (fscanf(f, "%23s %23s %31s", note->profile, note->mode, note->server) != 3) {
		memset(note, 0, sizeof(*note));
	}
	fclose(f);
	return TUG_OK;
}

int vdev_store_note_write(const char *dir, const struct vdev_note *note, char *why, size_t why_cap)
{
	char path[PATH_CAP];
	char tmp[PATH_CAP];
	int rc = TUG_OK;
	int fd;

	if (!path_in(path, dir, NOTE) || !path_in(tmp, dir, NOTE ".XXXXXX")) {
		return fail(ENAMETOOLONG, "use", dir, why, why_cap);
	}
	fd = mkstemp(tmp);
	if (fd < 0) {
		return fail(errno, "write in", dir, why, why_cap);
	}
	if (dprintf(fd, "%s %s %s\n", note->profile, note->mode, note->server) < 0 || fchmod(fd, 0644) != 0) {
		rc = fail(errno, "write", path, why, why_cap);
	}
	if (close(fd) != 0 && rc == TUG_OK) {
		rc = fail(errno, "write", path, why, why_cap);
	}
	if (rc == TUG_OK && rename(tmp, path) != 0) {
		rc = fail(errno, "write", path, why, why_cap);
	}
	if (rc != TUG_OK) {
		unlink(tmp);
	}
	return rc;
}

int vdev_store_mark(const char *dir, const char *name, bool on, char *why, size_t why_cap)
{
	char path[PATH_CAP];
	int fd;

	if (!path_in(path, dir, name)) {
		return fail(ENAMETOOLONG, "use", dir, why, why_cap);
	}
	if (!on) {
		return unlink(path) == 0 || errno == ENOENT ? TUG_OK : fail(errno, "remove", path, why, why_cap);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0) {
		return fail(errno, "write", path, why, why_cap);
	}
	close(fd);
	return TUG_OK;
}

bool vdev_store_marked(const char *dir, const char *name)
{
	char path[PATH_CAP];

	return path_in(path, dir, name) && access(path, F_OK) == 0;
}

/* ---- names of boot modes ----------------------------------------------------------------------- */

static const struct {
	const char *name;
	const struct tug_boot_mode_ops *mode;
} modes[] = {
	{ "swap-move", &tug_boot_swap_move },
	{ "swap-scratch", &tug_boot_swap_scratch },
	{ "overwrite", &tug_boot_overwrite },
	{ "overwrite-fast", &tug_boot_overwrite_fast },
};

const char *vdev_mode_name(const struct tug_boot_mode_ops *mode)
{
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (modes[i].mode == mode) {
			return modes[i].name;
		}
	}
	return NULL;
}

const struct tug_boot_mode_ops *vdev_mode_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(modes[i].name, name) == 0) {
			return modes[i].mode;
		}
	}
	return NULL;
}
