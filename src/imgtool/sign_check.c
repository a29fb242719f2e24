/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides which options of signing go together, whether the input can be signed with them, and whether the image fits
 * its slot. Refuses to make octets. Called by sign.c and by what encrypts and compresses; pure.
 */
#include <stdio.h>
#include <string.h>

#include "sign_priv.h"

#define SECTOR_GUESS 4096u
#define MAX_SW_TYPE 12u

struct tug_sign_options tug_sign_defaults(void)
{
	struct tug_sign_options o = { .header_size = TUG_IMAGE_HDR_LEN, .align = 1, .max_sectors = 128, .erased = 0xff, .hash = -1,
				      .mode = TUG_MODE_UNKNOWN };

	return o;
}

uint8_t tug_sign_max_align(const struct tug_sign_options *o)
{
	return o->max_align != 0 ? o->max_align : o->align > 8 ? o->align : 8;
}

const struct tug_key *tug_sign_pub(const struct tug_sign_options *o)
{
	return o->key != NULL ? o->key : o->fix_sig_key;
}

uint32_t tug_sign_trailer(const struct tug_sign_options *o, const struct tug_sign_extra *x)
{
	struct tug_trailer_geo g = {
		.max_sectors = o->max_sectors, .max_align = tug_sign_max_align(o), .write_size = o->align, .states = 3,
	};

	if (o->overwrite_only) {
		return 2u * g.max_align + tug_trailer_magic_size(&g);
	}
	return tug_trailer_size(&g) + (x->key_cell == 0 ? 0 : 2u * tug_align_up(x->key_cell, g.max_align));
}

/* ---- options ------------------------------------------------------------------------------------------ */

static bool is_unit(uint8_t v)
{
	return v == 1 || v == 2 || v == 4 || v == 8 || v == 16 || v == 32;
}

int tug_sign_hash(const struct tug_sign_options *o)
{
	const struct tug_key *key = tug_sign_pub(o);
	enum tug_sig_alg type = key != NULL ? tug_key_type(key) : TUG_SIG_NONE;

	if (o->pure) {
		return type == TUG_SIG_ED25519 && o->hash < 0 ? (int)TUG_SHA512 : -1;
	}
	if (o->hash < 0) {
		return type == TUG_SIG_P384 ? TUG_SHA384 : TUG_SHA256;
	}
	switch (type) {
	case TUG_SIG_NONE:
		return o->hash <= TUG_SHA512 ? o->hash : -1;
	case TUG_SIG_P384:
		return o->hash == TUG_SHA384 ? o->hash : -1;
	case TUG_SIG_ED25519:
		return o->hash == TUG_SHA256 || o->hash == TUG_SHA512 ? o->hash : -1;
	case TUG_SIG_P256: /* an HSM may sign a longer digest */
		return o->hash == TUG_SHA256 || (o->hash == TUG_SHA512 && o->key == NULL) ? o->hash : -1;
	default:
		return o->hash == TUG_SHA256 ? o->hash : -1;
	}
}

static int check_layout(const struct tug_sign_options *o, char *why)
{
	uint8_t a = o->max_align;

	if (o->header_size < TUG_IMAGE_HDR_LEN || o->header_size > UINT16_MAX) {
		return tug_why(why, TUG_EINVAL, "a header size of %u is not possible; give 32 to 65535 (CONFIG_ROM_START_OFFSET of the build)",
			       o->header_size);
	}
	if (!is_unit(o->align)) {
		return tug_why(why, TUG_EINVAL, "an alignment of %u is not possible; give 1, 2, 4, 8, 16 or 32, the write unit of the flash",
			       o->align);
	}
	if (a != 0 && a != 8 && a != 16 && a != 32) {
		return tug_why(why, TUG_EINVAL, "a largest alignment of %u is not possible; give 8, 16 or 32", a);
	}
	if (a != 0 && a < o->align) {
		return tug_why(why, TUG_EINVAL, "the largest alignment (%u) is smaller than the alignment (%u)", a, o->align);
	}
	if (o->erased != 0xff && o->erased != 0) {
		return tug_why(why, TUG_EINVAL, "an erased value of 0x%02x is not possible; give 0 or 0xff", o->erased);
	}
	if ((o->pad || o->test || o->confirm) && o->slot_size == 0) {
		return tug_why(why, TUG_EINVAL, "padding needs the size of the slot");
	}
	if (o->load_addr != 0 && o->rom_fixed != 0) {
		return tug_why(why, TUG_EINVAL, "a load address and a fixed flash address exclude each other; give one");
	}
	return TUG_OK;
}

static int check_keys(const struct tug_sign_options *o, char *why)
{
	const struct tug_key *key = tug_sign_pub(o);
	bool fixed = o->fix_sig.len > 0;

	if (key != NULL && tug_key_is_x25519(key)) {
		return tug_why(why, TUG_EINVAL, "an x25519 key encrypts and cannot sign; give an ed25519, ecdsa or rsa key");
	}
	if (o->key != NULL && !tug_key_is_private(o->key)) {
		return tug_why(why, TUG_EINVAL, "the key is a public one; signing needs the private half");
	}
	if (fixed && o->key != NULL) {
		return tug_why(why, TUG_EINVAL, "a key and a signature made elsewhere exclude each other; give one");
	}
	if (fixed && o->fix_sig_key == NULL) {
		return tug_why(why, TUG_EINVAL, "a signature made elsewhere needs the public key it was made with; give it too");
	}
	if (!fixed && o->key == NULL && o->fix_sig_key != NULL && o->vector == TUG_VECTOR_NONE) {
		return tug_why(why, TUG_EINVAL, "the public key of a signature made elsewhere was given without the signature; give it too");
	}
	if (o->pure && o->key == NULL && o->fix_sig_key == NULL && o->vector != TUG_VECTOR_NONE) {
		return TUG_OK; /* what to sign elsewhere: only the one kind of key can */
	}
	if (o->pure && (key == NULL || tug_key_type(key) != TUG_SIG_ED25519)) {
		return tug_why(why, TUG_EINVAL, "pure signatures exist for ed25519 keys only");
	}
	if (o->compression != TUG_COMPRESS_NONE && (fixed || o->vector != TUG_VECTOR_NONE)) {
		return tug_why(why, TUG_EINVAL, "a compressed image holds two signatures, so one made elsewhere does not do; give the key (a "
			       "pkcs11: URI for an HSM), or leave the compression out");
	}
	if (tug_sign_hash(o) < 0) {
		return tug_why(why, TUG_EINVAL, "this digest does not go with a %s key%s; leave the choice out",
			       tug_key_type_name(key != NULL ? tug_key_type(key) : TUG_SIG_NONE), o->pure ? " and a pure signature" : "");
	}
	return TUG_OK;
}

/* Characters of UTF-8 text. */
static size_t characters(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		n += ((uint8_t)*s & 0xc0) != 0x80;
	}
	return n;
}

static int check_protected(const struct tug_sign_options *o, char *why)
{
	if (o->boot_record != NULL && characters(o->boot_record) > MAX_SW_TYPE) {
		return tug_why(why, TUG_EINVAL, "'%.60s' is too long for the software type of a boot record: at most %u characters", o->boot_record,
			       MAX_SW_TYPE);
	}
	for (size_t i = 0; i < o->n_custom; i++) {
		for (size_t k = 0; k < i; k++) {
			if (o->custom[i].type == o->custom[k].type) {
				return tug_why(why, TUG_EINVAL, "custom TLV 0x%04x is given twice; a reader takes one of them only",
					       o->custom[i].type);
			}
		}
	}
	return TUG_OK;
}

/* An image of an image never runs. */
static int check_magic(const struct tug_io *in, bool pad_header, char *why)
{
	struct tug_image img;
	uint8_t m[4];

	if (in->size < sizeof(m) || in->read_at(in->ctx, 0, m, sizeof(m)) != TUG_OK || tug_le32(m) != TUG_IMAGE_MAGIC) {
		return TUG_OK;
	}
	if (!pad_header) {
		return tug_why(why, TUG_EINVAL, "the input is already an MCUboot image; sign the unsigned binary (zephyr.bin)");
	}
	if (tug_image_open(&img, in, 0, TUG_IMG_CAN_ENCRYPTED | TUG_IMG_CAN_COMPRESSED) == TUG_OK) {
		return tug_why(why, TUG_EINVAL, "the input is an image with header and TLVs already; give the binary it was made of");
	}
	return TUG_OK;
}

int tug_sign_check(const struct tug_sign_options *o, const struct tug_io *in, char *why)
{
	int rc = check_layout(o, why);

	if (rc == TUG_OK) {
		rc = check_keys(o, why);
	}
	if (rc == TUG_OK) {
		rc = check_protected(o, why);
	}
	if (rc == TUG_OK) {
		rc = tug_encrypt_check(o, why);
	}
	if (rc == TUG_OK && in->size > TUG_FILE_MAX) {
		rc = tug_why(why, TUG_ETOOBIG, "the input is larger than %u MiB", TUG_FILE_MAX >> 20);
	}
	if (rc == TUG_OK) {
		rc = check_magic(in, o->pad_header, why);
	}
	if (rc != TUG_OK || o->pad_header) {
		return rc;
	}
	if (in->size < o->header_size) {
		rc = tug_why(why, TUG_EINVAL, "the input (%u octets) is shorter than the header (%u); add the header with --pad-header", in->size,
			     o->header_size);
	}
	for (uint32_t i = 0; rc == TUG_OK && i < o->header_size; i++) {
		uint8_t b = 0;

		rc = in->read_at(in->ctx, i, &b, 1);
		if (rc == TUG_OK && b != 0) {
			return tug_why(why, TUG_EINVAL,
				       "the first %u octets of the input are not zeros, so there is no room for the header; use "
				       "--pad-header, or build with CONFIG_ROM_START_OFFSET=0x%x",
				       o->header_size, o->header_size);
		}
	}
	return rc;
}

/* ---- size --------------------------------------------------------------------------------------------- */

static const char *mode_name(enum tug_boot_mode mode)
{
	static const char *const names[] = { "single slot", "swap-scratch", "overwrite", "swap-move", "direct-xip", "direct-xip with revert",
					     "ram-load", "firmware loader", "single slot ram-load", "swap-offset" };

	return mode >= 0 && (size_t)mode < sizeof(names) / sizeof(names[0]) ? names[mode] : "this mode";
}

/* Largest image of a mode; 0 = nothing fits. */
static uint32_t limit_of(const struct tug_sign_options *o, enum tug_boot_mode mode)
{
	uint32_t cell = tug_encrypt_cell(o, false);
	struct tug_trailer_geo g = {
		.size = o->slot_size, .max_sectors = o->max_sectors, .max_align = tug_sign_max_align(o), .write_size = o->align,
		.states = mode == TUG_MODE_SWAP_OFFSET ? 2 : 3, .tlv_sizes = mode == TUG_MODE_SWAP_OFFSET,
		.key_size = (uint8_t)(cell < 255 ? cell : 255), /* a cell of 256 octets comes out the same */
	};
	uint32_t sector = o->sector_size != 0 ? o->sector_size : SECTOR_GUESS;

	return tug_max_image_size(mode, &g, o->slot_size, o->slot_size, sector);
}

int tug_sign_fit(const struct tug_sign_options *o, const struct tug_sign_extra *x, uint64_t len, char *why)
{
	/* what the bootloader keeps at the end in overwrite mode is one cell more than imgtool reserves */
	uint32_t trailer = tug_sign_trailer(o, x) + (o->overwrite_only ? tug_sign_max_align(o) : 0u);
	uint32_t limit = 0;

	if (o->slot_size == 0) {
		return TUG_OK;
	}
	if (len > o->slot_size || trailer > o->slot_size - len) {
		return tug_why(why, TUG_EIMGSIZE,
			       "the image (%llu octets) and its trailer (%u) are %llu octets too large for a slot of %u%s; make the image smaller, or "
			       "check slot size, alignment and number of sectors",
			       (unsigned long long)len, trailer, (unsigned long long)len + trailer - o->slot_size, o->slot_size,
			       o->overwrite_only ? " in overwrite mode" : "");
	}
	if (o->mode == TUG_MODE_UNKNOWN) {
		return TUG_OK;
	}
	limit = limit_of(o, o->mode);
	if (len > limit) {
		return tug_why(why, TUG_EIMGSIZE,
			       "the image (%llu octets) is %llu octets too large: %s takes %u of a slot of %u (sectors of %u); make the image "
			       "smaller or the slot larger",
			       (unsigned long long)len, (unsigned long long)len - limit, mode_name(o->mode), limit, o->slot_size,
			       o->sector_size != 0 ? o->sector_size : SECTOR_GUESS);
	}
	return TUG_OK;
}

void tug_sign_note(const struct tug_sign_options *o, uint32_t len, char *note)
{
	uint32_t sector = o->sector_size != 0 ? o->sector_size : SECTOR_GUESS;
	uint32_t limit;

	note[0] = '\0';
	if (o->mode != TUG_MODE_UNKNOWN || o->overwrite_only || o->slot_size == 0 || o->load_addr != 0 || o->rom_fixed != 0 ||
	    o->vector != TUG_VECTOR_NONE || o->slot_size % sector != 0) {
		return;
	}
	limit = limit_of(o, TUG_MODE_SWAP_MOVE);
	if (len > limit) {
		snprintf(note, TUG_WHY_CAP,
			 "%u octets pass imgtool's check of a slot of %u, but a bootloader that swaps by move or offset with sectors of %u takes "
			 "%u at most, and ignores this image; --mode and --sector-size say what the bootloader does",
			 len, o->slot_size, sector, limit);
	}
}
