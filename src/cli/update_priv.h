/* SPDX-License-Identifier: Apache-2.0
 *
 * One device under update as the command line sees it, and how its events are shown. For src/cli only.
 */
#ifndef TUG_CLI_UPDATE_PRIV_H
#define TUG_CLI_UPDATE_PRIV_H

#include <tug/diagnose.h>

#include "cli_priv.h"
#include "image_file_priv.h"
#include "progress_priv.h"

/** One device of `tug update` or `tug image upload`. */
struct tug_one {
	struct tug_cli *cli;          /**< program */
	const char *url;              /**< device as given */
	char prefix[160];             /**< "URL: " when there are several, else "" */
	struct tug_host_update *u;    /**< driver, NULL when it could not be opened */
	struct tug_progress progress; /**< upload */
	bool bar;                     /**< progress as a bar */
	bool state_shown;             /**< the first list was shown */
	bool stepping;                /**< a step is under way */
	bool refused;                 /**< the last plan was a refusal */
	bool have_result;             /**< the RESULT event came */
	enum tug_step step;           /**< step under way or done last */
	char remedy[256];             /**< what the last plan says about a refusal */
	const char *what;             /**< "update" or "image upload" */
	bool plan_only;               /**< --plan */
	struct tug_diag *diag;        /**< sees every frame, for the reason of a failure; NULL when memory is short */
	int exit;                     /**< exit status of this device */
};

/** Show one event of the procedure. */
void tug_show_event(struct tug_one *one, const struct tug_update_event *ev);
/** The device could not be opened: say why, as a result. */
void tug_show_unopened(struct tug_one *one, int err, const char *why);
/** Interrupted for good before the procedure could end: say in what state the device is left. */
void tug_show_abandoned(struct tug_one *one);

#endif
