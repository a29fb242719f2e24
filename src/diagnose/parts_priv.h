/* SPDX-License-Identifier: Apache-2.0
 *
 * Partitions as the readers of partition files and devicetrees note them. For src/diagnose only.
 */
#ifndef TUG_DIAGNOSE_PARTS_PRIV_H
#define TUG_DIAGNOSE_PARTS_PRIV_H

#include "facts_priv.h"

/** A file of partitions being read. */
struct tug_parts_file {
	uint16_t no; /**< its number, 0 = nothing noted yet */
	bool fixed;  /**< written by hand */
	bool dts;    /**< a devicetree */
};

/**
 * Note a partition: under the Partition Manager's name where the devicetree calls a slot otherwise. A name that is
 * there already in this file begins another file.
 */
void tug_parts_add(struct tug_dg_facts *f, struct tug_parts_file *file, const struct tug_dg_part *part);

/** The partition `name` of file number `file`, or NULL. */
const struct tug_dg_part *tug_parts_in(const struct tug_dg_parts *p, unsigned file, const char *name);

#endif
