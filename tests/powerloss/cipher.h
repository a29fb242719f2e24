/* SPDX-License-Identifier: Apache-2.0
 *
 * Encryption for the sweeps: a cipher and a key wrap of a few lines each, for the contract's sake and nothing else.
 * They hide nothing; what counts is that every octet of the payload changes and that the key matters.
 */
#ifndef TUG_TEST_CIPHER_H
#define TUG_TEST_CIPHER_H

#include "world.h"

/** Octets that cipher_mark adds to an image. */
#define CIPHER_TLV 28u

/** The world's bootloader opens encrypted images; images placed in its secondary slot are encrypted. */
void cipher_setup(struct world *w);
/** Make an image of image_make an encrypted one (flag, wrapped key, digest), payload still plain. */
void cipher_mark(struct test_image *img, uint8_t seed);
/** True when octets [from, to) of the slot hold a run as payload_old or payload_new make it. */
bool cipher_leaks(const struct world *w, const struct tug_flash_area *a, uint32_t from, uint32_t to);

#endif
