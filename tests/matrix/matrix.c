/* SPDX-License-Identifier: Apache-2.0
 *
 * THE UPDATE MATRIX: every slot state, boot mode, server era and kind of image, one update each, against the
 * committed table expected.tsv. Decides nothing itself: what is right stands in the table, and what must hold in
 * every cell (no silence, no loop, no success without proof, no loss of the way back) is checked here from flash.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tug/flash_io.h>
#include <tug/imgtool.h>

#include "desk.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- axes -------------------------------------------------------------------------------------- */

static const char *const states[] = { "fresh",	  "leftover",	 "pending-test", "pending-confirm",
				      "test-run", "unconfirmed", "duplicate",	 "no-active" };
enum { S_FRESH, S_LEFTOVER, S_PENDING_TEST, S_PENDING_CONFIRM, S_TEST_RUN, S_UNCONFIRMED, S_DUPLICATE, S_NO_ACTIVE };

static const char *const modes[] = { "swap-move", "overwrite" };
static const char *const servers[] = { "zephyr-3.3", "zephyr-3.5", "zephyr-4.2", "mcuboot-recovery" };

static const char *const images[] = { "same-as-running", "same-as-slot1", "newer",     "older",
				      "older-allowed",	 "other-key",	  "over-slot", "over-swap" };
enum { I_RUNNING, I_SLOT1, I_NEWER, I_OLDER, I_OLDER_ALLOWED, I_OTHER_KEY, I_OVER_SLOT, I_OVER_SWAP };

struct cell {
	size_t state;
	size_t mode;
	size_t server;
	size_t image;
};

static bool recovery(const struct cell *c)
{
	return c->server == 3;
}

/* Why there is no such cell, or NULL. */
static const char *unreachable(const struct cell *c)
{
	if (c->state == S_NO_ACTIVE && !recovery(c)) {
		return "an application that answers is the active image itself";
	}
	if (c->mode == 1 && (c->state == S_TEST_RUN || c->state == S_UNCONFIRMED)) {
		return "overwrite-only has no trial: what it copies counts as confirmed";
	}
	if (c->image == I_SLOT1 && (c->state == S_FRESH || c->state == S_UNCONFIRMED)) {
		return "slot 1 is empty in this state";
	}
	if (c->image == I_SLOT1 && c->state == S_DUPLICATE) {
		return "both slots hold one image: the cell same-as-running";
	}
	if (c->state == S_NO_ACTIVE && c->image == I_RUNNING) {
		return "nothing runs that the file could be the same as";
	}
	if (c->state == S_NO_ACTIVE && (c->image == I_OLDER || c->image == I_OLDER_ALLOWED)) {
		return "nothing runs that the file could be older than";
	}
	return NULL;
}

/* ---- images ------------------------------------------------------------------------------------ */

static struct {
	struct tug_key *key;
	struct tug_key *other_key;
	struct tug_pubkey pub;
	struct tug_file running;  /* 2.0.0, in slot 0 */
	struct tug_file next;     /* 2.0.1, in slot 1 where something was uploaded */
	struct tug_file previous; /* 1.9.0, in slot 1 during a trial */
	struct tug_file newer;    /* 3.0.0 */
	struct tug_file older;    /* 1.5.0 */
	struct tug_file stranger; /* 3.0.0, another key */
	struct tug_file big;      /* 3.0.0, fits the slot but not the swap */
	struct tug_file huge;     /* 3.0.0, does not fit the slot */
} img;

static void die(const char *what, const char *why)
{
	fprintf(stderr, "matrix: %s: %s\n", what, why);
	exit(2);
}

/* An image of exactly `total` octets (0 = as it comes). Its payload depends on version and size. */
static void make(struct tug_file *out, const struct tug_key *key, const char *version, size_t total)
{
	struct tug_sign_options o = tug_sign_defaults();
	struct tug_file in;
	char why[TUG_WHY_CAP] = "";
	size_t len = total != 0 ? total - 512u - 160u : 11000u;
	size_t seed;
	size_t i;

	memset(&in, 0, sizeof(in));
	in.data.p = malloc(len + 1u);
	in.data.len = len;
	if (in.data.p == NULL || tug_version_parse(tug_slice_of(version, strlen(version)), &o.version) != TUG_OK) {
		die("make", version);
	}
	seed = (size_t)o.version.major * 31u + (size_t)o.version.minor * 17u + o.version.revision;
	for (i = 0; i < len; i++) {
		in.data.p[i] = (uint8_t)(i * 7u + (i >> 8) + seed);
	}
	o.key = key;
	o.header_size = 512;
	o.pad_header = true;
	o.align = 4;
	if (tug_sign(&in, &o, out, why) != TUG_OK) {
		die(version, why);
	}
	tug_file_free(&in);
}

static void make_all(const struct tug_vdev_profile *p)
{
	char why[TUG_WHY_CAP] = "";

	if (tug_key_generate(TUG_SIG_P256, &img.key, why) != TUG_OK ||
	    tug_key_generate(TUG_SIG_P256, &img.other_key, why) != TUG_OK) {
		die("keys", why);
	}
	img.pub.der = tug_key_public_der(img.key);
	make(&img.running, img.key, "2.0.0", 0);
	make(&img.next, img.key, "2.0.1", 0);
	make(&img.previous, img.key, "1.9.0", 0);
	make(&img.newer, img.key, "3.0.0", 0);
	make(&img.older, img.key, "1.5.0", 0);
	make(&img.stranger, img.other_key, "3.0.0", 0);
	/* swap-move needs a sector for the trailer and one to move into */
	make(&img.big, img.key, "3.0.0", (size_t)p->pri_size - 2u * (size_t)p->sector + 300u);
	make(&img.huge, img.key, "3.0.0", p->pri_size + 1000u);
}

static void free_all(void)
{
	tug_file_free(&img.running);
	tug_file_free(&img.next);
	tug_file_free(&img.previous);
	tug_file_free(&img.newer);
	tug_file_free(&img.older);
	tug_file_free(&img.stranger);
	tug_file_free(&img.big);
	tug_file_free(&img.huge);
	tug_key_free(img.key);
	tug_key_free(img.other_key);
}

static struct tug_slice octets(const struct tug_file *f)
{
	return tug_slice_of(f->data.p, f->data.len);
}

static const struct tug_file *slot1_of(const struct cell *c)
{
	return c->state == S_TEST_RUN ? &img.previous : &img.next;
}

static struct tug_slice file_of(const struct cell *c)
{
	switch (c->image) {
	case I_RUNNING:
		return octets(&img.running);
	case I_SLOT1:
		return octets(slot1_of(c));
	case I_OLDER:
	case I_OLDER_ALLOWED:
		return octets(&img.older);
	case I_OTHER_KEY:
		return octets(&img.stranger);
	case I_OVER_SLOT:
		return octets(&img.huge);
	case I_OVER_SWAP:
		return octets(&img.big);
	case I_NEWER:
	default:
		return octets(&img.newer);
	}
}

/* ---- the device -------------------------------------------------------------------------------- */

static const struct tug_srv_group *const groups[] = { &tug_srv_os, &tug_srv_img };

static struct tug_vdev_cfg cfg_of(const struct cell *c)
{
	static const enum tug_vdev_state map[] = { TUG_VDEV_FRESH,	    TUG_VDEV_LEFTOVER, TUG_VDEV_PENDING_TEST,
						   TUG_VDEV_PENDING_CONFIRM, TUG_VDEV_TEST_RUN, TUG_VDEV_UNCONFIRMED,
						   TUG_VDEV_DUPLICATE,	    TUG_VDEV_LEFTOVER };
	struct tug_vdev_cfg v;

	memset(&v, 0, sizeof(v));
	v.profile = tug_vdev_profile_find("tiny");
	v.mode = c->mode == 0 ? &tug_boot_swap_move : &tug_boot_overwrite;
	v.server = tug_server_profile_find(servers[c->server]);
	v.groups = groups;
	v.n_groups = COUNT(groups);
	v.state = map[c->state];
	v.primary = octets(&img.running);
	v.secondary = octets(slot1_of(c));
	v.keys = &img.pub;
	v.n_keys = 1;
	v.sig = TUG_SIG_P256;
	v.boot_ms = 50;
	v.erase_ms = 5;
	v.write_us = 20;
	return v;
}

static void open_device(struct desk *d, const struct cell *c)
{
	struct tug_vdev_cfg v = cfg_of(c);
	char why[256] = "";

	memset(d, 0, sizeof(*d));
	d->now_ms = 1000;
	if (tug_vdev_create(&v, d->now_ms, &d->v, why, sizeof(why)) != TUG_OK) {
		die(states[c->state], why);
	}
	if (c->state == S_NO_ACTIVE) {
		const struct tug_flash_area *pri = &tug_vdev_boot_cfg(d->v)->pri;

		tug_flash_erase(pri, 0, pri->size); /* the device sits in recovery and does not notice */
	}
	desk_pass(d, 5000);
}

/* ---- invariants -------------------------------------------------------------------------------- */

static const char *flags_of(const struct tug_dev_state *st, char out[64])
{
	size_t at = 0;
	uint8_t i;

	snprintf(out, 64, "-");
	for (i = 0; i < st->n; i++) {
		const struct tug_slot_state *s = &st->slot[i];

		at += (size_t)snprintf(&out[at], 64 - at, "%s%u:%s%s%s%s", i > 0 ? " " : "", s->slot, s->active ? "a" : "",
				       s->confirmed ? "c" : "", s->pending ? "p" : "", s->permanent ? "P" : "");
	}
	return out;
}

static bool slot0_is(struct tug_vdev *v, const struct tug_file *f)
{
	uint8_t *got = malloc(f->data.len);
	bool same = got != NULL &&
		    tug_vdev_flash_read(v, tug_vdev_boot_cfg(v)->pri.off, got, f->data.len) == TUG_OK &&
		    memcmp(got, f->data.p, f->data.len) == 0;

	free(got);
	return same;
}

/* After a failure: an image of before still runs, and goes on after two power cycles. */
static const char *way_back(struct desk *d)
{
	int i;

	for (i = 0; i < 3; i++) {
		if (!tug_vdev_up(d->v)) {
			return "the device does not answer any more";
		}
		if (!slot0_is(d->v, &img.running) && !slot0_is(d->v, &img.next) && !slot0_is(d->v, &img.previous)) {
			return "none of the images of before runs";
		}
		tug_vdev_power_cycle(d->v, d->now_ms);
		desk_pass(d, 60000);
	}
	return NULL;
}

/* What must hold whatever the table says. */
static const char *broken(struct desk *d, const struct cell *c, const struct desk_result *r)
{
	bool success = r->outcome == TUG_OUT_SWAPPED || r->outcome == TUG_OUT_ALREADY_RUNNING;
	const char *proof;

	if (r->hang) {
		return r->hang_why;
	}
	if (r->results != 1 || r->text[0] == '\0' || r->plans == 0) {
		return "no result, no sentence or no plan";
	}
	if (success != (r->err == TUG_OK)) {
		return "outcome and error contradict each other";
	}
	if (c->image == I_OTHER_KEY && success) {
		return "an image of another key cannot run";
	}
	desk_pass(d, 60000);
	if (success) {
		return desk_prove(d, file_of(c));
	}
	if (recovery(c)) {
		/* its only slot is written in place: the way back is the recovery itself */
		return tug_vdev_up(d->v) ? NULL : "the device does not answer any more";
	}
	proof = way_back(d);
	/* that looked at the octets of slot 0; the file itself must not run behind a failure's back */
	if (proof == NULL && c->image != I_RUNNING && c->image != I_SLOT1 && desk_prove(d, file_of(c)) == NULL) {
		return "a failure was told, but the file runs";
	}
	return proof;
}

/* ---- cells ------------------------------------------------------------------------------------- */

#define ROW_CAP 2048u

static void run_cell(const struct cell *c, bool follows, char row[ROW_CAP], const char **bad)
{
	struct desk_ask ask;
	struct desk_result r;
	struct desk d;
	char after[64];

	open_device(&d, c);
	d.link.follows_device = follows;
	d.link.faults.delay_ms = 5;
	d.talk = getenv("TUG_TALK") != NULL;
	memset(&ask, 0, sizeof(ask));
	ask.file = file_of(c);
	ask.policy.allow_downgrade = c->image == I_OLDER_ALLOWED;
	desk_update(&d, &ask, &r);
	snprintf(row, ROW_CAP, "%s\t%s\t%s\t%s\trun\t%s\t%s\t%s\t%s\t%s\t%s", states[c->state], modes[c->mode],
		 servers[c->server], images[c->image], r.found, r.plan, r.did[0] != '\0' ? r.did : "-",
		 tug_outcome_name(r.outcome), r.err == TUG_OK ? "OK" : tug_err_name(r.err), flags_of(&r.after, after));
	*bad = broken(&d, c, &r);
	if (getenv("TUG_TALK") != NULL) {
		printf("  notes: %s\n  text: %s\n", r.notes, r.text);
	}
	tug_vdev_destroy(d.v);
}

static bool creation_agrees(const struct cell *c)
{
	struct tug_vdev_cfg v = cfg_of(c);
	struct tug_vdev *dev = NULL;
	char why[256];

	if (c->mode != 1 || (c->state != S_TEST_RUN && c->state != S_UNCONFIRMED)) {
		return true;
	}
	return tug_vdev_create(&v, 0, &dev, why, sizeof(why)) == TUG_EINVAL;
}

/* Next line of the table without comments, or NULL. */
static char *next_row(FILE *f, char row[ROW_CAP])
{
	while (f != NULL && fgets(row, (int)ROW_CAP, f) != NULL) {
		row[strcspn(row, "\r\n")] = '\0';
		if (row[0] != '#' && row[0] != '\0') {
			return row;
		}
	}
	return NULL;
}

struct count {
	unsigned total;
	unsigned run;
	unsigned unreachable;
	unsigned wrong;
	unsigned broken;
};

static void do_cell(const struct cell *c, FILE *expected, FILE *out, struct count *n)
{
	const char *why = unreachable(c);
	const char *bad = NULL;
	char row[ROW_CAP];
	char again[ROW_CAP];
	char want[ROW_CAP];

	n->total++;
	if (why != NULL) {
		n->unreachable++;
		snprintf(row, sizeof(row), "%s\t%s\t%s\t%s\tunreachable\t%s", states[c->state], modes[c->mode],
			 servers[c->server], images[c->image], why);
		bad = creation_agrees(c) ? NULL : "the device says that the state can be reached";
	} else {
		n->run++;
		run_cell(c, false, row, &bad);
		if (bad == NULL) {
			run_cell(c, true, again, &bad);
			if (bad == NULL && strcmp(row, again) != 0) {
				bad = "differs where the link goes down with the device";
				fprintf(stderr, "  as datagrams: %s\n  else:         %s\n", row, again);
			}
		}
	}
	if (out != NULL) {
		fprintf(out, "%s\n", row);
	} else if (next_row(expected, want) == NULL || strcmp(want, row) != 0) {
		n->wrong++;
		fprintf(stderr, "expected: %s\nactual:   %s\n", want, row);
	}
	if (bad != NULL) {
		n->broken++;
		fprintf(stderr, "BROKEN %s: %s\n", row, bad);
	}
}

static bool selected(const struct cell *c)
{
	const char *only = getenv("TUG_CELL");
	char name[128];

	snprintf(name, sizeof(name), "%s/%s/%s/%s", states[c->state], modes[c->mode], servers[c->server], images[c->image]);
	return only == NULL || strcmp(only, name) == 0;
}

int main(int argc, char **argv)
{
	FILE *expected = argc == 2 ? fopen(argv[1], "r") : NULL;
	FILE *out = argc == 3 && strcmp(argv[1], "--write") == 0 ? fopen(argv[2], "w") : NULL;
	struct count n = { 0, 0, 0, 0, 0 };
	struct cell c;
	char row[ROW_CAP];

	if (expected == NULL && out == NULL) {
		fprintf(stderr, "usage: matrix EXPECTED.tsv | matrix --write ACTUAL.tsv   (TUG_CELL=state/mode/server/image, "
				"TUG_TALK=1)\n");
		return 2;
	}
	make_all(tug_vdev_profile_find("tiny"));
	for (c.state = 0; c.state < COUNT(states); c.state++) {
		for (c.mode = 0; c.mode < COUNT(modes); c.mode++) {
			for (c.server = 0; c.server < COUNT(servers); c.server++) {
				for (c.image = 0; c.image < COUNT(images); c.image++) {
					if (selected(&c)) {
						do_cell(&c, expected, out, &n);
					} else if (expected != NULL) {
						next_row(expected, row);
					}
				}
			}
		}
	}
	if (expected != NULL && next_row(expected, row) != NULL) {
		n.wrong++;
		fprintf(stderr, "the table has more rows than there are cells: %s\n", row);
	}
	printf("matrix: %u cells, %u run, %u unreachable, %u differ from the table, %u broken\n", n.total, n.run,
	       n.unreachable, n.wrong, n.broken);
	free_all();
	if (expected != NULL) {
		fclose(expected);
	}
	if (out != NULL) {
		fclose(out);
	}
	return n.wrong == 0 && n.broken == 0 ? 0 : 1;
}
