/* SPDX-License-Identifier: Apache-2.0
 *
 * Base64 with the standard alphabet and padding (RFC 4648, section 4), strict when reading. Knows no lines.
 * Anyone may call.
 */
#include <tug/base.h>

static uint8_t to_char(uint32_t v)
{
	v &= 63u;
	if (v < 26u) {
		return (uint8_t)('A' + v);
	}
	if (v < 52u) {
		return (uint8_t)('a' + (v - 26u));
	}
	if (v < 62u) {
		return (uint8_t)('0' + (v - 52u));
	}
	return v == 62u ? '+' : '/';
}

/* 0..63, or -1 for a character outside the alphabet. */
static int from_char(uint8_t c)
{
	if (c >= 'A' && c <= 'Z') {
		return c - 'A';
	}
	if (c >= 'a' && c <= 'z') {
		return c - 'a' + 26;
	}
	if (c >= '0' && c <= '9') {
		return c - '0' + 52;
	}
	if (c == '+') {
		return 62;
	}
	return c == '/' ? 63 : -1;
}

int tug_base64_encode(struct tug_slice in, struct tug_buf *out)
{
	/* The first test keeps tug_base64_len from wrapping. */
	if (in.len > out->cap - out->len || tug_base64_len(in.len) > out->cap - out->len) {
		return TUG_ENOSPACE;
	}
	for (size_t i = 0; i < in.len; i += 3) {
		size_t n = in.len - i < 3 ? in.len - i : 3;
		uint32_t v = (uint32_t)in.p[i] << 16;
		v |= n > 1 ? (uint32_t)in.p[i + 1] << 8 : 0u;
		v |= n > 2 ? (uint32_t)in.p[i + 2] : 0u;

		uint8_t *q = out->p + out->len;
		q[0] = to_char(v >> 18);
		q[1] = to_char(v >> 12);
		q[2] = n > 1 ? to_char(v >> 6) : (uint8_t)'=';
		q[3] = n > 2 ? to_char(v) : (uint8_t)'=';
		out->len += 4;
	}
	return TUG_OK;
}

int tug_base64_decode(struct tug_slice in, struct tug_buf *out)
{
	uint32_t acc = 0;      /* bits collected of the group of four */
	unsigned n_chars = 0;  /* characters of the group, padding included */
	unsigned n_pad = 0;    /* padding characters seen */
	size_t len = out->len; /* octets present if all goes well */

	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.p[i];
		int v = 0;
		if (c == '\r' || c == '\n') {
			continue;
		}
		if (c == '=') {
			n_pad++;
		} else {
			v = from_char(c);
			if (v < 0 || n_pad > 0) {
				return TUG_EBASE64;
			}
		}
		acc = acc << 6 | (uint32_t)v;
		if (++n_chars < 4) {
			continue;
		}
		/* Bits behind the last octet must be zero: every octet string has one spelling only. */
		if (n_pad > 2 || (n_pad == 1 && (acc & 0xffu) != 0) || (n_pad == 2 && (acc & 0xffffu) != 0)) {
			return TUG_EBASE64;
		}
		if (out->cap - len < 3u - n_pad) {
			return TUG_ENOSPACE;
		}
		for (unsigned k = 0; k < 3u - n_pad; k++) {
			out->p[len++] = (uint8_t)(acc >> (16 - 8 * k));
		}
		acc = 0;
		n_chars = 0;
	}
	if (n_chars != 0) {
		return TUG_EBASE64;
	}
	out->len = len;
	return TUG_OK;
}
