/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how a signed image comes about: options checked, built, held against the slot, in memory or from file to file.
 * Refuses to know TLVs and padding. Called by the command line and tests; allocates, blocks on the disk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sign_priv.h"

/* Gaps within one program are those of alignment. */
#define HOLE_MIN 4096u

uint32_t tug_sign_trailer_size(const struct tug_sign_options *o)
{
	const struct tug_sign_extra x = { .key_cell = tug_encrypt_cell(o, true) };

	return tug_sign_trailer(o, &x);
}

int tug_sign_run(const struct tug_sign_options *o, const struct tug_io *in, struct tug_sink sink, struct tug_sign_result *res,
		 char *why)
{
	struct tug_sign_extra x = { 0 };
	struct tug_build b = { o, in, &x, sink, res };
	struct tug_encryption *enc = NULL;
	int rc = tug_sign_check(o, in, why);

	if (rc == TUG_OK) {
		rc = tug_encrypt_begin(o, &x, &enc, why);
	}
	if (rc == TUG_OK) {
		rc = o->compression != TUG_COMPRESS_NONE ? tug_build_compressed(&b, why) : tug_build_image(&b, why);
	}
	if (rc == TUG_OK && o->vector == TUG_VECTOR_NONE) {
		rc = tug_sign_fit(o, b.x, res->len, why);
	}
	tug_encrypt_end(enc);
	return rc;
}

/* Where an Intel HEX input was, less the header in front. An input at 0 stays there, as with imgtool. */
static int place(const struct tug_file *in, const struct tug_sign_options *o, struct tug_file *out, char *why)
{
	out->has_addr = in->has_addr;
	out->is_hex = in->is_hex;
	out->addr = in->addr;
	if (o->pad_header && in->has_addr && in->addr != 0) {
		if (in->addr < o->header_size) {
			return tug_why(why, TUG_EINVAL, "the input begins at 0x%x: there is no room for a header of %u octets in front of it",
				       in->addr, o->header_size);
		}
		out->addr -= o->header_size;
	}
	return TUG_OK;
}

/* Sign `io` into memory; `in` says where it was. */
static int to_memory(const struct tug_io *io, const struct tug_file *in, const struct tug_sign_options *o, struct tug_file *out,
		     struct tug_sign_result *res, char *why)
{
	struct tug_text t = { 0 };
	int rc;

	memset(out, 0, sizeof(*out));
	rc = tug_sign_check(o, io, why);
	if (rc == TUG_OK) {
		rc = place(in, o, out, why);
	}
	if (rc == TUG_OK) {
		tug_text_room(&t, (size_t)io->size + o->header_size + 4096);
		rc = tug_sign_run(o, io, tug_sink_of_text(&t), res, why);
	}
	if (rc != TUG_OK) {
		tug_octets_free(&t.o);
		return rc;
	}
	return tug_text_take(&t, &out->data) == TUG_OK ? TUG_OK : tug_why(why, TUG_ENOSPACE, "out of memory");
}

/* A file of several programs that is too large for a slot is not too large: it is the wrong file. */
static int blame_hole(const struct tug_file *in, int rc, char *why)
{
	size_t at = strlen(why);

	if (rc == TUG_EIMGSIZE && in->hole >= HOLE_MIN) {
		snprintf(why + at, TUG_WHY_CAP - at, "; the input leaves out %u octets between its parts, as a merged.hex of bootloader and "
			 "application does: sign the application alone", in->hole);
	}
	return rc;
}

int tug_sign(const struct tug_file *in, const struct tug_sign_options *o, struct tug_file *out, char *why)
{
	struct tug_slice data = tug_slice_of(in->data.p, in->data.len);
	struct tug_io io = tug_io_of_slice(&data);
	struct tug_sign_result res = { 0 };

	memset(out, 0, sizeof(*out));
	if (in->data.len > TUG_FILE_MAX) {
		return tug_why(why, TUG_ETOOBIG, "the input is larger than %u MiB", TUG_FILE_MAX >> 20);
	}
	return blame_hole(in, to_memory(&io, in, o, out, &res, why), why);
}

/* ---- files -------------------------------------------------------------------------------------------- */

/* Binary out: in pieces, straight into the file. Result as tug_out_begin. */
static int to_file(const char *path, const struct tug_io *io, const struct tug_sign_options *o, struct tug_sign_result *res, char *why)
{
	struct tug_out_file *f;
	struct tug_sink sink;
	int rc = tug_sign_check(o, io, why);

	if (rc != TUG_OK) {
		return rc;
	}
	f = malloc(sizeof(*f));
	if (f == NULL) {
		return tug_why(why, TUG_ENOSPACE, "out of memory");
	}
	sink = tug_sink_of_file(f);
	rc = tug_out_begin(f, path, TUG_FILE_PUBLIC, why);
	if (rc == TUG_OK) {
		rc = tug_sign_run(o, io, sink, res, why);
		if (rc == TUG_OK) {
			rc = tug_sign_put_tail(o, res->len, sink, why);
		}
		rc = tug_out_end(f, rc, why);
	}
	free(f);
	return rc;
}

static int sign_io(const struct tug_io *io, const struct tug_file *in, const char *out, const struct tug_sign_options *o,
		   struct tug_sign_result *res, char *why)
{
	struct tug_file image;
	int rc = tug_path_is_hex(out) ? TUG_MORE : to_file(out, io, o, res, why);

	if (rc != TUG_MORE) {
		return rc;
	}
	rc = to_memory(io, in, o, &image, res, why);
	if (rc == TUG_OK) {
		rc = tug_sign_save(out, &image, o, why);
		tug_file_free(&image);
	}
	return rc;
}

int tug_sign_path(const char *in, const char *out, const struct tug_sign_options *o, struct tug_sign_result *res, char *why)
{
	struct tug_sign_result own = { 0 };
	struct tug_file input = { 0 };
	struct tug_in_file f;
	int rc = tug_in_open(&f, in, why);

	res = res != NULL ? res : &own;
	if (rc == TUG_OK) {
		rc = sign_io(&f.io, &input, out, o, res, why);
		tug_in_close(&f);
		return rc;
	}
	if (rc == TUG_MORE) {
		rc = tug_file_read(in, &input, why);
	}
	if (rc == TUG_OK) {
		struct tug_slice data = tug_slice_of(input.data.p, input.data.len);
		struct tug_io io = tug_io_of_slice(&data);

		rc = blame_hole(&input, sign_io(&io, &input, out, o, res, why), why);
		tug_file_free(&input);
	}
	return rc;
}

int tug_sign_file(const char *in, const char *out, const struct tug_sign_options *o, char *why)
{
	return tug_sign_path(in, out, o, NULL, why);
}
