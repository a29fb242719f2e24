/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions that rules on configuration ask: under the old and the new name of a symbol, with what the SDK's option
 * for updates over Bluetooth brings, and with three answers, since a quoted file may be cut. For src/diagnose only.
 */
#ifndef TUG_DIAGNOSE_RULES_CONF_PRIV_H
#define TUG_DIAGNOSE_RULES_CONF_PRIV_H

#include "rule_priv.h"

/** Is a symbol on? */
enum tug_conf_is {
	TUG_CONF_OFF,     /**< set to n, or absent from a generated file */
	TUG_CONF_ON,      /**< set, or brought by the SDK's option */
	TUG_CONF_UNKNOWN, /**< not mentioned in written files */
};

/** The setting of `name` (new name; the old one is tried as well) in these roles, or NULL. */
const struct tug_dg_sym *tug_conf_sym(const struct tug_dg_facts *f, unsigned roles, const char *name);
/** Is it on in these roles? Text and numbers are on. */
enum tug_conf_is tug_conf_state(const struct tug_dg_facts *f, unsigned roles, const char *name);
/** Is it set to y there? */
bool tug_conf_on(const struct tug_dg_facts *f, unsigned roles, const char *name);
/** Is it off for certain there? */
bool tug_conf_off(const struct tug_dg_facts *f, unsigned roles, const char *name);
/** Its number, of the SDK's option as well; -1 = not known. */
int64_t tug_conf_value(const struct tug_dg_facts *f, unsigned roles, const char *name);
/** Quote its setting. Result: it has one. */
bool tug_conf_quote(struct tug_hit *h, const struct tug_dg_facts *f, unsigned roles, const char *name);

/** `deps` (names between blanks) holds `name`. */
bool tug_conf_has_dep(const char *deps, const char *name);

/** The application has, or is to have, an SMP server. */
bool tug_conf_dfu(const struct tug_dg_facts *f);
/** It takes it from the SDK's option NCS_SAMPLE_MCUMGR_BT_OTA_DFU. */
bool tug_conf_ota(const struct tug_dg_facts *f);
/** Quote the setting that says so. */
void tug_conf_quote_dfu(struct tug_hit *h, const struct tug_dg_facts *f);
/** The generated file of one of these roles is among the inputs. */
bool tug_conf_built(const struct tug_dg_facts *f, unsigned roles);
/** Zephyr is at least `version`: by its number, or, up to 3.3, by names that came with it. */
bool tug_conf_zephyr(const struct tug_dg_facts *f, uint32_t version);
/** The nRF Connect SDK is in use. */
bool tug_conf_ncs(const struct tug_dg_facts *f);
/** The build is a sysbuild one, as its files or its log say. */
bool tug_conf_sysbuild(const struct tug_dg_facts *f);
/** The processor is of this family ("nrf53", "nrf54l"). */
bool tug_conf_chip_is(const struct tug_dg_facts *f, const char *head);
/** The application has the Bluetooth transport on. */
bool tug_conf_ble(const struct tug_dg_facts *f);

/** Mode of an update, as the configuration of one image has it. */
enum tug_conf_mode {
	TUG_MODE_UNKNOWN,
	TUG_MODE_MOVE,
	TUG_MODE_OFFSET,
	TUG_MODE_SCRATCH,
	TUG_MODE_OVERWRITE,
	TUG_MODE_SINGLE,
	TUG_MODE_XIP,
	TUG_MODE_RAM_LOAD,
	TUG_MODE_OTHER,
};
/** The mode that these roles set, and where. */
enum tug_conf_mode tug_conf_mode(const struct tug_dg_facts *f, unsigned roles, const struct tug_dg_sym **at);
/** The mode, whoever tells it: sysbuild, either image, the device, the console. */
enum tug_conf_mode tug_conf_any_mode(const struct tug_dg_facts *f);
/** Word for it. */
const char *tug_conf_mode_name(enum tug_conf_mode m);

/** ATT MTU that the application's settings allow, 0 = not known. */
int64_t tug_conf_mtu(const struct tug_dg_facts *f);
/** The secondary slot is in external flash, as partitions or settings say. */
bool tug_conf_external(const struct tug_dg_facts *f);

#endif
