/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides whether a stored file is the announced one, by its SHA-256. Refuses to know images. Linked with the profiles
 * that have the image check; called by the upload, blocks for one read of the file.
 */
#include <string.h>

#include "server_priv.h"

#define PROBE 64u /* octets hashed in one read */

bool tug_srv_match(const struct tug_server *s)
{
	const struct tug_crypto *c = s->cfg->crypto;
	uint8_t buf[PROBE], digest[TUG_HASH_MAX];
	struct tug_hash_ctx ctx;
	uint32_t base = tug_up_base(s);

	if (s->up.sha_len != tug_hash_len(TUG_SHA256) || c->hash_init(&ctx, TUG_SHA256) != TUG_OK) {
		return false;
	}
	for (uint32_t off = 0; off < s->up.len; off += PROBE) {
		uint32_t n = s->up.len - off < PROBE ? s->up.len - off : PROBE;

		if (tug_flash_read(tug_up_area(s), base + off, buf, n) != TUG_OK || c->hash_update(&ctx, buf, n) != TUG_OK) {
			c->hash_abort(&ctx);
			return false;
		}
	}
	return c->hash_final(&ctx, digest) == TUG_OK && memcmp(digest, s->up.sha, s->up.sha_len) == 0;
}
