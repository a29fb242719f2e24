/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides whether a compressed image decompresses to what its signer hashed and signed. Refuses to keep the octets: they
 * are hashed as they come. Called by verify.c.
 */
#include <stdlib.h>

#include <tug/image_packed.h>
#include <tug/port/lzma.h>

#include "unpack_priv.h"

/* Dictionaries up to 16 MiB: 2^24 = 2 << (26 / 2 + 11 - 1). No bootloader has a thousandth of it. */
#define DICT_MAX_PROP 26u
#define DECODER_MEMORY 131072u

static size_t memory_for(uint8_t prop)
{
	return (size_t)((2u | (prop & 1u)) << (prop / 2u + 11u)) + DECODER_MEMORY;
}

static int say(int rc, const char *name, char *why)
{
	switch (rc) {
	case TUG_OK:
		return TUG_OK;
	case TUG_EPACKED:
		return tug_why(why, rc, "the payload of %s does not decompress to what its DECOMP_SIZE says: it is damaged, or was compressed by "
			       "another tool; compress and sign it again", name);
	case TUG_EHASH:
		return tug_why(why, rc, "%s decompresses to other octets than DECOMP_SHA is the digest of; no bootloader takes it; sign it again", name);
	case TUG_ENOSIG:
		return tug_why(why, rc, "%s is signed, but carries no signature of what it decompresses to (DECOMP_SIGNATURE); sign it again", name);
	case TUG_ESIG:
	case TUG_ENOKEY:
		return tug_why(why, rc, "the signature of what %s decompresses to (DECOMP_SIGNATURE) does not verify; sign it again", name);
	case TUG_ETLV:
		return tug_why(why, rc, "%s is compressed, but its DECOMP_SIZE or DECOMP_SHA is missing or has a wrong length; sign it again", name);
	case TUG_EFLAGS:
		return tug_why(why, rc, "%s is compressed in a way that is not known here (LZMA2 with a dictionary of at most 16 MiB is); sign it "
			       "again with --compression lzma2", name);
	default:
		return tug_why(why, rc, "%s: %s; %s", name, tug_strerror(rc), tug_err_advice(rc));
	}
}

static int verify_view(const struct tug_image *img, const struct tug_key *key, struct tug_verify_result *res, struct tug_lzma *lzma)
{
	struct tug_verify_result plain = { .digest_len = 0 };
	struct tug_packed_view v;
	struct tug_image inner;
	int rc = tug_packed_view_open(&v, img, &lzma->port);

	if (rc == TUG_OK && v.total > TUG_FILE_MAX) {
		return TUG_ETOOBIG;
	}
	if (rc == TUG_OK) {
		rc = tug_image_open(&inner, &v.io, 0, TUG_IMG_CAN_ENCRYPTED);
	}
	if (rc == TUG_OK) {
		rc = tug_verify_image(&inner, false, key, &plain);
	}
	if (rc == TUG_OK) {
		res->plain_len = v.total;
	}
	return rc;
}

int tug_verify_unpacked(const struct tug_io *io, const struct tug_key *key, const char *name, struct tug_verify_result *res, char *why)
{
	struct tug_lzma lzma;
	struct tug_image img;
	uint8_t prop = 0;
	void *mem;
	int rc = tug_image_open(&img, io, 0, TUG_IMG_CAN_ENCRYPTED | TUG_IMG_CAN_COMPRESSED);

	if (rc != TUG_OK || !tug_image_is_packed(&img.hdr)) {
		return rc == TUG_EMAGIC ? TUG_OK : say(rc, name, why); /* big-endian: no bootloader decompresses it, and neither do we */
	}
	rc = io->read_at(io->ctx, img.hdr.hdr_size, &prop, 1);
	if (rc != TUG_OK || prop > DICT_MAX_PROP) {
		return say(rc != TUG_OK ? rc : TUG_EFLAGS, name, why);
	}
	mem = malloc(memory_for(prop));
	if (mem == NULL) {
		return tug_why(why, TUG_ENOSPACE, "out of memory for the decompressor");
	}
	tug_lzma_init(&lzma, mem, memory_for(prop));
	rc = verify_view(&img, key, res, &lzma);
	free(mem);
	return say(rc, name, why);
}
