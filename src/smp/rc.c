/* SPDX-License-Identifier: Apache-2.0
 *
 * What a group's return code becomes in the answer to a version 1 request. Knows no text.
 * For servers, and for clients that read old answers.
 */
#include <tug/smp.h>

/* All groups in a row of octets, which is shorter than pointers: group, codes, the generic code of each; 0 = no row. */
#define TUG_RC(group, num, name, v1, text) [num] = (v1),
#define TUG_RC_GROUP(grp, ...) N_##grp = sizeof((const uint8_t[]){ __VA_ARGS__ }),
enum {
#include "rc.def"
};
#define TUG_RC_GROUP(grp, ...) uint8_t grp[2 + N_##grp];
struct tables {
#include "rc.def"
};
#undef TUG_RC
#define TUG_RC(group, num, name, v1, text) [2 + (num)] = (v1),
#define TUG_RC_GROUP(grp, ...) .grp = { TUG_GRP_##grp, N_##grp, __VA_ARGS__ },
static const struct tables tables = {
#include "rc.def"
};
#undef TUG_RC

uint8_t tug_smp_rc_to_v1(uint16_t group, uint16_t rc)
{
	if (rc == 0) {
		return TUG_RC_OK;
	}
	const uint8_t *row = (const uint8_t *)&tables;
	for (size_t at = 0; at < sizeof(tables); at += 2u + row[at + 1]) {
		if (row[at] == group && rc < row[at + 1]) {
			return row[at + 2 + rc] != 0 ? row[at + 2 + rc] : (uint8_t)TUG_RC_UNKNOWN;
		}
	}
	return TUG_RC_UNKNOWN;
}
