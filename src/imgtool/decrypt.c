/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides what becomes of an encrypted image on the host: the same image with its payload in the clear, or the payload
 * alone; written only when the digest says that it is right. Refuses to change header and TLVs, which digest and
 * signature cover or name. Called by the command line; blocks on the disk.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/port/crypto_openssl.h>

#include "decrypt_priv.h"
#include "sign_priv.h"

#define PIECE 65536u

/* One decryption under way. */
struct job {
	const struct tug_io *raw;
	const struct tug_enc_key *key;
	const char *name;           /* of the input */
	const char *out;            /* name of the output */
	enum tug_decrypt_form form;
	struct tug_image img;       /* opened on the file as it is */
	struct tug_plain plain;
	struct tug_decrypt_result *res;
};

/* Part of octets [off, off+len) that lies in [begin, end). */
static int put_part(struct tug_sink sink, const uint8_t *p, uint32_t off, uint32_t len, uint32_t begin, uint32_t end)
{
	uint32_t from = off > begin ? off : begin, to = off + len < end ? off + len : end;

	return from < to ? sink.put(sink.ctx, p + (from - off), to - from) : TUG_OK;
}

/* The file in pieces: hashed where the digest covers it, written where it is asked for. */
static int copy(struct job *j, const struct tug_io *io, struct tug_sink sink, enum tug_hash_alg alg, uint8_t *digest)
{
	bool all = j->form == TUG_DECRYPT_IMAGE;
	uint32_t begin = all ? 0 : j->img.hdr.hdr_size, end = all ? io->size : begin + j->img.hdr.img_size;
	uint8_t *piece = malloc(PIECE);
	struct tug_hash_ctx h;
	int rc = piece != NULL ? tug_crypto_openssl.hash_init(&h, alg) : TUG_ENOSPACE;
	bool hashing = rc == TUG_OK;

	for (uint32_t off = 0; rc == TUG_OK && off < io->size;) {
		uint32_t n = io->size - off < PIECE ? io->size - off : PIECE;

		rc = io->read_at(io->ctx, off, piece, n);
		if (rc == TUG_OK && off < j->img.unprot_off) {
			uint32_t left = j->img.unprot_off - off;

			rc = tug_crypto_openssl.hash_update(&h, piece, n < left ? n : left);
		}
		rc = rc == TUG_OK ? put_part(sink, piece, off, n, begin, end) : rc;
		off += n;
	}
	if (rc == TUG_OK) {
		rc = tug_crypto_openssl.hash_final(&h, digest);
	} else if (hashing) {
		tug_crypto_openssl.hash_abort(&h);
	}
	free(piece);
	return rc;
}

/* The digest does not match: does it without decryption? */
static int say_mismatch(struct job *j, enum tug_hash_alg alg, const uint8_t *want, char *why)
{
	uint8_t is[TUG_HASH_MAX];

	if (copy(j, j->raw, tug_sink_nowhere(), alg, is) == TUG_OK && memcmp(is, want, tug_hash_len(alg)) == 0) {
		return tug_why(why, TUG_ESTATE, "the payload of %s is in the clear already (made with --clear, or decrypted); use it as it is", j->name);
	}
	return tug_why(why, TUG_EHASH, "%s is damaged: its digest does not match the decrypted content; copy or sign it again", j->name);
}

static int decrypt(struct job *j, struct tug_sink sink, char *why)
{
	uint8_t want[TUG_HASH_MAX], is[TUG_HASH_MAX];
	enum tug_hash_alg alg;
	size_t len = 0;
	int rc = tug_image_digest(&j->img, want, &len);

	if (rc == TUG_ENOHASH) {
		return tug_why(why, rc, "%s carries no digest, so nothing tells whether the plain text is right; sign it with a current tool", j->name);
	}
	alg = len == 32 ? TUG_SHA256 : len == 48 ? TUG_SHA384 : TUG_SHA512;
	if (rc == TUG_OK) {
		rc = copy(j, &j->plain.view.io, sink, alg, is);
	}
	if (rc == TUG_OK && memcmp(is, want, len) != 0) {
		rc = say_mismatch(j, alg, want, why);
	}
	if (rc == TUG_OK) {
		*j->res = (struct tug_decrypt_result){ j->img.hdr.version, j->plain.tlv, (uint16_t)(8u * j->plain.view.key.len), j->img.hdr.img_size };
	}
	return rc;
}

/* ---- where it goes -------------------------------------------------------------------------------------- */

/* In pieces, into a file that appears when all is right. Result: as tug_out_begin. */
static int to_file(struct job *j, char *why)
{
	struct tug_out_file *f = malloc(sizeof(*f));
	int rc;

	if (f == NULL) {
		return tug_why(why, TUG_ENOSPACE, "out of memory");
	}
	rc = tug_out_begin(f, j->out, TUG_FILE_PUBLIC, why);
	if (rc == TUG_OK) {
		rc = decrypt(j, tug_sink_of_file(f), why);
		rc = tug_out_end(f, rc, why);
	}
	free(f);
	return rc;
}

/* Intel HEX, and what is no regular file. */
static int to_memory(struct job *j, const struct tug_file *in, char *why)
{
	const char *out = j->out;
	uint32_t addr = in->addr + (j->form == TUG_DECRYPT_PAYLOAD ? j->img.hdr.hdr_size : 0u);
	struct tug_octets hex = { NULL, 0 };
	struct tug_text t = { 0 };
	int rc;

	if (tug_path_is_hex(out) && !in->has_addr) {
		return tug_why(why, TUG_EINVAL, "%s needs an address, and the binary input has none; choose a name that ends in .bin", out);
	}
	rc = decrypt(j, tug_sink_of_text(&t), why);
	if (rc == TUG_OK && t.failed) {
		rc = tug_why(why, TUG_ENOSPACE, "out of memory");
	}
	if (rc == TUG_OK && tug_path_is_hex(out)) {
		struct tug_ihex_part part = { addr, tug_slice_of(t.o.p, t.o.len) };

		rc = tug_ihex_format(&part, 1, &hex, why);
	}
	if (rc == TUG_OK) {
		rc = tug_file_write(out, hex.p != NULL ? tug_slice_of(hex.p, hex.len) : tug_slice_of(t.o.p, t.o.len), TUG_FILE_PUBLIC, why);
	}
	tug_octets_free(&hex);
	tug_octets_free(&t.o);
	return rc;
}

/* ---- from where ----------------------------------------------------------------------------------------- */

static int run(struct job *j, const struct tug_file *in, char *why)
{
	struct tug_order order;
	int rc = tug_image_open(&j->img, tug_order_of(&order, j->raw), 0, TUG_IMG_CAN_ENCRYPTED | TUG_IMG_CAN_COMPRESSED);

	if (rc != TUG_OK) {
		return rc;
	}
	if (!tug_is_encrypted(&j->img)) {
		return tug_why(why, TUG_ESTATE, "%s is not encrypted; use it as it is", j->name);
	}
	rc = tug_plain_begin(&j->plain, &j->img, j->raw, j->key, j->name, why);
	if (rc == TUG_OK) {
		rc = tug_path_is_hex(j->out) ? (int)TUG_MORE : to_file(j, why);
	}
	if (rc == TUG_MORE) {
		rc = to_memory(j, in, why);
	}
	tug_plain_end(&j->plain);
	return rc;
}

static int run_memory(void *ctx, const struct tug_io *io, const struct tug_file *f, char *why)
{
	struct job j = *(const struct job *)ctx;

	j.raw = io;
	return run(&j, f, why);
}

int tug_decrypt_path(const char *in, const char *out, const struct tug_enc_key *key, enum tug_decrypt_form form,
		     struct tug_decrypt_result *res, char *why)
{
	struct tug_decrypt_result own = { .tlv = 0 };
	const struct tug_file plain_file = { .is_hex = false };
	struct job j = { .key = key, .name = in, .out = out, .form = form, .res = res != NULL ? res : &own };
	char local[TUG_WHY_CAP];
	struct tug_in_file f;
	int rc;

	why = why != NULL ? why : local;
	why[0] = '\0';
	rc = tug_in_open(&f, in, why);
	if (rc == TUG_OK) {
		j.raw = &f.io;
		rc = run(&j, &plain_file, why);
		tug_in_close(&f);
		rc = tug_is_structural(rc) && why[0] == '\0' ? (int)TUG_MORE : rc;
	}
	if (rc == TUG_MORE) {
		rc = tug_in_memory(in, true, run_memory, &j, why);
	}
	if (rc != TUG_OK && why[0] == '\0') {
		(void)tug_why(why, rc, "%s: %s; %s", in, tug_strerror(rc), tug_err_advice(rc));
	}
	return rc;
}
