/* SPDX-License-Identifier: Apache-2.0
 *
 * The inside of the tracker: requests without an answer, frames seen lately, octets being joined, places in the
 * story. Everything has a fixed size. For src/diagnose/track*.c and rows.c only.
 */
#ifndef TUG_DIAGNOSE_TRACK_PRIV_H
#define TUG_DIAGNOSE_TRACK_PRIV_H

#include <tug/smp_cmds.h>
#include <tug/smp_text.h>

#include "engine_priv.h"

/** Requests kept, answered ones included. */
#define TUG_TRACK_OPEN 64u
/** Frames kept to recognise the same one in another form. */
#define TUG_TRACK_RECENT 16u
/** Streams of octets (source and direction) joined at one time. */
#define TUG_TRACK_STREAMS 4u
/** Most octets of a frame, header included. */
#define TUG_TRACK_FRAME_MAX 65536u
/** Room for a body with its open maps and lists closed. */
#define TUG_TRACK_MEND_MAX (TUG_TRACK_FRAME_MAX + 1024u)

/** One request. */
struct tug_open {
	bool used;         /**< the entry is filled */
	bool named;        /**< named in text; its frame, if any, was not seen yet */
	bool answered;     /**< there was an answer */
	bool silent;       /**< it is known to have none */
	bool seq_known;    /**< seq is known */
	uint8_t id;        /**< command */
	uint8_t op;        /**< TUG_SMP_READ or TUG_SMP_WRITE */
	uint8_t seq;       /**< sequence number */
	uint16_t group;    /**< group */
	uint32_t chunk;    /**< upload: octets of data, 0 = unknown */
	uint32_t acks;     /**< upload: chunks answered when it was sent */
	uint32_t text_len; /**< echo: octets of text */
	uint32_t write;    /**< image state write: its number, 0 = none */
	uint64_t off;      /**< upload: offset, TUG_DG_NO_OFF = unknown */
	uint64_t order;    /**< number of the request */
	struct tug_evidence at; /**< where; at.ms is when */
};

/** What is remembered of a frame to know it again. */
struct tug_recent {
	bool used;         /**< the entry is filled */
	bool paired;       /**< its other form was seen */
	bool from_octets;  /**< which form */
	bool cut;          /**< it was cut off */
	bool unread;       /**< it was counted as undecodable */
	bool refused;      /**< it was a refusal */
	bool seq_known;    /**< of the header */
	bool version_known; /**< of the header */
	uint32_t mark;     /**< tells bodies apart */
	uint32_t line;     /**< line of it */
	struct tug_smp_hdr hdr; /**< header */
	uint64_t open;     /**< order of its request, or its own; 0 = none */
	int64_t ms;        /**< time of it, -1 = unknown */
};

/** Octets of one source and direction on their way to a frame. */
struct tug_stream {
	uint16_t src;           /**< whose, 0 = free */
	bool sent;              /**< direction */
	uint8_t *p;             /**< heap, TUG_TRACK_FRAME_MAX octets */
	size_t len;             /**< octets waiting */
	uint64_t used;          /**< when it was used last */
	struct tug_evidence at; /**< where the waiting frame began */
};

/** Position in the upload under way. */
struct tug_upstate {
	bool active;        /**< an upload began on this link and did not end */
	bool moved;         /**< some answer moved on */
	bool have_last;     /**< last_off is filled */
	bool last_refused;  /**< the latest answer was a refusal */
	bool told;          /**< an answer named an offset */
	uint64_t told_off;  /**< the latest such offset */
	uint64_t max_off;   /**< highest offset sent */
	uint64_t acked;     /**< highest offset acknowledged */
	int64_t first_ms;   /**< time of the request with offset 0, -1 = unknown */
	uint32_t on_link;   /**< chunks sent since the link came up */
	uint32_t acks;      /**< chunks answered */
	uint64_t answered;  /**< order of the latest chunk answered */
};

/** The tracker. */
struct tug_dg_track {
	struct tug_open open[TUG_TRACK_OPEN]; /**< ring by order */
	uint64_t requests;       /**< requests of all inputs, = order of the latest */
	uint64_t session_first;  /**< requests up to this one belong to earlier sessions */
	uint64_t answers;        /**< answers in this session */
	struct tug_recent recent[TUG_TRACK_RECENT]; /**< ring */
	struct tug_stream stream[TUG_TRACK_STREAMS]; /**< octets waiting */
	uint64_t stream_clock;   /**< counts calls */
	uint8_t *mend;           /**< heap, TUG_TRACK_MEND_MAX: a body being closed */
	struct tug_upstate up;   /**< upload */
	uint64_t answer_at;      /**< requests when the latest answer came; 0 = none in this session */
	int64_t up_ms;           /**< when the link came up, -1 = unknown */
	int64_t discovery_ms;    /**< when discovery began, -1 = not */
	int64_t upload_ms;       /**< upload start: first chunk or the client's word, -1 = unknown */
	int64_t reset_ms;        /**< when the latest reset was sent, -1 = unknown */
	uint64_t reset_order;    /**< order of that */
	int64_t down_ms;         /**< when the link went down last, -1 = unknown */
	uint32_t waiting;        /**< kept requests of this session without an answer */
	uint32_t n_recent;       /**< frames put in */
	int32_t answer_rc;       /**< code of the latest answer */
	uint32_t link_frames;    /**< frames since the link came up (or since the last end) */
	uint32_t up_line;        /**< line of link-up */
	uint32_t down_line;      /**< line of link-down, 0 = none since the last link-up */
	uint32_t down_end;       /**< its entry in the facts, + 1; 0 = none */
	uint32_t writes;         /**< writes seen, = number of the latest */
	uint8_t reset_marks;     /**< writes (bits) marked by the latest reset, to undo when it is refused */
	bool answer_refused;     /**< the latest answer was a refusal */
	bool answer_listed;      /**< the latest answer held an image list */
	bool link_up;            /**< the link is known to be up */
	bool closing;            /**< the client said that it closes */
	bool timeout_said;       /**< a time-out was said in this input */
	bool params_said;        /**< parameters were said on this link */
	bool upload_begun;       /**< a first chunk or the client's word was there on this link */
	bool reset_sent;         /**< a reset was sent on this link */
	bool write_wants_list;   /**< the latest answered write had no list in its answer */
	bool reset_wants_list;   /**< no list was seen since the latest reset */
};

/** An answer, in whatever form it came. */
struct tug_answer {
	uint16_t group;                 /**< of the command */
	uint8_t id;                     /**< of the command */
	uint8_t op;                     /**< of the request */
	uint16_t src;                   /**< who wrote it */
	bool cut;                       /**< its body is cut off */
	bool status_known;              /**< st is filled */
	struct tug_smp_status st;       /**< outcome */
	const struct tug_evidence *at;  /**< where */
	struct tug_slice body;          /**< CBOR map, mended if need be; empty = none */
	struct tug_open *open;          /**< its request, or NULL */
	const struct tug_dg_list *list; /**< image list in it, or NULL */
};

/* ---- bodies (track_body.c) ---------------------------------------------------------------------------------- */

/** `body`, or as much of it as is there, as a whole CBOR map. `*mended` = it had to be closed. Empty: nothing readable. */
struct tug_slice tug_track_map(struct tug_dg_track *t, struct tug_slice body, bool *mended);
/** Decode into vals; false when it cannot be read. */
bool tug_track_decode(struct tug_slice map, const struct tug_map *m, struct tug_value *vals);
/** The image list of an answer. False: it has none. */
bool tug_track_list(struct tug_slice map, bool cut, const struct tug_evidence *at, struct tug_dg_list *out);
/** Octets that the byte string of `key` has by its head at the end of a cut-off body; 0 = unknown. */
uint64_t tug_track_cut_string(struct tug_slice body, const char *key);

/* ---- requests (track_open.c) -------------------------------------------------------------------------------- */

/** The record of a command, made if need be; NULL when there is no room. */
struct tug_dg_cmd *tug_track_cmd(struct tug_dg_smp *x, uint16_t group, uint8_t id, uint8_t op);
/** A new request. Its fields beyond the header are 0 or unknown. */
struct tug_open *tug_track_begin(struct tug_dg_track *t, const struct tug_smp_hdr *h, bool seq_known,
				 const struct tug_evidence *at);
/** A request named in text that `h` is the frame of, or NULL. */
struct tug_open *tug_track_named(struct tug_dg_track *t, const struct tug_smp_hdr *h);
/** The request that an answer belongs to, or NULL. One that had its answer already comes last. */
struct tug_open *tug_track_match(struct tug_dg_track *t, const struct tug_smp_hdr *h, bool seq_known);
/** The latest request without an answer, or NULL. */
struct tug_open *tug_track_latest(struct tug_dg_track *t);
/** The request of that order while it is kept, or NULL. */
struct tug_open *tug_track_of(struct tug_dg_track *t, uint64_t order);
/** It is of this session, has no answer yet, and may get one. */
bool tug_track_waits(const struct tug_dg_track *t, const struct tug_open *o);
/** It is known to stay without an answer. */
void tug_track_silent(struct tug_diag *d, struct tug_open *o);
/** All that wait: the link ended. */
void tug_track_silent_all(struct tug_diag *d, bool but_last);
/** After an answer at `ms` to the request `order`: earlier ones that waited too long. */
void tug_track_overdue(struct tug_diag *d, uint64_t order, int64_t ms);
/** Forget all requests. */
void tug_track_forget(struct tug_dg_track *t);

/* ---- subjects ----------------------------------------------------------------------------------------------- */

/** An answer that came, whatever its form: counts, refusals, facts (track_answer.c). */
void tug_track_answered(struct tug_diag *d, struct tug_answer *a);
/** The same answer, now whole: what could not be read the first time. */
void tug_track_completed(struct tug_diag *d, struct tug_answer *a, bool counted);

/** track_upload.c: request, answer, a request without one. */
void tug_track_upload_request(struct tug_diag *d, const struct tug_dg_frame *f, struct tug_open *o, struct tug_slice map,
			      bool again);
void tug_track_upload_answer(struct tug_diag *d, const struct tug_answer *a);
void tug_track_upload_silent(struct tug_diag *d, const struct tug_open *o);
/** The client goes on behind the upload. */
void tug_track_upload_passed(struct tug_diag *d, const struct tug_evidence *at);

/** track_state.c: lists, writes of image state, resets. */
void tug_track_take_list(struct tug_diag *d, const struct tug_dg_list *list, bool again);
void tug_track_write_request(struct tug_diag *d, struct tug_open *o, struct tug_slice map, bool again);
void tug_track_write_answer(struct tug_diag *d, const struct tug_answer *a);
void tug_track_reset_request(struct tug_diag *d, const struct tug_open *o);
void tug_track_reset_answer(struct tug_diag *d, const struct tug_answer *a);
/** A reset was sent, or the client says that it sends one: the writes before it will come into force. */
void tug_track_reset_mark(struct tug_diag *d);
void tug_track_link_ended(struct tug_diag *d, const struct tug_evidence *at);

/** track_link.c: frames pass on the link with the parameters said last. */
void tug_track_link_carries(const struct tug_dg_track *t, struct tug_dg_link *k);

/** track_device.c: answers that describe the device. */
void tug_track_device(struct tug_diag *d, const struct tug_answer *a);

/** track_join.c: what waits for its end is given on as cut off. */
void tug_track_flush(struct tug_diag *d);

/* ---- rows (rows.c) ------------------------------------------------------------------------------------------ */

/** A frame as a row, made to text only when it is shown. */
struct tug_row_frame {
	uint16_t group;     /**< command */
	uint8_t id;         /**< command */
	uint8_t op;         /**< of the frame, 0..3 */
	bool failed;        /**< answer: a refusal */
	bool legacy;        /**< answer: of the generic codes */
	bool confirm;       /**< image state write: confirm */
	bool cut;           /**< cut off */
	uint8_t hash_len;   /**< octets of hash, 0 = none */
	uint8_t hash[4];    /**< image state write: start of the hash */
	uint16_t err_group; /**< group of rc */
	int32_t rc;         /**< answer: code */
	uint64_t off;       /**< upload: offset, TUG_DG_NO_OFF = none */
	uint32_t len;       /**< upload: octets of data, 0 = unknown */
};

/** Put a frame among the rows. `slots` may be NULL. */
void tug_rows_frame(struct tug_dg_rows *r, const struct tug_evidence *at, const struct tug_row_frame *f,
		    const struct tug_dg_list *slots);

#endif
