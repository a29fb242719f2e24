/* SPDX-License-Identifier: Apache-2.0
 *
 * States about the parts of the program that need no device: values, the command table, the parser, JSON to CBOR
 * and back. Random parts: replay with TUG_SEED. Run by CTest.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <tug/smp_body.h>

#include "json_cbor_priv.h"
#include "nearest_priv.h"
#include "options_priv.h"

static uint64_t rng;

static uint32_t dice(uint32_t n)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(rng >> 33) % n;
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint32_t value;
	} rows[] = {
		{ "0", true, 0 },	  { "10", true, 10 },	      { "0x1f", true, 31 },   { "0X1F", true, 31 },
		{ "010", true, 10 },	  { "4294967295", true, UINT32_MAX }, { "4294967296", false, 0 },
		{ "", false, 0 },	  { "-1", false, 0 },	      { "+1", false, 0 },     { " 1", false, 0 },
		{ "1 ", false, 0 },	  { "0x", false, 0 },	      { "0xg", false, 0 },    { "1e3", false, 0 },
		{ "0x-1", false, 0 },	  { "99999999999999999999", false, 0 },
	};
	uint32_t v;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(tug_value_num(rows[i].text, 0, UINT32_MAX, &v), rows[i].good);
		if (rows[i].good) {
			assert_int_equal(v, rows[i].value);
		}
	}
	assert_false(tug_value_num("5", 6, 9, &v));
	assert_false(tug_value_num("10", 6, 9, &v));
}

static void test_durations(void **state)
{
	static const struct {
		const char *text;
		uint32_t ms; /* 0 = refused */
	} rows[] = {
		{ "500ms", 500 }, { "10s", 10000 }, { "1.5s", 1500 }, { "2m", 120000 }, { "1h", 3600000 }, { "0.001s", 1 },
		{ "0", 0 },	  { "0ms", 0 },	    { "10", 0 },      { "s", 0 },	{ "-1s", 0 },	   { "1.s", 0 },
		{ ".5s", 0 },	  { "1 s", 0 },	    { "1sec", 0 },    { "25h", 0 },	{ "1e3s", 0 },	   { "", 0 },
		{ "0.0001ms", 0 }, { "99999999999999999999999h", 0 },
	};
	uint32_t v;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool good = tug_value_ms(rows[i].text, 1, 86400000, &v);

		if (good != (rows[i].ms != 0) || (good && v != rows[i].ms)) {
			fail_msg("%s", rows[i].text);
		}
	}
}

static void test_probabilities(void **state)
{
	double v;

	(void)state;
	assert_true(tug_value_prob("0.25", &v) && v > 0.2499 && v < 0.2501);
	assert_true(tug_value_prob("20%", &v) && v > 0.1999 && v < 0.2001);
	assert_true(tug_value_prob("1", &v) && tug_value_prob("100%", &v) && tug_value_prob("0", &v));
	assert_false(tug_value_prob("1.1", &v) || tug_value_prob("101%", &v) || tug_value_prob("-0.1", &v) ||
		     tug_value_prob("", &v) || tug_value_prob("x", &v) || tug_value_prob("50%%", &v));
}

static void test_nearest(void **state)
{
	struct tug_nearest n;

	(void)state;
	tug_nearest_begin(&n, "udpate");
	tug_nearest_try(&n, "vdev");
	tug_nearest_try(&n, "update");
	assert_string_equal(n.best, "update");
	tug_nearest_begin(&n, "zzzzzz");
	tug_nearest_try(&n, "update");
	assert_null(n.best);
}

static void check_options(const struct tug_opt *o)
{
	for (; o->name != NULL; o++) {
		assert_true(o->help != NULL && o->help[0] != '\0');
		assert_int_equal(o->arg == NULL, o->type == TUG_OPT_FLAG);
		for (const struct tug_opt *p = o + 1; p->name != NULL; p++) {
			assert_string_not_equal(o->name, p->name);
			assert_true(o->letter == 0 || o->letter != p->letter);
		}
	}
}

/* What the parser, the help and the completion rely on. */
static void test_table(void **state)
{
	size_t n, exits;
	const struct tug_cmd *c = tug_cmds(&n);

	(void)state;
	check_options(tug_common_opts());
	for (size_t i = 0; i < n; i++) {
		size_t first = strcspn(c[i].name, " ");

		check_options(c[i].opts);
		assert_true(c[i].summary[0] != '\0' && c[i].text[0] != '\0');
		assert_true(c[i].summary[strlen(c[i].summary) - 1] != '.');
		assert_null(strchr(c[i].name + first + (c[i].name[first] == ' '), ' '));
		assert_true(c[i].min_args <= c[i].max_args);
		assert_int_equal(c[i].max_args == 0, c[i].args[0] == '\0');
		for (size_t k = i + 1; k < n; k++) {
			assert_string_not_equal(c[i].name, c[k].name);
			/* rows of one group stand together, and a group is no command */
			if (strncmp(c[i].name, c[k].name, first + 1) == 0) {
				assert_true(c[i].name[first] == ' ' && strncmp(c[k - 1].name, c[i].name, first + 1) == 0);
			}
		}
	}
	assert_int_equal(tug_exit_texts(&exits)->status, 0);
	assert_int_equal(exits, 7);
}

static bool parse(struct tug_args *a, char *line)
{
	char *argv[32];
	int argc = 0;

	argv[argc++] = (char *)"tug";
	for (char *w = strtok(line, " "); w != NULL && argc < 32; w = strtok(NULL, " ")) {
		argv[argc++] = w;
	}
	return tug_args_parse(a, argc, argv);
}

static void test_parser(void **state)
{
	struct tug_args a;
	char one[] = "-q --json image --log=l list -d a -db --device=c -v";
	char two[] = "file sign -v 1.0 -H0x20 -k key --pad-header in -- -out";
	char three[] = "-v vdev --pty --udp 0";

	(void)state;
	assert_true(parse(&a, one));
	assert_string_equal(a.cmd->name, "image list");
	assert_string_equal(tug_args_nth(&a, "device", 0), "a");
	assert_string_equal(tug_args_nth(&a, "device", 1), "b");
	assert_string_equal(tug_args_nth(&a, "device", 2), "c");
	assert_null(tug_args_nth(&a, "device", 3));
	assert_string_equal(tug_args_text(&a, "log", ""), "l");
	assert_true(tug_args_has(&a, "quiet") && tug_args_has(&a, "json") && tug_args_has(&a, "verbose"));
	tug_args_free(&a);
	assert_true(parse(&a, two)); /* -v is the version here, not verbose */
	assert_string_equal(tug_args_text(&a, "version", ""), "1.0");
	assert_false(tug_args_has(&a, "verbose") || a.version);
	assert_int_equal(tug_args_num(&a, "header-size", 0), 32);
	assert_int_equal(a.n_pos, 2);
	assert_string_equal(a.pos[1], "-out");
	tug_args_free(&a);
	assert_true(parse(&a, three));
	assert_true(tug_args_has(&a, "pty") && tug_args_text(&a, "pty", NULL) == NULL);
	assert_string_equal(tug_args_text(&a, "udp", ""), "0");
	tug_args_free(&a);
}

static cJSON *random_json(unsigned depth)
{
	static const char *const texts[] = { "", "a", "h'", "h'00ff'", "t'h'00''", "grüße", "9007199254740993", "i'12'" };
	cJSON *j;

	switch (dice(depth == 0 ? 4 : 6)) {
	case 0:
		return cJSON_CreateNumber((double)dice(1000000) - 500000);
	case 1:
		return cJSON_CreateString(texts[dice(6)]);
	case 2:
		return cJSON_CreateBool((int)dice(2));
	case 3:
		return dice(2) == 0 ? cJSON_CreateNull() : cJSON_CreateNumber(dice(1000) + 0.25);
	case 4:
		j = cJSON_CreateArray();
		for (uint32_t n = dice(4); n > 0; n--) {
			cJSON_AddItemToArray(j, random_json(depth - 1));
		}
		return j;
	default:
		j = cJSON_CreateObject();
		for (uint32_t n = dice(4); n > 0; n--) {
			char key[12];

			snprintf(key, sizeof(key), "k%u", n);
			cJSON_AddItemToObject(j, key, random_json(depth - 1));
		}
		return j;
	}
}

/* Whatever JSON goes out as CBOR comes back as equal JSON. */
static void test_json_round_trip(void **state)
{
	const char *env = getenv("TUG_SEED");
	uint64_t seed = env != NULL ? strtoull(env, NULL, 0) : 20240601u;
	uint8_t storage[8192];
	char why[128];

	(void)state;
	rng = seed;
	for (unsigned i = 0; i < 5000; i++) {
		cJSON *in = random_json(5), *out;
		char *text = cJSON_PrintUnformatted(in);
		struct tug_buf cbor = tug_buf_of(storage, sizeof(storage));
		int err = tug_cbor_of_json(text, false, &cbor, why, sizeof(why));

		if (err != TUG_OK) {
			fail_msg("TUG_SEED=%" PRIu64 " round %u: %s: %s", seed, i, text, why);
		}
		out = tug_json_of_cbor(tug_buf_slice(&cbor));
		char *back = cJSON_PrintUnformatted(out);

		if (strcmp(text, back) != 0) {
			fail_msg("TUG_SEED=%" PRIu64 " round %u: %s came back as %s", seed, i, text, back);
		}
		cJSON_free(text);
		cJSON_free(back);
		cJSON_Delete(in);
		cJSON_Delete(out);
	}
}

static void test_json_exact(void **state)
{
	static const struct {
		const char *json;
		const char *hex;
	} rows[] = {
		{ "{\"d\":\"hi\"}", "bf6164626869ff" },
		{ "\"h'0A-0b'\"", "420a0b" },
		{ "\"t'h'00''\"", "6568273030 27" },
		{ "\"i'18446744073709551615'\"", "1bffffffffffffffff" },
		{ "\"i'-9223372036854775808'\"", "3b7fffffffffffffff" },
		{ "9007199254740992", "1b0020000000000000" },
		{ "-1", "20" },
		{ "1.5", "fb3ff8000000000000" },
		{ "[true,null]", "9ff5f6ff" },
	};
	uint8_t storage[64], want[64];
	char why[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_buf cbor = tug_buf_of(storage, sizeof(storage)), hex = tug_buf_of(want, sizeof(want));

		assert_int_equal(tug_hex_decode(tug_slice_of(rows[i].hex, strlen(rows[i].hex)), &hex), TUG_OK);
		assert_int_equal(tug_cbor_of_json(rows[i].json, false, &cbor, why, sizeof(why)), TUG_OK);
		assert_int_equal(cbor.len, hex.len);
		assert_memory_equal(cbor.p, hex.p, hex.len);
	}
}

/* A key is sent as typed, so one that looks like a notation comes back as it was too. */
static void test_json_keys(void **state)
{
	static const char *const rows[] = { "{\"h'00'\":1}", "{\"t'x'\":1}", "{\"i'5'\":1}", "{\"\xc3\xa4\":1}", "{\"\":1}" };
	uint8_t storage[64];
	char why[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_buf cbor = tug_buf_of(storage, sizeof(storage));
		cJSON *j;
		char *back;

		assert_int_equal(tug_cbor_of_json(rows[i], true, &cbor, why, sizeof(why)), TUG_OK);
		j = tug_json_of_cbor(tug_buf_slice(&cbor));
		back = cJSON_PrintUnformatted(j);
		assert_string_equal(back, rows[i]);
		cJSON_free(back);
		cJSON_Delete(j);
	}
}

static void test_json_refused(void **state)
{
	static const struct {
		const char *json;
		const char *why;
	} rows[] = {
		{ "{\"a\":", "ends too early" },
		{ "{\"a\":1}x", "near 'x'" },
		{ "9007199254740993", "2^53" },
		{ "[-9007199254740993]", "2^53" },
		{ "1e400", "2^53" },
		{ "\"a\\u0000b\"", "U+0000" },
		{ "{\"\\u0000\":1}", "U+0000" },
		{ "\"\xff\"", "UTF-8" },
		{ "{\"\xda\":1,\"\xff\":2}", "UTF-8" }, /* would come back as one key given twice */
		{ "\"\xed\xa0\x80\"", "UTF-8" },
	};
	static const char *const fine[] = { "0.12345678901234567890", "\"90071992547409931\"", "\"\\\\u0000\"" };
	uint8_t storage[64];
	char why[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tug_buf cbor = tug_buf_of(storage, sizeof(storage));

		assert_int_equal(tug_cbor_of_json(rows[i].json, false, &cbor, why, sizeof(why)), TUG_EINVAL);
		assert_non_null(strstr(why, rows[i].why));
	}
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		struct tug_buf cbor = tug_buf_of(storage, sizeof(storage));

		assert_int_equal(tug_cbor_of_json(fine[i], false, &cbor, why, sizeof(why)), TUG_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),	    cmocka_unit_test(test_durations),
		cmocka_unit_test(test_probabilities), cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_table),	    cmocka_unit_test(test_parser),
		cmocka_unit_test(test_json_round_trip), cmocka_unit_test(test_json_exact),
		cmocka_unit_test(test_json_keys),   cmocka_unit_test(test_json_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
