/* SPDX-License-Identifier: Apache-2.0
 *
 * Update mode swap-using-scratch: the slots exchange group by group, from the top of the image downwards, each
 * through the scratch area. While a group that holds trailer octets is under way, the records lie in scratch. Can
 * be cut anywhere and run backwards. Called by boot.c.
 */
#include <string.h>

#include "boot_priv.h"

/** One group of sectors under way: octets [off, end) of both slots. */
struct group {
	uint32_t index;  /**< 0 = the topmost */
	uint32_t off;    /**< start, a sector edge of both slots */
	uint32_t end;    /**< end, a sector edge of both slots */
	uint32_t copy;   /**< octets that are exchanged: less than the group where it holds trailer octets */
	bool in_scratch; /**< its records lie in scratch */
};

/* ---- layout and limits --------------------------------------------------------------------------- */

/* The chunk both slots have in common around `off`: the sector of whichever has the larger one there. */
static int chunk_at(const struct tug_boot_cfg *cfg, uint32_t off, uint32_t *start, uint32_t *end)
{
	struct tug_flash_sector p;
	struct tug_flash_sector s;
	int rc = tug_flash_sector_at(&cfg->pri, off, &p);

	if (rc == TUG_OK) {
		rc = tug_flash_sector_at(&cfg->sec, off, &s);
	}
	if (rc != TUG_OK) {
		return rc;
	}
	*start = p.off < s.off ? p.off : s.off;
	*end = p.off + p.size > s.off + s.size ? p.off + p.size : s.off + s.size;
	return TUG_OK;
}

static int refuse_layout(struct boot *b, const char *why)
{
	boot_log(b, TUG_LOG_WRN, why);
	return TUG_ESTATE;
}

/* Do the sectors of `a` fill [start, end) exactly? Counts them. */
static int fills(const struct tug_flash_area *a, uint32_t start, uint32_t end, uint32_t *n, bool *exact)
{
	struct tug_flash_sector s;
	uint32_t at = start;

	*exact = true;
	while (at < end) {
		int rc = tug_flash_sector_at(a, at, &s);

		if (rc != TUG_OK) {
			return rc;
		}
		*exact = *exact && s.off == at;
		at = s.off + s.size;
		(*n)++;
	}
	*exact = *exact && at == end;
	return TUG_OK;
}

static int chunks_fit(struct boot *b)
{
	const struct tug_boot_cfg *cfg = b->cfg;
	uint32_t start;
	uint32_t end;

	b->n_pri = 0;
	b->n_sec = 0;
	for (uint32_t at = 0; at < cfg->pri.size; at = end) {
		bool pri = false;
		bool sec = false;
		int rc = chunk_at(cfg, at, &start, &end);

		if (rc == TUG_OK) {
			rc = fills(&cfg->pri, start, end, &b->n_pri, &pri);
		}
		if (rc == TUG_OK) {
			rc = fills(&cfg->sec, start, end, &b->n_sec, &sec);
		}
		if (rc != TUG_OK) {
			return rc;
		}
		if (!pri || !sec || start != at || end > cfg->pri.size) {
			return refuse_layout(b, "Cannot upgrade: slots have non-compatible sectors");
		}
		if (end - start > cfg->scratch.size) {
			return refuse_layout(b, "Cannot upgrade: not all sectors fit inside scratch");
		}
	}
	return TUG_OK;
}

static int scratch_layout(struct boot *b)
{
	const struct tug_boot_cfg *cfg = b->cfg;
	int rc;

	if (cfg->pri.size != cfg->sec.size) {
		return refuse_layout(b, "Cannot upgrade: slots differ in size");
	}
	rc = chunks_fit(b);
	if (rc != TUG_OK) {
		return rc;
	}
	if (b->n_pri > cfg->max_sectors || b->n_sec > cfg->max_sectors) {
		return refuse_layout(b, "Cannot upgrade: more sectors than allowed");
	}
	if (cfg->scratch.size <= tug_trailer_size(&b->scr_geo)) {
		return refuse_layout(b, "Cannot upgrade: scratch has no room for a trailer");
	}
	if (tug_trailer_status_off(&b->pri_geo) % cfg->sec.dev->write_size != 0 ||
	    tug_trailer_status_off(&b->pri_geo) % cfg->scratch.dev->write_size != 0) {
		return refuse_layout(b, "Cannot upgrade: write units do not fit the trailer");
	}
	return TUG_OK;
}

/* Source: docs/image.md, limits. All devices' write units count: an image must leave each trailer alone. */
static uint32_t scratch_limit(const struct tug_boot_cfg *cfg)
{
	struct tug_trailer_geo g = tug_boot_geo(cfg, cfg->pri.size);
	uint32_t start;
	uint32_t end;

	if (cfg->sec.dev->write_size > g.write_size) {
		g.write_size = cfg->sec.dev->write_size;
	}
	if (cfg->pri.size != cfg->sec.size || cfg->pri.size <= tug_trailer_size(&g) ||
	    chunk_at(cfg, tug_trailer_status_off(&g), &start, &end) != TUG_OK) {
		/* slots that never swap: the image that is there may still run */
		return tug_max_image_size(TUG_MODE_OVERWRITE, &g, cfg->pri.size, cfg->sec.size, 0);
	}
	/* a "sector" that begins at the slot's start and ends with the chunk has as much behind the trailer's start */
	return tug_max_image_size(TUG_MODE_SWAP_SCRATCH, &g, cfg->pri.size, cfg->sec.size, end);
}

static int scratch_fits(struct boot *b)
{
	if (b->amount > 0 && b->amount <= b->limit) {
		return TUG_OK;
	}
	boot_log(b, TUG_LOG_WRN, "Not enough free space to run swap upgrade");
	boot_say(b, "required ");
	boot_say_dec(b, b->amount);
	boot_say_str(b, " bytes but only ");
	boot_say_dec(b, b->limit);
	boot_say_str(b, " are available");
	boot_say_end(b, TUG_LOG_WRN);
	return TUG_EIMGSIZE;
}

/* ---- groups -------------------------------------------------------------------------------------- */

/* Start of the first sector of `a` that holds trailer octets. */
static int trailer_sector(const struct tug_flash_area *a, const struct tug_trailer_geo *g, uint32_t *start)
{
	struct tug_flash_sector s = { 0, 0 };
	int rc = tug_flash_sector_at(a, tug_trailer_status_off(g), &s);

	*start = s.off;
	return rc;
}

/* As many whole chunks below g->end as fit into scratch. */
static int measure(struct boot *b, struct group *g)
{
	const struct tug_boot_cfg *cfg = b->cfg;
	uint32_t status = tug_trailer_status_off(&b->pri_geo);
	uint32_t trailer;
	uint32_t start = g->end;
	uint32_t end;
	int rc = trailer_sector(&cfg->pri, &b->pri_geo, &trailer);

	do {
		g->off = start;
		if (rc == TUG_OK && start > 0) {
			rc = chunk_at(cfg, start - 1u, &start, &end);
		}
		if (rc != TUG_OK) {
			return rc;
		}
	} while (g->off > 0 && g->end - start <= cfg->scratch.size);
	g->copy = g->end - g->off;
	g->in_scratch = false;
	if (g->end > trailer) {
		uint32_t room = tug_trailer_status_off(&b->scr_geo);

		g->copy = status - g->off < room ? status - g->off : room;
		g->in_scratch = true;
	}
	return TUG_OK;
}

/* The topmost group of a swap of `octets`. */
static int first_group(struct boot *b, uint32_t octets, struct group *g)
{
	uint32_t start;
	int rc = chunk_at(b->cfg, octets - 1u, &start, &g->end);

	g->index = 0;
	return rc == TUG_OK ? measure(b, g) : rc;
}

static int next_group(struct boot *b, struct group *g)
{
	g->index++;
	g->end = g->off;
	return measure(b, g);
}

static int count_groups(struct boot *b, uint32_t octets, uint32_t *n)
{
	struct group g;
	int rc = first_group(b, octets, &g);

	while (rc == TUG_OK && g.off > 0) {
		rc = next_group(b, &g);
	}
	*n = g.index + 1u;
	return rc;
}

/* ---- what the last boot left --------------------------------------------------------------------- */

static int read_cell(const struct tug_flash_area *a, uint32_t off, uint32_t w, uint8_t value, enum tug_tri *cell)
{
	uint8_t unit[TUG_UNIT_MAX];
	uint8_t erased = a->dev->erased;
	bool rest = true;
	int rc = tug_flash_read(a, off, unit, w);

	for (uint32_t i = 1; rc == TUG_OK && i < w; i++) {
		rest = rest && unit[i] == erased;
	}
	*cell = TUG_BAD;
	if (rc == TUG_OK && rest) {
		*cell = unit[0] == value ? TUG_GOOD : unit[0] == erased ? TUG_UNSET : TUG_BAD;
	}
	return rc;
}

/* Records in scratch. A torn first one does not count, nothing is lost by that; a torn second one does. */
static int scratch_records(struct boot *b, uint8_t *n)
{
	uint32_t w = b->scr_geo.write_size;
	uint32_t off = tug_trailer_status_off(&b->scr_geo);
	enum tug_tri first;
	enum tug_tri second;
	int rc = read_cell(&b->cfg->scratch, off, w, 1, &first);

	if (rc == TUG_OK) {
		rc = read_cell(&b->cfg->scratch, off + w, w, 2, &second);
	}
	if (rc == TUG_OK) {
		*n = first != TUG_GOOD ? 0 : second == TUG_UNSET ? 1 : 2;
	}
	return rc;
}

static bool plausible(const struct boot *b, const struct tug_trailer *t)
{
	return t->swap_size > 0 && t->swap_size <= b->limit;
}

/* A scratch trailer is whole: magic, type, a size that can be, and the image_ok that belongs to the type. */
static bool sound(const struct boot *b)
{
	const struct tug_trailer *t = &b->scr_tr;
	enum tug_tri ok = t->swap_type == TUG_SWAP_PERM ? TUG_GOOD : TUG_UNSET;

	return t->magic == TUG_GOOD && t->swap_type >= TUG_SWAP_TEST && t->swap_type <= TUG_SWAP_REVERT &&
	       plausible(b, t) && t->image_ok == ok && t->copy_done == TUG_UNSET;
}

static int look_at_scratch(struct boot *b, struct boot_view *v)
{
	struct group g;
	int rc;

	v->scr = b->scr_tr;
	v->scr_sound = sound(b);
	if (!v->scr_sound) {
		return TUG_OK;
	}
	rc = first_group(b, b->scr_tr.swap_size, &g);
	v->scr_holds = rc == TUG_OK && g.in_scratch;
	return v->scr_holds ? scratch_records(b, &v->scr_records) : rc;
}

/* Has the primary trailer been written for this very swap, all of it, by the end of the first group? */
static int look_for_handover(struct boot *b, struct boot_view *v)
{
	uint32_t w = b->pri_geo.write_size;
	enum tug_tri third = TUG_UNSET;
	int rc = read_cell(&b->cfg->pri, tug_trailer_status_off(&b->pri_geo) + 2u * w, w, 3, &third);

	v->handed_over = rc == TUG_OK && b->done == 3 && third == TUG_GOOD && v->pri.swap_type == v->scr.swap_type &&
			 v->pri.swap_size == v->scr.swap_size && v->pri.image_ok == v->scr.image_ok;
	return rc;
}

static int look_at_primary(struct boot *b, struct boot_view *v)
{
	uint32_t groups = 0;
	int rc = boot_records_found(b, &b->done);

	if (rc != TUG_OK) {
		return rc;
	}
	b->pri_found = b->done;
	if (b->done > 0) {
		if (plausible(b, &b->pri_tr)) {
			rc = count_groups(b, b->pri_tr.swap_size, &groups);
		}
		v->records = b->done <= 3u * groups ? BOOT_RECORDS_SOME : BOOT_RECORDS_WRONG;
	}
	return rc == TUG_OK && v->scr_holds ? look_for_handover(b, v) : rc;
}

static int scratch_look(struct boot *b, struct boot_view *v)
{
	int rc = tug_trailer_read(&b->scr, &b->scr_geo, &b->scr_tr);

	if (rc != TUG_OK || (b->scr_tr.magic != TUG_GOOD && !boot_began(&v->pri))) {
		return rc;
	}
	rc = scratch_layout(b);
	if (rc == TUG_ESTATE) {
		v->records = BOOT_RECORDS_WRONG;
		return TUG_OK;
	}
	if (rc == TUG_OK) {
		rc = look_at_scratch(b, v);
	}
	return rc == TUG_OK && boot_began(&v->pri) ? look_at_primary(b, v) : rc;
}

/* ---- trailers ------------------------------------------------------------------------------------ */

static int erase_scratch(struct boot *b, bool backwards)
{
	return boot_erase(b, &b->cfg->scratch, 0, b->cfg->scratch.size, backwards);
}

static bool tells_this_swap(const struct boot *b, const struct tug_trailer *t)
{
	enum tug_tri ok = b->todo.type == TUG_SWAP_PERM ? TUG_GOOD : TUG_UNSET;

	return t->magic == TUG_GOOD && t->copy_done == TUG_UNSET && t->swap_type == (uint8_t)b->todo.type &&
	       t->swap_size == b->amount && t->image_ok == ok;
}

/*
 * The trailer in scratch tells of the swap until the primary one does, and while a torn erase may have left anything
 * of the old primary one. So it is not erased before the primary trailer is known to be whole.
 */
static int begin(struct boot *b, const struct group *g)
{
	bool pri_whole = tells_this_swap(b, &b->pri_tr) && b->pri_found == 0;
	bool keep = !g->in_scratch && tells_this_swap(b, &b->scr_tr) && !pri_whole;
	int rc = TUG_OK;

	if (!keep && b->pri_found > 0 && b->todo.type != TUG_SWAP_REVERT) {
		rc = boot_scrub_trailer(b, &b->cfg->pri); /* records of nobody: they must not be found without scratch */
	}
	if (rc == TUG_OK && !keep) {
		rc = erase_scratch(b, false);
		if (rc == TUG_OK) {
			rc = boot_swap_write_trailer(b, &b->scr, &b->scr_geo, b->todo.type == TUG_SWAP_PERM);
		}
	}
	if (rc != TUG_OK || g->in_scratch) {
		return rc;
	}
	rc = boot_scrub_trailer(b, &b->cfg->pri);
	if (rc == TUG_OK) {
		rc = boot_swap_write_trailer(b, &b->pri, &b->pri_geo, b->todo.type == TUG_SWAP_PERM);
	}
	return rc == TUG_OK ? erase_scratch(b, false) : rc;
}

/* The first group is done: the primary trailer takes over from the one in scratch. */
static int hand_over(struct boot *b, const struct group *g)
{
	const struct tug_trailer_geo *geo = &b->pri_geo;
	uint8_t cells[2u * TUG_UNIT_MAX];
	uint32_t w = geo->write_size;
	int rc;

	memset(cells, b->pri.erased, sizeof(cells));
	cells[0] = 1;
	cells[w] = 2;
	/* where the copy ends, which need not be where the records begin: as MCUboot */
	rc = tug_flash_write(&b->cfg->pri, g->off + g->copy, cells, (size_t)2u * w);
	if (rc == TUG_OK && b->todo.type == TUG_SWAP_PERM) {
		rc = tug_trailer_write_flag(&b->pri, geo, tug_trailer_image_ok_off(geo));
	}
	if (rc == TUG_OK) {
		rc = tug_trailer_write_swap_info(&b->pri, geo, (uint8_t)b->todo.type, 0);
	}
	if (rc == TUG_OK) {
		rc = tug_trailer_write_swap_size(&b->pri, geo, b->amount);
	}
	return rc == TUG_OK ? tug_trailer_write_magic(&b->pri, geo) : rc;
}

/* ---- the swap ------------------------------------------------------------------------------------ */

static int record(struct boot *b, const struct group *g, uint8_t state)
{
	uint8_t unit[TUG_UNIT_MAX];
	uint32_t w = b->scr_geo.write_size;
	int rc;

	if (!g->in_scratch || state == 3) {
		return boot_record(b, 3u * g->index + state - 1u, state);
	}
	memset(unit, b->scr.erased, sizeof(unit));
	unit[0] = state;
	rc = tug_flash_write(&b->cfg->scratch, tug_trailer_status_off(&b->scr_geo) + (state - 1u) * w, unit, w);
	if (rc != TUG_OK && rc != TUG_EPOWER && b->cfg->validate_primary) {
		b->status_fails++;
		rc = TUG_OK;
	}
	return rc;
}

static int secondary_to_scratch(struct boot *b, const struct group *g)
{
	int rc = g->index == 0 ? begin(b, g) : erase_scratch(b, false);

	if (rc == TUG_OK) {
		rc = boot_copy(b, &b->cfg->sec, g->off, &b->cfg->scratch, 0, g->copy);
	}
	return rc == TUG_OK ? record(b, g, 1) : rc;
}

static int primary_to_secondary(struct boot *b, const struct group *g)
{
	uint32_t end = g->end;
	int rc = TUG_OK;

	if (g->index == 0) {
		rc = boot_scrub_trailer(b, &b->cfg->sec);
	}
	if (rc == TUG_OK && g->in_scratch) {
		rc = trailer_sector(&b->cfg->sec, &b->sec_geo, &end);
	}
	if (rc == TUG_OK && end > g->off) {
		rc = boot_erase(b, &b->cfg->sec, g->off, end - g->off, false);
	}
	if (rc == TUG_OK) {
		rc = boot_copy(b, &b->cfg->pri, g->off, &b->cfg->sec, g->off, g->copy);
	}
	return rc == TUG_OK ? record(b, g, 2) : rc;
}

static int scratch_to_primary(struct boot *b, const struct group *g)
{
	uint32_t end = g->end;
	int rc = TUG_OK;

	b->moved = true;
	if (g->in_scratch) {
		rc = boot_scrub_trailer(b, &b->cfg->pri);
		if (rc == TUG_OK) {
			rc = trailer_sector(&b->cfg->pri, &b->pri_geo, &end);
		}
	}
	if (rc == TUG_OK && end > g->off) {
		rc = boot_erase(b, &b->cfg->pri, g->off, end - g->off, false);
	}
	if (rc == TUG_OK) {
		rc = boot_copy(b, &b->cfg->scratch, 0, &b->cfg->pri, g->off, g->copy);
	}
	if (rc == TUG_OK && g->in_scratch) {
		rc = hand_over(b, g);
	}
	return rc == TUG_OK ? record(b, g, 3) : rc;
}

static int swap_group(struct boot *b, const struct group *g)
{
	uint32_t base = 3u * g->index;
	int rc = TUG_OK;

	if (b->done <= base) {
		rc = secondary_to_scratch(b, g);
	}
	if (rc == TUG_OK && b->done <= base + 1u) {
		rc = primary_to_secondary(b, g);
	}
	if (rc == TUG_OK && b->done <= base + 2u) {
		rc = scratch_to_primary(b, g);
	}
	/* backwards: the trailer goes first, so that no half-erased scratch is taken for a whole one */
	if (rc == TUG_OK && g->in_scratch && b->done <= base + 3u) {
		rc = erase_scratch(b, true);
	}
	return rc;
}

static int swap_groups(struct boot *b)
{
	struct group g;
	int rc = first_group(b, b->amount, &g);

	while (rc == TUG_OK) {
		rc = swap_group(b, &g);
		if (rc != TUG_OK || g.off == 0) {
			break;
		}
		rc = next_group(b, &g);
	}
	return rc;
}

static int scratch_run(struct boot *b)
{
	int rc;

	boot_log(b, TUG_LOG_INF, "Starting swap using scratch algorithm.");
	if (b->todo.kind == BOOT_RESUME) {
		b->amount = b->todo.from_scratch ? b->scr_tr.swap_size : b->pri_tr.swap_size;
	}
	b->moved = b->done >= 2;
	rc = swap_groups(b);
	return boot_swap_end(b, rc);
}

/* Nothing of the update may be found by the next boot but the mark. */
static int scratch_give_up(struct boot *b)
{
	struct tug_trailer t;
	int rc = boot_swap_give_up(b);

	if (rc == TUG_OK) {
		rc = tug_trailer_read(&b->scr, &b->scr_geo, &t);
	}
	if (rc != TUG_OK) {
		return rc;
	}
	return t.magic == TUG_GOOD ? erase_scratch(b, true) : TUG_OK;
}

/* What scratch tells of ends; before that, whatever a torn erase has left in the primary trailer. */
static int scratch_forget(struct boot *b)
{
	int rc;

	if (b->scr_tr.magic != TUG_GOOD) {
		return TUG_OK;
	}
	rc = boot_swap_close(b, true);
	return rc == TUG_OK ? erase_scratch(b, true) : rc;
}

const struct tug_boot_mode_ops tug_boot_swap_scratch = {
	.number = TUG_MODE_SWAP_SCRATCH,
	.swaps = true,
	.layout = scratch_layout,
	.limit = scratch_limit,
	.fits = scratch_fits,
	.look = scratch_look,
	.decide = boot_decide_scratch,
	.forget = scratch_forget,
	.run = scratch_run,
	.give_up = scratch_give_up,
};
