/* SPDX-License-Identifier: Apache-2.0
 *
 * Image lists as devices send them: captured ones, frugal ones, recovery's, broken ones; and which row of the
 * slot-state table they are.
 */
#include <stdio.h>
#include <string.h>

#include "client_fake.h"
#include "src/client/plan_priv.h"

static size_t unhex(const char *hex, uint8_t *out, size_t cap)
{
	struct tug_buf b = tug_buf_of(out, cap);

	assert_int_equal(tug_hex_decode(tug_slice_of(hex, strlen(hex)), &b), TUG_OK);
	return b.len;
}

/* Body of the list of docs/smp.md vector 34: 0.0.0 active, 1.2.3.4 in slot 1. */
static const char two[] =
	"bf66696d616765739fbf64736c6f74006776657273696f6e65302e302e30646861736858201baa222074cc805faf4e09846d2377886b1e5ef7cf"
	"ccd9eac1554d82d9aa9d5a68626f6f7461626c65f56770656e64696e67f469636f6e6669726d6564f566616374697665f5697065726d616e656e"
	"74f4ffbf64736c6f74016776657273696f6e67312e322e332e34646861736858208a01e9a1f96ef6adf2e6f5218b2b1b1f0e4d6977e47e352cbd"
	"9c2d113b8c94f568626f6f7461626c65f56770656e64696e67f469636f6e6669726d6564f466616374697665f4697065726d616e656e74f4ffff"
	"6b73706c697453746174757300ff";

static void captured(void **state)
{
	uint8_t b[400];
	size_t n = unhex(two, b, sizeof(b));
	struct tug_dev_state st;

	(void)state;
	memset(&st, 0xee, sizeof(st));
	st.buf_size = 77;
	assert_int_equal(tug_dev_state_decode(tug_slice_of(b, n), &st), TUG_OK);
	assert_int_equal(st.buf_size, 77); /* not its business */
	assert_int_equal(st.n, 2);
	assert_false(st.recovery);
	assert_true(st.slot[0].active && st.slot[0].confirmed && st.slot[0].bootable && !st.slot[0].pending);
	assert_int_equal(st.slot[1].slot, 1);
	assert_true(st.slot[1].version_ok);
	assert_int_equal(st.slot[1].version.build, 4);
	assert_int_equal(st.slot[1].hash_len, 32);
	assert_int_equal(st.slot[1].hash[0], 0x8a);
	assert_int_equal(tug_dev_classify(&st, 0), TUG_DEV_LEFTOVER);
	assert_ptr_equal(tug_dev_active(&st, 0), &st.slot[0]);
	assert_ptr_equal(tug_dev_other(&st, 0), &st.slot[1]);
	assert_null(tug_dev_active(&st, 1));
	assert_null(tug_dev_other(&st, 1));
}

/* Cut anywhere: an error, nothing half-taken. One octet changed: an error or a list, never a crash. */
static void broken(void **state)
{
	uint8_t b[400];
	size_t n = unhex(two, b, sizeof(b));
	struct tug_dev_state st;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		memset(&st, 0, sizeof(st));
		assert_true(tug_dev_state_decode(tug_slice_of(b, i), &st) < 0);
		assert_int_equal(st.n, 0);
		for (unsigned x = 1; x < 256; x++) {
			b[i] ^= (uint8_t)x;
			(void)tug_dev_state_decode(tug_slice_of(b, n), &st);
			assert_true(st.n <= TUG_DEV_SLOTS);
			b[i] ^= (uint8_t)x;
		}
	}
}

static void recovery(void **state)
{
	uint8_t b[200];
	size_t n = unhex("bf66696d616765739fbf64736c6f74006468617368582018779b16a62c10405e239b096eae0c54c8b097a260978b21b4cec75f14"
			 "9a617e6776657273696f6e65302e302e30ffffff", b, sizeof(b));
	struct tug_dev_state st;

	(void)state;
	assert_int_equal(tug_dev_state_decode(tug_slice_of(b, n), &st), TUG_OK);
	assert_int_equal(st.n, 1);
	assert_true(st.recovery);
	assert_int_equal(tug_dev_classify(&st, 0), TUG_DEV_NO_ACTIVE);
	n = unhex("bf66696d616765739fffff", b, sizeof(b));
	assert_int_equal(tug_dev_state_decode(tug_slice_of(b, n), &st), TUG_OK);
	assert_int_equal(st.n, 0);
	assert_true(st.recovery);
	n = unhex("bfff", b, sizeof(b));
	assert_int_equal(tug_dev_state_decode(tug_slice_of(b, n), &st), TUG_EMISSING);
	/* An entry without a slot. */
	n = unhex("bf66696d616765739fbf6776657273696f6e65302e302e30ffffff", b, sizeof(b));
	assert_int_equal(tug_dev_state_decode(tug_slice_of(b, n), &st), TUG_EMISSING);
}

struct entry {
	int image; /* -1 = key absent */
	int slot;
	const char *version;
	int hash_len;
	const char *flags; /* letters a c p P b that are sent as true */
	bool frugal;       /* false flags are left out */
};

static int decode(const struct entry *e, unsigned n, struct tug_dev_state *st)
{
	static const char names[] = "bpcaP";
	static const char *const keys[] = { "bootable", "pending", "confirmed", "active", "permanent" };
	uint8_t room[2000];
	uint8_t hash[200];
	struct tug_buf b = tug_buf_of(room, sizeof(room));
	struct tug_enc enc;

	tug_enc_init(&enc, &b);
	tug_enc_map_begin(&enc);
	tug_enc_key(&enc, "images");
	tug_enc_list_begin(&enc);
	for (unsigned i = 0; i < n; i++) {
		tug_enc_map_begin(&enc);
		if (e[i].image >= 0) {
			tug_enc_key(&enc, "image");
			tug_enc_int(&enc, e[i].image);
		}
		tug_enc_key(&enc, "slot");
		tug_enc_int(&enc, e[i].slot);
		tug_enc_key(&enc, "version");
		tug_enc_text(&enc, tug_slice_of(e[i].version, strlen(e[i].version)));
		if (e[i].hash_len > 0) {
			memset(hash, (int)i + 1, sizeof(hash));
			tug_enc_key(&enc, "hash");
			tug_enc_bytes(&enc, tug_slice_of(hash, (size_t)e[i].hash_len));
		}
		for (unsigned k = 0; k < 5; k++) {
			bool on = strchr(e[i].flags, names[k]) != NULL;

			if (on || !e[i].frugal) {
				tug_enc_key(&enc, keys[k]);
				tug_enc_bool(&enc, on);
			}
		}
		tug_enc_map_end(&enc);
	}
	tug_enc_list_end(&enc);
	tug_enc_map_end(&enc);
	assert_int_equal(tug_enc_finish(&enc), TUG_OK);
	return tug_dev_state_decode(tug_buf_slice(&b), st);
}

static void rows(void **state)
{
	static const struct {
		const char *run, *other; /* NULL = absent */
		enum tug_dev_pattern want;
	} rows_of[] = {
		{ "bca", NULL, TUG_DEV_FRESH },       { "bca", "b", TUG_DEV_LEFTOVER },    { "bca", "bp", TUG_DEV_PENDING_TEST },
		{ "bca", "bpP", TUG_DEV_PENDING_PERM }, { "ba", "bc", TUG_DEV_TEST_RUN },  { "ba", NULL, TUG_DEV_UNCONFIRMED },
		{ "ba", "b", TUG_DEV_UNCONFIRMED },   { "b", "b", TUG_DEV_NO_ACTIVE },     { "bc", NULL, TUG_DEV_NO_ACTIVE },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows_of) / sizeof(rows_of[0]); i++) {
		for (unsigned frugal = 0; frugal < 2; frugal++) {
			for (unsigned order = 0; order < 2; order++) {
				struct entry e[2] = { { -1, 0, "1.0.0", 32, rows_of[i].run, frugal != 0 },
						      { -1, 1, "2.0.0", 32, rows_of[i].other, frugal != 0 } };
				struct tug_dev_state st;
				unsigned n = rows_of[i].other == NULL ? 1 : 2;

				if (order == 1 && n == 2) {
					struct entry t = e[0];

					e[0] = e[1];
					e[1] = t;
				}
				assert_int_equal(decode(e, n, &st), TUG_OK);
				if (tug_dev_classify(&st, 0) != rows_of[i].want) {
					fail_msg("row %u: %s", i, tug_dev_pattern_name(tug_dev_classify(&st, 0)));
				}
			}
		}
	}
}

static void odd_values(void **state)
{
	struct entry e[12] = { { -1, 0, "<?\?\?>", 32, "bca", false } };
	struct tug_dev_state st;

	(void)state;
	assert_int_equal(decode(e, 1, &st), TUG_OK);
	assert_false(st.slot[0].version_ok);
	assert_int_equal(st.slot[0].version.major, 0);
	e[0].version = "300.1.1";
	assert_int_equal(decode(e, 1, &st), TUG_OK);
	assert_false(st.slot[0].version_ok);
	e[0].version = "255.255.65535.4294967295";
	e[0].hash_len = 64;
	assert_int_equal(decode(e, 1, &st), TUG_OK);
	assert_true(st.slot[0].version_ok);
	assert_int_equal(st.slot[0].version.build, 4294967295u);
	assert_int_equal(st.slot[0].hash_len, 64);
	e[0].hash_len = TUG_HASH_MAX + 1;
	assert_true(decode(e, 1, &st) < 0);
	e[0].hash_len = 32;
	e[0].slot = 300;
	assert_true(decode(e, 1, &st) < 0);
	e[0].slot = 0;
	e[0].image = 256;
	assert_true(decode(e, 1, &st) < 0);
	/* More entries than are kept: the first ones are, the rest is read and dropped. */
	for (unsigned i = 0; i < 12; i++) {
		e[i] = (struct entry){ (int)i / 2, (int)i % 2, "1.0.0", 32, i % 2 ? "" : "bca", true };
	}
	assert_int_equal(decode(e, 12, &st), TUG_OK);
	assert_int_equal(st.n, TUG_DEV_SLOTS);
	assert_int_equal(tug_dev_active(&st, 3)->image, 3);
}

/* Older servers mark the running slot of image 0 only. */
static void further_image(void **state)
{
	struct entry e[4] = { { 0, 0, "1.0.0", 32, "bca", false }, { 0, 1, "1.1.0", 32, "b", false },
			      { 1, 0, "2.0.0", 32, "b", false },   { 1, 1, "2.1.0", 32, "bp", false } };
	struct tug_dev_state st;

	(void)state;
	assert_int_equal(decode(e, 4, &st), TUG_OK);
	assert_null(tug_dev_active(&st, 1));
	assert_int_equal(tug_dev_running(&st, 1)->slot, 0);
	assert_int_equal(tug_dev_target(&st, 1)->slot, 1);
	assert_int_equal(tug_dev_classify(&st, 1), TUG_DEV_PENDING_TEST);
	assert_int_equal(tug_dev_classify(&st, 0), TUG_DEV_LEFTOVER);
	assert_int_equal(tug_dev_classify(&st, 2), TUG_DEV_NO_ACTIVE);
	e[3].flags = "b";
	assert_int_equal(decode(e, 4, &st), TUG_OK);
	assert_int_equal(tug_dev_classify(&st, 1), TUG_DEV_LEFTOVER);
}

static void names(void **state)
{
	(void)state;
	for (int i = 0; i <= TUG_DEV_NO_ACTIVE; i++) {
		assert_true(strcmp(tug_dev_pattern_name((enum tug_dev_pattern)i), "unknown") != 0);
	}
	for (int i = 0; i <= TUG_STEP_VERIFY; i++) {
		assert_true(strcmp(tug_step_name((enum tug_step)i), "unknown") != 0);
	}
	for (int i = 0; i <= TUG_OUT_FAILED; i++) {
		assert_true(strcmp(tug_outcome_name((enum tug_outcome)i), "unknown") != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captured), cmocka_unit_test(broken),     cmocka_unit_test(recovery), cmocka_unit_test(rows),
		cmocka_unit_test(odd_values), cmocka_unit_test(further_image), cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
