/* SPDX-License-Identifier: Apache-2.0
 *
 * The parser of the command line. Common options stand anywhere, own options after the command; own ones win
 * where a letter is used twice. Values are checked here, by type. Prints nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "nearest_priv.h"
#include "options_priv.h"

/* Where the parser is. */
struct parse {
	struct tug_args *args;
	char **argv;
	int argc;
	int i;            /* next word */
	const char *word; /* first word of a command of two, NULL */
	bool plain;       /* "--" was seen */
};

static bool fail(struct tug_args *args, const char *fmt, const char *a, const char *b)
{
	snprintf(args->why, sizeof(args->why), fmt, a, b);
	return false;
}

static const struct tug_opt *find_long(const struct tug_opt *opts, const char *name, size_t len)
{
	for (; opts != NULL && opts->name != NULL; opts++) {
		if (strlen(opts->name) == len && memcmp(opts->name, name, len) == 0) {
			return opts;
		}
	}
	return NULL;
}

static const struct tug_opt *find_letter(const struct tug_opt *opts, char letter)
{
	for (; opts != NULL && opts->name != NULL; opts++) {
		if (opts->letter == letter) {
			return opts;
		}
	}
	return NULL;
}

static const struct tug_opt *own_opts(const struct tug_args *args)
{
	return args->cmd != NULL ? args->cmd->opts : NULL;
}

/* Does any command have this option? Then it only stands in the wrong place or at the wrong command. */
static const char *owner_of(const char *name, size_t len)
{
	size_t n;
	const struct tug_cmd *cmds = tug_cmds(&n);

	for (size_t i = 0; i < n; i++) {
		if (find_long(cmds[i].opts, name, len) != NULL) {
			return cmds[i].name;
		}
	}
	return NULL;
}

static bool unknown_option(struct parse *p, const char *name, size_t len)
{
	struct tug_nearest near;
	const char *owner = owner_of(name, len);
	char shown[64];

	snprintf(shown, sizeof(shown), "%.*s", (int)(len > 60 ? 60 : len), name);
	if (owner != NULL && p->args->cmd == NULL) {
		return fail(p->args, "option --%s belongs after the command, as in 'tug %s'", shown, owner);
	}
	if (owner != NULL) {
		return fail(p->args, "option --%s is not one of this command, but of 'tug %s'", shown, owner);
	}
	tug_nearest_begin(&near, shown);
	for (const struct tug_opt *o = own_opts(p->args); o != NULL && o->name != NULL; o++) {
		tug_nearest_try(&near, o->name);
	}
	for (const struct tug_opt *o = tug_common_opts(); o->name != NULL; o++) {
		tug_nearest_try(&near, o->name);
	}
	if (near.best != NULL) {
		return fail(p->args, "unknown option --%s; did you mean --%s?", shown, near.best);
	}
	return fail(p->args, "unknown option --%s%s", shown, "");
}

static bool bad_value(struct tug_args *args, const struct tug_opt *opt, const char *value)
{
	char want[160];

	switch (opt->type) {
	case TUG_OPT_MS:
		snprintf(want, sizeof(want), "a duration above 0 with its unit, as 500ms, 10s or 2m");
		break;
	case TUG_OPT_PROB:
		snprintf(want, sizeof(want), "a probability, 0 to 1 or 0%% to 100%%");
		break;
	case TUG_OPT_CHOICE:
		snprintf(want, sizeof(want), "one of %s", opt->arg);
		break;
	case TUG_OPT_AUTO:
		snprintf(want, sizeof(want), "auto or a number from %u to %u", opt->min, opt->max);
		break;
	case TUG_OPT_NUM:
		snprintf(want, sizeof(want), "a number from %u to %u", opt->min, opt->max);
		break;
	default:
		snprintf(want, sizeof(want), "not empty");
		break;
	}
	snprintf(args->why, sizeof(args->why), "--%s cannot be '%.60s'; it is %s", opt->name, value, want);
	return false;
}

static bool value_fits(const struct tug_opt *opt, const char *value)
{
	uint32_t num;
	double prob;

	switch (opt->type) {
	case TUG_OPT_MS:
		return tug_value_ms(value, opt->min, opt->max, &num);
	case TUG_OPT_PROB:
		return tug_value_prob(value, &prob);
	case TUG_OPT_CHOICE:
		return tug_value_choice(opt->arg, value);
	case TUG_OPT_NUM:
		return tug_value_num(value, opt->min, opt->max, &num);
	case TUG_OPT_AUTO:
		return strcmp(value, "auto") == 0 || tug_value_num(value, opt->min, opt->max, &num);
	case TUG_OPT_TEXT:
	case TUG_OPT_FILE:
	case TUG_OPT_PAIR:
		return value[0] != '\0';
	default:
		return true;
	}
}

/* The place of an option given before, where the last one wins; else a new one; NULL: there is no room. */
static struct tug_given *place(struct tug_args *args, const struct tug_opt *opt)
{
	for (size_t i = 0; !opt->many && args->cmd != NULL && (args->cmd->flags & TUG_CMD_F_LAST) != 0 && i < args->n_given; i++) {
		if (args->given[i].opt == opt) {
			return &args->given[i];
		}
	}
	return args->n_given < TUG_ARGS_OPTS ? &args->given[args->n_given++] : NULL;
}

static bool twice(const struct tug_args *args, const struct tug_opt *opt)
{
	return !opt->many && opt->type != TUG_OPT_FLAG && (args->cmd == NULL || (args->cmd->flags & TUG_CMD_F_LAST) == 0) &&
	       tug_args_has(args, opt->name);
}

static bool add_option(struct parse *p, const struct tug_opt *opt, const char *value, const char *second)
{
	struct tug_args *args = p->args;
	struct tug_given *g;

	if (twice(args, opt)) {
		return fail(args, "option --%s is given twice%s", opt->name, "");
	}
	if (value != NULL && !value_fits(opt, value)) {
		return bad_value(args, opt, value);
	}
	g = place(args, opt);
	if (g == NULL) {
		return fail(args, "too many options%s%s", "", "");
	}
	*g = (struct tug_given){ opt, value, second };
	return true;
}

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/*
 * The value of TUG_OPT_MAYBE is the next word, unless that is an option or an existing folder (the DIR of
 * `tug vdev --pty DIR`: a folder can never become a symbolic link).
 */
static const char *maybe_value(struct parse *p)
{
	const char *next = p->i < p->argc ? p->argv[p->i] : NULL;

	if (next == NULL || next[0] == '-' || is_dir(next)) {
		return NULL;
	}
	p->i++;
	return next;
}

/* `value` = what follows "=" or the letter, or NULL. */
static bool take_option(struct parse *p, const struct tug_opt *opt, const char *value)
{
	const char *second = NULL;

	if (opt->type == TUG_OPT_FLAG) {
		if (value != NULL) {
			return fail(p->args, "option --%s takes no value%s", opt->name, "");
		}
	} else if (value == NULL && opt->type == TUG_OPT_MAYBE) {
		value = maybe_value(p);
	} else if (value == NULL) {
		if (p->i >= p->argc) {
			return fail(p->args, "option --%s needs a value: %s", opt->name, opt->arg);
		}
		value = p->argv[p->i++];
	}
	if (opt->type == TUG_OPT_PAIR) {
		if (p->i >= p->argc) {
			return fail(p->args, "option --%s needs two values: %s", opt->name, opt->arg);
		}
		second = p->argv[p->i++];
	}
	return add_option(p, opt, value, second);
}

static bool long_option(struct parse *p, const char *text)
{
	size_t len = strcspn(text, "=");
	const char *value = text[len] == '=' ? text + len + 1 : NULL;
	const struct tug_opt *opt = find_long(own_opts(p->args), text, len);

	if (opt == NULL) {
		opt = find_long(tug_common_opts(), text, len);
	}
	return opt != NULL ? take_option(p, opt, value) : unknown_option(p, text, len);
}

static bool short_options(struct parse *p, const char *letters)
{
	for (; *letters != '\0'; letters++) {
		const struct tug_opt *opt = find_letter(own_opts(p->args), *letters);
		char shown[2] = { *letters, '\0' };

		if (opt == NULL) {
			opt = find_letter(tug_common_opts(), *letters);
		}
		if (opt == NULL) {
			return fail(p->args, "unknown option -%s%s", shown, "");
		}
		if (opt->type != TUG_OPT_FLAG) {
			return take_option(p, opt, letters[1] != '\0' ? letters + 1 : NULL);
		}
		if (!take_option(p, opt, NULL)) {
			return false;
		}
	}
	return true;
}

static const struct tug_cmd *find_alias(const char *first, const char *second);

static const struct tug_cmd *find_cmd(const char *first, const char *second)
{
	size_t n, len = strlen(first);
	const struct tug_cmd *cmds = tug_cmds(&n);

	for (size_t i = 0; i < n; i++) {
		const char *name = cmds[i].name;

		if (second == NULL ? strcmp(name, first) == 0
				   : strncmp(name, first, len) == 0 && name[len] == ' ' &&
					     strcmp(name + len + 1, second) == 0) {
			return &cmds[i];
		}
	}
	return second != NULL ? find_alias(first, second) : NULL;
}

static const struct tug_cmd *find_alias(const char *first, const char *second)
{
	size_t n;
	const struct tug_cmd *cmds = tug_cmds(&n);
	char name[64];

	snprintf(name, sizeof(name), "%.30s %.30s", first, second);
	for (const struct tug_cmd_alias *a = tug_cmd_aliases(); a->name != NULL; a++) {
		for (size_t i = 0; strcmp(a->name, name) == 0 && i < n; i++) {
			if (strcmp(cmds[i].name, a->cmd) == 0) {
				return &cmds[i];
			}
		}
	}
	return NULL;
}

/* Fills `out` with the second words of the commands that start with `first`; false when there are none. */
static bool list_group(const char *first, char *out, size_t cap)
{
	size_t n, at = 0, len = strlen(first);
	const struct tug_cmd *cmds = tug_cmds(&n);

	for (size_t i = 0; i < n && at < cap; i++) {
		if (strncmp(cmds[i].name, first, len) == 0 && cmds[i].name[len] == ' ') {
			at += (size_t)snprintf(out + at, cap - at, "%s%s", at > 0 ? ", " : "", cmds[i].name + len + 1);
		}
	}
	return at > 0;
}

static bool unknown_command(struct parse *p, const char *first, const char *second)
{
	char name[128], group[256];
	struct tug_nearest near;
	size_t n;
	const struct tug_cmd *cmds = tug_cmds(&n);

	snprintf(name, sizeof(name), "%.60s%s%.60s", first, second != NULL ? " " : "", second != NULL ? second : "");
	tug_nearest_begin(&near, name);
	for (size_t i = 0; i < n; i++) {
		tug_nearest_try(&near, cmds[i].name);
	}
	if (near.best != NULL) {
		return fail(p->args, "unknown command '%s'; did you mean 'tug %s'?", name, near.best);
	}
	if (list_group(first, group, sizeof(group))) {
		return fail(p->args, "unknown command '%s'; there are: %s", name, group);
	}
	return fail(p->args, "unknown command '%s'; 'tug help' lists them%s", name, "");
}

static bool command_word(struct parse *p, const char *word)
{
	char group[256];

	if (p->word != NULL) {
		p->args->cmd = find_cmd(p->word, word);
		return p->args->cmd != NULL || unknown_command(p, p->word, word);
	}
	p->args->cmd = find_cmd(word, NULL);
	if (p->args->cmd != NULL) {
		return true;
	}
	p->word = word;
	return list_group(word, group, sizeof(group)) || unknown_command(p, word, NULL);
}

static bool check_counts(struct parse *p)
{
	const struct tug_args *args = p->args;
	char group[256];

	if (args->help || args->version) {
		return true;
	}
	if (args->cmd == NULL && p->word != NULL) {
		list_group(p->word, group, sizeof(group));
		return fail(p->args, "'tug %s' needs one more word: %s", p->word, group);
	}
	if (args->cmd == NULL) {
		return fail(p->args, "no command given; 'tug help' lists them%s%s", "", "");
	}
	if ((args->cmd->flags & TUG_CMD_F_DEVICE) == 0 && tug_args_has(args, "device")) {
		return fail(p->args, "'tug %s' talks to no device; leave out -d%s", args->cmd->name, "");
	}
	if (args->n_pos < args->cmd->min_args) {
		return fail(p->args, "'tug %s' needs: %s", args->cmd->name, args->cmd->args);
	}
	if (args->cmd->max_args != 255 && args->n_pos > args->cmd->max_args) {
		return fail(p->args, "'tug %s' does not know what to do with '%.80s'", args->cmd->name,
			    args->pos[args->cmd->max_args]);
	}
	return true;
}

static bool one_word(struct parse *p)
{
	const char *word = p->argv[p->i++];

	if (!p->plain && strcmp(word, "--") == 0) {
		p->plain = true;
		return true;
	}
	if (!p->plain && word[0] == '-' && word[1] == '-') {
		return long_option(p, word + 2);
	}
	if (!p->plain && word[0] == '-' && word[1] != '\0') {
		return short_options(p, word + 1);
	}
	if (p->args->cmd == NULL) {
		return command_word(p, word);
	}
	p->args->pos[p->args->n_pos++] = word;
	return true;
}

bool tug_args_parse(struct tug_args *args, int argc, char **argv)
{
	struct parse p;

	memset(args, 0, sizeof(*args));
	memset(&p, 0, sizeof(p));
	p.args = args;
	p.argv = argv;
	p.argc = argc;
	p.i = 1;
	args->pos = calloc((size_t)argc + 1, sizeof(args->pos[0]));
	if (args->pos == NULL) {
		return fail(args, "out of memory%s%s", "", "");
	}
	while (p.i < argc) {
		if (!one_word(&p)) {
			return false;
		}
	}
	args->help = tug_args_has(args, "help");
	for (size_t i = 0; i < args->n_given; i++) {
		args->version |= args->given[i].opt->type == TUG_OPT_FLAG &&
				 strcmp(args->given[i].opt->name, "version") == 0;
	}
	return check_counts(&p);
}

void tug_args_free(struct tug_args *args)
{
	free(args->pos);
	args->pos = NULL;
}

const char *tug_args_nth(const struct tug_args *args, const char *name, size_t i)
{
	for (size_t k = 0; k < args->n_given; k++) {
		if (strcmp(args->given[k].opt->name, name) == 0 && i-- == 0) {
			return args->given[k].value;
		}
	}
	return NULL;
}

const char *tug_args_second(const struct tug_args *args, const char *name, size_t i)
{
	for (size_t k = 0; k < args->n_given; k++) {
		if (strcmp(args->given[k].opt->name, name) == 0 && i-- == 0) {
			return args->given[k].second;
		}
	}
	return NULL;
}

bool tug_args_has(const struct tug_args *args, const char *name)
{
	for (size_t k = 0; k < args->n_given; k++) {
		if (strcmp(args->given[k].opt->name, name) == 0) {
			return true;
		}
	}
	return false;
}

const char *tug_args_text(const struct tug_args *args, const char *name, const char *def)
{
	const char *value = tug_args_nth(args, name, 0);

	return value != NULL ? value : def;
}

uint32_t tug_args_num(const struct tug_args *args, const char *name, uint32_t def)
{
	const char *value = tug_args_nth(args, name, 0);
	uint32_t out;

	if (value == NULL) {
		return def;
	}
	if (strcmp(value, "auto") == 0) {
		return 0;
	}
	if (tug_value_num(value, 0, UINT32_MAX, &out) || tug_value_ms(value, 0, UINT32_MAX, &out)) {
		return out;
	}
	return def;
}

double tug_args_prob(const struct tug_args *args, const char *name, double def)
{
	const char *value = tug_args_nth(args, name, 0);
	double out;

	return value != NULL && tug_value_prob(value, &out) ? out : def;
}
