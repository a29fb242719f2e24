/* SPDX-License-Identifier: Apache-2.0
 *
 * States that Intel HEX comes back as it went out, that damage never reads as other octets, and which
 * sentence each wrong line earns. Random parts: replay with TUG_SEED. Run by CTest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <tug/imgtool.h>

/* imgtool's output of the golden [confirm] image at 0x10000: image, image_ok cell, magic, no fill. */
static const char golden[] = ":020000040001F9\n"
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

static uint64_t rng;

static uint32_t dice(uint32_t n)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(rng >> 33) % n;
}

static struct tug_slice text(const char *s)
{
	return tug_slice_of(s, strlen(s));
}

static void golden_reads(void **state)
{
	struct tug_file f;
	char why[TUG_WHY_CAP];

	(void)state;
	assert_int_equal(tug_ihex_parse(text(golden), &f, why), TUG_OK);
	assert_true(f.is_hex && f.has_addr);
	assert_int_equal(f.addr, 0x10000);
	assert_int_equal(f.data.len, 0x1000);
	assert_int_equal(tug_le32(f.data.p), TUG_IMAGE_MAGIC);
	assert_int_equal(f.data.p[136], 0xff);
	assert_int_equal(f.data.p[0xfe8], 1);
	assert_memory_equal(f.data.p + 0xff0, tug_trailer_magic(8), 16);
	tug_file_free(&f);
}

/* No prefix of the file is a file, but for the one that lacks only the last line end. */
static void cuts(void **state)
{
	size_t n = strlen(golden);

	(void)state;
	for (size_t cut = 0; cut < n; cut++) {
		struct tug_file f;
		char why[TUG_WHY_CAP] = "";
		char *copy = malloc(cut > 0 ? cut : 1);

		assert_non_null(copy);
		memcpy(copy, golden, cut);
		int rc = tug_ihex_parse(tug_slice_of(copy, cut), &f, why);
		free(copy);
		assert_int_equal(rc == TUG_OK, cut == n - 1);
		assert_true(rc == TUG_OK || strlen(why) > 10);
		tug_file_free(&f);
	}
}

/* Every character changed to every other: refused, or the same octets at the same address. */
static void changes(void **state)
{
	char copy[sizeof(golden)];
	struct tug_file good;
	unsigned refused = 0, same = 0;

	(void)state;
	assert_int_equal(tug_ihex_parse(text(golden), &good, NULL), TUG_OK);
	memcpy(copy, golden, sizeof(golden));
	for (size_t i = 0; i < strlen(golden); i++) {
		for (unsigned c = 0; c < 256; c++) {
			struct tug_file f;

			copy[i] = (char)c;
			int rc = tug_ihex_parse(tug_slice_of(copy, strlen(golden)), &f, NULL);
			if (rc == TUG_OK) {
				assert_int_equal(f.addr, good.addr);
				assert_int_equal(f.data.len, good.data.len);
				assert_memory_equal(f.data.p, good.data.p, good.data.len);
				same++;
			} else {
				assert_true(rc == TUG_EINVAL || rc == TUG_ECRC || rc == TUG_ETRUNC || rc == TUG_ETOOBIG);
				refused++;
			}
			tug_file_free(&f);
		}
		copy[i] = golden[i];
	}
	printf("  %u changes refused, %u mean the same\n", refused, same);
	tug_file_free(&good);
}

struct wrong {
	const char *text;
	int rc;
	const char *says;
};

static void wrong_lines(void **state)
{
	static const struct wrong rows[] = {
		{ "", TUG_ETRUNC, "end record is missing" },
		{ ":00000001FF", TUG_ETRUNC, "no data" },
		{ "\n\n:00000001FF\n", TUG_ETRUNC, "no data" },
		{ "hello\n", TUG_EINVAL, "line 1" },
		{ ":0100000055AA\n:01000100\n", TUG_EINVAL, "line 2" },
		{ ":0100000055AA\n\n:0100010055G9\n", TUG_EINVAL, "line 3 holds a character" },
		{ ":0100000055AB\n", TUG_ECRC, "line 1 has a wrong checksum" },
		{ ":0200000055A9\n", TUG_EINVAL, "says 2 octets and holds 1" },
		{ ":0100000655A4\n", TUG_EINVAL, "record type 6" },
		{ ":0300000400010 0F8\n", TUG_EINVAL, "" },
		{ ":03000004000100F8\n", TUG_EINVAL, "record type 4" },
		{ ":0100000055AA\n:0100000055AA\n:00000001FF\n", TUG_EINVAL, "line 2 writes address 0x0 a second time" },
		{ ":02FFFF00AABB9B\n:00000001FF\n", TUG_EINVAL, "crosses a 64 KiB boundary" },
		{ ":0100000055AA\n:020000041000EA\n:0100000055AA\n:00000001FF\n", TUG_ETOOBIG, "more than one memory" },
		{ ":0100000055AA\n", TUG_ETRUNC, "cut off" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_file f;
		char why[TUG_WHY_CAP] = "";
		int rc = tug_ihex_parse(text(rows[i].text), &f, why);

		if (rc != rows[i].rc || strstr(why, rows[i].says) == NULL) {
			fail_msg("row %zu: %d '%s'", i, rc, why);
		}
		assert_int_equal(tug_ihex_parse(text(rows[i].text), &f, NULL), rc);
	}
}

static void accepted_forms(void **state)
{
	static const struct {
		const char *text;
		uint32_t addr;
		size_t len;
	} rows[] = {
		{ ":0100000055AA\r\n:00000001FF\r\n", 0, 1 },               /* DOS line ends */
		{ "\n:0100000055aa  \n:00000001ff", 0, 1 },                 /* lower case, blanks */
		{ ":020000021000EC\n:0100000055AA\n:00000001FF\n", 0x10000, 1 }, /* segment address */
		{ ":0400000508000101ED\n:0100000055AA\n:00000001FF\n", 0, 1 }, /* start address */
		{ ":0400000300003800C1\n:0100000055AA\n:00000001FF\n", 0, 1 },
		{ ":0100000055AA\n:00000001FF\nwhatever follows\n", 0, 1 },
		{ ":0100050055A5\n:0100000055AA\n:00000001FF\n", 0, 6 },     /* any order */
		{ ":02000004FFFFFC\n:01FFFF0055AC\n:00000001FF\n", 0xffffffff, 1 },
		{ ":00000000" "00\n:0100000055AA\n:00000001FF\n", 0, 1 },      /* empty data record */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_file f;
		char why[TUG_WHY_CAP] = "";

		if (tug_ihex_parse(text(rows[i].text), &f, why) != TUG_OK) {
			fail_msg("row %zu: %s", i, why);
		}
		assert_int_equal(f.addr, rows[i].addr);
		assert_int_equal(f.data.len, rows[i].len);
		assert_int_equal(f.data.p[0], 0x55);
		tug_file_free(&f);
	}
}

/* Random parts, often around bank borders: what is written reads back, gaps as 0xff. */
static void round_trips(void **state)
{
	const char *seed = getenv("TUG_SEED");

	(void)state;
	rng = seed != NULL ? strtoull(seed, NULL, 0) : 1;
	printf("  TUG_SEED=%llu\n", (unsigned long long)rng);
	for (int round = 0; round < 300; round++) {
		static uint8_t octets[4][400];
		struct tug_ihex_part parts[4];
		size_t n = 1 + dice(4);
		uint32_t base = dice(3) == 0 ? dice(0x10000) : dice(2) == 0 ? 0xff80 + dice(0x100) : 0x08000000 + dice(0x20000);
		uint32_t at = base;
		struct tug_octets out;
		struct tug_file f;

		for (size_t i = 0; i < n; i++) {
			size_t len = 1 + dice(400);

			for (size_t k = 0; k < len; k++) {
				octets[i][k] = (uint8_t)dice(256);
			}
			parts[i].addr = at;
			parts[i].data = tug_slice_of(octets[i], len);
			at += (uint32_t)len + (dice(2) == 0 ? 0 : dice(40));
		}
		assert_int_equal(tug_ihex_format(parts, n, &out, NULL), TUG_OK);
		assert_int_equal(tug_ihex_parse(tug_slice_of(out.p, out.len), &f, NULL), TUG_OK);
		assert_int_equal(f.addr, base);
		assert_int_equal(f.data.len, parts[n - 1].addr + parts[n - 1].data.len - base);
		size_t pos = 0;
		for (size_t i = 0; i < n; i++) {
			for (; pos < parts[i].addr - base; pos++) {
				assert_int_equal(f.data.p[pos], 0xff);
			}
			assert_memory_equal(f.data.p + pos, parts[i].data.p, parts[i].data.len);
			pos += parts[i].data.len;
		}
		tug_octets_free(&out);
		tug_file_free(&f);
	}
}

static void format_refusals(void **state)
{
	static const uint8_t two[2];
	struct tug_ihex_part parts[2] = { { 100, { two, 2 } }, { 101, { two, 2 } } };
	struct tug_octets out = { 0 };
	char why[TUG_WHY_CAP];

	(void)state;
	assert_int_equal(tug_ihex_format(parts, 2, &out, why), TUG_EINVAL);
	parts[0].addr = 0xffffffff;
	assert_int_equal(tug_ihex_format(parts, 1, &out, why), TUG_ERANGE);
	parts[0].addr = 0xfffffffe;
	assert_int_equal(tug_ihex_format(parts, 1, &out, why), TUG_OK);
	assert_string_equal((const char *)out.p, ":02000004FFFFFC\n:02FFFE00000001\n:00000001FF\n");
	tug_octets_free(&out);
	parts[0].data.len = 0;
	assert_int_equal(tug_ihex_format(parts, 1, &out, why), TUG_OK);
	assert_string_equal((const char *)out.p, ":00000001FF\n");
	tug_octets_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_reads),   cmocka_unit_test(cuts),        cmocka_unit_test(changes),
		cmocka_unit_test(wrong_lines),    cmocka_unit_test(accepted_forms), cmocka_unit_test(round_trips),
		cmocka_unit_test(format_refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
