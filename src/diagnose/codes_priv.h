/* SPDX-License-Identifier: Apache-2.0
 *
 * What return codes mean for which command, as the rule on unexplained codes and its test see it.
 * For src/diagnose and its tests only.
 */
#ifndef TUG_DIAGNOSE_CODES_PRIV_H
#define TUG_DIAGNOSE_CODES_PRIV_H

#include "refusal_priv.h"

/** A code of a command and its likely causes, best first. */
struct tug_dg_code_cause {
	uint16_t group;   /**< of the command */
	uint8_t id;       /**< of the command */
	uint8_t op;       /**< TUG_SMP_READ or TUG_SMP_WRITE, 0xff = both */
	int32_t rc;       /**< the code */
	const char *text; /**< clause without a full stop */
};

/** The likely causes of a refusal, NULL when none are known for this code and command. */
const char *tug_dg_code_why(const struct tug_dg_refusal *r);

#endif
