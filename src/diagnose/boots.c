/* SPDX-License-Identifier: Apache-2.0
 *
 * Follows the console of bootloader and application: one record a boot, who printed a banner that both print, and
 * what the application says of its slots. Old SDKs print one and the same banner in both: what follows decides.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "boots_priv.h"
#include "engine_priv.h"

#define NEAR 4u /* lines within which pieces of one console follow each other */

struct tug_dg_console {
	uint16_t input;              /* input the rest is about */
	bool any;                    /* it is about one */
	bool open;                   /* the latest boot is of this input and goes on */
	bool first_stage;            /* it began with the stage before MCUboot */
	bool pending;                /* a banner that may be of either */
	struct tug_evidence pending_at;
	bool loose;                  /* a swap type outside a boot that may be a fragment's */
	struct tug_evidence loose_at;
	char loose_swap[8];
	char app_swap_before[8];     /* what app_swap was before it */
	struct tug_evidence app_swap_before_at;
	uint32_t last;               /* line of the latest console line, 0 = none */
	uint32_t gap;                /* latest blank line or fence behind it */
};

struct tug_dg_console *tug_dg_console_new(void)
{
	return calloc(1, sizeof(struct tug_dg_console));
}

void tug_dg_console_free(struct tug_dg_console *c)
{
	free(c);
}

/* The state for the input of this line. */
static struct tug_dg_console *console_of(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_dg_console *c = d->console;

	if (!c->any || c->input != l->input) {
		memset(c, 0, sizeof(*c));
		c->any = true;
		c->input = l->input;
	}
	return c;
}

static struct tug_dg_boot *current(const struct tug_diag *d)
{
	struct tug_dg_boots *b = &d->facts->boots;

	return d->console->open && b->n > 0 ? &b->boot[b->n - 1] : NULL;
}

static void clear_trailer(struct tug_dg_trailer *t)
{
	memset(t, 0, sizeof(*t));
	t->swap_type = t->copy_done = t->image_ok = -1;
}

/* A line of its own for a place met before. */
static void restarted_at(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_evidence *at)
{
	struct tug_dg_line then = *l;

	then.no = at->line;
	then.ms = at->ms;
	then.text = tug_slice_of(at->text, strlen(at->text));
	then.body = then.text;
	tug_dg_restarted(d, &then);
}

static struct tug_dg_boot *begin(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_evidence *at)
{
	struct tug_dg_boots *b = &d->facts->boots;
	struct tug_dg_boot *boot;

	if (b->boot == NULL) {
		b->boot = b->room;
	}
	if (b->n == TUG_DG_BOOTS) {
		b->n--;
		b->boot++;
		if (b->boot + TUG_DG_BOOTS > b->room + sizeof(b->room) / sizeof(b->room[0])) {
			memcpy(b->room, b->boot, b->n * sizeof(b->room[0]));
			b->boot = b->room;
		}
	}
	boot = &b->boot[b->n++];
	b->total++;
	memset(boot, 0, sizeof(*boot));
	clear_trailer(&boot->primary);
	clear_trailer(&boot->secondary);
	boot->at = *at;
	d->console->open = true;
	d->console->first_stage = false;
	d->console->pending = false;
	restarted_at(d, l, at);
	return boot;
}

static void note_chip(struct tug_diag *d, struct tug_slice text)
{
	static const char *const chips[] = { "nrf52805", "nrf52810", "nrf52811", "nrf52820", "nrf52832", "nrf52833",
					     "nrf52840", "nrf5340",  "nrf54l05", "nrf54l10", "nrf54l15", "nrf54lm20",
					     "nrf54h20", "nrf9131",  "nrf9151",  "nrf9160",  "nrf9161" };
	char *chip = d->facts->smp.device.chip;

	for (size_t i = 0; chip[0] == '\0' && i + 7 <= text.len; i++) {
		if ((text.p[i] | 0x20) != 'n' || tolower(text.p[i + 1]) != 'r' || tolower(text.p[i + 2]) != 'f') {
			continue;
		}
		for (size_t k = 0; k < sizeof(chips) / sizeof(chips[0]); k++) {
			size_t n = strlen(chips[k]);

			if (text.len - i >= n && tug_dg_is_nocase(tug_slice_of(text.p + i, n), chips[k])) {
				memcpy(chip, chips[k], n + 1);
				break;
			}
		}
	}
}

static void note_mode(struct tug_diag *d, const struct tug_dg_line *l, int32_t mode)
{
	if (d->facts->smp.device.mode < 0) {
		d->facts->smp.device.mode = mode;
		tug_dg_here(l, &d->facts->smp.device.mode_at);
	}
}

/* The banner that waited is the bootloader's. */
static struct tug_dg_boot *pending_is_boot(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_evidence at = d->console->pending_at;
	struct tug_dg_boot *boot = current(d);

	if (boot == NULL || !d->console->first_stage || boot->started || boot->jumped) {
		boot = begin(d, l, &at);
	}
	d->console->pending = false; /* behind the first stage it is the second banner of one boot */
	boot->banner = true;
	return boot;
}

/* The banner that waited is the application's. */
static void pending_is_app(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_dg_console *c = d->console;
	struct tug_dg_boots *b = &d->facts->boots;
	struct tug_dg_boot *boot = current(d);

	c->pending = false;
	if (boot != NULL && (boot->started || boot->banner) && !boot->jumped && !boot->complained) {
		boot->jumped = boot->app = true; /* the line that says so was cut or is not built in */
		boot->jump_at = c->pending_at;
		return;
	}
	c->open = false;
	if (b->total == 0 && !b->app_first) {
		b->app_first = true;
		b->app_at = c->pending_at;
	}
	restarted_at(d, l, &c->pending_at);
}

static void seen_here(struct tug_diag *d, const struct tug_dg_line *l)
{
	d->console->last = l->no;
}

bool tug_dg_console_near(const struct tug_diag *d, const struct tug_dg_line *l)
{
	const struct tug_dg_console *c = d->console;

	return c->any && c->input == l->input && c->last > 0 && l->no - c->last <= NEAR;
}

bool tug_dg_console_in_boot(const struct tug_diag *d, const struct tug_dg_line *l)
{
	const struct tug_dg_console *c = d->console;
	const struct tug_dg_boot *boot = current(d);

	return c->any && c->input == l->input && !c->pending && boot != NULL && !boot->jumped;
}

/* ---- banners ------------------------------------------------------------------------------------------------ */

/* Versions in "nRF Connect SDK v2.6.1-3758bcbfa5cd", "Zephyr OS build v3.5.99-ncs1". `mine` = the application's. */
static void banner_version(struct tug_diag *d, const struct tug_dg_line *l, struct tug_slice text, bool mine)
{
	struct tug_dg_versions *v = &d->facts->version;
	struct tug_dg_version *which = NULL;
	struct tug_slice rest = tug_dg_after(text, "nRF Connect SDK ");

	if (rest.p != NULL) {
		/* NCS 2.6 prints the Zephyr version under the name of the SDK. */
		which = tug_dg_find(rest, "-ncs") != NULL ? &v->zephyr : &v->ncs;
	} else if ((rest = tug_dg_after(text, "Zephyr OS ")).p != NULL) {
		which = &v->zephyr;
		tug_dg_starts(rest, "build ", &rest);
		tug_dg_starts(rest, "version ", &rest);
		tug_dg_starts(rest, "zephyr-", &rest);
	}
	if (which != NULL && (mine || which->v == 0)) {
		tug_dg_version_found(d, l, which, tug_dg_word(&rest));
	}
}

static void mcuboot_banner(struct tug_diag *d, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_dg_boot *boot = current(d);
	struct tug_slice rest = text;
	struct tug_evidence at;

	tug_dg_here(l, &at);
	if (boot == NULL || boot->started || boot->jumped || !d->console->first_stage) {
		boot = begin(d, l, &at);
	}
	d->console->first_stage = false;
	boot->banner = true;
	tug_dg_word(&rest); /* "Booting" */
	tug_dg_word(&rest); /* "MCUboot" */
	tug_dg_starts(tug_dg_trim(rest), "build ", &rest);
	tug_dg_version_found(d, l, &d->facts->version.mcuboot, tug_dg_word(&rest));
	tug_dg_row(d, TUG_ROW_BOOT, &at, false, text);
}

static bool names_mcuboot(struct tug_slice text)
{
	struct tug_slice rest = text;

	tug_dg_word(&rest);
	return tug_dg_is_nocase(tug_dg_word(&rest), "mcuboot");
}

void tug_dg_console_banner(struct tug_diag *d, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_dg_console *c = console_of(d, l);
	struct tug_dg_boot *boot = current(d);
	bool near = tug_dg_console_near(d, l), using = tug_dg_starts(text, "Using ", NULL), mine;

	note_chip(d, text);
	if (names_mcuboot(text)) {
		mcuboot_banner(d, l, text);
	} else if (using && near && (c->pending || boot != NULL)) {
		mine = boot != NULL && boot->app && !c->pending;
		banner_version(d, l, text, mine);
	} else if (boot != NULL && boot->jumped && !boot->app && !using) {
		struct tug_evidence at;

		tug_dg_here(l, &at);
		boot->app = true;
		banner_version(d, l, text, true);
		tug_dg_row(d, TUG_ROW_APP, &at, false, text);
	} else {
		c->pending = true;
		tug_dg_here(l, &c->pending_at);
		banner_version(d, l, text, false);
	}
	seen_here(d, l);
}

/* ---- lines of the bootloader -------------------------------------------------------------------------------- */

static int number_after(struct tug_slice text, const char *name)
{
	struct tug_slice rest = tug_dg_after(text, name);
	uint64_t v;

	return rest.p != NULL && tug_dg_number(&rest, &v) && v <= 255 ? (int)v : -1;
}

/* `word` up to a comma or a blank, into `dst` [cap]. */
static void copy_word(char *dst, size_t cap, struct tug_slice s)
{
	size_t n = 0;

	s = tug_dg_trim(s);
	while (n < s.len && n + 1 < cap && isalpha(s.p[n])) {
		dst[n] = (char)tolower(s.p[n]);
		n++;
	}
	dst[n] = '\0';
}

static void trailer(const struct tug_dg_line *l, struct tug_slice text, struct tug_dg_trailer *t)
{
	struct tug_dg_trailer now;

	clear_trailer(&now);
	now.known = true;
	copy_word(now.magic, sizeof(now.magic), tug_dg_after(text, "magic="));
	now.swap_type = number_after(text, "swap_type=");
	now.copy_done = number_after(text, "copy_done=");
	now.image_ok = number_after(text, "image_ok=");
	tug_dg_here(l, &now.at);
	/* Of several images the one that is to be swapped tells more. */
	if (!t->known || (strcmp(t->magic, "unset") == 0 && strcmp(now.magic, "unset") != 0)) {
		*t = now;
	}
}

static void swap_word(struct tug_slice text, char *dst, size_t cap)
{
	copy_word(dst, cap, tug_dg_after(text, "wap type:"));
}

static void boot_swap(struct tug_dg_boot *boot, const char *word, const struct tug_evidence *at)
{
	if (word[0] != '\0' && (boot->swap[0] == '\0' || strcmp(word, "none") != 0)) {
		memcpy(boot->swap, word, sizeof(boot->swap));
		boot->swap_at = *at;
	}
}

/* A swap type outside a boot: the application's, unless the bootloader's lines follow at once. */
static void app_swap(struct tug_diag *d, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_dg_console *c = d->console;
	struct tug_dg_boots *b = &d->facts->boots;
	struct tug_slice index = tug_dg_after(text, "mage index:");
	uint64_t image;

	if (index.p != NULL && tug_dg_number(&index, &image) && image > 0) {
		return; /* of another image than the trailers that MCUboot prints */
	}
	memcpy(c->app_swap_before, b->app_swap, sizeof(b->app_swap));
	c->app_swap_before_at = b->app_swap_at;
	swap_word(text, b->app_swap, sizeof(b->app_swap));
	tug_dg_here(l, &b->app_swap_at);
	memcpy(c->loose_swap, b->app_swap, sizeof(c->loose_swap));
	c->loose_at = b->app_swap_at;
	c->loose = current(d) == NULL;
}

/* A boot whose beginning was not pasted. */
static struct tug_dg_boot *begin_fragment(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_dg_console *c = d->console;
	struct tug_evidence at;
	bool loose = c->loose && l->no - c->loose_at.line <= NEAR;
	struct tug_dg_boot *boot;

	tug_dg_here(l, &at);
	boot = begin(d, l, loose ? &c->loose_at : &at);
	if (loose) {
		boot_swap(boot, c->loose_swap, &c->loose_at);
		memcpy(d->facts->boots.app_swap, c->app_swap_before, sizeof(c->app_swap_before));
		d->facts->boots.app_swap_at = c->app_swap_before_at;
	}
	c->loose = false;
	return boot;
}

/* The boot that a line which begins one belongs to. */
static struct tug_dg_boot *starting(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_dg_boot *boot = current(d);
	struct tug_evidence at;

	if (d->console->pending) {
		return pending_is_boot(d, l);
	}
	if (boot != NULL && !boot->started && !boot->jumped && (boot->banner || d->console->first_stage)) {
		return boot;
	}
	tug_dg_here(l, &at);
	return begin(d, l, &at);
}

/* The boot that a line within one belongs to. */
static struct tug_dg_boot *going_on(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_dg_boot *boot = current(d);

	if (d->console->pending) {
		return pending_is_boot(d, l);
	}
	return boot == NULL || boot->jumped ? begin_fragment(d, l) : boot;
}

static void algorithm(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_boot *boot, struct tug_slice text)
{
	static const struct {
		const char *name;
		int32_t mode;
	} modes[] = { { "scratch", 1 }, { "move", 3 }, { "offset", 9 } };

	copy_word(boot->algorithm, sizeof(boot->algorithm), tug_dg_after(text, "using "));
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(boot->algorithm, modes[i].name) == 0) {
			note_mode(d, l, modes[i].mode);
		}
	}
}

static void overwrite(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_boot *boot)
{
	memcpy(boot->algorithm, "overwrite", sizeof("overwrite"));
	if (!boot->primary.known && boot->source[0] == '\0') {
		note_mode(d, l, 2); /* with trailers read, it is the first start of a bootstrap in a swap build */
	}
}

static void boot_word(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_dg_says *s, enum tug_dg_word w,
		      struct tug_dg_boot *boot)
{
	struct tug_evidence at;
	char word[8];

	tug_dg_here(l, &at);
	switch (w) {
	case TUG_WORD_XIP:
		note_mode(d, l, 4);
		boot->started = true;
		break;
	case TUG_WORD_START:
		boot->started = true;
		break;
	case TUG_WORD_FIRST:
		d->console->first_stage = true;
		break;
	case TUG_WORD_PRIMARY:
		trailer(l, s->text, &boot->primary);
		break;
	case TUG_WORD_SECONDARY:
		trailer(l, s->text, &boot->secondary);
		break;
	case TUG_WORD_SCRATCH:
		note_mode(d, l, 1);
		break;
	case TUG_WORD_SOURCE:
		copy_word(boot->source, sizeof(boot->source), tug_dg_after(s->text, "source:"));
		break;
	case TUG_WORD_SWAP:
		swap_word(s->text, word, sizeof(word));
		boot_swap(boot, word, &at);
		break;
	case TUG_WORD_ALGORITHM:
		algorithm(d, l, boot, s->text);
		break;
	case TUG_WORD_OVERWRITE:
		overwrite(d, l, boot);
		break;
	case TUG_WORD_JUMP:
		boot->jumped = true;
		boot->jump_at = at;
		break;
	case TUG_WORD_BACK:
		boot->jumped = false;
		break;
	case TUG_WORD_RECOVERY:
		boot->recovery = true;
		break;
	case TUG_WORD_OTHER:
		break;
	}
	if ((s->level == 'W' || s->level == 'E') && !boot->complained) {
		boot->complained = true;
		boot->complaint = at;
	}
}

bool tug_dg_console_boot(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_dg_says *s, enum tug_dg_word w)
{
	struct tug_dg_console *c = console_of(d, l);
	struct tug_dg_boot *boot = current(d);
	struct tug_evidence at;
	bool bad = s->level == 'W' || s->level == 'E';

	tug_dg_here(l, &at);
	if (w == TUG_WORD_SWAP && (boot == NULL || boot->jumped || c->pending || tug_dg_is(s->module, "mcuboot_util"))) {
		if (c->pending) {
			pending_is_app(d, l);
		} else if (boot != NULL && boot->jumped) {
			boot->app = true;
		}
		app_swap(d, l, s->text);
		tug_dg_row(d, TUG_ROW_APP, &at, false, s->text);
		seen_here(d, l);
		return false;
	}
	if (w == TUG_WORD_START || w == TUG_WORD_XIP || (w == TUG_WORD_FIRST && (boot == NULL || !c->first_stage || boot->jumped))) {
		boot = starting(d, l);
	} else if (w != TUG_WORD_BACK || boot == NULL) {
		boot = going_on(d, l);
	}
	c->loose = false;
	boot_word(d, l, s, w, boot);
	note_chip(d, s->text);
	tug_dg_row(d, TUG_ROW_BOOT, &at, bad, s->text);
	seen_here(d, l);
	return true;
}

/* ---- lines of others ---------------------------------------------------------------------------------------- */

void tug_dg_console_swap_info(struct tug_diag *d, const struct tug_dg_line *l, struct tug_slice text)
{
	struct tug_dg_console *c = console_of(d, l);
	struct tug_dg_boots *b = &d->facts->boots;
	struct tug_dg_boot *boot = current(d);
	struct tug_slice rest = tug_dg_after(text, " (");
	uint64_t addr;

	seen_here(d, l);
	if (boot != NULL && !boot->jumped && !c->pending) {
		return; /* the bootloader's own, while it swaps */
	}
	if (c->pending) {
		pending_is_app(d, l);
	} else if (boot != NULL) {
		boot->app = true;
	}
	b->wrote_swap_info = true;
	b->swap_info_type = number_after(text, "swap_type=");
	b->swap_info_addr = rest.p != NULL && tug_dg_number(&rest, &addr) ? addr : 0;
	tug_dg_here(l, &b->swap_info_at);
}

/* Drivers start before either prints its first line: they do not tell whose banner it was. */
static bool is_driver(struct tug_slice module)
{
	static const char *const begins[] = { "spi_nor", "qspi", "flash", "nordic_qspi", "soc_flash", "usb", "clock", "udc", "wdt",
					      "fs_nvs", "littlefs", "nrf_" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		if (module.len > 0 && module.p[0] == (uint8_t)begins[i][0] && tug_dg_starts(module, begins[i], NULL)) {
			return true;
		}
	}
	return false;
}

/* What a file or a fence begins with that was pasted behind a console. */
static bool other_text(struct tug_slice text)
{
	static const char *const begins[] = { "CONFIG_", "SB_CONFIG_", "```", "#", "//", "/*", "$ ", "&", "--", "==" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		if (text.p[0] == (uint8_t)begins[i][0] && tug_dg_starts(text, begins[i], NULL)) {
			return true;
		}
	}
	return false;
}

void tug_dg_console_app(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_dg_says *s, bool sure)
{
	struct tug_dg_console *c = console_of(d, l);
	struct tug_dg_boot *boot = current(d);

	if (s->text.len == 0 || (!sure && other_text(s->text))) {
		c->gap = s->prompt ? c->gap : l->no;
		return;
	}
	if (!sure && (c->gap >= c->last || !tug_dg_console_near(d, l))) {
		return; /* prose, as far as one can tell */
	}
	if (c->pending && !is_driver(s->module)) {
		pending_is_app(d, l);
	} else if (!c->pending && boot != NULL && boot->jumped) {
		boot->app = true;
	}
	note_chip(d, s->text);
	if (sure) {
		seen_here(d, l);
	}
}

void tug_dg_console_end(struct tug_diag *d)
{
	d->console->any = false;
	d->console->open = false;
}
