/* SPDX-License-Identifier: Apache-2.0
 *
 * Header and frame: encoded again they give the same octets; a datagram is walked to its end.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/smp_frame.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tug_slice rest = tug_slice_of(data, len);
	struct tug_slice frame;
	size_t seen = 0;
	int r;

	while ((r = tug_dgram_next(&rest, &frame)) != 0) {
		struct tug_smp_hdr hdr;
		struct tug_slice body;
		uint8_t again[TUG_SMP_HDR_LEN];
		int split = tug_smp_frame_split(frame, &hdr, &body);
		if (frame.len < TUG_SMP_HDR_LEN || (split == TUG_OK) != (r == 1)) {
			abort();
		}
		tug_smp_hdr_encode(&hdr, again);
		if (memcmp(again, frame.p, sizeof(again)) != 0) {
			abort();
		}
		seen += frame.len;
	}
	if (rest.len != 0 || seen > len) {
		abort();
	}
	return 0;
}
