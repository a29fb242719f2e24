/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: SMP transport and buffers.
 */
#include "rule_priv.h"

const struct tug_rule_set tug_rules_frames = { NULL, 0 };
