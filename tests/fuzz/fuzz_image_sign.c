/* SPDX-License-Identifier: Apache-2.0
 *
 * Sign any octets with any options, drawn from the first 24: what is signed verifies, is described as an image, and fits
 * the slot; what is not is refused with a sentence.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/imgtool.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define CONTROL 24u

static struct tug_sign_options options(const uint8_t *c)
{
	struct tug_sign_options o = tug_sign_defaults();

	o.version = (struct tug_version){ c[0], c[1], c[2], c[3] };
	o.header_size = c[4] % 4 == 0 ? tug_le16(c + 5) : 32u << c[4] % 4;
	o.pad_header = (c[7] & 1) != 0;
	o.slot_size = (c[7] & 2) != 0 ? (uint32_t)tug_le16(c + 8) << 4 : 0;
	o.align = (uint8_t)(1u << c[10] % 8);
	o.max_align = (uint8_t)((c[10] & 0x80) != 0 ? 8u << c[11] % 4 : 0u);
	o.overwrite_only = (c[7] & 4) != 0;
	o.confirm = (c[7] & 8) != 0;
	o.test = (c[7] & 16) != 0;
	o.erased = (c[7] & 32) != 0 ? 0 : 0xff;
	o.big_endian = (c[7] & 64) != 0;
	o.non_bootable = (c[7] & 128) != 0;
	o.has_sec_cnt = (c[12] & 1) != 0;
	o.hash = (c[12] & 2) != 0 ? c[13] % 3 : -1;
	o.full_pubkey = (c[12] & 4) != 0;
	o.pure = (c[12] & 8) != 0;
	o.boot_record = (c[12] & 16) != 0 ? "SPE" : NULL;
	o.vid = (c[12] & 32) != 0 ? c : NULL;
	o.mode = (enum tug_boot_mode)(c[14] % 12 - 1);
	o.sector_size = tug_le16(c + 15);
	o.max_sectors = tug_le16(c + 17);
	o.load_addr = (c[12] & 64) != 0 ? tug_le32(c + 19) : 0;
	return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
				  "MC4CAQAwBQYDK2VwBCIEIJv1DcyUmwTyPZfdzFd8bLSP3DvJZDuoDwIExl4l6QPj\n"
				  "-----END PRIVATE KEY-----\n";
	struct tug_sign_options o;
	struct tug_image_info info;
	struct tug_key *key = NULL;
	struct tug_file in = { 0 }, out;
	char why[TUG_WHY_CAP] = "";
	uint8_t *copy;

	if (len < CONTROL) {
		return 0;
	}
	o = options(data);
	copy = malloc(len);
	if (copy == NULL || ((data[23] & 1) != 0 && tug_key_parse(tug_slice_of(pem, strlen(pem)), "key", NULL, NULL, &key, why) != TUG_OK)) {
		free(copy);
		return 0;
	}
	memcpy(copy, data, len);
	in.data.p = copy + CONTROL;
	in.data.len = len - CONTROL;
	o.key = key;
	if (tug_sign(&in, &o, &out, why) != TUG_OK) {
		if (why[0] == '\0') {
			abort();
		}
	} else {
		if (tug_file_verify(&out, key, "f", why) != TUG_OK || tug_image_info_read(&out, &info, why) != TUG_OK ||
		    info.total != out.data.len || (o.slot_size != 0 && out.data.len > o.slot_size) || tug_sign_pad(&out, &o, why) != TUG_OK) {
			abort();
		}
		tug_file_free(&out);
	}
	tug_key_free(key);
	free(copy);
	return 0;
}
