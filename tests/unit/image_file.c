/* SPDX-License-Identifier: Apache-2.0
 *
 * States that a file is written whole or not at all, that each failure has its code and leaves what was
 * there, and that nothing else appears in the folder. Works in a temporary folder. Run by CTest.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <tug/imgtool.h>

static char dir[64];

static const char *in_dir(const char *name)
{
	static char path[4][512];
	static unsigned turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
	return path[turn];
}

static int setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/tug-file-XXXXXX");
	assert_non_null(mkdtemp(dir));
	return chmod(dir, 0755);
}

static int teardown(void **state)
{
	(void)state;
	DIR *d = opendir(dir);
	for (struct dirent *e = d != NULL ? readdir(d) : NULL; e != NULL; e = readdir(d)) {
		if (e->d_name[0] != '.') {
			remove(in_dir(e->d_name));
		}
	}
	closedir(d);
	return rmdir(dir);
}

static unsigned entries(void)
{
	unsigned n = 0;
	DIR *d = opendir(dir);

	assert_non_null(d);
	for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
		n += e->d_name[0] != '.';
	}
	closedir(d);
	return n;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void assert_holds(const char *path, const char *text)
{
	struct tug_file f;

	assert_int_equal(tug_file_read(path, &f, NULL), TUG_OK);
	assert_int_equal(f.data.len, strlen(text));
	assert_memory_equal(f.data.p, text, strlen(text));
	tug_file_free(&f);
}

static int write_text(const char *path, const char *text, enum tug_file_mode mode, char *why)
{
	return tug_file_write(path, tug_slice_of(text, strlen(text)), mode, why);
}

static void writes(void **state)
{
	struct stat st;
	char why[TUG_WHY_CAP];
	mode_t old = umask(027);

	(void)state;
	assert_int_equal(write_text(in_dir("a"), "first", TUG_FILE_PUBLIC, why), TUG_OK);
	assert_holds(in_dir("a"), "first");
	assert_int_equal(stat(in_dir("a"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	umask(old);
	assert_int_equal(write_text(in_dir("a"), "second", TUG_FILE_PUBLIC, why), TUG_OK);
	assert_holds(in_dir("a"), "second");
	assert_int_equal(entries(), 1);
	/* a link stays a link, and what it names is replaced */
	assert_int_equal(symlink("a", in_dir("link")), 0);
	assert_int_equal(write_text(in_dir("link"), "third", TUG_FILE_PUBLIC, why), TUG_OK);
	assert_int_equal(lstat(in_dir("link"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_holds(in_dir("a"), "third");
}

static void secrets(void **state)
{
	struct stat st;
	char why[TUG_WHY_CAP];

	(void)state;
	assert_int_equal(write_text(in_dir("key"), "secret", TUG_FILE_SECRET, why), TUG_OK);
	assert_int_equal(stat(in_dir("key"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	unsigned before = entries();
	assert_int_equal(write_text(in_dir("key"), "other", TUG_FILE_SECRET, why), TUG_ESTATE);
	assert_non_null(strstr(why, "never overwritten"));
	assert_holds(in_dir("key"), "secret");
	assert_int_equal(entries(), before);
}

static void write_failures(void **state)
{
	char why[TUG_WHY_CAP];

	(void)state;
	unsigned before = entries();
	assert_int_equal(write_text("/dev/full", "x", TUG_FILE_PUBLIC, why), TUG_EDISKFULL);
	assert_non_null(strstr(why, "/dev/full"));
	assert_int_equal(write_text(in_dir("no/such/folder"), "x", TUG_FILE_PUBLIC, why), TUG_EFILE);
	assert_int_equal(write_text(dir, "x", TUG_FILE_PUBLIC, why), TUG_EFILE);
	assert_non_null(strstr(why, "directory"));
	assert_int_equal(write_text("", "x", TUG_FILE_PUBLIC, why), TUG_EFILE);
	assert_int_equal(write_text("/dev/null", "x", TUG_FILE_PUBLIC, why), TUG_OK);
	assert_int_equal(entries(), before);
}

/* A disk that fills up while writing: the old file is still there, and no part of the new one. */
static void full_while_writing(void **state)
{
	struct rlimit limit, old;
	char why[TUG_WHY_CAP];
	uint8_t *big = calloc(1, 100000);

	(void)state;
	assert_non_null(big);
	put(in_dir("keep"), "old content");
	unsigned before = entries();
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, SIG_IGN);
	limit = old;
	limit.rlim_cur = 50000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	int rc = tug_file_write(in_dir("keep"), tug_slice_of(big, 100000), TUG_FILE_PUBLIC, why);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, SIG_DFL);
	free(big);
	assert_int_equal(rc, TUG_EDISKFULL);
	assert_holds(in_dir("keep"), "old content");
	assert_int_equal(entries(), before);
}

/* Without rights: in a child that gives up root, since root may write anywhere. */
static void no_permission(void **state)
{
	int status = 0;

	(void)state;
	put(in_dir("closed"), "x");
	assert_int_equal(chmod(in_dir("closed"), 0), 0);
	assert_int_equal(chmod(dir, 0555), 0);
	fflush(stdout);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char why[TUG_WHY_CAP] = "";
		struct tug_file f;
		bool good = geteuid() != 0 || setuid(65534) == 0;

		good = good && write_text(in_dir("new"), "x", TUG_FILE_PUBLIC, why) == TUG_EACCESS;
		good = good && strstr(why, "/new") != NULL;
		good = good && tug_file_read(in_dir("closed"), &f, why) == TUG_EACCESS;
		_exit(good ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(chmod(dir, 0755), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void pipes(void **state)
{
	int fd[2];
	char path[64], buf[8] = "";

	(void)state;
	assert_int_equal(pipe(fd), 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", fd[1]);
	assert_int_equal(write_text(path, "through", TUG_FILE_PUBLIC, NULL), TUG_OK);
	assert_int_equal(read(fd[0], buf, sizeof(buf)), 7);
	assert_memory_equal(buf, "through", 7);
	close(fd[0]);
	close(fd[1]);
}

static void reads(void **state)
{
	static const uint8_t binary[] = { ':', 0x00, 0xff, '1' };
	struct tug_file f;
	char why[TUG_WHY_CAP];

	(void)state;
	assert_int_equal(tug_file_read(in_dir("missing"), &f, why), TUG_EFILE);
	assert_non_null(strstr(why, "missing"));
	assert_int_equal(tug_file_read(dir, &f, why), TUG_EFILE);
	assert_non_null(strstr(why, "directory"));
	put(in_dir("empty"), "");
	assert_int_equal(tug_file_read(in_dir("empty"), &f, why), TUG_ETRUNC);
	/* Intel HEX by name, by content; a binary that only begins with ':' stays one */
	put(in_dir("a.HEX"), ":0100050055A5\n:00000001FF\n");
	assert_int_equal(tug_file_read(in_dir("a.HEX"), &f, why), TUG_OK);
	assert_true(f.is_hex && f.addr == 5 && f.data.len == 1);
	tug_file_free(&f);
	put(in_dir("b.bin"), ":0100050055A5\n:00000001FF\n");
	assert_int_equal(tug_file_read(in_dir("b.bin"), &f, why), TUG_OK);
	assert_true(f.is_hex);
	tug_file_free(&f);
	assert_int_equal(tug_file_write(in_dir("c.bin"), tug_slice_of(binary, 4), TUG_FILE_PUBLIC, NULL), TUG_OK);
	assert_int_equal(tug_file_read(in_dir("c.bin"), &f, why), TUG_OK);
	assert_true(!f.is_hex && !f.has_addr && f.data.len == 4);
	tug_file_free(&f);
	put(in_dir("d.hex"), "no hex\n");
	assert_int_equal(tug_file_read(in_dir("d.hex"), &f, why), TUG_EINVAL);
	assert_non_null(strstr(why, "d.hex: line 1"));
}

static void too_big(void **state)
{
	struct tug_file f;
	char why[TUG_WHY_CAP];

	(void)state;
	put(in_dir("big"), "x");
	assert_int_equal(truncate(in_dir("big"), (off_t)TUG_FILE_MAX + 1), 0);
	assert_int_equal(tug_file_read(in_dir("big"), &f, why), TUG_ETOOBIG);
	assert_non_null(strstr(why, "64 MiB"));
	assert_int_equal(truncate(in_dir("big"), (off_t)TUG_FILE_MAX), 0);
	assert_int_equal(tug_file_read(in_dir("big"), &f, why), TUG_OK);
	tug_file_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes),        cmocka_unit_test(secrets), cmocka_unit_test(write_failures),
		cmocka_unit_test(full_while_writing), cmocka_unit_test(no_permission), cmocka_unit_test(pipes),
		cmocka_unit_test(reads),         cmocka_unit_test(too_big),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
