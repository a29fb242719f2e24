/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to port/sim: the file behind a simulated flash device.
 */
#ifndef TUG_SIM_PRIV_H
#define TUG_SIM_PRIV_H

#include <tug/port/sim.h>

/** A file mapped into memory. */
struct tug_sim_file {
	int fd;         /**< locked for as long as it is open */
	uint8_t *bytes; /**< [size] shared mapping */
	uint32_t size;  /**< octets */
};

/** Open and map `path`, made and filled with `fill` when missing. Errors: see tug_sim_flash_create. */
int tug_sim_file_open(struct tug_sim_file *file, const char *path, uint32_t size, uint8_t fill);
/** Unmap and close. */
void tug_sim_file_close(struct tug_sim_file *file);

#endif
