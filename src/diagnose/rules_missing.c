/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: unsupported commands.
 */
#include "rule_priv.h"

const struct tug_rule_set tug_rules_missing = { NULL, 0 };
