/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads an image file and gathers what an update needs of it. Every check that needs no device is made here, so
 * that nothing is sent of a file that cannot run. Called by update and image upload.
 */
#include <stdio.h>
#include <string.h>

#include <tug/port/crypto_openssl.h>

#include "image_file_priv.h"

static int sha256(struct tug_slice data, uint8_t out[32])
{
	struct tug_hash_ctx c;
	int err = tug_crypto_openssl.hash_init(&c, TUG_SHA256);

	if (err == TUG_OK) {
		err = tug_crypto_openssl.hash_update(&c, data.p, data.len);
		if (err != TUG_OK) {
			tug_crypto_openssl.hash_abort(&c);
			return err;
		}
		err = tug_crypto_openssl.hash_final(&c, out);
	}
	return err;
}

static int check_key(const struct tug_image_file *f, const char *path, const char *key_path, char *why)
{
	struct tug_key *key;
	int err;

	if (key_path == NULL) {
		return TUG_OK;
	}
	err = tug_key_load(key_path, NULL, NULL, &key, why);
	if (err != TUG_OK) {
		return err;
	}
	err = tug_file_verify(&f->file, key, path, why);
	tug_key_free(key);
	return err;
}

/* What a compressed image is called once it runs. */
static void take_run_hash(struct tug_image_file *f)
{
	unsigned n = f->info.n_tlvs < TUG_INFO_TLVS ? f->info.n_tlvs : TUG_INFO_TLVS;

	for (unsigned i = 0; i < n; i++) {
		const struct tug_tlv *tlv = &f->info.tlvs[i];

		if (tlv->prot && tlv->type == TUG_TLV_DECOMP_SHA && tlv->len <= sizeof(f->plan.run_hash)) {
			memcpy(f->plan.run_hash, f->file.data.p + tlv->off, tlv->len);
			f->plan.run_hash_len = (uint8_t)tlv->len;
		}
	}
}

/* What is left once the octets are known to be one whole image. */
static int take_facts(struct tug_image_file *f, const char *name, const char *key_path, uint8_t image, char *why)
{
	int err = tug_image_info_read(&f->file, &f->info, why);

	if (err == TUG_OK) {
		err = check_key(f, name, key_path, why);
	}
	if (err != TUG_OK) {
		return err;
	}
	/* padding up to the slot's size belongs to a programmer's file, not to an upload */
	f->data = tug_slice_of(f->file.data.p, f->info.total);
	f->io = tug_io_of_slice(&f->data);
	f->plan.image = image;
	f->plan.version = f->info.hdr.version;
	memcpy(f->plan.hash, f->info.digest, sizeof(f->plan.hash));
	f->plan.hash_len = (uint8_t)f->info.digest_len;
	f->plan.len = f->info.total;
	take_run_hash(f);
	err = sha256(f->data, f->sha);
	if (err != TUG_OK) {
		snprintf(why, TUG_WHY_CAP, "the crypto library failed");
	}
	return err;
}

int tug_image_file_load(struct tug_image_file *f, const char *path, const char *key_path, uint8_t image, char *why)
{
	int err;

	memset(f, 0, sizeof(*f));
	err = tug_file_load_image(path, &f->file, why);
	return err == TUG_OK ? take_facts(f, path, key_path, image, why) : err;
}

int tug_image_file_take(struct tug_image_file *f, struct tug_file *file, const char *name, const char *key_path, uint8_t image,
			char *why)
{
	int err = tug_file_check_image(file, name, why);

	memset(f, 0, sizeof(*f));
	f->file = *file;
	memset(file, 0, sizeof(*file));
	return err == TUG_OK ? take_facts(f, name, key_path, image, why) : err;
}

void tug_image_file_free(struct tug_image_file *f)
{
	tug_file_free(&f->file);
}
