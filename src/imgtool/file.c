/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how files are read (binary or Intel HEX) and written (whole or not at all). Refuses to know
 * what they mean. Called by sign and by the command line; blocks on the disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "imgtool_priv.h"

/* Intel HEX takes more than twice the octets it carries. */
#define RAW_MAX ((size_t)3 * TUG_FILE_MAX)

void tug_file_free(struct tug_file *f)
{
	tug_octets_free(&f->data);
	f->is_hex = false;
	f->has_addr = false;
	f->addr = 0;
}

bool tug_path_is_hex(const char *path)
{
	size_t n = strlen(path);

	return n >= 4 && strcasecmp(path + n - 4, ".hex") == 0;
}

static int read_all(FILE *f, const char *path, struct tug_octets *out, char *why)
{
	struct tug_text t = { 0 };
	uint8_t block[16384];
	size_t n;

	while ((n = fread(block, 1, sizeof(block), f)) > 0 && t.o.len <= RAW_MAX) {
		tug_text_add(&t, block, n);
	}
	if (ferror(f)) {
		int err = errno;

		tug_octets_free(&t.o);
		return tug_why(why, tug_errno_code(err), "cannot read %s: %s", path, strerror(err));
	}
	if (t.o.len > RAW_MAX) {
		tug_octets_free(&t.o);
		return tug_why(why, TUG_ETOOBIG, "%s is larger than %u MiB: that is no firmware image", path,
			       TUG_FILE_MAX >> 20);
	}
	return tug_text_take(&t, out) == TUG_OK ? TUG_OK : tug_why(why, TUG_ENOSPACE, "out of memory reading %s", path);
}

static int slurp(const char *path, struct tug_octets *out, char *why)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	int rc;

	if (f == NULL) {
		int err = errno;

		return tug_why(why, tug_errno_code(err), "cannot open %s: %s", path, strerror(err));
	}
	if (fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode)) {
		fclose(f);
		return tug_why(why, TUG_EFILE, "%s is a directory; give a file", path);
	}
	rc = read_all(f, path, out, why);
	fclose(f);
	return rc;
}

/* ':' and a record of hex digits: nothing else starts like this. */
static bool looks_like_hex(const struct tug_octets *o)
{
	if (o->len < 11 || o->p[0] != ':') {
		return false;
	}
	for (size_t i = 1; i < 11; i++) {
		if (strchr("0123456789abcdefABCDEF", o->p[i]) == NULL || o->p[i] == 0) {
			return false;
		}
	}
	return true;
}

int tug_file_read(const char *path, struct tug_file *f, char *why)
{
	struct tug_octets raw = { 0 };
	char part[TUG_WHY_CAP];
	int rc;

	memset(f, 0, sizeof(*f));
	rc = slurp(path, &raw, why);
	if (rc != TUG_OK) {
		return rc;
	}
	if (raw.len == 0) {
		tug_octets_free(&raw);
		return tug_why(why, TUG_ETRUNC, "%s is empty; build or copy it again", path);
	}
	if (!tug_path_is_hex(path) && !looks_like_hex(&raw)) {
		if (raw.len > TUG_FILE_MAX) {
			tug_octets_free(&raw);
			return tug_why(why, TUG_ETOOBIG, "%s is larger than %u MiB: that is no firmware image", path,
				       TUG_FILE_MAX >> 20);
		}
		f->data = raw;
		return TUG_OK;
	}
	rc = tug_ihex_parse(tug_slice_of(raw.p, raw.len), f, part);
	tug_octets_free(&raw);
	return rc == TUG_OK ? TUG_OK : tug_why(why, rc, "%.200s: %.300s", path, part);
}

/* ---- writing --------------------------------------------------------------------------------------- */

static int write_fd(int fd, struct tug_slice data)
{
	for (size_t off = 0; off < data.len;) {
		ssize_t n = write(fd, data.p + off, data.len - off);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return errno;
		}
		off += (size_t)n;
	}
	return 0;
}

static int fail_write(const char *path, int err, char *why)
{
	return tug_why(why, tug_errno_code(err), "cannot write %s: %s", path, strerror(err));
}

/* A pipe or a device: there is nothing to rename over. */
static int write_direct(const char *path, struct tug_slice data, char *why)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err;

	if (fd < 0) {
		return fail_write(path, errno, why);
	}
	err = write_fd(fd, data);
	if (close(fd) != 0 && err == 0) {
		err = errno;
	}
	return err == 0 ? TUG_OK : fail_write(path, err, why);
}

/* A new file beside `path`; its name goes to `tmp`. */
static int open_temp(const char *path, mode_t mode, char *tmp, size_t cap)
{
	for (unsigned i = 0; i < 100; i++) {
		if (snprintf(tmp, cap, "%s.%ld-%u.tmp", path, (long)getpid(), i) >= (int)cap) {
			errno = ENAMETOOLONG;
			return -1;
		}
		int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd >= 0 || errno != EEXIST) {
			return fd;
		}
	}
	return -1;
}

static int write_atomic(const char *path, struct tug_slice data, enum tug_file_mode mode, char *why)
{
	char tmp[4096];
	int fd = open_temp(path, mode == TUG_FILE_SECRET ? 0600 : 0666, tmp, sizeof(tmp));
	int err;

	if (fd < 0) {
		return fail_write(path, errno, why);
	}
	err = write_fd(fd, data);
	if (err == 0 && fsync(fd) != 0) {
		err = errno;
	}
	if (close(fd) != 0 && err == 0) {
		err = errno;
	}
	/* link() refuses to replace, in the same step as it makes the file visible */
	if (err == 0 && mode == TUG_FILE_SECRET) {
		err = link(tmp, path) == 0 ? 0 : errno;
		unlink(tmp);
	} else if (err == 0) {
		err = rename(tmp, path) == 0 ? 0 : errno;
	}
	if (err != 0) {
		unlink(tmp);
	}
	return err == 0 ? TUG_OK : fail_write(path, err, why);
}

int tug_file_write(const char *path, struct tug_slice data, enum tug_file_mode mode, char *why)
{
	struct stat st;
	bool exists = stat(path, &st) == 0;
	int rc;

	if (exists && S_ISDIR(st.st_mode)) {
		return tug_why(why, TUG_EFILE, "%s is a directory; give the name of a file", path);
	}
	if (exists && !S_ISREG(st.st_mode)) {
		return write_direct(path, data, why);
	}
	if (exists && mode == TUG_FILE_SECRET) {
		return tug_why(why, TUG_ESTATE, "%s exists; a key is never overwritten: remove it or choose another name", path);
	}
	char *real = exists ? realpath(path, NULL) : NULL; /* keep a symbolic link a link */
	rc = write_atomic(real != NULL ? real : path, data, mode, why);
	free(real);
	return rc;
}
