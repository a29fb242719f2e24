/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides where a passphrase comes from. The terminal is read without echo and put back as it was on every way out;
 * nothing typed is kept or shown. Called by the file commands.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "passphrase_priv.h"

#define ATTEMPTS 3u

enum key_stroke { CTRL_C = 3, CTRL_D = 4, BACKSPACE = 8, CTRL_U = 21, DELETE = 127 };

/* Where the answers come from and what came of it. */
struct asker {
	const char *file;      /* --passphrase-file, NULL = none */
	const char *prompt;    /* before the name of the key */
	char why[TUG_WHY_CAP]; /* the file could not be read */
	bool terminal;         /* the terminal was asked: it may be asked again */
	bool cancelled;        /* with Ctrl-C */
};

static void wipe(void *p, size_t len)
{
	volatile uint8_t *v = p;

	while (len-- > 0) {
		v[len] = 0;
	}
}

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0) {
		return; /* a terminal that is gone: reading from it will say so */
	}
}

/* One line without echo. Result: characters, or -1. */
static int read_line(struct asker *a, int fd, char *buf, size_t cap)
{
	size_t n = 0;
	char c;

	while (read(fd, &c, 1) == 1 && c != '\n' && c != '\r') {
		if (c == CTRL_C || (c == CTRL_D && n == 0)) {
			a->cancelled = true;
			return -1;
		}
		if (c == BACKSPACE || c == DELETE) {
			n -= n > 0;
		} else if (c == CTRL_U) {
			n = 0;
		} else if (n == cap) {
			return -1;
		} else {
			buf[n++] = c;
		}
	}
	return (int)n;
}

static int from_terminal(struct asker *a, const char *path, char *buf, size_t cap)
{
	struct termios old, quiet;
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC), n = -1;

	if (fd < 0) {
		return -1;
	}
	if (tcgetattr(fd, &old) == 0) {
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG);
		quiet.c_cc[VMIN] = 1;
		quiet.c_cc[VTIME] = 0;
		a->terminal = true;
		/* quiet first: what is typed in answer to the prompt must be neither shown nor thrown away */
		if (tcsetattr(fd, TCSAFLUSH, &quiet) == 0) {
			say(fd, a->prompt);
			say(fd, path);
			say(fd, ": ");
			n = read_line(a, fd, buf, cap);
			say(fd, "\n");
			tcsetattr(fd, TCSANOW, &old);
		}
	}
	close(fd);
	return n;
}

static int from_file(struct asker *a, char *buf, size_t cap)
{
	struct tug_file f;
	size_t n = 0;

	if (tug_file_read(a->file, &f, a->why) != TUG_OK) {
		return -1;
	}
	while (n < f.data.len && f.data.p[n] != '\n' && f.data.p[n] != '\r') {
		n++;
	}
	if (n == 0 || n > cap) {
		snprintf(a->why, sizeof(a->why), "the first line of %.200s is %s; it is the passphrase", a->file, n == 0 ? "empty" : "too long");
		tug_file_free(&f);
		return -1;
	}
	memcpy(buf, f.data.p, n);
	tug_file_free(&f);
	return (int)n;
}

static int ask(void *ctx, const char *path, char *buf, size_t cap)
{
	const char *env = getenv("TUG_PASSPHRASE");
	struct asker *a = ctx;

	if (a->cancelled) { /* the library asks again when it tries another form of the file */
		return -1;
	}
	if (a->file != NULL) {
		return from_file(a, buf, cap);
	}
	if (env != NULL) {
		size_t n = strlen(env);

		if (n > cap) {
			return -1;
		}
		for (size_t i = 0; i < n; i++) {
			buf[i] = env[i]; /* no terminator is wanted */
		}
		return (int)n;
	}
	return from_terminal(a, path, buf, cap);
}

static int fail(struct tug_cli *cli, const struct asker *a, int err, const char *why)
{
	if (a->cancelled) {
		tug_out_error(&cli->out, "tug: interrupted");
		return TUG_EXIT_INTERRUPTED;
	}
	return tug_local_error(cli, err, "%s", a->why[0] != '\0' ? a->why : why);
}

int tug_cli_key(struct tug_cli *cli, const char *path, bool any, struct tug_key **key)
{
	struct asker a = { .file = tug_args_text(cli->args, "passphrase-file", NULL), .prompt = "passphrase of " };
	char why[TUG_WHY_CAP] = "";
	int err = TUG_OK;

	for (unsigned i = 0; i < ATTEMPTS; i++) {
		a.terminal = false;
		err = any ? tug_key_load_any(path, ask, &a, key, why) : tug_key_load(path, ask, &a, key, why);
		if (err == TUG_OK) {
			return TUG_EXIT_DONE;
		}
		if (!a.terminal || a.cancelled || err != TUG_ECRYPTO) {
			break;
		}
		if (i + 1 < ATTEMPTS) {
			tug_out_error(&cli->out, "tug: %s; try again", why);
		}
	}
	return fail(cli, &a, err, why);
}

int tug_cli_new_phrase(struct tug_cli *cli, char *phrase)
{
	struct asker a = { .file = tug_args_text(cli->args, "passphrase-file", NULL), .prompt = "new passphrase of " };
	const char *path = tug_args_text(cli->args, "key", "the key");
	char again[TUG_PHRASE_CAP];
	int status = TUG_EXIT_DONE, n = -1, m;

	for (unsigned i = 0; i < ATTEMPTS; i++) {
		n = ask(&a, path, phrase, TUG_PHRASE_CAP - 1);
		if (n <= 0 || !a.terminal) {
			break;
		}
		a.prompt = "the same again for ";
		m = ask(&a, path, again, sizeof(again) - 1);
		a.prompt = "new passphrase of ";
		if (m == n && memcmp(again, phrase, (size_t)n) == 0) {
			break;
		}
		n = -1;
		if (a.cancelled) {
			break;
		}
		tug_out_error(&cli->out, "tug: the two differ; try again");
	}
	wipe(again, sizeof(again));
	if (n > 0) {
		phrase[n] = '\0';
		return status;
	}
	return fail(cli, &a, n == 0 ? TUG_EINVAL : TUG_EACCESS,
		    n == 0 ? "an empty passphrase protects nothing; leave --password out for an unprotected key"
			   : "no passphrase was given; set TUG_PASSPHRASE, give --passphrase-file, or run this on a terminal");
}
