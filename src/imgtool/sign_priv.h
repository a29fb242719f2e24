/* SPDX-License-Identifier: Apache-2.0
 *
 * One build of an image: octets in, octets out, once through. What encryption and compression add comes in as
 * struct tug_sign_extra, decided before the build starts. Only src/imgtool and its unit tests may include it.
 */
#ifndef TUG_SIGN_PRIV_H
#define TUG_SIGN_PRIV_H

#include "imgtool_priv.h"

/** Where the octets of an image go, in order. */
struct tug_sink {
	int (*put)(void *ctx, const void *p, size_t len); /**< TUG_OK or an error that ends the build */
	void *ctx;                                        /**< passed to it */
};

/** A sink that appends to `t`; out of memory shows in t->failed. */
struct tug_sink tug_sink_of_text(struct tug_text *t);
/** A sink that drops what it gets. */
struct tug_sink tug_sink_nowhere(void);

/** What encryption and compression add to one build. All zero = nothing. */
struct tug_sign_extra {
	uint32_t flags;                                   /**< ORed into ih_flags */
	struct tug_slice prot;                            /**< encoded entries between DEPENDENCY and UUID_VID (tug_put_tlv) */
	struct tug_slice unprot;                          /**< encoded entries behind the signature */
	uint32_t pad_to;                                  /**< zeros until header and payload are a multiple of it, 0 = none */
	int (*crypt)(void *ctx, uint8_t *p, size_t len);  /**< changes payload octets, in order, once they were hashed; NULL = none */
	void *ctx;                                        /**< passed to crypt */
	uint32_t key_cell;                                /**< octets of one image key in the trailer before alignment, 0 = none */
	bool no_room;                                     /**< `in` has no room for the header even without pad_header */
};

/** One build. */
struct tug_build {
	const struct tug_sign_options *o;  /**< checked by tug_sign_check */
	const struct tug_io *in;           /**< [room for the header] payload */
	const struct tug_sign_extra *x;    /**< never NULL */
	struct tug_sink sink;              /**< gets the image */
	struct tug_sign_result *res;       /**< filled */
};

/** Run a build; the signature is checked with its public key before this returns. Errors: TUG_EINVAL, TUG_ECRYPTO, the sink's. */
int tug_build_image(const struct tug_build *b, char *why);

/**
 * As tug_build_image with the payload compressed, when that makes it smaller by more than the TLVs it costs; else the plain
 * image. The plain image must fit the slot as well. Errors: also TUG_EIMGSIZE, TUG_ENOSPACE.
 */
int tug_build_compressed(const struct tug_build *b, char *why);

/** Can these options be used with an input of these octets? Errors: TUG_EINVAL, TUG_ETOOBIG. */
int tug_sign_check(const struct tug_sign_options *o, const struct tug_io *in, char *why);

/** Digest for the options; negative = the key does not go with it. */
int tug_sign_hash(const struct tug_sign_options *o);
/** The key whose public half is named in the image: key, else fix_sig_key, else NULL. */
const struct tug_key *tug_sign_pub(const struct tug_sign_options *o);
/** Largest alignment in force. */
uint8_t tug_sign_max_align(const struct tug_sign_options *o);
/** Octets imgtool reserves at the end of the slot, image keys included. */
uint32_t tug_sign_trailer(const struct tug_sign_options *o, const struct tug_sign_extra *x);
/** Does an image of `len` octets fit? Errors: TUG_EIMGSIZE. */
int tug_sign_fit(const struct tug_sign_options *o, const struct tug_sign_extra *x, uint64_t len, char *why);

/** Append a TLV in the byte order of the options; `type` of enum tug_tlv_type or of the vendor range. */
void tug_put_tlv(struct tug_text *t, const struct tug_sign_options *o, uint16_t type, const void *value, size_t len);
/** Append the info of an area whose entries have `entries` octets. */
void tug_put_tlv_info(struct tug_text *t, const struct tug_sign_options *o, uint16_t magic, size_t entries);
/** u32 and u16 in the byte order of the options. */
void tug_put_o32(const struct tug_sign_options *o, uint8_t *p, uint32_t v);
/** See tug_put_o32. */
void tug_put_o16(const struct tug_sign_options *o, uint8_t *p, uint16_t v);

/** The protected area with its info, empty when there is nothing in it. Errors: TUG_EINVAL (above 65535 octets), TUG_ECRYPTO. */
int tug_sign_protected(struct tug_text *t, const struct tug_sign_options *o, const struct tug_sign_extra *x, char *why);

/**
 * Make the octets of an image, not padded, and check that they fit: what encryption and compression want is decided
 * here. Errors: those of tug_sign.
 */
int tug_sign_run(const struct tug_sign_options *o, const struct tug_io *in, struct tug_sink sink, struct tug_sign_result *res,
		 char *why);

/* ---- encryption (encrypt.c) ---- */

/** Encryption of one build. */
struct tug_encryption;

/** True when the options ask for encryption (or for a clear image that may be encrypted later). */
bool tug_encrypt_wanted(const struct tug_sign_options *o);
/** Do the keys go together? Errors: TUG_EINVAL. */
int tug_encrypt_check(const struct tug_sign_options *o, char *why);
/**
 * Make and wrap a key for the image and add flags, padding, TLV and stream to `x`, which borrows from *out. *out = NULL
 * when no encryption is asked for. Compression comes first and leaves these fields to it. Errors: TUG_ECRYPTO.
 */
int tug_encrypt_begin(const struct tug_sign_options *o, struct tug_sign_extra *x, struct tug_encryption **out, char *why);
/** Release it; NULL is fine. */
void tug_encrypt_end(struct tug_encryption *e);
/** Octets of one image key in the trailer, 0 = none; as imgtool counts them, else as a bootloader does. */
uint32_t tug_encrypt_cell(const struct tug_sign_options *o, bool by_imgtool);

/** Write the fill and the trailer behind an image of `len` octets; nothing when padding was not asked for. */
int tug_sign_put_tail(const struct tug_sign_options *o, uint32_t len, struct tug_sink sink, char *why);
/** True when the options ask for padding. */
bool tug_sign_pads(const struct tug_sign_options *o);

/** Check a signature with the public half of `key`. Errors: TUG_ESIG, TUG_ECRYPTO. */
int tug_key_check(const struct tug_key *key, enum tug_hash_alg alg, struct tug_slice msg, struct tug_slice sig);

/** Codes that mean "no whole image": tug_file_check_image knows better sentences. */
bool tug_is_structural(int rc);
/** What is done with an image in memory; `f` says where its octets came from. */
typedef int (*tug_in_memory_fn)(void *ctx, const struct tug_io *io, const struct tug_file *f, char *why);
/**
 * For what cannot be read in pieces (Intel HEX, pipes) and for what is no image: read `path` whole and run `fn` on it. Where that
 * ends structurally, tug_file_check_image says why; `keep` = not when `fn` wrote a sentence. Errors: those of the three.
 */
int tug_in_memory(const char *path, bool keep, tug_in_memory_fn fn, void *ctx, char *why);

/* ---- files in pieces (file_io.c) ---- */

/** A file that appears whole or not at all. */
struct tug_out_file {
	int fd;                  /**< temporary file */
	enum tug_file_mode mode; /**< as tug_file_write */
	char tmp[4096];          /**< its name */
	char path[4096];         /**< the name it will get */
	const char *name;        /**< as the caller wrote it, for sentences; borrows */
	char *why;               /**< gets the sentence when a sink of it fails; borrows */
};

/**
 * Begin. Result: TUG_OK, TUG_MORE (a pipe or a device: there is nothing to replace, use tug_file_write), or negative as
 * tug_file_write. Keeps `path` and `why` until the end.
 */
int tug_out_begin(struct tug_out_file *f, const char *path, enum tug_file_mode mode, char *why);
/** Append. Errors: TUG_EFILE, TUG_EACCESS, TUG_EDISKFULL. */
int tug_out_put(struct tug_out_file *f, const void *p, size_t len, char *why);
/** A sink that appends to `f` once it has begun, until it ends. */
struct tug_sink tug_sink_of_file(struct tug_out_file *f);
/** End: with `rc` TUG_OK the file appears, else it vanishes. Result: `rc`, or what went wrong now. */
int tug_out_end(struct tug_out_file *f, int rc, char *why);

/** A regular file that is read in pieces, no Intel HEX. */
struct tug_in_file {
	int fd;           /**< open file */
	struct tug_io io; /**< reads it */
};

/**
 * Open `path` for reading in pieces. Result: TUG_OK, TUG_MORE (not a regular file, empty, or Intel HEX: read it with
 * tug_file_read, which also says what is wrong with it), or negative as tug_file_read.
 */
int tug_in_open(struct tug_in_file *f, const char *path, char *why);
/** Close it. */
void tug_in_close(struct tug_in_file *f);

#endif
