/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how a private key looks inside a bootloader that decrypts with it: DER, whole or without what can be
 * computed, as octets or a C array. Refuses to write files. Called by plain.c and the command line.
 */
#include <string.h>

#include <openssl/encoder.h>
#include <openssl/err.h>

#include "key_priv.h"

/* A value of DER: its tag and where it and its content lie. */
struct der {
	uint8_t tag;
	struct tug_slice all;  /* tag, length and content */
	struct tug_slice body; /* content */
};

/* The value at the front of `in`, which is then moved behind it. False: no DER. */
static bool der_next(struct tug_slice *in, struct der *d)
{
	size_t n = 2, len;

	if (in->len < 2) {
		return false;
	}
	d->tag = in->p[0];
	len = in->p[1];
	if (len >= 0x80) {
		size_t octets = len & 0x7f;

		if (octets == 0 || octets > 3 || in->len < 2 + octets) {
			return false;
		}
		len = 0;
		for (size_t i = 0; i < octets; i++) {
			len = len << 8 | in->p[2 + i];
		}
		n += octets;
	}
	if (len > in->len - n) {
		return false;
	}
	d->all = tug_slice_of(in->p, n + len);
	d->body = tug_slice_of(in->p + n, len);
	*in = tug_slice_of(in->p + n + len, in->len - n - len);
	return true;
}

static void der_put(struct tug_text *t, uint8_t tag, struct tug_slice body)
{
	uint8_t head[4] = { tag };
	size_t n = 1;

	if (body.len >= 0x100) {
		head[n++] = 0x82;
		head[n++] = (uint8_t)(body.len >> 8);
	} else if (body.len >= 0x80) {
		head[n++] = 0x81;
	}
	head[n++] = (uint8_t)body.len;
	tug_text_add(t, head, n);
	tug_text_add(t, body.p, body.len);
}

/* SEQUENCE of the values of `der` as long as `keep` says so. */
static bool keep_values(struct tug_slice der, bool (*keep)(size_t i, uint8_t tag), struct tug_text *out)
{
	struct tug_text body = { 0 };
	struct der seq, d;
	bool ok = der_next(&der, &seq) && seq.tag == 0x30;

	for (size_t i = 0; ok && seq.body.len > 0; i++) {
		ok = der_next(&seq.body, &d);
		if (ok && keep(i, d.tag)) {
			tug_text_add(&body, d.all.p, d.all.len);
		}
	}
	if (ok) {
		der_put(out, 0x30, tug_slice_of(body.o.p, body.o.len));
		out->failed = out->failed || body.failed;
	}
	tug_octets_free(&body.o);
	return ok;
}

static bool is_rsa_core(size_t i, uint8_t tag)
{
	(void)tag;
	return i < 6; /* version, N, E, D, P, Q */
}

static bool is_no_point(size_t i, uint8_t tag)
{
	(void)i;
	return tag != 0xa1;
}

/* PKCS#8 whose inner SEC 1 key loses its point. */
static bool minimal_pkcs8(struct tug_slice der, struct tug_text *out)
{
	struct tug_text inner = { 0 }, body = { 0 };
	struct der seq, version, alg, key;
	bool ok = der_next(&der, &seq) && der_next(&seq.body, &version) && der_next(&seq.body, &alg) && der_next(&seq.body, &key) &&
		  key.tag == 0x04 && keep_values(key.body, is_no_point, &inner);

	if (ok) {
		tug_text_add(&body, version.all.p, version.all.len);
		tug_text_add(&body, alg.all.p, alg.all.len);
		der_put(&body, 0x04, tug_slice_of(inner.o.p, inner.o.len));
		der_put(out, 0x30, tug_slice_of(body.o.p, body.o.len));
		out->failed = out->failed || body.failed || inner.failed;
	}
	tug_octets_free(&inner.o);
	tug_octets_free(&body.o);
	return ok;
}

static bool encode(const struct tug_key *key, const char *structure, struct tug_text *out)
{
	OSSL_ENCODER_CTX *ctx = OSSL_ENCODER_CTX_new_for_pkey(key->pkey, EVP_PKEY_KEYPAIR, "DER", structure, NULL);
	unsigned char *p = NULL;
	size_t len = 0;
	bool ok = ctx != NULL && OSSL_ENCODER_to_data(ctx, &p, &len) == 1;

	if (ok) {
		tug_text_add(out, p, len);
	}
	OPENSSL_clear_free(p, len);
	OSSL_ENCODER_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

/* What MCUboot's crypto reads: only these pairs exist. */
static int choose(const struct tug_key *key, enum tug_priv_form form, bool *pkcs8, char *why)
{
	bool rsa = key->type == TUG_SIG_RSA2048 || key->type == TUG_SIG_RSA3072;

	if (!key->is_private) {
		return tug_why(why, TUG_EINVAL, "this is a public key; the private half is needed");
	}
	if (key->type == TUG_SIG_ED25519) {
		return tug_why(why, TUG_EINVAL, "an ed25519 key signs and never decrypts, so no bootloader holds its private half; use an x25519 key");
	}
	if (rsa && form == TUG_PRIV_PKCS8) {
		return tug_why(why, TUG_EINVAL, "the bootloader reads RSA keys as PKCS#1; use --format openssl, or leave it out");
	}
	if (tug_key_is_x25519(key) && form == TUG_PRIV_OPENSSL) {
		return tug_why(why, TUG_EINVAL, "an x25519 key has no form of its own; use --format pkcs8, or leave it out");
	}
	*pkcs8 = !rsa && form != TUG_PRIV_OPENSSL;
	return TUG_OK;
}

/* The DER with all that a private half has, in the form `*pkcs8` then says. */
static int whole_der(const struct tug_key *key, enum tug_priv_form form, bool *pkcs8, struct tug_octets *out, char *why)
{
	struct tug_text t = { 0 };
	int rc = choose(key, form, pkcs8, why);

	if (rc != TUG_OK) {
		return rc;
	}
	if (!encode(key, *pkcs8 ? "PrivateKeyInfo" : "type-specific", &t)) {
		tug_octets_free(&t.o);
		return tug_why(why, TUG_ECRYPTO, "the private half cannot be read out (a key inside an HSM never can); give the key as a PEM file");
	}
	return tug_text_take(&t, out) == TUG_OK ? TUG_OK : tug_why(why, TUG_ENOSPACE, "out of memory");
}

int tug_key_private_der(const struct tug_key *key, struct tug_octets *out, char *why)
{
	bool pkcs8 = false;

	return whole_der(key, TUG_PRIV_DEFAULT, &pkcs8, out, why);
}

int tug_key_private_c(const struct tug_key *key, enum tug_priv_form form, bool minimal, struct tug_octets *out, char *why)
{
	struct tug_octets whole = { NULL, 0 };
	struct tug_text cut = { 0 }, text = { 0 };
	bool pkcs8 = false, ok = true;
	int rc = whole_der(key, form, &pkcs8, &whole, why);

	if (rc != TUG_OK) {
		return rc;
	}
	struct tug_slice der = tug_slice_of(whole.p, whole.len);
	if (minimal && !tug_key_is_x25519(key)) {
		ok = pkcs8 ? minimal_pkcs8(der, &cut) : keep_values(der, key->type == TUG_SIG_P256 || key->type == TUG_SIG_P384 ?
										    is_no_point : is_rsa_core, &cut);
		der = tug_slice_of(cut.o.p, cut.o.len);
	}
	if (ok) {
		tug_key_put_c(&text, "getpriv", "enc_priv_key", der);
	}
	text.failed = text.failed || cut.failed;
	tug_octets_free(&whole);
	tug_octets_free(&cut.o);
	if (!ok) {
		tug_octets_free(&text.o);
		return tug_why(why, TUG_ECRYPTO, "the private half has no shorter form; leave --minimal out");
	}
	return tug_text_take(&text, out) == TUG_OK ? TUG_OK : tug_why(why, TUG_ENOSPACE, "out of memory");
}
