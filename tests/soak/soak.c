/* SPDX-License-Identifier: Apache-2.0
 *
 * kill -9 at random moments: a child process runs a device whose flash is a file, and an update, a swap or a revert on
 * it; the child is killed for real; then the device must boot, and must not have lost the old image before the new one
 * was confirmed. Decides nothing about updates; the invariants are in check_survivor().
 *
 * Half of the kills come from outside at a random time (they may hit the middle of a copy), half from inside just
 * before the N-th flash operation. Either way the operation is counted in shared memory, and `seed:run:op` replays it.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <tug/flash_io.h>
#include <tug/port/sim.h>

#include "desk.h"
#include "src/vdev/vdev_priv.h"

#define OLD_LEN 14000u
#define NEW_LEN 17000u
#define KILLS_MAX 3u
/* A child may be done before its moment comes. */
#define RUNS_PER_KILL 20u

enum kind {
	KIND_UPDATE,	 /* upload, test, swap, confirm */
	KIND_CONFIRM,	 /* upload, permanent, swap */
	KIND_SWAP,	 /* a pending test is swapped in */
	KIND_PERM,	 /* a permanent one */
	KIND_REVERT,	 /* a trial is taken back */
	KIND_CRASH,	 /* an update with an image that crashes: swapped in and reverted */
	KIND_OVERWRITE,	 /* an update of an overwrite-only device */
	KINDS,
};

static const char *const kind_names[] = { "update", "confirm", "swap", "perm", "revert", "crash", "overwrite" };
static const char *const servers[] = { "zephyr-3.3", "zephyr-3.5", "zephyr-4.2" };
static const struct tug_srv_group *const groups[] = { &tug_srv_os, &tug_srv_img };

/* Shared between parent and child. */
struct shared {
	volatile uint64_t ops;	   /* flash operations begun */
	volatile uint64_t kill_op; /* the child kills itself at this one, 0 = not */
};

static struct shared *shared;
static uint8_t *old_image;
static uint8_t *new_image;
static char dir[64];

struct run {
	uint64_t seed;
	unsigned number;
	enum kind kind;
	const char *server;
	unsigned kills;
};

static void replay_id(const struct run *r)
{
	printf("  replay: TUG_SEED=%" PRIu64 " TUG_RUN=%u TUG_KILL_OP=%" PRIu64 " (%s, %s)\n", r->seed, r->number,
	       shared->ops, kind_names[r->kind], r->server);
}

static void broken(const struct run *r, const char *what)
{
	printf("BROKEN run %u: %s\n", r->number, what);
	replay_id(r);
	printf("  its flash is in %s\n", dir);
	exit(1);
}

/* ---- the device -------------------------------------------------------------------------------- */

static void on_flash(void *ctx, char op, uint8_t area, uint32_t off, uint32_t len)
{
	(void)ctx;
	(void)op;
	(void)area;
	(void)off;
	(void)len;
	shared->ops++;
	if (shared->ops == shared->kill_op) {
		kill(getpid(), SIGKILL);
	}
}

static enum tug_vdev_state first_state(enum kind k)
{
	switch (k) {
	case KIND_SWAP:
		return TUG_VDEV_PENDING_TEST;
	case KIND_PERM:
		return TUG_VDEV_PENDING_CONFIRM;
	case KIND_REVERT:
		return TUG_VDEV_TEST_RUN;
	default:
		return TUG_VDEV_FRESH;
	}
}

static struct tug_vdev_cfg cfg_of(const struct run *r, enum tug_vdev_state s)
{
	struct tug_vdev_cfg c;

	memset(&c, 0, sizeof(c));
	c.profile = tug_vdev_profile_find("tiny");
	c.mode = &tug_boot_swap_move;
	if (r->kind == KIND_OVERWRITE) {
		c.mode = r->number % 2u == 0 ? &tug_boot_overwrite : &tug_boot_overwrite_fast;
	}
	c.server = tug_server_profile_find(r->server);
	c.groups = groups;
	c.n_groups = 2;
	c.dir = dir;
	c.state = s;
	c.boot_ms = 20;
	/* on trial the primary image is the new one */
	c.primary = s == TUG_VDEV_TEST_RUN ? tug_slice_of(new_image, NEW_LEN) : tug_slice_of(old_image, OLD_LEN);
	c.secondary = s == TUG_VDEV_TEST_RUN ? tug_slice_of(old_image, OLD_LEN) : tug_slice_of(new_image, NEW_LEN);
	return c;
}

static struct desk open_device(const struct run *r, enum tug_vdev_state s, bool counted)
{
	struct tug_vdev_cfg c = cfg_of(r, s);
	struct desk d;
	char why[256] = "";

	if (counted) {
		c.trace = on_flash;
		c.app = r->kind == KIND_CRASH ? TUG_APP_CRASH : TUG_APP_OK;
	}
	memset(&d, 0, sizeof(d));
	d.now_ms = 1000;
	if (tug_vdev_create(&c, d.now_ms, &d.v, why, sizeof(why)) != TUG_OK) {
		broken(r, why);
	}
	return d;
}

/* What the child does until it is killed or done. */
static void work(const struct run *r)
{
	struct desk d = open_device(r, TUG_VDEV_KEEP, true);
	struct desk_ask ask;
	struct desk_result res;

	desk_pass(&d, 60000);
	if (r->kind == KIND_SWAP || r->kind == KIND_PERM || r->kind == KIND_REVERT) {
		tug_vdev_power_cycle(d.v, d.now_ms); /* the start was one boot; this is another */
		desk_pass(&d, 60000);
	} else {
		memset(&ask, 0, sizeof(ask));
		ask.file = tug_slice_of(new_image, NEW_LEN);
		ask.policy.mode = r->kind == KIND_CONFIRM ? TUG_UPDATE_CONFIRM : TUG_UPDATE_CONFIRM_AFTER_TEST;
		desk_update(&d, &ask, &res);
	}
	tug_vdev_destroy(d.v);
	_exit(0);
}

/* ---- invariants -------------------------------------------------------------------------------- */

static bool slot_holds(struct tug_vdev *v, unsigned slot, const uint8_t *image, size_t len)
{
	static uint8_t got[NEW_LEN];
	const struct tug_boot_cfg *b = tug_vdev_boot_cfg(v);

	return tug_vdev_flash_read(v, slot == 0 ? b->pri.off : b->sec.off, got, len) == TUG_OK &&
	       memcmp(got, image, len) == 0;
}

static enum tug_swap_type next_swap(struct tug_vdev *v)
{
	const struct tug_boot_cfg *b = tug_vdev_boot_cfg(v);
	struct tug_io pri = tug_io_of_area(&b->pri);
	struct tug_io sec = tug_io_of_area(&b->sec);
	struct tug_trailer_geo pg = tug_boot_geo(b, b->pri.size);
	struct tug_trailer_geo sg = tug_boot_geo(b, b->sec.size);
	struct tug_trailer p;
	struct tug_trailer s;

	if (tug_trailer_read_running(&pri, &pg, &p) != TUG_OK || tug_trailer_read(&sec, &sg, &s) != TUG_OK) {
		return TUG_SWAP_PANIC;
	}
	return tug_swap_type_of(&p, &s, false);
}

static bool may_confirm(enum kind k)
{
	return k != KIND_SWAP && k != KIND_REVERT && k != KIND_CRASH;
}

/* The device as it was found after the kill. */
static void check_survivor(const struct run *r)
{
	struct desk d = open_device(r, TUG_VDEV_KEEP, false);
	bool is_old;
	bool is_new;

	desk_pass(&d, 60000);
	if (!tug_vdev_up(d.v)) {
		broken(r, "the device does not come up");
	}
	is_old = slot_holds(d.v, 0, old_image, OLD_LEN);
	is_new = slot_holds(d.v, 0, new_image, NEW_LEN);
	if (is_old == is_new) {
		broken(r, "slot 0 holds neither the old nor the new image");
	}
	if (is_new && next_swap(d.v) == TUG_SWAP_REVERT && !slot_holds(d.v, 1, old_image, OLD_LEN)) {
		broken(r, "the new image is on trial and the old one is lost");
	}
	if (is_new && next_swap(d.v) == TUG_SWAP_NONE && !may_confirm(r->kind)) {
		broken(r, "the new image stays though nobody confirmed it");
	}
	tug_vdev_destroy(d.v);
}

/* Whatever was interrupted: called again, the update ends proven. */
static void check_goes_on(const struct run *r)
{
	struct desk d = open_device(r, TUG_VDEV_KEEP, false);
	struct desk_ask ask;
	struct desk_result res;
	const char *proof;

	desk_pass(&d, 60000);
	memset(&ask, 0, sizeof(ask));
	ask.file = tug_slice_of(new_image, NEW_LEN);
	desk_update(&d, &ask, &res);
	if (res.hang || res.err != TUG_OK) {
		printf("  outcome %s err %s found %s did %s: %s\n", tug_outcome_name(res.outcome), tug_err_name(res.err),
		       res.found, res.did, res.text);
		broken(r, "the update does not go on after the kill");
	}
	proof = desk_prove(&d, ask.file);
	if (proof != NULL) {
		broken(r, proof);
	}
	tug_vdev_destroy(d.v);
}

/* ---- runs -------------------------------------------------------------------------------------- */

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

/* A child works until it is killed `after_us` from now (0 = not from outside). True = it was killed. */
static bool child(const struct run *r, uint64_t kill_op, uint64_t after_us)
{
	int status = 0;
	pid_t pid;

	shared->ops = 0;
	shared->kill_op = kill_op;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		work(r);
	}
	if (pid < 0) {
		perror("fork");
		exit(2);
	}
	if (after_us > 0) {
		usleep((useconds_t)after_us); /* the random moment itself */
		kill(pid, SIGKILL);
	}
	if (waitpid(pid, &status, 0) != pid) {
		perror("waitpid");
		exit(2);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
		broken(r, "the child failed by itself");
	}
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL) {
		broken(r, "the child crashed");
	}
	return WIFSIGNALED(status);
}

static void make_device(const struct run *r)
{
	struct desk d = open_device(r, first_state(r->kind), false);

	tug_vdev_destroy(d.v);
}

/* How many flash operations and how much time one undisturbed run of each kind takes. */
static struct {
	uint64_t ops;
	uint64_t us;
} whole[KINDS];

static void calibrate(struct run *r)
{
	uint64_t t;
	int k;

	for (k = 0; k < KINDS; k++) {
		r->kind = (enum kind)k;
		r->server = servers[0];
		make_device(r);
		t = now_us();
		child(r, 0, 0);
		whole[k].us = now_us() - t;
		whole[k].ops = shared->ops;
		check_survivor(r);
	}
}

static unsigned one_run(struct run *r, struct tug_dice *dice)
{
	const char *op = getenv("TUG_KILL_OP");
	unsigned killed = 0;
	unsigned i;

	r->kind = (enum kind)tug_dice_below(dice, KINDS);
	r->server = servers[tug_dice_below(dice, 3)];
	r->kills = 1u + tug_dice_below(dice, KILLS_MAX);
	if (r->kind == KIND_CRASH) {
		r->kills = 1; /* an image that is there at a start behaves from then on */
	}
	make_device(r);
	for (i = 0; i < r->kills; i++) {
		uint64_t at = 1u + tug_dice_below(dice, (uint32_t)whole[r->kind].ops);
		uint64_t us = 1u + tug_dice_below(dice, (uint32_t)whole[r->kind].us);
		bool outside = tug_dice_chance(dice, 0.5);

		if (op != NULL) {
			at = strtoull(op, NULL, 0);
			outside = false;
		}
		killed += child(r, outside ? 0 : at, outside ? us : 0) ? 1u : 0u;
		check_survivor(r);
	}
	check_goes_on(r);
	return killed;
}

static uint64_t choose_seed(void)
{
	const char *env = getenv("TUG_SEED");

	return env != NULL ? strtoull(env, NULL, 0) : (uint64_t)time(NULL) ^ ((uint64_t)getpid() << 20);
}

static void set_up(void)
{
	static const struct tug_version one = { 1, 0, 0, 0 };
	static const struct tug_version two = { 2, 0, 0, 0 };

	old_image = vdev_image_make(&tug_crypto_hashonly, OLD_LEN, 1, &one);
	new_image = vdev_image_make(&tug_crypto_hashonly, NEW_LEN, 2, &two);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	snprintf(dir, sizeof(dir), "/tmp/tug-soak-XXXXXX");
	if (old_image == NULL || new_image == NULL || shared == MAP_FAILED || mkdtemp(dir) == NULL) {
		perror("soak");
		exit(2);
	}
}

static void clean_up(void)
{
	static const char *const names[] = { "flash.bin", "device.txt", VDEV_MARK_PRESET, VDEV_MARK_RUNNING };
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
	munmap(shared, sizeof(*shared));
	free(old_image);
	free(new_image);
}

int main(int argc, char **argv)
{
	unsigned goal = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 50u;
	const char *only = getenv("TUG_RUN");
	unsigned kinds[KINDS] = { 0 };
	unsigned killed = 0;
	struct run r;
	unsigned i;

	memset(&r, 0, sizeof(r));
	r.seed = choose_seed();
	printf("soak: %u kills, TUG_SEED=%" PRIu64 "\n", goal, r.seed);
	set_up();
	calibrate(&r);
	for (i = only != NULL ? (unsigned)strtoul(only, NULL, 0) : 0; killed < goal && i < goal * RUNS_PER_KILL; i++) {
		struct tug_dice dice;

		tug_dice_seed(&dice, r.seed + i * UINT64_C(0x9e3779b97f4a7c15));
		r.number = i;
		killed += one_run(&r, &dice);
		kinds[r.kind]++;
		if (only != NULL) {
			break;
		}
	}
	printf("soak: %u kills in %u runs;", killed, i);
	for (i = 0; i < KINDS; i++) {
		printf(" %s %u (of %" PRIu64 " flash operations)%s", kind_names[i], kinds[i], whole[i].ops,
		       i + 1 < KINDS ? "," : "\n");
	}
	clean_up();
	if (only == NULL && killed < goal) {
		printf("BROKEN: most children were done before they were killed\n");
		return 1;
	}
	return 0;
}
