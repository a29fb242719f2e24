/* SPDX-License-Identifier: Apache-2.0
 *
 * What a device says of itself: buffers, bootloader, slots, echo, board.
 */
#include <ctype.h>
#include <string.h>

#include "track_priv.h"

static void params(struct tug_dg_device *v, const struct tug_answer *a)
{
	struct tug_value f[TUG_OS_PARAMS_RSP_N];

	if (tug_track_decode(a->body, &tug_os_params_rsp, f) && f[TUG_OS_PARAMS_RSP_BUF_SIZE].present &&
	    f[TUG_OS_PARAMS_RSP_BUF_SIZE].v.u <= UINT32_MAX) {
		v->params_known = true;
		v->buf_size = (uint32_t)f[TUG_OS_PARAMS_RSP_BUF_SIZE].v.u;
		v->buf_count = f[TUG_OS_PARAMS_RSP_BUF_COUNT].present ? (uint32_t)f[TUG_OS_PARAMS_RSP_BUF_COUNT].v.u : 0;
		v->params = *a->at;
	}
}

static void bootloader(struct tug_dg_device *v, const struct tug_answer *a)
{
	struct tug_value f[TUG_OS_BOOTINFO_RSP_N];

	if (!tug_track_decode(a->body, &tug_os_bootinfo_rsp, f)) {
		return;
	}
	if (f[TUG_OS_BOOTINFO_RSP_MODE].present && f[TUG_OS_BOOTINFO_RSP_MODE].v.i >= -1 &&
	    f[TUG_OS_BOOTINFO_RSP_MODE].v.i <= INT32_MAX) {
		v->mode = (int32_t)f[TUG_OS_BOOTINFO_RSP_MODE].v.i;
		v->mode_at = *a->at;
	}
	if (f[TUG_OS_BOOTINFO_RSP_NO_DOWNGRADE].present) {
		v->no_downgrade = f[TUG_OS_BOOTINFO_RSP_NO_DOWNGRADE].v.b;
	}
}

static void slots_of_image(struct tug_dg_device *v, const struct tug_value *image)
{
	struct tug_list it;
	struct tug_slice item;

	if (image[TUG_IMG_SLOTINFO_IMAGE_MAX_IMAGE_SIZE].present &&
	    image[TUG_IMG_SLOTINFO_IMAGE_MAX_IMAGE_SIZE].v.u <= UINT32_MAX) {
		v->upload_max = (uint32_t)image[TUG_IMG_SLOTINFO_IMAGE_MAX_IMAGE_SIZE].v.u;
	}
	if (!image[TUG_IMG_SLOTINFO_IMAGE_SLOTS].present ||
	    tug_list_begin(image[TUG_IMG_SLOTINFO_IMAGE_SLOTS].v.s, &it) != TUG_OK) {
		return;
	}
	for (unsigned n = 0; n < TUG_REPORT_SLOTS && tug_list_next(&it, &item) == 1; n++) {
		struct tug_value s[TUG_IMG_SLOT_N];

		if (tug_track_decode(item, &tug_img_slot, s) && s[TUG_IMG_SLOT_SLOT].present &&
		    s[TUG_IMG_SLOT_SLOT].v.u < 2 && s[TUG_IMG_SLOT_SIZE].present &&
		    s[TUG_IMG_SLOT_SIZE].v.u <= UINT32_MAX) {
			v->slot_size[s[TUG_IMG_SLOT_SLOT].v.u] = (uint32_t)s[TUG_IMG_SLOT_SIZE].v.u;
		}
	}
}

static void slot_info(struct tug_dg_device *v, const struct tug_answer *a)
{
	struct tug_value f[TUG_IMG_SLOTINFO_RSP_N];
	struct tug_list it;
	struct tug_slice item;

	if (!tug_track_decode(a->body, &tug_img_slotinfo_rsp, f) || !f[TUG_IMG_SLOTINFO_RSP_IMAGES].present ||
	    tug_list_begin(f[TUG_IMG_SLOTINFO_RSP_IMAGES].v.s, &it) != TUG_OK) {
		return;
	}
	v->slot_info = true;
	v->slots = *a->at;
	for (unsigned n = 0; n < TUG_REPORT_SLOTS && tug_list_next(&it, &item) == 1; n++) {
		struct tug_value image[TUG_IMG_SLOTINFO_IMAGE_N];

		if (tug_track_decode(item, &tug_img_slotinfo_image, image) &&
		    (!image[TUG_IMG_SLOTINFO_IMAGE_IMAGE].present || image[TUG_IMG_SLOTINFO_IMAGE_IMAGE].v.u == 0)) {
			slots_of_image(v, image);
		}
	}
}

static void echo(struct tug_dg_device *v, const struct tug_answer *a)
{
	struct tug_value f[TUG_OS_ECHO_RSP_N];

	if (tug_track_decode(a->body, &tug_os_echo_rsp, f) && f[TUG_OS_ECHO_RSP_R].present &&
	    f[TUG_OS_ECHO_RSP_R].v.s.len <= UINT32_MAX && f[TUG_OS_ECHO_RSP_R].v.s.len > v->echo_ok) {
		v->echo_ok = (uint32_t)f[TUG_OS_ECHO_RSP_R].v.s.len;
	}
}

/* Octets of a chip's name ("nrf54l15") at the start of `s`, 0 = none. */
static size_t chip_len(struct tug_slice s)
{
	size_t n = 3, digits = 0;

	if (s.len < 5 || tolower(s.p[0]) != 'n' || tolower(s.p[1]) != 'r' || tolower(s.p[2]) != 'f') {
		return 0;
	}
	for (; n < s.len && isdigit(s.p[n]); n++) {
		digits++;
	}
	if (digits < 2) {
		return 0;
	}
	if (n + 1 < s.len && digits == 2 && (tolower(s.p[n]) == 'l' || tolower(s.p[n]) == 'h')) {
		n += tolower(s.p[n + 1]) == 'm' || tolower(s.p[n + 1]) == 'v' ? 2 : 1;
		while (n < s.len && isdigit(s.p[n])) {
			n++;
		}
	}
	return n;
}

/* Board and chip in the text of os/7: the word that holds a chip's name. */
static void board(struct tug_dg_device *v, struct tug_slice text)
{
	while (text.len > 0) {
		struct tug_slice word = tug_dg_word(&text);

		for (size_t i = 0; i < word.len; i++) {
			size_t n = chip_len(tug_slice_of(word.p + i, word.len - i));

			if (n == 0 || n >= sizeof(v->chip)) {
				continue;
			}
			memset(v->chip, 0, sizeof(v->chip));
			for (size_t k = 0; k < n && k < sizeof(v->chip) - 1; k++) {
				v->chip[k] = (char)tolower(word.p[i + k]);
			}
			tug_dg_copy(v->board, sizeof(v->board), word);
			i += n - 1; /* the later name is the chip's: "nrf52840dk/nrf52840" */
		}
	}
}

static void info(struct tug_dg_device *v, const struct tug_answer *a)
{
	struct tug_value f[TUG_OS_INFO_RSP_N];

	if (tug_track_decode(a->body, &tug_os_info_rsp, f) && f[TUG_OS_INFO_RSP_OUTPUT].present) {
		board(v, f[TUG_OS_INFO_RSP_OUTPUT].v.s);
	}
}

void tug_track_device(struct tug_diag *d, const struct tug_answer *a)
{
	struct tug_dg_device *v = &d->facts->smp.device;

	if (a->group == TUG_GRP_IMG && a->id == 6) {
		slot_info(v, a);
		return;
	}
	if (a->group != TUG_GRP_OS) {
		return;
	}
	switch (a->id) {
	case 0:
		echo(v, a);
		break;
	case 6:
		params(v, a);
		break;
	case 7:
		info(v, a);
		break;
	case 8:
		bootloader(v, a);
		break;
	default:
		break;
	}
}
