/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how a key is found by a URI of OpenSSL's stores: an HSM through its PKCS#11 provider. Refuses to know which
 * HSM; the system's openssl.cnf says. Called by key.c; blocks as long as the HSM does.
 */
#include <openssl/err.h>
#include <openssl/store.h>
#include <openssl/ui.h>

#include "key_priv.h"

/* The first private key behind the URI, else the first public one. */
static EVP_PKEY *first_key(OSSL_STORE_CTX *store, bool *is_private)
{
	EVP_PKEY *pub = NULL, *key = NULL;

	while (key == NULL && OSSL_STORE_eof(store) == 0) {
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (info == NULL) {
			if (OSSL_STORE_error(store) != 0) {
				break;
			}
			continue;
		}
		if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY) {
			key = OSSL_STORE_INFO_get1_PKEY(info);
		} else if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PUBKEY && pub == NULL) {
			pub = OSSL_STORE_INFO_get1_PUBKEY(info);
		}
		OSSL_STORE_INFO_free(info);
	}
	*is_private = key != NULL;
	if (key != NULL) {
		EVP_PKEY_free(pub);
		return key;
	}
	return pub;
}

int tug_key_from_store(const char *uri, tug_passphrase_fn ask, void *ctx, EVP_PKEY **pkey, bool *is_private, char *why)
{
	struct tug_asking a = { ask, ctx, uri, false, false };
	UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(tug_key_passphrase_cb, 0);
	OSSL_STORE_CTX *store = NULL;

	*pkey = NULL;
	if (ui != NULL) {
		store = OSSL_STORE_open(uri, ui, &a, NULL, NULL);
	}
	if (store != NULL) {
		*pkey = first_key(store, is_private);
		OSSL_STORE_close(store);
	}
	UI_destroy_method(ui);
	ERR_clear_error();
	if (*pkey != NULL) {
		return TUG_OK;
	}
	if (a.asked && !a.gave) {
		return tug_why(why, TUG_EACCESS, "%.200s wants a PIN and none was given; set TUG_PASSPHRASE or give --passphrase-file", uri);
	}
	return tug_why(why, TUG_ECRYPTO,
		       "no key behind %.200s; check the URI and the PIN, and that openssl.cnf loads a pkcs11 provider ('openssl list -providers' "
		       "shows it)", uri);
}
