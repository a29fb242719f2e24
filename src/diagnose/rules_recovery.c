/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: serial recovery.
 */
#include "rule_priv.h"

const struct tug_rule_set tug_rules_recovery = { NULL, 0 };
