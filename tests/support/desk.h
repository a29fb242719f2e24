/* SPDX-License-Identifier: Apache-2.0
 *
 * A desk with a device on it: runs tug_update against a virtual device core through a lossy link, on a
 * virtual clock. No sockets, no sleeping; the same seed gives the same run. Tests only; allocates.
 */
#ifndef DESK_H
#define DESK_H

#include <tug/update.h>
#include <tug/vdev.h>

/** The link between host and device. All zero = ideal datagrams. */
struct desk_link {
	struct tug_vdev_faults faults; /**< both directions, each with its own dice */
	uint32_t max_frame;            /**< largest request, 0 = no limit */
	uint8_t overhead;              /**< octets of buf_size the carrier takes */
	uint32_t assume_frame;         /**< 0 = 256 */
	bool follows_device;           /**< the link is there only while the device is up (USB, Bluetooth) */
	uint64_t cut_at;               /**< the link breaks when so many frames were carried, 0 = never */
	bool cut_stays;                /**< and cannot be opened again */
};

/** What an update is asked for. */
struct desk_ask {
	struct tug_slice file;         /**< image file */
	struct tug_plan_policy policy; /**< what the user wants */
	uint32_t wait_ms;              /**< longest wait after a reset, 0 = default */
	uint8_t window;                /**< 0 = from buf_count */
	bool plan_only;                /**< stop after the plan */
};

/** Octets of the texts below. */
#define DESK_TEXT 512u

/** How it went. */
struct desk_result {
	bool hang;                  /**< bound on time or steps reached, or nothing was due: a bug */
	const char *hang_why;       /**< which */
	enum tug_outcome outcome;   /**< of the RESULT event */
	int err;                    /**< of it */
	unsigned results;           /**< RESULT events; must be 1 */
	char text[DESK_TEXT];       /**< its sentence */
	char found[32];             /**< pattern of the first plan */
	char plan[DESK_TEXT];       /**< steps of the first plan, or "refused:EDOWNGRADE", "done" */
	char did[DESK_TEXT];        /**< steps begun, in order */
	char notes[DESK_TEXT];      /**< notes, one sentence each */
	unsigned plans;             /**< plans made */
	uint64_t ms;                /**< virtual time used */
	uint64_t steps;             /**< rounds of the loop */
	uint64_t frames_up;         /**< frames sent to the device */
	uint64_t frames_down;       /**< frames that came back */
	uint64_t upload_frames;     /**< image upload requests sent, repetitions included */
	uint64_t upload_octets;     /**< octets of upload request frames */
	uint32_t first_off;         /**< first progress: where the upload began or resumed */
	struct tug_dev_state after; /**< list of the RESULT event */
};

/** A desk. */
struct desk {
	struct tug_vdev *v;   /**< device; borrowed */
	struct desk_link link; /**< between the two */
	uint64_t now_ms;      /**< the clock; goes on over several updates */
	uint64_t max_ms;      /**< bound on the virtual time of one update, 0 = 1 hour */
	uint64_t max_steps;   /**< bound on its rounds, 0 = 2 million */
	bool talk;            /**< print events */
};

/** Facts of an image file. false = it is none. */
bool desk_facts(struct tug_slice file, struct tug_plan_image *out, uint8_t sha[32]);
/** Run one update to its end. */
void desk_update(struct desk *d, const struct desk_ask *ask, struct desk_result *r);
/** Let time pass: until the device has nothing to do, or `ms` are over. */
void desk_pass(struct desk *d, uint64_t ms);
/** One request without faults: sends, waits at most 60 s for the answer, fills `rsp`. false = no answer. */
bool desk_request(struct desk *d, struct tug_slice request, struct tug_buf *rsp);
/** The image list without faults. false = no answer or no list. */
bool desk_list(struct desk *d, struct tug_dev_state *st);

/**
 * The proof, from flash alone and from a power cycle: slot 0 holds exactly the octets of `file`, the device boots it,
 * and boots it again after power was cut. Text of the first thing that is not so, or NULL = proven.
 */
const char *desk_prove(struct desk *d, struct tug_slice file);

#endif
