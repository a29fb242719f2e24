/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: commands that the device does not have (code 8), and answers that only look like a fault.
 */
#include <stdio.h>
#include <string.h>

#include <tug/smp_text.h>

#include "refusal_priv.h"

/* A refusal of a command that an update can live without; `next` says what a reader should look at instead. */
static void after_it(const struct tug_dg_facts *f, struct tug_hit *h, const struct tug_dg_refusal *r)
{
	const char *cause = h->cause != NULL ? h->cause : h->rule->cause;
	char text[1024];

	snprintf(text, sizeof(text), "%s", cause);
	if (f->smp.client.said_success) {
		tug_hit_cause(h, "%s The client went on and ended well.", text);
	} else if (r->later_requests > 0) {
		tug_hit_cause(h, "%s The client went on to other commands after it: what stops an update is further "
				 "down.",
			      text);
	} else {
		tug_hit_cause(h, "%s The log ends here, before the real cause shows: this line is not it.", text);
	}
}

/* The row's refusals, or else one of its patterns in a log without frames. */
static bool refused_or_said(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r = tug_hit_refusals(f, h);

	if (r != NULL) {
		after_it(f, h, r);
		tug_hit_any(h);
		return true;
	}
	return tug_hit_any(h);
}

static bool erase_storage(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r = tug_hit_refusals(f, h);

	if (r != NULL && r->group != TUG_GRP_ZBASIC) {
		tug_hit_possible(h, TUG_SEV_HARMLESS);
		tug_hit_title(h, "NOT_SUPPORTED (8) before the first chunk: most likely the optional erase of the "
				 "application settings, which the update does not need");
	}
	if (r != NULL) {
		after_it(f, h, r);
	}
	return tug_hit_any(h) || r != NULL;
}

static bool bootinfo(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (!refused_or_said(f, h)) {
		return false;
	}
	if (tug_dg_conf_is(f->conf, TUG_ROLES_SYSBUILD, "MCUBOOT_MODE_DIRECT_XIP", "y") ||
	    tug_dg_conf_is(f->conf, TUG_ROLES_SYSBUILD, "MCUBOOT_MODE_DIRECT_XIP_WITH_REVERT", "y") ||
	    tug_dg_conf_is(f->conf, TUG_ROLES_SYSBUILD, "MCUBOOT_MODE_OVERWRITE_ONLY", "y")) {
		tug_hit_title(h, "The device does not tell its bootloader's mode, so clients assume a swap, which is "
				 "wrong here");
		h->severity = TUG_SEV_DEGRADED;
	}
	return true;
}

static bool group_missing(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r = tug_hit_refusals(f, h);

	if (f->smp.device.mode == 7 || tug_hit_seen(h, 0) || tug_hit_seen(h, 1)) {
		if (r == NULL && h->n_evidence == 0) {
			return false;
		}
		tug_hit_title(h, "The running application has no image group: this device is updated from its firmware "
				 "loader");
		tug_hit_cause(h, "With a firmware loader only that second application can write images; the client has "
				 "to restart the device into it, and could not (it writes the loader's name through "
				 "the settings group first, which needs CONFIG_MCUMGR_GRP_SETTINGS).");
		tug_hit_fix(h, "Start the firmware loader by hand (button or entry condition of the product), connect "
			       "to it and run the update there; give the application CONFIG_MCUMGR_GRP_SETTINGS=y and "
			       "CONFIG_MCUMGR_GRP_OS_RESET_BOOT_MODE=y so that clients can do it.");
		tug_hit_commands(h, "%s", "");
		return !tug_dg_well_after(f, NULL);
	}
	if (r == NULL && tug_hit_seen(h, 2)) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
		return !f->smp.list.known && !tug_dg_well_after(f, NULL);
	}
	return r != NULL;
}

static bool other_group(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r = tug_hit_refusals(f, h);
	const struct tug_smp_cmd_text *t;
	const char *group;

	if (r == NULL) {
		return false;
	}
	t = tug_smp_cmd_text(r->group, r->id, r->op);
	group = tug_smp_group_name(r->group);
	if (t != NULL) {
		tug_hit_title(h, "The device does not have \"%s\" (group %u, command %u), which no update "
				 "needs", t->name,
			      r->group, r->id);
	} else {
		tug_hit_title(h, "The device does not have group %u%s%s%s, which no update needs", r->group,
			      group != NULL ? " (" : r->group == 128 ? " (Memfault, nRF Cloud)" : "",
			      group != NULL ? group : "", group != NULL ? ")" : "");
	}
	if (t != NULL && t->kconfig[0] != '\0') {
		char names[128], list[160] = "";
		char *save = NULL;

		snprintf(names, sizeof(names), "%s", t->kconfig);
		for (char *w = strtok_r(names, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
			size_t n = strlen(list);

			snprintf(list + n, sizeof(list) - n, "%sCONFIG_%.60s=y", n > 0 ? " and " : "", w);
		}
		tug_hit_fix(h, "Nothing to do for an update. To have the command: %s.", list);
	}
	after_it(f, h, r);
	return true;
}

static bool reset_ok(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (!tug_hit_seen(h, 0)) {
		return false;
	}
	tug_hit_seen(h, 1);
	if (h->seen[1]->count == 0 && f->smp.reset.ok == 0) {
		tug_hit_title(h, "An answer with code 0 (EOK) is success, although the client prints it as an error");
	}
	return true;
}

static const struct tug_rule rules[] = {
	{
		.id = "reset-unsupported",
		.rank = 150,
		.severity = TUG_SEV_BLOCKING,
		.when = tug_dg_when_refused,
		.title = "The device has no reset command, so the client cannot start the bootloader",
		.cause = "The OS group or CONFIG_REBOOT is not in this build: CONFIG_REBOOT=n takes the reset command "
			 "away even where the group is there. An image that was marked before stays marked.",
		.fix = "Restart the device by power or button now: the bootloader then looks at the marked image. For "
		       "the next time set CONFIG_MCUMGR_GRP_OS=y and CONFIG_REBOOT=y.",
		.next = "restart the device by power or button, then list the images",
		.commands = "CONFIG_MCUMGR_GRP_OS=y\nCONFIG_REBOOT=y",
		.source = "src:z:os_mgmt/Kconfig",
	},
	{
		.id = "reset-refused-by-app",
		.rank = 155,
		.severity = TUG_SEV_BLOCKING,
		.when = tug_dg_when_refused,
		.title = "The application on the device refuses the reset",
		.cause = "A callback of the project on the reset command (CONFIG_MCUMGR_GRP_OS_RESET_HOOK) answered "
			 "busy, denied or a code of its own. Without the restart the bootloader never looks at the new "
			 "image.",
		.fix = "Find out what the callback for MGMT_EVT_OP_OS_MGMT_RESET waits for and end it, or send the "
		       "reset with \"force\" if that callback honours it; a power cycle does as well.",
		.next = "end what the device is busy with and send the reset again, or switch the power off and on",
		.source = "src:z:os_mgmt",
	},
	{
		.id = "image-group-missing",
		.rank = 160,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Connect to the Firmware Loader manually",
			  "Reset into Firmware Loader (Bootloader Mode) required", "Missing images information" },
		.when = group_missing,
		.title = "The running firmware has no image group: it can neither list nor take images",
		.cause = "CONFIG_MCUMGR_GRP_IMG is not in this build. Often it was asked for and dropped in silence, "
			 "since one of its dependencies is off (FLASH, FLASH_MAP, STREAM_FLASH, IMG_MANAGER); a "
			 "single-slot MCUboot and a firmware-loader application also go without it.",
		.fix = "Look at MCUMGR_GRP_IMG in the generated .config of the firmware that is ON the device, set it "
		       "and what it depends on, and flash that build once by cable.",
		.next = "check MCUMGR_GRP_IMG in the generated .config of the build that is on the device",
		.settle = "Send a plain image list and keep the frame of its answer: {\"rc\":8} means that the group "
			  "is missing.",
		.commands = "CONFIG_FLASH=y\nCONFIG_FLASH_MAP=y\nCONFIG_STREAM_FLASH=y\nCONFIG_IMG_MANAGER=y\n"
			    "CONFIG_MCUMGR_GRP_IMG=y",
		.source = "src:z:img_mgmt/Kconfig; src:and:Validate.java",
	},
	{
		.id = "state-write-unsupported",
		.rank = 165,
		.severity = TUG_SEV_BLOCKING,
		.when = tug_dg_when_refused,
		.title = "The device lists images but does not take \"test\" or \"confirm\"",
		.cause = "A build for DirectXIP without revert has no such command: the bootloader starts whichever "
			 "slot holds the higher version, nothing has to be marked.",
		.fix = "Use the client's mode \"None\" or \"Upload only\" and give the new image a higher version; "
		       "then only a reset is needed.",
		.next = "update in the client's mode \"None\"/\"Upload only\" with a version above the running one",
		.commands = "mcumgr image upload zephyr.signed.bin\nmcumgr reset",
		.source = "src:z:img_mgmt.c",
	},
	{
		.id = "erase-storage-unsupported",
		.rank = 100,
		.severity = TUG_SEV_HARMLESS,
		.seen = { "Erasing app settings not supported" },
		.when = erase_storage,
		.title = "The optional erase of the application settings is not in this firmware; the update does not "
			 "need it",
		.cause = "Clients send group 63, command 0 when \"Erase application settings\" is ticked, and ignore "
			 "code 8. The command exists only with CONFIG_MCUMGR_GRP_ZBASIC_STORAGE_ERASE, which the nRF "
			 "Connect SDK switches on by itself only where settings are kept in NVS or FCB.",
		.fix = "Nothing is needed: untick \"Erase application settings\". To have it, set "
		       "CONFIG_MCUMGR_GRP_ZBASIC=y and CONFIG_MCUMGR_GRP_ZBASIC_STORAGE_ERASE=y and give the device a "
		       "storage partition.",
		.settle = "Look at the request before the answer (levels DEBUG and APPLICATION): group 63, command 0 "
			  "is the erase of the settings.",
		.commands = "CONFIG_MCUMGR_GRP_ZBASIC=y\nCONFIG_MCUMGR_GRP_ZBASIC_STORAGE_ERASE=y",
		.source = "src:and:EraseStorage.java; src:ios; OTAK; DZ104511, DZ88443, DZ76399, DZ118206",
	},
	{
		.id = "erase-storage-fails",
		.rank = 510,
		.severity = TUG_SEV_DEGRADED,
		.when = tug_dg_when_refused,
		.title = "The device has the erase of the application settings, but it fails",
		.cause = "The storage area cannot be opened or erased: the partition is missing from the layout that "
			 "the firmware was built with, or its flash driver is off. Old settings stay.",
		.fix = "Give the layout a storage_partition (Partition Manager: settings_storage) and enable the "
		       "driver of the flash it lies in; or untick the erase in the client.",
		.source = "src:z:zephyr_basic/src/basic_mgmt.c",
	},
	{
		.id = "params-unsupported",
		.rank = 105,
		.severity = TUG_SEV_HARMLESS,
		.seen = { "Mcu Manager parameters not supported", "Error reading MCUMgr parameters" },
		.when = refused_or_said,
		.title = "The device does not tell its buffer sizes; the client falls back to small packets",
		.cause = "The question for MCUmgr parameters (group 0, command 6) is optional and off by default in "
			 "Zephyr. It only costs speed: the client sends one packet per link MTU or its own default.",
		.fix = "Nothing is needed. For faster uploads set CONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS=y, over Bluetooth "
		       "together with CONFIG_MCUMGR_TRANSPORT_BT_REASSEMBLY=y.",
		.commands = "CONFIG_MCUMGR_GRP_OS_MCUMGR_PARAMS=y",
		.source = "src:and; DZ96939; OTAK",
	},
	{
		.id = "bootinfo-unsupported",
		.rank = 110,
		.severity = TUG_SEV_HARMLESS,
		.seen = { "Bootloader Info not supported", "Bootloader Mode not supported" },
		.when = bootinfo,
		.title = "The device does not tell its bootloader's mode; clients assume MCUboot with swap",
		.cause = "The question (group 0, command 8) exists since Zephyr 3.5 and is optional. The assumption is "
			 "right for swap modes; with DirectXIP or overwrite-only it makes clients take the wrong "
			 "steps.",
		.fix = "Nothing is needed with a swap bootloader. Otherwise set "
		       "CONFIG_MCUMGR_GRP_OS_BOOTLOADER_INFO=y.",
		.commands = "CONFIG_MCUMGR_GRP_OS_BOOTLOADER_INFO=y",
		.source = "src:and:Validate.java; src:ios; OTAK",
	},
	{
		.id = "slotinfo-unsupported",
		.rank = 115,
		.severity = TUG_SEV_HARMLESS,
		.when = refused_or_said,
		.title = "The device does not tell the sizes of its slots; nothing in an update depends on it",
		.cause = "The question (group 1, command 6) is on by default only in builds for more than one image.",
		.fix = "Nothing is needed. CONFIG_MCUMGR_GRP_IMG_SLOT_INFO=y lets tools check the size of an image "
		       "before they send it.",
		.commands = "CONFIG_MCUMGR_GRP_IMG_SLOT_INFO=y",
		.source = "src:z:img_mgmt/Kconfig",
	},
	{
		.id = "other-group-unsupported",
		.rank = 120,
		.severity = TUG_SEV_HARMLESS,
		.when = other_group,
		.title = "The device does not have an optional command that the client tried",
		.cause = "Clients probe for what else a device can do (statistics, files, shell, settings, cloud "
			 "diagnostics). Code 8 only says that this build goes without.",
		.fix = "Nothing to do for an update.",
		.source = "src:and:ObservableMcuMgrBleTransport; FLU36",
	},
	{
		.id = "recovery-command-set",
		.rank = 125,
		.severity = TUG_SEV_HARMLESS,
		.when = refused_or_said,
		.title = "MCUboot's serial recovery answers, and it knows only a few commands",
		.cause = "In recovery there is upload, reset and a short image list. Echo needs CONFIG_BOOT_MGMT_ECHO, "
			 "test and confirm need CONFIG_BOOT_SERIAL_IMG_GRP_IMAGE_STATE; everything else gets code 8. "
			 "An image uploaded here goes straight into the slot that boots, so nothing has to be marked.",
		.fix = "Upload the signed image and reset; leave test and confirm out.",
		.commands = "mcumgr image upload zephyr.signed.bin\nmcumgr reset",
		.source = "src:mb:boot_serial.c; SREC; DZ107657",
	},
	{
		.id = "reset-ok",
		.rank = 130,
		.severity = TUG_SEV_HARMLESS,
		.seen = { "rc=<MGMT_ERR.EOK: 0>", "OSManagementErrorV1(" },
		.when = reset_ok,
		.title = "The reset was accepted: its answer is code 0 (EOK), although the client prints it as an "
			 "error",
		.cause = "Some servers, MCUboot's serial recovery among them, put {\"rc\":0} into an answer that newer "
			 "ones leave empty. This client shows every answer with an \"rc\" as an error of version 1.",
		.fix = "Nothing is needed: code 0 is success.",
		.source = "SM59",
	},
};

const struct tug_rule_set tug_rules_missing = { rules, sizeof(rules) / sizeof(rules[0]) };
