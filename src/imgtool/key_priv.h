/* SPDX-License-Identifier: Apache-2.0
 *
 * What a key is inside: seen by key.c and key_out.c only, because it names OpenSSL.
 */
#ifndef TUG_KEY_PRIV_H
#define TUG_KEY_PRIV_H

#include <openssl/evp.h>

#include "imgtool_priv.h"

/** A key. */
struct tug_key {
	EVP_PKEY *pkey;        /**< owned */
	enum tug_sig_alg type; /**< never TUG_SIG_NONE */
	bool is_private;       /**< can sign */
	uint8_t *der;          /**< public DER, owned, from OpenSSL's allocator */
	size_t der_len;        /**< octets */
};

#endif
