/* SPDX-License-Identifier: Apache-2.0
 *
 * The SMP packet: 8-octet header and the rows of the one table of commands.
 * Bodies are in smp_body.h, carriers (console lines, datagrams, raw UART) in smp_frame.h.
 */
#ifndef TUG_SMP_H
#define TUG_SMP_H

#include <tug/base.h>
#include <tug/smp_body.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Octets of an SMP header. */
#define TUG_SMP_HDR_LEN 8u

/** Operation, the low three bits of the first octet. */
enum tug_smp_op {
	TUG_SMP_READ = 0,      /**< read request */
	TUG_SMP_READ_RSP = 1,  /**< read response */
	TUG_SMP_WRITE = 2,     /**< write request */
	TUG_SMP_WRITE_RSP = 3, /**< write response */
};

/** Value of the version bits on the wire: v1 is 0, v2 is 1. */
enum tug_smp_version {
	TUG_SMP_V1 = 0, /**< original protocol: errors are {"rc":n} */
	TUG_SMP_V2 = 1, /**< group errors are {"err":{"group":g,"rc":n}} */
};

/** A decoded header; multi-octet fields in host order. */
struct tug_smp_hdr {
	uint8_t op;       /**< 0..7, see enum tug_smp_op; 4..7 are never valid */
	uint8_t version;  /**< version bits, 0..3 */
	uint8_t reserved; /**< top three bits of the first octet; 0 when sent, ignored when read */
	uint8_t flags;    /**< 0 when sent, ignored when read */
	uint16_t len;     /**< payload octets after the header */
	uint16_t group;   /**< group id */
	uint8_t seq;      /**< sequence number chosen by the client, echoed by the server */
	uint8_t id;       /**< command id within the group */
};

/**
 * Decode the header at the start of `pkt`; further octets are not looked at.
 * Result: TUG_OK, `hdr` filled. TUG_MORE when fewer than 8 octets are present.
 * Source: docs/smp.md, header.
 */
int tug_smp_hdr_decode(struct tug_slice pkt, struct tug_smp_hdr *hdr);

/** Encode `hdr` into the 8 octets at `out`. Fields are masked to their width. */
void tug_smp_hdr_encode(const struct tug_smp_hdr *hdr, uint8_t out[TUG_SMP_HDR_LEN]);

/**
 * Check one whole frame: header present and length field equal to the octets after it.
 * Fills `hdr` and `body`. Errors: TUG_ETRUNC, TUG_ELEN.
 */
int tug_smp_frame_split(struct tug_slice frame, struct tug_smp_hdr *hdr, struct tug_slice *body);

/** Management groups by number. */
enum tug_smp_group {
	TUG_GRP_OS = 0,         /**< OS */
	TUG_GRP_IMG = 1,        /**< image */
	TUG_GRP_STAT = 2,       /**< statistics */
	TUG_GRP_SETTINGS = 3,   /**< settings */
	TUG_GRP_LOG = 4,        /**< log (Mynewt) */
	TUG_GRP_CRASH = 5,      /**< crash (Mynewt) */
	TUG_GRP_SPLIT = 6,      /**< split image (Mynewt) */
	TUG_GRP_RUN = 7,        /**< run-time tests (Mynewt) */
	TUG_GRP_FS = 8,         /**< file system */
	TUG_GRP_SHELL = 9,      /**< shell */
	TUG_GRP_ENUM = 10,      /**< enumeration */
	TUG_GRP_TRANSPORT = 11, /**< transport (experimental) */
	TUG_GRP_ZBASIC = 63,    /**< Zephyr basic */
	TUG_GRP_SUIT = 66,      /**< Nordic SUIT */
};

/** Generic SMP return codes ({"rc":n}); group return codes are per group. */
enum tug_smp_rc {
	TUG_RC_OK = 0,         /**< success */
	TUG_RC_UNKNOWN = 1,    /**< anything */
	TUG_RC_NOMEM = 2,      /**< no buffer */
	TUG_RC_INVAL = 3,      /**< undecodable or missing parameter */
	TUG_RC_TIMEOUT = 4,    /**< timed out */
	TUG_RC_NOENT = 5,      /**< no such thing */
	TUG_RC_BADSTATE = 6,   /**< current state forbids it */
	TUG_RC_MSGSIZE = 7,    /**< the response does not fit */
	TUG_RC_NOTSUP = 8,     /**< group, command or op not present */
	TUG_RC_CORRUPT = 9,    /**< frame shorter than its header says */
	TUG_RC_BUSY = 10,      /**< resource in use */
	TUG_RC_ACCESS = 11,    /**< refused by the application */
	TUG_RC_TOO_OLD = 12,   /**< v1 is switched off */
	TUG_RC_TOO_NEW = 13,   /**< version 2 or 3 in the header */
};

/** A command can be left out of a device and an update still works. */
#define TUG_CMD_OPTIONAL 0x01u
/** Sending the command changes nothing on the device. */
#define TUG_CMD_HARMLESS 0x02u

/** One row of the table of commands: the wire columns. One row per (group, id, op). */
struct tug_smp_cmd {
	uint16_t group;             /**< group id */
	uint8_t id;                 /**< command id */
	uint8_t op;                 /**< TUG_SMP_READ or TUG_SMP_WRITE */
	uint8_t flags;              /**< TUG_CMD_* */
	const struct tug_map *req;  /**< request fields; never NULL */
	const struct tug_map *rsp;  /**< response fields beside rc and err; never NULL */
};

/** The whole table, in the order of docs/smp.md; `*n` = rows. */
const struct tug_smp_cmd *tug_smp_cmds(size_t *n);

/** The row for (group, id, request op), or NULL. */
const struct tug_smp_cmd *tug_smp_cmd_find(uint16_t group, uint8_t id, uint8_t op);

/** What a device answered, apart from the values. */
struct tug_smp_status {
	bool failed;    /**< an error envelope with a non-zero rc was present */
	bool legacy;    /**< {"rc":n} rather than {"err":{..}} or {"ret":{..}} */
	uint16_t group; /**< group of the error; the request's group when legacy */
	int32_t rc;     /**< the code; generic when legacy, else of `group` */
	struct tug_slice rsn; /**< text of "rsn", or empty; borrows the frame */
};

/**
 * Read the error envelope of a response body by content: "err" map, "ret" map (3.4.0), "rc".
 * A shell "ret" integer is not an error. Result: TUG_OK with `st` filled, or a CBOR error.
 */
int tug_smp_status_read(struct tug_slice body, uint16_t group, struct tug_smp_status *st);

/** v1 translation of a group's rc, as Zephyr does it; 1 when the table has no entry. */
uint8_t tug_smp_rc_to_v1(uint16_t group, uint16_t rc);

#ifdef __cplusplus
}
#endif
#endif
