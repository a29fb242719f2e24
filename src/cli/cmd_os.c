/* SPDX-License-Identifier: Apache-2.0
 *
 * The OS group and erase-storage: one request each, decoded by the table of commands, shown by a view. Knows
 * no link. Called by main.c.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tug/smp_cmds.h>

#include "handlers_priv.h"
#include "results_priv.h"

static const struct tug_value absent;

static struct tug_value text_value(const char *text)
{
	struct tug_value v = { .present = true, .type = TUG_T_TSTR };

	v.v.s = tug_slice_of(text, strlen(text));
	return v;
}

static void turn_echo(struct tug_turn *t)
{
	const struct tug_smp_cmd *cmd = tug_row(TUG_GRP_OS, 0, TUG_SMP_WRITE);
	struct tug_value req[TUG_OS_ECHO_REQ_N], rsp[TUG_OS_ECHO_RSP_N];
	const char *text = t->cli->args->pos[0];
	size_t cap = strlen(text) + 64;
	struct tug_buf body = tug_buf_of(malloc(cap), cap);
	struct tug_answer a;

	if (body.p == NULL) {
		tug_turn_fail(t, TUG_EINTERNAL, cmd, NULL);
		return;
	}
	req[TUG_OS_ECHO_REQ_D] = text_value(text);
	if (tug_turn_get(t, cmd, tug_body_of(&body, cmd->req, req), &a, rsp)) {
		struct tug_res_text r = { "echo", rsp[TUG_OS_ECHO_RSP_R].v.s };

		tug_turn_show(t, &tug_view_text, &r);
		if (!tug_slice_is(r.text, text)) {
			tug_turn_unmet(t, "the device repeated something else", "look at the frames with -v");
		}
	}
	free(body.p);
}

int tug_cmd_os_echo(struct tug_cli *cli)
{
	return tug_each_device(cli, turn_echo, NULL);
}

static void turn_reset(struct tug_turn *t)
{
	const struct tug_smp_cmd *cmd = tug_row(TUG_GRP_OS, 5, TUG_SMP_WRITE);
	static const struct tug_res_done done = { "reset", "the device restarts in a moment" };
	static const struct tug_res_done gone = { "reset", "the link closed before an answer came" };
	struct tug_value req[TUG_OS_RESET_REQ_N] = { absent, absent };
	uint8_t storage[64];
	struct tug_buf body = tug_buf_of(storage, sizeof(storage));
	struct tug_answer a;
	int err;

	if (tug_args_has(t->cli->args, "force")) {
		req[TUG_OS_RESET_REQ_FORCE].present = true;
		req[TUG_OS_RESET_REQ_FORCE].type = TUG_T_BOOL;
		req[TUG_OS_RESET_REQ_FORCE].v.b = true;
	}
	if (tug_args_has(t->cli->args, "boot-mode")) {
		req[TUG_OS_RESET_REQ_BOOT_MODE].present = true;
		req[TUG_OS_RESET_REQ_BOOT_MODE].type = TUG_T_UINT;
		req[TUG_OS_RESET_REQ_BOOT_MODE].v.u = tug_args_num(t->cli->args, "boot-mode", 0);
	}
	err = tug_session_call(t->s, cmd, tug_body_of(&body, cmd->req, req), NULL, &a);
	if (err == TUG_OK) {
		tug_turn_show(t, &tug_view_done, &done);
	} else if (err == TUG_ECLOSED) {
		tug_turn_show(t, &tug_view_done, &gone);
	} else {
		tug_turn_fail(t, err, cmd, &a);
	}
}

int tug_cmd_os_reset(struct tug_cli *cli)
{
	return tug_each_device(cli, turn_reset, NULL);
}

static void turn_params(struct tug_turn *t)
{
	const struct tug_smp_cmd *cmd = tug_row(TUG_GRP_OS, 6, TUG_SMP_READ);
	struct tug_value rsp[TUG_OS_PARAMS_RSP_N];
	static const uint8_t empty = 0xa0;
	struct tug_answer a;

	if (tug_turn_get(t, cmd, tug_slice_of(&empty, 1), &a, rsp)) {
		struct tug_res_params r = { rsp[TUG_OS_PARAMS_RSP_BUF_SIZE].v.u, rsp[TUG_OS_PARAMS_RSP_BUF_COUNT].v.u };

		tug_turn_show(t, &tug_view_params, &r);
	}
}

int tug_cmd_os_params(struct tug_cli *cli)
{
	return tug_each_device(cli, turn_params, NULL);
}

static void turn_info(struct tug_turn *t)
{
	const struct tug_smp_cmd *cmd = tug_row(TUG_GRP_OS, 7, TUG_SMP_READ);
	const char *format = t->cli->args->n_pos > 0 ? t->cli->args->pos[0] : "a";
	struct tug_value req[TUG_OS_INFO_REQ_N], rsp[TUG_OS_INFO_RSP_N];
	uint8_t storage[128];
	struct tug_buf body = tug_buf_of(storage, sizeof(storage));
	struct tug_answer a;

	req[TUG_OS_INFO_REQ_FORMAT] = text_value(format);
	if (tug_turn_get(t, cmd, tug_body_of(&body, cmd->req, req), &a, rsp)) {
		struct tug_res_text r = { "info", rsp[TUG_OS_INFO_RSP_OUTPUT].v.s };

		tug_turn_show(t, &tug_view_text, &r);
	}
}

int tug_cmd_os_info(struct tug_cli *cli)
{
	if (cli->args->n_pos > 0 && strlen(cli->args->pos[0]) > 64) {
		return tug_usage_error(cli, "FORMAT is a few of the letters s n r v b m p i o, or a");
	}
	return tug_each_device(cli, turn_info, NULL);
}

/* The mode is a second question; a device that does not answer it has still told its bootloader. */
static void add_boot_mode(struct tug_turn *t, const struct tug_smp_cmd *cmd, struct tug_res_boot *r)
{
	struct tug_value req[TUG_OS_BOOTINFO_REQ_N], rsp[TUG_OS_BOOTINFO_RSP_N];
	uint8_t storage[64];
	struct tug_buf body = tug_buf_of(storage, sizeof(storage));
	struct tug_answer a;
	int err;

	req[TUG_OS_BOOTINFO_REQ_QUERY] = text_value("mode");
	err = tug_session_call(t->s, cmd, tug_body_of(&body, cmd->req, req), NULL, &a);
	if (err == TUG_OK && tug_map_decode(a.body, cmd->rsp, rsp) == TUG_OK && rsp[TUG_OS_BOOTINFO_RSP_MODE].present) {
		r->mode_ok = true;
		r->mode = rsp[TUG_OS_BOOTINFO_RSP_MODE].v.i;
		r->no_downgrade = rsp[TUG_OS_BOOTINFO_RSP_NO_DOWNGRADE].present &&
				  rsp[TUG_OS_BOOTINFO_RSP_NO_DOWNGRADE].v.b;
	} else if (err != TUG_EREMOTE && err != TUG_ENOTSUP && err != TUG_OK) {
		tug_turn_fail(t, err, cmd, &a);
	} else {
		tug_out_talk(&t->cli->out, "note: the device does not tell the mode of its bootloader");
	}
}

static void turn_bootloader(struct tug_turn *t)
{
	const struct tug_smp_cmd *cmd = tug_row(TUG_GRP_OS, 8, TUG_SMP_READ);
	struct tug_value rsp[TUG_OS_BOOTINFO_RSP_N];
	static const uint8_t empty = 0xa0;
	struct tug_res_boot r = { 0 };
	struct tug_answer a;
	char name[64];

	if (!tug_turn_get(t, cmd, tug_slice_of(&empty, 1), &a, rsp)) {
		return;
	}
	/* copied: the next call reuses the answer's memory */
	r.name.len = rsp[TUG_OS_BOOTINFO_RSP_BOOTLOADER].present ? rsp[TUG_OS_BOOTINFO_RSP_BOOTLOADER].v.s.len : 0;
	r.name.len = r.name.len < sizeof(name) ? r.name.len : sizeof(name);
	r.name.p = (const uint8_t *)name;
	if (r.name.len > 0) {
		memcpy(name, rsp[TUG_OS_BOOTINFO_RSP_BOOTLOADER].v.s.p, r.name.len);
	}
	add_boot_mode(t, cmd, &r);
	tug_turn_show(t, &tug_view_boot, &r);
}

int tug_cmd_os_bootloader(struct tug_cli *cli)
{
	return tug_each_device(cli, turn_bootloader, NULL);
}

/* A key of a map with free keys, made printable. */
static void name_of(struct tug_slice key, char *dst, size_t cap)
{
	struct tug_value v;

	if (tug_item_decode(key, TUG_T_TSTR, &v) == TUG_OK) {
		tug_out_escape(v.v.s, dst, cap);
	} else {
		snprintf(dst, cap, "?");
	}
}

static void fill_task(struct tug_res_task *task, const struct tug_value *v)
{
	/* the device counts stacks in words of four octets */
	task->prio = v[TUG_OS_TASK_PRIO].present ? v[TUG_OS_TASK_PRIO].v.i : 0;
	task->id = v[TUG_OS_TASK_TID].present ? v[TUG_OS_TASK_TID].v.u : 0;
	task->state = v[TUG_OS_TASK_STATE].present ? v[TUG_OS_TASK_STATE].v.u : 0;
	task->stack_ok = v[TUG_OS_TASK_STKSIZ].present && v[TUG_OS_TASK_STKUSE].present;
	if (task->stack_ok) {
		task->stack_size = v[TUG_OS_TASK_STKSIZ].v.u * 4;
		task->stack_used = v[TUG_OS_TASK_STKUSE].v.u * 4;
	}
	task->runtime_ok = v[TUG_OS_TASK_RUNTIME].present;
	task->runtime = task->runtime_ok ? v[TUG_OS_TASK_RUNTIME].v.u : 0;
}

static int fill_tasks(struct tug_slice map, struct tug_res_tasks *r)
{
	struct tug_value v[TUG_OS_TASK_N];
	struct tug_slice key, value;
	struct tug_list it;
	int err = tug_list_begin_map(map, &it), got;

	while (err == TUG_OK && (got = tug_list_next(&it, &key)) != 0) {
		if (got < 0 || tug_list_next(&it, &value) != 1) {
			return got < 0 ? got : TUG_ECBOR;
		}
		err = tug_map_decode(value, &tug_os_task, v);
		r->all++;
		if (err == TUG_OK && r->n < sizeof(r->task) / sizeof(r->task[0])) {
			name_of(key, r->task[r->n].name, sizeof(r->task[0].name));
			fill_task(&r->task[r->n++], v);
		}
	}
	return err;
}

static void turn_tasks(struct tug_turn *t)
{
	const struct tug_smp_cmd *cmd = tug_row(TUG_GRP_OS, 2, TUG_SMP_READ);
	struct tug_value rsp[TUG_OS_TASKSTAT_RSP_N];
	static const uint8_t empty = 0xa0;
	struct tug_res_tasks r = { 0 };
	struct tug_answer a;
	int err;

	if (!tug_turn_get(t, cmd, tug_slice_of(&empty, 1), &a, rsp)) {
		return;
	}
	err = fill_tasks(rsp[TUG_OS_TASKSTAT_RSP_TASKS].v.s, &r);
	if (err != TUG_OK) {
		tug_turn_fail(t, err, cmd, NULL);
		return;
	}
	tug_turn_show(t, &tug_view_tasks, &r);
}

int tug_cmd_os_tasks(struct tug_cli *cli)
{
	return tug_each_device(cli, turn_tasks, NULL);
}

static void fill_pool(struct tug_res_pool *p, const struct tug_value *v)
{
	p->block = v[TUG_OS_MPOOL_BLKSIZ].present ? v[TUG_OS_MPOOL_BLKSIZ].v.u : 1;
	p->blocks = v[TUG_OS_MPOOL_NBLKS].present ? v[TUG_OS_MPOOL_NBLKS].v.u : 0;
	p->unused = v[TUG_OS_MPOOL_NFREE].present ? v[TUG_OS_MPOOL_NFREE].v.u : 0;
	p->min = v[TUG_OS_MPOOL_MIN].present ? v[TUG_OS_MPOOL_MIN].v.u : 0;
}

static void fill_pools(struct tug_slice map, struct tug_res_pools *r)
{
	struct tug_value v[TUG_OS_MPOOL_N];
	struct tug_slice key, value;
	struct tug_list it;

	if (tug_list_begin_map(map, &it) != TUG_OK) {
		return;
	}
	while (tug_list_next(&it, &key) == 1 && tug_list_next(&it, &value) == 1) {
		/* at the top level "rc" and the like stand beside the pools */
		if (tug_map_decode(value, &tug_os_mpool, v) == TUG_OK && r->n < sizeof(r->pool) / sizeof(r->pool[0])) {
			name_of(key, r->pool[r->n].name, sizeof(r->pool[0].name));
			fill_pool(&r->pool[r->n++], v);
		}
	}
}

static void turn_memory(struct tug_turn *t)
{
	const struct tug_smp_cmd *cmd = tug_row(TUG_GRP_OS, 3, TUG_SMP_READ);
	struct tug_value rsp[TUG_OS_MPSTAT_RSP_N];
	static const uint8_t empty = 0xa0;
	struct tug_res_pools r = { 0 };
	struct tug_answer a;

	if (!tug_turn_get(t, cmd, tug_slice_of(&empty, 1), &a, rsp)) {
		return;
	}
	if (rsp[TUG_OS_MPSTAT_RSP_MPOOLS].present) {
		fill_pools(rsp[TUG_OS_MPSTAT_RSP_MPOOLS].v.s, &r);
	} else if (rsp[TUG_OS_MPSTAT_RSP_TASKS].present) {
		fill_pools(rsp[TUG_OS_MPSTAT_RSP_TASKS].v.s, &r);
	} else {
		fill_pools(a.body, &r);
	}
	tug_turn_show(t, &tug_view_pools, &r);
}

int tug_cmd_os_memory(struct tug_cli *cli)
{
	return tug_each_device(cli, turn_memory, NULL);
}

static void turn_get_datetime(struct tug_turn *t)
{
	const struct tug_smp_cmd *cmd = tug_row(TUG_GRP_OS, 4, TUG_SMP_READ);
	struct tug_value rsp[TUG_OS_DATETIME_N];
	static const uint8_t empty = 0xa0;
	struct tug_answer a;

	if (tug_turn_get(t, cmd, tug_slice_of(&empty, 1), &a, rsp)) {
		struct tug_res_text r = { "datetime", rsp[TUG_OS_DATETIME_DATETIME].v.s };

		tug_turn_show(t, &tug_view_text, &r);
	}
}

static void turn_set_datetime(struct tug_turn *t)
{
	const struct tug_smp_cmd *cmd = tug_row(TUG_GRP_OS, 4, TUG_SMP_WRITE);
	static const struct tug_res_done done = { "clock set", "" };
	struct tug_value req[TUG_OS_DATETIME_N];
	const char *value = t->cli->args->pos[0];
	char now[32];
	uint8_t storage[128];
	struct tug_buf body = tug_buf_of(storage, sizeof(storage));
	struct tug_answer a;

	if (strcmp(value, "now") == 0) {
		time_t clock = time(NULL);
		struct tm tm;

		gmtime_r(&clock, &tm);
		strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%S", &tm);
		value = now;
	}
	req[TUG_OS_DATETIME_DATETIME] = text_value(value);
	if (tug_turn_call(t, cmd, tug_body_of(&body, cmd->req, req), &a)) {
		tug_turn_show(t, &tug_view_done, &done);
	}
}

int tug_cmd_os_datetime(struct tug_cli *cli)
{
	if (cli->args->n_pos == 0) {
		return tug_each_device(cli, turn_get_datetime, NULL);
	}
	if (strlen(cli->args->pos[0]) > 64) {
		return tug_usage_error(cli, "VALUE is like 2026-01-31T12:00:00, or now");
	}
	return tug_each_device(cli, turn_set_datetime, NULL);
}

static void turn_erase_storage(struct tug_turn *t)
{
	const struct tug_smp_cmd *cmd = tug_row(TUG_GRP_ZBASIC, 0, TUG_SMP_WRITE);
	static const struct tug_res_done done = { "storage erased", "" };
	static const uint8_t empty = 0xa0;
	struct tug_answer a;

	if (tug_turn_call(t, cmd, tug_slice_of(&empty, 1), &a)) {
		tug_turn_show(t, &tug_view_done, &done);
	}
}

int tug_cmd_erase_storage(struct tug_cli *cli)
{
	return tug_each_device(cli, turn_erase_storage, NULL);
}
