/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to src/server: what the dispatcher, the groups and the slot helpers share. Knows the
 * public server contract only; included by this folder and its own unit tests.
 */
#ifndef TUG_SERVER_PRIV_H
#define TUG_SERVER_PRIV_H

#include <tug/server.h>

/** Return codes of the image group (group 1). */
enum tug_img_rc {
	TUG_IMG_RC_UNKNOWN = 1,        /**< anything else */
	TUG_IMG_RC_HASH_NOT_FOUND = 8, /**< no slot holds an image with that digest */
	TUG_IMG_RC_NO_FREE_SLOT = 9,   /**< slot in use */
	TUG_IMG_RC_FLASH_OPEN = 10,    /**< no such slot */
	TUG_IMG_RC_FLASH_WRITE = 12,   /**< write failed */
	TUG_IMG_RC_FLASH_ERASE = 13,   /**< erase failed */
	TUG_IMG_RC_BAD_OFFSET = 20,    /**< no offset */
	TUG_IMG_RC_BAD_LENGTH = 21,    /**< no length */
	TUG_IMG_RC_BAD_HEADER = 22,    /**< first chunk shorter than a header */
	TUG_IMG_RC_BAD_MAGIC = 23,     /**< not an image, or a damaged trailer of the target */
	TUG_IMG_RC_BAD_HASH = 24,      /**< digest of a wrong length, or none */
	TUG_IMG_RC_NO_VERSION = 26,    /**< running version unreadable */
	TUG_IMG_RC_NOT_NEWER = 27,     /**< running version is not older */
	TUG_IMG_RC_PENDING = 28,       /**< an update is already pending */
	TUG_IMG_RC_BAD_VECTOR = 29,    /**< damaged trailer of the running image */
	TUG_IMG_RC_TOO_LARGE = 30,     /**< image does not fit */
	TUG_IMG_RC_OVERRUN = 31,       /**< more data than announced */
	TUG_IMG_RC_NO_CONFIRM = 32,    /**< confirmation denied */
	TUG_IMG_RC_TEST_ACTIVE = 33,   /**< test of the running image */
};

/** Return codes of the OS group (group 0). */
enum tug_os_rc {
	TUG_OS_RC_BAD_FORMAT = 2, /**< unknown info format character */
	TUG_OS_RC_NO_ANSWER = 3,  /**< unknown bootloader query */
};

/** Flags of a slot in the image list. */
enum tug_slot_flag {
	TUG_SLOT_ACTIVE = 0x01,    /**< runs now */
	TUG_SLOT_CONFIRMED = 0x02, /**< stays, or is what a revert returns to */
	TUG_SLOT_PENDING = 0x04,   /**< will be booted next */
	TUG_SLOT_PERMANENT = 0x08, /**< pending, and will stay */
	TUG_SLOT_BOOTABLE = 0x10,  /**< not marked as non-bootable; from the image, not from the trailers */
};

/** Record a group error in the answer. Result: 0, so that handlers can return it. */
uint16_t tug_srv_fail(struct tug_srv_call *call, uint16_t group, uint16_t rc);

/** Write the key of a field of the response: TUG_KEY_... of tug/smp_keys.h. */
void tug_srv_key(struct tug_srv_call *call, const char *key);

/** Write a field of the response that is an unsigned integer. */
void tug_srv_put(struct tug_srv_call *call, const char *key, uint32_t value);

/** Decode the body into vals[m->n]. Result: 0, or TUG_RC_INVAL for any body that does not decode. */
uint16_t tug_srv_decode(const struct tug_srv_call *call, const struct tug_map *m, struct tug_value *vals);

/** A slot, by image and number within it. */
struct tug_srv_slot {
	uint8_t image; /**< below n_images */
	uint8_t slot;  /**< 0 or 1 */
};

/** What the two trailers of an image announce for the next boot. */
enum tug_swap_type tug_slot_swap_type(const struct tug_server *s, const struct tug_srv_image *img);

/** Flags (enum tug_slot_flag) of a slot under a swap type. Pure. */
uint8_t tug_slot_flags(enum tug_swap_type type, bool active);

/** True when a slot must neither be written nor erased: active, revert target or (by profile) pending. */
bool tug_slot_in_use(const struct tug_server *s, const struct tug_srv_image *img, uint8_t slot);

/** Offset of the image's header in a slot: 0, or one sector in the secondary slot of swap-offset. */
uint32_t tug_slot_base(const struct tug_server *s, const struct tug_srv_image *img, uint8_t slot);

/**
 * Open the image in a slot. `io` must live as long as `out`. Errors: those of tug_image_open,
 * TUG_EERASED when there is no such slot.
 */
int tug_slot_open(const struct tug_server *s, struct tug_srv_slot t, struct tug_io *io, struct tug_image *out);

/** Digest a slot reports: the hook's, or the image's own. Errors: TUG_ENOHASH, TUG_ETLV, io errors. */
int tug_slot_digest(const struct tug_server *s, struct tug_srv_slot t, const struct tug_image *img,
		    uint8_t out[TUG_HASH_MAX], size_t *len);

/** Write "image" (with several images) and "slot" of a list entry. */
void tug_srv_put_slot_id(struct tug_srv_call *call, struct tug_srv_slot t);
/** Write "version" of a list entry. */
void tug_srv_put_version(struct tug_srv_call *call, const struct tug_image *img);
/** Write "hash" of a list entry, when the slot reports one. */
void tug_srv_put_digest(struct tug_srv_call *call, struct tug_srv_slot t, const struct tug_image *img);

/** `*blank` = all octets of [off, off + len) are erased. Errors: io errors. */
int tug_slot_blank(const struct tug_flash_area *a, uint32_t off, uint32_t len, bool *blank);

/**
 * Erase the sectors that cover [off, off + len). `skip_blank`: leave sectors alone that read as erased; never
 * before a write, because a sector may read as erased and yet hold programmed units or a torn erase.
 * Result: `*to` (may be NULL) = end of the last sector. Errors: flash errors. Power: a prefix is erased.
 */
int tug_slot_erase(const struct tug_flash_area *a, uint32_t off, uint32_t len, bool skip_blank, uint32_t *to);

/** Erase a whole slot, trailer first: a cut never leaves a mark on half an image. Errors: flash errors. */
int tug_slot_erase_all(const struct tug_srv_image *img, uint8_t slot, bool skip_blank);

/** Erase the trailer sectors of a slot. Errors: flash errors. */
int tug_slot_erase_trailer(const struct tug_srv_image *img, uint8_t slot, bool skip_blank);

/** Forget the upload under way. */
void tug_srv_upload_reset(struct tug_server *s);

/** A chunk of an upload as it came. */
struct tug_up_chunk {
	uint32_t off;          /**< offset, 0 when absent */
	uint32_t len;          /**< announced length, 0 when absent */
	uint32_t image;        /**< image number, 0 when absent */
	bool has_off;          /**< "off" was there */
	bool has_len;          /**< "len" was there */
	bool has_data;         /**< "data" was there */
	bool upgrade;          /**< only a newer version is welcome */
	struct tug_slice data; /**< octets; borrows the request */
	struct tug_slice sha;  /**< identity; empty when absent or not known to this server */
};

/** Slot of the upload under way. */
const struct tug_flash_area *tug_up_area(const struct tug_server *s);
/** Offset of the file in that slot. */
uint32_t tug_up_base(const struct tug_server *s);
/** Decode a chunk. Result: 0 or TUG_RC_INVAL; the upload under way is left alone. */
uint16_t tug_up_read(const struct tug_srv_call *call, struct tug_up_chunk *c);
/** Forget the upload that was, note the one that begins. */
void tug_up_begin(struct tug_server *s, const struct tug_up_chunk *c, uint8_t image, uint8_t slot);
/** Erase ahead of the octets, then store them behind what is there. Result: 0 or an image-group rc. */
uint16_t tug_up_store(struct tug_server *s, struct tug_slice d);
/** Write the tail, filled up with the erased value. Result: 0 or an image-group rc. */
uint16_t tug_up_flush(struct tug_server *s);
/** Write "off". */
void tug_up_answer(struct tug_srv_call *call, uint32_t off);

/** Group 1, command 1. */
uint16_t tug_srv_img_upload(struct tug_srv_call *call);
/** Group 0, command 5. */
uint16_t tug_srv_os_reset(struct tug_srv_call *call);
/** Group 0, command 6. */
uint16_t tug_srv_os_params(struct tug_srv_call *call);
/** Group 63, command 0. */
uint16_t tug_srv_storage_erase(struct tug_srv_call *call);

/** OS group of MCUboot's recovery. */
extern const struct tug_srv_group tug_srv_boot_os;
/** Image group of MCUboot's recovery. */
extern const struct tug_srv_group tug_srv_boot_img;
/** Storage erase of MCUboot's recovery. */
extern const struct tug_srv_group tug_srv_boot_zbasic;

/** What a state write asks of the trailers; or TUG_STATE_ERR + an image-group rc. */
enum tug_state_act {
	TUG_STATE_KEEP = 0,    /**< success, nothing to write */
	TUG_STATE_TEST = 1,    /**< mark the other slot for test */
	TUG_STATE_PERM = 2,    /**< mark the other slot as permanent */
	TUG_STATE_CONFIRM = 3, /**< confirm the active slot */
	TUG_STATE_ERR = 0x80,  /**< plus the image-group rc */
};

/** Transition table of the state write. Pure. Source: docs/smp.md, image state, write. */
uint8_t tug_state_decide(bool old_logic, enum tug_swap_type type, bool active, bool confirm);

#endif
