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
	enum tug_sig_alg type; /**< TUG_SIG_NONE for X25519 only */
	bool is_private;       /**< can sign */
	uint8_t *der;          /**< public DER, owned, from OpenSSL's allocator */
	size_t der_len;        /**< octets */
};

/** Take over `pkey` (released on failure) as a key; `any` = X25519 too. Errors: TUG_ECRYPTO, TUG_ENOSPACE. */
int tug_key_wrap(EVP_PKEY *pkey, bool is_private, bool any, const char *name, struct tug_key **out, char *why);

/** The C array `name` and its `name`_len; `command` is named as the maker. */
void tug_key_put_c(struct tug_text *t, const char *command, const char *name, struct tug_slice octets);
/** Octets as 0x.., eight a line. */
void tug_key_put_octets(struct tug_text *t, const uint8_t *p, size_t len);

/** Who is asked for passphrases, and what came of it. */
struct tug_asking {
	tug_passphrase_fn ask; /**< may be NULL */
	void *ctx;             /**< passed to ask */
	const char *name;      /**< of the key */
	bool asked;            /**< the library wanted one */
	bool gave;             /**< there was one */
};
/** OpenSSL's pem_password_cb over a struct tug_asking. */
int tug_key_passphrase_cb(char *buf, int size, int rwflag, void *u);
/** Load a key by a URI of an OpenSSL store ("pkcs11:..."). Errors: TUG_ECRYPTO, TUG_EACCESS. */
int tug_key_from_store(const char *uri, tug_passphrase_fn ask, void *ctx, EVP_PKEY **pkey, bool *is_private, char *why);

#endif
