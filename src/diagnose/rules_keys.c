/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: signature and keys.
 */
#include "rule_priv.h"

const struct tug_rule_set tug_rules_keys = { NULL, 0 };
