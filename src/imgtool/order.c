/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how an image with big-endian header and TLVs is read by the reader of the device side, which knows the
 * little-endian form alone: a medium that turns the octets of structures around. Digests are computed over the medium
 * itself. Refuses to know what a TLV means. Called by verify.c and info.c.
 */
#include <string.h>

#include "order_priv.h"

#define HEAD_LEN 4u

static void turn(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		uint8_t b = p[i];

		p[i] = p[n - 1 - i];
		p[n - 1 - i] = b;
	}
}

static void turn_header(uint8_t *p)
{
	static const uint8_t fields[][2] = { { 0, 4 }, { 4, 4 }, { 8, 2 }, { 10, 2 }, { 12, 4 }, { 16, 4 }, { 22, 2 }, { 24, 4 } };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		turn(p + fields[i][0], fields[i][1]);
	}
}

/* Heads of areas and entries are read alone, four octets each; types of imgtool's own are an octet and a zero. */
static void turn_head(uint8_t *p)
{
	if (p[1] != 0) {
		turn(p, 2);
	}
	turn(p + 2, 2);
}

static int read_turned(void *ctx, uint32_t off, void *dst, size_t len)
{
	struct tug_order *o = ctx;
	int rc = o->raw->read_at(o->raw->ctx, off, dst, len);

	if (rc == TUG_OK && off == 0 && len == TUG_IMAGE_HDR_LEN && !o->opened) {
		turn_header(dst);
	} else if (rc == TUG_OK && len == HEAD_LEN) {
		turn_head(dst);
	}
	return rc;
}

const struct tug_io *tug_order_of(struct tug_order *o, const struct tug_io *raw)
{
	uint8_t m[4];

	memset(o, 0, sizeof(*o));
	o->raw = raw;
	o->big = raw->size >= sizeof(m) && raw->read_at(raw->ctx, 0, m, sizeof(m)) == TUG_OK && m[0] == 0x96 && m[1] == 0xf3 &&
		 m[2] == 0xb8 && m[3] == 0x3d;
	o->io = *raw;
	if (o->big) {
		o->io.read_at = read_turned;
		o->io.ctx = o;
	}
	return &o->io;
}
