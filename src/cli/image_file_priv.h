/* SPDX-License-Identifier: Apache-2.0
 *
 * An image file, read and checked before anything is sent. For src/cli only.
 */
#ifndef TUG_CLI_IMAGE_FILE_PRIV_H
#define TUG_CLI_IMAGE_FILE_PRIV_H

#include <tug/imgtool.h>
#include <tug/plan.h>

/** A checked image. Does not move once loaded: `io` points into it. */
struct tug_image_file {
	struct tug_file file;        /**< the file's octets */
	struct tug_image_info info;  /**< what it is */
	struct tug_slice data;       /**< what is sent: the image without padding behind it */
	struct tug_io io;            /**< over data */
	struct tug_plan_image plan;  /**< facts for the planner */
	uint8_t sha[32];             /**< SHA-256 of data */
};

/**
 * Load and check: one whole image, digest right, and with `key_path` signed by that key. `why` [TUG_WHY_CAP]
 * gets one sentence. Errors: those of tug_file_load_image, tug_key_load and tug_file_verify.
 */
int tug_image_file_load(struct tug_image_file *f, const char *path, const char *key_path, uint8_t image, char *why);
/** As tug_image_file_load, with octets that are there already: `*file` changes hands, also on failure. `name` is used in sentences. */
int tug_image_file_take(struct tug_image_file *f, struct tug_file *file, const char *name, const char *key_path, uint8_t image,
			char *why);
/** Release what it holds. */
void tug_image_file_free(struct tug_image_file *f);

#endif
