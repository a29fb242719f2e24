/* SPDX-License-Identifier: Apache-2.0
 *
 * Notes partitions, whatever the file they are from calls them, and finds them again.
 */
#include <string.h>

#include "parts_priv.h"
#include "reader_priv.h"

#define BEYOND (UINT64_C(1) << 40) /* no flash is that large */

/* Names of one slot in devicetrees, and the Partition Manager's. */
static const char *common_name(const char *name)
{
	static const char *const names[][2] = {
		{ "image-0", "mcuboot_primary" },
		{ "slot0_partition", "mcuboot_primary" },
		{ "image_0", "mcuboot_primary" },
		{ "image-1", "mcuboot_secondary" },
		{ "slot1_partition", "mcuboot_secondary" },
		{ "image_1", "mcuboot_secondary" },
		{ "boot_partition", "mcuboot" },
		{ "image-2", "mcuboot_primary_1" },
		{ "slot2_partition", "mcuboot_primary_1" },
		{ "image-3", "mcuboot_secondary_1" },
		{ "slot3_partition", "mcuboot_secondary_1" },
		{ "image-scratch", "mcuboot_scratch" },
		{ "scratch_partition", "mcuboot_scratch" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i][0]) == 0) {
			return names[i][1];
		}
	}
	return name;
}

const struct tug_dg_part *tug_parts_in(const struct tug_dg_parts *p, unsigned file, const char *name)
{
	for (uint32_t i = 0; i < p->n; i++) {
		if (p->part[i].file == file && strcmp(p->part[i].name, name) == 0) {
			return &p->part[i];
		}
	}
	return NULL;
}

void tug_parts_add(struct tug_dg_facts *f, struct tug_parts_file *file, const struct tug_dg_part *part)
{
	struct tug_dg_parts *p = &f->parts;
	struct tug_dg_part *to = &p->part[p->n];
	const char *name = common_name(part->name);

	if (p->n >= TUG_DG_PARTS || p->files == UINT16_MAX || part->addr > BEYOND || part->size > BEYOND) {
		return;
	}
	if (file->no == 0 || tug_parts_in(p, file->no, name) != NULL) {
		file->no = ++p->files;
	}
	*to = *part;
	tug_dg_copy(to->name, sizeof(to->name), tug_slice_of(name, strlen(name)));
	to->file = file->no;
	to->fixed = file->fixed;
	to->dts = file->dts;
	p->n++;
}

const struct tug_dg_part *tug_dg_part_of(const struct tug_dg_parts *p, const char *name, int input)
{
	name = common_name(name);
	for (uint32_t i = p->n; i-- > 0;) {
		if ((input < 0 || p->part[i].input == input) && strcmp(p->part[i].name, name) == 0) {
			return &p->part[i];
		}
	}
	return NULL;
}
