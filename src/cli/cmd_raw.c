/* SPDX-License-Identifier: Apache-2.0
 *
 * Any command at all: group, id and operation as numbers or names, the body as JSON. Knows the table of
 * commands only for names. Called by main.c.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <tug/smp_cmds.h>
#include <tug/smp_text.h>

#include "handlers_priv.h"
#include "json_cbor_priv.h"
#include "results_priv.h"

/* From this group on a body may be anything; below it is one map. */
#define GROUP_USER 64u

/* Made once from the command line, sent to every device. */
struct request {
	struct tug_smp_cmd cmd;
	struct tug_slice body;
};

static bool same_name(const char *a, const char *b)
{
	while (*a != '\0' && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
		a++;
		b++;
	}
	return *a == '\0' && *b == '\0';
}

static bool group_number(const char *text, uint32_t *group)
{
	if (tug_value_num(text, 0, 65535, group)) {
		return true;
	}
	for (uint32_t g = 0; g < 256; g++) {
		const char *name = tug_smp_group_name((uint16_t)g);

		if (name != NULL && same_name(name, text)) {
			*group = g;
			return true;
		}
	}
	return false;
}

/*
 * Devices drop without a word what their buffer cannot hold. Before that is called silence the device is asked
 * how much it holds. Result: octets of its buffer when the frame is larger, else 0.
 */
static uint32_t too_small(struct tug_turn *t, size_t frame)
{
	const struct tug_smp_cmd *cmd = tug_row(TUG_GRP_OS, 6, TUG_SMP_READ);
	const struct tug_client_opt opt = { .timeout_ms = 1000, .once = 1 };
	static const uint8_t empty = 0xa0;
	struct tug_value rsp[TUG_OS_PARAMS_RSP_N];
	struct tug_answer a;

	if (tug_session_call(t->s, cmd, tug_slice_of(&empty, 1), &opt, &a) != TUG_OK ||
	    tug_map_decode(a.body, cmd->rsp, rsp) != TUG_OK || !rsp[TUG_OS_PARAMS_RSP_BUF_SIZE].present ||
	    rsp[TUG_OS_PARAMS_RSP_BUF_SIZE].v.u >= frame + tug_session_link(t->s).overhead) {
		return 0;
	}
	return (uint32_t)rsp[TUG_OS_PARAMS_RSP_BUF_SIZE].v.u;
}

static void no_answer(struct tug_turn *t, const struct request *rq, struct tug_answer *a)
{
	size_t frame = TUG_SMP_HDR_LEN + rq->body.len;
	uint32_t buf = too_small(t, frame);
	char text[160];

	if (buf == 0) {
		tug_turn_fail(t, TUG_ETIMEOUT, &rq->cmd, a);
		return;
	}
	snprintf(text, sizeof(text), "no answer in time: the request has %zu octets, the device's buffer %u", frame, buf);
	tug_turn_because(t, TUG_ETIMEOUT, text, "send less at once, or build the firmware with a larger buffer (tug os params shows it)");
}

static void turn_raw(struct tug_turn *t)
{
	const struct request *rq = t->user;
	struct tug_answer a;
	int err = tug_session_call(t->s, &rq->cmd, rq->body, NULL, &a);

	/* a refusal has a body too, and raw shows what was answered */
	if (a.body.len > 0) {
		struct tug_res_raw r = { tug_json_of_cbor(a.body) };

		if (r.body == NULL) {
			r.body = tug_json_hex(a.body);
		}
		tug_turn_show(t, &tug_view_raw, &r);
	}
	if (err == TUG_ETIMEOUT) {
		no_answer(t, rq, &a);
	} else if (err != TUG_OK) {
		tug_turn_fail(t, err, &rq->cmd, &a);
	}
}

static int read_words(struct tug_cli *cli, struct tug_smp_cmd *cmd)
{
	const char **pos = cli->args->pos;
	uint32_t group, id;

	if (!group_number(pos[0], &group)) {
		return tug_usage_error(cli, "GROUP is a number from 0 to 65535 or a name as os or img, not '%.40s'", pos[0]);
	}
	if (!tug_value_num(pos[1], 0, 255, &id)) {
		return tug_usage_error(cli, "ID is a number from 0 to 255, not '%.40s'", pos[1]);
	}
	if (!tug_value_choice("read|write", pos[2])) {
		return tug_usage_error(cli, "the third word is read or write, not '%.40s'", pos[2]);
	}
	cmd->group = (uint16_t)group;
	cmd->id = (uint8_t)id;
	cmd->op = strcmp(pos[2], "write") == 0 ? TUG_SMP_WRITE : TUG_SMP_READ;
	cmd->flags = 0;
	cmd->req = &tug_empty;
	cmd->rsp = &tug_empty;
	return TUG_EXIT_DONE;
}

int tug_cmd_raw(struct tug_cli *cli)
{
	const char *json = cli->args->n_pos > 3 ? cli->args->pos[3] : "{}";
	struct request rq = { { 0 }, { NULL, 0 } };
	struct tug_buf body;
	char why[256] = "";
	int status = read_words(cli, &rq.cmd);

	if (status != TUG_EXIT_DONE) {
		return status;
	}
	/* every character of JSON makes at most nine octets of CBOR (a fraction) */
	body = tug_buf_of(NULL, strlen(json) * 9 + 16);
	body.p = malloc(body.cap);
	if (body.p == NULL) {
		return tug_local_error(cli, TUG_EINTERNAL, "out of memory");
	}
	if (tug_cbor_of_json(json, rq.cmd.group < GROUP_USER, &body, why, sizeof(why)) != TUG_OK) {
		status = tug_usage_error(cli, "JSON: %s", why);
	} else {
		rq.body = tug_buf_slice(&body);
		status = tug_each_device(cli, turn_raw, &rq);
	}
	free(body.p);
	return status;
}
