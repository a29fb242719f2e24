/* SPDX-License-Identifier: Apache-2.0
 *
 * What a reader is: it looks at one line after the other, says whether the line is of its grammar, and takes out
 * frames, events and settings. The engine (input.c) splits inputs into lines, makes them clean and asks the
 * readers in the order of readers.c. For src/diagnose and its tests only.
 */
#ifndef TUG_DIAGNOSE_READER_PRIV_H
#define TUG_DIAGNOSE_READER_PRIV_H

#include <string.h>

#include "facts_priv.h"

/** Octets of a line that are looked at; the rest of a longer line is skipped. */
#define TUG_DG_LINE_MAX 16384u

struct tug_dg_pairs;
struct tug_phone_prefix; /* phone_priv.h */

/** One line: escape sequences, NULs, HTML entities and quoting are gone, invalid UTF-8 is U+FFFD, no line end. */
struct tug_dg_line {
	uint16_t input;        /**< index of the input */
	uint32_t no;           /**< line number, from 1 */
	struct tug_slice raw;  /**< the line as it came, without line end; borrowed for the call */
	struct tug_slice text; /**< the clean line; borrowed for the call */
	/* what the readers find out: */
	int64_t ms;            /**< time, -1 = none; grows within an input, also over midnight */
	uint16_t src;          /**< enum tug_dg_src of the reader that claimed it */
	struct tug_slice body; /**< text behind the prefix (level, time, tag); starts as `text` */
	char level;            /**< 'E' 'W' 'I' 'D' 'V' 'A', 0 = not said */
	bool cut;              /**< it was longer than TUG_DG_LINE_MAX */
	const struct tug_phone_prefix *prefix; /**< what a reader of phones' logs found before its text; NULL = none did */
	uint8_t strange;         /**< enum tug_phone_domain, set of: no reader of these knows the text, unless it goes on with
				      a line before it */
	struct tug_slice asked;  /**< a part of the text in which a command of a client was looked for */
	uint16_t command;        /**< whose it is: enum tug_dg_src, 0 = nobody's */
	struct tug_slice lean;   /**< the text that was counted, without blanks at both ends */
	const struct tug_dg_pairs *pairs; /**< of a text, mostly `text`; NULL = none were counted */
};

/** `strange` of a text that no reader of phones' logs knows. */
#define TUG_DG_NO_PHONE 0x03u

struct tug_dg_input; /* engine_priv.h */

/** How sure a reader is of a line. */
enum tug_claim {
	TUG_NOT_MINE, /**< another reader may have it */
	TUG_SHARED,   /**< understood (a prefix, a time), others should look at the body as well */
	TUG_MINE,     /**< it is of this grammar and is used up */
};

/** One grammar. */
struct tug_reader {
	const char *kind;   /**< what an input of it is called ("nRF Connect (Android) log") */
	const char *expect; /**< for an input in which nothing is recognised: what would have been fine */
	uint16_t src;       /**< enum tug_dg_src */
	size_t state_size;  /**< octets of state per input, zeroed at its begin */
	/** Look at a line. Takes out what it finds. Called for every line that no reader before it took (TUG_MINE). */
	enum tug_claim (*line)(struct tug_diag *d, void *state, struct tug_dg_line *l);
	/** The input ends; may be NULL. */
	void (*end)(struct tug_diag *d, void *state);
};

/** All readers (readers.c) in the order they are asked; `*n` = how many. */
const struct tug_reader *const *tug_readers(size_t *n);

/* ---- what readers give ------------------------------------------------------------------------------------- */

/** Where a line is, as evidence. */
void tug_dg_here(const struct tug_dg_line *l, struct tug_evidence *at);

/** One frame found in a line. */
struct tug_dg_frame {
	struct tug_evidence at;   /**< where */
	uint16_t src;             /**< who wrote it */
	bool sent;                /**< client to device; known from the text, else from the op */
	struct tug_smp_hdr hdr;   /**< header; hdr.len as written */
	bool seq_known;           /**< hdr.seq is from the text */
	bool version_known;       /**< hdr.version is from the text */
	bool from_octets;         /**< decoded from the octets of the wire, else rebuilt from printed values */
	bool cut;                 /**< the body is shorter than its header says */
	struct tug_slice body;    /**< CBOR map; borrowed for the call */
};

/**
 * Octets of frames, as seen on the wire in one direction (ATT writes or notifications, datagrams): joins pieces by
 * the length in the header, over several calls of the same `src` and direction, and gives whole frames on.
 */
void tug_dg_octets(struct tug_diag *d, const struct tug_dg_line *l, bool sent, struct tug_slice octets);
/** A frame in whatever form (track.c). */
void tug_dg_frame(struct tug_diag *d, const struct tug_dg_frame *f);
/** A refusal of which only the code was printed ("Error: 6"): belongs to the latest request or command named. */
void tug_dg_code(struct tug_diag *d, const struct tug_dg_line *l, int32_t rc, int err_group);
/** A request that got no answer, or "timed out" without saying which (`h` NULL = the latest). */
void tug_dg_silent(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h);
/** An image list printed as text, already parsed. */
void tug_dg_image_list(struct tug_diag *d, const struct tug_dg_line *l, uint16_t src, const struct tug_dg_list *list);
/** A command named in text without a frame ("mcumgr image erase"): begins a request. */
void tug_dg_command(struct tug_diag *d, const struct tug_dg_line *l, const struct tug_smp_hdr *h);

/** Link up. */
void tug_dg_link_up(struct tug_diag *d, const struct tug_dg_line *l);
/** Link down or not made: GATT/HCI status, -1 = not said. */
void tug_dg_link_down(struct tug_diag *d, const struct tug_dg_line *l, int32_t status);
/** The client says that it disconnects. */
void tug_dg_link_closing(struct tug_diag *d, const struct tug_dg_line *l);
/** MTU of the link. */
void tug_dg_link_mtu(struct tug_diag *d, const struct tug_dg_line *l, uint32_t mtu);
/** Connection parameters; 0 = not said. */
void tug_dg_link_params(struct tug_diag *d, const struct tug_dg_line *l, uint32_t itvl_us, uint32_t timeout_ms);
/** Service discovery begins (false) or ends (true). */
void tug_dg_discovery(struct tug_diag *d, const struct tug_dg_line *l, bool ends);
/** Pairing begins. */
void tug_dg_bonding(struct tug_diag *d, const struct tug_dg_line *l);
/** The client names its step. */
void tug_dg_step(struct tug_diag *d, const struct tug_dg_line *l, enum tug_dg_step step);
/** A new session of the same client begins (header line of a log): open requests are forgotten. */
void tug_dg_session(struct tug_diag *d, const struct tug_dg_line *l);
/** The device restarted, as a banner shows. */
void tug_dg_restarted(struct tug_diag *d, const struct tug_dg_line *l);

/** A setting (conf.c). `name` without prefix. */
void tug_dg_setting(struct tug_diag *d, const struct tug_dg_line *l, enum tug_dg_role role, struct tug_slice name,
		    struct tug_slice value);
/** A version; the first of each kind counts, except that a banner overrides a guess from a path. */
void tug_dg_version_found(struct tug_diag *d, const struct tug_dg_line *l, struct tug_dg_version *which,
			  struct tug_slice text);
/** The facts, for readers that fill a part of them themselves. */
struct tug_dg_facts *tug_dg_facts(struct tug_diag *d);
/** Name of the input being read, as given. */
const char *tug_dg_input_name(const struct tug_diag *d);

/* ---- text helpers (text.c) ---------------------------------------------------------------------------------- */

/* The length of a literal is known to the compiler only where the call is inline, and most lines end the question at
 * their first octet. */
#define TUG_DG_INLINE static inline __attribute__((always_inline))

/** As tug_dg_trim, when there are blanks. */
struct tug_slice tug_dg_trim_blanks(struct tug_slice s);

/** `s` without blanks at both ends. */
TUG_DG_INLINE struct tug_slice tug_dg_trim(struct tug_slice s)
{
	/* Blanks are the only characters up to ' ' that a clean line mostly has. */
	return s.len > 0 && (s.p[0] <= ' ' || s.p[s.len - 1] <= ' ') ? tug_dg_trim_blanks(s) : s;
}

/** `s` begins with the `n` characters `z`; then `*rest` (may be NULL) is what follows. */
bool tug_dg_starts_n(struct tug_slice s, const char *z, size_t n, struct tug_slice *rest);
/** Place of the `n` characters `z`, at least one, in `s`, or NULL. */
const uint8_t *tug_dg_find_n(struct tug_slice s, const char *z, size_t n);

/** `s` begins with `z`; then `*rest` (may be NULL) is what follows. */
TUG_DG_INLINE bool tug_dg_starts(struct tug_slice s, const char *z, struct tug_slice *rest)
{
	if (z[0] != '\0' && (s.len == 0 || s.p[0] != (uint8_t)z[0])) {
		return false;
	}
	return tug_dg_starts_n(s, z, strlen(z), rest);
}

/** `s` is `z`. */
TUG_DG_INLINE bool tug_dg_is(struct tug_slice s, const char *z)
{
	if (s.len == 0 || s.p[0] != (uint8_t)z[0]) {
		return s.len == 0 && z[0] == '\0';
	}
	return s.len == strlen(z) && memcmp(s.p, z, s.len) == 0;
}

/** Place of `z` in `s`, or NULL. */
TUG_DG_INLINE const uint8_t *tug_dg_find(struct tug_slice s, const char *z)
{
	return tug_dg_find_n(s, z, strlen(z));
}

/** `s` behind the first `z` in it; empty slice with p NULL when `z` is not there. */
TUG_DG_INLINE struct tug_slice tug_dg_after(struct tug_slice s, const char *z)
{
	size_t n = strlen(z);
	const uint8_t *at = tug_dg_find_n(s, z, n);

	return at == NULL ? tug_slice_of(NULL, 0) : tug_slice_of(at + n, s.len - (size_t)(at - s.p) - n);
}

/** Which octets, and which two in a row, are in a text: what is not there rules a literal out without a look. */
struct tug_dg_pairs {
	struct tug_slice of; /**< the text counted last; only compared */
	uint8_t now;         /**< marks it */
	uint8_t one[256];    /**< [octet] */
	uint8_t two[4096];   /**< [hash of two octets] */
};

/** Count `s` into `p` (zeroed before the first use). */
void tug_dg_pairs_count(struct tug_dg_pairs *p, struct tug_slice s);

/** Place of a pair in tug_dg_pairs.two. */
TUG_DG_INLINE size_t tug_dg_pair(uint8_t a, uint8_t b)
{
	return ((size_t)a << 5 ^ b) & 4095u;
}

/** Are the pairs of `l` those of its text? (A line kept, or with another text, has none.) */
TUG_DG_INLINE bool tug_dg_counted(const struct tug_dg_line *l)
{
	return l->pairs != NULL && l->pairs->of.p == l->text.p && l->pairs->of.len == l->text.len;
}

/** The text of `l` without blanks at both ends. */
TUG_DG_INLINE struct tug_slice tug_dg_lean(const struct tug_dg_line *l)
{
	return tug_dg_counted(l) ? l->lean : tug_dg_trim(l->text);
}

/** Could the octet `c` be in the text of `l`? False is certain. */
TUG_DG_INLINE bool tug_dg_may_have(const struct tug_dg_line *l, char c)
{
	return !tug_dg_counted(l) || l->pairs->one[(uint8_t)c] == l->pairs->now;
}

/** Could the literal `z` (two characters or more; the first four are asked for) be in the text of `l`? False is certain. */
TUG_DG_INLINE bool tug_dg_may(const struct tug_dg_line *l, const char *z)
{
	const struct tug_dg_pairs *p = l->pairs;

	return !tug_dg_counted(l) || (p->two[tug_dg_pair((uint8_t)z[0], (uint8_t)z[1])] == p->now &&
			     (z[2] == '\0' || (p->two[tug_dg_pair((uint8_t)z[1], (uint8_t)z[2])] == p->now &&
					       (z[3] == '\0' || p->two[tug_dg_pair((uint8_t)z[2], (uint8_t)z[3])] == p->now))));
}

/** tug_dg_find in the whole text of `l`. */
TUG_DG_INLINE const uint8_t *tug_dg_line_find(const struct tug_dg_line *l, const char *z)
{
	return tug_dg_may(l, z) ? tug_dg_find_n(l->text, z, strlen(z)) : NULL;
}

/** tug_dg_after in the whole text of `l`. */
TUG_DG_INLINE struct tug_slice tug_dg_line_after(const struct tug_dg_line *l, const char *z)
{
	return tug_dg_may(l, z) ? tug_dg_after(l->text, z) : tug_slice_of(NULL, 0);
}

/** Cut the next run of non-blanks off `*s`. */
struct tug_slice tug_dg_word(struct tug_slice *s);
/** A decimal or 0x number at the start of `*s` (blanks skipped), cut off. False: none. */
bool tug_dg_number(struct tug_slice *s, uint64_t *v);
/** "hh:mm:ss.mmm" (also ",mmm", also without fraction) at the start of `*s`, cut off; milliseconds of the day. */
bool tug_dg_clock(struct tug_slice *s, int64_t *ms);
/** Equal but for case. */
bool tug_dg_is_nocase(struct tug_slice s, const char *z);
/** Copy into `dst` [cap], printable, cut with "..." when longer. */
void tug_dg_copy(char *dst, size_t cap, struct tug_slice s);

/** JSON text (a client's print of a CBOR map) to CBOR, appended to `out`: byte strings in base64 where the table of
 * commands has bytes for that key, "0x.." or hex likewise. False: no JSON object at the start of `json`. */
bool tug_dg_cbor_of_json(const struct tug_smp_hdr *h, struct tug_slice json, struct tug_buf *out);

#endif
