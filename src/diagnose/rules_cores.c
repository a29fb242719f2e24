/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: several cores.
 */
#include "rule_priv.h"

const struct tug_rule_set tug_rules_cores = { NULL, 0 };
