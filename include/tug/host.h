/* SPDX-License-Identifier: Apache-2.0
 *
 * Client and links joined on one libuv loop: what a gateway or the command line calls. Opens devices
 * by URL, runs requests and updates on many of them at once, cancels on a signal, writes the frame log.
 * Host only; allocates; one thread per host; prints nothing.
 */
#ifndef TUG_HOST_H
#define TUG_HOST_H

#include <tug/client.h>
#include <tug/transport.h>
#include <tug/update.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Largest request frame that is ever built: SMP header and a 16-bit length. */
#define TUG_HOST_FRAME_MAX (TUG_SMP_HDR_LEN + 65535u)
/** Octets of a sentence that says why something failed. */
#define TUG_HOST_WHY 256u

/** One loop with devices on it. */
struct tug_host;
/** One device, open for requests. */
struct tug_session;
/** One device being updated. */
struct tug_host_update;

/** Sees what passes; must not call back into the host. Every member may be NULL. */
struct tug_host_watch {
	/** One frame was sent (true) or received. `url` and `frame` are borrowed. */
	void (*frame)(void *user, const char *url, bool sent, struct tug_slice frame);
	/** Text that is no SMP arrived. */
	void (*text)(void *user, const char *url, struct tug_slice text);
	void *user; /**< passed to both */
};

/** What a host is built with. Strings are copied. */
struct tug_host_cfg {
	const struct tug_scheme *const *schemes; /**< [n_schemes] kinds of links; kept until the host is destroyed */
	size_t n_schemes;                        /**< kinds */
	enum tug_client_smp smp;                 /**< SMP version policy */
	uint32_t timeout_ms;                     /**< per transmission and per opening, 0 = default */
	uint8_t retries;                         /**< retransmissions, 255 = default */
	const char *log_path;                    /**< frame log (docs/log.md), appended to; NULL = none */
	struct tug_host_watch watch;             /**< observer */
	/** Options added to every ble: address ("adapter=hci1&passkey=123456"), neither logged nor shown; "" = none. */
	char ble_options[64];
};

/**
 * Create a host. `why` [why_cap] gets one sentence on failure.
 * Errors: TUG_EFILE, TUG_EACCESS, TUG_EDISKFULL (the log), TUG_EINTERNAL.
 */
int tug_host_create(const struct tug_host_cfg *cfg, struct tug_host **out, char *why, size_t why_cap);

/**
 * Close everything that is still open and free. Result: TUG_OK, or the first error of writing the log:
 * TUG_EDISKFULL, TUG_EFILE. NULL is fine.
 */
int tug_host_destroy(struct tug_host *h);

/**
 * One more observer beside tug_host_cfg.watch; copied. Errors: TUG_ENOSPACE (there are two already).
 */
int tug_host_observe(struct tug_host *h, const struct tug_host_watch *watch);
/** Take off the observers with this `user`. */
void tug_host_unobserve(struct tug_host *h, const void *user);

/** The loop, for handles of the caller's own. Lives as long as the host. */
struct uv_loop_s *tug_host_loop(struct tug_host *h);

/** Let SIGINT and SIGTERM interrupt the host (tug_host_interrupt) instead of ending the process. */
int tug_host_catch_signals(struct tug_host *h);

/**
 * Interrupt: requests in flight end with TUG_EINTR, updates are cancelled (an upload stays resumable).
 * A second call gives up at once, without waiting for answers.
 */
void tug_host_interrupt(struct tug_host *h);

/** Times the host was interrupted. */
unsigned tug_host_interrupted(const struct tug_host *h);

/** Run the loop until every update has ended. Result: TUG_OK, TUG_EINTR when given up on the second interrupt. */
int tug_host_run(struct tug_host *h);

/** Run the loop until the host is interrupted: for handles of the caller's own. */
void tug_host_serve(struct tug_host *h);

/**
 * Start to open a device by URL. Errors: TUG_EADDR (no such scheme, malformed), TUG_ENODEV, TUG_EACCESS,
 * TUG_EBUSY, TUG_ELINK, TUG_ECLOSED; `why` [why_cap] gets one sentence.
 */
int tug_session_open(struct tug_host *h, const char *url, struct tug_session **out, char *why, size_t why_cap);

/** Block until the link is up. Errors: those of the link, TUG_ETIMEOUT, TUG_EINTR; see tug_session_why. */
int tug_session_wait(struct tug_session *s);

/** One sentence about the last failure of the link, or what it noticed that explains silence; "" when nothing. */
const char *tug_session_why(const struct tug_session *s);

/** The URL as given. */
const char *tug_session_url(const struct tug_session *s);

/** Facts of the link (zero until it is up). */
struct tug_link_info tug_session_link(const struct tug_session *s);

/**
 * Submit a request; `done` runs from the loop, exactly once unless this call fails.
 * Result: a handle >= 0. Errors: TUG_EBUSY (four are in flight), TUG_ETOOBIG, TUG_ECLOSED.
 */
int tug_session_request(struct tug_session *s, const struct tug_smp_cmd *cmd, struct tug_slice body,
			const struct tug_client_opt *opt, tug_client_fn done, void *user);

/** An answer kept by its session until the next tug_session_call. */
struct tug_answer {
	struct tug_smp_hdr hdr;       /**< header as answered */
	struct tug_slice body;        /**< CBOR map */
	struct tug_smp_status status; /**< error envelope */
	uint32_t rtt_ms;              /**< time from the last transmission to the answer */
};

/**
 * Send a request and block until it is answered. TUG_OK: `out` is filled and the device did not refuse.
 * TUG_EREMOTE, TUG_ENOTSUP (generic rc 8): `out` is filled, see out->status. Else TUG_ETIMEOUT, TUG_EINTR,
 * errors of the link (see tug_session_why), TUG_ETOOBIG; `out` is empty.
 */
int tug_session_call(struct tug_session *s, const struct tug_smp_cmd *cmd, struct tug_slice body,
		     const struct tug_client_opt *opt, struct tug_answer *out);

/** Close and free. NULL is fine. */
void tug_session_close(struct tug_session *s);

/** How far a look at a device may go. */
struct tug_doctor_cfg {
	/** Also what has side effects: the running image is confirmed again. `say` is told before. */
	bool deep;
	/** One sentence on what is asked next; may be NULL. */
	void (*say)(void *user, const char *sentence);
	void *user; /**< passed to say */
};

struct tug_diag;

/**
 * Look at the device of an open session, changing nothing unless `deep`: every answer and every silence goes into `d`
 * as a live input. Result: TUG_OK when anything was answered, else the first failure (TUG_ETIMEOUT, errors of the
 * link, TUG_EINTR); the diagnosis holds what was seen either way.
 */
int tug_session_doctor(struct tug_session *s, struct tug_diag *d, const struct tug_doctor_cfg *cfg);

/** What an update on a host is made of. Everything pointed to is kept until the update is closed. */
struct tug_host_update_cfg {
	const struct tug_io *file;     /**< the image file; may be shared by several updates */
	struct tug_plan_image image;   /**< facts of it */
	uint8_t sha[32];               /**< SHA-256 of the whole file */
	struct tug_plan_policy policy; /**< what the user wants */
	uint8_t window;                /**< chunks in flight, 0 = as the device's buffers allow */
	uint32_t wait_ms;              /**< longest wait for the device after a reset; 0 = default */
	bool plan_only;                /**< stop after the plan */
	tug_update_fn event;           /**< events of the procedure */
	/**
	 * The end, exactly once. TUG_OK: the procedure ran to its RESULT event. Else the device could not be
	 * opened at all (`why` = one sentence) and nothing was sent.
	 */
	void (*done)(void *user, int err, const char *why);
	void *user;                    /**< passed to both */
};

/**
 * Begin to update the device at `url`; everything else follows from tug_host_run.
 * Errors: TUG_EADDR, TUG_EINTERNAL; `done` is not called then.
 */
int tug_host_update_open(struct tug_host *h, const char *url, const struct tug_host_update_cfg *cfg,
			 struct tug_host_update **out, char *why, size_t why_cap);

/** The procedure's state: first and latest list, plan, outcome. Zero before the link was up. */
const struct tug_update *tug_host_update_state(const struct tug_host_update *u);

/** One sentence about the last failure of the link, or what it noticed that explains silence; "" when nothing. */
const char *tug_host_update_why(const struct tug_host_update *u);

/** Close and free; `done` is not called any more. NULL is fine. */
void tug_host_update_close(struct tug_host_update *u);

#ifdef __cplusplus
}
#endif
#endif
