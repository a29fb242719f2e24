/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides what each era of server is known to do differently, as rows of data. Refuses to know how
 * the rules are carried out. Callable from anywhere; constant.
 */
#include <string.h>

#include "server_priv.h"

static const struct tug_srv_group *const boot_groups[] = { &tug_srv_boot_os, &tug_srv_boot_img, &tug_srv_boot_zbasic };

static const struct tug_server_profile profiles[] = {
	{
		/* NCS 2.4: v1 only on the wire, image check built in, confirm of a pending slot is a no-op */
		.name = "zephyr-3.3",
		.err_style = TUG_SRV_ERR_NONE,
		.os_info = 0,
		.slot_info = 0,
		.state_write = 1,
		.old_state_logic = 1,
		.pending_in_use = 1,
		.upload_sha = 1,
		.erase_slot_key = 1,
		.recovery = 0,
		.match = tug_srv_match,
		.blank_erase_fails = 1,
		.reset_keys = 0,
		.query_plain_rc = 0,
	},
	{
		/* NCS 2.5 and 2.6: v2, next-boot logic with error 28, pending slots still protected */
		.name = "zephyr-3.5",
		.err_style = TUG_SRV_ERR_ERR,
		.os_info = 1,
		.slot_info = 0,
		.state_write = 1,
		.old_state_logic = 0,
		.pending_in_use = 1,
		.upload_sha = 1,
		.erase_slot_key = 1,
		.recovery = 0,
		.match = tug_srv_match,
		.blank_erase_fails = 1,
		.reset_keys = 1,
		.query_plain_rc = 1,
	},
	{
		.name = "zephyr-4.2",
		.err_style = TUG_SRV_ERR_ERR,
		.os_info = 1,
		.slot_info = 1,
		.state_write = 1,
		.old_state_logic = 0,
		.pending_in_use = 0,
		.upload_sha = 1,
		.erase_slot_key = 1,
		.recovery = 0,
		.blank_erase_fails = 0,
		.reset_keys = 2,
		.query_plain_rc = 0,
	},
	{
		.name = "mcuboot-recovery",
		.err_style = TUG_SRV_ERR_BOOT,
		.os_info = 0,
		.slot_info = 0,
		.state_write = 0,
		.old_state_logic = 0,
		.pending_in_use = 0,
		.upload_sha = 0,
		.erase_slot_key = 0,
		.recovery = 1,
		.blank_erase_fails = 0,
		.reset_keys = 0,
		.query_plain_rc = 0,
		.instead = boot_groups,
		.n_instead = sizeof(boot_groups) / sizeof(boot_groups[0]),
	},
};

const struct tug_server_profile *tug_server_profiles(size_t *n)
{
	*n = sizeof(profiles) / sizeof(profiles[0]);
	return profiles;
}

const struct tug_server_profile *tug_server_profile_find(const char *name)
{
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		if (strcmp(profiles[i].name, name) == 0) {
			return &profiles[i];
		}
	}
	return NULL;
}
