/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes the frame log of docs/log.md: one record a line, times in UTC, frames in hex, text escaped.
 * Knows no link and no protocol. Called by the lines of src/host.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "host_priv.h"

static int errno_to_tug(int e)
{
	return e == EACCES || e == EPERM ? TUG_EACCESS : e == ENOSPC ? TUG_EDISKFULL : TUG_EFILE;
}

static void note_error(struct tug_frame_log *log)
{
	if (log->err == TUG_OK) {
		log->err = errno_to_tug(errno);
	}
}

static void put_time(FILE *f)
{
	struct timespec now;
	struct tm tm;
	char text[32];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	fprintf(f, "%s.%03ldZ", text, now.tv_nsec / 1000000L);
}

/* A URL holds no space in the log, so that a record splits at spaces. */
static void put_url(FILE *f, const char *url)
{
	for (; *url != '\0'; url++) {
		unsigned char c = (unsigned char)*url;

		if (c <= ' ' || c == '%' || c == 0x7f) {
			fprintf(f, "%%%02X", c);
		} else {
			fputc(c, f);
		}
	}
}

static void put_hex(FILE *f, struct tug_slice data)
{
	for (size_t i = 0; i < data.len; i++) {
		fprintf(f, "%02x", data.p[i]);
	}
}

/* Printable ASCII and UTF-8 as they are; everything that could break a line or a terminal as \xNN. */
static void put_text(FILE *f, struct tug_slice data)
{
	for (size_t i = 0; i < data.len; i++) {
		unsigned char c = data.p[i];

		if (c == '\\') {
			fputs("\\\\", f);
		} else if (c < 0x20 || c == 0x7f) {
			fprintf(f, "\\x%02x", c);
		} else {
			fputc(c, f);
		}
	}
}

int tug_log_open(struct tug_frame_log *log, const char *path, char *why, size_t why_cap)
{
	struct stat st;

	log->err = TUG_OK;
	log->f = NULL;
	if (path == NULL) {
		return TUG_OK;
	}
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		snprintf(why, why_cap, "cannot write the log '%s': it is a directory", path);
		return TUG_EFILE;
	}
	log->f = fopen(path, "a");
	if (log->f == NULL) {
		int e = errno;

		snprintf(why, why_cap, "cannot write the log '%s': %s", path, strerror(e));
		return errno_to_tug(e);
	}
	setvbuf(log->f, NULL, _IOLBF, 4096);
	fputs("# tug log 1\n", log->f);
	if (fflush(log->f) != 0) {
		int e = errno;

		snprintf(why, why_cap, "cannot write the log '%s': %s", path, strerror(e));
		fclose(log->f);
		log->f = NULL;
		return errno_to_tug(e);
	}
	return TUG_OK;
}

void tug_log_write(struct tug_frame_log *log, char mark, const char *url, struct tug_slice data)
{
	if (log->f == NULL || log->err != TUG_OK) {
		return;
	}
	put_time(log->f);
	fprintf(log->f, " %c ", mark);
	put_url(log->f, url);
	if (data.len > 0) {
		fputc(' ', log->f);
		if (mark == '<' || mark == '>') {
			put_hex(log->f, data);
		} else {
			put_text(log->f, data);
		}
	}
	fputc('\n', log->f);
	if (ferror(log->f)) {
		note_error(log);
	}
}

int tug_log_close(struct tug_frame_log *log)
{
	if (log->f != NULL && fclose(log->f) != 0) {
		note_error(log);
	}
	log->f = NULL;
	return log->err;
}
