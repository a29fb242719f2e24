/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: single settings of the application and their arithmetic: groups and transports that are there, buffers
 * against each other, the Bluetooth link.
 */
#include <string.h>

#include "rules_conf_priv.h"

#define APP TUG_ROLES_APP
#define NETBUF_SIZE "MCUMGR_TRANSPORT_NETBUF_SIZE"
#define NETBUF_COUNT "MCUMGR_TRANSPORT_NETBUF_COUNT"
#define REASSEMBLY "MCUMGR_TRANSPORT_BT_REASSEMBLY"
#define CONTROL "MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL"

/* ---- what is there ------------------------------------------------------------------------------------------- */

static bool no_transport(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const heads[] = {
		"MCUMGR_TRANSPORT_BT",    "MCUMGR_TRANSPORT_UART",    "MCUMGR_TRANSPORT_SHELL",
		"MCUMGR_TRANSPORT_UDP",   "MCUMGR_TRANSPORT_LORAWAN", "MCUMGR_TRANSPORT_RAW",
		"MCUMGR_TRANSPORT_DUMMY", "MCUMGR_TRANSPORT_SPI",     "MCUMGR_SMP_"
	};
	const struct tug_dg_sym *s;

	if (!tug_dg_conf_is(f->conf, APP, "MCUMGR", "y") || tug_conf_ota(f) || f->smp.frames > 0) {
		return false;
	}
	for (size_t i = 0; (s = tug_dg_conf_at(f->conf, i)) != NULL; i++) {
		for (size_t k = 0; k < sizeof(heads) / sizeof(heads[0]) && (s->role & APP) != 0; k++) {
			if (strncmp(s->name, heads[k], strlen(heads[k])) == 0 && strcmp(s->value, "n") != 0) {
				return false;
			}
		}
	}
	tug_conf_quote(h, f, APP, "MCUMGR");
	if (!tug_conf_built(f, APP)) {
		tug_hit_possible(h, TUG_SEV_ADVICE);
	}
	return true;
}

/* A group that an update needs is off, or not mentioned. */
static bool no_group(const struct tug_dg_facts *f, struct tug_hit *h, const char *group)
{
	enum tug_conf_is is = tug_conf_state(f, APP, group);

	if (!tug_conf_dfu(f) || tug_conf_ota(f) || is == TUG_CONF_ON) {
		return false;
	}
	tug_conf_quote(h, f, APP, group);
	tug_conf_quote_dfu(h, f);
	if (is == TUG_CONF_UNKNOWN) {
		tug_hit_possible(h, TUG_SEV_ADVICE);
	}
	return true;
}

static bool no_os_group(const struct tug_dg_facts *f, struct tug_hit *h)
{
	/* A log in which the device answers one of its commands is of another build. */
	return f->smp.reset.ok == 0 && !f->smp.device.params_known && no_group(f, h, "MCUMGR_GRP_OS");
}

static bool no_img_group(const struct tug_dg_facts *f, struct tug_hit *h)
{
	return !f->smp.list.known && f->smp.upload.acked == 0 && no_group(f, h, "MCUMGR_GRP_IMG");
}

static bool ota_without_ground(const struct tug_dg_facts *f, struct tug_hit *h)
{
	enum tug_conf_is bt = tug_conf_state(f, APP, "BT_PERIPHERAL");
	enum tug_conf_is boot = tug_conf_state(f, APP, "BOOTLOADER_MCUBOOT");
	bool sb = tug_conf_on(f, TUG_ROLES_SYSBUILD, "BOOTLOADER_MCUBOOT") || tug_conf_on(f, APP, "SUIT");

	if (!tug_conf_ota(f) || tug_conf_built(f, APP) || (bt == TUG_CONF_ON && (boot == TUG_CONF_ON || sb))) {
		return false;
	}
	tug_conf_quote_dfu(h, f);
	tug_conf_quote(h, f, APP, "BT_PERIPHERAL");
	tug_conf_quote(h, f, APP, "BOOTLOADER_MCUBOOT");
	if (bt != TUG_CONF_OFF && boot != TUG_CONF_OFF) {
		tug_hit_possible(h, TUG_SEV_ADVICE);
	}
	return true;
}

/* ---- buffers ------------------------------------------------------------------------------------------------- */

static bool writes_dropped(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t mtu = tug_conf_mtu(f), buf = tug_conf_value(f, APP, NETBUF_SIZE);
	enum tug_conf_is joins = tug_conf_state(f, APP, REASSEMBLY);

	if (!tug_conf_ble(f) || joins == TUG_CONF_ON || mtu == 0 || mtu - 3 <= (buf > 0 ? buf : 384)) {
		return false;
	}
	tug_conf_quote(h, f, APP, "BT_L2CAP_TX_MTU");
	tug_conf_quote(h, f, APP, NETBUF_SIZE);
	tug_conf_quote(h, f, APP, REASSEMBLY);
	if (joins == TUG_CONF_UNKNOWN || buf <= 0) {
		tug_hit_possible(h, TUG_SEV_ADVICE);
	}
	return true;
}

static bool params_mislead(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t mtu = tug_conf_mtu(f), buf = tug_conf_value(f, APP, NETBUF_SIZE);
	enum tug_conf_is joins = tug_conf_state(f, APP, REASSEMBLY);

	if (!tug_conf_ble(f) || !tug_conf_on(f, APP, "MCUMGR_GRP_OS_MCUMGR_PARAMS") || joins == TUG_CONF_ON ||
	    mtu == 0 || buf <= mtu - 3) {
		return false;
	}
	tug_conf_quote(h, f, APP, "MCUMGR_GRP_OS_MCUMGR_PARAMS");
	tug_conf_quote(h, f, APP, NETBUF_SIZE);
	tug_conf_quote(h, f, APP, REASSEMBLY);
	tug_conf_quote(h, f, APP, "BT_L2CAP_TX_MTU");
	if (joins == TUG_CONF_UNKNOWN) {
		tug_hit_possible(h, TUG_SEV_ADVICE);
	}
	return true;
}

static bool acl_rx_small(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *tx = tug_dg_conf_get(f->conf, APP, "BT_L2CAP_TX_MTU"),
				*rx = tug_dg_conf_get(f->conf, APP, "BT_BUF_ACL_RX_SIZE");
	int64_t mtu = tug_dg_conf_num(f->conf, APP, "BT_L2CAP_TX_MTU", 0),
		acl = tug_dg_conf_num(f->conf, APP, "BT_BUF_ACL_RX_SIZE", 0);

	if (tx == NULL || rx == NULL || mtu < 23 || acl < 27 || mtu > UINT16_MAX || acl >= mtu + 4 ||
	    !(tug_conf_dfu(f) || f->logs)) {
		return false;
	}
	tug_hit_quote(h, &rx->at);
	tug_hit_quote(h, &tx->at);
	tug_hit_title(h, "BT_BUF_ACL_RX_SIZE (%lld) is less than BT_L2CAP_TX_MTU + 4 (%lld): the ATT MTU is %lld only",
		      (long long)acl, (long long)mtu + 4, (long long)acl - 4);
	return true;
}

static bool small_packets(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const names[] = { "BT_CTLR_DATA_LENGTH_MAX", "BT_BUF_ACL_TX_SIZE" };
	bool any = false;

	if (!tug_conf_dfu(f) || tug_dg_conf_num(f->conf, APP, "BT_L2CAP_TX_MTU", 0) <= 65) {
		return false;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int64_t v = tug_dg_conf_num(f->conf, APP, names[i], 0);

		if (v > 0 && v < 251) {
			tug_conf_quote(h, f, APP, names[i]);
			any = true;
		}
	}
	tug_conf_quote(h, f, APP, "BT_L2CAP_TX_MTU");
	return any;
}

static bool list_too_long(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const counts[] = { "MCUMGR_GRP_IMG_UPDATABLE_IMAGE_NUMBER", "UPDATEABLE_IMAGE_NUMBER" };
	int64_t buf = tug_conf_value(f, APP, NETBUF_SIZE);

	if (!tug_conf_dfu(f) || buf >= 512 || tug_conf_on(f, APP, "MCUMGR_GRP_IMG_FRUGAL_LIST")) {
		return false;
	}
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (tug_conf_value(f, APP, counts[i]) >= 2) {
			tug_conf_quote(h, f, APP, counts[i]);
			tug_conf_quote(h, f, APP, NETBUF_SIZE);
			if (buf <= 0) {
				tug_hit_possible(h, TUG_SEV_ADVICE);
			}
			return true;
		}
	}
	return false;
}

static bool last_write_short(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t mtu = tug_conf_mtu(f), buf = tug_dg_conf_num(f->conf, APP, NETBUF_SIZE, 0), rest;

	if (!tug_conf_ble(f) || !tug_conf_on(f, APP, REASSEMBLY) || mtu <= 23 || buf <= mtu) {
		return false;
	}
	rest = buf % (mtu - 3);
	if (rest == 0 || rest * 4 > mtu - 3) {
		return false;
	}
	tug_conf_quote(h, f, APP, NETBUF_SIZE);
	tug_conf_quote(h, f, APP, "BT_L2CAP_TX_MTU");
	tug_hit_title(h, "The last write of a full frame carries %lld of %lld octets", (long long)rest,
		      (long long)mtu - 3);
	return true;
}

static bool much_ram(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t buf = tug_dg_conf_num(f->conf, APP, NETBUF_SIZE, 0),
		count = tug_dg_conf_num(f->conf, APP, NETBUF_COUNT, 0);

	if (!tug_conf_dfu(f) || buf <= 0 || count <= 0 || buf > UINT16_MAX || count > UINT16_MAX ||
	    buf * count < 20480) {
		return false;
	}
	tug_conf_quote(h, f, APP, NETBUF_SIZE);
	tug_conf_quote(h, f, APP, NETBUF_COUNT);
	buf *= count;
	tug_hit_title(h, "The buffers of MCUmgr take %lld octets of RAM", (long long)buf);
	return true;
}

static bool stack_small(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const heavy[] = { "MCUMGR_GRP_FS", "MCUMGR_MGMT_NOTIFICATION_HOOKS", "MCUMGR_GRP_SHELL" };
	int64_t own = tug_conf_value(f, APP, "MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE");
	int64_t sys = tug_dg_conf_num(f->conf, APP, "SYSTEM_WORKQUEUE_STACK_SIZE", 0);
	uint32_t z = f->version.zephyr.v;

	if (!tug_conf_dfu(f)) {
		return false;
	}
	if (z != 0 && z < 30200 && sys > 0 && sys < 2304) {
		tug_conf_quote(h, f, APP, "SYSTEM_WORKQUEUE_STACK_SIZE");
		tug_hit_title(h,
			      "The stack of the system work queue (%lld) is below the 2304 octets that SMP commands "
			      "need on this SDK",
			      (long long)sys);
		tug_hit_fix(h, "CONFIG_SYSTEM_WORKQUEUE_STACK_SIZE=2304 or more.");
		return true;
	}
	if (own > 0 && own < 2048) {
		tug_conf_quote(h, f, APP, "MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE");
		return true;
	}
	for (size_t i = 0; i < sizeof(heavy) / sizeof(heavy[0]) && own > 0 && own < 3072; i++) {
		if (tug_conf_on(f, APP, heavy[i])) {
			tug_conf_quote(h, f, APP, "MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE");
			tug_conf_quote(h, f, APP, heavy[i]);
			tug_hit_title(h,
				      "The stack of the SMP work queue (%lld) may be too small for the groups and "
				      "hooks that run in it",
				      (long long)own);
			tug_hit_possible(h, TUG_SEV_ADVICE);
			return true;
		}
	}
	return false;
}

/* ---- the link ------------------------------------------------------------------------------------------------ */

static bool short_supervision(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const names[] = { CONTROL "_TIMEOUT", "BT_PERIPHERAL_PREF_TIMEOUT" };
	enum tug_conf_is progressive = tug_conf_state(f, APP, "IMG_ERASE_PROGRESSIVELY");

	if (!tug_conf_ble(f) || progressive == TUG_CONF_ON) {
		return false;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int64_t v = tug_conf_value(f, APP, names[i]);

		if (v > 0 && v <= 100 && (i > 0 || tug_conf_on(f, APP, CONTROL))) {
			tug_conf_quote(h, f, APP, names[i]);
			tug_conf_quote(h, f, APP, "IMG_ERASE_PROGRESSIVELY");
			tug_hit_title(h,
				      "The supervision time-out (%lld ms) is shorter than the erase of a slot, which "
				      "is not done step by step",
				      (long long)v * 10);
			if (progressive == TUG_CONF_UNKNOWN) {
				tug_hit_possible(h, TUG_SEV_ADVICE);
			}
			return true;
		}
	}
	return false;
}

static bool slow_first_chunk(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_part *p = tug_dg_part_of(&f->parts, "mcuboot_secondary", -1);
	enum tug_conf_is progressive = tug_conf_state(f, APP, "IMG_ERASE_PROGRESSIVELY");
	bool large = tug_conf_external(f) || (p != NULL && p->size > 262144);

	if (!tug_conf_dfu(f) || progressive == TUG_CONF_ON || !large ||
	    (progressive == TUG_CONF_UNKNOWN && !tug_conf_external(f))) {
		return false;
	}
	tug_conf_quote(h, f, APP, "IMG_ERASE_PROGRESSIVELY");
	if (p != NULL) {
		tug_hit_quote(h, &p->at);
	}
	tug_conf_quote(h, f, TUG_ROLES_SYSBUILD | APP, "PM_EXTERNAL_FLASH_MCUBOOT_SECONDARY");
	if (progressive == TUG_CONF_UNKNOWN) {
		tug_hit_possible(h, TUG_SEV_ADVICE);
	}
	return true;
}

static bool one_connection(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (!tug_conf_ble(f) || tug_conf_value(f, APP, "BT_MAX_CONN") != 1 || !tug_conf_on(f, APP, "BT_CENTRAL")) {
		return false;
	}
	tug_conf_quote(h, f, APP, "BT_MAX_CONN");
	return tug_conf_quote(h, f, APP, "BT_CENTRAL");
}

/* ---- who may ------------------------------------------------------------------------------------------------- */

static const char *const authenticated[] = { "MCUMGR_TRANSPORT_BT_PERM_RW_AUTHEN", "MCUMGR_TRANSPORT_BT_AUTHEN" };

static bool pairing_needed(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const others[] = { "MCUMGR_TRANSPORT_BT_PERM_RW", "MCUMGR_TRANSPORT_BT_PERM_RW_ENCRYPT" };

	if (!tug_conf_ble(f)) {
		return false;
	}
	for (size_t i = 0; i < sizeof(authenticated) / sizeof(authenticated[0]); i++) {
		const struct tug_dg_sym *s = tug_conf_sym(f, APP, authenticated[i]);

		if (s != NULL) {
			tug_hit_quote(h, &s->at);
			return strcmp(s->value, "y") == 0;
		}
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (tug_conf_on(f, APP, others[i])) {
			return false;
		}
	}
	if (tug_conf_built(f, APP)) {
		return false;
	}
	tug_conf_quote(h, f, APP, "MCUMGR_TRANSPORT_BT");
	tug_hit_title(h, "These files do not say who may use SMP over Bluetooth; without a word the link has to be "
			 "paired with MITM protection");
	tug_hit_possible(h, TUG_SEV_ADVICE);
	return true;
}

static bool pairing_impossible(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const ways[] = { "BT_FIXED_PASSKEY", "BT_APP_PASSKEY", "NCS_SAMPLE_BT_PASSKEY",
					    "DK_LIBRARY",       "DISPLAY",        "NFC_T4T_NDEF_FILE",
					    "BT_OOB",           "NFC_OOB_PAIRING" };

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (tug_conf_on(f, APP, ways[i])) {
			return false;
		}
	}
	for (size_t i = 0; i < sizeof(authenticated) / sizeof(authenticated[0]); i++) {
		if (tug_conf_ble(f) && tug_dg_conf_is(f->conf, APP, authenticated[i], "y")) {
			tug_conf_quote(h, f, APP, authenticated[i]);
			tug_hit_possible(h, TUG_SEV_ADVICE);
			return true;
		}
	}
	return false;
}

static bool open_to_all(const struct tug_dg_facts *f, struct tug_hit *h)
{
	bool open = tug_conf_on(f, APP, "MCUMGR_TRANSPORT_BT_PERM_RW");
	const struct tug_dg_sym *authen = tug_conf_sym(f, APP, "MCUMGR_TRANSPORT_BT_AUTHEN");

	open = open || (authen != NULL && strcmp(authen->value, "n") == 0 && !tug_conf_built(f, APP));
	if (!tug_conf_ble(f) || !open || tug_dg_conf_is(f->conf, APP, authenticated[0], "y") ||
	    tug_dg_conf_is(f->conf, APP, authenticated[1], "y") ||
	    tug_dg_conf_is(f->conf, APP, "MCUMGR_TRANSPORT_BT_PERM_RW_ENCRYPT", "y")) {
		return false;
	}
	if (!tug_conf_quote(h, f, APP, "MCUMGR_TRANSPORT_BT_PERM_RW") && authen != NULL) {
		tug_hit_quote(h, &authen->at);
	}
	if (h->n_evidence == 0) {
		tug_conf_quote_dfu(h, f);
	}
	return true;
}

static bool stale_cache(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const names[] = { "BT_GATT_CACHING", "BT_GATT_SERVICE_CHANGED" };
	bool any = false;

	if (!tug_conf_ble(f) || !(tug_conf_on(f, APP, "BT_SMP") || tug_conf_on(f, APP, "BT_BONDABLE"))) {
		return false;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (tug_dg_conf_is(f->conf, APP, names[i], "n")) {
			any = tug_conf_quote(h, f, APP, names[i]);
		}
	}
	return any;
}

static bool mtu_not_used(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t mtu = tug_dg_conf_num(f->conf, APP, "BT_L2CAP_TX_MTU", 0);

	if (tug_conf_built(f, APP) || !tug_conf_on(f, APP, "NCS_SAMPLE_MCUMGR_BT_OTA_DFU_SPEEDUP") || mtu <= 0 ||
	    mtu >= 498 || tug_conf_value(f, APP, "BT_BUF_ACL_RX_SIZE") < 502) {
		return false;
	}
	tug_conf_quote_dfu(h, f);
	return tug_conf_quote(h, f, APP, "BT_L2CAP_TX_MTU");
}

static bool few_tx_buffers(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const names[] = { "BT_L2CAP_TX_BUF_COUNT", "BT_BUF_ACL_TX_COUNT" };
	bool any = false;

	if (!tug_conf_ble(f) || tug_conf_value(f, APP, NETBUF_SIZE) < 1024 || !tug_conf_on(f, APP, REASSEMBLY)) {
		return false;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int64_t v = tug_dg_conf_num(f->conf, APP, names[i], 0);

		if (v > 0 && v < 3) {
			any = tug_conf_quote(h, f, APP, names[i]);
		}
	}
	return any;
}

static const struct tug_rule rules[] = {
	{
		.id = "L05",
		.rank = 305,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = no_transport,
		.title = "MCUmgr is on without any transport: no client reaches it",
		.cause = "CONFIG_MCUMGR alone brings the protocol; a transport has to be switched on.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_BT=y, CONFIG_MCUMGR_TRANSPORT_UART=y, "
		       "CONFIG_MCUMGR_TRANSPORT_SHELL=y or CONFIG_MCUMGR_TRANSPORT_UDP=y; over Bluetooth in the "
		       "nRF Connect SDK CONFIG_NCS_SAMPLE_MCUMGR_BT_OTA_DFU=y.",
		.next = "switch on a transport of MCUmgr",
		.settle = "Samples keep transports in overlay files: which ones does the build take (\"Merged "
			  "configuration\" in its log)?",
		.source = "L05; src:z:subsys/mgmt/mcumgr/transport",
	},
	{
		.id = "reset-unsupported",
		.rank = 310,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = no_os_group,
		.title = "The OS group of MCUmgr is not switched on: clients cannot restart the device",
		.cause = "Every client ends an update with the reset command of this group; without it the image is "
			 "marked and waits.",
		.fix = "CONFIG_MCUMGR_GRP_OS=y (and CONFIG_REBOOT=y).",
		.next = "set CONFIG_MCUMGR_GRP_OS=y",
		.settle = "Look: grep MCUMGR_GRP_OS build/<application>/zephyr/.config",
		.commands = "CONFIG_MCUMGR_GRP_OS=y\nCONFIG_REBOOT=y",
		.source = "L06; src:z:os_mgmt/Kconfig",
	},
	{
		.id = "image-group-missing",
		.rank = 312,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = no_img_group,
		.title = "The image group of MCUmgr is not switched on: no image can be uploaded",
		.cause = "Image list, upload, test and confirm are its commands.",
		.fix = "CONFIG_MCUMGR_GRP_IMG=y, with CONFIG_FLASH=y, CONFIG_FLASH_MAP=y, CONFIG_STREAM_FLASH=y and "
		       "CONFIG_IMG_MANAGER=y.",
		.next = "set CONFIG_MCUMGR_GRP_IMG=y with what it depends on",
		.settle = "Look: grep MCUMGR_GRP_IMG build/<application>/zephyr/.config",
		.commands =
			"CONFIG_MCUMGR_GRP_IMG=y\nCONFIG_FLASH=y\nCONFIG_FLASH_MAP=y\nCONFIG_STREAM_FLASH=y\nCONFIG_IMG_MANAGER=y",
		.source = "L07; src:z:img_mgmt/Kconfig",
	},
	{
		.id = "L09",
		.rank = 314,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = ota_without_ground,
		.title = "CONFIG_NCS_SAMPLE_MCUMGR_BT_OTA_DFU has no effect without a Bluetooth peripheral and "
			 "MCUboot",
		.cause = "The option depends on CONFIG_BT_PERIPHERAL and on MCUboot in the build and is dropped "
			 "without them.",
		.fix = "CONFIG_BT=y and CONFIG_BT_PERIPHERAL=y; {ncs<2.7:CONFIG_BOOTLOADER_MCUBOOT=y in "
		       "prj.conf;SB_CONFIG_BOOTLOADER_MCUBOOT=y in sysbuild.conf}.",
		.next = "switch on CONFIG_BT_PERIPHERAL and MCUboot",
		.settle = "Look: grep NCS_SAMPLE_MCUMGR_BT_OTA_DFU build/<application>/zephyr/.config",
		.source = "L09; OTAK",
	},
	{
		.id = "netbuf-drops-write",
		.rank = 450,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = writes_dropped,
		.title = "A write as large as the MTU does not fit MCUmgr's buffer, and frames are not joined: "
			 "upload chunks are dropped",
		.cause = "The SMP service refuses a write that is larger than its buffer; to a write without "
			 "response the client gets no answer and waits.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y with CONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS=y, or "
		       "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE of at least MTU - 3.",
		.next = "set CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y",
		.settle = "Look: grep -E 'BT_REASSEMBLY|NETBUF_SIZE|L2CAP_TX_MTU|ACL_RX_SIZE' "
			  "build/<application>/zephyr/.config",
		.commands =
			"CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y\nCONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS=y\nCONFIG_MCUMGR_"
			"TRANSPORT_NETBUF_SIZE=2475",
		.source = "L13; src:z:smp_bt.c; https://github.com/boogie/mcumgr-web/pull/17",
	},
	{
		.id = "params-without-reassembly",
		.rank = 452,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = params_mislead,
		.title = "The device announces a buffer larger than one write, and does not join writes",
		.cause = "From the answer to the parameters command clients conclude that frames may come in "
			 "pieces; the device takes each piece for a frame.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y; or CONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS=n; or a "
		       "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE of at most MTU - 3.",
		.next = "set CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y",
		.settle = "Look: grep -E 'BT_REASSEMBLY|MCUMGR_PARAMS|NETBUF_SIZE' "
			  "build/<application>/zephyr/.config",
		.commands = "CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y",
		.source = "L14; src:and:McuMgrBleTransport.java; OTAK",
	},
	{
		.id = "acl-rx-smaller-than-mtu",
		.rank = 550,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = acl_rx_small,
		.title = "BT_BUF_ACL_RX_SIZE is less than BT_L2CAP_TX_MTU + 4",
		.cause = "The MTU of the link is the smaller one of BT_L2CAP_TX_MTU and BT_BUF_ACL_RX_SIZE - 4 (the "
			 "L2CAP header); a payload has 3 octets less.",
		.fix = "CONFIG_BT_BUF_ACL_RX_SIZE = CONFIG_BT_L2CAP_TX_MTU + 4: 502 and 498, or 251 and 247.",
		.next = "raise CONFIG_BT_BUF_ACL_RX_SIZE to BT_L2CAP_TX_MTU + 4",
		.commands = "CONFIG_BT_L2CAP_TX_MTU=498\nCONFIG_BT_BUF_ACL_RX_SIZE=502",
		.source = "L15; IOS219; OTAK",
	},
	{
		.id = "L16",
		.rank = 571,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = small_packets,
		.title = "Packets on the air are shorter than 251 octets: each frame takes more of them, the upload "
			 "is slow",
		.cause = "A large MTU helps only when the link layer carries it in few packets.",
		.fix = "CONFIG_BT_CTLR_DATA_LENGTH_MAX=251 and CONFIG_BT_BUF_ACL_TX_SIZE=251, in the network core's "
		       "image as well.",
		.next = "set CONFIG_BT_CTLR_DATA_LENGTH_MAX=251 and CONFIG_BT_BUF_ACL_TX_SIZE=251",
		.commands = "CONFIG_BT_CTLR_DATA_LENGTH_MAX=251\nCONFIG_BT_BUF_ACL_TX_SIZE=251",
		.source = "L16; OTAK",
	},
	{
		.id = "netbuf-too-small-list",
		.rank = 316,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = list_too_long,
		.title = "The list of two images does not fit MCUmgr's buffer",
		.cause = "It needs 512 octets; the answer is an error instead, and clients stop there.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=512 or more (1024 for three images), or "
		       "CONFIG_MCUMGR_GRP_IMG_FRUGAL_LIST=y.",
		.next = "raise CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE to at least 512",
		.settle = "Look: grep NETBUF_SIZE build/<application>/zephyr/.config",
		.commands = "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE=1024",
		.source = "L17; src:z:img_mgmt/Kconfig",
	},
	{
		.id = "smp-stack-overflow",
		.rank = 553,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = stack_small,
		.title = "The stack of the SMP work queue is below its default of 2048 octets",
		.cause = "SMP commands, flash writes and the callbacks of the application run on it; an overflow "
			 "ends in a fault and silence.",
		.fix = "CONFIG_MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE=4096.",
		.next = "raise CONFIG_MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE to 4096",
		.settle = "CONFIG_THREAD_ANALYZER=y shows the unused part of the stack of \"mcumgr smp\" after an "
			  "upload",
		.commands = "CONFIG_MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE=4096",
		.source = "L20; L22; Z51606; https://github.com/golioth/pouch/pull/265",
	},
	{
		.id = "link-timeout-at-upload-start",
		.rank = 610,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = short_supervision,
		.title = "The supervision time-out is shorter than the erase of a slot",
		.cause = "While the whole slot is erased in the first request, the radio may be late and the link "
			 "ends with status 8.",
		.fix = "CONFIG_IMG_ERASE_PROGRESSIVELY=y; CONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_TIMEOUT=400 "
		       "and CONFIG_BT_PERIPHERAL_PREF_TIMEOUT=400 (4 s).",
		.next = "set CONFIG_IMG_ERASE_PROGRESSIVELY=y and longer supervision time-outs",
		.settle = "Look: grep IMG_ERASE_PROGRESSIVELY build/<application>/zephyr/.config",
		.commands = "CONFIG_IMG_ERASE_PROGRESSIVELY=y\nCONFIG_MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_TIMEOUT="
			    "400\nCONFIG_BT_PERIPHERAL_PREF_TIMEOUT=400",
		.source = "L23; ANC189; Z92760; NM106",
	},
	{
		.id = "perf-erase-first",
		.rank = 576,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = slow_first_chunk,
		.title = "The whole secondary slot is erased within the first chunk: it takes seconds, on external "
			 "flash tens of them",
		.cause = "Without progressive erase the first upload request erases the slot; clients with a short "
			 "time-out give up.",
		.fix = "CONFIG_IMG_ERASE_PROGRESSIVELY=y.",
		.next = "set CONFIG_IMG_ERASE_PROGRESSIVELY=y",
		.settle = "Look: grep IMG_ERASE_PROGRESSIVELY build/<application>/zephyr/.config",
		.commands = "CONFIG_IMG_ERASE_PROGRESSIVELY=y",
		.source = "L25; NM106; MM28",
	},
	{
		.id = "single-connection-busy",
		.rank = 640,
		.severity = TUG_SEV_ADVICE,
		.flags = TUG_RULE_CONFIG,
		.when = one_connection,
		.title = "One connection for everything: while the device is a central to another one it cannot be "
			 "updated",
		.cause = "CONFIG_BT_MAX_CONN=1 is shared by the central role and the link of the update.",
		.fix = "CONFIG_BT_MAX_CONN=2 (with the counts of the controller), and advertise again from the "
		       "recycled callback.",
		.commands = "CONFIG_BT_MAX_CONN=2",
		.source = "L26; DZ104511; src:z:smp_bt.c",
	},
	{
		.id = "smp-auth-required",
		.rank = 672,
		.severity = TUG_SEV_ADVICE,
		.flags = TUG_RULE_CONFIG,
		.when = pairing_needed,
		.title = "SMP over Bluetooth is for paired links with MITM protection only",
		.cause = "{z<4.0:CONFIG_MCUMGR_TRANSPORT_BT_AUTHEN is on by "
			 "default;CONFIG_MCUMGR_TRANSPORT_BT_PERM_RW_AUTHEN is the default of the choice}: clients "
			 "that cannot pair (the mcumgr tool) are refused or get no answer.",
		.fix = "Pair with a client that can; or "
		       "{z<4.0:CONFIG_MCUMGR_TRANSPORT_BT_AUTHEN=n;CONFIG_MCUMGR_TRANSPORT_BT_PERM_RW_ENCRYPT=y "
		       "(Just Works) or CONFIG_MCUMGR_TRANSPORT_BT_PERM_RW=y (open)}.",
		.settle = "Look: grep -E 'BT_AUTHEN|BT_PERM_RW' build/<application>/zephyr/.config",
		.source = "L27; MCLI14; OTAK; Zephyr 4.0 migration guide",
	},
	{
		.id = "smp-auth-impossible",
		.rank = 674,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = pairing_impossible,
		.title = "SMP needs an authenticated link, and nothing here shows how the device would authenticate "
			 "one",
		.cause = "Just Works pairing gives an unauthenticated key (level 2); the characteristic asks for "
			 "level 3: a passkey, a comparison or out-of-band data.",
		.fix = "Give the application passkey callbacks or a fixed passkey, or ask for encryption only: "
		       "CONFIG_MCUMGR_TRANSPORT_BT_PERM_RW_ENCRYPT=y.",
		.settle = "Does the application register bt_conn_auth_cb with a passkey, or set a fixed one?",
		.source = "L29; src:z:smp_bt.c",
	},
	{
		.id = "smp-open",
		.rank = 665,
		.severity = TUG_SEV_ADVICE,
		.flags = TUG_RULE_CONFIG,
		.when = open_to_all,
		.title = "Anybody in range may list, upload and restart: SMP over Bluetooth is open",
		.cause = "The characteristic asks for no pairing (so does the option NCS_SAMPLE_MCUMGR_BT_OTA_DFU). "
			 "MCUboot still checks the signature, if the key is not the public one.",
		.fix = "For a product CONFIG_MCUMGR_TRANSPORT_BT_PERM_RW_ENCRYPT=y or _AUTHEN=y; {z<4.0:on this SDK "
		       "CONFIG_MCUMGR_TRANSPORT_BT_AUTHEN=y;either of the choice}.",
		.source = "L30; OTAK; https://github.com/nrfconnect/sdk-edge-ai/pull/70",
	},
	{
		.id = "gatt-stale-cache",
		.rank = 556,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = stale_cache,
		.title = "Bonded phones are not told when the services change after an update",
		.cause = "With GATT caching or the Service Changed indication off, a bonded phone keeps the "
			 "attribute table of the old firmware.",
		.fix = "CONFIG_BT_GATT_SERVICE_CHANGED=y, CONFIG_BT_GATT_CACHING=y and CONFIG_BT_SETTINGS=y.",
		.next = "switch on CONFIG_BT_GATT_SERVICE_CHANGED and CONFIG_BT_GATT_CACHING",
		.commands = "CONFIG_BT_GATT_SERVICE_CHANGED=y\nCONFIG_BT_GATT_CACHING=y\nCONFIG_BT_SETTINGS=y",
		.source = "L56; AND309",
	},
	{
		.id = "L18",
		.rank = 696,
		.severity = TUG_SEV_HARMLESS,
		.flags = TUG_RULE_CONFIG,
		.when = last_write_short,
		.title = "The last write of a full frame is nearly empty",
		.cause = "Frames of the buffer's size are cut into writes of MTU - 3; the rest takes a write of its "
			 "own.",
		.fix = "A CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE of k * (MTU - 3): 2475 for an MTU of 498.",
		.source = "L18; OTAK",
	},
	{
		.id = "L19",
		.rank = 697,
		.severity = TUG_SEV_HARMLESS,
		.flags = TUG_RULE_CONFIG,
		.when = much_ram,
		.title = "The buffers of MCUmgr take much RAM",
		.cause = "Each of CONFIG_MCUMGR_TRANSPORT_NETBUF_COUNT buffers has "
			 "CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE octets, for as long as the device runs.",
		.fix = "4 buffers of 2475 octets are enough for the full speed of Bluetooth.",
		.source = "L19; OTAK",
	},
	{
		.id = "L63",
		.rank = 698,
		.severity = TUG_SEV_HARMLESS,
		.flags = TUG_RULE_CONFIG,
		.when = mtu_not_used,
		.title = "The MTU is set lower than the buffers that the speed-up option brings: it works, slower",
		.cause = "Reception is prepared for 498; BT_L2CAP_TX_MTU limits the link.",
		.fix = "Take the line CONFIG_BT_L2CAP_TX_MTU out.",
		.source = "L63; OTAK",
	},
	{
		.id = "L64",
		.rank = 699,
		.severity = TUG_SEV_HARMLESS,
		.flags = TUG_RULE_CONFIG,
		.when = few_tx_buffers,
		.title = "Few transmit buffers for large answers: they wait for each other",
		.cause = "An answer of several notifications needs a buffer for each that is under way.",
		.fix = "CONFIG_BT_L2CAP_TX_BUF_COUNT=5 and CONFIG_BT_BUF_ACL_TX_COUNT=5 or more.",
		.source = "L64; src:z:smp_bt.c",
	},
};

const struct tug_rule_set tug_rules_lint = { rules, sizeof(rules) / sizeof(rules[0]) };
