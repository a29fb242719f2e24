/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides the answers of the OS group: echo, reset, parameters, info, bootloader info. Refuses to know
 * images and slots. Linked only when the group is listed; called by the dispatcher.
 */
#include <string.h>

#include <tug/smp_cmds.h>
#include <tug/smp_keys.h>

#include "server_priv.h"

#define RESET_DELAY_MS 250u /* the answer must have left before the device goes down */
#define INFO_MAX 256u       /* longest info text, as Zephyr's default */

/* Info characters in the fixed order of output. */
static const char info_order[] = "snrvbmpio";
#define INFO_N (sizeof(info_order) - 1u)

static uint16_t os_echo(struct tug_srv_call *call)
{
	struct tug_value req[TUG_OS_ECHO_REQ_N];
	uint16_t rc = tug_srv_decode(call, &tug_os_echo_req, req);

	if (rc != TUG_RC_OK) {
		return rc;
	}
	tug_srv_key(call, TUG_KEY_OS_ECHO_RSP_R);
	tug_enc_text(call->rsp, req[TUG_OS_ECHO_REQ_D].present ? req[TUG_OS_ECHO_REQ_D].v.s : tug_slice_of(NULL, 0));
	return TUG_RC_OK;
}

/* What a reset request asks for; a value that does not decode is ignored, not refused. */
static uint16_t reset_read(const struct tug_srv_call *call, bool *force, uint8_t *mode)
{
	uint8_t keys = call->srv->cfg->profile->reset_keys;
	struct tug_value req[TUG_OS_RESET_REQ_N];

	*force = false;
	*mode = 0;
	if (keys == 0 || tug_srv_decode(call, &tug_os_reset_req, req) != TUG_RC_OK) {
		return TUG_RC_OK;
	}
	*force = req[TUG_OS_RESET_REQ_FORCE].present && req[TUG_OS_RESET_REQ_FORCE].v.b;
	if (keys > 1 && req[TUG_OS_RESET_REQ_BOOT_MODE].present) {
		if (req[TUG_OS_RESET_REQ_BOOT_MODE].v.u > UINT8_MAX) {
			return TUG_RC_INVAL;
		}
		*mode = (uint8_t)req[TUG_OS_RESET_REQ_BOOT_MODE].v.u;
	}
	return TUG_RC_OK;
}

uint16_t tug_srv_os_reset(struct tug_srv_call *call)
{
	struct tug_server *s = call->srv;
	const struct tug_srv_hooks *h = &s->cfg->hooks;
	bool force;
	uint8_t mode;
	uint16_t rc = reset_read(call, &force, &mode);

	if (rc != TUG_RC_OK) {
		return rc;
	}
	if (!force && h->reset_busy != NULL && h->reset_busy(h->ctx)) {
		return TUG_RC_BUSY;
	}
	/* a retransmission must not put the reset off */
	if (s->reset_at_ms == 0) {
		s->reset_at_ms = s->cfg->clock.now_ms(s->cfg->clock.ctx) + RESET_DELAY_MS;
	}
	s->reset_mode = mode;
	return TUG_RC_OK;
}

uint16_t tug_srv_os_params(struct tug_srv_call *call)
{
	if (!call->srv->cfg->params) {
		return TUG_RC_NOTSUP;
	}
	tug_srv_put(call, TUG_KEY_OS_PARAMS_RSP_BUF_SIZE, call->srv->cfg->buf_size);
	tug_srv_put(call, TUG_KEY_OS_PARAMS_RSP_BUF_COUNT, call->srv->cfg->buf_count);
	return TUG_RC_OK;
}

/* Bits of the info strings asked for; 0 = unknown character. */
static uint16_t info_mask(struct tug_slice format)
{
	uint16_t mask = 0;

	if (format.len == 0) {
		return 1u;
	}
	for (size_t i = 0; i < format.len; i++) {
		unsigned at = 0;

		while (at < INFO_N && (uint8_t)info_order[at] != format.p[i]) {
			at++;
		}
		if (at == INFO_N && format.p[i] != 'a') {
			return 0;
		}
		mask |= (uint16_t)(at == INFO_N ? (1u << INFO_N) - 1u : 1u << at);
	}
	return mask;
}

/* Join the strings of `mask` with single spaces. Result: 0, or TUG_RC_MSGSIZE. */
static uint16_t info_text(const struct tug_server_cfg *cfg, uint16_t mask, struct tug_buf *out)
{
	for (size_t i = 0; i < INFO_N; i++) {
		const char *text = cfg->os_name[i] != NULL ? cfg->os_name[i] : "unknown";
		size_t gap = out->len > 0 ? 1 : 0;
		size_t len = strlen(text);

		if ((mask & (1u << i)) == 0) {
			continue;
		}
		if (len + gap > out->cap - out->len) {
			return TUG_RC_MSGSIZE;
		}
		if (gap != 0) {
			out->p[out->len++] = ' ';
		}
		memcpy(out->p + out->len, text, len);
		out->len += len;
	}
	return TUG_RC_OK;
}

static uint16_t os_info(struct tug_srv_call *call)
{
	struct tug_value req[TUG_OS_INFO_REQ_N];
	uint8_t storage[INFO_MAX];
	struct tug_buf text = tug_buf_of(storage, sizeof(storage));
	const struct tug_value *format = &req[TUG_OS_INFO_REQ_FORMAT];
	uint16_t mask, rc;

	if (!call->srv->cfg->profile->os_info) {
		return TUG_RC_NOTSUP;
	}
	rc = tug_srv_decode(call, &tug_os_info_req, req);
	if (rc != TUG_RC_OK) {
		return rc;
	}
	mask = info_mask(format->present ? format->v.s : tug_slice_of(NULL, 0));
	if (mask == 0) {
		return tug_srv_fail(call, TUG_GRP_OS, TUG_OS_RC_BAD_FORMAT);
	}
	rc = info_text(call->srv->cfg, mask, &text);
	if (rc != TUG_RC_OK) {
		return rc;
	}
	tug_srv_key(call, TUG_KEY_OS_INFO_RSP_OUTPUT);
	tug_enc_text(call->rsp, tug_buf_slice(&text));
	return TUG_RC_OK;
}

static uint16_t os_bootloader(struct tug_srv_call *call)
{
	struct tug_value req[TUG_OS_BOOTINFO_REQ_N];
	const struct tug_value *query = &req[TUG_OS_BOOTINFO_REQ_QUERY];
	static const char name[] = "MCUboot";
	uint16_t rc;

	if (!call->srv->cfg->profile->os_info) {
		return TUG_RC_NOTSUP;
	}
	rc = tug_srv_decode(call, &tug_os_bootinfo_req, req);
	if (rc != TUG_RC_OK) {
		return rc;
	}
	if (!query->present) {
		tug_srv_key(call, TUG_KEY_OS_BOOTINFO_RSP_BOOTLOADER);
		tug_enc_text(call->rsp, tug_slice_of(name, sizeof(name) - 1));
	} else if (tug_slice_is(query->v.s, "mode")) {
		tug_srv_key(call, TUG_KEY_OS_BOOTINFO_RSP_MODE);
		tug_enc_int(call->rsp, call->srv->cfg->boot_mode);
	} else if (call->srv->cfg->profile->query_plain_rc) {
		return TUG_OS_RC_NO_ANSWER; /* 3.5 and 3.6 let the group's number slip out as a generic one */
	} else {
		return tug_srv_fail(call, TUG_GRP_OS, TUG_OS_RC_NO_ANSWER);
	}
	return TUG_RC_OK;
}

static const struct tug_srv_cmd commands[] = {
	[0] = { .read = os_echo, .write = os_echo },
	[5] = { .write = tug_srv_os_reset },
	[6] = { .read = tug_srv_os_params },
	[7] = { .read = os_info },
	[8] = { .read = os_bootloader },
};

const struct tug_srv_group tug_srv_os = { TUG_GRP_OS, sizeof(commands) / sizeof(commands[0]), commands };
