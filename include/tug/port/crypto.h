/* SPDX-License-Identifier: Apache-2.0
 *
 * Port contract: digests and signature checks. A table of functions, so that one process can
 * hold several (a real library, a hash-only one for power-cut sweeps).
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

#ifdef __cplusplus
}
#endif
#endif
