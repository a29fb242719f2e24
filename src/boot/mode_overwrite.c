/* SPDX-License-Identifier: Apache-2.0
 *
 * Update mode overwrite-only: the secondary image replaces the primary one, without a way back. The mark in the
 * secondary trailer stays until the copy has verified: a cut means "start over". Called by boot.c.
 */
#include "boot_priv.h"

static int any_layout(struct boot *b)
{
	(void)b;
	return TUG_OK;
}

static int always_fits(struct boot *b)
{
	/* the limit was applied when the image was verified; the old image does not count */
	(void)b;
	return TUG_OK;
}

static void log_begin(struct boot *b, uint32_t octets)
{
	boot_log(b, TUG_LOG_INF, "Image 0 upgrade secondary slot -> primary slot");
	boot_log(b, TUG_LOG_INF, "Erasing the primary slot");
	boot_say(b, "Image 0 copying the secondary slot to the primary slot: ");
	boot_say_hex(b, octets);
	boot_say_str(b, " bytes");
	boot_say_end(b, TUG_LOG_INF);
}

/* Image part only: sectors it covers, then the trailer's; the mark is written, nothing else of the trailer. */
static int overwrite_image(struct boot *b)
{
	const struct tug_boot_cfg *cfg = b->cfg;
	uint32_t unit = cfg->pri.dev->write_size;
	uint32_t len = b->amount + (unit - b->amount % unit);
	uint32_t trailer = tug_trailer_status_off(&b->pri_geo);
	struct tug_flash_sector last = { 0, 0 };
	int rc;

	log_begin(b, len);
	rc = boot_erase(b, &cfg->pri, 0, len, false);
	if (rc == TUG_OK) {
		rc = tug_flash_sector_at(&cfg->pri, len - 1u, &last);
	}
	if (rc == TUG_OK && last.off + last.size > trailer) {
		trailer = last.off + last.size; /* the image's last sector holds the start of the trailer */
	}
	if (rc == TUG_OK && trailer < cfg->pri.size) {
		rc = boot_erase(b, &cfg->pri, trailer, cfg->pri.size - trailer, true);
	}
	if (rc == TUG_OK) {
		rc = b->packed ? cfg->unpack->ops->copy(b, len) : boot_copy(b, &cfg->sec, 0, &cfg->pri, 0, len);
	}
	return rc == TUG_OK ? tug_trailer_write_magic(&b->pri, &b->pri_geo) : rc;
}

/* Whole slot with its trailer, as MCUboot does; slots of other sizes or media cannot carry a trailer over. */
static int overwrite_slot(struct boot *b)
{
	const struct tug_boot_cfg *cfg = b->cfg;
	int rc;

	if (b->packed || cfg->pri.size != cfg->sec.size || b->pri.erased != b->sec.erased) {
		return overwrite_image(b);
	}
	log_begin(b, cfg->pri.size);
	rc = boot_erase(b, &cfg->pri, 0, cfg->pri.size, false);
	return rc == TUG_OK ? boot_copy(b, &cfg->sec, 0, &cfg->pri, 0, cfg->pri.size) : rc;
}

/* First sector, then the one with the mark: between the two there is a mark without image, which the next boot drops. */
static int drop_secondary(struct boot *b)
{
	const struct tug_flash_area *sec = &b->cfg->sec;
	uint32_t info = sec->size - tug_trailer_info_size(&b->sec_geo);
	int rc = boot_erase(b, sec, 0, 1, false);

	return rc == TUG_OK ? boot_erase(b, sec, info, sec->size - info, true) : rc;
}

const struct tug_boot_mode_ops tug_boot_overwrite = {
	.number = TUG_MODE_OVERWRITE,
	.swaps = false,
	.layout = any_layout,
	.fits = always_fits,
	.run = overwrite_slot,
	.finish = drop_secondary,
};

const struct tug_boot_mode_ops tug_boot_overwrite_fast = {
	.number = TUG_MODE_OVERWRITE,
	.swaps = false,
	.layout = any_layout,
	.fits = always_fits,
	.run = overwrite_image,
	.finish = drop_secondary,
};
