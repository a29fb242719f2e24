/* SPDX-License-Identifier: Apache-2.0
 *
 * Golden images as annotated text (tests/vectors/image-*.txt): loads them and checks their length and
 * digest. Knows the text form only. For tests of the image format, from any of them.
 */
#ifndef TUG_TEST_IMAGE_VEC_H
#define TUG_TEST_IMAGE_VEC_H

#include <tug/image.h>

/** A golden image, or a key: octets and what its text says about it. */
struct image_vec {
	const char *name;       /**< borrowed */
	uint8_t *data;          /**< exact size, on the heap */
	size_t len;             /**< octets */
	enum tug_sig_alg sig;   /**< scheme that signed it */
	enum tug_hash_alg hash; /**< digest in it */
	char key[16];           /**< name of its key, "" = none */
	bool pure;              /**< signature over the image */
	bool encrypted;         /**< payload flagged as encrypted */
	uint8_t image_key[32];  /**< of its payload, when encrypted */
	uint8_t image_key_len;  /**< octets of it */
	uint8_t align;          /**< max align of its trailer, 0 = no trailer */
	uint8_t erased;         /**< fill of a padded one */
};

/** Load tests/vectors/image-NAME.txt; a mismatch of length or sha256 fails the test. */
void image_vec_load(struct image_vec *v, const char *name);
/** Release what load took. */
void image_vec_free(struct image_vec *v);

/** Names of all golden images without encryption that verify, NULL-terminated. */
extern const char *const image_vec_names[];

#endif
