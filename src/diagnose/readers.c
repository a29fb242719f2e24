/* SPDX-License-Identifier: Apache-2.0
 *
 * The order in which readers are asked: narrow grammars first, bare hex and bare words last.
 */
#include "readers_priv.h"

static const struct tug_reader *const readers[] = {
	&tug_reader_tuglog,
	&tug_reader_nrfconnect,
	&tug_reader_logcat,
	&tug_reader_smpmgr,
	&tug_reader_mcumgrctl,
	&tug_reader_ios,
	&tug_reader_mcumgr,
	&tug_reader_others,
	&tug_reader_boot,
	&tug_reader_device,
	&tug_reader_build,
	&tug_reader_dts,
	&tug_reader_pm,
	&tug_reader_conf,
	&tug_reader_hex,
	&tug_reader_names,
};

const struct tug_reader *const *tug_readers(size_t *n)
{
	*n = sizeof(readers) / sizeof(readers[0]);
	return readers;
}
