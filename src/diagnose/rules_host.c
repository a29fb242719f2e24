/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: host side.
 */
#include "rule_priv.h"

const struct tug_rule_set tug_rules_host = { NULL, 0 };
