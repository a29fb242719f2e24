/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: upload.
 */
#include "rule_priv.h"

const struct tug_rule_set tug_rules_upload = { NULL, 0 };
