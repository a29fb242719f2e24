/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides what a file is when it is not one whole MCUboot image, and says what to give instead. Refuses to
 * repair anything. Called before a file is sent to a device or described.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <zip.h>

#include "imgtool_priv.h"

/* Images begin on sector edges; no flash in use has smaller ones. */
#define SCAN_STEP 512u
#define CAN_ALL (TUG_IMG_CAN_ENCRYPTED | TUG_IMG_CAN_COMPRESSED)

struct subject {
	struct tug_slice data;
	const char *name;
	char *why;
};

static bool starts_with(struct tug_slice s, const char *bytes, size_t len)
{
	return s.len >= len && memcmp(s.p, bytes, len) == 0;
}

static bool all_are(struct tug_slice s, uint8_t value)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] != value) {
			return false;
		}
	}
	return true;
}

/* ---- packages --------------------------------------------------------------------------------------- */

/* A name from inside a package, fit to be printed. */
static void print_name(struct tug_text *t, const char *name)
{
	for (size_t i = 0; i < 80 && name[i] != '\0'; i++) {
		const char *c = name[i] >= ' ' && name[i] <= '~' ? &name[i] : "?";

		tug_text_add(t, c, 1);
	}
}

/* Names of the .bin files in a zip, joined by ", ". Result: how many. */
static unsigned list_binaries(struct tug_slice data, struct tug_text *names)
{
	zip_source_t *src = zip_source_buffer_create(data.p, data.len, 0, NULL);
	zip_t *z = src != NULL ? zip_open_from_source(src, ZIP_RDONLY, NULL) : NULL;
	unsigned n = 0;

	if (z == NULL) {
		zip_source_free(src);
		return 0;
	}
	for (zip_int64_t i = 0; i < zip_get_num_entries(z, 0) && n < 4; i++) {
		const char *name = zip_get_name(z, (zip_uint64_t)i, ZIP_FL_ENC_GUESS);
		size_t len = name == NULL ? 0 : strlen(name);

		if (len < 5 || strcmp(name + len - 4, ".bin") != 0) {
			continue;
		}
		tug_text_addf(names, "%s", n == 0 ? "" : ", ");
		print_name(names, name);
		n++;
	}
	zip_discard(z);
	return n;
}

static int say_package(const struct subject *s)
{
	struct tug_text names = { 0 };
	unsigned n = list_binaries(s->data, &names);
	int rc;

	if (n == 0 || names.failed) {
		rc = tug_why(s->why, TUG_EPACKAGE,
			     "%s is a zip package, and no image (*.bin) is inside: it is damaged or no update package",
			     s->name);
	} else {
		rc = tug_why(s->why, TUG_EPACKAGE, "%s is a package, which tug update takes, and here one image is wanted; it holds %s: unpack and give %s",
			     s->name, (const char *)names.o.p, n == 1 ? "that" : "the one for this device");
	}
	tug_octets_free(&names.o);
	return rc;
}

/* ---- other kinds ------------------------------------------------------------------------------------ */

static bool is_package(struct tug_slice s)
{
	return starts_with(s, "PK\x03\x04", 4) || starts_with(s, "PK\x05\x06", 4);
}

static bool is_elf(struct tug_slice s)
{
	return starts_with(s, "\x7f" "ELF", 4);
}

static bool is_uf2(struct tug_slice s)
{
	return starts_with(s, "UF2\n", 4);
}

static bool is_old(struct tug_slice s)
{
	return starts_with(s, "\x3c\xb8\xf3\x96", 4);
}

static bool is_big_endian(struct tug_slice s)
{
	return starts_with(s, "\x96\xf3\xb8\x3d", 4);
}

static bool is_erased(struct tug_slice s)
{
	return all_are(s, 0xff);
}

static bool is_text(struct tug_slice s)
{
	size_t n = s.len < 64 ? s.len : 64;

	for (size_t i = 0; i < n; i++) {
		if ((s.p[i] < ' ' || s.p[i] > '~') && s.p[i] != '\r' && s.p[i] != '\n' && s.p[i] != '\t') {
			return false;
		}
	}
	return n > 0;
}

/* A Cortex-M vector table: stack in RAM, entry with the Thumb bit set, in the low gigabyte. */
static bool is_vector_table(struct tug_slice s)
{
	return s.len >= 8 && (tug_le32(s.p) & 0xf0000003u) == 0x20000000u && (tug_le32(s.p + 4) & 0xc0000001u) == 1u;
}

static bool is_unsigned(struct tug_slice s)
{
	size_t room = 0;

	while (room < s.len && room < 0x4000 && s.p[room] == 0) {
		room++;
	}
	room -= room % 32; /* the stack pointer's low octets may be zeros as well */
	return is_vector_table(s) || (room >= 32 && room < s.len &&
				      is_vector_table(tug_slice_of(s.p + room, s.len - room)));
}

struct kind {
	bool (*is)(struct tug_slice s);
	int err;
	const char *text; /* after the file's name */
};

/* First match wins. */
static const struct kind kinds[] = {
	{ is_elf, TUG_EMAGIC, "is an ELF file, for debuggers; give the signed image (zephyr.signed.bin or app_update.bin)" },
	{ is_uf2, TUG_EMAGIC, "is a UF2 file; give the signed image (zephyr.signed.bin or app_update.bin)" },
	{ is_old, TUG_EMAGIC, "has the image format of MCUboot before 1.0; sign the binary again with a current tool" },
	{ is_big_endian, TUG_EMAGIC, "is a big-endian image; sign it without --endian big" },
	{ is_erased, TUG_EERASED, "holds only 0xff, erased flash; give the signed image" },
	{ is_text, TUG_EMAGIC, "is a text file, perhaps an error page that was downloaded; give the signed image" },
	{ is_unsigned, TUG_EMAGIC, "is not signed (a plain binary without MCUboot header); sign it with `tug file sign`, "
				   "or give zephyr.signed.bin" },
};

static int say_no_image(const struct subject *s)
{
	struct tug_io io = tug_io_of_slice(&s->data);
	struct tug_image img;

	if (is_package(s->data)) {
		return say_package(s);
	}
	for (uint32_t off = SCAN_STEP; off < s->data.len && s->data.len - off >= TUG_IMAGE_HDR_LEN; off += SCAN_STEP) {
		if (tug_le32(s->data.p + off) == TUG_IMAGE_MAGIC && tug_image_open(&img, &io, off, CAN_ALL) == TUG_OK) {
			return tug_why(s->why, TUG_EMAGIC,
				       "%s is a whole-flash file (merged): its image begins at offset 0x%x; give the signed image alone "
				       "(zephyr.signed.bin or app_update.bin)",
				       s->name, off);
		}
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].is(s->data)) {
			return tug_why(s->why, kinds[i].err, "%s %s", s->name, kinds[i].text);
		}
	}
	return tug_why(s->why, TUG_EMAGIC,
		       "%s is not an MCUboot image (it begins with %02x %02x %02x %02x, not 3d b8 f3 96); give the signed image",
		       s->name, s->data.p[0], s->data.len > 1 ? s->data.p[1] : 0, s->data.len > 2 ? s->data.p[2] : 0,
		       s->data.len > 3 ? s->data.p[3] : 0);
}

/* ---- images that are not whole ---------------------------------------------------------------------- */

static int say_truncated(const struct subject *s)
{
	struct tug_image_hdr h;
	uint64_t need = TUG_IMAGE_HDR_LEN;

	if (s->data.len >= TUG_IMAGE_HDR_LEN) {
		tug_image_hdr_decode(s->data.p, &h);
		need = (uint64_t)h.hdr_size + h.img_size + h.protect_tlv_size;
		if (s->data.len >= need + 4) {
			need += tug_le16(s->data.p + need + 2);
		} else {
			need += 4;
		}
	}
	return tug_why(s->why, TUG_ETRUNC, "%s is cut off: its header promises at least %llu octets, the file has %zu; copy or build it again",
		       s->name, (unsigned long long)need, s->data.len);
}

static int say_open_error(const struct subject *s, int rc)
{
	switch (rc) {
	case TUG_EMAGIC:
	case TUG_EERASED:
		return say_no_image(s);
	case TUG_ETRUNC:
		return say_truncated(s);
	case TUG_EHDR:
		return tug_why(s->why, rc, "the image header of %s contradicts itself; the file is damaged: copy or sign it again", s->name);
	case TUG_ETLV:
		return tug_why(s->why, rc, "the signature area of %s is damaged; copy or sign it again", s->name);
	default:
		return tug_why(s->why, rc, "%s: %s; %s", s->name, tug_strerror(rc), tug_err_advice(rc));
	}
}

int tug_file_check_image(const struct tug_file *f, const char *name, char *why)
{
	struct subject s = { tug_slice_of(f->data.p, f->data.len), name, why };
	struct tug_io io = tug_io_of_slice(&s.data);
	struct tug_image img;
	int rc;

	if (s.data.len == 0) {
		return tug_why(why, TUG_ETRUNC, "%s is empty; build or copy it again", name);
	}
	if (s.data.len < TUG_IMAGE_HDR_LEN && (s.data.len < 4 || tug_le32(s.data.p) != TUG_IMAGE_MAGIC)) {
		return say_no_image(&s);
	}
	rc = tug_image_open(&img, &io, 0, CAN_ALL);
	if (rc != TUG_OK) {
		return say_open_error(&s, rc);
	}
	if ((img.hdr.flags & (TUG_IMG_F_ENC_AES128 | TUG_IMG_F_ENC_AES256)) == 0) {
		return tug_file_verify(f, NULL, name, why);
	}
	/* the digest is of the plain payload, which only the bootloader can see; but it must be there */
	struct tug_image_info info;
	rc = tug_image_info_read(f, &info, NULL);
	if (rc == TUG_OK && info.digest_len == 0) {
		return tug_why(why, TUG_ENOHASH, "%s carries no digest; sign it with a current tool", name);
	}
	return rc == TUG_OK ? TUG_OK : say_open_error(&s, rc);
}

int tug_file_load_image(const char *path, struct tug_file *f, char *why)
{
	struct stat st;
	int rc;

	/* opening a pipe would wait for its writer, and a device may never end */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
		memset(f, 0, sizeof(*f));
		return tug_why(why, TUG_EFILE, "%s is not a regular file; copy the image into one and give that", path);
	}
	rc = tug_file_read(path, f, why);
	if (rc != TUG_OK) {
		return rc;
	}
	rc = tug_file_check_image(f, path, why);
	if (rc != TUG_OK) {
		tug_file_free(f);
	}
	return rc;
}
