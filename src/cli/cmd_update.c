/* SPDX-License-Identifier: Apache-2.0
 *
 * `tug update` and `tug image upload`: checks the file or the package, then lets update_run.c bring what is in it to
 * every device. Called by main.c.
 */
#include <string.h>

#include "handlers_priv.h"
#include "json_cbor_priv.h"
#include "update_priv.h"

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

static void show_image(struct tug_cli *cli, const struct tug_image_set *set, const struct tug_set_image *f)
{
	char version[TUG_VERSION_TEXT], place[48] = "";

	if (set->package) {
		int n = snprintf(place, sizeof(place), ", image %u", f->file.plan.image);

		if (f->slot >= 0) {
			snprintf(place + n, sizeof(place) - (size_t)n, " for slot %d", f->slot);
		}
	}
	tug_version_format(&f->file.plan.version, '+', version);
	tug_out_talk(&cli->out, "file: %s%s, version %s, %u octets%s", f->name, place, version, f->file.plan.len,
		     f->file.info.sig_type == 0 ? ", carries no signature" : "");
}

/* The header decides; a manifest that claims something else was written by hand, or its image replaced. */
static void show_claim(struct tug_cli *cli, const struct tug_set_image *f)
{
	struct tug_version claim;

	if (f->claim[0] != '\0' && strchr(f->claim, '.') != NULL &&
	    tug_version_parse(tug_slice_of(f->claim, strlen(f->claim)), &claim) == TUG_OK &&
	    tug_version_cmp(&claim, &f->file.plan.version, true) != 0) {
		tug_out_talk(&cli->out, "note: the manifest gives %.60s as the version of %s; the image's own counts", f->claim, f->name);
	}
}

/* What a bootloader has to be built with; one that is not erases the image and says so on its console only. */
static void show_demands(struct tug_cli *cli, const struct tug_set_image *f)
{
	uint32_t flags = f->file.info.hdr.flags;

	if (f->file.info.encrypted) {
		tug_out_talk(&cli->out, "note: %s is encrypted; only a bootloader that holds the private key takes it", f->name);
	}
	if ((flags & (TUG_IMG_F_LZMA1 | TUG_IMG_F_LZMA2)) != 0) {
		tug_out_talk(&cli->out, "note: %s is compressed; only a bootloader that decompresses takes it, and none that swaps", f->name);
	}
}

static void show_set(struct tug_cli *cli, const struct tug_image_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		show_image(cli, set, &set->f[i]);
		show_claim(cli, &set->f[i]);
		show_demands(cli, &set->f[i]);
	}
	if (set->package && !set->manifest) {
		tug_out_talk(&cli->out, "note: the package has no manifest.json; its only image is taken for image %u", set->g[0].image);
	}
}

static const struct tug_set_image *find_unsigned(const struct tug_image_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		if (set->f[i].file.info.sig_type == 0) {
			return &set->f[i];
		}
	}
	return NULL;
}

/* `unsigned_ok`: an image without a signature is sent too; most bootloaders would take it and never start it. */
static int send_file(struct tug_cli *cli, const struct tug_plan_policy *policy, bool unsigned_ok)
{
	const struct tug_args *args = cli->args;
	const char *urls[TUG_CLI_DEVICES];
	size_t n = tug_cli_devices(cli, urls, TUG_CLI_DEVICES);
	struct tug_set_choice choice = { tug_args_text(args, "key", NULL), tug_args_has(args, "image"),
					 (uint8_t)tug_args_num(args, "image", 0) };
	struct tug_image_set set;
	char why[TUG_WHY_CAP] = "";
	int status, err;

	if (n == 0) {
		return TUG_EXIT_USAGE;
	}
	err = tug_image_set_load(&set, args->pos[0], &choice, why);
	if (err != TUG_OK) {
		status = refuse_file(cli, err, local_exit(err), why);
	} else if (!unsigned_ok && find_unsigned(&set) != NULL) {
		snprintf(why, sizeof(why),
			 "%.200s carries no signature, so nothing was sent: sign it with the bootloader's key (tug file sign "
			 "--key key.pem ...), or add --allow-unsigned where the bootloader checks no signature",
			 find_unsigned(&set)->name);
		status = refuse_file(cli, TUG_ENOSIG, TUG_EXIT_REFUSED, why);
	} else {
		if (!cli->out.json) {
			show_set(cli, &set);
		}
		status = tug_update_run(cli, urls, n, &set, policy);
	}
	tug_image_set_free(&set);
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
