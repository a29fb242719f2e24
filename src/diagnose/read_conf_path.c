/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose configuration a file is, by its path; headings that name the file which follows in a paste; processors by
 * name.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "conf_priv.h"
#include "readers_priv.h"

#define PATH_MAX_LOOKED 250u

/* Lower case, '/' between components and in front; of a long path the end. */
static void plain(struct tug_slice path, char *out)
{
	size_t n = 0;

	if (path.len > PATH_MAX_LOOKED) {
		path = tug_slice_of(path.p + (path.len - PATH_MAX_LOOKED), PATH_MAX_LOOKED);
	}
	out[n++] = '/';
	for (size_t i = 0; i < path.len; i++) {
		int c = path.p[i] == '\\' ? '/' : tolower(path.p[i]);

		if (c != '/' || out[n - 1] != '/') {
			out[n++] = (char)c;
		}
	}
	out[n] = '\0';
}

static bool begins(const char *s, const char *head)
{
	return strncmp(s, head, strlen(head)) == 0;
}

static bool ends(const char *s, const char *tail)
{
	size_t n = strlen(s), t = strlen(tail);

	return n >= t && strcmp(s + n - t, tail) == 0;
}

/* `base` is the name `stem` with any ending: "ipc_radio.conf", "ipc_radio_release.conf". */
static bool stem_is(const char *base, const char *stem)
{
	size_t n = strlen(stem);

	return begins(base, stem) && (base[n] == '.' || base[n] == '_' || base[n] == '-' || base[n] == '\0');
}

/* A folder or the file itself is called so. */
static bool image_is(const char *path, const char *base, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char folder[40];

		snprintf(folder, sizeof(folder), "/%s/", names[i]);
		if (strstr(path, folder) != NULL || stem_is(base, names[i])) {
			return true;
		}
	}
	return false;
}

static bool boot_folder(const char *path, const char *base)
{
	return strstr(path, "/child_image/mcuboot/") != NULL || strstr(path, "/sysbuild/mcuboot/") != NULL ||
	       strstr(path, "/mcuboot/zephyr/.config") != NULL || strstr(path, "/mcuboot/zephyr/zephyr.dts") != NULL ||
	       strstr(path, "/boot/zephyr/") != NULL || (strstr(path, "/mcuboot/prj") != NULL && begins(base, "prj")) ||
	       ((strstr(path, "/sysbuild/") != NULL || strstr(path, "/child_image/") != NULL) &&
		strstr(base, "mcuboot") != NULL);
}

static void role_of(const char *path, const char *base, struct tug_conf_path *out)
{
	static const char *const nobody[] = { "b0", "b0n", "tfm", "remote", "empty_net_core", "uicr" };
	static const char *const net[] = { "ipc_radio",           "hci_ipc", "hci_rpmsg", "rpc_host", "802154_rpmsg",
					   "multiprotocol_rpmsg", "net_core" };

	out->sure = true;
	if (image_is(path, base, nobody, sizeof(nobody) / sizeof(nobody[0]))) {
		out->role = TUG_ROLE_NOBODY;
	} else if (image_is(path, base, net, sizeof(net) / sizeof(net[0]))) {
		out->role = TUG_ROLE_NET;
	} else if (boot_folder(path, base)) {
		out->role = TUG_ROLE_BOOT;
	} else {
		out->sure = false;
		out->role = stem_is(base, "mcuboot")                   ? TUG_ROLE_BOOT
			    : stem_is(base, "sysbuild") && out->config ? TUG_ROLE_SYSBUILD
			    : stem_is(base, "prj") || stem_is(base, "app") || begins(base, "overlay") ||
					    strstr(path, "/boards/") != NULL
				    ? TUG_ROLE_APP
				    : 0;
	}
}

void tug_conf_path(struct tug_slice path, struct tug_conf_path *out)
{
	char text[PATH_MAX_LOOKED + 3];
	const char *base;

	memset(out, 0, sizeof(*out));
	plain(path, text);
	base = strrchr(text, '/') + 1;
	out->config = strstr(base, ".conf") != NULL || ends(base, "_defconfig");
	out->dotconfig = strstr(base, ".config") != NULL;
	out->dts = strstr(base, ".overlay") != NULL || strstr(base, ".dts") != NULL;
	out->yml = ends(base, ".yml") || ends(base, ".yaml");
	out->fixed = strstr(base, "pm_static") != NULL || strstr(base, "static_pm") != NULL;
	out->partitions = out->fixed || begins(base, "partitions") || strcmp(base, "pm.yml") == 0;
	role_of(text, base, out);
}

/* ---- headings ----------------------------------------------------------------------------------------------- */

static struct tug_slice undecorate(struct tug_slice s)
{
	while (s.len > 0 && strchr(" \t#*=_-<>[](){}`'\":;/|,+~$", s.p[0]) != NULL) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && strchr(" \t#*=_-<>[](){}`'\":;/|,+~.?!", s.p[s.len - 1]) != NULL) {
		s.len--;
	}
	return s;
}

/* `word` is one of the words between blanks in `list`. */
static bool one_of(struct tug_slice word, const char *list)
{
	struct tug_slice rest = tug_slice_of(list, strlen(list)), w;

	while ((w = tug_dg_word(&rest)).len > 0) {
		char z[24];

		tug_dg_copy(z, sizeof(z), w);
		if (tug_dg_is_nocase(word, z)) {
			return true;
		}
	}
	return false;
}

static size_t last_blank(struct tug_slice s)
{
	size_t i = s.len;

	while (i > 0 && s.p[i - 1] != ' ' && s.p[i - 1] != '\t') {
		i--;
	}
	return i;
}

static bool is_file(struct tug_slice token)
{
	struct tug_conf_path path;

	if (token.len < 6 || token.len > 200 || memchr(token.p, '=', token.len) != NULL ||
	    memchr(token.p, ':', token.len) != NULL) {
		return false;
	}
	tug_conf_path(token, &path);
	return path.config || path.dts || (path.yml && path.partitions);
}

/* The words around a lone name: "Content of my prj.conf file". */
static struct tug_slice lone_name(struct tug_slice s)
{
	s = undecorate(s);
	for (int i = 0; i < 6; i++) {
		struct tug_slice rest = s, word = undecorate(tug_dg_word(&rest));
		size_t cut = last_blank(s);

		if (rest.len > 0 && one_of(word, "file filename content contents of my the our in here is this cat "
						 "type more less for application project app")) {
			s = undecorate(rest);
		} else if (cut > 0 &&
			   one_of(undecorate(tug_slice_of(s.p + cut, s.len - cut)),
				  "file content contents is looks look like this below as follows follow here")) {
			s = undecorate(tug_slice_of(s.p, cut));
		} else {
			break;
		}
	}
	return s;
}

bool tug_conf_heading(struct tug_slice line, bool sentences, struct tug_slice *path)
{
	struct tug_slice s = tug_dg_trim(line), word, rest;

	if (s.len < 6 || s.len > 200 || memchr(s.p, '.', s.len) == NULL ||
	    (tug_dg_find(s, ".conf") == NULL && tug_dg_find(s, ".overlay") == NULL && tug_dg_find(s, ".dts") == NULL &&
	     tug_dg_find(s, ".y") == NULL)) {
		return false;
	}
	*path = lone_name(s);
	if (is_file(*path) && memchr(path->p, ' ', path->len) == NULL) {
		return true;
	}
	while (s.len > 0 && strchr("*`_ ", s.p[s.len - 1]) != NULL) {
		s.len--;
	}
	if (!sentences || s.len == 0 || s.p[s.len - 1] != ':') {
		return false;
	}
	*path = tug_slice_of(NULL, 0);
	for (rest = s; (word = tug_dg_word(&rest)).len > 0;) {
		word = undecorate(word);
		if (is_file(word)) {
			*path = word;
		}
	}
	return path->p != NULL;
}

/* ---- processors --------------------------------------------------------------------------------------------- */

static size_t run(struct tug_slice s, size_t i, int (*kind)(int))
{
	size_t n = 0;

	while (i + n < s.len && kind(s.p[i + n])) {
		n++;
	}
	return n;
}

/* Length of "nrf52840", "nrf5340", "nrf54l15" at `i`, 0 = none. */
static size_t chip_len(struct tug_slice s, size_t i)
{
	size_t digits, letters, tail;

	if (i + 7 > s.len || (s.p[i] != 'n' && s.p[i] != 'N') || tolower(s.p[i + 1]) != 'r' ||
	    tolower(s.p[i + 2]) != 'f') {
		return 0;
	}
	digits = run(s, i + 3, isdigit);
	if (digits == 4 || digits == 5) {
		return 3 + digits;
	}
	if (digits != 2 || memcmp(s.p + i + 3, "54", 2) != 0) {
		return 0;
	}
	letters = run(s, i + 5, isalpha);
	tail = run(s, i + 5 + letters, isdigit);
	return letters >= 1 && letters <= 2 && tail == 2 ? 5 + letters + tail : 0;
}

bool tug_conf_chip_in(struct tug_slice text, char *chip)
{
	chip[0] = '\0';
	for (size_t i = 0; i < text.len; i++) {
		size_t n = (text.p[i] | 0x20) == 'n' ? chip_len(text, i) : 0;

		if (n > 0) {
			for (size_t k = 0; k < n; k++) {
				chip[k] = (char)(uint8_t)tolower(text.p[i + k]);
			}
			chip[n] = '\0';
			i += n - 1;
		}
	}
	return chip[0] != '\0';
}

void tug_conf_chip(struct tug_dg_facts *f, struct tug_slice text)
{
	if (f->smp.device.chip[0] == '\0') {
		tug_conf_chip_in(text, f->smp.device.chip);
	}
}
