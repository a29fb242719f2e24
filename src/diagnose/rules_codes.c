/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: return codes that no other rule explains.
 */
#include "rule_priv.h"

const struct tug_rule_set tug_rules_codes = { NULL, 0 };
