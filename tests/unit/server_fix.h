/* SPDX-License-Identifier: Apache-2.0
 *
 * Fixture of the server's tests: a server over simulated flash with two or four slots and guard space
 * around them, images with a real digest, slot states by name, and a builder of requests.
 */
#ifndef SERVER_FIX_H
#define SERVER_FIX_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <tug/flash_io.h>
#include <tug/port/sim.h>
#include <tug/server.h>
#include <tug/smp.h>
#include <tug/smp_body.h>
#include <tug/smp_cmds.h>

#define FIX_BUF 2475u

/** How a server is built; zero fields take the default. */
struct fix_opt {
	const char *profile;  /**< "zephyr-4.2" */
	uint32_t slot_size;   /**< 32 KiB */
	uint32_t sector;      /**< 4096 */
	uint8_t write_size;   /**< 4 */
	uint8_t erased;       /**< 0 = 0xff, else the value itself; see zero_erased */
	bool zero_erased;     /**< erased value 0x00 */
	uint8_t n_images;     /**< 1 */
	bool single_slot;     /**< no secondary slot */
	bool no_zbasic;       /**< groups os, img only */
	bool no_crypto;       /**< no image check possible */
	int8_t boot_mode;     /**< 0 = swap-move */
	uint32_t buf_size;    /**< FIX_BUF */
	uint32_t max_image;   /**< announced largest image */
};

/** A server and what is around it. */
struct fix {
	struct tug_sim_flash *flash;
	struct tug_sim_clock clock;
	struct tug_flash_area area[2][2];
	struct tug_srv_image images[2];
	const struct tug_srv_group *groups[3];
	struct tug_server_cfg cfg;
	struct tug_server srv;
	uint8_t rsp_store[FIX_BUF + 64];
	struct tug_buf rsp;        /**< latest answer */
	struct tug_slice rest;     /**< what is left of the packet after fix_send */
	int resets;                /**< resets asked for */
	uint8_t reset_mode;        /**< boot mode of the latest */
	bool busy;                 /**< answer of the reset_busy hook */
	int erases;                /**< storage erases */
	int erase_result;          /**< result of the storage erase hook */
	uint8_t report[2][64];     /**< hashes reported instead */
	uint8_t report_len[2];     /**< 0 = the real one */
};

void fix_open(struct fix *f, const struct fix_opt *opt);
void fix_close(struct fix *f);

/** Slot states by swap type. */
void fix_state(struct fix *f, uint8_t image, enum tug_swap_type type);
/** Erase a slot. */
void fix_blank(struct fix *f, uint8_t image, uint8_t slot);
/** Put octets at the start of a slot. */
void fix_put(struct fix *f, uint8_t image, uint8_t slot, struct tug_slice octets);
/** Octets of a slot. */
uint8_t *fix_slot(struct fix *f, uint8_t image, uint8_t slot);
/** Decoded trailer of a slot. */
struct tug_trailer fix_trailer(struct fix *f, uint8_t image, uint8_t slot);

/** Make an image of `body` payload octets in `out`; its digest TLV into `digest` (may be NULL). */
struct tug_slice fix_image(struct tug_buf *out, struct tug_version v, uint32_t body, uint8_t seed, uint8_t digest[32]);
/** SHA-256. */
void fix_sha(struct tug_slice s, uint8_t out[32]);

/** A request under construction. */
struct req {
	uint8_t b[FIX_BUF + 64];
	struct tug_buf buf;
	struct tug_enc e;
	struct tug_smp_hdr hdr;
};
/** Begin; fill the map through r->e. */
void req_begin(struct req *r, uint8_t version, uint8_t op, uint16_t group, uint8_t id);
/** End; the frame. */
struct tug_slice req_end(struct req *r);
void req_uint(struct req *r, const char *key, uint64_t v);
void req_bool(struct req *r, const char *key, bool v);
void req_bytes(struct req *r, const char *key, struct tug_slice v);
void req_text(struct req *r, const char *key, const char *v);

/** One step on the packet. Result: answers (0 or 1). */
int fix_send(struct fix *f, struct tug_slice packet);
/** Step until the packet is used up. Result: answers. */
int fix_send_all(struct fix *f, struct tug_slice packet);
/** Send a request given in hex; the answer as hex in a static buffer ("" = none). */
const char *fix_hex(struct fix *f, const char *hex);
/** Header and body of the latest answer; checks that it is one frame with one well-formed map. */
struct tug_slice fix_body(const struct fix *f, struct tug_smp_hdr *hdr);
/** The latest answer is {"rc":n}. */
void fix_expect_rc(const struct fix *f, unsigned n);
/** The latest answer is a group error: err map in v2, `v1` in v1, `v33` on zephyr-3.3. */
void fix_expect_err(const struct fix *f, uint8_t version, unsigned group, unsigned n, unsigned v1, unsigned v33);
/** The latest answer is a success. */
void fix_expect_ok(const struct fix *f);
/** A uint of the latest answer, UINT64_MAX when absent. */
uint64_t fix_uint(const struct fix *f, const char *key);
/** 0, 1 or -1 (absent). */
int fix_bool(const struct fix *f, const char *key);

/** One entry of the image list. */
struct entry {
	uint8_t image, slot, hash_len;
	uint8_t hash[64];
	char version[32];
	int bootable, pending, confirmed, active, permanent; /* -1 = absent */
};
/** Entries of the list in the latest answer. */
size_t fix_list(const struct fix *f, struct entry *out, size_t cap);
/** Flags as text, "ac" / "pP": active confirmed pending Permanent. */
const char *fix_flags(const struct entry *e);

/** Seed of random tests: TUG_SEED or the default; printed. */
uint64_t fix_seed(uint64_t def);
#endif
