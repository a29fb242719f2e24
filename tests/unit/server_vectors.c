/* SPDX-License-Identifier: Apache-2.0
 *
 * Captured frames against the server, byte for byte: the field case, and every vector of smp-frames.txt that a
 * server with these groups answers. A vector that is not played is listed with its reason; none is forgotten.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server_fix.h"

#define MAX_VECTORS 128
#define LINE_MAX_LEN 8192

/** Vectors of a file, by number. */
struct file {
	char *q[MAX_VECTORS], *a[MAX_VECTORS];
	char *hash[2];
	bool played[MAX_VECTORS];
	int last;
};

static char *copy(const char *text)
{
	size_t len = strcspn(text, "\n");
	char *out = calloc(1, len + 1);

	assert_non_null(out);
	memcpy(out, text, len);
	return out;
}

static void load(struct file *v, const char *name)
{
	static char line[LINE_MAX_LEN];
	char path[512];
	int at = 0;
	FILE *in;

	memset(v, 0, sizeof(*v));
	snprintf(path, sizeof(path), "%s/tests/vectors/%s", TUG_SOURCE_DIR, name);
	in = fopen(path, "r");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in) != NULL) {
		if (strncmp(line, "vector: ", 8) == 0) {
			char *end;

			/* a number with a letter is a variant of the request; its answer is the one of the number */
			at = (int)strtol(line + 8, &end, 10);
			assert_true(at > 0 && at < MAX_VECTORS);
			v->last = at > v->last ? at : v->last;
			at = *end == ' ' ? at : 0;
		} else if (at > 0 && strncmp(line, "Q: ", 3) == 0) {
			v->q[at] = copy(line + 3);
		} else if (at > 0 && strncmp(line, "A: ", 3) == 0) {
			v->a[at] = copy(line + 3);
		} else if (strncmp(line, "hash: ", 6) == 0) {
			v->hash[line[6] - '0'] = copy(line + 8);
		}
	}
	fclose(in);
}

static void drop(struct file *v)
{
	for (int i = 0; i < MAX_VECTORS; i++) {
		free(v->q[i]);
		free(v->a[i]);
	}
	free(v->hash[0]);
	free(v->hash[1]);
}

static void play(struct file *v, struct fix *f, int n)
{
	print_message("vector %d\n", n);
	assert_non_null(v->q[n]);
	assert_non_null(v->a[n]);
	assert_string_equal(fix_hex(f, v->q[n]), v->a[n]);
	v->played[n] = true;
}

static void report(struct fix *f, uint8_t slot, const char *hex)
{
	struct tug_buf out = tug_buf_of(f->report[slot], sizeof(f->report[slot]));

	assert_int_equal(tug_hex_decode(tug_slice_of(hex, strlen(hex)), &out), TUG_OK);
	f->report_len[slot] = (uint8_t)out.len;
}

static void put_image(struct fix *f, uint8_t slot, struct tug_version version)
{
	uint8_t store[300];
	struct tug_buf b = tug_buf_of(store, sizeof(store));

	fix_put(f, 0, slot, fix_image(&b, version, 100, slot, NULL));
}

static void test_field_case(void **state)
{
	struct fix_opt o = { .profile = "zephyr-3.3", .no_zbasic = true, .buf_size = 2475 };
	struct file v;
	struct fix f;

	(void)state;
	load(&v, "field-case.txt");
	fix_open(&f, &o);
	put_image(&f, 0, (struct tug_version){ 0 });
	put_image(&f, 1, (struct tug_version){ 0 });
	report(&f, 0, v.hash[0]);
	report(&f, 1, v.hash[1]);
	fix_state(&f, 0, TUG_SWAP_TEST);
	assert_int_equal(v.last, 4);
	for (int n = 1; n <= v.last; n++) {
		play(&v, &f, n);
	}
	fix_close(&f);
	drop(&v);
}

static void play_stateless(struct file *v)
{
	static const int plain[] = { 1, 2, 3, 4, 7, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 21, 22, 23, 24, 31, 55, 57 };
	struct tug_server_profile ret;
	struct fix_opt o = { 0 };
	struct fix f;

	fix_open(&f, &o);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		play(v, &f, plain[i]);
	}
	f.cfg.buf_size = 384;
	play(v, &f, 8);
	f.cfg.boot_mode = TUG_MODE_SWAP_OFFSET;
	play(v, &f, 20);
	f.cfg.n_groups = 2;
	play(v, &f, 56);
	ret = *f.cfg.profile;
	ret.err_style = TUG_SRV_ERR_RET;
	f.cfg.profile = &ret;
	play(v, &f, 17);
	fix_close(&f);
}

/* The captured device: two slots of 104 KiB, 1 KiB sectors, 0.0.0 running; one session in the order it was seen. */
static void play_image_session(struct file *v)
{
	struct fix_opt o = { .slot_size = 106496, .sector = 1024 };
	struct fix f;

	fix_open(&f, &o);
	put_image(&f, 0, (struct tug_version){ 0 });
	report(&f, 0, "1baa222074cc805faf4e09846d2377886b1e5ef7cfccd9eac1554d82d9aa9d5a");
	play(v, &f, 33);
	for (int n = 25; n <= 28; n++) {
		play(v, &f, n);
	}
	for (int n = 34; n <= 37; n++) {
		play(v, &f, n);
	}
	play(v, &f, 40);
	play(v, &f, 38);
	play(v, &f, 39);
	play(v, &f, 41);
	play(v, &f, 42);
	/* 32: that build also told the reason in words; the code is the same */
	fix_state(&f, 0, TUG_SWAP_REVERT);
	assert_string_equal(fix_hex(&f, v->q[32]), "0300000600010501bf62726306ff");
	fix_close(&f);

	o.profile = "zephyr-3.5"; /* with image check */
	fix_open(&f, &o);
	put_image(&f, 0, (struct tug_version){ 0 });
	play(v, &f, 25);
	play(v, &f, 29);
	fix_close(&f);
}

static void play_recovery(struct file *v)
{
	struct fix_opt o = { .profile = "mcuboot-recovery", .buf_size = 1024 };
	struct fix f;

	fix_open(&f, &o);
	f.cfg.buf_count = 1;
	put_image(&f, 0, (struct tug_version){ 0 });
	report(&f, 0, "18779b16a62c10405e239b096eae0c54c8b097a260978b21b4cec75f149a617e");
	for (int n = 58; n <= 62; n++) {
		play(v, &f, n);
	}
	fix_close(&f);
}

static void test_captured_frames(void **state)
{
	static const struct {
		int first, last;
		const char *why;
	} skipped[] = {
		{ 5, 5, "rc 0 in a success: servers up to 3.2" },
		{ 6, 6, "definite maps: canonical builds" },
		{ 30, 30, "rc 0 in a success: servers up to 3.2" },
		{ 32, 32, "rsn text is not built; code checked" },
		{ 43, 44, "statistics group is not built" },
		{ 45, 46, "settings group is not built" },
		{ 47, 50, "file system group is not built" },
		{ 51, 52, "shell group is not built" },
		{ 53, 54, "enumeration group is not built" },
	};
	struct file v;
	int played = 0;

	(void)state;
	load(&v, "smp-frames.txt");
	play_stateless(&v);
	play_image_session(&v);
	play_recovery(&v);
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++) {
		for (int n = skipped[i].first; n <= skipped[i].last; n++) {
			assert_false(v.played[n]);
			v.played[n] = true;
			played--;
		}
	}
	for (int n = 1; n <= v.last; n++) {
		if (v.q[n] != NULL && v.a[n] != NULL) {
			played++;
			if (!v.played[n]) {
				fail_msg("vector %d is neither played nor listed as left out", n);
			}
		}
	}
	print_message("%d of %d vectors played\n", played, v.last);
	drop(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_field_case),
		cmocka_unit_test(test_captured_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
