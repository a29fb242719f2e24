/* SPDX-License-Identifier: Apache-2.0
 *
 * What a group's return code becomes in the answer to a version 1 request. Knows no text.
 * For servers, and for clients that read old answers.
 */
#include <tug/smp.h>

/* One octet a code; 0 = no row. */
#define TUG_RC(group, num, name, v1, text) [num] = (v1),
#define TUG_RC_GROUP(group, ...) static const uint8_t v1_##group[] = { __VA_ARGS__ };
#include "rc.def"
#undef TUG_RC

static const struct {
	const uint8_t *v1;
	uint8_t n;
	uint8_t group;
} tables[] = {
#define TUG_RC_GROUP(grp, ...) { v1_##grp, sizeof(v1_##grp), TUG_GRP_##grp },
#include "rc.def"
};

uint8_t tug_smp_rc_to_v1(uint16_t group, uint16_t rc)
{
	if (rc == 0) {
		return TUG_RC_OK;
	}
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (tables[i].group == group && rc < tables[i].n) {
			return tables[i].v1[rc] != 0 ? tables[i].v1[rc] : (uint8_t)TUG_RC_UNKNOWN;
		}
	}
	return TUG_RC_UNKNOWN;
}
