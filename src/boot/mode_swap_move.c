/* SPDX-License-Identifier: Apache-2.0
 *
 * Update mode swap-using-move: the old image moves up by one sector, then the slots exchange sector by sector, each
 * step recorded in the primary trailer. Can be cut anywhere and run backwards. Called by boot.c.
 */
#include "boot_priv.h"

/* ---- layout and limits --------------------------------------------------------------------------- */

static int count_sectors(struct boot *b, const struct tug_flash_area *a, uint32_t *n)
{
	struct tug_flash_sector s;

	*n = 0;
	for (uint32_t off = 0; off < a->size; off = s.off + s.size) {
		int rc = tug_flash_sector_at(a, off, &s);

		if (rc != TUG_OK) {
			return rc;
		}
		if (s.size != b->sector) {
			boot_log(b, TUG_LOG_WRN, "Cannot upgrade: not same sector layout");
			return TUG_ESTATE;
		}
		(*n)++;
	}
	return TUG_OK;
}

static int move_layout(struct boot *b)
{
	int rc = count_sectors(b, &b->cfg->pri, &b->n_pri);

	if (rc == TUG_OK) {
		rc = count_sectors(b, &b->cfg->sec, &b->n_sec);
	}
	if (rc != TUG_OK) {
		return rc;
	}
	if (b->n_pri > b->cfg->max_sectors || b->n_sec > b->cfg->max_sectors) {
		boot_log(b, TUG_LOG_WRN, "Cannot upgrade: more sectors than allowed");
		return TUG_ESTATE;
	}
	if (b->n_pri != b->n_sec && b->n_pri != b->n_sec + 1u) {
		boot_log(b, TUG_LOG_WRN, "Cannot upgrade: not a compatible amount of sectors");
		return TUG_ESTATE;
	}
	return TUG_OK;
}

/* Sectors to exchange. */
static uint32_t n_swap(const struct boot *b)
{
	return (b->amount + b->sector - 1u) / b->sector;
}

/* First sector of the primary slot that holds trailer octets. */
static uint32_t trailer_sector(const struct boot *b)
{
	return tug_trailer_status_off(&b->pri_geo) / b->sector;
}

static bool has_room(const struct boot *b)
{
	return b->amount > 0 && b->amount <= b->cfg->pri.size && n_swap(b) < trailer_sector(b);
}

static int move_fits(struct boot *b)
{
	if (has_room(b)) {
		return TUG_OK;
	}
	boot_log(b, TUG_LOG_WRN, "Not enough free space to run swap upgrade");
	boot_say(b, "required ");
	boot_say_dec(b, (n_swap(b) + 1u) * b->sector);
	boot_say_str(b, " bytes but only ");
	boot_say_dec(b, trailer_sector(b) * b->sector);
	boot_say_str(b, " are available");
	boot_say_end(b, TUG_LOG_WRN);
	return TUG_EIMGSIZE;
}

static int move_progress(struct boot *b)
{
	uint32_t max = b->cfg->max_sectors;
	int rc = boot_records_found(b, &b->done);

	if (rc != TUG_OK || b->done == 0) {
		return rc;
	}
	/* records that such a swap cannot have written are somebody else's octets */
	b->amount = b->pri_tr.swap_size;
	if (!has_room(b) || (b->done > n_swap(b) && b->done <= max) || b->done > max + 2u * n_swap(b)) {
		b->done = 0;
		return TUG_ESTATE;
	}
	return TUG_OK;
}

/* ---- trailers ------------------------------------------------------------------------------------ */

/*
 * Before a revert touches the primary trailer, the only sign that the running image is on trial, the secondary
 * trailer gets a mark of its own: a cut from here on finds it.
 */
static int mark_revert(struct boot *b)
{
	int rc = boot_scrub_trailer(b, &b->cfg->sec);

	if (rc == TUG_OK) {
		rc = tug_trailer_write_flag(&b->sec, &b->sec_geo, tug_trailer_image_ok_off(&b->sec_geo));
	}
	if (rc == TUG_OK) {
		rc = tug_trailer_write_swap_size(&b->sec, &b->sec_geo, b->amount);
	}
	return rc == TUG_OK ? tug_trailer_write_magic(&b->sec, &b->sec_geo) : rc;
}

static int init_trailer(struct boot *b)
{
	int rc = boot_scrub_trailer(b, &b->cfg->pri);

	return rc == TUG_OK ? boot_swap_write_trailer(b, &b->pri, &b->pri_geo, b->todo.type != TUG_SWAP_TEST) : rc;
}

static int begin(struct boot *b)
{
	int rc = TUG_OK;

	if (b->todo.kind == BOOT_FRESH) {
		bool has_mark = b->sec_tr.magic == TUG_GOOD && b->sec_tr.image_ok == TUG_GOOD;

		if (b->todo.type == TUG_SWAP_REVERT && !has_mark) {
			rc = mark_revert(b);
		}
		if (rc == TUG_OK) {
			rc = init_trailer(b);
		}
	}
	return rc == TUG_OK ? boot_scrub_trailer(b, &b->cfg->sec) : rc;
}

/* ---- the swap ------------------------------------------------------------------------------------ */

static int replace(struct boot *b, const struct tug_flash_area *from, uint32_t from_sector,
		   const struct tug_flash_area *to, uint32_t to_sector)
{
	int rc = boot_erase(b, to, to_sector * b->sector, b->sector, false);

	return rc == TUG_OK
		       ? boot_copy(b, from, from_sector * b->sector, to, to_sector * b->sector, b->sector)
		       : rc;
}

/* Sectors of the primary slot one up, the highest first; record k = k sectors before this one are moved. */
static int move_up(struct boot *b)
{
	uint32_t n = n_swap(b);
	int rc = TUG_OK;

	for (uint32_t k = b->done; rc == TUG_OK && k < n; k++) {
		rc = replace(b, &b->cfg->pri, n - k - 1u, &b->cfg->pri, n - k);
		if (rc == TUG_OK) {
			b->moved = true;
			rc = boot_record(b, k, 1);
		}
	}
	return rc;
}

/* New sector s down into the primary slot, old one (moved to s + 1) across; two records each. */
static int exchange(struct boot *b)
{
	uint32_t max = b->cfg->max_sectors;
	uint32_t steps = 2u * n_swap(b);
	uint32_t step = b->done > max ? b->done - max : 0u;
	int rc = TUG_OK;

	for (; rc == TUG_OK && step < steps; step++) {
		uint32_t s = step / 2u;
		bool down = step % 2u == 0;

		rc = down ? replace(b, &b->cfg->sec, s, &b->cfg->pri, s) : replace(b, &b->cfg->pri, s + 1u, &b->cfg->sec, s);
		if (rc == TUG_OK) {
			rc = boot_record(b, max + step, down ? 1 : 2);
		}
	}
	return rc;
}

/*
 * Where the headers are: the old one in place until all sectors have moved, then one sector up until it crosses in
 * step 1; the new one comes down in step 0.
 */
static int resume(struct boot *b)
{
	const struct tug_flash_area *pri = &b->cfg->pri;
	const struct tug_flash_area *sec = &b->cfg->sec;
	uint32_t step = b->done > b->cfg->max_sectors ? b->done - b->cfg->max_sectors : 0u;
	struct boot_place old = { pri, b->done < n_swap(b) ? 0u : b->sector };
	struct boot_place new_one = { step > 0 ? pri : sec, 0 };

	if (step > 1) {
		old.area = sec;
		old.off = 0;
	}
	return boot_crypt_resume(b, old, new_one);
}

static int move_run(struct boot *b)
{
	int rc = TUG_OK;

	boot_log(b, TUG_LOG_INF, "Starting swap using move algorithm.");
	b->moved = b->done > 0;
	rc = b->done == 0 ? begin(b) : resume(b);
	if (rc == TUG_OK && b->done <= n_swap(b)) {
		rc = move_up(b);
	}
	if (rc == TUG_OK) {
		rc = exchange(b);
	}
	if (rc == TUG_OK && b->cfg->enc != NULL) {
		/* the copy that moving left behind is plaintext, and a later, larger swap would carry it out */
		rc = boot_erase(b, &b->cfg->pri, n_swap(b) * b->sector, b->sector, false);
	}
	return boot_swap_end(b, rc);
}

const struct tug_boot_mode_ops tug_boot_swap_move = {
	.number = TUG_MODE_SWAP_MOVE,
	.swaps = true,
	.layout = move_layout,
	.fits = move_fits,
	.progress = move_progress,
	.run = move_run,
	.give_up = boot_swap_give_up,
};
