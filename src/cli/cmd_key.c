/* SPDX-License-Identifier: Apache-2.0
 *
 * Key commands: make, show the public half, its hash, the private half for a bootloader that decrypts. Option names are
 * imgtool's. All work is the image tool library's. Called by main.c.
 */
#include <stdio.h>
#include <string.h>

#include "handlers_priv.h"
#include "passphrase_priv.h"

/* The key named by --key; 0 or an exit status. */
static int load(struct tug_cli *cli, struct tug_key **key)
{
	const char *path = tug_args_text(cli->args, "key", NULL);

	*key = NULL;
	if (path == NULL) {
		return tug_usage_error(cli, "which key? give --key FILE");
	}
	return tug_cli_key(cli, path, true, key);
}

/* Text to --output or to standard output; consumes `text` and `key`. */
static int finish(struct tug_cli *cli, struct tug_key *key, struct tug_octets *text, enum tug_file_mode mode, int err, char *why)
{
	const char *output = tug_args_text(cli->args, "output", NULL);

	if (err == TUG_OK && output != NULL) {
		err = tug_file_write(output, tug_slice_of(text->p, text->len), mode, why);
	} else if (err == TUG_OK) {
		tug_out_octets(&cli->out, tug_slice_of(text->p, text->len));
	}
	tug_octets_free(text);
	tug_key_free(key);
	return err == TUG_OK ? TUG_EXIT_DONE : tug_local_error(cli, err, "%s", why);
}

int tug_cmd_file_keygen(struct tug_cli *cli)
{
	const char *type = tug_args_text(cli->args, "type", "ecdsa-p256"), *path = tug_args_text(cli->args, "key", NULL);
	bool protect = tug_args_has(cli->args, "password") || tug_args_has(cli->args, "passphrase-file");
	char why[TUG_WHY_CAP] = "", phrase[TUG_PHRASE_CAP] = "";
	struct tug_octets pem = { NULL, 0 };
	struct tug_key *key = NULL;
	int status, err;

	if (path == NULL) {
		return tug_usage_error(cli, "which key? give --key FILE");
	}
	status = protect ? tug_cli_new_phrase(cli, phrase) : TUG_EXIT_DONE;
	if (status != TUG_EXIT_DONE) {
		return status;
	}
	err = tug_key_make(type, &key, why);
	if (err == TUG_OK) {
		err = tug_key_private_pem(key, protect ? phrase : NULL, &pem, why);
	}
	if (err == TUG_OK) {
		err = tug_file_write(path, tug_slice_of(pem.p, pem.len), TUG_FILE_SECRET, why);
	}
	memset(phrase, 0, sizeof(phrase));
	tug_octets_free(&pem);
	tug_key_free(key);
	if (err != TUG_OK) {
		return tug_local_error(cli, err, "%s", why);
	}
	tug_out_talk(&cli->out, "%s: %s%s, keep it secret; 'tug file getpub --key %s' shows its public half", path, type,
		     protect ? ", protected by the passphrase" : "", path);
	return TUG_EXIT_DONE;
}

static enum tug_pub_form form_of(const char *name)
{
	static const struct {
		const char *name;
		enum tug_pub_form form;
	} forms[] = {
		{ "pem", TUG_PUB_PEM }, { "raw", TUG_PUB_RAW }, { "hex", TUG_PUB_HEX }, { "lang-rust", TUG_PUB_LANG_RUST },
		{ "rust", TUG_PUB_LANG_RUST },
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
	const char *encoding = tug_args_text(cli->args, "encoding", NULL), *lang = tug_args_text(cli->args, "lang", NULL);
	char why[TUG_WHY_CAP] = "";
	struct tug_octets text = { NULL, 0 };
	struct tug_key *key = NULL;
	int status, err;

	if (encoding != NULL && lang != NULL) {
		return tug_usage_error(cli, "--encoding and --lang say the same; give one");
	}
	status = load(cli, &key);
	if (status != TUG_EXIT_DONE) {
		return status;
	}
	err = tug_key_public(key, form_of(encoding != NULL ? encoding : lang != NULL ? lang : "lang-c"),
			     tug_args_text(cli->args, "name-suffix", ""), &text, why);
	return finish(cli, key, &text, TUG_FILE_PUBLIC, err, why);
}

int tug_cmd_file_getpubhash(struct tug_cli *cli)
{
	bool raw = strcmp(tug_args_text(cli->args, "encoding", "lang-c"), "raw") == 0;
	char why[TUG_WHY_CAP] = "";
	struct tug_octets text = { NULL, 0 };
	struct tug_key *key = NULL;
	int status = load(cli, &key), err;

	if (status != TUG_EXIT_DONE) {
		return status;
	}
	err = tug_key_public(key, raw ? TUG_PUB_HASH_RAW : TUG_PUB_HASH_C, "", &text, why);
	return finish(cli, key, &text, TUG_FILE_PUBLIC, err, why);
}

int tug_cmd_file_getpriv(struct tug_cli *cli)
{
	const char *format = tug_args_text(cli->args, "format", "");
	enum tug_priv_form form = strcmp(format, "openssl") == 0 ? TUG_PRIV_OPENSSL
				  : strcmp(format, "pkcs8") == 0 ? TUG_PRIV_PKCS8
								 : TUG_PRIV_DEFAULT;
	char why[TUG_WHY_CAP] = "";
	struct tug_octets text = { NULL, 0 };
	struct tug_key *key = NULL;
	int status = load(cli, &key), err;

	if (status != TUG_EXIT_DONE) {
		return status;
	}
	err = tug_key_private_c(key, form, tug_args_has(cli->args, "minimal"), &text, why);
	return finish(cli, key, &text, TUG_FILE_SECRET, err, why);
}

int tug_cmd_file_keyinfo(struct tug_cli *cli)
{
	const char *require = tug_args_text(cli->args, "require", NULL), *half;
	uint8_t hash[TUG_HASH_MAX];
	struct tug_key *key = NULL;
	char hex[65];
	int status = load(cli, &key);

	if (status != TUG_EXIT_DONE) {
		return status;
	}
	half = tug_key_is_private(key) ? "private" : "public";
	if (tug_key_hash(key, TUG_SHA256, hash) != TUG_OK) {
		tug_key_free(key);
		return tug_local_error(cli, TUG_ECRYPTO, "the crypto library could not hash the key");
	}
	for (size_t i = 0; i < 32; i++) {
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	}
	if (cli->out.json) {
		cJSON *j = cJSON_CreateObject();

		cJSON_AddStringToObject(j, "type", tug_key_name(key));
		cJSON_AddStringToObject(j, "half", half);
		cJSON_AddStringToObject(j, "hash", hex);
		tug_out_json(&cli->out, j);
	} else {
		tug_out_data(&cli->out, "%s %s key, SHA-256 %s\n", half, tug_key_name(key), hex);
	}
	tug_key_free(key);
	if (require != NULL && strcmp(require, half) != 0) {
		tug_out_error(&cli->out, "tug: this is the %s half, not the %s one", half, require);
		return TUG_EXIT_REFUSED;
	}
	return TUG_EXIT_DONE;
}
