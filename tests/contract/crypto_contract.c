/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of include/tug/port/crypto.h, held against known answers. Freestanding; refuses to know the library
 * behind. Called by a porter's test firmware and by contract.c.
 */
#include "contract.h"

#include <string.h>

#include "crypto_vectors.h"
#include "findings.h"

#define SIG_MAX 256u

struct run {
	const struct tug_crypto *c;
	struct findings found;
};

/* ---- digests --------------------------------------------------------------------------------------- */

/* Digest of `n` octets i & 0xff (text: "abc") in pieces of `piece` octets. */
static int digest(struct run *r, enum tug_hash_alg alg, bool abc, uint32_t piece, uint8_t *out)
{
	struct tug_hash_ctx ctx;
	uint8_t octet[64];
	uint32_t total = abc ? 3u : 1000u;
	int rc = r->c->hash_init(&ctx, alg);

	if (rc != TUG_OK) {
		return rc;
	}
	for (uint32_t at = 0; rc == TUG_OK && at < total;) {
		uint32_t n = total - at < piece ? total - at : piece;

		for (uint32_t i = 0; i < n; i++) {
			octet[i] = abc ? (uint8_t)('a' + at + i) : (uint8_t)(at + i);
		}
		rc = r->c->hash_update(&ctx, octet, n);
		at += n;
	}
	if (rc != TUG_OK) {
		r->c->hash_abort(&ctx);
		return rc;
	}
	return r->c->hash_final(&ctx, out);
}

static void digests(struct run *r)
{
	static const struct {
		enum tug_hash_alg alg;
		const uint8_t *abc;
	} rows[] = { { TUG_SHA256, vec_abc_256 }, { TUG_SHA384, vec_abc_384 }, { TUG_SHA512, vec_abc_512 } };
	uint8_t out[TUG_HASH_MAX + 1u];

	for (uint32_t i = 0; i < 3; i++) {
		size_t len = tug_hash_len(rows[i].alg);
		int rc;

		memset(out, 0xee, sizeof(out));
		rc = digest(r, rows[i].alg, true, 2, out);
		if (rc == TUG_EFLAGS) {
			expect(&r->found, i > 0, "SHA-256 is built", i);
			continue;
		}
		expect(&r->found, rc == TUG_OK && memcmp(out, rows[i].abc, len) == 0,
		       "the digest of \"abc\" is right", i);
		expect(&r->found, out[len] == 0xee, "a digest writes its own octets only", i);
	}
	for (uint32_t piece = 1; piece <= 64; piece += 21) {
		expect(&r->found, digest(r, TUG_SHA256, false, piece, out) == TUG_OK &&
		       memcmp(out, vec_long_256, 32) == 0, "the digest does not depend on the pieces", piece);
	}
}

/* Two at once must not disturb each other, and one given up must not disturb the next. */
static void contexts(struct run *r)
{
	struct tug_hash_ctx a, b;
	uint8_t out[TUG_HASH_MAX];
	bool ok = r->c->hash_init(&a, TUG_SHA256) == TUG_OK && r->c->hash_init(&b, TUG_SHA256) == TUG_OK;

	expect(&r->found, ok, "two digests can run at once", 0);
	if (!ok) {
		return;
	}
	ok = r->c->hash_update(&a, "ab", 2) == TUG_OK && r->c->hash_update(&b, "zzz", 3) == TUG_OK;
	r->c->hash_abort(&b);
	ok = ok && r->c->hash_update(&a, "c", 1) == TUG_OK && r->c->hash_update(&a, "", 0) == TUG_OK;
	ok = r->c->hash_final(&a, out) == TUG_OK && ok;
	expect(&r->found, ok && memcmp(out, vec_abc_256, 32) == 0, "digests do not disturb each other", 0);
}

/* ---- signatures ------------------------------------------------------------------------------------ */

#define SLICE(v) { (v), sizeof(v) }

static const struct signature {
	enum tug_sig_alg alg;
	struct tug_slice key, msg, sig;
} signatures[] = {
	{ TUG_SIG_P256, SLICE(vec_p256_key), SLICE(vec_digest256), SLICE(vec_p256_sig) },
	{ TUG_SIG_P384, SLICE(vec_p384_key), SLICE(vec_digest384), SLICE(vec_p384_sig) },
	{ TUG_SIG_ED25519, SLICE(vec_ed25519_key), SLICE(vec_digest256), SLICE(vec_ed25519_sig) },
	{ TUG_SIG_RSA2048, SLICE(vec_rsa2048_key), SLICE(vec_digest256), SLICE(vec_rsa2048_sig) },
};

static void one_signature(struct run *r, const struct signature *s)
{
	uint8_t spoilt[SIG_MAX];
	uint8_t msg[TUG_HASH_MAX];
	int rc = r->c->verify(s->alg, s->key, s->msg, s->sig);

	if (rc == TUG_EFLAGS) {
		return; /* not built */
	}
	expect(&r->found, rc == TUG_OK, "a good signature verifies", s->alg);
	memcpy(msg, s->msg.p, s->msg.len);
	msg[7] ^= 0x20;
	expect(&r->found, r->c->verify(s->alg, s->key, tug_slice_of(msg, s->msg.len), s->sig) < 0,
	       "a signature of another message does not verify", s->alg);
	for (size_t i = 0; i < s->sig.len; i += 5) {
		memcpy(spoilt, s->sig.p, s->sig.len);
		spoilt[i] ^= 0x01;
		expect(&r->found, r->c->verify(s->alg, s->key, s->msg, tug_slice_of(spoilt, s->sig.len)) < 0,
		       "a spoilt signature does not verify", (uint32_t)i);
	}
	memset(spoilt, 0, sizeof(spoilt));
	expect(&r->found, r->c->verify(s->alg, s->key, s->msg, tug_slice_of(spoilt, s->sig.len)) < 0,
	       "a signature of zeros does not verify", s->alg);
	expect(&r->found, r->c->verify(s->alg, s->key, s->msg, tug_slice_of(s->sig.p, s->sig.len - 1u)) < 0,
	       "a short signature does not verify", s->alg);
	expect(&r->found, r->c->verify(s->alg, s->key, s->msg, tug_slice_of(NULL, 0)) < 0,
	       "no signature does not verify", s->alg);
	expect(&r->found, r->c->verify(s->alg, tug_slice_of(s->key.p, s->key.len - 1u), s->msg, s->sig) < 0,
	       "a broken key does not verify", s->alg);
}

unsigned crypto_contract_run(const struct tug_crypto *crypto, contract_fn report, void *ctx)
{
	struct run r = { crypto, { report, ctx, 0 } };

	digests(&r);
	contexts(&r);
	for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
		one_signature(&r, &signatures[i]);
	}
	expect(&r.found, crypto->verify(TUG_SIG_NONE, signatures[0].key, signatures[0].msg, signatures[0].sig) < 0,
	       "the scheme \"none\" verifies nothing", 0);
	return r.found.broken;
}
