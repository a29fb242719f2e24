/* SPDX-License-Identifier: Apache-2.0
 *
 * What the upload engine and the update procedure may ask of the request machine beyond its public face:
 * build a body in place, drop or hurry a request. Seen by src/client and its unit tests only.
 */
#ifndef TUG_CLIENT_PRIV_H
#define TUG_CLIENT_PRIV_H

#include <tug/client.h>

/** Default time-out of a request, ms. Source: docs/smp.md, erase timing. */
#define TUG_CLIENT_TIMEOUT_MS 5000u
/** Time-out of requests that erase flash first, ms. */
#define TUG_CLIENT_ERASE_MS 40000u
/** Time-out of state writes and of the last chunk, ms. */
#define TUG_CLIENT_WRITE_MS 10000u

/** Reserve a slot: `body` is empty storage for the request's body. Result: handle, or TUG_EBUSY. */
int tug_client_reserve(struct tug_client *c, struct tug_buf *body);
/** Submit a reserved slot whose body holds `len` octets; otherwise as tug_client_request. Never fails. */
int tug_client_commit(struct tug_client *c, int handle, const struct tug_smp_cmd *cmd, size_t len,
		      const struct tug_client_opt *opt);
/** Set who is called for a reserved slot. */
void tug_client_bind(struct tug_client *c, int handle, tug_client_fn done, void *user);
/** Forget a request without calling anybody. */
void tug_client_drop(struct tug_client *c, int handle);
/** Retransmit a waiting request now, once more than the clock would. */
void tug_client_hurry(struct tug_client *c, int handle);
/** Other frame size and window for the same storage and sequence. Only while nothing is in flight. */
void tug_client_reframe(struct tug_client *c, uint32_t max_frame, uint8_t window);
/** The device may have become another: its version must be learned again. */
void tug_client_unsettle(struct tug_client *c);
/** Default time-out in use, ms. */
uint32_t tug_client_timeout(const struct tug_client *c);

#endif
