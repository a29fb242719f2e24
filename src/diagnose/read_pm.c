/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: partition files of the Partition Manager (pm_static.yml, partitions.yml) and its report. Goes by words, not
 * by lines or indentation: forums join the one and lose the other.
 */
#include <ctype.h>
#include <string.h>

#include "conf_priv.h"
#include "parts_priv.h"
#include "readers_priv.h"

enum prop { PROP_NONE, PROP_ADDRESS, PROP_END, PROP_SIZE, PROP_REGION, PROP_SPAN, PROP_OTHER };

struct state {
	bool started;
	bool whole;               /* the input is a partition file by its name */
	bool file;                /* the input, or the section, is one */
	struct tug_parts_file in; /* file being read */
	bool open;                /* a key was seen that may be a partition's name */
	struct tug_dg_part part;  /* it */
	unsigned props;           /* set of enum prop seen of it */
	uint64_t end;             /* its end_address */
	enum prop prop;           /* whose value comes next */
	char region[24];          /* region of a report */
};

static bool name_is(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(name, list[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* Memory that holds no image, and regions themselves. */
static bool no_partition(const struct tug_dg_part *p)
{
	static const char *const regions[] = { "flash_primary", "external_flash", "otp",
					       "ram_flash",     "regions",        "partitions" };

	return strstr(p->region, "sram") != NULL || strncmp(p->name, "sram", 4) == 0 || strcmp(p->region, "otp") == 0 ||
	       name_is(p->name, regions, sizeof(regions) / sizeof(regions[0]));
}

static unsigned count(unsigned set)
{
	unsigned n = 0;

	for (; set != 0; set &= set - 1) {
		n++;
	}
	return n;
}

static void close_part(struct tug_diag *d, struct state *st)
{
	bool placed = (st->props & (1u << PROP_ADDRESS | 1u << PROP_SIZE | 1u << PROP_SPAN)) != 0;

	if (st->open && placed && !no_partition(&st->part) && (st->file || count(st->props) >= 2)) {
		if (st->part.size == 0 && st->part.has_addr && st->end > st->part.addr) {
			st->part.size = st->end - st->part.addr;
		}
		tug_parts_add(tug_dg_facts(d), &st->in, &st->part);
	}
	st->open = false;
	st->props = 0;
	st->end = 0;
	st->prop = PROP_NONE;
}

static void open_part(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice name)
{
	close_part(d, st);
	if (name.len >= sizeof(st->part.name)) {
		return;
	}
	for (size_t i = 0; i < name.len; i++) {
		if (!isalnum(name.p[i]) && name.p[i] != '_' && name.p[i] != '-') {
			return;
		}
	}
	memset(&st->part, 0, sizeof(st->part));
	tug_dg_copy(st->part.name, sizeof(st->part.name), name);
	st->part.input = l->input;
	tug_dg_here(l, &st->part.at);
	st->open = true;
}

static enum prop prop_of(struct tug_slice key)
{
	static const struct {
		const char *name;
		enum prop prop;
	} props[] = {
		{ "address", PROP_ADDRESS },
		{ "end_address", PROP_END },
		{ "size", PROP_SIZE },
		{ "region", PROP_REGION },
		{ "span", PROP_SPAN },
		{ "orig_span", PROP_SPAN },
		{ "placement", PROP_OTHER },
		{ "before", PROP_OTHER },
		{ "after", PROP_OTHER },
		{ "align", PROP_OTHER },
		{ "start", PROP_OTHER },
		{ "end", PROP_OTHER },
		{ "align_next", PROP_OTHER },
		{ "device", PROP_OTHER },
		{ "sharers", PROP_OTHER },
		{ "inside", PROP_OTHER },
		{ "one_of", PROP_OTHER },
		{ "all_of", PROP_OTHER },
		{ "extra_params", PROP_OTHER },
		{ "driver", PROP_OTHER },
		{ "pm_name", PROP_OTHER },
		{ "affiliation", PROP_OTHER },
		{ "share_size", PROP_OTHER },
		{ "base_address", PROP_OTHER },
		{ "default_driver_kconfig", PROP_OTHER },
		{ "placement_strategy", PROP_OTHER },
		{ "dynamic_partition", PROP_OTHER },
	};

	for (size_t i = 0; i < sizeof(props) / sizeof(props[0]); i++) {
		if (key.len > 0 && key.p[0] == (uint8_t)props[i].name[0] && tug_dg_is(key, props[i].name)) {
			return props[i].prop;
		}
	}
	return PROP_NONE;
}

static bool take_value(struct state *st, struct tug_slice token)
{
	struct tug_slice number = token;
	enum prop prop = st->prop;
	uint64_t v;

	if (prop == PROP_REGION) {
		tug_dg_copy(st->part.region, sizeof(st->part.region), token);
	} else if (prop == PROP_ADDRESS || prop == PROP_END || prop == PROP_SIZE) {
		if (!tug_dg_number(&number, &v) || number.len > 0) {
			return false;
		}
		st->part.addr = prop == PROP_ADDRESS ? v : st->part.addr;
		st->part.has_addr = st->part.has_addr || prop == PROP_ADDRESS;
		st->end = prop == PROP_END ? v : st->end;
		st->part.size = prop == PROP_SIZE ? v : st->part.size;
	} else {
		return false;
	}
	st->props |= 1u << prop;
	st->prop = PROP_NONE;
	return true;
}

/* One word of a partition file. True: it told something of a partition. */
static bool take_token(struct tug_diag *d, struct state *st, const struct tug_dg_line *l, struct tug_slice token)
{
	while (token.len > 1 && (token.p[0] == '\'' || token.p[0] == '"')) {
		token = tug_slice_of(token.p + 1, token.len - 1);
	}
	while (token.len > 0 && (token.p[token.len - 1] == '\'' || token.p[token.len - 1] == '"')) {
		token.len--;
	}
	if (token.len > 1 && token.p[token.len - 1] == ':') {
		struct tug_slice key = tug_slice_of(token.p, token.len - 1);
		enum prop prop = prop_of(key);

		if (prop == PROP_NONE) {
			open_part(d, st, l, key);
			return false;
		}
		st->prop = prop;
		st->part.span = st->part.span || (st->open && prop == PROP_SPAN);
		st->props |= prop == PROP_SPAN || prop == PROP_OTHER ? 1u << prop : 0u;
		return st->open && (prop == PROP_SPAN || prop == PROP_OTHER);
	}
	if (st->open && st->prop != PROP_NONE) {
		bool item = strchr("-&*", token.p[0]) != NULL;

		return take_value(st, token) || st->prop == PROP_SPAN || st->prop == PROP_OTHER || item;
	}
	if (st->open && st->props == 0) {
		st->open = false; /* prose: "Note: the ..." */
	}
	return false;
}

static bool between_words(uint8_t c)
{
	switch (c) {
	case ' ':
	case '\t':
	case '{':
	case '}':
	case '[':
	case ']':
	case ',':
	case '|':
		return true;
	default:
		return false;
	}
}

static bool take_words(struct tug_diag *d, struct state *st, const struct tug_dg_line *l)
{
	struct tug_slice s = l->text;
	bool any = false;

	if (s.len == 0 || (!st->open && memchr(s.p, ':', s.len) == NULL)) {
		return false; /* nothing is open, and no key begins something */
	}
	for (size_t i = 0; i < s.len;) {
		size_t n = 0;

		while (i < s.len && between_words(s.p[i])) {
			i++;
		}
		while (i + n < s.len && !between_words(s.p[i + n])) {
			n++;
		}
		if (n > 0 && s.p[i] == '#') {
			break;
		}
		if (n > 0) {
			any = take_token(d, st, l, tug_slice_of(s.p + i, n)) || any;
		}
		i += n;
	}
	return any;
}

/* "| 0xc000: mcuboot_pad (0x200 - 512B) |" and "flash_primary (0x80000 - 512kB):" of the report. */
static bool take_report(struct tug_diag *d, struct state *st, const struct tug_dg_line *l)
{
	struct tug_slice s = l->text, name;
	struct tug_dg_part part = { .input = l->input };
	bool placed;
	size_t n = 0;

	while (s.len > 0 && strchr(" \t|+-=*", s.p[0]) != NULL) {
		s = tug_slice_of(s.p + 1, s.len - 1);
	}
	placed = tug_dg_starts(s, "0x", NULL) && tug_dg_number(&s, &part.addr) && tug_dg_starts(s, ": ", &s);
	while (n < s.len && (isalnum(s.p[n]) || s.p[n] == '_')) {
		n++;
	}
	name = tug_slice_of(s.p, n);
	s = tug_slice_of(s.p + n, s.len - n);
	if (n == 0 || n >= sizeof(part.name) || !tug_dg_starts(s, " (0x", NULL)) {
		return false;
	}
	s = tug_slice_of(s.p + 2, s.len - 2);
	if (!tug_dg_number(&s, &part.size) || !tug_dg_starts(s, " - ", NULL)) {
		return false;
	}
	if (!placed) {
		tug_dg_copy(st->region, sizeof(st->region), name);
		return tug_dg_find(s, "):") != NULL;
	}
	close_part(d, st);
	tug_dg_copy(part.name, sizeof(part.name), name);
	memcpy(part.region, st->region, sizeof(part.region));
	part.has_addr = true;
	part.span = strcmp(part.name, "mcuboot_primary") == 0 || strcmp(part.name, "mcuboot_primary_app") == 0;
	tug_dg_here(l, &part.at);
	if (!no_partition(&part)) {
		tug_parts_add(tug_dg_facts(d), &st->in, &part);
	}
	return true;
}

static void begin_file(struct state *st, struct tug_slice name)
{
	struct tug_conf_path path;

	tug_conf_path(name, &path);
	st->file = path.partitions;
	memset(&st->in, 0, sizeof(st->in));
	st->in.fixed = path.fixed;
	st->region[0] = '\0';
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	struct state *st = state;
	const char *name = tug_dg_input_name(d);
	struct tug_slice path;

	if (!st->started) {
		st->started = true;
		begin_file(st, tug_slice_of(name, strlen(name)));
		st->whole = st->file;
	}
	if (tug_conf_may_head(l) && tug_conf_heading(l->text, true, &path)) {
		close_part(d, st);
		begin_file(st, path);
		return TUG_NOT_MINE; /* it is for the reader of settings, too */
	}
	if (tug_dg_may(l, " (0x") && take_report(d, st, l)) {
		return TUG_MINE;
	}
	if ((st->open || tug_dg_may_have(l, ':')) && take_words(d, st, l)) {
		return st->whole || count(st->props) >= 2 ? TUG_MINE : TUG_NOT_MINE; /* "size: 5" may be anybody's */
	}
	return st->whole && st->open ? TUG_MINE : TUG_NOT_MINE;
}

static void end(struct tug_diag *d, void *state)
{
	close_part(d, state);
}

const struct tug_reader tug_reader_pm = {
	.kind = "partition map",
	.expect = "pm_static.yml or partitions.yml",
	.src = TUG_SRC_CONFIG,
	.state_size = sizeof(struct state),
	.line = line,
	.end = end,
};
