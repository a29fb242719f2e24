/* SPDX-License-Identifier: Apache-2.0
 *
 * How much CPU and memory a diagnosis takes: the sessions of a log again and again, up to the size asked for, in the
 * order of the arguments. One line each: size, CPU time, rate, memory beyond what the process had before.
 */
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

static void measure(size_t octets)
{
	const struct tug_report *r;
	struct tug_diag *d;
	struct rusage before, after;
	size_t len, fed = 0;
	char *log = make_log(&len), *text;
	double cpu;

	getrusage(RUSAGE_SELF, &before);
	if (log == NULL || tug_diag_create(TUG_DIAG_ALL, &d) != TUG_OK || tug_diag_input(d, "log.txt") != TUG_OK) {
		exit(1);
	}
	while (fed < octets) {
		size_t n = octets - fed < len ? octets - fed : len;

		tug_diag_feed(d, tug_slice_of(log, n));
		fed += n;
	}
	if (tug_diag_report(d, &r) != TUG_OK || (text = tug_report_json(r)) == NULL) {
		exit(1);
	}
	getrusage(RUSAGE_SELF, &after);
	cpu = seconds(&after) - seconds(&before);
	printf("%6zu MB %8.2f s CPU %8.1f MB/s %8ld KiB more memory   %llu lines, %llu understood\n", octets / 1000000, cpu,
	       (double)octets / 1e6 / cpu, after.ru_maxrss - before.ru_maxrss, (unsigned long long)r->inputs[0].lines,
	       (unsigned long long)r->inputs[0].known);
	free(text);
	tug_diag_free(d);
	free(log);
}

/* Each size in a process of its own: the most memory of one is not that of another. */
int main(int argc, char **argv)
{
	printf("diagnosis of a log\n");
	fflush(stdout);
	for (int i = 1; i < argc; i++) {
		int status = 0;
		pid_t pid = fork();

		if (pid == 0) {
			measure((size_t)strtoul(argv[i], NULL, 10) * 1000000u);
			return 0;
		}
		if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0) {
			return 1;
		}
	}
	return 0;
}
