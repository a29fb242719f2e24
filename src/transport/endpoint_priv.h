/* SPDX-License-Identifier: Apache-2.0
 *
 * Head of a device-side endpoint; each kind embeds it first. This folder only.
 */
#ifndef TUG_TRANSPORT_ENDPOINT_PRIV_H
#define TUG_TRANSPORT_ENDPOINT_PRIV_H

#include "link_priv.h"

/** What a kind of endpoint provides. */
struct tug_endpoint_ops {
	/** Send one response frame. */
	int (*send)(struct tug_endpoint *e, struct tug_slice frame);
	/** Write console text; may do nothing. */
	void (*text)(struct tug_endpoint *e, struct tug_slice line);
	/** Close and free. */
	void (*close)(struct tug_endpoint *e);
};

/** Head of every endpoint. */
struct tug_endpoint {
	const struct tug_endpoint_ops *ops; /**< its functions */
	struct tug_endpoint_events ev;      /**< its owner; zero once closed */
	struct tug_hold hold;               /**< what libuv holds */
};

#endif
