/* SPDX-License-Identifier: Apache-2.0
 *
 * An encrypted image seen as plain text. Only src/imgtool and its unit tests may include it.
 */
#ifndef TUG_DECRYPT_PRIV_H
#define TUG_DECRYPT_PRIV_H

#include <tug/image_enc.h>

#include "order_priv.h"
#include "wrap_priv.h"

/** A file whose payload is decrypted while it is read. */
struct tug_plain {
	struct tug_enc_view view; /**< view.io is what the reader gets; its key is secret */
	uint16_t tlv;             /**< type of the TLV that held the key */
};

/** True when the header says that the payload is encrypted (or may become so). */
bool tug_is_encrypted(const struct tug_image *img);
/**
 * Open the key of `img`, which lies on `raw`, and read its payload with it. Ended by tug_plain_end, also after a failure.
 * Errors: TUG_EINVAL (a public key), TUG_ENOKEY, TUG_ETLV, TUG_ECRYPTO (also a key inside an HSM), io errors.
 */
int tug_plain_begin(struct tug_plain *p, const struct tug_image *img, const struct tug_io *raw, const struct tug_enc_key *key,
		    const char *name, char *why);
/** Release it. */
void tug_plain_end(struct tug_plain *p);

#endif
