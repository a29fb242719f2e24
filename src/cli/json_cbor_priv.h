/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON as it is typed and printed, to and from CBOR as it goes over the wire. The rules are those of
 * docs/cli.md, raw. Knows no commands. For src/cli only.
 */
#ifndef TUG_CLI_JSON_CBOR_PRIV_H
#define TUG_CLI_JSON_CBOR_PRIV_H

#include <cjson/cJSON.h>

#include <tug/base.h>

/** JSON of the well-formed CBOR item that fills `item`; NULL when it is malformed or memory is short. */
cJSON *tug_json_of_cbor(struct tug_slice item);

/** A JSON number, or text of digits above 2^53. NULL when memory is short. */
cJSON *tug_json_uint(uint64_t v);

/** JSON text of octets that should be UTF-8: what is not becomes U+FFFD. NULL when memory is short. */
cJSON *tug_json_utf8(struct tug_slice text);

/** Octets of the UTF-8 sequence at the start of `s` [1..]; 0 when it is none (overlong forms and surrogates are none). */
size_t tug_utf8_len(struct tug_slice s);

/** JSON text of octets as lower-case hex. */
cJSON *tug_json_hex(struct tug_slice octets);

/**
 * Append the CBOR of the JSON `text` to `out`. `map_only`: anything but an object is refused.
 * Errors: TUG_EINVAL (`why` [why_cap] says what is wrong), TUG_ENOSPACE, TUG_EDEPTH.
 */
int tug_cbor_of_json(const char *text, bool map_only, struct tug_buf *out, char *why, size_t why_cap);

#endif
