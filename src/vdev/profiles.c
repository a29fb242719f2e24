/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides the flash layouts a virtual device can have, as one table. Knows no bytes in flash
 * and no clock. Anyone may call it.
 */
#include <string.h>

#include <tug/vdev.h>

/*
 * Layouts follow the boards' usual partition tables. stm32f4 has uneven sectors in reality (16, 64 and
 * 128 KiB); its slots lie in the 128 KiB part, so the table takes 128 KiB everywhere.
 */
static const struct tug_vdev_profile profiles[] = {
	{ "nrf52833", "512 KiB flash, 4 KiB pages, write unit 4, two slots of 220 KiB",
	  0x80000u, 0x1000u, 4, 0xff, 0xc000u, 0x37000u, 0x43000u, 0x37000u, 0x7a000u, 0x6000u, "swap-move" },
	{ "nrf52840", "1 MiB flash, 4 KiB pages, write unit 4, two slots of 472 KiB",
	  0x100000u, 0x1000u, 4, 0xff, 0xc000u, 0x76000u, 0x82000u, 0x76000u, 0xf8000u, 0x8000u, "swap-move" },
	{ "nrf5340", "1 MiB flash (application core), 4 KiB pages, write unit 4, two slots of 448 KiB",
	  0x100000u, 0x1000u, 4, 0xff, 0x10000u, 0x70000u, 0x80000u, 0x70000u, 0xf8000u, 0x8000u, "swap-move" },
	{ "stm32f4", "1 MiB flash, 128 KiB sectors, write unit 1, two slots of 384 KiB",
	  0x100000u, 0x20000u, 1, 0xff, 0x20000u, 0x60000u, 0x80000u, 0x60000u, 0xe0000u, 0x20000u, "overwrite" },
	{ "nrf54l15", "1524 KiB RRAM, 4 KiB pages, write unit 16, two slots of 664 KiB",
	  0x17d000u, 0x1000u, 16, 0xff, 0x10000u, 0xa6000u, 0xb6000u, 0xa6000u, 0x15c000u, 0x9000u, "swap-move" },
	{ "tiny", "128 KiB flash, 1 KiB pages, write unit 2, two slots of 48 KiB",
	  0x20000u, 0x400u, 2, 0xff, 0x6000u, 0xc000u, 0x12000u, 0xc000u, 0x1e000u, 0x800u, "swap-move" },
};

const struct tug_vdev_profile *tug_vdev_profiles(size_t *n)
{
	*n = sizeof(profiles) / sizeof(profiles[0]);
	return profiles;
}

const struct tug_vdev_profile *tug_vdev_profile_find(const char *name)
{
	size_t n;
	const struct tug_vdev_profile *p = tug_vdev_profiles(&n);
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(p[i].name, name) == 0) {
			return &p[i];
		}
	}
	return NULL;
}
