/* SPDX-License-Identifier: Apache-2.0
 *
 * One ble: link, shared by the file that brings it up (ble.c) and the one that carries octets (ble_io.c).
 */
#ifndef TUG_TRANSPORT_BLE_LINK_PRIV_H
#define TUG_TRANSPORT_BLE_LINK_PRIV_H

#include "ble_priv.h"

/** Where a link stands on its way up. */
enum tug_ble_step {
	TUG_BLE_S_LIST,    /**< BlueZ is asked for its objects */
	TUG_BLE_S_FIND,    /**< the device is looked for */
	TUG_BLE_S_CONNECT, /**< Connect is under way */
	TUG_BLE_S_RESOLVE, /**< connected; its services are read */
	TUG_BLE_S_NOTIFY,  /**< notifications are asked for */
	TUG_BLE_S_PAIR,    /**< pairing */
	TUG_BLE_S_WRITE,   /**< the way out is asked for */
	TUG_BLE_S_READY,   /**< frames flow */
};

/** A socket of BlueZ: one packet is one write or one notification. */
struct tug_ble_sock {
	uv_poll_t poll; /**< watches it */
	int fd;         /**< -1 = none: D-Bus calls carry the octets */
	bool watched;   /**< poll is in use */
};

/** A frame on its way out. */
struct tug_ble_frame {
	struct tug_ble_frame *next; /**< queue */
	size_t len;                 /**< octets */
	size_t off;                 /**< of them sent */
	uint8_t data[];             /**< the frame */
};

/** The link. */
struct tug_ble_link {
	struct tug_linkbase base;    /**< first */
	struct tug_url_ble url;      /**< what is asked for */
	struct tug_ble_bus bus;      /**< own connection */
	struct tug_ble_model model;  /**< BlueZ's objects */
	struct tug_ble_agent agent;  /**< while it pairs */
	uv_timer_t deadline;         /**< of the way up */
	enum tug_ble_step step;      /**< see there */
	bool discovering;            /**< StartDiscovery was called */
	bool called;                 /**< Connect was called: Disconnect at the end */
	bool tried_pairing;          /**< Pair has succeeded */
	bool was_paired;             /**< paired before it was connected */
	bool closing;                /**< closed by its owner */
	char adapter[160];           /**< path */
	char device[160];            /**< path, "" = not found yet */
	char chrc[160];              /**< path */
	struct tug_ble_sock in;      /**< notifications */
	struct tug_ble_sock out;     /**< writes */
	size_t chunk;                /**< octets of one write */
	bool writing;                /**< WriteValue is under way */
	struct tug_ble_frame *head;  /**< first to send */
	struct tug_ble_frame *tail;  /**< last */
	size_t queued;               /**< octets in the queue */
	struct tug_ble_rx rx;        /**< answer in part */
};

/** The link broke while octets flowed: say so once. */
void tug_ble_gone(struct tug_ble_link *l);
/** An error of BlueZ: tell the sentence. */
void tug_ble_refused(struct tug_ble_link *l, const sd_bus_error *e, enum tug_ble_op op);
/** Queue a frame and send what can be sent. As tug_link_ops.send. */
int tug_ble_io_send(struct tug_ble_link *l, struct tug_slice frame);
/** Take one notification. */
void tug_ble_io_value(struct tug_ble_link *l, struct tug_slice part);
/** Start to watch the sockets. */
void tug_ble_io_start(struct tug_ble_link *l);
/** Close the sockets. */
void tug_ble_io_stop(struct tug_ble_link *l);
/** Free the queue. */
void tug_ble_io_free(struct tug_ble_link *l);

#endif
