/* SPDX-License-Identifier: Apache-2.0
 *
 * Port contract: digests, signature checks and, apart, what encrypted images need. Tables of functions, so that one
 * process can hold several (a real library, a hash-only one for power-cut sweeps).
 */
#ifndef TUG_PORT_CRYPTO_H
#define TUG_PORT_CRYPTO_H

#include <tug/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Digest algorithms. */
enum tug_hash_alg {
	TUG_SHA256 = 0, /**< 32 octets */
	TUG_SHA384 = 1, /**< 48 octets */
	TUG_SHA512 = 2, /**< 64 octets */
};

/** Largest digest, octets. */
#define TUG_HASH_MAX 64u

/** Octets of a digest. */
static inline size_t tug_hash_len(enum tug_hash_alg alg)
{
	return alg == TUG_SHA256 ? 32u : alg == TUG_SHA384 ? 48u : 64u;
}

/** Signature schemes. */
enum tug_sig_alg {
	TUG_SIG_NONE = 0,     /**< unsigned images are accepted: digest only */
	TUG_SIG_RSA2048 = 1,  /**< RSASSA-PSS, SHA-256, salt 32 */
	TUG_SIG_RSA3072 = 2,  /**< RSASSA-PSS, SHA-256, salt 32 */
	TUG_SIG_P256 = 3,     /**< ECDSA P-256, DER */
	TUG_SIG_P384 = 4,     /**< ECDSA P-384, DER */
	TUG_SIG_ED25519 = 5,  /**< Ed25519 over the digest octets, or over the image (pure) */
};

/** Storage for a running digest; a port's state must fit (asserted there). */
struct tug_hash_ctx {
	uint64_t opaque[32]; /**< the port's own */
};

/** What a crypto port provides. */
struct tug_crypto {
	/** Start a digest. TUG_OK or TUG_ECRYPTO. */
	int (*hash_init)(struct tug_hash_ctx *c, enum tug_hash_alg alg);
	/** Add octets. */
	int (*hash_update)(struct tug_hash_ctx *c, const void *p, size_t len);
	/** Finish: fills `out` [tug_hash_len(alg)] and frees what the port holds. */
	int (*hash_final)(struct tug_hash_ctx *c, uint8_t *out);
	/** Give up a digest without a result; frees what the port holds. */
	void (*hash_abort)(struct tug_hash_ctx *c);
	/**
	 * Check a signature. `key` = public key DER as MCUboot embeds it (RSAPublicKey PKCS#1, or
	 * SubjectPublicKeyInfo); `msg` = the digest (RSA, ECDSA), or for Ed25519 the message itself.
	 * TUG_OK = verifies, TUG_ESIG = does not, TUG_EFLAGS = scheme not built, TUG_ECRYPTO.
	 */
	int (*verify)(enum tug_sig_alg alg, struct tug_slice key, struct tug_slice msg, struct tug_slice sig);
};

/** Octets of an uncompressed P-256 point: 04, X, Y. */
#define TUG_P256_POINT 65u

/**
 * What encrypted images need on top; a firmware without them leaves it out. A scheme that is not built has NULL.
 * TUG_ENOKEY = the key does not open what was given (a fact about the image), TUG_ECRYPTO = the private key cannot
 * be used or the library failed (says nothing about the image).
 */
struct tug_crypto_enc {
	/** XOR `data` with the AES-CTR stream of `key` (16 or 32 octets) from counter block `counter` on. TUG_ECRYPTO. */
	int (*aes_ctr)(struct tug_slice key, const uint8_t counter[16], uint8_t *data, size_t len);
	/** HMAC with SHA-256 or SHA-512: fills `out` [tug_hash_len(alg)]. TUG_EFLAGS = not built, TUG_ECRYPTO. */
	int (*hmac)(enum tug_hash_alg alg, struct tug_slice key, struct tug_slice msg, uint8_t *out);
	/** x coordinate of private key times `peer`. `key` = PKCS#8 DER. TUG_ENOKEY = `peer` is no point of the curve. */
	int (*ecdh_p256)(struct tug_slice key, const uint8_t peer[TUG_P256_POINT], uint8_t out[32]);
	/** Shared secret of X25519. `key` = PKCS#8 DER. TUG_ENOKEY = it is all zeros. */
	int (*x25519)(struct tug_slice key, const uint8_t peer[32], uint8_t out[32]);
	/**
	 * RSA-OAEP, SHA-256 for hash and MGF1, no label. `key` = PKCS#1 DER, RSA-2048. Fills out->p, out->len; TUG_ENOKEY
	 * when the padding is wrong or the message longer than out->cap: one answer for both, in like time.
	 */
	int (*rsa_oaep)(struct tug_slice key, struct tug_slice in, struct tug_buf *out);
	/** RFC 3394 unwrap with the default IV: fills `out` [in.len - 8]. TUG_ENOKEY = integrity check failed. */
	int (*aes_kw_unwrap)(struct tug_slice kek, struct tug_slice in, uint8_t *out);
};

#ifdef __cplusplus
}
#endif
#endif
