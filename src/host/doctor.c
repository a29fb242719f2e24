/* SPDX-License-Identifier: Apache-2.0
 *
 * Looks at a live device and tells a diagnosis what it saw. Asks only for what changes nothing, in an order in which
 * an early answer (the buffer size) shapes later questions. Draws no conclusions.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/diagnose.h>
#include <tug/smp_cmds.h>

#include "host_priv.h"

/* A probe is small or known to be answered late only by what is broken. */
#define PROBE_MS 2000u
#define FRAME_UNKNOWN 256u /* without params: no echo longer than what every server takes */
/* An echo that every server takes. */
#define ECHO_SMALL 32u
/* Octets of an echo request around its text: header, map, key, text head of three octets, end. */
#define ECHO_EXTRA (TUG_SMP_HDR_LEN + 1u + 2u + 3u + 1u)

struct look {
	struct tug_session *s;
	struct tug_host *host;
	struct tug_diag *d;
	const struct tug_doctor_cfg *cfg;
	uint8_t sent[TUG_SMP_HDR_LEN]; /* head of the latest request */
	bool any_sent;
	bool answered;
	bool aside; /* frames are not for the diagnosis */
	int err;    /* first failure */
	uint32_t buf_size;
};

static void see_frame(void *user, const char *url, bool sent, struct tug_slice frame)
{
	struct look *k = user;

	(void)url;
	if (sent && frame.len >= sizeof(k->sent)) {
		memcpy(k->sent, frame.p, sizeof(k->sent));
		k->any_sent = true;
	}
	if (!k->aside) {
		tug_diag_frame(k->d, (int64_t)tug_host_now(k->host), sent, frame);
	}
}

static void see_text(void *user, const char *url, struct tug_slice text)
{
	struct look *k = user;

	(void)url;
	tug_diag_text(k->d, (int64_t)tug_host_now(k->host), text);
}

/* One question. Result: answered, be it by a refusal. */
static bool ask(struct look *k, const struct tug_smp_cmd *cmd, struct tug_slice body, struct tug_answer *a)
{
	struct tug_client_opt opt = { .timeout_ms = PROBE_MS, .once = 1 };
	int err = tug_session_call(k->s, cmd, body, &opt, a);
	bool answered = err == TUG_OK || err == TUG_EREMOTE || err == TUG_ENOTSUP;

	k->answered = k->answered || answered;
	if (!answered && k->err == TUG_OK) {
		k->err = err;
	}
	if (err == TUG_ETIMEOUT && k->any_sent) {
		tug_diag_silence(k->d, (int64_t)tug_host_now(k->host), tug_slice_of(k->sent, sizeof(k->sent)));
	}
	return answered;
}

static bool ask_empty(struct look *k, uint16_t group, uint8_t id)
{
	const struct tug_smp_cmd *cmd = tug_smp_cmd_find(group, id, TUG_SMP_READ);
	static const uint8_t empty[] = { 0xbf, 0xff };
	struct tug_answer a;

	return cmd != NULL && ask(k, cmd, tug_slice_of(empty, sizeof(empty)), &a);
}

static void ask_params(struct look *k)
{
	const struct tug_smp_cmd *cmd = tug_smp_cmd_find(TUG_GRP_OS, 6, TUG_SMP_READ);
	static const uint8_t empty[] = { 0xbf, 0xff };
	struct tug_value v[TUG_MAP_FIELDS];
	struct tug_answer a;
	int at;

	memset(v, 0, sizeof(v));
	if (cmd == NULL || !ask(k, cmd, tug_slice_of(empty, sizeof(empty)), &a) || a.status.failed ||
	    tug_map_decode(a.body, cmd->rsp, v) != TUG_OK) {
		return;
	}
	at = tug_map_index(cmd->rsp, "buf_size");
	if (at >= 0 && v[at].present && v[at].v.u <= UINT16_MAX) {
		k->buf_size = (uint32_t)v[at].v.u;
	}
}

/* {"key": text} */
static void ask_text(struct look *k, uint8_t id, const char *key, const char *text)
{
	const struct tug_smp_cmd *cmd = tug_smp_cmd_find(TUG_GRP_OS, id, TUG_SMP_READ);
	uint8_t storage[64];
	struct tug_buf body = tug_buf_of(storage, sizeof(storage));
	struct tug_answer a;
	struct tug_enc e;

	tug_enc_init(&e, &body);
	tug_enc_map_begin(&e);
	tug_enc_key(&e, key);
	tug_enc_text(&e, tug_slice_of(text, strlen(text)));
	tug_enc_map_end(&e);
	if (cmd != NULL && tug_enc_finish(&e) == TUG_OK) {
		ask(k, cmd, tug_buf_slice(&body), &a);
	}
}

/*
 * A command that no server has: a server in good order refuses it (rc 8), which would be no news; only silence is told.
 */
static void ask_unknown(struct look *k)
{
	static const struct tug_map nothing = { NULL, 0 };
	static const struct tug_smp_cmd unknown = { TUG_GRP_OS, 199, TUG_SMP_READ, TUG_CMD_OPTIONAL | TUG_CMD_HARMLESS, &nothing,
						    &nothing };
	static const uint8_t empty[] = { 0xbf, 0xff };
	struct tug_answer a;

	k->aside = true;
	ask(k, &unknown, tug_slice_of(empty, sizeof(empty)), &a);
	k->aside = false;
}

/* An echo whose request has `frame` octets. Result: it came back. */
static bool echo(struct look *k, uint32_t frame)
{
	const struct tug_smp_cmd *cmd = tug_smp_cmd_find(TUG_GRP_OS, 0, TUG_SMP_WRITE);
	uint32_t len = frame - ECHO_EXTRA;
	struct tug_buf body = tug_buf_of(malloc(frame), frame);
	char *text = malloc(len);
	struct tug_answer a;
	struct tug_enc e;
	bool back = false;

	if (body.p != NULL && text != NULL && cmd != NULL) {
		memset(text, 'e', len);
		tug_enc_init(&e, &body);
		tug_enc_map_begin(&e);
		tug_enc_key(&e, "d");
		tug_enc_text(&e, tug_slice_of(text, len));
		tug_enc_map_end(&e);
		back = tug_enc_finish(&e) == TUG_OK && ask(k, cmd, tug_buf_slice(&body), &a) && !a.status.failed;
	}
	free(body.p);
	free(text);
	return back;
}

/* Echoes of growing size: does the link carry what the device says it takes? */
static void ask_echoes(struct look *k)
{
	uint32_t most = k->buf_size != 0 ? k->buf_size : FRAME_UNKNOWN;
	uint32_t size = 64;

	bool back = true;

	while (size < most && back) {
		back = echo(k, size);
		size *= 2;
	}
	if (back && most > ECHO_EXTRA) {
		back = echo(k, most);
	}
	if (!back) {
		echo(k, ECHO_SMALL); /* was only the long one lost, or is the server gone? */
	}
}

/* Confirm what runs: changes nothing on a device in good order whose image is confirmed. */
static void ask_deep(struct look *k)
{
	const struct tug_smp_cmd *cmd = tug_smp_cmd_find(TUG_GRP_IMG, 0, TUG_SMP_WRITE);
	static const uint8_t confirm[] = { 0xbf, 0x67, 'c', 'o', 'n', 'f', 'i', 'r', 'm', 0xf5, 0xff };
	struct tug_answer a;

	if (k->cfg->say != NULL) {
		k->cfg->say(k->cfg->user, "--deep: confirms the image that is running; after that it stays");
	}
	if (cmd != NULL && ask(k, cmd, tug_slice_of(confirm, sizeof(confirm)), &a)) {
		ask_empty(k, TUG_GRP_IMG, 0);
	}
}

int tug_session_doctor(struct tug_session *s, struct tug_diag *d, const struct tug_doctor_cfg *cfg)
{
	struct look k = { .s = s, .host = tug_session_host(s), .d = d, .cfg = cfg };
	struct tug_host_watch watch = { see_frame, see_text, &k };
	int err = tug_diag_live(d, tug_session_url(s));

	if (err == TUG_OK) {
		err = tug_host_observe(k.host, &watch);
	}
	if (err != TUG_OK) {
		return err;
	}
	ask_params(&k);
	if (k.answered || ask_empty(&k, TUG_GRP_IMG, 0)) {
		ask_empty(&k, TUG_GRP_IMG, 0);
		ask_empty(&k, TUG_GRP_IMG, 6);
		ask_empty(&k, TUG_GRP_OS, 8);
		ask_text(&k, 8, "query", "mode");
		ask_text(&k, 7, "format", "a");
		ask_unknown(&k);
		ask_echoes(&k);
		if (cfg->deep) {
			ask_deep(&k);
		}
	}
	tug_host_unobserve(k.host, &k);
	return k.answered ? TUG_OK : k.err;
}
