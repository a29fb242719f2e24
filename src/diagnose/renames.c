/* SPDX-License-Identifier: Apache-2.0
 *
 * Kconfig symbols of MCUmgr that Zephyr 3.3 renamed: single names and families with a common head.
 */
#include <stdio.h>
#include <string.h>

#include "engine_priv.h"

/* Head of the old name, head of the new one; with `family` any tail follows unchanged. Longest heads first. */
static const struct {
	const char *old_name;
	const char *new_name;
	bool family;
} renames[] = {
	{ "MCUMGR_CMD_IMG_MGMT", "MCUMGR_GRP_IMG", false },
	{ "MCUMGR_CMD_OS_MGMT", "MCUMGR_GRP_OS", false },
	{ "MCUMGR_CMD_FS_MGMT", "MCUMGR_GRP_FS", false },
	{ "MCUMGR_CMD_SHELL_MGMT_LEGACY_RC_RETURN_CODE", "MCUMGR_GRP_SHELL_LEGACY_RC_RETURN_CODE", false },
	{ "MCUMGR_CMD_SHELL_MGMT", "MCUMGR_GRP_SHELL", false },
	{ "MCUMGR_CMD_STAT_MGMT", "MCUMGR_GRP_STAT", false },
	{ "MCUMGR_GRP_ZEPHYR_BASIC", "MCUMGR_GRP_ZBASIC", false },
	{ "MCUMGR_GRP_BASIC_CMD_STORAGE_ERASE", "MCUMGR_GRP_ZBASIC_STORAGE_ERASE", false },
	{ "OS_MGMT_RESET_MS", "MCUMGR_GRP_OS_RESET_MS", false },
	{ "OS_MGMT_TASKSTAT", "MCUMGR_GRP_OS_TASKSTAT", true },
	{ "OS_MGMT_ECHO", "MCUMGR_GRP_OS_ECHO", false },
	{ "OS_MGMT_MCUMGR_PARAMS", "MCUMGR_GRP_OS_MCUMGR_PARAMS", false },
	{ "IMG_MGMT_DIRECT_IMAGE_UPLOAD", "MCUMGR_GRP_IMG_DIRECT_UPLOAD", false },
	{ "IMG_MGMT_UPDATABLE_IMAGE_NUMBER", "MCUMGR_GRP_IMG_UPDATABLE_IMAGE_NUMBER", false },
	{ "IMG_MGMT_VERBOSE_ERR", "MCUMGR_GRP_IMG_VERBOSE_ERR", false },
	{ "IMG_MGMT_DUMMY_HDR", "MCUMGR_GRP_IMG_DUMMY_HDR", false },
	{ "IMG_MGMT_FRUGAL_LIST", "MCUMGR_GRP_IMG_FRUGAL_LIST", false },
	{ "IMG_MGMT_USE_HEAP_FOR_FLASH_IMG_CONTEXT", "MCUMGR_GRP_IMG_USE_HEAP_FOR_FLASH_IMG_CONTEXT", false },
	{ "IMG_MGMT_REJECT_DIRECT_XIP_MISMATCHED_SLOT", "MCUMGR_GRP_IMG_REJECT_DIRECT_XIP_MISMATCHED_SLOT", false },
	{ "FS_MGMT_PATH_SIZE", "MCUMGR_GRP_FS_PATH_LEN", false },
	{ "FS_MGMT_", "MCUMGR_GRP_FS_", true },
	{ "STAT_MGMT_MAX_NAME_LEN", "MCUMGR_GRP_STAT_MAX_NAME_LEN", false },
	{ "MCUMGR_BUF_COUNT", "MCUMGR_TRANSPORT_NETBUF_COUNT", false },
	{ "MCUMGR_BUF_SIZE", "MCUMGR_TRANSPORT_NETBUF_SIZE", false },
	{ "MCUMGR_BUF_USER_DATA_SIZE", "MCUMGR_TRANSPORT_NETBUF_USER_DATA_SIZE", false },
	{ "MCUMGR_SMP_REASSEMBLY_BT", "MCUMGR_TRANSPORT_BT_REASSEMBLY", false },
	{ "MCUMGR_SMP_REASSEMBLY", "MCUMGR_TRANSPORT_REASSEMBLY", false },
	{ "MCUMGR_SMP_WORKQUEUE_", "MCUMGR_TRANSPORT_WORKQUEUE_", true },
	{ "MCUMGR_SMP_BT_AUTHEN", "MCUMGR_TRANSPORT_BT_AUTHEN", false },
	{ "MCUMGR_SMP_BT_CONN_PARAM_CONTROL", "MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL", true },
	{ "MCUMGR_SMP_BT", "MCUMGR_TRANSPORT_BT", false },
	{ "MCUMGR_SMP_UART", "MCUMGR_TRANSPORT_UART", true },
	{ "MCUMGR_SMP_SHELL", "MCUMGR_TRANSPORT_SHELL", true },
	{ "MCUMGR_SMP_UDP", "MCUMGR_TRANSPORT_UDP", true },
	{ "MCUMGR_SMP_DUMMY", "MCUMGR_TRANSPORT_DUMMY", true },
	{ "MGMT_MAX_MAIN_MAP_ENTRIES", "MCUMGR_SMP_CBOR_MAX_MAIN_MAP_ENTRIES", false },
	{ "MGMT_MIN_DECODING_LEVEL", "MCUMGR_SMP_CBOR_MIN_DECODING_LEVEL", true },
	{ "MGMT_MAX_DECODING_LEVEL", "MCUMGR_SMP_CBOR_MAX_DECODING_LEVEL", true },
	{ "MGMT_VERBOSE_ERR_RESPONSE", "MCUMGR_SMP_VERBOSE_ERR_RESPONSE", false },
};

/* The name with its head exchanged; false when it does not have this head, or does not fit. */
static bool swap_head(struct tug_slice name, const char *from, const char *to, bool family, struct tug_buf *out)
{
	struct tug_slice tail;
	int need;

	if (!tug_dg_starts(name, from, &tail) || (tail.len > 0 && !family)) {
		return false;
	}
	need = snprintf((char *)out->p, out->cap, "%s%.*s", to, (int)tail.len, (const char *)tail.p);
	return need > 0 && (size_t)need < out->cap;
}

static const char *rename_of(struct tug_slice name, bool to_old, struct tug_buf out)
{
	for (size_t i = 0; i < sizeof(renames) / sizeof(renames[0]); i++) {
		const char *from = to_old ? renames[i].new_name : renames[i].old_name;
		const char *to = to_old ? renames[i].old_name : renames[i].new_name;

		if (swap_head(name, from, to, renames[i].family, &out)) {
			return (const char *)out.p;
		}
	}
	return NULL;
}

const char *tug_dg_rename_old(const char *name, size_t len, char *buf, size_t cap)
{
	return rename_of(tug_slice_of(name, len), true, tug_buf_of(buf, cap));
}

const char *tug_dg_rename_new(const char *name, size_t len, char *buf, size_t cap)
{
	return rename_of(tug_slice_of(name, len), false, tug_buf_of(buf, cap));
}
