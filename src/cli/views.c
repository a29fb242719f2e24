/* SPDX-License-Identifier: Apache-2.0
 *
 * Joins the text half and the JSON half of each view. Decides nothing. Called by handlers.
 */
#include "format_priv.h"

const struct tug_view tug_view_images = { tug_text_image_list, tug_json_image_list };
const struct tug_view tug_view_slots = { tug_text_slots, tug_json_slots };
const struct tug_view tug_view_text = { tug_text_text, tug_json_text };
const struct tug_view tug_view_params = { tug_text_params, tug_json_params };
const struct tug_view tug_view_boot = { tug_text_boot, tug_json_boot };
const struct tug_view tug_view_tasks = { tug_text_tasks, tug_json_tasks };
const struct tug_view tug_view_pools = { tug_text_pools, tug_json_pools };
const struct tug_view tug_view_done = { tug_text_done, tug_json_done };
const struct tug_view tug_view_raw = { tug_text_raw, tug_json_raw };
