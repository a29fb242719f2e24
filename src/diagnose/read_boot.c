/* SPDX-License-Identifier: Apache-2.0
 *
 * Reader: MCUboot console, in the forms of Zephyr (minimal and full), Mynewt and TF-M, Mbed and Espressif, with what
 * terminals put in front, and with several lines joined to one as forums do it. Sources: docs/diagnosis.md, consoles.
 */
#include <ctype.h>
#include <string.h>

#include "boots_priv.h"
#include "readers_priv.h"

#define PIECES 64u

/* What the bootloader prints, from the begin of the text; '#' stands for a number. */
static const struct {
	const char *begin;
	enum tug_dg_word word;
} known[] = {
	{ "Starting bootloader", TUG_WORD_START },
	{ "Starting Direct-XIP bootloader", TUG_WORD_XIP },
	{ "Starting MCUboot", TUG_WORD_START },
	{ "MCUboot Bootloader Started", TUG_WORD_START },
	{ "MCUBoot Bootloader Started", TUG_WORD_START },
	{ "Attempting to boot slot", TUG_WORD_FIRST },
	{ "Attempting to boot from address", TUG_WORD_FIRST },
	{ "Verifying signature against key", TUG_WORD_FIRST },
	{ "Firmware signature verified", TUG_WORD_FIRST },
	{ "Setting monotonic counter", TUG_WORD_FIRST },
	{ "Primary image: magic", TUG_WORD_PRIMARY },
	{ "Secondary image: magic", TUG_WORD_SECONDARY },
	{ "Scratch: magic", TUG_WORD_SCRATCH },
	{ "Boot source: ", TUG_WORD_SOURCE },
	{ "Swap type: ", TUG_WORD_SWAP },
	{ "Image index: #, Swap type: ", TUG_WORD_SWAP },
	{ "Starting swap using ", TUG_WORD_ALGORITHM },
	{ "Image # upgrade secondary slot -> primary slot", TUG_WORD_OVERWRITE },
	{ "Image upgrade secondary slot -> primary slot", TUG_WORD_OVERWRITE },
	{ "Jumping to the first image slot", TUG_WORD_JUMP },
	{ "Jumping to the image slot", TUG_WORD_JUMP },
	{ "Booting firmware image at ", TUG_WORD_JUMP },
	{ "Loading image # - slot # from flash", TUG_WORD_JUMP },
	{ "Enter the serial recovery mode", TUG_WORD_RECOVERY },
	{ "Erasing the primary slot", TUG_WORD_OTHER },
	{ "Image # copying the secondary slot", TUG_WORD_OTHER },
	{ "Copying the secondary slot to the primary slot", TUG_WORD_OTHER },
	{ "Bootloader chainload address offset", TUG_WORD_OTHER },
	{ "Image version: v", TUG_WORD_OTHER },
	{ "br_image_off = ", TUG_WORD_OTHER },
	{ "Unable to find bootable image", TUG_WORD_OTHER },
	{ "Image in the secondary slot is not valid", TUG_WORD_OTHER },
	{ "Image in the primary slot is not valid", TUG_WORD_OTHER },
	{ "Image in slot", TUG_WORD_OTHER },
	{ "Image # in slot # erased due to downgrade", TUG_WORD_OTHER },
	{ "Image # primary slot", TUG_WORD_OTHER },
	{ "Image # secondary slot", TUG_WORD_OTHER },
	{ "Image # Primary slot", TUG_WORD_OTHER },
	{ "Image # Secondary slot", TUG_WORD_OTHER },
	{ "Image # loaded from", TUG_WORD_OTHER },
	{ "Image # RAM loading", TUG_WORD_OTHER },
	{ "Image not bootable", TUG_WORD_OTHER },
	{ "Image size bigger than designated area", TUG_WORD_OTHER },
	{ "Image security counter value", TUG_WORD_OTHER },
	{ "No slot to load for image", TUG_WORD_OTHER },
	{ "Failed reading sectors", TUG_WORD_OTHER },
	{ "Failed reading image headers", TUG_WORD_OTHER },
	{ "Failed reading boot status", TUG_WORD_OTHER },
	{ "Failed to open flash areas", TUG_WORD_OTHER },
	{ "Failed to open flash area ID # (image", TUG_WORD_OTHER },
	{ "Failed to open scratch flash area", TUG_WORD_OTHER },
	{ "Cannot upgrade:", TUG_WORD_OTHER },
	{ "Not enough free space to run swap upgrade", TUG_WORD_OTHER },
	{ "required # bytes but only # are available", TUG_WORD_OTHER },
	{ "slot# sectors: #, slot# sectors: #", TUG_WORD_OTHER },
	{ "Secondary image of image pair", TUG_WORD_OTHER },
	{ "Bad image magic", TUG_WORD_OTHER },
	{ "bad image magic", TUG_WORD_OTHER },
	{ "Binary in secondary slot of image", TUG_WORD_OTHER },
	{ "Reset address of image in secondary slot", TUG_WORD_OTHER },
	{ "Erasing image from secondary slot", TUG_WORD_OTHER },
	{ "Erasing faulty image in", TUG_WORD_OTHER },
	{ "Secondary header magic detected in first sector", TUG_WORD_OTHER },
	{ "Security counter update failed", TUG_WORD_OTHER },
	{ "Insufficient version in secondary slot", TUG_WORD_OTHER },
	{ "insufficient version in secondary slot", TUG_WORD_OTHER },
	{ "Detected inconsistent status", TUG_WORD_OTHER },
	{ "Cleared image # primary slot trailer", TUG_WORD_OTHER },
	{ "Cleaned-up secondary slot", TUG_WORD_OTHER },
	{ "Protect mcuboot flash failed", TUG_WORD_BACK },
	{ "ED25519 signature verification failed", TUG_WORD_OTHER },
	{ "Starting network core update", TUG_WORD_OTHER },
	{ "Checking network core version", TUG_WORD_OTHER },
	{ "Done updating network core", TUG_WORD_OTHER },
	{ "Not enough memory to store incoming data", TUG_WORD_OTHER },
	{ "Waiting for USB DFU", TUG_WORD_OTHER },
	{ "USB DFU wait time elapsed", TUG_WORD_OTHER },
	{ "Never should get here", TUG_WORD_BACK },
	{ "Load header magic verification failed", TUG_WORD_BACK },
};

/* `text` begins with `begin`, '#' for a number. */
static bool begins(struct tug_slice text, const char *begin)
{
	size_t i = 0;

	for (; *begin != '\0'; begin++) {
		if (*begin == '#') {
			if (i >= text.len || !isdigit(text.p[i])) {
				return false;
			}
			while (i < text.len && isdigit(text.p[i])) {
				i++;
			}
		} else if (i >= text.len || text.p[i++] != (uint8_t)*begin) {
			return false;
		}
	}
	return true;
}

static bool find_word(struct tug_slice text, enum tug_dg_word *w)
{
	for (size_t i = 0; text.len > 8 && i < sizeof(known) / sizeof(known[0]); i++) {
		if (text.p[0] == (uint8_t)known[i].begin[0] && text.p[1] == (uint8_t)known[i].begin[1] && begins(text, known[i].begin)) {
			*w = known[i].word;
			return true;
		}
	}
	return false;
}

/* As find_word, also behind the name of a function ("boot_swap_type_multi: "). */
static bool word_of(struct tug_dg_says *s, enum tug_dg_word *w)
{
	size_t n = 0;
	bool underline = false;

	if (find_word(s->text, w)) {
		return true;
	}
	while (n < s->text.len && n < 48 && (isalnum(s->text.p[n]) || s->text.p[n] == '_')) {
		underline = underline || s->text.p[n] == '_';
		n++;
	}
	if (!underline || n + 2 >= s->text.len || s->text.p[n] != ':') {
		return false;
	}
	if (!find_word(tug_dg_trim(tug_slice_of(s->text.p + n + 1, s->text.len - n - 1)), w)) {
		return false;
	}
	s->text = tug_dg_trim(tug_slice_of(s->text.p + n + 1, s->text.len - n - 1));
	return true;
}

static bool is_mcuboot(struct tug_slice module)
{
	return tug_dg_is(module, "mcuboot") || tug_dg_is(module, "MCUb") || tug_dg_is(module, "BL");
}

/* "*** Booting X ***" at the start of `text`: what is between the stars; `*used` octets. */
static bool banner_of(struct tug_slice text, struct tug_slice *inside, size_t *used)
{
	size_t from = 0, to;

	while (from < text.len && text.p[from] == '*') {
		from++;
	}
	if (from < 3 || from > 5) {
		return false;
	}
	*inside = tug_dg_trim(tug_slice_of(text.p + from, text.len - from));
	if (!tug_dg_starts(*inside, "Booting ", NULL) && !tug_dg_starts(*inside, "Using ", NULL)) {
		return false;
	}
	for (to = from; to + 2 < text.len && memcmp(text.p + to, "***", 3) != 0; to++) {
	}
	*used = text.len;
	if (to + 2 < text.len) {
		*inside = tug_dg_trim(tug_slice_of(text.p + from, to - from));
		while (to < text.len && text.p[to] == '*') {
			to++;
		}
		*used = to;
	}
	return inside->len > 10 && inside->len < 120;
}

/* What one piece of a line says. `alone` = it is the whole line. */
static enum tug_claim piece(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_says s, bool alone)
{
	struct tug_slice inside;
	enum tug_dg_word w = TUG_WORD_OTHER;
	enum tug_claim claim = TUG_NOT_MINE;
	size_t used = 0;
	bool sure;

	while (banner_of(s.text, &inside, &used)) {
		tug_dg_console_banner(d, l, inside);
		claim = TUG_MINE;
		alone = false;
		tug_dg_says(tug_slice_of(s.text.p + used, s.text.len - used), &s);
	}
	if (tug_dg_may(l, "writing swap_info; fa_id=") && tug_dg_find(s.text, "writing swap_info; fa_id=") != NULL) {
		tug_dg_console_swap_info(d, l, s.text);
		return TUG_MINE;
	}
	sure = word_of(&s, &w);
	if (sure && (s.level != 0 || alone || s.front || tug_dg_console_near(d, l))) {
		return tug_dg_console_boot(d, l, &s, w) ? TUG_MINE : TUG_SHARED;
	}
	if (s.level != 0 && (is_mcuboot(s.module) || (tug_dg_console_in_boot(d, l) && tug_dg_console_near(d, l)))) {
		return tug_dg_console_boot(d, l, &s, TUG_WORD_OTHER) ? TUG_MINE : TUG_SHARED;
	}
	return claim;
}

static enum tug_claim line(struct tug_diag *d, void *state, struct tug_dg_line *l)
{
	size_t from = 0, next;
	enum tug_claim claim = TUG_NOT_MINE;
	struct tug_dg_says s;
	bool joined;

	(void)state;
	if (l->text.len == 0 || l->text.len > 8192) {
		return TUG_NOT_MINE;
	}
	tug_dg_says(l->text, &s);
	joined = s.level != 0 || s.front || tug_dg_starts(s.text, "***", NULL) || tug_dg_line_find(l, "*** ") != NULL ||
		 tug_dg_line_find(l, "mcuboot: ") != NULL;
	for (unsigned i = 0; i < PIECES && from < l->text.len; i++, from = next) {
		enum tug_claim one;
		struct tug_dg_says part = s;
		bool alone;

		next = joined ? tug_dg_says_next(l->text, from) : l->text.len;
		alone = from == 0 && next == l->text.len;
		if (!alone) {
			tug_dg_says(tug_slice_of(l->text.p + from, next - from), &part);
		}
		one = piece(d, l, part, alone);
		claim = one > claim ? one : claim;
	}
	if (claim != TUG_NOT_MINE) {
		if (s.level != 0) {
			l->level = s.level;
		}
		l->body = s.text;
		l->ms = l->ms < 0 ? s.ms : l->ms;
	}
	return claim;
}

static void end(struct tug_diag *d, void *state)
{
	(void)state;
	tug_dg_console_end(d);
}

const struct tug_reader tug_reader_boot = {
	.kind = "MCUboot console",
	.expect = "a console of MCUboot",
	.src = TUG_SRC_BOOT,
	.line = line,
	.end = end,
};
