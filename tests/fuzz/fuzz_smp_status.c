/* SPDX-License-Identifier: Apache-2.0
 *
 * The error envelope of any body: a failure has a code, a success has none, texts stay inside the body.
 */
#include <stdlib.h>

#include <tug/smp.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tug_smp_status st;
	int r = tug_smp_status_read(tug_slice_of(data, len), 1, &st);
	if (r > 0) {
		abort();
	}
	if (r == TUG_OK && (st.failed != (st.rc != 0) || (st.legacy && st.group != 1))) {
		abort();
	}
	if (r == TUG_OK && st.rsn.len > 0 && (st.rsn.p < data || st.rsn.p + st.rsn.len > data + len)) {
		abort();
	}
	return 0;
}
