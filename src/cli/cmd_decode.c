/* SPDX-License-Identifier: Apache-2.0
 *
 * `tug decode`: frames in any form to text, through the one table of commands. Sends nothing. Called by main.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dump_priv.h"
#include "frames_in_priv.h"
#include "handlers_priv.h"
#include "json_cbor_priv.h"

struct decode {
	struct tug_out *out;
	cJSON *frames; /* NULL as text */
	size_t found;  /* frames shown */
	size_t broken; /* frames that are not whole, or were dropped */
};

static bool whole(struct tug_slice frame)
{
	struct tug_smp_hdr h;
	struct tug_slice body;

	return tug_smp_frame_split(frame, &h, &body) == TUG_OK;
}

static void show_piece(void *user, enum tug_piece kind, struct tug_slice data, int err)
{
	struct decode *d = user;
	char text[160], *line;

	if (kind == TUG_PIECE_TEXT) {
		while (data.len > 0 && data.p[data.len - 1] <= ' ') {
			data.len--;
		}
		if (data.len == 0) {
			return;
		}
		tug_out_escape(data, text, sizeof(text));
		tug_out_talk(d->out, "no frame: %s", text);
		return;
	}
	if (kind == TUG_PIECE_BAD) {
		d->broken++;
		tug_out_error(d->out, "tug: a frame was dropped: %s", tug_strerror(err));
		return;
	}
	d->found++;
	d->broken += !whole(data);
	if (d->frames != NULL) {
		cJSON_AddItemToArray(d->frames, tug_dump_json(data));
		return;
	}
	line = tug_dump_line(data);
	tug_out_data(d->out, "%s\n", line != NULL ? line : "");
	free(line);
}

#define INPUT_MAX ((size_t)64 * 1024 * 1024)

/* All octets of a stream on the heap; false when there are too many or reading fails (errno). */
static bool read_all(FILE *f, uint8_t **p, size_t *len)
{
	size_t cap = 0, got;

	*p = NULL;
	*len = 0;
	do {
		if (*len == cap) {
			uint8_t *more = cap < INPUT_MAX ? realloc(*p, cap * 2 + 4096) : NULL;

			if (more == NULL) {
				errno = EFBIG;
				return false;
			}
			*p = more;
			cap = cap * 2 + 4096;
		}
		got = fread(*p + *len, 1, cap - *len, f);
		*len += got;
	} while (got > 0);
	return ferror(f) == 0;
}

static int from_stream(struct tug_cli *cli, struct tug_frames_in *in, FILE *f, const char *name)
{
	uint8_t *p;
	size_t len;
	int status = TUG_EXIT_DONE;

	errno = 0;
	if (!read_all(f, &p, &len)) {
		status = tug_local_error(cli, errno == EACCES ? TUG_EACCESS : TUG_EFILE, "cannot read %s: %s", name,
					 strerror(errno));
	} else {
		tug_frames_in_octets(in, tug_slice_of(p, len));
	}
	free(p);
	return status;
}

static int from_file(struct tug_cli *cli, struct tug_frames_in *in, const char *path)
{
	FILE *f = fopen(path, "rb");
	int status;

	if (f == NULL) {
		return tug_local_error(cli, errno == EACCES ? TUG_EACCESS : TUG_EFILE, "cannot read %s: %s", path,
				       strerror(errno));
	}
	status = from_stream(cli, in, f, path);
	fclose(f);
	return status;
}

static int take_word(struct tug_cli *cli, struct tug_frames_in *in, const char *word)
{
	if (strcmp(word, "-") == 0 || strcmp(word, "@-") == 0) {
		return from_stream(cli, in, stdin, "standard input");
	}
	if (word[0] == '@') {
		return from_file(cli, in, word + 1);
	}
	if (!tug_frames_in_word(in, word)) {
		return tug_usage_error(cli, "'%.60s' is neither hex, base64 nor a console line; a file is given as @FILE",
				       word);
	}
	return TUG_EXIT_DONE;
}

int tug_cmd_decode(struct tug_cli *cli)
{
	struct decode d = { &cli->out, cli->out.json ? cJSON_CreateArray() : NULL, 0, 0 };
	struct tug_frames_in in;
	int status = TUG_EXIT_DONE;

	if (!tug_frames_in_begin(&in, show_piece, &d)) {
		cJSON_Delete(d.frames);
		return tug_local_error(cli, TUG_EINTERNAL, "out of memory");
	}
	for (size_t i = 0; i < cli->args->n_pos && status == TUG_EXIT_DONE; i++) {
		status = take_word(cli, &in, cli->args->pos[i]);
	}
	tug_frames_in_end(&in);
	if (status != TUG_EXIT_DONE) {
		cJSON_Delete(d.frames);
		return status;
	}
	if (d.frames != NULL) {
		cJSON *j = cJSON_CreateObject();

		cJSON_AddItemToObject(j, "frames", d.frames);
		tug_out_json(&cli->out, j);
	}
	if (d.found == 0 && d.broken == 0) {
		tug_out_error(&cli->out, "tug: there is no frame in this");
	}
	return d.found == 0 || d.broken > 0 ? TUG_EXIT_REFUSED : TUG_EXIT_DONE;
}
