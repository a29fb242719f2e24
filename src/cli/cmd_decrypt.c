/* SPDX-License-Identifier: Apache-2.0
 *
 * `tug file decrypt`: words and output of it. Decides nothing about images. Called by main.c.
 */
#include <tug/imgtool.h>

#include "enc_key_priv.h"
#include "handlers_priv.h"

static void show(struct tug_cli *cli, const char *path, bool payload, const struct tug_decrypt_result *res)
{
	char version[TUG_VERSION_TEXT];

	tug_version_format(&res->version, '+', version);
	if (cli->out.json) {
		cJSON *j = cJSON_CreateObject();

		cJSON_AddStringToObject(j, "filename", path);
		cJSON_AddStringToObject(j, "version", version);
		cJSON_AddStringToObject(j, "key_wrap", tug_tlv_type_name(res->tlv));
		cJSON_AddNumberToObject(j, "key_bits", res->key_bits);
		cJSON_AddNumberToObject(j, "payload_size", res->payload_len);
		tug_out_json(&cli->out, j);
	}
	tug_out_talk(&cli->out, "%s: version %s, payload %s, digest right (%u octets of payload, AES-%u, %s)", path, version,
		     payload ? "alone" : "in the clear", res->payload_len, res->key_bits,
		     tug_tlv_type_name(res->tlv));
}

int tug_cmd_file_decrypt(struct tug_cli *cli)
{
	const char *in = cli->args->pos[0], *out = cli->args->pos[1], *path = tug_args_text(cli->args, "key", NULL);
	bool payload = tug_args_has(cli->args, "payload");
	char why[TUG_WHY_CAP] = "";
	struct tug_decrypt_result res;
	struct tug_cli_enc enc = { .key = NULL };
	struct tug_enc_key key;
	int err, status;

	if (path == NULL) {
		return tug_usage_error(cli, "--key is needed: the private half of the key the image was encrypted for");
	}
	status = tug_cli_enc_load(cli, path, &enc);
	if (status == TUG_EXIT_DONE) {
		key = tug_cli_enc_of(&enc);
		err = tug_decrypt_path(in, out, &key, payload ? TUG_DECRYPT_PAYLOAD : TUG_DECRYPT_IMAGE, &res, why);
		if (err == TUG_OK) {
			show(cli, out, payload, &res);
		} else {
			status = tug_local_error(cli, err, "%s", why);
		}
	}
	tug_cli_enc_free(&enc);
	return status;
}
