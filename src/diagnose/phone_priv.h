/* SPDX-License-Identifier: Apache-2.0
 *
 * What the three readers of phone logs (nRF Connect, the Android library, the iOS library) share: the prefix of a
 * line, lines that a forum broke, the words both libraries print, maps printed as text, links counted once.
 * For src/diagnose/read_nrfconnect.c, read_logcat.c, read_ios.c, read_phone*.c and their test only.
 */
#ifndef TUG_DIAGNOSE_PHONE_PRIV_H
#define TUG_DIAGNOSE_PHONE_PRIV_H

#include "reader_priv.h"

/** Octets of a line put together again that are kept. */
#define TUG_PHONE_LINE 20480u
/** Octets of a printed map as JSON. */
#define TUG_PHONE_JSON 24576u
/** Octets of a frame or of one write. */
#define TUG_PHONE_OCTETS 10240u
/** Repeats of an event within that time are one event. */
#define TUG_PHONE_TWICE_MS 300

/** Whose words. Values are bits. */
enum tug_phone_domain {
	TUG_PHONE_ANDROID = 0x01, /**< the Android library and nRF Connect for Android */
	TUG_PHONE_IOS = 0x02,     /**< the iOS library */
};

/* ---- words (read_phone_words.c) ----------------------------------------------------------------------------- */

/** How a text fits a pattern. */
enum tug_phone_fit {
	TUG_PHONE_NO,      /**< it does not */
	TUG_PHONE_PARTIAL, /**< the text ends within the pattern: it may go on in the next line */
	TUG_PHONE_FULL,    /**< it begins with the pattern */
};

/** What a pattern took out of a text. */
struct tug_phone_got {
	unsigned n_num;           /**< numbers */
	int64_t num[8];           /**< [n_num] %d, %x, and %f times 1000 */
	unsigned n_word;          /**< words */
	struct tug_slice word[4]; /**< [n_word] %s */
	struct tug_slice rest;    /**< what follows the pattern */
	unsigned literals;        /**< characters that had to be equal and were */
};

struct tug_phone;

/** The word is of the library alone: enough to know the grammar. */
#define TUG_PHONE_SURE 0x01u
/** Sure when a time, level or tag stands before it. */
#define TUG_PHONE_NEAR 0x02u
/** Octets in hex follow. */
#define TUG_PHONE_HEX 0x04u
/** A printed map follows, here or in the next lines. */
#define TUG_PHONE_MAP 0x08u
/** Ends with `" sent` or `" received`. */
#define TUG_PHONE_QUOTED 0x10u

/**
 * One word of the libraries. In a pattern a blank stands for any blanks or none, `%d` for a decimal number, `%x` for
 * a hex number, `%f` for a number with fraction, `%s` for a run without blanks, brackets, commas or quotes.
 */
struct tug_phone_word {
	const char *pattern; /**< where the text must begin */
	uint8_t domain;      /**< enum tug_phone_domain, set of */
	uint8_t flags;       /**< TUG_PHONE_* */
	int arg;             /**< for `act` */
	/** What it means; NULL: known, but no event. */
	void (*act)(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
};

/** Fit `text` to `pattern` from their starts. */
enum tug_phone_fit tug_phone_fit(const char *pattern, struct tug_slice text, struct tug_phone_got *got);
/** The word of `domains` that `body` begins with (FULL), or the one it may become (PARTIAL); NULL: none. */
const struct tug_phone_word *tug_phone_word(struct tug_slice body, uint8_t domains, struct tug_phone_got *got,
					    enum tug_phone_fit *fit);
/** Words of one domain, `*n` of them. */
const struct tug_phone_word *tug_phone_words_android(size_t *n);
const struct tug_phone_word *tug_phone_words_ios(size_t *n);

/** Words of one table that are kept apart by their first characters; more of them are looked at one by one. */
#define TUG_PHONE_SORTED 256u

/** Words of one table and of some domains by their first character, in the order of the table. */
struct tug_phone_sorted {
	uint16_t from[129];                /**< [c] .. [c + 1]: entries of first character c */
	uint16_t word[TUG_PHONE_SORTED];   /**< index into the table */
	uint8_t second[TUG_PHONE_SORTED];  /**< second character, 0 = any */
	uint32_t head[TUG_PHONE_SORTED];   /**< first characters as they are in memory, those that must be equal */
	uint32_t mask[TUG_PHONE_SORTED];   /**< which of four they are */
};

/** The words of some domains. */
struct tug_phone_words {
	uint8_t domains;                   /**< enum tug_phone_domain, set of; 0 = not made yet */
	bool sorted;                       /**< `table` is filled, else the tables have too many words */
	uint64_t pairs[64];                /**< [hash of the first two characters] some word may begin so */
	struct tug_phone_sorted table[2];  /**< Android's, iOS' */
};

/** Make the words of `domains`, once. */
void tug_phone_words_make(struct tug_phone_words *w, uint8_t domains);
/** As tug_phone_word, faster. */
const struct tug_phone_word *tug_phone_word_of(const struct tug_phone_words *w, struct tug_slice body,
					       struct tug_phone_got *got, enum tug_phone_fit *fit);

/* ---- the prefix of a line (read_phone_prefix.c) --------------------------------------------------------------- */

/** Most parts that are taken off the front of a line. */
#define TUG_PHONE_ATOMS 12u

/** What stands before the text of a line. */
struct tug_phone_prefix {
	struct tug_slice of; /**< the line; only compared */
	int64_t clock;     /**< milliseconds of the day, -1 = no time */
	uint8_t domains;   /**< whose words were looked for */
	char level;        /**< 'V' 'D' 'I' 'A' 'W' 'E', 0 = not said */
	bool level_time;   /**< level, then time, nothing else: nRF Connect's form */
	bool time_only;    /**< it begins with a time, no date */
	bool adb;          /**< a form of logcat or of a Java logger */
	bool library;      /**< the tag is one of the library's */
	bool foreign;      /**< the tag is of another client on the phone (Nordic DFU, GATT server) */
	char tag[28];      /**< last tag, "" = none */
	unsigned atoms;    /**< parts found */
	bool fraction;     /**< the time has one */
	bool console;      /**< it is a line of Zephyr's log: nothing was looked for */
	uint8_t libraries; /**< domains that have a tag which was found */
	size_t body;       /**< where the text begins */
	size_t start;      /**< where it begins, a bullet included */
	const struct tug_phone_word *word; /**< the word found there, NULL = none */
	enum tug_phone_fit fit;            /**< how it fits */
	enum tug_phone_fit walk;           /**< how a word fits where no part could be taken off any more */
	struct tug_phone_got got;          /**< with what, when there is a word */
	size_t at[TUG_PHONE_ATOMS + 1u];   /**< [atoms + 1] where a word was looked for */
};

/** Find where the text of `line` begins. */
void tug_phone_prefix(struct tug_slice line, const struct tug_phone_words *words, struct tug_phone_prefix *p);
/** The same, where `known` is what was found with other words. */
void tug_phone_prefix_again(const struct tug_phone_prefix *known, const struct tug_phone_words *words,
			    struct tug_phone_prefix *p);

/* ---- printed maps (read_phone_map.c) -------------------------------------------------------------------------- */

/**
 * A map as a client prints it (JSON, Swift's `["k": v]`, `{k : v}` with lists in braces, a block of `k : v` lines)
 * as JSON text appended to `out`; what is cut off is closed. `*cut`: something was missing. False: no map there.
 */
bool tug_phone_json(struct tug_slice text, struct tug_buf *out, bool *cut);
/** Depth of brackets that `text` leaves open, counted as tug_phone_json would; `*in_string`: a string is open. */
unsigned tug_phone_open(struct tug_slice text, bool *in_string);
/** The number behind `key` in `text` ("Len: 25", "\"length\" : 248", "seqNum=60"); false: no such key. */
bool tug_phone_key(struct tug_slice text, const char *key, int64_t *v);

/* ---- frames (read_phone_frame.c) ------------------------------------------------------------------------------ */

/** A frame or a part of one seen last, to know repeats. */
struct tug_phone_seen {
	uint32_t hash;   /**< of the octets */
	uint32_t len;    /**< octets; 0 = none seen */
	uint8_t form;    /**< which form of line */
	bool tagged;     /**< of nRF Connect's second client */
	int64_t ms;      /**< when */
	uint32_t no;     /**< line */
};

/** A header seen last. */
struct tug_phone_last {
	bool known;              /**< there was one */
	struct tug_smp_hdr hdr;  /**< it */
	uint32_t no;             /**< line */
};

/** What is known of a frame beside its body. */
struct tug_phone_known {
	struct tug_smp_hdr hdr; /**< header */
	bool sent;              /**< client to device */
	bool seq;               /**< hdr.seq is known */
	bool version;           /**< hdr.version is known */
	bool len;               /**< hdr.len is known */
};

/** Give on a frame whose body was printed as `map`. */
void tug_phone_give(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_known *k, struct tug_slice map);
/** Header and payload of an iOS response; `*map`: the payload. False: no header there, the text itself is the map. */
bool tug_phone_split(struct tug_slice text, struct tug_phone_known *k, struct tug_slice *map);
/** Was that frame there just before, in this or another form? */
bool tug_phone_again(const struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_known *k);
/** May `more` follow on a header under way that ends with `rest`? */
bool tug_phone_header_goes_on(struct tug_slice rest, struct tug_slice more);
/** Do the digits `hex` of that form end a frame? */
bool tug_phone_whole(const struct tug_phone *s, struct tug_slice hex, int form);
/** Words with frames; `arg` says the form. */
void tug_phone_act_hex(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_header(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_old(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_list(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_ios_send(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_ios_answer(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_ios_failed(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);

/* ---- events (read_phone_event.c) ------------------------------------------------------------------------------ */

/** Links of the two clients that nRF Connect has, and what was said of them last. */
struct tug_phone_link {
	bool told;         /**< up, as far as the tracker was told */
	bool up[2];        /**< of the app itself, of its DFU client */
	bool said[2];      /**< any event of it was seen */
	bool discovering;  /**< discovery is under way */
	int last;          /**< latest event: 1 up, 2 down, 0 none */
	int64_t last_ms;   /**< its time */
	uint32_t last_no;  /**< its line */
	int64_t params_ms; /**< latest parameters: time */
	uint32_t params_no; /**< line */
	int64_t params[3]; /**< and values */
};

void tug_phone_act_link(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_state(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_gatt_error(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_params(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_mtu(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_bond(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_step(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_mode(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_uploaded(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_buffers(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_silent(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_code(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_named_code(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_writing(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);
void tug_phone_act_service(struct tug_phone *s, const struct tug_dg_line *l, const struct tug_phone_got *g, int arg);

/** Is it the whole name of a state or of a mode? */
bool tug_phone_is_name(struct tug_slice name);

/** Arguments of the words above. */
enum {
	TUG_PHONE_UP, TUG_PHONE_DOWN, TUG_PHONE_CLOSING, TUG_PHONE_DISCOVER, TUG_PHONE_DISCOVERED, /* link */
	TUG_PHONE_HEX_SET, TUG_PHONE_HEX_WRITE, TUG_PHONE_HEX_WRITTEN, TUG_PHONE_HEX_NOTIFIED,     /* hex */
	TUG_PHONE_HEX_IOS_TX, TUG_PHONE_HEX_IOS_RX,
	TUG_PHONE_SENT, TUG_PHONE_RECEIVED,                                                        /* header */
	TUG_PHONE_LIST, TUG_PHONE_LIST_WRITE,                                                      /* list */
	TUG_PHONE_TRANSACTION, TUG_PHONE_CHUNK,                                                    /* silent */
};

/* ---- one reader's state (read_phone.c) ------------------------------------------------------------------------ */

/** State of one of the three readers, for one input. */
struct tug_phone {
	struct tug_diag *d;     /**< of the call */
	/* a line under way: it is looked at when the next one shows that it is whole */
	struct tug_dg_line held; /**< it; its slices point into `buf` */
	struct tug_phone_prefix prefix; /**< of it */
	struct tug_phone_prefix looked; /**< of the line looked at */
	size_t len;             /**< octets in `buf` */
	size_t got_len;         /**< `len` when what the word took out was found */
	size_t stub_len;        /**< octets of `stub`, 0 = none */
	/* time */
	int64_t last_ms;        /**< latest time */
	int64_t day_ms;         /**< days passed */
	int64_t silent_id;      /**< the latest time-out: of which transaction or chunk */
	/* what was seen */
	struct tug_phone_seen tx, rx; /**< octets */
	struct tug_phone_last tx_hdr; /**< latest request */
	struct tug_phone_last rx_hdr; /**< latest answer */
	struct tug_phone_link link; /**< links */
	uint32_t need[2];       /**< octets that a frame begun still needs: received, sent */
	uint32_t silent_no;     /**< line of the latest time-out */
	uint32_t end_no;        /**< last line of the one under way */
	uint32_t stub_no;       /**< line of `stub` */
	uint32_t context_no;    /**< latest line that was of the grammar for certain */
	uint16_t src;           /**< enum tug_dg_src of the reader */
	uint8_t domains;        /**< whose words it knows */
	struct tug_phone_words words; /**< these */
	bool open;              /**< a line is under way */
	bool cut;               /**< it ended in "..." or was longer than kept */
	bool unsent;            /**< the line behind it says that the request was not sent */
	bool timed;             /**< some line had a time */
	bool jumped;            /**< time went back far: another session */
	bool context;           /**< a line of the grammar was there for certain */
	bool device_manager;    /**< the header names Device Manager or nRF Logger */
	bool header;            /**< the line before was a header */
	bool listing;           /**< a list of services is being printed */
	bool lost[2];           /**< octets were cut, wait for a header: received, sent */
	bool other_uuid;        /**< the write under way is not for the SMP characteristic */
	uint8_t stub[24];       /**< a short line that may be the begin of a prefix */
	uint8_t buf[TUG_PHONE_LINE]; /**< text of the line under way */
	uint8_t json[TUG_PHONE_JSON]; /**< room for a printed map */
	uint8_t octets[TUG_PHONE_OCTETS]; /**< room for octets */
};

/** What a reader thinks of a line whose prefix is known. */
typedef enum tug_claim (*tug_phone_judge)(struct tug_phone *s, const struct tug_dg_line *l,
					  const struct tug_phone_prefix *p);

/** One line for a reader. Sets time, level and body of `l` when it is claimed. */
enum tug_claim tug_phone_take(struct tug_phone *s, struct tug_diag *d, struct tug_dg_line *l, tug_phone_judge judge);
/** Look at the line under way now. */
void tug_phone_flush(struct tug_phone *s, struct tug_diag *d);
/** Text and body of the line under way. */
struct tug_slice tug_phone_text(const struct tug_phone *s);
struct tug_slice tug_phone_body(const struct tug_phone *s);
/** Does `more`, a part of `l`, go on with the line under way? Then it was appended (read_phone_join.c). */
bool tug_phone_goes_on(struct tug_phone *s, const struct tug_dg_line *l, struct tug_slice more);
/** Time of the log that grows, over midnight and over another session in the same paste; `clock` -1: -1. */
int64_t tug_phone_time(struct tug_phone *s, int64_t clock);
/** Header line of a log ("nRF Connect, 2023-10-10"): 1 nRF Connect, 2 another app with the same form, 0 none. */
int tug_phone_header(struct tug_slice text);
/** Is the line before `no` (blank ones aside) within a few lines? */
bool tug_phone_near(uint32_t then, uint32_t no);
/** Did (then_ms, then_no) happen just before `l`? */
bool tug_phone_just(const struct tug_dg_line *l, int64_t then_ms, uint32_t then_no);

#endif
