/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings found in configuration files, by symbol and role. The last setting of a file counts, as Kconfig does
 * it. Bounded: garbage that looks like a configuration does not fill the memory.
 */
#include <stdlib.h>
#include <string.h>

#include "conf_priv.h"
#include "engine_priv.h"

#define SYMS_MAX 32768u
#define BUCKETS 4096u
#define FILES_MAX 128u
#define LEFT_OUT_MAX 4u

struct file {
	char *name;
	struct tug_evidence at;
};

struct tug_dg_conf {
	struct tug_dg_sym *sym; /* [n] */
	uint32_t *next;         /* [n] chain, index + 1 */
	size_t n, cap;
	size_t settled;           /* settings before it have their role for good */
	uint32_t bucket[BUCKETS]; /* index + 1 */
	unsigned roles;
	struct file file[FILES_MAX];
	size_t n_files;
	char *prj, *sysbuild; /* the first file of its kind */
	struct board {
		char *name; /* the first file of a board */
		uint16_t input;
		bool many;
	} board[2]; /* application, MCUboot */
	struct tug_evidence left_out[LEFT_OUT_MAX];
	size_t n_left_out;
};

struct tug_dg_conf *tug_dg_conf_new(void)
{
	return calloc(1, sizeof(struct tug_dg_conf));
}

void tug_dg_conf_free(struct tug_dg_conf *c)
{
	if (c == NULL) {
		return;
	}
	for (size_t i = 0; i < c->n; i++) {
		free(c->sym[i].name);
		free(c->sym[i].value);
	}
	for (size_t i = 0; i < c->n_files; i++) {
		free(c->file[i].name);
	}
	free(c->prj);
	free(c->sysbuild);
	free(c->board[0].name);
	free(c->board[1].name);
	free(c->sym);
	free(c->next);
	free(c);
}

static uint32_t hash_of(const char *p, size_t len)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++) {
		h = (h ^ (uint8_t)p[i]) * 16777619u;
	}
	return h % BUCKETS;
}

static struct tug_dg_sym *lookup(const struct tug_dg_conf *c, unsigned role, const char *name, size_t len)
{
	for (uint32_t i = c->bucket[hash_of(name, len)]; i != 0; i = c->next[i - 1]) {
		struct tug_dg_sym *s = &c->sym[i - 1];

		if (s->role == role && strlen(s->name) == len && memcmp(s->name, name, len) == 0) {
			return s;
		}
	}
	return NULL;
}

static bool grow(struct tug_dg_conf *c)
{
	size_t cap = c->cap == 0 ? 256 : c->cap * 2;
	struct tug_dg_sym *sym;
	uint32_t *next;

	if (c->n < c->cap) {
		return true;
	}
	if (c->n >= SYMS_MAX) {
		return false;
	}
	sym = realloc(c->sym, cap * sizeof(*sym));
	if (sym == NULL) {
		return false;
	}
	c->sym = sym;
	next = realloc(c->next, cap * sizeof(*next));
	if (next == NULL) {
		return false;
	}
	c->next = next;
	c->cap = cap;
	return true;
}

static char *copy(struct tug_slice s)
{
	size_t n = s.len < 512 ? s.len : 512;
	char *p = malloc(n + 1);

	if (p != NULL) {
		memcpy(p, s.p != NULL ? (const char *)s.p : "", n);
		p[n] = '\0';
	}
	return p;
}

static struct tug_dg_sym *add(struct tug_dg_conf *c, enum tug_dg_role role, struct tug_slice name)
{
	struct tug_dg_sym *s;
	uint32_t h = hash_of((const char *)name.p, name.len);

	if (!grow(c)) {
		return NULL;
	}
	s = &c->sym[c->n];
	memset(s, 0, sizeof(*s));
	s->role = (uint8_t)role;
	s->name = copy(name);
	if (s->name == NULL) {
		return NULL;
	}
	c->next[c->n] = c->bucket[h];
	c->bucket[h] = (uint32_t)++c->n;
	return s;
}

void tug_dg_setting(struct tug_diag *d, const struct tug_dg_line *l, enum tug_dg_role role, struct tug_slice name,
		    struct tug_slice value)
{
	struct tug_dg_conf *c = d->facts->conf;
	struct tug_dg_sym *s;
	char *text;

	if (name.len == 0 || name.len > 128) {
		return;
	}
	if (value.len >= 2 && value.p[0] == '"' && value.p[value.len - 1] == '"') {
		value = tug_slice_of(value.p + 1, value.len - 2);
	}
	s = lookup(c, role, (const char *)name.p, name.len);
	text = s != NULL || (s = add(c, role, name)) != NULL ? copy(value) : NULL;
	if (text == NULL) {
		return;
	}
	if (s->value != NULL && s->at.input == l->input && strcmp(s->value, text) != 0) {
		s->twice = true;
		s->earlier = s->at;
	}
	free(s->value);
	s->value = text;
	tug_dg_here(l, &s->at);
	c->roles |= role;
}

/* The setting at `i` becomes `role`'s. A setting of that name and role from another file gives way to it. */
static void give(struct tug_dg_conf *c, size_t i, unsigned role)
{
	struct tug_dg_sym *s = &c->sym[i], *old = role != 0 ? lookup(c, role, s->name, strlen(s->name)) : NULL;

	if (role == 0) {
		s->name[0] = '\0'; /* found no more */
	} else if (old != NULL) {
		old->role = 0;
		old->name[0] = '\0';
	}
	s->role = (uint8_t)role;
	c->roles |= role;
}

/* What `input` set is forgotten; with `role` not 0 what all others set for that role. */
static void forget(struct tug_dg_conf *c, uint16_t input, unsigned role)
{
	for (size_t i = 0; i < c->settled; i++) {
		struct tug_dg_sym *s = &c->sym[i];

		if (role != 0 ? s->role == role && s->at.input != input : s->at.input == input) {
			s->role = 0;
			s->name[0] = '\0';
		}
	}
}

void tug_dg_conf_settle(struct tug_dg_conf *c, unsigned role, unsigned sysbuild)
{
	if (c->n > c->settled && (role & (TUG_ROLE_APP_BUILT | TUG_ROLE_BOOT_BUILT | TUG_ROLE_NET_BUILT)) != 0) {
		forget(c, c->sym[c->n - 1].at.input, role); /* a generated file is whole: none of another build */
	}
	for (size_t i = c->settled; i < c->n; i++) {
		if (c->sym[i].role == 0 && c->sym[i].name[0] != '\0') {
			give(c, i, role);
		} else if (c->sym[i].role == TUG_ROLE_SYSBUILD && sysbuild != TUG_ROLE_SYSBUILD) {
			give(c, i, sysbuild);
		}
	}
	c->settled = c->n;
}

/* Generated files know best; among written ones the narrower role comes first. */
static const uint8_t trust[] = {
	TUG_ROLE_APP_BUILT, TUG_ROLE_BOOT_BUILT, TUG_ROLE_SYSBUILD_BUILT, TUG_ROLE_NET_BUILT,
	TUG_ROLE_APP,       TUG_ROLE_BOOT,       TUG_ROLE_SYSBUILD,       TUG_ROLE_NET,
};

const struct tug_dg_sym *tug_dg_conf_get(const struct tug_dg_conf *c, unsigned roles, const char *name)
{
	for (size_t i = 0; i < sizeof(trust); i++) {
		const struct tug_dg_sym *s;

		if ((trust[i] & roles) != 0 && (s = lookup(c, trust[i], name, strlen(name))) != NULL) {
			return s;
		}
	}
	return NULL;
}

bool tug_dg_conf_is(const struct tug_dg_conf *c, unsigned roles, const char *name, const char *value)
{
	const struct tug_dg_sym *s = tug_dg_conf_get(c, roles, name);

	return s != NULL && strcmp(s->value, value) == 0;
}

int64_t tug_dg_conf_num(const struct tug_dg_conf *c, unsigned roles, const char *name, int64_t fallback)
{
	const struct tug_dg_sym *s = tug_dg_conf_get(c, roles, name);
	struct tug_slice text;
	uint64_t v;
	bool negative;

	if (s == NULL) {
		return fallback;
	}
	text = tug_slice_of(s->value, strlen(s->value));
	negative = tug_dg_starts(text, "-", &text);
	if (!tug_dg_number(&text, &v) || v > INT64_MAX) {
		return fallback;
	}
	return negative ? -(int64_t)v : (int64_t)v;
}

unsigned tug_dg_conf_roles(const struct tug_dg_conf *c)
{
	return c->roles;
}

const struct tug_dg_sym *tug_dg_conf_at(const struct tug_dg_conf *c, size_t i)
{
	return i < c->n ? &c->sym[i] : NULL;
}

/* `name` ends with `end`, on a border of a path component. */
static bool path_ends(const char *name, const char *end)
{
	size_t n = strlen(name), e = strlen(end);

	return n >= e && strcmp(name + n - e, end) == 0 &&
	       (n == e || name[n - e - 1] == '/' || name[n - e - 1] == '\\');
}

void tug_dg_conf_note_file(struct tug_dg_conf *c, const char *name, const struct tug_evidence *at)
{
	char *text = c->n_files < FILES_MAX ? copy(tug_slice_of(name, strlen(name))) : NULL;

	if (text != NULL) {
		c->file[c->n_files].name = text;
		c->file[c->n_files++].at = *at;
	}
}

bool tug_dg_conf_file(const struct tug_dg_conf *c, const char *name_end, struct tug_evidence *at)
{
	for (size_t i = 0; i < c->n_files; i++) {
		if (path_ends(c->file[i].name, name_end)) {
			if (at != NULL) {
				*at = c->file[i].at;
			}
			return true;
		}
	}
	return false;
}

/* ---- alternatives ------------------------------------------------------------------------------------------- */

static const char *base_of(const char *name)
{
	const char *slash = strrchr(name, '/'), *back = strrchr(name, '\\');
	const char *last = back > slash || slash == NULL ? back : slash;

	return last != NULL ? last + 1 : name;
}

static bool same_folder(const char *a, const char *b)
{
	size_t n = (size_t)(base_of(a) - a);

	return n == (size_t)(base_of(b) - b) && memcmp(a, b, n) == 0;
}

/* Is `name` of the build that `*first` is of? `main_file` may come later than its variants. */
static bool of_first(char **first, const char *name, const char *main_file)
{
	if (*first == NULL) {
		*first = copy(tug_slice_of(name, strlen(name)));
		return true;
	}
	return strcmp(*first, name) == 0 || (same_folder(*first, name) && strcmp(base_of(name), main_file) == 0);
}

static bool of_one_board(struct tug_dg_conf *c, const char *name, uint16_t input)
{
	struct board *b = &c->board[strstr(name, "mcuboot") != NULL];
	const char *dot = strrchr(base_of(name), '.');
	size_t stem = dot != NULL ? (size_t)(dot - name) : strlen(name); /* x.conf and x.overlay are of one board */

	if (b->name == NULL) {
		b->name = copy(tug_slice_of(name, stem));
		b->input = input;
		return true;
	}
	if (strlen(b->name) == stem && memcmp(b->name, name, stem) == 0) {
		return !b->many;
	}
	if (!b->many) {
		forget(c, b->input, 0);
	}
	b->many = true;
	return false;
}

bool tug_dg_conf_admit(struct tug_dg_conf *c, const char *name, uint16_t input)
{
	const char *base = base_of(name);
	bool board = strstr(name, "/boards/") != NULL || strncmp(name, "boards/", 7) == 0;
	bool counts = board                               ? of_one_board(c, name, input)
		      : strncmp(base, "prj", 3) == 0      ? of_first(&c->prj, name, "prj.conf")
		      : strncmp(base, "sysbuild", 8) == 0 ? of_first(&c->sysbuild, name, "sysbuild.conf")
							  : true;

	if (!counts && c->n_left_out < LEFT_OUT_MAX) {
		struct tug_evidence *at = &c->left_out[c->n_left_out++];

		memset(at, 0, sizeof(*at));
		at->input = input;
		at->ms = -1;
		tug_dg_copy(at->text, sizeof(at->text), tug_slice_of(name, strlen(name)));
	}
	return counts;
}

const struct tug_evidence *tug_dg_conf_left_out(const struct tug_dg_conf *c, size_t i)
{
	return i < c->n_left_out ? &c->left_out[i] : NULL;
}
