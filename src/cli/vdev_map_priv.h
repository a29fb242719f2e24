/* SPDX-License-Identifier: Apache-2.0
 *
 * The flash of a virtual device as a picture. For src/cli only.
 */
#ifndef TUG_CLI_VDEV_MAP_PRIV_H
#define TUG_CLI_VDEV_MAP_PRIV_H

#include <tug/vdev.h>

#include "out_priv.h"

/** Draw the parts of `dev`'s flash, one character a sector. */
void tug_vdev_map(struct tug_out *out, const struct tug_vdev_profile *p, struct tug_vdev *dev);

#endif
