/* SPDX-License-Identifier: Apache-2.0
 *
 * Command lines of clients as terminals show them: prompt, program, options, command. Prose that names a command
 * is none: what stands before the program must be a prompt, what follows must be what the command takes.
 */
#include <ctype.h>
#include <string.h>

#include "dump_priv.h"

enum program {
	GO = 0x01,     /* mcumgr, newtmgr */
	SMPMGR = 0x02, /* smpmgr */
	CTL = 0x04,    /* mcumgrctl */
	RUST = 0x08,   /* mcumgr-client */
	UTIL = 0x10,   /* nrfutil mcu-manager */
};

static const struct {
	const char *name;
	uint8_t program;
	uint16_t src;
} programs[] = {
	{ "mcumgr", GO, TUG_SRC_MCUMGR_CLI },
	{ "mcumgr_cli", GO, TUG_SRC_MCUMGR_CLI },
	{ "mcumgr-cli", GO, TUG_SRC_MCUMGR_CLI },
	{ "newtmgr", GO, TUG_SRC_MCUMGR_CLI },
	{ "smpmgr", SMPMGR, TUG_SRC_SMPMGR },
	{ "mcumgrctl", CTL, TUG_SRC_MCUMGRCTL },
	{ "mcumgr-client", RUST, TUG_SRC_OTHER_CLIENT },
	{ "mcumgr_client", RUST, TUG_SRC_OTHER_CLIENT },
	{ "nrfutil", UTIL, TUG_SRC_OTHER_CLIENT },
};

/* What may follow a command's words. */
enum args {
	NO_ARGS, /* nothing but numbers */
	HASH,    /* a hash, or nothing */
	A_FILE,  /* one file name */
	TEXT,    /* anything */
};

/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order in which rows are read */
static const struct {
	uint8_t program;
	const char *word[2];
	uint8_t args;
	bool update;
	uint8_t op;
	uint16_t group;
	uint8_t id;
} commands[] = {
	{ GO, { "image", "list" }, NO_ARGS, false, TUG_SMP_READ, TUG_GRP_IMG, 0 },
	{ GO, { "image", "test" }, HASH, false, TUG_SMP_WRITE, TUG_GRP_IMG, 0 },
	{ GO, { "image", "confirm" }, HASH, false, TUG_SMP_WRITE, TUG_GRP_IMG, 0 },
	{ GO | SMPMGR | CTL, { "image", "upload" }, A_FILE, false, TUG_SMP_WRITE, TUG_GRP_IMG, 1 },
	{ GO | SMPMGR | CTL, { "image", "erase" }, NO_ARGS, false, TUG_SMP_WRITE, TUG_GRP_IMG, 5 },
	{ GO | RUST, { "reset", NULL }, NO_ARGS, false, TUG_SMP_WRITE, TUG_GRP_OS, 5 },
	{ GO | RUST, { "echo", NULL }, TEXT, false, TUG_SMP_WRITE, TUG_GRP_OS, 0 },
	{ GO, { "taskstat", NULL }, NO_ARGS, false, TUG_SMP_READ, TUG_GRP_OS, 2 },
	{ GO, { "mpstat", NULL }, NO_ARGS, false, TUG_SMP_READ, TUG_GRP_OS, 3 },
	{ GO, { "datetime", NULL }, TEXT, false, TUG_SMP_READ, TUG_GRP_OS, 4 },
	{ GO, { "stat", "list" }, NO_ARGS, false, TUG_SMP_READ, TUG_GRP_STAT, 1 },
	{ GO, { "fs", "upload" }, TEXT, false, TUG_SMP_WRITE, TUG_GRP_FS, 0 },
	{ GO, { "fs", "download" }, TEXT, false, TUG_SMP_READ, TUG_GRP_FS, 0 },
	{ GO, { "shell", "exec" }, TEXT, false, TUG_SMP_WRITE, TUG_GRP_SHELL, 0 },
	{ SMPMGR, { "image", "state-read" }, NO_ARGS, false, TUG_SMP_READ, TUG_GRP_IMG, 0 },
	{ SMPMGR, { "image", "state-write" }, HASH, false, TUG_SMP_WRITE, TUG_GRP_IMG, 0 },
	{ SMPMGR | CTL, { "os", "reset" }, NO_ARGS, false, TUG_SMP_WRITE, TUG_GRP_OS, 5 },
	{ SMPMGR | CTL, { "os", "echo" }, TEXT, false, TUG_SMP_WRITE, TUG_GRP_OS, 0 },
	{ SMPMGR, { "upgrade", NULL }, A_FILE, true, TUG_SMP_WRITE, TUG_GRP_IMG, 1 },
	{ CTL, { "image", "get-state" }, NO_ARGS, false, TUG_SMP_READ, TUG_GRP_IMG, 0 },
	{ CTL, { "image", "set-state" }, HASH, false, TUG_SMP_WRITE, TUG_GRP_IMG, 0 },
	{ CTL, { "image", "slot-info" }, NO_ARGS, false, TUG_SMP_READ, TUG_GRP_IMG, 6 },
	{ CTL, { "os", "system-reset" }, NO_ARGS, false, TUG_SMP_WRITE, TUG_GRP_OS, 5 },
	{ CTL, { "os", "bootloader-info" }, NO_ARGS, false, TUG_SMP_READ, TUG_GRP_OS, 8 },
	{ CTL, { "os", "mcumgr-parameters" }, NO_ARGS, false, TUG_SMP_READ, TUG_GRP_OS, 6 },
	{ CTL, { "zephyr", "erase-storage" }, NO_ARGS, false, TUG_SMP_WRITE, TUG_GRP_ZBASIC, 0 },
	{ CTL, { "firmware", "update" }, A_FILE, true, TUG_SMP_WRITE, TUG_GRP_IMG, 1 },
	{ RUST, { "list", NULL }, NO_ARGS, false, TUG_SMP_READ, TUG_GRP_IMG, 0 },
	{ RUST, { "upload", NULL }, A_FILE, false, TUG_SMP_WRITE, TUG_GRP_IMG, 1 },
	{ RUST, { "test", NULL }, HASH, false, TUG_SMP_WRITE, TUG_GRP_IMG, 0 },
	{ RUST, { "erase", NULL }, NO_ARGS, false, TUG_SMP_WRITE, TUG_GRP_IMG, 5 },
	{ UTIL, { "image-list", NULL }, NO_ARGS, false, TUG_SMP_READ, TUG_GRP_IMG, 0 },
	{ UTIL, { "image-upload", NULL }, TEXT, false, TUG_SMP_WRITE, TUG_GRP_IMG, 1 },
	{ UTIL, { "image-test", NULL }, HASH, false, TUG_SMP_WRITE, TUG_GRP_IMG, 0 },
	{ UTIL, { "image-confirm", NULL }, HASH, false, TUG_SMP_WRITE, TUG_GRP_IMG, 0 },
	{ UTIL, { "image-erase", NULL }, NO_ARGS, false, TUG_SMP_WRITE, TUG_GRP_IMG, 5 },
	{ UTIL, { "reset", NULL }, NO_ARGS, false, TUG_SMP_WRITE, TUG_GRP_OS, 5 },
	{ UTIL, { "parameters-request", NULL }, NO_ARGS, false, TUG_SMP_READ, TUG_GRP_OS, 6 },
	{ UTIL, { "bootloader-mode-get", NULL }, NO_ARGS, false, TUG_SMP_READ, TUG_GRP_OS, 8 },
	{ UTIL, { "bootloader-name-get", NULL }, NO_ARGS, false, TUG_SMP_READ, TUG_GRP_OS, 8 },
};

/* Options that are followed by a value. "" in the second column: nothing to learn from it but the value. */
static const struct {
	const char *name;
	const char *transport;
} valued[] = {
	{ "-c", "" },		 { "--conn", "" },	    { "--conntype", "=" },    { "--connstring", "?" },
	{ "--connextra", "?" },	 { "-t", "" },		    { "--timeout", "" },      { "-r", "" },
	{ "--tries", "" },	 { "--retries", "" },	    { "-l", "" },	      { "--loglevel", "" },
	{ "--name", "" },	 { "-i", "" },		    { "--hci", "" },	      { "-d", "serial" },
	{ "--device", "serial" }, { "-s", "" },		    { "--slot", "" },	      { "-m", "" },
	{ "--mtu", "" },	 { "-b", "" },		    { "--baud", "" },	      { "--baudrate", "" },
	{ "--port", "serial" },	 { "--ip", "udp" },	    { "--udp", "udp" },	      { "--ble", "ble" },
	{ "--line-length", "" }, { "--line-buffers", "" },  { "--logfile", "" },      { "--plugin-path", "" },
	{ "--serial", "serial" }, { "-u", "serial" },	    { "--usb-serial", "serial" }, { "--serial-port", "serial" },
	{ "--firmware", "" },	 { "--hash", "#" },	    { "--image-number", "n" }, { "--image", "n" },
	{ "-n", "n" },		 { "-w", "" },		    { "--maxwinsize", "" },   { "--hci-serial-port", "ble" },
	{ "--smp-frame-size", "" }, { "--format", "" },	    { "--checksum", "" },     { "--confirm", "" },
};

struct parse {
	uint8_t program;
	struct tug_dg_dump_cli *out;
	struct tug_slice word[4]; /* words that are no options */
	unsigned words;           /* of these, also those that do not fit */
	bool options;             /* there was an option */
	bool docs;                /* a placeholder: this is a usage text */
};

/* The next word, quotes kept together. */
static bool next_word(struct tug_slice *s, struct tug_slice *word)
{
	uint8_t quote = 0;
	size_t n = 0;

	*s = tug_dg_trim(*s);
	while (n < s->len && (quote != 0 || (s->p[n] != ' ' && s->p[n] != '\t'))) {
		uint8_t c = s->p[n];

		quote = quote == c ? 0 : quote == 0 && (c == '"' || c == '\'') ? c : quote;
		n++;
	}
	*word = tug_slice_of(s->p, n);
	*s = tug_slice_of(s->p + n, s->len - n);
	return n > 0;
}

static struct tug_slice unquote(struct tug_slice s)
{
	while (s.len > 0 && strchr("\"'`*", s.p[0]) != NULL) {
		s = tug_slice_of(s.p + 1, s.len - 1);
	}
	while (s.len > 0 && strchr("\"'`*", s.p[s.len - 1]) != NULL) {
		s.len--;
	}
	return s;
}

/* Words that may stand between prompt and program. */
static bool is_prefix_word(struct tug_slice w)
{
	static const char *const words[] = { "sudo", "-E", "env", "time", "exec", "nohup", "RUNNING", "&", "+", "$>" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (tug_dg_is(w, words[i])) {
			return true;
		}
	}
	return tug_dg_find(w, "=") != NULL && isupper(w.p[0]);
}

static bool has_any(struct tug_slice s, const char *chars)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] != '\0' && strchr(chars, s.p[i]) != NULL) {
			return true;
		}
	}
	return false;
}

/* "mcumgr>": a name and the mark. */
static bool is_named_prompt(struct tug_slice w)
{
	for (size_t i = 0; i + 1 < w.len; i++) {
		if (!isalnum(w.p[i]) && w.p[i] != '-' && w.p[i] != '_') {
			return false;
		}
	}
	return w.len > 1 && w.p[w.len - 1] == '>';
}

/* Is `w` the end of a prompt? "$", "user@host:~$", "C:\>", "[x]#", an arrow. */
static bool is_prompt_word(struct tug_slice w)
{
	w = unquote(w);
	if (w.len == 0) {
		return true;
	}
	if (w.p[0] >= 0x80) {
		return true;
	}
	if (strchr("$#>%", w.p[w.len - 1]) == NULL) {
		return false;
	}
	return w.len == 1 || w.p[0] == '$' || has_any(w, "@:~/\\])") || is_named_prompt(w);
}

/* Is what stands before the program's name what terminals put there? */
static bool is_prompt(struct tug_slice before, struct tug_slice head, bool *shown)
{
	struct tug_slice last = { NULL, 0 }, word, s = before;
	bool prefix_only = true, prompt_seen = false;

	head = unquote(head);
	*shown = has_any(head, ">$#%");
	if (*shown) {
		return has_any(head, ":/\\~@");
	}
	while (next_word(&s, &word)) {
		if (is_prefix_word(word)) {
			continue;
		}
		prefix_only = false;
		last = word;
		prompt_seen = is_prompt_word(word);
	}
	*shown = prompt_seen && last.p != NULL;
	return prefix_only || prompt_seen;
}

/* What may stand before a program's name in its word. */
static bool ends_front(uint8_t c)
{
	switch (c) {
	case '\0':
	case '/':
	case '\\':
	case '>':
	case '$':
	case '#':
	case '%':
	case '"':
	case '\'':
	case '`':
	case '*':
		return true;
	default:
		return false;
	}
}

/* The program's name in the word `w`: what is behind the path; `*at` = where it starts. */
static int program_of(struct tug_slice w, size_t *at)
{
	struct tug_slice base;
	size_t from, len;

	while (w.len > 0 && strchr("\"'`*", w.p[w.len - 1]) != NULL) {
		w.len--;
	}
	for (from = w.len; from > 0 && !ends_front(w.p[from - 1]); from--) {
	}
	len = w.len - from;
	base = tug_slice_of(w.p + from, len);
	if (len > 4 && tug_dg_is_nocase(tug_slice_of(base.p + len - 4, 4), ".exe")) {
		base.len -= 4;
	}
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		if (base.len > 0 && (base.p[0] | 0x20) == programs[i].name[0] && tug_dg_is_nocase(base, programs[i].name)) {
			*at = from;
			return (int)i;
		}
	}
	return -1;
}

static void set_transport(struct tug_dg_dump_cli *out, const char *name)
{
	tug_dg_copy(out->transport, sizeof(out->transport), tug_slice_of(name, strlen(name)));
}

static void set_hash(struct tug_dg_dump_cli *out, struct tug_slice text)
{
	struct tug_buf b = tug_buf_of(out->hash, sizeof(out->hash));

	text = unquote(text);
	if (text.len >= 8 && text.len <= 128 && tug_hex_decode(text, &b) == TUG_OK) {
		out->hash_len = (uint8_t)b.len;
	}
}

static void learn_connstring(struct tug_dg_dump_cli *out, struct tug_slice value)
{
	if (tug_dg_find(value, "peer_") != NULL || tug_dg_find(value, "ctlr_") != NULL) {
		set_transport(out, "ble");
	} else if (out->transport[0] == '\0' && (tug_dg_find(value, "dev=") != NULL || tug_dg_find(value, "/dev/") != NULL)) {
		set_transport(out, "serial");
	}
}

static void learn_conntype(struct tug_dg_dump_cli *out, struct tug_slice value)
{
	value = unquote(value);
	if (tug_dg_find(value, "ble") != NULL || tug_dg_find(value, "bhd") != NULL) {
		set_transport(out, "ble");
	} else if (tug_dg_find(value, "serial") != NULL) {
		set_transport(out, "serial");
	} else if (tug_dg_find(value, "udp") != NULL) {
		set_transport(out, "udp");
	}
}

static void learn(struct parse *p, const char *what, struct tug_slice value)
{
	uint64_t v;

	if (what[0] == '=') {
		learn_conntype(p->out, value);
	} else if (what[0] == '?') {
		learn_connstring(p->out, value);
	} else if (what[0] == '#') {
		set_hash(p->out, value);
	} else if (what[0] == 'n' && tug_dg_number(&value, &v)) {
		p->out->image = (uint32_t)(v & 0xff);
	} else if (what[0] != '\0' && what[0] != 'n') {
		set_transport(p->out, what);
	}
}

/* An option, and its value when it has one: "--name value", "--name=value", "-nvalue". */
static void take_option(struct parse *p, struct tug_slice word, struct tug_slice *rest)
{
	const uint8_t *eq = tug_dg_find(word, "=");
	struct tug_slice name = eq != NULL ? tug_slice_of(word.p, (size_t)(eq - word.p)) : word, value = { NULL, 0 };

	p->options = true;
	if (p->program == GO && (tug_dg_starts(word, "-l", &value)) && value.len > 0) {
		p->out->debug = tug_dg_is_nocase(value, "debug");
		return;
	}
	if (tug_dg_is(word, "-u") && p->program == GO) {
		p->out->upgrade = true;
		return;
	}
	p->out->confirm = p->out->confirm || tug_dg_is(word, "--confirm");
	p->out->upgrade = p->out->upgrade || tug_dg_is(word, "--upgrade") || tug_dg_is(word, "--upgrade-only");
	if (tug_dg_is(word, "--confirm") && p->program != RUST) {
		return;
	}
	for (size_t i = 0; i < sizeof(valued) / sizeof(valued[0]); i++) {
		if (!tug_dg_is(name, valued[i].name)) {
			continue;
		}
		if (eq != NULL) {
			value = tug_slice_of(eq + 1, word.len - name.len - 1);
		} else {
			next_word(rest, &value);
		}
		if (tug_dg_is(name, "-l") || tug_dg_is(name, "--loglevel")) {
			p->out->debug = p->program == GO && tug_dg_is_nocase(value, "debug");
		}
		if (p->program == CTL && tug_dg_is(name, "-s")) {
			set_transport(p->out, "serial");
		}
		learn(p, valued[i].transport, value);
		return;
	}
}

/* All words behind the program's name. */
static void take_words(struct parse *p, struct tug_slice rest)
{
	struct tug_slice word;

	while (next_word(&rest, &word)) {
		if (word.p[0] >= 0x80 || strchr("|;&>#", word.p[0]) != NULL || tug_dg_is(word, "2>&1")) {
			return; /* what the terminal or the next command adds */
		}
		if (word.p[0] == '<' || word.p[0] == '[' || word.p[0] == '{') {
			p->docs = true;
			return;
		}
		if (word.p[0] == '-' && word.len > 1) {
			take_option(p, word, &rest);
			continue;
		}
		if (p->words < sizeof(p->word) / sizeof(p->word[0])) {
			p->word[p->words] = unquote(word);
		}
		p->words++;
	}
}

static bool is_number(struct tug_slice s)
{
	uint64_t v;

	return tug_dg_number(&s, &v) && s.len == 0;
}

/* Do the words behind the command's own suit it? `sure`: this is a terminal, so they need not look like it. */
static bool args_suit(const struct parse *p, uint8_t args, unsigned from, bool sure)
{
	unsigned n = p->words > from ? p->words - from : 0;
	struct tug_slice first = n > 0 && from < 4 ? p->word[from] : tug_slice_of(NULL, 0);

	if (args == NO_ARGS) {
		return n == 0 || (n == 1 && is_number(first));
	}
	if (args == HASH) {
		return n == 0 || (n == 1 && (first.len == 0 || p->out->hash_len > 0 || sure));
	}
	if (args == A_FILE) {
		return n <= 1 && (sure || (n == 1 && has_any(first, "./\\$~")));
	}
	return sure;
}

static bool take_command(struct parse *p, bool sure)
{
	struct tug_dg_dump_cli *out = p->out;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		unsigned n = commands[i].word[1] != NULL ? 2 : 1;

		if ((commands[i].program & p->program) == 0 || p->words < n || !tug_dg_is(p->word[0], commands[i].word[0]) ||
		    (n == 2 && !tug_dg_is(p->word[1], commands[i].word[1]))) {
			continue;
		}
		if (commands[i].args == HASH && p->words == n + 1u) {
			set_hash(out, p->word[n]);
		}
		if (!args_suit(p, commands[i].args, n, sure)) {
			return false;
		}
		out->command = true;
		out->update = commands[i].update;
		out->hdr.op = commands[i].op;
		out->hdr.group = commands[i].group;
		out->hdr.id = commands[i].id;
		out->confirm = out->confirm || tug_dg_is(p->word[n - 1], "confirm") ||
			       tug_dg_is(p->word[n - 1], "image-confirm");
		return true;
	}
	return false;
}

/* nrfutil mcu-manager serial image-list: drop the words before the command. */
static bool drop_util_words(struct parse *p)
{
	if (p->words < 3 || !tug_dg_is(p->word[0], "mcu-manager")) {
		return false;
	}
	learn_conntype(p->out, p->word[1]);
	p->word[0] = p->word[2];
	p->word[1] = p->word[3];
	p->words -= 2;
	return true;
}

/* mcumgr conn add NAME type="serial" connstring="dev=..." */
static bool take_conn(struct parse *p)
{
	if (p->program != GO || p->words < 2 || !tug_dg_is(p->word[0], "conn")) {
		return false;
	}
	for (unsigned i = 2; i < p->words && i < 4; i++) {
		struct tug_slice value;

		if (tug_dg_starts(p->word[i], "type=", &value)) {
			learn_conntype(p->out, value);
		} else {
			learn_connstring(p->out, p->word[i]);
		}
	}
	return true;
}

/* `s` begins with one of `list` (lower case), which is cut off. */
static bool cut_any(struct tug_slice *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(list[i]);

		if (s->len >= len && tug_dg_is_nocase(tug_slice_of(s->p, len), list[i])) {
			*s = tug_slice_of(s->p + len, s->len - len);
			return true;
		}
	}
	return false;
}

/* Could a word end with a program's name? False is certain: "subsys/mgmt/mcumgr/Kconfig", "CONFIG_MCUMGR_SMP_UART". */
static bool ends_a_name(struct tug_slice text)
{
	static const char *const ends[] = { "_client", "-client", "_cli", "-cli", "ctl" };
	static const char *const exe[] = { ".exe" };
	static const char quotes[] = { ' ', '\t', '"', '\'', '`', '*' };

	for (size_t i = 1; i + 1 < text.len; i++) {
		uint8_t a = text.p[i - 1] | 0x20, b = text.p[i] | 0x20, c = text.p[i + 1] | 0x20;
		struct tug_slice rest = tug_slice_of(text.p + i + 2, text.len - i - 2);

		if (a == 't' && b == 'i' && c == 'l') { /* nrfutil */
			cut_any(&rest, exe, 1);
		} else if (a == 'm' && b == 'g' && c == 'r') {
			cut_any(&rest, ends, sizeof(ends) / sizeof(ends[0]));
			cut_any(&rest, exe, 1);
		} else {
			continue;
		}
		if (rest.len == 0 || memchr(quotes, rest.p[0], sizeof(quotes)) != NULL) {
			return true;
		}
	}
	return false;
}

/* Most lines are told apart by this. */
static bool names_a_program(struct tug_slice text)
{
	return tug_dg_find(text, "mgr") != NULL || tug_dg_find(text, "nrfutil") != NULL || tug_dg_find(text, "MGR") != NULL;
}

bool tug_dg_dump_cli(struct tug_slice text, struct tug_dg_dump_cli *out)
{
	struct parse p = { .out = out };
	struct tug_slice rest = text, word;
	size_t at = 0;
	int which = -1;
	bool shown;

	memset(out, 0, sizeof(*out));
	if (!ends_a_name(text) || !names_a_program(text)) {
		return false;
	}
	for (unsigned i = 0; i < 24 && which < 0 && next_word(&rest, &word); i++) {
		which = program_of(word, &at);
	}
	if (which < 0 ||
	    !is_prompt(tug_slice_of(text.p, (size_t)(word.p - text.p)), tug_slice_of(word.p, at), &shown)) {
		return false;
	}
	p.program = programs[which].program;
	out->src = programs[which].src;
	take_words(&p, rest);
	if (p.docs || (p.program == UTIL && !drop_util_words(&p))) {
		return false;
	}
	return take_command(&p, shown || p.options) || take_conn(&p) || (shown && p.words <= 2);
}

bool tug_dg_dump_cli_of(struct tug_dg_line *l, struct tug_slice text, uint16_t src, struct tug_dg_dump_cli *out)
{
	bool found;

	if (!tug_dg_may(l, "mgr") && !tug_dg_may(l, "nrfutil") && !tug_dg_may(l, "MGR")) {
		return false;
	}
	if (text.len > 0 && l->asked.p == text.p && l->asked.len == text.len && l->command != src) {
		return false;
	}
	found = tug_dg_dump_cli(text, out);
	l->asked = text;
	l->command = found ? out->src : 0;
	return found && out->src == src;
}
