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

/** Additional information of a head. */
enum tug_cbor_ai {
	TUG_CBOR_FALSE = 20,      /**< of a simple value */
	TUG_CBOR_TRUE = 21,       /**< of a simple value */
	TUG_CBOR_1_OCTET = 24,    /**< the argument follows in one octet */
	TUG_CBOR_8_OCTETS = 27,   /**< the argument follows in eight */
	TUG_CBOR_INDEFINITE = 31, /**< no argument; of a simple value: the break octet */
};

/** First octet of an item and its argument. */
struct tug_cbor_head {
	uint64_t arg;  /**< value, length or count */
	uint8_t major; /**< enum tug_cbor_major */
	uint8_t ai;    /**< additional information */
};

/** Take a head off the front of `in`. Errors: TUG_ETRUNC, TUG_ECBOR (reserved additional information). */
int tug_cbor_head_take(struct tug_slice *in, struct tug_cbor_head *h);

/** Begin a walk over the raw item, a list or map as `major` says. Errors: TUG_ETYPE, CBOR errors. */
int tug_walk_begin(struct tug_slice item, struct tug_list *it, enum tug_cbor_major major);

/** Major type of an item that is at least one octet long. */
static inline uint8_t tug_cbor_major_of(struct tug_slice item)
{
	return item.p[0] >> 5;
}

#endif
