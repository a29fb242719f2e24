/* SPDX-License-Identifier: Apache-2.0
 *
 * Judgements over a device's state that the planner and the update procedure share: where is the image,
 * is the goal reached. Seen by src/client and its unit tests only.
 */
#ifndef TUG_PLAN_PRIV_H
#define TUG_PLAN_PRIV_H

#include <tug/plan.h>

/** The slot that runs: the active one; of a further image whose server marks none, slot 0. NULL = unknown. */
const struct tug_slot_state *tug_dev_running(const struct tug_dev_state *st, uint8_t image);
/** The slot the next image goes to, as listed, or NULL when it is empty. */
const struct tug_slot_state *tug_dev_target(const struct tug_dev_state *st, uint8_t image);
/** The entry of a slot, or NULL. */
const struct tug_slot_state *tug_dev_slot(const struct tug_dev_state *st, uint8_t image, uint8_t slot);
/** True when `s` holds `img`: same hash; where the device tells none, same version. NULL holds nothing. */
bool tug_slot_holds(const struct tug_slot_state *s, const struct tug_plan_image *img);
/** True when both lists say the same. */
bool tug_dev_same_list(const struct tug_dev_state *a, const struct tug_dev_state *b);
/** True when the bootloader chooses by itself: there is no state write. */
bool tug_dev_boot_decides(const struct tug_dev_state *st, const struct tug_dev_behaviour *beh);
/** True when the image runs and bears the flags the policy asks for. */
bool tug_goal_runs(const struct tug_dev_state *st, const struct tug_dev_behaviour *beh,
		   const struct tug_plan_image *img, const struct tug_plan_policy *pol);
/** True when everything short of a reset is done: for upload-only and no-reset. */
bool tug_goal_staged(const struct tug_dev_state *st, const struct tug_dev_behaviour *beh,
		     const struct tug_plan_image *img, const struct tug_plan_policy *pol);

#endif
