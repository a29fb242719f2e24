/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: several cores and several images: nRF5340, nRF54H20, network cores.
 */
#include <string.h>

#include "rules_conf_priv.h"

/* It is an nRF5340: by name, or by options that only it has. */
static bool is_nrf53(const struct tug_dg_facts *f)
{
	return tug_conf_chip_is(f, "nrf53") || strstr(f->smp.device.board, "nrf5340") != NULL ||
	       strstr(f->smp.device.board, "thingy53") != NULL ||
	       tug_conf_on(f, TUG_ROLES_SYSBUILD, "NETCORE_APP_UPDATE") ||
	       tug_conf_on(f, TUG_ROLES_SYSBUILD, "SECURE_BOOT_NETCORE") ||
	       tug_conf_on(f, TUG_ROLES_APP, "NRF53_UPGRADE_NETWORK_CORE");
}

/* Image number whose slot holds the hash of a write; -1 = unknown. */
static int image_of(const struct tug_dg_write *w)
{
	const struct tug_report_slot *s = w->hash_len > 0 ? tug_dg_slot_of(&w->before, w->hash, w->hash_len) : NULL;

	return s != NULL ? s->image : -1;
}

/* Number of images that a list shows. */
static unsigned images_in(const struct tug_dg_list *l)
{
	unsigned most = 0;

	for (uint8_t i = 0; l->known && i < l->n; i++) {
		most = l->s[i].image + 1u > most ? l->s[i].image + 1u : most;
	}
	return most;
}

/* Accepted writes for image 0 and for image 1, in their order. */
static bool both_written(const struct tug_dg_smp *x, const struct tug_dg_write **app, const struct tug_dg_write **net)
{
	*app = *net = NULL;
	for (uint32_t i = 0; i < x->n_writes; i++) {
		const struct tug_dg_write *w = &x->write[i];

		if (w->refused) {
			continue;
		}
		if (image_of(w) == 0 && *app == NULL) {
			*app = w;
		} else if (image_of(w) == 1 && *net == NULL) {
			*net = w;
		}
	}
	return *app != NULL && *net != NULL;
}

static bool wrong_order(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_write *app, *net;
	uint32_t ncs = f->version.ncs.v;

	if (!is_nrf53(f) || !both_written(&f->smp, &app, &net) || app > net || (ncs != 0 && ncs < 20600)) {
		return false;
	}
	tug_hit_quote(h, &app->request);
	tug_hit_quote(h, &net->request);
	if (ncs == 0) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

static bool no_way_back(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_write *test = NULL;

	for (uint32_t i = 0; i < f->smp.n_writes; i++) {
		const struct tug_dg_write *w = &f->smp.write[i];

		if (!w->confirm && image_of(w) == 1) {
			test = w;
		}
	}
	if (test == NULL || f->smp.client.said_success ||
	    (!is_nrf53(f) && (f->smp.device.chip[0] != '\0' || !(f->smp.client.said_failure || test->refused)))) {
		return false;
	}
	tug_hit_quote(h, &test->request);
	tug_hit_quote(h, &test->answer);
	tug_hit_quote(h, &f->smp.client.end);
	if (!is_nrf53(f)) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	} else if (!f->smp.client.said_failure && !test->refused) {
		h->severity = TUG_SEV_DEGRADED;
	}
	return true;
}

/* Options of a simultaneous update; the mode comes last. */
static bool chain_incomplete(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const needed[] = { "SECURE_BOOT_NETCORE", "NETCORE_APP_UPDATE",
					      "MCUBOOT_NRF53_MULTI_IMAGE_UPDATE", "PM_EXTERNAL_FLASH_MCUBOOT_SECONDARY",
					      "MCUBOOT_MODE_OVERWRITE_ONLY" };
	bool asked = tug_conf_on(f, TUG_ROLES_SYSBUILD, "MCUBOOT_NRF53_MULTI_IMAGE_UPDATE") ||
		     (is_nrf53(f) && (tug_conf_value(f, TUG_ROLES_SYSBUILD, "MCUBOOT_UPDATEABLE_IMAGES") >= 2 ||
				      (tug_conf_value(f, TUG_ROLES_APP, "MCUMGR_GRP_IMG_UPDATABLE_IMAGE_NUMBER") >= 2 &&
				       (tug_dg_conf_roles(f->conf) & TUG_ROLES_SYSBUILD) != 0)));
	char lacking[256] = "";
	bool certain = false;

	if (!asked) {
		return false;
	}
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		enum tug_conf_is is = tug_conf_state(f, TUG_ROLES_SYSBUILD, needed[i]);

		if (is == TUG_CONF_ON ||
		    (i == 3 && tug_dg_conf_is(f->conf, TUG_ROLES_SYSBUILD, "PARTITION_MANAGER", "n"))) {
			continue;
		}
		tug_conf_quote(h, f, TUG_ROLES_SYSBUILD, needed[i]);
		certain = certain || is == TUG_CONF_OFF;
		if (lacking[0] != '\0') {
			strncat(lacking, ", ", sizeof(lacking) - strlen(lacking) - 1);
		}
		strncat(lacking, needed[i], sizeof(lacking) - strlen(lacking) - 1);
	}
	if (lacking[0] == '\0') {
		return false;
	}
	tug_conf_quote(h, f, TUG_ROLES_SYSBUILD, "MCUBOOT_NRF53_MULTI_IMAGE_UPDATE");
	tug_conf_quote(h, f, TUG_ROLES_SYSBUILD, "MCUBOOT_UPDATEABLE_IMAGES");
	tug_conf_quote(h, f, TUG_ROLES_APP, "MCUMGR_GRP_IMG_UPDATABLE_IMAGE_NUMBER");
	tug_hit_title(h, "Both cores are to be updated together, and not all that this needs is set: SB_CONFIG_ %s",
		      lacking);
	if (!certain) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

static bool one_pair(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_upload *u = &f->smp.upload;

	if (!is_nrf53(f) || u->uploads < 2 || !u->completed || f->smp.reset.requests > 0 ||
	    images_in(&f->smp.list) != 1 ||
	    tug_conf_value(f, TUG_ROLES_APP, "MCUMGR_GRP_IMG_UPDATABLE_IMAGE_NUMBER") >= 2) {
		return false;
	}
	tug_hit_quote(h, &u->first);
	tug_hit_quote(h, &f->smp.list.at);
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

static bool buffers_differ(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const names[] = { "BT_BUF_ACL_RX_SIZE", "BT_BUF_ACL_TX_SIZE", "BT_CTLR_DATA_LENGTH_MAX" };
	bool any = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct tug_dg_sym *app = tug_dg_conf_get(f->conf, TUG_ROLES_APP, names[i]);
		const struct tug_dg_sym *net = tug_dg_conf_get(f->conf, TUG_ROLES_NET, names[i]);

		if (app != NULL && net != NULL && strcmp(app->value, net->value) != 0) {
			tug_hit_quote(h, &app->at);
			tug_hit_quote(h, &net->at);
			any = true;
		}
	}
	return any && tug_conf_dfu(f);
}

static bool erase_times_out(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_upload *u = &f->smp.upload;
	enum tug_conf_is progressive = tug_conf_state(f, TUG_ROLES_APP, "IMG_ERASE_PROGRESSIVELY");

	if (!is_nrf53(f) || !u->first_unanswered || !u->small_ok_before || progressive == TUG_CONF_ON || u->acked > 0) {
		return false;
	}
	tug_hit_quote(h, &u->first);
	if (!tug_conf_quote(h, f, TUG_ROLES_APP, "IMG_ERASE_PROGRESSIVELY") || progressive == TUG_CONF_UNKNOWN) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

static bool image_count(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const app_names[] = { "UPDATEABLE_IMAGE_NUMBER", "MCUMGR_GRP_IMG_UPDATABLE_IMAGE_NUMBER" };
	const struct tug_dg_sym *boot = tug_dg_conf_get(f->conf, TUG_ROLES_BOOT, "UPDATEABLE_IMAGE_NUMBER"),
				*app = NULL;

	if (tug_hit_any(h)) {
		return true;
	}
	for (size_t i = 0; i < sizeof(app_names) / sizeof(app_names[0]) && app == NULL; i++) {
		app = tug_conf_sym(f, TUG_ROLES_APP, app_names[i]);
	}
	if (boot == NULL || app == NULL || strcmp(boot->value, app->value) == 0 ||
	    tug_dg_conf_get(f->conf, TUG_ROLES_SYSBUILD, "MCUBOOT_UPDATEABLE_IMAGES") != NULL) {
		return false;
	}
	tug_hit_quote(h, &app->at);
	tug_hit_quote(h, &boot->at);
	tug_hit_title(h, "The application counts %s images, MCUboot %s", app->value, boot->value);
	return true;
}

static bool no_radio(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *s, *bt = tug_dg_conf_get(f->conf, TUG_ROLES_APP, "BT"), *none = NULL;
	bool two = is_nrf53(f) || tug_conf_chip_is(f, "nrf54h");

	for (size_t i = 0; (s = tug_dg_conf_at(f->conf, i)) != NULL; i++) {
		bool of_sysbuild = (s->role & TUG_ROLES_SYSBUILD) != 0 && strncmp(s->name, "NETCORE_", 8) == 0;

		if (of_sysbuild && strcmp(s->value, "y") == 0 && strcmp(s->name, "NETCORE_APP_UPDATE") != 0) {
			if (strcmp(s->name, "NETCORE_NONE") != 0 && strcmp(s->name, "NETCORE_EMPTY") != 0) {
				return false;
			}
			none = s;
		}
	}
	if (!two || bt == NULL || strcmp(bt->value, "y") != 0 ||
	    (tug_dg_conf_roles(f->conf) & TUG_ROLES_SYSBUILD) == 0 ||
	    (tug_dg_conf_roles(f->conf) & TUG_ROLES_NET) != 0 || f->smp.link.ups > 0) {
		return false;
	}
	tug_hit_quote(h, &bt->at);
	if (none != NULL) {
		tug_hit_quote(h, &none->at);
	} else if (!tug_conf_built(f, TUG_ROLES_SYSBUILD)) {
		tug_hit_possible(h, TUG_SEV_ADVICE);
	}
	return true;
}

static bool one_cycle(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_write *app, *net;

	if (!tug_conf_chip_is(f, "nrf54h") || f->version.ncs.v / 100 != 301 || !both_written(&f->smp, &app, &net)) {
		return false;
	}
	tug_hit_quote(h, &app->request);
	tug_hit_quote(h, &net->request);
	return true;
}

static const struct tug_rule rules[] = {
	{
		.id = "nrf53-no-revert",
		.rank = 170,
		.severity = TUG_SEV_BLOCKING,
		.when = no_way_back,
		.title = "The image of the network core was marked for a test; on an nRF5340 there is no way back "
			 "for it",
		.cause = "The network core's image is copied into its own flash; the old one is not kept, so "
			 "MCUboot cannot test and revert it. A client in a test mode waits for a state that never "
			 "comes.",
		.fix = "Update both cores in the mode \"Confirm only\", with MCUboot built to overwrite "
		       "(SB_CONFIG_MCUBOOT_MODE_OVERWRITE_ONLY=y).",
		.next = "update again in the mode \"Confirm only\"",
		.settle = "Is image 1 the network core's (SB_CONFIG_NETCORE_APP_UPDATE=y)?",
		.commands = "SB_CONFIG_MCUBOOT_MODE_OVERWRITE_ONLY=y",
		.source = "NCS5637; AND README; ACAD l9_e5",
	},
	{
		.id = "nrf53-timeout-erase",
		.rank = 285,
		.severity = TUG_SEV_BLOCKING,
		.when = erase_times_out,
		.title = "The first chunk of the upload stays without an answer: the nRF5340 erases the whole slot "
			 "first",
		.cause = "Without progressive erase the slot is erased within the first request, longer than the "
			 "client waits.",
		.fix = "Set CONFIG_IMG_ERASE_PROGRESSIVELY=y; until then erase first, or let the client wait longer "
		       "(mcumgr -t 60).",
		.next = "set CONFIG_IMG_ERASE_PROGRESSIVELY=y in the application",
		.settle = "Does a longer time-out (mcumgr -t 60) let the first chunk through?",
		.commands = "CONFIG_IMG_ERASE_PROGRESSIVELY=y",
		.source = "NM106; MM28",
	},
	{
		.id = "nrf53-net-chain-incomplete",
		.rank = 360,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = chain_incomplete,
		.title = "Both cores are to be updated together, and not all that this needs is set",
		.cause = "A simultaneous update needs the network core's bootloader, its update image, two images "
			 "in MCUboot, a secondary slot in external flash and the overwrite mode; Kconfig drops the "
			 "option when one is missing.",
		.fix = "Set all of the lines below in sysbuild.conf, then the flash driver in {mcuboot.conf} and in "
		       "the application.",
		.next = "complete sysbuild.conf with the options that are missing",
		.settle = "Which of these does the generated .config of sysbuild (build/zephyr/.config) have?",
		.commands =
			"SB_CONFIG_SECURE_BOOT_NETCORE=y\nSB_CONFIG_NETCORE_APP_UPDATE=y\nSB_CONFIG_MCUBOOT_UPDATEABLE_"
			"IMAGES=2\nSB_CONFIG_MCUBOOT_NRF53_MULTI_IMAGE_UPDATE=y\nSB_CONFIG_MCUBOOT_MODE_OVERWRITE_ONLY="
			"y\nSB_CONFIG_PM_EXTERNAL_FLASH_MCUBOOT_SECONDARY=y",
		.source = "L49; ACAD l9_e5_nrf5340_both_sol; NCS2783; NCS5637; HELL",
	},
	{
		.id = "image-count-mismatch",
		.rank = 362,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.seen = { "Expected %d or more images, but received %d instead", "Missing partitions?",
			  "'PM_MCUBOOT_PRIMARY_%d_ID' undeclared", "'PM_MCUBOOT_SECONDARY_%d_ID' undeclared" },
		.when = image_count,
		.title = "Application, MCUboot and update file do not count the same number of images",
		.cause = "Each image needs a pair of slots; application and MCUboot find them by the same number, "
			 "and a file with two images needs a device with two.",
		.fix = "Set SB_CONFIG_MCUBOOT_UPDATEABLE_IMAGES once in sysbuild.conf (it sets both), or "
		       "CONFIG_UPDATEABLE_IMAGE_NUMBER alike in prj.conf and {mcuboot.conf}; otherwise use a file "
		       "for one image only.",
		.next = "set the number of images once, in sysbuild.conf",
		.commands = "SB_CONFIG_MCUBOOT_UPDATEABLE_IMAGES=2",
		.source = "L48; src:z:zephyr_img_mgmt.c; src:ios",
	},
	{
		.id = "netcore-image-absent",
		.rank = 364,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = no_radio,
		.title = "Bluetooth is on and no image for the network core is built: there is no radio",
		.cause = "On chips with a network core the controller runs there, in an image of its own; sysbuild "
			 "builds it only when it is told to.",
		.fix = "Set SB_CONFIG_NETCORE_IPC_RADIO=y (with SB_CONFIG_NETCORE_IPC_RADIO_BT_HCI_IPC=y) or "
		       "SB_CONFIG_NETCORE_HCI_IPC=y in sysbuild.conf.",
		.next = "set SB_CONFIG_NETCORE_IPC_RADIO=y in sysbuild.conf",
		.settle = "Is there a folder build/ipc_radio or build/hci_ipc after the build?",
		.commands = "SB_CONFIG_NETCORE_IPC_RADIO=y\nSB_CONFIG_NETCORE_IPC_RADIO_BT_HCI_IPC=y",
		.source = "SYSB",
	},
	{
		.id = "nrf53-order-of-activation",
		.rank = 540,
		.severity = TUG_SEV_DEGRADED,
		.when = wrong_order,
		.title = "The application's image was activated before the network core's: MCUboot may skip the "
			 "latter",
		.cause = "MCUboot of nRF Connect SDK 2.6 to 3.4 leaves the network core's image alone when the "
			 "application's image was activated first; the core stays old.",
		.fix = "Activate image 1 (network core) first, then image 0, then reset.",
		.settle = "Which SDK is the bootloader of? The line *** Using nRF Connect SDK ... *** of its "
			  "console says it",
		.source = "NCS30274; KI:NCSDK-34106",
	},
	{
		.id = "nrf53-net-image-single-pair",
		.rank = 542,
		.severity = TUG_SEV_DEGRADED,
		.when = one_pair,
		.title = "Two files were uploaded one after the other to a device with one pair of slots: the "
			 "second replaced the first",
		.cause = "With one image pair the network core's image and the application's share slot 1.",
		.fix = "Update one at a time with a reset between, or build for two images.",
		.settle = "Were the two files for different cores?",
		.source = "src:mb:loader.c; HELL mcuboot_smp_ble_nonsimultaneous",
	},
	{
		.id = "nrf53-hci-buffer-mismatch",
		.rank = 544,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = buffers_differ,
		.title = "Application and network core are built with different Bluetooth buffer sizes",
		.cause = "Host and controller exchange packets of these sizes; with different ones a large MTU "
			 "stalls transfers or drops the link.",
		.fix = "Set the same CONFIG_BT_BUF_ACL_RX_SIZE, CONFIG_BT_BUF_ACL_TX_SIZE and "
		       "CONFIG_BT_CTLR_DATA_LENGTH_MAX in prj.conf and in sysbuild/ipc_radio.conf.",
		.commands =
			"CONFIG_BT_BUF_ACL_RX_SIZE=502\nCONFIG_BT_BUF_ACL_TX_SIZE=251\nCONFIG_BT_CTLR_DATA_LENGTH_MAX=251",
		.source = "OTAK",
	},
	{
		.id = "nrf54h-ipc-radio-confirm",
		.rank = 546,
		.severity = TUG_SEV_DEGRADED,
		.when = one_cycle,
		.title = "Both images of an nRF54H20 were activated in one cycle; the radio core's image cannot be "
			 "confirmed in it",
		.cause = "A known issue of nRF Connect SDK 3.1: ipc_radio is not confirmed in the boot that "
			 "installs it.",
		.fix = "Test and confirm the radio core's image in the next boot, or go to a newer SDK.",
		.source = "KI:NCSDK-34928",
	},
};

const struct tug_rule_set tug_rules_cores = { rules, sizeof(rules) / sizeof(rules[0]) };
