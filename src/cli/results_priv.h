/* SPDX-License-Identifier: Apache-2.0
 *
 * What commands gather, and the views that show it. A result is filled completely before a view sees it.
 * For src/cli only.
 */
#ifndef TUG_CLI_RESULTS_PRIV_H
#define TUG_CLI_RESULTS_PRIV_H

#include <tug/plan.h>

#include "cli_priv.h"

/** Image list: struct tug_dev_state. */
extern const struct tug_view tug_view_images;
/** Array of the entries of a list, as the JSON of image list and update hold it. */
cJSON *tug_json_images(const struct tug_dev_state *st);
/** The same as lines. */
void tug_text_images(struct tug_out *out, const struct tug_dev_state *st);

/** One slot of slot info. */
struct tug_res_slot {
	uint64_t image;        /**< image number */
	uint64_t slot;         /**< slot number */
	bool size_ok;          /**< size is told */
	uint64_t size;         /**< octets */
	bool upload_ok;        /**< upload_image is told */
	uint64_t upload_image; /**< what upload's "image" must be for this slot */
	bool max_ok;           /**< max_image is told */
	uint64_t max_image;    /**< largest image, octets */
	int64_t rc;            /**< 0, or why the size is not told */
};

/** Slot info. */
struct tug_res_slots {
	struct tug_res_slot slot[16]; /**< [n] */
	size_t n;                     /**< entries */
};
extern const struct tug_view tug_view_slots;

/** One text under one key: echo, info, datetime. */
struct tug_res_text {
	const char *key;       /**< JSON key */
	struct tug_slice text; /**< borrowed */
};
extern const struct tug_view tug_view_text;

/** SMP buffers. */
struct tug_res_params {
	uint64_t buf_size;  /**< octets */
	uint64_t buf_count; /**< buffers */
};
extern const struct tug_view tug_view_params;

/** Bootloader. */
struct tug_res_boot {
	struct tug_slice name; /**< "MCUboot" */
	bool mode_ok;          /**< mode is told */
	int64_t mode;          /**< number of the mode */
	bool no_downgrade;     /**< refuses older images */
};
extern const struct tug_view tug_view_boot;

/** One thread. */
struct tug_res_task {
	char name[40];       /**< escaped */
	int64_t prio;        /**< priority */
	uint64_t id;         /**< position */
	uint64_t state;      /**< bits */
	bool stack_ok;       /**< stack sizes are told */
	uint64_t stack_used; /**< octets */
	uint64_t stack_size; /**< octets */
	bool runtime_ok;     /**< runtime is told */
	uint64_t runtime;    /**< cycles */
};

/** Threads. */
struct tug_res_tasks {
	struct tug_res_task task[64]; /**< [n] */
	size_t n;                     /**< entries kept */
	size_t all;                   /**< entries in the answer */
};
extern const struct tug_view tug_view_tasks;

/** One memory pool. */
struct tug_res_pool {
	char name[40];   /**< escaped */
	uint64_t block;  /**< octets of a block, 1 when not told */
	uint64_t blocks; /**< blocks */
	uint64_t unused; /**< free blocks */
	uint64_t min;    /**< fewest free so far */
};

/** Memory pools. */
struct tug_res_pools {
	struct tug_res_pool pool[64]; /**< [n] */
	size_t n;                     /**< entries kept */
};
extern const struct tug_view tug_view_pools;

/** A step that has nothing to show but that it was done. */
struct tug_res_done {
	const char *what; /**< past tense: "reset" */
	const char *more; /**< a second sentence, or "" */
};
extern const struct tug_view tug_view_done;

/** An answer to raw. */
struct tug_res_raw {
	cJSON *body; /**< owned; the view consumes it */
};
extern const struct tug_view tug_view_raw;

#endif
