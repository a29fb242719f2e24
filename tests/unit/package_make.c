/* SPDX-License-Identifier: Apache-2.0
 *
 * Packages that are made: read back as they were meant, the same octets every time, and nothing that a reader could
 * misunderstand.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tug/image.h>

#include "package_zip.h"

static uint8_t app[100], net[60];

static void header(uint8_t *p, uint8_t major, uint32_t build)
{
	struct tug_image_hdr h = { .magic = TUG_IMAGE_MAGIC, .hdr_size = 32, .version = { major, 2, 3, build } };

	tug_image_hdr_encode(&h, p);
}

static int setup(void **state)
{
	(void)state;
	header(app, 1, 0);
	header(net, 9, 8);
	return 0;
}

static struct tug_slice octets(const struct tug_package_octets *o)
{
	return tug_slice_of(o->p, o->len);
}

static void round_trip(void **state)
{
	struct tug_package_item items[] = { { "app_update.bin", { app, sizeof(app) }, 0x10200, 0, -1 },
					    { "net.bin", { net, sizeof(net) }, 0, 1, -1 } };
	struct tug_package_meta meta = { "a name", "board", "soc", NULL, 1700000000 };
	struct tug_package_octets o, again;
	struct tug_package p;
	char why[TUG_PACKAGE_WHY] = "";

	(void)state;
	assert_int_equal(tug_package_make(&meta, items, 2, &o, why), TUG_OK);
	assert_true(tug_package_is(octets(&o)));
	assert_int_equal(tug_package_read(octets(&o), "p.zip", &p, why), TUG_OK);
	assert_int_equal(p.n, 2);
	assert_int_equal(p.time, 1700000000);
	assert_string_equal(p.name, "a name");
	assert_string_equal(p.f[0].file, "app_update.bin");
	assert_string_equal(p.f[0].type, "application");
	assert_string_equal(p.f[0].board, "board");
	assert_string_equal(p.f[0].soc, "soc");
	assert_string_equal(p.f[0].version, "1.2.3+0");
	assert_int_equal(p.f[0].load_address, 0x10200);
	assert_int_equal(p.f[0].len, sizeof(app));
	assert_memory_equal(p.f[0].data, app, sizeof(app));
	assert_string_equal(p.f[1].version, "9.2.3+8");
	assert_int_equal(p.f[1].image, 1);
	assert_memory_equal(p.f[1].data, net, sizeof(net));
	tug_package_free(&p);
	/* neither the clock nor the time zone is in it */
	setenv("TZ", "Asia/Kathmandu", 1);
	tzset();
	assert_int_equal(tug_package_make(&meta, items, 2, &again, why), TUG_OK);
	unsetenv("TZ");
	tzset();
	assert_int_equal(again.len, o.len);
	assert_memory_equal(again.p, o.p, o.len);
	tug_package_drop(&again);
	tug_package_drop(&o);
	tug_package_drop(&o);
}

static void variants(void **state)
{
	struct tug_package_item items[] = { { "a.bin", { app, sizeof(app) }, 0, 0, 0 }, { "b.bin", { net, sizeof(net) }, 0, 0, 1 } };
	struct tug_package_meta meta = { NULL, NULL, NULL, "mcuboot", 0 }; /* before DOS begins */
	struct tug_package_octets o;
	struct tug_package p;
	char why[TUG_PACKAGE_WHY] = "";

	(void)state;
	assert_int_equal(tug_package_make(&meta, items, 2, &o, why), TUG_OK);
	assert_int_equal(tug_package_read(octets(&o), "p.zip", &p, why), TUG_OK);
	assert_int_equal(p.f[0].slot, 0);
	assert_int_equal(p.f[1].slot, 1);
	assert_string_equal(p.f[1].type, "mcuboot");
	assert_string_equal(p.f[1].version, "9.2.3+8");
	assert_string_equal(p.name, "");
	tug_package_free(&p);
	tug_package_drop(&o);
}

static void refuse(struct tug_package_item *items, size_t n, const char *word)
{
	struct tug_package_meta meta = { 0 };
	struct tug_package_octets o;
	char why[TUG_PACKAGE_WHY] = "";

	assert_int_equal(tug_package_make(&meta, items, n, &o, why), TUG_EINVAL);
	assert_null(o.p);
	if (strstr(why, word) == NULL) {
		fail_msg("'%s' has no '%s'", why, word);
	}
	assert_int_equal(tug_package_make(&meta, items, n, &o, NULL), TUG_EINVAL);
}

static void refusals(void **state)
{
	struct tug_package_item ok = { "a.bin", { app, sizeof(app) }, 0, 0, -1 }, two[2] = { ok, ok }, many[17];

	(void)state;
	refuse(two, 0, "1 to 16 images");
	refuse(two, 2, "two images are called a.bin");
	two[1].file = "b.bin";
	refuse(two, 2, "both image 0");
	two[0].slot = 1;
	refuse(two, 2, "both image 0");
	two[1].slot = 1;
	refuse(two, 2, "both image 0");
	two[1].slot = 2;
	refuse(two, 2, "a slot is 0 or 1");
	two[0] = ok;
	two[0].file = "manifest.json";
	refuse(two, 1, "manifest.json");
	two[0].file = "x/y.bin";
	refuse(two, 1, "x/y.bin");
	two[0].file = "";
	refuse(two, 1, "name");
	two[0] = ok;
	two[0].data = tug_slice_of(app, 31);
	refuse(two, 1, "not a signed image");
	two[0].data = tug_slice_of(app + 1, 60);
	refuse(two, 1, "not a signed image");
	for (size_t i = 0; i < 17; i++) {
		many[i] = ok;
	}
	refuse(many, 17, "not 17");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(variants),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
