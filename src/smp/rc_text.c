/* SPDX-License-Identifier: Apache-2.0
 *
 * Names and sentences of the return codes. Host only.
 * For the command line, the decoder and diagnosis.
 */
#include <tug/smp_text.h>

static const struct tug_smp_rc_text rows[] = {
#define TUG_RC_GENERIC_ROW(num, sym, sentence) { TUG_RC_GENERIC, (num), #sym, sentence },
#include "rc.def"
#define TUG_RC(grp, num, sym, v1, sentence) { TUG_GRP_##grp, (num), #sym, sentence },
#define TUG_RC_GROUP(group, ...) __VA_ARGS__
#include "rc.def"
#undef TUG_RC
};

const struct tug_smp_rc_text *tug_smp_rc_texts(size_t *n)
{
	*n = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

const struct tug_smp_rc_text *tug_smp_rc_text(uint16_t group, uint16_t rc)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].group == group && rows[i].rc == rc) {
			return &rows[i];
		}
	}
	return NULL;
}
