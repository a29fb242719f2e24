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

/* What opens a TLV of that type with that key; `der` holds the octets of a private key until they are wiped. */
static int make_enc(const struct tug_enc_key *key, uint16_t tlv, struct tug_octets *der, struct tug_image_enc *enc, char *why)
{
	int rc = key->key != NULL ? tug_key_private_der(key->key, der, why) : TUG_OK;

	enc->crypto = &tug_crypto_enc_openssl;
	enc->scheme = (enum tug_tlv_type)tlv;
	enc->key = key->key != NULL ? tug_slice_of(der->p, der->len) : key->kek;
	return rc;
}

static int say_open(int rc, const struct tug_enc_key *key, const char *name, char *why)
{
	if (rc == TUG_ENOKEY) {
		return tug_why(why, rc, "the key given does not open %s: it was encrypted for another %s key, or its wrapped key is damaged", name,
			       tug_enc_key_name(key));
	}
	return rc == TUG_OK ? rc : tug_why(why, rc, "%s: %s; %s", name, tug_strerror(rc), tug_err_advice(rc));
}

static int open_key(struct tug_plain *p, const struct tug_image *img, const struct tug_enc_key *key, const char *name, char *why)
{
	uint8_t key_len = tug_image_key_len(&img->hdr);
	struct tug_octets der = { NULL, 0 };
	const struct tug_wrap *w, *other;
	struct tug_image_enc enc;
	struct tug_tlv tlv;
	int rc = find_wrapped(img, key, &tlv, &other);

	if (rc <= 0) {
		return rc < 0 ? say_open(rc, key, name, why) : say_none(other, key, name, why);
	}
	w = tug_wrap_of_tlv(tlv.type);
	p->tlv = tlv.type;
	if (tlv.len != tug_wrap_len(w, key_len)) {
		return tug_why(why, TUG_ETLV, "the wrapped key of %s (%s) has %u octets instead of %zu; encrypt it again", name, w->name, tlv.len,
			       tug_wrap_len(w, key_len));
	}
	if (key->key == NULL && key->kek.len != key_len) {
		return tug_why(why, TUG_ENOKEY, "%s holds a key of %u bits, and the key encryption key given has %zu", name, 8u * key_len,
			       8 * key->kek.len);
	}
	rc = make_enc(key, tlv.type, &der, &enc, why);
	if (rc == TUG_OK) {
		rc = say_open(tug_enc_view_open(&p->view, img, &enc), key, name, why);
	}
	tug_octets_free(&der);
	return rc;
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
	if (rc == TUG_OK) {
		rc = open_key(p, img, key, name, why);
	}
	p->view.below = raw; /* not what turns big-endian structures around: the digest covers the octets as they are */
	return rc;
}

void tug_plain_end(struct tug_plain *p)
{
	tug_wipe(&p->view.key, sizeof(p->view.key));
}
