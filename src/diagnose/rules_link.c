/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: connection and GATT.
 */
#include "rule_priv.h"

const struct tug_rule_set tug_rules_link = { NULL, 0 };
