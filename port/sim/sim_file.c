/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeps flash octets in a file through a shared mapping: what was written is in the page cache the moment it is
 * written, so a killed process loses nothing. Refuses to know what flash is. Called by sim_flash.c only.
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim_priv.h"

static int error_of(int e)
{
	if (e == EACCES || e == EPERM || e == EROFS) {
		return TUG_EACCESS;
	}
	if (e == ENOSPC || e == EDQUOT || e == EFBIG) {
		return TUG_EDISKFULL;
	}
	if (e == EWOULDBLOCK) {
		return TUG_EBUSY;
	}
	return TUG_EFILE;
}

static int fill_file(int fd, uint32_t size, uint8_t fill)
{
	uint8_t block[4096];
	uint32_t done = 0;

	memset(block, fill, sizeof(block));
	while (done < size) {
		size_t want = size - done < sizeof(block) ? size - done : sizeof(block);
		ssize_t n = write(fd, block, want);

		if (n < 0 && errno != EINTR) {
			return error_of(errno);
		}
		done += n > 0 ? (uint32_t)n : 0u;
	}
	return TUG_OK;
}

/* Made beside its final name and linked there when complete: a process killed here leaves no half device. */
static int make_file(const char *path, uint32_t size, uint8_t fill)
{
	size_t cap = strlen(path) + 16u;
	char *tmp = malloc(cap);
	int rc = TUG_OK;
	int fd;

	if (tmp == NULL) {
		return TUG_ENOSPACE;
	}
	snprintf(tmp, cap, "%s.XXXXXX", path);
	fd = mkstemp(tmp);
	if (fd < 0) {
		rc = error_of(errno);
		free(tmp);
		return rc;
	}
	if (fchmod(fd, 0644) != 0) {
		rc = error_of(errno);
	}
	if (rc == TUG_OK) {
		rc = fill_file(fd, size, fill);
	}
	if (close(fd) != 0 && rc == TUG_OK) {
		rc = error_of(errno);
	}
	/* link() and not rename(): whoever comes second must not replace the first one's device */
	if (rc == TUG_OK && link(tmp, path) != 0 && errno != EEXIST) {
		rc = error_of(errno);
	}
	unlink(tmp);
	free(tmp);
	return rc;
}

static int map_file(struct tug_sim_file *file)
{
	struct stat st;
	void *p;

	if (flock(file->fd, LOCK_EX | LOCK_NB) != 0 || fstat(file->fd, &st) != 0) {
		return error_of(errno);
	}
	if (!S_ISREG(st.st_mode) || st.st_size != (off_t)file->size) {
		return TUG_EFILE;
	}
	/* a sparse file on a full disk would end in SIGBUS later */
	if (posix_fallocate(file->fd, 0, st.st_size) == ENOSPC) {
		return TUG_EDISKFULL;
	}
	p = mmap(NULL, file->size, PROT_READ | PROT_WRITE, MAP_SHARED, file->fd, 0);
	if (p == MAP_FAILED) {
		return error_of(errno);
	}
	file->bytes = p;
	return TUG_OK;
}

int tug_sim_file_open(struct tug_sim_file *file, const char *path, uint32_t size, uint8_t fill)
{
	int rc;

	file->bytes = NULL;
	file->size = size;
	file->fd = open(path, O_RDWR | O_CLOEXEC);
	if (file->fd < 0 && errno == ENOENT) {
		rc = make_file(path, size, fill);
		if (rc != TUG_OK) {
			return rc;
		}
		file->fd = open(path, O_RDWR | O_CLOEXEC);
	}
	if (file->fd < 0) {
		return error_of(errno);
	}
	rc = map_file(file);
	if (rc != TUG_OK) {
		close(file->fd);
		file->fd = -1;
	}
	return rc;
}

void tug_sim_file_close(struct tug_sim_file *file)
{
	if (file->bytes != NULL) {
		munmap(file->bytes, file->size);
		file->bytes = NULL;
	}
	if (file->fd >= 0) {
		close(file->fd);
		file->fd = -1;
	}
}
