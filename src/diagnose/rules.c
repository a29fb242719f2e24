/* SPDX-License-Identifier: Apache-2.0
 *
 * All files of rules, in the order of docs/diagnosis.md.
 */
#include "rule_priv.h"

const struct tug_rule_set *const *tug_rule_sets(size_t *n)
{
	static const struct tug_rule_set *const sets[] = {
		&tug_rules_link,
		&tug_rules_frames,
		&tug_rules_missing,
		&tug_rules_upload,
		&tug_rules_state,
		&tug_rules_swap,
		&tug_rules_slots,
		&tug_rules_boot,
		&tug_rules_cut,
		&tug_rules_keys,
		&tug_rules_layout,
		&tug_rules_kconfig,
		&tug_rules_project,
		&tug_rules_lint,
		&tug_rules_lint_more,
		&tug_rules_lint_boot,
		&tug_rules_cores,
		&tug_rules_recovery,
		&tug_rules_speed,
		&tug_rules_security,
		&tug_rules_host,
		&tug_rules_live,
		&tug_rules_codes,
	};
	*n = sizeof(sets) / sizeof(sets[0]);
	return sets;
}
