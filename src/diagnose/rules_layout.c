/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: partitions and slots: their order and size, who may have moved them, and images that do not fit.
 */
#include <stdio.h>
#include <string.h>

#include "parts_priv.h"
#include "rules_conf_priv.h"

#define SECTOR UINT64_C(4096)
#define PRIMARY "mcuboot_primary"
#define SECONDARY "mcuboot_secondary"

static bool external(const struct tug_dg_part *p)
{
	return strcmp(p->region, "external_flash") == 0;
}

/* Flash is erased in sectors of 4 KiB: a chip of Nordic, or its Partition Manager. */
static bool sectors_of_4k(const struct tug_dg_facts *f, const struct tug_dg_part *p)
{
	return !p->dts || tug_conf_chip_is(f, "nrf5") || tug_conf_chip_is(f, "nrf91");
}

/* Modes that swap, so that slots have to fit each other. */
static bool swaps(enum tug_conf_mode m)
{
	return m == TUG_MODE_MOVE || m == TUG_MODE_OFFSET || m == TUG_MODE_SCRATCH;
}

/* The update went well after all. */
static bool went_well(const struct tug_dg_facts *f)
{
	bool swapped = false;

	for (uint32_t i = 0; i < f->boots.n; i++) {
		swapped = swapped || (f->boots.boot[i].algorithm[0] != '\0' && !f->boots.boot[i].complained);
	}
	return f->smp.client.said_success || swapped;
}

/* ---- layouts that change ------------------------------------------------------------------------------------- */

static bool not_pinned(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (!tug_conf_dfu(f) || !tug_conf_ncs(f) || tug_dg_conf_file(f->conf, "pm_static.yml", NULL) ||
	    tug_dg_conf_is(f->conf, TUG_ROLES_SYSBUILD, "PARTITION_MANAGER", "n") || tug_conf_chip_is(f, "nrf54h") ||
	    (tug_conf_built(f, TUG_ROLES_APP) && tug_conf_off(f, TUG_ROLES_APP, "PARTITION_MANAGER_ENABLED"))) {
		return false;
	}
	for (uint32_t i = 0; i < f->parts.n; i++) {
		if (f->parts.part[i].fixed && !f->parts.part[i].dts) {
			return false;
		}
	}
	tug_conf_quote_dfu(h, f);
	tug_conf_quote(h, f, TUG_ROLES_APP, "BOOTLOADER_MCUBOOT");
	tug_hit_possible(h, TUG_SEV_ADVICE);
	return true;
}

/* The boot that saw nothing to do, if none did anything. */
static const struct tug_dg_boot *blind_boot(const struct tug_dg_boots *b, const struct tug_evidence *after)
{
	const struct tug_dg_boot *blind = NULL;

	for (uint32_t i = 0; i < b->n; i++) {
		const struct tug_dg_boot *x = &b->boot[i];

		if (x->algorithm[0] != '\0' || strcmp(x->swap, "test") == 0 || strcmp(x->swap, "perm") == 0 ||
		    strcmp(x->swap, "revert") == 0) {
			return NULL;
		}
		if (x->secondary.known && strcmp(x->secondary.magic, "unset") == 0 &&
		    (x->at.input != after->input || x->at.line > after->line)) {
			blind = x;
		}
	}
	return blind;
}

/* The application asked for a swap, and MCUboot reads a trailer in which nobody asked. */
static bool asked_elsewhere(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_boots *b = &f->boots;
	bool wrote = b->wrote_swap_info && (b->swap_info_type == 2 || b->swap_info_type == 3);
	bool read = strcmp(b->app_swap, "test") == 0 || strcmp(b->app_swap, "perm") == 0;
	const struct tug_evidence *asked = wrote ? &b->swap_info_at : &b->app_swap_at;
	const struct tug_dg_boot *blind = wrote || read ? blind_boot(b, asked) : NULL;

	if (blind == NULL) {
		return false;
	}
	tug_hit_quote(h, asked);
	tug_hit_quote(h, &b->app_swap_at);
	tug_hit_quote(h, &blind->secondary.at);
	tug_hit_quote(h, &blind->swap_at);
	tug_hit_title(h, "Application and MCUboot look for the trailer of slot 1 at different addresses: their "
			 "partition layouts differ");
	return true;
}

/* The list shows the same image pending before and after a boot that saw nothing to do. */
static bool pending_unseen(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_reset *r = &f->smp.reset;
	const struct tug_report_slot *was = tug_dg_slot(&r->before, 0, 1), *is = tug_dg_slot(&r->after, 0, 1);
	const struct tug_dg_boot *blind;

	if (was == NULL || is == NULL || !was->pending || !is->pending || !r->before.known || !r->after.known) {
		return false;
	}
	blind = blind_boot(&f->boots, &r->last);
	if (blind == NULL) {
		return false;
	}
	tug_hit_quote(h, &r->after.at);
	tug_hit_quote(h, &blind->secondary.at);
	tug_hit_quote(h, &blind->swap_at);
	return true;
}

/* Number of the n-th file of the Partition Manager that has both slots, 0 = none. */
static unsigned map_file(const struct tug_dg_parts *p, unsigned n, bool *fixed)
{
	for (unsigned file = 1; file <= p->files; file++) {
		const struct tug_dg_part *a = tug_parts_in(p, file, PRIMARY), *b = tug_parts_in(p, file, SECONDARY);
		const struct tug_dg_part *any = a != NULL ? a : b;

		if (any != NULL && !any->dts && n-- == 0) {
			*fixed = any->fixed;
			return file;
		}
	}
	return 0;
}

/* Two maps of which one is an update of the other. */
static bool maps_differ(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const names[] = { PRIMARY,
					     SECONDARY,
					     "mcuboot_pad",
					     "app",
					     "settings_storage",
					     "littlefs_storage",
					     "nvs_storage",
					     "mcuboot_primary_app" };
	const struct tug_dg_parts *p = &f->parts;
	bool fixed[2] = { false, false }, slots = false, third;
	unsigned a = map_file(p, 0, &fixed[0]), b = map_file(p, 1, &fixed[1]);

	if (a == 0 || b == 0) {
		return false;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct tug_dg_part *x = tug_parts_in(p, a, names[i]), *y = tug_parts_in(p, b, names[i]);
		bool both = x != NULL && y != NULL;

		if (both && ((x->has_addr && y->has_addr && x->addr != y->addr) ||
			     (x->size != 0 && y->size != 0 && i < 3 && x->size != y->size))) {
			tug_hit_quote(h, &x->at);
			tug_hit_quote(h, &y->at);
			slots = slots || i < 2;
		}
	}
	if (h->n_evidence == 0 || (fixed[0] && fixed[1] && p->part[0].input != p->part[p->n - 1].input)) {
		return false; /* files for several boards may lie side by side */
	}
	if (!slots || fixed[0] || fixed[1] || map_file(p, 2, &third) != 0) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	tug_hit_title(h, "Two partition maps are given and they differ");
	return true;
}

static bool layout_changed(const struct tug_dg_facts *f, struct tug_hit *h)
{
	return asked_elsewhere(f, h) || pending_unseen(f, h);
}

/* ---- slots --------------------------------------------------------------------------------------------------- */

/* Both slots of the latest file that has them. */
static bool slots_of(const struct tug_dg_facts *f, const struct tug_dg_part **a, const struct tug_dg_part **b)
{
	for (unsigned file = f->parts.files; file > 0; file--) {
		*a = tug_parts_in(&f->parts, file, PRIMARY);
		*b = tug_parts_in(&f->parts, file, SECONDARY);
		if (*a != NULL && *b != NULL && (*a)->size != 0 && (*b)->size != 0) {
			return true;
		}
	}
	return false;
}

static bool unequal(const struct tug_dg_facts *f, struct tug_hit *h)
{
	enum tug_conf_mode m = tug_conf_any_mode(f);
	const struct tug_dg_part *a, *b;
	int64_t more;

	if (!slots_of(f, &a, &b) || !sectors_of_4k(f, a) || (m != TUG_MODE_UNKNOWN && !swaps(m))) {
		return false;
	}
	more = ((int64_t)a->size - (int64_t)b->size) / (int64_t)SECTOR;
	if (more == 0 || (more == 1 && m != TUG_MODE_OFFSET) || (more == -1 && m != TUG_MODE_MOVE)) {
		return false;
	}
	tug_hit_quote(h, &a->at);
	tug_hit_quote(h, &b->at);
	tug_hit_title(h, "The slots are unequal: primary 0x%llx, secondary 0x%llx octets", (unsigned long long)a->size,
		      (unsigned long long)b->size);
	if (m == TUG_MODE_UNKNOWN) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

static bool unaligned(const struct tug_dg_facts *f, struct tug_hit *h)
{
	for (uint32_t i = 0; i < f->parts.n; i++) {
		const struct tug_dg_part *p = &f->parts.part[i];

		if ((strcmp(p->name, PRIMARY) == 0 || strcmp(p->name, SECONDARY) == 0) && sectors_of_4k(f, p) &&
		    (p->size % SECTOR != 0 || (p->has_addr && p->addr % SECTOR != 0))) {
			tug_hit_quote(h, &p->at);
			tug_hit_title(h, "%s is not aligned to sectors of 4096 octets: address 0x%llx, size 0x%llx",
				      p->name, (unsigned long long)p->addr, (unsigned long long)p->size);
		}
	}
	return h->n_evidence > 0;
}

/* ---- sizes --------------------------------------------------------------------------------------------------- */

static uint64_t flash_of(const char *chip)
{
	static const struct {
		const char *chip;
		unsigned kib;
	} sizes[] = { { "nrf52805", 192 },  { "nrf52810", 192 }, { "nrf52811", 192 },  { "nrf52820", 256 },
		      { "nrf52832", 512 },  { "nrf52833", 512 }, { "nrf52840", 1024 }, { "nrf5340", 1024 },
		      { "nrf9160", 1024 },  { "nrf9161", 1024 }, { "nrf9151", 1024 },  { "nrf54l05", 500 },
		      { "nrf54l10", 1022 }, { "nrf54l15", 1524 } };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (strcmp(sizes[i].chip, chip) == 0) {
			return sizes[i].kib * UINT64_C(1024);
		}
	}
	return 0;
}

/* What is known of the smaller slot: octets, 0 = nothing. `*most` = it is only an upper bound. */
static uint64_t slot_size(const struct tug_dg_facts *f, struct tug_hit *h, bool *most)
{
	const uint32_t *dev = f->smp.device.slot_size;
	const struct tug_dg_part *a, *b;

	*most = false;
	if (dev[0] != 0 && dev[1] != 0) {
		tug_hit_quote(h, &f->smp.device.slots);
		return dev[0] < dev[1] ? dev[0] : dev[1];
	}
	if (slots_of(f, &a, &b)) {
		tug_hit_quote(h, &a->at);
		tug_hit_quote(h, &b->at);
		return a->size < b->size ? a->size : b->size;
	}
	*most = true;
	return tug_conf_external(f) || flash_of(f->smp.device.chip) == 0 ? 0
									 : (flash_of(f->smp.device.chip) - 0xc000) / 2;
}

static bool over_limit(const struct tug_dg_facts *f, struct tug_hit *h)
{
	enum tug_conf_mode m = tug_conf_any_mode(f);
	uint64_t size = f->image_size, slot, sectors, trailer, limit;
	const struct tug_evidence *at = &f->image_size_at;
	bool most;

	if (f->smp.upload.len > size) {
		size = f->smp.upload.len;
		at = &f->smp.upload.first;
	}
	if (size == 0 || went_well(f) || (m != TUG_MODE_UNKNOWN && !swaps(m))) {
		return false;
	}
	slot = slot_size(f, h, &most);
	sectors = slot / SECTOR;
	trailer = tug_conf_value(f, TUG_ROLES_BOOT, "BOOT_MAX_IMG_SECTORS") > 256 || sectors > 256 ? 2 : 1;
	if (sectors < 8 || size > slot + 64 * SECTOR) {
		return false; /* far too large is another matter (upload-too-large) */
	}
	limit = (sectors - trailer - (m == TUG_MODE_SCRATCH ? 0 : 1)) * SECTOR;
	if (size * 100 <= limit * 95) {
		return false;
	}
	tug_hit_quote(h, at);
	if (size <= limit) {
		h->severity = TUG_SEV_DEGRADED;
		tug_hit_title(h,
			      "The image (%llu octets) is within 5 %% of what MCUboot can swap in these slots (%llu)",
			      (unsigned long long)size, (unsigned long long)limit);
	} else {
		tug_hit_title(h, "The image (%llu octets) is larger than MCUboot can swap in %s slots (%llu)",
			      (unsigned long long)size, most ? "the largest possible" : "these",
			      (unsigned long long)limit);
	}
	if (most || (m == TUG_MODE_UNKNOWN && size > limit && size <= limit + SECTOR)) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

static bool overflow(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (f->build.overflow.line == 0) {
		return false;
	}
	tug_hit_quote(h, &f->build.overflow);
	return true;
}

static bool boot_overflow(const struct tug_dg_facts *f, struct tug_hit *h)
{
	return f->build.overflow_mcuboot && overflow(f, h);
}

static bool app_overflow(const struct tug_dg_facts *f, struct tug_hit *h)
{
	return !f->build.overflow_mcuboot && overflow(f, h);
}

static bool boot_partition_small(const struct tug_dg_facts *f, struct tug_hit *h)
{
	static const char *const big[] = { "BOOT_SERIAL_CDC_ACM", "NORDIC_QSPI_NOR", "SPI_NOR", "USB_DEVICE_STACK",
					   "BOOT_USB_DFU_WAIT" };
	const struct tug_dg_part *p = tug_dg_part_of(&f->parts, "mcuboot", -1);

	if (p == NULL || p->size == 0 || p->size > 0xc000 ||
	    tug_conf_sym(f, TUG_ROLES_BOOT | TUG_ROLES_APP, "PM_PARTITION_SIZE_MCUBOOT") != NULL) {
		return false;
	}
	for (size_t i = 0; i < sizeof(big) / sizeof(big[0]); i++) {
		if (tug_conf_on(f, TUG_ROLE_BOOT, big[i])) {
			tug_conf_quote(h, f, TUG_ROLE_BOOT, big[i]);
			tug_hit_quote(h, &p->at);
			tug_hit_title(h,
				      "MCUboot's partition of 48 KiB is small for the features that MCUboot is given");
			tug_hit_possible(h, TUG_SEV_ADVICE);
			return true;
		}
	}
	return false;
}

/* ---- neighbours ---------------------------------------------------------------------------------------------- */

static bool no_pad(const struct tug_dg_facts *f, struct tug_hit *h)
{
	for (unsigned file = 1; file <= f->parts.files; file++) {
		const struct tug_dg_part *a = tug_parts_in(&f->parts, file, PRIMARY),
					 *app = tug_parts_in(&f->parts, file, "app");

		if (app == NULL) {
			app = tug_parts_in(&f->parts, file, "mcuboot_primary_app");
		}
		if (a == NULL || a->dts || !a->has_addr || app == NULL || !app->has_addr ||
		    tug_parts_in(&f->parts, file, "mcuboot_pad") != NULL || app->addr != a->addr) {
			continue;
		}
		tug_hit_quote(h, &a->at);
		tug_hit_quote(h, &app->at);
		return true;
	}
	return false;
}

static bool is_storage(const char *name)
{
	return strstr(name, "storage") != NULL || strstr(name, "settings") != NULL || strstr(name, "nvs") != NULL ||
	       strstr(name, "littlefs") != NULL;
}

static bool is_slot(const char *name)
{
	return strcmp(name, PRIMARY) == 0 || strcmp(name, SECONDARY) == 0 || strcmp(name, "mcuboot") == 0 ||
	       strcmp(name, "mcuboot_primary_1") == 0 || strcmp(name, "mcuboot_secondary_1") == 0;
}

static bool is_app(const char *name)
{
	return strcmp(name, "app") == 0 || strcmp(name, "mcuboot_primary_app") == 0;
}

/* Do they share octets that they should not? */
static bool clash(const struct tug_dg_part *a, const struct tug_dg_part *b)
{
	bool within = (a->addr >= b->addr && a->addr + a->size <= b->addr + b->size) ||
		      (b->addr >= a->addr && b->addr + b->size <= a->addr + a->size);

	if (!a->has_addr || !b->has_addr || a->size == 0 || b->size == 0 || external(a) != external(b) ||
	    a->file != b->file || a->addr >= b->addr + b->size || b->addr >= a->addr + a->size) {
		return false;
	}
	if ((is_slot(a->name) && is_slot(b->name)) || (is_app(a->name) && strcmp(b->name, SECONDARY) == 0) ||
	    (is_app(b->name) && strcmp(a->name, SECONDARY) == 0)) {
		return true;
	}
	if (strstr(a->name, "nonsecure") != NULL || strstr(b->name, "nonsecure") != NULL) {
		return false; /* a container */
	}
	/* What lies within another one may be part of it; storage never is part of a slot. */
	return (is_storage(a->name) && is_slot(b->name)) || (is_storage(b->name) && is_slot(a->name)) ||
	       (!within && !a->span && !b->span && !a->dts);
}

static bool overlap(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_parts *p = &f->parts;

	for (uint32_t i = 0; i < p->n; i++) {
		for (uint32_t k = i + 1; k < p->n; k++) {
			const struct tug_dg_part *a = &p->part[i], *b = &p->part[k];

			if (clash(a, b)) {
				tug_hit_quote(h, &a->at);
				tug_hit_quote(h, &b->at);
				tug_hit_title(
					h, "Partitions %s (0x%llx, size 0x%llx) and %s (0x%llx, size 0x%llx) overlap",
					a->name, (unsigned long long)a->addr, (unsigned long long)a->size, b->name,
					(unsigned long long)b->addr, (unsigned long long)b->size);
				return true;
			}
		}
	}
	return false;
}

static bool beyond_flash(const struct tug_dg_facts *f, struct tug_hit *h)
{
	uint64_t flash = flash_of(f->smp.device.chip);

	for (uint32_t i = 0; flash != 0 && i < f->parts.n; i++) {
		const struct tug_dg_part *p = &f->parts.part[i];

		if (!external(p) && p->has_addr && (is_slot(p->name) || is_storage(p->name)) &&
		    p->addr < UINT64_C(0x10000000) && p->addr + p->size > flash && (!p->dts || p->region[0] != '\0')) {
			tug_hit_quote(h, &p->at);
			tug_hit_title(h, "Partition %s ends at 0x%llx; the flash of an %s has 0x%llx octets", p->name,
				      (unsigned long long)p->addr + p->size, f->smp.device.chip,
				      (unsigned long long)flash);
		}
	}
	if (h->n_evidence > 0 && f->smp.device.board[0] == '\0') {
		tug_hit_possible(h, TUG_SEV_DEGRADED); /* the processor is only mentioned */
	}
	return h->n_evidence > 0;
}

/* ---- external flash, devicetree ------------------------------------------------------------------------------- */

static bool half_external(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_parts *p = &f->parts;
	const struct tug_dg_part *sec = tug_dg_part_of(p, SECONDARY, -1);
	const struct tug_dg_sym *sb =
		tug_dg_conf_get(f->conf, TUG_ROLES_SYSBUILD | TUG_ROLES_APP, "PM_EXTERNAL_FLASH_MCUBOOT_SECONDARY");
	bool wanted = tug_conf_external(f), app = p->chosen_ext_flash[0] != '\0',
	     boot = p->chosen_boot_ext_flash[0] != '\0';
	bool half = false;

	if (wanted && p->app_overlay && !app) {
		tug_hit_title(h, "The secondary slot is in external flash, and the application's overlay does not "
				 "choose nordic,pm-ext-flash");
		half = true;
	} else if ((wanted || app) && p->boot_overlay && !boot && tug_conf_ncs(f)) {
		tug_hit_title(h, "External flash is chosen for the application, and MCUboot's overlay does not choose "
				 "nordic,pm-ext-flash");
		half = wanted;
	} else if (boot && p->app_overlay && !app) {
		tug_hit_title(h, "MCUboot's overlay chooses nordic,pm-ext-flash, and the application's does not");
		half = true;
	}
	if (!half) {
		return false;
	}
	if (sb != NULL) {
		tug_hit_quote(h, &sb->at);
	}
	if (sec != NULL) {
		tug_hit_quote(h, &sec->at);
	}
	tug_hit_possible(h, TUG_SEV_DEGRADED);
	return true;
}

static bool dts_ignored(const struct tug_dg_facts *f, struct tug_hit *h)
{
	bool certain = tug_dg_conf_is(f->conf, TUG_ROLES_APP, "PARTITION_MANAGER_ENABLED", "y");

	if (tug_dg_conf_is(f->conf, TUG_ROLES_SYSBUILD, "PARTITION_MANAGER", "n") || tug_conf_chip_is(f, "nrf54h") ||
	    (tug_conf_built(f, TUG_ROLES_APP) && !certain)) {
		return false;
	}
	for (uint32_t i = 0; i < f->parts.n; i++) {
		certain = certain || !f->parts.part[i].dts;
	}
	if (!certain && !(tug_conf_ncs(f) && tug_conf_dfu(f))) {
		return false;
	}
	for (uint32_t i = 0; i < f->parts.n; i++) {
		if (f->parts.part[i].dts && f->parts.part[i].fixed && is_slot(f->parts.part[i].name)) {
			tug_hit_quote(h, &f->parts.part[i].at);
		}
	}
	if (!certain) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return h->n_evidence > 0;
}

static const struct tug_rule rules[] = {
	{
		.id = "pm-layout-changed",
		.rank = 26,
		.severity = TUG_SEV_BLOCKING,
		.when = layout_changed,
		.title = "MCUboot does not see the request that the application wrote: the partition layouts of "
			 "both differ",
		.cause = "The application writes the request for a swap at the end of slot 1 of its own map and "
			 "reads it back; MCUboot reads the end of slot 1 of the map it was built with and finds "
			 "nothing (magic=unset). Bootloader and application come from different builds.",
		.fix = "Build the application with the map of the flashed bootloader: its build/partitions.yml as "
		       "pm_static.yml (mcuboot_primary and mcuboot_secondary at the same addresses with the same "
		       "sizes); or flash bootloader and application of one build together.",
		.next = "compare partitions.yml of the flashed bootloader with the application's, or flash both "
			"from one build",
		.commands = "diff <build of the bootloader>/partitions.yml build/partitions.yml\nwest flash --erase",
		.source = "DZ103785; DZ94979; PART",
	},
	{
		.id = "pm-layout-changed",
		.rank = 26,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = maps_differ,
		.title = "Two partition maps are given and they differ",
		.cause = "An image built for one map neither starts nor is marked where a bootloader with the other "
			 "map looks: it is erased as not made for the slot, reverts at once, or stays pending; "
			 "settings move as well.",
		.fix = "Keep the map of the shipped bootloader for the life of the product: copy its partitions.yml "
		       "to pm_static.yml and build with that.",
		.next = "build with the partition map of the bootloader that is on the device",
		.settle = "Which of the two maps was the bootloader on the device built with, and which one this "
			  "image?",
		.commands = "cp <shipped build>/partitions.yml pm_static.yml",
		.source = "DZ103785; DZ94979; PART",
	},
	{
		.id = "partition-manager-failed",
		.rank = 342,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Partition manager failed:" },
		.title = "The Partition Manager found no place for all partitions: the build stopped",
		.cause = "pm_static.yml has gaps, overlaps, ends beyond the flash or lacks a partition that an "
			 "option needs; the quoted line names it.",
		.fix = "Correct pm_static.yml: parts have to follow each other without gaps, spans "
		       "(mcuboot_primary, mcuboot_primary_app) have to hold what they name, and the last one has "
		       "to end within the flash. Starting from a generated partitions.yml avoids most of it.",
		.next = "correct the partition that the message names in pm_static.yml",
		.commands = "ninja -C build partition_manager_report",
		.source = "PART; DZ97256; DZ102186",
	},
	{
		.id = "mcuboot-partition-too-small",
		.rank = 340,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = boot_overflow,
		.title = "MCUboot does not fit its partition: the build stopped",
		.cause = "USB, external flash, logs or another signature type need more than the 48 KiB (0xC000) "
			 "that MCUboot's partition has by default.",
		.fix = "Enlarge it: CONFIG_PM_PARTITION_SIZE_MCUBOOT=0x16000 in {mcuboot.conf} for USB, 0xF000 on "
		       "nRF54L; or take features out of MCUboot. Decide before the first device ships: the "
		       "partition cannot grow by an update.",
		.next = "enlarge MCUboot's partition (CONFIG_PM_PARTITION_SIZE_MCUBOOT) or take features out of "
			"MCUboot",
		.commands = "CONFIG_PM_PARTITION_SIZE_MCUBOOT=0x16000",
		.source = "ACAD l9_e4; MB1598",
	},
	{
		.id = "mcuboot-partition-too-small",
		.rank = 340,
		.severity = TUG_SEV_ADVICE,
		.flags = TUG_RULE_CONFIG,
		.when = boot_partition_small,
		.title = "MCUboot's partition is small for the features that MCUboot is given",
		.cause = "USB and drivers for external flash make MCUboot larger than 48 KiB in many "
			 "configurations.",
		.fix = "Look at the size of MCUboot in the log of the build; enlarge its partition before the first "
		       "device ships if it is nearly full.",
		.settle = "The table \"Memory region ... FLASH\" of MCUboot's build",
		.commands = "CONFIG_PM_PARTITION_SIZE_MCUBOOT=0x16000",
		.source = "ACAD l9_e4; PART",
	},
	{
		.id = "app-overflows-slot",
		.rank = 344,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = app_overflow,
		.title = "The application does not fit the slot: the build stopped",
		.cause = "With two slots an application has less than half of the flash.",
		.fix = "Make it smaller (CONFIG_SIZE_OPTIMIZATIONS=y, fewer logs), enlarge the slots, or move the "
		       "secondary slot to external flash.",
		.next = "make the application smaller or the slots larger",
		.commands = "west build -t rom_report",
		.source = "src:z; PART",
	},
	{
		.id = "image-over-swap-limit",
		.rank = 24,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = over_limit,
		.title = "The image is larger than MCUboot can swap",
		.cause = "A swap needs a free sector and the trailer behind the image, in both slots, for the "
			 "running image as well as for the new one: (sectors - trailer - 1) * 4096 octets. A larger "
			 "image uploads, stays pending and never runs.",
		.fix = "Make the image smaller, enlarge the slots, or use overwrite only "
		       "(SB_CONFIG_MCUBOOT_MODE_OVERWRITE_ONLY=y; no way back then).",
		.next = "make the image smaller than the limit, or enlarge the slots",
		.settle = "The sizes of mcuboot_primary and mcuboot_secondary in build/partitions.yml, and of the "
			  "signed image",
		.commands = "ls -l build/<application>/zephyr/zephyr.signed.bin",
		.source = "L51; KI:NCSDK-20567; src:mb:swap_move.c",
	},
	{
		.id = "slots-unequal",
		.rank = 350,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = unequal,
		.title = "The slots are of different size: MCUboot does not swap between them",
		.cause = "A swap wants equal slots; swap using move allows the primary, swap using offset the "
			 "secondary, one sector more. Otherwise MCUboot says that the sectors are not compatible and "
			 "boots the old image.",
		.fix = "Give mcuboot_primary and mcuboot_secondary the same size in pm_static.yml (or the "
		       "devicetree), or use overwrite only.",
		.next = "give both slots the same size",
		.settle = "Which mode is MCUboot built for? CONFIG_BOOT_SWAP_USING_* or CONFIG_BOOT_UPGRADE_ONLY in "
			  "build/mcuboot/zephyr/.config",
		.source = "src:mb:swap_move.c; src:mb:swap_offset.c; DZ128375",
	},
	{
		.id = "slot-unaligned",
		.rank = 352,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = unaligned,
		.title = "A slot does not begin or end at a sector of 4096 octets",
		.cause = "Flash is erased by sectors; MCUboot and the application place the trailer at the end of "
			 "the slot and cannot erase it alone (nRF54L: the old image comes back).",
		.fix = "Align address and size of both slots to 4096; give the rest to another partition.",
		.next = "align address and size of both slots to 4096",
		.source = "NCS17476; src:mb:swap_move.c",
	},
	{
		.id = "partition-beyond-flash",
		.rank = 353,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = beyond_flash,
		.title = "A partition lies beyond the end of the flash",
		.cause = "The map is of a chip with more flash, or an address has a digit too many.",
		.fix = "Correct address and size: MCUboot, both slots and storage have to fit the internal flash "
		       "one behind the other, or the secondary slot goes to external flash (region: "
		       "external_flash).",
		.next = "correct the addresses in pm_static.yml",
		.settle = "Which processor is the board's, and how much flash has it?",
		.source = "PART; DZ114105",
	},
	{
		.id = "pad-missing",
		.rank = 354,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = no_pad,
		.title = "The application begins where the slot begins: there is no room for the image header",
		.cause = "In front of the application is the header that MCUboot reads (mcuboot_pad, 0x200, on "
			 "nRF54L 0x800). Without it the application is linked to the address of the header.",
		.fix = "Keep the structure mcuboot_primary { mcuboot_pad, app } in pm_static.yml: the pad at the "
		       "start of the slot, the application behind it.",
		.next = "add mcuboot_pad in front of the application in pm_static.yml",
		.source = "PART; DZ97256",
	},
	{
		.id = "storage-overlap",
		.rank = 356,
		.severity = TUG_SEV_BLOCKING,
		.flags = TUG_RULE_CONFIG,
		.when = overlap,
		.title = "Partitions overlap",
		.cause = "What one of them writes destroys the other: the image in slot 1 or its trailer with the "
			 "first setting that is stored, or bonds and settings with the next update.",
		.fix = "Give each partition its own range and keep storage outside of both slots.",
		.next = "separate the overlapping partitions",
		.commands = "ninja -C build partition_manager_report",
		.source = "PART; KI:NCSDK-17501",
	},
	{
		.id = "ext-secondary-half-configured",
		.rank = 358,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = half_external,
		.title = "External flash for the secondary slot is configured in one image only",
		.cause = "Application and MCUboot are separate images; each needs the flash chosen in its "
			 "devicetree and a driver.",
		.fix = "All four: SB_CONFIG_PM_EXTERNAL_FLASH_MCUBOOT_SECONDARY=y, chosen { nordic,pm-ext-flash = "
		       "&...; } in the application's overlay and in {mcuboot.overlay}, and the driver "
		       "(CONFIG_NORDIC_QSPI_NOR=y, or CONFIG_SPI=y and CONFIG_SPI_NOR=y) in both images.",
		.settle = "Does build/mcuboot/zephyr/zephyr.dts choose nordic,pm-ext-flash, and does "
			  "build/mcuboot/zephyr/.config have the driver?",
		.commands = "SB_CONFIG_PM_EXTERNAL_FLASH_MCUBOOT_SECONDARY=y\nCONFIG_NORDIC_QSPI_NOR=y",
		.source = "PART; ACAD l9_e3",
	},
	{
		.id = "dts-partitions-ignored",
		.rank = 680,
		.severity = TUG_SEV_DEGRADED,
		.flags = TUG_RULE_CONFIG,
		.when = dts_ignored,
		.title = "The slots in the devicetree overlay have no effect: the Partition Manager makes the map",
		.cause = "In the nRF Connect SDK the Partition Manager is on with MCUboot; fixed-partitions of the "
			 "devicetree are then ignored.",
		.fix = "Put the map into pm_static.yml, or switch the Partition Manager off "
		       "(SB_CONFIG_PARTITION_MANAGER=n) and describe all partitions in the devicetree of both "
		       "images.",
		.settle = "Is there a build/partitions.yml after the build?",
		.commands = "SB_CONFIG_PARTITION_MANAGER=n",
		.source = "PART",
	},
	{
		.id = "pm-dynamic-layout",
		.rank = 630,
		.severity = TUG_SEV_ADVICE,
		.flags = TUG_RULE_CONFIG,
		.when = not_pinned,
		.title = "No fixed partition map (pm_static.yml) is among the inputs: the next build may place the "
			 "slots elsewhere",
		.cause = "Without one the Partition Manager computes the map anew from the sizes and options of "
			 "each build; a bootloader in the field keeps the old one.",
		.fix = "Copy build/partitions.yml to pm_static.yml before the first device ships, flash bootloader "
		       "and application once by cable, and keep the file.",
		.settle = "Is there a pm_static.yml in the project? The log of the build says: Found partition "
			  "manager static configuration",
		.commands = "cp build/partitions.yml pm_static.yml",
		.source = "L50; PART; DZ115185; DZ103785",
	},
};

const struct tug_rule_set tug_rules_layout = { rules, sizeof(rules) / sizeof(rules[0]) };
