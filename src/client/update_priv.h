/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the update procedure: its position, and what its files offer one another. The figure of
 * its phases is in docs/client.md. Seen by src/client only.
 */
#ifndef TUG_UPDATE_PRIV_H
#define TUG_UPDATE_PRIV_H

#include <tug/update.h>

#include "plan_priv.h"
#include "upload_priv.h"

/** Where the procedure stands; what it waits for. */
enum tug_upd_phase {
	PH_PARAMS, /* the answer to params */
	PH_MODE,   /* the answer to bootloader info */
	PH_SLOTS,  /* the answer to slot info */
	PH_LIST,   /* the image list; then a plan is made */
	PH_WRITE,  /* the answer to a step that writes */
	PH_UPLOAD, /* the upload engine */
	PH_CHECK,  /* the image list; then the step is judged */
	PH_RESET,  /* the answer to a reset, or its next try */
	PH_WAIT,   /* the device, after a reset */
	PH_END,    /* nothing */
};

/** What the list after a reset is compared with. */
enum tug_upd_expect {
	EXPECT_SWAP,   /* the image is to run */
	EXPECT_LOADER, /* the same, and a bootloader answered before */
	EXPECT_CHANGE, /* something is to change: a trial begins or ends */
	EXPECT_HOLD,   /* no reset was asked for: the image ran, then nobody answered */
};

struct tug_upd {
	uint64_t now_ms;      /* clock of the call under way */
	uint64_t wait_from;   /* PH_WAIT: when the reset was answered or given up */
	uint64_t wait_end;    /* PH_WAIT: when to give up */
	uint64_t poll_at;     /* PH_WAIT: next list; PH_RESET: next try */
	uint64_t relink_end;  /* RELINK outside of PH_WAIT: when to give up */
	uint64_t cancel_end;  /* 0 = not cancelled; else when to stop waiting for a write's answer */
	uint8_t phase;        /* enum tug_upd_phase */
	uint8_t at;           /* step of the plan under way */
	uint8_t expect;       /* enum tug_upd_expect */
	uint8_t plans;        /* plans made */
	uint8_t ran;          /* steps begun */
	uint8_t resets;       /* resets sent */
	uint8_t reset_tries;  /* refusals of the reset under way */
	uint8_t lost_resets;  /* resets without an answer that were sent again */
	uint8_t missed;       /* polls not answered since the reset */
	uint8_t relinks;      /* losses of the link without progress in between */
	uint8_t losses;       /* times the image ran, then stopped answering */
	uint8_t reuploads;    /* uploads that the list did not show */
	bool busy;            /* a request of ours is in flight */
	bool relink;          /* TUG_NEED_RELINK */
	bool seen;            /* the first list was read */
	bool silent;          /* params timed out: no further optional probes */
	bool only_params;     /* params are asked again before an upload, nothing else */
	bool stale;           /* the device was reset since params were asked */
	bool dropped;         /* the link went down since the reset */
	bool unanswered;      /* the reset itself was not answered */
	bool swapped;         /* the image was seen running after a reset */
	bool changed;         /* something was done to the device */
	bool write_failed;    /* PH_CHECK: the device refused the write */
	uint32_t window;      /* chunks in flight for this link and device */
	uint32_t limit;       /* frame size for this link and device */
	uint32_t told;        /* offset of the last PROGRESS */
	uint32_t relink_high; /* offset of the upload when the link was lost last */
	struct tug_smp_status wrote; /* PH_CHECK: what the write was answered */
	struct tug_upload up; /* upload engine */
	char text[256];       /* composed sentence */
};

/** The private part of `u`. */
static inline struct tug_upd *tug_upd_of(struct tug_update *u)
{
	return (struct tug_upd *)(void *)u->opaque;
}

/** The private part of `u`, to read. */
static inline const struct tug_upd *tug_upd_const(const struct tug_update *u)
{
	return (const struct tug_upd *)(const void *)u->opaque;
}

/* update.c */
void tug_upd_event(struct tug_update *u, struct tug_update_event *ev);
void tug_upd_state_event(struct tug_update *u);
void tug_upd_step_event(struct tug_update *u, enum tug_update_event_kind kind);
void tug_upd_note(struct tug_update *u, int err, const struct tug_smp_status *st, const char *text);
void tug_upd_end(struct tug_update *u, enum tug_outcome outcome, int err, const char *text);
void tug_upd_fail_remote(struct tug_update *u, const struct tug_smp_status *st, const char *text);
void tug_upd_send(struct tug_update *u, uint16_t group, uint8_t id, uint8_t op, struct tug_slice body,
		  const struct tug_client_opt *opt);
void tug_upd_read_list(struct tug_update *u, const struct tug_client_opt *opt);
void tug_upd_drop_requests(struct tug_update *u);
void tug_upd_relink(struct tug_update *u);

/* update_probe.c */
void tug_upd_choose_frame(struct tug_update *u);
void tug_upd_probe(struct tug_update *u, enum tug_upd_phase phase);
void tug_upd_probe_answer(struct tug_update *u, int err, const struct tug_client_rsp *rsp);

/* update_step.c */
void tug_upd_plan(struct tug_update *u);
void tug_upd_continue(struct tug_update *u);
void tug_upd_run_step(struct tug_update *u);
void tug_upd_step_answer(struct tug_update *u, int err, const struct tug_client_rsp *rsp);
void tug_upd_check_answer(struct tug_update *u, int err, const struct tug_client_rsp *rsp);
void tug_upd_upload_begin(struct tug_update *u);
void tug_upd_upload_look(struct tug_update *u);
void tug_upd_silence(struct tug_update *u, int err, const char *text);

/* update_reset.c */
void tug_upd_reset(struct tug_update *u);
void tug_upd_reset_answer(struct tug_update *u, int err, const struct tug_client_rsp *rsp);
void tug_upd_wait(struct tug_update *u, enum tug_upd_expect expect);
void tug_upd_wait_answer(struct tug_update *u, int err, const struct tug_client_rsp *rsp);
void tug_upd_wait_tick(struct tug_update *u);

#endif
