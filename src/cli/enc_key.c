/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides which form a key of encryption has: PEM, or the octets of a key encryption key. Refuses to know what it is for.
 * Called by the file commands.
 */
#include <string.h>

#include "enc_key_priv.h"
#include "handlers_priv.h"
#include "passphrase_priv.h"

int tug_cli_enc_load(struct tug_cli *cli, const char *path, struct tug_cli_enc *e)
{
	char why[TUG_WHY_CAP] = "";
	int err = tug_kek_load(path, e->kek, &e->kek_len, why);

	if (err == TUG_MORE) {
		return tug_cli_key(cli, path, true, &e->key);
	}
	return err == TUG_OK ? TUG_EXIT_DONE : tug_local_error(cli, err, "%s", why);
}

struct tug_enc_key tug_cli_enc_of(const struct tug_cli_enc *e)
{
	struct tug_enc_key key = { e->key, tug_slice_of(e->kek, e->kek_len) };

	return key;
}

void tug_cli_enc_free(struct tug_cli_enc *e)
{
	volatile uint8_t *p = e->kek;

	for (size_t i = 0; i < sizeof(e->kek); i++) {
		p[i] = 0;
	}
	e->kek_len = 0;
	tug_key_free(e->key);
	e->key = NULL;
}
