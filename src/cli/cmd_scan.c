/* SPDX-License-Identifier: Apache-2.0
 *
 * What can be reached: serial ports as the system lists them, Bluetooth devices that advertise, UDP hosts that answer when they are named.
 * Sends nothing to a serial port. Called by main.c.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/smp_cmds.h>

#include "handlers_priv.h"
#include "json_cbor_priv.h"

#define PORTS_MAX 64u
/* A host on the network answers at once or not at all; --timeout replaces it. */
#define PROBE_MS 1000u
#define BLE_MAX 64u
/* Devices that save power advertise once a second or two. */
#define LISTEN_MS 4000u

static cJSON *port_json(const struct tug_port_info *p)
{
	cJSON *j = cJSON_CreateObject();
	char url[192], vid[8], pid[8];

	snprintf(url, sizeof(url), "serial:%s", p->path);
	cJSON_AddStringToObject(j, "url", url);
	cJSON_AddItemToObject(j, "text", tug_json_utf8(tug_slice_of(p->text, strlen(p->text))));
	if (p->vid >= 0) {
		snprintf(vid, sizeof(vid), "%04x", (unsigned)p->vid & 0xffffu);
		snprintf(pid, sizeof(pid), "%04x", (unsigned)p->pid & 0xffffu);
		cJSON_AddStringToObject(j, "vid", vid);
		cJSON_AddStringToObject(j, "pid", pid);
		cJSON_AddItemToObject(j, "serial", tug_json_utf8(tug_slice_of(p->serial, strlen(p->serial))));
	}
	return j;
}

static void port_text(struct tug_out *out, const struct tug_port_info *p)
{
	tug_out_data(out, "serial:%s", p->path);
	if (p->vid >= 0) {
		tug_out_data(out, "  usb:%04x:%04x", (unsigned)p->vid & 0xffffu, (unsigned)p->pid & 0xffffu);
	}
	if (p->serial[0] != '\0') {
		tug_out_data(out, "  serial number ");
		tug_out_foreign(out, tug_slice_of(p->serial, strlen(p->serial)));
	}
	if (p->text[0] != '\0') {
		tug_out_data(out, "  ");
		tug_out_foreign(out, tug_slice_of(p->text, strlen(p->text)));
	}
	tug_out_data(out, "\n");
}

/* Buffer parameters: harmless, and whatever the answer is, an SMP server gave it. */
static bool answers(struct tug_cli *cli, struct tug_host *host, const char *url)
{
	const struct tug_smp_cmd *cmd = tug_row(TUG_GRP_OS, 6, TUG_SMP_READ);
	const struct tug_client_opt opt = { .timeout_ms = tug_args_num(cli->args, "timeout", PROBE_MS) };
	static const uint8_t empty = 0xa0;
	struct tug_session *s = NULL;
	char why[TUG_HOST_WHY] = "";
	struct tug_answer a;
	int err = tug_session_open(host, url, &s, why, sizeof(why));

	if (err == TUG_OK) {
		err = tug_session_wait(s);
	}
	if (err == TUG_OK) {
		err = tug_session_call(s, cmd, tug_slice_of(&empty, 1), &opt, &a);
		if (err != TUG_OK && a.status.failed) {
			err = TUG_OK;
		}
	}
	if (err != TUG_OK) {
		tug_out_error(&cli->out, "tug: %s: %s", url,
			      why[0] != '\0'			       ? why
			      : s != NULL && tug_session_why(s)[0] != '\0' ? tug_session_why(s)
									       : tug_strerror(err));
	}
	tug_session_close(s);
	return err == TUG_OK;
}

static int scan_serial(struct tug_cli *cli, cJSON *list, size_t *found)
{
	struct tug_port_info *ports = calloc(PORTS_MAX, sizeof(*ports));
	int n = ports != NULL ? tug_serial_scan(ports, PORTS_MAX) : TUG_EINTERNAL;

	if (n < 0) {
		free(ports);
		return tug_local_error(cli, n, "cannot list the serial ports: %s", tug_strerror(n));
	}
	for (size_t i = 0; i < (size_t)n && i < PORTS_MAX; i++) {
		if (list != NULL) {
			cJSON_AddItemToArray(list, port_json(&ports[i]));
		} else {
			port_text(&cli->out, &ports[i]);
		}
		(*found)++;
	}
	free(ports);
	return TUG_EXIT_DONE;
}

static cJSON *ble_json(const struct tug_ble_info *b)
{
	cJSON *j = cJSON_CreateObject();
	char url[40];

	snprintf(url, sizeof(url), "ble:%s", b->address);
	cJSON_AddStringToObject(j, "url", url);
	cJSON_AddItemToObject(j, "text", tug_json_utf8(tug_slice_of(b->name, strlen(b->name))));
	cJSON_AddBoolToObject(j, "paired", b->paired);
	if (b->rssi != 0) {
		cJSON_AddNumberToObject(j, "rssi", b->rssi);
	}
	return j;
}

static void ble_text(struct tug_out *out, const struct tug_ble_info *b)
{
	tug_out_data(out, "ble:%s", b->address);
	if (b->name[0] != '\0') {
		tug_out_data(out, "  ");
		tug_out_foreign(out, tug_slice_of(b->name, strlen(b->name)));
	}
	if (b->rssi != 0) {
		tug_out_data(out, "  %d dBm", b->rssi);
	}
	tug_out_data(out, "%s\n", b->paired ? "  paired" : "");
}

/* No Bluetooth here is worth a word, and a failure only when an adapter was asked for by name. */
static int scan_ble(struct tug_cli *cli, cJSON *list, size_t *found)
{
	const struct tug_ble_scan_cfg cfg = {
		.adapter = tug_args_text(cli->args, "adapter", ""),
		.listen_ms = tug_args_num(cli->args, "listen", LISTEN_MS),
	};
	struct tug_ble_info *seen = calloc(BLE_MAX, sizeof(*seen));
	char why[TUG_HOST_WHY] = "";
	int n = seen != NULL ? tug_ble_scan(&cfg, seen, BLE_MAX, why, sizeof(why)) : TUG_EINTERNAL;

	if (n < 0 && (cfg.adapter[0] != '\0' || tug_args_has(cli->args, "listen"))) {
		free(seen);
		if (tug_exit_of(n) != TUG_EXIT_LINK) {
			return tug_local_error(cli, n, "ble: %s", why[0] != '\0' ? why : tug_strerror(n));
		}
		tug_out_error(&cli->out, "tug: ble: %s", why);
		return TUG_EXIT_LINK;
	}
	if (n < 0) {
		tug_out_talk(&cli->out, "Bluetooth is left out: %s", why[0] != '\0' ? why : tug_strerror(n));
	}
	for (int i = 0; i < n && i < (int)BLE_MAX; i++) {
		if (list != NULL) {
			cJSON_AddItemToArray(list, ble_json(&seen[i]));
		} else {
			ble_text(&cli->out, &seen[i]);
		}
		(*found)++;
	}
	free(seen);
	return TUG_EXIT_DONE;
}

static int scan_udp(struct tug_cli *cli, cJSON *list, size_t *found)
{
	struct tug_host *host;
	const char *name;
	int status, silent = TUG_EXIT_DONE;

	if (!tug_args_has(cli->args, "udp")) {
		return TUG_EXIT_DONE;
	}
	status = tug_cli_host(cli, &host);
	if (status != TUG_EXIT_DONE) {
		return status;
	}
	for (size_t i = 0; (name = tug_args_nth(cli->args, "udp", i)) != NULL && tug_host_interrupted(host) == 0; i++) {
		char url[280];

		snprintf(url, sizeof(url), "udp:%.256s", name);
		if (!answers(cli, host, url)) {
			silent = TUG_EXIT_LINK;
			continue;
		}
		(*found)++;
		if (list != NULL) {
			cJSON *j = cJSON_CreateObject();

			cJSON_AddStringToObject(j, "url", url);
			cJSON_AddItemToArray(list, j);
		} else {
			tug_out_data(&cli->out, "%s  answers\n", url);
		}
	}
	status = tug_host_interrupted(host) > 0 ? TUG_EXIT_INTERRUPTED : silent;
	return tug_cli_host_end(cli, host, status);
}

int tug_cmd_scan(struct tug_cli *cli)
{
	cJSON *list = cli->out.json ? cJSON_CreateArray() : NULL;
	size_t found = 0;
	int ble, status = scan_serial(cli, list, &found);

	if (status == TUG_EXIT_DONE) {
		ble = scan_ble(cli, list, &found);
		status = tug_exit_worse(ble, scan_udp(cli, list, &found));
	}
	if (status != TUG_EXIT_DONE && status != TUG_EXIT_INTERRUPTED && status != TUG_EXIT_LINK) {
		cJSON_Delete(list); /* the error was the document */
	} else if (list != NULL) {
		cJSON *j = cJSON_CreateObject();

		cJSON_AddItemToObject(j, "devices", list);
		tug_out_json(&cli->out, j);
	} else if (found == 0) {
		tug_out_talk(&cli->out, "nothing found; UDP devices are asked only when named: tug scan --udp HOST");
	}
	return status;
}
