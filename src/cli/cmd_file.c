/* SPDX-License-Identifier: Apache-2.0
 *
 * File commands: description and verification. Option names are imgtool's. All work is the image tool library's. Called
 * by main.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tug/imgtool.h>

#include "dumpinfo_priv.h"
#include "enc_key_priv.h"
#include "handlers_priv.h"
#include "info_json_priv.h"
#include "passphrase_priv.h"

/* imgtool's dumpinfo: a document for programs. Result: TUG_OK or a code. */
static int show_dumpinfo(struct tug_cli *cli, const char *format, const struct tug_image_info *info, const struct tug_file *file,
			 const char *name, char *why)
{
	const char *output = tug_args_text(cli->args, "outfile", NULL);
	cJSON *j = tug_dumpinfo_json(info, file, name);
	size_t len = 0;
	char *text;
	int err = TUG_OK;

	if (strcmp(format, "yaml") == 0) {
		text = tug_dumpinfo_yaml(j, &len);
	} else {
		text = cJSON_Print(j);
		len = text != NULL ? strlen(text) : 0;
		cJSON_Delete(j);
	}
	if (text == NULL) {
		snprintf(why, TUG_WHY_CAP, "out of memory");
		return TUG_ENOSPACE;
	}
	if (output != NULL) {
		err = tug_file_write(output, tug_slice_of(text, len), TUG_FILE_PUBLIC, why);
	} else {
		tug_out_data(&cli->out, "%s%s", text, text[len - 1] == '\n' ? "" : "\n");
	}
	free(text);
	return err;
}

static int show_text(struct tug_cli *cli, const struct tug_image_info *info, const struct tug_file *file, const char *name, char *why)
{
	const char *output = tug_args_text(cli->args, "outfile", NULL);
	struct tug_octets text = { NULL, 0 };
	int err = tug_args_has(cli->args, "map") ? tug_image_info_map(info, &text) : tug_image_info_text(info, file, name, &text);

	if (err == TUG_OK && output != NULL) {
		err = tug_file_write(output, tug_slice_of(text.p, text.len), TUG_FILE_PUBLIC, why);
	} else if (err == TUG_OK) {
		tug_out_foreign(&cli->out, tug_slice_of(text.p, text.len));
	}
	tug_octets_free(&text);
	return err;
}

static int show_info(struct tug_cli *cli, const struct tug_image_info *info, const struct tug_file *file, const char *name, char *why)
{
	bool to_file = tug_args_has(cli->args, "outfile") && !tug_args_has(cli->args, "map");
	const char *format = tug_args_text(cli->args, "format", to_file ? "yaml" : "human");

	if (strcmp(format, "human") != 0) {
		return show_dumpinfo(cli, format, info, file, name, why);
	}
	if (cli->out.json) {
		tug_out_json(&cli->out, tug_info_json(info, file, name));
		return TUG_OK;
	}
	return show_text(cli, info, file, name, why);
}

int tug_cmd_file_info(struct tug_cli *cli)
{
	const char *path = cli->args->pos[0];
	char why[TUG_WHY_CAP] = "";
	struct tug_image_info info;
	struct tug_file file;
	int err;

	memset(&file, 0, sizeof(file));
	err = tug_file_read(path, &file, why);
	if (err == TUG_OK) {
		err = tug_image_info_read(&file, &info, why);
		if (err != TUG_OK) { /* the check names what the file is instead */
			char better[TUG_WHY_CAP] = "";

			if (tug_file_check_image(&file, path, better) != TUG_OK) {
				memcpy(why, better, sizeof(why));
			}
		}
	}
	if (err == TUG_OK) {
		err = show_info(cli, &info, &file, path, why);
	}
	tug_file_free(&file);
	return err == TUG_OK ? TUG_EXIT_DONE : tug_local_error(cli, err, "%s", why);
}

static void show_verified(struct tug_cli *cli, const char *path, bool by_key, const struct tug_verify_result *res)
{
	char version[TUG_VERSION_TEXT], hex[2 * TUG_HASH_MAX + 1] = "";

	tug_version_format(&res->version, '+', version);
	for (size_t i = 0; i < res->digest_len; i++) {
		snprintf(hex + 2 * i, 3, "%02x", res->digest[i]);
	}
	if (cli->out.json) {
		cJSON *j = cJSON_CreateObject();

		if (res->enc_tlv != 0) {
			cJSON_AddBoolToObject(j, "decrypted", 1);
		}
		cJSON_AddBoolToObject(j, "digest", 1);
		cJSON_AddBoolToObject(j, "signature", by_key);
		cJSON_AddStringToObject(j, "version", version);
		cJSON_AddStringToObject(j, "hash", hex);
		if (res->plain_len > 0) {
			cJSON_AddNumberToObject(j, "decompressed_size", res->plain_len);
		}
		tug_out_json(&cli->out, j);
		return;
	}
	tug_out_data(&cli->out, "%s: %sdigest right%s\n", path, res->enc_tlv != 0 ? "decrypted, " : "",
		     !by_key ? "; the signature was not checked (no --key)" : res->pure ? ", the image itself signed by this key" : ", signed by this key");
	if (res->plain_len > 0) {
		tug_out_data(&cli->out, "It decompresses to an image of %u octets: digest right%s\n", res->plain_len, by_key ? ", signed by this key" : "");
	}
	tug_out_data(&cli->out, "Image version: %s\n", version);
	if (res->digest_len > 0) {
		tug_out_data(&cli->out, "Image digest: %s\n", hex);
	}
}

/* With the keys loaded: verify and tell. Result: exit status. */
static int verify(struct tug_cli *cli, const struct tug_key *key, const struct tug_enc_key *enc)
{
	const char *path = cli->args->pos[0];
	struct tug_verify_result res = { .enc_tlv = 0 };
	char why[TUG_WHY_CAP] = "";
	int err = tug_verify_encrypted(path, key, enc, &res, why), status;

	if (err == TUG_OK) {
		show_verified(cli, path, key != NULL, &res);
		return TUG_EXIT_DONE;
	}
	status = tug_local_error(cli, err, "%s", why);
	/* a file that can be read and does not verify: the question was answered */
	return status == TUG_EXIT_INTERNAL || err == TUG_EFILE || err == TUG_EACCESS || err == TUG_EINVAL ? status : TUG_EXIT_REFUSED;
}

int tug_cmd_file_verify(struct tug_cli *cli)
{
	const char *key_path = tug_args_text(cli->args, "key", NULL), *enc_path = tug_args_text(cli->args, "enc-key", NULL);
	struct tug_cli_enc enc = { .key = NULL };
	struct tug_key *key = NULL;
	struct tug_enc_key enc_key;
	int status = key_path != NULL ? tug_cli_key(cli, key_path, false, &key) : TUG_EXIT_DONE;

	if (status == TUG_EXIT_DONE && enc_path != NULL) {
		status = tug_cli_enc_load(cli, enc_path, &enc);
	}
	if (status == TUG_EXIT_DONE) {
		enc_key = tug_cli_enc_of(&enc);
		status = verify(cli, key, enc_path != NULL ? &enc_key : NULL);
	}
	tug_key_free(key);
	tug_cli_enc_free(&enc);
	return status;
}
