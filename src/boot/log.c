/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes console lines in MCUboot's wording without stdio. Refuses to know where they go. Called by src/boot.
 */
#include "boot_priv.h"

void boot_say_str(struct boot *b, const char *text)
{
	while (*text != '\0' && b->line_len < BOOT_LINE) {
		b->line[b->line_len++] = *text++;
	}
}

void boot_say(struct boot *b, const char *text)
{
	b->line_len = 0;
	boot_say_str(b, text);
}

static void number(struct boot *b, uint32_t v, uint32_t base)
{
	char digits[12];
	size_t n = sizeof(digits) - 1u;

	digits[n] = '\0';
	do {
		digits[--n] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v != 0);
	boot_say_str(b, &digits[n]);
}

void boot_say_dec(struct boot *b, uint32_t v)
{
	number(b, v, 10);
}

void boot_say_hex(struct boot *b, uint32_t v)
{
	boot_say_str(b, "0x");
	number(b, v, 16);
}

void boot_say_end(struct boot *b, enum tug_log_level level)
{
	if (b->cfg->log.line != NULL) {
		b->cfg->log.line(b->cfg->log.ctx, level, tug_slice_of(b->line, b->line_len));
	}
}

void boot_log(struct boot *b, enum tug_log_level level, const char *text)
{
	boot_say(b, text);
	boot_say_end(b, level);
}

static const char *magic_text(enum tug_tri magic)
{
	return magic == TUG_GOOD ? "good" : magic == TUG_BAD ? "bad" : "unset";
}

void boot_log_trailer(struct boot *b, const char *who, const struct tug_trailer *t)
{
	boot_say(b, who);
	boot_say_str(b, ": magic=");
	boot_say_str(b, magic_text(t->magic));
	boot_say_str(b, ", swap_type=");
	boot_say_hex(b, t->swap_type);
	boot_say_str(b, ", copy_done=");
	boot_say_hex(b, (uint32_t)t->copy_done);
	boot_say_str(b, ", image_ok=");
	boot_say_hex(b, (uint32_t)t->image_ok);
	boot_say_end(b, TUG_LOG_INF);
}

const char *boot_swap_text(enum tug_swap_type type)
{
	switch (type) {
	case TUG_SWAP_NONE:
		return "none";
	case TUG_SWAP_TEST:
		return "test";
	case TUG_SWAP_PERM:
		return "perm";
	case TUG_SWAP_REVERT:
		return "revert";
	case TUG_SWAP_FAIL:
		return "fail";
	case TUG_SWAP_PANIC:
		return "panic";
	}
	return "unknown";
}
