/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: security and pairing.
 */
#include "rule_priv.h"

const struct tug_rule_set tug_rules_security = { NULL, 0 };
