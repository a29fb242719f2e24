/* SPDX-License-Identifier: Apache-2.0
 *
 * MCUboot's image container: header, TLV areas, digest, signature. One reader for a file, a
 * slot and a test: everything is read through a callback at an offset.
 */
#ifndef TUG_IMAGE_H
#define TUG_IMAGE_H

#include <tug/base.h>
#include <tug/port/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Octets behind an offset: a file, a slot, an array. */
struct tug_io {
	/** Read exactly `len` octets at `off`. TUG_OK or a port error; TUG_ETRUNC past the end. */
	int (*read_at)(void *ctx, uint32_t off, void *dst, size_t len);
	/** Program octets at `off` (aligned to write_size). NULL = read only. */
	int (*write_at)(void *ctx, uint32_t off, const void *src, size_t len);
	void *ctx;          /**< passed to both */
	uint32_t size;      /**< octets: file length or slot size */
	uint8_t write_size; /**< write unit of the medium, 1 for a file */
	uint8_t erased;     /**< value of an erased octet */
};

/** A read-only io over octets in memory; `data` is borrowed while the io is used. */
struct tug_io tug_io_of_slice(const struct tug_slice *data);

/** Header magic, little-endian on the medium. */
#define TUG_IMAGE_MAGIC 0x96f3b83du
/** Octets of the header that are used. */
#define TUG_IMAGE_HDR_LEN 32u

/** ih_flags. */
enum tug_image_flag {
	TUG_IMG_F_PIC = 0x1,              /**< defined, unsupported, ignored */
	TUG_IMG_F_ENC_AES128 = 0x4,       /**< payload encrypted, AES-128-CTR */
	TUG_IMG_F_ENC_AES256 = 0x8,       /**< payload encrypted, AES-256-CTR */
	TUG_IMG_F_NON_BOOTABLE = 0x10,    /**< never booted */
	TUG_IMG_F_RAM_LOAD = 0x20,        /**< copied to ih_load_addr first */
	TUG_IMG_F_ROM_FIXED = 0x100,      /**< runs at ih_load_addr only */
	TUG_IMG_F_LZMA1 = 0x200,          /**< compressed, LZMA1 */
	TUG_IMG_F_LZMA2 = 0x400,          /**< compressed, LZMA2 */
	TUG_IMG_F_ARM_THUMB = 0x800,      /**< ARM-Thumb filter before LZMA2 */
};

/** Version of an image. */
struct tug_version {
	uint8_t major;     /**< 0..255 */
	uint8_t minor;     /**< 0..255 */
	uint16_t revision; /**< 0..65535 */
	uint32_t build;    /**< build number; not compared unless asked */
};

/** Largest text of a version with terminator: "255.255.65535.4294967295". */
#define TUG_VERSION_TEXT 32u

/** <0, 0, >0 as a is older, equal, newer; the build number counts only with `with_build`. */
int tug_version_cmp(const struct tug_version *a, const struct tug_version *b, bool with_build);

/** Parse "maj[.min[.rev[+build]]]" (also ".build" as SMP lists print it). Errors: TUG_EVERSTR. */
int tug_version_parse(struct tug_slice text, struct tug_version *out);

/** Write "maj.min.rev" and, when build is not 0, `sep` and the build; NUL-terminated. Result: characters. */
size_t tug_version_format(const struct tug_version *v, char sep, char out[TUG_VERSION_TEXT]);

/** Image header, fields of MCUboot's struct image_header. */
struct tug_image_hdr {
	uint32_t magic;            /**< TUG_IMAGE_MAGIC */
	uint32_t load_addr;        /**< RAM or ROM address, see flags */
	uint16_t hdr_size;         /**< offset of the payload, octets */
	uint16_t protect_tlv_size; /**< protected TLV area incl. its info, 0 = none */
	uint32_t img_size;         /**< payload octets */
	uint32_t flags;            /**< enum tug_image_flag */
	struct tug_version version; /**< version of the image */
};

/** Decode 32 octets. Nothing is checked. Source: docs/image.md, header. */
void tug_image_hdr_decode(const uint8_t in[TUG_IMAGE_HDR_LEN], struct tug_image_hdr *h);
/** Encode 32 octets. */
void tug_image_hdr_encode(const struct tug_image_hdr *h, uint8_t out[TUG_IMAGE_HDR_LEN]);

/** Features a reader supports; images that need others are refused with TUG_EFLAGS. */
#define TUG_IMG_CAN_ENCRYPTED 0x1u
/** See TUG_IMG_CAN_ENCRYPTED. */
#define TUG_IMG_CAN_COMPRESSED 0x2u

/** An opened image: where its parts lie. Keeps `io` and `base` until dropped. */
struct tug_image {
	const struct tug_io *io;   /**< medium */
	uint32_t base;             /**< offset of the header on the medium */
	struct tug_image_hdr hdr;  /**< decoded header */
	uint32_t prot_off;         /**< start of the protected area, relative to base; = unprot_off when none */
	uint32_t unprot_off;       /**< start of the unprotected area, relative to base */
	uint32_t total;            /**< header + payload + all TLV areas, octets */
};

/**
 * Open the image at `base`: header valid, both TLV infos consistent and inside the medium.
 * Errors: TUG_EERASED (magic octets all erased), TUG_EMAGIC, TUG_EHDR, TUG_EFLAGS, TUG_ETLV, TUG_ETRUNC (the
 * image reaches past the medium: the file is cut off or the slot too small), io errors. `can` = TUG_IMG_CAN_*.
 */
int tug_image_open(struct tug_image *img, const struct tug_io *io, uint32_t base, uint32_t can);

/** As tug_image_open, header only (TLVs not read): total = header + payload + protected. */
int tug_image_open_hdr(struct tug_image *img, const struct tug_io *io, uint32_t base, uint32_t can);

/** TLV types. */
enum tug_tlv_type {
	TUG_TLV_KEYHASH = 0x01,      /**< digest of the public key */
	TUG_TLV_PUBKEY = 0x02,       /**< whole public key */
	TUG_TLV_SHA256 = 0x10,       /**< digest */
	TUG_TLV_SHA384 = 0x11,       /**< digest */
	TUG_TLV_SHA512 = 0x12,       /**< digest */
	TUG_TLV_RSA2048_PSS = 0x20,  /**< signature */
	TUG_TLV_ECDSA_SIG = 0x22,    /**< signature */
	TUG_TLV_RSA3072_PSS = 0x23,  /**< signature */
	TUG_TLV_ED25519 = 0x24,      /**< signature */
	TUG_TLV_SIG_PURE = 0x25,     /**< 1: signature is over the image */
	TUG_TLV_ENC_RSA2048 = 0x30,  /**< wrapped image key */
	TUG_TLV_ENC_KW = 0x31,       /**< wrapped image key */
	TUG_TLV_ENC_EC256 = 0x32,    /**< wrapped image key */
	TUG_TLV_ENC_X25519 = 0x33,   /**< wrapped image key */
	TUG_TLV_ENC_X25519_512 = 0x34, /**< wrapped image key */
	TUG_TLV_DEPENDENCY = 0x40,   /**< needs another image's version */
	TUG_TLV_SEC_CNT = 0x50,      /**< security counter */
	TUG_TLV_BOOT_RECORD = 0x60,  /**< measured boot record */
	TUG_TLV_DECOMP_SIZE = 0x70,  /**< payload size after decompression */
	TUG_TLV_DECOMP_SHA = 0x71,   /**< digest after decompression */
	TUG_TLV_DECOMP_SIG = 0x72,   /**< signature after decompression */
	TUG_TLV_COMP_DEC_SIZE = 0x73, /**< compressed size before padding */
	TUG_TLV_UUID_VID = 0x74,     /**< vendor UUID */
	TUG_TLV_UUID_CID = 0x75,     /**< class UUID */
};

/** Magic of a protected TLV area. */
#define TUG_TLV_PROT_MAGIC 0x6908u
/** Magic of the unprotected TLV area. */
#define TUG_TLV_MAGIC 0x6907u

/** One TLV: where its value lies. */
struct tug_tlv {
	uint16_t type;  /**< enum tug_tlv_type or vendor */
	uint16_t len;   /**< octets of the value */
	uint32_t off;   /**< offset of the value, relative to the image's base */
	bool prot;      /**< lies in the protected area */
};

/** Walk over TLVs. */
struct tug_tlv_it {
	const struct tug_image *img; /**< borrows */
	uint32_t off;                /**< next entry */
	uint16_t type;               /**< only this type; 0xffff = any */
	bool prot_only;              /**< stop at the end of the protected area */
};

/** Begin a walk; `type` 0xffff = all. */
void tug_tlv_begin(struct tug_tlv_it *it, const struct tug_image *img, uint16_t type, bool prot_only);
/** Next TLV. Result: 1 = filled, 0 = end, TUG_ETLV = entry runs out of its area or has type 0 or 0xffff, io errors. */
int tug_tlv_next(struct tug_tlv_it *it, struct tug_tlv *tlv);
/** Read a TLV's value into dst[tlv->len]. Errors: TUG_ENOSPACE when cap < len, io errors. */
int tug_tlv_read(const struct tug_image *img, const struct tug_tlv *tlv, void *dst, size_t cap);

/** The image's digest TLV (SHA-256, 384 or 512, the first found): fills `out`, `*len`. Errors: TUG_ENOHASH, TUG_ETLV. */
int tug_image_digest(const struct tug_image *img, uint8_t out[TUG_HASH_MAX], size_t *len);

/** Digest of [0, header + payload + protected area) computed from the medium. `scratch` = work space, 64 octets or more. */
int tug_image_hash(const struct tug_image *img, const struct tug_crypto *c, enum tug_hash_alg alg,
		   struct tug_buf scratch, uint8_t *out);

/** A public key the verifier trusts: DER as MCUboot embeds it. */
struct tug_pubkey {
	struct tug_slice der; /**< borrows */
};

/** What a verifier demands. */
struct tug_verify_policy {
	enum tug_sig_alg sig;          /**< scheme, TUG_SIG_NONE = digest only */
	enum tug_hash_alg hash;        /**< digest the bootloader expects */
	const struct tug_pubkey *keys; /**< [n_keys] */
	uint8_t n_keys;                /**< keys; 0 with sig != NONE fails with TUG_ENOKEY */
	bool pure;                     /**< Ed25519 over the image itself */
	uint32_t max_size;             /**< largest total size accepted, 0 = no limit */
};

/** Two-value hardened verdict: neither value is 0 nor the other's neighbour. */
enum tug_verdict {
	TUG_VERDICT_GOOD = 0x1AAAAAAA, /**< verifies */
	TUG_VERDICT_BAD = 0x15555555,  /**< does not */
};

/**
 * Verify an opened image against `policy`. `scratch` = work space, at least 512 octets; a pure signature needs
 * room for its message too (header, payload, protected area and 64 octets), else TUG_ENOSPACE.
 * A key is named by its whole digest or its whole DER before its signature; a KEYHASH that is shorter names none.
 * Result: TUG_VERDICT_GOOD only when every check passed. `*why` (may be NULL) = TUG_OK, or the first
 * reason: TUG_ENOHASH, TUG_EHASH, TUG_ENOSIG, TUG_ENOKEY, TUG_ESIG, TUG_ETLV, TUG_EIMGSIZE, io and crypto errors.
 * Source: docs/image.md, what is hashed and signed.
 */
enum tug_verdict tug_image_verify(const struct tug_image *img, const struct tug_crypto *c,
				  const struct tug_verify_policy *policy, struct tug_buf scratch, int *why);

#ifdef __cplusplus
}
#endif
#endif
