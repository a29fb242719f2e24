/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: signatures, keys and encryption. Most of them are decided by configuration; what is only not set there is
 * never more than possible, unless the file is a generated one.
 */
#include <inttypes.h>
#include <string.h>

#include "boots_priv.h"
#include "refusal_priv.h"

#define KEY_FILE "BOOT_SIGNATURE_KEY_FILE"

static const char *base_name(const char *path)
{
	const char *at = strrchr(path, '/'), *dos = strrchr(at != NULL ? at : path, '\\');

	return dos != NULL ? dos + 1 : at != NULL ? at + 1 : path;
}

/* A key file set in these roles; an empty value is none. */
static const struct tug_dg_sym *key_in(const struct tug_dg_facts *f, unsigned roles, const char *name)
{
	const struct tug_dg_sym *s = tug_dg_conf_get(f->conf, roles, name);

	return s != NULL && s->value[0] != '\0' ? s : NULL;
}

static const struct tug_dg_sym *first_yes(const struct tug_dg_facts *f, unsigned roles, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct tug_dg_sym *s = tug_dg_conf_get(f->conf, roles, names[i]);

		if (s != NULL && strcmp(s->value, "y") == 0) {
			return s;
		}
	}
	return NULL;
}

/* ---- the development key ------------------------------------------------------------------------------------ */

/* Keys that everybody has: MCUboot's repository publishes them with their private halves. */
static bool is_public_key(const char *path)
{
	static const char *const names[] = { "root-rsa-2048.pem", "root-rsa-3072.pem", "root-ec-p256.pem", "root-ec-p256-pkcs8.pem",
					     "root-ec-p384.pem", "root-ed25519.pem" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(base_name(path), names[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* The line that asks for updates through MCUboot. */
static const struct tug_dg_sym *wants_dfu(const struct tug_dg_facts *f)
{
	static const char *const app[] = { "BOOTLOADER_MCUBOOT", "NCS_SAMPLE_MCUMGR_BT_OTA_DFU", "MCUMGR_GRP_IMG",
					   "MCUMGR_CMD_IMG_MGMT" };
	static const char *const sysbuild[] = { "BOOTLOADER_MCUBOOT" };
	const struct tug_dg_sym *s = first_yes(f, TUG_ROLES_APP, app, 4);

	return s != NULL ? s : first_yes(f, TUG_ROLES_SYSBUILD, sysbuild, 1);
}

static bool unsigned_on_purpose(const struct tug_dg_facts *f)
{
	return tug_dg_conf_is(f->conf, TUG_ROLES_SYSBUILD | TUG_ROLES_BOOT, "BOOT_SIGNATURE_TYPE_NONE", "y");
}

static bool key_development(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *key[] = { key_in(f, TUG_ROLES_SYSBUILD, KEY_FILE), key_in(f, TUG_ROLES_BOOT, KEY_FILE),
					   key_in(f, TUG_ROLES_APP, "MCUBOOT_SIGNATURE_KEY_FILE"),
					   key_in(f, TUG_ROLES_APP, KEY_FILE) };
	const struct tug_dg_sym *dfu = wants_dfu(f);
	bool any = false, public = false;

	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++) {
		any = any || key[i] != NULL;
		if (key[i] != NULL && is_public_key(key[i]->value)) {
			tug_hit_quote(h, &key[i]->at);
			public = true;
		}
	}
	for (uint32_t i = 0; i < f->build.n_unmet; i++) {
		if (strcmp(f->build.unmet[i].symbol, KEY_FILE) == 0) {
			tug_hit_quote(h, &f->build.unmet[i].at);
			tug_hit_title(h, "The key file is set in the application's settings, where it has no effect: images are "
					 "signed with MCUboot's development key");
			public = true;
		}
	}
	if (f->build.default_key.line > 0) {
		tug_hit_quote(h, &f->build.default_key);
		return true;
	}
	if (public) {
		return true;
	}
	if (tug_hit_any(h)) {
		h->severity = TUG_SEV_ADVICE; /* a command line that signs with it: perhaps on a bench only */
		return true;
	}
	if (any || dfu == NULL || unsigned_on_purpose(f)) {
		return false;
	}
	tug_hit_quote(h, &dfu->at);
	tug_hit_title(h, "No signature key is set in these files: the build then signs with MCUboot's published development key");
	tug_hit_possible(h, TUG_SEV_ADVICE);
	return true;
}

/* ---- two keys ----------------------------------------------------------------------------------------------- */

static bool two_keys(struct tug_hit *h, const struct tug_dg_sym *boot, const struct tug_dg_sym *other)
{
	tug_hit_quote(h, &boot->at);
	tug_hit_quote(h, &other->at);
	tug_hit_title(h, "The bootloader is built with the key %s, images are signed with %s", base_name(boot->value),
		      base_name(other->value));
	return true;
}

static bool sysbuild_era(const struct tug_dg_facts *f)
{
	if (f->version.ncs.v != 0) {
		return f->version.ncs.v >= 20700;
	}
	return (tug_dg_conf_roles(f->conf) & TUG_ROLES_SYSBUILD) != 0;
}

static bool key_in_mcuboot_conf(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *boot = key_in(f, TUG_ROLE_BOOT, KEY_FILE), *sys = key_in(f, TUG_ROLES_SYSBUILD, KEY_FILE);

	if (boot == NULL || !sysbuild_era(f)) {
		return false;
	}
	if (sys != NULL && strcmp(base_name(boot->value), base_name(sys->value)) == 0) {
		return false;
	}
	tug_hit_quote(h, &boot->at);
	if (sys != NULL) {
		tug_hit_quote(h, &sys->at);
	}
	tug_hit_title(h, "The key %s is set for MCUboot only; with sysbuild images are signed with the key of "
			 "SB_CONFIG_BOOT_SIGNATURE_KEY_FILE (%s)",
		      base_name(boot->value), sys != NULL ? base_name(sys->value) : "not set: the development key");
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

static bool key_mismatch(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *boot = key_in(f, TUG_ROLE_BOOT_BUILT, KEY_FILE), *sign;

	if (tug_hit_stands(f, h, 0, true)) {
		tug_hit_stands(f, h, 1, true);
		tug_hit_stands(f, h, 2, true);
		return true;
	}
	sign = key_in(f, TUG_ROLE_APP_BUILT, "MCUBOOT_SIGNATURE_KEY_FILE");
	sign = sign != NULL ? sign : key_in(f, TUG_ROLE_SYSBUILD_BUILT, KEY_FILE);
	if (boot != NULL && sign != NULL) {
		return strcmp(base_name(boot->value), base_name(sign->value)) != 0 && two_keys(h, boot, sign);
	}
	return key_in_mcuboot_conf(f, h);
}

/* ---- signature types ---------------------------------------------------------------------------------------- */

static const char *const types[] = { "BOOT_SIGNATURE_TYPE_RSA", "BOOT_SIGNATURE_TYPE_ECDSA_P256", "BOOT_SIGNATURE_TYPE_ED25519",
				     "BOOT_SIGNATURE_TYPE_NONE" };

static bool signature_type(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *boot = first_yes(f, TUG_ROLES_BOOT, types, 4), *sys = first_yes(f, TUG_ROLES_SYSBUILD, types, 4);

	if (boot == NULL || sys == NULL || strcmp(boot->name, sys->name) == 0) {
		return false;
	}
	tug_hit_quote(h, &boot->at);
	tug_hit_quote(h, &sys->at);
	tug_hit_title(h, "MCUboot checks %s signatures, sysbuild signs with %s", boot->name + strlen("BOOT_SIGNATURE_TYPE_"),
		      sys->name + strlen("BOOT_SIGNATURE_TYPE_"));
	if (boot->role != TUG_ROLE_BOOT_BUILT || sys->role != TUG_ROLE_SYSBUILD_BUILT) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

/* ---- KMU ---------------------------------------------------------------------------------------------------- */

static bool not_provisioned(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *kmu = tug_dg_conf_get(f->conf, TUG_ROLES_SYSBUILD, "MCUBOOT_SIGNATURE_USING_KMU");
	bool on = kmu != NULL && strcmp(kmu->value, "y") == 0, stuck = tug_dg_stands(f, h, 5, false) || tug_dg_stands(f, h, 6, false);
	bool provision = tug_dg_conf_is(f->conf, TUG_ROLES_SYSBUILD, "MCUBOOT_GENERATE_DEFAULT_KMU_KEYFILE", "y");

	if (on) {
		tug_hit_quote(h, &kmu->at);
	}
	if (tug_dg_stands(f, h, 0, false) || tug_dg_stands(f, h, 1, false)) {
		tug_hit_seen(h, 0);
		tug_hit_seen(h, 1);
		tug_hit_title(h, "Writing the key into the device's key storage (KMU) failed: MCUboot then accepts no image");
		return true;
	}
	/* The storage has no such key: "does not exist", "invalid handle". A wrong signature is something else. */
	if (h->seen[4]->count == 0 && (tug_hit_stands(f, h, 2, false) || tug_hit_stands(f, h, 3, false))) {
		return true;
	}
	if (!on) {
		return false;
	}
	if (stuck && h->seen[4]->count == 0 && h->seen[7]->count > 0) {
		tug_hit_stands(f, h, 5, false);
		tug_hit_stands(f, h, 6, false);
		tug_hit_seen(h, 7);
		return true;
	}
	if (provision || f->boots.n > 0) {
		return false;
	}
	tug_hit_title(h, "MCUboot takes its key from the KMU, and nothing in these files puts one there");
	tug_hit_possible(h, TUG_SEV_ADVICE);
	return true;
}

/* ---- encryption, padding ------------------------------------------------------------------------------------ */

static bool encryption(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_sym *sys = tug_dg_conf_get(f->conf, TUG_ROLES_SYSBUILD, "BOOT_ENCRYPTION");
	const struct tug_dg_sym *boot = tug_dg_conf_get(f->conf, TUG_ROLES_BOOT, "BOOT_ENCRYPT_IMAGE");
	bool any = false;

	for (unsigned i = 0; i < 4; i++) {
		any = tug_hit_stands(f, h, i, true) || any;
	}
	if (any) {
		tug_hit_stands(f, h, 4, true);
		return true;
	}
	if (sys == NULL || boot == NULL || strcmp(sys->value, "y") != 0 || strcmp(boot->value, "n") != 0) {
		return false;
	}
	tug_hit_quote(h, &sys->at);
	tug_hit_quote(h, &boot->at);
	tug_hit_title(h, "Sysbuild makes encrypted images and MCUboot is built without decryption");
	if (boot->role != TUG_ROLE_BOOT_BUILT) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

static bool padded(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_part *p = tug_dg_part_of(&f->parts, "mcuboot_secondary", -1);
	uint64_t size = f->smp.upload.len > 0 ? f->smp.upload.len : f->image_size;
	bool upload = f->smp.upload.len > 0;

	if (size < 16384 || size % 4096 != 0) {
		return false;
	}
	if (p != NULL && p->size == size) {
		tug_hit_quote(h, &p->at);
	} else if (f->smp.device.slot_size[0] == size || f->smp.device.slot_size[1] == size) {
		tug_hit_quote(h, &f->smp.device.slots);
	} else {
		return false;
	}
	tug_hit_quote(h, upload ? &f->smp.upload.first : &f->image_size_at);
	tug_hit_title(h, "The file is exactly as long as the slot (%" PRIu64 " octets): it was padded with imgtool --pad", size);
	return true;
}

static const struct tug_rule rules[] = {
	{
		.id = "kmu-not-provisioned",
		.rank = 24,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.seen = { "failed to be provisioned", "failed provisioning", "signature verification failed -140",
			  "signature verification failed -136", "signature verification failed -149", "Unable to find bootable image",
			  "Image in the primary slot is not valid", "signature verification failed" },
		.when = not_provisioned,
		.title = "The signing key is not in the device's key storage (KMU): MCUboot accepts no image",
		.cause = "With SB_CONFIG_MCUBOOT_SIGNATURE_USING_KMU=y the public key is not part of MCUboot but of the KMU, and has to be written "
			 "there once. Recover and erase-all empty it again.",
		.fix = "Provision the key, and again after every recover: SB_CONFIG_MCUBOOT_GENERATE_DEFAULT_KMU_KEYFILE=y with west flash "
		       "--erase or --recover, or west ncs-provision upload.",
		.next = "provision the key into the KMU (west flash --recover with a key file, or west ncs-provision upload)",
		.settle = "Find out whether the devices are provisioned in another way (west ncs-provision upload, nrfutil device "
			  "x-provision-keys)",
		.commands = "SB_CONFIG_MCUBOOT_GENERATE_DEFAULT_KMU_KEYFILE=y\nwest ncs-provision upload -s nrf54l15 -k key.pem",
		.source = "ACAD, NCS17584, KI:NCSDK-30867, KI:NCSDK-33163",
	},
	{
		.id = "encryption-mismatch",
		.rank = 25,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.seen = { "AES key import failed", "Failed to parse ASN1 private key", "MAC verification failed", "Key unwrap failed",
			  "Image in the secondary slot is not valid" },
		.when = encryption,
		.title = "MCUboot cannot decrypt the uploaded image",
		.cause = "The image is encrypted for another key than the one in this bootloader, or with a method that does not go with its "
			 "signature type, or MCUboot is built without decryption.",
		.fix = "One encryption key for both, of the same kind as the signature (RSA, EC, X25519), and CONFIG_BOOT_ENCRYPT_IMAGE=y in MCUboot "
		       "(SB_CONFIG_BOOT_ENCRYPTION=y sets both). Known limits: nRF54LM20 up to NCS 3.1.1, nRF52840 with ECDSA by default.",
		.next = "encrypt the image with the key this bootloader was built with",
		.settle = "Look up CONFIG_BOOT_ENCRYPT_IMAGE in MCUboot's generated .config",
		.commands = "SB_CONFIG_BOOT_ENCRYPTION=y\nSB_CONFIG_BOOT_ENCRYPTION_KEY_FILE=\"${APP_DIR}/enc-key.pem\"",
		.source = "src:mb:encrypted.c, KI:NCSDK-35259, KI:NCSDK-29460",
	},
	{
		.id = "key-mismatch",
		.rank = 26,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.seen = { "signature verification failed -149", "Image in the secondary slot is not valid",
			  "Image in the primary slot is not valid" },
		.when = key_mismatch,
		.title = "The image's signature does not fit the key of this bootloader",
		.cause = "The bootloader in the device holds one key, the image is signed with another: built on another machine, a key that was "
			 "introduced later, a relative path that means another file, or a key that is set for one of the two only.",
		.fix = "Sign with the key of the bootloader that is in the field; it cannot be changed by an update of the application. With "
		       "sysbuild set the key in one place, SB_CONFIG_BOOT_SIGNATURE_KEY_FILE, with an absolute path or ${APP_DIR}; "
		       "CONFIG_BOOT_SIGNATURE_KEY_FILE in MCUboot's own file does not sign anything.",
		.next = "sign the update with the key that the bootloader in the device was built with",
		.settle = "Compare CONFIG_BOOT_SIGNATURE_KEY_FILE in MCUboot's generated .config with the key that imgtool is called with",
		.commands = "SB_CONFIG_BOOT_SIGNATURE_KEY_FILE=\"${APP_DIR}/key.pem\"\nimgtool verify -k key.pem zephyr.signed.bin",
		.source = "NCS15998, SYSB, HELL",
	},
	{
		.id = "sigtype-mismatch",
		.rank = 27,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = signature_type,
		.title = "Bootloader and build use different signature types",
		.cause = "The type is set for one image only, or the SDK's default changed between two builds (RSA-2048 before, ED25519 on nRF54L).",
		.fix = "Set the type in sysbuild.conf alone (SB_CONFIG_BOOT_SIGNATURE_TYPE_ED25519=y and the like), the one of the bootloader in "
		       "the field.",
		.next = "set the signature type of the flashed bootloader in sysbuild.conf and build again",
		.settle = "Compare CONFIG_BOOT_SIGNATURE_TYPE_* in MCUboot's generated .config with what imgtool dumpinfo shows of the image",
		.commands = "SB_CONFIG_BOOT_SIGNATURE_TYPE_ECDSA_P256=y\nimgtool dumpinfo zephyr.signed.bin",
		.source = "src:mb:Kconfig, NCS19356",
	},
	{
		.id = "padded-image-uploaded",
		.rank = 240,
		.severity = TUG_SEV_DEGRADED,
		.when = padded,
		.title = "The uploaded file is padded to the size of the slot",
		.cause = "A padded file carries its own trailer: it takes the whole slot to transfer, lands as already marked (and with --confirm as "
			 "permanent), and is refused where the server checks the size.",
		.fix = "Upload the signed file without --pad and --confirm (zephyr.signed.bin, app_update.bin).",
		.source = "src:z:img_mgmt/Kconfig",
	},
	{
		.id = "key-development",
		.rank = 660,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.seen = { "--key %*/root-rsa-2048.pem", "--key %*/root-rsa-3072.pem", "--key %*/root-ec-p256.pem", "--key %*/root-ed25519.pem",
			  "-k %*/root-rsa-2048.pem", "-k %*/root-rsa-3072.pem", "-k %*/root-ec-p256.pem", "-k %*/root-ed25519.pem" },
		.when = key_development,
		.title = "Images are signed with MCUboot's published development key",
		.cause = "Its private half is in MCUboot's repository: anybody can sign an update that these devices accept. The key in a "
			 "bootloader cannot be changed by an update of the application.",
		.fix = "Make a key of your own before the first product leaves and set it for bootloader and signing at once "
		       "({ncs<2.7:CONFIG_BOOT_SIGNATURE_KEY_FILE in child_image/mcuboot.conf;SB_CONFIG_BOOT_SIGNATURE_KEY_FILE in sysbuild.conf}). "
		       "Keep it safe: without it no device can be updated.",
		.settle = "Look which key imgtool is called with in the build, or up CONFIG_BOOT_SIGNATURE_KEY_FILE in MCUboot's generated "
			  ".config",
		.commands = "imgtool keygen -k key.pem -t ecdsa-p256",
		.source = "src:mb:Kconfig, NCS15998, ACAD",
	},
};

const struct tug_rule_set tug_rules_keys = { rules, sizeof(rules) / sizeof(rules[0]) };
