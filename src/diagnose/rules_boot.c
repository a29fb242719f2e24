/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: the bootloader rejects an image, cannot swap or cannot start one. The image's own faults come first, then
 * what keeps MCUboot from its slots, then what follows from both.
 */
#include <inttypes.h>
#include <string.h>

#include "boots_priv.h"
#include "refusal_priv.h"

/* Any of the first `n` patterns stands; all that do are quoted. */
static bool any_stands(const struct tug_dg_facts *f, struct tug_hit *h, unsigned n, bool swap)
{
	bool any = false;

	for (unsigned i = 0; i < n; i++) {
		any = tug_hit_stands(f, h, i, swap) || any;
	}
	return any;
}

static bool stands_swap(const struct tug_dg_facts *f, struct tug_hit *h)
{
	return any_stands(f, h, TUG_RULE_SEEN, true);
}

/* ---- the image's faults ------------------------------------------------------------------------------------- */

static bool wrong_address(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (!any_stands(f, h, 3, true)) {
		return false;
	}
	tug_hit_stands(f, h, 3, true);
	if (h->seen[2]->count > 0 && h->seen[0]->count + h->seen[1]->count == 0) {
		tug_hit_title(h, "The MCUboot update is linked for the other of the two bootloader slots (s0, s1)");
		tug_hit_fix(h, "Upload the binary for the slot that is not in use: signed_by_mcuboot_and_b0_mcuboot.bin when s1 "
			       "runs, signed_by_mcuboot_and_b0_s1_image.bin when s0 runs, or the dfu_mcuboot.zip that holds both.");
	}
	return true;
}

static bool security_counter(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (!any_stands(f, h, 2, true)) {
		return false;
	}
	if (h->seen[0]->count > 0) {
		tug_hit_title(h, "The image's security counter (%" PRId64 ") is lower than the one the device has stored (%" PRId64 ")",
			      h->seen[0]->num[0], h->seen[0]->num[1]);
	}
	return true;
}

static bool erased_as_downgrade(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_report_slot *gone = tug_dg_vanished(f), *runs;
	int order = 0;

	if (any_stands(f, h, 3, true)) {
		return true;
	}
	if (gone == NULL || !(f->smp.device.no_downgrade || tug_dg_conf_is(f->conf, TUG_ROLES_BOOT | TUG_ROLES_SYSBUILD,
									    "MCUBOOT_DOWNGRADE_PREVENTION", "y"))) {
		return false;
	}
	runs = tug_dg_active(&f->smp.reset.before, gone->image);
	if (runs == NULL || !tug_dg_version_order(gone->version, runs->version, &order) || order >= 0) {
		return false;
	}
	tug_hit_quote(h, &f->smp.reset.before.at);
	tug_hit_quote(h, &f->smp.reset.after.at);
	tug_hit_title(h, "The bootloader erased version %s at the restart, as it is older than %s and downgrades are refused",
		      gone->version, runs->version);
	return true;
}

static bool secondary_invalid(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (!any_stands(f, h, 6, true)) {
		return false;
	}
	for (unsigned i = 6; i < 9; i++) {
		tug_hit_stands(f, h, i, true);
	}
	if (h->seen[4]->count + h->seen[5]->count > 0) {
		tug_hit_title(h, "MCUboot rejects the uploaded image: it was built for another product (vendor or class UUID)");
	} else if (h->seen[6]->count > 0) {
		tug_hit_cause(h, "The signature does not fit a key that this bootloader knows (status %" PRId64
				 "): signed with another key, or the key is not in the device.",
			      h->seen[6]->num[0]);
	}
	return true;
}

/* Without a console: it waited for the restart, and now its slot is empty and the old image runs. */
static bool secondary_gone(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_report_slot *gone = tug_dg_vanished(f);
	char slot[TUG_DG_SLOT_TEXT];

	for (unsigned i = 0; i < TUG_RULE_SEEN; i++) {
		if (h->seen[i]->count > 0) {
			return false; /* the console says why */
		}
	}
	if (gone == NULL || tug_dg_well_after(f, NULL)) {
		return false;
	}
	tug_hit_quote(h, &f->smp.reset.before.at);
	tug_hit_quote(h, &f->smp.reset.last);
	tug_hit_quote(h, &f->smp.reset.after.at);
	tug_hit_title(h, "The image in %s waited for the restart; after it the slot is empty and the old image runs: the "
			 "bootloader rejected and erased it",
		      tug_dg_slot_text(gone, slot));
	return true;
}

static bool primary_invalid(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_boot *b;

	if (!any_stands(f, h, 2, false)) {
		return false;
	}
	tug_hit_stands(f, h, 2, false);
	b = tug_dg_boot_of(f, &h->seen[h->seen[0]->count > 0 ? 0 : 1]->last);
	for (uint32_t i = 0; b != NULL && &f->boots.boot[i] < b; i++) {
		if (tug_dg_boot_cut(f, &f->boots.boot[i])) {
			tug_hit_quote(h, &f->boots.boot[i].at);
			tug_hit_cause(h, "A swap was cut off before (line %u began it and the device restarted in it), and what is in the "
					 "primary slot now is neither the old image nor the new one.",
				      f->boots.boot[i].at.line);
		}
	}
	return true;
}

/* ---- the slots ---------------------------------------------------------------------------------------------- */

/* Sectors of 4096 octets of the larger slot as the partitions say, 0 = unknown. */
static uint32_t slot_sectors(const struct tug_dg_facts *f)
{
	static const char *const names[] = { "mcuboot_primary", "mcuboot_secondary", "slot0_partition", "slot1_partition" };
	uint64_t most = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct tug_dg_part *p = tug_dg_part_of(&f->parts, names[i], -1);

		most = p != NULL && p->size > most ? p->size : most;
	}
	return most / 4096 < UINT32_MAX ? (uint32_t)((most + 4095) / 4096) : 0;
}

static bool max_sectors(const struct tug_dg_facts *f, struct tug_hit *h)
{
	int64_t limit = h->seen[0]->num[0];
	uint32_t need = slot_sectors(f);

	if (tug_dg_stands(f, h, 1, false) || tug_dg_stands(f, h, 2, false) || !any_stands(f, h, 1, true)) {
		return false; /* the driver says that it does not find its chip: another rule */
	}
	if (need > 0 && need > limit) {
		tug_hit_title(h, "MCUboot is built for slots of at most %" PRId64 " sectors, the slots have %u: it cannot update",
			      limit, (unsigned)need);
		tug_hit_commands(h, "CONFIG_BOOT_MAX_IMG_SECTORS=%u", need <= 256 ? 256u : (unsigned)((need + 255) / 256 * 256));
	} else if (need > 0) {
		tug_hit_title(h, "MCUboot cannot read the sectors of a slot, though %" PRId64 " sectors are enough: its flash device "
				 "does not answer",
			      limit);
		tug_hit_fix(h, "The limit is not the fault. Give MCUboot the driver of the flash that holds the slot, and the node, "
			       "in {mcuboot.conf} and {mcuboot.overlay}.");
	} else {
		tug_hit_title(h, "MCUboot cannot read the sectors of a slot: more than %" PRId64 " of them "
				 "(CONFIG_BOOT_MAX_IMG_SECTORS), or the slot's flash does not answer",
			      limit);
	}
	return true;
}

static bool sector_mismatch(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (tug_dg_stands(f, h, 8, true) || !any_stands(f, h, 7, true)) {
		return false; /* reading them failed: another rule */
	}
	if (tug_hit_stands(f, h, 7, true)) {
		tug_hit_title(h, "MCUboot cannot swap: slot 0 has %" PRId64 " sectors and slot 1 has %" PRId64, h->seen[7]->num[0],
			      h->seen[7]->num[1]);
	}
	if (h->seen[3]->count > 0) {
		tug_hit_cause(h, "The slots have more sectors than MCUboot was built for (CONFIG_BOOT_MAX_IMG_SECTORS).");
		tug_hit_commands(h, "CONFIG_BOOT_MAX_IMG_SECTORS=256");
	}
	return true;
}

static void name_area(struct tug_hit *h, const int64_t *num)
{
	int64_t err = num[3];

	tug_hit_title(h, "MCUboot cannot open the %s slot of image %" PRId64 " (flash area %" PRId64 ", error %" PRId64 ")",
		      num[2] == 0 ? "primary" : "secondary", num[1], num[0], err);
	if (err == -2) {
		tug_hit_cause(h, "-2 (ENOENT): MCUboot's flash map does not know this area. Its own devicetree or partition map lacks "
				 "the slot, most often since the external flash is set up in the application only.");
	} else if (err == -19) {
		tug_hit_cause(h, "-19 (ENODEV): the area is known but its flash device is not ready: the driver is not in MCUboot, the "
				 "bus is off, or the chip does not answer after a cold start.");
	}
}

static bool unreachable(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (tug_dg_stands(f, h, 9, false) && (tug_hit_stands(f, h, 7, false) || tug_hit_stands(f, h, 8, false))) {
		tug_hit_stands(f, h, 9, false);
		tug_hit_title(h, "MCUboot's driver does not find the flash chip that holds a slot: it reads another id than configured");
		tug_hit_cause(h, "An id of 00 00 00 or ff ff ff means that the chip does not answer MCUboot: pins, chip select, power or the bus "
				 "are set up by the application only, or the chip sleeps over a restart. Any other id means another chip than "
				 "jedec-id of the node says.");
		return true;
	}
	if (tug_hit_stands(f, h, 0, false)) {
		name_area(h, h->seen[0]->num);
		tug_hit_stands(f, h, 2, false);
		return true;
	}
	if (any_stands(f, h, 5, false)) {
		return true;
	}
	/* Headers that cannot be read, while an image was found: the other slot's. */
	if (tug_dg_stands(f, h, 6, false) || !(tug_hit_stands(f, h, 5, false))) {
		return false;
	}
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

/* ---- nothing to start --------------------------------------------------------------------------------------- */

static bool no_bootable(const struct tug_dg_facts *f, struct tug_hit *h)
{
	uint32_t magic = (uint32_t)h->seen[h->seen[1]->count > 0 ? 1 : 2]->num[0];

	for (unsigned i = 6; i < TUG_RULE_SEEN; i++) {
		if (tug_dg_stands(f, h, i, false)) {
			return false; /* a cause is named, and this follows from it */
		}
	}
	if (tug_dg_boot_lost(f) != NULL || !any_stands(f, h, 5, false)) {
		return false;
	}
	tug_hit_stands(f, h, 5, false);
	if (h->seen[1]->count + h->seen[2]->count > 0 && magic == UINT32_MAX) {
		tug_hit_title(h, "The primary slot is empty (it begins with 0xffffffff): there is nothing to start");
	} else if (h->seen[1]->count + h->seen[2]->count > 0) {
		tug_hit_title(h, "What is in the primary slot is no MCUboot image: it begins with 0x%08" PRIx32 "%s", magic,
			      magic >> 24 == 0x20 ? ", an initial stack pointer, so it is an unsigned binary" : "");
	} else if (h->seen[4]->count > 0) {
		tug_hit_title(h, "The image is larger than its slot (%" PRId64 " > %" PRId64 " octets): MCUboot does not start it",
			      h->seen[4]->num[0], h->seen[4]->num[1]);
	} else if (h->seen[5]->count > 0) {
		tug_hit_title(h, "MCUboot finds no image header in the primary slot: there is nothing to start");
	}
	return true;
}

static bool panics(const struct tug_dg_facts *f, struct tug_hit *h)
{
	bool any = false;
	uint64_t count = 0;

	for (unsigned i = 0; i < 6; i++) {
		const struct tug_dg_seen *s = h->seen[i];
		const struct tug_dg_boot *b = tug_dg_boot_of(f, &s->last);

		if (s->count > 0 && ((s->src & TUG_SRC_BOOT) != 0 || (b != NULL && !b->jumped)) && tug_hit_stands(f, h, i, false)) {
			any = true;
			count += s->count;
		}
	}
	if (any && count > 1) {
		tug_hit_title(h, "MCUboot stops with a fatal error, again at every start");
	}
	return any;
}

static const struct tug_rule rules[] = {
	{
		.id = "boot-wrong-slot-address",
		.rank = 20,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "is not designated for the primary slot", "Reset address of image in secondary slot is not in the primary slot",
			  "Image in slot is for wrong s0/s1 image", "Erasing image from secondary slot" },
		.when = wrong_address,
		.title = "MCUboot erases the uploaded image: it is linked for other addresses than the primary slot",
		.cause = "The start address in the image's vector table lies outside the primary slot. It was built with another "
			 "partition map, for another board or core, or it is MCUboot's or the network core's image in the slot of the "
			 "application.",
		.fix = "Build the update with the partition map of the device: copy partitions.yml of the build that was flashed to "
		       "pm_static.yml, and upload the application's own signed file for image 0.",
		.next = "build the update with the partition map of the flashed bootloader (its partitions.yml as pm_static.yml) and "
			"upload it again",
		.commands = "imgtool dumpinfo zephyr.signed.bin",
		.source = "src:mb:loader.c",
	},
	{
		.id = "boot-offset-first-sector",
		.rank = 21,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Secondary header magic detected in first sector" },
		.when = stands_swap,
		.title = "The image lies one sector too low: this MCUboot swaps using offset and wants it in the second sector of slot 1",
		.cause = "The application that took the upload was built for another swap mode (or a downloader of your own, a debugger or "
			 "serial recovery wrote to the first sector). MCUboot erases what it finds there.",
		.fix = "Choose one mode for both in sysbuild.conf, SB_CONFIG_MCUBOOT_MODE_SWAP_USING_OFFSET=y or "
		       "SB_CONFIG_MCUBOOT_MODE_SWAP_USING_MOVE=y; for devices in the field that of their bootloader. A writer of your own "
		       "asks boot_get_image_start_offset() where to begin.",
		.next = "build the application for the swap mode of the flashed bootloader",
		.commands = "SB_CONFIG_MCUBOOT_MODE_SWAP_USING_OFFSET=y",
		.source = "src:mb:loader.c, src:z:zephyr_img_mgmt.c",
	},
	{
		.id = "boot-security-counter",
		.rank = 22,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Image security counter value %d lower than monotonic value %d", "Security counter update failed" },
		.when = security_counter,
		.title = "MCUboot refuses the image because of the device's security counter",
		.cause = "Hardware downgrade prevention compares the counter in the image with one in the device that only grows. The image "
			 "has a lower one, or the device has no room left to store another value.",
		.fix = "Raise SB_CONFIG_MCUBOOT_HW_DOWNGRADE_PREVENTION_COUNTER_VALUE above the stored value and build again. The number of "
		       "values a device can store is set by SB_CONFIG_MCUBOOT_HW_DOWNGRADE_PREVENTION_COUNTER_SLOTS: plan it for its life.",
		.next = "raise the security counter of the image above the stored one and build again",
		.commands = "SB_CONFIG_MCUBOOT_HW_DOWNGRADE_PREVENTION_COUNTER_VALUE=2",
		.source = "src:mb:image_validate.c, KI:NCSDK-34251",
	},
	{
		.id = "boot-downgrade-erased",
		.rank = 23,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "erased due to downgrade prevention", "Insufficient version in secondary slot",
			  "insufficient version in secondary slot" },
		.when = erased_as_downgrade,
		.title = "MCUboot erased the uploaded image: its version is lower than the running one",
		.cause = "The bootloader is built with CONFIG_MCUBOOT_DOWNGRADE_PREVENTION=y. The versions are those signed into the images; "
			 "equal ones pass.",
		.fix = "Sign the update with a higher version (CONFIG_MCUBOOT_IMGTOOL_SIGN_VERSION or the VERSION file). Going back on purpose "
		       "needs a new build with a higher number, or a bootloader without downgrade prevention.",
		.next = "sign the update with a higher version than the running one",
		.commands = "CONFIG_MCUBOOT_IMGTOOL_SIGN_VERSION=\"1.2.4+0\"",
		.source = "src:mb:loader.c",
	},
	{
		.id = "boot-primary-invalid",
		.rank = 28,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Image in the primary slot is not valid", "Erasing faulty image in the primary slot",
			  "Unable to find bootable image" },
		.when = primary_invalid,
		.title = "MCUboot finds no valid image in the primary slot: the device does not start",
		.cause = "Hash or signature of the image in slot 0 do not check: it was flashed unsigned or signed with another key than the "
			 "bootloader's, only one part of the build was flashed (addresses or key of another build), or a swap was cut off or "
			 "overran the slot.",
		.fix = "Flash everything that one build made (merged.hex, or west flash of the whole build after an erase), or upload a signed "
		       "image in serial recovery. imgtool verify shows whether file and key belong together.",
		.next = "flash the complete output of one build, bootloader and application together",
		.commands = "imgtool verify -k key.pem zephyr.signed.bin\nwest flash --erase",
		.source = "MB2283, src:mb:main.c",
	},
	{
		.id = "boot-secondary-invalid",
		.rank = 30,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Image in the secondary slot is not valid", "Image in slot 1 is not valid", "Image in slot1 is not valid",
			  "Image in slot 1 is invalid", "Image in slot does not match any known UUID", "class UUID does not match",
			  "signature verification failed %d", "key import failed %d", "PSA crypto init failed %d" },
		.when = secondary_invalid,
		.title = "MCUboot rejects the uploaded image as not valid and erases it; the old one goes on",
		.cause = "Hash, signature or decryption of the image fail. In order of frequency: signed with another key than the one built "
			 "into this bootloader, other signature or hash type (another SDK, another board), damaged or cut off on the way, not "
			 "the signed file, encrypted for a bootloader that does not decrypt.",
		.fix = "Check the file against the key of the bootloader that is in the device; when it does not fit, sign with that key. When it "
		       "does, upload again and compare the hash in the image list with the file's.",
		.next = "check with imgtool verify that the uploaded file is signed with the key of the bootloader in the device",
		.commands = "imgtool verify -k key.pem zephyr.signed.bin\nimgtool dumpinfo zephyr.signed.bin",
		.source = "src:mb:loader.c",
	},
	{
		.id = "boot-secondary-invalid",
		.rank = 124,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Image in the secondary slot is not valid", "Image in slot 1 is not valid", "is not designated for the primary slot",
			  "Reset address of image in secondary slot", "Image in slot is for wrong s0/s1 image",
			  "Secondary header magic detected in first sector", "lower than monotonic value", "erased due to downgrade prevention",
			  "nsufficient version in secondary slot", "Image in slot does not match any known UUID" },
		.when = secondary_gone,
		.title = "The bootloader rejected and erased the uploaded image",
		.cause = "MCUboot empties slot 1 when the image in it fails its checks: signed with another key than the one built into the "
			 "bootloader, other signature type, damaged, linked for other addresses, or older where downgrades are refused. A swap "
			 "that is merely impossible leaves the image there.",
		.fix = "Check the file against the key of the bootloader that is in the device, and read the bootloader's console during one "
		       "restart: it names the reason.",
		.next = "check with imgtool verify that the uploaded file is signed with the key of the bootloader in the device",
		.commands = "imgtool verify -k key.pem zephyr.signed.bin",
		.source = "src:mb:loader.c",
	},
	{
		.id = "boot-secondary-unreachable",
		.rank = 31,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Failed to open flash area ID %d (image %d slot %d): %d", "is unreachable. Treat it as empty",
			  "Failed to open flash areas, cannot continue", "Failed to open scratch flash area", "Failed reading boot status; Image=%d",
			  "Failed reading image headers", "Unable to find bootable image", "Device id %*does not match config",
			  "JEDEC id %*expect", "Failed reading sectors" },
		.when = unreachable,
		.title = "MCUboot cannot get at a slot: it can neither swap nor, in some versions, start at all",
		.cause = "Slot 1 is on a flash that MCUboot does not know or cannot drive. It is an image of its own: what the application's "
			 "configuration and overlay say does not reach it.",
		.fix = "Give MCUboot the same flash: the node, chosen nordic,pm-ext-flash and chosen zephyr,code-partition = &boot_partition in "
		       "{mcuboot.overlay} (it replaces app.overlay of MCUboot), and the driver in {mcuboot.conf}: CONFIG_NORDIC_QSPI_NOR=y, or "
		       "CONFIG_SPI=y with CONFIG_SPI_NOR=y and CONFIG_MULTITHREADING=y. It may then need a larger partition "
		       "(CONFIG_PM_PARTITION_SIZE_MCUBOOT).",
		.next = "give MCUboot the driver and the devicetree node of the flash that holds slot 1, in {mcuboot.conf} and "
			"{mcuboot.overlay}",
		.settle = "Look whether slot 1 is on an external flash, and whether MCUboot's generated .config and zephyr.dts have its "
			  "driver and node",
		.commands = "CONFIG_SPI=y\nCONFIG_SPI_NOR=y\nCONFIG_MULTITHREADING=y\nCONFIG_SPI_NOR_FLASH_LAYOUT_PAGE_SIZE=4096",
		.source = "PART, ACAD, DZ106962, src:mb:bootutil_public.c",
	},
	{
		.id = "boot-max-sectors",
		.rank = 32,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Failed reading sectors; BOOT_MAX_IMG_SECTORS=%d", "Device id %*does not match config", "JEDEC id %*expect" },
		.when = max_sectors,
		.title = "MCUboot cannot read the sectors of a slot",
		.cause = "CONFIG_BOOT_MAX_IMG_SECTORS of MCUboot (128 by default, that is 512 KiB of 4 KiB sectors) is smaller than the slots; "
			 "the same line comes when the flash device of a slot cannot be reached.",
		.fix = "Set CONFIG_BOOT_MAX_IMG_SECTORS to at least slot size / 4096 in {mcuboot.conf}, not in prj.conf, and flash the bootloader "
		       "again. When it is large enough, look for the driver of the slot's flash in MCUboot.",
		.next = "set CONFIG_BOOT_MAX_IMG_SECTORS in {mcuboot.conf} to slot size / 4096 or more and flash the bootloader again",
		.commands = "CONFIG_BOOT_MAX_IMG_SECTORS=256",
		.source = "PART, NZ3080, ACAD",
	},
	{
		.id = "boot-sector-mismatch",
		.rank = 33,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "not a compatible amount of sectors", "slots have non-compatible sectors", "not same sector layout",
			  "more sectors than allowed", "slot write sizes are not compatible", "not all sectors fit inside scratch",
			  "Cannot upgrade: slots are not compatible", "slot0 sectors: %d, slot1 sectors: %d", "Failed reading sectors" },
		.when = sector_mismatch,
		.title = "MCUboot cannot swap: the two slots do not fit together",
		.cause = "The slots differ in size by more than a swap allows, or their flashes erase in units of different size (internal 4 KiB, "
			 "external page larger), or a slot does not begin and end on a sector. The uploaded image stays pending for ever.",
		.fix = "Make both slots equal (swap using move: slot 0 may have one sector more) and aligned to 4096. With an external slot 1 set "
		       "the erase unit to 4 KiB in application AND MCUboot: CONFIG_SPI_NOR_FLASH_LAYOUT_PAGE_SIZE=4096 or "
		       "CONFIG_NORDIC_QSPI_NOR_FLASH_LAYOUT_PAGE_SIZE=4096. Overwrite-only mode needs no equal slots.",
		.next = "make the slots equal in size and in erase unit for MCUboot, and flash bootloader and application again",
		.commands = "CONFIG_SPI_NOR_FLASH_LAYOUT_PAGE_SIZE=4096",
		.source = "DZ128375, src:mb:swap_move.c, src:mb:swap_offset.c, src:mb:swap_scratch.c",
	},
	{
		.id = "boot-no-bootable",
		.rank = 50,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Unable to find bootable image", "Bad image magic %x", "bad image magic %x", "Image not bootable",
			  "Image size bigger than designated area: %d > %d", "Failed reading image headers",
			  "Image in the primary slot is not valid", "Failed reading sectors", "Failed to open flash area",
			  "signature verification failed", "lower than monotonic value", "Erasing faulty image in the primary slot" },
		.when = no_bootable,
		.title = "MCUboot finds nothing to start in the primary slot",
		.cause = "The slot is empty, or holds something without an MCUboot header: the application was never flashed, was erased, or the "
			 "plain zephyr.hex was flashed instead of the signed image, or to an address of another partition map. After a swap that "
			 "went wrong it looks the same.",
		.fix = "Flash the signed output of the build together with its bootloader (west flash, or merged.hex). To be able to repair "
		       "devices without a debugger: serial recovery with CONFIG_BOOT_SERIAL_NO_APPLICATION=y.",
		.next = "flash the signed image of the same build (west flash, or merged.hex)",
		.commands = "west flash --erase",
		.source = "src:mb:loader.c, src:mb:main.c",
	},
	{
		.id = "boot-panic-flash-area",
		.rank = 55,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "panic!", "invalid flash area ID", "Never should get here", "Protect mcuboot flash failed",
			  "status write fails performing the swap", "ASSERTION FAIL" },
		.when = panics,
		.title = "MCUboot stops with a fatal error",
		.cause = "MCUboot met something it does not go on after: a slot that cannot be read (a flash error with ECC, say), ids of flash "
			 "areas that do not fit its partition map, writes to the flash that fail, or a bootloader partition that the chip cannot "
			 "protect.",
		.fix = "Read the lines before it. Erase slot 1 with a debugger when it cannot be read; build bootloader and application with one "
		       "partition map; check the flash driver and its write size; nRF54L: keep MCUboot's partition within what FPROTECT covers.",
		.next = "read MCUboot's console before this line, then erase slot 1 with a debugger and flash one complete build",
		.source = "https://github.com/mcu-tools/mcuboot/pull/2832, src:mb:flash_map_extended.c",
	},
};

const struct tug_rule_set tug_rules_boot = { rules, sizeof(rules) / sizeof(rules[0]) };
