/* SPDX-License-Identifier: Apache-2.0
 *
 * The host side of the image format: files in and out (binary, Intel HEX), keys, signing, and a parsed
 * description. Allocates, uses stdio and OpenSSL; prints nothing. Not for devices.
 *
 * Errors: each function returns TUG_OK or a code of err.h and writes one sentence into `why` that names the
 * file or value, the cause and the remedy. `why` has TUG_WHY_CAP characters, is written only on failure and
 * may be NULL.
 */
#ifndef TUG_IMGTOOL_H
#define TUG_IMGTOOL_H

#include <tug/image.h>
#include <tug/trailer.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Characters of a `why` buffer, terminator included. */
#define TUG_WHY_CAP 512u

/** Octets on the heap. Released by tug_octets_free(). */
struct tug_octets {
	uint8_t *p; /**< octets, NULL when len is 0; one NUL follows them, so that text can be used as a string */
	size_t len; /**< octets present */
};

/** Release `o` and empty it. */
void tug_octets_free(struct tug_octets *o);

/* ---- files ------------------------------------------------------------------------------------------------- */

/** Largest file read, and largest address span of an Intel HEX file, octets. */
#define TUG_FILE_MAX 0x4000000u

/** What a file held. Released by tug_file_free(). */
struct tug_file {
	struct tug_octets data; /**< octets from the lowest to the highest address; gaps of Intel HEX are 0xff */
	bool is_hex;            /**< was Intel HEX */
	bool has_addr;          /**< `addr` is known (Intel HEX) */
	uint32_t addr;          /**< address of the first octet */
	uint32_t hole;          /**< octets of the longest gap between two records of Intel HEX, 0 = none */
};

/** Release what a tug_file holds and empty it. */
void tug_file_free(struct tug_file *f);

/**
 * Read any file; Intel HEX (by name .hex, or by content) is decoded.
 * Errors: TUG_EFILE, TUG_EACCESS, TUG_ETOOBIG, TUG_ETRUNC (empty), TUG_ECRC or TUG_EINVAL (broken Intel HEX, with
 * the line).
 */
int tug_file_read(const char *path, struct tug_file *f, char *why);

/** Read any file as it is; an empty one is fine. Errors: TUG_EFILE, TUG_EACCESS, TUG_ETOOBIG. */
int tug_file_read_raw(const char *path, struct tug_octets *out, char *why);

/**
 * Is this one whole MCUboot image? Says what it is when not: package, ELF, UF2, unsigned binary, whole-flash
 * file, text, cut off, erased. `name` is used in the sentence.
 * Errors: TUG_EPACKAGE, TUG_EMAGIC, TUG_ETRUNC, TUG_EHDR, TUG_ETLV, TUG_EERASED, TUG_EHASH (digest wrong, not for
 * encrypted images), TUG_ENOHASH.
 */
int tug_file_check_image(const struct tug_file *f, const char *name, char *why);

/** tug_file_read and tug_file_check_image in one: a file ready to be sent to a device. */
int tug_file_load_image(const char *path, struct tug_file *f, char *why);

/** Kinds of content for tug_file_write. */
enum tug_file_mode {
	TUG_FILE_PUBLIC = 0,    /**< readable as the umask allows */
	TUG_FILE_SECRET = 1,    /**< readable by the owner only (keys); refuses to replace a file */
};

/**
 * Write a file so that it is either whole or not there: temporary file beside it, rename (keys: on the disk first). A target that is
 * not a regular file (a pipe, /dev/stdout) is written directly.
 * Errors: TUG_EFILE, TUG_EACCESS, TUG_EDISKFULL, TUG_ESTATE (TUG_FILE_SECRET and the file exists).
 */
int tug_file_write(const char *path, struct tug_slice data, enum tug_file_mode mode, char *why);

/** True when `path` ends in .hex, any case. */
bool tug_path_is_hex(const char *path);

/** Decode Intel HEX text. Errors: TUG_EINVAL, TUG_ECRC, TUG_ETOOBIG, TUG_ETRUNC (no end record or no data). */
int tug_ihex_parse(struct tug_slice text, struct tug_file *out, char *why);

/** A run of octets at an address. */
struct tug_ihex_part {
	uint32_t addr;          /**< first address */
	struct tug_slice data;  /**< borrows */
};

/**
 * Encode parts (ascending, not overlapping) as Intel HEX, 16 octets a line.
 * Errors: TUG_EINVAL (order), TUG_ERANGE (beyond 32 bits), TUG_ENOSPACE.
 */
int tug_ihex_format(const struct tug_ihex_part *parts, size_t n, struct tug_octets *out, char *why);

/* ---- keys -------------------------------------------------------------------------------------------------- */

/** A private or public key. Released by tug_key_free(). */
struct tug_key;

/**
 * Asked for the passphrase of `path`: writes at most `cap` characters without terminator, result = characters,
 * or negative to give up.
 */
typedef int (*tug_passphrase_fn)(void *ctx, const char *path, char *buf, size_t cap);

/** Key type by imgtool's name: rsa-2048, rsa-3072, ecdsa-p256, ecdsa-p384, ed25519. TUG_SIG_NONE = unknown. */
enum tug_sig_alg tug_key_type_of(const char *name);
/** imgtool's name of a key type; "none" for TUG_SIG_NONE. */
const char *tug_key_type_name(enum tug_sig_alg type);

/** Make a new private key. Errors: TUG_EINVAL (type), TUG_ECRYPTO. */
int tug_key_generate(enum tug_sig_alg type, struct tug_key **out, char *why);

/**
 * Load a private or public key from PEM. `ask` may be NULL: encrypted keys are then refused with TUG_EACCESS.
 * Errors: TUG_EFILE, TUG_EACCESS, TUG_ECRYPTO (not PEM, wrong passphrase, type not supported).
 */
int tug_key_load(const char *path, tug_passphrase_fn ask, void *ctx, struct tug_key **out, char *why);

/** As tug_key_load, from text in memory; `name` is used in the sentence. */
int tug_key_parse(struct tug_slice pem, const char *name, tug_passphrase_fn ask, void *ctx, struct tug_key **out,
		  char *why);

/**
 * As tug_key_load, but encryption keys (X25519) are taken too. A path that begins with "pkcs11:" is a URI for OpenSSL's
 * PKCS#11 provider, which the system's openssl.cnf must load.
 */
int tug_key_load_any(const char *path, tug_passphrase_fn ask, void *ctx, struct tug_key **out, char *why);
/** As tug_key_parse, but encryption keys (X25519) are taken too. */
int tug_key_parse_any(struct tug_slice pem, const char *name, tug_passphrase_fn ask, void *ctx, struct tug_key **out,
		      char *why);
/** Make a new private key by imgtool's name of its type, x25519 included. Errors: TUG_EINVAL (type), TUG_ECRYPTO. */
int tug_key_make(const char *type_name, struct tug_key **out, char *why);

/** Release a key; NULL is fine. */
void tug_key_free(struct tug_key *key);

/** Signature scheme of the key; TUG_SIG_NONE for X25519. */
enum tug_sig_alg tug_key_type(const struct tug_key *key);
/** True for an X25519 key: it encrypts and cannot sign. */
bool tug_key_is_x25519(const struct tug_key *key);
/** imgtool's name of the key's type, x25519 included. */
const char *tug_key_name(const struct tug_key *key);
/** True when the key can sign. */
bool tug_key_is_private(const struct tug_key *key);
/** Public key DER as MCUboot embeds it. Borrows from the key. */
struct tug_slice tug_key_public_der(const struct tug_key *key);
/** Digest of the public DER, as a KEYHASH TLV holds it. Errors: TUG_ECRYPTO. */
int tug_key_hash(const struct tug_key *key, enum tug_hash_alg alg, uint8_t out[TUG_HASH_MAX]);

/** Private key as PKCS#8 PEM, encrypted when `passphrase` is not NULL. Errors: TUG_EINVAL (public only), TUG_ECRYPTO. */
int tug_key_private_pem(const struct tug_key *key, const char *passphrase, struct tug_octets *out, char *why);

/** Forms of a public key. */
enum tug_pub_form {
	TUG_PUB_LANG_C = 0, /**< C array, as a bootloader compiles it in */
	TUG_PUB_PEM = 1,    /**< SubjectPublicKeyInfo PEM */
	TUG_PUB_RAW = 2,    /**< DER octets */
	TUG_PUB_HEX = 3,    /**< DER as hex text, one line */
	TUG_PUB_LANG_RUST = 4, /**< Rust array */
	TUG_PUB_HASH_C = 5,    /**< SHA-256 of the DER as a C array: imgtool's getpubhash */
	TUG_PUB_HASH_RAW = 6,  /**< SHA-256 of the DER, 32 octets */
};

/**
 * Public key in one of the forms; `suffix` (may be "") is appended to the array's name.
 * Errors: TUG_EINVAL (suffix), TUG_ECRYPTO, TUG_ENOSPACE.
 */
int tug_key_public(const struct tug_key *key, enum tug_pub_form form, const char *suffix, struct tug_octets *out,
		   char *why);

/** Forms of a private key's DER. */
enum tug_priv_form {
	TUG_PRIV_DEFAULT = 0, /**< what MCUboot reads: PKCS#1 for RSA, PKCS#8 else */
	TUG_PRIV_OPENSSL = 1, /**< the type's own: PKCS#1, SEC 1 */
	TUG_PRIV_PKCS8 = 2,   /**< PKCS#8 */
};

/**
 * The private key as the DER a bootloader decrypts with, in TUG_PRIV_DEFAULT: what `key` of struct tug_image_enc is with the
 * OpenSSL port. Secret; released by the caller with tug_octets_free(), which wipes it.
 * Errors: TUG_EINVAL (public key, Ed25519), TUG_ECRYPTO (inside an HSM: cannot be read out), TUG_ENOSPACE; `out` then stays as
 * it was. Source: docs/image.md, encryption.
 */
int tug_key_private_der(const struct tug_key *key, struct tug_octets *out, char *why);

/**
 * The private key as the C array `enc_priv_key` that a bootloader decrypts with. `minimal` leaves out what can be
 * computed: RSA keeps N, E, D, P, Q; EC drops the public point; X25519 has nothing to leave out.
 * Errors: TUG_EINVAL (public key, Ed25519, form the type does not have), TUG_ECRYPTO, TUG_ENOSPACE.
 */
int tug_key_private_c(const struct tug_key *key, enum tug_priv_form form, bool minimal, struct tug_octets *out, char *why);

/* ---- signing ----------------------------------------------------------------------------------------------- */

/** Another image that must be there in at least this version. */
struct tug_dependency {
	uint8_t image;              /**< image number */
	struct tug_version version; /**< least version; its build number is stored and compared by nobody */
};

/** A TLV of the vendor range for the protected area. */
struct tug_custom_tlv {
	uint16_t type;          /**< 0x00a0..0xfffe, not one of enum tug_tlv_type */
	struct tug_slice value; /**< borrows */
};

/** What wraps the key of an encrypted image, or opens it. All zero = none. */
struct tug_enc_key {
	const struct tug_key *key; /**< x25519, ecdsa-p256 or rsa-2048, public to encrypt, private to decrypt; NULL = `kek`; borrows */
	struct tug_slice kek;      /**< key encryption key of AES key wrap, 16 or 32 octets, secret; borrows */
};

/** Octets of the longest key encryption key. */
#define TUG_KEK_MAX 32u

/**
 * Read a key encryption key: a regular file of 16 or 32 octets, or base64 of them. Result: TUG_OK, TUG_MORE (a key in PEM,
 * a pkcs11: URI, or a pipe: use tug_key_load_any). Errors: TUG_EFILE, TUG_EACCESS, TUG_ETOOBIG, TUG_ECRYPTO (no key at all).
 */
int tug_kek_load(const char *path, uint8_t kek[TUG_KEK_MAX], size_t *len, char *why);

/** What to write instead of an image, for signing elsewhere. */
enum tug_sign_vector {
	TUG_VECTOR_NONE = 0,    /**< the image */
	TUG_VECTOR_PAYLOAD = 1, /**< header, payload and protected area: what is hashed */
	TUG_VECTOR_DIGEST = 2,  /**< the digest of it */
};

/** How the payload is compressed. */
enum tug_compression {
	TUG_COMPRESS_NONE = 0,      /**< not at all */
	TUG_COMPRESS_LZMA2 = 1,     /**< LZMA2 */
	TUG_COMPRESS_LZMA2_ARM = 2, /**< LZMA2 behind the ARM-Thumb branch filter: imgtool's lzma2armthumb */
};

/** How to sign; field names as imgtool's options. Start from tug_sign_defaults(). */
struct tug_sign_options {
	const struct tug_key *key;   /**< NULL = digest only; borrows */
	struct tug_version version;  /**< of the image */
	uint32_t header_size;        /**< octets, 32..65535 */
	bool pad_header;             /**< put the header in front; else the input brings the zeroed room */
	uint32_t slot_size;          /**< octets; 0 = no check, and no padding possible */
	uint8_t align;               /**< write unit: 1, 2, 4, 8, 16, 32 */
	uint8_t max_align;           /**< 8, 16, 32; 0 = the larger of 8 and align */
	uint16_t max_sectors;        /**< for the size of the trailer */
	bool overwrite_only;         /**< small trailer; no image_ok */
	bool pad;                    /**< fill to slot_size, magic at the end */
	bool test;                   /**< = pad */
	bool confirm;                /**< = pad, image_ok set */
	uint8_t erased;              /**< 0xff or 0 */
	bool pad_sig;                /**< zeros after a short ECDSA signature */
	bool full_pubkey;            /**< PUBKEY instead of KEYHASH */
	bool pure;                   /**< Ed25519 over the image */
	int hash;                    /**< enum tug_hash_alg, -1 = as the key wants */
	uint32_t load_addr;          /**< RAM_LOAD when not 0 */
	uint32_t rom_fixed;          /**< ROM_FIXED when not 0 */
	bool non_bootable;           /**< flag NON_BOOTABLE */
	bool has_sec_cnt;            /**< write SEC_CNT */
	uint32_t sec_cnt;            /**< its value */
	bool has_hex_addr;           /**< `hex_addr` given */
	uint32_t hex_addr;           /**< address of the output when it is Intel HEX */
	bool big_endian;             /**< header and TLVs big-endian */
	const char *boot_record;     /**< software type of the BOOT_RECORD, at most 12 characters; NULL = none; borrows */
	const struct tug_dependency *deps; /**< [n_deps], borrows */
	size_t n_deps;               /**< dependencies */
	const uint8_t *vid;          /**< [16] vendor UUID, NULL = none; borrows */
	const uint8_t *cid;          /**< [16] class UUID, NULL = none; borrows */
	const struct tug_custom_tlv *custom; /**< [n_custom], borrows */
	size_t n_custom;             /**< custom TLVs */
	struct tug_slice fix_sig;    /**< a signature made elsewhere, used as it is once it verified; empty = sign with `key` */
	const struct tug_key *fix_sig_key; /**< the key it was made with, public is enough; also chooses the digest of a vector */
	enum tug_sign_vector vector; /**< write this instead of the image */
	enum tug_boot_mode mode;     /**< hold the size against this mode too; TUG_MODE_UNKNOWN = the trailer alone */
	uint32_t sector_size;        /**< octets, for the swap modes; 0 = 4096 */
	enum tug_compression compression; /**< of the payload, where it makes the image smaller */
	struct tug_enc_key enc;      /**< encrypt the payload for this key; all zero = not encrypted */
	uint16_t enc_keylen;         /**< bits of the image's key: 128, 256; 0 = 128, or those of enc.kek */
	uint16_t enc_hmac;           /**< bits of the HMAC of x25519 keys: 256, 512; 0 = 256 */
	bool enc_clear;              /**< flag and wrapped key, payload as it is: for the primary slot */
	bool save_enctlv;            /**< the bootloader keeps wrapped keys in the trailer, which makes it larger */
};

/** imgtool's defaults: align 1, 128 sectors, erased 0xff, digest as the key wants, header size 32. */
struct tug_sign_options tug_sign_defaults(void);

/** Octets imgtool reserves at the end of the slot for these options. */
uint32_t tug_sign_trailer_size(const struct tug_sign_options *o);

/** What was made. Plain values. */
struct tug_sign_result {
	uint8_t digest[TUG_HASH_MAX]; /**< of the image */
	size_t digest_len;            /**< octets */
	uint8_t sig[512];             /**< the signature as its TLV holds it */
	size_t sig_len;               /**< octets, 0 = unsigned */
	uint32_t len;                 /**< octets of the image (of the vector), padding not counted */
	uint32_t plain_len;           /**< payload octets before compression, 0 = compression was not asked for */
	uint32_t packed_len;          /**< what they became, 0 = nothing was gained and the image is not compressed */
};

/**
 * "(1,1.2.3+4), (2, 0.9)" to out[cap]. Errors: TUG_EINVAL (form, number above 255, version), TUG_ENOSPACE (too many).
 */
int tug_sign_parse_deps(const char *text, struct tug_dependency *out, size_t cap, size_t *n, char *why);

/**
 * A UUID: 32 hex digits with or without dashes, else UUIDv5 of the text in the name space `space` [16]; NULL = there
 * is none and a name is refused. Errors: TUG_EINVAL, TUG_ECRYPTO.
 */
int tug_sign_parse_uuid(const char *text, const uint8_t *space, uint8_t out[16], char *why);
/** Name space of vendor UUIDs: DNS, 16 octets. */
const uint8_t *tug_uuid_dns(void);

/**
 * Type and value of a custom TLV as imgtool takes them: a number; "0x" and pairs of hex digits, or text.
 * `value` is released by the caller. Errors: TUG_EINVAL, TUG_ENOSPACE.
 */
int tug_sign_parse_custom(const char *type, const char *text, uint16_t *out, struct tug_octets *value, char *why);
/** The type alone. Errors: TUG_EINVAL (no number, outside the vendor range, a type that has a meaning). */
int tug_sign_parse_custom_type(const char *type, uint16_t *out, char *why);

/** "auto" (major, minor, revision as 8, 8, 16 bits) or a number, 0b, 0o and 0x too. Errors: TUG_EINVAL. */
int tug_sign_parse_counter(const char *text, const struct tug_version *v, uint32_t *out, char *why);

/**
 * What a signer should know of an image of `len` octets that is fine by imgtool's rules and may still never run:
 * one sentence into `note` [TUG_WHY_CAP], empty when there is nothing.
 */
void tug_sign_note(const struct tug_sign_options *o, uint32_t len, char *note);

/**
 * Make a signed image of `in`, not padded; verified before it is handed out. Octet for octet what imgtool makes
 * (RSA and ECDSA signatures differ in their random part).
 * Errors: TUG_EINVAL (options or input), TUG_EIMGSIZE (does not fit slot_size), TUG_ECRYPTO.
 */
int tug_sign(const struct tug_file *in, const struct tug_sign_options *o, struct tug_file *out, char *why);

/** Pad a signed image to slot_size as `o` says; nothing when it does not ask for it. Errors: TUG_EINVAL, TUG_EIMGSIZE. */
int tug_sign_pad(struct tug_file *image, const struct tug_sign_options *o, char *why);

/**
 * Write a signed, not padded image, Intel HEX or binary by the name, padded as `o` says. Padding in Intel HEX is
 * image_ok and magic only, without fill. Errors: those of tug_file_write, TUG_EINVAL, TUG_EIMGSIZE.
 */
int tug_sign_save(const char *path, const struct tug_file *image, const struct tug_sign_options *o, char *why);

/** Read, sign and write in one. Errors: those of the three. */
int tug_sign_file(const char *in, const char *out, const struct tug_sign_options *o, char *why);
/**
 * As tug_sign_file, and tell what was made; `res` may be NULL. Binary to binary goes through in pieces: memory does not
 * grow with the image, pure signatures aside. Needs: blocks on the disk.
 */
int tug_sign_path(const char *in, const char *out, const struct tug_sign_options *o, struct tug_sign_result *res, char *why);

/**
 * Does the image verify? With `key` NULL its digest alone is checked, else its signature by that key.
 * Errors: TUG_EHASH, TUG_ENOHASH, TUG_ENOSIG, TUG_ENOKEY (signed by another key), TUG_ESIG, those of tug_image_open.
 */
int tug_file_verify(const struct tug_file *f, const struct tug_key *key, const char *name, char *why);

/** What tug_verify_path found in an image that verifies. */
struct tug_verify_result {
	struct tug_version version;   /**< of the image */
	uint8_t digest[TUG_HASH_MAX]; /**< its digest */
	size_t digest_len;            /**< octets, 0 = none (pure signature) */
	bool pure;                    /**< the signature is over the image itself */
	bool big_endian;              /**< header and TLVs are big-endian */
	uint16_t enc_tlv;             /**< TLV whose key opened the payload, 0 = it is in the clear */
	uint32_t plain_len;           /**< octets of what it decompresses to, which verifies too; 0 = not compressed, or big-endian */
};

/**
 * Open, name what it is when it is no image, verify: tug_file_check_image and tug_file_verify in one pass over the file,
 * which for a binary is read in pieces. `res` may be NULL. Errors: those of both.
 */
int tug_verify_path(const char *path, const struct tug_key *key, struct tug_verify_result *res, char *why);

/**
 * As tug_verify_path, of an image that may be encrypted: digest and signature are of the plain text, which `enc` opens.
 * One whose payload is in the clear verifies as it is. `enc` NULL = tug_verify_path. Errors: also those of tug_decrypt_path.
 */
int tug_verify_encrypted(const char *path, const struct tug_key *key, const struct tug_enc_key *enc, struct tug_verify_result *res,
			 char *why);

/* ---- decryption -------------------------------------------------------------------------------------------- */

/** What tug_decrypt_path writes. */
enum tug_decrypt_form {
	/** The whole file with the payload in the clear: what --clear makes, digest and signature are right as it is. */
	TUG_DECRYPT_IMAGE = 0,
	TUG_DECRYPT_PAYLOAD = 1, /**< the payload alone, with the zeros that encryption put behind it */
};

/** What was decrypted. */
struct tug_decrypt_result {
	struct tug_version version; /**< of the image */
	uint16_t tlv;               /**< type of the TLV that held the key: TUG_TLV_ENC_* */
	uint16_t key_bits;          /**< of the image's key: 128, 256 */
	uint32_t payload_len;       /**< octets */
};

/**
 * Decrypt `in` with the private half of the key it was encrypted for. `out` appears when the digest matches the plain text,
 * else not at all. Binary to binary goes through in pieces. `res` may be NULL.
 * Errors: TUG_EINVAL (public key, no such kind), TUG_ENOKEY (another key), TUG_ESTATE (nothing is encrypted), TUG_EHASH,
 * TUG_ENOHASH, TUG_ETLV, TUG_ECRYPTO (key inside an HSM), those of tug_file_check_image and tug_file_write.
 */
int tug_decrypt_path(const char *in, const char *out, const struct tug_enc_key *key, enum tug_decrypt_form form,
		     struct tug_decrypt_result *res, char *why);

/* ---- description ------------------------------------------------------------------------------------------- */

/** TLVs described at most; more are counted only. */
#define TUG_INFO_TLVS 128u

/** A parsed image. Plain values; offsets are relative to the image's start. */
struct tug_image_info {
	size_t file_len;              /**< octets of the file */
	bool has_addr;                /**< came from Intel HEX */
	uint32_t addr;                /**< address of its first octet */
	struct tug_image_hdr hdr;     /**< header */
	uint32_t prot_off;            /**< protected area, = unprot_off when none */
	uint32_t unprot_off;          /**< unprotected area */
	uint32_t total;               /**< header + payload + TLVs */
	unsigned n_tlvs;              /**< TLVs found */
	struct tug_tlv tlvs[TUG_INFO_TLVS]; /**< the first of them, in file order */
	size_t digest_len;            /**< 0 = no digest TLV */
	uint8_t digest[TUG_HASH_MAX]; /**< digest TLV: what an image list shows as hash */
	bool digest_ok;               /**< equals the computed one (false for encrypted payloads) */
	uint16_t sig_type;            /**< TLV type of the first signature, 0 = unsigned */
	bool pure;                    /**< SIG_PURE present */
	bool big_endian;              /**< header and TLVs are big-endian */
	bool encrypted;               /**< payload flagged as encrypted */
	uint16_t enc_tlv;             /**< TLV type of the first wrapped key, 0 = none */
	size_t keyhash_len;           /**< 0 = no KEYHASH */
	uint8_t keyhash[TUG_HASH_MAX]; /**< which key signed it */
	uint8_t trailer_align;        /**< 8, 16, 32 when a trailer magic ends the file, else 0 */
	struct tug_trailer trailer;   /**< valid when trailer_align != 0 */
};

/** Parse a file that tug_image_open accepts. Errors: those of tug_image_open, TUG_ETLV. */
int tug_image_info_read(const struct tug_file *f, struct tug_image_info *info, char *why);

/** Name of a TLV type ("SHA256"), "vendor" in the vendor range, "unknown" else. */
const char *tug_tlv_type_name(uint16_t type);

/** Names of flags set, joined by '|', "none" when 0; NUL-terminated in `out`, cut to `cap`. */
void tug_image_flags_text(uint32_t flags, char *out, size_t cap);

/** The description for people, as text. `name` is the file's. Errors: TUG_ENOSPACE. */
int tug_image_info_text(const struct tug_image_info *info, const struct tug_file *f, const char *name,
			struct tug_octets *out);

/** The byte map: one row per part with offsets, drawn to scale. Errors: TUG_ENOSPACE. */
int tug_image_info_map(const struct tug_image_info *info, struct tug_octets *out);

#ifdef __cplusplus
}
#endif
#endif
