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

void tug_srv_key(struct tug_srv_call *call, const struct tug_map *m, uint8_t field)
{
	tug_enc_key(call->rsp, m->f[field].key);
}

void tug_srv_rc0(struct tug_srv_call *call)
{
	if (call->srv->cfg->profile->err_style == TUG_SRV_ERR_BOOT) {
		tug_enc_key(call->rsp, "rc");
		tug_enc_uint(call->rsp, 0);
	}
}

uint16_t tug_srv_decode(const struct tug_srv_call *call, const struct tug_map *m, struct tug_value *vals)
{
	return tug_map_decode(call->body, m, vals) == TUG_OK ? TUG_RC_OK : TUG_RC_INVAL;
}

uint32_t tug_srv_u32(const struct tug_value *val, uint32_t absent)
{
	if (!val->present) {
		return absent;
	}
	return val->v.u > UINT32_MAX ? UINT32_MAX : (uint32_t)val->v.u;
}

const struct tug_srv_image *tug_srv_image(const struct tug_server *s, uint8_t image)
{
	return image < s->cfg->n_images ? &s->cfg->images[image] : NULL;
}

static tug_srv_fn pick(const struct tug_srv_cmd *cmd, uint8_t op, bool any_op)
{
	tug_srv_fn asked = op == TUG_SMP_READ ? cmd->read : cmd->write;
	tug_srv_fn other = op == TUG_SMP_READ ? cmd->write : cmd->read;

	return asked == NULL && any_op ? other : asked;
}

/* Several tables may serve one group: the first whose entry for the command is not empty decides. */
static tug_srv_fn find_handler(const struct tug_server_cfg *cfg, const struct tug_smp_hdr *hdr)
{
	for (uint8_t i = 0; i < cfg->n_groups; i++) {
		const struct tug_srv_group *g = cfg->groups[i];

		if (g->id == hdr->group && hdr->id < g->n &&
		    (g->cmd[hdr->id].read != NULL || g->cmd[hdr->id].write != NULL)) {
			return pick(&g->cmd[hdr->id], hdr->op, cfg->profile->err_style == TUG_SRV_ERR_BOOT);
		}
	}
	return NULL;
}

static void put_header(struct job *j)
{
	struct tug_smp_hdr rsp = j->hdr;

	rsp.op = j->hdr.op == TUG_SMP_READ ? TUG_SMP_READ_RSP : TUG_SMP_WRITE_RSP;
	rsp.flags = 0;
	rsp.len = (uint16_t)(j->out.len - TUG_SMP_HDR_LEN);
	if (j->srv->cfg->profile->err_style != TUG_SRV_ERR_BOOT) {
		rsp.reserved = 0;
		rsp.version = j->hdr.version == TUG_SMP_V1 ? TUG_SMP_V1 : TUG_SMP_V2;
	}
	tug_smp_hdr_encode(&rsp, j->out.p);
}

/* Begin the response map over again; whatever was written is gone. */
static void open_body(struct job *j, struct tug_enc *e)
{
	j->out.len = TUG_SMP_HDR_LEN;
	tug_enc_init(e, &j->out);
	tug_enc_map_begin(e);
}

/* Close the map and prepend the header. Result: 0, or TUG_RC_MSGSIZE when it does not fit. */
static uint16_t close_body(struct job *j, struct tug_enc *e)
{
	tug_enc_map_end(e);
	if (tug_enc_finish(e) != TUG_OK || j->out.len - TUG_SMP_HDR_LEN > UINT16_MAX) {
		return TUG_RC_MSGSIZE;
	}
	put_header(j);
	return TUG_RC_OK;
}

static uint16_t legacy_rc(const struct job *j, uint16_t group, uint16_t n)
{
	uint8_t rc;

	if (j->srv->cfg->profile->err_style == TUG_SRV_ERR_NONE && group == TUG_GRP_IMG) {
		for (size_t i = 0; i < sizeof(old_rc) / sizeof(old_rc[0]); i++) {
			if (old_rc[i].id == j->hdr.id && old_rc[i].n == n) {
				return old_rc[i].rc;
			}
		}
	}
	/* Zephyr translates two storage errors to 0 and sends a frame of stale octets; a failure is never a success here */
	rc = tug_smp_rc_to_v1(group, n);
	return rc == TUG_RC_OK ? TUG_RC_UNKNOWN : rc;
}

static void write_group_error(struct job *j, struct tug_enc *e, const struct tug_srv_call *call)
{
	open_body(j, e);
	tug_enc_key(e, j->srv->cfg->profile->err_style == TUG_SRV_ERR_RET ? "ret" : "err");
	tug_enc_map_begin(e);
	tug_enc_key(e, "group");
	tug_enc_uint(e, call->err_group);
	tug_enc_key(e, "rc");
	tug_enc_uint(e, call->err_rc);
	tug_enc_map_end(e);
}

/* Run the handler and wrap its answer. Result: 0, or the generic rc that takes the error path. */
static uint16_t run(struct job *j)
{
	uint8_t style = j->srv->cfg->profile->err_style;
	tug_srv_fn fn = find_handler(j->srv->cfg, &j->hdr);
	struct tug_srv_call call = { 0 };
	struct tug_enc e;
	uint16_t rc;

	if (fn == NULL) {
		return TUG_RC_NOTSUP;
	}
	open_body(j, &e);
	call.srv = j->srv;
	call.hdr = &j->hdr;
	call.body = j->body;
	call.rsp = &e;
	rc = fn(&call);
	if (rc != TUG_RC_OK) {
		return rc;
	}
	if (call.err_rc != 0) {
		if (style == TUG_SRV_ERR_NONE || style == TUG_SRV_ERR_BOOT || j->hdr.version == TUG_SMP_V1) {
			return legacy_rc(j, call.err_group, call.err_rc);
		}
		write_group_error(j, &e, &call);
	}
	return close_body(j, &e);
}

/* The error path: {"rc":n}, in answers to v2 requests too. Result: 1, or 0 when not even that fits. */
static int answer_rc(struct job *j, uint16_t rc)
{
	struct tug_enc e;

	open_body(j, &e);
	tug_enc_key(&e, "rc");
	tug_enc_uint(&e, rc);
	return close_body(j, &e) == TUG_RC_OK ? 1 : 0;
}

/* Checks 2 to 6 of the dispatch order. Result: 0 or a generic rc. */
static uint16_t check_request(const struct job *j, size_t present)
{
	if (j->hdr.version > TUG_SMP_V2) {
		return TUG_RC_TOO_NEW;
	}
	if (j->hdr.len > present) {
		return TUG_RC_CORRUPT;
	}
	if (j->hdr.op != TUG_SMP_READ && j->hdr.op != TUG_SMP_WRITE) {
		return TUG_RC_NOTSUP;
	}
	return TUG_RC_OK;
}

static int step_app(struct job *j, struct tug_slice *packet)
{
	size_t present = packet->len - TUG_SMP_HDR_LEN;
	uint16_t rc;

	if (j->srv->cfg->profile->err_style == TUG_SRV_ERR_NONE) {
		j->hdr.version = TUG_SMP_V1;
	}
	rc = check_request(j, present);
	if (rc == TUG_RC_OK) {
		j->body = tug_slice_of(packet->p + TUG_SMP_HDR_LEN, j->hdr.len);
		rc = run(j);
	}
	if (rc != TUG_RC_OK) {
		packet->len = 0;
		return answer_rc(j, rc);
	}
	*packet = tug_slice_of(j->body.p + j->body.len, present - j->body.len);
	return 1;
}

/* MCUboot: one request per packet, read as far as present; surplus octets or another op: silence. */
static int step_boot(struct job *j, struct tug_slice *packet)
{
	size_t present = packet->len - TUG_SMP_HDR_LEN;
	uint16_t rc;

	j->body = tug_slice_of(packet->p + TUG_SMP_HDR_LEN, present);
	packet->len = 0;
	if ((j->hdr.op != TUG_SMP_READ && j->hdr.op != TUG_SMP_WRITE) || present > j->hdr.len) {
		return 0;
	}
	rc = run(j);
	return rc == TUG_RC_OK ? 1 : answer_rc(j, rc);
}

int tug_server_step(struct tug_server *s, struct tug_slice *packet, struct tug_buf *rsp)
{
	struct job j = { .srv = s };
	int n;

	rsp->len = 0;
	j.out = *rsp;
	if (j.out.cap > s->cfg->buf_size) {
		j.out.cap = s->cfg->buf_size;
	}
	if (packet->len > s->cfg->buf_size || j.out.cap < TUG_SMP_HDR_LEN ||
	    tug_smp_hdr_decode(*packet, &j.hdr) != TUG_OK) {
		packet->len = 0;
		return 0;
	}
	n = s->cfg->profile->err_style == TUG_SRV_ERR_BOOT ? step_boot(&j, packet) : step_app(&j, packet);
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
