/* SPDX-License-Identifier: Apache-2.0
 *
 * File commands: keys, signing, description, verification. Option names are imgtool's. All work is the image
 * tool library's. Called by main.c.
 */
#include <stdio.h>
#include <string.h>

#include <tug/imgtool.h>

#include "handlers_priv.h"
#include "info_json_priv.h"

static int need_key(struct tug_cli *cli, const char **path)
{
	*path = tug_args_text(cli->args, "key", NULL);
	return *path != NULL ? TUG_EXIT_DONE : tug_usage_error(cli, "which key? give --key FILE");
}

int tug_cmd_file_keygen(struct tug_cli *cli)
{
	const char *type = tug_args_text(cli->args, "type", "ecdsa-p256");
	char why[TUG_WHY_CAP] = "";
	struct tug_octets pem = { NULL, 0 };
	struct tug_key *key = NULL;
	const char *path;
	int status = need_key(cli, &path), err;

	if (status != TUG_EXIT_DONE) {
		return status;
	}
	err = tug_key_generate(tug_key_type_of(type), &key, why);
	if (err == TUG_OK) {
		err = tug_key_private_pem(key, NULL, &pem, why);
	}
	if (err == TUG_OK) {
		err = tug_file_write(path, tug_slice_of(pem.p, pem.len), TUG_FILE_SECRET, why);
	}
	tug_octets_free(&pem);
	tug_key_free(key);
	if (err != TUG_OK) {
		return tug_local_error(cli, err, "%s", why);
	}
	tug_out_talk(&cli->out, "%s: %s, keep it secret; 'tug file getpub --key %s' shows its public half", path, type, path);
	return TUG_EXIT_DONE;
}

static enum tug_pub_form form_of(const char *name)
{
	static const struct {
		const char *name;
		enum tug_pub_form form;
	} forms[] = {
		{ "pem", TUG_PUB_PEM },
		{ "raw", TUG_PUB_RAW },
		{ "hex", TUG_PUB_HEX },
		{ "lang-rust", TUG_PUB_LANG_RUST },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strcmp(forms[i].name, name) == 0) {
			return forms[i].form;
		}
	}
	return TUG_PUB_LANG_C;
}

int tug_cmd_file_getpub(struct tug_cli *cli)
{
	const char *output = tug_args_text(cli->args, "output", NULL);
	char why[TUG_WHY_CAP] = "";
	struct tug_octets text = { NULL, 0 };
	struct tug_key *key = NULL;
	const char *path;
	int status = need_key(cli, &path), err;

	if (status != TUG_EXIT_DONE) {
		return status;
	}
	err = tug_key_load(path, NULL, NULL, &key, why);
	if (err == TUG_OK) {
		err = tug_key_public(key, form_of(tug_args_text(cli->args, "encoding", "lang-c")), "", &text, why);
	}
	if (err == TUG_OK && output != NULL) {
		err = tug_file_write(output, tug_slice_of(text.p, text.len), TUG_FILE_PUBLIC, why);
	} else if (err == TUG_OK) {
		tug_out_octets(&cli->out, tug_slice_of(text.p, text.len));
	}
	tug_octets_free(&text);
	tug_key_free(key);
	return err == TUG_OK ? TUG_EXIT_DONE : tug_local_error(cli, err, "%s", why);
}

static bool power_of_two(uint32_t v)
{
	return v != 0 && (v & (v - 1)) == 0;
}

static int read_sign_options(struct tug_cli *cli, struct tug_sign_options *o)
{
	const struct tug_args *args = cli->args;
	const char *version = tug_args_text(args, "version", NULL);

	*o = tug_sign_defaults();
	if (version == NULL || !tug_args_has(args, "header-size")) {
		return tug_usage_error(cli, "--version and --header-size are needed");
	}
	if (tug_version_parse(tug_slice_of(version, strlen(version)), &o->version) != TUG_OK) {
		return tug_usage_error(cli, "--version is maj.min.rev+build, not '%.40s'", version);
	}
	o->align = (uint8_t)tug_args_num(args, "align", 1);
	o->max_align = (uint8_t)tug_args_num(args, "max-align", 0);
	if (!power_of_two(o->align) || (o->max_align != 0 && !power_of_two(o->max_align))) {
		return tug_usage_error(cli, "--align is 1, 2, 4, 8, 16 or 32, and --max-align 8, 16 or 32");
	}
	if (o->max_align != 0 && o->max_align < o->align) {
		return tug_usage_error(cli, "--max-align %u is smaller than --align %u", o->max_align, o->align);
	}
	o->header_size = tug_args_num(args, "header-size", 0);
	o->pad_header = tug_args_has(args, "pad-header");
	o->slot_size = tug_args_num(args, "slot-size", 0);
	o->max_sectors = (uint16_t)tug_args_num(args, "max-sectors", o->max_sectors);
	o->overwrite_only = tug_args_has(args, "overwrite-only");
	o->confirm = tug_args_has(args, "confirm");
	o->pad = tug_args_has(args, "pad") || o->confirm;
	o->erased = strcmp(tug_args_text(args, "erased-val", "0xff"), "0") == 0 ? 0 : 0xff;
	o->has_hex_addr = tug_args_has(args, "hex-addr");
	o->hex_addr = tug_args_num(args, "hex-addr", 0);
	if (o->pad && o->slot_size == 0) {
		return tug_usage_error(cli, "--pad and --confirm need --slot-size");
	}
	return TUG_EXIT_DONE;
}

/* Files that could be signed, and then would never run. */
static int check_input(const char *name, char *why)
{
	static const uint8_t elf[4] = { 0x7f, 'E', 'L', 'F' };
	struct tug_file f;
	struct tug_slice data;
	struct tug_io io;
	struct tug_image img;
	int err = tug_file_read(name, &f, why);

	if (err != TUG_OK) {
		return err;
	}
	data = tug_slice_of(f.data.p, f.data.len);
	io = tug_io_of_slice(&data);
	if (data.len >= sizeof(elf) && memcmp(data.p, elf, sizeof(elf)) == 0) {
		snprintf(why, TUG_WHY_CAP, "%s is an ELF file, for debuggers; give the binary (zephyr.bin)", name);
		err = TUG_EMAGIC;
	} else if (tug_image_open(&img, &io, 0, TUG_IMG_CAN_ENCRYPTED | TUG_IMG_CAN_COMPRESSED) == TUG_OK) {
		snprintf(why, TUG_WHY_CAP, "%s is an image with header and TLVs already; give the binary it was made of", name);
		err = TUG_EMAGIC;
	}
	tug_file_free(&f);
	return err;
}

int tug_cmd_file_sign(struct tug_cli *cli)
{
	const char *path = tug_args_text(cli->args, "key", NULL);
	const char *in = cli->args->pos[0], *out = cli->args->pos[1];
	char why[TUG_WHY_CAP] = "";
	struct tug_sign_options o;
	struct tug_key *key = NULL;
	int status = read_sign_options(cli, &o), err = TUG_OK;

	if (status != TUG_EXIT_DONE) {
		return status;
	}
	if (path != NULL) {
		err = tug_key_load(path, NULL, NULL, &key, why);
	}
	o.key = key;
	if (err == TUG_OK) {
		err = check_input(in, why);
	}
	if (err == TUG_OK) {
		err = tug_sign_file(in, out, &o, why);
	}
	tug_key_free(key);
	if (err != TUG_OK) {
		return tug_local_error(cli, err, "%s", why);
	}
	tug_out_talk(&cli->out, "%s: %s%s", out, path != NULL ? "signed" : "not signed (no --key), digest only",
		     o.pad ? ", padded to the slot" : "");
	return TUG_EXIT_DONE;
}

static int show_info(struct tug_cli *cli, const struct tug_image_info *info, const struct tug_file *file, const char *name)
{
	struct tug_octets text = { NULL, 0 };
	int err;

	if (cli->out.json) {
		tug_out_json(&cli->out, tug_info_json(info, file, name));
		return TUG_OK;
	}
	err = tug_args_has(cli->args, "map") ? tug_image_info_map(info, &text)
					     : tug_image_info_text(info, file, name, &text);
	if (err == TUG_OK) {
		tug_out_foreign(&cli->out, tug_slice_of(text.p, text.len));
	}
	tug_octets_free(&text);
	return err;
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
		err = show_info(cli, &info, &file, path);
	}
	tug_file_free(&file);
	return err == TUG_OK ? TUG_EXIT_DONE : tug_local_error(cli, err, "%s", why);
}

int tug_cmd_file_verify(struct tug_cli *cli)
{
	const char *path = cli->args->pos[0], *key_path = tug_args_text(cli->args, "key", NULL);
	char why[TUG_WHY_CAP] = "";
	struct tug_key *key = NULL;
	struct tug_file file;
	int err;

	memset(&file, 0, sizeof(file));
	err = tug_file_read(path, &file, why);
	if (err == TUG_OK && key_path != NULL) {
		err = tug_key_load(key_path, NULL, NULL, &key, why);
	}
	if (err != TUG_OK) {
		tug_file_free(&file);
		return tug_local_error(cli, err, "%s", why);
	}
	err = tug_file_check_image(&file, path, why); /* names what the file is instead of an image */
	if (err == TUG_OK) {
		err = tug_file_verify(&file, key, path, why);
	}
	tug_key_free(key);
	tug_file_free(&file);
	if (err != TUG_OK) { /* the question was answered: it does not verify */
		tug_local_error(cli, err, "%s", why);
		return tug_exit_of(err) == TUG_EXIT_INTERNAL ? TUG_EXIT_INTERNAL : TUG_EXIT_REFUSED;
	}
	if (cli->out.json) {
		cJSON *j = cJSON_CreateObject();

		cJSON_AddBoolToObject(j, "digest", 1);
		cJSON_AddBoolToObject(j, "signature", key_path != NULL);
		tug_out_json(&cli->out, j);
	} else {
		tug_out_data(&cli->out, "%s: digest right%s\n", path,
			     key_path != NULL ? ", signed by this key" : "; the signature was not checked (no --key)");
	}
	return TUG_EXIT_DONE;
}
