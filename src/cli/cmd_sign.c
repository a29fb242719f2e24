/* SPDX-License-Identifier: Apache-2.0
 *
 * `tug file sign`: the words of imgtool's command line become the options of the signing library. Decides nothing about
 * images. Called by main.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "enc_key_priv.h"
#include "handlers_priv.h"
#include "passphrase_priv.h"

#define MAX_DEPS 32u
#define MAX_CUSTOM 64u

/* What the options point into. */
struct sign_job {
	struct tug_cli *cli;
	struct tug_sign_options o;
	struct tug_key *key;
	struct tug_key *fix_key;
	struct tug_cli_enc enc;
	struct tug_dependency deps[MAX_DEPS];
	struct tug_custom_tlv custom[MAX_CUSTOM];
	struct tug_octets values[MAX_CUSTOM];
	uint8_t vid[16], cid[16];
	uint8_t sig[1024];
	char why[TUG_WHY_CAP];
};

static void free_job(struct sign_job *job)
{
	tug_key_free(job->key);
	tug_key_free(job->fix_key);
	tug_cli_enc_free(&job->enc);
	for (size_t i = 0; i < MAX_CUSTOM; i++) {
		tug_octets_free(&job->values[i]);
	}
	free(job);
}

static bool is_choice(const struct tug_args *args, const char *name, const char *word)
{
	return strcmp(tug_args_text(args, name, ""), word) == 0;
}

static enum tug_boot_mode mode_of(const char *name)
{
	static const struct {
		const char *name;
		enum tug_boot_mode mode;
	} modes[] = {
		{ "swap-scratch", TUG_MODE_SWAP_SCRATCH }, { "swap-move", TUG_MODE_SWAP_MOVE }, { "swap-offset", TUG_MODE_SWAP_OFFSET },
		{ "overwrite", TUG_MODE_OVERWRITE },       { "direct-xip", TUG_MODE_DIRECT_XIP }, { "ram-load", TUG_MODE_RAM_LOAD },
		{ "single-slot", TUG_MODE_SINGLE },
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(modes[i].name, name) == 0) {
			return modes[i].mode;
		}
	}
	return TUG_MODE_UNKNOWN;
}

static int read_hash(const struct tug_args *args)
{
	return is_choice(args, "sha", "256") ? (int)TUG_SHA256
	       : is_choice(args, "sha", "384") ? (int)TUG_SHA384
	       : is_choice(args, "sha", "512") ? (int)TUG_SHA512
					       : -1;
}

static int read_layout(struct sign_job *job)
{
	const struct tug_args *args = job->cli->args;
	struct tug_sign_options *o = &job->o;

	o->align = (uint8_t)tug_args_num(args, "align", 1);
	o->max_align = (uint8_t)tug_args_num(args, "max-align", 0);
	if (o->max_align != 0 && o->max_align < o->align) {
		return tug_usage_error(job->cli, "--max-align %u is smaller than --align %u", o->max_align, o->align);
	}
	o->header_size = tug_args_num(args, "header-size", 0);
	o->pad_header = tug_args_has(args, "pad-header");
	o->slot_size = tug_args_num(args, "slot-size", 0);
	o->max_sectors = (uint16_t)tug_args_num(args, "max-sectors", o->max_sectors);
	o->overwrite_only = tug_args_has(args, "overwrite-only");
	o->mode = mode_of(tug_args_text(args, "mode", ""));
	o->sector_size = tug_args_num(args, "sector-size", 0);
	o->confirm = tug_args_has(args, "confirm");
	o->test = tug_args_has(args, "test");
	o->pad = tug_args_has(args, "pad") || o->confirm || o->test;
	o->erased = is_choice(args, "erased-val", "0") ? 0 : 0xff;
	o->has_hex_addr = tug_args_has(args, "hex-addr");
	o->hex_addr = tug_args_num(args, "hex-addr", 0);
	o->big_endian = is_choice(args, "endian", "big");
	if (o->pad && o->slot_size == 0) {
		return tug_usage_error(job->cli, "--pad, --test and --confirm need --slot-size");
	}
	if (o->mode != TUG_MODE_UNKNOWN && o->slot_size == 0) {
		return tug_usage_error(job->cli, "--mode needs --slot-size");
	}
	return TUG_EXIT_DONE;
}

static int read_flags(struct sign_job *job)
{
	const struct tug_args *args = job->cli->args;
	struct tug_sign_options *o = &job->o;

	o->load_addr = tug_args_num(args, "load-addr", 0);
	o->rom_fixed = tug_args_num(args, "rom-fixed", 0);
	o->non_bootable = tug_args_has(args, "non-bootable");
	o->hash = read_hash(args);
	o->pure = tug_args_has(args, "pure");
	o->pad_sig = tug_args_has(args, "pad-sig");
	o->full_pubkey = is_choice(args, "public-key-format", "full");
	o->vector = is_choice(args, "vector-to-sign", "payload") ? TUG_VECTOR_PAYLOAD
		    : is_choice(args, "vector-to-sign", "digest") ? TUG_VECTOR_DIGEST
								  : TUG_VECTOR_NONE;
	o->compression = is_choice(args, "compression", "lzma2") ? TUG_COMPRESS_LZMA2
			 : is_choice(args, "compression", "lzma2armthumb") ? TUG_COMPRESS_LZMA2_ARM
									   : TUG_COMPRESS_NONE;
	o->boot_record = tug_args_text(args, "boot-record", NULL);
	if (o->load_addr != 0 && o->rom_fixed != 0) {
		return tug_usage_error(job->cli, "--load-addr and --rom-fixed exclude each other");
	}
	if (o->pure && o->hash >= 0) {
		return tug_usage_error(job->cli, "--pure chooses the digest itself; leave --sha out");
	}
	if (tug_args_has(args, "sig-out") && o->vector != TUG_VECTOR_NONE) {
		return tug_usage_error(job->cli, "--vector-to-sign makes no signature, so there is nothing for --sig-out");
	}
	return TUG_EXIT_DONE;
}

/* Values that are parsed as text. TUG_OK or the library's code with its sentence. */
static int read_texts(struct sign_job *job)
{
	const struct tug_args *args = job->cli->args;
	const char *counter = tug_args_text(args, "security-counter", NULL), *deps = tug_args_text(args, "dependencies", NULL);
	const char *vid = tug_args_text(args, "vid", NULL), *cid = tug_args_text(args, "cid", NULL);
	struct tug_sign_options *o = &job->o;
	int err = TUG_OK;

	if (counter != NULL) {
		o->has_sec_cnt = true;
		err = tug_sign_parse_counter(counter, &o->version, &o->sec_cnt, job->why);
	}
	if (err == TUG_OK && deps != NULL) {
		o->deps = job->deps;
		err = tug_sign_parse_deps(deps, job->deps, MAX_DEPS, &o->n_deps, job->why);
	}
	if (err == TUG_OK && vid != NULL) {
		o->vid = job->vid;
		err = tug_sign_parse_uuid(vid, tug_uuid_dns(), job->vid, job->why);
	}
	if (err == TUG_OK && cid != NULL) {
		o->cid = job->cid;
		err = tug_sign_parse_uuid(cid, o->vid, job->cid, job->why);
	}
	return err;
}

static int read_custom_file(struct sign_job *job, const char *type, const char *path, struct tug_custom_tlv *tlv, struct tug_octets *value)
{
	int err = tug_sign_parse_custom_type(type, &tlv->type, job->why);

	return err == TUG_OK ? tug_file_read_raw(path, value, job->why) : err;
}

/* Values first, then files, whatever their order: as imgtool does. */
static int read_custom(struct sign_job *job)
{
	static const char *const names[] = { "custom-tlv", "custom-tlv-file" };
	const struct tug_args *args = job->cli->args;
	size_t *n = &job->o.n_custom;
	int err = TUG_OK;

	job->o.custom = job->custom;
	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; err == TUG_OK && tug_args_nth(args, names[k], i) != NULL; i++) {
			const char *type = tug_args_nth(args, names[k], i), *value = tug_args_second(args, names[k], i);

			if (*n == MAX_CUSTOM) {
				snprintf(job->why, sizeof(job->why), "there are more than %u custom TLVs", MAX_CUSTOM);
				return TUG_EINVAL;
			}
			err = k == 0 ? tug_sign_parse_custom(type, value, &job->custom[*n].type, &job->values[*n], job->why)
				     : read_custom_file(job, type, value, &job->custom[*n], &job->values[*n]);
			job->custom[*n].value = tug_slice_of(job->values[*n].p, job->values[*n].len);
			*n += err == TUG_OK;
		}
	}
	return err;
}

static int read_fixed(struct sign_job *job)
{
	const char *path = tug_args_text(job->cli->args, "fix-sig", NULL);
	struct tug_buf out = tug_buf_of(job->sig, sizeof(job->sig));
	struct tug_octets text = { NULL, 0 };
	int err;

	if (path == NULL) {
		return TUG_OK;
	}
	err = tug_file_read_raw(path, &text, job->why);
	if (err != TUG_OK) {
		return err;
	}
	while (text.len > 0 && (text.p[text.len - 1] == ' ' || text.p[text.len - 1] == '\n')) {
		text.len--;
	}
	err = tug_base64_decode(tug_slice_of(text.p, text.len), &out);
	tug_octets_free(&text);
	if (err != TUG_OK || out.len == 0) {
		snprintf(job->why, sizeof(job->why), "%.200s is no base64 of a signature; 'base64 FILE' makes it of raw octets", path);
		return TUG_EBASE64;
	}
	job->o.fix_sig = tug_slice_of(job->sig, out.len);
	return TUG_OK;
}

static int read_encryption(struct sign_job *job)
{
	const struct tug_args *args = job->cli->args;
	const char *path = tug_args_text(args, "encrypt", NULL);
	struct tug_sign_options *o = &job->o;
	int status;

	if (path == NULL) {
		return TUG_EXIT_DONE;
	}
	o->enc_keylen = is_choice(args, "encrypt-keylen", "256") ? 256 : is_choice(args, "encrypt-keylen", "128") ? 128 : 0;
	o->enc_hmac = is_choice(args, "hmac-sha", "512") ? 512 : 256;
	o->enc_clear = tug_args_has(args, "clear");
	o->save_enctlv = tug_args_has(args, "save-enctlv");
	status = tug_cli_enc_load(job->cli, path, &job->enc);
	o->enc = tug_cli_enc_of(&job->enc);
	return status;
}

static int read_keys(struct sign_job *job)
{
	const char *key = tug_args_text(job->cli->args, "key", NULL), *fix = tug_args_text(job->cli->args, "fix-sig-pubkey", NULL);
	int status = key != NULL ? tug_cli_key(job->cli, key, false, &job->key) : TUG_EXIT_DONE;

	if (status == TUG_EXIT_DONE && fix != NULL) {
		status = tug_cli_key(job->cli, fix, false, &job->fix_key);
	}
	job->o.key = job->key;
	job->o.fix_sig_key = job->fix_key;
	if (status == TUG_EXIT_DONE && tug_args_has(job->cli->args, "sig-out") && job->key == NULL && job->o.fix_sig.len == 0) {
		return tug_usage_error(job->cli, "--sig-out has nothing to write without --key or --fix-sig");
	}
	return status == TUG_EXIT_DONE ? read_encryption(job) : status;
}

static int read_all(struct sign_job *job)
{
	const char *version = tug_args_text(job->cli->args, "version", NULL);
	int status, err;

	job->o = tug_sign_defaults();
	if (version == NULL || !tug_args_has(job->cli->args, "header-size")) {
		return tug_usage_error(job->cli, "--version and --header-size are needed");
	}
	if (tug_version_parse(tug_slice_of(version, strlen(version)), &job->o.version) != TUG_OK) {
		return tug_usage_error(job->cli, "--version is maj.min.rev+build, not '%.40s'", version);
	}
	status = read_layout(job);
	if (status == TUG_EXIT_DONE) {
		status = read_flags(job);
	}
	if (status != TUG_EXIT_DONE) {
		return status;
	}
	err = read_texts(job);
	if (err == TUG_OK) {
		err = read_custom(job);
	}
	if (err == TUG_EINVAL || err == TUG_ENOSPACE) {
		return tug_usage_error(job->cli, "%s", job->why);
	}
	if (err == TUG_OK) {
		err = read_fixed(job);
	}
	return err == TUG_OK ? read_keys(job) : tug_local_error(job->cli, err, "%s", job->why);
}

/* Files that can be signed, and then would never run. */
static int check_input(const char *name, char *why)
{
	static const struct {
		char magic[5];
		const char *text;
	} kinds[] = {
		{ "\x7f" "ELF", "is an ELF file, for debuggers; give the binary (zephyr.bin)" },
		{ "PK\x03\x04", "is a package (zip); give the binary (zephyr.bin), and make the package of the signed image with 'tug file zip'" },
		{ "UF2\n", "is a UF2 file; give the binary (zephyr.bin)" },
	};
	char head[4] = { 0 };
	FILE *f = fopen(name, "rb");
	size_t n = 0;

	if (f != NULL) {
		n = fread(head, 1, sizeof(head), f);
		fclose(f);
	}
	for (size_t i = 0; n == sizeof(head) && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (memcmp(head, kinds[i].magic, sizeof(head)) == 0) {
			snprintf(why, TUG_WHY_CAP, "%.200s %s", name, kinds[i].text);
			return TUG_EMAGIC;
		}
	}
	return TUG_OK;
}

static int write_signature(struct sign_job *job, const struct tug_sign_result *res)
{
	const char *path = tug_args_text(job->cli->args, "sig-out", NULL);
	uint8_t text[1024];
	struct tug_buf out = tug_buf_of(text, sizeof(text));
	int err;

	if (path == NULL) {
		return TUG_OK;
	}
	err = tug_base64_encode(tug_slice_of(res->sig, res->sig_len), &out);
	return err == TUG_OK ? tug_file_write(path, tug_slice_of(text, out.len), TUG_FILE_PUBLIC, job->why) : err;
}

static void show(struct sign_job *job, const char *path, const struct tug_sign_result *res)
{
	bool encrypted = job->enc.key != NULL || job->enc.kek_len > 0;
	struct tug_cli *cli = job->cli;
	char note[TUG_WHY_CAP];

	if (job->o.vector != TUG_VECTOR_NONE) {
		tug_out_talk(&cli->out, "%s: %u octets to sign; bring the signature back with --fix-sig and --fix-sig-pubkey", path, res->len);
	} else {
		tug_out_talk(&cli->out, "%s: %s%s%s", path, res->sig_len > 0 ? "signed" : "not signed (no --key), digest only",
			     !encrypted ? "" : job->o.enc_clear ? ", wrapped key added, payload in the clear" : ", encrypted",
			     job->o.pad ? ", padded to the slot" : "");
	}
	if (job->enc.key != NULL && tug_key_is_private(job->enc.key)) {
		tug_out_talk(&cli->out, "note: --encrypt was given a private key; its public half is all that encrypting needs");
	}
	if (res->packed_len > 0) {
		tug_out_talk(&cli->out, "compressed: %u octets of payload became %u", res->plain_len, res->packed_len);
	} else if (res->plain_len > 0) {
		tug_out_talk(&cli->out, "note: not compressed, because it would not make the image smaller (payload of %u octets)", res->plain_len);
	}
	tug_sign_note(&job->o, res->len, note);
	if (note[0] != '\0') {
		tug_out_talk(&cli->out, "note: %s", note);
	}
	if (cli->out.json) {
		cJSON *j = cJSON_CreateObject();
		char hex[2 * TUG_HASH_MAX + 1] = "";

		for (size_t i = 0; i < res->digest_len; i++) {
			snprintf(hex + 2 * i, 3, "%02x", res->digest[i]);
		}
		cJSON_AddStringToObject(j, "filename", path);
		cJSON_AddNumberToObject(j, "image_size", res->len);
		cJSON_AddStringToObject(j, "hash", hex);
		cJSON_AddBoolToObject(j, "signed", res->sig_len > 0);
		cJSON_AddBoolToObject(j, "compressed", res->packed_len > 0);
		tug_out_json(&cli->out, j);
	}
}

int tug_cmd_file_sign(struct tug_cli *cli)
{
	const char *in = cli->args->pos[0], *out = cli->args->pos[1];
	struct sign_job *job = calloc(1, sizeof(*job));
	struct tug_sign_result res;
	int status, err;

	if (job == NULL) {
		return tug_local_error(cli, TUG_ENOSPACE, "out of memory");
	}
	job->cli = cli;
	status = read_all(job);
	if (status != TUG_EXIT_DONE) {
		free_job(job);
		return status;
	}
	err = check_input(in, job->why);
	if (err == TUG_OK) {
		err = tug_sign_path(in, out, &job->o, &res, job->why);
	}
	if (err == TUG_OK) {
		err = write_signature(job, &res);
	}
	if (err == TUG_OK) {
		show(job, out, &res);
	} else {
		status = tug_local_error(cli, err, "%s", job->why);
	}
	free_job(job);
	return status;
}
