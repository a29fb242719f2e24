/* SPDX-License-Identifier: Apache-2.0
 *
 * Brings the flash of a virtual device into a slot state, with real images, real trailers and, for an image on trial,
 * a real boot. Refuses to know clock and links. Called by device.c before the device starts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tug/flash_io.h>

#include "vdev_priv.h"

/* Octets of a built-in image: a quarter of the slot, but not more than this. */
#define BUILTIN_MAX 24000u
#define CHUNK 1024u

/* The two images of a preset; `made` are ours to free. */
struct images {
	struct tug_slice pri;
	struct tug_slice sec;
	uint8_t *made[2];
};

static bool on_trial(enum tug_vdev_state s)
{
	return s == TUG_VDEV_TEST_RUN || s == TUG_VDEV_UNCONFIRMED;
}

static bool pending(enum tug_vdev_state s)
{
	return s == TUG_VDEV_PENDING_TEST || s == TUG_VDEV_PENDING_CONFIRM;
}

bool vdev_state_boots(enum tug_vdev_state s)
{
	return on_trial(s) || pending(s);
}

static bool needs_secondary(enum tug_vdev_state s)
{
	return s != TUG_VDEV_KEEP && s != TUG_VDEV_FRESH && s != TUG_VDEV_DUPLICATE;
}

/* ---- images ------------------------------------------------------------------------------------ */

static int check_size(const struct tug_vdev *v, struct tug_slice img, uint32_t slot, const char *which, char *why,
		      size_t why_cap)
{
	if (img.len > slot) {
		snprintf(why, why_cap, "the %s image has %zu octets, its slot in profile %s has %u", which, img.len,
			 v->cfg.profile->name, (unsigned)slot);
		return TUG_EIMGSIZE;
	}
	return TUG_OK;
}

static int check_magic(struct tug_slice img, char *why, size_t why_cap)
{
	if (img.len < TUG_IMAGE_HDR_LEN || tug_le32(img.p) != TUG_IMAGE_MAGIC) {
		snprintf(why, why_cap, "the primary image is not an MCUboot image (its magic is wrong): "
				       "give the signed binary");
		return TUG_EMAGIC;
	}
	return TUG_OK;
}

static int make(struct tug_vdev *v, unsigned which, struct images *im, char *why, size_t why_cap)
{
	static const struct tug_version zero = { 0, 0, 0, 0 }; /* as images are that nobody gave a version */
	uint32_t total = v->cfg.profile->pri_size / 4u < BUILTIN_MAX ? v->cfg.profile->pri_size / 4u : BUILTIN_MAX;

	if (v->cfg.n_keys > 0) {
		snprintf(why, why_cap, "the bootloader wants signed images and the private key is not here: give %s",
			 which == 0 ? "--primary a signed image" : "--secondary a signed image for this state");
		return TUG_EINVAL;
	}
	total -= 2u * which * CHUNK; /* different lengths show in a flash map, and swap different sectors */
	im->made[which] = vdev_image_make(v->boot_cfg.crypto, total, which + 1u, &zero);
	if (im->made[which] == NULL) {
		snprintf(why, why_cap, "out of memory");
		return TUG_ENOSPACE;
	}
	*(which == 0 ? &im->pri : &im->sec) = tug_slice_of(im->made[which], total);
	return TUG_OK;
}

static int find_images(struct tug_vdev *v, struct images *im, char *why, size_t why_cap)
{
	int rc = TUG_OK;

	im->pri = v->cfg.primary;
	im->sec = v->cfg.secondary;
	if (im->pri.len == 0) {
		rc = make(v, 0, im, why, why_cap);
	} else {
		rc = check_magic(im->pri, why, why_cap);
	}
	if (rc == TUG_OK && v->cfg.state == TUG_VDEV_DUPLICATE) {
		im->sec = im->pri;
	} else if (rc == TUG_OK && im->sec.len == 0 && needs_secondary(v->cfg.state)) {
		rc = make(v, 1, im, why, why_cap);
	}
	if (rc == TUG_OK) {
		rc = check_size(v, im->pri, v->cfg.profile->pri_size, "primary", why, why_cap);
	}
	if (rc == TUG_OK && needs_secondary(v->cfg.state)) {
		rc = check_size(v, im->sec, v->cfg.profile->sec_size, "secondary", why, why_cap);
	}
	return rc;
}

/* ---- flash ------------------------------------------------------------------------------------- */

static int write_image(const struct tug_flash_area *a, struct tug_slice img)
{
	uint8_t chunk[CHUNK];
	uint32_t off = 0;
	int rc = tug_flash_erase(a, 0, a->size);

	while (rc == TUG_OK && off < img.len) {
		size_t n = img.len - off < CHUNK ? img.len - off : CHUNK;

		memset(chunk, a->dev->erased, sizeof(chunk));
		memcpy(chunk, &img.p[off], n);
		rc = tug_flash_write(a, off, chunk, tug_align_up((uint32_t)n, a->dev->write_size));
		off += (uint32_t)n;
	}
	return rc;
}

static int mark_pending(struct tug_vdev *v, bool permanent)
{
	struct tug_io io = tug_io_of_area(&v->boot_cfg.sec);
	struct tug_trailer_geo geo = tug_boot_geo(&v->boot_cfg, v->boot_cfg.sec.size);

	return tug_set_pending(&io, &geo, permanent, 0);
}

/* The image of `pri` gets into the primary slot as an update does: through the secondary one and a boot. */
static int run_trial(struct tug_vdev *v, const struct images *im, char *why, size_t why_cap)
{
	struct vdev_digest now;
	struct vdev_digest before;
	int rc;

	rc = write_image(&v->boot_cfg.pri, im->sec);
	if (rc == TUG_OK) {
		rc = write_image(&v->boot_cfg.sec, im->pri);
	}
	if (rc == TUG_OK) {
		rc = mark_pending(v, false);
	}
	if (rc != TUG_OK) {
		return rc;
	}
	vdev_slot_digest(v, 1, &before);
	vdev_boot_core(v);
	vdev_slot_digest(v, 0, &now);
	if (v->boot_rc != TUG_OK || now.len == 0 || now.len != before.len ||
	    memcmp(now.octets, before.octets, now.len) != 0 || v->rsp.swapped != TUG_SWAP_TEST) {
		snprintf(why, why_cap, "the bootloader did not start the primary image on trial: %s",
			 v->boot_rc != TUG_OK ? tug_strerror(v->boot_rc)
					      : "it is no valid image for these keys and slots");
		return v->boot_rc != TUG_OK ? v->boot_rc : TUG_EINVAL;
	}
	if (v->cfg.state == TUG_VDEV_UNCONFIRMED) {
		rc = tug_flash_erase(&v->boot_cfg.sec, 0, v->boot_cfg.sec.size);
	}
	return rc;
}

static int write_state(struct tug_vdev *v, const struct images *im, char *why, size_t why_cap)
{
	static const struct tug_slice nothing = { NULL, 0 };
	int rc;

	if (on_trial(v->cfg.state)) {
		return run_trial(v, im, why, why_cap);
	}
	rc = write_image(&v->boot_cfg.pri, im->pri);
	if (rc == TUG_OK) {
		rc = write_image(&v->boot_cfg.sec, v->cfg.state == TUG_VDEV_FRESH ? nothing : im->sec);
	}
	if (rc == TUG_OK && pending(v->cfg.state)) {
		vdev_boot_core(v); /* the application marks the other image while it runs */
		rc = mark_pending(v, v->cfg.state == TUG_VDEV_PENDING_CONFIRM);
	}
	return rc;
}

int vdev_preset(struct tug_vdev *v, char *why, size_t why_cap)
{
	struct images im = { { NULL, 0 }, { NULL, 0 }, { NULL, NULL } };
	int rc;

	if (on_trial(v->cfg.state) && tug_boot_mode_number(v->cfg.mode) == TUG_MODE_OVERWRITE) {
		snprintf(why, why_cap, "an overwrite-only bootloader has no trial run: what it copies stays");
		return TUG_EINVAL;
	}
	why[0] = '\0';
	rc = find_images(v, &im, why, why_cap);
	if (rc == TUG_OK) {
		rc = write_state(v, &im, why, why_cap);
	}
	if (rc != TUG_OK && why[0] == '\0') {
		snprintf(why, why_cap, "cannot write the flash: %s", tug_strerror(rc));
	}
	free(im.made[0]);
	free(im.made[1]);
	return rc;
}
