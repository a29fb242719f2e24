/* SPDX-License-Identifier: Apache-2.0
 *
 * CRC-16/XMODEM. Knows no frame.
 * Anyone may call.
 */
#include <tug/base.h>

uint16_t tug_crc16(uint16_t seed, struct tug_slice s)
{
	uint16_t crc = seed;

	/* Four bits at a time by shifting: no table, and still fast enough for a UART. */
	for (size_t i = 0; i < s.len; i++) {
		crc = (uint16_t)(((unsigned)crc >> 8) | ((unsigned)crc << 8));
		crc = (uint16_t)(crc ^ s.p[i]);
		crc = (uint16_t)(crc ^ (uint16_t)((crc & 0xffu) >> 4));
		crc = (uint16_t)(crc ^ (uint16_t)((unsigned)crc << 12));
		crc = (uint16_t)(crc ^ (uint16_t)((crc & 0xffu) << 5));
	}
	return crc;
}
