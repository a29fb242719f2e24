/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: single settings and their arithmetic.
 */
#include "rule_priv.h"

const struct tug_rule_set tug_rules_lint = { NULL, 0 };
