/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of src/smp share about CBOR heads. Decides nothing. For this folder only.
 */
#ifndef TUG_SMP_PRIV_H
#define TUG_SMP_PRIV_H

#include <tug/smp_body.h>

/** Major types. */
enum tug_cbor_major {
	TUG_CBOR_UINT = 0,   /**< unsigned integer */
	TUG_CBOR_NINT = 1,   /**< negative integer */
	TUG_CBOR_BSTR = 2,   /**< byte string */
	TUG_CBOR_TSTR = 3,   /**< text string */
	TUG_CBOR_LIST = 4,   /**< list */
	TUG_CBOR_MAP = 5,    /**< map */
	TUG_CBOR_TAG = 6,    /**< tag in front of an item */
	TUG_CBOR_SIMPLE = 7, /**< simple value, float, or the break octet */
};

/** Major type of an item that is at least one octet long. */
static inline uint8_t tug_cbor_major_of(struct tug_slice item)
{
	return item.p[0] >> 5;
}

#endif
