/* SPDX-License-Identifier: Apache-2.0
 *
 * The crypto port over OpenSSL 3, for host programs and tests. Names the table of functions and
 * nothing of OpenSSL itself; allocates inside the library.
 */
#ifndef TUG_PORT_CRYPTO_OPENSSL_H
#define TUG_PORT_CRYPTO_OPENSSL_H

#include <tug/port/crypto.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * SHA-256/384/512; RSA-2048/3072 PSS, ECDSA P-256/P-384 and Ed25519 checks. Thread safe.
 * Errors of its functions: TUG_ESIG, TUG_ECRYPTO (key of another type, library out of memory).
 */
extern const struct tug_crypto tug_crypto_openssl;

/**
 * Everything of struct tug_crypto_enc. Private keys: any DER OpenSSL reads (PKCS#8, or PKCS#1 for RSA and SEC 1 for
 * P-256). Thread safe.
 */
extern const struct tug_crypto_enc tug_crypto_enc_openssl;

#ifdef __cplusplus
}
#endif
#endif
