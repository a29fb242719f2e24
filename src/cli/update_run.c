/* SPDX-License-Identifier: Apache-2.0
 *
 * Lets the host drive one update per device, all at once on one loop, and several images one pass after the other: all
 * are looked at first, all but the last are staged, the last one's reset starts them, then each is proven. Shows
 * through update_show.c. Called by cmd_update.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "handlers_priv.h"
#include "update_priv.h"

static void on_event(void *user, const struct tug_update_event *ev)
{
	struct tug_one *one = user;

	if (ev->kind == TUG_EV_STATE || (ev->kind == TUG_EV_RESULT && ev->state != NULL)) {
		one->list = *ev->state;
	}
	tug_show_event(one, ev);
}

static void on_done(void *user, int err, const char *why)
{
	struct tug_one *one = user;

	if (err != TUG_OK && !one->have_result) {
		tug_show_unopened(one, err, why);
	}
}

/* All devices of a command. */
struct fleet {
	struct tug_cli *cli;
	const struct tug_image_set *set;
	struct tug_one *all;
	size_t n;
};

/* One image number, brought to every device that has not failed yet. */
struct pass {
	size_t group;                /* of the set */
	struct tug_plan_policy policy;
	bool plan_only;
	enum tug_show show;
};

/* Of variants the one that runs already, else the one for the slot that does not run. */
static const struct tug_image_file *choose(const struct tug_one *one, const struct tug_image_set *set, size_t group)
{
	const struct tug_set_group *g = &set->g[group];
	const struct tug_slot_state *run = tug_dev_active(&one->list, g->image);
	const struct tug_set_image *pick = &set->f[g->first];

	for (uint8_t i = 0; i < g->n; i++) {
		const struct tug_set_image *f = &set->f[g->first + i];

		if (run != NULL && run->hash_len > 0 && run->hash_len == f->file.plan.hash_len &&
		    memcmp(run->hash, f->file.plan.hash, run->hash_len) == 0) {
			return &f->file;
		}
		if (f->slot == (run != NULL ? 1 - run->slot : 0)) {
			pick = f;
		}
	}
	return &pick->file;
}

static void begin(struct tug_host *host, struct tug_one *one, const struct tug_image_set *set, const struct pass *pass)
{
	const struct tug_args *args = one->cli->args;
	const struct tug_image_file *file = choose(one, set, pass->group);
	struct tug_host_update_cfg cfg;
	char why[TUG_HOST_WHY] = "";
	int err;

	memset(&cfg, 0, sizeof(cfg));
	cfg.file = &file->io;
	cfg.image = file->plan;
	memcpy(cfg.sha, file->sha, sizeof(cfg.sha));
	cfg.policy = pass->policy;
	cfg.window = (uint8_t)tug_args_num(args, "window", 0);
	cfg.wait_ms = tug_args_num(args, "wait", 0);
	cfg.plan_only = pass->plan_only;
	cfg.event = on_event;
	cfg.done = on_done;
	cfg.user = one;
	err = tug_host_update_open(host, one->url, &cfg, &one->u, why, sizeof(why));
	if (err != TUG_OK) {
		tug_show_unopened(one, err, why);
	}
}

static void prepare(struct fleet *f, struct tug_one *one, const char *url)
{
	memset(one, 0, sizeof(*one));
	one->cli = f->cli;
	one->url = url;
	one->what = f->cli->args->cmd->name;
	one->bar = f->n == 1 && f->cli->out.terminal && !f->cli->out.json;
	one->image = -1;
	if (f->n > 1) {
		snprintf(one->prefix, sizeof(one->prefix), "%.150s%s ", url, tug_url_colon(url));
	}
}

/* What one pass must not know of the one before. */
static void prepare_pass(struct fleet *f, struct tug_one *one, const struct pass *pass)
{
	one->u = NULL;
	memset(&one->progress, 0, sizeof(one->progress));
	one->stepping = false;
	one->refused = false;
	one->have_result = false;
	one->plan_only = pass->plan_only;
	one->show = pass->show;
	if (f->set->n_groups > 1) {
		one->image = f->set->g[pass->group].image;
		one->worked = (one->brought & 1u << pass->group) != 0;
		one->bit = 1u << pass->group;
		if (f->n > 1) {
			snprintf(one->prefix, sizeof(one->prefix), "%.140s%s image %d: ", one->url, tug_url_colon(one->url), one->image);
		} else {
			snprintf(one->prefix, sizeof(one->prefix), "image %d: ", one->image);
		}
	}
}

static struct tug_diag *diag_of(const struct fleet *f, const char *url)
{
	for (size_t i = 0; i < f->n; i++) {
		if (strcmp(f->all[i].url, url) == 0) {
			return f->all[i].diag;
		}
	}
	return NULL;
}

static void see_frame(void *user, const char *url, bool sent, struct tug_slice frame)
{
	struct fleet *f = user;
	struct tug_diag *d = diag_of(f, url);

	if (d != NULL) {
		tug_diag_frame(d, (int64_t)(uv_hrtime() / 1000000u), sent, frame);
	}
}

static void see_text(void *user, const char *url, struct tug_slice text)
{
	struct fleet *f = user;
	struct tug_diag *d = diag_of(f, url);

	if (d != NULL) {
		tug_diag_text(d, (int64_t)(uv_hrtime() / 1000000u), text);
	}
}

/* Without memory for it the update goes on, and fails without a finding if it fails. */
static void begin_diag(struct tug_one *one)
{
	if (tug_diag_create(TUG_DIAG_ALL, &one->diag) == TUG_OK && tug_diag_live(one->diag, one->url) != TUG_OK) {
		tug_diag_free(one->diag);
		one->diag = NULL;
	}
}

/* Result: the worst status so far. */
static int run_pass(struct fleet *f, const struct pass *pass)
{
	struct tug_host_watch watch = { see_frame, see_text, f };
	int status = TUG_EXIT_DONE, before = TUG_EXIT_DONE, end;
	bool *taken = calloc(f->n, sizeof(*taken));
	struct tug_host *host;

	if (taken == NULL) {
		return tug_local_error(f->cli, TUG_EINTERNAL, "out of memory");
	}
	end = tug_cli_host(f->cli, &host);
	if (end != TUG_EXIT_DONE) {
		free(taken);
		return end;
	}
	for (size_t i = 0; i < f->n; i++) {
		taken[i] = f->all[i].exit == TUG_EXIT_DONE;
		before = tug_exit_worse(before, f->all[i].exit);
		if (taken[i]) {
			prepare_pass(f, &f->all[i], pass);
			begin_diag(&f->all[i]);
		}
	}
	tug_host_observe(host, &watch);
	for (size_t i = 0; i < f->n; i++) {
		if (taken[i]) {
			begin(host, &f->all[i], f->set, pass);
		}
	}
	tug_host_run(host);
	for (size_t i = 0; i < f->n; i++) {
		if (!taken[i]) {
			continue;
		}
		if (!f->all[i].have_result) {
			tug_show_abandoned(&f->all[i]);
		}
		status = tug_exit_worse(status, f->all[i].exit);
		tug_host_update_close(f->all[i].u);
		tug_diag_free(f->all[i].diag);
		f->all[i].u = NULL;
		f->all[i].diag = NULL;
	}
	free(taken);
	return tug_cli_host_end(f->cli, host, tug_exit_worse(status, before));
}

static bool any_left(const struct fleet *f)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->all[i].exit == TUG_EXIT_DONE) {
			return true;
		}
	}
	return false;
}

/* The passes of a run in order; a pass without devices is none. Result: the worst status. */
static int run_passes(struct fleet *f, const struct pass *p, size_t n)
{
	int status = TUG_EXIT_DONE;

	for (size_t i = 0; i < n && any_left(f); i++) {
		status = tug_exit_worse(status, run_pass(f, &p[i]));
		if (status == TUG_EXIT_INTERNAL || status == TUG_EXIT_INTERRUPTED) {
			break;
		}
	}
	return status;
}

/* Most passes: a look at each image, each brought, each proven. */
#define PASSES (3u * TUG_PACKAGE_FILES)

static void add(struct pass *p, size_t *n, size_t group, const struct tug_plan_policy *policy, enum tug_show show)
{
	p[(*n)++] = (struct pass){ group, *policy, false, show };
}

/*
 * Every image is on the device and marked before the one reset, so that none of them ever meets an old one that it does
 * not go with; trials are confirmed only when all of them run. Result: passes.
 */
static size_t passes_of_many(const struct tug_image_set *set, const struct tug_plan_policy *policy, struct pass *p, size_t n)
{
	struct tug_plan_policy staged = *policy, started = *policy, proven = *policy;
	bool stage_only = policy->no_reset || policy->mode == TUG_UPDATE_UPLOAD_ONLY;
	size_t last = set->n_groups - 1;

	staged.no_reset = true;
	staged.erase_settings = false;
	proven.erase_settings = false;
	if (policy->mode == TUG_UPDATE_CONFIRM_AFTER_TEST) {
		started.mode = TUG_UPDATE_TEST;
	}
	for (size_t g = 0; g < last; g++) {
		add(p, &n, g, &staged, stage_only ? TUG_SHOW_ALL : TUG_SHOW_STEPS);
	}
	if (stage_only) {
		add(p, &n, last, policy, TUG_SHOW_ALL);
		return n;
	}
	add(p, &n, last, &started, TUG_SHOW_STEPS);
	for (size_t g = 0; g <= last; g++) {
		add(p, &n, g, &proven, TUG_SHOW_ALL);
	}
	return n;
}

/* Result: passes. */
static size_t passes_of(const struct tug_image_set *set, const struct tug_plan_policy *policy, bool plan_only, struct pass p[PASSES])
{
	bool single = set->n_groups == 1;
	size_t n = 0;

	for (size_t g = 0; g < set->n_groups; g++) { /* what is refused, or which variant: known before anything is sent */
		if (!single || set->g[g].n > 1) {
			add(p, &n, g, policy, TUG_SHOW_FAILURE);
			p[n - 1].plan_only = true;
		}
	}
	for (size_t g = 0; g < set->n_groups && (single || plan_only); g++) {
		add(p, &n, g, policy, TUG_SHOW_ALL);
		p[n - 1].plan_only = plan_only;
	}
	return single || plan_only ? n : passes_of_many(set, policy, p, n);
}

int tug_update_run(struct tug_cli *cli, const char **urls, size_t n, const struct tug_image_set *set, const struct tug_plan_policy *policy)
{
	struct fleet f = { cli, set, calloc(n, sizeof(*f.all)), n };
	struct pass p[PASSES];
	int status;

	if (f.all == NULL) {
		return tug_local_error(cli, TUG_EINTERNAL, "out of memory");
	}
	for (size_t i = 0; i < n; i++) {
		prepare(&f, &f.all[i], urls[i]);
	}
	status = run_passes(&f, p, passes_of(set, policy, tug_args_has(cli->args, "plan"), p));
	free(f.all);
	return status;
}
