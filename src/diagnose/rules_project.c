/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: how a project is put together: who builds the bootloader, for which mode, and builds that are not the ones
 * that run.
 */
#include <string.h>

#include "rules_conf_priv.h"

/* ---- the bootloader ------------------------------------------------------------------------------------------ */

static bool bootloader_unmet(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *sb = tug_dg_conf_get(f->conf, TUG_ROLES_SYSBUILD, "BOOTLOADER_MCUBOOT");
	bool any = false;

	for (uint32_t i = 0; i < f->build.n_unmet; i++) {
		if (tug_conf_has_dep(f->build.unmet[i].deps, "BOOTLOADER_MCUBOOT")) {
			tug_hit_quote(h, &f->build.unmet[i].at);
			any = true;
		}
	}
	if (any && sb != NULL && strcmp(sb->value, "y") == 0) {
		tug_hit_quote(h, &sb->at);
		tug_hit_title(h, "The application is built without MCUboot although sysbuild.conf asks for it: this "
				 "build does not use that file");
		tug_hit_cause(h, "Kconfig says BOOTLOADER_MCUBOOT is n. sysbuild sets it from "
				 "SB_CONFIG_BOOTLOADER_MCUBOOT, so it did not read this "
				 "sysbuild.conf: built without sysbuild, an old build folder, or the file is not in "
				 "the application's folder.");
	}
	return any;
}

static bool bootloader_off(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *sb = tug_dg_conf_get(f->conf, TUG_ROLES_SYSBUILD, "BOOTLOADER_MCUBOOT");
	const struct tug_dg_sym *none = tug_dg_conf_get(f->conf, TUG_ROLES_SYSBUILD, "BOOTLOADER_NONE");
	const struct tug_dg_sym *app = tug_dg_conf_get(f->conf, TUG_ROLE_APP, "BOOTLOADER_MCUBOOT");
	bool wants = tug_conf_dfu(f) || (app != NULL && strcmp(app->value, "y") == 0);
	bool none_y = none != NULL && strcmp(none->value, "y") == 0;

	/* Who chooses MCUboot's signature or key wants MCUboot. */
	wants = wants || (sb != NULL && (tug_conf_quote(h, f, TUG_ROLES_SYSBUILD, "BOOT_SIGNATURE_KEY_FILE") ||
					 tug_conf_quote(h, f, TUG_ROLES_SYSBUILD, "BOOT_SIGNATURE_TYPE_ECDSA_P256") ||
					 tug_conf_quote(h, f, TUG_ROLES_SYSBUILD, "BOOT_SIGNATURE_TYPE_ED25519") ||
					 tug_conf_quote(h, f, TUG_ROLES_SYSBUILD, "BOOT_SIGNATURE_TYPE_RSA")));

	if (!wants) {
		return false;
	}
	if ((sb != NULL && strcmp(sb->value, "n") == 0) || none_y ||
	    (sb == NULL && tug_conf_built(f, TUG_ROLES_SYSBUILD))) {
		tug_hit_title(h, "sysbuild is told to build no MCUboot, and the application wants to be updated");
		if (none_y || sb != NULL || app != NULL) {
			tug_hit_quote(h, none_y ? &none->at : sb != NULL ? &sb->at : &app->at);
		}
		tug_conf_quote_dfu(h, f);
		return h->n_evidence > 0;
	}
	if (tug_conf_built(f, TUG_ROLES_APP) && tug_conf_off(f, TUG_ROLE_APP_BUILT, "BOOTLOADER_MCUBOOT") &&
	    app != NULL && strcmp(app->value, "y") == 0) {
		tug_hit_title(h, "prj.conf asks for MCUboot, and the application's .config does not have it");
		tug_hit_quote(h, &app->at);
		tug_conf_quote(h, f, TUG_ROLE_APP_BUILT, "BOOTLOADER_MCUBOOT");
		return true;
	}
	return false;
}

static bool no_bootloader(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *app = tug_dg_conf_get(f->conf, TUG_ROLE_APP, "BOOTLOADER_MCUBOOT");

	if (bootloader_unmet(f, h) || bootloader_off(f, h)) {
		return true;
	}
	if (f->version.ncs.v < 20700 || app == NULL || strcmp(app->value, "y") != 0 || f->build.child_image.line != 0 ||
	    f->build.mcuboot.line != 0 || f->boots.total > 0 ||
	    tug_conf_on(f, TUG_ROLES_SYSBUILD, "BOOTLOADER_MCUBOOT") ||
	    (tug_dg_conf_roles(f->conf) & TUG_ROLES_BOOT) != 0) {
		return false;
	}
	tug_hit_quote(h, &app->at);
	tug_hit_quote(h, &f->version.ncs.at);
	tug_hit_title(
		h,
		"MCUboot is asked for in prj.conf only; since nRF Connect SDK 2.7 sysbuild decides whether it is built");
	tug_hit_possible(h, (tug_dg_conf_roles(f->conf) & TUG_ROLES_SYSBUILD) != 0 ? TUG_SEV_DEGRADED : TUG_SEV_ADVICE);
	return true;
}

static bool child_image_files(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const pairs[][2] = {
		{ "child_image/mcuboot.conf", "sysbuild/mcuboot.conf" },
		{ "child_image/mcuboot.overlay", "sysbuild/mcuboot.overlay" },
		{ "child_image/mcuboot/prj.conf", "sysbuild/mcuboot/prj.conf" },
		{ "child_image/mcuboot/boards", "sysbuild/mcuboot/boards" },
		{ "child_image/hci_ipc.conf", "sysbuild/ipc_radio.conf" },
		{ "child_image/hci_rpmsg.conf", "sysbuild/hci_ipc.conf" },
	};
	bool any = false;

	if (f->version.ncs.v < 20700 || f->build.child_image.line != 0) {
		return false;
	}
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct tug_evidence at;

		if (tug_dg_conf_file(f->conf, pairs[i][0], &at) && !tug_dg_conf_file(f->conf, pairs[i][1], NULL)) {
			tug_hit_quote(h, &at);
			any = true;
		}
	}
	if (any && h->n_evidence == 0) { /* whole inputs have no line to quote */
		tug_hit_quote(h, &f->version.ncs.at);
	}
	if (any && !tug_conf_sysbuild(f)) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return any;
}

static bool sysbuild_too_early(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *s = tug_dg_conf_get(f->conf, TUG_ROLE_SYSBUILD, "BOOTLOADER_MCUBOOT");

	if (f->version.ncs.v == 0 || f->version.ncs.v >= 20700 || s == NULL || f->build.sysbuild.line != 0) {
		return false;
	}
	tug_hit_quote(h, &s->at);
	tug_hit_quote(h, &f->version.ncs.at);
	return true;
}

/* Modes whose images lie alike and are marked alike: a mix of them mostly works. */
static bool alike(enum tug_conf_mode a, enum tug_conf_mode b)
{
	bool x = a == TUG_MODE_MOVE || a == TUG_MODE_SCRATCH || a == TUG_MODE_OVERWRITE;
	bool y = b == TUG_MODE_MOVE || b == TUG_MODE_SCRATCH || b == TUG_MODE_OVERWRITE;

	return x && y;
}

static bool mode_mismatch(const struct tug_dg_facts *f, struct tug_hit *h)
{
	bool built = tug_conf_built(f, TUG_ROLE_APP_BUILT) && tug_conf_built(f, TUG_ROLE_BOOT_BUILT);
	unsigned app_roles = built ? TUG_ROLE_APP_BUILT : TUG_ROLES_APP,
		 boot_roles = built ? TUG_ROLE_BOOT_BUILT : TUG_ROLES_BOOT;
	const struct tug_dg_sym *app_at = NULL, *boot_at = NULL;
	enum tug_conf_mode app = tug_conf_mode(f, app_roles, &app_at), boot = tug_conf_mode(f, boot_roles, &boot_at);

	if (app == TUG_MODE_UNKNOWN || boot == TUG_MODE_UNKNOWN || app == boot || boot == TUG_MODE_OTHER ||
	    app == TUG_MODE_OTHER) {
		return false;
	}
	tug_hit_quote(h, &app_at->at);
	tug_hit_quote(h, &boot_at->at);
	tug_hit_title(h, "The application is built for MCUboot's mode \"%s\", MCUboot for \"%s\"",
		      tug_conf_mode_name(app), tug_conf_mode_name(boot));
	if (alike(app, boot)) {
		h->severity = TUG_SEV_DEGRADED;
	}
	if (!built) { /* sysbuild may set either to what it should be */
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

static bool single_slot(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const unsigned who[] = { TUG_ROLES_SYSBUILD, TUG_ROLES_BOOT, TUG_ROLES_APP };
	const struct tug_dg_sym *img = tug_conf_sym(f, TUG_ROLES_APP, "MCUMGR_GRP_IMG"), *at = NULL;
	bool wants = tug_conf_ota(f) || (img != NULL && strcmp(img->value, "y") == 0);

	for (size_t i = 0; i < sizeof(who) / sizeof(who[0]); i++) {
		if (tug_conf_mode(f, who[i], &at) == TUG_MODE_SINGLE && wants) {
			tug_hit_quote(h, &at->at);
			tug_conf_quote(h, f, TUG_ROLES_APP, "MCUMGR_GRP_IMG");
			tug_conf_quote_dfu(h, f);
			return true;
		}
	}
	return false;
}

static bool without_bootloader(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (tug_hit_any(h)) {
		return true;
	}
	/* A bootloader may be silent; only an update that went nowhere makes its silence worth a word. */
	if (!f->boots.app_first || f->boots.total > 0 || f->smp.n_writes == 0 || f->smp.client.said_success ||
	    f->smp.list.n < 2 || !(f->smp.list.s[1].pending)) {
		return false;
	}
	tug_hit_quote(h, &f->boots.app_at);
	tug_hit_quote(h, &f->smp.list.at);
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

/* ---- single settings of the application ------------------------------------------------------------------------ */

static bool system_workqueue(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *s = tug_dg_conf_get(f->conf, TUG_ROLE_APP, "SYSTEM_WORKQUEUE_STACK_SIZE");

	if (s == NULL || !tug_conf_dfu(f) || !tug_conf_zephyr(f, 30200) ||
	    tug_dg_conf_num(f->conf, TUG_ROLE_APP, "SYSTEM_WORKQUEUE_STACK_SIZE", 0) < 2048 ||
	    tug_conf_sym(f, TUG_ROLE_APP, "MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE") != NULL) {
		return false;
	}
	tug_hit_quote(h, &s->at);
	return true;
}

static bool no_rtt(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const unsigned who[] = { TUG_ROLE_APP, TUG_ROLE_BOOT };
	bool any = false, certain = false;

	for (size_t i = 0; i < sizeof(who) / sizeof(who[0]); i++) {
		enum tug_conf_is rtt = tug_conf_state(f, who[i], "USE_SEGGER_RTT");

		if (!tug_dg_conf_is(f->conf, who[i], "RTT_CONSOLE", "y") || rtt == TUG_CONF_ON ||
		    (who[i] == TUG_ROLE_APP && !tug_conf_dfu(f)) || tug_conf_on(f, who[i] << 1, "USE_SEGGER_RTT")) {
			continue;
		}
		tug_conf_quote(h, f, who[i], "RTT_CONSOLE");
		tug_conf_quote(h, f, who[i], "USE_SEGGER_RTT");
		certain = certain || rtt == TUG_CONF_OFF;
		any = true;
	}
	if (any && !certain) {
		tug_hit_possible(h, TUG_SEV_ADVICE);
	}
	return any;
}

/* ---- the build, and what runs ---------------------------------------------------------------------------------- */

/* What .config promises, and the command that shows it. */
static bool broken_promise(const struct tug_dg_facts *f, struct tug_hit *h, const char *symbol, uint16_t group, int id)
{
	uint32_t i = 0;
	const struct tug_dg_refusal *r;
	const struct tug_dg_sym *s = tug_dg_conf_get(f->conf, TUG_ROLE_APP_BUILT, symbol);

	if (s == NULL || strcmp(s->value, "y") != 0) {
		return false;
	}
	while ((r = tug_dg_refusal_next(&f->smp, group, id, &i)) != NULL) {
		if (tug_dg_refused_with(r, 8, -1)) {
			tug_hit_quote(h, &s->at);
			tug_hit_quote(h, &r->first);
			return true;
		}
	}
	return false;
}

static bool other_number(const struct tug_dg_facts *f, struct tug_hit *h, const char *symbol, uint32_t device)
{
	int64_t v = tug_dg_conf_num(f->conf, TUG_ROLE_APP_BUILT, symbol, -1);

	if (v <= 0 || !f->smp.device.params_known || device == 0 || v == (int64_t)device) {
		return false;
	}
	tug_conf_quote(h, f, TUG_ROLE_APP_BUILT, symbol);
	tug_hit_quote(h, &f->smp.device.params);
	return true;
}

static bool not_this_build(const struct tug_dg_facts *f, struct tug_hit *h)
{
	bool any;

	if (!tug_conf_built(f, TUG_ROLE_APP_BUILT) || (f->boots.n > 0 && f->boots.boot[f->boots.n - 1].recovery)) {
		return false;
	}
	any = broken_promise(f, h, "MCUMGR_GRP_OS_BOOTLOADER_INFO", 0, 8);
	any = broken_promise(f, h, "MCUMGR_GRP_OS_MCUMGR_PARAMS", 0, 6) || any;
	any = broken_promise(f, h, "MCUMGR_GRP_OS_ECHO", 0, 0) || any;
	any = broken_promise(f, h, "MCUMGR_GRP_IMG", 1, 1) || any;
	any = broken_promise(f, h, "MCUMGR_GRP_IMG_SLOT_INFO", 1, 6) || any;
	any = broken_promise(f, h, "MCUMGR_GRP_ZBASIC_STORAGE_ERASE", 63, 0) || any;
	any = other_number(f, h, "MCUMGR_TRANSPORT_NETBUF_SIZE", f->smp.device.buf_size) || any;
	any = other_number(f, h, "MCUMGR_TRANSPORT_NETBUF_COUNT", f->smp.device.buf_count) || any;
	return any;
}

static bool build_failed(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_build *b = &f->build; /* unless a rule says more of it */

	if (!b->aborted || b->n_undef > 0 || b->n_unmet > 0 || b->overflow.line != 0 || tug_hit_any(h)) {
		return false;
	}
	if (strstr(b->aborted_at.text, "command exited") != NULL) {
		h->severity = TUG_SEV_DEGRADED; /* "command exited" may be a flash tool that found no probe */
	}
	tug_hit_quote(h, &b->aborted_at);
	return true;
}

static const struct tug_rule rules[] = {
	{
		.id = "image-over-swap-limit",
		.rank = 302,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "exceeds requested size %x" },
		.title = "imgtool refuses to sign: the image and its trailer are larger than the slot it was told of",
		.cause = "imgtool gets the size of the slot (--slot-size) from the devicetree or from the Partition "
			 "Manager. Either the image really is too large, or that slot is not the one the image goes "
			 "to: a small dummy partition as slot1_partition or mcuboot_secondary counts, too.",
		.fix = "Compare --slot-size of the quoted command with the partition; enlarge the slot, make the image "
		       "smaller, or correct the partition.",
		.next = "compare imgtool's --slot-size with the size of the slot in partitions.yml or zephyr.dts",
		.commands = "grep -A6 mcuboot_primary build/partitions.yml",
		.source = "DZ122383, src:mb:scripts/imgtool/image.py",
	},
	{
		.id = "ext-secondary-half-configured",
		.rank = 303,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "libdrivers__flash.a(%*undefined reference to `__device_dts_ord_%d",
			  "libdrivers__flash.a(%*undefined reference to '__device_dts_ord_%d" },
		.title = "A flash driver is in this image, but not the bus (SPI, QSPI) that its flash hangs on",
		.cause = "The linker misses the device of a devicetree node that the flash driver refers to: the driver "
			 "is switched on, its bus is not, or the node is not okay in this image. MCUboot has its own "
			 "settings and devicetree; nothing of the application's reaches it.",
		.fix = "In the image that fails to link (mostly MCUboot): CONFIG_SPI=y with CONFIG_MULTITHREADING=y for "
		       "SPI NOR, CONFIG_NORDIC_QSPI_NOR=y for QSPI, in {mcuboot.conf}, and the bus with status = "
		       "\"okay\" in {mcuboot.overlay}. Without a flash for MCUboot: CONFIG_SPI_NOR=n there.",
		.next = "switch on the bus of the flash in {mcuboot.conf} and {mcuboot.overlay}, or the driver off",
		.commands = "CONFIG_SPI=y\nCONFIG_SPI_NOR=y\nCONFIG_MULTITHREADING=y",
		.source = "DZ112849, DZ117351, DZ122329, PART",
	},
	{
		.id = "kconfig-bad-value",
		.rank = 312,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "malformed string literal in assignment to %s", "is not a valid value for the %s symbol %s",
			  "ignoring malformed line '" },
		.title = "Kconfig does not understand a value and stops the build",
		.cause = "A text has to stand in quotes that reach Kconfig (a shell takes one pair away, a backslash in a "
			 "path counts as an escape), a number or y/n must not.",
		.fix = "Write the option into the file instead of the command line: NAME=\"text\" with / in paths.",
		.next = "write the option into the file as NAME=\"text\" with / in paths",
		.source = "DZ115711, src:z:scripts/kconfig/kconfiglib.py",
	},
	{
		.id = "bootloader-not-in-build",
		.rank = 305,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = no_bootloader,
		.title = "The application is built without MCUboot",
		.cause = "Kconfig says BOOTLOADER_MCUBOOT is n, so there are no slots, no signed images and no "
			 "image group. With sysbuild the option follows SB_CONFIG_BOOTLOADER_MCUBOOT; set in "
			 "prj.conf only it is forced off or ignored.",
		.fix = "Put SB_CONFIG_BOOTLOADER_MCUBOOT=y into sysbuild.conf next to the application's "
		       "CMakeLists.txt and build with sysbuild from an empty build folder (VS Code: a new build "
		       "configuration with sysbuild). {ncs<2.7:CONFIG_BOOTLOADER_MCUBOOT=y in prj.conf does it in "
		       "the child image build;Then build/mcuboot has to be there}.",
		.next = "set SB_CONFIG_BOOTLOADER_MCUBOOT=y in sysbuild.conf and build with west build --sysbuild "
			"-p",
		.settle = "Is there a folder build/mcuboot after the build, and does "
			  "build/<application>/zephyr/.config say CONFIG_BOOTLOADER_MCUBOOT=y?",
		.commands = "west build --sysbuild -p always -b <board> . -- -DSB_CONFIG_BOOTLOADER_MCUBOOT=y",
		.source = "L10; SYSB; NCS15998; DZ117731; HELL",
	},
	{
		.id = "mode-mismatch-app-boot",
		.rank = 320,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = mode_mismatch,
		.title = "Application and MCUboot are built for different update modes",
		.cause = "The application places and marks an image for the mode it was built for (its first "
			 "sector, its trailer, one slot or two); MCUboot looks for it as its own mode has it.",
		.fix = "Set the mode once, in sysbuild.conf (SB_CONFIG_MCUBOOT_MODE_...), and take it out of the "
		       "files of both images. Devices in the field keep their bootloader: build the application "
		       "for its mode.",
		.next = "set the mode in sysbuild.conf only and flash bootloader and application together",
		.settle = "Compare CONFIG_MCUBOOT_BOOTLOADER_MODE_* in build/<application>/zephyr/.config with "
			  "CONFIG_BOOT_SWAP_USING_* and the like in build/mcuboot/zephyr/.config",
		.commands = "grep MCUBOOT_BOOTLOADER_MODE build/<application>/zephyr/.config\ngrep -E "
			    "'BOOT_SWAP|UPGRADE_ONLY|DIRECT_XIP|SINGLE_APP' build/mcuboot/zephyr/.config",
		.source = "L47; src:z:img_mgmt; SYSB",
	},
	{
		.id = "single-slot-build",
		.rank = 322,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = single_slot,
		.title = "MCUboot is built with a single slot: the application cannot take an image over SMP",
		.cause = "With one slot there is no place for a second image; CONFIG_MCUMGR_GRP_IMG depends on two "
			 "and is dropped.",
		.fix = "Use a mode with two slots (take SB_CONFIG_MCUBOOT_MODE_SINGLE_APP=y or "
		       "CONFIG_SINGLE_APPLICATION_SLOT=y out), or update by serial recovery or a firmware loader "
		       "only.",
		.next = "choose a mode with two slots, or update by serial recovery",
		.source = "L62; src:z:img_mgmt/Kconfig; SYSB",
	},
	{
		.id = "build-not-running",
		.rank = 325,
		.severity = TUG_SEV_DEGRADED,
		.when = not_this_build,
		.title = "The device does not run the build whose .config is given",
		.cause = "It refuses commands, or names sizes, that this .config says otherwise about: another "
			 "build is flashed, the update did not take place, or the file is of another application.",
		.fix = "Flash this build by cable, or give the .config of the build that runs; rules on the "
		       "configuration hold for what is flashed only.",
		.next = "flash this build, then look again",
		.commands = "west flash",
		.source = "src:z:os_mgmt; src:z:img_mgmt",
	},
	{
		.id = "child-image-files-ignored",
		.rank = 330,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = child_image_files,
		.title = "Files in child_image/ are ignored: this SDK builds with sysbuild",
		.cause = "Since nRF Connect SDK 2.7 sysbuild is the default and reads sysbuild/; the key, sector "
			 "count, flash driver and console of MCUboot in child_image/ are lost without a word.",
		.fix = "Move them to sysbuild/mcuboot.conf and sysbuild/mcuboot.overlay. That overlay replaces "
		       "MCUboot's own app.overlay: repeat chosen { zephyr,code-partition = &boot_partition; }.",
		.next = "move the files of child_image/ to sysbuild/",
		.settle = "Is the project built with sysbuild (a folder build/mcuboot) or with --no-sysbuild?",
		.commands = "git mv child_image/mcuboot.conf sysbuild/mcuboot.conf",
		.source = "L11; SYSB",
	},
	{
		.id = "L12",
		.rank = 332,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = sysbuild_too_early,
		.title = "sysbuild.conf is ignored by an nRF Connect SDK before 2.7",
		.cause = "Those versions build MCUboot as a child image: CONFIG_BOOTLOADER_MCUBOOT=y in prj.conf "
			 "asks for it, and its settings are in child_image/.",
		.fix = "Set CONFIG_BOOTLOADER_MCUBOOT=y in prj.conf and put MCUboot's settings into "
		       "child_image/mcuboot.conf, or go to a newer SDK.",
		.next = "set CONFIG_BOOTLOADER_MCUBOOT=y in prj.conf",
		.source = "L12; SYSB",
	},
	{
		.id = "flashed-without-bootloader",
		.rank = 335,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "MCUmgr requires application to be built with CONFIG_FLASH_LOAD_OFFSET" },
		.when = without_bootloader,
		.title = "The application runs from the start of the flash, without MCUboot in front of it",
		.cause = "Without a bootloader nothing swaps an image in; what is uploaded stays where it is.",
		.fix = "Build with MCUboot and flash all of it: build/merged.hex, or west flash of the whole build, "
		       "not zephyr.hex of the application alone.",
		.next = "flash bootloader and application together (west flash, or merged.hex)",
		.settle = "Does the console show *** Booting MCUboot ... *** after a reset? MCUboot may also be "
			  "silent: CONFIG_LOG=n or another console in {mcuboot.conf}",
		.commands = "west flash --erase",
		.source = "src:z:img_mgmt.c",
	},
	{
		.id = "build-failed",
		.rank = 390,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Partition manager failed:", "exceeds requested size %x", "undefined reference to `__device_dts_ord_",
			  "malformed string literal in assignment to", "'PM_MCUBOOT_PRIMARY_%d_ID' undeclared" },
		.when = build_failed,
		.title = "The build stopped: there is no new image to update with",
		.cause = "west or CMake ended with an error; its reason is in the lines above the quoted one.",
		.fix = "Look for the first error above this line, correct it and build again from an empty build "
		       "folder.",
		.next = "correct the first error of the build log",
		.commands = "west build -p always",
		.source = "src:z:scripts/kconfig/kconfig.py",
	},
	{
		.id = "system-workqueue-irrelevant",
		.rank = 645,
		.severity = TUG_SEV_ADVICE,
		.flags = TUG_RULE_CONFIG,
		.when = system_workqueue,
		.title = "The stack of the system work queue has no effect on SMP commands",
		.cause = "Since Zephyr 3.2 they run in a work queue of their own.",
		.fix = "If SMP needs more stack, set CONFIG_MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE=4096.",
		.commands = "CONFIG_MCUMGR_TRANSPORT_WORKQUEUE_STACK_SIZE=4096",
		.source = "L21; Z51606",
	},
	{
		.id = "console-backend-missing",
		.rank = 650,
		.severity = TUG_SEV_ADVICE,
		.flags = TUG_RULE_CONFIG,
		.when = no_rtt,
		.title = "The RTT console is asked for without RTT itself: likely there is no console at all",
		.cause = "CONFIG_RTT_CONSOLE depends on CONFIG_USE_SEGGER_RTT and is dropped without it. MCUboot is "
			 "an image of its own: nothing of prj.conf reaches its console.",
		.fix = "Application: CONFIG_USE_SEGGER_RTT=y. MCUboot, in {mcuboot.conf}: the lines below; its "
		       "messages tell why an image is not taken.",
		.settle = "Does the log of the build say RTT_CONSOLE was assigned y but got n?",
		.commands =
			"CONFIG_USE_SEGGER_RTT=y\nCONFIG_RTT_CONSOLE=y\nCONFIG_UART_CONSOLE=n\nCONFIG_LOG=y\nCONFIG_LOG_"
			"BACKEND_RTT=y\nCONFIG_MCUBOOT_LOG_LEVEL_INF=y",
		.source = "L55; HELL mcuboot_smp_uart_feat_rtt; DZ107913",
	},
};

const struct tug_rule_set tug_rules_project = { rules, sizeof(rules) / sizeof(rules[0]) };
