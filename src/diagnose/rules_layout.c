/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: partitions.
 */
#include "rule_priv.h"

const struct tug_rule_set tug_rules_layout = { NULL, 0 };
