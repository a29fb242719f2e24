/* SPDX-License-Identifier: Apache-2.0
 *
 * What one line of build output tells: versions, the board, sizes of images, files that the build took.
 */
#include <ctype.h>
#include <string.h>

#include "build_priv.h"
#include "conf_priv.h"
#include "engine_priv.h"

const char *tug_build_renamed(const char *name, char *buf, size_t cap)
{
	const char *other = tug_dg_rename_new(name, strlen(name), buf, cap);

	return other != NULL ? other : tug_dg_rename_old(name, strlen(name), buf, cap);
}

/* ---- versions ----------------------------------------------------------------------------------------------- */

/* "2.4.1", "v2.4.1", "v2.4.0-rc1" at the start of `s`. */
static struct tug_slice version_at(struct tug_slice s)
{
	size_t n = s.len > 0 && (s.p[0] == 'v' || s.p[0] == 'V') ? 1 : 0;

	if (n >= s.len || !isdigit(s.p[n])) {
		return tug_slice_of(NULL, 0);
	}
	while (n < s.len && (isalnum(s.p[n]) || strchr(".-_+", s.p[n]) != NULL)) {
		n++;
	}
	while (n > 0 && strchr(".-_+", s.p[n - 1]) != NULL) {
		n--;
	}
	return tug_slice_of(s.p, n);
}

/* The last of /ncs/v2.4.0/, \ncs\v2.4.0\, /nrfconnect/v2.4.0/ ... in a line. */
static struct tug_slice version_in_path(struct tug_slice s)
{
	static const char *const folders[] = { "ncs",           "nordicsemi", "nrfconnect", "nrf-connect-sdk",
					       "nrfconnectsdk", "NordicSemi" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		struct tug_slice rest = s, v;

		while ((rest = tug_dg_after(rest, folders[i])).p != NULL) {
			struct tug_slice t = rest;

			while (t.len > 0 && (t.p[0] == '/' || t.p[0] == '\\')) {
				t = tug_slice_of(t.p + 1, t.len - 1);
			}
			v = t.p != rest.p ? version_at(t) : tug_slice_of(NULL, 0);
			if (v.len > 3 && v.p[0] == 'v' && tug_dg_version_parse(v) != 0) {
				return v;
			}
		}
	}
	return tug_slice_of(NULL, 0);
}

/* Somebody compares versions in prose: which one is meant is not known. */
static bool compares(struct tug_slice s)
{
	static const char *const words[] = { "from ",  "than ",    "upgrad", "updat",   "migrat", "worked",
					     "before", "until",    "since",  "later",   "port",   "older",
					     "newer",  "previous", " to v",  "Added in" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (tug_dg_find(s, words[i]) != NULL) {
			return true;
		}
	}
	return false;
}

static bool said_version(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_dg_versions *v = &tug_dg_facts(d)->version;
	const struct {
		const char *text;
		struct tug_dg_version *which;
	} says[] = {
		{ "nRF Connect SDK version", &v->ncs },
		{ "nRF Connect SDK: ", &v->ncs },
		{ "nRF Connect SDK ", &v->ncs },
		{ "nRF SDK: ", &v->ncs },
		{ "NCS version", &v->ncs },
		{ "NCS: ", &v->ncs },
		{ "NCS v", &v->ncs },
		{ "NCS ", &v->ncs },
		{ "ncs v", &v->ncs },
		{ "SDK version", &v->ncs },
		{ "Zephyr version", &v->zephyr },
		{ "Zephyr OS version", &v->zephyr },
	};
	struct tug_slice s = l->text, rest;

	if (s.len > 160 ||
	    (tug_dg_line_find(l, "SDK") == NULL && tug_dg_line_find(l, "NCS") == NULL &&
	     tug_dg_line_find(l, "ncs") == NULL && tug_dg_line_find(l, "Zephyr") == NULL) ||
	    tug_dg_find(s, "***") != NULL || compares(s)) {
		return false;
	}
	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
		rest = tug_dg_after(s, says[i].text);
		if (rest.p == NULL) {
			continue;
		}
		while (rest.len > 0 && strchr(" :=*\tv", rest.p[0]) != NULL) {
			rest = tug_slice_of(rest.p + 1, rest.len - 1);
		}
		if (tug_dg_version_parse(version_at(rest)) != 0 && tug_dg_version_parse(version_at(rest)) < 90000) {
			tug_dg_version_found(d, l, says[i].which, version_at(rest));
			return true;
		}
	}
	return false;
}

/* "-- Zephyr version: 3.2.99 (C:/ncs/v2.3.0/zephyr), build: v3.2.99-ncs2" */
static bool zephyr_version(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_dg_versions *v = &tug_dg_facts(d)->version;
	struct tug_slice rest = tug_dg_line_after(l, "Zephyr version: "), build = tug_dg_line_after(l, "build: ");

	if (rest.p == NULL) {
		return false;
	}
	tug_dg_version_found(d, l, &v->ncs, version_in_path(rest));
	if (build.p != NULL && tug_dg_find(build, "-ncs") != NULL) {
		tug_dg_version_found(d, l, &v->zephyr, version_at(build));
	}
	tug_dg_version_found(d, l, &v->zephyr, version_at(rest));
	return true;
}

/* Could one of version_in_path's folders be named? False is certain. */
static bool may_name_folder(const struct tug_dg_line *l)
{
	return (tug_dg_may_have(l, '/') || tug_dg_may_have(l, '\\')) &&
	       (tug_dg_may(l, "ncs") || tug_dg_may(l, "nord") || tug_dg_may(l, "nrfc") || tug_dg_may(l, "nrf-") ||
		tug_dg_may(l, "Nord"));
}

static bool any_version(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_slice s = l->text, v;

	if (s.len == 0 || !tug_dg_may_have(l, '.') || memchr(s.p, '.', s.len) == NULL) {
		return false;
	}
	if (may_name_folder(l) && (memchr(s.p, '/', s.len) != NULL || memchr(s.p, '\\', s.len) != NULL)) {
		v = version_in_path(s);
		if (v.len > 0) {
			tug_dg_version_found(d, l, &tug_dg_facts(d)->version.ncs, v);
		}
	}
	return zephyr_version(d, l) || said_version(d, l);
}

/* ---- the build ---------------------------------------------------------------------------------------------- */

static bool take_board(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_slice s = l->text;
	struct tug_dg_facts *f = tug_dg_facts(d);
	struct tug_slice rest = tug_dg_line_after(l, "-- Board: "), word;

	if (rest.p == NULL && tug_dg_line_find(l, "west build") != NULL) {
		rest = tug_dg_after(s, " -b ");
		rest = rest.p != NULL ? rest : tug_dg_after(s, "--board ");
	}
	if (rest.p == NULL) {
		return false;
	}
	word = tug_dg_word(&rest);
	while (word.len > 0 && (word.p[word.len - 1] == ',' || word.p[word.len - 1] == ';')) {
		word.len--;
	}
	if (f->smp.device.board[0] == '\0' && word.len > 0) {
		tug_dg_copy(f->smp.device.board, sizeof(f->smp.device.board), word);
	}
	tug_conf_chip(f, word);
	return true;
}

static void note_once(struct tug_evidence *to, const struct tug_dg_line *l)
{
	if (to->line == 0) {
		tug_dg_here(l, to);
	}
}

/* Which image the lines that follow are of. */
static bool take_image(struct tug_diag *d, const struct tug_dg_line *l, bool *boot)
{
	struct tug_dg_build *b = &tug_dg_facts(d)->build;
	struct tug_slice s = l->text, rest;

	if (tug_dg_line_find(l, "build") == NULL && tug_dg_line_find(l, "child image") == NULL &&
	    tug_dg_line_find(l, "CMake") == NULL && tug_dg_line_find(l, "-- Application") == NULL) {
		return false;
	}
	if (tug_dg_line_find(l, "=== child image ") != NULL) {
		note_once(&b->child_image, l);
		*boot = tug_dg_find(s, "child image mcuboot") != NULL && tug_dg_find(s, " end") == NULL;
		if (*boot) {
			note_once(&b->mcuboot, l);
		}
		return true;
	}
	rest = tug_dg_line_after(l, "*** Running CMake for ");
	if (rest.p == NULL) {
		rest = tug_dg_line_after(l, "build step for '");
		rest = rest.p != NULL ? rest : tug_dg_line_after(l, "-- Application: ");
	} else {
		note_once(&b->sysbuild, l);
	}
	if (rest.p != NULL) {
		*boot = tug_dg_starts(rest, "mcuboot", NULL) || tug_dg_find(rest, "mcuboot/boot/zephyr") != NULL ||
			tug_dg_find(rest, "mcuboot\\boot\\zephyr") != NULL;
		if (*boot) {
			note_once(&b->mcuboot, l);
		}
		return true;
	}
	if (tug_dg_line_find(l, "sysbuild_default") != NULL || tug_dg_line_find(l, "zephyr/share/sysbuild") != NULL ||
	    (tug_dg_line_find(l, "west build") != NULL && tug_dg_find(s, "--sysbuild") != NULL)) {
		note_once(&b->sysbuild, l);
		return true;
	}
	return false;
}

/* "Merged configuration '/x/overlay.conf'", "Found partition manager static configuration: /x/pm_static.yml" */
static bool take_file(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_slice rest = tug_dg_line_after(l, "Merged configuration '");
	struct tug_evidence at;
	char name[256];

	if (tug_dg_line_find(l, "onfiguration") == NULL) {
		return false;
	}
	rest = rest.p != NULL ? rest : tug_dg_line_after(l, "Loaded configuration '");
	if (tug_dg_line_find(l, "artition manager static configuration") != NULL) {
		rest = tug_slice_of("pm_static.yml", 13); /* whatever it is called */
	}
	if (rest.p == NULL) {
		return false;
	}
	while (rest.len > 0 && (rest.p[rest.len - 1] == '\'' || rest.p[rest.len - 1] == ' ')) {
		rest.len--;
	}
	tug_dg_here(l, &at);
	tug_dg_copy(name, sizeof(name), rest);
	tug_dg_conf_note_file(tug_dg_facts(d)->conf, name, &at);
	return true;
}

/* ---- sizes -------------------------------------------------------------------------------------------------- */

static void note_size(struct tug_diag *d, const struct tug_dg_line *l, uint64_t size, bool certain)
{
	struct tug_dg_facts *f = tug_dg_facts(d);

	if (size >= 1024 && size < (UINT64_C(1) << 32) && (certain || f->image_size == 0)) {
		f->image_size = size;
		tug_dg_here(l, &f->image_size_at);
	}
}

/* "-rw-r--r-- 1 me me 217820 Oct 10 08:47 app_update.bin", "217820 zephyr.signed.bin" */
static bool listed_size(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_slice s = l->text, word;
	uint64_t best = 0;

	if (tug_dg_line_find(l, "app_update.bin") == NULL && tug_dg_line_find(l, "signed.bin") == NULL) {
		return false;
	}
	while ((word = tug_dg_word(&s)).len > 0) {
		struct tug_slice digits = word;
		uint64_t v;

		/* The size is the one lone number of at least four digits that is no year. */
		if (word.len >= 4 && tug_dg_number(&digits, &v) && digits.len == 0 && !(v >= 2015 && v <= 2040)) {
			best = v;
		}
	}
	note_size(d, l, best, true);
	return best != 0;
}

static uint64_t with_unit(struct tug_slice *s)
{
	struct tug_slice word;
	uint64_t v;

	if (!tug_dg_number(s, &v) || v > UINT32_MAX) {
		return 0;
	}
	word = tug_dg_word(s);
	return tug_dg_is(word, "KB")   ? v * 1024
	       : tug_dg_is(word, "MB") ? v * UINT64_C(1048576)
	       : tug_dg_is(word, "B")  ? v
					  : 0;
}

/* "FLASH:       64588 B     499200 B     12.94%": what is linked is less than what is signed. */
static bool memory_table(struct tug_diag *d, const struct tug_dg_line *l)
{
	struct tug_slice s = tug_dg_lean(l);
	uint64_t used, size;

	if (!tug_dg_starts(s, "FLASH:", &s)) {
		return tug_dg_starts(s, "Memory region", NULL);
	}
	used = with_unit(&s);
	size = with_unit(&s);
	if (used == 0 || size == 0) {
		return false;
	}
	if (size > UINT64_C(98304)) { /* else it is the bootloader's own */
		note_size(d, l, used, false);
	}
	return true;
}

bool tug_build_line(struct tug_diag *d, const struct tug_dg_line *l, bool *boot)
{
	bool any = any_version(d, l);

	any = take_board(d, l) || any;
	any = take_image(d, l, boot) || any;
	any = take_file(d, l) || any;
	return listed_size(d, l) || memory_table(d, l) || any;
}
