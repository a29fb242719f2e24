/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: bootloader.
 */
#include "rule_priv.h"

const struct tug_rule_set tug_rules_boot = { NULL, 0 };
