/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides the octets of a signed image, once through: header, payload, protected area, digest, key, signature. Refuses
 * to know files and options that do not go together. Called by sign.c and by what encrypts and compresses.
 */
#include <string.h>

#include "hash_lane_priv.h"
#include "sign_priv.h"

/* A build under way. */
struct work {
	const struct tug_build *b;
	struct tug_text prot;     /* protected area */
	struct tug_text message;  /* pure: what is signed, in one piece */
	struct tug_lane *lane;
	uint32_t payload;         /* octets of it, zeros at its end included */
	bool body_out;            /* the body goes to the sink */
};

static int put_text(void *ctx, const void *p, size_t len)
{
	tug_text_add(ctx, p, len);
	return TUG_OK;
}

struct tug_sink tug_sink_of_text(struct tug_text *t)
{
	return (struct tug_sink){ put_text, t };
}

static int put_nothing(void *ctx, const void *p, size_t len)
{
	(void)ctx;
	(void)p;
	(void)len;
	return TUG_OK;
}

struct tug_sink tug_sink_nowhere(void)
{
	return (struct tug_sink){ put_nothing, NULL };
}

/* ---- body: what is hashed ----------------------------------------------------------------------------- */

/* The next piece, which is hashed: transform it where it is payload, write it. */
static int emit(struct work *w, bool payload)
{
	const struct tug_sign_extra *x = w->b->x;
	uint8_t *piece;
	size_t len;
	int rc = tug_lane_take(w->lane, &piece, &len);

	if (rc == TUG_OK && w->b->o->pure) {
		tug_text_add(&w->message, piece, len);
	}
	if (rc == TUG_OK && payload && x->crypt != NULL && w->body_out && w->b->o->vector == TUG_VECTOR_NONE) {
		rc = x->crypt(x->ctx, piece, len);
	}
	if (rc == TUG_OK && w->body_out) {
		rc = w->b->sink.put(w->b->sink.ctx, piece, len);
	}
	return rc;
}

/* Octets that are no payload. */
static int emit_octets(struct work *w, const uint8_t *p, size_t len)
{
	if (len == 0) {
		return TUG_OK;
	}
	tug_lane_post(w->lane, &(struct tug_lane_job){ .from = p, .read = (uint32_t)len, .len = (uint32_t)len });
	return emit(w, false);
}

static void encode_header(const struct tug_sign_options *o, uint32_t flags, uint32_t payload, uint16_t prot, uint8_t raw[TUG_IMAGE_HDR_LEN])
{
	memset(raw, 0, TUG_IMAGE_HDR_LEN);
	tug_put_o32(o, raw, TUG_IMAGE_MAGIC);
	tug_put_o32(o, raw + 4, o->load_addr != 0 ? o->load_addr : o->rom_fixed);
	tug_put_o16(o, raw + 8, (uint16_t)o->header_size);
	tug_put_o16(o, raw + 10, prot);
	tug_put_o32(o, raw + 12, payload);
	tug_put_o32(o, raw + 16,
		    flags | (o->load_addr != 0 ? TUG_IMG_F_RAM_LOAD : 0u) | (o->rom_fixed != 0 ? TUG_IMG_F_ROM_FIXED : 0u) |
			    (o->non_bootable ? TUG_IMG_F_NON_BOOTABLE : 0u));
	raw[20] = o->version.major;
	raw[21] = o->version.minor;
	tug_put_o16(o, raw + 22, o->version.revision);
	tug_put_o32(o, raw + 24, o->version.build);
}

/* The header's room: erased octets when it was made, zeros when the input brought it. */
static int emit_header(struct work *w)
{
	const struct tug_sign_options *o = w->b->o;
	struct tug_text room = { 0 };
	int rc = TUG_ENOSPACE;

	tug_text_fill(&room, o->pad_header ? o->erased : 0, o->header_size);
	if (!room.failed) {
		encode_header(o, w->b->x->flags, w->payload, (uint16_t)w->prot.o.len, room.o.p);
		rc = emit_octets(w, room.o.p, room.o.len);
	}
	tug_octets_free(&room.o);
	return rc;
}

/* Pieces are posted ahead of the one that is written. */
static int emit_payload(struct work *w, uint32_t first)
{
	uint32_t off = 0, pieces = 0, have = w->b->in->size - first;

	while (off < w->payload || pieces > 0) {
		while (off < w->payload && pieces < TUG_LANE_AHEAD) {
			uint32_t left = w->payload - off, n = left < TUG_LANE_PIECE ? left : TUG_LANE_PIECE;
			uint32_t there = off < have ? have - off : 0;
			struct tug_lane_job job = { w->b->in, NULL, first + off, n < there ? n : there, n };

			tug_lane_post(w->lane, &job);
			off += n;
			pieces++;
		}
		int rc = emit(w, true);

		if (rc != TUG_OK) {
			return rc;
		}
		pieces--;
	}
	return TUG_OK;
}

static int emit_body(struct work *w, char *why)
{
	const struct tug_sign_options *o = w->b->o;
	uint32_t first = o->pad_header || w->b->x->no_room ? 0 : o->header_size;
	uint32_t pad_to = w->b->x->pad_to;
	int rc;

	w->payload = w->b->in->size - first;
	if (pad_to != 0) {
		w->payload += (pad_to - (o->header_size + w->payload) % pad_to) % pad_to;
	}
	rc = tug_sign_protected(&w->prot, o, w->b->x, why);
	if (rc != TUG_OK) {
		return rc;
	}
	rc = emit_header(w);
	if (rc == TUG_OK) {
		rc = emit_payload(w, first);
	}
	if (rc == TUG_OK) {
		rc = emit_octets(w, w->prot.o.p, w->prot.o.len);
	}
	w->b->res->len = o->header_size + w->payload + (uint32_t)w->prot.o.len;
	return rc;
}

/* ---- signature ---------------------------------------------------------------------------------------- */

static uint16_t sig_tlv_of(enum tug_sig_alg type)
{
	switch (type) {
	case TUG_SIG_RSA2048:
		return TUG_TLV_RSA2048_PSS;
	case TUG_SIG_RSA3072:
		return TUG_TLV_RSA3072_PSS;
	case TUG_SIG_ED25519:
		return TUG_TLV_ED25519;
	default:
		return TUG_TLV_ECDSA_SIG;
	}
}

/* Octets a fixed signature cannot exceed. */
static int take_fixed(const struct tug_sign_options *o, struct tug_sign_result *res, char *why)
{
	if (o->fix_sig.len > sizeof(res->sig)) {
		return tug_why(why, TUG_ESIG, "the signature made elsewhere has %zu octets; no scheme has that many", o->fix_sig.len);
	}
	memcpy(res->sig, o->fix_sig.p, o->fix_sig.len);
	res->sig_len = o->fix_sig.len;
	return TUG_OK;
}

static int make_signature(struct work *w, enum tug_hash_alg alg, struct tug_slice msg, char *why)
{
	const struct tug_sign_options *o = w->b->o;
	struct tug_sign_result *res = w->b->res;
	enum tug_sig_alg type = tug_key_type(o->key);
	size_t pad_to = !o->pad_sig ? 0 : type == TUG_SIG_P256 ? 72 : type == TUG_SIG_P384 ? 103 : 0;

	if (tug_key_sign(o->key, alg, msg, res->sig, &res->sig_len) != TUG_OK) {
		return tug_why(why, TUG_ECRYPTO, "the crypto library could not sign with this key");
	}
	if (tug_key_check(o->key, alg, msg, tug_slice_of(res->sig, res->sig_len)) != TUG_OK) {
		return tug_why(why, TUG_ECRYPTO, "the signature just made does not verify: the key file is damaged");
	}
	while (res->sig_len < pad_to) {
		res->sig[res->sig_len++] = 0;
	}
	return TUG_OK;
}

static int get_signature(struct work *w, enum tug_hash_alg alg, char *why)
{
	const struct tug_sign_options *o = w->b->o;
	struct tug_sign_result *res = w->b->res;
	struct tug_slice msg = o->pure ? tug_slice_of(w->message.o.p, w->message.o.len) : tug_slice_of(res->digest, res->digest_len);
	int rc;

	if (w->message.failed) {
		return tug_why(why, TUG_ENOSPACE, "out of memory for the message of a pure signature");
	}
	if (o->fix_sig.len == 0) {
		return make_signature(w, alg, msg, why);
	}
	rc = take_fixed(o, res, why);
	if (rc == TUG_OK && tug_key_check(o->fix_sig_key, alg, msg, o->fix_sig) != TUG_OK) {
		rc = tug_why(why, TUG_ESIG, "the signature made elsewhere does not verify for this image with the %s key given; sign what "
			     "--vector-to-sign writes with the same options", tug_key_name(o->fix_sig_key));
	}
	return rc;
}

/* Digest, SIG_PURE, key, signature. */
static int put_entries(struct work *w, struct tug_text *t, enum tug_hash_alg alg, char *why)
{
	const struct tug_sign_options *o = w->b->o;
	struct tug_sign_result *res = w->b->res;
	const struct tug_key *key = tug_sign_pub(o);
	uint8_t keyhash[TUG_HASH_MAX];
	const uint8_t yes = 1;
	int rc = TUG_OK;

	tug_put_tlv(t, o, (uint16_t)(TUG_TLV_SHA256 + alg), res->digest, res->digest_len);
	if (o->pure) {
		tug_put_tlv(t, o, TUG_TLV_SIG_PURE, &yes, 1);
	}
	if (key == NULL) {
		return TUG_OK;
	}
	if (o->full_pubkey) {
		tug_put_tlv(t, o, TUG_TLV_PUBKEY, tug_key_public_der(key).p, tug_key_public_der(key).len);
	} else if (tug_key_hash(key, alg, keyhash) != TUG_OK) {
		return tug_why(why, TUG_ECRYPTO, "the crypto library could not hash the key");
	} else {
		tug_put_tlv(t, o, TUG_TLV_KEYHASH, keyhash, tug_hash_len(alg));
	}
	rc = get_signature(w, alg, why);
	if (rc == TUG_OK) {
		tug_put_tlv(t, o, sig_tlv_of(tug_key_type(key)), res->sig, res->sig_len);
	}
	return rc;
}

static int put_unprotected(struct work *w, enum tug_hash_alg alg, char *why)
{
	const struct tug_sink *sink = &w->b->sink;
	struct tug_text t = { 0 }, info = { 0 };
	int rc = put_entries(w, &t, alg, why);

	tug_text_add(&t, w->b->x->unprot.p, w->b->x->unprot.len);
	if (rc == TUG_OK) {
		tug_put_tlv_info(&info, w->b->o, TUG_TLV_MAGIC, t.o.len);
		rc = t.failed || info.failed ? tug_why(why, TUG_ENOSPACE, "out of memory") : TUG_OK;
	}
	if (rc == TUG_OK) {
		rc = sink->put(sink->ctx, info.o.p, info.o.len);
	}
	if (rc == TUG_OK) {
		rc = sink->put(sink->ctx, t.o.p, t.o.len);
	}
	w->b->res->len += (uint32_t)(info.o.len + t.o.len);
	tug_octets_free(&t.o);
	tug_octets_free(&info.o);
	return rc;
}

static int run(struct work *w, char *why)
{
	const struct tug_sign_options *o = w->b->o;
	struct tug_sign_result *res = w->b->res;
	enum tug_hash_alg alg = (enum tug_hash_alg)(tug_sign_hash(o) < 0 ? (int)TUG_SHA512 : tug_sign_hash(o));
	int rc, hashed;

	w->lane = tug_lane_begin(alg);
	if (w->lane == NULL) {
		return tug_why(why, TUG_ECRYPTO, "the crypto library failed, or memory is short");
	}
	w->body_out = o->vector != TUG_VECTOR_DIGEST;
	rc = emit_body(w, why);
	hashed = tug_lane_end(w->lane, rc == TUG_OK ? res->digest : NULL);
	if (rc != TUG_OK || hashed != TUG_OK) {
		return rc != TUG_OK ? rc : tug_why(why, hashed, "the crypto library failed");
	}
	res->digest_len = tug_hash_len(alg);
	if (o->vector == TUG_VECTOR_DIGEST) {
		res->len = (uint32_t)res->digest_len;
		return w->b->sink.put(w->b->sink.ctx, res->digest, res->digest_len);
	}
	return o->vector == TUG_VECTOR_PAYLOAD ? TUG_OK : put_unprotected(w, alg, why);
}

int tug_build_image(const struct tug_build *b, char *why)
{
	struct work w = { .b = b };
	int rc;

	memset(b->res, 0, sizeof(*b->res));
	if (why != NULL) {
		why[0] = '\0';
	}
	rc = run(&w, why);
	if (rc != TUG_OK && why != NULL && why[0] == '\0') {
		(void)tug_why(why, rc, "%s; %s", tug_strerror(rc), tug_err_advice(rc));
	}
	tug_octets_free(&w.prot.o);
	tug_octets_free(&w.message.o);
	return rc;
}
