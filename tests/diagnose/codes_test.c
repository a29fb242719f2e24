/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of likely causes: every code of the image group has a row, every generic code has one for some command,
 * every command of an update has rows for the codes that its servers answer, and the clauses are clauses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <tug/smp_text.h>

#include "src/diagnose/codes_priv.h"

static const char *why(uint16_t group, uint8_t id, uint8_t op, bool legacy, int32_t rc)
{
	const struct tug_dg_refusal r = { .group = group, .id = id, .op = op, .legacy = legacy, .err_group = group, .rc = rc };

	return tug_dg_code_why(&r);
}

static void clause(const char *text, uint16_t group, int32_t rc)
{
	if (text == NULL || strlen(text) < 8 || text[strlen(text) - 1] == '.') {
		fail_msg("group %u code %d: %s", group, (int)rc, text != NULL ? text : "no row");
	}
}

static void test_image_codes(void **state)
{
	size_t n, image = 0;
	const struct tug_smp_rc_text *t = tug_smp_rc_texts(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		if (t[i].group == TUG_GRP_IMG && t[i].rc != 0) {
			clause(why(TUG_GRP_IMG, 1, TUG_SMP_WRITE, false, t[i].rc), t[i].group, t[i].rc);
			image++;
		}
	}
	assert_true(image >= 34);
	assert_null(why(TUG_GRP_IMG, 1, TUG_SMP_WRITE, false, 200));
}

static void test_generic_codes(void **state)
{
	size_t n, n_cmds;
	const struct tug_smp_rc_text *t = tug_smp_rc_texts(&n);
	const struct tug_smp_cmd *cmd = tug_smp_cmds(&n_cmds);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		unsigned rows = 0;

		for (size_t k = 0; t[i].group == TUG_RC_GENERIC && k < n_cmds; k++) {
			const char *text = why(cmd[k].group, cmd[k].id, cmd[k].op, true, t[i].rc);

			if (text != NULL) {
				clause(text, cmd[k].group, t[i].rc);
				rows++;
			}
		}
		if (t[i].group == TUG_RC_GENERIC && (t[i].rc != 0) != (rows > 0)) {
			fail_msg("generic code %u has %u rows", t[i].rc, rows);
		}
	}
}

/* Section 3.2 of docs/diagnosis.md, a bit a code. */
static void test_commands_of_an_update(void **state)
{
	static const struct {
		uint16_t group;
		uint8_t id, op;
		uint16_t codes;
	} want[] = {
		{ TUG_GRP_OS, 0, TUG_SMP_WRITE, 0x018c },     { TUG_GRP_OS, 5, TUG_SMP_WRITE, 0x0d46 },
		{ TUG_GRP_OS, 6, TUG_SMP_READ, 0x0104 },      { TUG_GRP_OS, 8, TUG_SMP_READ, 0x010c },
		{ TUG_GRP_IMG, 0, TUG_SMP_READ, 0x01a6 },     { TUG_GRP_IMG, 0, TUG_SMP_WRITE, 0x0dce },
		{ TUG_GRP_IMG, 1, TUG_SMP_WRITE, 0x0d6e },    { TUG_GRP_IMG, 5, TUG_SMP_WRITE, 0x094e },
		{ TUG_GRP_IMG, 6, TUG_SMP_READ, 0x0184 },     { TUG_GRP_ZBASIC, 0, TUG_SMP_WRITE, 0x0922 },
		{ TUG_GRP_FS, 0, TUG_SMP_READ, 0x0dae },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		for (int32_t rc = 1; rc < 14; rc++) {
			if ((want[i].codes & 1u << rc) != 0 || rc == 4 || rc == 9 || rc > 11) {
				clause(why(want[i].group, want[i].id, want[i].op, true, rc), want[i].group, rc);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_image_codes),
		cmocka_unit_test(test_generic_codes),
		cmocka_unit_test(test_commands_of_an_update),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
