/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: the upload is refused, fails, or sends what cannot work.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "refusal_priv.h"

/* ---- slot in use -------------------------------------------------------------------------------------------- */

static bool busy_pending(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r = tug_hit_refusals(f, h);
	const struct tug_dg_list *l = r != NULL ? tug_dg_list_at(f, r) : NULL;
	const struct tug_report_slot *s = l != NULL ? tug_dg_pending(l) : NULL;
	char slot[TUG_DG_SLOT_TEXT];

	if (r == NULL) {
		/* only a text of the code */
		bool device = h->seen[1]->count > 0 && (h->seen[1]->num[0] == 9 || h->seen[1]->num[0] == 5);
		unsigned i = h->seen[0]->count > 0 ? 0 : device ? 1 : 2;

		if (!tug_hit_seen(h, i) || tug_dg_well_after(f, &h->seen[i]->last)) {
			return false;
		}
		l = f->smp.list.known ? &f->smp.list : NULL;
		s = l != NULL ? tug_dg_pending(l) : NULL;
	}
	if (s == NULL) {
		tug_hit_title(h, "The device has no free slot for the image: another one waits there for a restart, or "
				 "the running image is on trial");
		tug_hit_possible(h, TUG_SEV_DEGRADED);
		return l == NULL || tug_dg_trial(l) == NULL;
	}
	tug_hit_quote(h, &l->at);
	tug_hit_title(h, "%s is refused because %s already waits for the next boot",
		      r != NULL && r->group != TUG_GRP_IMG ? "A command" : "The upload", tug_dg_slot_text(s, slot));
	if (r != NULL && r->group != TUG_GRP_IMG && !tug_dg_generic(r, TUG_RC_BADSTATE) && r->legacy) {
		tug_hit_possible(h, TUG_SEV_DEGRADED); /* of which command the code is is not known */
	}
	return true;
}

static bool busy_trial(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r = tug_hit_refusals(f, h);
	const struct tug_dg_list *l;
	const struct tug_report_slot *s;
	char slot[TUG_DG_SLOT_TEXT];

	if (r == NULL && (!tug_hit_seen(h, 0) || !f->smp.list.known || tug_dg_trial(&f->smp.list) == NULL)) {
		return false;
	}
	l = r != NULL ? tug_dg_list_at(f, r) : &f->smp.list;
	s = l != NULL ? tug_dg_trial(l) : NULL;
	if (s == NULL || tug_dg_well_after(f, r != NULL ? &r->last : &h->seen[0]->last)) {
		return false;
	}
	tug_hit_quote(h, &l->at);
	tug_hit_title(h, "The upload is refused because the running image in %s is on trial: both slots are in use",
		      tug_dg_slot_text(s, slot));
	return true;
}

/* ---- the file ----------------------------------------------------------------------------------------------- */

#define WORD(a, b, c, d) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

#define RAW_BINARY                                                                                                  \
	"a raw binary: this word is an address in RAM, the first entry (stack pointer) of a vector table, so the "   \
	"file was never signed (zephyr.bin), or it is MCUboot itself"

/* What a file with this first word is. */
static const char *kind_of(uint32_t word)
{
	static const struct {
		uint32_t word, mask;
		const char *what;
	} kinds[] = {
		{ WORD(0x7f, 'E', 'L', 'F'), UINT32_MAX, "an ELF file (zephyr.elf)" },
		{ WORD('P', 'K', 3, 4), UINT32_MAX, "a ZIP package: this step wants the .bin inside it" },
		{ WORD('U', 'F', '2', '\n'), UINT32_MAX, "a UF2 file" },
		{ UINT32_MAX, UINT32_MAX, "empty flash (0xff): a padded or merged file that begins before the image" },
		{ 0, UINT32_MAX, "zeros" },
		{ WORD(':', 0, 0, 0), 0xff, "an Intel HEX file (.hex)" },
		{ WORD('S', '0', 0, 0), 0xffff, "a Motorola S-record file" },
		{ WORD('{', 0, 0, 0), 0xff, "a JSON text (manifest.json?)" },
		{ WORD('<', 0, 0, 0), 0xff, "a web page (a failed download?)" },
		{ 0x20000000, 0xff000000, RAW_BINARY },
		{ 0x10000000, 0xf0000000, "probably a raw binary: this word looks like a stack pointer" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if ((word & kinds[i].mask) == kinds[i].word) {
			return kinds[i].what;
		}
	}
	return "neither a signed image nor a file type known here";
}

static void tell_word(struct tug_hit *h, uint32_t word)
{
	tug_hit_title(h, "The file that was chosen is not a signed MCUboot image: it begins with 0x%08" PRIx32
			 " instead of 0x96f3b83d",
		      word);
	tug_hit_cause(h, "A file that begins like this is %s.", kind_of(word));
}

static bool is_magic(uint32_t word)
{
	return word == 0x96f3b83d || word == 0x96f3b83c;
}

/* Texts of clients and devices that name the word they found: patterns 0..2. */
static bool word_said(const struct tug_dg_facts *f, struct tug_hit *h)
{
	for (unsigned i = 0; i < 3; i++) {
		uint32_t word = (uint32_t)h->seen[i]->num[0];

		if (h->seen[i]->count > 0 && !is_magic(word) && !tug_dg_well_after(f, &h->seen[i]->last)) {
			tug_hit_seen(h, i);
			tell_word(h, word);
			return true;
		}
	}
	return false;
}

/* Patterns of a wrong file; the one behind them says that a code 23 without a command is of the marking. */
#define WRONG_FILE_TEXTS 11u

/* Texts that name no word: the patterns behind those. A good magic in one of the others is no wrong file. */
static bool said_otherwise(const struct tug_dg_facts *f, struct tug_hit *h)
{
	bool said = false;

	for (unsigned i = 3; i < WRONG_FILE_TEXTS; i++) {
		if (h->seen[i]->count > 0 && !tug_dg_well_after(f, &h->seen[i]->last)) {
			said = tug_hit_seen(h, i) || said;
		}
	}
	return said;
}

static bool wrong_file(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_upload *u = &f->smp.upload;
	const struct tug_dg_refusal *r;
	uint32_t word = WORD(u->head[0], u->head[1], u->head[2], u->head[3]);

	if (word_said(f, h)) {
		return true;
	}
	r = tug_hit_refusals(f, h);
	if (u->head_known && !is_magic(word) && (r != NULL || !tug_dg_well_after(f, &u->last))) {
		tug_hit_quote(h, &u->first);
		tell_word(h, word);
		return true;
	}
	if (r != NULL && r->group != TUG_GRP_IMG && h->seen[WRONG_FILE_TEXTS]->count > 0) {
		return false;
	}
	if (r != NULL) {
		if (r->legacy && r->rsn[0] == '\0') {
			tug_hit_title(h, "The device refuses the first chunk (code %d), most likely since the file is "
					 "not a signed MCUboot image", (int)r->rc);
			tug_hit_possible(h, TUG_SEV_DEGRADED);
		}
		return true;
	}
	return said_otherwise(f, h);
}

/* ---- sizes -------------------------------------------------------------------------------------------------- */

static bool too_large(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_device *d = &f->smp.device;
	uint64_t size = d->upload_max > 0 ? d->upload_max : d->slot_size[1];

	if (tug_hit_refusals(f, h) == NULL && !tug_hit_any(h)) {
		return false;
	}
	if (size > 0 && f->smp.upload.len > size) {
		tug_hit_quote(h, &d->slots);
		tug_hit_cause(h, "The file has %" PRIu64 " octets, the device takes at most %" PRIu64 ".",
			      f->smp.upload.len, size);
	} else if (f->smp.upload.len > 0) {
		tug_hit_cause(h, "The file has %" PRIu64 " octets, more than the slot that it would be written to.",
			      f->smp.upload.len);
	}
	return !tug_dg_well_after(f, h->n_evidence > 0 ? &h->evidence[h->n_evidence - 1] : NULL);
}

static bool chunk_short(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (!tug_dg_when_refused(f, h)) {
		return false;
	}
	if (f->smp.upload.first_chunk > 0 && f->smp.upload.first_chunk < 32) {
		tug_hit_title(h, "The first chunk carries %u octets, but the device wants the whole image header (32) "
				 "in it",
			      f->smp.upload.first_chunk);
	}
	return true;
}

/* ---- flash -------------------------------------------------------------------------------------------------- */

static bool write_failed(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r = tug_hit_refusals(f, h);
	const struct tug_dg_device *d = &f->smp.device;
	bool said = tug_hit_said(f, h);

	if (r == NULL && !said) {
		return false;
	}
	if (r == NULL || r->off == TUG_DG_NO_OFF) {
		return true;
	}
	if (d->slot_size[1] > 0 && (f->smp.upload.len > d->slot_size[1] || r->off + 4096 >= d->slot_size[1])) {
		tug_hit_title(h, "The upload ran into the end of the slot at octet %" PRIu64 " of %u",
			      r->off, d->slot_size[1]);
		tug_hit_quote(h, &d->slots);
	} else {
		tug_hit_title(h, "The device could not write or erase its flash at octet %" PRIu64 " of the image",
			      r->off);
	}
	return true;
}

static bool open_failed(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r = tug_hit_refusals(f, h);
	bool said = h->seen[0]->count > 0 && (h->seen[0]->src & TUG_SRC_BOOT) == 0 &&
		    !tug_dg_well_after(f, &h->seen[0]->last);
	int64_t err = h->seen[0]->num[1];

	if (said) {
		tug_hit_seen(h, 0);
		tug_hit_title(h, "The application cannot open flash area %d (error %d): the flash under the image's "
				 "slot is %s",
			      (int)h->seen[0]->num[0], (int)err,
			      err == -19 ? "not ready" : err == -2 ? "not in its flash map" : "out of its reach");
	}
	for (unsigned i = 1; i < 3; i++) {
		if (h->seen[i]->count > 0 && !tug_dg_well_after(f, &h->seen[i]->last)) {
			said = tug_hit_seen(h, i) || said;
		}
	}
	return r != NULL || said;
}

/* ---- time and offsets --------------------------------------------------------------------------------------- */

static bool erase_timeout(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_smp *x = &f->smp;
	const struct tug_dg_upload *u = &x->upload;
	const struct tug_report_slot *s = u->before.known ? tug_dg_slot(&u->before, u->image, 1) : NULL;
	const struct tug_dg_cmd *c = tug_dg_cmd_of(x, TUG_GRP_IMG, 1, TUG_SMP_WRITE);
	bool retried = u->timeouts > 0 && u->acked > 0 && c != NULL && tug_dg_later(&c->last_ok, &c->first_silent) &&
		       u->acked_after_timeout > 0 && u->acked <= u->acked_after_timeout;

	if (!retried && (!u->first_unanswered || !u->small_ok_before)) {
		return false;
	}
	/* The link's end, a fault on the console or buffers that are too small explain silence better. */
	for (uint32_t i = 0; i < x->link.n_ends; i++) {
		if (x->link.end[i].when == TUG_WHEN_UPLOAD_START) {
			return false;
		}
	}
	if (u->before.known && !u->before.cut && s == NULL) {
		return false; /* an empty slot is not erased */
	}
	tug_hit_quote(h, &u->first);
	tug_hit_quote(h, c != NULL ? &c->first_silent : &u->last);
	if (!retried) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

static bool unaligned(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (f->smp.upload.back_1_3 < 2) {
		return false;
	}
	tug_hit_quote(h, &f->smp.upload.back);
	tug_hit_title(h, "The device takes 1 to 3 octets less than it was sent, %u times: it keeps only whole words",
		      f->smp.upload.back_1_3);
	return true;
}

static bool erase_by_size(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (tug_hit_refusals(f, h) == NULL) {
		return false;
	}
	tug_hit_quote(h, &f->version.zephyr.at);
	if (!tug_dg_conf_is(f->conf, TUG_ROLE_APP_BUILT, "IMG_ERASE_PROGRESSIVELY", "n")) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

/* ---- the application, numbers, contents ---------------------------------------------------------------------- */

static bool by_app(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r = tug_hit_refusals(f, h);

	if (r == NULL) {
		return false;
	}
	if (r->rsn[0] == '\0' && !tug_dg_generic(r, TUG_RC_ACCESS)) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

static bool image_number(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r = tug_hit_refusals(f, h);
	const struct tug_dg_list *l = r != NULL ? tug_dg_list_at(f, r) : NULL;

	if (!tug_hit_said(f, h) && r == NULL) {
		return false;
	}
	if (f->smp.upload.image > 0) {
		tug_hit_title(h, "The upload is for image number %u, which this device does not "
				 "have", f->smp.upload.image);
	}
	if (l != NULL) {
		tug_hit_quote(h, &l->at);
	} else if (r != NULL && r->legacy) {
		tug_hit_possible(h, TUG_SEV_DEGRADED);
	}
	return true;
}

static bool hash_mismatch(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_upload *u = &f->smp.upload;
	bool seen = h->seen[0]->count > 0 && !tug_dg_well_after(f, &h->seen[0]->last);

	if (u->match != 0 && !seen) {
		return false;
	}
	if (u->match == 0) {
		tug_hit_quote(h, u->done.line != 0 ? &u->done : &u->last);
	}
	tug_hit_any(h);
	return !tug_dg_well_after(f, &u->last);
}

static bool resumed(const struct tug_dg_facts *f, struct tug_hit *h)
{
	if (!f->smp.upload.resumed) {
		return false;
	}
	tug_hit_quote(h, &f->smp.upload.first);
	return true;
}

static bool no_heap(const struct tug_dg_facts *f, struct tug_hit *h)
{
	const struct tug_dg_refusal *r = tug_hit_refusals(f, h);

	if (!tug_hit_said(f, h) && r == NULL) {
		return false;
	}
	if (r != NULL && r->legacy && tug_dg_conf_num(f->conf, TUG_ROLES_APP, "HEAP_MEM_POOL_SIZE", 0) > 0) {
		const struct tug_dg_sym *heap = tug_dg_conf_get(f->conf, TUG_ROLES_APP, "HEAP_MEM_POOL_SIZE");

		tug_hit_quote(h, &heap->at);
		tug_hit_cause(h, "The flash writer and its block buffer (CONFIG_IMG_BLOCK_BUF_SIZE, 512 by default) come "
				 "from the heap: up to Zephyr 3.0 as soon as there is one, later with "
				 "CONFIG_MCUMGR_GRP_IMG_USE_HEAP_FOR_FLASH_IMG_CONTEXT. The heap here has %s octets; older "
				 "servers answer code 1 then.", heap->value);
		tug_hit_fix(h, "CONFIG_HEAP_MEM_POOL_SIZE=4096, or 0 where nothing else needs a heap.");
		tug_hit_commands(h, "CONFIG_HEAP_MEM_POOL_SIZE=4096");
		if (r->group != TUG_GRP_IMG) {
			tug_hit_possible(h, TUG_SEV_DEGRADED); /* of which command the code is is not known */
		}
	}
	if (r != NULL && !r->legacy && r->rc != 15) {
		tug_hit_title(h, "The device's flash writer is %s: its chunks do not follow each other as they should",
			      r->rc == 16 ? "still in use by another upload" : "not prepared, a chunk is missing");
		tug_hit_cause(h, "Two clients upload at the same time, or the first chunk of this upload got lost.");
		tug_hit_fix(h, "Use one client only, restart the device and upload again from the beginning.");
		tug_hit_commands(h, "%s", "");
	}
	return true;
}

/* ---- the rows ----------------------------------------------------------------------------------------------- */

#define BUILD_FILES                                                                                                 \
	"Take the signed file: {ncs<2.7:build/zephyr/app_update.bin or build/zephyr/dfu_application.zip;"            \
	"build/<application>/zephyr/zephyr.signed.bin or build/dfu_application.zip}, with encryption "               \
	"*.signed.encrypted.bin. A device with the bootloader of the nRF5 SDK needs the Nordic DFU library instead."

static const struct tug_rule rules[] = {
	{
		.id = "upload-wrong-file",
		.rank = 40,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Wrong magic number (found %x, expected", "Magic is %x, expected 0x96f3b83d",
			  "Magic mismatch: %x != %x", "Invalid Header Magic Number.", "invalidHeaderMagic",
			  "The image does not have a valid mcu header", "This is not a valid file for DFU.",
			  "DFU Manifest File not found.", "mage header magic value does not match the expected value",
			  "Invalid TLV Info Magic Number.", "InvalidImageException: Invalid image file",
			  [WRONG_FILE_TEXTS] = "Faled boot_set_next with code" },
		.when = wrong_file,
		.title = "The file that was chosen is not a signed MCUboot image",
		.cause = "A signed image begins with the octets 3d b8 f3 96. Files that look alike in a build folder "
			 "do not: zephyr.bin and zephyr.elf are not signed, .hex and merged.hex are for a debugger, a "
			 "ZIP is for apps that unpack it, and MCUboot's own binary is no update.",
		.fix = BUILD_FILES,
		.next = "upload the signed file of the build; check that it begins with 3d b8 f3 96",
		.settle = "Look at the first four octets of the file: a signed image begins with 3d b8 f3 96.",
		.commands = "xxd -l 4 zephyr.signed.bin",
		.source = "src:z:zephyr_img_mgmt.c; src:and:McuMgrImageHeader.java; src:ios:McuMgrImage.swift",
	},
	{
		.id = "upload-wrong-file",
		.rank = 41,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Image TLV trailer does not contain an image hash", "Hash Not Found.",
			  "IMAGE_TLV.SHA256 not found in image" },
		.when = tug_hit_said,
		.title = "The client finds no SHA-256 hash in the image and stops",
		.cause = "Either the file was never signed (an image header alone is no signature), or it was signed "
			 "with SHA-512 as ED25519 and \"pure\" signatures do, and this client's library is too old to "
			 "know those.",
		.fix = "Check the file with imgtool: without a TLV area take the signed file of the build; with a "
		       "SHA-512 TLV update the app, or sign with SHA-256.",
		.next = "look at the file's TLVs with imgtool, then take the signed file or a newer app",
		.commands = "imgtool dumpinfo zephyr.signed.bin",
		.source = "src:and; src:ios:McuMgrImage.swift",
	},
	{
		.id = "upload-slot-busy-pending",
		.rank = 200,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "here is no free slot to place the image", "Image upload inspect failed: %d",
			  "emote error: Bad State" },
		.when = busy_pending,
		.title = "The upload is refused because an image already waits for the next boot",
		.cause = "A slot that is marked for the next boot is not overwritten. The refusal reads NO_MEMORY (2) "
			 "from Zephyr 2.7 and older, NO_ENTRY (5) around 3.0 to 3.3, BAD_STATE (6) or NO_FREE_SLOT (9) "
			 "since then.",
		.fix = "Restart the device first: the waiting image then runs on trial; confirm it or restart once "
		       "more to go back, then upload. Where it stays pending after a restart, the bootloader refuses "
		       "the swap: read its console. CONFIG_MCUMGR_GRP_IMG_ALLOW_ERASE_PENDING=y (default since spring "
		       "2025) lets an upload replace it.",
		.next = "reset the device and list the images before uploading again",
		.settle = "List the images: a slot with \"pending\" means this; slot 0 without \"confirmed\" means "
			  "that the running image is on trial (confirm it, or reset).",
		.commands = "mcumgr reset\nmcumgr image list",
		.source = "DZ86332, DZ115185, DZ121201, AND219, NZ2616, Z87042, MM157, src:z:img_mgmt_state.c",
	},
	{
		.id = "upload-slot-busy-testrun",
		.rank = 201,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "here is no free slot to place the image" },
		.when = busy_trial,
		.title = "The upload is refused because the running image is on trial: both slots are in use",
		.cause = "During a trial the other slot holds the image to fall back to, so it cannot be overwritten.",
		.fix = "Confirm the running image (without a hash) to keep it, or reset to go back to the old one; "
		       "then upload.",
		.next = "confirm the running image, or reset to go back, then upload again",
		.commands = "mcumgr image confirm\nmcumgr image list",
		.source = "AND215",
	},
	{
		.id = "upload-too-large",
		.rank = 205,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Image is too large to fit", "image is too large to fit" },
		.when = too_large,
		.title = "The image does not fit its slot",
		.cause = "The size that the first chunk announces is more than the slot that it would be written to.",
		.fix = "Make the image smaller or the slots larger (a second slot in external flash gives the first "
		       "one room). CONFIG_MCUMGR_GRP_IMG_TOO_LARGE_SYSBUILD=y makes the device count the trailer that "
		       "a swap needs as well.",
		.next = "compare the size of the signed file with the slot and shrink one or grow the other",
		.source = "src:z:zephyr_img_mgmt.c, img_mgmt/Kconfig",
	},
	{
		.id = "upload-first-chunk-short",
		.rank = 210,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "mage length is smaller than the size of an image header" },
		.when = chunk_short,
		.title = "The first chunk is too short: the device wants the whole image header (32 octets) in it",
		.cause = "The link's MTU, or a small packet size set in the client, leaves less than that beside the "
			 "length, the SHA-256 and the framing of the first request.",
		.fix = "Raise the MTU of the link or the client's packet size (CONFIG_BT_L2CAP_TX_MTU=498 with "
		       "CONFIG_BT_BUF_ACL_RX_SIZE=502, CONFIG_MCUMGR_TRANSPORT_NETBUF_SIZE), or use a client that "
		       "leaves \"sha\" out.",
		.next = "raise the link's MTU or the client's packet size so that 32 octets of the image fit the first "
			"request",
		.source = "SM8; src:nt:xact/image.go",
	},
	{
		.id = "upload-wrong-image-number",
		.rank = 215,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Given slot is not valid", "The provided slot is not valid" },
		.when = image_number,
		.title = "The upload is for an image number that this device does not have",
		.cause = "Images are counted from 0: 0 is the application, 1 the network core or the next image of a "
			 "build with several. A package for two cores sent to a build with "
			 "CONFIG_MCUMGR_GRP_IMG_UPDATABLE_IMAGE_NUMBER=1, or a wrong number in the client, ends here. "
			 "With direct upload in serial recovery the numbers are shifted by one.",
		.fix = "Upload with image number 0 (ZIP: image_index in manifest.json), or build the device for as "
		       "many images as the package holds.",
		.next = "compare the image numbers of the package with those in the device's image list",
		.settle = "List the images: the number of the upload must be among them.",
		.commands = "mcumgr image list",
		.source = "src:z:img_mgmt/Kconfig; SREC; HELL; FLU36",
	},
	{
		.id = "upload-not-newer",
		.rank = 220,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "urrently running application is newer than" },
		.when = tug_dg_when_refused,
		.title = "The client asked for upgrades only, and the image's version is not above the running one",
		.cause = "With \"upgrade\" in the request the device compares versions and refuses what is older or "
			 "equal.",
		.fix = "Raise the version (CONFIG_MCUBOOT_IMGTOOL_SIGN_VERSION), or leave the client's option out "
		       "(mcumgr: upload without -u).",
		.next = "raise the image's version or drop the client's upgrade-only option",
		.commands = "CONFIG_MCUBOOT_IMGTOOL_SIGN_VERSION=\"1.2.3+4\"",
		.source = "src:z:zephyr_img_mgmt.c",
	},
	{
		.id = "upload-rejected-by-app",
		.rank = 225,
		.severity = TUG_SEV_BLOCKING,
		.when = by_app,
		.title = "The application on the device refuses the upload",
		.cause = "A callback of the project decides on uploads (MGMT_EVT_OP_IMG_MGMT_DFU_CHUNK or "
			 "MGMT_EVT_OP_CMD_RECV) and says no: battery, state, version or permission are the usual "
			 "reasons.",
		.fix = "Look in the project's code for what those callbacks check. The phone and the package are not "
		       "at fault.",
		.next = "find the project's upload callback and what makes it refuse",
		.settle = "Look whether CONFIG_MCUMGR_GRP_IMG_UPLOAD_CHECK_HOOK or "
			  "CONFIG_MCUMGR_MGMT_NOTIFICATION_HOOKS is set in the generated .config, and close every "
			  "other client that may hold an upload open.",
		.source = "src:z:img_mgmt.c",
	},
	{
		.id = "upload-no-heap",
		.rank = 230,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Insufficient heap memory (malloc failed)" },
		.when = no_heap,
		.title = "The device has no memory for its flash writer",
		.cause = "With CONFIG_MCUMGR_GRP_IMG_USE_HEAP_FOR_FLASH_IMG_CONTEXT the writer and its block buffer "
			 "come from the heap, and the heap is too small or full.",
		.fix = "Switch that option off, or set CONFIG_HEAP_MEM_POOL_SIZE above CONFIG_IMG_BLOCK_BUF_SIZE plus "
		       "what else uses the heap.",
		.next = "set CONFIG_MCUMGR_GRP_IMG_USE_HEAP_FOR_FLASH_IMG_CONTEXT=n or enlarge the heap",
		.settle = "Set CONFIG_HEAP_MEM_POOL_SIZE=4096, flash, and upload again",
		.commands = "CONFIG_MCUMGR_GRP_IMG_USE_HEAP_FOR_FLASH_IMG_CONTEXT=n",
		.source = "src:z:zephyr_img_mgmt.c, Z44214, DZ87741",
	},
	{
		.id = "upload-flash-open-failed",
		.rank = 235,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Failed to open flash area ID %d: %d", "Flash area opening failed",
			  "evice for the flash area is" },
		.when = open_failed,
		.title = "The application cannot open the flash that the new image goes to",
		.cause = "The second slot lies in a flash whose driver is not in the application, is not ready, or "
			 "whose node is off. MCUboot reaching it is not enough: the application writes the upload.",
		.fix = "Give the application the flash too: its driver (CONFIG_NORDIC_QSPI_NOR=y, or CONFIG_SPI=y with "
		       "CONFIG_SPI_NOR=y), the node with status = \"okay\" and chosen nordic,pm-ext-flash.",
		.next = "enable driver, node and chosen entry of the external flash in the APPLICATION's build",
		.commands = "CONFIG_NORDIC_QSPI_NOR=y",
		.source = "PART; ACAD",
	},
	{
		.id = "upload-flash-write-failed",
		.rank = 240,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Irrecoverable error: flash write failed", "Flash area writing failed",
			  "Flash area erasing failed", "Flash area erase failed", "image slot erase of %x bytes failed", "Flash write failed (12)" },
		.when = write_failed,
		.title = "The device could not write or erase its flash during the upload",
		.cause = "The image is larger than the slot, the external flash is write-protected or does not answer, "
			 "the memory protection forbids flash writes, or the erase block of the driver is not that of "
			 "the chip.",
		.fix = "Compare the offset with the slot's size; set CONFIG_MPU_ALLOW_FLASH_WRITE=y; test the flash by "
		       "itself (samples/drivers/spi_flash).",
		.next = "compare the offset of the failure with the slot's size, then check the flash driver",
		.commands = "CONFIG_MPU_ALLOW_FLASH_WRITE=y",
		.source = "src:z:img_mgmt.c",
	},
	{
		.id = "upload-hash-mismatch",
		.rank = 245,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Uploaded image sha256 hash verification failed" },
		.when = hash_mismatch,
		.title = "What the device has in flash after the upload is not what was sent",
		.cause = "The device compared the SHA-256 of the upload with its flash and answered \"match\": false. "
			 "Octets got lost, the flash writes wrongly, or a resumed upload went on over a slot that was "
			 "erased meanwhile.",
		.fix = "Erase the slot and upload again from the beginning; when it happens again, test the flash "
		       "driver.",
		.next = "erase the slot and upload again from the beginning",
		.commands = "mcumgr image erase\nmcumgr image upload zephyr.signed.bin",
		.source = "src:z:img_mgmt.c",
	},
	{
		.id = "upload-data-overrun",
		.rank = 250,
		.severity = TUG_SEV_BLOCKING,
		.seen = { "Data sent is larger than the provided image size" },
		.when = tug_dg_when_refused,
		.title = "The client sent more data than it announced",
		.cause = "The sum of the chunks passes the \"len\" of the first request: a fault of the client, or two "
			 "uploads mixed.",
		.fix = "Restart the upload with one client; update the client when it happens again.",
		.next = "restart the upload with one client only",
		.source = "src:z:zephyr_img_mgmt.c",
	},
	{
		.id = "upload-erase-not-page-aligned",
		.rank = 255,
		.severity = TUG_SEV_BLOCKING,
		.when = erase_by_size,
		.title = "This Zephyr erases as many octets as the image has, which is no whole page, and fails on a "
			 "used slot",
		.cause = "Zephyr 2.2 and 2.3 do this; a client that erases the slot first (mcumgr) works, one that "
			 "relies on the upload does not.",
		.fix = "Set CONFIG_IMG_ERASE_PROGRESSIVELY=y or use a newer SDK; erasing the slot before the upload "
		       "helps at once.",
		.next = "erase the slot before the upload",
		.settle = "Erase the slot first: when the upload is accepted then, it was this.",
		.commands = "mcumgr image erase\nCONFIG_IMG_ERASE_PROGRESSIVELY=y",
		.source = "Z24706",
	},
	{
		.id = "upload-erase-timeout",
		.rank = 530,
		.severity = TUG_SEV_DEGRADED,
		.when = erase_timeout,
		.title = "Only the first chunk timed out: the device erases the whole slot before it answers",
		.cause = "Without progressive erase the first request erases everything, for seconds, in external "
			 "flash for tens of seconds, and the client gives up earlier (mcumgr 10 s, old Android "
			 "libraries 1 s). A second try finds an erased slot and works.",
		.fix = "Set CONFIG_IMG_ERASE_PROGRESSIVELY=y. Until then erase first, or give the client more time, or "
		       "just try again.",
		.settle = "Try again with a longer time-out (mcumgr -t 60): when the first chunk is answered then, it "
			  "was the erase; when not, look at buffers and the device's console.",
		.commands = "mcumgr -t 60 image upload zephyr.signed.bin\nCONFIG_IMG_ERASE_PROGRESSIVELY=y",
		.source = "MM28, Z17608, AND71, IOS104",
	},
	{
		.id = "upload-unaligned-old",
		.rank = 515,
		.severity = TUG_SEV_DEGRADED,
		.when = unaligned,
		.title = "The device takes 1 to 3 octets less than it was sent: it keeps only whole words",
		.cause = "Flash code of nRF Connect SDK 1.8 and older writes whole words and drops the rest of a "
			 "chunk; with several requests in flight the client sends the same again and again.",
		.fix = "Set the client's memory alignment to 4 (or one buffer at a time); nRF Connect SDK 1.9 and "
		       "later buffer the rest.",
		.source = "src:and README",
	},
	{
		.id = "upload-resumed",
		.rank = 140,
		.severity = TUG_SEV_HARMLESS,
		.when = resumed,
		.title = "The device resumed an earlier upload of the same file: its first answer is beyond the first "
			 "chunk",
		.cause = "It remembers (in RAM, until it restarts) how far an upload with this SHA-256 got. Only when "
			 "the slot was erased by other means since then does the result become damaged.",
		.fix = "Nothing is needed. When the finished image turns out invalid, restart the device and upload "
		       "again.",
		.source = "src:z:zephyr_img_mgmt.c",
	},
};

const struct tug_rule_set tug_rules_upload = { rules, sizeof(rules) / sizeof(rules[0]) };
