/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions of rules to the configuration. No rule lives here.
 */
#include <string.h>

#include "engine_priv.h"
#include "rules_conf_priv.h"

#define OTA "NCS_SAMPLE_MCUMGR_BT_OTA_DFU"

/* Symbols that the option brings when they are not set otherwise. */
static const char *const ota_on[] = { "MCUMGR",
				      "NET_BUF",
				      "ZCBOR",
				      "CRC",
				      "MCUMGR_TRANSPORT_BT",
				      "FLASH",
				      "FLASH_MAP",
				      "MCUMGR_GRP_OS",
				      "MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL",
				      "MCUMGR_TRANSPORT_BT_REASSEMBLY",
				      "IMG_MANAGER",
				      "MCUMGR_GRP_IMG",
				      "STREAM_FLASH",
				      "NCS_SAMPLE_MCUMGR_BT_OTA_DFU_SPEEDUP",
				      "MCUMGR_TRANSPORT_BT_PERM_RW",
				      "IMG_ERASE_PROGRESSIVELY",
				      "MCUMGR_GRP_OS_MCUMGR_PARAMS",
				      "MCUMGR_GRP_OS_BOOTLOADER_INFO" };

static const struct {
	const char *name;
	int64_t value;
} ota_value[] = {
	{ "MCUMGR_TRANSPORT_NETBUF_SIZE", 2475 },
	{ "BT_L2CAP_TX_MTU", 498 },
	{ "BT_BUF_ACL_RX_SIZE", 502 },
	{ "BT_BUF_ACL_TX_SIZE", 251 },
	{ "BT_CTLR_DATA_LENGTH_MAX", 251 },
};

/* Of an image whose generated file is there the written ones do not count. */
static unsigned counting(const struct tug_dg_facts *f, unsigned roles)
{
	unsigned built = roles & tug_dg_conf_roles(f->conf) &
			 (TUG_ROLE_APP_BUILT | TUG_ROLE_BOOT_BUILT | TUG_ROLE_SYSBUILD_BUILT | TUG_ROLE_NET_BUILT);

	return roles & ~(built >> 1);
}

const struct tug_dg_sym *tug_conf_sym(const struct tug_dg_facts *f, unsigned roles, const char *name)
{
	unsigned from = counting(f, roles);
	const struct tug_dg_sym *s = tug_dg_conf_get(f->conf, from, name);
	char buf[96];
	const char *old = s == NULL ? tug_dg_rename_old(name, strlen(name), buf, sizeof(buf)) : NULL;

	return old != NULL ? tug_dg_conf_get(f->conf, from, old) : s;
}

bool tug_conf_ota(const struct tug_dg_facts *f)
{
	return tug_dg_conf_is(f->conf, TUG_ROLES_APP, OTA, "y");
}

bool tug_conf_built(const struct tug_dg_facts *f, unsigned roles)
{
	return (tug_dg_conf_roles(f->conf) & roles &
		(TUG_ROLE_APP_BUILT | TUG_ROLE_BOOT_BUILT | TUG_ROLE_SYSBUILD_BUILT | TUG_ROLE_NET_BUILT)) != 0;
}

static bool ota_brings(const struct tug_dg_facts *f, unsigned roles, const char *name)
{
	if ((roles & TUG_ROLES_APP) == 0 || !tug_conf_ota(f)) {
		return false;
	}
	for (size_t i = 0; i < sizeof(ota_on) / sizeof(ota_on[0]); i++) {
		if (strcmp(ota_on[i], name) == 0) {
			return true;
		}
	}
	return false;
}

enum tug_conf_is tug_conf_state(const struct tug_dg_facts *f, unsigned roles, const char *name)
{
	const struct tug_dg_sym *s = tug_conf_sym(f, roles, name);

	if (s != NULL) {
		return strcmp(s->value, "n") == 0 ? TUG_CONF_OFF : TUG_CONF_ON;
	}
	if (tug_conf_built(f, roles)) {
		return TUG_CONF_OFF;
	}
	return ota_brings(f, roles, name) ? TUG_CONF_ON : TUG_CONF_UNKNOWN;
}

bool tug_conf_on(const struct tug_dg_facts *f, unsigned roles, const char *name)
{
	return tug_conf_state(f, roles, name) == TUG_CONF_ON;
}

bool tug_conf_off(const struct tug_dg_facts *f, unsigned roles, const char *name)
{
	return tug_conf_state(f, roles, name) == TUG_CONF_OFF;
}

int64_t tug_conf_value(const struct tug_dg_facts *f, unsigned roles, const char *name)
{
	const struct tug_dg_sym *s = tug_conf_sym(f, roles, name);
	int64_t v = -1;

	if (s != NULL) {
		return tug_dg_conf_num(f->conf, s->role, s->name, -1);
	}
	for (size_t i = 0; i < sizeof(ota_value) / sizeof(ota_value[0]); i++) {
		if ((roles & TUG_ROLES_APP) != 0 && tug_conf_ota(f) && !tug_conf_built(f, roles) &&
		    strcmp(ota_value[i].name, name) == 0) {
			v = ota_value[i].value;
		}
	}
	return v;
}

bool tug_conf_quote(struct tug_hit *h, const struct tug_dg_facts *f, unsigned roles, const char *name)
{
	const struct tug_dg_sym *s = tug_conf_sym(f, roles, name);

	if (s != NULL) {
		tug_hit_quote(h, &s->at);
	}
	return s != NULL;
}

bool tug_conf_has_dep(const char *deps, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = strstr(deps, name); at != NULL; at = strstr(at + 1, name)) {
		if ((at == deps || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0')) {
			return true;
		}
	}
	return false;
}

/* ---- what is wanted ----------------------------------------------------------------------------------------- */

static const char *const dfu_symbols[] = { OTA,
					   "MCUMGR",
					   "MCUMGR_GRP_IMG",
					   "MCUMGR_TRANSPORT_BT",
					   "MCUMGR_TRANSPORT_UART",
					   "MCUMGR_TRANSPORT_SHELL",
					   "MCUMGR_TRANSPORT_UDP",
					   "MCUMGR_GRP_OS" };

static const struct tug_dg_sym *dfu_symbol(const struct tug_dg_facts *f)
{
	for (size_t i = 0; i < sizeof(dfu_symbols) / sizeof(dfu_symbols[0]); i++) {
		const struct tug_dg_sym *s = tug_conf_sym(f, TUG_ROLES_APP, dfu_symbols[i]);

		if (s != NULL && strcmp(s->value, "y") == 0) {
			return s;
		}
	}
	return NULL;
}

bool tug_conf_dfu(const struct tug_dg_facts *f)
{
	return dfu_symbol(f) != NULL;
}

void tug_conf_quote_dfu(struct tug_hit *h, const struct tug_dg_facts *f)
{
	const struct tug_dg_sym *s = dfu_symbol(f);

	if (s != NULL) {
		tug_hit_quote(h, &s->at);
	}
}

bool tug_conf_ble(const struct tug_dg_facts *f)
{
	return tug_conf_on(f, TUG_ROLES_APP, "MCUMGR_TRANSPORT_BT");
}

/* ---- what it is --------------------------------------------------------------------------------------------- */

static bool new_names(const struct tug_dg_facts *f)
{
	const struct tug_dg_sym *s;
	char buf[96];

	for (size_t i = 0; (s = tug_dg_conf_at(f->conf, i)) != NULL; i++) {
		if ((s->role & TUG_ROLES_APP) != 0 &&
		    (tug_dg_rename_old(s->name, strlen(s->name), buf, sizeof(buf)) != NULL ||
		     strcmp(s->name, OTA) == 0)) {
			return true;
		}
	}
	return false;
}

bool tug_conf_zephyr(const struct tug_dg_facts *f, uint32_t version)
{
	return f->version.zephyr.v != 0 ? f->version.zephyr.v >= version : version <= 30300 && new_names(f);
}

bool tug_conf_ncs(const struct tug_dg_facts *f)
{
	const struct tug_dg_sym *s;

	if (f->version.ncs.v != 0) {
		return true;
	}
	for (size_t i = 0; (s = tug_dg_conf_at(f->conf, i)) != NULL; i++) {
		if (strncmp(s->name, "NCS_", 4) == 0 || strncmp(s->name, "PM_", 3) == 0 ||
		    strcmp(s->name, "MPSL") == 0 || strncmp(s->name, "PARTITION_MANAGER", 17) == 0 ||
		    strncmp(s->name, "NETCORE_", 8) == 0 || strncmp(s->name, "BT_LL_SOFTDEVICE", 16) == 0) {
			return true;
		}
	}
	return false;
}

bool tug_conf_sysbuild(const struct tug_dg_facts *f)
{
	return (tug_dg_conf_roles(f->conf) & TUG_ROLES_SYSBUILD) != 0 || f->build.sysbuild.line != 0;
}

bool tug_conf_chip_is(const struct tug_dg_facts *f, const char *head)
{
	return strncmp(f->smp.device.chip, head, strlen(head)) == 0;
}

/* ---- modes -------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	unsigned roles;
	enum tug_conf_mode mode;
} modes[] = {
	{ "MCUBOOT_MODE_SINGLE_APP", TUG_ROLES_SYSBUILD, TUG_MODE_SINGLE },
	{ "MCUBOOT_MODE_SWAP_USING_MOVE", TUG_ROLES_SYSBUILD, TUG_MODE_MOVE },
	{ "MCUBOOT_MODE_SWAP_WITHOUT_SCRATCH", TUG_ROLES_SYSBUILD, TUG_MODE_MOVE },
	{ "MCUBOOT_MODE_SWAP_USING_OFFSET", TUG_ROLES_SYSBUILD, TUG_MODE_OFFSET },
	{ "MCUBOOT_MODE_SWAP_SCRATCH", TUG_ROLES_SYSBUILD, TUG_MODE_SCRATCH },
	{ "MCUBOOT_MODE_OVERWRITE_ONLY", TUG_ROLES_SYSBUILD, TUG_MODE_OVERWRITE },
	{ "MCUBOOT_MODE_DIRECT_XIP", TUG_ROLES_SYSBUILD, TUG_MODE_XIP },
	{ "MCUBOOT_MODE_DIRECT_XIP_WITH_REVERT", TUG_ROLES_SYSBUILD, TUG_MODE_XIP },
	{ "MCUBOOT_MODE_RAM_LOAD", TUG_ROLES_SYSBUILD, TUG_MODE_RAM_LOAD },
	{ "MCUBOOT_MODE_FIRMWARE_UPDATER", TUG_ROLES_SYSBUILD, TUG_MODE_OTHER },
	{ "MCUBOOT_BOOTLOADER_MODE_SINGLE_APP", TUG_ROLES_APP, TUG_MODE_SINGLE },
	{ "MCUBOOT_BOOTLOADER_MODE_SWAP_USING_MOVE", TUG_ROLES_APP, TUG_MODE_MOVE },
	{ "MCUBOOT_BOOTLOADER_MODE_SWAP_WITHOUT_SCRATCH", TUG_ROLES_APP, TUG_MODE_MOVE },
	{ "MCUBOOT_BOOTLOADER_MODE_SWAP_USING_OFFSET", TUG_ROLES_APP, TUG_MODE_OFFSET },
	{ "MCUBOOT_BOOTLOADER_MODE_SWAP_SCRATCH", TUG_ROLES_APP, TUG_MODE_SCRATCH },
	{ "MCUBOOT_BOOTLOADER_MODE_OVERWRITE_ONLY", TUG_ROLES_APP, TUG_MODE_OVERWRITE },
	{ "MCUBOOT_BOOTLOADER_MODE_DIRECT_XIP", TUG_ROLES_APP, TUG_MODE_XIP },
	{ "MCUBOOT_BOOTLOADER_MODE_DIRECT_XIP_WITH_REVERT", TUG_ROLES_APP, TUG_MODE_XIP },
	{ "MCUBOOT_BOOTLOADER_MODE_RAM_LOAD", TUG_ROLES_APP, TUG_MODE_RAM_LOAD },
	{ "MCUBOOT_BOOTLOADER_MODE_FIRMWARE_UPDATER", TUG_ROLES_APP, TUG_MODE_OTHER },
	{ "SINGLE_APPLICATION_SLOT", TUG_ROLES_BOOT, TUG_MODE_SINGLE },
	{ "BOOT_SWAP_USING_MOVE", TUG_ROLES_BOOT, TUG_MODE_MOVE },
	{ "BOOT_SWAP_USING_OFFSET", TUG_ROLES_BOOT, TUG_MODE_OFFSET },
	{ "BOOT_SWAP_USING_SCRATCH", TUG_ROLES_BOOT, TUG_MODE_SCRATCH },
	{ "BOOT_UPGRADE_ONLY", TUG_ROLES_BOOT, TUG_MODE_OVERWRITE },
	{ "BOOT_DIRECT_XIP", TUG_ROLES_BOOT, TUG_MODE_XIP },
	{ "BOOT_RAM_LOAD", TUG_ROLES_BOOT, TUG_MODE_RAM_LOAD },
	{ "BOOT_FIRMWARE_LOADER", TUG_ROLES_BOOT, TUG_MODE_OTHER },
};

enum tug_conf_mode tug_conf_mode(const struct tug_dg_facts *f, unsigned roles, const struct tug_dg_sym **at)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		const struct tug_dg_sym *s = (modes[i].roles & roles) != 0
						     ? tug_dg_conf_get(f->conf, modes[i].roles & roles, modes[i].name)
						     : NULL;

		if (s != NULL && strcmp(s->value, "y") == 0) {
			*at = s;
			return modes[i].mode;
		}
	}
	return TUG_MODE_UNKNOWN;
}

static enum tug_conf_mode device_mode(const struct tug_dg_facts *f)
{
	static const enum tug_conf_mode by_number[] = { TUG_MODE_SINGLE,   TUG_MODE_SCRATCH, TUG_MODE_OVERWRITE,
							TUG_MODE_MOVE,     TUG_MODE_XIP,     TUG_MODE_XIP,
							TUG_MODE_RAM_LOAD, TUG_MODE_OTHER };
	static const struct {
		const char *name;
		enum tug_conf_mode mode;
	} algorithms[] = { { "move", TUG_MODE_MOVE },
			   { "offset", TUG_MODE_OFFSET },
			   { "scratch", TUG_MODE_SCRATCH },
			   { "overwrite", TUG_MODE_OVERWRITE } };

	for (uint32_t i = f->boots.n; i-- > 0;) {
		for (size_t k = 0; k < sizeof(algorithms) / sizeof(algorithms[0]); k++) {
			if (strcmp(f->boots.boot[i].algorithm, algorithms[k].name) == 0) {
				return algorithms[k].mode;
			}
		}
	}
	return f->smp.device.mode >= 0 && f->smp.device.mode < (int32_t)(sizeof(by_number) / sizeof(by_number[0]))
		       ? by_number[f->smp.device.mode]
		       : TUG_MODE_UNKNOWN;
}

enum tug_conf_mode tug_conf_any_mode(const struct tug_dg_facts *f)
{
	static const unsigned order[] = { TUG_ROLES_BOOT, TUG_ROLES_SYSBUILD, TUG_ROLES_APP };
	enum tug_conf_mode m = device_mode(f);
	const struct tug_dg_sym *at;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]) && m == TUG_MODE_UNKNOWN; i++) {
		m = tug_conf_mode(f, order[i], &at);
	}
	return m;
}

const char *tug_conf_mode_name(enum tug_conf_mode m)
{
	static const char *const names[] = {
		"unknown",     "swap using move", "swap using offset", "swap using scratch", "overwrite only",
		"single slot", "DirectXIP",       "RAM load",          "firmware loader"
	};

	return (unsigned)m < sizeof(names) / sizeof(names[0]) ? names[m] : names[0];
}

/* ---- sums --------------------------------------------------------------------------------------------------- */

int64_t tug_conf_mtu(const struct tug_dg_facts *f)
{
	int64_t tx = tug_conf_value(f, TUG_ROLES_APP, "BT_L2CAP_TX_MTU");
	int64_t rx = tug_conf_value(f, TUG_ROLES_APP, "BT_BUF_ACL_RX_SIZE");

	if (tx <= 0 || tx > UINT16_MAX) {
		return 0;
	}
	return rx > 4 && rx - 4 < tx ? rx - 4 : tx;
}

bool tug_conf_external(const struct tug_dg_facts *f)
{
	const struct tug_dg_part *p = tug_dg_part_of(&f->parts, "mcuboot_secondary", -1);

	return (p != NULL && strcmp(p->region, "external_flash") == 0) ||
	       tug_dg_conf_is(f->conf, TUG_ROLES_SYSBUILD | TUG_ROLES_APP, "PM_EXTERNAL_FLASH_MCUBOOT_SECONDARY", "y");
}
