/* SPDX-License-Identifier: Apache-2.0
 *
 * The readers, one file each. For src/diagnose only.
 */
#ifndef TUG_DIAGNOSE_READERS_PRIV_H
#define TUG_DIAGNOSE_READERS_PRIV_H

#include "reader_priv.h"

extern const struct tug_reader tug_reader_tuglog;
extern const struct tug_reader tug_reader_nrfconnect;
extern const struct tug_reader tug_reader_logcat;
extern const struct tug_reader tug_reader_ios;
extern const struct tug_reader tug_reader_mcumgr;
extern const struct tug_reader tug_reader_others;
extern const struct tug_reader tug_reader_smpmgr;
extern const struct tug_reader tug_reader_mcumgrctl;
extern const struct tug_reader tug_reader_boot;
extern const struct tug_reader tug_reader_device;
extern const struct tug_reader tug_reader_build;
extern const struct tug_reader tug_reader_conf;
extern const struct tug_reader tug_reader_pm;
extern const struct tug_reader tug_reader_dts;
extern const struct tug_reader tug_reader_hex;
extern const struct tug_reader tug_reader_names;

#endif
