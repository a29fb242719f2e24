/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: options of Kconfig as such: renamed, unknown, without what they depend on, against each other, set twice.
 * From the files, and from what Kconfig says of them.
 */
#include <stdio.h>
#include <string.h>

#include "conf_priv.h"
#include "engine_priv.h"
#include "rules_conf_priv.h"

/* ---- names -------------------------------------------------------------------------------------------------- */

/* "A -> B" pairs collected for a title. */
struct names {
	char text[512];
	unsigned n;
};

static void add_name(struct names *l, const char *name, const char *other)
{
	size_t n = strlen(l->text);

	l->n++;
	if (n + 160 < sizeof(l->text)) {
		snprintf(l->text + n, sizeof(l->text) - n, "%s%s%s%s", n > 0 ? ", " : "", name,
			 other != NULL ? " -> " : "", other != NULL ? other : "");
	}
}

static const char *other_name(const char *name, bool *is_old, char *buf, size_t cap)
{
	const char *other = tug_dg_rename_new(name, strlen(name), buf, cap);

	*is_old = other != NULL;
	return other != NULL ? other : tug_dg_rename_old(name, strlen(name), buf, cap);
}

/* Undefined symbols that the build named and the table of renames knows. */
static void undefined_renamed(const struct tug_dg_facts *f, struct tug_hit *h, struct names *l)
{
	for (uint32_t i = 0; i < f->build.n_undef; i++) {
		char buf[96];
		bool is_old;
		const char *name = f->build.undef[i].symbol, *other = other_name(name, &is_old, buf, sizeof(buf));

		if (other == NULL && strcmp(name, "MCUMGR_TRANSPORT_BT_AUTHEN") == 0) {
			other = "MCUMGR_TRANSPORT_BT_PERM_RW_AUTHEN";
		}
		if (other != NULL) {
			add_name(l, name, other);
			tug_hit_quote(h, &f->build.undef[i].at);
		}
	}
}

/* -1 the SDK has only the old names, 1 only the new ones, 0 not known. */
static int era_of(const struct tug_dg_facts *f)
{
	uint32_t z = f->version.zephyr.v, ncs = f->version.ncs.v;

	return z >= 30300 ? 1 : (z != 0 && z < 30299) || (ncs != 0 && ncs < 20300) ? -1 : 0;
}

/* Names that the version does not have; of an unknown version those of a file that has names of both. */
static void wrong_names(const struct tug_dg_facts *f, struct tug_hit *h, struct names *wrong, struct names *old_only)
{
	const struct tug_dg_sym *s;
	uint16_t with_new[16];
	unsigned n_new = 0;
	int era = era_of(f);
	char buf[96];
	bool is_old;

	for (size_t i = 0; (s = tug_dg_conf_at(f->conf, i)) != NULL && n_new < 16; i++) {
		if (s->role == TUG_ROLE_APP && other_name(s->name, &is_old, buf, sizeof(buf)) != NULL && !is_old) {
			with_new[n_new++] = s->at.input;
		}
	}
	for (size_t i = 0; (s = tug_dg_conf_at(f->conf, i)) != NULL; i++) {
		const char *other = s->role == TUG_ROLE_APP ? other_name(s->name, &is_old, buf, sizeof(buf)) : NULL;
		bool both = false;

		if (other == NULL) {
			continue;
		}
		for (unsigned k = 0; k < n_new; k++) {
			both = both || (is_old && with_new[k] == s->at.input);
		}
		if ((era > 0 && is_old) || (era < 0 && !is_old) || (era == 0 && both)) {
			add_name(wrong, s->name, other);
			tug_hit_quote(h, &s->at);
		} else if (era == 0 && is_old) {
			add_name(old_only, s->name, other);
			tug_hit_quote(h, &s->at);
		}
	}
	s = tug_dg_conf_get(f->conf, TUG_ROLE_APP, "MCUMGR_TRANSPORT_BT_AUTHEN");
	if (s != NULL && f->version.zephyr.v >= 40000) {
		add_name(wrong, s->name, "MCUMGR_TRANSPORT_BT_PERM_RW_AUTHEN");
		tug_hit_quote(h, &s->at);
	}
}

static bool old_names(const struct tug_dg_facts *f, struct tug_hit *h)
{
	struct names wrong = { .n = 0 }, old_only = { .n = 0 };

	undefined_renamed(f, h, &wrong);
	wrong_names(f, h, &wrong, &old_only);
	if (wrong.n > 0) {
		tug_hit_fix(h,
			    "Rename: %s. The script zephyr/scripts/utils/migrate_mcumgr_kconfigs.py does it for a "
			    "whole project.",
			    wrong.text);
	} else if (old_only.n > 0) {
		tug_hit_title(
			h,
			"The configuration uses names of MCUmgr options that Zephyr 3.3 and nRF Connect SDK 2.3 replaced");
		tug_hit_fix(h, "With Zephyr 3.3 or later rename: %s.", old_only.text);
		tug_hit_possible(h, TUG_SEV_ADVICE);
	}
	return wrong.n + old_only.n > 0;
}

static bool undefined_symbol(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const of_boot[] = { "BOOT_", "MCUBOOT_", "SINGLE_APPLICATION_SLOT" };
	struct names l = { .n = 0 };
	bool boot = false, update = false;

	for (uint32_t i = 0; i < f->build.n_undef; i++) {
		char buf[96];
		bool is_old;
		const char *name = f->build.undef[i].symbol;

		if (other_name(name, &is_old, buf, sizeof(buf)) != NULL ||
		    strcmp(name, "MCUMGR_TRANSPORT_BT_AUTHEN") == 0) {
			continue;
		}
		for (size_t k = 0; k < sizeof(of_boot) / sizeof(of_boot[0]); k++) {
			boot = boot || strncmp(name, of_boot[k], strlen(of_boot[k])) == 0;
		}
		update = update || strstr(name, "MCUMGR") != NULL || strstr(name, "MCUBOOT") != NULL ||
			 strncmp(name, "IMG_", 4) == 0;
		add_name(&l, name, NULL);
		tug_hit_quote(h, &f->build.undef[i].at);
	}
	if (l.n == 0) {
		return false;
	}
	tug_hit_title(h, "The build stops: this SDK has no option %s", l.text);
	if (boot) {
		tug_hit_fix(h,
			    "Options of MCUboot belong into {mcuboot.conf}, or into sysbuild.conf with SB_CONFIG_ in "
			    "front; take them "
			    "out of the application's files: %s.",
			    l.text);
	}
	if (!boot && !update && !f->build.aborted) {
		h->severity = TUG_SEV_DEGRADED;
	}
	return true;
}

/* ---- dependencies ------------------------------------------------------------------------------------------- */

/* Symbols without which there is no update. */
static const char *const essential[] = { "MCUMGR",
					 "MCUMGR_GRP_IMG",
					 "MCUMGR_GRP_OS",
					 "MCUMGR_TRANSPORT_BT",
					 "MCUMGR_TRANSPORT_UART",
					 "MCUMGR_TRANSPORT_SHELL",
					 "MCUMGR_TRANSPORT_UDP",
					 "IMG_MANAGER",
					 "MCUBOOT_IMG_MANAGER",
					 "STREAM_FLASH",
					 "NCS_SAMPLE_MCUMGR_BT_OTA_DFU" };

static bool is_essential(const char *name)
{
	char buf[96];
	const char *now = tug_dg_rename_new(name, strlen(name), buf, sizeof(buf));

	for (size_t i = 0; i < sizeof(essential) / sizeof(essential[0]); i++) {
		if (strcmp(now != NULL ? now : name, essential[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* Messages of the build about options that stayed n. */
static bool unmet_deps(const struct tug_dg_facts *f, struct tug_hit *h)
{
	struct names lacking = { .n = 0 };
	bool blocks = false, any = false;

	for (uint32_t i = 0; i < f->build.n_unmet; i++) {
		const struct tug_dg_unmet *u = &f->build.unmet[i];
		bool update = u->symbol[0] == '\0'
				      ? strstr(u->deps, "MCUMGR") != NULL || tug_conf_has_dep(u->deps, "ZCBOR") ||
						tug_conf_has_dep(u->deps, "IMG_MANAGER") ||
						tug_conf_has_dep(u->deps, "STREAM_FLASH")
				      : is_essential(u->symbol) || strncmp(u->symbol, "MCUMGR", 6) == 0 ||
						strncmp(u->symbol, "MCUBOOT", 7) == 0;

		if ((!update && !u->selected) || tug_conf_has_dep(u->deps, "BOOTLOADER_MCUBOOT")) {
			continue;
		}
		any = true;
		blocks = blocks || u->selected || u->symbol[0] == '\0' || is_essential(u->symbol);
		tug_hit_quote(h, &u->at);
		for (const char *p = u->deps; *p != '\0'; p += strspn(p, " ")) {
			char name[64];
			size_t n = strcspn(p, " ");

			snprintf(name, sizeof(name), "%.*s", (int)n, p);
			if (strstr(lacking.text, name) == NULL) {
				add_name(&lacking, name, NULL);
			}
			p += n;
		}
	}
	if (any && !blocks) {
		h->severity = TUG_SEV_DEGRADED;
		tug_hit_title(h, "The build leaves out options of the update because what they need is off");
	}
	if (lacking.n > 0) {
		tug_hit_fix(h,
			    "Set what the messages name (%s) to y, with what that needs in turn. For MCUmgr: "
			    "CONFIG_NET_BUF=y, CONFIG_ZCBOR=y "
			    "and CONFIG_CRC=y; for the image group also CONFIG_FLASH=y, CONFIG_FLASH_MAP=y, "
			    "CONFIG_STREAM_FLASH=y and "
			    "CONFIG_IMG_MANAGER=y; for a serial line CONFIG_BASE64=y and CONFIG_CONSOLE=y.",
			    lacking.text);
	}
	return any;
}

/* Written down as y, and off in the generated file. */
static bool dropped(const struct tug_dg_facts *f, struct tug_hit *h)
{
	struct names l = { .n = 0 };
	char buf[96];

	for (size_t i = 0; i < sizeof(essential) / sizeof(essential[0]); i++) {
		const struct tug_dg_sym *s = tug_dg_conf_get(f->conf, TUG_ROLE_APP, essential[i]);
		const char *old = tug_dg_rename_old(essential[i], strlen(essential[i]), buf, sizeof(buf));

		s = s == NULL && old != NULL ? tug_dg_conf_get(f->conf, TUG_ROLE_APP, old) : s;
		if (s != NULL && strcmp(s->value, "y") == 0 && tug_conf_off(f, TUG_ROLE_APP_BUILT, essential[i])) {
			add_name(&l, essential[i], NULL);
			tug_hit_quote(h, &s->at);
			tug_conf_quote(h, f, TUG_ROLE_APP_BUILT, essential[i]);
		}
	}
	if (l.n == 0 || !tug_conf_on(f, TUG_ROLE_APP_BUILT, "BOOTLOADER_MCUBOOT")) {
		return false; /* without MCUboot, that is the cause */
	}
	tug_hit_title(h, "The application's .config does not have what prj.conf asks for: %s", l.text);
	return true;
}

/* Dependencies that written files do not mention. */
static bool not_mentioned(const struct tug_dg_facts *f, struct tug_hit *h)
{
	struct names off = { .n = 0 }, open = { .n = 0 };
	static const struct {
		const char *symbol, *by;
		const char *dep;
	} deps[] = {
		{ "MCUMGR", "BT", "NET_BUF" },
		{ "MCUMGR", "", "ZCBOR" },
		{ "MCUMGR_GRP_IMG", "", "FLASH" },
		{ "MCUMGR_GRP_IMG", "", "IMG_MANAGER" },
		{ "MCUMGR_GRP_IMG", "", "STREAM_FLASH" },
		{ "MCUMGR_GRP_IMG", "", "FLASH_MAP" },
		{ "MCUMGR_TRANSPORT_UART", "", "BASE64" },
		{ "MCUMGR_TRANSPORT_SHELL", "", "BASE64" },
	};

	if (tug_conf_built(f, TUG_ROLES_APP) || tug_conf_ota(f)) {
		return false;
	}
	for (size_t i = 0; i < sizeof(deps) / sizeof(deps[0]); i++) {
		const struct tug_dg_sym *s = tug_conf_sym(f, TUG_ROLES_APP, deps[i].symbol);
		enum tug_conf_is is = tug_conf_state(f, TUG_ROLES_APP, deps[i].dep);

		if (s == NULL || strcmp(s->value, "y") != 0 ||
		    (deps[i].by[0] != '\0' && tug_conf_on(f, TUG_ROLES_APP, deps[i].by))) {
			continue;
		}
		if (is == TUG_CONF_OFF) {
			add_name(&off, deps[i].dep, NULL);
			tug_conf_quote(h, f, TUG_ROLES_APP, deps[i].dep);
			tug_hit_quote(h, &s->at);
		} else if (is == TUG_CONF_UNKNOWN && f->version.zephyr.v >= 30399 &&
			   strstr(open.text, deps[i].dep) == NULL) {
			add_name(&open, deps[i].dep, NULL);
			tug_hit_quote(h, &s->at);
		}
	}
	if (off.n > 0) {
		tug_hit_title(h, "MCUmgr is asked for and what it needs is switched off: %s", off.text);
	} else if (open.n > 0) {
		tug_hit_title(
			h,
			"MCUmgr is asked for, and these files do not switch on what it needs since Zephyr 3.3.99: %s",
			open.text);
		tug_hit_possible(h, TUG_SEV_ADVICE);
	}
	return off.n + open.n > 0;
}

static bool missing_deps(const struct tug_dg_facts *f, struct tug_hit *h)
{
	return unmet_deps(f, h) || dropped(f, h) || not_mentioned(f, h);
}

static bool contradiction(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const struct {
		const char *off, *needed_by;
	} pairs[] = {
		{ "REBOOT", "MCUMGR_GRP_OS" },
		{ "FLASH", "MCUMGR_GRP_IMG" },
		{ "BT_PERIPHERAL", "MCUMGR_TRANSPORT_BT" },
		{ "BT_GAP_PERIPHERAL_PREF_PARAMS", "MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL" },
	};
	static const char control[] = "MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL";
	struct names l = { .n = 0 };
	int64_t timeout, max, latency;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct tug_dg_sym *s = tug_conf_sym(f, TUG_ROLES_APP, pairs[i].off);

		if (s != NULL && strcmp(s->value, "n") == 0 && tug_conf_on(f, TUG_ROLES_APP, pairs[i].needed_by) &&
		    (i < 3 || tug_dg_conf_is(f->conf, TUG_ROLE_APP, control, "y"))) {
			add_name(&l, pairs[i].off, NULL);
			tug_hit_quote(h, &s->at);
			tug_conf_quote(h, f, TUG_ROLES_APP, pairs[i].needed_by);
			tug_conf_quote_dfu(h, f);
		}
	}
	if (tug_dg_conf_is(f->conf, TUG_ROLE_APP, control, "y") &&
	    tug_dg_conf_num(f->conf, TUG_ROLES_APP, "SYSTEM_WORKQUEUE_PRIORITY", -1) >= 0) {
		add_name(&l, "SYSTEM_WORKQUEUE_PRIORITY", NULL);
		tug_conf_quote(h, f, TUG_ROLES_APP, "SYSTEM_WORKQUEUE_PRIORITY");
		tug_conf_quote(h, f, TUG_ROLES_APP, control);
	}
	timeout = tug_conf_value(f, TUG_ROLES_APP, "MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_TIMEOUT");
	max = tug_conf_value(f, TUG_ROLES_APP, "MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_MAX_INT");
	latency = tug_conf_value(f, TUG_ROLES_APP, "MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_LATENCY");
	latency = latency > 0 ? latency : 0;
	if (timeout > 0 && timeout < 100000 && max > 0 && max < 100000 && latency < 100000 &&
	    timeout * 4 <= (1 + latency) * max) {
		add_name(&l, "MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_TIMEOUT", NULL);
		tug_conf_quote(h, f, TUG_ROLES_APP, "MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_TIMEOUT");
		tug_conf_quote(h, f, TUG_ROLES_APP, "MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_MAX_INT");
		tug_conf_quote(h, f, TUG_ROLES_APP, "MCUMGR_TRANSPORT_BT_CONN_PARAM_CONTROL_LATENCY");
	}
	if (l.n > 0) {
		tug_hit_title(h, "A setting takes away what the update needs: %s", l.text);
	}
	return l.n > 0;
}

static bool set_twice(const struct tug_dg_facts *f, struct tug_hit *h)
{
	struct names l = { .n = 0 };
	const struct tug_dg_sym *s;

	if (!tug_conf_dfu(f) && (tug_dg_conf_roles(f->conf) & TUG_ROLE_BOOT) == 0) {
		return false;
	}
	for (size_t i = 0; (s = tug_dg_conf_at(f->conf, i)) != NULL; i++) {
		if (s->twice && (s->role & (TUG_ROLE_APP | TUG_ROLE_BOOT | TUG_ROLE_SYSBUILD)) != 0) {
			add_name(&l, s->name, NULL);
			tug_hit_quote(h, &s->earlier);
			tug_hit_quote(h, &s->at);
		}
	}
	if (l.n > 0) {
		tug_hit_title(h, "A symbol is set twice in one file, with different values; the last one counts: %s",
			      l.text);
	}
	return l.n > 0;
}

static bool several_builds(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_evidence *at;

	for (size_t i = 0; (at = tug_dg_conf_left_out(f->conf, i)) != NULL; i++) {
		tug_hit_quote(h, at);
	}
	return h->n_evidence > 0 && (tug_conf_dfu(f) || (tug_dg_conf_roles(f->conf) & TUG_ROLES_SYSBUILD) != 0);
}

static const struct tug_rule rules[] = {
	{
		.id = "several-builds",
		.rank = 693,
		.severity = TUG_SEV_ADVICE,
		.flags = TUG_RULE_CONFIG,
		.when = several_builds,
		.title = "Files of several boards, variants or applications are given: not all of them were looked "
			 "at",
		.cause = "A build takes one prj.conf or one of its variants, and the files of one board; mixed, "
			 "they say nothing of any build. The quoted files were left out.",
		.fix = "Give the files of one build, best the generated .config of each image.",
		.commands = "tug lint prj.conf sysbuild.conf sysbuild/mcuboot.conf boards/<board>.conf build",
		.source = "src:z:cmake/modules/configuration_files.cmake",
	},
	{
		.id = "kconfig-old-names",
		.rank = 300,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = old_names,
		.title = "The configuration uses names of MCUmgr options that this SDK does not have",
		.cause = "Zephyr 3.3 (nRF Connect SDK 2.3) renamed the options of MCUmgr. Kconfig stops at an "
			 "assignment to a name it does not know; in a file that it does not read, the option is "
			 "silently missing.",
		.fix = "Rename the options; zephyr/scripts/utils/migrate_mcumgr_kconfigs.py does it for a whole "
		       "project.",
		.next = "rename the options and build again from an empty build folder",
		.settle = "Which version is it? west list -f \"{name} {revision}\" zephyr, or the *** Booting ... "
			  "*** line of the device",
		.commands = "python zephyr/scripts/utils/migrate_mcumgr_kconfigs.py -r .",
		.source = "L01; L02; L28; src:z:scripts/utils/migrate_mcumgr_kconfigs.py; DZ118206; Zephyr 4.0 "
			  "migration guide",
	},
	{
		.id = "kconfig-undefined-symbol",
		.rank = 302,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = undefined_symbol,
		.title = "The build stops at an option that this SDK does not have",
		.cause = "Kconfig knows no such symbol in this image: misspelt, of another SDK version, or an "
			 "option of another image.",
		.fix = "Look the symbol up in the Kconfig reference of this SDK version; remove or rename it.",
		.next = "correct the option and build again",
		.commands = "west build -t menuconfig",
		.source = "src:z:scripts/kconfig/kconfig.py; SYSB",
	},
	{
		.id = "kconfig-missing-deps",
		.rank = 310,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = missing_deps,
		.title = "MCUmgr is left out of the build because options it depends on are off",
		.cause = "Since Zephyr 3.3.99 (nRF Connect SDK 2.4) MCUmgr depends on other options instead of "
			 "selecting them: an option with an unmet dependency stays n, with a warning only.",
		.fix = "Add CONFIG_NET_BUF=y, CONFIG_ZCBOR=y and CONFIG_CRC=y; for the image group also "
		       "CONFIG_FLASH=y, CONFIG_FLASH_MAP=y, CONFIG_STREAM_FLASH=y and CONFIG_IMG_MANAGER=y; for a "
		       "serial line CONFIG_BASE64=y and CONFIG_CONSOLE=y. Over Bluetooth in the nRF Connect SDK, "
		       "CONFIG_NCS_SAMPLE_MCUMGR_BT_OTA_DFU=y brings them all.",
		.next = "switch on the options that the warnings name and look at "
			"build/<application>/zephyr/.config",
		.settle = "Look: grep -E 'MCUMGR=|MCUMGR_GRP_IMG=|IMG_MANAGER=' build/<application>/zephyr/.config",
		.commands =
			"CONFIG_NET_BUF=y\nCONFIG_ZCBOR=y\nCONFIG_CRC=y\nCONFIG_FLASH=y\nCONFIG_FLASH_MAP=y\nCONFIG_STREAM_"
			"FLASH=y\nCONFIG_IMG_MANAGER=y",
		.source = "L03; L04; HELL; ACAD; src:z:subsys/mgmt/mcumgr/Kconfig",
	},
	{
		.id = "deps-symbol-contradiction",
		.rank = 315,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = contradiction,
		.title = "A setting takes away what the update needs",
		.cause = "CONFIG_REBOOT=n removes the reset command, CONFIG_FLASH=n the image group, "
			 "CONFIG_BT_PERIPHERAL=n the SMP service. Control of connection parameters needs "
			 "CONFIG_BT_GAP_PERIPHERAL_PREF_PARAMS=y, a system work queue of negative priority, and 4 * "
			 "TIMEOUT above (1 + LATENCY) * MAX_INT; else the build stops.",
		.fix = "Take the line out that says n, or the option that needs it; correct the connection "
		       "parameters.",
		.next = "take the contradicting line out of the configuration and build again",
		.source = "L08; L24; src:z:subsys/mgmt/mcumgr/transport/Kconfig.bluetooth; src:z:os_mgmt/Kconfig",
	},
	{
		.id = "duplicate-settings",
		.rank = 695,
		.severity = TUG_SEV_HARMLESS,
		.flags = TUG_RULE_CONFIG,
		.when = set_twice,
		.title = "A symbol is set twice in one file, with different values; the last one counts",
		.cause = "Kconfig takes the last assignment and says nothing.",
		.fix = "Keep one of the lines.",
		.source = "DZ118206",
	},
};

const struct tug_rule_set tug_rules_kconfig = { rules, sizeof(rules) / sizeof(rules[0]) };
