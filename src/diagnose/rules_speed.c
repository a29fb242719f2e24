/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: performance.
 */
#include "rule_priv.h"

const struct tug_rule_set tug_rules_speed = { NULL, 0 };
