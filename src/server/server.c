/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides which request is answered, by whom, and how the answer is wrapped. Refuses to know what
 * any command does. Called by the firmware's receive path, one request at a time; never blocks itself.
 */
#include <string.h>

#include "server_priv.h"

/* An upload's identity and tail are the bulk; both must stay affordable on a 16 KiB part. */
_Static_assert(sizeof(struct tug_server) <= 160, "struct tug_server outgrew what is published");

/** One request in work. */
struct job {
	struct tug_server *srv; /**< server */
	struct tug_smp_hdr hdr; /**< request header; version as this server understands it */
	struct tug_slice body;  /**< request body */
	struct tug_buf out;     /**< response frame, within buf_size */
	struct tug_enc enc;     /**< writer of its body */
};

/* Up to Zephyr 3.3 handlers returned generic codes of their own; these differ from the later translation. */
static const struct {
	uint8_t id; /**< image command */
	uint8_t n;  /**< image group rc */
	uint8_t rc; /**< what 3.3 answered */
} old_rc[] = {
	{ 0, TUG_IMG_RC_HASH_NOT_FOUND, TUG_RC_INVAL },
	{ 1, TUG_IMG_RC_NO_FREE_SLOT, TUG_RC_NOENT },
	{ 1, TUG_IMG_RC_BAD_MAGIC, TUG_RC_INVAL },
};

void tug_server_init(struct tug_server *s, const struct tug_server_cfg *cfg)
{
	memset(s, 0, sizeof(*s));
	s->cfg = cfg;
}

uint16_t tug_srv_fail(struct tug_srv_call *call, uint16_t group, uint16_t rc)
{
	call->err_group = group;
	call->err_rc = rc;
	return TUG_RC_OK;
}

void tug_srv_key(struct tug_srv_call *call, const char *key)
{
	tug_enc_key(call->rsp, key);
}

void tug_srv_put(struct tug_srv_call *call, const char *key, uint32_t value)
{
	tug_srv_key(call, key);
	tug_enc_uint(call->rsp, value);
}

uint16_t tug_srv_decode(const struct tug_srv_call *call, const struct tug_map *m, struct tug_value *vals)
{
	return tug_map_decode(call->body, m, vals) == TUG_OK ? TUG_RC_OK : TUG_RC_INVAL;
}

/* The table that serves a listed group: the profile may have another one for it. */
static const struct tug_srv_group *table_of(const struct tug_server_profile *p, const struct tug_srv_group *g)
{
	for (unsigned i = 0; i < p->n_instead; i++) {
		if (p->instead[i]->id == g->id) {
			return p->instead[i];
		}
	}
	return g;
}

/* Several tables may serve one group: the first whose entry for the command is not empty decides. */
static tug_srv_fn find_handler(const struct tug_server_cfg *cfg, const struct tug_smp_hdr *hdr)
{
	for (unsigned i = 0; i < cfg->n_groups; i++) {
		const struct tug_srv_group *g = cfg->groups[i];

		if (g->id != hdr->group) {
			continue;
		}
		g = table_of(cfg->profile, g);
		if (hdr->id < g->n && (g->cmd[hdr->id].read != NULL || g->cmd[hdr->id].write != NULL)) {
			return hdr->op == TUG_SMP_READ ? g->cmd[hdr->id].read : g->cmd[hdr->id].write;
		}
	}
	return NULL;
}

/* Begin the response map, over again if need be; whatever was written is gone. */
static void open_body(struct job *j)
{
	j->out.len = TUG_SMP_HDR_LEN;
	tug_enc_init(&j->enc, &j->out);
	tug_enc_map_begin(&j->enc);
}

/* Close the map. Result: 0, or TUG_RC_MSGSIZE when it does not fit. */
static uint16_t close_body(struct job *j)
{
	tug_enc_map_end(&j->enc);
	return tug_enc_finish(&j->enc) == TUG_OK && j->out.len <= UINT16_MAX ? TUG_RC_OK : TUG_RC_MSGSIZE;
}

static uint16_t legacy_rc(const struct job *j, uint16_t group, uint16_t n)
{
	if (j->srv->cfg->profile->err_style == TUG_SRV_ERR_NONE && group == TUG_GRP_IMG) {
		for (size_t i = 0; i < sizeof(old_rc) / sizeof(old_rc[0]); i++) {
			if (old_rc[i].id == j->hdr.id && old_rc[i].n == n) {
				return old_rc[i].rc;
			}
		}
	}
	return tug_smp_rc_to_v1(group, n);
}

static void put(struct job *j, const char *key, uint16_t value)
{
	tug_enc_key(&j->enc, key);
	tug_enc_uint(&j->enc, value);
}

/* Run the handler and wrap its answer. Result: 0, or the generic rc that takes the error path. */
static uint16_t run(struct job *j)
{
	uint8_t style = j->srv->cfg->profile->err_style;
	tug_srv_fn fn = find_handler(j->srv->cfg, &j->hdr);
	struct tug_srv_call call = { j->srv, &j->hdr, j->body, &j->enc, 0, 0 };
	uint16_t rc;

	if (fn == NULL) {
		return TUG_RC_NOTSUP;
	}
	open_body(j);
	rc = fn(&call);
	if (rc != TUG_RC_OK) {
		return rc;
	}
	if (call.err_rc != 0) {
		if (j->hdr.version == TUG_SMP_V1 || style == TUG_SRV_ERR_BOOT) {
			return legacy_rc(j, call.err_group, call.err_rc);
		}
		open_body(j);
		tug_enc_key(&j->enc, style == TUG_SRV_ERR_RET ? "ret" : "err");
		tug_enc_map_begin(&j->enc);
		put(j, "group", call.err_group);
		put(j, "rc", call.err_rc);
		tug_enc_map_end(&j->enc);
	}
	return close_body(j);
}

/* Checks 2 to 6 of the dispatch order; cuts the body off what follows it. Result: 0 or a generic rc. */
static uint16_t admit(struct job *j)
{
	if (j->srv->cfg->profile->err_style == TUG_SRV_ERR_NONE) {
		j->hdr.version = TUG_SMP_V1;
	}
	if (j->hdr.version > TUG_SMP_V2) {
		return TUG_RC_TOO_NEW;
	}
	if (j->hdr.len > j->body.len) {
		return TUG_RC_CORRUPT;
	}
	j->body.len = j->hdr.len;
	return j->hdr.op == TUG_SMP_READ || j->hdr.op == TUG_SMP_WRITE ? TUG_RC_OK : TUG_RC_NOTSUP;
}

/* MCUboot: one request per packet, read as far as present; surplus octets or another op: silence. */
static bool admit_boot(const struct job *j)
{
	return (j->hdr.op == TUG_SMP_READ || j->hdr.op == TUG_SMP_WRITE) && j->body.len <= j->hdr.len;
}

static void put_header(struct job *j)
{
	j->hdr.op = j->hdr.op == TUG_SMP_READ ? TUG_SMP_READ_RSP : TUG_SMP_WRITE_RSP;
	j->hdr.flags = 0;
	j->hdr.len = (uint16_t)(j->out.len - TUG_SMP_HDR_LEN);
	if (j->srv->cfg->profile->err_style != TUG_SRV_ERR_BOOT) {
		j->hdr.reserved = 0;
		j->hdr.version = j->hdr.version == TUG_SMP_V1 ? TUG_SMP_V1 : TUG_SMP_V2;
	}
	tug_smp_hdr_encode(&j->hdr, j->out.p);
}

/* Answer one request and step over it; the error path drops the rest. Result: answers. */
static int respond(struct job *j, struct tug_slice *packet)
{
	bool boot = j->srv->cfg->profile->err_style == TUG_SRV_ERR_BOOT;
	const uint8_t *end = packet->p + packet->len;
	uint16_t rc;

	packet->len = 0;
	if (boot && !admit_boot(j)) {
		return 0;
	}
	rc = boot ? TUG_RC_OK : admit(j);
	if (rc == TUG_RC_OK) {
		rc = run(j);
	}
	if (rc == TUG_RC_OK) {
		packet->p = j->body.p + j->body.len;
		packet->len = (size_t)(end - packet->p);
	} else {
		/* {"rc":n}, in answers to v2 requests too */
		open_body(j);
		put(j, "rc", rc);
		if (close_body(j) != TUG_RC_OK) {
			return 0;
		}
	}
	put_header(j);
	return 1;
}

int tug_server_step(struct tug_server *s, struct tug_slice *packet, struct tug_buf *rsp)
{
	struct job j = { .srv = s, .out = *rsp };
	int n = 0;

	rsp->len = j.out.len = 0;
	if (j.out.cap > s->cfg->buf_size) {
		j.out.cap = s->cfg->buf_size;
	}
	if (packet->len <= s->cfg->buf_size && j.out.cap >= TUG_SMP_HDR_LEN &&
	    tug_smp_hdr_decode(*packet, &j.hdr) == TUG_OK) {
		j.body = tug_slice_of(packet->p + TUG_SMP_HDR_LEN, packet->len - TUG_SMP_HDR_LEN);
		n = respond(&j, packet);
	} else {
		packet->len = 0;
	}
	if (n == 1) {
		rsp->len = j.out.len;
	}
	return n;
}

void tug_server_tick(struct tug_server *s, uint64_t now_ms)
{
	if (s->reset_at_ms != 0 && now_ms >= s->reset_at_ms) {
		s->reset_at_ms = 0;
		s->cfg->reset.request(s->cfg->reset.ctx, s->reset_mode);
	}
}

uint64_t tug_server_deadline(const struct tug_server *s)
{
	return s->reset_at_ms != 0 ? s->reset_at_ms : UINT64_MAX;
}
