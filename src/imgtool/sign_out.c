/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how a signed image is padded and saved, and verifies files. Refuses to sign. Called by sign.c
 * and the command line; allocates, blocks on the disk.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/port/crypto_openssl.h>

#include "imgtool_priv.h"

/* ---- padding ------------------------------------------------------------------------------------------- */

/* The end of a padded slot: offset of the first octet that is not fill, and the octets from there. */
struct tail {
	uint32_t ok_off;      /* image_ok cell, = magic_off when none is written */
	uint32_t magic_off;   /* the 16 octets */
	uint8_t ok[32];       /* cell */
	uint8_t ok_len;       /* 0 = none */
	uint8_t magic[16];
};

static bool wants_pad(const struct tug_sign_options *o)
{
	return o->pad || o->test || o->confirm;
}

static int make_tail(const struct tug_file *image, const struct tug_sign_options *o, struct tail *t, char *why)
{
	uint8_t align = o->max_align != 0 ? o->max_align : o->align > 8 ? o->align : 8;
	struct tug_trailer_geo g = { .size = o->slot_size, .max_align = align };
	uint32_t trailer = tug_sign_trailer_size(o);

	memset(t, 0, sizeof(*t));
	if (o->slot_size < trailer || image->data.len > o->slot_size - trailer) {
		return tug_why(why, TUG_EIMGSIZE, "the image (%zu octets) and its trailer (%u) do not fit a slot of %u octets",
			       image->data.len, trailer, o->slot_size);
	}
	/* places count from the end of the slot, whatever its size is a multiple of */
	memcpy(t->magic, tug_trailer_magic(align), sizeof(t->magic));
	t->magic_off = o->slot_size - 16u;
	t->ok_off = o->slot_size - tug_trailer_magic_size(&g) - align;
	if ((o->test || o->confirm) && !o->overwrite_only) {
		t->ok_len = align;
		memset(t->ok, o->erased, sizeof(t->ok));
		t->ok[0] = o->confirm ? 0x01 : o->erased;
	}
	return TUG_OK;
}

int tug_sign_pad(struct tug_file *image, const struct tug_sign_options *o, char *why)
{
	struct tail t;
	uint8_t *p;

	if (!wants_pad(o)) {
		return TUG_OK;
	}
	int rc = make_tail(image, o, &t, why);
	if (rc != TUG_OK) {
		return rc;
	}
	p = realloc(image->data.p, (size_t)o->slot_size + 1);
	if (p == NULL) {
		return tug_why(why, TUG_ENOSPACE, "out of memory for a slot of %u octets", o->slot_size);
	}
	memset(p + image->data.len, o->erased, o->slot_size - image->data.len);
	if (t.ok_len > 0) {
		memcpy(p + t.ok_off, t.ok, t.ok_len);
	}
	memcpy(p + t.magic_off, t.magic, 16);
	p[o->slot_size] = 0;
	image->data.p = p;
	image->data.len = o->slot_size;
	return TUG_OK;
}

/* ---- saving --------------------------------------------------------------------------------------------- */

static int save_hex(const char *path, const struct tug_file *image, const struct tug_sign_options *o, char *why)
{
	uint32_t addr = o->has_hex_addr ? o->hex_addr : image->addr;
	struct tug_ihex_part parts[3];
	struct tug_octets text = { 0 };
	struct tail t;
	size_t n = 0;
	int rc;

	if (!o->has_hex_addr && !image->has_addr) {
		return tug_why(why, TUG_EINVAL, "%s needs an address, and the binary input has none; give --hex-addr", path);
	}
	if (o->slot_size > UINT32_MAX - addr) {
		return tug_why(why, TUG_ERANGE, "address 0x%x plus the slot of %u octets leaves 32 bits", addr, o->slot_size);
	}
	parts[n++] = (struct tug_ihex_part){ addr, tug_slice_of(image->data.p, image->data.len) };
	if (wants_pad(o)) {
		rc = make_tail(image, o, &t, why);
		if (rc != TUG_OK) {
			return rc;
		}
		if (t.ok_len > 0) {
			parts[n++] = (struct tug_ihex_part){ addr + t.ok_off, tug_slice_of(t.ok, t.ok_len) };
		}
		parts[n++] = (struct tug_ihex_part){ addr + t.magic_off, tug_slice_of(t.magic, 16) };
	}
	rc = tug_ihex_format(parts, n, &text, why);
	if (rc == TUG_OK) {
		rc = tug_file_write(path, tug_slice_of(text.p, text.len), TUG_FILE_PUBLIC, why);
	}
	tug_octets_free(&text);
	return rc;
}

static int save_bin(const char *path, const struct tug_file *image, const struct tug_sign_options *o, char *why)
{
	struct tug_file copy = *image;
	struct tug_text t = { 0 };
	int rc;

	tug_text_add(&t, image->data.p, image->data.len);
	if (tug_text_take(&t, &copy.data) != TUG_OK) {
		return tug_why(why, TUG_ENOSPACE, "out of memory");
	}
	rc = tug_sign_pad(&copy, o, why);
	if (rc == TUG_OK) {
		rc = tug_file_write(path, tug_slice_of(copy.data.p, copy.data.len), TUG_FILE_PUBLIC, why);
	}
	tug_file_free(&copy);
	return rc;
}

int tug_sign_save(const char *path, const struct tug_file *image, const struct tug_sign_options *o, char *why)
{
	return tug_path_is_hex(path) ? save_hex(path, image, o, why) : save_bin(path, image, o, why);
}

int tug_sign_file(const char *in, const char *out, const struct tug_sign_options *o, char *why)
{
	struct tug_file input, image;
	int rc = tug_file_read(in, &input, why);

	if (rc != TUG_OK) {
		return rc;
	}
	rc = tug_sign(&input, o, &image, why);
	if (rc == TUG_OK) {
		rc = tug_sign_save(out, &image, o, why);
		tug_file_free(&image);
	}
	tug_file_free(&input);
	return rc;
}

/* ---- verifying ------------------------------------------------------------------------------------------- */

/* Policy that fits the image: the digest it carries, pure when it says so, the key's scheme. */
static int make_policy(const struct tug_image *img, const struct tug_key *key, struct tug_verify_policy *p)
{
	uint8_t digest[TUG_HASH_MAX];
	struct tug_tlv_it it;
	struct tug_tlv tlv;
	size_t len = 0;
	int rc = tug_image_digest(img, digest, &len);

	memset(p, 0, sizeof(*p));
	if (rc != TUG_OK) {
		return rc;
	}
	p->hash = len == 32 ? TUG_SHA256 : len == 48 ? TUG_SHA384 : TUG_SHA512;
	p->sig = key != NULL ? tug_key_type(key) : TUG_SIG_NONE;
	tug_tlv_begin(&it, img, TUG_TLV_SIG_PURE, false);
	p->pure = p->sig == TUG_SIG_ED25519 && tug_tlv_next(&it, &tlv) == 1;
	return TUG_OK;
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

int tug_file_verify(const struct tug_file *f, const struct tug_key *key, const char *name, char *why)
{
	struct tug_slice data = tug_slice_of(f->data.p, f->data.len);
	struct tug_io io = tug_io_of_slice(&data);
	struct tug_verify_policy policy;
	struct tug_pubkey pub = { { NULL, 0 } };
	struct tug_image img;
	uint8_t *scratch;
	size_t cap;
	int rc = tug_image_open(&img, &io, 0, TUG_IMG_CAN_ENCRYPTED | TUG_IMG_CAN_COMPRESSED);

	if (rc != TUG_OK) {
		return say_verify(rc, key, name, why);
	}
	if ((img.hdr.flags & (TUG_IMG_F_ENC_AES128 | TUG_IMG_F_ENC_AES256)) != 0) {
		return tug_why(why, TUG_EFLAGS, "%s is encrypted; only the bootloader, which holds the key, can verify it", name);
	}
	rc = make_policy(&img, key, &policy);
	if (rc != TUG_OK) {
		return say_verify(rc, key, name, why);
	}
	if (key != NULL) {
		pub.der = tug_key_public_der(key);
		policy.keys = &pub;
		policy.n_keys = 1;
	}
	cap = (policy.pure ? (size_t)img.unprot_off : 16384) + 1024;
	scratch = malloc(cap);
	if (scratch == NULL) {
		return tug_why(why, TUG_ENOSPACE, "out of memory");
	}
	if (tug_image_verify(&img, &tug_crypto_openssl, &policy, tug_buf_of(scratch, cap), &rc) == TUG_VERDICT_GOOD) {
		rc = TUG_OK;
	} else if (rc == TUG_OK) {
		rc = TUG_EINTERNAL;
	}
	free(scratch);
	return say_verify(rc, key, name, why);
}
