/* SPDX-License-Identifier: Apache-2.0
 *
 * What the readers of project files share: whose file it is, by its path or by a heading in a paste.
 * For src/diagnose only.
 */
#ifndef TUG_DIAGNOSE_CONF_PRIV_H
#define TUG_DIAGNOSE_CONF_PRIV_H

#include "reader_priv.h"

/** Role of a file that belongs to an image without one: its settings say nothing of an update. */
#define TUG_ROLE_NOBODY 0x100u

/** What a path tells. */
struct tug_conf_path {
	unsigned role;   /**< enum tug_dg_role of a written file, TUG_ROLE_NOBODY, 0 = the path does not tell */
	bool sure;       /**< a folder says so, not only the file's own name */
	bool config;     /**< a file of settings: *.conf, .config, *_defconfig */
	bool dotconfig;  /**< .config of a build */
	bool dts;        /**< *.overlay, *.dts, *.dtsi */
	bool yml;        /**< *.yml, *.yaml */
	bool partitions; /**< pm_static*.yml, partitions*.yml, pm.yml */
	bool fixed;      /**< pm_static*.yml */
};

/** Look at a path; either kind of slash will do. */
void tug_conf_path(struct tug_slice path, struct tug_conf_path *out);

/**
 * A line that names the file which follows: "prj.conf:", "# sysbuild.conf", "**child_image/mcuboot.conf**", "$ cat
 * prj.conf". With `sentences` also "here is my prj.conf:". `*path` = the name.
 */
bool tug_conf_heading(struct tug_slice line, bool sentences, struct tug_slice *path);
/** Could `l` be one? False is certain. */
TUG_DG_INLINE bool tug_conf_may_head(const struct tug_dg_line *l)
{
	return tug_dg_may(l, ".conf") || tug_dg_may(l, ".overlay") || tug_dg_may(l, ".dts") || tug_dg_may(l, ".y");
}

/** Name of the processor that `text` names last, lower case, into `chip` [16]. False: none, and "". */
bool tug_conf_chip_in(struct tug_slice text, char *chip);
/** Note the processor that `text` names last ("nrf52840dk_nrf52833" -> "nrf52833"), unless one is known. */
void tug_conf_chip(struct tug_dg_facts *f, struct tug_slice text);

struct tug_dg_conf;

/**
 * A file of settings begins. Of files that are alternatives (prj_release.conf next to prj.conf, another application's
 * prj.conf, files of several boards) not all belong to one build: true when this one counts. Of several boards none
 * does: what an earlier one set is forgotten.
 */
bool tug_dg_conf_admit(struct tug_dg_conf *c, const char *name, uint16_t input);
/** The i-th file that did not count, NULL at the end. */
const struct tug_evidence *tug_dg_conf_left_out(const struct tug_dg_conf *c, size_t i);

/**
 * Whose the settings are that were noted with role 0 since the last call: they move to `role` (0 = nobody's: they
 * go). Settings noted since then as sysbuild's move to `sysbuild`.
 */
void tug_dg_conf_settle(struct tug_dg_conf *c, unsigned role, unsigned sysbuild);

#endif
