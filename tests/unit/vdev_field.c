/* SPDX-License-Identifier: Apache-2.0
 *
 * The field case: an nRF52833 whose other image is pending for test, as a phone saw it. (a) The device answers the
 * phone's requests octet for octet; (b) the same state with signed images: the update says what it found, resets, sees
 * the swap, confirms, proves.
 */
#include <tug/imgtool.h>

#include "vdev_util.h"

static const struct tug_srv_group *const groups[] = { &tug_srv_os, &tug_srv_img };

static struct tug_vdev_cfg field_cfg(void)
{
	struct tug_vdev_cfg c = plain_cfg();

	c.profile = tug_vdev_profile_find("nrf52833");
	c.server = tug_server_profile_find("zephyr-3.3");
	c.groups = groups; /* no storage erase */
	c.n_groups = 2;
	c.state = TUG_VDEV_PENDING_TEST;
	c.buf_size = 2475;
	c.buf_count = 4;
	return c;
}

static size_t from_hex(const char *hex, uint8_t *out, size_t cap)
{
	struct tug_buf b = tug_buf_of(out, cap);

	assert_int_equal(tug_hex_decode(tug_slice_of(hex, strcspn(hex, "\r\n")), &b), TUG_OK);
	return b.len;
}

/* Lines of the vector: "hash: SLOT HEX", "Q: HEX", "A: HEX". */
static FILE *open_vector(void)
{
	FILE *f = fopen(TUG_SOURCE_DIR "/tests/vectors/field-case.txt", "r");

	assert_non_null(f);
	return f;
}

static void test_replay(void **state)
{
	struct tug_vdev_cfg c = field_cfg();
	uint8_t request[512];
	uint8_t want[512];
	uint8_t space[2475];
	struct tug_buf got = tug_buf_of(space, sizeof(space));
	struct desk d;
	FILE *f = open_vector();
	char line[2048];
	size_t n = 0;
	unsigned answers = 0;

	(void)state;
	memset(&d, 0, sizeof(d));
	while (fgets(line, sizeof(line), f) != NULL) {
		unsigned slot = line[0] == 'h' ? (unsigned)(line[6] - '0') : 0;

		if (line[0] == 'h') {
			assert_in_range(slot, 0, 1);
			c.report_hash_len[slot] = (uint8_t)from_hex(&line[8], c.report_hash[slot], TUG_HASH_MAX);
			assert_int_equal(c.report_hash_len[slot], 32);
		} else if (line[0] == 'Q') {
			d = d.v == NULL ? desk_with(&c) : d;
			n = from_hex(&line[2], request, sizeof(request));
			assert_true(desk_request(&d, tug_slice_of(request, n), &got));
		} else if (line[0] == 'A') {
			n = from_hex(&line[2], want, sizeof(want));
			assert_int_equal(got.len, n);
			assert_memory_equal(space, want, n);
			answers++;
		}
	}
	fclose(f);
	assert_true(answers >= 4);
	tug_vdev_destroy(d.v);
}

static struct tug_file sign(struct tug_key *key, uint8_t fill, const char *version)
{
	struct tug_sign_options o = tug_sign_defaults();
	struct tug_file in;
	struct tug_file out;
	char why[TUG_WHY_CAP] = "";

	memset(&in, 0, sizeof(in));
	in.data.len = 40000;
	in.data.p = malloc(in.data.len + 1u);
	assert_non_null(in.data.p);
	memset(in.data.p, fill, in.data.len);
	o.key = key;
	o.header_size = 512;
	o.pad_header = true;
	o.align = 4;
	assert_int_equal(tug_version_parse(tug_slice_of(version, strlen(version)), &o.version), TUG_OK);
	if (tug_sign(&in, &o, &out, why) != TUG_OK) {
		fail_msg("%s", why);
	}
	tug_file_free(&in);
	return out;
}

static void test_update(void **state)
{
	static struct console con;
	struct tug_vdev_cfg c = field_cfg();
	struct tug_key *key = NULL;
	struct tug_pubkey pub;
	struct tug_file running;
	struct tug_file waiting;
	struct desk_ask ask;
	struct desk_result r;
	const char *proof;
	struct desk d;

	(void)state;
	assert_int_equal(tug_key_generate(TUG_SIG_P256, &key, NULL), TUG_OK);
	pub.der = tug_key_public_der(key);
	running = sign(key, 1, "0.0.0");
	waiting = sign(key, 2, "0.0.0");
	c.primary = tug_slice_of(running.data.p, running.data.len);
	c.secondary = tug_slice_of(waiting.data.p, waiting.data.len);
	c.keys = &pub;
	c.n_keys = 1;
	c.sig = TUG_SIG_P256;
	c.console.line = console_line;
	c.console.ctx = &con;
	memset(&con, 0, sizeof(con));
	d = desk_with(&c);
	memset(&ask, 0, sizeof(ask));
	ask.file = c.secondary;
	ask.policy.erase_settings = true; /* as the phone did */
	desk_update(&d, &ask, &r);
	assert_false(r.hang);
	assert_int_equal(r.outcome, TUG_OUT_SWAPPED);
	assert_int_equal(r.err, TUG_OK);
	assert_string_equal(r.found, "pending-test");
	assert_int_equal(r.upload_frames, 0);
	assert_string_equal(r.did, "erase-settings+reset+verify+confirm-active+verify");
	assert_non_null(strstr(r.notes, "not supported"));
	assert_non_null(strstr(r.notes, "optional"));
	assert_non_null(strstr(con.text, "Swap type: test"));
	proof = desk_prove(&d, ask.file);
	if (proof != NULL) {
		fail_msg("%s", proof);
	}
	tug_vdev_destroy(d.v);
	tug_file_free(&running);
	tug_file_free(&waiting);
	tug_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_update),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
