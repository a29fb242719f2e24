/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: image state and swap.
 */
#include "rule_priv.h"

const struct tug_rule_set tug_rules_state = { NULL, 0 };
