/* SPDX-License-Identifier: Apache-2.0
 *
 * Parse any text as Intel HEX: what is accepted is written and read back as the same octets.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/imgtool.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tug_file f, g;
	struct tug_octets out;
	char why[TUG_WHY_CAP] = "";

	if (tug_ihex_parse(tug_slice_of(data, len), &f, why) != TUG_OK) {
		if (why[0] == '\0') {
			abort();
		}
		return 0;
	}
	if (f.data.len <= 65536) { /* larger ones are mostly gap and only slow */
		struct tug_ihex_part part = { f.addr, tug_slice_of(f.data.p, f.data.len) };

		if (tug_ihex_format(&part, 1, &out, NULL) != TUG_OK ||
		    tug_ihex_parse(tug_slice_of(out.p, out.len), &g, NULL) != TUG_OK || g.addr != f.addr || g.data.len != f.data.len ||
		    memcmp(g.data.p, f.data.p, f.data.len) != 0) {
			abort();
		}
		tug_octets_free(&out);
		tug_file_free(&g);
	}
	tug_file_free(&f);
	return 0;
}
