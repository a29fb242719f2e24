/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a fuzz target over files and folders: the regression of what fuzzing has found.
 * Called as a test, without libFuzzer. A missing folder is an error, an empty one is not.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (f == NULL) {
		perror(path);
		return 1;
	}
	uint8_t *data = malloc(1u << 20);
	size_t len = data == NULL ? 0 : fread(data, 1, 1u << 20, f);
	fclose(f);
	uint8_t *exact = malloc(len > 0 ? len : 1); /* exact size: over-reads are seen */
	if (data == NULL || exact == NULL) {
		free(data);
		free(exact);
		return 1;
	}
	for (size_t i = 0; i < len; i++) {
		exact[i] = data[i];
	}
	free(data);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	return 0;
}

static int run_path(const char *path, unsigned *count)
{
	struct stat st;
	if (stat(path, &st) != 0) {
		perror(path);
		return 1;
	}
	if (!S_ISDIR(st.st_mode)) {
		(*count)++;
		return run_file(path);
	}
	DIR *d = opendir(path);
	if (d == NULL) {
		perror(path);
		return 1;
	}
	int bad = 0;
	for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
		char name[4096];
		if (e->d_name[0] == '.') {
			continue;
		}
		if (snprintf(name, sizeof(name), "%s/%s", path, e->d_name) < (int)sizeof(name)) {
			bad |= run_path(name, count);
		}
	}
	closedir(d);
	return bad;
}

int main(int argc, char **argv)
{
	unsigned count = 0;
	int bad = 0;
	for (int i = 1; i < argc; i++) {
		bad |= run_path(argv[i], &count);
	}
	printf("%u inputs replayed\n", count);
	return bad;
}
