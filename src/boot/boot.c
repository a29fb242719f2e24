/* SPDX-License-Identifier: Apache-2.0
 *
 * The order of events of one boot: read trailers, decide, verify, update, verify, answer. Refuses to know how a
 * mode moves octets. Called once per reset by the firmware's main or by the virtual device.
 */
#include <string.h>

#include "boot_priv.h"

_Static_assert(sizeof(struct tug_boot) >= sizeof(struct boot), "struct tug_boot is too small");
_Static_assert(sizeof(struct tug_boot) == 2048, "the size of struct tug_boot is published");
_Static_assert(_Alignof(struct boot) <= _Alignof(struct tug_boot), "struct tug_boot is not aligned");

/* ---- configuration ------------------------------------------------------------------------------- */

static bool needs_scratch(const struct tug_boot_mode_ops *mode)
{
	return mode->number == TUG_MODE_SWAP_SCRATCH;
}

static struct tug_trailer_geo geo_of(const struct tug_boot_cfg *cfg, uint32_t size, uint8_t unit)
{
	struct tug_trailer_geo g = { 0 };

	g.size = size;
	g.max_sectors = cfg->max_sectors;
	g.max_align = cfg->max_align;
	g.write_size = unit;
	g.states = 3;
	g.key_size = cfg->enc == NULL ? 0u : cfg->enc->aes256 ? 32u : 16u;
	return g;
}

struct tug_trailer_geo tug_boot_geo(const struct tug_boot_cfg *cfg, uint32_t size)
{
	uint8_t unit = cfg->pri.dev->write_size;

	/* records are spaced alike in the primary slot and in scratch */
	if (needs_scratch(cfg->mode) && cfg->scratch.dev != NULL && cfg->scratch.dev->write_size > unit) {
		unit = cfg->scratch.dev->write_size;
	}
	return geo_of(cfg, size, unit);
}

uint32_t tug_boot_max_image(const struct tug_boot_cfg *cfg)
{
	struct tug_trailer_geo g = tug_boot_geo(cfg, cfg->pri.size);
	struct tug_flash_sector s;

	if (cfg->mode->limit != NULL) {
		return cfg->mode->limit(cfg);
	}
	if (tug_flash_sector_at(&cfg->pri, 0, &s) != TUG_OK) {
		return 0;
	}
	return tug_max_image_size(cfg->mode->number, &g, cfg->pri.size, cfg->sec.size, s.size);
}

enum tug_boot_mode tug_boot_mode_number(const struct tug_boot_mode_ops *mode)
{
	return mode->number;
}

static bool unit_ok(uint8_t unit, uint8_t max_align)
{
	return unit != 0 && unit <= max_align && max_align % unit == 0;
}

static bool cfg_ok(const struct tug_boot_cfg *cfg)
{
	if (cfg->mode == NULL || cfg->crypto == NULL || cfg->pri.dev == NULL || cfg->sec.dev == NULL) {
		return false;
	}
	if (needs_scratch(cfg->mode) &&
	    (cfg->scratch.dev == NULL || !unit_ok(cfg->scratch.dev->write_size, cfg->max_align))) {
		return false;
	}
	if (cfg->max_align != 8 && cfg->max_align != 16 && cfg->max_align != 32) {
		return false;
	}
	/* swap-scratch does not keep image keys over a cut; direct-XIP has nowhere to decrypt to */
	if (cfg->enc != NULL && (cfg->enc->ops == NULL || cfg->enc->enc.crypto == NULL || needs_scratch(cfg->mode) ||
				 cfg->mode->go != NULL)) {
		return false;
	}
	if (cfg->unpack != NULL && (cfg->unpack->ops == NULL || cfg->unpack->port == NULL)) {
		return false;
	}
	return cfg->max_sectors != 0 && unit_ok(cfg->pri.dev->write_size, cfg->max_align) &&
	       unit_ok(cfg->sec.dev->write_size, cfg->max_align);
}

static int boot_init(struct boot *b, const struct tug_boot_cfg *cfg)
{
	struct tug_flash_sector s;
	uint8_t unit;
	int rc;

	memset(b, 0, sizeof(*b));
	if (!cfg_ok(cfg)) {
		return TUG_EINVAL;
	}
	b->cfg = cfg;
	b->pri = tug_io_of_area(&cfg->pri);
	b->sec = tug_io_of_area(&cfg->sec);
	unit = b->pri.write_size > b->sec.write_size ? b->pri.write_size : b->sec.write_size;
	b->pri_geo = tug_boot_geo(cfg, cfg->pri.size);
	b->sec_geo = geo_of(cfg, cfg->sec.size, unit);
	rc = tug_flash_sector_at(&cfg->pri, 0, &s);
	if (rc != TUG_OK) {
		return rc;
	}
	b->sector = s.size;
	b->limit = tug_boot_max_image(cfg);
	if (needs_scratch(cfg->mode)) {
		b->scr = tug_io_of_area(&cfg->scratch);
		b->scr_geo = tug_boot_geo(cfg, cfg->scratch.size);
		b->scr_geo.max_sectors = 1;
	}
	return b->limit == 0 ? TUG_EINVAL : TUG_OK;
}

/* ---- what is due --------------------------------------------------------------------------------- */

static void no_trailer(struct tug_trailer *t)
{
	memset(t, 0, sizeof(*t));
	t->magic = TUG_UNSET;
	t->image_ok = TUG_UNSET;
	t->copy_done = TUG_UNSET;
	t->swap_type = TUG_SWAP_NONE;
	t->swap_size = UINT32_MAX;
}

/* A flag is one octet of a write unit; a unit torn elsewhere reads as unset but can be neither trusted nor written. */
static int refine(struct boot *b, uint32_t off, enum tug_tri *flag)
{
	uint8_t unit[TUG_UNIT_MAX];
	int rc;

	if (*flag != TUG_UNSET) {
		return TUG_OK;
	}
	rc = b->pri.read_at(b->pri.ctx, off, unit, b->pri.write_size);
	for (uint32_t i = 0; rc == TUG_OK && i < b->pri.write_size; i++) {
		if (unit[i] != b->pri.erased) {
			*flag = TUG_BAD;
		}
	}
	return rc;
}

static int read_trailers(struct boot *b)
{
	int rc = tug_trailer_read(&b->pri, &b->pri_geo, &b->pri_tr);

	if (rc == TUG_OK) {
		rc = refine(b, tug_trailer_copy_done_off(&b->pri_geo), &b->pri_tr.copy_done);
	}
	if (rc == TUG_OK) {
		rc = refine(b, tug_trailer_image_ok_off(&b->pri_geo), &b->pri_tr.image_ok);
	}
	if (rc != TUG_OK) {
		return rc;
	}
	rc = tug_trailer_read(&b->sec, &b->sec_geo, &b->sec_tr);
	if (rc == TUG_EPOWER) {
		return rc;
	}
	if (rc != TUG_OK) {
		boot_log(b, TUG_LOG_ERR, "Secondary image of image pair (0.) is unreachable. Treat it as empty");
		b->sec_dead = true;
		no_trailer(&b->sec_tr);
	}
	return TUG_OK;
}

static void log_decision(struct boot *b)
{
	if (b->cfg->mode->swaps) {
		boot_log_trailer(b, "Primary image", &b->pri_tr);
		boot_log_trailer(b, "Secondary image", &b->sec_tr);
		if (needs_scratch(b->cfg->mode)) {
			boot_log_trailer(b, "Scratch", &b->scr_tr);
		}
		boot_log(b, TUG_LOG_INF,
			 b->todo.kind != BOOT_RESUME && b->todo.kind != BOOT_START ? "Boot source: none"
			 : b->todo.from_scratch					   ? "Boot source: scratch"
										   : "Boot source: primary slot");
	}
	boot_say(b, "Image index: 0, Swap type: ");
	boot_say_str(b, boot_swap_text(b->todo.type));
	boot_say_end(b, TUG_LOG_INF);
}

static void nothing(struct boot *b)
{
	b->todo.kind = BOOT_NOTHING;
	b->todo.type = TUG_SWAP_NONE;
}

/* Octets to swap (both images) or to copy (the new one). */
static int amount(struct boot *b, uint32_t *octets)
{
	uint32_t pri = 0;
	uint32_t sec = 0;
	int rc = boot_image_size(b, &b->sec, &sec);

	if (rc == TUG_OK && b->cfg->mode->swaps) {
		rc = boot_image_size(b, &b->pri, &pri);
	}
	*octets = pri > sec ? pri : sec;
	return rc;
}

/* Records are read only where the trailer says that there are any. */
static int view(struct boot *b, struct boot_view *v)
{
	uint32_t octets = 0;
	int rc;

	memset(v, 0, sizeof(*v));
	v->pri = b->pri_tr;
	v->sec = b->sec_tr;
	v->swaps = b->cfg->mode->swaps;
	v->records = BOOT_RECORDS_NONE;
	v->same_amount = false;
	if (b->cfg->mode->look != NULL) {
		return b->cfg->mode->look(b, v);
	}
	if (!v->swaps || !boot_began(&v->pri)) {
		return TUG_OK;
	}
	rc = b->cfg->mode->layout(b);
	if (rc == TUG_OK) {
		rc = b->cfg->mode->progress(b);
	}
	v->records = rc == TUG_ESTATE ? BOOT_RECORDS_WRONG : b->done > 0 ? BOOT_RECORDS_SOME : BOOT_RECORDS_NONE;
	if (rc == TUG_ESTATE) {
		rc = TUG_OK;
	}
	if (rc == TUG_OK && !b->sec_dead && v->records == BOOT_RECORDS_NONE) {
		rc = amount(b, &octets);
		v->same_amount = octets == v->pri.swap_size;
	}
	return rc;
}

static int decide(struct boot *b)
{
	struct boot_view v;
	int rc = view(b, &v);

	b->todo = b->cfg->mode->decide != NULL ? b->cfg->mode->decide(&v) : boot_decide(&v);
	if (v.records == BOOT_RECORDS_WRONG && b->todo.kind == BOOT_NOTHING) {
		boot_log(b, TUG_LOG_ERR, "Detected inconsistent status!");
	}
	if (b->sec_dead && b->todo.kind != BOOT_RESUME) {
		nothing(b);
	}
	if (b->todo.kind != BOOT_RESUME) {
		b->done = 0;
	} else if (b->todo.from_scratch) {
		b->done = v.scr_records;
	}
	log_decision(b);
	return rc;
}

/* ---- verifying what would be swapped in ---------------------------------------------------------- */

/* Set flags that end an update which cannot be done: nothing is due any more, the primary image stays. */
static int keep_primary(struct boot *b, bool done_too)
{
	int rc = TUG_OK;

	if (b->pri_tr.image_ok == TUG_UNSET) {
		rc = tug_trailer_write_flag(&b->pri, &b->pri_geo, tug_trailer_image_ok_off(&b->pri_geo));
	}
	if (rc == TUG_OK && done_too && b->pri_tr.copy_done == TUG_UNSET) {
		rc = tug_trailer_write_flag(&b->pri, &b->pri_geo, tug_trailer_copy_done_off(&b->pri_geo));
	}
	return rc;
}

/* A step that is not needed to run the primary image: only a power cut ends the boot. */
static int optional(struct boot *b, int rc)
{
	if (rc == TUG_OK || rc == TUG_EPOWER) {
		return rc;
	}
	boot_say(b, "Flash access failed; Image=0, error=");
	boot_say_dec(b, (uint32_t)-rc);
	boot_say_end(b, TUG_LOG_ERR);
	return TUG_OK;
}

/* An update that began cannot be finished as it was meant: it ends here, and what runs stays. */
static int fail_started(struct boot *b)
{
	nothing(b);
	b->todo.type = TUG_SWAP_FAIL;
	return keep_primary(b, true);
}

/* There is no image to swap in: clear the mark, and end a swap or revert that waits for it. */
static int refuse(struct boot *b, bool whole_slot)
{
	enum boot_kind kind = b->todo.kind;
	enum tug_swap_type type = b->todo.type;
	int rc = whole_slot ? boot_scrub_slot(b, &b->cfg->sec) : boot_scrub_trailer(b, &b->cfg->sec);

	nothing(b);
	if (rc == TUG_OK && kind == BOOT_START) {
		rc = fail_started(b);
	} else if (rc == TUG_OK && type == TUG_SWAP_REVERT) {
		boot_log(b, TUG_LOG_WRN, "Image 0: no image to revert to, keeping the primary image");
		rc = keep_primary(b, false);
	}
	if (rc == TUG_OK && b->cfg->mode->forget != NULL) {
		rc = b->cfg->mode->forget(b);
	}
	return optional(b, rc);
}

static int refuse_downgrade(struct boot *b)
{
	if (b->cfg->mode->swaps) {
		boot_log(b, TUG_LOG_INF, "Image 0 in slot 1 erased due to downgrade prevention");
	} else {
		boot_log(b, TUG_LOG_ERR, "Insufficient version in secondary slot");
	}
	return refuse(b, true);
}

/* What could not be read can be neither trusted nor refused: the update stays due. */
static int not_now(struct boot *b, int err)
{
	boot_log(b, TUG_LOG_ERR, "Failed reading image headers; Image=0");
	nothing(b);
	return err == TUG_EPOWER ? err : TUG_OK;
}

/* Verify the secondary slot. TUG_OK with todo.kind = BOOT_NOTHING when it was refused. */
static int admit(struct boot *b)
{
	bool older = false;
	int why = TUG_OK;

	switch (boot_check(b, &b->sec, &why)) {
	case BOOT_SLOT_GOOD:
		break;
	case BOOT_SLOT_EMPTY:
		return refuse(b, false);
	case BOOT_SLOT_BAD:
		boot_log(b, TUG_LOG_ERR, "Image in the secondary slot is not valid!");
		return refuse(b, true);
	case BOOT_SLOT_UNKNOWN:
	default:
		return not_now(b, why);
	}
	if (b->cfg->downgrade_prevention && b->todo.kind == BOOT_FRESH && b->todo.type != TUG_SWAP_REVERT) {
		why = boot_is_downgrade(b, &older);
		if (why != TUG_OK) {
			return not_now(b, why);
		}
		if (older) {
			return refuse_downgrade(b);
		}
	}
	return TUG_OK;
}

/* ---- updating ------------------------------------------------------------------------------------ */

/* FRESH or START: is it possible, and how much? */
static int prepare(struct boot *b)
{
	int rc = b->cfg->mode->layout(b);

	if (rc != TUG_OK) {
		nothing(b);
		return rc == TUG_ESTATE ? TUG_OK : optional(b, rc);
	}
	rc = admit(b);
	if (rc != TUG_OK || b->todo.kind == BOOT_NOTHING) {
		return rc;
	}
	rc = amount(b, &b->amount);
	if (rc != TUG_OK) {
		return not_now(b, rc);
	}
	if (b->todo.kind == BOOT_START &&
	    b->amount != (b->todo.from_scratch ? b->scr_tr.swap_size : b->pri_tr.swap_size)) {
		/* begun for other images than those that are here now */
		return optional(b, fail_started(b));
	}
	if (b->cfg->mode->fits(b) != TUG_OK) {
		nothing(b);
		return TUG_OK;
	}
	rc = boot_crypt_begin(b);
	return rc == TUG_OK ? TUG_OK : not_now(b, rc);
}

/* An update that failed before anything was lost must not cost the image that runs. */
static int survive(struct boot *b, int err)
{
	if (err == TUG_EPOWER || b->moved) {
		return err;
	}
	boot_say(b, "Failed to update; Image=0, error=");
	boot_say_dec(b, (uint32_t)-err);
	boot_say_end(b, TUG_LOG_ERR);
	if (b->cfg->mode->give_up != NULL && b->cfg->mode->give_up(b) != TUG_OK) {
		return err;
	}
	nothing(b);
	b->todo.type = TUG_SWAP_FAIL;
	b->update_err = err;
	b->check_pri = true;
	return TUG_OK;
}

static int update(struct boot *b)
{
	int rc = TUG_OK;

	if (b->todo.kind == BOOT_FRESH || b->todo.kind == BOOT_START) {
		rc = prepare(b);
	}
	if (rc != TUG_OK || b->todo.kind == BOOT_NOTHING) {
		return rc;
	}
	rc = b->cfg->mode->run(b);
	if (rc != TUG_OK) {
		return survive(b, rc);
	}
	b->check_pri = true;
	b->cleanup = true;
	return TUG_OK;
}

/* ---- the answer ---------------------------------------------------------------------------------- */

static int check_primary(struct boot *b)
{
	enum boot_slot found;
	int why = TUG_OK;

	if (!b->check_pri && !b->cfg->validate_primary) {
		why = tug_image_open_hdr(&b->img, &b->pri, 0, boot_can(b));
		if (why == TUG_OK && (b->img.hdr.flags & TUG_IMG_F_NON_BOOTABLE) != 0) {
			why = TUG_EERASED;
		}
		return why;
	}
	found = boot_check(b, &b->pri, &why);
	if (found != BOOT_SLOT_GOOD) {
		boot_log(b, TUG_LOG_ERR, "Image in the primary slot is not valid!");
		why = why != TUG_OK ? why : TUG_EINTERNAL;
		return b->update_err != TUG_OK ? b->update_err : why;
	}
	return TUG_OK;
}

static void answer(struct boot *b, struct tug_boot_rsp *rsp)
{
	rsp->hdr = b->img.hdr;
	rsp->image_off = b->runs->off;
	rsp->swapped = b->todo.type;
	boot_say(b, "Bootloader chainload address offset: ");
	boot_say_hex(b, rsp->image_off);
	boot_say_end(b, TUG_LOG_INF);
	boot_say(b, "Image version: v");
	boot_say_dec(b, rsp->hdr.version.major);
	boot_say_str(b, ".");
	boot_say_dec(b, rsp->hdr.version.minor);
	boot_say_str(b, ".");
	boot_say_dec(b, rsp->hdr.version.revision);
	boot_say_end(b, TUG_LOG_INF);
}

/* Clean up behind an update whose result has verified; a failure there costs nothing but another try. */
static int finish(struct boot *b)
{
	return b->cleanup && b->cfg->mode->finish != NULL ? optional(b, b->cfg->mode->finish(b)) : TUG_OK;
}

static int go(struct boot *b)
{
	int rc = read_trailers(b);

	if (rc == TUG_OK) {
		rc = decide(b);
	}
	if (rc == TUG_OK) {
		rc = update(b);
	}
	if (rc == TUG_OK) {
		rc = check_primary(b);
	}
	return rc == TUG_OK ? finish(b) : rc;
}

int tug_boot_go(struct tug_boot *tb, const struct tug_boot_cfg *cfg, struct tug_boot_rsp *rsp)
{
	struct boot *b = (struct boot *)(void *)tb->opaque;
	int rc = boot_init(b, cfg);

	memset(rsp, 0, sizeof(*rsp));
	rsp->swapped = TUG_SWAP_NONE;
	if (rc != TUG_OK) {
		return rc; /* before there is a console to tell */
	}
	boot_log(b, TUG_LOG_INF, "Starting bootloader");
	b->runs = &cfg->pri;
	rc = cfg->mode->go != NULL ? cfg->mode->go(b) : go(b);
	if (cfg->enc != NULL) {
		cfg->enc->ops->wipe(b);
	}
	if (rc != TUG_OK) {
		boot_log(b, TUG_LOG_ERR, "Unable to find bootable image");
		return rc;
	}
	answer(b, rsp);
	return TUG_OK;
}
