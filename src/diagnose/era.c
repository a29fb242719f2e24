/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts by version: `{z<3.3:old;new}`, `{ncs<2.7:old;new}`, `{mcuboot.conf}`, and symbols of Kconfig that were renamed.
 * What version it is comes from the inputs; when none is known, both are shown.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_priv.h"
#include "report_priv.h"

#define Z_RENAMED 30300u /* Zephyr that renamed the MCUmgr symbols */

static void puts_to(struct tug_dg_out *o, const char *text)
{
	tug_dg_out_put(o, text, strlen(text));
}

/* -1 older than the border, 1 not older, 0 unknown. */
static int against(uint32_t have, uint32_t border)
{
	return have == 0 ? 0 : have < border ? -1 : 1;
}

static void put_file(const struct tug_dg_facts *f, struct tug_dg_out *o, const char *name, size_t len)
{
	int era = against(f->version.ncs.v, 20700);

	if (era >= 0) {
		puts_to(o, "sysbuild/");
		tug_dg_out_put(o, name, len);
	}
	if (era == 0) {
		puts_to(o, " (NCS up to 2.6: child_image/");
	} else if (era < 0) {
		puts_to(o, "child_image/");
	}
	if (era <= 0) {
		tug_dg_out_put(o, name, len);
	}
	puts_to(o, era == 0 ? ")" : "");
}

/* "z<3.3:old;new" between braces. False when it is not of this form. */
static bool put_choice(const struct tug_dg_facts *f, struct tug_dg_out *o, const char *p, size_t len)
{
	const char *colon = memchr(p, ':', len), *semi;
	bool zephyr = len > 2 && strncmp(p, "z<", 2) == 0, ncs = len > 4 && strncmp(p, "ncs<", 4) == 0;
	const char *number = p + (zephyr ? 2 : 4);
	uint32_t border;
	int era;

	if (colon == NULL || !(zephyr || ncs)) {
		return false;
	}
	semi = memchr(colon, ';', len - (size_t)(colon - p));
	border = tug_dg_version_parse(tug_slice_of(number, (size_t)(colon - number)));
	if (semi == NULL || border == 0) {
		return false;
	}
	era = against(zephyr ? f->version.zephyr.v : f->version.ncs.v, border);
	if (era >= 0) {
		tug_dg_out_put(o, semi + 1, len - (size_t)(semi + 1 - p));
	}
	if (era == 0) {
		puts_to(o, zephyr ? " (before Zephyr " : " (before NCS ");
		tug_dg_out_put(o, number, (size_t)(colon - number));
		puts_to(o, ": ");
	}
	if (era <= 0) {
		tug_dg_out_put(o, colon + 1, (size_t)(semi - colon) - 1);
	}
	puts_to(o, era == 0 ? ")" : "");
	return true;
}

static bool put_braces(const struct tug_dg_facts *f, struct tug_dg_out *o, const char *p, size_t len)
{
	if ((len == 12 && strncmp(p, "mcuboot.conf", len) == 0) || (len == 15 && strncmp(p, "mcuboot.overlay", len) == 0)) {
		put_file(f, o, p, len);
		return true;
	}
	return put_choice(f, o, p, len);
}

static size_t symbol_len(const char *p)
{
	size_t n = 0;

	while (isupper((unsigned char)p[n]) || isdigit((unsigned char)p[n]) || p[n] == '_') {
		n++;
	}
	return n;
}

/* A symbol behind CONFIG_: by its name of the version found. Result: characters used, its value included. */
static size_t put_symbol(const struct tug_dg_facts *f, struct tug_dg_out *o, const char *p)
{
	size_t n = symbol_len(p), value = n;
	char buf[96];
	const char *old = tug_dg_rename_old(p, n, buf, sizeof(buf));
	int era = against(f->version.zephyr.v, Z_RENAMED);

	if (p[value] == '=') {
		while (p[value] != '\0' && !isspace((unsigned char)p[value]) && strchr(",;)", p[value]) == NULL) {
			value++;
		}
	}
	if (old == NULL || era > 0) {
		tug_dg_out_put(o, p, value);
		return value;
	}
	if (era == 0) {
		tug_dg_out_put(o, p, value);
		puts_to(o, " (Zephyr before 3.3: CONFIG_");
	}
	puts_to(o, old);
	tug_dg_out_put(o, p + n, value - n);
	puts_to(o, era == 0 ? ")" : "");
	return value;
}

char *tug_dg_era(const struct tug_dg_facts *f, const char *text)
{
	struct tug_dg_out o = { 0 };
	const char *p = text;

	while (*p != '\0') {
		const char *end = *p == '{' ? strchr(p, '}') : NULL;

		if (end != NULL && put_braces(f, &o, p + 1, (size_t)(end - p) - 1)) {
			p = end + 1;
		} else if (strncmp(p, "CONFIG_", 7) == 0 && (p == text || !(isalnum((unsigned char)p[-1]) || p[-1] == '_'))) {
			puts_to(&o, "CONFIG_");
			p += 7;
			p += put_symbol(f, &o, p);
		} else {
			tug_dg_out_put(&o, p++, 1);
		}
	}
	return tug_dg_out_take(&o);
}
