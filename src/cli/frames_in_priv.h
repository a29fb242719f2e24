/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds SMP frames in whatever somebody pastes: hex, base64, console lines, lines of a log, binary. Prints
 * nothing. For src/cli only.
 */
#ifndef TUG_CLI_FRAMES_IN_PRIV_H
#define TUG_CLI_FRAMES_IN_PRIV_H

#include <tug/smp_frame.h>

/** What was found. */
enum tug_piece {
	TUG_PIECE_FRAME, /**< octets of one frame, whole or cut off */
	TUG_PIECE_TEXT,  /**< a line that holds no frame */
	TUG_PIECE_BAD,   /**< a frame that was dropped: `err` says why */
};

/** Receives what was found, borrowed for the call. */
typedef void (*tug_piece_fn)(void *user, enum tug_piece kind, struct tug_slice data, int err);

/** Search under way. */
struct tug_frames_in {
	tug_piece_fn piece;          /**< receiver */
	void *user;                  /**< passed to it */
	struct tug_console_rx rx;    /**< console lines */
	uint8_t *storage;            /**< of rx, heap */
	struct tug_buf run;          /**< octets of hex words that belong together, heap */
	bool short_words;            /**< the hex words seen are pieces of frames */
};

/** Begin. False when memory is short. */
bool tug_frames_in_begin(struct tug_frames_in *in, tug_piece_fn piece, void *user);
/** One word of a command line. False: no frame and no part of one. */
bool tug_frames_in_word(struct tug_frames_in *in, const char *word);
/** The content of a file: text, or binary frames back to back. */
void tug_frames_in_octets(struct tug_frames_in *in, struct tug_slice data);
/** End: what is left of words is a frame. Frees. */
void tug_frames_in_end(struct tug_frames_in *in);

#endif
