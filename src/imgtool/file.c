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

#include "sign_priv.h"

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

static int read_all(FILE *f, const char *path, size_t expected, struct tug_octets *out, char *why)
{
	struct tug_text t = { 0 };
	uint8_t block[65536];
	size_t n;

	tug_text_room(&t, expected < RAW_MAX ? expected : RAW_MAX);
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

int tug_file_read_raw(const char *path, struct tug_octets *out, char *why)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	int rc;

	if (f == NULL) {
		int err = errno;

		return tug_why(why, tug_errno_code(err), "cannot open %s: %s", path, strerror(err));
	}
	if (fstat(fileno(f), &st) != 0) {
		st.st_mode = 0;
	}
	if (S_ISDIR(st.st_mode)) {
		fclose(f);
		return tug_why(why, TUG_EFILE, "%s is a directory; give a file", path);
	}
	rc = read_all(f, path, S_ISREG(st.st_mode) ? (size_t)st.st_size : 0, out, why);
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
	rc = tug_file_read_raw(path, &raw, why);
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

/* A new file beside the target. */
static int open_temp(struct tug_out_file *f)
{
	for (unsigned i = 0; i < 100; i++) {
		if (snprintf(f->tmp, sizeof(f->tmp), "%s.%ld-%u.tmp", f->path, (long)getpid(), i) >= (int)sizeof(f->tmp)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		f->fd = open(f->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, f->mode == TUG_FILE_SECRET ? 0600 : 0666);
		if (f->fd >= 0 || errno != EEXIST) {
			return f->fd;
		}
	}
	return -1;
}

int tug_out_begin(struct tug_out_file *f, const char *path, enum tug_file_mode mode, char *why)
{
	struct stat st;
	bool exists = stat(path, &st) == 0;

	f->fd = -1;
	f->mode = mode;
	f->name = path;
	f->why = why;
	if (exists && S_ISDIR(st.st_mode)) {
		return tug_why(why, TUG_EFILE, "%s is a directory; give the name of a file", path);
	}
	if (exists && !S_ISREG(st.st_mode)) {
		return TUG_MORE;
	}
	if (exists && mode == TUG_FILE_SECRET) {
		return tug_why(why, TUG_ESTATE, "%s exists; a key is never overwritten: remove it or choose another name", path);
	}
	char *real = exists ? realpath(path, NULL) : NULL; /* keep a symbolic link a link */
	if (snprintf(f->path, sizeof(f->path), "%s", real != NULL ? real : path) >= (int)sizeof(f->path)) {
		free(real);
		return fail_write(path, ENAMETOOLONG, why);
	}
	free(real);
	if (exists && access(f->path, W_OK) != 0) { /* the folder would let it be replaced; who took the right away meant it */
		return fail_write(path, errno, why);
	}
	return open_temp(f) >= 0 ? TUG_OK : fail_write(path, errno, why);
}

int tug_out_put(struct tug_out_file *f, const void *p, size_t len, char *why)
{
	int err = write_fd(f->fd, tug_slice_of(p, len));

	return err == 0 ? TUG_OK : fail_write(f->name, err, why);
}

static int put_sink(void *ctx, const void *p, size_t len)
{
	struct tug_out_file *f = ctx;

	return tug_out_put(f, p, len, f->why);
}

struct tug_sink tug_sink_of_file(struct tug_out_file *f)
{
	return (struct tug_sink){ put_sink, f };
}

int tug_out_end(struct tug_out_file *f, int rc, char *why)
{
	int err = 0;

	/* a key cannot be made again; an image can, and waiting for the disk takes longer than signing it */
	if (rc == TUG_OK && f->mode == TUG_FILE_SECRET && fsync(f->fd) != 0 && errno != EINVAL) {
		err = errno;
	}
	if (close(f->fd) != 0 && err == 0) {
		err = errno;
	}
	if (rc != TUG_OK || err != 0) {
		unlink(f->tmp);
		return rc != TUG_OK ? rc : fail_write(f->name, err, why);
	}
	/* link() refuses to replace, in the same step as it makes the file visible */
	if (f->mode == TUG_FILE_SECRET) {
		err = link(f->tmp, f->path) == 0 ? 0 : errno;
		unlink(f->tmp);
	} else if (rename(f->tmp, f->path) != 0) {
		err = errno;
		unlink(f->tmp);
	}
	return err == 0 ? TUG_OK : fail_write(f->name, err, why);
}

int tug_file_write(const char *path, struct tug_slice data, enum tug_file_mode mode, char *why)
{
	struct tug_out_file f;
	int rc = tug_out_begin(&f, path, mode, why);

	if (rc == TUG_MORE) {
		return write_direct(path, data, why);
	}
	if (rc != TUG_OK) {
		return rc;
	}
	rc = tug_out_put(&f, data.p, data.len, why);
	return tug_out_end(&f, rc, why);
}

/* ---- reading in pieces ------------------------------------------------------------------------------ */

static int read_fd(void *ctx, uint32_t off, void *dst, size_t len)
{
	struct tug_in_file *f = ctx;
	uint8_t *p = dst;

	for (size_t have = 0; have < len;) {
		ssize_t n = pread(f->fd, p + have, len - have, (off_t)off + (off_t)have);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return n == 0 ? TUG_ETRUNC : TUG_EIO;
		}
		have += (size_t)n;
	}
	return TUG_OK;
}

int tug_in_open(struct tug_in_file *f, const char *path, char *why)
{
	uint8_t head[16];
	struct tug_octets start = { head, 0 };
	struct stat st;

	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* opening a pipe would wait for its writer */
	if (f->fd < 0) {
		int err = errno;

		return tug_why(why, tug_errno_code(err), "cannot open %s: %s", path, strerror(err));
	}
	if (fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size <= (off_t)TUG_FILE_MAX &&
	    !tug_path_is_hex(path)) {
		start.len = st.st_size < (off_t)sizeof(head) ? (size_t)st.st_size : sizeof(head);
		f->io = (struct tug_io){ read_fd, NULL, f, (uint32_t)st.st_size, 1, 0xff };
		if (read_fd(f, 0, head, start.len) == TUG_OK && !looks_like_hex(&start)) {
			return TUG_OK;
		}
	}
	tug_in_close(f);
	return TUG_MORE;
}

void tug_in_close(struct tug_in_file *f)
{
	close(f->fd);
	f->fd = -1;
}
