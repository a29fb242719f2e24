/* SPDX-License-Identifier: Apache-2.0
 *
 * SMP frames into console lines: where they are cut. Knows no frame content.
 * For transports (client side) and devices (server side).
 */
#include <tug/smp_frame.h>

enum {
	LINE_RAW = TUG_CONSOLE_LINE_B64 / 4 * 3, /* octets of a full line: 93 */
	SHORT_RAW = LINE_RAW - 3,                /* octets of a line that leaves the CRC to the next */
	EXTRA = 4,                               /* total in front, CRC behind */
	CRC_LEN = 2,
};

size_t tug_console_encoded_len(size_t len)
{
	size_t raw = len + EXTRA;
	size_t rest = raw % LINE_RAW;
	size_t n = raw / LINE_RAW * TUG_CONSOLE_LINE_MAX;

	return rest > 0 ? n + 2 + tug_base64_len(rest) + 1 : n;
}

/* Octets from `pos` on of total | frame | CRC. */
static void copy_raw(struct tug_slice frame, uint16_t crc, size_t pos, struct tug_buf *line)
{
	uint8_t head[2];
	uint8_t tail[CRC_LEN];

	tug_put_be16(head, (uint16_t)(frame.len + CRC_LEN));
	tug_put_be16(tail, crc);
	for (size_t i = 0; i < line->len; i++, pos++) {
		if (pos < sizeof(head)) {
			line->p[i] = head[pos];
		} else if (pos - sizeof(head) < frame.len) {
			line->p[i] = frame.p[pos - sizeof(head)];
		} else {
			line->p[i] = tail[pos - sizeof(head) - frame.len];
		}
	}
}

static int encode(struct tug_slice frame, struct tug_buf *out, bool whole_crc)
{
	uint8_t raw[LINE_RAW];
	struct tug_buf line = tug_buf_of(raw, sizeof(raw));
	size_t size = frame.len + EXTRA;
	uint16_t crc;

	if (frame.len > UINT16_MAX - CRC_LEN) {
		return TUG_ETOOBIG;
	}
	if (tug_console_encoded_len(frame.len) > out->cap - out->len) {
		return TUG_ENOSPACE;
	}
	crc = tug_crc16(0, frame);
	for (size_t pos = 0; pos < size;) {
		size_t left = size - pos;
		line.len = left < LINE_RAW ? left : LINE_RAW;
		/* The data would end in this line and its CRC in the next: take three octets over instead. */
		if (whole_crc && (left == LINE_RAW + 1 || left == LINE_RAW + 2)) {
			line.len = SHORT_RAW;
		}
		copy_raw(frame, crc, pos, &line);
		out->p[out->len++] = pos == 0 ? 0x06 : 0x04;
		out->p[out->len++] = pos == 0 ? 0x09 : 0x14;
		int r = tug_base64_encode(tug_buf_slice(&line), out);
		if (r < 0) {
			return r;
		}
		out->p[out->len++] = '\n';
		pos += line.len;
	}
	return TUG_OK;
}

int tug_console_encode(struct tug_slice frame, struct tug_buf *out)
{
	return encode(frame, out, false);
}

int tug_console_encode_zephyr(struct tug_slice frame, struct tug_buf *out)
{
	return encode(frame, out, true);
}
