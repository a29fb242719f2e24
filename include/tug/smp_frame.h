/* SPDX-License-Identifier: Apache-2.0
 *
 * Carriers of SMP frames: console lines (06 09 / 04 14), datagrams, raw UART.
 * Bytes in, frames out; no clock but the one given, no input or output of their own.
 */
#ifndef TUG_SMP_FRAME_H
#define TUG_SMP_FRAME_H

#include <tug/smp.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Base64 characters of one full console line. */
#define TUG_CONSOLE_LINE_B64 124u
/** Longest console line with both markers and the newline. */
#define TUG_CONSOLE_LINE_MAX 127u
/** Octets that length and CRC take in a receiver's buffer: usable frame = buf_size - 4. */
#define TUG_CONSOLE_OVERHEAD 4u

/** What a receiver has found. */
enum tug_rx_kind {
	TUG_RX_NONE,  /**< all input used, nothing complete */
	TUG_RX_FRAME, /**< one whole frame */
	TUG_RX_TEXT,  /**< text that is no SMP: log or shell output, at most one line at a time */
	TUG_RX_DROP,  /**< a frame was dropped; `err` says why */
};

/** One event of a receiver; `data` borrows the receiver's buffers until the next call. */
struct tug_rx_event {
	enum tug_rx_kind kind; /**< what happened */
	struct tug_slice data; /**< frame or text; what a raw receiver dropped, else empty */
	int err;               /**< TUG_RX_DROP: TUG_E: CRC, BASE64, LEN, TOOBIG, TRUNC, TIMEOUT, OP (raw) */
};

/** Console receiver that takes the marker in mid-line and passes on text (client side). */
#define TUG_CONSOLE_CLIENT 0x01u
/** Console receiver that, like Zephyr's driver, only looks for markers at the start of a line. */
#define TUG_CONSOLE_SERVER 0x02u
/** With TUG_CONSOLE_SERVER: CR is not stripped, so CR LF lines are lost (MCUboot recovery). */
#define TUG_CONSOLE_LF_ONLY 0x04u

/**
 * Console line receiver of a device: looks for markers at the start of a line only. All fields private.
 * A firmware links this one alone; the general receiver below contains it.
 */
struct tug_console_server_rx {
	struct tug_buf frame;  /**< decoded octets of the frame under way (length, frame, CRC) */
	uint64_t since_ms;     /**< time of the last octet of the frame under way */
	uint8_t flags;         /**< TUG_CONSOLE_* */
	uint8_t state;         /**< private */
	uint8_t octets;        /**< octets of the frame line under way */
	uint8_t quad_n;        /**< octets in quad */
	uint8_t quad[4];       /**< base64 characters under way; a line of any length is decoded as it comes */
	bool open;             /**< a frame is under way */
	bool padded;           /**< the line's base64 has ended */
};

/** Prepare a receiver. Keeps `storage` until the receiver is dropped; cap = largest frame + 4. */
void tug_console_server_rx_init(struct tug_console_server_rx *rx, struct tug_buf storage, uint8_t flags);

/** As tug_console_rx_feed with TUG_CONSOLE_SERVER. */
void tug_console_server_rx_feed(struct tug_console_server_rx *rx, struct tug_slice *in, uint64_t now_ms,
				struct tug_rx_event *ev);

/** Console line receiver, of either side. All fields private. */
struct tug_console_rx {
	struct tug_console_server_rx base; /**< frame under way; with TUG_CONSOLE_SERVER all there is */
	uint8_t line[256];     /**< text line under way; longer ones are passed on in pieces */
	uint16_t line_len;     /**< octets in line */
	uint8_t state;         /**< private */
	uint8_t back;          /**< state to return to when a marker is none */
	uint8_t mark;          /**< first octet of the marker under way */
	bool sent;             /**< `line` was handed out: empty it */
	uint8_t head_n;        /**< octets in head */
	uint8_t head[12];      /**< first octets of a line that starts a frame while another is under way */
};

/**
 * Prepare a receiver. Keeps `storage` until the receiver is dropped; cap = largest frame + 4.
 */
void tug_console_rx_init(struct tug_console_rx *rx, struct tug_buf storage, uint8_t flags);

/**
 * Feed octets. Stops at the first event: `*in` is advanced past the octets used; call again until
 * the event is TUG_RX_NONE. `now_ms` dates partial frames: one that got no octet for 3000 ms is dropped, also
 * when `in` is empty. Client side: every octet that belongs to no frame line comes out as text, newlines
 * included; a second 06 09 whose line does not begin like a frame continues the frame under way (servers
 * before Zephyr 3.2). Server side: lines over 128 octets are dropped, as are lines that start with no marker.
 */
void tug_console_rx_feed(struct tug_console_rx *rx, struct tug_slice *in, uint64_t now_ms,
			 struct tug_rx_event *ev);

/**
 * Hand out the text line under way, before its end: at the end of a stream, or to show a prompt.
 * The event is TUG_RX_TEXT, or TUG_RX_NONE when there is none. Client side only.
 */
void tug_console_rx_flush(struct tug_console_rx *rx, struct tug_rx_event *ev);

/** Octets that tug_console_encode (or _zephyr: it cuts elsewhere, but never makes more) makes of `len` octets. */
size_t tug_console_encoded_len(size_t len);

/** Append `frame` to `out` as console lines, LF after each. Errors: TUG_ENOSPACE (nothing written), TUG_ETOOBIG. */
int tug_console_encode(struct tug_slice frame, struct tug_buf *out);

/** As tug_console_encode, cut as Zephyr's transmitter cuts: the CRC is never split. Errors: the same. */
int tug_console_encode_zephyr(struct tug_slice frame, struct tug_buf *out);

/** Raw UART receiver: plain frames back to back. All fields private. */
struct tug_raw_rx {
	struct tug_buf frame; /**< octets of the frame under way */
	uint64_t last_ms;     /**< time of the last octet */
};

/** Prepare a raw receiver. Keeps `storage`; cap = largest frame. */
void tug_raw_rx_init(struct tug_raw_rx *rx, struct tug_buf storage);

/**
 * Feed octets; as tug_console_rx_feed. A pause of 3000 ms drops a partial frame; op > 3 (TUG_EOP) or a length
 * beyond the storage (TUG_ETOOBIG) drops what is buffered.
 */
void tug_raw_rx_feed(struct tug_raw_rx *rx, struct tug_slice *in, uint64_t now_ms, struct tug_rx_event *ev);

/**
 * Take the next frame from a datagram that may carry several. `*dgram` is advanced.
 * Result: 1 = `frame` filled, 0 = nothing left (under 8 octets are dropped silently),
 * TUG_ETRUNC = the header promises more octets than are present (`frame` = what is there).
 */
int tug_dgram_next(struct tug_slice *dgram, struct tug_slice *frame);

#ifdef __cplusplus
}
#endif
#endif
