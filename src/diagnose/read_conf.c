/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: Kconfig settings, of fragments, of generated .config files, on command lines and in pastes that hold
 * several files. Whose settings they are is known at the end of a file at the latest, from its path or its content.
 */
#include <ctype.h>
#include <string.h>

#include "conf_priv.h"
#include "engine_priv.h"
#include "readers_priv.h"

/* Of a generated file without its head line: so many symbols, and so many that are not set. */
#define GENERATED_SYMBOLS 150u
#define GENERATED_UNSET 20u

/* Of sysbuild's, which has few. */
#define GENERATED_SB_SYMBOLS 40u
#define GENERATED_SB_UNSET 5u

struct state {
	bool started;
	bool file;                 /* the input's name is that of a configuration file */
	struct tug_conf_path path; /* of the section */
	bool generated;            /* its head says so */
	bool after_setting;        /* the line before was one */
	uint32_t set, unset;       /* settings of the section */
	uint32_t sb_set, sb_unset; /* sysbuild's in it */
	uint32_t boot, app, net;   /* of these, such as only MCUboot, an application, a network core has */
	bool is_boot;              /* MCUBOOT=y: decides */
};

static void begin_section(struct state *st, struct tug_slice path)
{
	memset(&st->path, 0, sizeof(st->path));
	st->generated = st->is_boot = false;
	st->set = st->unset = st->sb_set = st->sb_unset = st->boot = st->app = st->net = 0;
	tug_conf_path(path, &st->path);
}

static unsigned role_of(const struct state *st)
{
	unsigned role = st->path.role == TUG_ROLE_SYSBUILD ? 0 : st->path.role;

	if (role == TUG_ROLE_NOBODY || (role != 0 && st->path.sure)) {
		return role;
	}
	if (st->is_boot) {
		return TUG_ROLE_BOOT;
	}
	if (role == TUG_ROLE_BOOT) {
		return st->boot == 0 && st->app > 0 ? TUG_ROLE_APP : TUG_ROLE_BOOT;
	}
	if (st->net > 0 && st->app == 0) {
		return TUG_ROLE_NET;
	}
	if (st->boot > (role == TUG_ROLE_APP ? 1u : 0u) && st->app == 0) {
		return TUG_ROLE_BOOT;
	}
	return TUG_ROLE_APP;
}

static void end_section(struct tug_diag *d, struct state *st)
{
	bool built = st->generated || (st->set + st->unset >= GENERATED_SYMBOLS && st->unset >= GENERATED_UNSET);
	bool sb_built =
		built || (st->sb_set + st->sb_unset >= GENERATED_SB_SYMBOLS && st->sb_unset >= GENERATED_SB_UNSET);
	unsigned role = role_of(st);

	role = role == TUG_ROLE_NOBODY ? 0 : built ? role << 1 : role;
	tug_dg_conf_settle(tug_dg_facts(d)->conf, role, sb_built ? TUG_ROLE_SYSBUILD_BUILT : TUG_ROLE_SYSBUILD);
}

/* ---- one setting -------------------------------------------------------------------------------------------- */

struct setting {
	unsigned role; /* 0 = the section's */
	struct tug_slice name;
	struct tug_slice value;
};

static bool begins_with_any(struct tug_slice name, const char *const *heads, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (tug_dg_starts(name, heads[i], NULL)) {
			return true;
		}
	}
	return false;
}

/* What a symbol says about whose file it is. */
static void weigh(struct state *st, const struct setting *s)
{
	static const char *const boot[] = {
		"BOOT_MAX_IMG_SECTORS",  "BOOT_SIGNATURE_",   "BOOT_SWAP_",       "BOOT_UPGRADE_ONLY",
		"BOOT_VALIDATE_",        "BOOT_SERIAL_",      "BOOT_MGMT_",       "BOOT_ENCRYPT_",
		"BOOT_DIRECT_XIP",       "BOOT_BOOTSTRAP",    "BOOT_WATCHDOG_",   "BOOT_ERASE_",
		"BOOT_MAX_LINE_INPUT",   "BOOT_LINE_BUFS",    "BOOT_USB_DFU_",    "BOOT_PREFER_",
		"BOOT_ECDSA_",           "BOOT_ED25519_",     "BOOT_IMG_HASH_",   "SINGLE_APPLICATION_SLOT",
		"MCUBOOT_SERIAL",        "MCUBOOT_LOG_",      "MCUBOOT_CLEANUP_", "MCUBOOT_INDICATION_",
		"MCUBOOT_DOWNGRADE_",    "MCUBOOT_HARDWARE_", "BOOT_INTR_VEC_",   "BOOT_HW_",
		"BOOT_IMAGE_ACCESS_HOOK"
	};
	static const char *const app[] = { "BOOTLOADER_MCUBOOT",
					   "MCUMGR",
					   "IMG_MANAGER",
					   "NCS_SAMPLE_",
					   "BT_PERIPHERAL",
					   "BT_DEVICE_NAME",
					   "IMG_MGMT_",
					   "OS_MGMT_",
					   "FS_MGMT_",
					   "MCUBOOT_IMGTOOL_",
					   "MCUBOOT_IMAGE_",
					   "STREAM_FLASH",
					   "MCUBOOT_BOOTLOADER_MODE_",
					   "MCUBOOT_SIGNATURE_",
					   "BT_CENTRAL",
					   "BT_SETTINGS" };
	static const char *const net[] = { "BT_HCI_RAW", "IPC_RADIO_", "NRF_802154_SER_RADIO" };
	bool yes = tug_dg_is(s->value, "y");

	if (tug_dg_is(s->value, "n")) {
		st->unset++;
	} else {
		st->set++;
	}
	st->is_boot = st->is_boot || (yes && tug_dg_is(s->name, "MCUBOOT"));
	st->boot += begins_with_any(s->name, boot, sizeof(boot) / sizeof(boot[0]));
	st->app += begins_with_any(s->name, app, sizeof(app) / sizeof(app[0]));
	st->net += yes && begins_with_any(s->name, net, sizeof(net) / sizeof(net[0]));
}

static void take(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, const struct setting *s)
{
	if (s->role == TUG_ROLE_NOBODY || st->path.role == TUG_ROLE_NOBODY) {
		return;
	}
	if (s->role == 0) {
		weigh(st, s);
	} else if (s->role == TUG_ROLE_SYSBUILD && tug_dg_is(s->value, "n")) {
		st->sb_unset++;
	} else if (s->role == TUG_ROLE_SYSBUILD) {
		st->sb_set++;
	}
	tug_dg_setting(d, l, (enum tug_dg_role)s->role, s->name, s->value);
	if (tug_dg_is(s->name, "SOC") || tug_dg_is(s->name, "BOARD") ||
	    (tug_dg_starts(s->name, "SOC_NRF5", NULL) && tug_dg_is(s->value, "y"))) {
		tug_conf_chip(tug_dg_facts(d), tug_dg_is(s->value, "y") ? tug_dg_after(s->name, "SOC_") : s->value);
	}
}

static size_t name_len(struct tug_slice s)
{
	size_t n = 0;

	while (n < s.len && (isalnum(s.p[n]) || s.p[n] == '_')) {
		n++;
	}
	return n;
}

/* "CONFIG_", "SB_CONFIG_", "mcuboot_CONFIG_" at the start of `s`, cut off. */
static bool take_prefix(struct tug_slice *s, unsigned *role)
{
	size_t n = name_len(*s);
	struct tug_slice word = tug_slice_of(s->p, n), image;
	const uint8_t *at = n > 0 ? tug_dg_find(word, "CONFIG_") : NULL;
	struct tug_conf_path path;

	if (at == NULL || (at > s->p && at[-1] != '_') || (size_t)(at - s->p) + 8 > n) {
		return false;
	}
	image = tug_slice_of(s->p, (size_t)(at - s->p));
	*role = 0;
	if (tug_dg_is(image, "SB_")) {
		*role = TUG_ROLE_SYSBUILD;
	} else if (image.len > 0) {
		tug_conf_path(tug_slice_of(image.p, image.len - 1), &path);
		*role = path.role != 0 ? path.role : TUG_ROLE_NOBODY;
	}
	*s = tug_slice_of(at + 7, s->len - (size_t)(at + 7 - s->p));
	return true;
}

/* The value at the start of `*s`, cut off: a text in quotes, or up to a blank, without what prose hangs on it. */
static struct tug_slice take_value(struct tug_slice *s)
{
	struct tug_slice v = tug_slice_of(s->p, 0);

	if (s->len > 0 && s->p[0] == '"') {
		const uint8_t *end = s->len > 1 ? memchr(s->p + 1, '"', s->len - 1) : NULL;

		v.len = end != NULL ? (size_t)(end - s->p) + 1 : s->len;
		*s = tug_slice_of(s->p + v.len, s->len - v.len);
		return v;
	}
	while (v.len < s->len && strchr(" \t#`<", s->p[v.len]) == NULL) {
		v.len++;
	}
	*s = tug_slice_of(s->p + v.len, s->len - v.len);
	while (v.len > 0 && strchr(".,;:?!)'*\\\"]", v.p[v.len - 1]) != NULL) {
		v.len--;
	}
	return v;
}

/* "CONFIG_X=y" at the start of `*s`, cut off. */
static bool take_assignment(struct tug_slice *s, struct setting *out)
{
	struct tug_slice t = *s;
	size_t n;

	if (!take_prefix(&t, &out->role)) {
		return false;
	}
	n = name_len(t);
	out->name = tug_slice_of(t.p, n);
	t = tug_dg_trim(tug_slice_of(t.p + n, t.len - n));
	if (n < 2 || t.len == 0 || t.p[0] != '=' || (t.len > 1 && t.p[1] == '=')) {
		return false;
	}
	t = tug_dg_trim(tug_slice_of(t.p + 1, t.len - 1));
	out->value = take_value(&t);
	*s = tug_dg_trim(t);
	return true;
}

/* "# CONFIG_X is not set" */
static bool take_unset(struct tug_slice s, struct setting *out)
{
	size_t n;

	if (s.len == 0 || s.p[0] != '#') {
		return false;
	}
	s = tug_dg_trim(tug_slice_of(s.p + 1, s.len - 1));
	if (!take_prefix(&s, &out->role)) {
		return false;
	}
	n = name_len(s);
	out->name = tug_slice_of(s.p, n);
	out->value = tug_slice_of("n", 1);
	return tug_dg_starts(tug_dg_trim(tug_slice_of(s.p + n, s.len - n)), "is not set", NULL);
}

/* ---- lines -------------------------------------------------------------------------------------------------- */

/* Marks in front of a setting: list bullets, the added lines of a diff, "prj.conf:12:" of grep. */
static struct tug_slice unmark(struct tug_slice s)
{
	const uint8_t *at = tug_dg_find(s, "CONFIG_");
	size_t head;

	s = tug_dg_trim(s);
	while (s.len > 1 && (((s.p[0] == '-' || s.p[0] == '*') && s.p[1] == ' ') || s.p[0] == '+' || s.p[0] == '`' ||
			     (s.p[0] == '*' && s.p[1] == '*'))) {
		s = tug_dg_trim(tug_slice_of(s.p + 1, s.len - 1));
	}
	if (at == NULL || at < s.p || at == s.p) {
		return s;
	}
	if (at >= s.p + 3 && at[-1] == '_' && at[-2] == 'B' && at[-3] == 'S') {
		at -= 3;
	}
	head = (size_t)(at - s.p);
	if (head > 4 && s.p[head - 1] == ':' && memchr(s.p, ' ', head) == NULL &&
	    tug_dg_find(tug_slice_of(s.p, head), ".conf") != NULL) {
		return tug_slice_of(at, s.len - head);
	}
	return s;
}

/* "-DCONFIG_X=y" among the words of a command. */
static bool take_defines(struct tug_diag *d, struct state *st, const struct tug_dg_line *l)
{
	struct tug_slice s = l->text, word, rest;
	bool any = false;

	if (tug_dg_find(s, "-D") == NULL || tug_dg_find(s, "CONFIG_") == NULL) {
		return false;
	}
	while ((word = tug_dg_word(&s)).len > 0) {
		struct setting one;

		while (word.len > 0 && (word.p[0] == '"' || word.p[0] == '\'')) {
			word = tug_slice_of(word.p + 1, word.len - 1);
		}
		if (tug_dg_starts(word, "-D", &rest) && take_assignment(&rest, &one)) {
			one.role = one.role == 0 ? TUG_ROLE_APP : one.role;
			take(d, st, l, &one);
			any = true;
		}
	}
	return any;
}

static bool take_settings(struct tug_diag *d, struct state *st, const struct tug_dg_line *l)
{
	struct tug_slice s = unmark(l->text);
	struct setting one;
	bool any = false;

	if (take_unset(s, &one)) {
		take(d, st, l, &one);
		return true;
	}
	/* A forum may have joined the lines. */
	while (take_assignment(&s, &one)) {
		take(d, st, l, &one);
		any = true;
	}
	return any;
}

static bool generated_head(struct tug_slice s)
{
	return s.len > 0 && s.p[0] == '#' &&
	       (tug_dg_find(s, "Automatically generated file") != NULL ||
		tug_dg_find(s, "Generated by Kconfiglib") != NULL);
}

/* The processor by the name of a board's file; files of several boards name none. */
static void see_chip(struct tug_dg_facts *f, struct tug_slice name, bool counts)
{
	char chip[16];

	if (counts) {
		tug_conf_chip(f, name);
	} else if (tug_conf_chip_in(name, chip) && strcmp(chip, f->smp.device.chip) != 0) {
		f->smp.device.chip[0] = '\0';
	}
}

static void start(struct tug_diag *d, struct state *st, uint16_t input)
{
	const char *name = tug_dg_input_name(d);

	st->started = true;
	begin_section(st, tug_slice_of(name, strlen(name)));
	st->file = st->path.config || st->path.dts || st->path.yml;
	if (st->path.config && !st->path.dotconfig &&
	    (st->path.role == TUG_ROLE_APP || st->path.role == TUG_ROLE_SYSBUILD || strstr(name, "boards/") != NULL) &&
	    !tug_dg_conf_admit(tug_dg_facts(d)->conf, name, input)) {
		st->path.role = TUG_ROLE_NOBODY;
	}
	if (st->path.config || st->path.dts) {
		see_chip(tug_dg_facts(d), tug_slice_of(name, strlen(name)), st->path.role != TUG_ROLE_NOBODY);
	}
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	struct state *st = state;
	struct tug_slice s = tug_dg_lean(l), path;
	bool comment = s.len > 0 && s.p[0] == '#';

	if (!st->started) {
		start(d, st, l->input);
	}
	if (tug_dg_may(l, "CONFIG_") && (take_settings(d, st, l) || take_defines(d, st, l))) {
		st->after_setting = true;
		return TUG_MINE;
	}
	if (tug_conf_may_head(l) && tug_conf_heading(l->text, !st->file, &path)) {
		struct tug_evidence at;
		char name[256];

		end_section(d, st);
		begin_section(st, path);
		tug_dg_here(l, &at);
		tug_dg_copy(name, sizeof(name), path);
		tug_dg_conf_note_file(tug_dg_facts(d)->conf, name, &at);
		return TUG_MINE;
	}
	if (generated_head(s)) {
		st->generated = true;
		return TUG_MINE;
	}
	st->after_setting = st->after_setting && (comment || s.len == 0);
	return comment && (st->path.config || st->after_setting) ? TUG_MINE : TUG_NOT_MINE;
}

static void end(struct tug_diag *d, void *state)
{
	struct state *st = state;

	if (st->started) {
		end_section(d, st);
	}
}

const struct tug_reader tug_reader_conf = {
	.kind = "Kconfig settings",
	.expect = "a project's prj.conf, sysbuild.conf or .config",
	.src = TUG_SRC_CONFIG,
	.state_size = sizeof(struct state),
	.line = line,
	.end = end,
};
