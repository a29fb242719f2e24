/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: devicetree sources, overlays and zephyr.dts: partitions, and what is chosen. Collects text up to ';', '{'
 * or '}', over line ends; of a file that is not named as one it believes only what looks like devicetree.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "conf_priv.h"
#include "parts_priv.h"
#include "readers_priv.h"

#define STATEMENT_MAX 400u
#define DEPTH_MAX 24

struct chosen {
	char mcumgr[32], console[32], shell[32], ext_flash[32], code[32];
};

struct state {
	bool started;
	bool file;     /* named as a devicetree file */
	bool compiled; /* zephyr.dts */
	bool any;      /* some node or chosen property was read */
	bool other;    /* of another board than an overlay before */
	bool boot;     /* of MCUboot */
	struct tug_parts_file in;
	struct chosen chosen;
	char text[STATEMENT_MAX]; /* statement under way */
	size_t len;
	bool comment;     /* within a comment over several lines */
	int depth;        /* open braces */
	unsigned odd;     /* lines in a row that are no devicetree */
	int region_depth; /* depth at which `region` began, 0 = not */
	char region[24];
	int part_depth; /* depth within the partition's node, 0 = none is open */
	char node_label[40], label[40];
	struct tug_dg_part part;
	bool has_reg;
};

/* ---- nodes -------------------------------------------------------------------------------------------------- */

static bool has_any(const char *text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strstr(text, words[i]) != NULL) {
			return true;
		}
	}
	return false;
}

static void see_region(struct state *st, const char *text)
{
	static const char *const outside[] = { "mx25",    "gd25",      "w25q",           "at25",  "is25",
					       "s25f",    "ext_flash", "external_flash", "qspi",  "spi_nor",
					       "spi-nor", "spi_flash", "mspi-nor",       "jedec," };
	static const char *const inside[] = { "flash0", "flash@0", "rram", "mram" };
	bool out = has_any(text, outside, sizeof(outside) / sizeof(outside[0]));

	if (out || has_any(text, inside, sizeof(inside) / sizeof(inside[0]))) {
		snprintf(st->region, sizeof(st->region), "%s", out ? "external_flash" : "flash_primary");
		st->region_depth = st->depth;
	}
}

/* "slot0_partition: partition@c000", "&slot0_partition", "/" */
static void open_node(struct state *st, const struct tug_dg_line *l)
{
	const char *colon = strchr(st->text, ':');
	size_t n = colon != NULL ? (size_t)(colon - st->text) : 0;

	st->any = true;
	st->depth = st->depth < DEPTH_MAX ? st->depth + 1 : st->depth;
	if (st->part_depth == 0 && (strstr(st->text, "partition@") != NULL ||
				    (st->text[0] == '&' && strstr(st->text, "_partition") != NULL))) {
		st->part_depth = st->depth;
		memset(&st->part, 0, sizeof(st->part));
		st->label[0] = st->node_label[0] = '\0';
		st->has_reg = false;
		st->part.input = l->input;
		tug_dg_here(l, &st->part.at);
		if (st->text[0] == '&') {
			tug_dg_copy(st->node_label, sizeof(st->node_label),
				    tug_slice_of(st->text + 1, strlen(st->text) - 1));
		} else if (n > 0) {
			tug_dg_copy(st->node_label, sizeof(st->node_label), tug_slice_of(st->text, n));
		}
	} else if (st->part_depth == 0) {
		see_region(st, st->text);
	}
}

static void close_node(struct tug_diag *d, struct state *st)
{
	if (st->part_depth != 0 && st->depth == st->part_depth) {
		const char *name = st->label[0] != '\0' && strstr(st->node_label, "_partition") == NULL ? st->label
				   : st->node_label[0] != '\0'                                          ? st->node_label
													: st->label;

		if (st->has_reg && name[0] != '\0') {
			snprintf(st->part.name, sizeof(st->part.name), "%s", name);
			snprintf(st->part.region, sizeof(st->part.region), "%s",
				 st->region_depth != 0 ? st->region : "");
			st->in.dts = true;
			tug_parts_add(tug_dg_facts(d), &st->in, &st->part);
		}
		st->part_depth = 0;
	}
	if (st->region_depth != 0 && st->depth <= st->region_depth) {
		st->region_depth = 0;
	}
	st->depth -= st->depth > 0;
}

/* ---- properties --------------------------------------------------------------------------------------------- */

/* "0xc000", "DT_SIZE_K(232)", "(232 * 1024)" at the start of `*s`, cut off. */
static bool take_cell(struct tug_slice *s, uint64_t *v)
{
	uint64_t unit = 1, factor;
	struct tug_slice rest;

	while (s->len > 0 && strchr(" \t(),<", s->p[0]) != NULL) {
		*s = tug_slice_of(s->p + 1, s->len - 1);
	}
	if (tug_dg_starts(*s, "DT_SIZE_K(", &rest) || tug_dg_starts(*s, "DT_SIZE_M(", &rest)) {
		unit = s->p[8] == 'K' ? 1024 : 1024 * 1024;
		*s = rest;
	}
	if (!tug_dg_number(s, v) || *v > UINT32_MAX) {
		return false;
	}
	rest = tug_dg_trim(*s);
	if (rest.len > 0 && rest.p[0] == '*') {
		rest = tug_slice_of(rest.p + 1, rest.len - 1);
		if (tug_dg_number(&rest, &factor) && factor <= UINT32_MAX) {
			unit *= factor;
			*s = rest;
		}
	}
	*v *= unit;
	return true;
}

static void copy_ref(char *dst, size_t cap, struct tug_slice value)
{
	while (value.len > 0 && strchr("& \t", value.p[0]) != NULL) {
		value = tug_slice_of(value.p + 1, value.len - 1);
	}
	tug_dg_copy(dst, cap, tug_dg_trim(value));
}

static bool take_chosen(struct state *st, struct tug_slice key, struct tug_slice value)
{
	struct {
		const char *key;
		char *to;
	} const chosen[] = {
		{ "zephyr,uart-mcumgr", st->chosen.mcumgr },  { "zephyr,console", st->chosen.console },
		{ "zephyr,shell-uart", st->chosen.shell },    { "nordic,pm-ext-flash", st->chosen.ext_flash },
		{ "zephyr,code-partition", st->chosen.code },
	};

	for (size_t i = 0; i < sizeof(chosen) / sizeof(chosen[0]); i++) {
		if (tug_dg_is(key, chosen[i].key)) {
			copy_ref(chosen[i].to, sizeof(st->chosen.code), value);
			return true;
		}
	}
	return false;
}

static void take_property(struct state *st)
{
	const char *eq = strchr(st->text, '=');
	struct tug_slice key, value;

	if (eq == NULL) {
		return;
	}
	key = tug_dg_trim(tug_slice_of(st->text, (size_t)(eq - st->text)));
	value = tug_dg_trim(tug_slice_of(eq + 1, strlen(eq + 1)));
	if (take_chosen(st, key, value)) {
		st->any = true;
	} else if (st->part_depth == 0 && tug_dg_is(key, "compatible")) {
		see_region(st, st->text);
	} else if (st->part_depth != 0 && tug_dg_is(key, "label") && value.len > 2 && value.p[0] == '"') {
		tug_dg_copy(st->label, sizeof(st->label), tug_slice_of(value.p + 1, value.len - 2));
	} else if (st->part_depth != 0 && tug_dg_is(key, "reg")) {
		st->has_reg = take_cell(&value, &st->part.addr) && take_cell(&value, &st->part.size);
		st->part.has_addr = st->has_reg;
	}
}

/* ---- text --------------------------------------------------------------------------------------------------- */

static void end_statement(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, char mark)
{
	while (st->len > 0 && st->text[st->len - 1] == ' ') {
		st->len--;
	}
	st->text[st->len] = '\0';
	if (mark == '{') {
		open_node(st, l);
	} else if (mark == ';' && st->len > 0) {
		take_property(st);
	} else if (mark == '}') {
		close_node(d, st);
	}
	st->len = 0;
}

static void take_text(struct tug_diag *d, struct state *st, const struct tug_dg_line *l)
{
	struct tug_slice s = l->text;
	bool quoted = false;

	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i], next = i + 1 < s.len ? s.p[i + 1] : 0;

		if (st->comment) {
			if (c == '*' && next == '/') {
				st->comment = false;
				i++;
			}
		} else if (!quoted && c == '/' && next == '*') {
			st->comment = true;
			i++;
		} else if (!quoted && ((c == '/' && next == '/') || (c == '#' && tug_dg_trim(s).p == s.p + i &&
								     isalpha(next) && next != 'a' && next != 's'))) {
			break; /* a comment, or a line of the preprocessor (but not #address-cells, #size-cells) */
		} else if (!quoted && strchr(";{}", c) != NULL) {
			end_statement(d, st, l, (char)c);
		} else if (st->len + 1 < STATEMENT_MAX && (st->len > 0 || (c != ' ' && c != '\t'))) {
			st->text[st->len++] = (char)(c == '\t' ? ' ' : c);
		}
		quoted = !st->comment && c == '"' ? !quoted : quoted;
	}
	if (st->len > 0 && st->len + 1 < STATEMENT_MAX) {
		st->text[st->len++] = ' ';
	}
}

/* Does a line begin a node: "/ {", "&flash0 {", "boot_partition: partition@0 {", "chosen {"? */
static bool opens_node(struct tug_slice s)
{
	static const char *const lone[] = { "/", "chosen", "partitions", "aliases", "soc" };
	struct tug_slice head;

	if (s.len < 2 || s.p[s.len - 1] != '{') {
		return false;
	}
	head = tug_dg_trim(tug_slice_of(s.p, s.len - 1));
	for (size_t i = 0; i < sizeof(lone) / sizeof(lone[0]); i++) {
		if (tug_dg_is(head, lone[i])) {
			return true;
		}
	}
	return head.len > 1 && memchr(head.p, '(', head.len) == NULL && memchr(head.p, '"', head.len) == NULL &&
	       ((head.p[0] == '&' && memchr(head.p, ' ', head.len) == NULL) || tug_dg_find(head, "partition@") != NULL);
}

static bool chosen_line(struct tug_slice s)
{
	return s.len > 0 && s.p[s.len - 1] == ';' &&
	       (tug_dg_starts(s, "zephyr,", NULL) || tug_dg_starts(s, "nordic,pm-ext-flash", NULL)) &&
	       memchr(s.p, '&', s.len) != NULL;
}

/* A line that may stand within a node. */
static bool plausible(struct tug_slice s)
{
	return s.len == 0 || strchr(";{},>/", s.p[s.len - 1]) != NULL || strchr("*#/<", s.p[0]) != NULL;
}

static void flush(struct tug_diag *d, struct state *st)
{
	struct tug_dg_parts *p = &tug_dg_facts(d)->parts;
	const struct chosen *c = &st->chosen;
	struct {
		char *to;
		const char *from;
	} const copies[] = { { p->chosen_mcumgr, c->mcumgr },
			     { p->chosen_console, c->console },
			     { p->chosen_shell, c->shell },
			     { p->chosen_ext_flash, c->ext_flash } };

	if (!st->any) {
		return;
	}
	if (st->boot || strcmp(c->code, "boot_partition") == 0) {
		p->boot_overlay = true;
		if (c->ext_flash[0] != '\0') {
			memcpy(p->chosen_boot_ext_flash, c->ext_flash, sizeof(c->ext_flash));
		}
		if (c->code[0] != '\0') {
			memcpy(p->chosen_code_partition, c->code, sizeof(c->code));
		}
		return;
	}
	p->app_overlay = p->app_overlay || !st->compiled;
	if (st->other) {
		return; /* what another board chooses */
	}
	for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++) {
		if (copies[i].from[0] != '\0') {
			memcpy(copies[i].to, copies[i].from, sizeof(c->code));
		}
	}
}

static void begin_file(struct state *st, struct tug_slice name, bool whole)
{
	struct tug_conf_path path;

	tug_conf_path(name, &path);
	memset(st, 0, sizeof(*st));
	st->started = true;
	st->file = whole && path.dts;
	st->boot = path.role == TUG_ROLE_BOOT;
	st->compiled = tug_dg_find(name, "zephyr.dts") != NULL;
	st->in.fixed = !st->compiled;
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	struct state *st = state;
	struct tug_slice s = tug_dg_lean(l), path;
	const char *name = tug_dg_input_name(d);

	if (!st->started) {
		begin_file(st, tug_slice_of(name, strlen(name)), true);
		st->other = st->file && strstr(name, "boards/") != NULL &&
			    !tug_dg_conf_admit(tug_dg_facts(d)->conf, name, l->input);
	}
	if (tug_conf_may_head(l) && tug_conf_heading(l->text, !st->file, &path)) {
		flush(d, st);
		begin_file(st, path, false);
		return TUG_NOT_MINE;
	}
	if (!st->file && st->depth == 0 && !opens_node(s) && !chosen_line(s)) {
		return TUG_NOT_MINE;
	}
	if (!st->file && !plausible(s)) {
		if (++st->odd >= 2) { /* a node cut off: what follows is something else */
			st->depth = 0;
			st->len = 0;
			st->part_depth = st->region_depth = 0;
			st->comment = false;
		}
		return TUG_NOT_MINE;
	}
	st->odd = 0;
	take_text(d, st, l);
	return TUG_MINE;
}

static void end(struct tug_diag *d, void *state)
{
	flush(d, state);
}

const struct tug_reader tug_reader_dts = {
	.kind = "devicetree",
	.expect = "a devicetree overlay",
	.src = TUG_SRC_CONFIG,
	.state_size = sizeof(struct state),
	.line = line,
	.end = end,
};
