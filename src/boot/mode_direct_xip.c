/* SPDX-License-Identifier: Apache-2.0
 *
 * Direct-XIP: nothing is copied; the newest image that verifies runs where it lies. With revert, an image gets one trial
 * and has to be confirmed in it. Refuses to erase anything before another image has verified. Called by boot.c.
 */
#include "boot_priv.h"

/* How much a slot's image may be trusted to be the right one, least first. */
enum rank {
	RANK_NONE,     /* no image, not one for this slot, or unreadable */
	RANK_TRIED,    /* had its trial and was not confirmed */
	RANK_UNMARKED, /* no trailer: a trial could not be told from a second one */
	RANK_FULL,     /* confirmed, or its trial is due; any image where there is no revert */
};

/* One slot. */
struct candidate {
	const struct tug_flash_area *area;
	const struct tug_io *io;
	const struct tug_trailer_geo *geo;
	const char *name;
	struct tug_version version;
	enum rank rank;
	bool confirmed; /* image_ok is set, or torn: somebody meant to set it */
	bool trial_due; /* copy_done has to be written before it runs */
	bool useless;   /* erase it once another image has verified */
};

static bool has_revert(const struct boot *b)
{
	return b->cfg->mode->number == TUG_MODE_DIRECT_XIP_REVERT;
}

/* Only a flash error is an error here: a slot without image is a rank. */
static int look_at_trailer(struct boot *b, struct candidate *c)
{
	struct tug_trailer t;
	int rc = TUG_OK;

	c->rank = RANK_FULL;
	c->confirmed = true;
	if (!has_revert(b)) {
		return TUG_OK;
	}
	rc = tug_trailer_read_running(c->io, c->geo, &t);
	if (rc != TUG_OK) {
		return rc;
	}
	c->confirmed = t.image_ok != TUG_UNSET;
	c->trial_due = t.magic == TUG_GOOD && t.copy_done == TUG_UNSET;
	if (t.magic != TUG_GOOD) {
		c->rank = RANK_UNMARKED;
	} else if (!c->trial_due && !c->confirmed) {
		c->rank = RANK_TRIED;
	}
	return TUG_OK;
}

/* What the header and the trailer say. TUG_EPOWER, or TUG_OK: a slot that cannot be read has no rank. */
static int look_at(struct boot *b, struct candidate *c)
{
	int rc = tug_image_open_hdr(&b->img, c->io, 0, 0);

	c->rank = RANK_NONE;
	if (rc != TUG_OK || (b->img.hdr.flags & TUG_IMG_F_NON_BOOTABLE) != 0) {
		return rc == TUG_EPOWER ? rc : TUG_OK;
	}
	c->version = b->img.hdr.version;
	if ((b->img.hdr.flags & TUG_IMG_F_ROM_FIXED) != 0 && b->img.hdr.load_addr != c->area->off) {
		boot_say(b, "Image in the ");
		boot_say_str(b, c->name);
		boot_say_str(b, " slot is linked for ");
		boot_say_hex(b, b->img.hdr.load_addr);
		boot_say_str(b, " and cannot run at ");
		boot_say_hex(b, c->area->off);
		boot_say_end(b, TUG_LOG_WRN);
		return TUG_OK;
	}
	rc = look_at_trailer(b, c);
	if (rc != TUG_OK) {
		c->rank = RANK_NONE;
	}
	return rc == TUG_EPOWER ? rc : TUG_OK;
}

/* Equal ones: the primary slot. */
static bool sec_first(const struct candidate *pri, const struct candidate *sec)
{
	if (pri->rank != sec->rank) {
		return sec->rank > pri->rank;
	}
	return tug_version_cmp(&sec->version, &pri->version, false) > 0;
}

/* A trial is written down before it runs: without the note it would never end. */
static int note_trial(struct boot *b, const struct candidate *c)
{
	int rc;

	if (c->rank != RANK_FULL || !c->trial_due) {
		return TUG_OK;
	}
	rc = tug_trailer_write_flag(c->io, c->geo, tug_trailer_copy_done_off(c->geo));
	if (rc != TUG_OK && rc != TUG_EPOWER) {
		boot_log(b, TUG_LOG_WRN, "Failed to set copy_done flag of the image");
		return c->confirmed ? TUG_OK : rc;
	}
	return rc;
}

/* Verify one and take it. TUG_OK = it runs. */
static int take(struct boot *b, struct candidate *c)
{
	int why = TUG_OK;

	if (c->rank == RANK_NONE) {
		return TUG_EERASED;
	}
	switch (boot_check(b, c->io, &why)) {
	case BOOT_SLOT_GOOD:
		return note_trial(b, c);
	case BOOT_SLOT_BAD:
		boot_say(b, "Image in the ");
		boot_say_str(b, c->name);
		boot_say_str(b, " slot is not valid!");
		boot_say_end(b, TUG_LOG_ERR);
		c->useless = true;
		break;
	case BOOT_SLOT_EMPTY:
	case BOOT_SLOT_UNKNOWN:
	default:
		break;
	}
	return why != TUG_OK ? why : TUG_EINTERNAL;
}

/* The first one that can be taken; else one whose trial could not be written down, as there is nothing else. */
static int choose(struct boot *b, struct candidate *const order[2], const struct candidate **chosen)
{
	int first = take(b, order[0]);
	int rc = first;

	*chosen = order[0];
	if (rc != TUG_OK && rc != TUG_EPOWER) {
		*chosen = order[1];
		rc = take(b, order[1]);
	}
	if (rc != TUG_OK && rc != TUG_EPOWER && order[0]->rank == RANK_FULL && !order[0]->useless) {
		int why = TUG_OK;

		*chosen = order[0];
		return boot_check(b, order[0]->io, &why) == BOOT_SLOT_GOOD ? TUG_OK : first;
	}
	return rc;
}

/* What had its chance, or never can have one, makes room; a failure costs nothing but another try. */
static int make_room(struct boot *b, const struct candidate *other)
{
	int rc;

	if (!other->useless && other->rank != RANK_TRIED) {
		return TUG_OK;
	}
	boot_say(b, "Erasing the ");
	boot_say_str(b, other->name);
	boot_say_str(b, other->useless ? " slot: its image is not valid" : " slot: its image was not confirmed");
	boot_say_end(b, TUG_LOG_INF);
	rc = boot_scrub_slot(b, other->area);
	return rc == TUG_EPOWER ? rc : TUG_OK;
}

static int xip_go(struct boot *b)
{
	const struct tug_boot_cfg *cfg = b->cfg;
	struct candidate pri = { .area = &cfg->pri, .io = &b->pri, .geo = &b->pri_geo, .name = "primary" };
	struct candidate sec = { .area = &cfg->sec, .io = &b->sec, .geo = &b->sec_geo, .name = "secondary" };
	struct candidate *order[2] = { &pri, &sec };
	const struct candidate *chosen;
	int rc = look_at(b, &pri);

	if (rc == TUG_OK) {
		rc = look_at(b, &sec);
	}
	if (rc != TUG_OK) {
		return rc;
	}
	if (sec_first(&pri, &sec)) {
		order[0] = &sec;
		order[1] = &pri;
	}
	rc = choose(b, order, &chosen);
	if (rc != TUG_OK) {
		return rc;
	}
	b->runs = chosen->area;
	boot_say(b, "Image 0 loaded from the ");
	boot_say_str(b, chosen->name);
	boot_say_str(b, " slot");
	boot_say_end(b, TUG_LOG_INF);
	rc = make_room(b, chosen == &pri ? &sec : &pri);
	if (rc == TUG_OK) {
		rc = tug_image_open_hdr(&b->img, chosen->io, 0, 0);
	}
	return rc;
}

const struct tug_boot_mode_ops tug_boot_direct_xip = {
	.number = TUG_MODE_DIRECT_XIP,
	.go = xip_go,
};

const struct tug_boot_mode_ops tug_boot_direct_xip_revert = {
	.number = TUG_MODE_DIRECT_XIP_REVERT,
	.go = xip_go,
};
