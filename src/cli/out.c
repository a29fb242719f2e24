/* SPDX-License-Identifier: Apache-2.0
 *
 * The two streams of the program. Every word the program says passes here; nothing else writes to them.
 * Knows no commands.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "out_priv.h"

/* A closed standard stream would be the next file or socket that is opened; data must never go there. */
static void occupy(int fd, int flags)
{
	if (fcntl(fd, F_GETFD) == -1) {
		int got = open("/dev/null", flags);

		if (got >= 0 && got != fd) {
			dup2(got, fd);
			close(got);
		}
	}
}

void tug_out_init(struct tug_out *out, bool json, bool quiet)
{
	struct sigaction ignore = { 0 };

	occupy(STDIN_FILENO, O_RDONLY);
	occupy(STDOUT_FILENO, O_RDONLY); /* writing fails, and is reported */
	occupy(STDERR_FILENO, O_WRONLY);
	ignore.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &ignore, NULL);
	memset(out, 0, sizeof(*out));
	out->data = stdout;
	out->talk = stderr;
	out->json = json;
	out->quiet = quiet;
	out->terminal = isatty(STDERR_FILENO) == 1;
}

static void note_error(struct tug_out *out, bool failed)
{
	if (failed && out->err == 0) {
		out->err = errno != 0 ? errno : EIO;
	}
}

static void clear_bar(struct tug_out *out)
{
	if (out->bar) {
		fputs("\r\033[K", out->talk);
		out->bar = false;
	}
}

void tug_out_data(struct tug_out *out, const char *fmt, ...)
{
	va_list ap;

	clear_bar(out);
	va_start(ap, fmt);
	errno = 0;
	note_error(out, vfprintf(out->data, fmt, ap) < 0);
	va_end(ap);
}

/* Octets that are shown as they are: printable ASCII, tab, newline, and whatever is above ASCII (UTF-8). */
static bool harmless(uint8_t c)
{
	return (c >= 0x20 && c != 0x7f) || c == '\n' || c == '\t';
}

void tug_out_foreign(struct tug_out *out, struct tug_slice text)
{
	clear_bar(out);
	errno = 0;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.p[i];
		bool c1 = c == 0xc2 && i + 1 < text.len && text.p[i + 1] < 0xa0; /* U+0080..U+009F */

		if (c == '\r' && i + 1 < text.len && text.p[i + 1] == '\n') {
			continue;
		}
		if (harmless(c) && !c1) {
			note_error(out, fputc(c, out->data) == EOF);
		} else {
			note_error(out, fprintf(out->data, "\\x%02x", c) < 0);
		}
	}
}

void tug_out_octets(struct tug_out *out, struct tug_slice octets)
{
	clear_bar(out);
	errno = 0;
	note_error(out, fwrite(octets.p, 1, octets.len, out->data) != octets.len);
}

void tug_out_json(struct tug_out *out, cJSON *j)
{
	char *text = j != NULL ? cJSON_PrintUnformatted(j) : NULL;

	clear_bar(out);
	errno = 0;
	if (text == NULL) {
		errno = ENOMEM;
		note_error(out, true);
	} else {
		note_error(out, fprintf(out->data, "%s\n", text) < 0);
	}
	cJSON_free(text);
	cJSON_Delete(j);
	tug_out_flush(out);
}

void tug_out_talk(struct tug_out *out, const char *fmt, ...)
{
	va_list ap;

	if (out->quiet) {
		return;
	}
	clear_bar(out);
	va_start(ap, fmt);
	vfprintf(out->talk, fmt, ap);
	va_end(ap);
	fputc('\n', out->talk);
}

void tug_out_error(struct tug_out *out, const char *fmt, ...)
{
	va_list ap;

	clear_bar(out);
	va_start(ap, fmt);
	vfprintf(out->talk, fmt, ap);
	va_end(ap);
	fputc('\n', out->talk);
}

void tug_out_bar(struct tug_out *out, const char *text)
{
	if (out->quiet || !out->terminal) {
		return;
	}
	fprintf(out->talk, "\r%s\033[K", text);
	fflush(out->talk);
	out->bar = true;
}

void tug_out_flush(struct tug_out *out)
{
	errno = 0;
	note_error(out, fflush(out->data) != 0);
}

void tug_out_escape(struct tug_slice text, char *dst, size_t cap)
{
	size_t at = 0;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.p[i];

		if (at + 5 > cap) {
			break;
		}
		if (c >= 0x20 && c != 0x7f) {
			dst[at++] = (char)c;
		} else {
			at += (size_t)snprintf(dst + at, cap - at, "\\x%02x", c);
		}
	}
	if (cap > 0) {
		dst[at] = '\0';
	}
}
