/* SPDX-License-Identifier: Apache-2.0
 *
 * Hex text to octets and back. Knows the separators that logs put between octets, and no log.
 * Anyone may call.
 */
#include <tug/base.h>

static uint8_t to_digit(unsigned v)
{
	return (uint8_t)(v < 10u ? '0' + v : 'a' + (v - 10u));
}

/* 0..15, or -1. */
static int from_digit(uint8_t c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int tug_hex_encode(struct tug_slice in, struct tug_buf *out)
{
	if (in.len > (out->cap - out->len) / 2) {
		return TUG_ENOSPACE;
	}
	for (size_t i = 0; i < in.len; i++) {
		out->p[out->len++] = to_digit(in.p[i] >> 4);
		out->p[out->len++] = to_digit(in.p[i] & 15u);
	}
	return TUG_OK;
}

/* Octets of "0x", "(0x)" or nothing at the start, blanks before it included. */
static size_t prefix_len(struct tug_slice in)
{
	size_t i = 0;
	while (i < in.len && in.p[i] == ' ') {
		i++;
	}
	bool paren = i < in.len && in.p[i] == '(';
	size_t j = i + (paren ? 1u : 0u);
	if (in.len - i < (paren ? 4u : 2u) || in.p[j] != '0' || (in.p[j + 1] | 0x20) != 'x') {
		return i;
	}
	if (paren && in.p[j + 2] != ')') {
		return i;
	}
	return j + 2 + (paren ? 1u : 0u);
}

int tug_hex_decode(struct tug_slice in, struct tug_buf *out)
{
	int high = -1; /* first digit of an octet, -1 = none waits */
	size_t len = out->len;

	for (size_t i = prefix_len(in); i < in.len; i++) {
		uint8_t c = in.p[i];
		int v = from_digit(c);
		if (v < 0) {
			if ((c != ' ' && c != '-' && c != ':') || high >= 0) {
				return TUG_EINVAL;
			}
			continue;
		}
		if (high < 0) {
			high = v;
			continue;
		}
		if (len == out->cap) {
			return TUG_ENOSPACE;
		}
		out->p[len++] = (uint8_t)(high << 4 | v);
		high = -1;
	}
	if (high >= 0) {
		return TUG_EINVAL;
	}
	out->len = len;
	return TUG_OK;
}
