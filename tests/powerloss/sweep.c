/* SPDX-License-Identifier: Apache-2.0
 *
 * Cuts power at every flash operation of every story and asks one question after each: does a verified image run,
 * is it the right one, and does it stay right? Prints the number of cuts and, for a failure, an id to replay it.
 * `--sample N` takes every N-th one.
 * usage: powerloss [--sample N] [--double] [--encrypted] [--large] [--first] [--only TEXT] [--seeds N] | powerloss REPLAY-ID
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cipher.h"
#include "sweep.h"

static const char *const kind_names[N_KINDS] = { "before", "random", "zeros", "ones", "after", "fail", "dead", "read" };

/* A bench: a world whose start is prepared once and restored for each run. */
struct bench {
	struct run_id id;
	struct world w;
	void *start;        /* state before the step in which power fails */
	uint8_t *finished;  /* flash when the step ran through */
	uint32_t ops;       /* operations of the step */
	enum tug_swap_type type; /* what the uncut step did, when it is a boot */
	bool outside;       /* an operation left the slots */
	uint64_t runs;
	uint64_t failures;
	bool verbose;
	bool first;         /* the first failure ends the program */
	unsigned sample;    /* one in so many runs; 0 and 1 = each */
	uint64_t turn;      /* counts them */
};

/* ---- reporting ------------------------------------------------------------------------------------- */

static void print_id(FILE *f, const struct run_id *id)
{
	fprintf(f, "%s:%s:%s:%s:%" PRIu32 ":%s:%" PRIu64, modes[id->mode].name, scenarios[id->scenario].name,
		geometries[id->geometry].name, sizes[id->size].name, id->op, kind_names[id->kind], id->seed);
	if (id->op2 != 0) {
		fprintf(f, ":%" PRIu32 ":%s", id->op2, kind_names[id->kind2]);
	}
}

__attribute__((format(printf, 2, 3))) static bool fail(struct bench *t, const char *fmt, ...)
{
	va_list ap;

	t->failures++;
	if (t->failures <= 20 || t->verbose) {
		fprintf(stderr, "FAILED ");
		print_id(stderr, &t->id);
		fprintf(stderr, ": ");
		va_start(ap, fmt);
		vfprintf(stderr, fmt, ap);
		va_end(ap);
		fprintf(stderr, "\n");
	}
	if (t->first) {
		exit(1);
	}
	return false;
}

/* ---- the invariant --------------------------------------------------------------------------------- */

static void watch(void *ctx, char op, uint32_t off, uint32_t len)
{
	struct bench *t = ctx;
	const struct tug_flash_area *p = &t->w.cfg.pri;
	const struct tug_flash_area *s = &t->w.cfg.sec;
	bool in_pri = off >= p->off && off + len <= p->off + p->size;
	bool in_sec = off >= s->off && off + len <= s->off + s->size;
	const struct tug_flash_area *x = &t->w.cfg.scratch;
	bool in_scratch = t->w.cfg.mode == &tug_boot_swap_scratch && off >= x->off && off + len <= x->off + x->size;

	if (t->verbose) {
		printf("  %c %s+0x%x %u\n", op, in_sec ? "sec" : in_scratch ? "scratch" : "pri",
		       off - (in_sec ? s->off : in_scratch ? x->off : p->off), len);
	}
	t->outside = t->outside || !(in_pri || in_sec || in_scratch);
}

static bool rules_kept(struct bench *t)
{
	const struct tug_sim_broken *b = tug_sim_flash_broken(t->w.flash);

	if (b->align != 0 || b->bounds != 0 || b->twice != 0) {
		return fail(t, "flash rules broken: %c at 0x%x, %u octets (align %u, bounds %u, twice %u)", b->last_op,
			    b->last_off, b->last_len, b->align, b->bounds, b->twice);
	}
	if (modes[t->id.mode].encrypted && cipher_leaks(&t->w, &t->w.cfg.sec, 0, t->w.cfg.sec.size)) {
		return fail(t, "the secondary slot holds plaintext");
	}
	return !t->outside || fail(t, "an operation left the slots");
}

/* After a swap nothing plain lies behind the image, where a later swap would take it from. */
static bool nothing_behind(struct bench *t, const struct tug_boot_rsp *rsp, const struct test_image *runs)
{
	const struct tug_flash_area *pri = &t->w.cfg.pri;
	struct tug_trailer_geo g = tug_boot_geo(&t->w.cfg, pri->size);

	if (!modes[t->id.mode].encrypted || !modes[t->id.mode].swaps || rsp->swapped < TUG_SWAP_TEST ||
	    rsp->swapped > TUG_SWAP_REVERT) {
		return true;
	}
	return !cipher_leaks(&t->w, pri, runs->len, tug_trailer_status_off(&g)) ||
	       fail(t, "plaintext lies behind the image that runs");
}

/* Boot and say which image runs: 'o', 'n', or 0 = failed (reported). */
static char boots(struct bench *t, struct tug_boot_rsp *rsp, const char *when)
{
	int rc = world_boot(&t->w, rsp);

	if (t->verbose) {
		printf("%s: %s, swapped %d\n%s", when, tug_err_name(rc), (int)rsp->swapped, t->w.console);
	}
	if (rc != TUG_OK) {
		fail(t, "%s does not boot: %s", when, tug_err_name(rc));
		return 0;
	}
	if (!rules_kept(t)) {
		return 0;
	}
	if (world_holds(&t->w, &t->w.cfg.pri, &t->w.new)) {
		return nothing_behind(t, rsp, &t->w.new) ? 'n' : '\0';
	}
	if (world_holds(&t->w, &t->w.cfg.pri, &t->w.old)) {
		return nothing_behind(t, rsp, &t->w.old) ? 'o' : '\0';
	}
	fail(t, "%s runs an image that is neither the old nor the new one", when);
	return 0;
}

static unsigned outcome_of(const char seq[4])
{
	if (strcmp(seq, "nnn") == 0) {
		return NEW_NEW;
	}
	if (strcmp(seq, "noo") == 0) {
		return NEW_OLD;
	}
	if (strcmp(seq, "ooo") == 0) {
		return OLD_OLD;
	}
	if (strcmp(seq, "onn") == 0) {
		return OLD_NEW;
	}
	return strcmp(seq, "ono") == 0 ? OLD_NEW_OLD : 0;
}

static unsigned allowed(const struct bench *t)
{
	const struct scenario *s = &scenarios[t->id.scenario];
	unsigned set = modes[t->id.mode].swaps ? s->outcomes_move : s->outcomes_overwrite;
	bool torn = t->id.kind >= TUG_SIM_CUT_TORN_RANDOM && t->id.kind <= TUG_SIM_CUT_TORN_ONES;

	if (torn) {
		set |= s->outcomes_torn;
	}
	if (t->id.op == t->ops && t->id.kind != TUG_SIM_CUT_BEFORE) {
		set |= s->outcomes_last;
	}
	if (t->id.op2 != 0) {
		set |= s->outcomes_last | s->outcomes_torn; /* the second cut may be the one */
	}
	if (t->id.kind >= KIND_FAIL_ONCE) {
		/* an update may be given up or put off, as long as a trial still ends */
		set |= OLD_OLD | OLD_NEW_OLD;
		set |= (set & NEW_NEW) != 0 ? OLD_NEW : 0u;
	}
	return set;
}

/* Both images must still exist somewhere: overwriting may not touch the secondary one before the copy verifies. */
static bool copies_left(struct bench *t)
{
	if (modes[t->id.mode].swaps) {
		return true; /* in pieces: the boots that follow tell */
	}
	return world_verifies(&t->w, &t->w.cfg.pri) || world_verifies(&t->w, &t->w.cfg.sec) ||
	       fail(t, "no slot holds an image that verifies");
}

/* A finished update leaves the same octets, cut or not; a torn record or flag may differ from a written one. */
static bool finished_equal(struct bench *t)
{
	const uint8_t *now = tug_sim_flash_bytes(t->w.flash);
	const struct tug_flash_area *pri = &t->w.cfg.pri;
	struct tug_trailer_geo g = tug_boot_geo(&t->w.cfg, pri->size);
	uint32_t status = pri->off + tug_trailer_status_off(&g);
	uint32_t records = tug_trailer_size(&g) - tug_trailer_info_size(&g);
	uint32_t image_ok = pri->off + tug_trailer_image_ok_off(&g);
	bool torn = t->id.kind != TUG_SIM_CUT_BEFORE && t->id.kind != TUG_SIM_CUT_AFTER;

	torn = torn || (t->id.op2 != 0 && t->id.kind2 != TUG_SIM_CUT_BEFORE && t->id.kind2 != TUG_SIM_CUT_AFTER);
	if (memcmp(now, t->finished, tug_sim_flash_dev(t->w.flash)->size) == 0) {
		return true;
	}
	for (uint32_t i = pri->off; i < pri->off + pri->size; i++) {
		bool may_be_torn = (i >= status && i < status + records) || (i >= image_ok && i < image_ok + g.write_size);

		if (now[i] != t->finished[i] && !(torn && may_be_torn)) {
			return fail(t, "finished primary slot differs at 0x%x: %02x, uncut %02x", i - pri->off, now[i],
				    t->finished[i]);
		}
	}
	for (uint32_t i = t->w.cfg.sec.off; modes[t->id.mode].swaps && i < t->w.cfg.sec.off + t->w.cfg.sec.size; i++) {
		if (now[i] != t->finished[i]) {
			return fail(t, "finished secondary slot differs at 0x%x: %02x, uncut %02x",
				    i - t->w.cfg.sec.off, now[i], t->finished[i]);
		}
	}
	return true;
}

/* The one invariant: after power is back, a verified image runs, the right one, and it stays right. */
static bool invariant(struct bench *t)
{
	const struct scenario *s = &scenarios[t->id.scenario];
	struct tug_boot_rsp rsp;
	char seq[4] = "";
	uint64_t ops;

	for (int i = 0; i < 3; i++) {
		char when[32];

		snprintf(when, sizeof(when), "boot %d after the cut", i + 1);
		seq[i] = boots(t, &rsp, when);
		if (seq[i] == 0) {
			return false;
		}
		if (i == 0 && s->act == act_boot && t->id.kind < KIND_FAIL_ONCE && rsp.swapped == t->type &&
		    t->type != TUG_SWAP_NONE && !finished_equal(t)) {
			return false;
		}
		if (s->confirms && seq[i] == 'n' && world_confirm(&t->w) != TUG_OK) {
			return fail(t, "cannot confirm");
		}
	}
	if ((outcome_of(seq) & allowed(t)) == 0) {
		return fail(t, "images run in the order %s (allowed set 0x%x)", seq, allowed(t));
	}
	ops = tug_sim_flash_ops(t->w.flash);
	if (boots(t, &rsp, "boot 4 after the cut") != seq[2] && (outcome_of(seq) & OLD_NEW_OLD) == 0) {
		return fail(t, "the third boot's image does not stay");
	}
	if (tug_sim_flash_ops(t->w.flash) != ops && (outcome_of(seq) & (OLD_NEW | OLD_NEW_OLD)) == 0) {
		return fail(t, "still writing in the fourth boot");
	}
	if (outcome_of(seq) == NEW_OLD && !world_holds(&t->w, &t->w.cfg.sec, &t->w.new)) {
		return fail(t, "after the revert the new image is not in the secondary slot");
	}
	return true;
}

/* ---- one run --------------------------------------------------------------------------------------- */

static void start(struct bench *t)
{
	tug_sim_flash_load(t->w.flash, t->start);
	t->outside = false;
}

/* True when the planned failure happened. */
static bool act_failing(struct bench *t, int *rc)
{
	uint8_t calls = t->id.kind == KIND_READ_ONCE ? TUG_SIM_READ : TUG_SIM_WRITE | TUG_SIM_ERASE;
	struct tug_sim_fail f = { calls, 0, 0, t->id.op - 1u, t->id.kind == KIND_FAIL_ALWAYS ? 0u : 1u, TUG_EIO };
	uint32_t before = tug_sim_flash_failed(t->w.flash);

	tug_sim_flash_fail(t->w.flash, &f);
	*rc = scenarios[t->id.scenario].act(&t->w);
	tug_sim_flash_fail(t->w.flash, NULL);
	if (t->verbose) {
		printf("step with failing flash: %s\n%s", tug_err_name(*rc), t->w.console);
	}
	return tug_sim_flash_failed(t->w.flash) != before;
}

/* The step with a failing call: it may succeed or say so, but what it runs is verified. */
static bool run_failing(struct bench *t)
{
	int rc = TUG_OK;

	if (!act_failing(t, &rc)) {
		return fail(t, "the failure did not happen");
	}
	if (rc == TUG_OK && !world_verifies(&t->w, &t->w.cfg.pri)) {
		return fail(t, "booted an image that does not verify");
	}
	return rules_kept(t) && copies_left(t) && invariant(t);
}

static bool cut_fires(struct bench *t, uint32_t op, unsigned kind, int (*act)(struct world *w))
{
	int rc;

	tug_sim_flash_cut(t->w.flash, op, (enum tug_sim_cut)kind, t->id.seed + op * 8u + kind);
	rc = act(&t->w);
	if (t->verbose) {
		printf("cut: %s\n%s", tug_err_name(rc), t->w.console);
	}
	if (rc != TUG_EPOWER || !tug_sim_flash_is_off(t->w.flash)) {
		tug_sim_flash_cut(t->w.flash, 0, TUG_SIM_CUT_BEFORE, 0);
		tug_sim_flash_power_up(t->w.flash);
		return fail(t, "the cut did not fire: %s", tug_err_name(rc));
	}
	tug_sim_flash_power_up(t->w.flash);
	return rules_kept(t) && copies_left(t);
}

static bool run_one(struct bench *t)
{
	t->runs++;
	start(t);
	if (t->id.kind >= KIND_FAIL_ONCE) {
		return run_failing(t);
	}
	if (!cut_fires(t, t->id.op, t->id.kind, scenarios[t->id.scenario].act)) {
		return false;
	}
	if (t->id.op2 != 0 && !cut_fires(t, t->id.op2, t->id.kind2, act_boot)) {
		return false;
	}
	return invariant(t);
}

/* ---- benches --------------------------------------------------------------------------------------- */

static uint8_t payload_old_small(uint32_t i)
{
	return payload_old(i + 5u);
}

/* False when the mode cannot be used on the geometry. */
static bool bench_make(struct bench *t)
{
	const struct geometry *g = &geometries[t->id.geometry];
	const struct mode_row *m = &modes[t->id.mode];
	const struct scenario *s = &scenarios[t->id.scenario];
	struct test_image none = { NULL, 0 };
	uint16_t hdr = 64;
	uint16_t prot = 12;
	struct tug_boot_rsp rsp;
	uint32_t room;
	uint64_t ops;
	int rc;

	if (m->swaps ? !s->for_move : !s->for_overwrite) {
		return false;
	}
	if (m->ops == &tug_boot_swap_move && (g->n_runs != 1 || g->pri_size > g->sec_size + g->runs[0].size)) {
		return false; /* moving needs one sector size and almost equal slots */
	}
	if (m->ops == &tug_boot_swap_scratch && (g->scratch_size == 0 || g->pri_size != g->sec_size)) {
		return false;
	}
	world_make(&t->w, g, m->ops, none, none);
	if (m->encrypted) {
		cipher_setup(&t->w);
	}
	room = tug_boot_max_image(&t->w.cfg) - image_overhead(hdr, prot) - (m->encrypted ? CIPHER_TLV : 0u);
	t->w.old = image_make(payload_old_small, room * sizes[t->id.size].old_percent / 100u, hdr, prot,
			      (struct tug_version){ 1, 2, 3, 4 });
	t->w.new = image_make(payload_new, room * sizes[t->id.size].new_percent / 100u, hdr, prot,
			      (struct tug_version){ 2, 0, 0, 7 });
	if (m->encrypted) {
		cipher_mark(&t->w.old, 3);
		cipher_mark(&t->w.new, 5);
	}
	world_place(&t->w, &t->w.cfg.pri, &t->w.old);
	world_place(&t->w, &t->w.cfg.sec, &t->w.new);
	s->prepare(&t->w);
	t->start = malloc(tug_sim_flash_state_size(t->w.flash));
	t->finished = malloc(tug_sim_flash_dev(t->w.flash)->size);
	if (t->start == NULL || t->finished == NULL) {
		abort();
	}
	tug_sim_flash_save(t->w.flash, t->start);
	tug_sim_flash_trace(t->w.flash, watch, t);
	ops = tug_sim_flash_ops(t->w.flash);
	t->type = TUG_SWAP_NONE;
	rc = s->act == act_boot ? world_boot(&t->w, &rsp) : s->act(&t->w);
	if (s->act == act_boot && rc == TUG_OK) {
		t->type = rsp.swapped;
	}
	t->ops = (uint32_t)(tug_sim_flash_ops(t->w.flash) - ops);
	memcpy(t->finished, tug_sim_flash_bytes(t->w.flash), tug_sim_flash_dev(t->w.flash)->size);
	if (rc != TUG_OK || t->ops == 0) {
		t->id.op = 0;
		fail(t, "the uncut step: %s, %u operations", tug_err_name(rc), t->ops);
		t->ops = 0;
	}
	rules_kept(t);
	return true;
}

static void bench_free(struct bench *t)
{
	free(t->start);
	free(t->finished);
	world_free(&t->w);
}

/* Operations of the boot that follows the first cut. */
static uint32_t ops_after_cut(struct bench *t)
{
	struct tug_boot_rsp rsp;
	uint64_t before;

	start(t);
	tug_sim_flash_cut(t->w.flash, t->id.op, (enum tug_sim_cut)t->id.kind, t->id.seed + t->id.op * 8u + t->id.kind);
	(void)scenarios[t->id.scenario].act(&t->w);
	tug_sim_flash_power_up(t->w.flash);
	before = tug_sim_flash_ops(t->w.flash);
	(void)world_boot(&t->w, &rsp);
	return (uint32_t)(tug_sim_flash_ops(t->w.flash) - before);
}

static void sweep_double(struct bench *t)
{
	uint32_t n;

	if (t->id.kind >= KIND_FAIL_ONCE) {
		return;
	}
	n = ops_after_cut(t);
	for (t->id.op2 = 1; t->id.op2 <= n; t->id.op2++) {
		for (t->id.kind2 = 0; t->id.kind2 < TUG_SIM_CUT_KINDS; t->id.kind2++) {
			(void)run_one(t);
		}
	}
	t->id.op2 = 0;
}

/* Whether this run is one of the sample. */
static bool in_sample(struct bench *t)
{
	return t->sample <= 1 || t->turn++ % t->sample == 0;
}

/* Every read of the step fails once. */
static void sweep_reads(struct bench *t)
{
	int rc;

	t->id.kind = KIND_READ_ONCE;
	for (t->id.op = 1;; t->id.op++) {
		start(t);
		if (!act_failing(t, &rc)) {
			return;
		}
		if (in_sample(t)) {
			(void)run_one(t);
		}
	}
}

static void sweep_bench(struct bench *t, bool twice, bool noise_only)
{
	for (t->id.op = 1; t->id.op <= t->ops; t->id.op++) {
		for (t->id.kind = 0; t->id.kind < KIND_READ_ONCE; t->id.kind++) {
			if ((noise_only && t->id.kind != TUG_SIM_CUT_TORN_RANDOM) || !in_sample(t)) {
				continue;
			}
			if (twice) {
				sweep_double(t);
			} else {
				(void)run_one(t);
			}
		}
	}
	if (!twice && !noise_only) {
		sweep_reads(t);
	}
}

struct options {
	bool twice;      /* a second cut at each operation of the boot after the first */
	bool noise_only; /* torn operations with noise only: many seeds */
	bool large;      /* the large device, too */
	bool first;      /* stop at the first failure */
	unsigned sample; /* one in so many runs */
	bool encrypted;  /* the encrypted modes instead of the others */
	const char *only; /* benches whose name holds this text */
	uint64_t seed;
};

struct totals {
	uint64_t runs, failures;
	unsigned benches, skipped;
};

static void sweep_all(const struct options *o, struct totals *sum)
{
	struct run_id id;

	memset(&id, 0, sizeof(id));
	id.seed = o->seed;
	for (id.mode = 0; id.mode < n_modes; id.mode++) {
		for (id.scenario = 0; id.scenario < n_scenarios; id.scenario++) {
			uint64_t runs = 0;
			unsigned benches = 0;

			for (size_t i = 0; i < (o->large ? n_geometries : n_quick_geometries) * n_sizes; i++) {
				struct bench t = { 0 };
				char name[160];

				id.geometry = i / n_sizes;
				id.size = i % n_sizes;
				snprintf(name, sizeof(name), "%s:%s:%s:%s", modes[id.mode].name, scenarios[id.scenario].name,
					 geometries[id.geometry].name, sizes[id.size].name);
				t.id = id;
				t.first = o->first;
				t.sample = o->sample;
				t.turn = i; /* another one of each bench */
				if (modes[id.mode].encrypted != o->encrypted || strstr(name, o->only) == NULL || !bench_make(&t)) {
					sum->skipped++;
					continue;
				}
				sweep_bench(&t, o->twice, o->noise_only);
				runs += t.runs;
				benches++;
				sum->failures += t.failures;
				bench_free(&t);
			}
			if (benches > 0) {
				printf("%-15s %-20s %8" PRIu64 " cuts on %u devices and sizes\n", modes[id.mode].name,
				       scenarios[id.scenario].name, runs, benches);
			}
			sum->runs += runs;
			sum->benches += benches;
		}
	}
}

/* ---- replay ---------------------------------------------------------------------------------------- */

static bool pick(const char *text, size_t *out, size_t n, const char *(*name)(size_t i))
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(text, name(i)) == 0) {
			*out = i;
			return true;
		}
	}
	fprintf(stderr, "unknown part '%s' in the replay id\n", text);
	return false;
}

static const char *mode_name(size_t i)
{
	return modes[i].name;
}

static const char *scenario_name(size_t i)
{
	return scenarios[i].name;
}

static const char *geometry_name(size_t i)
{
	return geometries[i].name;
}

static const char *size_name(size_t i)
{
	return sizes[i].name;
}

static const char *kind_name(size_t i)
{
	return kind_names[i];
}

static bool parse_id(char *text, struct run_id *id)
{
	char *part[9] = { NULL };
	size_t n = 0;
	size_t kind = 0;

	for (char *p = strtok(text, ":"); p != NULL && n < 9; p = strtok(NULL, ":")) {
		part[n++] = p;
	}
	if (n != 7 && n != 9) {
		fprintf(stderr, "a replay id is mode:scenario:geometry:sizes:op:kind:seed[:op:kind]\n");
		return false;
	}
	if (!pick(part[0], &id->mode, n_modes, mode_name) || !pick(part[1], &id->scenario, n_scenarios, scenario_name) ||
	    !pick(part[2], &id->geometry, n_geometries, geometry_name) || !pick(part[3], &id->size, n_sizes, size_name) ||
	    !pick(part[5], &kind, N_KINDS, kind_name)) {
		return false;
	}
	id->op = (uint32_t)strtoul(part[4], NULL, 10);
	id->kind = (unsigned)kind;
	id->seed = strtoull(part[6], NULL, 10);
	if (n == 9) {
		id->op2 = (uint32_t)strtoul(part[7], NULL, 10);
		if (!pick(part[8], &kind, TUG_SIM_CUT_KINDS, kind_name)) {
			return false;
		}
		id->kind2 = (unsigned)kind;
	}
	return true;
}

static int replay(char *text)
{
	struct bench t = { 0 };
	bool ok;

	if (!parse_id(text, &t.id)) {
		return 2;
	}
	if (!bench_make(&t)) {
		fprintf(stderr, "this mode does not run on this device\n");
		return 2;
	}
	if (t.id.op == 0 || (t.id.op > t.ops && t.id.kind != KIND_READ_ONCE)) {
		fprintf(stderr, "the step has %u operations\n", t.ops);
		bench_free(&t);
		return 2;
	}
	t.verbose = true;
	ok = run_one(&t);
	printf("%s\n", ok ? "holds" : "does not hold");
	bench_free(&t);
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *seed = getenv("TUG_SEED");
	struct options o = { .only = "", .seed = seed == NULL ? 1u : strtoull(seed, NULL, 0) };
	struct totals sum = { 0 };
	uint64_t seeds = 1;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--double") == 0) {
			o.twice = true;
		} else if (strcmp(argv[i], "--large") == 0) {
			o.large = true;
		} else if (strcmp(argv[i], "--encrypted") == 0) {
			o.encrypted = true;
		} else if (strcmp(argv[i], "--first") == 0) {
			o.first = true;
		} else if (strcmp(argv[i], "--sample") == 0 && i + 1 < argc) {
			o.sample = (unsigned)strtoul(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc) {
			o.only = argv[++i];
		} else if (strcmp(argv[i], "--seeds") == 0 && i + 1 < argc) {
			o.noise_only = true;
			seeds = strtoull(argv[++i], NULL, 10);
		} else if (argv[i][0] == '-') {
			fprintf(stderr, "usage: powerloss [--sample N] [--double] [--encrypted] [--large] [--first] [--only TEXT] [--seeds N] | "
					"powerloss REPLAY-ID\n");
			return 2;
		} else {
			return replay(argv[i]);
		}
	}
	printf("seed %" PRIu64 " (TUG_SEED)\n", o.seed);
	for (uint64_t i = 0; i < seeds; i++, o.seed++) {
		sweep_all(&o, &sum);
	}
	printf("%" PRIu64 " power cuts and failing operations, %" PRIu64 " failed, %u benches\n", sum.runs, sum.failures,
	       sum.benches);
	return sum.failures == 0 && sum.runs > 0 ? 0 : 1;
}
