/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides the answers of the Zephyr basic group: erase of the storage area, done by the application's
 * hook. Refuses to know where that area is. Linked only when the group is listed.
 */
#include "server_priv.h"

/* Return code 4 of this group: erase failed. */
#define ZBASIC_ERASE_FAILED 4u

uint16_t tug_srv_storage_erase(struct tug_srv_call *call)
{
	const struct tug_srv_hooks *h = &call->srv->cfg->hooks;

	if (h->erase_storage == NULL) {
		return TUG_RC_NOTSUP;
	}
	if (h->erase_storage(h->ctx) != TUG_OK) {
		return tug_srv_fail(call, TUG_GRP_ZBASIC, ZBASIC_ERASE_FAILED);
	}
	return TUG_RC_OK;
}

static const struct tug_srv_cmd commands[] = {
	[0] = { .write = tug_srv_storage_erase },
};

const struct tug_srv_group tug_srv_zbasic = { TUG_GRP_ZBASIC, sizeof(commands) / sizeof(commands[0]), commands };
