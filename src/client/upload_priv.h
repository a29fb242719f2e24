/* SPDX-License-Identifier: Apache-2.0
 *
 * The upload engine: brings a file into the device's slot through the request machine and believes
 * nothing but the offset the device answers. Seen by src/client and its unit tests only.
 */
#ifndef TUG_UPLOAD_PRIV_H
#define TUG_UPLOAD_PRIV_H

#include <tug/image.h>

#include "client_priv.h"

/** Least octets of data in a first chunk: the image header. Source: docs/smp.md, upload. */
#define TUG_UPLOAD_FIRST_MIN 32u

/** Where an upload stands. */
enum tug_upload_state {
	TUG_UP_IDLE,    /**< nothing under way */
	TUG_UP_FIRST,   /**< the first chunk is to be sent or answered, alone */
	TUG_UP_RUN,     /**< further chunks */
	TUG_UP_PAUSE,   /**< waits until `until_ms`: the device said "not yet" */
	TUG_UP_DONE,    /**< the device has every octet */
	TUG_UP_UNSURE,  /**< all sent, the last answer was lost: the image list decides; then tug_upload_restart */
	TUG_UP_REFUSED, /**< the slot is in use; `status` says how it was put */
	TUG_UP_FAILED,  /**< `err`, `why`, `status` */
};

/** What an upload is made of. Keeps what it points to. */
struct tug_upload_cfg {
	const struct tug_io *file; /**< the image */
	uint32_t len;              /**< octets to send */
	uint8_t image;             /**< image number; sent when not 0 */
	const uint8_t *sha;        /**< [32] identity for resume; NULL = none is sent */
	struct tug_slice hash;     /**< digest TLV as the image list shows it */
	uint32_t limit;            /**< largest frame */
	uint8_t window;            /**< chunks in flight at first */
	uint8_t safe_window;       /**< chunks the device surely has buffers for; losses do not narrow below */
	uint8_t align;             /**< chunks end at multiples of this; 1 = anywhere */
	uint8_t *scratch;          /**< [limit] for file data */
};

/** One chunk in flight. */
struct tug_upload_chunk {
	uint32_t off;   /**< of its first octet */
	uint16_t n;     /**< octets of data */
	int8_t handle;  /**< request, -1 = free */
	uint8_t idx;    /**< index of this record */
	bool hurried;   /**< was retransmitted because a later one was answered first */
};

/** An upload. */
struct tug_upload {
	struct tug_upload_cfg cfg;
	struct tug_client *client;
	uint8_t state;           /* enum tug_upload_state */
	uint8_t window;          /* in use now, 1..cfg.window */
	uint8_t flying;          /* chunks in flight */
	uint8_t good;            /* answers since the window changed */
	uint8_t restarts;        /* from the first request again */
	uint8_t stalls;          /* resyncs in a row that brought nothing */
	bool draining;           /* no new chunks until all answers are in */
	bool again;              /* start over once drained */
	bool asked_on;           /* an error was answered since the last progress, and the chunk offered again */
	bool with_sha;           /* the first chunk bears the sha */
	bool last_has_hash;      /* the digest TLV went out within the last chunk */
	bool paused_first;       /* PAUSE goes back to FIRST */
	bool held;               /* the only chunk in flight was answered with its own offset */
	uint32_t next;           /* offset to send next */
	uint32_t expect;         /* offset the device named last */
	uint32_t high;           /* largest offset the device named since the start over */
	uint64_t progress_ms;    /* when `high` last grew */
	uint64_t until_ms;       /* PAUSE */
	uint64_t now_ms;         /* clock of the call under way */
	int err;                 /* FAILED */
	struct tug_smp_status status; /* FAILED, REFUSED: the device's word, if it was one */
	const char *why;         /* FAILED: one sentence */
	const char *note;        /* something to tell, taken by whoever reads it; NULL = nothing */
	uint8_t first_tries;     /* time-outs of the first chunk */
	struct tug_upload_chunk chunk[TUG_CLIENT_WINDOW];
};

/** Begin. Never fails: look at up->state (FAILED when no chunk fits the frame). */
void tug_upload_start(struct tug_upload *up, struct tug_client *c, const struct tug_upload_cfg *cfg, uint64_t now_ms);
/** From the first request again, after TUG_UP_UNSURE; counts as a restart. */
void tug_upload_restart(struct tug_upload *up, uint64_t now_ms);
/** Submit what may be submitted. Call after every frame and tick. */
void tug_upload_pump(struct tug_upload *up, uint64_t now_ms);
/** Time of the next pump without a frame, UINT64_MAX = none. */
uint64_t tug_upload_deadline(const struct tug_upload *up);
/** Forget the chunks in flight. */
void tug_upload_stop(struct tug_upload *up);
/** True until the upload has ended one way or the other. */
bool tug_upload_busy(const struct tug_upload *up);

/** Octets of data that fit a frame of `limit` octets at `off`; 0 = none. The next octet would exceed it. */
uint32_t tug_upload_fit(const struct tug_upload *up, uint32_t limit, uint32_t off);
/** Write a chunk's body. Errors of the encoder. */
int tug_upload_body(const struct tug_upload *up, uint32_t off, struct tug_slice data, struct tug_buf *out);

#endif
