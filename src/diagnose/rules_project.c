/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: project configuration.
 */
#include "rule_priv.h"

const struct tug_rule_set tug_rules_project = { NULL, 0 };
