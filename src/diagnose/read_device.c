/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: the application's console: Zephyr's log in all its forms, fault dumps, shell prompts. Text that printk made
 * is not claimed, but tells that the application runs when it follows the bootloader.
 */
#include <string.h>

#include "boots_priv.h"
#include "engine_priv.h"
#include "readers_priv.h"

/* Begins of lines that Zephyr prints when it dies, with or without level in front. */
static const char *const dumps[] = {
	"*****",
	">>> ZEPHYR FATAL ERROR",
	"FATAL ERROR ", /* not west's "FATAL ERROR: " */
	"Current thread:",
	"Faulting instruction address",
	"Halting system",
	"Resetting system",
	"ASSERTION FAIL",
	"r0/a1:",
	"r3/a4:",
	"xpsr:",
	"EXC_RETURN",
	"MMFAR Address",
	"BFAR Address",
	"Stacking error",
	"Data Access Violation",
	"Instruction Access Violation",
	"Precise data bus error",
	"Imprecise data bus error",
	"Illegal use of the EPSR",
	"Bus fault on vector table read",
	"Fault escalation",
	"Arithmetic exception",
};

static bool is_dump(struct tug_slice text)
{
	for (size_t i = 0; text.len > 0 && i < sizeof(dumps) / sizeof(dumps[0]); i++) {
		if (text.p[0] == (uint8_t)dumps[i][0] && tug_dg_starts(text, dumps[i], NULL)) {
			return text.p[0] != '*' || tug_dg_find(text, "FAULT") != NULL || tug_dg_find(text, "FATAL") != NULL ||
			       tug_dg_find(text, "verflow") != NULL;
		}
	}
	return false;
}

static void row(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_dg_says *s, bool bad)
{
	struct tug_evidence at;

	tug_dg_here(l, &at);
	tug_dg_row(d, TUG_ROW_APP, &at, bad, s->text);
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	struct tug_dg_says s;
	bool sure, dump;

	(void)state;
	if (l->src == TUG_SRC_BOOT) {
		return TUG_NOT_MINE; /* a swap type that the application printed: taken already */
	}
	tug_dg_says(l->text, &s);
	dump = is_dump(s.text);
	/* "E: " alone is also apt's and others': only next to a console. */
	sure = dump || s.zephyr || (s.minimal && tug_dg_console_near(d, l)) || (s.bracket && tug_dg_console_near(d, l));
	tug_dg_console_app(d, l, &s, sure || s.prompt);
	if (sure) {
		if (s.level != 0) {
			l->level = s.level;
		} else if (dump) {
			l->level = 'E';
		}
		l->body = s.text;
		l->ms = l->ms < 0 ? s.ms : l->ms;
		if (s.level == 'E' || s.level == 'W' || dump) {
			row(d, l, &s, s.level == 'E' || dump);
		}
		return TUG_MINE;
	}
	return s.prompt ? TUG_SHARED : TUG_NOT_MINE;
}

const struct tug_reader tug_reader_device = {
	.kind = "device console",
	.expect = "a console of the device",
	.src = TUG_SRC_DEVICE,
	.line = line,
};
