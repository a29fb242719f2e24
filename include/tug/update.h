/* SPDX-License-Identifier: Apache-2.0
 *
 * The update procedure: probes, plans, acts, re-reads after every write, resets, waits for the
 * device and proves the result. Sans-I/O on top of client.h: frames, link events and a clock in;
 * frames, link wishes and events out.
 */
#ifndef TUG_UPDATE_H
#define TUG_UPDATE_H

#include <tug/client.h>
#include <tug/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How an update ended. */
enum tug_outcome {
	TUG_OUT_NONE,            /**< not ended */
	TUG_OUT_SWAPPED,         /**< the image runs, in the state asked for, proven by the list */
	TUG_OUT_ALREADY_RUNNING, /**< nothing was to do, proven by the list */
	TUG_OUT_UPLOADED,        /**< upload-only or no-reset: what was asked is done */
	TUG_OUT_REVERTED,        /**< the image ran and was taken back */
	TUG_OUT_IGNORED,         /**< the bootloader did not swap; still pending or unmarked */
	TUG_OUT_REJECTED,        /**< the bootloader erased or refused the image */
	TUG_OUT_NOT_BACK,        /**< no answer after the reset */
	TUG_OUT_FAILED,          /**< refused, link lost, interrupted: see err */
};

/** Name of an outcome as the JSON prints it ("already-running"). */
const char *tug_outcome_name(enum tug_outcome o);

/** Kinds of events. */
enum tug_update_event_kind {
	TUG_EV_STATE,    /**< the device's state was read; `state` */
	TUG_EV_PLAN,     /**< a plan was made; `plan` */
	TUG_EV_STEP,     /**< a step begins; `step` */
	TUG_EV_STEP_OK,  /**< a step is done and was verified */
	TUG_EV_PROGRESS, /**< octets of the upload the device has; `off`, `len` */
	TUG_EV_NOTE,     /**< something worth saying; `text`, `err`, `status` where a device answered */
	/**
	 * The end; `outcome`, `err`, `status`, `text`. After plan_only: TUG_OUT_NONE when steps would follow,
	 * TUG_OUT_ALREADY_RUNNING when there is nothing to do, TUG_OUT_FAILED when the plan refuses.
	 */
	TUG_EV_RESULT,
};

/** One event, borrowed for the callback. */
struct tug_update_event {
	enum tug_update_event_kind kind;    /**< kind */
	const struct tug_dev_state *state;  /**< STATE, RESULT: latest list */
	const struct tug_plan *plan;        /**< PLAN */
	enum tug_step step;                 /**< STEP, STEP_OK, NOTE */
	uint32_t off;                       /**< PROGRESS */
	uint32_t len;                       /**< PROGRESS */
	enum tug_outcome outcome;           /**< RESULT */
	int err;                            /**< NOTE, RESULT: TUG_OK or why */
	struct tug_smp_status status;       /**< NOTE, RESULT: the device's error, failed = false when none */
	const char *text;                   /**< one sentence, static or borrowed; never NULL */
};

/** Receives events. Must not call back into the update. */
typedef void (*tug_update_fn)(void *user, const struct tug_update_event *ev);

/** Facts of the link below. */
struct tug_link_info {
	uint32_t max_frame;    /**< largest request frame the link carries, 0 = only buf_size counts */
	uint8_t overhead;      /**< octets of buf_size the carrier takes: 4 on console lines, else 0 */
	uint32_t assume_frame; /**< frame size to use when the device does not answer params */
	uint32_t quiet_ms;     /**< silence after which the other end drops a frame it holds in part; 0 = it finds the next at once */
};

/** What an update is built with. Keeps everything it points to. */
struct tug_update_cfg {
	const struct tug_io *file;     /**< the image file */
	struct tug_plan_image image;   /**< facts of it */
	uint8_t sha[32];               /**< SHA-256 of the whole file, for resume */
	struct tug_plan_policy policy; /**< what the user wants */
	struct tug_link_info link;     /**< what the link can carry */
	enum tug_client_smp smp;       /**< SMP version policy */
	uint32_t timeout_ms;           /**< per request, 0 = default */
	uint8_t retries;               /**< per request, 255 = default */
	uint8_t window;                /**< chunks in flight, 0 = from buf_count */
	uint32_t wait_ms;              /**< longest wait for the device after a reset; 0 = 180000 */
	bool plan_only;                /**< stop after the plan */
	tug_update_fn event;           /**< receives events */
	void *user;                    /**< passed to it */
	uint8_t *storage;              /**< [storage_len] frame buffers, kept */
	size_t storage_len;            /**< octets; at least TUG_UPDATE_STORAGE(frame, window) */
};

/** Octets of storage for `window` frames of at most `frame` octets. */
#define TUG_UPDATE_STORAGE(frame, window) ((size_t)(frame) * ((size_t)(window) + 1u))

/** What the procedure wants from its driver. */
enum tug_update_need {
	TUG_NEED_IO,      /**< send what tug_update_tx gives; feed frames; call again at the deadline */
	TUG_NEED_RELINK,  /**< close the link and open it again, as often as needed, until it is up or tug_update_deadline passes */
	TUG_NEED_NOTHING, /**< ended */
};

/** Update procedure. All fields private; size asserted in src/client. */
struct tug_update {
	struct tug_update_cfg cfg;    /**< copy */
	struct tug_client client;     /**< request machine */
	struct tug_dev_state before;  /**< first list */
	struct tug_dev_state state;   /**< latest list */
	struct tug_dev_behaviour beh; /**< learned */
	struct tug_plan plan;         /**< current plan */
	enum tug_outcome outcome;     /**< end */
	int err;                      /**< why */
	struct tug_smp_status status; /**< the device's error */
	struct tug_dev_state prior;   /**< list before the last reset */
	uint64_t opaque[128];         /**< private: position, upload engine, probes */
};

/** Begin. The link is up. Errors: TUG_EINVAL, TUG_ENOSPACE. */
int tug_update_start(struct tug_update *u, const struct tug_update_cfg *cfg, uint64_t now_ms);
/** What to do now. */
enum tug_update_need tug_update_need(const struct tug_update *u);
/** Next frame to transmit: 1 = `frame` filled, borrowed until the next call; 0 = none now. */
int tug_update_tx(struct tug_update *u, uint64_t now_ms, struct tug_slice *frame);
/** A frame has arrived. */
void tug_update_rx(struct tug_update *u, struct tug_slice frame, uint64_t now_ms);
/**
 * Text that is no frame has arrived on a link that carries both. State: while a restarting device is awaited, it speaks, so it
 * is not asked until it has been silent: a bootloader could take a request for the wish to stay in recovery.
 */
void tug_update_text(struct tug_update *u, uint64_t now_ms);
/** Time has passed. */
void tug_update_tick(struct tug_update *u, uint64_t now_ms);
/** Time of the next tick, UINT64_MAX = none. */
uint64_t tug_update_deadline(const struct tug_update *u);
/** The link is up again (after TUG_NEED_RELINK). `link` may have changed. */
void tug_update_link_up(struct tug_update *u, const struct tug_link_info *link, uint64_t now_ms);
/** The link went down by itself, with `err`. The procedure asks for TUG_NEED_RELINK or ends. */
void tug_update_link_down(struct tug_update *u, int err, uint64_t now_ms);
/** Stop as soon as the state is known (Ctrl-C): ends FAILED with TUG_EINTR; an upload stays resumable. */
void tug_update_cancel(struct tug_update *u, uint64_t now_ms);

#ifdef __cplusplus
}
#endif
#endif
