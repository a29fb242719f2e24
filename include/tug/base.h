/* SPDX-License-Identifier: Apache-2.0
 *
 * Octet slices, byte order, CRC-16, base64 and hex: the ground every other
 * part stands on. Knows no protocol and keeps no state; callable anywhere.
 */
#ifndef TUG_BASE_H
#define TUG_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tug/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Octets that somebody else owns; passed by value, never written through. */
struct tug_slice {
	const uint8_t *p; /**< first octet; may be NULL when len is 0 */
	size_t len;       /**< octets present */
};

/** Octets the caller lends for writing. */
struct tug_buf {
	uint8_t *p; /**< first octet of the storage */
	size_t cap; /**< octets available */
	size_t len; /**< octets present, 0..cap */
};

/** A slice over `len` octets at `p`. Borrows `p`. */
static inline struct tug_slice tug_slice_of(const void *p, size_t len)
{
	struct tug_slice s = { (const uint8_t *)p, len };
	return s;
}

/** An empty buffer over `cap` octets at `p`. Borrows `p`. */
static inline struct tug_buf tug_buf_of(void *p, size_t cap)
{
	struct tug_buf b = { (uint8_t *)p, cap, 0 };
	return b;
}

/** The octets present in `b`, as a slice. Valid while `b`'s storage is. */
static inline struct tug_slice tug_buf_slice(const struct tug_buf *b)
{
	struct tug_slice s = { b->p, b->len };
	return s;
}

/** True when both slices hold the same octets. Not constant time. */
bool tug_slice_eq(struct tug_slice a, struct tug_slice b);

/** True when the slice holds exactly the characters of the string `z`. */
bool tug_slice_is(struct tug_slice a, const char *z);

/** Read a big-endian u16 from 2 octets at `p`. */
static inline uint16_t tug_be16(const uint8_t *p)
{
	return (uint16_t)((uint16_t)((uint16_t)p[0] << 8) | p[1]);
}

/** Write a big-endian u16 to 2 octets at `p`. */
static inline void tug_put_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/** Read a little-endian u16 from 2 octets at `p`. */
static inline uint16_t tug_le16(const uint8_t *p)
{
	return (uint16_t)((uint16_t)((uint16_t)p[1] << 8) | p[0]);
}

/** Read a little-endian u32 from 4 octets at `p`. */
static inline uint32_t tug_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | ((uint32_t)p[1] << 8) | ((uint32_t)p[2] << 16) | ((uint32_t)p[3] << 24);
}

/** Write a little-endian u16 to 2 octets at `p`. */
static inline void tug_put_le16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

/** Write a little-endian u32 to 4 octets at `p`. */
static inline void tug_put_le32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

/** `v` rounded up to a multiple of `a` (a > 0; the sum must fit u32). */
static inline uint32_t tug_align_up(uint32_t v, uint32_t a)
{
	return (v + a - 1u) / a * a;
}

/** `v` rounded down to a multiple of `a` (a > 0). */
static inline uint32_t tug_align_down(uint32_t v, uint32_t a)
{
	return v / a * a;
}

/**
 * CRC-16/XMODEM (poly 0x1021, no reflection, no final xor) over `s`, continued from `seed`.
 * Start with seed 0. "123456789" gives 0x31C3. Source: docs/smp.md, console framing.
 */
uint16_t tug_crc16(uint16_t seed, struct tug_slice s);

/** Characters that base64 with padding makes of `n` octets, without a terminator. */
static inline size_t tug_base64_len(size_t n)
{
	return (n + 2u) / 3u * 4u;
}

/**
 * Encode `in` as base64 (standard alphabet, padded) at the end of `out`.
 * Result: TUG_OK. Errors: TUG_ENOSPACE (nothing written).
 */
int tug_base64_encode(struct tug_slice in, struct tug_buf *out);

/**
 * Decode base64 text `in`, appending octets to `out`. CR and LF inside are skipped; padding may
 * appear only at the end; bits left over after the last octet must be zero.
 * Result: TUG_OK. Errors: TUG_EBASE64, TUG_ENOSPACE (out->len unchanged on both).
 */
int tug_base64_decode(struct tug_slice in, struct tug_buf *out);

/** Append `in` as lower-case hex to `out`. Errors: TUG_ENOSPACE (nothing written). */
int tug_hex_encode(struct tug_slice in, struct tug_buf *out);

/**
 * Decode hex digits (any case) of `in`, appending to `out`. Separators ' ', '-', ':' and a
 * leading "0x" / "(0x)" are skipped. Errors: TUG_EINVAL (odd or foreign character), TUG_ENOSPACE.
 */
int tug_hex_decode(struct tug_slice in, struct tug_buf *out);

#ifdef __cplusplus
}
#endif
#endif
