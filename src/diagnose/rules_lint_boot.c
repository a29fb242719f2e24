/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: single settings of MCUboot and sysbuild.
 */
#include <string.h>

#include "rules_conf_priv.h"

#define BOOT TUG_ROLES_BOOT
#define SB TUG_ROLES_SYSBUILD

static bool sectors_limit(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const slots[] = { "mcuboot_primary", "mcuboot_secondary" };
	int64_t max = tug_conf_value(f, BOOT, "BOOT_MAX_IMG_SECTORS");

	if ((tug_dg_conf_roles(f->conf) & BOOT) == 0 || tug_conf_on(f, BOOT, "BOOT_MAX_IMG_SECTORS_AUTO") || max == 0) {
		return false;
	}
	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
		const struct tug_dg_part *p = tug_dg_part_of(&f->parts, slots[i], -1);
		uint64_t sectors = p != NULL && (!p->dts || tug_conf_chip_is(f, "nrf")) ? p->size / 4096 : 0;

		if (sectors <= (uint64_t)(max > 0 ? max : 128)) {
			continue;
		}
		tug_conf_quote(h, f, BOOT, "BOOT_MAX_IMG_SECTORS");
		tug_hit_quote(h, &p->at);
		tug_hit_title(h, "A slot has %llu sectors, MCUboot is built for %lld", (unsigned long long)sectors,
			      (long long)(max > 0 ? max : 128));
		if (max < 0) { /* the default of 128, unless a board file sets it */
			tug_hit_possible(h, TUG_SEV_ADVICE);
		}
		return true;
	}
	return false;
}

static bool recovery_console(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *console = tug_dg_conf_get(f->conf, TUG_ROLE_BOOT, "UART_CONSOLE");

	if (!tug_conf_on(f, TUG_ROLE_BOOT, "MCUBOOT_SERIAL") || console == NULL || strcmp(console->value, "y") != 0 ||
	    tug_conf_on(f, TUG_ROLE_BOOT, "BOOT_SERIAL_CDC_ACM") ||
	    tug_conf_off(f, TUG_ROLE_BOOT, "BOOT_SERIAL_UART")) {
		return false;
	}
	tug_conf_quote(h, f, TUG_ROLE_BOOT, "MCUBOOT_SERIAL");
	tug_conf_quote(h, f, TUG_ROLE_BOOT, "BOOT_SERIAL_UART");
	tug_hit_quote(h, &console->at);
	tug_hit_possible(h, TUG_SEV_DEGRADED); /* they may be on two UARTs */
	return true;
}

static bool receive_room(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t size = tug_dg_conf_num(f->conf, BOOT, "BOOT_SERIAL_MAX_RECEIVE_SIZE", -1);
	int64_t line = tug_dg_conf_num(f->conf, BOOT, "BOOT_MAX_LINE_INPUT_LEN", -1),
		bufs = tug_dg_conf_num(f->conf, BOOT, "BOOT_LINE_BUFS", -1);
	bool told = line > 0 || bufs > 0;

	line = line > 0 ? line : 128;
	bufs = bufs > 0 ? bufs : 8;
	if (size <= 0 || !told || line > UINT16_MAX || bufs > UINT16_MAX || size <= line * bufs) {
		return false;
	}
	tug_conf_quote(h, f, BOOT, "BOOT_SERIAL_MAX_RECEIVE_SIZE");
	tug_conf_quote(h, f, BOOT, "BOOT_MAX_LINE_INPUT_LEN");
	tug_conf_quote(h, f, BOOT, "BOOT_LINE_BUFS");
	return true;
}

static const char *const drivers[] = { "NORDIC_QSPI_NOR", "SPI_NOR", "FLASH_MSPI_NOR" };

/* A driver of these, or of another maker. */
static bool has_driver(const struct tug_dg_facts *f, unsigned roles)
{
	static const char *const parts[] = { "_NOR", "QSPI", "MSPI", "OSPI", "XSPI", "FLEXSPI", "SPI_FLASH" };
	const struct tug_dg_sym *s;

	for (size_t i = 0; (s = tug_dg_conf_at(f->conf, i)) != NULL; i++) {
		for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]) && (s->role & roles) != 0; k++) {
			if (strcmp(s->value, "y") == 0 && strstr(s->name, parts[k]) != NULL &&
			    tug_conf_on(f, roles, s->name)) {
				return true;
			}
		}
	}
	return false;
}

/* The secondary slot is in external flash, and an image is built without a driver for it. */
static bool no_driver(const struct tug_dg_facts *f, struct tug_hit *h, unsigned roles)
{
	const struct tug_dg_part *p = tug_dg_part_of(&f->parts, "mcuboot_secondary", -1);

	if (!tug_conf_external(f) || (tug_dg_conf_roles(f->conf) & roles) == 0 || has_driver(f, roles)) {
		return false;
	}
	if (p != NULL) {
		tug_hit_quote(h, &p->at);
	}
	tug_conf_quote(h, f, SB | TUG_ROLES_APP, "PM_EXTERNAL_FLASH_MCUBOOT_SECONDARY");
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		tug_conf_quote(h, f, roles, drivers[i]);
	}
	if (!tug_conf_built(f, roles)) {
		tug_hit_possible(h, TUG_SEV_ADVICE); /* a board's own file may have it */
	}
	return true;
}

static bool boot_driver(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (no_driver(f, h, BOOT)) {
		return true;
	}
	if (tug_conf_external(f) && tug_conf_on(f, BOOT, "SPI_NOR") &&
	    tug_dg_conf_is(f->conf, BOOT, "MULTITHREADING", "n")) {
		tug_conf_quote(h, f, BOOT, "SPI_NOR");
		tug_conf_quote(h, f, BOOT, "MULTITHREADING");
		tug_hit_title(h,
			      "MCUboot is built without multithreading; the SPI driver of its external flash needs it");
		return true;
	}
	return false;
}

static bool app_driver(const struct tug_dg_facts *f, struct tug_hit *h)
{
	return tug_conf_dfu(f) && no_driver(f, h, TUG_ROLES_APP);
}

static bool watchdog_hungry(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const uses[] = { "WATCHDOG", "WDT_NRFX", "TASK_WDT", "WDT" };

	if (!tug_dg_conf_is(f->conf, BOOT, "BOOT_WATCHDOG_FEED", "n")) {
		return false;
	}
	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		if (tug_dg_conf_is(f->conf, TUG_ROLES_APP, uses[i], "y")) {
			tug_conf_quote(h, f, TUG_ROLES_APP, uses[i]);
			return tug_conf_quote(h, f, BOOT, "BOOT_WATCHDOG_FEED");
		}
	}
	return false;
}

static bool core_left_dirty(const struct tug_dg_facts *f, struct tug_hit *h)
{
	return tug_dg_conf_is(f->conf, BOOT, "MCUBOOT_CLEANUP_ARM_CORE", "n") &&
	       tug_conf_quote(h, f, BOOT, "MCUBOOT_CLEANUP_ARM_CORE");
}

static bool key_in_wrong_place(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *key = tug_dg_conf_get(f->conf, TUG_ROLE_BOOT, "BOOT_SIGNATURE_KEY_FILE");

	if (key == NULL || key->value[0] == '\0' || tug_dg_conf_get(f->conf, SB, "BOOT_SIGNATURE_KEY_FILE") != NULL ||
	    !(tug_conf_sysbuild(f) || f->version.ncs.v >= 20700) || f->build.child_image.line != 0) {
		return false;
	}
	tug_hit_quote(h, &key->at);
	if (!tug_conf_sysbuild(f) || !tug_conf_built(f, SB)) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

static bool pure_outside(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_part *p = tug_dg_part_of(&f->parts, "mcuboot_secondary", -1);

	if (!tug_conf_external(f) || !tug_dg_conf_is(f->conf, SB, "BOOT_SIGNATURE_TYPE_PURE", "y")) {
		return false;
	}
	tug_conf_quote(h, f, SB, "BOOT_SIGNATURE_TYPE_PURE");
	tug_conf_quote(h, f, SB | TUG_ROLES_APP, "PM_EXTERNAL_FLASH_MCUBOOT_SECONDARY");
	if (p != NULL) {
		tug_hit_quote(h, &p->at);
	}
	return true;
}

static const struct tug_rule rules[] = {
	{
		.id = "boot-max-sectors",
		.rank = 366,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = sectors_limit,
		.title = "The slots have more sectors than MCUboot is built for",
		.cause = "CONFIG_BOOT_MAX_IMG_SECTORS (128 by default, 512 KiB) bounds the slots; with larger ones "
			 "MCUboot boots the old image and leaves the new one pending.",
		.fix = "In {mcuboot.conf}: CONFIG_BOOT_MAX_IMG_SECTORS=256, or 512 for slots beyond 1 MiB.",
		.next = "raise CONFIG_BOOT_MAX_IMG_SECTORS in MCUboot's configuration",
		.settle = "Look: grep BOOT_MAX_IMG_SECTORS build/mcuboot/zephyr/.config",
		.commands = "CONFIG_BOOT_MAX_IMG_SECTORS=256",
		.source = "L41; PART; NZ3080; ACAD",
	},
	{
		.id = "recovery-console-conflict",
		.rank = 568,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = recovery_console,
		.title = "MCUboot's console and its serial recovery are both on a UART",
		.cause = "On the same UART the console's text and the frames of the recovery disturb each other.",
		.fix = "CONFIG_UART_CONSOLE=n in {mcuboot.conf} (the console over RTT), or another UART for one of "
		       "them.",
		.next = "set CONFIG_UART_CONSOLE=n in MCUboot's configuration",
		.settle = "Do zephyr,console and zephyr,uart-mcumgr name the same UART in "
			  "build/mcuboot/zephyr/zephyr.dts?",
		.commands = "CONFIG_UART_CONSOLE=n",
		.source = "L42; ACAD l9_e1; src:mb:Kconfig.serial_recovery",
	},
	{
		.id = "boot-secondary-unreachable",
		.rank = 368,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = boot_driver,
		.title = "The secondary slot is in external flash, and MCUboot has no driver for it",
		.cause = "MCUboot is an image of its own: the driver in the application does not help it. It treats "
			 "the slot as empty.",
		.fix = "In {mcuboot.conf} CONFIG_NORDIC_QSPI_NOR=y, or CONFIG_SPI=y, CONFIG_SPI_NOR=y and "
		       "CONFIG_MULTITHREADING=y; the flash chosen in {mcuboot.overlay}.",
		.next = "add the flash driver to MCUboot's configuration",
		.settle = "Look: grep -E 'QSPI_NOR|SPI_NOR' build/mcuboot/zephyr/.config",
		.commands = "CONFIG_NORDIC_QSPI_NOR=y\nCONFIG_NORDIC_QSPI_NOR_FLASH_LAYOUT_PAGE_SIZE=4096",
		.source = "L44; PART; ACAD l9_e3; DZ106962",
	},
	{
		.id = "upload-flash-open-failed",
		.rank = 370,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = app_driver,
		.title = "The secondary slot is in external flash, and the application has no driver for it",
		.cause = "The application writes the upload; without a driver the slot cannot be opened.",
		.fix = "In prj.conf CONFIG_NORDIC_QSPI_NOR=y, or CONFIG_SPI=y and CONFIG_SPI_NOR=y, the node with "
		       "status = \"okay\" and chosen { nordic,pm-ext-flash = &...; }.",
		.next = "add the flash driver to the application",
		.settle = "Look: grep -E 'QSPI_NOR|SPI_NOR' build/<application>/zephyr/.config",
		.commands = "CONFIG_NORDIC_QSPI_NOR=y\nCONFIG_NORDIC_QSPI_NOR_FLASH_LAYOUT_PAGE_SIZE=4096",
		.source = "L44; PART; ACAD l9_e3",
	},
	{
		.id = "boot-watchdog-during-swap",
		.rank = 569,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = watchdog_hungry,
		.title = "The application uses a watchdog and MCUboot does not feed it: a swap may be cut short",
		.cause = "The watchdog of an nRF chip keeps running over a soft reset; a swap takes many seconds.",
		.fix = "Take CONFIG_BOOT_WATCHDOG_FEED=n out of {mcuboot.conf}.",
		.next = "let MCUboot feed the watchdog (CONFIG_BOOT_WATCHDOG_FEED=y)",
		.commands = "CONFIG_BOOT_WATCHDOG_FEED=y",
		.source = "L45; MB480; src:mb:Kconfig",
	},
	{
		.id = "boot-jump-then-silence",
		.rank = 570,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = core_left_dirty,
		.title = "MCUboot does not clean up the core before it starts the application, which may not come "
			 "up",
		.cause = "CONFIG_MCUBOOT_CLEANUP_ARM_CORE=n leaves MPU settings and interrupts of the bootloader in "
			 "place.",
		.fix = "Take the line out, or set CONFIG_MCUBOOT_CLEANUP_ARM_CORE=y in {mcuboot.conf}.",
		.next = "set CONFIG_MCUBOOT_CLEANUP_ARM_CORE=y",
		.commands = "CONFIG_MCUBOOT_CLEANUP_ARM_CORE=y",
		.source = "L46; KI:NCSDK-20104",
	},
	{
		.id = "key-mismatch",
		.rank = 572,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = key_in_wrong_place,
		.title = "The signing key is set in MCUboot's file only: with sysbuild images are signed with the "
			 "one of sysbuild.conf",
		.cause = "sysbuild signs with SB_CONFIG_BOOT_SIGNATURE_KEY_FILE; without it that is the public "
			 "development key, whatever CONFIG_BOOT_SIGNATURE_KEY_FILE says.",
		.fix = "SB_CONFIG_BOOT_SIGNATURE_KEY_FILE=\"\\${APP_DIR}/key.pem\" in sysbuild.conf, and the line "
		       "out of {mcuboot.conf}.",
		.next = "set SB_CONFIG_BOOT_SIGNATURE_KEY_FILE in sysbuild.conf",
		.settle = "Look: grep BOOT_SIGNATURE_KEY_FILE build/zephyr/.config build/mcuboot/zephyr/.config",
		.commands = "imgtool verify -k key.pem build/<application>/zephyr/zephyr.signed.bin",
		.source = "L54; NCS15998; SYSB",
	},
	{
		.id = "L60",
		.rank = 372,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = pure_outside,
		.title = "A pure signature cannot be checked in external flash",
		.cause = "The signature is over the whole image, which has to be readable as memory; external flash "
			 "is not.",
		.fix = "Take SB_CONFIG_BOOT_SIGNATURE_TYPE_PURE=y out, or keep the secondary slot in internal "
		       "flash.",
		.next = "take SB_CONFIG_BOOT_SIGNATURE_TYPE_PURE=y out of sysbuild.conf",
		.source = "L60; src:mb:Kconfig; NCS19356",
	},
	{
		.id = "L43",
		.rank = 694,
		.severity = TUG_SEV_HARMLESS,
		.flags = TUG_RULE_CONFIG,
		.when = receive_room,
		.title = "Serial recovery cannot use all of BOOT_SERIAL_MAX_RECEIVE_SIZE: its lines hold less",
		.cause = "A frame comes in lines; CONFIG_BOOT_LINE_BUFS lines of CONFIG_BOOT_MAX_LINE_INPUT_LEN "
			 "characters are kept.",
		.fix = "Raise CONFIG_BOOT_LINE_BUFS to BOOT_SERIAL_MAX_RECEIVE_SIZE / BOOT_MAX_LINE_INPUT_LEN.",
		.source = "L43; MB2640; MB1614",
	},
};

const struct tug_rule_set tug_rules_lint_boot = { rules, sizeof(rules) / sizeof(rules[0]) };
