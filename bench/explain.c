/* SPDX-License-Identifier: Apache-2.0
 *
 * How much CPU and memory a diagnosis takes: sessions that are made here, or files, again and again up to the size asked
 * for. A line each: size, CPU time, rate, memory beyond what the process had before.
 *
 * bench_explain [MB]... [--each MB FILE...]
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tug/diagnose.h>

/* A session of nRF Connect: a list, an upload of eight chunks in hex and in words, a reset. Times go on. */
static size_t session(char *out, size_t cap, unsigned n)
{
	static const char chunk[] = "02-00-01-00-00-01-%02X-01-BF-63-6F-66-66-19-%02X-%02X-64-64-61-74-61-58-F0";
	unsigned s = n % 86000, at = 0;

	at += (unsigned)snprintf(out + at, cap - at, "D\t%02u:%02u:%02u.000\t[McuMgr] characteristic.setValue(0x0000000200010000BFFF)\n",
				 s / 3600, s / 60 % 60, s % 60);
	for (unsigned i = 0; i < 8; i++) {
		at += (unsigned)snprintf(out + at, cap - at, "I\t%02u:%02u:%02u.%03u\t[McuMgr] Data written to da2e7828-fbce-4e01-ae9e-261174997c48, "
					 "value: (0x) ", s / 3600, s / 60 % 60, s % 60, i * 100 + 10);
		at += (unsigned)snprintf(out + at, cap - at, chunk, i, i, 0);
		for (unsigned k = 0; k < 235; k++) {
			at += (unsigned)snprintf(out + at, cap - at, "-%02X", (k * 7 + i) & 0xff);
		}
		at += (unsigned)snprintf(out + at, cap - at, "\nI\t%02u:%02u:%02u.%03u\t[McuMgr] Notification received from "
					 "da2e7828-fbce-4e01-ae9e-261174997c48, value: (0x) 03-00-00-0B-00-01-%02X-01-BF-62-72-63-00-63-6F-66-66-18-%02X-FF\n",
					 s / 3600, s / 60 % 60, s % 60, i * 100 + 60, i, i);
	}
	return at;
}

/* Four megabytes of sessions. */
static char *make_log(size_t *len)
{
	const size_t cap = 4u << 20;
	char *log = malloc(cap);

	*len = 0;
	for (unsigned n = 0; log != NULL && *len + 16384 < cap; n++) {
		*len += session(log + *len, cap - *len, n);
	}
	return log;
}

static double seconds(const struct rusage *u)
{
	return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) + (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;
}

/* A file, with a line end at its end. */
static char *read_log(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	const size_t cap = 4u << 20;
	char *log = malloc(cap + 1);

	*len = f != NULL && log != NULL ? fread(log, 1, cap, f) : 0;
	if (*len == 0) {
		fprintf(stderr, "bench_explain: %s: cannot be read, or is empty\n", path);
		exit(1);
	}
	fclose(f);
	if (log[*len - 1] != '\n') {
		log[(*len)++] = '\n';
	}
	return log;
}

/* Folder and name: one case's log.txt is told from another's. */
static const char *short_name(const char *path)
{
	const char *name = path + strlen(path);

	for (unsigned slashes = 0; name > path; name--) {
		slashes += name[-1] == '/';
		if (slashes == 2) {
			break;
		}
	}
	return name;
}

static void feed(struct tug_diag *d, const char *log, size_t len, size_t octets)
{
	for (size_t fed = 0; fed < octets;) {
		size_t n = octets - fed < len ? octets - fed : len;

		tug_diag_feed(d, tug_slice_of(log, n));
		fed += n;
	}
}

/* `path` NULL: sessions made here. */
static void measure(const char *path, size_t octets)
{
	const struct tug_report *r;
	struct tug_diag *d;
	struct rusage before, after;
	size_t len;
	char *log = path != NULL ? read_log(path, &len) : make_log(&len), *text;
	double cpu;

	getrusage(RUSAGE_SELF, &before);
	if (log == NULL || tug_diag_create(TUG_DIAG_ALL, &d) != TUG_OK || tug_diag_input(d, "log.txt") != TUG_OK) {
		exit(1);
	}
	feed(d, log, len, octets);
	if (tug_diag_report(d, &r) != TUG_OK || (text = tug_report_json(r)) == NULL) {
		exit(1);
	}
	getrusage(RUSAGE_SELF, &after);
	cpu = seconds(&after) - seconds(&before);
	printf("%-58.58s %5zu %8.2f %7.1f %7ld %9llu %5.0f %%\n",
	       path != NULL ? short_name(path) : "nRF Connect, frames in hex", octets / 1000000, cpu,
	       (double)octets / 1e6 / cpu, after.ru_maxrss - before.ru_maxrss, (unsigned long long)r->inputs[0].lines,
	       100.0 * (double)r->inputs[0].known / (double)(r->inputs[0].lines > 0 ? r->inputs[0].lines : 1));
	free(text);
	tug_diag_free(d);
	free(log);
}

/* In a process of its own: the most memory of one is not that of another. */
static bool measure_apart(const char *path, size_t octets)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		measure(path, octets);
		exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) > 0 && status == 0;
}

static size_t megabytes(const char *arg)
{
	size_t n = (size_t)strtoul(arg, NULL, 10);

	if (n == 0 || n > 100000) {
		fprintf(stderr, "bench_explain [MB]... [--each MB FILE...]\n");
		exit(2);
	}
	return n * 1000000u;
}

int main(int argc, char **argv)
{
	size_t each = 0;

	printf("%-58s %5s %8s %7s %7s %9s %7s\n", "diagnosis of a log", "MB", "s CPU", "MB/s", "+KiB", "lines", "known");
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--each") == 0 && i + 1 < argc) {
			each = megabytes(argv[++i]);
		} else if (!measure_apart(each > 0 ? argv[i] : NULL, each > 0 ? each : megabytes(argv[i]))) {
			return 1;
		}
	}
	return 0;
}
