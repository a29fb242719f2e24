/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides whether an image is what its signer made: one walk over the TLVs and a table of rules
 * {type, check, required}. Refuses to know slots and modes. Blocks as long as medium and port do.
 *
 * The verdict is hardened: it starts as BAD, every comparison is done twice over its whole length,
 * and GOOD is only given when each required rule has passed, counted at the end.
 */
#include "image_priv.h"

#define SCRATCH_MIN 512u
#define TLV_ANY 0xffffu
#define DER_SEQUENCE 0x30u
#define N_RULES 5u

struct walk {
	const struct tug_image *img;
	const struct tug_crypto *c;
	const struct tug_verify_policy *policy;
	struct tug_buf scratch;
	uint8_t digest[TUG_HASH_MAX]; /* of the image, computed */
	bool have_digest;
	struct tug_slice key; /* named by the latest key TLV; len 0 = none */
	bool sig_skipped;     /* a signature was there, but no key before it matched */
	enum tug_verdict passed[N_RULES];
};

/* Result of a check: TUG_OK = passes, TUG_MORE = not for us, negative = the image is bad. */
typedef int (*check_fn)(struct walk *w, const struct tug_tlv *tlv);

struct rule {
	check_fn check; /* NULL = rule switched off by the policy */
	int missing;    /* error when a required rule has not passed */
	uint16_t type;  /* TLV the rule is about */
	bool required;  /* must have passed */
};

/* Compare whole arrays, twice, without a way out in the middle. */
static enum tug_verdict equal_hard(const uint8_t *a, const uint8_t *b, size_t len)
{
	volatile uint8_t diff = 0;
	volatile uint8_t same = 0xff;
	volatile size_t i;

	for (i = 0; i < len; i++) {
		diff = (uint8_t)(diff | (a[i] ^ b[i]));
		same = (uint8_t)(same & (uint8_t)~(a[i] ^ b[i]));
	}
	if (len > 0 && diff == 0 && i == len) {
		if (same == 0xff) {
			return TUG_VERDICT_GOOD;
		}
	}
	return TUG_VERDICT_BAD;
}

/* Computed once, when the digest or the first signature asks for it: their order is free. */
static int need_digest(struct walk *w)
{
	int rc = TUG_OK;

	if (!w->have_digest) {
		rc = tug_image_hash(w->img, w->c, w->policy->hash, w->scratch, w->digest);
		w->have_digest = rc == TUG_OK;
	}
	return rc;
}

static int check_digest(struct walk *w, const struct tug_tlv *tlv)
{
	size_t len = tug_hash_len(w->policy->hash);
	uint8_t said[TUG_HASH_MAX];

	if (tlv->len != len) {
		return TUG_EHASH;
	}
	int rc = need_digest(w);
	if (rc == TUG_OK) {
		rc = tug_tlv_read(w->img, tlv, said, sizeof(said));
	}
	if (rc != TUG_OK) {
		return rc;
	}
	return equal_hard(said, w->digest, len) == TUG_VERDICT_GOOD ? TUG_OK : TUG_EHASH;
}

static int hash_of(const struct tug_crypto *c, enum tug_hash_alg alg, struct tug_slice data, uint8_t *out)
{
	struct tug_hash_ctx h;
	int rc = c->hash_init(&h, alg);

	if (rc != TUG_OK) {
		return rc;
	}
	rc = c->hash_update(&h, data.p, data.len);
	if (rc != TUG_OK) {
		c->hash_abort(&h);
		return rc;
	}
	return c->hash_final(&h, out);
}

/* A key is named by its whole digest: a shorter one would match keys it does not name. */
static int check_keyhash(struct walk *w, const struct tug_tlv *tlv)
{
	size_t len = tug_hash_len(w->policy->hash);
	uint8_t said[TUG_HASH_MAX];
	uint8_t is[TUG_HASH_MAX];

	w->key = tug_slice_of(NULL, 0);
	if (tlv->len != len) {
		return TUG_MORE;
	}
	int rc = tug_tlv_read(w->img, tlv, said, sizeof(said));
	for (uint8_t i = 0; rc == TUG_OK && i < w->policy->n_keys; i++) {
		rc = hash_of(w->c, w->policy->hash, w->policy->keys[i].der, is);
		if (rc == TUG_OK && equal_hard(said, is, len) == TUG_VERDICT_GOOD) {
			w->key = w->policy->keys[i].der;
			return TUG_OK;
		}
	}
	return rc == TUG_OK ? TUG_MORE : rc;
}

static int check_pubkey(struct walk *w, const struct tug_tlv *tlv)
{
	w->key = tug_slice_of(NULL, 0);
	if (tlv->len > w->scratch.cap) {
		return TUG_MORE;
	}
	int rc = tug_tlv_read(w->img, tlv, w->scratch.p, w->scratch.cap);
	for (uint8_t i = 0; rc == TUG_OK && i < w->policy->n_keys; i++) {
		struct tug_slice der = w->policy->keys[i].der;

		if (der.len == tlv->len && equal_hard(w->scratch.p, der.p, der.len) == TUG_VERDICT_GOOD) {
			w->key = der;
			return TUG_OK;
		}
	}
	return rc == TUG_OK ? TUG_MORE : rc;
}

static int check_pure(struct walk *w, const struct tug_tlv *tlv)
{
	uint8_t value = 0;

	if (tlv->len != 1) {
		return TUG_ESIG;
	}
	int rc = tug_tlv_read(w->img, tlv, &value, 1);
	if (rc == TUG_OK && value != 1) {
		rc = TUG_ESIG;
	}
	return rc;
}

/* Octets a signature TLV of the scheme must have; for ECDSA the most it may have (padded DER). */
static uint16_t sig_len(enum tug_sig_alg alg)
{
	switch (alg) {
	case TUG_SIG_RSA2048:
		return 256;
	case TUG_SIG_RSA3072:
		return 384;
	case TUG_SIG_P256:
		return 72;
	case TUG_SIG_P384:
		return 104;
	case TUG_SIG_ED25519:
		return 64;
	case TUG_SIG_NONE:
		break;
	}
	return 0;
}

static bool is_ecdsa(enum tug_sig_alg alg)
{
	return alg == TUG_SIG_P256 || alg == TUG_SIG_P384;
}

/* Cut the zeros that signing tools may append after the DER SEQUENCE; anything else there is refused. */
static int trim_der(struct tug_slice *sig)
{
	size_t len;

	if (sig->len < 2 || sig->p[0] != DER_SEQUENCE || sig->p[1] >= 0x80) {
		return TUG_ESIG; /* a SEQUENCE of two such integers is always shorter than 128 octets */
	}
	len = 2u + sig->p[1];
	if (len > sig->len) {
		return TUG_ESIG;
	}
	for (size_t i = len; i < sig->len; i++) {
		if (sig->p[i] != 0) {
			return TUG_ESIG;
		}
	}
	sig->len = len;
	return TUG_OK;
}

/* What was signed: the digest, or for pure signatures the whole hashed range read behind the signature. */
static int signed_message(struct walk *w, size_t used, struct tug_slice *msg)
{
	if (!w->policy->pure) {
		*msg = tug_slice_of(w->digest, tug_hash_len(w->policy->hash));
		return TUG_OK;
	}
	if (w->img->unprot_off > w->scratch.cap - used) {
		return TUG_ENOSPACE;
	}
	*msg = tug_slice_of(w->scratch.p + used, w->img->unprot_off);
	return tug_image_read(w->img->io, w->img->base, 0, w->scratch.p + used, w->img->unprot_off);
}

static int check_signature(struct walk *w, const struct tug_tlv *tlv)
{
	enum tug_sig_alg alg = w->policy->sig;
	struct tug_slice key = w->key;
	struct tug_slice msg = { NULL, 0 };
	volatile int ok = TUG_ESIG;

	w->key = tug_slice_of(NULL, 0); /* a key serves one signature */
	if (key.len == 0) {
		w->sig_skipped = true;
		return TUG_MORE;
	}
	if (tlv->len > sig_len(alg) || (!is_ecdsa(alg) && tlv->len != sig_len(alg))) {
		return TUG_ESIG;
	}
	int rc = w->policy->pure ? TUG_OK : need_digest(w);
	if (rc == TUG_OK) {
		rc = tug_tlv_read(w->img, tlv, w->scratch.p, w->scratch.cap);
	}
	struct tug_slice sig = tug_slice_of(w->scratch.p, tlv->len);
	if (rc == TUG_OK && is_ecdsa(alg)) {
		rc = trim_der(&sig);
	}
	if (rc == TUG_OK) {
		rc = signed_message(w, tlv->len, &msg);
	}
	if (rc != TUG_OK) {
		return rc;
	}
	ok = w->c->verify(alg, key, msg, sig);
	if (ok == TUG_OK && msg.len > 0) {
		return ok; /* read a second time */
	}
	return ok < 0 ? ok : TUG_ESIG;
}

/* The policy as rules. Unused ones keep check = NULL. */
static void make_rules(const struct tug_verify_policy *p, struct rule rules[N_RULES])
{
	static const uint16_t sig_type[] = {
		[TUG_SIG_NONE] = 0,
		[TUG_SIG_RSA2048] = TUG_TLV_RSA2048_PSS,
		[TUG_SIG_RSA3072] = TUG_TLV_RSA3072_PSS,
		[TUG_SIG_P256] = TUG_TLV_ECDSA_SIG,
		[TUG_SIG_P384] = TUG_TLV_ECDSA_SIG,
		[TUG_SIG_ED25519] = TUG_TLV_ED25519,
	};
	bool is_signed = p->sig != TUG_SIG_NONE;

	rules[0] = (struct rule){ check_digest, TUG_ENOHASH, tug_image_digest_type(p->hash), !p->pure };
	rules[1] = (struct rule){ is_signed ? check_keyhash : NULL, TUG_ENOKEY, TUG_TLV_KEYHASH, false };
	rules[2] = (struct rule){ is_signed ? check_pubkey : NULL, TUG_ENOKEY, TUG_TLV_PUBKEY, false };
	rules[3] = (struct rule){ p->pure ? check_pure : NULL, TUG_ENOSIG, TUG_TLV_SIG_PURE, p->pure };
	rules[4] = (struct rule){ is_signed ? check_signature : NULL, TUG_ENOSIG, sig_type[p->sig], is_signed };
}

/* Walk all entries of both areas; the digest, keys and signatures count in the unprotected one only. */
static int walk_tlvs(struct walk *w, const struct rule rules[N_RULES])
{
	struct tug_tlv_it it;
	struct tug_tlv tlv = { 0 };
	int rc;

	tug_tlv_begin(&it, w->img, TLV_ANY, false);
	while ((rc = tug_tlv_next(&it, &tlv)) == 1) {
		for (size_t i = 0; i < N_RULES && !tlv.prot; i++) {
			if (rules[i].check == NULL || rules[i].type != tlv.type) {
				continue;
			}
			rc = rules[i].check(w, &tlv);
			if (rc < 0) {
				w->passed[i] = TUG_VERDICT_BAD;
				return rc;
			}
			if (rc == TUG_OK) {
				w->passed[i] = TUG_VERDICT_GOOD;
			}
		}
	}
	return rc;
}

static int check_policy(const struct tug_image *img, const struct tug_verify_policy *p, struct tug_buf scratch)
{
	if (scratch.cap < SCRATCH_MIN || p->sig > TUG_SIG_ED25519 || p->hash > TUG_SHA512 ||
	    (p->pure && p->sig != TUG_SIG_ED25519)) {
		return TUG_EINVAL;
	}
	if (p->sig != TUG_SIG_NONE && p->n_keys == 0) {
		return TUG_ENOKEY;
	}
	return p->max_size != 0 && img->total > p->max_size ? TUG_EIMGSIZE : TUG_OK;
}

/* First required rule that has not passed; TUG_OK only when the count of passed ones agrees too. */
static int missing_rule(const struct walk *w, const struct rule rules[N_RULES])
{
	volatile unsigned needed = 0;
	volatile unsigned passed = 0;

	for (size_t i = 0; i < N_RULES; i++) {
		if (!rules[i].required) {
			continue;
		}
		needed++;
		if (w->passed[i] != TUG_VERDICT_GOOD) {
			return rules[i].missing == TUG_ENOSIG && w->sig_skipped ? TUG_ENOKEY : rules[i].missing;
		}
		passed++;
	}
	return needed > 0 && needed == passed ? TUG_OK : TUG_EINTERNAL;
}

enum tug_verdict tug_image_verify(const struct tug_image *img, const struct tug_crypto *c,
				  const struct tug_verify_policy *policy, struct tug_buf scratch, int *why)
{
	struct walk w = { .img = img, .c = c, .policy = policy, .scratch = scratch };
	struct rule rules[N_RULES];
	volatile int first = TUG_EINTERNAL;
	volatile int second = TUG_EINTERNAL;

	for (size_t i = 0; i < N_RULES; i++) {
		w.passed[i] = TUG_VERDICT_BAD;
	}
	first = check_policy(img, policy, scratch);
	if (first == TUG_OK) {
		make_rules(policy, rules);
		first = walk_tlvs(&w, rules);
	}
	if (first == TUG_OK) {
		first = missing_rule(&w, rules);
		second = missing_rule(&w, rules);
	}
	if (why != NULL) {
		*why = first;
	}
	if (first == TUG_OK && second == TUG_OK) {
		return TUG_VERDICT_GOOD;
	}
	if (why != NULL && *why == TUG_OK) {
		*why = TUG_EINTERNAL;
	}
	return TUG_VERDICT_BAD;
}
