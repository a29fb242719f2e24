/* SPDX-License-Identifier: Apache-2.0
 *
 * `tug vdev`: options to a virtual device, its console and its ready line, until interrupted. Knows nothing of
 * its inside. Called by main.c.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <tug/imgtool.h>
#include <tug/port/crypto_openssl.h>
#include <tug/vdev.h>

#include "enc_key_priv.h"
#include "handlers_priv.h"
#include "nearest_priv.h"
#include "progress_priv.h"
#include "vdev_map_priv.h"

#define KEYS_MAX 8u
#define GROUPS_MAX 8u

/* What the configuration points to until the device is created. */
struct parts {
	struct tug_vdev_cfg cfg;
	struct tug_vdev_listen listen;
	const struct tug_srv_group *groups[GROUPS_MAX];
	struct tug_key *key[KEYS_MAX];
	struct tug_pubkey pub[KEYS_MAX];
	struct tug_cli_enc enc_key;
	struct tug_octets enc_der; /* secret */
	struct tug_image_enc enc;
	struct tug_file primary;
	struct tug_file secondary;
	char host[128];
};

static void free_parts(struct parts *p)
{
	for (size_t i = 0; i < KEYS_MAX; i++) {
		tug_key_free(p->key[i]);
	}
	tug_cli_enc_free(&p->enc_key);
	tug_octets_free(&p->enc_der);
	tug_file_free(&p->primary);
	tug_file_free(&p->secondary);
}

static int list_profiles(struct tug_cli *cli)
{
	size_t n;
	const struct tug_vdev_profile *p = tug_vdev_profiles(&n);
	cJSON *list;

	if (!cli->out.json) {
		for (size_t i = 0; i < n; i++) {
			tug_out_data(&cli->out, "%-10s %s, %s\n", p[i].name, p[i].text, p[i].bootloader);
		}
		return TUG_EXIT_DONE;
	}
	list = cJSON_CreateArray();
	for (size_t i = 0; i < n; i++) {
		cJSON *e = cJSON_CreateObject();

		cJSON_AddStringToObject(e, "name", p[i].name);
		cJSON_AddStringToObject(e, "text", p[i].text);
		cJSON_AddNumberToObject(e, "flash_size", p[i].flash_size);
		cJSON_AddNumberToObject(e, "sector", p[i].sector);
		cJSON_AddNumberToObject(e, "write_size", p[i].write_size);
		cJSON_AddNumberToObject(e, "slot_size", p[i].pri_size);
		cJSON_AddStringToObject(e, "bootloader", p[i].bootloader);
		cJSON_AddItemToArray(list, e);
	}
	tug_out_json(&cli->out, list);
	return TUG_EXIT_DONE;
}

static int no_profile(struct tug_cli *cli, const char *name)
{
	size_t n;
	const struct tug_vdev_profile *p = tug_vdev_profiles(&n);
	struct tug_nearest near;

	tug_nearest_begin(&near, name);
	for (size_t i = 0; i < n; i++) {
		tug_nearest_try(&near, p[i].name);
	}
	if (near.best != NULL) {
		return tug_usage_error(cli, "there is no profile '%.40s'; did you mean %s?", name, near.best);
	}
	return tug_usage_error(cli, "there is no profile '%.40s'; 'tug vdev --list-profiles' shows them", name);
}

static int read_layout(struct tug_cli *cli, struct parts *p)
{
	static const struct {
		const char *name;
		const struct tug_boot_mode_ops *mode;
	} modes[] = {
		{ "swap-move", &tug_boot_swap_move },
		{ "swap-scratch", &tug_boot_swap_scratch },
		{ "overwrite", &tug_boot_overwrite },
		{ "overwrite-fast", &tug_boot_overwrite_fast },
	};
	const char *name = tug_args_text(cli->args, "profile", "nrf52840");
	struct tug_vdev_cfg was = { 0 };
	char why[TUG_HOST_WHY] = "";
	const char *mode;
	int err = TUG_OK;

	p->cfg.profile = tug_vdev_profile_find(name);
	if (p->cfg.profile == NULL) {
		return no_profile(cli, name);
	}
	if (cli->args->n_pos > 0) { /* what the folder was made with, where nothing else is asked for */
		err = tug_vdev_recall(cli->args->pos[0], &was, why, sizeof(why));
	}
	if (err != TUG_OK) {
		return tug_local_error(cli, err, "%s", why);
	}
	if (was.profile != NULL && !tug_args_has(cli->args, "profile")) {
		p->cfg.profile = was.profile;
	}
	mode = tug_args_text(cli->args, "bootloader", was.mode != NULL ? NULL : p->cfg.profile->bootloader);
	p->cfg.mode = was.mode;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (mode != NULL && strcmp(mode, modes[i].name) == 0) {
			p->cfg.mode = modes[i].mode;
		}
	}
	if (p->cfg.mode == NULL) {
		return tug_usage_error(cli, "the profile's bootloader mode %s is not built; give --bootloader swap-move", mode);
	}
	p->cfg.server = was.server != NULL && !tug_args_has(cli->args, "server")
				? was.server
				: tug_server_profile_find(tug_args_text(cli->args, "server", "zephyr-4.2"));
	return p->cfg.server != NULL ? TUG_EXIT_DONE : TUG_EXIT_INTERNAL;
}

static int read_groups(struct tug_cli *cli, struct parts *p)
{
	static const struct {
		const char *name;
		const struct tug_srv_group *group;
	} known[] = { { "os", &tug_srv_os }, { "img", &tug_srv_img }, { "zbasic", &tug_srv_zbasic } };
	const char *list = tug_args_text(cli->args, "groups", "os,img,zbasic");

	while (*list != '\0') {
		size_t n = strcspn(list, ","), i = 0;

		while (i < sizeof(known) / sizeof(known[0]) &&
		       (strlen(known[i].name) != n || memcmp(known[i].name, list, n) != 0)) {
			i++;
		}
		if (i == sizeof(known) / sizeof(known[0]) || p->cfg.n_groups == GROUPS_MAX) {
			return tug_usage_error(cli, "--groups knows os, img and zbasic, not '%.*s'", (int)(n > 40 ? 40 : n),
					       list);
		}
		p->groups[p->cfg.n_groups++] = known[i].group;
		list += n + (list[n] == ',');
	}
	p->cfg.groups = p->groups;
	return TUG_EXIT_DONE;
}

static int read_files(struct tug_cli *cli, struct parts *p)
{
	const char *primary = tug_args_text(cli->args, "primary", NULL);
	const char *secondary = tug_args_text(cli->args, "secondary", NULL);
	char why[TUG_WHY_CAP] = "";
	const char *path;
	int err = TUG_OK;

	for (size_t i = 0; err == TUG_OK && (path = tug_args_nth(cli->args, "key", i)) != NULL; i++) {
		if (i == KEYS_MAX) {
			return tug_usage_error(cli, "more than %u keys", KEYS_MAX);
		}
		err = tug_key_load(path, NULL, NULL, &p->key[i], why);
		if (err == TUG_OK) {
			p->pub[i].der = tug_key_public_der(p->key[i]);
			p->cfg.n_keys = (uint8_t)(i + 1);
		}
	}
	if (err == TUG_OK && primary != NULL) {
		err = tug_file_read(primary, &p->primary, why);
	}
	if (err == TUG_OK && secondary != NULL) {
		err = tug_file_read(secondary, &p->secondary, why);
	}
	if (err != TUG_OK) {
		return tug_local_error(cli, err, "%s", why);
	}
	for (size_t i = 1; i < p->cfg.n_keys; i++) {
		if (tug_key_type(p->key[i]) != tug_key_type(p->key[0])) {
			return tug_usage_error(cli, "the keys of a bootloader are all of one type");
		}
	}
	p->cfg.sig = p->cfg.n_keys > 0 ? tug_key_type(p->key[0]) : TUG_SIG_NONE;
	p->cfg.keys = p->pub;
	p->cfg.primary = tug_slice_of(p->primary.data.p, p->primary.data.len);
	p->cfg.secondary = tug_slice_of(p->secondary.data.p, p->secondary.data.len);
	return TUG_EXIT_DONE;
}

static enum tug_tlv_type scheme_of(const struct tug_cli *cli, const struct tug_key *key)
{
	if (key == NULL) {
		return TUG_TLV_ENC_KW;
	}
	if (tug_key_is_x25519(key)) {
		return strcmp(tug_args_text(cli->args, "hmac-sha", "256"), "512") == 0 ? TUG_TLV_ENC_X25519_512 : TUG_TLV_ENC_X25519;
	}
	return tug_key_type(key) == TUG_SIG_P256 ? TUG_TLV_ENC_EC256 : TUG_TLV_ENC_RSA2048;
}

static void read_sha(struct tug_cli *cli, struct parts *p)
{
	const char *bits = tug_args_text(cli->args, "sha", "256");

	p->cfg.hash = strcmp(bits, "512") == 0 ? TUG_SHA512 : strcmp(bits, "384") == 0 ? TUG_SHA384 : TUG_SHA256;
}

/* What the bootloader decrypts with. */
static int read_enc_key(struct tug_cli *cli, struct parts *p)
{
	const char *path = tug_args_text(cli->args, "enc-key", NULL);
	const struct tug_key *key;
	char why[TUG_WHY_CAP] = "";
	int rc;

	if (path == NULL) {
		return tug_args_has(cli->args, "encrypt-keylen") || tug_args_has(cli->args, "hmac-sha")
			       ? tug_usage_error(cli, "--encrypt-keylen and --hmac-sha go with --enc-key")
			       : TUG_EXIT_DONE;
	}
	rc = tug_cli_enc_load(cli, path, &p->enc_key);
	if (rc != TUG_EXIT_DONE) {
		return rc;
	}
	key = p->enc_key.key;
	if (key != NULL && (!tug_key_is_private(key) || (!tug_key_is_x25519(key) && tug_key_type(key) != TUG_SIG_P256 &&
							 tug_key_type(key) != TUG_SIG_RSA2048))) {
		return tug_usage_error(cli, "--enc-key: %s holds no private key of x25519, ecdsa-p256 or rsa-2048", path);
	}
	if (tug_boot_mode_number(p->cfg.mode) == TUG_MODE_SWAP_SCRATCH) {
		return tug_usage_error(cli, "swap-scratch takes no encrypted images; give --bootloader swap-move or overwrite");
	}
	p->cfg.enc_aes256 = strcmp(tug_args_text(cli->args, "encrypt-keylen", "128"), "256") == 0;
	p->enc.crypto = &tug_crypto_enc_openssl;
	p->enc.scheme = scheme_of(cli, key);
	p->enc.key = tug_slice_of(p->enc_key.kek, p->enc_key.kek_len);
	if (key == NULL && p->enc_key.kek_len != (p->cfg.enc_aes256 ? 32u : 16u)) {
		return tug_usage_error(cli, "--enc-key: a key encryption key is as long as the images' keys (--encrypt-keylen)");
	}
	if (key != NULL) {
		rc = tug_key_private_der(key, &p->enc_der, why);
		if (rc != TUG_OK) {
			return tug_local_error(cli, rc, "--enc-key: %s", why);
		}
		p->enc.key = tug_slice_of(p->enc_der.p, p->enc_der.len);
	}
	p->cfg.enc = &p->enc;
	return TUG_EXIT_DONE;
}

static int read_hashes(struct tug_cli *cli, struct parts *p)
{
	const char *text;

	for (size_t i = 0; (text = tug_args_nth(cli->args, "report-hash", i)) != NULL; i++) {
		unsigned slot = (unsigned)(text[0] - '0');
		struct tug_buf hash;

		if (slot > 1 || text[1] != '=') {
			return tug_usage_error(cli, "--report-hash is 0=HEX or 1=HEX, not '%.40s'", text);
		}
		hash = tug_buf_of(p->cfg.report_hash[slot], TUG_HASH_MAX);
		if (tug_hex_decode(tug_slice_of(text + 2, strlen(text + 2)), &hash) != TUG_OK || hash.len == 0) {
			return tug_usage_error(cli, "--report-hash: '%.70s' is not hex of at most %u octets", text + 2,
					       TUG_HASH_MAX);
		}
		p->cfg.report_hash_len[slot] = (uint8_t)hash.len;
	}
	return TUG_EXIT_DONE;
}

static int read_flaws(struct tug_cli *cli, struct parts *p)
{
	size_t n;
	const struct tug_vdev_flaw *flaws = tug_vdev_flaws(&n);
	const char *name;

	for (size_t i = 0; (name = tug_args_nth(cli->args, "flaw", i)) != NULL; i++) {
		size_t k = 0;

		while (k < n && strcmp(flaws[k].name, name) != 0) {
			k++;
		}
		if (k == n) {
			return tug_usage_error(cli, "there is no flaw '%.40s'; 'tug vdev --help' shows them", name);
		}
		p->cfg.flaws |= 1u << k;
	}
	return TUG_EXIT_DONE;
}

static uint64_t seed_of(struct tug_cli *cli, bool used)
{
	const char *env = getenv("TUG_SEED");
	uint64_t seed;

	if (tug_args_has(cli->args, "seed")) {
		return tug_args_num(cli->args, "seed", 0);
	}
	seed = env != NULL ? (uint64_t)strtoull(env, NULL, 0)
			   : ((uint64_t)time(NULL) * 1000003u ^ (uint64_t)getpid());
	seed &= 0xffffffffu;
	if (used) {
		tug_out_talk(&cli->out, "seed %llu", (unsigned long long)seed);
	}
	return seed;
}

/* Position of `word` among words separated by |, counted from 1; 0 = not there. */
static int index_of(const char *words, const char *word)
{
	int at = 1;

	for (; word != NULL; at++) {
		size_t n = strcspn(words, "|");

		if (strlen(word) == n && memcmp(words, word, n) == 0) {
			return at;
		}
		if (words[n] == '\0') {
			break;
		}
		words += n + 1;
	}
	return 0;
}

static void read_behaviour(struct tug_cli *cli, struct parts *p)
{
	const struct tug_args *args = cli->args;
	struct tug_vdev_faults *f = &p->listen.faults;
	int app = index_of("ok|crash|hang|no-smp", tug_args_text(args, "app", "ok"));

	p->cfg.state = (enum tug_vdev_state)index_of(
		"fresh|leftover|pending-test|pending-confirm|test-run|unconfirmed|duplicate",
		tug_args_text(args, "state", NULL));
	p->cfg.app = (enum tug_vdev_app)(app - 1);
	p->cfg.buf_size = tug_args_num(args, "buf-size", 0);
	p->cfg.buf_count = tug_args_num(args, "buf-count", 0);
	p->cfg.no_params = tug_args_has(args, "no-params");
	p->cfg.erase_ms = tug_args_num(args, "erase-time", 0);
	p->cfg.write_us = tug_args_num(args, "write-time", 0);
	p->cfg.boot_ms = tug_args_num(args, "boot-time", 0);
	p->cfg.power_cut = tug_args_num(args, "power-cut", 0);
	p->cfg.dir = args->n_pos > 0 ? args->pos[0] : NULL;
	f->loss = tug_args_prob(args, "loss", 0);
	f->duplicate = tug_args_prob(args, "duplicate", 0);
	f->reorder = tug_args_prob(args, "reorder", 0);
	f->delay_ms = tug_args_num(args, "delay", 0);
	f->rate_bps = tug_args_num(args, "rate", 0);
	f->seed = seed_of(cli, f->loss > 0 || f->duplicate > 0 || f->reorder > 0);
	p->cfg.seed = f->seed;
}

/* "[HOST:]PORT", HOST in brackets when it is IPv6. */
static int read_udp(struct tug_cli *cli, struct parts *p)
{
	const char *text = tug_args_text(cli->args, "udp", "0");
	const char *colon = strrchr(text, ':');
	const char *port = colon != NULL ? colon + 1 : text;
	size_t len = colon != NULL ? (size_t)(colon - text) : 0;
	uint32_t number;

	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (!tug_value_num(port, 0, 65535, &number) || len >= sizeof(p->host) || (colon != NULL && len == 0)) {
		return tug_usage_error(cli, "--udp is PORT or HOST:PORT, not '%.80s'", tug_args_text(cli->args, "udp", ""));
	}
	memcpy(p->host, text, len);
	p->host[len] = '\0';
	p->listen.udp_host = len > 0 ? p->host : NULL;
	p->listen.udp_port = (uint16_t)number;
	return TUG_EXIT_DONE;
}

static int read_listen(struct tug_cli *cli, struct parts *p)
{
	const struct tug_args *args = cli->args;
	bool any = tug_args_has(args, "udp") || tug_args_has(args, "pty");

	if (tug_args_has(args, "ble")) {
		return tug_usage_error(cli, "--ble is not built yet; use --udp or --pty");
	}
	p->listen.udp = !any || tug_args_has(args, "udp");
	p->listen.pty = !any || tug_args_has(args, "pty");
	p->listen.pty_link = tug_args_text(args, "pty", NULL);
	p->listen.pty_raw = strcmp(tug_args_text(args, "framing", "console"), "raw") == 0;
	p->listen.pty_console = tug_args_has(args, "console-on-pty");
	return read_udp(cli, p);
}

static void console_line(void *ctx, enum tug_log_level level, struct tug_slice text)
{
	static const char *const marks[] = { "", "E: ", "W: ", "I: ", "D: " };
	char line[512];

	tug_out_escape(text, line, sizeof(line));
	tug_out_error(ctx, "%s%s", (unsigned)level < 5 ? marks[level] : "", line);
}

static void trace_line(void *ctx, char op, uint8_t area, uint32_t off, uint32_t len)
{
	tug_out_error(ctx, "flash %c area %u 0x%06x %u", op, area, off, len);
}

static int create(struct tug_cli *cli, struct parts *p, struct tug_vdev **dev)
{
	char why[TUG_HOST_WHY] = "";
	int err;

	p->cfg.console.line = console_line;
	p->cfg.console.ctx = &cli->out;
	if (tug_args_has(cli->args, "trace-flash")) {
		p->cfg.trace = trace_line;
		p->cfg.trace_ctx = &cli->out;
	}
	err = tug_vdev_create(&p->cfg, tug_progress_clock(), dev, why, sizeof(why));
	if (err == TUG_EINVAL || err == TUG_ENOSPACE) {
		return tug_usage_error(cli, "%s", why);
	}
	return err == TUG_OK ? TUG_EXIT_DONE : tug_local_error(cli, err, "%s", why);
}

/* What it is told to listen on is tried before it boots, since a boot changes the flash in DIR. */
static int try_listen(struct tug_cli *cli, const struct tug_vdev_listen *l, struct uv_loop_s *loop)
{
	const struct tug_endpoint_udp_cfg udp = { l->udp_host != NULL ? l->udp_host : "127.0.0.1", l->udp_port };
	const struct tug_endpoint_pty_cfg pty = { .link_path = l->pty_link, .raw = l->pty_raw, .buf_size = 512 };
	const struct tug_endpoint_events none = { NULL, NULL };
	struct tug_endpoint *e = NULL;
	char said[TUG_HOST_WHY] = "";
	int err = TUG_OK;

	if (l->udp) {
		err = tug_endpoint_udp(loop, &udp, &none, &e, said, sizeof(said));
		tug_endpoint_close(err == TUG_OK ? e : NULL);
	}
	if (err == TUG_OK && l->pty && l->pty_link != NULL) {
		err = tug_endpoint_pty(loop, &pty, &none, &e, said, sizeof(said));
		tug_endpoint_close(err == TUG_OK ? e : NULL);
	}
	if (err != TUG_OK) {
		tug_out_error(&cli->out, "tug: %s", said);
	}
	return tug_exit_of(err);
}

static int serve(struct tug_cli *cli, struct parts *p, struct tug_host *host)
{
	char said[TUG_HOST_WHY] = "";
	struct tug_vdev_run *run;
	struct tug_vdev *dev;
	int status = try_listen(cli, &p->listen, tug_host_loop(host)), err;

	if (status == TUG_EXIT_DONE) {
		status = create(cli, p, &dev);
	}
	if (status != TUG_EXIT_DONE) {
		return status;
	}
	err = tug_vdev_run_start(tug_host_loop(host), dev, &p->listen, &run, said, sizeof(said));
	if (err != TUG_OK) {
		tug_out_error(&cli->out, "tug: %s", said);
		return tug_exit_of(err);
	}
	tug_out_data(&cli->out, "ready %s\n", said);
	tug_out_flush(&cli->out);
	if (cli->out.err == 0) {
		tug_host_serve(host);
	}
	tug_vdev_run_stop(run);
	return TUG_EXIT_DONE; /* being interrupted is how it ends */
}

static void no_line(void *ctx, enum tug_log_level level, struct tug_slice text)
{
	(void)ctx;
	(void)level;
	(void)text;
}

/* A folder is looked at and left as it is; without one a device is made for the picture. */
static int picture_of(struct tug_cli *cli, struct parts *p, struct tug_vdev **dev)
{
	static const char *const changing[] = { "state", "primary", "secondary" };
	char why[TUG_HOST_WHY] = "";
	int err;

	p->cfg.console.line = no_line;
	if (p->cfg.dir == NULL) {
		err = tug_vdev_create(&p->cfg, tug_progress_clock(), dev, why, sizeof(why));
	} else {
		for (size_t i = 0; i < sizeof(changing) / sizeof(changing[0]); i++) {
			if (tug_args_has(cli->args, changing[i])) {
				return tug_usage_error(cli, "--map only looks at DIR; leave out --%s", changing[i]);
			}
		}
		err = tug_vdev_look(&p->cfg, dev, why, sizeof(why));
	}
	if (err == TUG_EINVAL || err == TUG_ENOSPACE) {
		return tug_usage_error(cli, "%s", why);
	}
	return err == TUG_OK ? TUG_EXIT_DONE : tug_local_error(cli, err, "%s", why);
}

static int draw(struct tug_cli *cli, struct parts *p)
{
	struct tug_vdev *dev = NULL;
	int status = picture_of(cli, p, &dev);

	if (status == TUG_EXIT_DONE) {
		tug_vdev_map(&cli->out, p->cfg.profile, dev);
		tug_vdev_destroy(dev);
	}
	return status;
}

static int configure(struct tug_cli *cli, struct parts *p)
{
	int status = read_layout(cli, p);

	if (status == TUG_EXIT_DONE) {
		status = read_groups(cli, p);
	}
	if (status == TUG_EXIT_DONE) {
		status = read_hashes(cli, p);
	}
	if (status == TUG_EXIT_DONE) {
		status = read_flaws(cli, p);
	}
	if (status == TUG_EXIT_DONE) {
		status = read_listen(cli, p);
	}
	if (status == TUG_EXIT_DONE) {
		status = read_files(cli, p);
	}
	if (status == TUG_EXIT_DONE) {
		read_sha(cli, p);
		status = read_enc_key(cli, p);
	}
	if (status == TUG_EXIT_DONE) {
		read_behaviour(cli, p);
	}
	return status;
}

int tug_cmd_vdev(struct tug_cli *cli)
{
	struct parts *p;
	struct tug_host *host;
	int status;

	if (tug_args_has(cli->args, "list-profiles")) {
		return list_profiles(cli);
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL) {
		return tug_local_error(cli, TUG_EINTERNAL, "out of memory");
	}
	status = configure(cli, p);
	if (status == TUG_EXIT_DONE && tug_args_has(cli->args, "map")) {
		status = draw(cli, p);
	} else if (status == TUG_EXIT_DONE) {
		status = tug_cli_host(cli, &host);
		if (status == TUG_EXIT_DONE) {
			status = tug_cli_host_end(cli, host, serve(cli, p, host));
		}
	}
	free_parts(p);
	free(p);
	return status;
}
