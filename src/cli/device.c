/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands that talk to devices: opens every device of the command line at once, gives each its turn, collects
 * results and the worst exit status. Knows no command. Called by their handlers.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <tug/smp_text.h>
#include <tug/vdev.h>

#include "cli_priv.h"
#include "dump_priv.h"

/* Longest that the address of a Bluetooth device takes, ms. */
#define BLE_WAIT_MAX 600000u

static const struct tug_scheme *const schemes[] = {
	&tug_scheme_serial,
	&tug_scheme_usb,
	&tug_scheme_udp,
	&tug_scheme_ble,
	&tug_scheme_vdev,
};

static void watch_frame(void *user, const char *url, bool sent, struct tug_slice frame)
{
	struct tug_out *out = user;
	char *text = tug_dump_line(frame);

	tug_out_error(out, "%s %s %s", sent ? ">" : "<", url, text != NULL ? text : "");
	free(text);
}

static void watch_text(void *user, const char *url, struct tug_slice text)
{
	struct tug_out *out = user;
	char line[512];

	tug_out_escape(text, line, sizeof(line));
	tug_out_error(out, "\" %s %s", url, line);
}

static enum tug_client_smp smp_policy(const struct tug_args *args)
{
	const char *smp = tug_args_text(args, "smp", "auto");

	return strcmp(smp, "1") == 0 ? TUG_CLIENT_V1 : strcmp(smp, "2") == 0 ? TUG_CLIENT_V2 : TUG_CLIENT_AUTO;
}

/* --adapter, --passkey and --timeout as options of an address. */
static void ble_options(const struct tug_args *args, char *out, size_t cap)
{
	const char *adapter = tug_args_text(args, "adapter", NULL);
	uint32_t timeout = tug_args_num(args, "timeout", 0);
	size_t at = 0;

	/* the link's own sentence, which says what is missing, comes before the host's */
	if (timeout != 0) {
		timeout -= timeout / 16u;
		at = (size_t)snprintf(out, cap, "wait=%u", (unsigned)(timeout < BLE_WAIT_MAX ? timeout : BLE_WAIT_MAX));
	}
	if (adapter != NULL && at < cap) {
		at += (size_t)snprintf(out + at, cap - at, "%sadapter=%.16s", at > 0 ? "&" : "", adapter);
	}
	if (tug_args_has(args, "passkey") && at < cap) {
		snprintf(out + at, cap - at, "%spasskey=%u", at > 0 ? "&" : "", (unsigned)tug_args_num(args, "passkey", 0));
	}
}

int tug_cli_host(struct tug_cli *cli, struct tug_host **out)
{
	const struct tug_args *args = cli->args;
	struct tug_host_cfg cfg = { 0 };
	char why[TUG_HOST_WHY] = "";
	int err;

	cfg.schemes = schemes;
	cfg.n_schemes = sizeof(schemes) / sizeof(schemes[0]);
	cfg.smp = smp_policy(args);
	cfg.timeout_ms = tug_args_num(args, "timeout", 0);
	cfg.retries = (uint8_t)tug_args_num(args, "retries", 255);
	ble_options(args, cfg.ble_options, sizeof(cfg.ble_options));
	cfg.log_path = tug_args_text(args, "log", NULL);
	if (tug_args_has(args, "verbose")) {
		cfg.watch.frame = watch_frame;
		cfg.watch.text = watch_text;
		cfg.watch.user = &cli->out;
	}
	err = tug_host_create(&cfg, out, why, sizeof(why));
	if (err != TUG_OK) {
		return tug_local_error(cli, err, "%s", why);
	}
	tug_host_catch_signals(*out);
	return TUG_EXIT_DONE;
}

int tug_cli_host_end(struct tug_cli *cli, struct tug_host *h, int status)
{
	int err = tug_host_destroy(h);

	if (err != TUG_OK) {
		tug_out_error(&cli->out, "tug: the log could not be written: %s", tug_strerror(err));
		return tug_exit_worse(status, TUG_EXIT_LOCAL);
	}
	return status;
}

size_t tug_cli_devices(struct tug_cli *cli, const char **urls, size_t cap)
{
	size_t n = 0;

	while (n < cap && (urls[n] = tug_args_nth(cli->args, "device", n)) != NULL) {
		n++;
	}
	if (n == 0) {
		urls[0] = getenv("TUG_DEVICE");
		n = urls[0] != NULL && urls[0][0] != '\0';
	}
	if (n == 0) {
		tug_usage_error(cli, "which device? give -d URL or set TUG_DEVICE; 'tug scan' lists what can be reached");
	}
	return n;
}

const struct tug_smp_cmd *tug_row(uint16_t group, uint8_t id, uint8_t op)
{
	const struct tug_smp_cmd *row = tug_smp_cmd_find(group, id, op);

	if (row == NULL) {
		fprintf(stderr, "tug: the table of commands lacks %u %u %u\n", group, id, op);
		exit(TUG_EXIT_INTERNAL);
	}
	return row;
}

/* Move the members of `from` into `to`; a member that is there already stays. Consumes `from`. */
static void merge(cJSON *to, cJSON *from)
{
	while (from != NULL && from->child != NULL) {
		cJSON *c = cJSON_DetachItemViaPointer(from, from->child);

		if (cJSON_HasObjectItem(to, c->string)) {
			cJSON_Delete(c);
		} else {
			cJSON_AddItemToObject(to, c->string, c);
		}
	}
	cJSON_Delete(from);
}

static cJSON *doc_of(struct tug_turn *t)
{
	if (t->doc == NULL) {
		t->doc = cJSON_CreateObject();
	}
	return t->doc;
}

void tug_turn_show(struct tug_turn *t, const struct tug_view *view, const void *data)
{
	if (t->cli->out.json) {
		merge(doc_of(t), view->json(data));
	} else {
		view->text(&t->cli->out, data);
		tug_out_flush(&t->cli->out);
	}
}

static const char *request_name(const struct tug_smp_cmd *cmd)
{
	const struct tug_smp_cmd_text *row = cmd != NULL ? tug_smp_cmd_text(cmd->group, cmd->id, cmd->op) : NULL;

	return row != NULL ? row->name : NULL;
}

static void say(struct tug_turn *t, const char *sentence, const char *advice)
{
	tug_out_error(&t->cli->out, "tug: %s%s %s", t->url, tug_url_colon(t->url), sentence);
	if (advice[0] != '\0') {
		tug_out_error(&t->cli->out, "     %s", advice);
	}
}

void tug_turn_fail(struct tug_turn *t, int err, const struct tug_smp_cmd *cmd, const struct tug_answer *a)
{
	const char *name = request_name(cmd);
	const char *link = t->s != NULL ? tug_session_why(t->s) : "";
	bool refused = a != NULL && a->status.failed;
	char text[512], advice[256], status[320];

	if (refused) {
		tug_status_text(&a->status, status, sizeof(status));
	}
	snprintf(text, sizeof(text), "%s%s%s%s", name != NULL ? name : "", name != NULL ? ": " : "",
		 refused ? "the device refused: " : "",
		 refused ? status : (link[0] != '\0' && tug_exit_of(err) != TUG_EXIT_INTERRUPTED ? link : tug_strerror(err)));
	tug_advice_text(err, cmd, advice, sizeof(advice));
	t->exit = tug_exit_worse(t->exit, tug_exit_of(err));
	if (t->cli->out.json) {
		cJSON_AddItemToObject(doc_of(t), "error",
				      tug_error_json(err, text, advice, refused ? &a->status : NULL));
	}
	say(t, text, advice);
}

void tug_turn_because(struct tug_turn *t, int err, const char *sentence, const char *advice)
{
	t->exit = tug_exit_worse(t->exit, tug_exit_of(err));
	if (t->cli->out.json) {
		cJSON_AddItemToObject(doc_of(t), "error", tug_error_json(err, sentence, advice, NULL));
	}
	say(t, sentence, advice);
}

void tug_turn_unmet(struct tug_turn *t, const char *sentence, const char *advice)
{
	tug_turn_because(t, TUG_ENOEFFECT, sentence, advice);
}

bool tug_turn_call(struct tug_turn *t, const struct tug_smp_cmd *cmd, struct tug_slice body, struct tug_answer *a)
{
	int err = tug_session_call(t->s, cmd, body, NULL, a);

	if (err != TUG_OK) {
		tug_turn_fail(t, err, cmd, a);
	}
	return err == TUG_OK;
}

bool tug_turn_get(struct tug_turn *t, const struct tug_smp_cmd *cmd, struct tug_slice body, struct tug_answer *a,
		  struct tug_value *vals)
{
	int err;

	if (!tug_turn_call(t, cmd, body, a)) {
		return false;
	}
	err = tug_map_decode(a->body, cmd->rsp, vals);
	if (err == TUG_OK) {
		err = tug_map_require(cmd->rsp, vals);
	}
	if (err != TUG_OK) {
		tug_turn_fail(t, err, cmd, NULL);
	}
	return err == TUG_OK;
}

struct tug_slice tug_body_of(struct tug_buf *out, const struct tug_map *m, const struct tug_value *vals)
{
	struct tug_enc e;

	out->len = 0;
	tug_enc_init(&e, out);
	tug_map_encode(&e, m, vals);
	return tug_enc_finish(&e) == TUG_OK ? tug_buf_slice(out) : tug_slice_of(NULL, 0);
}

/* A link that could not even be asked to open: the sentence is the link's own, and says what to do. */
static void fail_open(struct tug_turn *t, int err, const char *why)
{
	t->exit = tug_exit_of(err);
	if (t->cli->out.json) {
		cJSON_AddItemToObject(doc_of(t), "error", tug_error_json(err, why, "", NULL));
	}
	tug_out_error(&t->cli->out, "tug: %s%s %s", t->url, tug_url_colon(t->url), why);
}

static void one_turn(struct tug_turn *t, tug_turn_fn fn, size_t n)
{
	int err = tug_session_wait(t->s);

	if (err != TUG_OK) {
		tug_turn_fail(t, err, NULL, NULL);
		return;
	}
	if (n > 1 && !t->cli->out.json) {
		tug_out_data(&t->cli->out, "%s:\n", t->url);
	}
	fn(t);
}

/* One device: its document. Several: a list, each with its address and exit status. */
static void print_docs(struct tug_cli *cli, struct tug_turn *turns, size_t n)
{
	cJSON *list;

	if (!cli->out.json) {
		return;
	}
	if (n == 1) {
		tug_out_json(&cli->out, doc_of(&turns[0]));
		return;
	}
	list = cJSON_CreateArray();
	for (size_t i = 0; i < n; i++) {
		cJSON *doc = cJSON_CreateObject();

		cJSON_AddStringToObject(doc, "device", turns[i].url);
		cJSON_AddNumberToObject(doc, "exit", turns[i].exit);
		merge(doc, turns[i].doc);
		cJSON_AddItemToArray(list, doc);
	}
	tug_out_json(&cli->out, list);
}

int tug_each_device(struct tug_cli *cli, tug_turn_fn fn, const void *user)
{
	const char *urls[TUG_CLI_DEVICES];
	struct tug_turn turns[TUG_CLI_DEVICES];
	size_t n = tug_cli_devices(cli, urls, TUG_CLI_DEVICES);
	char why[TUG_HOST_WHY];
	struct tug_host *host;
	int status = n > 0 ? tug_cli_host(cli, &host) : TUG_EXIT_USAGE;

	if (status != TUG_EXIT_DONE) {
		return status;
	}
	memset(turns, 0, sizeof(turns));
	for (size_t i = 0; i < n; i++) {
		int err;

		turns[i].cli = cli;
		turns[i].url = urls[i];
		turns[i].user = user;
		err = tug_session_open(host, urls[i], &turns[i].s, why, sizeof(why));
		if (err != TUG_OK) {
			fail_open(&turns[i], err, why);
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (turns[i].s != NULL) {
			one_turn(&turns[i], fn, n);
			tug_session_close(turns[i].s);
		}
		status = tug_exit_worse(status, turns[i].exit);
	}
	print_docs(cli, turns, n);
	return tug_cli_host_end(cli, host, status);
}
