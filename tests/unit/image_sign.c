/* SPDX-License-Identifier: Apache-2.0
 *
 * States that signing makes the golden images octet for octet where nothing is random, what every option
 * refuses, and that what is signed verifies with its key alone. Run by CTest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <tug/imgtool.h>

#include "image_vec.h"

/* Throwaway key of the golden images: seed in PKCS#8. */
static const char ed_pem[] = "-----BEGIN PRIVATE KEY-----\n"
			     "MC4CAQAwBQYDK2VwBCIEIJv1DcyUmwTyPZfdzFd8bLSP3DvJZDuoDwIExl4l6QPj\n"
			     "-----END PRIVATE KEY-----\n";

static struct tug_key *ed;

static int setup(void **state)
{
	(void)state;
	return tug_key_parse(tug_slice_of(ed_pem, strlen(ed_pem)), "ed.pem", NULL, NULL, &ed, NULL);
}

static int teardown(void **state)
{
	(void)state;
	tug_key_free(ed);
	return 0;
}

static struct tug_sign_options base(void)
{
	struct tug_sign_options o = tug_sign_defaults();

	o.version = (struct tug_version){ 1, 2, 3, 4 };
	o.pad_header = true;
	o.slot_size = 0x1000;
	o.max_sectors = 4;
	o.align = 4;
	return o;
}

static uint8_t payload[64];

static struct tug_file input(void)
{
	struct tug_file f = { 0 };

	for (size_t i = 0; i < sizeof(payload); i++) {
		payload[i] = (uint8_t)i;
	}
	f.data.p = payload;
	f.data.len = sizeof(payload);
	return f;
}

typedef void (*tweak_fn)(struct tug_sign_options *o);

static void t_none(struct tug_sign_options *o)
{
	(void)o;
}

static void t_sha384(struct tug_sign_options *o)
{
	o->hash = TUG_SHA384;
}

static void t_sha512(struct tug_sign_options *o)
{
	o->hash = TUG_SHA512;
}

static void t_ed(struct tug_sign_options *o)
{
	o->key = ed;
}

static void t_ed512(struct tug_sign_options *o)
{
	o->key = ed;
	o->hash = TUG_SHA512;
}

static void t_edpure(struct tug_sign_options *o)
{
	o->key = ed;
	o->pure = true;
}

static void t_secauto(struct tug_sign_options *o)
{
	o->has_sec_cnt = true;
	o->sec_cnt = 0x01020003;
}

static void t_flags(struct tug_sign_options *o)
{
	o->load_addr = 0x20000000;
	o->non_bootable = true;
}

static void t_rom(struct tug_sign_options *o)
{
	o->rom_fixed = 0x08010000;
}

static void t_pad(struct tug_sign_options *o)
{
	o->pad = true;
}

static void t_pad_overwrite(struct tug_sign_options *o)
{
	o->confirm = true;
	o->overwrite_only = true;
}

static void t_confirm(struct tug_sign_options *o)
{
	o->confirm = true;
}

static void t_confirm16(struct tug_sign_options *o)
{
	o->confirm = true;
	o->align = 16;
}

static void t_confirm32(struct tug_sign_options *o)
{
	o->confirm = true;
	o->align = 32;
}

static void t_confirm8_32(struct tug_sign_options *o)
{
	o->confirm = true;
	o->align = 8;
	o->max_align = 32;
}

static void golden(void **state)
{
	static const struct {
		const char *name;
		tweak_fn tweak;
	} rows[] = {
		{ "hash", t_none },       { "sha384", t_sha384 },  { "sha512", t_sha512 },  { "ed", t_ed },
		{ "ed512", t_ed512 },     { "edpure", t_edpure },  { "secauto", t_secauto }, { "flags", t_flags },
		{ "rom", t_rom },         { "pad", t_pad },        { "pad", t_pad_overwrite }, { "pad-confirm", t_confirm },
		{ "pad-confirm16", t_confirm16 }, { "pad-confirm32", t_confirm32 }, { "pad-confirm32", t_confirm8_32 },
	};
	char why[TUG_WHY_CAP];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_sign_options o = base();
		struct tug_file in = input(), out;
		struct image_vec v;

		image_vec_load(&v, rows[i].name);
		rows[i].tweak(&o);
		if (tug_sign(&in, &o, &out, why) != TUG_OK || tug_sign_pad(&out, &o, why) != TUG_OK) {
			fail_msg("%s: %s", rows[i].name, why);
		}
		assert_int_equal(out.data.len, v.len);
		assert_memory_equal(out.data.p, v.data, v.len);
		tug_file_free(&out);
		image_vec_free(&v);
	}
}

/* Each key type signs and verifies; the other keys do not; the digest alone does. */
static void own_key_only(void **state)
{
	static const enum tug_sig_alg types[] = { TUG_SIG_P256, TUG_SIG_P384, TUG_SIG_ED25519, TUG_SIG_RSA2048, TUG_SIG_RSA3072 };
	struct tug_key *keys[6];
	char why[TUG_WHY_CAP];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(tug_key_generate(types[i], &keys[i], why), TUG_OK);
	}
	assert_int_equal(tug_key_generate(TUG_SIG_P256, &keys[5], why), TUG_OK);
	for (size_t i = 0; i < 6; i++) {
		for (int form = 0; form < 4; form++) {
			struct tug_sign_options o = base();
			struct tug_file in = input(), out;

			o.key = keys[i];
			o.full_pubkey = form & 1;
			o.pad_sig = form & 2;
			assert_int_equal(tug_sign(&in, &o, &out, why), TUG_OK);
			for (size_t k = 0; k < 6; k++) {
				int rc = tug_file_verify(&out, keys[k], "it", why);

				if (i == k) {
					assert_int_equal(rc, TUG_OK);
				} else {
					assert_true(rc == TUG_ENOKEY || rc == TUG_ENOSIG);
					assert_non_null(strstr(why, "it "));
				}
			}
			assert_int_equal(tug_file_verify(&out, NULL, "it", why), TUG_OK);
			out.data.p[40] ^= 1;
			assert_int_equal(tug_file_verify(&out, keys[i], "it", why), TUG_EHASH);
			assert_int_equal(tug_file_verify(&out, NULL, "it", why), TUG_EHASH);
			tug_file_free(&out);
		}
	}
	for (size_t i = 0; i < 6; i++) {
		tug_key_free(keys[i]);
	}
}

/* ---- refusals ------------------------------------------------------------------------------------------- */

static struct tug_key *public_only;

static void r_header(struct tug_sign_options *o)
{
	o->header_size = 31;
}

static void r_header_big(struct tug_sign_options *o)
{
	o->header_size = 65536;
}

static void r_align(struct tug_sign_options *o)
{
	o->align = 3;
}

static void r_align0(struct tug_sign_options *o)
{
	o->align = 0;
}

static void r_max_align(struct tug_sign_options *o)
{
	o->max_align = 64;
}

static void r_max_below(struct tug_sign_options *o)
{
	o->align = 16;
	o->max_align = 8;
}

static void r_erased(struct tug_sign_options *o)
{
	o->erased = 0x55;
}

static void r_pad_no_slot(struct tug_sign_options *o)
{
	o->slot_size = 0;
	o->pad = true;
}

static void r_both_addr(struct tug_sign_options *o)
{
	o->load_addr = 1;
	o->rom_fixed = 1;
}

static void r_public(struct tug_sign_options *o)
{
	o->key = public_only;
}

static void r_pure_unsigned(struct tug_sign_options *o)
{
	o->pure = true;
}

static void r_pure_hash(struct tug_sign_options *o)
{
	o->key = ed;
	o->pure = true;
	o->hash = TUG_SHA512;
}

static void r_hash(struct tug_sign_options *o)
{
	o->key = ed;
	o->hash = TUG_SHA384;
}

static void r_hash_range(struct tug_sign_options *o)
{
	o->hash = 3;
}

static void r_no_room(struct tug_sign_options *o)
{
	o->pad_header = false;
}

static void r_short(struct tug_sign_options *o)
{
	o->pad_header = false;
	o->header_size = 65;
}

static void r_slot(struct tug_sign_options *o)
{
	o->slot_size = 136 + 96 - 1;
}

static void refusals(void **state)
{
	static const struct {
		tweak_fn tweak;
		int rc;
		const char *says;
	} rows[] = {
		{ r_header, TUG_EINVAL, "header size of 31" },      { r_header_big, TUG_EINVAL, "header size of 65536" },
		{ r_align, TUG_EINVAL, "alignment of 3" },          { r_align0, TUG_EINVAL, "alignment of 0" },
		{ r_max_align, TUG_EINVAL, "64 is not possible" },  { r_max_below, TUG_EINVAL, "smaller than the alignment" },
		{ r_erased, TUG_EINVAL, "erased value of 0x55" },   { r_pad_no_slot, TUG_EINVAL, "size of the slot" },
		{ r_both_addr, TUG_EINVAL, "exclude each other" },  { r_public, TUG_EINVAL, "private half" },
		{ r_pure_unsigned, TUG_EINVAL, "ed25519 keys only" }, { r_pure_hash, TUG_EINVAL, "digest does not go" },
		{ r_hash, TUG_EINVAL, "digest does not go" },       { r_hash_range, TUG_EINVAL, "digest does not go" },
		{ r_no_room, TUG_EINVAL, "--pad-header" },          { r_short, TUG_EINVAL, "shorter than the header" },
		{ r_slot, TUG_EIMGSIZE, "1 octets too large" },
	};
	struct tug_octets pem;
	char why[TUG_WHY_CAP];

	(void)state;
	assert_int_equal(tug_key_public(ed, TUG_PUB_PEM, "", &pem, why), TUG_OK);
	assert_int_equal(tug_key_parse(tug_slice_of(pem.p, pem.len), "pub", NULL, NULL, &public_only, why), TUG_OK);
	tug_octets_free(&pem);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_sign_options o = base();
		struct tug_file in = input(), out;

		in.data.p[0] = 1; /* not room for a header */
		rows[i].tweak(&o);
		int rc = tug_sign(&in, &o, &out, why);
		if (rc != rows[i].rc || strstr(why, rows[i].says) == NULL || out.data.p != NULL) {
			fail_msg("row %zu: %d '%s'", i, rc, why);
		}
	}
	tug_key_free(public_only);
	/* one octet more of slot is enough */
	struct tug_sign_options o = base();
	struct tug_file in = input(), out;
	o.slot_size = 136 + 96;
	assert_int_equal(tug_sign_trailer_size(&o), 96);
	assert_int_equal(tug_sign(&in, &o, &out, why), TUG_OK);
	assert_int_equal(tug_sign(&out, &(struct tug_sign_options){ .header_size = 32, .align = 1, .erased = 0xff, .hash = -1 }, &in, why),
			 TUG_EINVAL);
	assert_non_null(strstr(why, "already an MCUboot image"));
	tug_file_free(&out);
}

/* In overwrite mode the bootloader keeps one cell more than the other tool reserves: refused here, with octets to spare. */
static void overwrite_edge(void **state)
{
	struct tug_sign_options o = base();
	struct tug_file in = input(), out;
	char why[TUG_WHY_CAP];

	(void)state;
	o.overwrite_only = true;
	assert_int_equal(tug_sign_trailer_size(&o), 32);
	o.slot_size = 136 + 32;
	assert_int_equal(tug_sign(&in, &o, &out, why), TUG_EIMGSIZE);
	o.slot_size = 136 + 39;
	assert_int_equal(tug_sign(&in, &o, &out, why), TUG_EIMGSIZE);
	o.slot_size = 136 + 40;
	assert_int_equal(tug_sign(&in, &o, &out, why), TUG_OK);
	tug_file_free(&out);
}

/* ---- files ------------------------------------------------------------------------------------------------ */

static const char confirm_hex[] = ":020000040001F9\n"
				  ":100000003DB8F39600000000200000004000000012\n"
				  ":1000100000000000010203000400000000000000D6\n"
				  ":10002000000102030405060708090A0B0C0D0E0F58\n"
				  ":10003000101112131415161718191A1B1C1D1E1F48\n"
				  ":10004000202122232425262728292A2B2C2D2E2F38\n"
				  ":10005000303132333435363738393A3B3C3D3E3F28\n"
				  ":100060000769280010002000FE96BBE6D74ED7C8CF\n"
				  ":1000700009AA78E2A605D5C4CCA33969885BFCC976\n"
				  ":08008000AC10D7C52DF5E00D11\n"
				  ":100FE80001FFFFFFFFFFFFFF77C295F360D2EF7F9E\n"
				  ":080FF8003552500F2CB6798030\n"
				  ":00000001FF\n";

static void hex_files(void **state)
{
	char dir[] = "/tmp/tug-sign-XXXXXX", path[64], bin[64], why[TUG_WHY_CAP];
	struct tug_sign_options o = base();
	struct tug_file in = input(), back;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/out.hex", dir);
	snprintf(bin, sizeof(bin), "%s/in.bin", dir);
	assert_int_equal(tug_file_write(bin, tug_slice_of(in.data.p, in.data.len), TUG_FILE_PUBLIC, why), TUG_OK);
	o.confirm = true;
	assert_int_equal(tug_sign_file(bin, path, &o, why), TUG_EINVAL);
	assert_non_null(strstr(why, "--hex-addr"));
	assert_int_not_equal(access(path, F_OK), 0);
	o.has_hex_addr = true;
	o.hex_addr = 0x10000;
	assert_int_equal(tug_sign_file(bin, path, &o, why), TUG_OK);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	char text[2000];
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	assert_string_equal(text, confirm_hex);
	/* an image of an image never runs */
	o.has_hex_addr = false;
	assert_int_equal(tug_sign_file(path, path, &o, why), TUG_EINVAL);
	assert_non_null(strstr(why, "already"));
	/* the address of a hex input is kept, less the header in front */
	const char *bank = strchr(text, '\n') + 1, *payload_lines = strchr(strchr(bank, '\n') + 1, '\n') + 1;
	char raw_hex[2000];
	snprintf(raw_hex, sizeof(raw_hex), "%.*s%s", (int)(bank - text), text, payload_lines);
	assert_int_equal(tug_file_write(path, tug_slice_of(raw_hex, strlen(raw_hex)), TUG_FILE_PUBLIC, why), TUG_OK);
	assert_int_equal(tug_sign_file(path, path, &o, why), TUG_EIMGSIZE); /* all but 32 octets of a 4 KiB slot are payload */
	o.confirm = false;
	o.slot_size = 0;
	assert_int_equal(tug_sign_file(path, path, &o, why), TUG_OK);
	assert_int_equal(tug_file_read(path, &back, why), TUG_OK);
	assert_int_equal(back.addr, 0x10000);
	assert_int_equal(back.data.len, 4096 + 40);
	tug_file_free(&back);
	o.has_hex_addr = true;
	o.hex_addr = 0xffffff00;
	o.slot_size = 0x4000;
	assert_int_equal(tug_sign_file(bin, path, &o, why), TUG_ERANGE);
	unlink(path);
	unlink(bin);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),         cmocka_unit_test(own_key_only), cmocka_unit_test(refusals),
		cmocka_unit_test(overwrite_edge), cmocka_unit_test(hex_files),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
