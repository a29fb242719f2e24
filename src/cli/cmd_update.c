/* SPDX-License-Identifier: Apache-2.0
 *
 * `tug update` and `tug image upload`: checks the file, then lets the host drive one update per device, all at
 * once on one loop. Shows through update_show.c. Called by main.c.
 */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "handlers_priv.h"
#include "json_cbor_priv.h"
#include "update_priv.h"

static void on_event(void *user, const struct tug_update_event *ev)
{
	tug_show_event(user, ev);
}

static void on_done(void *user, int err, const char *why)
{
	struct tug_one *one = user;

	if (err != TUG_OK && !one->have_result) {
		tug_show_unopened(one, err, why);
	}
}

static enum tug_update_mode mode_of(const struct tug_args *args)
{
	static const struct {
		const char *name;
		enum tug_update_mode mode;
	} modes[] = {
		{ "confirm-after-test", TUG_UPDATE_CONFIRM_AFTER_TEST },
		{ "confirm", TUG_UPDATE_CONFIRM },
		{ "test", TUG_UPDATE_TEST },
		{ "upload-only", TUG_UPDATE_UPLOAD_ONLY },
	};
	const char *name = tug_args_text(args, "mode", modes[0].name);

	for (size_t i = 1; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(modes[i].name, name) == 0) {
			return modes[i].mode;
		}
	}
	return TUG_UPDATE_CONFIRM_AFTER_TEST;
}

static void begin(struct tug_host *host, struct tug_one *one, const struct tug_image_file *file,
		  const struct tug_plan_policy *policy)
{
	const struct tug_args *args = one->cli->args;
	struct tug_host_update_cfg cfg;
	char why[TUG_HOST_WHY] = "";
	int err;

	memset(&cfg, 0, sizeof(cfg));
	cfg.file = &file->io;
	cfg.image = file->plan;
	memcpy(cfg.sha, file->sha, sizeof(cfg.sha));
	cfg.policy = *policy;
	cfg.window = (uint8_t)tug_args_num(args, "window", 0);
	cfg.wait_ms = tug_args_num(args, "wait", 0);
	cfg.plan_only = one->plan_only;
	cfg.event = on_event;
	cfg.done = on_done;
	cfg.user = one;
	err = tug_host_update_open(host, one->url, &cfg, &one->u, why, sizeof(why));
	if (err != TUG_OK) {
		tug_show_unopened(one, err, why);
	}
}

static void prepare(struct tug_cli *cli, struct tug_one *one, const char *url, size_t n, const char *what)
{
	memset(one, 0, sizeof(*one));
	one->cli = cli;
	one->url = url;
	one->what = what;
	one->bar = n == 1 && cli->out.terminal && !cli->out.json;
	one->plan_only = tug_args_has(cli->args, "plan");
	if (n > 1) {
		snprintf(one->prefix, sizeof(one->prefix), "%.150s%s ", url, tug_url_colon(url));
	}
}

/* All devices of a command, for the observer of their frames. */
struct fleet {
	struct tug_one *all;
	size_t n;
};

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

static int run_all(struct tug_cli *cli, const char **urls, size_t n, const struct tug_image_file *file,
		   const struct tug_plan_policy *policy)
{
	struct tug_one *all = calloc(n, sizeof(*all));
	struct fleet fleet = { all, n };
	struct tug_host_watch watch = { see_frame, see_text, &fleet };
	struct tug_host *host;
	int status;

	if (all == NULL) {
		return tug_local_error(cli, TUG_EINTERNAL, "out of memory");
	}
	status = tug_cli_host(cli, &host);
	if (status != TUG_EXIT_DONE) {
		free(all);
		return status;
	}
	for (size_t i = 0; i < n; i++) {
		prepare(cli, &all[i], urls[i], n, cli->args->cmd->name);
		begin_diag(&all[i]);
	}
	tug_host_observe(host, &watch);
	for (size_t i = 0; i < n; i++) {
		begin(host, &all[i], file, policy);
	}
	tug_host_run(host);
	for (size_t i = 0; i < n; i++) {
		if (!all[i].have_result) {
			tug_show_abandoned(&all[i]);
		}
		status = tug_exit_worse(status, all[i].exit);
		tug_host_update_close(all[i].u);
		tug_diag_free(all[i].diag);
	}
	status = tug_cli_host_end(cli, host, status);
	free(all);
	return status;
}

/* In JSON the last line is a result in every case, also when the file was refused. */
static int refuse_file(struct tug_cli *cli, int err, int exit, const char *why)
{
	cJSON *j;

	tug_out_error(&cli->out, "tug: %s", why);
	if (!cli->out.json) {
		return exit;
	}
	j = cJSON_CreateObject();
	cJSON_AddStringToObject(j, "event", "result");
	cJSON_AddStringToObject(j, "outcome", tug_outcome_name(TUG_OUT_FAILED));
	cJSON_AddNumberToObject(j, "exit", exit);
	cJSON_AddItemToObject(j, "text", tug_json_utf8(tug_slice_of(why, strlen(why))));
	cJSON_AddItemToObject(j, "error", tug_error_json(err, why, "", NULL));
	cJSON_AddItemToObject(j, "before", cJSON_CreateArray());
	cJSON_AddItemToObject(j, "after", cJSON_CreateArray());
	tug_out_json(&cli->out, j);
	return exit;
}

static int local_exit(int err)
{
	return tug_exit_of(err) == TUG_EXIT_INTERNAL ? TUG_EXIT_INTERNAL : TUG_EXIT_LOCAL;
}

/* `unsigned_ok`: an image without a signature is sent too; most bootloaders would take it and never start it. */
static int send_file(struct tug_cli *cli, const struct tug_plan_policy *policy, bool unsigned_ok)
{
	const struct tug_args *args = cli->args;
	const char *urls[TUG_CLI_DEVICES];
	size_t n = tug_cli_devices(cli, urls, TUG_CLI_DEVICES);
	struct tug_image_file file;
	char why[TUG_WHY_CAP] = "", version[TUG_VERSION_TEXT];
	int status, err;

	if (n == 0) {
		return TUG_EXIT_USAGE;
	}
	err = tug_image_file_load(&file, args->pos[0], tug_args_text(args, "key", NULL),
				  (uint8_t)tug_args_num(args, "image", 0), why);
	if (err != TUG_OK) {
		status = refuse_file(cli, err, local_exit(err), why);
	} else if (file.info.sig_type == 0 && !unsigned_ok) {
		snprintf(why, sizeof(why),
			 "%.200s carries no signature, so nothing was sent: sign it with the bootloader's key (tug file sign "
			 "--key key.pem ...), or add --allow-unsigned where the bootloader checks no signature",
			 args->pos[0]);
		status = refuse_file(cli, TUG_ENOSIG, TUG_EXIT_REFUSED, why);
	} else {
		tug_version_format(&file.plan.version, '+', version);
		if (!cli->out.json) {
			tug_out_talk(&cli->out, "file: %s, version %s, %u octets%s", args->pos[0], version, file.plan.len,
				     file.info.sig_type == 0 ? ", carries no signature" : "");
		}
		status = run_all(cli, urls, n, &file, policy);
	}
	tug_image_file_free(&file);
	return status;
}

int tug_cmd_update(struct tug_cli *cli)
{
	struct tug_plan_policy policy;

	memset(&policy, 0, sizeof(policy));
	policy.mode = mode_of(cli->args);
	policy.allow_downgrade = tug_args_has(cli->args, "allow-downgrade");
	policy.no_reset = tug_args_has(cli->args, "no-reset");
	policy.erase_settings = tug_args_has(cli->args, "erase-settings");
	return send_file(cli, &policy, tug_args_has(cli->args, "allow-unsigned"));
}

int tug_cmd_image_upload(struct tug_cli *cli)
{
	struct tug_plan_policy policy;

	memset(&policy, 0, sizeof(policy));
	policy.mode = TUG_UPDATE_UPLOAD_ONLY;
	policy.allow_downgrade = true; /* a single step compares nothing */
	return send_file(cli, &policy, true);
}
