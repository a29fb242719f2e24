/* SPDX-License-Identifier: Apache-2.0
 *
 * States when an image verifies: each golden image does, no changed octet, cut, failing read or failing
 * crypto call does, but for octets the test itself names as free. Run by CTest; prints the free octets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <tug/port/crypto_openssl.h>

#include "image_vec.h"

#define SCRATCH 1024u

static const char *const key_names[] = { "ed", "p256", "p384", "rsa2048", "rsa3072" };
#define N_KEYS (sizeof(key_names) / sizeof(key_names[0]))
static struct image_vec keys[N_KEYS];

static int setup(void **state)
{
	static char names[N_KEYS][24];

	(void)state;
	for (size_t i = 0; i < N_KEYS; i++) {
		snprintf(names[i], sizeof(names[i]), "key-%s", key_names[i]);
		image_vec_load(&keys[i], names[i]);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_KEYS; i++) {
		image_vec_free(&keys[i]);
	}
	return 0;
}

static struct tug_pubkey key_of(const char *name)
{
	struct tug_pubkey k = { { NULL, 0 } };

	for (size_t i = 0; i < N_KEYS; i++) {
		if (strcmp(key_names[i], name) == 0) {
			k.der = tug_slice_of(keys[i].data, keys[i].len);
		}
	}
	return k;
}

/* Open and verify octets. Result: TUG_OK only for the verdict GOOD. */
static int verify(struct tug_slice data, const struct tug_crypto *c, const struct tug_verify_policy *p)
{
	uint8_t scratch[SCRATCH];
	struct tug_io io = tug_io_of_slice(&data);
	struct tug_image img;
	int why = 12345;
	int rc = tug_image_open(&img, &io, 0, TUG_IMG_CAN_ENCRYPTED);

	if (rc != TUG_OK) {
		return rc;
	}
	enum tug_verdict v = tug_image_verify(&img, c, p, tug_buf_of(scratch, sizeof(scratch)), &why);
	assert_true(v == TUG_VERDICT_GOOD || v == TUG_VERDICT_BAD);
	assert_int_equal(v == TUG_VERDICT_GOOD, why == TUG_OK);
	assert_true(why <= 0);
	return why;
}

static struct tug_verify_policy policy_of(const struct image_vec *v, const struct tug_pubkey *key)
{
	struct tug_verify_policy p = { .sig = v->sig, .hash = v->hash, .pure = v->pure };

	if (v->sig != TUG_SIG_NONE) {
		p.keys = key;
		p.n_keys = 1;
	}
	return p;
}

/* ---- every octet: refused when changed, or named here ------------------------------------------- */

#define FREE_MAX 8192u

/* Which octets may change without being noticed, from the layout alone: `free_of[i]` = reason or NULL. */
static void name_free(const struct image_vec *v, const struct tug_verify_policy *p, const char **free_of)
{
	size_t prot = tug_le16(v->data + 10);
	size_t unprot = tug_le16(v->data + 8) + (size_t)tug_le32(v->data + 12) + prot;
	size_t end = unprot + tug_le16(v->data + unprot + 2);
	size_t off = unprot + 4;
	static const uint16_t digests[] = { 0x10, 0x11, 0x12 };
	static const uint16_t sigs[] = { 0xffff, 0x20, 0x23, 0x22, 0x22, 0x24 };

	for (size_t i = 0; i < v->len; i++) {
		free_of[i] = i >= end ? "after the TLVs" : NULL;
	}
	while (off < end) {
		uint16_t type = tug_le16(v->data + off);
		uint16_t len = tug_le16(v->data + off + 2);
		bool keyed = p->sig != TUG_SIG_NONE;
		bool used = type == digests[p->hash] || (keyed && (type == 1 || type == 2 || type == sigs[p->sig])) ||
			    (p->pure && type == 0x25);

		for (size_t i = 0; i < 4u + len && !used; i++) {
			if (i < 2) {
				free_of[off + i] = "type of a TLV not in use";
			} else if (i >= 4) {
				free_of[off + i] = "value of a TLV not in use";
			}
		}
		for (size_t i = 0; i < 2u && p->pure && type == digests[p->hash]; i++) {
			free_of[off + i] = "type of the digest beside a pure signature (optional there)";
		}
		off += 4u + len;
	}
}

static void print_free(const char *const *free_of, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t from = i;

		while (i < len && free_of[i] == free_of[from]) {
			i++;
		}
		if (free_of[from] != NULL) {
			printf("    free: %zu..%zu %s\n", from, i - 1, free_of[from]);
		}
	}
}

static void flip_all(struct image_vec *v, const struct tug_verify_policy *p, const char *policy_name)
{
	static const char *free_of[FREE_MAX];
	static const uint8_t masks[] = { 1, 2, 4, 8, 16, 32, 64, 128, 0xff };
	struct tug_slice s = tug_slice_of(v->data, v->len);
	size_t refused = 0, accepted = 0, named = 0;

	assert_true(v->len <= FREE_MAX);
	name_free(v, p, free_of);
	for (size_t i = 0; i < v->len; i++) {
		named += free_of[i] != NULL;
		for (size_t m = 0; m < sizeof(masks); m++) {
			v->data[i] ^= masks[m];
			int rc = verify(s, &tug_crypto_openssl, p);
			v->data[i] ^= masks[m];
			refused += rc != TUG_OK;
			accepted += rc == TUG_OK;
			if (rc == TUG_OK && free_of[i] == NULL) {
				fail_msg("%s: octet %zu ^ %02x accepted", v->name, i, masks[m]);
			}
			/* a free value is really free: the list must not hide octets that matter */
			if (rc != TUG_OK && free_of[i] != NULL && free_of[i][0] != 't') {
				fail_msg("%s: octet %zu named free (%s), but refused %d", v->name, i, free_of[i], rc);
			}
		}
	}
	printf("  %s (%s): %zu octets, %zu free, %zu changes refused, %zu accepted\n", v->name, policy_name, v->len, named,
	       refused, accepted);
	print_free(free_of, v->len);
}

static void golden_flips(void **state)
{
	(void)state;
	for (size_t i = 0; image_vec_names[i] != NULL; i++) {
		struct image_vec v;

		image_vec_load(&v, image_vec_names[i]);
		struct tug_pubkey key = key_of(v.key);
		struct tug_verify_policy p = policy_of(&v, &key);
		assert_int_equal(verify(tug_slice_of(v.data, v.len), &tug_crypto_openssl, &p), TUG_OK);
		flip_all(&v, &p, v.sig == TUG_SIG_NONE ? "digest only" : v.pure ? "pure signature" : "signature");
		if (v.sig != TUG_SIG_NONE) {
			struct tug_verify_policy digest_only = { .sig = TUG_SIG_NONE, .hash = v.hash };

			assert_int_equal(verify(tug_slice_of(v.data, v.len), &tug_crypto_openssl, &digest_only), TUG_OK);
			flip_all(&v, &digest_only, "digest only");
		}
		image_vec_free(&v);
	}
}

static void golden_truncations(void **state)
{
	(void)state;
	for (size_t i = 0; image_vec_names[i] != NULL; i++) {
		struct image_vec v;
		size_t good = 0;

		image_vec_load(&v, image_vec_names[i]);
		struct tug_pubkey key = key_of(v.key);
		struct tug_verify_policy p = policy_of(&v, &key);
		size_t unprot = 96u + tug_le16(v.data + 10);
		size_t total = unprot + tug_le16(v.data + unprot + 2);
		for (size_t n = 0; n <= v.len; n++) {
			uint8_t *cut = malloc(n > 0 ? n : 1); /* exact size: over-reads are seen */
			assert_non_null(cut);
			memcpy(cut, v.data, n);
			int rc = verify(tug_slice_of(cut, n), &tug_crypto_openssl, &p);
			free(cut);
			if ((rc == TUG_OK) != (n >= total) || (n < total && rc != TUG_ETRUNC)) {
				fail_msg("%s cut to %zu of %zu: %d", v.name, n, total, rc);
			}
			good += rc == TUG_OK;
		}
		assert_int_equal(good, v.len - total + 1);
		image_vec_free(&v);
	}
}

/* ---- the TLVs of [ed] in other orders and shapes ------------------------------------------------ */

struct part {
	const char *what; /* D digest, K keyhash, S signature, P public key; lower case = damaged; U unknown keyhash;
	                     0 = keyhash of no octets, 1 = 31 octets, 3 = 33 octets; V = vendor TLV; X = foreign signature */
	int rc;
};

static size_t put_tlv(uint8_t *out, uint16_t type, const uint8_t *value, uint16_t len)
{
	tug_put_le16(out, type);
	tug_put_le16(out + 2, len);
	memcpy(out + 4, value, len);
	return 4u + len;
}

/* Offsets of the values in [ed]: digest 104, key hash 140, signature 176. */
static size_t put_part(uint8_t *out, char what, const struct image_vec *ed)
{
	uint8_t v[128];

	memcpy(v, ed->data + 104, 32);
	switch (what) {
	case 'd':
		v[31] ^= 1;
		return put_tlv(out, TUG_TLV_SHA256, v, 32);
	case 'D':
		return put_tlv(out, TUG_TLV_SHA256, v, 32);
	case 'S':
	case 's':
		memcpy(v, ed->data + 176, 64);
		v[3] ^= what == 's' ? 0x10 : 0;
		return put_tlv(out, TUG_TLV_ED25519, v, 64);
	case 'P':
	case 'p':
		memcpy(v, key_of("ed").der.p, 44);
		v[43] ^= what == 'p' ? 1 : 0;
		return put_tlv(out, TUG_TLV_PUBKEY, v, 44);
	case 'V':
		return put_tlv(out, 0x00a0, v, 5);
	case 'X':
		return put_tlv(out, TUG_TLV_ECDSA_SIG, v, 32);
	case 'T': /* signature TLV one octet short */
		return put_tlv(out, TUG_TLV_ED25519, ed->data + 176, 63);
	default:
		break;
	}
	memcpy(v, ed->data + 140, 32);
	v[32] = 0;
	v[31] ^= what == 'U' ? 1 : 0;
	return put_tlv(out, TUG_TLV_KEYHASH, v, what == '0' ? 0 : what == '1' ? 31 : what == '3' ? 33 : 32);
}

static void tlv_orders(void **state)
{
	static const struct part rows[] = {
		{ "DKS", TUG_OK },     { "KSD", TUG_OK },     { "VDVKVSV", TUG_OK },  { "DPS", TUG_OK },
		{ "DXKS", TUG_OK },    { "DKXS", TUG_OK },    { "DKSX", TUG_OK },     { "DUSKS", TUG_OK },
		{ "DKSUS", TUG_OK },   { "DKSs", TUG_OK },    /* no key any more: not looked at */
		{ "DKVS", TUG_OK },    { "DUKS", TUG_OK },    { "DKSKS", TUG_OK },    { "DpKS", TUG_OK },
		{ "DSK", TUG_ENOKEY }, { "DS", TUG_ENOKEY },  { "DUS", TUG_ENOKEY },  { "DKUS", TUG_ENOKEY },
		{ "D0S", TUG_ENOKEY }, { "D1S", TUG_ENOKEY }, { "D3S", TUG_ENOKEY },  { "DpS", TUG_ENOKEY },
		{ "DK0S", TUG_ENOKEY }, { "DKpS", TUG_ENOKEY },
		{ "DKs", TUG_ESIG },   { "DKsKS", TUG_ESIG }, { "DKSKs", TUG_ESIG },  { "DKT", TUG_ESIG },
		{ "KS", TUG_ENOHASH }, { "", TUG_ENOHASH },   { "VKX", TUG_ENOHASH },
		{ "D", TUG_ENOSIG },   { "DK", TUG_ENOSIG },  { "DKX", TUG_ENOSIG },
		{ "dKS", TUG_EHASH },  { "DdKS", TUG_EHASH }, { "DKSd", TUG_EHASH },  { "DDKS", TUG_OK },
	};
	struct tug_pubkey key = key_of("ed");
	struct tug_verify_policy p = { .sig = TUG_SIG_ED25519, .hash = TUG_SHA256, .keys = &key, .n_keys = 1 };
	struct image_vec ed;

	(void)state;
	image_vec_load(&ed, "ed");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t img[1024];
		size_t n = 100;

		memcpy(img, ed.data, n);
		for (const char *w = rows[i].what; *w != '\0'; w++) {
			n += put_part(img + n, *w, &ed);
		}
		tug_put_le16(img + 98, (uint16_t)(n - 96));
		int rc = verify(tug_slice_of(img, n), &tug_crypto_openssl, &p);
		if (rc != rows[i].rc) {
			fail_msg("order %s: %d, want %d", rows[i].what, rc, rows[i].rc);
		}
	}
	image_vec_free(&ed);
}

/* A digest in the protected area does not count: it would have to contain itself. */
static void protected_digest(void **state)
{
	uint8_t img[256] = { 0 };
	struct tug_image_hdr h = { .magic = TUG_IMAGE_MAGIC, .hdr_size = 32, .protect_tlv_size = 40, .img_size = 4 };
	static const uint8_t areas[] = { 8, 0x69, 40, 0, 0x10, 0, 32, 0 };
	struct tug_verify_policy p = { .sig = TUG_SIG_NONE, .hash = TUG_SHA256 };

	(void)state;
	tug_image_hdr_encode(&h, img);
	memcpy(img + 36, areas, sizeof(areas));
	img[76] = 0x07;
	img[77] = 0x69;
	img[78] = 4;
	assert_int_equal(verify(tug_slice_of(img, 80), &tug_crypto_openssl, &p), TUG_ENOHASH);
}

static void policies(void **state)
{
	struct tug_pubkey three[3] = { key_of("p256"), key_of("rsa2048"), key_of("ed") };
	struct tug_verify_policy p = { .sig = TUG_SIG_ED25519, .hash = TUG_SHA256, .keys = three, .n_keys = 3 };
	struct image_vec v;

	(void)state;
	image_vec_load(&v, "ed");
	struct tug_slice s = tug_slice_of(v.data, v.len);
	assert_int_equal(verify(s, &tug_crypto_openssl, &p), TUG_OK);
	p.max_size = (uint32_t)v.len;
	assert_int_equal(verify(s, &tug_crypto_openssl, &p), TUG_OK);
	p.max_size = (uint32_t)v.len - 1;
	assert_int_equal(verify(s, &tug_crypto_openssl, &p), TUG_EIMGSIZE);
	p.max_size = 0;
	p.n_keys = 2;
	assert_int_equal(verify(s, &tug_crypto_openssl, &p), TUG_ENOKEY);
	p.n_keys = 0;
	assert_int_equal(verify(s, &tug_crypto_openssl, &p), TUG_ENOKEY);
	p.n_keys = 3;
	p.sig = TUG_SIG_P256; /* a bootloader of another scheme sees no signature at all */
	assert_int_equal(verify(s, &tug_crypto_openssl, &p), TUG_ENOSIG);
	p.sig = TUG_SIG_ED25519;
	p.hash = TUG_SHA512;
	assert_int_equal(verify(s, &tug_crypto_openssl, &p), TUG_ENOHASH); /* digests of other lengths do not count */
	p.hash = TUG_SHA256;
	p.pure = true;
	assert_int_equal(verify(s, &tug_crypto_openssl, &p), TUG_ESIG); /* signature is over the digest */
	p.sig = TUG_SIG_P256;
	assert_int_equal(verify(s, &tug_crypto_openssl, &p), TUG_EINVAL);
	image_vec_free(&v);
}

static void pure_images(void **state)
{
	struct tug_pubkey key = key_of("ed");
	struct tug_verify_policy p = { .sig = TUG_SIG_ED25519, .hash = TUG_SHA512, .keys = &key, .n_keys = 1, .pure = true };
	struct image_vec v;

	(void)state;
	image_vec_load(&v, "edpure");
	struct tug_slice s = tug_slice_of(v.data, v.len);
	assert_int_equal(verify(s, &tug_crypto_openssl, &p), TUG_OK);
	p.pure = false; /* the signature is not over the digest */
	assert_int_equal(verify(s, &tug_crypto_openssl, &p), TUG_ESIG);
	p.pure = true;
	v.data[96 + 4 + 68 + 4] = 0; /* value of SIG_PURE */
	assert_int_equal(verify(s, &tug_crypto_openssl, &p), TUG_ESIG);
	v.data[96 + 4 + 68 + 4] = 1;
	v.data[96 + 4 + 68] = 0x26; /* no SIG_PURE */
	assert_int_equal(verify(s, &tug_crypto_openssl, &p), TUG_ENOSIG);
	image_vec_free(&v);
}

/* Work space: too small is said, any larger size gives the same verdict. */
static void scratch_sizes(void **state)
{
	static const char *const names[] = { "ed", "edpure", "rsa3072", "p256full" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct image_vec v;
		struct tug_image img;

		image_vec_load(&v, names[i]);
		struct tug_pubkey key = key_of(v.key);
		struct tug_verify_policy p = policy_of(&v, &key);
		struct tug_slice s = tug_slice_of(v.data, v.len);
		struct tug_io io = tug_io_of_slice(&s);
		assert_int_equal(tug_image_open(&img, &io, 0, 0), TUG_OK);
		for (size_t cap = 0; cap < 700; cap += cap < 500 ? 100 : 1) {
			uint8_t *scratch = malloc(cap > 0 ? cap : 1);
			int why;

			assert_non_null(scratch);
			enum tug_verdict is = tug_image_verify(&img, &tug_crypto_openssl, &p, tug_buf_of(scratch, cap), &why);
			assert_int_equal(why, cap < 512 ? TUG_EINVAL : TUG_OK);
			assert_int_equal(is, cap < 512 ? TUG_VERDICT_BAD : TUG_VERDICT_GOOD);
			assert_int_equal(tug_image_verify(&img, &tug_crypto_openssl, &p, tug_buf_of(scratch, cap), NULL), is);
			free(scratch);
		}
		image_vec_free(&v);
	}
}

/* A pure image larger than the work space cannot be checked, and that is what is said. */
static void pure_needs_room(void **state)
{
	uint8_t scratch[512];
	struct tug_pubkey key = key_of("ed");
	struct tug_verify_policy p = { .sig = TUG_SIG_ED25519, .hash = TUG_SHA512, .keys = &key, .n_keys = 1, .pure = true };
	struct image_vec v;
	struct tug_image img;
	int why;

	(void)state;
	image_vec_load(&v, "edpure");
	size_t grown = v.len + 512;
	uint8_t *data = calloc(1, grown);
	assert_non_null(data);
	memcpy(data, v.data, 96);
	tug_put_le32(data + 12, 64 + 512);
	memcpy(data + 96 + 512, v.data + 96, v.len - 96);
	data[96 + 512 + 4] = 0xa0; /* not a digest any more */
	struct tug_slice s = tug_slice_of(data, grown);
	struct tug_io io = tug_io_of_slice(&s);
	assert_int_equal(tug_image_open(&img, &io, 0, 0), TUG_OK);
	assert_int_equal(tug_image_verify(&img, &tug_crypto_openssl, &p, tug_buf_of(scratch, sizeof(scratch)), &why),
			 TUG_VERDICT_BAD);
	assert_int_equal(why, TUG_ENOSPACE);
	free(data);
	image_vec_free(&v);
}

/* Zeros after the DER are the padding of signing tools; anything else there, or too much, is refused. */
static void padded_ecdsa(void **state)
{
	struct tug_pubkey key = key_of("p256");
	struct tug_verify_policy p = { .sig = TUG_SIG_P256, .hash = TUG_SHA256, .keys = &key, .n_keys = 1 };
	struct image_vec v;
	uint8_t img[512];

	(void)state;
	image_vec_load(&v, "p256");
	size_t sig = 96 + 4 + 36 + 36; /* offset of the signature TLV */
	size_t der = v.len - sig - 4;
	for (size_t extra = 0; extra <= 4; extra++) {
		size_t n = v.len + extra;

		memset(img, 0, sizeof(img));
		memcpy(img, v.data, v.len);
		tug_put_le16(img + 98, (uint16_t)(n - 96));
		tug_put_le16(img + sig + 2, (uint16_t)(der + extra));
		int want = der + extra <= 72 ? TUG_OK : TUG_ESIG;
		assert_int_equal(verify(tug_slice_of(img, n), &tug_crypto_openssl, &p), want);
		if (extra > 0 && want == TUG_OK) {
			img[n - 1] = 1;
			assert_int_equal(verify(tug_slice_of(img, n), &tug_crypto_openssl, &p), TUG_ESIG);
		}
	}
	image_vec_free(&v);
}

/* ---- failing media and crypto ------------------------------------------------------------------- */

struct failing {
	struct tug_slice data;
	unsigned calls, fail_at;
};

static int failing_read(void *ctx, uint32_t off, void *dst, size_t len)
{
	struct failing *f = ctx;

	if (++f->calls == f->fail_at) {
		return TUG_EIO;
	}
	if (off > f->data.len || len > f->data.len - off) {
		return TUG_ETRUNC;
	}
	memcpy(dst, f->data.p + off, len);
	return TUG_OK;
}

static void failing_reads(void **state)
{
	unsigned tried = 0;

	(void)state;
	for (size_t i = 0; image_vec_names[i] != NULL; i++) {
		struct image_vec v;

		image_vec_load(&v, image_vec_names[i]);
		struct tug_pubkey key = key_of(v.key);
		struct tug_verify_policy p = policy_of(&v, &key);
		for (unsigned at = 1;; at++) {
			uint8_t scratch[SCRATCH];
			struct failing f = { tug_slice_of(v.data, v.len), 0, at };
			struct tug_io io = { failing_read, NULL, &f, (uint32_t)v.len, 1, 0xff };
			struct tug_image img;
			int why = TUG_OK;
			int rc = tug_image_open(&img, &io, 0, TUG_IMG_CAN_ENCRYPTED);
			enum tug_verdict is = TUG_VERDICT_BAD;

			if (rc == TUG_OK) {
				is = tug_image_verify(&img, &tug_crypto_openssl, &p, tug_buf_of(scratch, SCRATCH), &why);
				rc = why;
			}
			if (f.calls < at) { /* the fault was never reached */
				assert_int_equal(is, TUG_VERDICT_GOOD);
				break;
			}
			assert_int_equal(is, TUG_VERDICT_BAD);
			assert_int_equal(rc, TUG_EIO);
			tried++;
		}
		image_vec_free(&v);
	}
	printf("  %u failing reads, none verified\n", tried);
}

/* OpenSSL with a call that fails; a test is one thread, so counting may be global. */
static unsigned crypto_calls, crypto_fail_at;
static int crypto_open, crypto_says;

static bool crypto_fails(void)
{
	return ++crypto_calls == crypto_fail_at;
}

static int f_init(struct tug_hash_ctx *c, enum tug_hash_alg alg)
{
	if (crypto_fails()) {
		return TUG_ECRYPTO;
	}
	crypto_open++;
	return tug_crypto_openssl.hash_init(c, alg);
}

static int f_update(struct tug_hash_ctx *c, const void *p, size_t len)
{
	return crypto_fails() ? TUG_ECRYPTO : tug_crypto_openssl.hash_update(c, p, len);
}

static int f_final(struct tug_hash_ctx *c, uint8_t *out)
{
	int rc = tug_crypto_openssl.hash_final(c, out);

	crypto_open--;
	return crypto_fails() ? TUG_ECRYPTO : rc;
}

static void f_abort(struct tug_hash_ctx *c)
{
	crypto_open--;
	tug_crypto_openssl.hash_abort(c);
}

static int f_verify(enum tug_sig_alg alg, struct tug_slice key, struct tug_slice msg, struct tug_slice sig)
{
	return crypto_fails() ? crypto_says : tug_crypto_openssl.verify(alg, key, msg, sig);
}

static const struct tug_crypto failing_crypto = { f_init, f_update, f_final, f_abort, f_verify };

static void failing_crypto_calls(void **state)
{
	static const int says[] = { TUG_ECRYPTO, TUG_ESIG, TUG_MORE, 7, TUG_EFLAGS };
	unsigned tried = 0;

	(void)state;
	for (size_t i = 0; image_vec_names[i] != NULL; i++) {
		struct image_vec v;

		image_vec_load(&v, image_vec_names[i]);
		struct tug_pubkey key = key_of(v.key);
		struct tug_verify_policy p = policy_of(&v, &key);
		for (size_t k = 0; k < sizeof(says) / sizeof(says[0]); k++) {
			for (unsigned at = 1;; at++) {
				crypto_calls = 0;
				crypto_fail_at = at;
				crypto_says = says[k];
				int rc = verify(tug_slice_of(v.data, v.len), &failing_crypto, &p);
				assert_int_equal(crypto_open, 0); /* each digest begun was ended */
				if (crypto_calls < at) {
					assert_int_equal(rc, TUG_OK);
					break;
				}
				assert_true(rc < 0);
				tried++;
			}
		}
		image_vec_free(&v);
	}
	printf("  %u failing crypto calls, none verified\n", tried);
}

/* The digest over the medium does not depend on the size of the pieces. */
static void hash_pieces(void **state)
{
	struct image_vec v;
	struct tug_image img;
	uint8_t out[TUG_HASH_MAX];

	(void)state;
	image_vec_load(&v, "prot");
	struct tug_slice s = tug_slice_of(v.data, v.len);
	struct tug_io io = tug_io_of_slice(&s);
	assert_int_equal(tug_image_open(&img, &io, 0, 0), TUG_OK);
	for (size_t cap = 0; cap <= 400; cap++) {
		uint8_t *scratch = malloc(cap > 0 ? cap : 1);

		assert_non_null(scratch);
		memset(out, 0, sizeof(out));
		int rc = tug_image_hash(&img, &tug_crypto_openssl, TUG_SHA256, tug_buf_of(scratch, cap), out);
		assert_int_equal(rc, cap < 64 ? TUG_ENOSPACE : TUG_OK);
		if (rc == TUG_OK) {
			assert_memory_equal(out, v.data + v.len - 32, 32);
		}
		free(scratch);
	}
	image_vec_free(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_flips),    cmocka_unit_test(golden_truncations),
		cmocka_unit_test(tlv_orders),      cmocka_unit_test(protected_digest),
		cmocka_unit_test(policies),        cmocka_unit_test(pure_images),
		cmocka_unit_test(scratch_sizes),   cmocka_unit_test(pure_needs_room),
		cmocka_unit_test(padded_ecdsa),    cmocka_unit_test(failing_reads),
		cmocka_unit_test(failing_crypto_calls), cmocka_unit_test(hash_pieces),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
