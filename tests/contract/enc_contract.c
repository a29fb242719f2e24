/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of struct tug_crypto_enc, held against known answers. Freestanding; refuses to know the library behind.
 * Called by a porter's test firmware and by contract.c.
 */
#include "contract.h"

#include <string.h>

#include "enc_vectors.h"
#include "findings.h"

#define SLICE(v) tug_slice_of((v), sizeof(v))

struct run {
	const struct tug_crypto_enc *c;
	struct findings found;
};

static void ctr(struct run *r, struct tug_slice key, const uint8_t *cipher)
{
	uint8_t ff[16];
	uint8_t out[sizeof(vec_ctr_plain) + 1u];
	uint8_t wrap[32] = { 0 };
	int rc;

	for (size_t n = 0; n <= sizeof(vec_ctr_plain); n++) {
		memcpy(out, vec_ctr_plain, sizeof(vec_ctr_plain));
		out[n] = 0xa7;
		rc = r->c->aes_ctr(key, vec_ctr_counter, out, n);
		expect(&r->found, rc == TUG_OK && memcmp(out, cipher, n) == 0,
		       "AES-CTR gives the known stream at any length", (uint32_t)n);
		expect(&r->found, out[n] == 0xa7, "AES-CTR touches its own octets only", (uint32_t)n);
	}
	/* the counter is the whole block: behind all ones comes zero */
	memset(ff, 0xff, sizeof(ff));
	memset(out, 0, sizeof(out));
	rc = r->c->aes_ctr(key, ff, wrap, 32);
	memset(ff, 0, sizeof(ff));
	expect(&r->found, rc == TUG_OK && r->c->aes_ctr(key, ff, out, 16) == TUG_OK && memcmp(out, wrap + 16, 16) == 0,
	       "the CTR counter is 128 bits wide", 0);
}

static void hmacs(struct run *r)
{
	uint8_t out[TUG_HASH_MAX];
	int rc;

	if (r->c->hmac == NULL) {
		return;
	}
	rc = r->c->hmac(TUG_SHA256, SLICE(vec_hmac_key), SLICE(vec_hmac_msg), out);
	expect(&r->found, rc == TUG_OK && memcmp(out, vec_hmac_256, 32) == 0, "HMAC-SHA-256 gives the known answer", 0);
	rc = r->c->hmac(TUG_SHA512, SLICE(vec_hmac_key), SLICE(vec_hmac_msg), out);
	expect(&r->found, rc == TUG_EFLAGS || (rc == TUG_OK && memcmp(out, vec_hmac_512, 64) == 0),
	       "HMAC-SHA-512 gives the known answer", 0);
}

static void p256(struct run *r)
{
	uint8_t peer[sizeof(vec_p256_enc_peer)];
	uint8_t out[32];
	int rc;

	if (r->c->ecdh_p256 == NULL) {
		return;
	}
	rc = r->c->ecdh_p256(SLICE(vec_p256_enc_key), vec_p256_enc_peer, out);
	expect(&r->found, rc == TUG_OK && memcmp(out, vec_p256_enc_shared, 32) == 0,
	       "ECDH P-256 gives the known secret", 0);
	memcpy(peer, vec_p256_enc_peer, sizeof(peer));
	peer[40] ^= 1;
	expect(&r->found, r->c->ecdh_p256(SLICE(vec_p256_enc_key), peer, out) == TUG_ENOKEY,
	       "a point off the curve is refused", 0);
	rc = r->c->ecdh_p256(tug_slice_of(vec_p256_enc_key, sizeof(vec_p256_enc_key) - 1u), vec_p256_enc_peer, out);
	expect(&r->found, rc == TUG_ECRYPTO, "a broken private key is the port's failure, not the image's", 1);
}

static void x25519(struct run *r)
{
	static const uint8_t zero[32] = { 0 };
	uint8_t out[32];
	int rc;

	if (r->c->x25519 == NULL) {
		return;
	}
	rc = r->c->x25519(SLICE(vec_x25519_key), vec_x25519_peer, out);
	expect(&r->found, rc == TUG_OK && memcmp(out, vec_x25519_shared, 32) == 0, "X25519 gives the known secret", 0);
	expect(&r->found, r->c->x25519(SLICE(vec_x25519_key), zero, out) == TUG_ENOKEY,
	       "a secret of zeros is refused", 0);
	rc = r->c->x25519(tug_slice_of(vec_x25519_key, sizeof(vec_x25519_key) - 1u), vec_x25519_peer, out);
	expect(&r->found, rc == TUG_ECRYPTO, "a broken private key is the port's failure, not the image's", 2);
}

static void oaep(struct run *r)
{
	uint8_t bad[sizeof(vec_oaep_cipher)];
	uint8_t out[32];
	struct tug_buf b = tug_buf_of(out, sizeof(out));
	int rc;

	if (r->c->rsa_oaep == NULL) {
		return;
	}
	rc = r->c->rsa_oaep(SLICE(vec_oaep_key), SLICE(vec_oaep_cipher), &b);
	expect(&r->found, rc == TUG_OK && b.len == 16 && memcmp(out, vec_oaep_plain, 16) == 0,
	       "RSA-OAEP gives the known key", 0);
	memcpy(bad, vec_oaep_cipher, sizeof(bad));
	bad[200] ^= 4;
	b = tug_buf_of(out, sizeof(out));
	expect(&r->found, r->c->rsa_oaep(SLICE(vec_oaep_key), SLICE(bad), &b) == TUG_ENOKEY,
	       "spoilt OAEP is refused", 0);
	b = tug_buf_of(out, 15);
	expect(&r->found, r->c->rsa_oaep(SLICE(vec_oaep_key), SLICE(vec_oaep_cipher), &b) == TUG_ENOKEY,
	       "OAEP never writes past the room it has", 0);
	b = tug_buf_of(out, sizeof(out));
	rc = r->c->rsa_oaep(tug_slice_of(vec_oaep_key, sizeof(vec_oaep_key) - 1u), SLICE(vec_oaep_cipher), &b);
	expect(&r->found, rc == TUG_ECRYPTO, "a broken private key is the port's failure, not the image's", 3);
}

static void key_wrap(struct run *r)
{
	uint8_t bad[sizeof(vec_kw_wrapped)];
	uint8_t out[33];
	int rc;

	if (r->c->aes_kw_unwrap == NULL) {
		return;
	}
	memset(out, 0xa7, sizeof(out));
	rc = r->c->aes_kw_unwrap(SLICE(vec_kw_kek), SLICE(vec_kw_wrapped), out);
	expect(&r->found, rc == TUG_OK && memcmp(out, vec_kw_plain, 16) == 0, "key unwrap gives the known key", 16);
	expect(&r->found, out[16] == 0xa7, "key unwrap writes the key's octets only", 16);
	rc = r->c->aes_kw_unwrap(SLICE(vec_kw256_kek), SLICE(vec_kw256_wrapped), out);
	expect(&r->found, rc == TUG_OK && memcmp(out, vec_kw256_plain, 32) == 0, "key unwrap gives the known key", 32);
	expect(&r->found, out[32] == 0xa7, "key unwrap writes the key's octets only", 32);
	for (size_t i = 0; i < sizeof(bad); i++) {
		memcpy(bad, vec_kw_wrapped, sizeof(bad));
		bad[i] ^= 0x10;
		expect(&r->found, r->c->aes_kw_unwrap(SLICE(vec_kw_kek), SLICE(bad), out) == TUG_ENOKEY,
		       "a spoilt wrapped key is refused", (uint32_t)i);
	}
}

unsigned enc_contract_run(const struct tug_crypto_enc *enc, contract_fn report, void *ctx)
{
	struct run r = { enc, { report, ctx, 0 } };

	ctr(&r, SLICE(vec_ctr128_key), vec_ctr128_cipher);
	ctr(&r, SLICE(vec_ctr256_key), vec_ctr256_cipher);
	hmacs(&r);
	p256(&r);
	x25519(&r);
	oaep(&r);
	key_wrap(&r);
	return r.found.broken;
}
