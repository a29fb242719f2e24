/* SPDX-License-Identifier: Apache-2.0
 *
 * The 8-octet header: its fields, and whether a frame is as long as it says. Judges no version, op or group.
 * For framers, server, client and decoders.
 */
#include <tug/smp.h>

int tug_smp_hdr_decode(struct tug_slice pkt, struct tug_smp_hdr *hdr)
{
	if (pkt.len < TUG_SMP_HDR_LEN) {
		return TUG_MORE;
	}
	hdr->op = pkt.p[0] & 7u;
	hdr->version = (pkt.p[0] >> 3) & 3u;
	hdr->reserved = pkt.p[0] >> 5;
	hdr->flags = pkt.p[1];
	hdr->len = tug_be16(pkt.p + 2);
	hdr->group = tug_be16(pkt.p + 4);
	hdr->seq = pkt.p[6];
	hdr->id = pkt.p[7];
	return TUG_OK;
}

void tug_smp_hdr_encode(const struct tug_smp_hdr *hdr, uint8_t out[TUG_SMP_HDR_LEN])
{
	out[0] = (uint8_t)((hdr->reserved & 7u) << 5 | (hdr->version & 3u) << 3 | (hdr->op & 7u));
	out[1] = hdr->flags;
	tug_put_be16(out + 2, hdr->len);
	tug_put_be16(out + 4, hdr->group);
	out[6] = hdr->seq;
	out[7] = hdr->id;
}

int tug_smp_frame_split(struct tug_slice frame, struct tug_smp_hdr *hdr, struct tug_slice *body)
{
	if (tug_smp_hdr_decode(frame, hdr) != TUG_OK) {
		return TUG_ETRUNC;
	}
	*body = tug_slice_of(frame.p + TUG_SMP_HDR_LEN, frame.len - TUG_SMP_HDR_LEN);
	return body->len == hdr->len ? TUG_OK : TUG_ELEN;
}
