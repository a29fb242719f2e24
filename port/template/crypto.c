/* SPDX-License-Identifier: Apache-2.0
 *
 * Digests and signature checks of a board, by a library or an accelerator. Refuses to know images and TLVs.
 * Called by image, boot and server; a digest is finished or given up before the next one starts.
 */
#include "template.h"

/* FILL IN: keep the running digest in `c->opaque`, and assert that it fits:
 * _Static_assert(sizeof(struct my_sha256) <= sizeof(struct tug_hash_ctx), "digest state is too large"); */

/* FILL IN: start. TUG_EFLAGS for an algorithm that is not built. */
static int hash_init(struct tug_hash_ctx *c, enum tug_hash_alg alg)
{
	(void)c;
	(void)alg;
	return TUG_ENOTIMPL;
}

/* FILL IN: add octets, any number. */
static int hash_update(struct tug_hash_ctx *c, const void *p, size_t len)
{
	(void)c;
	(void)p;
	(void)len;
	return TUG_ENOTIMPL;
}

/* FILL IN: write tug_hash_len(alg) octets to `out` and release what the library holds. */
static int hash_final(struct tug_hash_ctx *c, uint8_t *out)
{
	(void)c;
	(void)out;
	return TUG_ENOTIMPL;
}

/* FILL IN: release without a result. */
static void hash_abort(struct tug_hash_ctx *c)
{
	(void)c;
}

/* FILL IN: the schemes you need; TUG_EFLAGS for the others, never TUG_OK. */
static int verify(enum tug_sig_alg alg, struct tug_slice key, struct tug_slice msg, struct tug_slice sig)
{
	(void)alg;
	(void)key;
	(void)msg;
	(void)sig;
	return TUG_ENOTIMPL;
}

const struct tug_crypto tug_crypto_template = { hash_init, hash_update, hash_final, hash_abort, verify };
