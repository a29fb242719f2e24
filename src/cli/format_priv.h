/* SPDX-License-Identifier: Apache-2.0
 *
 * The two halves of the views: format_text.c and format_json.c define them, views.c joins them. For src/cli
 * only.
 */
#ifndef TUG_CLI_FORMAT_PRIV_H
#define TUG_CLI_FORMAT_PRIV_H

#include "results_priv.h"

/** Name of a boot mode number of the bootloader info. */
const char *tug_boot_mode_name(int64_t mode);
/** Version of a slot as the list prints it. */
void tug_slot_version(const struct tug_slot_state *s, char out[TUG_VERSION_TEXT]);
/** Names of the bits of a thread's state, comma separated. */
void tug_state_bits(uint64_t state, char *out, size_t cap);

/** Declares both halves of one view. */
#define TUG_VIEW_HALVES(name) \
	void tug_text_##name(struct tug_out *out, const void *data); \
	cJSON *tug_json_##name(const void *data)

TUG_VIEW_HALVES(image_list);
TUG_VIEW_HALVES(slots);
TUG_VIEW_HALVES(text);
TUG_VIEW_HALVES(params);
TUG_VIEW_HALVES(boot);
TUG_VIEW_HALVES(tasks);
TUG_VIEW_HALVES(pools);
TUG_VIEW_HALVES(done);
TUG_VIEW_HALVES(raw);

#endif
