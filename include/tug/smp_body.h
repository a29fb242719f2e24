/* SPDX-License-Identifier: Apache-2.0
 *
 * CBOR bodies by table: a map is described by its fields; decoding fills an array of values in
 * the order of the fields, whatever the order, definiteness or extra keys on the wire.
 * Errors are sticky in the encoder: check once, at the end. The CBOR library stays inside.
 */
#ifndef TUG_SMP_BODY_H
#define TUG_SMP_BODY_H

#include <tug/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Deepest nesting of maps and lists that is read; deeper is TUG_EDEPTH. */
#define TUG_CBOR_DEPTH 8u
/** Most fields one struct tug_map may have. */
#define TUG_MAP_FIELDS 16u

/** Type of a field on the wire. */
enum tug_type {
	TUG_T_UINT, /**< major 0; value in .u */
	TUG_T_INT,  /**< major 0 or 1; value in .i */
	TUG_T_BOOL, /**< f4/f5; value in .b */
	TUG_T_TSTR, /**< text; value in .s, not NUL-terminated */
	TUG_T_BSTR, /**< bytes; value in .s */
	TUG_T_LIST, /**< list; .s = the raw CBOR item, walk it with tug_list_next */
	TUG_T_MAP,  /**< map; .s = the raw CBOR item, decode it with tug_map_decode */
	TUG_T_ANY,  /**< any item; .s = the raw CBOR item */
};

/** The field must be there (checked by tug_map_require, not by decoding). */
#define TUG_F_REQUIRED 0x01u
/** BSTR and TSTR fields: dialects differ, either is taken; the value's type says which came. */
#define TUG_F_LAX 0x02u
/** A value of another type counts as absent instead of failing the map. */
#define TUG_F_SOFT 0x04u
/** MAP fields: the keys are free names; `sub`, if any, describes each value. */
#define TUG_F_KEYED 0x08u

struct tug_map;

/** One key of a map. */
struct tug_field {
	const char *key;           /**< key text */
	uint8_t type;              /**< enum tug_type */
	uint8_t flags;             /**< TUG_F_* */
	const struct tug_map *sub; /**< fields of the map, of each map in the list, of each value (KEYED); may be NULL */
};

/** A map's fields. */
struct tug_map {
	const struct tug_field *f; /**< [n] */
	uint8_t n;                 /**< fields, at most TUG_MAP_FIELDS */
};

/** One decoded value; slices borrow the decoded octets. */
struct tug_value {
	bool present;  /**< the key was on the wire */
	uint8_t type;  /**< enum tug_type, copied from the field */
	union {
		uint64_t u;         /**< TUG_T_UINT */
		int64_t i;          /**< TUG_T_INT */
		bool b;             /**< TUG_T_BOOL */
		struct tug_slice s; /**< TSTR, BSTR, and raw items of LIST, MAP, ANY */
	} v;           /**< the value */
};

/**
 * Check that `item` starts with one well-formed CBOR item, nested at most TUG_CBOR_DEPTH deep.
 * Iterative: stack use does not depend on the input. `*len` = its octets.
 * Errors: TUG_ETRUNC, TUG_ECBOR, TUG_EDEPTH.
 */
int tug_cbor_check(struct tug_slice item, size_t *len);

/**
 * Decode the map that fills `body` exactly into vals[m->n]. Keys in any order, definite or
 * indefinite, unknown keys skipped. Absent keys leave present = false.
 * Errors: TUG_ETRUNC, TUG_ECBOR, TUG_EDEPTH, TUG_ETYPE (not a map, a key that is no text, a known
 * key with another type), TUG_EDUP.
 */
int tug_map_decode(struct tug_slice body, const struct tug_map *m, struct tug_value *vals);

/** TUG_OK when every TUG_F_REQUIRED field is present, else TUG_EMISSING. */
int tug_map_require(const struct tug_map *m, const struct tug_value *vals);

/** Index of a key in `m`, or -1. */
int tug_map_index(const struct tug_map *m, const char *key);

/** Walk over the items of a list or the keys and values of a map. */
struct tug_list {
	struct tug_slice rest; /**< octets not yet walked */
	size_t left;           /**< items left; SIZE_MAX = indefinite */
};

/** Begin a walk over the raw list `item`. Errors: TUG_ETYPE when it is no list, CBOR errors. */
int tug_list_begin(struct tug_slice item, struct tug_list *it);

/** Begin a walk over the raw map `item`: keys and values alternate. Errors as tug_list_begin. */
int tug_list_begin_map(struct tug_slice item, struct tug_list *it);

/** Next raw item. Result: 1 = `item` filled, 0 = end, negative = CBOR error. */
int tug_list_next(struct tug_list *it, struct tug_slice *item);

/** Decode one scalar raw item (UINT, INT, BOOL, TSTR, BSTR) as `type`. Errors: TUG_ETYPE, CBOR errors. */
int tug_item_decode(struct tug_slice item, enum tug_type type, struct tug_value *val);

/** Sticky CBOR writer. Maps and lists go out with indefinite length, integers minimal. */
struct tug_enc {
	struct tug_buf *out;  /**< borrows; octets are appended */
	int err;              /**< first error, TUG_OK so far */
	uint8_t depth;        /**< open maps and lists */
};

/** Start writing at the end of `out`. Keeps `out` until tug_enc_finish. */
void tug_enc_init(struct tug_enc *e, struct tug_buf *out);
/** Open a map. */
void tug_enc_map_begin(struct tug_enc *e);
/** Close the innermost map. */
void tug_enc_map_end(struct tug_enc *e);
/** Open a list. */
void tug_enc_list_begin(struct tug_enc *e);
/** Close the innermost list. */
void tug_enc_list_end(struct tug_enc *e);
/** Write a text key. */
void tug_enc_key(struct tug_enc *e, const char *key);
/** Write an unsigned integer. */
void tug_enc_uint(struct tug_enc *e, uint64_t v);
/** Write a signed integer. */
void tug_enc_int(struct tug_enc *e, int64_t v);
/** Write a boolean. */
void tug_enc_bool(struct tug_enc *e, bool v);
/** Write text (UTF-8 is not checked). */
void tug_enc_text(struct tug_enc *e, struct tug_slice v);
/** Write a byte string. */
void tug_enc_bytes(struct tug_enc *e, struct tug_slice v);
/** Write one or more ready CBOR items as they are. */
void tug_enc_raw(struct tug_enc *e, struct tug_slice v);
/** End. Result: TUG_OK, or the first error: TUG_ENOSPACE, TUG_EDEPTH, TUG_ESTATE (unbalanced). */
int tug_enc_finish(struct tug_enc *e);

/**
 * Write a whole map: every present value of vals[m->n], in the order of the fields.
 * LIST, MAP and ANY values are written raw. Errors as tug_enc_finish (sticky).
 */
void tug_map_encode(struct tug_enc *e, const struct tug_map *m, const struct tug_value *vals);

#ifdef __cplusplus
}
#endif
#endif
