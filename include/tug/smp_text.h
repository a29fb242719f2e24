/* SPDX-License-Identifier: Apache-2.0
 *
 * The text columns of the one table of commands and of the return-code tables.
 * Host only: a device links the wire columns (smp.h) without this object.
 */
#ifndef TUG_SMP_TEXT_H
#define TUG_SMP_TEXT_H

#include <tug/smp.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Text columns of one row; same (group, id, op) as the wire row. */
struct tug_smp_cmd_text {
	uint16_t group;          /**< group id */
	uint8_t id;              /**< command id */
	uint8_t op;              /**< TUG_SMP_READ or TUG_SMP_WRITE */
	const char *name;        /**< "image upload" */
	const char *kconfig;     /**< symbols that provide it since Zephyr 3.3, space separated, no CONFIG_; "" = none */
	const char *kconfig_old; /**< symbols up to Zephyr 3.2, or "" */
	const char *since;       /**< first Zephyr release that has it, "" = always, "-" = never in Zephyr */
};

/** One row of a return-code table. */
struct tug_smp_rc_text {
	uint16_t group;      /**< group, or 0xffff for the generic codes */
	uint16_t rc;         /**< code */
	const char *name;    /**< symbol without prefix ("NO_FREE_SLOT") */
	const char *text;    /**< one sentence */
};

/** Group of the generic return codes in struct tug_smp_rc_text. */
#define TUG_RC_GENERIC 0xffffu

/** Text columns of a command, or NULL. */
const struct tug_smp_cmd_text *tug_smp_cmd_text(uint16_t group, uint8_t id, uint8_t op);

/** Name of a group ("IMG"), or NULL when unknown. */
const char *tug_smp_group_name(uint16_t group);

/** A return code's row, or NULL. `group` TUG_RC_GENERIC asks for the generic table. */
const struct tug_smp_rc_text *tug_smp_rc_text(uint16_t group, uint16_t rc);

/** All rows of the return-code tables; `*n` = rows. */
const struct tug_smp_rc_text *tug_smp_rc_texts(size_t *n);

#ifdef __cplusplus
}
#endif
#endif
