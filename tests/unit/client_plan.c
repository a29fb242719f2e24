/* SPDX-License-Identifier: Apache-2.0
 *
 * The planner over the whole product of states, modes, learned refusals, images and wishes: every input gives a
 * plan, no plan holds a forbidden step, and followed on a device model it ends, with the image running or a reason.
 */
#include <stdio.h>
#include <string.h>

#include "client_fake.h"
#include "src/client/plan_priv.h"

/* Images of the model. */
enum id { NONE = 0, OLD, NEW, THIRD };

struct model {
	enum id slot[2];
	enum fake_swap type;
	bool confirmed;
	int8_t mode;
	bool told;           /* the device tells its mode */
	bool pending_in_use; /* upload and erase refused while pending */
	bool no_erase;
	bool old_logic;      /* confirm of a pending image changes nothing */
	bool no_write;       /* state write missing */
	bool no_reset;
	bool stubborn;       /* the bootloader never swaps */
	bool lost;           /* broken invariant: the way back was overwritten */
	bool third_newer;
};

static struct tug_version version_of(const struct model *m, enum id id)
{
	struct tug_version v = { (uint8_t)(id == OLD ? 2 : id == NEW ? 4 : m->third_newer ? 6 : 3), 0, 0, 0 };

	return v;
}

static struct tug_plan_image the_image(const struct model *m)
{
	struct tug_plan_image i = { .version = version_of(m, NEW), .len = 1000, .hash_len = 32 };

	i.hash[0] = NEW;
	return i;
}

static bool highest(const struct model *m)
{
	return m->mode == TUG_MODE_DIRECT_XIP || m->mode == TUG_MODE_RAM_LOAD;
}

static bool newer(const struct model *m, enum id a, enum id b)
{
	struct tug_version x = version_of(m, a);
	struct tug_version y = version_of(m, b);

	return tug_version_cmp(&x, &y, false) > 0;
}

static void state_of(const struct model *m, struct tug_dev_state *st)
{
	memset(st, 0, sizeof(*st));
	st->mode = m->told ? m->mode : TUG_MODE_UNKNOWN;
	for (uint8_t i = 0; i < 2; i++) {
		struct tug_slot_state *s = &st->slot[st->n];
		bool wins = highest(m) && i == 1 && m->slot[1] != NONE && newer(m, m->slot[1], m->slot[0]);

		if (m->slot[i] == NONE) {
			continue;
		}
		s->slot = i;
		s->version = version_of(m, m->slot[i]);
		s->version_ok = true;
		s->hash_len = 32;
		s->hash[0] = (uint8_t)m->slot[i];
		s->bootable = true;
		s->active = i == 0;
		s->confirmed = i == 0 ? m->confirmed : m->type == SW_REVERT;
		s->pending = i == 1 && (m->type == SW_TEST || m->type == SW_PERM || wins);
		s->permanent = i == 1 && (m->type == SW_PERM || wins);
		st->n++;
	}
}

static void swap_slots(struct model *m)
{
	enum id t = m->slot[0];

	m->slot[0] = m->slot[1];
	m->slot[1] = t;
}

static void model_reset(struct model *m)
{
	if (m->stubborn) {
		return;
	}
	if (highest(m)) {
		if (m->slot[1] != NONE && newer(m, m->slot[1], m->slot[0])) {
			swap_slots(m);
		}
		return;
	}
	if (m->type == SW_NONE || m->slot[1] == NONE) {
		return;
	}
	if (m->mode == TUG_MODE_OVERWRITE) {
		m->slot[0] = m->slot[1];
		m->slot[1] = NONE;
		m->type = SW_NONE;
		return;
	}
	swap_slots(m);
	m->confirmed = m->type != SW_TEST;
	m->type = m->type == SW_TEST ? SW_REVERT : SW_NONE;
}

static bool in_use(const struct model *m)
{
	return m->type == SW_REVERT || (m->pending_in_use && m->type != SW_NONE);
}

static void overwrite(struct model *m, enum id with)
{
	m->lost |= m->type == SW_REVERT && m->slot[1] != NONE;
	m->slot[1] = with;
	m->type = SW_NONE;
}

/* Do one step as a device would and learn as the procedure does. Result: false when it had no effect. */
static bool model_step(struct model *m, enum tug_step step, struct tug_dev_behaviour *beh)
{
	bool writes = !m->no_write && !highest(m);
	struct model before = *m;

	switch (step) {
	case TUG_STEP_ERASE_SLOT:
		if (m->no_erase || in_use(m)) {
			beh->erase_refused = true;
			return false;
		}
		overwrite(m, NONE);
		return true;
	case TUG_STEP_UPLOAD:
		if (in_use(m)) {
			beh->upload_refused = true;
			return false;
		}
		overwrite(m, NEW);
		beh->uploaded = true;
		return true;
	case TUG_STEP_TEST:
		beh->state_write_missing |= !writes;
		if (writes && m->type == SW_NONE && m->slot[1] == NEW) {
			m->type = SW_TEST;
			return true;
		}
		beh->test_ignored = writes;
		return false;
	case TUG_STEP_CONFIRM_OTHER:
		beh->state_write_missing |= !writes;
		if (writes && m->type == SW_NONE && m->slot[1] == NEW) {
			m->type = m->old_logic && m->no_erase ? SW_TEST : SW_PERM;
			return m->type == SW_PERM;
		}
		beh->confirm_ignored = writes;
		return false;
	case TUG_STEP_CONFIRM_ACTIVE:
		beh->state_write_missing |= !writes;
		if (writes && m->type == SW_REVERT) {
			m->type = SW_NONE;
			m->confirmed = true;
			return true;
		}
		beh->confirm_ignored = writes;
		return false;
	case TUG_STEP_RESET:
		if (m->no_reset) {
			beh->reset_missing = true;
			return false;
		}
		model_reset(m);
		if (memcmp(&before, m, sizeof(before)) == 0) {
			beh->resets_tried++;
			return false;
		}
		return true;
	case TUG_STEP_ERASE_SETTINGS:
	case TUG_STEP_VERIFY:
		break;
	}
	return true;
}

static void forget(struct tug_dev_behaviour *beh, bool reset)
{
	beh->upload_refused = beh->erase_refused = beh->confirm_ignored = beh->test_ignored = false;
	if (reset) {
		memset(beh, 0, sizeof(*beh));
	}
}

static int count(const struct tug_plan *p, enum tug_step s)
{
	int n = 0;

	for (uint8_t i = 0; i < p->n; i++) {
		n += p->step[i] == s;
	}
	return n;
}

static int first(const struct tug_plan *p, enum tug_step s)
{
	for (uint8_t i = 0; i < p->n; i++) {
		if (p->step[i] == s) {
			return i;
		}
	}
	return 99;
}

static const char *text_of(const struct tug_plan *p)
{
	static char t[256];

	t[0] = '\0';
	for (uint8_t i = 0; i < p->n; i++) {
		snprintf(t + strlen(t), sizeof(t) - strlen(t), "%s ", tug_step_name(p->step[i]));
	}
	return t;
}

/* What holds for every plan. */
static void check_plan(const struct tug_dev_state *st, const struct tug_dev_behaviour *beh,
		       const struct tug_plan_policy *pol, const struct tug_plan *p)
{
	bool decides = tug_dev_boot_decides(st, beh);
	const char *bad = NULL;

	if (p->reason == NULL || p->reason[0] == '\0' || p->remedy == NULL) {
		bad = "no reason";
	} else if (p->kind == TUG_PLAN_REFUSED && (p->n != 0 || p->why >= 0 || p->remedy[0] == '\0')) {
		bad = "refused without a remedy";
	} else if (p->kind == TUG_PLAN_DONE && (p->n != 0 || p->why != 0)) {
		bad = "done with steps";
	} else if (p->kind == TUG_PLAN_STEPS &&
		   (p->n == 0 || p->n > TUG_PLAN_STEPS_MAX || p->step[p->n - 1] != TUG_STEP_VERIFY || p->why != 0)) {
		bad = "steps that do not end in a proof";
	} else if (count(p, TUG_STEP_UPLOAD) > 1 || count(p, TUG_STEP_ERASE_SLOT) > 1 || count(p, TUG_STEP_RESET) > 3) {
		bad = "repeats itself";
	} else if ((pol->no_reset || beh->reset_missing) && count(p, TUG_STEP_RESET) > 0) {
		bad = "resets though it must not";
	} else if (pol->mode == TUG_UPDATE_UPLOAD_ONLY && count(p, TUG_STEP_RESET) + count(p, TUG_STEP_TEST) +
							  count(p, TUG_STEP_CONFIRM_OTHER) > 0) {
		bad = "does more than upload";
	} else if (decides && count(p, TUG_STEP_TEST) + count(p, TUG_STEP_CONFIRM_OTHER) + count(p, TUG_STEP_CONFIRM_ACTIVE) > 0) {
		bad = "marks though nothing can be marked";
	} else if (beh->upload_refused && first(p, TUG_STEP_UPLOAD) < first(p, TUG_STEP_RESET) &&
		   first(p, TUG_STEP_UPLOAD) < first(p, TUG_STEP_ERASE_SLOT) &&
		   first(p, TUG_STEP_UPLOAD) < first(p, TUG_STEP_CONFIRM_ACTIVE)) {
		bad = "uploads though that was refused";
	} else if (beh->erase_refused && first(p, TUG_STEP_ERASE_SLOT) < first(p, TUG_STEP_RESET)) {
		bad = "erases though that was refused";
	} else if (p->pattern == TUG_DEV_TEST_RUN && !st->recovery && st->mode != TUG_MODE_FIRMWARE_LOADER &&
		   st->mode != TUG_MODE_SINGLE && !beh->in_place &&
		   (first(p, TUG_STEP_UPLOAD) < first(p, TUG_STEP_RESET) || first(p, TUG_STEP_ERASE_SLOT) < first(p, TUG_STEP_RESET))) {
		bad = "overwrites the only way back";
	} else if (count(p, TUG_STEP_ERASE_SETTINGS) != (pol->erase_settings && p->kind == TUG_PLAN_STEPS)) {
		bad = "settings";
	}
	if (bad != NULL) {
		fail_msg("%s: %s: [%s] %s", bad, tug_dev_pattern_name(p->pattern), text_of(p), p->reason);
	}
}

/* Every combination of flags and refusals, sensible or not: total, and nothing forbidden. */
static void total(void **state)
{
	unsigned plans = 0;

	(void)state;
	for (unsigned flags = 0; flags < 1u << 12; flags++) {
		for (int mode = TUG_MODE_UNKNOWN; mode <= TUG_MODE_SWAP_OFFSET; mode++) {
			for (unsigned wish = 0; wish < 4u * 8u; wish++) {
				struct model m = { .told = true, .mode = (int8_t)mode };
				struct tug_plan_image img = the_image(&m);
				struct tug_plan_policy pol = { (enum tug_update_mode)(wish % 4u), wish & 4, wish & 8, wish & 16 };
				struct tug_dev_behaviour beh = { 0 };
				struct tug_dev_state st;
				struct tug_plan p;

				m.slot[0] = (enum id)(flags & 3u);
				m.slot[1] = (enum id)(flags >> 2 & 3u);
				state_of(&m, &st);
				for (uint8_t i = 0; i < st.n; i++) {
					st.slot[i].active = i == 0 && (flags & 16u) == 0;
					st.slot[i].confirmed = flags >> (5u + i) & 1u;
					st.slot[i].pending = i == 1 && (flags & 128u);
					st.slot[i].permanent = i == 1 && (flags & 256u);
				}
				st.recovery = (flags & 512u) != 0;
				/* Each refusal alone and in company, spread over the wishes. */
				beh.upload_refused = ((flags >> 10) ^ wish) & 1u;
				beh.erase_refused = ((flags >> 11) ^ (wish >> 1)) & 1u;
				beh.confirm_ignored = (flags * 7u + wish) % 3u == 0;
				beh.test_ignored = (flags * 5u + wish) % 4u == 0;
				beh.state_write_missing = (flags * 3u + wish) % 5u == 0;
				beh.reset_missing = (flags + wish) % 7u == 0;
				beh.resets_tried = (uint8_t)((flags * 11u + wish) % 3u);
				beh.uploaded = (flags * 13u + wish) % 4u == 1;
				beh.in_place = (flags * 17u + wish) % 9u == 0;
				st.slot_size[1] = wish % 2u ? 999 + flags % 3u : 0;
				memset(&p, 0xa5, sizeof(p));
				tug_plan_make(&st, &beh, &img, &pol, &p);
				check_plan(&st, &beh, &pol, &p);
				plans++;
			}
		}
	}
	print_message("%u plans\n", plans);
}

static bool done_state(const struct model *m, const struct tug_plan_policy *pol)
{
	if (pol->mode == TUG_UPDATE_UPLOAD_ONLY) {
		return m->slot[0] == NEW || m->slot[1] == NEW;
	}
	if (pol->no_reset && m->slot[0] != NEW) {
		return m->slot[1] == NEW && (m->type != SW_NONE || highest(m) || m->no_write);
	}
	return m->slot[0] == NEW && (pol->mode == TUG_UPDATE_TEST || (m->confirmed && m->type == SW_NONE) ||
				     (m->type != SW_REVERT && m->slot[1] == NEW));
}

/* Follow the plans on the model; result: the last one. */
static struct tug_plan follow(struct model *m, struct tug_plan_policy pol, unsigned *bad_replans)
{
	struct tug_plan_image img = the_image(m);
	struct tug_dev_behaviour beh = { 0 };
	struct tug_dev_state st;
	struct tug_plan p;
	unsigned steps = 0;

	for (;;) {
		uint8_t at = 0;

		state_of(m, &st);
		tug_plan_make(&st, &beh, &img, &pol, &p);
		check_plan(&st, &beh, &pol, &p);
		if (p.kind != TUG_PLAN_STEPS) {
			return p;
		}
		for (; at < p.n; at++) {
			struct model before = *m;
			enum tug_step s = p.step[at];
			bool ok = model_step(m, s, &beh);

			if (++steps > 40) {
				fail_msg("no end: %s [%s] %s", tug_dev_pattern_name(p.pattern), text_of(&p), p.reason);
			}
			if (s == TUG_STEP_ERASE_SETTINGS) {
				pol.erase_settings = false;
			}
			if (memcmp(&before, m, sizeof(before)) != 0 && ok) {
				bool uploaded = beh.uploaded;

				forget(&beh, s == TUG_STEP_RESET);
				beh.uploaded = uploaded && s != TUG_STEP_RESET;
			}
			if (!ok) {
				break;
			}
			/* What is left must be what would be planned now. */
			state_of(m, &st);
			if (at + 1 < p.n) {
				struct tug_plan q;
				uint8_t from = (uint8_t)(at + 1);

				tug_plan_make(&st, &beh, &img, &pol, &q);
				if (p.step[from] == TUG_STEP_VERIFY && (q.kind != TUG_PLAN_STEPS || q.step[0] != TUG_STEP_VERIFY)) {
					from++;
				}
				*bad_replans += q.kind == TUG_PLAN_STEPS
							? q.n != p.n - from || memcmp(q.step, &p.step[from], q.n * sizeof(q.step[0])) != 0
							: from != p.n;
			}
		}
		if (at == p.n) {
			return p;
		}
	}
}

static void ends_well(void **state)
{
	static const int8_t modes[] = { TUG_MODE_SWAP_MOVE, TUG_MODE_OVERWRITE, TUG_MODE_DIRECT_XIP, TUG_MODE_RAM_LOAD };
	unsigned cells = 0, proven = 0, refused = 0, changed_plans = 0;

	(void)state;
	for (unsigned c = 0; c < 3u * 4u * 4u * 4u * 512u; c++) {
		unsigned quirks = c / 192u;
		struct model m = { 0 };
		struct tug_plan_policy pol = { 0 };
		struct model at_first;
		struct tug_plan last;
		unsigned bad = 0;
		bool perfect;

		m.slot[0] = (enum id)(1u + c % 3u);
		m.slot[1] = (enum id)(c / 3u % 4u);
		m.type = (enum fake_swap)(c / 12u % 4u);
		m.mode = modes[c / 48u % 4u];
		m.confirmed = m.type != SW_REVERT;
		m.told = quirks & 1u;
		m.pending_in_use = quirks & 2u;
		m.no_erase = quirks & 4u;
		m.old_logic = quirks & 8u;
		m.no_write = (quirks & 48u) == 48u;
		m.no_reset = (quirks & 48u) == 32u;
		m.stubborn = (quirks & 48u) == 16u;
		m.third_newer = quirks & 64u;
		pol.mode = (enum tug_update_mode)(quirks >> 7 & 3u);
		pol.erase_settings = c % 5u == 0;
		pol.no_reset = c % 7u == 0;
		/* States that cannot be. */
		if ((m.slot[1] == NONE && (m.type == SW_TEST || m.type == SW_PERM)) || (m.mode != TUG_MODE_SWAP_MOVE && m.type == SW_REVERT) ||
		    (highest(&m) && (m.type != SW_NONE || (m.slot[1] != NONE && newer(&m, m.slot[1], m.slot[0]) && !m.stubborn &&
							   m.slot[1] != NEW))) ||
		    (m.no_write && m.type != SW_NONE)) {
			continue;
		}
		cells++;
		at_first = m;
		last = follow(&m, pol, &bad);
		if (m.lost) {
			fail_msg("way back lost: cell %u", c);
		}
		perfect = !m.no_write && !m.no_reset && !m.stubborn && !m.no_erase && !m.old_logic && m.told;
		changed_plans += bad > 0;
		if (last.kind == TUG_PLAN_REFUSED) {
			refused++;
			/* A sane device is refused only for a version, or when less was allowed than is needed. */
			if (perfect && last.why != TUG_EDOWNGRADE && !pol.no_reset && pol.mode != TUG_UPDATE_UPLOAD_ONLY &&
			    !(m.pending_in_use && pol.mode == TUG_UPDATE_TEST) &&
			    !(m.pending_in_use && at_first.slot[0] == NEW &&
			      (at_first.type == SW_PERM || m.mode == TUG_MODE_OVERWRITE))) {
				fail_msg("cell %u: slots %d %d type %d mode %d boot %d refused: %s", c, at_first.slot[0], at_first.slot[1],
					 at_first.type, (int)pol.mode, at_first.mode, last.reason);
			}
			continue;
		}
		if (!done_state(&m, &pol)) {
			fail_msg("cell %u: slots %d %d type %d mode %d boot %d ended as %d %d type %d: [%s] %s", c, at_first.slot[0],
				 at_first.slot[1], at_first.type, (int)pol.mode, at_first.mode, m.slot[0], m.slot[1], m.type,
				 text_of(&last), last.reason);
		}
		proven++;
		/* On a sane device that tells its mode the first plan is the last. */
		if (perfect && !m.pending_in_use && bad > 0) {
			fail_msg("cell %u: slots %d %d type %d mode %d boot %d: plan changed on the way: [%s]", c, at_first.slot[0],
				 at_first.slot[1], at_first.type, (int)pol.mode, at_first.mode, text_of(&last));
		}
	}
	print_message("%u cells: %u proven, %u refused; %u changed their plan on the way\n", cells, proven, refused, changed_plans);
}

static void row(const struct model *m, struct tug_plan_policy pol, struct tug_dev_behaviour beh, const char *want)
{
	struct tug_plan_image img = the_image(m);
	struct tug_dev_state st;
	struct tug_plan p;

	state_of(m, &st);
	tug_plan_make(&st, &beh, &img, &pol, &p);
	if (strcmp(text_of(&p), want) != 0) {
		fail_msg("want [%s] got [%s]: %s", want, text_of(&p), p.reason);
	}
}

/* The table of docs/client.md, by hand. */
static void rows(void **state)
{
	const struct tug_plan_policy cat = { TUG_UPDATE_CONFIRM_AFTER_TEST, false, false, false };
	const struct tug_plan_policy con = { TUG_UPDATE_CONFIRM, false, false, false };
	const struct tug_plan_policy test = { TUG_UPDATE_TEST, false, false, false };
	const struct tug_plan_policy only = { TUG_UPDATE_UPLOAD_ONLY, false, false, false };
	const struct tug_dev_behaviour nix = { 0 };
	struct tug_dev_behaviour beh = { 0 };
	struct model m = { .slot = { OLD, NONE }, .confirmed = true, .told = true, .mode = TUG_MODE_SWAP_MOVE };

	(void)state;
	row(&m, cat, nix, "upload test reset verify confirm-active verify ");
	row(&m, con, nix, "upload confirm-other reset verify ");
	row(&m, test, nix, "upload test reset verify ");
	row(&m, only, nix, "upload verify ");
	m.mode = TUG_MODE_OVERWRITE;
	row(&m, cat, nix, "upload confirm-other reset verify ");
	row(&m, test, nix, "upload test reset verify ");
	m.mode = TUG_MODE_DIRECT_XIP;
	row(&m, cat, nix, "upload reset verify ");
	m.mode = TUG_MODE_SWAP_MOVE;
	m.slot[1] = NEW;
	m.type = SW_TEST;
	row(&m, cat, nix, "reset verify confirm-active verify ");
	row(&m, con, nix, "reset verify confirm-active verify ");
	row(&m, test, nix, "reset verify ");
	row(&m, only, nix, "verify ");
	m.type = SW_PERM;
	row(&m, cat, nix, "reset verify ");
	row(&m, test, nix, "erase-slot upload test reset verify ");
	m.slot[1] = THIRD;
	m.type = SW_TEST;
	row(&m, cat, nix, "upload test reset verify confirm-active verify ");
	beh.upload_refused = true;
	row(&m, cat, beh, "erase-slot upload test reset verify confirm-active verify ");
	beh.erase_refused = true;
	row(&m, cat, beh, "reset reset upload test reset verify confirm-active verify ");
	m.type = SW_PERM;
	row(&m, cat, beh, "reset upload test reset verify confirm-active verify ");
	m = (struct model){ .slot = { NEW, OLD }, .type = SW_REVERT, .told = true, .mode = TUG_MODE_SWAP_MOVE };
	row(&m, cat, nix, "confirm-active verify ");
	row(&m, test, nix, "");
	m.slot[0] = THIRD;
	row(&m, cat, nix, "reset upload test reset verify confirm-active verify ");
	m.slot[1] = NEW;
	row(&m, cat, nix, "reset verify ");
	m = (struct model){ .slot = { THIRD, NONE }, .type = SW_REVERT, .told = true, .mode = TUG_MODE_SWAP_MOVE };
	row(&m, cat, nix, "upload test reset verify confirm-active verify ");
	beh.erase_refused = false;
	row(&m, only, nix, "upload verify ");
	row(&m, only, beh, ""); /* erasing an empty slot would not help */
	row(&m, cat, beh, "confirm-active upload test reset verify confirm-active verify ");
	m = (struct model){ .slot = { NEW, THIRD }, .type = SW_TEST, .confirmed = true, .told = true, .mode = TUG_MODE_SWAP_MOVE };
	row(&m, cat, nix, "erase-slot verify ");
	beh.erase_refused = true;
	row(&m, cat, beh, "reset reset verify ");
}

static void refusals(void **state)
{
	struct model m = { .slot = { THIRD, NONE }, .confirmed = true, .told = true, .mode = TUG_MODE_SWAP_MOVE, .third_newer = true };
	struct tug_plan_image img = the_image(&m);
	struct tug_plan_policy pol = { 0 };
	struct tug_dev_behaviour beh = { 0 };
	struct tug_dev_state st;
	struct tug_plan p;

	(void)state;
	state_of(&m, &st);
	tug_plan_make(&st, &beh, &img, &pol, &p);
	assert_int_equal(p.kind, TUG_PLAN_REFUSED);
	assert_int_equal(p.why, TUG_EDOWNGRADE);
	pol.allow_downgrade = true;
	tug_plan_make(&st, &beh, &img, &pol, &p);
	assert_int_equal(p.kind, TUG_PLAN_STEPS);
	for (int i = 0; i < 3; i++) {
		memset(st.slot_size, 0, sizeof(st.slot_size));
		st.max_image_size = i == 2 ? 999 : 0;
		if (i < 2) {
			st.slot_size[i] = 999;
		}
		tug_plan_make(&st, &beh, &img, &pol, &p);
		assert_int_equal(p.kind, TUG_PLAN_REFUSED);
		assert_int_equal(p.why, TUG_EIMGSIZE);
	}
	st.max_image_size = 1000;
	tug_plan_make(&st, &beh, &img, &pol, &p);
	assert_int_equal(p.kind, TUG_PLAN_STEPS);
	/* The image runs: neither size nor version is asked. */
	m.slot[0] = NEW;
	state_of(&m, &st);
	st.max_image_size = 1;
	tug_plan_make(&st, &beh, &img, &pol, &p);
	assert_int_equal(p.kind, TUG_PLAN_DONE);
	/* An image number the device does not list. */
	img.image = 3;
	tug_plan_make(&st, &beh, &img, &pol, &p);
	assert_int_equal(p.kind, TUG_PLAN_REFUSED);
	assert_int_equal(p.why, TUG_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(refusals),
		cmocka_unit_test(total),
		cmocka_unit_test(ends_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
