/* SPDX-License-Identifier: Apache-2.0
 *
 * `tug file zip`: signed images become a package, checked as an update would check them. The format is the package
 * library's. Called by main.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "handlers_priv.h"
#include "image_set_priv.h"

/* One image under way. */
struct zip_input {
	char path[4096];             /* without the numbers behind it */
	char name[TUG_PACKAGE_NAME]; /* inside the package */
	struct tug_image_file file;
};

struct zip_job {
	struct tug_cli *cli;
	size_t n;
	struct zip_input in[TUG_PACKAGE_FILES];
	struct tug_package_item items[TUG_PACKAGE_FILES];
	struct tug_package_meta meta;
	char why[TUG_WHY_CAP];
};

static void free_job(struct zip_job *job)
{
	for (size_t i = 0; i < job->n; i++) {
		tug_image_file_free(&job->in[i].file);
	}
	free(job);
}

/* Cuts ":NUMBER" off the end of `path`. False: there is none, or it is above `max`. */
static bool cut_number(char *path, uint32_t max, uint32_t *out)
{
	char *colon = strrchr(path, ':');

	if (colon == NULL || colon == path || !tug_value_num(colon + 1, 0, max, out)) {
		return false;
	}
	*colon = '\0';
	return true;
}

/* IMAGE, IMAGE:INDEX or IMAGE:INDEX:SLOT; a file that exists by the whole name is that file. */
static int read_word(struct zip_job *job, const char *word)
{
	struct zip_input *in = &job->in[job->n];
	struct tug_package_item *it = &job->items[job->n];
	uint32_t last = 0, first = 0;

	it->image = (uint8_t)job->n;
	it->slot = -1;
	if (snprintf(in->path, sizeof(in->path), "%s", word) >= (int)sizeof(in->path)) {
		return tug_usage_error(job->cli, "a path is too long");
	}
	if (access(word, F_OK) == 0 || !cut_number(in->path, 255, &last)) {
		return TUG_EXIT_DONE;
	}
	it->image = (uint8_t)last;
	if (cut_number(in->path, 255, &first)) {
		it->image = (uint8_t)first;
		if (last > 1) {
			return tug_usage_error(job->cli, "'%.200s': a slot is 0 or 1", word);
		}
		it->slot = (int8_t)last;
	}
	return TUG_EXIT_DONE;
}

/* The file's own name; what was Intel HEX is binary inside. */
static int name_input(struct zip_job *job, struct zip_input *in)
{
	const char *slash = strrchr(in->path, '/'), *base = slash != NULL ? slash + 1 : in->path;
	size_t len = strlen(base);

	if (len == 0 || len >= sizeof(in->name)) {
		snprintf(job->why, sizeof(job->why), "the name of %.200s is too long for a package: copy it under a shorter one", in->path);
		return TUG_EINVAL;
	}
	memcpy(in->name, base, len + 1);
	if (tug_path_is_hex(in->name)) {
		memcpy(in->name + len - 4, ".bin", 4);
	}
	return TUG_OK;
}

/* Where the code lies: the build system gives the address behind the header. */
static uint32_t load_address(const struct tug_image_file *f)
{
	if (f->info.hdr.load_addr != 0) {
		return f->info.hdr.load_addr;
	}
	return f->file.has_addr ? f->file.addr + f->info.hdr.hdr_size : 0;
}

static int read_input(struct zip_job *job, const char *word)
{
	struct zip_input *in = &job->in[job->n];
	struct tug_package_item *it = &job->items[job->n];
	int err, status = read_word(job, word);

	if (status != TUG_EXIT_DONE) {
		return status;
	}
	err = name_input(job, in);
	if (err == TUG_OK) {
		err = tug_image_file_load(&in->file, in->path, tug_args_text(job->cli->args, "key", NULL), it->image, job->why);
		job->n++; /* to be freed, also after a failure */
	}
	if (err != TUG_OK) {
		return tug_local_error(job->cli, err, "%s", job->why);
	}
	it->file = in->name;
	it->data = in->file.data;
	it->load_address = load_address(&in->file);
	if (in->file.info.sig_type == 0) {
		tug_out_talk(&job->cli->out, "note: %s carries no signature; most bootloaders would not start it", in->path);
	}
	return TUG_EXIT_DONE;
}

/* --time, else $SOURCE_DATE_EPOCH, as reproducible builds give it, else now. */
static int read_time(struct zip_job *job)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");

	if (tug_args_has(job->cli->args, "time")) {
		job->meta.time = tug_args_num(job->cli->args, "time", 0);
	} else if (epoch != NULL && epoch[0] != '\0') {
		if (!tug_value_num(epoch, 0, UINT32_MAX, &job->meta.time)) {
			return tug_usage_error(job->cli, "SOURCE_DATE_EPOCH is seconds since 1970, not '%.40s'", epoch);
		}
	} else {
		job->meta.time = (uint32_t)time(NULL);
	}
	return TUG_EXIT_DONE;
}

static int read_all(struct zip_job *job)
{
	const struct tug_args *args = job->cli->args;
	size_t len = strlen(args->pos[0]);
	int status;

	if (len < 4 || strcmp(args->pos[0] + len - 4, ".zip") != 0) {
		return tug_usage_error(job->cli, "the first file is the package to write, and '%.200s' does not end in .zip", args->pos[0]);
	}
	job->meta.name = tug_args_text(args, "name", NULL);
	job->meta.board = tug_args_text(args, "board", NULL);
	job->meta.soc = tug_args_text(args, "soc", NULL);
	job->meta.type = tug_args_text(args, "type", NULL);
	status = read_time(job);
	for (size_t i = 1; i < args->n_pos && status == TUG_EXIT_DONE; i++) {
		status = read_input(job, args->pos[i]);
	}
	return status;
}

static void show(const struct zip_job *job)
{
	const char *out = job->cli->args->pos[0];
	cJSON *j = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(j, "images");

	for (size_t i = 0; i < job->n; i++) {
		const struct tug_package_item *it = &job->items[i];
		char version[TUG_VERSION_TEXT], slot[24] = "";
		cJSON *one = cJSON_CreateObject();

		tug_version_format(&job->in[i].file.plan.version, '+', version);
		cJSON_AddNumberToObject(one, "image", it->image);
		cJSON_AddStringToObject(one, "file", it->file);
		cJSON_AddStringToObject(one, "version", version);
		cJSON_AddNumberToObject(one, "size", (double)it->data.len);
		cJSON_AddItemToArray(list, one);
		if (it->slot >= 0) {
			snprintf(slot, sizeof(slot), " for slot %d", it->slot);
		}
		if (!job->cli->out.json) {
			tug_out_data(&job->cli->out, "%s: image %u%s: %s, version %s, %zu octets\n", out, it->image, slot, it->file, version,
				     it->data.len);
		}
	}
	if (job->cli->out.json) {
		tug_out_json(&job->cli->out, j);
	} else {
		cJSON_Delete(j);
	}
}

static int write_package(struct zip_job *job)
{
	struct tug_package_octets octets = { NULL, 0 };
	int err = tug_package_make(&job->meta, job->items, job->n, &octets, job->why);

	if (err == TUG_EINVAL) {
		return tug_usage_error(job->cli, "%s", job->why);
	}
	if (err == TUG_OK) {
		err = tug_file_write(job->cli->args->pos[0], tug_slice_of(octets.p, octets.len), TUG_FILE_PUBLIC, job->why);
	}
	tug_package_drop(&octets);
	return err == TUG_OK ? TUG_EXIT_DONE : tug_local_error(job->cli, err, "%s", job->why);
}

int tug_cmd_file_zip(struct tug_cli *cli)
{
	struct zip_job *job = calloc(1, sizeof(*job));
	int status;

	if (job == NULL) {
		return tug_local_error(cli, TUG_ENOSPACE, "out of memory");
	}
	job->cli = cli;
	status = read_all(job);
	if (status == TUG_EXIT_DONE) {
		status = write_package(job);
	}
	if (status == TUG_EXIT_DONE) {
		show(job);
	}
	free_job(job);
	return status;
}
