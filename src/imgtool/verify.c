/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides whether a file is an image that verifies. Refuses to sign, and to guess what cannot be seen (encrypted
 * payloads without their key). Called by the command line, by update, and before a file is sent.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/port/crypto_openssl.h>

#include "decrypt_priv.h"
#include "sign_priv.h"
#include "unpack_priv.h"

#define PIECE 262144u

/* What is verified with what. */
struct verify_job {
	const struct tug_io *io;
	const struct tug_key *key;       /* NULL = the digest alone */
	const struct tug_enc_key *enc;   /* NULL = what is encrypted is not looked into */
	const char *name;
	struct tug_verify_result *res;
};

/* Policy that fits the image: the digest it carries, pure when it says so, the key's scheme. */
static int make_policy(const struct tug_image *img, const struct tug_key *key, struct tug_verify_policy *p)
{
	uint8_t digest[TUG_HASH_MAX];
	struct tug_tlv_it it;
	struct tug_tlv tlv;
	size_t len = 0;
	int rc = tug_image_digest(img, digest, &len);

	memset(p, 0, sizeof(*p));
	p->sig = key != NULL ? tug_key_type(key) : TUG_SIG_NONE;
	tug_tlv_begin(&it, img, TUG_TLV_SIG_PURE, false);
	p->pure = p->sig == TUG_SIG_ED25519 && tug_tlv_next(&it, &tlv) == 1;
	if (rc == TUG_ENOHASH && p->pure) { /* the signature says it all */
		p->hash = TUG_SHA512;
		return TUG_OK;
	}
	p->hash = len == 32 ? TUG_SHA256 : len == 48 ? TUG_SHA384 : TUG_SHA512;
	return rc;
}

static int say_verify(int rc, const struct tug_key *key, const char *name, char *why)
{
	const char *type = key != NULL ? tug_key_type_name(tug_key_type(key)) : "none";

	switch (rc) {
	case TUG_OK:
		return TUG_OK;
	case TUG_EHASH:
		return tug_why(why, rc, "%s is damaged: its digest does not match its content; copy or sign it again", name);
	case TUG_ENOHASH:
		return tug_why(why, rc, "%s carries no digest; sign it with a current tool", name);
	case TUG_ENOSIG:
		return tug_why(why, rc, "%s carries no %s signature; sign it with the key whose public half the bootloader holds", name,
			       type);
	case TUG_ENOKEY:
		return tug_why(why, rc, "%s is signed with another key than the one given; sign it with the matching private key", name);
	case TUG_ESIG:
		return tug_why(why, rc, "the signature of %s does not verify; sign it again", name);
	default:
		return tug_why(why, rc, "%s: %s; %s", name, tug_strerror(rc), tug_err_advice(rc));
	}
}

static void note_result(const struct tug_image *img, bool pure, struct tug_verify_result *res)
{
	memset(res, 0, sizeof(*res));
	res->version = img->hdr.version;
	res->pure = pure;
	if (tug_image_digest(img, res->digest, &res->digest_len) != TUG_OK) {
		res->digest_len = 0;
	}
}

/* An opened image against its own digest, and with a key against its signature. */
int tug_verify_image(const struct tug_image *img, bool one_piece, const struct tug_key *key, struct tug_verify_result *res)
{
	struct tug_verify_policy policy;
	struct tug_pubkey pub = { { NULL, 0 } };
	uint8_t *scratch;
	size_t cap;
	int rc = make_policy(img, key, &policy);

	if (rc != TUG_OK) {
		return rc;
	}
	if (key != NULL) {
		pub.der = tug_key_public_der(key);
		policy.keys = &pub;
		policy.n_keys = 1;
	}
	cap = (policy.pure || one_piece ? (size_t)img->unprot_off : PIECE) + 1024;
	scratch = malloc(cap);
	if (scratch == NULL) {
		return TUG_ENOSPACE;
	}
	if (tug_image_verify(img, &tug_crypto_openssl, &policy, tug_buf_of(scratch, cap), &rc) == TUG_VERDICT_GOOD) {
		rc = TUG_OK;
		note_result(img, policy.pure, res);
	} else if (rc == TUG_OK) {
		rc = TUG_EINTERNAL;
	}
	free(scratch);
	return rc;
}

/* Open and verify what `io` shows. */
static int verify_octets(const struct tug_io *io, const struct tug_key *key, struct tug_image *img, struct tug_verify_result *res)
{
	struct tug_order order;
	int rc = tug_image_open(img, tug_order_of(&order, io), 0, TUG_IMG_CAN_ENCRYPTED | TUG_IMG_CAN_COMPRESSED);

	if (rc == TUG_OK) {
		order.opened = true;
		rc = tug_verify_image(img, order.big, key, res);
		res->big_endian = order.big;
		img->io = io;
	}
	return rc;
}

/* The plain text of an encrypted image. */
static int verify_plain(const struct verify_job *j, char *why)
{
	struct tug_verify_result *res = j->res;
	struct tug_order order;
	struct tug_image img;
	struct tug_plain plain = { .tlv = 0 };
	int rc = tug_image_open(&img, tug_order_of(&order, j->io), 0, TUG_IMG_CAN_ENCRYPTED | TUG_IMG_CAN_COMPRESSED);

	if (rc == TUG_OK) {
		rc = tug_plain_begin(&plain, &img, j->io, j->enc, j->name, why);
	}
	if (rc == TUG_OK) {
		rc = verify_octets(&plain.view.io, j->key, &img, res);
		res->enc_tlv = plain.tlv;
		rc = say_verify(rc, j->key, j->name, why);
	}
	if (rc == TUG_OK) {
		rc = tug_verify_unpacked(&plain.view.io, j->key, j->name, res, why);
	}
	tug_plain_end(&plain);
	return rc;
}

/* An encrypted image whose payload is in the clear (for the primary slot) verifies as any other. */
static int verify_io(const struct verify_job *j, char *why)
{
	struct tug_verify_result *res = j->res;
	struct tug_image img = { .io = NULL };
	int rc;

	if (j->key != NULL && tug_key_is_x25519(j->key)) {
		return tug_why(why, TUG_EINVAL, "an x25519 key signs nothing; give the key the image was signed with");
	}
	rc = verify_octets(j->io, j->key, &img, res);
	if ((rc == TUG_EHASH || rc == TUG_ESIG) && tug_is_encrypted(&img)) {
		if (j->enc != NULL) {
			return verify_plain(j, why);
		}
		if (rc == TUG_EHASH) {
			return tug_why(why, TUG_EFLAGS, "%s is encrypted; only the bootloader, which holds the key, can verify it, or --enc-key with "
				       "the private key", j->name);
		}
	}
	return rc == TUG_OK ? tug_verify_unpacked(j->io, j->key, j->name, res, why) : say_verify(rc, j->key, j->name, why);
}

int tug_file_verify(const struct tug_file *f, const struct tug_key *key, const char *name, char *why)
{
	struct tug_slice data = tug_slice_of(f->data.p, f->data.len);
	struct tug_io io = tug_io_of_slice(&data);
	struct tug_verify_result res;

	return verify_io(&(struct verify_job){ &io, key, NULL, name, &res }, why);
}

bool tug_is_structural(int rc)
{
	return rc == TUG_EMAGIC || rc == TUG_EERASED || rc == TUG_ETRUNC || rc == TUG_EHDR || rc == TUG_ETLV;
}

int tug_in_memory(const char *path, bool keep, tug_in_memory_fn fn, void *ctx, char *why)
{
	struct tug_file f;
	int rc = tug_file_read(path, &f, why);

	if (rc != TUG_OK) {
		return rc;
	}
	struct tug_slice data = tug_slice_of(f.data.p, f.data.len);
	struct tug_io io = tug_io_of_slice(&data);

	rc = fn(ctx, &io, &f, why);
	if (tug_is_structural(rc) && !(keep && why != NULL && why[0] != '\0')) {
		int better = tug_file_check_image(&f, path, why);

		rc = better != TUG_OK ? better : rc;
	}
	tug_file_free(&f);
	return rc;
}

static int verify_memory(void *ctx, const struct tug_io *io, const struct tug_file *f, char *why)
{
	struct verify_job j = *(const struct verify_job *)ctx;

	(void)f;
	j.io = io;
	return verify_io(&j, why);
}

int tug_verify_encrypted(const char *path, const struct tug_key *key, const struct tug_enc_key *enc, struct tug_verify_result *res,
			 char *why)
{
	struct tug_verify_result own = { 0 };
	struct verify_job j = { NULL, key, enc, path, res != NULL ? res : &own };
	struct tug_in_file f;
	int rc = tug_in_open(&f, path, why);

	if (rc == TUG_OK) {
		j.io = &f.io;
		rc = verify_io(&j, why);
		tug_in_close(&f);
		rc = tug_is_structural(rc) ? TUG_MORE : rc;
	}
	return rc == TUG_MORE ? tug_in_memory(path, false, verify_memory, &j, why) : rc;
}

int tug_verify_path(const char *path, const struct tug_key *key, struct tug_verify_result *res, char *why)
{
	return tug_verify_encrypted(path, key, NULL, res, why);
}
