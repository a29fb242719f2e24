/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of this folder share: sentences, growing text, signing with a key. Knows nothing of
 * the command line. Only src/imgtool and its unit tests may include it.
 */
#ifndef TUG_IMGTOOL_PRIV_H
#define TUG_IMGTOOL_PRIV_H

#include <tug/imgtool.h>

/** Largest signature, octets (RSA-3072). */
#define TUG_SIG_MAX 384u

/** Write the sentence into `why` (unless NULL) and return `err`. */
__attribute__((format(printf, 3, 4))) int tug_why(char *why, int err, const char *fmt, ...);

/** Octets that grow. Zero-initialise; ends in tug_text_take or tug_octets_free(&t.o). */
struct tug_text {
	struct tug_octets o; /**< so far */
	size_t cap;          /**< allocated, terminator included */
	bool failed;         /**< out of memory once: stays so */
};

/** Make room for `len` octets more, so that they are not copied while growing. */
void tug_text_room(struct tug_text *t, size_t len);
/** Append octets. */
void tug_text_add(struct tug_text *t, const void *p, size_t len);
/** Append `len` octets of one value. */
void tug_text_fill(struct tug_text *t, uint8_t value, size_t len);
/** Append formatted text. */
__attribute__((format(printf, 2, 3))) void tug_text_addf(struct tug_text *t, const char *fmt, ...);
/** Hand the octets over to `out`. Errors: TUG_ENOSPACE (nothing handed over, all released). */
int tug_text_take(struct tug_text *t, struct tug_octets *out);

/** Sign `msg`: the digest for RSA and ECDSA, the message for Ed25519. `alg` = digest. Errors: TUG_ECRYPTO. */
int tug_key_sign(const struct tug_key *key, enum tug_hash_alg alg, struct tug_slice msg, uint8_t sig[TUG_SIG_MAX],
		 size_t *len);

/** Map errno to a code: TUG_EACCESS, TUG_EDISKFULL or TUG_EFILE. */
int tug_errno_code(int err);

#endif
