/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors as sentences, as JSON and as exit statuses. The texts come from the error table, the return-code
 * tables and the table of commands; nothing is worded twice. Called by every handler.
 */
#include <stdarg.h>
#include <string.h>

#include <tug/smp_text.h>

#include "cli_priv.h"
#include "json_cbor_priv.h"

int tug_exit_of(int err)
{
	int n = -err;

	switch (err) {
	case TUG_OK:
		return TUG_EXIT_DONE;
	case TUG_EADDR:
		return TUG_EXIT_USAGE;
	case TUG_EINTR:
		return TUG_EXIT_INTERRUPTED;
	default:
		break;
	}
	if (n < 20) {
		return TUG_EXIT_USAGE;
	}
	if (n < 40 || (n >= 120 && n < 140)) {
		return TUG_EXIT_REFUSED; /* malformed answers and refusals */
	}
	if (n < 100) {
		return TUG_EXIT_LOCAL;
	}
	return n < 120 ? TUG_EXIT_LINK : TUG_EXIT_INTERNAL;
}

const char *tug_url_colon(const char *url)
{
	size_t n = strlen(url);

	return n > 0 && url[n - 1] == ':' ? "" : ":";
}

int tug_exit_worse(int a, int b)
{
	return a > b ? a : b;
}

/* The row of an error: generic codes have one meaning in every group. */
static const struct tug_smp_rc_text *rc_row(const struct tug_smp_status *st)
{
	if (st->rc < 0 || st->rc > 0xffff) {
		return NULL;
	}
	return tug_smp_rc_text(st->legacy ? TUG_RC_GENERIC : st->group, (uint16_t)st->rc);
}

void tug_status_text(const struct tug_smp_status *st, char *dst, size_t cap)
{
	const struct tug_smp_rc_text *row = rc_row(st);
	const char *group = tug_smp_group_name(st->group);
	char number[16], reason[96];

	snprintf(number, sizeof(number), "%u", st->group);
	tug_out_escape(st->rsn, reason, sizeof(reason));
	snprintf(dst, cap, "%s%s%src %d%s%s%s%s%s%s%s", st->legacy ? "" : "group ",
		 st->legacy ? "" : (group != NULL ? group : number), st->legacy ? "" : " ", (int)st->rc,
		 row != NULL ? " " : "", row != NULL ? row->name : "", row != NULL ? ": " : "",
		 row != NULL ? row->text : "", reason[0] != '\0' ? " (\"" : "", reason, reason[0] != '\0' ? "\")" : "");
}

void tug_advice_text(int err, const struct tug_smp_cmd *cmd, char *dst, size_t cap)
{
	const struct tug_smp_cmd_text *row = NULL;
	size_t at = 0;

	dst[0] = '\0';
	if (err == TUG_EREMOTE) {
		return; /* the sentence names group and rc already, and what they mean */
	}
	if (err == TUG_ENOTSUP && cmd != NULL) {
		row = tug_smp_cmd_text(cmd->group, cmd->id, cmd->op);
	}
	if (row == NULL || row->kconfig[0] == '\0') {
		snprintf(dst, cap, "%s", tug_err_advice(err));
		return;
	}
	at = (size_t)snprintf(dst, cap, "build the firmware with");
	for (const char *p = row->kconfig; *p != '\0' && at < cap;) {
		size_t n = strcspn(p, " ");

		at += (size_t)snprintf(dst + at, cap - at, " CONFIG_%.*s=y", (int)n, p);
		p += n + (p[n] == ' ');
	}
	if (row->since[0] != '\0' && row->since[0] != '-' && at < cap) {
		snprintf(dst + at, cap - at, " (Zephyr %s or later)", row->since);
	}
}

cJSON *tug_error_json(int err, const char *text, const char *advice, const struct tug_smp_status *st)
{
	cJSON *j = cJSON_CreateObject();

	cJSON_AddStringToObject(j, "code", tug_err_name(err));
	cJSON_AddItemToObject(j, "text", tug_json_utf8(tug_slice_of(text, strlen(text))));
	cJSON_AddStringToObject(j, "advice", advice);
	if (st != NULL && st->failed) {
		const struct tug_smp_rc_text *row = rc_row(st);

		cJSON_AddNumberToObject(j, "group", st->group);
		cJSON_AddNumberToObject(j, "rc", st->rc);
		cJSON_AddStringToObject(j, "name", row != NULL ? row->name : "");
	}
	return j;
}

int tug_usage_error(struct tug_cli *cli, const char *fmt, ...)
{
	const struct tug_cmd *cmd = cli->args->cmd;
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tug_out_error(&cli->out, "tug: %s", text);
	if (cmd != NULL) {
		tug_out_error(&cli->out, "usage: tug %s%s%s [OPTION...]; 'tug help %s' says more", cmd->name,
			      cmd->args[0] != '\0' ? " " : "", cmd->args, cmd->name);
	}
	return TUG_EXIT_USAGE;
}

int tug_local_error(struct tug_cli *cli, int err, const char *fmt, ...)
{
	char text[640];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (cli->out.json) {
		cJSON *j = cJSON_CreateObject();

		/* the sentences about files name their remedy themselves */
		cJSON_AddItemToObject(j, "error", tug_error_json(err, text, "", NULL));
		tug_out_json(&cli->out, j);
	}
	tug_out_error(&cli->out, "tug: %s", text);
	return tug_exit_of(err) == TUG_EXIT_INTERNAL ? TUG_EXIT_INTERNAL : TUG_EXIT_LOCAL;
}
