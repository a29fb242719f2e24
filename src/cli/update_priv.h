/* SPDX-License-Identifier: Apache-2.0
 *
 * One device under update as the command line sees it, and how its events are shown. For src/cli only.
 */
#ifndef TUG_CLI_UPDATE_PRIV_H
#define TUG_CLI_UPDATE_PRIV_H

#include <tug/diagnose.h>

#include "cli_priv.h"
#include "image_set_priv.h"
#include "progress_priv.h"

/** How much of a pass over one image is shown. */
enum tug_show {
	TUG_SHOW_ALL = 0,     /**< everything */
	TUG_SHOW_STEPS = 1,   /**< no result unless it failed: a later pass has it */
	TUG_SHOW_FAILURE = 2, /**< only that it failed */
};

/** One device of `tug update` or `tug image upload`. */
struct tug_one {
	struct tug_cli *cli;          /**< program */
	const char *url;              /**< device as given */
	char prefix[176];             /**< "URL: " when there are several, "image N: " likewise, else "" */
	int image;                    /**< image number under way, -1 = there is only one */
	enum tug_show show;           /**< of the pass under way */
	uint32_t bit;                 /**< of the image under way in `brought` */
	uint32_t brought;             /**< images that steps of this run brought */
	bool worked;                  /**< the image under way is one of them, brought by an earlier pass */
	struct tug_dev_state list;    /**< latest list */
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

/**
 * Bring every image of `set` to every device; several images: highest number first, one reset for all. Result: the worst
 * exit status.
 */
int tug_update_run(struct tug_cli *cli, const char **urls, size_t n, const struct tug_image_set *set,
		   const struct tug_plan_policy *policy);

/** Show one event of the procedure. */
void tug_show_event(struct tug_one *one, const struct tug_update_event *ev);
/** The device could not be opened: say why, as a result. */
void tug_show_unopened(struct tug_one *one, int err, const char *why);
/** Interrupted for good before the procedure could end: say in what state the device is left. */
void tug_show_abandoned(struct tug_one *one);

#endif
