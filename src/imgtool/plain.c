/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides which wrapped key of an image a private key opens, and shows the payload decrypted at any offset. Refuses to judge
 * whether the plain text is right: its digest says. Called by decrypt.c and verify.c.
 */
#include <string.h>

#include <tug/port/crypto_openssl.h>

#include "decrypt_priv.h"

bool tug_is_encrypted(const struct tug_image *img)
{
	return (img->hdr.flags & (TUG_IMG_F_ENC_AES128 | TUG_IMG_F_ENC_AES256)) != 0;
}

static int read_plain(void *ctx, uint32_t off, void *dst, size_t len)
{
	struct tug_plain *p = ctx;
	int rc = p->raw->read_at(p->raw->ctx, off, dst, len);

	return rc == TUG_OK ? tug_image_crypt_at(&tug_crypto_enc_openssl, &p->key, &p->hdr, off, dst, len) : rc;
}

/* ---- the key of the image ------------------------------------------------------------------------------- */

/* The first TLV whose scheme goes with the key; what there is instead in `other`. Result: 1 found, 0 none, or an error. */
static int find_wrapped(const struct tug_image *img, const struct tug_enc_key *key, struct tug_tlv *tlv, const struct tug_wrap **other)
{
	struct tug_tlv_it it;
	int rc;

	*other = NULL;
	tug_tlv_begin(&it, img, 0xffff, false);
	while ((rc = tug_tlv_next(&it, tlv)) == 1) {
		const struct tug_wrap *w = tug_wrap_of_tlv(tlv->type);

		if (w == NULL) {
			continue;
		}
		if (w == tug_wrap_of(key, 256) || w == tug_wrap_of(key, 512)) {
			return 1;
		}
		*other = *other == NULL ? w : *other;
	}
	return rc;
}

static int say_none(const struct tug_wrap *other, const struct tug_enc_key *key, const char *name, char *why)
{
	if (other == NULL) {
		return tug_why(why, TUG_ETLV, "%s says that it is encrypted and holds no key for it; encrypt it again", name);
	}
	return tug_why(why, TUG_ENOKEY, "%s is encrypted with %s, and the key given is %s; give the key it was encrypted for", name, other->name,
		       tug_enc_key_name(key));
}

static int open_key(struct tug_plain *p, const struct tug_image *img, const struct tug_enc_key *key, const char *name, char *why)
{
	uint8_t wrapped[TUG_WRAPPED_MAX];
	const struct tug_wrap *w, *other;
	struct tug_tlv tlv;
	int rc = find_wrapped(img, key, &tlv, &other);

	if (rc <= 0) {
		return rc < 0 ? tug_why(why, rc, "%s: %s; %s", name, tug_strerror(rc), tug_err_advice(rc)) : say_none(other, key, name, why);
	}
	w = tug_wrap_of_tlv(tlv.type);
	p->tlv = tlv.type;
	p->key.len = tug_image_key_len(&img->hdr);
	if (tlv.len != tug_wrap_len(w, p->key.len)) {
		return tug_why(why, TUG_ETLV, "the wrapped key of %s (%s) has %u octets instead of %zu; encrypt it again", name, w->name, tlv.len,
			       tug_wrap_len(w, p->key.len));
	}
	if (key->key == NULL && key->kek.len != p->key.len) {
		return tug_why(why, TUG_ENOKEY, "%s holds a key of %u bits, and the key encryption key given has %zu", name, 8u * p->key.len,
			       8 * key->kek.len);
	}
	rc = tug_tlv_read(img, &tlv, wrapped, sizeof(wrapped));
	if (rc == TUG_OK) {
		rc = tug_unwrap_key(w, key, tug_slice_of(wrapped, tlv.len), p->key.octets, p->key.len);
	}
	if (rc == TUG_ENOKEY) {
		return tug_why(why, rc, "the key given does not open %s: it was encrypted for another %s key, or its wrapped key is damaged", name,
			       tug_enc_key_name(key));
	}
	return rc == TUG_OK ? rc : tug_why(why, rc, "%s: %s; %s", name, tug_strerror(rc), tug_err_advice(rc));
}

static int check_key(const struct tug_enc_key *key, char *why)
{
	if (tug_wrap_of(key, 256) == NULL) {
		return tug_why(why, TUG_EINVAL, "an %s key decrypts no image; give the x25519, ecdsa-p256 or rsa-2048 key or the key encryption key "
			       "it was encrypted for", key->key != NULL ? tug_key_name(key->key) : "empty");
	}
	if (key->key != NULL && !tug_key_is_private(key->key)) {
		return tug_why(why, TUG_EINVAL, "the key given is a public one; decrypting needs the private half");
	}
	return TUG_OK;
}

int tug_plain_begin(struct tug_plain *p, const struct tug_image *img, const struct tug_io *raw, const struct tug_enc_key *key,
		    const char *name, char *why)
{
	int rc = check_key(key, why);

	memset(p, 0, sizeof(*p));
	p->raw = raw;
	p->hdr = img->hdr;
	p->io = *raw;
	p->io.read_at = read_plain;
	p->io.write_at = NULL;
	p->io.ctx = p;
	return rc == TUG_OK ? open_key(p, img, key, name, why) : rc;
}

void tug_plain_end(struct tug_plain *p)
{
	tug_wipe(&p->key, sizeof(p->key));
}
